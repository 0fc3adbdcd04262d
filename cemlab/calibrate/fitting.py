"""Fit a curve to readings that are exact, rounded, lower bounds or alternatives."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from cemlab import _checks, _words
from cemlab.calibrate import _search, _table, _warnings
from cemlab.calibrate._likelihood import Array, Data
from cemlab.calibrate._problem import Bounds, Problem, problem
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
    came too early on Monday is still there on Friday), so intervals are too short where
    residuals of neighbours agree: a warning then says how much they do, and
    ``noise="increments"`` may suit better. Of two alternatives the vaguer one is likelier by
    itself, as more agrees with it: a lower bound among alternatives nearly always wins. A
    good fit does not say that a curve is true, nor that it goes on.

    Parameters
    ----------
    curve : callable
        ``curve(t, **params)``: what to expect at times `t`, an array of the same shape. With
        relative noise it is the middle (median) of what is read.
    readings : DataFrame, Series or array_like
        A table with `time` (numbers, or dates with `since`) and `value` (or `views`, or the
        only other column of numbers). Optional: `precision` (exact, rounded, at least;
        missing is exact), `low` and `high` (limits of one's own, which come first),
        `confidence` (contested, unverified; all else is trusted), `alternatives` (equal labels
        make a group; without, contested readings that follow each other within two days
        do), `weight` (of an alternative). A Series is read at its index, a list at times
        1, 2, ... (the ends of periods). Missing values are left out and counted, and so is a 0 where
        the curve is 0 and noise relative. The order of rows does not matter.
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
        Time 0 of readings with dates.
    unit : str
        Unit of time of the curve where readings have dates: D, h, ...
    counter : bool, optional
        Whether readings cannot fall; without, they cannot if all exact ones are whole numbers.
    unverified : bool
        Whether to use unverified readings.
    method : str, optional
        gradient, or nelder-mead for a curve with jumps (as without, for a simulated one).
    starts : int
        Number of starts: `start`, and others spread over the bounds.
    rng : int or numpy.random.Generator
        Luck of the other starts.

    Returns
    -------
    Fit
        Parameters with errors, intervals, profiles, predictions, residuals and `warnings`.

    Raises
    ------
    ValueError
        If readings fall or contradict each other, are fewer than there are parameters and
        one, or are not above 0 with relative noise; if a start lies outside its bounds.

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
    _table.check_counter(told.table, counter)
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
    table, left_out = _usable(told, noise)
    table = _without_zero(curve, table, start, noise, left_out)
    data = _data(table, noise)
    if not isinstance(start, Mapping) or data.n < len(start) + 1:
        need = len(start) + 1 if isinstance(start, Mapping) else 2
        out = ", ".join(f"{n} {why}" for why, n in left_out.items() if n)
        more = f" ({out} left out)" if out else ""
        msg = f"readings must be at least {need} for {_words.counted(need - 1, 'parameter')} and the noise, got {data.n}{more}"
        raise ValueError(msg)
    if not np.isfinite(data.high).any():
        msg = f"readings must not all be lower bounds, got {data.n} of them: nothing limits the curve from above"
        raise ValueError(msg)
    made, place = problem(curve, data, start, bounds)
    _check_zeros(made, place, table)
    simplex = method == "nelder-mead" or (method is None and made.simulated)
    peak = _search.highest(made, place, starts=many, rng=_checks.generator(rng), simplex=simplex)
    return _result(made, peak, table, noise, left_out)


# --- inside ------------------------------------------------------------------------


def _usable(told: Told, noise: str) -> tuple[pd.DataFrame, dict[str, int]]:
    """Return the readings that this noise can use, and the counts of all others."""
    table, left_out = told.table, dict(told.left_out)
    if noise == "increments":
        good = (table["group"] < 0) & (table["low"] == table["high"])
        left_out["not exact"] = int((~good).sum())
        table = table[good]
        first = (table["low"] == 0) & (np.arange(len(table)) == 0)
        table, left_out["zero at the start"] = table[~first], int(first.sum())
        flat = np.diff(table["low"].to_numpy(), prepend=0.0) <= 0
        if flat.any():
            row = table.index[flat][0]
            msg = f"exact readings must grow from one to the next with noise='increments', got no growth before row {row}: use noise='relative'"
            raise ValueError(msg)
    return table, left_out


def _without_zero(
    curve: Any, table: pd.DataFrame, start: Any, noise: str, left_out: dict[str, int]
) -> pd.DataFrame:
    """Leave out exact zeros where the curve is 0 too: they say nothing on a relative scale."""
    zero = ((table["high"] == 0) & (table["low"] == 0)).to_numpy().copy()
    if noise != "relative" or not zero.any() or not callable(curve):
        return table
    try:
        there = np.asarray(curve(table["time"].to_numpy(float)[zero], **start), float)
    except TypeError:
        return table
    zero[np.flatnonzero(zero)[there != 0]] = False
    left_out["zero like the curve"] = int(zero.sum())
    return table[~zero]


def _data(table: pd.DataFrame, noise: str) -> Data:
    low, high = table["low"].to_numpy(float), table["high"].to_numpy(float)
    group = table["group"].to_numpy(np.int64)
    for number in np.unique(group[group >= 0]):
        here = group == number
        exact = here & (low == high)
        if exact.any() and not exact[here].all():  # beside intervals: what the digits leave open
            half = _last_digit(low[exact])
            low[exact], high[exact] = low[exact] - half, high[exact] + half
    relative = noise != "absolute"
    return Data(
        table["time"].to_numpy(float), low, high, group, table["weight"].to_numpy(float),
        relative, noise == "increments",
    )  # fmt: skip


def _last_digit(values: Array) -> Array:
    """Return half a unit of the last digit written (a whole number: half of 1)."""
    half = np.full(values.size, 0.5)
    for places in range(1, 13):
        short = np.abs(values * 10.0 ** (places - 1) - np.round(values * 10.0 ** (places - 1)))
        half = np.where(short > 1e-9 * np.abs(values) * 10.0**places, 0.5 / 10.0**places, half)
    return half


def _check_zeros(made: Problem, place: Array, table: pd.DataFrame) -> None:
    """Refuse exact readings of 0 and limits below it where noise is relative."""
    data = made.data
    if not data.relative:
        return
    bad = data.high <= 0
    if bad.any():
        row, when = table.index[bad][0], data.time[bad][0]
        msg = f"readings must be above 0 with relative noise, got {data.high[bad][0]:g} at time {when:g} in row {row}: leave it out, or say noise='absolute'"
        raise ValueError(msg)
    dead = (made.expected(place) <= 0) & (data.low > 0) & (data.group < 0)
    if dead.any():
        row, when = table.index[dead][0], data.time[dead][0]
        msg = f"curve must be above 0 where something was read, got {made.expected(place)[dead][0]:g} at time {when:g} (row {row}): choose another start, another time 0, or noise='absolute'"
        raise ValueError(msg)


def _result(
    made: Problem, peak: Peak, table: pd.DataFrame, noise: str, left_out: Mapping[str, int]
) -> Fit:
    data, k = made.data, len(made.names)
    extra, size_of_luck = _luck_of(made, peak)
    slope = made.slope(peak.place)[:k]
    spread = np.outer(slope, slope) * (peak.covariance[:k, :k] + extra)
    trusted = table["group"] < 0
    kinds = table.loc[trusted, "precision"]
    n = {kind: int((kinds == kind).sum()) for kind in _table.PRECISIONS}
    n |= {"alternatives": data.n - int(trusted.sum()), "readings": data.n}
    shaky = table[~trusted]
    shares = made.terms(peak.place).share[~trusted.to_numpy()]
    found = Fit(
        params=MappingProxyType(made.named(peak.place)),
        sigma=float(np.exp(peak.place[-1])),
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
    object.__setattr__(found, "warnings", tuple(_warnings.said_of(found, size_of_luck)))
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
