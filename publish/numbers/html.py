"""Numbers, links and tables as HTML. numbers.js makes the tables of class "numbers" sortable and filterable."""

from __future__ import annotations

from html import escape

from publish.book import render


def cell(html, sort=None):
    """What stands in a cell: its HTML, and by what its column is sorted, "" for the text."""
    return html, "" if sort is None else sort


def text(content, sort=None):
    """Plain text as a cell."""
    return cell(escape(str(content)), sort)


def link(address, content):
    """HTML of a link with a plain text; the text alone where there is no address."""
    words = escape(content)
    return f'<a class="reference internal" href="{escape(address)}">{words}</a>' if address else words


def number(value):
    """A number for a reader, six digits at most, with a true minus sign.

    Examples
    --------
    >>> number(0.9981050138), number(-16), number(-4.9e-06), number(12661), number("nan")
    ('0.998105', '−16', '−4.9e−06', '12661', 'nan')
    """
    return (value if isinstance(value, str) else f"{value:.6g}").replace("-", "−")


def bound(record):
    """What a record allows its number to be: str; "" where it has no number.

    Examples
    --------
    >>> bound({"below": 0.03}), bound({"above": -1, "below": 2}), bound({"expected": 0.5, "within": 0.1})
    ('< 0.03', '> −1 and < 2', '0.5 ± 0.1')
    >>> bound({"expected": 57, "within": 0}), bound({})
    ('exactly 57', '')
    """
    if record.get("expected") is not None:
        expected, within = number(record["expected"]), record["within"]
        return f"{expected} ± {number(within)}" if within else f"exactly {expected}"
    sides = ((">", record.get("above")), ("<", record.get("below")))
    return " and ".join(f"{sign} {number(side)}" for sign, side in sides if side is not None)


def table(caption, rows, *, id, classes="numbers"):
    """A table: HTML without an empty line, so that it is one block to Markdown.

    Parameters
    ----------
    caption : str
    rows : list of (str, str, dict of cells)
        For each row its id on the page ("" for none), the name of its group, by which a reader may filter, and one
        cell for each column, by the head of the column. The first column names the row.
    id, classes : str
        For the table.
    """
    columns = list(rows[0][2]) if rows else []
    return render("numbers.html", caption=caption, columns=columns, rows=rows, id=id, classes=classes) + "\n"
