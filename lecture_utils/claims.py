"""Claims: the sentences of the book that a run can prove wrong.

A claim stands in a chapter right after the sentence it backs. It prints one line, leaves a machine-readable record in
the cell's output, and raises when it does not hold, so that a build, a test run and a reader's own run all notice.
"""

from __future__ import annotations

import math
import re
import sys

from lecture_utils._compared import compared

#: Where the record stands in the metadata of a cell's output; the value is a JSON object (see `records`).
#: Not a media type of its own: tools that show notebooks warn of media types that they do not know.
KEY = "lecture_claim"

_ID = re.compile(r"[A-Z]\d\d(\.[a-z0-9-]+)?|ch\d\d\.[a-z0-9-]+")
_MISSING = object()


class ClaimError(AssertionError):
    """A claim of the book did not hold in this run."""


def claim(id, statement, measured, *, lecture=_MISSING, within=_MISSING, when=True):
    """Check one sentence of the book against this run.

    Two forms. With `lecture` and `within`, the claim holds when ``abs(measured - lecture) <= within``. Without them,
    `measured` is a truth value, and the claim holds when it is true.

    Parameters
    ----------
    id : str
        A row of the coverage list ("A43"), such a row with a word for one of several claims about it ("A43.test"), or
        the book's own: the chapter and a word ("ch02.baseline"). Each id stands once in the book.
    statement : str
        What is claimed, as a short sentence without a full stop.
    measured : bool or float
        A truth value (first form) or the measured number (second form). A zero-dimensional tensor or array will do.
    lecture : float, optional
        The number to compare with: the lecture's figure, or the value that a formula gives.
    within : float, optional
        The largest absolute difference that still counts as the same, in the units of `measured`.
    when : bool, optional
        False where the claim is not made (say, on the bundled digits): it prints so and checks nothing.

    Returns
    -------
    None

    Raises
    ------
    ClaimError
        The claim does not hold. A measured nan never holds.
    ValueError, TypeError
        An argument is not of the form above; the message names it.

    Examples
    --------
    >>> claim("A16.threes", "MNIST has 6,131 training threes", 6131, lecture=6131, within=0)
    ✓ A16.threes  MNIST has 6,131 training threes: 6131 (expected 6131 ± 0)
    >>> claim("ch01.width", "the wider net is closer", 0.1 < 0.2)
    ✓ ch01.width  the wider net is closer
    """
    if not isinstance(id, str) or not _ID.fullmatch(id):
        raise ValueError(f"id: expected a form like 'A43', 'A43.test' or 'ch02.baseline', got {id!r}")
    if not isinstance(statement, str) or not statement.strip():
        raise ValueError(f"statement: expected a sentence, got {statement!r}")
    if (lecture is _MISSING) != (within is _MISSING):
        raise TypeError("lecture and within: give both, or neither")
    record = {"id": id, "statement": statement}
    if not isinstance(when, bool):
        raise TypeError(f"when: expected True or False, got {when!r}")
    if not when:
        _show(f"– {id}  not claimed on this data: {statement}", record | {"holds": None})
        return

    if lecture is _MISSING:
        holds = _truth(measured)
        figures = ""
        numbers = compared(sys._getframe(1), holds)
        record |= {"compared": numbers} if numbers else {}
    else:
        measured, lecture = _number("measured", measured), _number("lecture", lecture)
        within = _number("within", within)
        if not within >= 0:
            raise ValueError(f"within: expected a number >= 0, got {within!r}")
        holds = abs(measured - lecture) <= within  # False for nan
        record |= {"measured": _json(measured), "lecture": lecture, "within": within}
        figures = f": {measured:.6g} (expected {lecture:.6g} ± {within:.2g})"
    record["holds"] = holds
    _show(f"{'✓' if holds else '✗'} {id}  {statement}{figures}", record)
    if not holds:
        raise ClaimError(f"{id} does not hold: {statement}{figures}")


def records(notebook):
    """The claim records in the outputs of an executed notebook, in order.

    Parameters
    ----------
    notebook : dict
        A notebook of format 4, as `nbformat.read` or `json.load` gives it.

    Returns
    -------
    list of dict
        Keys id, statement, holds (True, False, or None where not claimed); where a truth value came from comparing
        numbers, "compared", such as ``[[0.0139, "<", 0.02]]``; for the other form, measured, lecture, within; and
        "cell", the id of the cell.
    """
    found = []
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            record = output.get("metadata", {}).get(KEY)
            if record is not None:
                found.append(dict(record) | {"cell": cell.get("id")})
    return found


def _truth(value):
    """`value` as True or False; numbers are refused, because `claim(id, text, 0.93)` is a forgotten comparison."""
    if hasattr(value, "item"):
        value = value.item()
    if not isinstance(value, bool):
        raise TypeError(f"measured: expected True or False (or a number with lecture= and within=), got {value!r}")
    return value


def _number(name, value):
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{name}: expected a number, got {value!r}")
    return value


def _json(number):
    """JSON has no nan or infinity: those are stored as text."""
    return number if math.isfinite(number) else str(number)


def _show(line, record):
    """Print the line, with the record beside it where a notebook can hold one."""
    if _in_notebook():
        from IPython.display import display

        display({"text/plain": line}, raw=True, metadata={KEY: record})
    else:
        print(line)


def _in_notebook():
    try:
        from IPython import get_ipython
    except ImportError:
        return False
    shell = get_ipython()
    return shell is not None and hasattr(shell, "kernel")
