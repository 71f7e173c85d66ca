"""An assignment: students get no answer, the key fills every cell, and the tests grade hand-ins."""

import ast
import contextlib
import sys
import types

import pytest

from lecture_utils.exercises import chapters, declared
from publish.book import Book, read
from publish.tools.assignment import main, make_assignment, variable

NUMBERS = [path.stem[:2] for path in Book().chapters() if int(path.stem[:2]) in chapters()]


@pytest.fixture
def made(tmp_path, monkeypatch):
    """``made("07")`` makes an assignment: its folder."""
    monkeypatch.setattr(Book, "build", property(lambda self: tmp_path))
    return lambda number: make_assignment(Book(), number)


def code(notebook):
    return {cell.id: cell.source for cell in notebook.cells if cell.cell_type == "code"}


@pytest.mark.parametrize("number", NUMBERS)
def test_students_get_no_answer_and_the_key_fills_every_cell(number, made):
    folder, exercises = made(number), declared(int(number))
    (path,) = (path for path in folder.glob("*.ipynb") if path.name != "key.ipynb")
    blank, key = read(path), read(folder / "key.ipynb")
    text = "\n".join(cell.source for cell in blank.cells)
    assert "## Answers" not in text and "assert check(" not in text
    assert not [cell.id for cell in blank.cells if "solution" in cell.metadata.get("tags", [])]
    for exercise in exercises:
        id = f"hand-in-{exercise.id.replace('.', '-')}"
        assert code(blank)[id].startswith(f"{variable(exercise.id)} = ...")
        *_, filled, checked = ast.parse(code(key)[id]).body
        assert ast.unparse(filled.targets[0]) == variable(exercise.id) and ast.unparse(filled.value) != "..."
        assert ast.unparse(checked) == f"check('{exercise.id}', {variable(exercise.id)})"
    assert [cell.id for cell in blank.cells] == [cell.id for cell in key.cells]
    assert len({cell.id for cell in blank.cells}) == len(blank.cells)


def _points(folder, environment):
    """What the tests of an assignment give to a hand-in; of otter-grader they use one decorator."""
    points = 0
    for file in sorted((folder / "tests").iterdir()):
        names = {}
        exec(compile(file.read_text(encoding="utf-8"), file.name, "exec"), names)
        (test,) = (value for name, value in names.items() if name.startswith("test_") and name != "test_case")
        with contextlib.suppress(AssertionError):
            test(environment)
            points += names["points"]
    return points


@pytest.mark.parametrize("number", NUMBERS)
def test_hand_ins_are_graded(number, made, monkeypatch, capsys):
    otter = types.ModuleType("otter.test_files")
    otter.test_case = lambda **options: lambda function: function
    monkeypatch.setitem(sys.modules, "otter", types.ModuleType("otter"))
    monkeypatch.setitem(sys.modules, "otter.test_files", otter)
    folder, exercises = made(number), declared(int(number))
    right = {variable(exercise.id): exercise.rights()[0] for exercise in exercises}
    half = {variable(e.id): e.rights()[0] if i % 2 else e.wrongs()[0][0] for i, e in enumerate(exercises)}
    assert _points(folder, right) == len(exercises)
    assert _points(folder, half) == len(exercises) // 2
    assert _points(folder, dict.fromkeys(right, ...)) == 0
    assert _points(folder, {}) == 0


def test_a_chapter_that_is_not_there_is_named(capsys):
    with pytest.raises(SystemExit):
        main(["99"])
    assert "expected a chapter of the contents" in capsys.readouterr().err
