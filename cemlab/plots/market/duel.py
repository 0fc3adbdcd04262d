"""Figures of the policy duel: the board between quarters, the debrief, and the same years."""

from collections.abc import Mapping
from textwrap import fill
from typing import Protocol

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from cemlab.market import ROLES
from cemlab.plots._style import GREY, STYLE, finish, new_axes
from cemlab.plots.market._looks import dash, digits, listed, of_teams

_MILLION = 1e6
_ROWS = 7
_NAMES: Mapping[str, tuple[str, str]] = {
    "calls_handled": ("calls answered", ",.0f"),
    "calls_answered_share": ("of all calls, answered", ".0%"),
    "posts_answered_share": ("of public posts, answered", ".0%"),
    "cost_per_contact_eur": ("EUR a contact", ",.2f"),
    "churn_share_a_month": ("customers lost a month", ".2%"),
    "margin_eur_a_customer_month": ("EUR margin a customer, month", ",.2f"),
    "new_customers": ("new customers", ",.0f"),
    "nps_points": ("Net Promoter Score", "+.0f"),
    "failures_per_100_customers_month": ("failures/month, 100 customers", ".1f"),
    "solved_share_of_failures": ("of failures, solved", ".0%"),
    "public_share_of_complainers": ("of complainers, go public", ".0%"),
    "exposures_per_1000_customers_month": ("posts seen/month, 1,000 cust.", ",.0f"),
    "reputation": ("reputation (0 to 1)", ".2f"),
    "lost_after_failure_customers": ("customers lost after a failure", ",.0f"),
}
"""Columns of a dashboard: words, and how a number is written."""

_PANELS = (
    ("churn", "customers lost a month", "crm"),
    ("new", "new customers a month", "crm"),
    ("reputation", "reputation (0 to 1)", "cem"),
    ("public_share", "of complainers, go public", "cem"),
)
"""What the debrief draws, and whose reports show it."""

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


def duel_board(
    dashboards: Mapping[str, pd.DataFrame],
    *,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw each team's own numbers of the last quarter, big, with the change since the one before.

    Parameters
    ----------
    dashboards : mapping of str to DataFrame
        Team -> its dashboard by quarter, as `Duel.dashboards` gives them; one to six. Give one
        team alone where the others must not look.
    prediction : object, optional
        The reader's guess.

    Examples
    --------
    >>> frame = pd.DataFrame({"reputation": [0.7, 0.63], "nps_points": [34.0, 33.5]}, index=[1, 2])
    >>> ax = duel_board({"South": frame})
    >>> ax.get_title(loc="left")
    'After quarter 2, most changed: reputation (0 to 1) -10%'
    """
    if not dashboards or any(frame.empty for frame in dashboards.values()):
        got = "none" if not dashboards else "one without a quarter"
        msg = f"dashboards must hold a team with a closed quarter, got {got}"
        raise ValueError(msg)
    looks = of_teams({team: _role(frame) for team, frame in dashboards.items()})
    cards = [(t, looks[t], part) for t, frame in dashboards.items() for part in _parts(frame)]
    columns = min(len(cards), 2 if len(cards) in (1, 2, 4) else 3)
    rows = -(-len(cards) // columns)
    width = 9.0 if len(cards) == 1 else 12.8
    ax = ax or new_axes(width=width, height=0.8 + (5.4 if rows == 1 else 3.4 * rows))
    ax.set_axis_off()
    with plt.rc_context(STYLE):
        for number, (team, colour, frame) in enumerate(cards):
            row, column = divmod(number, columns)
            place = (column / columns + 0.01, (rows - 1 - row) / rows + 0.01, 0.98 / columns - 0.01, 0.97 / rows)  # fmt: skip
            _card(ax.inset_axes(place), team, colour, frame, size=23 if rows == 1 else 14)
        finish(ax, title or fill(_changes(dashboards), round(7.2 * width)), prediction)
    return ax


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
    'CEM team is ahead of CRM team by 5.65 million EUR'
    """
    teams = list(dict.fromkeys(told.courses["team"]))
    roles = told.scores["role"]
    looks = of_teams(roles[teams].to_dict())
    courses = told.courses.assign(churn=told.courses["left"] / told.courses["customers"])
    shaded = len(teams) <= _SHADED
    ax = ax or new_axes(width=12.8, height=6.6)
    ax.set_axis_off()
    with plt.rc_context(STYLE):
        for number, (column, words, seen_by) in enumerate(_PANELS):
            row, side = divmod(number, 2)
            part = ax.inset_axes((0.05 + 0.33 * side, 0.60 - 0.51 * row, 0.25, 0.32))
            for team, months in courses.groupby("team", sort=False):
                hidden = roles[team] not in (seen_by, "integrated")
                look = dash(looks[str(team)])
                thin = hidden and not shaded
                part.plot(months["month"], months[column], color=looks[str(team)], ls=look,
                          lw=1.2 if thin else 3)  # fmt: skip
                if hidden and shaded:
                    part.fill_between(months["month"], 0, months[column], fc=looks[str(team)],
                                      ec="white", alpha=0.22, hatch="//", lw=0)  # fmt: skip
            _panel(part, words, as_share=column in _SHARES)
        _bars(ax.inset_axes((0.74, 0.09, 0.25, 0.83)), told.scores, looks, shaded=shaded)
        finish(ax, title or _lead(told.scores), prediction)
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
            gains[str(team), str(other)] = y[0] - y[-1]
        ax.set_xlim(0.7, last + 0.3)
        ticks = [q for q in range(1, last) if last <= 14 or q % 4 == 1]
        ax.set_xticks([*ticks, last], [*map(str, ticks), "never"])
        ax.set_xlabel("quarter from which the other plan runs (square: as played)")
        ax.set_ylabel("worth of the team's company, million EUR")
        ax.grid(axis="y", color="#DDDDDD")
        beside = {"loc": "upper left", "bbox_to_anchor": (1.01, 1.0)} if len(gains) > 2 else {}
        ax.legend(frameon=False, **beside)
        finish(ax, title or fill(_swap(gains), 76), prediction)
    return ax


# --- inside ------------------------------------------------------------------------


def _nearest(told: Told) -> pd.DataFrame:
    """Return of each team the rows with the best of the others."""
    rows = told.same_years
    first, *others = told.scores.index
    wanted = np.where(rows["team"] == first, others[0] if others else "", first)
    return rows[rows["other"].to_numpy() == wanted]


def _role(frame: pd.DataFrame) -> str:
    """Return whose reports these are."""
    return next((role for role in ROLES if set(frame.columns) <= set(ROLES[role])), "integrated")


def _parts(frame: pd.DataFrame) -> list[pd.DataFrame]:
    """Return a dashboard as cards of at most seven numbers."""
    return [frame.iloc[:, n : n + _ROWS] for n in range(0, frame.shape[1], _ROWS)]


def _card(ax: Axes, team: str, colour: str, frame: pd.DataFrame, *, size: float) -> None:
    """Draw one team's numbers, each with its words and its change."""
    ax.set(xlim=(0, 1), ylim=(-_ROWS + 0.3, 1.05), xticks=[], yticks=[])
    for spine in ax.spines.values():
        spine.set_visible(True)
        spine.set(color=colour, linewidth=3)
    ax.text(0.5, 0.55, team, color="white", size=size, weight="bold", ha="center", va="center",
            bbox={"boxstyle": "round,pad=0.3", "fc": colour, "ec": "none"})  # fmt: skip
    small = max(0.62 * size, 10.5)
    for row, name in enumerate(frame.columns):
        words, form = _NAMES.get(str(name), (str(name).replace("_", " "), ""))
        now = float(frame[name].iloc[-1])
        y = -row - 0.25
        shown = "none" if np.isnan(now) else format(now, form) if form else digits(now)
        ax.text(0.24, y, shown, size=size, weight="bold", ha="right", va="center")
        ax.text(0.27, y, words, size=small, va="center")
        ax.text(0.985, y, _change(frame[name]), size=small, ha="right", va="center", color=GREY)


def _change(values: "pd.Series[float]") -> str:
    step = _step(values)
    if step is None:
        return ""
    sign = "▲" if step > 0 else "▼" if step < 0 else "="
    return f"{sign} {abs(step):.0%}" if round(abs(step), 2) else "="


def _step(values: "pd.Series[float]") -> float | None:
    """Return the relative change since the quarter before, if there is one."""
    if len(values) < 2 or not np.isfinite(values.iloc[-2:]).all() or values.iloc[-2] == 0:
        return None
    return float((values.iloc[-1] - values.iloc[-2]) / abs(values.iloc[-2]))


def _changes(dashboards: Mapping[str, pd.DataFrame]) -> str:
    quarter = max(int(frame.index[-1]) for frame in dashboards.values())
    found = []
    for team, frame in dashboards.items():
        steps = {name: step for name in frame if (step := _step(frame[name])) is not None}
        most = max(steps, key=lambda name: abs(steps[name]), default=None)
        if most is not None:
            words, _ = _NAMES.get(str(most), (str(most).replace("_", " "), ""))
            whose = f" ({team})" if len(dashboards) > 1 else ""
            found.append((abs(steps[most]), f"{words} {steps[most]:+.0%}{whose}"))
    if not found:
        return f"After quarter {quarter}: the first reports"
    return f"After quarter {quarter}, most changed: {max(found)[1]}"


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
    ax.barh(y, earned, height=0.5, color=colours)
    ax.barh(y, later, left=np.maximum(earned, 0.0), height=0.5, color=colours, alpha=0.45)
    for place, (team, row) in zip(y, scores.iterrows(), strict=True):
        worth = f"{row['score'] / _MILLION:,.1f} million EUR"
        ax.text(0, place - 0.3, f"{team}: {worth}", va="bottom", size=13, weight="bold")
    ax.set_ylim(len(scores) - 0.4, -0.75)
    ax.set_yticks([])
    ax.spines[["top", "right", "left"]].set_visible(False)
    ax.set_xlabel("million EUR")
    ax.xaxis.set_major_locator(MaxNLocator(4))
    ax.tick_params(labelsize=12)
    handles = [
        Patch(fc=GREY, label="earned"), Patch(fc=GREY, alpha=0.45, label="customers at the end"),
        Patch(fc=GREY, alpha=0.22, hatch="//", ec="white", label="not in the team's reports")
        if shaded else Line2D([], [], color=GREY, lw=1.2, label="thin: not in the team's reports"),
    ]  # fmt: skip
    ax.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.45, 1.11), frameon=False,
              fontsize=11, ncols=1, labelspacing=0.2)  # fmt: skip


def _lead(scores: pd.DataFrame) -> str:
    worth = scores["score"].to_numpy() / _MILLION
    if len(worth) == 1:
        return f"{scores.index[0]} is worth {digits(worth[0])} million EUR"
    gap = worth[0] - worth[1]
    if gap <= 0:
        level = [str(team) for team, x in zip(scores.index, worth, strict=True) if x == worth[0]]
        return f"{listed(level)} are level at {digits(worth[0])} million EUR"
    return f"{scores.index[0]} is ahead of {scores.index[1]} by {digits(gap)} million EUR"


def _swap(gains: Mapping[tuple[str, str], float]) -> str:
    (team, other), gain = max(gains.items(), key=lambda item: item[1])
    if gain <= 0:
        return "The same years: no team would have gained by another's plan"
    return (
        f"The same years: {team} with {other}'s plan would be worth {digits(gain)} million EUR more"
    )
