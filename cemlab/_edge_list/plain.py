"""Edge lists in plain text, quickly: Arrow reads what the strict way would read just the same."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
from numpy.typing import NDArray
from pyarrow import csv as arrow_csv

from cemlab._edge_list.lines import (
    COLUMNS,
    HEADERS,
    NUMBER,
    cells_of,
    is_empty,
    is_id,
    opened,
    separator_of,
)
from cemlab._edge_list.people import Blocks, Names, Numbers, are_weights

_DIGITS = b"0123456789 \r\n"
_IN_WEIGHTS = b".eE+-"
_IN_NAMES = bytes(set(range(256)) - set(range(32)) - set(b'"')) + b"\t\r\n"
_LONGEST = 2**16
_PIECE = 2**22
_BLOCK = 2**20


class NotPlainError(Exception):
    """The file is not plain enough for the quick way."""


def blocks(path: Path, people: Numbers | Names) -> Blocks:
    """Read a text file with Arrow: (from, to, weights) of each block."""
    numbers = isinstance(people, Numbers)
    rows = 0
    with opened(path) as file:
        line, cells, separator = _first_line(path, file)
        wordy = not any(NUMBER.fullmatch(cell) for cell in cells[:2])
        if cells[0].lower() in HEADERS or (numbers and wordy):
            line = b""
        weighted = len(cells) == 3
        allowed = _DIGITS + separator.encode() + (_IN_WEIGHTS if weighted else b"")
        kinds = dict(
            zip(COLUMNS[: len(cells)], (people.kind, people.kind, pa.float64()), strict=False)
        )
        for chunk in _whole_lines(line, file):
            if chunk.translate(None, allowed if numbers else _IN_NAMES):
                raise NotPlainError
            for block in _table(chunk, kinds, separator).to_batches():
                weight = block.column(2).to_numpy() if weighted else None
                if not _are_at_least_0(block.columns[:2] if numbers else [], weight):
                    raise NotPlainError
                rows += len(block)
                yield block.column(0), block.column(1), weight
    if rows == 0:
        raise NotPlainError
    if isinstance(people, Names):
        people.close()
        perhaps_header = wordy and sum(not name.isdecimal() for name in people.names) <= 2
        if perhaps_header or not all(_is_plain(name) for name in people.names):
            raise NotPlainError


def _whole_lines(first: bytes, file: Any) -> Iterator[bytes]:
    """Return a first line and the rest of a file, in pieces that end with a line."""
    rest = first
    while piece := file.read(_PIECE):
        end = piece.rfind(b"\n") + 1
        if not end:
            raise NotPlainError
        if lines := (rest + piece[:end]).strip(b"\r\n"):
            yield lines
        rest = piece[end:]
    if rest.strip(b"\r\n"):
        yield rest


def _table(chunk: bytes, kinds: dict[str, Any], separator: str) -> Any:
    try:
        return arrow_csv.read_csv(
            pa.BufferReader(chunk),
            arrow_csv.ReadOptions(column_names=list(kinds), block_size=_BLOCK),
            arrow_csv.ParseOptions(delimiter=separator, quote_char=False, double_quote=False),
            arrow_csv.ConvertOptions(column_types=kinds, null_values=[]),
        )
    except pa.ArrowException:
        raise NotPlainError from None


def _are_at_least_0(ids: list[Any], weight: NDArray[np.float64] | None) -> bool:
    whole = all(column.to_numpy().min(initial=0) >= 0 for column in ids)
    return whole and (weight is None or bool(are_weights(weight).all()))


def _first_line(path: Path, file: Any) -> tuple[bytes, list[str], str]:
    """Skip a byte mark, comments and blank lines: (first line, its cells, what separates them)."""
    mark = "\ufeff"
    while line := file.readline(_LONGEST):
        try:
            text = line.decode().removeprefix(mark)
        except UnicodeDecodeError:
            raise NotPlainError from None
        if len(line) == _LONGEST or len(text.splitlines()) != 1:
            raise NotPlainError
        mark = ""
        if not is_empty(text):
            separator = separator_of(text)
            try:
                cells = cells_of(str(path), text, separator)
            except ValueError:
                raise NotPlainError from None
            if len(cells) not in (2, 3):
                raise NotPlainError
            return text.encode(), cells, separator
    raise NotPlainError


def _is_plain(name: str) -> bool:
    """Tell whether the strict way would take this cell for a name, as it stands."""
    odd = not name.isprintable() or name != name.strip() or name.startswith("#")
    return is_id(name) and not odd and len(name) < _LONGEST
