"""A new chapter runs and passes the tests as it is, wherever it stands; a chapter can be taken out again."""

import subprocess
import sys

import pytest

from publish.tools.drop_chapter import drop_chapter, without_links
from publish.tools.new_chapter import chapter_of, new_chapter


def test_a_chapter_in_the_middle_runs_and_passes_the_tests_as_it_is_and_dropping_it_restores_every_byte(
    copy, content, run_tests
):
    before, chapters = content(), copy.chapters()
    path = new_chapter(copy, "attention", "Attention", chapters[1].stem[:2])
    assert copy.chapters() == [*chapters[:2], path, *chapters[2:]]
    with pytest.raises(ValueError, match=f"there is already {path.name}"):
        new_chapter(copy, "attention", "Attention")
    others = [f"not {chapter.stem}" for chapter in chapters]  # no byte of theirs has changed
    printed, code = run_tests("--nbmake", str(path), "tests/book", "-k", " and ".join(others))
    assert code == 0 and f"{path.name} ." in printed, printed
    for command in (["check"], ["format", "--check"]):
        ruff = [sys.executable, "-m", "ruff", *command, "--no-cache", str(path)]
        assert subprocess.run(ruff, cwd=copy.root).returncode == 0
    assert drop_chapter(copy, "attention") == []
    assert {path: now for path, now in content().items() if "__pycache__" not in path.parts} == before
    assert new_chapter(copy, "attention", "Attention") == copy.chapters()[-1]  # where no other is named


@pytest.mark.parametrize(
    ("name", "title", "after", "fault"),
    [
        ("Attention", "Attention", None, "name: expected small letters"),
        ("two words", "Two", None, "name: expected small letters"),
        ("attention", " ", None, "title: expected the heading"),
        ("attention", "Attention", "77", "expected a chapter of the contents.*77"),
    ],
)
def test_a_wrong_argument_changes_nothing(copy, content, name, title, after, fault):
    before = content()
    with pytest.raises(ValueError, match=fault):
        new_chapter(copy, name, title, after)
    assert content() == before


def test_dropped_chapters_leave_no_link_and_no_broken_page(copy, run_tests):
    gone = [copy.chapters()[place].stem for place in (3, -1)]
    for stem in gone:
        drop_chapter(copy, stem)
    assert not {*gone} & {path.stem for path in copy.chapters()}
    for _, name in copy.documents():
        page = copy.root / f"{name}.ipynb"
        text = (page if page.exists() else page.with_suffix(".md")).read_text(encoding="utf-8")
        assert not [stem for stem in gone if f"({stem}.ipynb" in text or f"/{stem}.ipynb" in text], name
    timings = "tests/publish/tools/test_determinism.py::test_the_list_of_timings_names_cells_of_the_book"
    printed, code = run_tests("tests/book", "tests/publish/numbers/test_references.py", timings)
    assert code == 0, printed


def test_a_chapter_is_called_by_its_number_or_its_name(book):
    first, _ = book.chapters()
    assert {chapter_of(book, name) for name in ("1", "01", "one", first.stem, first.name)} == {first}


def test_an_entry_of_the_glossary_keeps_its_other_places():
    entry = "one\n  ko\n\n  Words.\n  [A](01_x.ipynb#a), [B](04_y.ipynb), [C](05_z.ipynb)\n\n"
    alone = "two\nalso\n  ko\n\n  Words\n  in lines.\n  [B](04_y.ipynb#b)\n"
    text, words = without_links(f"```{{glossary}}\n{entry}{alone}```\n", "04_y")
    assert text == "```{glossary}\n" + entry.replace(", [B](04_y.ipynb)", "") + "```\n" and words == []
