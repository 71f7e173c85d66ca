"""Run the chapters again with other seeds, settings, threads, data and versions; count how often each claim holds.

    python -m publish.tools.robustness [--jobs N] [--chapters 01 03] [--seeds 5] [--only seeds settings threads]

Every chapter runs with the book's seeds and with five others; with its learning rates halved and doubled, and its
epochs or updates halved and doubled; on MNIST and on the bundled digits; and with the book's seeds on two threads. To
try another version of PyTorch, run this with the Python of an environment that has it: its results stand beside the
others.

Each run leaves one file in _build/robustness, so that work that was stopped goes on where it was; a chapter whose code
has changed runs again. At the end publish/numbers/robustness.csv is brought up to date.

How it is done: publish/tools/rerun/sitecustomize.py changes seeds and threads inside the kernel, and lines are added to
the cell "constants" for settings. Chapters are not changed, and a claim that fails does not stop them.
"""

from __future__ import annotations

import argparse
import json
import os
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from lecture_utils.claims import records
from publish.book import Book, code_of, read
from publish.numbers import robustness as table
from publish.run import data, kernel
from publish.run.execute import chosen, cores
from publish.whole import update

RERUN = Path(__file__).resolve().parent / "rerun"
STEP = 1000  # between the seeds of one run and of the next: more than a chapter counts through
TORCH = version("torch").partition("+")[0]
#: What may be changed, one at a time.
KINDS = ("seeds", "settings", "threads")
#: By what name a setting is known and what it is multiplied by; the keys say so in the table.
SETTINGS = {
    "rates halved": ("RATE", "0.5"),
    "rates doubled": ("RATE", "2"),
    "updates halved": ("EPOCHS|UPDATES", "0.5"),
    "updates doubled": ("EPOCHS|UPDATES", "2"),
}
_SCALE = """
def _scaled(value, factor):
    if isinstance(value, (tuple, list)):
        return type(value)(_scaled(one, factor) for one in value)
    return max(1, round(value * factor)) if isinstance(value, int) else value * factor
"""


@dataclass(frozen=True)
class Run:
    """One run of a chapter: its path, the name of the data, how many steps its seeds are moved, setting, threads."""

    path: Path
    data: str
    shift: int = 0
    setting: str = table.AS_IT_IS
    threads: int = 1

    def __str__(self):
        return f"{self.path.stem[:2]}, {self.data}, seeds{self.shift}, {self.setting}, threads{self.threads}"

    def file(self, book):
        return book.build / "robustness" / f"torch-{TORCH}" / f"{str(self).replace(', ', '-').replace(' ', '-')}.json"


def planned(paths, names, seeds=5, only=KINDS):
    """The runs, those of one condition for all chapters before those of the next: list of Run."""
    cases = {
        "seeds": [{"shift": shift} for shift in range(1, seeds + 1)],
        "settings": [{"setting": setting} for setting in SETTINGS],
        "threads": [{"threads": 2}],
    }
    found = []
    for case in [{}, *(case for kind in only for case in cases[kind])]:
        for path in paths:
            if "setting" not in case or settings(read(path), case["setting"]):
                has_digits = "digits(" in path.read_text(encoding="utf-8")
                found += [Run(path, name, **case) for name in (names if has_digits else ["no digits"])]
    return found


def settings(notebook, setting):
    """The names in the chapter's cell "constants" that a setting changes: list of str."""
    constants = "".join(cell.source for cell in notebook.cells if cell.id == "constants")
    return re.findall(rf"(?m)^(\w*(?:{SETTINGS[setting][0]})\w*) = ", constants)


def changed(notebook, setting):
    """Add to the cell "constants" what changes its settings."""
    if setting != table.AS_IT_IS:
        lines = [f"{name} = _scaled({name}, {SETTINGS[setting][1]})" for name in settings(notebook, setting)]
        (cell,) = (cell for cell in notebook.cells if cell.id == "constants")
        cell.source += "\n" + _SCALE + "\n".join(lines)
    return notebook


def is_done(book, run):
    """Whether a result of the chapter's present code is there."""
    try:
        return json.loads(run.file(book).read_text())["code"] == code_of(read(run.path))
    except (OSError, ValueError, KeyError):
        return False


def execute(book, run, mnist):
    """Run a chapter and write its result, whole or not at all: the ids of claims that did not hold."""
    notebook = read(run.path)
    code, expected = code_of(notebook), table.ids(notebook)
    env = kernel.environment(
        book,
        LECTURE_RERUN=f"{run.shift * STEP} {run.threads}",
        LECTURE_MNIST=mnist if run.data == "MNIST" else "bundled",
        OMP_NUM_THREADS=str(run.threads),
        OMP_WAIT_POLICY="PASSIVE",  # two threads on a busy machine would wait for each other
        PYTHONPATH=os.pathsep.join([str(RERUN), str(book.root), os.environ.get("PYTHONPATH", "")]),
    )
    notebook, log = changed(notebook, run.setting), book.build / "kernels.log"
    error = kernel.execute(notebook, run.path.parent, env, log, allow_errors=True, timeout=900)
    # A claim that was not reached, because its cell failed before, does not hold.
    claims = {id_: {"id": id_, "holds": False} for id_ in expected}
    for record in records(notebook):
        claims[record["id"]] = {key: record.get(key) for key in ("id", "holds", "measured")}
    result = {"chapter": run.path.stem[:2], "code": code, "data": run.data, "shift": run.shift, "torch": TORCH}
    result |= {"setting": run.setting, "threads": run.threads, "claims": [*claims.values()], "error": error}
    run.file(book).parent.mkdir(parents=True, exist_ok=True)
    update(run.file(book), json.dumps(result))
    return [id_ for id_, claim in claims.items() if claim["holds"] is False]


def write_table(book):
    """Bring the table up to date with all results that fit the chapters' present code: list of rows."""
    codes = {path.stem[:2]: code_of(read(path)) for path in book.chapters()}
    results = [json.loads(path.read_text()) for path in sorted((book.build / "robustness").rglob("*.json"))]
    rows = table.rows_of([run for run in results if run["code"] == codes.get(run["chapter"])])
    rows = table.merged(table.read(book.root), rows)
    table.write(book.root, rows)
    return rows


def main(arguments=None, book=None):
    """Run what is not done yet and write the table, which says where claims fail."""
    parser = argparse.ArgumentParser(prog="python -m publish.tools.robustness", description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=cores(), metavar="N", help="chapters at once (one a core)")
    parser.add_argument("--chapters", nargs="+", metavar="NN", help="only these, by number")
    parser.add_argument("--seeds", type=int, default=5, metavar="N", help="how many other seeds (5)")
    parser.add_argument("--only", nargs="+", choices=KINDS, default=KINDS, help="what to change (all, one at a time)")
    given, book = parser.parse_args(arguments), book or Book()
    names = ["MNIST", "bundled digits"] if data.settle().startswith("MNIST") else ["bundled digits"]
    if len(names) == 1:
        print("MNIST is not at hand (set LECTURE_MNIST): the bundled digits only")
    mnist = os.environ.get(data.SETTING, "")
    plan = planned(chosen(book, given.chapters), names, given.seeds, given.only)
    todo = [run for run in plan if not is_done(book, run)]
    print(f"{len(todo)} runs to do")
    for threads in (1, 2):  # runs on two threads need two cores each
        part = [run for run in todo if run.threads == threads]
        with ThreadPoolExecutor(max(1, given.jobs // threads)) as pool:
            for run, lost in zip(part, pool.map(lambda run: execute(book, run, mnist), part), strict=True):
                print(run, f": failed {', '.join(lost)}" if lost else "", sep="", flush=True)
    rows = write_table(book)
    lost = [f"{id_}: {where}" for id_, places in table.failures(rows).items() for where in places]
    print(*lost, f"{len({row['id'] for row in rows})} claims; {len(lost)} lines of failures above", sep="\n")


if __name__ == "__main__":
    main()
