"""Whole tables from elsewhere in CSV and Parquet files, or one sentence that names the line."""

import csv
import io
import re
import warnings
from pathlib import Path
from typing import NoReturn

import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]

from cemlab._words import short
from cemlab.exchange import _foreign

_LONGER = "must have no row with more cells than the head"


def parquet(file: Path) -> pd.DataFrame:
    """Return a Parquet file as it is."""
    try:
        return pd.read_parquet(file)
    except (pa.ArrowException, ArithmeticError, LookupError, OSError, TypeError, ValueError) as error:  # fmt: skip
        _stop(file, f"must be a table that can be read to its end, got {' '.join(str(error).split())}")  # fmt: skip


def csv_text(file: Path) -> pd.DataFrame:
    """Return a CSV file as text; what is empty is missing."""
    top = _foreign.head(file)
    if not top.names:
        _stop(file, "must be a file with a table, but is empty")
    twice = [name for name in top.names if top.names.count(name) > 1]
    if twice:
        _stop(file, f"every column may stand once, got {short(twice[0])} twice")
    try:
        with _foreign.opened(file) as text, warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            return pd.read_csv(
                text,
                sep=top.separator,
                skiprows=top.before,
                dtype="str",
                keep_default_na=False,
                na_values=[""],
                index_col=False,
                encoding="utf-8-sig",
            )
    except UnicodeDecodeError:
        _foreign.stop_at_bytes(file, "other bytes")
    except pd.errors.ParserWarning:
        _stop(file, f"{_LONGER}, got one")
    except pd.errors.ParserError as error:
        cells = re.search(r"in line (\d+), saw (\d+)", str(error))
        if cells:
            _stop(file, f"{_LONGER} ({len(top.names)}), got {cells[2]}", f", line {cells[1]}")
        _stop(file, f"must be a table that can be read to its end, got {' '.join(str(error).split())}")  # fmt: skip


def place(file: Path, row: int | None) -> str:
    """Return where a row of such a table stands in its file, "" if that is not known."""
    if row is None:
        return ""
    if file.suffix.lower() == ".parquet":
        return f", row {row}"
    top = _foreign.head(file)
    with _foreign.opened(file) as packed:
        text = io.TextIOWrapper(packed, encoding="utf-8-sig", newline="")
        lines = csv.reader(text, delimiter=top.separator)
        filled = (lines.line_num for cells in lines if "".join(cells).strip() or len(cells) > 1)
        number = next((n for k, n in enumerate(filled) if k == row + 1 + top.before), None)
    return "" if number is None else f", line {number}"


def _stop(file: Path, said: str, where: str = "") -> NoReturn:
    msg = f"{file}{where}: {said}"
    raise ValueError(msg) from None
