"""Single customers of the market, compiled: what a month brings each of them, by their own luck.

A customer is known by a running number. A draw belongs to (customer, month, experience), so
that the same people meet the same luck under another policy.
"""

from math import floor

import numpy as np

from cemlab import _luck
from cemlab._compiled import inlined, kernel

PURPOSES = np.array(
    [
        _luck.EXPERIENCE, _luck.FAIL, _luck.VOICE, _luck.ALOUD, _luck.ARRIVAL, _luck.SERVICE,
        _luck.PATIENCE, _luck.SOLVED, _luck.ESCALATE, _luck.QUICK, _luck.LOSS, _luck.LEAVE,
        _luck.STAY, _luck.POACH, _luck.OPINION, _luck.ASKED, _luck.PERSON, _luck.LINK,
        _luck.NEWCOMER, _luck.PAUSE,
    ]
)  # fmt: skip
(
    EXPERIENCE, FAIL, VOICE, ALOUD, ARRIVAL, SERVICE, PATIENCE, SOLVED, ESCALATE, QUICK, LOSS,
    LEAVE, STAY, POACH, OPINION, ASKED, PERSON, LINK, NEWCOMER,
    PAUSE,
) = range(20)  # fmt: skip

SILENT, BY_PHONE, IN_PUBLIC = range(3)
"""What a customer does about a failure."""
NEVER_VOICED, UNSOLVED, SLOWLY, QUICKLY = range(4)
"""What becomes of a failure."""

FAILURE = np.dtype(
    [
        ("customer", np.int64),
        ("came", np.float64),  # desk hours since the month began
        ("month", np.int32),
        ("experience", np.int8),  # which of the month
        ("way", np.int8),
        ("outcome", np.int8),
    ],
    align=True,
)
GONE = np.dtype(
    [("customer", np.int64), ("failure", np.int64), ("month", np.int32)],  # failure -1: none
    align=True,
)
ANSWER = np.dtype(
    [
        ("customer", np.int64),
        ("failure", np.int64),
        ("month", np.int32),
        ("score", np.int8),
    ],
    align=True,
)

_MONTH_BITS, _EXPERIENCE_BITS = np.uint64(20), np.uint64(7)


@kernel
def branch_out(key, replicate, purposes, luck):
    """Fill `luck` with the branch of each purpose."""
    for i in range(purposes.size):
        luck[i] = _luck.branch(key, replicate, purposes[i])


@inlined
def entity(customer, month, experience):
    """Return the number of one experience of one customer in one month."""
    so_far = (np.uint64(customer) << _MONTH_BITS) | np.uint64(month)
    return (so_far << _EXPERIENCE_BITS) | np.uint64(experience)


@inlined
def experiences(mean, luck, customer, month):
    """Return how many experiences a customer has in a month."""
    whole = floor(mean)
    rest = mean - whole
    if rest > 0.0 and _luck.draw(luck[EXPERIENCE], entity(customer, month, 0)) < rest:
        whole += 1
    return whole


@kernel
def one_of_month(luck, purpose, month):
    """Return the month's own draw for a purpose."""
    return _luck.draw(luck[purpose], month)


@kernel
def sort_in(luck, most, who, segment):
    """Fill the segment of each customer; `most` adds up the shares."""
    for i in range(who.size):
        u = _luck.draw(luck[PERSON], 2 * who[i] + 1)
        s = 0
        while s < most.size - 1 and u >= most[s]:
            s += 1
        segment[i] = s


@kernel
def welcome(luck, first, most, who, segment):
    """Fill who comes (numbers from `first` on) and the segment of each; `most` adds up shares."""
    for i in range(who.size):
        who[i] = first + i
    sort_in(luck, most, who, segment)


@inlined
def home(luck, customer, n):
    """Return where on a network of n people a customer lives."""
    return min(int(_luck.draw(luck[PERSON], 2 * customer) * n), n - 1)


@kernel
def settle(luck, n, who, where):
    """Fill where on a network of n people each customer lives."""
    for i in range(who.size):
        where[i] = home(luck, who[i], n)


@kernel
def let_down(w, luck, month, who, failing, public):
    """Return the experiences of a month, and its failures with what customers do about them."""
    felt, count = 0, 0
    for c in who:
        had = experiences(w.experiences, luck, c, month)
        felt += had
        for j in range(had):
            count += int(_luck.draw(luck[FAIL], entity(c, month, j)) < failing)
    found = np.empty(count, FAILURE)
    k = 0
    if count == 0:
        return felt, found
    for c in who:
        for j in range(experiences(w.experiences, luck, c, month)):
            e = entity(c, month, j)
            if _luck.draw(luck[FAIL], e) < failing:
                failure = found[k]
                failure.customer = c
                failure.came = _luck.draw(luck[ARRIVAL], e) * w.desk_hours
                failure.month = month
                failure.experience = j
                failure.outcome = NEVER_VOICED
                failure.way = SILENT
                if _luck.draw(luck[VOICE], e) < w.voice:
                    failure.outcome = UNSOLVED
                    aloud = _luck.draw(luck[ALOUD], e) < public
                    failure.way = IN_PUBLIC if aloud else BY_PHONE
                k += 1
    return felt, found


@kernel
def depart(w, luck, month, who, segment, offered, failures, lured, stop):
    """Return how many stay, how many a rival would have, and who leaves.

    Those who stay are moved to the front of `who` and `segment`.
    """
    kept, drawn, left, f = 0, 0, 0, 0
    gone = np.empty(who.size, GONE)
    loss = (w.loss_silent, w.loss_unresolved, w.loss_slow, w.loss_fast)
    for i in range(who.size):
        c, s = who[i], segment[i]
        e = entity(c, month, 0)
        goes = _luck.draw(luck[LEAVE], e) < w.base_churn
        last = -1
        while f < failures.size and failures[f].customer == c:
            mine = entity(c, month, failures[f].experience)
            if _luck.draw(luck[LOSS], mine) < loss[failures[f].outcome]:
                goes = True
            last = f
            f += 1
        if lured > 0.0 and _luck.draw(luck[POACH], e) < lured:
            drawn += 1
            goes = True
        if goes and offered[s] > 0.0 and _luck.draw(luck[STAY], e) < stop:
            goes = False
        if goes:
            gone[left].customer = c
            gone[left].failure = last
            gone[left].month = month
            left += 1
        else:
            who[kept] = c
            segment[kept] = s
            kept += 1
    return kept, drawn, gone[:left].copy()


@inlined
def _upsetting(w):
    """Return the chance that a failure makes a detractor, by what became of it."""
    return (
        min(1.0, w.overstatement * w.loss_silent), min(1.0, w.overstatement * w.loss_unresolved),
        min(1.0, w.overstatement * w.loss_slow), min(1.0, w.overstatement * w.loss_fast),
    )  # fmt: skip


@kernel
def upset(w, failures):
    """Return how many customers one failure or more of the month made detractors, in the mean."""
    chance = _upsetting(w)
    found, calm = 0.0, 1.0
    for k in range(failures.size):
        calm *= 1.0 - chance[failures[k].outcome]
        if k + 1 == failures.size or failures[k + 1].customer != failures[k].customer:
            found += 1.0 - calm
            calm = 1.0
    return found


@kernel
def ask(w, luck, month, who, failures, surveyed):
    """Return the answers of those who are asked, each about all of the month."""
    count = 0
    for c in who:
        count += int(_luck.draw(luck[ASKED], entity(c, month, 0)) < surveyed)
    answers = np.empty(count, ANSWER)
    chance = _upsetting(w)
    k, f = 0, 0
    for c in who:
        while f < failures.size and failures[f].customer < c:
            f += 1
        if _luck.draw(luck[ASKED], entity(c, month, 0)) >= surveyed:
            continue
        last, calm = -1, 1.0
        while f < failures.size and failures[f].customer == c:
            calm *= 1.0 - chance[failures[f].outcome]
            last = f
            f += 1
        opinion = _luck.draw(luck[OPINION], entity(c, month, 1))
        within = _luck.draw(luck[OPINION], entity(c, month, 2))
        if _luck.draw(luck[OPINION], entity(c, month, 0)) < 1.0 - calm or opinion < w.detractors:
            score = int(within * 7)
        elif opinion >= 1.0 - w.promoters:
            score = 9 + int(within * 2)
        else:
            score = 7 + int(within * 2)
        answers[k].customer = c
        answers[k].failure = last
        answers[k].month = month
        answers[k].score = score
        k += 1
    return answers
