"""Figures of comparisons: a line that goes on, a mixture of others, two groups."""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.ticker import MaxNLocator

from cemlab import _words
from cemlab.evidence.comparisons.differences import DifferenceInDifferences
from cemlab.evidence.comparisons.interrupted_series import InterruptedSeries
from cemlab.evidence.comparisons.synthetic_units import SyntheticControl
from cemlab.plots._style import BLUE, GREY, ORANGE, STYLE, finish, new_axes

_THIN: dict[str, Any] = {"color": "#B5B5B5", "lw": 1.2, "zorder": 1}


def interrupted_line(
    found: InterruptedSeries,
    *,
    unit: str = "unit of the series",
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw a series, the line fitted to it, and the line it would have followed.

    Parameters
    ----------
    found : InterruptedSeries
        Of `interrupted`.
    unit : str
        What the series counts.
    prediction : object, optional
        The reader's guess.

    Examples
    --------
    >>> from cemlab.evidence import interrupted
    >>> noise = [0, 1, 0, 0, 1, 0, 1, 1, 0, 1]
    >>> made = interrupted([*noise, *(x + 9 for x in noise)], event=10, change="level")
    >>> interrupted_line(made).get_title(loc="left")
    'Level at the event: up by 8.45 [8.14, 8.76]'
    """
    path = found.path
    ax = ax or new_axes(width=10.0, height=5.2)
    with plt.rc_context(STYLE):
        ax.plot(path.index, path["observed"], "o", color=GREY, ms=5, label="observed")
        for part, rows in path.groupby("after"):
            label = "fitted line" if part == 0 else None
            ax.plot(rows.index, rows["fitted"], color=BLUE, lw=3, label=label)
        later = path[path["after"] > 0]
        limit = f"{found.level_of_confidence:.0%} limits of the line"
        ax.fill_between(later.index, later["low"], later["high"], color=ORANGE, alpha=0.25, lw=0, label=limit)  # fmt: skip
        ax.plot(later.index, later["counterfactual"], color=ORANGE, lw=3, ls="--", label="without the event")  # fmt: skip
        for event in found.events:
            _event(ax, event)
        _time(ax, path.index)
        ax.set_ylabel(unit)
        _legend(ax)
        first = next(iter(found.changes.index))
        finish(ax, title or _break(first, found.changes.loc[first]), prediction)
    return ax


def synthetic_path(
    found: SyntheticControl,
    *,
    unit: str = "unit of the panel",
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the unit beside the mixture of donors.

    Parameters
    ----------
    found : SyntheticControl
        Of `synthetic_control`.
    unit : str
        What the panel counts.
    prediction : object, optional
        The reader's guess.

    Examples
    --------
    >>> from cemlab.evidence import synthetic_control
    >>> panel = pd.DataFrame({"A": [1, 2, 1, 3, 2], "B": [3, 2, 5, 1, 4], "U": [2, 2, 3, 2, 6.0]})
    >>> synthetic_path(synthetic_control(panel, unit="U", event=4)).get_title(loc="left")
    'U: 3 above its mixture after the event (p = 0.33; smallest here: 0.33)'
    """
    path, name = found.path, found.units.index[0]
    ax = ax or new_axes(width=10.0, height=5.2)
    with plt.rc_context(STYLE):
        ax.plot(path.index, path["observed"], color=BLUE, lw=3, marker="o", ms=5, label=str(name))
        parts = found.weights[found.weights > 0.005].sort_values(ascending=False)
        mixed = " + ".join(f"{w:.0%} {donor}" for donor, w in parts.iloc[:3].items())
        more = f" + {len(parts) - 3} more" if len(parts) > 3 else ""
        ax.plot(path.index, path["synthetic"], color=ORANGE, lw=3, ls="--", label=mixed + more)
        _event(ax, path.index[path["after"].to_numpy()][0])
        _time(ax, path.index)
        ax.set_ylabel(unit)
        _legend(ax)
        side = "above" if found.effect >= 0 else "below"
        told = f"{name}: {_short(abs(found.effect))} {side} its mixture after the event (p = {found.p:.2f}; smallest here: {found.p.parts['smallest']:.2g})"
        finish(ax, title or told, prediction)
    return ax


def placebo_gaps(
    found: SyntheticControl,
    *,
    unit: str = "unit of the panel",
    poor: float = 20.0,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the unit's gap to its mixture over those of all donors, treated alike.

    Parameters
    ----------
    found : SyntheticControl
        Of `synthetic_control`.
    unit : str
        What the panel counts.
    poor : float
        Donors whose mean squared gap before the event is more than so many times that of the
        unit are left out of the picture, not of the rank.
    prediction : object, optional
        The reader's guess.

    Examples
    --------
    >>> from cemlab.evidence import synthetic_control
    >>> panel = pd.DataFrame({"A": [1, 2, 1, 3, 2], "B": [3, 2, 5, 1, 4], "U": [2, 2, 3, 2, 6.0]})
    >>> placebo_gaps(synthetic_control(panel, unit="U", event=4)).get_title(loc="left")
    "U's gap grew most among 3 units: p = 0.33, the smallest here"
    """
    units, name = found.units, found.units.index[0]
    ax = ax or new_axes(width=10.0, height=5.2)
    others = units.index[1:]
    loose = units["before"].to_numpy() ** 2
    kept = others[loose[1:] <= poor * loose[0]]
    with plt.rc_context(STYLE):
        for k, other in enumerate(kept):
            ax.plot(found.gaps.index, found.gaps[other], **_THIN, label=None if k else f"{_words.counted(len(kept), 'donor')}, treated alike")  # fmt: skip
        ax.plot(found.gaps.index, found.gaps[name], color=BLUE, lw=3, label=str(name))
        ax.axhline(0, color=GREY, lw=1.5, ls=":", zorder=0)
        if len(kept) < len(others):
            ax.plot([], [], " ", label=f"not shown: {len(others) - len(kept)} with a poor fit before")  # fmt: skip
        _event(ax, found.path.index[found.path["after"].to_numpy()][0])
        _time(ax, found.gaps.index)
        ax.set_ylabel(f"gap to the mixture,\n{unit}")
        _legend(ax)
        rank, n = int(units["rank"].iloc[0]), len(units)
        place = "most" if rank == 1 else f"less than that of {rank - 1} others" if rank > 2 else "less than that of 1 other"  # fmt: skip
        told = f"{name}'s gap grew {place} among {n} units: p = {found.p:.2f}"
        finish(ax, title or told + (", the smallest here" if rank == 1 else ""), prediction)  # fmt: skip
    return ax


def group_means(
    found: DifferenceInDifferences,
    *,
    unit: str = "unit of the panel",
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the means of those the event met and of the others, and where the first would have been.

    Parameters
    ----------
    found : DifferenceInDifferences
        Of `difference_in_differences`.
    unit : str
        What the panel counts.
    prediction : object, optional
        The reader's guess.

    Examples
    --------
    >>> from cemlab.evidence import difference_in_differences
    >>> panel = pd.DataFrame({"met": [10, 16.0], "other": [8, 9.0], "third": [6, 9.0]}, [2008, 2009])
    >>> group_means(difference_in_differences(panel, units="met", event=2009)).get_title(loc="left")
    'Those met: 4 more than the others (p = 0.33; smallest here: 0.33)'
    """
    means, effect = found.means, found.effect
    after = means["after"].to_numpy(bool)
    usual = effect.parts["met before"] - effect.parts["others before"]
    ax = ax or new_axes(width=10.0, height=5.2)
    with plt.rc_context(STYLE):
        ax.plot(means.index, means["met"], color=BLUE, lw=3, marker="o", ms=6, label="those the event met")  # fmt: skip
        ax.plot(means.index, means["others"], color=GREY, lw=3, marker="s", ms=6, label="others")
        ax.plot(means.index[after], (means["others"] + usual)[after], color=ORANGE, lw=3, ls="--",
                marker="D", ms=6, label="those met, had they gone like the others")  # fmt: skip
        _event(ax, means.index[after][0])
        _time(ax, means.index)
        ax.set_ylabel(f"mean, {unit}")
        _legend(ax)
        side = "more" if effect >= 0 else "less"
        told = f"Those met: {_short(abs(effect))} {side} than the others (p = {found.p:.2f}; smallest here: {found.p.parts['smallest']:.2g})"
        finish(ax, title or told, prediction)
    return ax


def group_differences(
    found: DifferenceInDifferences,
    *,
    unit: str = "unit of the panel",
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the difference between the groups since the last time before the event.

    Parameters
    ----------
    found : DifferenceInDifferences
        Of `difference_in_differences`.
    unit : str
        What the panel counts.
    prediction : object, optional
        The reader's guess.

    Examples
    --------
    >>> from cemlab.evidence import difference_in_differences
    >>> panel = pd.DataFrame({"a": [1, 3, 9.0], "b": [2, 3, 8.0], "c": [2, 2, 3.0], "d": [3, 4, 4.0]})
    >>> made = difference_in_differences(panel, units=["a", "b"], event=2)
    >>> group_differences(made).get_title(loc="left")
    'Trend before: 1 more a period for those met [-0.837, 2.84]'
    """
    table, trend = found.by_time, found.trend
    after = table["after"].to_numpy(bool)
    ax = ax or new_axes(width=10.0, height=5.2)
    known = table["low"].notna().to_numpy()
    with plt.rc_context(STYLE):
        for rows, colour, marker, label in (
            (~after, GREY, "o", "before: parallel courses would be at 0"),
            (after, BLUE, "D", "from the event on"),
        ):
            part = table[rows]
            wide = (part["value"] - part["low"], part["high"] - part["value"])
            ax.errorbar(part.index, part["value"], yerr=wide if known[rows].any() else None, fmt=marker,
                        color=colour, ms=8, lw=2, capsize=4, label=label)  # fmt: skip
        ax.axhline(0, color=GREY, lw=1.5, ls=":", zorder=0)
        _event(ax, table.index[after][0])
        _time(ax, table.index)
        ax.set_ylabel(f"difference since the last\ntime before, {unit}")
        _legend(ax)
        finish(ax, title or _trend(trend), prediction)
    return ax


# --- inside ------------------------------------------------------------------------


def _short(value: float, like: float | None = None) -> str:
    """Write three figures of a value, or as many decimals as three figures of `like` have."""
    figures = f"{abs(value if like is None else like):#.3g}"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    decimals = len(figures.partition(".")[2])
    return f"{value:.3g}" if like is None or "e" in figures else f"{value:.{decimals}f}"


def _break(name: str, row: "pd.Series[Any]") -> str:
    kind, _, when = name.partition(" ")
    side = "up" if row["value"] >= 0 else "down"
    shown = _short(abs(row["value"]), row["value"])
    ends = sorted((row["low"], row["high"]) if side == "up" else (-row["high"], -row["low"]))
    word = "Level" if kind == "level" else "Slope a period"
    return f"{word} at {when or 'the event'}: {side} by {shown} [{_short(ends[0], row['value'])}, {_short(ends[1], row['value'])}]"  # fmt: skip


def _trend(trend: Any) -> str:
    if np.isnan(trend):
        return "One time before the event: no course to compare"
    side = "more" if trend >= 0 else "less"
    ends = (trend.low, trend.high) if trend >= 0 else (-trend.high, -trend.low)
    limits = f" [{_short(ends[0])}, {_short(ends[1])}]" if np.isfinite(trend.low) else ""
    return f"Trend before: {_short(abs(trend))} {side} a period for those met{limits}"


def _event(ax: Axes, when: Any) -> None:
    ax.axvline(when, color="black", lw=1.5, ls=":", zorder=0)
    ax.annotate("event", (when, 0.0), (4, 4), xycoords=("data", "axes fraction"),
                textcoords="offset points")  # fmt: skip


def _legend(ax: Axes) -> None:
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=2, frameon=False)


def _time(ax: Axes, index: pd.Index) -> None:
    if not isinstance(index, pd.DatetimeIndex):
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.set_xlabel("time")
        return
    place = AutoDateLocator(minticks=3, maxticks=8)
    ax.xaxis.set_major_locator(place)
    ax.xaxis.set_major_formatter(ConciseDateFormatter(place))
    ax.set_xlabel("date")
