"""A contact centre, compiled: contacts wait in queues, agents of pools take them in turn.

Time is in minutes from the start. Three streams are merged: newcomers, hours, and a heap of what
is to come: a service ends, patience ends, somebody tries again, a promised callback fails to come.
Every step of an event stands here once, and is compiled into the one loop of `course`.
"""

import numpy as np

from cemlab._compiled import inlined, still
from cemlab.sim._kernels.desk_customers import (
    come_back,
    decide,
    luck_of,
    patience,
    promise,
    time_of,
)
from cemlab.sim._kernels.desk_tables import (
    ABANDONED,
    BITS,
    COME,
    DONE,
    GAVE_UP,
    IS_SOLVED,
    KEEP,
    KINDS,
    NEVER,
    PROMISED,
    QUIT,
    SEND_AWAY,
    SENT_AWAY,
    SERVE,
    SOLVED,
    TURNED_AWAY,
    UNSOLVED,
    WAITING,
)
from cemlab.sim._kernels.heap import drop, put, replace

_NOBODY = -1
_NOTHING = -1
_HOUR = 60.0


@inlined
def _next_in_line(channels, queues, contacts, order, pool, staying):
    """Return the queue of a pool whose turn it is, or -1; forget those who have gone."""
    best = _NOBODY
    for i in range(pool.first, pool.end):
        q = order[i]
        if best != _NOBODY and queues[q].level != queues[best].level:
            break
        channel = channels[queues[q].channel]
        if not channel.served or (staying and (channel.is_open or channel.closing != SERVE)):
            continue
        head = queues[q].head
        while head != _NOBODY and contacts[head].outcome != WAITING:
            head = contacts[head].following
        queues[q].head = head
        if head == _NOBODY:
            continue
        if best == _NOBODY or contacts[head].came < contacts[queues[best].head].came:
            best = q
    return best


@inlined
def _line_up(queues, contacts, channel, customer, k):
    """Put a contact into the queue of its class."""
    q = channel.first_queue
    while customer.followers < queues[q].audience:
        q += 1
    if queues[q].head == _NOBODY:
        queues[q].head = k
    else:
        contacts[queues[q].tail].following = k
    queues[q].tail = k


@inlined
def _turn_to(channels, pools, queues, contacts, agents, opened, hour, times, codes, size):
    """Change shifts, open and close channels; return the number of things to come.

    After the last hour everything closes, and only those who stay on for a queue go on.
    """
    over = hour == agents.shape[1]
    for c in range(channels.size):
        opens = not over and opened[c, hour]
        pool = pools[channels[c].pool]
        if channels[c].is_open and not opens:
            if channels[c].closing == SERVE:
                pool.stay = max(pool.stay, pool.staff)
            last = channels[c + 1].first_queue if c + 1 < channels.size else queues.size
            for q in range(channels[c].first_queue, last):
                k = queues[q].head
                while channels[c].closing == SEND_AWAY and k != _NOBODY:
                    if contacts[k].outcome == WAITING and not contacts[k].callback:
                        size = put(times, codes, size, hour * _HOUR, KINDS * k + SENT_AWAY)
                    k = contacts[k].following
        channels[c].is_open = opens
    for c in range(channels.size):
        stays = not over or pools[channels[c].pool].stay > 0
        serves_on = channels[c].closing == SERVE and stays
        channels[c].served = channels[c].is_open or serves_on
    for p in range(pools.size):
        pools[p].staff = 0 if over else agents[p, hour]
    return size


@still
def course(
    channels, queues, pools, order, agents, opened, quantiles,
    ways, luck, customers, contacts, times, codes,
):  # fmt: skip
    """Run the contact centre; return how many contacts there were, -1 if there was no room.

    C channels, Q queues in the `order` of pools and levels, P pools, `agents` (P, H) and `opened`
    (C, H) by hour; `times` and `codes` are room for what is to come.
    """
    hours = agents.shape[1]
    end = hours * _HOUR
    newcomer = 0
    hour = 0
    size = 0
    count = 0
    while True:
        t_new = customers[newcomer].came if newcomer < customers.size else NEVER
        t_hour = hour * _HOUR if hour <= hours else NEVER
        t = times[0] if size > 0 else NEVER
        who = _NOBODY
        arrives = False
        failed = _NOTHING
        misses = False
        served = _NOTHING
        taken = False
        p = 0
        last = -1
        if t_hour <= t and t_hour <= t_new:
            if t_hour == NEVER:
                break
            t = t_hour
            size = _turn_to(
                channels, pools, queues, contacts, agents, opened, hour, times, codes, size
            )
            hour += 1
            last = pools.size - 1
        elif t_new < t:
            t = t_new
            who = newcomer
            arrives = True
            newcomer += 1
        else:
            kind = codes[0] & (KINDS - 1)
            which = codes[0] >> BITS
            taken = kind == DONE  # its place is for the agent's next contact, if there is one
            if not taken:
                size = drop(times, codes, size)
            if kind == DONE:
                contact = contacts[which]
                who = contact.customer
                customer = customers[who]
                channel = channels[contact.channel]
                p = channel.pool
                last = p
                pools[p].busy -= 1
                solved = channel.solve == 1.0 or luck_of(luck.solve, customer) < channel.solve
                contact.outcome = SOLVED if solved else UNSOLVED
                if not ways.follow_up:
                    customer.fate = IS_SOLVED if solved else GAVE_UP
                else:
                    waited = contact.began - contact.came
                    more = ways.anger_minute * waited * channel.calm
                    more += 0.0 if solved else ways.anger_failure
                    customer.anger = min(1.0, float(customer.anger) + more)
                    contact.anger = customer.anger
                    if solved:
                        size = come_back(ways, luck, customer, who, t, times, codes, size)
                    else:
                        size = promise(ways, luck, contact, customer, who, t, times, codes, size)
                        misses = contact.outcome != PROMISED
            elif kind in (QUIT, SENT_AWAY):
                contact = contacts[which]
                if contact.outcome == WAITING:
                    if contact.ended <= t and not ways.follow_up:
                        contact.outcome = ABANDONED
                        customers[contact.customer].fate = GAVE_UP
                    elif kind == SENT_AWAY or t <= end or channels[contact.channel].served:
                        failed = which
                        contact.outcome = TURNED_AWAY if kind == SENT_AWAY else ABANDONED
            elif t < end:
                who = which
                if kind == COME:
                    arrives = True
                else:
                    customer = customers[who]
                    customer.anger = min(1.0, float(customer.anger) + ways.anger_failure)
                    misses = True
        if arrives:
            if count == contacts.size:
                return -1
            k = count
            count += 1
            customer = customers[who]
            contact = contacts[k]
            customer.attempts += 1
            contact.customer = who
            contact.attempt = customer.attempts
            contact.issue = customer.issue
            contact.channel = customer.channel
            contact.callback = customer.called
            contact.anger = customer.anger
            contact.came = t
            contact.began = np.nan
            contact.ended = NEVER
            contact.outcome = WAITING
            contact.following = _NOBODY
            channel = channels[customer.channel]
            pool = pools[channel.pool]
            if not channel.is_open and channel.closing != KEEP and not customer.called:
                contact.outcome = TURNED_AWAY
                failed = k
            elif channel.served and pool.busy < pool.staff:
                served = k
            else:
                waits = patience(channel, quantiles, luck, customer)
                contact.ended = t + waits
                if waits == 0.0:
                    contact.outcome = ABANDONED
                    failed = k
                else:
                    _line_up(queues, contacts, channel, customer, k)
                    if ways.follow_up and waits < NEVER:
                        size = put(times, codes, size, t + waits, KINDS * k + QUIT)
            customer.called = False
        if failed != _NOTHING:
            contact = contacts[failed]
            who = contact.customer
            customer = customers[who]
            contact.ended = t
            if not ways.follow_up:
                customer.fate = GAVE_UP
            else:
                calm = channels[contact.channel].calm
                more = ways.anger_minute * (t - contact.came) * calm + ways.anger_failure
                customer.anger = min(1.0, float(customer.anger) + more)
                contact.anger = customer.anger
                misses = True
        if misses:
            size = decide(ways, luck, customers[who], who, t, times, codes, size)
        while served != _NOTHING or p <= last:
            if served == _NOTHING:
                pool = pools[p]
                staying = pool.busy >= pool.staff
                q = _NOBODY
                if not staying or pool.busy < pool.stay:
                    q = _next_in_line(channels, queues, contacts, order, pool, staying)
                if q == _NOBODY:
                    if not staying or pool.busy < pool.stay:
                        pool.stay = 0
                    p += 1
                    continue
                served = queues[q].head
                queues[q].head = contacts[served].following
            contact = contacts[served]
            customer = customers[contact.customer]
            if contact.ended < t:  # patience ended unnoticed
                contact.outcome = ABANDONED
                customer.fate = GAVE_UP
            else:
                channel = channels[contact.channel]
                u = luck_of(luck.service, customer)
                contact.began = t
                contact.ended = t + time_of(channel.service, channel.service_law, quantiles, u)
                contact.outcome = UNSOLVED
                pools[channel.pool].busy += 1
                if taken:
                    replace(times, codes, size, contact.ended, KINDS * served + DONE)
                    taken = False
                else:
                    size = put(times, codes, size, contact.ended, KINDS * served + DONE)
            served = _NOTHING
        if taken:
            size = drop(times, codes, size)
    for k in range(count):
        contact = contacts[k]
        if contact.outcome == WAITING:
            if contact.ended <= end:
                contact.outcome = ABANDONED
                customers[contact.customer].fate = GAVE_UP
            else:
                contact.ended = np.nan
    return count
