"""Bass diffusion whose clock runs with marketing effort."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from cemlab.sim.attention import _bass, _effort, _times

Effort: TypeAlias = float | Callable[[Any], Any] | pd.DataFrame | pd.Series | Mapping[Any, Any]
"""Current marketing effort, 1 is normal: a number, a function of time, or a table of steps."""


def generalised_bass(t: ArrayLike, *, p: float, q: float, m: float, effort: Effort) -> Any:
    """Return how many have adopted by time t, if marketing effort changes.

    Effort x(t) multiplies the pull on everybody: time runs faster where it is above 1. The
    curve is that of Bass at X(t), the sum of effort since launch.

    Parameters
    ----------
    t, p, q, m
        As for :func:`bass`.
    effort : float, callable, DataFrame, Series or mapping
        Current effort, at least 0, where 1 is normal. A number holds always. A table of steps
        has the columns `time` and `effort` (or time as the index or key): each effort holds
        from its time on, the last for ever; it starts at 0 or before, in any order. A callable
        takes a time and returns the effort then.

    Returns
    -------
    float or ndarray
        Adopters so far, in the unit of `m`; shape of `t`.

    Raises
    ------
    ValueError
        As for :func:`bass`; if effort is negative, two efforts have the same time, the first
        starts after launch, or a callable cannot be summed up.

    Notes
    -----
    The sum is exact for numbers and tables; a callable is summed by adaptive quadrature from
    each time to the next, which takes longer (about 10,000 times a second). Give jumps as a
    table. With effort 1 this is exactly :func:`bass`.

    *Critique.* In the original, x is 1 plus the weighted change, in per cent, of price and
    advertising. Then a campaign only moves adoptions forward in time: it wins nobody for good,
    as m stays the same.

    References
    ----------
    F. Bass, T. Krishnan, D. Jain, "Why the Bass model fits without decision variables",
    Marketing Science 13, 1994.

    Examples
    --------
    Twice the effort from period 2 on: by period 5 as many as by period 8 without.

    >>> from cemlab.sim.attention.adoption import bass
    >>> steps = pd.DataFrame({"time": [0, 2], "effort": [1, 2]})
    >>> round(generalised_bass(5, p=0.03, q=0.38, m=1000, effort=steps), 4)
    651.7376
    >>> round(bass(8, p=0.03, q=0.38, m=1000), 4)
    651.7376
    """
    p, q, m = _bass.parameters(p, q, m)
    times, scalar = _times.of("t", t)
    worked = _effort.total(effort, np.maximum(times, 0.0))
    return _times.shaped(m * _bass.part(worked, p, q), scalar)
