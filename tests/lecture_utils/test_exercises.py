"""What a reader hears: right answers pass, typical wrong ones get their hint, and rubbish gets a sentence."""

import re

import pytest
import torch
from torch import nn

from lecture_utils import exercises
from lecture_utils.exercises import KEY, AnswerError, answer, check
from lecture_utils.exercises.kinds import Choice, Function, Net, Number, Shape, Tensor

DECLARED = [exercise for chapter in exercises.chapters() for exercise in exercises.declared(chapter)]
# Small ones of the kinds that chapters may not use yet.
SMALL = [
    Shape("0.2", right=(5, 3), wrong={(3, 5): "One row for each output."}),
    Tensor("0.3", right=lambda: torch.tensor([1.0, 2.0]), wrong=[(lambda: torch.tensor([1.0, 3.0]), "No bias.")]),
    Net("0.4", test=lambda net: None if net(torch.ones(1, 2)).shape == (1, 1) else "It needs one output.",
        right=lambda: nn.Linear(2, 1), wrong=[(lambda: nn.Linear(2, 2), "It needs one output.")]),
    Choice("0.5", right="a", wrong={"b": "No."}),
    Function("0.6", right=lambda x: 2 * x, cases=[(1.0,)], wrong=[(lambda x: 3 * x, "Twice.")]),
    Number("0.7", right=-0.5, wrong={4: "Divide."}),
]  # fmt: skip
ALL = DECLARED + SMALL


class Broken:
    """Something whose every use fails."""

    def __getattr__(self, name):
        raise RuntimeError("broken")

    def __repr__(self):
        raise RuntimeError("broken")


def _raises(*arguments):
    raise ValueError("no such thing")


RUBBISH = {
    "None": None,
    "three dots": ...,
    "nan": float("nan"),
    "infinity": float("inf"),
    "True": True,
    "a huge number": 10**400,
    "a complex number": 1j,
    "no text": "",
    "a text": "the answer is 42",
    "a list": [],
    "nested": [[1, 2], [3]],
    "a tuple": (1, "b", None),
    "sizes that are not whole": (5.5, 3.5),
    "a set": {1},
    "a dictionary": {"a": 1},
    "an empty tensor": torch.empty(0),
    "a large tensor": torch.zeros(7, 3, 2),
    "nans": torch.full((4,), torch.nan),
    "a tensor of nan": torch.tensor(torch.nan),
    "a complex tensor": torch.ones(2, dtype=torch.complex64),
    "a class of numbers": int,
    "a class of nets": nn.Linear,
    "an exception": ValueError,
    "a net": nn.Linear(2, 2),
    "an empty net": nn.Sequential(),
    "a function of nothing": lambda: None,
    "a function that gives None": lambda *arguments: None,
    "a function that gives a text": lambda *arguments: "b",
    "a function that gives a net": lambda *arguments: nn.ReLU,
    "a function that fails": _raises,
    "len": len,
    "a module": torch,
    "a generator": (i for i in range(3)),
    "an object": object(),
    "a broken object": Broken(),
}


@pytest.fixture
def judge(capsys, monkeypatch):
    """``judge(exercise, answer)`` checks as a reader does: (right, the line that was printed)."""
    monkeypatch.setattr(exercises, "find", lambda id: next(e for e in ALL if e.id == id))

    def judge_(exercise, given):
        verdict = check(exercise.id, given)
        printed = capsys.readouterr().out
        assert printed == f"{'✓' if verdict else '✗'} {exercise.id}  {verdict.said}\n"
        assert not re.search(r"\{[a-z ]+\}", verdict.said) and verdict.said[-1:] in ".?!)", verdict.said
        return bool(verdict), verdict.said

    return judge_


each_exercise = pytest.mark.parametrize("exercise", ALL, ids=lambda exercise: exercise.id)


@each_exercise
def test_a_right_answer_passes(exercise, judge):
    assert exercise.rights()
    for answer_ in exercise.rights():
        assert judge(exercise, answer_)[0]


@each_exercise
def test_a_typical_wrong_answer_gets_its_own_hint(exercise, judge):
    for given, hint in exercise.wrongs():
        assert judge(exercise, given) == (False, hint)


@each_exercise
def test_rubbish_gets_a_sentence(exercise, judge):
    for name, given in RUBBISH.items():
        right, said = judge(exercise, given)
        assert not right and len(said.split()) >= 3 and "Traceback" not in said, name


def test_every_exercise_knows_typical_wrong_answers_and_has_hints_of_its_own():
    for exercise in DECLARED:
        hints = [hint for _, hint in exercise.wrongs()]
        assert len(hints) >= 2, exercise.id
        if isinstance(exercise, Choice):
            assert len(set(hints)) == len(hints), exercise.id


def test_exercises_are_numbered_once_and_in_order():
    for chapter in exercises.chapters():
        ids = [exercise.id for exercise in exercises.declared(chapter)]
        assert ids == sorted(set(ids), key=lambda id: (int("".join(filter(str.isdigit, id.split(".")[1]))), id))
        assert all(id.split(".")[0] == str(chapter) for id in ids)


def test_a_page_can_judge_what_a_form_can_ask_for():
    for exercise in ALL:
        data = exercises.page_data(exercise)
        assert (data is not None) == isinstance(exercise, Number | Choice), exercise.id
        assert data is None or len(data["wrong"]) == len(exercise.wrongs())


@pytest.mark.parametrize("given, direction", [(-3, "larger"), (2, "smaller"), (0.5, "sign")])
def test_a_number_that_nobody_thought_of_hears_the_direction(given, direction, judge):
    right, said = judge(SMALL[-1], given)
    assert not right and direction in said


def test_one_number_may_come_as_tensor_or_array(judge):
    for given in (torch.tensor(-0.5), torch.tensor([[-0.5]], requires_grad=True), torch.tensor(-0.5).numpy()):
        assert judge(SMALL[-1], given)[0]


def test_an_exercise_that_is_not_there_is_refused_and_those_that_are_there_are_named():
    last = exercises.chapters()[-1]
    for id in (f"{last}.99", f"{last}.1x", "99.1", float(f"{last}.1"), None):
        with pytest.raises(ValueError, match=rf"one of .*{last}\.1, {last}\.2"):
            check(id, 1)


def test_checking_leaves_random_numbers_and_the_answer_alone(capsys):
    exercise = next(exercise for exercise in DECLARED if isinstance(exercise, Net))
    net = exercise.right().eval()
    torch.manual_seed(3)
    before = torch.rand(2)
    torch.manual_seed(3)
    check(exercise.id, net)
    assert torch.equal(torch.rand(2), before)
    assert not net.training and not any(layer._forward_pre_hooks for layer in net.modules())


def test_a_verdict_is_quiet_in_a_notebook():
    assert exercises.Verdict(True, "Right.")._ipython_display_() is None


# ---- Predictions -----------------------------------------------------------------------------------------------------
CHOICE = {"right": "b", "because": "So it was.", "wrong": {"a": "Then one.", "c": "Then two."}}
NUMBER = {"right": (1, 4), "because": "So it was.", "wrong": {9: "Then ten.", "below": "Fewer.", "above": "More."}}
ORDER = {"right": "bca", "because": "So it was.", "wrong": {"abc": "Then as in the text."}}


@pytest.mark.parametrize(
    "written, measured",
    [(CHOICE, "b"), (CHOICE, True), (CHOICE, torch.tensor(True)), (NUMBER, 1), (NUMBER, torch.tensor(2.5)),
     (ORDER, "bca")],
)  # fmt: skip
def test_an_answer_that_the_run_agrees_with_is_shown(written, measured, capsys):
    answer("ch07.x", **written, measured=measured)
    assert "So it was." in capsys.readouterr().out


@pytest.mark.parametrize(
    "written, measured",
    [(CHOICE, "a"), (CHOICE, False), (NUMBER, 4.1), (NUMBER, float("nan")), (ORDER, "bac")],
)
def test_a_result_that_picks_another_answer_stops_the_run(written, measured, capsys):
    with pytest.raises(AnswerError, match=r"ch07\.x"):
        answer("ch07.x", **written, measured=measured)
    assert capsys.readouterr().out == ""


def test_the_right_answer_is_said_as_it_was_written(capsys):
    written = {"because": "So it was.", "wrong": {"below": "Fewer."}}
    answer("ch07.x", 0.5, **written, within=0.001, measured=0.5004)
    answer("ch07.x", 12_665, **written, within=10, measured=12_670)
    answer("ch07.x", (1, 4), **written, measured=2)
    said = [line.partition(": ")[2].removesuffix(" So it was.") for line in capsys.readouterr().out.splitlines()]
    assert said == ["0.5.", "12,665.", "1 – 4."]


def test_data_that_do_not_decide_say_so(capsys):
    answer("ch07.x", **CHOICE, measured="a", when=False)
    assert "On these data" in capsys.readouterr().out


@pytest.mark.parametrize(
    "change, fault",
    [
        ({"id": "7.1"}, "id"),
        ({"right": "B"}, "right"),
        ({"right": (4, 1)}, "right"),
        ({"because": " "}, "because"),
        ({"wrong": {}}, "wrong"),
        ({"wrong": {"b": "The right one."}}, "wrong"),
        ({"wrong": {"ab": "Two."}}, "wrong"),
        ({"right": (1, 4), "measured": 2, "wrong": {3: "Inside."}}, "wrong"),
        ({"right": (1, 4), "measured": 2, "wrong": {"left": "?"}}, "wrong"),
        ({"measured": 3}, "measured"),
        ({"measured": None}, "measured"),
        ({"when": 1}, "when"),
    ],
)
def test_a_wrong_argument_is_named(change, fault):
    with pytest.raises((ValueError, TypeError), match=f"^{fault}:"):
        answer(**({"id": "ch07.x", "measured": "b", **CHOICE} | change))


def test_a_notebook_keeps_the_record_and_shows_the_answer_closed(monkeypatch):
    shown = []
    monkeypatch.setattr("lecture_utils._output._in_notebook", lambda: True)
    monkeypatch.setattr("IPython.display.display", lambda data, **options: shown.append((data, options["metadata"])))
    answer("ch07.x", **NUMBER, measured=2)
    ((data, metadata),) = shown
    assert data["text/html"].startswith("<details>") and "1 – 4" in data["text/plain"]
    assert metadata[KEY]["right"] == [1, 4]
    assert metadata[KEY]["wrong"] == [[[9, 9], "Then ten."], [[None, 1], "Fewer."], [[4, None], "More."]]
