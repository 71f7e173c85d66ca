"""A browser that was found is tried before it is taken."""

import pytest
from playwright.sync_api import sync_playwright

from publish.output import browser, pdf


@pytest.fixture
def only_prints(tmp_path, monkeypatch):
    """A folder at the head of the PATH, whose `chromium` only says how to install one."""
    stub = tmp_path / "chromium"
    stub.write_text("#!/bin/sh\necho 'snap install chromium'\nexit 1\n")
    stub.chmod(0o755)
    monkeypatch.delenv("CHROMIUM", raising=False)
    return stub


def test_the_next_one_is_tried(only_prints, monkeypatch, need):
    with sync_playwright() as playwright:
        started = browser.launch(playwright)
        need(started, browser.MISSING)
        started.close()
        which = {"chromium": str(only_prints)}
        real = browser.shutil.which
        others = [path for name in browser.NAMES if (path := real(name))] or [playwright.chromium.executable_path]
        monkeypatch.setattr(browser.shutil, "which", lambda name: which.get(name, others[0]))
        started = browser.launch(playwright)
        assert started.is_connected()
        started.close()


@pytest.mark.parametrize("named", ["/nowhere/chromium", "only_prints"])
def test_one_that_is_named_and_does_not_start_is_explained_in_a_line(named, only_prints, monkeypatch):
    monkeypatch.setenv("CHROMIUM", str(only_prints) if named == "only_prints" else named)
    with sync_playwright() as playwright:
        assert browser.launch(playwright) is None
    assert "apt-get install chromium" in browser.MISSING and "\n" not in browser.MISSING
    assert pdf.MISSING is browser.MISSING
