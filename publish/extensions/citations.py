"""Link each citation in a chapter, "Cybenko (1989)", to its line in the list of references at the end of the chapter.

The notebooks hold plain words, so that they read the same where no page is built. Which words are a citation, and how
the lines of the list begin, publish/tools/references.py says.
"""

from docutils import nodes

from publish.tools import references

# Text in these gets no link: code, headings (which menus repeat), links, formulas.
_CLOSED = (nodes.literal, nodes.FixedTextElement, nodes.title, nodes.reference, nodes.math, nodes.raw)


def link_citations(app, doctree):
    lists = [s for s in doctree.findall(nodes.section) if s.next_node(nodes.title).astext() == "References"]
    items = {}
    for item in (item for section in lists for item in section.findall(nodes.list_item)):
        items[_start(item.astext())] = item
    anchors = {}
    for paper in references.papers():
        if item := items.get(_start(paper.line)):
            anchors[paper] = f"ref-{paper.key}"
            item["ids"].append(anchors[paper])
    for text in [text for text in doctree.findall(nodes.Text) if not _closed(text, lists)]:
        pieces, plain, done = [], text.astext(), 0
        for start, end, paper in references.cited(plain):
            if paper in anchors and start >= done:
                reference = nodes.reference("", plain[start:end], refid=anchors[paper], internal=True)
                pieces += [nodes.Text(plain[done:start]), reference]
                done = end
        if pieces:
            text.parent.replace(text, [*pieces, nodes.Text(plain[done:])])


def _start(line):
    """The letters and digits that a line of a list begins with: two papers never share them."""
    return "".join(letter for letter in line if letter.isalnum())[:80]


def _closed(text, lists):
    node = text.parent
    while node is not None:
        if isinstance(node, _CLOSED) or node in lists:
            return True
        node = node.parent
    return False


def setup(app):
    app.connect("doctree-read", link_citations)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
