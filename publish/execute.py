"""Run the pages that are out of date, on all cores, into the cache that `jupyter-book build` reads.

    python -m publish.execute [--jobs N]

A page is out of date when its code, its code cells' metadata, lecture_utils, the pinned requirements, the Python
version or the data in use changed since it ran. Prose never makes a page run again.

A page that fails does not stop the others. What succeeded is kept, also when the run is interrupted; the exit code is
then not 0.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import deque
from contextlib import suppress

from publish import report
from publish.book import Book, data_in_use, environment_key, read
from publish.cache import Cache, CacheError
from publish.lock import building

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def cores():
    """How many pages to run at once: one a core that this process may use, as far as memory allows."""
    import psutil

    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(usable, psutil.virtual_memory().total // report.BYTES))


def longest_first(pages, known, name):
    """The order to start `pages` in, so that no core is left alone with a long one at the end.

    A page counts as long as it took last time, or as long as it says: "about 20 seconds to run"; others start first.
    """

    def seconds(page):
        if name(page) in known:
            return known[name(page)]["seconds"]
        said = re.search(r"about (\d+) seconds to run", page.read_text(encoding="utf-8", errors="replace"))
        return float(said[1]) if said else float("inf")

    return sorted(pages, key=seconds, reverse=True)


class Run:
    """One run of several pages at once."""

    def __init__(self, book, cache, progress):
        self.book, self.cache, self.progress = book, cache, progress
        self.known = report.load(book)
        self.failed = []
        self.seconds = 0.0  # of all pages together
        self.context = None  # of kernels that start warm

    async def pages(self, pages, jobs):
        """Run `pages`, `jobs` at a time. Raises asyncio.CancelledError when a signal ends the run."""
        from publish import warm

        queue = deque(longest_first(pages, self.known["pages"], self.book.name))
        sources = [page.read_text(encoding="utf-8", errors="replace") for page in pages]
        self.context = warm.server() if warm.is_worth_it(sources) else None

        async def work():
            while queue:
                await self._page(queue.popleft())

        async with asyncio.TaskGroup() as group:
            for _ in range(min(jobs, len(pages))):
                group.create_task(work())

    async def _page(self, page):
        from publish.kernel import run

        name, environment, start = self.book.name(page), environment_key(self.book), time.monotonic()
        self.progress.began(name)
        try:
            notebook = read(page)
        except Exception as error:  # whatever is wrong with one file, the others run
            return self._fail(name, f"it cannot be read: {error}", start)
        try:
            figures, error = await run(notebook, page.parent, self.book.build / "kernels.log", self.context)
        except Exception as reason:
            return self._fail(name, f"no kernel could run it: {type(reason).__name__}: {reason}", start)
        self.seconds += figures["seconds"]
        if error:
            return self._fail(name, error, start)
        try:
            self.cache.keep(page, notebook, figures["seconds"], environment)
        except CacheError as reason:
            return self._fail(name, str(reason), start)
        self.known["pages"][name] = figures
        report.save(self.book, self.known)
        over = report.excess(figures)
        self.progress.ended(name, f"ran {name} in {figures['seconds']:.1f} s" + (f" (over: {over})" if over else ""))
        return None

    def _fail(self, name, error, start):
        self.failed.append(name)
        self.progress.ended(name, f"FAILED {name} after {time.monotonic() - start:.1f} s\n{error.rstrip()}")


async def _until_signal(work):
    """Await `work`, but end it, kernels and all, when a signal asks for it. Returns the signal, or None."""
    task, asked = asyncio.ensure_future(work), []

    def end(number):
        asked.append(number)
        task.cancel()

    loop = asyncio.get_running_loop()
    for number in ENDING:
        loop.add_signal_handler(number, end, number)
    with suppress(asyncio.CancelledError):
        await task
    return asked[0] if asked else None


def _bring_data(book, progress):
    """Fetch MNIST before the pages start, where it may still be missing: all of them then use the same data."""
    if data_in_use() == ("bundled",) and not os.environ.get("LECTURE_MNIST", "").strip():
        progress.line("the digits are not here yet; looking for them")
        command = [sys.executable, "-c", "from lecture_utils.data import digits; digits()"]
        subprocess.run(command, cwd=book.root, check=False)


def execute(book, jobs, progress):
    """Run what is out of date. Returns the exit code: 0, 1 when a page failed, 128 + the signal that ended the run."""
    cache = Cache(book)
    cache.repair()
    pages = book.pages()
    todo = cache.outdated(pages, environment_key(book))
    if not todo:
        progress.line("pages: nothing to run, all up to date")
        return 0
    _bring_data(book, progress)
    todo = cache.outdated(pages, environment_key(book))
    run, start = Run(book, cache, progress), time.monotonic()
    progress.start(len(todo), len(pages))
    ended = asyncio.run(_until_signal(run.pages(todo, jobs)))
    progress.stop()
    if ended:
        print(f"Interrupted by {signal.Signals(ended).name}. What ran is kept; the rest runs next time.")
        return 128 + ended
    wall = time.monotonic() - start
    ratio = wall / max(run.seconds / min(jobs, len(todo)), 1e-9)
    run.known["run"] = {"pages": len(todo), "jobs": jobs, "wall": wall, "ratio": ratio}
    report.save(book, run.known)
    print(f"{len(todo) - len(run.failed)} of {len(todo)} pages ran in {wall:.1f} s, {jobs} at a time")
    if run.failed:
        print(f"failed: {', '.join(run.failed)}")
    return 1 if run.failed else 0


class Progress:
    """What the reader of a terminal or of a log sees: a line a page, and on a terminal one more that is alive."""

    def __init__(self, stream=None):
        self.stream = stream or sys.stdout
        self.alive = self.stream.isatty() and os.environ.get("TERM") != "dumb"
        self.running, self.left, self.ticker = {}, 0, None

    def start(self, count, pages):
        self.left = count
        self.line(f"pages to run: {count} of {pages}")

    def began(self, name):
        self.running[name] = time.monotonic()
        if self.alive and self.ticker is None:
            self.ticker = asyncio.get_running_loop().create_task(self._tick())

    def ended(self, name, text):
        self.left -= 1
        self.running.pop(name, None)
        first, *rest = text.split("\n", 1)
        self.line("\n".join([f"{first}, {self.left} left", *rest]))

    def line(self, text):
        clear = "\r\x1b[K" if self.alive else ""
        print(f"{clear}{text}", file=self.stream, flush=True)

    def stop(self):
        if self.alive:
            print("\r\x1b[K", end="", file=self.stream, flush=True)

    async def _tick(self):
        while True:
            now = time.monotonic()
            text = ", ".join(f"{name.rsplit('/')[-1]} {now - begun:.0f} s" for name, begun in self.running.items())
            width = shutil.get_terminal_size().columns - 1
            print(f"\r\x1b[K{f'{self.left} left; running {text}'[:width]}", end="", file=self.stream, flush=True)
            await asyncio.sleep(0.5)


def main(arguments=None, book=None):
    """Run what is out of date in the book; see `execute`."""
    parser = argparse.ArgumentParser(prog="python -m publish.execute", description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=cores(), metavar="N", help="pages at once (default: one a core)")
    jobs = parser.parse_args(arguments).jobs
    if jobs < 1:
        parser.error(f"--jobs: expected at least 1, got {jobs}")
    book = book or Book()
    try:
        with building(book):
            return execute(book, jobs, Progress())
    except (CacheError, OSError) as error:  # as on a full disk
        print(f"FAILED {error}")
        return 1
    except KeyboardInterrupt:
        print("Interrupted. What ran is kept; the rest runs next time.")
        return 128 + signal.SIGINT


if __name__ == "__main__":
    sys.exit(main())
