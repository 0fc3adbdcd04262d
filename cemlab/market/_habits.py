"""Where the habit of going public rests: roots, turns and the way to the next one."""

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import expit, logit

from cemlab.market.assumptions import Market

Floats = NDArray[np.float64]
_GRID = 20_001
_LEAST = 700.0  # logits beyond which a share is told apart from 0 or 1 no more
_FLAT = 4.0 * (1.0 + 1e-12)  # slope times norm up to which there is one habit at rest
_ROUNDING = 1e-12


class Folds(NamedTuple):
    """The advantages between which there are two stable habits.

    Attributes
    ----------
    ends, begins : float
        A widespread habit of going public ends where the advantage falls below `ends`; a rare
        one spreads where it rises above `begins` (difference of two solved shares).
    share_ends, share_begins : float
        Share of complainers who go public at these two places, just before the habit tips.
    """

    ends: float
    begins: float
    share_ends: float
    share_begins: float


def pull(advantage: ArrayLike, share: ArrayLike, market: Market) -> Floats:
    """Return the logit of the share that would go public, thinking of these."""
    felt = np.asarray(advantage) - market.shame_threshold + market.norm * np.asarray(share)
    return np.asarray(market.shame_slope * felt)


def turns(market: Market) -> Folds | None:
    """Return where the curve of all habits at rest turns; None if it does not."""
    steep = market.shame_slope * market.norm
    if steep <= _FLAT:
        return None
    low = 2.0 / steep / (1.0 + float(np.sqrt(1.0 - 4.0 / steep)))
    x = float(logit(low))
    ends, begins = (float(advantage(np.array(at), market)) for at in (-x, x))
    return Folds(ends, begins, 1.0 - low, low)


def advantage(x: Floats, market: Market) -> Floats:
    """Return the advantage at which the share with logit x is at rest; the slope is above 0."""
    found: Floats = market.shame_threshold - market.norm * expit(x) + x / market.shame_slope
    return found


def rests(gain: float, market: Market) -> list[float]:
    """Return the logits of the shares at rest, lowest first: between two turns lies one at most.

    Where the advantage is that of a turn, the turn is at rest itself.
    """

    def off(x: float) -> float:
        return float(pull(gain, expit(x), market)) - x

    low, high = sorted(float(pull(gain, share, market)) for share in (0.0, 1.0))
    known = turns(market)
    x = -np.inf if known is None else float(logit(known.share_begins))
    corners = [at for at in (x, -x) if low - 1.0 < at < high + 1.0]
    near = 0.0
    if known is not None:
        window = market.shame_slope * (known.begins - known.ends)
        near = min(_ROUNDING * max(1.0, abs(low), abs(high)), 0.01 * window)
    touched = [at for at in corners if abs(off(at)) <= near]
    found = list(touched)
    for left, right in pairwise([low - 1.0, *corners, high + 1.0]):
        if not {left, right} & set(touched) and off(left) * off(right) < 0.0:
            found.append(float(brentq(off, left, right, xtol=1e-14, rtol=1e-14, maxiter=500)))
    return sorted(found)


def settled(share: float, gain: float, market: Market) -> float:
    """Return where the habit comes to rest from a share of complainers: the next one that way.

    Learning moves the share towards what the crowd would do, never past it, as long as the
    norm is not negative.
    """
    found = [float(expit(x)) for x in rests(gain, market)]
    if float(expit(pull(gain, share, market))) > share:
        return min((rest for rest in found if rest >= share), default=found[-1])
    return max((rest for rest in found if rest <= share), default=found[0])


def stable(shares: Floats, market: Market) -> NDArray[np.bool_]:
    """Return where a small push shrinks; without learning: as if people learned slowly.

    At a turn a push to one side does not. Up to a slope times norm of 4 all pushes do, at 4
    itself more slowly than by any fixed part.
    """
    pulled = market.shame_slope * market.norm
    steep = pulled * shares * (1.0 - shares)
    back = (steep < 1.0 - _ROUNDING) | (pulled <= _FLAT)
    return np.asarray(back & (market.learning * (1.0 - steep) < 2.0))


def crossings(
    gain: Callable[[Floats, Floats], Floats], market: Market
) -> tuple[Floats, NDArray[np.bool_]]:
    """Return the logits at rest where the advantage depends on the share, and if they are stable.

    `gain` takes the share and what is missing to 1, both arrays, and returns the advantage.
    """

    def off(x: Floats) -> Floats:
        near = np.clip(x, -_LEAST, _LEAST)
        share, others = expit(near), expit(-near)
        return pull(gain(share, others), share, market) - x

    ends = pull([-1.0, -1.0, 1.0, 1.0], [0.0, 1.0, 0.0, 1.0], market)
    grid = np.linspace(ends.min() - 1.0, ends.max() + 1.0, _GRID)
    values = off(grid)
    at = np.flatnonzero((values[:-1] > 0.0) != (values[1:] > 0.0)).tolist()

    def one(x: float) -> float:
        return float(off(np.array([x]))[0])

    found = [brentq(one, grid[i], grid[i + 1], xtol=1e-13, rtol=1e-13, maxiter=200) for i in at]
    return np.array(found), np.array([values[i] > 0.0 for i in at], bool)
