"""Predictions and exercises answer back: what a chapter asks, its code answers; solutions pass their own checks."""

import re

import pytest
from reading import NOTEBOOKS, answers, calls, code_cells, markdown, read, sections, tags, written

from lecture_utils.exercises import chapters, declared
from lecture_utils.exercises.kinds import Choice

# A chapter is held to it from the day on which lecture_utils/exercises has a file for it.
FILLED = [path for path in NOTEBOOKS if int(path.stem[:2]) in chapters()]
EACH = pytest.mark.parametrize("path", FILLED, ids=lambda path: path.stem)
MARK = re.compile(r"<!-- (ch\d\d\.[a-z0-9-]+)( order)? -->")


def predictions(notebook):
    """(number of its cell, text of the quote) of each prediction."""
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type == "markdown":
            for quote in re.findall(r"(?m)(?:^>.*\n?)+", cell.source):
                if "**Predict.**" in quote:
                    yield number, quote


def letters(text):
    return "".join(re.findall(r"(?m)^(?:> )?- \(([a-z])\) ", text))


@EACH
def test_every_prediction_is_answered_behind_it_once(path, notebook):
    asked = [(number, MARK.findall(quote)) for number, quote in predictions(notebook)]
    assert all(len(marks) == 1 for _, marks in asked), "a prediction ends its question with <!-- ch07.word -->"
    asked = {marks[0][0]: number for number, marks in asked}
    answered = {
        written(call): number
        for number, cell in enumerate(notebook.cells)
        if cell.cell_type == "code"
        for call in calls(cell, "answer")
    }
    assert answered.keys() == asked.keys() and all(name.startswith(f"ch{path.stem[:2]}.") for name in asked)
    for name, number in answered.items():
        between = [cell for cell in notebook.cells[asked[name] : number] if cell.cell_type == "code"]
        assert any("answer" not in tags(cell) for cell in between), f"{name}: no experiment before its answer"
        assert "answer" in tags(notebook.cells[number]), name


@EACH
def test_answers_give_each_choice_a_word(notebook):
    choices = {MARK.search(quote)[1]: letters(quote) for _, quote in predictions(notebook)}
    for cell in code_cells(notebook):
        for call in calls(cell, "answer"):
            name, right = written(call), written(call, 1)
            if not isinstance(right, str):
                assert not choices[name], f"{name}: a number is asked for"
            elif len(right) > 1:
                assert sorted(right) == sorted(choices[name]), name
            else:
                wrong = next(word.value for word in call.keywords if word.arg == "wrong")
                assert sorted([right, *(key.value for key in wrong.keys)]) == sorted(choices[name]), name
            assert choices[name] == "abcdefgh"[: len(choices[name])], name


@EACH
def test_every_exercise_is_declared_and_its_solution_passes_its_check(path, notebook):
    text = "\n".join(cell.source for cell in dict(sections(notebook))["Exercises"])
    asked = dict(re.findall(r"(?ms)^### Exercise (\d+\.\d+)\n(.*?)(?=^### |\Z)", text))
    exercises = {exercise.id: exercise for exercise in declared(int(path.stem[:2]))}
    assert len(asked) >= 6
    assert {number_of(id) for id in exercises} == set(asked)
    solved = []
    for answer, cells in answers(notebook).items():
        for cell in cells:
            for id in map(written, calls(cell, "check")):
                assert id.startswith(answer) and f'assert check("{id}"' in cell.source, f"{cell.id}: assert check(...)"
                solved.append(id)
    assert sorted(solved) == sorted(exercises)
    for id, exercise in exercises.items():
        if isinstance(exercise, Choice):
            assert letters(asked[number_of(id)]) == exercise.letters, id


def number_of(id):
    """The number of an exercise; a part of it has a letter too: "7.3b"."""
    return re.match(r"\d+\.\d+", id)[0]


def test_no_prediction_has_the_name_of_another():
    names = [m for path in NOTEBOOKS for cell in markdown(read(path)) for m, _ in MARK.findall(cell.source)]
    assert len(set(names)) == len(names)
