"""The zip of the book, opened from the disk: search, pictures, formulas and themes work without a server."""

from site_files import CHAPTERS, DOCUMENTS


def nothing_asked_of_a_host(page):
    assert not page.errors
    assert all(url.startswith(("file:", "data:")) for url in page.asked)


def test_search_finds_a_section_from_the_disk(open_page, unpacked):
    page = open_page("en/search.html?q=gradient", base=unpacked)
    found = page.locator("#search-results a[href*='chapters/']").first
    address = found.get_attribute("href")
    found.click()
    page.wait_for_url(f"**/{address.removeprefix('./')}")
    assert page.locator("article h1").count() == 1
    nothing_asked_of_a_host(page)


def test_pictures_formulas_and_themes_work_from_the_disk(open_page, unpacked):
    page = open_page("index.html", base=unpacked)
    page.wait_for_url(f"**/en/{DOCUMENTS[0]}.html")
    page.locator(f"a[href*='{CHAPTERS[0]}']").first.click()
    page.wait_for_url(f"**/{CHAPTERS[0]}.html*")
    page.evaluate("document.querySelectorAll('img').forEach(image => image.loading = 'eager')")
    page.wait_for_function("[...document.images].every(image => image.complete)")
    assert page.evaluate("document.images.length > 5 && [...document.images].every(image => image.naturalWidth)")
    page.wait_for_function("document.fonts.check('16px KaTeX_Math')")
    before = page.evaluate("document.documentElement.dataset.theme")
    seen = set()
    for _ in range(3):  # the switch has three positions
        page.locator(".theme-switch-button:visible").first.click()
        seen.add(page.evaluate("document.documentElement.dataset.theme"))
    assert seen > {before}
    nothing_asked_of_a_host(page)
