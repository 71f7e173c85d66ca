"""The tables in chapters/ that are written by hand; tests/site/test_tables.py sees that the chapters agree with them.

coverage.csv lists what the lectures show. figures.csv says for each number of a lecture where the book meets it, and
for each tolerance why it is what it is. papers.csv does the same for published papers. gallery.csv and surprises.csv
serve the landing page (door.py).
"""

from __future__ import annotations

from publish.book import rows

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
    names = ("coverage", "figures", "papers", "gallery", "surprises")
    found = {name: rows(root / "chapters" / f"{name}.csv") for name in names}
    for name, key in (("coverage", "id"), ("gallery", "chapter")):
        found[name] = {row[key]: row for row in found[name]}
    return found


def missing(chapters, coverage):
    """The chapters that the coverage list names and this book has not: list of str, sorted."""
    return sorted({row["chapter"] for row in coverage.values()} - {chapter.stem[3:] for chapter in chapters})
