"""Figures of the qualitative half: coders against each other, codes against numbers."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.ticker import PercentFormatter

from cemlab.plots._style import (
    BLUE,
    GREEN,
    GREY,
    RED,
    STYLE,
    TITLE,
    finish,
    new_axes,
    show_prediction,
)

_BANDS = ((0.0, "slight"), (0.2, "fair"), (0.4, "moderate"), (0.6, "substantial"), (0.8, "almost perfect"))  # fmt: skip
_PALE = LinearSegmentedColormap.from_list("pale", ["white", BLUE])
_STORIES = (("red", RED, "red as told"), ("disputed", GREY, "coders disagree"), ("green", GREEN, "green as told"))  # fmt: skip


def agreement_bars(
    compared: pd.DataFrame,
    *,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw agreement beyond chance with its intervals; the bands of Landis and Koch are a convention.

    Parameters
    ----------
    compared : DataFrame
        As `incidents.compare` returns it. Where agreement is not defined, words stand instead.
    prediction : object, optional
        The reader's guess.

    Examples
    --------
    >>> from cemlab.cem import incidents
    >>> ax = agreement_bars(incidents.compare(incidents.codings(), raters=["A", "B"]))
    >>> ax.get_title(loc="left")
    'Agreement beyond chance from 0.52 (feeling) to 0.74 (touchpoint)'
    """
    some("compared", compared)
    ax = ax or new_axes(width=10.0, height=2.2 + 0.5 * len(compared))
    y = np.arange(len(compared))
    value = compared["value"].to_numpy(float)
    low, high = (compared[name].to_numpy(float) for name in ("low", "high"))
    names = _labels(compared.index)
    with plt.rc_context(STYLE):
        left = min(0.0, float(np.nanmin([0.0, *low, *value])))
        for i, (start, word) in enumerate(_BANDS):
            ax.axvspan(start, min(start + 0.2, 1.0), color=GREY, alpha=0.05 + 0.05 * i, lw=0)
            ax.annotate(word, (start + 0.1, 1.0), (0, 3), xycoords=("data", "axes fraction"),
                        textcoords="offset points", ha="center", color=GREY, size=12)  # fmt: skip
        ax.hlines(y, low, high, color=BLUE, lw=5, alpha=0.45)
        ax.plot(value, y, "o", color=BLUE, ms=11)
        for place, found, n in zip(y, value, compared["n"], strict=True):
            known = np.isfinite(found)
            words = f"{found:.2f}" if known else f"not defined: all {n} alike"
            ax.annotate(words, (found if known else 0.02, place), (0, 9 if known else 0), textcoords="offset points",
                        ha="center" if known else "left", va="bottom" if known else "center")  # fmt: skip
        ax.set_yticks(y, names)
        ax.set_ylim(len(y) - 0.5, -0.75)
        ax.set_xlim(left - 0.02, 1.02)
        ax.set_xlabel("agreement beyond chance (0: as chance would, 1: full; shades: a convention)")  # fmt: skip
        finish(ax, title or _agreement_title(names, value), None)
        _under_bands(ax, prediction)
    return ax


def confusion(table: pd.DataFrame, *, title: str | None = None, ax: Axes | None = None) -> Axes:
    """Draw how often one coder's code met each of the other's; the framed diagonal is agreement.

    Parameters
    ----------
    table : DataFrame
        As `incidents.confusion` returns it.

    Examples
    --------
    >>> from cemlab.cem import incidents
    >>> ax = confusion(incidents.confusion(incidents.codings(), "feeling"))
    >>> ax.get_title(loc="left")
    'A and B chose the same code for 14 of 24 narratives'
    """
    some("table", table)
    size = len(table)
    ax = ax or new_axes(width=4.6 + 0.75 * size, height=2.4 + 0.55 * size)
    counts = table.to_numpy(int)
    one, other = table.index.name or "one coder", table.columns.name or "the other"
    with plt.rc_context(STYLE):
        ax.imshow(counts, cmap=_PALE, vmin=0, vmax=max(1.6 * counts.max(), 1), aspect="auto")
        for i, j in np.argwhere(counts > 0):
            strong = "bold" if i == j else "normal"
            ax.text(j, i, f"{counts[i, j]}", ha="center", va="center", size=14, weight=strong)
        for i in range(size):
            ax.add_patch(plt.Rectangle((i - 0.5, i - 0.5), 1, 1, fill=False, ec=GREY, lw=1.5))
        ax.set_xticks(range(size), [plain(x) for x in table.columns], rotation=40, ha="right")
        ax.set_yticks(range(size), [plain(x) for x in table.index])
        ax.set_xlabel(f"main code by {other} (numbers: narratives)")
        ax.set_ylabel(f"main code by {one}")
        same = f"{one} and {other} chose the same code for {counts.trace()} of {counts.sum()} narratives"
        finish(ax, title or same, None)
    return ax


def code_shares(
    shares: pd.DataFrame,
    dimension: str,
    *,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the share of narratives with each code of a dimension, with intervals.

    A hollow mark beyond the dot: narratives in which at least one coder saw it.

    Parameters
    ----------
    shares : DataFrame
        As `incidents.frequencies` returns it.
    dimension : str
        One of its dimensions.
    prediction : object, optional
        The reader's guess.

    Examples
    --------
    >>> from cemlab.cem import incidents
    >>> ax = code_shares(incidents.frequencies(incidents.codings()), "problem")
    >>> ax.get_title(loc="left")
    'Most common: rule first and core failure (6 of 24 each)'
    """
    known = list(shares.index.get_level_values(0).unique())
    if dimension not in known:
        msg = f"dimension must be one of {', '.join(known)}, got {dimension!r}"
        raise ValueError(msg)
    rows = shares.loc[dimension]
    ax = ax or new_axes(width=9.5, height=2.0 + 0.45 * len(rows))
    y = np.arange(len(rows))
    with plt.rc_context(STYLE):
        ax.hlines(y, rows["low"], rows["high"], color=BLUE, lw=5, alpha=0.45, label="interval of the share")  # fmt: skip
        ax.plot(rows["by_any"] / rows["n"], y, "o", mec=GREY, mfc="white", ms=11, mew=1.8, label="at least one coder saw it")  # fmt: skip
        ax.plot(
            rows["value"], y, "o", color=BLUE, ms=11, label="more than half of the coders saw it"
        )
        ax.set_yticks(y, [plain(code) for code in rows.index])
        ax.set_ylim(len(y) - 0.5, -0.5)
        ax.set_xlim(-0.02, max(0.6, 1.05 * float(rows["high"].max())))
        ax.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        ax.grid(axis="x", color="#DDDDDD")
        ax.set_axisbelow(True)
        ax.set_xlabel("part of the narratives")
        ax.legend(loc="lower right", frameon=False, fontsize=12)
        most = int(rows["count"].max())
        top = [plain(code) for code in rows.index[rows["count"] == most]]
        each = " each" if len(top) > 1 else ""
        found = f"Most common: {in_a_row(top)} ({most} of {rows['n'].iloc[0]}{each})"
        finish(ax, title or found, prediction)
    return ax


def green_but_red(
    sides: pd.DataFrame,
    *,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the dashboards' colours against the stories': a square a narrative.

    Parameters
    ----------
    sides : DataFrame
        As `incidents.both_sides` returns it.
    prediction : object, optional
        The reader's guess.

    Examples
    --------
    >>> from cemlab.cem import incidents
    >>> sides = incidents.both_sides(incidents.codings(), incidents.narratives())
    >>> ax = green_but_red(sides)
    >>> ax.get_title(loc="left")
    'Of 17 narratives green on the dashboard, 9 are red as told'
    """
    some("sides", sides)
    wide = max(int(sides["dashboard"].value_counts().max()), 6)
    ax = ax or new_axes(width=10.0, height=3.6)
    with plt.rc_context(STYLE):
        for row, colour in enumerate(("green", "red")):
            told = sides.loc[sides["dashboard"] == colour, "story"]
            place = 0
            for story, paint, _ in _STORIES:
                n = int((told == story).sum())
                xs = np.arange(place, place + n)
                ax.bar(xs, 0.62, bottom=row - 0.31, width=0.86, color=paint)
                if n:
                    ax.text(xs.mean(), row - 0.34, f"{n}", ha="center", va="bottom", size=16, weight="bold")  # fmt: skip
                place += n
        for _, paint, words in _STORIES:
            ax.bar([np.nan], [np.nan], color=paint, label=words)
        ax.set_yticks([0, 1], [f"dashboard {colour}" for colour in ("green", "red")])
        ax.set_ylim(1.55, -0.7)
        ax.set_xlim(-0.7, wide - 0.3)
        ticks = [k for k in range(5, wide + 1, 5)]
        ax.set_xticks([k - 0.5 for k in ticks], [str(k) for k in ticks])
        ax.set_xlabel("narratives")
        ax.legend(loc="lower right", frameon=False, fontsize=12)
        green = sides[sides["dashboard"] == "green"]
        red = int((green["story"] == "red").sum())
        found = f"Of {len(green)} narratives green on the dashboard, {red} {'is' if red == 1 else 'are'} red as told"
        finish(ax, title or found, prediction)
    return ax


# --- inside ------------------------------------------------------------------------


def some(name: str, table: pd.DataFrame) -> None:
    """Stop if a table has no row."""
    if table.empty:
        msg = f"{name} must have at least one row, got none"
        raise ValueError(msg)


def _labels(index: pd.Index) -> list[str]:
    """Return the rows' names; a first part that all share is left out."""
    if isinstance(index, pd.MultiIndex) and len(set(index.get_level_values(0))) == 1:
        index = index.droplevel(0)
    return [", ".join(map(plain, key)) if isinstance(key, tuple) else plain(key) for key in index]


def plain(key: object) -> str:
    """Return a key in words."""
    return str(key).replace("_", " ")


def in_a_row(names: Sequence[str]) -> str:
    """Return names in a row, the last after "and"; many as their number.

    >>> in_a_row(["a"]), in_a_row(["a", "b"]), in_a_row(["a", "b", "c"]), in_a_row(["a"] * 5)
    ('a', 'a and b', 'a, b and c', '5 of them')
    """
    if len(names) > 3:
        return f"{len(names)} of them"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _agreement_title(names: Sequence[str], value: np.ndarray) -> str:
    known = np.flatnonzero(np.isfinite(value))
    if not known.size:
        return "Agreement beyond chance is not defined: everything was coded alike"
    best, worst = known[value[known].argmax()], known[value[known].argmin()]
    if best == worst:
        return f"Agreement beyond chance on {names[best]}: {value[best]:.2f}"
    return f"Agreement beyond chance from {value[worst]:.2f} ({names[worst]}) to {value[best]:.2f} ({names[best]})"


def _under_bands(ax: Axes, prediction: object) -> None:
    """Move the title over the words of the bands, and write the prediction between them."""
    show_prediction(ax, prediction, lift=20.0)
    room = 24 if prediction is None else 56
    ax.set_title(ax.get_title(loc="left"), loc="left", **(TITLE | {"pad": room}))
