"""Argument checks: one rule, one function, one sentence (name, rule, value)."""

import math
import re
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
import psutil
from numpy.typing import ArrayLike, NDArray

type_of_rng = "an integer of at least 0, a numpy.random.Generator or None"


def number(name: str, value: object, *, low: float = -math.inf, high: float = math.inf) -> float:
    """Return `value` as a finite float in [low, high].

    >>> number("share", 0.5, low=0, high=1)
    0.5
    """
    rule = _range_rule("a finite number", low, high)
    if isinstance(value, bool | np.bool_ | str | bytes):
        msg = f"{name} must be {rule}, got {value!r}"
        raise ValueError(msg)
    try:
        result = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        result = math.nan
    if not (math.isfinite(result) and low <= result <= high):
        msg = f"{name} must be {rule}, got {value!r}"
        raise ValueError(msg)
    return result


def probability(name: str, value: object) -> float:
    """Return `value` as a probability.

    >>> probability("p", 0.3)
    0.3
    """
    try:
        return number(name, value, low=0.0, high=1.0)
    except ValueError:
        msg = f"{name} must be a probability in [0, 1], got {value!r}"
        raise ValueError(msg) from None


def whole(name: str, value: object, *, low: int, high: int | None = None) -> int:
    """Return `value` as an int of at least `low` (and at most `high`).

    >>> whole("runs", 10, low=1)
    10
    """
    rule = _range_rule("a whole number", low, math.inf if high is None else high)
    good = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not good or int(value) < low or (high is not None and int(value) > high):  # type: ignore[call-overload]
        msg = f"{name} must be {rule}, got {value!r}"
        raise ValueError(msg)
    return int(value)  # type: ignore[call-overload, no-any-return]


def people(name: str, value: ArrayLike, n: int) -> NDArray[np.int64]:
    """Return `value` as sorted, unique numbers of people, shape (k,), each in 0..n-1.

    >>> people("initial", [2, 0, 2], n=3)
    array([0, 2])
    """
    rule = f"{name} must be people 0..{n - 1} of this network"
    try:
        array = np.atleast_1d(np.asarray(value))
    except ValueError:
        msg = f"{rule}, as whole numbers in one list, got {value!r}"
        raise ValueError(msg) from None
    if array.size == 0:
        return np.empty(0, np.int64)
    if array.ndim != 1 or array.dtype.kind not in "iu":
        msg = f"{rule}, as whole numbers in one list, got {value!r}"
        raise ValueError(msg)
    outside = array[(array < 0) | (array >= n)]
    if outside.size:
        msg = f"{rule}, got {_few(outside.tolist())}"
        raise ValueError(msg)
    return np.unique(array).astype(np.int64)


def one_of(name: str, value: object, options: Iterable[str]) -> str:
    """Return `value` if it is one of `options`.

    >>> one_of("actor", "public", ["customer", "public"])
    'public'
    """
    allowed = list(options)
    if not isinstance(value, str) or value not in allowed:
        msg = f"{name} must be one of {', '.join(allowed)}, got {value!r}"
        raise ValueError(msg)
    return value


def one_of_each(name: str, values: Iterable[str], options: Iterable[str]) -> None:
    """Stop at the first of `values` that is not one of `options`."""
    allowed = list(options)
    for value in values:
        one_of(name, value, allowed)


def generator(rng: Any) -> np.random.Generator:
    """Return the numpy Generator that `rng` stands for (SPEC 7).

    An integer always gives the same luck, a Generator moves on, None is fresh luck.
    """
    if isinstance(rng, np.random.Generator) or rng is None:
        return np.random.default_rng(rng)
    if isinstance(rng, int | np.integer) and not isinstance(rng, bool) and rng >= 0:
        return np.random.default_rng(int(rng))
    msg = f"rng must be {type_of_rng}, got {rng!r}"
    raise ValueError(msg)


def moment(name: str, value: object) -> pd.Timestamp:
    """Return `value` as a date or a time of day without a time zone.

    Text must read one way only: 06.07.2009 is July to some and June to others.

    >>> moment("start", "2009-07-06")
    Timestamp('2009-07-06 00:00:00')
    """
    unclear = isinstance(value, str) and re.match(r"\s*\d{1,2}[./-]\d{1,2}[./-]", value)
    try:
        found = pd.NaT if unclear or isinstance(value, bool | int | float) else pd.Timestamp(value)
    except (TypeError, ValueError):
        found = pd.NaT
    if pd.isna(found) or found.tzinfo is not None:
        msg = f"{name} must be a date such as 2009-07-06, without a time zone, got {value!r}"
        raise ValueError(msg)
    return found


def duration(name: str, value: object) -> pd.Timedelta:
    """Return `value` as a span of time above zero.

    >>> duration("step", "12h")
    Timedelta('0 days 12:00:00')
    """
    try:
        found = pd.NaT if isinstance(value, bool | int | float) else pd.Timedelta(value)
    except (TypeError, ValueError):
        found = pd.NaT
    if pd.isna(found) or found < pd.Timedelta(microseconds=1):
        msg = f"{name} must be a span of time such as 1D or 12h, above zero, got {value!r}"
        raise ValueError(msg)
    return found


def memory(name: str, need_bytes: float, way_out: str) -> None:
    """Stop before anything is allocated if a request needs more memory than is free.

    >>> memory("n", 8e18, "ask for fewer people")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ValueError: n must fit in memory, got a need of 8,000,000,000.0 GB where ... GB are free: ask for fewer people
    """
    free = psutil.virtual_memory().available
    if need_bytes > free:
        msg = f"{name} must fit in memory, got a need of {need_bytes / 1e9:,.1f} GB where {free / 1e9:,.1f} GB are free: {way_out}"
        raise ValueError(msg)


def _range_rule(noun: str, low: float, high: float) -> str:
    if low > -math.inf and high < math.inf:
        return f"{noun} in [{_limit(low)}, {_limit(high)}]"
    if low > -math.inf:
        return f"{noun} of at least {_limit(low)}"
    if high < math.inf:
        return f"{noun} of at most {_limit(high)}"
    return noun


def _limit(value: float) -> str:
    return f"{int(value)}" if float(value).is_integer() else f"{value:g}"


def _few(values: list[Any], most: int = 5) -> str:
    if len(values) <= most:
        return f"{values}"
    return f"{values[:most]} and {len(values) - most} more"
