"""Tables in text files, cell by cell: every row as long as the head, or one sentence."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path


def read(
    path: Path,
    text: Iterable[str],
    error: type[ValueError] = ValueError,
    *,
    names: Sequence[str] | None = None,
    delimiter: str = ",",
) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Return the names on top, and (line, cells) of each row; a blank line has no cells.

    `names`: what must stand on top, if anything must. `delimiter`: what stands between cells.
    """
    lines = csv.reader(text, strict=True, delimiter=delimiter)
    try:
        header = next(lines, [])
        if names is not None and header != list(names):
            wanted = ", ".join(names)
            msg = f"{path}, columns: must be {wanted} in this order, got {', '.join(header)}"
            raise error(msg)
        rows = []
        for cells in lines:
            if cells and len(cells) != len(header):
                rule = f"must have {len(header)} columns as the first line, got {len(cells)}"
                msg = f"{path}, line {lines.line_num}: {rule}"
                raise error(msg)
            rows.append((lines.line_num, cells))
    except csv.Error as found:
        msg = f"{path}, line {lines.line_num}: must be a table with columns, got none: {found}"
        raise error(msg) from None
    except UnicodeDecodeError as found:
        msg = f"{path}: must be text in UTF-8, got other bytes at position {found.start}"
        raise error(msg) from None
    return header, rows
