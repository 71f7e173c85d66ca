"""Figures that a reader moves: a picture as matplotlib drew it, and over it, where scripts run, the same figure alive.

The figures themselves are JavaScript, in the folder `moving` beside this module; its README.md says how one is made.
"""

from __future__ import annotations

import base64
import json
import re
from html import escape
from pathlib import Path

from lecture_utils._output import _in_notebook

#: Where name, settings and alternative text stand in the metadata of a cell's output.
KEY = "lecture_moving"
FOLDER = Path(__file__).with_name("moving")
#: The modules that all figures share, in the order in which they need each other.
SHARED = ("nn", "draw", "mount")

_TYPES = {"int": int, "float": (int, float), "str": str, "bool": bool, "list": list, "dict": dict}
_IMPORT = re.compile(r'^import \{([^}]*)\} from "\./(\w+)\.mjs";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:const|function|class) (\w+))", re.MULTILINE)
_START = """for (const place of document.querySelectorAll(".moving-figure"))
  movingFigures.mount.mount(place, movingFigures[place.dataset.figure]);"""
_COMMENT = re.compile(r"^ *//.*\n", re.MULTILINE)


def names():
    """The figures that there are: list of str."""
    return sorted(path.stem for path in FOLDER.glob("*.json"))


def show(name, figure, *, alt, **settings):
    """Show a figure that the reader moves, in place of a picture that matplotlib drew.

    The picture is what print, a page without scripts and a screen reader's list of pictures have. In a notebook one
    output is displayed, and `figure` is closed; elsewhere nothing is shown and the arguments are checked.

    Parameters
    ----------
    name : str
        One of `names()`.
    figure : matplotlib.figure.Figure
        The picture: the figure as it is before anybody moves it.
    alt : str
        What is seen in the picture.
    **settings
        What the figure starts from, as its own table (`moving/NAME.json`) lists it. Tensors and arrays become lists.

    Raises
    ------
    ValueError
        There is no such figure or no such setting, one that is needed is missing, or a value is outside its bounds.
    TypeError
        A value has another type than the table says.

    Examples
    --------
    >>> show("bumps", None, alt="Three flat bumps.", goals=0.5)
    Traceback (most recent call last):
    ...
    ValueError: goals: the figure 'bumps' has no such setting; it has bumps, target, seed, rate, steps, goal
    """
    if name not in names():
        raise ValueError(f"name: expected one of {', '.join(map(repr, names()))}, got {name!r}")
    if not isinstance(alt, str) or not alt.strip():
        raise ValueError(f"alt: expected a sentence that says what is seen, got {alt!r}")
    record = {"figure": name, "settings": complete(name, settings), "alt": alt}
    if not hasattr(figure, "savefig"):
        raise TypeError(f"figure: expected a figure of matplotlib, got {figure!r}")
    if not _in_notebook():
        return
    from IPython import get_ipython
    from IPython.display import display
    from matplotlib import pyplot

    data, _ = get_ipython().display_formatter.format(figure)
    pyplot.close(figure)  # else the notebook shows it a second time
    still = {kind: content for kind, content in data.items() if kind.startswith("image/")}
    bundle = {**still, "text/html": notebook_html(record, still), "text/plain": alt}
    display(bundle, raw=True, metadata={KEY: record})


def complete(name, settings):
    """The settings of a figure, checked, with those that were not given: dict of what JSON can hold.

    Raises
    ------
    ValueError, TypeError
        See `show`.

    Examples
    --------
    >>> complete("bumps", {"goal": 0.4, "seed": 7})["seed"]
    7
    """
    table = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    if unknown := sorted(settings.keys() - table.keys()):
        raise ValueError(f"{unknown[0]}: the figure {name!r} has no such setting; it has {', '.join(table)}")
    found = {}
    for setting, form in table.items():
        if setting not in settings and "default" not in form:
            raise ValueError(f"{setting}: the figure {name!r} needs it")
        found[setting] = _checked(setting, _plain(settings.get(setting, form.get("default"))), form)
    return found


def _checked(setting, value, form):
    kind = form["type"]
    if not isinstance(value, _TYPES[kind]) or (isinstance(value, bool) and kind != "bool"):
        raise TypeError(f"{setting}: expected {kind}, got {value!r}")
    if "choices" in form and value not in form["choices"]:
        raise ValueError(f"{setting}: expected one of {', '.join(map(repr, form['choices']))}, got {value!r}")
    if "min" in form and not value >= form["min"]:  # so nan is refused, too
        raise ValueError(f"{setting}: expected a number at least {form['min']}, got {value!r}")
    if "max" in form and not value <= form["max"]:
        raise ValueError(f"{setting}: expected a number at most {form['max']}, got {value!r}")
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{setting}: expected numbers, texts and lists or dicts of them: {error}") from None
    return value


def _plain(value):
    """Tensors and arrays as lists and numbers, inside lists and dicts too; a dict's keys as text."""
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


def place(record):
    """The start of the element that holds the still picture and, later, the living figure: str, HTML without its end.

    Parameters
    ----------
    record : dict
        What `show` left in the metadata of an output, under `KEY`.
    """
    settings = escape(json.dumps(record["settings"], separators=(",", ":"), ensure_ascii=False))
    return f'<figure class="moving-figure" data-figure="{record["figure"]}" data-settings="{settings}">'


def script(name):
    """A module as a script for a page that cannot load modules; what it exports stands in `movingFigures[name]`.

    Parameters
    ----------
    name : str
        A file of the folder `moving`, without its suffix.

    Raises
    ------
    ValueError
        The module imports or exports in a form that is not one of: `import { a, b } from "./c.mjs";`,
        `export const|function|class a`, `export default {`.
    """
    text = (FOLDER / f"{name}.mjs").read_text(encoding="utf-8")
    exports = _EXPORT.findall(text)
    text = _EXPORT.sub("", _IMPORT.sub(r"const {\1} = movingFigures.\2;", _COMMENT.sub("", text)))
    if "\nexport default {" in text:
        text, exports = text.replace("\nexport default {", "\nconst figure_ = {"), [*exports, "default: figure_"]
    if left := re.search(r"^(?:import|export)\b.*", text, re.MULTILINE):
        raise ValueError(f"{name}.mjs: cannot be joined: {left[0]}")
    return (
        f'movingFigures.{name} = (() => {{\n"use strict";\n{text.strip()}\nreturn {{ {", ".join(exports)} }};\n}})();\n'
    )


def shared():
    """The modules that all figures share, as one script: str."""
    return "globalThis.movingFigures ??= {};\n" + "".join(map(script, SHARED))


def style(*figures):
    """The style of the given figures, with what all share: str, CSS."""
    return "".join((FOLDER / f"{name}.css").read_text(encoding="utf-8") for name in ("figures", *figures))


def notebook_html(record, still):
    """What Jupyter and Colab show: one piece of HTML that asks for nothing else, in a frame without any rights too.

    Parameters
    ----------
    record : dict
        See `place`.
    still : dict of str to str or bytes
        The picture, by media type, as notebooks hold it: SVG as text, PNG in base 64.
    """
    kind, content = next(iter(still.items()))
    if kind == "image/svg+xml":
        content = content.encode()
    if isinstance(content, bytes):
        content = base64.b64encode(content).decode()
    name = record["figure"]
    return (
        f"<style>{style(name)}</style>{place(record)}"
        f'<img alt="{escape(record["alt"])}" src="data:{kind};base64,{content.strip()}"></figure>'
        f"<script>{shared()}{script(name)}{_START}</script>"
    )
