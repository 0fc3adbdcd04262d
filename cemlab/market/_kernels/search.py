"""The best way to divide one budget, compiled: money moves from line to line while it pays."""

from math import floor
from typing import Any, NamedTuple

import numpy as np

from cemlab._compiled import kernel
from cemlab.market._kernels.laws import World
from cemlab.market._kernels.loop import live
from cemlab.market._kernels.openings import (
    ADVERTISING,
    LATTICE,
    LINES,
    PHONE,
    SOCIAL,
    TRIALS,
    adopted,
    lattice,
    next_best,
    otherwise,
)

_MUCH, _MORE, _SOME, _LITTLE, _FINE = 1 / 4, 1 / 8, 1 / 32, 1 / 64, 1 / 16_384
_SHRINK = 3.0  # of a step that no longer pays; all steps in parts of the budget
_TIE = 1e-12  # of a value: no difference
_GAIN = 1e-5  # of a value: worth another round
_CLOSE = 0.002  # of a value: another plan is worth a climb
_VIRAL = 0.9  # sharers a sharer, if answers do not calm them
_NEAR = 0.03  # of the best value: such a way is looked at closely
_TRIED = 3  # transfers tried at each step
_NOTHING = -1e301  # worse than any plan


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


class Task(NamedTuple):
    """What is to be divided, among what, and where to begin."""

    budget: float  # EUR a month
    allowed: Any  # (ways, 6), 1 or 0: lines that may get money
    ways: Any  # (ways, 3): pooled, deep, loudest
    seeds: Any  # (seeds, 6) EUR a month: plans that are known already
    seed_way: Any  # (seeds,): which way each is run
    climbed: int  # openings from which a climb begins, for each kind of desk


@kernel
def worth(company, lines, way):
    """Return the net present value (EUR) of `lines` (1, 6) EUR a month, run in a `way` (1, 3)."""
    c = company
    return live(
        c.world, c.share, c.margin, c.offered, lines, way, c.luck, c.frozen, c.course, c.held
    )


@kernel
def divide(company, task, best, value):
    """Fill `best` (ways, 6) with the best EUR a month found for each way, `value` with its worth.

    Returns which way is best, the first of equals. What one way finds, the others try too.
    No seed is worth more than what is found, not by a rounding error.
    """
    size, budget, ways = task.ways.shape[0], task.budget, task.ways
    lines, room = np.zeros((1, LINES)), np.empty((5, LINES))
    best[:, :] = 0.0
    if budget <= 0.0:
        for k in range(size):
            value[k] = worth(company, lines, ways[k : k + 1])
        return _first_of_best(value)
    value[:] = _NOTHING
    _opened(company, task, lines, room, best, value)
    top = _first_of_best(value)
    for k in range(size):
        for turned in range(3):
            if (k != top or turned) and adopted(best[top], task.allowed[k], turned, lines):
                _tried(company, task, k, _SOME, lines, room, best, value)
    top = _first_of_best(value)
    near = value[top] - _NEAR * abs(value[top])
    for k in range(size):
        if value[k] >= near:
            lines[0, :] = best[k]
            way = ways[k : k + 1]
            climb(company, budget, task.allowed[k], way, lines, _MORE, _FINE, room)
            value[k] = _tidied(company, task.allowed[k], way, lines)
            best[k] = lines[0]
    top = _first_of_best(value)
    while _bettered(company, task, top, lines, room, best, value):
        pass
    return _no_worse(company, task, top, lines, best, value)


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
    while step >= last and budget * step > 0.0:
        _probed(company, budget * step, free, way, lines, value, up, down, more, less)
        paid = False
        for turn in range(_TRIED):
            to, source, hoped = -1, -1, 0.0
            for i in range(LINES):
                for j in range(LINES):
                    if i == j or more[i] <= 0.0 or less[j] <= 0.0 or _among(tried, turn, i, j):
                        continue
                    gain = (up[i] + down[j]) * _amount(i, more[i], less[j], lines[0, j])
                    if gain > hoped:
                        to, source, hoped = i, j, gain
            if to < 0:
                break
            tried[turn] = to * LINES + source
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
def _opened(company, task, lines, room, best, value):
    """Climb from what is known already, and from the best plans of a lattice that differ."""
    for i in range(task.seed_way.size):
        k = task.seed_way[i]
        lines[0, :] = task.seeds[i]
        _keep(k, lines, worth(company, lines, task.ways[k : k + 1]), best, value)
        _tried(company, task, k, _SOME, lines, room, best, value)
    plans, values = np.empty((LATTICE, LINES)), np.empty(LATTICE)
    for k in range(task.ways.shape[0]):
        pooled, loud = task.ways[k, 0] > 0.0, task.ways[k, 2] > 0.0
        if k > 0 and task.ways[k, 0] == task.ways[k - 1, 0]:
            continue  # long contacts after short ones: they adopt what these have found
        unit = company.world.wage * (0.5 if loud else 1.0)
        count = lattice(task.budget, unit, task.allowed[k], pooled or loud, plans)
        for i in range(count):
            lines[0, :] = plans[i]
            values[i] = worth(company, lines, task.ways[k : k + 1])
        for _ in range(task.climbed):
            i = next_best(plans, values, count, task.budget)
            if i < 0:
                break
            lines[0, :] = plans[i]
            _tried(company, task, k, _MUCH, lines, room, best, value)


@kernel
def _tried(company, task, k, first, lines, room, best, value):
    """Climb a little from `lines`, and note what is found for a way if it is the best so far."""
    allowed, way = task.allowed[k], task.ways[k : k + 1]
    found = climb(company, task.budget, allowed, way, lines, first, _LITTLE, room)
    _keep(k, lines, found, best, value)


@kernel
def _bettered(company, task, top, lines, room, best, value):
    """Try what single steps do not reach: other numbers of agents, lines on or off.

    Where stories may take off, a plan may have to get much worse before it gets better: there
    each is followed. Returns whether another round is worth it.
    """
    world = company.world
    bold = world.virality * (1.0 + world.publicisation) > _VIRAL
    allowed, way, paid = task.allowed[top], task.ways[top : top + 1], False
    for trial in range(TRIALS):
        if otherwise(best[top], world.wage, allowed, task.budget, trial, lines):
            before = value[top]
            if not bold and worth(company, lines, way) < before - _CLOSE * abs(before):
                continue
            found = climb(company, task.budget, allowed, way, lines, _SOME, _LITTLE, room)
            if found > before + _GAIN * abs(before):
                climb(company, task.budget, allowed, way, lines, _SOME, _FINE, room)
                _keep(top, lines, _tidied(company, allowed, way, lines), best, value)
                paid = True
    return paid


@kernel
def _no_worse(company, task, top, lines, best, value):
    """Return the best way; what is behind a seed, if by a rounding error, gives way to it."""
    lines[0, :] = best[top]
    value[top] = worth(company, lines, task.ways[top : top + 1])
    for i in range(task.seed_way.size):
        lines[0, :] = task.seeds[i]
        for k in range(task.seed_way[i] + 1):  # of equal ways the first
            if k < task.seed_way[i] and lines[0, SOCIAL] > 0.0:
                continue
            found = worth(company, lines, task.ways[k : k + 1])
            if found > value[top]:
                top, value[k] = k, found
                best[k] = lines[0]
    return top


@kernel
def _probed(company, step, free, way, lines, value, up, down, more, less):
    """Write how far each line may go up and down, and what a euro of it is worth."""
    wage = company.world.wage
    for i in range(LINES):
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
        found = found or tried[turn] == to * LINES + source
    return found


@kernel
def _tidied(company, free, way, lines):
    """Take money from where it does nothing, to advertising; return the value."""
    value = worth(company, lines, way)
    for i in range(LINES):
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
