"""Figures of the two lenses: side by side on one log, and group by group."""

import math
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes

from cemlab import _words, lenses
from cemlab.plots._style import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PREDICTION,
    RED,
    STYLE,
    TITLE,
    finish,
    new_axes,
)

_LAMPS = {
    lenses.GREEN: (GREEN, "✓"),
    lenses.RED: (RED, "✗"),
    lenses.UNSURE: (ORANGE, "?"),
    lenses.GREY: ("#BBBBBB", "-"),
    lenses.PLAIN: (None, ""),
}


_LONGEST = 92
"""Letters of a title that fit a board; a longer one is written smaller."""

_APART = 0.1
"""How far a group's two marks stand above and below its line."""


def scoreboard(
    comparison: pd.DataFrame,
    *,
    brief: bool = False,
    every: bool = False,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw both lenses side by side (`lenses.compare`): a lamp and a sentence a measure.

    `brief` shows only the measures that make a lens green or red, without their sentences;
    `every` shows all, not only the main ones.
    """
    main = comparison["metric"].isin(lenses.MAIN)
    ruled = comparison["colour"].isin([lenses.GREEN, lenses.RED, lenses.UNSURE])
    shown = comparison[ruled if brief else main | every]
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
        words = title or lenses.verdict(comparison)
        size = TITLE["fontsize"] * min(1.0, _LONGEST / len(words))
        ax.set_title(words, loc="left", **{**TITLE, "fontsize": size})
    return ax


def partings(
    groups: pd.DataFrame, *, most: int = 10, title: str | None = None, ax: Axes | None = None
) -> Axes:
    """Draw `lenses.by_group`: the company's and the customer's share of each group.

    The company's share is the smaller one of answered in time and closed, the customer's that
    of journeys resolved; a line from one to the other where both are recorded. Lamps at the left
    show the colours of the lenses, and words at the right what else hurt. Groups in which the lenses part come first, then those with
    most journeys hurt; of many groups the first `most` are shown.
    """
    rows = _ranked(groups)
    shown = rows.head(most)
    ax = ax or new_axes(width=11.5, height=1.9 + 0.55 * max(len(shown), 1))
    with plt.rc_context(STYLE):
        for y, row in enumerate(shown.itertuples()):
            ends = [y - _APART, y + _APART]
            ax.plot([row.company, row.customer], ends, color="#AAAAAA", lw=3, zorder=1)
            ax.plot(row.company, ends[0], "s", ms=11, color=BLUE)
            ax.plot(row.customer, ends[1], "o", ms=12, color=ORANGE)
            ax.text(1.05, y, _hurt(row), va="center", size=11.5, color="#333333")
            for x, colour in ((-0.14, row.crm), (-0.06, row.cem)):
                _lamp(ax, x, y, colour, size=15)
        for x, head in ((-0.14, "CRM"), (-0.06, "CEM")):
            ax.text(x, -0.75, head, ha="center", size=12)
        ax.set_yticks(range(len(shown)), shown["name"].to_list())
        ax.set_ylim(max(len(shown), 1) - 0.4, -1.1)
        ax.set_xlim(-0.2, 1.62)
        ticks = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
        ax.set_xticks(ticks, [f"{tick:.0%}" for tick in ticks])
        ax.axvline(0, color="#DDDDDD")
        ax.axvline(lenses.ENOUGH, color=GREY, ls="--", lw=1)
        ax.set_xlabel("share (dashed: what counts as enough, assumed)", loc="left")
        ax.plot(
            [],
            [],
            "s",
            ms=11,
            color=BLUE,
            label="company: answered in time or closed, whichever is less",
        )
        ax.plot([], [], "o", ms=12, color=ORANGE, label="customer: journey resolved")
        ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2 if len(shown) > 3 else -0.35),
                  ncols=2, frameon=False)  # fmt: skip
        finish(ax, title or _parting_words(rows, len(shown)), None)
    return ax


# --- inside ------------------------------------------------------------------------


def _ranked(groups: pd.DataFrame) -> pd.DataFrame:
    """Return the groups, those in which the lenses part first, with names and both shares."""
    names = list(groups.columns[: groups.columns.get_loc("contacts")])
    shown = groups[names].astype(object)
    name = shown.apply(lambda row: ", ".join(str(v) for v in row if not pd.isna(v)), axis=1)
    company = groups[["in_time_low", "closed_low"]].min(axis=1, skipna=False)
    pairs = zip(groups["crm"], groups["cem"], strict=True)
    part = [{*pair} == {lenses.GREEN, lenses.RED} for pair in pairs]
    table = groups.assign(
        name=name.replace("", "not named") if len(name) else [],
        company=company,
        customer=groups["resolved_low"],
        part=pd.Series(part, index=groups.index, dtype=bool),
    )
    return table.sort_values(["part", "hurt"], ascending=False, kind="stable", ignore_index=True)


def _hurt(row: Any) -> str:
    """Say in which ways the journeys of a group went wrong, other than unresolved."""
    one = row.promises_broken_low == row.promises_broken_high == 1
    names = {"promises_broken": f"promise{'s' * (not one)} broken", "public": "public"}
    spans = {
        what: (getattr(row, f"{n}_low"), getattr(row, f"{n}_high")) for n, what in names.items()
    }
    words = [f"{_words.number(*span)} {what}" for what, span in spans.items() if span[1] > 0]
    return ", ".join(words)


def _parting_words(rows: pd.DataFrame, shown: int) -> str:
    part = int(rows["part"].sum())
    rest = f" (the first {shown} shown)" if shown < len(rows) else ""
    if not part:
        return "Nowhere is one lens green and the other red"
    return f"In {part} of {len(rows)} places one lens is green and the other red{rest}"


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
        return _words.share(row.low, row.high)
    if row.high == math.inf:
        return f"more than {_value(row._replace(high=row.low))}"
    minutes = {"minutes": 1, "hours": 60, "days": 24 * 60}.get(row.unit)
    if minutes:
        return _words.span(row.low * minutes, row.high * minutes)
    shown = _words.number(row.low, row.high)
    counted = ("contacts", "switches", "hand-offs", "promises", "journeys")
    return shown if row.unit in counted else f"{shown} {row.unit}"
