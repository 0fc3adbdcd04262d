"""Two stories on the same network, compiled: a complaint and a response to it."""

import numpy as np

from cemlab import _luck
from cemlab._compiled import kernel
from cemlab.sim._kernels.cascade import look_ahead

_WORD = np.uint64(32)
NONE, COMPLAINT, RESPONSE, BOTH = 0, 1, 2, 3
"""What a person holds, or what reached them in a round: bits, one a story."""
_WAITS = 4
"""Bit of those who will start the response: nothing convinces them before their round."""


@kernel
def _join(v, word, t, teller, closes, shut, who, when, side, heard, count):
    """Note that v joins a story; return the number of joinings."""
    shut[v] = (shut[v] & BOTH) | closes
    who[count] = v
    when[count] = t
    side[count] = word
    heard[count] = teller
    return count + 1


@kernel
def course(
    start,
    targets,
    joiners,
    join_round,
    join_side,
    chance_c,
    factor_c,
    chance_r,
    factor_r,
    turn,
    last_word,
    key,
    replicate,
    own,
    shut,
    fresh,
    teller,
    reached,
    who,
    when,
    side,
    heard,
):
    """Run one rivalry round by round; return how many joinings there were.

    `joiners` join `join_side` in `join_round` (ascending), unless they hold a word by then;
    `own[v]` is their side, to which they hold. A link is tried once a story, in the round after its speaker
    joined, and is live if its draw (one a story) is below chance * factor[round]. Whoever
    both stories reach in one round takes the side of a coin; with chance `turn` a person whom
    the complaint reaches speaks for the company instead. First word: who holds a word keeps
    it. Last word: everybody may join both, and holds what came last.

    Scratch: `shut` and `fresh` (n,) uint8, `teller` (n, 2) and `reached` (n,) int32. Filled:
    `who`, `when`, `side` and `heard` (-1: by themselves), a row a joining, in order; (n,)
    rows, or (2 n,) with `last_word`.
    """
    links_c = _luck.branch(key, replicate, _luck.LINK)
    links_r = _luck.branch(key, replicate, _luck.RESPONSE)
    coins = _luck.branch(key, replicate, _luck.TIE)
    turns = _luck.branch(key, replicate, _luck.SIDE)
    for v in range(start.size - 1):
        fresh[v] = NONE
        shut[v] = RESPONSE if own[v] == COMPLAINT else NONE
        if own[v] == RESPONSE:
            shut[v] = BOTH | _WAITS
    count = 0
    first = 0
    j = 0
    t = 0
    while first < count or j < joiners.size:
        if first == count and join_round[j] > t:
            t = join_round[j]
        end = count
        f_c = factor_c[min(t, factor_c.size - 1)]
        f_r = factor_r[min(t, factor_r.size - 1)]
        found = 0
        for i in range(first, end):
            u = who[i]
            look_ahead(start, targets, who, i, count)
            story = side[i]
            links = links_c if story == COMPLAINT else links_r
            chance = chance_c if story == COMPLAINT else chance_r
            f = f_c if story == COMPLAINT else f_r
            for k in range(start[u], start[u + 1]):
                v = targets[k]
                if (shut[v] | fresh[v]) & story:
                    continue
                c = chance[0] if chance.size == 1 else chance[k]
                link = (np.uint64(u) << _WORD) | np.uint64(v)
                if _luck.draw(links, link) < c * f:
                    if fresh[v] == NONE:
                        reached[found] = v
                        found += 1
                    fresh[v] |= story
                    teller[v, story - 1] = u
        for i in range(found):
            v = reached[i]
            came = fresh[v]
            fresh[v] = NONE
            if came & COMPLAINT and own[v] == NONE and _luck.draw(turns, v) < turn:
                shut[v] |= COMPLAINT
                if came == COMPLAINT:
                    teller[v, 1] = teller[v, 0]
                came = RESPONSE & ~shut[v]
            then = NONE
            if came == BOTH:
                came = RESPONSE if _luck.draw(coins, v) < 0.5 else COMPLAINT
                then = BOTH - came if last_word else NONE
            if came != NONE:
                closes = came if last_word else BOTH
                count = _join(
                    v, came, t, teller[v, came - 1], closes, shut, who, when, side, heard, count
                )
            if then != NONE:
                count = _join(
                    v, then, t, teller[v, then - 1], then, shut, who, when, side, heard, count
                )
        first = end
        while j < joiners.size and join_round[j] <= t:
            v = joiners[j]
            word = join_side[j]
            if shut[v] & _WAITS or not shut[v] & word:
                closes = word if last_word else BOTH
                count = _join(v, word, t, -1, closes, shut, who, when, side, heard, count)
            j += 1
        t += 1
    return count


@kernel
def reach(
    start,
    targets,
    joiners,
    join_round,
    join_side,
    chance_c,
    factor_c,
    chance_r,
    factor_r,
    turn,
    last_word,
    key,
    low,
    high,
    own,
    out,
):
    """Fill out[low:high]: people who end with the complaint's word, the response's, ever the first."""
    n = start.size - 1
    rows = 2 * n if last_word else n
    shut = np.empty(n, np.uint8)
    fresh = np.empty(n, np.uint8)
    teller = np.empty((n, 2), np.int32)
    reached = np.empty(n, np.int32)
    who = np.empty(rows, np.int32)
    when = np.empty(rows, np.int32)
    side = np.empty(rows, np.uint8)
    heard = np.empty(rows, np.int32)
    word = np.zeros(n, np.uint8)
    for r in range(low, high):
        count = course(
            start, targets, joiners, join_round, join_side, chance_c, factor_c,
            chance_r, factor_r, turn, last_word, key, r, own, shut, fresh, teller,
            reached, who, when, side, heard,
        )  # fmt: skip
        out[r, :] = 0
        for i in range(count):
            held = word[who[i]]
            if held != NONE:
                out[r, held - 1] -= 1
            word[who[i]] = side[i]
            out[r, side[i] - 1] += 1
            out[r, 2] += side[i] == COMPLAINT
        for i in range(count):
            word[who[i]] = NONE
