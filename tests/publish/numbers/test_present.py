"""A chapter on its page: claims are lines with addresses, and cells open on demand."""

import nbformat
import pytest
from bs4 import BeautifulSoup

from lecture_utils import moving
from lecture_utils.claims import KEY
from publish.book import Book
from publish.numbers import present


def checks(*results, tags=("checks",)):
    """A cell with claims of these results, prepared for its page."""
    records = [{"id": f"ch01.c{i}", "statement": "a sentence", "holds": holds} for i, holds in enumerate(results)]
    outputs = [nbformat.v4.new_output("display_data", {"text/plain": "line"}, metadata={KEY: it}) for it in records]
    cell = nbformat.v4.new_code_cell("claims()", outputs=outputs, metadata={"tags": list(tags)}, id="some-checks")
    notebook = nbformat.v4.new_notebook(cells=[cell])
    present.present(notebook, Book())
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
        ((), "Checks of this section"),  # the chapter has not run
    ],
)
def test_a_closed_cell_counts_its_checks(results, said):
    cell = checks(*results)
    assert cell.metadata["mystnb"]["code_prompt_show"] == said


def test_a_closed_cell_says_what_it_hides():
    said = {tag: checks(True, tags=[tag]).metadata for tag in ("finding", "draw", "machinery", "solution", "other")}
    assert said["draw"]["mystnb"]["code_prompt_show"] == "Show the code that draws this"
    assert len({said[tag]["mystnb"]["code_prompt_show"] for tag in ("finding", "draw", "machinery", "solution")}) == 4
    assert "mystnb" not in said["other"]
    # An answer stays one where it makes checks.
    assert checks(True, tags=["checks", "solution"]).metadata["mystnb"]["code_prompt_show"] == "Show the answer's code"


def test_a_line_sets_the_number_beside_its_bound(ran):
    outputs = [out for cell in ran.cells for out in cell.get("outputs", []) if KEY in out.get("metadata", {})]
    lines = [BeautifulSoup(present.line(output, "reproduction.html", set()), "lxml").p for output in outputs]
    assert lines[1]["id"] == "claim-a01-keyword" and lines[1].a["href"] == "reproduction.html#number-a01-keyword"
    assert [" ".join(line.get_text().split()) for line in lines] == [
        "✓ the loss is small & <fine> 0.0139 < 0.03 A01",
        "✓ by keyword 0 < 0.0139 < 1 A01.keyword",
        "✓ number 1 1 (expected 1.5 ± 1) ch01.loop-1",
        "✓ number 2 2 (expected 2.5 ± 1) ch01.loop-2",
        "✓ in a function ch01.function",
        "– on MNIST not claimed on these data ch01.mnist",
        "✗ it fails 3 (expected 1 ± 0.5) ch01.lost",
    ]
    # A name is given once, and a book without the page has no link.
    named = set()
    first, again = (present.line(outputs[0], "", named) for _ in range(2))
    assert 'id="claim-a01"' in first and "id=" not in again and "href" not in first


def test_the_page_has_the_addresses_that_others_lead_to(book, ran, tmp_path, sphinx):
    present.present(ran, book)
    assert [cell.id for cell in ran.cells][2:4] == ["cell-set-up", "set-up"]  # figures.csv leads to it
    assert ran.cells[4].source.startswith("claim(")  # no line that only Colab reads
    assert "text/plain" in ran.cells[4].outputs[0].data  # for who shows no HTML
    source = tmp_path / "source"
    source.mkdir()
    nbformat.write(ran, source / "index.ipynb")
    conf = 'extensions = ["myst_nb"]\nnb_execution_mode = "off"\nsource_suffix = {".ipynb": "myst-nb"}\n'
    (source / "conf.py").write_text(conf)
    page = BeautifulSoup((sphinx(source) / "index.html").read_text(encoding="utf-8"), "lxml")
    for anchor in ("claim-a01", "claim-ch01-loop-2", "shows-a02", "cell-set-up", "claim-ch01-lost"):
        assert len(page.find_all(id=anchor)) == 1, anchor
    assert "shows: A02" not in str(page.body)
    (closed,) = page.select("details.hide:has(#claim-ch01-loop-1)")
    said = "4 checks of this section held, 1 is not claimed on these data"
    assert closed.summary.get_text().split("\n")[1] == said and closed.select("div.highlight")
    finding = page.find(id="claim-a01")
    assert finding.find_parent("details") is None and "0.0139 < 0.03" in finding.get_text()


def test_a_moving_figure_gets_its_place_and_text_and_none_of_the_notebooks_scripts(book):
    record = {"figure": "bumps", "settings": {"goal": 0.5, "words": '<a "b">'}, "alt": "Three flat bumps."}
    data = {"image/svg+xml": "<svg/>", "text/html": "<script>…</script>", "text/plain": "Three flat bumps."}
    output = {"output_type": "display_data", "data": data, "metadata": {moving.KEY: record}}
    cell = {"cell_type": "code", "id": "a", "source": "", "metadata": {}, "outputs": [output]}
    (ready,) = present.present({"cells": [cell]}, book)["cells"]
    assert ready["metadata"]["mystnb"]["image"]["alt"] == "Three flat bumps."
    assert ready["outputs"][0]["data"]["text/html"] == (
        '<figure class="moving-figure" data-figure="bumps" '
        'data-settings="{&quot;goal&quot;:0.5,&quot;words&quot;:&quot;&lt;a \\&quot;b\\&quot;&gt;&quot;}">'
    )
