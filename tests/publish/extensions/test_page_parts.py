"""The small extensions: what each finds out about a page."""

from pathlib import Path

import pydata_sphinx_theme
import pytest
from build_stamp import printed_versions
from chapter_buttons import colab, report
from docutils import nodes
from fontTools.ttLib import TTFont
from icons import cut, shown
from lean_files import linked, remove_unused
from lean_pages import classes_in, is_needed
from page_head import description
from picture_sizes import picture_size
from PIL import Image
from search_words import one_form, parts
from site_address import pages_address
from sitemap import sitemap


def document(*paragraphs):
    section = nodes.section("", nodes.title("", "Title"), *paragraphs)
    return nodes.section("", section)


def test_the_description_is_the_first_paragraph_without_markup():
    paragraph = nodes.paragraph("", "", nodes.Text("A net "), nodes.strong("", "learns"), nodes.Text(",\nslowly."))
    assert description(document(paragraph, nodes.paragraph("", "Later."))) == "A net learns, slowly."


def test_the_description_has_no_tex_and_no_raw_markup():
    parts_of_it = nodes.Text("A sum "), nodes.math("", r"\frac12"), nodes.raw("", "<i>", format="html")
    paragraph = nodes.paragraph("", "", *parts_of_it)
    assert description(document(paragraph)) == "A sum"


def test_a_long_description_ends_at_a_word():
    text = description(document(nodes.paragraph("", "word " * 60)), length=52)
    assert len(text) <= 52 and text.endswith("word…")


def test_a_page_without_prose_has_no_description():
    assert description(document()) == ""


@pytest.mark.parametrize(
    ("repository", "address"),
    [
        ("https://github.com/OWNER/nets", "https://owner.github.io/nets/ko/"),
        ("https://github.com/a/b.git", "https://a.github.io/b/ko/"),
        ("https://gitlab.com/a/b", "https://a.gitlab.io/b/ko/"),
        ("", ""),
        ("https://github.com/a", ""),
    ],
)
def test_the_address_of_the_pages_follows_from_the_repository(repository, address):
    assert pages_address(repository, "ko") == address


def test_colab_opens_only_what_stands_on_github():
    assert colab("https://gitlab.com/a/b", "main", "x.ipynb") == ""


def test_the_report_names_the_page():
    address = report("https://github.com/a/b", "chapters/01_a.ipynb", "1. A & B")
    assert address.startswith("https://github.com/a/b/issues/new?title=1.+A+%26+B")
    assert "chapters%2F01_a.ipynb" in address


def test_the_stamp_is_read_from_what_a_cell_printed():
    text = "torch        2.14.1+cpu\nnumpy        2.4.6\ndata         MNIST: 60,000 images"
    assert printed_versions(text) == {"torch": "2.14.1", "data": "MNIST: 60,000 images"}
    assert printed_versions("torch is a package\ndata are plural") == {}


@pytest.mark.parametrize(
    ("script", "classes", "needed"),
    [
        ("_static/sphinx-thebe.js", {"highlight"}, False),
        ("const THEBE_JS_URL = 'x'", set(), False),
        ("_static/copybutton.js", {"highlight"}, True),
        ("_static/copybutton.js", set(), False),
        ("_static/togglebutton.js", {"dropdown"}, True),
        ("_static/design-tabs.js", {"highlight"}, False),
        ("_static/doctools.js", set(), True),
        ("_static/something_new.js", set(), True),
    ],
)
def test_a_page_gets_the_scripts_it_uses(script, classes, needed):
    assert bool(is_needed(script, classes)) is needed


def test_classes_are_read_from_html():
    assert classes_in('<p class="a b">x</p><div><i class="c"></i></div>') == {"a", "b", "c"}
    assert classes_in(None) == classes_in(" ") == set()


@pytest.mark.parametrize(
    ("head", "size"),
    [
        ('width="469.2pt" height="225pt" viewBox="0 0 469.2 225"', (626, 300)),
        ('width="12cm" height="96"', (454, 96)),
        ('viewBox="0 0 30 40"', (30, 40)),
        ('width="100%" viewBox="0,0,30,40"', (30, 40)),
        ("", None),
    ],
)
def test_a_figure_says_its_size(head, size, tmp_path):
    path = tmp_path / "a.svg"
    path.write_text(f'<svg xmlns="http://www.w3.org/2000/svg" {head}><path d="M0 0"/></svg>')
    assert picture_size(path) == size


def test_a_photograph_says_its_size(tmp_path):
    Image.new("RGB", (7, 5)).save(tmp_path / "a.png")
    assert picture_size(tmp_path / "a.png") == (7, 5)


def test_what_is_no_figure_is_named(tmp_path):
    (tmp_path / "a.svg").write_text("no figure")
    with pytest.raises(ValueError, match=r"a\.svg: not an SVG file"):
        picture_size(tmp_path / "a.svg")


def test_a_name_is_kept_whole_and_in_parts():
    assert parts("BCEWithLogitsLoss") == ["BCEWithLogitsLoss", "BCE", "With", "Logits", "Loss"]
    assert parts("weight_decay=1e-3") == ["weight_decay", "weight", "decay", "1e", "1", "e", "3"]
    assert parts("ReLU Conv2d") == ["ReLU", "Re", "LU", "Conv2d", "Conv", "2", "d"]
    assert parts("A plain word.") == ["A", "plain", "word"]
    assert parts("가중치를 배운다") == ["가중치를", "배운다"]


@pytest.mark.parametrize(
    ("one", "other"),
    [("bias", "biases"), ("matrix", "matrices"), ("regularisation", "regularization"), ("generalise", "generalize")],
)
def test_forms_of_a_word_become_one(one, other):
    assert one_form(one) == one_form(other)


def test_words_that_only_look_alike_stay_apart():
    assert one_form("noise") == "noise"
    assert one_form("four") == "four"


def theme_font(name):
    return next(Path(pydata_sphinx_theme.__file__).parent.rglob(name))


def test_icons_are_cut_to_those_that_are_shown(tmp_path):
    theme = theme_font("fa-solid-900.woff2")
    font = tmp_path / "a.woff2"
    font.write_bytes(theme.read_bytes())
    letters = shown('.fa-bars:before{content:"\\f0c9"} .x{content:"more than one"}')
    assert letters == {0xF0C9}
    assert cut(font, letters) == 1
    assert set(TTFont(font).getBestCmap()) == letters and font.stat().st_size < 2000
    first = font.read_bytes()
    font.write_bytes(theme.read_bytes())
    cut(font, letters)
    assert font.read_bytes() == first, "the same icons give the same bytes"


def test_a_font_without_a_shown_icon_goes(tmp_path):
    theme = theme_font("fa-brands-400.woff2")
    font = tmp_path / "a.woff2"
    font.write_bytes(theme.read_bytes())
    assert cut(font, {0x3042}) == 0 and not font.exists()


def test_only_what_a_page_names_stays(tmp_path):
    static = tmp_path / "_static"
    for name in ("a.css", "a.woff2", "b.js", "b.js.map", "card.png", "old/c.js", "d.css", "images/x.svg"):
        (static / name).parent.mkdir(parents=True, exist_ok=True)
        (static / name).write_text("")
    (static / "a.css").write_text("@font-face{src:url(a.woff2)}")
    (static / "b.js").write_text("work()\n//# sourceMappingURL=b.js.map\n")
    (tmp_path / "_images").mkdir()
    for name in ("used.svg", "left_over.svg"):
        (tmp_path / "_images" / name).write_text("")
    (tmp_path / "chapters").mkdir()
    (tmp_path / "chapters" / "p.html").write_text(
        '<html><head><link href="../_static/a.css?v=1"><meta content="https://a.b/c/_static/card.png">'
        '<script src="../_static/b.js"></script></head><body><img src="../_images/used.svg"></body></html>'
    )
    assert static / "a.woff2" in linked(tmp_path)
    remove_unused(tmp_path)
    left = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {
        "_static/a.css", "_static/a.woff2", "_static/b.js", "_static/card.png", "_images/used.svg", "chapters/p.html"
    }  # fmt: skip
    assert (static / "b.js").read_text() == "work()\n"


def test_the_sitemap_holds_the_addresses():
    text = sitemap(["https://a.b/x.html?a=1&b=2"]).decode()
    assert "<loc>https://a.b/x.html?a=1&amp;b=2</loc>" in text and text.startswith("<?xml")
