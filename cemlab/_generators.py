"""Compiled generators of networks: numbers in, pairs of people out."""

import numpy as np

from cemlab import _luck
from cemlab._compiled import kernel


@kernel
def preferential(n, m, key):
    """Grow the pairs, shape (k, 2): the first m + 1 people form a star around person 0."""
    pairs = np.empty((m + (n - m - 1) * m, 2), np.int64)
    ends = np.empty(2 * pairs.shape[0], np.int64)
    s0 = _luck.branch(key, 0, _luck.STREAM)
    s1 = _luck.mix(s0)
    k = 0
    for u in range(1, m + 1):
        pairs[k, 0], pairs[k, 1] = u, 0
        ends[2 * k], ends[2 * k + 1] = u, 0
        k += 1
    for u in range(m + 1, n):
        known = 2 * k
        first = k
        while k < first + m:
            bits, s0, s1 = _luck.advance(s0, s1)
            v = ends[int(_luck.unit(bits) * known)]
            fresh = True
            for j in range(first, k):
                fresh = fresh and pairs[j, 1] != v
            if fresh:
                pairs[k, 0], pairs[k, 1] = u, v
                ends[2 * k], ends[2 * k + 1] = u, v
                k += 1
    return pairs
