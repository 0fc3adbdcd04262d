"""Plans to begin a search with, compiled: whole agents, and the rest on one line or some."""

from math import floor

import numpy as np

from cemlab._compiled import kernel

PREVENTION, PHONE, SOCIAL, RETENTION, ADVERTISING, EMPOWERMENT = range(6)
LINES = 6
_LEVELS = 10  # sums for service that are tried between one agent and all the budget, at most
_GROWTH = 1.4  # of these, from one to the next
_APART = 0.5  # of the budget, moved between two openings
_BIT = 0.02  # of the budget, for letting staff decide
_FOR_POSTS = 0.3  # of the phone's money, where a team for posts is tried
_ON = 1 / 8  # of the budget, for a line that had nothing
_STEPS = (1.0, -1.0, 2.0, -2.0)  # agents
TRIALS = 2 * 4 + LINES
LATTICE = (_LEVELS + 3) * 3 * 7


@kernel
def lattice(budget, wage, free, one_team, plans):
    """Fill `plans` (LATTICE, 6) with EUR a month by line; return how many there are.

    Service gets nothing, one agent, two, three, five, ... or all; a team for posts gets
    nothing, one of them, or all; the rest goes to prevention, retention and advertising in
    equal parts, or to some of them.
    """
    count = 0
    agents = budget / wage
    growth = max(_GROWTH, agents ** (1.0 / _LEVELS))
    wanted, level = 0.0, 0
    while level < _LEVELS + 3:
        service = wanted * wage
        last = service >= budget or level == _LEVELS + 2
        if last:
            service = budget
        for posts in range(3):
            if posts > 0 and (one_team or free[SOCIAL] <= 0.0 or service <= 0.0):
                continue
            if posts == 1 and service < 2.0 * wage:
                continue
            social = 0.0 if posts == 0 else wage if posts == 1 else service
            if free[PHONE] <= 0.0 and service > social:
                continue
            count = _shared(budget, service - social, social, free, plans, count)
        if last:
            break
        wanted = max(wanted + 1.0, float(floor(wanted * growth + 0.5)))
        level += 1
    return count


@kernel
def next_best(plans, found, count, budget):
    """Return the best plan that is left, or -1; strike out it and those like it."""
    top = -1
    for i in range(count):
        if not np.isnan(found[i]) and (top < 0 or found[i] > found[top]):
            top = i
    if top >= 0:
        for i in range(count):
            away = 0.0
            for j in range(LINES):
                away += abs(plans[i, j] - plans[top, j])
            if away < 2.0 * _APART * budget and i != top:
                found[i] = np.nan
        found[top] = np.nan
    return top


@kernel
def adopted(plan, free, turned, lines):
    """Write another way's plan, with its parts for phone and posts or turned; say if it is new."""
    lines[0, :] = plan
    both = plan[PHONE] + plan[SOCIAL]
    if turned > 0:
        lines[0, SOCIAL] = _FOR_POSTS * both if turned == 1 else 0.0
        lines[0, PHONE] = both - lines[0, SOCIAL]
        return free[SOCIAL] > 0.0 and free[PHONE] > 0.0 and plan[SOCIAL] != lines[0, SOCIAL]
    if free[PHONE] > 0.0 and free[SOCIAL] <= 0.0:
        lines[0, PHONE], lines[0, SOCIAL] = both, 0.0
    return True


@kernel
def otherwise(plan, wage, free, budget, trial, lines):
    """Write a plan with one line changed and the others scaled; say if it is possible.

    An agent or two more or fewer in a team, or a line on that was off, or off that was on.
    """
    if trial < 8:
        line = PHONE if trial < 4 else SOCIAL
        money = (floor(plan[line] / wage + 0.5) + _STEPS[trial % 4]) * wage
    else:
        line = trial - 8
        money = 0.0 if plan[line] > 0.0 else _ON * budget
    rest = budget - plan[line]
    if free[line] <= 0.0 or money < 0.0 or money > budget or rest <= 0.0:
        return False
    lines[0, :] = plan * ((budget - money) / rest)
    lines[0, line] = money
    return True


# --- inside ------------------------------------------------------------------------


@kernel
def _shared(budget, phone, social, free, plans, count):
    """Add plans with this service: the rest on each set of the other lines."""
    rest = budget - phone - social
    for mask in range(1, 8):
        parts = (mask & 1) + (mask >> 1 & 1) + (mask >> 2)
        closed = (mask & 1 and free[PREVENTION] <= 0.0) or (mask & 2 and free[RETENTION] <= 0.0)
        if closed or (mask & 4 and free[ADVERTISING] <= 0.0):
            continue
        plan = plans[count]
        plan[:] = 0.0
        decide = min(_BIT * budget, 0.5 * rest) if free[EMPOWERMENT] > 0.0 else 0.0
        each = (rest - decide) / parts
        plan[PREVENTION], plan[RETENTION] = each * (mask & 1), each * (mask >> 1 & 1)
        plan[ADVERTISING] = each * (mask >> 2)
        plan[PHONE], plan[SOCIAL], plan[EMPOWERMENT] = phone, social, decide
        count += 1
        if rest <= 0.0:
            break
    return count
