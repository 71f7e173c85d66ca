"""Write figures shorter: matplotlib gives six decimals where a hundredth of a point is more than a screen shows.

Only figures that a build made, in its own folder, are rewritten. What is drawn stays the same: coordinates are rounded
to hundredths and counted from the point before, comments, metadata and names that nothing refers to go.
"""

import re
from pathlib import Path

from docutils import nodes
from lxml import etree

_SVG = "{http://www.w3.org/2000/svg}"
_HREF = ("href", "{http://www.w3.org/1999/xlink}href")
_TOKEN = re.compile(r"[A-Za-z]|[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_COORDINATES = ("x", "y", "x1", "x2", "y1", "y2", "cx", "cy")
_POINTS = {"M": 1, "L": 1, "Q": 2, "C": 3, "Z": 0}
_HUNDREDTHS = 100


def shorter_path(path):
    """A path of absolute moves, lines and curves in fewer letters, true to half a hundredth.

    Any other path (relative already, or with arcs) comes back as it is. A path that closes starts the next one where it
    began.

    Examples
    --------
    >>> shorter_path("M 54.510571 185.198661 L 54.510571 35.861504 L 60.5 30 z")
    'M54.51 185.2v-149.34l5.99-5.86z'
    """
    tokens = _TOKEN.findall(path)
    written, here, start, i = [], (0, 0), (0, 0), 0
    while i < len(tokens):
        command = tokens[i].upper() if tokens[i] in "zZ" else tokens[i]
        if command not in _POINTS:
            return path
        numbers = [round(float(token) * _HUNDREDTHS) for token in tokens[i + 1 : i + 1 + 2 * _POINTS[command]]]
        i += 1 + len(numbers)
        # Without its letter, a command is repeated; matplotlib and graphviz' curves do the latter.
        if i < len(tokens) and tokens[i] not in _POINTS and tokens[i] not in "zZ":
            if command == "Z" or tokens[i].isalpha():
                return path
            tokens.insert(i, "L" if command == "M" else command)
        if command == "Z":
            written.append("z")
            here = start
            continue
        points = list(zip(numbers[::2], numbers[1::2], strict=True))
        if command == "M":
            written.append("M" + _joined(numbers))
            start = points[-1]
        else:
            written.append(_relative(command, points, here))
        here = points[-1]
    return "".join(written)


def _relative(command, points, here):
    steps = [(x - here[0], y - here[1]) for x, y in points]
    if command == "L" and steps[0][0] == 0:
        return "v" + _joined([steps[0][1]])
    if command == "L" and steps[0][1] == 0:
        return "h" + _joined([steps[0][0]])
    return command.lower() + _joined([number for step in steps for number in step])


def _joined(hundredths):
    """Whole numbers of hundredths, as SVG writes a list: a minus sign parts two numbers as well as a blank does."""
    text = ""
    for number in hundredths:
        short = f"{abs(number) / _HUNDREDTHS:.2f}".rstrip("0").rstrip(".")
        short = ("-" if number < 0 else "") + (short.removeprefix("0") or "0")
        text += short if not text or number < 0 else " " + short
    return text


def smaller(svg):
    """A figure in fewer bytes that draw the same.

    Parameters
    ----------
    svg : bytes

    Returns
    -------
    bytes
        UTF-8, with its declaration.

    Raises
    ------
    lxml.etree.XMLSyntaxError
        It is not XML.
    """
    root = etree.fromstring(svg, etree.XMLParser(remove_comments=True, remove_blank_text=True, huge_tree=True))
    for metadata in root.findall(f".//{_SVG}metadata"):
        metadata.getparent().remove(metadata)
    referred = set(_REFERENCE.findall(etree.tostring(root, encoding="unicode")))
    referred |= {element.get(name, "")[1:] for element in root.iter() for name in _HREF}
    for element in root.iter(f"{_SVG}*"):
        if element.get("d"):
            element.set("d", shorter_path(element.get("d")))
        for name in _COORDINATES:
            if element.get(name, "").lstrip("-").replace(".", "", 1).isdigit():
                element.set(name, _joined([round(float(element.get(name)) * _HUNDREDTHS)]))
        if element.get("id") and element.get("id") not in referred:
            del element.attrib["id"]
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def _shorten(app, doctree):
    made = Path(app.outdir).parent.resolve()
    for image in doctree.findall(nodes.image):
        path = Path(app.srcdir, image["uri"]).resolve()
        if path.suffix == ".svg" and made in path.parents and path.exists():
            before = path.read_bytes()
            after = smaller(before)
            if len(after) < len(before):
                path.write_bytes(after)


def setup(app):
    app.connect("doctree-read", _shorten)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
