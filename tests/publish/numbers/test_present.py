"""A chapter on its page: claims are lines with addresses, and cells open on demand."""

import nbformat
import pytest
from bs4 import BeautifulSoup
from sphinx.testing.util import SphinxTestApp

from lecture_utils.claims import KEY
from publish.numbers import present


def record(id="A01", holds=True, **numbers):
    return {"id": id, "statement": "a sentence", "holds": holds} | numbers


def checks(*results, tags=("checks",)):
    """A cell with claims of these results, prepared for its page."""
    outputs = [
        nbformat.v4.new_output("display_data", {"text/plain": "line"}, metadata={KEY: record(f"ch01.c{i}", holds)})
        for i, holds in enumerate(results)
    ]
    cell = nbformat.v4.new_code_cell("claims()", outputs=outputs, metadata={"tags": list(tags)}, id="some-checks")
    notebook = nbformat.v4.new_notebook(cells=[cell])
    present.prepare(notebook, "reproduction.html", set())
    return notebook.cells[0]


@pytest.mark.parametrize(
    ("results", "said"),
    [
        ((True,), "1 check of this section held"),
        ((True, True, True), "3 checks of this section held"),
        ((True, True, None), "2 checks of this section held, 1 is not claimed on these data"),
        ((True, None, None), "1 check of this section held, 2 are not claimed on these data"),
        ((True, False), "1 check of this section held, 1 check of this section failed"),
        ((None, None), "Checks of this section: not claimed on these data"),
        ((), "Checks of this section"),
    ],
)
def test_a_closed_cell_counts_its_checks(results, said):
    cell = checks(*results)
    assert cell.metadata["mystnb"]["code_prompt_show"] == said
    assert cell.metadata["tags"] == ["checks", "hide-cell"]


def test_each_tag_hides_what_it_should():
    hidden = {tag: checks(True, tags=[tag]).metadata for tag in ("finding", "draw", "solution", "remove-cell")}
    assert {tag: data["tags"][1:] for tag, data in hidden.items()} == {
        "finding": ["hide-input"],
        "draw": ["hide-input"],
        "solution": ["hide-cell"],
        "remove-cell": [],
    }
    assert hidden["draw"]["mystnb"]["code_prompt_show"] == "Show the code that draws this"
    assert "mystnb" not in hidden["remove-cell"]
    # An answer stays one where it makes checks.
    assert checks(True, tags=["checks", "solution"]).metadata["mystnb"]["code_prompt_show"] == "Show the answer's code"


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ({"measured": 0.0139, "below": 0.03}, "0.0139 < 0.03"),
        ({"measured": -2, "above": -3, "below": 3}, "−3 < −2 < 3"),
        ({"measured": 0.998, "expected": 1, "within": 0.1}, "0.998 (expected 1 ± 0.1)"),
        ({"measured": 57, "expected": 57, "within": 0}, "57 (expected 57)"),
        ({"measured": "nan", "below": 1}, "nan < 1"),
        ({}, ""),
    ],
)
def test_a_line_sets_the_number_beside_its_bound(numbers, said):
    line = BeautifulSoup(present.line(record("A43.test", **numbers), "reproduction.html"), "lxml").p
    assert line["id"] == "claim-a43-test" and line.a["href"] == "reproduction.html#number-a43-test"
    assert " ".join(line.get_text().split()) == " ".join(f"✓ a sentence {said} A43.test".split())


def test_a_claim_that_fails_or_is_not_made_says_so():
    assert "✗" in present.line(record(holds=False, measured=2, below=1))
    assert "not claimed on these data" in present.line(record(holds=None))
    assert "href" not in present.line(record())  # a book without the page of numbers


def test_a_name_is_given_once_and_signs_are_escaped():
    named = set()
    first, again = (present.line(record() | {"statement": "a < b"}, "", named) for _ in range(2))
    assert 'id="claim-a01"' in first and "id=" not in again and "a &lt; b" in first


def test_the_page_has_the_addresses_that_others_lead_to(book, ran, tmp_path):
    present.present(ran, book)
    assert [cell.id for cell in ran.cells][1:3] == ["cell-set-up", "set-up"]  # figures.csv leads to it
    assert ran.cells[3].source.startswith("claim(")  # no line that only Colab reads
    assert "text/plain" in ran.cells[3].outputs[0].data  # for who shows no HTML
    source = tmp_path / "source"
    source.mkdir()
    nbformat.write(ran, source / "index.ipynb")
    (source / "conf.py").write_text('extensions = ["myst_nb"]\nnb_execution_mode = "off"\n')
    app = SphinxTestApp(srcdir=source, builddir=tmp_path / "build", buildername="html", freshenv=True)
    app.build()
    page = BeautifulSoup((tmp_path / "build" / "html" / "index.html").read_text(encoding="utf-8"), "lxml")
    app.cleanup()
    for anchor in ("claim-a01", "claim-ch01-loop-2", "shows-a02", "cell-set-up", "claim-ch01-lost"):
        assert len(page.find_all(id=anchor)) == 1, anchor
    assert "shows: A02" not in str(page.body)
    (closed,) = page.select("details.hide:has(#claim-ch01-loop-1)")
    said = "4 checks of this section held, 1 is not claimed on these data"
    assert closed.summary.get_text().split("\n")[1] == said and closed.select("div.highlight")
    finding = page.find(id="claim-a01")
    assert finding.find_parent("details") is None and "0.0139 < 0.03" in finding.get_text()


def test_a_chapter_that_has_not_run_is_prepared_too(book, ran):
    for cell in ran.cells:
        cell.get("outputs", []).clear()
    present.present(ran, book)
    assert ran.cells[5].metadata["mystnb"]["code_prompt_show"] == "Checks of this section"
