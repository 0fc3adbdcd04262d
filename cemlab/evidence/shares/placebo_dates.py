"""The same study on dates on which nothing is known to have happened."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cemlab import _checks, _words
from cemlab.evidence.shares import _finding, _panel, _read, _residuals, _windows
from cemlab.evidence.shares._panel import Factors
from cemlab.evidence.shares.one_firm import MODELS, EventStudy, event_study

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class Placebo:
    """The CAR of the event among those of other dates.

    Attributes
    ----------
    table : DataFrame
        One row a placebo date: `date` (day 0), `car`, `se`, `t`; fractions (0.01 is 1 %).
    paths : DataFrame
        Cumulated abnormal returns, a row a placebo date, a column a day of the window.
    study : EventStudy or None
        The true event, if one was given.
    p : float
        Two-sided: share of all dates, the true one among them, whose CAR is at least as far from
        0; ties count. Missing without an event.
    p_lower, p_upper : float
        The same for falls (at least as low) and for rises.
    p_by_t : float
        Two-sided, with t in place of the CAR: fairer where some times are wilder than others.
    rank : int
        Place of the event among all dates, 1 for the deepest fall; 0 without an event.
    notes : tuple of str
        What was left out, and how far the windows overlap.
    """

    table: pd.DataFrame
    paths: pd.DataFrame
    study: EventStudy | None
    p: float
    p_lower: float
    p_upper: float
    p_by_t: float
    rank: int
    notes: tuple[str, ...]

    def __repr__(self) -> str:
        told = f"Placebo({_words.counted(len(self.table), 'date')}"
        if self.study is None:
            return f"{told})"
        return f"{told}, event {self.study.car:.1%} is number {self.rank} from below, p = {self.p:.2g})"

    def band(self, level: float = 0.95) -> pd.DataFrame:
        """Return between which values the middle `level` of placebo paths lie, day by day.

        Columns `low` and `high`, index `day`.
        """
        tail = (1 - _finding.confidence(level)) / 2
        low, high = np.quantile(self.paths.to_numpy(), [tail, 1 - tail], axis=0)
        return pd.DataFrame({"low": low, "high": high}, index=self.paths.columns)


def placebo(
    returns: pd.DataFrame,
    *,
    firm: str,
    factors: Factors,
    window: tuple[int, int],
    estimation: int | tuple[int, int],
    event: object = None,
    dates: ArrayLike | None = None,
    gap: int = 0,
    model: str = "market",
    level: float = 0.95,
) -> Placebo:
    """Run an event study on many dates, and say where that of the event stands among them.

    Parameters
    ----------
    returns, firm, factors, window, gap, model, level
        As for :func:`event_study`.
    estimation : int or (int, int)
        Trading days before each window, or first and last relative to day 0.
    event : date, optional
        The true event. Placebo windows that share a day with its window are left out.
    dates : array_like of dates, optional
        Placebo dates; each stands for the next trading day. None: every possible one.

    Returns
    -------
    Placebo
        A table of all dates, ranks, and the paths for a figure.

    Raises
    ------
    ValueError
        If no placebo date has a complete window and estimation window, or as `event_study` says.

    Notes
    -----
    *Critique.* It needs no law of errors, but it needs dates that are like the event's: if
    all are quieter (or wilder), the rank says how wild the time was. Neighbouring windows
    overlap, so that 200 dates hold far fewer separate cases than 200: their p is steadier than
    it is precise. With N dates p is never below 1 / (N + 1). Other news is among the placebo dates:
    that is their point.

    References
    ----------
    .. [1] C. Corrado, "A nonparametric test for abnormal security-price performance in event
       studies", Journal of Financial Economics 23, 1989.
    .. [2] J. Gelbach, E. Helland, J. Klick, "Valid inference in single-firm, single-event
       studies", American Law and Economics Review 15, 2013.

    Examples
    --------
    >>> days = pd.date_range("2009-07-06", periods=8)
    >>> shares = pd.DataFrame({"UAL": [0.01, -0.01, 0.02, -0.02, 0.01, -0.01, 0.0, -0.05]}, days)
    >>> found = placebo(shares, firm="UAL", factors=[], event=days[7], window=(0, 0), estimation=4)
    >>> found
    Placebo(3 dates, event -4.5% is number 1 from below, p = 0.25)
    """
    _checks.one_of("model", model, MODELS)
    given = {"firm": firm, "factors": factors, "window": window, "estimation": estimation}
    shared: dict[str, Any] = {**given, "gap": gap, "model": model, "level": level}
    study = None if event is None else event_study(returns, event=event, **shared)
    window, level = _panel.span("window", window), _finding.confidence(level)
    panel = _read.read(returns, firm, factors, model)
    before = _panel.estimation_days(estimation, gap, window, panel.days, None)
    places, notes = _places(panel, window, before, dates)
    if study is not None:
        true = int(panel.days.get_loc(study.day0))
        far = np.abs(places - true) > window[1] - window[0]
        places, near = places[far], int((~far).sum())
        if near:
            notes.append(f"{_words.counted(near, 'date')} left out whose windows share a day with the event's")  # fmt: skip
        spans = places + before[0], places + before[1]
        holding = (spans[0] <= true + window[1]) & (spans[1] >= true + window[0])
        if holding.any():
            notes.append(f"the event lies in the estimation window of {_words.counted(int(holding.sum()), 'date')}")  # fmt: skip
    x, fixed = _windows.design(panel.factors, model)
    found = _windows.study_each(
        panel.firm, x, fixed, window=(places + window[0], window[1] - window[0] + 1),
        estimation=(places + before[0], before[1] - before[0] + 1),
    )  # fmt: skip
    good = found.ok
    if not good.any():
        msg = f"returns must hold a placebo date with complete windows, got none among {len(places)}: take a shorter estimation"
        raise ValueError(msg)
    if not good.all():
        notes.append(f"{_words.counted(int((~good).sum()), 'date')} left out for missing or constant returns")  # fmt: skip
    cars, error, days = found.car[good], found.se[good], panel.days[places[good]]
    length = window[1] - window[0] + 1
    separate = _residuals.separate(places[good], length)
    if separate < len(cars):
        notes.append(f"windows of {length} days overlap: only {separate} of {len(cars)} can be chosen that do not")  # fmt: skip
    notes += panel.calendar(0, len(panel.days) - 1)
    table = pd.DataFrame({"date": days, "car": cars, "se": error, "t": cars / error})
    columns = pd.RangeIndex(window[0], window[1] + 1, name="day")
    paths = pd.DataFrame(found.abnormal[good].cumsum(axis=1), days.rename("date"), columns)
    missing = float("nan")
    by_car = dict.fromkeys(("two_sided", "lower", "upper"), missing)
    by_t, rank = by_car, 0
    if study is not None:
        by_car = _residuals.rank(float(study.car), cars)
        by_t = _residuals.rank(study.t, cars / error)
        rank = 1 + int((cars < float(study.car)).sum())
    return Placebo(table, paths, study, by_car["two_sided"], by_car["lower"], by_car["upper"],
                   by_t["two_sided"], rank, tuple(notes))  # fmt: skip


# --- inside ------------------------------------------------------------------------


def _places(
    panel: _read.Panel, window: tuple[int, int], before: tuple[int, int], dates: ArrayLike | None
) -> tuple[NDArray[np.int64], list[str]]:
    """Return the rows of placebo days 0 that have all their windows within the returns."""
    first = max(0, -min(window[0], before[0]))
    last = len(panel.days) - 1 - max(0, window[1], before[1])
    if dates is None or (isinstance(dates, str) and dates == "all"):
        if first > last:
            msg = f"returns must hold a whole study, got {len(panel.days)} days for days {min(window[0], before[0])} to {max(window[1], before[1])}"
            raise ValueError(msg)
        return np.arange(first, last + 1), []
    given = [dates] if isinstance(dates, str | pd.Timestamp) else list(dates)  # type: ignore[arg-type]
    wanted = {_panel.first_day(panel.days, day, "dates")[0] for day in given}
    places = np.array(sorted(wanted), dtype=np.int64)
    fits = (places >= first) & (places <= last)
    notes = [] if fits.all() else [f"{_words.counted(int((~fits).sum()), 'date')} too near the ends of the returns left out"]  # fmt: skip
    return places[fits], notes
