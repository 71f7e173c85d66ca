"""What the book on paper and the slides take from the built pages: articles, links, pictures, colours of code."""

from __future__ import annotations

from posixpath import dirname, join, normpath
from urllib.parse import unquote, urlparse

from bs4 import BeautifulSoup
from pygments.formatters import HtmlFormatter

from publish.output import NotMade

#: A style sheet for code.
CODE = HtmlFormatter(style="a11y-high-contrast-light").get_style_defs(".highlight")


def article(book, name):
    """What there is to read on a page, without what only a browser needs: bs4.Tag.

    Raises
    ------
    NotMade
        The page has not been built.
    """
    file = book.html / f"{name}.html"
    if not file.exists():
        raise NotMade(f"{file} is not there: run make book")
    # `find_all` throughout: in a chapter's ten thousand elements, `select` takes several times as long.
    found = BeautifulSoup(file.read_text(encoding="utf-8"), "lxml").article
    for element in found.find_all(["script", "style", "link", "iframe"]):
        element.decompose()
    for element in found.find_all(class_=["headerlink", "katex-mathml"]):
        element.decompose()
    for element in found.find_all(class_="katex-html"):
        del element["aria-hidden"]  # it hid a second copy of the formula, which is gone
    return found


def redirect(article, book, name, link, picture):
    """Let the links and the pictures of an article lead elsewhere.

    Parameters
    ----------
    article : bs4.Tag
    book : publish.book.Book
    name : str
        Of the page.
    link : callable
        From a file of the site, "chapters/01_one.html", and a fragment to an address; None leaves the words alone.
    picture : callable
        From a file to an address.
    """

    def file(address):
        return normpath(join(dirname(name), unquote(address)))

    for one in article.find_all("a", href=True):
        address = urlparse(one["href"])
        if not (address.scheme or address.netloc):
            target = link(file(address.path) if address.path else f"{name}.html", unquote(address.fragment))
            one["href"] = target
            if not target:
                one.unwrap()
    for image in article.find_all("img", src=True):
        image.attrs.pop("loading", None)
        if not urlparse(image["src"]).scheme:
            image["src"] = picture(book.html / file(image["src"]))
