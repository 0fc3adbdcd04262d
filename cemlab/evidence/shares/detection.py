"""What a study of one firm can find: power and smallest effects, before any event is looked at."""

import math

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from cemlab import _checks
from cemlab.estimate import Estimate
from cemlab.evidence.shares import _finding

SHARE = "of the price (1 is 100 %)"


def detectable(
    sigma: float,
    days: int,
    *,
    level: float = 0.95,
    power: float | None = None,
    estimation: int | None = None,
    factors: int = 1,
) -> Estimate:
    r"""Return the smallest cumulative abnormal return that a test of one firm can find.

    With known coefficients it is :math:`z \sigma \sqrt{m}` for m days.

    Parameters
    ----------
    sigma : float
        Standard deviation of a day's return beyond what the market explains, above 0; a fraction
        (0.03 is 3 %).
    days : int
        Length of the event window in trading days.
    level : float
        Confidence, 0.95 for a two-sided test at 5 %.
    power : float, optional
        Return the true effect that is found with this chance, above 1 - level and below 1. None:
        the smallest value that would be called significant (which a true effect of that size
        reaches only half of the time).
    estimation : int, optional
        Days of the estimation window: adds the error of the mean return (factors are taken to be
        at their mean in the window) and uses t. None: as if it were endless.
    factors : int
        Factors of the market model; counts only with `estimation`.

    Returns
    -------
    Estimate
        A fraction of the price, without an interval, as it follows from assumptions.

    Raises
    ------
    ValueError
        If a number is out of its range.

    Notes
    -----
    *Critique.* Days are taken to be independent and normal with one variance. If the variance
    rises with the event, as it does, less is found. sigma itself is an assumption until it is
    estimated. Power worked out from the effect that was observed says nothing new beyond p [1]_.

    References
    ----------
    .. [1] J. Hoenig, D. Heisey, "The abuse of power: the pervasive fallacy of power calculations
       for data analysis", The American Statistician 55, 2001.

    Examples
    --------
    >>> f"{detectable(0.07, 4):.3f} {detectable(0.03, 4):.3f}"
    '0.274 0.118'
    """
    level, error, df = _setting(sigma, days, level, estimation, factors)
    if power is None:
        size, told = _finding.critical(level, df), "smallest significant"
    else:
        asked = _checks.probability("power", power)
        if not 1 - level < asked < 1:
            msg = f"power must be above {1 - level:g} and below 1, got {power!r}"
            raise ValueError(msg)
        size, told = _finding.needed(asked, level, df), f"found with chance {asked:g}"
    law = "normal law" if math.isinf(df) else f"t with {df:g} degrees of freedom"
    return Estimate(size * error, level=level, unit=SHARE, method=f"{told}, {law}, no interval",
                    parts={"se": error})  # fmt: skip


def power(
    sigma: float,
    days: int,
    effect: float,
    *,
    level: float = 0.95,
    estimation: int | None = None,
    factors: int = 1,
) -> Estimate:
    """Return the chance that a test of one firm finds a true effect of a given size.

    Parameters
    ----------
    effect : float
        True cumulative abnormal return of the window, a fraction (-0.1 is a fall of 10 %).
    sigma, days, level, estimation, factors
        As for :func:`detectable`.

    Returns
    -------
    Estimate
        A share of 1, without an interval; with no effect it is the size of the test.

    Notes
    -----
    *Critique.* As for :func:`detectable`. A low power cuts both ways: no effect found is no
    proof of none, and an effect that is found is likely to be overstated [1]_.

    References
    ----------
    .. [1] A. Gelman, J. Carlin, "Beyond power calculations: assessing type S (sign) and type M
       (magnitude) errors", Perspectives on Psychological Science 9, 2014.

    Examples
    --------
    A fall of 10 % in four days, at a daily 7 %: hardly more than the 5 % of false alarms.

    >>> f"{power(0.07, 4, -0.1):.3f} {power(0.07, 4, 0.0):.3f}"
    '0.110 0.050'
    """
    level, error, df = _setting(sigma, days, level, estimation, factors)
    size = _checks.number("effect", effect)
    found = float(_finding.chance(size / error, level, df))
    law = "normal law" if math.isinf(df) else f"noncentral t with {df:g} degrees of freedom"
    return Estimate(found, level=level, unit="share of 1", method=f"{law}, no interval",
                    parts={"se": error})  # fmt: skip


def power_curve(
    sigmas: ArrayLike,
    days: int,
    *,
    effects: ArrayLike | None = None,
    level: float = 0.95,
    estimation: int | None = None,
    factors: int = 1,
) -> pd.DataFrame:
    """Return the chance of finding effects of many sizes, for one or more daily deviations.

    Parameters
    ----------
    sigmas : array_like of float
        One or more daily standard deviations.
    effects : array_like of float, optional
        Sizes of falls or rises, fractions; None: 0 to 40 % in steps of half a per cent.
    days, level, estimation, factors
        As for :func:`detectable`.

    Returns
    -------
    DataFrame
        One row a deviation and effect: `sigma`, `effect`, `power`, and `detectable` (smallest
        significant); `se` (standard error of the effect) and `df` (infinite for the normal law);
        `days` and `level` as given.

    Notes
    -----
    *Critique.* As for :func:`detectable`.

    Examples
    --------
    >>> power_curve([0.03], 4, effects=[0, 0.1]).round(3)["power"].tolist()
    [0.05, 0.385]
    """
    grid = np.linspace(0.0, 0.4, 81) if effects is None else _numbers("effects", effects)
    parts = []
    for sigma in _numbers("sigmas", sigmas).tolist():
        confident, error, df = _setting(sigma, days, level, estimation, factors)
        found = _finding.chance(grid / error, confident, df)
        least = _finding.critical(confident, df) * error
        columns = {"sigma": sigma, "effect": grid, "power": found, "detectable": least}
        columns |= {"se": error, "df": df}
        parts.append(pd.DataFrame(columns | {"days": days, "level": confident}))
    return pd.concat(parts, ignore_index=True)


# --- inside ------------------------------------------------------------------------


def _setting(
    sigma: float, days: int, level: float, estimation: int | None, factors: int
) -> tuple[float, float, float]:
    """Return level, standard error of the CAR and degrees of freedom."""
    level = _finding.confidence(level)
    spread = _checks.number("sigma", sigma, low=0)
    if spread == 0:
        msg = f"sigma must be above 0, got {sigma!r}"
        raise ValueError(msg)
    length = _checks.whole("days", days, low=1)
    if estimation is None:
        return level, spread * math.sqrt(length), math.inf
    used = _checks.whole("factors", factors, low=0) + 1
    before = _checks.whole("estimation", estimation, low=used + 2)
    return level, spread * math.sqrt(length + length**2 / before), float(before - used)


def _numbers(name: str, values: ArrayLike) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    found = np.atleast_1d(np.asarray(values, np.float64))
    if found.ndim != 1 or not found.size or not np.isfinite(found).all():
        msg = f"{name} must be one list of finite numbers, got {values!r}"
        raise ValueError(msg)
    return found
