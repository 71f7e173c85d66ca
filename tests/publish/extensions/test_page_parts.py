"""The modules of the extension: what each finds out about a page."""

import pytest
from docutils import nodes

from publish.extensions import search, theme
from publish.extensions.head import description


def document(*paragraphs):
    section = nodes.section("", nodes.title("", "Title"), *paragraphs)
    return nodes.section("", section)


def test_the_description_is_the_first_paragraph_as_it_is_read_aloud_and_ends_at_a_word():
    prose = nodes.Text("A net "), nodes.strong("", "learns"), nodes.math("", r"\frac12"), nodes.Text(",\nslowly.")
    raw = nodes.raw("", "<i>", format="html")
    found = description(document(nodes.paragraph("", "", *prose, raw), nodes.paragraph("", "Later.")))
    assert found == "A net learns, slowly." and description(document()) == ""
    assert description(document(nodes.paragraph("", "word " * 60))) == "word " * 30 + "word…"


@pytest.mark.parametrize(
    ("body", "used"),
    [('<div class="highlight">', ["copybutton"]), ('<div class="dropdown">', ["togglebutton"]), ("<p>words</p>", [])],
)
def test_a_page_gets_the_scripts_it_uses_and_those_that_nobody_knows(body, used):
    names = ["sphinx-thebe", "THEBE_JS_URL", "copybutton", "togglebutton", "design-tabs", "something_new"]
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
