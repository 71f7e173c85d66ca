"""Put the built editions side by side into `_build/site`, with a page at its root that leads to one.

    python -m publish.output.site

    _build/site/index.html      leads to the landing page
    _build/site/404.html        what a host shows for a dead link
    _build/site/en/             the pages that `jupyter-book build` wrote to _build/html, with one style sheet
    _build/site/ko/             a Korean edition, once there is one: those in _build/html-ko

The new site is made under another name and put in the old one's place when it is whole.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import sys

from publish.book import render
from publish.output import NotMade, sheet, tell

# For makers of the theme, for other hosts, and the icons once more, as a script.
_NOT_PUBLISHED = shutil.ignore_patterns(
    ".buildinfo*", ".doctrees", "objects.inv", "*.map", "*.ttf", "*.scss", "*.po", "*.mo", "locale", "locales",
    "fontawesome*.js", "*thebe*", "webpack-macros.html",
)  # fmt: skip
_SHEET = re.compile(r'\s*<link rel="stylesheet" href="[^"]*_static/([^"?]+)[^"]*" ?/>')


def lean(edition):
    """Give all pages of a built edition one style sheet, with what they use (publish/output/sheet.py)."""
    pages = {path: path.read_text(encoding="utf-8") for path in edition.rglob("*.html")}
    scripts = [path.read_text(encoding="utf-8") for path in sorted((edition / "_static").rglob("*.js"))]
    names = list(dict.fromkeys(name for text in pages.values() for name in _SHEET.findall(text)))
    joined = sheet.join(edition / "_static", names, sheet.words([*pages.values(), *scripts]))
    for name in set(names):
        (edition / "_static" / name).unlink()
    (edition / "_static" / "style.css").write_text(joined, encoding="utf-8")
    # Browsers keep a sheet as long as its address stays.
    version = hashlib.sha256(joined.encode()).hexdigest()[:8]
    for path, text in pages.items():
        if first := _SHEET.search(text):
            link = f'{first[0].partition("_static/")[0]}_static/style.css?v={version}" />'
            path.write_text(text[: first.start()] + link + _SHEET.sub("", text[first.end() :]), encoding="utf-8")


def assemble(book):
    """Write the whole site, with the editions that _config.yml names. Returns the path of its first page.

    Raises
    ------
    NotMade
        An edition has not been built.
    """
    names = book.config["sphinx"]["config"]["html_context"]["editions"]
    editions = {code: book.build / f"html-{code}" if number else book.html for number, code in enumerate(names)}
    landing = f"{book.documents()[0][1]}.html"
    for code, folder in editions.items():
        if not (folder / landing).is_file():
            raise NotMade(f"the edition {code!r} has no pages in {folder}: run make book")
    site = book.site
    new, old = site.with_name("site.part"), site.with_name("site.old")
    for left_over in (new, old):
        shutil.rmtree(left_over, ignore_errors=True)
    for code, folder in editions.items():
        shutil.copytree(folder, new / code, ignore=_NOT_PUBLISHED)
        lean(new / code)
    links = [{"language": code, "name": name, "target": f"{code}/{landing}"} for code, name in names.items()]
    icon = f"{links[0]['language']}/_static/logo.svg"
    page = render("redirect.html", title=book.title, editions=links, icon=icon, canonical="", **links[0])
    (new / "index.html").write_text(page, encoding="utf-8")
    # Its links are counted from the host, so that it can be shown anywhere.
    shutil.copy(new / links[0]["language"] / "404.html", new / "404.html")
    # Hosts that run Jekyll leave out folders like _static otherwise.
    (new / ".nojekyll").touch()
    if site.exists():
        site.rename(old)
    new.rename(site)
    shutil.rmtree(old, ignore_errors=True)
    return site / "index.html"


if __name__ == "__main__":
    sys.exit(tell("\nThe book", assemble))
