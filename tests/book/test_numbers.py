"""No number in prose is typed: the chapter's code sets it, or computes and shows it, or the book lists it as cited."""

import ast
import re

from reading import code_cells, sections, without_code

from publish.book import ROOT, rows

# What holds digits and is no result. Each is taken out before numbers are looked for.
NO_RESULT = [
    r"<!--.*?-->|<[^>]*>",
    # A sentence that cites a paper may quote it: Surname (2020), (Surname and others, 2020).
    r"[^.!?\n]*(\w \((1[89]|20)\d\d\)|\([^()]*, (1[89]|20)\d\d\))([^.!?\n]|\.\d)*[.!?]?",
    r"\d+ × \d+( × \d+)*",  # shapes
    r"\$\$.*?\$\$|\$[^$]+\$|`[^`]+`",  # formulas and code
    r"\]\([^)]*\)|https?://\S+",
    r"(?m)^#[^\n]*$|^\d+\. ",  # headings, numbered lists
    r"\b(1[89]|20)\d\d(-\d\d-\d\d)?\b",  # years and dates
    # Places: chapter 5, chapters 5 to 12, Exercise 8.1, week 4-2, Figure 3, Table 1.2, Theorem 2, step 1 ...
    r"(?i)\b(chapter|exercise|answer|homework|week|lecture|figure|table|theorem|equation|section|page|part|session|"
    r"example|step|question|case|panel|volume)s? \d+([.-]\d+)?((, | to | and | or |–|, and )\d+([.-]\d+)?)*",
    r"\b\d+ minutes to read · about \d+ (seconds|minutes?) to run",
    r"\b\d+[snrt][tdh]\b",
    r"(?m)^[> ]*- \([a-z]\) [^\n]*",  # what a question offers to choose from
]
NUMBER = re.compile(r"(?<![\w.,-])[-−]?\d[\d,]*(?:\.\d+)?(?:e-?\d+)?(?:(?=%)|(?![\w]))")


def settings(notebook):
    """The numbers that stand in the code of a notebook: set of float; signs do not count."""
    found = set()
    for cell in code_cells(notebook):
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Constant) and type(node.value) in (int, float):
                found.add(float(node.value))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found |= {float(part) for part in re.findall(r"\d+(?:\.\d+)?", node.value)}
    return found


def cited(notebook):
    """The numbers that the list of the lectures' figures cites for a place of this notebook: set of float."""
    code = {cell.id: cell.source for cell in code_cells(notebook)}
    found = set()
    for row in rows(ROOT / "chapters" / "figures.csv"):
        place = row["place"].partition(":")[2]
        if row["kind"] == "cited" and (place in code or f'"{row["place"]}"' in "".join(code.values())):
            found |= {float(part) for part in re.findall(r"\d+(?:\.\d+)?", row["value"])}
    return found


def numbers(text):
    """(as it stands, value, whether it is a percentage) of each number that is no year, formula, place or the like."""
    text = re.sub(r"\$([-\d,.]+)(\\%)?\$", r"\1", without_code(text))  # a bare number is no formula
    for pattern in NO_RESULT:
        text = re.sub(pattern, " ", text, flags=re.S)
    for match in NUMBER.finditer(text):
        value = float(match[0].replace(",", "").replace("−", "-"))
        percent = re.match(r" ?%| percent", text[match.end() :])
        yield text[max(0, match.start() - 30) : match.end() + 15].replace("\n", " "), abs(value), bool(percent)


def test_no_number_in_prose_is_typed(notebook):
    known = settings(notebook) | cited(notebook)
    found = []
    for title, cells in [("", notebook.cells[:1]), *sections(notebook)]:
        for cell in cells if title != "References" else ():
            for words, value, percent in numbers(cell.source) if cell.cell_type == "markdown" else ():
                if value not in known and not (percent and round(value / 100, 9) in known):
                    found.append(f"{cell.id}: ...{words}...")
    assert not found, "\n".join([f"{len(found)} numbers that no code cell holds:", *found])


def test_a_result_is_found_and_years_places_and_formulas_are_none():
    text = "## Of 12 nets\n\n"
    text += "In 1989 (Ho, 1989) chapters 5 to 12 and `float32` met $x = 0.3$. From 1,024 to -0.5 and 97 % of 1e-3."
    found = [(value, percent) for _, value, percent in numbers(text)]
    assert found == [(1024, False), (0.5, False), (97, True), (0.001, False)]
