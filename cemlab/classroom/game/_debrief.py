"""What a duel shows at its end: results, the same years otherwise, and what decided."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from cemlab import _checks, _luck, market
from cemlab.classroom.game._record import MONTHS_A_QUARTER, Setup
from cemlab.market import agents, course
from cemlab.market.last_month import segment_clv
from cemlab.market.policy import Plan, Policy
from cemlab.network import Network

OUTCOMES: Mapping[str, str] = {
    "score": "EUR: net present value of the months played, and of the customers at their end",
    "npv": "EUR: net present value of the months played",
    "equity": "EUR: margins to come from the customers at the end, who leave as in the last year",
    "customers": "people at the end",
    "reputation": "share of good evidence, last month",
    "churn": "share of customers who leave, last month",
    "public_share": "share of complainers who go public at once, last month",
    "posts": "public complaints, last month",
}
"""What the debrief counts, each with its unit."""

OTHER_YEARS = 200
FACTORS = (0.25, 0.5, 2.0, 4.0)
"""By which the debrief multiplies contested numbers."""

TINY = 1e-300
"""In the place of 0, so that a link that is cut is the strongest change of all."""

YEAR = 12
LEAST_CHURN = 1e-6
"""A month: where nobody leaves and money keeps its worth, a customer would be worth endlessly much."""

PUBLIC, LEAST_PUBLIC, MOST_PUBLIC = 10, 100, 1_000_000
"""People of an endless public for each customer, and how few and how many there are of any (assumed)."""

BOXES = ("crm", "cem", "integrated", "myopic", "loudest")
_LINKS = (
    "voice", "virality", "readers", "reputation_elasticity", "learning", "publicisation",
    "observer", "rival_pull",
)  # fmt: skip
"""Links of the loop that the debrief cuts, one at a time."""


@dataclass(frozen=True)
class Debrief:
    """What a duel shows at its end.

    Attributes
    ----------
    scores : DataFrame, indexed by `team`
        Best first: `role` and the :data:`OUTCOMES`. The score counts the customers at the end,
        as otherwise a team would plunder its last quarters.
    courses : DataFrame
        `team`, `month` (from 1), and a column each of `market.VARIABLES`.
    same_years : DataFrame
        `team`, `other`, `quarter`, `score`: the team's company in the same years, run by the
        other's plan from that quarter on; a quarter after the last is the own plan throughout.
    other_years : DataFrame, indexed by `team`
        The same plans in other years: `score` (mean, EUR), `low`, `high` (of nineteen years in
        twenty), `ahead` (share of the years in which it has the best score), `n`.
    best : DataFrame, indexed by `kind`
        The plan that is best for these months in expected years, by `market.optimise`, in the
        same years: outcomes, per cents by budget line, and ways. It was sought for `npv`.
    assumptions : DataFrame
        Both plans once more with one number changed: `parameter`, `mark`, `lived` (its value),
        `tried`, `ahead` (who then leads), `lead` (EUR, over the next), `flips` (whether it is
        somebody else than in the game). Contested numbers at a quarter, half, twice
        and four times what they were (where a market allows that), links cut.
    """

    scores: pd.DataFrame
    courses: pd.DataFrame = field(repr=False)
    same_years: pd.DataFrame = field(repr=False)
    other_years: pd.DataFrame = field(repr=False)
    best: pd.DataFrame = field(repr=False)
    assumptions: pd.DataFrame = field(repr=False)

    @property
    def words(self) -> str:
        """The result in three sentences."""
        first = self.scores.index[0]
        said = f"{first}: {_million(self.scores['score'].iloc[0])}."
        if len(self.scores) == 1:
            return f"{said} {self._doubt()}"
        second, lead = self.scores.index[1], -np.diff(self.scores["score"].iloc[:2])[0]
        if lead <= 0.0:
            return f"{first} and {second} are level: {_million(self.scores['score'].iloc[0])}."
        said = f"{first} is ahead of {second} by {_million(lead)}."
        return f"{said} {self._luck(first)} {self._doubt()}"

    def __repr__(self) -> str:
        return f"{self.words}\n{self.scores.to_string()}"

    def _repr_html_(self) -> str:
        shown = self.scores.copy()
        for name in ("score", "npv", "equity"):
            shown[name] = [_million(value) for value in shown[name]]
        for name in ("churn", "public_share"):
            shown[name] = [f"{value:.1%}" for value in shown[name]]
        for name in ("customers", "posts"):
            shown[name] = [f"{value:,.0f}" for value in shown[name]]
        shown["reputation"] = shown["reputation"].round(2)
        table = shown.rename(columns=lambda name: name.replace("_", " ")).to_html()
        return f'<p style="font-size:140%">{escape(self.words)}</p>{table}'

    def _luck(self, first: str) -> str:
        row = self.other_years.loc[first]
        if row["n"] == 1:
            return "This market has no chance: other years would be the same."
        times = round(row["ahead"] * row["n"])
        return f"In {times:,} of {row['n']:,.0f} other years it would be, too."

    def _doubt(self) -> str:
        turned = self.assumptions[self.assumptions["flips"]]
        if len(self.scores) == 1:
            return "Nobody to compare with: see best, the plans that were possible."
        if turned.empty:
            return "No single change of an assumption turns the order."
        size = np.abs(np.log(np.maximum(turned["tried"], TINY) / turned["lived"]))
        mildest = turned.loc[size.groupby(turned["parameter"], sort=False).idxmin()]
        every = [f"{row.parameter} at {row.tried:g}" for row in mildest.itertuples()]
        tried = self.assumptions["parameter"].nunique()
        return f"The order turns with {len(every)} of {tried} numbers, one at a time: {', '.join(every)}."


def debrief(plans: Mapping[str, Plan], setup: Setup, months: int) -> Debrief:
    """Return all that a duel shows at its end."""
    table = scores(plans, setup, months)
    table.insert(0, "role", [setup.teams[team] for team in table.index])
    table = table.sort_values("score", ascending=False, kind="stable").rename_axis("team")
    return Debrief(
        scores=table,
        courses=_courses(plans, setup, months),
        same_years=_same_years(plans, setup, months),
        other_years=_other_years(plans, setup, months),
        best=_best(setup, months),
        assumptions=_assumptions(plans, setup, months, str(table.index[0])),
    )


def scores(plans: Mapping[str, Plan], setup: Setup, months: int) -> pd.DataFrame:
    """Return the outcomes of plans in the years of the game, one row each."""
    rows = [_outcomes(plan, setup, months) for plan in plans.values()]
    return pd.DataFrame(rows, index=pd.Index(list(plans)), columns=list(OUTCOMES))


def supposed(
    plans: Mapping[str, Plan], setup: Setup, months: int, changed: Mapping[str, Any]
) -> pd.DataFrame:
    """Return the scores of the same plans and years in a market with other numbers, best first."""
    known = [about.name for about in fields(market.Market)]
    _checks.one_of_each("a number of the market", changed, known)
    other = replace(setup, market=replace(setup.market, **changed))
    table = scores(plans, other, months).rename_axis("team")
    return table.sort_values("score", ascending=False, kind="stable")


def log(plan: Mapping[int, Policy], setup: Setup, months: int, customers: int) -> pd.DataFrame:
    """Return the event log of a plan with so many single people, in a public of their size."""
    part = customers / setup.market.customers
    world = setup.market.scaled(part)
    people = customers * PUBLIC if math.isinf(world.audience) else round(world.audience)
    people = min(max(people, LEAST_PUBLIC), MOST_PUBLIC)
    reached = min(max(round(world.readers), 1), people - 1)
    public = Network.random(people, reached, rng=setup.luck)
    small = {month: policy.scaled(part) for month, policy in plan.items()}
    run = agents.simulate(small, network=public, months=months, market=world, rng=setup.luck)
    return run.events


# --- inside ------------------------------------------------------------------------


def _lived(plan: Plan, setup: Setup, months: int, replicate: int = 0) -> course.Lived:
    key = int(_luck.key(setup.luck))
    shocks = course.shocks(setup.market, months, key, replicate)
    return course.lived(plan, setup.market, months, shocks=shocks)


def _outcomes(plan: Plan, setup: Setup, months: int, replicate: int = 0) -> dict[str, float]:
    past = _lived(plan, setup, months, replicate)
    last = dict(zip(market.VARIABLES, past.course[-1].tolist(), strict=True))
    equity = _equity(past, setup.market)
    return {
        "score": past.npv + equity, "npv": past.npv, "equity": equity,
        "customers": float(past.held[-1].sum()), "reputation": last["reputation"],
        "churn": last["left"] / last["customers"] if last["customers"] else 0.0,
        "public_share": last["public_share"], "posts": last["posts"],
    }  # fmt: skip


def _equity(past: course.Lived, world: market.Market) -> float:
    """Return margins to come from the customers at the end, discounted to the start (EUR).

    They leave as in the last year: of the last month alone one bold quarter would be worth more
    than the whole game.
    """
    share, _, _ = course.segments(world)
    first = max(len(past.course) - YEAR, 0)
    new = past.course[first:, list(market.VARIABLES).index("new"), None] * share
    before, after = past.held[first:-1], past.held[first + 1 :]
    left = before.sum(axis=0) - (after - new).sum(axis=0)
    there = before.sum(axis=0)
    churn = np.divide(left, there, out=np.ones(share.size), where=there > 0)
    each = segment_clv(world, np.maximum(churn, LEAST_CHURN))
    return float((past.held[-1] * each).sum() * (1.0 + world.discount) ** -len(past.course))


def _score(plan: Plan, setup: Setup, months: int, replicate: int = 0) -> float:
    return _outcomes(plan, setup, months, replicate)["score"]


def _courses(plans: Mapping[str, Plan], setup: Setup, months: int) -> pd.DataFrame:
    parts = []
    for team, plan in plans.items():
        part = pd.DataFrame(_lived(plan, setup, months).course, columns=list(market.VARIABLES))
        part.insert(0, "month", np.arange(1, months + 1))
        part.insert(0, "team", team)
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def _same_years(plans: Mapping[str, Any], setup: Setup, months: int) -> pd.DataFrame:
    quarters = range(1, months // MONTHS_A_QUARTER + 2)
    rows = [
        (team, other, quarter, _score(_taken_over(mine, theirs, quarter), setup, months))
        for team, mine in plans.items()
        for other, theirs in plans.items()
        if other != team
        for quarter in quarters
    ]
    return pd.DataFrame(rows, columns=["team", "other", "quarter", "score"])


def _taken_over(
    mine: Mapping[int, Policy], theirs: Mapping[int, Policy], quarter: int
) -> dict[int, Policy]:
    """Return a plan that becomes another one at the start of a quarter."""
    start = MONTHS_A_QUARTER * (quarter - 1)
    before = {month: policy for month, policy in mine.items() if month < start}
    now = theirs[max(month for month in theirs if month <= start)]
    return before | {start: now} | {m: policy for m, policy in theirs.items() if m > start}


def _other_years(plans: Mapping[str, Plan], setup: Setup, months: int) -> pd.DataFrame:
    world = setup.market
    chance = world.failure_sd or world.virality_sd or world.demand_sd
    runs = range(1, OTHER_YEARS + 1) if chance else range(1)
    found = np.array([[_score(plan, setup, months, r) for r in runs] for plan in plans.values()])
    best = found >= found.max(axis=0)
    low, high = np.quantile(found, [0.025, 0.975], axis=1)
    return pd.DataFrame(
        {
            "score": found.mean(axis=1), "low": low, "high": high,
            "ahead": (best & (best.sum(axis=0) == 1)).mean(axis=1), "n": len(runs),
        },
        index=pd.Index(list(plans), name="team"),
    )  # fmt: skip


def _best(setup: Setup, months: int) -> pd.DataFrame:
    rows = {}
    for kind in BOXES:
        plan = market.optimise(kind, budget=setup.budget, market=setup.market, months=months)
        money = dict(zip(market.LINES, plan.lines(), strict=True))
        parts = {line: 100.0 * amount / setup.budget for line, amount in money.items()}
        ways = {"organisation": plan.organisation, "resolution": plan.resolution}
        rows[kind] = _outcomes(plan, setup, months) | parts | ways
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("kind")


def _assumptions(plans: Mapping[str, Plan], setup: Setup, months: int, first: str) -> pd.DataFrame:
    rows = []
    for about, tried, world in _other_worlds(setup.market):
        changed = replace(setup, market=world)
        found = {team: _score(plan, changed, months) for team, plan in plans.items()}
        order = sorted(found, key=lambda team: -found[team])
        lead = found[order[0]] - found[order[1]] if len(order) > 1 else 0.0
        flips = order[0] != first and lead > 0.0
        rows.append((about.name, about["mark"], about["value"], tried, order[0], lead, flips))
    columns = ["parameter", "mark", "lived", "tried", "ahead", "lead", "flips"]
    return pd.DataFrame(rows, columns=columns)


def _other_worlds(world: market.Market) -> Iterator[tuple[Any, float, market.Market]]:
    """Yield the market with one number changed: contested ones by half, links cut."""
    for name, about in market.parameters(world).iterrows():
        value = about["value"]
        contested = value and "contested" in about["mark"]
        tries = [value * times for times in FACTORS] if contested else []
        tries += [0.0] if name in _LINKS and value else []
        for tried in tries:
            try:
                yield about, tried, replace(world, **{str(name): tried})
            except ValueError:  # outside what a market may be: left out
                continue


def _million(value: float) -> str:
    return f"{value / 1e6:,.2f} million EUR"
