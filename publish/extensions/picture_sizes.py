"""Say how large each picture is, so that text does not jump when it arrives, and let it arrive when it is near.

The size is the picture's own, in CSS pixels; the style sheet shrinks it to the column and keeps its shape.
"""

import posixpath
from pathlib import Path
from urllib.parse import quote

from docutils import nodes
from lxml import etree
from PIL import Image

_UNITS = {"": 1, "px": 1, "pt": 4 / 3, "in": 96, "cm": 96 / 2.54, "mm": 96 / 25.4}


def picture_size(path):
    """Width and height in CSS pixels, or None where the file does not say.

    Raises
    ------
    ValueError
        An SVG file that no reader can parse.
    """
    path = Path(path)
    if path.suffix != ".svg":
        with Image.open(path) as image:
            return image.size
    try:
        _, root = next(etree.iterparse(str(path), events=("start",), huge_tree=True))
    except etree.XMLSyntaxError as error:
        raise ValueError(f"{path}: not an SVG file: {error}") from None
    sizes = [_pixels(root.get(name, "")) for name in ("width", "height")]
    if None in sizes:
        box = root.get("viewBox", "").replace(",", " ").split()
        sizes = [float(number) for number in box[2:]]
    return (round(sizes[0]), round(sizes[1])) if len(sizes) == 2 else None


def _pixels(length):
    number = length.rstrip("abcdefghijklmnopqrstuvwxyz%")
    factor = _UNITS.get(length[len(number) :])
    return float(number) * factor if number and factor else None


def _visit_image(self, node):
    uri, alt = node["uri"], node.get("alt", "")
    attributes = {"alt": alt, "decoding": "async"}
    if self.builder.name == "html":  # a book on one page is made to be printed, whole
        attributes["loading"] = "lazy"
    if uri in self.builder.images:
        source = Path(self.builder.srcdir, uri)
        node["uri"] = posixpath.join(self.builder.imgpath, quote(self.builder.images[uri]))
        if size := picture_size(source):
            attributes |= {"width": size[0], "height": size[1]}
    if declared := self.image_size(node):
        attributes["style"] = declared
    if "align" in node:
        attributes["class"] = f"align-{node['align']}"
    inline = isinstance(node.parent, nodes.TextElement)
    self.body.append(self.emptytag(node, "img", "" if inline else "\n", src=node["uri"], **attributes))


def _depart_image(self, node):
    pass


def setup(app):
    app.add_node(nodes.image, override=True, html=(_visit_image, _depart_image))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
