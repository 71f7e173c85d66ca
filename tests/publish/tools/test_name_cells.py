"""Cells get names that speak: random ids of editors are known as such, and names are proposed."""

import json
import re

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from publish.tools.name_cells import fault, main, proposed, rename


@given(st.uuids())
def test_every_id_that_jupyterlab_gives_is_known(uuid):
    assert "an editor made this id" in fault(str(uuid))
    assert "an editor made this id" in fault(str(uuid)[:8])


@pytest.mark.parametrize("id_", ["Xa9_kd03-QwE", "cell-3", "deadbeef"])  # Colab; publish.book; eight letters by chance
def test_other_ids_of_editors_are_known(id_):
    assert "an editor made this id" in fault(id_)


@pytest.mark.parametrize("id_", ["setup-colab", "bump-two", "relu", "answer-heavy", "after-read-2", "long-exercise"])
def test_names_that_speak_are_good(id_):
    assert fault(id_) == ""


@pytest.mark.parametrize(
    ("id_", "says"), [("2-bumps", "begins with a digit"), ("Bump", "small letters"), ("a--b", "single")]
)
def test_each_fault_is_named(id_, says):
    assert says in fault(id_) and fault(id_).startswith(id_)


@given(st.text(), st.sets(st.text(max_size=5)))
def test_a_proposal_is_a_good_name_that_is_free(source, taken):
    name = proposed(source, taken)
    assert fault(name) == "" and name not in taken


def test_a_notebook_is_renamed_and_good_names_stay(tmp_path, capsys):
    cells = [nbformat.v4.new_markdown_cell("## A layer that drops nodes", id="0f3a9c12-0b1c-4e6f-9d2a-1a2b3c4d5e6f")]
    cells += [nbformat.v4.new_code_cell("layer = Dropout(p)", id=id_) for id_ in ("layer-one", "12345678", "x")]
    path = tmp_path / "chapter.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    text = json.loads(path.read_text(encoding="utf-8"))
    text["cells"][2]["id"] = "layer-one"  # a copied cell
    del text["cells"][3]["id"]  # as Colab saves format 4.0
    path.write_text(json.dumps(text), encoding="utf-8")
    main([str(path)])
    assert "(no id) -> layer-dropout-p" in capsys.readouterr().out
    assert "layer-dropout-p" not in path.read_text(encoding="utf-8")
    rename(path, write=True)
    ids = [cell.id for cell in nbformat.read(path, as_version=4).cells]
    assert ids[:2] == ["layer-drops-nodes", "layer-one"] and len(set(ids)) == 4
    assert not [id_ for id_ in ids if fault(id_)] and rename(path) == []
    assert re.search(r'"nbformat_minor": 5', path.read_text(encoding="utf-8"))
