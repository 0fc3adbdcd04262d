"""Arithmetic of the solvable limits: balances of people, and values of a first euro."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import brentq

from cemlab.market import _habits, course
from cemlab.market._kernels import laws
from cemlab.market.assumptions import Market
from cemlab.market.policy import Policy

Floats = NDArray[np.float64]
_TINY = 1e-6


def balance(
    policy: Policy, market: Market, *, reputation: float, leave: Callable[[float], float]
) -> dict[str, float]:
    """Return the state in which as many come as leave.

    `leave` is the share of N customers who would leave in a month without offers; it does not
    fall with N.
    """
    w = market.world()
    share, margin, offered = course.segments(market)

    def coming(customers: float) -> float:
        return float(_law(laws.newcomers)(w, policy.advertising, reputation, customers))

    def people(customers: float) -> Floats:
        """Return who would be here by segment if they came and left as with N customers."""
        held: Floats = coming(customers) * share / leave(customers)
        return held / (1.0 - offered * _stopped(policy, w, float(held @ offered)))

    def lacking(customers: float) -> float:
        return float(people(customers).sum()) - customers

    leaving = leave(market.customers)
    if coming(0.0) == 0.0:  # whom nothing drives away stays, any number of them
        begun = market.customers * share
        stop = float(_law(laws.kept_by_offers)(w, policy.retention, float(begun @ offered)))
        held = np.where(leaving * (1.0 - stop * offered) == 0.0, begun, 0.0)
    elif leaving == 0.0 and math.isinf(market.market_size):
        msg = "base_churn must be above 0 in an endless market that nobody else leaves, got 0: there is no state of rest"
        raise ValueError(msg)
    elif leaving == 0.0:
        held = market.market_size * share
    elif lacking(_TINY) <= 0.0:
        held = people(_TINY)
    else:
        high = market.customers
        while lacking(high) > 0.0:
            high *= 2.0
        held = people(float(brentq(lacking, _TINY, high, xtol=1e-9, rtol=1e-14, maxiter=500)))
    n, earned = float(held.sum()), float(held @ margin)
    come = coming(n) if leaving > 0.0 else 0.0
    return {
        "customers": n, "left": come, "new": come, "margin": earned,
        "profit": earned - policy.total, "churn": come / n if n > 0.0 else leave(_TINY),
    }  # fmt: skip


def unhurried(policy: Policy, market: Market) -> dict[str, float]:
    """Return the state of rest with staff for everybody."""
    w = market.world()
    deep, pooled = policy.resolution == "deep", policy.organisation == "pooled"
    phone = w.deep_solved if deep else w.fast_solved
    social = phone if pooled else w.star_solved
    public = _habit(social - phone, market)
    # of one failure
    calls = w.voice * (1.0 - public)
    escalated = calls * (1.0 - phone) * w.escalation
    posts = w.voice * public + escalated
    solved = calls * phone + posts * social
    unsolved = calls * (1.0 - phone) - escalated + posts * (1.0 - social)
    silent = 1.0 - w.voice
    breed = float(_law(laws.breeding)(w, social))
    spread = float(laws.sharers(breed, w.audience))
    seen = posts * w.readers * spread
    # of one experience
    f = w.failure_rate
    weight = (1.0 + w.observer * (1.0 - social)) * w.read_weight
    good = w.talk_good * (1.0 - f) + w.talk_recovered * w.talk_bad * f * solved
    bad = w.negativity * f * (w.talk_bad * (silent + unsolved) + seen * weight)
    if w.experiences * (good + bad) == 0.0:
        msg = "talk_good and experiences must be above 0 where nobody else talks, got 0: without evidence there is no reputation"
        raise ValueError(msg)
    after = w.fast_share * w.loss_fast + (1.0 - w.fast_share) * w.loss_slow
    loss = silent * w.loss_silent + unsolved * w.loss_unresolved + solved * after
    stay = (1.0 - w.base_churn) * float(_law(laws.staying)(w, f, loss))

    def leave(customers: float) -> float:
        unanswered = customers * w.experiences * f * posts * (1.0 - social)
        return 1.0 - stay * (1.0 - float(_law(laws.poached)(w, unanswered, spread)))

    reputation = good / (good + bad)
    rest = balance(policy, market, reputation=reputation, leave=leave)
    failures = rest["customers"] * w.experiences * f
    flows = {
        "failures": 1.0, "complaints": w.voice, "calls": calls, "posts": posts,
        "escalated": escalated, "solved": solved, "unsolved": unsolved, "silent": silent,
        "exposures": seen,
    }  # fmt: skip
    shares = {
        "failure_share": f, "solved_phone": phone, "solved_social": social, "breeding": breed,
        "sharers": spread, "reputation": reputation, "public_share": public,
    }  # fmt: skip
    return shares | {name: failures * part for name, part in flows.items()} | rest


def euro_rule(policy: Policy, market: Market, months: int) -> pd.DataFrame:
    """Return what the first euro brings by rule, over the horizon and for ever, by line.

    `policy` spends nothing on either line; the first month stands for all.
    """
    w = market.world()
    share, margin, offered = course.segments(market)
    now = dict(
        zip(course.VARIABLES, course.lived(policy, market, 1, frozen=True).course[0], strict=True)
    )
    after = w.fast_share * w.loss_fast + (1.0 - w.fast_share) * w.loss_slow
    lost = now["silent"] * w.loss_silent + now["unsolved"] * w.loss_unresolved
    loss = (lost + now["solved"] * after) / now["failures"] if now["failures"] > 0.0 else 0.0
    churn = now["left"] / now["customers"]
    f, whole = now["failure_share"], math.floor(w.experiences)
    stay, rest = 1.0 - f * loss, w.experiences - whole
    steep = rest * stay**whole
    if whole:
        steep += whole * stay ** (whole - 1) * (1.0 - rest * f * loss)
    others = (1.0 - w.base_churn) * (1.0 - now["poached_share"])
    aimed = float(share @ offered)
    reached = min(1.0, aimed * market.customers)  # offers to part of one person cost as to one
    kept = {
        "prevention": others * steep * loss * f / w.prevention_cost,
        "retention": reached * churn * w.retention_effect / w.retention_cost,
    }
    earns = {
        "prevention": float(share @ margin),
        "retention": float((share * offered) @ margin) / aimed if aimed else 0.0,
    }
    horizon, ever = _worth_of_one(churn, w.discount, months)
    value = np.array([kept[line] * earns[line] for line in kept])
    return pd.DataFrame(
        {"rule": value * horizon, "long_run": value * ever}, index=pd.Index(kept, name="line")
    )


def measured(
    policy: Policy, market: Market, months: int, line: str, step: float, *, frozen: bool
) -> float:
    """Return the present value of a euro more on a line, by the present value of that euro."""
    value = [
        course.lived(_with(policy, **{line: times * step}), market, months, frozen=frozen).npv
        for times in range(3)
    ]
    slope = (-3.0 * value[0] + 4.0 * value[1] - value[2]) / (2.0 * step)
    return slope / float(_worths(market.discount, months).sum()) + 1.0


def without(policy: Policy, *lines: str) -> Policy:
    """Return a policy with nothing on some lines."""
    return _with(policy, **dict.fromkeys(lines, 0.0))


# --- inside ------------------------------------------------------------------------


def _with(policy: Policy, **money: Any) -> Policy:
    return replace(policy, **money)


def _law(law: Any) -> Any:
    """Return a law of the loop as the plain Python it was written in."""
    return getattr(law, "py_func", law)


def _habit(gain: float, market: Market) -> float:
    if market.learning == 0.0:
        return market.start_public
    found = _habits.settled(market.start_public, gain, market)
    if not _habits.stable(np.array([found]), market)[0] and market.norm < 0.0:
        msg = f"norm must let the habit settle, got {market.norm:g} with learning {market.learning:g}: lower learning"
        raise ValueError(msg)
    return found


def _stopped(policy: Policy, w: Any, leaving: float) -> float:
    """Return the part of the leaving that offers stop, if without them `leaving` got offers."""

    def stop(offered: float) -> float:
        return float(_law(laws.kept_by_offers)(w, policy.retention, offered))

    if leaving == 0.0 or stop(1.0) == 0.0:
        return 0.0
    high = 2.0 * leaving
    while high * (1.0 - stop(high)) < leaving:
        high *= 2.0
    root = brentq(lambda a: a * (1.0 - stop(a)) - leaving, 0.0, high, xtol=1e-9, rtol=1e-14)
    return stop(float(root))


def _worths(discount: float, months: int) -> Floats:
    found: Floats = (1.0 + discount) ** -np.arange(months, dtype=np.float64)
    return found


def _worth_of_one(churn: float, discount: float, months: int) -> tuple[float, float]:
    """Return margins, in months' worth, of one more customer kept in every month.

    By month of spending: over a horizon, and for ever.
    """
    worth = _worths(discount, months)
    on = (1.0 - churn) / (1.0 + discount)
    left = np.arange(months - 1, -1, -1, dtype=np.float64)
    lasting = left if on == 1.0 else (1.0 - on**left) / (1.0 - on)
    horizon = float((worth * lasting).sum() / (1.0 + discount) / worth.sum())
    return horizon, 1.0 / (discount + churn) if discount + churn > 0.0 else math.nan
