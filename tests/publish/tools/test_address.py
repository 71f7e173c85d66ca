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
def test_changing_it_leaves_no_trace_of_the_old_one_and_changing_it_back_no_trace_at_all(
    copy, content, url, branch, owner_and_name
):
    before, old = content(), address.read(copy.root)
    changed = address.change(url, branch, copy.root)
    new = address.read(copy.root)
    assert new.owner_and_name == owner_and_name and address.disagreeing(copy.root) == []
    assert {path for path in changed if path.suffix == ".ipynb"} >= set(copy.chapters())
    # Every text of the checkout but the tests: nobody has to remember where the address is repeated.
    for path in copy.root.rglob("*"):
        if path.suffix in {".md", ".ipynb", ".cff", ".toml", ".yml", ".py", ".html"} and "tests" not in path.parts:
            text = path.read_text(encoding="utf-8")
            assert old.owner_and_name not in text and not re.search(rf"\bcd {re.escape(old.name)}\b", text), path
    # What a reader copies leads to the new place.
    readme, intro = ((copy.root / name).read_text(encoding="utf-8") for name in ("README.md", "intro.md"))
    assert f"colab.research.google.com/github/{owner_and_name}/blob/{new.branch}/chapters/" in readme
    assert set(re.findall(r"git clone (\S+)\s+cd (\S+)", intro)) <= {(new.url, new.name)}
    address.change(*old, root=copy.root)
    assert content() == before


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("intro.md", "cd deep-networks-by-experiment", "cd book"),
        ("README.md", "/blob/main/", "/blob/old/"),
        ("CITATION.cff", 'repository-code: "', 'repository-code: "x'),
        ("chapters/01_universal_approximation.ipynb", "@main", "@elsewhere"),
    ],
)
def test_a_place_that_disagrees_is_found(copy, name, old, new):
    path = copy.root / name
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(old, new), encoding="utf-8")
    found = address.disagreeing(copy.root)
    assert text.count(old) == 0 or [place for place in found if place.startswith(f"{name}: ") and new in place]


@pytest.mark.parametrize(
    ("url", "branch", "fault"),
    [
        ("github.com/a/b", None, "url"),
        ("https://github.com/a", None, "url"),
        ("https://github.com/a/b/c", None, "url"),
        ("https://x/y z/w", None, "url"),
        ("https://github.com/a/b", "two words", "branch"),
    ],
)
def test_a_wrong_address_changes_nothing(copy, content, url, branch, fault):
    before = content()
    with pytest.raises(ValueError, match=f"{fault}: expected"):
        address.change(url, branch, copy.root)
    assert content() == before
