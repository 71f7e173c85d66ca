"""What a page says about itself to search machines and to those who share it: description, social card, editions.

The templates write it; this file finds it. Texts: the description is the page's first paragraph.
"""

from docutils import nodes

LENGTH = 160  # search machines show about as many letters
CARD = "_static/card.png"


def description(doctree, length=LENGTH):
    """The first paragraph of prose, as plain text, cut at a word when it is longer than `length` letters."""
    for paragraph in doctree.findall(nodes.paragraph):
        if isinstance(paragraph.parent, nodes.section):
            text = " ".join(_plain(paragraph).split())
            break
    else:
        return ""
    if len(text) <= length:
        return text
    return text[: length - 1].rsplit(" ", 1)[0].rstrip(",;:.") + "…"


def _plain(node):
    """The text without what a reader would not read aloud: raw markup and the TeX of formulas stay out."""
    if isinstance(node, nodes.Text):
        return node.astext()
    if isinstance(node, (nodes.math, nodes.raw, nodes.comment, nodes.footnote_reference)):
        return ""
    return "".join(_plain(child) for child in node.children)


def _add_head(app, pagename, templatename, context, doctree):
    base, language = app.config.html_baseurl, app.config.language
    context["description"] = description(doctree) if doctree is not None else ""
    if doctree is None:
        # Nobody should find the search page or the page for dead links by searching.
        context["pageurl"] = None
    context["card"] = base + CARD if base else ""
    editions = app.config.html_context.get("editions", {})
    here = pagename if pagename in app.env.found_docs else app.config.root_doc
    context["other_editions"] = [
        {
            "language": code,
            "name": name,
            "url": f"{context.get('content_root', './')}../{code}/{here}.html",
            "address": f"{base.removesuffix(language + '/')}{code}/{here}.html" if base else "",
        }
        for code, name in editions.items()
        if code != language
    ]


def setup(app):
    app.connect("html-page-context", _add_head, priority=600)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
