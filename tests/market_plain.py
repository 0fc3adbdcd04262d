"""The closed loop of a market as a plain Python program, written from its equations."""

import math
from functools import cache

from cemlab.sim.service_desk.erlang import erlang_a


@cache
def hang_up(calls_per_hour, rate, whole, patience):
    return 1.0 if whole == 0 else erlang_a(calls_per_hour, rate, whole, patience).abandon


def abandon(calls_per_hour, rate, patience, staff):
    """Erlang A for 7.3 people: seven, and an eighth for 0.3 of the time."""
    n = math.floor(staff)
    share = hang_up(calls_per_hour, rate, n, patience)
    if staff > n:
        share = (1 - (staff - n)) * share + (staff - n) * hang_up(
            calls_per_hour, rate, n + 1, patience
        )
    return share


def reach(v, public):
    """Sharers of one post in the mean, by the law of reach in a finite public."""
    if math.isinf(public):
        return 1 / (1 - v)
    low, high = 0.0, 1.0  # bisection on 1 - (1 - 1/n) exp(-v S) - S
    for _ in range(200):
        part = (low + high) / 2
        if 1 - (1 - 1 / public) * math.exp(-v * part) > part:
            low = part
        else:
            high = part
    ebbing = 1 - v * (1 - part)
    return max(1.0, public * part**2 + (1 - part) / (ebbing**3 + 0.64**3 / public) ** (1 / 3))


def _empowered(m, share, money, complaints):
    if not money or not complaints:
        return share
    use = 1 - math.exp(-money / (complaints * m.empowerment_cost))
    return share + (1 - share) * m.empowerment_gain * use


def _desk(m, p, callers, posters, phone, social, complaints):
    """Solved on the phone, solved in public, hung up, ignored, escalated: repeat until it holds."""
    deep = p.resolution == "deep"
    rate = m.deep_rate if deep else m.fast_rate
    solve = _empowered(m, m.deep_solved if deep else m.fast_solved, p.empowerment, complaints)
    star = _empowered(m, m.star_solved, p.empowerment, complaints)
    hours, escalated = m.desk_hours, 0.0
    for _ in range(200):
        posts = posters + escalated
        if p.organisation == "pooled":
            staff = (phone + social) / m.wage
            gone = ignored = abandon((callers + posts) / hours, rate, m.patience_rate, staff)
            off = on = (1 - gone) * solve
        else:
            gone = abandon(callers / hours, rate, m.patience_rate, phone / m.wage)
            ignored = abandon(posts / hours, m.star_rate, m.patience_rate, social / m.wage)
            off, on = (1 - gone) * solve, (1 - ignored) * star
        now = callers * (1 - off) * m.escalation
        done = abs(now - escalated) <= 1e-13 * max(callers, 1e-300)
        escalated = now
        if done:
            break
    return off, on, gone, ignored, escalated


def plain_loop(market, policy_of, months, shocks=None):
    """Return (npv, rows): one dict a month, named as the market's variables are."""
    m = market
    held = [m.customers * s.share for s in m.segments]
    good, bad = m.start_reputation * m.start_evidence, (1 - m.start_reputation) * m.start_evidence
    s, npv, rows, reputation = m.start_public, 0.0, [], m.start_reputation
    for t in range(months):
        p = policy_of(t)
        luck = (1.0, 1.0, 1.0) if shocks is None else shocks[t]
        n = sum(held)
        f = m.failure_rate * math.exp(-p.prevention / (max(n, 1) * m.prevention_cost)) * luck[0]
        f = min(f, 1.0)
        felt = n * m.experiences
        failures = felt * f
        voiced = m.voice * failures
        silent = failures - voiced
        callers, posters = (1 - s) * voiced, s * voiced
        money = p.phone + p.social
        x = p.social / money if money else 0.0
        loud = m.loudness * s / (m.loudness * s + 1 - s)
        x = (1 - p.loudest) * x + p.loudest * loud
        off, on, gone, ignored, escalated = _desk(
            m, p, callers, posters, (1 - x) * money, x * money, voiced
        )
        posts = posters + escalated
        solved = callers * off + posts * on
        unsolved = callers * (1 - off) * (1 - m.escalation) + posts * (1 - on)
        v = m.virality * (1 - m.calming * on) * (1 + m.publicisation * on) * luck[1]
        spread = reach(v, m.audience)
        exposures = posts * m.readers * spread
        if good + bad > 0:
            reputation = good / (good + bad)
        good = m.memory * good + m.talk_good * (felt - failures)
        good += m.talk_recovered * m.talk_bad * solved
        bad = m.memory * bad + m.negativity * (
            m.talk_bad * (silent + unsolved)
            + exposures * m.read_weight * (1 + m.observer * (1 - on))
        )
        after = m.fast_share * m.loss_fast + (1 - m.fast_share) * m.loss_slow
        lost = silent * m.loss_silent + unsolved * m.loss_unresolved + solved * after
        loss = lost / failures if failures else 0.0
        whole = math.floor(m.experiences)
        stay = (1 - f * loss) ** whole * (1 - (m.experiences - whole) * f * loss)
        poached = 1 - math.exp(-m.rival_pull * posts * (1 - on) * m.readers * spread / m.audience)
        leave = 1 - (1 - m.base_churn) * stay * (1 - poached)
        offered = sum(k for k, seg in zip(held, m.segments, strict=True) if seg.offered)
        stop = m.retention_effect * (
            1 - math.exp(-p.retention / (max(offered, 1) * m.retention_cost))
        )
        new = m.acquisition * luck[2]
        heard = max(p.advertising / m.advertising_reference, 1 / 30_000)
        new *= heard**m.advertising_elasticity
        new *= (reputation / m.reputation_reference) ** m.reputation_elasticity
        if not math.isinf(m.market_size):
            new *= max(1 - n / m.market_size, 0)
            new = min(new, max(m.market_size - n, 0))
        margin = sum(k * seg.margin for k, seg in zip(held, m.segments, strict=True))
        npv += (margin - p.total) / (1 + m.discount) ** t
        going = [
            k * leave * (1 - stop if seg.offered else 1)
            for k, seg in zip(held, m.segments, strict=True)
        ]
        said = silent * min(1, m.overstatement * m.loss_silent)
        said += unsolved * min(1, m.overstatement * m.loss_unresolved)
        said += solved * m.fast_share * min(1, m.overstatement * m.loss_fast)
        said += solved * (1 - m.fast_share) * min(1, m.overstatement * m.loss_slow)
        upset = f * said / failures if failures else 0.0
        let_down = 1 - (1 - upset) ** whole * (1 - (m.experiences - whole) * upset)
        rows.append(
            {
                "customers": n, "failure_share": f, "failures": failures, "complaints": voiced,
                "calls": callers, "posts": posts, "escalated": escalated, "solved_phone": off,
                "solved_social": on, "abandoned_phone": gone, "abandoned_social": ignored,
                "solved": solved, "unsolved": unsolved, "silent": silent, "breeding": v,
                "sharers": spread, "exposures": exposures, "reputation": reputation,
                "public_share": s, "left": sum(going), "poached_share": poached, "new": new,
                "margin": margin, "profit": margin - p.total, "phone_money": (1 - x) * money,
                "social_money": x * money, "promoters": m.promoters * (1 - let_down),
                "detractors": 1 - (1 - m.detractors) * (1 - let_down),
            }
        )  # fmt: skip
        held = [k - g + new * seg.share for k, g, seg in zip(held, going, m.segments, strict=True)]
        pull = m.shame_slope * (on - off - m.shame_threshold + m.norm * s)
        s = (1 - m.learning) * s + m.learning / (1 + math.exp(-pull))
    return npv, rows
