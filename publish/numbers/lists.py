"""The tables in chapters/ that are written by hand, and where they and the chapters disagree.

coverage.csv lists what the lectures show. figures.csv says for each number of a lecture where the book meets it, and
for each tolerance why it is what it is. papers.csv does the same for published papers. gallery.csv and surprises.csv
serve the landing page (door.py).
"""

from __future__ import annotations

import csv
import re
from collections import Counter

from publish.numbers import door

#: What a row of figures.csv may be, and what a reader is told. The first two are claims.
KINDS = {
    "compared": "measured again",
    "checked": "checked exactly",
    "setting": "taken over as a setting",
    "cited": "cited only",
    "unreached": "not reached",
}
MEASURED = ("compared", "checked")
#: What a row of papers.csv may be.
STANDINGS = {
    "reproduced": "reproduced",
    "smaller": "same shape at a smaller scale",
    "cited": "cited, not reproduced",
}


def read(root):
    """The tables by their names: lists of dict. Those of "coverage" and "gallery" are dicts by their first column.

    A table that is not there is empty.
    """
    found = {}
    for name in ("coverage", "figures", "papers", "gallery", "surprises"):
        path = root / "chapters" / f"{name}.csv"
        found[name] = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines() if path.exists() else []))
    for name, key in (("coverage", "id"), ("gallery", "chapter")):
        found[name] = {row[key]: row for row in found[name]}
    return found


def missing(chapters, coverage):
    """The chapters that the coverage list names and this book has not: list of str, sorted."""
    return sorted({row["chapter"] for row in coverage.values()} - {chapter.stem[3:] for chapter in chapters})


def numbers(text):
    """The numbers written in a text: set of float; "12,661" is one number, "784-30-1" are three.

    Examples
    --------
    >>> sorted(numbers("-1, 4.5; 12,661 of 784-30"))
    [-1.0, 4.5, 30.0, 784.0, 12661.0]
    """
    text = re.sub(r"(?<=\d),(?=\d{3}\b)", "", text)
    return {float(n) for n in re.findall(r"(?<![\w.)])[-+]?\d+(?:\.\d+)?|(?<=\d-)\d+(?:\.\d+)?", text)}


def faults(chapters, tables):
    """Where the tables and the chapters disagree: list of str, empty where all is right.

    Nothing is expected of a book that has not all chapters of the coverage list. What only a run can tell (the ids of
    some claims, their tolerances) is checked in chapters that ran.

    Parameters
    ----------
    chapters : list of publish.numbers.claims.Chapter
    tables : dict
        As `read` gives them.
    """
    coverage, figures, papers = tables["coverage"], tables["figures"], tables["papers"]
    if missing(chapters, coverage):
        return []
    claims = {place.id: place for chapter in chapters for place in chapter.places if place.kind != "mark"}
    code = {f"{chapter.file}:{cell}": source for chapter in chapters for cell, source in chapter.code.items()}
    wrong = _faults_of_places(chapters, coverage) + door.faults(chapters, claims, tables)
    wrong += [f"figures.csv, {id_}: {n} rows" for id_, n in Counter(row["id"] for row in figures).items() if n > 1]
    for row in figures:
        wrong += [f"figures.csv, {row['id']}: {fault}" for fault in _faults_of_figure(row, claims, coverage, code)]
    explained = {row["id"] for row in figures}
    for id_, place in claims.items():
        if place.record and place.record.get("within") and id_ not in explained:
            wrong.append(f"figures.csv: no row {id_!r} says why its tolerance is {place.record['within']:g}")
    for id_, row in coverage.items():
        values = [figure["value"] for figure in figures if figure["row"] == id_]
        lost = numbers(row["figure in the lecture"]) - set().union(*map(numbers, values))
        if row["figure in the lecture"] and (lost or not values):
            wrong.append(f"figures.csv: the lecture's figure of {id_} is not there: {sorted(lost) or 'no row'}")
    for row in papers:
        if row["standing"] not in STANDINGS:
            wrong.append(f"papers.csv, {row['id']}: standing is one of {', '.join(STANDINGS)}")
        wrong += [f"papers.csv, {row['id']}: no claim {name!r}" for name in row["claims"].split() if name not in claims]
        if not row["claims"] and row["place"] not in {*claims, *code}:
            wrong.append(f"papers.csv, {row['id']}: neither claims nor a place in the book")
    return wrong


def _faults_of_places(chapters, coverage):
    """Rows that nothing shows; claims and marks that name no row or stand twice; claims that a run did not come to."""
    wrong, seen = [], set()
    for chapter in chapters:
        for place in chapter.places:
            where, is_claim = f"{chapter.document}, cell {place.cell}: {place.id!r}", place.kind != "mark"
            if place.row not in coverage and not (is_claim and place.row.startswith("ch")):
                wrong.append(f"{where} is no row of the coverage list")
            if place.anchor in seen:
                wrong.append(f"{where} stands in the book a second time")
            if is_claim and chapter.ran and not place.record:
                wrong.append(f"{where} is claimed in the code, and the run did not come to it")
            seen.add(place.anchor)
    shown = {place.row for chapter in chapters for place in chapter.places}
    return wrong + [f"coverage.csv: no claim and no mark shows {row}" for row in coverage if row not in shown]


def _faults_of_figure(row, claims, coverage, code):
    measured, place = row["kind"] in MEASURED, claims.get(row["id"])
    within = place.record.get("within") if place and place.record else None
    rules = {
        f"kind is one of {', '.join(KINDS)}": row["kind"] in KINDS,
        f"no row {row['row']!r} in the coverage list": not row["row"] or row["row"] in coverage,
        "no such claim in the book": not measured or place,
        f"no place {row['place']!r} in the book": measured or row["place"] in {*claims, *code},
        f"{row['code']!r} does not stand in cell {row['place']}": row["kind"] != "setting"
        or (row["code"] and row["code"] in code.get(row["place"], "")),
        "the lecture's value is missing": measured or row["value"],
        "one sentence must say why": row["kind"] == "setting" or row["why"].endswith("."),
        f"the claim allows within={within!r}, and the row explains {row['within'] or 'nothing'}": within is None
        or (row["within"] and float(row["within"]) == within),
    }
    return [fault for fault, kept in rules.items() if not kept]
