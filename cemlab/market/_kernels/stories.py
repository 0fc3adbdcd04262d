"""Posts of single people on a network, compiled: who passes them on, and how often they are seen."""

from math import log, log1p

import numpy as np

from cemlab import _luck
from cemlab._compiled import inlined, kernel
from cemlab.market._kernels.people import LINK, entity, home


@inlined
def _is_told(start, targets, u, v):
    """Return whether v is among those whom u reaches (they stand in order)."""
    low, high = start[u], start[u + 1]
    while low < high:
        middle = (low + high) >> 1
        if targets[middle] < v:
            low = middle + 1
        else:
            high = middle
    return low < start[u + 1] and targets[low] == v


@kernel
def tell(start, targets, author, key, chance, most, seen, mark, who, heard, when):
    """Tell one story from its author on; return sharers and exposures.

    Each sharer exposes everybody they reach but the one from whom they have it. Each exposure
    makes somebody share with `chance` who has not shared yet. Links are drawn sparsely with the
    chance `most`, which the company cannot change, then thinned: a calmer story is a part of
    the same one. `seen` (n,) holds `mark` for those who share; `who`, `heard` and `when`
    (n,) are filled: sharers, from whom (-1: nobody), and the round.
    """
    who[0], heard[0], when[0] = author, -1, 0
    seen[author] = mark
    count, i, exposures = 1, 0, 0
    scale = 1.0 / log1p(-most) if 0.0 < most < 1.0 else 0.0
    while i < count:
        u = who[i]
        end = start[u + 1]
        exposures += end - start[u]
        if heard[i] >= 0 and _is_told(start, targets, u, heard[i]):
            exposures -= 1
        if most > 0.0:
            own = _luck.branch(key, u, 0)
            k = start[u]
            j = 0
            while k < end:
                skip = log(1.0 - _luck.draw(own, j)) * scale
                if skip >= end - k:
                    break
                k += int(skip)
                v = targets[k]
                if seen[v] != mark and _luck.draw(own, j + 1) * most < chance:
                    seen[v] = mark
                    who[count], heard[count], when[count] = v, u, when[i] + 1
                    count += 1
                k += 1
                j += 2
        i += 1
    return count, exposures


@inlined
def story(luck, failure):
    """Return the key of a post's own luck."""
    own = entity(failure.customer, failure.month, failure.experience)
    return _luck.branch(luck[LINK], own, 0)


@kernel
def publish(start, targets, luck, failures, contacts, chance, most, seen, mark, who, heard, when):
    """Fill sharers and exposures of a month's posts; return the last mark that was used."""
    n = start.size - 1
    for k in range(contacts.size):
        contact = contacts[k]
        if contact.is_post:
            mark += 1
            failure = failures[contact.failure]
            author = home(luck, failure.customer, n)
            key = story(luck, failure)
            contact.sharers, contact.exposures = tell(
                start, targets, author, key, chance, most, seen, mark, who, heard, when
            )
    return mark


@kernel
def retell(start, targets, luck, customer, month, experience, chance, most, first, by, told, when):
    """Tell stories again for the log: all who share each but its author.

    Arrays of posts; post p's sharers go to first[p] : first[p + 1] of `by`, `told` (people
    exposed) and `when` (round).
    """
    n = start.size - 1
    seen = np.zeros(n, np.int64)
    who, heard, rounds = np.empty(n, np.int32), np.empty(n, np.int32), np.empty(n, np.int32)
    for p in range(customer.size):
        author = home(luck, customer[p], n)
        key = _luck.branch(luck[LINK], entity(customer[p], month[p], experience[p]), 0)
        count, _ = tell(
            start, targets, author, key, chance[p], most[p], seen, p + 1, who, heard, rounds
        )
        for i in range(1, count):
            u = who[i]
            at = first[p] + i - 1
            by[at], when[at] = u, rounds[i]
            told[at] = start[u + 1] - start[u] - int(_is_told(start, targets, u, heard[i]))
