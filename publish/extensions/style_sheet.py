"""One style sheet with the rules that the book uses, in place of a dozen with everything that their authors offer.

The sheets are joined in their order. A rule goes when it names a class, an id or an element that stands in no page and
that no script mentions; of what is left, nothing is changed. Licence comments stay.

It runs when the pages are written. Where no page was written, last time's sheet is still right.
"""

import hashlib
import posixpath
from pathlib import Path
from urllib.parse import urlsplit

import tinycss2
from finishing import after_pages, html_pages
from lxml import html

SHEET = "_static/style.css"
# The theme's templates name these themselves, so they are not in Sphinx's list.
_THEME = ("basic.css", "styles/pydata-sphinx-theme.css")
_LEFT_OUT = {"styles/theme.css", "sphinx-thebe.css"}
_NESTED = {"media", "supports", "layer", "container"}


class Used:
    """What pages and scripts name: `classes`, `ids`, `elements`, and `words`, which may be any of these."""

    def __init__(self):
        self.classes, self.ids, self.elements, self.words = set(), set(), {"html", "*"}, set()

    def add_page(self, text):
        """Add the page `text`, HTML as str or bytes."""
        for element in html.document_fromstring(text).iter(html.etree.Element):
            self.elements.add(element.tag)
            self.classes.update((element.get("class") or "").split())
            if element.get("id"):
                self.ids.add(element.get("id"))

    def add_script(self, text):
        """Add each word of a script: it may be a class that the script sets."""
        word = []
        for letter in text + " ":
            if letter.isalnum() or letter in "-_":
                word.append(letter)
            elif word:
                self.words.add("".join(word))
                word = []

    def has_selector(self, tokens):
        """Whether something in the book may fit a selector, given as tokens. What stands in brackets is not judged."""
        before = ""
        for token in tokens:
            if token.type == "hash" and token.value not in self.ids | self.words:
                return False
            if token.type == "ident":
                name = token.value
                if before == "." and name not in self.classes and name not in self.words:
                    return False
                if before not in (".", ":") and name.lower() not in self.elements and name not in self.words:
                    return False
            before = token.value if token.type == "literal" else ""
        return True


def _split(tokens, at=","):
    """Tokens, cut at a literal."""
    parts = [[]]
    for token in tokens:
        if token.type == "literal" and token.value == at:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def purge(rules, used):
    """The rules that `used` may need, in order: list of tinycss2 nodes."""
    kept = []
    for rule in rules:
        if rule.type == "qualified-rule":
            selectors = [part for part in _split(rule.prelude) if used.has_selector(part)]
            if selectors and any(token.type != "whitespace" for token in rule.content):
                rule.prelude = _join(selectors)
                kept.append(rule)
        elif rule.type == "at-rule" and rule.lower_at_keyword in _NESTED and rule.content is not None:
            inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
            rule.content = purge(inner, used)
            if rule.content:
                kept.append(rule)
        elif rule.type != "whitespace":
            kept.append(rule)
    return kept


def _join(parts):
    comma = tinycss2.ast.LiteralToken(0, 0, ",")
    joined = list(parts[0])
    for part in parts[1:]:
        joined += [comma, *part]
    return joined


def read_sheet(static, name):
    """The rules of the sheet `name` below the folder `static`, imported sheets in their place, addresses counted anew.

    Comments go, except those that hold a licence.
    """
    rules = tinycss2.parse_stylesheet((static / name).read_text(encoding="utf-8"), skip_whitespace=True)
    found = []
    for rule in rules:
        if rule.type == "comment":
            if rule.value.startswith("!"):
                found.append(rule)
        elif rule.type == "at-rule" and rule.lower_at_keyword == "import":
            target = next(token.value for token in rule.prelude if token.type in ("string", "url"))
            found += read_sheet(static, posixpath.normpath(posixpath.join(posixpath.dirname(name), target)))
        elif not (rule.type == "at-rule" and rule.lower_at_keyword == "charset"):
            for tokens in (rule.prelude, rule.content):
                _count_anew(tokens or [], posixpath.dirname(name))
            if rule.type == "at-rule" and rule.lower_at_keyword == "font-face":
                rule.content = _newest_format(rule.content)
            found.append(rule)
    return found


def _count_anew(tokens, folder):
    """Let addresses count from the joined sheet in place of `folder`."""
    for token in tokens:
        if token.type == "url":
            _move(token, folder)
        elif token.type == "function" and token.lower_name == "url":
            for argument in token.arguments:
                if argument.type == "string":
                    _move(argument, folder)
        elif hasattr(token, "content") and isinstance(token.content, list):
            _count_anew(token.content, folder)
        elif token.type == "function":
            _count_anew(token.arguments, folder)


def _move(token, folder):
    if not urlsplit(token.value).scheme and not token.value.startswith(("#", "/")):
        token.value = posixpath.normpath(posixpath.join(folder, token.value))
        token.representation = f'url("{token.value}")' if token.type == "url" else f'"{token.value}"'


def _newest_format(content):
    """Of a font's files only WOFF2: every browser of the last ten years reads it."""
    declarations = []
    for declaration in _split(content, ";"):
        name = next((token.lower_value for token in declaration if token.type == "ident"), "")
        if name == "src":
            colon = next(i for i, token in enumerate(declaration) if token == ":") + 1
            files = _split(declaration[colon:])
            files = [part for part in files if "woff2" in tinycss2.serialize(part)] or files
            declaration = declaration[:colon] + _join(files)
        declarations.append(declaration)
    semicolon = tinycss2.ast.LiteralToken(0, 0, ";")
    return [token for declaration in declarations for token in [*declaration, semicolon]][:-1]


def without_blanks(tokens):
    """The tokens without comments, and with one blank for many."""
    kept = []
    for token in tokens:
        if token.type == "comment" and not token.value.startswith("!"):
            continue
        if token.type == "whitespace":
            token.value = " "
            if not kept or kept[-1].type == "whitespace" or (kept[-1].type == "literal" and kept[-1].value in ";:,"):
                continue
        if isinstance(getattr(token, "content", None), list):
            token.content = without_blanks(token.content)
            while token.content and token.content[-1].type == "whitespace":
                token.content.pop()
        kept.append(token)
    return kept


def _serialize(rules):
    for rule in rules:
        if rule.type in ("qualified-rule", "at-rule"):
            # "@media print": this blank parts two names.
            blank = [token for token in rule.prelude[:1] if rule.type == "at-rule" and token.type == "whitespace"]
            rule.prelude = blank + without_blanks(rule.prelude)
            if rule.content is not None:
                rule.content = without_blanks(rule.content)
    return "\n".join(rule.serialize() for rule in rules) + "\n"


def joined_sheet(static, names, used):
    """One sheet as str.

    Parameters
    ----------
    static : pathlib.Path
        The folder that the joined sheet stands in; addresses count from there.
    names : list of str
        Sheets below it, in their order.
    used : Used
    """
    rules = [rule for name in names for rule in read_sheet(static, name)]
    return _serialize(purge(rules, used))


class _Sheets:
    """Collects the names of sheets while pages are written, and writes the joined one when all are."""

    def __init__(self):
        self.names, self.version = [], ""

    def set_version(self, app, env):
        """Eight letters that change with the text of a page or the book's own sheet.

        Browsers keep a sheet as long as its address stays, also where a newer page needs a rule that was cut out of it.
        """
        key = hashlib.sha256()
        sheets = [path for folder in app.config.html_static_path for path in Path(app.srcdir, folder).glob("*.css")]
        for path in [*sorted(sheets), *(Path(env.doc2path(name)) for name in sorted(env.found_docs))]:
            key.update(path.read_bytes())
        self.version = key.hexdigest()[:8]

    def add_page(self, app, pagename, templatename, context, doctree):
        """Note which sheets the page wants, and give it the joined one instead."""
        files = sorted(context.get("css_files", []), key=lambda file: getattr(file, "priority", 500))
        names = [str(getattr(file, "filename", file)).removeprefix("_static/") for file in files]
        self.names += [name for name in names if name not in self.names]
        context |= {"css_files": [], "style_sheet": SHEET, "style_version": self.version}

    def write(self, folder):
        """Write the joined sheet of the site in `folder`."""
        used = Used()
        for page in html_pages(folder):
            used.add_page(page.read_bytes())
        for script in sorted((folder / "_static").rglob("*.js")):
            used.add_script(script.read_text(encoding="utf-8"))
        names = [name for name in dict.fromkeys([*_THEME, *self.names]) if name not in _LEFT_OUT]
        (folder / SHEET).write_text(joined_sheet(folder / "_static", names, used), encoding="utf-8")


def setup(app):
    sheets = _Sheets()
    app.connect("env-updated", sheets.set_version)
    app.connect("html-page-context", sheets.add_page, priority=990)
    after_pages(app, sheets.write, priority=800)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
