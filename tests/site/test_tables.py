"""The tables in chapters/ that are written by hand agree with the chapters, as these ran for the site."""

import re
from collections import Counter

import pytest
from site_files import BOOK

from publish.numbers import claims, door, lists, robustness

COVERAGE, FIGURES, PAPERS, GALLERY, SURPRISES = lists.read(BOOK.root).values()
CHAPTERS = claims.chapters(BOOK)
PLACES = [place for chapter in CHAPTERS for place in chapter.places]
CLAIMS = {place.id: place for place in PLACES if place.kind != "mark"}
CODE = {f"{chapter.file}:{cell}": source for chapter in CHAPTERS for cell, source in chapter.code.items()}
MISSING = lists.missing(CHAPTERS, COVERAGE)
WHOLE = pytest.mark.skipif(bool(MISSING), reason=f"chapters of the course are not in this book: {', '.join(MISSING)}")


def numbers(text):
    """The numbers written in a text: set of float; "12,661" is one number, "784-30-1" are three."""
    text = re.sub(r"(?<=\d),(?=\d{3}\b)", "", text)
    return {float(n) for n in re.findall(r"(?<![\w.)])[-+]?\d+(?:\.\d+)?|(?<=\d-)\d+(?:\.\d+)?", text)}


def test_every_row_of_the_lectures_has_a_place():
    lost = COVERAGE.keys() - {place.row for place in PLACES}
    assert not lost, f"coverage.csv: no claim and no mark shows {', '.join(sorted(lost))}"


def test_claims_and_marks_name_a_row_or_their_chapter_and_stand_once():
    for chapter in CHAPTERS:
        for place in chapter.places:
            own = place.kind != "mark" and place.row == f"ch{chapter.file}"
            assert place.row in COVERAGE or own, f"{chapter.document}, cell {place.cell}: no row {place.row!r}"
    assert [anchor for anchor, count in Counter(place.anchor for place in PLACES).items() if count > 1] == []


def test_the_run_came_to_every_claim():
    assert {id_ for chapter in CHAPTERS for id_ in robustness.ids(chapter.notebook)} - CLAIMS.keys() == set()


def test_every_tolerance_is_explained_as_it_is():
    explained = {row["id"]: row["within"] for row in FIGURES}
    for id_, place in CLAIMS.items():
        if within := place.record.get("within"):
            assert float(explained.get(id_) or 0) == within, f"figures.csv, {id_}: say why it is within {within:g}"


@WHOLE
def test_every_number_that_a_lecture_states_has_a_row():
    for id_, row in COVERAGE.items():
        values = [figure["value"] for figure in FIGURES if figure["row"] == id_]
        lost = numbers(row["figure in the lecture"]) - set().union(*map(numbers, values))
        assert not lost and (values or not row["figure in the lecture"]), f"figures.csv: {id_}, {sorted(lost)}"


@WHOLE
@pytest.mark.parametrize("row", FIGURES, ids=lambda row: row["id"])
def test_a_figure_of_a_lecture_has_its_place(row):
    assert row["kind"] in lists.KINDS and (not row["row"] or row["row"] in COVERAGE)
    if row["kind"] in lists.MEASURED:
        assert row["id"] in CLAIMS
    else:
        assert row["value"] and row["place"] in {*CLAIMS, *CODE}
    if row["kind"] == "setting":
        assert row["code"] and row["code"] in CODE[row["place"]]
    else:
        assert row["why"].endswith("."), "one sentence says why"


def test_no_figure_stands_twice():
    assert [id_ for id_, count in Counter(row["id"] for row in FIGURES).items() if count > 1] == []


@WHOLE
@pytest.mark.parametrize("row", PAPERS, ids=lambda row: row["id"])
def test_a_figure_of_a_paper_has_its_claims_or_a_place(row):
    assert row["standing"] in lists.STANDINGS and CLAIMS.keys() >= set(row["claims"].split())
    assert row["claims"] or row["place"] in {*CLAIMS, *CODE}


@WHOLE
def test_the_landing_page_names_what_is_there():
    assert CLAIMS.keys() >= {id_ for row in SURPRISES for id_ in door.claimed(row)}
    pictures = {chapter.stem: GALLERY.get(chapter.stem, {}).get("picture") or None for chapter in CHAPTERS}
    assert not [chapter.stem for chapter in CHAPTERS if pictures[chapter.stem] not in {None, *chapter.code}]
