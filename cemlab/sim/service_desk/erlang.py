"""Contact centres in the long run: lost calls, waits, hang-ups, priorities.

All rates are per unit of time and all times in that same unit: with calls an hour, waits
come out in hours.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from cemlab import _checks
from cemlab.sim.service_desk._offered_wait import OfferedWait

MOST_AGENTS = 1_000_000
MOST_RATE = 1e9


def erlang_b(load: float, agents: int) -> float:
    """Return the chance that a call is lost where nobody can wait (Erlang B).

    Parameters
    ----------
    load : float
        Arrival rate x mean service time (erlang).
    agents : int
        Agents on duty; without any, every call is lost.

    References
    ----------
    A. K. Erlang, "Solution of some problems in the theory of probabilities of significance
    in automatic telephone exchanges", 1917.

    Examples
    --------
    >>> round(erlang_b(10.0, 10), 6)
    0.214582
    """
    offered = _checks.number("load", load, low=0.0, high=MOST_RATE)
    lost = 1.0
    for busy in range(1, _checks.whole("agents", agents, low=0, high=MOST_AGENTS) + 1):
        lost = offered * lost / (busy + offered * lost)
    return lost


def erlang_c(load: float, agents: int) -> float:
    """Return the chance that a caller must wait where nobody hangs up (Erlang C).

    Parameters
    ----------
    load, agents
        As in `erlang_b`.

    Raises
    ------
    ValueError
        If `load` is not below `agents`: the queue would grow without end.

    Examples
    --------
    >>> round(erlang_c(3.0, 4), 6)
    0.509434
    """
    lost = erlang_b(load, agents)
    check_stable(load, agents, "add agents, or use erlang_a, where people hang up")
    return agents * lost / (agents - load + load * lost)


@dataclass(frozen=True)
class SteadyState:
    """What callers and agents meet in the long run.

    Attributes
    ----------
    abandon, answered : float
        Shares of the callers who hang up, and who are answered.
    wait_all : float
        Mean wait of all callers, however it ends; who leaves at once has waited 0.
    waiting_probability : float
        Chance that a caller finds all agents busy.
    occupancy : float
        Share of the agents' time spent on calls of any class; NaN without agents.
    queue : float
        Mean number of callers who wait.
    """

    abandon: float
    answered: float
    wait_all: float
    waiting_probability: float
    occupancy: float
    queue: float
    _stay: float = field(default=1.0, repr=False)
    _wait: "OfferedWait | None" = field(default=None, repr=False)

    @property
    def wait_served(self) -> float:
        """Mean wait of those who are answered; NaN if nobody is."""
        wait = self._law("wait_served")
        late = wait.mean(lambda t: t * wait.kept(t))
        return _ratio(self.waiting_probability * self._stay * late, self.answered)

    def service_level(self, *, within: float) -> float:
        """Return the share of all callers who are answered within this time.

        Examples
        --------
        >>> base = erlang_a(100.0, 5.0, 20, 20.0)  # an hour
        >>> round(base.service_level(within=20 / 3600), 6)
        0.685469
        """
        limit = _checks.number("within", within, low=0.0)
        wait = self._law("service_level")
        return self._or_at_once(wait.mean(wait.kept, limit))

    def service_level_of_answered(self, *, within: float) -> float:
        """Return the share of those who are answered who are answered within this time.

        It leaves out all who hang up: it may look good where few get through. NaN if
        nobody is answered.
        """
        return _ratio(self.service_level(within=within), self.answered)

    def service_level_of_patient(self, *, within: float) -> float:
        """Return the share answered within this time, leaving out who hangs up within it.

        Who hangs up later counts as not answered in time. NaN if all hang up before.
        """
        good = self.service_level(within=within)
        wait = self._law("service_level_of_patient")
        longer = max(0.0, 1.0 - wait.mean(np.ones_like, within))
        still = wait.mean(wait.kept, within) + longer * math.exp(-wait.patience_rate * within)
        return _ratio(good, self._or_at_once(still))

    def _or_at_once(self, chance: float) -> float:
        busy = self.waiting_probability
        return min(1.0, (1.0 - busy) + busy * self._stay * chance)

    def _law(self, name: str) -> "OfferedWait":
        if self._wait is None:
            msg = f"{name} must be asked of the class served first, got a lower one, of which only means are exact: simulate it"
            raise ValueError(msg)
        return self._wait


def erlang_a(
    arrival_rate: float,
    service_rate: float,
    agents: int,
    patience_rate: float,
    *,
    zero_patience: float = 0.0,
) -> SteadyState:
    """Return the steady state where callers may hang up (Erlang A), first come first served.

    Calls come at random; service times and patience are exponential. The results are exact
    (to twelve digits or so). An arrival rate of 0 gives what a rare caller meets.

    Parameters
    ----------
    arrival_rate : float
        Calls per unit of time.
    service_rate : float
        Calls that one agent completes per unit of time: 1 / mean service time.
    agents : int
        Agents on duty. Without any, everybody hangs up in the end.
    patience_rate : float
        1 / mean patience. With 0 nobody hangs up while waiting, as in `erlang_c`.
    zero_patience : float
        Share of callers who leave at once if they would have to wait.

    Raises
    ------
    ValueError
        If nobody hangs up while waiting and more calls join than the agents can complete.

    References
    ----------
    O. Garnett, A. Mandelbaum, M. Reiman, "Designing a call center with impatient
    customers", Manufacturing & Service Operations Management 4, 2002.

    Examples
    --------
    >>> desk = erlang_a(48.0, 1.0, 50, 0.5)  # a minute
    >>> round(desk.abandon, 6), round(60 * desk.wait_all, 3)
    (0.030912, 3.709)
    """
    calls, service, leaving = check_rates(arrival_rate, service_rate, patience_rate)
    team = _checks.whole("agents", agents, low=0, high=MOST_AGENTS)
    stay = 1.0 - _checks.probability("zero_patience", zero_patience)
    if leaving == 0.0:
        check_stable(calls * stay / service, team, "add agents, or give a patience_rate above 0")
    wait = OfferedWait(calls * stay, team * service, leaving)
    lost = erlang_b(calls / service, team - 1) if team else 1.0
    idle = wait.idle(calls) if team else 0.0
    busy, free = (0.0, 1.0) if math.isinf(idle) else (lost / (lost + idle), idle / (lost + idle))
    waited = busy * stay * wait.mean(wait.spent)
    return SteadyState(
        abandon=busy * (1.0 - stay) + leaving * waited,
        answered=min(1.0, free + busy * stay * wait.mean(wait.kept)),
        wait_all=waited,
        waiting_probability=busy,
        occupancy=busy + free * calls / service * (1.0 - lost) / team if team else math.nan,
        queue=calls * waited,
        _stay=stay,
        _wait=wait,
    )


def erlang_a_priority(
    arrival_rates: Sequence[float], service_rate: float, agents: int, patience_rate: float
) -> tuple[SteadyState, ...]:
    """Return the steady state of each class of callers, those served first in first place.

    A free agent takes the caller of the highest class who has waited longest; a call in
    hand is never broken off. All classes have the same service and patience rates. Means
    are exact; `wait_served` and the service levels are there for the first class only.

    Parameters
    ----------
    arrival_rates : sequence of float, shape (classes,)
        Calls per unit of time of each class, highest priority first, above 0.
    service_rate, agents, patience_rate
        As in `erlang_a`.

    References
    ----------
    A. Cobham, "Priority assignment in waiting line problems", Operations Research 2, 1954,
    for callers who never hang up.

    Examples
    --------
    >>> vip, regular = erlang_a_priority([20.0, 80.0], 5.0, 20, 20.0)  # an hour
    >>> round(vip.abandon, 6), round(regular.abandon, 6)
    (0.070763, 0.129676)
    """
    classes = check_calls("arrival_rates", arrival_rates)
    if not classes.size or classes.min() <= 0.0:
        msg = f"arrival_rates must be above 0, one for each class, got {arrival_rates!r}"
        raise ValueError(msg)
    first = list(accumulate(classes.tolist()))
    whole = erlang_a(first[-1], service_rate, agents, patience_rate)
    busy, before = whole.waiting_probability, 0.0
    found: list[SteadyState] = []
    for calls, upto in zip(classes.tolist(), first, strict=True):
        wait = OfferedWait(upto, agents * float(service_rate), float(patience_rate))
        queue = busy * upto * wait.mean(wait.spent)
        waited = (queue - before) / calls
        state = replace(
            whole,
            abandon=patience_rate * waited,
            answered=1.0 - patience_rate * waited if agents else 0.0,
            wait_all=waited,
            queue=queue - before,
            _wait=None if found else wait,
        )
        found.append(state)
        before = queue
    return tuple(found)


# --- inside ------------------------------------------------------------------------


def check_rates(
    arrival_rate: float, service_rate: float, patience_rate: float
) -> tuple[float, float, float]:
    """Return the three rates as numbers within reason."""
    return (
        _checks.number("arrival_rate", arrival_rate, low=0.0, high=MOST_RATE),
        _checks.number("service_rate", service_rate, low=1 / MOST_RATE, high=MOST_RATE),
        _checks.number("patience_rate", patience_rate, low=0.0, high=MOST_RATE),
    )


def check_calls(name: str, value: object) -> NDArray[np.float64]:
    """Return one rate, or several, as an array of rates within reason, shape (k,)."""
    try:
        listed = list(value)  # type: ignore[call-overload]
    except TypeError:
        listed = [value]
    return np.array([_checks.number(name, rate, low=0.0, high=MOST_RATE) for rate in listed])


def check_stable(load: float, agents: int, way_out: str) -> None:
    """Stop where a queue without hang-ups would grow for ever."""
    if load >= agents:
        msg = f"load must be below agents for a steady state, got {load:g} with {agents} agents: {way_out}"
        raise ValueError(msg)


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole > 0.0 else math.nan
