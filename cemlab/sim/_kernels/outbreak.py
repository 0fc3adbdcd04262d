"""Outbreak in continuous time, compiled: who hears when, or only how many.

A link (u, v) is live if its delay is not longer than u keeps talking. Delays and durations
are draws of their own, so the people reached need no clock (`reach`); the times are the
shortest ways along live links (`course`), found in order of time with a calendar: a ring of
thin slots of time, each a linked list of people, and a small heap for the slot that is open.
"""

import math

import numpy as np

from cemlab import _luck
from cemlab._compiled import inlined, kernel

_WORD = np.uint64(32)
_BITS = 64
_NOBODY = -1
UNSEEN, FILED, NEXT, TOLD = 0, 1, 2, 3


@kernel
def _normal_and_unit(s0, s1):
    """Return (standard normal, uniform in (0, 1), next s0, next s1)."""
    a, s0, s1 = _luck.advance(s0, s1)
    b, s0, s1 = _luck.advance(s0, s1)
    c, s0, s1 = _luck.advance(s0, s1)
    radius = math.sqrt(-2.0 * math.log(1.0 - _luck.unit(a)))
    normal = radius * math.cos(2.0 * math.pi * _luck.unit(b))
    return normal, 1.0 - _luck.unit(c), s0, s1


@kernel
def _gamma(bits, shape):
    """Return a gamma draw of this shape (mean 1), all of its luck from 64 bits.

    G. Marsaglia & W. W. Tsang, "A simple method for generating gamma variables", ACM TOMS
    26, 2000; below shape 1 with their boost.
    """
    s0 = np.uint64(_luck.mix(bits))
    s1 = np.uint64(_luck.mix(s0))
    boost = 1.0
    grown = shape
    if shape < 1.0:
        _, u, s0, s1 = _normal_and_unit(s0, s1)
        boost = u ** (1.0 / shape)
        grown = shape + 1.0
    d = grown - 1.0 / 3.0
    c = 1.0 / math.sqrt(9.0 * d)
    while True:
        x, u, s0, s1 = _normal_and_unit(s0, s1)
        v = (1.0 + c * x) ** 3
        if v > 0.0 and math.log(u) < 0.5 * x * x + d - d * v + d * math.log(v):
            return boost * d * v / shape


@kernel
def _time(luck, entity, mean, shape):
    """Return the entity's delay or duration: gamma with this mean; shape inf is a fixed time."""
    if mean == np.inf or shape == np.inf:
        return mean
    if shape == 1.0:
        return -mean * math.log1p(-_luck.draw(luck, entity))
    return mean * _gamma(np.uint64(luck) ^ _luck.mix(entity), shape)


@inlined
def _link(u, v):
    return (np.uint64(u) << _WORD) | np.uint64(v)


@kernel
def _chance_within(lasts, delay):
    """Return the chance that an exponential delay of this mean ends within `lasts`."""
    return 0.0 if delay == np.inf else 1.0 - math.exp(-lasts / delay)


@kernel
def reach(start, targets, first, delay, delay_shape, talk, talk_shape, key, low, high, out):
    """Fill out[low:high] with how many people those replicates reach.

    `delay` is the mean time to tell one listener, `talk` the mean time a person keeps talking.
    """
    n = start.size - 1
    seen = np.empty(n, np.uint8)
    who = np.empty(n, np.int32)
    for r in range(low, high):
        links = _luck.branch(key, r, _luck.LINK)
        people = _luck.branch(key, r, _luck.DURATION)
        seen[:] = 0
        count = 0
        for v in first:
            seen[v] = 1
            who[count] = v
            count += 1
        i = 0
        while i < count:
            u = who[i]
            i += 1
            lasts = _time(people, u, talk, talk_shape)
            sure = _chance_within(lasts, delay)
            for k in range(start[u], start[u + 1]):
                v = targets[k]
                if delay_shape == 1.0:
                    live = _luck.draw(links, _link(u, v)) < sure
                else:
                    takes = _time(links, _link(u, v), delay, delay_shape)
                    live = takes <= lasts and takes < np.inf
                if live and seen[v] == 0:
                    seen[v] = 1
                    who[count] = v
                    count += 1
        out[r] = count


# --- the heap of the open slot, by time; after[v] is v's position in it ----------------


@kernel
def _rise(heap, position, when, i):
    v = heap[i]
    while i > 0:
        parent = (i - 1) // 2
        if when[heap[parent]] <= when[v]:
            break
        heap[i] = heap[parent]
        position[heap[i]] = i
        i = parent
    heap[i] = v
    position[v] = i


@kernel
def _push(heap, size, position, when, v):
    heap[size] = v
    position[v] = size
    _rise(heap, position, when, size)
    return size + 1


@kernel
def _pop(heap, size, position, when):
    """Drop the first; return the new size."""
    size -= 1
    v = heap[size]
    i = 0
    while 2 * i + 1 < size:
        child = 2 * i + 1
        if child + 1 < size and when[heap[child + 1]] < when[heap[child]]:
            child += 1
        if when[heap[child]] >= when[v]:
            break
        heap[i] = heap[child]
        position[heap[i]] = i
        i = child
    heap[i] = v
    position[v] = i
    return size


# --- the calendar: rings of slots, each a list linked by `after` and `before` --------


@kernel
def _file(slots, busy, after, before, place, v):
    """Put v into the slot of this place; before[v] of a first one is -2 - slot."""
    slot = place % slots.size
    second = slots[slot]
    after[v] = second
    before[v] = -2 - slot
    if second != _NOBODY:
        before[second] = v
    slots[slot] = v
    busy[slot // _BITS] |= np.uint64(1) << np.uint64(slot % _BITS)


@kernel
def _unfile(slots, after, before, v):
    """Take v out of its slot (whose bit stays: opening an empty slot does no harm)."""
    a = before[v]
    b = after[v]
    if a <= -2:
        slots[-2 - a] = b
    else:
        after[a] = b
    if b != _NOBODY:
        before[b] = a


@kernel
def _to_next_busy(busy, slot):
    """Return how many slots further on the next one with its bit set is, 1 to all of them."""
    steps = 1
    total = busy.size * _BITS
    while steps <= total:
        at = (slot + steps) % total
        word = busy[at // _BITS] >> np.uint64(at % _BITS)
        if word == np.uint64(0):
            steps += _BITS - at % _BITS
        elif word & np.uint64(1):
            return steps
        else:
            steps += 1
    return total


@kernel
def _open(slots, busy, now, width, filed, state, after, before, heap, when):
    """Move a slot's people to the heap, later laps back; return (in the heap, still filed)."""
    slot = now % slots.size
    v = slots[slot]
    slots[slot] = _NOBODY
    busy[slot // _BITS] &= ~(np.uint64(1) << np.uint64(slot % _BITS))
    waiting = 0
    while v != _NOBODY:
        following = after[v]
        place = int(when[v] / width)
        if place > now:
            _file(slots, busy, after, before, min(place, now + slots.size - 1), v)
        else:
            state[v] = NEXT
            waiting = _push(heap, waiting, after, when, v)
            filed -= 1
        v = following
    return waiting, filed


# --- the outbreak itself -----------------------------------------------------


@kernel
def course(
    start,
    targets,
    first,
    delay,
    delay_shape,
    talk,
    talk_shape,
    width,
    key,
    replicate,
    slots,
    busy,
    state,
    after,
    before,
    heap,
    who,
    when,
    until,
    heard,
):
    """Run one outbreak; return how many people it reached.

    `slots` (a multiple of 64) and `busy` (a bit a slot) are the calendar's ring, `width` the
    time of one slot; `state`, `after`, `before` and `heap` (n,) are scratch. Filled: `who`,
    the people reached in the order of time, `until` when each of those talks, and by person
    `when` they heard and from whom they `heard` (-1: they began).
    """
    links = _luck.branch(key, replicate, _luck.LINK)
    people = _luck.branch(key, replicate, _luck.DURATION)
    slots[:] = _NOBODY
    busy[:] = 0
    state[:] = UNSEEN
    when[:] = np.inf
    count = 0
    waiting = 0
    filed = 0
    now = 0
    for v in first:
        when[v] = 0.0
        heard[v] = _NOBODY
        state[v] = NEXT
        waiting = _push(heap, waiting, after, when, v)
    while waiting > 0 or filed > 0:
        if waiting == 0:
            now += _to_next_busy(busy, now % slots.size)
            waiting, filed = _open(slots, busy, now, width, filed, state, after, before, heap, when)
            continue
        u = heap[0]
        waiting = _pop(heap, waiting, after, when)
        state[u] = TOLD
        lasts = _time(people, u, talk, talk_shape)
        who[count] = u
        until[count] = when[u] + lasts
        count += 1
        sure = _chance_within(lasts, delay)
        for k in range(start[u], start[u + 1]):
            v = targets[k]
            if delay_shape == 1.0:
                draw = _luck.draw(links, _link(u, v))
                if draw >= sure:  # before looking at v: most links are not live
                    continue
                hears = when[u] - delay * math.log1p(-draw)
            else:
                takes = _time(links, _link(u, v), delay, delay_shape)
                if takes > lasts:
                    continue
                hears = when[u] + takes
            if hears >= when[v]:  # as for everybody who was told before
                continue
            if state[v] == FILED:
                _unfile(slots, after, before, v)
                filed -= 1
            when[v] = hears
            heard[v] = u
            place = int(hears / width)
            if state[v] == NEXT:
                _rise(heap, after, when, after[v])
            elif place <= now:
                state[v] = NEXT
                waiting = _push(heap, waiting, after, when, v)
            else:
                state[v] = FILED
                _file(slots, busy, after, before, min(place, now + slots.size - 1), v)
                filed += 1
    return count
