"""The structure of the book: what a reader, a translator or a build relies on, read without running anything."""

import ast
import csv
import itertools
import re
import statistics
from collections import Counter
from pathlib import Path

import nbformat
import pytest
import yaml

from publish import address

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "chapters").glob("*.ipynb"))
NAMES = [path.stem for path in NOTEBOOKS]
TOC = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))

# What may stand in a notebook's metadata: anything else is left over from somebody's editor.
CELL_METADATA = {"tags", "mystnb", "cellView", "jupyter"}
TAGS = {"remove-cell", "hide-cell", "hide-input", "solution", "raises-exception"}
# Calls that leave a picture in the output of their cell.
DRAWING = re.compile(
    r"\bplt\.|^show_images\(|^draw\(|^gv\("
    r"|\bax(es|is)?(\[[^]]*\])*\.(plot|imshow|scatter|bar|hist|contour|semilogy|loglog)"
)


def load(path):
    return nbformat.read(path, as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def markdown(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "markdown"]


def headings(notebook):
    """(level, text) of each heading, code blocks left out."""
    text = "\n".join(re.sub(r"(?ms)^```.*?^```", "", cell.source) for cell in markdown(notebook))
    return [(len(marks), title) for marks, title in re.findall(r"(?m)^(#+) +(.*)$", text)]


def is_claim(node):
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "claim"


def python(cell):
    """The syntax tree of a cell, its magic commands left out."""
    return ast.parse(re.sub(r"(?m)^%.*$", "", cell.source))


def length(cell):
    """Lines of a cell that are not empty. A claim is one sentence and counts as one line, however long it is."""
    claims = [node for node in ast.walk(python(cell)) if is_claim(node)]
    broken = sum(node.end_lineno - node.lineno for node in claims)
    return len([line for line in cell.source.splitlines() if line.strip()]) - broken


@pytest.fixture(params=NOTEBOOKS, ids=NAMES)
def notebook(request):
    return load(request.param)


def toc_files():
    """The chapters of the table of contents; pages that no notebook holds are left out."""
    names = [chapter["file"] for part in TOC["parts"] for chapter in part["chapters"]]
    return [name for name in names if not (ROOT / f"{name}.md").exists()]


def test_the_table_of_contents_lists_every_chapter_once_and_in_order():
    numbered = [file for file in toc_files() if Path(file).name[0].isdigit()]
    assert numbered == [f"chapters/{name}" for name in NAMES]
    assert all((ROOT / f"{file}.md").exists() for file in toc_files() if file not in numbered)


def test_no_outputs_and_no_counts_are_kept(notebook):
    for cell in code_cells(notebook):
        assert not cell.outputs and cell.execution_count is None, cell.id


def test_cell_ids_speak_and_are_unique(notebook):
    ids = [cell.id for cell in notebook.cells]
    assert len(ids) == len(set(ids))
    # An editor gives new cells eight random letters and digits; translations need a name that stays.
    for id_ in ids:
        assert re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", id_), f"{id_}: use small letters, digits and hyphens"
        assert not re.fullmatch(r"[0-9a-f]{8}", id_), f"{id_}: give this cell a name"


def test_metadata_is_the_books_own(notebook):
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert notebook.metadata.kernelspec.name == "python3"
    for cell in notebook.cells:
        assert set(cell.metadata) <= CELL_METADATA, (cell.id, set(cell.metadata))
        assert set(cell.metadata.get("tags", [])) <= TAGS, (cell.id, cell.metadata.tags)


def test_the_first_code_cell_brings_the_package_and_alone_is_hidden(notebook):
    first, *rest = code_cells(notebook)
    assert first.id == "setup-colab" and first.metadata.tags == ["remove-cell"]
    where = address.read()
    assert first.source == (
        "from importlib.util import find_spec\n\n"
        'if not find_spec("lecture_utils"):\n'
        f'    %pip install -q "git+{where.url}@{where.branch}"'
    )
    assert not [cell.id for cell in rest if "remove-cell" in cell.metadata.get("tags", [])]


def test_one_title_and_no_jump_between_heading_levels(notebook):
    levels = [level for level, _ in headings(notebook)]
    assert levels[0] == 1 and levels.count(1) == 1
    for before, after in itertools.pairwise(levels):
        assert after <= before + 1, headings(notebook)


def test_every_chapter_has_the_same_frame(notebook):
    titles = [title for level, title in headings(notebook) if level == 2]
    assert titles[0] == "Goals"
    assert titles[-4:] == ["The lecture and after", "Summary", "Exercises", "References"], titles


def test_exercises_have_executed_answers(notebook):
    numbers = re.findall(r"(?m)^### Exercise (\d+\.\d+)", "\n".join(cell.source for cell in markdown(notebook)))
    answers = [cell for cell in code_cells(notebook) if "solution" in cell.metadata.get("tags", [])]
    assert 3 <= len(numbers) <= 6, numbers
    answered = [re.match(r"# @title Answer (\d+\.\d+)", cell.source) for cell in answers]
    assert all(answered), "the first line of an answer is '# @title Answer N.k'"
    assert {match[1] for match in answered} == set(numbers)
    for cell in answers:
        assert "hide-cell" in cell.metadata.tags and cell.metadata.get("jupyter", {}).get("source_hidden"), cell.id


def test_code_cells_are_one_thought_each(notebook):
    lengths = sorted(length(cell) for cell in code_cells(notebook)[1:])  # the first one holds a magic command
    assert 2 <= statistics.median(lengths) <= 5.5, lengths
    assert lengths[int(0.9 * len(lengths)) - 1] < 20, lengths
    assert lengths[-1] <= 25, lengths


def test_prose_is_never_a_wall(notebook):
    for cell in markdown(notebook):
        prose = re.sub(r"(?s)```.*?```|\$\$.*?\$\$", "", cell.source)
        if not prose.lstrip().startswith("## References"):
            assert len(prose.split()) <= 170, (cell.id, len(prose.split()))


def test_a_question_before_an_experiment_looks_the_same_everywhere(notebook):
    lines = [line for cell in markdown(notebook) for line in cell.source.splitlines()]
    asked = [line for line in lines if re.match(r"(> |\*\*)*Predict[.:]", line)]
    assert [line for line in asked if not re.match(r"> \*\*Predict\.\*\* [A-Z0-9`$(]", line)] == []


def test_code_never_runs_on_without_prose(notebook):
    run = 0
    for cell in notebook.cells[notebook.cells.index(code_cells(notebook)[0]) + 3 :]:
        run = run + 1 if cell.cell_type == "code" else 0
        assert run <= 2, f"{cell.id}: the third code cell in a row"


def draws(cell):
    """Whether a cell leaves a picture; what stands inside its functions and classes draws only when it is called."""
    run = [node for node in python(cell).body if not isinstance(node, ast.FunctionDef | ast.ClassDef)]
    return any(DRAWING.search(ast.unparse(node)) for node in run)


def test_every_drawing_cell_says_what_is_seen(notebook):
    for cell in code_cells(notebook)[1:]:
        alt = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
        if draws(cell):
            assert len(alt.split()) >= 8, f"{cell.id}: say in mystnb.image.alt what is seen"
        assert "\n" not in alt and not re.search(r"\.(svg|png)\b", alt), cell.id


def claims_in(notebook):
    """(id, has `when`) of each claim in the code of a notebook; the id must be written out."""
    for cell in code_cells(notebook)[1:]:  # the first one holds a magic command, which is not Python
        for node in ast.walk(python(cell)):
            if is_claim(node):
                assert node.args and isinstance(node.args[0], ast.Constant), f"{cell.id}: write the claim's id out"
                yield node.args[0].value


def coverage():
    with open(ROOT / "chapters" / "coverage.csv", encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def unknown_ids(ids, number, rows):
    """Claim ids that are neither a row of the coverage list (with or without a word) nor the chapter's own."""
    return [id_ for id_ in ids if id_.partition(".")[0] not in rows and not id_.startswith(f"ch{number}.")]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=NAMES)
def test_claims_name_a_row_or_their_chapter(path):
    ids = list(claims_in(load(path)))
    assert ids, "a chapter without a claim"
    assert not unknown_ids(ids, path.stem[:2], coverage())


def test_a_made_up_claim_id_is_found():
    assert unknown_ids(["A01", "A01.word", "Z99", "ch02.x", "ch03.x"], "02", coverage()) == ["Z99", "ch03.x"]


def test_no_claim_id_stands_twice_in_the_book():
    counts = Counter(id_ for path in NOTEBOOKS for id_ in claims_in(load(path)))
    assert not [id_ for id_, count in counts.items() if count > 1]


def test_every_section_that_teaches_has_a_claim(notebook):
    """From the first section after the goals to 'The lecture and after': each one is backed by a claim."""
    section, backed = None, {}
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for title in re.findall(r"(?m)^## +(.*)$", cell.source):
                section = title
                backed.setdefault(section, False)
        elif section and "claim(" in cell.source:
            backed[section] = True
    frame = {"Goals", "Summary", "Exercises", "References"}
    assert not [title for title, has in backed.items() if not has and title not in frame]


def test_links_between_chapters_lead_somewhere(notebook):
    for cell in markdown(notebook):
        for target in re.findall(r"\]\(([^)#\s]+\.ipynb)", cell.source):
            assert (ROOT / "chapters" / target).exists(), (cell.id, target)


def test_coverage_list_is_whole():
    rows = coverage()
    assert len(rows) == 89
    assert set(next(iter(rows.values()))) == {
        "id",
        "source",
        "kind",
        "what the lecture shows",
        "figure in the lecture",
        "chapter",
    }


def test_no_notebook_disagrees_with_the_address():
    assert address.disagreeing() == []
