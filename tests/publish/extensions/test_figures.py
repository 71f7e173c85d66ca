"""A figure that was made smaller draws the same."""

import io

import matplotlib.pyplot as plt
import numpy as np
import pytest
from lxml import etree

from publish.extensions.figures import smaller

_HREF = "{http://www.w3.org/1999/xlink}href"


@pytest.fixture(scope="module")
def figure():
    """A figure of lines, contours and an image, as matplotlib writes it: str."""
    fig, axes = plt.subplots(1, 2)
    x = np.linspace(0, 20, 300)
    axes[0].plot(x, np.sin(x), "o-")
    axes[0].set(title="A title: 0.123456", xlabel="x")
    axes[1].imshow(np.outer(x[:20], x[:20]))
    axes[1].contour(np.outer(x[:20], x[:20]))
    file = io.StringIO()
    with plt.rc_context({"svg.fonttype": "none"}):
        fig.savefig(file, format="svg")
    plt.close(fig)
    return file.getvalue()


def numbers(svg):
    """All coordinates of a figure, in order: list of float."""
    elements = etree.fromstring(svg.encode()).iter("{*}*")
    words = " ".join(element.get(name, "") for element in elements for name in ("d", "x", "y", "points"))
    return [float(word) for word in words.replace(",", " ").split() if not word.isalpha()]


def test_a_figure_gets_smaller_and_draws_the_same(figure):
    after = smaller(figure)
    assert len(after) < 0.9 * len(figure)
    assert np.abs(np.array(numbers(figure)) - np.array(numbers(after))).max() <= 0.0051
    old, new = (etree.fromstring(svg.encode()) for svg in (figure, after))
    for name in ("tag", "text"):
        assert [getattr(e, name) for e in new.iter("{*}text")] == [getattr(e, name) for e in old.iter("{*}text")]
    for name in ("style", "transform"):
        assert [e.get(name) for e in new.iter("{*}path")] == [e.get(name) for e in old.iter("{*}path")]
    assert "0.123456" in after, "words that a reader reads are not coordinates"
    assert smaller(after) == after


def test_what_is_referred_to_is_still_there(figure):
    root = etree.fromstring(smaller(figure).encode())
    ids = {element.get("id") for element in root.iter()}
    referred = {element.get(_HREF)[1:] for element in root.iter() if element.get(_HREF, "").startswith("#")}
    referred |= {element.get("clip-path")[5:-1] for element in root.iter() if element.get("clip-path")}
    assert referred and referred <= ids
