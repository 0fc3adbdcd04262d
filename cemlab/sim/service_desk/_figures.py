"""The key figures of one course of a service desk, and what each of them is a share or mean of."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cemlab.sim._kernels import desk_tables as _desk
from cemlab.sim.service_desk._course import Course
from cemlab.sim.service_desk._plan import Plan

OF = {
    "abandoned": "finished",
    "turned_away": "finished",
    "wait_of_all_min": "finished",
    "wait_of_served_min": "served",
    "level_of_all": "known",
    "level_of_answered": "served",
    "level_of_patient": "patient",
    "solved": "customers",
    "gave_up": "customers",
    "left": "customers",
    "unfinished": "customers",
    "contacts_each": "customers",
    "posts_per_100": "customers",
    "anger": "finished",
}
"""The count that each figure is divided by: over replays these weigh it."""


def figures(
    plan: Plan, course: Course, channel: int, limit: float, skip: float
) -> dict[str, float]:
    """Return the figures of contacts after `skip` minutes, on one channel or (-1) on all.

    Figures of customers follow those who first came on that channel, wherever they went.
    """
    rows, people = course
    late = rows[rows["came"] >= skip] if skip else rows
    counted = late[late["channel"] == channel] if channel >= 0 else late
    outcome, came, began = counted["outcome"], counted["came"], counted["began"]
    waiting = outcome == _desk.WAITING
    served = ~np.isnan(began)
    waited = np.where(served, began, counted["ended"]) - came
    soon = waited <= limit
    finished = _n(~waiting)
    known = finished + _n(waiting & (plan.end - came > limit))
    patient = known - _n(~served & ~waiting & soon)
    answered_soon = _n(served & soon)
    newcomers = people["came"] >= skip
    if channel >= 0:
        newcomers &= people["origin"] == channel
    fate = people["fate"][newcomers]
    theirs = newcomers[late["customer"]]
    posts = (late["channel"] == plan.ways.public_channel) & ~late["callback"]
    return {
        "contacts": float(counted.size),
        "customers": float(fate.size),
        "waiting": _n(waiting),
        "finished": finished,
        "served": _n(served),
        "known": known,
        "patient": patient,
        "abandoned": _over(_n(outcome == _desk.ABANDONED), finished),
        "turned_away": _over(_n(outcome == _desk.TURNED_AWAY), finished),
        "wait_of_all_min": _over(waited[~waiting].sum(), finished),
        "wait_of_served_min": _over(waited[served].sum(), _n(served)),
        "level_of_all": _over(answered_soon, known),
        "level_of_answered": _over(answered_soon, _n(served)),
        "level_of_patient": _over(answered_soon, patient),
        "occupancy": _occupancy(plan, rows, channel),
        "solved": _over(_n(fate == _desk.IS_SOLVED), fate.size),
        "gave_up": _over(_n(fate == _desk.GAVE_UP), fate.size),
        "left": _over(_n(fate == _desk.LEFT), fate.size),
        "unfinished": _over(_n(fate == _desk.UNFINISHED), fate.size),
        "contacts_each": _over(_n(theirs), fate.size),
        "posts_per_100": 100.0 * _over(_n(posts & theirs), fate.size),
        "anger": _over(counted["anger"][~waiting].sum(dtype=np.float64), finished),
    }


def _occupancy(plan: Plan, rows: NDArray[np.void], channel: int) -> float:
    """Return busy over staffed minutes of all pools, or of one channel's."""
    pool_of = plan.channels["pool"]
    pools = np.arange(len(plan.agents)) if channel < 0 else pool_of[[channel]]
    theirs = np.isin(pool_of, pools)[rows["channel"]]
    busy = np.minimum(rows["ended"][theirs], plan.end) - rows["began"][theirs]
    return _over(np.nansum(np.maximum(busy, 0.0)), 60.0 * plan.agents[pools].sum())


def _n(which: NDArray[np.bool_]) -> float:
    return float(np.count_nonzero(which))


def _over(part: Any, whole: float) -> float:
    return float(part) / whole if whole else math.nan
