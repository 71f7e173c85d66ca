"""The book's address stands in one place, and one command changes it everywhere."""

import re

import pytest

from publish.tools import address

NEW = [
    ("https://github.com/someone/my-course/", "autumn", "someone/my-course"),
    ("https://github.com/OWNER/renamed", None, "OWNER/renamed"),
    ("https://github.com/ada/ada.github.io.git", "main", "ada/ada.github.io"),
]


@pytest.mark.parametrize(("url", "branch", "repository"), NEW)
def test_changing_it_leaves_no_trace_of_the_old_one_and_changing_it_back_no_trace_at_all(
    copy, content, url, branch, repository
):
    before, old = content(), address.read(copy.root)
    changed = address.change(url, branch, copy.root)
    new = address.read(copy.root)
    assert new.repository == repository and address.disagreeing(copy.root) == []
    assert {path for path in changed if path.suffix == ".ipynb"} >= set(copy.chapters())
    # Every text of the checkout but the tests: nobody has to remember where the address is repeated.
    for path in copy.root.rglob("*"):
        if path.suffix in {".md", ".ipynb", ".cff", ".toml", ".yml", ".py", ".html"} and "tests" not in path.parts:
            text = path.read_text(encoding="utf-8")
            assert old.repository not in text and not re.search(rf"\bcd {re.escape(old.name)}\b", text), path
    # What a reader copies leads to the new place.
    readme, intro = ((copy.root / name).read_text(encoding="utf-8") for name in ("README.md", "intro.md"))
    assert f"colab.research.google.com/github/{repository}/blob/{new.branch}/chapters/" in readme
    assert set(re.findall(r"git clone (\S+)\s+cd (\S+)", intro)) <= {(new.url, new.name)}
    address.change(*old, root=copy.root)
    assert content() == before


def test_a_place_that_disagrees_is_found(copy):
    where = address.read(copy.root)
    assert address.disagreeing(copy.root) == []
    for name, old, new in (
        ("intro.md", f"cd {where.name}", "cd book"),
        ("README.md", f"/blob/{where.branch}/", "/blob/old/"),
        ("CITATION.cff", 'repository-code: "', 'repository-code: "x'),
        (copy.name(copy.chapters()[0]), f"@{where.branch}", "@elsewhere"),
    ):
        path = copy.root / name
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
        assert [place for place in address.disagreeing(copy.root) if place.startswith(f"{name}: ") and new in place]


def test_a_wrong_address_changes_nothing(copy, content):
    before = content()
    for url in ("github.com/a/b", "https://github.com/a", "https://github.com/a/b/c", "https://x/y z/w"):
        with pytest.raises(ValueError, match="url: expected"):
            address.change(url, None, copy.root)
    with pytest.raises(ValueError, match="branch: expected"):
        address.change("https://github.com/a/b", "two words", copy.root)
    assert content() == before


def test_a_setting_that_is_written_in_another_way_is_named_and_nothing_changes(copy, content):
    config = copy.root / "_config.yml"
    config.write_text(re.sub(r"  url: (\S+)", r'  url: "\1"', config.read_text(encoding="utf-8")), encoding="utf-8")
    before = content()
    with pytest.raises(ValueError, match=r"_config\.yml: expected these lines, without quotes:\nrepository:\n  url: h"):
        address.change("https://github.com/a/b", None, copy.root)
    assert content() == before
