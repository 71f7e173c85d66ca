"""chapters/robustness.csv: how often each claim held when the chapters ran again (publish/robustness.py writes it).

One row for each claim and condition, with the columns of `COLUMNS`: `runs` counts the runs in which the claim was made,
`held` those in which it held; `lowest` and `highest` are what was measured, where the claim compares a number; `code`
tells by a hash which version of the chapter ran.
"""

from __future__ import annotations

COLUMNS = ["id", "chapter", "data", "seeds", "threads", "torch", "runs", "held", "lowest", "highest", "code"]
CONDITION = ["data", "seeds", "threads", "torch"]


def conditions(rows):
    """The rows by condition: dict of lists, keyed by the values of `CONDITION`."""
    found = {}
    for row in rows:
        found.setdefault(tuple(row[name] for name in CONDITION), []).append(row)
    return dict(sorted(found.items()))


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
