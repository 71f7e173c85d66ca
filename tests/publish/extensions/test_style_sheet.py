"""The joined style sheet keeps what the book uses, and nothing that it keeps is changed."""

import pytest
from style_sheet import Used, joined_sheet


@pytest.fixture
def used():
    found = Used()
    found.add_page('<html><body><p class="note small" id="top">a <b>word</b></p></body></html>')
    found.add_script('box.classList.add("open"); document.createElement("ul")')
    return found


@pytest.fixture
def join(tmp_path, used):
    def join_(*sheets):
        names = []
        for i, text in enumerate(sheets):
            names.append(f"folder/{i}.css")
            (tmp_path / "folder").mkdir(exist_ok=True)
            (tmp_path / names[-1]).write_text(text)
        return joined_sheet(tmp_path, names, used)

    return join_


@pytest.mark.parametrize(
    "rule",
    [
        ".note{a:b}",
        "p.note>b{a:b}",
        "#top{a:b}",
        ".open{a:b}",
        "ul{a:b}",
        "*{a:b}",
        ":root{--x:1}",
        ".note:not(.gone){a:b}",
        '[data-theme=dark] .note:hover::before{content:"x"}',
    ],
)
def test_what_is_used_stays_letter_by_letter(rule, join):
    assert join(rule).strip() == rule


@pytest.mark.parametrize("rule", [".gone{a:b}", "p.note .gone{a:b}", "#gone{a:b}", "table{a:b}", ".note{}"])
def test_what_is_not_used_goes(rule, join):
    assert join(rule).strip() == ""


def test_of_several_selectors_only_the_used_ones_stay(join):
    assert join(".gone,.note,table td{a:b}").strip() == ".note{a:b}"


def test_rules_inside_media_queries_are_judged_and_empty_ones_go(join):
    assert join("@media print{.gone{a:b}.note{a:b}}@media screen{.gone{a:b}}").strip() == "@media print{.note{a:b}}"


def test_a_condition_that_starts_with_a_bracket_stays(join):
    rule = "@media (min-width:10px) and (prefers-reduced-motion){.note{a:b}}"
    assert join(rule).strip() == rule


def test_the_order_of_sheets_and_rules_stays(join):
    assert join(".note{a:1}.note{a:2}", "p{a:3}").split() == [".note{a:1}", ".note{a:2}", "p{a:3}"]


def test_addresses_count_from_the_joined_sheet(join, tmp_path):
    text = join('.note{a:url(../fonts/x.woff2)}p{a:url("b.svg")}b{a:url(data:image/png;base64,AA==)}')
    assert 'url("fonts/x.woff2")' in text and 'url("folder/b.svg")' in text and "data:image/png" in text


def test_of_a_font_only_the_newest_format_stays(join):
    text = join('@font-face{font-family:a;src:url(a.woff2) format("woff2"),url(a.ttf) format("truetype")}')
    assert "a.woff2" in text and "ttf" not in text and "font-family:a" in text


def test_imported_sheets_stand_in_their_place(tmp_path, used):
    (tmp_path / "first.css").write_text(".note{a:1}")
    (tmp_path / "main.css").write_text('@import "first.css";\np{a:2}')
    assert joined_sheet(tmp_path, ["main.css"], used).split() == [".note{a:1}", "p{a:2}"]


def test_licences_stay_and_other_comments_go(join):
    text = join("/*! MIT licence */ .note{a:b /* why */} /* more */")
    assert "MIT licence" in text and "why" not in text and "more" not in text
