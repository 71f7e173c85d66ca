"""The links at the head of a chapter: open it in Colab, download it, report an error in it.

They are plain links, so they work without JavaScript. The theme's own are menus that need a script of 24 kB.
"""

from pathlib import Path
from urllib.parse import urlencode

_COLAB = "https://colab.research.google.com"


def colab(repository, branch, path):
    """Where Colab opens a notebook of the repository; "" for a host that Colab does not know.

    Examples
    --------
    >>> colab("https://github.com/ada/nets", "main", "chapters/01_a.ipynb")
    'https://colab.research.google.com/github/ada/nets/blob/main/chapters/01_a.ipynb'
    """
    prefix = "https://github.com/"
    if not repository.startswith(prefix):
        return ""
    return f"{_COLAB}/github/{repository.removeprefix(prefix)}/blob/{branch}/{path}"


def report(repository, path, title):
    """Where a reader writes down an error; the form names the page already."""
    asked = {"title": f"{title}: ", "body": f"\n\n(page: {path})"}
    return f"{repository}/issues/new?{urlencode(asked)}"


def _add_buttons(app, pagename, templatename, context, doctree):
    context["chapter_buttons"] = buttons = []
    if doctree is None:
        return
    options = app.config.html_theme_options
    repository = options.get("repository_url", "").removesuffix("/")
    path = Path(app.env.doc2path(pagename)).relative_to(app.srcdir).as_posix()
    if path.endswith(".ipynb"):
        if repository and (url := colab(repository, options.get("repository_branch") or "main", path)):
            buttons.append({"kind": "colab", "url": url, "text": "Open in Colab", "icon": "fa-rocket"})
        source = context["pathto"](f"_sources/{context['sourcename']}", True)
        buttons.append({"kind": "download", "url": source, "text": "Download this notebook", "icon": "fa-download"})
    if repository:
        url = report(repository, path, context.get("pagetitle", pagename))
        buttons.append({"kind": "report", "url": url, "text": "Report an error", "icon": "fa-bug"})


def setup(app):
    app.connect("html-page-context", _add_buttons, priority=600)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
