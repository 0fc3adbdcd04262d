"""The tables of a duel's debrief: the same years otherwise, other years, and other worlds."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from cemlab import market
from cemlab.classroom.game._codes import ROLES, Decision
from cemlab.classroom.game._record import MONTHS_A_QUARTER, Setup
from cemlab.classroom.game._score import RULE, lived, outcomes, score
from cemlab.market.policy import Plan, Policy

OTHER_YEARS = 200
FACTORS = (0.25, 0.5, 2.0, 4.0)
"""By which the debrief multiplies contested numbers."""

OTHER_ENDS = (0, 12, 60, 120)
"""Months after the end that the score might have counted instead."""

HORIZONS = (60, 120)
"""Months for which the best plans are sought, besides those of the game."""

_STEPS = (5, 2, 1)
_MARK = "assumed, contested"
_LINKS = (
    "voice", "virality", "readers", "reputation_elasticity", "learning", "publicisation",
    "observer", "rival_pull",
)  # fmt: skip
"""Links of the loop that the debrief cuts, one at a time."""


def courses(plans: Mapping[str, Plan], setup: Setup, months: int) -> pd.DataFrame:
    """Return the months of each team, one column each of `market.VARIABLES`."""
    parts = []
    for team, plan in plans.items():
        part = pd.DataFrame(lived(plan, setup, months).course, columns=list(market.VARIABLES))
        part.insert(0, "month", np.arange(1, months + 1))
        part.insert(0, "team", team)
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def same_years(plans: Mapping[str, Any], setup: Setup, months: int) -> pd.DataFrame:
    """Return what each company is worth under another's plan, from each quarter on."""
    quarters = range(1, months // MONTHS_A_QUARTER + 2)
    rows = [
        (team, other, quarter, score(_taken_over(mine, theirs, quarter, months), setup, months))
        for team, mine in plans.items()
        for other, theirs in plans.items()
        if other != team
        for quarter in quarters
    ]
    return pd.DataFrame(rows, columns=["team", "other", "quarter", "score"])


def other_years(plans: Mapping[str, Plan], setup: Setup, months: int) -> pd.DataFrame:
    """Return the scores of the same plans in other years."""
    world = setup.market
    chance = world.failure_sd or world.virality_sd or world.demand_sd
    runs = range(1, OTHER_YEARS + 1) if chance else range(1)
    found = np.array([[score(plan, setup, months, r) for r in runs] for plan in plans.values()])
    best = found >= found.max(axis=0)
    low, high = np.quantile(found, [0.025, 0.975], axis=1)
    return pd.DataFrame(
        {
            "score": found.mean(axis=1), "low": low, "high": high,
            "ahead": (best & (best.sum(axis=0) == 1)).mean(axis=1), "n": len(runs),
        },
        index=pd.Index(list(plans), name="team"),
    )  # fmt: skip


def best(setup: Setup, months: int) -> pd.DataFrame:
    """Return for each role the best unchanging plan that was found, in the years of the game.

    It is sought by the score of expected years, among the role's lines and all ways: from plans
    with the highest net present value of some horizons, by whole per cents moved while that
    pays. So it can be handed in.
    """
    rows = {}
    for role in ROLES:
        found = {_best_start(role, setup, horizon) for horizon in sorted({months, *HORIZONS})}
        top = max((_climbed(start, role, setup, months) for start in found), key=lambda x: x[0])[1]
        ways = {"organisation": top.organisation, "resolution": top.resolution, "code": top.code}
        parts = {line: float(part) for line, part in zip(market.LINES, top.per_cents, strict=True)}
        rows[role] = outcomes(top.policy(setup.budget), setup, months) | parts | ways
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("role")


def assumptions(plans: Mapping[str, Plan], setup: Setup, months: int, first: str) -> pd.DataFrame:
    """Return who is ahead with one number changed: of the market, or of the score's own rule."""
    rows = []
    for name, mark, now, tried, changed in _other_setups(setup):
        found = {team: score(plan, changed, months) for team, plan in plans.items()}
        order = sorted(found, key=lambda team: -found[team])
        lead = found[order[0]] - found[order[1]] if len(order) > 1 else 0.0
        flips = order[0] != first and lead > 0.0
        rows.append((name, mark, now, tried, order[0], lead, flips))
    columns = ["parameter", "mark", "lived", "tried", "ahead", "lead", "flips"]
    return pd.DataFrame(rows, columns=columns)


# --- inside ------------------------------------------------------------------------


def _taken_over(
    mine: Mapping[int, Policy], theirs: Mapping[int, Policy], quarter: int, months: int
) -> dict[int, Policy]:
    """Return a plan that becomes another one at the start of a quarter, if that was played."""
    start = MONTHS_A_QUARTER * (quarter - 1)
    if start >= months:
        return dict(mine)
    before = {month: policy for month, policy in mine.items() if month < start}
    now = theirs[max(month for month in theirs if month <= start)]
    return before | {start: now} | {m: policy for m, policy in theirs.items() if m > start}


def _other_setups(setup: Setup) -> Iterator[tuple[str, str, float, float, Setup]]:
    """Yield games with one number changed: contested ones by factors, links cut, another rule."""
    world = setup.market
    for key, about in market.parameters(world).iterrows():
        name, value = str(key), about["value"]
        contested = value and "contested" in about["mark"]
        tries = [value * times for times in FACTORS] if contested else []
        tries += [0.0] if name in _LINKS and value else []
        for tried in tries:
            try:
                other = replace(world, **{name: tried})
            except ValueError:  # outside what a market may be: left out
                continue
            yield name, about["mark"], value, tried, replace(setup, market=other)
    for after in OTHER_ENDS:
        yield RULE, _MARK, float(setup.after), float(after), replace(setup, after=after)


def _best_start(role: str, setup: Setup, horizon: int) -> Decision:
    """Return the plan of a role with the highest value in so many months, in whole per cents."""
    plan = market.optimise(
        role, budget=setup.budget, market=setup.market, months=horizon,
        organisation="any", resolution="any",
    )  # fmt: skip
    money = np.array(plan.lines())
    parts = 100.0 * money / money.sum()
    whole = np.floor(parts).astype(int)
    whole[np.argsort(whole - parts, kind="stable")[: 100 - whole.sum()]] += 1
    return Decision(tuple(whole.tolist()), plan.organisation, plan.resolution)


def _climbed(start: Decision, role: str, setup: Setup, months: int) -> tuple[float, Decision]:
    """Return the score in expected years and the plan, after money was moved while that paid."""
    calm = replace(setup, market=_without_chance(setup.market))
    free = [n for n, line in enumerate(market.LINES) if line not in ROLES[role]]
    pairs = [(to, source) for to in free for source in free if to != source]
    best_so_far, now = score({0: start.policy(setup.budget)}, calm, months), start
    for step in _STEPS:
        turns = list(pairs)
        while turns:
            to, source = turns.pop()
            parts = list(now.per_cents)
            if parts[source] < step:
                continue
            parts[to], parts[source] = parts[to] + step, parts[source] - step
            tried = now._replace(per_cents=tuple(parts))
            worth = score({0: tried.policy(setup.budget)}, calm, months)
            if worth > best_so_far:
                best_so_far, now, turns = worth, tried, list(pairs)
    return best_so_far, now


def _without_chance(world: market.Market) -> market.Market:
    return replace(world, failure_sd=0.0, virality_sd=0.0, demand_sd=0.0)
