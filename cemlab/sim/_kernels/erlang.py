"""Erlang A, compiled: the share of callers who hang up, for any number of agents."""

from math import ceil, log, log1p, sqrt

from cemlab._compiled import kernel

_HUGE, _SMALL = 1e200, 1e-17
_NEVER = 1e300  # 1 / the chance of Erlang B, from which on nobody meets a full desk
_LOG_NEVER, _LOG_ALWAYS = 700.0, 80.0  # logarithms of chances against each other
_FORGOTTEN = 41.0  # the same, of what a recursion began with: below a rounding error


@kernel
def abandoned(calls, service, patience, staff):
    """Return the share who hang up with `staff` agents on duty, which need not be whole.

    All rates per unit of time, patience above 0. With 7.3 agents, seven are there all the
    time and an eighth for 0.3 of it: the shares of 7 and 8 are weighted so. `calls` of 0
    gives what a rare caller meets. Shares below 1e-280 or so are 0. The time it takes grows
    as the root of the load at most, and not with the staff.
    """
    whole = int(staff)
    part = staff - whole
    load = calls / service
    inverse = _inverse(load, whole)
    share = _hanging_up(calls, service, patience, whole, inverse)
    if part > 0.0:
        met = load > 0.0 and inverse < _NEVER
        one_more = 1.0 + inverse * ((whole + 1) / load) if met else _NEVER
        share += part * (_hanging_up(calls, service, patience, whole + 1, one_more) - share)
    return share


@kernel
def _inverse(load, agents):
    """Return 1 / the chance of Erlang B by its recursion (no term can vanish), or `_NEVER`.

    It forgets what it began with by a factor agents / load a step, until there are as many
    agents as load: so it begins only as far below as that takes.
    """
    if agents == 0:
        return 1.0
    if load <= 0.0 or (agents > load and agents * log(agents / load) - agents + load > _LOG_NEVER):
        return _NEVER
    least = min(float(agents), load)
    back = sqrt(2.0 * _FORGOTTEN * load)
    if agents < load:
        back = min(back, _FORGOTTEN / log1p((load - agents) / agents))
    first = max(0, int(least - ceil(back)) - 1)
    inverse = load / (load - first)
    for busy in range(first + 1, agents + 1):
        inverse = 1.0 + inverse * (busy / load)
        if inverse >= _NEVER:
            return _NEVER
    return inverse


@kernel
def _hanging_up(calls, service, patience, agents, inverse):
    """Return the share who hang up; `inverse` is 1 / the chance of Erlang B."""
    if agents == 0:
        return 1.0
    if inverse >= _NEVER:
        return 0.0
    able, spare = agents * service, calls - agents * service
    if spare > 0.0 and spare - able * log(calls / able) > _LOG_ALWAYS * patience:
        return spare / calls  # nobody is ever free: who is not served hangs up
    chance = 1.0  # of j in the queue, against all agents busy and nobody waiting
    waiting = 0.0
    queue = 0.0
    j = 0
    while True:
        j += 1
        step = calls / (able + j * patience)
        chance *= step
        waiting += chance
        queue += j * chance
        if step < 1.0 and j * chance <= _SMALL * queue * (1.0 - step):
            break
        if chance > _HUGE:
            chance /= _HUGE
            waiting /= _HUGE
            queue /= _HUGE
            inverse /= _HUGE
    return patience * queue / (calls * (inverse + waiting))
