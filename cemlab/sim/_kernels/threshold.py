"""Thresholds, compiled: one history, and the reach of many."""

import numpy as np

from cemlab import _luck
from cemlab._compiled import kernel
from cemlab.sim._kernels.cascade import look_ahead


@kernel
def spread(
    start,
    targets,
    weights,
    need,
    drawn,
    joiners,
    join_round,
    key,
    replicate,
    seen,
    tally,
    who,
    when,
    heard,
):
    """Run one history round by round; return how many people it reached.

    A person joins in the round in which the weight of the voices heard so far comes up
    to `need` (n,), or, if `drawn`, to a share of it that luck draws from (0, 1].
    `weights` is one for all arcs, or one an arc; a weight of 0 is no voice.
    `joiners` join in `join_round` (ascending). `seen`, `tally` (n,) are scratch; `who`,
    `when` and `heard` (n,) are filled: members in the order they came, the round of each
    and the voice that tipped them (-1: started by themselves).
    """
    seen[:] = 0
    tally[:] = 0.0
    luck = _luck.branch(key, replicate, _luck.THRESHOLD)
    same = weights.size == 1
    count = 0
    first = 0
    j = 0
    t = 0
    while first < count or j < joiners.size:
        if first == count and join_round[j] > t:
            t = join_round[j]
        end = count
        for i in range(first, end):
            u = who[i]
            look_ahead(start, targets, who, i, count)
            for k in range(start[u], start[u + 1]):
                v = targets[k]
                weight = weights[0] if same else weights[k]
                if seen[v] == 0 and weight > 0.0:
                    tally[v] += weight
                    enough = need[v]
                    if drawn:
                        enough *= 1.0 - _luck.draw(luck, v)
                    if tally[v] >= enough:
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
def reach(start, targets, weights, need, drawn, joiners, join_round, key, low, high, out):
    """Fill out[low:high] with the reach of those replicates."""
    n = start.size - 1
    seen = np.empty(n, np.uint8)
    tally = np.empty(n, np.float64)
    who = np.empty(n, np.int32)
    when = np.empty(n, np.int32)
    heard = np.empty(n, np.int32)
    for r in range(low, high):
        out[r] = spread(
            start, targets, weights, need, drawn, joiners, join_round,
            key, r, seen, tally, who, when, heard,
        )  # fmt: skip
