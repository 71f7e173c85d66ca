"""The zip of the book, opened from the disk: search, pictures, formulas and themes work without a server."""

import zipfile
from contextlib import contextmanager

import pytest

from publish import offline
from publish.book import Book


@pytest.fixture(scope="module")
def unpacked(need, tmp_path_factory):
    """The zip of the built site, unpacked in a folder whose name needs quoting."""
    book = Book()
    need((book.site / "index.html").exists(), f"{book.site} (make book builds it)")
    folder = tmp_path_factory.mktemp("a folder")
    offline.pack(book.site, folder / "book.zip", book.slug)
    with zipfile.ZipFile(folder / "book.zip") as archive:
        archive.extractall(folder)
    return folder / book.slug


@contextmanager
def opened(browser, page):
    """A page from the disk; whatever it asks of a host, fails to load or reports as an error fails the test."""
    context = browser.new_context()
    shown, faults = context.new_page(), []
    shown.on("request", lambda request: request.url.startswith(("file:", "data:")) or faults.append(request.url))
    # What a page was loading when its reader left it has not failed.
    shown.on("requestfailed", lambda request: "ABORTED" in request.failure or faults.append(request.url))
    shown.on("pageerror", lambda error: faults.append(str(error)))
    shown.on("console", lambda message: message.type == "error" and faults.append(message.text))
    shown.goto(page)
    yield shown
    assert not faults
    context.close()


def test_search_finds_a_chapter_from_the_disk(browser, unpacked):
    with opened(browser, f"{(unpacked / 'search.html').as_uri()}?q=dropout") as page:
        found = page.locator("#search-results a", has_text="Dropout").first
        found.wait_for()
        page.wait_for_timeout(500)  # what search asks for each result would fail by now
        found.click()
        page.wait_for_url("**/chapters/07_dropout.html*")
        assert "Dropout" in page.locator("article h1").inner_text()


def test_pictures_formulas_and_themes_work_from_the_disk(browser, unpacked):
    with opened(browser, (unpacked / "index.html").as_uri()) as page:
        page.locator("a[href*='01_universal_approximation']").first.click()
        page.wait_for_url("**/01_universal_approximation.html*")
        page.locator("article h1").wait_for()
        page.evaluate("document.querySelectorAll('img').forEach(image => image.loading = 'eager')")
        page.wait_for_function("[...document.images].every(image => image.complete)")
        assert page.evaluate("document.images.length > 5 && [...document.images].every(image => image.naturalWidth)")
        formula = page.locator(".katex-html").first
        assert "KaTeX" in formula.locator(".mathnormal").first.evaluate("it => getComputedStyle(it).fontFamily")
        assert page.evaluate("document.fonts.check('16px KaTeX_Math')")
        before = page.evaluate("document.documentElement.dataset.theme")
        for _ in range(3):  # the switch has three positions
            page.locator(".theme-switch-button:visible").first.click()
            if page.evaluate("document.documentElement.dataset.theme") != before:
                break
        assert page.evaluate("document.documentElement.dataset.theme") != before
