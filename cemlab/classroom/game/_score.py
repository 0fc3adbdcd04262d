"""What a duel counts: what was earned, and what the company earns after its end."""

import difflib
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pandas as pd

from cemlab import _checks, _luck, market
from cemlab.classroom.game._record import Setup
from cemlab.market import course
from cemlab.market.policy import Plan

OUTCOMES: Mapping[str, str] = {
    "score": "EUR: net present value of the months played, and of the two years after",
    "npv": "EUR: net present value of the months played",
    "equity": "EUR: what the company earns in the two years after, by its last plan",
    "customers": "people at the end",
    "reputation": "share of good evidence, last month",
    "churn": "share of customers who leave, last month",
    "public_share": "share of complainers who go public at once, last month",
    "posts": "public complaints, last month",
}
"""What the debrief counts, each with its unit."""

RULE = "months_after"
"""The name of the rule of the score among the assumptions: how many months count after the end."""

_PROFIT = list(market.VARIABLES).index("profit")
_MOST_AFTER = 1200


def lived(
    plan: Plan, setup: Setup, months: int, replicate: int = 0, *, after: int = 0
) -> course.Lived:
    """Live a plan in the years of the game, and so many expected months after them."""
    shocks = course.shocks(setup.market, months, int(_luck.key(setup.luck)), replicate)
    if len(shocks) > 1:
        shocks = np.vstack([shocks, np.ones((after, 3))])
    return course.lived(plan, setup.market, months + after, shocks=shocks)


def outcomes(plan: Plan, setup: Setup, months: int, replicate: int = 0) -> dict[str, float]:
    """Return the :data:`OUTCOMES` of a plan.

    The company lives on by its last plan, in expected years: so a good name that is left, and
    a good name that was harvested, both count.
    """
    past = lived(plan, setup, months, replicate, after=setup.after)
    worth = (1.0 + setup.market.discount) ** -np.arange(float(months))
    npv = float(past.course[:months, _PROFIT] @ worth)
    last = dict(zip(market.VARIABLES, past.course[months - 1].tolist(), strict=True))
    return {
        "score": past.npv, "npv": npv, "equity": past.npv - npv,
        "customers": float(past.held[months].sum()), "reputation": last["reputation"],
        "churn": last["left"] / last["customers"] if last["customers"] else 0.0,
        "public_share": last["public_share"], "posts": last["posts"],
    }  # fmt: skip


def score(plan: Plan, setup: Setup, months: int, replicate: int = 0) -> float:
    """Return the score of a plan (EUR)."""
    return lived(plan, setup, months, replicate, after=setup.after).npv


def scores(plans: Mapping[str, Plan], setup: Setup, months: int) -> pd.DataFrame:
    """Return the outcomes of plans in the years of the game, one row each."""
    rows = [outcomes(plan, setup, months) for plan in plans.values()]
    return pd.DataFrame(rows, index=pd.Index(list(plans)), columns=list(OUTCOMES))


def supposed(
    plans: Mapping[str, Plan], setup: Setup, months: int, changed: Mapping[str, Any]
) -> pd.DataFrame:
    """Return the scores of the same plans and years with other numbers, best first."""
    numbers = dict(changed)
    after = _checks.whole(RULE, numbers.pop(RULE, setup.after), low=0, high=_MOST_AFTER)
    check_numbers(numbers)
    other = replace(setup, market=replace(setup.market, **numbers), after=after)
    table = scores(plans, other, months).rename_axis("team")
    return table.sort_values("score", ascending=False, kind="stable")


def check_numbers(names: Mapping[str, Any]) -> None:
    """Stop at a name that no number of a market has."""
    known = [about.name for about in fields(market.Market)]
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(str(name), known, 1) or ["prevention_cost"]
            msg = f"a number of the market must be one that market.parameters() lists, such as {near[0]}, got {name!r}"
            raise ValueError(msg)
