"""Write the parts of pages that are made from numbers: _build/pages/*, which the pages of the book include.

The lecture map, the tables of the page Reproduction, the bibliography, the facts of this build, and what door.py makes
for the landing page. What they say comes from the chapters that ran (claims.py), from the tables that are written by
hand (lists.py), and from other runs (robustness.py). What a chapter would say that is not in the contents is left out,
and a line says so.
"""

from __future__ import annotations

import json
import os
import platform
import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from html import escape
from importlib.metadata import version
from itertools import groupby
from operator import itemgetter

from publish.book import code_of
from publish.numbers import claims, door, lists, robustness
from publish.numbers.html import bound, cell, link, number, table, text
from publish.tools.references import bibliography
from publish.whole import update

HOLDS = {True: "✓ holds", False: "✗ fails", None: "not claimed on these data"}
RUN = ["Data", "Settings", "Seeds", "Threads", "PyTorch"]  # robustness.CONDITION, for a reader
NOT_HERE = "not in this book"
NOT_MEASURED = "<p>Not measured yet: <code>make robustness</code> does it.</p>\n"
FIXED_SEED = "The seed is fixed by the lecture: another gives another number."

PACKAGES = ("torch", "torchvision", "fastai", "numpy", "matplotlib", "scipy", "scikit-learn")
_RECORDED = ("holds", "measured", "below", "above", "expected", "within", "source")


@dataclass(frozen=True)
class Numbers:
    """All that the pages are made from.

    Attributes
    ----------
    chapters : list of publish.numbers.claims.Chapter
    tables : dict
        As `publish.numbers.lists.read` gives them.
    runs : list of dict
        The rows of `publish.numbers.robustness` that were measured with the chapters' present code.
    """

    chapters: list
    tables: dict
    runs: list

    @cached_property
    def claims(self):
        """The chapter and the place of each claim by its id: dict."""
        return {p.id: (chapter, p) for chapter in self.chapters for p in chapter.places if p.kind != "mark"}

    @cached_property
    def fixed(self):
        """The ids of claims that a lecture's own seed decides: set."""
        return {row["id"] for row in self.tables["figures"] if row["seed"]}

    @cached_property
    def again(self):
        """How often claims held with the book's settings, and with others: two dicts (`robustness.held_again`)."""
        rows = robustness.comparable(self.runs, self.fixed)
        own = [row for row in rows if row["setting"] == robustness.AS_IT_IS]
        return robustness.held_again(own), robustness.held_again([row for row in rows if row not in own])

    def where(self, name):
        """The chapter and the address of a claim's id or of "NN:cell": (None, "") where this book has it not."""
        if name in self.claims:
            chapter, place = self.claims[name]
            return chapter, chapter.address(place.anchor)
        file, _, id_ = name.partition(":")
        for chapter in self.chapters:
            if chapter.file == file and id_ in chapter.code:
                return chapter, chapter.address(claims.anchor("cell", id_))
        return None, ""

    @cached_property
    def entries(self):
        """One entry for each claim and for each figure of a lecture that this book has: list of dict.

        Keys id, row (of the coverage list, None for the book's own), kind (a key of `publish.numbers.lists.KINDS`, or
        "claim"), chapter (its number), statement, holds, measured, below, above, expected, within, source,
        lecture (the lecture's number as text), why and url. What does not apply is None.
        """
        by_id, found = {row["id"]: row for row in self.tables["figures"]}, []
        for id_ in dict.fromkeys([*self.claims, *by_id]):
            row, place = by_id.get(id_, {}), self.claims.get(id_, (None, None))[1]
            record = place.record if place else {}
            chapter, url = self.where(id_ if place else row["place"])
            if chapter:
                lecture = place.row if record.get("source") == "lecture" else None
                entry = {"id": id_, "row": row.get("row") or lecture, "kind": row.get("kind", "claim")}
                entry |= {"chapter": chapter.number, "statement": record.get("statement") or row.get("figure") or ""}
                entry |= {key: record.get(key) for key in _RECORDED}
                found.append(entry | {"lecture": row.get("value") or None, "why": row.get("why") or None, "url": url})
        return found


def write(book):
    """Write all parts; only files whose content changed."""
    chapters = claims.chapters(book)
    codes = {chapter.file: code_of(chapter.notebook) for chapter in chapters}
    numbers = Numbers(chapters, lists.read(book.root), robustness.current(robustness.read(book.root), codes))
    book.pages.mkdir(parents=True, exist_ok=True)
    for name, content in (parts(numbers) | door.parts(numbers, book)).items():
        update(book.pages / name, content)


def parts(numbers):
    """The files about the numbers: dict of their content by name."""
    lectures = sorted({row["source"] for row in numbers.tables["coverage"].values()})
    entries = ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in numbers.entries)
    made = facts(numbers.chapters)
    return {f"lecture_map_{lecture.lower()}.md": lecture_map(lecture, numbers) for lecture in lectures} | {
        "reproduction_summary.md": summary(numbers, made),
        "reproduction_lectures.md": claims_table(numbers, lectures=True),
        "reproduction_papers.md": papers(numbers),
        "reproduction_claims.md": claims_table(numbers, lectures=False),
        "reproduction_robustness.md": other_runs(numbers),
        "reproduction.json": f"[\n{entries}\n]\n",
        "reproduction.csv": robustness.as_csv(list(next(iter(numbers.entries), {})), numbers.entries),
        "bibliography.md": bibliography({f"{c.document}.ipynb": c.notebook for c in numbers.chapters}),
        "build.md": _definitions(made),
        "build.json": json.dumps(made),
    }


def facts(chapters):
    """What made this build: dict from "data", "machine", "Python" and the names of packages to str."""
    outputs = [out for chapter in chapters for c in chapter.notebook["cells"] for out in c.get("outputs", ())]
    printed = "".join(out["text"] for out in outputs if out.get("name") == "stdout")
    return {
        "data": "; ".join(dict.fromkeys(re.findall(r"(?m)^Data: (.+)$", printed))) or "none",
        "machine": f"{platform.system()}, {platform.machine()}, {os.cpu_count()} processor cores",
        "Python": platform.python_version(),
    } | {name: version(name) for name in PACKAGES}


def lecture_map(lecture, numbers):
    """For each row of a lecture the sections that show it, and their claims: HTML."""
    shown, rows = {}, []
    for chapter in numbers.chapters:
        for place in chapter.places:
            shown.setdefault(place.row, []).append((chapter, place))
    for row in (row for row in numbers.tables["coverage"].values() if row["source"] == lecture):
        kind = f"<span class='kind'>{escape(row['kind'])}</span>"
        cells = {
            "Row": text(row["id"]),
            "What the lecture shows": cell(f"{escape(row['what the lecture shows'])} {kind}"),
            "Its figures": text(row["figure in the lecture"]),
            "Where the book shows it": cell(_sections(shown.get(row["id"], [])) or f"<p>{NOT_HERE}</p>"),
        }
        rows.append((claims.anchor("row", row["id"]), row["kind"], cells))
    count = sum(cells["Row"][0] in shown for _, _, cells in rows)
    caption = f"Lecture {lecture}: {count} of its {len(rows)} rows have a place in this book."
    return table(caption, rows, classes="lecture-map", id=f"lecture-{lecture.lower()}")


def _sections(found):
    """Each section as a link, and below it its claims, findings first: HTML."""
    sections, written = {}, []
    for chapter, place in found:
        sections.setdefault((chapter.number, place.section), []).append((chapter, place))
    for (chapter_number, title), there in sections.items():
        there.sort(key=lambda pair: {"mark": 0, "finding": 1}.get(pair[1].kind, 2))
        chapter, first = there[0]
        written.append(f"<p>{link(chapter.address(first.anchor), f'Chapter {chapter_number}: {title}')}</p>")
        for _, place in there:
            if place.kind != "mark":
                statement = _sentence(place.record["statement"])
                written.append(f'<p class="claimed">{link(chapter.address(place.anchor), statement)}</p>')
    return "".join(written)


def _sentence(statement):
    """A statement as a sentence: with a full stop, and with a capital where it begins with a word."""
    word = statement.partition(" ")[0]
    return (statement[0].upper() if len(word) > 1 and word.isalpha() else statement[0]) + statement[1:] + "."


def summary(numbers, made_by):
    """The counts at the top of the page, what made the build, and the files beside the page: Markdown."""
    made = [entry for entry in numbers.entries if entry["id"] in numbers.claims]
    held = Counter(entry["holds"] for entry in made)
    said = f"{held[True]} held, {held[False]} failed, {held[None]} not made on the data of this build"
    lines = {
        "claims": f"{len(made)}: {said}",
        "numbers of the lectures": _counted((e["kind"] for e in numbers.entries if e["row"]), lists.KINDS),
        "figures of papers": _counted((row["standing"] for row in numbers.tables["papers"]), lists.STANDINGS),
    }
    gone = ", ".join(name.replace("_", " ") for name in lists.missing(numbers.chapters, numbers.tables["coverage"]))
    files = " and ".join(f"{{download}}`{k.upper()} <../_build/pages/reproduction.{k}>`" for k in ("json", "csv"))
    return (
        _definitions(lines | made_by)
        + (f"\nThis book has not all chapters: what belongs to these is left out: {gone}.\n" if gone else "")
        + f"\nAll entries of this page as data: {files}.\n"
    )


def claims_table(numbers, lectures):
    """All claims and figures of the lectures, or (`lectures` False) all other claims: HTML."""
    entries = [entry for entry in numbers.entries if bool(entry["row"]) == lectures]
    rows = []
    for entry in sorted(entries, key=lambda e: (e["row"], e["id"])) if lectures else entries:
        chapter = numbers.chapters[entry["chapter"] - 1]
        why = _why(f"{entry['why'] or ''} {FIXED_SEED if entry['id'] in numbers.fixed else ''}".strip())
        expected, measured = entry["expected"], entry["measured"]
        if entry["id"] not in numbers.claims:
            said = lists.KINDS[entry["kind"]]
        elif measured is None:
            said = HOLDS[entry["holds"]]
        else:
            said = f"{'✓' if entry['holds'] else '✗'} {number(measured)}"
        cells = {"Id": cell(link(entry["url"], entry["id"])), "Chapter": text(chapter.number, chapter.number)}
        cells["What is claimed"] = cell(escape(entry["statement"]) + why, entry["statement"])
        if lectures:
            cells["Lecture"] = text(entry["lecture"] or (number(expected) if expected is not None else ""), expected)
        cells |= {"This build": text(said, measured), "Allowed": text(bound(entry), entry["within"])}
        if numbers.runs:
            own, others = numbers.again
            cells |= {"Held again": _share(own.get(entry["id"])), "Other settings": _share(others.get(entry["id"]))}
        rows.append((claims.anchor("number", entry["id"]), chapter.group, cells))
    if not lectures:
        return table(f"{len(rows)} other claims of the book", rows, id="other-claims")
    again = sum(entry["kind"] in lists.MEASURED for entry in entries)
    caption = f"{len(rows)} numbers of the lectures, {again} of them measured or checked again"
    return table(caption, rows, id="lecture-numbers")


def papers(numbers):
    """The figures of published papers, each with its claims: HTML."""
    rows = []
    for row in numbers.tables["papers"]:
        names = [name for name in row["claims"].split() if name in numbers.claims]
        chapter, address = numbers.where(names[0] if names else row["place"])
        if chapter:
            held = {name: numbers.claims[name][1].record["holds"] for name in names}
            links = [link(numbers.where(name)[1], f"{'✓ ' if held[name] else ''}{name}") for name in names]
            cells = {
                "Paper": cell(link(address, row["source"])),
                "Chapter": text(chapter.number, chapter.number),
                "What is compared": cell(escape(row["figure"]) + _why(row["note"]), row["figure"]),
                "Standing": text(lists.STANDINGS.get(row["standing"], row["standing"])),
                "Claims": cell(", ".join(links) or "none"),
            }
            rows.append(("", chapter.group, cells))
    return table(f"{len(rows)} figures of published work", rows, id="paper-figures")


def other_runs(numbers):
    """How often claims held in other runs: HTML; a sentence where nothing was measured yet."""
    if not numbers.runs:
        return NOT_MEASURED
    made, lost, condition_of = [], [], itemgetter(*robustness.CONDITION)
    for condition, same in groupby(sorted(numbers.runs, key=condition_of), condition_of):
        rows = list(same)
        kept = robustness.comparable(rows, numbers.fixed)
        ran = [row for row in kept if int(row["runs"])]
        failed = sum(row["held"] != row["runs"] for row in ran)
        cells = {name: text(value) for name, value in zip(RUN, condition, strict=True)}
        counts = {
            "Chapters": len({row["chapter"] for row in rows}),
            "Claims": len(ran),
            "Held always": len(ran) - failed,
            "Failed": failed,
            "Fixed seed": len(rows) - len(kept),
        }
        made.append(("", "", cells | {name: text(count, count) for name, count in counts.items()}))
    html = table("The runs, and how many claims held in all of them", made, id="robustness-runs")
    rows = robustness.comparable(numbers.runs, numbers.fixed)
    held = robustness.held_again(rows)
    for id_, where in robustness.failures(rows).items():
        if id_ in numbers.claims:
            chapter, place = numbers.claims[id_]
            cells = {
                "Id": cell(link(chapter.address(place.anchor), id_)),
                "Chapter": text(chapter.number, chapter.number),
                "What is claimed": text(place.record["statement"]),
                "Where it failed": text("; ".join(where)),
                "Held": _share(held[id_]),
            }
            lost.append(("", chapter.group, cells))
    if not lost:
        return html + "<p>Every claim held in every one of these runs.</p>\n"
    caption = f"{len(lost)} claim{'s' * (len(lost) > 1)} failed in at least one of these runs"
    return html + table(caption, lost, id="unsure-claims")


def _share(counts):
    """How many runs of all: "11 of 12", sorted by their share."""
    return text("{} of {}".format(*counts), counts[0] / counts[1]) if counts else text("")


def _why(why):
    return f'<small class="why">{escape(why)}</small>' if why else ""


def _counted(names, words):
    counts = Counter(names)
    return "; ".join(f"{counts[key]} {word}" for key, word in words.items() if counts[key]) or "none"


def _definitions(lines):
    items = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(line)}</dd></div>" for name, line in lines.items())
    return f'<dl class="numbers-summary">{items}</dl>\n'
