"""Who answers whom: threads of tweets from the numbers that link them."""

from typing import NamedTuple

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from cemlab.exchange._foreign import whole_numbers

Rows = NDArray[np.int64]

_LIST = r"^[0-9, .]+$"


class Links(NamedTuple):
    """What each tweet answers: its row, -1 where there is none; and what was found on the way."""

    answered: Rows
    cut: int
    filled: int
    circles: int


def first_of_each(numbers: Rows) -> tuple[Rows, int]:
    """Return the rows (in order) that are the first with their number, and how many repeat one."""
    given = np.flatnonzero(numbers >= 0)
    _, first = np.unique(numbers[given], return_index=True)
    return np.sort(given[first]), given.size - first.size


def links(numbers: Rows, answers: Rows, named: NDArray[np.bool_], responses: pa.Array) -> Links:
    """Return what each tweet answers.

    Parameters
    ----------
    numbers, answers : ndarray of int, shape (tweets,)
        Each tweet's own number, and that of the tweet it answers (-1: none that can be read).
    named : ndarray of bool, shape (tweets,)
        Whether a tweet says that it answers one.
    responses : array of bytes, shape (tweets,)
        The numbers of its answers, with commas: they fill what the answers do not say.
    """
    order = np.argsort(numbers)
    answered = _rows(numbers, order, answers)
    asker, responder, lost = _responses(numbers, order, responses)
    missing = answered[responder] < 0
    new, first = np.unique(responder[missing], return_index=True)
    answered[new] = asker[missing][first]
    cut = int((named & (answered < 0)).sum()) + lost
    itself = answered == np.arange(answered.size)
    circles = int(itself.sum()) + _in_circles(np.where(itself, -1, answered))
    return Links(np.where(itself, -1, answered), cut, new.size, circles)


def threads(answered: Rows) -> Rows:
    """Return the number of each tweet's thread, shape (tweets,)."""
    return _components(answered, "weak")


def _components(answered: Rows, connection: str) -> Rows:
    rows = np.flatnonzero(answered >= 0)
    n = answered.size
    edges = coo_array((np.ones(rows.size, np.int8), (rows, answered[rows])), shape=(n, n))
    _, label = connected_components(edges, directed=True, connection=connection)
    return np.asarray(label, np.int64)


def _in_circles(answered: Rows) -> int:
    """Return how many tweets answer each other in a circle."""
    if not (answered >= 0).any():
        return 0
    size = np.bincount(_components(answered, "strong"))
    return int(size[size > 1].sum())


def _rows(numbers: Rows, order: Rows, wanted: Rows) -> Rows:
    """Return the row of each number wanted, -1 where it is not there."""
    if not numbers.size:
        return np.full(wanted.size, -1)
    place = np.minimum(np.searchsorted(numbers, wanted, sorter=order), numbers.size - 1)
    row = order[place]
    return np.where((wanted >= 0) & (numbers[row] == wanted), row, -1)


def _responses(numbers: Rows, order: Rows, responses: pa.Array) -> tuple[Rows, Rows, int]:
    """Return pairs of rows (asked, answers it), and how many answers named are not there."""
    given = pc.greater(pc.binary_length(responses), 0)
    readable = pc.match_substring_regex(responses, _LIST)
    lost = pc.sum(pc.and_not(given, readable)).as_py() or 0
    rows = np.flatnonzero(readable.to_numpy(zero_copy_only=False))
    lists = pc.split_pattern(responses.filter(readable).cast(pa.string()), ",")
    count = pc.list_value_length(lists).to_numpy(zero_copy_only=False)
    named = pc.utf8_trim_whitespace(lists.flatten()).cast(pa.binary())
    asker = np.repeat(rows, count)
    found = _rows(numbers, order, whole_numbers(pa.chunked_array([named])))
    there = found >= 0
    return asker[there], found[there], int(lost) + int((~there).sum())
