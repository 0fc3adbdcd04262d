"""Amounts that may be a number, a range or samples, and their quotient."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cemlab import _checks
from cemlab._proportions import confidence
from cemlab.estimate import Estimate

Amount = float | tuple[float, float] | tuple[float, float, float] | Sequence[float] | Any
"""A number; a range, as a tuple (low, high) or (low, likely, high); or samples, as a list of at
least four, an array or a Series."""


@dataclass(frozen=True)
class Held:
    """An amount as it was understood; `samples` only where samples were given."""

    likely: float
    low: float
    high: float
    samples: NDArray[np.float64] | None = None

    @property
    def exact(self) -> bool:
        """Whether one number was given."""
        return self.samples is None and self.low == self.high


def held(name: str, given: Amount, *, above: float | None = None) -> Held:
    """Return an amount, checked; `above` is what it must exceed.

    >>> held("cost", (1, 3))
    Held(likely=2.0, low=1.0, high=3.0, samples=None)
    """
    if isinstance(given, tuple):
        return _range(name, given, above)
    if np.ndim(given) == 0:
        value = _number(name, given, above)
        return Held(value, value, value)
    if isinstance(given, list) and len(given) in (2, 3):
        msg = f"{name} must be a range as a tuple, or samples as a list of at least four, got {_few(given)}: write {tuple(given)!r} for a range, or take an array for samples"
        raise ValueError(msg)
    try:
        samples = np.asarray(given, np.float64)
    except (TypeError, ValueError):
        samples = np.array([[np.nan]])
    if samples.ndim != 1 or not samples.size or not np.isfinite(samples).all():
        msg = f"{name} must be samples in one list of at least one finite number, got {_few(given)}"
        raise ValueError(msg)
    _number(name, float(samples.min()), above)
    return Held(float(np.median(samples)), float(samples.min()), float(samples.max()), samples)


def quotient(
    top: tuple[str, Held], bottom: tuple[str, Held], *, less: float, level: float, unit: str
) -> Estimate:
    """Return top / bottom - less, with exact limits of ranges, or quantiles of samples."""
    (one, over), (other, under) = top, bottom
    if over.samples is None and under.samples is None:
        # Top and bottom stand once each, so the corners of the two ranges are the limits.
        corners = [t / b for t in (over.low, over.high) for b in (under.low, under.high)]
        value = over.likely / under.likely - less
        exact = over.exact and under.exact
        limits: dict[str, Any] = {"low": min(corners) - less, "high": max(corners) - less}
        method = "exact" if exact else "exact limits of the ranges"
        return Estimate(value, **limits, level=1.0, unit=unit, method=method)
    for name, part, rest in ((one, over, other), (other, under, one)):
        if part.samples is None and not part.exact:
            msg = (
                f"{name} must be a number or samples where {rest} is samples, got a range "
                f"({part.low:g}, {part.high:g}): draw samples from it"
            )
            raise ValueError(msg)
    tops, bottoms = (np.atleast_1d(x.likely if x.samples is None else x.samples)
                     for x in (over, under))  # fmt: skip
    if over.samples is not None and under.samples is not None and tops.size != bottoms.size:
        msg = f"{other} must be as many samples as {one} ({tops.size:,}), got {bottoms.size:,}"
        raise ValueError(msg)
    return quantiles(tops / bottoms - less, level=level, unit=unit)


def quantiles(
    samples: NDArray[np.float64], *, level: float, unit: str, what: str = "samples"
) -> Estimate:
    """Return the median of samples with the quantiles that hold `level` of them."""
    tail = (1 - confidence(level)) / 2
    low, value, high = np.quantile(samples, [tail, 0.5, 1 - tail])
    method = f"median; {100 * tail:g} to {100 * (1 - tail):g} % of the {what}"
    return Estimate(
        float(value), low=low, high=high, n=samples.size, level=level, unit=unit, method=method
    )


def _range(name: str, given: tuple[float, ...], above: float | None) -> Held:
    numbers = []
    if len(given) in (2, 3):
        numbers = [_number(name, part, above) for part in given]
    if not numbers or numbers != sorted(numbers):
        msg = f"{name} must be a range (low, high) or (low, likely, high) that rises, got {given!r}"
        raise ValueError(msg)
    low, high = numbers[0], numbers[-1]
    return Held(numbers[1] if len(numbers) == 3 else low + (high - low) / 2, low, high)


def _number(name: str, given: Any, above: float | None) -> float:
    value = _checks.number(name, given)
    if above is not None and value <= above:
        msg = f"{name} must be above {above:g}, got {given!r}"
        raise ValueError(msg)
    return value


def _few(given: Any) -> str:
    shown = repr(given)
    return shown if len(shown) <= 60 else f"{shown[:60]}..."
