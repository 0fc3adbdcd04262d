"""The highest likelihood from several starts, and how sharp its peak is."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares, minimize

from cemlab.calibrate import _starts
from cemlab.calibrate._likelihood import Array
from cemlab.calibrate._problem import Problem

_MOST = 4  # places that are climbed from, of all that were tried
_LOOSE = 1e-4  # least curvature that counts as some
_LIFT = 60.0  # how far a parameter is moved on its scale (a logarithm) until the curve moves too
_FULL = -0.02  # log-likelihood of rounded readings above which nothing could be likelier
_ALIKE = 1e-4  # slopes whose difference is so small a part of the largest are one slope


@dataclass(frozen=True, eq=False)
class Peak:
    """The place of the optimum, its height, its covariance on the scales of the search.

    `rivals` are places as high from other starts. `flat` marks parameters that the readings
    do not fix, `bound` those on a limit; their errors are missing. On a `plateau` the limits
    of rounded readings hold a whole region of curves, all as likely as can be.
    """

    place: Array
    height: float
    covariance: Array
    flat: NDArray[np.bool_]
    bound: NDArray[np.bool_]
    rivals: tuple[Array, ...]
    plateau: bool
    wide: Array
    """The covariance with what is loose as good as free, and what is on a limit as known."""


def highest(
    made: Problem, start: Array, *, starts: int, rng: np.random.Generator, simplex: bool
) -> Peak:
    """Search from the start and from others spread over the bounds."""
    firsts = [start, *_starts.near(made, start, starts - 1, rng)]
    if starts > 1 and not (simplex or made.simulated):
        firsts += _starts.far(made, start, rng)
    roughs = sorted((_rough(made, first, simplex) for first in firsts), key=lambda r: r[0])
    chosen: list[Array] = []
    for _, place in roughs:
        if all(np.abs(place - other).max() > 1e-3 for other in chosen):
            chosen.append(place)
    found = sorted(
        (climb(made, place, simplex=simplex) for place in chosen[:_MOST]), key=lambda p: -p[0]
    )
    height, place = found[0]
    bound = made.at_bound(place)
    covariance, wide, flat = spread_at(made, place, bound)
    width = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    apart = np.maximum(np.where(np.isfinite(width), width, 0.0), 0.01)
    rivals = tuple(
        other
        for level, other in found[1:]
        if level > height - 0.02
        and ((np.abs(other - place) > apart)[:-1] & ~(bound & made.at_bound(other))).any()
        and not _swapped(made, place, other)
    )
    plateau = not made.data.exact.any() and height > _FULL
    if plateau:
        covariance, rivals = np.full_like(covariance, np.nan), ()
        flat[:] = False
    return Peak(place, height, covariance, flat, bound, rivals, plateau, wide)


def climb(
    made: Problem,
    place: Array,
    *,
    simplex: bool = False,
    fixed: int | None = None,
    quick: bool = False,
) -> tuple[float, Array]:
    """Return the nearest peak and its height; the parameter `fixed` stays where it is."""
    free = np.array([i for i in range(place.size) if i != fixed])
    low, high = made.low[free], made.high[free]

    def whole(part: Array) -> Array:
        full = place.copy()
        full[free] = np.clip(part, low, high)
        return full

    n = max(made.data.n, 1)
    if simplex or made.simulated:
        options = {
            "xatol": 1e-3,
            "fatol": 1e-4,
            "maxiter": 300 * free.size,
            "adaptive": free.size > 4,
        }
        found = minimize(lambda x: -made.terms(whole(x)).total, place[free], method="Nelder-Mead",
                         bounds=list(zip(low, high, strict=True)), options=options,
                         ).x  # fmt: skip
        best = whole(found)
        return made.terms(best).total, best

    if quick:
        height, end, arrived = _scored(made, place, free)
        if arrived:
            return height, end
        place = end

    def down(part: Array) -> tuple[float, Array]:
        total, slope = made.score(whole(part))
        return -total / n, -slope[free] / n

    found = minimize(down, place[free], jac=True, method="L-BFGS-B",
                     bounds=list(zip(low, high, strict=True)),
                     options={"maxiter": 60 if quick else 400, "ftol": 1e-12, "gtol": 1e-8},
                     ).x  # fmt: skip
    if quick:
        return made.terms(whole(found)).total, whole(found)
    return _polished(made, whole(found), free)


def information(made: Problem, place: Array, free: NDArray[np.int64]) -> Array:
    """Return the negative curvature of the log-likelihood in the free parameters."""
    if made.simulated:
        return by_slopes(made, place)[np.ix_(free, free)]
    sharp = np.maximum(np.diag(by_slopes(made, place)), 1e-12)
    steps = np.clip(0.1 / np.sqrt(sharp), 1e-8, 1e-3)  # a small part of the standard error
    rows = []
    for i in free:
        up, down, step = place.copy(), place.copy(), steps[i]
        up[i], down[i] = min(place[i] + step, made.high[i]), max(place[i] - step, made.low[i])
        rows.append((made.score(up)[1] - made.score(down)[1])[free] / -(up[i] - down[i]))
    curve = np.array(rows).reshape(free.size, free.size)
    return np.asarray((curve + curve.T) / 2)


def spread_at(
    made: Problem, place: Array, bound: NDArray[np.bool_]
) -> tuple[Array, Array, NDArray[np.bool_]]:
    """Return both covariances at a peak (see `Peak`) and which parameters the readings leave open."""
    k = place.size
    stuck = np.append(bound, place[-1] <= made.floor + 1e-6)
    free = np.flatnonzero(~stuck)
    covariance, flat = np.full((k, k), np.nan), np.zeros(k, np.bool_)
    wide = np.zeros((k, k))
    if not free.size:
        return covariance, wide, flat[:-1]
    sharp = information(made, place, free)
    wide, values, vectors = _wide(sharp, free, k)
    weak = values < 1e-9
    if weak.any():
        flat[free] = np.abs(vectors[:, weak]).max(axis=1) > 0.2
    elif not made.simulated and (alike := _unfixed(made, place, bound))[~bound].any():
        flat[:-1] = alike
    else:
        covariance[np.ix_(free, free)] = np.linalg.inv(sharp)
    return covariance, wide, flat[:-1]


# --- inside ------------------------------------------------------------------------


def _wide(sharp: Array, free: NDArray[np.int64], k: int) -> tuple[Array, Array, Array]:
    """Return a covariance with loose directions as good as free, and the information's axes."""
    wide = np.zeros((k, k))
    size = np.sqrt(np.maximum(np.abs(np.diag(sharp)), _LOOSE))
    values, vectors = np.linalg.eigh(sharp / np.outer(size, size))
    inverse = vectors @ np.diag(1 / np.maximum(values, 1e-9)) @ vectors.T
    wide[np.ix_(free, free)] = inverse / np.outer(size, size)
    return wide, values, vectors


def _swapped(made: Problem, place: Array, other: Array) -> bool:
    """Return whether two places hold the same numbers under changed names (two alike parts)."""
    one, two = np.sort(made.values(place)), np.sort(made.values(other))
    return bool(np.allclose(one, two, rtol=1e-3, atol=0.0))


def _unfixed(made: Problem, place: Array, bound: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which parameters the curve's slopes cannot tell apart, one on a limit among them.

    A parameter at 0 on a logarithmic scale is moved away from it until the curve moves.
    """
    k = place.size - 1
    inner = made.slopes(place)
    small = np.linalg.norm(inner, axis=0) < 1e-3 * np.linalg.norm(inner)
    for i in np.flatnonzero((bound | small) & made.log & (made.least == 0)):
        here = made.centre(place)
        for step in np.arange(0.0, _LIFT, 2.0):
            moved = place.copy()
            moved[i] = min(place[i] + step, made.high[i])
            change = made.centre(moved) - here
            if np.abs(change).max() > 1e-5 * max(1.0, float(np.abs(here).max())):
                inner[:, i] = change
                break
    rows = np.sqrt(np.maximum(made.terms(place).curvature, 0.0))[:, None] * inner
    size = np.linalg.norm(rows, axis=0)
    flat = size == 0
    if flat.all() or not np.isfinite(size).all():
        return np.asarray(flat)
    _, sharp, vectors = np.linalg.svd(rows[:, ~flat] / size[~flat], full_matrices=False)
    weak = vectors[sharp < _ALIKE * sharp[0]]
    if weak.size:
        flat[np.flatnonzero(~flat)[np.abs(weak).max(axis=0) > 0.2]] = True
    return np.asarray(flat[:k])


def _rough(made: Problem, start: Array, simplex: bool) -> tuple[float, Array]:
    """Return the nearest least squares of the gaps, and a place with its sigma."""
    if simplex or made.simulated:
        gaps = made.gaps(start)
        cost, inner = float(gaps @ gaps), start
    else:
        low, high = made.low[: start.size], made.high[: start.size]
        first = np.clip(start, low, high)
        unit = made._unit
        with np.errstate(over="ignore", invalid="ignore"):
            found = least_squares(
                lambda x: made.gaps(x) / unit, first, bounds=(low, high + 1e-12),
                jac=lambda x: _gap_slopes(made, x, unit), max_nfev=100, xtol=1e-9, ftol=1e-9, gtol=1e-12,
            )  # fmt: skip
        cost, inner = 2 * float(found.cost) * unit**2, np.clip(found.x, low, high)
    sigma = 0.5 * np.log(max(cost / max(made.data.n, 1), np.exp(2 * made.floor)))
    return cost, np.append(inner, np.clip(sigma, made.floor, made.high[-1]))


def _gap_slopes(made: Problem, place: Array, unit: float) -> Array:
    return made.sensitivity(place, lambda x: made.gaps(x) / unit)


def _polished(made: Problem, place: Array, free: NDArray[np.int64]) -> tuple[float, Array]:
    """Take Newton's steps to the peak nearby, as long as it is one."""
    height, slope = made.score(place)
    for _ in range(12):
        inside = (place > made.low + 1e-9) & (place < made.high - 1e-9)
        move = free[inside[free]]
        if not move.size:
            break
        sharp = information(made, place, move)
        values, vectors = np.linalg.eigh(sharp)
        most = np.abs(values).max()
        if not np.isfinite(most) or most == 0:
            break
        firm = np.maximum(np.abs(values), 1e-9 * most)
        step = vectors @ ((vectors.T @ slope[move]) / firm)
        gain = float(step @ slope[move])
        if gain < 1e-10:
            break
        step *= min(1.0, 1.0 / np.abs(step).max())
        length = 1.0
        while length > 1e-4:
            end = place.copy()
            end[move] = np.clip(place[move] + length * step, made.low[move], made.high[move])
            after = made.score(end)
            if after[0] > height:
                break
            length /= 4
        else:
            break
        place, (height, slope) = end, after
        if gain < 1e-8:
            break
    return height, place


def _scored(made: Problem, place: Array, free: NDArray[np.int64]) -> tuple[float, Array, bool]:
    """Take steps by the curve's slopes alone; return whether they arrived at a peak."""
    found = made.terms(place)
    for _ in range(30):
        slopes = made.slopes(place)
        slope = np.append(found.by_centre @ slopes, found.by_log_sigma.sum())
        sharp = np.zeros((place.size, place.size))
        sharp[:-1, :-1] = slopes.T @ (found.curvature[:, None] * slopes)
        sharp[-1, -1] = 2 * max(float((found.share * (found.curvature > 0)).sum()), 0.5)
        held = (place <= made.low + 1e-9) & (slope < 0) | (place >= made.high - 1e-9) & (slope > 0)
        move = free[~held[free]]
        if not move.size:
            return found.total, place, True
        part = sharp[np.ix_(move, move)]
        part[np.diag_indices(move.size)] *= 1 + 1e-9
        try:
            step = np.linalg.solve(part, slope[move])
        except np.linalg.LinAlgError:
            return found.total, place, False
        gain = float(step @ slope[move])
        if not np.isfinite(gain) or gain < 0:
            return found.total, place, False
        if gain < 1e-7:
            return found.total, place, True
        step *= min(1.0, 1.0 / np.abs(step).max())
        for length in (1.0, 0.3, 0.1, 0.01):
            end = place.copy()
            end[move] = np.clip(place[move] + length * step, made.low[move], made.high[move])
            after = made.terms(end)
            if after.total > found.total:
                break
        else:
            return found.total, place, gain < 1e-5
        place, found = end, after
    return found.total, place, False


def by_slopes(made: Problem, place: Array) -> Array:
    """Return the information from the slopes of the curve alone (for a curve with luck in it)."""
    told, slopes = made.terms(place), made.slopes(place)
    found = np.zeros((place.size, place.size))
    found[:-1, :-1] = slopes.T @ (told.curvature[:, None] * slopes)
    found[-1, -1] = 2 * float(told.share.sum())
    return found
