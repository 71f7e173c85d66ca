"""What a reader does with a page: change its colours, walk it with the keyboard, open its lists, print it."""

import pytest
from site_files import CHAPTERS, DOCUMENTS
from test_reading import AXE, SCROLL, axe

# What all pages have is tried on the lightest; axe takes 20 times longer for a chapter.
LANDING, CHAPTER = f"en/{DOCUMENTS[0]}.html", f"en/{CHAPTERS[0]}.html"
# Of what has the focus; when what slides there has come to rest.
FOCUSED = """async () => {
  await Promise.all(document.getAnimations().map((moving) => moving.finished.catch(() => null)));
  const element = document.activeElement, style = getComputedStyle(element), box = element.getBoundingClientRect();
  return {
    name: (element.textContent || element.getAttribute("aria-label") || "").trim().slice(0, 40),
    marked: (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1) || style.boxShadow !== "none",
    seen: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight,
  };
}"""


def theme(page):
    return page.evaluate("document.documentElement.dataset.theme")


@pytest.mark.parametrize("system", ["light", "dark"])
def test_the_theme_follows_the_system_and_the_button_changes_it_for_good(system, open_page):
    page = open_page(LANDING, theme=system, motion="reduce")
    other, button = "dark" if system == "light" else "light", page.get_by_role("button", name="Light or dark")
    assert theme(page) == system
    colours, modes = {}, set()
    for _ in range(3):
        button.click()
        modes.add(page.evaluate("document.documentElement.dataset.mode"))
        colours[theme(page)] = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert modes == {"auto", "dark", "light"} and colours["light"] != colours["dark"]
    while theme(page) != other:
        button.click()
    page.reload(wait_until="commit")
    page.wait_for_selector("body", state="attached")
    assert theme(page) == other  # the first script decides, before anything is drawn


@pytest.mark.parametrize("width", [390, 1350])
def test_the_keyboard_reaches_everything_and_shows_where_it_is(width, open_page):
    page = open_page(CHAPTER, width=width, motion="reduce")
    page.keyboard.press("Tab")
    first = page.evaluate(FOCUSED)
    assert first["name"] == "Skip to main content" and first["seen"] and first["marked"]
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main-content"
    names = []
    for _ in range(25):
        page.keyboard.press("Tab")
        here = page.evaluate(FOCUSED)
        assert here["seen"] and here["marked"], here
        names.append(here["name"])
    assert any("Open in Colab" in name for name in names) and any("Light or dark" in name for name in names)
    closed = page.locator("details.hide").first
    closed.locator("summary").focus()
    page.keyboard.press("Enter")
    assert closed.locator("pre").first.is_visible()
    assert closed.locator("summary").inner_text().strip().startswith("Hide")


def test_wide_boxes_scroll_with_the_keyboard(open_page):
    page = open_page(CHAPTER, width=390)
    page.evaluate(SCROLL)
    wide = """[...document.querySelectorAll("pre, .katex-display, .pst-scrollable-table-container")]
      .filter((box) => box.clientWidth && box.scrollWidth > box.clientWidth + 1)
      .filter((box) => getComputedStyle(box).overflowX !== "visible")"""
    page.wait_for_function(f"{wide}.every((box) => box.tabIndex === 0)")  # formulas are measured when there is time
    assert page.evaluate(f"{wide}.length") > 0


def test_the_search_dialog_opens_closes_and_searches(open_page):
    page = open_page(LANDING, motion="reduce")
    dialog = page.locator("#pst-search-dialog")
    page.keyboard.press("Control+k")
    assert dialog.is_visible()
    assert not axe(page, AXE, "#pst-search-dialog")
    page.keyboard.press("Escape")
    assert not dialog.is_visible()
    page.get_by_role("button", name="Search").filter(visible=True).first.click()
    page.keyboard.type("dropout")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=dropout")


@pytest.mark.parametrize(("button", "dialog"), [("Chapters", "primary"), ("On this page", "secondary")])
def test_on_a_phone_the_lists_open_over_the_page(button, dialog, open_page):
    page = open_page(LANDING, width=390, motion="reduce")
    box = page.locator(f"#pst-{dialog}-sidebar-modal")
    assert not box.is_visible()
    page.get_by_role("button", name=button).focus()
    page.keyboard.press("Enter")
    assert box.is_visible() and box.get_by_role("link").first.is_visible()
    assert not axe(page, AXE, f"#pst-{dialog}-sidebar-modal")
    page.keyboard.press("Escape")
    assert not box.is_visible()


def test_the_list_of_contents_follows_the_reader(open_page):
    page = open_page(CHAPTER)
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    current = page.locator("#pst-page-toc-nav [aria-current=location]")
    current.wait_for()
    assert current.count() == 1
    assert current.inner_text() != page.locator("#pst-page-toc-nav a").first.inner_text()


def test_code_can_be_copied(open_page):
    page = open_page(CHAPTER, permissions=["clipboard-read", "clipboard-write"])
    cell = page.locator("div.highlight").filter(visible=True).first
    cell.hover()
    cell.locator("button.copybtn").click()
    assert page.evaluate("navigator.clipboard.readText()").strip() == cell.locator("pre").inner_text().strip()


def test_nothing_moves_for_those_who_asked_for_rest(open_page):
    page = open_page(CHAPTER, motion="reduce")
    assert not page.evaluate(
        """() => [...document.querySelectorAll("*")].filter((element) => {
             const style = getComputedStyle(element);
             return style.animationName !== "none" || parseFloat(style.transitionDuration) > 0;
           }).map((element) => element.tagName + "." + element.className)"""
    )


def test_where_nothing_is_kept_all_works_but_remembering(unkept, address):
    shown = unkept(LANDING)
    modes = set()
    for _ in range(3):
        shown.get_by_role("button", name="Light or dark").click()
        modes.add(shown.evaluate("document.documentElement.dataset.mode"))
    assert modes == {"auto", "dark", "light"}
    shown.get_by_role("button", name="Chapters").click()
    assert shown.locator("#pst-primary-sidebar").get_attribute("class").endswith("pst-sidebar-hidden")
    shown.goto(f"{address}en/search.html")
    box = shown.locator("article").get_by_role("searchbox")
    box.fill("dropout")
    box.press("Enter")
    shown.locator("ul.search a").first.wait_for()
    assert not shown.page.errors


# The landing page, a chapter, a page of tables: what others add to these is text.
@pytest.mark.parametrize("name", [DOCUMENTS[0], CHAPTERS[0], "chapters/reproduction"])
def test_a_page_can_be_read_without_javascript(name, open_page):
    page = open_page(f"en/{name}.html", java_script_enabled=False, width=390)
    assert page.locator("article h1").is_visible()
    assert not page.locator(".pst-js-only").filter(visible=True).count()
    for formula in page.locator(".katex-html").filter(visible=True).all()[:3]:
        assert formula.bounding_box()["height"] > 5
    assert page.locator(".chapter-button--report").is_visible()
    for closed in page.locator("details").all()[:1]:
        closed.locator("summary").click()
        assert closed.locator("summary ~ *").first.is_visible()
    # The list of chapters stands below the text, and a link at the top leads there.
    page.get_by_role("link", name="Chapters", exact=True).click()
    chapters = page.locator("#pst-primary-sidebar a").all()
    inside = [link.bounding_box() for link in chapters]
    assert len(inside) >= len(DOCUMENTS) and all(0 <= box["x"] < 390 and box["height"] > 0 for box in inside)


def test_a_dead_link_shows_a_page_that_leads_on(open_page, address):
    page = open_page("en/chapters/no_such_chapter.html")
    assert "not found" in page.locator("h1").inner_text().lower()
    assert page.evaluate("getComputedStyle(document.querySelector('.bd-article h1')).fontSize") != "32px"
    page.locator(f"#pst-primary-sidebar a[href$='{CHAPTERS[0]}.html']").click()
    page.wait_for_url(f"{address}en/{CHAPTERS[0]}.html")
    assert len(page.errors) <= 2 and all("404" in error for error in page.errors)


@pytest.mark.parametrize("system", ["light", "dark"])
def test_paper_is_light_and_has_the_chapter_alone_without_what_is_closed(system, open_page):
    page = open_page(CHAPTER, theme=system)
    page.emulate_media(media="print")
    page.wait_for_function("document.documentElement.dataset.theme === 'light'")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    for gone in (".bd-sidebar-primary", ".bd-sidebar-secondary", ".bd-header-article", ".prev-next-footer"):
        assert not page.locator(gone).filter(visible=True).count(), gone
    assert page.locator("article h1").is_visible()
    assert not page.locator("details .cell_input, details pre").filter(visible=True).count()
    assert not page.locator(".tag_solution").filter(visible=True).count()
    answer = page.locator(".tag_solution details").first
    answer.evaluate("answer => answer.open = true")
    assert answer.locator("pre").first.is_visible()
    page.emulate_media(media="screen")
    page.wait_for_function(f"document.documentElement.dataset.theme === '{system}'")
