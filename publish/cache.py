"""The cache of executed pages that `jupyter-book build` reads, kept whole and up to date.

jupyter-cache finds a page by its code and the metadata of its code cells. It does not notice what the page imports or
reads, and it registers a page before it has written it. So each executed page gets a seal, written last: what it was
run with, and a checksum. A page without a fitting seal is as good as not there, and is run again.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from contextlib import suppress

from publish.book import environment_key, read
from publish.whole import whole

SEAL = "seal.json"
LIMIT = 300  # executed pages that are kept, those used last


class CacheError(Exception):
    """The cache cannot be read or written; the message says what to do."""


class Cache:
    """The executed pages of a book.

    Raises
    ------
    CacheError
        The cache cannot be opened and cannot be made anew, as on a full disk.
    """

    def __init__(self, book):
        self.book = book
        self._open()

    def _open(self):
        from jupyter_cache import get_cache
        from sqlalchemy.exc import SQLAlchemyError

        for attempt in range(2):
            self._cache = get_cache(self.book.cache)
            try:
                self._records()
                if self._cache.get_cache_limit() != LIMIT:
                    self._cache.change_cache_limit(LIMIT)
                return
            except (SQLAlchemyError, RuntimeError, OSError, ValueError) as error:
                if attempt:
                    raise CacheError(f"{self.book.cache} cannot be used: {_reason(error)}") from error
                print(f"The cache of executed pages is damaged ({_reason(error)}); all pages run again.", flush=True)
                shutil.rmtree(self.book.cache, ignore_errors=True)

    def _records(self):
        """The records by their hash: dict."""
        return {record.hashkey: record for record in self._cache.list_cache_records()}

    def _folder(self, key):
        return self.book.cache / "executed" / key

    def key(self, page):
        """Under which hash the cache keeps a page as it is now; None where the page cannot be read."""
        try:
            return self._cache.create_hashed_notebook(read(page))[1]
        except Exception:  # whatever is wrong with one file: running it will say so
            return None

    def repair(self):
        """Drop what an interrupted or foreign run left: records without a whole page, and pages without a record."""
        records = self._records()
        for key in records:
            if not self._whole(key):
                self._drop(key)
        for folder in self._folder("").glob("*"):
            if folder.name not in records:
                shutil.rmtree(folder, ignore_errors=True)

    def outdated(self, pages, environment):
        """Those of `pages` that were not yet run, as they are now, in this environment: list."""
        known = self._records()
        keys = {page: self.key(page) for page in pages}
        return [page for page in pages if keys[page] not in known or self._seal(keys[page]) != environment]

    def drop_outdated(self, environment):
        """Forget all that was run in another environment."""
        for key in self._records():
            if self._seal(key) != environment:
                self._drop(key)

    def keep(self, page, notebook, seconds, environment):
        """Keep an executed page: whole, or not at all.

        Raises
        ------
        CacheError
            It could not be written.
        """
        from jupyter_cache.base import CacheBundleIn

        key = self._cache.create_hashed_notebook(notebook)[1]
        bundle = CacheBundleIn(notebook, str(page), data={"execution_seconds": seconds})
        try:
            self._drop(key)
            self._cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)
            self.seal(key, environment)
        except Exception as error:  # OSError, or what the database makes of it
            with suppress(Exception):
                self._drop(key)
            raise CacheError(f"its outputs could not be kept: {_reason(error)}") from error

    def state(self, page):
        """What changes when a page has run again: its seal, "" where it has not run as it is now."""
        key = self.key(page)
        try:
            return (self._folder(key) / SEAL).read_text(encoding="utf-8") if key else ""
        except OSError:
            return ""

    def unsealed(self):
        """Pages that were kept by another program, as by `jupyter-book build`: dict of notebooks by their hash."""
        import nbformat

        keys = [key for key in self._records() if not (self._folder(key) / SEAL).exists()]
        return {key: nbformat.read(self._folder(key) / "base.ipynb", as_version=4) for key in keys}

    def seal(self, key, environment):
        """Write down that a page is whole, and what it was run with."""
        seal = {"environment": environment, "sha256": self._sum(key)}
        with whole(self._folder(key) / SEAL) as unfinished:
            unfinished.write_text(json.dumps(seal), encoding="utf-8")

    def _seal(self, key):
        """The environment that a page was run with, or None."""
        try:
            return json.loads((self._folder(key) / SEAL).read_text(encoding="utf-8"))["environment"]
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _whole(self, key):
        try:
            seal = json.loads((self._folder(key) / SEAL).read_text(encoding="utf-8"))
            return seal["sha256"] == self._sum(key)
        except (OSError, ValueError, KeyError, TypeError):
            return False

    def _sum(self, key):
        return hashlib.sha256((self._folder(key) / "base.ipynb").read_bytes()).hexdigest()

    def _drop(self, key):
        """Forget a page. The files go first: on a full disk that makes the room which the database needs."""
        from jupyter_cache.cache.db import NbCacheRecord

        shutil.rmtree(self._folder(key), ignore_errors=True)
        try:
            record = self._records().get(key)
            if record is not None:
                NbCacheRecord.remove_records([record.pk], self._cache.db)
        except Exception as error:  # what the database makes of an OSError
            raise CacheError(f"{self.book.cache} cannot be changed: {_reason(error)}") from error


def _reason(error):
    """The first line of the innermost cause: sqlite's word for it, not the three wrappers around it."""
    while error.__cause__ is not None:
        error = error.__cause__
    return (str(error) or type(error).__name__).splitlines()[0]


def fresh(book):
    """Open the cache of a book, repaired, with nothing in it from another environment.

    Returns
    -------
    tuple
        The `Cache`, and the present environment's key.
    """
    cache, environment = Cache(book), environment_key(book)
    cache.repair()
    cache.drop_outdated(environment)
    return cache, environment
