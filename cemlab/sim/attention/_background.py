"""What comes from outside: a rate that is always the same, or one that changes in steps."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cemlab import _checks
from cemlab._words import short

Array = NDArray[np.float64]
_MOST_STEPS = 1_000_000


@dataclass(frozen=True)
class Steps:
    """A rate from each of the `edges` on (ascending, the first 0)."""

    edges: Array
    rates: Array

    def at(self, t: Array) -> Array:
        """Return the rate at times of at least 0."""
        return np.asarray(self.rates[np.searchsorted(self.edges, t, side="right") - 1])

    def until(self, t: Array) -> Array:
        """Return the expected number of events from 0 to each time."""
        whole = np.append(0.0, np.cumsum(self.rates[:-1] * np.diff(self.edges)))
        step = np.searchsorted(self.edges, t, side="right") - 1
        return np.asarray(whole[step] + self.rates[step] * (t - self.edges[step]))


def read(background: Any, name: str = "background") -> Steps:
    """Return a number or a table of steps as steps, sorted by time.

    >>> read({24: 2.0, 0: 10.0})
    Steps(edges=array([ 0., 24.]), rates=array([10.,  2.]))
    """
    if isinstance(background, pd.DataFrame):
        missing = [column for column in ("time", "rate") if column not in background]
        if missing:
            msg = f"{name} must have the columns time and rate, got {[str(c) for c in background]}"
            raise ValueError(msg)
        table: Any = background[["time", "rate"]].to_numpy()
    elif isinstance(background, Mapping | pd.Series):
        table = list(background.items())
    elif isinstance(background, str) or np.ndim(background) == 0:
        return Steps(np.zeros(1), np.array([_checks.number(name, background, low=0)]))
    else:
        table = background
    try:
        steps = np.asarray(table, np.float64)
    except (TypeError, ValueError):
        steps = np.empty(0)
    if steps.ndim != 2 or steps.shape[1] != 2 or not len(steps):
        msg = f"{name} must be a rate of at least 0, or steps of (time, rate), got {short(background)}"
        raise ValueError(msg)
    edges, rates = steps[np.argsort(steps[:, 0], kind="stable")].T
    wrong = np.flatnonzero(~(np.isfinite(edges) & np.isfinite(rates) & (rates >= 0)))
    if wrong.size:
        place = wrong[0]
        msg = f"{name} must have finite times and rates of at least 0, got {rates[place]:g} at time {edges[place]:g}"
        raise ValueError(msg)
    if edges[0] != 0 or (np.diff(edges) == 0).any():
        twice = edges[:-1][np.diff(edges) == 0]
        what = f"time {twice[0]:g} twice" if twice.size else f"{edges[0]:g} as the first"
        msg = f"{name} must have steps that begin at time 0, each time once, got {what}"
        raise ValueError(msg)
    return Steps(edges, rates)


def repeated(rhythm: Any, *, every: float, horizon: float) -> pd.DataFrame:
    """Return the steps of a rhythm that comes again and again, such as that of a day.

    Parameters
    ----------
    rhythm : table of steps
        A table with `time` and `rate`, a mapping or Series of time to rate, or pairs of both:
        from each time on (0 first, all below `every`) the rate of one round.
    every : float
        Length of a round (unit of time), such as 24 for days in hours.
    horizon : float
        How long it goes on (unit of time).

    Returns
    -------
    DataFrame
        `time` and `rate`: what `hawkes` takes as its background.

    Raises
    ------
    ValueError
        If a time of the rhythm is not below `every`.

    Examples
    --------
    >>> repeated({0: 1.0, 8: 5.0}, every=24, horizon=30)["time"].tolist()
    [0.0, 8.0, 24.0]
    """
    steps = read(rhythm, "rhythm")
    length = _checks.number("every", every, low=0)
    end = _checks.number("horizon", horizon, low=0)
    if steps.edges[-1] >= length:
        msg = f"every must be above the last time of the rhythm, {steps.edges[-1]:g}, got {every!r}"
        raise ValueError(msg)
    rounds = max(1, int(np.ceil(end / length)))
    if rounds * steps.edges.size > _MOST_STEPS:
        msg = f"every must leave at most {_MOST_STEPS:,} steps before the horizon, got {every!r}"
        raise ValueError(msg)
    time = (steps.edges + length * np.arange(rounds)[:, None]).ravel()
    table = pd.DataFrame({"time": time, "rate": np.tile(steps.rates, rounds)})
    return table[(table["time"] < end) | (table["time"] == 0)]
