"""The best way to divide one budget, compiled: money moves from line to line while it pays."""

from math import floor
from typing import Any, NamedTuple

import numpy as np

from cemlab._compiled import kernel
from cemlab.market._kernels.laws import World
from cemlab.market._kernels.loop import live

PREVENTION, PHONE, SOCIAL, RETENTION, ADVERTISING, EMPOWERMENT = range(6)
_LINES = 6
_MUCH, _MORE, _SOME, _LITTLE, _FINE = 1 / 4, 1 / 8, 1 / 32, 1 / 64, 1 / 16_384
_SHRINK = 3.0  # of a step that no longer pays; all steps in parts of the budget
_TIE = 1e-12  # of a value: no difference
_NEAR = 0.03  # of the best value: such a way is looked at closely
_TRIED = 3  # transfers tried at each step
_NOTHING = -1e301  # worse than any plan
_FOR_POSTS = 0.3  # of the phone's money, where a team for posts is tried


class Company(NamedTuple):
    """What a plan meets, and room to live through its months."""

    world: World
    share: Any
    margin: Any
    offered: Any
    frozen: bool
    luck: Any  # (1, 3) of ones
    course: Any  # (months, COLUMNS)
    held: Any  # (months + 1, segments)


@kernel
def worth(company, lines, way):
    """Return the net present value (EUR) of `lines` (1, 6) EUR a month, run in a `way` (1, 3)."""
    c = company
    return live(
        c.world, c.share, c.margin, c.offered, lines, way, c.luck, c.frozen, c.course, c.held
    )


@kernel
def divide(company, budget, free, ways, best, value):
    """Fill `best` (ways, 6) with the best EUR a month found for each way, `value` with its worth.

    `free` (6, 1 or 0): lines that may get money; `ways` (ways, 3): pooled, deep, loudest.
    Returns which way is best, the first of equals. What one way finds, the others try too.
    """
    size = ways.shape[0]
    lines, room = np.zeros((1, _LINES)), np.empty((5, _LINES))
    allowed = np.zeros((size, _LINES))
    best[:, :] = 0.0
    for k in range(size):
        allowed[k] = free
        if (ways[k, 0] > 0.0 or ways[k, 2] > 0.0) and free[PHONE] > 0.0:
            allowed[k, SOCIAL] = 0.0  # the money of both teams is one sum
        value[k] = worth(company, lines, ways[k : k + 1]) if budget <= 0.0 else _NOTHING
    if budget <= 0.0:
        return _first_of_best(value)
    for start in range(6):
        for k in range(size):
            alike = k > 0 and ways[k, 0] == ways[k - 1, 0]
            if not alike and _opening(start, allowed[k], budget, lines):
                way = ways[k : k + 1]
                found = climb(company, budget, allowed[k], way, lines, _MUCH, _LITTLE, room)
                _keep(k, lines, found, best, value)
    top = _first_of_best(value)
    for k in range(size):
        for turned in range(3):
            if (k != top or turned) and _adopted(best[top], allowed[k], turned, lines):
                way = ways[k : k + 1]
                found = climb(company, budget, allowed[k], way, lines, _SOME, _LITTLE, room)
                _keep(k, lines, found, best, value)
    top = _first_of_best(value)
    near = value[top] - _NEAR * abs(value[top])
    for k in range(size):
        if value[k] >= near:
            _finished(company, budget, allowed[k], ways[k : k + 1], best[k], lines, room)
            value[k] = worth(company, lines, ways[k : k + 1])
            best[k] = lines[0]
    top = _first_of_best(value)
    for turned in range(1, 3):
        if _adopted(best[top], allowed[top], turned, lines):
            way = ways[top : top + 1]
            climb(company, budget, allowed[top], way, lines, _SOME, _FINE, room)
            found = _tidied(company, allowed[top], way, lines)
            _keep(top, lines, found, best, value)
    return top


@kernel
def climb(company, budget, free, way, lines, first, last, room):
    """Move money between lines, in steps from `first` to `last` of the budget; return the value.

    What a step more is worth on each line, and a step less, tells which transfers promise
    most; the best few are tried, and what pays is repeated, twice as far each time. A team's
    steps end at whole agents where they can: there the surface has its kinks. `lines` is
    changed in place; `room` is (5, 6) to write in.
    """
    up, down, more, less = room[0], room[1], room[2], room[3]
    tried = room[4]
    value = worth(company, lines, way)
    step = first
    while step >= last:
        _probed(company, budget * step, free, way, lines, value, up, down, more, less)
        paid = False
        for turn in range(_TRIED):
            to, source, hoped = -1, -1, 0.0
            for i in range(_LINES):
                for j in range(_LINES):
                    if i == j or more[i] <= 0.0 or less[j] <= 0.0 or _among(tried, turn, i, j):
                        continue
                    gain = (up[i] + down[j]) * _amount(i, more[i], less[j], lines[0, j])
                    if gain > hoped:
                        to, source, hoped = i, j, gain
            if to < 0:
                break
            tried[turn] = to * _LINES + source
            money = _amount(to, more[to], less[source], lines[0, source])
            while money > 0.0:
                had, gave = lines[0, to], lines[0, source]
                lines[0, to] = had + money
                lines[0, source] = gave - money
                found = worth(company, lines, way)
                if found <= value + _TIE * abs(value):
                    lines[0, to], lines[0, source] = had, gave
                    break
                value, paid = found, True
                money = min(2.0 * money, lines[0, source])
            if paid:
                break
        if not paid:
            step /= _SHRINK
    return value


# --- inside ------------------------------------------------------------------------


@kernel
def _probed(company, step, free, way, lines, value, up, down, more, less):
    """Write how far each line may go up and down, and what a euro of it is worth."""
    wage = company.world.wage
    for i in range(_LINES):
        more[i], less[i] = 0.0, 0.0
        if free[i] <= 0.0:
            continue
        at = lines[0, i]
        more[i] = _distance(at, step, wage, i)
        lines[0, i] = at + more[i]
        up[i] = (worth(company, lines, way) - value) / more[i]
        less[i] = min(at, -_distance(at, -step, wage, i))
        if less[i] > 0.0:
            lines[0, i] = at - less[i]
            down[i] = (worth(company, lines, way) - value) / less[i]
        lines[0, i] = at


@kernel
def _distance(at, step, wage, line):
    """Return how far to go: a step, or to the whole agents nearest to its end."""
    if line not in (PHONE, SOCIAL):
        return step
    end = floor((at + step) / wage + 0.5) * wage
    steps = (end - at) / step
    return end - at if 0.25 < steps < 2.0 and end >= 0.0 else step


@kernel
def _amount(to, more, less, there):
    return min(more if to in (PHONE, SOCIAL) else less, there)


@kernel
def _among(tried, count, to, source):
    found = False
    for turn in range(count):
        found = found or tried[turn] == to * _LINES + source
    return found


@kernel
def _opening(start, free, budget, lines):
    """Write a plan to begin with; say whether it is a new one.

    With and without prevention, with and without a team for posts; that team alone; and
    hardly any service.
    """
    lines[0, PREVENTION] = 0.4 * (start in (0, 2))
    lines[0, PHONE], lines[0, SOCIAL] = 0.2 * (start != 4), 0.04 * (start < 2) + 0.2 * (start == 4)
    if start == 5:
        lines[0, PHONE] = 0.02
    lines[0, RETENTION], lines[0, ADVERTISING], lines[0, EMPOWERMENT] = 0.1, 0.25, 0.03
    if start in (1, 3) and free[PREVENTION] <= 0.0:
        return False
    if start in (2, 3, 4) and free[SOCIAL] <= 0.0:
        return False
    lines[0, :] *= free
    total = lines.sum()
    if total > 0.0:
        lines[0, :] *= budget / total
    return total > 0.0


@kernel
def _adopted(plan, free, turned, lines):
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
def _finished(company, budget, free, way, plan, lines, room):
    """Write the plan improved as far as it goes, without money that does nothing."""
    lines[0, :] = plan
    climb(company, budget, free, way, lines, _MORE, _FINE, room)
    _tidied(company, free, way, lines)


@kernel
def _tidied(company, free, way, lines):
    """Take money from where it does nothing, to advertising; return the value."""
    value = worth(company, lines, way)
    for i in range(_LINES):
        spent, had = lines[0, i], lines[0, ADVERTISING]
        if i == ADVERTISING or spent <= 0.0 or free[ADVERTISING] <= 0.0:
            continue
        lines[0, i], lines[0, ADVERTISING] = 0.0, had + spent
        found = worth(company, lines, way)
        if found >= value - _TIE * abs(value):
            value = found
        else:
            lines[0, i], lines[0, ADVERTISING] = spent, had
    return value


@kernel
def _keep(k, lines, found, best, value):
    """Note a plan for a way if it is the best so far."""
    if found > value[k] + _TIE * abs(value[k]):
        value[k] = found
        best[k] = lines[0]


@kernel
def _first_of_best(value):
    top = 0
    for k in range(value.size):
        if value[k] > value[top] + _TIE * abs(value[top]):
            top = k
    return top
