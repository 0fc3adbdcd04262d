"""What an outbreak comes to on large random networks: formulas beside the simulation."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.integrate import solve_ivp
from scipy.optimize import brentq
from scipy.special import betainc, gammainc, gammaincc, lambertw

from cemlab import _checks


def transmissibility(
    *,
    spread_rate: float,
    recovery_rate: float,
    spread_shape: float = 1.0,
    recovery_shape: float = 1.0,
) -> float:
    """Return the chance that a spreader tells one given listener before falling silent.

    Rates and shapes are those of `simulate`; for the exponential laws it is
    spread_rate / (spread_rate + recovery_rate).

    Examples
    --------
    >>> round(transmissibility(spread_rate=0.6, recovery_rate=1.0), 6)
    0.375
    """
    spread, recovery = (
        _checks.number(name, rate, low=0.0)
        for name, rate in (("spread_rate", spread_rate), ("recovery_rate", recovery_rate))
    )
    a, b = shape("spread_shape", spread_shape), shape("recovery_shape", recovery_shape)
    if spread == 0.0:
        return 0.0
    if recovery == 0.0:
        return 1.0
    if np.isinf(a) and np.isinf(b):
        return float(spread >= recovery)
    if np.isinf(b):
        return float(gammainc(a, a * spread / recovery))
    if np.isinf(a):
        return float(gammaincc(b, b * recovery / spread))
    return float(betainc(a, b, a * spread / (a * spread + b * recovery)))


def final_size(r0: float) -> float:
    """Return the share a large outbreak reaches in a crowd where anybody can meet anybody.

    It solves z = 1 - exp(-r0 z): z = 1 + W(-r0 exp(-r0)) / r0 with Lambert's W. At or below
    r0 = 1 it is 0.

    Parameters
    ----------
    r0 : float
        People whom one spreader convinces in a crowd that has not heard yet.

    References
    ----------
    W. O. Kermack, A. G. McKendrick, "A contribution to the mathematical theory of
    epidemics", Proc. R. Soc. A 115, 1927.

    Examples
    --------
    >>> round(final_size(2.0), 5)
    0.79681
    """
    r = _checks.number("r0", r0, low=0.0)
    if r <= 1.0:
        return 0.0
    return float(1.0 + lambertw(-r * np.exp(-r)).real / r)


def final_share(
    degrees: ArrayLike, *, transmissibility: float, weights: ArrayLike | None = None
) -> float:
    """Return the share of people a large outbreak reaches on a random network of these degrees.

    With u the chance that a tie does not bring the story, u = 1 - T + T G1(u), and the
    share is 1 - G0(u); it is 0 where no large outbreak is possible (T at most
    <k> / (<k^2> - <k>)). Exact for large networks without communities and few starters; it
    says how far a large outbreak goes, not how often there is one.

    Parameters
    ----------
    degrees : array_like of int, shape (k,)
        Ties of each person, or the different numbers of ties if `weights` are given.
    transmissibility : float
        Chance T that one tie passes the story on, in [0, 1].
    weights : array_like of float, shape (k,), optional
        How common each of `degrees` is.

    References
    ----------
    M. E. J. Newman, "Spread of epidemic disease on networks", Phys. Rev. E 66, 2002.

    Examples
    --------
    >>> round(final_share([1, 3], transmissibility=1.0, weights=[0.2, 0.8]), 4)
    0.9829
    """
    chance = _checks.probability("transmissibility", transmissibility)
    k, share = _law(degrees, weights)
    mean = float(share @ k)
    if mean == 0.0:
        return 0.0

    def missed(u: float) -> float:
        return float(1.0 - chance + chance * (share * k) @ u ** np.maximum(k - 1, 0.0) / mean - u)

    if chance * float(share @ (k * (k - 1.0))) <= mean:
        return 0.0
    step = 0.5
    while missed(1.0 - step) >= 0.0 and step > 1e-15:
        if missed(0.0) == 0.0:
            return float(1.0 - share[k == 0].sum())
        step /= 2.0
    if step <= 1e-15:
        return 0.0
    u = brentq(missed, 0.0, 1.0 - step, xtol=1e-15)
    return float(1.0 - share @ u**k)


def expected_course(
    degrees: ArrayLike,
    *,
    spread_rate: float,
    recovery_rate: float,
    initial_share: float,
    until: float,
    points: int = 201,
    weights: ArrayLike | None = None,
) -> pd.DataFrame:
    """Return the mean course of a large outbreak with exponential laws, from three equations.

    The edge-based compartmental model: its cost depends on how many different degrees there
    are, not on the population, so it reaches where no simulation can.

    Parameters
    ----------
    degrees, weights
        As in `final_share`.
    spread_rate, recovery_rate : float
        As in `simulate` (per unit of time).
    initial_share : float
        Share of people who spread at time 0, in [0, 1].
    until : float
        Last time (units of time, above 0).
    points : int
        Times from 0 to `until`, evenly spaced.

    Returns
    -------
    DataFrame
        By `time`: `susceptible`, `infectious`, `recovered` (shares of all people).

    References
    ----------
    J. C. Miller, A. C. Slim, E. M. Volz, "Edge-based compartmental modelling for infectious
    disease spread", J. R. Soc. Interface 9, 2012.

    Examples
    --------
    >>> course = expected_course(
    ...     [4], spread_rate=1.0, recovery_rate=1.0, initial_share=0.01, until=30.0
    ... )
    >>> course.iloc[-1].round(3).tolist()
    [0.142, 0.0, 0.858]
    """
    spread = _checks.number("spread_rate", spread_rate, low=0.0)
    recovery = _checks.number("recovery_rate", recovery_rate, low=0.0)
    began = _checks.probability("initial_share", initial_share)
    last = _checks.number("until", until, low=1e-12)
    times = np.linspace(0.0, last, _checks.whole("points", points, low=2, high=1_000_000))
    k, share = _law(degrees, weights)
    mean = float(share @ k)

    def never(theta: float) -> float:
        return float((1.0 - began) * share @ theta**k)

    def change(_: float, state: NDArray[np.float64]) -> list[float]:
        theta, recovered = float(state[0]), float(state[1])
        along = (1.0 - began) * float(share * k @ theta ** np.maximum(k - 1, 0.0))
        quiet = along / mean if mean else 0.0
        silent = -spread * theta + spread * quiet + recovery * (1.0 - theta)
        return [silent, recovery * (1.0 - never(theta) - recovered)]

    found = solve_ivp(change, (0.0, last), [1.0, 0.0], "LSODA", times, rtol=1e-9, atol=1e-12)
    theta, recovered = found.y
    susceptible = np.array([never(value) for value in theta])
    parts = {
        "susceptible": susceptible,
        "infectious": 1.0 - susceptible - recovered,
        "recovered": recovered,
    }
    return pd.DataFrame(parts, index=pd.Index(times, name="time"))


def shape(name: str, value: object) -> float:
    """Return the shape of a gamma law: from 0.01 on; infinity is a fixed time."""
    if isinstance(value, float | np.floating) and np.isposinf(value):
        return float(value)
    try:
        return _checks.number(name, value, low=0.01, high=1e9)
    except ValueError:
        msg = f"{name} must be a number from 0.01 on, or math.inf for a fixed time, got {value!r}"
        raise ValueError(msg) from None


def _law(
    degrees: ArrayLike, weights: ArrayLike | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the different degrees and how common each is (adding up to 1)."""
    k = np.atleast_1d(np.asarray(degrees))
    if k.ndim != 1 or k.size == 0 or k.dtype.kind not in "iu" or k.min() < 0:
        msg = f"degrees must be whole numbers of at least 0, shape (k,), got {degrees!r}"
        raise ValueError(msg)
    if weights is None:
        found, count = np.unique(k, return_counts=True)
        return found.astype(np.float64), count / k.size
    share = np.asarray(weights, np.float64)
    if share.shape != k.shape or not (share >= 0).all() or not 0 < share.sum() < np.inf:
        msg = f"weights must be one number of at least 0 for each of {k.size} degrees, not all 0, got {weights!r}"
        raise ValueError(msg)
    return k.astype(np.float64), share / share.sum()
