"""Tables from elsewhere: chosen columns of a large CSV file, as bytes, and what was unreadable."""

import codecs
import csv
import gzip
import io
import re
import sys
import time
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, NoReturn, TextIO, cast

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
from numpy.typing import NDArray
from pyarrow import csv as arrow_csv

from cemlab._files import there
from cemlab._words import SHOWN

_BLOCK = 2**23
_LONGEST_HEAD = 2**16
_WHOLE = r"^([0-9]{1,18}|[0-8][0-9]{18})(\.0)?$"
_QUIET_S = 2.0
_EVERY_S = 0.5
_MOST_BYTES = 8_000_000_000
_SEPARATOR = re.compile(r"\"?sep=(.)\"?\r?\n", re.IGNORECASE)
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


class Head(NamedTuple):
    """The names on top of a table, what separates its cells, and how many lines stand before."""

    names: list[str]
    separator: str
    before: int = 0


class TooLarge(ValueError):
    """A packed file holds more than anybody would unpack."""


class Watched(io.RawIOBase):
    """A file that says on stderr how far it has been read, if that takes long."""

    def __init__(self, path: Path, *, shown: bool) -> None:
        self._file = path.open("rb")
        self._name, self._size, self._shown = path.name, max(path.stat().st_size, 1), shown
        self._done, self._said, self._begun = 0, False, time.monotonic()
        self._next = self._begun + _QUIET_S

    def readable(self) -> bool:
        """Say that this file can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer, as files do."""
        count = self._file.readinto(buffer)
        self._done += count
        now = time.monotonic()
        if self._shown and now >= self._next:
            self._next, self._said = now + _EVERY_S, True
            sys.stderr.write(f"\r{self._name}: {self._done / self._size:.0%} read")
            sys.stderr.flush()
        return count

    def close(self) -> None:
        """Close the file and end the line on stderr."""
        if not self.closed and self._said:
            sys.stderr.write(f"\r{self._name}: 100% read\n")
        self._file.close()
        super().close()


class _Unpacked(io.RawIOBase):
    """What is packed in a file, up to a limit."""

    def __init__(self, path: Path, packed: Any) -> None:
        self._file, self._path, self._done = gzip.GzipFile(fileobj=packed), path, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count = self._file.readinto(buffer)
        self._done += count
        if self._done > _MOST_BYTES:
            msg = f"{self._path}: must unpack to at most {_MOST_BYTES / 1e9:g} GB, got more"
            raise TooLarge(msg)
        return count


@contextmanager
def opened(path: Path, *, progress: bool = False) -> Iterator[BinaryIO]:
    """Yield the bytes of a file, unpacked if it ends in .gz, or raise one sentence."""
    there(path, "a file with a table")
    try:
        with Watched(path, shown=progress) as raw:
            plain = io.BufferedReader(raw, _BLOCK)
            packed = path.suffix.lower() == ".gz"
            yield cast(BinaryIO, io.BufferedReader(_Unpacked(path, plain), _BLOCK) if packed else plain)  # fmt: skip
    except (OSError, EOFError, zlib.error) as error:
        msg = f"{path}: must be a file that can be read to its end, got {' '.join(str(error).split())}"
        raise ValueError(msg) from None


def head(path: Path) -> Head:
    """Return the names on top; cells are separated by what stands there most often.

    A first line such as "sep=;", which spreadsheets write, says it instead.
    """
    with opened(path) as file:
        start = file.read(_LONGEST_HEAD)
    if start.startswith(_UTF_16):
        stop_at_bytes(path, "UTF-16")
    line = start.decode("utf-8-sig", "replace").lstrip("\r\n")
    said = _SEPARATOR.match(line)
    line = line[said.end() :] if said else line
    first = line.splitlines()[0] if line.strip() else ""
    separator = said[1] if said else max(",;\t", key=first.count)
    names = next(csv.reader(io.StringIO(line, newline=""), delimiter=separator), [])
    return Head(names, separator, int(said is not None))


def stop_at_bytes(path: Path, found: str) -> NoReturn:
    """Raise the sentence about a text that is not UTF-8."""
    msg = f"{path}: must be text in UTF-8, got {found}: save it as CSV UTF-8"
    raise ValueError(msg)


def check_text(path: Path) -> None:
    """Stop if a file is not in UTF-8 from beginning to end."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    done = 0
    with opened(path) as file:
        try:
            while block := file.read(_BLOCK):
                decoder.decode(block)
                done += len(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            found = f"other bytes (perhaps Windows-1252) after the first {done // 2**20:,} MB"
            stop_at_bytes(path, found if done else "other bytes, perhaps Windows-1252")


def cut(sentence: str) -> str:
    """Return a sentence in which a long value is cut and every character can be shown."""
    start, got, value = sentence.partition(", got ")
    if value.startswith(("'", '"')) and len(value) > 4 * SHOWN:
        value = f"{value[:SHOWN]}..."
    whole = f"{start}{got}{value}"
    return whole if whole.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in whole)  # fmt: skip


def columns(
    path: Path, top: Head, wanted: Sequence[str], *, progress: bool
) -> tuple[pa.Table, int]:
    """Return these columns as bytes (rows in the file's order), and how many lines are unreadable.

    What Arrow cannot make out is read once more, slowly, line by line.
    """
    twice = [name for name in wanted if top.names.count(name) > 1]
    if twice:
        msg = f"{path}: every column may stand once, got {twice[0]!r} twice"
        raise ValueError(msg)
    try:
        return _quickly(path, top, wanted, progress)
    except pa.ArrowException:
        return _slowly(path, top, wanted, progress)


def _quickly(path: Path, top: Head, wanted: Sequence[str], progress: bool) -> tuple[pa.Table, int]:
    lost = 0

    def skip(row: Any) -> str:
        nonlocal lost
        lost += 1 + (row.text or "").count("\n")
        return "skip"

    schema = pa.schema([(name, pa.binary()) for name in wanted])
    with opened(path, progress=progress) as file:
        reader = arrow_csv.open_csv(
            file,
            arrow_csv.ReadOptions(block_size=_BLOCK, skip_rows=top.before),
            arrow_csv.ParseOptions(
                delimiter=top.separator, newlines_in_values=True, invalid_row_handler=skip
            ),
            arrow_csv.ConvertOptions(
                check_utf8=False, include_columns=list(wanted), column_types=schema,
                null_values=[], strings_can_be_null=False,
            ),
        )  # fmt: skip
        table = pa.Table.from_batches(list(reader), schema)
    return table, lost


def _slowly(path: Path, top: Head, wanted: Sequence[str], progress: bool) -> tuple[pa.Table, int]:
    at = [top.names.index(name) for name in wanted]
    cells: list[list[bytes]] = [[] for _ in wanted]
    lost = 0
    with opened(path, progress=progress) as file:
        text = io.TextIOWrapper(file, encoding="utf-8-sig", errors="replace", newline="")
        rows = csv.reader(_without_nul(text), delimiter=top.separator)
        for _ in range(1 + top.before):
            next(rows, None)
        while True:
            line = rows.line_num
            row: list[str] | None = ["a cell without end"]
            with suppress(csv.Error):
                row = next(rows, None)
            if row is None:
                break
            if row and len(row) != len(top.names):
                lost += rows.line_num - line
            elif row:
                for column, i in zip(cells, at, strict=True):
                    column.append(row[i].encode())
    arrays = [pa.array(column, pa.binary()) for column in cells]
    return pa.table(arrays, names=list(wanted)), lost


def _without_nul(text: TextIO) -> Iterator[str]:
    return (line.replace("\0", "") for line in text)


def whole_numbers(column: pa.ChunkedArray) -> NDArray[np.int64]:
    """Return numbers from 0 to 9e18 (also written 8.0), shape (rows,), -1 where there is none."""
    parts = [np.empty(0, np.int64)]
    for chunk in column.chunks:
        good = pc.match_substring_regex(chunk, _WHOLE)
        digits = pc.replace_substring_regex(chunk.filter(good).cast(pa.string()), r"\.0$", "")
        found = np.full(len(chunk), -1, np.int64)
        found[good.to_numpy(zero_copy_only=False)] = digits.cast(pa.int64()).to_numpy()
        parts.append(found)
    return np.concatenate(parts)


def names(column: pa.ChunkedArray) -> tuple[NDArray[np.int64], list[str]]:
    """Return each row's place among the different texts, shape (rows,), and these, stripped.

    Bytes that are no UTF-8 and characters that cannot be printed are replaced. An empty text
    has the place -1.
    """
    coded = pa.chunked_array(column.chunks, pa.binary()).combine_chunks().dictionary_encode()
    texts = [_printable(raw.as_py()) for raw in coded.dictionary]
    listed = sorted(set(texts) - {""})
    place = {text: i for i, text in enumerate(listed)} | {"": -1}
    of_raw = np.array([place[text] for text in texts] or [-1], np.int64)
    codes = coded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    return of_raw[codes] if len(codes) else codes, listed


def _printable(raw: bytes) -> str:
    text = raw.decode("utf-8", "replace").strip()
    return text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)


def texts(column: pa.ChunkedArray) -> list[str]:
    """Return all cells as text, bytes that are no UTF-8 replaced."""
    return [raw.decode("utf-8", "replace") for raw in column.to_pylist()]
