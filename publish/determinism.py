"""Show that two executions of the book give the same outputs, byte for byte.

    python -m publish.determinism [--jobs N] [--chapters 01 03]

Every chapter runs twice, in fresh kernels, in temporary folders. Then the outputs are compared: texts, pictures and
records of claims. Cells that show timings differ by their nature: chapters/timings.csv lists them, one by one, and of
those only the texts are compared, with every number replaced by a sign and with spaces in a row as one. What a cell
prints in several pieces is joined, as the pages do it. Nothing else is forgiven, and a listed cell that did not differ
is named. The exit code is 1 where anything differs.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import tempfile
import time
from pathlib import Path

from publish import figures, places, runs

ROOT = Path(__file__).resolve().parent.parent
SECONDS_A_CELL = 900
_NUMBER = re.compile(r"[-+−]?\d[\d,]*(\.\d+)?(e[-+]?\d+)?")


def execute(path, threads="1"):
    """Run a chapter in a temporary copy of its folder.

    Returns
    -------
    tuple
        The path, the outputs by cell (dict of list of dict), and the error as text ("" where there is none).
    """
    import nbformat
    from jupyter_cache.executors.utils import single_nb_execution

    os.environ["OMP_NUM_THREADS"] = threads
    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as folder:
        result = single_nb_execution(notebook, cwd=folder, timeout=SECONDS_A_CELL, allow_errors=False)
    outputs = {cell.id: json.loads(json.dumps(cell.outputs)) for cell in notebook.cells if cell.cell_type == "code"}
    return path, outputs, "" if result.err is None else str(result.exc_string)


def lines_of(output, timing=False):
    """An output as lines of text that can be compared: list of str.

    Parameters
    ----------
    output : dict
        As a notebook holds it.
    timing : bool
        Whether its numbers are timings: then they are replaced, and pictures are left out.
    """
    parts = {"": output["output_type"], "metadata": json.dumps(output.get("metadata", {}), sort_keys=True)}
    parts |= {key: _joined(output[key]) for key in ("name", "text", "ename", "evalue", "traceback") if key in output}
    parts |= {kind: _joined(data) for kind, data in sorted(output.get("data", {}).items())}
    if timing:
        texts = {kind: text for kind, text in parts.items() if not kind.startswith("image/")}
        # A shorter number moves what stands behind it in a table.
        parts = {kind: re.sub(" +", " ", _NUMBER.sub("#", text)) for kind, text in texts.items()}
    return [f"{kind}: {line}" for kind, text in parts.items() for line in text.splitlines()]


def _joined(data):
    if isinstance(data, list):
        return "".join(data) if all(line.endswith("\n") for line in data[:-1]) else "\n".join(data)
    return data if isinstance(data, str) else json.dumps(data, sort_keys=True)


def _joined_streams(outputs):
    """Outputs with what was printed in a row as one: where a kernel cuts it depends on the moment."""
    kept = []
    for output in outputs:
        if kept and output["output_type"] == "stream" == kept[-1]["output_type"] and output["name"] == kept[-1]["name"]:
            kept[-1] = kept[-1] | {"text": _joined(kept[-1]["text"]) + _joined(output["text"])}
        else:
            kept.append(output)
    return kept


def difference(first, second, timing=False):
    """The first line in which the outputs of a cell differ, from both: (str, str), or None."""
    one, two = (
        [line for output in _joined_streams(outputs) for line in lines_of(output, timing)]
        for outputs in (first, second)
    )
    for a, b in zip(one, two, strict=False):
        if a != b:
            return a, b
    if len(one) != len(two):
        return f"{len(one)} lines", f"{len(two)} lines"
    return None


def compare(first, second, timings):
    """What differs between two executions of a chapter, as sentences: list of str.

    Parameters
    ----------
    first, second : dict
        The outputs by cell.
    timings : set of str
        The cells that show timings.
    """
    found = []
    for cell in first:
        differs = difference(first[cell], second[cell], cell in timings)
        if differs:
            a, b = (line if len(line) <= 160 else line[:157] + "..." for line in _around(*differs))
            found.append(f"cell {cell!r} differs:\n    {a}\n    {b}")
    return found


def needless(first, second, timings):
    """The cells that are listed as timings and did not differ: list of str. It may have been chance."""
    return [cell for cell in first if cell in timings and not difference(first[cell], second[cell])]


def _around(a, b):
    """Two long lines from a little before the place where they part."""
    at = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), 0)
    start = max(0, at - 60)
    return a[start:], b[start:]


def main(arguments=None):
    """Run every chapter twice and compare; 1 where something differs or fails."""
    parser = argparse.ArgumentParser(prog="python -m publish.determinism", description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), metavar="N", help="chapters at once (all cores)")
    parser.add_argument("--chapters", nargs="+", metavar="NN", help="only these, by number")
    given = parser.parse_args(arguments)
    paths = [path for path in places.chapters(ROOT) if not given.chapters or path.stem[:2] in given.chapters]
    listed = figures.table("timings.csv", ROOT)
    first, wrong, start = {}, 0, time.monotonic()
    log = ROOT / "_build" / "determinism.log"
    for path, outputs, error in runs.in_parallel(execute, [(path,) for path in paths for _ in (1, 2)], given.jobs, log):
        if error:
            print(f"{path.stem} failed:\n{error}", flush=True)
            wrong += 1
        elif path not in first:
            first[path] = outputs
        else:
            timings = {row["cell"] for row in listed if row["chapter"] == path.stem[:2]}
            found = compare(first[path], outputs, timings)
            said = f"{len(found)} cells differ" if found else f"{len(outputs) - len(timings)} cells alike"
            same = [f"listed as timing, and did not differ: {c}" for c in needless(first[path], outputs, timings)]
            print(f"{path.stem}: {said}, {len(timings)} with timings", *found, *same, sep="\n  ", flush=True)
            wrong += bool(found)
    print(f"{len(paths)} chapters twice in {time.monotonic() - start:.0f} s: {wrong or 'none'} with differences")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
