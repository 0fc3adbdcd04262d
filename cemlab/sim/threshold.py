"""Thresholds: a person joins once enough of the people they hear have joined."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cemlab import _checks, _luck
from cemlab.network import MOST_PEOPLE, Network
from cemlab.run import Run
from cemlab.sim import _threshold_limits
from cemlab.sim._history import Clock, by_round, log, totals
from cemlab.sim._kernels import threshold as _kernels
from cemlab.sim._spread import MOST_REPLICATES, Initial, in_threads, many, waves
from cemlab.sim._threshold_limits import cascade_condition, cascade_window

__all__ = ["cascade_condition", "cascade_window", "reach", "simulate", "warm_up"]


def simulate(
    network: Network,
    *,
    initial: Initial,
    voices: ArrayLike | None = None,
    share: ArrayLike | None = None,
    start: object = "2009-07-06",
    step: object = "1D",
    rng: Any = None,
    replicate: int = 0,
) -> Run:
    """Spread something that people take up only when enough others have, round by round.

    In each round the people who joined in the round before are heard by their listeners.
    A listener joins as soon as enough voices have been heard: so many (`voices`), such a
    share of all people they hear (`share`), or, with neither, a share that is drawn for
    each person anew: the linear threshold model. There a voice counts by the weight of
    its arc, where the network has weights. A threshold is drawn by (key, replicate,
    person), so that other starters meet people with the same thresholds.

    Parameters
    ----------
    network : Network
        Who hears whom; n people. A voice is an arc that leads to a person.
    initial : array_like of int, or mapping of round to array_like of int
        Who starts in round 0, or who joins unasked in which round.
    voices : int, or array_like of int of shape (n,), optional
        How many different people one must have heard (at least 1), for all or by person.
    share : float, or array_like of float of shape (n,), optional
        Which part of the people one hears must have joined, in [0, 1], for all or by
        person; at least one of them in any case. A share that misses a fraction such as
        3/30 by a rounding error is taken as this fraction.
    start : datetime-like
        Date of round 0.
    step : timedelta-like
        Time from one round to the next.
    rng : int or numpy.random.Generator, optional
        Source of luck: the same integer gives the same thresholds. With `voices` or
        `share` nothing is left to luck.
    replicate : int
        Which replay of this luck: the one that `reach` counts at this place.

    Returns
    -------
    Run
        `series` has `new` and `total` members and `exposures` (all tellings so far) a
        round; `events` one ``publish`` row, then one ``share`` row a further member; its
        extra column `heard_from` names the voice that was enough.

    Raises
    ------
    ValueError
        If both `voices` and `share` are given, one of them cannot be, or `initial` names
        nobody of this network.

    See Also
    --------
    reach : how many people, over many runs. cascade_window : where stories go far.

    References
    ----------
    M. Granovetter, "Threshold models of collective behavior", American Journal of
    Sociology 83, 1978. D. Kempe, J. Kleinberg, E. Tardos, "Maximizing the spread of
    influence through a social network", KDD 2003 (drawn thresholds). D. J. Watts, "A
    simple model of global cascades on random networks", PNAS 99, 2002 (`share`).
    D. Centola, M. Macy, "Complex contagions and the weakness of long ties", American
    Journal of Sociology 113, 2007 (`voices`).

    Examples
    --------
    >>> square = Network.from_edges([(0, 1), (1, 2), (2, 3), (3, 0)])
    >>> simulate(square, initial=[0], voices=2).final("total")
    1.0
    >>> simulate(square, initial=[0, 2], voices=2).final("total")
    4.0
    """
    plan = _Plan.of(network, initial, voices, share)
    replay = _checks.whole("replicate", replicate, low=0, high=MOST_REPLICATES)
    clock = Clock.of(start, step)
    key = _luck.key(rng)
    n = network.n
    _checks.memory("network", 3.0 * _NOTES_BYTES * n, "take a smaller network")
    seen, tally = np.empty(n, np.uint8), np.empty(n)
    who, when, heard = (np.empty(n, np.int32) for _ in range(3))
    count = _kernels.spread(*plan.arrays(network), key, replay, seen, tally, who, when, heard)
    who, when, heard = (array[:count].copy() for array in (who, when, heard))
    values = by_round(network, who, when)
    return Run(
        model="threshold",
        params={"initial": initial, "voices": voices, "share": share, "replicate": replay},
        series=totals(clock, np.arange(values["new"].size), values),
        key=int(key),
        make_events=partial(
            log, network.labels, clock, who, when, heard,
            exposures=network.degrees, source=f"threshold {key:016x}/{replay}",
        ),
        network=network.fingerprint,
    )  # fmt: skip


def reach(
    network: Network,
    *,
    initial: Initial,
    voices: ArrayLike | None = None,
    share: ArrayLike | None = None,
    runs: int,
    threads: int = 1,
    rng: Any = None,
) -> NDArray[np.int64]:
    """Return how many people each of many runs reaches, starters included, shape (runs,).

    Parameters
    ----------
    network, initial, voices, share, rng
        As in `simulate`. With `voices` or `share` all runs are alike.
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
    >>> path = Network.from_edges([(0, 1), (1, 2)])
    >>> sorted(set(reach(path, initial=[0], runs=100, rng=1).tolist()))
    [1, 3]
    """
    plan = _Plan.of(network, initial, voices, share)
    total, workers = many("runs", runs, threads, network, bytes_a_person=_NOTES_BYTES)
    common = (*plan.arrays(network), _luck.key(rng))
    out = np.zeros(total if plan.drawn else 1, np.int64)
    in_threads(lambda low, high: _kernels.reach(*common, low, high, out), out.size, workers)
    return out if plan.drawn else np.full(total, out[0])


def warm_up() -> None:
    """Compile this model's kernels."""
    pair = Network.from_edges([(0, 1)])
    simulate(pair, initial=[0], rng=0)
    reach(pair, initial=[0], runs=1, rng=0)


# --- inside ------------------------------------------------------------------------

_NOTES_BYTES = 21
_SUMMED = 1 - 1e-9  # a sum of weights may miss the same sum in another order


@dataclass(frozen=True)
class _Plan:
    """Checked arguments as arrays: who joins when, what a voice weighs, how much it takes."""

    joiners: NDArray[np.int64]
    join_round: NDArray[np.int64]
    weights: NDArray[np.float64]
    need: NDArray[np.float64]
    drawn: bool

    @classmethod
    def of(
        cls, network: Network, initial: Initial, voices: ArrayLike | None, share: ArrayLike | None
    ) -> "_Plan":
        if voices is not None and share is not None:
            msg = f"voices or share must be given, not both, got {voices!r} and {share!r}"
            raise ValueError(msg)
        joiners, rounds = waves(network, initial)
        weights = np.ones(1)
        need = np.bincount(network.targets, minlength=network.n).astype(np.float64)
        if voices is not None:
            need = _counts(voices, network.n)
        elif share is not None:
            need = _threshold_limits.voices_of(_threshold_limits.shares(share, network.n), need)
        elif network.weights is not None:
            weights = _relative(network.weights, network.targets, network.n)
            total = np.bincount(network.targets, weights, minlength=network.n)
            need = (total * _SUMMED).astype(np.float64)
        return cls(joiners, rounds, weights, need, drawn=voices is None and share is None)

    def arrays(self, network: Network) -> tuple[Any, ...]:
        """Return what the kernels take first."""
        links = network.start, network.targets, self.weights
        return *links, self.need, self.drawn, self.joiners, self.join_round


def _relative(
    weights: NDArray[np.float64], targets: NDArray[np.int32], n: int
) -> NDArray[np.float64]:
    """Return weights as parts of the largest that their listener hears, so that sums stay finite."""
    largest = np.zeros(n)
    np.maximum.at(largest, targets, weights)
    out = np.zeros(weights.size)
    np.divide(weights, largest[targets], out=out, where=weights > 0)
    return out


def _counts(voices: ArrayLike, n: int) -> NDArray[np.float64]:
    if isinstance(voices, str) or not hasattr(voices, "__len__"):
        return np.full(n, float(_checks.whole("voices", voices, low=1, high=MOST_PEOPLE)))
    return _threshold_limits.by_person(
        "voices", "a whole number of at least 1", voices, n, "iu", 1, MOST_PEOPLE
    )
