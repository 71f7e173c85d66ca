"""The frame of a page: its buttons, its foot, the scripts and style sheets that it loads, and its tables' heads."""

import json
import re
from pathlib import Path
from urllib.parse import urlencode

from publish.book import Book

# Part of a script's name or text, and what stands in a page that uses it. A page with none of them drops the script.
_SCRIPTS = {
    "thebe": (),  # Jupyter Book always adds it; it would ask other hosts
    "THEBE_JS_URL": (),
    "DOCUMENTATION_OPTIONS.": (),  # names the page for a menu of versions
    "doctools": (),  # serve Sphinx's own search
    "sphinx_highlight": (),
    "togglebutton": ("toggle", "dropdown"),
    "design-tabs": ("sd-tab-set",),
    "clipboard": ("highlight",),
    "copybutton": ("highlight",),
    "numbers.js": ('class="table numbers"',),
    "moving.js": ('class="moving-figure"',),
}
# The theme's templates name these themselves, so they are not in Sphinx's list.
_SHEETS = ["_static/basic.css", "_static/styles/pydata-sphinx-theme.css"]
_NO_SHEETS = {"_static/styles/theme.css", "_static/sphinx-thebe.css"}
_THEBE = re.compile(r'<script type="text/x-thebe-config">.*?</script>|<script>kernelName.*?</script>', re.S)


def buttons(repository, branch, path, title):
    """The links at the head of a page: open it in Colab, download it, report an error in it.

    They are plain links, so they work without JavaScript. The theme's own are menus that need a script.

    Parameters
    ----------
    repository : str
        Its address; "" for none.
    branch : str
    path : str
        Of the page's source, from the root of the repository.
    title : str

    Returns
    -------
    list of dict
        Each with "kind", "url", "text" and "icon". The "url" of the download is "".

    Examples
    --------
    >>> [b["url"] for b in buttons("https://github.com/ada/nets", "main", "chapters/01_a.ipynb", "A")][0]
    'https://colab.research.google.com/github/ada/nets/blob/main/chapters/01_a.ipynb'
    >>> [b["kind"] for b in buttons("https://gitlab.com/a/b", "main", "x.ipynb", "X")]
    ['download', 'report']
    >>> buttons("https://gitlab.com/a/b", "main", "a/x.md", "1. A & B")[0]["url"]
    'https://gitlab.com/a/b/issues/new?title=1.+A+%26+B%3A+&body=%28page%3A+a%2Fx.md%29'
    >>> buttons("", "main", "x.md", "X")
    []
    """
    found, github = [], "https://github.com/"
    if path.endswith(".ipynb"):
        if repository.startswith(github):  # Colab knows no other host
            place = f"{repository.removeprefix(github)}/blob/{branch}/{path}"
            url = f"https://colab.research.google.com/github/{place}"
            found.append({"kind": "colab", "url": url, "text": "Open in Colab", "icon": "fa-rocket"})
        found.append({"kind": "download", "url": "", "text": "Download this notebook", "icon": "fa-download"})
    if repository:
        url = f"{repository}/issues/new?{urlencode({'title': f'{title}: ', 'body': f'(page: {path})'})}"
        found.append({"kind": "report", "url": url, "text": "Report an error", "icon": "fa-bug"})
    return found


def plain(body):
    """The text of a page as HTML, without what Jupyter Book's extensions write and this book does not use.

    Thebe's settings go. An empty cell in the head of a table heads nothing, so it is written as a plain cell. A folded
    cell is called by what it shows; myst-nb calls each "Toggle hidden content" for those who listen to a page.

    Examples
    --------
    >>> plain('<tr><th class="head"></th><th class="head">n</th></tr>')
    '<tr><td></td><th class="head">n</th></tr>'
    """
    body = re.sub(r'<th class="head[^"]*">\s*(<p></p>)?\s*</th>', "<td></td>", _THEBE.sub("", body))
    return body.replace(' aria-label="Toggle hidden content"', "")


def is_used(script, body):
    """Whether a page uses a script, which is named by its file or its text."""
    return all(any(mark in body for mark in marks) for part, marks in _SCRIPTS.items() if part in script)


def _frame(app, pagename, templatename, context, doctree):
    body = context["body"] = plain(context.get("body", ""))
    scripts = {}
    for script in context["script_files"]:
        name = script.filename or script.attributes["body"]
        if is_used(name, body):
            if script.filename:
                script.attributes["defer"] = "defer"
            scripts[name] = script  # some are added twice
    context["script_files"] = list(scripts.values())
    sheets = sorted(context["css_files"], key=lambda sheet: sheet.priority)
    names = dict.fromkeys([*_SHEETS, *(sheet.filename for sheet in sheets)])
    context["style_sheets"] = [name for name in names if name not in _NO_SHEETS]
    context["build"] = json.loads((Book(Path(app.srcdir)).pages / "build.json").read_text(encoding="utf-8"))
    context["chapter_buttons"] = []
    if doctree is not None:
        options = app.config.html_theme_options
        repository = options["repository_url"].removesuffix("/")
        path = app.env.doc2path(pagename, base=False)
        found = buttons(repository, options["repository_branch"], path, context["pagetitle"])
        for button in found:
            button["url"] = button["url"] or context["pathto"](f"_sources/{context['sourcename']}", True)
        context["chapter_buttons"] = found


def setup(app):
    app.connect("html-page-context", _frame, priority=900)
