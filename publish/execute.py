"""Run the chapters that are out of date, in parallel, into the cache that `jupyter-book build` reads.

    python -m publish.execute [--jobs N]

A chapter is out of date when its code or its code cells' metadata changed since it last ran: the cache looks there by
itself. It does not look at what the chapters import or read, so the cache is emptied when lecture_utils, the pinned
requirements, the Python version or the data in use changed. Prose never makes a chapter run again.

A failed chapter does not stop the others. What succeeded is kept; the exit code is 1.
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import os
import re
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / "_build" / ".jupyter_cache"  # where jupyter-book looks
STAMP = "environment"
SECONDS_A_CELL = 300


def chapters():
    """The notebooks of the book, in order of their names: list of Path."""
    return sorted((ROOT / "chapters").glob("[0-9][0-9]_*.ipynb"))


def environment_key():
    """A hash of all that chapters depend on besides their own code: str, 64 hexadecimal digits."""
    key = hashlib.sha256(sys.version.encode())
    files = sorted(p for p in (ROOT / "lecture_utils").rglob("*") if p.is_file() and "__pycache__" not in p.parts)
    for path in [*files, ROOT / "requirements.txt"]:
        key.update(f"\0{path.relative_to(ROOT).as_posix()}\0".encode() + path.read_bytes())
    key.update(repr(_data_in_use()).encode())
    return key.hexdigest()


def _data_in_use():
    """What tells one set of digits from another without reading it: the setting, and the file or folder it names."""
    named = os.environ.get("LECTURE_MNIST", "")
    if named and Path(named).exists():
        stat = Path(named).stat()
        return str(Path(named).resolve()), stat.st_size, stat.st_mtime_ns
    return named, (Path(os.environ.get("FASTAI_HOME", "~/.fastai")).expanduser() / "data" / "mnist_png").exists()


def _quiet_kernels(log):
    """Send what kernels write to the terminal (a warning each about local sockets) to a file instead."""
    os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND), sys.stderr.fileno())


def run(path):
    """Execute one notebook in a process of its own.

    Returns
    -------
    tuple
        The path, the executed notebook, the seconds it took, and the error as text ("" where there is none).
    """
    os.environ["OMP_NUM_THREADS"] = "1"  # one chapter a core is faster than one chapter on all cores
    from jupyter_cache.executors.utils import single_nb_execution

    notebook = nbformat.read(path, as_version=4)
    result = single_nb_execution(notebook, cwd=str(path.parent), timeout=SECONDS_A_CELL, allow_errors=False)
    error = "" if result.err is None else re.sub(r"\x1b\[[0-9;]*m", "", result.exc_string)
    return path, notebook, result.time, error or _silent_error_cell(notebook)


def _silent_error_cell(notebook):
    """A cell that is tagged to raise and did not: its text would promise an error that no reader gets."""
    for cell in notebook.cells:
        expected = "raises-exception" in cell.metadata.get("tags", [])
        if expected and not any(output.output_type == "error" for output in cell.outputs):
            return f"cell {cell.id!r} is tagged raises-exception and did not raise"
    return ""


def open_cache():
    """The cache, emptied if something that chapters depend on has changed since it was filled."""
    from jupyter_cache import get_cache

    cache, key, stamp = get_cache(CACHE), environment_key(), CACHE / STAMP
    if not stamp.exists() or stamp.read_text() != key:
        cache.clear_cache()
        CACHE.mkdir(parents=True, exist_ok=True)
        stamp.write_text(key)
        cache = get_cache(CACHE)
    cache.change_cache_limit(10_000)
    return cache


def outdated(cache, paths):
    """Those of `paths` whose code is not in the cache."""
    found = []
    for path in paths:
        try:
            cache.match_cache_notebook(nbformat.read(path, as_version=4))
        except KeyError:
            found.append(path)
    return found


def main(arguments=None):
    """Run what is out of date; 0 when every chapter ran, 1 otherwise."""
    parser = argparse.ArgumentParser(prog="python -m publish.execute", description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), metavar="N", help="processes (default: all cores)")
    jobs = parser.parse_args(arguments).jobs
    if jobs < 1:
        parser.error(f"--jobs: expected at least 1, got {jobs}")

    from jupyter_cache.base import CacheBundleIn

    cache, start = open_cache(), time.monotonic()
    paths = outdated(cache, chapters())
    failed = []
    spawn, log = multiprocessing.get_context("spawn"), CACHE.parent / "kernels.log"
    with ProcessPoolExecutor(jobs, mp_context=spawn, initializer=_quiet_kernels, initargs=(log,)) as pool:
        for done in as_completed([pool.submit(run, path) for path in paths]):
            path, notebook, seconds, error = done.result()
            if error:
                failed.append(path.stem)
                print(f"FAILED {path.relative_to(ROOT)} after {seconds:.1f} s\n{error}", flush=True)
                continue
            bundle = CacheBundleIn(notebook, path, data={"execution_seconds": seconds})
            cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)
            print(f"ran {path.relative_to(ROOT)} in {seconds:.1f} s", flush=True)
    if paths:
        print(f"{len(paths) - len(failed)} of {len(paths)} chapters ran, {time.monotonic() - start:.1f} s in all")
    else:
        print("chapters: nothing to run, all up to date")
    if failed:
        print(f"failed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
