"""The figure of the policy duel between quarters: each team's own numbers, big."""

import re
from collections.abc import Mapping
from textwrap import fill

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from cemlab.market import ROLES
from cemlab.plots._style import GREY, STYLE, finish, new_axes
from cemlab.plots.market._looks import DARK, digits, of_teams

_ROWS = 7
_SCORE, _SMALL = "nps_points", "churn_share_a_month"
_NAMES: Mapping[str, tuple[str, str]] = {
    "calls_handled": ("calls answered", ",.0f"),
    "calls_answered_share": ("of the calls answered", ".0%"),
    "posts_answered_share": ("of public posts answered", ".0%"),
    "cost_per_contact_eur": ("EUR a contact", ",.2f"),
    "churn_share_a_month": ("customers lost a month", ".2%"),
    "margin_eur_a_customer_month": ("EUR margin a customer, month", ",.2f"),
    "new_customers": ("new customers", ",.0f"),
    "nps_points": ("Net Promoter Score", "+.0f"),
    "failures_per_100_customers_month": ("failures a month, 100 customers", ".1f"),
    "solved_share_of_failures": ("of failures solved", ".0%"),
    "public_share_of_complainers": ("of complainers go public", ".0%"),
    "exposures_per_1000_customers_month": ("views of posts/month, 1,000 cust.", ",.0f"),
    "reputation": ("reputation (0 to 1)", ".2f"),
    "lost_after_failure_customers": ("customers lost after a failure", ",.0f"),
}
"""Columns of a dashboard: words, and how a number is written."""


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

    Notes
    -----
    Shares and the Net Promoter Score change by points, all else by per cent of what was.

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
    cards = [
        (heading, looks[team], part)
        for team, frame in dashboards.items()
        for heading, part in zip(_headings(team, _parts(frame)), _parts(frame), strict=True)
    ]
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


# --- inside ------------------------------------------------------------------------


def _role(frame: pd.DataFrame) -> str:
    """Return whose reports these are."""
    return next((role for role in ROLES if set(frame.columns) <= set(ROLES[role])), "integrated")


def _parts(frame: pd.DataFrame) -> list[pd.DataFrame]:
    """Return a dashboard as cards of at most seven numbers."""
    return [frame.iloc[:, n : n + _ROWS] for n in range(0, frame.shape[1], _ROWS)]


def _headings(team: str, parts: list[pd.DataFrame]) -> list[str]:
    """Return what stands over each card: the team, and whose reports if it has both."""
    if len(parts) == 1:
        return [team]
    return [f"{team} ({_role(part).upper()} reports)" for part in parts]


def _card(ax: Axes, team: str, colour: str, frame: pd.DataFrame, *, size: float) -> None:
    """Draw one team's numbers, each with its words and its change."""
    ax.set(xlim=(0, 1), ylim=(-_ROWS + 0.3, 1.05), xticks=[], yticks=[])
    for spine in ax.spines.values():
        spine.set_visible(True)
        spine.set(color=colour, linewidth=3)
    fits = size if len(team) < 24 else 0.7 * size
    ax.text(0.5, 0.55, team, color="white", size=fits, weight="bold", ha="center", va="center",
            bbox={"boxstyle": "round,pad=0.3", "fc": DARK.get(colour, colour), "ec": "none"})  # fmt: skip
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
    words = _amount(str(values.name), abs(step))
    return f"{sign} {words}" if any(letter in "123456789" for letter in words) else "="


def _amount(name: str, step: float) -> str:
    """Return a change in words: points of a score or a share, per cent of anything else."""
    if name == _SCORE or _is_share(name):
        points = f"{100 * step:.{2 if name == _SMALL else 0}f}"
        return f"{points} point{'' if points == '1' else 's'}"
    return f"{step:.0%}"


def _step(values: "pd.Series[float]") -> float | None:
    """Return the change since the quarter before, if there is one.

    Of a share and of a Net Promoter Score it is a part of the scale, as both may be near or
    below 0; else a part of what was.
    """
    if len(values) < 2 or not np.isfinite(values.iloc[-2:]).all():
        return None
    before, now = values.iloc[-2:]
    if values.name == _SCORE:
        return float(now - before) / 100
    if _is_share(str(values.name)):
        return float(now - before)
    return float((now - before) / abs(before)) if before else None


def _is_share(name: str) -> bool:
    return _NAMES.get(name, ("", ""))[1].endswith("%")


def _changes(dashboards: Mapping[str, pd.DataFrame]) -> str:
    quarter = max(int(frame.index[-1]) for frame in dashboards.values())
    found = []
    for team, frame in dashboards.items():
        steps = {name: step for name in frame if (step := _step(frame[name])) is not None}
        most = max(steps, key=lambda name: abs(steps[name]), default=None)
        if most is not None:
            words, _ = _NAMES.get(str(most), (str(most).replace("_", " "), ""))
            sign = "-" if steps[most] < 0 else "+"
            words = re.split("[,/]", words)[0]
            whose = f" ({team})" if len(dashboards) > 1 else ""
            found.append(
                (abs(steps[most]), f"{words} {sign}{_amount(str(most), abs(steps[most]))}{whose}")
            )
    if not found:
        return f"After quarter {quarter}: the first reports"
    return f"After quarter {quarter}, most changed: {max(found)[1]}"
