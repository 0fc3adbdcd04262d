"""Tables for reading: words on the left, numbers on the right, blanks blank, days in one piece."""

import re
from collections.abc import Mapping

import pandas as pd
from IPython.display import HTML

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def table(frame: pd.DataFrame, *, decimals: int | Mapping[str, int] = 2) -> HTML:
    """Return a frame as a table that a projector shows well.

    Parameters
    ----------
    frame : DataFrame
        An index that has a name or is text becomes the first column, any other is left out.
    decimals : int or mapping of column to int
        Places shown of numbers that are not whole; 2 in columns that a mapping does not name.
    """
    worded = frame.index.name or pd.api.types.is_string_dtype(frame.index.dtype)
    shown = frame.reset_index(names=frame.index.name or "") if worded else frame
    named = {} if isinstance(decimals, int) else decimals
    rest = decimals if isinstance(decimals, int) else 2
    head = "".join(_cell("th", str(name), shown[name]) for name in shown.columns)
    body = [
        "".join(
            _cell("td", _words(row[name], named.get(name, rest)), shown[name])
            for name in shown.columns
        )
        for _, row in shown.iterrows()
    ]
    rows = "".join(f"<tr>{cells}</tr>" for cells in body)
    return HTML(f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>")


def _cell(tag: str, words: str, column: pd.Series) -> str:
    side = "right" if column.dtype.kind in "iuf" else "left"
    wrap = "nowrap" if column.dtype.kind == "M" else "normal"
    escaped = words.replace("&", "&amp;").replace("<", "&lt;")
    escaped = _DAY.sub(r'<span style="white-space:nowrap">\g<0></span>', escaped)
    return f'<{tag} style="text-align:{side};font-size:105%;white-space:{wrap}">{escaped}</{tag}>'


def _words(value: object, decimals: int) -> str:
    if pd.isna(value):
        return ""
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}" if value == value.normalize() else f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, float):
        return f"{value:z,.0f}" if value.is_integer() else f"{value:z,.{decimals}f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
