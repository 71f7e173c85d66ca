"""Numbers, links and tables as HTML that a screen reader, a phone and a page without JavaScript can use.

The roles are written out because a phone shows each row as a card, and cells that are no longer laid out as a table
would lose them. numbers.js makes the tables of class "numbers" sortable and filterable.
"""

from __future__ import annotations

from html import escape


class Cell(str):
    """What stands in a cell: HTML. `sort`: by what its column is sorted, "" for the text."""

    def __new__(cls, html, sort=""):
        cell = super().__new__(cls, html)
        cell.sort = sort if isinstance(sort, str | int | float) and not isinstance(sort, bool) else ""
        return cell


def text(content, sort=""):
    """Plain text as a cell."""
    return Cell(escape(str(content)), sort)


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
    given = {name: number(value) for name, value in record.items() if isinstance(value, int | float | str)}
    if "expected" in given:
        return f"{given['expected']} ± {given['within']}" if record.get("within") else f"exactly {given['expected']}"
    return " and ".join(f"{sign} {given[side]}" for side, sign in (("above", ">"), ("below", "<")) if side in given)


def table(caption, columns, rows, *, classes="numbers", id):
    """A table: HTML without an empty line, so that it is one block to Markdown.

    Parameters
    ----------
    caption : str
    columns : list of str
        The heads of the columns. The first column names the row.
    rows : list of (str, str, list of Cell)
        For each row its id on the page ("" for none), the name of its group, by which a reader may filter, and one
        cell for each column.
    classes, id : str
        For the table.
    """
    head = "".join(f'<th role="columnheader" scope="col">{escape(column)}</th>' for column in columns)
    body = "\n".join(_row(anchor, group, columns, cells) for anchor, group, cells in rows)
    return (
        f'<table role="table" class="table {classes}" id="{id}">\n<caption>{escape(caption)}</caption>\n'
        f'<thead role="rowgroup"><tr role="row">{head}</tr></thead>\n'
        f'<tbody role="rowgroup">\n{body}\n</tbody></table>\n'
    )


def _row(anchor, group, columns, cells):
    written = []
    for i, (column, cell) in enumerate(zip(columns, cells, strict=True)):
        tag, role = ('th scope="row"', "rowheader") if i == 0 else ("td", "cell")
        sort = f' data-sort="{escape(str(cell.sort))}"' if cell.sort != "" else ""
        label = f' data-label="{escape(column)}"' + (' class="number"' if isinstance(cell.sort, int | float) else "")
        written.append(f'<{tag} role="{role}"{label}{sort}>{cell}</{tag.split()[0]}>')
    named = f' id="{anchor}"' if anchor else ""
    return f'<tr role="row"{named} data-group="{escape(group)}">{"".join(written)}</tr>'
