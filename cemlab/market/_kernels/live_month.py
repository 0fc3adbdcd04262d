"""One month of the market with single people, compiled: the loop of `loop.live` with counts."""

from cemlab._compiled import kernel
from cemlab.market._kernels import desk_month, loop, people, stories
from cemlab.market._kernels.laws import (
    breeding,
    empowered,
    failing,
    kept_by_offers,
    newcomers,
    poached,
    social_part,
    standing,
    taught,
)

GOOD, BAD, PUBLIC, MARK, STANDING = range(5)
CHANCE, MOST = range(2)


@kernel
def _met(count, others, answered_others, pooled, staff, answered):
    """Return the share answered; without contacts, what a lone one would have met."""
    if count > 0:
        return answered / count
    if pooled and others > 0:
        return answered_others / others
    return min(1.0, staff)


@kernel
def live(
    w, t, luck, line, way, shock, margin, offered, state, who, segment, start, targets, seen,
    by, heard, when, surveyed, row, told,
):  # fmt: skip
    """Live one month; return failures, contacts, who leaves, answers, how many stay, newcomers' mean.

    `state` holds good and bad evidence, the public habit, the last story's mark and reputation,
    and is moved on; `row` (loop.COLUMNS,) and `told` (chance of sharing, and its bound) are filled.
    """
    here = who.size
    pooled, deep = way[0] > 0.0, way[1] > 0.0
    public = state[PUBLIC]
    chance = min(1.0, failing(w, line[0], float(here)) * shock[0])
    felt, failures = people.let_down(w, luck, t, who, chance, public)
    callers, posters, silent = 0, 0, 0
    for failure in failures:
        callers += int(failure.way == people.BY_PHONE)
        posters += int(failure.way == people.IN_PUBLIC)
    complaints = callers + posters
    silent = failures.size - complaints
    # service
    service = line[1] + line[2]
    planned = line[2] / service if service > 0.0 else 0.0
    part = planned
    if way[2] > 0.0:
        part = social_part(w, planned, way[2], public)
    phone, social = service * (1.0 - part), service * part
    solve = empowered(w, w.deep_solved if deep else w.fast_solved, line[5], float(complaints))
    star = solve if pooled else empowered(w, w.star_solved, line[5], float(complaints))
    rate = w.deep_rate if deep else w.fast_rate
    contacts = desk_month.work(
        w, luck, failures, pooled, phone / w.wage, social / w.wage, rate, solve, star
    )
    posts, escalated, good_calls, good_posts, heard_calls, heard_posts = 0, 0, 0, 0, 0, 0
    for contact in contacts:
        if contact.is_post:
            posts += 1
            escalated += int(contact.escalated)
            good_posts += int(contact.solved)
            heard_posts += int(contact.answered)
        else:
            good_calls += int(contact.solved)
            heard_calls += int(contact.answered)
    both = (phone + social) / w.wage
    staff = both if pooled else phone / w.wage
    met_phone = _met(callers, posts, heard_posts, pooled, staff, heard_calls)
    staff = both if pooled else social / w.wage
    met_social = _met(posts, callers, heard_calls, pooled, staff, heard_posts)
    by_phone = good_calls / callers if callers > 0 else met_phone * solve
    by_social = good_posts / posts if posts > 0 else met_social * star
    solved = good_calls + good_posts
    unsolved = complaints - solved
    # what the public sees
    breed = breeding(w, by_social) * shock[1]
    told[CHANCE], told[MOST] = 0.0, 0.0
    spread, exposures, ignored = 1.0, 0.0, 0.0
    if w.readers > 0.0:
        told[CHANCE] = min(1.0, breed / w.readers)
        bound = w.virality * (1.0 + w.publicisation) * shock[1]
        told[MOST] = min(1.0, max(bound, breed) / w.readers)
        state[MARK] = stories.publish(
            start, targets, luck, failures, contacts, told[CHANCE], told[MOST], seen,
            int(state[MARK]), by, heard, when,
        )  # fmt: skip
        sharers = 0
        for contact in contacts:
            if contact.is_post:
                sharers += contact.sharers
                exposures += contact.exposures
                if not contact.solved:
                    ignored += contact.exposures
        if posts > 0:
            spread = sharers / posts
    reputation = standing(state[GOOD], state[BAD], state[STANDING])
    state[STANDING] = reputation
    good = w.memory * state[GOOD] + w.talk_good * (felt - failures.size)
    state[GOOD] = good + w.talk_recovered * w.talk_bad * solved
    seen_badly = (exposures + w.observer * ignored) * w.read_weight
    bad = w.talk_bad * (silent + unsolved) + seen_badly
    state[BAD] = w.memory * state[BAD] + w.negativity * bad
    # who leaves, who comes
    answers = people.ask(w, luck, t, who, failures, surveyed)
    lured = poached(w, ignored / w.readers, 1.0) if ignored > 0.0 else 0.0
    aimed, earned = 0.0, 0.0
    for s in segment:
        aimed += offered[s]
        earned += margin[s]
    stop = kept_by_offers(w, line[3], aimed)
    kept, drawn, gone = people.depart(w, luck, t, who, segment, offered, failures, lured, stop)
    come = newcomers(w, line[4], reputation, float(here)) * shock[2]
    come = min(come, max(w.market_size - here, 0.0))
    upset = people.upset(w, failures) / here if here > 0 else 0.0
    spent = line.sum()
    row[loop.CUSTOMERS], row[loop.FAILURES] = here, failures.size
    row[loop.FAILURE_SHARE] = failures.size / felt if felt > 0 else chance
    row[loop.COMPLAINTS], row[loop.CALLS] = complaints, callers
    row[loop.POSTS], row[loop.ESCALATED] = posts, escalated
    row[loop.SOLVED_PHONE], row[loop.SOLVED_SOCIAL] = by_phone, by_social
    row[loop.ABANDONED_PHONE], row[loop.ABANDONED_SOCIAL] = 1.0 - met_phone, 1.0 - met_social
    row[loop.SOLVED], row[loop.UNSOLVED], row[loop.SILENT] = solved, unsolved, silent
    row[loop.BREEDING], row[loop.SHARERS], row[loop.EXPOSURES] = breed, spread, exposures
    row[loop.REPUTATION], row[loop.PUBLIC] = reputation, public
    row[loop.LEFT] = gone.size
    row[loop.POACHED] = drawn / here if here > 0 else lured
    row[loop.MARGIN], row[loop.PROFIT] = earned, earned - spent
    row[loop.PHONE_MONEY], row[loop.SOCIAL_MONEY] = phone, social
    row[loop.PROMOTERS] = w.promoters * (1.0 - upset)
    row[loop.DETRACTORS] = w.detractors + (1.0 - w.detractors) * upset
    state[PUBLIC] = taught(w, public, by_social - by_phone)
    return failures, contacts, gone, answers, kept, come
