"""Percentages published by others: how exact they are, and which n they allow."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cemlab import _checks
from cemlab._proportions import confidence
from cemlab.cem.surveys import _tallies

_MOST = 1_000_000
_PLACES = 6
_LARGEST = 10.0


def interval_of_share(
    share: float, *, n: ArrayLike, decimals: int = 0, level: float = 0.95
) -> pd.DataFrame:
    """Return what a published percentage says if n people answered, for one n or several.

    A percentage is rounded: each number of people that rounds to it may be behind it. The
    interval is Wilson's, from the lowest of the smallest such number to the highest of the
    largest. Where none rounds to it, n cannot be right; the interval is then that of the
    share as printed.

    Critique. It holds for a random sample of those who are meant. Readers of a trade
    magazine or visitors of a fair are none.

    Parameters
    ----------
    share : float
        The published share, in [0, 1]: 0.62 for 62 %.
    n : int or array_like of int, shape (k,)
        How many answered, known or supposed.
    decimals : int
        Decimals of the published percentage.
    level : float
        Confidence of the interval.

    Returns
    -------
    DataFrame
        One row an n: `n`, `possible`, `count_low` and `count_high` (people behind the
        share; missing if not possible), `value`, `low`, `high` (shares of 1) and `level`.

    Raises
    ------
    ValueError
        If the share has more decimals than `decimals`, or n is not whole or below 1.

    Examples
    --------
    >>> interval_of_share(0.62, n=[50, 200, 1000]).round(3)[["n", "count_low", "low", "high"]]
          n  count_low    low   high
    0    50         31  0.482  0.741
    1   200        123  0.546  0.689
    2  1000        615  0.584  0.654
    """
    steps, base = _printed(share, decimals)
    people = np.array([_checks.whole("n", one, low=1) for one in _each(n)])
    if not people.size:
        msg = "n must be at least one number of people, got none"
        raise ValueError(msg)
    fewest, most = _counts(steps, base, people)
    sure = confidence(level)
    possible = most >= fewest
    low, high = (np.where(possible, count / people, share) for count in (fewest, most))
    rows = zip(low, high, people, strict=True)
    ends = [
        (_tallies.share_limits(a, k, sure)[0], _tallies.share_limits(b, k, sure)[1])
        for a, b, k in rows
    ]
    table = pd.DataFrame({"n": people, "possible": possible})
    for name, count in (("count_low", fewest), ("count_high", most)):
        table[name] = pd.Series(count, dtype="Int64").where(possible)
    table["value"] = float(share)
    table[["low", "high"]] = ends
    return table.assign(level=sure)


def possible_n(
    shares: ArrayLike, *, decimals: int | Sequence[int] = 0, most: int = 1000
) -> NDArray[np.int64]:
    """Return the numbers of people, up to `most`, that can give all of these percentages.

    Of 50 people 31 are 62 %, but no number of 50 people is 37.2 %. A share that ends on a
    half may be rounded up or down. Follows the GRIM test of reported means [1]_.

    Critique. All shares must have the same base: one table, nobody left out of a
    question. With weighted answers it says nothing. Every n is possible from a hundred
    people on (no decimal), a thousand (one) or ten thousand (two decimals: give a larger
    `most`). And 62 may be printed for 62.0: with a decimal more, fewer n are possible.

    Parameters
    ----------
    shares : array_like of float, shape (k,)
        Published shares, in [0, 1]: 0.372 for 37.2 %.
    decimals : int or sequence of int
        Decimals of the percentages, for all or one for each.
    most : int
        The largest n to try.

    Returns
    -------
    ndarray of int
        In rising order; empty if there is none.

    References
    ----------
    .. [1] N. J. L. Brown, J. A. J. Heathers, "The GRIM test", Social Psychological and
       Personality Science 8, 2017.

    Examples
    --------
    >>> possible_n([0.372, 0.688], decimals=1)[:4]
    array([199, 215, 218, 231])
    >>> possible_n([0.333], decimals=1, most=9)
    array([3, 6, 9])
    """
    given = _each(shares)
    if not given:
        msg = "shares must be at least one share, got none"
        raise ValueError(msg)
    places = [decimals] * len(given) if isinstance(decimals, int | np.integer) else list(decimals)
    if len(places) != len(given):
        msg = f"decimals must be one number, or one for each share, got {len(places)} for {len(given)} shares"
        raise ValueError(msg)
    people = np.arange(1, _checks.whole("most", most, low=1, high=_MOST) + 1)
    fits = np.ones(people.size, bool)
    for share, place in zip(given, places, strict=True):
        fewest, largest = _counts(*_printed(share, place), people)
        fits &= largest >= fewest
    return people[fits]


def corrected(shares: float | pd.DataFrame, factor_low: float, factor_high: float) -> pd.DataFrame:
    """Return shares scaled by an assumed range of factors, without leaving [0, 1].

    Some authors say that a foreign figure must be scaled down, and not by how much. The
    factors are then the reader's assumption, and the result is as good as they are.

    Critique. It is no estimate: no sample stands behind the factors.

    Parameters
    ----------
    shares : float or DataFrame
        A share in [0, 1], or the table of `interval_of_share`.
    factor_low, factor_high : float
        The range of factors, from 0 to 10; 1 leaves a share as it is, and 0.6 (not 60) is
        60 per cent of it.

    Returns
    -------
    DataFrame
        The table (or one row) with `value_low`, `value_high`: the share by either factor;
        and `corrected_low`, `corrected_high`: its interval by them.

    Raises
    ------
    ValueError
        If a share is not in [0, 1], or the factors are not in order or above 10.

    Examples
    --------
    >>> corrected(0.62, 0.5, 0.8)[["value_low", "value_high"]].values.tolist()
    [[0.31, 0.496]]
    """
    for name, factor in (("factor_low", factor_low), ("factor_high", factor_high)):
        if isinstance(factor, int | float) and factor > _LARGEST:
            msg = f"{name} must be a factor of at most 10, got {factor!r}: 60 per cent are 0.6"
            raise ValueError(msg)
    down = _checks.number("factor_low", factor_low, low=0)
    up = _checks.number("factor_high", factor_high, low=down)
    if isinstance(shares, pd.DataFrame):
        table = shares.copy()
        absent = [name for name in ("value", "low", "high") if name not in table]
        if absent:
            msg = f"shares must have the columns value, low and high, got none called {absent[0]}"
            raise ValueError(msg)
    else:
        value = _checks.probability("shares", shares)
        table = pd.DataFrame({"value": [value], "low": [value], "high": [value]})
    for name, source, factor in (
        ("value_low", "value", down),
        ("value_high", "value", up),
        ("corrected_low", "low", down),
        ("corrected_high", "high", up),
    ):
        table[name] = (table[source] * factor).clip(0, 1)
    return table


# --- inside ------------------------------------------------------------------------


def can_be(up: float, down: float, n: float) -> bool:
    """Tell whether counts of n people give two shares of them, to the decimals these have.

    >>> can_be(0.5, 0.2, 7), can_be(0.5, 0.2, 10), can_be(1 / 3, 1 / 3, 3)
    (False, True, True)
    """
    if n != round(n) or n > _MOST:
        return True
    fewest, most = 0, n
    for share in (up, down):
        places = next((k for k in range(_PLACES) if _steps(share, k)[2] < 1e-6), _PLACES)
        steps, base, _ = _steps(share, places)
        low, high = _counts(steps, base, np.array([n], np.int64))
        if low[0] > high[0]:
            return False
        fewest += int(low[0])
    return fewest <= most


def _printed(share: float, decimals: int) -> tuple[int, int]:
    """Return a published share as steps of its last decimal, and how many make up 1."""
    if isinstance(share, int | float) and 1 < share <= 100:
        msg = (
            f"share must be a probability in [0, 1], got {share!r}: {share:g} % is {share / 100:g}"
        )
        raise ValueError(msg)
    value = _checks.probability("share", share)
    steps, base, off = _steps(value, _checks.whole("decimals", decimals, low=0, high=_PLACES))
    if off > 1e-6 * base:
        msg = f"decimals must be those of the printed percentage, got {decimals} for {100 * value:g} %"
        raise ValueError(msg)
    return steps, base


def _each(given: ArrayLike) -> list[Any]:
    """Return one or several values as they were given: 3 stays 3 beside 50.5."""
    listed: list[Any] = np.atleast_1d(np.asarray(given, object)).tolist()
    return listed


def _steps(share: float, decimals: int) -> tuple[int, int, float]:
    """Return a share in steps of its last decimal, how many make up 1, and what is left over."""
    base = 100 * 10**decimals
    steps = round(share * base)
    return steps, base, abs(share * base - steps)


def _counts(
    steps: int, base: int, people: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the fewest and the most people of n whose share rounds to the printed one."""
    n = people.astype(np.int64)
    fewest = -((-(2 * steps - 1) * n) // (2 * base))
    most = ((2 * steps + 1) * n) // (2 * base)
    return np.maximum(fewest, 0), np.minimum(most, n)
