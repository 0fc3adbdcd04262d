"""Figures of forecasts: where several curves go from the same readings, and from which day on."""

from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, NullFormatter

from cemlab import _checks, _words
from cemlab.calibrate import Fit
from cemlab.plots._style import BLUE, GREEN, GREY, ORANGE, PURPLE, RED, STYLE, finish, new_axes

_LOOKS = ((BLUE, "-", "o"), (ORANGE, "--", "s"), (GREEN, "-.", "^"), (PURPLE, ":", "v"),
          (GREY, "-", "P"))  # fmt: skip


def outlooks(
    fits: Mapping[str, Fit],
    *,
    until: float,
    came: pd.DataFrame | None = None,
    level: float = 0.95,
    what: str = "views",
    unit: str = "days",
    ending: str | None = None,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw where several fitted curves go from the same readings, and what came.

    The strip on the right shows the bands of a new reading at the end; an arrow means that a
    band goes on beyond the picture, perhaps without end.

    Parameters
    ----------
    fits : mapping of str to Fit
        Up to five fits to the same readings, from `cemlab.calibrate.fit`.
    until : float
        How far to draw (unit of time of the fits).
    came : DataFrame, optional
        Later readings: `time` and `actual`, as of `cemlab.calibrate.forecast`.
    level : float
        Confidence of the bands.
    what, unit : str
        What is read, and the unit of time.
    ending : str, optional
        How the strip on the right is headed, such as a date.
    prediction : object, optional
        The reader's guess; a kept guess is marked at the end.

    Raises
    ------
    ValueError
        If there is no fit or more than five, or `until` is not after the readings.

    Examples
    --------
    >>> from cemlab import calibrate
    >>> told = pd.DataFrame({"time": [1, 2, 3, 4, 5], "value": [10, 21, 29, 41, 50]})
    >>> line = calibrate.fit(lambda t, a: a * t, told, start={"a": 5})
    >>> later = pd.DataFrame({"time": [100], "actual": [300]})
    >>> outlooks({"a line": line}, until=100, came=later).get_title(loc="left")
    'Forecasts for day 100: 1,008, and 300 views came'
    """
    if not 0 < len(fits) <= len(_LOOKS):
        msg = f"fits must be one to {len(_LOOKS)}, got {len(fits)}: choose some"
        raise ValueError(msg)
    known = next(iter(fits.values())).readings
    end, far = float(known["time"].max()), _checks.number("until", until)
    if not far > end:
        msg = f"until must be after the last reading fitted, at {end:g}, got {until!r}"
        raise ValueError(msg)
    begin = float(known["time"].min())
    grid = np.geomspace(max(begin, far / 1e4), far, 200)
    told = {name: one.predict(grid, level=level) for name, one in fits.items()}
    last = {name: table.iloc[-1] for name, table in told.items()}
    guessed = getattr(prediction, "value", None)
    seen = [float(row["value"]) for row in last.values()]
    seen += [] if came is None else came["actual"].tolist()
    seen += [] if guessed is None else [float(guessed)]
    least = float(known.loc[known["low"] > 0, "low"].min())
    bottom, top = 0.45 * min(least, *seen), 20.0 * max(seen)
    ax = ax or new_axes(width=11.0, height=5.6)
    with plt.rc_context(STYLE):
        wide, ceiling = 1.22, top / 4
        right = far * wide ** (len(fits) + 1)
        ax.axvspan(end, far, facecolor="#EFEFEF", edgecolor="none", zorder=0)
        ax.axvspan(far, right, facecolor="#FFF6DD", edgecolor="#BBBBBB", lw=0.8, zorder=0)
        ax.text((far * right) ** 0.5, top * 0.85, ending or f"day {far:,.0f}", ha="center", va="top",
                fontsize=12.5, fontweight="bold", linespacing=1.15)  # fmt: skip
        for i, (name, table) in enumerate(told.items()):
            colour, dash, marker = _LOOKS[i]
            row, place = last[name], far * wide ** (i + 1)
            ax.plot(grid, table["value"], color=colour, ls=dash, lw=2.8, label=name, zorder=2)
            low, high = float(row["reading_low"]), float(row["reading_high"])
            ax.vlines(place, max(low, bottom), min(high, ceiling), color=colour, lw=4, alpha=0.5)
            ax.plot(place, row["value"], marker, color=colour, ms=9, clip_on=False, zorder=4)
            for edge, past, sign in ((ceiling, high > ceiling, 1), (bottom, low < bottom, -1)):
                if past:
                    ax.annotate("", (place, edge), (0, -16 * sign), textcoords="offset points",
                                arrowprops={"arrowstyle": "->", "color": colour, "lw": 3})  # fmt: skip
        _readings(ax, known)
        ax.plot([], [], color=GREY, lw=4, alpha=0.5, label=f"band for a reading then ({level:.0%})")
        if came is not None:
            ax.plot(came["time"], came["actual"], "o", color=RED, ms=9, zorder=5, label="came later")  # fmt: skip
        if guessed is not None:
            ax.plot(far, float(guessed), "*", color=PURPLE, mec="white", ms=24, zorder=6, clip_on=False,
                    label="your prediction")  # fmt: skip
        ax.set_xscale("log")
        ax.set_yscale("log")
        ax.set_xlim(grid[0] / 1.1, right)
        ax.set_ylim(bottom, top)
        ticks = [t for t in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000) if grid[0] / 1.1 <= t <= far * 1.02]  # fmt: skip
        ax.set_xticks(ticks, [f"{t:,}" for t in ticks])
        ax.yaxis.set_major_formatter(FuncFormatter(amount))
        ax.xaxis.set_minor_formatter(NullFormatter())
        ax.yaxis.set_minor_formatter(NullFormatter())
        ax.set_xlabel(f"{unit} since the beginning (each step is several times longer); grey: not used in the fits")  # fmt: skip
        ax.set_ylabel(f"{what} so far (each step is 10 times more)")
        ax.legend(loc="upper left", frameon=False, fontsize=12)
        finish(ax, title or _said(far, last, came, what), prediction)
    return ax


def outlook_by_day(
    table: pd.DataFrame,
    *,
    within: float = 0.25,
    what: str = "views",
    unit: str = "days",
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the forecast of one later reading, by how many days were known when it was made.

    Parameters
    ----------
    table : DataFrame
        Rows of `cemlab.calibrate.forecast` for one `time`: up to five curves, several `days`.
    within : float
        What counts as right, from 0 to 1: a quarter is 0.25.
    what, unit : str
        What is read, and the unit of time.
    prediction : object, optional
        The reader's guess; a kept guess of a curve (1 for the first in the table) is marked.

    Raises
    ------
    ValueError
        If the rows are for no reading or for several, or for more than five curves.

    Examples
    --------
    >>> from cemlab import calibrate
    >>> told = pd.DataFrame({"time": [1, 2, 3, 4, 5, 90], "value": [8, 21, 32, 39, 50, 910]})
    >>> found = calibrate.forecast(lambda t, a: a * t, told, days=[3, 4, 5], start={"a": 5})
    >>> outlook_by_day(found[found["time"] == 90]).get_title(loc="left")
    'Right within 25% from day 3 on'
    """
    moments = table["time"].unique()
    names = list(table["curve"].unique())
    if len(moments) != 1 or len(names) > len(_LOOKS):
        got = f"{_words.counted(len(moments), 'reading')} and {_words.counted(len(names), 'curve')}"
        msg = f"table must be about one later reading and at most {len(_LOOKS)} curves, got {got}: choose rows"
        raise ValueError(msg)
    margin = _checks.probability("within", within)
    actual, most = float(table["actual"].iloc[0]), float(table["days"].max())
    seen = np.append(table["predicted"].to_numpy(float), actual)
    seen = seen[seen > 0]
    bottom, top = 0.4 * float(seen.min()), 2.5 * float(seen.max())
    ax = ax or new_axes(width=10.5, height=5.4)
    with plt.rc_context(STYLE):
        ax.axhspan(actual * (1 - margin), actual * (1 + margin), color=RED, alpha=0.16, lw=0)
        ax.axhline(actual, color=RED, lw=2.5, label=f"came ({amount(actual)}), band: {margin:.0%}")
        guessed = getattr(prediction, "value", None)
        for i, name in enumerate(names):
            colour, dash, marker = _LOOKS[i]
            mine = guessed == i + 1
            words = f"{name or 'forecast'}{' (your prediction)' if mine else ''}"
            part = table[table["curve"] == name].sort_values("days")
            x = part["days"] + 0.008 * most * (2 * i - len(names) + 1)
            ax.vlines(x, part["low"].clip(lower=bottom), part["high"].clip(upper=top), color=colour,
                      lw=3.5, alpha=0.35)  # fmt: skip
            ax.plot(x, part["predicted"], marker, ls=dash, color=colour, ms=9,
                    lw=4.0 if mine else 1.8, label=words, zorder=3)  # fmt: skip
        ax.set_yscale("log")
        ax.set_ylim(bottom, top)
        ax.set_xlim(0, 1.04 * most)
        ax.yaxis.set_major_formatter(FuncFormatter(amount))
        ax.yaxis.set_minor_formatter(NullFormatter())
        ax.set_xlabel(f"{unit} known when the forecast was made")
        ax.set_ylabel(f"forecast of {what} on day {moments[0]:,.0f}")
        ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize=12)
        finish(ax, title or _when_right(table, names, margin), prediction)
    return ax


def amount(value: float, _: object = None) -> str:
    """Return a round amount with its millions or thousands, to two digits.

    >>> amount(8_733_989), amount(107_000_000), amount(25_000), amount(7), amount(2e9)
    ('8.7 M', '107 M', '25 k', '7', '2,000 M')
    """
    for size, name in ((1e6, " M"), (1e3, " k")):
        if abs(value) >= size:
            part = value / size
            return f"{part:,.0f}{name}" if part >= 10 else f"{part:.2g}{name}"
    return f"{value:.2g}"


# --- inside ------------------------------------------------------------------------


def _readings(ax: Axes, table: pd.DataFrame) -> None:
    """Draw trusted readings: exact and rounded ones as dots, bounds as arrows."""
    sure = table[table["group"] < 0]
    point = sure[sure["precision"] != "at least"]
    middle = point["value"].fillna((point["low"] + point["high"]) / 2)
    ax.plot(point["time"], middle, "o", color="black", ms=7, zorder=4, label="read")
    bound = sure[sure["precision"] == "at least"]
    arrow: dict[str, Any] = {"arrowstyle": "<-", "color": "black", "lw": 2}
    for when, low in zip(bound["time"], bound["low"], strict=True):
        ax.annotate("", (when, low), (0, 24), textcoords="offset points", arrowprops=arrow)
    if len(bound):
        ax.plot(bound["time"], bound["low"], "_", color="black", ms=11, mew=2, zorder=4,
                label="at least so many")  # fmt: skip


def _said(
    far: float,
    last: Mapping[str, pd.Series],
    came: pd.DataFrame | None,
    what: str,
) -> str:
    values = sorted(float(row["value"]) for row in last.values())
    shown = [amount(v) if v >= 1e4 else f"{v:,.0f}" for v in values]
    said = shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} or {shown[-1]}"
    found = f"Forecasts for day {far:,.0f}: {said}"
    if came is None or came.empty:
        return found
    real = float(came.loc[came["time"].idxmax(), "actual"])
    return f"{found}, and {amount(real) if real >= 1e4 else f'{real:,.0f}'} {what} came"


def _when_right(table: pd.DataFrame, names: list[str], margin: float) -> str:
    """Say from which day on each curve stays right."""
    ratio = table["predicted"] / table["actual"]
    good = (ratio - 1).abs() <= margin
    since = {}
    for name in names:
        part = table[table["curve"] == name].sort_values("days")
        bad = part.loc[~good[part.index], "days"]
        left = part["days"] if bad.empty else part.loc[part["days"] > bad.max(), "days"]
        if len(left):
            since[name] = float(left.min())
    if not since:
        return f"None is right within {margin:.0%} up to day {table['days'].max():g}"
    first = min(since.values())
    who = [name for name, day in since.items() if day == first and name]
    words = f" ({', '.join(who)})" if who else ""
    never = f"; {len(names) - len(since)} of {len(names)} curves never" if len(since) < len(names) else ""  # fmt: skip
    return f"Right within {margin:.0%} from day {first:g} on{words}{never}"
