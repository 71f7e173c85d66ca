"""How often each claim held when the chapters ran again: the table robustness.csv beside this file.

publish/tools/robustness.py lets chapters run and writes the table. One row for each claim and condition: `runs` counts
the runs in which the claim was made, `held` those in which it held; `lowest` and `highest` are what was measured;
`code` tells which version of the chapter ran (`publish.book.code_of`): a chapter that changed has to be measured again.
"""

from __future__ import annotations

import ast
import csv
import io
from collections import defaultdict
from operator import itemgetter

from publish import book
from publish.whole import update

AS_IT_IS = "as it is"  # the value of `setting` where nothing was changed but seeds and threads
BOOKS, OTHER = "the book's", "other"  # values of `seeds`
CONDITION = ["data", "setting", "seeds", "threads", "torch"]
COLUMNS = ["id", "chapter", *CONDITION, "runs", "held", "lowest", "highest", "code"]
_FILE = "publish/numbers/robustness.csv"


def read(root):
    """The rows of the table: list of dict of str; empty where nothing was measured yet."""
    return book.rows(root / _FILE)


def write(root, rows):
    """Write the table, whole or not at all."""
    update(root / _FILE, as_csv(COLUMNS, rows))


def as_csv(columns, rows):
    """A table in the form of CSV: str."""
    file = io.StringIO()
    writer = csv.DictWriter(file, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def ids(notebook):
    """The ids of claims that are written out in the code of a notebook: list of str."""
    trees = [ast.parse(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args]
    named = [call.args[0] for call in calls if getattr(call.func, "id", "") == "claim"]
    return list(dict.fromkeys(first.value for first in named if isinstance(first, ast.Constant)))


def rows_of(runs):
    """One row for each claim and condition, in the order of the claims in the chapters: list of dict of str.

    `runs` has for each run of a chapter a dict: chapter ("05"), code, data, setting (what was changed), shift (steps
    that the seeds were moved), threads, torch, and claims: a list of dict with id, holds (True, False, or None where
    the claim was not made) and, where it has a number, measured.
    """
    found = {}
    for run in runs:
        condition = run["data"], run["setting"], OTHER if run["shift"] else BOOKS, str(run["threads"]), run["torch"]
        for claim in run["claims"]:
            found.setdefault((claim["id"], run["chapter"], *condition, run["code"]), []).append(claim)
    rows = []
    for (*key, code), claims in found.items():
        made = [claim for claim in claims if claim["holds"] is not None]
        numbers = [claim["measured"] for claim in made if isinstance(claim.get("measured"), int | float)]
        ends = [f"{min(numbers):.6g}", f"{max(numbers):.6g}"] if numbers else ["", ""]
        values = [*key, str(len(made)), str(sum(claim["holds"] for claim in made)), *ends, code]
        rows.append(dict(zip(COLUMNS, values, strict=True)))
    return rows


def merged(old, new):
    """The rows of a table after some conditions of some chapters were measured again: list of dict, sorted."""

    key = itemgetter("chapter", *CONDITION)
    fresh = set(map(key, new))
    return sorted([row for row in old if key(row) not in fresh] + new, key=key)


def current(rows, codes):
    """The rows that were measured with the present code, which `codes` gives by chapter ("05")."""
    return [row for row in rows if row["code"] == codes.get(row["chapter"])]


def comparable(rows, fixed):
    """The rows without those that ask a claim of `fixed`, whose seed a lecture gives, to hold with another."""
    return [row for row in rows if not (row["id"] in fixed and row["seeds"] == OTHER)]


def held_again(rows):
    """For each claim the runs in which it held and all its runs: dict of (int, int)."""
    found = {}
    for row in rows:
        held, runs = found.get(row["id"], (0, 0))
        found[row["id"]] = held + int(row["held"]), runs + int(row["runs"])
    return {id_: counts for id_, counts in found.items() if counts[1]}


def failures(rows):
    """The claims that failed at least once, and where: dict of lists of str, one for each change.

    A place: "rates doubled, other seeds: held on MNIST in 4 of 5, on bundled digits in 3 of 5". What is the book's own
    is not named, nor is PyTorch's version where all rows have the same.
    """
    versions, places = {row["torch"] for row in rows}, defaultdict(lambda: defaultdict(list))
    for row in rows:
        if row["held"] != row["runs"]:
            changes = {
                row["setting"]: row["setting"] != AS_IT_IS,
                "other seeds": row["seeds"] == OTHER,
                f"{row['threads']} threads": row["threads"] != "1",
                f"PyTorch {row['torch']}": len(versions) > 1,
            }
            changed = ", ".join(change for change, is_one in changes.items() if is_one) or AS_IT_IS
            data = "" if row["data"] == "no digits" else f"on {row['data']} "
            places[row["id"]][changed].append(f"{data}in {row['held']} of {row['runs']}")
    return {
        id_: [f"{change}: held {', '.join(data)}" for change, data in by_change.items()]
        for id_, by_change in places.items()
    }
