"""The report: what stands in it is what was measured, and what could not be measured says so."""

import csv
import io
import json

import pytest
from bs4 import BeautifulSoup

from publish import figures, html_tables, reproduction, robustness_table
from publish.places import Place

DOCUMENT = "chapters/05_sgd"
FIGURES = [
    {
        "id": "A43",
        "row": "A43",
        "kind": "compared",
        "figure": "",
        "value": "0.9981",
        "place": "",
        "code": "",
        "seed": "",
    }
    | {"within": "0.001", "why": "Twelve images."},
    {"id": "A32", "row": "A32", "kind": "cited", "figure": "a time", "value": "0.5 s", "place": "A43", "code": ""}
    | {"seed": "", "within": "", "why": "No card."},
]
RECORDS = {
    DOCUMENT: [
        {"id": "A43", "statement": "accuracy", "measured": 0.9975, "lecture": 0.9981, "within": 0.001, "holds": True},
        {"id": "ch05.fit", "statement": "<same> weights", "holds": True, "compared": [[0.5, "<", 1.25]]},
        {"id": "ch05.far", "statement": "far", "measured": "nan", "lecture": 1.0, "within": 0.1, "holds": False},
        {"id": "ch05.mnist", "statement": "on MNIST", "holds": None},
    ]
}
PLACED = {r["id"]: Place(r["id"], DOCUMENT, "cell", r["statement"], "a < b") for r in RECORDS[DOCUMENT]}


@pytest.fixture
def entries():
    return figures.report(RECORDS, FIGURES, PLACED, {"A43": "MNIST"})


def where(name):
    return f"05_sgd.html#{name['place'] if isinstance(name, dict) else name}", "5", "5 Descent"


def rows_of(html):
    table = BeautifulSoup(html, "lxml").table
    heads = [head.get_text() for head in table.thead.find_all("th")]
    return {
        row.th.get_text(): {
            head: cell.get_text(" ") for head, cell in zip(heads, row.find_all(["th", "td"]), strict=True)
        }
        for row in table.tbody.find_all("tr")
    }


def test_a_number_stands_beside_the_lectures(entries):
    rows = rows_of(reproduction.lectures(entries, {"A43": (11, 12)}, where))
    assert list(rows) == ["A32", "A43"]
    assert rows["A43"] == {
        "Id": "A43",
        "Chapter": "5",
        "What": "accuracy Twelve images.",
        "Lecture": "0.9981",
        "This build": "0.9975",
        "Difference": "✓ −0.0006",
        "Allowed": "± 0.001",
        "Held again": "11 of 12",
        "Data": "MNIST",
    }
    assert rows["A32"]["This build"] == "cited only" and "No card." in rows["A32"]["What"]


def test_a_number_that_is_missed_is_seen():
    missed = {DOCUMENT: [RECORDS[DOCUMENT][0] | {"measured": 0.5, "holds": False}]}
    rows = rows_of(reproduction.lectures(figures.report(missed, FIGURES, PLACED, {}), {}, where))
    assert rows["A43"]["Difference"] == "✗ −0.498"


def test_other_claims_tell_what_was_found_and_nothing_is_markup(entries):
    html = reproduction.claims(entries, {}, where)
    rows = rows_of(html)
    assert "&lt;same&gt;" in html and rows["ch05.fit"]["What is claimed"] == "<same> weights a < b"
    assert rows["ch05.fit"]["Measured"] == "0.5 < 1.25"
    assert {id_: row["Held"] for id_, row in rows.items()} == {
        "ch05.fit": "✓ yes",
        "ch05.far": "✗ no",
        "ch05.mnist": "not claimed on these data",
    }
    assert rows["ch05.far"]["Measured"] == "nan"
    assert "Held again" not in rows["ch05.fit"]  # nothing ran again


def test_the_counts_are_those_of_the_records(entries):
    about = {"data": "MNIST", "machine": "a machine", "versions": {"torch": "2"}}
    text = BeautifulSoup(reproduction.summary(entries, [], about, [0.0, 86400.0]), "lxml").get_text(" ")
    assert "4: 2 held, 1 failed, 1 are not made on the data of this build" in text
    assert "1 measured again; 1 cited only" in text
    assert "1970-01-01 to 1970-01-02" in text


def test_the_files_hold_every_entry(entries):
    public = [figures.public(entry, where(entry["place"])[0]) for entry in entries]
    read = json.loads(reproduction.as_json(public))
    assert [entry["id"] for entry in read] == ["A43", "ch05.fit", "ch05.far", "ch05.mnist", "A32"]
    keys = {"id", "chapter", "statement", "measured", "lecture", "within", "holds", "data"}
    assert all(keys <= set(entry) for entry in read)
    assert read[0]["measured"] == 0.9975 and read[0]["chapter"] == "05" and read[4]["holds"] is None
    rows = list(csv.DictReader(io.StringIO(reproduction.as_csv(public))))
    assert [row["id"] for row in rows] == [entry["id"] for entry in read]


def test_a_table_is_one_for_a_screen_reader_too():
    html = html_tables.table("a caption", ["Id", "N"], [("g", [html_tables.text("<a>"), html_tables.Cell("1", 1)])])
    table = BeautifulSoup(html, "lxml").table
    assert table.caption.get_text() == "a caption"
    assert [head["scope"] for head in table.thead.find_all("th")] == ["col", "col"]
    assert table.tbody.th["scope"] == "row" and table.tbody.th["role"] == "rowheader"
    assert table.tbody.td["data-label"] == "N" and table.tbody.td["data-sort"] == "1"
    with pytest.raises(ValueError, match="expected 2 cells, got 1"):
        html_tables.table("c", ["Id", "N"], [("g", [html_tables.text("x")])])


def run(shift, held, **changes):
    claims = [{"id": "A43", "holds": held, "measured": 0.99 + shift / 1000}, {"id": "ch05.mnist", "holds": None}]
    base = {"chapter": "05", "code": "c1", "data": "MNIST", "threads": 1, "torch": "2.9", "shift": shift}
    return base | {"claims": claims} | changes


def test_runs_are_counted_by_condition():
    rows = robustness_table.rows_of([run(0, True), run(1, True), run(2, False), run(0, True, threads=2)])
    counted = {(row["id"], row["seeds"], row["threads"]): (row["held"], row["runs"]) for row in rows}
    assert counted["A43", "other", "1"] == ("1", "2")
    assert counted["A43", "the book's", "2"] == ("1", "1")
    assert counted["ch05.mnist", "other", "1"] == ("0", "0")
    assert robustness_table.held_again(rows) == {"A43": (3, 4)}
    assert next(row["lowest"] + " " + row["highest"] for row in rows if row["seeds"] == "other") == "0.991 0.992"


def test_results_of_other_code_are_left_out_and_replaced_when_measured_again():
    old = robustness_table.rows_of([run(0, True), run(0, True, torch="2.14")])
    assert robustness_table.current(old, {"05": "c2"}) == []
    new = robustness_table.merged(old, robustness_table.rows_of([run(0, False, code="c2")]))
    assert [(row["torch"], row["held"], row["code"]) for row in new if row["id"] == "A43"] == [
        ("2.14", "1", "c1"),
        ("2.9", "0", "c2"),
    ]


def test_claims_that_failed_are_named_with_where(entries):
    rows = robustness_table.rows_of([run(0, True), run(1, False), run(2, True)])
    html = reproduction.robustness(rows, {entry["id"]: entry for entry in entries}, where)
    tables = BeautifulSoup(html, "lxml").find_all("table")
    assert "1 claim failed" in tables[1].caption.get_text() and "held in 1 of 2" in tables[1].get_text()
    # A claim whose seed is a lecture's is not asked to hold with another.
    fixed = {entry["id"]: entry | {"seed": "lecture"} for entry in entries}
    html = reproduction.robustness(rows, fixed, where)
    assert "Every claim held" in html and len(BeautifulSoup(html, "lxml").find_all("table")) == 1
    assert "make robustness" in reproduction.robustness([], {}, where)
