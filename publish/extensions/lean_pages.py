"""Leave Thebe out of the pages: Jupyter Book always adds it, this book does not use it, and it asks other hosts."""

from docutils import nodes


def _drop_scripts(app, pagename, templatename, context, doctree):
    for kind in ("script_files", "css_files"):
        if kind in context:
            context[kind][:] = [file for file in context[kind] if "thebe" not in _address(file)]


def _address(file):
    return f"{getattr(file, 'filename', file)} {getattr(file, 'attributes', '')}".lower()


def _drop_inline_thebe(app, doctree, docname):
    for node in list(doctree.findall(nodes.raw)):
        if "x-thebe-config" in node.astext() or node.astext().startswith("<script>kernelName"):
            node.parent.remove(node)


def setup(app):
    app.connect("html-page-context", _drop_scripts, priority=900)
    app.connect("doctree-resolved", _drop_inline_thebe, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
