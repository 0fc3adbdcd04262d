"""Edge lists in text files: people's ids, pairs and weights, or one sentence on what is wrong."""

import csv
import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cemlab import _checks

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_LONG = 19
_HEADERS = {"source", "from", "u", "node1", "sender", "follower"}


def read(path: Path) -> tuple[list[Any], NDArray[np.int64], NDArray[np.float64] | None]:
    """Return the sorted ids, the pairs as positions among them (k, 2), and the weights (k,)."""
    rows = _rows(path)
    whole = all(u.isdecimal() and v.isdecimal() for u, v, _ in rows)
    ids = np.array([row[:2] for row in rows], dtype=object)
    short = whole and max(len(cell) for row in rows for cell in row[:2]) < _LONG
    keys = ids.astype(np.int64) if short else ids.astype(str)
    if whole and not short:  # too long for a machine's integers: sorted as Python's
        keys = np.array([[int(u), int(v)] for u, v in ids], dtype=object)
    labels, pairs = np.unique(keys, return_inverse=True)
    weights = None if rows[0][2] is None else np.array([row[2] for row in rows], np.float64)
    return labels.tolist(), pairs.reshape(-1, 2).astype(np.int64), weights


def _rows(path: Path) -> list[tuple[str, str, float | None]]:
    """Return (from, to, weight) of every line, ids as text."""
    if not path.is_file():
        msg = f"{path}: must be an edge list in a file, found {'a folder' if path.is_dir() else 'nothing'} there"
        raise ValueError(msg)
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        msg = f"{path}: must be text in UTF-8, got other bytes at position {error.start}"
        raise ValueError(msg) from None
    table: list[tuple[str, list[str]]] = []
    separator = ""
    for line, text in enumerate(lines, start=1):
        if not text.strip() or text.lstrip().startswith("#"):
            continue
        separator = separator or next((s for s in ";\t," if s in text), " ")
        where = f"{path}, line {line}"
        table.append((where, _cells(where, text, separator)))
    edges = table[1:] if table and _is_header(table) else table
    if not edges:
        msg = f"{path}: must hold at least one edge (from, to), got none"
        raise ValueError(msg)
    return [_row(where, cells, len(table[0][1])) for where, cells in edges]


def _is_header(table: list[tuple[str, list[str]]]) -> bool:
    """Tell names of columns from people: well-known ones, or words over nothing but numbers."""
    first, rest = table[0][1], [cells[:2] for _, cells in table[1:]]
    if first[0].lower() in _HEADERS:
        return True
    numbered = bool(rest) and all(cell.isdecimal() for cells in rest for cell in cells)
    return numbered and not any(_NUMBER.fullmatch(cell) for cell in first[:2])


def _cells(where: str, text: str, separator: str) -> list[str]:
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
    for name, cell in zip(("from", "to"), cells, strict=False):
        if not cell or (_NUMBER.fullmatch(cell) and not cell.isdecimal()):
            msg = f"{where}, {name}: an id must be a whole number of at least 0 or a name, got {cell!r}"
            raise ValueError(msg)
    if width == 2:
        return cells[0], cells[1], None
    try:
        weight = _checks.number("weight", float(cells[2]), low=0.0)
    except ValueError:
        msg = f"{where}, weight: must be a finite number of at least 0, got {cells[2]!r}"
        raise ValueError(msg) from None
    return cells[0], cells[1], weight
