"""The chapters as the tests of the book read them, and the limits of size."""

import ast
import json
import re

from publish.book import Book

NOTEBOOKS = Book().chapters()
#: Tags of cells that are closed, and Jupyter Book's tag that closes them; all other code is what a student reads.
CLOSED = {
    "solution": "hide-cell",
    "checks": "hide-cell",
    "finding": "hide-input",
    "machinery": "hide-input",
    "draw": "hide-input",
    "answer": "hide-input",
}
#: What a student finishes: code cells in sight and words of prose before the answers; lines of a code cell (median,
#: longest); words of a Markdown cell; claims that a reader is shown, from and to.
VISIBLE_CELLS, WORDS, MEDIAN_LINES, LONGEST, WALL, FINDINGS = 35, 3000, 7, 25, 170, (5, 10)


# JupyterLab: a UUID, or its first eight digits; Colab: twelve letters of any kind; publish.book: the cell's place.
_RANDOM = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{8}|(?=.*[A-Z_])[0-9a-zA-Z_-]{12}|cell-\d+")


def fault_of_id(id_):
    """What is wrong with the id of a cell: str, "" where nothing is.

    Examples
    --------
    >>> fault_of_id("bump-two"), fault_of_id("2-bumps")
    ('', '2-bumps: use small letters, digits and single hyphens, and begin with a letter')
    >>> random = ("c0ffee12-0000-4000-8000-1234567890ab", "deadbeef", "cell-3", "Xa9_k03-QwE1")
    >>> {fault_of_id(id_).partition(": ")[2] for id_ in random}
    {"an editor made this id; give the cell a name by its key 'id' in the file"}
    """
    if _RANDOM.fullmatch(id_):
        return f"{id_}: an editor made this id; give the cell a name by its key 'id' in the file"
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", id_):
        return f"{id_}: use small letters, digits and single hyphens, and begin with a letter"
    return ""


def tags(cell):
    return set(cell.metadata.get("tags", []))


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def visible(notebook):
    """The code that a student reads: without set-up, imports, findings, checks, drawings and answers."""
    return [cell for cell in code_cells(notebook) if not tags(cell) & {*CLOSED, "remove-cell"} and cell.id != "imports"]


def markdown(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "markdown"]


def without_code(text):
    return re.sub(r"(?ms)^```.*?^```", "", text)


def headings(notebook):
    """(level, text) of each heading."""
    text = "\n".join(without_code(cell.source) for cell in markdown(notebook))
    return [(len(marks), title) for marks, title in re.findall(r"(?m)^(#+) +(.*)$", text)]


def sections(notebook):
    """(title, cells) of each section below the title; a heading inside a cell begins the section with that cell."""
    found = []
    for cell in notebook.cells:
        titles = re.findall(r"(?m)^## +(.*)$", without_code(cell.source)) if cell.cell_type == "markdown" else []
        found += [(title, []) for title in titles]
        if found:
            found[-1][1].append(cell)
    return found


def claims(cell):
    """The calls of `claim` in a code cell: list of ast.Call."""
    nodes = ast.walk(ast.parse(cell.source))
    return [node for node in nodes if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "claim"]


def alt(cell):
    """What a cell says is seen in its picture: in its metadata, or where `show` is called with a moving figure."""
    for node in ast.walk(ast.parse(cell.source)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "show":
            return next((ast.literal_eval(word.value) for word in node.keywords if word.arg == "alt"), "")
    return cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")


def calls(cell, name):
    """The first arguments of the calls of a function in a code cell, where they are written out: list."""
    nodes = ast.walk(ast.parse(cell.source))
    found = [node for node in nodes if isinstance(node, ast.Call) and getattr(node.func, "id", "") == name]
    return [getattr(node.args[0], "value", None) if node.args else None for node in found]


def lines(cell):
    return len([line for line in cell.source.splitlines() if line.strip()])


def cells_without_id(path):
    """The numbers of the cells, counted from 1, that an old editor left without an id."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [number for number, cell in enumerate(cells, start=1) if "id" not in cell]
