"""Figures of returns: the distribution and its lines."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from cemlab import _words
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

    Above are the range of nine draws in ten and the mean. The largest 1 % of the returns are
    left out of the picture, but not of its figures.

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
    ax = ax or new_axes(width=10.0, height=4.8)
    with plt.rc_context(STYLE):
        found = histogram(draws, ax=ax, guessed=getattr(prediction, "value", None))
        returns = draws["roi"].to_numpy(np.float64)
        _nine_in_ten(returns, ax)
        beyond = float((returns > ax.get_xlim()[1]).mean())
        more = f"; {_words.share(beyond, beyond)} of the draws lie further right, " * (beyond > 0)
        more += f"up to {percent(returns.max())}" * (beyond > 0)
        ax.set_xlabel(f"return on investment{more}")
        ax.set_ylabel("part of the draws")
        ax.legend(loc="upper right", bbox_to_anchor=(1.0, 0.85), frameon=False)
        finish(ax, title or found, prediction)
    return ax


def roi_lines(
    lines: pd.DataFrame,
    *,
    currency: str = "USD",
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw benefits and costs as ranges with middle and mean, the largest of each on top.

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
    'On average research brings 100% of all benefits, tools is 100% of all costs'
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
            ax.plot(row["mean"], place, "|", color="black", mew=2.5, ms=18)
            words = f"{amount(row['low'], 2)} to {amount(row['high'], 2)}"
            words = words if row["low"] != row["high"] else amount(row["high"])
            ax.annotate(words, (row["high"], place), (10, 0), textcoords="offset points",
                        va="center", size=12)  # fmt: skip
        for kind in kinds:
            colour, marker = _KINDS[kind]
            ax.plot([], [], marker, color=colour, ms=10, label=f"{kind}: middle")
        ax.plot([], [], "|", color="black", mew=2.5, ms=18, label="mean")
        if (rows["mark"] == "contested").any():
            ax.plot([], [], "o", color=GREY, mfc="white", mew=2.5, ms=10, label="contested")
        if len(parts) == 2:
            ax.axhline(len(parts[0]) - 0.5, color="#BBBBBB", lw=1)
        ax.set_yticks(range(len(rows)), [str(name) for name in rows.index])
        ax.set_ylim(len(rows) - 0.4, -0.6)
        ax.set_xlim(min(0.0, 1.1 * rows["low"].min()), 1.28 * top)
        ax.xaxis.set_major_locator(MaxNLocator(6))
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: amount(value)))
        ax.set_xlabel(f"{currency} a year; bars hold 90 % of the draws")
        ax.grid(axis="x", color="#DDDDDD")
        ax.set_axisbelow(True)
        ax.legend(loc="lower left", ncols=4, frameon=False, bbox_to_anchor=(0.0, 1.0),
                  borderaxespad=0.2)  # fmt: skip
        show_prediction(ax, prediction, lift=32.0)
        pad = 36 if prediction is None else 68
        ax.set_title(title or _largest(lines), loc="left", **(TITLE | {"pad": pad}))
    return ax


# --- parts, also for dashboards ------------------------------------------------------


def histogram(
    draws: pd.DataFrame,
    *,
    ax: Axes,
    guessed: float | None = None,
    ticks: int = 7,
    hatched: bool = True,
) -> str:
    """Draw returns with losses and gains apart; return what was found."""
    returns = draws["roi"].to_numpy(np.float64)
    if not returns.size or not np.isfinite(returns).all():
        msg = f"draws must be at least one finite return, got {returns.size} draws"
        raise ValueError(msg)
    median, loss = float(np.median(returns)), float((returns < 0).mean())
    lost = _words.share(loss, loss)
    low, high = np.quantile(returns, [0.001, 0.99])
    low, high = min(low, -0.05), max(high, 0.05)
    if guessed is not None:
        low, high = min(low, guessed), max(high, guessed)
    # Breaking even is an edge between two bars, so that no bar is loss and gain at once.
    width = (high - low) / _BINS
    edges = width * np.arange(np.floor(low / width), np.ceil(high / width) + 1)
    counts, _ = np.histogram(returns, edges)
    zero = int(np.argmin(np.abs(edges)))
    for part, at, colour, hatch, words in (
        (counts[:zero], edges[: zero + 1], RED, "//", f"loss: {lost} of the draws"),
        (counts[zero:], edges[zero:], BLUE, "", f"no loss: {_words.share(1 - loss, 1 - loss)}"),
    ):
        ax.stairs(part / returns.size, at, fill=True, fc=colour, ec="white",
                  hatch=hatch if hatched else "",
                  lw=0.5, label=words)  # fmt: skip
    ax.axvline(0, color="black", lw=2, label="break-even")
    ax.axvline(median, color=GREY, ls="--", lw=2.5, label=f"middle: {percent(median)}")
    if guessed is not None:
        ax.axvline(guessed, color=PURPLE, ls=":", lw=3, label="your prediction")
    ax.set_xlim(edges[0], edges[-1])
    ax.xaxis.set_major_locator(MaxNLocator(ticks))
    ax.xaxis.set_major_formatter(percents())
    ax.yaxis.set_major_locator(MaxNLocator(4))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:.3g}%"))
    return f"A loss in {lost} of the draws; the middle return is {percent(median)}"


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


def amount(value: float, figures: int = 3) -> str:
    """Return an amount in three figures, or more.

    >>> amount(745, 2), amount(12.34, 2)
    ('740', '12')
    >>> amount(0.033), amount(745), amount(28310.7), amount(1.2e7), amount(-62049), amount(999600)
    ('0.033', '745', '28,300', '12 m', '−62,000', '1 m')
    """
    rounded = float(f"{value:.{figures}g}")
    size, word = next(((s, w) for s, w in _SIZES if abs(rounded) >= s), (1.0, ""))
    whole = 100 <= abs(rounded) < 1e6 and rounded.is_integer()
    shown = f"{rounded:,.0f}" if whole else f"{rounded / size:.{figures}g}"
    return f"{shown}{word}".replace("-", "−")


def _nine_in_ten(returns: NDArray[np.float64], ax: Axes) -> None:
    """Draw over the bars from where to where nine draws in ten lie, and their mean."""
    low, high = np.quantile(returns, [0.05, 0.95])
    top = ax.get_ylim()[1]
    y, mean = 1.12 * top, float(returns.mean())
    ax.plot([low, high], [y, y], color="black", lw=3, marker="|", ms=16, mew=3,
            label="nine draws in ten")  # fmt: skip
    for at, side in ((low, -1), (high, 1)):
        ax.annotate(percent(at), (at, y), (8 * side, 0), textcoords="offset points",
                    ha="left" if side > 0 else "right", va="center", weight="bold")  # fmt: skip
    ax.plot(mean, y, "D", color=ORANGE, mec="black", ms=11, label=f"mean: {percent(mean)}")
    left, right = ax.get_xlim()
    ax.set_xlim(min(left, low - 0.09 * (right - left)), right)
    ax.set_ylim(0, 1.25 * top)


def _largest(lines: pd.DataFrame) -> str:
    words = []
    for kind, verb in (("benefit", "brings"), ("cost", "is")):
        part = lines[(lines["kind"] == kind) & (lines["mean"] > 0)]
        if len(part):
            name = part["mean"].idxmax()
            words.append(f"{name} {verb} {part.loc[name, 'share']:.0%} of all {kind}s")
    found = ", ".join(words)
    return f"On average {found}" if found else "Nothing comes in and nothing goes out"
