"""Print the built book as one PDF, with a table of contents, an outline and page numbers.

python -m publish.output.pdf
"""

from __future__ import annotations

import io
import sys

import pikepdf
from playwright.sync_api import sync_playwright

from publish.output import NotMade, tell
from publish.output.browser import MISSING, launch
from publish.output.paper import assemble
from publish.whole import whole

WIDTH = 642  # of the lines, in pixels of 1/96 inch: 210 mm of paper less 20 mm on each side
# The beginnings of what reaches past the right edge: paper cannot be scrolled. The long lines of KaTeX's roots and
# arrows are wider than what is seen of them.
_TOO_WIDE = """() => [...document.querySelectorAll("pre, p, li, td, img, svg, .katex-display, .katex-html .base")]
    .filter(one => one.getBoundingClientRect().right > innerWidth + 1 && !(one.matches("svg") && one.closest(".katex")))
    .map(one => (one.textContent || one.src || one.outerHTML).slice(0, 60))"""

_PUT_NUMBERS = """(numbers) => {
  for (const one of document.querySelectorAll("[data-page]")) one.textContent = numbers[one.dataset.page];
}"""


def _open(html, page):
    """Open a file of HTML as it is on paper. A picture or a style sheet that does not load is an error."""
    failed = []
    page.on("requestfailed", lambda request: failed.append(request.url))
    page.route(lambda address: not address.startswith("file:"), lambda route: route.abort())
    page.goto(html.as_uri(), wait_until="load", timeout=120_000)
    page.evaluate("document.fonts.ready.then(() => true)")
    broken = page.evaluate("[...document.images].filter(image => !image.naturalWidth).map(image => image.src)")
    if failed or broken:
        raise NotMade(f"these did not load: {', '.join(sorted({*failed, *broken}))}")
    page.set_viewport_size({"width": WIDTH, "height": 1000})
    page.emulate_media(media="print")
    if wide := page.evaluate(_TOO_WIDE):
        raise NotMade(f"these are wider than the paper: {'; '.join(wide)}")


def _numbers(pdf):
    """The number of the page on which each target of a printing stands: dict."""
    with pikepdf.open(io.BytesIO(pdf)) as printed:
        numbers = {page.objgen: number for number, page in enumerate(printed.pages, 1)}
        return {name.removeprefix("/"): numbers[place[0].objgen] for name, place in printed.Root.Dests.items()}


def make(book):
    """Write the PDF. Returns its path.

    Raises
    ------
    NotMade
        A page has not been built, there is no browser, a picture does not load, or something is wider than the paper.
    """
    file = book.build / "print.html"
    with sync_playwright() as playwright:
        browser = launch(playwright)
        if browser is None:
            raise NotMade(MISSING)
        try:
            page = browser.new_page()
            file.write_text(assemble(book), encoding="utf-8")
            _open(file, page)
            # A first printing, whose pictures keep their room and are not drawn, tells the contents the page numbers.
            page.evaluate("document.documentElement.classList.add('draft')")
            numbers = _numbers(page.pdf(prefer_css_page_size=True))
            page.evaluate("document.documentElement.classList.remove('draft')")
            page.evaluate(_PUT_NUMBERS, numbers)
            pdf = page.pdf(prefer_css_page_size=True, print_background=True, outline=True, tagged=True)
        finally:
            browser.close()
            file.unlink(missing_ok=True)
    if _numbers(pdf) != numbers:
        raise NotMade("the table of contents changed the pages that it names")
    target = book.build / f"{book.slug}.pdf"
    with pikepdf.open(io.BytesIO(pdf)) as printed, whole(target) as unfinished:
        del printed.docinfo  # the hour of printing
        printed.docinfo["/Title"], printed.docinfo["/Author"] = book.title, book.config["author"]
        printed.Root.PageMode = pikepdf.Name.UseOutlines
        # Packed, what screen readers need of 300 pages is a third of the size.
        printed.save(unfinished, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)
    return target


if __name__ == "__main__":
    sys.exit(tell("The PDF", make))
