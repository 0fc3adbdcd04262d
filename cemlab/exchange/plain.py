"""Event logs in files: CSV, Parquet and spreadsheets, by the ending of the name."""

import gzip
import os
import re
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
from pyarrow import csv as arrow_csv
from pyarrow import parquet

from cemlab import _checks, _sheets, events
from cemlab._files import replacing, there
from cemlab._words import short
from cemlab.exchange import _foreign, _marks

ENDINGS = (".csv", ".csv.gz", ".parquet", ".xlsx")
"""Endings of files that can hold a log."""

_TIMES = ("time", "latest")
_NAMES = tuple(name for name in events.COLUMNS if name not in (*_TIMES, "value"))
_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?)?$"
_NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
_MOST_MB = 1000
_WHAT = {".parquet": "Parquet file", ".xlsx": "spreadsheet (.xlsx)"}
_PLACE = re.compile(r"^events(?:, row (\d+))?(?=[,:])")


def read(path: str | Path) -> pd.DataFrame:
    """Read and validate a log from a .csv, .csv.gz, .parquet or .xlsx file.

    Parameters
    ----------
    path : str or Path
        In a spreadsheet, the sheet "log" counts, else the first; the columns' names stand in
        the first row that holds anything, and of formulas the value that was saved with them
        is read. A .csv.gz file may unpack to 8 GB.

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
    there(file, f"a {_WHAT.get(ending, 'CSV file')} with an event log")
    if ending == ".parquet":
        return _from_parquet(file)
    if ending == ".xlsx":
        return _from_sheet(file)
    try:
        return events.validate(_quickly(file))
    except _foreign.TooLarge:
        raise
    except (pa.ArrowException, ValueError, KeyError):
        return _strictly(file, ending)


def write(log: pd.DataFrame, path: str | Path) -> None:
    """Validate a log and write it as .csv, .csv.gz, .parquet or .xlsx; whole or not at all.

    Parameters
    ----------
    log : DataFrame
        An event log.
    path : str or Path
        Where it goes; an older file stays whole if this fails. In CSV, a text or heading that a
        spreadsheet would take for a formula (it starts with = + - @) gets an apostrophe in front.
        A spreadsheet keeps times to the millisecond, whole numbers of 16 digits and more as
        text, and 1,048,575 events.

    Raises
    ------
    ValueError
        If the log breaks a rule or does not fit; nothing is written then.
    """
    file = Path(path)
    ending = ending_of(file)
    frame = events.validate(log)
    _check_room(ending, len(frame))
    try:
        with replacing(file) as draft:
            if ending == ".xlsx":
                rows = [list(frame.columns), *_cells(frame)]
                _sheets.write(draft, {"log": rows}, widths=[14, 8, 20])
            elif ending == ".parquet":
                parquet.write_table(_arrow(frame), draft)
            elif ending == ".csv":
                arrow_csv.write_csv(_arrow(_marks.marked(frame)), draft)
            else:
                with draft.open("wb") as raw, gzip.GzipFile("", "wb", 6, raw, mtime=0) as packed:
                    arrow_csv.write_csv(_arrow(_marks.marked(frame)), packed)
    except pa.ArrowException as error:
        said = " ".join(str(error).split())
        msg = f"log must have columns that {ending} can hold, each of one kind, got {said}: make them text"
        raise ValueError(msg) from None


def ending_of(file: Path) -> str:
    """Return the ending of a file's name, if a log can be in such a file."""
    found = next((e for e in ENDINGS if file.name.lower().endswith(e)), file.suffix)
    return _checks.one_of(f"ending of {short(file.name)[1:-1]}", found, ENDINGS)


def check_place(path: str | Path, *, source: str | Path | None = None) -> None:
    """Stop before a long reading if a log could not be written there afterwards.

    Parameters
    ----------
    path : str or Path
        Where the log is to go.
    source : str or Path, optional
        A file with the log that is to go there: a spreadsheet has room for 1,048,575 events.

    Raises
    ------
    ValueError
        If the ending is unknown, the folder is not there or cannot be written, or there are too
        many events for a spreadsheet.
    """
    file = Path(path)
    ending = ending_of(file)
    if source is not None and ending == ".xlsx":
        _check_room(ending, _rows_in(Path(source)))
    real = Path(os.path.realpath(file))
    if not real.parent.is_dir() or (real.exists() and not real.is_file()):
        found = "a folder" if real.is_dir() else "no file" if real.exists() else "none"
        msg = f"{file}: must be a file in a folder that is there, got {found}"
        raise ValueError(msg)
    try:
        with tempfile.TemporaryFile(dir=real.parent):
            pass
    except OSError as error:
        msg = f"{file}: must be in a folder that can be written, got: {error.strerror}"
        raise ValueError(msg) from None


def _check_room(ending: str, events: int) -> None:
    if ending == ".xlsx" and events >= _sheets.MOST_ROWS:
        msg = f"log must have at most {_sheets.MOST_ROWS - 1:,} events for a spreadsheet, got {events:,}: write .parquet"
        raise ValueError(msg)


def _rows_in(file: Path) -> int:
    """Return how many rows a log in a file has, 0 if only reading it can tell."""
    if file.name.lower().endswith(".parquet"):
        with suppress(pa.ArrowException, OSError):
            return int(parquet.read_metadata(file).num_rows)
    elif not file.name.lower().endswith(".xlsx"):
        with suppress(pa.ArrowException, OSError, ValueError, IndexError):
            top = _foreign.head(file)
            return int(_foreign.columns(file, top, top.names[:1], progress=False)[0].num_rows)
    return 0


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
    return _marks.unmarked(pd.DataFrame(frame))


def _cast(column: pa.ChunkedArray, pattern: str, kind: pa.DataType) -> pa.ChunkedArray:
    blank = pc.equal(column, "")
    if not pc.all(pc.or_(blank, pc.match_substring_regex(column, pattern)), min_count=0).as_py():
        msg = "a cell is not plain"
        raise ValueError(msg)
    return pc.if_else(blank, pa.scalar(None, pa.string()), column).cast(kind)


def _strictly(file: Path, ending: str) -> pd.DataFrame:
    """Read a CSV file with `events.read`, which says in a sentence what is wrong with it."""
    with tempfile.TemporaryDirectory() as folder:
        text = file
        if ending != ".csv":
            text = Path(folder, "log.csv")
            with _foreign.opened(file) as packed, text.open("wb") as unpacked:
                shutil.copyfileobj(packed, unpacked)
        try:
            log = events.read(text)
            plain = _marks.unmarked(log)
            return log if plain is log else events.validate(plain)
        except ValueError as error:
            msg = _foreign.cut(str(error).replace(str(text), str(file)))
            raise ValueError(msg) from None


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
    try:
        names = parquet.read_schema(file).names
        twice = [name for name in names if names.count(name) > 1]
        table = parquet.read_table(file, columns=[] if twice else None, partitioning=None)
        frame = {}
        for name, column in zip(table.column_names, table.columns, strict=True):
            coded = name in _NAMES and not pa.types.is_dictionary(column.type)
            frame[name] = (column.dictionary_encode() if coded else column).to_pandas()
    except (
        pa.ArrowException,
        ArithmeticError,
        LookupError,
        OSError,
        TypeError,
        ValueError,
    ) as error:
        said = " ".join(str(error).split())
        msg = f"{file}: must be a Parquet file that can be read to its end, got {said}"
        raise ValueError(msg) from None
    if twice:
        msg = f"{file}: every column may stand once, got {short(twice[0])} twice"
        raise ValueError(msg)
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
    heads = rows[0][1] if rows else []
    named = [i for i, name in enumerate(heads) if name is not None]
    cells = [[row[i] for i in named] for _, row in rows[1:]]
    frame = pd.DataFrame(cells, columns=[str(heads[i]).strip() for i in named], dtype=object)
    return _validated(frame, file, np.array([number for number, _ in rows[1:]]))


def _validated(frame: pd.DataFrame, file: Path, number: Any) -> pd.DataFrame:
    try:
        return events.validate(frame)
    except (ArithmeticError, TypeError, ValueError) as error:
        _say_where(_foreign.cut(str(error)), file, number)


def _say_where(said: str, file: Path, number: Any) -> NoReturn:
    """Raise the sentence about a frame again, as one about the file's own row."""
    found = _PLACE.match(said)
    row = f", row {number[int(found[1])]}" if found and found[1] and len(number) else ""
    msg = f"{file}{row}{_PLACE.sub('', said) if found else f': {said}'}"
    raise ValueError(msg) from None
