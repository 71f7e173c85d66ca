"""The versions and the data of this build, for the foot of every page.

The landing page runs a cell that prints them, one a line: a name, blanks, and what stands there. What the pages say of
their build is therefore what the build itself printed. The date is Sphinx's own, which respects SOURCE_DATE_EPOCH.
"""

from docutils import nodes

_SHOWN = ("torch", "data")


def printed_versions(text):
    """What a cell printed, as a dict from name to value.

    Examples
    --------
    >>> printed_versions("torch        2.14.1+cpu\\ndata         MNIST, 60,000 images\\n\\nAll is well")
    {'torch': '2.14.1', 'data': 'MNIST, 60,000 images'}
    """
    found = {}
    for line in text.splitlines():
        name, _, value = line.partition(" ")
        if name in _SHOWN and value.startswith(" "):
            # "+cpu" says how torch was packed, not which torch it is.
            found[name] = value.strip().partition("+")[0] if name == "torch" else value.strip()
    return found


def _remember(app, doctree):
    if app.env.docname != app.config.root_doc:
        return
    outputs = doctree.findall(lambda node: isinstance(node, nodes.container) and "cell_output" in node["classes"])
    app.env.book_build = printed_versions("\n".join(output.astext() for output in outputs))


def _add_stamp(app, pagename, templatename, context, doctree):
    context["build"] = getattr(app.env, "book_build", {})


def setup(app):
    app.connect("doctree-read", _remember)
    app.connect("html-page-context", _add_stamp)
    return {"version": "1", "env_version": 1, "parallel_read_safe": False, "parallel_write_safe": True}
