"""The links of the loop, one small compiled function each, in the order of a month."""

from math import exp, expm1, floor, inf
from typing import NamedTuple

from cemlab._compiled import inlined, kernel
from cemlab.sim._kernels.erlang import abandoned

_UNHEARD = 1.0 / 30_000.0
_FAINT = 1e-280  # evidence that is none


class World(NamedTuple):
    """The numbers of a market, as :class:`cemlab.market.Market` names them."""

    customers: float
    experiences: float
    failure_rate: float
    voice: float
    base_churn: float
    loss_silent: float
    loss_unresolved: float
    loss_slow: float
    loss_fast: float
    fast_share: float
    wage: float
    desk_hours: float
    patience_rate: float
    fast_rate: float
    fast_solved: float
    star_rate: float
    star_solved: float
    deep_rate: float
    deep_solved: float
    escalation: float
    shame_slope: float
    shame_threshold: float
    learning: float
    norm: float
    virality: float
    calming: float
    publicisation: float
    readers: float
    read_weight: float
    audience: float
    observer: float
    rival_pull: float
    memory: float
    negativity: float
    talk_good: float
    talk_bad: float
    talk_recovered: float
    acquisition: float
    advertising_reference: float
    reputation_reference: float
    advertising_elasticity: float
    reputation_elasticity: float
    market_size: float
    prevention_cost: float
    retention_cost: float
    retention_effect: float
    empowerment_cost: float
    empowerment_gain: float
    loudness: float
    promoters: float
    detractors: float
    overstatement: float
    discount: float
    start_reputation: float
    start_evidence: float
    start_public: float
    failure_sd: float
    virality_sd: float
    demand_sd: float


@inlined
def failing(w, prevention, customers):
    """Return the share of experiences that fail: prevention is shared by all customers."""
    return w.failure_rate * exp(-prevention / (max(customers, 1.0) * w.prevention_cost))


@inlined
def social_part(w, planned, loudest, public):
    """Return the part of the service money for public posts: planned, or after the loudest."""
    loud = w.loudness * public
    return (1.0 - loudest) * planned + loudest * loud / (loud + 1.0 - public)


@inlined
def empowered(w, solved, money, complaints):
    """Return the share of answered contacts that are solved if staff may decide."""
    if money <= 0.0 or complaints <= 0.0:
        return solved
    asked = complaints * w.empowerment_cost  # can vanish where hardly anybody complains
    use = 1.0 - exp(-money / asked) if asked > 0.0 else 1.0
    return solved + (1.0 - solved) * w.empowerment_gain * use


@kernel
def served(w, callers, posters, phone, social, pooled, deep, empowerment, complaints):
    """Return the shares solved on the phone and in public, those who hang up, and escalations.

    `callers` and `posters` a month come by themselves; callers left without a solution
    escalate, and load the team for posts, which in a pool is everybody's: the month is the
    fixed point of that.
    """
    rate = w.deep_rate if deep else w.fast_rate
    solve = empowered(w, w.deep_solved if deep else w.fast_solved, empowerment, complaints)
    if not pooled:
        gone = abandoned(callers / w.desk_hours, rate, w.patience_rate, phone / w.wage)
        by_phone = (1.0 - gone) * solve
        escalated = callers * (1.0 - by_phone) * w.escalation
        star = empowered(w, w.star_solved, empowerment, complaints)
        calls = (posters + escalated) / w.desk_hours
        ignored = abandoned(calls, w.star_rate, w.patience_rate, social / w.wage)
        return by_phone, (1.0 - ignored) * star, gone, ignored, escalated
    staff = (phone + social) / w.wage
    escalated = callers * (1.0 - solve) * w.escalation
    before, error_before = 0.0, 0.0
    gone = 1.0
    for step in range(60):  # secant: what escalation implies for itself rises gently
        calls = (callers + posters + escalated) / w.desk_hours
        gone = abandoned(calls, rate, w.patience_rate, staff)
        error = callers * (1.0 - (1.0 - gone) * solve) * w.escalation - escalated
        if abs(error) <= 1e-12 * callers:
            break
        moved = escalated - before
        slope = (error - error_before) / moved if step > 0 and moved != 0.0 else -1.0
        before, error_before = escalated, error
        escalated -= error / min(slope, -0.1)
    by_all = (1.0 - gone) * solve
    return by_all, by_all, gone, gone, callers * (1.0 - by_all) * w.escalation


@kernel
def sharers(virality, audience):
    """Return how many people share one post in the mean, its author included.

    One formula below and above the threshold. In an endless public a story that dies out has
    1 / (1 - v) sharers (Borel); in a public of n people a part S of it, S = 1 - (1 - 1/n)
    exp(-v S), is reached where a story takes off, and that has the same chance. So the
    mean is n S^2, and for stories that die out all the same (1 - S) / (1 - v (1 - S)). Near the
    threshold these die for want of people, and the mean grows as n^(1/3); the factor 0.64 and
    the third powers that join the laws were found by simulation, and hold to a fifth there.
    """
    if audience == inf:
        return 1.0 / (1.0 - virality)
    lacking = 1.0 - virality * (1.0 - 1.0 / audience)
    part = 1.0 if audience * lacking <= 1.0 else 1.0 / (audience * lacking)
    for _ in range(100):  # Newton from above never oversteps: the law is concave
        less = expm1(-virality * part)
        change = ((1.0 + less) / audience - less - part) / (lacking - (1.0 - lacking) * less)
        part += change
        if abs(change) <= 1e-12 * part:
            break
    dying = 1.0 - part
    ebbing = 1.0 - virality * dying
    crowding = 0.64**3 / audience
    return max(1.0, audience * part * part + dying / (ebbing**3 + crowding) ** (1.0 / 3.0))


@inlined
def breeding(w, solved):
    """Return how many sharers one sharer makes: answers calm it, answers in public feed it."""
    return w.virality * (1.0 - w.calming * solved) * (1.0 + w.publicisation * solved)


@inlined
def standing(good, bad, before):
    """Return reputation, the share of good evidence; where none is left it stays as it was."""
    return good / (good + bad) if good + bad > _FAINT else before


@inlined
def staying(w, failure, loss):
    """Return the share of customers whom their experiences of a month do not drive away.

    Or do not upset, if `loss` is the chance that a failure does that.
    """
    whole = floor(w.experiences)
    stay = 1.0 - failure * loss
    return stay**whole * (1.0 - (w.experiences - whole) * failure * loss)


@inlined
def poached(w, unanswered, spread):
    """Return the share of customers lost to a rival over unanswered posts."""
    seen = unanswered * w.readers * spread / w.audience
    return 1.0 - exp(-w.rival_pull * seen)


@inlined
def kept_by_offers(w, money, offered):
    """Return the part of the leaving that offers stop."""
    return w.retention_effect * (1.0 - exp(-money / (max(offered, 1.0) * w.retention_cost)))


@inlined
def newcomers(w, advertising, reputation, customers):
    """Return new customers of a month.

    An elasticity has no value without any advertising: that counts as a 30,000th of the
    reference. Of a finite market those who are customers already cannot come.
    """
    heard = max(advertising / w.advertising_reference, _UNHEARD) ** w.advertising_elasticity
    liked = (reputation / w.reputation_reference) ** w.reputation_elasticity
    return w.acquisition * heard * liked * max(1.0 - customers / w.market_size, 0.0)


@inlined
def taught(w, public, advantage):
    """Return the share of complainers who go public next month."""
    pull = w.shame_slope * (advantage - w.shame_threshold + w.norm * public)
    return (1.0 - w.learning) * public + w.learning / (1.0 + exp(-pull))
