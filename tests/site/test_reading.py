"""Every page in a browser, light and dark, on a phone and on a screen. One visit asks for everything."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from site_files import SITE, pages, weight

BUDGET = 200_000  # bytes, packed, of all that a page loads before its reader scrolls
MAX_SHIFT = 0.02
AXE = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
# What depends on the colours, and takes axe most of its time.
_BY_COLOUR = ["color-contrast", "link-in-text-block"]
WITHOUT_COLOURS = {**AXE, "rules": {name: {"enabled": False} for name in _BY_COLOUR}}
_COLOURS = {"resultTypes": ["violations"], "runOnly": {"type": "rule", "values": _BY_COLOUR}}
RAW_TEX = re.compile(r"\$\$|\\\(|\\\[|\\[a-zA-Z]{2,}|\$[^$\s][^$\n]*[\\^_][^$\n]*\$")

# Layout shifts are counted from the first drawing on.
WATCH_SHIFTS = """
window.shifted = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""
SCROLL = """async () => {
  const drawn = () => new Promise(requestAnimationFrame);
  for (let y = 0; y < document.body.scrollHeight; y += 850) { scrollTo(0, y); await drawn(); }
  const late = [...document.images].filter((image) => !image.complete);
  await Promise.all(late.map((image) => new Promise((done) => {
    image.onload = image.onerror = done;
    image.loading = "eager";
  })));
  scrollTo(0, 0);
  await drawn();
  await drawn();
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
# Findings whose number does not fit: nobody scrolls within a sentence.
CUT_CLAIMS = """() => [...document.querySelectorAll(".claim")]
  .filter((claim) => claim.scrollWidth > claim.clientWidth + 1).map((claim) => claim.textContent)"""
# Of ten thousand words of code, each with a colour of its own, axe learns nothing but the colours.
FLATTEN_CODE = "document.querySelectorAll('pre').forEach((code) => (code.textContent = code.textContent))"
# Of words that stand in boxes of the same kinds one is enough to compare colours, and of a formula too.
DROP_REPEATED = """() => {
  document.querySelectorAll(".katex-mathml").forEach((copy) => copy.remove());
  document.querySelectorAll(".katex").forEach((formula) => (formula.textContent = formula.textContent));
  for (let dropped = 1; dropped; ) {
    const seen = new Set();
    dropped = 0;
    for (const leaf of document.querySelectorAll("article *:not(:has(*))")) {
      const kinds = [];
      for (let box = leaf; box.tagName !== "ARTICLE"; box = box.parentElement) kinds.push(box.tagName + box.className);
      const key = kinds.join();
      if (seen.has(key)) { leaf.remove(); dropped += 1; }
      seen.add(key);
    }
  }
}"""


def axe(page, options=AXE, context=None):
    """axe's findings, one line each."""
    lines = []
    for fault in Axe().run(page, context, options=options).response["violations"]:
        first = fault["nodes"][0]
        lines.append(f"{fault['id']} x{len(fault['nodes'])}: {first['target']} {first['failureSummary'][:200]}")
    return lines


def axe_on_colours(page, context=None):
    """What axe finds of the colours, in both themes."""
    lines = []
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        page.wait_for_function(f"document.documentElement.dataset.theme === '{theme}'")
        lines += [f"{theme}: {line}" for line in axe(page, _COLOURS, context)]
    return lines


def loaded(page, address):
    """What a page has loaded so far: bytes, packed."""
    files = {SITE / url.removeprefix(address).partition("?")[0] for url in page.asked if url.startswith(address)}
    return sum(map(weight, files))


@pytest.mark.parametrize("path", pages())
def test_a_page_is_sound(path, open_page, address):
    faults = {}
    page = open_page("about:blank", base="", motion="reduce", own=True)
    page.add_init_script(WATCH_SHIFTS)
    for width in (1350, 390):
        page.goto("about:blank")
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(address + path, wait_until="networkidle" if width == 1350 else "load")
        if width == 1350:  # the second time, what the first has loaded comes at once
            faults["heavier than the budget"] = [size for size in [loaded(page, address)] if size > BUDGET]
        page.evaluate(SCROLL)
        faults[f"{width}: shift"] = [shift for shift in [page.evaluate("window.shifted")] if shift > MAX_SHIFT]
        faults[f"{width}: wider than the window"] = [wide for wide in [page.evaluate(OVERFLOW)] if wide > 0]
        faults[f"{width}: formulas cut off"] = page.evaluate(CUT_FORMULAS)
        faults[f"{width}: findings cut off"] = page.evaluate(CUT_CLAIMS)
        if width == 1350:
            page.evaluate(DROP_REPEATED)
            faults["colours"] = axe_on_colours(page)
            # The text itself has the same parts at every width, and is read below.
            faults["1350: axe"] = axe(page, WITHOUT_COLOURS, {"exclude": [["article"]]})
    faults["pictures"] = page.evaluate(BAD_IMAGES)
    faults["raw TeX"] = RAW_TEX.findall(page.evaluate(READ_TEXT))
    page.evaluate(FLATTEN_CODE)
    faults["390: axe"] = axe(page, WITHOUT_COLOURS)
    page.emulate_media(media="print")
    faults["other hosts"] = [url for url in page.asked if not url.startswith((address, "data:", "blob:"))]
    faults["text of the whole book"] = [url for url in page.asked if "sections.js" in url]
    faults["the theme's whole font"] = [url for url in page.asked if "fontawesome" in url]
    faults["errors"] = page.errors
    assert not {name: found for name, found in faults.items() if found}
