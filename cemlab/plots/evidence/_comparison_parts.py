"""Parts that figures of comparisons share: times, the event, figures in a title."""

import textwrap
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.ticker import MaxNLocator


def short(value: float, like: float | None = None) -> str:
    """Write three figures of a value, or as many decimals as three figures of `like` have."""
    figures = f"{abs(value if like is None else like):#.3g}"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    decimals = len(figures.partition(".")[2])
    return f"{value:.3g}" if like is None or "e" in figures else f"{value:.{decimals}f}"


def folded(title: str, ax: Axes) -> str:
    r"""Return a title in lines that fit over the axes.

    >>> import matplotlib.pyplot as plt
    >>> folded("one two three", plt.figure(figsize=(1, 1)).subplots())
    'one two\nthree'
    """
    figure = ax.get_figure(root=True)
    inches = ax.get_position().width * figure.get_figwidth() if figure is not None else 9.0
    whole = title.replace(" = ", "\xa0=\xa0")  # p and its value stay on one line
    lines = textwrap.wrap(whole, max(int(9.5 * inches), 10), break_long_words=False)
    return "\n".join(lines).replace("\xa0", " ")


def event_at(ax: Axes, when: Any, name: str = "event", *, top: bool = False) -> None:
    ax.axvline(when, color="black", lw=1.5, ls=":", zorder=0)
    left, right = ax.get_xlim()
    place = float(ax.convert_xunits(when))  # type: ignore[no-untyped-call]
    late = top or place > left + 0.85 * (right - left)
    ax.annotate(name, (when, 1.0 if late else 0.0), (-4, -4) if late else (4, 4),
                xycoords=("data", "axes fraction"), textcoords="offset points",
                ha="right" if late else "left", va="top" if late else "baseline")  # fmt: skip


def legend(ax: Axes) -> None:
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=2, frameon=False)


def time_axis(ax: Axes, index: pd.Index) -> None:
    if not isinstance(index, pd.DatetimeIndex):
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.set_xlabel("time")
        return
    place = AutoDateLocator(minticks=3, maxticks=8)
    ax.xaxis.set_major_locator(place)
    ax.xaxis.set_major_formatter(ConciseDateFormatter(place))
    ax.set_xlabel("date")
