"""A figure that was made smaller draws the same."""

import io

import matplotlib.pyplot as plt
import numpy as np
import pytest
from lxml import etree
from small_pictures import shorter_path, smaller


def figure():
    fig, axes = plt.subplots(1, 2)
    x = np.linspace(0, 20, 300)
    axes[0].plot(x, np.sin(x), "o-")
    axes[0].set(title="A title", xlabel="x")
    axes[1].imshow(np.outer(x[:20], x[:20]))
    axes[1].contour(np.outer(x[:20], x[:20]))
    file = io.BytesIO()
    fig.savefig(file, format="svg")
    plt.close(fig)
    return file.getvalue()


def absolute(path):
    """Each end of a segment of a path, absolute: list of tuple. Written anew here, to judge what the module wrote."""
    found, here, start, rest = [], (0.0, 0.0), (0.0, 0.0), path
    while rest:
        command, rest = rest[0], rest[1:]
        body = rest[: next((i for i, letter in enumerate(rest) if letter.isalpha()), len(rest))]
        rest = rest[len(body) :]
        numbers = [float(number) for number in body.replace("-", " -").replace(",", " ").split()]
        if command in "zZ":
            here = start
        elif command in "hH":
            here = (numbers[0] + here[0] * (command == "h"), here[1])
        elif command in "vV":
            here = (here[0], numbers[0] + here[1] * (command == "v"))
        else:
            x, y = numbers[-2:]
            here = (x + here[0], y + here[1]) if command.islower() else (x, y)
        if command == "M":
            start = here
        found.append(here)
    return found


@pytest.mark.parametrize(
    "path",
    [
        "M 1.23456 2.34567 L 3.45678 -4.56789 L 3.45678 9 L 7 9 z M 0.001 0.004 L 1 1",
        "M 0 0 C 0.1234 1 2 3 4.4444 5 Q 6 7 8.8888 9.9999 z",
        " ".join(["M 10 10"] + [f"L {10 + i / 3:.6f} {i / 7:.6f}" for i in range(2000)]),
    ],
)
def test_a_path_ends_where_it_ended(path):
    before, after = absolute(path), absolute(shorter_path(path))
    assert len(shorter_path(path)) < len(path)
    # Half a hundredth for each number; steps do not add up to more.
    assert np.abs(np.array(before) - np.array(after)).max() <= 0.0051


@pytest.mark.parametrize("path", ["m1 2l3 4", "M0 0 A1 1 0 0 1 2 2", "M0 0 H 5"])
def test_a_path_of_another_kind_is_left_alone(path):
    assert shorter_path(path) == path


def test_a_figure_gets_smaller_and_keeps_its_parts():
    before = figure()
    after = smaller(before)
    assert len(after) < 0.8 * len(before), "and a fifth of this figure is a picture that cannot shrink"
    old, new = etree.fromstring(before), etree.fromstring(after)
    for tag in ("path", "use", "image", "clipPath"):
        name = f"{{http://www.w3.org/2000/svg}}{tag}"
        assert len(list(old.iter(name))) == len(list(new.iter(name))), tag
    assert [new.get(name) for name in ("width", "height", "viewBox")] == [
        old.get(name) for name in ("width", "height", "viewBox")
    ]


def test_what_is_referred_to_is_still_there():
    root = etree.fromstring(smaller(figure()))
    ids = {element.get("id") for element in root.iter()}
    referred = {element.get("{http://www.w3.org/1999/xlink}href", "#")[1:] for element in root.iter()} - {""}
    referred |= {element.get("clip-path")[5:-1] for element in root.iter() if element.get("clip-path")}
    referred = {name for name in referred if not name.startswith("ata:")}
    assert referred and referred <= ids


def test_smaller_twice_is_smaller_once():
    once = smaller(figure())
    assert smaller(once) == once


def test_what_is_not_a_figure_is_refused():
    with pytest.raises(etree.XMLSyntaxError):
        smaller(b"no figure")
