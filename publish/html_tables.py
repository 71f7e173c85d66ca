"""Tables as HTML that a screen reader, a phone and a page without JavaScript can use.

The roles are written out because a phone shows each row as a card, and cells that are no longer laid out as a table
would lose them. publish/assets/numbers.js makes the tables of class "numbers" sortable and filterable.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape


@dataclass(frozen=True)
class Cell:
    """What stands in a cell.

    Attributes
    ----------
    html : str
        The content, as HTML.
    sort : float or str
        By what the column is sorted; "" for the text.
    """

    html: str
    sort: float | str = ""


def text(content):
    """Plain text as a cell."""
    return Cell(escape(str(content)))


def link(address, content):
    """HTML of a link with a plain text."""
    return f'<a class="reference internal" href="{escape(address)}">{escape(content)}</a>'


def number(value, sign=False):
    """A number for a reader, six digits at most, with a true minus sign.

    Examples
    --------
    >>> number(0.9981050138), number(-16), number(-4.9e-06, sign=True), number(12661), number("4 of 8")
    ('0.998105', '−16', '−4.9e−06', '12661', '4 of 8')
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    written = f"{value:+.3g}" if sign and value else f"{value:.6g}"
    return written.replace("-", "−")


def table(caption, columns, rows, *, classes="numbers", id=""):
    """A table.

    Parameters
    ----------
    caption : str
        What the table shows: plain text.
    columns : list of str
        The heads of the columns. The first column names the row.
    rows : list of (str, list of Cell)
        For each row the name of its group, by which a reader may filter, and its cells.
    classes, id : str
        For the table.

    Returns
    -------
    str
        HTML.

    Raises
    ------
    ValueError
        A row has not one cell for each column.
    """
    for _, cells in rows:
        if len(cells) != len(columns):
            raise ValueError(f"rows: expected {len(columns)} cells, got {len(cells)}")
    head = "".join(f'<th role="columnheader" scope="col">{escape(column)}</th>' for column in columns)
    body = "\n".join(_row(group, columns, cells) for group, cells in rows)
    named = f' id="{escape(id)}"' if id else ""
    return (
        f'<table role="table" class="table {escape(classes)}"{named}>\n<caption>{escape(caption)}</caption>\n'
        f'<thead role="rowgroup"><tr role="row">{head}</tr></thead>\n<tbody role="rowgroup">\n{body}\n</tbody></table>'
    )


def _row(group, columns, cells):
    written = []
    for i, (column, cell) in enumerate(zip(columns, cells, strict=True)):
        tag, role = ('th scope="row"', "rowheader") if i == 0 else ("td", "cell")
        sort = f' data-sort="{escape(str(cell.sort))}"' if cell.sort != "" else ""
        label = f' data-label="{escape(column)}"' + (' class="number"' if isinstance(cell.sort, int | float) else "")
        written.append(f'<{tag} role="{role}"{label}{sort}>{cell.html}</{tag.split()[0]}>')
    return f'<tr role="row" data-group="{escape(group)}">{"".join(written)}</tr>'
