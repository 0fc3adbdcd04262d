"""A curve, its parameters' limits and the readings, as one score to climb."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cemlab import _checks, _words
from cemlab.calibrate import _likelihood
from cemlab.calibrate._likelihood import Array, Data, Terms

Bounds = Mapping[str, tuple[float | None, float | None] | None]
_STEP = 1e-5
_COARSE = 0.03
_DEEP = 30.0


class _Refusal(Exception):
    """A curve's own ValueError, to tell it from ours."""


@dataclass(frozen=True, eq=False)
class Problem:
    """Everything a fit needs; `place` means parameters on their own scales, log sigma last.

    A parameter that cannot be negative is searched as a logarithm, others in units of their
    start (`size`). `least` and `most` are the limits as they were given.
    """

    curve: Callable[..., Any]
    data: Data
    names: tuple[str, ...]
    log: NDArray[np.bool_]
    size: Array
    low: Array
    high: Array
    floor: float
    simulated: bool
    least: Array
    most: Array

    # --- scales ---

    def values(self, place: Array) -> Array:
        """Return the parameters at a place (without sigma)."""
        inner = place[: self.log.size]
        with np.errstate(over="ignore"):
            return np.where(self.log, np.exp(np.where(self.log, inner, 0.0)), inner * self.size)

    def place(self, values: Array) -> Array:
        """Return the place of parameters (without sigma), moved inside the limits."""
        with np.errstate(divide="ignore", invalid="ignore"):
            inner = np.where(self.log, np.log(np.maximum(values, 0.0)), values / self.size)
        return np.clip(inner, self.low[: inner.size], self.high[: inner.size])

    def slope(self, place: Array) -> Array:
        """Return how fast the parameters and sigma change along their scales."""
        inner = np.where(self.log, self.values(place), self.size)
        return np.append(inner, np.exp(place[-1]))

    # --- the curve ---

    def expected(self, place: Array, times: Array | None = None) -> Array:
        """Return the curve at the readings, or at other times."""
        when = self.data.time if times is None else times
        try:
            return self._asked(place, when)
        except (ArithmeticError, LookupError, _Refusal) as error:
            raise ValueError(self._why(place, when, error)) from error

    def _asked(self, place: Array, when: Array) -> Array:
        try:
            found = self.curve(when, **self.named(place))
        except ValueError as error:
            raise _Refusal(error) from error
        array = np.asarray(found, np.float64)
        if array.shape != when.shape:
            msg = (
                f"curve must return one value for each time, shape {when.shape}, got {array.shape}"
            )
            raise ValueError(msg)
        return array

    def _why(self, place: Array, when: Array, error: Exception) -> str:
        """Return a sentence on a curve that raised, with the first time at which it does."""
        at = f"times {when.min():g} to {when.max():g}"
        for one in np.unique(when):
            try:
                self.curve(np.array([one]), **self.named(place))
            except Exception:
                at = f"time {one:g}"
                break
        told = ", ".join(f"{name} {value:.4g}" for name, value in self.named(place).items())
        cause = error.args[0] if isinstance(error, _Refusal) else error
        return f"curve must give a value at every time, got {type(cause).__name__} ({cause}) at {at} with {told}: choose another start, bounds or time"

    def named(self, place: Array) -> dict[str, float]:
        return dict(zip(self.names, self.values(place).tolist(), strict=True))

    def centre(self, place: Array) -> Array:
        try:
            found = self.data.centre(self._asked(place, self.data.time))
        except (ArithmeticError, LookupError, _Refusal):  # a curve that refuses these parameters
            return np.full(self.data.time.size, -1e6)
        return np.nan_to_num(found, nan=-1e6, posinf=1e6, neginf=-1e6)

    def slopes(self, place: Array) -> Array:
        """Return how the centres change with the parameters, shape (n, k)."""
        return self.sensitivity(place, self.centre)

    def sensitivity(self, place: Array, function: Callable[[Array], Array]) -> Array:
        step = _COARSE if self.simulated else _STEP
        columns = []
        for i in range(self.log.size):
            up, down = place.copy(), place.copy()
            up[i], down[i] = min(place[i] + step, self.high[i]), max(place[i] - step, self.low[i])
            width = up[i] - down[i]
            change = function(up) - function(down)
            columns.append(change / width if width > 0 else np.zeros_like(change))
        return np.stack(columns, axis=-1)

    # --- the likelihood ---

    def terms(self, place: Array) -> Terms:
        limits = self.data.limits()
        return _likelihood.terms(self.centre(place), float(np.exp(place[-1])), self.data, limits)

    def score(self, place: Array) -> tuple[float, Array]:
        """Return the log-likelihood and its slope."""
        found = self.terms(place)
        inner = found.by_centre @ self.slopes(place)
        return found.total, np.append(inner, found.by_log_sigma.sum())

    def gaps(self, place: Array) -> Array:
        """Return how far the curve is outside what each reading allows (for a first search).

        Among alternatives only the nearest counts.
        """
        low, high = self.data.limits()
        centre = self.centre(place[: self.log.size])
        with np.errstate(invalid="ignore"):
            middle = np.where(np.isfinite(low) & np.isfinite(high), (low + high) / 2, centre)
        gap = centre - middle
        below = np.isfinite(low) & ~np.isfinite(high)
        above = np.isfinite(high) & ~np.isfinite(low)
        gap = np.where(below, np.minimum(centre - low, 0.0), gap)
        gap = np.where(above, np.maximum(centre - high, 0.0), gap)
        for number in np.unique(self.data.group[self.data.group >= 0]):
            here = np.flatnonzero(self.data.group == number)
            rest = here[here != here[np.argmin(np.abs(gap[here]))]]
            gap[rest] = 0.0
        return np.clip(gap, -1e6 * self._unit, 1e6 * self._unit)

    @property
    def _unit(self) -> float:
        return 1.0 if self.data.relative else float(np.exp(self.high[-1]))

    def with_data(self, data: Data) -> "Problem":
        return replace(self, data=data)

    def at_bound(self, place: Array) -> NDArray[np.bool_]:
        """Return which parameters lie on one of their limits."""
        inner = place[: self.log.size]
        near = np.where(self.log & (self.least == 0), 10.0, 1e-6)  # as good as 0
        return np.asarray(
            (inner <= self.low[: inner.size] + near) | (inner >= self.high[: inner.size] - 1e-6)
        )


def problem(curve: Any, data: Data, start: Any, bounds: Bounds | None) -> tuple[Problem, Array]:
    """Return the problem and the place of its start."""
    if not callable(curve):
        msg = f"curve must be a function of times and parameters, got {curve!r}"
        raise ValueError(msg)
    check_start(start)
    names = tuple(str(name) for name in start)
    given = dict(bounds or {})
    for name in given:
        _checks.one_of("bounds", name, names)
    first = np.array([_checks.number(f"start of {name}", start[name]) for name in names])
    low, high = np.array([_bound(name, given.get(name)) for name in names]).T
    for name, value, least, most in zip(names, first, low, high, strict=True):
        if not least <= value <= most:
            msg = f"start of {name} must lie within its bounds {least:g} to {most:g}, got {value:g}"
            raise ValueError(msg)
    log = low >= 0
    sizes = scales(data)
    unknown = log & (first <= 0)
    first = np.where(unknown, np.clip(1.0, low, high), first)
    size = np.where(first != 0, np.abs(first), np.where(np.isfinite(high - low), high - low, 1.0))
    finite = data.low[np.isfinite(data.low)]
    spread = 1.0 if data.relative else float(np.abs(finite).max()) if finite.any() else 1.0
    floor = np.log(1e-7 * spread)
    with np.errstate(divide="ignore", invalid="ignore"):
        deep = np.log(np.where(log, np.minimum(first, sizes.max()), 1.0)) - _DEEP
        inner_low = np.where(log, np.maximum(np.log(np.maximum(low, 0)), deep), low / size)
        inner_high = np.where(log, np.log(high), high / size)
    made = Problem(
        curve, data, names, log, size, np.append(inner_low, floor),
        np.append(inner_high, np.log(100.0 * spread)), float(floor),
        bool(getattr(curve, "simulated", False)), low, high,
    )  # fmt: skip
    place = made.place(first)
    if unknown.any():
        place = _placed(made, place, unknown, sizes)
    _try(made, place)
    return made, place


def check_start(start: object) -> None:
    """Stop if a start does not name its parameters."""
    if not isinstance(start, Mapping) or not start:
        msg = f"start must be a mapping of each parameter's name to a number, got {start!r}"
        raise ValueError(msg)


def scales(data: Data) -> Array:
    """Return the sizes that a parameter may have: times, values, both per the other, and 1."""
    times = data.time[data.time > 0]
    time = float(np.exp(np.log(times).mean())) if times.size else 1.0
    ends = np.abs(np.concatenate([data.low, data.high]))
    known = ends[np.isfinite(ends) & (ends > 0)]
    value = float(np.median(known)) if known.size else 1.0
    return np.array([1.0, time, 1 / time, value, value / time])


# --- inside ------------------------------------------------------------------------


def _bound(name: str, given: Sequence[float | None] | None) -> tuple[float, float]:
    if given is None:
        return -np.inf, np.inf
    try:
        low, high = given
        least = -np.inf if low is None else float(low)
        most = np.inf if high is None else float(high)
    except (TypeError, ValueError):
        least, most = np.nan, np.nan
    if not least < most:
        msg = f"bounds of {name} must be two numbers, the lower first (None: open), got {_words.short(given)}"
        raise ValueError(msg)
    return least, most


def _placed(made: Problem, place: Array, unknown: NDArray[np.bool_], sizes: Array) -> Array:
    """Return a start with the best size for each parameter that was said to begin at 0."""
    free = np.flatnonzero(unknown)[:3]
    best, cost = place, np.inf
    for choice in product(np.log(sizes), repeat=free.size):
        tried = place.copy()
        tried[free] = choice
        tried = np.clip(tried, made.low[: place.size], made.high[: place.size])
        try:
            gaps = made.gaps(tried)
        except TypeError:  # names that the curve does not know: said by _try
            return place
        if gaps @ gaps < cost:
            best, cost = tried, float(gaps @ gaps)
    return best


def _try(made: Problem, place: Array) -> None:
    try:
        found = made.expected(place)
    except TypeError as error:
        msg = f"start must name every parameter of the curve and no other, got {', '.join(made.names)}: {error}"
        raise ValueError(msg) from None
    if not np.isfinite(found).all():
        when = made.data.time[~np.isfinite(found)][0]
        msg = f"curve must be finite at the start, got {found[~np.isfinite(found)][0]} at time {when:g}: choose another start"
        raise ValueError(msg)
    if made.data.relative and not (found > 0).any():
        msg = "curve must be above 0 at the start where noise is relative, got none: choose another start or noise='absolute'"
        raise ValueError(msg)
