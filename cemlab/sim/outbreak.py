"""Outbreak in continuous time (SIR): spreaders tell their listeners until they fall silent."""

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cemlab import _checks, _luck
from cemlab.network import Network
from cemlab.run import Run
from cemlab.sim import _outbreak_limits
from cemlab.sim._history import Clock, log, totals
from cemlab.sim._kernels import outbreak as _kernels
from cemlab.sim._outbreak_limits import (
    expected_course,
    final_share,
    final_size,
    transmissibility,
)
from cemlab.sim._spread import MOST_REPLICATES, in_threads, many

__all__ = [
    "expected_course",
    "final_share",
    "final_size",
    "reach",
    "simulate",
    "transmissibility",
    "warm_up",
]

_POINTS = 201
_LONGEST_TAIL = 3.0
_MOST_SLOTS = 65_536
_BYTES_A_PERSON = 80


def simulate(
    network: Network,
    *,
    initial: ArrayLike,
    spread_rate: float,
    recovery_rate: float,
    spread_shape: float = 1.0,
    recovery_shape: float = 1.0,
    start: object = "2009-07-06",
    step: object = "1D",
    rng: Any = None,
    replicate: int = 0,
) -> Run:
    """Spread one story in continuous time: everybody tells, listener by listener, for a while.

    Whoever has the story talks for a time of mean 1 / `recovery_rate`; each listener is told
    after a delay of mean 1 / `spread_rate`, unless the speaker has fallen silent before.
    Delays and durations are drawn by (key, speaker, listener) and (key, person): with the
    same `rng` a higher `spread_rate` or a lower `recovery_rate` can only enlarge the reach,
    and nobody hears later.

    Parameters
    ----------
    network : Network
        Who hears whom; n people.
    initial : array_like of int, shape (k,)
        Who spreads at time 0.
    spread_rate, recovery_rate : float
        Per `step` of time, at least 0.
    spread_shape, recovery_shape : float
        Shapes of the gamma laws of delay and duration: 1 is exponential (the classic SIR),
        ``math.inf`` a fixed time, larger is more regular.
    start : datetime-like
        Date of time 0.
    step : timedelta-like
        The unit of time of the rates.
    rng : int or numpy.random.Generator, optional
        Source of luck: the same integer gives the same history.
    replicate : int
        Which replay of this luck: the one that `reach` with `paired` counts at this place.

    Returns
    -------
    Run
        `series` has `susceptible`, `infectious`, `recovered` and `total` (ever reached)
        people at 201 even times from the first to the last event (but at most three times as
        late as the last hearing); `events` one ``publish``
        row, then one ``share`` row a further person reached, with `heard_from`.

    Raises
    ------
    ValueError
        If a rate is negative, a shape not above 0, or `initial` names nobody of this network.

    See Also
    --------
    final_share, final_size, expected_course : what it comes to on large random networks.

    References
    ----------
    I. Z. Kiss, J. C. Miller, P. L. Simon, "Mathematics of Epidemics on Networks", 2017.

    Examples
    --------
    >>> path = Network.from_edges([(0, 1), (1, 2)])
    >>> simulate(path, initial=[0], spread_rate=1.0, recovery_rate=0.0, rng=1).final("total")
    3.0
    """
    laws = _laws(spread_rate, recovery_rate, spread_shape, recovery_shape)
    first = _checks.people("initial", initial, network.n)
    replay = _checks.whole("replicate", replicate, low=0, high=MOST_REPLICATES)
    clock = Clock.of(start, step)
    n = network.n
    _checks.memory("network", 1.0 * _BYTES_A_PERSON * n, "simulate on a smaller network")
    slots = min(_MOST_SLOTS, 64 * max(1, n // 1024))
    width = 4.0 / (spread_rate + recovery_rate) / slots if spread_rate else 1.0
    key = _luck.key(rng)
    earliest, teller = np.empty((n, 2)).T  # side by side in memory, as they are used together
    who, heard = np.empty(n, np.int32), np.empty(n, np.int32)
    when, until = np.empty(n), np.empty(n)
    ring, busy = np.empty(slots, np.int32), np.empty(slots // 64, np.uint64)
    count = _kernels.course(
        network.start, network.targets, first, *laws, width, key, replay,
        ring, busy, earliest, teller, who, when, until, heard,
    )  # fmt: skip
    who, heard = who[:count].copy(), heard[:count].copy()
    when, until = when[:count].copy(), until[:count].copy()
    grid, values = _counts(n, when, until)
    return Run(
        model="outbreak",
        params={
            "initial": initial,
            "spread_rate": spread_rate,
            "recovery_rate": recovery_rate,
            "spread_shape": spread_shape,
            "recovery_shape": recovery_shape,
            "replicate": replay,
        },
        series=totals(clock, grid, values),
        key=int(key),
        make_events=partial(
            log, network.labels, clock, who, when, heard,
            exposures=network.degrees, source=f"outbreak {key:016x}/{replay}",
        ),
        network=network.fingerprint,
    )  # fmt: skip


def reach(
    network: Network,
    *,
    initial: ArrayLike,
    spread_rate: float,
    recovery_rate: float,
    spread_shape: float = 1.0,
    recovery_shape: float = 1.0,
    runs: int,
    threads: int = 1,
    rng: Any = None,
    paired: bool = False,
) -> NDArray[np.int64]:
    """Return how many people each of many outbreaks reaches, starters included, shape (runs,).

    Who is reached needs no clock, so this is much quicker than as many histories.

    Parameters
    ----------
    network, initial, spread_rate, recovery_rate, spread_shape, recovery_shape, rng
        As in `simulate`.
    runs : int
        Number of replicates.
    threads : int
        Workers; any number gives the same result.
    paired : bool
        True: every link and person has a draw of its own, so that replicate r of two calls with
        the same `rng` is the same luck (and the history of ``simulate(..., replicate=r)``).
        False: faster where `spread_shape` is 1, and alike only in law.

    Examples
    --------
    >>> path = Network.from_edges([(0, 1), (1, 2)])
    >>> reach(path, initial=[0], spread_rate=0.0, recovery_rate=1.0, runs=3).tolist()
    [1, 1, 1]
    """
    laws = _laws(spread_rate, recovery_rate, spread_shape, recovery_shape)
    first = _checks.people("initial", initial, network.n)
    total, workers = many("runs", runs, threads, network, bytes_a_person=5)
    key = _luck.key(rng)
    out = np.zeros(total, np.int64)
    arcs = (network.start, network.targets, first)
    if laws[1] == 1.0 and not paired:
        delay, _, *talk = laws
        common = (*arcs, delay, *talk, key)
        kernel = _kernels.reach_streaming
    else:
        common = (*arcs, *laws, key)
        kernel = _kernels.reach
    in_threads(lambda low, high: kernel(*common, low, high, out), total, workers)
    return out


def warm_up() -> None:
    """Compile this model's kernels."""
    pair = Network.from_edges([(0, 1)])
    simulate(pair, initial=[0], spread_rate=1.0, recovery_rate=1.0, rng=0)
    for paired in (False, True):
        reach(pair, initial=[0], spread_rate=1.0, recovery_rate=1.0, runs=1, rng=0, paired=paired)


# --- inside ------------------------------------------------------------------------


def _laws(
    spread_rate: float, recovery_rate: float, spread_shape: float, recovery_shape: float
) -> tuple[float, float, float, float]:
    """Return mean and shape of the delays, mean and shape of the durations."""
    rates = (
        _checks.number("spread_rate", spread_rate, low=0.0),
        _checks.number("recovery_rate", recovery_rate, low=0.0),
    )
    delay, talk = (1.0 / rate if rate else np.inf for rate in rates)
    shapes = (
        _outbreak_limits.shape("spread_shape", spread_shape),
        _outbreak_limits.shape("recovery_shape", recovery_shape),
    )
    return delay, shapes[0], talk, shapes[1]


def _counts(
    n: int, when: NDArray[np.float64], until: NDArray[np.float64]
) -> tuple[NDArray[np.float64], dict[str, NDArray[np.float64]]]:
    """Return even times to the last event, and how many people were in which state then."""
    told = when.max(initial=0.0)
    last = max(told, until.max(initial=0.0, where=np.isfinite(until)))
    last = min(last, _LONGEST_TAIL * told) if told > 0 else last
    grid = np.linspace(0.0, last, _POINTS) if last > 0 else np.zeros(1)
    total = np.searchsorted(when, grid, side="right").astype(np.float64)
    silent_at = np.bincount(np.searchsorted(grid, until), minlength=grid.size)[: grid.size]
    recovered = np.cumsum(silent_at).astype(np.float64)
    return grid, {
        "susceptible": n - total,
        "infectious": total - recovered,
        "recovered": recovered,
        "total": total,
    }
