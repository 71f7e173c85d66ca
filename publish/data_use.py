"""Which data a claim rests on: the digits, the employment data, or only numbers that the chapter makes itself.

Read from the code, without running it: what is set from the data depends on the data, and so does what is set from
that. What goes through a file or another process is not seen.
"""

from __future__ import annotations

import ast
import re

#: The functions of lecture_utils.data that bring data.
SOURCES = ("digits", "employment")


def data_of_claims(cells):
    """The data behind each claim of a chapter.

    Parameters
    ----------
    cells : list of str
        The code of the cells, in order.

    Returns
    -------
    dict
        For each claim's id, those of `SOURCES` on which what it checks depends: frozenset of str.

    Examples
    --------
    >>> data_of_claims(["n = len(digits())", "claim('A16', 'some', n > 0)", "claim('A01', 'two', 2 == 2)"])
    {'A16': frozenset({'digits'}), 'A01': frozenset()}
    """
    chapter = _Chapter()
    for source in cells:
        chapter.follow(ast.parse(re.sub(r"(?m)^(\s*)[%!].*$", r"\1pass", source)).body)
    return chapter.claims


class _Chapter:
    """What each name of a chapter depends on at the statement that was followed last."""

    def __init__(self):
        self.depends = {}  # a name, and its data: set of str
        self.modules = {"claim", "print"}  # names that no call changes
        self.claims = {}

    def follow(self, statements):
        for statement in statements:
            if isinstance(statement, ast.Import | ast.ImportFrom):
                self.modules |= {(alias.asname or alias.name).split(".")[0] for alias in statement.names}
            elif isinstance(statement, ast.FunctionDef | ast.ClassDef):
                self.depends[statement.name] = self.data_in(statement)
            elif isinstance(statement, ast.For):
                self.set([statement.target], self.data_in(statement.iter), forget=True)
                for _ in range(2):  # what the body sets last may be read in it first
                    self.follow(statement.body)
            elif isinstance(statement, ast.If | ast.With | ast.Try | ast.While):
                for part in ast.iter_child_nodes(statement):
                    if isinstance(part, ast.withitem) and part.optional_vars:
                        self.set([part.optional_vars], self.data_in(part.context_expr), forget=True)
                for name in ("body", "orelse", "finalbody"):
                    self.follow(getattr(statement, name, []))
            else:
                self.simple(statement)

    def simple(self, statement):
        data = self.data_in(statement)
        if isinstance(statement, ast.Assign):
            self.set(statement.targets, data, forget=True)
        elif isinstance(statement, ast.AugAssign | ast.AnnAssign):
            self.set([statement.target], data, forget=False)
        for call in (node for node in ast.walk(statement) if isinstance(node, ast.Call)):
            if getattr(call.func, "id", "") == "claim":
                self.claims[call.args[0].value] = frozenset(self.data_in(call))
            elif isinstance(statement, ast.Expr):  # it may change its object and what it is given
                self.set([*([call.func.value] if isinstance(call.func, ast.Attribute) else []), *call.args], data)

    def data_in(self, tree):
        """The data that the names in `tree` bring; a name that `tree` sets for itself brings none."""
        own = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
        if isinstance(tree, ast.FunctionDef):
            own |= {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        for node in ast.walk(tree):
            if isinstance(node, ast.comprehension):
                own |= {inner.id for inner in ast.walk(node.target) if isinstance(inner, ast.Name)}
        names = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)} - own
        return set().union(*(self.depends.get(name, set()) for name in names), names & set(SOURCES))

    def set(self, targets, data, forget=False):
        """Note that `targets` now depend on `data`; an index or an attribute changes its object in part only."""
        for target in targets:
            if isinstance(target, ast.Tuple | ast.List | ast.Starred):
                self.set(target.elts if not isinstance(target, ast.Starred) else [target.value], data, forget)
            elif isinstance(target, ast.Subscript | ast.Attribute):
                self.set([target.value], data)
            elif isinstance(target, ast.Name) and target.id not in self.modules:
                self.depends[target.id] = set(data) if forget else self.depends.get(target.id, set()) | data
