"""Work on the written site as a whole, once all pages are there. Not an extension itself: the others use it."""

from pathlib import Path


def after_pages(app, work, priority):
    """Call ``work(folder)`` at the end of a build that wrote pages without an error; `folder` holds the site.

    A build that found nothing to do leaves the site as it is, and stays quick. Smaller priorities come first.
    """
    written = []

    def note(app, pagename, templatename, context, doctree):
        written.append(pagename)

    def finish(app, error):
        if written and not error and app.builder.format == "html":
            work(Path(app.outdir).resolve())

    app.connect("html-page-context", note)
    app.connect("build-finished", finish, priority=priority)


def html_pages(folder):
    """The pages of a built site, in order: list of pathlib.Path."""
    return sorted(path for path in folder.rglob("*.html") if folder / "_static" not in path.parents)
