"""Put the pages of the built site into one page for paper: nothing to press, everything open, links inside."""

from __future__ import annotations

from html import escape
from pathlib import Path
from posixpath import dirname, join, normpath
from urllib.parse import unquote, urlparse

from bs4 import BeautifulSoup
from pygments.formatters import HtmlFormatter

# The site's own sheet lays pages out for screens; the paper has one of its own, and formulas and code get theirs.
ASSETS = Path(__file__).resolve().parent / "assets"
_SHEETS = (ASSETS / "katex" / "katex.min.css", ASSETS / "print" / "print.css")
_CODE_COLOURS = "a11y-high-contrast-light"
# What belongs to a screen.
SCREEN = "script, style, link, button, input, form, iframe, .headerlink, .katex-mathml, .only-dark, .dropdown-menu"


class AssemblyError(Exception):
    """The site is not there, or a page of the table of contents is missing."""


def entries(toc):
    """The documents of a table of contents in order: list of (caption of the part or "", name)."""
    found = [("", toc["root"])]
    for part in toc.get("parts", [{"chapters": toc.get("chapters", [])}]):
        for chapter in part.get("chapters", []):
            found.append((part.get("caption", ""), chapter["file"]))
            found += [(part.get("caption", ""), section["file"]) for section in chapter.get("sections", [])]
    return [(caption, name.removesuffix(".ipynb").removesuffix(".md")) for caption, name in found]


def assemble(site, toc, title, details, pages=None):
    """One page of HTML from all pages of the site.

    Parameters
    ----------
    site : pathlib.Path
        The built pages.
    toc : dict
        The content of `_toc.yml`.
    title : str
        Of the book.
    details : list of str
        Further lines of the title page.
    pages : dict, optional
        The page number of each target, for the table of contents; "000" stands there without it.

    Returns
    -------
    str
        The page; its pictures and style sheets are named by file addresses.

    Raises
    ------
    AssemblyError
        A page of the table of contents is not in the site.
    """
    names = entries(toc)
    known = {name for _, name in names}
    contents, chapters, styles, part = [], [], [], ""
    for number, (caption, name) in enumerate(names):
        file = site / f"{name}.html"
        if not file.exists():
            raise AssemblyError(f"{file} is not there: run make book first")
        soup = BeautifulSoup(file.read_text(encoding="utf-8"), "lxml")
        article = soup.select_one("article")
        _for_paper(article)
        _rewrite(article, site, name, known)
        heading = "".join(article.h1.strings).strip()
        opening = ""
        if caption and caption != part:
            part = caption
            opening = f'<h1 class="part" id="part-{number}">{escape(caption)}</h1>'
            contents.append((0, caption, f"part-{number}"))
        contents.append((1, heading, _target(name)))
        for second in article.select("h2"):
            section = second.find_parent("section")
            contents.append((2, second.get_text().strip(), section["id"]))
        if caption:
            _lower(article)
        style = f"chapter-{number}"
        styles.append(f'.{style} {{ page: {style} }}\n@page {style} {{ @top-right {{ content: "{_css(heading)}" }} }}')
        article.name, article["class"], article["id"] = "div", ["chapter", style], _target(name)
        chapters.append(f'<div class="{style}">{opening}</div>{article}' if opening else str(article))
        if opening:
            styles.append(f".{style} + .chapter {{ break-before: avoid }}")
    lines = "".join(f"<p>{escape(line)}</p>" for line in details)
    return "\n".join(
        [
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>',
            f"<style>{HtmlFormatter(style=_CODE_COLOURS).get_style_defs('.highlight')}</style>",
            *(f'<link rel="stylesheet" href="{sheet.as_uri()}">' for sheet in _SHEETS),
            f"<style>{' '.join(styles)}</style></head><body>",
            f'<div class="title"><p class="name">{escape(title)}</p>{lines}</div>',
            f'<div class="contents"><h1>Contents</h1>{_contents(contents, pages or {})}</div>',
            *chapters,
            "</body></html>",
        ]
    )


def _for_paper(article):
    """Remove what belongs to a screen, and open what is folded."""
    for element in article.select(SCREEN):
        element.decompose()
    for element in article.select("noscript"):
        element.unwrap()
    for element in article.select(".katex-html"):
        del element["aria-hidden"]  # it hid a second copy of the formula, which is gone
    for element in article.select("details"):
        summary = element.find("summary", recursive=False)
        if "hide" in element.get("class", []):  # a cell that is folded for the screen
            summary.decompose()
            element.unwrap()
            continue
        element.name = "div"
        element["class"] = ["folded", *element.get("class", [])]
        if summary:
            summary.name, summary["class"] = "p", ["folded-title"]


def _rewrite(article, site, name, known):
    """Make ids unique in the whole book, let links lead inside it, and name pictures by their files."""
    for element in article.find_all(id=True):
        if not element.find_parent("svg"):
            element["id"] = f"{_target(name)}--{element['id']}"
    for link in article.select("a[href]"):
        address = urlparse(link["href"])
        if address.scheme or address.netloc:
            continue
        path = normpath(join(dirname(name), unquote(address.path))) if address.path else f"{name}.html"
        target = path.removesuffix(".html")
        if target in known:
            link["href"] = f"#{_target(target)}" + (f"--{unquote(address.fragment)}" if address.fragment else "")
        else:  # a page that is not in the book, or a file to load
            link.name, link.attrs = "span", {}
    for image in article.select("img[src]"):
        image.attrs.pop("loading", None)
        if not urlparse(image["src"]).scheme:
            image["src"] = (site / normpath(join(dirname(name), unquote(image["src"])))).as_uri()
        parent = image.parent
        if parent.name == "a":  # a picture that shows itself larger when it is pressed
            parent.unwrap()


def _target(name):
    return name.replace("/", "-")


def _lower(article):
    """Chapters stand one level below the parts."""
    for level in (5, 4, 3, 2, 1):
        for heading in article.select(f"h{level}"):
            heading.name = f"h{level + 1}"


def _css(text):
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _contents(contents, pages):
    rows = []
    for level, text, target in contents:
        number = pages.get(target, "000")
        rows.append(f'<a class="level-{level}" href="#{target}"><span>{escape(text)}</span><b>{number}</b></a>')
    return "".join(rows)
