"""Links from a page that is being written to the places that publish/extensions/claim_places.py has found."""

from __future__ import annotations

from docutils import nodes
from sphinx.util import logging


def fill(doctree, page, kind, renderer):
    """Put HTML in the place of what stands for it on a page.

    Parameters
    ----------
    doctree : docutils.nodes.document
    page : str
        The page, as Sphinx names it.
    kind : type
        The class of the nodes that wait.
    renderer : callable
        Called once, and only where a node waits, with a function that reports a dead place as a warning of the build.
        Gives the function that makes HTML of a node.

    Returns
    -------
    bool
        Whether a node waited.
    """
    waiting = list(doctree.findall(kind))
    if waiting:
        logger = logging.getLogger(kind.__module__)
        render = renderer(lambda text: logger.warning("%s", text, location=page))
        for node in waiting:
            node.replace_self(nodes.raw("", render(node), format="html"))
    return bool(waiting)


class Links:
    """The links of one page.

    Parameters
    ----------
    app : sphinx.application.Sphinx
    page : str
        The page that the links stand on, as Sphinx names it.
    dead : callable
        Called with a sentence for each place that is not in the book, so that the build can fail.
    """

    def __init__(self, app, page, dead):
        self._builder, self._env, self._page, self._dead = app.builder, app.env, page, dead

    def to(self, document, anchor=""):
        """The address of a place as this page writes it: str; "" where there is no such place."""
        known = self._env.claim_places.get(document, {}).get("anchors", {})
        if document in self._env.titles and not known:
            return ""  # its code failed, which is reported where it failed
        if document not in self._env.titles or (anchor and anchor not in known):
            self._dead(f"{document} has no place {anchor!r}")
            return ""
        return self._builder.get_relative_uri(self._page, document) + (f"#{anchor}" if anchor else "")

    def section(self, document, anchor):
        """The address of the section that a place stands in, and its chapter and title: a tuple of two str."""
        section, title = self._env.claim_places[document]["anchors"][anchor]
        number = self.chapter(document).split()[0]
        address = self._builder.get_relative_uri(self._page, document)
        return f"{address}#{section}", f"{number}: {title}" if number.isdigit() else title

    def chapter(self, document):
        """The number and title of a chapter: str, "5 Stochastic gradient descent"; the title where it has no number."""
        numbers = self._env.toc_secnumbers.get(document, {}).get("") or ()
        return " ".join([".".join(map(str, numbers)), self._env.titles[document].astext()]).strip()
