"""Figures of service quality: what was expected and found, and how reliable scales are."""

import math
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from cemlab import _checks
from cemlab._words import counted
from cemlab.cem.surveys.service_quality import ServiceQuality
from cemlab.plots._style import BLUE, GREY, ORANGE, STYLE, TITLE, new_axes
from cemlab.plots.voice.attributes import finish_above


def servqual_gaps(
    found: ServiceQuality,
    *,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw what was expected and what was found, a line a dimension, the widest gap on top.

    Parameters
    ----------
    found : ServiceQuality
        What `surveys.servqual` returned.
    prediction : object, optional
        The reader's guess.

    Examples
    --------
    >>> from cemlab.cem import surveys
    >>> expect, told = surveys.simulate_servqual(200, rng=1)
    >>> ax = servqual_gaps(surveys.servqual(expect, told))
    >>> ax.get_title(loc="left")[:41]
    'All 5 dimensions fall short, most of all '
    """
    if "gap" not in found.dimensions:
        msg = "found must have gaps, got perceptions only: use servqual"
        raise ValueError(msg)
    rows = found.dimensions.sort_values("gap", kind="stable")
    ax = ax or new_axes(width=10.0, height=2.2 + 0.62 * len(rows))
    y = np.arange(len(rows))
    with plt.rc_context(STYLE):
        ax.hlines(y, rows["expectation"], rows["perception"], color="#BBBBBB", lw=4, zorder=1)
        ax.plot(rows["expectation"], y, "D", color=ORANGE, mfc="white", mew=2.5, ms=10, label="expected")  # fmt: skip
        ax.plot(rows["perception"], y, "o", color=BLUE, ms=11, label="found")
        right = rows[["expectation", "perception"]].to_numpy().max()
        left = rows[["expectation", "perception"]].to_numpy().min()
        wide = max(right - left, 0.5)
        for place, (_, row) in zip(y, rows.iterrows(), strict=True):
            words = f"{_signed(row['gap'])}{_limits(row)}"
            ax.text(right + 0.08 * wide, float(place), words, va="center", size=12.5)
        ax.set_yticks(y, _with_n(rows))
        ax.set_ylim(len(rows) - 0.4, -1.0)
        ax.set_xlim(left - 0.1 * wide, right + 0.6 * wide)
        ax.text(right + 0.08 * wide, -0.6, "gap [interval]", va="center", size=12.5, color=GREY)
        ax.set_xticks([tick for tick in ax.get_xticks() if left - 0.1 * wide <= tick <= right])
        ax.set_xlabel("mean score (points)")
        ax.grid(axis="x", color="#DDDDDD")
        ax.set_axisbelow(True)
        short, over = rows["high"] < 0, rows["low"] > 0
        worst = rows.index[0]
        all_of = "All" if short.all() else f"{short.sum()} of"
        words = f"{all_of} {counted(len(rows), 'dimension')} {'falls' if short.sum() == 1 else 'fall'} short"
        if short.any():
            words += f", most of all {worst} ({_signed(rows['gap'].iloc[0])})"
        if over.any():
            words += f"; better than expected: {over.sum()}"
        ax.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=2, frameon=False)
        finish_above(ax, title or words, prediction, room=34)
    return ax


def reliability(
    table: pd.DataFrame,
    *,
    enough: float = 0.7,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how reliable scales are, with intervals, against a usual limit.

    Parameters
    ----------
    table : DataFrame
        A row a scale: `value`, `low`, `high`, `n`; such as `estimate.table` of alphas, or what
        `surveys.item_analysis` returned.
    enough : float
        The limit, in [0, 1]; a habit, not a law.

    Examples
    --------
    >>> from cemlab import estimate
    >>> from cemlab.cem import surveys
    >>> alpha = surveys.cronbach_alpha([[3, 4, 3], [5, 5, 4], [1, 2, 2], [4, 4, 5], [2, 3, 3]])
    >>> ax = reliability(estimate.table({"staff": alpha}))
    >>> ax.get_title(loc="left")
    '0 of 1 scale surely reaches 0.7'
    """
    line = _checks.probability("enough", enough)
    missing = {"value", "low", "high", "n"} - set(table.columns)
    if missing or table.empty:
        msg = f"table must be at least one row of value, low, high and n, got {len(table)} rows without {', '.join(sorted(missing)) or 'anything'}"
        raise ValueError(msg)
    ax = ax or new_axes(width=9.6, height=1.9 + 0.5 * len(table))
    y = range(len(table))
    least = float(np.nanmin([*table["value"], *table["low"], line - 0.1]))
    left = max(math.floor(10 * least) / 10, -1.0)
    with plt.rc_context(STYLE):
        ax.axvline(line, color=GREY, ls="--", lw=1.5, zorder=1)
        for place, (_, row) in zip(y, table.iterrows(), strict=True):
            sure = row["low"] >= line
            if pd.isna(row["value"]):
                ax.text(left, place, "not defined", va="center", color=GREY)
                continue
            ax.plot([max(row["low"], left), row["high"]], [place] * 2, color=BLUE, lw=4, alpha=0.5)
            ax.plot(max(row["value"], left), place, "o" if sure else "D", ms=11, mew=2.5,
                    color=BLUE, mfc=BLUE if sure else "white")  # fmt: skip
            ax.text(1 + 0.04 * (1 - left), place, f"{row['value']:.2f}", va="center", size=13)
        ax.text(line, -0.62, f"{line:g}", ha="center", va="bottom", color=GREY)
        ax.set_yticks(y, _with_n(table))
        ax.set_ylim(len(table) - 0.4, -0.6)
        ax.set_xlim(left - 0.02 * (1 - left), 1 + 0.14 * (1 - left))
        step = 0.1 if left >= 0.3 else 0.2 if left >= 0 else 0.5
        ax.set_xticks(np.arange(math.ceil(left / step - 1e-9), round(1 / step) + 1) * step)
        ax.set_xlabel("reliability (1: no error), with its interval")
        ax.grid(axis="x", color="#DDDDDD")
        sure = int((table["low"] >= line).sum())
        verb = "reaches" if sure == 1 or len(table) == 1 else "reach"
        noun = "item" if table.index.name == "item" else "scale"
        words = f"{sure} of {counted(len(table), noun)} surely {verb} {line:g}"
        if noun == "item":
            words = f"{sure} of {counted(len(table), noun)} can each be spared: the others surely reach {line:g}"
        ax.set_title(title or words, loc="left", **(TITLE | {"pad": 26}))
    return ax


# --- inside ------------------------------------------------------------------------


def _with_n(rows: pd.DataFrame) -> list[str]:
    return [f"{name}\n(n = {n:,.0f})" for name, n in zip(rows.index, rows["n"], strict=True)]


def _signed(value: float) -> str:
    """Return points with their sign.

    >>> _signed(-1.25), _signed(0.5), _signed(-0.001)
    ('−1.25', '+0.50', '0.00')
    """
    text = f"{value:+.2f}"
    return "0.00" if text[1:] == "0.00" else text.replace("-", "−")


def _limits(row: "pd.Series[Any]") -> str:
    if pd.isna(row["low"]):
        return "  no interval"
    return f"  [{_signed(row['low'])}, {_signed(row['high'])}]"
