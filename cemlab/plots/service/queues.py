"""Figures of a service desk: waits against load, by caller, by hour and by team; what changes."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from cemlab import _checks
from cemlab.plots._style import (
    BLUE,
    ORANGE,
    PURPLE,
    RED,
    SERIES,
    STYLE,
    finish,
    new_axes,
)
from cemlab.sim import service_desk

_STAR: dict[str, Any] = {
    "color": PURPLE, "marker": "*", "ms": 20, "mec": "white", "clip_on": False, "zorder": 5
}  # fmt: skip


def waits_by_load(
    patience_min: Mapping[str, float],
    *,
    agents: int,
    service_min: float,
    replays: Mapping[str, Mapping[float, pd.DataFrame]] | None = None,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the mean wait in the long run against the load, with simulated waits upon it.

    Parameters
    ----------
    patience_min : mapping of name to minutes
        One curve each (`service_desk.erlang_a`); the name goes on after "if". inf: nobody
        hangs up.
    agents : int
        Agents on duty.
    service_min : float
        Mean minutes of one call.
    replays : mapping of name to mapping of calls a minute to DataFrame, optional
        Replays (`service_desk.repeat`) to be drawn upon the curve of that name, as their mean
        with its 95 % interval.
    prediction : optional
        A kept one (`predict`) is also drawn as a star, at the highest load replayed.

    Examples
    --------
    >>> ax = waits_by_load({"nobody hangs up": math.inf}, agents=50, service_min=1)
    >>> ax.get_title(loc="left")
    '64% more calls: the mean wait goes from 0.0 to 70.2 s'
    """
    team = _checks.whole("agents", agents, low=1, high=service_desk.erlang.MOST_AGENTS)
    minutes = _checks.number("service_min", service_min, low=1e-6)
    if not 0 < len(patience_min) <= len(SERIES):
        msg = f"patience_min must be 1 to {len(SERIES)} curves, got {len(patience_min)}"
        raise ValueError(msg)
    seen = replays or {}
    for name in seen:
        _checks.one_of("replays", name, list(patience_min))
    ax = ax or new_axes()
    full = team / minutes
    calls = np.linspace(0.6, 0.985, 155) * full
    with plt.rc_context(STYLE):
        for (name, patience), colour, dash in zip(
            patience_min.items(), (BLUE, ORANGE, *SERIES[2:]), ("-", "--", "-.", ":", "-"),
            strict=False,
        ):  # fmt: skip
            curve = [_wait_s(rate, minutes, team, patience) for rate in calls]
            ax.plot(calls / full, curve, color=colour, ls=dash, lw=3, label=f"theory: {name}")
            points = seen.get(name, {})
            found = [60 * service_desk.intervals(points[x]).loc["wait_of_all_min"] for x in points]
            if found:
                ax.errorbar(
                    [rate / full for rate in points], [f["mean"] for f in found],
                    [(f["high"] - f["low"]) / 2 for f in found], color=colour, marker="o", ms=8,
                    mec="black", ecolor="black", ls="", capsize=4, zorder=3,
                    label="" if name != next(iter(seen)) else "simulated, with 95 % interval",
                )  # fmt: skip
        ax.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        ax.set_xlabel(f"load: work that arrives, as part of what {team:,} agents can do")
        ax.set_ylabel("mean wait (seconds)")
        ax.set_ylim(0, None)
        ax.legend(loc="upper left", frameon=False)
        marks = sorted({x for points in seen.values() for x in points}) or [*calls[[0, -1]]]
        ends = {
            name: [_wait_s(x, minutes, team, patience) for x in (marks[0], marks[-1])]
            for name, patience in patience_min.items()
        }
        if len(ends) == 1:
            low, high = next(iter(ends.values()))
            more = marks[-1] / marks[0] - 1
            words = f"{more:.0%} more calls: the mean wait goes from {low:.1f} to {high:.1f} s"
        else:
            each = ", ".join(f"{high:.1f} s if {name}" for name, (_, high) in ends.items())
            words = f"At {marks[-1] / full:.0%} load: {each}"
        if (guess := _held(prediction, ax.get_ylim()[1])) is not None:
            ax.plot(marks[-1] / full, guess, **_STAR)
            ax.set_ylim(0, max(ax.get_ylim()[1], 1.05 * guess))
        finish(ax, title or words, prediction)
    return ax


def sorted_waits(
    waits_s: "pd.Series[float]",
    *,
    what: str = "callers",
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw every wait, longest first, and the mean that hides their spread.

    Parameters
    ----------
    waits_s : Series
        Seconds, one number a caller (or a day: say so by `what`).
    prediction : optional
        A kept one (`predict`) is also drawn as a dotted line.

    Examples
    --------
    >>> ax = sorted_waits(pd.Series([0.0, 0.0, 0.0, 60.0]))
    >>> ax.get_title(loc="left")
    '75% of the callers do not wait; one in a hundred waits 60 s or more'
    """
    y = np.sort(np.asarray(waits_s, np.float64))[::-1]
    if not y.size:
        msg = f"waits_s must be at least one number, got none of the {what}"
        raise ValueError(msg)
    ax = ax or new_axes()
    mean = y.mean()
    # Steps that no picture can tell apart from one another are left out.
    kept = np.unique(np.linspace(0, y.size - 1, min(y.size, 2000)).astype(int))
    with plt.rc_context(STYLE):
        edges = np.append(kept, y.size) / y.size
        ax.stairs(y[kept], edges, fill=True, color=BLUE, alpha=0.85, label=f"{y.size:,} {what}")
        ax.axhline(mean, color=RED, ls="--", lw=2.5, label=f"mean ({mean:.1f} s)")
        ax.set_xlim(0, 1)
        ax.set_ylim(0, y[0] * 1.08 or 1)
        ax.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        ax.set_xlabel(f"part of all {what}, longest wait first")
        ax.set_ylabel("wait (seconds)" if what == "callers" else "mean wait (seconds)")
        ax.legend(loc="upper right", frameon=False)
        nothing = (y == 0).mean()
        if nothing >= 0.05:
            long = np.quantile(y, 0.99, method="higher")
            found = f"{nothing:.0%} of the {what} do not wait; one in a hundred waits {long:.0f} s or more"
        else:
            low, high = np.quantile(y, [0.1, 0.9])
            found = f"One in ten {what} is below {low:.1f} s, one in ten above {high:.1f} s"
        if (guess := _held(prediction, ax.get_ylim()[1])) is not None:
            ax.axhline(guess, color="white", lw=6)
            ax.axhline(guess, color=PURPLE, ls=":", lw=4)
            ax.set_ylim(0, max(ax.get_ylim()[1], 1.05 * guess))
        finish(ax, title or found, prediction)
    return ax


def waits_by_hour(
    contacts: pd.DataFrame,
    *,
    opens: int = 0,
    average_s: float | None = None,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the mean wait of those who come in each hour, and how many calls came a minute.

    Parameters
    ----------
    contacts : DataFrame
        Of one run (`service_desk.contacts`).
    opens : int
        The hour of the day at which the run begins.
    average_s : float, optional
        Seconds that an hour with the average number of calls would have, as a dashed line.

    Examples
    --------
    >>> calls = pd.DataFrame({"arrived_min": [10.0, 70.0], "waited_min": [0.0, 0.5]})
    >>> ax = waits_by_hour(calls, opens=8)
    >>> ax.get_title(loc="left")
    '30.0 s in the hour from 9, 0.0 s in the calmest'
    """
    if contacts.empty:
        msg = "contacts must be at least one, got none"
        raise ValueError(msg)
    first = _checks.whole("opens", opens, low=0, high=23)
    ax = ax or new_axes(width=10.0)
    hour = (contacts["arrived_min"] // 60).astype(int)
    by_hour = contacts["waited_min"].groupby(hour)
    span = range(hour.max() + 1)
    waits = (60 * by_hour.mean()).reindex(span)
    calls = (by_hour.size() / 60).reindex(span, fill_value=0)
    with plt.rc_context(STYLE):
        ax.bar(waits.index, waits.fillna(0.0), color=BLUE, label="mean wait of the hour")
        for place, wait in waits.dropna().items():
            over = (place, max(wait, average_s or 0.0))
            ax.annotate(f"{wait:.1f}", over, (0, 3), textcoords="offset points", ha="center")
        if average_s is not None:
            size = f"{average_s:.1f}" if average_s >= 1 else f"{average_s:.2g}"
            label = f"what the average hour would have ({size} s)"
            ax.axhline(average_s, color=RED, ls="--", lw=2.5, label=label)
        ax.set_xticks(
            waits.index,
            [f"{(first + h) % 24}\n{c:.0f}" for h, c in calls.items()],
        )
        ax.set_xlabel("hour of the day in which the call came; below it, calls a minute")
        ax.set_ylabel("mean wait (seconds)")
        ax.set_ylim(0, 1.15 * max(waits.max(), average_s or 0.0) or 1)
        ax.legend(loc="upper right", frameon=False)
        worst = (first + int(waits.idxmax())) % 24
        found = f"{waits.max():.1f} s in the hour from {worst}, {waits.min():.1f} s in the calmest"
        finish(ax, title or found, prediction)
    return ax


def waits_by_team(
    teams: Sequence[int],
    *,
    calls_per_min: float,
    agents: int,
    service_min: float,
    patience_min: float = math.inf,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the mean wait in the long run if the same agents and calls are split into teams.

    Parameters
    ----------
    teams : sequence of int
        Into how many equal teams; each must share the agents out evenly.
    calls_per_min : float
        Calls a minute of all teams together.
    agents : int
        Agents of all teams together.
    service_min, patience_min : float
        Mean minutes of a call, and until a caller hangs up (inf: never).
    prediction : optional
        A kept one (`predict`) is also drawn as a star, at the first of `teams`.

    Examples
    --------
    >>> ax = waits_by_team([2, 1], calls_per_min=48, agents=50, service_min=1, patience_min=2)
    >>> ax.get_title(loc="left")
    '2 teams of 25: 6.0 s; 1 team of 50: 3.7 s'
    """
    everybody = _checks.whole("agents", agents, low=1, high=service_desk.erlang.MOST_AGENTS)
    counts = [_checks.whole("teams", k, low=1, high=everybody) for k in teams]
    if not counts or any(everybody % k for k in counts):
        msg = f"teams must share {everybody} agents out evenly, got {list(teams)}"
        raise ValueError(msg)
    states = [
        service_desk.erlang_a(calls_per_min / k, 1 / service_min, everybody // k, 1 / patience_min)
        for k in counts
    ]
    waits = [60 * state.wait_all for state in states]
    names = [f"{k} team{'s' if k > 1 else ''} of {everybody // k}" for k in counts]
    ax = ax or new_axes(height=1.9 + 0.5 * len(counts))
    with plt.rc_context(STYLE):
        bars = ax.barh(range(len(waits)), waits, color=BLUE)
        ax.bar_label(
            bars,
            [f"{w:.1f} s; {s.abandon:.1%} hang up" for w, s in zip(waits, states, strict=True)],
            padding=4,
            size=13,
        )
        ax.set_yticks(range(len(waits)), names)
        ax.invert_yaxis()
        ax.set_xlim(0, 1.45 * max(waits) or 1)
        ax.set_xlabel("mean wait (seconds)")
        if (guess := _held(prediction, ax.get_xlim()[1])) is not None:
            ax.plot(guess, -0.4, **_STAR)  # on the edge of the first bar, over its words
            ax.set_xlim(0, max(ax.get_xlim()[1], 1.05 * guess))
        shown = (0, -1) if len(waits) > 1 else (0,)
        found = "; ".join(f"{names[i]}: {waits[i]:.1f} s" for i in shown)
        finish(ax, title or found, prediction)
    return ax


# --- inside ------------------------------------------------------------------------


def _held(prediction: object, end: float) -> float | None:
    """Return the reader's number, or None if an axis that ends here could not hold it well."""
    guess = getattr(prediction, "value", None)
    return None if guess is None or guess > 2 * end else float(guess)


def _wait_s(calls: float, service_min: float, agents: int, patience_min: float) -> float:
    """Return the mean wait of all callers in seconds, in the long run."""
    return 60 * service_desk.erlang_a(calls, 1 / service_min, agents, 1 / patience_min).wait_all
