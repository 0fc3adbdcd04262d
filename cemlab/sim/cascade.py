"""Independent cascade: each new sharer gets one try at each person who hears them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cemlab import _checks, _luck
from cemlab.network import Network
from cemlab.run import Run
from cemlab.sim._kernels import cascade as _kernels
from cemlab.sim._spread import (
    MOST_REPLICATES,
    Chance,
    Initial,
    Plan,
    history,
    in_threads,
    many,
    reach_paired,
)


def simulate(
    network: Network,
    *,
    initial: Initial,
    p: Chance,
    start: object = "2009-07-06",
    step: object = "1D",
    rng: Any = None,
    replicate: int = 0,
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
    replicate : int
        Which replay of this luck: the one that `reach` with `paired` counts at this place.

    Returns
    -------
    Run
        `series` has `new` and `total` sharers and `exposures` (all tellings so far) a
        round; `events` one ``publish`` row, then one ``share`` row a further sharer;
        its extra column `heard_from` names the teller.

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
    replay = _checks.whole("replicate", replicate, low=0, high=MOST_REPLICATES)
    params = {"initial": initial, "p": p, "replicate": replay}
    return history(network, plan, _luck.key(rng), replay, start=start, step=step, params=params)


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
        `rng` is the same luck (and the history of ``simulate(..., replicate=r)``). False: faster
        where `p` does not change from round to round, and alike only in law.

    Examples
    --------
    >>> path = Network.from_edges([(0, 1), (1, 2)])
    >>> reach(path, initial=[0], p=0.0, runs=3).tolist()
    [1, 1, 1]
    """
    plan = Plan.of(network, initial=initial, p=p)
    total, workers = many("runs", runs, threads, network)
    key = _luck.key(rng)
    if paired or plan.factor.size > 1:
        return reach_paired(network, plan, key, total, workers)
    if plan.chance.size == 1:
        return _reach_skipping(network, plan, key, total, workers)
    return _reach_streaming(network, plan, key, total, workers)


def reach_from_each(
    network: Network, *, p: float, rng: Any = None, replicate: int = 0
) -> NDArray[np.int64]:
    """Return how far the story goes from every person, in one draw of luck, shape (n,).

    All ties are drawn once; whoever is joined by live ties reaches each other (themselves
    included). So one pass answers "does it matter who complains?" for everybody at once.

    Parameters
    ----------
    network : Network
        Who hears whom, both ways: an undirected network of n people.
    p : float
        Chance that one telling convinces, in [0, 1]; the same for every tie.
    rng : int or numpy.random.Generator, optional
        Source of luck; with the same integer a higher `p` can only enlarge each reach.
    replicate : int
        Which draw of this luck.

    Raises
    ------
    ValueError
        If the network is directed: there, live links need not lead back.

    References
    ----------
    M. E. J. Newman, "Spread of epidemic disease on networks", Phys. Rev. E 66, 2002.

    Examples
    --------
    >>> pairs = Network.from_edges([(0, 1), (2, 3), (3, 4)])
    >>> reach_from_each(pairs, p=1.0, rng=1).tolist()
    [2, 2, 3, 3, 3]
    """
    if network.directed:
        msg = "network must be undirected for reach_from_each, got a directed one: use reach(network, initial=[person], ...) for each starter"
        raise ValueError(msg)
    chance = _checks.probability("p", p)
    replay = _checks.whole("replicate", replicate, low=0, high=MOST_REPLICATES)
    _checks.memory("network", 12.0 * network.n, "ask for a smaller network")
    size = np.empty(network.n, np.int64)
    boss = np.empty(network.n, np.int32)
    _kernels.join_live_links(
        network.start, network.targets, chance, _luck.key(rng), replay, boss, size
    )
    return size


def chance_by_weight(network: Network, *, p: float) -> NDArray[np.float64]:
    """Return the chance of each arc when a weight w means w tellings, shape (arcs,).

    One telling convinces with chance `p`, w of them with 1 - (1 - p) ** w.

    Raises
    ------
    ValueError
        If the network has no weights.

    Examples
    --------
    >>> pair = Network.from_edges([(0, 1)], weights=[2])
    >>> chance_by_weight(pair, p=0.5).tolist()
    [0.75, 0.75]
    """
    if network.weights is None:
        msg = "network must have weights for chance_by_weight, got one without: give p itself"
        raise ValueError(msg)
    if _checks.probability("p", p) == 1.0:
        return (network.weights > 0).astype(np.float64)
    chance: NDArray[np.float64] = -np.expm1(network.weights * np.log1p(-p))
    return chance


def chance_by_audience(network: Network) -> NDArray[np.float64]:
    """Return 1 / (how many people the listener hears) for each arc, shape (arcs,).

    The "weighted cascade" of Kempe, Kleinberg & Tardos (2003): everybody listens to about
    one person in all, however many they follow.

    Examples
    --------
    >>> star = Network.from_edges([(0, 1), (0, 2)])
    >>> chance_by_audience(star).tolist()
    [1.0, 1.0, 0.5, 0.5]
    """
    heard = np.bincount(network.targets, minlength=network.n)
    return 1.0 / heard[network.targets]


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
    reach(pair, initial=[0], p=[0.5, 0.5], runs=1, rng=0)
    reach_from_each(pair, p=0.5, rng=0)


# --- inside ------------------------------------------------------------------------


def _reach_skipping(
    network: Network, plan: Plan, key: np.uint64, runs: int, threads: int
) -> NDArray[np.int64]:
    p = float(plan.chance[0] * plan.factor[0])
    if p in (0.0, 1.0):
        return np.full(runs, reach_paired(network, plan, key, 1)[0])
    out = np.zeros(runs, np.int64)
    table = _kernels.skip_table(p)
    common = (network.start, network.targets, np.unique(plan.joiners), p, table, key)
    in_threads(
        lambda low, high: _kernels.reach_skipping(*common, low, high, out),
        runs,
        threads,
    )
    return out


def _reach_streaming(
    network: Network, plan: Plan, key: np.uint64, runs: int, threads: int
) -> NDArray[np.int64]:
    out = np.zeros(runs, np.int64)
    common = (network.start, network.targets, np.unique(plan.joiners), plan.chance, key)
    in_threads(lambda low, high: _kernels.reach_streaming(*common, low, high, out), runs, threads)
    return out
