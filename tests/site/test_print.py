"""The PDF of the book: every chapter is there, found from the outline and from links, and nothing is raw."""

import re
import subprocess
import sys

import pypdf
from pdf_parts import links, titles
from pypdf.generic import DecodedStreamObject, NameObject
from site_files import BOOK

from publish.book import Book, read


def texts(reader):
    """The words of each page. Figures are drawn between the blocks of text, and nothing but slow to read."""
    for page in reader.pages:
        words = DecodedStreamObject()
        words.set_data(b"\n".join(re.findall(rb"\bBT\b.*?\bET\b", page.get_contents().get_data(), re.DOTALL)))
        page[NameObject("/Contents")] = words
        yield page.extract_text()


def the_outline_holds_every_chapter(printed):
    outline = list(titles(printed.outline))
    chapters = [title for _, title in outline if re.match(r"\d+\. ", title)]
    # Once where it stands, and once over its answers, if its questions have some.
    assert len(set(chapters)) == len(BOOK.chapters())
    assert {(0, caption) for caption, _ in BOOK.documents() if caption} <= set(outline)


def the_book_is_readable_on_paper(printed):
    pages = list(texts(printed))
    assert 60 < len(pages) < 400
    assert not [number for number, page in enumerate(pages, 1) if len(page.split()) < 3], "an empty page"
    everything = "\n".join(pages)
    for words in ("Show the ", "Hide the c", "Skip to main content"):
        assert words not in everything, words
    # Of a section's checks one line, and no code that a page shows on demand.
    assert re.search(r"\d+ checks of this section held", everything)
    # The code of answers is on paper, that of findings and checks is not.
    code = [c for path in Book().chapters() for c in read(path).cells if c.cell_type == "code"]
    answers = sum(c.source.count("claim(") for c in code if "solution" in c.metadata.get("tags", []))
    assert everything.count("claim(") <= answers


def formulas_are_set_and_none_is_raw(printed):
    written = {"prose": [], "formulas": []}

    def sort(text, _cm, _tm, font, _size):
        name = (font or {}).get("/BaseFont", "")
        if "Mono" not in name:  # code may hold TeX, as for the labels of a figure
            written["formulas" if "KaTeX" in name else "prose"].append(text)

    for page in printed.pages[8:40]:
        page.extract_text(visitor_text=sort)
    prose, formulas = "".join(written["prose"]), "".join(written["formulas"])
    assert not re.search(r"\\[a-z]{2,}|\$[^$ ]+\$", prose)
    assert "max" in formulas and "σ(u)" in formulas and formulas.count("=") > 10


def links_stay_inside_the_pdf_or_lead_out_of_the_book(printed):
    found = list(links(printed))
    assert sum(isinstance(target, int) for _, target in found) > 100
    assert not [
        target for _, target in found if isinstance(target, str) and not target.startswith(("https://", "http://"))
    ]


def test_the_book_on_paper(browser):
    """One test, so that one process of pytest-xdist prints, on one core, while another goes on with other tests."""
    # In a process of its own: Playwright may not run twice in one.
    subprocess.run([sys.executable, "-m", "publish.output.pdf"], cwd=BOOK.root, check=True)
    printed = pypdf.PdfReader(BOOK.build / f"{BOOK.slug}.pdf")
    the_outline_holds_every_chapter(printed)
    the_book_is_readable_on_paper(printed)
    formulas_are_set_and_none_is_raw(printed)
    links_stay_inside_the_pdf_or_lead_out_of_the_book(printed)
