"""Erlang A, compiled: the share of callers who hang up, for any number of agents."""

from cemlab._compiled import kernel

_HUGE, _SMALL = 1e200, 1e-17


@kernel
def abandoned(calls, service, patience, staff):
    """Return the share who hang up with `staff` agents on duty, which need not be whole.

    All rates per unit of time, patience above 0. With 7.3 agents, seven are there all the
    time and an eighth for 0.3 of it: the shares of 7 and 8 are weighted so. `calls` of 0
    gives what a rare caller meets.
    """
    whole = int(staff)
    part = staff - whole
    inverse = 1.0  # 1 / Erlang B, by its recursion: no term can vanish
    load = calls / service
    for agents in range(1, whole + 1):
        inverse = 1.0 + inverse * agents / load if load > 0.0 else 1e300
    share = _hanging_up(calls, service, patience, whole, inverse)
    if part > 0.0:
        one_more = 1.0 + inverse * (whole + 1) / load if load > 0.0 else 1e300
        share += part * (_hanging_up(calls, service, patience, whole + 1, one_more) - share)
    return share


@kernel
def _hanging_up(calls, service, patience, agents, inverse):
    """Return the share who hang up; `inverse` is 1 / the chance of Erlang B."""
    if agents == 0:
        return 1.0
    if calls <= 0.0:
        return 0.0
    chance = 1.0  # of j in the queue, against all agents busy and nobody waiting
    waiting = 0.0
    queue = 0.0
    j = 0
    while True:
        j += 1
        step = calls / (agents * service + j * patience)
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
