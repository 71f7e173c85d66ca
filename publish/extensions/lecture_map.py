"""The page that shows, for each row of the lectures, where the book shows it.

    ```{lecture-map} A
    ```

stands for a table of all rows of lecture A in chapters/coverage.csv. The places are the claims and marks of the
chapters (publish/places.py); nothing is typed.
"""

from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from publish import html_tables as tables
from publish import places
from publish.links import Links, fill

COLUMNS = ["Row", "What the lecture shows", "Its figures", "Where the book shows it"]


class LectureMap(nodes.General, nodes.Element):
    """Stands for the table until all chapters are read."""


class LectureMapDirective(SphinxDirective):
    required_arguments = 1

    def run(self):
        self.env.note_dependency(str(Path(self.env.srcdir) / "chapters" / "coverage.csv"))
        self.env.claim_places_users.add(self.env.docname)
        return [LectureMap(lecture=self.arguments[0])]


def render(lecture, rows, shown, links):
    """The table of one lecture as HTML.

    Parameters
    ----------
    lecture : str
        Its letter.
    rows : dict
        The coverage list by id.
    shown : dict
        For each row, its places: list of `publish.places.Place`.
    links : publish.links.Links
    """
    rows = {id_: row for id_, row in rows.items() if row["source"] == lecture}
    placed = sum(id_ in shown for id_ in rows)
    cells = [(row["kind"], _cells(id_, row, shown.get(id_, []), links)) for id_, row in rows.items()]
    caption = f"Lecture {lecture}: {placed} of its {len(rows)} rows have a place in this book."
    return tables.table(caption, COLUMNS, cells, classes="lecture-map", id=f"lecture-{lecture.lower()}")


def _cells(id_, row, found, links):
    what = f"{escape(row['what the lecture shows'])} <span class='kind'>{escape(row['kind'])}</span>"
    # The row has an address of its own, so that other pages can point at it.
    name = tables.Cell(f'<span id="row-{id_.lower()}">{id_}</span>')
    return [name, tables.Cell(what), tables.text(row["figure in the lecture"]), tables.Cell(_where(found, links))]


def _where(found, links):
    """The sections that show a row, and in each the claims: HTML."""
    if not found:
        return "<p>not in the book yet</p>"
    sections = {}
    for place in found:
        address = links.to(place.document, place.anchor)
        if address:
            sections.setdefault(links.section(place.document, place.anchor), []).append((place, address))
    written = []
    for (section, title), there in sections.items():
        mark = next((address for place, address in there if not place.statement), section)
        claims = "".join(f"<li>{tables.link(a, place.statement)}</li>" for place, a in there if place.statement)
        written.append(f"<p>Chapter {tables.link(mark, title)}</p>" + (f"<ul>{claims}</ul>" if claims else ""))
    return "".join(written)


def _fill(app, doctree, docname):
    def renderer(dead):
        links, root = Links(app, docname, dead), Path(app.srcdir)
        shown, rows = places.by_row(places.places(root)), places.coverage(root)
        return lambda node: render(node["lecture"], rows, shown, links)

    fill(doctree, docname, LectureMap, renderer)


def setup(app):
    app.setup_extension("publish.extensions.claim_places")
    app.add_node(LectureMap)
    app.add_directive("lecture-map", LectureMapDirective)
    app.connect("doctree-resolved", _fill)
    app.add_css_file("numbers.css")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
