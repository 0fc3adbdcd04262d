"""A service desk as arrays: channels, hours and habits checked, queues numbered."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cemlab import _checks
from cemlab.sim._kernels import desk_tables as _desk
from cemlab.sim.service_desk._laws import LONGEST_MIN, law
from cemlab.sim.service_desk.channels import CLOSING, Channel, Habits

MOST_HOURS = 10_000_000
_DAY = 24
_MOST = 1_000_000_000
_BYTES = 40  # an hour of a channel


@dataclass(frozen=True)
class Plan:
    """Checked arguments of a run: newcomers by channel and hour, and what the kernel reads."""

    names: tuple[str, ...]
    rates: NDArray[np.float64]  # (C, H)
    channels: NDArray[np.void]  # (C,)
    queues: NDArray[np.void]  # (Q,)
    pools: NDArray[np.void]  # (P,)
    order: NDArray[np.int64]  # (Q,) queues by pool and level
    agents: NDArray[np.int64]  # (P, H)
    opened: NDArray[np.bool_]  # (C, H)
    quantiles: NDArray[np.float64]
    ways: _desk.Ways
    acknowledges: NDArray[np.bool_]  # (C,)
    volume_shape: float | None
    audiences: NDArray[np.float64]
    start: pd.Timestamp

    @property
    def end(self) -> float:
        """The minute at which the run ends."""
        return self.hours * 60.0

    @property
    def hours(self) -> int:
        """How long the run is."""
        return int(self.rates.shape[1])

    @classmethod
    def of(
        cls,
        *,
        arrivals_per_hour: Any,
        channels: Mapping[str, Channel],
        habits: object,
        volume_shape: float | None,
        followers: ArrayLike | None,
        hours: int | None,
        start: object,
    ) -> "Plan":
        """Check everything that a run is given, before anything is allocated."""
        named = _named(channels)
        names = tuple(named)
        if isinstance(arrivals_per_hour, pd.Series) and arrivals_per_hour.index.dtype.kind in "OTU":
            arrivals_per_hour = dict(arrivals_per_hour)
        length = _length(arrivals_per_hour, named, hours)
        if habits is not None and not isinstance(habits, Habits):
            msg = f"habits must be Habits(...) or None, got {habits!r}"
            raise ValueError(msg)
        _checks.memory("hours", _BYTES * len(names) * length, "ask for fewer hours")
        ways = habits or Habits()
        begin = _checks.moment("start", start)
        if begin != begin.floor("h"):
            msg = f"start must be on the hour, as staff changes by the hour, got {begin}"
            raise ValueError(msg)
        rates = _rates(arrivals_per_hour, names, length)
        opened = np.array([_opened(name, c, length, begin) for name, c in named.items()])
        pools = list(dict.fromkeys(_pool(name, c) for name, c in named.items()))
        pool_of = [pools.index(_pool(name, c)) for name, c in named.items()]
        agents = np.zeros((len(pools), length), np.int64)
        for p, (name, c) in zip(pool_of, named.items(), strict=True):
            agents[p] += by_hour(f"agents of {name}", c.agents, length, whole=True).astype(int)
        rows, quantiles = _channels(named, pool_of, ways)
        queues, order = _queues(list(named.values()), rows)
        by_pool = np.searchsorted(rows["pool"][queues["channel"][order]], np.arange(len(pools) + 1))
        staff = np.zeros(len(pools), _desk.POOL)
        staff["first"], staff["end"] = by_pool[:-1], by_pool[1:]
        return cls(
            names=names,
            rates=rates,
            channels=rows,
            queues=queues,
            pools=staff,
            order=order,
            agents=agents,
            opened=opened,
            quantiles=quantiles,
            ways=_ways(ways, names),
            acknowledges=np.array([c.acknowledges for c in named.values()]),
            volume_shape=_volume_shape(volume_shape),
            audiences=_audiences(followers),
            start=begin,
        )


def by_hour(name: str, value: Any, hours: int, *, whole: bool = False) -> NDArray[np.float64]:
    """Return one number for each hour, shape (hours,)."""
    listed = _is_list(value)
    if listed and len(value) != hours:
        msg = f"{name} must be one number, or one for each of the {hours} hours, got {len(value)}"
        raise ValueError(msg)
    try:
        given = np.atleast_1d(np.asarray(value))
    except ValueError:  # lists in lists
        given = np.empty(0, object)
    fine = given.ndim == 1 and given.dtype.kind in "iuf"
    if fine:
        right = (given >= 0) & (given <= _MOST) & ((given % 1 == 0) if whole else True)
        fine = bool(right.all())
    if not fine:
        for one in value if listed else [value]:
            if whole:
                _checks.whole(name, one, low=0, high=_MOST)
            else:
                _checks.number(name, one, low=0.0, high=_MOST)
    return np.broadcast_to(given.astype(np.float64), (hours,))


def _is_list(value: object) -> bool:
    return hasattr(value, "__len__") and not isinstance(value, str)


def _named(channels: object) -> dict[str, Channel]:
    if not isinstance(channels, Mapping) or not channels:
        msg = f"channels must be a mapping of names to Channel(...), got {channels!r}"
        raise ValueError(msg)
    for name, channel in channels.items():
        if not isinstance(name, str) or not isinstance(channel, Channel):
            msg = f"channels must be a mapping of names to Channel(...), got {name!r}: {channel!r}"
            raise ValueError(msg)
    if len(channels) > 100:
        msg = f"channels must be at most 100, got {len(channels)}"
        raise ValueError(msg)
    return dict(channels)


def _length(arrivals: Any, channels: Mapping[str, Channel], hours: int | None) -> int:
    """Return how many hours a run has: as asked, or as long as the lists it is given."""
    if hours is not None:
        return _checks.whole("hours", hours, low=1, high=MOST_HOURS)
    lists = dict(arrivals) if isinstance(arrivals, Mapping) else {"": arrivals}
    lengths = {
        f"arrivals_per_hour{f' of {name}' if name else ''}": len(value)
        for name, value in lists.items()
        if _is_list(value)
    }
    lengths |= {f"agents of {n}": len(c.agents) for n, c in channels.items() if _is_list(c.agents)}  # type: ignore[arg-type]
    empty = [name for name, length in lengths.items() if not length]
    if empty:
        msg = f"{empty[0]} must be one number, or one an hour, got none"
        raise ValueError(msg)
    if len(set(lengths.values())) > 1:
        shown = ", ".join(f"{name}: {length}" for name, length in lengths.items())
        msg = f"hours must be equally many everywhere, got {shown}"
        raise ValueError(msg)
    found = next(iter(lengths.values()), _DAY)
    return _checks.whole("hours", found, low=1, high=MOST_HOURS)


def _rates(arrivals: Any, names: Sequence[str], hours: int) -> NDArray[np.float64]:
    """Return newcomers an hour, shape (channels, hours)."""
    given = arrivals if isinstance(arrivals, Mapping) else {names[0]: arrivals}
    if not given:
        msg = f"arrivals_per_hour must name at least one of {', '.join(names)}, got none"
        raise ValueError(msg)
    _checks.one_of_each("channel of arrivals_per_hour", given, names)
    rows = [by_hour(f"arrivals_per_hour of {name}", given.get(name, 0.0), hours) for name in names]
    return np.array(rows)


def _channels(
    named: Mapping[str, Channel], pool_of: Sequence[int], habits: Habits
) -> tuple[NDArray[np.void], NDArray[np.float64]]:
    """Return the channels as records, and the quantile tables that they refer to."""
    rows = np.zeros(len(named), _desk.CHANNEL)
    tables: list[NDArray[np.float64]] = []
    for i, (name, channel) in enumerate(named.items()):
        for what in ("service", "patience"):
            longest = LONGEST_MIN if what == "service" else math.inf
            given = getattr(channel, f"{what}_min")
            mean, table = law(f"{what}_min of {name}", given, longest=longest)
            rows[what][i] = mean
            rows[f"{what}_law"][i] = -1 if table is None else len(tables)
            tables += [] if table is None else [table]
        rows["zero_patience"][i] = channel.zero_patience
        rows["solve"][i] = channel.solve
        rows["calm"][i] = habits.acknowledged if channel.acknowledges else 1.0
        rows["pool"][i] = pool_of[i]
        rows["closing"][i] = CLOSING.index(channel.closing)
    return rows, np.array(tables) if tables else np.zeros((1, 2))


def _queues(
    channels: Sequence[Channel], rows: NDArray[np.void]
) -> tuple[NDArray[np.void], NDArray[np.int64]]:
    """Return every channel's queues as records, and their order by pool and level."""
    listed = [
        (c, place, audience)
        for c, channel in enumerate(channels)
        for place, audience in enumerate([*channel.audiences, -1.0])
    ]
    queues = np.zeros(len(listed), _desk.QUEUE)
    queues["channel"] = [c for c, _, _ in listed]
    queues["audience"] = [audience for _, _, audience in listed]
    queues["head"] = queues["tail"] = -1
    turns = [(channels[c].rank, place - len(channels[c].audiences)) for c, place, _ in listed]
    levels = sorted(set(turns))
    queues["level"] = [levels.index(turn) for turn in turns]
    rows["first_queue"] = np.searchsorted(queues["channel"], np.arange(len(channels)))
    order = np.lexsort((queues["level"], rows["pool"][queues["channel"]]))
    return queues, order.astype(np.int64)


def _pool(name: str, channel: Channel) -> tuple[str, str]:
    return ("of", name) if channel.pool is None else ("pool", str(channel.pool))


def _opened(name: str, channel: Channel, hours: int, start: pd.Timestamp) -> NDArray[np.bool_]:
    if channel.opens is None:
        return np.ones(hours, np.bool_)
    given = np.asarray(channel.opens)
    if given.shape not in ((hours,), (_DAY,)) or not np.isin(given, (0, 1)).all():
        msg = (
            f"opens of {name} must be yes or no for each of the {hours} hours, "
            f"or for the 24 hours of a day, got {channel.opens!r}"
        )
        raise ValueError(msg)
    if given.size != _DAY:
        return given.astype(np.bool_)
    by_hour = given.astype(np.bool_)[(start.hour + np.arange(hours)) % _DAY]
    return np.asarray(by_hour)


def _audiences(followers: ArrayLike | None) -> NDArray[np.float64]:
    """Return the audiences from which each customer's is drawn, checked."""
    if followers is None:
        return np.zeros(1)
    try:
        given = np.atleast_1d(np.asarray(followers, np.float64))
    except (TypeError, ValueError):
        given = np.full(1, math.nan)
    if given.ndim != 1 or not given.size or not (np.isfinite(given) & (given >= 0)).all():
        msg = f"followers must be audiences of at least 0, got {followers!r}"
        raise ValueError(msg)
    return given


def _volume_shape(value: Any) -> float | None:
    """Check the shape of the day's volume."""
    if value is None:
        return None
    found = _checks.number("volume_shape", value, low=0.0)
    if found == 0.0:
        msg = "volume_shape must be above 0, or None for days of equal volume, got 0"
        raise ValueError(msg)
    return found


def _ways(habits: Habits, names: Sequence[str]) -> _desk.Ways:
    public = -1
    if habits.public:
        if habits.public_channel not in names:
            msg = f"public_channel must be one of {', '.join(names)}, got {habits.public_channel!r}: give Habits(public_channel=...)"
            raise ValueError(msg)
        public = names.index(habits.public_channel)
    return _desk.Ways(
        follow_up=habits.follow_up,
        redial=float(habits.redial),
        redial_after=float(habits.redial_after_min),
        leave=float(habits.leave),
        public=float(habits.public),
        public_channel=public,
        per_tenfold=float(habits.per_tenfold),
        learned=float(habits.learned),
        anger_failure=float(habits.anger_per_failure),
        anger_minute=float(habits.anger_per_hour) / 60.0,
        promise=float(habits.promise),
        kept=float(habits.kept),
        called_after=float(habits.callback_after_min),
        due=float(habits.callback_due_min),
        most=int(habits.most_attempts),
        again=float(habits.again),
        again_after=float(habits.again_after_hours) * 60.0,
        loyal=float(habits.loyal),
    )
