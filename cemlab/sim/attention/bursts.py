"""Self-exciting attention: events that bring further events (the Hawkes process)."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cemlab import _luck
from cemlab.sim.attention import _process
from cemlab.sim.attention._plan import LIMIT, Plan
from cemlab.sim.attention._process import Process

Array = NDArray[np.float64]


def hawkes(
    *,
    background: Any,
    branching: float,
    memory: Any,
    horizon: float,
    shock: int = 0,
    outside: ArrayLike | None = None,
    limit: int = LIMIT,
    rng: Any = None,
) -> Array:
    r"""Draw the times of events of which each brings further events (a Hawkes process).

    Events come from outside at the rate `background`. Each event, wherever it came from, is
    followed by a Poisson number of others, `branching` on average, each after a time drawn from
    `memory`. So the rate at time t is :math:`\mu(t) + n \sum_{t_i < t} \varphi(t - t_i)`.

    Parameters
    ----------
    background : float, or table of steps
        Events from outside a unit of time, at least 0: always the same, or from each time on
        (a DataFrame with `time` and `rate`, a mapping or Series of time to rate, or pairs; the
        first time is 0). See :func:`repeated` for rhythms.
    branching : float
        Events that follow one event directly, on average. Below 1 attention dies out by itself;
        from 1 on only the horizon ends it.
    memory : exponential(mean), power_law(theta, cutoff), float or str
        When they follow. A number is the mean of an exponential memory; "exponential" has mean
        1, "power law" has theta .4 and cutoff 1 (units of time).
    horizon : float
        How long to watch (unit of time), above 0.
    shock : int
        Further outside events, all at time 0.
    outside : array_like of float, optional
        Further outside events at these times, at least 0 and below the horizon.
    limit : int
        Stop with an error when there are more events than this.
    rng : int or numpy.random.Generator, optional
        Source of luck: the same integer gives the same times, and with a larger `branching`
        each event keeps the follow-ups that it had.

    Returns
    -------
    ndarray of float, shape (events,)
        Times in [0, horizon), ascending; the shock and the given outside events are among them.

    Raises
    ------
    ValueError
        If an argument breaks its rule, or there are more than `limit` events.

    See Also
    --------
    simulate : the same as an event log. expected_count, expected_rate : what theory says.
    fit_hawkes : the way back, from times to parameters.

    Notes
    -----
    Exact: families are drawn generation by generation, without steps of time.

    *Critique.* All events are alike: a star's post brings no more than a stranger's, and the
    audience is never used up. Branching stays the same all the time. A large `branching` in
    real data may be a background that changes (Filimonov & Sornette, "Apparent criticality and
    calibration issues in the Hawkes self-excited point process model", Quantitative Finance 15,
    2015).

    References
    ----------
    .. [1] A. G. Hawkes, "Spectra of some self-exciting and mutually exciting point processes",
       Biometrika 58, 1971.
    .. [2] A. G. Hawkes, D. Oakes, "A cluster process representation of a self-exciting process",
       Journal of Applied Probability 11, 1974.

    Examples
    --------
    >>> times = hawkes(background=1, branching=0.5, memory=1, horizon=1000, rng=1)
    >>> 1700 < times.size < 2300  # theory: 2 an hour, give or take
    True
    """
    plan = Plan.of(background, branching, memory, horizon, shock, outside, limit)
    times, _ = plan.history(_luck.key(rng), 0)
    return np.sort(times)


def intensity(
    times: ArrayLike,
    at: ArrayLike,
    *,
    background: Any,
    branching: float,
    memory: Any,
) -> Array:
    """Return the rate of events at given moments, as the past makes it (events a unit of time).

    Parameters
    ----------
    times : array_like of float
        Times of events, at least 0; they need not be sorted.
    at : array_like of float
        Moments, at least 0. An event at the moment itself does not count yet.
    background, branching, memory
        As for :func:`hawkes`.

    Notes
    -----
    With more than a million pairs of an event and a moment, a power law is taken as a sum of
    exponentials, with a relative error below 1e-9.

    Examples
    --------
    >>> intensity([0.0], [0.0, 1.0], background=2, branching=0.5, memory=1).round(4).tolist()
    [2.0, 2.1839]
    """
    past = _process.events(times)
    moments = _process.events(at, name="at", sort=False)
    order = np.argsort(moments, kind="stable")
    found = np.empty(moments.size)
    found[order] = Process.of(background, branching, memory).rate(past, moments[order])
    return found


def compensator(
    times: ArrayLike,
    at: ArrayLike,
    *,
    background: Any,
    branching: float,
    memory: Any,
) -> Array:
    """Return the rate added up from 0 to given moments: how many events were to be expected.

    Parameters as for :func:`intensity`.

    Examples
    --------
    >>> compensator([0.0], [1.0], background=2, branching=0.5, memory=1).round(4).tolist()
    [2.3161]
    """
    past = _process.events(times)
    moments = _process.events(at, name="at", sort=False)
    order = np.argsort(moments, kind="stable")
    found = np.empty(moments.size)
    found[order] = Process.of(background, branching, memory).total(past, moments[order])
    return found
