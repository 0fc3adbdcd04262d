"""Figure of breaks: how clear a series breaks at an event, and at every other date."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.legend_handler import HandlerTuple
from matplotlib.lines import Line2D

from cemlab.plots._style import BLUE, GREY, ORANGE, STYLE, finish, new_axes


def breaks_by_date(
    table: pd.DataFrame,
    *,
    event_name: str = "the event",
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how clear the break at each date is, and which are at least as clear as the event's.

    How clear is the size of t: the break over its error. Triangles point the way of the break.

    Parameters
    ----------
    table : DataFrame
        Of `placebo_interruptions`: by date `value` (the break), `t`, `event` (True for one).
    event_name : str
        What happened at the event.
    prediction : object, optional
        The reader's guess.

    Notes
    -----
    Critique: neighbouring dates are almost the same test. Twenty of them are no twenty proofs.

    Examples
    --------
    >>> from cemlab.evidence import placebo_interruptions
    >>> noise = [0, 1, 0, 0, 1, 0, 1, 1, 0, 1]
    >>> found = placebo_interruptions([*noise, *(x + 9 for x in noise)], event=10, errors="ols")
    >>> breaks_by_date(found).get_title(loc="left")
    'None of the 4 other dates has a break as clear as the event'
    """
    own = table["event"].to_numpy(bool)
    if own.sum() != 1:
        msg = f"table must mark one event, got {own.sum()}: take that of placebo_interruptions"
        raise ValueError(msg)
    size = table["t"].abs().to_numpy(float)
    if not np.isfinite(size).all():
        msg = f"table must have a known t at each date, got {np.sum(~np.isfinite(size))} without: leave those dates out"
        raise ValueError(msg)
    clear = (size >= size[own][0]) & ~own
    up = table["value"].to_numpy(float) >= 0
    named: dict[str, tuple[Line2D, ...]] = {}
    ax = ax or new_axes(width=10.5, height=5.2)
    with plt.rc_context(STYLE):
        groups = (
            (~clear & ~own, GREY, 7, "other dates, less clear"),
            (clear, ORANGE, 10, "other dates, at least as clear"),
            (own, BLUE, 15, event_name),
        )
        for rows, colour, wide, label in groups:
            marks = [mark for mark, way in (("^", up), ("v", ~up)) if (rows & way).any()]
            named[label] = tuple(
                Line2D([], [], ls="", marker=mark, color=colour, ms=wide) for mark in marks or "^v"
            )
            for way, mark in ((up, "^"), (~up, "v")):
                ax.plot(table.index[rows & way], size[rows & way], mark, color=colour, ms=wide)
        ax.axhline(size[own][0], color=BLUE, lw=2, ls="--", zorder=0)
        ax.set_ylim(0, 1.12 * max(size.max(), 1.0))
        if isinstance(table.index, pd.DatetimeIndex):
            place = AutoDateLocator(minticks=3, maxticks=9)
            ax.xaxis.set_major_locator(place)
            ax.xaxis.set_major_formatter(ConciseDateFormatter(place))
        ax.set_xlabel("date of the break that is tried (▲ up, ▼ down)")
        ax.set_ylabel("how clear the break is\n(0: not at all)")
        ax.legend(list(named.values()), list(named), loc="upper right", frameon=False,
                  handler_map={tuple: HandlerTuple(ndivide=None)}, handlelength=3.0)  # fmt: skip
        others, many = len(table) - 1, int(clear.sum())
        found = f"None of the {others} other dates has a break as clear as {event_name}"
        if many:
            verb = "shows" if many == 1 else "show"
            found = f"{many} of the {others} other dates {verb} a break at least as clear as {event_name}"  # fmt: skip
        finish(ax, title or found, prediction)
    return ax
