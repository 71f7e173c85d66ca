"""Make an assignment of a chapter's exercises: a notebook for students, its key, and tests for otter-grader.

python -m publish.tools.assignment 07

    _build/assignments/07/07_dropout.ipynb   for students: no answers, one cell to fill in for each exercise
    _build/assignments/07/key.ipynb          the same, filled in
    _build/assignments/07/tests/             one file for each exercise, as otter-grader reads them

With otter-grader installed where the book's packages are, in that folder:

    otter generate -t tests -o autograder.zip --no-environment
    otter run -a autograder.zip HANDIN.ipynb
"""

from __future__ import annotations

import argparse
import ast
import re
import shutil

import nbformat

from lecture_utils.exercises import declared
from publish.book import Book, read
from publish.tools.new_chapter import chapter_of

_TEST = '''"""Exercise {id}, for otter-grader: right when the book's own check says so."""

from otter.test_files import test_case

OK_FORMAT = False
name = "{id}"
points = 1


@test_case()
def test_{word}(env):
    from lecture_utils.exercises import check

    verdict = check("{id}", env.get("{variable}"))
    assert verdict, verdict.said
'''
_HEADING = re.compile(r"(?m)^(?=### Exercise \d+\.\d+)")


def variable(id):
    """The name of a student's answer: "7.2" gives "answer_7_2"."""
    return f"answer_{id.replace('.', '_')}"


def make_assignment(book, name):
    """Write the assignment.

    Parameters
    ----------
    book : publish.book.Book
    name : str
        The chapter: "07", "dropout" or "07_dropout".

    Returns
    -------
    pathlib.Path
        The folder.

    Raises
    ------
    ValueError
        No chapter is called so, or none of its exercises is declared in lecture_utils/exercises.
    """
    path = chapter_of(book, name)
    exercises = declared(int(path.stem[:2]))
    if not exercises:
        raise ValueError(f"name: the exercises of {path.stem} are not declared in lecture_utils/exercises")
    folder = book.build / "assignments" / path.stem[:2]
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "tests").mkdir(parents=True)
    blank, key = notebooks(read(path), exercises)
    nbformat.write(blank, folder / path.name)
    nbformat.write(key, folder / "key.ipynb")
    for exercise in exercises:
        word = exercise.id.replace(".", "_")
        text = _TEST.format(id=exercise.id, word=word, variable=variable(exercise.id))
        (folder / "tests" / f"q{word}.py").write_text(text, encoding="utf-8")
    return folder


def notebooks(chapter, exercises):
    """A chapter for students, and its key: two notebooks."""
    before, asked, answers, after = _parts(chapter)
    solutions = [cell for cell in answers if cell.cell_type == "code"]
    blank, key = [*before], [*before]
    for cell in asked:
        for number, text in enumerate(filter(str.strip, _HEADING.split(cell.source))):
            id = f"{cell.id}-{number}" if number else cell.id
            question = nbformat.from_dict({**cell, "source": text.strip(), "id": id})
            blank.append(question)
            key.append(question)
            match = re.match(r"### Exercise (\d+\.\d+)", text)
            for exercise in exercises:
                if match and exercise.id.rstrip("abcdefgh") == match[1]:
                    blank.append(_code(exercise.id, f"{variable(exercise.id)} = ...  # {exercise.asks}"))
                    key.append(_code(exercise.id, _solved(solutions, exercise.id)))
    return [nbformat.v4.new_notebook(cells=cells + after, metadata=chapter.metadata) for cells in (blank, key)]


def _parts(chapter):
    """The cells before the exercises, the exercises, their answers, and the rest."""
    parts, at = ([], [], [], []), 0
    for cell in chapter.cells:
        title = re.match(r"## (.*)", cell.source) if cell.cell_type == "markdown" else None
        if title:
            at = {"Exercises": 1, "Answers": 2}.get(title[1].strip(), at and 3)
        parts[at].append(cell)
    return parts


def _solved(solutions, id):
    """The solution of an exercise, and below it the student's variable with what the solution checks."""
    for cell in solutions:
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "check" and node.args[0].value == id:
                return f"{cell.source}\n{variable(id)} = {ast.get_source_segment(cell.source, node.args[1])}"
    raise ValueError(f'{id}: no solution says assert check("{id}", ...)')


def _code(id, source):
    return nbformat.v4.new_code_cell(f'{source}\ncheck("{id}", {variable(id)})', id=f"hand-in-{id.replace('.', '-')}")


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m publish.tools.assignment", description=__doc__.splitlines()[0])
    parser.add_argument("name", help="the chapter: 07, or 07_dropout")
    try:
        folder = make_assignment(Book(), parser.parse_args(arguments).name)
    except ValueError as error:
        parser.error(str(error))
    print(f"The assignment: {folder}")


if __name__ == "__main__":
    main()
