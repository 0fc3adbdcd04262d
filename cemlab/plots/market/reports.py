"""What a team's reports show on the projector, and the numbers behind a market as a table."""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from IPython.display import HTML
from matplotlib.axes import Axes

from cemlab import _checks, _words
from cemlab.plots._style import BLUE, GREEN, ORANGE, STYLE, finish, new_axes
from cemlab.plots.market import _looks
from cemlab.plots.table import table

_TEAMS = {"crm": ("CRM reports", BLUE), "cem": ("CEM reports", ORANGE),
          "both": ("Both reports", GREEN)}  # fmt: skip
_UNITS = (
    ("_share_a_month", "% a month", 100.0), ("_eur_a_customer_month", "EUR a customer and month", 1.0),
    ("_per_100_customers_month", "per 100 customers and month", 1.0),
    ("_per_1000_customers_month", "per 1,000 customers and month", 1.0),
    ("_share_of_failures", "% of failures", 100.0),
    ("_share_of_complainers", "% of complainers", 100.0), ("_share", "%", 100.0),
    ("_eur", "EUR", 1.0), ("_points", "points", 1.0), ("_customers", "customers a quarter", 1.0),
)  # fmt: skip
"""Ends of columns' names, with the unit they stand for and what to multiply by."""

_WHOLE = {"public_share_of_complainers": ("going public", "% of complainers", 100.0),
          "reputation": ("reputation", "%", 100.0), "calls_handled": ("calls handled", "a quarter", 1.0),
          "new_customers": ("new customers", "a quarter", 1.0), "nps_points": ("NPS", "points", 1.0),
          "lost_after_failure_customers": ("lost after a failure", "customers a quarter", 1.0)}  # fmt: skip
_MOST = 14


def team_dashboard(
    reports: pd.DataFrame,
    role: str,
    *,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the reports of one team quarter by quarter, a small panel a figure, the last one large.

    The title tells what moved most in the last quarter: shares and Net Promoter Scores count
    by points, all else by per cent of the quarter before.

    Parameters
    ----------
    reports : DataFrame
        Of `market.dashboard`: one row a quarter; a figure that is missing leaves a gap.
    role : {"crm", "cem", "both"}
        Whose reports these are.
    prediction : object, optional
        The reader's guess.

    Raises
    ------
    ValueError
        If the role is unknown or there is no quarter.

    Examples
    --------
    >>> frame = pd.DataFrame({"churn_share_a_month": [0.03, 0.024]}, pd.RangeIndex(1, 3))
    >>> team_dashboard(frame, "crm").get_title(loc="left")
    'CRM reports, quarter 2: churn 2.4%, 0.6 points less than before'
    """
    _checks.one_of("role", role, _TEAMS)
    names = [str(name) for name in reports.columns]
    if not len(reports) or not 1 <= len(names) <= _MOST:
        msg = f"reports must be at least one quarter of 1 to {_MOST} figures, got {len(reports)} of {len(names)}"
        raise ValueError(msg)
    words, colour = _TEAMS[role]
    columns = 3 if len(names) in (5, 6) else min(4, len(names))
    rows = -(-len(names) // columns)
    ax = ax or new_axes(width=12.5, height=0.6 + 2.75 * rows)
    quarters = reports.index.to_numpy()
    with plt.rc_context(STYLE):
        parts = _looks.panels(ax, len(names), columns=columns, wide=0.74, high=0.46, below=0.36)
        for name, part in zip(names, parts, strict=True):
            _report(part, name, quarters, reports[name].to_numpy(np.float64), colour)
        finish(ax, title or f"{words}, quarter {quarters[-1]}{_news(reports)}", prediction)
    return ax


def assumptions(parameters: pd.DataFrame, *, mark: str | None = None) -> HTML:
    """Return the numbers of a market that are assumed or contested, as a table for reading.

    Numbers that differ from the default stand first, whatever their mark; then the contested
    ones.

    Parameters
    ----------
    parameters : DataFrame
        Of `market.parameters`.
    mark : {"assumed", "contested"}, optional
        Only numbers with this mark, and the changed ones.

    Raises
    ------
    ValueError
        If the mark is unknown.

    Examples
    --------
    >>> from cemlab import market
    >>> shown = assumptions(market.parameters(market.Market(failure_rate=0.01)), mark="contested")
    >>> shown.data.index("failure rate") < shown.data.index("voice")
    True
    """
    if mark is not None:
        _checks.one_of("mark", mark, ("assumed", "contested"))
    marks = parameters["mark"].astype(str)
    changed = parameters["changed"].astype(bool)
    wanted = changed | (marks.str.contains(mark) if mark else marks != "")
    rows = parameters[wanted]
    first = np.lexsort([~marks[wanted].str.contains("contested"), ~changed[wanted]])
    rows = rows.iloc[first]
    doubt = rows["doubt"].astype(str)
    shown = pd.DataFrame({
        "changed": np.where(rows["changed"].astype(bool), "changed", ""),
        "value": [_value(value) for value in rows["value"]],
        "unit": rows["unit"],
        "mark": rows["mark"],
        "basis": rows["basis"].where(rows["basis"] != "assumption", ""),
        "doubt": doubt,
    })  # fmt: skip
    shown.index = pd.Index([str(name).replace("_", " ") for name in rows.index], name="number")
    return table(shown)


# --- inside ------------------------------------------------------------------------


def _report(part: Axes, name: str, quarters: Any, values: Any, colour: str) -> None:
    words, unit, times = _named(name)
    shown = times * values
    part.plot(quarters, shown, color=colour, lw=3, marker="o", ms=6, clip_on=False)
    known = np.flatnonzero(np.isfinite(shown))
    last = _looks.digits(float(shown[known[-1]])) if known.size else "no figure"
    part.set_title(f"{words}\n{unit}", loc="left", fontsize=12, fontweight="normal", y=1.0, pad=28)
    part.text(0.0, 1.05, last, size=19, weight="bold", transform=part.transAxes,
              color=_looks.DARK.get(colour, colour))  # fmt: skip
    low, high = (float(shown[known].min()), float(shown[known].max())) if known.size else (0.0, 1.0)
    room = max(0.12 * (high - low), 0.02 * max(abs(low), abs(high))) or 1.0
    top = min(high + room, 100.0) if unit.startswith("%") and high < 100 else high + room
    part.set_ylim(low - room, top)
    part.set_xlim(quarters[0] - 0.5, quarters[-1] + 0.5)
    count = len(quarters)
    part.set_xticks(sorted({quarters[0], quarters[(count - 1) // 2], quarters[-1]}))
    if known.size and (low < high or low):
        _looks.few_ticks(part.yaxis, 4)
    else:
        part.set_yticks([0.0] if known.size else [])
    part.set_xlabel("quarter", size=12, labelpad=0)


def _named(column: str) -> tuple[str, str, float]:
    """Return a column's words, its unit, and what to multiply it by.

    >>> _named("calls_answered_share"), _named("queue")
    (('calls answered', '%', 100.0), ('queue', '', 1.0))
    """
    if column in _WHOLE:
        return _WHOLE[column]
    for end, unit, times in _UNITS:
        if column.endswith(end):
            return column.removesuffix(end).replace("_", " "), unit, times
    return column.replace("_", " "), "", 1.0


def _news(reports: pd.DataFrame) -> str:
    """Return in words what moved most in the last quarter."""
    if len(reports) < 2:
        return ""
    before, now = reports.iloc[-2].to_numpy(np.float64), reports.iloc[-1].to_numpy(np.float64)
    named = [_named(str(name)) for name in reports.columns]
    moved = np.array([times for *_, times in named]) * (now - before)
    bounded = np.array([unit.startswith(("%", "points")) for _, unit, _ in named])
    change = np.divide(100 * (now - before), np.abs(before), out=np.zeros(now.size),
                       where=before != 0)  # fmt: skip
    change = np.nan_to_num(np.where(bounded, moved, change), nan=0.0, posinf=0.0, neginf=0.0)
    most = int(np.argmax(np.abs(change)))
    words, unit, times = named[most]
    if abs(change[most]) < 0.5:
        return ": nothing moves by half a point or half a per cent"
    way = "more" if change[most] > 0 else "less"
    value = _looks.digits(times * float(now[most]))
    short = "%" if unit.startswith("%") else " EUR" if unit.startswith("EUR") else ""
    step = f"{abs(change[most]):.0f}%"
    if bounded[most]:
        step = f"{abs(change[most]):.1f}".removesuffix(".0")
        step += " point" if step == "1" else " points"
    return f": {words} {value}{short}, {step} {way} than before"


def _value(value: float) -> str:
    if np.isinf(value):
        return "endless"
    return _words.number(value, value) if abs(value) >= 0.1 or not value else f"{value:.3g}"
