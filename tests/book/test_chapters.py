"""The structure of the chapters: what a reader, a translator or a build relies on, read without running anything."""

import ast
import itertools
import re
import statistics
from collections import Counter

import reading
from reading import NOTEBOOKS, claims, code_cells, headings, lines, markdown, read, sections, tags, visible, written

from publish.book import ROOT, Book
from publish.tools import address

# What may stand in a notebook's metadata: anything else is left over from somebody's editor.
CELL_METADATA = {"tags", "mystnb", "jupyter", "cellView"}
TAGS = {*reading.CLOSED, *reading.CLOSED.values(), "remove-cell", "raises-exception"}
FRAME = ["Goals", "The lecture and after", "Summary", "Exercises", "Answers", "References"]
# Calls that leave a picture in the output of their cell.
DRAWING = re.compile(
    r"\bplt\.|^show_images\(|^draw\(|^gv\("
    r"|\bax(es|is)?(\[[^]]*\])*\.(plot|imshow|scatter|bar|hist|contour|semilogy|loglog)"
)


def test_the_contents_name_every_notebook_once():
    assert sorted(NOTEBOOKS) == sorted((ROOT / "chapters").glob("*.ipynb"))
    texts = [ROOT / f"{name}.md" for _, name in Book().documents() if ROOT / f"{name}.ipynb" not in NOTEBOOKS]
    assert not [path for path in texts if not path.exists()]


def test_no_outputs_and_no_counts_are_kept(notebook):
    for cell in code_cells(notebook):
        assert not cell.outputs and cell.execution_count is None, cell.id


def test_cells_have_names_that_speak_and_stay(notebook):
    faults = reading.faults_of_ids(notebook)
    assert not faults, "\n".join(faults)
    assert not [id_ for id_, count in Counter(cell.id for cell in notebook.cells).items() if count > 1]


def test_metadata_is_the_books_own(notebook):
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert notebook.metadata.kernelspec.name == "python3" and set(notebook.metadata.language_info) == {"name"}
    for cell in notebook.cells:
        assert set(cell.metadata) <= CELL_METADATA, (cell.id, set(cell.metadata))
        assert tags(cell) <= TAGS, (cell.id, cell.metadata.tags)


def test_what_a_page_closes_is_closed_in_jupyterlab_and_colab_too(notebook):
    for cell in code_cells(notebook):
        kinds = [kind for kind in reading.CLOSED if kind in tags(cell)]
        hiding = {reading.CLOSED[kind] for kind in kinds[:1]}
        assert {tag for tag in tags(cell) if tag.startswith("hide-")} == hiding, (cell.id, hiding)
        assert bool(cell.metadata.get("jupyter", {}).get("source_hidden")) == bool(kinds), cell.id
        assert (cell.metadata.get("cellView") == "form") == bool(kinds), cell.id


def test_a_chapter_is_also_a_script(notebook):
    for cell in code_cells(notebook):
        compile(cell.source, cell.id, "exec")


def test_the_first_code_cell_brings_the_package_and_alone_is_no_part_of_the_page(notebook):
    first, *rest = code_cells(notebook)
    assert first.id == "setup-colab" and tags(first) == {"remove-cell"}
    assert first.source == address.read().setup
    assert not [cell.id for cell in rest if "remove-cell" in tags(cell)]


def test_a_chapter_says_with_how_many_threads_it_was_measured(notebook):
    """Whatever it imports: data and training of lecture_utils use PyTorch too, which else takes all cores."""
    for cell in code_cells(notebook)[1:]:  # the first brings the package
        if not all(isinstance(line, ast.Import | ast.ImportFrom) for line in ast.parse(cell.source).body):
            said = re.search(r"(?m)^torch\.set_num_threads\(1\)", cell.source)
            assert said, f"{cell.id}: the first cell behind the imports says torch.set_num_threads(1)"
            return


def test_one_title_and_no_jump_between_heading_levels(notebook):
    levels = [level for level, _ in headings(notebook)]
    assert levels[0] == 1 and levels.count(1) == 1
    for before, after in itertools.pairwise(levels):
        assert after <= before + 1, headings(notebook)


def test_every_chapter_has_the_same_frame(notebook):
    titles = [title for title, _ in sections(notebook)]
    assert [titles[0], *titles[-5:]] == FRAME, titles
    assert 3 <= len(titles) - len(FRAME) <= 6, titles


def test_every_exercise_has_an_answer_that_runs_behind_all_exercises(notebook):
    parts = dict(sections(notebook))
    asked = re.findall(r"(?m)^### Exercise (\d+\.\d+)", "\n".join(cell.source for cell in parts["Exercises"]))
    assert 3 <= len(asked) <= 12 and len(set(asked)) == len(asked), asked
    text = "\n".join(cell.source for cell in parts["Answers"] if cell.cell_type == "markdown")
    assert re.findall(r"(?m)^### Answer (\d+\.\d+)", text) == asked
    answers = reading.answers(notebook)
    assert not [number for number in asked if not answers.get(number)], "no code below these answers"
    in_sight = re.sub(r"(?s)<details>.*?</details>|(?m:^#+ .*$)", "", text).split()
    assert not in_sight, f"the text of an answer stands between <details> and </details>: {' '.join(in_sight)[:60]}"


def test_nothing_gives_an_answer_away_before_it_is_asked_for(notebook):
    answers = {cell.id for cell in dict(sections(notebook))["Answers"] if cell.cell_type == "code"}
    assert answers == {cell.id for cell in code_cells(notebook) if "solution" in tags(cell)}
    before = itertools.takewhile(lambda cell: not cell.source.startswith("## Answers"), notebook.cells)
    assert not [cell.id for cell in before if "<details>" in cell.source]


def test_claims_stand_in_findings_checks_and_answers(notebook):
    for cell in code_cells(notebook):
        if claims(cell):
            assert len(tags(cell) & {"finding", "checks", "solution"}) == 1, f"{cell.id}: a finding, or a check?"
        if "finding" in tags(cell):
            assert 1 <= len(claims(cell)) <= 2, cell.id
    findings = sum(len(claims(cell)) for cell in code_cells(notebook) if "finding" in tags(cell))
    assert reading.FINDINGS[0] <= findings <= reading.FINDINGS[1], findings


def test_a_chapter_says_once_what_the_mark_of_a_claim_means_before_its_first_claim(notebook):
    """Who reads a notebook alone, in Colab, has no landing page that says it."""
    before = itertools.takewhile(lambda cell: cell.cell_type != "code" or not claims(cell), notebook.cells)
    said = [cell.id for cell in before if cell.cell_type == "markdown" and "✓" in without_comments(cell.source)]
    assert len(said) == 1, f"a sentence before the first claim says what ✓ means; these cells do: {said}"


def test_the_checks_of_a_section_are_its_last_code_cell(notebook):
    for title, cells in sections(notebook):
        code = [cell for cell in cells if cell.cell_type == "code"]
        checks = [cell for cell in code if "checks" in tags(cell)]
        assert checks in ([], code[-1:]), f"{title}: {[cell.id for cell in checks]}"
        assert all(cell.id.endswith("-checks") and claims(cell) for cell in checks), title


def test_a_chapter_is_one_that_a_student_finishes(notebook):
    words = sum(len(without_references.split()) for without_references in prose(notebook))
    assert (len(visible(notebook)) <= reading.VISIBLE_CELLS, words <= reading.WORDS) == (True, True), (
        f"{len(visible(notebook))} code cells in sight, {words} words"
    )


def without_comments(text):
    return re.sub(r"(?s)<!--.*?-->", "", text)


def prose(notebook):
    """The text of the Markdown cells before the answers, without formulas, comments and the letters of choices."""
    for title, cells in [("", notebook.cells[:1]), *sections(notebook)]:
        if title not in ("Answers", "References"):
            for cell in cells:
                if cell.cell_type == "markdown":
                    text = re.sub(r"(?s)\$\$.*?\$\$", "", without_comments(reading.without_code(cell.source)))
                    yield re.sub(r"(?m)^(> )?- \([a-z]\) |^>", "", text)


def test_code_cells_are_one_thought_each(notebook):
    lengths = [lines(cell) for cell in visible(notebook)]
    assert statistics.median(lengths) <= reading.MEDIAN_LINES, sorted(lengths)
    shown = [cell for cell in code_cells(notebook) if not tags(cell) & {"finding", "checks"}]
    assert not [(cell.id, lines(cell)) for cell in shown if lines(cell) > reading.LONGEST]


def test_prose_is_never_a_wall(notebook):
    for text in prose(notebook):
        assert len(text.split()) <= reading.WALL, f"{len(text.split())} words: {text[:60]}"


def test_code_never_runs_on_without_prose(notebook):
    in_sight, run = {cell.id for cell in visible(notebook)} - {"constants"}, 0
    for cell in notebook.cells:
        run = 0 if cell.cell_type == "markdown" else run + (cell.id in in_sight)
        assert run <= 2, f"{cell.id}: the third code cell in a row"


def test_a_question_before_an_experiment_looks_the_same_everywhere(notebook):
    lines_ = [line for cell in markdown(notebook) for line in cell.source.splitlines()]
    asked = [line for line in lines_ if re.match(r"(> |\*\*)*Predict[.:]", line)]
    assert [line for line in asked if not re.match(r"> \*\*Predict\.\*\* [A-Z0-9`$(]", line)] == []


def draws(cell):
    """Whether a cell leaves a picture; what stands inside its functions and classes draws only when it is called."""
    run = [node for node in ast.parse(cell.source).body if not isinstance(node, ast.FunctionDef | ast.ClassDef)]
    return any(DRAWING.search(ast.unparse(node)) for node in run)


def test_every_drawing_cell_says_what_is_seen(notebook):
    for cell in code_cells(notebook):
        alt = reading.alt(cell)
        if draws(cell) or "draw" in tags(cell):
            assert len(alt.split()) >= 8, f"{cell.id}: say in mystnb.image.alt what is seen"
        assert "\n" not in alt and not re.search(r"\.(svg|png)\b", alt), cell.id


def test_claim_ids_are_written_out_and_none_stands_twice_in_the_book():
    found = [
        (path.name, cell.id, call) for path in NOTEBOOKS for cell in code_cells(read(path)) for call in claims(cell)
    ]
    assert not [place for *place, call in found if not written(call)], "write the ids of these claims out"
    counts = Counter(written(call) for *_, call in found)
    assert not [id_ for id_, count in counts.items() if count > 1]


def test_every_section_that_teaches_has_a_claim(notebook):
    backed = {
        title: any(claims(cell) for cell in cells if cell.cell_type == "code") for title, cells in sections(notebook)
    }
    assert not [title for title, has in backed.items() if not has and (title not in FRAME or title == FRAME[1])]


def test_links_between_chapters_lead_somewhere(notebook):
    for cell in markdown(notebook):
        for target in re.findall(r"\]\(([^)#\s:]+\.(?:ipynb|md))", cell.source):
            assert (ROOT / "chapters" / target).exists(), f"{cell.id}: {target} is not in the book"
