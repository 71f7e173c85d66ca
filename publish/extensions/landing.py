"""index.html, which leads to the landing page, with a title and a link; the toc extension would write a bare line."""


def _pages(app):
    root = app.config.root_doc
    if app.builder.name != "html" or root == "index":
        return
    target = app.builder.get_target_uri(root)
    title, base = app.config.html_title, app.config.html_baseurl
    context = {
        "title": title,
        "target": target,
        "canonical": base + target if base else "",
        "icon": "_static/logo.svg",
        "editions": [{"target": target, "language": app.config.language, "name": title}],
    }
    yield "index", context, "redirect.html"


def setup(app):
    app.connect("html-collect-pages", _pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
