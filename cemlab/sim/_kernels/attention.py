"""Self-exciting attention, compiled: families of events, and what past events still excite."""

import numpy as np

from cemlab import _luck
from cemlab._compiled import inlined, kernel

_U = np.uint64
_ENTITY = _U(0xD1342543DE82EF95)
_DELAY, _COUNT, _CHILD = _U(0), _U(1), _U(2)
EXPONENTIAL, POWER_LAW = 0, 1


@inlined
def _child(parent, j):
    """Return the key of an event's follow-up j: the same whoever else follows, and when."""
    return _luck.mix(_U(parent) + (_U(j) + _CHILD) * _ENTITY)


@inlined
def _poisson(u, none):
    """Return the Poisson number at place u of its law; `none` is the chance of 0."""
    k = 0
    chance = none
    below = none
    mean = -np.log(none)
    while u >= below and chance > 0.0:
        k += 1
        chance *= mean / k
        below += chance
    return k


@kernel
def delay(u, law, size, theta):
    """Return the time until a follow-up at place u of its law; `size` is mean or cutoff."""
    if law == EXPONENTIAL:
        return -size * np.log1p(-u)
    return size * np.expm1(-np.log1p(-u) / theta)


@kernel
def _room(times, keys, parents, needed):
    """Return the three arrays with room for `needed` events, and what they held."""
    more = max(needed, 2 * times.size)
    t = np.empty(more, np.float64)
    k = np.empty(more, np.uint64)
    p = np.empty(more, np.int64)
    t[: times.size] = times
    k[: times.size] = keys
    p[: times.size] = parents
    return t, k, p


@kernel
def families(
    given, edges, rates, horizon, branching, law, size, theta, key, replicate, limit, expected
):
    """Return (times, parents) of all events before the horizon, generation by generation.

    Outside events are those `given`, then those of a Poisson process with `rates` from each of
    the `edges` on (ascending, the first 0). Every event has a key of its own and a Poisson
    number of follow-ups, which have theirs: with a larger `branching` each keeps those it had.
    `parents` are places in the same arrays, -1 for outside events. With more than `limit`
    events the arrays returned are longer than that, and not complete.
    """
    times = np.empty(max(expected, given.size + 8), np.float64)
    keys = np.empty(times.size, np.uint64)
    parents = np.empty(times.size, np.int64)
    count = 0
    luck = _luck.branch(key, replicate, _luck.PUBLIC)
    for i in range(given.size):
        times[count] = given[i]
        keys[count] = _child(luck, i)
        parents[count] = -1
        count += 1
    gaps = _luck.branch(key, replicate, _luck.ARRIVAL)
    luck = _luck.branch(key, replicate, _luck.NEXT)
    step = 0
    now = 0.0
    i = 0
    left = -np.log1p(-_luck.draw(gaps, i))
    while step < edges.size and count <= limit:
        end = edges[step + 1] if step + 1 < edges.size else horizon
        if rates[step] * (end - now) <= left:
            left -= rates[step] * (end - now)
            now = end
            step += 1
            continue
        now += left / rates[step]
        if count == times.size:
            times, keys, parents = _room(times, keys, parents, count + 1)
        if now < horizon:
            times[count] = now
            keys[count] = _child(luck, i)
            parents[count] = -1
            count += 1
        i += 1
        left = -np.log1p(-_luck.draw(gaps, i))
    none = np.exp(-branching)
    i = 0
    while i < count and count <= limit:
        follow = _poisson(_luck.draw(keys[i], _COUNT), none)
        if count + follow > times.size:
            times, keys, parents = _room(times, keys, parents, count + follow)
        for j in range(follow):
            mine = _child(keys[i], j)
            when = times[i] + delay(_luck.draw(mine, _DELAY), law, size, theta)
            if when < horizon:
                times[count] = when
                keys[count] = mine
                parents[count] = i
                count += 1
        i += 1
    return times[:count].copy(), parents[:count].copy()


@kernel
def totals(
    given, edges, rates, horizon, branching, law, size, theta, key, low, high, limit, expected, out
):
    """Fill out[low:high] with the number of events of those replicates."""
    for r in range(low, high):
        times, _ = families(
            given, edges, rates, horizon, branching, law, size, theta, key, r, limit, expected
        )
        out[r] = times.size


@kernel
def excited(times, at, weights, rates, out):
    """Fill `out` with sums over all events strictly before each of the moments `at`.

    Both are ascending. Row r of `out` has sum of weights[r, k] exp(-rates[k] d) over k and the
    times d since those events; the last row the same with weights[0, k] d exp(-rates[k] d).
    """
    rows, terms = weights.shape
    still = np.zeros(terms)
    moved = np.zeros(terms)
    last = 0.0
    fresh = 0
    j = 0
    for i in range(at.size):
        while j < times.size and times[j] < at[i]:
            if fresh == 0 or times[j] > last:
                _fade(still, moved, rates, times[j] - last, fresh)
                last = times[j]
                fresh = 0
            fresh += 1
            j += 1
        if at[i] > last:
            _fade(still, moved, rates, at[i] - last, fresh)
            last = at[i]
            fresh = 0
        for r in range(rows):
            total = 0.0
            for k in range(terms):
                total += weights[r, k] * still[k]
            out[r, i] = total
        total = 0.0
        for k in range(terms):
            total += weights[0, k] * moved[k]
        out[rows, i] = total


@kernel
def _fade(still, moved, rates, gap, fresh):
    """Let what is excited fade over a gap that begins with `fresh` new events."""
    for k in range(rates.size):
        held = still[k] + fresh
        kept = np.exp(-rates[k] * gap)
        moved[k] = kept * (moved[k] + gap * held)
        still[k] = kept * held


@kernel
def gathered(times, at, weights, rates, out):
    """Fill `out` with what the events have excited until each of the moments `at`, all together.

    A sum over k, and over all events before, of weights[k] (1 - exp(-rates[k] d)) / rates[k].
    """
    still = np.zeros(rates.size)
    last = 0.0
    total = 0.0
    fresh = 0
    j = 0
    for i in range(at.size):
        while True:
            event = j < times.size and times[j] < at[i]
            now = times[j] if event else at[i]
            if now > last:
                for k in range(rates.size):
                    gone = np.expm1(-rates[k] * (now - last))
                    held = still[k] + fresh
                    total -= weights[k] / rates[k] * held * gone
                    still[k] = held * (1.0 + gone)
                last = now
                fresh = 0
            if not event:
                break
            fresh += 1
            j += 1
        out[i] = total


@kernel
def excited_exactly(times, at, theta, cutoff, out):
    """Fill `out` with the summed power-law densities of all events strictly before each moment."""
    for i in range(at.size):
        total = 0.0
        for j in range(times.size):
            if times[j] >= at[i]:
                break
            total += (1.0 + (at[i] - times[j]) / cutoff) ** -(1.0 + theta)
        out[i] = total * theta / cutoff


@kernel
def gathered_exactly(times, at, theta, cutoff, out):
    """Fill `out` with the summed power-law shares of all events before each moment."""
    for i in range(at.size):
        total = 0.0
        for j in range(times.size):
            if times[j] >= at[i]:
                break
            total -= np.expm1(-theta * np.log1p((at[i] - times[j]) / cutoff))
        out[i] = total
