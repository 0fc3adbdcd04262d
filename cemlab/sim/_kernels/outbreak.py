"""Outbreak in continuous time, compiled: who hears when, or only how many.

A link (u, v) is live if its delay is not longer than u keeps talking. Delays and durations
are draws of their own, so the people reached need no clock (`reach`); the times are the
shortest ways along live links (`course`), found in order of time with a calendar: a ring of
thin slots of time, each a linked list of notes ("v may hear at t"), and a small heap for the
slot that is open. A note is void once v can hear earlier; it is dropped when its turn comes.
"""

import math

import numpy as np

from cemlab import _luck
from cemlab._compiled import fetch, inlined, kernel
from cemlab.sim._kernels.calendar import BITS, file_note, longer, pop, push, to_next_busy
from cemlab.sim._kernels.cascade import look_ahead

_WORD = np.uint64(32)
_UNITS = 2.0**53
_NOBODY = -1
_NONE = -1
_FEW = 16


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
            look_ahead(start, targets, who, i, count)
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


@kernel
def reach_streaming(start, targets, first, delay, talk, talk_shape, key, low, high, out):
    """Fill out[low:high] with the reach for exponential delays, from one stream a replicate.

    The same law as :func:`reach`, without a draw that belongs to each link.
    """
    n = start.size - 1
    seen = np.empty(n, np.uint8)
    who = np.empty(n + 1, np.int32)
    for r in range(low, high):
        s0 = np.uint64(_luck.branch(key, r, _luck.STREAM))
        s1 = np.uint64(_luck.mix(s0))
        seen[:] = 0
        count = 0
        for v in first:
            seen[v] = 1
            who[count] = v
            count += 1
        i = 0
        while i < count:
            u = who[i]
            look_ahead(start, targets, who, i, count)
            i += 1
            lasts = talk
            if talk < np.inf and talk_shape < np.inf:
                bits, s0, s1 = _luck.advance(s0, s1)
                if talk_shape == 1.0:
                    lasts = -talk * math.log1p(-_luck.unit(bits))
                else:
                    lasts = talk * _gamma(bits, talk_shape)
            below = np.uint64(_chance_within(lasts, delay) * _UNITS)
            for k in range(start[u], start[u + 1]):
                bits, s0, s1 = _luck.advance(s0, s1)
                if (bits >> np.uint64(11)) < below:
                    v = targets[k]
                    fresh = seen[v] ^ np.uint8(1)
                    seen[v] = 1
                    who[count] = v
                    count += fresh
        out[r] = count


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
    earliest,
    teller,
    who,
    when,
    until,
    heard,
):
    """Run one outbreak; return how many people it reached.

    `slots` (a multiple of 64) and `busy` (a bit a slot) are the calendar's ring, `width` the
    time of one slot; `earliest` and `teller` (n,) are scratch, by person. Filled, in the order
    of time: `who` was reached, `when`, `until` when they talk, and from whom they `heard` (-1:
    they began).
    """
    links = _luck.branch(key, replicate, _luck.LINK)
    people = _luck.branch(key, replicate, _luck.DURATION)
    slots[:] = _NONE
    busy[:] = 0
    earliest[:] = np.inf
    room = max(64, first.size, earliest.size)
    time = np.empty(room, np.float64)
    person = np.empty(room, np.int32)
    after = np.empty(room, np.int32)
    heap = np.empty(room, np.int32)
    free = _NONE
    notes = 0
    count = 0
    waiting = 0
    filed = 0
    now = 0
    for v in first:
        earliest[v] = 0.0
        teller[v] = _NOBODY
        time[notes] = 0.0
        person[notes] = v
        waiting = push(heap, waiting, time, notes)
        notes += 1
    while waiting > 0 or filed > 0:
        if waiting == 0:
            now += to_next_busy(busy, now % slots.size)
            slot = now % slots.size
            note = slots[slot]
            slots[slot] = _NONE
            busy[slot // BITS] &= ~(np.uint64(1) << np.uint64(slot % BITS))
            while note != _NONE:
                following = after[note]
                place = int(time[note] / width)
                if time[note] > earliest[person[note]]:
                    after[note] = free
                    free = note
                    filed -= 1
                elif place > now:
                    file_note(slots, busy, after, min(place, now + slots.size - 1), note)
                else:
                    fetch(start, person[note])
                    waiting = push(heap, waiting, time, note)
                    filed -= 1
                note = following
            for i in range(waiting):
                fetch(targets, start[person[heap[i]]])
            for i in range(waiting):
                u = person[heap[i]]
                for k in range(start[u], min(start[u + 1], start[u] + _FEW)):
                    fetch(earliest, targets[k])
            continue
        note = heap[0]
        waiting = pop(heap, waiting, time)
        u = person[note]
        t = time[note]
        after[note] = free
        free = note
        if t > earliest[u]:
            continue
        lasts = _time(people, u, talk, talk_shape)
        who[count] = u
        when[count] = t
        until[count] = t + lasts
        heard[count] = int(teller[u])
        count += 1
        sure = _chance_within(lasts, delay)
        for k in range(start[u], start[u + 1]):
            v = targets[k]
            if delay_shape == 1.0:
                draw = _luck.draw(links, _link(u, v))
                if draw >= sure:
                    continue
                hears = t - delay * math.log1p(-draw)
            else:
                takes = _time(links, _link(u, v), delay, delay_shape)
                if takes > lasts:
                    continue
                hears = t + takes
            if hears >= earliest[v]:
                continue
            earliest[v] = hears
            teller[v] = u
            if free != _NONE:
                note = free
                free = after[note]
            else:
                if notes == time.size:
                    time = longer(time)
                    person = longer(person)
                    after = longer(after)
                    heap = longer(heap)
                note = notes
                notes += 1
            time[note] = hears
            person[note] = v
            place = int(hears / width)
            if place <= now:
                waiting = push(heap, waiting, time, note)
            else:
                file_note(slots, busy, after, min(place, now + slots.size - 1), note)
                filed += 1
    return count
