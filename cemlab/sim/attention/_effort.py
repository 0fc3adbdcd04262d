"""Effort summed up since launch: exact for steps, by quadrature for functions."""

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.integrate import quad

from cemlab import _checks

Array = NDArray[np.float64]
_PIECES = 200


def total(effort: Any, times: Array) -> Array:
    """Return the sum of effort from 0 to each time, which is at least 0.

    >>> total({0: 1.0, 2: 3.0}, np.array([1.0, 4.0])).tolist()
    [1.0, 8.0]
    """
    if callable(effort):
        return _of_function(effort, times)
    if isinstance(effort, pd.DataFrame | pd.Series | Mapping):
        return _of_steps(effort, times)
    return times * _checks.number("effort", effort, low=0)


def _of_steps(effort: Any, times: Array) -> Array:
    start, level = _steps(effort)
    order = np.argsort(start, kind="stable")
    start, level = start[order], level[order]
    twice = start[1:][np.diff(start) == 0]
    if twice.size:
        msg = f"effort must have one step a time, got several at {twice[0]:g}"
        raise ValueError(msg)
    if not start.size or start[0] > 0:
        got = f"the first at {start[0]:g}" if start.size else "no steps"
        msg = f"effort must start at 0 or before, got {got}: add a step at 0, where 1 is normal"
        raise ValueError(msg)
    first = np.searchsorted(start, 0.0, side="right") - 1
    knots, level = np.append(0.0, start[first + 1 :]), level[first:]
    so_far = np.append(0.0, np.cumsum(level[:-1] * np.diff(knots)))
    place = np.searchsorted(knots, times, side="right") - 1
    return np.asarray(so_far[place] + level[place] * (times - knots[place]))


def _steps(effort: Any) -> tuple[Array, Array]:
    if isinstance(effort, pd.DataFrame):
        missing = {"time", "effort"} - set(effort.columns)
        if missing:
            columns = [str(c) for c in effort.columns]
            msg = f"effort must have the columns time and effort, got {columns}"
            raise ValueError(msg)
        pairs = zip(effort["time"], effort["effort"], strict=True)
    else:
        pairs = zip(list(effort.keys()), list(effort.values if isinstance(effort, pd.Series) else effort.values()), strict=True)  # fmt: skip
    rows = [(_checks.number("effort's time", a), _checks.number("effort", b, low=0)) for a, b in pairs]  # fmt: skip
    both = np.array(rows, np.float64).reshape(-1, 2)
    return both[:, 0], both[:, 1]


def _of_function(effort: Callable[[Any], Any], times: Array) -> Array:
    """Return the sums up to each time, from each one to the next."""
    finite = np.isfinite(times)
    if not finite.all():
        msg = (
            "t must be finite where effort is a function, got inf: give effort as a table of steps"
        )
        raise ValueError(msg)
    knots, back = np.unique(np.append(0.0, times.ravel()), return_inverse=True)

    def checked(t: float) -> float:
        found = effort(t)
        return _checks.number("effort", found.item() if isinstance(found, np.ndarray) and found.size == 1 else found, low=0)  # fmt: skip

    pieces = [_piece(checked, a, b) for a, b in pairwise(knots)]
    return np.asarray(np.append(0.0, np.cumsum(pieces))[back.ravel()[1:]].reshape(times.shape))


def _piece(effort: Callable[[float], float], start: float, end: float) -> float:
    found = quad(effort, start, end, limit=_PIECES, epsabs=1e-12, epsrel=1e-11, full_output=1)
    if len(found) > 3 and found[1] > 1e-6 * max(abs(found[0]), 1e-6):
        where = f"{start:g} to {end:g}"
        msg = f"effort must be a function that can be summed up, got no reliable sum from {where}: give a table of steps"
        raise ValueError(msg)
    return float(found[0])
