"""The moving figures in a browser: a mouse, the keyboard and a finger move what is drawn, as formulas say.

A new figure adds a row to ROWS.
"""

import functools
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from math import exp, hypot, log10, sin
from pathlib import Path
from statistics import fmean, pstdev

import numpy as np
import pytest
from bs4 import BeautifulSoup
from node import call
from site_files import EN, SITE, pages, weight
from test_reading import WITHOUT_COLOURS, axe, axe_on_colours

from lecture_utils import moving

STYLE = Path(moving.__file__).with_name("moving") / "figures.css"  # the site has it in its one sheet
SHARED, OWN = 13_000, 8_000  # bytes, packed: what all figures share with its style, and what each brings
LIVE = ".mv-live"


@dataclass
class Row:
    """What a figure does.

    Attributes
    ----------
    figure : str
    expected : callable
        From the figure, a playwright.sync_api.Locator, to a function: the y at x that the path should have, by the
        formula and by what the figure tells a screen reader.
    handle : str
        The selector of something to grip, from the figure.
    path : str
        The selector of the path that it moves.
    train : tuple of str, optional
        The name of the button that starts training, and what the figure says when it is over, as a pattern.
    trained : callable, optional
        From the settings to the number that training has then reached, with two digits: str.
    """

    figure: str
    expected: Callable
    handle: str = ".mv-handle >> nth=0"
    path: str = "path.mv-mine >> nth=0"
    train: tuple = ()
    trained: Callable = None


@functools.cache
def page_of(name):
    """The page that shows a figure, below the site: str."""
    return next(path for path in pages() if f'data-figure="{name}"' in (SITE / path).read_text(encoding="utf-8"))


@functools.cache
def settings_of(name):
    """What the page says to a figure: dict."""
    soup = BeautifulSoup((SITE / page_of(name)).read_text(encoding="utf-8"), "lxml")
    return json.loads(soup.select_one(f'.moving-figure[data-figure="{name}"]')["data-settings"])


def value(figure, handle=0):
    """The number at which a handle stands, as it tells a screen reader."""
    return float(figure.locator(".mv-handle").nth(handle).get_attribute("aria-valuenow"))


def at(place, low, high):
    """The number at a place of a logarithmic axis, which `points` reads as if it were an even one."""
    return low * (high / low) ** ((place - low) / (high - low))


def place_of(number, low, high):
    """The place of a number on such an axis."""
    return low + (high - low) * log10(number / low) / log10(high / low)


def bumps(figure):
    values = [float(one.get_attribute("aria-valuenow")) for one in figure.get_by_role("slider").all()[:9]]
    stair = lambda x, edge: 1 / (1 + exp(-3 * (x - edge)))  # noqa: E731
    parts = list(zip(values[::3], values[1::3], values[2::3], strict=True))
    return lambda x: sum(height * (stair(x, left) - stair(x, right)) for left, height, right in parts)


def bowl(figure):
    said = figure.locator(".mv-handle").first.get_attribute("aria-valuetext").replace("−", "-")
    start = [float(word.rstrip(",")) for word in said.split()[1::2]]
    state = settings_of("bowl") | {"start": start, "order": "shuffled", "decay": 0}
    places = iter(call("bowl", "path", state)["places"])

    def expected(x):
        intercept, slope = next(places)  # a path comes back to the same x
        assert abs(intercept - x) < 0.02
        return slope

    return expected


def bowl_trained(settings):
    return f"{call('bowl', 'needed', settings | {'order': 'shuffled', 'decay': 0})[0]['means'][-1]:.2g} above"


def bumps_trained(settings):
    return f"{call('bumps', 'losses', {name: settings[name] for name in ('seed', 'rate', 'steps')})[-1]:.2g}"


def spread(figure):
    """With ReLU each layer multiplies its spread by σ: k layers on, the line has moved by k powers of that."""
    settings = settings_of("spread")
    state = {name: settings[name] for name in ("seed", "width", "depth", "sigma")} | {"activation": "relu", "cosine": 0}
    first = call("spread", "signals", state)["forward"]
    factor = value(figure) / settings["sigma"]
    return lambda layer: log10(first[round(layer) - 1]) + (layer - 1) * log10(factor)


def valley(figure):
    """Each step multiplies the distance along both directions by 1 - rate x curvature; both axes are powers of ten."""
    settings = settings_of("valley")
    facts = {name: settings[name] for name in ("means", "covariance", "along")}
    bowl = call("valley", "bowl", facts, {"unit": 1, "centre": False, "scale": False, "whiten": False})
    rate = value(figure, 1)
    (c, s), gap = bowl["vector"], [a - b for a, b in zip(settings["start"], bowl["minimum"], strict=True)]
    parts = ((c * gap[0] + s * gap[1], bowl["high"]), (c * gap[1] - s * gap[0], bowl["low"]))

    def expected(x):
        step = round(at(x, 1, 5000))
        left = hypot(*(part * abs(1 - rate * curve) ** step for part, curve in parts)) / hypot(*gap)
        return min(max(log10(left or 1e-99), -3.6), 1.6)

    return expected


def company(figure):
    """The answer changes where both standardised features have the sum 0: a line through the mean of the batch."""
    said = [one.get_attribute("aria-valuetext").replace("−", "-") for one in figure.locator(".mv-handle").all()]
    diamond = settings_of("company")["batches"][0][0]
    pairs = [diamond, *([float(word) for word in text.split(";")[0].split(", ")] for text in said)]
    (a, b), (p, q) = ([f(column) for column in zip(*pairs, strict=True)] for f in (fmean, pstdev))
    return lambda x: b - q / p * (x - a)


def pace(figure):
    """The plain net's losses."""
    losses = call("pace", "losses", "plain", settings_of("pace") | {"rate": value(figure)})
    return lambda step: place_of(min(max(losses[round(step)] or 10, 1e-4), 10), 1e-4, 10)


def pace_trained(settings):
    return f"plain {call('pace', 'losses', 'plain', settings)[-1]:.2g},"


def thin(figure):
    noise = value(figure)
    return lambda x: sin(x) + 2 * noise


def thin_trained(settings):
    return f"{call('thin', 'losses', settings)['own'][-1]:.2g} on its own points"


def chase(figure):
    noise = value(figure)
    return lambda x: sin(2 * x) + sin(0.5 * x) + exp(-0.2 * x) + 2 * noise


def chase_trained(settings):
    start = {"kind": "sigmoid", "start": 0, "steepness": 1, "even": False}
    return f"{call('chase', 'losses', {**settings, **start})['own'][-1]:.2g}"


def edges(figure):
    values = [value(figure, k) for k in range(7)]
    node = lambda x, k: values[4 + k] * max(0, values[k] * x + values[2 + k])  # noqa: E731
    return lambda x: 1 / (1 + exp(-node(x, 0) - node(x, 1) - values[6]))


def price(figure):
    t = settings_of("price")["draws"][0]
    rows = np.vstack([np.vander(np.arange(10) / 9, 10), np.exp(value(figure) / 2) * np.eye(10)])
    w = np.linalg.lstsq(rows, np.concatenate([t, np.zeros(10)]), rcond=None)[0]
    return lambda x: np.polyval(w, x)


def carry(figure):
    settings = settings_of("carry")
    said = figure.locator(".mv-handle").first.get_attribute("aria-valuetext")
    place = {name: int(number) for name, number in re.findall(r"(right|up) (-?\d+)", said)}
    found = call("carry", "answers", settings["nets"], settings["images"][settings["label"]], place)
    return lambda x: found["with"][round(x)]


def descent(figure):
    places = [k / 50 - 3 for k in range(301)]
    heights = call("descent", "slice", settings_of("descent"), 0, int(value(figure)), places)
    return lambda x: np.interp(x, places, heights)


def descent_trained(settings):
    return f"validation {call('descent', 'errors', settings | {'widths': [2000]})[0][0][1]:.2g}"


def passes(figure):
    factor = value(figure)
    return lambda whole: factor * whole


def passes_trained(settings):
    return f"{call('passes', 'distances', settings, settings['behind'], [1 - settings['p']])[0]:.2g} with 1 − p"


def queue(figure):
    """Milliseconds against the width of a layer."""
    bandwidth, settings = value(figure, 1), settings_of("queue")
    floor = settings["operations"] * settings["launch"] / 1000
    return lambda x: place_of(max(floor, (44 * 100 + 84) * at(x, 10, 1e6) / (bandwidth * 1e6)), 0.01, 1000)


def roof(figure):
    """Operations each second against operations for each byte."""
    bandwidth, arithmetic = value(figure), settings_of("roof")["arithmetic"]
    return lambda x: place_of(min(arithmetic, at(x, 0.03, 3000) * bandwidth), 0.1, 1e6)


def touch(figure):
    """The line of equal error through the best pair on the diamond, which is found by walking around its edge."""
    settings, budget = settings_of("touch"), value(figure, 1)
    centre, curvature = np.array(settings["centre"]), np.array(settings["curvature"])
    t, corners = np.linspace(0, 1, 4001)[:, None], np.array([[1, 0], [0, 1], [-1, 0], [0, -1]])
    away = budget * np.concatenate([(1 - t) * corners[k] + t * corners[k - 3] for k in range(4)]) - centre
    radius = np.sqrt((away @ curvature * away).sum(axis=1).min())
    heights = iter(centre[1] + radius * np.sin(np.arange(121) * np.pi / 60) / np.linalg.cholesky(curvature)[1, 1])
    return lambda x: next(heights)


SECOND = ".mv-handle >> nth=1"
ROWS = [
    Row("bumps", bumps, SECOND, train=("Let training try", "After "), trained=bumps_trained),
    Row("spread", spread),
    Row("valley", valley, SECOND, "path.mv-mine >> nth=1"),
    Row("company", company, ".mv-handle >> nth=2", "path.mv-third >> nth=0"),
    Row("pace", pace, train=("Train 60 steps", "After 60 steps"), trained=pace_trained),
    Row("chase", chase, path="path.mv-upper", train=("Train 200 steps", "After 200 steps"), trained=chase_trained),
    Row("edges", edges, ".mv-handle >> nth=4", "path.mv-mine"),
    Row("price", price),
    Row("carry", carry, path="path.mv-mine >> nth=1"),
    Row("bowl", bowl, train=("Let them run", "After 300 samples"), trained=bowl_trained),
    Row("descent", descent, train=("Widen it step by step", "At 2,000 nodes"), trained=descent_trained),
    Row("passes", passes, train=("Run 1,000 passes", "After 1,000 passes"), trained=passes_trained),
    Row("touch", touch, SECOND, "path.mv-target"),
    Row("roof", roof, path="path.mv-roof"),
    Row("thin", thin, path="path.mv-upper", train=("Train 500 steps", "After 500 steps"), trained=thin_trained),
    Row("queue", queue, SECOND, "path.mv-model"),
]
each_figure = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.figure)


def alive(page, row):
    """Go to the figure, and wait until it lives: a playwright.sync_api.Locator."""
    figure = page.locator(f'.moving-figure[data-figure="{row.figure}"]').first
    figure.scroll_into_view_if_needed()
    figure.locator(f"{LIVE} svg path[d^=M]").first.wait_for(state="attached")
    return figure


def points(figure, row):
    """What a path draws, in the units of its axes: list of (x, y)."""
    path = figure.locator(row.path)
    facts = path.evaluate("one => [one.closest('svg').dataset.x, one.closest('svg').dataset.y, one.getAttribute('d')]")
    (x0, x1, left, right), (y0, y1, bottom, top) = (tuple(map(float, fact.split())) for fact in facts[:2])
    pairs = [tuple(map(float, pair.split())) for pair in facts[2].lstrip("M").replace("M", "L").split("L")]
    return [
        (x0 + (x - left) / (right - left) * (x1 - x0), y0 + (y - bottom) / (top - bottom) * (y1 - y0)) for x, y in pairs
    ]


def follows(figure, row, before):
    """Whether the path has changed, and is what the formula says; pixels are drawn to a tenth."""
    now, expected = points(figure, row), row.expected(figure)
    heights = [y for _, y in now]
    room = 0.02 * (max(heights) - min(heights)) + 0.01
    assert now != before
    assert max(abs(y - expected(x)) for x, y in now) < room


def settle(page):
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def draw_with_mouse(page, points):
    """Press at the first of some points of the window, and let go at the last."""
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point, steps=4)
    page.mouse.up()
    settle(page)


def draw_with_finger(page, points):
    """Put a finger on the first of some points of the window, and lift it at the last."""
    touch = page.context.new_cdp_session(page)
    for k, (x, y) in enumerate(points):
        kind = "touchMove" if k else "touchStart"
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    settle(page)


def middle(figure, row):
    """Where a handle is in the window, to which the page is scrolled where it must: (x, y) in pixels."""
    figure.locator(row.handle).scroll_into_view_if_needed()
    box = figure.locator(row.handle).locator(".mv-knob").bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_every_figure_of_the_package_has_a_row_and_a_page():
    assert sorted(row.figure for row in ROWS) == moving.names()
    assert all(page_of(row.figure) for row in ROWS)


@each_figure
def test_a_mouse_and_the_keyboard_move_what_is_drawn_in_the_room_that_was_kept(row, open_page, address):
    page = open_page(page_of(row.figure), motion="reduce")
    assert not [url for url in page.asked if "/moving/" in url]  # nobody is near
    figure = alive(page, row)
    page.wait_for_function("document.fonts.status === 'loaded'")
    before = points(figure, row)
    settle(page)
    assert points(figure, row) == before  # nothing moves before the reader asks
    x, y = middle(figure, row)
    draw_with_mouse(page, [(x, y), (x + 12, y - 40)])
    follows(figure, row, before)
    before, handle = points(figure, row), figure.locator(row.handle)
    handle.focus()
    said = handle.get_attribute("aria-valuetext")
    for key in ("Shift+ArrowUp", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    settle(page)
    follows(figure, row, before)
    assert handle.get_attribute("aria-valuetext") != said and handle.get_attribute("aria-label")
    still, living = figure.locator("img"), figure.locator(LIVE)
    assert living.is_visible() and not still.is_visible()
    for width in (1350, 390):
        page.set_viewport_size({"width": width, "height": 900})
        settle(page)
        room = figure.evaluate("one => parseFloat(getComputedStyle(one).minHeight)")
        needed = living.bounding_box()["height"]
        assert room - 60 <= needed <= room, (
            f"{row.figure}.css: it needs {needed:.0f} px at {width}, and keeps {room:.0f}"
        )
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.emulate_media(media="print")
    assert still.is_visible() and not living.is_visible()
    page.emulate_media(media="screen")
    assert not page.errors and all(url.startswith((address, "data:")) for url in page.asked)
    # The rest of the page goes, which axe would read. So do lines, before colours are compared: a curve that leaves its
    # plot is cut off there, and axe believes that it covers the words.
    page.evaluate("one => document.querySelector('article').replaceChildren(one)", figure.element_handle())
    assert not axe(page, WITHOUT_COLOURS, "article")
    page.evaluate("document.querySelectorAll('article svg :not(g, text)').forEach((one) => one.remove())")
    assert not axe_on_colours(page, "article")


@each_figure
def test_a_finger_moves_the_handle_and_not_the_page(row, open_page):
    page = open_page(page_of(row.figure), width=390, has_touch=True, is_mobile=True)
    figure = alive(page, row)
    figure.locator(row.handle).evaluate("one => one.scrollIntoView({ block: 'center', behavior: 'instant' })")
    settle(page)
    before, at = points(figure, row), page.evaluate("scrollY")
    x, y = middle(figure, row)
    draw_with_finger(page, [(x + k, y - 6 * k) for k in range(7)])
    follows(figure, row, before)
    assert page.evaluate("scrollY") == at


@pytest.mark.parametrize(
    ("row", "motion"),
    [(row, "no-preference") for row in ROWS if row.train] + [(ROWS[0], "reduce")],
    ids=lambda it: it if isinstance(it, str) else it.figure,
)
def test_training_reaches_the_number_that_pytorch_reaches(row, motion, open_page):
    page = open_page(page_of(row.figure), motion=motion)
    figure = alive(page, row)
    button, over = row.train
    figure.get_by_role("button", name=button).click()
    status = figure.get_by_role("status").filter(has_text=over)
    status.wait_for()
    assert row.trained(settings_of(row.figure)) in status.inner_text()
    assert not page.errors


@pytest.mark.parametrize("path", sorted({page_of(row.figure) for row in ROWS}))
def test_figures_live_in_a_page_from_the_disk_and_without_scripts_their_stills_do(path, open_page, unpacked):
    rows = [row for row in ROWS if page_of(row.figure) == path]
    page = open_page(path, base=unpacked)
    for row in rows:
        assert alive(page, row).locator(LIVE).is_visible()
    assert not page.errors and all(url.startswith(("file:", "data:")) for url in page.asked)
    page = open_page(path, base=unpacked, java_script_enabled=False)
    for row in rows:
        figure = page.locator(f'.moving-figure[data-figure="{row.figure}"]').first
        assert figure.locator("img").is_visible()
        assert figure.bounding_box()["height"] < figure.locator("img").bounding_box()["height"] + 50  # no empty room


@each_figure
def test_a_notebooks_output_lives_in_a_frame_without_rights(row, open_page):
    still = {"image/svg+xml": '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'}
    output = moving.notebook_html({"figure": row.figure, "settings": settings_of(row.figure), "alt": "It."}, still)
    page = open_page("about:blank", base="")
    page.evaluate(
        """(output) => {
          const frame = document.createElement("iframe");
          frame.setAttribute("sandbox", "allow-scripts");
          frame.style = "width: 700px; height: 900px";
          frame.srcdoc = output;
          document.body.append(frame);
        }""",
        output,
    )
    frame = page.frame_locator("iframe")
    frame.locator(f"{LIVE} svg path[d^=M]").first.wait_for(state="attached")
    handle = frame.locator(row.handle)
    said = handle.get_attribute("aria-valuetext")
    handle.focus()
    page.keyboard.press("Shift+ArrowUp")
    handle.and_(frame.locator(f":not([aria-valuetext={said!r}])")).wait_for()
    assert not page.errors and all(url.startswith(("about:", "data:")) for url in page.asked)


def test_figures_are_small():
    folder = EN / "_static" / "moving"
    assert weight(folder / "shared.js") + weight(STYLE) < SHARED + 300 * len(ROWS)
    assert not [path.name for path in folder.glob("*.js") if path.name != "shared.js" and weight(path) > OWN]
