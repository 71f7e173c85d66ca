"""Moving figures: the still picture of each in an element of its own, and the scripts that bring it to life.

A chapter's output names the figure and its settings (publish/numbers/present.py). The scripts are made here from
lecture_utils/moving, once for all pages, so a changed figure runs no chapter. They are loaded by
publish/theme/assets/moving.js.
"""

import hashlib
from pathlib import Path

from docutils import nodes

from lecture_utils import moving
from publish.whole import update


class MovingFigure(nodes.General, nodes.Element):
    """An element that begins with `start`, as HTML, and holds the still picture."""


def _enclose(app, doctree):
    """Put each output that begins a moving figure around the picture of the same output."""
    for start in list(doctree.findall(nodes.raw)):
        if start.astext().startswith('<figure class="moving-figure"'):
            of_html = start.parent
            output = of_html.parent
            output.remove(of_html)
            figure = MovingFigure(start=start.astext())
            output.replace_self(figure)
            figure += output


def _write(app):
    folder = Path(app.outdir, "_static", "moving")
    folder.mkdir(parents=True, exist_ok=True)
    names = moving.names()
    made = {"shared.js": moving.shared()} | {f"{name}.js": moving.script(name) for name in names}
    made["figures.css"] = moving.style(*names)
    for name, text in made.items():
        update(folder / name, text)
    version = hashlib.sha256("".join(made.values()).encode()).hexdigest()[:8]
    app.add_css_file("moving/figures.css")
    app.add_js_file("moving.js", **{"data-version": version})


def setup(app):
    app.add_node(
        MovingFigure,
        html=(
            lambda writer, node: writer.body.append(node["start"]),
            lambda writer, node: writer.body.append("</figure>"),
        ),
    )
    app.connect("builder-inited", _write)
    app.connect("doctree-read", _enclose)
