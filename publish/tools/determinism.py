"""Show that two executions of the book give the same outputs, byte for byte.

    python -m publish.tools.determinism [--jobs N] [--chapters 01 03]

Every chapter runs twice, in fresh kernels, in temporary folders. Then the outputs are compared: texts, pictures and
records of claims. Cells that show timings differ by their nature: chapters/timings.csv lists them, one by one, and of
those only the texts are compared, with every number replaced by a sign and with spaces in a row as one. Nothing else is
forgiven. The exit code is 1 where anything differs.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

from publish.book import Book, code_cells, read, rows
from publish.run import data, kernel
from publish.run.execute import chosen, cores

_NUMBER = re.compile(r"[-+−]?\d[\d,]*(\.\d+)?(e[-+]?\d+)?")


def outputs(book, path):
    """Run a chapter in a temporary folder: its outputs by cell (dict of lists), and what went wrong."""
    notebook = read(path)
    with tempfile.TemporaryDirectory() as folder:
        error = kernel.execute(notebook, folder, kernel.environment(book), book.build / "kernels.log", timeout=900)
    return {cell.id: cell.outputs for cell in code_cells(notebook)}, error


def text(outputs, timing):
    """The outputs of a cell as one text that can be compared: str.

    In cells of `timing`, numbers are replaced, and pictures are left out. Where an error was raised, the addresses of
    objects do not count.
    """
    kept = [{key: value for key, value in output.items() if key != "traceback"} for output in outputs]
    for output in kept if timing else ():
        shown = output.get("data", {})
        output["data"] = {kind: value for kind, value in shown.items() if not kind.startswith("image/")}
    found = json.dumps(kept, sort_keys=True, ensure_ascii=False)
    # A shorter number moves what stands behind it in a table.
    return re.sub(" +", " ", _NUMBER.sub("#", found)) if timing else found


def compare(first, second, timings):
    """What differs between two executions of a chapter: list of str.

    Parameters
    ----------
    first, second : dict
        The outputs by cell.
    timings : set of str
        The cells that show timings.
    """
    found = []
    for cell in first:
        one, two = (text(ran[cell], cell in timings) for ran in (first, second))
        if one != two:
            same = next((i for i, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), 0)
            at = max(0, same - 60)
            found.append(f"cell {cell!r} differs:\n    {one[at : at + 160]}\n    {two[at : at + 160]}")
    return found


def main(arguments=None, book=None):
    """Run every chapter twice and compare; 1 where something differs or fails."""
    parser = argparse.ArgumentParser(prog="python -m publish.tools.determinism", description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=cores(), metavar="N", help="chapters at once (one a core)")
    parser.add_argument("--chapters", nargs="+", metavar="NN", help="only these, by number")
    given, book = parser.parse_args(arguments), book or Book()
    data.settle()
    listed = rows(book.root / "chapters" / "timings.csv")
    wrong = 0
    with ThreadPoolExecutor(given.jobs) as pool:
        paths = chosen(book, given.chapters)
        runs = [(path, pool.submit(outputs, book, path), pool.submit(outputs, book, path)) for path in paths]
        for path, one, two in runs:
            (first, error), (second, again) = one.result(), two.result()
            timings = {row["cell"] for row in listed if row["chapter"] == path.stem[:2]}
            found = [error or again] if error or again else compare(first, second, timings)
            said = f"{len(first) - len(timings)} cells alike, {len(timings)} with timings"
            print(f"{path.stem}: {'DIFFERS' if found else said}", *found, sep="\n  ", flush=True)
            wrong += bool(found)
    print(f"{len(paths)} chapters twice: {wrong or 'none'} with differences")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
