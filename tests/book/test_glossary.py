"""The glossary and the notation: every term that a chapter defines is there, with its Korean word and its place."""

import itertools
import re

import pytest
from mdit_py_plugins.anchors.index import slugify
from reading import NOTEBOOKS, read

from publish.book import ROOT
from publish.extensions.glossary import singulars

GLOSSARY = (ROOT / "chapters" / "glossary.md").read_text(encoding="utf-8")
NOTATION = (ROOT / "chapters" / "notation.md").read_text(encoding="utf-8")
LINK = re.compile(r"\[([^]]+)\]\(([\w.]+\.ipynb)(?:#([^)]+))?\)")
NOT_USED = "The chapters do not use this word."

# Bold phrases inside a sentence that define no term of the field.
NO_TERMS = {
    "general form": "03",  # of one picture
    "arithmetic": "04",  # the name of a limit
}


class Entry:
    """One entry of the glossary, read from its Markdown: terms, hidden forms, Korean line, definition and links."""

    def __init__(self, lines):
        self.terms = [line for line in lines if line and not line.startswith(" ")]
        body = [line.strip() for line in lines if line.startswith(" ")]
        hidden = [line.removeprefix("% also:").split(",") for line in body if line.startswith("% also:")]
        self.forms = [form.strip().casefold() for form in itertools.chain(self.terms, *hidden)]
        self.korean, *rest = (line for line in body if not line.startswith("%"))
        self.links = LINK.findall(rest[-1])
        self.definition = " ".join(rest[:-1])

    def __repr__(self):
        return self.terms[0]


ENTRIES = [
    Entry(lines.split("\n"))
    for block in re.findall(r"(?ms)^```\{glossary\}\n(.*?)^```", GLOSSARY)
    for lines in re.split(r"\n\n(?=\S)", block.strip("\n"))
]
FORMS = {form: entry for entry in ENTRIES for form in entry.forms}


def plain(text):
    """Text as a reader sees it: no marks of emphasis or code, no line breaks, small letters."""
    return " ".join(re.sub(r"[*`]", "", text).split()).casefold()


class Section:
    """A section of a chapter: its heading, its prose (the heading included) and the code of its cells."""

    def __init__(self, title):
        self.title, self.prose, self.code = title, f"{title}\n", ""

    def says(self, form):
        return re.search(rf"(?<![a-z]){re.escape(form)}(?![a-z]{{3}})", plain(f"{self.prose}\n{self.code}"))


def sections(path):
    found = [Section("")]
    for cell in read(path).cells:
        if cell.cell_type == "code":
            found[-1].code += f"{cell.source}\n"
            continue
        for line in cell.source.splitlines():
            if heading := re.match(r"#+ +(.*)", line):
                found.append(Section(heading[1]))
            else:
                found[-1].prose += f"{line}\n"
    return found[1:]


CHAPTERS = {path.name: sections(path) for path in NOTEBOOKS}
ORDER = [(name, section.title) for name, all_ in CHAPTERS.items() for section in all_]


def in_bold():
    """(chapter, section, phrase) of each bold phrase in the prose of a chapter, tables left out."""
    for name, all_ in CHAPTERS.items():
        for section in all_:
            text = re.sub(r"(?m)^\|.*$", "", section.prose)
            yield from ((name, section.title, phrase) for phrase in re.findall(r"\*\*([^*\n]+)\*\*", text))


def defined():
    """The bold phrases that define a term. What ends with a full stop, a colon or the like heads its paragraph."""
    for name, title, phrase in in_bold():
        if phrase[-1] not in '.:?!"' and plain(phrase) not in NO_TERMS:
            yield name, title, plain(phrase)


def entry_of(term):
    return next((FORMS[form] for form in singulars(term) if form in FORMS), None)


def test_every_term_that_a_chapter_defines_is_in_the_glossary():
    assert any(defined())  # the bold phrases are found at all
    assert not [f"{name}, {title}: {term}" for name, title, term in defined() if not entry_of(term)]


def test_no_phrase_is_excused_that_is_not_there():
    here = {(plain(phrase).rstrip(".:"), name[:2]) for name, _, phrase in in_bold()}
    assert not [excused for excused in NO_TERMS.items() - here if excused[1] in {name[:2] for name in CHAPTERS}]


def test_entries_stand_in_the_order_of_the_alphabet_under_their_letters():
    keys = [re.sub(r"[^a-z0-9]", "", entry.terms[0].casefold()) for entry in ENTRIES]
    assert [(a, b) for a, b in itertools.pairwise(keys) if a >= b] == []
    for letter, block in re.findall(r"(?ms)^## (.)\n\n```\{glossary\}\n(.*?)^```", GLOSSARY):
        assert {entry[0].upper() for entry in re.findall(r"(?:\A|\n\n)(\S.*)", block)} == {letter}


def test_no_term_stands_twice():
    forms = [form for entry in ENTRIES for form in entry.forms]
    assert sorted(forms) == sorted(set(forms))


@pytest.mark.parametrize("entry", ENTRIES, ids=repr)
def test_an_entry_is_whole(entry):
    assert re.match(r"\[\*\*[^*]*[가-힣][^*]*\*\*\]\{\.language-ko\}", entry.korean), (
        "a Korean word in bold comes first"
    )
    # Every other Korean word is marked as Korean too, and names its lectures.
    rest = entry.korean.partition("}")[2]
    assert not re.search("[가-힣]", re.sub(r"\[[^]]+\]\{\.language-ko\} \([A-E](, [A-E])*\)", "", rest)), rest
    assert 3 <= len(plain(entry.definition).split()) <= 45
    assert entry.definition.endswith((".", "$")) and entry.definition[0].isupper()
    assert entry.links, "the last line leads to the chapters"


def place_of(link):
    """The section that a link leads to, and the text that the link should have."""
    _, name, anchor = link
    assert name in CHAPTERS, f"{name} is not in the book: choose another place, or drop the entry"
    number, first = f"Chapter {int(name[:2])}", CHAPTERS[name][0]
    if not anchor:
        return first, number
    found = [section for section in CHAPTERS[name] if slugify(section.title) == anchor]
    assert found, f"{name} has no section #{anchor}; it has {[section.title for section in CHAPTERS[name]]}"
    return found[0], f"{number}, {found[0].title}"


@pytest.mark.parametrize("entry", ENTRIES, ids=repr)
def test_an_entry_leads_to_sections_that_have_the_word(entry):
    for link in entry.links:
        section, text = place_of(link)
        assert link[0] == text
        assert any(section.says(form) for form in entry.forms) != (NOT_USED in entry.definition), text


@pytest.mark.parametrize("entry", ENTRIES, ids=repr)
def test_an_entry_leads_to_every_chapter_that_defines_it_and_not_past_the_first_place(entry):
    assert {name for name, _, term in defined() if entry_of(term) is entry} <= {name for _, name, _ in entry.links}
    bold = [ORDER.index((name, title)) for name, title, term in defined() if entry_of(term) is entry]
    first = entry.links[0]
    assert not bold or ORDER.index((first[1], place_of(first)[0].title)) <= min(bold)


def test_letters_and_names_of_the_notation_are_those_of_the_chapters():
    rows = re.findall(r"(?m)^\| (.*?) ?\| (.*?) ?\| (.+) \| \[(\d+)\]\((.*)\) \|$", NOTATION)
    heads = NOTATION.count("| ch. |\n|---|---|---|---|\n")
    assert len(rows) == len(re.findall(r"(?m)^(?:\|[^|\n]*){4}\|$", NOTATION)) - 2 * heads > 0
    for formula, words, _, number, name in rows:
        assert number == str(int(name[:2])), name
        prose = "\n".join(section.prose for section in CHAPTERS[name])
        code = prose + "\n".join(section.code for section in CHAPTERS[name])
        formulas = " ".join("".join(pair) for pair in re.findall(r"(?s)\$\$(.+?)\$\$|\$([^$]+)\$", prose))
        assert not [letter for letter in re.findall(r"\$([^$]+)\$", formula) if letter not in formulas], name
        assert not [word for word in re.findall(r"`([^`]+)`", words) if not is_name(word, code)], name


def is_name(word, code):
    """Whether a name stands in code as a word of its own; `".weight"` may stand behind any other name."""
    start, end = (r"(?<!\w)" if word[0].isalnum() else ""), (r"(?!\w)" if word[-1].isalnum() else "")
    return re.search(start + re.escape(word) + end, code)
