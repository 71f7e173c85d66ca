"""Names for cells that an editor named: JupyterLab and Colab give random ids, and translations need ones that stay.

python -m publish.tools.name_cells [NOTEBOOK ...]           # propose a name for each cell without a good one
python -m publish.tools.name_cells --write [NOTEBOOK ...]   # and give them
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path

from publish.book import Book
from publish.whole import whole

# JupyterLab: a UUID, or its first eight digits; Colab: twelve letters of any kind; publish.book: the cell's place.
_RANDOM = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{8}|(?=.*[A-Z_])[0-9a-zA-Z_-]{12}|cell-\d+")
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
# Left out of proposed names.
_SMALL = re.compile(
    r"an?|and|are|as|at|be|by|can|do|does|for|from|ha[sv]e?|how|in|is|its?|of|on|or|that|the|this|to|we|with"
)


def fault(id_):
    """What is wrong with the id of a cell: str, "" where nothing is.

    Examples
    --------
    >>> fault("bump-two"), fault("2-bumps")
    ('', '2-bumps: begins with a digit; begin with a small letter')
    >>> fault("c0ffee12-0000-4000-8000-123456789abc")
    'c0ffee12-0000-4000-8000-123456789abc: an editor made this id; give the cell a name'
    """
    if _RANDOM.fullmatch(id_):
        return f"{id_}: an editor made this id; give the cell a name"
    if id_[:1].isdigit():
        return f"{id_}: begins with a digit; begin with a small letter"
    if not _NAME.fullmatch(id_):
        return f"{id_}: use small letters, digits and single hyphens"
    return ""


def proposed(source, taken):
    """A name that a cell's first words suggest and that is not in `taken`.

    Examples
    --------
    >>> proposed("## A layer that drops nodes", set())
    'layer-drops-nodes'
    >>> proposed("losses = train(net)", {"losses-train-net"})
    'losses-train-net-2'
    """
    first = next((line for line in source.splitlines() if line.strip()), "")
    words = [word for word in re.findall(r"[a-z0-9]+", first.lower()) if not _SMALL.fullmatch(word)]
    name = "-".join(words[:4])
    name = name if name and name[0].isalpha() else f"cell-about-{name}".strip("-")
    number = next(n for n in range(1, 10_000) if (name if n == 1 else f"{name}-{n}") not in taken)
    return name if number == 1 else f"{name}-{number}"


def rename(path, write=False):
    """Propose names for the cells of a notebook that have none or a bad one.

    Parameters
    ----------
    path : pathlib.Path
    write : bool
        Whether to give them.

    Returns
    -------
    list of (str or None, str)
        The present id and the proposed one.
    """
    notebook = json.loads(path.read_text(encoding="utf-8"))
    cells = notebook["cells"]
    good = {cell["id"] for cell in cells if not fault(cell.get("id", "0"))}
    changed, seen = [], set()
    for cell in cells:
        id_ = cell.get("id")
        if id_ not in good or id_ in seen:
            cell["id"] = proposed("".join(cell["source"]), good | seen)
            changed.append((id_, cell["id"]))
        seen.add(cell["id"])
    if write and changed:
        notebook["nbformat_minor"] = max(5, notebook["nbformat_minor"])  # older formats know no ids
        with whole(path) as unfinished:
            unfinished.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return changed


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m publish.tools.name_cells", description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="*", type=Path, help="all chapters if none is named")
    parser.add_argument("--write", action="store_true", help="give the names")
    given = parser.parse_args(arguments)
    for path in given.notebooks or Book().chapters():
        for before, after in rename(path, given.write):
            print(f"{path}: {before or '(no id)'} -> {after}")


if __name__ == "__main__":
    main()
