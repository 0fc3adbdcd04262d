"""Figures of promised times: the work of a week, what a promise costs, and when it is kept."""

from collections.abc import Mapping
from itertools import cycle

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import (
    FuncFormatter,
    MaxNLocator,
    PercentFormatter,
)
from numpy.typing import ArrayLike

from cemlab import _checks
from cemlab.plots._style import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    RED,
    STYLE,
    finish,
    new_axes,
)

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_LOOKS = ((BLUE, "o", "-"), (ORANGE, "s", "--"), (GREEN, "^", "-."), (RED, "D", ":"))


def workload(
    arrivals_per_hour: ArrayLike,
    *,
    service_min: float,
    seats: Mapping[str, ArrayLike] | None = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the work that comes in a week, hour by hour, and who is there to do it.

    Parameters
    ----------
    arrivals_per_hour : array_like of shape (168,)
        New contacts an hour, from Monday 0:00 on.
    service_min : float
        Minutes of one contact.
    seats : mapping of str to int or array_like of shape (168,), optional
        People at work, a line each.

    Examples
    --------
    >>> ax = workload(84 * [10.0, 30.0], service_min=6)
    >>> ax.get_title(loc="left")
    'Work for 2.0 people on average, for 3.0 in the busiest hour'
    """
    calls = np.asarray(arrivals_per_hour, np.float64)
    if calls.shape != (168,):
        msg = f"arrivals_per_hour must be the 168 hours of a week, got {calls.shape} numbers"
        raise ValueError(msg)
    work = calls * _checks.number("service_min", service_min, low=0.0) / 60.0
    ax = ax or new_axes(width=10.0, height=4.8)
    edges = np.arange(169)
    with plt.rc_context(STYLE):
        ax.stairs(work, edges, fill=True, color="#B9D4E8", label="work that comes in")
        top = work.max()
        looks = zip(cycle(_LOOKS[1:] + _LOOKS[:1]), (seats or {}).items(), strict=False)
        for (colour, _, dash), (name, given) in looks:
            there = np.broadcast_to(np.asarray(given, np.float64), (168,))
            ax.stairs(there, edges, baseline=None, color=colour, ls=dash, lw=2.5, label=name)
            top = max(top, there.max())
        _week(ax)
        ax.set_ylim(0, 1.3 * top or 1)
        ax.yaxis.set_major_locator(MaxNLocator(5, integer=True))
        ax.set_ylabel("people at work")
        ax.legend(loc="upper right", ncols=3, frameon=False)
        found = f"Work for {work.mean():.1f} people on average, for {work.max():.1f} in the busiest hour"
        finish(ax, title or found, None)
    return ax


def promise_costs(
    prices: pd.DataFrame,
    *,
    between: tuple[float, float] | None = None,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the paid hours a week that each promise takes, a line a cover; x: out of reach.

    Parameters
    ----------
    prices : DataFrame
        Of `service_desk.price_of_promises`.
    between : (float, float), optional
        The two promises (hours) that the title compares, each at its cheapest cover; None: the
        longest and the shortest.
    prediction : object, optional
        The reader's guess; a kept guess is taken as times the paid hours of the first of the two,
        and marked at the second: a star, or an arrow at the top if it lies beyond the axes.

    Examples
    --------
    >>> prices = pd.DataFrame({"cover": "always", "promise_hours": [48, 2], "paid_hours": [100.0, 150.0]})
    >>> ax = promise_costs(prices)
    >>> ax.get_title(loc="left")
    'From 2 days to 2 hours: 1.5 times the paid hours, at the cheapest cover'
    """
    if prices.empty:
        msg = "prices must be at least one promise, got none"
        raise ValueError(msg)
    table = prices.pivot_table("paid_hours", "promise_hours", "cover", dropna=False)
    table = table[list(dict.fromkeys(prices["cover"]))].sort_index(ascending=False)
    x = np.arange(len(table))
    ax = ax or new_axes(width=10.0, height=5.0)
    top = np.nanmax(table.to_numpy()) if table.notna().any(axis=None) else 1.0
    with plt.rc_context(STYLE):
        names = enumerate(table.columns)
        for (colour, marker, dash), (k, name) in zip(cycle(_LOOKS), names, strict=False):
            y = table[name].to_numpy()
            side = 0.1 * (k - (table.shape[1] - 1) / 2)
            ax.plot(x + side, y, color=colour, marker=marker, ls=dash, ms=9, lw=2.5, label=name)
            lost = np.flatnonzero(np.isnan(y))
            ax.plot(lost + side, np.full(lost.size, 0.06 * top), "x", color=colour, ms=10, mew=3)
        handles, words = ax.get_legend_handles_labels()
        if table.isna().any(axis=None):
            handles.append(Line2D([], [], color=GREY, marker="x", ls="", ms=10, mew=3))
            words.append("out of reach with any number of people")
        ax.set_xticks(x, [_promise(hours) for hours in table.index])
        ax.set_xlabel("promised time to an answer")
        ax.set_ylabel("paid hours a week")
        ax.set_ylim(0, 1.25 * top)
        ax.yaxis.set_major_locator(MaxNLocator(5))
        ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        ax.legend(handles, words, loc="upper left", ncols=2, frameon=False)
        cheapest = table.min(axis=1)
        found = _found(cheapest, between)
        guessed = getattr(prediction, "value", None)
        if guessed is not None:
            first, last = between or (cheapest.index[0], cheapest.index[-1])
            _mark_hours(ax, int(table.index.get_loc(last)), guessed * cheapest[first])
        finish(ax, title or found, prediction)
    return ax


def kept_by_hour(
    kept: Mapping[str, pd.DataFrame],
    *,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw what part is answered in time, by the hour of the week in which it was written.

    Parameters
    ----------
    kept : mapping of str to DataFrame
        Of `service_desk.promise_kept`, a line each.
    prediction : object, optional
        The reader's guess; a kept guess is the part at weekends and drawn over the weekend.

    Examples
    --------
    >>> mails = pd.DataFrame({"day": ["Mon", "Sat"], "hour": 9, "weekend": [False, True], "kept": [1.0, 0.5]})
    >>> ax = kept_by_hour({"by day": mails})
    >>> ax.get_title(loc="left")
    'In time at weekends: 50% (by day)'
    """
    ax = ax or new_axes(width=10.0, height=4.8)
    found = []
    with plt.rc_context(STYLE):
        for (colour, _, dash), (name, table) in zip(cycle(_LOOKS), kept.items(), strict=False):
            day = table["day"].astype(str).map(_DAYS.index).astype(int)
            by_hour = table["kept"].groupby(24 * day + table["hour"]).mean().reindex(range(168))
            ax.plot(np.arange(168) + 0.5, by_hour, color=colour, ls=dash, lw=2.5, label=str(name))
            found.append(f"{table.loc[table['weekend'], 'kept'].mean():.0%} ({name})")
        guessed = getattr(prediction, "value", None)
        if guessed is not None:
            ax.plot([120, 168], [guessed] * 2, color=PURPLE, ls=":", lw=3, label="your prediction")
        _week(ax)
        ax.set_ylim(0, 1.22)
        ax.set_yticks([0, 0.25, 0.5, 0.75, 1.0])
        ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        ax.set_ylabel("answered in time")
        ax.set_xlabel("hour of the week in which it was written (weekend shaded)")
        ax.legend(loc="upper left", ncols=3, frameon=False)
        finish(ax, title or f"In time at weekends: {', '.join(found)}", prediction)
    return ax


# --- inside ------------------------------------------------------------------------


def _week(ax: Axes) -> None:
    """Make the x axis a week from Monday 0:00 on, the weekend shaded."""
    ax.axvspan(120, 168, color="#EEEEEE", zorder=0)
    ax.set_xlim(0, 168)
    ax.set_xticks(np.arange(12, 168, 24), list(_DAYS))
    ax.tick_params(axis="x", length=0)
    for midnight in range(24, 168, 24):
        ax.axvline(midnight, color="#DDDDDD", lw=1, zorder=0)
    ax.set_xlabel("hour of the week (weekend shaded)")


def _mark_hours(ax: Axes, place: int, hours: float) -> None:
    """Mark guessed hours with a star at a promise, or with an arrow at the top if they are more."""
    if np.isnan(hours):
        return
    top = ax.get_ylim()[1]
    beyond = hours > top
    y, marker = (0.92 * top, "^") if beyond else (hours, "*")
    ax.plot(place, y, marker, color=PURPLE, ms=14 if beyond else 20, zorder=5)
    if beyond:
        ax.annotate(f"{hours:,.0f}, off the top", (place, y), (12, 0), color=PURPLE,
                    textcoords="offset points", va="center")  # fmt: skip


def _promise(hours: float) -> str:
    unit, count = ("day", hours / 24) if hours >= 24 else ("hour", hours)
    return f"{count:g} {unit}{'' if count == 1 else 's'}"


def _found(cheapest: "pd.Series[float]", between: tuple[float, float] | None) -> str:
    first, last = between or (cheapest.index[0], cheapest.index[-1])
    for hours in (first, last):
        if hours not in cheapest.index:
            shown = ", ".join(f"{h:g}" for h in cheapest.index)
            msg = f"between must be two of the promises {shown} (hours), got {hours!r}"
            raise ValueError(msg)
    span = f"From {_promise(first)} to {_promise(last)}"
    times = cheapest[last] / cheapest[first]
    if np.isnan(times):
        return f"{span}: out of reach"
    return f"{span}: {times:.1f} times the paid hours, at the cheapest cover"
