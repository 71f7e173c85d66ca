"""Every page in a browser: light and dark, on a phone and on a screen. One visit asks for everything."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from site_files import DOCUMENTS, SITE, pages, weight

PAGES = pages()
AXE = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
# Colours do not depend on the width, and comparing them takes four fifths of axe's time: once a theme is enough.
AXE_BUT_COLOURS = {**AXE, "rules": {"color-contrast": {"enabled": False}}}
RAW_TEX = re.compile(r"\$\$|\\\(|\\\[|\\[a-zA-Z]{2,}|\$[^$\s][^$\n]*[\\^_][^$\n]*\$")
BUDGET = 250_000  # bytes, packed, of all that a chapter loads before its reader scrolls
MAX_SHIFT = 0.02

# Layout shifts are counted from the first drawing on.
WATCH_SHIFTS = """
window.shifted = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""
SCROLL = """async () => {
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  for (let y = 0; y < document.body.scrollHeight; y += 700) { scrollTo(0, y); await pause(15); }
  const late = [...document.images].filter((image) => !image.complete);
  await Promise.all(late.map((image) => new Promise((done) => {
    image.onload = image.onerror = done;
    image.loading = "eager";
  })));
  scrollTo(0, 0);
  await pause(50);
}"""
# What is to be read: neither code nor what stands only for those who listen.
READ_TEXT = """() => {
  const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (!parent.closest("pre, code, script, style, .katex-mathml")) texts.push(walker.currentNode.data);
  }
  return texts.join("\\n");
}"""
BAD_IMAGES = """() => [...document.images]
  .filter((image) => !image.complete || !image.naturalWidth || !image.getAttribute("width"))
  .map((image) => image.currentSrc)"""
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"

# Parts of formulas that nobody can see: cut off by a box that does not scroll, or left of where scrolling begins.
CUT_FORMULAS = """() => [...document.querySelectorAll(".bd-article .katex .base")].filter(part => {
  let {left, right} = part.getBoundingClientRect();
  for (let box = part.parentElement; box && box !== document.body; box = box.parentElement) {
    const style = getComputedStyle(box), room = box.getBoundingClientRect();
    if (["auto", "scroll"].includes(style.overflowX)) {
      if (left < room.left - box.scrollLeft - 1) return true;
      [left, right] = [room.left, room.right];
    }
    if (["hidden", "clip"].includes(style.overflowX) && (left < room.left - 1 || right > room.right + 1)) return true;
  }
  return false;
}).map(part => part.textContent)"""


def faults_of(found):
    """axe's findings, one line each."""
    lines = []
    for fault in found.response["violations"]:
        first = fault["nodes"][0]
        lines.append(f"{fault['id']} x{len(fault['nodes'])}: {first['target']} {first['failureSummary'][:200]}")
    return lines


@pytest.mark.parametrize("width", [390, 1350])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_sound(path, theme, width, browser, address):
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme)
    page, faults, requests = context.new_page(), {}, []
    page.add_init_script(WATCH_SHIFTS)
    errors = []
    page.on("console", lambda message: errors.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    page.on("response", lambda got: errors.append(f"{got.status} {got.url}") if got.status >= 400 else None)
    page.goto(address + path, wait_until="networkidle")

    loaded = {SITE / url.removeprefix(address).partition("?")[0] for url in requests if url.startswith(address)}
    faults["heavier than the budget"] = [size for size in [sum(map(weight, loaded))] if size > BUDGET]
    faults["wrong theme"] = [] if page.evaluate("document.documentElement.dataset.theme") == theme else [theme]
    page.evaluate(SCROLL)
    faults["layout shift"] = [shift for shift in [page.evaluate("window.shifted")] if shift > MAX_SHIFT]
    faults["pictures"] = page.evaluate(BAD_IMAGES)
    faults["wider than the window"] = [wide for wide in [page.evaluate(OVERFLOW)] if wide > 0]
    faults["formulas cut off"] = page.evaluate(CUT_FORMULAS)
    faults["raw TeX"] = RAW_TEX.findall(page.evaluate(READ_TEXT))
    faults["axe"] = faults_of(Axe().run(page, options=AXE if width > 1000 else AXE_BUT_COLOURS))
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint')); dispatchEvent(new Event('afterprint'))")
    faults["requests to other hosts"] = [url for url in requests if not url.startswith((address, "data:", "blob:"))]
    faults["search index loaded"] = [url for url in requests if "searchindex" in url and "search.html" not in path]
    faults["errors"] = errors
    context.close()
    assert not {name: found for name, found in faults.items() if found}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_page_can_be_read_without_javascript(name, open_page):
    page = open_page(f"en/{name}.html", java_script_enabled=False)
    assert page.locator("article h1").is_visible()
    assert not page.locator(".pst-js-only").filter(visible=True).count()
    for formula in page.locator(".katex-html").all()[:3]:
        assert formula.bounding_box()["height"] > 5
    assert page.locator(".chapter-button--report").is_visible()
    # Hidden answers open without a script.
    for answer in page.locator("details.hide").all()[:1]:
        answer.locator("summary").click()
        assert answer.locator("pre").first.is_visible()


def test_a_dead_link_shows_a_page_that_leads_on(open_page, address):
    page = open_page("en/chapters/no_such_chapter.html")
    assert "not found" in page.locator("h1").inner_text().lower()
    style = page.locator("link[rel=stylesheet]").get_attribute("href")
    assert page.request.get(address.partition("/deep")[0] + style).ok if style.startswith("/") else False
    page.get_by_role("link", name="1. ").first.click()
    page.wait_for_url("**/en/chapters/01_*.html")


def test_the_root_opens_the_landing_page(open_page):
    page = open_page("")
    page.wait_for_url(f"**/en/{DOCUMENTS[0]}.html")
    assert page.locator("article h1").is_visible()


def test_on_paper_the_chapter_stands_alone_and_its_answers_are_open(open_page):
    page = open_page(f"en/{DOCUMENTS[1]}.html")
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    for gone in (".bd-sidebar-primary", ".bd-sidebar-secondary", ".bd-header-article", ".prev-next-footer"):
        assert not page.locator(gone).filter(visible=True).count(), gone
    assert page.locator("article h1").is_visible()
    assert page.locator("details.hide:not([open])").count() == 0
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("details.hide[open]").count() == 0
    assert len(page.pdf()) > 10_000
