"""Figure of the people it takes to read and answer what comes in, week by week."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from cemlab.plots._style import BLUE, PURPLE, RED, STYLE, finish, new_axes


def readers(
    table: pd.DataFrame,
    *,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how many readers it takes, week by week, and how many there are.

    Parameters
    ----------
    table : DataFrame
        Of `conversations.readers_needed`.
    prediction : object, optional
        The reader's guess; a kept guess is people in the last week and marked there, with an
        arrow at the top if it lies beyond the axes.

    Examples
    --------
    >>> from cemlab.cem.conversations import readers_needed
    >>> ax = readers(readers_needed(3600, growth_per_week=1, minutes_each=1, weeks=2, staff=20))
    >>> ax.get_title(loc="left")
    'From week 2 on, 20 readers no longer suffice'
    """
    if table.empty:
        msg = "table must be at least one week, got none"
        raise ValueError(msg)
    ax = ax or new_axes(width=10.0, height=4.8)
    week, people = table["week"].to_numpy(), table["readers"].to_numpy()
    short = np.zeros(len(table), bool)
    top = float(people.max())
    with plt.rc_context(STYLE):
        if "staff" in table:
            staff = int(table["staff"].iloc[0])
            short = ~table["suffices"].to_numpy(bool)
            top = max(top, staff)
            ax.axhline(staff, color="black", ls="--", lw=2, label=f"readers there are: {staff:,}")
        for part, colour, name in (
            (~short, BLUE, "readers needed"),
            (short, RED, "more than there are"),
        ):
            if part.any():
                hatch = "//" if colour == RED else None
                ax.bar(week[part], people[part], width=0.8, color=colour, hatch=hatch,
                       edgecolor="white", lw=0, label=name)  # fmt: skip
        guessed = getattr(prediction, "value", None)
        top = 1.3 * top or 1.0
        if guessed is not None:
            beyond = guessed > top
            y, marker = (0.94 * top, "^") if beyond else (guessed, "*")
            ax.plot(
                week[-1], y, marker, color=PURPLE, ms=14 if beyond else 22, mec="white", zorder=5
            )
            if beyond:
                ax.annotate(f"{guessed:,.0f}, off the top", (week[-1], y), (-12, 0), color=PURPLE,
                            ha="right", va="center", textcoords="offset points")  # fmt: skip
        ax.set_ylim(0, top)
        ax.set_xlim(week[0] - 0.6, week[-1] + 0.6)
        ax.xaxis.set_major_locator(MaxNLocator(10, integer=True))
        ax.yaxis.set_major_locator(MaxNLocator(5, integer=True))
        ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        ax.set_xlabel("weeks from now")
        ax.set_ylabel("readers (people)")
        ax.legend(loc="upper left", ncols=3, frameon=False)
        finish(ax, title or _enough(table, short), prediction)
    return ax


# --- inside ------------------------------------------------------------------------


def _enough(table: pd.DataFrame, short: NDArray[np.bool_]) -> str:
    first, last = int(table["readers"].iloc[0]), int(table["readers"].iloc[-1])
    weeks = int(table["week"].iloc[-1])
    if "staff" not in table:
        return f"From {first:,} to {last:,} readers in {weeks} weeks"
    staff = int(table["staff"].iloc[0])
    if not short.any():
        return f"{staff:,} readers suffice for all {weeks} weeks"
    if short.all():
        return f"{staff:,} readers do not suffice in any week"
    if short[-1] and not short[: short.argmax()].any() and short[short.argmax() :].all():
        begin = table["week"].iloc[int(short.argmax())]
        return f"From week {begin} on, {staff:,} readers no longer suffice"
    return f"{staff:,} readers suffice in {int((~short).sum())} of {len(table)} weeks"
