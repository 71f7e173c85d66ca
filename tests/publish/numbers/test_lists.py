"""The tables that are written by hand agree with the chapters, and where they do not, a line says so."""

import dataclasses

import pytest

from publish.book import Book
from publish.numbers import claims, lists


def test_the_tables_of_this_book_agree_with_its_chapters(root):
    assert lists.faults(claims.chapters(Book(root)), lists.read(root)) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "says"),
    [
        ("figures", "A01,A01,compared,,0.014", "A01,A01,compared,,6", "lecture's figure of A01 is not there: [0.014]"),
        ("figures", "A reason.", "", "figures.csv, A01: one sentence must say why"),
        ("figures", "A01,A01,compared", "A01,A01,guessed", "kind is one of"),
        ("figures", "A01,A01", "A01,Z99", "no row 'Z99' in the coverage list"),
        ("figures", "\nch01.loop-1,", "\nch01.gone,", "figures.csv, ch01.gone: no such claim in the book"),
        ("figures", "\nch01.loop-1,", "\nch01.gone,", "no row 'ch01.loop-1' says why its tolerance is 1"),
        ("figures", ",1,One.", ",2,One.", "ch01.loop-1: the claim allows within=1, and the row explains 2"),
        ("figures", "x = 0.0139", "x = 7", "'x = 7' does not stand in cell 01:set-up"),
        ("figures", "01:set-up", "01:gone", "no place '01:gone' in the book"),
        ("figures", "ch01.loop-2,", "ch01.loop-1,", "figures.csv, ch01.loop-1: 2 rows"),
        ("coverage", "A02,A", "A03,A", "coverage.csv: no claim and no mark shows A03"),
        ("coverage", "A02,A", "A03,A", "chapters/01_one, cell idea: 'A02' is no row of the coverage list"),
        ("papers", "smaller,A01", "smaller,A09", "papers.csv, p: no claim 'A09'"),
        ("papers", "smaller", "larger", "papers.csv, p: standing is one of"),
        ("papers", "02:start", "02:gone", "papers.csv, q: neither claims nor a place in the book"),
    ],
)
def test_what_does_not_agree_is_named(book, name, old, new, says):
    path = book.root / "chapters" / f"{name}.csv"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    found = lists.faults(claims.chapters(book), lists.read(book.root))
    assert any(says in fault for fault in found), found


def test_a_claim_that_a_run_did_not_come_to_and_one_made_twice_are_named(book, chapters):
    one, two = chapters
    lost = dataclasses.replace(one.places[0], id="ch01.never", record=None)
    changed = dataclasses.replace(one, places=[*one.places, lost, one.places[0]])
    assert lists.faults([one, two], lists.read(book.root)) == []
    found = lists.faults([changed, two], lists.read(book.root))
    assert [fault.partition(": ")[2] for fault in found] == [
        "'ch01.never' is claimed in the code, and the run did not come to it",
        "'A01' stands in the book a second time",
    ]


def test_nothing_is_asked_of_a_book_that_has_not_all_chapters_or_no_tables(without_two, tmp_path):
    chapters, tables = claims.chapters(without_two), lists.read(without_two.root)
    assert lists.missing(chapters, tables["coverage"]) == ["two"] and lists.faults(chapters, tables) == []
    assert lists.faults([], lists.read(tmp_path / "nowhere")) == []
