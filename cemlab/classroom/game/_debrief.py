"""What a duel shows at its end: results, the same years otherwise, and what decided."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape

import numpy as np
import pandas as pd

from cemlab.classroom.game import _tables
from cemlab.classroom.game._record import Setup
from cemlab.classroom.game._score import scores
from cemlab.classroom.game._words import listed
from cemlab.market.policy import Policy

TINY = 1e-300
"""In the place of 0, so that a link that is cut is the strongest change of all."""


@dataclass(frozen=True)
class Debrief:
    """What a duel shows at its end.

    Attributes
    ----------
    scores : DataFrame, indexed by `team`
        Best first: `role` and the outcomes, in EUR and people. The score is `npv`, earned in the
        months played, and `equity`, what the company earns in the two years after, by its last
        plan and in expected years: so nothing is gained by plundering the last quarters.
    courses : DataFrame
        `team`, `month` (from 1), and a column each of `market.VARIABLES`.
    same_years : DataFrame
        `team`, `other`, `quarter`, `score`: the team's company in the same years, run by the
        other's plan from that quarter on; a quarter after the last is the own plan throughout.
    other_years : DataFrame, indexed by `team`
        The same plans in other years: `score` (mean, EUR), `low`, `high` (of nineteen years in
        twenty), `ahead` (share of the years in which it has the best score), `n`.
    best : DataFrame, indexed by `role`
        The best plan of those we searched for each role, the same in all quarters and sought by
        the score of expected years; shown in the years of the game: outcomes, per cents by
        budget line, ways, `code`. Who changes a plan in time, or is lucky, may beat it.
    assumptions : DataFrame
        Both plans once more with one number changed: `parameter`, `mark`, `lived` (its value),
        `tried`, `ahead` (who then leads), `lead` (EUR, over the next), `flips` (whether it is
        somebody else than in the game). Contested numbers at a quarter, half, twice
        and four times what they were (where a market allows that), links cut, and the rule of
        the score itself: `months_after`, how many months count after the end.
    """

    scores: pd.DataFrame
    courses: pd.DataFrame = field(repr=False)
    same_years: pd.DataFrame = field(repr=False)
    other_years: pd.DataFrame = field(repr=False)
    best: pd.DataFrame = field(repr=False)
    assumptions: pd.DataFrame = field(repr=False)

    @property
    def words(self) -> str:
        """The result in a few sentences."""
        first = self.scores.index[0]
        said = f"{first}: {_million(self.scores['score'].iloc[0])}."
        if len(self.scores) == 1:
            return f"{said} {self._doubt()}"
        second, lead = self.scores.index[1], -np.diff(self.scores["score"].iloc[:2])[0]
        if lead <= 0.0:
            return f"{first} and {second} are level: {_million(self.scores['score'].iloc[0])}."
        said = f"{first} is ahead of {second} by {_million(lead)}{self._parts()}."
        return " ".join([said, self._luck(first), *self._beaten(), self._doubt()])

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

    def _parts(self) -> str:
        """Return how much of the lead was earned and how much is to come."""
        earned, later = -np.diff(self.scores[["npv", "equity"]].iloc[:2], axis=0)[0]
        both = f": {earned / 1e6:+,.2f} earned, {later / 1e6:+,.2f} in the two years after"
        return both if earned * later >= 0.0 else f"{both}, so that the two parts disagree"

    def _beaten(self) -> list[str]:
        """Return who is above the best plan that was found for the role."""
        found = self.best["score"].reindex(self.scores["role"]).to_numpy()
        teams = self.scores.index[self.scores["score"].to_numpy() > found]
        plans = "the best unchanging plan that we found for expected years"
        return [f"{listed(teams)} did better than {plans}."] if len(teams) else []

    def _luck(self, first: str) -> str:
        row = self.other_years.loc[first]
        if row["n"] == 1:
            return "This market has no chance: other years would be the same."
        times = round(row["ahead"] * row["n"])
        return f"In {times:,} of {row['n']:,.0f} other years it would be, too."

    def _doubt(self) -> str:
        turned = self.assumptions[self.assumptions["flips"]]
        if len(self.scores) == 1:
            return "Nobody to compare with: see best, the best of the plans we searched."
        if turned.empty:
            return "No single change of an assumption turns the order."
        size = np.abs(np.log(np.maximum(turned["tried"], TINY) / turned["lived"]))
        mildest = turned.loc[size.groupby(turned["parameter"], sort=False).idxmin()]
        every = [f"{row.parameter} at {row.tried:g}" for row in mildest.itertuples()]
        tried = self.assumptions["parameter"].nunique()
        return f"The order turns with {len(every)} of {tried} numbers, one at a time: {', '.join(every)}."


def debrief(plans: Mapping[str, Mapping[int, Policy]], setup: Setup, months: int) -> Debrief:
    """Return all that a duel shows at its end."""
    table = ranked(plans, setup, months)
    return Debrief(
        scores=table,
        courses=_tables.courses(plans, setup, months),
        same_years=_tables.same_years(plans, setup, months),
        other_years=_tables.other_years(plans, setup, months),
        best=_tables.best(setup, months),
        assumptions=_tables.assumptions(plans, setup, months, str(table.index[0])),
    )


def ranked(plans: Mapping[str, Mapping[int, Policy]], setup: Setup, months: int) -> pd.DataFrame:
    """Return each team's role and outcomes, best first."""
    table = scores(plans, setup, months)
    table.insert(0, "role", [setup.teams[team] for team in table.index])
    return table.sort_values("score", ascending=False, kind="stable").rename_axis("team")


# --- inside ------------------------------------------------------------------------


def _million(value: float) -> str:
    return f"{value / 1e6:,.2f} million EUR"
