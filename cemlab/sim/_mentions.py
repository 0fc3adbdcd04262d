"""Good and bad mentions of a company, read from a run, an event log or a table."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cemlab import _checks, _columns, events
from cemlab.run import Run

WEIGHTS = ("mentions", "exposures")
SIDES = ("complaint", "response")

_MENTIONS = ("publish", "share")
_OUTSIDE = ("customer", "public")


@dataclass(frozen=True, eq=False)
class Mentions:
    """What was read: mentions in time, the span they belong to, and the log they are from."""

    name: str
    time: pd.Series
    good: NDArray[np.float64]
    bad: NDArray[np.float64]
    first: pd.Timestamp
    last: pd.Timestamp
    log: pd.DataFrame


def read(source: object, weight: str) -> Mentions:
    """Check a source and take its mentions, each counted as `weight` says."""
    _checks.one_of("weight", weight, WEIGHTS)
    if isinstance(source, Run):
        moments = pd.concat([source.series["time"], source.events["time"]])
        name = f"{source.model} {source.key:016x}"
        first = source.series["time"].min()
        return replace(_from_log(name, source.events, weight), first=first, last=moments.max())
    if not isinstance(source, pd.DataFrame):
        msg = f"source must be a Run, an event log or a table of good and bad mentions, got {type(source).__name__}"
        raise ValueError(msg)
    if not len(source):
        msg = "source must have at least one row, got none"
        raise ValueError(msg)
    if "kind" in source:
        return _from_log("event log", events.validate(source), weight)
    return _from_table(source.reset_index(drop=True))


def _from_log(name: str, log: pd.DataFrame, weight: str) -> Mentions:
    rows = log[log["kind"].isin(_MENTIONS)]
    good = np.zeros(len(rows), bool)
    if "side" in rows:
        sides = rows["side"].dropna()
        _checks.one_of_each("side", sides[sides != ""].unique(), SIDES)
        good = rows["side"].isin(["response"]).to_numpy()
    bad = ~good & rows["actor"].isin(_OUTSIDE).to_numpy()
    count = np.ones(len(rows))
    if weight == "exposures":
        count = np.where(good | bad, rows["value"].to_numpy(np.float64), 0.0)
        if np.isnan(count).any():
            msg = f"weight must be mentions where a log does not say how many each mention reached, got {weight!r}"
            raise ValueError(msg)
    first, last = _span(log["time"])
    return Mentions(name, rows["time"], count * good, count * bad, first, last, log)


def _from_table(table: pd.DataFrame) -> Mentions:
    tidy = {"variable", "value"} <= set(table.columns)
    found = list(dict.fromkeys(table["variable"] if tidy else table.columns))
    if "time" not in table or not {"good", "bad"} & set(found):
        msg = f"source must have time, and good or bad mentions, got {', '.join(map(str, found))}"
        raise ValueError(msg)

    def place(row: int) -> str:
        return f"source, row {row}"

    times = _columns.times("time", table["time"], place)
    if times.isna().any():
        _columns.stop(place, int(times.isna().argmax()), "time", "must be a date", None)
    flows = []
    for name in ("good", "bad"):
        column = table.get("value" if tidy else name, pd.Series(0.0, index=table.index))
        if tidy:
            column = column.where(table["variable"] == name, 0.0)
        flow = _columns.numbers(name, column, place).to_numpy()
        wrong = np.flatnonzero(~(flow >= 0))
        if wrong.size:
            _columns.stop(place, wrong[0], name, "must be at least 0", flow[wrong[0]])
        flows.append(flow)
    nothing = {"customer": [], "time": times.iloc[:0], "actor": [], "kind": []}
    log = events.validate(pd.DataFrame(nothing))
    return Mentions("table", times, flows[0], flows[1], *_span(times), log)


def _span(times: pd.Series) -> tuple[pd.Timestamp, pd.Timestamp]:
    return times.min().floor("D"), times.max()
