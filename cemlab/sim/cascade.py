"""Independent cascade: each new sharer gets one try at each person who hears them."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cemlab import _checks, _luck
from cemlab.network import Network
from cemlab.run import Run
from cemlab.sim import _kernels

Initial = ArrayLike | Mapping[int, ArrayLike]
Chance = ArrayLike | Mapping[int, float]


def simulate(
    network: Network,
    *,
    initial: Initial,
    p: Chance,
    start: object = "2009-07-06",
    step: object = "1D",
    rng: Any = None,
) -> Run:
    """Spread one story over a network, round by round.

    Whoever joins in round t tells each listener once; a listener who has not joined
    yet does so in round t + 1 with probability `p`. Links are drawn by (key, speaker,
    listener): with the same `rng`, a lower `p` can only shrink the reach (for a `p`
    by rounds: as long as it does not rise from round to round).

    Parameters
    ----------
    network : Network
        Who hears whom; n people.
    initial : array_like of int, or mapping of round to array_like of int
        Who starts in round 0, or who joins unasked in which round.
    p : float, array_like of shape (arcs,), or mapping of round to float
        Chance that one telling convinces: the same everywhere, one an arc in the order
        of ``network.targets``, or from each named round on (before the first: 0).
    start : datetime-like
        Date of round 0.
    step : timedelta-like
        Time from one round to the next.
    rng : int or numpy.random.Generator, optional
        Source of luck: the same integer gives the same history.

    Returns
    -------
    Run
        `series` has `new` and `total` sharers and `exposures` (all tellings so far) a
        round; `events` one ``publish`` row, then one ``share`` row a further sharer.

    Raises
    ------
    ValueError
        If `p` is no probability, or `initial` names nobody of this network.

    See Also
    --------
    reach : how many people, over many runs. expected_on_tree : the exact mean.

    References
    ----------
    D. Kempe, J. Kleinberg, E. Tardos, "Maximizing the spread of influence through a
    social network", KDD 2003.

    Examples
    --------
    >>> path = Network.from_edges([(0, 1), (1, 2)])
    >>> simulate(path, initial=[0], p=1.0, rng=1).final("total")
    3.0
    """
    plan = Plan.of(network, initial=initial, p=p)
    key = _luck.key(rng)
    return history(network, plan, key, start=start, step=step, params={"initial": initial, "p": p})


def reach(
    network: Network,
    *,
    initial: Initial,
    p: Chance,
    runs: int,
    threads: int = 1,
    rng: Any = None,
    paired: bool = False,
) -> NDArray[np.int64]:
    """Return how many people each of many runs reaches, starters included, shape (runs,).

    Parameters
    ----------
    network, initial, p, rng
        As in `simulate`.
    runs : int
        Number of replicates.
    threads : int
        Workers; any number gives the same result.
    paired : bool
        True: every link has its own draw, so that replicate r of two calls with the same
        `rng` is the same luck (and replicate 0 is `simulate`'s history). False: faster
        where `p` is one number, and alike only in law.

    Examples
    --------
    >>> path = Network.from_edges([(0, 1), (1, 2)])
    >>> reach(path, initial=[0], p=0.0, runs=3).tolist()
    [1, 1, 1]
    """
    plan = Plan.of(network, initial=initial, p=p)
    total = _checks.whole("runs", runs, low=1)
    workers = _checks.whole("threads", threads, low=1)
    key = _luck.key(rng)
    if plan.chance.size == plan.factor.size == 1 and not paired:
        return _reach_skipping(network, plan, key, total, workers)
    return reach_paired(network, plan, key, total, workers)


def expected_on_tree(network: Network, *, initial: int, p: Chance) -> float:
    """Return the exact mean reach from one starter, where only one way leads to anybody.

    The mean is the sum, over all people, of the product of `p` along their way.

    Raises
    ------
    ValueError
        If two ways lead to one person: then there is no such short formula.

    Examples
    --------
    >>> path = Network.from_edges([(0, 1), (1, 2), (2, 3), (3, 4)])
    >>> expected_on_tree(path, initial=0, p=0.5)
    1.9375
    """
    plan = Plan.of(network, initial=[initial], p=p)
    chance = np.broadcast_to(plan.chance, network.targets.shape)
    parent = {initial: -1}
    frontier = [(initial, 1.0)]
    mean, depth = 1.0, 0
    while frontier:
        depth += 1
        factor = plan.factor[min(depth, plan.factor.size - 1)]
        heard = []
        for u, sure in frontier:
            for k in range(network.start[u], network.start[u + 1]):
                v = int(network.targets[k])
                if v == parent[u]:
                    continue
                if v in parent:
                    msg = f"network must be a tree seen from person {initial}, but two ways lead to {v}"
                    raise ValueError(msg)
                parent[v] = u
                heard.append((v, sure * float(chance[k]) * float(factor)))
        mean += sum(sure for _, sure in heard)
        frontier = heard
    return mean


def warm_up() -> None:
    """Compile this model's kernels."""
    pair = Network.from_edges([(0, 1)])
    simulate(Network.preferential(4, 1, rng=0), initial=[0], p=0.5, rng=0)
    for paired in (False, True):
        reach(pair, initial=[0], p=0.5, runs=1, rng=0, paired=paired)


# --- inside ------------------------------------------------------------------------


@dataclass(frozen=True)
class Plan:
    """Checked arguments of a cascade as arrays: who joins when, and the links' chances."""

    joiners: NDArray[np.int64]
    join_round: NDArray[np.int64]
    chance: NDArray[np.float64]
    factor: NDArray[np.float64]

    @classmethod
    def of(cls, network: Network, *, initial: Initial, p: Chance) -> "Plan":
        """Check `initial` and `p` against a network."""
        waves = initial if isinstance(initial, Mapping) else {0: initial}
        joiners, rounds = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
        for t in sorted(_checks.whole("initial's round", t, low=0) for t in waves):
            joiners.append(_checks.people("initial", waves[t], network.n))
            rounds.append(np.full(joiners[-1].size, t, np.int64))
        chance, factor = _chances(p, network.targets.size)
        return cls(np.concatenate(joiners), np.concatenate(rounds), chance, factor)


def history(
    network: Network,
    plan: Plan,
    key: np.uint64,
    *,
    start: object,
    step: object,
    params: Mapping[str, Any],
    model: str = "cascade",
) -> Run:
    """Run replicate 0 of a plan and tidy it: for `simulate` here and in models built on it."""
    n = network.n
    seen = np.empty(n, np.uint8)
    who, when, heard = (np.empty(n, np.int32) for _ in range(3))
    count = _kernels.spread(
        network.start, network.targets, plan.joiners, plan.join_round, plan.chance,
        plan.factor, key, 0, seen, who, when, heard,
    )  # fmt: skip
    who, when = who[:count].copy(), when[:count].copy()
    origin = pd.Timestamp(start)  # type: ignore[arg-type]
    pace = pd.Timedelta(step)  # type: ignore[arg-type]
    return Run(
        model=model,
        params=params,
        series=_series(network, who, when, origin, pace),
        key=int(key),
        make_events=partial(_events, network, who, when, origin, pace, f"{model} {key:016x}"),
        network=network.fingerprint,
    )


def reach_paired(
    network: Network, plan: Plan, key: np.uint64, runs: int, threads: int = 1
) -> NDArray[np.int64]:
    """Return the reach of replicates 0..runs-1 of a plan, every link by its own draw."""
    out = np.zeros(runs, np.int64)
    common = (network.start, network.targets, plan.joiners, plan.join_round, plan.chance, plan.factor)
    _in_threads(lambda low, high: _kernels.reach_paired(*common, key, low, high, out), runs, threads)
    return out


def _reach_skipping(
    network: Network, plan: Plan, key: np.uint64, runs: int, threads: int
) -> NDArray[np.int64]:
    p = float(plan.chance[0] * plan.factor[0])
    if p in (0.0, 1.0):
        return np.full(runs, reach_paired(network, plan, key, 1)[0])
    out = np.zeros(runs, np.int64)
    table = _kernels.skip_table(p)
    common = (network.start, network.targets, np.unique(plan.joiners), p, table, key)
    _in_threads(lambda low, high: _kernels.reach_skipping(*common, low, high, out), runs, threads)
    return out


def _in_threads(work: Any, runs: int, threads: int) -> None:
    """Share replicates among threads; which thread takes which changes nothing."""
    size = max(1, -(-runs // (4 * threads)))
    with ThreadPoolExecutor(threads) as pool:
        jobs = [pool.submit(work, low, min(low + size, runs)) for low in range(0, runs, size)]
    for job in jobs:
        job.result()


def _chances(p: Chance, arcs: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return (chance by arc or one, factor by round): a link's p is their product."""
    one = np.ones(1)
    if isinstance(p, Mapping):
        rounds = sorted(_checks.whole("p's round", t, low=0) for t in p)
        factor = np.zeros(rounds[-1] + 1 if rounds else 1)
        for t in rounds:
            factor[t:] = _checks.probability(f"p from round {t}", p[t])
        return one, factor
    if np.ndim(p) == 0:
        return np.array([_checks.probability("p", p)]), one
    chance = np.asarray(p, np.float64)
    if chance.shape != (arcs,):
        msg = (
            f"p must be one probability, one for each of the {arcs} arcs, "
            f"or a mapping of round to probability, got shape {chance.shape}"
        )
        raise ValueError(msg)
    wrong = np.flatnonzero(~((chance >= 0) & (chance <= 1)))
    if wrong.size:
        msg = f"p must be a probability in [0, 1], got {chance[wrong[0]]} for arc {wrong[0]}"
        raise ValueError(msg)
    return chance, (one if chance.size != 1 else np.ones(2))


def _series(
    network: Network,
    who: NDArray[np.int32],
    when: NDArray[np.int32],
    start: pd.Timestamp,
    step: pd.Timedelta,
) -> pd.DataFrame:
    rounds = int(when[-1]) + 1 if when.size else 1
    new = np.bincount(when, minlength=rounds).astype(np.float64)
    told = np.bincount(when, network.degrees[who], minlength=rounds)
    values = {"new": new, "total": np.cumsum(new), "exposures": np.cumsum(told)}
    times = _times(np.arange(rounds), start, step)
    return pd.DataFrame(
        {
            "time": np.tile(times, len(values)),
            "variable": np.repeat(list(values), rounds),
            "value": np.concatenate(list(values.values())),
        }
    )


def _times(
    rounds: NDArray[Any], start: pd.Timestamp, step: pd.Timedelta
) -> NDArray[np.datetime64]:
    offset = rounds * np.timedelta64(step).astype("timedelta64[us]")
    return np.datetime64(start, "us") + offset


def _events(
    network: Network,
    who: NDArray[np.int32],
    when: NDArray[np.int32],
    start: pd.Timestamp,
    step: pd.Timedelta,
    source: str,
) -> pd.DataFrame:
    labels = network.labels
    names = who if isinstance(labels, range) else [labels[i] for i in who]
    later = np.arange(who.size) > 0
    return pd.DataFrame(
        {
            "customer": labels[int(who[0])] if who.size else [],
            "time": _times(when, start, step),
            "actor": np.where(later, "public", "customer"),
            "by": names,
            "kind": np.where(later, "share", "publish"),
            "value": network.degrees[who].astype(np.float64),
            "source": source,
        }
    )
