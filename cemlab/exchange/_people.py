"""Pseudonyms: people by numbers, companies by name if they are no people, texts with names masked."""

import itertools
import re
from collections.abc import Iterable, Mapping

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
from numpy.typing import NDArray

SOMEBODY = "@somebody"
"""What a person's name after an @ becomes in a text that is kept."""

_UNSEEN = "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
_LETTER = rf"[\w\u0300-\u036f{_UNSEEN}]"
_AT = rf"[@＠](?P<name>{_LETTER}+(?:[.\-‐‑]+{_LETTER}+)*)"
_NAMED = re.compile(_AT)
_PERSONAL = re.compile(
    r"(?<![\w.+%-])[\w.+%-]{1,64}@[\w-]+(?:\.[\w-]+)+"  # an e-mail address
    rf"|{_AT}"
    r"|(?<![\w-])(?P<site>(?:twitter|x)\.com/)(?:#!/)?@?(?P<account>[^\s\"'<>)\]]+)",
    re.IGNORECASE,
)
_MORE = r"[^\s@]@|(twitter|x)\.com/"
_MENTION = re.compile(rf"(?<!\w)[@＠][{_UNSEEN}]*(\w+)")
_HIDDEN = re.compile(f"[{_UNSEEN}]")
_FLOAT = re.compile(rb"([0-9]+)\.0+")

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


def accounts(column: pa.ChunkedArray) -> tuple[Ints, list[bytes]]:
    """Return each row's account, shape (rows,), -1 where none is named, and what these are called.

    Accounts are told apart by their bytes, whatever letters these stand for; 105.0 is 105.
    """
    coded = pa.chunked_array(column.chunks, pa.binary()).combine_chunks().dictionary_encode()
    called = [_FLOAT.sub(rb"\1", raw) if _FLOAT.fullmatch(raw) else raw
              for raw in (given.strip() for given in coded.dictionary.to_pylist())]  # fmt: skip
    listed = sorted(set(called) - {b""})
    place = {raw: i for i, raw in enumerate(listed)} | {b"": -1}
    of_raw = np.array([place[raw] for raw in called] or [-1], np.int64)
    codes = coded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    return of_raw[codes] if len(codes) else codes, listed


def companies(called: list[bytes], first: Ints, nameless: Iterable[int]) -> dict[int, str]:
    """Return what each company is called, by its account: no two alike.

    Parameters
    ----------
    called : list of bytes
        What the accounts are called.
    first : ndarray of int
        The companies' accounts, in the order in which they get numbers.
    nameless : iterable of int
        Accounts whose own name may not be used; nor is one that is only a number.
    """
    hidden = set(nameless)
    own = {a: _shown(called[a]) for a in np.sort(first).tolist() if a not in hidden}
    own = {a: name for a, name in own.items() if name and not name.isdigit()}
    taken: set[str] = set()
    names = {a: free(name, " ({})", taken) for a, name in own.items()}
    return names | {a: free("", "company {}", taken) for a in first.tolist() if a not in names}


def free(name: str, ending: str, taken: set[str]) -> str:
    """Return the name, or the first of its forms with a numbered ending, that nobody has; take it.

    >>> free("Acme", "{}", {"acme", "acme2"})
    'Acme3'
    """
    forms = (name + ending.format(k) for k in itertools.count(2 if name else 1))
    free_of = itertools.chain([name] if name else [], forms)
    found = next(form for form in free_of if form.casefold() not in taken)
    taken.add(found.casefold())
    return found


def _shown(raw: bytes) -> str:
    text = raw.decode("utf-8", "replace")
    return "".join(c if c.isprintable() else " " for c in text).strip()


def handles(called: list[bytes], accounts_of: Iterable[int]) -> dict[str, int]:
    """Return accounts by what stands after an @ when they are named, in small letters."""
    listed = [(called[a].decode("utf-8", "replace").lower(), a) for a in accounts_of]
    return dict(reversed(listed))


def mentioned(texts: pa.ChunkedArray, known: Mapping[str, int]) -> Ints:
    """Return the first account known that each text names after an @, -1: none; shape (rows,)."""
    found = [
        next((known[name] for m in _MENTION.finditer(raw.decode("utf-8", "replace").lower())
              if (name := m[1]) in known), -1)
        for chunk in texts.chunks for raw in chunk.to_pylist()
    ]  # fmt: skip
    return np.array(found, np.int64)


def not_utf8(columns: Iterable[pa.ChunkedArray]) -> int:
    """Return in how many rows a cell of these columns has bytes that are no UTF-8."""
    return int(np.logical_or.reduce([_not_utf8(column) for column in columns]).sum())


def _not_utf8(column: pa.ChunkedArray) -> NDArray[np.bool_]:
    parts = [np.zeros(0, np.bool_)]
    for chunk in column.chunks:
        try:
            chunk.cast(pa.string())
            parts.append(np.zeros(len(chunk), np.bool_))
        except pa.ArrowInvalid:
            bad = ["\ufffd" in raw.decode("utf-8", "replace") for raw in chunk.to_pylist()]
            parts.append(np.array(bad, np.bool_))
    return np.concatenate(parts)


def masked(texts: pa.ChunkedArray, public: Iterable[str]) -> pa.ChunkedArray:
    """Replace e-mail addresses, and names after an @ or in a link to Twitter that are not public.

    Bytes that are no UTF-8 are replaced, too.
    """
    known = frozenset(name.lower() for name in public)

    def name(found: re.Match[str]) -> str:
        plain = _HIDDEN.sub("", found["name"]).lower()
        return found[0] if plain in known else SOMEBODY

    def any_of_them(found: re.Match[str]) -> str:
        if found["name"]:
            return name(found)
        if found["site"]:
            account = found["account"].rstrip("/.,;:!?").lower()
            return found[0] if account in known else found["site"] + SOMEBODY[1:]
        return SOMEBODY

    def mask(raw: bytes, more: bool) -> str:
        text = raw.decode("utf-8", "replace")
        return _PERSONAL.sub(any_of_them, text) if more else _NAMED.sub(name, text)

    parts = []
    for chunk in texts.chunks:
        more = pc.match_substring_regex(chunk, _MORE, ignore_case=True)  # the others take less time
        pairs = zip(chunk.to_pylist(), more.to_pylist(), strict=True)
        parts.append(pa.array([mask(*pair) for pair in pairs], pa.large_string()))
    return pa.chunked_array(parts, pa.large_string())
