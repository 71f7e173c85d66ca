"""Run the chapters whose code, or what they depend on, has changed; several at once, one to a core.

    python -m publish.run.execute [--jobs N] [--report]

`jupyter-book build .` does the same before it reads the pages. A chapter that fails does not stop the others, and what
ran is kept, also when the run is interrupted. Prose never makes a chapter run again.
"""

from __future__ import annotations

import argparse
import heapq
import os
import random
import re
import signal
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import filelock
import psutil

from lecture_utils.data import DataError
from publish.book import Book, read
from publish.run import data, kernel, warm
from publish.run.store import Store

SECONDS, BYTES = 20, 2_000_000_000  # the budget of one chapter: computing time on one core, and memory
QUOTA = Path("/sys/fs/cgroup/cpu.max")  # what a container may use: microseconds of computing, and of each period


def cores():
    """How many chapters to run at once: one for each core that this process may use, as far as memory allows."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    with suppress(OSError, ValueError):  # a container may give less time than the machine has cores
        quota, period = QUOTA.read_text().split()
        usable = min(usable, int(quota) // int(period))
    return max(1, min(usable, psutil.virtual_memory().total // BYTES))


def chosen(book, numbers):
    """The chapters whose files begin with one of these numbers, all where there are none: list of Path."""
    return [path for path in book.chapters() if not numbers or path.stem[:2] in numbers]


@contextmanager
def building(book):
    """Hold the lock of the checkout while the block runs: builds in one folder wait for each other, and say so."""
    book.build.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(book.build / "lock")
    try:
        lock.acquire(blocking=False)
    except filelock.Timeout:
        print(f"Another build is at work in {book.root}; waiting for it", flush=True)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def run(book, jobs):
    """Run what is out of date, `jobs` chapters at once, and print a line for each. What ran is kept.

    Returns
    -------
    list of pathlib.Path
        The chapters that failed.

    Raises
    ------
    lecture_utils.data.DataError
        The digits are missing.
    KeyboardInterrupt
        The run was interrupted, by Ctrl-C or by another signal that asks to end; kernels are gone then.
    """
    store = Store(book, data.settle())
    store.forget_old()
    todo, failed = [], []
    for path in book.chapters():
        try:
            notebook = read(path)
        except ValueError as error:
            failed.append(path)
            print(f"FAILED {book.name(path)}: {error}", flush=True)
        else:
            todo += [(path, notebook)] if store.find(notebook) is None else []
    if not todo and not failed:
        print("chapters: nothing to run, all up to date", flush=True)
        return []
    print(f"chapters to run: {len(todo)} of {len(book.chapters())}, {jobs} at a time", flush=True)
    begun = time.monotonic()
    failed += _run_all(book, store, in_order(todo, jobs), jobs)
    if failed:
        print(f"FAILED: {', '.join(book.name(path) for path in failed)}", flush=True)
    else:
        print(f"{len(todo)} ran in {time.monotonic() - begun:.1f} s", flush=True)
    return failed


def in_order(chapters, jobs):
    """Chapters in an order in which `jobs` workers, each of whom takes the next one, end at about the same time.

    With the longest first, two workers and chapters that are alike, one of them waits at the end for seconds. So that
    order is compared with a hundred others.

    Parameters
    ----------
    chapters : list of (Path, nbformat.NotebookNode)
    jobs : int

    Returns
    -------
    list of (Path, nbformat.NotebookNode)
    """

    def end(order):
        workers = [0] * jobs
        for chapter in order:
            heapq.heapreplace(workers, workers[0] + _said_seconds(chapter))
        return max(workers)

    draw = random.Random(0)
    longest_first = sorted(chapters, key=_said_seconds, reverse=True)
    return min([longest_first, *(draw.sample(longest_first, len(chapters)) for _ in range(100))], key=end)


def _said_seconds(chapter):
    """How long a chapter says that it runs ("about 20 seconds to run"); one that says nothing may take its budget."""
    said = re.search(r"(\d+) seconds to run", "".join(cell.source for cell in chapter[1].cells[:1]))
    return int(said[1]) if said else SECONDS


def _run_all(book, store, todo, jobs):
    """Run chapters in threads; returns the paths of those that failed."""
    kernels, ended, failed = set(), threading.Event(), []
    env, log = kernel.environment(book), book.build / "kernels.log"
    start = warm.server(env) if len(todo) > 1 else None

    def one(chapter):
        path, notebook = chapter
        if ended.is_set():
            return
        error = kernel.execute(notebook, path.parent, env, log, start=start, started=kernels.add)
        if ended.is_set():
            return
        faults = [error] if error else kernel.silent_faults(notebook)
        try:
            if not faults:
                store.keep(notebook)
        except OSError as reason:
            faults = [f"its outputs could not be kept: {reason}"]
        failed.extend([path] if faults else [])
        took = notebook.metadata["took"]
        said = f"{book.name(path)} in {took['seconds']:.1f} s{_over(took)}"
        print("\n".join([f"FAILED {said}", *faults] if faults else [f"ran {said}"]), flush=True)

    with ThreadPoolExecutor(jobs) as pool:
        try:
            for future in [pool.submit(one, chapter) for chapter in todo]:
                future.result()
        except BaseException:
            ended.set()
            pool.shutdown(wait=False, cancel_futures=True)
            for pid in kernels:
                with suppress(OSError):  # ended already
                    os.kill(pid, signal.SIGTERM) if sys.platform == "win32" else os.killpg(pid, signal.SIGKILL)
            print("Interrupted. What ran is kept; the rest runs next time.", flush=True)
            raise
    return failed


def _over(took):
    """By what a chapter exceeds its budget, in words; "" where it does not."""
    found = []
    if took["cpu"] > SECONDS:
        found.append(f"computes for {took['cpu']:.0f} s, the budget is {SECONDS} s")
    if took["peak"] > BYTES:
        found.append(f"takes {took['peak'] / 1e9:.1f} GB of memory, the budget is {BYTES / 1e9:g} GB")
    return f" (over: {'; '.join(found)})" if found else ""


def report(book):
    """What each chapter took when it last ran, and the slowest cells: list of lines."""
    store, lines, cells = Store(book, data.identity()), [], []
    total = 0.0
    for path in book.chapters():
        if ran := store.find(read(path)):
            took = ran.metadata.took
            total += took["cpu"]
            cells += [(seconds, book.name(path), cell) for cell, seconds in took["cells"].items()]
            said = f"{took['seconds']:6.1f} s, computing {took['cpu']:5.1f} s, {took['peak'] / 1e6:5.0f} MB"
            said += _over(took)
        lines.append(f"{book.name(path):45} {said if ran else 'has not run as it is now'}")
    slowest = [f"{seconds:6.1f} s  {name}  {cell}" for seconds, name, cell in sorted(cells, reverse=True)[:10]]
    return [*lines, f"all: computing {total:.1f} s", "", "slowest cells", *slowest]


def main(arguments=None, book=None):
    """Run what is out of date, or say what chapters took; 0, 1 when a chapter failed, 130 when interrupted."""
    parser = argparse.ArgumentParser(prog="python -m publish.run.execute", description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=cores(), metavar="N", help="chapters at once (default: one a core)")
    parser.add_argument("--report", action="store_true", help="run nothing; say what each chapter took")
    given, book = parser.parse_args(arguments), book or Book()
    if given.jobs < 1:
        parser.error(f"--jobs: expected at least 1, got {given.jobs}")
    if given.report:
        print("\n".join(report(book)))
        return 0
    for name in ("SIGTERM", "SIGHUP"):  # what asks a program to end interrupts it, as Ctrl-C does
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.default_int_handler)
    try:
        with building(book):
            return 1 if run(book, given.jobs) else 0
    except (DataError, OSError) as error:
        print(f"FAILED {error}")
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
