"""Three straight lines that meet: where they meet, by least squares."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_CANDIDATES = 60  # places tried for each kink, before the best pair is refined
_ROUNDS = 18
LEAST = 0.05  # share of the people that each of the three lines rests on
_NEAR = np.linspace(-1, 1, 9)


def basis(x: Floats, lower: float, upper: float) -> Floats:
    """Return the columns whose weights are the level at 0 and the three slopes.

    >>> basis(np.array([0.0, 3.0, 9.0]), 2, 5).tolist()
    [[1.0, -2.0, 2.0, 0.0], [1.0, 0.0, 3.0, 0.0], [1.0, 0.0, 5.0, 4.0]]
    """
    below, above = np.minimum(x - lower, 0.0), np.maximum(x - upper, 0.0)
    return np.column_stack([np.ones(len(x)), below, np.clip(x, lower, upper), above])


class Sums:
    """Sums over scores up to a place: all that least squares need, for any number of people."""

    def __init__(self, x: Floats, y: Floats) -> None:
        self.places, group = np.unique(x, return_inverse=True)
        n = np.bincount(group).astype(np.float64)
        total = np.bincount(group, weights=y - y.mean()).astype(np.float64)
        columns = (n, n * self.places, n * self.places**2, total, total * self.places)
        self.upto = [np.concatenate([[0.0], np.cumsum(column)]) for column in columns]
        inner = self.places[1:-1]
        even = np.linspace(inner[0], inner[-1], _CANDIDATES)
        many = len(inner) >= _CANDIDATES
        self.tried = np.quantile(inner, np.linspace(0, 1, _CANDIDATES)) if many else even

    def explained(self, lower: Floats, upper: Floats) -> Floats:
        """Return the explained sum of squares for pairs of kinks; -inf where not allowed."""
        i = np.searchsorted(self.places, lower, side="right")
        j = np.searchsorted(self.places, upper, side="left")
        m = len(self.places)
        at_lower = self.places[np.clip(i - 1, 0, m - 1)] == lower
        at_upper = self.places[np.clip(j, 0, m - 1)] == upper
        # Two scores and some share of the people up to the lower kink, between, from the upper.
        seen = self.upto[0]
        people = [
            seen[i],
            seen[np.minimum(j + at_upper, m)] - seen[np.maximum(i - at_lower, 0)],
            seen[m] - seen[j],
        ]
        good = (lower < upper) & (i >= 2) & (m - j >= 2) & (j - i + at_lower + at_upper >= 2)
        good &= np.minimum(np.minimum(people[0], people[1]), people[2]) >= LEAST * seen[m]
        i, j = np.clip(i, 0, m), np.maximum(np.clip(j, 0, m), np.clip(i, 0, m))
        n, x, xx, y, xy = ([u[i], u[j] - u[i], u[-1] - u[j]] for u in self.upto)
        zero: Any = np.zeros(len(i))
        # Products of the four columns of `basis`, part by part: below, inside, above.
        b0 = x[0] - lower * n[0]
        bb = xx[0] - 2 * lower * x[0] + lower**2 * n[0]
        a0 = x[2] - upper * n[2]
        aa = xx[2] - 2 * upper * x[2] + upper**2 * n[2]
        c0 = lower * n[0] + x[1] + upper * n[2]
        cc = lower**2 * n[0] + xx[1] + upper**2 * n[2]
        rows = [
            [n[0] + n[1] + n[2], b0, c0, a0],
            [b0, bb, lower * b0, zero],
            [c0, lower * b0, cc, upper * a0],
            [a0, zero, upper * a0, aa],
        ]
        gram = np.moveaxis(np.array(rows), -1, 0)
        right = [y[0] + y[1] + y[2], xy[0] - lower * y[0],
                 lower * y[0] + xy[1] + upper * y[2], xy[2] - upper * y[2]]  # fmt: skip
        target = np.moveaxis(np.array(right), -1, 0)[..., None]
        gram = np.where(good[:, None, None], gram, np.eye(4))
        weight = np.linalg.solve(gram, target)
        return np.where(good, (weight * target).sum(axis=(1, 2)), -np.inf)


def two_kinks(sums: Sums) -> tuple[float, float] | None:
    """Return where the three lines meet that fit best, if any pair is allowed."""
    i, j = np.triu_indices(len(sums.tried), 1)
    lower, upper = sums.tried[i], sums.tried[j]
    gain = sums.explained(lower, upper)
    best = int(np.argmax(gain))
    if not np.isfinite(gain[best]):
        return None
    at, window = np.array([lower[best], upper[best]]), 2 * _step(sums)
    for _ in range(_ROUNDS):
        one, other = (mesh.ravel() for mesh in np.meshgrid(*(at[:, None] + window * _NEAR)))
        gain = sums.explained(np.append(one, at[0]), np.append(other, at[1]))
        best = int(np.argmax(gain))
        at = np.array([np.append(one, at[0])[best], np.append(other, at[1])[best]])
        window *= 0.4
    return float(at[0]), float(at[1])


def reach(sums: Sums, at: tuple[float, float], which: int, loss: float) -> tuple[float, float]:
    """Return how far one kink can move, the other moving along, until the fit loses more."""
    least = float(sums.explained(np.array([at[0]]), np.array([at[1]]))[0]) - loss
    width = sums.tried[-1] - sums.tried[0]
    fine = width * 2.0 ** -np.arange(20)
    grid = np.concatenate([sums.tried, at[which] - fine, [at[which]], at[which] + fine])
    grid = np.unique(grid[(grid >= sums.tried[0]) & (grid <= sums.tried[-1])])
    good = (_profile(sums, which, grid) >= least) | (grid == at[which])
    ends = []
    for first, outward in (
        (int(np.argmax(good)), -1),
        (len(good) - 1 - int(np.argmax(good[::-1])), 1),
    ):
        inside = float(grid[first])
        if 0 <= first + outward < len(grid):
            outside = float(grid[first + outward])
            for _ in range(3):
                between = np.linspace(inside, outside, 9)
                held = np.append(True, _profile(sums, which, between[1:]) >= least)
                last = 8 - int(np.argmax(held[::-1]))
                inside, outside = float(between[last]), float(between[min(last + 1, 8)])
        ends.append(inside)
    return ends[0], ends[1]


def _profile(sums: Sums, which: int, values: Floats) -> Floats:
    """Return the best that can be explained with one kink held at each of some values."""
    others = np.broadcast_to(sums.tried, (len(values), len(sums.tried)))
    held, window = values[:, None], _step(sums)
    for _ in range(5):
        shape = others.shape
        pair = [np.broadcast_to(held, shape).ravel(), others.ravel()]
        gain = sums.explained(*(pair if which == 0 else pair[::-1])).reshape(shape)
        best = np.argmax(gain, axis=1)[:, None]
        at, window = np.take_along_axis(others, best, axis=1), window * 0.4
        others = np.column_stack([at, at + 2.5 * window * _NEAR])
    return np.asarray(gain.max(axis=1))


def _step(sums: Sums) -> float:
    return float(np.diff(sums.tried).max())
