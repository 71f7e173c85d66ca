"""Run the chapters again with other seeds, threads, data and versions, and count how often each claim holds.

    python -m publish.robustness [--jobs N] [--chapters 01 03] [--seeds 5] [--threads 1 2] [--full] [--table]

Every chapter runs with the book's seeds and with five others, with one thread, on MNIST and on the bundled digits, and
with the book's seeds on two threads. `--full` crosses seeds and threads. To try another version of PyTorch, run this
with the Python of an environment that has it: its results stand beside the others.

Each run of a chapter leaves one file in _build/robustness, so that work that was stopped goes on where it was; a
chapter whose code has changed runs again. At the end chapters/robustness.csv is brought up to date.

How it is done: publish/rerun/sitecustomize.py changes seeds and threads inside the kernel. Chapters are not changed,
and a claim that fails does not stop them.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from publish import figures, places, robustness_table, runs
from publish.whole import whole

ROOT = Path(__file__).resolve().parent.parent
RERUN = Path(__file__).resolve().parent / "rerun"
STEP = 1000  # between the seeds of one run and of the next: more than a chapter counts through
SECONDS_A_CELL = 900
NO_DIGITS = "no digits"
BUNDLED = "bundled digits"


@dataclass(frozen=True)
class Run:
    """One run of a chapter: its path, the name of the data, how many steps its seeds are moved, and its threads."""

    path: Path
    data: str
    shift: int
    threads: int

    @property
    def chapter(self):
        return self.path.stem[:2]

    @property
    def root(self):
        """The checkout: a process that runs this knows it from here alone."""
        return self.path.parent.parent

    @property
    def file(self):
        name = f"{self.chapter}-{self.data.replace(' ', '-')}-seeds{self.shift}-threads{self.threads}.json"
        return _results(self.root) / f"torch-{version('torch')}" / name


def _results(root):
    return root / "_build" / "robustness"


def planned(paths, data, seeds=5, full=False, threads=(1, 2)):
    """The runs, those of one seed for all chapters before those of the next: list of Run.

    Parameters
    ----------
    paths : list of Path
        The chapters.
    data : list of str
        Names of the digits at hand.
    seeds : int
        How many other seeds.
    full : bool
        Whether other seeds also run on two threads.
    threads : sequence of int
        1, 2 or both.
    """
    cases = [(shift, 1) for shift in range(seeds + 1)] + [(shift, 2) for shift in range(seeds + 1 if full else 1)]
    cases = [case for case in cases if case[1] in threads]
    found = []
    for shift, threads in cases:
        for path in paths:
            found += [Run(path, name, shift, threads) for name in (data if _reads_digits(path) else [NO_DIGITS])]
    return found


def _reads_digits(path):
    return any("digits(" in cell["source"] for cell in places.read(path)["cells"] if cell["cell_type"] == "code")


def is_done(run):
    """Whether a result of the chapter's present code is there."""
    try:
        return json.loads(run.file.read_text())["code"] == robustness_table.code_of(places.read(run.path))
    except (OSError, ValueError, KeyError):
        return False


def execute(run, mnist):
    """Run a chapter and write its result, whole or not at all.

    Returns
    -------
    tuple
        The run, the ids of claims that did not hold, and the seconds it took.
    """
    import nbformat
    from jupyter_cache.executors.utils import single_nb_execution

    os.environ |= {
        "LECTURE_RERUN": f"{run.shift * STEP} {run.threads}",
        "LECTURE_MNIST": "bundled" if run.data == BUNDLED else mnist,
        "OMP_NUM_THREADS": str(run.threads),
        "OMP_WAIT_POLICY": "PASSIVE",  # two threads on a busy machine would wait for each other
        "PYTHONPATH": os.pathsep.join([str(RERUN), str(ROOT), os.environ.get("PYTHONPATH", "")]),
    }
    notebook = nbformat.read(run.path, as_version=4)
    code = robustness_table.code_of(notebook)
    result = single_nb_execution(notebook, cwd=str(run.path.parent), timeout=SECONDS_A_CELL, allow_errors=True)
    claims = outcomes(
        notebook, {p.id: p for p in places.places(run.root) if p.statement and p.document.endswith(run.path.stem)}
    )
    found = {"chapter": run.chapter, "code": code, "data": run.data, "shift": run.shift, "threads": run.threads}
    found |= {"torch": version("torch").partition("+")[0], "seconds": round(result.time, 1), "claims": claims}
    run.file.parent.mkdir(parents=True, exist_ok=True)
    with whole(run.file) as unfinished:
        unfinished.write_text(json.dumps(found))
    return run, [claim["id"] for claim in claims if claim["holds"] is False], result.time


def outcomes(notebook, expected):
    """What became of each claim of a chapter: list of dict with id, holds and, where it is a number, measured.

    A claim that was not reached, because its cell failed before, does not hold.
    """
    from lecture_utils.claims import records

    found = {record["id"]: record for record in records(notebook)}
    kept = []
    for id_ in expected:
        record = found.get(id_, {"holds": False})
        kept.append({"id": id_, "holds": record["holds"]})
        if "measured" in record:
            kept[-1]["measured"] = record["measured"]
    return kept


def write_table(root):
    """Bring chapters/robustness.csv up to date with all results that fit the chapters' present code: list of rows."""
    codes = {path.stem[:2]: robustness_table.code_of(places.read(path)) for path in places.chapters(root)}
    results = [json.loads(path.read_text()) for path in sorted(_results(root).rglob("*.json"))]
    new = robustness_table.rows_of([run for run in results if run["code"] == codes.get(run["chapter"])])
    rows = robustness_table.merged(figures.table("robustness.csv", root), new)
    if rows:
        table = root / "chapters" / "robustness.csv"
        with whole(table) as unfinished, open(unfinished, "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, robustness_table.COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    return rows


def _name_of_digits(mnist):
    """What `digits` would take: asked in a process of its own, because it may download."""
    code = "from lecture_utils.data import digits; print(digits().name)"
    env = os.environ | {"LECTURE_MNIST": mnist}
    return subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True
    ).stdout.split("\n")[-2]


def _at_work(todo, jobs, mnist):
    """Execute runs in parallel; print each."""
    tasks = [(run, mnist) for run in todo]
    for number, (run, lost, seconds) in enumerate(
        runs.in_parallel(execute, tasks, jobs, _results(ROOT) / "kernels.log"), 1
    ):
        said = f"{number}/{len(todo)} {run.path.stem}, {run.data}, seeds +{run.shift * STEP}, threads {run.threads}"
        print(f"{said}: {seconds:.0f} s" + (f", failed: {', '.join(lost)}" if lost else ""), flush=True)


def main(arguments=None):
    """Run what is not done yet and write the table; 0 also where claims fail: the table says which."""
    parser = argparse.ArgumentParser(prog="python -m publish.robustness", description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), metavar="N", help="chapters at once (all cores)")
    parser.add_argument("--chapters", nargs="+", metavar="NN", help="only these, by number")
    parser.add_argument("--seeds", type=int, default=5, metavar="N", help="how many other seeds (5)")
    parser.add_argument("--threads", nargs="+", type=int, choices=(1, 2), default=(1, 2), help="1, 2 or both (both)")
    parser.add_argument("--full", action="store_true", help="other seeds on two threads as well")
    parser.add_argument("--table", action="store_true", help="run nothing, write the table from what is there")
    given = parser.parse_args(arguments)
    if not given.table:
        paths = [path for path in places.chapters(ROOT) if not given.chapters or path.stem[:2] in given.chapters]
        mnist = os.environ.get("LECTURE_MNIST", "")
        name = _name_of_digits(mnist)
        data = [BUNDLED] if name == BUNDLED else [name, BUNDLED]
        if data == [BUNDLED]:
            print("MNIST is not at hand (set LECTURE_MNIST): the bundled digits only")
        todo = [run for run in planned(paths, data, given.seeds, given.full, given.threads) if not is_done(run)]
        print(f"{len(todo)} runs to do")
        start = time.monotonic()
        # Runs on two threads need two cores each.
        _at_work([run for run in todo if run.threads == 1], given.jobs, mnist)
        _at_work([run for run in todo if run.threads == 2], max(1, given.jobs // 2), mnist)
        print(f"{len(todo)} runs in {time.monotonic() - start:.0f} s")
    rows = write_table(ROOT)
    fixed = {row["id"] for row in figures.table("figures.csv", ROOT) if row["seed"]}
    lost = robustness_table.failures(robustness_table.comparable(rows, fixed))
    for id_, where in lost.items():
        print(f"{id_}: {'; '.join(where)}")
    claims = f"{len({row['id'] for row in rows})} claims, {len(lost)} of them failed at least once"
    print(f"{claims}, besides {len(fixed)} that rest on a seed of a lecture: chapters/robustness.csv")
    return 0


if __name__ == "__main__":
    sys.exit(main())
