"""Independent cascade, compiled: one history, and the reach of many."""

import numpy as np

from cemlab import _luck
from cemlab._compiled import fetch, inlined, kernel

_CELLS = 65536
_LONGEST = 4.0e18
_WORD = np.uint64(32)
_NEAR, _FAR = 6, 12


@inlined
def look_ahead(start, targets, who, i, count):
    """Fetch the links of people whose turn comes soon: at a million people twice as fast."""
    if i + _FAR < count:
        fetch(start, who[i + _FAR])
        fetch(targets, start[who[i + _NEAR]])


@kernel
def spread(
    start,
    targets,
    joiners,
    join_round,
    chance,
    factor,
    key,
    replicate,
    seen,
    who,
    when,
    heard,
):
    """Run one cascade round by round; return how many people it reached.

    `joiners` join in `join_round` (ascending). A link (u, v) is tried once, in the
    round after u joined, and is live if its draw is below chance * factor[round].
    `seen` (n,), `who`, `when` and `heard` (n,) are filled: members in the order they
    came, the round of each and from whom they heard (-1: started by themselves).
    """
    seen[:] = 0
    luck = _luck.branch(key, replicate, _luck.LINK)
    same = chance.size == 1
    count = 0
    first = 0
    j = 0
    t = 0
    while first < count or j < joiners.size:
        if first == count and join_round[j] > t:
            t = join_round[j]
        end = count
        f = factor[min(t, factor.size - 1)]
        for i in range(first, end):
            u = who[i]
            look_ahead(start, targets, who, i, count)
            for k in range(start[u], start[u + 1]):
                v = targets[k]
                c = chance[0] if same else chance[k]
                link = (np.uint64(u) << _WORD) | np.uint64(v)
                if _luck.draw(luck, link) < c * f and seen[v] == 0:
                    seen[v] = 1
                    who[count] = v
                    when[count] = t
                    heard[count] = u
                    count += 1
        first = end
        while j < joiners.size and join_round[j] <= t:
            v = joiners[j]
            if seen[v] == 0:
                seen[v] = 1
                who[count] = v
                when[count] = t
                heard[count] = -1
                count += 1
            j += 1
        t += 1
    return count


@kernel
def reach_paired(start, targets, joiners, join_round, chance, factor, key, low, high, out):
    """Fill out[low:high] with the reach of those replicates, every link by its own draw."""
    n = start.size - 1
    seen = np.empty(n, np.uint8)
    who = np.empty(n, np.int32)
    when = np.empty(n, np.int32)
    heard = np.empty(n, np.int32)
    for r in range(low, high):
        out[r] = spread(
            start,
            targets,
            joiners,
            join_round,
            chance,
            factor,
            key,
            r,
            seen,
            who,
            when,
            heard,
        )


@kernel
def skip_table(p):
    """Return geometric gaps by cell of the unit interval; -1 where the cell straddles two."""
    table = np.empty(_CELLS, np.int16)
    scale = 1.0 / np.log1p(-p)
    for i in range(_CELLS):
        low = int(min(np.log((i + 1) / _CELLS) * scale, _LONGEST)) if i < _CELLS - 1 else 0
        high = int(min(np.log(i / _CELLS) * scale, _LONGEST)) if i > 0 else -1
        table[i] = low if low == high and low < 32000 else -1
    return table


@inlined
def _gap(bits, table, scale):
    """Return how many links fail before the next live one."""
    g = int(table[bits >> np.uint64(48)])
    if g < 0:
        u = ((bits >> np.uint64(11)) + np.uint64(1)) * (1.0 / 9007199254740993.0)
        g = int(min(np.log(u) * scale, _LONGEST))
    return g


@kernel
def reach_skipping(start, targets, joiners, p, table, key, low, high, out):
    """Fill out[low:high] with the reach for one 0 < p < 1, jumping from live link to live link.

    The same law as :func:`reach_paired`, with few draws where p is small; the stream
    belongs to the replicate, so threads change nothing.
    """
    n = start.size - 1
    seen = np.empty(n, np.uint8)
    who = np.empty(n + 1, np.int32)
    scale = 1.0 / np.log1p(-p)
    for r in range(low, high):
        s0 = np.uint64(_luck.branch(key, r, _luck.STREAM))
        s1 = np.uint64(_luck.mix(s0))
        seen[:] = 0
        count = 0
        for v in joiners:
            seen[v] = 1
            who[count] = v
            count += 1
        bits, s0, s1 = _luck.advance(s0, s1)
        skip = _gap(bits, table, scale)
        i = 0
        while i < count:
            u = who[i]
            look_ahead(start, targets, who, i, count)
            i += 1
            k = start[u] + skip
            end = start[u + 1]
            while k < end:
                v = targets[k]
                fresh = seen[v] ^ np.uint8(1)
                seen[v] = 1
                who[count] = v
                count += fresh
                bits, s0, s1 = _luck.advance(s0, s1)
                k += 1 + _gap(bits, table, scale)
            skip = k - end
        out[r] = count


@kernel
def reach_streaming(start, targets, joiners, chance, key, low, high, out):
    """Fill out[low:high] with the reach for one chance an arc, from one stream a replicate.

    The same law as :func:`reach_paired`, without a draw that belongs to each link.
    """
    n = start.size - 1
    seen = np.empty(n, np.uint8)
    who = np.empty(n + 1, np.int32)
    for r in range(low, high):
        s0 = np.uint64(_luck.branch(key, r, _luck.STREAM))
        s1 = np.uint64(_luck.mix(s0))
        seen[:] = 0
        count = 0
        for v in joiners:
            seen[v] = 1
            who[count] = v
            count += 1
        i = 0
        while i < count:
            u = who[i]
            look_ahead(start, targets, who, i, count)
            i += 1
            for k in range(start[u], start[u + 1]):
                bits, s0, s1 = _luck.advance(s0, s1)
                if _luck.unit(bits) < chance[k]:
                    v = targets[k]
                    fresh = seen[v] ^ np.uint8(1)
                    seen[v] = 1
                    who[count] = v
                    count += fresh
        out[r] = count


@kernel
def _boss_of(boss, u):
    """Return who speaks for u's group, and shorten the way there."""
    while boss[u] != u:
        boss[u] = boss[boss[u]]
        u = boss[u]
    return u


@kernel
def join_live_links(start, targets, p, key, replicate, boss, size):
    """Fill size[u] with the number of people whom live links join to u, over one draw of all links.

    A tie is live if the draw of its link from the lower to the higher number is below p.
    `boss` (n,) int32 is scratch: where to look for the one who speaks for a group.
    """
    n = start.size - 1
    luck = _luck.branch(key, replicate, _luck.LINK)
    for u in range(n):
        boss[u] = u
        size[u] = 1
    for u in range(n):
        for k in range(start[u], start[u + 1]):
            v = targets[k]
            link = (np.uint64(u) << _WORD) | np.uint64(v)
            if v > u and _luck.draw(luck, link) < p:
                a = _boss_of(boss, u)
                b = _boss_of(boss, v)
                if a != b:
                    if size[a] < size[b]:
                        a, b = b, a
                    boss[b] = a
                    size[a] += size[b]
    for u in range(n):
        size[u] = size[_boss_of(boss, u)]
