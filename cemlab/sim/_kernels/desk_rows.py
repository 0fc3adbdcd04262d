"""The contact centre's tables before and after a run, compiled: one pass over the records each."""

import math

from cemlab import _luck
from cemlab._compiled import kernel
from cemlab.sim._kernels.desk_tables import UNFINISHED, WAITING

_NOBODY = -1
_HOUR = 60.0


@kernel
def stretch(so_far, edges, rates):
    """Turn the points of a unit Poisson stream into minutes: `edges` (H + 1,) is the mean so far."""
    hour = 0
    for i in range(so_far.size):
        while so_far[i] > edges[hour + 1] and hour < rates.size - 1:
            hour += 1
        so_far[i] = _HOUR * (hour + (so_far[i] - edges[hour]) / rates[hour])


@kernel
def welcome(came, origin, entity, audiences, luck, customers):
    """Fill the newcomers' records; each draws one of the `audiences`."""
    one = audiences.size == 1
    for i in range(came.size):
        customer = customers[i]
        customer.entity = entity[i]
        customer.came = came[i]
        u = 0.0 if one else _luck.draw(luck, entity[i])
        customer.followers = audiences[int(u * audiences.size)]
        customer.attempts = 0
        customer.issue = 1
        customer.anger = 0.0
        customer.origin = origin[i]
        customer.channel = origin[i]
        customer.called = False
        customer.worked = _NOBODY
        customer.fate = UNFINISHED


@kernel
def tidy(
    contacts, end, customer, attempt, channel, arrived, waited, served, outcome, censored,
    issue, callback, anger,
):  # fmt: skip
    """Fill the columns of the table of contacts from the records."""
    for k in range(contacts.size):
        contact = contacts[k]
        customer[k] = contact.customer
        attempt[k] = contact.attempt
        channel[k] = contact.channel
        arrived[k] = contact.came
        left = contact.began if contact.began >= 0.0 else contact.ended
        left = end if contact.outcome == WAITING else left
        waited[k] = max(0.0, left - contact.came)
        served[k] = contact.ended - contact.began
        outcome[k] = contact.outcome
        censored[k] = contact.outcome == WAITING
        issue[k] = contact.issue
        callback[k] = contact.callback
        anger[k] = contact.anger


@kernel
def count_by_step(contacts, every, public, came, left, began, done, published):
    """Count contacts that come, leave the queue, begin and end by step of time (`every` minutes).

    Filled: (C, steps) each, but `published` (steps,); step i has what came after step i - 1.
    """
    steps = came.shape[1]
    for k in range(contacts.size):
        contact = contacts[k]
        c = contact.channel
        at = math.ceil(contact.came / every)
        if at >= steps:
            continue
        came[c, at] += 1
        if c == public and not contact.callback:
            published[at] += 1
        served = contact.began >= 0.0
        leaves = contact.began if served else contact.ended
        if leaves <= (steps - 1) * every:
            left[c, math.ceil(leaves / every)] += 1
            if served:
                began[c, math.ceil(leaves / every)] += 1
        if served and contact.ended <= (steps - 1) * every:
            done[c, math.ceil(contact.ended / every)] += 1
