"""What all spread models share: a checked plan, its history as a Run, and many replays of it."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cemlab import _checks
from cemlab.network import Network
from cemlab.run import Run
from cemlab.sim._history import Clock, by_round, log, totals
from cemlab.sim._kernels import cascade as _kernels

Initial = ArrayLike | Mapping[int, ArrayLike]
Chance = ArrayLike | Mapping[int, float]

MOST_ROUNDS = 100_000
MOST_REPLICATES = 2**62


@dataclass(frozen=True)
class Plan:
    """Checked arguments of a cascade as arrays: who joins when, and the links' chances."""

    joiners: NDArray[np.int64]
    join_round: NDArray[np.int64]
    chance: NDArray[np.float64]
    factor: NDArray[np.float64]

    @classmethod
    def of(
        cls,
        network: Network,
        *,
        initial: Initial,
        p: Chance,
        names: tuple[str, str] = ("initial", "p"),
    ) -> "Plan":
        """Check `initial` and `p`, called by these names in errors, against a network."""
        joiners, join_round = waves(network, initial, names[0])
        chance, factor = _chances(names[1], p, network.targets.size)
        return cls(joiners, join_round, chance, factor)


def waves(
    network: Network, initial: Initial, name: str = "initial"
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return (who joins unasked, the round of each), checked, in the order of the rounds."""
    given = initial if isinstance(initial, Mapping) else {0: initial}
    joiners, rounds = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for t in sorted(_checks.whole(f"{name}'s round", t, low=0, high=MOST_ROUNDS) for t in given):
        joiners.append(_checks.people(name, given[t], network.n))
        rounds.append(np.full(joiners[-1].size, t, np.int64))
    return np.concatenate(joiners), np.concatenate(rounds)


def history(
    network: Network,
    plan: Plan,
    key: np.uint64,
    replicate: int,
    *,
    start: object,
    step: object,
    params: Mapping[str, Any],
    model: str = "cascade",
) -> Run:
    """Run one replicate of a plan and tidy it: for `simulate` here and in models built on it."""
    n = network.n
    _checks.memory("network", 40.0 * n, "simulate on a smaller network")
    seen = np.empty(n, np.uint8)
    who, when, heard = (np.empty(n, np.int32) for _ in range(3))
    count = _kernels.spread(
        network.start, network.targets, plan.joiners, plan.join_round, plan.chance,
        plan.factor, key, replicate, seen, who, when, heard,
    )  # fmt: skip
    who, when, heard = (array[:count].copy() for array in (who, when, heard))
    clock = Clock.of(start, step)
    values = by_round(network, who, when)
    return Run(
        model=model,
        params=params,
        series=totals(clock, np.arange(values["new"].size), values),
        key=int(key),
        make_events=partial(
            log, network.labels, clock, who, when, heard,
            exposures=network.degrees, source=f"{model} {key:016x}/{replicate}",
        ),
        network=network.fingerprint,
    )  # fmt: skip


def reach_paired(
    network: Network, plan: Plan, key: np.uint64, runs: int, threads: int = 1
) -> NDArray[np.int64]:
    """Return the reach of replicates 0..runs-1 of a plan, every link by its own draw."""
    out = np.zeros(runs, np.int64)
    common = (
        network.start,
        network.targets,
        plan.joiners,
        plan.join_round,
        plan.chance,
        plan.factor,
    )
    in_threads(
        lambda low, high: _kernels.reach_paired(*common, key, low, high, out),
        runs,
        threads,
    )
    return out


def many(
    name: str,
    runs: object,
    threads: object,
    network: Network,
    *,
    bytes_a_person: int = 13,
    bytes_a_run: int = 8,
) -> tuple[int, int]:
    """Check how many replays are asked for, and that they and each thread's notes have room."""
    total = _checks.whole(name, runs, low=1)
    workers = min(_checks.whole("threads", threads, low=1), total)
    need = float(bytes_a_run) * total + float(workers) * bytes_a_person * network.n
    _checks.memory(name, need, f"ask for fewer {name}, fewer threads or a smaller network")
    return total, workers


def in_threads(work: Callable[[int, int], None], runs: int, threads: int) -> None:
    """Share replicates among threads; which thread takes which changes nothing."""
    size = max(1, -(-runs // (16 * threads)))
    parts = [(low, min(low + size, runs)) for low in range(0, runs, size)]
    if threads == 1:
        for part in parts:
            work(*part)
        return
    pool = ThreadPoolExecutor(threads)
    try:
        for job in [pool.submit(work, *part) for part in parts]:
            job.result()
    finally:  # an interrupted run leaves nothing waiting behind
        pool.shutdown(cancel_futures=True)


def _chances(name: str, p: Chance, arcs: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return (chance by arc or one, factor by round): a link's p is their product."""
    one = np.ones(1)
    if isinstance(p, Mapping):
        rounds = sorted(_checks.whole(f"{name}'s round", t, low=0, high=MOST_ROUNDS) for t in p)
        factor = np.zeros(rounds[-1] + 1 if rounds else 1)
        for t in rounds:
            factor[t:] = _checks.probability(f"{name} from round {t}", p[t])
        return one, factor
    if isinstance(p, str) or not hasattr(p, "__len__"):
        return np.array([_checks.probability(name, p)]), one
    try:
        chance = np.asarray(p, np.float64)
    except (TypeError, ValueError):
        msg = f"{name} must be a probability in [0, 1], or one for each arc, got {p!r}"
        raise ValueError(msg) from None
    if chance.shape != (arcs,):
        msg = (
            f"{name} must be one probability, one for each of the {arcs} arcs, "
            f"or a mapping of round to probability, got shape {chance.shape}"
        )
        raise ValueError(msg)
    wrong = np.flatnonzero(~((chance >= 0) & (chance <= 1)))
    if wrong.size:
        msg = f"{name} must be a probability in [0, 1], got {chance[wrong[0]]} for arc {wrong[0]}"
        raise ValueError(msg)
    return chance, (one if chance.size != 1 else np.ones(2))
