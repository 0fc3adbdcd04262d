"""Figures of how answers are read: who leads by which measure, and whom a survey heard."""

from itertools import cycle

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from cemlab._words import counted
from cemlab.plots._style import BLUE, GREEN, GREY, ORANGE, PURPLE, RED, STYLE, finish, new_axes

_LOOKS = ((BLUE, "o"), (ORANGE, "s"), (GREEN, "^"), (PURPLE, "D"), (RED, "v"))
_ENDS = {"points": (-100.0, 100.0), "answer (0-10)": (0.0, 10.0), "share of 1": (0.0, 1.0)}
_UNITS = {"points": "(points)", "answer (0-10)": "(0 to 10)", "share of 1": "(per cent)"}
_HEARD = {"answered": BLUE, "asked, silent": "#A9CCE3", "never asked": "#E5E5E5"}


def order_by_measure(
    readings: pd.DataFrame,
    *,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw firms by several measures, each from its lowest to its highest possible value.

    Parameters
    ----------
    readings : DataFrame
        Of `surveys.friends`, of at least two firms.
    prediction : object, optional
        The reader's guess.

    Examples
    --------
    >>> from cemlab.cem import surveys
    >>> two = surveys.friends({"Ups": [10] * 5 + [8] * 2 + [3] * 3, "Even": [9] * 2 + [8] * 7 + [6]})
    >>> order_by_measure(two).get_title(loc="left")
    'Even leads by 2 measures, Ups by 2'
    """
    firms, measures = (
        list(dict.fromkeys(readings["firm"])),
        list(dict.fromkeys(readings["measure"])),
    )
    if not 2 <= len(firms) <= len(_LOOKS):
        msg = f"readings must be of two to {len(_LOOKS)} firms, got {len(firms)}: use surveys.friends with several"
        raise ValueError(msg)
    ax = ax or new_axes(width=10.5, height=1.9 + 0.42 * len(measures) * len(firms))
    step = 0.62 / len(firms)
    with plt.rc_context(STYLE):
        for k, (firm, (colour, marker)) in enumerate(zip(firms, cycle(_LOOKS), strict=False)):
            for row in readings[readings["firm"] == firm].to_dict("records"):
                place = measures.index(row["measure"]) + step * (k - (len(firms) - 1) / 2)
                value, low, high = _placed(row)
                ax.hlines(place, low, high, color=colour, lw=3)
                first = row["rank"] == 1
                ax.plot(value, place, marker, color=colour, mfc=colour if first else "white",
                        mew=2, ms=11)  # fmt: skip
                end = value if np.isnan(high) else high
                ax.annotate(_words(row), (end, place), (10, 0), textcoords="offset points",
                            va="center", fontsize=12.5,
                            fontweight="bold" if first else "normal")  # fmt: skip
            ax.plot([], [], marker, color=colour, mfc=colour, ms=11, label=firm)
        units = readings.drop_duplicates("measure")["unit"].map(_UNITS)
        ax.set_yticks(
            range(len(measures)), [f"{m}\n{u}" for m, u in zip(measures, units, strict=True)]
        )
        ax.set_ylim(len(measures) - 0.4, -0.6)
        ax.hlines(np.arange(len(measures) - 1) + 0.5, 0, 1, color="#DDDDDD", lw=1)
        ax.set_xlim(0, 1)
        ax.set_xticks([0, 0.5, 1], ["lowest possible", "middle", "highest possible"])
        first_tick, *_, last_tick = ax.get_xticklabels()
        first_tick.set_horizontalalignment("left")
        last_tick.set_horizontalalignment("right")
        ax.set_xlabel("each measure on its own scale; filled: leads")
        ax.legend(loc="upper right", frameon=False, ncols=len(firms), bbox_to_anchor=(1.0, -0.12))
        finish(ax, title or _leaders(readings), prediction)
    return ax


def survey_reach(
    outcome: pd.DataFrame,
    *,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw whom a survey heard, by how journeys ended: answered, asked in vain, never asked.

    Parameters
    ----------
    outcome : DataFrame
        Of `surveys.by_outcome`. Where the log does not tell who was asked, all without an
        answer are drawn as one.
    prediction : object, optional
        The reader's guess.

    Examples
    --------
    >>> from cemlab.cem import surveys
    >>> log = pd.DataFrame({"customer": ["Ana", "Ana", "Bo", "Cy"], "actor": "customer",
    ...                     "time": "2024-05-01", "value": [None, 9, None, None],
    ...                     "kind": ["resolve", "survey_nps", "contact", "contact"]})
    >>> survey_reach(surveys.by_outcome(log)).get_title(loc="left")
    'Heard: 100% of the journeys resolved, 0% of those not resolved'
    """
    rows = outcome[outcome["total"] > 0]
    if rows.empty:
        msg = "outcome must have at least one journey, got none"
        raise ValueError(msg)
    ax = ax or new_axes(width=11.0, height=1.9 + 0.72 * len(rows))
    total, answered = rows["total"].to_numpy(float), rows["answered"].to_numpy(float)
    parts = {"answered": answered, "no answer": total - answered}
    if rows["asked"].notna().all():
        asked = rows["asked"].to_numpy(float)
        parts = dict(zip(_HEARD, (answered, asked - answered, total - asked), strict=True))
    with plt.rc_context(STYLE):
        y, left = np.arange(len(rows)), np.zeros(len(rows))
        for name, heads in parts.items():
            share = heads / total
            ax.barh(y, share, left=left, color=_HEARD.get(name, "#E5E5E5"), height=0.66,
                    edgecolor="white", label=name)  # fmt: skip
            for place, (start, part, n) in enumerate(zip(left, share, heads, strict=True)):
                if part >= 0.055:
                    ax.text(start + part / 2, place, f"{n:,.0f}", ha="center", va="center",
                            color="white" if name == "answered" else "black")  # fmt: skip
            left = left + share
        for place, row in enumerate(rows.to_dict("records")):
            ax.text(1.02, place, _score(row), va="center", fontsize=12.5)
        ax.text(1.02, -0.62, "score of the answers", va="center", fontsize=12.5, color=GREY)
        ax.set_yticks(y, [f"{name}  ({counted(int(n), 'journey')})" for name, n in zip(rows.index, total, strict=True)])  # fmt: skip
        ax.set_ylim(len(rows) - 0.4, -0.85)
        ax.set_xlim(0, 1.52)
        ax.set_xticks([0, 0.25, 0.5, 0.75, 1.0])
        ax.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        ax.set_xlabel("part of the journeys", loc="left")
        ax.spines["bottom"].set_bounds(0, 1)
        ax.legend(loc="upper right", ncols=3, frameon=False, bbox_to_anchor=(1.0, -0.1))
        finish(ax, title or _heard(rows), prediction)
    return ax


# --- inside ------------------------------------------------------------------------


def _placed(row: dict[str, object]) -> list[float]:
    """Return value and limits as parts of the way from the lowest to the highest value."""
    if row["unit"] not in _ENDS:
        msg = f"unit must be one of {', '.join(_ENDS)}, got {row['unit']!r}"
        raise ValueError(msg)
    low, high = _ENDS[str(row["unit"])]
    return [(float(str(row[name])) - low) / (high - low) for name in ("value", "low", "high")]


def _words(row: dict[str, object]) -> str:
    value, low, high = (float(str(row[name])) for name in ("value", "low", "high"))
    if row["unit"] == "share of 1":
        shown = [f"{100 * x:.0f}" for x in (value, low, high)]
        shown[0] += "%"
    else:
        shown = [f"{x:.0f}" if row["unit"] == "points" else f"{x:.1f}" for x in (value, low, high)]
    limits = f" [{shown[1]}, {shown[2]}]" if not np.isnan(low) else ""
    return (shown[0] + limits).replace("-", "−")


def _leaders(readings: pd.DataFrame) -> str:
    """Say who leads by how many measures; shared first places count for nobody."""
    first = readings[readings["rank"] == 1]
    alone = first[~first["measure"].duplicated(keep=False)]
    wins = alone["firm"].value_counts().sort_index().sort_values(ascending=False, kind="stable")
    n = readings["measure"].nunique()
    if wins.empty:
        return f"Nobody leads by any of {counted(n, 'measure')}"
    if wins.iloc[0] == n:
        return f"{wins.index[0]} leads by all {counted(n, 'measure')}"
    said = [f"{firm} by {times}" for firm, times in wins.iloc[1:].items()]
    return f"{wins.index[0]} leads by {counted(int(wins.iloc[0]), 'measure')}" + "".join(f", {one}" for one in said)  # fmt: skip


def _score(row: dict[str, object]) -> str:
    if row["answered"] == 0:
        return "nobody was heard"
    unit = " points" if row["unit"] == "points" else ""
    return f"{_words(row)}{unit}, n = {row['answered']:,}"


def _heard(rows: pd.DataFrame) -> str:
    share = rows["share_of_all"]
    if {"resolved", "not resolved"} <= set(rows.index):
        yes, no = share["resolved"], share["not resolved"]
        return f"Heard: {yes:.0%} of the journeys resolved, {no:.0%} of those not resolved"
    return f"Heard: {share.iloc[0]:.0%} of {counted(int(rows['total'].iloc[0]), 'journey')}"
