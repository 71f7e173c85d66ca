"""The numbers of the lectures and of published papers beside those of this build.

Three tables in chapters/ hold what no run can know: figures.csv says for each number of a lecture where the book meets
it, and for each tolerance why it is what it is; papers.csv does the same for papers; robustness.csv holds how often
each claim held when the chapters ran again (publish/robustness.py). What was measured comes from the records that
claims leave in executed notebooks.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

#: What a row of figures.csv may be, and what a reader is told.
KINDS = {
    "compared": "measured again",
    "checked": "checked exactly",
    "setting": "taken over as a setting",
    "cited": "cited only",
    "unreached": "not reached",
}
#: What a row of papers.csv may be.
STANDINGS = {
    "reproduced": "reproduced",
    "smaller": "same shape at a smaller scale",
    "cited": "cited, not reproduced",
}


def table(name, root=ROOT):
    """The rows of a table in chapters/: list of dict; empty where the table is not there."""
    path = root / "chapters" / name
    if not path.exists():
        return []
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def numbers(text):
    """The numbers written in a text: set of float; "12,661" is one number, "784-30-1" are three.

    Examples
    --------
    >>> sorted(numbers("-1, 4.5; 12,661 of 784-30"))
    [-1.0, 4.5, 30.0, 784.0, 12661.0]
    """
    text = re.sub(r"(?<=\d),(?=\d{3}\b)", "", text)
    return {float(n) for n in re.findall(r"(?<![\w.)])[-+]?\d+(?:\.\d+)?|(?<=\d-)\d+(?:\.\d+)?", text)}


def faults(figures, papers, found, rows, code):
    """What is wrong with figures.csv and papers.csv: list of str, empty where all is right.

    Parameters
    ----------
    figures, papers : list of dict
        The two tables.
    found : list of publish.places.Place
        The claims and marks of the book.
    rows : dict
        The coverage list by id.
    code : dict
        The source of each code cell by (number of the chapter, id of the cell).
    """
    claims = {place.id: place for place in found if place.statement}
    wrong = [f"{row['id']}: {count} rows" for row, count in _repeated(figures) + _repeated(papers)]
    for row in figures:
        wrong += [f"figures.csv, {row['id']}: {fault}" for fault in _faults_of(row, claims, rows, code)]
    for place in found:
        if place.compares and place.id not in {row["id"] for row in figures}:
            wrong.append(f"figures.csv: {place.id} compares a number, and no row says why its tolerance is what it is")
    for id_, row in rows.items():
        if row["figure in the lecture"]:
            named = [figure["value"] for figure in figures if figure["row"] == id_]
            missing = numbers(row["figure in the lecture"]) - set().union(*map(numbers, named))
            if not named or missing:
                wrong.append(f"figures.csv: the lecture's figure of {id_} is not there: {sorted(missing) or 'no row'}")
    for row in papers:
        if row["standing"] not in STANDINGS:
            wrong.append(f"papers.csv, {row['id']}: standing is one of {', '.join(STANDINGS)}")
        wrong += [f"papers.csv, {row['id']}: no claim {name!r}" for name in row["claims"].split() if name not in claims]
        if not row["claims"] and not _is_place(row["place"], claims, code):
            wrong.append(f"papers.csv, {row['id']}: neither claims nor a place in the book")
    return wrong


def _repeated(table):
    counts = Counter(row["id"] for row in table)
    return [(row, counts[row["id"]]) for row in table if counts[row["id"]] > 1]


def _is_place(place, claims, code):
    number, _, cell = place.partition(":")
    return place in claims or (number, cell) in code


def _faults_of(row, claims, rows, code):
    kind, claim = row["kind"], claims.get(row["id"])
    if kind not in KINDS:
        yield f"kind is one of {', '.join(KINDS)}"
        return
    if row["row"] and row["row"] not in rows:
        yield f"no row {row['row']!r} in the coverage list"
    if kind in ("compared", "checked"):
        if claim is None:
            yield "no such claim in the book"
        elif claim.compares != (kind == "compared"):
            yield "'compared' is for claims with lecture= and within=, 'checked' for the others"
    elif not _is_place(row["place"], claims, code):
        yield f"no place {row['place']!r} in the book"
    if kind == "setting":
        number, _, cell = row["place"].partition(":")
        if not row["code"] or row["code"] not in code.get((number, cell), ""):
            yield f"{row['code']!r} does not stand in cell {row['place']}"
    if kind == "compared" and not row["within"]:
        yield "the tolerance is missing"
    if kind != "compared" and not row["value"]:
        yield "the lecture's value is missing"
    if kind != "setting" and not row["why"].endswith("."):
        yield "one sentence must say why"


def report(records, figures, placed, data):
    """One entry for each claim and each figure of a lecture, in the order of the book.

    Parameters
    ----------
    records : dict
        For each document ("chapters/05_sgd_and_batches"), the claim records of its executed notebook.
    figures : list of dict
        The table figures.csv.
    placed : dict
        Claims by id, as `publish.places.Place`.
    data : dict
        For each claim's id, the name of the data behind it.

    Returns
    -------
    list of dict
        Keys id, row, kind ("claim" where figures.csv has no row), document, place (a claim's id or "NN:cell"),
        statement, checked, measured, compared (as in the record), lecture (a number or text), within, difference,
        holds, data, why, seed.
        What does not apply is None.
    """
    by_id = {row["id"]: row for row in figures}
    entries = []
    for document, its_records in records.items():
        for record in its_records:
            place, row = placed.get(record["id"]), by_id.get(record["id"], {})
            entry = _entry(row, document, record["id"], data.get(record["id"], ""))
            entry |= {"statement": record["statement"], "holds": record["holds"]}
            entry["checked"] = place.checked if place and not place.compares else None
            if "lecture" in record:
                entry |= {"measured": record["measured"], "within": record["within"]}
                entry["lecture"] = row.get("value") or record["lecture"]
                if isinstance(record["measured"], int | float):
                    entry["difference"] = record["measured"] - record["lecture"]
            elif record["holds"] is not None:
                entry["measured"] = record["holds"]
                entry["compared"] = record.get("compared")
            entries.append(entry)
    told = {entry["id"] for entry in entries}
    for row in figures:
        if row["id"] not in told and row["kind"] not in ("compared", "checked"):
            entries.append(_entry(row, _document(row["place"], placed, records), row["place"], ""))
    order = {document: i for i, document in enumerate(records)}
    return sorted(entries, key=lambda entry: order.get(entry["document"], -1))


def _document(place, placed, records):
    if place in placed:
        return placed[place].document
    return next((d for d in records if Path(d).name.startswith(place.partition(":")[0] + "_")), None)


def _entry(row, document, place, data):
    return {
        "id": row.get("id") or place,
        "row": row.get("row") or None,
        "kind": row.get("kind", "claim"),
        "document": document,
        "place": place,
        "statement": row.get("figure", ""),
        "checked": None,
        "measured": None,
        "compared": None,
        "lecture": row.get("value") or None,
        "within": None,
        "difference": None,
        "holds": None,
        "data": data,
        "why": row.get("why") or None,
        "seed": row.get("seed") or None,
    }


def changed_tolerances(records, figures):
    """Claims whose tolerance is not the one that figures.csv gives the reason for: list of str."""
    said = {row["id"]: row["within"] for row in figures if row["within"]}
    return [
        f"{record['id']}: within={record['within']!r}, and figures.csv explains {said[record['id']]}"
        for its_records in records.values()
        for record in its_records
        if "within" in record and record["id"] in said and float(said[record["id"]]) != record["within"]
    ]


def public(entry, address):
    """An entry as the JSON and CSV files hold it: dict. `address` is the place on the site."""
    chapter = re.match(r"chapters/(\d\d)_", entry["document"] or "")
    keep = ("statement", "measured", "compared", "lecture", "within", "holds", "data", "kind", "difference", "why")
    return (
        {"id": entry["id"], "chapter": chapter[1] if chapter else "00"} | {k: entry[k] for k in keep} | {"url": address}
    )
