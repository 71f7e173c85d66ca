"""Figures in fewer bytes, with their sizes in the page, so that text does not jump when they arrive.

Only figures that the build itself made are rewritten: matplotlib gives six decimals where a hundredth of a point is
more than a screen shows. What is drawn stays the same.
"""

import re
from pathlib import Path
from urllib.parse import unquote

from docutils import nodes
from sphinx.util.images import get_image_size

_NOISE = re.compile(r"<metadata>.*?</metadata>|<!--.*?-->", re.S)
_COORDINATES = re.compile(r' (?:d|x|y|x1|x2|y1|y2|cx|cy|points)="[^"]*"')
_DECIMALS = re.compile(r"-?\d*\.\d{3,}(?![\de])")
_REFERENCE = re.compile(r'(?:href="#|url\(#)([^")]+)')
_IMAGE = re.compile(r'<img (?=[^>]*src="([^"]*_images/([^"]+))")(?![^>]* width=)')


def smaller(svg):
    """A figure in fewer letters that draw the same: coordinates in hundredths, no metadata, no name without a use.

    Examples
    --------
    >>> smaller('<svg><!-- a --><path id="p" d="M 54.510571 185.198661 L 7.0001 .5"/></svg>')
    '<svg><path d="M 54.51 185.2 L 7 .5"/></svg>'
    """
    svg = _COORDINATES.sub(lambda match: re.sub(r"\s+", " ", _DECIMALS.sub(_hundredths, match[0])), _NOISE.sub("", svg))
    used = set(_REFERENCE.findall(svg))
    return re.sub(r' id="([^"]*)"', lambda match: match[0] if match[1] in used else "", svg)


def _hundredths(match):
    return f"{float(match[0]):.2f}".rstrip("0").rstrip(".")


def _shorten(app, doctree):
    made = Path(app.outdir).parent.resolve()
    for image in doctree.findall(nodes.image):
        path = Path(app.srcdir, image["uri"]).resolve()
        if path.suffix == ".svg" and made in path.parents and path.exists():
            path.write_text(smaller(path.read_text(encoding="utf-8")), encoding="utf-8")


def _add_sizes(app, pagename, templatename, context, doctree):
    """Say how large each picture is, and let it arrive when its reader is near."""
    files = {name: Path(app.srcdir, source) for source, name in app.builder.images.items()}

    def sized(match):
        path = files.get(unquote(match[2]))
        size = path and get_image_size(path)
        return '<img loading="lazy" decoding="async" ' + (f'width="{size[0]}" height="{size[1]}" ' if size else "")

    context["body"] = _IMAGE.sub(sized, context.get("body", ""))


def setup(app):
    app.connect("doctree-read", _shorten)
    app.connect("html-page-context", _add_sizes)
