"""The built site, served as a host would serve it, and a browser to read it with."""

import functools
import http.server
import threading
import zipfile
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import sync_playwright
from site_files import BOOK, SITE, published_below

from publish.output import offline
from publish.output.browser import MISSING, launch

_QUIET = ["--disable-background-networking", "--disable-component-update", "--no-first-run", "--disable-sync"]
# What a reader's own settings may do.
_NO_STORAGE = """
Object.defineProperty(Window.prototype, "localStorage", {
  configurable: true,
  get() { throw new DOMException("denied", "SecurityError"); },
});
delete window.localStorage;
"""
_FRAME = '<link rel=icon href="data:,"><iframe sandbox="allow-scripts" width=1300 height=800 src="{}"></iframe>'


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


@pytest.fixture(params=["a frame without storage", "storage switched off"])
def unkept(request, open_page, address):
    """``unkept("en/intro.html")`` shows a page where nothing is kept: playwright.sync_api.Frame.

    Once in a frame as course platforms have it, which may run scripts and nothing else, once in a window of its own.
    """

    def unkept_(path):
        page = open_page("about:blank", base="", own=True)
        if request.param == "storage switched off":
            page.add_init_script(_NO_STORAGE)
            page.goto(address + path)
        else:
            body = _FRAME.format(address + path)
            page.route("**/frame.html", lambda route: route.fulfill(content_type="text/html", body=body))
            page.goto(f"{address}frame.html")
        page.frames[-1].wait_for_load_state("load")
        return page.frames[-1]

    return unkept_


@pytest.fixture(scope="session")
def unpacked(tmp_path_factory):
    """The zip of the built site, unpacked in a folder whose name needs quoting: the address of that folder."""
    folder = tmp_path_factory.mktemp("a folder")
    assert offline.main(BOOK) == 0
    with zipfile.ZipFile(BOOK.build / f"{BOOK.slug}.zip") as archive:
        archive.extractall(folder)
    return (folder / BOOK.slug).as_uri() + "/"
