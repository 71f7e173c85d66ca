"""How the figures of the book look, and the one figure that several chapters share."""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt

STYLE = Path(__file__).with_name("lecture.mplstyle")


def use_style():
    """Give the figures that follow the book's look, and only that; in a notebook they are also drawn as SVG.

    Settings of your own (a matplotlibrc) are set back to matplotlib's defaults, but for the backend.

    Examples
    --------
    >>> use_style()
    >>> plt.rcParams["axes.grid"]
    True
    """
    plt.style.use(["default", STYLE])
    try:
        from IPython import get_ipython
        from matplotlib_inline.backend_inline import set_matplotlib_formats
    except ImportError:  # outside notebooks there is nothing more to set
        return
    if get_ipython() is not None:
        set_matplotlib_formats("svg", metadata={"Date": None})


def show_images(images, titles=None, *, columns=10):
    """Draw images in a grid, dark ink on white, without axes.

    Parameters
    ----------
    images : torch.Tensor
        Shape (n, 1, height, width) or (n, height, width), any real dtype; n at least 1. Each image is scaled to its own
        smallest and largest value.
    titles : sequence of str, optional
        One for each image.
    columns : int
        Images in a row.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        The images have another shape, or the number of titles is not n.

    Examples
    --------
    >>> import torch
    >>> figure = show_images(torch.eye(5).reshape(1, 1, 5, 5), ["a diagonal"])
    >>> len(figure.axes)
    1
    """
    shape = tuple(images.shape)
    if len(shape) == 4 and shape[1] == 1:
        images = images[:, 0]
    if images.ndim != 3 or len(images) == 0:
        raise ValueError(f"images: expected shape (n, 1, height, width) or (n, height, width), got {shape}")
    if titles is not None and len(titles) != len(images):
        raise ValueError(f"titles: expected {len(images)}, one for each image, got {len(titles)}")
    if columns < 1:
        raise ValueError(f"columns: expected at least 1, got {columns}")
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    inch = 6.4 / max(columns, 5)
    figure, axes = plt.subplots(
        rows, columns, figsize=(inch * columns, (inch + 0.25 * (titles is not None)) * rows), squeeze=False
    )
    for axis in axes.flat:
        axis.axis("off")
    for i, (axis, image) in enumerate(zip(axes.flat, images, strict=False)):
        axis.imshow(image.numpy(), cmap="gray_r")
        if titles is not None:
            axis.set_title(titles[i], fontsize=9)
    return figure
