"""What a reader relies on in `lecture_utils.diagrams`: the picture is the net, in every level of detail."""

import importlib.util
import re
import shutil
import subprocess
import sys
from itertools import combinations, pairwise
from xml.etree import ElementTree

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from lecture_utils.diagrams import draw, gv

DETAILS = [
    "observations", "one observation", "no index", "bias absorbed", "weights", "general", "layers", "nodes", "features",
    "abbreviated",
]  # fmt: skip
BIAS_DRAWN = {"observations", "one observation", "no index", "weights"}
SVG = "{http://www.w3.org/2000/svg}"


def parameters(net):
    return sum(parameter.numel() for parameter in net.parameters())


def groups(svg, kind):
    """The SVG groups of one class ("weight", "label", "node", ...)."""
    return [g for g in ElementTree.fromstring(svg).iter(f"{SVG}g") if kind in g.get("class", "").split()]


def texts(svg, kind=None):
    root = [ElementTree.fromstring(svg)] if kind is None else groups(svg, kind)
    return [text.text for g in root for text in g.iter(f"{SVG}text")]


@st.composite
def nets(draw_from, largest=6):
    """A random Sequential that fits together."""
    sizes = draw_from(st.lists(st.integers(1, largest), min_size=2, max_size=5))
    modules = [nn.Flatten()] if draw_from(st.booleans()) else []
    for one, other in pairwise(sizes):
        modules.append(nn.Linear(one, other, bias=draw_from(st.booleans())))
        after = [nn.ReLU(), nn.Sigmoid(), nn.Dropout(0.5), nn.BatchNorm1d(other), nn.Softmax(dim=1)]
        modules += draw_from(st.lists(st.sampled_from(after), max_size=3, unique_by=type))
    return nn.Sequential(*modules)


def one_node():
    return nn.Sequential(nn.Linear(1, 1), nn.Sigmoid())


def small():
    """The lectures' 1-2-1 net with the weights of their example."""
    net = nn.Sequential(nn.Linear(1, 2), nn.ReLU(), nn.Linear(2, 1), nn.Sigmoid())
    with torch.no_grad():
        net[0].weight[:] = torch.tensor([[-1.0], [1.0]])
        net[0].bias[:] = -0.0
        net[2].weight[:] = torch.tensor([[-9.0, -4.5]])
        net[2].bias[:] = 4.5
    return net


def wide():
    return nn.Sequential(nn.Linear(784, 32), nn.ReLU(), nn.Linear(32, 1), nn.Sigmoid())


# The picture is the net


@pytest.mark.parametrize("detail", DETAILS)
@settings(max_examples=10)
@given(data=st.data())
def test_edges_are_parameters(detail, data):
    net = data.draw(nets(largest=data.draw(st.sampled_from([6, 500])) if detail == "abbreviated" else 6))
    picture = draw(net, detail)
    rows = 3 if detail == "observations" else 1
    drawn = len(groups(picture.svg, "weight")) + len(groups(picture.svg, "bias"))
    assert drawn == rows * picture.edges["drawn"]
    assert sum(picture.edges.values()) == parameters(net)
    assert (picture.edges["bias absorbed"] == 0) or detail not in BIAS_DRAWN
    if detail == "abbreviated":
        linear = [module for module in net if isinstance(module, nn.Linear)]
        sizes = [linear[0].in_features, *(module.out_features for module in linear)]
        assert texts(picture.svg, "node").count("⋮") == sum(size > 5 for size in sizes)


@settings(max_examples=40)
@given(detail=st.sampled_from(DETAILS), net=nets(largest=4))
def test_nothing_overlaps(detail, net):
    plain = _plain(draw(net, detail).source)
    for (one, *a), (other, *b) in combinations(plain, 2):
        apart = abs(a[0] - b[0]) >= (a[2] + b[2]) / 2 - 0.02 or abs(a[1] - b[1]) >= (a[3] + b[3]) / 2 - 0.02
        assert apart, f"{one} and {other} overlap"


def _plain(source):
    """[(name, x, y, width, height)] of nodes and labels in inches; grey boxes hold nodes, so they are left out."""
    done = subprocess.run(["dot", "-Tplain"], input=source, capture_output=True, text=True, check=True)
    found = re.findall(r'^node ("[^"]*"|\S+) (\S+) (\S+) (\S+) (\S+)', done.stdout, flags=re.MULTILINE)
    return [(name, *map(float, numbers)) for name, *numbers in found if not name.startswith('"box ')]


def test_weights_are_those_of_the_module():
    net = small()
    assert texts(draw(net, "weights").svg, "label") == [
        *["−1", "0", "1", "0", "ReLU", "ReLU"],
        *["−9", "−4.5", "4.5", "Sigmoid"],
    ]
    with torch.no_grad():
        net[2].bias[:] = 0.0123456
    assert "0.0123" in texts(draw(net, "weights").svg, "label")


def test_each_weight_is_on_its_own_edge():
    net = nn.Sequential(nn.Linear(2, 3))
    net[0].weight.data = torch.tensor([[11.0, 12.0], [21.0, 22.0], [31.0, 32.0]])
    net[0].bias.data = torch.tensor([13.0, 23.0, 33.0])
    picture = draw(net, "weights")
    edges = re.findall(r'"([^"]*)" -> "([^"]*)" \[class=(?:weight|bias)', picture.source)
    heads = {"ŷ[:,0]": 10, "ŷ[:,1]": 20, "ŷ[:,2]": 30}
    tails = {"X[:,0]": 1, "X[:,1]": 2, "1": 3}
    expected = [str(heads[head] + tails[tail]) for tail, head in edges]
    assert len(edges) == 9 and texts(picture.svg, "label") == expected


@pytest.mark.parametrize(
    "net, detail, labels",
    [
        (one_node, "observations",
         ["x₁", "1", "ŵ₀ + ŵ₁x₁", "ŷ₁", "x₂", "1", "ŵ₀ + ŵ₁x₂", "ŷ₂", "⋮", "⋮", "⋮"]
         + ["xₙ", "1", "ŵ₀ + ŵ₁xₙ", "ŷₙ"] + ["ŵ₁", "ŵ₀", "Sigmoid"] * 3),
        (one_node, "one observation", ["xᵢ", "1", "ŵ₀ + ŵ₁xᵢ", "ŷᵢ", "ŵ₁", "ŵ₀", "Sigmoid"]),
        (one_node, "no index", ["x", "1", "ŵ₀ + ŵ₁x", "ŷ", "ŵ₁", "ŵ₀", "Sigmoid"]),
        (one_node, "bias absorbed", ["x", "ŵx, bias=True", "ŷ", "ŵ", "Sigmoid"]),
        (one_node, "general", ["X", "u", "v = ŷ", "Sigmoid"]),
        (small, "general",
         ["X", "u1[:,0]", "u1[:,1]", "v1[:,0]", "v1[:,1]", "u2", "v2 = ŷ", "ReLU", "ReLU", "Sigmoid"]),
        (small, "one observation",
         ["X[i]", "1", "u1[i,0]", "u1[i,1]", "v1[i,0]", "v1[i,1]", "1", "u2[i]", "ŷ[i]", "ReLU", "ReLU", "Sigmoid"]),
        (small, "layers", ["Layer 0", "Layer 1", "Layer 2", "X", "u1[:,0]", "u1[:,1]", "v1[:,0]", "v1[:,1]", "u2",
                           "v2 = ŷ", "ReLU", "ReLU", "Sigmoid"]),
        (small, "nodes", ["Layer 0", "Layer 1", "ReLU", "Layer 2", "Sigmoid", "x", "node1", "node2", "ŷ"]),
        (small, "features", ["Layer 0", "Layer 1", "ReLU", "Layer 2", "Sigmoid", "x", "feature1", "feature2", "ŷ"]),
        (wide, "abbreviated", ["Input layer", "Hidden layer", "ReLU", "Output layer", "Sigmoid", "x₁", "x₂", "⋮",
                               "x₇₈₄", "node1", "node2", "⋮", "node32", "ŷ"]),
    ],
)  # fmt: skip
def test_labels_are_the_lectures(net, detail, labels):
    assert sorted(texts(draw(net(), detail).svg)) == sorted(labels)


def test_columns_run_down_and_layers_to_the_right():
    where = {name.strip('"'): (x, y) for name, x, y, *_ in _plain(draw(wide()).source)}
    assert where["x₁"][1] > where["x₂"][1] > where["⋮"][1] > where["x₇₈₄"][1]
    assert where["x₁"][0] < where["node1"][0] < where["ŷ"][0]


def test_a_softmax_joins_all_nodes():
    net = nn.Sequential(nn.Linear(2, 3), nn.Softmax(dim=1))
    assert len(groups(draw(net, "general").svg, "activation")) == 9
    net[1] = nn.Sigmoid()
    assert len(groups(draw(net, "general").svg, "activation")) == 3


def test_nested_sequential_is_unpacked():
    flat = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
    assert draw(nn.Sequential(nn.Sequential(flat[0], flat[1]), flat[2])).svg == draw(flat).svg


def test_a_shared_module_is_drawn_twice():
    shared = nn.Linear(2, 2)
    net = nn.Sequential(shared, nn.ReLU(), shared)
    assert sum(draw(net, "weights").edges.values()) == 2 * parameters(net)


# The object


@pytest.mark.parametrize("detail", DETAILS)
def test_svg_is_accessible_stable_and_sized_for_a_page(detail):
    picture = draw(small(), detail)
    root = ElementTree.fromstring(picture.svg)
    assert root.tag == f"{SVG}svg" and root.get("role") == "img"
    assert root.get("aria-label") == picture.alt == root[0].text
    assert [title.text for title in root.iter(f"{SVG}title")] == [picture.alt]
    assert float(root.get("width")) <= 640
    assert draw(small(), detail).svg == picture.svg


def test_shows_in_a_notebook():
    formatter = pytest.importorskip("IPython.core.formatters").DisplayFormatter()
    data, _ = formatter.format(draw(small()))
    assert data["image/svg+xml"].startswith("<svg") and data["text/plain"].startswith("Network diagram")


def test_drawing_leaves_the_net_and_the_random_numbers_alone():
    net, before = small(), torch.get_rng_state()
    for detail in DETAILS:
        draw(net, detail)
    assert torch.equal(torch.get_rng_state(), before)
    assert net.training and net[0].weight.grad is None


def test_nothing_is_written_beside_the_picture(capfd):
    draw(small())
    gv("x -> y")
    assert capfd.readouterr() == ("", "")


# Free-hand dot


def test_gv_keeps_hangul_and_marks_it_up_safely():
    picture = gv('"은닉층" -> "x < 1 & y" [label="가중치 ŵ₁"]')
    assert texts(picture.svg) == ["은닉층", "x < 1 & y", "가중치 ŵ₁"]
    assert picture.alt == "Diagram with 2 nodes and 1 edge. Its labels: 은닉층, x < 1 & y, 가중치 ŵ₁."
    assert gv("a -> b", alt='A "quoted" <alt>').svg.count("&lt;alt&gt;") == 2


def test_gv_shows_the_line_that_is_wrong():
    with pytest.raises(ValueError, match=r"syntax error in line 2 near '->':\n\n    b -> -> c"):
        gv("a -> b\nb -> -> c\nc -> d")
    with pytest.raises(ValueError, match=r"syntax error in line 1.*:\n\n    a -> -> b$"):
        gv("a -> -> b")
    with pytest.raises(TypeError, match="dot: expected a text in the DOT language, got Sequential"):
        gv(small())


# Where the picture comes from


def test_an_error_of_dot_is_shown(monkeypatch, tmp_path):
    fake = tmp_path / "dot"
    fake.write_text("#!/bin/sh\necho 'no plugin' >&2\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ValueError, match="graphviz cannot draw this DOT text: no plugin"):
        gv("x")


@pytest.mark.parametrize("detail", ["observations", "weights", "abbreviated"])
def test_the_real_dot_agrees_with_the_library(detail, monkeypatch, need):
    need(shutil.which("dot"), "the program dot")
    need(importlib.util.find_spec("pygraphviz"), "pygraphviz")
    by_program = draw(small(), detail)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    by_library = draw(small(), detail)
    assert texts(by_program.svg) == texts(by_library.svg)
    for kind in ("weight", "bias", "activation", "label"):
        assert len(groups(by_program.svg, kind)) == len(groups(by_library.svg, kind))


def test_one_message_where_nothing_is_installed(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda _: None)
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    with pytest.raises(RuntimeError, match=r"pip install pygraphviz[\s\S]*run this again\.$") as caught:
        draw(wide())
    assert len(str(caught.value)) < 400, "the advice is not buried under the text of the diagram"


# Errors


@pytest.mark.parametrize(
    "net, error, message",
    [
        (nn.Sequential(), ValueError, "net: expected at least one Linear layer, got Sequential()"),
        (nn.Linear(1, 1), TypeError, "net: expected a torch.nn.Sequential, got Linear"),
        (nn.Sequential(nn.Conv2d(1, 1, 3)), ValueError, "net[0]: diagrams cannot show Conv2d; they show Linear, activ"),
        (nn.Sequential(nn.Sequential(nn.Linear(1, 1), nn.PReLU())), ValueError,
         "net[0][1]: diagrams cannot show PReLU"),
        (nn.Sequential(nn.LazyLinear(3)), ValueError,
         "net[0]: LazyLinear(0, 3) has no sizes yet; run data through the net once"),
        (nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(5, 1)), ValueError,
         "net[2] does not fit: Linear(5, 1) takes 5 features, but net[0], Linear(3, 4), gives 4"),
        (nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(3)), ValueError,
         "net[1] does not fit: BatchNorm1d(3) takes 3 features, but net[0], Linear(3, 4), gives 4"),
        (nn.Sequential(*[nn.Linear(1, 1) for _ in range(99)]), ValueError,
         "net: draw() shows at most 12 Linear layers, got 99"),
    ],
)  # fmt: skip
def test_nets_that_cannot_be_drawn(net, error, message):
    with pytest.raises(error, match=re.escape(message)):
        draw(net)


def test_sizes_that_only_the_abbreviated_form_can_show():
    message = (
        "detail='nodes' draws every node, at most 16 in a layer, but the net has a layer of 784; "
        "detail='abbreviated' draws large layers with dots"
    )
    with pytest.raises(ValueError, match=re.escape(message)):
        draw(wide(), "nodes")
    with pytest.raises(ValueError, match="detail='weights' draws every node, at most 6 in a layer"):
        draw(nn.Sequential(nn.Linear(7, 1)), "weights")
    draw(nn.Sequential(nn.Linear(10**4, 10**3, device="meta"), nn.Linear(10**3, 10**4, device="meta")))


def test_all_details_are_described_and_offered():
    assert all(f'"{detail}"' in draw.__doc__ for detail in DETAILS)
    with pytest.raises(ValueError, match=r"detail: expected one of .*, got 'edges'") as caught:
        draw(small(), "edges")
    assert re.findall("'(.*?)'", str(caught.value)) == [*DETAILS, "edges"]
