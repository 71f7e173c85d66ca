"""Give each page only the scripts it uses, after its text.

Jupyter Book gives every page the scripts of every extension, and Thebe's, which asks other hosts. What a page needs is
read from its classes: a script that is not listed here stays.
"""

from lxml import html

#: Part of a script's name, or of its text where it stands in the page, and classes: a page with none of them drops it.
#: None: every page drops it.
_NEEDS = {
    "thebe": None,
    "THEBE_JS_URL": None,
    # Names the page for a menu of versions, which this book does not have.
    "DOCUMENTATION_OPTIONS.": None,
    "toggle": {"toggle", "dropdown"},
    "design-tabs": {"sd-tab-set"},
    "clipboard": {"highlight"},
    "copybutton": {"highlight"},
}


def classes_in(body):
    """The classes that stand in a piece of HTML: a set of str."""
    if not body or not body.strip():
        return set()
    fragment = html.fragment_fromstring(body, create_parent="div")
    return {name for element in fragment.iter() for name in (element.get("class") or "").split()}


def is_needed(script, classes):
    """Whether a page with these classes uses the script, named by its file or its text."""
    return all(needs is not None and needs & classes for part, needs in _NEEDS.items() if part in script)


def _lean(app, pagename, templatename, context, doctree):
    if "script_files" not in context:
        return
    classes = classes_in(context.get("body"))
    kept = []
    for script in context["script_files"]:
        name = str(getattr(script, "filename", script) or "")
        attributes = getattr(script, "attributes", {})
        if is_needed(name or attributes.get("body", ""), classes):
            if name:
                attributes["defer"] = "defer"
            kept.append(script)
    # The same inline script may have been added twice.
    context["script_files"][:] = list(dict.fromkeys(kept))


def setup(app):
    app.connect("html-page-context", _lean, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
