"""Figures of returns: the distribution, its lines, and what drives it."""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter

from cemlab import _checks, _words
from cemlab.plots._style import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    RED,
    STYLE,
    TITLE,
    finish,
    new_axes,
    show_prediction,
)

_MARKS = {"source": (BLUE, ""), "assumed": (ORANGE, "//"), "contested": (RED, "xx")}
_KINDS = {"benefit": (GREEN, "o"), "cost": (RED, "s")}
_BINS = 60
_SIZES = ((1e9, " bn"), (1e6, " m"))


def roi_distribution(
    draws: pd.DataFrame,
    *,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the returns that the assumptions allow, with the losses shaded.

    The largest 1 % of the returns are left out of the picture, but not of its figures.

    Parameters
    ----------
    draws : DataFrame
        `roi` (share of 1), a row a draw, of `roi.calculator`.
    prediction : object, optional
        The reader's guess; a kept guess is a return as a share of 1 and drawn as a line.

    Examples
    --------
    >>> ax = roi_distribution(pd.DataFrame({"roi": [-0.5, 0.2, 0.4, 0.6]}))
    >>> ax.get_title(loc="left")
    'A loss in 25% of the draws; the middle return is 30%'
    """
    returns = draws["roi"].to_numpy(np.float64)
    if not returns.size or not np.isfinite(returns).all():
        msg = f"draws must be at least one finite return, got {returns.size} draws"
        raise ValueError(msg)
    median, loss = float(np.median(returns)), float((returns < 0).mean())
    lost = _words.share(loss, loss)
    low, high = np.quantile(returns, [0.001, 0.99])
    low, high = min(low, -0.05), max(high, 0.05)
    guessed = getattr(prediction, "value", None)
    if guessed is not None:
        low, high = min(low, guessed), max(high, guessed)
    # Breaking even is an edge between two bars, so that no bar is loss and gain at once.
    width = (high - low) / _BINS
    edges = width * np.arange(np.floor(low / width), np.ceil(high / width) + 1)
    counts, _ = np.histogram(returns, edges)
    ax = ax or new_axes(width=10.0, height=4.8)
    with plt.rc_context(STYLE):
        zero = int(np.argmin(np.abs(edges)))
        for part, at, colour, hatch, words in (
            (counts[:zero], edges[: zero + 1], RED, "//", f"loss: {lost} of the draws"),
            (counts[zero:], edges[zero:], BLUE, "", f"no loss: {_words.share(1 - loss, 1 - loss)}"),
        ):
            ax.stairs(part / returns.size, at, fill=True, fc=colour, ec="white", hatch=hatch,
                      lw=0.5, label=words)  # fmt: skip
        ax.axvline(0, color="black", lw=2, label="break-even")
        ax.axvline(median, color=GREY, ls="--", lw=2.5, label=f"middle: {percent(median)}")
        if guessed is not None:
            ax.axvline(guessed, color=PURPLE, ls=":", lw=3, label="your prediction")
        ax.set_xlim(edges[0], edges[-1])
        ax.xaxis.set_major_locator(MaxNLocator(7))
        ax.xaxis.set_major_formatter(percents())
        ax.yaxis.set_major_locator(MaxNLocator(4))
        ax.yaxis.set_major_formatter(PercentFormatter(1.0))
        ax.set_xlabel("return on investment (100%: twice the cost comes back)")
        ax.set_ylabel("part of the draws")
        ax.legend(loc="upper right", frameon=False)
        found = f"A loss in {lost} of the draws; the middle return is {percent(median)}"
        finish(ax, title or found, prediction)
    return ax


def tornado(
    table: pd.DataFrame,
    *,
    most: int = 10,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how far each assumption alone moves the return, the farthest on top.

    Parameters
    ----------
    table : DataFrame
        `tornado` of `roi.calculator`.
    most : int
        Bars to draw, at least 1; the rest are counted in the label of the axis.
    prediction : object, optional
        The reader's guess.

    Examples
    --------
    >>> from cemlab.crm import roi
    >>> made = roi.calculator({"research": {"studies": 2, "price": (1000, 4000), "as_good": 1},
    ...                        "tools": {"cost": (3000, 4000, 5000)}}, rng=1)
    >>> tornado(made.tornado).get_title(loc="left")
    'Research price alone moves the return from −50% to 100%'
    """
    count = _checks.whole("most", most, low=1)
    moving = table[table["swing"] > 0]
    if moving.empty:
        msg = "table must have at least one assumption that moves the return, got none"
        raise ValueError(msg)
    rows = moving.head(count)
    base = float(rows["roi_likely"].iloc[0])
    ax = ax or new_axes(width=11.0, height=2.3 + 0.5 * len(rows))
    y = np.arange(len(rows))
    with plt.rc_context(STYLE):
        left = rows[["roi_low", "roi_high"]].min(axis=1)
        for place, start, size, mark in zip(y, left, rows["swing"], rows["mark"], strict=True):
            colour, hatch = _MARKS[mark]
            ax.barh(place, size, left=start, height=0.62, color=colour, hatch=hatch, ec="white")
        box = {"boxstyle": "round,pad=0.1", "fc": "white", "ec": "none", "alpha": 0.8}
        for place, (_, row) in zip(y, rows.iterrows(), strict=True):
            turned = row["roi_high"] < row["roi_low"]
            for end, side in (("low", 1 if turned else -1), ("high", -1 if turned else 1)):
                ax.annotate(_short(row[end]), (row[f"roi_{end}"], float(place)), (4 * side, 0),
                            textcoords="offset points", va="center", size=11, bbox=box,
                            ha="left" if side > 0 else "right")  # fmt: skip
        ax.axvline(0, color="black", lw=2, label="break-even")
        ax.axvline(base, color=GREY, ls="--", lw=2, label=f"all at likely: {percent(base)}")
        names = [name_of(row) for _, row in rows.iterrows()]
        ax.set_yticks(y, names)
        ax.set_ylim(len(rows) - 0.4, -0.6)
        low, high = min(left.min(), 0.0), max((left + rows["swing"]).max(), 0.0)
        room = 0.13 * (high - low)
        ax.set_xlim(low - room, high + room)
        ax.xaxis.set_major_locator(MaxNLocator(6))
        ax.xaxis.set_major_formatter(percents())
        left_out = len(moving) - len(rows)
        more = f"; {left_out} smaller bars left out" if left_out else ""
        ax.set_xlabel(f"return, each moved alone from its low to its high{more}")
        handles, _ = ax.get_legend_handles_labels()
        marks = [mark for mark in _MARKS if (rows["mark"] == mark).any()]
        handles += [Patch(fc=_MARKS[m][0], hatch=_MARKS[m][1], ec="white", label=m) for m in marks]
        ax.legend(handles=handles, loc="lower left", ncols=len(handles), frameon=False,
                  bbox_to_anchor=(0.0, 1.0), borderaxespad=0.2, columnspacing=1.2,
                  handletextpad=0.5)  # fmt: skip
        show_prediction(ax, prediction, lift=32.0)
        first, second = sorted(rows[["roi_low", "roi_high"]].iloc[0])
        found = f"{names[0]} alone moves the return from {percent(first)} to {percent(second)}"
        found = found[:1].upper() + found[1:]
        pad = 36 if prediction is None else 68
        ax.set_title(title or found, loc="left", **(TITLE | {"pad": pad}))
    return ax


def roi_lines(
    lines: pd.DataFrame,
    *,
    currency: str = "USD",
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw benefits and costs as ranges, the largest of each on top.

    Parameters
    ----------
    lines : DataFrame
        `lines` of `roi.calculator`: 5, 50 and 95 % of the draws.
    currency : str
        Of all money.
    prediction : object, optional
        The reader's guess.

    Examples
    --------
    >>> from cemlab.crm import roi
    >>> made = roi.calculator({"research": {"studies": 2, "price": 4000, "as_good": 1},
    ...                        "tools": {"cost": (3000, 5000)}}, rng=1)
    >>> roi_lines(made.lines).get_title(loc="left")
    'Research brings 100% of all benefits, tools is 100% of all costs'
    """
    kinds = [kind for kind in _KINDS if (lines["kind"] == kind).any()]
    if not kinds:
        msg = "lines must be at least one benefit or cost, got none"
        raise ValueError(msg)
    parts = [lines[lines["kind"] == kind].sort_values("median", ascending=False) for kind in kinds]
    rows = pd.concat(parts)
    ax = ax or new_axes(width=10.0, height=2.0 + 0.45 * len(rows))
    top = rows["high"].max() or 1.0
    with plt.rc_context(STYLE):
        for place, (_, row) in enumerate(rows.iterrows()):
            colour, marker = _KINDS[row["kind"]]
            ax.plot([row["low"], row["high"]], [place] * 2, color=colour, lw=8, alpha=0.4,
                    solid_capstyle="butt")  # fmt: skip
            fill = "white" if row["mark"] == "contested" else colour
            ax.plot(row["median"], place, marker, color=colour, mfc=fill, mew=2.5, ms=10)
            words = f"{_short(row['low'])} to {_short(row['high'])}"
            words = words if row["low"] != row["high"] else _short(row["high"])
            ax.annotate(words, (row["high"], place), (10, 0), textcoords="offset points",
                        va="center", size=12)  # fmt: skip
        for kind in kinds:
            colour, marker = _KINDS[kind]
            ax.plot([], [], marker, color=colour, ms=10, label=f"{kind}: middle of the draws")
        if (rows["mark"] == "contested").any():
            ax.plot([], [], "o", color=GREY, mfc="white", mew=2.5, ms=10, label="contested")
        if len(parts) == 2:
            ax.axhline(len(parts[0]) - 0.5, color="#BBBBBB", lw=1)
        ax.set_yticks(range(len(rows)), [str(name) for name in rows.index])
        ax.set_ylim(len(rows) - 0.4, -0.6)
        ax.set_xlim(min(0.0, 1.1 * rows["low"].min()), 1.28 * top)
        ax.xaxis.set_major_locator(MaxNLocator(6))
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _short(value)))
        ax.set_xlabel(f"{currency} a year; bars hold 90 % of the draws")
        ax.grid(axis="x", color="#DDDDDD")
        ax.set_axisbelow(True)
        ax.legend(loc="lower left", ncols=3, frameon=False, bbox_to_anchor=(0.0, 1.0),
                  borderaxespad=0.2)  # fmt: skip
        show_prediction(ax, prediction, lift=32.0)
        pad = 36 if prediction is None else 68
        ax.set_title(title or _largest(lines), loc="left", **(TITLE | {"pad": pad}))
    return ax


# --- inside ------------------------------------------------------------------------


def percents() -> FuncFormatter:
    """Return what writes an axis of shares in per cent."""
    return FuncFormatter(lambda value, _: percent(value))


def percent(value: float) -> str:
    """Return a share in per cent, with a true minus.

    >>> percent(-0.125), percent(12.0)
    ('−12%', '1,200%')
    """
    return f"{100 * value:,.0f}%".replace("-", "−")


def _short(value: float) -> str:
    """Return an amount in three figures.

    >>> _short(0.033), _short(745), _short(28310.7), _short(1.2e7), _short(-62049), _short(999600)
    ('0.033', '745', '28,300', '12 m', '−62,000', '1 m')
    """
    rounded = float(f"{value:.3g}")
    size, word = next(((s, w) for s, w in _SIZES if abs(rounded) >= s), (1.0, ""))
    shown = f"{rounded:,.0f}" if 1000 <= abs(rounded) < 1e6 else f"{rounded / size:.3g}"
    return f"{shown}{word}".replace("-", "−")


def name_of(row: "pd.Series[Any]") -> str:
    """Return an assumption's name in words.

    >>> name_of(pd.Series({"line": "support", "input": "cost_here"}))
    'support cost here'
    """
    same = str(row["line"]) == str(row["input"])
    words = str(row["input"]) if same else f"{row['line']} {row['input']}"
    return words.replace("_", " ")


def _largest(lines: pd.DataFrame) -> str:
    words = []
    for kind, verb in (("benefit", "brings"), ("cost", "is")):
        part = lines[(lines["kind"] == kind) & (lines["mean"] > 0)]
        if len(part):
            name = part["mean"].idxmax()
            words.append(f"{name} {verb} {part.loc[name, 'share']:.0%} of all {kind}s")
    found = ", ".join(words)
    return found[:1].upper() + found[1:] or "Nothing comes in and nothing goes out"
