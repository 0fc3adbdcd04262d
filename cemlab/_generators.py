"""Generators of networks: numbers and a key of luck in, the two ends of each tie out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cemlab import _checks, _luck
from cemlab._compiled import inlined, kernel

Ties = tuple[NDArray[np.int32], NDArray[np.int32]]

MOST_PEOPLE = 2**31 - 1
_LONGEST = 4.0e18
_WORD = np.uint64(32)
_U = np.uint64


@inlined
def _below(bits, n):
    """Turn 64 bits into a whole number in 0..n-1."""
    return int(_luck.unit(bits) * n)


@kernel
def preferential(n, m, key):
    """Grow the ties: the first m + 1 people form a star around person 0."""
    u = np.empty(m + (n - m - 1) * m, np.int32)
    v = np.empty(u.size, np.int32)
    s0 = _luck.branch(key, 0, _luck.STREAM)
    s1 = _luck.mix(s0)
    k = 0
    for newcomer in range(1, m + 1):
        u[k], v[k] = newcomer, 0
        k += 1
    for newcomer in range(m + 1, n):
        first = k
        while k < first + m:
            bits, s0, s1 = _luck.advance(s0, s1)
            end = _below(bits, 2 * first)
            other = v[end >> 1] if end & 1 else u[end >> 1]
            fresh = True
            for j in range(first, k):
                fresh = fresh and v[j] != other
            if fresh:
                u[k], v[k] = newcomer, other
                k += 1
    return u, v


def random(n: int, p: float, key: np.uint64) -> Ties:
    """Tie every two of n people with probability p: count first, then write."""
    ends = np.empty(0, np.int32)
    ties = _random(n, p, key, ends, ends)
    u, v = np.empty(ties, np.int32), np.empty(ties, np.int32)
    _random(n, p, key, u, v)
    return u, v


@kernel
def _random(n, p, key, u, v):
    """Jump from tie to tie through all pairs (b, a), a < b; write what `u` and `v` can hold.

    Return how many ties there are.
    """
    if p <= 0.0:
        return 0
    s0 = _luck.branch(key, 0, _luck.STREAM)
    s1 = _luck.mix(s0)
    scale = 0.0 if p >= 1.0 else 1.0 / np.log1p(-p)
    count = 0
    b, a = 1, -1
    while b < n:
        bits, s0, s1 = _luck.advance(s0, s1)
        a += 1 + int(min(np.log(1.0 - _luck.unit(bits)) * scale, _LONGEST))
        while b < n and a >= b:
            a -= b
            b += 1
        if b < n:
            if count < u.size:
                u[count], v[count] = b, a
            count += 1
    return count


@kernel
def small_world(n, half, rewire, key):
    """Rewire a ring, lap by lap: tie i of lap j joins person i with person i + j + 1.

    A tie moves if its own draw is below `rewire`: more rewiring moves the same ties and more.
    """
    ties = n * half
    luck = _luck.branch(key, 0, _luck.LINK)
    s0 = _luck.branch(key, 0, _luck.STREAM)
    s1 = _luck.mix(s0)
    u = np.empty(ties, np.int32)
    v = np.empty(ties, np.int32)
    moves = 0
    for i in range(ties):
        u[i], v[i] = i % n, (i % n + i // n + 1) % n
        moves += _luck.draw(luck, i) < rewire
    size = 2
    while size < 2 * moves:
        size *= 2
    new = np.zeros(size, np.uint64)  # open addressing; 0 is free, so ties are kept plus one
    last = np.uint64(size - 1)
    moved = np.zeros(ties, np.uint8)
    degree = np.full(n, 2 * half, np.int32)
    for i in range(ties):
        a = int(u[i])
        if _luck.draw(luck, i) >= rewire or degree[a] >= n - 1:
            continue
        searching = True
        while searching:
            bits, s0, s1 = _luck.advance(s0, s1)
            b = _below(bits, n)
            ahead, behind = (b - a) % n, (a - b) % n
            if ahead == 0:
                continue
            if ahead <= half and moved[(ahead - 1) * n + a] == 0:
                continue
            if behind <= half and moved[(behind - 1) * n + b] == 0:
                continue
            tie = ((_U(min(a, b)) << _WORD) | _U(max(a, b))) + _U(1)
            place = np.int64(_U(_luck.mix(tie)) & last)
            while new[place] != _U(0) and new[place] != tie:
                place = (place + 1) % size
            if new[place] == _U(0):
                new[place] = tie
                searching = False
        degree[v[i]] -= 1
        degree[b] += 1
        moved[i] = 1
        v[i] = b
    return u, v


@kernel
def shuffled_stubs(degrees, key):
    """Return every person as often as they have ties, in a random order: halves are mates."""
    total = 0
    for d in degrees:
        total += d
    stubs = np.empty(total, np.int32)
    k = 0
    for person in range(degrees.size):
        for _ in range(degrees[person]):
            stubs[k] = person
            k += 1
    s0 = _luck.branch(key, 0, _luck.STREAM)
    s1 = _luck.mix(s0)
    for i in range(total - 1, 0, -1):
        bits, s0, s1 = _luck.advance(s0, s1)
        j = _below(bits, i + 1)
        stubs[i], stubs[j] = stubs[j], stubs[i]
    return stubs


@dataclass(frozen=True)
class Blocks:
    """Expected `ties` between two `groups` each, whose people are bounds[g, 0]..bounds[g, 1]-1.

    `cumulative` (n + 1,): the running sums of activity, from 0.
    """

    ties: NDArray[np.float64]
    groups: NDArray[np.int64]
    bounds: NDArray[np.int64]
    cumulative: NDArray[np.float64]

    @property
    def people(self) -> int:
        """Number of people."""
        return self.cumulative.size - 1


def plan_blocks(
    sizes: ArrayLike, mean_degree: float, mixing: ArrayLike, activity: ArrayLike | None
) -> Blocks:
    """Check the arguments of `Network.blocks`, and say how many ties to expect where."""
    people = whole_numbers("sizes", sizes)
    n, b = int(people.sum()), people.size
    if n > MOST_PEOPLE:
        msg = f"sizes must have a sum of at most {MOST_PEOPLE}, got {n}"
        raise ValueError(msg)
    mean = _checks.number("mean_degree", mean_degree, low=0, high=max(n - 1, 0))
    alike = np.ndim(mixing) == 0
    share = _checks.probability("mixing", mixing) if alike else 0.0
    affinity = np.empty((0, 0)) if alike else _affinities(mixing, b)
    need = 64.0 * (n + 1) + 24.0 * n * mean / 2
    _checks.memory("sizes", need, "ask for fewer people or ties")
    weight = np.ones(n) if activity is None else _floats("activity", activity, (n,), "a person")
    cumulative = np.concatenate([[0.0], np.cumsum(weight)])
    stops = np.cumsum(people)
    bounds = np.column_stack([stops - people, stops])
    volume = cumulative[bounds[:, 1]] - cumulative[bounds[:, 0]]
    if alike:
        alone = np.arange(b)
        groups = np.column_stack([np.append(alone, b), np.append(alone, b)])
        bounds = np.vstack([bounds, [0, n]])
        likely = np.append((1 - share) * volume, share * volume.sum())
    else:
        groups = np.argwhere(np.triu(affinity) > 0)
        r, s = groups.T
        likely = affinity[r, s] * volume[r] * volume[s] / np.where(r == s, 2, 1)
    if mean > 0 and likely.sum() == 0:
        name = "activity" if volume.sum() == 0 else "mixing"
        msg = f"{name} must leave somebody to be tied, got nothing above 0"
        raise ValueError(msg)
    ties = likely * (n * mean / 2 / likely.sum()) if mean > 0 else np.zeros(likely.size)
    return Blocks(ties, groups, bounds, cumulative)


def blocks(plan: Blocks, key: np.uint64) -> Ties:
    """Draw a Poisson number of ties where they are expected, ends in proportion to activity."""
    counts = np.random.default_rng(int(key)).poisson(plan.ties)
    u, v = np.empty(counts.sum(), np.int32), np.empty(counts.sum(), np.int32)
    _blocks(counts, plan.groups, plan.bounds, plan.cumulative, key, u, v)
    return u, v


def half_of(name: str, number: int) -> int:
    """Return half of an even number."""
    if number % 2:
        msg = f"{name} must be an even number, got {number}"
        raise ValueError(msg)
    return number // 2


def whole_numbers(name: str, values: ArrayLike) -> NDArray[np.int64]:
    """Check whole numbers of at least 0 in one list."""
    rule = f"{name} must be whole numbers of at least 0 in one list"
    try:
        array = np.asarray(values)
    except ValueError:
        msg = f"{rule}, got {values!r}"
        raise ValueError(msg) from None
    if array.size == 0 and array.ndim == 1:
        return np.empty(0, np.int64)
    if array.ndim != 1 or array.dtype.kind not in "iu":
        msg = f"{rule}, got {values!r}"
        raise ValueError(msg)
    wrong = np.flatnonzero((array < 0) | (array > MOST_PEOPLE))
    if wrong.size:
        msg = f"{name} must be whole numbers in [0, {MOST_PEOPLE}], got {array[wrong[0]]} in place {wrong[0]}"
        raise ValueError(msg)
    return array.astype(np.int64)


def _affinities(mixing: ArrayLike, b: int) -> NDArray[np.float64]:
    array = _floats("mixing", mixing, (b, b), "two communities")
    if not np.array_equal(array, array.T):
        r, s = np.argwhere(array != array.T)[0]
        msg = f"mixing must be the same both ways, got {array[r, s]} from {r} to {s} and {array[s, r]} back"
        raise ValueError(msg)
    return array


def _floats(name: str, values: ArrayLike, shape: tuple[int, ...], each: str) -> NDArray[np.float64]:
    try:
        array = np.asarray(values, np.float64)
    except (TypeError, ValueError):
        array = np.empty((0, 0, 0))
    if array.shape != shape:
        msg = f"{name} must be one number for {each}, shape {shape}, got {values!r}"
        raise ValueError(msg)
    bad = array[~(np.isfinite(array) & (array >= 0))]
    if bad.size:
        msg = f"{name} must be finite and at least 0, got {bad[0]}"
        raise ValueError(msg)
    return array


@inlined
def _chosen(share, cumulative, low, high):
    """Return the person of low..high-1 at this share of their activity."""
    before, all_of_it = cumulative[low], cumulative[high]
    x = min(before + share * (all_of_it - before), np.nextafter(all_of_it, before))
    a, b = low, high
    while b - a > 1:
        middle = (a + b) // 2
        if cumulative[middle] <= x:
            a = middle
        else:
            b = middle
    return a


@kernel
def _blocks(counts, groups, bounds, cumulative, key, u, v):
    """Write counts[i] ties between two groups each: see `Blocks`."""
    s0 = _luck.branch(key, 0, _luck.STREAM)
    s1 = _luck.mix(s0)
    k = 0
    for i in range(counts.size):
        a, b = groups[i, 0], groups[i, 1]
        for _ in range(counts[i]):
            bits, s0, s1 = _luck.advance(s0, s1)
            u[k] = _chosen(_luck.unit(bits), cumulative, bounds[a, 0], bounds[a, 1])
            bits, s0, s1 = _luck.advance(s0, s1)
            v[k] = _chosen(_luck.unit(bits), cumulative, bounds[b, 0], bounds[b, 1])
            k += 1
