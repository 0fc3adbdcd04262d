"""Figures of comparisons: a line that goes on, a mixture of others, two groups."""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from cemlab import _words
from cemlab.evidence.comparisons.differences import DifferenceInDifferences
from cemlab.evidence.comparisons.interrupted_series import InterruptedSeries
from cemlab.evidence.comparisons.synthetic_units import SyntheticControl
from cemlab.plots._style import BLUE, GREY, ORANGE, STYLE, finish, new_axes
from cemlab.plots.evidence import _comparison_parts as parts

_THIN: dict[str, Any] = {"color": "#B5B5B5", "lw": 1.2, "zorder": 1}


def interrupted_line(
    found: InterruptedSeries,
    *,
    unit: str = "unit of the series",
    event_name: str = "the event",
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw a series, the line fitted to it, and the line it would have followed.

    Two bands go with that line: dark, where the line may lie; pale, where single points would
    lie without a break. Only a point outside the pale band is unusual.

    Parameters
    ----------
    found : InterruptedSeries
        Of `interrupted`.
    unit : str
        What the series counts.
    event_name : str
        What happened at the event.
    prediction : object, optional
        The reader's guess.

    Examples
    --------
    >>> from cemlab.evidence import interrupted
    >>> noise = [0, 1, 0, 0, 1, 0, 1, 1, 0, 1]
    >>> made = interrupted([*noise, *(x + 9 for x in noise)], event=10, change="level")
    >>> interrupted_line(made).get_title(loc="left")
    'Level at the event: up by 8.62 (limits 8.05 to 9.20)'
    """
    path = found.path
    ax = ax or new_axes(width=10.0, height=5.2)
    with plt.rc_context(STYLE):
        ax.plot(path.index, path["observed"], "o", color=GREY, ms=5, label="observed")
        for part, rows in path.groupby("after"):
            label = "fitted line" if part == 0 else None
            ax.plot(rows.index, rows["fitted"], color=BLUE, lw=3, label=label)
        later = path[path["after"] > 0]
        ax.plot(later.index, later["counterfactual"], color=ORANGE, lw=3, ls="--", label=f"without {event_name}")  # fmt: skip
        trust = f"{found.level_of_confidence:.0%}"
        for low, high, tone, of in (("low", "high", 0.35, "the line"), ("point_low", "point_high", 0.15, "single points")):  # fmt: skip
            ax.fill_between(later.index, later[low], later[high], color=ORANGE, alpha=tone, lw=0,
                            label=f"{trust} limits of {of} without it")  # fmt: skip
        for event in found.events:
            parts.event_at(ax, event, event_name.removeprefix("the "), top=True)
        parts.time_axis(ax, path.index)
        ax.set_ylabel(unit)
        parts.legend(ax)
        first = next(iter(found.changes.index))
        told = _break(first, found.changes.loc[first], event_name)
        finish(ax, parts.folded(title or told, ax), prediction)
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
        donors = found.weights[found.weights > 0.005].sort_values(ascending=False)
        mixed = " + ".join(f"{w:.0%} {donor}" for donor, w in donors.iloc[:3].items())
        more = f" + {len(donors) - 3} more" if len(donors) > 3 else ""
        ax.plot(path.index, path["synthetic"], color=ORANGE, lw=3, ls="--", label=mixed + more)
        parts.event_at(ax, path.index[path["after"].to_numpy()][0])
        parts.time_axis(ax, path.index)
        ax.set_ylabel(unit)
        parts.legend(ax)
        side = "above" if found.effect >= 0 else "below"
        told = f"{name}: {parts.short(abs(found.effect))} {side} its mixture after the event (p = {found.p:.2f}; smallest here: {found.p.parts['smallest']:.2g})"
        finish(ax, parts.folded(title or told, ax), prediction)
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
        parts.event_at(ax, found.path.index[found.path["after"].to_numpy()][0])
        parts.time_axis(ax, found.gaps.index)
        ax.set_ylabel(f"gap to the mixture,\n{unit}")
        parts.legend(ax)
        rank, n = int(units["rank"].iloc[0]), len(units)
        place = "most" if rank == 1 else f"less than that of {rank - 1} others" if rank > 2 else "less than that of 1 other"  # fmt: skip
        told = f"{name}'s gap grew {place} among {n} units: p = {found.p:.2f}"
        told += ", the smallest here" if rank == 1 else ""
        finish(ax, parts.folded(title or told, ax), prediction)
    return ax


def group_means(
    found: DifferenceInDifferences,
    *,
    unit: str = "unit of the panel",
    event_name: str = "the event",
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
    event_name : str
        What happened at the event.
    prediction : object, optional
        The reader's guess.

    Examples
    --------
    >>> from cemlab.evidence import difference_in_differences
    >>> panel = pd.DataFrame({"met": [10, 16.0], "other": [8, 9.0], "third": [6, 9.0]}, [2008, 2009])
    >>> group_means(difference_in_differences(panel, units="met", event=2009)).get_title(loc="left")
    'met: 4 more than the 2 others (p = 0.33, the smallest here)'
    """
    means, effect = found.means, found.effect
    after = means["after"].to_numpy(bool)
    usual = effect.parts["met before"] - effect.parts["others before"]
    met = found.placebos.index[found.placebos["met"].to_numpy(bool)]
    rest = len(found.placebos) - len(met)
    name = str(met[0]) if len(met) == 1 else "those met"
    others = "the other" if rest == 1 else f"the {rest} others"
    ax = ax or new_axes(width=10.0, height=5.2)
    with plt.rc_context(STYLE):
        ax.plot(means.index, means["met"], color=BLUE, lw=3, marker="o", ms=6, label=name)
        ax.plot(means.index, means["others"], color=GREY, lw=3, marker="s", ms=6, label=others)
        ax.plot(means.index[after], (means["others"] + usual)[after], color=ORANGE, lw=3, ls="--",
                marker="D", ms=6, label=f"{name}, gone like {others}")  # fmt: skip
        word = event_name.removeprefix("the ")
        parts.event_at(ax, means.index[after][0], word, top=True)
        parts.time_axis(ax, means.index)
        ax.set_ylabel(f"mean, {unit}")
        parts.legend(ax)
        side = "more" if effect >= 0 else "less"
        told = f"{name if len(met) == 1 else name.capitalize()}: {parts.short(abs(effect))} {side} than {others} (p = {found.p:.2f}"
        told += ", the smallest here)" if found.p <= found.p.parts["smallest"] else ")"
        finish(ax, parts.folded(title or told, ax), prediction)
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
    'Trend before: 1 more a period for those met [-2.44, 4.44]'
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
        parts.event_at(ax, table.index[after][0])
        parts.time_axis(ax, table.index)
        ax.set_ylabel(f"difference since the last\ntime before, {unit}")
        parts.legend(ax)
        finish(ax, parts.folded(title or _trend(trend), ax), prediction)
    return ax


# --- inside ------------------------------------------------------------------------


def _break(name: str, row: "pd.Series[Any]", event_name: str) -> str:
    kind, _, when = name.partition(" ")
    side = "up" if row["value"] >= 0 else "down"
    shown = parts.short(abs(row["value"]), row["value"])
    ends = sorted((row["low"], row["high"]) if side == "up" else (-row["high"], -row["low"]))
    word = "Level" if kind == "level" else "Slope a period"
    return f"{word} at {when or event_name}: {side} by {shown} (limits {parts.short(ends[0], row['value'])} to {parts.short(ends[1], row['value'])})"  # fmt: skip


def _trend(trend: Any) -> str:
    if np.isnan(trend):
        return "One time before the event: no course to compare"
    side = "more" if trend >= 0 else "less"
    ends = (trend.low, trend.high) if trend >= 0 else (-trend.high, -trend.low)
    limits = f" [{parts.short(ends[0])}, {parts.short(ends[1])}]" if np.isfinite(trend.low) else ""
    return f"Trend before: {parts.short(abs(trend))} {side} a period for those met{limits}"
