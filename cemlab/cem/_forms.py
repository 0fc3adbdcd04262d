"""Forms to fill in, as CSV or as a spreadsheet: written empty, read back cell by cell."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from cemlab import _csv, _sheets
from cemlab._files import replacing, there

_MOST_MB = 50
_MOST_LETTERS_OF_CHOICES = 255
_WIDE = ("text", "evidence", "definition")
_LIKE_A_FORMULA = re.compile(r"'*[=+\-@\t\r]")

Row = tuple[int, dict[str, str]]


def write(
    path: str | Path,
    sheets: Mapping[str, Sequence[Sequence[object]]],
    *,
    choices: Mapping[str, Sequence[str]],
    error: type[ValueError],
) -> None:
    """Write the first sheet as CSV, or all of them as a spreadsheet (.xlsx), by the file's name.

    Texts stay texts, never formulas: in CSV, one that begins with = + - or @ gets an apostrophe
    in front, which `read` takes away. `choices`: column of the first sheet -> what may be chosen
    there.
    """
    file = Path(path)
    first = next(iter(sheets.values()))
    if _kind(file, error) == ".csv":
        with replacing(file) as draft, draft.open("w", encoding="utf-8-sig", newline="") as text:
            csv.writer(text).writerows([[_safe(c) for c in row] for row in first])
        return
    widths = [80 if name in _WIDE else 22 for name in map(str, first[0])]
    texts = {title: [_texts(row) for row in rows] for title, rows in sheets.items()}
    with replacing(file) as draft:
        _sheets.write(draft, texts, widths=widths, choices=_offered(first, choices), wrap=True)


def read(path: str | Path, names: Sequence[str], error: type[ValueError]) -> list[Row]:
    """Return (row in the file, column -> text) of the rows that hold anything.

    `names`: columns that must be there; others are kept too.
    """
    file = Path(path)
    kind = _kind(file, error)
    try:
        there(file, "a filled-in form")
        rows = _spreadsheet(file) if kind == ".xlsx" else _text(file, error)
    except ValueError as found:
        raise error(str(found)) from None
    if not rows:
        msg = f"{file}: must not be empty"
        raise error(msg)
    head = rows[0][1]
    absent = [name for name in names if name not in head]
    if absent:
        msg = f"{file}: must have the columns {', '.join(names)}, got none called {absent[0]!r}"
        raise error(msg)
    twice = [name for i, name in enumerate(head) if name and name in head[:i]]
    if twice:
        msg = f"{file}: must have each column once, got {twice[0]!r} twice"
        raise error(msg)
    kept = [(number, dict(zip(head, cells, strict=False))) for number, cells in rows[1:] if any(cells)]  # fmt: skip
    return [(number, {name: cells.get(name, "") for name in head if name}) for number, cells in kept]  # fmt: skip


def one_spelling(name: str, values: Iterable[str]) -> None:
    """Stop where two names differ only in capitals or blanks: they would count as two.

    >>> one_spelling("rater", ["Ana", "Ben", "ana"])
    Traceback (most recent call last):
    ValueError: rater must be written in one way, got 'Ana' and 'ana'
    """
    known: dict[str, str] = {}
    for value in values:
        first = known.setdefault(" ".join(value.casefold().split()), value)
        if first != value:
            msg = f"{name} must be written in one way, got {first!r} and {value!r}"
            raise ValueError(msg)


def texts(name: str, values: Iterable[object]) -> None:
    """Stop at the first value that is no text, or a blank one.

    >>> texts("rater", ["Ana", None])
    Traceback (most recent call last):
    ValueError: rater must be a text in every row, got a blank: drop that row
    >>> texts("rater", ["Ana", 2])
    Traceback (most recent call last):
    ValueError: rater must be a text in every row, got 2: use .astype(str)
    """
    for value in values:
        if pd.isna(value) or not str(value).strip():
            msg = f"{name} must be a text in every row, got a blank: drop that row"
            raise ValueError(msg)
        if not isinstance(value, str):
            msg = f"{name} must be a text in every row, got {value!r}: use .astype(str)"
            raise ValueError(msg)


# --- inside ------------------------------------------------------------------------


def _kind(file: Path, error: type[ValueError]) -> str:
    if file.suffix.lower() not in (".csv", ".xlsx"):
        msg = f"path must end in .csv or .xlsx, got {str(file)!r}"
        raise error(msg)
    return file.suffix.lower()


def _texts(row: Sequence[object]) -> list[str | None]:
    return [None if cell is None else str(cell) for cell in row]


def _offered(
    rows: Sequence[Sequence[object]], choices: Mapping[str, Sequence[str]]
) -> dict[str, str]:
    """Return cells -> the list to choose from; one that is too long for a spreadsheet is left out."""
    offered = {}
    for name, options in choices.items():
        words = ",".join(options)
        if len(words) <= _MOST_LETTERS_OF_CHOICES:
            column = _sheets.letter(list(rows[0]).index(name))
            offered[f"{column}2:{column}{max(len(rows), 2)}"] = f'"{words}"'
    return offered


def _text(file: Path, error: type[ValueError]) -> list[tuple[int, list[str]]]:
    """Return the rows of a CSV file with commas, or with semicolons as some programs write it."""
    if file.stat().st_size > _MOST_MB * 1e6:
        msg = f"{file}: must have at most {_MOST_MB} MB, got {file.stat().st_size / 1e6:,.0f} MB"
        raise error(msg)
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        msg = f"{file}: must be text in UTF-8, got other bytes: save it as CSV UTF-8 or as .xlsx"
        raise error(msg) from None
    head = text.partition("\n")[0]
    between = ";" if head.count(";") > head.count(",") else ","
    names, rows = _csv.read(file, io.StringIO(text, newline=""), error, delimiter=between)
    numbered = [(1, names), *rows] if names else []
    return [(number, [_plain(cell.strip()) for cell in cells]) for number, cells in numbered]


def _safe(cell: object) -> str:
    """Return a cell that no spreadsheet program takes for a formula.

    >>> _safe("=1+1"), _safe("'=1"), _safe("'tis late"), _safe(None), _plain(_safe("- rude"))
    ("'=1+1", "''=1", "'tis late", '', '- rude')
    """
    text = "" if cell is None else str(cell)
    return f"'{text}" if _LIKE_A_FORMULA.match(text) else text


def _plain(text: str) -> str:
    """Return what `_safe` was given."""
    return text[1:] if text.startswith("'") and _LIKE_A_FORMULA.match(text) else text


def _spreadsheet(file: Path) -> list[tuple[int, list[str]]]:
    rows = _sheets.read(file, megabytes=_MOST_MB)
    return [(number, [_shown(cell) for cell in cells]) for number, cells in rows]


def _shown(cell: object) -> str:
    """Return a cell as it would be typed: 3 for 3.0, a day without its hours.

    >>> from datetime import datetime
    >>> _shown(3.0), _shown(None), _shown(datetime(2024, 5, 1)), _shown(" late ")
    ('3', '', '2024-05-01', 'late')
    """
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip().removesuffix(" 00:00:00")
