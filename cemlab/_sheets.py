"""Spreadsheets as data: what cells showed when they were saved; nothing is computed or fetched."""

import re
import warnings
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl  # type: ignore[import-untyped]
from openpyxl.cell import WriteOnlyCell  # type: ignore[import-untyped]
from openpyxl.styles import Alignment, Font  # type: ignore[import-untyped]
from openpyxl.utils import get_column_letter  # type: ignore[import-untyped]
from openpyxl.worksheet.datavalidation import DataValidation  # type: ignore[import-untyped]

from cemlab._files import there
from cemlab._words import short

MOST_ROWS = 1_048_576
"""Rows that a sheet can have, its head among them."""

_MOST_CELLS = 100_000_000
_MOST_LETTERS = 32_767
_MOST_DIGITS = 15
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_FORMULA = re.compile(rb"<(\w+:)?f[ />]")
_BLOCK = 2**20
_BOLD, _TOP = Font(bold=True), Alignment(vertical="top")
_WRAPPED = Alignment(vertical="top", wrap_text=True)

Row = tuple[int, list[Any]]


class SheetError(ValueError):
    """A spreadsheet cannot be read or written; the sentence names file or cell, rule and value."""


def read(
    path: Path, *, megabytes: int, sheet: str | None = None, most: int = MOST_ROWS
) -> list[Row]:
    """Return (number, cells) of the rows that hold anything: of a sheet, else of the first.

    Cells stand where their heading does. `most`: rows that may hold anything.

    Raises
    ------
    SheetError
        If it is no spreadsheet, unpacks to more than so many megabytes, has more rows, a cell
        without a heading, or a formula whose value was not saved.
    """
    there(path, "a spreadsheet (.xlsx)")
    with _one_sentence(path):
        with zipfile.ZipFile(path) as packed:
            size = sum(part.file_size for part in packed.infolist())
            if size > megabytes * 1e6:
                msg = f"{path}: must unpack to at most {megabytes} MB, got {size / 1e6:,.0f} MB"
                raise SheetError(msg)
            computed = _has_formulas(packed)
        if computed:
            _check_formulas(path, sheet)
        rows: list[Row] = []
        done = 0
        with _page(path, sheet) as page:
            for number, cells in enumerate(page.iter_rows(values_only=True), start=1):
                done += len(cells)
                if number > MOST_ROWS or done > _MOST_CELLS:
                    msg = f"{path}: must have at most {MOST_ROWS:,} rows and {_MOST_CELLS:,} cells, got more"
                    raise SheetError(msg)
                if not holds(cells):
                    continue
                if not rows:
                    rows.append((number, headings(cells)))
                    continue
                if len(rows) == most:
                    msg = f"{path}: must have at most {most:,} rows, got more"
                    raise SheetError(msg)
                heads = rows[0][1]
                check_headings(path, heads, number, cells)
                rows.append((number, [*cells[: len(heads)], *[None] * (len(heads) - len(cells))]))
        return rows


def holds(cells: Sequence[Any]) -> bool:
    """Return whether any of these cells holds something."""
    return any(cell is not None and str(cell).strip() for cell in cells)


def headings(cells: Sequence[Any]) -> list[Any]:
    """Return headings up to the last, None where one is blank."""
    heads = [cell if holds([cell]) else None for cell in cells]
    while heads and heads[-1] is None:
        heads.pop()
    return heads


def check_headings(path: Path, heads: Sequence[Any], number: int, cells: Sequence[Any]) -> None:
    """Stop at a cell of a row that holds something, but has no heading (None)."""
    if len(cells) <= len(heads) and None not in heads:
        return
    for i, cell in enumerate(cells):
        if holds([cell]) and (i >= len(heads) or heads[i] is None):
            msg = f"{path}, {letter(i)}{number}: must stand under a heading, got {short(cell)}"
            raise SheetError(msg)


def letter(i: int) -> str:
    """Return what column i (from 0) is called.

    >>> letter(27)
    'AB'
    """
    return str(get_column_letter(i + 1))


@contextmanager
def _one_sentence(path: Path) -> Iterator[None]:
    """Whatever goes wrong with a broken file is one sentence."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what a spreadsheet has besides its cells
            yield
    except SheetError:
        raise
    except Exception as error:  # a broken file can break its reader anywhere
        said = short(" ".join(str(error).split()) or type(error).__name__)[1:-1]
        msg = f"{path}: must be a spreadsheet (.xlsx), got {said}"
        raise SheetError(msg) from None


@contextmanager
def _page(path: Path, sheet: str | None, *, values: bool = True) -> Iterator[Any]:
    with path.open("rb") as raw:
        book = openpyxl.load_workbook(raw, read_only=True, data_only=values, keep_links=False)
        pages = {page.title: page for page in book.worksheets}
        if not pages:
            msg = f"{path}: must have a sheet with cells, found none"
            raise SheetError(msg)
        page = pages.get(sheet, next(iter(pages.values())))
        page.reset_dimensions()
        yield page


def _has_formulas(packed: zipfile.ZipFile) -> bool:
    for part in packed.namelist():
        if "/worksheets/" in part:
            with packed.open(part) as file:
                last = b""
                while block := file.read(_BLOCK):
                    if _FORMULA.search(last + block):
                        return True
                    last = block[-20:]
    return False


def _check_formulas(path: Path, sheet: str | None) -> None:
    """Stop at the first formula without the value it had (an empty text is one)."""
    with _page(path, sheet) as shown, _page(path, sheet, values=False) as written:
        for number, (saw, wrote) in enumerate(
            zip(shown.iter_rows(), written.iter_rows(), strict=False), start=1
        ):
            if number > MOST_ROWS:
                return
            for i, (value, formula) in enumerate(zip(saw, wrote, strict=False)):
                if formula.data_type == "f" and value.value is None and value.data_type != "str":
                    msg = (
                        f"{path}, {letter(i)}{number}: must have a value saved with its formula, "
                        "got none: open the file in a spreadsheet program and save it"
                    )
                    raise SheetError(msg)


# --- writing -----------------------------------------------------------------------


def write(
    path: Path,
    sheets: Mapping[str, Sequence[Sequence[Any]]],
    *,
    widths: Sequence[int] = (),
    choices: Mapping[str, str] | None = None,
    wrap: bool = False,
) -> None:
    """Write sheets of rows, the first row of each in bold; texts stay texts, never formulas.

    Whole numbers of 16 digits and more become text, since a spreadsheet keeps only 15.
    `choices`: cells of the first sheet (B2:B11) -> a range, or a list in quotation marks, from
    which one may be chosen there. `wrap`: show long texts in several lines.

    Raises
    ------
    SheetError
        At a value that a cell cannot hold.
    """
    book = openpyxl.Workbook(write_only=True)
    for i, (title, rows) in enumerate(sheets.items()):
        page = book.create_sheet(title)
        page.freeze_panes = "A2"
        for name, width in zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", widths, strict=False):
            page.column_dimensions[name].width = width
        for cells, options in (choices or {}).items() if i == 0 else ():
            offer = DataValidation(type="list", formula1=options, showErrorMessage=False)
            offer.add(cells)
            page.data_validations.append(offer)
        try:
            for number, row in enumerate(rows, start=1):
                place = f"{title}, row {number}"
                page.append([_cell(page, value, place, number == 1, wrap) for value in row])
        except BaseException:
            page.close()
            raise
    book.save(path)


def _cell(page: Any, value: Any, place: str, bold: bool, wrap: bool) -> Any:
    kept = _kept(value, place)
    if kept is None:
        return None
    cell = WriteOnlyCell(page, value=kept)
    if isinstance(kept, str):
        cell.data_type = "s"
        cell.alignment = _WRAPPED if bold or wrap else _TOP
    if bold:
        cell.font = _BOLD
    return cell


def _kept(value: Any, place: str) -> Any:
    """Return what a cell keeps of a value without loss, or raise one sentence."""
    plain = value.item() if isinstance(value, np.generic) else value
    if isinstance(plain, int) and abs(plain) >= 10**_MOST_DIGITS:
        return str(plain)
    rule = None
    if isinstance(plain, str):
        if len(plain) > _MOST_LETTERS:
            rule = f"must be text of at most {_MOST_LETTERS:,} characters, got {len(plain):,}"
        elif _CONTROL.search(plain):
            rule = f"must have no control characters, got {short(plain)}"
    elif isinstance(plain, float):
        rule = None if np.isfinite(plain) else f"must be a finite number, got {plain}"
    elif isinstance(plain, datetime | time) and plain.tzinfo is not None:
        rule = f"must be a time without a zone, got {short(str(plain))}"
    elif plain is not None and not isinstance(plain, int | date | time):
        rule = f"must be text, a number or a date, got {short(plain)}"
    if rule:
        msg = f"{place}: {rule}: a spreadsheet cannot hold it, write .parquet"
        raise SheetError(msg)
    return plain
