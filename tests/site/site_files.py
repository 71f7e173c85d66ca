"""What the tests of the built site share: its pages, and what the sources say should be there."""

import functools
import gzip
import re
from urllib.parse import urlsplit
from xml.etree import ElementTree

from publish.book import ROOT, Book, read

BOOK = Book()
SITE = BOOK.site
EN = SITE / "en"
#: Names of the book's documents, in reading order, like "chapters/01_universal_approximation".
DOCUMENTS = [name for _, name in BOOK.documents()]
#: Those that are notebooks.
CHAPTERS = [name for name in DOCUMENTS if (ROOT / f"{name}.ipynb").exists()]
_TEXT = {".html", ".js", ".css", ".svg", ".json", ".xml"}


def pages():
    """Every page of the site, as an address below it, but those that only lead to another: list of str."""
    found = (path for path in sorted(EN.rglob("*.html")) if path.name != "index.html")
    return [path.relative_to(SITE).as_posix() for path in found if "_static" not in path.parts]


def sitemap():
    """The addresses that the sitemap names: list of str."""
    return [place.text for place in ElementTree.parse(EN / "sitemap.xml").iter() if place.tag.endswith("loc")]


@functools.cache
def published_below():
    """The path below which a host serves the site: "/NAME/", or "/"."""
    return urlsplit(sitemap()[0]).path.rpartition("/en/")[0] + "/"


def weight(path):
    """What a file of the site costs a reader: bytes, packed as a host packs text."""
    content = path.read_bytes()
    return len(gzip.compress(content, 6)) if path.suffix in _TEXT else len(content)


def documents_with(pattern):
    """The names of the documents whose prose or code has the regular expression `pattern`: set of str."""
    texts = {name: (ROOT / f"{name}.md").read_text(encoding="utf-8") for name in {*DOCUMENTS} - {*CHAPTERS}}
    for name in CHAPTERS:
        texts[name] = "\n".join(cell.source for cell in read(ROOT / f"{name}.ipynb").cells)
    return {name for name, text in texts.items() if re.search(pattern, text, re.IGNORECASE)}
