"""Take out what sphinx-thebe writes into each page: Jupyter Book always adds it, and this book does not use it."""

from docutils import nodes


def _drop(app, doctree, docname):
    for node in list(doctree.findall(nodes.raw)):
        if "x-thebe-config" in node.astext() or node.astext().startswith("<script>kernelName"):
            node.parent.remove(node)


def setup(app):
    app.connect("doctree-resolved", _drop, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
