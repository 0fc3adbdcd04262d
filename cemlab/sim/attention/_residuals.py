"""Residuals of self-exciting attention: gaps between events on the clock of the model."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cemlab.sim.attention import _process
from cemlab.sim.attention._process import Process

Array = NDArray[np.float64]


def residuals(
    times: ArrayLike,
    *,
    background: Any,
    branching: float,
    memory: Any,
    shock: int = 0,
) -> Array:
    """Return the gaps between events on the clock of the model: Exp(1), if it is the right one.

    The clock runs fast where the model expects many events. Simultaneous events have gap 0.

    Parameters
    ----------
    times : array_like of float
        Times of events, at least 0; they need not be sorted.
    background, branching, memory
        As for :func:`hawkes`.
    shock : int
        How many of the events at time 0 came from outside: they excite, but are not explained.

    Returns
    -------
    ndarray of float, shape (events - shock,)

    Raises
    ------
    ValueError
        If a time is negative or missing, or fewer than `shock` events are at time 0.

    References
    ----------
    Y. Ogata, "Statistical models for earthquake occurrences and residual analysis for point
    processes", Journal of the American Statistical Association 83, 1988.

    Examples
    --------
    >>> residuals([1.0, 3.0], background=2, branching=0, memory=1).tolist()
    [2.0, 4.0]
    """
    past = _process.events(times)
    explained = past[_process.given_events(past, shock) :]
    clock = Process.of(background, branching, memory).total(past, explained)
    return np.maximum(np.diff(clock, prepend=0.0), 0.0)


@dataclass(frozen=True)
class ResidualCheck:
    """How far residuals are from Exp(1): see :func:`check_residuals`.

    Attributes
    ----------
    distance : float
        Largest gap between their cumulative shares and those of Exp(1) (Kolmogorov-Smirnov).
    p_value : float
        Chance of at least this distance, were the model true: of `check_residuals` if its
        parameters were not fitted to these events, of a fit's `check` also if they were.
    correlation : float
        Between neighbours, as shares of Exp(1): 0 under the true model, in [-1, 1]; 0 also
        where all are equal or fewer than three.
    correlation_p_value : float
        Chance of a correlation at least so far from 0 (normal approximation; of a fit's
        `check` by replicates).
    n : int
        Number of residuals.
    mean : float
        Their mean; 1 under the true model.
    replicates : int
        How many histories were drawn from the fit and fitted anew for both chances; 0: none.
    """

    distance: float
    p_value: float
    correlation: float
    correlation_p_value: float
    n: int
    mean: float
    replicates: int = 0


def check_residuals(residuals: ArrayLike) -> ResidualCheck:
    """Test whether residuals are independent draws of Exp(1), as under the true model.

    Parameters
    ----------
    residuals : array_like of float
        From :func:`residuals`, in their order; at least one.

    Raises
    ------
    ValueError
        If there are none, or one is negative or missing.

    Notes
    -----
    *Critique.* If parameters were fitted to the same events, the p-value is far too large: the fit
    has used up most of the distance; a fit's own `check` allows for that. With many events every model is found wrong in the end;
    look at the figure (`plots.residual_quantiles`).

    References
    ----------
    E. Brown, R. Barbieri, V. Ventura, R. Kass, L. Frank, "The time-rescaling theorem and its
    application to neural spike train data analysis", Neural Computation 14, 2002.

    Examples
    --------
    >>> found = check_residuals([0.2, 0.7, 1.3, 2.0])
    >>> round(found.distance, 3), found.n
    (0.253, 4)
    """
    from scipy import stats

    gaps = _process.events(residuals, name="residuals", sort=False)
    if not gaps.size:
        msg = "residuals must be at least one, got none"
        raise ValueError(msg)
    test = stats.kstest(gaps, "expon")
    correlation = correlated(gaps)
    chance = 2 * stats.norm.sf(abs(correlation) * np.sqrt(gaps.size - 1))
    return ResidualCheck(
        distance=float(test.statistic),
        p_value=float(test.pvalue),
        correlation=correlation,
        correlation_p_value=float(chance),
        n=gaps.size,
        mean=float(gaps.mean()),
    )


def correlated(gaps: Array) -> float:
    """Return the correlation of neighbours as shares of Exp(1); 0 where there is none to have.

    >>> correlated(np.array([1.0, 1.0, 1.0]))
    0.0
    """
    shares = -np.expm1(-gaps)
    if gaps.size > 2 and np.ptp(shares[1:]) > 0 and np.ptp(shares[:-1]) > 0:
        return float(np.corrcoef(shares[1:], shares[:-1])[0, 1])
    return 0.0
