"""The figure of chapter 9: a reader draws a digit by mouse, finger or keyboard, and walks with it."""

import re

import pytest
from test_moving import ROWS, alive, draw_with_finger, draw_with_mouse, page_of, settle

ROW = next(row for row in ROWS if row.figure == "carry")
STROKE = [(9, 6), (13, 4), (18, 6), (17, 11), (12, 13), (18, 15), (19, 20), (14, 23), (8, 21)]  # a 3, in pixels


def begin(page, digit="3"):
    """The figure with an empty sheet for a digit."""
    figure = alive(page, ROW)
    figure.get_by_label("the digit in it").select_option(digit)
    figure.locator("select").first.select_option("own")
    settle(page)
    assert not inked(page)
    return figure


def inked(page):
    """The pixels that are black: set of (column, row)."""
    drawn = page.locator(".mv-ink").last.get_attribute("d")
    return {(int(c), int(r)) for c, r in re.findall(r"M(\d+) (\d+)h", drawn)}


def on_the_page(figure, pixels):
    """Where pixels of the picture are in the window: list of (x, y)."""
    figure.locator(".mv-sheet").scroll_into_view_if_needed()
    box = figure.locator(".mv-sheet rect").bounding_box()
    return [(box["x"] + box["width"] * x / 28, box["y"] + box["height"] * y / 28) for x, y in pixels]


def test_a_mouse_draws_a_digit_that_can_be_moved(open_page):
    page = open_page(page_of("carry"))
    figure = begin(page)
    draw_with_mouse(page, on_the_page(figure, STROKE))
    assert {(13, 4), (12, 13), (18, 19)} <= inked(page)
    figure.get_by_role("button", name="Done").click()
    settle(page)
    black = inked(page)
    figure.locator(".mv-handle").focus()
    page.keyboard.press("ArrowRight")
    settle(page)
    assert inked(page) == {(c + 1, r) for c, r in black}
    assert not page.errors


def test_the_keyboard_draws_too(open_page):
    page = open_page(page_of("carry"))
    figure = begin(page, "1")
    figure.locator(".mv-sheet").focus()
    for key in ("ArrowUp", "ArrowUp", "Space", *["ArrowDown"] * 6, "Space", "ArrowRight", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    settle(page)
    black = inked(page)
    assert {(c, r) for c in (13, 14) for r in range(12, 18)} <= black
    assert max(c for c, _ in black) == 14  # a lifted pen leaves nothing
    assert figure.get_by_role("status").inner_text() == "The pen is up."


def test_a_finger_draws_and_the_page_stays(open_page):
    page = open_page(page_of("carry"), width=390, has_touch=True, is_mobile=True)
    points = on_the_page(begin(page), STROKE[:8])
    before = page.evaluate("scrollY")
    draw_with_finger(page, points)
    assert {(13, 4), (12, 13)} <= inked(page)
    assert page.evaluate("scrollY") == before


@pytest.mark.parametrize("digit", ["0", "9"])
def test_all_shifts_are_counted(open_page, digit):
    page = open_page(page_of("carry"))
    figure = alive(page, ROW)
    figure.get_by_label("the digit in it").select_option(digit)
    figure.get_by_role("button", name="Try all shifts").click()
    status = figure.get_by_role("status").filter(has_text="nine tenths of the ink in the picture, the net")
    status.wait_for()
    shifts, first, second = map(int, re.findall(r"(?:Of|at) (\d+)", status.inner_text()))
    assert min(first, second) > 0 and max(first, second) < shifts
    assert first < second or digit != "0", "trained on shifts, a net knows a 0 at more of them"
