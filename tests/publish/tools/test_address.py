"""The book's address stands in one place, and one command changes it everywhere."""

import json
import shutil

import pytest

from publish import address


@pytest.fixture
def book(root, tmp_path):
    """A copy of the files that hold the address."""
    for path in [*address.files(root), root / "_config.yml"]:
        copy = tmp_path / path.relative_to(root)
        copy.parent.mkdir(exist_ok=True)
        shutil.copy(path, copy)
    return tmp_path


def test_changing_it_leaves_no_trace_of_the_old_one(book):
    old = address.read(book)
    changed = address.change("https://github.com/someone/my-course/", "autumn", root=book)
    assert address.read(book) == ("https://github.com/someone/my-course", "autumn")
    assert address.disagreeing(book) == []
    assert len([path for path in changed if path.suffix == ".ipynb"]) == len(list(book.glob("chapters/*.ipynb")))
    for path in address.files(book):
        text = path.read_text(encoding="utf-8")
        assert old.url not in text, path
        if path.suffix == ".ipynb":
            json.loads(text)


def test_changing_it_back_restores_every_byte(book):
    before = {path: path.read_bytes() for path in book.rglob("*") if path.is_file()}
    old = address.read(book)
    address.change("https://github.com/someone/my-course", "autumn", root=book)
    address.change(*old, root=book)
    assert {path: path.read_bytes() for path in book.rglob("*") if path.is_file()} == before


def test_a_notebook_that_disagrees_is_found(book):
    path = next(book.glob("chapters/*.ipynb"))
    path.write_text(
        path.read_text(encoding="utf-8").replace(address.read(book).url, "https://github.com/a/b"), encoding="utf-8"
    )
    assert address.disagreeing(book) == [path]


@pytest.mark.parametrize(
    "url", ["", "github.com/a/b", "https://github.com/a", "https://github.com/a/b/c", "https://x/y z/w"]
)
def test_a_wrong_address_changes_nothing(book, url):
    before = {path: path.read_bytes() for path in book.rglob("*") if path.is_file()}
    with pytest.raises(ValueError, match="url"):
        address.change(url, root=book)
    with pytest.raises(ValueError, match="branch"):
        address.change("https://github.com/a/b", "two words", root=book)
    assert {path: path.read_bytes() for path in book.rglob("*") if path.is_file()} == before
