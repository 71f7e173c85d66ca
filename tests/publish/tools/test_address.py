"""The book's address stands in one place, and one command changes it everywhere."""

import re

import pytest

from publish.tools import address

NEW = [
    ("https://github.com/someone/my-course/", "autumn", "someone/my-course"),
    ("https://github.com/OWNER/renamed", None, "OWNER/renamed"),
    ("https://github.com/ada/ada.github.io.git", "main", "ada/ada.github.io"),
]


@pytest.mark.parametrize(("url", "branch", "owner_and_name"), NEW)
def test_changing_it_leaves_no_trace_of_the_old_one(copy, url, branch, owner_and_name):
    old = address.read(copy.root)
    changed = address.change(url, branch, copy.root)
    new = address.read(copy.root)
    assert new.owner_and_name == owner_and_name and address.disagreeing(copy.root) == []
    assert {path for path in changed if path.suffix == ".ipynb"} >= set(copy.chapters())
    # Every text of the checkout but the tests: nobody has to remember where the address is repeated.
    for path in copy.root.rglob("*"):
        if path.suffix in {".md", ".ipynb", ".cff", ".toml", ".yml", ".py", ".html"} and "tests" not in path.parts:
            text = path.read_text(encoding="utf-8")
            assert old.owner_and_name not in text, path
            assert not re.search(rf"\bcd {re.escape(old.name)}\b", text), path


def test_what_a_reader_copies_leads_to_the_new_place(copy):
    address.change("https://github.com/ada/nets", "autumn", copy.root)
    texts = {name: (copy.root / name).read_text(encoding="utf-8") for name in ("README.md", "intro.md")}
    assert "colab.research.google.com/github/ada/nets/blob/autumn/chapters/" in texts["README.md"]
    cloned = re.findall(r"git clone (\S+)\s+cd (\S+)", texts["intro.md"])
    assert set(cloned) <= {("https://github.com/ada/nets", "nets")}


def test_changing_it_back_restores_every_byte(copy):
    before = {path: path.read_bytes() for path in copy.root.rglob("*") if path.is_file()}
    old = address.read(copy.root)
    address.change("https://github.com/someone/my-course", "autumn", copy.root)
    address.change(*old, root=copy.root)
    assert {path: path.read_bytes() for path in copy.root.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("name", "old", "new", "fault"),
    [
        ("intro.md", "cd deep-networks-by-experiment", "cd book", "enters book"),
        ("README.md", "/blob/main/", "/blob/old/", "at old in Colab"),
        ("CITATION.cff", "repository-code:", "repository-code2:", "repository-code"),
    ],
)
def test_a_place_that_disagrees_is_found(copy, name, old, new, fault):
    path = copy.root / name
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(old, new), encoding="utf-8")
    assert text.count(old) == 0 or fault in " ".join(address.disagreeing(copy.root))


def test_a_notebook_that_installs_from_elsewhere_is_found(copy):
    path = copy.chapters()[0]
    text = path.read_text(encoding="utf-8").replace(f"@{address.read(copy.root).branch}", "@elsewhere")
    path.write_text(text, encoding="utf-8")
    assert [line for line in address.disagreeing(copy.root) if line.startswith(f"chapters/{path.name}: ")]


@pytest.mark.parametrize(
    "url", ["github.com/a/b", "https://github.com/a", "https://github.com/a/b/c", "https://x/y z/w"]
)
def test_a_wrong_address_changes_nothing(copy, url):
    before = {path: path.read_bytes() for path in copy.root.rglob("*") if path.is_file()}
    with pytest.raises(ValueError, match="url"):
        address.change(url, root=copy.root)
    with pytest.raises(ValueError, match="branch"):
        address.change("https://github.com/a/b", "two words", root=copy.root)
    assert {path: path.read_bytes() for path in copy.root.rglob("*") if path.is_file()} == before
