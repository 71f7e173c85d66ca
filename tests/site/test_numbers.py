"""The pages about the numbers in a browser: sorted and filtered by keyboard, read on a phone, whole without scripts."""

import json
import re
from pathlib import Path

import pytest
from site_files import BOOK, EN

from publish.numbers import claims, lists

REPRODUCTION, LECTURE_MAP = (EN / "chapters" / f"{name}.html" for name in ("reproduction", "lecture_map"))


def entries():
    """The numbers of the page as the file beside it has them: list of dict."""
    (file,) = EN.rglob("reproduction.json")
    return json.loads(file.read_text(encoding="utf-8"))


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


def sort_keys(page, head, table="#lecture-numbers"):
    """By what the rows that are shown are sorted in a column: the numbers of the cells that have one."""
    cells = page.locator(f"{table} tbody tr:not([hidden]) [data-label='{head}'][data-sort]")
    return cells.evaluate_all("cells => cells.map(cell => parseFloat(cell.dataset.sort))")


def test_heads_sort_with_the_keyboard_and_say_so(open_file):
    page = open_file(REPRODUCTION)
    head = page.locator("#lecture-numbers th", has_text="Allowed")
    head.get_by_role("button").focus()
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    found = sort_keys(page, "Allowed")
    assert found == sorted(found) and len(set(found)) > 3
    assert column(page, "Allowed")[-1] == ""  # empty cells are last
    page.keyboard.press("Space")
    assert head.get_attribute("aria-sort") == "descending"
    assert sort_keys(page, "Allowed") == sorted(found, reverse=True)
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
    assert page.locator("#lecture-numbers tbody tr, #other-claims tbody tr").count() == len(entries())
    assert page.locator("#lecture-numbers button").count() == 0


def test_the_map_shows_every_row_and_each_link_lands_on_its_claim(open_file):
    page = open_file(LECTURE_MAP)
    assert page.locator("table.lecture-map tbody tr").count() == len(lists.read(BOOK.root)["coverage"])
    targets = {}
    for chapter in claims.chapters(BOOK):
        targets |= {place.anchor: (chapter, place) for place in chapter.places if place.row == "B04"}
    links = page.locator("#row-b04 a[href*='#']")
    found = {address.partition("#")[2]: address for address in links.evaluate_all("all => all.map(a => a.href)")}
    claimed = [anchor for anchor in found if anchor.startswith("claim-")]
    assert claimed and set(claimed) <= set(targets)
    landed = open_file(EN / "chapters" / Path(found[claimed[0]].partition("#")[0]).name)
    place = targets[claimed[0]][1]
    line = landed.locator(f"#{claimed[0]}")
    line.evaluate("line => line.closest('details')?.setAttribute('open', '')")
    assert "✓" in line.inner_text() and place.record["statement"] in line.inner_text()


def test_data_are_the_numbers_of_the_page(open_file):
    page = open_file(REPRODUCTION)
    found = {entry["id"]: entry for entry in entries()}
    made = [entry for entry in found.values() if entry["holds"] is not None]
    said = page.locator(".numbers-summary").inner_text()
    assert re.search(rf"{sum(entry['holds'] for entry in made)} held", said)
    row = page.locator("#lecture-numbers tbody tr", has=page.get_by_role("link", name="A43", exact=True))
    assert f"{found['A43']['measured']:.6g}" in row.locator("[data-label='This build']").inner_text()
