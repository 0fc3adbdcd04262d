"""Checked arguments of a self-exciting process, and the sums over its past."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cemlab import _checks
from cemlab.sim._kernels import attention as _kernels
from cemlab.sim.attention import _background, _terms
from cemlab.sim.attention import memory as _memory
from cemlab.sim.attention._background import Steps
from cemlab.sim.attention.memory import Exponential, Memory

Array = NDArray[np.float64]

MOST_BRANCHING = 100
EXACT = 1_000_000
"""Pairs of an event and a moment up to which the sums of a power law are taken one by one."""


@dataclass(frozen=True)
class Process:
    """What excites attention: outside steps, follow-ups an event, and when they come."""

    steps: Steps
    branching: float
    memory: Memory

    @classmethod
    def of(cls, background: Any, branching: float, memory: Any) -> "Process":
        """Check what a caller gave."""
        return cls(
            _background.read(background),
            _checks.number("branching", branching, low=0, high=MOST_BRANCHING),
            _memory.read(memory),
        )

    def rate(self, events: Array, at: Array) -> Array:
        """Return the rate just before each moment, given the events; both ascending."""
        excited = excitement(events, at, self.memory)
        return np.asarray(self.steps.at(at) + self.branching * excited)

    def total(self, events: Array, at: Array) -> Array:
        """Return the rate added up from 0 to each moment, given the events; both ascending."""
        followed = follow_ups(events, at, self.memory)
        return np.asarray(self.steps.until(at) + self.branching * followed)

    def law(self) -> tuple[int, float, float]:
        """Return the memory as a kernel takes it: which law, mean or cutoff, theta."""
        if isinstance(self.memory, Exponential):
            return _kernels.EXPONENTIAL, self.memory.mean, 0.0
        return _kernels.POWER_LAW, self.memory.cutoff, self.memory.theta


def excitement(events: Array, at: Array, memory: Memory) -> Array:
    """Return the summed density of the memory at each moment, over all events before it."""
    if not isinstance(memory, Exponential) and events.size * at.size <= EXACT:
        found = np.empty(at.size)
        _kernels.excited_exactly(events, at, memory.theta, memory.cutoff, found)
        return found
    weights, rates = _terms.terms(memory, _last(at))
    rows = np.empty((2, at.size))
    _kernels.excited(events, at, weights[None, :], rates, rows)
    excited: Array = rows[0]
    return excited


def follow_ups(events: Array, at: Array, memory: Memory) -> Array:
    """Return the summed share of the memory until each moment, over all events before it."""
    found = np.empty(at.size)
    if not isinstance(memory, Exponential) and events.size * at.size <= EXACT:
        _kernels.gathered_exactly(events, at, memory.theta, memory.cutoff, found)
    else:
        weights, rates = _terms.terms(memory, _last(at))
        _kernels.gathered(events, at, weights, rates, found)
    return found


def events(
    times: ArrayLike, horizon: float | None = None, *, name: str = "times", sort: bool = True
) -> Array:
    """Return times from 0 to the horizon as an ascending float array, shape (n,).

    >>> events([3, 1, 2]).tolist()
    [1.0, 2.0, 3.0]
    """
    given = times.to_numpy() if isinstance(times, pd.Series | pd.Index) else np.asarray(times)
    if given.ndim != 1 or given.dtype.kind not in "iufO":
        what = "dates" if given.dtype.kind in "mM" else f"shape {given.shape} of {given.dtype}"
        way = ": turn dates into times by elapsed(...)" if given.dtype.kind in "mM" else ""
        msg = f"{name} must be one list of numbers, got {what}{way}"
        raise ValueError(msg)
    try:
        found = given.astype(np.float64)
    except (TypeError, ValueError):
        msg = f"{name} must be one list of numbers, got {given.dtype} with other things in it"
        raise ValueError(msg) from None
    end = np.inf if horizon is None else horizon
    wrong = np.flatnonzero(~((found >= 0) & (found <= end) & np.isfinite(found)))
    if wrong.size:
        rule = "finite and at least 0" if horizon is None else f"in [0, {horizon:g}], the horizon"
        msg = f"{name} must be {rule}, got {found[wrong[0]]:g} at place {wrong[0]}"
        raise ValueError(msg)
    return np.sort(found) if sort else found


def end(horizon: object) -> float:
    """Return the horizon as a number above 0."""
    try:
        return _checks.number("horizon", horizon, low=1e-300)
    except ValueError:
        msg = f"horizon must be a finite number above 0, got {horizon!r}"
        raise ValueError(msg) from None


def given_events(times: Array, shock: object) -> int:
    """Return how many of the first times, all at 0, came from outside and are not explained."""
    count = _checks.whole("shock", shock, low=0)
    there = int(np.searchsorted(times, 0.0, side="right"))
    if count > there:
        msg = f"shock must be at most the number of times at 0, {there}, got {count}: let times begin with the first post"
        raise ValueError(msg)
    return count


def _last(at: Array) -> float:
    return float(at[-1]) if at.size and at[-1] > 0 else 1.0
