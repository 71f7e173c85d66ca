"""A browser that was found is tried before it is taken."""

import pytest
from playwright.sync_api import sync_playwright

from publish.output import browser


@pytest.fixture
def only_prints(tmp_path, monkeypatch):
    """A program that only says how to install a browser, as Ubuntu's `chromium-browser` does."""
    stub = tmp_path / "chromium"
    stub.write_text("#!/bin/sh\necho 'snap install chromium'\nexit 1\n")
    stub.chmod(0o755)
    monkeypatch.delenv("CHROMIUM", raising=False)
    return stub


def test_the_next_one_is_tried(only_prints, monkeypatch, need):
    with sync_playwright() as playwright:
        need(browser.launch(playwright), browser.MISSING)
        monkeypatch.setattr(browser, "NAMES", (str(only_prints), *browser.NAMES))
        assert browser.launch(playwright).is_connected()


def test_no_other_is_taken_where_the_one_that_is_named_does_not_start(only_prints, monkeypatch):
    monkeypatch.setenv("CHROMIUM", str(only_prints))
    with sync_playwright() as playwright:
        assert browser.launch(playwright) is None
