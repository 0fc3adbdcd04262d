"""A simulation of self-exciting attention, checked and ready for its kernels."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cemlab import _checks
from cemlab.sim._kernels import attention as _kernels
from cemlab.sim.attention import _process
from cemlab.sim.attention._process import Process

Array = NDArray[np.float64]

LIMIT = 10_000_000
"""Events of one history, unless the caller allows more."""

_BYTES = 48.0


@dataclass(frozen=True)
class Plan:
    """Checked arguments of a simulation, ready for its kernels."""

    process: Process
    horizon: float
    given: Array
    limit: int

    @classmethod
    def of(
        cls, background: Any, branching: float, memory: Any, horizon: float, shock: int,
        outside: ArrayLike | None, limit: int,
    ) -> "Plan":  # fmt: skip
        """Check what a caller gave."""
        process = Process.of(background, branching, memory)
        end = _process.end(horizon)
        most = _checks.whole("limit", limit, low=1, high=2**31 - 1)
        first = np.zeros(_checks.whole("shock", shock, low=0, high=most))
        more = _process.events([] if outside is None else outside, end, name="outside")
        if more.size and more[-1] == end:
            msg = f"outside must be below the horizon, {end:g}, got {more[-1]:g}"
            raise ValueError(msg)
        _checks.memory("limit", _BYTES * min(most, LIMIT), "allow fewer events")
        return cls(process, end, np.concatenate([first, more]), most)

    def arguments(self) -> tuple[Any, ...]:
        """Return what both kernels take before the key."""
        steps = self.process.steps
        kept = steps.edges < self.horizon
        return (
            self.given, steps.edges[kept], steps.rates[kept], self.horizon,
            self.process.branching, *self.process.law(),
        )  # fmt: skip

    def history(self, key: np.uint64, replicate: int) -> tuple[Array, NDArray[np.int64]]:
        """Return the times of one history and where each event's parent stands (-1: none)."""
        common = self.limit, self.room()
        times, parents = _kernels.families(*self.arguments(), key, replicate, *common)
        self.within_limit(times.size)
        return times, parents

    def within_limit(self, count: int) -> None:
        """Stop if a history has more events than allowed."""
        if count > self.limit:
            n = self.process.branching
            why = "attention grows without end" if n >= 1 else "the background brings many"
            msg = (
                f"limit must be at least the number of events, got {self.limit:,} while "
                f"branching is {n:g} and {why}: shorten the horizon or raise limit"
            )
            raise ValueError(msg)

    def room(self) -> int:
        """Return how many events to make room for at first."""
        outside = float(self.process.steps.until(np.array([self.horizon]))[0]) + self.given.size
        return int(min(1.1 * outside / max(1 - self.process.branching, 0.05), 2e6, self.limit)) + 64
