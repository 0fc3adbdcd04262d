"""Figures of airlines before and after an event: satisfaction and baggage."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.dates as mdates
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from cemlab import _checks
from cemlab.evidence import _dates
from cemlab.plots._style import BLUE, GREEN, GREY, ORANGE, PURPLE, RED, STYLE, finish, new_axes
from cemlab.plots.evidence._titles import fitted
from cemlab.plots.voice.scores import mark_guess

_LOOKS = ((ORANGE, "s"), (GREEN, "^"), (RED, "D"))
_PALE = "#808080"
_BOX = {"boxstyle": "round,pad=0.15", "fc": "white", "ec": "none", "alpha": 0.85}
_LETTERS = 65
"""Of the words of a legend in one line, at most."""
_VIDEO = "2009-07-06"


def satisfaction_by_airline(
    index: pd.DataFrame,
    *,
    airline: str = "United",
    beside: Sequence[str] = (),
    event: object = _VIDEO,
    event_name: str = "the video",
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw an index of satisfaction, a line an airline, with the day of an event.

    A score stands at the day it was published, or in the middle of May where that is not known.
    Hollow points are unverified; lines to them, and over missing years, are dotted. The other
    airlines are grey. The axis does not start at 0.

    Parameters
    ----------
    index : DataFrame
        The data set ``acsi-airlines``: `year`, `airline`, `acsi` (0 to 100), and where known
        `published` (date) and `confidence`. Rows without a score are left out.
    airline : str
        The airline that the title is about.
    beside : sequence of str
        Up to three others to draw in a colour.
    event : date
        Day of the event.
    event_name : str
        What happened then.
    prediction : object, optional
        The reader's guess; a kept guess is marked at its value.

    Notes
    -----
    Critique: a score before an event cannot be its effect, and one after it need not be. The mean
    of all passengers says little about those who saw a video, and reports give no intervals.

    Examples
    --------
    >>> from cemlab import datasets
    >>> ax = satisfaction_by_airline(datasets.load("acsi-airlines"))
    >>> ax.get_title(loc="left")
    'United: 56 in 2009, before the video; then 60 in 2010 (unverified), 62 in 2012'
    """
    moment = _dates.moment(event, "event")
    _checks.one_of("airline", airline, dict.fromkeys(index["airline"]))
    _checks.one_of_each("beside", beside, dict.fromkeys(index["airline"]))
    if len(beside) > len(_LOOKS):
        msg = f"beside must be up to {len(_LOOKS)} airlines, got {len(beside)}"
        raise ValueError(msg)
    index = index[index["acsi"].notna()]
    if not (index["airline"] == airline).any():
        msg = f"index must have a score of {airline}, got none"
        raise ValueError(msg)
    if index["year"].isna().any():
        msg = f"year must be known for each score, got {int(index['year'].isna().sum())} missing"
        raise ValueError(msg)
    index = index.assign(year=index["year"].astype(int))
    printed = pd.to_datetime(index["year"].astype(str) + "-05-15")
    if "published" in index:
        known = index["published"].notna() & index["published"].ne("")
        found = _dates.moments(index.loc[known, "published"], "days of publication")
        printed[known] = found.normalize()
    sure = index.get("confidence", "independent")
    table = index.assign(day=printed, confidence=sure).sort_values("day")
    named = dict.fromkeys(index["airline"])
    others = [name for name in named if name != airline]
    ax = ax or new_axes(width=11.5, height=6.2)
    with plt.rc_context(STYLE):
        ends = {}
        looks = dict(zip((name for name in beside if name != airline), _LOOKS, strict=False))
        for name in others:
            colour, marker = looks.get(name, (_PALE, "o"))
            rows = table[table["airline"] == name]
            ends[name] = _scores(ax, rows, colour, marker, 3.0 if name in looks else 1.5)
        ends[airline] = _scores(ax, table[table["airline"] == airline], BLUE, "o", 4.5)
        mark_guess(ax, prediction, vertical=False)
        low, high = table["acsi"].min() - 3.0, table["acsi"].max() + 4.0
        ax.set_ylim(low, high)
        span = pd.Timedelta(days=150 + 0.16 * (table["day"].max() - table["day"].min()).days)
        first = table["day"].min() - pd.Timedelta(days=120)
        if table["day"].min().year == table["day"].max().year:  # a mark of the year must be seen
            first = min(first, pd.Timestamp(year=table["day"].min().year, month=1, day=1))
        ax.set_xlim(first, table["day"].max() + span)
        _names(ax, ends, 0.045 * (high - low))
        _event(ax, moment, event_name)
        ax.plot([], [], "o", color=GREY, mfc="white", mew=2, label="unverified")
        ax.xaxis.set_major_locator(mdates.YearLocator())
        ax.xaxis.set_major_formatter(mdates.DateFormatter("%Y"))
        ax.set_xlabel("day of publication (marks: 1 January)")
        ax.set_ylabel(f"satisfaction (0 to 100; axis starts at {low:g})")
        ax.grid(axis="y", color="#DDDDDD")
        ax.legend(loc="lower right", frameon=False, ncols=2)
        own = table[table["airline"] == airline]
        told = _before_and_after(own, airline, moment, event_name)
        finish(ax, title or fitted(ax, told), prediction)
    return ax


def baggage_rate(
    months: pd.DataFrame,
    *,
    airline: str = "United",
    event: object = _VIDEO,
    event_name: str = "the video",
    others: "Mapping[int, float] | pd.Series[Any] | None" = None,
    others_name: str = "others",
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw reports of mishandled baggage per 1,000 passengers, by month and by year.

    The mean of a year is all reports over all passengers of its months.

    Parameters
    ----------
    months : DataFrame
        The data set ``united-baggage``: `month`, `airline`, `reports`, `enplaned` (passengers).
        Months without one of the counts are left out, of their year's mean as well.
    airline : str
        The airline that is drawn.
    event : date
        Day of the event; the title names its year, the two before and the one after.
    event_name : str
        What happened then.
    others : mapping of int to float, or Series, optional
        Reports per 1,000 passengers, by year, to compare with.
    others_name : str
        Whose rates these are, such as "all US airlines".
    prediction : object or mapping of int to object, optional
        The reader's guess; a kept guess is marked at its value. Several are given by year, each
        marked over its year.

    Notes
    -----
    Critique: only who reports is counted, and fees make passengers check fewer bags: the rate per
    passenger falls without better handling. Compare with others, and years with years.

    Examples
    --------
    >>> from cemlab import datasets
    >>> ax = baggage_rate(datasets.load("united-baggage"))
    >>> ax.get_title(loc="left")
    'United: 5.76 reports per 1,000 in 2007, 5.24 in 2008, 4.10 in 2009, 3.40 in 2010'
    """
    moment = _dates.moment(event, "event")
    _checks.one_of("airline", airline, dict.fromkeys(months["airline"]))
    part = months.assign(month=_dates.moments(months["month"], "months"))
    part = part[part["airline"] == airline].sort_values("month")
    part = part[part[["reports", "enplaned"]].notna().all(axis=1) & part["enplaned"].gt(0)]
    if part.empty:
        msg = f"months must have one with reports and passengers of {airline}, got none"
        raise ValueError(msg)
    totals = part.groupby(part["month"].dt.year)[["reports", "enplaned"]].sum()
    means = 1000 * totals["reports"] / totals["enplaned"]
    ax = ax or new_axes(width=11.0, height=5.4)
    with plt.rc_context(STYLE):
        middle = part["month"] + pd.Timedelta(days=14)
        ax.plot(middle, 1000 * part["reports"] / part["enplaned"], "o-", color=BLUE, ms=4, lw=1,
                alpha=0.55, label=f"{airline}, month")  # fmt: skip
        _years(ax, means, BLUE, "-", f"{airline}, year")
        given = pd.Series(dict({} if others is None else others), dtype=float)
        given = given[given.index.isin(means.index)].sort_index()
        _years(ax, given, ORANGE, (0, (2, 1)), f"{others_name}, year")
        ax.set_xticks([pd.Timestamp(f"{year}-07-02") for year in means.index], list(means.index))
        ax.tick_params(axis="x", length=0)
        for year in means.index:
            ax.axvline(
                mdates.date2num(pd.Timestamp(f"{year}-01-01")), color="#DDDDDD", lw=1, zorder=0
            )
        if isinstance(prediction, Mapping):
            _guesses(ax, prediction)
            told = ", ".join(f"{guess} in {year}" for year, guess in prediction.items())
            prediction = told or None
        mark_guess(ax, prediction, vertical=False)
        ax.set_ylim(0, None)
        _event(ax, moment, event_name)
        ax.set_xlabel("year (level lines: the mean of a year)")
        ax.set_ylabel("reports per 1,000 passengers")
        named = "".join(ax.get_legend_handles_labels()[1])
        ax.legend(loc="lower left", frameon=False, ncols=3 if len(named) < _LETTERS else 1)
        near = means[(means.index >= moment.year - 2) & (means.index <= moment.year + 1)]
        shown = near if len(near) else means
        (first, *rest) = [f"{mean:.2f}{{}} in {year}" for year, mean in shown.items()]
        found = ", ".join([first.format(" reports per 1,000"), *(word.format("") for word in rest)])
        finish(ax, title or fitted(ax, f"{airline}: {found}"), prediction)
    return ax


# --- inside ------------------------------------------------------------------------


def _scores(
    ax: Axes, rows: pd.DataFrame, colour: str, marker: str, width: float
) -> tuple[pd.Timestamp, float, str]:
    """Draw one airline; return where its line ends and its colour."""
    day, score, year = (rows[name].to_numpy() for name in ("day", "acsi", "year"))
    sure = rows["confidence"].ne("unverified").to_numpy()
    for k in range(len(rows) - 1):
        solid = sure[k] and sure[k + 1] and year[k + 1] - year[k] == 1
        ax.plot(day[k : k + 2], score[k : k + 2], "-" if solid else ":", color=colour, lw=width)
    for x, y, known in zip(day, score, sure, strict=True):
        fill = colour if known else "white"
        ax.plot(x, y, marker, color=colour, mfc=fill, mew=2, ms=6 + width, zorder=3 + width)
    return pd.Timestamp(day[-1]), float(score[-1]), colour


def _names(ax: Axes, ends: Mapping[str, tuple[pd.Timestamp, float, str]], gap: float) -> None:
    """Write each name beside the end of its line; names of one day move apart."""
    for day in {end[0].year: end[0] for end in ends.values()}.values():
        here = [name for name, end in ends.items() if end[0].year == day.year]
        here.sort(key=lambda name: ends[name][1])
        place = np.array([ends[name][1] for name in here])
        for k in range(1, len(place)):
            place[k] = max(place[k], place[k - 1] + gap)
        last = day.year == max(end[0].year for end in ends.values())
        where: Any = (
            {"xytext": (12, 0), "va": "center"} if last else {"xytext": (0, 9), "ha": "center"}
        )
        for name, y in zip(here, place, strict=True):
            ax.annotate(name, (mdates.date2num(ends[name][0]), y), textcoords="offset points",
                        color=ends[name][2], fontweight="bold", bbox=_BOX, **where)  # fmt: skip


def _event(ax: Axes, moment: pd.Timestamp, name: str) -> None:
    """Mark a day by a line, with its name and date at the top."""
    at = mdates.date2num(moment)
    ax.axvline(at, color="black", ls="--", lw=1.8, zorder=1)
    words = f"{name}\n{moment.day} {moment:%B %Y}"
    ax.annotate(words, (at, 0.99), (6, 0), xycoords=("data", "axes fraction"),
                textcoords="offset points", va="top", fontsize=12, bbox=_BOX,
                annotation_clip=True)  # fmt: skip


def _guesses(ax: Axes, guesses: Mapping[Any, object]) -> None:
    """Mark each kept guess over its year."""
    label = "your prediction"
    for year, guess in guesses.items():
        value: Any = getattr(guess, "value", None)
        if value is not None:
            ends = [pd.Timestamp(f"{year}-01-01"), pd.Timestamp(f"{year}-12-31")]
            ax.plot(ends, [float(value)] * 2, color=PURPLE, ls=":", lw=5, zorder=4, label=label)
            label = ""


def _years(ax: Axes, means: "pd.Series[Any]", colour: str, dash: Any, label: str) -> None:
    """Draw a level line over each year."""
    for k, (year, mean) in enumerate(means.items()):
        ends = [pd.Timestamp(f"{year}-01-01"), pd.Timestamp(f"{year}-12-31")]
        ax.plot(ends, [mean, mean], color=colour, ls=dash, lw=4, label="" if k else label)


def _before_and_after(
    rows: pd.DataFrame, airline: str, moment: pd.Timestamp, event_name: str
) -> str:
    """Say the last score before an event, the first after it, and the first verified one."""
    words = [
        f"{row['acsi']:g} in {row['year']}" + " (unverified)" * (row["confidence"] == "unverified")
        for _, row in rows.iterrows()
    ]
    late = (rows["day"] >= moment).to_numpy()
    sure = rows["confidence"].ne("unverified").to_numpy()
    shown = [k for k in (np.flatnonzero(late)[:1], np.flatnonzero(late & sure)[:1]) if len(k)]
    after = ", ".join(dict.fromkeys(words[int(k[0])] for k in shown))
    if late.all():
        return f"{airline}: {after}, all after {event_name}"
    before = f"{airline}: {words[int(np.flatnonzero(~late)[-1])]}, before {event_name}"
    return f"{before}; then {after}" if after else before
