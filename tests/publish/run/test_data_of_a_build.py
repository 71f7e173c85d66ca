"""Which digits a build uses is settled once, before chapters run, and a build may insist on MNIST."""

import os

import pytest

from lecture_utils.data import DataError
from publish.run import data


@pytest.fixture(autouse=True)
def empty(tmp_path, monkeypatch):
    """No digits are at hand, and a download finds no network."""
    monkeypatch.setenv("LECTURE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("FASTAI_HOME", str(tmp_path / "fastai"))
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("LECTURE_MNIST", "")
    monkeypatch.delenv("BOOK_NEEDS_MNIST", raising=False)


def test_without_a_network_all_use_the_bundled_digits_and_a_build_that_needs_mnist_ends(capsys, monkeypatch):
    assert data.settle() == "bundled" and os.environ["LECTURE_MNIST"] == "bundled"
    assert "MNIST could not be downloaded" in capsys.readouterr().out
    monkeypatch.setenv("BOOK_NEEDS_MNIST", "1")
    with pytest.raises(DataError, match=r"must use MNIST .* has bundled"):
        data.settle()


def test_a_build_that_fetches_mnist_keeps_what_it_runs_as_run_on_mnist(book, run, executed, monkeypatch, tmp_path):
    """The first build, with nothing kept; the digits that the download brings here are some that are at hand."""
    monkeypatch.delenv("LECTURE_MNIST")
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(
        "from lecture_utils import _digit_files as files\n"
        "files.download, files.identity = files.bundled, lambda arrays: 'MNIST:02129b6d738f'\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "site"), prepend=os.pathsep)
    code, ran, said = run()
    assert (code, ran) == (0, ["01_one", "02_two"]) and "\n(downloaded by fastai)\n" in said
    assert data.identity() == "MNIST:02129b6d738f" and executed("01_one")
    monkeypatch.setenv("LECTURE_MNIST", "bundled")
    assert not executed("01_one"), "it does not pass as run on the bundled digits"


def test_a_relative_path_is_read_against_the_folder_of_the_caller_once(monkeypatch, tmp_path):
    (tmp_path / "my data").mkdir()
    (tmp_path / "my data" / "m.tgz").write_bytes(b"")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LECTURE_MNIST", "my data/m.tgz")
    with pytest.raises(DataError, match=r"m\.tgz, 0 bytes, is cut short or damaged, or no .tar.gz archive"):
        data.settle()
    assert os.environ["LECTURE_MNIST"] == str(tmp_path / "my data" / "m.tgz")
