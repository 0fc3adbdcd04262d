"""Figures of money, on one scale from a hundred to hundreds of millions."""

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from cemlab.plots._style import BLUE, ORANGE, RED, STYLE, TITLE, new_axes


def money(
    amounts: pd.DataFrame,
    *,
    title: str | None = None,
    limits: tuple[float, float] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw amounts from a hundred to hundreds of millions on one scale.

    Parameters
    ----------
    amounts : DataFrame
        Index: what it is; `low` and `high` (USD, above 0; equal for one number) and
        `mark` ("" for a documented figure, "assumed" or "contested" otherwise).
    limits : (float, float), optional
        Ends of the scale (USD); by default they follow from the amounts.
    """
    ax = ax or new_axes(width=9.5, height=1.4 + 0.5 * len(amounts))
    with plt.rc_context(STYLE):
        for y, (_, row) in enumerate(amounts.iterrows()):
            colour = {"": BLUE, "assumed": ORANGE, "contested": RED}[row["mark"]]
            ax.plot(
                [row["low"], row["high"]],
                [y, y],
                color=colour,
                lw=8,
                alpha=0.4,
                solid_capstyle="butt",
            )
            ax.plot([row["low"], row["high"]], [y, y], "o", color=colour, ms=9)
            words = (
                _usd(row["low"])
                if row["low"] == row["high"]
                else f"{_usd(row['low'])} to {_usd(row['high'])}"
            )
            ax.annotate(
                f"{words}{' (' + row['mark'] + ')' if row['mark'] else ''}",
                (row["high"], y),
                (9, 0),
                textcoords="offset points",
                va="center",
                color=colour,
            )
        ax.set_yticks(range(len(amounts)), list(amounts.index))
        ax.set_ylim(len(amounts) - 0.5, -0.5)
        ax.set_xscale("log")
        ax.set_xlim(limits or (amounts["low"].min() / 3, amounts["high"].max() * 300))
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _usd(value)))
        ax.set_xlabel("US dollars (each step is ten times the last)")
        ax.grid(axis="x", color="#DDDDDD")
        ax.set_title(title or "What decisions cost, and what was at stake", loc="left", **TITLE)
    return ax


def _usd(value: float) -> str:
    for size, word in ((1e9, " bn"), (1e6, " m"), (1e3, ",000")):
        if value >= size:
            return f"{value / size:,.4g}{word}" if word != ",000" else f"{value:,.0f}"
    return f"{value:,.0f}"
