"""Spreadsheets as data: what cells showed when they were saved; nothing is computed or fetched."""

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl  # type: ignore[import-untyped]
from openpyxl.cell import WriteOnlyCell  # type: ignore[import-untyped]
from openpyxl.styles import Alignment, Font  # type: ignore[import-untyped]
from openpyxl.worksheet.datavalidation import DataValidation  # type: ignore[import-untyped]

MOST_ROWS = 1_048_576
"""Rows that a sheet can have, its head among them."""

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet take the text of a CSV cell for a formula."""

Row = tuple[int, list[Any]]


def read(path: Path, *, megabytes: int, sheet: str | None = None) -> list[Row]:
    """Return (number, cells) of the rows that hold anything: of a sheet, else of the first.

    Raises
    ------
    ValueError
        If it is no spreadsheet, or unpacks to more than so many megabytes.
    """
    if not path.is_file():
        what = "a folder" if path.is_dir() else "nothing"
        msg = f"{path}: must be a spreadsheet (.xlsx), found {what} there"
        raise ValueError(msg)
    try:
        with zipfile.ZipFile(path) as packed:
            size = sum(part.file_size for part in packed.infolist())
        if size > megabytes * 1e6:
            msg = f"{path}: must unpack to at most {megabytes} MB, got {size / 1e6:,.0f} MB"
            raise ValueError(msg)
        book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
    except (zipfile.BadZipFile, OSError, KeyError) as error:
        msg = f"{path}: must be a spreadsheet (.xlsx), got {' '.join(str(error).split())}"
        raise ValueError(msg) from None
    try:
        page = book[sheet] if sheet in book.sheetnames else book.worksheets[0]
        page.reset_dimensions()
        rows = enumerate(page.iter_rows(values_only=True), start=1)
        return [(number, list(cells)) for number, cells in rows if _holds(cells)]
    finally:
        book.close()


def _holds(cells: Sequence[Any]) -> bool:
    return any(cell is not None and str(cell).strip() for cell in cells)


def write(
    path: Path,
    sheets: Mapping[str, Sequence[Sequence[Any]]],
    *,
    widths: Sequence[int] = (),
    choices: tuple[str, str] | None = None,
) -> None:
    """Write sheets of rows, the first row of each in bold; texts stay texts, never formulas.

    `choices`: cells of the first sheet (B2:B11) in which one of those of a range may be chosen.
    """
    book = openpyxl.Workbook(write_only=True)
    for i, (title, rows) in enumerate(sheets.items()):
        page = book.create_sheet(title)
        page.freeze_panes = "A2"
        for letter, width in zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", widths, strict=False):
            page.column_dimensions[letter].width = width
        if choices and i == 0:
            offer = DataValidation(type="list", formula1=choices[1], showErrorMessage=False)
            offer.add(choices[0])
            page.data_validations.append(offer)
        for number, row in enumerate(rows):
            page.append([_cell(page, value, bold=number == 0) for value in row])
    book.save(path)


def _cell(page: Any, value: Any, *, bold: bool) -> Any:
    cell = WriteOnlyCell(page, value=value)
    if isinstance(value, str):
        cell.data_type = "s"
        cell.alignment = Alignment(vertical="top", wrap_text=bold)
    if bold:
        cell.font = Font(bold=True)
    return cell
