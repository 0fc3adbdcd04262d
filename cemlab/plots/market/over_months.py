"""Figures of months: the course of policies, and one market told twice."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from cemlab import _checks, _words, market
from cemlab.plots._style import (
    BLUE,
    ORANGE,
    PURPLE,
    STYLE,
    TITLE,
    new_axes,
    show_prediction,
)
from cemlab.plots.market import _looks
from cemlab.run import Run

_MOST = 4
_MOST_PANELS = 6
_CHURN = "churn"
_TICKS, _NAME = 0.72, 1.5
"""Inches for the words of ticks, and at most for the names of policies beside a panel."""


def loop_course(
    courses: Run | Mapping[str, Run],
    variables: Sequence[str] = ("reputation", "public_share", "churn", "customers"),
    *,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw what policies lead to: a small panel a variable, a line a policy.

    Scales do not begin at 0: each shows what moves in it.

    Parameters
    ----------
    courses : Run or mapping of str to Run
        One run of a market, or up to 4 by name.
    variables : sequence of str
        Up to 6 of `market.VARIABLES`, or "churn": who leaves, of those there.
    prediction : object, optional
        The reader's guess; a kept guess is taken as the last value of the first variable: a star.

    Raises
    ------
    ValueError
        If there are too many runs or variables, or a variable is unknown.

    Examples
    --------
    >>> runs = {
    ...     "CRM": market.simulate(market.Policy(phone=60_000, advertising=90_000), months=24),
    ...     "CEM": market.simulate(market.Policy(prevention=60_000, phone=60_000,
    ...                                          advertising=30_000), months=24)}
    >>> loop_course(runs, ["reputation"]).get_title(loc="left")
    'Worth over 2 years: CEM 41.9, CRM 40.0 million EUR'
    """
    runs = {"": courses} if isinstance(courses, Run) else dict(courses)
    shown = [variables] if isinstance(variables, str) else list(variables)
    _count("courses", len(runs), "run", _MOST)
    _count("variables", len(shown), "variable", _MOST_PANELS)
    _checks.one_of_each("variable", shown, [*market.VARIABLES, _CHURN])
    tables = {name: _table(run) for name, run in runs.items()}
    most = max(len(table) for table in tables.values())
    columns = _columns(len(shown))
    ax = ax or new_axes(width=12.0, height=0.6 + 2.75 * -(-len(shown) // columns))
    place = _looks.width(ax) / columns
    needed = _looks.inches([_looks.words(name) for name in runs], 13, bold=True)
    named = any(runs) and needed <= _NAME
    beside = needed + 0.15 if named else 0.1
    with plt.rc_context(STYLE):
        wide = max(1 - (_TICKS + beside) / place, 0.4)
        high = 0.6 if len(shown) > columns else 0.78
        parts = _looks.panels(ax, len(shown), columns=columns, wide=wide, high=high,
                              left=_TICKS / (_TICKS + beside))  # fmt: skip
        guessed = getattr(prediction, "value", None)
        guess = float(guessed) if isinstance(guessed, int | float) else None
        for variable, part in zip(shown, parts, strict=True):
            _lines(part, variable, tables, most, guess if part is parts[0] else None,
                   place - _TICKS, named=named)  # fmt: skip
        over = _over_panels(parts[:columns])  # names too long to stand beside a panel stand there
        if any(runs) and not named:
            lines = parts[0].lines[: len(runs)]
            ax.legend(lines, map(_looks.words, runs), loc="lower left", frameon=False, ncols=2,
                      bbox_to_anchor=(0.0, 1.0), borderaxespad=over / 13 + 0.8)  # fmt: skip
            over += 26.0 * -(-len(runs) // 2)
        show_prediction(ax, prediction, lift=9.0 + over)
        room = {"pad": TITLE["pad"] + over + (0 if prediction is None else 40)}
        said = _looks.headline(ax, title or _worth(runs, shown[0], tables))
        ax.set_title(said, loc="left", **(TITLE | room))
    return ax


def twins(
    expected: Run,
    lived: Run | Sequence[Run],
    variables: Sequence[str] = ("reputation", "public_share", "churn", "customers"),
    *,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw a market of expected numbers against the same market of single people.

    Several runs of people are drawn as a band from the lowest to the highest, with the mean.

    Parameters
    ----------
    expected : Run
        Of `market.simulate`.
    lived : Run or sequence of Run
        Of `market.agents.simulate`: the same months, other luck.
    variables : sequence of str
        Up to 6, as in :func:`loop_course`.
    prediction : object, optional
        The reader's guess.

    Raises
    ------
    ValueError
        If the runs have not the same number of months, or a variable is unknown.

    Examples
    --------
    >>> run = market.simulate(market.Policy(phone=60_000, advertising=90_000), months=12)
    >>> twins(run, run).get_title(loc="left")
    'Single people end within 0% of the expected numbers'
    """
    people = [lived] if isinstance(lived, Run) else list(lived)
    shown = [variables] if isinstance(variables, str) else list(variables)
    _count("variables", len(shown), "variable", _MOST_PANELS)
    _checks.one_of_each("variable", shown, [*market.VARIABLES, _CHURN])
    if not people:
        msg = "lived must be at least one run, got none"
        raise ValueError(msg)
    line, single = _table(expected), [_table(run) for run in people]
    lengths = [len(table) for table in single]
    if set(lengths) != {len(line)}:
        msg = f"lived must have the {_words.counted(len(line), 'month')} of the expected run, got {lengths}"
        raise ValueError(msg)
    columns = _columns(len(shown))
    ax = ax or new_axes(width=12.0, height=0.9 + 2.75 * -(-len(shown) // columns))
    size, unit = _period(len(line))
    time = np.arange(1, len(line) + 1) / size
    off = 0.0
    with plt.rc_context(STYLE):
        parts = _looks.panels(ax, len(shown), columns=columns, wide=0.84, high=0.6)
        room = 0.9 * _looks.width(ax) / columns
        for variable, part in zip(shown, parts, strict=True):
            times, _ = _scale(variable, [line, *single])
            every = times * np.array([table[variable].to_numpy() for table in single])
            mean, whole = every.mean(axis=0), times * line[variable].to_numpy()
            if len(people) > 1:
                part.fill_between(time, every.min(axis=0), every.max(axis=0), color=ORANGE,
                                  alpha=0.3, lw=0)  # fmt: skip
            step = max(len(line) // 24, 1)
            part.plot(time, whole, color=BLUE, lw=2.5, marker="_" if len(line) == 1 else "")
            part.plot(time[::-step], mean[::-step], "o", color=ORANGE, mec="white", ms=7, lw=0)
            _frame(part, variable, [line, *single], size, unit, len(line), room)
            if whole[-1]:
                off = max(off, abs(mean[-1] / whole[-1] - 1))
        of = f", mean and band of {len(people):,} runs" if len(people) > 1 else ""
        over = _over_panels(parts[:columns])
        said = (("line: expected numbers", 0.03, BLUE),
                (f"dots: single people{of}", 0.36, _looks.DARK[ORANGE]))  # fmt: skip
        for words, x, colour in said:
            ax.annotate(words, (x, 1.0), (0, over + 4), xycoords="axes fraction", color=colour,
                        textcoords="offset points", weight="bold")  # fmt: skip
        found = f"Single people end within {_percent_up(off)} of the expected numbers"
        show_prediction(ax, prediction, lift=over)
        pad = {"pad": over + (30 if prediction is None else 36)}
        ax.set_title(_looks.headline(ax, title or found), loc="left", **(TITLE | pad))
    return ax


# --- inside ------------------------------------------------------------------------


def _count(name: str, count: int, one: str, most: int) -> None:
    if not 1 <= count <= most:
        msg = f"{name} must be 1 to {most} {one}s, got {count}: draw a second figure"
        raise ValueError(msg)


def _columns(panels: int) -> int:
    return panels if panels <= 2 else 3 if panels in (3, 5, 6) else 2


def _over_panels(top: list[Axes]) -> float:
    """Return by how many points words of the upper panels need more room than one line."""
    return 18.0 * any("\n" in part.get_title(loc="left") for part in top)


def _table(run: Run) -> pd.DataFrame:
    """Return the months of a run, with churn; without people there is none."""
    course = run.details.get("course")
    if course is None:
        table = market.monthly(run)
    else:
        table = pd.DataFrame(course, columns=list(market.VARIABLES))
    there = table["customers"].to_numpy()
    left: NDArray[np.float64] = table["left"].to_numpy()
    churn = np.divide(left, there, out=np.full(len(table), np.nan), where=there > 0)
    return table.assign(churn=churn)


def _lines(
    part: Axes,
    variable: str,
    tables: Mapping[str, pd.DataFrame],
    most: int,
    guess: float | None,
    room: float,
    *,
    named: bool,
) -> None:
    size, unit = _period(most)
    times, _ = _scale(variable, list(tables.values()))
    _frame(part, variable, list(tables.values()), size, unit, most, room, guess)
    low, high = part.get_ylim()
    ends = []
    shades = _looks.colours(list(tables)) if any(tables) else [BLUE]
    for colour, table in zip(shades, tables.values(), strict=True):
        values = times * table[variable].to_numpy()
        time = np.arange(1, len(values) + 1) / size
        part.plot(time, values, color=colour, ls=_looks.dash(colour), lw=2.8,
                  marker="o" if len(values) == 1 else "")  # fmt: skip
        known = values[np.isfinite(values)]
        ends.append((float(known[-1]) - low) / (high - low) if known.size else 0.0)
    if guess is not None:
        part.plot(
            most / size,
            times * guess,
            "*",
            color=PURPLE,
            mec="black",
            ms=18,
            clip_on=False,
            zorder=5,
        )
    if not named:
        return
    for name, colour, y in zip(tables, shades, _looks.apart(ends, 0.13, 0.0, 0.93), strict=True):
        part.text(1.03 if guess is None else 1.07, y, _looks.words(name), color=_looks.DARK.get(colour, colour), va="center",
                  weight="bold", transform=part.transAxes)  # fmt: skip


def _frame(
    part: Axes,
    variable: str,
    tables: list[pd.DataFrame],
    size: float,
    unit: str,
    most: int,
    wide: float,
    guess: float | None = None,
) -> None:
    times, words = _scale(variable, tables)
    every = np.concatenate([times * table[variable].to_numpy() for table in tables])
    if guess is not None:  # the reader's star lies within
        every = np.append(every, times * guess)
    every = every[np.isfinite(every)]
    low, high = (float(every.min()), float(every.max())) if every.size else (0.0, 1.0)
    room = max(0.06 * (high - low), 0.01 * max(abs(low), abs(high))) or 1.0
    part.set_ylim(low - room if low else -room / 4, high + room)
    part.set_xlim(0, most / size * 1.005)
    # A fixed place is far quicker to draw.
    part.set_title(_looks.wrapped(words, wide, 13, bold=True), loc="left", fontsize=13, y=1.0)
    part.set_xlabel(unit, fontsize=13, labelpad=0)
    _looks.few_ticks(part.xaxis, 3, integer=True, steps=[1, 2, 5, 10])
    _looks.few_ticks(part.yaxis, 3)


def _scale(variable: str, tables: list[pd.DataFrame]) -> tuple[float, str]:
    """Return what to multiply a variable with, and its words with the unit."""
    words, unit = _looks.NAMES[variable]
    every = np.concatenate([table[variable].to_numpy() for table in tables])
    if unit == "%":
        return 100.0, f"{words} (%)"
    if unit == "EUR":
        size, money = _looks.money(every)
        return 1 / size, f"{words} ({money})"
    most = float(np.max(every[np.isfinite(every)], initial=0.0))
    return (1e-3, f"{words} (thousand)") if most >= 20_000 else (1.0, words)


def _period(months: int) -> tuple[float, str]:
    return (12.0, "years") if months >= 24 else (1.0, "months")


def _over(months: int) -> str:
    """Return a span of months in words.

    >>> _over(120), _over(1), _over(30)
    ('10 years', '1 month', '2.5 years')
    """
    if months < 24:
        return _words.counted(months, "month")
    return f"{months / 12:.3g} years"


def _worth(runs: Mapping[str, Run], first: str, tables: Mapping[str, pd.DataFrame]) -> str:
    lengths = {len(table) for table in tables.values()}
    valued = {name: run.details.get("npv") for name, run in runs.items()}
    known = {name: float(npv) for name, npv in valued.items() if npv is not None}
    if len(lengths) == 1 and len(known) == len(runs):
        size, unit = _looks.money(list(known.values()))
        order = sorted(known, key=lambda name: -known[name])
        said = ", ".join(f"{_looks.words(name)} {known[name] / size:.1f}".strip() for name in order)
        return f"Worth over {_over(lengths.pop())}: {said} {unit}"
    times, words = _scale(first, list(tables.values()))
    ends = {name: times * table[first].iloc[-1] for name, table in tables.items()}
    said = ", ".join(f"{_looks.words(n)} {_looks.digits(end)}".strip() for n, end in ends.items())
    return f"In the end, {words}: {said}"


def _percent_up(off: float) -> str:
    """Return a share rounded up, so that "within" is true.

    >>> _percent_up(0.0), _percent_up(0.0123), _percent_up(0.0004)
    ('0%', '1.3%', '0.1%')
    """
    return f"{abs(np.ceil(1000 * off - 1e-6)) / 10:g}%"
