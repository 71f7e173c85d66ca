"""The chapters that were run: one file for each version of a chapter's code and for each environment.

    _build/executed/<environment>/<code>.ipynb

The name says all that the content depends on, so nothing ever has to be judged out of date: what is wanted is there, or
it is run. Going back to an older text, or from MNIST to the bundled digits and back, runs nothing. A file appears when
a chapter has run to its end without a fault, and whole.
"""

from __future__ import annotations

import shutil

import nbformat

from publish.book import code_cells, code_of, environment_key, own_files
from publish.whole import whole

KEPT = 6  # environments, those used last


class Store:
    """The executed chapters of a book in one environment.

    Parameters
    ----------
    book : publish.book.Book
    data : str
        What `lecture_utils.data.identity` says of the digits that are used.
    """

    def __init__(self, book, data):
        self.book = book
        self.all = book.build / "executed"
        self.folder = self.all / environment_key(book, data)

    def file(self, notebook):
        """Where the notebook stands once its present code has run."""
        return self.folder / f"{code_of(notebook)}{own_files(self.book, notebook)}.ipynb"

    def find(self, notebook):
        """The executed notebook whose code is that of `notebook`, or None."""
        try:
            found = nbformat.read(self.file(notebook), as_version=4)
            return found if len(found.cells) and found.metadata.get("took") else None
        except (OSError, ValueError):  # not there, or damaged by a hand or a disk: it will be run
            return None

    def keep(self, notebook):
        """Keep an executed notebook. Raises OSError where it cannot be written."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with whole(self.file(notebook)) as unfinished:
            nbformat.write(notebook, unfinished)

    def forget_old(self):
        """Remove what was run in environments that nobody has used for long."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.touch()
        others = sorted(self.all.iterdir(), key=lambda folder: folder.stat().st_mtime, reverse=True)
        for folder in others[KEPT:]:
            shutil.rmtree(folder, ignore_errors=True)


def show(source, ran):
    """Put the outputs of an executed notebook beside the prose of `source`, whose code is the same."""
    for cell, its in zip(code_cells(source), code_cells(ran), strict=True) if ran else ():
        cell.outputs, cell.execution_count = its.outputs, its.execution_count
    return source
