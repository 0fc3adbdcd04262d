"""How long callers of endless patience would wait: the law behind Erlang A and C."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import exprel

Times = NDArray[np.float64] | np.float64

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(32)
_DROP = 50.0  # a density is followed until it is exp(-50) of its peak


@dataclass(frozen=True)
class OfferedWait:
    """How long a caller of endless patience would wait, given that all agents are busy.

    The density at time t is proportional to exp(joining * spent(t) - capacity * t)
    (F. Baccelli, G. Hebuterne, "On queues with impatient customers", 1981). It has one
    peak; all means are Gauss-Legendre sums over panels that narrow towards that peak.
    """

    joining: float
    capacity: float
    patience_rate: float

    def kept(self, t: Times) -> Times:
        """Chance that a caller still waits after t."""
        return np.exp(-self.patience_rate * t)

    def spent(self, t: Times) -> Times:
        """Mean time until an agent is free after t or the caller hangs up."""
        return np.asarray(t * exprel(-self.patience_rate * t))

    def mean(self, value: Callable[[Times], Times], until: float = math.inf) -> float:
        """Return the mean of a function of the wait, counted as 0 where the wait is above `until`."""
        if self.capacity == 0.0:  # nobody is ever served
            for_ever = np.float64(1e3 / self.patience_rate)
            return 0.0 if until < math.inf else float(value(for_ever))
        t, mass = self._grid(until)
        return float((mass / self._grid(math.inf)[1].sum()) @ value(t))

    def idle(self, calls: float) -> float:
        """Return the chance of one free agent, as a multiple of that of none."""
        room = calls * float(self._grid(math.inf)[1].sum())
        excess = (self.joining - self.capacity) / self.capacity
        height = 0.0
        if excess > 0.0:
            height = self.capacity * (excess - math.log1p(excess)) / self.patience_rate
        return math.exp(-height) / room if room else math.inf

    def _grid(self, until: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return times up to `until` and their weights; the density is 1 at its peak."""
        capacity, leaving = self.capacity, self.patience_rate
        rate, peak, left = min(self.joining, capacity), 0.0, 0.0
        if self.joining > capacity:
            peak = math.log1p((self.joining - capacity) / capacity) / leaving
            fall = _DROP * leaving / capacity
            left = min(peak, min(math.sqrt(2.0 * fall), math.log(4.0 + 4.0 * fall)) / leaving)
        right = _DROP / capacity
        while rate * self.spent(np.float64(right)) - capacity * right > -_DROP:
            right *= 2.0
        halvings = 3 + math.ceil(math.log2(max(1.0, leaving * right)))
        before = np.linspace(-left, 0.0, 5 + math.ceil(leaving * left / 4.0))
        edges = np.append(before, right * 0.5 ** np.arange(halvings, -1, -1))
        edges = np.clip(edges, None, until - peak)
        half = np.diff(edges)[:, None] / 2.0
        t = (edges[:-1, None] + half + half * _NODES).ravel()
        density = np.exp(rate * self.spent(t) - capacity * t)
        return np.maximum(peak + t, 0.0), (half * _WEIGHTS).ravel() * density
