"""Figures of money, on one scale from a hundred to hundreds of millions."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from cemlab.plots._style import BLUE, ORANGE, RED, STYLE, TITLE, new_axes

_INK = {"": BLUE, "assumed": "#9A6200", "contested": RED}


def money(
    amounts: Mapping[str, float | tuple[float, float, str]],
    *,
    title: str | None = None,
    limits: tuple[float, float] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw amounts from a hundred to hundreds of millions on one scale.

    Parameters
    ----------
    amounts : mapping
        What it is -> a documented amount, or (low, high, mark) with the mark "assumed" or
        "contested" (USD, above 0).
    limits : (float, float), optional
        Ends of the scale (USD); by default they follow from the amounts.
    """
    rows = [a if isinstance(a, tuple) else (a, a, "") for a in amounts.values()]
    ax = ax or new_axes(width=9.5, height=1.4 + 0.5 * len(amounts))
    with plt.rc_context(STYLE):
        for y, (low, high, mark) in enumerate(rows):
            colour = {"": BLUE, "assumed": ORANGE, "contested": RED}[mark]
            ax.plot([low, high], [y, y], color=colour, lw=8, alpha=0.4, solid_capstyle="butt")
            ax.plot([low, high], [y, y], "o", color=colour, ms=9)
            words = _usd(low) if low == high else f"{_usd(low)} to {_usd(high)}"
            ax.annotate(
                f"{words} ({mark})" if mark else words, (high, y), (9, 0),
                textcoords="offset points", va="center", color=_INK[mark],
            )  # fmt: skip
        ax.set_yticks(range(len(amounts)), list(amounts))
        ax.set_ylim(len(amounts) - 0.5, -0.5)
        ax.set_xscale("log")
        ax.minorticks_off()
        ax.set_xlim(limits or (min(r[0] for r in rows) / 3, max(r[1] for r in rows) * 300))
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
