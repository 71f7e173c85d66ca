"""Draw the picture that stands beside a link to the book: publish/theme/assets/card.png, 1200 by 630 pixels.

    python -m publish.draw_card

It is a bump built from two sigmoid curves, the first thing that the book builds, in the colours of the logo.
"""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from PIL import Image

CARD = Path(__file__).parent / "assets" / "card.png"
TITLE, SUBTITLE = "Deep Networks\nby Experiment", "Every figure, number and claim\ncomes from code that runs"
_INK, _DOT, _PAPER = "#ffffff", "#e69f00", "#0b3556"


def bump(x, steepness=9, left=-0.5, right=0.5):
    """Two sigmoids, one up and one down: between 0 and 1, the shape of `x`."""
    return 1 / (1 + np.exp(-steepness * (x - left))) - 1 / (1 + np.exp(-steepness * (x - right)))


def draw(path=CARD):
    """Write the card to `path`."""
    figure = plt.figure(figsize=(12, 6.3), dpi=100, facecolor=_PAPER)
    axis = figure.add_axes((0.5, 0.18, 0.46, 0.6))
    x = np.linspace(-1.6, 1.6, 400)
    axis.plot(x, bump(x), color=_INK, linewidth=11, solid_capstyle="round")
    axis.plot([-0.5, 0.5], bump(np.array([-0.5, 0.5])), "o", color=_DOT, markersize=27)
    axis.set_axis_off()
    figure.text(0.06, 0.66, TITLE, color=_INK, fontsize=44, weight="bold", va="center", linespacing=1.25)
    figure.text(0.06, 0.32, SUBTITLE, color="#cfe2f2", fontsize=21, va="center", linespacing=1.4)
    figure.savefig(path, facecolor=_PAPER, metadata={"Software": None})
    plt.close(figure)
    # Sixty-four colours draw it as well, in a third of the bytes.
    Image.open(path).convert("RGB").quantize(64).save(path, optimize=True)


if __name__ == "__main__":
    draw()
    print(f"{CARD}: {CARD.stat().st_size / 1000:.0f} kB")
