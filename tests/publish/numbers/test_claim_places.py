"""Claims are known from what ran, in whatever form they were called."""

import nbformat

from publish.numbers import claims


def test_every_legal_call_is_known_once_the_chapter_ran(ran):
    chapter = claims.read(ran, "chapters/01_one", 1)
    assert chapter.title == "One" and chapter.file == "01"
    found = {place.id: place for place in chapter.places}
    loops = ["ch01.loop-1", "ch01.loop-2"]
    assert list(found) == ["A01", "A02", "A01.keyword", *loops, "ch01.function", "ch01.mnist", "ch01.lost"]
    assert found["A01"].record["statement"] == "the loss is small & <fine>"
    assert found["A01"].record["measured"] == 0.0139 and found["A01"].record["below"] == 0.03
    assert (found["A01"].kind, found["ch01.loop-2"].kind, found["ch01.lost"].kind) == ("finding", "checks", "")
    assert (found["A01"].section, found["A02"].section) == ("First", "Second")
    assert found["A02"].kind == "mark" and found["A02"].anchor == "shows-a02"
    assert found["ch01.mnist"].record["holds"] is None and found["ch01.lost"].record["holds"] is False


def test_marks_name_one_row_or_several():
    text = "## A\n\n<!-- shows: B05, A40\nA28.later -->\n\nwords <!-- shows: B07 --> words"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(text, id="text")])
    assert [place.id for place in claims.read(notebook, "chapters/01_x", 1).places] == ["B05", "A40", "A28.later"]
