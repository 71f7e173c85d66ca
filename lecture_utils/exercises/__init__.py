"""Questions that answer back: predictions before an experiment, exercises after a chapter.

What an exercise takes for right, and what it says to typical wrong answers, stands in one module for each chapter
(`ch07.py`); README.md in this folder says how to write one.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib import import_module
from pathlib import Path

from lecture_utils._output import say, show
from lecture_utils.exercises.kinds import Choice, Number
from lecture_utils.exercises.words import PAGE, SAID

#: Where the record of `answer` stands in the metadata of a cell's output.
KEY = "lecture_answer"

_ID = re.compile(r"ch\d\d\.[a-z0-9-]+")
_LETTERS = re.compile(r"[a-z]+")


class AnswerError(AssertionError):
    """What a run measured does not pick the written answer of a prediction any more."""


@dataclass(frozen=True)
class Verdict:
    """What `check` found: true where the answer is right. `said` holds the sentence.

    Notebooks show nothing of it, because the sentence has been printed.
    """

    right: bool
    said: str

    def __bool__(self):
        return self.right

    def _ipython_display_(self):
        pass


def check(id, answer):
    """Say of your answer to an exercise what is right or in which direction it is off. The solution is not told.

    Parameters
    ----------
    id : str
        The number of the exercise: "7.2".
    answer : number, str, tuple, torch.Tensor, function or torch.nn.Module
        What the exercise asks for; a choice is its letter, "b". Anything else gets a sentence too.

    Returns
    -------
    Verdict
        True where the answer is right.

    Raises
    ------
    ValueError
        No exercise has this number; the message names those that there are.

    Examples
    --------
    >>> assert not check("1.1", 0.5)
    ✗ 1.1  There 8x + 4 is positive, so the node is already up.
    """
    import torch

    exercise = find(id)
    # The same random numbers at each call, while the reader's own go on undisturbed.
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        try:
            right, said = exercise.judge(answer)
        except Exception as error:  # of a reader's function or net
            right, said = False, SAID["stopped"].format(error=f"{type(error).__name__}: {error}".rstrip(": ."))
    say(f"{'✓' if right else '✗'} {id}  {said}")
    return Verdict(right, said)


def find(id):
    """The declaration of an exercise; see `check`."""
    asked = [chapter for chapter in chapters() if str(id).startswith(f"{chapter}.")] or chapters()
    known = {exercise.id: exercise for chapter in asked for exercise in declared(chapter)}
    if id not in known:
        raise ValueError(f"id: expected the number of an exercise, one of {', '.join(known)}; got {id!r}")
    return known[id]


@cache
def chapters():
    """The numbers of the chapters whose exercises answer: tuple of int."""
    return tuple(sorted(int(path.stem[2:]) for path in Path(__file__).parent.glob("ch[0-9][0-9].py")))


def declared(chapter):
    """The exercises of a chapter, in order: list of the classes of `kinds`; [] where none are declared."""
    if chapter not in chapters():
        return []
    return import_module(f"{__name__}.ch{chapter:02d}").EXERCISES


def answer(id, right, *, measured, because, wrong, within=None, when=True):
    """Answer a prediction by what this run measured.

    It stands after the experiment, in a closed cell, and shows the answer closed. On the page it also tells a reader
    who committed to another answer what that would have meant.

    Parameters
    ----------
    id : str
        That of the prediction, which ends with `<!-- ch07.batch -->`.
    right : str, float or (float, float)
        The written answer. For choices a letter, "b"; for an order all letters, "bca"; for a number the number or the
        interval that counts as right.
    measured : bool, str or float
        What this run says: the letter, the order, the number; or a truth value, whether the run agrees with `right`.
    because : str
        What the run shows, in a sentence or two of plain words.
    wrong : dict of str, float or tuple to str
        What another answer would have meant. For choices every other letter, for orders typical ones; for numbers
        typical ones and "below" and "above", for whatever else is smaller or larger than right.
    within : float, optional
        How far a number may be from `right` and from a typical wrong one; 0 if it is not given.
    when : bool, optional
        False where the run does not decide the question (say, on the bundled digits).

    Raises
    ------
    AnswerError
        What was measured does not pick the written answer.
    ValueError, TypeError
        An argument is not of the form above; the message names it.

    Examples
    --------
    >>> answer("ch07.batch", "b", measured=True, because="Each example has its own mask.", wrong={"a": "One for all."})
    Answer to the prediction: (b) Each example has its own mask.
    """
    if not isinstance(id, str) or not _ID.fullmatch(id):
        raise ValueError(f"id: expected the chapter and a word, like 'ch07.batch', got {id!r}")
    if not isinstance(because, str) or not because.strip():
        raise ValueError(f"because: expected a sentence, got {because!r}")
    if not isinstance(when, bool):
        raise TypeError(f"when: expected True or False, got {when!r}")
    record = {"id": id, "because": because} | _judging(right, wrong, within)
    if when and not _agrees(record, measured):
        raise AnswerError(
            f"{id}: the run says {measured!r}, and the written answer is {right!r}. If you have changed the code "
            "above, that may be your answer: the written one was true of the book's own code. Otherwise, please "
            "report it."
        )
    if not when:
        record["because"] = f"{PAGE['unclaimed']} {because}"
    said = f"{spoken(record)} {record['because']}"
    html = f"<details><summary>{escape(PAGE['answer'])}</summary><p>{escape(said)}</p></details>"
    show(f"{PAGE['answer']}: {said}", KEY, record, html)


def spoken(record):
    """The right answer of a record as a reader may say it: "(b)", "b, c, a", "100.", "1 – 4."."""
    if record["kind"] == "choice":
        return f"({record['right']})"
    return ", ".join(record["right"]) if record["kind"] == "order" else f"{record['shown']}."


def page_data(exercise):
    """What a page needs to judge an answer: dict of kind, right, wrong and because, in which numbers are intervals.

    None for kinds that no form can ask for.

    Examples
    --------
    >>> page_data(find("1.1"))["kind"]
    'number'
    """
    if not isinstance(exercise, Number | Choice):
        return None
    return _judging(exercise.right, exercise.wrong, getattr(exercise, "within", None)) | {"because": exercise.because}


def _judging(right, wrong, within):
    """What is right and wrong, as JSON can hold it. Numbers become intervals, so that a page only has to compare."""
    if not isinstance(wrong, dict) or not wrong or not all(isinstance(hint, str) and hint for hint in wrong.values()):
        raise ValueError(f"wrong: expected a dictionary from wrong answers to sentences, got {wrong!r}")
    if isinstance(right, str):
        if not _LETTERS.fullmatch(right) or len(set(right)) != len(right):
            raise ValueError(f"right: expected a letter, or letters in an order, got {right!r}")
        bad = [key for key in wrong if not isinstance(key, str) or len(key) != len(right) or key == right]
        if bad:
            raise ValueError(f"wrong: expected other answers of the form of {right!r}, got {bad[0]!r}")
        kind = "choice" if len(right) == 1 else "order"
        return {"kind": kind, "right": right, "wrong": [[key, hint] for key, hint in wrong.items()]}
    low, high = _interval("right", right, within)
    found = []
    for key, hint in sorted(wrong.items(), key=lambda item: isinstance(item[0], str)):  # typical ones first
        if key in ("below", "above"):
            found.append([[None, low] if key == "below" else [high, None], hint])
            continue
        place = _interval("wrong", key, within)
        if place[1] >= low and place[0] <= high:
            raise ValueError(f"wrong: {key!r} is right, as {right!r} is")
        found.append([place, hint])
    shown = f"{right[0]:,g} – {right[1]:,g}" if isinstance(right, tuple) else f"{right:,g}"
    return {"kind": "number", "right": [low, high], "shown": shown, "wrong": found}


def _interval(name, value, within):
    pair = value if isinstance(value, tuple) else (value, value)
    pair = [part.item() if hasattr(part, "item") else part for part in pair]
    numbers = [part for part in pair if isinstance(part, int | float) and not isinstance(part, bool)]
    if len(pair) != 2 or len(numbers) != 2 or not all(map(math.isfinite, numbers)) or numbers[0] > numbers[1]:
        raise ValueError(f"{name}: expected a number or (low, high), got {value!r}")
    room = 0 if isinstance(value, tuple) else within or 0
    return [numbers[0] - room, numbers[1] + room]


def _agrees(record, measured):
    """Whether what was measured picks the written answer."""
    measured = measured.item() if hasattr(measured, "item") else measured
    if isinstance(measured, bool):
        return measured
    if record["kind"] == "number" and isinstance(measured, int | float):
        return record["right"][0] <= measured <= record["right"][1]
    if record["kind"] != "number" and isinstance(measured, str):
        return measured == record["right"]
    raise TypeError(f"measured: expected a truth value or a {record['kind']}, got {measured!r}")
