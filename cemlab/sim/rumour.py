"""Rumour: those who spread a story stop once they keep meeting people who know it."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cemlab import _checks, _luck
from cemlab.network import MOST_PEOPLE, Network
from cemlab.run import Run
from cemlab.sim import _rumour_limits
from cemlab.sim._history import Clock, log, totals
from cemlab.sim._kernels import rumour as _kernels
from cemlab.sim._rumour_limits import never_hear
from cemlab.sim._spread import MOST_REPLICATES, in_threads

__all__ = ["never_hear", "reach", "simulate", "warm_up"]


def simulate(
    n: int | None = None,
    *,
    network: Network | None = None,
    initial: int | ArrayLike | None = None,
    spread_chance: float = 1.0,
    stifle_chance: float = 1.0,
    forget_rate: float = 0.0,
    start: object = "2009-07-06",
    step: object = "1D",
    rng: Any = None,
    replicate: int = 0,
) -> Run:
    """Tell a rumour in a crowd of `n` people where all meet all, or on a network.

    Each spreader makes contacts at random moments, one a `step` on average: in a crowd
    with anybody else, on a network with one of their listeners. Someone who has not heard
    yet becomes a spreader with `spread_chance`. If the other has heard already, the one who
    told loses interest with `stifle_chance` and stops. Spreaders may also stop by themselves.
    One who is heard by nobody stops at the first attempt. Time runs on, without rounds.

    Parameters
    ----------
    n : int, optional
        People in a crowd; they are numbered in the order in which they hear.
    network : Network, optional
        Who hears whom. Give either `n` or `network`.
    initial : int, or array_like of int, optional
        In a crowd: how many know it first. On a network: a list of people. By default one
        person, number 0.
    spread_chance : float
        Chance that one who has not heard becomes a spreader by a contact, in [0, 1].
    stifle_chance : float
        Chance that a contact with one who has heard makes the speaker stop, in [0, 1].
    forget_rate : float
        How often spreaders stop by themselves (a `step` and spreader, at least 0).
    start : datetime-like
        When the first people know it.
    step : timedelta-like
        Average time between two contacts of a spreader.
    rng : int or numpy.random.Generator, optional
        Source of luck: the same integer gives the same history.
    replicate : int
        Which replay of this luck: the one that `reach` counts at this place.

    Returns
    -------
    Run
        `series` has how many people are `ignorant`, `spreading` and `stopped`, and the
        `total` who ever heard, at up to 201 equally spaced times until the last one
        stops; `events` one ``publish`` row, then one ``share`` row a further spreader (its
        value is the number of listeners; in a crowd it is not known), with the extra column
        `heard_from`.

    Raises
    ------
    ValueError
        If not exactly one of `n` and `network` is given, a chance cannot be, or the story
        could go on for ever.

    See Also
    --------
    reach : how many people, over many runs. never_hear : the share a large crowd leaves out.

    References
    ----------
    D. P. Maki, M. Thompson, "Mathematical Models and Applications", 1973. A. Sudbury,
    "The proportion of the population never hearing a rumour", Journal of Applied
    Probability 22, 1985. M. Nekovee, Y. Moreno, G. Bianconi, M. Marsili, "Theory of
    rumour spreading in complex social networks", Physica A 374, 2007 (forgetting).

    Examples
    --------
    >>> simulate(5000, rng=1).final("spreading")
    0.0
    >>> pair = Network.from_edges([(0, 1)])
    >>> simulate(network=pair, rng=1).final("total")
    2.0
    """
    plan = _Plan.of(n, network, initial, spread_chance, stifle_chance, forget_rate)
    replay = _checks.whole("replicate", replicate, low=0, high=MOST_REPLICATES)
    clock = Clock.of(start, step)
    key = _luck.key(rng)
    who, when, heard, stop = plan.history(key, replay)
    rounds, values = _over_time(plan.n, clock, when, stop)
    return Run(
        model="rumour",
        params={
            "n": n,
            "initial": initial,
            "spread_chance": spread_chance,
            "stifle_chance": stifle_chance,
            "forget_rate": forget_rate,
            "replicate": replay,
        },
        series=totals(clock, rounds, values),
        key=int(key),
        make_events=partial(
            log, range(plan.n) if network is None else network.labels, clock, who, when, heard,
            exposures=None if network is None else network.degrees,
            source=f"rumour {key:016x}/{replay}",
        ),
        network="" if network is None else network.fingerprint,
    )  # fmt: skip


def reach(
    n: int | None = None,
    *,
    network: Network | None = None,
    initial: int | ArrayLike | None = None,
    spread_chance: float = 1.0,
    stifle_chance: float = 1.0,
    forget_rate: float = 0.0,
    runs: int,
    threads: int = 1,
    rng: Any = None,
) -> NDArray[np.int64]:
    """Return how many people ever hear in each of many runs, the first included, shape (runs,).

    Parameters
    ----------
    n, network, initial, spread_chance, stifle_chance, forget_rate, rng
        As in `simulate`.
    runs : int
        Number of replicates; replicate r is the history of ``simulate(..., replicate=r)``.
    threads : int
        Workers; any number gives the same result.

    Raises
    ------
    ValueError
        As in `simulate`, and if so many runs do not fit in memory.

    Examples
    --------
    >>> reach(1000, spread_chance=0.0, forget_rate=1.0, runs=3, rng=1).tolist()
    [1, 1, 1]
    """
    plan = _Plan.of(n, network, initial, spread_chance, stifle_chance, forget_rate)
    total = _checks.whole("runs", runs, low=1)
    workers = min(_checks.whole("threads", threads, low=1), total)
    notes = 0.0 if network is None else float(_NOTES_BYTES) * plan.n * workers
    _checks.memory("runs", 8.0 * total + notes, "ask for fewer runs or threads")
    key = _luck.key(rng)
    out = np.zeros(total, np.int64)
    if network is None:
        args: tuple[Any, ...] = (plan.n, plan.first.size, *plan.chances, key)
        kernel = _kernels.reach_crowd
    else:
        args = (network.start, network.targets, plan.first, *plan.chances, key)
        kernel = _kernels.reach_network
    in_threads(lambda low, high: kernel(*args, low, high, out), total, workers)
    return out


def warm_up() -> None:
    """Compile this model's kernels."""
    pair = Network.from_edges([(0, 1)])
    simulate(2, rng=0)
    simulate(network=pair, rng=0)
    reach(2, runs=1, rng=0)
    reach(network=pair, runs=1, rng=0)


# --- inside ------------------------------------------------------------------------

_NOTES_BYTES = 29
_TIMES = 200
_MOST_CONTACTS = 1e10


@dataclass(frozen=True)
class _Plan:
    """Checked arguments: where, who knows it first, and (spread, stifle, forget)."""

    n: int
    network: Network | None
    first: NDArray[np.int64]
    chances: tuple[float, float, float]

    @classmethod
    def of(
        cls,
        n: int | None,
        network: Network | None,
        initial: int | ArrayLike | None,
        *chances: float,
    ) -> "_Plan":
        if (n is None) == (network is None):
            msg = f"n or network must be given, and only one of them, got n={n!r} and network={network!r}"
            raise ValueError(msg)
        rates = _rumour_limits.chances(*chances)
        if network is None:
            size = _checks.whole("n", n, low=0, high=MOST_PEOPLE)
            count = min(1, size) if initial is None else initial
            know = _checks.whole("initial", count, low=0, high=size)
            _checks.memory("initial", 8.0 * know, "start with fewer people")
            first = np.arange(know)
        else:
            size = network.n
            if initial is not None and np.isscalar(initial):
                msg = f"initial must be a list of people of this network, got {initial!r}"
                raise ValueError(msg)
            known = range(min(1, size)) if initial is None else initial
            first = _checks.people("initial", known, size)
        _can_end(rates, 0 if network is None else size)
        return cls(size, network, first, rates)

    def history(self, key: np.uint64, replicate: int) -> tuple[NDArray[Any], ...]:
        """Return who heard in which order, when, from whom, and when each stopped."""
        name = "n" if self.network is None else "network"
        _checks.memory(name, 3.0 * _NOTES_BYTES * self.n, "ask for fewer people")
        active, who, heard = (np.empty(self.n, np.int32) for _ in range(3))
        when, stop = np.empty(self.n), np.empty(self.n)
        if self.network is None:
            common = self.n, self.first.size, *self.chances, key, replicate
            count = _kernels.crowd(*common, active, when, heard, stop)
            who = np.arange(count, dtype=np.int32)
        else:
            net, seen = self.network, np.empty(self.n, np.uint8)
            count = _kernels.network(
                net.start, net.targets, self.first, *self.chances, key, replicate,
                seen, active, who, when, heard, stop,
            )  # fmt: skip
        return tuple(array[:count].copy() for array in (who, when, heard, stop))


def _can_end(rates: tuple[float, float, float], n: int) -> None:
    """Stop before a run that never ends, or on a network of `n` only after endless contacts."""
    spread, stifle, forget = rates
    if spread + forget == 0:
        msg = "spread_chance or forget_rate must be above 0, for the story to end, got 0 for both"
        raise ValueError(msg)
    name, least = min(
        ("spread_chance", spread), ("stifle_chance", stifle), key=lambda pair: pair[1]
    )
    needed = 2 * n * (max(spread, stifle) + forget) / _MOST_CONTACTS
    if least + forget < needed:
        msg = f"{name} must be at least {needed - forget:.2g} here, for the run to end in good time, got {least}"
        raise ValueError(msg)


def _over_time(
    n: int, clock: Clock, when: NDArray[np.float64], stop: NDArray[np.float64]
) -> tuple[NDArray[np.float64], dict[str, NDArray[np.float64]]]:
    """Return equally spaced times (steps) until the last one stops, and the totals then."""
    last = stop.max(initial=0.0)
    clock.times(np.array([last]))
    microseconds = last * (clock.step / pd.Timedelta(microseconds=1))
    grid = np.linspace(0.0, last, min(_TIMES, int(microseconds / 2)) + 1)
    grid[-1] = last
    heard = np.searchsorted(when, grid, side="right").astype(np.float64)
    stopped = np.searchsorted(np.sort(stop), grid, side="right").astype(np.float64)
    return grid, {
        "ignorant": n - heard,
        "spreading": heard - stopped,
        "stopped": stopped,
        "total": heard,
    }
