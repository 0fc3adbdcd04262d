"""Figures of the policy duel after its end: the debrief, and the same years."""

from collections.abc import Mapping
from textwrap import fill
from typing import Any, Protocol

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from cemlab.plots._style import BLUE, GREEN, GREY, ORANGE, PURPLE, RED, STYLE, finish, new_axes
from cemlab.plots.market._looks import (
    DARK,
    dash,
    digits,
    headline,
    inches,
    listed,
    of_teams,
    signed,
)

_MILLION = 1e6
_BARS_INCHES = 3.1
_PANELS = (
    ("churn", "customers lost a month", "crm"),
    ("new", "new customers a month", "crm"),
    ("reputation", "reputation (0 to 1)", "cem"),
    ("public_share", "of complainers go public", "cem"),
)
"""What the debrief draws, and whose reports show it."""

_HATCH = {BLUE: "//", ORANGE: "\\\\", GREEN: "..", RED: "xx", PURPLE: "||", GREY: "--"}
"""What a team could not see is hatched, each in its own direction, so that both lines stay seen."""

_SHADED = 2
"""Teams whose hidden months are shaded; of more, they are drawn thin."""
_SHARES = ("churn", "public_share")


class Told(Protocol):
    """What the figures read of a debrief."""

    @property
    def scores(self) -> pd.DataFrame:
        """Outcomes by team, best first."""

    @property
    def courses(self) -> pd.DataFrame:
        """Months of each team."""

    @property
    def same_years(self) -> pd.DataFrame:
        """Scores under another's plan."""


def duel_debrief(
    told: Told, *, prediction: object = None, title: str | None = None, ax: Axes | None = None
) -> Axes:
    """Draw what became of each team, with what its own reports never showed shaded.

    Parameters
    ----------
    told : Debrief
        Of `Duel.debrief`: its `courses` and `scores`.
    prediction : object, optional
        The reader's guess.

    Examples
    --------
    >>> from cemlab.classroom.game import Duel
    >>> duel = Duel(quarters=1, rng=1)
    >>> said = [duel.enter("CEM team", "40 30 0 0 30 0 pooled deep"), duel.play()]
    >>> duel_debrief(duel.debrief()).get_title(loc="left")
    'CEM team is ahead of CRM team by 3.43 million EUR (+0.024 earned, +3.41 after)'
    """
    teams = list(dict.fromkeys(told.courses["team"]))
    roles = told.scores["role"]
    looks = of_teams(roles[teams].to_dict())
    courses = told.courses.assign(churn=told.courses["left"] / told.courses["customers"])
    shaded = len(teams) <= _SHADED
    ax = ax or new_axes(width=12.8, height=7.0)
    ax.set_axis_off()
    with plt.rc_context(STYLE):
        for number, (column, words, seen_by) in enumerate(_PANELS):
            row, side = divmod(number, 2)
            part = ax.inset_axes((0.05 + 0.33 * side, 0.60 - 0.51 * row, 0.25, 0.32))
            blind = [team for team in teams if roles[team] not in (seen_by, "integrated")]
            for team, months in courses.groupby("team", sort=False):
                hidden = team in blind
                look = dash(looks[str(team)])
                thin = hidden and not shaded
                part.plot(months["month"], months[column], color=looks[str(team)], ls=look,
                          lw=1.2 if thin else 3)  # fmt: skip
                if hidden and shaded:
                    part.fill_between(months["month"], 0, months[column], fc="none", lw=0,
                                      ec=DARK.get(looks[str(team)], looks[str(team)]), hatch=_HATCH[looks[str(team)]],
                                      zorder=1)  # fmt: skip
            _panel(part, words, as_share=column in _SHARES)
            if shaded and len(blind) == 1:
                said = fill(f"not in the reports of {blind[0]}", 34)
                part.text(0.04, 0.06, said, size=12, transform=part.transAxes, zorder=5,
                          bbox={"fc": "white", "ec": "none", "pad": 2})  # fmt: skip
        _bars(ax.inset_axes((0.74, 0.09, 0.25, 0.8)), told.scores, looks, shaded=shaded)
        finish(ax, title or headline(ax, _lead(told.scores)), prediction)
    return ax


def duel_same_years(
    told: Told, *, prediction: object = None, title: str | None = None, ax: Axes | None = None
) -> Axes:
    """Draw what each team's company would be worth under another's plan from a quarter on.

    The years are the same. At the left end the other plan ran from the start, at the right end
    never: that is what the team has done. Of three teams and more, each takes over the plan of
    the best of the others.

    Parameters
    ----------
    told : Debrief
        Of `Duel.debrief`: its `same_years`.
    prediction : object, optional
        The reader's guess.
    """
    rows = _nearest(told)
    if rows.empty:
        msg = "told must be of two teams or more, got one: nobody's plan to take over"
        raise ValueError(msg)
    looks = of_teams(told.scores["role"][list(dict.fromkeys(rows["team"]))].to_dict())
    ax = ax or new_axes(width=11.0, height=5.6)
    last = int(rows["quarter"].max())
    gains = {}
    with plt.rc_context(STYLE):
        for (team, other), part in rows.groupby(["team", "other"], sort=False):
            colour, y = looks[str(team)], part["score"].to_numpy() / _MILLION
            ax.plot(part["quarter"], y, color=colour, ls=dash(looks[str(other)]), lw=3, marker="o",
                    ms=6, label=f"{team}, then {other}'s plan")  # fmt: skip
            ax.plot(last, y[-1], "s", color=colour, ms=13, clip_on=False)
            top = int(np.argmax(y))
            gains[str(team), str(other), int(part["quarter"].iloc[top])] = y[top] - y[-1]
        ax.set_xlim(0.7, last + 0.4)
        ticks = [q for q in range(1, last) if last <= 14 or q % 4 == 1]
        ax.set_xticks([*ticks, last], [*map(str, ticks), "never"])
        ax.set_xlabel("quarter from which the other plan runs (square: as played)")
        ax.set_ylabel("worth of the team's company, million EUR")
        ax.grid(axis="y", color="#DDDDDD")
        beside = {"loc": "upper left", "bbox_to_anchor": (1.01, 1.0)} if len(gains) > 2 else {}
        ax.legend(frameon=False, **beside)
        finish(ax, title or headline(ax, _swap(gains)), prediction)
    return ax


# --- inside ------------------------------------------------------------------------


def _nearest(told: Told) -> pd.DataFrame:
    """Return of each team the rows with the best of the others."""
    rows = told.same_years
    first, *others = told.scores.index
    wanted = np.where(rows["team"] == first, others[0] if others else "", first)
    return rows[rows["other"].to_numpy() == wanted]


def _panel(ax: Axes, words: str, *, as_share: bool) -> None:
    ax.set_ylim(bottom=0)
    ax.set_xlim(left=1)
    ax.spines[["top", "right"]].set_visible(False)
    ax.set_title(words, loc="left", fontsize=13, fontweight="normal")
    ax.set_xlabel("month", labelpad=1)
    ax.xaxis.set_major_locator(MaxNLocator(5, integer=True, steps=[1, 2, 5, 10]))
    ax.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    ax.tick_params(labelsize=12)
    if as_share:
        ax.yaxis.set_major_formatter(lambda share, _: f"{100 * share:.10g}%")
    else:
        ax.yaxis.set_major_formatter("{x:,g}")


def _bars(ax: Axes, scores: pd.DataFrame, looks: Mapping[str, str], *, shaded: bool) -> None:
    """Draw the scores, earned and to come, best first."""
    y = np.arange(len(scores))
    earned, later = (scores[name].to_numpy() / _MILLION for name in ("npv", "equity"))
    colours = [looks[str(team)] for team in scores.index]
    ax.barh(y, earned, height=0.4, color=colours)
    ax.barh(y, later, left=earned, height=0.4, color=colours, alpha=0.45)
    places = _places(scores["score"].to_numpy() / _MILLION)
    for place, (team, row) in zip(y, scores.iterrows(), strict=True):
        words = f"{team}:\n{row['score'] / _MILLION:,.{places}f} million EUR"
        size = 13 if inches([words], 13, bold=True) < _BARS_INCHES else 11
        ax.text(0, place - 0.23, words, va="bottom", size=size, weight="bold", linespacing=0.95,
                transform=ax.get_yaxis_transform())  # fmt: skip
    ax.set_ylim(len(scores) - 0.6, -0.95)
    ax.set_yticks([])
    ax.spines[["top", "right", "left"]].set_visible(False)
    ax.axvline(0.0, color="black", lw=1)
    ax.set_xlabel("million EUR")
    ax.xaxis.set_major_locator(MaxNLocator(4))
    ax.tick_params(labelsize=12)
    hidden = "not in the team's reports"
    handles = [
        Patch(fc=GREY, label="earned"), Patch(fc=GREY, alpha=0.45, label="two years after, by the last plan"),
        Patch(fc="none", hatch="//", ec="black", lw=0, label=hidden)
        if shaded else Line2D([], [], color=GREY, lw=1.2, label=f"thin: {hidden}"),
    ]  # fmt: skip
    ax.legend(handles=handles, loc="lower left", bbox_to_anchor=(-0.02, 0.99), frameon=False,
              fontsize=11, ncols=1, labelspacing=0.2, borderpad=0)  # fmt: skip


def _places(worth: np.ndarray[Any, np.dtype[np.float64]]) -> int:
    """Return how many decimals tell apart those who are not level."""
    gaps = np.diff(np.sort(worth))
    least = min((gap for gap in gaps if gap > 0), default=1.0)
    return int(np.clip(np.ceil(-np.log10(least)), 1, 3))


def _lead(scores: pd.DataFrame) -> str:
    worth = scores["score"].to_numpy() / _MILLION
    if len(worth) == 1:
        return f"{scores.index[0]} is worth {digits(worth[0])} million EUR"
    gap = worth[0] - worth[1]
    if gap <= 0:
        level = [str(team) for team, x in zip(scores.index, worth, strict=True) if x == worth[0]]
        return f"{listed(level)} are level at {digits(worth[0])} million EUR"
    parts = -np.diff(scores[["npv", "equity"]].iloc[:2], axis=0)[0] / _MILLION
    apart = "" if parts[0] * parts[1] >= 0 else ": the parts disagree"
    lead = f"{scores.index[0]} is ahead of {scores.index[1]} by {digits(gap)} million EUR"
    return f"{lead} ({signed(parts[0])} earned, {signed(parts[1])} after{apart})"


def _swap(gains: Mapping[tuple[str, str, int], float]) -> str:
    (team, other, quarter), gain = max(gains.items(), key=lambda item: item[1])
    if gain <= 0:
        return "The same years: no team would have gained by another's plan"
    since = "" if quarter == 1 else f" from quarter {quarter} on"
    return f"The same years: {team} with {other}'s plan{since} would be worth {digits(gain)} million EUR more"
