"""Staffing: how many agents a promise takes, and how much work comes back unsolved."""

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import overload

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from cemlab import _checks
from cemlab.sim.service_desk.erlang import (
    MOST_AGENTS,
    MOST_RATE,
    check_calls,
    check_rates,
    check_stable,
    erlang_a,
)


@overload
def staff(
    *,
    arrival_rate: float,
    service_rate: float,
    patience_rate: float,
    within: float,
    level: float,
    zero_patience: float = ...,
) -> int: ...


@overload
def staff(
    *,
    arrival_rate: Sequence[float] | NDArray[np.float64],
    service_rate: float,
    patience_rate: float,
    within: float,
    level: float,
    zero_patience: float = ...,
) -> NDArray[np.int64]: ...


def staff(
    *,
    arrival_rate: float | Sequence[float] | NDArray[np.float64],
    service_rate: float,
    patience_rate: float,
    within: float,
    level: float,
    zero_patience: float = 0.0,
) -> int | NDArray[np.int64]:
    """Return the fewest agents who answer at least this share of all callers in time.

    Each of several hours is looked at by itself, as if its rate had lasted for long: who
    still waits from the hour before does not count. That is a good guess where calls are
    short and rates change slowly; let a simulation check it.

    Parameters
    ----------
    arrival_rate : float, or sequence of float of shape (hours,)
        Calls per unit of time; where nobody calls, nobody is needed.
    service_rate, patience_rate, zero_patience
        As in `erlang_a`, in the same unit of time.
    within : float
        The promise: answered within this time.
    level : float
        The share of all callers for whom it is to be kept, above 0 and below 1.

    Returns
    -------
    int, or ndarray of int, shape (hours,)
        One number for one rate, one an hour for several.

    References
    ----------
    L. V. Green, P. J. Kolesar, J. Soares, "Improving the SIPP approach for staffing service
    systems that have cyclic demands", Operations Research 49, 2001.

    Examples
    --------
    >>> hour = {"service_rate": 20.0, "patience_rate": 0.0, "within": 20 / 3600, "level": 0.8}
    >>> staff(arrival_rate=200.0, **hour)
    14
    >>> staff(arrival_rate=[200.0, 100.0, 0.0], **hour).tolist()
    [14, 8, 0]
    """
    calls = check_calls("arrival_rate", arrival_rate)
    check_rates(0.0, service_rate, patience_rate)
    limit = _checks.number("within", within, low=0.0)
    share = _checks.number("level", level)
    if not 0.0 < share < 1.0:
        msg = f"level must be a share above 0 and below 1, got {level!r}"
        raise ValueError(msg)
    _checks.probability("zero_patience", zero_patience)
    if calls.size and calls.max() / service_rate > MOST_AGENTS / 2:
        msg = f"arrival_rate must be at most {MOST_AGENTS // 2} times service_rate, got {calls.max():g} and {service_rate:g}"
        raise ValueError(msg)

    def kept(rate: float, agents: int) -> bool:
        if patience_rate == 0.0 and rate * (1.0 - zero_patience) / service_rate >= agents:
            return False
        desk = erlang_a(rate, service_rate, agents, patience_rate, zero_patience=zero_patience)
        return desk.service_level(within=limit) >= share

    different, place = np.unique(calls, return_inverse=True)
    found = np.zeros(different.size, np.int64)
    for i, rate in enumerate(different.tolist()):
        found[i] = _fewest(partial(kept, rate)) if rate > 0.0 else 0
    return int(found[0]) if np.ndim(arrival_rate) == 0 else found[place]


def square_root_staff(load: float, grade: float) -> int:
    """Return the load plus a reserve of `grade` times its root, rounded up to whole agents.

    A large desk needs less reserve for each call than a small one. Which `grade` gives
    which wait is a matter of patience: a grade of 0 lets about half the callers wait where
    patience lasts as long as a call.

    Parameters
    ----------
    load : float
        Arrival rate x mean service time (erlang).
    grade : float
        Quality of service; below 0 the desk relies on people hanging up.

    References
    ----------
    S. Halfin, W. Whitt, "Heavy-traffic limits for queues with many exponential servers",
    Operations Research 29, 1981.

    Examples
    --------
    >>> square_root_staff(100.0, 0.5)
    105
    """
    work = _checks.number("load", load, low=0.0, high=MOST_RATE)
    reserve = _checks.number("grade", grade, low=-MOST_RATE, high=MOST_RATE) * math.sqrt(work)
    return max(0, math.ceil(round(work + reserve, 9)))


def repeat_contacts(
    arrival_rate: float,
    service_rate: float,
    agents: int,
    patience_rate: float,
    *,
    again: float,
    solve: float = 1.0,
) -> float:
    """Return all contacts per unit of time, where those who failed may contact again.

    A contact fails if the caller hangs up, or is answered but not helped. New and repeated
    contacts together are taken to come at random, as in `erlang_a`; their number is the
    one that brings forth itself.

    Parameters
    ----------
    arrival_rate : float
        First contacts per unit of time.
    service_rate, agents, patience_rate
        As in `erlang_a`.
    again : float
        Chance that a failed contact is followed by another, in [0, 1].
    solve : float
        Chance that an answer solves the matter, in [0, 1].

    Raises
    ------
    ValueError
        If contacts come back faster than they can be solved, or more come than the agents
        can complete and nobody hangs up.

    References
    ----------
    S. Aguir, F. Karaesmen, O. Z. Aksin, F. Chauvet, "The impact of retrials on call center
    performance", OR Spectrum 26, 2004.

    Examples
    --------
    >>> round(repeat_contacts(100.0, 5.0, 20, 20.0, again=0.5, solve=0.8), 1)
    124.0
    """
    calls, service, leaving = check_rates(arrival_rate, service_rate, patience_rate)
    team = _checks.whole("agents", agents, low=0, high=MOST_AGENTS)
    back = _checks.probability("again", again)
    solved = _checks.probability("solve", solve)
    if calls == 0.0:
        return 0.0
    most = team * service * solved
    if back == 1.0 and calls >= most:
        msg = f"arrival_rate must be below agents * service_rate * solve if everybody who failed contacts again, got {calls:g} and {most:g}"
        raise ValueError(msg)
    if leaving == 0.0:
        total = calls / (1.0 - back + back * solved)
        check_stable(total / service, team, "add agents, or give a patience_rate above 0")
        return total

    def surplus(total: float) -> float:
        answered = erlang_a(total, service, team, leaving).answered
        return total * (1.0 - back) - calls + back * solved * total * answered

    if surplus(calls) >= 0.0:
        return calls
    high = calls
    while surplus(high) < 0.0:
        if high == MOST_RATE:
            msg = f"again must let contacts settle below {MOST_RATE:g} per unit of time, got {back:g} with {team} agents: add agents"
            raise ValueError(msg)
        high = min(2.0 * high, MOST_RATE)
    return float(brentq(surplus, calls, high, xtol=1e-300, rtol=1e-14))


def retrial(arrival_rate: float, service_rate: float, retry_rate: float) -> float:
    """Return how many people, on average, are about to call again where one agent has no queue.

    Who finds the agent busy calls again after an exponential time, as often as it takes.

    Parameters
    ----------
    arrival_rate, service_rate
        As in `erlang_a`; first calls only.
    retry_rate : float
        1 / mean time until the next try.

    Raises
    ------
    ValueError
        If more people come than one agent can serve.

    References
    ----------
    G. I. Falin, J. G. C. Templeton, "Retrial queues", Chapman & Hall 1997.

    Examples
    --------
    >>> round(retrial(0.3, 1.0, 0.5), 6)
    0.385714
    """
    calls, service, _ = check_rates(arrival_rate, service_rate, 0.0)
    retry = _checks.number("retry_rate", retry_rate, low=1 / MOST_RATE, high=MOST_RATE)
    load = calls / service
    check_stable(load, 1, "let fewer people call, or serve them faster")
    return load * (calls + load * retry) / (retry * (1.0 - load))


# --- inside ------------------------------------------------------------------------


def _fewest(enough: Callable[[int], bool]) -> int:
    """Return the least whole number from 0 on that is enough; so is every larger one."""
    low, high = -1, 1
    while not enough(high):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high
