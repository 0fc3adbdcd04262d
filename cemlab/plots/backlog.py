"""A figure of the backlog: what is open in the company's files, and what for its customers."""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from cemlab.plots._style import ACTORS, GREY, PURPLE, STYLE, finish, new_axes

_SIDES = {
    "customer": ("open for the customer", "-", "o"),
    "company": ("open in the company's files", "--", "s"),
}
_AREAS = {
    True: ("closed in the files, not solved", "#F3C9A0"),
    False: ("solved, still open in the files", "#D5E6F2"),
}
_FEW = 15


def backlog(
    table: pd.DataFrame,
    *,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw open issues over time, as the company's files and as its customers count them.

    The area between the lines is the difference of the two counts: issues that are closed and
    not solved, less those that are solved and not closed. Where dates are uncertain, a line is
    the middle of the lowest and the highest count, which are dotted.

    Parameters
    ----------
    table : DataFrame
        Of `crm.desk.backlog`. A side that the log never records has no line.
    prediction : object, optional
        The reader's guess; a kept guess is the number of issues open for customers at the end,
        and a star.

    Examples
    --------
    >>> from cemlab.crm import desk
    >>> log = pd.DataFrame({"customer": ["Ana", "Ana", "Bo", "Bo"], "actor": ["customer", "company"] * 2,
    ...                     "time": ["2024-05-01", "2024-05-02", "2024-05-02", "2024-05-03"],
    ...                     "kind": ["contact", "close"] * 2})
    >>> both = pd.concat([log, log.assign(actor="customer", kind="resolve")[1:2]])
    >>> ax = backlog(desk.backlog(both))
    >>> ax.get_title(loc="left")
    'At the end: 0 issues open in the files, 1 for customers'
    """
    counts = {side: _counts(table, side) for side in _SIDES}
    known = {side: count for side, count in counts.items() if count is not None}
    if table.empty or not known:
        msg = "table must have at least one period with closings or solutions recorded, got none"
        raise ValueError(msg)
    x = table["end"].to_numpy()
    ax = ax or new_axes(width=10.0, height=5.0)
    with plt.rc_context(STYLE):
        if len(known) == 2:
            _area(ax, table["end"], known["customer"][1], known["company"][1])
        dotted = False
        for side, (low, middle, high) in known.items():
            words, dash, marker = _SIDES[side]
            colour = ACTORS[side]
            if (high > low).any():
                ax.plot(x, low, ":", x, high, ":", color=colour, lw=1.8)
                dotted = True
            ax.plot(x, middle, dash, color=colour, lw=2.5, label=words,
                    marker=marker if len(x) <= _FEW else None, ms=7)  # fmt: skip
        if dotted:
            ax.plot(
                [], [], ":", color=GREY, lw=1.8, label="lowest and highest: dates are uncertain"
            )
        guessed = getattr(prediction, "value", None)
        top = max(float(high.max()) for _, _, high in known.values())
        if guessed is not None:
            ax.plot(x[-1], guessed, "*", color=PURPLE, ms=20, zorder=5, clip_on=False,
                    label="your prediction")  # fmt: skip
            top = max(top, float(guessed))
        ax.set_ylim(0, 1.3 * top or 1)
        ax.yaxis.set_major_locator(MaxNLocator(5, integer=True))
        ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        locator = AutoDateLocator(maxticks=8)
        ax.xaxis.set_major_locator(locator)
        ax.xaxis.set_major_formatter(ConciseDateFormatter(locator))
        ax.set_xlabel("end of the period")
        ax.set_ylabel("open issues")
        ax.legend(loc="upper left", ncols=2, frameon=False, fontsize=12)
        finish(ax, title or _found(known), prediction)
    return ax


# --- inside ------------------------------------------------------------------------


def _counts(table: pd.DataFrame, side: str) -> tuple[Any, Any, Any] | None:
    """Return the lowest, middle and highest count of each period, None if not recorded."""
    bounds = table[[f"open_{side}_low", f"open_{side}_high"]]
    if bounds.isna().any(axis=None):
        return None
    low, high = bounds.to_numpy(np.float64).T
    return low, (low + high) / 2, high


def _area(ax: Axes, end: pd.Series, hers: NDArray[np.float64], files: NDArray[np.float64]) -> None:
    """Fill what lies between the lines, each side of it with a name of its own."""
    for more, (words, colour) in _AREAS.items():
        where = hers > files if more else hers < files
        if where.any():
            side = hers >= files if more else hers <= files
            ax.fill_between(end.to_numpy(), files, hers, where=side, interpolate=True,
                            color=colour, lw=0, label=words, zorder=0)  # fmt: skip


def _found(known: dict[str, tuple[Any, Any, Any]]) -> str:
    shown = {side: _span(count[0][-1], count[2][-1]) for side, count in known.items()}
    many = next(iter(shown.values()))
    noun = "issue" if many == "1" else "issues"
    if len(shown) == 2:
        noun = "issue" if shown["company"] == "1" else "issues"
        return f"At the end: {shown['company']} {noun} open in the files, {shown['customer']} for customers"
    if "company" in shown:
        return f"At the end: {many} {noun} open in the files; solutions are not recorded"
    return f"At the end: {many} {noun} open for customers; closings are not recorded"


def _span(low: float, high: float) -> str:
    return f"{low:,.0f}" if low == high else f"{low:,.0f} to {high:,.0f}"
