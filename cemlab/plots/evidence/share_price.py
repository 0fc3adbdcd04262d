"""Figures of a claim about a share: what it means in money, and what the price did."""

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import matplotlib.dates as mdates
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from cemlab.evidence import _dates
from cemlab.plots._style import BLUE, GREY, ORANGE, PURPLE, RED, STYLE, finish, new_axes
from cemlab.plots.evidence._titles import fitted

_DASHES: tuple[Any, ...] = ("-", (0, (5, 2)), (0, (1, 1.2)), (0, (6, 2, 1, 2)))


def claimed_loss(
    found: pd.DataFrame,
    *,
    currency: str = "USD",
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw what a claimed loss is beside the value of all shares, and beside the claimed fall.

    Parameters
    ----------
    found : DataFrame
        Of `claim_arithmetic`, with a market value that is not open upwards.
    currency : str
        Written on the axis.
    prediction : object, optional
        The reader's guess; a kept guess (the loss as a part of the whole) is marked below the loss,
        at the right end if it lies beyond the picture.

    Raises
    ------
    ValueError
        If the market value has no upper end.

    Examples
    --------
    >>> from cemlab.evidence import claim_arithmetic
    >>> claim = claim_arithmetic(price=3.34, shares=167_040_862, shares_are="at most")
    >>> claimed_loss(claim).get_title(loc="left")
    '180 million USD would be at least 32% of all shares, not 10%'
    """
    whole, least = float(found["high"]["market value"]), float(found["low"]["loss as a share"])
    if not math.isfinite(whole):
        msg = f"found must have a market value with an upper end, got {whole}: give a price and shares that are exact or at most"
        raise ValueError(msg)
    part, loss = float(found["high"]["value of the fall"]), least * whole
    fall, most = part / whole, "" if found["bound"]["market value"] == "exact" else ", at most"
    rows = [(f"all shares{most}", whole, GREY, None), (f"{fall:.0%} of them{most}", part, BLUE, None),
            ("the loss claimed", loss, RED, "//")]  # fmt: skip
    ax = ax or new_axes(width=10.0, height=3.6)
    far = 1.12 * max(whole, loss) / 1e6
    with plt.rc_context(STYLE):
        for y, (_, value, colour, hatch) in enumerate(rows):
            ax.barh(y, value / 1e6, 0.6, color=colour, hatch=hatch, ec="white", lw=0)
            ax.annotate(_millions(value), (value / 1e6, y), (6, 0), textcoords="offset points", va="center")  # fmt: skip
        guessed = getattr(prediction, "value", None)
        if isinstance(guessed, int | float) and guessed >= 0:
            place = guessed * whole / 1e6
            beyond = place > far
            ax.plot(min(place, far), 2.46, ">" if beyond else "*", color=PURPLE, mec="white", ms=16 if beyond else 22,
                    clip_on=False, zorder=5, label=f"your prediction{', beyond the picture' * beyond}")  # fmt: skip
            ax.legend(loc="lower right", bbox_to_anchor=(1.0, 0.12), frameon=False)
        ax.set_yticks(range(3), [words for words, *_ in rows])
        ax.tick_params(axis="y", length=0)
        ax.set_ylim(2.8, -0.5)
        ax.set_xlim(0, far)
        ax.set_xlabel(f"million {currency}")
        bound = "at least " if most else ""
        told = f"{_millions(loss)} million {currency} would be {bound}{least:.0%} of all shares, not {fall:.0%}"  # fmt: skip
        finish(ax, title or fitted(ax, told), prediction)
    return ax


def price_course(
    returns: pd.DataFrame,
    *,
    firm: str,
    window: tuple[object, object],
    others: Sequence[str] = (),
    marks: Mapping[object, str] | None = None,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how far a share stood above or below its close at the start of a window.

    Parameters
    ----------
    returns : DataFrame
        One row a trading day (dates in the index, in any order, or in a column `date`), one
        column a firm: fractions from close to close. All rows are drawn.
    firm : str
        Column of the firm.
    window : (date, date)
        The close that counts as 0, and the last close of the window: both trading days.
    others : sequence of str
        Columns of others, in grey, told apart by their dashes.
    marks : mapping of date to str, optional
        Days to be named.
    prediction : object, optional
        The reader's guess; a kept guess (a fraction) is marked at the end of the window.

    Raises
    ------
    ValueError
        If a column is missing or holds gaps, or the window is not two days of the table in order.

    Examples
    --------
    >>> days = pd.to_datetime(["2009-07-06", "2009-07-07", "2009-07-08"])
    >>> shares = pd.DataFrame({"UAL": [0.01, -0.02, 0.03]}, days)
    >>> price_course(shares, firm="UAL", window=days[[0, 1]]).get_title(loc="left")
    'UAL: -2.0% from 6 Jul to 7 Jul; +0.9% by 8 Jul'
    """
    table = returns.set_index("date") if "date" in returns else returns
    for name in (firm, *others):
        if name not in table or table[name].isna().any():
            got = "none" if name not in table else f"{int(table[name].isna().sum())} missing"
            msg = f"returns must have a column {name} without gaps, got {got}"
            raise ValueError(msg)
    table = table.set_axis(_dates.moments(table.index, "dates of returns").normalize()).sort_index()
    start, end = (_day(table.index, day) for day in window)
    if start >= end:
        msg = f"window must begin before it ends, got {start:%Y-%m-%d} to {end:%Y-%m-%d}"
        raise ValueError(msg)
    same = table.index[0].year == table.index[-1].year
    year = "" if same else " %Y"
    course = (1 + table[[firm, *others]]).cumprod()
    course = 100 * (course / course.loc[start] - 1)
    ax = ax or new_axes(width=10.5, height=5.0)
    with plt.rc_context(STYLE):
        ax.axvspan(*mdates.date2num([start, end]), color=ORANGE, alpha=0.18, lw=0, label=f"{_short(start, year)} to {_short(end, year)}")  # fmt: skip
        ax.axhline(0, color="black", lw=1)
        for i, name in enumerate(others):
            ax.plot(course.index, course[name], color=GREY, lw=1.8, ls=_DASHES[i % len(_DASHES)], label=name)  # fmt: skip
        ax.plot(course.index, course[firm], "o-", color=BLUE, lw=3, ms=6, label=firm, zorder=4)
        low, high = float(course.to_numpy().min()), float(course.to_numpy().max())
        _marks(ax, course[firm], marks or {}, (low, high), year)
        guessed = getattr(prediction, "value", None)
        if isinstance(guessed, int | float):
            bottom, top = ax.get_ylim()
            room = 0.08 * (top - bottom)
            ax.set_ylim(min(bottom, 100 * guessed - room), max(top, 100 * guessed + room))
            ax.plot(mdates.date2num([end]), [100 * guessed], "*", color=PURPLE, mec="white", ms=22, zorder=6,
                    clip_on=False, label="your prediction")  # fmt: skip
        ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:+g}%" if v else "0%"))
        ax.xaxis.set_major_locator(mdates.AutoDateLocator(maxticks=8))
        ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: _short(mdates.num2date(v), year)))
        ax.set_xlabel(f"close of the trading day{f', {end:%Y}' * same}")
        ax.set_ylabel(f"change since the close of {_short(start, year)}")
        ax.legend(loc="upper left", bbox_to_anchor=(0.0, -0.17), ncols=4, frameon=False,
                  columnspacing=1.2, handlelength=2.2)  # fmt: skip
        told = f"{firm}: {_change(course[firm][end])} from {_short(start, year)} to {_short(end, year)}"
        last = course.index[-1]
        if last > end:
            told += f"; {_change(course[firm].iloc[-1])} by {_short(last, year)}"
        finish(ax, title or fitted(ax, told), prediction)
    return ax


# --- inside ------------------------------------------------------------------------


def _day(index: pd.Index, day: object) -> pd.Timestamp:
    when = _dates.moment(day, "window").normalize()
    if when not in index:
        msg = f"days must be trading days of the table, got {when:%Y-%m-%d}"
        raise ValueError(msg)
    return when


def _marks(
    ax: Axes,
    course: "pd.Series[float]",
    marks: Mapping[object, str],
    ends: tuple[float, float],
    year: str,
) -> None:
    room = (ends[1] - ends[0]) or 1.0
    steps = np.linspace(ends[1] + 0.06 * room, ends[1] + 0.30 * room, max(len(marks), 2))[::-1]
    for place, (day, words) in zip(steps, marks.items(), strict=False):
        when = _day(course.index, day)
        x, y = float(mdates.date2num([when])[0]), float(course[when])
        ax.plot([x, x], [y, place], color=RED, lw=1.5, ls=":", zorder=3)
        ax.annotate(f"{_short(when, year)}: {words}", (x, place), (4, 0), textcoords="offset points",
                    va="center", color=RED, fontsize=12.5)  # fmt: skip
    ax.set_ylim(ends[0] - 0.06 * room, ends[1] + (0.38 if marks else 0.06) * room)


def _short(day: datetime, year: str = "") -> str:
    return f"{day.day} {day:%b}{year and day.strftime(year)}"


def _millions(money: float) -> str:
    return f"{money / 1e6:,.0f}" if money >= 1e7 else f"{money / 1e6:.2g}"


def _change(per_cent: float) -> str:
    return f"{per_cent:+.1f}%"
