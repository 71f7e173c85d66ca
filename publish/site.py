"""Put the built editions side by side into `_build/site`, with a page at its root that leads to one.

    python -m publish.site

    _build/site/index.html      leads to the landing page
    _build/site/404.html        what a host shows for a dead link
    _build/site/en/             the pages that `jupyter-book build` wrote to _build/html
    _build/site/ko/             a Korean edition, once there is one: add it to EDITIONS

The new site is made under another name and put in the old one's place when it is whole.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import jinja2
import yaml

ROOT = Path(__file__).resolve().parent.parent
SITE = ROOT / "_build" / "site"
#: Language, name of the language in itself, and where its pages were built.
EDITIONS = (("en", "English", ROOT / "_build" / "html"),)
_NOT_PUBLISHED = shutil.ignore_patterns(".buildinfo*", ".doctrees", ".nojekyll")


def redirect_page(title, editions):
    """The page that leads to the first of `editions`, and names all: str.

    Parameters
    ----------
    title : str
    editions : list of dict
        Each with `language`, `name`, and `target`, an address relative to the page.
    """
    loader = jinja2.FileSystemLoader(Path(__file__).parent / "templates")
    template = jinja2.Environment(loader=loader, autoescape=False).get_template("redirect.html")
    first = editions[0]
    icon = f"{first['language']}/_static/logo.svg"
    return template.render(
        title=title, editions=editions, language=first["language"], target=first["target"], icon=icon, canonical=""
    )


def assemble(site=SITE, editions=EDITIONS, *, title, landing):
    """Write the whole site.

    Parameters
    ----------
    site : pathlib.Path
        Where it goes; what stood there is replaced.
    editions : sequence of tuple
        As `EDITIONS`; the first is the one that the root leads to.
    title : str
        The book's.
    landing : str
        The name of each edition's landing page, like "intro".

    Raises
    ------
    FileNotFoundError
        An edition has not been built.
    """
    for language, _, built in editions:
        if not (built / f"{landing}.html").is_file():
            raise FileNotFoundError(f"the edition {language!r} has no {landing}.html in {built}: build it first")
    new, old = site.with_name(site.name + ".part"), site.with_name(site.name + ".old")
    for left_over in (new, old):
        shutil.rmtree(left_over, ignore_errors=True)
    for language, _, built in editions:
        shutil.copytree(built, new / language, ignore=_NOT_PUBLISHED)
    targets = [
        {"language": language, "name": name, "target": f"{language}/{landing}.html"} for language, name, _ in editions
    ]
    (new / "index.html").write_text(redirect_page(title, targets), encoding="utf-8")
    # Its links are counted from the host, so that it can be shown anywhere.
    shutil.copy(new / editions[0][0] / "404.html", new / "404.html")
    # Hosts that run Jekyll leave out folders like _static otherwise.
    (new / ".nojekyll").touch()
    if site.exists():
        site.rename(old)
    new.rename(site)
    shutil.rmtree(old, ignore_errors=True)


def main():
    """Assemble the site of this checkout; 1 when an edition is missing."""
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    try:
        assemble(title=config["title"], landing=toc["root"])
    except FileNotFoundError as error:
        print(error)
        return 1
    print(f"\nThe book: {SITE / 'index.html'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
