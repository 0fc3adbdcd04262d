"""Bass's own regression of 1969, for contrast."""

from dataclasses import dataclass
from typing import Any

from cemlab.calibrate import _bass


@dataclass(frozen=True)
class BassRegression:
    """Bass's regression of adoptions on those who had adopted before: a + b N + c N squared."""

    p: float
    q: float
    m: float
    a: float
    b: float
    c: float
    r2: float


def bass_ols(adoptions: Any, *, cumulative: bool = False) -> BassRegression:
    """Fit Bass's model by his regression of 1969, for contrast.

    Adoptions of a period are regressed on those who had adopted before it, and their square:
    p = a / m, q = -c m, and m where the parabola meets 0.

    Critique: the slope of the curve stands for a whole period, so long periods bias it; the
    two regressors are nearly the same; standard errors of p, q and m do not follow. Use
    `fit_bass`.

    Parameters
    ----------
    adoptions, cumulative
        As for `fit_bass`.

    Raises
    ------
    ValueError
        As for `fit_bass`, and if the parabola has no end (no market size follows).

    References
    ----------
    Bass, F. M. (1969). A new product growth for model consumer durables. Management Science
    15: 215-227.

    Examples
    --------
    >>> sold = [96, 195, 238, 380, 1045, 1230, 1267, 1828, 1586, 1673, 1800, 1580, 1500]
    >>> found = bass_ols(sold)
    >>> round(found.p, 4), round(found.q, 4), round(found.m)
    (0.017, 0.4049, 17091)
    """
    y = _bass.checked(adoptions, cumulative=cumulative).to_numpy(float)
    found = _bass.regression(y)
    if found is None:
        msg = "adoptions must bend down with those who adopted before, so that a market size follows: use fit_bass"
        raise ValueError(msg)
    return BassRegression(*found)
