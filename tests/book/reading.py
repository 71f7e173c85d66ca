"""The chapters as the tests of the book read them, and the limits of size."""

import ast
import itertools
import re
from functools import cache

import publish.book

NOTEBOOKS = publish.book.Book().chapters()
read = cache(publish.book.read)  # every test reads all chapters, and none changes one
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

# What says little in a name.
_SMALL_WORDS = {"a", "an", "and", "at", "by", "for", "from", "in", "is", "it", "of", "on", "or", "that", "the", "to"}
# JupyterLab: a UUID, or its first eight digits; Colab: twelve letters of any kind. Where the file has none:
# nbformat gives eight digits, publish.book the cell's place.
_RANDOM = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{8}|(?=.*[A-Z_])[0-9a-zA-Z_-]{12}|cell-\d+")


def fault_of_id(id_):
    """What is wrong with the id of a cell: str, "" where nothing is.

    Examples
    --------
    >>> fault_of_id("bump-two"), fault_of_id("2-bumps")
    ('', 'use small letters, digits and single hyphens, and begin with a letter')
    >>> random = ("c0ffee12-0000-4000-8000-1234567890ab", "deadbeef", "cell-3", "Xa9_k03-QwE1")
    >>> {fault_of_id(id_) for id_ in random}
    {"an editor made this id, or the file has none; name the cell by its key 'id' there"}
    """
    if _RANDOM.fullmatch(id_):
        return "an editor made this id, or the file has none; name the cell by its key 'id' there"
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", id_):
        return "use small letters, digits and single hyphens, and begin with a letter"
    return ""


def faults_of_ids(notebook):
    """The cells, counted from 1, whose ids are no names, each with a name that is free in its chapter: list of str.

    Text is named by its first heading or words, code by the heading above it.

    Examples
    --------
    >>> from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
    >>> cells = [new_markdown_cell("## The loss curve", id="loss-curve"), new_code_cell(id="deadbeef")]
    >>> cells += [new_markdown_cell("A **sum** of nets", id="2")]
    >>> print(*faults_of_ids(new_notebook(cells=cells)), sep="\\n")
    cell 2, deadbeef: an editor made this id, or the file has none; name the cell by its key 'id' there, as loss-curve-2
    cell 3, 2: use small letters, digits and single hyphens, and begin with a letter, as sum-nets
    """
    faults, taken, heading = [], {cell.id for cell in notebook.cells}, ""
    for number, cell in enumerate(notebook.cells, start=1):
        words = heading
        if cell.cell_type == "markdown":
            titles = re.findall(r"(?m)^#+ +(.*)$", cell.source)
            words = titles[0] if titles else cell.source
            heading = titles[-1] if titles else heading
        if fault := fault_of_id(cell.id):
            name = _free_name(words, "-checks" if "checks" in tags(cell) else "", taken)
            taken.add(name)
            faults.append(f"cell {number}, {cell.id}: {fault}, as {name}")
    return faults


def _free_name(text, end, taken):
    """The first two words of a text in the form of a name, with a number where there is such a name already."""
    words = [word for word in re.findall(r"[a-z][a-z0-9]*", text.lower()) if word not in _SMALL_WORDS]
    name = "-".join(words[:2]) or "text"
    numbered = (f"{name}-{number}{end}" for number in itertools.count(2))
    return next(free for free in itertools.chain([name + end], numbered) if free not in taken)


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


def answers(notebook):
    """The code cells below each heading "### Answer 7.1": dict of str to list."""
    found, below = {}, []
    for cell in dict(sections(notebook))["Answers"]:
        if heading := re.search(r"(?m)^### Answer (\d+\.\d+)", cell.source):
            below = found[heading[1]] = []
        if cell.cell_type == "code":
            below.append(cell)
    return found


def calls(cell, name):
    """The calls of a function in a code cell: list of ast.Call."""
    return [call for call in _all_calls(cell.source) if getattr(call.func, "id", "") == name]


@cache
def _all_calls(source):
    return [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]


def written(call, place=0):
    """An argument of a call, where it is written out; None where it is computed, or is not there."""
    return getattr(call.args[place], "value", None) if len(call.args) > place else None


def claims(cell):
    return calls(cell, "claim")


def alt(cell):
    """What a cell says is seen in its picture: in its metadata, or where `show` is called with a moving figure."""
    for call in calls(cell, "show"):
        return next((ast.literal_eval(word.value) for word in call.keywords if word.arg == "alt"), "")
    return cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")


def lines(cell):
    return len([line for line in cell.source.splitlines() if line.strip()])
