"""Prepare a chapter for its page: claims as lines with addresses, marks as anchors, cells that open on demand.

The notebook says by its tags what a cell is (finding, checks, draw, machinery, solution) and that it is closed. What a
page says on the closed cell is settled here. In Jupyter and Colab claims are the plain lines that they print.
"""

from __future__ import annotations

import json
import re
from html import escape

import nbformat

from lecture_utils import exercises, moving
from lecture_utils.claims import KEY
from publish.numbers import lists
from publish.numbers.claims import MARK, anchor, marked
from publish.numbers.html import link

#: What a reader sees, for another language.
WORDS = {
    "finding": ("Show the check", "Hide the check"),
    "machinery": ("Show the code that this rests on", "Hide the code that this rests on"),
    "draw": ("Show the code that draws this", "Hide the code that draws this"),
    "solution": ("Show the answer's code", "Hide the answer's code"),
    "answer": ("Show how the run decides it", "Hide how the run decides it"),
    "checks": ("Checks of this section", "Hide the checks of this section"),
    "held": ("1 check of this section held", "{} checks of this section held"),
    "failed": ("1 check of this section failed", "{} checks of this section failed"),
    "unclaimed": ("1 is not claimed on these data", "{} are not claimed on these data"),
    "not claimed": "not claimed on these data",
}
#: What a cell may be. The first of these tags that a cell has counts: an answer stays one where it makes checks.
KINDS = ("solution", "checks", "finding", "machinery", "draw", "answer")
_TITLE = re.compile(r"\A#\s*@title\b.*\n*")


def present(notebook, book):
    """Prepare a chapter, with its outputs where it has run, for myst-nb: the same notebook, changed in place.

    Cells that a table leads to get an address of their own, such as "cell-full-run".
    """
    tables, pages = lists.read(book.root), [name for _, name in book.documents()]
    linked = {row["place"].partition(":")[2] for row in [*tables["figures"], *tables["papers"]]}
    report = "reproduction.html" if "chapters/reproduction" in pages else ""  # in the folder of the chapters
    cells, named = [], set()
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            # Blocks of their own to Markdown, and nothing to see.
            cell["source"] = MARK.sub(
                lambda mark: "".join(_block("shows", name) for name in marked(mark[1])), cell["source"]
            )
        elif cell["cell_type"] == "code":
            if cell["id"] in linked:
                place = nbformat.v4.new_markdown_cell(_block("cell", cell["id"]), id=anchor("cell", cell["id"]))
                cells.append(place)
            cell["source"] = _TITLE.sub("", cell["source"])
            results = []
            for output in cell["outputs"]:
                records = output.get("metadata", {})
                if KEY in records:
                    output["data"]["text/html"] = line(output, report, named)
                    results.append(records[KEY]["holds"])
                elif moving.KEY in records:
                    # The scripts of a notebook are its own; the pages share theirs (publish/extensions/moving.py).
                    output["data"]["text/html"] = moving.place(records[moving.KEY])
                    cell["metadata"].setdefault("mystnb", {})["image"] = {"alt": records[moving.KEY]["alt"]}
                elif exercises.KEY in records:
                    output["data"]["text/html"] = answered(records[exercises.KEY])
            _fold(cell, results)
        cells.append(cell)
    notebook["cells"] = cells
    return notebook


def _block(kind, name):
    return f'\n<div id="{anchor(kind, name)}"></div>\n'


def line(output, report, named):
    """The line of a claim on the page of its chapter: str, HTML.

    Parameters
    ----------
    output : dict
        What the claim left in the notebook: its line in plain text, and its record in the metadata.
    report : str
        The address of the page that lists all claims; "" where the book has none.
    named : set of str
        The addresses that the page has already; this one is added. A claim that is made twice has one address only.
    """
    record, plain = output["metadata"][KEY], output["data"]["text/plain"]
    address = anchor("claim", record["id"])
    id_ = "" if address in named else f' id="{address}"'
    named.add(address)
    # Behind the statement stands the number beside its bound.
    figures = plain.partition(record["statement"])[2].removeprefix(": ").replace("-", "−")
    figures = WORDS["not claimed"] if record["holds"] is None else figures
    figures = f' <span class="claim-number">{escape(figures)}</span>' if figures else ""
    more = link(report and f"{report}#{anchor('number', record['id'])}", record["id"])
    return (
        f'<p class="claim"{id_}><span class="claim-mark">{plain[0]}</span> {escape(record["statement"])}{figures} '
        f'<span class="claim-id">{more}</span></p>'
    )


def answered(record):
    """The answer to a prediction on the page: str, HTML. Its script says more to a reader who has answered."""
    spoken, words = f"{exercises.spoken(record)} {record['because']}", exercises.PAGE
    data = {key: record[key] for key in ("kind", "right", "wrong", "because")}
    return (
        f'<div class="answer" id="answer-{record["id"].replace(".", "-")}" data-answers="{record["id"]}" '
        f'data-spoken="{escape(spoken)}" data-answer="{escape(json.dumps(data, ensure_ascii=False))}">'
        f'<p class="said" role="status"></p><details><summary>{escape(words["answer"])}</summary>'
        f"<p>{escape(spoken)}</p></details></div>"
    )


def _fold(cell, results):
    """Put words on a closed cell, by the tag that says what it is."""
    kind = next((kind for kind in KINDS if kind in cell["metadata"].get("tags", [])), None)
    if kind:
        show, hide = WORDS[kind]
        show = _counted(results) if kind == "checks" and results else show
        cell["metadata"].setdefault("mystnb", {}).update(code_prompt_show=show, code_prompt_hide=hide)


def _counted(results):
    """What a closed cell of checks says: '6 checks of this section held, 1 is not claimed on these data'."""
    counts = {"held": results.count(True), "failed": results.count(False), "unclaimed": results.count(None)}
    if counts["unclaimed"] == len(results):
        return f"{WORDS['checks'][0]}: {WORDS['not claimed']}"
    return ", ".join(WORDS[name][count > 1].format(count) for name, count in counts.items() if count)
