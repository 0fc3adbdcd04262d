"""The people of an edge list, numbered as they come, and in the order of their ids at the end."""

from array import array
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
from numpy.typing import NDArray

from cemlab import _luck
from cemlab._compiled import kernel

Ints = NDArray[Any]
Weights = NDArray[np.float64] | None
Edges = tuple[Sequence[Any], NDArray[np.int32], NDArray[np.int32], Weights]
Pairs = tuple[Sequence[Any], NDArray[np.int32], NDArray[np.int32]]
Blocks = Iterator[tuple[Any, Any, Weights]]

_MOST_DIGITS = 4000


class Numbers:
    """People whose ids are whole numbers below 2^63, found through a table of hashes."""

    kind = pa.int64()

    def __init__(self) -> None:
        self._known = np.empty(2**10, np.int64)
        self._slots = np.full((2**11, 2), -1, np.int64)
        self._count = 0
        self._ends = (array("i"), array("i"))

    def add(self, *columns: Any) -> None:
        """Take more pairs: columns of ids, from and to."""
        for end, column in zip(self._ends, columns, strict=True):
            end.frombytes(self._numbers(column.to_numpy()).view(np.uint8))  # type: ignore[arg-type]

    def edges(self) -> Pairs:
        """Return the sorted ids, and the ends of each pair as places among them; call it once."""
        known = self._known[: self._count]
        self._slots = np.empty((0, 2), np.int64)
        order = np.argsort(known)
        rank = np.empty(known.size, np.int32)
        rank[order] = np.arange(known.size, dtype=np.int32)
        ids = known[order]
        u, v = (np.frombuffer(end, np.int32) for end in self._ends)
        _rename(u, rank)
        _rename(v, rank)
        return _labels(ids), u, v

    def _numbers(self, ids: NDArray[np.int64]) -> NDArray[np.int32]:
        out = np.empty(ids.size, np.int32)
        done = 0
        while True:
            done, self._count = _number(ids, done, self._slots, self._known, self._count, out)
            if done == ids.size:
                return out
            old, size = self._known, 2 * self._known.size
            self._known, self._slots = np.empty(size, np.int64), np.full((2 * size, 2), -1)
            _number(old, 0, self._slots, self._known, 0, np.empty(old.size, np.int32))


class Names:
    """People whose ids are words, or whole numbers of any length."""

    kind = pa.dictionary(pa.int32(), pa.string())

    def __init__(self) -> None:
        self._blocks: tuple[list[Any], list[Any]] = ([], [])
        self._ends: list[NDArray[np.int32]] = []
        self.names: list[str] = []

    def add(self, *columns: Any) -> None:
        """Take more pairs: columns of ids, from and to."""
        for blocks, column in zip(self._blocks, columns, strict=True):
            blocks.append(column)

    def close(self) -> None:
        """Give all people numbers: from now on, `names` says who they are."""
        half = len(self._blocks[0])
        table = pa.chunked_array([*self._blocks[0], *self._blocks[1]], self.kind)
        for blocks in self._blocks:
            blocks.clear()
        chunks = table.unify_dictionaries().chunks
        self.names = chunks[0].dictionary.to_numpy(zero_copy_only=False).tolist()
        for part in (chunks[:half], chunks[half:]):
            self._ends.append(np.concatenate([chunk.indices.to_numpy() for chunk in part]))

    def first(self, wrong: set[str]) -> tuple[int, int, str]:
        """Return (row, column, name) of the first of these names."""
        found = np.isin(self._ends, [i for i, name in enumerate(self.names) if name in wrong])
        row, column = (int(i) for i in np.argwhere(found.T)[0])
        return row, column, self.names[self._ends[column][row]]

    def edges(self) -> Pairs:
        """Return the sorted ids, and the ends of each pair as places among them."""
        return in_order(self.names, *self._ends)


def in_order(names: Sequence[str], u: NDArray[np.int32], v: NDArray[np.int32]) -> Pairs:
    """Change pairs of places in `names` into places among the sorted ids."""
    ids: list[Any] = list(names)
    if all(name.isdecimal() and len(name) <= _MOST_DIGITS for name in ids):
        ids = [int(name) for name in ids]
    labels = sorted(set(ids))
    place = {label: i for i, label in enumerate(labels)}
    rank = np.array([place[label] for label in ids], np.int32)
    return _labels(labels), rank[u], rank[v]


def _labels(ids: Any) -> Sequence[Any]:
    """Return sorted ids as labels: without a gap from 0 on, as a range."""
    if ids[-1] == len(ids) - 1:
        return range(len(ids))
    return tuple(ids.tolist() if isinstance(ids, np.ndarray) else ids)


def are_weights(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell which values are finite and at least 0."""
    good: NDArray[np.bool_] = np.isfinite(values) & (values >= 0)
    return good


def numbered(people: Numbers | Names, blocks: Blocks) -> Edges:
    """Read all blocks, and give people numbers in the order of their ids."""
    weights = array("d")
    for u, v, weight in blocks:
        people.add(u, v)
        if weight is not None:
            weights.frombytes(weight.view(np.uint8))  # type: ignore[arg-type]
    pa.default_memory_pool().release_unused()
    return *people.edges(), np.frombuffer(weights, np.float64) if weights else None


@kernel
def _rename(numbers: Ints, rank: Ints) -> None:
    for i in range(numbers.size):
        numbers[i] = rank[numbers[i]]


@kernel
def _number(
    ids: Ints, done: int, slots: Ints, known: Ints, count: int, out: Ints
) -> tuple[int, int]:
    """Give ids from place `done` on their numbers, new ones from `count` on, until `known` is full.

    A slot is an id and its number (-1: free). Return how far it came and how many are known.
    """
    last = np.uint64(len(slots) - 1)
    for i in range(done, ids.size):
        place = np.int64(np.uint64(_luck.mix(ids[i])) & last)
        while slots[place, 1] >= 0 and slots[place, 0] != ids[i]:
            place = (place + 1) % len(slots)
        if slots[place, 1] < 0:
            if count == known.size:
                return i, count
            slots[place, 0], slots[place, 1] = ids[i], count
            known[count] = ids[i]
            count += 1
        out[i] = slots[place, 1]
    return ids.size, count
