"""Who is served how well: customers with small and with large audiences."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from cemlab import _checks
from cemlab._proportions import confidence, newcombe, wilson
from cemlab._waiting import ANSWERS
from cemlab.observation import Log, Observation, last_word, observe

_Row = tuple[str, str, int, float, float, float]
_NAN = float("nan")
_NOT_RECORDED, _TOP = "not recorded", "top - bottom"


def inequality(
    log: Log,
    *,
    edges: Sequence[float] = (0, 100, 1000, 10000),
    minutes: float | None = None,
    level: float = 0.95,
    observed_until: object = None,
) -> pd.DataFrame:
    """Return how customers with a small and a large audience are served.

    A customer's audience is the largest that any of their contacts or posts names by the end
    of the observation.

    Parameters
    ----------
    log : DataFrame
        An event log.
    edges : sequence of float
        Where bands of audience begin (people), rising from 0; the last has no upper end.
    minutes : float, optional
        The promise (minutes); without it nothing is said about contacts answered in time.
    level : float
        Confidence of the intervals, above 0 and below 1.
    observed_until : datetime-like, optional
        End of the observation; by default the last time in the log.

    Returns
    -------
    DataFrame
        `band`, `metric`, `n`, `low`, `value`, `high`, for each band, then "not recorded"
        (customers whose audience is not known), then the "top - bottom" of the bands that
        have journeys, then "all". A contact counts as often as it stands in the log.

        Metrics: "in time" (share of `n` contacts answered within `minutes`), "median wait"
        (minutes, of `n` contacts), "resolved" (share of `n` journeys, surely, in the customer's
        word). Shares have Wilson's interval, differences Newcombe's, both widened where times
        leave open what was in time; `value` is the middle of what is possible (missing if that
        has no end). They take
        contacts as independent: several of one customer make them too narrow. A median's
        `low` and `high` are no interval of confidence but what the times leave possible:
        contacts still open, or given up, wait at least as long as they did, at most for
        ever (infinite). Of an even number the median is the middle between the two in the middle.

        "concentration" of "all": who gets the resolved journeys, ranked by audience [1]_:
        twice the covariance of resolved and rank (in 0..1), over the share resolved; 0 if
        audience makes no difference, above 0 if large ones get more. Between -(1 - share) and
        1 - share; "concentration, scaled" divides by that [2]_, to reach from -1 to 1. What is
        not recorded, has no cases, or cannot be told is missing, with `n` 0 in the first two.

    Raises
    ------
    ValueError
        If `edges`, `minutes` or `level` break their rules.

    References
    ----------
    .. [1] N. Kakwani, A. Wagstaff, E. van Doorslaer, "Socioeconomic inequalities in health:
       measurement, computation, and statistical inference", Journal of Econometrics 77, 1997.
    .. [2] A. Wagstaff, "The bounds of the concentration index when the variable of interest is
       binary", Health Economics 14, 2005.

    Examples
    --------
    >>> log = pd.DataFrame({"customer": ["Ana", "Bo", "Bo"], "actor": "customer", "time": "2024-05-01",
    ...                     "kind": ["contact", "contact", "resolve"], "value": [20, 5000, None]})
    >>> table = inequality(log, edges=(0, 1000))
    >>> table.loc[table["metric"] == "resolved", ["band", "n", "value"]].values.tolist()[:2]
    [['0 to 999', 1, 0.0], ['1,000 and more', 1, 1.0]]
    """
    starts = _edges(edges)
    limit = None if minutes is None else _checks.number("minutes", minutes, low=0)
    sure = confidence(level)
    seen = observe(log, observed_until)
    audience = _audience(seen)
    bands = [*_bands(starts), _NOT_RECORDED]
    band = np.searchsorted(starts, audience, side="right") - 1
    band[np.isnan(audience)] = len(starts)
    first = seen.first_row(np.ones(len(seen.log), bool))
    solved = last_word(seen, "resolve")
    recorded = bool(solved.notna().any())
    resolved = solved.fillna(False).to_numpy(bool)
    contacts = seen.waits if seen.kinds & {*ANSWERS, "abandon"} else seen.waits.iloc[:0]
    metrics = {} if limit is None else {"in time": _in_time(contacts, limit)}
    of_contact, of_journey = band[contacts["row"].to_numpy()], band[first]
    found: list[list[_Row]] = []
    counts = []
    for k in range(len(bands)):
        here, there = of_contact == k, of_journey == k
        part = {name: _counts(marks, here) for name, marks in metrics.items()}
        part["resolved"] = _counts((resolved, resolved), there & recorded)
        low, high = _median(contacts[here])
        rows = [_share_row(bands[k], name, part[name], sure) for name in metrics]
        rows.append((bands[k], "median wait", int(here.sum()), low, _middle(low, high), high))
        rows.append(_share_row(bands[k], "resolved", part["resolved"], sure))
        found.append(rows)
        counts.append(part)
    with_journeys = [k for k in range(len(starts)) if (of_journey == k).any()]
    bottom, top = (with_journeys[0], with_journeys[-1]) if len(with_journeys) > 1 else (-1, -1)
    gaps = [
        _difference(found[top][i], found[bottom][i], counts[top], counts[bottom], sure)
        if top != bottom
        else (_TOP, found[0][i][1], 0, _NAN, _NAN, _NAN)
        for i in range(len(found[0]))
    ]
    ranked = ~np.isnan(audience[first]) & recorded
    last = _concentration(resolved[ranked], audience[first][ranked])
    table = [*(row for rows in found for row in rows), *gaps, *last]
    return pd.DataFrame(table, columns=["band", "metric", "n", "low", "value", "high"])


# --- inside ------------------------------------------------------------------------


def _edges(edges: Sequence[float]) -> NDArray[np.float64]:
    numbers = np.array([_checks.number("edges", edge, low=0) for edge in edges])
    if not numbers.size or numbers[0] != 0 or (np.diff(numbers) <= 0).any():
        msg = f"edges must be rising numbers from 0 on, got {list(edges)}"
        raise ValueError(msg)
    return numbers


def _bands(starts: NDArray[np.float64]) -> list[str]:
    """Return the names of the bands: whole people, so that a band ends one below the next."""
    whole = all(float(start).is_integer() for start in starts)
    names = [
        f"{low:,.0f} to {high - 1:,.0f}" if whole else f"{low:,g} to under {high:,g}"
        for low, high in pairwise(starts.tolist())
    ]
    return [*names, f"{starts[-1]:,.0f} and more" if whole else f"{starts[-1]:,g} and more"]


def _audience(seen: Observation) -> NDArray[np.float64]:
    """Return the audience of each row's customer, shape (rows,); missing where none is known."""
    log = seen.log
    told = (log["actor"] == "customer") & log["kind"].isin(["contact", "publish"])
    customer = log["customer"].cat.codes.to_numpy()
    largest = log["value"].where(told).groupby(customer).max()
    return np.asarray(largest.reindex(customer), np.float64)


def _in_time(contacts: pd.DataFrame, limit: float) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Mark the contacts surely answered in time, and those perhaps so (or still to be)."""
    low, high = (contacts[name].to_numpy() for name in ("wait_low_min", "wait_high_min"))
    answered, going = ((contacts["ended"] == end).to_numpy() for end in ("answered", "open"))
    sure = answered & (high <= limit)
    return sure, (answered & (low <= limit)) | (going & (low < limit))


def _counts(
    marks: tuple[NDArray[np.bool_], NDArray[np.bool_]], rows: NDArray[np.bool_]
) -> tuple[int, int, int]:
    """Return how many of these rows are surely so, how many perhaps, and how many there are."""
    sure, perhaps = (int(part[rows].sum()) for part in marks)
    return sure, perhaps, int(rows.sum())


def _share_row(band: str, metric: str, counts: tuple[int, int, int], level: float) -> _Row:
    sure, perhaps, n = counts
    low, high = wilson(sure, n, level)[0], wilson(perhaps, n, level)[1]
    return band, metric, n, low, (sure + perhaps) / 2 / n if n else _NAN, high


def _median(contacts: pd.DataFrame) -> tuple[float, float]:
    """Return the lowest and highest possible median wait (minutes)."""
    if contacts.empty:
        return _NAN, _NAN
    low, high = (contacts[name].to_numpy() for name in ("wait_low_min", "wait_high_min"))
    unanswered = (contacts["ended"] != "answered").to_numpy()
    return _half(low), _half(np.where(unanswered, np.inf, high))


def _half(waits: NDArray[np.float64]) -> float:
    """Return the median; between a number and infinity, infinity."""
    return float(np.sort(waits)[[(len(waits) - 1) // 2, len(waits) // 2]].mean())


def _middle(low: float, high: float) -> float:
    return (low + high) / 2 if np.isfinite([low, high]).all() else _NAN


def _difference(
    top: _Row,
    bottom: _Row,
    of_top: dict[str, tuple[int, int, int]],
    of_bottom: dict[str, tuple[int, int, int]],
    level: float,
) -> _Row:
    """Return the row of a difference; `n` counts both bands."""
    metric, n = top[1], top[2] + bottom[2]
    if not (top[2] and bottom[2]):
        return _TOP, metric, n, _NAN, _NAN, _NAN
    if metric not in of_top:
        low, high = top[3] - bottom[5], top[5] - bottom[3]
        return _TOP, metric, n, low, _middle(low, high), high
    (sure, perhaps, total), (sure_b, perhaps_b, total_b) = of_top[metric], of_bottom[metric]
    low = float(newcombe((sure, total), (perhaps_b, total_b), level)[0])
    high = float(newcombe((perhaps, total), (sure_b, total_b), level)[1])
    return _TOP, metric, n, low, top[4] - bottom[4], high


def _concentration(resolved: NDArray[np.bool_], audience: NDArray[np.float64]) -> list[_Row]:
    """Return who gets the resolved journeys: twice the covariance with the rank, over the share."""
    n = len(resolved)
    index = scaled = _NAN
    if n and resolved.any():
        share = float(resolved.mean())
        rank = (stats.rankdata(audience) - 0.5) / n
        index = 2 * float(((resolved - share) * rank).mean()) / share
        scaled = index / (1 - share) if share < 1 else _NAN
    names = ("concentration", index), ("concentration, scaled", scaled)
    return [("all", name, n, _NAN, value, _NAN) for name, value in names]
