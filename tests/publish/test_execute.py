"""Running chapters: only what changed, all of it, and never a failure that looks like success."""

import nbformat
import pytest

from publish import execute


@pytest.fixture
def book(tmp_path, monkeypatch):
    """A book of two tiny chapters in an empty folder."""
    (tmp_path / "lecture_utils").mkdir()
    (tmp_path / "lecture_utils" / "helper.py").write_text("x = 1\n")
    (tmp_path / "requirements.txt").write_text("torch==2\n")
    (tmp_path / "chapters").mkdir()
    monkeypatch.setattr(execute, "ROOT", tmp_path)
    monkeypatch.setattr(execute, "CACHE", tmp_path / "_build" / ".jupyter_cache")
    write(tmp_path, "01_one", "print(1)")
    write(tmp_path, "02_two", "print(2)")
    return tmp_path


def write(root, name, source, text="words", **metadata):
    cells = [
        nbformat.v4.new_markdown_cell(text, id="text"),
        nbformat.v4.new_code_cell(source, id="code", metadata=metadata),
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}, "language_info": {"name": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), root / "chapters" / f"{name}.ipynb")


def ran(capsys):
    return sorted(line.split()[1] for line in capsys.readouterr().out.splitlines() if line.startswith("ran "))


def test_a_second_run_does_nothing_and_prose_does_not_count(book, capsys):
    assert execute.main(["--jobs", "1"]) == 0
    assert ran(capsys) == ["chapters/01_one.ipynb", "chapters/02_two.ipynb"]
    write(book, "01_one", "print(1)", text="other words")
    assert execute.main(["--jobs", "1"]) == 0
    assert "nothing to run" in capsys.readouterr().out


def test_changed_code_runs_again_and_changed_helpers_run_everything(book, capsys):
    execute.main(["--jobs", "1"])
    capsys.readouterr()
    write(book, "02_two", "print(22)")
    execute.main(["--jobs", "1"])
    assert ran(capsys) == ["chapters/02_two.ipynb"]
    (book / "lecture_utils" / "helper.py").write_text("x = 2\n")
    execute.main(["--jobs", "2"])
    assert ran(capsys) == ["chapters/01_one.ipynb", "chapters/02_two.ipynb"]


@pytest.mark.parametrize("change", ["requirements", "data"])
def test_requirements_and_data_count(book, monkeypatch, change):
    before = execute.environment_key()
    if change == "requirements":
        (book / "requirements.txt").write_text("torch==3\n")
    else:
        monkeypatch.setenv("LECTURE_MNIST", "bundled-or-else")
    assert execute.environment_key() != before


def test_a_failed_chapter_is_named_and_the_other_is_kept(book, capsys):
    write(book, "01_one", "raise OSError('no luck')")
    assert execute.main(["--jobs", "1"]) == 1
    said = capsys.readouterr().out
    assert "FAILED chapters/01_one.ipynb" in said and "no luck" in said
    assert "ran chapters/02_two.ipynb" in said and "failed: 01_one" in said
    write(book, "01_one", "print('better')")
    assert execute.main(["--jobs", "1"]) == 0
    assert ran(capsys) == ["chapters/01_one.ipynb"]


def test_a_promised_error_that_does_not_come_is_a_failure(book, capsys):
    write(book, "01_one", "1 / 0", tags=["raises-exception"])
    write(book, "02_two", "1 / 1", tags=["raises-exception"])
    assert execute.main(["--jobs", "1"]) == 1
    said = capsys.readouterr().out
    assert "ran chapters/01_one.ipynb" in said
    assert "cell 'code' is tagged raises-exception and did not raise" in said
