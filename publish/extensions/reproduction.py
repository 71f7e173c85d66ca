"""The page that sets the numbers of the lectures beside those of this build, and the same as JSON and CSV.

    ```{reproduction} lectures
    ```

stands for one part of the page: summary, lectures, papers, claims or robustness. Everything is made from the records
of the claims, which publish/extensions/claim_places.py keeps, and from tables in chapters/ (publish/figures.py).
The last line that the page's own code prints is JSON: the data, the machine and the versions.
"""

import json
from pathlib import Path

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from publish import data_use, figures, places, reproduction, robustness_table
from publish.links import Links, fill
from publish.whole import whole

TABLES = ("figures.csv", "papers.csv", "robustness.csv")
PARTS = ("summary", "lectures", "papers", "claims", "robustness")


class Reproduction(nodes.General, nodes.Element):
    """Stands for a part of the page until all chapters are read."""


class ReproductionDirective(SphinxDirective):
    required_arguments = 1

    def run(self):
        if self.arguments[0] not in PARTS:
            raise self.error(f"reproduction: expected one of {', '.join(PARTS)}, got {self.arguments[0]!r}")
        for path in (Path(self.env.srcdir) / "chapters" / name for name in TABLES):
            if path.exists():  # to Sphinx, what depends on a missing file is always out of date
                self.env.note_dependency(str(path))
        self.env.claim_places_users.add(self.env.docname)
        return [Reproduction(part=self.arguments[0])]


class Page:
    """All that the page shows, gathered from the environment."""

    def __init__(self, app, page, dead):
        root, kept = Path(app.srcdir), app.env.claim_places
        self.links = Links(app, page, dead)
        self.documents = sorted(name for name, found in kept.items() if found["records"])
        self.documents.sort(key=lambda name: name != "intro")
        self.ran = [kept[name]["ran"] for name in self.documents]
        self.figures, self.papers, self.again = (figures.table(name, root) for name in TABLES)
        printed = kept.get(page, {}).get("printed", "").splitlines()
        codes = {path.stem[:2]: robustness_table.code_of(places.read(path)) for path in places.chapters(root)}
        self.again = robustness_table.current(self.again, codes)
        self.about = json.loads(printed[-1]) if printed else _UNKNOWN
        self.placed = {place.id: place for place in places.places(root) if place.statement}
        records = {name: kept[name]["records"] for name in self.documents}
        for fault in figures.changed_tolerances(records, self.figures):
            dead(fault)
        self.entries = figures.report(records, self.figures, self.placed, _data(root, self.about["name"]))
        self.claims = {e["id"]: e for e in self.entries if e["kind"] in ("claim", "compared", "checked", "cited")}

    def place(self, name):
        """The address of a claim or of "NN:cell", and the number and the title of its chapter: three str."""
        if isinstance(name, dict):
            name = name["place"]
        if name in self.placed:
            document, anchor = self.placed[name].document, places.anchor("claim", name)
        else:
            number, _, cell = name.partition(":")
            document = next((d for d in self.documents if Path(d).name.startswith(f"{number}_")), "")
            anchor = places.anchor("cell", cell)
        address = self.links.to(document, anchor)
        if not address:
            return "", "", ""
        title = self.links.chapter(document)
        number = title.split()[0]
        return address, number if number.isdigit() else "", title

    def part(self, name):
        """A part of the page as HTML."""
        fixed = {row["id"] for row in self.figures if row["seed"]}
        again = robustness_table.held_again(robustness_table.comparable(self.again, fixed))
        return {
            "summary": lambda: reproduction.summary(self.entries, self.papers, self.about, self.ran),
            "lectures": lambda: reproduction.lectures(self.entries, again, self.place),
            "papers": lambda: reproduction.compared_papers(self.papers, self.claims, self.place),
            "claims": lambda: reproduction.claims(self.entries, again, self.place),
            "robustness": lambda: reproduction.robustness(self.again, self.claims, self.place),
        }[name]()

    def public(self):
        return [figures.public(entry, self.place(entry)[0]) for entry in self.entries]


_UNKNOWN = {"name": "", "data": "unknown", "machine": "unknown", "versions": {}}


def _data(root, digits):
    """For each claim the name of its data."""
    found = {}
    for path in places.chapters(root):
        cells = [cell for cell in places.read(path)["cells"] if cell["cell_type"] == "code"]
        for id_, used in data_use.data_of_claims([cell["source"] for cell in cells]).items():
            names = [digits] * ("digits" in used) + ["employment"] * ("employment" in used)
            found[id_] = ", ".join(names) or "its own"
    return found


def _fill(app, doctree, docname):
    def renderer(dead):
        page = Page(app, docname, dead)
        return lambda node: page.part(node["part"])

    if fill(doctree, docname, Reproduction, renderer):
        app.env.reproduction_page = docname


def _write_data(app, exception):
    """Write the files beside the page: whole, and only after a build that went through."""
    docname = getattr(app.env, "reproduction_page", None)
    # With --keep-going a build that warnings turn into a failure ends without an exception.
    failed = exception or (app._warncount and (app.keep_going or app.warningiserror))
    if failed or not docname or app.builder.format != "html":
        return
    public = Page(app, docname, lambda text: None).public()
    if not public:
        return
    for kind, content in (("json", reproduction.as_json(public)), ("csv", reproduction.as_csv(public))):
        target = Path(app.outdir) / f"{docname}.{kind}"
        if not target.exists() or target.read_text(encoding="utf-8") != content:
            with whole(target) as unfinished:
                unfinished.write_text(content, encoding="utf-8")


def _add_script(app, pagename, templatename, context, doctree):
    if pagename == getattr(app.env, "reproduction_page", None):
        app.add_js_file("numbers.js", loading_method="defer")


def setup(app):
    app.setup_extension("publish.extensions.claim_places")
    app.add_node(Reproduction)
    app.add_directive("reproduction", ReproductionDirective)
    app.connect("doctree-resolved", _fill)
    app.connect("build-finished", _write_data)
    app.add_css_file("numbers.css")
    app.connect("html-page-context", _add_script)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
