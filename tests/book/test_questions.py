"""Predictions and exercises answer back: what a chapter asks, its code answers; solutions pass their own checks."""

import re

import pytest
from reading import NOTEBOOKS, calls, code_cells, markdown, sections, tags

from lecture_utils.exercises import chapters, declared
from lecture_utils.exercises.kinds import Choice
from publish.book import read

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
def test_every_prediction_is_answered_behind_it_once(path):
    notebook = read(path)
    asked = [(number, MARK.findall(quote)) for number, quote in predictions(notebook)]
    assert all(len(marks) == 1 for _, marks in asked), "a prediction ends its question with <!-- ch07.word -->"
    asked = {marks[0][0]: number for number, marks in asked}
    answered = {
        name: number
        for number, cell in enumerate(notebook.cells)
        if cell.cell_type == "code"
        for name in calls(cell, "answer")
    }
    assert answered.keys() == asked.keys() and all(name.startswith(f"ch{path.stem[:2]}.") for name in asked)
    for name, number in answered.items():
        between = [cell for cell in notebook.cells[asked[name] : number] if cell.cell_type == "code"]
        assert any(not tags(cell) & {"answer"} for cell in between), f"{name}: no experiment before its answer"
        assert "answer" in tags(notebook.cells[number]), name


@EACH
def test_answers_give_each_choice_a_word(path):
    notebook = read(path)
    choices = {MARK.search(quote)[1]: letters(quote) for _, quote in predictions(notebook)}
    for cell in code_cells(notebook):
        for name in calls(cell, "answer"):
            given = re.search(r'answer\(\s*"[^"]+",\s*"([a-z]+)"', cell.source)
            wrong = re.findall(r'(?m)^ +"([a-z])": ', cell.source)
            if given and len(given[1]) == 1:
                assert sorted([given[1], *wrong]) == sorted(choices[name]), name
            elif given:
                assert sorted(given[1]) == sorted(choices[name]), name
            else:
                assert not choices[name], name
            assert choices[name] == "abcdefgh"[: len(choices[name])], name


@EACH
def test_every_exercise_is_declared_and_its_solution_passes_its_check(path):
    parts = dict(sections(read(path)))
    text = {}
    for cell in parts["Exercises"]:
        for number, words in re.findall(r"(?ms)^### Exercise (\d+\.\d+)\n(.*?)(?=^### |\Z)", cell.source):
            text[number] = words
    exercises = {exercise.id: exercise for exercise in declared(int(path.stem[:2]))}
    assert len(text) >= 6
    assert {re.match(r"\d+\.\d+", id)[0] for id in exercises} == set(text)
    solved, answer = [], None
    for cell in parts["Answers"]:
        if cell.cell_type == "markdown":
            answer = next(iter(re.findall(r"(?m)^### Answer (\d+\.\d+)", cell.source)), answer)
            continue
        for id in calls(cell, "check"):
            assert id.startswith(answer) and f'assert check("{id}"' in cell.source, f"{cell.id}: assert check(...)"
            solved.append(id)
    assert sorted(solved) == sorted(exercises)
    for id, exercise in exercises.items():
        if isinstance(exercise, Choice):
            assert letters(text[re.match(r"\d+\.\d+", id)[0]]) == exercise.letters, id


def test_no_prediction_has_the_name_of_another():
    names = [m for path in NOTEBOOKS for cell in markdown(read(path)) for m, _ in MARK.findall(cell.source)]
    assert len(set(names)) == len(names)
