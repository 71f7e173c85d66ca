"""The built site, served as a host would serve it, and a browser to read it with."""

import functools
import http.server
import threading
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from playwright.sync_api import sync_playwright
from site_files import EN, SITE

from publish.output.browser import MISSING, launch

_QUIET = ["--disable-background-networking", "--disable-component-update", "--no-first-run", "--disable-sync"]


@functools.cache
def published_below():
    """The path below which a host serves the site, from its sitemap: "/NAME/", or "/"."""
    return urlsplit(ElementTree.parse(EN / "sitemap.xml").getroot()[0][0].text).path.rpartition("/en/")[0] + "/"


class _Handler(http.server.SimpleHTTPRequestHandler):
    """Serves the site below its path; a dead link gets the site's own page."""

    protocol_version = "HTTP/1.1"

    def translate_path(self, path):
        return super().translate_path("/" + urlsplit(path).path.removeprefix(published_below()))

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

    def end_headers(self):
        self.send_header("Access-Control-Allow-Origin", "*")  # as hosts of pages do
        super().end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture(scope="session")
def address():
    """Where the site is served, with a slash at the end."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Handler, directory=SITE))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}{published_below()}"
    server.shutdown()


@pytest.fixture(scope="session")
def browser(need):
    """One Chromium for all tests of a process."""
    with sync_playwright() as playwright:
        started = launch(playwright, args=_QUIET)
        need(started, MISSING)
        yield started
        started.close()


@pytest.fixture(scope="session")
def windows():
    """The windows that are open, by what their readers can do: a new one costs more than a page in it."""
    return {}


@pytest.fixture
def open_page(browser, address, windows):
    """``open_page("en/intro.html", width=390, theme="dark")`` opens a page as somebody who was never here.

    The window may have been another test's; `own=True` takes a new one, for tests that change what comes before all
    pages. The addresses of all requests, and what the page reports as an error, stand in its `asked` and `errors`.
    """
    owned = []

    def open_(
        path, *, width=1350, theme="light", motion="no-preference", wait="load", base=address, own=False, **options
    ):
        kind = str(options)
        page = windows.get(kind)
        if page is None or own:
            page = _new(browser, options)
            owned.append(page.context) if own else windows.update({kind: page})
        page.unroute_all()
        page.goto("about:blank")
        for origin in (address, "file:///"):  # what was kept there
            data = {"origin": origin, "storageTypes": "local_storage"}
            page.context.new_cdp_session(page).send("Storage.clearDataForOrigin", data)
        page.asked, page.errors = [], []
        page.mouse.move(0, 0)
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(media="null", color_scheme=theme, reduced_motion=motion)
        page.goto(base + path, wait_until=wait)
        return page

    yield open_
    for context in owned:
        context.close()


def _new(browser, options):
    page = browser.new_context(**options).new_page()
    page.on("request", lambda request: page.asked.append(request.url))
    # What a page was loading when its reader left it has not failed.
    page.on("requestfailed", lambda it: "ABORTED" in it.failure or page.errors.append(f"{it.failure} {it.url}"))
    page.on("response", lambda got: got.status < 400 or page.errors.append(f"{got.status} {got.url}"))
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.on("console", lambda it: it.type in ("error", "warning") and page.errors.append(it.text))
    page.asked, page.errors = [], []
    return page
