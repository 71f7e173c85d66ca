"""The modules of the extension: what each finds out about a page."""

import pytest
from docutils import nodes

from publish.extensions import search, theme
from publish.extensions.head import description, pages_address


def document(*paragraphs):
    section = nodes.section("", nodes.title("", "Title"), *paragraphs)
    return nodes.section("", section)


def test_the_description_is_the_first_paragraph_as_it_is_read_aloud_and_ends_at_a_word():
    prose = nodes.Text("A net "), nodes.strong("", "learns"), nodes.math("", r"\frac12"), nodes.Text(",\nslowly.")
    raw = nodes.raw("", "<i>", format="html")
    found = description(document(nodes.paragraph("", "", *prose, raw), nodes.paragraph("", "Later.")))
    assert found == "A net learns, slowly." and description(document()) == ""
    text = description(document(nodes.paragraph("", "word " * 60)), length=52)
    assert len(text) <= 52 and text.endswith("word…")


PLACES = {
    "https://github.com/OWNER/nets": "https://owner.github.io/nets/ko/",
    "https://gitlab.com/a/b": "",
    "https://github.com/OWNER/owner.github.io": "https://owner.github.io/ko/",
    "https://github.com/a/b.github.io": "https://a.github.io/b.github.io/ko/",
    "": "",
    "https://github.com/a": "",
}


def test_the_address_of_the_pages_follows_from_the_repository():
    assert {repository: pages_address(repository, "ko") for repository in PLACES} == PLACES


def test_buttons_are_those_that_the_host_and_the_page_allow():
    kinds = [button["kind"] for button in theme.buttons("https://gitlab.com/a/b", "main", "x.ipynb", "X")]
    assert kinds == ["download", "report"]
    assert theme.buttons("", "main", "x.md", "X") == []
    report = theme.buttons("https://github.com/a/b", "main", "chapters/01_a.ipynb", "1. A & B")[-1]["url"]
    assert report.startswith("https://github.com/a/b/issues/new?title=1.+A+%26+B") and "chapters%2F01_a.ipynb" in report


@pytest.mark.parametrize("body", ['<div class="highlight">', '<div class="dropdown">', "<p>words</p>"])
def test_a_page_gets_the_scripts_it_uses_and_those_that_nobody_knows(body):
    names = ["sphinx-thebe", "THEBE_JS_URL", "copybutton", "togglebutton", "design-tabs", "something_new"]
    used = {'<div class="highlight">': ["copybutton"], '<div class="dropdown">': ["togglebutton"]}.get(body, [])
    assert [name for name in names if theme.is_used(f"_static/{name}.js", body)] == [*used, "something_new"]


def test_sections_have_their_own_words_without_buttons_and_each_formula_once():
    page = b"""<html><body><nav>Menu</nav><article><section id="one"><h1>1. One<a class="headerlink">#</a></h1>
    <p>First <b>pa</b>rt.</p>
    <details class="admonition hide"><summary>Show the code</summary><pre>weight_decay</pre></details>
    <section id="two"><h2>Two</h2><table><tr><td>a</td><td>b</td></tr></table><p>Euler:
    <span class="katex"><span class="katex-mathml">e=1 e=1</span><span class="katex-html">e=1</span></span></p>
    <script>no()</script></section><p>After.</p></section></article></body></html>"""
    assert search.sections(page) == [
        ("one", "1. One", "First part. weight_decay After."),
        ("two", "Two", "a b Euler: e=1"),
    ]
    assert search.sections(b"<html><body><p>leads elsewhere</p></body></html>") == []
