"""The built site, served as a host would serve it, and a browser to read it with."""

import functools
import http.server
import threading
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from playwright.sync_api import sync_playwright

from publish.browser import MISSING, chromium

SITE = Path(__file__).resolve().parent.parent.parent / "_build" / "site"
_QUIET = ("--disable-background-networking", "--disable-component-update", "--no-first-run", "--disable-sync")


def published_below():
    """The path below which a host serves the site, from its sitemap: "/NAME/", or "/"."""
    first = ElementTree.parse(SITE / "en" / "sitemap.xml").getroot()[0][0].text
    return urlsplit(first).path.partition("en/")[0]


class _Handler(http.server.SimpleHTTPRequestHandler):
    """Serves the site below its path; a dead link gets the site's own page."""

    protocol_version = "HTTP/1.1"

    def translate_path(self, path):
        below = urlsplit(path).path.removeprefix(published_below_cached())
        return super().translate_path("/" + below)

    def do_GET(self):
        if Path(self.translate_path(self.path)).exists():
            return super().do_GET()
        page = (SITE / "404.html").read_bytes()
        self.send_response(404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)
        return None

    def log_message(self, *args):
        pass


published_below_cached = functools.cache(published_below)


@pytest.fixture(scope="session")
def address():
    """Where the site is served, with a slash at the end."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Handler, directory=SITE))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}{published_below_cached()}"
    server.shutdown()


@pytest.fixture(scope="session")
def browser(need):
    """One Chromium for all tests of a process."""
    with sync_playwright() as playwright:
        path = chromium(playwright)
        need(path, MISSING)
        started = playwright.chromium.launch(executable_path=path, args=list(_QUIET))
        yield started
        started.close()


@pytest.fixture
def open_page(browser, address):
    """``open_page("en/intro.html", width=390, theme="dark")`` opens a page in a window of its own."""
    contexts = []

    def open_(path, *, width=1350, theme="light", wait="load", **options):
        contexts.append(browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme, **options))
        page = contexts[-1].new_page()
        page.goto(address + path, wait_until=wait)
        return page

    yield open_
    for context in contexts:
        context.close()
