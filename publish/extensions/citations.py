"""Link each citation in a chapter, "Cybenko (1989)", to its line in the list of references at the end of the chapter.

The notebooks hold plain words, so that they read the same where no page is built. Which words are a citation, and how
the lines of the list begin, publish/tools/references.py says.
"""

from docutils import nodes

from publish.extensions import inside
from publish.tools import references

# Text in these gets no link: code, headings (which menus repeat), links, formulas.
_CLOSED = (nodes.literal, nodes.FixedTextElement, nodes.title, nodes.reference, nodes.math, nodes.raw)


def link_citations(app, doctree):
    lists = [s for s in doctree.findall(nodes.section) if s.next_node(nodes.title).astext() == "References"]
    items = {_start(item.astext()): item for section in lists for item in section.findall(nodes.list_item)}
    cited = {paper: items[_start(paper.line)] for paper in references.papers() if _start(paper.line) in items}
    for paper, item in cited.items():
        item["ids"].append(f"ref-{paper.key}")
    of_lists = {id(text) for section in lists for text in section.findall(nodes.Text)}
    for text in list(doctree.findall(nodes.Text)):
        if id(text) in of_lists or inside(text, _CLOSED):
            continue
        pieces, plain, done = [], text.astext(), 0
        for start, end, paper in references.cited(plain):
            if paper in cited and start >= done:
                reference = nodes.reference("", plain[start:end], refid=f"ref-{paper.key}", internal=True)
                pieces += [nodes.Text(plain[done:start]), reference]
                done = end
        if pieces:
            text.parent.replace(text, [*pieces, nodes.Text(plain[done:])])


def _start(line):
    """The letters and digits that a line of a list begins with: two papers never share them."""
    return "".join(letter for letter in line if letter.isalnum())[:80]


def setup(app):
    app.connect("doctree-read", link_citations)
