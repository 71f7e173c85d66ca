"""What a reader does on a page: change its colours, walk it with the keyboard, open its lists, follow its buttons."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from site_files import CHAPTERS, DOCUMENTS
from test_reading import AXE, SCROLL, faults_of

CHAPTER = f"en/{CHAPTERS[0]}.html"
FOCUSED = """() => {
  const element = document.activeElement, style = getComputedStyle(element), box = element.getBoundingClientRect();
  return {
    name: (element.textContent || element.getAttribute("aria-label") || "").trim().slice(0, 40),
    tag: element.tagName,
    marked: (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1) || style.boxShadow !== "none",
    seen: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight,
  };
}"""


def focused(page):
    """What has the focus, once the page has come to rest: it slides there."""
    for _ in range(20):
        here = page.evaluate(FOCUSED)
        if here["seen"] and here["marked"]:
            break
        page.wait_for_timeout(100)
    return here


def theme(page):
    return page.evaluate("document.documentElement.dataset.theme")


@pytest.mark.parametrize("system", ["light", "dark"])
def test_the_theme_follows_the_system_and_the_button_changes_it_for_good(system, open_page):
    page = open_page(CHAPTER, theme=system)
    other = "dark" if system == "light" else "light"
    assert theme(page) == system
    button = page.get_by_role("button", name="Light or dark")
    seen = []
    for _ in range(3):
        button.click()
        seen.append((page.evaluate("document.documentElement.dataset.mode"), theme(page)))
    assert sorted(mode for mode, _ in seen) == ["auto", "dark", "light"]
    while theme(page) != other:
        button.click()
    page.reload(wait_until="commit")
    page.wait_for_selector("body", state="attached")
    # The first script decides, before anything is drawn.
    assert theme(page) == other


def test_both_themes_are_two(open_page):
    colours = [
        open_page(CHAPTER, theme=name).evaluate("getComputedStyle(document.body).backgroundColor")
        for name in ("light", "dark")
    ]
    assert colours[0] != colours[1]


@pytest.mark.parametrize("width", [390, 1350])
def test_the_keyboard_reaches_everything_and_shows_where_it_is(width, open_page):
    page = open_page(CHAPTER, width=width)
    page.keyboard.press("Tab")
    first = focused(page)
    assert first["name"] == "Skip to main content" and first["seen"] and first["marked"]
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main-content"
    names = []
    for _ in range(25):
        page.keyboard.press("Tab")
        here = focused(page)
        assert here["seen"] and here["marked"], here
        names.append(here["name"])
    assert any("Open in Colab" in name for name in names)
    assert any("Light or dark" in name for name in names)


def test_a_hidden_answer_opens_with_the_keyboard(open_page):
    page = open_page(CHAPTER)
    answer = page.locator("details.hide").first
    answer.locator("summary").focus()
    page.keyboard.press("Enter")
    assert answer.locator("pre").first.is_visible()
    assert answer.locator("summary").inner_text().strip().startswith("Hide")


def test_wide_boxes_scroll_with_the_keyboard(open_page):
    page = open_page(CHAPTER, width=390)
    page.evaluate(SCROLL)
    page.wait_for_timeout(500)
    wide = page.evaluate(
        """() => [...document.querySelectorAll("pre, .katex-display, .pst-scrollable-table-container")]
             .filter((box) => box.clientWidth && box.scrollWidth > box.clientWidth + 1)
             .filter((box) => getComputedStyle(box).overflowX !== "visible")
             .map((box) => box.tabIndex)"""
    )
    assert wide and set(wide) == {0}


def test_the_search_dialog_opens_closes_and_searches(open_page):
    page = open_page(CHAPTER)
    dialog = page.locator("#pst-search-dialog")
    page.keyboard.press("Control+k")
    assert dialog.is_visible()
    assert not faults_of(Axe().run(page, "#pst-search-dialog", options=AXE))
    page.keyboard.press("Escape")
    assert not dialog.is_visible()
    page.get_by_role("button", name="Search").filter(visible=True).first.click()
    assert dialog.is_visible()
    page.keyboard.type("dropout")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=dropout")


@pytest.mark.parametrize(("button", "dialog"), [("Chapters", "primary"), ("On this page", "secondary")])
def test_on_a_phone_the_lists_open_over_the_page(button, dialog, open_page):
    page = open_page(CHAPTER, width=390)
    box = page.locator(f"#pst-{dialog}-sidebar-modal")
    assert not box.is_visible()
    page.get_by_role("button", name=button).focus()
    page.keyboard.press("Enter")
    assert box.is_visible() and box.get_by_role("link").first.is_visible()
    page.wait_for_timeout(400)
    assert not faults_of(Axe().run(page, f"#pst-{dialog}-sidebar-modal", options=AXE))
    page.keyboard.press("Escape")
    assert not box.is_visible()


def test_the_list_of_contents_follows_the_reader(open_page):
    page = open_page(CHAPTER)
    links = page.locator("#pst-page-toc-nav a")
    last = links.last
    page.locator(last.get_attribute("href")).scroll_into_view_if_needed()
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    page.wait_for_function("document.querySelector('#pst-page-toc-nav [aria-current]') !== null")
    current = page.locator("#pst-page-toc-nav [aria-current=location]")
    assert current.count() == 1
    assert current.inner_text() != links.first.inner_text()


def test_one_can_walk_from_the_first_page_to_the_last(open_page):
    page = open_page(f"en/{DOCUMENTS[0]}.html")
    for name in DOCUMENTS[1:]:
        page.locator("a.right-next").click()
        page.wait_for_url(f"**/en/{name}.html")
    assert page.locator("a.right-next").count() == 0


def test_code_can_be_copied(open_page):
    page = open_page(CHAPTER, permissions=["clipboard-read", "clipboard-write"])
    cell = page.locator("div.highlight").first
    cell.hover()
    cell.locator("button.copybtn").click()
    assert page.evaluate("navigator.clipboard.readText()").strip() == cell.locator("pre").inner_text().strip()


def test_nothing_moves_for_those_who_asked_for_rest(open_page):
    page = open_page(CHAPTER, reduced_motion="reduce")
    moving = page.evaluate(
        """() => [...document.querySelectorAll("*")].filter((element) => {
             const style = getComputedStyle(element);
             return style.animationName !== "none" || parseFloat(style.transitionDuration) > 0;
           }).map((element) => element.tagName + "." + element.className)"""
    )
    assert not moving
