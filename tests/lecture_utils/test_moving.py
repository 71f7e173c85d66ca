"""`show` refuses what would fail in a browser, and leaves one output that holds all it needs."""

import base64
import re

import nbformat
import pytest
import torch
from matplotlib import pyplot as plt
from nbclient import NotebookClient

from lecture_utils import moving

GOOD = {"alt": "Three flat bumps.", "goal": 0.5}


@pytest.fixture
def figure():
    made, _ = plt.subplots()
    yield made
    plt.close(made)


@pytest.mark.parametrize(
    ("name", "arguments", "error", "message"),
    [
        ("bump", GOOD, ValueError, "name: expected one of .*'bumps'.*, got 'bump'"),
        ("bumps", GOOD | {"alt": " "}, ValueError, "alt: expected a sentence"),
        ("bumps", GOOD | {"alt": None}, ValueError, "alt: expected a sentence"),
        ("bumps", GOOD | {"bump": 3}, ValueError, "bump: the figure 'bumps' has no such setting; it has bumps, target"),
        ("bumps", {"alt": "x"}, ValueError, "goal: the figure 'bumps' needs it"),
        ("bumps", GOOD | {"bumps": 2.5}, TypeError, "bumps: expected int, got 2.5"),
        ("bumps", GOOD | {"bumps": True}, TypeError, "bumps: expected int, got True"),
        ("bumps", GOOD | {"bumps": 6}, ValueError, "bumps: expected a number at most 5, got 6"),
        ("bumps", GOOD | {"seed": -1}, ValueError, "seed: expected a number at least 0, got -1"),
        ("bumps", GOOD | {"goal": float("nan")}, ValueError, "goal: expected a number at least 0, got nan"),
        (
            "bumps",
            GOOD | {"target": "moon"},
            ValueError,
            "target: expected one of 'lecture', .*, got 'moon'",
        ),
    ],
)
def test_a_mistake_is_an_error_that_names_it(figure, name, arguments, error, message):
    with pytest.raises(error, match=message):
        moving.show(name, figure, **arguments)


def test_what_is_no_figure_is_refused():
    with pytest.raises(TypeError, match="figure: expected a figure of matplotlib, got None"):
        moving.show("bumps", None, **GOOD)


def test_outside_a_notebook_the_figure_stays_open(figure, capsys):
    moving.show("bumps", figure, **GOOD)
    assert plt.fignum_exists(figure.number) and capsys.readouterr().out == ""


def test_tensors_become_numbers_and_what_is_not_given_has_its_default():
    found = moving.complete("bumps", {"goal": torch.tensor(0.5), "seed": torch.tensor(7)})
    assert found == {"bumps": 3, "target": "lecture", "seed": 7, "rate": 0.01, "steps": 500, "goal": 0.5}


@pytest.mark.parametrize("name", moving.names())
def test_every_figure_can_be_joined_and_its_table_is_whole(name):
    script = moving.script(name)
    assert "default: figure_" in script and not re.search(r"^\s*(import|export)\b", script, re.MULTILINE)
    assert f'data-figure="{name}"' in (moving.FOLDER / f"{name}.css").read_text(encoding="utf-8")


def test_a_module_in_another_form_is_refused(tmp_path, monkeypatch):
    (tmp_path / "odd.mjs").write_text('import nn from "./nn.mjs";\n')
    monkeypatch.setattr(moving, "FOLDER", tmp_path)
    with pytest.raises(ValueError, match=r"odd\.mjs: cannot be joined: import nn"):
        moving.script("odd")


CELLS = """import matplotlib.pyplot as plt
from lecture_utils.moving import show
from lecture_utils.plotting import use_style
use_style()
figure, axis = plt.subplots()
axis.plot([0, 1])
show("bumps", figure, alt="A 'line' & <more>.", goal=0.5)"""


def test_in_a_notebook_there_is_one_output_with_the_picture_and_the_figure():
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELLS)])
    NotebookClient(notebook, timeout=120).execute()
    (output,) = notebook.cells[0].outputs
    assert output.metadata[moving.KEY]["figure"] == "bumps" and output.metadata[moving.KEY]["settings"]["goal"] == 0.5
    html, svg = output.data["text/html"], output.data["image/svg+xml"]
    assert output.data["text/plain"] == "A 'line' & <more>."
    picture = re.search(r'<img alt="([^"]*)" src="data:image/svg\+xml;base64,([^"]*)">', html)
    assert picture[1] == "A &#x27;line&#x27; &amp; &lt;more&gt;."
    assert base64.b64decode(picture[2]).decode() == svg
    # Nothing is asked of anybody: neither a script nor a sheet nor a picture by its address.
    assert not re.search(r'(src|href)="(?!data:)|url\((?!#)|\bimport\(|from "|fetch\(', html)
    assert html.count("</script>") == 1
