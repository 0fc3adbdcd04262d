"""Fit a curve to readings that are exact, rounded, lower bounds or alternatives."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from cemlab import _checks, _words
from cemlab.calibrate import _intervals, _search, _table, _usable, _warnings
from cemlab.calibrate._likelihood import Array, Data
from cemlab.calibrate._problem import Bounds, Problem, check_start, problem
from cemlab.calibrate._result import Fit
from cemlab.calibrate._search import Peak
from cemlab.calibrate._table import Told

NOISES = ("relative", "absolute", "increments")
_METHODS = ("gradient", "nelder-mead")


def fit(
    curve: Callable[..., Any],
    readings: Any,
    *,
    start: Mapping[str, float],
    bounds: Bounds | None = None,
    noise: str = "relative",
    column: str | None = None,
    since: object = None,
    unit: str = "D",
    counter: bool | None = None,
    unverified: bool = False,
    method: str | None = None,
    starts: int = 12,
    rng: Any = 0,
) -> Fit:
    """Fit a curve to readings by maximum likelihood, each reading for what it says.

    An exact reading counts with its density, a rounded one with the probability of all that
    rounds to it, a lower bound with the probability of at least so much. Contested readings
    are alternatives: exactly one of a group is right, and the likelihood is their weighted
    mean. The spread of the noise is estimated with the parameters.

    Critique: errors are taken as independent. Readings of one counter share theirs (what
    came too early on Monday is still there on Friday), so intervals can be far too short
    (a nominal 95 % can be 25 %). Two warnings look for it: by the size of the correlation of
    neighbours' residuals, and, where exact readings grow, by whether ``noise="increments"``
    makes the same readings likelier; then fit with that. Few readings can hide it. Of two
    alternatives the vaguer one is likelier by itself, as more agrees with it: a lower bound
    among alternatives nearly always wins. A good fit does not say that a curve is true, nor
    that it goes on.

    Parameters
    ----------
    curve : callable
        ``curve(t, **params)``: what to expect at times `t`, an array of the same shape. With
        relative noise it is the middle (median) of what is read.
    readings : DataFrame, Series or array_like
        A table with `time` (or `t`, `day`, `date`; numbers, or dates with `since`) and `value`
        (or `views`, or the only other column of numbers); pairs (time, value) will do. Optional: `precision` (exact, rounded, at least;
        missing is exact), `low` and `high` (limits of one's own, which come first; one is
        enough), `confidence` (contested, unverified; any other word is trusted),
        `alternatives` (equal labels make a group; without, contested readings that follow
        each other within two days do), `weight` (of an alternative), `source`. A Series is
        read at its index, a list at times 1, 2, ... (the ends of periods). Left out and
        counted: missing values, a 0 where the curve is 0 and noise relative, a contested
        reading without an alternative, and a row that repeats another (the same time, limits,
        confidence and source). The order of rows does not matter.
    start : mapping of str to float
        Where to begin: each parameter of the curve.
    bounds : mapping of str to (float, float), optional
        Least and most; None or missing is open. A parameter that cannot be negative is
        searched on a logarithmic scale.
    noise : str
        relative (log-normal), absolute (normal), or increments: what was added between two
        exact readings is off by independent relative errors, the first against 0. It uses
        trusted exact readings only.
    column : str, optional
        The column of values.
    since : date, optional
        Time 0 of readings with dates. Dates with a time zone are taken to UTC; then `since`
        is in UTC or has a zone of its own. Either all dates have a zone or none.
    unit : str
        Unit of time of the curve where readings have dates: D, h, ...
    counter : bool, optional
        Whether readings cannot fall; without, they cannot if all exact ones are whole numbers,
        and others that fall get a warning.
    unverified : bool
        Whether to use unverified readings.
    method : str, optional
        gradient, or nelder-mead for a curve with jumps (as without, for a simulated one).
    starts : int
        Number of starts: `start`, and others spread over the bounds; a few more, unless it is
        1, by the sizes of times and values. A start of 0 takes one of these sizes.
    rng : int or numpy.random.Generator
        Luck of the other starts.

    Returns
    -------
    Fit
        Parameters with errors, intervals, profiles, predictions, residuals and `warnings`.

    Raises
    ------
    ValueError
        If readings fall or contradict each other, if those with two limits are fewer than
        there are parameters and one, or some are not above 0 with relative noise; if a start
        lies outside its bounds, or the curve raises there.

    References
    ----------
    Pawitan, Y. (2001). In All Likelihood: Statistical Modelling and Inference Using
    Likelihood. Oxford.

    Examples
    --------
    >>> from cemlab.calibrate import curves
    >>> table = pd.DataFrame({"time": [1, 2, 4, 8], "value": [52, 74, 101, 140]})
    >>> found = fit(lambda t, a, b: a * t**b, table, start={"a": 10, "b": 1}, bounds={"a": (0, None)})
    >>> round(found.params["a"], 2), round(found.params["b"], 3)
    (52.49, 0.474)
    >>> logs = np.polyfit(np.log([1, 2, 4, 8]), np.log([52, 74, 101, 140]), 1)
    >>> round(float(np.exp(logs[1])), 2), round(float(logs[0]), 3)
    (52.49, 0.474)
    """
    _checks.one_of("noise", noise, NOISES)
    if method is not None:
        _checks.one_of("method", method, _METHODS)
    told = _table.told(readings, column=column, since=since, unit=unit, unverified=unverified)
    told = _table.checked(told, counter)
    return fit_told(
        curve, told, start=start, bounds=bounds, noise=noise, method=method, starts=starts, rng=rng
    )


def fit_told(
    curve: Callable[..., Any],
    told: Told,
    *,
    start: Mapping[str, float],
    bounds: Bounds | None,
    noise: str,
    method: str | None,
    starts: int,
    rng: Any,
) -> Fit:
    """Return the fit to checked readings."""
    many = _checks.whole("starts", starts, low=1)
    check_start(start)
    table, left_out = _usable.usable(told, noise)
    table = _usable.without_zero(curve, table, start, noise, left_out)
    data = _usable.data(table, noise)
    _check_many(data, len(start), left_out)
    made, place = problem(curve, data, start, bounds)
    _usable.check_zeros(made, place, table)
    simplex = method == "nelder-mead" or (method is None and made.simulated)
    peak = _search.highest(made, place, starts=many, rng=_checks.generator(rng), simplex=simplex)
    return _result(made, peak, table, noise, left_out, told)


# --- inside ------------------------------------------------------------------------


def _check_many(data: Data, k: int, left_out: Mapping[str, int]) -> None:
    """Stop if too few readings limit the curve for its parameters."""
    told = [f"{n} {why} left out" for why, n in left_out.items() if n]
    if data.n > data.limited:
        told.append(f"{data.n - data.limited} with one limit only, which do not count")
    rows, groups = int((data.group >= 0).sum()), int(np.unique(data.group[data.group >= 0]).size)
    if rows:
        told.append(
            f"{_words.counted(groups, 'group')} of {rows} alternatives, where a group counts once"
        )
    more = f" ({'; '.join(told)})" if told else ""
    if not np.isfinite(data.high).any():
        msg = f"readings must not all be lower bounds, got {data.n} of them: nothing limits the curve from above"
        raise ValueError(msg)
    if data.limited < k + 1:
        msg = f"readings must be at least {k + 1} for {_words.counted(k, 'parameter')} and the noise, got {data.limited}{more}"
        raise ValueError(msg)


def _result(
    made: Problem, peak: Peak, table: pd.DataFrame, noise: str, left_out: Mapping[str, int],
    told: Told,
) -> Fit:  # fmt: skip
    data, k = made.data, len(made.names)
    wider = _intervals.widening(made)
    extra, size_of_luck = _luck_of(made, peak)
    slope = made.slope(peak.place)[:k]
    spread = np.outer(slope, slope) * (peak.covariance[:k, :k] * wider + extra)
    trusted = table["group"] < 0
    kinds = table.loc[trusted, "precision"]
    n = {kind: int((kinds == kind).sum()) for kind in _table.PRECISIONS}
    n |= {"alternatives": data.n - int(trusted.sum()), "readings": data.n}
    shaky = table[~trusted]
    shares = made.terms(peak.place).share[~trusted.to_numpy()]
    found = Fit(
        params=MappingProxyType(made.named(peak.place)),
        sigma=np.nan if peak.plateau else float(np.exp(peak.place[-1]) * np.sqrt(wider)),
        loglik=peak.height,
        noise=noise,
        n=MappingProxyType(n),
        left_out=MappingProxyType({why: many for why, many in left_out.items() if many}),
        covariance=pd.DataFrame(spread, list(made.names), list(made.names)),
        alternatives=shaky[["time", "value", "group", "weight"]].assign(share=shares),
        readings=table[["time", "value", "low", "high", "precision", "group"]],
        warnings=(),
        _problem=made,
        _peak=peak,
        _extra=extra,
    )
    said = (*told.said, *_warnings.said_of(found, size_of_luck))
    object.__setattr__(found, "warnings", said)
    return found


def _luck_of(made: Problem, peak: Peak) -> tuple[Array, float]:
    """Return what the luck of a simulated curve adds to the covariance, and its largest size."""
    k = len(made.names)
    spread = getattr(made.curve, "covariance", None)
    if not made.simulated or spread is None:
        return np.zeros((k, k)), 0.0
    luck = np.asarray(spread(made.data.time, **made.named(peak.place)))
    if made.data.relative:
        level = np.maximum(made.expected(peak.place), 1e-300)
        luck = luck / np.outer(level, level)
    size = float(np.sqrt(np.diag(luck).max()))
    if not np.isfinite(peak.covariance[:k, :k]).all():
        return np.zeros((k, k)), size
    sigma = float(np.exp(peak.place[-1]))
    pull = peak.covariance[:k, :k] @ made.slopes(peak.place).T / sigma**2
    return np.asarray(pull @ luck @ pull.T), size
