"""The desk of one month with single contacts, compiled: first come, first served, with patience.

Time is in desk hours since the month began. Contacts are taken in the order in which they come:
each gets the agent who is free first, or hangs up before that. What is left at the end of the
month is worked off.
"""

from math import exp, floor, log1p

import numpy as np

from cemlab import _luck
from cemlab._compiled import inlined, kernel
from cemlab.market._kernels.people import (
    BY_PHONE,
    ESCALATE,
    PATIENCE,
    PAUSE,
    QUICK,
    QUICKLY,
    SERVICE,
    SILENT,
    SLOWLY,
    SOLVED,
    entity,
)
from cemlab.sim._kernels.heap import drop, put, replace

_DAY = 8.0  # desk hours: a shift, and the mean pause before a caller who was not helped posts

CONTACT = np.dtype(
    [
        ("failure", np.int64),
        ("came", np.float64),
        ("waited", np.float64),
        ("served", np.float64),
        ("exposures", np.float64),  # of a post and of all who pass it on
        ("sharers", np.int32),
        ("is_post", np.bool_),
        ("escalated", np.bool_),
        ("answered", np.bool_),
        ("solved", np.bool_),
    ],
    align=True,
)


@inlined
def _begin(contact, failure, came, is_post, escalated):
    """Write down who gets in touch, and when."""
    contact.failure = failure
    contact.came = came
    contact.waited = 0.0
    contact.served = 0.0
    contact.exposures = 0.0
    contact.sharers = 0
    contact.is_post = is_post
    contact.escalated = escalated
    contact.answered = False
    contact.solved = False


@inlined
def _after(luck, own, ended, month):
    """Return when a caller who was not helped posts: after a pause, but within the month."""
    if ended >= month:
        return ended
    within = 1.0 - exp((ended - month) / _DAY)
    return min(ended - _DAY * log1p(-_luck.draw(luck[PAUSE], own) * within), month)


@kernel
def _serve(
    w, luck, failures, contacts, count, order, times, codes, size, joins, staff, other, rate, solve
):  # fmt: skip
    """Let one team serve the contacts in `order`, and what is to come where it `joins` them.

    `staff` need not be whole: the last agent is there for that part of each day only. That is
    the first part; but where another team's last agent is there for the part `other`, it is
    that part of the time with them and of the time without.
    Return the number of contacts and of those to come, which grow by what callers escalate.
    """
    whole = int(min(floor(staff), contacts.size))
    part = min(staff - whole, 1.0) if whole < contacts.size else 0.0
    agents = whole + int(part > 0.0)
    free = np.zeros(agents + 1)
    guest = np.zeros(agents + 1, np.int64)  # 1: the one who is there for a part
    if part > 0.0:
        guest[agents - 1] = 1
    free[agents] = np.inf
    day = w.desk_hours / max(1.0, floor(w.desk_hours / _DAY + 0.5))
    leaves = part * other * day
    returns = other * day
    ends = returns + part * (1.0 - other) * day
    i = 0
    while True:
        planned = contacts[order[i]].came if i < order.size else np.inf
        coming = times[0] if joins and size > 0 else np.inf
        if planned == np.inf and coming == np.inf:
            break
        if planned <= coming:
            k = order[i]
            i += 1
        else:
            k = codes[0]
            size = drop(times, codes, size)
        contact = contacts[k]
        failure = failures[contact.failure]
        own = entity(failure.customer, failure.month, failure.experience)
        mine = np.uint64(2) * own + np.uint64(contact.is_post)
        waits = -log1p(-_luck.draw(luck[PATIENCE], mine)) / w.patience_rate
        while agents > 0 and guest[0] == 1:
            now = max(free[0], contact.came)
            if now >= w.desk_hours:
                agents = drop(free, guest, agents)
                break
            today = floor(now / day)
            if (today + 1.0) * day <= now:
                today += 1.0
            hour = now - today * day
            back = now
            if hour >= ends:
                back = (today + 1.0) * day
            elif leaves <= hour < returns:
                back = today * day + (returns if ends > returns else day)
            if back <= now:
                break
            replace(free, guest, agents, back, 1)
        begins = max(free[0], contact.came) if agents > 0 else np.inf
        if begins - contact.came > waits:
            contact.waited = waits
        else:
            contact.answered = True
            contact.waited = begins - contact.came
            contact.served = -log1p(-_luck.draw(luck[SERVICE], mine)) / rate
            replace(free, guest, agents, begins + contact.served, guest[0])
            contact.solved = _luck.draw(luck[SOLVED], mine) < solve
        if contact.solved:
            quick = _luck.draw(luck[QUICK], own) < w.fast_share
            failure.outcome = QUICKLY if quick else SLOWLY
        elif not contact.is_post and _luck.draw(luck[ESCALATE], own) < w.escalation:
            ended = contact.came + contact.waited + contact.served
            posted = _after(luck, own, ended, w.desk_hours)
            _begin(contacts[count], contact.failure, posted, True, True)
            size = put(times, codes, size, posted, count)
            count += 1
    return count, size


@kernel
def work(w, luck, failures, pooled, phone_staff, social_staff, phone_rate, solve, star):
    """Return the contacts of a month; what becomes of each failure is written into `failures`.

    `solve` and `star`: share of answered contacts that are solved on the phone and in public.
    """
    callers, posters = 0, 0
    for failure in failures:
        callers += int(failure.way == BY_PHONE)
        posters += int(failure.way != BY_PHONE and failure.way != SILENT)
    contacts = np.empty(2 * callers + posters, CONTACT)
    came = np.empty(callers + posters)
    count = 0
    for by_phone in (True, False):
        for k in range(failures.size):
            failure = failures[k]
            if failure.way != SILENT and (failure.way == BY_PHONE) == by_phone:
                _begin(contacts[count], k, failure.came, not by_phone, False)
                came[count] = failure.came
                count += 1
    times = np.full(callers + 1, np.inf)
    codes = np.zeros(callers + 1, np.int64)
    if pooled:
        order = np.argsort(came)
        staff = phone_staff + social_staff
        count, _ = _serve(
            w, luck, failures, contacts, count, order, times, codes, 0, True, staff, 1.0,
            phone_rate, solve,
        )  # fmt: skip
    else:
        order = np.argsort(came[:callers])
        count, size = _serve(
            w, luck, failures, contacts, count, order, times, codes, 0, False, phone_staff,
            1.0, phone_rate, solve,
        )  # fmt: skip
        order = np.argsort(came[callers:]) + callers
        other = phone_staff - floor(phone_staff)
        count, _ = _serve(
            w, luck, failures, contacts, count, order, times, codes, size, True, social_staff,
            other, w.star_rate, star,
        )  # fmt: skip
    return contacts[:count].copy()
