"""Forms to fill in, as CSV or as a spreadsheet: written empty, read back cell by cell."""

import csv
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl  # type: ignore[import-untyped]
from openpyxl.cell import WriteOnlyCell  # type: ignore[import-untyped]
from openpyxl.styles import Alignment, Font  # type: ignore[import-untyped]
from openpyxl.utils import get_column_letter  # type: ignore[import-untyped]
from openpyxl.worksheet.datavalidation import DataValidation  # type: ignore[import-untyped]

from cemlab import _csv
from cemlab._files import replacing

MOST_ROWS = 100_000
_MOST_BYTES = 50_000_000
_MOST_LETTERS_OF_CHOICES = 255
_WRAPPED = Alignment(vertical="top", wrap_text=True)

Row = tuple[int, dict[str, str]]


def write(
    path: str | Path,
    sheets: Mapping[str, Sequence[Sequence[object]]],
    *,
    choices: Mapping[str, Sequence[str]],
    error: type[ValueError],
) -> None:
    """Write the first sheet as CSV, or all of them as a spreadsheet (.xlsx), by the file's name.

    Texts stay texts, never formulas. `choices`: column of the first sheet -> what may be chosen there.
    """
    file = Path(path)
    first = next(iter(sheets.values()))
    if _kind(file, error) == ".csv":
        with replacing(file) as draft, draft.open("w", encoding="utf-8-sig", newline="") as text:
            csv.writer(text).writerows([["" if c is None else c for c in row] for row in first])
        return
    book = openpyxl.Workbook(write_only=True)
    for title, rows in sheets.items():
        page = book.create_sheet(title)
        page.freeze_panes = "A2"
        for i, name in enumerate(rows[0]):
            wide = 80 if name in ("text", "evidence", "definition") else 22
            page.column_dimensions[get_column_letter(i + 1)].width = wide
        if rows is first:
            _offer(page, rows, choices)
        for number, row in enumerate(rows):
            page.append([_cell(page, value, bold=number == 0) for value in row])
    with replacing(file) as draft, draft.open("wb") as raw:
        book.save(raw)


def read(path: str | Path, names: Sequence[str], error: type[ValueError]) -> list[Row]:
    """Return (row in the file, column -> text) of the rows that hold anything.

    `names`: columns that must be there; others are kept too.
    """
    file = Path(path)
    kind = _kind(file, error)
    if not file.is_file():
        msg = f"{file}: must be a filled-in form, found {'a folder' if file.is_dir() else 'nothing'} there"
        raise error(msg)
    if file.stat().st_size > _MOST_BYTES:
        msg = f"{file}: must have at most {_MOST_BYTES // 1_000_000} MB, got {file.stat().st_size:,} bytes"
        raise error(msg)
    rows = _spreadsheet(file, error) if kind == ".xlsx" else _text(file, error)
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


# --- inside ------------------------------------------------------------------------


def _kind(file: Path, error: type[ValueError]) -> str:
    if file.suffix.lower() not in (".csv", ".xlsx"):
        msg = f"path must end in .csv or .xlsx, got {str(file)!r}"
        raise error(msg)
    return file.suffix.lower()


def _offer(
    page: Any, rows: Sequence[Sequence[object]], choices: Mapping[str, Sequence[str]]
) -> None:
    for name, options in choices.items():
        words = ",".join(options)
        if len(words) <= _MOST_LETTERS_OF_CHOICES:  # more do not fit into a spreadsheet's list
            column = get_column_letter(list(rows[0]).index(name) + 1)
            offer = DataValidation(type="list", formula1=f'"{words}"', showErrorMessage=False)
            offer.add(f"{column}2:{column}{max(len(rows), 2)}")
            page.data_validations.append(offer)


def _cell(page: Any, value: object, *, bold: bool) -> Any:
    if value is None:
        return None
    cell = WriteOnlyCell(page, value=str(value))
    cell.data_type, cell.alignment = "s", _WRAPPED
    if bold:
        cell.font = Font(bold=True)
    return cell


def _text(file: Path, error: type[ValueError]) -> list[tuple[int, list[str]]]:
    """Return the rows of a CSV file with commas, or with semicolons as some programs write it."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        msg = f"{file}: must be text in UTF-8, got other bytes: save it as CSV UTF-8 or as .xlsx"
        raise error(msg) from None
    head = text.partition("\n")[0]
    if head.count(";") > head.count(","):
        lines = list(csv.reader(text.splitlines(keepends=True), delimiter=";"))
        numbered = list(enumerate(lines, start=1))
    else:
        names, rows = _csv.read(file, text.splitlines(keepends=True), error)
        numbered = [(1, names), *rows] if names else []
    return [(number, [cell.strip() for cell in cells]) for number, cells in numbered]


def _spreadsheet(file: Path, error: type[ValueError]) -> list[tuple[int, list[str]]]:
    try:
        with warnings.catch_warnings(), file.open("rb") as raw:
            warnings.simplefilter("ignore")  # of what a spreadsheet has besides its cells
            book = openpyxl.load_workbook(raw, read_only=True, data_only=True, keep_links=False)
            page = book.worksheets[0]
            page.reset_dimensions()
            rows = []
            for number, cells in enumerate(page.iter_rows(values_only=True), start=1):
                if number > MOST_ROWS:
                    break
                rows.append((number, [_shown(cell) for cell in cells]))
    except Exception as found:  # a broken file can break its reader anywhere
        said = " ".join(str(found).split())[:80] or type(found).__name__
        msg = f"{file}: must be a spreadsheet (.xlsx), got {said}"
        raise error(msg) from None
    if len(rows) == MOST_ROWS:
        msg = f"{file}: must have fewer than {MOST_ROWS:,} rows, got more"
        raise error(msg)
    return rows


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
