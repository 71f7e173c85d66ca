"""The pages about the numbers in a browser: sorted and filtered by keyboard, read on a phone, whole without scripts."""

import json
import re
from pathlib import Path

import pytest

from publish import places

ROOT = Path(__file__).resolve().parent.parent.parent
EDITION = next(path for path in (ROOT / "_build" / "site" / "en", ROOT / "_build" / "html") if path.exists())
REPRODUCTION, LECTURE_MAP = (EDITION / "chapters" / f"{name}.html" for name in ("reproduction", "lecture_map"))


@pytest.fixture
def open_file(browser):
    contexts = []

    def open_(path, width=1400, **options):
        contexts.append(browser.new_context(viewport={"width": width, "height": 900}, **options))
        page = contexts[-1].new_page()
        page.goto(path.as_uri())
        return page

    yield open_
    for context in contexts:
        context.close()


def column(page, head, table="#lecture-numbers"):
    """The texts of a column, from the rows that are shown."""
    cells = page.locator(f"{table} tbody tr:not([hidden]) [data-label='{head}']")
    return cells.all_inner_texts()


def test_heads_sort_with_the_keyboard_and_say_so(open_file):
    page = open_file(REPRODUCTION)
    head = page.locator("#lecture-numbers th", has_text="Allowed")
    head.get_by_role("button").focus()
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    found = [float(text.removeprefix("± ").replace("−", "-")) for text in column(page, "Allowed") if text]
    assert found == sorted(found) and len(set(found)) > 3
    assert column(page, "Allowed")[-1] == ""  # empty cells are last
    page.keyboard.press("Space")
    assert head.get_attribute("aria-sort") == "descending"
    assert [float(t.removeprefix("± ").replace("−", "-")) for t in column(page, "Allowed") if t] == found[::-1]
    assert page.locator("#lecture-numbers th[aria-sort]").count() == 1


def test_a_chapter_is_chosen_from_a_list_with_a_label(open_file):
    page = open_file(REPRODUCTION)
    every = len(column(page, "Id", "#other-claims"))
    box = page.get_by_label("Chapter", exact=True).last
    name = next(text for text in box.locator("option").all_inner_texts() if text.startswith("3"))
    box.select_option(label=name)
    shown = column(page, "Chapter", "#other-claims")
    assert set(shown) == {"3"} and 0 < len(shown) < every
    assert page.get_by_role("status").last.inner_text() == f"{len(shown)} of {every} rows"
    box.select_option(label="all")
    assert len(column(page, "Id", "#other-claims")) == every


@pytest.mark.parametrize("path", [REPRODUCTION, LECTURE_MAP], ids=lambda path: path.stem)
def test_a_phone_shows_each_row_as_a_card(path, open_file):
    page = open_file(path, width=390)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    widths = page.locator("table tbody td:visible").evaluate_all(
        "cells => cells.map(c => c.getBoundingClientRect().right)"
    )
    assert max(widths) <= 390
    label = page.locator("table tbody td").first.evaluate("cell => getComputedStyle(cell, '::before').content")
    assert len(label) > 4


def test_without_scripts_the_whole_tables_are_there(open_file):
    page = open_file(REPRODUCTION, java_script_enabled=False)
    entries = json.loads(REPRODUCTION.with_suffix(".json").read_text(encoding="utf-8"))
    assert page.locator("#lecture-numbers tbody tr, #other-claims tbody tr").count() == len(entries)
    assert page.locator("#lecture-numbers button").count() == 0


def test_the_map_shows_every_row_and_each_link_lands_on_its_claim(open_file):
    page = open_file(LECTURE_MAP)
    assert page.locator("table.lecture-map tbody tr").count() == len(places.coverage(ROOT))
    for place in places.by_row(places.places(ROOT))["B04"]:  # claimed on both sets of digits
        link = page.get_by_role("link", name=place.statement, exact=True)
        address = link.get_attribute("href")
        assert address.endswith(f"#{place.anchor}")
    landed = open_file(EDITION / "chapters" / Path(address.partition("#")[0]).name)
    assert f"✓ {place.id} " in landed.locator("div.cell", has=landed.locator(f"#{place.anchor}")).inner_text()


def test_data_are_the_numbers_of_the_page(open_file):
    page = open_file(REPRODUCTION)
    entries = {e["id"]: e for e in json.loads(REPRODUCTION.with_suffix(".json").read_text(encoding="utf-8"))}
    claims = [entry for entry in entries.values() if entry["holds"] is not None]
    said = page.locator(".numbers-summary").inner_text()
    assert re.search(rf"{sum(entry['holds'] for entry in claims)} held", said)
    row = page.locator("#lecture-numbers tbody tr", has=page.get_by_role("link", name="B04", exact=True))
    assert row.locator("[data-label='This build']").inner_text() == f"{entries['B04']['measured']:.6g}"
