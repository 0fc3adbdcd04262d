"""Apostrophes in CSV: they keep a spreadsheet from taking a text for a formula."""

import re

import pandas as pd

_MARKED = r"^'('*[=+\-@\t\r])"
_TO_MARK = r"^('*[=+\-@\t\r])"


def marked(frame: pd.DataFrame) -> pd.DataFrame:
    """Put an apostrophe before cells and headings that start as a formula does.

    >>> marked(pd.DataFrame({"@a": ["=1+1", "1+1"]})).to_csv(index=False).split()
    ["'@a", "'=1+1", '1+1']
    """
    mixed = {name: "str" for name, column in frame.items() if column.dtype == object}
    return _replaced(frame.astype(mixed), _TO_MARK, r"'\1")


def unmarked(frame: pd.DataFrame) -> pd.DataFrame:
    """Take the apostrophes away again; the same frame if there are none."""
    return _replaced(frame, _MARKED, r"\1")


def _replaced(frame: pd.DataFrame, pattern: str, new: str) -> pd.DataFrame:
    """Replace the start of texts in all columns; the same frame if nothing is to be done."""
    changed = {}
    for name, column in frame.items():
        texts = column.cat.categories.to_series() if column.dtype == "category" else column
        texts = texts.astype("str") if texts.dtype == object else texts
        if texts.dtype != "str" or not texts.str.contains(pattern.replace("(", "(?:")).any():
            continue
        changed[name] = column.astype("str").str.replace(pattern, new, regex=True)
    plain = frame.assign(**changed) if changed else frame
    heads = {name: re.sub(pattern, new, str(name)) for name in frame}
    other = {name: head for name, head in heads.items() if head != str(name)}
    return plain.rename(columns=other) if other else plain
