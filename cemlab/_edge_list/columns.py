"""Edge lists in the columns of a Parquet file."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
from numpy.typing import NDArray
from pyarrow import parquet

from cemlab._edge_list.lines import COLUMNS, ID, WEIGHT, is_id
from cemlab._edge_list.people import Blocks, Edges, Names, Numbers, are_weights, numbered

_ROWS = 2**18


def read(path: Path) -> Edges:
    """Return the sorted ids, the ends of each pair as places among them, and the weights (k,)."""
    try:
        with parquet.ParquetFile(path, pre_buffer=False) as file:
            rows = {n for n in _row_names(file.schema_arrow) if isinstance(n, str)}
            fields = [f for f in file.schema_arrow if f.name not in rows][:3]
            people = Numbers() if _whole(path, fields) else Names()
            if file.metadata.num_rows == 0:
                msg = f"{path}: must hold at least one edge (from, to), got none"
                raise ValueError(msg)
            return numbered(people, _blocks(path, file, fields, people))
    except (pa.ArrowException, OSError) as error:
        said = " ".join(str(error).split())
        msg = f"{path}: must be a Parquet file that can be read to its end, got {said}"
        raise ValueError(msg) from None


def _row_names(schema: Any) -> list[Any]:
    """Return the columns in which pandas keeps the names of rows."""
    unnamed = [field.name for field in schema if field.name.startswith("__index_level_")]
    return [*unnamed, *(schema.pandas_metadata or {}).get("index_columns", [])]


def _whole(path: Path, fields: Sequence[Any]) -> bool:
    """Check the kinds of the columns; return whether all ids are whole numbers below 2^63."""
    if len(fields) < 2:
        msg = f"{path}: must have 2 or 3 columns (from, to, weight), got {len(fields)}"
        raise ValueError(msg)
    kinds = [f.type.value_type if pa.types.is_dictionary(f.type) else f.type for f in fields]
    whole = [pa.types.is_integer(kind) for kind in kinds]
    for i, name in enumerate(COLUMNS[: len(fields)]):
        known = pa.types.is_string(kinds[i]) or pa.types.is_large_string(kinds[i])
        rule = "whole numbers or names"
        if name == "weight":
            known, rule = pa.types.is_floating(kinds[i]), "numbers"
        if not (whole[i] or known):
            msg = f"{path}, {name}: must hold {rule}, got {kinds[i]}"
            raise ValueError(msg)
    return all(whole[:2]) and not any(pa.types.is_uint64(kind) for kind in kinds[:2])


def _blocks(path: Path, file: Any, fields: Sequence[Any], people: Numbers | Names) -> Blocks:
    row = 1
    for block in file.iter_batches(_ROWS, columns=[field.name for field in fields]):
        found: list[Any] = [None, None, None]
        for i, given in enumerate(block.columns):
            plain = given.dictionary_decode() if pa.types.is_dictionary(given.type) else given
            found[i], good = _weights(plain) if i == 2 else _ids(plain, people)
            bad = np.flatnonzero(~good)
            if bad.size:
                raise ValueError(_sentence(path, row + int(bad[0]), i, plain[int(bad[0])].as_py()))
        yield found[0], found[1], found[2]
        row += len(block)
    if isinstance(people, Names):
        people.close()
        wrong = {name for name in people.names if not is_id(name)}
        if wrong:
            place, i, name = people.first(wrong)
            raise ValueError(_sentence(path, 1 + place, i, name))


def _sentence(path: Path, row: int, column: int, got: object) -> str:
    rule = WEIGHT if COLUMNS[column] == "weight" else ID
    return f"{path}, row {row}, {COLUMNS[column]}: {rule}, got {got!r}"


def _weights(column: Any) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    values = column.cast(pa.float64()).fill_null(np.nan).to_numpy(zero_copy_only=False)
    return values, are_weights(values)


def _ids(column: Any, people: Numbers | Names) -> tuple[Any, NDArray[np.bool_]]:
    if isinstance(people, Numbers):
        ids = column.cast(people.kind).fill_null(-1)
        return ids, ids.to_numpy() >= 0
    known = column.is_valid().to_numpy(zero_copy_only=False)
    return column.cast(pa.string()).dictionary_encode(), known
