"""Figures of audits by rubric: what several raters saw, and what changed."""

import textwrap
from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import ScaledTranslation

from cemlab.cem import audit
from cemlab.plots._style import BLUE, GREY, PURPLE, RED, STYLE, finish, new_axes
from cemlab.plots.coding.agreement import in_a_row, plain, some

_LETTERS_OF_TITLE = 64


def audit_profile(
    ratings: pd.DataFrame,
    *,
    labels: pd.Series | None = None,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw each criterion's levels: a dot a rater, the mean below, the weakest criterion in colour.

    Parameters
    ----------
    ratings : DataFrame
        As `audit.read` returns it, of one firm and one date.
    labels : Series, optional
        Criterion -> name to show, such as ``audit.rubric(name).table()["title_en"]``.
    prediction : object, optional
        The reader's guess; a level is also marked in its place.

    Examples
    --------
    >>> from cemlab.cem import audit
    >>> ax = audit_profile(audit.example()[:40])
    >>> ax.get_title(loc="left")
    'Weakest: hours (0.8 of 4; all criteria 1.4)'
    """
    table = audit.scores(ratings)
    ax = ax or new_axes(width=10.0, height=2.4 + 0.5 * len(table))
    y = np.arange(len(table))
    place = dict(zip(table.index, y, strict=True))
    names = _named(list(table.index), labels)
    with plt.rc_context(STYLE):
        ax.hlines(y, table["lowest"], table["highest"], color="#CCCCCC", lw=3, zorder=1)
        seen = ratings.dropna(subset="level")
        for name, part in seen.groupby(seen["criterion"].astype(str)):
            for level, n in part["level"].value_counts().items():
                step = min(0.13, 0.52 / n)
                spots = place[name] + step * (np.arange(n) - (n - 1) / 2)
                ax.plot(np.full(n, float(level)), spots, "o", color=GREY, ms=7, alpha=0.9, zorder=2)
        weak_ones = table["weakest"] & (len(table) > 1)  # of one alone nothing is weakest
        colours = np.where(weak_ones, RED, BLUE)
        ax.scatter(table["mean"], y + 0.4, marker="^", s=150, c=colours, zorder=3, lw=0)
        for i, missing in enumerate(table["not_observed"]):
            if missing:
                ax.annotate(f"{missing} not observed", (4.2, i), va="center", color=GREY, size=12, annotation_clip=False)  # fmt: skip
        ax.plot([], [], "o", color=GREY, ms=9, label="one rater")
        for words, colour in (("mean", BLUE), ("mean of the weakest", RED))[: len(table)]:
            ax.plot([], [], "^", color=colour, ms=11, label=words)
        guessed = getattr(prediction, "value", None)
        if guessed is not None:
            _mark(ax, guessed, -0.6, len(y) - 0.3)
        ax.set_yticks(y, names)
        for tick, weak in zip(ax.get_yticklabels(), weak_ones, strict=True):
            tick.set_color(RED if weak else "black")
        ax.set_ylim(len(y) - 0.3, -0.6)
        _levels(ax)
        _legend_below(ax)
        flat = [name.replace("\n", " ") for name in names]
        if len(table) == 1:
            found = _one_title(flat[0], table.iloc[0])
        else:
            weakest = [n for n, weak in zip(flat, table["weakest"], strict=True) if weak]
            found = _weakest_title(weakest, table["mean"].min(), float(audit.overall(ratings)))
        finish(ax, title or found, prediction)
    return ax


def audit_change(
    changes: pd.DataFrame,
    *,
    labels: pd.Series | None = None,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw before and after of each criterion, by raters who judged both days, largest change on top.

    In the last row stands the mean of the criteria.

    Parameters
    ----------
    changes : DataFrame
        As `audit.over_time` returns it.
    labels : Series, optional
        Criterion -> name to show.
    prediction : object, optional
        The reader's guess of the mean change; a number is also marked in the last row.

    Examples
    --------
    >>> from cemlab.cem import audit
    >>> ax = audit_change(audit.over_time(audit.example()))
    >>> ax.get_title(loc="left")
    '7 of 8 criteria rose; interval above 0 for 2'
    """
    some("changes", changes)
    rows = changes.sort_values("value", ascending=False, kind="stable", na_position="last")
    ax = ax or new_axes(width=11.0, height=2.5 + 0.5 * len(rows))
    y = np.arange(len(rows))
    names = [*_named(list(rows.index), labels), "mean of the criteria"]
    with plt.rc_context(STYLE):
        ax.hlines(y, rows["before"], rows["after"], color="#BBBBBB", lw=4, zorder=1)
        ax.plot(rows["before"], y, "o", mec=BLUE, mfc="white", mew=2, ms=10, label=f"{rows['first'].iloc[0]:%Y-%m-%d}")  # fmt: skip
        ax.plot(rows["after"], y, "o", color=BLUE, ms=10, label=f"{rows['last'].iloc[0]:%Y-%m-%d}")
        for place, (_, row) in zip(y, rows.iterrows(), strict=True):
            limits = f" [{row['low']:+.2f}, {row['high']:+.2f}]" if np.isfinite(row["low"]) else ""
            words = f"{row['value']:+.2f}{limits}, n = {row['n']}" if row["n"] else "no rater on both days"  # fmt: skip
            ax.annotate(words, (4.2, place), va="center", size=14, annotation_clip=False)
        ax.axhline(len(y) - 0.4, color="black", lw=0.8)
        _mean_change(ax, rows, len(y) + 0.1, getattr(prediction, "value", None))
        ax.set_yticks([*y, len(y) + 0.1], names)
        ax.get_yticklabels()[-1].set_fontweight("bold")
        ax.set_ylim(len(y) + 0.6, -0.6)
        _levels(ax)
        _legend_below(ax)
        finish(ax, title or _change_title(rows), prediction)
    return ax


# --- inside ------------------------------------------------------------------------


def _named(keys: Sequence[str], labels: pd.Series | None) -> list[str]:
    names = [plain(key) if labels is None or key not in labels else labels[key] for key in keys]
    return ["\n".join(textwrap.wrap(name, 26)) for name in names]


def _mean_change(ax: Axes, rows: pd.DataFrame, place: float, guessed: float | None) -> None:
    """Draw the row of the criteria's mean, by those who rated twice, and where the guess would end."""
    before, change = float(rows["before"].mean()), float(rows["value"].mean())
    if not np.isfinite(before + change):
        return
    ax.hlines(place, before, before + change, color="#BBBBBB", lw=4, zorder=1)
    ax.plot(before, place, "o", mec=BLUE, mfc="white", mew=2, ms=10)
    ax.plot(before + change, place, "o", color=BLUE, ms=10)
    ax.annotate(f"{change:+.2f}", (4.2, place), va="center", size=14, weight="bold", annotation_clip=False)  # fmt: skip
    if guessed is not None:
        _mark(ax, before + guessed, place - 0.4, place + 0.4)


def _mark(ax: Axes, level: float, top: float, bottom: float) -> None:
    """Draw the reader's guess as a line at its level."""
    ax.plot([level, level], [top, bottom], color=PURPLE, lw=3, ls="--", zorder=1.5, label="your prediction")  # fmt: skip


def _legend_below(ax: Axes) -> None:
    """Write the legend below the words of the axis, whatever the axes' height."""
    below = ax.transAxes + ScaledTranslation(0, -0.6, ax.figure.dpi_scale_trans)
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, 0), bbox_transform=below, ncols=4,
              frameon=False, fontsize=12)  # fmt: skip


def _levels(ax: Axes) -> None:
    ax.set_xlim(-0.15, 4.15)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.grid(axis="x", color="#DDDDDD")
    ax.set_axisbelow(True)
    ax.set_xlabel("level (0: nothing to be seen, 4: all of it)")


def _weakest_title(weakest: Sequence[str], lowest: float, whole: float) -> str:
    """Return the finding, on several lines if the criteria's names are long."""
    names = f"Weakest: {in_a_row(weakest)}"
    levels = f"({lowest:.1f} of 4; all criteria {whole:.1f})"
    if len(names) + len(levels) < _LETTERS_OF_TITLE:
        return f"{names} {levels}"
    return textwrap.fill(names, _LETTERS_OF_TITLE - 6) + f"\n{levels}"


def _one_title(name: str, row: pd.Series) -> str:
    low, high = row["lowest"], row["highest"]
    levels = f"all see level {low:.0f}" if low == high else f"levels from {low:.0f} to {high:.0f}"
    missing = f", {row['not_observed']} not observed" if row["not_observed"] else ""
    return f"{name}: {levels}{missing}"


def _change_title(rows: pd.DataFrame) -> str:
    rose, sure = int((rows["value"] > 1e-12).sum()), int((rows["low"] > 0).sum())
    return f"{rose} of {len(rows)} criteria rose; interval above 0 for {sure or 'none'}"
