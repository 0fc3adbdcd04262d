"""Edge lists in text, line by line: every line is read, or the first bad one is named."""

import csv
import gzip
import re
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from cemlab import _checks
from cemlab._edge_list.people import Edges, in_order

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
HEADERS = {
    "source", "src", "from", "from_id", "u", "node1", "node_1", "sender", "follower",
    "user", "user_id", "person", "person a", "speaker", "id1", "id_1",
}  # fmt: skip
COLUMNS = ("from", "to", "weight")
ID = "an id must be a whole number of at least 0 or a name"
WEIGHT = "must be a finite number of at least 0"
_LONGEST = 2**26


def opened(path: Path) -> Any:
    """Open a file of bytes, unpacked if its name ends in .gz."""
    return gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")


def read(path: Path) -> Edges:
    """Return the sorted ids, the ends of each pair as places among them, and the weights (k,)."""
    number: dict[str, int] = {}
    u, v, weights = array("i"), array("i"), array("d")
    for source, target, weight in _rows(path):
        u.append(number.setdefault(source, len(number)))
        v.append(number.setdefault(target, len(number)))
        if weight is not None:
            weights.append(weight)
    if not u:
        msg = f"{path}: must hold at least one edge (from, to), got none"
        raise ValueError(msg)
    pairs = in_order(list(number), np.frombuffer(u, np.int32), np.frombuffer(v, np.int32))
    return *pairs, np.frombuffer(weights, np.float64) if weights else None


def _rows(path: Path) -> Iterator[tuple[str, str, float | None]]:
    """Return (from, to, weight) of every line but a header, ids as text.

    Names of columns are told from people: well-known ones, or words over nothing but numbers.
    """
    table = _table(path)
    where, first = next(table, ("", []))
    waiting = bool(first) and first[0].lower() not in HEADERS
    wordy = not any(NUMBER.fullmatch(cell) for cell in first[:2])
    alone = True
    for place, cells in table:
        if waiting and not (wordy and all(cell.isdecimal() for cell in cells[:2])):
            yield _row(where, first, len(first))
            waiting = False
        yield _row(place, cells, len(first))
        alone = False
    if waiting and (alone or not wordy):
        yield _row(where, first, len(first))


def _table(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Return (where, cells) of every line that is neither blank nor a comment."""
    separator = ""
    with opened(path) as file:
        for line, text in _lines(path, file):
            if not is_empty(text):
                separator = separator or separator_of(text)
                where = f"{path}, line {line}"
                yield where, cells_of(where, text, separator)


def _lines(path: Path, file: Any) -> Iterator[tuple[int, str]]:
    count = position = 0
    while raw := file.readline(_LONGEST):
        try:
            text = raw.decode()
        except UnicodeDecodeError as error:
            msg = f"{path}: must be text in UTF-8, got other bytes at position {position + error.start}"
            raise ValueError(msg) from None
        if len(raw) == _LONGEST:
            msg = f"{path}, line {count + 1}: must be shorter than {_LONGEST:,} bytes, got {text[:20]!r}..."
            raise ValueError(msg)
        for line in (text if position else text.removeprefix("\ufeff")).splitlines():
            count += 1
            yield count, line
        position += len(raw)


def is_id(cell: str) -> bool:
    """Tell whether this is a whole number or a name."""
    return bool(cell) and (cell.isdecimal() or not NUMBER.fullmatch(cell))


def is_empty(text: str) -> bool:
    """Tell whether a line is blank or a comment."""
    return not text.strip() or text.lstrip().startswith("#")


def separator_of(text: str) -> str:
    """Return what separates the cells of a file with this first line."""
    return next((s for s in ";\t," if s in text), " ")


def cells_of(where: str, text: str, separator: str) -> list[str]:
    """Return the cells of a line."""
    try:
        cells = next(csv.reader([text.strip()], delimiter=separator, skipinitialspace=True))
    except csv.Error as error:
        msg = f"{where}: must have 2 or 3 short columns (from, to, weight), got one that is none: {error}"
        raise ValueError(msg) from None
    return [cell.strip() for cell in cells]


def _row(where: str, cells: list[str], width: int) -> tuple[str, str, float | None]:
    if len(cells) != width or width not in (2, 3):
        msg = (
            f"{where}: must have 2 or 3 columns (from, to, weight) in every line, got {len(cells)}"
        )
        raise ValueError(msg)
    for name, cell in zip(COLUMNS, cells[:2], strict=False):
        if not is_id(cell):
            msg = f"{where}, {name}: {ID}, got {cell!r}"
            raise ValueError(msg)
    if width == 2:
        return cells[0], cells[1], None
    try:
        weight = _checks.number("weight", float(cells[2]), low=0.0)
    except ValueError:
        msg = f"{where}, weight: {WEIGHT}, got {cells[2]!r}"
        raise ValueError(msg) from None
    return cells[0], cells[1], weight
