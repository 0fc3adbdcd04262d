"""What customers of the compiled contact centre do: wait, forgive, try again, go public, leave."""

import math

import numpy as np

from cemlab import _luck
from cemlab._compiled import inlined
from cemlab.sim._kernels.desk_tables import (
    COME,
    GAVE_UP,
    IS_SOLVED,
    KINDS,
    LEFT,
    MISS,
    NEVER,
    PROMISED,
    QUANTILES_TO,
)
from cemlab.sim._kernels.heap import put

_TURN = np.uint64(0x9E3779B97F4A7C15)
_MOMENT = 1e-6  # minutes: whoever hangs up and calls again does it in this order, in any log


@inlined
def luck_of(branched, customer):
    """Return the draw of a customer's present attempt for one purpose."""
    turn = np.uint64(customer.attempts) * _TURN
    return _luck.draw(branched, np.uint64(customer.entity) + turn)


@inlined
def time_of(mean, law, quantiles, u):
    """Return the time at which a share u of a law has passed."""
    if law < 0:
        return -mean * math.log(1.0 - u)
    seen = int(-quantiles[law, 0])
    if seen > 0:  # so many observed times follow
        return quantiles[law, 1 + min(int(u * seen), seen - 1)]
    points = quantiles.shape[1]
    share = min(max(u, 1e-15), 1.0 - 1e-15)
    at = (math.log(share / (1.0 - share)) + QUANTILES_TO) * (points - 1) / (2.0 * QUANTILES_TO)
    low = int(at)
    return quantiles[law, low] + (at - low) * (quantiles[law, low + 1] - quantiles[law, low])


@inlined
def patience(channel, quantiles, luck, customer):
    """Return how long a customer would wait now: for ever for one who is called back."""
    waits = NEVER
    if not customer.called:
        u = luck_of(luck.patience, customer)
        if u < channel.zero_patience:
            waits = 0.0
        elif channel.patience < NEVER:
            share = (u - channel.zero_patience) / (1.0 - channel.zero_patience)
            waits = time_of(channel.patience, channel.patience_law, quantiles, share)
    return waits


@inlined
def decide(ways, luck, customer, who, t, times, codes, size):
    """Let a customer whose contact failed decide; return the number of things to come."""
    chance = ways.public * float(customer.anger)
    if chance > 0.0:
        chance *= 1.0 + ways.per_tenfold * math.log10(1.0 + customer.followers)
        if customer.worked == ways.public_channel:
            chance *= 1.0 + ways.learned
    u = luck_of(luck.next, customer)
    posts = luck_of(luck.public, customer) < chance
    if customer.attempts >= ways.most:
        customer.fate = GAVE_UP
    elif posts or u < ways.redial:
        customer.channel = ways.public_channel if posts else customer.origin
        pause = _MOMENT - ways.redial_after * math.log(1.0 - luck_of(luck.pause, customer))
        size = put(times, codes, size, t + pause, KINDS * who + COME)
    else:
        customer.fate = LEFT if u < ways.redial + ways.leave else GAVE_UP
    return size


@inlined
def come_back(ways, luck, customer, who, t, times, codes, size):
    """Let a customer who was helped have a new problem later, or none."""
    u = luck_of(luck.again, customer)
    customer.worked = customer.channel
    customer.anger = 0.0
    if u < ways.again and customer.attempts < ways.most:
        customer.issue += 1
        if u >= ways.again * ways.loyal:
            customer.channel = customer.origin
        pause = -ways.again_after * math.log(1.0 - luck_of(luck.pause, customer))
        size = put(times, codes, size, t + pause, KINDS * who + COME)
    else:
        customer.fate = IS_SOLVED
    return size


@inlined
def promise(ways, luck, contact, customer, who, t, times, codes, size):
    """Perhaps promise a callback, to be kept or not; return the number of things to come."""
    u = luck_of(luck.callback, customer)
    if u < ways.promise and customer.attempts < ways.most:
        contact.outcome = PROMISED
        if u < ways.promise * ways.kept:
            customer.called = True
            size = put(times, codes, size, t + ways.called_after, KINDS * who + COME)
        else:
            size = put(times, codes, size, t + ways.due, KINDS * who + MISS)
    return size
