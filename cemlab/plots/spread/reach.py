"""Figures of a spread: readings, replays, and how far policies let it go."""

from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter

from cemlab import readings as counter
from cemlab.plots._style import (
    BLUE,
    GREY,
    RED,
    SERIES,
    STYLE,
    TITLE,
    days_since,
    new_axes,
    show_prediction,
)

CLASSES = ((0, 0, "0"), (1, 1, "1"), (2, 9, "2-9"), (10, 99, "10-99"), (100, 999, "100-999"))
"""Classes of reach: lowest, highest, name; above them "1000 or more"."""

LARGE = 500
"""A replay breaks out if at least so many people share (our convention)."""


def view_curve(
    readings: pd.DataFrame,
    *,
    start: object = "2009-07-06",
    days: float = 45.0,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the readings of a view counter by kind, with what lies between them.

    The band holds every curve that fits the readings that are not contested: a counter
    never falls.
    """
    origin = pd.Timestamp(start)
    ax = ax or new_axes()
    part = readings[readings["time"] <= origin + pd.Timedelta(days=days)]
    grid = pd.date_range(origin, part["time"].max(), periods=400)
    band = counter.envelope(readings, grid)
    x = days_since(band["time"], origin)
    with plt.rc_context(STYLE):
        top = min(band["high"].max(), part["views"].max() * 1.1)
        ax.fill_between(
            x,
            band["low"] / 1e6,
            band["high"].clip(upper=top) / 1e6,
            color=BLUE,
            alpha=0.18,
            label="possible between the readings",
        )
        for words, chosen, look in _kinds_of_reading(part):
            shown = part[chosen]
            ax.plot(
                days_since(shown["time"], origin), shown["views"] / 1e6, ls="", label=words, **look
            )
        ax.set_xlabel("days since the video was posted")
        ax.set_ylabel("views (millions)")
        ax.set_xlim(0, days)
        ax.set_ylim(0, None)
        ax.legend(loc="lower right", frameon=False)
        found = f"{part['views'].max() / 1e6:.1f} million views in {days:.0f} days"
        ax.set_title(title or found, loc="left", **TITLE)
    return ax


def replays(
    histories: pd.DataFrame,
    *,
    readings: pd.DataFrame | None = None,
    start: object = "2009-07-06",
    days: float = 40.0,
    large: float = LARGE,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw many replays of one story (`Case.replays`), beside the curve from readings.

    Everything is scaled to the largest replay by `days`; the readings to their own
    count by then: only shapes can be compared, not heights.
    """
    ax = ax or new_axes()
    told = histories[histories["variable"] == "exposures"]
    curves = [(c["day"].to_numpy(), c["value"].to_numpy()) for _, c in told.groupby("replicate")]
    total = histories[histories["variable"] == "total"].groupby("replicate")["value"].last()
    out = (total >= large).to_numpy()
    top = max(float(np.interp(days, day, value)) for day, value in curves) or 1.0
    with plt.rc_context(STYLE):
        for i in np.argsort(out, kind="stable"):
            day, value = (
                np.append(part, edge)
                for part, edge in zip(curves[i], (days, curves[i][1][-1]), strict=True)
            )
            look: dict[str, Any] = (
                {"color": BLUE, "alpha": 0.6, "lw": 1.4}
                if out[i]
                else {"color": GREY, "alpha": 0.5, "lw": 1}
            )
            ax.plot(day, 100 * value / top, **look)
        ax.plot([], [], color=BLUE, label=f"replay that breaks out ({out.sum()})")
        ax.plot([], [], color=GREY, label=f"replay that fizzles ({(~out).sum()})")
        if readings is not None:
            _scaled_readings(ax, readings, pd.Timestamp(start), days)
        ax.set_xlim(0, days)
        ax.set_xlabel("days since the post")
        ax.set_ylabel("times told (% of the largest replay)")
        ax.legend(loc="center right", frameon=False)
        show_prediction(ax, prediction)
        ax.set_title(
            title or f"{(~out).mean():.0%} of {len(out)} replays fizzle", loc="left", **TITLE
        )
    return ax


def reach_distribution(
    reaches: "pd.DataFrame | pd.Series[int]",
    *,
    colours: Sequence[str] = SERIES,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how many replays reach how many people, one colour a policy."""
    table = reaches.to_frame() if isinstance(reaches, pd.Series) else reaches
    ax = ax or new_axes()
    shares = class_shares(table)
    width = 0.8 / len(table.columns)
    with plt.rc_context(STYLE):
        for i, name in enumerate(table.columns):
            x = np.arange(len(shares)) + (i - (len(table.columns) - 1) / 2) * width
            mean = table[name].mean()
            bars = ax.bar(
                x,
                shares[name],
                width * 0.94,
                color=colours[i % len(colours)],
                label=f"{name} (mean {mean:,.0f})",
            )
            if len(table.columns) <= 2:
                ax.bar_label(bars, [f"{v:.0%}" if v else "" for v in shares[name]], padding=2)
        ax.set_xticks(range(len(shares)), list(shares.index))
        ax.set_xlabel("people who share the story")
        ax.set_ylabel("part of all replays")
        ax.yaxis.set_major_locator(MaxNLocator(4))
        ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        ax.set_ylim(0, shares.to_numpy().max() * 1.35)
        ax.set_yticks([tick for tick in ax.get_yticks() if 0 <= tick <= 1])
        ax.legend(loc="upper right", frameon=False)
        show_prediction(ax, prediction)
        small = (table.iloc[:, 0] < LARGE).mean()
        ax.set_title(
            title or f"{small:.0%} of the replays stay below {LARGE} people", loc="left", **TITLE
        )
    return ax


def policies(reaches: pd.DataFrame, *, title: str | None = None, ax: Axes | None = None) -> Axes:
    """Draw the distribution of reach under several policies: one bar each, mean at its end.

    Parameters
    ----------
    reaches : DataFrame
        One column a policy, one row a replicate (`Case.reaches`, `Case.vary`).
    """
    shares = class_shares(reaches)
    ax = ax or new_axes(width=10.5, height=1.9 + 0.45 * len(reaches.columns))
    with plt.rc_context(STYLE):
        left = np.zeros(len(reaches.columns))
        for (name, row), colour in zip(shares.iterrows(), _SHADES, strict=True):
            bars = ax.barh(range(left.size), row, left=left, color=colour, label=name, ec="white")
            words = [f"{value:.0%}" if value >= 0.05 else "" for value in row]
            dark = colour in _SHADES[3:]
            ax.bar_label(
                bars, words, label_type="center", color="white" if dark else "black", size=12
            )
            left += row.to_numpy()
        for y, mean in enumerate(reaches.mean()):
            ax.text(1.01, y, f"mean {mean:,.0f}", va="center")
        ax.set_yticks(range(left.size), list(reaches.columns))
        ax.set_ylabel(reaches.columns.name or "")
        ax.set_ylim(left.size - 0.4, -0.6)
        ax.set_xlim(0, 1)
        ax.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        ax.set_xlabel(f"part of {len(reaches):,} replays, by people who share")
        ax.legend(
            loc="upper center",
            bbox_to_anchor=(0.45, -0.8 / (0.45 * left.size + 0.4)),
            ncols=6,
            frameon=False,
        )
        large = (reaches >= LARGE).mean()
        found = f"It breaks out in {large.min():.0%} to {large.max():.0%} of the replays"
        ax.set_title(title or found, loc="left", **TITLE)
    return ax


def class_shares(reaches: pd.DataFrame) -> pd.DataFrame:
    """Return the part of replays in each class of reach (rows), by policy (columns).

    >>> class_shares(pd.DataFrame({"a": [1, 5, 2000, 0]}))["a"].tolist()
    [0.25, 0.25, 0.25, 0.0, 0.0, 0.25]
    """
    edges = [high for _, high, _ in CLASSES]
    place = np.searchsorted(edges, reaches.to_numpy())
    names = [*(words for _, _, words in CLASSES), "1000 or more"]
    counts = [(place == i).mean(axis=0) for i in range(len(names))]
    return pd.DataFrame(counts, index=names, columns=reaches.columns)


def paired_difference(
    comparison: pd.DataFrame,
    *,
    a: str = "as it happened",
    b: str = "other decision",
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw each replay under two policies (`Case.compare`): below the line, it got smaller."""
    ax = ax or new_axes(width=7.5, height=5.2)
    first, second = comparison["reach_a"], comparison["reach_b"]
    with plt.rc_context(STYLE):
        top = 2.0 * max(first.max(), second.max(), 10)
        ax.plot([0, top], [0, top], color=GREY, lw=1, label="no change")
        ax.plot(
            first,
            second,
            "o",
            ms=6,
            color=BLUE,
            alpha=0.35,
            mew=0,
            label="one replay, both decisions",
        )
        ax.set_xscale("symlog", linthresh=1)
        ax.set_yscale("symlog", linthresh=1)
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        ax.set_xlim(-0.3, top)
        ax.set_ylim(-0.3, top)
        ax.set_xlabel(f"people who share: {a}")
        ax.set_ylabel(f"people who share: {b}")
        ax.legend(loc="upper left", frameon=False)
        change = comparison["difference"]
        error = 2 * change.std() / len(change) ** 0.5
        words = f"mean change {change.mean():,.0f} people\n(give or take {error:,.0f}: two standard errors)"
        ax.text(0.03, 0.76, words, transform=ax.transAxes, va="top", size=12)
        same = (change == 0).mean()
        ax.set_title(
            title or f"In {same:.0%} of the replays the decision changes nothing",
            loc="left",
            **TITLE,
        )
    return ax


# --- inside ------------------------------------------------------------------------

_SHADES = ("#F2F2F2", "#D6E6F2", "#A9CCE6", "#5FA2CF", "#0072B2", "#D55E00")


def _kinds_of_reading(readings: pd.DataFrame) -> list[tuple[str, Any, dict[str, Any]]]:
    shaky = readings["confidence"].isin(["contested", "unverified"])
    shapes = {
        "exact": {"marker": "o", "ms": 8, "mfc": BLUE, "mec": BLUE},
        "rounded": {"marker": "o", "ms": 8, "mfc": "white", "mec": BLUE, "mew": 2},
        "at least": {"marker": "^", "ms": 9, "mfc": "white", "mec": BLUE, "mew": 2},
    }
    kinds = [
        (f"{name} reading", (readings["precision"] == name) & ~shaky, look)
        for name, look in shapes.items()
    ]
    for name, marker in (("contested", "X"), ("unverified", "P")):
        look = {"marker": marker, "ms": 9, "color": RED}
        kinds.append((f"{name} reading", readings["confidence"] == name, look))
    return [(words, chosen, look) for words, chosen, look in kinds if chosen.any()]


def _scaled_readings(ax: Axes, readings: pd.DataFrame, origin: pd.Timestamp, days: float) -> None:
    good = readings[
        (readings["confidence"] == "independent") & (readings["precision"] != "at least")
    ]
    x, y = days_since(good["time"], origin), good["views"].to_numpy(float)
    end = np.interp(days, x, y)
    inside = x <= days
    ax.plot(
        np.concatenate([[0], x[inside], [days]]),
        np.concatenate([[0], 100 * y[inside] / end, [100]]),
        "o-",
        color=RED,
        ms=6,
        lw=2.5,
        label="real views (% of day 40)",
    )
