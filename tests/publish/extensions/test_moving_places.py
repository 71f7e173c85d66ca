"""A moving figure on a page: its still picture in an element of its own, and scripts that no chapter depends on."""

from docutils import nodes
from docutils.utils import new_document

from lecture_utils import moving
from publish.book import environment_key
from publish.extensions.moving import MovingFigure, _enclose, scripts
from publish.numbers.present import present

RECORD = {"figure": "bumps", "settings": {"goal": 0.5, "words": '<a "b">'}, "alt": "Three flat bumps."}


def test_a_changed_figure_runs_no_chapter(book):
    folder = book.root / "lecture_utils" / "moving"
    folder.mkdir()
    for name in ("bumps.mjs", "bumps.css", "README.md"):
        (folder / name).write_text("1")
    before = environment_key(book, "digits")
    for name in ("bumps.mjs", "bumps.css", "README.md"):
        (folder / name).write_text("2")
    assert environment_key(book, "digits") == before


def test_the_page_gets_the_place_and_the_text_and_none_of_the_notebooks_scripts(book):
    data = {"image/svg+xml": "<svg/>", "text/html": "<script>…</script>", "text/plain": "Three flat bumps."}
    output = {"output_type": "display_data", "data": data, "metadata": {moving.KEY: RECORD}}
    cell = {"cell_type": "code", "id": "a", "source": "", "metadata": {}, "outputs": [output]}
    (ready,) = present({"cells": [cell]}, book)["cells"]
    assert ready["metadata"]["mystnb"]["image"]["alt"] == "Three flat bumps."
    assert ready["outputs"][0]["data"]["text/html"] == (
        '<figure class="moving-figure" data-figure="bumps" '
        'data-settings="{&quot;goal&quot;:0.5,&quot;words&quot;:&quot;&lt;a \\&quot;b\\&quot;&gt;&quot;}">'
    )


def test_the_element_encloses_the_picture_of_the_same_output():
    document, picture = new_document("page"), nodes.image(uri="a.svg")
    html = nodes.raw(text=moving.place(RECORD), format="html")
    document += nodes.container("", nodes.container("", picture), nodes.container("", html))
    _enclose(None, document)
    (figure,) = document.findall(MovingFigure)
    assert list(figure.findall(nodes.image)) == [picture] and not list(document.findall(nodes.raw))


def test_every_figure_has_its_script():
    assert set(scripts()) == {"shared.js", *(f"{name}.js" for name in moving.names())}
