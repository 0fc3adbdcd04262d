"""A curve out of a simulation: the mean of many runs with common luck."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from cemlab import _checks
from cemlab.calibrate._likelihood import Array


def averaged(simulate: Any, *, replicates: int = 50, rng: Any = 0) -> "AveragedCurve":
    """Return a curve that `fit` can use: the mean of several runs of a simulation.

    Every set of parameters meets the same luck, replicate by replicate, so that the curve
    moves because parameters do. `fit` then searches without slopes and adds what is left of
    the luck to the standard errors.

    Critique: the mean of runs is a fit to what happens on average. One real history is one
    run: where runs differ much (a story breaks out or not), its distance from the mean is
    luck of the story and no noise of readings. More replicates help against the luck of the
    simulation only.

    Parameters
    ----------
    simulate : callable
        ``simulate(t, rng=..., **params)``: values at times `t`, one run; `rng` is a Generator.
    replicates : int
        Runs for each set of parameters, at least 2.
    rng : int or numpy.random.Generator
        Source of the common luck.

    Returns
    -------
    AveragedCurve
        ``curve(t, **params)``, with `covariance(t, **params)`: that of the mean's luck.

    Examples
    --------
    >>> curve = averaged(lambda t, rng, rate: rng.poisson(rate * t), replicates=400, rng=1)
    >>> [round(float(x), -2) for x in curve([1.0, 10.0], rate=100)]
    [100.0, 1000.0]
    >>> bool(curve([2.0], rate=5)[0] == curve([2.0], rate=5)[0])
    True
    """
    if not callable(simulate):
        msg = f"simulate must be a function of times, rng and parameters, got {simulate!r}"
        raise ValueError(msg)
    many = _checks.whole("replicates", replicates, low=2)
    keys = _checks.generator(rng).integers(0, 2**63, many)
    return AveragedCurve(simulate, tuple(keys.tolist()))


class AveragedCurve:
    """The mean of runs of a simulation, as `averaged` makes it."""

    simulated = True

    def __init__(self, simulate: Callable[..., Any], keys: tuple[int, ...]) -> None:
        self.simulate, self.keys = simulate, keys

    def runs(self, t: ArrayLike, **params: float) -> Array:
        """Return every run at times `t`, shape (replicates, n)."""
        when = np.asarray(t, np.float64)
        rows = [
            np.asarray(self.simulate(when, rng=np.random.default_rng(key), **params), np.float64)
            for key in self.keys
        ]
        if any(row.shape != when.shape for row in rows):
            msg = f"simulate must return one value for each time, shape {when.shape}, got {rows[0].shape}"
            raise ValueError(msg)
        return np.array(rows)

    def __call__(self, t: ArrayLike, **params: float) -> Array:
        """Return the mean of the runs."""
        return np.asarray(self.runs(t, **params).mean(axis=0))

    def covariance(self, t: ArrayLike, **params: float) -> Array:
        """Return the covariance of the means' luck between times, shape (n, n)."""
        runs = self.runs(t, **params)
        away = runs - runs.mean(axis=0)
        many = len(self.keys)
        return np.asarray(away.T @ away / (many - 1) / many)
