"""Figures of levers on value: who stays, what satisfaction is worth, and whom a measure moves."""

from collections.abc import Mapping
from itertools import cycle
from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, PercentFormatter

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

if TYPE_CHECKING:
    from cemlab.crm.value.uplift import Targeting

_LOOKS = ((BLUE, "o", "-"), (ORANGE, "s", "--"), (GREEN, "^", "-."), (RED, "D", ":"))
_UNITS = {"D": "day", "W": "week", "M": "month", "Q": "quarter", "Y": "year"}


def cohort_map(
    table: pd.DataFrame,
    *,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw what part of each cohort is active at each age; the darker the more; grey: not known yet.

    Parameters
    ----------
    table : DataFrame
        Of `crm.value.cohort_table`.
    prediction : object, optional
        The reader's guess.

    Examples
    --------
    >>> from cemlab.crm.value import cohort_table
    >>> rows = pd.DataFrame({"customer": [1, 2, 1], "time": ["2024-01-05", "2024-01-09", "2024-02-07"]})
    >>> cohort_map(cohort_table(rows, observed_until="2024-02-29")).get_title(loc="left")
    'Active after 1 month: 50%'
    """
    seen = table[table["active"].notna()]
    if seen.empty:
        msg = "table must be at least one complete period, got none"
        raise ValueError(msg)
    wide = seen.pivot_table("value", "cohort", "age")
    sizes = seen.groupby("cohort")["customers"].first()
    ax = ax or new_axes(width=10.0, height=min(2.4 + 0.36 * len(wide), 8.0))
    unit = _UNITS[table["cohort"].dtype.freq.freqstr[0]]
    with plt.rc_context(STYLE):
        colours = plt.get_cmap("Blues").with_extremes(bad="#DDDDDD")
        ends = (wide.columns[0] - 0.5, wide.columns[-1] + 0.5, len(wide) - 0.5, -0.5)
        shown = ax.imshow(wide, cmap=colours, vmin=0, vmax=1, aspect="auto", extent=ends)
        if wide.size <= 200:
            for (row, column), part in np.ndenumerate(wide.to_numpy()):
                if np.isfinite(part):
                    ax.text(wide.columns[column], row, f"{part:.0%}", ha="center", va="center",
                            size=11, color="white" if part > 0.55 else "black")  # fmt: skip
        few = np.unique(np.linspace(0, len(wide) - 1, min(len(wide), 16)).astype(int))
        ax.set_yticks(few, [f"{_name(wide.index[k], unit)} ({sizes.iloc[k]:,})" for k in few])
        ax.xaxis.set_major_locator(MaxNLocator(12, integer=True))
        ax.set_xlabel(f"age: {unit}s since the first purchase")
        ax.set_ylabel(
            f"{'week from' if unit == 'week' else unit} of the first purchase (customers)"
        )
        bar = ax.figure.colorbar(shown, ax=ax, label="active")
        bar.ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        finish(ax, title or _active(seen, unit), prediction)
    return ax


def value_by_satisfaction(
    values: pd.DataFrame,
    *,
    unit: str = "purchases to come, discounted",
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the value of a customer by the share of purchases that satisfy.

    Parameters
    ----------
    values : DataFrame
        Of `crm.value.satisfied_more`, two shares or more.
    unit : str
        What the value is counted in.
    prediction : object, optional
        The reader's guess; a kept guess is taken as the value at the largest share: a star.

    Examples
    --------
    >>> frame = pd.DataFrame({"value": [2.0, 5.0]}, index=pd.Index([0.5, 0.8], name="p"))
    >>> value_by_satisfaction(frame).get_title(loc="left")
    'From 50% to 80% satisfied: 2.5 times the value'
    """
    curve = values["value"].sort_index()
    if len(curve) < 2:
        msg = f"values must be at least two shares, got {len(curve)}"
        raise ValueError(msg)
    ax = ax or new_axes()
    first, last = curve.index[0], curve.index[-1]
    with plt.rc_context(STYLE):
        ax.plot(curve.index, curve, color=BLUE, lw=3, label="value of a customer")
        ax.plot([first, last], curve.iloc[[0, -1]], color=GREY, ls="--", lw=1.5,
                label="if each step were worth the same")  # fmt: skip
        guessed = getattr(prediction, "value", None)
        if guessed is not None:
            ax.plot(last, guessed, "*", color=PURPLE, ms=20, zorder=5, clip_on=False,
                    label="your prediction")  # fmt: skip
        ax.set_ylim(0, 1.08 * max(curve.max(), guessed or 0.0) or 1)
        _percent_x(ax)
        ax.set_xlabel("purchases that satisfy")
        ax.set_ylabel(unit)
        ax.legend(loc="upper left", frameon=False)
        times = f"{curve.iloc[-1] / curve.iloc[0]:.2g} times the value" if curve.iloc[0] else "value from 0"  # fmt: skip
        finish(ax, title or f"From {first:.0%} to {last:.0%} satisfied: {times}", prediction)
    return ax


def one_more_in_ten(
    values: pd.DataFrame,
    *,
    unit: str = "purchases to come, discounted",
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw what one more satisfied customer in ten is worth, by how many are satisfied already.

    Parameters
    ----------
    values : DataFrame
        Of `crm.value.satisfied_more`; other steps than one in ten are named as they are.
    unit : str
        What the value is counted in.
    prediction : object, optional
        The reader's guess; a kept guess is taken as the gain at the largest share: a star.

    Examples
    --------
    >>> frame = pd.DataFrame({"gain": [1.0, 5.0], "more": 0.1}, index=pd.Index([0.5, 0.8], name="p"))
    >>> one_more_in_ten(frame).get_title(loc="left")
    'One more in ten is worth 5 times as much at 80% as at 50%'
    """
    if values.empty:
        msg = "values must be at least one share, got none"
        raise ValueError(msg)
    rows = values.sort_index()
    ax = ax or new_axes()
    x, gain = np.arange(len(rows)), rows["gain"].to_numpy()
    more = rows["more"].iloc[0]
    with plt.rc_context(STYLE):
        ax.bar(x, gain, width=0.6, color=BLUE)
        for place, height in zip(x, gain, strict=True):
            ax.annotate(f"{height:.3g}", (place, height), (0, 4), ha="center", textcoords="offset points")  # fmt: skip
        guessed = getattr(prediction, "value", None)
        if guessed is not None:
            ax.plot(x[-1], guessed, "*", color=PURPLE, mec="white", ms=22, zorder=5,
                    label="your prediction")  # fmt: skip
            ax.legend(loc="upper left", frameon=False)
        ax.set_xticks(x, [f"{p:.0%} → {p + more:.0%}" for p in rows.index])
        ax.set_ylim(0, 1.15 * max(gain.max(), guessed or 0.0) or 1)
        ax.set_xlabel("purchases that satisfy, before and after")
        ax.set_ylabel(f"gain per customer\n({unit})")
        step = "One more in ten" if abs(more - 0.1) < 1e-9 else f"{100 * more:.3g} more in 100"
        found = f"{step} is worth {gain[-1]:.3g} at {rows.index[-1]:.0%}"
        if len(gain) > 1 and gain[0] > 0:
            found = f"{step} is worth {gain[-1] / gain[0]:.2g} times as much at {rows.index[-1]:.0%} as at {rows.index[0]:.0%}"
        finish(ax, title or found, prediction)
    return ax


def two_readings(
    readings: pd.DataFrame,
    *,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw a retention that rises with tenure, and the two stories that it may tell.

    Parameters
    ----------
    readings : DataFrame
        Of `crm.value.two_readings`.
    prediction : object, optional
        The reader's guess; a kept guess is taken as the last retention: a star.

    Examples
    --------
    >>> frame = pd.DataFrame({"learning": [0.5, 0.9], "differing": [0.5, 0.9], "each": 0.5}, index=[1, 2])
    >>> two_readings(frame).get_title(loc="left")
    'Retention rises from 50% to 90%, and the curve does not say why'
    """
    ax = ax or new_axes(width=10.0)
    words = {
        "learning": "customers learn to stay: each one's retention rises",
        "differing": "customers differ: those who leave easily are gone first",
        "each": "then no one's own changes (average at the start)",
    }
    looks = ((BLUE, "o", "-"), (ORANGE, "s", "--"), (GREY, "", ":"))
    with plt.rc_context(STYLE):
        for (colour, marker, dash), (name, label) in zip(looks, words.items(), strict=True):
            ax.plot(readings.index, readings[name], color=colour, marker=marker, ls=dash, lw=2.5,
                    ms=8, label=label)  # fmt: skip
        guessed = getattr(prediction, "value", None)
        if guessed is not None:
            ax.plot(readings.index[-1], guessed, "*", color=PURPLE, ms=20, zorder=5, clip_on=False,
                    label="your prediction")  # fmt: skip
        ax.set_ylim(0, 1.02)
        _percent_y(ax)
        ax.xaxis.set_major_locator(MaxNLocator(10, integer=True))
        ax.set_xlabel("tenure: purchases so far")
        ax.set_ylabel("buy again, of those still there")
        ax.legend(loc="lower right", frameon=False)
        rate = readings["learning"]
        found = f"Retention rises from {rate.iloc[0]:.0%} to {rate.iloc[-1]:.0%}, and the curve does not say why"
        finish(ax, title or found, prediction)
    return ax


def after_failures(
    course: pd.DataFrame,
    *,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how likely customers are to buy again through failures, with a bond and without.

    Parameters
    ----------
    course : DataFrame
        Of `crm.value.love_brand`; periods with a failure are shaded.
    prediction : object, optional
        The reader's guess; a kept guess is taken as the chance with a bond at the last failure.

    Examples
    --------
    >>> from cemlab.crm.value import love_brand
    >>> ax = after_failures(love_brand([0, 1, 1], bond=2, advantage=0, severity=2, wear=0.5))
    >>> ax.get_title(loc="left")
    'At failure number 2: 29% buy again with a bond, 12% without'
    """
    ax = ax or new_axes(width=10.0)
    failed = course.index[course["failure"] > 0]
    with plt.rc_context(STYLE):
        for place in failed:
            label = "failure" if place == failed[0] else None
            ax.axvspan(place - 0.5, place + 0.5, color="#F3D9C9", lw=0, zorder=0, label=label)
        for (colour, marker, dash), name in zip(
            _LOOKS, ("repurchase", "without_bond"), strict=False
        ):
            label = {"repurchase": "with a bond", "without_bond": "without"}[name]
            ax.plot(course.index, course[name], color=colour, marker=marker, ls=dash, lw=2.5, ms=8,
                    label=label)  # fmt: skip
        last = failed[-1] if len(failed) else course.index[-1]
        guessed = getattr(prediction, "value", None)
        if guessed is not None:
            ax.plot(last, guessed, "*", color=PURPLE, ms=20, zorder=5, label="your prediction")
        ax.set_ylim(0, 1.25)
        ax.set_yticks([0, 0.25, 0.5, 0.75, 1])
        _percent_y(ax)
        ax.set_xlim(course.index[0] - 0.5, course.index[-1] + 0.5)
        ax.xaxis.set_major_locator(MaxNLocator(12, integer=True))
        ax.set_xlabel("period")
        ax.set_ylabel("chance to buy again")
        ax.legend(loc="upper left", ncols=4, frameon=False)
        when = f"At failure number {len(failed)}" if len(failed) else "No failure"
        both = course.loc[last, ["repurchase", "without_bond"]]
        found = f"{when}: {both.iloc[0]:.0%} buy again with a bond, {both.iloc[1]:.0%} without"
        finish(ax, title or found, prediction)
    return ax


def qini_curves(
    scores: "Mapping[str, Targeting]",
    *,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how many customers a measure keeps if it goes to those with the best scores first.

    Parameters
    ----------
    scores : mapping of str to Targeting
        Of `crm.value.targeting`, a line with its interval each; dashed: treating at random.
    prediction : object, optional
        The reader's guess.

    Examples
    --------
    >>> from cemlab.crm import value
    >>> trial = value.simulate_four_types(400, shares={"persuadable": 0.5, "lost cause": 0.5}, rng=1)
    >>> ax = qini_curves({"uplift": value.targeting(trial, trial["uplift"], groups=4, rng=1)})
    >>> ax.get_legend_handles_labels()[1]
    ['uplift', 'at random']
    """
    if not scores:
        msg = "scores must be at least one score, got none"
        raise ValueError(msg)
    ax = ax or new_axes()
    best = []
    with plt.rc_context(STYLE):
        for (colour, marker, dash), (name, found) in zip(cycle(_LOOKS), scores.items(), strict=False):  # fmt: skip
            curve = found.curve
            ax.fill_between(
                curve.index, curve["low"], curve["high"], color=colour, alpha=0.15, lw=0
            )
            ax.plot(curve.index, curve["value"], color=colour, marker=marker, ls=dash, lw=2.5, ms=7, label=name)  # fmt: skip
            best.append(f"{curve['value'].max():.1%} by {name}")
        ax.plot(curve.index, curve["random"], color=GREY, ls="--", lw=1.5, label="at random")
        ax.axhline(0, color="black", lw=0.8)
        ax.set_xlim(0, 1)
        _percent_x(ax)
        _percent_y(ax)
        ax.set_xlabel("customers treated, best score first")
        ax.set_ylabel("kept by the measure, of all customers")
        ax.legend(loc="lower right", frameon=False)
        finish(ax, title or f"Kept at best: {', '.join(best)}", prediction)
    return ax


# --- inside ------------------------------------------------------------------------


def _percent_x(ax: Axes) -> None:
    ax.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))


def _percent_y(ax: Axes) -> None:
    ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))


def _name(period: pd.Period, unit: str) -> str:
    return f"{period.start_time:%Y-%m-%d}" if unit == "week" else str(period)


def _active(seen: pd.DataFrame, unit: str) -> str:
    """Say what part of all cohorts is active at age 1 and at the last age that is known."""
    sums = seen.groupby("age")[["active", "customers"]].sum()
    share = sums["active"] / sums["customers"]
    last = int(share.index[-1])
    if last == 0:
        return f"Active in the {unit} of the first purchase: {share[0]:.0%}"
    later = f", after {last} {unit}s: {share[last]:.0%}" if last > 1 else ""
    return f"Active after 1 {unit}: {share[1]:.0%}{later}"
