"""The parts of the page "Reproduction" as HTML, and its entries as JSON and CSV.

What goes in is plain data: the entries of `publish.figures.report`, tables of chapters/, and a function that gives the
address of a place. So the page can be tested without a build.
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from datetime import UTC, datetime
from html import escape

from publish import figures, robustness_table
from publish import html_tables as tables

LECTURES = ["Id", "Chapter", "What", "Lecture", "This build", "Difference", "Allowed", "Held again", "Data"]
CLAIMS = ["Id", "Chapter", "What is claimed", "Measured", "Expected", "Allowed", "Held", "Held again", "Data"]
PAPERS = ["Paper", "Chapter", "What is compared", "Standing", "Claims"]
RUNS = [
    "Data",
    "Seeds",
    "Threads",
    "PyTorch",
    "Chapters",
    "Claims made",
    "Held always",
    "Failed",
    "Seed is the lecture's",
]
FAILED = ["Id", "Chapter", "What is claimed", "Where it failed", "Held again"]


def summary(entries, papers, about, ran):
    """The counts at the top of the page: HTML.

    Parameters
    ----------
    entries : list of dict
        As `publish.figures.report` gives them.
    papers : list of dict
        The table papers.csv.
    about : dict
        What the page's own code has printed: "data", "machine" and "versions".
    ran : list of float
        When the chapters ran, in seconds since 1970.
    """
    claims = [entry for entry in entries if entry["holds"] is not None or entry["kind"] in ("claim", *_MEASURED)]
    held = Counter(entry["holds"] for entry in claims)
    kinds = Counter(entry["kind"] for entry in entries if entry["row"])
    standing = Counter(row["standing"] for row in papers)
    days = sorted({datetime.fromtimestamp(when, UTC).strftime("%Y-%m-%d") for when in ran})
    lines = {
        "Claims": f"{len(claims)}: {held[True]} held, {held[False]} failed, "
        f"{held[None]} are not made on the data of this build",
        "Numbers of the lectures": _counted(kinds, figures.KINDS),
        "Figures of papers": _counted(standing, figures.STANDINGS),
        "Data": about["data"],
        "Machine": about["machine"],
        "Versions": ", ".join(f"{name} {version}" for name, version in about["versions"].items()),
        "The chapters ran": " to ".join(dict.fromkeys([days[0], days[-1]])) if days else "not yet",
    }
    items = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(line)}</dd></div>" for name, line in lines.items())
    files = " and ".join(f'<a href="reproduction.{kind}" download>{kind.upper()}</a>' for kind in ("json", "csv"))
    return f'<dl class="numbers-summary">{items}</dl>\n<p>All entries of this page as data: {files}.</p>'


_MEASURED = ("compared", "checked")


def _counted(counts, names):
    return "; ".join(f"{counts[key]} {name}" for key, name in names.items() if counts[key])


def lectures(entries, again, place):
    """The table of the lectures' numbers: HTML.

    Parameters
    ----------
    entries : list of dict
        As `publish.figures.report` gives them.
    again : dict
        For each claim, how often it held and in how many runs (`publish.robustness_table.held_again`).
    place : callable
        Gives the address, number and title of the chapter for an entry.
    """
    shown = sorted((entry for entry in entries if entry["row"]), key=lambda entry: (entry["row"], entry["id"]))
    rows = []
    for entry in shown:
        address, number, chapter = place(entry)
        what = escape(entry["statement"]) + _why(entry["why"])
        if entry["seed"]:
            what += '<small class="why">The seed is fixed by the lecture: another gives another number.</small>'
        cells = [
            tables.Cell(tables.link(address, entry["id"])),
            tables.Cell(number, int(number or 0)),
            tables.Cell(what, entry["statement"]),
            tables.Cell(escape(tables.number(entry["lecture"])), _sort(entry["lecture"])),
            _this_build(entry),
            _difference(entry),
            _allowed(entry),
            _again(entry, again),
            tables.text(entry["data"] if entry["kind"] in _MEASURED else ""),
        ]
        rows.append((chapter, cells))
    count = sum(entry["kind"] in _MEASURED for entry in shown)
    caption = f"{len(rows)} numbers of the lectures, {count} of them measured or checked again"
    return _table(caption, LECTURES, rows, again, "lecture-numbers")


def claims(entries, again, place):
    """The table of all claims that compare with no number of a lecture: HTML."""
    rows = []
    for entry in (entry for entry in entries if not entry["row"]):
        address, number, chapter = place(entry)
        code = f"<code>{escape(entry['checked'])}</code>" if entry["checked"] else ""
        measured = "" if isinstance(entry["measured"], bool) else escape(tables.number(_or_blank(entry["measured"])))
        measured = measured or comparisons(entry["compared"])
        holds = {True: "✓ yes", False: "✗ no", None: "not claimed on these data"}[entry["holds"]]
        cells = [
            tables.Cell(tables.link(address, entry["id"])),
            tables.Cell(number, int(number or 0)),
            tables.Cell(escape(entry["statement"]) + (_why(entry["why"]) or code), entry["statement"]),
            tables.Cell(measured, entry["compared"][0][0] if entry["compared"] else _sort(entry["measured"])),
            tables.Cell(escape(tables.number(_or_blank(entry["lecture"]))), _sort(entry["lecture"])),
            _allowed(entry),
            tables.text(holds),
            _again(entry, again),
            tables.text(entry["data"]),
        ]
        rows.append((chapter, cells))
    return _table(f"{len(rows)} other claims of the book", CLAIMS, rows, again, "other-claims")


def _table(caption, columns, rows, again, id):
    """A table, without the column of other runs where there were none."""
    if not again:
        at = columns.index("Held again")
        columns = columns[:at] + columns[at + 1 :]
        rows = [(group, cells[:at] + cells[at + 1 :]) for group, cells in rows]
    return tables.table(caption, columns, rows, id=id)


def compared_papers(papers, claims_by_id, place):
    """The table of published figures: HTML. `place` takes a claim's id or "NN:cell"."""
    rows = []
    for row in papers:
        names = row["claims"].split()
        address, number, chapter = place(names[0] if names else row["place"])
        held = [(name, place(name)[0], claims_by_id[name]["holds"]) for name in names]
        links = ", ".join(tables.link(to, f"{'✓ ' if holds else ''}{name}") for name, to, holds in held)
        cells = [
            tables.Cell(tables.link(address, row["source"])),
            tables.Cell(number, int(number or 0)),
            tables.Cell(escape(row["figure"]) + _why(row["note"]), row["figure"]),
            tables.text(figures.STANDINGS[row["standing"]]),
            tables.Cell(links or "none"),
        ]
        rows.append((chapter, cells))
    return tables.table(f"{len(rows)} figures of published work", PAPERS, rows, id="paper-figures")


def robustness(rows, claims_by_id, place):
    """How often claims held in other runs: HTML; a sentence where nothing was measured yet."""
    if not rows:
        return "<p>Not measured yet: <code>make robustness</code> does it.</p>"
    fixed = {id_ for id_, entry in claims_by_id.items() if entry["seed"]}
    conditions = []
    for key, part in robustness_table.conditions(rows).items():
        made = [row for row in robustness_table.comparable(part, fixed) if int(row["runs"])]
        failed = sum(row["held"] != row["runs"] for row in made)
        left_out = len(part) - len(robustness_table.comparable(part, fixed))
        counts = [len({row["chapter"] for row in part}), len(made), len(made) - failed, failed, left_out]
        conditions.append(("", [*map(tables.text, key), *(tables.Cell(str(n), n) for n in counts)]))
    parts = [tables.table("The runs, and how many claims held in all of them", RUNS, conditions, id="robustness-runs")]
    rows = robustness_table.comparable(rows, fixed)
    again, unsure = robustness_table.held_again(rows), []
    for id_, where in robustness_table.failures(rows).items():
        address, number, chapter = place(id_)
        cells = [
            tables.Cell(tables.link(address, id_)),
            tables.Cell(number, int(number or 0)),
            tables.text(claims_by_id[id_]["statement"] if id_ in claims_by_id else ""),
            tables.text("; ".join(where)),
            tables.Cell("{} of {}".format(*again[id_]), again[id_][0] / again[id_][1]),
        ]
        unsure.append((chapter, cells))
    if not unsure:
        return parts[0] + "<p>Every claim held in every one of these runs.</p>"
    caption = f"{len(unsure)} claim{'' if len(unsure) == 1 else 's'} failed in at least one of these runs"
    return "\n".join([*parts, tables.table(caption, FAILED, unsure, id="unsure-claims")])


def comparisons(rows):
    """What a record says of comparisons, as HTML, one below the other; "" where it says nothing.

    Examples
    --------
    >>> comparisons([[0.0139512, "<", 0.02], [0, "<", 2.5, "≤", 3]])
    '0.0139512 &lt; 0.02<br>0 &lt; 2.5 ≤ 3'
    """
    written = (" ".join(part if isinstance(part, str) else tables.number(part) for part in row) for row in rows or [])
    return "<br>".join(escape(comparison) for comparison in written)


def _why(why):
    return f'<small class="why">{escape(why)}</small>' if why else ""


def _or_blank(value):
    return "" if value is None else value


def _sort(value):
    return value if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _this_build(entry):
    if entry["kind"] == "compared" and entry["measured"] is not None:
        return tables.Cell(escape(tables.number(entry["measured"])), _sort(entry["measured"]))
    if entry["kind"] in _MEASURED:
        return tables.text({True: "✓ the same", False: "✗ differs", None: "not claimed on these data"}[entry["holds"]])
    return tables.text(figures.KINDS[entry["kind"]])


def _difference(entry):
    if entry["kind"] != "compared" or entry["difference"] is None:
        return tables.text("")
    mark = "✓" if entry["holds"] else "✗"
    return tables.Cell(f"{mark} {escape(tables.number(entry['difference'], sign=True))}", abs(entry["difference"]))


def _allowed(entry):
    if entry["within"] is None or entry["kind"] == "cited":
        return tables.text("")
    return tables.Cell(f"± {tables.number(entry['within'])}", _sort(entry["within"]))


def _again(entry, again):
    if entry["id"] not in again:
        return tables.text("")
    held, runs = again[entry["id"]]
    return tables.Cell(f"{held} of {runs}", held / runs if runs else 1)


def as_json(public):
    """The entries for a program, one to a line: str."""
    return "[\n" + ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in public) + "\n]\n"


def as_csv(public):
    """The entries as a table, empty where there is nothing: str."""
    file = io.StringIO()
    writer = csv.DictWriter(file, list(public[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(public)
    return file.getvalue()
