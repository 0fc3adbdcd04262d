"""Uplift: whom a measure moves, against who is likely to leave."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cemlab import _checks
from cemlab._proportions import confidence, newcombe
from cemlab.crm.value.segments import aligned, marks
from cemlab.estimate import Estimate


@dataclass(frozen=True, eq=False)
class Targeting:
    """How well a score finds those whom a measure moves.

    Attributes
    ----------
    curve : DataFrame
        By `share` of customers treated, best score first: `value` (those kept by it, as a share
        of all customers), `low`, `high`, `n`, and `random` (the same at random).
    groups : DataFrame
        By `group` of the score, best first: `customers`, `treated`, `kept_treated` and
        `kept_control` (shares), `value` (uplift: their difference), Newcombe's `low` and
        `high`, `n`. What is missing has no customers to be compared with.
    figures : mapping of str to Estimate
        `effect` (of the measure on all), `auuc` (area under the curve), `qini` (the area
        between the curve and the line of treating at random).
    """

    curve: pd.DataFrame
    groups: pd.DataFrame
    figures: Mapping[str, Estimate]


def targeting(
    trial: pd.DataFrame,
    score: ArrayLike,
    *,
    groups: int = 10,
    draws: int = 1000,
    level: float = 0.95,
    rng: Any = None,
) -> Targeting:
    """Return what a score is worth for choosing whom to treat, from a randomised trial; larger is better.

    Customers are ranked by the score. If only the best share is treated, the measure keeps
    that share times the difference between treated and untreated customers in it: the Qini
    curve. A score that knows nothing gives a straight line.

    *Critique.* Holds for a trial only: where those were treated who seemed to need it, the
    curve shows the choice, not the effect. The area weighs shares that nobody would treat. It is
    noisy, as each point is a difference of two shares: see the intervals before the rank. The
    intervals need a thousand draws: with 200 they are too narrow.

    Parameters
    ----------
    trial : DataFrame
        One row a customer: `treated` and `outcome` (1: stayed, or what is wished), 0 or 1 each.
    score : array_like of float, shape (customers,)
        Larger is treated first. Ties are treated together. A Series is paired with `trial` by
        its labels, all else by place.
    groups : int
        Groups of about equal size in which the curve is drawn, at least 2.
    draws : int
        Bootstrap samples for the intervals of curve and areas, at least 100.
    level : float
        Confidence of the intervals.
    rng : int or numpy.random.Generator, optional
        Source of luck of the bootstrap.

    Returns
    -------
    Targeting
        Where no group holds both treated and untreated customers there is nothing to compare:
        curve, `auuc` and `qini` are missing then, and the `method` of the figures says so. Up to
        the first group from which on both have been met, the curve is a straight line.

    Raises
    ------
    ValueError
        If nobody or everybody was treated, or columns hold what is not allowed.

    References
    ----------
    .. [1] N. J. Radcliffe, "Using control groups to target on predicted lift", Direct
       Marketing Analytics Journal, 2007.
    .. [2] E. Ascarza, "Retention futility: targeting high-risk customers might be ineffective",
       Journal of Marketing Research 55, 2018.

    Examples
    --------
    >>> trial = pd.DataFrame({"treated": [1, 0, 1, 0, 1, 0, 1, 0], "outcome": [1, 0, 1, 0, 1, 1, 0, 0]})
    >>> found = targeting(trial, [2, 2, 2, 2, 1, 1, 1, 1], groups=2, rng=1)
    >>> found.curve["value"].tolist(), found.figures["qini"].value
    ([0.0, 0.5, 0.5], 0.125)
    """
    trust, many, luck = _asked(groups, draws, level, rng)
    treated, outcome = _trial(trial)
    place = _places("score", aligned("score", score, trial, "trial"), many, treated.size)
    cells = _counts(place, treated, outcome)
    if not _comparable(cells):
        return _nothing(cells, trust)
    share, height = _curve(cells[None])
    drawn = luck.multinomial(treated.size, cells.ravel() / treated.size, size=draws)
    shares, heights = _curve(drawn.reshape(draws, *cells.shape))
    tails = [50 * (1 - trust), 100 - 50 * (1 - trust)]
    limits = np.percentile([np.interp(share[0], x, y) for x, y in zip(shares, heights, strict=True)], tails, axis=0)  # fmt: skip
    curve = pd.DataFrame({"value": height[0], "low": limits[0], "high": limits[1]})
    curve["n"], curve["random"] = treated.size, share[0] * height[0, -1]
    curve.index = pd.Index(share[0], name="share")
    area, areas = _area(share, height), _area(shares, heights)
    figures = {"effect": _effect(cells, trust)}
    for name, one, several in (
        ("auuc", area, areas),
        ("qini", area - height[:, -1] / 2, areas - heights[:, -1] / 2),
    ):
        figures[name] = _estimate(one[0], several, treated.size, trust)
    return Targeting(curve, _by_group(cells, trust), MappingProxyType(figures))


def targeting_difference(
    trial: pd.DataFrame,
    one: ArrayLike,
    other: ArrayLike,
    *,
    groups: int = 10,
    draws: int = 1000,
    level: float = 0.95,
    rng: Any = None,
) -> Estimate:
    """Return by how much the Qini area of one score exceeds that of another, on the same customers.

    Larger speaks for the first, such as an uplift score against a score of the risk to leave.
    Each bootstrap sample is used for both, so that common luck cancels.

    *Critique.* As for `targeting`.

    Parameters
    ----------
    trial, groups, draws, level, rng
        As for `targeting`.
    one, other : array_like of float, shape (customers,)
        The two scores.

    Examples
    --------
    >>> from cemlab.crm.value.four_types import FOUR_TYPES, simulate_four_types
    >>> trial = simulate_four_types(4000, shares=dict.fromkeys(FOUR_TYPES, 0.25), rng=1)
    >>> gap = targeting_difference(trial, trial["uplift"], trial["risk"], rng=2)
    >>> gap.low > 0
    True
    """
    trust, many, luck = _asked(groups, draws, level, rng)
    treated, outcome = _trial(trial)
    first, second = (_places(name, aligned(name, score, trial, "trial"), many, treated.size)
                     for name, score in (("one", one), ("other", other)))  # fmt: skip
    for name, place in (("one", first), ("other", second)):
        if not _comparable(_counts(place, treated, outcome)):
            msg = f"{name} must leave treated and untreated customers in at least one group, got none with both: choose fewer groups"
            raise ValueError(msg)
    width = int(second.max()) + 1
    _checks.memory("groups", 100.0 * draws * many * many, "ask for fewer")
    cells = _counts(first * width + second, treated, outcome, (int(first.max()) + 1) * width)
    drawn = luck.multinomial(treated.size, cells.ravel() / treated.size, size=draws)
    joint = np.concatenate([cells[None], drawn.reshape(draws, *cells.shape)])
    joint = joint.reshape(len(joint), -1, width, 2, 2)
    areas = [_area(*_curve(joint.sum(axis=axis))) for axis in (2, 1)]
    gap = areas[0] - areas[1]
    effect = _curve(cells.sum(axis=0)[None, None])[1][0, -1]
    parts = {"one": areas[0][0] - effect / 2, "other": areas[1][0] - effect / 2}
    return _estimate(gap[0], gap[1:], treated.size, trust, parts)


# --- inside ------------------------------------------------------------------------


def _asked(
    groups: int, draws: int, level: float, rng: Any
) -> tuple[float, int, np.random.Generator]:
    _checks.whole("draws", draws, low=100)
    return confidence(level), _checks.whole("groups", groups, low=2), _checks.generator(rng)


def _trial(trial: pd.DataFrame) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    for name in ("treated", "outcome"):
        if name not in trial:
            msg = f"trial must have a column {name}, got {', '.join(map(str, trial.columns))}"
            raise ValueError(msg)
    treated, outcome = marks("treated", trial["treated"]), marks("outcome", trial["outcome"])
    if not 0 < treated.sum() < treated.size:
        msg = f"treated must be some customers and not all, got {treated.sum()} of {treated.size}: without both groups there is nothing to compare"
        raise ValueError(msg)
    return treated, outcome


def _places(name: str, score: ArrayLike, groups: int, n: int) -> NDArray[np.int64]:
    """Return each customer's group, 0 for the best scores; ties are together."""
    values = np.asarray(score, np.float64)
    if values.shape != (n,) or np.isnan(values).any():
        said = f"shape {values.shape}" if values.shape != (n,) else "a missing one"
        msg = f"{name} must be one known number for each of the {n} customers, got {said}"
        raise ValueError(msg)
    _, rank, size = np.unique(-values, return_inverse=True, return_counts=True)
    twice_middle = 2 * np.cumsum(size) - size
    found = (twice_middle * groups // (2 * n))[rank]
    return np.asarray(np.unique(found, return_inverse=True)[1], np.int64)


def _counts(
    place: NDArray[np.int64],
    treated: NDArray[np.bool_],
    outcome: NDArray[np.bool_],
    places: int = 0,
) -> NDArray[np.int64]:
    """Count customers by group, treated and outcome, shape (groups, 2, 2)."""
    size = places or int(place.max()) + 1
    return np.bincount(4 * place + 2 * treated + outcome, minlength=4 * size).reshape(size, 2, 2)


def _curve(cells: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return shares treated and those kept, from (samples, groups, 2, 2), with 0 first."""
    so_far = np.cumsum(cells, axis=1).astype(np.float64)
    arm = so_far.sum(axis=-1)
    kept = np.divide(so_far[..., 1], arm, out=np.full(arm.shape, np.nan), where=arm > 0)
    gap = kept[..., 1] - kept[..., 0]
    known = ~np.isnan(gap)  # from the first group on that has both arms
    first = np.argmax(known, axis=1)
    gap = np.where(known, gap, np.take_along_axis(gap, first[:, None], axis=1))
    share = arm.sum(axis=-1) / arm.sum(axis=-1)[:, -1:]
    zero = np.zeros((len(gap), 1))
    return np.hstack([zero, share]), np.hstack([zero, share * np.nan_to_num(gap)])


def _comparable(cells: NDArray[np.int64]) -> bool:
    return bool((cells.sum(axis=-1) > 0).all(axis=1).any())


def _nothing(cells: NDArray[np.int64], level: float) -> Targeting:
    """Return what can be said where no group of the score has both kinds of customers."""
    size = cells.sum(axis=(1, 2))
    share = np.append(0.0, np.cumsum(size) / size.sum())
    effect = _effect(cells, level)
    curve = pd.DataFrame({name: np.nan for name in ("value", "low", "high")}, pd.Index(share, name="share"))  # fmt: skip
    curve["n"], curve["random"] = int(size.sum()), share * float(effect)
    why = "no figure: no group of the score has both treated and untreated customers"
    none = Estimate(np.nan, n=int(size.sum()), level=level, unit="share of 1", method=why)
    figures = {"effect": effect, "auuc": none, "qini": none}
    return Targeting(curve, _by_group(cells, level), MappingProxyType(figures))


def _area(share: NDArray[np.float64], height: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.trapezoid(height, share, axis=1))


def _estimate(
    value: float, drawn: NDArray[np.float64], n: int, level: float, parts: Any = None
) -> Estimate:
    low, high = np.percentile(drawn, [50 * (1 - level), 100 - 50 * (1 - level)])
    how = f"bootstrap percentiles, {len(drawn)} samples of customers"
    return Estimate(value, low=low, high=high, n=n, level=level, unit="share of 1", method=how, parts=parts)  # fmt: skip


def _effect(cells: NDArray[np.int64], level: float) -> Estimate:
    (control, treated), n = cells.sum(axis=0), int(cells.sum())
    pairs = [(arm[1], arm.sum()) for arm in (treated, control)]
    low, high = newcombe(pairs[0], pairs[1], level)
    parts = {name: float(k / m) for name, (k, m) in zip(("treated", "control"), pairs, strict=True)}
    value = parts["treated"] - parts["control"]
    return Estimate(value, low=float(low), high=float(high), n=n, level=level, unit="share of 1",
                    method="Newcombe", parts=parts)  # fmt: skip


def _by_group(cells: NDArray[np.int64], level: float) -> pd.DataFrame:
    size, kept = cells.sum(axis=-1), cells[..., 1]
    both = (size > 0).all(axis=1)
    share = np.divide(kept, size, out=np.full(size.shape, np.nan), where=size > 0)
    table = pd.DataFrame({"customers": size.sum(axis=1), "treated": size[:, 1]})
    table["kept_treated"], table["kept_control"] = share[:, 1], share[:, 0]
    table["value"] = share[:, 1] - share[:, 0]
    table["low"] = table["high"] = np.nan
    if both.any():
        arms = [(kept[both, k], size[both, k]) for k in (1, 0)]
        table.loc[both, "low"], table.loc[both, "high"] = newcombe(arms[0], arms[1], level)
    table["n"] = table["customers"]
    return table.set_axis(pd.Index(range(1, len(table) + 1), name="group"))
