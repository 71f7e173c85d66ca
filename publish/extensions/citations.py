"""Link each citation in a chapter, "Cybenko (1989)", to its line in the list of references at the end of the chapter.

The notebooks hold plain words, so that they read the same where no page is built. Which words are a citation is decided
by publish.references, which also writes the lists.
"""

from docutils import nodes

from publish import references


def _list_of_references(doctree):
    """The section with the list, or None where a page has none."""
    for section in doctree.findall(nodes.section):
        if section.next_node(nodes.title).astext() == "References":
            return section
    return None


def _mark_items(section):
    """Give each paper of the list an anchor: set of the anchors."""
    marked = set()
    for item in section.findall(nodes.list_item):
        start = " ".join(item.astext().replace("’", "'").split())
        for paper in references.papers():
            if start.startswith(references.plain_start(paper)):
                anchor = f"ref-{paper.key}"
                item["ids"].append(anchor)
                marked.add(anchor)
    return marked


def _is_prose(text):
    """Whether a piece of text may hold a link: no code, no formula, no heading, no link already."""
    closed = nodes.literal | nodes.literal_block | nodes.title | nodes.reference | nodes.math | nodes.raw
    parent = text.parent
    while parent is not None:
        if isinstance(parent, closed):
            return False
        parent = parent.parent
    return True


def _linked(text, anchors):
    """The pieces of a text with its citations linked, or None where there is none."""
    plain, pieces, done = text.astext(), [], 0
    for start, end, paper in references.cited(plain):
        if f"ref-{paper.key}" not in anchors or start < done:
            continue
        pieces.append(nodes.Text(plain[done:start]))
        pieces.append(nodes.reference("", plain[start:end], refid=f"ref-{paper.key}", internal=True))
        done = end
    return [*pieces, nodes.Text(plain[done:])] if pieces else None


def link_citations(app, doctree):
    section = _list_of_references(doctree)
    if section is None:
        return
    anchors = _mark_items(section)
    inside = set(map(id, section.findall(nodes.Text)))
    for text in list(doctree.findall(nodes.Text)):
        if id(text) not in inside and _is_prose(text) and (pieces := _linked(text, anchors)):
            text.parent.replace(text, pieces)


def setup(app):
    app.connect("doctree-read", link_citations)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
