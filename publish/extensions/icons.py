"""Cut the icons' fonts down to the icons that the style sheet shows.

The theme brings Font Awesome's webfonts (under the SIL Open Font License 1.1, which allows to cut them down) and a
script of 543 kB that draws the same icons once more. The templates leave the script out; here 300 kB of fonts become 4.
"""

import tinycss2
from finishing import after_pages
from fontTools import subset
from style_sheet import SHEET

_FONTS = "_static/vendor/fontawesome/webfonts"


def shown(sheet):
    """The letters that a style sheet writes before or after elements, which is how it shows icons: set of int.

    Examples
    --------
    >>> sorted(map(hex, shown('.a:before{content:"\\\\f0c9"} .b{font-family:"a"}')))
    ['0x61', '0xf0c9']
    """
    return {ord(letter) for text in _strings(tinycss2.parse_component_value_list(sheet)) for letter in text}


def _strings(tokens):
    for token in tokens:
        if token.type == "string" and len(token.value) == 1:
            yield token.value
        yield from _strings(getattr(token, "content", None) or getattr(token, "arguments", None) or [])


def cut(path, letters):
    """Keep those of `letters` in a WOFF2 font that it has; remove the file where it has none. Returns how many stay."""
    options = subset.Options(flavor="woff2", notdef_outline=True, recalc_timestamp=False)
    # The licence asks that its notice stays with the font.
    options.name_IDs = ["*"]
    font = subset.load_font(str(path), options)
    letters = letters & set(font.getBestCmap())
    if not letters:
        path.unlink()
        return 0
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=letters)
    subsetter.subset(font)
    subset.save_font(font, str(path), options)
    return len(letters)


def cut_fonts(folder):
    """Cut the icons' fonts of the site in `folder`."""
    letters = shown((folder / SHEET).read_text(encoding="utf-8"))
    for path in sorted((folder / _FONTS).glob("*.woff2")):
        cut(path, letters)


def setup(app):
    after_pages(app, cut_fonts, priority=810)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
