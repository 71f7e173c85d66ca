"""The index that the search page reads: each section of the book with its text, in the order of the contents.

Sphinx's own search leads to pages, not to sections, cuts names in code where a reader does not, and drops numbers. Here
the browser makes the index itself, with MiniSearch, from the sections; publish/theme/assets/search.js says what counts
as a word. The index is a script, so that the search works from the disk too.
"""

import json
from pathlib import Path

from lxml import html

from publish.book import Book

INDEX = "sections.js"
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_BLOCKS = ("p", "li", "td", "th", "dt", "dd", "div", "pre", "figcaption", "caption", "summary")
# Buttons, the copy of a formula for those who listen, and tables that repeat what the chapters claim.
_NOT_TEXT = """
.//script | .//style | .//button | .//details[contains(@class, 'hide')]/summary | .//table[contains(@class, 'numbers')]
| .//*[contains(@class, 'headerlink')] | .//*[contains(@class, 'card-facts')]
| .//*[contains(@class, 'katex-mathml')] | .//*[contains(@class, 'pst-js-only')]
"""


def sections(page):
    """The sections of a page, given as HTML: list of (anchor, heading, own text without the sections in it)."""
    article = html.document_fromstring(page).find(".//article")
    if article is None:
        return []
    for element in article.xpath(_NOT_TEXT):
        element.drop_tree()
    for element in article.iter(*_BLOCKS):
        element.tail = " " + (element.tail or "")
    found = []
    for section in reversed(list(article.iter("section"))):
        heading = next((child for child in section if child.tag in _HEADINGS), None)
        if heading is not None:
            title = " ".join(heading.text_content().split())
            heading.drop_tree()
            found.append((section.get("id", ""), title, " ".join(section.text_content().split())))
            section.drop_tree()
    return found[::-1]


def _leave_out_sphinx(app):
    app.builder.search = False


def _search_page(app):
    yield "search", {}, "search.html"


def _write(app, error):
    if error or app.builder.name != "html":
        return
    pages, found = [], []
    for _, name in Book(Path(app.srcdir)).documents():
        uri = app.builder.get_target_uri(name)
        for anchor, heading, text in sections(Path(app.outdir, uri).read_bytes()):
            if not pages or pages[-1][0] != uri:
                pages.append((uri, heading))
            found.append((len(pages) - 1, anchor, heading, text))
    index = json.dumps({"pages": pages, "sections": found}, ensure_ascii=False, separators=(",", ":"))
    Path(app.outdir, INDEX).write_text(f"const BOOK = {index};\n", encoding="utf-8")


def setup(app):
    app.connect("builder-inited", _leave_out_sphinx)
    app.connect("html-collect-pages", _search_page)
    app.connect("build-finished", _write)
