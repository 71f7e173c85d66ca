"""Give every claim, code cell and mark of a chapter an address on its page, and keep what a build knows of it.

The addresses are "claim-a43-test", "cell-full-run" and "shows-b05" (publish/places.py). What other pages need stays in
Sphinx's environment, as `env.claim_places`: a dict with, for each document, "anchors" (an address, and the address and
title of the section it is in), "records" (of its claims, in order), "printed" (what its code printed: str) and "ran"
(seconds since 1970). Pages that show it add their names to `env.claim_places_users`.
"""

import hashlib
from pathlib import Path

import nbformat
from docutils import nodes
from jupyter_cache import get_cache
from sphinx.environment.collectors import EnvironmentCollector

from lecture_utils.claims import records
from publish import places


class ClaimPlaces(EnvironmentCollector):
    """Sphinx calls this for each page that it reads anew."""

    def clear_doc(self, app, env, docname):
        env.claim_places.pop(docname, None)
        env.claim_places_users.discard(docname)

    def merge_other(self, app, env, docnames, other):
        env.claim_places |= {name: other.claim_places[name] for name in docnames if name in other.claim_places}
        env.claim_places_users |= other.claim_places_users & set(docnames)

    def get_outdated_docs(self, app, env, added, changed, removed):
        """The pages whose code has run again since they were read: Sphinx itself looks at sources only."""
        settled = set(env.claim_places) - added - changed - removed
        return [name for name in sorted(settled) if _last_run(env, name)[0] != env.claim_places[name]["ran"]]

    def process_doc(self, app, doctree):
        env = app.env
        ran, notebook = _last_run(env, env.docname)
        if not ran:
            return
        notebook = _cache(env).merge_match_into_notebook(notebook)[1]
        found = records(notebook)
        env.claim_places[env.docname] = {
            "anchors": _name_cells(doctree, notebook["cells"], found) | _name_marks(doctree),
            "records": found,
            "printed": _printed(notebook["cells"]),
            "ran": ran,
        }


def _cache(env):
    """Where the outputs are; MyST-NB itself keeps only what it shows."""
    return get_cache(env.mystnb_config.execution_cache_path)


def _last_run(env, document):
    """When the code of a page ran last, and its notebook without outputs: 0 and None where the page has no code."""
    source = Path(env.mystnb_config.output_folder) / f"{document}.ipynb"  # written when the page was read
    if not source.exists():
        return 0, None
    notebook = nbformat.read(source, as_version=4)
    try:
        return _cache(env).match_cache_notebook(notebook).created.timestamp(), notebook
    except KeyError:
        return 0, None


def _name_cells(doctree, cells, found):
    """Name the code cells after their ids and their claims; give each name its section."""
    anchors = {}
    for node in doctree.findall(lambda node: isinstance(node, nodes.container) and "cell_index" in node):
        cell = cells[node["cell_index"]].get("id")
        named = [places.anchor("cell", cell)] if doctree["source"].endswith(".ipynb") else []
        named += [places.anchor("claim", record["id"]) for record in found if record["cell"] == cell]
        node["ids"] += named
        anchors |= dict.fromkeys(named, _section(node))
    return anchors


def _name_marks(doctree):
    """Put an address in the place of each mark; give each its section."""
    anchors = {}
    for node in list(doctree.findall(nodes.raw)):
        names = places.marked(node.astext())
        if names:
            named = [places.anchor("shows", name) for name in names]
            anchors |= dict.fromkeys(named, _section(node))
            node.replace_self(nodes.target("", "", ids=named))
    return anchors


def _section(node):
    """The address and title of the section that a node stands in: a tuple of two str."""
    while node.parent is not None and not isinstance(node, nodes.section):
        node = node.parent
    if not isinstance(node, nodes.section):
        return "", ""
    return node["ids"][0], node.next_node(nodes.title).astext()


def _printed(cells):
    streams = (out for cell in cells for out in cell.get("outputs", []) if out["output_type"] == "stream")
    return "".join("".join(out["text"]) for out in streams if out["name"] == "stdout")


def _prepare(app):
    """Make room in an environment that is new; one that was kept from the last build has it."""
    for name, empty in (("claim_places", {}), ("claim_places_users", set()), ("claim_places_seen", "")):
        if not hasattr(app.env, name):
            setattr(app.env, name, empty)


def _outdated_users(app, env):
    """The pages to be written again: those that show what is kept here, where it changed since the last build."""
    found = [repr(sorted(env.claim_places.items())), repr(places.places(Path(app.srcdir)))]
    seen = hashlib.sha256("".join(found).encode()).hexdigest()
    changed, env.claim_places_seen = seen != env.claim_places_seen, seen
    return sorted(env.claim_places_users) if changed else []


def setup(app):
    app.add_env_collector(ClaimPlaces)
    app.connect("builder-inited", _prepare)
    app.connect("env-updated", _outdated_users)
    return {"version": "1", "env_version": 1, "parallel_read_safe": True, "parallel_write_safe": True}
