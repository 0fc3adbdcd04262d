"""The figure of a duel's assumptions: who would be ahead if one number were another."""

from collections.abc import Mapping
from textwrap import fill
from typing import Protocol

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from cemlab.plots._style import GREY, STYLE, finish, new_axes
from cemlab.plots.market._looks import of_teams

_MARKS = "osD^vP"
_MILLION = 1e6
_NAMES: Mapping[str, str] = {
    "voice": "how many complain", "loss_silent": "silent who leave",
    "loss_unresolved": "unsolved who leave", "loss_slow": "solved slowly, leave",
    "loss_fast": "solved fast, leave", "learning": "learning that posting pays",
    "virality": "posts passed on", "publicisation": "answers feed a story",
    "readers": "readers of a post", "observer": "weight of unanswered posts",
    "rival_pull": "rival who takes watchers", "negativity": "weight of bad experiences",
    "advertising_elasticity": "pull of advertising", "reputation_elasticity": "pull of reputation",
    "prevention_cost": "price of prevention", "retention_cost": "price of offers",
    "retention_effect": "effect of offers", "norm": "pull of what others do",
    "months_after": "months counted after the end",
}  # fmt: skip
"""Numbers of a market in words."""


class Told(Protocol):
    """What the figure reads of a debrief."""

    @property
    def scores(self) -> pd.DataFrame:
        """Outcomes by team, best first."""

    @property
    def courses(self) -> pd.DataFrame:
        """Months of each team."""

    @property
    def assumptions(self) -> pd.DataFrame:
        """Who leads with one number changed."""


def duel_assumptions(
    told: Told, *, prediction: object = None, title: str | None = None, ax: Axes | None = None
) -> Axes:
    """Draw by how much the first team leads if one number of the market were another.

    Each mark is the whole game once more, same plans and same years, with one number changed;
    beside it, the number that was tried. Left of the line somebody else is ahead. Numbers that
    turn the order come first.

    Parameters
    ----------
    told : Debrief
        Of `Duel.debrief`: its `assumptions` and `scores`.
    prediction : object, optional
        The reader's guess.

    Raises
    ------
    ValueError
        If one team played alone, or no number could be changed.

    Examples
    --------
    >>> from cemlab.classroom.game import Duel
    >>> duel = Duel(quarters=1, rng=1)
    >>> said = [duel.enter("CEM team", "40 30 0 0 30 0 pooled deep"), duel.play()]
    >>> duel_assumptions(duel.debrief()).get_title(loc="left")
    'CEM team stays ahead, whichever of the 18 numbers is changed'
    """
    tried = told.assumptions
    if len(told.scores) < 2 or tried.empty:
        got = "one" if len(told.scores) < 2 else "no number to change"
        msg = f"told must be of two teams or more in a market with numbers to change, got {got}"
        raise ValueError(msg)
    first = str(told.scores.index[0])
    teams = list(dict.fromkeys(told.courses["team"]))
    colours = of_teams(told.scores["role"][teams].to_dict())
    looks = {team: (colours[team], mark) for team, mark in zip(teams, _MARKS, strict=False)}
    sign = np.where(tried["ahead"] == first, 1.0, -1.0)
    frame = tried.assign(million=sign * tried["lead"] / _MILLION)
    rows = list(frame.groupby("parameter")["million"].min().sort_values(kind="stable").index)
    ax = ax or new_axes(width=12.0, height=1.5 + 0.36 * len(rows))
    with plt.rc_context(STYLE):
        for y, name in enumerate(rows):
            _row(ax, y, frame[frame["parameter"] == name], first)
        for team in [team for team in teams if (frame["ahead"] == team).any()]:
            part = frame[frame["ahead"] == team]
            colour, mark = looks[team]
            at = [rows.index(name) for name in part["parameter"]]
            ax.plot(part["million"], at, mark, color=colour, ms=9, label=f"{team} ahead")
        lived = -np.diff(told.scores["score"].iloc[:2])[0] / _MILLION
        ax.axvline(0.0, color="black", lw=1.5, zorder=1)
        ax.axvline(lived, color=GREY, lw=1.5, ls=":", zorder=1, label="as played")
        ax.set_ylim(len(rows) - 0.4, -0.6)
        ax.set_yticks(range(len(rows)), [_words(frame, name) for name in rows])
        ax.tick_params(axis="y", labelsize=12, length=0)
        ax.set_xlabel(f"lead of {first}, million EUR (below 0: another team leads)")
        ax.legend(frameon=False, loc="lower right", fontsize=12)
        finish(ax, title or fill(_turned(frame, rows, first), 80), prediction)
    return ax


# --- inside ------------------------------------------------------------------------


def _row(ax: Axes, y: int, part: pd.DataFrame, first: str) -> None:
    """Draw one number's line, and beside each mark of another leader what was tried."""
    ends = part["million"].min(), part["million"].max()
    ax.plot(ends, [y, y], color="#CCCCCC", lw=2, zorder=1)
    for row in part[part["ahead"] != first].itertuples():
        ax.annotate(f"{row.tried:.3g}", (row.million, y), (0, 7), textcoords="offset points",
                    ha="center", fontsize=10)  # fmt: skip


def _words(frame: pd.DataFrame, name: str) -> str:
    lived = frame.loc[frame["parameter"] == name, "lived"].iloc[0]
    return f"{_NAMES.get(name, name.replace('_', ' '))} ({lived:.3g})"


def _turned(frame: pd.DataFrame, rows: list[str], first: str) -> str:
    turned = frame.loc[frame["flips"], "parameter"].nunique()
    if not turned:
        return f"{first} stays ahead, whichever of the {len(rows)} numbers is changed"
    return f"One number changed: {first} is no longer ahead with {turned} of {len(rows)}"
