"""Figures of audits by rubric: what several raters saw, and what changed."""

import textwrap
from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from cemlab.cem import audit
from cemlab.plots._style import BLUE, GREY, RED, STYLE, finish, new_axes
from cemlab.plots.coding import in_a_row, plain, some


def audit_profile(
    ratings: pd.DataFrame,
    *,
    labels: pd.Series | None = None,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw each criterion's levels: a dot a rater, the mean, the weakest criterion in colour.

    Parameters
    ----------
    ratings : DataFrame
        As `audit.read` returns it, of one firm and one date.
    labels : Series, optional
        Criterion -> name to show, such as ``audit.rubric(name).table()["title_en"]``.
    prediction : object, optional
        The reader's guess.

    Examples
    --------
    >>> from cemlab.cem import audit
    >>> ax = audit_profile(audit.example()[:40])
    >>> ax.get_title(loc="left")
    'Weakest: hours (0.8 of 4; all criteria 1.4)'
    """
    table = audit.scores(ratings)
    ax = ax or new_axes(width=10.0, height=2.0 + 0.5 * len(table))
    y = np.arange(len(table))
    place = dict(zip(table.index, y, strict=True))
    names = _named(list(table.index), labels)
    with plt.rc_context(STYLE):
        ax.hlines(y, table["lowest"], table["highest"], color="#CCCCCC", lw=3, zorder=1)
        seen = ratings.dropna(subset="level")
        for name, part in seen.groupby(seen["criterion"].astype(str)):
            for level, n in part["level"].value_counts().items():
                spots = place[name] + 0.13 * (np.arange(n) - (n - 1) / 2)
                ax.plot(np.full(n, float(level)), spots, "o", color=GREY, ms=7, alpha=0.9, zorder=2)
        colours = np.where(table["weakest"], RED, BLUE)
        ax.scatter(table["mean"], y, marker="D", s=120, c=colours, zorder=3, ec="white")
        for i, missing in enumerate(table["not_observed"]):
            if missing:
                ax.annotate(f"{missing} not observed", (4.05, i), va="center", color=GREY, size=12, annotation_clip=False)  # fmt: skip
        for words, colour, mark in (("one rater", GREY, "o"), ("mean", BLUE, "D"), ("mean of the weakest", RED, "D")):  # fmt: skip
            ax.plot([], [], mark, color=colour, ms=9, label=words)
        ax.set_yticks(y, names)
        for tick, weak in zip(ax.get_yticklabels(), table["weakest"], strict=True):
            tick.set_color(RED if weak else "black")
        ax.set_ylim(len(y) - 0.4, -0.6)
        _levels(ax)
        _legend_below(ax, len(y))
        whole = float(audit.overall(ratings))
        weakest = [
            n.replace("\n", " ") for n, weak in zip(names, table["weakest"], strict=True) if weak
        ]
        found = f"Weakest: {in_a_row(weakest)} ({table['mean'].min():.1f} of 4; all criteria {whole:.1f})"
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

    Parameters
    ----------
    changes : DataFrame
        As `audit.over_time` returns it.
    labels : Series, optional
        Criterion -> name to show.
    prediction : object, optional
        The reader's guess.

    Examples
    --------
    >>> from cemlab.cem import audit
    >>> ax = audit_change(audit.over_time(audit.example()))
    >>> ax.get_title(loc="left")
    '7 of 8 criteria rose; interval above 0 for 2'
    """
    some("changes", changes)
    rows = changes.sort_values("value", ascending=False, kind="stable", na_position="last")
    ax = ax or new_axes(width=10.0, height=2.0 + 0.5 * len(rows))
    y = np.arange(len(rows))
    names = _named(list(rows.index), labels)
    with plt.rc_context(STYLE):
        ax.hlines(y, rows["before"], rows["after"], color="#BBBBBB", lw=4, zorder=1)
        ax.plot(rows["before"], y, "o", mec=BLUE, mfc="white", mew=2, ms=10, label=f"{rows['first'].iloc[0]:%Y-%m-%d}")  # fmt: skip
        ax.plot(rows["after"], y, "o", color=BLUE, ms=10, label=f"{rows['last'].iloc[0]:%Y-%m-%d}")
        for place, (_, row) in zip(y, rows.iterrows(), strict=True):
            limits = f" [{row['low']:+.2f}, {row['high']:+.2f}]" if np.isfinite(row["low"]) else ""
            words = f"{row['value']:+.2f}{limits}, n = {row['n']}" if row["n"] else "no rater on both days"  # fmt: skip
            ax.annotate(words, (4.05, place), va="center", size=12, annotation_clip=False)
        ax.set_yticks(y, names)
        ax.set_ylim(len(y) - 0.4, -0.6)
        _levels(ax)
        _legend_below(ax, len(y))
        finish(ax, title or _change_title(rows), prediction)
    return ax


# --- inside ------------------------------------------------------------------------


def _named(keys: Sequence[str], labels: pd.Series | None) -> list[str]:
    names = [plain(key) if labels is None or key not in labels else labels[key] for key in keys]
    return ["\n".join(textwrap.wrap(name, 26)) for name in names]


def _legend_below(ax: Axes, rows: int) -> None:
    place = (0.5, -0.09 - 0.55 / rows)
    ax.legend(loc="upper center", bbox_to_anchor=place, ncols=3, frameon=False, fontsize=12)


def _levels(ax: Axes) -> None:
    ax.set_xlim(-0.15, 4.15)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.grid(axis="x", color="#DDDDDD")
    ax.set_axisbelow(True)
    ax.set_xlabel("level (0: nothing to be seen, 4: all of it)")


def _change_title(rows: pd.DataFrame) -> str:
    rose, sure = int((rows["value"] > 1e-12).sum()), int((rows["low"] > 0).sum())
    return f"{rose} of {len(rows)} criteria rose; interval above 0 for {sure or 'none'}"
