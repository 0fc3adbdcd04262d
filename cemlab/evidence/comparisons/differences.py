"""Difference in differences: did those the event met part from those it did not."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from cemlab import _checks, _words
from cemlab.estimate import Estimate
from cemlab.evidence.comparisons import _clusters, _units
from cemlab.evidence.shares import _finding

Array = NDArray[np.float64]
_FEW = 10


@dataclass(frozen=True, eq=False)
class DifferenceInDifferences:
    """How units that the event met parted from those it did not.

    Attributes
    ----------
    effect : Estimate
        Change of the mean of those met, less that of the others (unit of the panel), by two-way
        fixed effects; interval from errors clustered by unit. Its parts are the four means.
    p_cluster : float
        Two-sided p of the effect by clustered errors; missing with one unit on a side.
    p : Estimate
        Placebo p: share of ways to pick as many units, the real one included, whose effect is
        at least as large without its sign. Its part `smallest` is the smallest possible.
    means : DataFrame
        By `time`: `met`, `others` (means of the units), `difference`, `after`.
    by_time : DataFrame
        By `time`: `value` (the difference of means less that at the last time before the
        event), `low`, `high`, `n` (units), `after`. Before the event: the test of parallel courses.
    trend : Estimate
        By how much more those met rose a period before the event; far from 0: not parallel.
    placebos : DataFrame
        By unit: `value` (its change, less the mean change of the others of the comparison) and
        `met`.
    warnings : tuple of str
        What a reader has to know before the figures.
    """

    effect: Estimate
    p_cluster: float
    p: Estimate
    means: pd.DataFrame
    by_time: pd.DataFrame
    trend: Estimate
    placebos: pd.DataFrame
    warnings: tuple[str, ...]


def difference_in_differences(
    panel: pd.DataFrame,
    *,
    units: Any,
    event: Any,
    others: Sequence[Any] | None = None,
    draws: int = 999,
    level: float = 0.95,
    rng: Any = None,
) -> DifferenceInDifferences:
    """Return by how much units that the event met changed more than the others.

    With all cells known and one date for all, two-way fixed effects give just that: the
    difference between two changes of means.

    *Critique.* Rests on parallel courses without the event. Courses that look parallel
    before do not prove it, and tests of it have little power (Roth). Errors clustered by unit
    need many units, on both sides: the smaller side counts. With one unit met they are worthless:
    its own luck is not in them. Where nothing happened a test at 5 % rejects in 11 of 100 panels
    with 2 units met of 9, in 11 with 5 of 105 and in 6 with 10 of 110 (20,000 panels of white
    noise, 6 times); by 24 times in 13, 13 and 8. With two times only, counting a dummy for each
    unit makes errors too large instead (1 to 5 in 100; Cameron and Miller). The placebo p remains,
    and assumes that units are exchangeable; with J others it cannot fall below 1 / (J + 1). With
    different dates for different units this method is not made (Goodman-Bacon).

    Parameters
    ----------
    panel : DataFrame
        One row a time (dates or numbers, in any order) and one column a unit; or long, with
        columns `unit`, `time`, `value`. No gaps.
    units : label or sequence of labels
        Those that the event met, all at the same time.
    event : time
        The first time at or after it is the first one changed.
    others : sequence of labels, optional
        Those to compare with; all others if left out.
    draws : int
        Placebo picks, where there are too many to try all.
    level : float
        Confidence of intervals (t, units less one), at least 0.5.
    rng : int or numpy.random.Generator, optional
        Source of luck of the picks.

    Returns
    -------
    DifferenceInDifferences
        Effect, placebo p, means and differences by time, trend before.

    Raises
    ------
    ValueError
        If cells are missing, nobody is left to compare with, or the event is outside.

    References
    ----------
    .. [1] M. Bertrand, E. Duflo, S. Mullainathan, "How much should we trust
       differences-in-differences estimates?", Quarterly Journal of Economics 119, 2004.
    .. [2] T. Conley, C. Taber, "Inference with 'difference in differences' with a small number of
       policy changes", Review of Economics and Statistics 93, 2011.
    .. [3] J. Roth, "Pretest with caution: event-study estimates after testing for parallel
       trends", American Economic Review: Insights 4, 2022.
    .. [4] A. C. Cameron, D. Miller, "A practitioner's guide to cluster-robust inference", Journal
       of Human Resources 50, 2015.
    .. [5] A. Goodman-Bacon, "Difference-in-differences with variation in treatment timing",
       Journal of Econometrics 225, 2021.

    Examples
    --------
    >>> panel = pd.DataFrame({"met": [10, 16.0], "other": [8, 9.0], "third": [6, 9.0]}, [2008, 2009])
    >>> found = difference_in_differences(panel, units="met", event=2009)
    >>> round(found.effect, 6), round(found.p, 3)
    (4.0, 0.333)
    """
    trust = _finding.confidence(level)
    table = _units.read(panel)
    met = _units.members("units", units, table.columns)
    rest = [c for c in table.columns if c not in met]
    if others is not None:
        rest = _units.members("others", others, table.columns)
    _units.apart("others", rest, met)
    if not rest:
        msg = "others must be one unit or more, got none: the event met all units of the panel"
        raise ValueError(msg)
    count, notes = _units.before(table.index, event, 1)
    many, luck = _checks.whole("draws", draws, low=99), _checks.generator(rng)
    table = table[[*met, *rest]]
    values, n = table.to_numpy(), len(met)
    after = np.arange(len(values)) >= count
    change = values[after].mean(axis=0) - values[~after].mean(axis=0)
    effect, p_cluster = _effect(values, n, after, trust)
    return DifferenceInDifferences(
        effect=effect,
        p_cluster=p_cluster,
        p=_placebo(change, n, many, luck, trust),
        means=_means(table, n, after),
        by_time=_by_time(table, n, after, count, trust),
        trend=_trend(values[:count], n, trust),
        placebos=_changes(change, n, table.columns),
        warnings=notes + _warnings(n, len(rest), count),
    )


# --- inside ------------------------------------------------------------------------


def _effect(
    values: Array, n: int, after: NDArray[np.bool_], level: float
) -> tuple[Estimate, float]:
    size = values.shape[1]
    met = np.arange(size) < n
    x = (after[:, None] & met)[..., None].astype(float)
    (value,), (error,) = _clusters.regression(values, x)
    parts = {f"{who} {when}": float(values[rows][:, columns].mean())
             for who, columns in (("met", met), ("others", ~met))
             for when, rows in (("before", ~after), ("after", after))}  # fmt: skip
    held: dict[str, Any] = {"n": size, "level": level, "unit": "unit of the panel", "parts": parts}
    if min(n, size - n) < 2:
        why = (
            "no interval: with one unit on a side clustered errors are worthless; see the placebo p"
        )
        return Estimate(float(value), method=why, **held), math.nan
    wide = float(stats.t.ppf((1 + level) / 2, size - 1) * error)
    how = f"two-way fixed effects, errors clustered by unit, t({size - 1})"
    p = float(2 * stats.t.sf(abs(value) / error, size - 1)) if error > 0 else float(value == 0)
    return Estimate(float(value), low=value - wide, high=value + wide, method=how, **held), p


def _placebo(
    change: Array, n: int, draws: int, luck: np.random.Generator, level: float
) -> Estimate:
    size, total = change.size, change.sum()
    ways = math.comb(size, n)
    if ways <= 20_000:
        picked = np.array([change[list(pick)].sum() for pick in combinations(range(size), n)])
        how = f"placebo: all {_words.counted(ways, 'way')} to pick {n} of {size} units"
    else:
        picked = np.array([change[luck.permutation(size)[:n]].sum() for _ in range(draws)])
        picked = np.append(picked, change[:n].sum())
        how = f"placebo: {draws:,} random picks of {n} of {size} units, and the real one"
    effects = np.abs(picked / n - (total - picked) / (size - n))
    own = abs(change[:n].mean() - change[n:].mean())
    hits = int((effects >= own - 1e-9 * (1 + own)).sum())
    # of two halves of one size, a pick and its mirror image have the same size of effect
    smallest = (2 if 2 * n == size and ways <= 20_000 else 1) / picked.size
    return Estimate(hits / picked.size, n=picked.size, level=level, unit="share of 1",
                    method=f"{how}; smallest possible {smallest:.3g}",
                    parts={"smallest": smallest})  # fmt: skip


def _means(table: pd.DataFrame, n: int, after: NDArray[np.bool_]) -> pd.DataFrame:
    met, others = table.iloc[:, :n].mean(axis=1), table.iloc[:, n:].mean(axis=1)
    shown = pd.DataFrame({"met": met, "others": others, "difference": met - others})
    return shown.assign(after=after)


def _by_time(
    table: pd.DataFrame, n: int, after: NDArray[np.bool_], count: int, level: float
) -> pd.DataFrame:
    """Return differences since the last time before the event: two means of each unit's change."""
    values = table.to_numpy()
    since = values - values[count - 1]
    size = since.shape[1]
    value = since[:, :n].mean(axis=1) - since[:, n:].mean(axis=1)
    wide: Any = np.nan
    if min(n, size - n) > 1:
        spread = since[:, :n].var(axis=1) / n + since[:, n:].var(axis=1) / (size - n)
        factor = _clusters.factor(size, len(values), len(values) - 1)
        wide = stats.t.ppf((1 + level) / 2, size - 1) * np.sqrt(spread * factor)
    shown = pd.DataFrame({"value": value, "low": value - wide, "high": value + wide}, table.index)
    return shown.assign(n=size, after=after)


def _trend(values: Array, n: int, level: float) -> Estimate:
    held: dict[str, Any] = {"level": level, "unit": "unit of the panel a period"}
    size = values.shape[1]
    if len(values) < 2:
        why = "no figure: one time before the event shows no course"
        return Estimate(math.nan, n=size, method=why, **held)
    t = np.arange(len(values)) - (len(values) - 1) / 2
    slopes = t @ values / (t @ t)
    value = float(slopes[:n].mean() - slopes[n:].mean())
    if min(n, size - n) < 2:
        more = np.abs(slopes - slopes[n:].mean()) >= abs(value) - 1e-12 if n == 1 else None
        rank = f"; {int(more.sum())} of {size} units stray as far" if more is not None else ""
        return Estimate(value, n=size, method=f"no interval: one unit on a side{rank}", **held)
    spread = slopes[:n].var() / n + slopes[n:].var() / (size - n)
    factor = _clusters.factor(size, len(values), 1)
    wide = float(stats.t.ppf((1 + level) / 2, size - 1) * math.sqrt(spread * factor))
    how = f"difference of the units' slopes, errors clustered by unit, t({size - 1})"
    return Estimate(value, low=value - wide, high=value + wide, n=size, method=how, **held)


def _changes(change: Array, n: int, units: pd.Index) -> pd.DataFrame:
    """Return each unit's change beside that of the comparison units other than itself."""
    others = change[n:]
    mean = np.full(change.size, others.mean())
    if others.size > 1:
        mean[n:] = (others.sum() - others) / (others.size - 1)
    else:
        mean[n:] = np.nan
    return pd.DataFrame({"value": change - mean, "met": np.arange(change.size) < n}, units)


def _warnings(n: int, others: int, count: int) -> tuple[str, ...]:
    found, size = [], n + others
    if min(n, others) == 1:
        found.append("one unit on a side: clustered errors are worthless, use the placebo p")
    elif min(n, others) < _FEW:
        found.append(f"{n} units met and {others} others: with fewer than {_FEW} on a side a test by clustered errors at 5 % rejects in up to 13 of 100 panels where nothing happened (simulated): use the placebo p")  # fmt: skip
    ways = math.comb(size, n)
    if ways < 20 or (2 * n == size and ways < 40):
        smallest = (2 if 2 * n == size else 1) / ways
        found.append(f"with {size} units the placebo p cannot fall below {smallest:.3f}")
    if count < 3:
        found.append(f"{_words.counted(count, 'time')} before the event: whether courses were parallel cannot be seen")  # fmt: skip
    return tuple(found)
