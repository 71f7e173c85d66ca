"""The kinds of exercises: what a right answer is, and what is said to a wrong one.

Each kind says what it `asks` for, judges an answer, and lists the right and the wrong answers that its author knows, so
that one test feeds them all to it. To judge is to give `(right, sentence)`, whatever the answer is.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass, field

from lecture_utils.exercises.words import SAID


@dataclass(frozen=True)
class _Exercise:
    """What all kinds have.

    Attributes
    ----------
    id : str
        The number of the exercise, "7.2".
    right : object
        The right answer, or a function that makes it. Computed, not typed, wherever there is a formula.
    wrong : dict of object to str, or list of (function, str)
        Typical wrong answers, or functions that make them, each with its hint.
    because : str
        Said after "Right.", in one sentence.
    """

    id: str
    right: object
    wrong: dict | list
    because: str = field(default="", kw_only=True)

    def judge(self, answer):
        fault = self._fault(answer)
        return (False, fault) if fault else (True, f"{SAID['right']} {self.because}".strip())

    def rights(self):
        return [self.right]

    def wrongs(self):
        return list(self.wrong.items())


class _Made(_Exercise):
    """An exercise whose right and wrong answers are made by functions."""

    def rights(self):
        return [self.right()]

    def wrongs(self):
        return [(make(), hint) for make, hint in self.wrong]


@dataclass(frozen=True)
class Number(_Exercise):
    """One number.

    Attributes
    ----------
    within : float
        The largest absolute difference that counts as the same, for the right number and for the wrong ones.

    Examples
    --------
    >>> Number("7.1", right=1 / (1 - 0.9), within=0.01, wrong={0.9: "That is p itself."}).judge(0.9)
    (False, 'That is p itself.')
    """

    within: float = 1e-6
    asks = SAID["a number"]

    def _fault(self, answer):
        number, fault = _number(answer, self.asks)
        if fault or abs(number - self.right) <= self.within:
            return fault
        for known, hint in self.wrong.items():
            if abs(number - known) <= self.within:
                return hint
        if self.right and abs(number + self.right) <= self.within:
            return SAID["sign"]
        return SAID["larger" if number < self.right else "smaller"]


@dataclass(frozen=True)
class Choice(_Exercise):
    """One of the choices that the exercise lists in its text as "- (a) ...": each wrong one has a hint.

    Examples
    --------
    >>> Choice("7.2", right="b", wrong={"a": "Each example has its own mask.", "c": "They do train."}).judge(" (B)")
    (True, 'Right.')
    """

    asks = SAID["a letter"]

    @property
    def letters(self):
        return "".join(sorted({self.right, *self.wrong}))

    def _fault(self, answer):
        letter = answer.strip(" ().").lower() if isinstance(answer, str) else ""
        if letter == self.right:
            return None
        return (
            self.wrong.get(letter)
            or _plain(answer, self.asks, text=True)
            or SAID["choice"].format(letters=", ".join(self.letters), got=_short(answer))
        )


@dataclass(frozen=True)
class Shape(_Exercise):
    """The shape of a tensor, as a tuple; typical wrong shapes have hints.

    Examples
    --------
    >>> Shape("3.3", right=(5, 3), wrong={(3, 5): "PyTorch stores one row for each output."}).judge([5, 4])
    (False, 'Not yet: dimension 1 (counted from 0) should be smaller.')
    """

    asks = SAID["a shape"]

    def _fault(self, answer):
        if fault := _plain(answer, self.asks):
            return fault
        try:
            sizes = tuple(answer)
            shape = tuple(map(int, sizes))
        except (TypeError, ValueError, OverflowError, RuntimeError):
            return _other(self.asks, answer)
        if shape != sizes:  # 5.5 is no size
            return _other(self.asks, answer)
        if shape == self.right:
            return None
        if shape in self.wrong:
            return self.wrong[shape]
        if len(shape) != len(self.right):
            return SAID["dimensions"].format(right=len(self.right), yours=len(shape))
        number = next(i for i, (a, b) in enumerate(zip(shape, self.right, strict=True)) if a != b)
        direction = "larger" if shape[number] < self.right[number] else "smaller"
        return SAID["size"].format(number=number, direction=direction)


@dataclass(frozen=True)
class Tensor(_Made):
    """A tensor of floating-point numbers. `right` and each typical wrong answer are functions without arguments.

    Attributes
    ----------
    within : float
        The largest absolute difference of a number that counts as the same.

    Examples
    --------
    >>> import torch
    >>> ones = Tensor("1.1", right=lambda: torch.ones(2), wrong=[(lambda: torch.zeros(2), "The bias is missing.")])
    >>> ones.judge(torch.zeros(2))
    (False, 'The bias is missing.')
    >>> ones.judge([3, 4.0])[1]
    'Not yet: 2 of the 2 numbers are off. Yours are too large on average, by 3 at most.'
    """

    within: float = 1e-5
    asks = SAID["a tensor"]

    def _fault(self, answer):
        fault = compare(answer, self.right(), self.within)
        hints = [hint for make, hint in self.wrong if fault and compare(answer, make(), self.within) is None]
        return hints[0] if hints else fault


@dataclass(frozen=True)
class Function(_Exercise):
    """A function, judged by what it gives: the same as `right`, or as one of the typical wrong functions.

    Attributes
    ----------
    cases : list of tuple
        Arguments to try. Where a function draws random numbers, seed it by an argument or judge it by `test`.
    within : float
        The largest absolute difference of a number that counts as the same.
    test : function, optional
        In place of `cases`: gets the answer, and returns None where it is right, else a sentence. It has to give each
        function of `wrong` its hint.

    Examples
    --------
    >>> double = Function("2.1", right=lambda x: 2 * x, cases=[(1.0,), (3.0,)], wrong=[(lambda x: x * x, "A square.")])
    >>> double.judge(lambda x: x + x), double.judge(lambda x: x**2)
    ((True, 'Right.'), (False, 'A square.'))
    >>> double.judge(2)[1]
    'Expected a function, got 2. Give the function itself, without calling it.'
    """

    cases: list[tuple] = field(default_factory=list)
    within: float = 1e-5
    test: Callable | None = None
    asks = SAID["a function"]

    def _fault(self, answer):
        fault = _plain(answer, self.asks, text=True)
        if not fault and not callable(answer):
            fault = SAID["called"].format(asks=self.asks, got=_short(answer))
        if fault or self.test:
            return fault or self.test(answer)
        fault = self._differs(answer, self.right)
        if fault:
            for function, hint in self.wrong:
                if self._differs(answer, function) is None:
                    return hint
            if any(compare(answer(*copy.deepcopy(case)), answer(*copy.deepcopy(case)), 0) for case in self.cases):
                return SAID["random"]
        return fault

    def _differs(self, answer, other):
        """None where two functions give the same in all cases, else a sentence."""
        for case in self.cases:
            given, kept = copy.deepcopy(case), copy.deepcopy(case)
            fault = compare(answer(*given), other(*copy.deepcopy(case)), self.within)
            if fault:
                return SAID["off at"].format(case=", ".join(_short(argument) for argument in case), text=fault)
            if other is self.right and any(compare(a, b, 0) for a, b in zip(given, kept, strict=True)):
                return SAID["changed"]
        return None

    def wrongs(self):
        return list(self.wrong)


@dataclass(frozen=True)
class Net(_Made):
    """A net, judged by a test of its own. `right` and each typical wrong answer are functions that make nets.

    Attributes
    ----------
    test : function
        Gets a copy of the net, and returns None where it is right, else a sentence: for typical wrong nets their hint.

    Examples
    --------
    >>> from torch import nn
    >>> small = Net("3.1", test=lambda net: None if len(net) == 1 else "One layer is enough.",
    ...             right=lambda: nn.Sequential(nn.Linear(1, 1)), wrong=[(nn.Sequential, "One layer is enough.")])
    >>> small.judge(nn.Linear)[1]
    'Expected a net (a torch.nn.Module), got the class Linear itself. Make one of it: Linear(...).'
    """

    test: Callable
    asks = SAID["a net"]

    def _fault(self, answer):
        from torch import nn

        fault = _plain(answer, self.asks)
        if not fault and not isinstance(answer, nn.Module):
            fault = _other(self.asks, answer)
        return fault or self.test(copy.deepcopy(answer))


def compare(answer, right, within=1e-5):
    """None where two numbers or tensors are the same, else a sentence that says in which direction the first is off.

    Parameters
    ----------
    answer : anything
        What a reader's code gave.
    right : torch.Tensor, float or list of float
    within : float
        The largest absolute difference that counts as the same.

    Examples
    --------
    >>> compare([1.0, 2.0], [1.0, 1.0])
    'Not yet: 1 of the 2 numbers are off. Yours are too large on average, by 1 at most.'
    """
    import torch

    if fault := _plain(answer, SAID["a tensor"]):
        return fault
    try:
        ours = torch.as_tensor(right).detach().double()
        yours = torch.as_tensor(answer).detach().cpu()
        yours = yours.double() if not yours.is_complex() else None
    except (TypeError, ValueError, RuntimeError):
        yours = None
    if yours is None:
        return _other(SAID["a tensor"], answer)
    if yours.shape != ours.shape:
        return SAID["shape"].format(yours=tuple(yours.shape), right=tuple(ours.shape))
    bad = int((~yours.isfinite() & (yours != ours)).sum())
    if bad and not (ours.isnan() & yours.isnan()).any():
        return SAID["nan"] if yours.numel() == 1 else SAID["nans"].format(count=bad, total=yours.numel())
    gap = torch.where(yours == ours, torch.zeros_like(ours), yours - ours)
    off = gap.abs() > within
    if not off.any():
        return None
    mean = gap[off].mean()
    balanced = mean.abs() < 1e-3 * gap.abs().max()
    direction = "neither" if balanced else "too large" if mean > 0 else "too small"
    if yours.numel() == 1:
        return SAID["smaller" if mean > 0 else "larger"]
    count, by = int(off.sum()), float(gap.abs().max())
    return SAID["off"].format(count=count, total=yours.numel(), direction=SAID[direction], by=by)


def _plain(answer, asks, text=False):
    """What is said to an answer that can be of no use whatever is asked: a sentence, or None."""
    if answer is None:
        return SAID["none"].format(asks=asks)
    if answer is ...:
        return SAID["ellipsis"].format(asks=asks)
    if isinstance(answer, type):
        return SAID["class"].format(asks=asks, name=answer.__name__)
    if isinstance(answer, str):
        return None if text else SAID["string"].format(asks=asks)
    return None


def _number(answer, asks):
    """The number in an answer, or a sentence that says why there is none: (float or None, str or None)."""
    fault = _plain(answer, asks)
    if fault:
        return None, fault
    count = math.prod(getattr(answer, "shape", ()))
    if count != 1:
        return None, SAID["many"].format(asks=asks, count=count)
    try:
        value = answer.item() if hasattr(answer, "item") else answer
        number = float(value)
    except (TypeError, ValueError, RuntimeError, OverflowError):
        return None, _other(asks, answer)
    if isinstance(value, bool):
        return None, _other(asks, answer)
    return (None, SAID["nan"]) if math.isnan(number) else (number, None)


def _other(asks, answer):
    return SAID["other"].format(asks=asks, got=_short(answer))


def _short(answer):
    """An answer in a few letters; what is large is named by its kind and shape."""
    name = type(answer).__name__
    try:
        if shape := tuple(getattr(answer, "shape", ())):
            return SAID["of shape"].format(name=name, shape=shape)
        text = " ".join(repr(answer).split())
    except Exception:  # a reader's class may have no repr that works
        text = ""
    return text if text and len(text) <= 40 and " at 0x" not in text else SAID["something"].format(name=name)
