"""The pages of numbers: made from what ran, without what the book has not, and written only where they changed."""

import csv
import io
import json

import nbformat
from bs4 import BeautifulSoup

from publish.numbers import claims, html, lists, pages, robustness


def rows_of(page):
    heads = [head.get_text() for head in page.thead.find_all("th")]
    cells = [row.find_all(["th", "td"]) for row in page.tbody.find_all("tr")]
    return {row[0].get_text(): dict(zip(heads, [c.get_text(" ") for c in row], strict=True)) for row in cells}


def test_every_claim_and_mark_of_a_chapter_is_known_by_the_kind_of_its_cell(ran):
    places = [(place.id, place.kind) for place in claims.read(ran, "chapters/01_one", 1).places]
    checks = ("A01.keyword", "ch01.loop-1", "ch01.loop-2", "ch01.function", "ch01.mnist")
    assert places == [("A01", "finding"), ("A02", "mark"), *((id_, "checks") for id_ in checks), ("ch01.lost", "")]


def test_marks_name_one_row_or_several():
    text = "## A\n\n<!-- shows: B05, A40\nA28.later -->\n\nwords <!-- shows: B07 --> words"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(text)])
    assert [place.id for place in claims.read(notebook, "chapters/01_x", 1).places] == ["B05", "A40", "A28.later"]


def test_the_map_leads_to_every_place(page):
    lecture = page("lecture_map_a")
    assert "2 of its 2 rows have a place" in lecture.caption.get_text()
    assert [(link.get_text(), link["href"]) for link in lecture.find(id="row-a01").find_all("a")] == [
        ("Chapter 1: First", "01_one.html#claim-a01"),
        ("The loss is small & <fine>.", "01_one.html#claim-a01"),
        ("Chapter 1: Second", "01_one.html#claim-a01-keyword"),
        ("By keyword.", "01_one.html#claim-a01-keyword"),
    ]
    assert [link["href"] for link in lecture.find(id="row-a02").find_all("a")] == ["01_one.html#shows-a02"]
    assert not lecture.find("li")


def test_numbers_stand_beside_those_of_the_lecture(page):
    rows = rows_of(page("reproduction_lectures"))
    assert rows["A01"] == {
        "Id": "A01",
        "Chapter": "1",
        "What is claimed": f"the loss is small & <fine> A reason. {pages.FIXED_SEED}",
        "Lecture": "0.014",
        "This build": "✓ 0.0139",
        "Allowed": "< 0.03",
    }
    assert rows["A02.size"]["This build"] == "taken over as a setting"
    assert rows["B01.date"]["This build"] == "cited only" and rows["B01.date"]["Chapter"] == "2"
    others = rows_of(page("reproduction_claims"))
    said = ["✓ 0.0139", "✓ 1", "✓ 2", "✓ holds", "not claimed on these data", "✗ 3"]
    ids = ["A01.keyword", "ch01.loop-1", "ch01.loop-2", "ch01.function", "ch01.mnist", "ch01.lost"]
    assert {id_: row["This build"] for id_, row in others.items()} == dict(zip(ids, said, strict=True))
    assert others["ch01.loop-1"]["Allowed"] == "1.5 ± 1" and "Lecture" not in others["ch01.loop-1"]
    assert page("reproduction_claims").find(id="number-ch01-loop-1").a["href"] == "01_one.html#claim-ch01-loop-1"
    summary = page("reproduction_summary").get_text(" ")
    for said in (
        "7: 5 held, 1 failed, 1 not made on the data of this build", "MNIST, 60,000 training",
        "1 measured again; 1 taken over as a setting; 1 cited only",
    ):  # fmt: skip
        assert said in summary
    assert "not measured yet" in page("reproduction_robustness").get_text().lower()


def test_papers_lead_to_their_claims_or_to_a_cell(page):
    papers = page("reproduction_papers")
    assert "✓ A01" in rows_of(papers)["He (2015)"]["Claims"]
    assert papers.find("a", string="Ho (2016)")["href"] == "02_two.html#cell-start"


def test_the_files_hold_every_entry(book):
    pages.write(book)
    entries = json.loads((book.pages / "reproduction.json").read_text(encoding="utf-8"))
    by_id = {entry["id"]: entry for entry in entries}
    assert by_id["A01"]["measured"] == 0.0139 and by_id["A01"]["lecture"] == "0.014" and by_id["A01"]["chapter"] == 1
    assert by_id["ch01.loop-1"]["source"] == "formula" and by_id["ch01.lost"]["holds"] is False
    rows = csv.DictReader(io.StringIO((book.pages / "reproduction.csv").read_text(encoding="utf-8")))
    assert [row["id"] for row in rows] == list(by_id)


def test_a_second_writing_changes_no_file(book):
    pages.write(book)
    before = {path: path.stat().st_mtime_ns for path in book.pages.iterdir()}
    assert "bibliography.md" in {path.name for path in before} and "build.md" in {path.name for path in before}
    pages.write(book)
    assert {path: path.stat().st_mtime_ns for path in book.pages.iterdir()} == before


def test_a_chapter_out_of_the_contents_is_left_out_in_one_line(book, page):
    (book.root / "_toc.yml").write_text("format: jb-book\nroot: intro\nchapters: [file: chapters/01_one]\n")
    assert "what belongs to these is left out: two" in page("reproduction_summary").get_text()
    assert list(rows_of(page("reproduction_papers"))) == ["He (2015)"]
    assert "B01.date" not in rows_of(page("reproduction_lectures"))
    assert "0 of its 1 rows" in page("lecture_map_b").get_text()
    assert pages.NOT_HERE in page("lecture_map_b").get_text()


def test_other_runs_get_their_columns(book):
    run = {"chapter": "01", "code": "c", "data": "MNIST", "threads": 1, "torch": "2.9", "setting": "as it is"}
    fails = [{"id": "A01", "holds": False}, {"id": "ch01.loop-1", "holds": True, "measured": 1}]
    runs = [run | {"shift": 1, "claims": fails}, run | {"shift": 0, "setting": "rates doubled", "claims": fails}]
    numbers = pages.Numbers(claims.chapters(book), lists.read(book.root), robustness.rows_of(runs))
    rows = rows_of(BeautifulSoup(pages.claims_table(numbers, lectures=False), "lxml"))
    assert (rows["ch01.loop-1"]["Held again"], rows["ch01.loop-1"]["Other settings"]) == ("1 of 1", "1 of 1")
    # A claim whose seed is a lecture's is not asked to hold with another seed; with another rate it is.
    rows = rows_of(BeautifulSoup(pages.claims_table(numbers, lectures=True), "lxml"))
    assert (rows["A01"]["Held again"], rows["A01"]["Other settings"]) == ("", "0 of 1")
    tables = BeautifulSoup(pages.other_runs(numbers), "lxml").find_all("table")
    counts = [row.get_text(" ").split()[-5:] for row in tables[0].tbody.find_all("tr")]
    assert counts == [["1", "1", "1", "0", "1"], ["1", "2", "1", "1", "0"]]
    assert "1 claim failed" in tables[1].caption.get_text()
    assert rows_of(tables[1])["A01"]["Where it failed"] == "rates doubled: held on MNIST in 0 of 1"


def test_a_table_is_one_for_a_screen_reader_and_one_block_of_markdown():
    written = html.table("a caption", [("r", "g", {"Id": html.text("<a>"), "N": html.cell("1", 1)})], id="t")
    table = BeautifulSoup(written, "lxml").table
    assert table.caption.get_text() == "a caption" and "\n\n" not in written
    assert [head["scope"] for head in table.thead.find_all("th")] == ["col", "col"]
    assert table.tbody.th["scope"] == "row" and table.tbody.th["role"] == "rowheader"
    assert table.tbody.td["data-label"] == "N" and table.tbody.td["data-sort"] == "1"
