"""The company's count beside its customers': open issues, two clocks, and shares of the same rows."""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter
from matplotlib.transforms import ScaledTranslation
from numpy.typing import NDArray

from cemlab import _checks, _words
from cemlab.plots._style import ACTORS, BLUE, GREY, ORANGE, PURPLE, STYLE, finish, new_axes
from cemlab.plots._times import thinned, times

_SIDES = {
    "customer": ("open for the customer", "-", "o"),
    "company": ("open in the company's files", "--", "s"),
}
_AREAS = {
    True: ("closed in the files, not solved", "#F3C9A0"),
    False: ("solved, still open in the files", "#D5E6F2"),
}
_FEW = 15
_BESIDE = 17
"""How far right of the last mark the reader's star stands, in points: it must not hide it."""
_LENSES = {"CRM": (BLUE, ""), "CEM": (ORANGE, "//")}


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
            aside = ScaledTranslation(_BESIDE / 72, 0, ax.figure.dpi_scale_trans)
            ax.plot(x[-1:], [guessed], "*", color=PURPLE, ms=18, zorder=5, clip_on=False,
                    transform=ax.transData + aside, label="your prediction")  # fmt: skip
            top = max(top, float(guessed))
        ax.set_ylim(0, 1.3 * top or 1)
        ax.yaxis.set_major_locator(MaxNLocator(5, integer=True))
        ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        locator = AutoDateLocator(maxticks=8)
        ax.xaxis.set_major_locator(locator)
        ax.xaxis.set_major_formatter(ConciseDateFormatter(locator))
        longest = (table["end"] - table["start"]).max()
        period = "day" if longest <= pd.Timedelta("1D") else "period"
        ax.set_xlabel(f"date (counted at the end of each {period})")
        ax.set_ylabel("open issues")
        ax.legend(loc="upper left", ncols=2, frameon=False, fontsize=12)
        finish(ax, title or _found(known), prediction)
    return ax


def clocks(
    answers: pd.DataFrame,
    solutions: pd.DataFrame,
    *,
    days: float = 7.0,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw who is still without an answer, and who without a solution, over the time waited.

    The company's clock runs for each contact until its answer; a contact that was given up
    never gets one. The customer's runs until the problem is solved.

    Parameters
    ----------
    answers : DataFrame
        Of `response.competing`: contacts, one group.
    solutions : DataFrame
        Of `response.survival`, one group: a journey waits until it is solved.
    days : float
        Where the axis ends (days), above 0: not later than the first are no longer watched.
    prediction : object, optional
        The reader's guess; a kept guess of hours is marked at its hours.

    Raises
    ------
    ValueError
        If `days` is not above 0, or nobody is recorded.

    Examples
    --------
    >>> from cemlab.cem import response
    >>> contacts = pd.DataFrame({"wait_min": [5.0, 9.0], "answered": [True, False],
    ...                          "ended": ["answered", "abandoned"]})
    >>> journeys = pd.DataFrame({"wait_min": [180.0, 600.0], "answered": True})
    >>> ax = clocks(response.competing(contacts), response.survival(journeys), days=1)
    >>> ax.get_title(loc="left")
    'Half have an answer after 5 minutes, half a solution after 3 hours'
    """
    end = 24 * 60 * _checks.number("days", days, low=0)
    if end == 0:
        msg = f"days must be above 0, got {days!r}"
        raise ValueError(msg)
    left = (answers.assign(waiting=1.0 - answers["answered"]), solutions)
    if any(curve.empty for curve in left):
        msg = "answers and solutions must have at least one row each, got none"
        raise ValueError(msg)
    looks = {
        "contacts without an answer": (BLUE, "-"),
        "customers without a solution": (ORANGE, "--"),
    }
    guessed = getattr(prediction, "value", None)
    ax = ax or new_axes(width=10.0, height=4.9)
    begin = min(1.0, end / 100)
    places = []
    with plt.rc_context(STYLE):
        for (words, (colour, dash)), curve in zip(looks.items(), left, strict=True):
            x, (share,) = thinned(curve[curve["minutes"] <= end], ["waiting"], begin)
            x, share = np.append(x, end), np.append(share, share[-1])
            ax.step(x, share, where="post", color=colour, ls=dash, lw=3, label=words)
            places.append(float(share[-1]))
        apart = 0.04 if abs(places[0] - places[1]) < 0.08 else 0.0
        for place, side in zip(places, (1, -1) if places[0] >= places[1] else (-1, 1), strict=True):
            ax.annotate(f"{place:.0%}", (end, place + side * apart), (7, 0), va="center", size=14,
                        textcoords="offset points", weight="bold", annotation_clip=False)  # fmt: skip
        if guessed is not None:
            at = min(max(60 * guessed, begin), end)
            ax.axvline(at, color=PURPLE, ls=":", lw=3, label="your prediction")
        times(ax, begin, end)
        ax.set_ylim(0, 1.03)
        ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        ax.set_xlabel(f"time waited, up to {days:g} days (each step is several times longer)")
        ax.set_ylabel("share still waiting")
        ax.legend(loc="upper right", frameon=False)
        found = [_half(curve, end) for curve in left]
        finish(
            ax, title or f"Half have an answer {found[0]}, half a solution {found[1]}", prediction
        )
    return ax


def share_bars(
    table: pd.DataFrame,
    *,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw a few shares of the same rows as bars, the company's blue, the customers' orange.

    Parameters
    ----------
    table : DataFrame
        One row a bar, its name in the index: `lens` (CRM or CEM), `low` and `high` (share; they
        differ where it is uncertain: the bar ends at the lower).
    prediction : object, optional
        The reader's guess; a kept guess is a share, and a star on the last bar.

    Raises
    ------
    ValueError
        If there is no row, or a share is missing.

    Examples
    --------
    >>> rows = pd.DataFrame({"lens": ["CRM", "CEM"], "low": [0.92, 0.77], "high": [0.92, 0.77]},
    ...                     index=["closed", "solved"])
    >>> share_bars(rows).get_title(loc="left")
    'Closed: 92%, solved: 77%'
    """
    bounds = table[["low", "high"]].to_numpy(np.float64)
    if not len(bounds) or np.isnan(bounds).any():
        msg = f"table must have at least one row and no missing share, got {len(bounds)} rows"
        raise ValueError(msg)
    y = np.arange(len(table))
    words = [_words.share(low, high) for low, high in bounds]
    names = table.index.astype(str)
    ax = ax or new_axes(width=10.0, height=1.7 + 0.62 * len(table))
    with plt.rc_context(STYLE):
        for place, lens, (low, high), shown in zip(y, table["lens"], bounds, words, strict=True):
            colour, hatch = _LENSES[str(lens)]
            ax.barh(place, low, height=0.62, color=colour, hatch=hatch, ec="white", lw=0)
            if "to" in shown:
                ax.plot([low, high], [place, place], color="black", lw=2)
            ax.annotate(shown, (high, place), (9, 0), textcoords="offset points", va="center",
                        weight="bold", size=14)  # fmt: skip
        guessed = getattr(prediction, "value", None)
        if guessed is not None:
            ax.plot(guessed, y[-1], "*", color=PURPLE, ms=22, mec="white", zorder=5, clip_on=False)
        ax.set_yticks(y, names)
        ax.set_ylim(len(table) - 0.45, -0.55)
        ax.set_xlim(0, 1.08)
        ax.set_xticks([0, 0.2, 0.4, 0.6, 0.8, 1.0])
        ax.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        ax.set_xlabel("share (star: your prediction)" if guessed is not None else "share")
        found = ", ".join(f"{name}: {shown}" for name, shown in zip(names, words, strict=True))
        finish(ax, title or found[:1].upper() + found[1:], prediction)
    return ax


# --- inside ------------------------------------------------------------------------


def _half(curve: pd.DataFrame, end: float) -> str:
    """Say after what time half are no longer waiting."""
    down = curve[(curve["waiting"] <= 0.5 + 1e-12) & (curve["minutes"] <= end)]["minutes"]
    if down.empty:
        return f"not within {_words.span(end, end)}"
    return "at once" if down.iloc[0] == 0 else f"after {_words.span(down.iloc[0], down.iloc[0])}"


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
