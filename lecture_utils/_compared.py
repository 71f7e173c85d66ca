"""The numbers of the comparison that a claim was called with.

``claim("A12", "the loss is small", loss < 0.02)`` is given True. Who reads the claim's record wants to see 0.0139 too.
So the comparison is looked up in the caller's source, and its sides are worked out once more from the caller's names:
only where this changes nothing, that is, for names, numbers, indices, arithmetic and functions such as max and mean.
Where anything is unsure, nothing is given, and nothing is ever raised.
"""

from __future__ import annotations

import ast
import itertools
import linecache
import math
import operator

_OPERATORS = {
    ast.Lt: ("<", operator.lt),
    ast.LtE: ("≤", operator.le),
    ast.Gt: (">", operator.gt),
    ast.GtE: ("≥", operator.ge),
    ast.Eq: ("=", operator.eq),
    ast.NotEq: ("≠", operator.ne),
}
_FUNCTIONS = {"abs", "len", "max", "min", "round", "sum", "float", "int"}
_METHODS = {"abs", "amax", "amin", "item", "max", "mean", "median", "min", "norm", "std", "sum"}
_HARMLESS = (
    ast.Name,
    ast.Constant,
    ast.Attribute,
    ast.Subscript,
    ast.Slice,
    ast.Tuple,
    ast.List,
    ast.BinOp,
    ast.UnaryOp,
    ast.operator,
    ast.unaryop,
    ast.expr_context,
    ast.keyword,
)


def compared(frame, holds):
    """The comparisons behind the truth value that the call at work in a frame was given.

    Parameters
    ----------
    frame : frame
        Of the caller; the call's third argument is the truth value.
    holds : bool
        The truth value.

    Returns
    -------
    list of list
        For each comparison its numbers and the signs between them: ``[[0.0139, "<", 0.02]]``. Empty where a side is
        not a number, cannot be worked out without effect, or does not give `holds`.
    """
    try:
        tree, call = _call(frame)
        parts = _comparisons(_meant(tree, call))
        found = [_numbers(part, frame) for part in parts]
        true = [all(sign(a, b) for (a, sign, b) in _pairs(part, row)) for part, row in zip(parts, found, strict=True)]
    except Exception:  # the record is then as it would be without this
        return []
    return found if found and all(true) == holds else []


def _call(frame):
    """The syntax tree of the caller's cell or file, and the call in it that is at work."""
    tree = ast.parse("".join(linecache.getlines(frame.f_code.co_filename, frame.f_globals)))
    positions = frame.f_code.co_positions()
    here = next(itertools.islice(positions, frame.f_lasti // 2, None))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (node.lineno, node.end_lineno, node.col_offset, node.end_col_offset) == here:
            return tree, node
    raise LookupError


def _meant(tree, call):
    """The third argument; where it is a name that the same cell sets before, what the name was set to."""
    value = call.args[2]
    if not isinstance(value, ast.Name):
        return value
    before = [node for node in tree.body if node.end_lineno < call.lineno]
    sets = [i for i, node in enumerate(before) if value.id in _stored(node)]
    last = before[sets[-1]]
    if not isinstance(last, ast.Assign) or not isinstance(last.targets[0], ast.Name):
        raise LookupError
    read = {node.id for node in ast.walk(last.value) if isinstance(node, ast.Name)}
    if any(read & _stored(node) for node in before[sets[-1] + 1 :]):
        raise LookupError  # it would be something else now
    return last.value


def _stored(tree):
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}


def _comparisons(value):
    """The comparisons that must all be true: list of ast.Compare."""
    if isinstance(value, ast.Call) and getattr(value.func, "id", "") == "bool" and len(value.args) == 1:
        return _comparisons(value.args[0])
    if isinstance(value, ast.BoolOp) and isinstance(value.op, ast.And):
        return [part for inner in value.values for part in _comparisons(inner)]
    if isinstance(value, ast.Compare):
        return [value]
    raise LookupError


def _numbers(part, frame):
    """A comparison as numbers with the signs between them."""
    row = [_number(part.left, frame)]
    for sign, side in zip(part.ops, part.comparators, strict=True):
        row += [_OPERATORS[type(sign)][0], _number(side, frame)]
    return row


def _pairs(part, row):
    signs = [_OPERATORS[type(sign)][1] for sign in part.ops]
    return list(zip(row[:-2:2], signs, row[2::2], strict=True))


def _number(side, frame):
    for node in ast.walk(side):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", "") in _FUNCTIONS or getattr(node.func, "attr", "") in _METHODS
            if not name:
                raise LookupError
        elif not isinstance(node, _HARMLESS):
            raise LookupError
    value = eval(compile(ast.Expression(side), "<claim>", "eval"), frame.f_globals, frame.f_locals)
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise LookupError
    return value
