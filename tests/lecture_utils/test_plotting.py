"""The shared figure, and the style that every figure has."""

import matplotlib.pyplot as plt
import pytest
import torch

from lecture_utils.plotting import show_images, use_style


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_the_style_is_the_books_own_and_can_be_undone():
    with plt.rc_context():
        use_style()
        assert plt.rcParams["svg.hashsalt"] == "lecture"
        assert plt.rcParams["figure.constrained_layout.use"]
    assert plt.rcParams["svg.hashsalt"] is None


def test_settings_of_the_readers_own_do_not_reach_the_figures():
    with plt.rc_context():
        use_style()
        book = dict(plt.rcParams)
    with plt.rc_context({"lines.linestyle": "--", "axes.facecolor": "black", "font.size": 30, "image.cmap": "jet"}):
        use_style()
        assert dict(plt.rcParams) == book


@pytest.mark.parametrize("shape", [(3, 1, 28, 28), (3, 28, 28)])
def test_images_stand_in_a_grid_with_their_titles(shape):
    figure = show_images(torch.zeros(shape, dtype=torch.uint8), list("abc"), columns=2)
    assert [axis.get_title() for axis in figure.axes] == ["a", "b", "c", ""]
    assert [len(axis.images) for axis in figure.axes] == [1, 1, 1, 0]


def test_ink_is_dark_on_white():
    figure = show_images(torch.tensor([[[0, 255]]], dtype=torch.uint8))
    image = figure.axes[0].images[0]
    paper, ink = image.cmap(image.norm(image.get_array()))[0, :, 0]
    assert paper == 1.0 and ink == 0.0


@pytest.mark.parametrize(
    ("images", "options", "says"),
    [
        (torch.zeros(28, 28), {}, r"images: expected shape .* got \(28, 28\)"),
        (torch.zeros(0, 1, 28, 28), {}, "images"),
        (torch.zeros(2, 3, 28, 28), {}, "images"),
        (torch.zeros(2, 28, 28), {"titles": ["one"]}, "titles: expected 2"),
        (torch.zeros(2, 28, 28), {"columns": 0}, "columns"),
    ],
)
def test_wrong_arguments_are_named(images, options, says):
    with pytest.raises(ValueError, match=says):
        show_images(images, **options)
