"""Rumour, compiled: in a crowd where all meet all, and on a network."""

import math

import numpy as np

from cemlab import _luck
from cemlab._compiled import inlined, kernel

_SLOWEST = 1e-300


@inlined
def _wait(luck, count, rate):
    """Return the waiting time number `count` (steps) for something of this rate (a step)."""
    return -math.log(1.0 - _luck.draw(luck, count)) / max(rate, _SLOWEST)


@inlined
def _tells(bits, n, ignorant, spread, stifle, forget):
    """Return whether the next thing that happens in a crowd is that somebody hears.

    Else a spreader stops. The chance does not depend on how many spread.
    """
    hear = spread * ignorant
    stop = stifle * (n - 1 - ignorant) + forget * (n - 1)
    return stop <= 0.0 or _luck.unit(bits) * (hear + stop) < hear


@kernel
def crowd(n, first, spread, stifle, forget, key, replicate, active, when, heard, stop):
    """Run one rumour in a crowd of `n`; return how many ever hear it, the `first` included.

    Filled, in the order in which people hear: when (steps), from whom (their place in
    this order, -1: from nobody), and when they stop. `active` (n,) is scratch.
    """
    s0 = np.uint64(_luck.branch(key, replicate, _luck.STREAM))
    s1 = np.uint64(_luck.mix(s0))
    waiting = _luck.branch(key, replicate, _luck.DURATION)
    speaking = _luck.branch(key, replicate, _luck.LINK)
    for i in range(first):
        active[i] = i
        when[i] = 0.0
        heard[i] = -1
    if n == 1 and first == 1:
        stop[0] = _wait(waiting, 0, 1.0 + forget)
        return 1
    count = first
    spreading = first
    t = 0.0
    step = 0
    while spreading > 0:
        ignorant = n - count
        rate = (spread * ignorant + stifle * (n - 1 - ignorant)) / (n - 1) + forget
        t += _wait(waiting, step, spreading * rate)
        i = int(_luck.draw(speaking, step) * spreading)
        step += 1
        bits, s0, s1 = _luck.advance(s0, s1)
        if _tells(bits, n, ignorant, spread, stifle, forget):
            when[count] = t
            heard[count] = active[i]
            active[spreading] = count
            spreading += 1
            count += 1
        else:
            stop[active[i]] = t
            spreading -= 1
            active[i] = active[spreading]
    return count


@kernel
def reach_crowd(n, first, spread, stifle, forget, key, low, high, out):
    """Fill out[low:high] with how many hear in those replicates of :func:`crowd`."""
    for r in range(low, high):
        s0 = np.uint64(_luck.branch(key, r, _luck.STREAM))
        s1 = np.uint64(_luck.mix(s0))
        count = first
        spreading = first if n > 1 else 0
        while spreading > 0:
            bits, s0, s1 = _luck.advance(s0, s1)
            if _tells(bits, n, n - count, spread, stifle, forget):
                spreading += 1
                count += 1
            else:
                spreading -= 1
        out[r] = count


@kernel
def network(
    start,
    targets,
    joiners,
    spread,
    stifle,
    forget,
    key,
    replicate,
    seen,
    active,
    who,
    when,
    heard,
    stop,
):
    """Run one rumour on a network; return how many ever hear it, the `joiners` included.

    Filled, in the order in which people hear: `who`, when (steps), from whom (-1: from
    nobody), and when they stop. `seen` and `active` (n,) are scratch. Contacts that
    cannot change anything, whatever the listener knows, are left out from the start:
    `pace` is the rate of the others.
    """
    s0 = np.uint64(_luck.branch(key, replicate, _luck.STREAM))
    s1 = np.uint64(_luck.mix(s0))
    waiting = _luck.branch(key, replicate, _luck.DURATION)
    pace = max(spread, stifle)
    seen[:] = 0
    count = 0
    spreading = 0
    t = 0.0
    step = 0
    told = 0
    v = 0
    teller = -1
    while True:
        hears = False
        if told < joiners.size:
            v = joiners[told]
            told += 1
            hears = True
        elif spreading == 0:
            break
        else:
            t += _wait(waiting, step, spreading * (pace + forget))
            step += 1
            bits, s0, s1 = _luck.advance(s0, s1)
            i = int(_luck.unit(bits) * spreading)
            teller = int(who[active[i]])
            stops = False
            if forget > 0.0:
                bits, s0, s1 = _luck.advance(s0, s1)
                stops = _luck.unit(bits) * (pace + forget) < forget
            if not stops:
                bits, s0, s1 = _luck.advance(s0, s1)
                ties = start[teller + 1] - start[teller]
                v = targets[start[teller] + int(_luck.unit(bits) * ties)]
                chance = stifle if seen[v] else spread
                works = chance == pace
                if not works:
                    bits, s0, s1 = _luck.advance(s0, s1)
                    works = _luck.unit(bits) * pace < chance
                stops = works and seen[v] == 1
                hears = works and seen[v] == 0
            if stops:
                stop[active[i]] = t
                spreading -= 1
                active[i] = active[spreading]
        if hears:
            seen[v] = 1
            who[count] = v
            when[count] = t
            heard[count] = teller
            if start[v + 1] > start[v]:
                active[spreading] = count
                spreading += 1
            else:
                stop[count] = t + _wait(waiting, step, 1.0 + forget)
                step += 1
            count += 1
    return count


@kernel
def reach_network(start, targets, joiners, spread, stifle, forget, key, low, high, out):
    """Fill out[low:high] with how many hear in those replicates of :func:`network`."""
    n = start.size - 1
    seen = np.empty(n, np.uint8)
    active = np.empty(n, np.int32)
    who = np.empty(n, np.int32)
    when = np.empty(n, np.float64)
    heard = np.empty(n, np.int32)
    stop = np.empty(n, np.float64)
    for r in range(low, high):
        out[r] = network(
            start, targets, joiners, spread, stifle, forget,
            key, r, seen, active, who, when, heard, stop,
        )  # fmt: skip
