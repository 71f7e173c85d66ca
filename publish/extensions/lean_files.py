"""Remove from `_static` and `_images` what no page or style sheet of the site names.

Themes and extensions bring 8 MB of source maps, translations, old font formats and scripts, and earlier builds leave
their figures behind. A file that a script loads by a name of its own belongs into `html_extra_path`, not `_static`.
"""

from urllib.parse import unquote, urlsplit

import tinycss2
from finishing import after_pages, html_pages
from lxml import html

_FOLDERS = ("_static", "_images")
_LINKS = ("src", "href", "content")


def linked(site):
    """Files of the built site that a page names, or a style sheet that a page names: set of pathlib.Path."""
    found = set()
    for page in html_pages(site):
        for element in html.document_fromstring(page.read_bytes()).iter("script", "link", "img", "meta", "a", "source"):
            for attribute in _LINKS:
                path = unquote(urlsplit(element.get(attribute) or "").path)
                for folder in _FOLDERS:
                    _, inside, name = path.partition(f"{folder}/")
                    if inside:
                        found.add(site / folder / name)
    for sheet in [path for path in found if path.suffix == ".css" and path.exists()]:
        tokens = tinycss2.parse_component_value_list(sheet.read_text(encoding="utf-8"))
        found |= {(sheet.parent / address).resolve() for address in _addresses(tokens)}
    return found


def _addresses(tokens):
    for token in tokens:
        if token.type == "url":
            yield token.value
        elif token.type == "function" and token.lower_name == "url":
            yield from (argument.value for argument in token.arguments if argument.type == "string")
        yield from _addresses(getattr(token, "content", None) or getattr(token, "arguments", None) or [])


def _without_source_map(path):
    """A script or sheet without the line that names its source map, which is removed too."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.lstrip().startswith(("//# sourceMappingURL=", "/*# sourceMappingURL="))]
    if len(kept) < len(lines):
        path.write_text("".join(kept), encoding="utf-8")


def remove_unused(site):
    """Remove them from the built site, and folders that are empty then."""
    keep = linked(site)
    for path in sorted((path for folder in _FOLDERS for path in (site / folder).rglob("*")), reverse=True):
        if path.is_dir():
            if not any(path.iterdir()):
                path.rmdir()
        elif path not in keep:
            path.unlink()
        elif path.suffix == ".js":
            _without_source_map(path)


def setup(app):
    after_pages(app, remove_unused, priority=820)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
