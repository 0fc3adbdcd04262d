"""Bass's curve a period with its slopes, first guesses, and what to warn of."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cemlab import _words
from cemlab.calibrate import _periods

Array = NDArray[np.float64]
_FEWEST = 5
_PAST, _PART = 2.0, 0.6
_UNSEEN = 1e-4
_P = (1e-4, 1e-3, 0.005, 0.02, 0.08)
_Q = (0.01, 0.1, 0.2, 0.4, 0.8, 1.6)


def share(values: Array, t: Array) -> Array:
    """Return the share of all adopters who have adopted by times `t`."""
    p, q = values[0], values[1]
    fade = np.exp(-(p + q) * t)
    return np.asarray(-np.expm1(-(p + q) * t) / (1 + q / p * fade))


def adoptions(values: Array, when: Array) -> tuple[Array, Array]:
    """Return adoptions of periods, and their slopes in p, q and m, shape (n, 3).

    >>> value, slope = adoptions(np.array([0.03, 0.38, 100.0]), np.array([1.0, 2.0]))
    >>> value.round(3).tolist(), slope[:, 2].round(5).tolist()
    ([3.576, 4.93], [0.03576, 0.0493])
    """
    if when.size and np.array_equal(np.diff(when), np.ones(when.size - 1)):
        full, by = _share_and_slopes(values, np.concatenate([when[:1] - 1, when]))
        part, by = np.diff(full), np.diff(by, axis=0)
    else:
        late, early = (_share_and_slopes(values, t) for t in (when, when - 1))
        part, by = late[0] - early[0], late[1] - early[1]
    return values[2] * part, np.column_stack([values[2] * by, part])


def regression(y: Array) -> tuple[float, float, float, float, float, float, float] | None:
    """Return p, q, m, a, b, c and R2 of Bass's regression; None where it has no market size."""
    before = np.cumsum(y) - y
    unit = float(before[-1])
    if unit < 1e-100:
        return None
    x = before / unit
    design = np.column_stack([np.ones(y.size), x, x**2])
    (a, b, c), *_ = np.linalg.lstsq(design, y, rcond=None)
    spread = float(((y - y.mean()) ** 2).sum())
    r2 = 1 - float(((y - design @ [a, b, c]) ** 2).sum()) / spread if spread > 0 else np.nan
    b, c = b / unit, c / unit**2
    inside = b * b - 4 * a * c
    if c >= 0 or inside < 0 or a == 0:
        return None
    m = (-b - np.sqrt(inside)) / (2 * c)
    return float(a / m), float(-c * m), float(m), float(a), float(b), float(c), r2


def starts(scaled: Array, when: Array) -> list[Array]:
    """Return first guesses: the best of a grid with m by least squares, and the regression."""
    p, q = (side.ravel() for side in np.meshgrid(_P, _Q))
    fade = np.exp(-np.outer(p + q, np.append(0.0, when)))
    shape = np.diff((1 - fade) / (1 + (q / p)[:, None] * fade), axis=1)
    m = np.clip(shape @ scaled / np.maximum((shape**2).sum(axis=1), 1e-300), 0.6, 1e5)
    cost = ((m[:, None] * shape - scaled) ** 2).sum(axis=1)
    found = [np.array([p[i], q[i], m[i]]) for i in np.argsort(cost, kind="stable")[:2]]
    guess = regression(scaled)
    if guess is not None and min(guess[:3]) > 0:
        found.insert(0, np.array(guess[:3]))
    return found


def covariance(slope: Array, variance: float, bound: NDArray[np.bool_]) -> Array:
    """Return the covariance of p, q and m; missing for those on a bound."""
    found = np.full((3, 3), np.nan)
    free = np.flatnonzero(~bound)
    part = slope[:, free]
    size = np.linalg.norm(part, axis=0)
    if not free.size or not (size > 0).all() or np.linalg.cond(part / size) > 1e10:
        return found
    inverse = np.linalg.inv((part / size).T @ (part / size))
    found[np.ix_(free, free)] = variance * inverse / np.outer(size, size)
    return found


def warned(values: Array, spread: pd.DataFrame, bound: NDArray[np.bool_], y: Array) -> list[str]:
    """Return what a reader must know, a sentence each."""
    p, q, m = values.tolist()
    said = []
    names = [name for name, stuck in zip("pqm", bound, strict=True) if stuck]
    if names:
        said.append(
            f"{', '.join(names)} on the edge of what is searched: the data do not fix all three, and there is no standard error for it"
        )
    elif spread.isna().to_numpy().any():
        said.append("the data do not fix all three parameters: no standard errors")
    total = float(y.sum())
    if unknown_end(m, y):
        said.append(
            f"adoptions do not bend: any m far above the {total:,.6g} who have adopted fits as well, and no peak follows"
        )
    elif q <= p:
        said.append(
            "q is at most p: adoptions fall from the beginning, no peak and no sign of imitation"
        )
    else:
        peak = np.log(q / p) / (p + q)
        if peak <= y.size and int(np.argmax(y)) == y.size - 1:
            said.append(
                f"adoptions are highest in the last period {y.size}, so that the peak is not seen yet: m is hardly determined, and p and q with it (Van den Bulte and Lilien 1997)"
            )
        elif peak <= y.size and (
            y.size < peak + _PAST or float(share(values, np.array([y.size]))[0]) < _PART
        ):
            said.append(
                f"the last period {y.size} is not far past the peak (period {peak:.1f}): m is not settled, its interval is too short (about .85 where .95 is promised), and the estimates will move (Van den Bulte and Lilien 1997)"
            )
        if peak > y.size:
            said.append(
                f"the peak (period {peak:.1f}) lies after the last period {y.size}: m is hardly determined, and p and q with it (Van den Bulte and Lilien 1997)"
            )
    if m < total:
        said.append(
            f"m lies below the {total:,.6g} who have adopted: the curve ends before the data do"
        )
    errors = np.sqrt(np.diag(spread))
    with np.errstate(invalid="ignore"):
        tight = spread.to_numpy() / np.outer(errors, errors)
    for i, j in ((0, 1), (0, 2), (1, 2)):
        if abs(tight[i, j]) > 0.99:
            said.append(
                f"{'pqm'[i]} and {'pqm'[j]} are told apart badly: their errors have a correlation of {tight[i, j]:.3f}"
            )
    return said


def around(value: Any, wide: Any) -> tuple[Array, Array]:
    """Return limits so far around values above 0 on the scale of their logs.

    >>> [round(float(end), 3) for end in around(2.0, 1.0)]
    [1.213, 3.297]
    """
    middle = np.maximum(np.asarray(value, np.float64), 1e-300)
    part = np.minimum(np.asarray(wide) / middle, 600.0)
    with np.errstate(over="ignore", under="ignore"):
        return middle * np.exp(-part), middle * np.exp(part)


def unknown_end(m: float, y: Array) -> bool:
    """Return whether nearly nobody of m has adopted, so that nothing is known of m.

    >>> unknown_end(1e9, np.array([10.0, 10.0])), unknown_end(30.0, np.array([10.0, 10.0]))
    (True, False)
    """
    return bool(_UNSEEN * m > y.sum())


def checked(given: Any, *, cumulative: bool) -> pd.Series:
    """Return adoptions a period as a Series."""
    if isinstance(given, pd.DataFrame):
        if given.shape[1] != 1:
            msg = f"adoptions must be one column, got {[str(c) for c in given.columns]}: choose it, with the periods as index if you like"
            raise ValueError(msg)
        given = given.iloc[:, 0]
    try:
        series = (
            given
            if isinstance(given, pd.Series)
            else pd.Series(np.asarray(given).ravel() if np.ndim(given) == 1 else [None])
        )
        series = pd.to_numeric(series).astype(float)
    except (ValueError, TypeError):
        msg = f"adoptions must be numbers, one a period, got {_words.short(given)}"
        raise ValueError(msg) from None
    series = _periods.in_order(series)
    if series.size < _FEWEST:
        msg = f"adoptions must be of at least {_FEWEST} periods for three parameters and the noise, got {series.size}"
        raise ValueError(msg)
    y = series.to_numpy()
    if cumulative:
        fallen = np.flatnonzero(np.diff(y) < 0)
        if fallen.size:
            msg = f"adoptions must not fall where they are cumulative, got {y[fallen[0]]:g} and then {y[fallen[0] + 1]:g} in period {fallen[0] + 2}"
            raise ValueError(msg)
        y = np.diff(y, prepend=0.0)
    bad = ~(np.isfinite(y) & (y >= 0))
    if bad.any():
        i = int(np.flatnonzero(bad)[0])
        msg = f"adoptions must be numbers of at least 0, one for every period, got {y[i]:g} in period {i + 1}"
        raise ValueError(msg)
    if not y.any():
        msg = "adoptions must be above 0 in some period, got 0 in all"
        raise ValueError(msg)
    return pd.Series(y, series.index)


# --- inside ------------------------------------------------------------------------


def _share_and_slopes(values: Array, t: Array) -> tuple[Array, Array]:
    p, q = values[0], values[1]
    fade, ratio = np.exp(-(p + q) * t), q / p
    below = 1 + ratio * fade
    full = -np.expm1(-(p + q) * t) / below
    common = t * fade * (1 + ratio) / below**2
    lag = (1 - fade) * fade / below**2
    by_p = common + lag * q / p**2
    return full, np.column_stack([by_p, common - lag / p])
