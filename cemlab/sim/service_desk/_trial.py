"""One trial of staffing: a cover of the hours and a promise, with any number of seats."""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cemlab import _checks, _luck
from cemlab.sim.service_desk import _course
from cemlab.sim.service_desk._plan import MOST_HOURS, Plan, by_hour
from cemlab.sim.service_desk.channels import Channel

_DAY = 24
LONGEST_MIN = 60.0 * 24.0 * 366.0

_BYTES_AN_HOUR = 800
_BYTES_A_CONTACT = 130


@dataclass(frozen=True)
class Trial:
    """One cover and one promise, to be tried with any number of seats on the same luck."""

    plan: Plan
    on_shift: NDArray[np.int64]  # one round
    first: float  # minute from which to count
    last: float  # minute until which to count
    limit: float
    key: np.uint64
    runs: int
    endless: bool  # whether nobody ever leaves the queue

    @classmethod
    def of(
        cls,
        arrivals_per_hour: Any,
        channel: Channel,
        *,
        within_min: object,
        rounds: object,
        warm_up_hours: object,
        runs: object,
        volume_shape: float | None,
        start: object,
        rng: Any,
    ) -> "Trial":
        """Check what is given and lay the hours in a row: before, counted, after."""
        check_channel(channel)
        limit = _checks.number("within_min", within_min, low=0.0, high=LONGEST_MIN)
        warm = _checks.whole("warm_up_hours", warm_up_hours, low=0, high=MOST_HOURS)
        given: tuple[Any, Any] = arrivals_per_hour, channel.agents
        length = next((len(value) for value in given if np.ndim(value)), _DAY)
        counted = length * _checks.whole("rounds", rounds, low=1, high=MOST_HOURS)
        total = warm + counted + math.ceil(limit / 60.0)
        _checks.whole("hours to run", total, low=1, high=MOST_HOURS)
        rates = by_hour("arrivals_per_hour", arrivals_per_hour, length)
        shape = by_hour("agents", channel.agents, length, whole=True).astype(np.int64)
        if not shape.any():
            msg = f"agents must be somebody on shift in some hour, got {channel.agents!r}"
            raise ValueError(msg)
        way_out = "ask for fewer rounds or a shorter warm-up"
        _checks.memory("hours to run", 1.0 * _BYTES_AN_HOUR * total, way_out)
        contacts = _BYTES_A_CONTACT * float(rates.mean()) * total
        _checks.memory("arrivals_per_hour", contacts, way_out)
        turn = (np.arange(total) - warm) % length
        opens = channel.opens
        if isinstance(opens, tuple) and len(opens) == length != _DAY:  # 24 are the clock's
            opens = np.asarray(opens)[turn].tolist()
        plan = Plan.of(
            arrivals_per_hour=rates[turn],
            channels={"trial": replace(channel, agents=shape[turn].tolist(), opens=opens)},
            habits=None,
            volume_shape=volume_shape,
            followers=None,
            hours=None,
            start=_checks.moment("start", start) - pd.Timedelta(hours=warm),
        )
        row = plan.channels[0]
        keeps = channel.closing == "keep" and row["zero_patience"] == 0.0
        return cls(
            plan, shape, 60.0 * warm, 60.0 * (warm + counted), limit, _luck.key(rng),
            _checks.whole("runs", runs, low=1, high=1_000_000),
            bool(keeps and row["patience"] == math.inf and row["patience_law"] < 0),
        )  # fmt: skip

    def fewest(self, share: float, most: int) -> tuple[int | None, float]:
        """Return (fewest seats that will do, or None; the share that `most` seats keep)."""
        at_best, service = self.result(most)
        if math.isnan(at_best):
            return 0, at_best
        if at_best < share:
            return None, at_best
        low = 0  # which is never enough
        if self.endless:
            counted = slice(int(self.first / 60.0), int(self.last / 60.0))
            work = float(self.plan.rates[0][counted].sum()) * service
            room = 60.0 * float(self.plan.agents[0][counted].sum())
            low = math.floor(work / room + 1e-9)  # with no minute to spare a queue never ends
        if low >= most:
            msg = f"most must be at least {low + 1}, the seats that the work takes, got {most}"
            raise ValueError(msg)
        high = min(most, 2 * low + 2)
        while high < most and self.result(high)[0] < share:
            low, high = high, min(most, 2 * high)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self.result(middle)[0] >= share else (middle, high)
        return high, at_best

    def result(self, seats: int) -> tuple[float, float]:
        """Return (share in time, mean minutes of a service) over all runs; NaN if nobody came."""
        plan = replace(self.plan, agents=seats * self.plan.agents)
        came = kept = answered = 0
        work = 0.0
        for r in range(self.runs):
            rows = _course.of(plan, self.key, r).contacts
            rows = rows[(rows["came"] >= self.first) & (rows["came"] < self.last)]
            served = rows[~np.isnan(rows["began"])]
            waited = served["began"] - served["came"]
            came += rows.size
            answered += served.size
            work += float((served["ended"] - served["began"]).sum())
            kept += int(np.count_nonzero(waited <= self.limit))
        row = self.plan.channels[0]
        exact = float(row["service"]) if row["service_law"] < 0 else work / max(answered, 1)
        return (kept / came if came else math.nan), exact


def check_channel(channel: object) -> None:
    """Stop if that is no channel."""
    if not isinstance(channel, Channel):
        msg = f"channel must be Channel(...), got {channel!r}"
        raise ValueError(msg)
