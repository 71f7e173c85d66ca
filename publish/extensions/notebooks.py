"""Bring the executed chapters into the pages.

Before Sphinx reads, the chapters that are out of date run, and the texts that are made from what they gave are written.
Then MyST-NB reads each chapter by `read_chapter`: the prose and code of the source, the outputs of its last run, shown
as publish/numbers/present.py wants it. So `jupyter-book build .` alone never shows a page that is out of date.
"""

import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

from sphinx.errors import ExtensionError

from publish.book import Book, parse, read
from publish.numbers import pages
from publish.numbers.present import present
from publish.run import data
from publish.run.execute import building
from publish.run.store import Store, show


def read_chapter(text):
    """A chapter as MyST-NB renders it; named in `nb_custom_formats`."""
    notebook, book = parse(text), Book()
    return present(show(notebook, Store(book, data.identity()).find(notebook)), book)


class _Build:
    """What a build has to remember from its start to its end."""

    def start(self, app):
        self.book = Book(Path(app.srcdir))
        # In a process of its own, whose copies the kernels are.
        command = [sys.executable, "-m", "publish.run.execute"]
        if subprocess.run(command, cwd=self.book.root, check=False).returncode:
            raise ExtensionError("chapters did not run; the lines above say why")
        data.settle()
        self.lock = ExitStack()
        self.lock.enter_context(building(self.book))
        # Sphinx warns of a page when it reads it, and does not read it again: after a build that failed, it must.
        self.mark = self.book.build / "unfinished"
        self.again = self.mark.exists()
        self.mark.touch()
        pages.write(self.book)

    def outdated(self, app, env, added, changed, removed):
        """The chapters that have run again since Sphinx read them: list of document names."""
        store, before = Store(self.book, data.identity()), getattr(env, "book_executed", {})
        env.book_executed = {
            self.book.name(path).removesuffix(".ipynb"): _state(store.file(read(path))) for path in self.book.chapters()
        }
        if self.again:
            return sorted(env.found_docs)
        return [name for name, state in env.book_executed.items() if state != before.get(name)]

    def end(self, app, error):
        if not error and not app._warncount:
            self.mark.unlink()
        self.lock.close()


def _state(path):
    return f"{path} {path.stat().st_mtime_ns}" if path.exists() else ""


def setup(app):
    build = _Build()
    app.connect("builder-inited", build.start, priority=100)
    app.connect("env-get-outdated", build.outdated)
    app.connect("build-finished", build.end, priority=990)
