"""chapters/robustness.csv: how often each claim held when the chapters ran again (publish/robustness.py writes it).

One row for each claim and condition, with the columns of `COLUMNS`: `runs` counts the runs in which the claim was made,
`held` those in which it held; `lowest` and `highest` are what was measured, where the claim compares a number; `code`
tells by a hash which version of the chapter ran.
"""

from __future__ import annotations

import hashlib

COLUMNS = ["id", "chapter", "data", "seeds", "threads", "torch", "runs", "held", "lowest", "highest", "code"]
BOOKS, OTHER = "the book's", "other"  # values of `seeds`
CONDITION = ["data", "seeds", "threads", "torch"]


def conditions(rows):
    """The rows by condition: dict of lists, keyed by the values of `CONDITION`."""
    found = {}
    for row in rows:
        found.setdefault(tuple(row[name] for name in CONDITION), []).append(row)
    return dict(sorted(found.items()))


def comparable(rows, fixed):
    """The rows without those that ask a claim whose seed a lecture fixes to hold with another: list of dict."""
    return [row for row in rows if not (row["id"] in fixed and row["seeds"] == OTHER)]


def held_again(rows):
    """For each claim (how often it held, in how many runs): dict of tuples of int."""
    found = {}
    for row in rows:
        held, runs = found.get(row["id"], (0, 0))
        found[row["id"]] = held + int(row["held"]), runs + int(row["runs"])
    return {id_: counts for id_, counts in found.items() if counts[1]}


def failures(rows):
    """The claims that failed at least once, and where: dict of lists of str.

    Examples
    --------
    >>> row = {"id": "A01", "data": "MNIST", "seeds": "other", "threads": "1", "torch": "2.9", "runs": "5", "held": "4"}
    >>> failures([row, row | {"held": "5"}])
    {'A01': ['MNIST, other seeds, threads: 1, PyTorch 2.9: held in 4 of 5']}
    """
    found = {}
    for row in rows:
        if row["held"] != row["runs"]:
            where = f"{row['data']}, {row['seeds']} seeds, threads: {row['threads']}, PyTorch {row['torch']}"
            found.setdefault(row["id"], []).append(f"{where}: held in {row['held']} of {row['runs']}")
    return found


def code_of(notebook):
    """What tells one version of a chapter's code from another: str, 12 hexadecimal digits. Prose does not count."""
    sources = [cell["source"] for cell in notebook["cells"] if cell["cell_type"] == "code"]
    return hashlib.sha256("\0".join("".join(source) for source in sources).encode()).hexdigest()[:12]


def current(rows, codes):
    """The rows that were measured with the present code: list of dict. `codes` gives it by chapter ("05")."""
    return [row for row in rows if row["code"] == codes.get(row["chapter"])]


def rows_of(results):
    """One row for each claim and condition.

    Parameters
    ----------
    results : list of dict
        One for each run of a chapter: chapter, code, data, shift, threads, torch, and claims: a list of dict with id,
        holds (True, False, or None where the claim was not made) and, where it compares a number, measured.

    Returns
    -------
    list of dict
        With the keys of `COLUMNS`, all values str, in the order of claims in the chapters.
    """
    found = {}
    for run in results:
        condition = run["data"], OTHER if run["shift"] else BOOKS, str(run["threads"]), run["torch"]
        for claim in run["claims"]:
            found.setdefault((run["chapter"], *condition, claim["id"]), []).append((claim, run["code"]))
    rows = []
    for (chapter, data, seeds, threads, torch, id_), kept in found.items():
        made = [claim for claim, _ in kept if claim["holds"] is not None]
        numbers = [claim["measured"] for claim in made if isinstance(claim.get("measured"), int | float)]
        row = {"id": id_, "chapter": chapter, "data": data, "seeds": seeds, "threads": threads, "torch": torch}
        row |= {"runs": str(len(made)), "held": str(sum(claim["holds"] for claim in made))}
        row |= {name: f"{pick(numbers):.6g}" if numbers else "" for name, pick in (("lowest", min), ("highest", max))}
        rows.append(row | {"code": kept[-1][1]})
    return rows


def merged(old, new):
    """The rows of a table after some conditions of some chapters were measured again: list of dict, sorted."""
    fresh = {(row["chapter"], *(row[name] for name in CONDITION)) for row in new}
    kept = [row for row in old if (row["chapter"], *(row[name] for name in CONDITION)) not in fresh]
    return sorted(kept + new, key=lambda row: (row["chapter"], *(row[name] for name in CONDITION)))
