"""How likely given times are under self-exciting attention, and the slope of that."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cemlab import _checks
from cemlab.sim._kernels import attention as _kernels
from cemlab.sim.attention import _background, _process, _terms
from cemlab.sim.attention._background import Steps
from cemlab.sim.attention._process import Process
from cemlab.sim.attention.memory import Exponential, Memory, PowerLaw

Array = NDArray[np.float64]

_LEAST = 1e-300


def log_likelihood(
    times: ArrayLike,
    *,
    background: Any,
    branching: float,
    memory: Any,
    horizon: float,
    shock: int = 0,
) -> float:
    r"""Return the log-likelihood of event times under a Hawkes process; larger is better.

    It is :math:`\sum_i \log \lambda(t_i) - \int_0^T \lambda(t)\,dt`, where the rate counts only
    events strictly before: simultaneous events do not excite each other.

    Parameters
    ----------
    times : array_like of float
        Times of all events in [0, horizon]; they need not be sorted. None at all is allowed.
    background, branching, memory
        As for :func:`hawkes`.
    horizon : float
        How long was watched, above 0 (unit of time).
    shock : int
        How many of the events at time 0 came from outside: they excite, but are not explained.

    Returns
    -------
    float
        -inf where an event cannot be explained: no background, and nothing before it.

    Raises
    ------
    ValueError
        If a time is missing or outside [0, horizon], or an argument breaks its rule.

    Notes
    -----
    Exponential: exact, in time proportional to the events. Power law: exact up to a thousand
    events (a million pairs); with more the memory is a sum of exponentials with a relative
    error below 1e-9 at every time, so that the result is off by less than 1e-9 an event.

    *Critique.* The past is taken to be empty before time 0. If attention was already running,
    its follow-ups are taken for background: begin at the post, or well after the start.

    References
    ----------
    Y. Ogata, "The asymptotic behaviour of maximum likelihood estimators for stationary point
    processes", Annals of the Institute of Statistical Mathematics 30, 1978. T. Ozaki, "Maximum
    likelihood estimation of Hawkes' self-exciting point processes", the same 31, 1979.

    Examples
    --------
    Without branching it is Poisson's: 2 log 3 - 3 * 4.

    >>> round(log_likelihood([1, 2], background=3, branching=0, memory=1, horizon=4), 4)
    -9.8028
    """
    end = _process.end(horizon)
    past = _process.events(times, end)
    explained = past[_process.given_events(past, shock) :]
    process = Process.of(background, branching, memory)
    rate = process.rate(past, explained)
    if (rate <= 0).any():
        return -np.inf
    followers = float(process.memory.cumulative(end - past).sum())
    outside = float(process.steps.until(np.array([end]))[0])
    return float(np.log(rate).sum()) - outside - process.branching * followers


@dataclass(frozen=True)
class Events:
    """Times to fit, with what is known of the background.

    The rate from outside at explained event i is level[span[i]] * worth[i], and its integral
    over a span is level * whole, of which `before` is due until event i in its span. With
    `known`, the levels are 1 and not fitted.
    """

    times: Array
    explained: Array
    horizon: float
    steps: Steps
    free: bool
    known: bool
    span: NDArray[np.int64]
    worth: Array
    whole: Array
    before: Array

    @classmethod
    def of(
        cls, times: ArrayLike, horizon: float, shock: int, background: Any, shape: Any, changes: Any
    ) -> "Events":
        """Check what a caller gave."""
        end = _process.end(horizon)
        past = _process.events(times, end)
        first = _process.given_events(past, shock)
        given = [
            name
            for name, value in (("background", background), ("shape", shape), ("changes", changes))
            if value is not None
        ]
        if len(given) > 1:
            msg = f"background, shape and changes must be given one at a time, got {' and '.join(given)}"
            raise ValueError(msg)
        if changes is not None:
            edges = np.unique(np.append(0.0, _process.events(changes, end, name="changes")))
            edges = edges[edges < end]
            steps = Steps(edges, np.ones(edges.size))
            return cls.at(past, first, end, steps, free=True)
        name = "background" if shape is None else "shape"
        steps = _background.read(1.0 if not given else background if shape is None else shape, name)
        if shape is not None and steps.until(np.array([end]))[0] == 0:
            msg = "shape must have a rate above 0 before the horizon, got 0 throughout"
            raise ValueError(msg)
        return cls.at(past, first, end, steps, known=background is not None)

    @classmethod
    def at(
        cls, times: Array, shock: int, horizon: float, steps: Steps, *,
        free: bool = False, known: bool = False,
    ) -> "Events":  # fmt: skip
        """Place ascending times in the steps of an outside; `free`: each step has its level."""
        explained = times[shock:]
        common = times, explained, horizon, steps, free, known
        if free:
            span = np.searchsorted(steps.edges, explained, side="right") - 1
            whole = np.diff(np.append(steps.edges, horizon))
            before = explained - steps.edges[span]
            return cls(*common, span, np.ones(span.size), whole, before)
        whole = steps.until(np.array([horizon]))
        worth, before = steps.at(explained), steps.until(explained)
        return cls(*common, np.zeros(explained.size, np.int64), worth, whole, before)

    @property
    def shock(self) -> int:
        """How many events at time 0 are not explained."""
        return self.times.size - self.explained.size

    @property
    def steady(self) -> bool:
        """Whether the outside is one level that is fitted and never changes."""
        return self.levels == 1 and not bool(np.ptp(self.steps.rates) > 0)

    def outside(self, place: Array) -> Steps:
        """Return the background for these logs of the parameters."""
        level = np.exp(place[: self.levels]) if self.levels else np.ones(1)
        return Steps(self.steps.edges, self.steps.rates * level)

    @property
    def levels(self) -> int:
        """Number of background levels to fit."""
        return 0 if self.known else self.whole.size

    def outside_until(self, level: Array) -> Array:
        """Return the background added up from 0 to each explained event, for these levels."""
        earlier = np.append(0.0, np.cumsum(level * self.whole)[:-1])
        return np.asarray(earlier[self.span] + level[self.span] * self.before)

    def poisson(self) -> tuple[Array, float]:
        """Return the likeliest levels without excitement, and their log-likelihood."""
        count = np.bincount(self.span, minlength=self.whole.size).astype(np.float64)
        level = np.ones(1) if self.known else count / self.whole
        rate = level[self.span] * self.worth
        if (rate <= 0).any():
            return level, -np.inf
        return level, float(np.log(rate).sum() - level @ self.whole)


def memory_at(kind: str, logs: Array) -> Memory:
    """Return the memory with these logarithms of its parameters."""
    values = [float(value) for value in np.exp(logs)]
    return Exponential(*values) if kind == "exponential" else PowerLaw(*values)


def score(events: Events, kind: str, place: Array) -> tuple[float, Array]:
    """Return the log-likelihood and its slope in the logs of levels, branching and memory."""
    levels = events.levels
    level = np.ones(1) if events.known else np.exp(place[:levels])
    branching = float(np.exp(place[levels]))
    memory = memory_at(kind, place[levels + 1 :])
    outside = level[events.span] * events.worth
    weights, rates = _terms.terms(memory, events.horizon)
    rows = _terms.slopes(memory, weights, rates)
    out = np.empty((len(rows) + 1, events.explained.size))
    _kernels.excited(events.times, events.explained, rows, rates, out)
    excited = out[0]
    rate = np.maximum(outside + branching * excited, _LEAST)
    since = events.horizon - events.times
    if isinstance(memory, Exponential):
        left = np.exp(-since / memory.mean)
        in_memory = [out[1] / memory.mean - excited]
        in_total = [-float((since / memory.mean * left).sum())]
    else:
        ratio = memory.cutoff / (since + memory.cutoff)
        left = ratio**memory.theta
        in_memory = [out[1], out[2]]
        in_total = [
            -memory.theta * float((left * np.log(ratio)).sum()),
            -memory.theta * float((left * (1 - ratio)).sum()),
        ]
    followers = float((1 - left).sum())
    total = float(np.log(rate).sum() - level @ events.whole) - branching * followers
    slope = np.empty(place.size)
    if levels:
        parts = np.bincount(events.span, outside / rate, minlength=levels)
        slope[:levels] = parts - level * events.whole
    slope[levels] = branching * (float((excited / rate).sum()) - followers)
    for i, (one, whole) in enumerate(zip(in_memory, in_total, strict=True)):
        slope[levels + 1 + i] = branching * (float((one / rate).sum()) - whole)
    return total, slope


def level_of(level: object) -> float:
    """Return a confidence level above 0 and below 1."""
    found = _checks.probability("level", level)
    if found in (0.0, 1.0):
        msg = f"level must be above 0 and below 1, got {level!r}"
        raise ValueError(msg)
    return found
