"""Firestorm, compiled: a cascade, its decisions, and when the press joins."""

import numpy as np

from cemlab import _luck
from cemlab._compiled import kernel
from cemlab.sim._kernels.cascade import spread


@kernel
def press_round(start, targets, first, factor, earliest, needs, key, r, seen, who, when, heard):
    """Return the round in which the press joins replicate r, or -1: it finds no story."""
    at_once = np.zeros(1, np.int64)
    count = spread(
        start,
        targets,
        first,
        at_once,
        np.ones(1),
        factor,
        key,
        r,
        seen,
        who,
        when,
        heard,
    )
    if count < needs:
        return -1
    return max(earliest, when[needs - 1]) if needs > 0 else earliest


@kernel
def reach_firestorm(
    start,
    targets,
    joiners,
    declined,
    accepted,
    recovery_chance,
    accept_chance,
    earliest,
    needs,
    key,
    out,
):
    """Fill `out` with the reach of replicates 0, 1, ...; see `simulate` for one of them."""
    n = start.size - 1
    seen = np.empty(n, np.uint8)
    who = np.empty(n, np.int32)
    when = np.empty(n, np.int32)
    heard = np.empty(n, np.int32)
    one = np.ones(1)
    rounds = np.zeros(2, np.int64)
    for r in range(out.size):
        if _luck.one_draw(key, r, _luck.RECOVERY) < recovery_chance:
            out[r] = 0
            continue
        factor = accepted if _luck.one_draw(key, r, _luck.OFFER) < accept_chance else declined
        members = 1
        if joiners.size > 1:
            rounds[1] = press_round(
                start,
                targets,
                joiners[:1],
                factor,
                earliest,
                needs,
                key,
                r,
                seen,
                who,
                when,
                heard,
            )
            members = 2 if rounds[1] >= 0 else 1
        out[r] = spread(
            start, targets, joiners[:members], rounds[:members], one, factor,
            key, r, seen, who, when, heard,
        )  # fmt: skip
