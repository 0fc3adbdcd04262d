"""Figures of one journey: its timeline, and the two lenses on it."""

from typing import Any

import matplotlib.dates as mdates
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from cemlab import lenses
from cemlab.plots._style import (
    ACTORS,
    GREEN,
    GREY,
    ORANGE,
    PREDICTION,
    RED,
    STYLE,
    TITLE,
    new_axes,
)

_TEXT = {**ACTORS, "customer": "#9A6200"}
_LAMPS = {
    lenses.GREEN: (GREEN, "✓"),
    lenses.RED: (RED, "✗"),
    lenses.UNSURE: (ORANGE, "?"),
    lenses.GREY: ("#BBBBBB", "-"),
    lenses.PLAIN: (None, ""),
}


def timeline(events: pd.DataFrame, *, title: str | None = None, ax: Axes | None = None) -> Axes:
    """Draw a journey: one line an event, who acted by colour, uncertain dates as bars.

    Parameters
    ----------
    events : DataFrame
        An event log; `label`, `confidence` and `assumed`, where it has them, give the
        words and the marks (hollow: our reading adds to the source, or it is shaky).
    """
    rows = _lines(events)
    ax = ax or new_axes(height=1.3 + 0.27 * len(rows))
    late = events["time"].min() + 0.6 * (events["time"].max() - events["time"].min())
    with plt.rc_context(STYLE):
        for y, row in enumerate(rows.itertuples()):
            colour = ACTORS[row.actor]
            if row.latest > row.time:
                ax.plot([row.time, row.latest], [y, y], color=colour, lw=7, alpha=0.35)
            face = "white" if row.shaky else colour
            middle = row.time + (row.latest - row.time) / 2
            ax.plot(middle, y, "o", ms=9, mec=colour, mfc=face, mew=2)
            if row.latest == row.time:
                day = f"{row.time.day} {row.time:%b %Y}"
                side = (-11, "right") if row.time > late else (11, "left")
                ax.annotate(
                    day, (row.time, y), (side[0], 0), textcoords="offset points",
                    ha=side[1], va="center", size=11, color=GREY,
                )  # fmt: skip
        ax.set_yticks(range(len(rows)), [f"{row.words}" for row in rows.itertuples()])
        for label, row in zip(ax.get_yticklabels(), rows.itertuples(), strict=True):
            label.set_color(_TEXT[row.actor])
        ax.invert_yaxis()
        ax.grid(axis="x", color="#DDDDDD")
        ax.xaxis.set_major_formatter(mdates.ConciseDateFormatter(mdates.AutoDateLocator()))
        ax.set_xlabel("date (bars: somewhere in this span)")
        _actor_key(ax, rows)
        last = events["latest"].fillna(events["time"]).max()
        days = (last - events["time"].min()).days
        ax.set_title(title or f"{len(rows)} steps in {days} days", loc="left", **TITLE)
    return ax


def scoreboard(
    comparison: pd.DataFrame,
    *,
    brief: bool = False,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw both lenses side by side (`lenses.compare`): a lamp and a sentence a measure.

    `brief` shows only the measures that make a lens green or red, without their sentences.
    """
    ruled = comparison["colour"].isin([lenses.GREEN, lenses.RED, lenses.UNSURE])
    shown = comparison[ruled] if brief else comparison
    sides = [shown[shown["lens"] == lens] for lens in ("CRM", "CEM")]
    depth = max(len(side) for side in sides)
    ax = ax or new_axes(width=11.5, height=1.4 + 0.5 * depth)
    heads = {"CRM": "Company's lens (CRM)", "CEM": "Customer's lens (CEM)"}
    seen = lenses.colours(comparison)
    with plt.rc_context(STYLE):
        ax.set_xlim(0, 2.08)
        ax.set_ylim(depth + 0.1, -1.1)
        ax.axis("off")
        for x, (lens, side) in zip((0.0, 1.08), zip(heads, sides, strict=True), strict=True):
            _lamp(ax, x + 0.04, -0.55, seen[lens], size=20)
            ax.text(x + 0.09, -0.55, heads[lens], va="center", weight="bold", size=15)
            for y, row in enumerate(side.itertuples()):
                _lamp(ax, x + 0.04, y + 0.35, row.colour, size=13)
                ax.text(
                    x + 0.09,
                    y + (0.35 if brief else 0.2),
                    f"{row.metric}: {_value(row)}",
                    va="center",
                    weight="bold",
                    size=12.5,
                )
                if not brief:
                    ax.text(
                        x + 0.09, y + 0.6, row.sentence, va="center", size=10.5, color="#333333"
                    )
        if prediction is not None:
            ax.text(0.02, depth - 0.4, f"Your prediction: {prediction}", **PREDICTION)
        ax.set_title(title or lenses.verdict(comparison), loc="left", **TITLE)
    return ax


# --- inside ------------------------------------------------------------------------


def _lines(events: pd.DataFrame) -> pd.DataFrame:
    """Return one line a distinct step: words, actor, span, and whether it is shaky."""
    label = events["label"] if "label" in events else events["kind"]
    extra = events.get("assumed", pd.Series("", index=events.index)) != ""
    trust = events.get("confidence", pd.Series("", index=events.index))
    frame = pd.DataFrame(
        {
            "label": label.astype(str),
            "actor": events["actor"].astype(str),
            "time": events["time"],
            "latest": events["latest"].fillna(events["time"]),
            "shaky": extra | trust.isin(["contested", "unverified"]),
        }
    )
    keys = ["label", "actor", "time", "latest"]
    lines = (
        frame.groupby(keys, sort=False)
        .agg(shaky=("shaky", "any"), n=("shaky", "size"))
        .reset_index()
    )
    posts = (events["kind"] == "publish") & label.duplicated(keep=False)
    twice = lines["label"].isin(label[posts])
    lines["words"] = lines["label"] + np.where(
        (lines["n"] > 1) & ~twice, " (" + lines["n"].astype(str) + "x)", ""
    )
    return lines


def _actor_key(ax: Axes, rows: pd.DataFrame) -> None:
    for actor in dict.fromkeys(rows["actor"]):
        ax.plot([], [], "o", ms=9, color=ACTORS[actor], label=actor)
    if rows["shaky"].any():
        ax.plot([], [], "o", ms=9, mec=GREY, mfc="white", mew=2, label="our reading, or contested")
    ax.legend(loc="lower left", frameon=True, framealpha=0.9, edgecolor="none")


def _lamp(ax: Axes, x: float, y: float, colour: str, *, size: float) -> None:
    face, sign = _LAMPS[colour]
    if face:
        ax.plot(x, y, "o", ms=size, color=face)
        ax.text(
            x,
            y,
            sign,
            ha="center",
            va="center_baseline",
            color="white",
            weight="bold",
            size=size * 0.7,
        )


def _value(row: Any) -> str:
    if row.n == 0:
        return "not recorded"
    if row.unit == "share":
        return f"{row.low:.0%}" if row.low == row.high else f"{row.low:.0%} to {row.high:.0%}"
    shown = (
        f"{row.low:,.0f}"
        if round(row.low) == round(row.high)
        else f"{row.low:,.0f} to {row.high:,.0f}"
    )
    return (
        shown
        if row.unit in ("contacts", "hand-offs", "promises", "journeys")
        else f"{shown} {row.unit}"
    )
