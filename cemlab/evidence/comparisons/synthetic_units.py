"""Synthetic control: a mixture of others that went the same way before, and what it did after."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cemlab.estimate import Estimate
from cemlab.evidence.comparisons import _units, _weights
from cemlab.evidence.comparisons._weights import Array
from cemlab.evidence.shares import _finding

_POOR = 0.8  # a rule of thumb: share of the course before the event that is matched
Solver = Callable[[Array, Array, int], Array]


@dataclass(frozen=True, eq=False)
class SyntheticControl:
    """A unit beside the mixture of donors that went the same way before the event.

    Attributes
    ----------
    weights : Series
        By donor, at least 0, adding up to 1.
    path : DataFrame
        By `time`: `observed`, `synthetic`, `gap` (their difference, unit of the panel), `after`.
    effect : Estimate
        Mean gap from the event on; no interval: see `p`.
    p : Estimate
        Rank of the unit's `ratio` among all units, divided by their number. Its part `smallest`
        is the smallest p that so few units allow.
    units : DataFrame
        By unit, the one that the event met first: `before` and `after` (root of the mean squared
        gap, unit of the panel), `ratio` (after to before, squared; infinite after a perfect
        fit), `rank` (1: the largest ratio).
    gaps : DataFrame
        By time and unit: the gap of each unit, treated as if the event had met it.
    left_out : DataFrame
        By time: the gap without each donor that has weight.
    warnings : tuple of str
        What a reader has to know before the figures.
    """

    weights: "pd.Series[float]"
    path: pd.DataFrame
    effect: Estimate
    p: Estimate
    units: pd.DataFrame
    gaps: pd.DataFrame
    left_out: pd.DataFrame
    warnings: tuple[str, ...]


def synthetic_control(
    panel: pd.DataFrame,
    *,
    unit: Any,
    event: Any,
    donors: Sequence[Any] | None = None,
    predictors: pd.DataFrame | None = None,
    level: float = 0.95,
) -> SyntheticControl:
    """Return what a unit did beyond the mixture of donors that went the same way before the event.

    Weights minimise the mean squared gap before the event. Then each donor is treated as if
    the event had met it, with all others, the unit among them, to mix from: if many gaps grow as
    much, the unit's is no news.

    *Critique.* Donors must not feel the event, nor an event of their own. A close fit before is
    needed, and with many donors and few times it comes by chance (overfitting). Choosing
    donors, times and predictors leaves room for wishes. The p value assumes that any unit could
    have been the one; with J donors it cannot fall below 1 / (J + 1). All units mix alike, from J
    others each, so that where nothing happened the unit is first in 1 of J + 1 cases (simulated,
    2,000 each, s.e. 0.01: 0.33, 0.26 and 0.10 for 2, 3 and 8 donors). The price: a donor whose
    mixture holds the unit takes over part of an effect, and p is then larger. Without the unit in
    the placebos' mixtures, few donors give the unit an easy first place (0.50 for 2 donors).

    Parameters
    ----------
    panel : DataFrame
        One row a time (dates or numbers, in any order) and one column a unit; or long, with
        columns `unit`, `time`, `value`. No gaps.
    unit : label
        The one that the event met.
    event : time
        The first time at or after it is the first one changed.
    donors : sequence of labels, optional
        Two or more; all others if left out.
    predictors : DataFrame, optional
        One row a unit, one column a predictor: weights then match these, each as important as
        makes the courses before the event fit best.
    level : float
        Kept with the figures.

    Returns
    -------
    SyntheticControl
        Weights, path, effect, placebo ranks and gaps, and the gaps without each donor.

    Raises
    ------
    ValueError
        If cells are missing, a course never moves before the event, there are fewer than two
        donors or two times before the event, or the unit is among the donors.

    References
    ----------
    .. [1] A. Abadie, A. Diamond, J. Hainmueller, "Synthetic control methods for comparative case
       studies", Journal of the American Statistical Association 105, 2010.
    .. [2] A. Abadie, "Using synthetic controls: feasibility, data requirements, and
       methodological aspects", Journal of Economic Literature 59, 2021.

    Examples
    --------
    >>> panel = pd.DataFrame({"A": [1, 2, 1, 3, 2], "B": [3, 2, 5, 1, 4], "C": [8, 9, 7, 9, 8]})
    >>> panel["U"] = 0.75 * panel["A"] + 0.25 * panel["B"] + [0, 0, 0, 0, 2]
    >>> found = synthetic_control(panel, unit="U", event=4)
    >>> found.weights.round(6).tolist(), round(found.effect, 6), round(found.p, 6)
    ([0.75, 0.25, 0.0], 2.0, 0.25)
    """
    trust = _finding.confidence(level)
    table = _units.read(panel)
    (own,) = _one("unit", unit, table.columns)
    rest = [c for c in table.columns if c != own]
    pool = rest if donors is None else _units.members("donors", donors, table.columns)
    _units.apart("donors", pool, [own])
    if len(pool) < 2:
        msg = f"donors must be two or more, got {len(pool)}: compare two units by difference_in_differences"
        raise ValueError(msg)
    count, notes = _units.before(table.index, event, 2)
    table = table[[own, *pool]]
    flat = np.ptp(table.to_numpy()[:count], axis=0) == 0
    if flat.any():
        msg = f"panel must move before the event in every unit, got one value throughout for {table.columns[flat].tolist()[:5]}: leave it out"
        raise ValueError(msg)
    values = table.to_numpy()
    solve = _solver(predictors, table.columns)
    everyone = np.arange(len(pool) + 1)
    mixed = [solve(values[:count], everyone[everyone != k], k) for k in range(len(everyone))]
    gap = np.column_stack([values[:, k] - values[:, everyone[everyone != k]] @ w for k, w in enumerate(mixed)])  # fmt: skip
    units, p = _ranks(gap, count, values, table.columns, trust)
    return SyntheticControl(
        weights=pd.Series(mixed[0], pd.Index(pool, name="donor"), name="weight"),
        path=_path(table, gap[:, 0], count),
        effect=_effect(gap[:, 0], count, trust),
        p=p,
        units=units,
        gaps=pd.DataFrame(gap, table.index, table.columns),
        left_out=_left_out(values, mixed[0], count, table, solve),
        warnings=notes + _warnings(values, gap[:, 0], count, len(pool)),
    )


# --- inside ------------------------------------------------------------------------


def _one(name: str, unit: Any, columns: pd.Index) -> list[Any]:
    found = _units.members(name, unit, columns)
    if len(found) > 1:
        msg = f"{name} must be one unit, got {found[:5]}: study them one after another, or use difference_in_differences"
        raise ValueError(msg)
    return found


def _solver(predictors: pd.DataFrame | None, units: pd.Index) -> Solver:
    """Return what finds the weights of donors for the unit in a column."""
    if predictors is None:
        return lambda values, donors, k: _weights.nearest(values[:, k], values[:, donors])
    missing = [u for u in units if u not in predictors.index]
    if missing or not predictors.index.is_unique or not predictors.shape[1]:
        msg = f"predictors must have one row for each unit, got none or several for {missing[:5] or 'some'}"
        raise ValueError(msg)
    known = predictors.loc[units].to_numpy(np.float64)
    spread = known.std(axis=0, ddof=1)
    if not np.isfinite(known).all() or (spread == 0).any():
        msg = "predictors must be known and differ between units, got one that is missing or the same for all: leave it out"
        raise ValueError(msg)
    scaled = (known / spread).T
    return lambda values, donors, k: _weights.with_predictors(
        values[:, k], values[:, donors], scaled[:, k], scaled[:, donors]
    )


def _path(table: pd.DataFrame, gap: Array, count: int) -> pd.DataFrame:
    observed = table.iloc[:, 0]
    path = pd.DataFrame({"observed": observed, "synthetic": observed - gap, "gap": gap})
    return path.assign(after=np.arange(len(gap)) >= count)


def _effect(gap: Array, count: int, level: float) -> Estimate:
    parts = {"last": float(gap[-1]), "sum": float(gap[count:].sum())}
    how = "mean gap from the event on; no interval for one unit: see the placebo rank p"
    return Estimate(float(gap[count:].mean()), n=gap.size - count, level=level,
                    unit="unit of the panel", method=how, parts=parts)  # fmt: skip


def _ranks(
    gap: Array, count: int, values: Array, units: pd.Index, level: float
) -> tuple[pd.DataFrame, Estimate]:
    before, after = ((part**2).mean(axis=0) for part in (gap[:count], gap[count:]))
    tiny = (1e-9 * np.ptp(values[:count], axis=0)) ** 2
    before, after = np.where(before <= tiny, 0.0, before), np.where(after <= tiny, 0.0, after)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(after == 0, 0.0, after / before)
    rank = (ratio[:, None] <= ratio).sum(axis=1)  # ties count against the unit
    table = pd.DataFrame({"before": np.sqrt(before), "after": np.sqrt(after)}, units)
    table["ratio"], table["rank"] = ratio, rank
    n = len(units)
    parts = {"rank": float(rank[0]), "smallest": 1 / n}
    how = f"placebo in space: rank of the ratio among {n} units; smallest possible {1 / n:.3f}"
    p = Estimate(rank[0] / n, n=n, level=level, unit="share of 1", method=how, parts=parts)
    return table, p


def _left_out(
    values: Array, weights: Array, count: int, table: pd.DataFrame, solve: Solver
) -> pd.DataFrame:
    gaps = {}
    donors = np.arange(1, values.shape[1])
    for k in donors[weights > 1e-6]:
        others = donors[donors != k]
        gaps[table.columns[k]] = values[:, 0] - values[:, others] @ solve(values[:count], others, 0)
    return pd.DataFrame(gaps, table.index).rename_axis(columns="left out")


def _warnings(values: Array, gap: Array, count: int, donors: int) -> tuple[str, ...]:
    found, own = [], values[:count, 0]
    matched = 1 - float(np.mean(gap[:count] ** 2)) / float(own.var())
    if matched < _POOR:
        found.append(f"poor fit: {max(matched, 0):.0%} of the course before the event is matched; below {_POOR:.0%} (a rule of thumb) gaps after it say little")  # fmt: skip
    outside = (own < values[:count, 1:].min(axis=1)) | (own > values[:count, 1:].max(axis=1))
    if outside.mean() > 0.2:
        found.append(f"the unit lies outside all donors at {outside.mean():.0%} of the times before the event: no mixture can follow it there")  # fmt: skip
    if donors >= count:
        found.append(f"{donors} donors for {count} times before the event: a close fit comes by chance")  # fmt: skip
    if 1 / (donors + 1) > 0.05:
        found.append(f"with {donors} donors p cannot fall below {1 / (donors + 1):.3f}")
    return tuple(found)
