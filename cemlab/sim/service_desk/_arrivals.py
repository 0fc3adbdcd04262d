"""Who calls when: Poisson newcomers with hourly rates and a random volume of the day."""

import math
import zlib

import numpy as np
from numpy.typing import NDArray

from cemlab import _checks, _luck
from cemlab.sim._kernels import desk_rows as _kernels
from cemlab.sim._kernels import desk_tables as _desk
from cemlab.sim.service_desk._plan import Plan

_MARGIN = 8.0
_BYTES = 100  # a newcomer


def expected(rates: NDArray[np.float64]) -> float:
    """Return how many newcomers to make room for: the mean and eight standard deviations."""
    mean = float(rates.sum())
    return mean + _MARGIN * math.sqrt(mean) + 64.0


def newcomers(plan: Plan, key: np.uint64, replicate: int) -> NDArray[np.void]:
    """Draw all newcomers of a run, in the order they come.

    Each channel has a stream of its own, by its name, and each customer a number in it: another
    channel or another policy leaves them the same.
    """
    volume = _volumes(plan, key, replicate)
    many = float((plan.rates @ volume).sum())
    _checks.memory("volume_shape", _BYTES * many, "ask for fewer arrivals or a larger shape")
    names = plan.names
    parts = [_stream(name, plan.rates[c] * volume, key, replicate) for c, name in enumerate(names)]
    given = [c for c, (times, _) in enumerate(parts) if times.size]
    came, entity = parts[given[0] if given else 0]
    origin = np.full(came.size, given[0] if given else 0, np.int8)
    if len(given) > 1:
        came = np.concatenate([times for times, _ in parts])
        entity = np.concatenate([entities for _, entities in parts])
        origin = np.repeat(np.arange(len(parts), dtype=np.int8), [t.size for t, _ in parts])
        order = np.argsort(came, kind="stable")
        came, entity, origin = came[order], entity[order], origin[order]
    people = np.empty(came.size, _desk.CUSTOMER)
    luck = np.uint64(_luck.branch(key, replicate, _luck.AUDIENCE))
    _kernels.welcome(came, origin, entity, plan.audiences, luck, people)
    return people


def _volumes(plan: Plan, key: np.uint64, replicate: int) -> NDArray[np.float64]:
    """Return the factor of the day for each hour: Gamma with mean 1, one for each calendar day."""
    if plan.volume_shape is None:
        return np.ones(plan.hours)
    day = (plan.start.hour + np.arange(plan.hours)) // 24
    luck = np.random.default_rng(int(_luck.branch(key, replicate, _luck.VOLUME)))
    factors = luck.gamma(plan.volume_shape, 1.0 / plan.volume_shape, day[-1] + 1)
    return np.asarray(factors[day])


def _stream(
    name: str, rates: NDArray[np.float64], key: np.uint64, replicate: int
) -> tuple[NDArray[np.float64], NDArray[np.uint64]]:
    """Return (minutes, entities) of one channel's newcomers: a unit Poisson stream, stretched."""
    own = np.uint64(zlib.crc32(name.encode()))
    total = float(rates.sum())
    if total == 0.0:
        return np.empty(0), np.empty(0, np.uint64)
    luck = np.random.default_rng([int(_luck.branch(key, replicate, _luck.ARRIVAL)), int(own)])
    so_far = luck.standard_exponential(int(total + _MARGIN * np.sqrt(total)) + 16)
    np.cumsum(so_far, out=so_far)
    if so_far[-1] <= total:  # once in many billions of years
        more = luck.standard_exponential(so_far.size)
        so_far = np.concatenate([so_far, so_far[-1] + np.cumsum(more)])
    so_far = so_far[: np.searchsorted(so_far, total)]
    edges = np.concatenate([[0.0], np.cumsum(rates)])
    _kernels.stretch(so_far, edges, rates)
    entities = (own << np.uint64(32)) | np.arange(so_far.size, dtype=np.uint64)
    return so_far, entities
