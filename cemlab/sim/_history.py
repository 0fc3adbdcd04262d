"""How a spread becomes a Run's tables: dates, totals over time, and the event log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cemlab import _checks
from cemlab.network import Network

_LAST_YEAR = 9999


@dataclass(frozen=True)
class Clock:
    """The date of round 0 and the time from one round (or unit of time) to the next."""

    start: pd.Timestamp
    step: pd.Timedelta

    @classmethod
    def of(cls, start: object, step: object) -> "Clock":
        """Check `start` and `step`."""
        return cls(_checks.moment("start", start), _checks.duration("step", step))

    def times(self, rounds: NDArray[Any]) -> NDArray[np.datetime64]:
        """Return the dates of rounds, whole or fractional, ascending as the rounds are."""
        last = float(rounds.max(initial=0))
        if self.start.year + last * (self.step / pd.Timedelta("365D")) > _LAST_YEAR:
            msg = f"step must keep {last:g} steps after start before the year {_LAST_YEAR}, got {self.step}"
            raise ValueError(msg)
        microseconds = rounds * np.timedelta64(self.step).astype("timedelta64[us]").astype(np.int64)
        offset = microseconds.astype(np.int64).astype("timedelta64[us]")
        dates: NDArray[np.datetime64] = np.datetime64(self.start, "us") + offset
        return dates


def totals(
    clock: Clock, rounds: NDArray[Any], values: Mapping[str, NDArray[np.float64]]
) -> pd.DataFrame:
    """Return a Run's `series`: every variable at every round, shape of each (rounds,)."""
    return pd.DataFrame(
        {
            "time": np.tile(clock.times(rounds), len(values)),
            "variable": np.repeat(list(values), rounds.size),
            "value": np.concatenate(list(values.values()), dtype=np.float64),
        }
    )


def by_round(
    network: Network, who: NDArray[np.int32], when: NDArray[np.int32], rounds: int | None = None
) -> dict[str, NDArray[np.float64]]:
    """Return `new` and `total` members and their `exposures` (all tellings so far) a round."""
    length = rounds or (int(when[-1]) + 1 if when.size else 1)
    new = np.bincount(when, minlength=length).astype(np.float64)
    told = np.bincount(when, network.degrees[who], minlength=length)
    return {"new": new, "total": np.cumsum(new), "exposures": np.cumsum(told)}


def log(
    labels: Sequence[Any],
    clock: Clock,
    who: NDArray[np.int32],
    when: NDArray[Any],
    heard: NDArray[np.int32],
    *,
    exposures: NDArray[Any] | None,
    source: str,
) -> pd.DataFrame:
    """Return the log: one ``publish`` by the first, then one ``share`` a further member.

    `who`, `when` and `heard` are in the order they came; `exposures` are by person (None:
    not known). The extra column `heard_from` says from whom a sharer had the story.
    """
    named = None if isinstance(labels, range) else labels
    names = who if named is None else [name_of(named, i) for i in who]
    tellers = pd.Series(heard).where(heard >= 0)
    if named is not None:
        tellers = pd.Series([None if i < 0 else name_of(named, i) for i in heard], dtype=object)
    later = np.arange(who.size) > 0
    reached = np.nan if exposures is None else exposures[who].astype(np.float64)
    return pd.DataFrame(
        {
            "customer": name_of(labels, who[0]) if who.size else [],
            "time": clock.times(when),
            "actor": np.where(later, "public", "customer"),
            "by": names,
            "kind": np.where(later, "share", "publish"),
            "value": reached,
            "source": source,
            "heard_from": tellers,
        }
    )


def name_of(labels: Sequence[Any], person: int) -> Any:
    """Return a person's label as a log can hold it: a whole number or text."""
    label = labels[int(person)]
    return label if isinstance(label, int | str) else str(label)
