"""Event logs in files: CSV, Parquet and spreadsheets, by the ending of the name."""

import gzip
import re
import tempfile
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
from pyarrow import csv as arrow_csv
from pyarrow import parquet

from cemlab import _checks, events
from cemlab._files import replacing
from cemlab.exchange import _foreign, _sheets

ENDINGS = (".csv", ".csv.gz", ".parquet", ".xlsx")
"""Endings of files that can hold a log."""

_TIMES = ("time", "latest")
_NAMES = tuple(name for name in events.COLUMNS if name not in (*_TIMES, "value"))
_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?)?$"
_NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
_MARK = "'"
_MARKED = r"^'('*[=+\-@\t\r])"
_TO_MARK = r"^('*[=+\-@\t\r])"
_MOST_MB = 1000
_PLACE = re.compile(r"^events(?:, row (\d+))?(?=[,:])")


def read(path: str | Path) -> pd.DataFrame:
    """Read and validate a log from a .csv, .csv.gz, .parquet or .xlsx file.

    Parameters
    ----------
    path : str or Path
        In a spreadsheet, the sheet "log" counts, else the first; the columns' names stand in
        the first row, and of formulas the value that was saved with them is read.

    Returns
    -------
    DataFrame
        An event log; of a CSV file the same as `events.read` returns, but sooner. An apostrophe
        that `write` has put before = + - @ is taken away.

    Raises
    ------
    ValueError
        Names file, line or row, column, rule and value.

    Examples
    --------
    >>> log = pd.DataFrame({"customer": "Ana", "actor": "customer", "kind": ["contact"],
    ...                     "time": ["2024-05-01"]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write(log, Path(folder, "log.parquet"))
    ...     read(Path(folder, "log.parquet"))["kind"].tolist()
    ['contact']
    """
    file = Path(path)
    ending = ending_of(file)
    if ending == ".parquet":
        return _from_parquet(file)
    if ending == ".xlsx":
        return _from_sheet(file)
    try:
        return events.validate(_quickly(file))
    except (pa.ArrowException, ValueError, KeyError):
        return _strictly(file, ending)


def write(log: pd.DataFrame, path: str | Path) -> None:
    """Validate a log and write it as .csv, .csv.gz, .parquet or .xlsx; whole or not at all.

    Parameters
    ----------
    log : DataFrame
        An event log.
    path : str or Path
        Where it goes; an older file stays whole if this fails. In CSV, a text that a
        spreadsheet would take for a formula (it starts with = + - @) gets an apostrophe in front. A
        spreadsheet keeps times to the millisecond and holds 1,048,575 events.

    Raises
    ------
    ValueError
        If the log breaks a rule or does not fit; nothing is written then.
    """
    file = Path(path)
    ending = ending_of(file)
    frame = events.validate(log)
    if ending == ".xlsx" and len(frame) >= _sheets.MOST_ROWS:
        msg = f"log must have at most {_sheets.MOST_ROWS - 1:,} events for a spreadsheet, got {len(frame):,}: write .parquet"
        raise ValueError(msg)
    with replacing(file) as draft:
        if ending == ".xlsx":
            _sheets.write(draft, {"log": [list(frame.columns), *_cells(frame)]}, widths=[14, 8, 20])
        elif ending == ".parquet":
            parquet.write_table(_arrow(frame), draft)
        elif ending == ".csv":
            arrow_csv.write_csv(_arrow(_marked(frame)), draft)
        else:
            with draft.open("wb") as raw, gzip.GzipFile("", "wb", 6, raw, mtime=0) as packed:
                arrow_csv.write_csv(_arrow(_marked(frame)), packed)


def ending_of(file: Path) -> str:
    """Return the ending of a file's name, if a log can be in such a file."""
    found = next((e for e in ENDINGS if file.name.lower().endswith(e)), file.suffix)
    return _checks.one_of(f"ending of {file.name}", found, ENDINGS)


def check_place(path: str | Path) -> None:
    """Stop before a long reading if a log could not be written there afterwards.

    Raises
    ------
    ValueError
        If the ending is unknown or the folder is not there.
    """
    file = Path(path)
    ending_of(file)
    if file.is_dir() or not file.parent.is_dir():
        msg = f"{file}: must be a file in a folder that is there, got {'a folder' if file.is_dir() else 'none'}"
        raise ValueError(msg)


# --- CSV ---------------------------------------------------------------------------


def _quickly(file: Path) -> pd.DataFrame:
    """Read a CSV file with Arrow, or raise what Arrow or a strange cell makes of it."""
    names = _foreign.head(file).names
    kinds = {name: pa.string() for name in names}
    kinds |= {name: pa.dictionary(pa.int32(), pa.string()) for name in names if name in _NAMES}
    with _foreign.opened(file) as text:
        table = arrow_csv.read_csv(
            text,
            arrow_csv.ReadOptions(block_size=2**23),
            arrow_csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
            arrow_csv.ConvertOptions(
                column_types=kinds, null_values=[""], strings_can_be_null=False
            ),
        )
    frame = {}
    for name, column in zip(table.column_names, table.columns, strict=True):
        found = column
        if name in _TIMES:
            found = _cast(column, _DATE, pa.timestamp("us"))
        elif name == "value":
            found = _cast(column, _NUMBER, pa.float64())
        elif pa.types.is_dictionary(column.type):
            found = column.unify_dictionaries()
        frame[name] = found.to_pandas()
    if len(frame) < len(table.column_names):
        msg = "a column stands twice"
        raise ValueError(msg)
    return _unmarked(pd.DataFrame(frame))


def _cast(column: pa.ChunkedArray, pattern: str, kind: pa.DataType) -> pa.ChunkedArray:
    blank = pc.equal(column, "")
    if not pc.all(pc.or_(blank, pc.match_substring_regex(column, pattern)), min_count=0).as_py():
        msg = "a cell is not plain"
        raise ValueError(msg)
    return pc.if_else(blank, pa.scalar(None, pa.string()), column).cast(kind)


def _strictly(file: Path, ending: str) -> pd.DataFrame:
    """Read a CSV file with `events.read`, which says in a sentence what is wrong with it."""
    if ending == ".csv":
        return _unmarked_log(events.read(file))
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder, "log.csv")
        with _foreign.opened(file) as packed:
            text.write_bytes(packed.read())
        try:
            return _unmarked_log(events.read(text))
        except ValueError as error:
            msg = str(error).replace(str(text), str(file))
            raise ValueError(msg) from None


def _unmarked_log(log: pd.DataFrame) -> pd.DataFrame:
    plain = _unmarked(log)
    return log if plain is log else events.validate(plain)


def _marked(frame: pd.DataFrame) -> pd.DataFrame:
    return _replaced(frame, _TO_MARK, rf"{_MARK}\1")


def _unmarked(frame: pd.DataFrame) -> pd.DataFrame:
    return _replaced(frame, _MARKED, r"\1")


def _replaced(frame: pd.DataFrame, pattern: str, new: str) -> pd.DataFrame:
    """Replace the start of texts in all columns; the same frame if nothing is to be done."""
    changed = {}
    for name, column in frame.items():
        texts = column.cat.categories.to_series() if column.dtype == "category" else column
        if texts.dtype != "str" or not texts.str.contains(pattern.replace("(", "(?:")).any():
            continue
        changed[name] = column.astype("str").str.replace(pattern, new, regex=True)
    return frame.assign(**changed) if changed else frame


# --- Parquet -----------------------------------------------------------------------


def _arrow(frame: pd.DataFrame) -> pa.Table:
    """Return a log for Arrow: names as they are, each column of one kind."""
    table = pa.Table.from_pandas(frame, preserve_index=False)
    for i, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type):
            plain = table.column(i).cast(field.type.value_type)
            table = table.set_column(i, field.name, plain)
    return table.replace_schema_metadata(None)


def _from_parquet(file: Path) -> pd.DataFrame:
    if not file.is_file():
        what = "a folder" if file.is_dir() else "nothing"
        msg = f"{file}: must be a Parquet file with an event log, found {what} there"
        raise ValueError(msg)
    try:
        table = parquet.read_table(file, partitioning=None)
    except (pa.ArrowException, OSError) as error:
        said = " ".join(str(error).split())
        msg = f"{file}: must be a Parquet file that can be read to its end, got {said}"
        raise ValueError(msg) from None
    frame = {}
    for name, column in zip(table.column_names, table.columns, strict=True):
        coded = name in _NAMES and not pa.types.is_dictionary(column.type)
        frame[name] = (column.dictionary_encode() if coded else column).to_pandas()
    return _validated(pd.DataFrame(frame), file, np.arange(table.num_rows))


# --- spreadsheets ------------------------------------------------------------------


def _cells(frame: pd.DataFrame) -> Any:
    """Return rows of plain values, None where nothing is known."""
    columns = [
        [None if missing else value for value, missing in zip(values, gone, strict=True)]
        for values, gone in (
            (frame[name].astype(object).tolist(), frame[name].isna().tolist()) for name in frame
        )
    ]
    return map(list, zip(*columns, strict=True))


def _from_sheet(file: Path) -> pd.DataFrame:
    rows = _sheets.read(file, megabytes=_MOST_MB, sheet="log")
    names = [str(name).strip() for name in rows[0][1] if name is not None] if rows else []
    cells = [[*row, *[None] * len(names)][: len(names)] for _, row in rows[1:]]
    frame = pd.DataFrame(cells, columns=names, dtype=object)
    return _validated(frame, file, np.array([number for number, _ in rows[1:]]))


def _validated(frame: pd.DataFrame, file: Path, number: Any) -> pd.DataFrame:
    try:
        return events.validate(frame)
    except ValueError as error:
        _say_where(str(error), file, number)


def _say_where(said: str, file: Path, number: Any) -> NoReturn:
    """Raise the sentence about a frame again, as one about the file's own row."""
    found = _PLACE.match(said)
    row = f", row {number[int(found[1])]}" if found and found[1] and len(number) else ""
    msg = f"{file}{row}{_PLACE.sub('', said) if found else f': {said}'}"
    raise ValueError(msg) from None
