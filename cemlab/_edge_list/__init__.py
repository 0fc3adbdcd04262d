"""Edge lists in files: people's ids, pairs and weights, or one sentence on what is wrong.

A plain text (numbers, or names without quotes) is read quickly, block by block. Whatever the
quick way does not take, the strict one reads line by line, or says what is wrong with it.
"""

import zlib
from pathlib import Path

from cemlab._edge_list import columns, lines, plain
from cemlab._edge_list.people import Edges, Names, Numbers, numbered


def read(path: Path) -> Edges:
    """Return the sorted ids, the ends of each pair as places among them, and the weights (k,)."""
    _must_be_a_file(path)
    try:
        for people in (Numbers(), Names()):
            try:
                return numbered(people, plain.blocks(path, people))
            except plain.NotPlainError:
                continue
        return lines.read(path)
    except (OSError, EOFError, zlib.error) as error:
        msg = f"{path}: must be a file that can be read to its end, got {' '.join(str(error).split())}"
        raise ValueError(msg) from None


def read_parquet(path: Path) -> Edges:
    """Return the same as `read`, from the first two or three columns of a Parquet file."""
    _must_be_a_file(path)
    return columns.read(path)


def _must_be_a_file(path: Path) -> None:
    if not path.is_file():
        msg = f"{path}: must be an edge list in a file, found {'a folder' if path.is_dir() else 'nothing'} there"
        raise ValueError(msg)
