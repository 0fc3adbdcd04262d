"""Figures of the spread lab: reach against one setting, courses in time, and last words."""

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter

from cemlab import _checks
from cemlab.plots._style import (
    BLUE,
    GREY,
    RED,
    SERIES,
    STYLE,
    TITLE,
    days_since,
    finish,
    new_axes,
    show_prediction,
)
from cemlab.run import Run

WORDS = (RED, BLUE)
"""Colours of a complaint's word and of an answer's."""


def mean_reach(
    reaches: pd.DataFrame,
    *,
    people: int | None = None,
    mark: float | None = None,
    mark_words: str = "threshold",
    formula: "pd.Series[float] | None" = None,
    prediction: object = None,
    xlabel: str | None = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the mean reach against the setting that was varied, with two standard errors.

    Parameters
    ----------
    reaches : DataFrame
        One column a value (numbers), one row a replicate (`sim.vary`, `Case.vary`).
    people : int, optional
        Draw the reach as a share of so many people.
    mark : float, optional
        Where a dashed line stands, called `mark_words`.
    formula : Series, optional
        Exact values to draw as a line, in people or (with `people`) as shares, by setting.
    """
    ax = ax or new_axes()
    x = np.asarray(reaches.columns, np.float64)
    scale = 1.0 / people if people else 1.0
    means = reaches.mean().to_numpy() * scale
    errors = 2 * reaches.sem().fillna(0.0).to_numpy() * scale
    with plt.rc_context(STYLE):
        if formula is not None:
            ax.plot(formula.index, formula, color=GREY, lw=2, label="formula")
        ax.errorbar(
            x, means, errors, color=BLUE, marker="o", ms=7, lw=2, capsize=3,
            ls="" if formula is not None else "-", label=f"mean of {len(reaches):,} runs",
        )  # fmt: skip
        if mark is not None:
            ax.axvline(mark, color=RED, ls="--", lw=2, label=f"{mark_words} ({mark:.3g})")
        ax.set_xlabel(xlabel or str(reaches.columns.name or ""))
        ax.set_ylabel("part of all people reached" if people else "people reached (mean)")
        ax.yaxis.set_major_locator(MaxNLocator(5))
        if people:
            ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        else:
            ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        highest = max((means + errors).max(), 0.0 if formula is None else formula.max())
        ax.set_ylim(0, 1.12 * highest or 1)
        ax.legend(loc="best", frameon=False)
        first, final = reaches.mean().iloc[[0, -1]]
        found = f"Mean reach: from {first:,.0f} to {final:,.0f} people"
        finish(ax, title or found, prediction)
    return ax


def sorted_runs(
    reaches: "pd.Series[int] | np.ndarray[Any, Any]",
    *,
    what: str = "runs",
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw every run's reach, largest first, and the mean that none may be near.

    Parameters
    ----------
    reaches : Series or array of int
        One number a run (or a starter: say so by `what`).
    """
    y = np.sort(np.asarray(reaches, np.float64))[::-1]
    if y.size == 0:
        msg = f"reaches must be at least one number, got none of the {what}"
        raise ValueError(msg)
    ax = ax or new_axes()
    x = np.arange(y.size + 1) / y.size
    mean = y.mean()
    near = (np.abs(y - mean) <= 0.2 * mean).mean()
    with plt.rc_context(STYLE):
        ax.stairs(y, x, fill=True, color=BLUE, alpha=0.85, label=f"{y.size:,} {what}")
        ax.axhline(mean, color=RED, ls="--", lw=2.5, label=f"mean ({mean:,.0f})")
        ax.set_xlim(0, 1)
        ax.set_ylim(0, y[0] * 1.08 if y[0] else 1)
        ax.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        ax.set_xlabel(f"part of all {what}, largest reach first")
        ax.set_ylabel("people who share")
        ax.legend(loc="upper right", frameon=False)
        found = f"{near:.0%} of the {what} end within a fifth of the mean"
        finish(ax, title or found, prediction)
    return ax


def courses(
    lines: Mapping[str, tuple[Run, str]],
    *,
    people: int | None = None,
    unit: str = "days",
    colours: Sequence[str] = SERIES,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw variables of runs over time, one line each, held level after its run's end.

    Parameters
    ----------
    lines : mapping of name to (Run, variable)
        What to draw, and what to call it.
    people : int, optional
        Draw shares of so many people.
    unit : {"days", "hours"}
        Of the time axis, from the run's start on.
    colours : sequence of str
        One a line; `WORDS` for a complaint and an answer.
    """
    if not 0 < len(lines) <= len(_DASHES):
        msg = f"lines must be 1 to {len(_DASHES)}, got {len(lines)}"
        raise ValueError(msg)
    per_day = {"days": 1, "hours": 24}[_checks.one_of("unit", unit, ["days", "hours"])]
    ax = ax or new_axes()
    curves = {}
    for name, (run, variable) in lines.items():
        _checks.one_of("variable", variable, run.series["variable"].unique())
        part = run.series[run.series["variable"] == variable]
        x = days_since(part["time"], part["time"].iloc[0]) * per_day
        curves[name] = (x, part["value"].to_numpy() / (people or 1))
    last = max((x[-1] for x, _ in curves.values()), default=0.0) or 1.0
    top = max((y.max() for _, y in curves.values()), default=0.0) or 1.0
    ends = [f"{name} {_shown(y[-1], people)}" for name, (_, y) in curves.items()]
    with plt.rc_context(STYLE):
        for words, (x, y), colour, dash in zip(
            ends, curves.values(), cycle(colours), _DASHES, strict=False
        ):
            ax.plot(
                np.append(x, last), np.append(y, y[-1]), color=colour, ls=dash, lw=3, label=words
            )
        ax.set_xlim(0, last)
        ax.set_ylim(-0.03 * top, 1.08 * top)
        ax.set_xlabel(f"{unit} since the start")
        ax.set_ylabel("part of all people" if people else "people")
        if people:
            ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        else:
            ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        ax.legend(loc="best", frameon=False, title="at the end:", alignment="left")
        finish(ax, title or f"In the end: {', '.join(ends)}", prediction)
    return ax


def last_words(
    words: pd.DataFrame,
    *,
    names: tuple[str, str] = ("complaint", "answer"),
    ylabel: str = "",
    scale: float = 1.0,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how many people end with which word: a bar a row, two parts each.

    Parameters
    ----------
    words : DataFrame
        One row a policy; first column people with the complaint's word, second with the
        response's.
    scale : float
        People whom one person of the model stands for.
    """
    ax = ax or new_axes(height=1.9 + 0.45 * len(words))
    y = np.arange(len(words))
    values = words.iloc[:, :2].to_numpy(np.float64) * scale
    with plt.rc_context(STYLE):
        left = np.zeros(len(words))
        for column, (name, colour) in enumerate(zip(names, WORDS, strict=True)):
            bars = ax.barh(y, values[:, column], left=left, color=colour, ec="white", label=name)
            wide = values[:, column] > 0.12 * values.sum(axis=1).max()
            labels = [
                f"{v:,.0f}" if w else "" for v, w in zip(values[:, column], wide, strict=True)
            ]
            ax.bar_label(bars, labels, label_type="center", color="white", size=12)
            left += values[:, column]
        ax.set_yticks(y, [str(name) for name in words.index])
        ax.set_ylabel(ylabel or str(words.index.name or ""))
        ax.invert_yaxis()
        ax.set_xlim(0, None)
        ax.set_xlabel("people, by the word they hold")
        ax.xaxis.set_major_locator(MaxNLocator(5))
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        ax.legend(loc="lower left", ncols=2, frameon=False, bbox_to_anchor=(0.0, 1.0))
        spoken = values[values.sum(axis=1) > 0]
        shares = spoken[:, 0] / spoken.sum(axis=1) if len(spoken) else np.zeros(1)
        found = f"The complaint keeps {shares.min():.0%} to {shares.max():.0%} of those who heard"
        show_prediction(ax, prediction, lift=32.0)
        room = 36 if prediction is None else 68
        ax.set_title(title or found, loc="left", **(TITLE | {"pad": room}))
    return ax


# --- inside ------------------------------------------------------------------------

_DASHES = ("-", "--", "-.", ":", "-")


def _shown(value: float, people: int | None) -> str:
    return f"{value:.0%}" if people else f"{value:,.0f}"
