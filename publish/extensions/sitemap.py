"""sitemap.xml: the canonical address of every page that a reader may look for."""

from pathlib import Path
from xml.etree import ElementTree

_SCHEMA = "http://www.sitemaps.org/schemas/sitemap/0.9"


def sitemap(addresses):
    """The sitemap as bytes; `addresses` are full addresses, in the order in which they shall stand."""
    root = ElementTree.Element("urlset", xmlns=_SCHEMA)
    for address in addresses:
        ElementTree.SubElement(ElementTree.SubElement(root, "url"), "loc").text = address
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def _write(app, error):
    if error or app.builder.name != "html" or not app.config.html_baseurl:
        return
    pages = [app.config.html_baseurl + app.builder.get_target_uri(name) for name in sorted(app.env.found_docs)]
    Path(app.outdir, "sitemap.xml").write_bytes(sitemap(pages))


def setup(app):
    app.connect("build-finished", _write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
