"""Intervals of a net score: the share at the top less the share at the bottom."""

import numpy as np
from scipy import optimize, stats

METHODS = ("wald", "adjusted", "score")

_EDGE = 1e-10
_FEW = 10
"""Answers besides the commonest kind below which Wald's interval is rough.

Exact coverage of 95 % intervals, n from 10 to 300 and 139 mixtures of the three kinds: with at
least 10 such answers expected never below 91 %, with 20 never below 92.5 %; with fewer than
10 down to 81 %, however large n is.
"""


def limits(
    top: float, bottom: float, n: float, variance: float, *, level: float, method: str
) -> tuple[float, float, str]:
    """Return low, high (-1..1, the score itself never outside) and what was computed.

    `n` answers are the basis, weighted ones as many as plain ones would be as exact;
    `variance` is that of top - bottom, for Wald's interval only.
    """
    z = float(stats.norm.ppf((1 + level) / 2))
    net = top - bottom
    if method == "wald" and variance <= _EDGE / n:
        return *_score(top, bottom, n, z), "score test, as all answers are of one kind"
    if method == "score":
        return *_score(top, bottom, n, z), "score test (Tango)"
    if method == "adjusted":
        up, down = (top * n + 0.75) / (n + 3), (bottom * n + 0.75) / (n + 3)
        centre, half = up - down, z * np.sqrt((up + down - (up - down) ** 2) / (n + 3))
        low, high = min(centre - half, net), max(centre + half, net)
        return max(low, -1.0), min(high, 1.0), "adjusted Wald (Rocks)"
    half = z * np.sqrt(variance)
    way = "Wald"
    if n * (1 - max(top, bottom, 1 - top - bottom)) < _FEW - 1e-9:
        way += f", rough here: fewer than {_FEW} answers besides the commonest kind, method='score' is better"
    if half > 1 - abs(net):
        way += ", cut at the end of the scale"
    return max(net - half, -1.0), min(net + half, 1.0), way


def _score(top: float, bottom: float, n: float, z: float) -> tuple[float, float]:
    """Return all net scores that a score test does not reject."""
    net = top - bottom

    def excess(at: float) -> float:
        return n * (net - at) ** 2 - z**2 * _variance(top, bottom, at)

    low, high = -1.0, 1.0
    if net > -1 + _EDGE and excess(net - _EDGE) < 0:
        low = float(optimize.brentq(excess, -1.0, net - _EDGE))
    if net < 1 - _EDGE and excess(net + _EDGE) < 0:
        high = float(optimize.brentq(excess, net + _EDGE, 1.0))
    return min(low, net), max(high, net)


def _variance(top: float, bottom: float, net: float) -> float:
    """Return the variance of one answer (1, 0, -1) if its mean were `net`.

    The shares are then the likeliest ones with that mean: the root of a quadratic.
    """
    b = -top - bottom + (2 - top + bottom) * net
    c = -bottom * net * (1 - net)
    down = (np.sqrt(max(b * b - 8 * c, 0.0)) - b) / 4
    return float(max(2 * down + net - net**2, 0.0))
