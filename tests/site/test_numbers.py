"""The pages about the numbers in a browser: sorted and filtered by keyboard, read on a phone, whole without scripts."""

import json
import re

import pytest
from site_files import BOOK, EN

from publish.numbers import claims, lists

REPRODUCTION, LECTURE_MAP = "en/chapters/reproduction.html", "en/chapters/lecture_map.html"


def column(page, head, table="#lecture-numbers"):
    """The texts of a column, from the rows that are shown."""
    cells = page.locator(f"{table} tbody tr:not([hidden]) [data-label='{head}']")
    return cells.all_inner_texts()


def entries():
    """The data that the page offers: list of dict."""
    (path,) = EN.glob("_downloads/*/reproduction.json")
    return json.loads(path.read_text(encoding="utf-8"))


def test_heads_sort_with_the_keyboard_and_say_so(open_page):
    page = open_page(REPRODUCTION)
    head = page.locator("#lecture-numbers th", has_text="Allowed")
    head.get_by_role("button").focus()
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    keys = "cells => cells.map(cell => cell.dataset.sort ?? cell.textContent.trim())"
    cells = page.locator("#lecture-numbers tbody [data-label='Allowed']")
    numbers = [float(key) for key in cells.evaluate_all(keys) if re.fullmatch(r"-?[\d.e-]+", key)]
    assert numbers == sorted(numbers) and len(set(numbers)) > 3
    page.keyboard.press("Space")
    assert head.get_attribute("aria-sort") == "descending"
    again = [float(key) for key in cells.evaluate_all(keys) if re.fullmatch(r"-?[\d.e-]+", key)]
    assert again == sorted(numbers, reverse=True)
    assert page.locator("#lecture-numbers th[aria-sort]").count() == 1


def test_a_chapter_is_chosen_from_a_list_with_a_label(open_page):
    page = open_page(REPRODUCTION)
    page.get_by_text("The table of all other claims").click()
    every = len(column(page, "Id", "#other-claims"))
    box = page.get_by_label("Chapter", exact=True).and_(page.locator("#other-claims-chapter"))
    name = next(text for text in box.locator("option").all_inner_texts() if text.startswith("3"))
    box.select_option(label=name)
    shown = column(page, "Chapter", "#other-claims")
    assert len(set(shown)) == 1 and shown[0].startswith("3") and len(shown) < every
    assert page.locator("#other-claims-chapter ~ [role=status]").inner_text() == f"{len(shown)} of {every} rows"
    box.select_option(label="all")
    assert len(column(page, "Id", "#other-claims")) == every


@pytest.mark.parametrize("path", [REPRODUCTION, LECTURE_MAP])
def test_a_phone_shows_each_row_as_a_card(path, open_page):
    page = open_page(path, width=390)
    page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    cells = page.locator("table tbody td")
    assert max(cells.evaluate_all("cells => cells.map(c => c.getBoundingClientRect().right)")) <= 390
    assert len(cells.first.evaluate("cell => getComputedStyle(cell, '::before').content")) > 4


def test_without_scripts_the_whole_tables_are_there_and_are_the_data(open_page):
    page = open_page(REPRODUCTION, java_script_enabled=False)
    known = {entry["id"] for entry in entries()}
    rows = page.locator("#lecture-numbers tbody tr, #other-claims tbody tr")
    names = [name.strip() for name in rows.locator("[data-label=Id]").all_text_contents()]
    assert sorted(names) == sorted(known)
    assert page.locator("#lecture-numbers button").count() == 0
    held = sum(entry["holds"] is True for entry in entries())
    assert re.search(rf"\b({held:,}|{held}) held", page.locator(".numbers-summary").inner_text())


def test_the_map_shows_every_row_and_each_link_lands_on_its_claim(open_page):
    page = open_page(LECTURE_MAP)
    assert page.locator("table.lecture-map tbody tr").count() == len(lists.read(BOOK.root)["coverage"])
    found = [(chapter, place) for chapter in claims.chapters(BOOK) for place in chapter.places]
    found = [(chapter, place) for chapter, place in found if place.row == "B04" and place.record]
    assert found
    for _, place in found:  # claimed on both sets of digits
        link = page.get_by_role("link", name=place.record["statement"]).first
        assert link.get_attribute("href").endswith(f"#{place.anchor}")
    for chapter, place in found:
        landed = open_page(f"en/{chapter.document}.html#{place.anchor}")
        assert place.record["statement"] in landed.locator(f"#{place.anchor}").inner_text()


def test_a_link_to_a_folded_row_shows_it(open_page):
    page = open_page(REPRODUCTION)
    row = page.locator("#other-claims tbody tr").last
    assert not row.is_visible()
    page.evaluate("place => { location.hash = place; }", row.get_attribute("id"))
    page.wait_for_function(
        "row => row.checkVisibility() && row.getBoundingClientRect().top < innerHeight", arg=row.element_handle()
    )
