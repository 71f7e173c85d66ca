"""Print the built book as one PDF, with a table of contents, an outline and page numbers.

python -m publish.pdf
"""

from __future__ import annotations

import io
import logging
import sys

import yaml

from publish.assemble import AssemblyError, assemble
from publish.book import Book
from publish.browser import MISSING, chromium
from publish.lock import building
from publish.whole import whole

WIDTH = 642  # of the lines, in pixels of 1/96 inch: 210 mm of paper less 20 mm on each side
# The beginnings of what reaches past the right edge: paper cannot be scrolled. The long lines of KaTeX's roots and
# arrows are wider than what is seen of them.
_TOO_WIDE = """() => [...document.querySelectorAll("pre, p, li, td, img, svg, .katex-display, .katex-html .base")]
    .filter(one => one.getBoundingClientRect().right > innerWidth + 1 && !(one.matches("svg") && one.closest(".katex")))
    .map(one => (one.textContent || one.src || one.outerHTML).slice(0, 60))"""


class PrintError(Exception):
    """The PDF cannot be made; the message says what to do."""


def _print(html, page):
    """The PDF of a file of HTML, as bytes. A picture or a style sheet that does not load is an error."""
    failed = []
    page.on("requestfailed", lambda request: failed.append(request.url))
    page.route(lambda address: not address.startswith("file:"), lambda route: route.abort())
    page.goto(html.as_uri(), wait_until="load", timeout=120_000)
    page.evaluate("document.fonts.ready.then(() => true)")
    broken = page.evaluate("[...document.images].filter(image => !image.naturalWidth).map(image => image.src)")
    if failed or broken:
        raise PrintError(f"these did not load: {', '.join(sorted({*failed, *broken}))}")
    page.set_viewport_size({"width": WIDTH, "height": 1000})
    page.emulate_media(media="print")
    wide = page.evaluate(_TOO_WIDE)
    if wide:
        raise PrintError(f"these are wider than the paper: {'; '.join(wide)}")
    return page.pdf(prefer_css_page_size=True, print_background=True, outline=True, tagged=True)


def page_numbers(pdf):
    """The page on which each target of a link stands, counted from 1: dict."""
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(pdf))
    found = reader.named_destinations.items()
    return {name.removeprefix("/"): reader.get_destination_page_number(target) + 1 for name, target in found}


def _finish(pdf, title, author):
    """Name title and author, show the outline, and leave out what differs from one printing to the next."""
    from pypdf import PdfReader, PdfWriter
    from pypdf.generic import ArrayObject, BooleanObject, ByteStringObject, DictionaryObject, NameObject

    logging.getLogger("pypdf").setLevel(logging.ERROR)  # it warns of a count in Chromium's files that is off by a few
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf)))
    writer.pdf_header = "%PDF-1.7"
    writer.metadata = {"/Title": title, "/Author": author}
    writer.page_mode = "/UseOutlines"
    shown = DictionaryObject({NameObject("/DisplayDocTitle"): BooleanObject(True)})
    writer.root_object[NameObject("/ViewerPreferences")] = shown
    writer._ID = ArrayObject([ByteStringObject(bytes(16))] * 2)
    content = io.BytesIO()
    writer.write(content)
    return content.getvalue()


def make(book):
    """Write the PDF. Returns its path.

    Raises
    ------
    PrintError, AssemblyError
        No browser, no site, or a picture that does not load.
    """
    from playwright.sync_api import sync_playwright

    toc = yaml.safe_load((book.root / "_toc.yml").read_text(encoding="utf-8"))
    config = yaml.safe_load((book.root / "_config.yml").read_text(encoding="utf-8"))
    title, author = config["title"], config.get("author", "")
    details = [author, config.get("repository", {}).get("url", ""), "Text: CC BY 4.0. Code: MIT."]
    html = book.build / "print.html"
    with sync_playwright() as playwright:
        path = chromium(playwright)
        if path is None:
            raise PrintError(MISSING)
        browser = playwright.chromium.launch(executable_path=path)
        try:
            page, numbers = browser.new_page(), {}
            for _ in range(2):  # the second time with the page numbers of the first
                html.write_text(assemble(book.site, toc, title, details, numbers), encoding="utf-8")
                pdf = _print(html, page)
                numbers, before = page_numbers(pdf), numbers
            if numbers != before:
                raise PrintError("the table of contents changed the pages that it names")
        finally:
            browser.close()
    target = book.build / f"{book.slug}.pdf"
    with whole(target) as unfinished:
        unfinished.write_bytes(_finish(pdf, title, author))
    html.unlink()
    return target


def main(book=None):
    """Write the PDF and say where it is; 1 where it could not be made."""
    book = book or Book()
    try:
        with building(book):
            print(f"The PDF: {make(book)}")
    except (PrintError, AssemblyError) as error:
        print(f"No PDF was made: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
