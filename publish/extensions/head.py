"""What pages say to search machines and to those who share a link: address, description, card, editions, sitemap.

It also makes the page for dead links.

Everything follows from the one address in _config.yml: a repository `https://github.com/OWNER/NAME` publishes at
`https://owner.github.io/NAME/`, each edition in a folder named by its language. `baseurl` below `html` overrides it.
"""

import re
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

from docutils import nodes

from publish.whole import update

LENGTH = 160  # search machines show about as many letters
CARD = "_static/card.png"
LOST = "Page not found"


def pages_address(repository, language):
    """Where the pages of an edition stand, with a slash at the end; "" for a host whose pages stand nobody knows where.

    Examples
    --------
    >>> pages_address("https://github.com/Ada/nets", "en")
    'https://ada.github.io/nets/en/'
    >>> pages_address("https://github.com/Ada/ada.github.io", "en")  # the owner's own site has no folder of its name
    'https://ada.github.io/en/'
    >>> pages_address("https://github.com/a/b.github.io", "ko")  # of another owner
    'https://a.github.io/b.github.io/ko/'
    >>> [pages_address(other, "en") for other in ("https://gitlab.com/a/b", "https://github.com/a", "")]
    ['', '', '']
    """
    parts = urlsplit(repository)
    owner, _, name = parts.path.strip("/").partition("/")
    if parts.netloc != "github.com" or not name:
        return ""
    host = f"{owner.lower()}.github.io"
    return f"https://{host}/{language}/" if name.lower() == host else f"https://{host}/{name}/{language}/"


def description(doctree):
    """The first paragraph of prose, as plain text, cut at a word when it is longer than LENGTH letters: str."""
    prose = (p for p in doctree.findall(nodes.paragraph) if isinstance(p.parent, nodes.section))
    text = " ".join(_spoken(next(prose, nodes.Text(""))).split())
    if len(text) <= LENGTH:
        return text
    return text[: LENGTH - 1].rsplit(" ", 1)[0].rstrip(",;:.") + "…"


def _spoken(node):
    """The text without what a reader would not read aloud: raw markup and the TeX of formulas stay out."""
    if isinstance(node, nodes.Text):
        return node.astext()
    if isinstance(node, nodes.math | nodes.raw | nodes.comment | nodes.footnote_reference):
        return ""
    return "".join(map(_spoken, node.children))


def _set_address(app, config):
    if not config.html_baseurl:
        config.html_baseurl = pages_address(config.html_theme_options.get("repository_url", ""), config.language)


def _add_head(app, pagename, templatename, context, doctree):
    base, language = app.config.html_baseurl, app.config.language
    context["description"] = description(doctree) if doctree is not None else ""
    if doctree is None:
        context["pageurl"] = None  # nobody should find the search page or the page for dead links by searching
    context["card"] = base + CARD
    here = pagename if pagename in app.env.found_docs else app.config.root_doc
    context["other_editions"] = [
        {
            "language": code,
            "name": name,
            "url": f"{context['content_root']}../{code}/{here}.html",
            "address": f"{base.removesuffix(language + '/')}{code}/{here}.html",
        }
        for code, name in app.config.html_context["editions"].items()
        if code != language
    ]


def _more_pages(app):
    """404.html, and index.html, which leads to the landing page; the toc extension would write less than a page."""
    text = f"<h1>{LOST}</h1><p>This address leads nowhere. The chapters are listed at the side.</p>"
    yield "404", {"title": LOST, "body": text}, "page.html"
    root, title, base = app.config.root_doc, app.config.html_title, app.config.html_baseurl
    if root != "index":
        target = app.builder.get_target_uri(root)
        context = {"title": title, "target": target, "canonical": base and base + target, "icon": "_static/logo.svg"}
        context["editions"] = [{"target": target, "language": app.config.language, "name": title}]
        yield "index", context, "redirect.html"


def from_the_host(page, prefix):
    """A page whose own links are counted from the host: it is shown at any depth.

    Examples
    --------
    >>> from_the_host('<a href="chapters/a.html">a</a> <a href="https://a.b">b</a> <a href="#c">c</a>', "/nets/en/")
    '<a href="/nets/en/chapters/a.html">a</a> <a href="https://a.b">b</a> <a href="#c">c</a>'
    """
    return re.sub(r'(\b(?:href|src|action|data-content_root)=")(?![a-z]+:|[#/])(?:\./)?', rf"\g<1>{prefix}", page)


def _finish(app, error):
    base = app.config.html_baseurl
    if error or app.builder.name != "html":
        return
    lost = Path(app.outdir, "404.html")
    update(lost, from_the_host(lost.read_text(encoding="utf-8"), urlsplit(base).path or "/"))
    if base:
        sitemap = ElementTree.Element("urlset", xmlns="http://www.sitemaps.org/schemas/sitemap/0.9")
        for name in sorted(app.env.found_docs):
            place = ElementTree.SubElement(ElementTree.SubElement(sitemap, "url"), "loc")
            place.text = base + app.builder.get_target_uri(name)
        ElementTree.indent(sitemap)
        ElementTree.ElementTree(sitemap).write(Path(app.outdir, "sitemap.xml"), encoding="utf-8", xml_declaration=True)


def setup(app):
    app.connect("config-inited", _set_address, priority=400)
    app.connect("html-page-context", _add_head, priority=600)
    app.connect("html-collect-pages", _more_pages)
    app.connect("build-finished", _finish)
