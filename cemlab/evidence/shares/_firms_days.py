"""Which returns of which firm on which days: tables are read and checked here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cemlab import _checks, _words
from cemlab.evidence.shares import _calendar, _panel, _read
from cemlab.evidence.shares._firms import Abnormal, Array, mean_correlation


@dataclass(frozen=True)
class Sample:
    """Returns (firms, L + W) and regressors (firms, L + W, k), estimation days first.

    `places` (firms, L + W) are their rows in the sorted table; `days` is L.
    """

    firms: pd.Index
    events: list[Any]
    returns: Array
    model: Array
    places: NDArray[np.int64]
    days: int
    window: pd.Index
    factors: list[str]
    notes: tuple[str, ...]


def asked_for(asked: Sequence[str] | None, known: Iterable[str]) -> list[str]:
    """Return the names of the tests asked for, each once."""
    all_of_them = list(known)
    if asked is None:
        return all_of_them
    names = list(dict.fromkeys([asked] if isinstance(asked, str) else asked))
    if not names:
        msg = f"tests must be one or more of {', '.join(all_of_them)}, got none"
        raise ValueError(msg)
    _checks.one_of_each("tests", names, all_of_them)
    return names


def refuse_one(firms: pd.Index, names: Sequence[str], spread: Sequence[str]) -> None:
    """Stop if a test of the spread between firms is asked for one firm."""
    need = [name for name in names if name in spread]
    if need:
        msg = (
            f"events must name 2 firms or more for {', '.join(need)}, got {list(firms)}: "
            'ask for tests=["J1", "Patell", "rank", "sign"], or use event_study for one firm'
        )
        raise ValueError(msg)


def read(returns: pd.DataFrame, events: Any, factors: Any, window: Any, estimation: Any) -> Sample:
    """Return the days that count, checked; tables and days are read as for one firm."""
    table = _panel.wide(returns, "returns", numbered=True)
    if not table.columns.is_unique:
        msg = "returns must have each day and each firm once, got some twice"
        raise ValueError(msg)
    held = _events(events, table)
    firms = pd.Index(list(held), name="firm")
    names, drivers = _panel.factor_columns(table, factors, None)
    _not_themselves(factors, firms)
    span = _panel.span("window", window)
    found, moved = _days(table.index, held)
    places, days = _places(table.index, held, found, span, estimation)
    values = np.column_stack([_panel.column(table, firm, "events") for firm in firms]).T
    values = np.take_along_axis(values, places, axis=1)
    model = np.column_stack([np.ones(len(table)), drivers])[places]
    lost = np.asarray(np.isnan(model).any(axis=2))
    gap = int(places[:, days:][lost[:, days:]].min(initial=len(table) - 1))
    _window_is_known(values[:, days:], lost[:, days:], firms, table.index[gap])
    values[lost] = np.nan
    known = (~np.isnan(values[:, :days])).sum(axis=1)
    least = model.shape[2] + 2
    if days <= least:
        msg = f"estimation must have more than {least} days for this model, got {days}: lengthen it"
        raise ValueError(msg)
    if (known <= least).any():
        msg = f"returns must be known on more than {least} estimation days, got fewer for {firms[known <= least].tolist()[:5]}"
        raise ValueError(msg)
    model[lost] = 0.0
    _full_rank(np.where(np.isnan(values[:, :days, None]), 0.0, model[:, :days]))
    _read.warn_of_per_cent(values.ravel(), _some(firms))
    notes = _sentences(moved, table, places, days, known)
    dates = [table.index[row] for row in found]
    names = ["constant", *names]
    width = pd.RangeIndex(span[0], span[1] + 1, name="day")
    return Sample(firms, dates, values, model, places, days, width, names, notes)


def check_spread(made: Abnormal, sample: Sample) -> None:
    """Stop at firms whose returns the model explains without rest."""
    size = np.nanmax(np.abs(sample.returns[:, : sample.days]), axis=1)
    flat = made.error <= 1e-12 * np.maximum(size, 1e-300)
    if flat.any():
        msg = f"returns must vary beyond the factors on estimation days, got none left for {sample.firms[flat].tolist()[:5]}"
        raise ValueError(msg)


def correlation(made: Abnormal, sample: Sample) -> float:
    """Return the mean correlation between CARs of two firms, over all pairs.

    It is that of the residuals on the estimation days that both have, times the share of the
    window's days that both have: 0 for firms whose windows do not meet.
    """
    n, days = sample.returns.shape[0], sample.days
    if n < 2:
        return np.nan
    if (sample.places == sample.places[0]).all() and not np.isnan(made.estimation).any():
        return float(mean_correlation(made.estimation))
    first = int(sample.places.min())
    grid = np.full((int(sample.places.max()) - first + 1, n), np.nan)
    grid[sample.places[:, :days].T - first, np.arange(n)] = made.estimation.T
    between = pd.DataFrame(grid).corr(min_periods=3).fillna(0.0).to_numpy()
    width = sample.returns.shape[1] - days
    starts = sample.places[:, days : days + 1]
    apart = np.abs(starts - starts.T)
    shared = np.maximum(width - apart, 0) / width
    pairs = np.triu_indices(n, 1)
    return float((between * shared)[pairs].mean())


# --- inside ------------------------------------------------------------------------


def _events(events: Any, table: pd.DataFrame) -> dict[Any, Any]:
    if isinstance(events, pd.DataFrame):
        missing = {"firm", "event"} - set(events.columns)
        if missing:
            msg = f"events must have the columns firm and event, got {[str(c) for c in events.columns]}"
            raise ValueError(msg)
        events = events.set_index("firm")["event"]
    if isinstance(events, pd.Series) and not events.index.is_unique:
        twice = events.index[events.index.duplicated()].tolist()
        msg = f"events must have one day a firm, got several for {twice[:5]}: study them one after another"
        raise ValueError(msg)
    if not isinstance(events, Mapping | pd.Series):
        msg = (
            f"events must be a mapping of firms to days or a table firm, event, got {_kind(events)}"
        )
        raise ValueError(msg)
    held = dict(events)
    if not held:
        msg = "events must name one firm or more, got none"
        raise ValueError(msg)
    strange = [firm for firm in held if firm not in table.columns]
    if strange:
        msg = f"events must name columns of returns, got {strange[:5]}"
        raise ValueError(msg)
    return held


def _days(index: pd.Index, held: Mapping[Any, Any]) -> tuple[NDArray[np.int64], dict[str, list[Any]]]:  # fmt: skip
    """Return the row of each firm's day 0, and for each day that was moved the firms it concerns."""
    found: list[int] = []
    moved: dict[str, list[Any]] = {}
    for firm, day in held.items():
        place, told = _panel.first_day(index, day, f"event of {firm}")
        found.append(place)
        if told:
            moved.setdefault(told, []).append(firm)
    return np.array(found, np.int64), moved


def _places(
    index: pd.Index, held: Mapping[Any, Any], found: NDArray[np.int64], span: tuple[int, int], estimation: Any
) -> tuple[NDArray[np.int64], int]:  # fmt: skip
    """Return the rows of each firm, estimation days first, and how many of these there are."""
    parts = []
    for firm, place in zip(held, found.tolist(), strict=True):
        before = _panel.estimation_days(estimation, 0, span, index, place)
        rows = [_panel.rows(f"{name} of {firm}", each, place, len(index))
                for name, each in (("window", span), ("estimation", before))]  # fmt: skip
        parts.append(np.concatenate(rows[::-1]))
    return np.array(parts), len(parts[0]) - (span[1] - span[0] + 1)


def _window_is_known(values: Array, lost: NDArray[np.bool_], firms: pd.Index, first: Any) -> None:
    gaps = np.isnan(values).any(axis=1)
    if gaps.any():
        msg = f"returns must be known on all days of the window, got gaps for {firms[gaps].tolist()[:5]}: leave these firms out"
        raise ValueError(msg)
    if lost.any():
        msg = f"factors must be known on all days of the window, got none on {_panel.shown(first)}"
        raise ValueError(msg)


def _not_themselves(factors: Any, firms: pd.Index) -> None:
    if isinstance(factors, pd.Series | pd.DataFrame) or factors is None:
        return
    listed = [factors] if isinstance(factors, str) or not isinstance(factors, Iterable) else factors
    flat = [one for part in listed for one in (part if isinstance(part, list | tuple) else [part])]
    own = [firm for firm in firms if firm in flat]
    if own:
        msg = f"factors must not hold a firm that is studied, got {own[0]!r}: name other peers"
        raise ValueError(msg)


def _sentences(
    moved: Mapping[str, list[Any]], table: pd.DataFrame, places: NDArray[np.int64], days: int,
    known: NDArray[np.int64],
) -> tuple[str, ...]:  # fmt: skip
    """Return what the reader should know, a sentence each."""
    notes = [f"event of {_some(firms)}: {told}" for told, firms in moved.items()]
    short = int((days - known).sum())
    if short:
        notes.append(f"{_words.counted(short, 'return')} missing on estimation days left out")
    used = np.arange(places.min(), places.max() + 1)
    index = table.index[used]
    notes += _calendar.holes(index) + _calendar.closed(index, _calendar.still(table)[used])
    gone = [_calendar.absent(table.index[row]) for row in np.unique(places[:, days:], axis=0)]
    return tuple(notes + list(dict.fromkeys(one for each in gone for one in each)))


def _some(firms: Any) -> str:
    names = [str(firm) for firm in firms]
    return names[0] + (f" and {_words.counted(len(names) - 1, 'other')}" if len(names) > 1 else "")


def _full_rank(model: Array) -> None:
    if (np.linalg.matrix_rank(model) < model.shape[-1]).any():
        msg = "factors must vary and differ from each other on the estimation days, got one that does not: leave it out"
        raise ValueError(msg)


def _kind(value: object) -> str:
    return f"a {type(value).__name__}"
