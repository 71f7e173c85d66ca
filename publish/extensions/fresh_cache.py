"""Let `jupyter-book build` by itself, with nothing run before it, show no page that is out of date.

Without this it would take from the cache what was run with an older lecture_utils, and stumble over what an interrupted
run left there. Nor would Sphinx write a page again that has run again with the same text. As in `make book`, builds of
one checkout wait for each other.
"""

from pathlib import Path

from sphinx.util import logging

from publish.book import ROOT, Book
from publish.cache import fresh
from publish.kernel import silent_error
from publish.lock import building

_LOG = logging.getLogger(__name__)


class _Build:
    """What one build has to remember from its start to its end."""

    def start(self, app):
        self.book = book = Book(ROOT)
        self.lock = None
        used = app.config.nb_execution_cache_path or Path(app.outdir).parent / ".jupyter_cache"  # as in myst-nb
        if app.config.nb_execution_mode == "cache" and Path(used).resolve() == book.cache:
            self.lock = building(book)
            self.lock.__enter__()
            self.cache, self.environment = fresh(book)

    def outdated(self, app, env, added, changed, removed):
        """The pages that ran again since Sphinx read them: list of document names."""
        if self.lock is None:
            return []
        before, now = getattr(env, "book_executed", {}), {}
        for page in self.book.pages():
            now[page.relative_to(self.book.root).with_suffix("").as_posix()] = self.cache.state(page)
        env.book_executed = now
        stale = (name for name, state in now.items() if not state or state != before.get(name))
        return [name for name in stale if name in env.found_docs]

    def end(self, app, error):
        if self.lock is None:
            return
        try:
            self._seal_new()
        finally:
            self.lock.__exit__(None, None, None)

    def _seal_new(self):
        """Approve what this build ran, so that it need not run again; but not what lacks a promised error."""
        for key, notebook in self.cache.unsealed().items():
            found = silent_error(notebook)
            if found:
                _LOG.warning(found)
            else:
                self.cache.seal(key, self.environment)


def setup(app):
    build = _Build()
    app.connect("builder-inited", build.start)
    app.connect("env-get-outdated", build.outdated)
    app.connect("build-finished", build.end)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
