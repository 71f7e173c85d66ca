"""What the pages of the book took when they last ran, and which cells are slow.

    python -m publish.report

The figures stand in `_build/execution.json`, beside the cache. A page that takes more than its budget is marked.
"""

from __future__ import annotations

import json
import sys

from publish.book import Book
from publish.whole import whole

SECONDS, BYTES = 20, 2_000_000_000  # the budget of one page: computing time on one core, and memory
SLOWEST = 10


def load(book):
    """What is known of past runs: {"pages": {name: figures}, "run": figures of the last run}."""
    try:
        known = json.loads(book.figures.read_text(encoding="utf-8"))
        pages = {name: one for name, one in known["pages"].items() if one.keys() >= _FIELDS}
        return {"pages": pages, "run": known.get("run")}
    except (OSError, ValueError, KeyError, AttributeError, TypeError):  # none yet, or cut short
        return {"pages": {}, "run": None}


_FIELDS = {"seconds", "cpu", "peak", "cells"}


def save(book, known):
    """Write the figures, whole or not at all. They only inform: where there is no room, a line says so."""
    try:
        with whole(book.figures) as unfinished:
            unfinished.write_text(json.dumps(known, indent=1), encoding="utf-8")
    except OSError as error:
        print(f"{book.figures} could not be written: {error.strerror}", flush=True)


def excess(figures):
    """By what a page exceeds its budget, in words; "" where it does not."""
    found = []
    if figures["cpu"] > SECONDS:
        found.append(f"computes for {figures['cpu']:.0f} s, the budget is {SECONDS} s")
    if figures["peak"] > BYTES:
        found.append(f"takes {figures['peak'] / 1e9:.1f} GB of memory, the budget is {BYTES / 1e9:g} GB")
    return "; ".join(found)


def table(book):
    """The report: list of lines."""
    known = load(book)
    pages = [(book.name(page), known["pages"].get(book.name(page))) for page in book.pages()]
    width = max([len(name) for name, _ in pages], default=0)
    lines = [f"{'page':{width}}  {'seconds':>8} {'computing':>10} {'peak memory':>12}"]
    for name, figures in pages:
        if figures is None:
            lines.append(f"{name:{width}}  {'not measured':>8}")
            continue
        over = excess(figures)
        row = f"{name:{width}}  {figures['seconds']:8.1f} {figures['cpu']:9.1f}s {figures['peak'] / 1e6:9.0f} MB"
        lines.append(row + (f"  over: {over}" if over else ""))
    measured = [(name, figures) for name, figures in pages if figures]
    total, computing = (sum(figures[key] for _, figures in measured) for key in ("seconds", "cpu"))
    lines.append(f"{'all':{width}}  {total:8.1f} {computing:9.1f}s")
    run = known["run"]
    if run:
        ideal = f"{run['ratio']:.2f} times their summed seconds over {run['jobs']}"
        lines += ["", f"last run: {run['pages']} pages in {run['wall']:.1f} s, {run['jobs']} at a time: {ideal}"]
    cells = sorted(((s, name, cell) for name, figures in measured for cell, s in figures["cells"]), reverse=True)
    if cells:
        lines += ["", "slowest cells"]
        lines += [f"{seconds:8.1f} s  {name}  {cell}" for seconds, name, cell in cells[:SLOWEST]]
    return lines


def main(book=None):
    """Print the report; 1 where nothing was measured yet."""
    book = book or Book()
    if not load(book)["pages"]:
        print("No page was run yet: make book runs them.")
        return 1
    print("\n".join(table(book)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
