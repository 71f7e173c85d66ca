"""What the landing page shows of the chapters: a card for each, and the findings that surprise most.

Two tables in chapters/ are written by hand. gallery.csv has for each chapter its question and the cell whose picture
stands on its card; without a row, a card takes the first question of the chapter's opening and the first picture.
surprises.csv has findings in plain words. Their numbers come from this build: `{:.0%}` is what the claim of the row
measured, `{ch06.coins:.0%}` what another did, both written as Python's format says.
"""

from __future__ import annotations

import json
import re
from html import escape
from itertools import groupby

from lecture_utils import moving
from publish.extensions.figures import smaller
from publish.extensions.theme import buttons
from publish.numbers.html import link, number

CHAPTER = "Chapter"  # for another language
_TIMES = re.compile(r"[^·.?!\n]*to read · [^·\n]*to run")
_QUESTION = re.compile(r"[^.?!]+\?")
_NUMBER = re.compile(r"\{([\w.-]*)(?::([^}]*))?\}")


def parts(numbers, book):
    """The files of the landing page: dict of their content by name."""
    captions = {name: caption for caption, name in book.documents()}
    files, written = {}, []
    for caption, chapters in groupby(numbers.chapters, key=lambda chapter: captions.get(chapter.document, "")):
        written.append(f"### {caption}\n\n" * bool(caption) + '<ul class="gallery">\n')
        for chapter in chapters:
            row = numbers.tables["gallery"].get(chapter.stem, {})
            svg, alt = picture(chapter, row.get("picture"))
            name = f"{chapter.stem}.svg" if svg else ""
            files |= {name: smaller(svg)} if svg else {}
            written.append(card(chapter, row.get("question"), name, alt, _colab(chapter, book)))
        written.append("</ul>\n")
    return files | {"gallery.md": "\n".join(written), "findings.md": findings(numbers)}


def picture(chapter, wanted):
    """The picture that stands for a chapter and its description: (str, str); empty where the chapter shows none.

    It is that of the cell `wanted`, where one is named, else of the first cell that only draws, else of the first.
    """
    outputs = [(cell, out) for cell in chapter.notebook["cells"] for out in cell.get("outputs", ())]
    shown = [(cell, out) for cell, out in outputs if "image/svg+xml" in out.get("data", ())]
    if not shown:
        return "", ""
    shown.sort(key=lambda pair: (pair[0]["id"] != wanted, "draw" not in pair[0]["metadata"].get("tags", [])))
    cell, output = shown[0]
    alt = cell["metadata"].get("mystnb", {}).get("image", {}).get("alt", "")
    return "".join(output["data"]["image/svg+xml"]), output["metadata"].get(moving.KEY, {}).get("alt", alt)


def card(chapter, question, name, alt, colab):
    """A chapter's card: Markdown. What is not known of it is left out."""
    opening = chapter.notebook["cells"][0]["source"].partition("\n")[2]
    times, asked = _TIMES.search(opening), _QUESTION.search(opening)
    image = f"```{{image}} /_build/pages/{name}\n:alt: {json.dumps(alt, ensure_ascii=False)}\n```\n\n" if name else ""
    facts = f"{CHAPTER} {chapter.number}" + (f" · {times[0].strip()}" if times else "")
    return (
        f'<li>\n\n{image}<p class="card-name">{link(f"{chapter.document}.html", chapter.title)}</p>\n'
        f"<p>{escape(question or (asked[0].strip() if asked else ''))}</p>\n"
        f'<p class="card-facts">{facts} {colab}</p>\n</li>\n'
    )


def findings(numbers):
    """The rows of surprises.csv whose claims hold in this build, each with its numbers and a link: HTML."""
    lines = []
    for row in numbers.tables["surprises"]:
        found = {id_: numbers.claims[id_] for id_ in claimed(row) if id_ in numbers.claims}
        records = {id_: place.record for id_, (_, place) in found.items() if place.record["holds"]}
        if len(records) == len(claimed(row)):
            chapter, place = found[row["id"]]
            where = link(f"{chapter.document}.html#{place.anchor}", f"{CHAPTER} {chapter.number}")
            lines.append(f"<li>{_filled(row, records)} {where}.</li>\n")
    return f'<ol class="surprises">\n{"".join(lines)}</ol>\n'


def _filled(row, records):
    """The sentence of a row with the numbers that its claims measured: HTML."""

    def measured(match):
        value = records[match[1] or row["id"]]["measured"]
        written = format(value, match[2]).replace("-", "−") if match[2] else number(value)
        return f"<strong>{written}</strong>"

    return _NUMBER.sub(measured, escape(row["sentence"]))


def claimed(row):
    """The ids of the claims that a row of surprises.csv needs: set of str."""
    return {row["id"], *(id_ for id_, _ in _NUMBER.findall(row["sentence"]) if id_)}


def _colab(chapter, book):
    place = book.config["repository"]
    found = buttons(place["url"], place["branch"], f"{chapter.document}.ipynb", chapter.title)
    return "".join(f'<a href="{escape(b["url"])}">{b["text"]}</a>' for b in found if b["kind"] == "colab")
