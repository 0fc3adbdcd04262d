"""The arithmetic of the Bass curve, safe at all times and rates."""

import numpy as np
from numpy.typing import NDArray

from cemlab import _checks

Array = NDArray[np.float64]


def parameters(p: float, q: float, m: float) -> tuple[float, float, float]:
    """Return p, q and m of a curve that starts by itself."""
    alone, together = _checks.number("p", p, low=0), _checks.number("q", q, low=0)
    if alone == 0:
        msg = f"p must be above 0, got {p!r}: without a first adopter nobody can be imitated"
        raise ValueError(msg)
    people = _checks.number("m", m, low=0)
    if people == 0:
        msg = f"m must be above 0, got {m!r}"
        raise ValueError(msg)
    return alone, together, people


def left(span: Array, speed: float) -> Array:
    """Return exp(-speed x span): 0 where that is beyond all numbers."""
    with np.errstate(over="ignore", under="ignore"):
        return np.exp(-speed * span)


def gone(span: Array, speed: float) -> Array:
    """Return 1 - exp(-speed x span), with all its digits where that is near 0."""
    with np.errstate(over="ignore", under="ignore"):
        return np.asarray(-np.expm1(-speed * span))


def part(span: Array, p: float, q: float) -> Array:
    """Return the part of all who have adopted after so long a span."""
    rest = left(span, p + q)
    return np.asarray(gone(span, p + q) * (p / (p + q * rest)))
