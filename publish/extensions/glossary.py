"""Link the first bold use of a term on each page to its entry in the glossary, so that chapters stay plain Markdown.

A term is bold where it is defined. An entry of the glossary is found by its terms, in the singular or the plural and in
small or capital letters. A comment in the entry lists other forms that its readers need not see::

    dead node
      % also: dead
      A node that is 0 for all data.
"""

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


def _note_other_forms(app, doctree):
    """Let the forms that a comment lists be terms too; Sphinx knows the others."""
    for glossary in doctree.findall(addnodes.glossary):
        for entry in glossary.findall(nodes.definition_list_item):
            term = entry.next_node(nodes.term)
            for comment in entry.findall(nodes.comment):
                _, is_one, forms = comment.astext().partition("also:")
                for form in forms.split(",") if is_one else ():
                    app.env.get_domain("std").note_object("term", form.strip(), term["ids"][0], location=term)


def _terms(env):
    """The page and the anchor of each term, by the form under which it is looked up."""
    return {normal(name): place for (kind, name), place in env.get_domain("std").objects.items() if kind == "term"}


def _rewrite_all_when_terms_changed(app, env):
    """Pages that did not change are written again when the glossary did: their links may be new, moved or gone."""
    before, env.glossary_written = getattr(env, "glossary_written", None), _terms(env)
    return list(env.found_docs) if before != env.glossary_written else []


def _link(app, doctree, docname):
    places, linked = _terms(app.env), set()
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
    app.connect("doctree-read", _note_other_forms)
    app.connect("env-updated", _rewrite_all_when_terms_changed)
    app.connect("doctree-resolved", _link)
