"""Pseudonyms: people by the order of their first row, companies by name, names in texts masked."""

import re
from collections.abc import Iterable

import numpy as np
import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]
from numpy.typing import NDArray

SOMEBODY = "@somebody"
"""What a person's name after an @ becomes in a text that is kept."""

_NAMED = re.compile(r"[@＠](\w+)")

Ints = NDArray[np.int64]


def in_order(*columns: NDArray[np.generic]) -> Ints:
    """Return the order of rows by the first column, then the second, and so on."""
    return np.lexsort(columns[::-1])


def numbered(who: Ints, order: Ints, n: int) -> Ints:
    """Return numbers from 1 by who comes first in this order of rows, shape (n + 1,); 0: never."""
    people, first = np.unique(who[order], return_index=True)
    number = np.zeros(n + 1, np.int64)
    number[people[np.argsort(first)]] = np.arange(1, people.size + 1)
    return number


def counted(who: Ints) -> Ints:
    """Return 1, 2, ... within each person's rows, which stand together; shape (rows,)."""
    starts = np.flatnonzero(np.append(True, who[1:] != who[:-1])) if who.size else who
    count = np.diff(np.append(starts, who.size))
    return np.arange(who.size) - np.repeat(starts, count) + 1


def named(
    company: Ints, person: Ints, names: list[str], company_number: Ints, person_number: Ints
) -> pd.Categorical:
    """Name who acted: companies as they call themselves, or by a number; people by a number.

    `company` and `person` are places among `names`, shape (rows,), -1 where it is none of them.
    """
    here = np.unique(company[company >= 0]).tolist()
    others = np.unique(person[person >= 0]).tolist()
    words = [f"company {company_number[a]}" if names[a].isdigit() else names[a] for a in here]
    words += [f"person {person_number[a]}" for a in others]
    listed = sorted(set(words))
    place = {word: i for i, word in enumerate(listed)}
    of = np.full((2, len(names) + 1), -1)
    of[0, here] = [place[word] for word in words[: len(here)]]
    of[1, others] = [place[word] for word in words[len(here) :]]
    codes = np.where(company >= 0, of[0, company], of[1, person])
    return pd.Categorical.from_codes(codes, categories=pd.Index(listed, dtype="str"))


def masked(texts: pa.ChunkedArray, companies: Iterable[str]) -> pa.ChunkedArray:
    """Replace every name after an @ that no company has; bytes that are no UTF-8 too."""
    public = {name.lower() for name in companies if not name.isdigit()}

    def mask(found: re.Match[str]) -> str:
        return found[0] if found[1].lower() in public else SOMEBODY

    parts = [
        pa.array(
            [_NAMED.sub(mask, raw.decode("utf-8", "replace")) for raw in chunk.to_pylist()],
            pa.large_string(),
        )
        for chunk in texts.chunks
    ]
    return pa.chunked_array(parts, pa.large_string())
