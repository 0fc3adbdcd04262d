"""What the last month of a course shows: people, value, voice and cost, one number each."""

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from cemlab.market._kernels import loop
from cemlab.market._kernels.laws import kept_by_offers
from cemlab.market.assumptions import Market
from cemlab.market.course import Array, Lived, segments
from cemlab.market.policy import Months

OUTCOMES: Mapping[str, str] = MappingProxyType(
    {
        "npv": "EUR",
        "profit": "EUR a month",
        "customers": "people",
        "customer_equity": "EUR",
        "clv": "EUR a customer",
        "satisfaction_clv": "EUR a customer",
        "churn": "share a month",
        "new": "customers a month",
        "failure_share": "share of experiences",
        "solved_share": "share of complaints",
        "nps": "points",
        "reputation": "share of good evidence",
        "posts": "public complaints a month",
        "public_share": "share of complainers",
        "exposures": "times seen a month",
        "cost_to_serve": "EUR a customer and month",
        "cost_per_contact": "EUR an answered contact",
    }
)
"""What :func:`cemlab.market.compare` and :func:`cemlab.market.what_if` tell, each with its unit."""

_NEARLY_ALL = 1.0 - 1e-12
_RARE = 1e-9  # experiences a month that stand for none


def figures(past: Lived, market: Market, plan: Months) -> dict[str, float]:
    """Return the :data:`OUTCOMES` of a course: net present value, and the last month's figures."""
    row = past.course[-1]
    people = past.held[-2]
    lines = plan.lines[-1]
    here = row[loop.CUSTOMERS]
    churn = _churn(past, market)
    each = segment_clv(market, churn)
    equity = _total(people, each)
    served = row[loop.PHONE_MONEY] + row[loop.SOCIAL_MONEY] + lines[5]
    return {
        "npv": past.npv,
        "profit": row[loop.PROFIT],
        "customers": here,
        "customer_equity": equity,
        "clv": ratio(equity, here),
        "satisfaction_clv": ratio(_total(people, satisfied_clv(row, people, market, lines[3])), here),
        "churn": ratio(row[loop.LEFT], here),
        "new": row[loop.NEW],
        "failure_share": row[loop.FAILURE_SHARE],
        "solved_share": ratio(row[loop.SOLVED], row[loop.COMPLAINTS]),
        "nps": 100.0 * (row[loop.PROMOTERS] - row[loop.DETRACTORS]),
        "reputation": row[loop.REPUTATION],
        "posts": row[loop.POSTS],
        "public_share": row[loop.PUBLIC],
        "exposures": row[loop.EXPOSURES],
        "cost_to_serve": ratio(served, here),
        "cost_per_contact": ratio(served, answered(row)),
    }  # fmt: skip


def segment_clv(market: Market, churn: Array) -> Array:
    """Return what a customer of each segment is worth (EUR): Gupta & Lehmann, margin at once.

    With margin m, interest i and churn c it is m (1 + i) / (i + c); endless where both are 0.
    """
    _, margin, _ = segments(market)
    return _over(margin * (1.0 + market.discount), market.discount + churn)


def satisfied_clv(row: Array, people: Array, market: Market, offers: float) -> Array:
    """Return what a customer of each segment is worth (EUR) by how many experiences satisfy.

    The model of `crm.value.satisfaction_clv`: an experience fails and stays unsolved with
    chance 1 - p. Margins flow, where `segment_clv` has the first at once. Who was let down dies
    at a higher rate, so that the part lost before the next experience is the market's loss; the
    satisfied die at base churn, at what rivals take, and at what solved failures cost. Offers
    slow every death alike. Margin is spread over experiences.
    """
    _, margin, offered = segments(market)
    rate = max(market.experiences, _RARE)
    failed, solved = row[loop.FAILURES], row[loop.SOLVED]
    good = 1.0 - row[loop.FAILURE_SHARE] * (1.0 - solved / failed) if failed > 0.0 else 1.0
    bad = row[loop.SILENT] + row[loop.UNSOLVED]
    lost = row[loop.SILENT] * market.loss_silent + row[loop.UNSOLVED] * market.loss_unresolved
    loss = lost / bad if bad > 0.0 else 0.0
    after = market.fast_share * market.loss_fast + (1.0 - market.fast_share) * market.loss_slow
    healed = (
        row[loop.FAILURE_SHARE] * solved / failed / good if failed > 0.0 and good > 0.0 else 0.0
    )
    else_lost = 1.0 - (1.0 - market.base_churn) * (1.0 - row[loop.POACHED])
    other = -math.log1p(-min(else_lost, _NEARLY_ALL))
    aimed = float(np.sum(people * offered))
    stay = 1.0 - kept_by_offers(market.world(), offers, aimed) * offered
    interest = math.log1p(market.discount)
    ahead = np.zeros(stay.size)
    for share, part in ((good, healed * after), (1.0 - good, loss)):
        part = min(part, _NEARLY_ALL)
        dies = (other + rate * part / (1.0 - part)) * stay
        ahead += share * rate / (rate + dies + interest)
    return _over(margin / rate * ahead, 1.0 - ahead)


def answered(course: Array) -> Any:
    """Return contacts that somebody answered, calls and posts, for each row of a course."""
    return answered_calls(course) + answered_posts(course)


def answered_calls(course: Array) -> Any:
    """Return calls that were answered, for each row of a course."""
    return course[..., loop.CALLS] * (1.0 - course[..., loop.ABANDONED_PHONE])


def answered_posts(course: Array) -> Any:
    """Return public complaints that were answered in time, for each row of a course."""
    return course[..., loop.POSTS] * (1.0 - course[..., loop.ABANDONED_SOCIAL])


def ratio(part: float, whole: float) -> float:
    """Return part / whole; missing where there is nothing to divide by."""
    return float(part / whole) if whole > 0.0 else math.nan


# --- inside ------------------------------------------------------------------------


def _churn(past: Lived, market: Market) -> Array:
    """Return the share of each segment that left in the last month; 0 where nobody was left."""
    share, _, _ = segments(market)
    before, after = past.held[-2], past.held[-1]
    going = before + past.course[-1, loop.NEW] * share - after
    part = np.divide(going, before, out=np.zeros(before.size), where=before > 0.0)
    found: Array = np.clip(part, 0.0, 1.0)
    return found


def _total(people: Array, each: Array) -> float:
    """Return what all are worth; a segment with nobody in it counts nothing, though endless.

    Missing where some are endlessly worth and others endlessly dear.
    """
    there = people > 0.0
    if each[there].max(initial=0.0) == np.inf and each[there].min(initial=0.0) == -np.inf:
        return math.nan
    return float(np.sum(people[there] * each[there]))


def _over(money: Array, rate: Array) -> Array:
    """Return money / rate; endless where the rate is 0, and 0 where there is no money."""
    endless = np.where(money == 0.0, 0.0, np.copysign(np.inf, money))
    return np.divide(money, rate, out=endless, where=rate > 0.0)
