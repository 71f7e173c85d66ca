"""The book as one PDF: each chapter is there, found from the outline and from links, and nothing is raw or cut off."""

import re

import pypdf
import pytest
from pdf_parts import links, titles
from playwright.sync_api import sync_playwright

from publish.book import Book
from publish.output import pdf, tell
from publish.output.browser import MISSING, launch
from publish.output.paper import assemble

TOC = """format: jb-book
root: intro
parts:
- caption: First & part
  chapters: [file: ch/one, {url: "https://example.org", title: Elsewhere}, file: ch/two]
"""
ONE = """<article><section id="one"><h1>One<a class="headerlink" href="#one">#</a></h1>
<p><a href="two.html#goals">two</a> <a href="../intro.html">home</a> <a href="#goals">goals</a>
<a href="../genindex.html">index</a> <a href="https://example.org/">out</a></p>
<p>Euler: <span class="math"><span class="katex"><span class="katex-mathml">\\frac12</span>
<span class="katex-html" aria-hidden="true">e=1</span></span></span></p>
<section id="goals"><h2>Goals</h2><p>Words.</p></section>
<div class="cell tag_finding"><details class="admonition hide above-input"><summary><p>Show</p></summary>
<pre>claim(1)</pre></details><div class="cell_output"><p class="claim">\u2713 it holds 0.1</p></div></div>
<div class="cell tag_checks"><details class="admonition hide above-input"><summary><p>6 checks of this section held</p>
<p>Hide</p></summary><pre>claim(2)</pre>
<div class="cell_output"><p class="claim">\u2713 it holds too</p></div></details></div>
<details><summary>Answer</summary><p>Forty-two.</p></details><button>Copy</button><script>1</script>
<div class="cell tag_solution"><details class="admonition hide above-input"><summary><p>Show the answer</p></summary>
<pre>long = "LONG"</pre></details></div>
<img loading="lazy" alt="a" src="../_images/a.svg"></section></article>"""
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><circle cx="20" cy="20" r="15"/></svg>'


@pytest.fixture
def book(tmp_path):
    """A built book of three small pages."""
    book = Book(tmp_path)
    for name in ("ch", "_images"):
        (book.html / name).mkdir(parents=True)
    (book.html / "intro.html").write_text('<article><section id="hi"><h1>Hi</h1><p>Begin.</p></section></article>')
    (book.html / "ch" / "one.html").write_text(ONE.replace("LONG", "x" * 400 + "END"))
    (book.html / "ch" / "two.html").write_text(
        '<article><section id="two"><h1>Two</h1><section id="goals"><h2>Goals</h2></section></section></article>'
    )
    (book.html / "_images" / "a.svg").write_text(SVG)
    (tmp_path / "_toc.yml").write_text(TOC)
    (tmp_path / "_config.yml").write_text("title: A small book\nauthor: Somebody\nrepository: {url: https://a.org/b}\n")
    return book


@pytest.fixture(scope="module")
def browser_is_here(need):
    with sync_playwright() as playwright:
        need(launch(playwright), MISSING)


def test_one_page_has_unique_targets_and_links_that_stay_inside(book):
    html = assemble(book)
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    targets = re.findall(r'href="#([^"]+)"', html)
    assert {"ch-two--goals", "intro", "ch-one--goals", "ch-one", "ch-two"} <= set(targets) <= set(ids)
    assert 'href="https://example.org/"' in html and "genindex" not in html and "<p>https://a.org/b</p>" in html
    assert "\nindex " in html and "First &amp; part" in html


GONE = "<button <script <details <summary headerlink lazy aria-hidden frac12 Show Hide claim("


def test_nothing_is_left_to_press_or_hidden(book):
    html = assemble(book)
    assert not [gone for gone in GONE.split() if gone in html]
    assert "Forty-two." in html and "xxxEND" in html and "e=1" in html
    assert "it holds 0.1" in html and "it holds too" not in html
    assert '<p class="checks">6 checks of this section held</p>' in html


def test_a_small_book_is_printed_whole(book, browser_is_here):
    path = pdf.make(book)
    assert path == book.build / "a-small-book.pdf"
    reader = pypdf.PdfReader(path)
    assert list(titles(reader.outline)) == [
        (0, "Contents"), (0, "Hi"), (0, "First & part"), (1, "One"), (2, "Goals"), (1, "Two"), (2, "Goals"),
    ]  # fmt: skip
    pages = [page.extract_text().splitlines() for page in reader.pages]
    assert [page[0] for page in pages[1:]] == ["2", "Hi", "One", "Two"]
    assert [page[1] for page in pages[2:]] == ["3", "4", "5"]  # below the name of the chapter
    assert {"Hi 3", "First & part 4", "One 4", "Two 5"} <= set(pages[1])
    code = [line for line in pages[3] if "xxx" in line]
    assert len(code) > 3 and code[-1].endswith('END"'), "the code was not wrapped"
    assert "Forty-two." in pages[3] and "Euler: e=1" in pages[3]
    assert (3, 4) in links(reader) and (3, 2) in links(reader) and (3, "https://example.org/") in links(reader)
    assert reader.metadata.title == "A small book" and reader.metadata.author == "Somebody"
    assert reader.viewer_preferences.display_doctitle and reader.page_mode == "/UseOutlines"
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"] and reader.trailer["/Root"]["/Lang"] == "en"


WIDE = '<article><h1>Two</h1><p style="width: 200mm">A wide one.</p></article>'


@pytest.mark.parametrize(
    ("file", "content", "says"),
    [
        ("_images/a.svg", None, "these did not load: .*a.svg"),
        ("ch/two.html", WIDE, "wider than the paper: A wide one."),
        ("ch/two.html", None, r"ch/two\.html is not there: run make book"),
    ],
)
def test_what_is_wrong_is_said_and_the_old_pdf_stays(book, browser_is_here, capsys, file, content, says):
    (book.build / "a-small-book.pdf").write_text("old")
    (book.html / file).unlink()
    if content:
        (book.html / file).write_text(content)
    assert tell("The PDF", pdf.make, book) == 1
    assert re.search(f"The PDF was not made: .*{says}", capsys.readouterr().out)
    assert (book.build / "a-small-book.pdf").read_text() == "old"


def test_without_a_browser_one_line_says_what_to_install(book, capsys, monkeypatch):
    monkeypatch.setenv("CHROMIUM", "/nowhere/chromium")
    assert tell("The PDF", pdf.make, book) == 1
    said = capsys.readouterr().out
    assert said.startswith("The PDF was not made: ") and "apt-get install chromium" in said and said.count("\n") == 1
