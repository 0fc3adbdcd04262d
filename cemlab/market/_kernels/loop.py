"""The closed loop, month by month, compiled: expected numbers of people, no single ones."""

import numpy as np

from cemlab._compiled import kernel
from cemlab.market._kernels.laws import (
    breeding,
    failing,
    kept_by_offers,
    newcomers,
    poached,
    served,
    sharers,
    social_part,
    standing,
    staying,
    taught,
)

(
    CUSTOMERS, FAILURE_SHARE, FAILURES, COMPLAINTS, CALLS, POSTS, ESCALATED, SOLVED_PHONE,
    SOLVED_SOCIAL, ABANDONED_PHONE, ABANDONED_SOCIAL, SOLVED, UNSOLVED, SILENT, BREEDING, SHARERS,
    EXPOSURES, REPUTATION, PUBLIC, LEFT, POACHED, NEW, MARGIN, PROFIT, PHONE_MONEY, SOCIAL_MONEY,
    PROMOTERS, DETRACTORS,
) = range(28)  # fmt: skip
COLUMNS = 28


@kernel
def live(w, share, margin, offered, lines, ways, shocks, frozen, course, held):
    """Live through the months; return the net present value (EUR).

    `share`, `margin` (EUR a month) and `offered` (0 or 1) of each segment; `lines` (months or
    1, 6) EUR a month by budget line; `ways` (months or 1, 3): pooled, deep, loudest; `shocks`
    (months or 1, 3): factors on failures, virality and demand. `frozen`: reputation and the
    habit of going public stay as they began. `course` (months, COLUMNS) and `held` (months + 1,
    segments, customers at the start of each month) are filled.
    """
    size = share.size
    people = np.empty(size)
    for i in range(size):
        people[i] = w.customers * share[i]
        held[0, i] = people[i]
    good = w.start_reputation * w.start_evidence
    bad = (1.0 - w.start_reputation) * w.start_evidence
    public, reputation = w.start_public, w.start_reputation
    value, worth = 0.0, 1.0
    for t in range(course.shape[0]):
        plan = t if lines.shape[0] > 1 else 0
        luck = t if shocks.shape[0] > 1 else 0
        pooled, deep = ways[plan, 0] > 0.0, ways[plan, 1] > 0.0
        here, aimed = 0.0, 0.0
        for i in range(size):
            here += people[i]
            aimed += people[i] * offered[i]
        # failures, and what customers do about them
        failure = min(1.0, failing(w, lines[plan, 0], here) * shocks[luck, 0])
        felt = here * w.experiences
        failures = felt * failure
        complaints = failures * w.voice
        callers = complaints * (1.0 - public)
        posters = complaints * public
        # service
        service = lines[plan, 1] + lines[plan, 2]
        planned = lines[plan, 2] / service if service > 0.0 else 0.0
        part = planned
        if ways[plan, 2] > 0.0:
            part = social_part(w, planned, ways[plan, 2], public)
        phone, social = service * (1.0 - part), service * part
        by_phone, by_social, gone, ignored, escalated = served(
            w, callers, posters, phone, social, pooled, deep, lines[plan, 5], complaints
        )
        posts = posters + escalated
        solved = callers * by_phone + posts * by_social
        unsolved = callers * (1.0 - by_phone) - escalated + posts * (1.0 - by_social)
        silent = failures - complaints
        # what the public sees
        breed = breeding(w, by_social) * shocks[luck, 1]
        spread = sharers(breed, w.audience)
        exposures = posts * w.readers * spread
        weight = (1.0 + w.observer * (1.0 - by_social)) * w.read_weight
        reputation = standing(good, bad, reputation)
        if not frozen:
            good = w.memory * good + w.talk_good * (felt - failures)
            good += w.talk_recovered * w.talk_bad * solved
            told = w.talk_bad * (silent + unsolved) + exposures * weight
            bad = w.memory * bad + w.negativity * told
        # who leaves, who comes
        loss = 0.0
        if failures > 0.0:
            after = w.fast_share * w.loss_fast + (1.0 - w.fast_share) * w.loss_slow
            loss = silent * w.loss_silent + unsolved * w.loss_unresolved + solved * after
            loss /= failures
        lured = poached(w, posts * (1.0 - by_social), spread)
        leave = 1.0 - (1.0 - w.base_churn) * staying(w, failure, loss) * (1.0 - lured)
        stop = kept_by_offers(w, lines[plan, 3], aimed)
        come = newcomers(w, lines[plan, 4], reputation, here) * shocks[luck, 2]
        come = min(come, max(w.market_size - here, 0.0))
        left, earned = 0.0, 0.0
        for i in range(size):
            earned += people[i] * margin[i]
            going = people[i] * leave * (1.0 - stop * offered[i])
            left += going
            people[i] += come * share[i] - going
            held[t + 1, i] = people[i]
        spent = 0.0
        for j in range(6):
            spent += lines[plan, j]
        value += (earned - spent) * worth
        worth /= 1.0 + w.discount
        # what they would say of the month: intentions overstate acts
        said = silent * min(1.0, w.overstatement * w.loss_silent)
        said += unsolved * min(1.0, w.overstatement * w.loss_unresolved)
        said += solved * w.fast_share * min(1.0, w.overstatement * w.loss_fast)
        said += solved * (1.0 - w.fast_share) * min(1.0, w.overstatement * w.loss_slow)
        upset = 1.0 - staying(w, failure, said / failures) if failures > 0.0 else 0.0
        row = course[t]
        row[CUSTOMERS], row[FAILURE_SHARE], row[FAILURES] = here, failure, failures
        row[COMPLAINTS], row[CALLS], row[POSTS] = complaints, callers, posts
        row[ESCALATED], row[SOLVED_PHONE], row[SOLVED_SOCIAL] = escalated, by_phone, by_social
        row[ABANDONED_PHONE], row[ABANDONED_SOCIAL] = gone, ignored
        row[SOLVED], row[UNSOLVED], row[SILENT] = solved, unsolved, silent
        row[BREEDING], row[SHARERS], row[EXPOSURES] = breed, spread, exposures
        row[REPUTATION], row[PUBLIC] = reputation, public
        row[LEFT], row[POACHED], row[NEW] = left, lured, come
        row[MARGIN], row[PROFIT] = earned, earned - spent
        row[PHONE_MONEY], row[SOCIAL_MONEY] = phone, social
        row[PROMOTERS] = w.promoters * (1.0 - upset)
        row[DETRACTORS] = w.detractors + (1.0 - w.detractors) * upset
        if not frozen:
            public = taught(w, public, by_social - by_phone)
    return value
