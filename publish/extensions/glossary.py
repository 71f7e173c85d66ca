"""Link the first bold use of a term on each page to its entry in the glossary, so that chapters stay plain Markdown.

A term is bold where it is defined. An entry of the glossary is found by its terms, in the singular or the plural and in
small or capital letters. A comment in the entry lists other forms that its readers need not see::

    dead node
      % also: dead
      A node that is 0 for all data.
"""

import re

from docutils import nodes
from sphinx import addnodes
from sphinx.util.nodes import make_refnode

from publish.extensions import inside

# What a bold word cannot become a link in: a heading's text is repeated in menus, and a link holds no second link.
_CLOSED = (nodes.title, nodes.reference)


def normal(text):
    """The form under which a term is looked up: `"Test\\nerror:"` is found as `"test error"`."""
    return " ".join(text.split()).rstrip(".:").casefold()


def singulars(term):
    """A term as it stands, and what its singular may be: `"batches"` gives `"batches", "batche", "batch"`."""
    yield term
    for plural, singular in (("s", ""), ("es", ""), ("ies", "y")):
        if term.endswith(plural):
            yield term.removesuffix(plural) + singular


def forms_of(doctree):
    """What the glossaries of one page define: a dictionary from the form of a term to the anchor of its entry."""
    forms = {}
    for glossary in doctree.findall(addnodes.glossary):
        for entry in glossary.findall(nodes.definition_list_item):
            terms = list(entry.findall(nodes.term))
            hidden = [re.match(r"also:(.*)", comment.astext()) for comment in entry.findall(nodes.comment)]
            also = [form for match in hidden if match for form in match[1].split(",")]
            for form in [*(term.astext() for term in terms), *also]:
                forms[normal(form)] = terms[0]["ids"][0]
    return forms


def _collect(app, doctree):
    forms = forms_of(doctree)
    if forms:
        app.env.glossary_forms[app.env.docname] = forms


def _start(app, env, docnames):
    env.glossary_forms = getattr(env, "glossary_forms", {})


def _purge(app, env, docname):
    getattr(env, "glossary_forms", {}).pop(docname, None)


def _merge(app, env, docnames, other):
    env.glossary_forms.update({name: forms for name, forms in other.glossary_forms.items() if name in docnames})


def _rewrite_all_when_terms_changed(app, env):
    """Pages that did not change are written again when the glossary did: their links may be new, moved or gone."""
    before = getattr(env, "glossary_forms_written", None)
    env.glossary_forms_written = {name: dict(forms) for name, forms in env.glossary_forms.items()}
    return list(env.found_docs) if before != env.glossary_forms_written else []


def _link(app, doctree, docname):
    places = {form: (page, id_) for page, forms in app.env.glossary_forms.items() for form, id_ in forms.items()}
    linked = set()
    for bold in list(doctree.findall(nodes.strong)):
        place = next((places[term] for term in singulars(normal(bold.astext())) if term in places), None)
        if place is None or place in linked or place[0] == docname or inside(bold, _CLOSED):
            continue
        linked.add(place)
        # The classes are those of Sphinx's own role `term`, so that a theme treats both kinds of links alike.
        word = nodes.inline("", "", *bold.children, classes=["xref", "std", "std-term"])
        bold.children = []
        bold += make_refnode(app.builder, docname, *place, word)


def setup(app):
    app.connect("env-before-read-docs", _start)
    app.connect("doctree-read", _collect)
    app.connect("env-purge-doc", _purge)
    app.connect("env-merge-info", _merge)
    app.connect("env-updated", _rewrite_all_when_terms_changed)
    app.connect("doctree-resolved", _link)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
