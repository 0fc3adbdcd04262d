"""Which returns of which firm on which days: tables are read and checked here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cemlab import _checks
from cemlab.evidence.shares import _panel
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


def read(
    returns: pd.DataFrame, events: Any, factors: Any, window: Any, estimation: Any
) -> Sample:  # fmt: skip
    """Return the days that count, checked."""
    if isinstance(returns, pd.DataFrame) and {"date", "Date", "DATE"} & set(returns.columns):
        returns = _panel.wide(returns, "returns")
    if not isinstance(returns, pd.DataFrame) or returns.empty:
        msg = f"returns must be a DataFrame, one row a day and one column a firm, got {_kind(returns)}"
        raise ValueError(msg)
    if not returns.index.is_unique or not returns.columns.is_unique:
        msg = "returns must have each day and each firm once, got some twice"
        raise ValueError(msg)
    table = returns.sort_index()
    held = _events(events, table)
    drivers = _factors(factors, table)
    offsets, days, last = _offsets(window, estimation)
    if days <= len(drivers.columns) + 3:
        msg = f"estimation must have more than {len(drivers.columns) + 3} days for this model, got {days}: lengthen it"
        raise ValueError(msg)
    where = table.index.get_indexer(pd.Index(list(held.values())))
    places = where[:, None] + offsets
    for firm, day, row in zip(held, held.values(), places, strict=True):
        if row.min() < 0 or row.max() >= len(table):
            msg = (
                f"returns must cover {-offsets.min()} days before and {max(offsets.max(), 0)} after the event of {firm}, "
                f"got {day} on row {int(row[0] - offsets[0]) + 1} of {len(table)}: shorten estimation or window"
            )
            raise ValueError(msg)
    columns = table.columns.get_indexer(pd.Index(list(held), dtype=object))
    values = _numbers("returns", table)[places, columns[:, None]]
    gaps = np.isnan(values[:, days:]).any(axis=1)
    if gaps.any():
        msg = f"returns must be known on all days of the window, got gaps for {np.asarray(list(held), object)[gaps].tolist()[:5]}: leave these firms out"
        raise ValueError(msg)
    few = (~np.isnan(values[:, :days])).sum(axis=1) <= len(drivers.columns) + 3
    if few.any():
        msg = f"returns must be known on more than {len(drivers.columns) + 3} estimation days, got fewer for {np.asarray(list(held), object)[few].tolist()[:5]}"
        raise ValueError(msg)
    model = np.column_stack([np.ones(len(table)), drivers.to_numpy(np.float64)])[places]
    if np.isnan(model).any():
        msg = "factors must be known on all days that are used, got gaps"
        raise ValueError(msg)
    _full_rank(np.where(np.isnan(values[:, :days, None]), 0.0, model[:, :days]))
    names = ["constant", *map(str, drivers.columns)]
    span = pd.RangeIndex(int(offsets[days]), int(last) + 1, name="day")
    return Sample(pd.Index(list(held), name="firm"), list(held.values()), values, model, places, days, span, names)  # fmt: skip


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
    apart = np.abs(sample.places[:, :1] - sample.places[:, :1].T)
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
    if isinstance(table.index, pd.DatetimeIndex):
        held = {firm: _checks.moment(f"event of {firm}", day) for firm, day in held.items()}
    for firm, day in held.items():
        if day not in table.index:
            msg = f"event of {firm} must be a day of returns, got {day}: choose the first trading day on which it could be known"
            raise ValueError(msg)
    return held


def _factors(factors: Any, table: pd.DataFrame) -> pd.DataFrame:
    if factors is None:
        return pd.DataFrame(index=table.index)
    if isinstance(factors, pd.Series | pd.DataFrame):
        found = factors.to_frame() if isinstance(factors, pd.Series) else factors
        if not found.index.is_unique:
            msg = "factors must have each day once, got some twice"
            raise ValueError(msg)
        found = found.reindex(table.index)
    else:
        names = [factors] if isinstance(factors, str) else list(factors)
        strange = [name for name in names if name not in table.columns]
        if strange:
            msg = f"factors must be columns of returns, got {strange[:5]}"
            raise ValueError(msg)
        found = table[names]
    return pd.DataFrame(_numbers("factors", found), found.index, found.columns)


def _offsets(window: Any, estimation: Any) -> tuple[NDArray[np.int64], int, int]:
    first, last = _pair("window", window)
    if isinstance(estimation, int | np.integer) and not isinstance(estimation, bool):
        length = _checks.whole("estimation", estimation, low=1)
        start, end = first - length, first - 1
    else:
        start, end = _pair("estimation", estimation)
    if end >= first:
        msg = f"estimation must end before the window begins (day {first}), got day {end}"
        raise ValueError(msg)
    offsets = np.concatenate([np.arange(start, end + 1), np.arange(first, last + 1)])
    return offsets, end - start + 1, last


def _pair(name: str, value: Any) -> tuple[int, int]:
    given = list(value) if isinstance(value, Sequence) and not isinstance(value, str) else []
    whole = all(isinstance(x, int | np.integer) and not isinstance(x, bool) for x in given)
    if len(given) != 2 or not whole or given[0] > given[1]:
        msg = f"{name} must be two whole numbers of days, the first not later, got {value!r}"
        raise ValueError(msg)
    return int(given[0]), int(given[1])


def _numbers(name: str, table: pd.DataFrame) -> Array:
    try:
        found = table.to_numpy(np.float64, na_value=np.nan)
    except (TypeError, ValueError):
        found = np.array([[np.inf]])
    if np.isinf(found).any():
        msg = f"{name} must be finite numbers or missing, got something else"
        raise ValueError(msg)
    return np.asarray(found)


def _full_rank(model: Array) -> None:
    if (np.linalg.matrix_rank(model) < model.shape[-1]).any():
        msg = "factors must vary and differ from each other on the estimation days, got one that does not: leave it out"
        raise ValueError(msg)


def _kind(value: object) -> str:
    return f"a {type(value).__name__}"
