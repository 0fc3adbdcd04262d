"""Figures of the wait for an answer: who still waits, and what becomes of a contact."""

from itertools import cycle
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from cemlab.plots._style import BLUE, GREEN, GREY, ORANGE, PURPLE, RED, STYLE, finish, new_axes
from cemlab.plots._times import limits, span, thinned, times

_DARK = {ORANGE: "#9A5B00"}  # of small letters
_LOOKS = ((BLUE, "-"), (ORANGE, "--"), (GREEN, "-."), (RED, ":"))
_ONLY = "answered contacts only"
_FATES = {
    "answered": (BLUE, "answered"),
    "given_up": (ORANGE, "given up"),
    "waiting": ("#C4C4C4", "still waiting"),
}


def still_waiting(
    curves: pd.DataFrame,
    *,
    expected: "pd.DataFrame | pd.Series[Any] | None" = None,
    answered_only: pd.DataFrame | None = None,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the share without an answer over the time waited, a line a group, with its interval.

    Below the axis stands how many had waited so long: where they are few, a line is
    worth little. The share of waits of no time is written at the left edge, if there is one group.

    Parameters
    ----------
    curves : DataFrame
        Of `response.survival`, at most 4 groups.
    expected : Series or DataFrame, optional
        Minutes -> share of customers who expect an answer within them: drawn as points of who expects
        to wait longer.
    answered_only : DataFrame, optional
        `response.survival` of the answered contacts alone, drawn thin and named on the line: what
        is seen if those still waiting are left out. For one group.
    prediction : object, optional
        The reader's guess; a kept guess of minutes is marked at its minutes.

    Examples
    --------
    >>> from cemlab.cem import response
    >>> waits = pd.DataFrame({"wait_min": [10.0, 20.0, 30.0], "answered": [True, False, True]})
    >>> ax = still_waiting(response.survival(waits))
    >>> ax.get_title(loc="left")
    'Half have an answer after 30 min'
    """
    parts = _groups(curves)
    if not 0 < len(parts) < 5 or (answered_only is not None and len(parts) > 1):
        most = "1 group" if answered_only is not None else "1 to 4 groups"
        msg = f"curves must be {most}, got {len(parts)}: choose groups first"
        raise ValueError(msg)
    ax = ax or new_axes(width=10.0, height=4.9 + 0.26 * len(parts))
    guessed = float(getattr(prediction, "value", 0.0))
    points = _points(expected)
    low, high = limits(curves, [guessed, *points.index])
    with plt.rc_context(STYLE):
        for (colour, dash), (name, part) in zip(_LOOKS, parts.items(), strict=False):
            _curve(ax, part, low, colour, dash, name or "all contacts")
        if answered_only is not None:
            x, (y,) = thinned(answered_only, ["waiting"], low)
            ax.step(x, y, where="post", color=GREY, lw=2, ls="-.", label=_ONLY)
            place = int(np.abs(y - 0.3).argmin())
            ax.annotate(_ONLY, (x[place], y[place]), (-10, -10), textcoords="offset points",
                        ha="right", va="top", color=GREY, bbox={"fc": "white", "ec": "none", "pad": 1})  # fmt: skip
        if len(points):
            ax.plot(points.index, 1 - points, "D", color="black", mfc="white", ms=9, mew=2,
                    zorder=4, label="expect to wait longer (survey)")  # fmt: skip
        if guessed > 0:
            ax.axvline(guessed, color=PURPLE, ls=":", lw=3, zorder=1, label="your prediction")
        ticks = times(ax, low, high)
        _numbers(ax, parts, ticks)
        _shares(ax, "share without an answer")
        shown = dict(zip(*reversed(ax.get_legend_handles_labels()), strict=True))
        shown.pop(_ONLY, None)
        ax.legend(shown.values(), shown.keys(), loc="best", frameon=False)
        if len(parts) == 1:
            _at_once(ax, next(iter(parts.values())))
        finish(ax, title or _medians(parts, answered_only), prediction)
    return ax


def fates(
    shares: pd.DataFrame,
    *,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw what has become of the contacts over the time waited: the parts add up to all.

    Parameters
    ----------
    shares : DataFrame
        Of `response.competing`, one group.
    prediction : object, optional
        The reader's guess; a kept guess of minutes is marked at its minutes, one of percent
        is only written.

    Examples
    --------
    >>> from cemlab.cem import response
    >>> waits = pd.DataFrame({"wait_min": [1.0, 2.0, 3.0, 4.0], "answered": [True, False, True, False],
    ...                       "ended": ["answered", "abandoned", "answered", "open"]})
    >>> ax = fates(response.competing(waits))
    >>> ax.get_title(loc="left")
    'After 4.0 min: 50% answered, 25% given up, 25% still waiting'
    """
    parts = _groups(shares)
    if len(parts) != 1:
        msg = f"shares must be of one group, got {len(parts)}: choose the rows of one"
        raise ValueError(msg)
    ax = ax or new_axes(width=10.0, height=4.8)
    minutes = getattr(prediction, "form", "") != "percent"
    guessed = float(getattr(prediction, "value", 0.0)) if minutes else 0.0
    low, high = limits(shares, [guessed])
    shown = {name: look for name, look in _FATES.items() if shares[name].notna().any()}
    last = shares.iloc[-1]
    with plt.rc_context(STYLE):
        x, heights = thinned(shares, list(shown), low)
        x = np.append(x, high)
        top, places = np.zeros(len(x)), []
        for (colour, _), height in zip(shown.values(), heights, strict=True):
            below, top = top, top + np.append(height, height[-1])
            ax.fill_between(x, below, top, step="post", color=colour, lw=0)
            places.append((below[-1] + top[-1]) / 2)
        for (name, (_, words)), place in zip(shown.items(), _apart(places), strict=True):
            ax.annotate(f"{words} {last[name]:.0%}", (1.0, place), (8, 0), va="center",
                        xycoords=("axes fraction", "data"), textcoords="offset points")  # fmt: skip
        if guessed > 0:
            ax.axvline(guessed, color=PURPLE, ls=":", lw=3)
        times(ax, low, high)
        ax.set_xlabel("time since the contact (not an even scale)")
        _shares(ax, "share of contacts")
        ax.set_ylim(0, 1)
        found = ", ".join(f"{last[name]:.0%} {words}" for name, (_, words) in shown.items())
        finish(ax, title or f"After {span(last['minutes'])}: {found}", prediction)
    return ax


# --- inside ------------------------------------------------------------------------


def _groups(table: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the rows of each group by its name, "" if there is one without a name."""
    names = list(table.columns[: table.columns.get_loc("minutes")])
    if not names:
        return {"": table} if len(table) else {}
    parts = table.groupby(names, observed=True, dropna=False, sort=False)
    return {
        ", ".join("not recorded" if pd.isna(k) else str(k) for k in key): part
        for key, part in parts
    }


def _points(expected: "pd.DataFrame | pd.Series[Any] | None") -> "pd.Series[float]":
    if expected is None:
        return pd.Series(dtype=float)
    if isinstance(expected, pd.DataFrame):
        expected = expected.set_index("within_min")["share"]
    points: pd.Series[float] = expected.astype(float).sort_index()
    return points[points.index > 0]


def _shares(ax: Axes, label: str) -> None:
    ax.set_ylim(0, 1.03)
    ax.set_yticks([0, 0.25, 0.5, 0.75, 1.0])
    ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    ax.set_ylabel(label)


def _curve(ax: Axes, part: pd.DataFrame, low: float, colour: str, dash: str, name: str) -> None:
    x, (share, least, most) = thinned(part, ["waiting", "low", "high"], low)
    ax.fill_between(x, least, most, step="post", color=colour, alpha=0.18, lw=0)
    ax.step(x, share, where="post", color=colour, ls=dash, lw=2.8, label=name)


def _at_once(ax: Axes, part: pd.DataFrame) -> None:
    """Write at the left edge which share had an answer at once, if some had."""
    waiting = part.loc[part["minutes"] <= 0, "waiting"]
    if len(waiting) and waiting.iloc[-1] < 0.995:
        ax.annotate(f"{1 - waiting.iloc[-1]:.0%} answered at once", (0.0, (1 + waiting.iloc[-1]) / 2),
                    (10, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
                    va="center", size=12)  # fmt: skip


def _numbers(ax: Axes, parts: dict[str, pd.DataFrame], ticks: list[float]) -> None:
    """Write below the axis how many of each group had waited that long."""
    style: dict[str, Any] = {"textcoords": "offset points", "va": "top", "annotation_clip": False}
    beside = ("axes fraction", "axes fraction")
    ax.set_xlabel("time waited (not an even scale)")
    ax.xaxis.labelpad = 6 + 18 * len(parts)
    for k, ((colour, _), part) in enumerate(zip(cycle(_LOOKS), parts.values(), strict=False)):
        down = -26 - 18 * k
        minutes, risk = part["minutes"].to_numpy(), part["at_risk"].to_numpy()
        dark = _DARK.get(colour, colour)
        ax.annotate("still waiting", (0.0, 0.0), (-14, down), xycoords=beside, ha="right", size=12,
                    color=dark, fontweight="bold", **style)  # fmt: skip
        for tick in ticks:
            left = np.append(risk, 0)[np.searchsorted(minutes, tick)]
            ax.annotate(f"{left:,}", (tick, 0.0), (0, down), xycoords=("data", "axes fraction"),
                        ha="center", size=12, color=dark, fontweight="bold", **style)  # fmt: skip


def _median(part: pd.DataFrame) -> float:
    down = part["waiting"].to_numpy() <= 0.5 + 1e-12
    return float(part["minutes"].to_numpy()[down.argmax()]) if down.any() else np.nan


def _medians(parts: dict[str, pd.DataFrame], answered_only: pd.DataFrame | None) -> str:
    """Return a title: after what time half have an answer."""
    halves = {name: _median(part) for name, part in parts.items()}
    if len(parts) == 1:
        part, half = next(iter(parts.values())), next(iter(halves.values()))
        if np.isnan(half):
            last = part.iloc[-1]
            return f"After {span(last['minutes'])}, {last['waiting']:.0%} still have no answer"
        seen = np.nan if answered_only is None else _median(answered_only)
        naive = f", not {span(seen)} as the answered suggest" if seen < half else ""
        return f"Half have an answer after {span(half)}{naive}"
    known = {name: half for name, half in halves.items() if not np.isnan(half)}
    if not known:
        return "In no group does half get an answer"
    first = min(known, key=lambda name: known[name])
    last = max(halves, key=lambda name: np.nan_to_num(halves[name], nan=np.inf))
    if last not in known:
        seen = parts[last]["minutes"].max()
        return f"Half have an answer after {span(known[first])} ({first}), not within {span(seen)} ({last})"
    joined = "to" if len(parts) > 2 else "and"
    return f"Half have an answer after {span(known[first])} ({first}) {joined} {span(known[last])} ({last})"


def _apart(places: list[float], gap: float = 0.075) -> list[float]:
    """Return rising places at least a gap apart and within the axes."""
    found = list(places)
    for k in range(1, len(found)):
        found[k] = max(found[k], found[k - 1] + gap)
    limit = 1.0
    for k in reversed(range(len(found))):
        found[k] = min(found[k], limit)
        limit = found[k] - gap
    return found
