"""Claims: the sentences of the book that a run can prove wrong.

A claim stands in a chapter right after the sentence that it backs. It is given the number that was measured and the
bound that the sentence puts on it. It prints one line, leaves a record in the cell's output, and raises when it does
not hold, so that a build, a test and a reader's own run all notice.
"""

from __future__ import annotations

import math
import re

from lecture_utils._output import show

#: Where the record stands in the metadata of a cell's output (see `records`).
KEY = "lecture_claim"
#: Who may have given an expected number.
SOURCES = ("lecture", "paper", "formula")

_ID = re.compile(r"[A-Z]\d\d(\.[a-z0-9-]+)?|ch\d\d\.[a-z0-9-]+")


class ClaimError(AssertionError):
    """A claim of the book did not hold in this run."""


def claim(id, statement, measured, *, below=None, above=None, expected=None, within=None, source=None, when=True):
    """Check one sentence of the book against this run.

    Give a number and its bound: ``below``, ``above`` or both (strictly), or ``expected`` with ``within``. Only where
    there is no number, give a truth value and no bound.

    Parameters
    ----------
    id : str
        A row of the coverage list ("A43"), such a row with a word for one of several claims about it ("A43.test"), or
        the book's own: the chapter and a word ("ch02.baseline"). Each id stands once in the book.
    statement : str
        What is claimed, as a short sentence without a full stop.
    measured : float or bool
        The number that this run gave, or a truth value. A tensor or an array with one element will do.
    below, above : float, optional
        The number is smaller than `below` and larger than `above`.
    expected : float, optional
        What the number should be.
    within : float, optional
        The largest absolute difference from `expected` that counts as the same, in the units of `measured`; 0 if it is
        not given.
    source : {"lecture", "paper", "formula"}, optional
        Who says what is expected; "formula" if it is not given.
    when : bool, optional
        False where the claim is not made (say, on the bundled digits): it prints so and checks nothing.

    Raises
    ------
    ClaimError
        The claim does not hold. A measured nan never holds.
    ValueError, TypeError
        An argument is not of the form above; the message names it.

    Examples
    --------
    >>> claim("A12", "the box net fits the curve", 0.0139, below=0.03)
    ✓ A12  the box net fits the curve: 0.0139 < 0.03
    >>> claim("A16.threes", "MNIST has 6,131 threes", 6131, expected=6131, source="lecture")
    ✓ A16.threes  MNIST has 6,131 threes: 6131 (expected 6131)
    >>> claim("ch01.same", "both ways give the same net", True)
    ✓ ch01.same  both ways give the same net
    """
    if not isinstance(id, str) or not _ID.fullmatch(id):
        raise ValueError(f"id: expected a form like 'A43', 'A43.test' or 'ch02.baseline', got {id!r}")
    if not isinstance(statement, str) or not statement.strip():
        raise ValueError(f"statement: expected a sentence, got {statement!r}")
    if not isinstance(when, bool):
        raise TypeError(f"when: expected True or False, got {when!r}")
    bounds = {"below": below, "above": above, "expected": expected, "within": within}
    bounds = {name: _number(name, value) for name, value in bounds.items() if value is not None}
    _check_bounds(bounds, source)
    record = {"id": id, "statement": statement}
    if not when:
        show(f"– {id}  not claimed on this data: {statement}", KEY, record | {"holds": None})
        return
    if bounds:
        measured = _number("measured", measured)
        holds, figures = _compare(measured, bounds)
        record |= {"measured": _json(measured)} | {name: _json(value) for name, value in bounds.items()}
        if "expected" in bounds:
            record |= {"within": bounds.get("within", 0), "source": source or "formula"}
    else:
        holds, figures = _truth(measured), ""
    record["holds"] = holds
    show(f"{'✓' if holds else '✗'} {id}  {statement}{figures}", KEY, record)
    if not holds:
        raise ClaimError(
            f"{id} does not hold: {statement}{figures}. If you have changed the code above, that may be "
            "your answer: the sentence was true of the book's own code. Otherwise, please report it."
        )


def records(notebook):
    """The claim records in the outputs of an executed notebook, in order.

    Parameters
    ----------
    notebook : dict
        A notebook of format 4, as `nbformat.read` or `json.load` gives it.

    Returns
    -------
    list of dict
        Keys id, statement, holds (True, False, or None where not claimed) and cell (the id of the cell, None where it
        has none). Where a number was measured: measured, and those of below, above, expected, within and source that
        belong to it. Infinities and nan are strings.
    """
    found = []
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            record = output.get("metadata", {}).get(KEY)
            if record is not None:
                found.append({**record, "cell": cell.get("id")})
    return found


def _check_bounds(bounds, source):
    if "expected" in bounds and bounds.keys() & {"below", "above"}:
        raise TypeError("expected: give it alone, or give below and above; got both")
    if "within" in bounds and "expected" not in bounds:
        raise TypeError("within: it says how far from expected a number may be, and expected is not given")
    if not bounds.get("within", 0) >= 0:
        raise ValueError(f"within: expected a number >= 0, got {bounds['within']!r}")
    if source is not None and (source not in SOURCES or "expected" not in bounds):
        raise ValueError(f"source: expected one of {', '.join(SOURCES)} beside expected=, got {source!r}")
    for name, value in bounds.items():
        if math.isnan(value):
            raise ValueError(f"{name}: expected a number, got nan")


def _compare(measured, bounds):
    """Whether a number keeps its bounds, and the words that say so. Comparing with nan is always False."""
    if "expected" in bounds:
        expected, within = bounds["expected"], bounds.get("within", 0)
        room = f" ± {within:.2g}" if within else ""
        figure = _figure(measured, (expected, expected - within, expected + within), least=4)
        return abs(measured - expected) <= within, f": {figure} (expected {expected:.6g}{room})"
    figure = _figure(measured, bounds.values())
    if "below" not in bounds:
        return measured > bounds["above"], f": {figure} > {bounds['above']:.6g}"
    if "above" not in bounds:
        return measured < bounds["below"], f": {figure} < {bounds['below']:.6g}"
    return bounds["above"] < measured < bounds["below"], f": {bounds['above']:.6g} < {figure} < {bounds['below']:.6g}"


def _figure(number, bounds, least=3):
    """A number with three digits, or with as many as show on which side of its bounds it is: str."""
    if abs(number) < 1e6:
        least = max(least, len(f"{abs(number):.0f}"))  # all digits before the point
    for digits in range(least, 18):
        text = f"{number:.{digits}g}"
        shown = float(text)
        if all((shown < bound, shown > bound) == (number < bound, number > bound) for bound in bounds):
            break
    return text


def _truth(value):
    """`value` as True or False; numbers are refused, because `claim(id, text, 0.93)` is a forgotten bound."""
    value = value.item() if hasattr(value, "item") else value
    if not isinstance(value, bool):
        raise TypeError(
            f"measured: expected a number with a bound (below=, above=, expected=), or a truth value, got {value!r}"
        )
    return value


def _number(name, value):
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{name}: expected a number, got {value!r}")
    return value


def _json(number):
    """JSON has no nan or infinity: those are stored as text."""
    return number if math.isfinite(number) else str(number)
