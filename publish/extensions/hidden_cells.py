"""Hidden cells that say what they hide.

myst-nb names every one "Toggle hidden content" for those who listen to a page, whatever the page shows.
"""

from html import escape

from myst_nb.sphinx_ import HideCodeCellNode


def _visit(self, node):
    classes = escape(" ".join(node["classes"]))
    show, hide = escape(node["prompt_show"]), escape(node["prompt_hide"])
    self.body.append(f'<details class="admonition hide {classes}">\n<summary>\n')
    self.body.append(f'<p class="collapsed admonition-title">{show}</p>\n')
    self.body.append(f'<p class="expanded admonition-title">{hide}</p>\n</summary>\n')


def _depart(self, node):
    self.body.append("</details>\n")


def setup(app):
    app.add_node(HideCodeCellNode, override=True, html=(_visit, _depart))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
