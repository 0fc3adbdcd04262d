"""How long attention remembers: the time from one event to an event that follows it."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cemlab import _checks

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Exponential:
    """A memory that fades by the same share in every unit of time; see :func:`exponential`.

    Attributes
    ----------
    mean : float
        Mean time until a follow-up (the caller's unit of time).
    """

    mean: float

    def density(self, t: ArrayLike) -> Array:
        """Return the share of follow-ups a unit of time, `t` after the event; 0 before it."""
        after, past = _since(t)
        return np.where(past, np.exp(-after / self.mean) / self.mean, 0.0)

    def cumulative(self, t: ArrayLike) -> Array:
        """Return the share of follow-ups within `t` of the event, in [0, 1]."""
        after, _ = _since(t)
        return np.asarray(-np.expm1(-after / self.mean))

    def draw(self, size: int, rng: Any = None) -> Array:
        """Draw times until a follow-up, shape (size,)."""
        return _times(self.quantile, size, rng)

    def quantile(self, share: ArrayLike) -> Array:
        """Return the time within which a share of the follow-ups has come."""
        return np.asarray(-self.mean * np.log1p(-_shares(share)))


@dataclass(frozen=True)
class PowerLaw:
    """A memory that fades ever more slowly; see :func:`power_law`.

    Attributes
    ----------
    theta : float
        How fast late follow-ups become rare: the density falls as time ** -(1 + theta).
    cutoff : float
        Time below which the fall is not yet felt (the caller's unit of time).
    """

    theta: float
    cutoff: float

    @property
    def mean(self) -> float:
        """Mean time until a follow-up; infinite where `theta` is at most 1."""
        return self.cutoff / (self.theta - 1) if self.theta > 1 else math.inf

    def density(self, t: ArrayLike) -> Array:
        """Return the share of follow-ups a unit of time, `t` after the event; 0 before it."""
        after, past = _since(t)
        left = (1 + after / self.cutoff) ** -(1 + self.theta)
        return np.where(past, self.theta / self.cutoff * left, 0.0)

    def cumulative(self, t: ArrayLike) -> Array:
        """Return the share of follow-ups within `t` of the event, in [0, 1]."""
        after, _ = _since(t)
        return np.asarray(-np.expm1(-self.theta * np.log1p(after / self.cutoff)))

    def draw(self, size: int, rng: Any = None) -> Array:
        """Draw times until a follow-up, shape (size,)."""
        return _times(self.quantile, size, rng)

    def quantile(self, share: ArrayLike) -> Array:
        """Return the time within which a share of the follow-ups has come."""
        with np.errstate(over="ignore"):  # a share near 1 may lie beyond every number
            return np.asarray(self.cutoff * np.expm1(-np.log1p(-_shares(share)) / self.theta))


Memory = Exponential | PowerLaw


def exponential(mean: float) -> Exponential:
    """Return an exponential memory: whoever follows does so `mean` later, on average.

    The density is exp(-t / mean) / mean.

    Parameters
    ----------
    mean : float
        Mean time from an event to one that follows it, above 0 (the caller's unit of time).

    Raises
    ------
    ValueError
        If `mean` is not above 0.

    Notes
    -----
    *Critique.* Real attention has a longer tail: views and shares are seen to fade as a power of
    time (Crane & Sornette, PNAS 105, 2008). An exponential memory explains late follow-ups badly,
    and a fit then takes them for news from outside.

    References
    ----------
    A. G. Hawkes, "Spectra of some self-exciting and mutually exciting point processes",
    Biometrika 58, 1971.

    Examples
    --------
    >>> round(float(exponential(2.0).cumulative(2.0)), 4)
    0.6321
    """
    return Exponential(_above_zero("mean", mean))


def power_law(theta: float, cutoff: float) -> PowerLaw:
    """Return a power-law memory: most follow soon, some very late.

    The density is theta * cutoff ** theta / (t + cutoff) ** (1 + theta): after the time t a share
    (1 + t / cutoff) ** -theta is still to come.

    Parameters
    ----------
    theta : float
        Exponent, above 0. At most 1: the mean time is infinite.
    cutoff : float
        Time below which the density is nearly flat, above 0 (the caller's unit of time).

    Raises
    ------
    ValueError
        If `theta` or `cutoff` is not above 0.

    Notes
    -----
    *Critique.* theta is read off the far tail, where few events are and where a changing outside
    looks the same; cutoff is known only if times are finer than it. Values near .4 come from
    views of videos in 2007-2008 (Crane & Sornette) and need not hold for other media.

    References
    ----------
    R. Crane, D. Sornette, "Robust dynamic classes revealed by measuring the response function
    of a social system", PNAS 105, 2008. Y. Ogata, "Statistical models for earthquake
    occurrences and residual analysis for point processes", Journal of the American
    Statistical Association 83, 1988 (this form).

    Examples
    --------
    >>> power_law(1.0, 3.0).cumulative([0.0, 3.0, 9.0]).round(4).tolist()
    [0.0, 0.5, 0.75]
    """
    return PowerLaw(_above_zero("theta", theta), _above_zero("cutoff", cutoff))


def read(memory: object) -> Memory:
    """Return what a caller gave as a memory: an object, a mean, or a word.

    >>> read(2.0), read("power law")
    (Exponential(mean=2.0), PowerLaw(theta=0.4, cutoff=1.0))
    """
    if isinstance(memory, Exponential | PowerLaw):
        return memory
    if isinstance(memory, str) and memory in _WORDS:
        return _WORDS[memory]
    try:
        return Exponential(_above_zero("memory", memory))
    except ValueError:
        msg = (
            f"memory must be exponential(mean), power_law(theta, cutoff), a mean time above 0, "
            f"or one of {', '.join(_WORDS)}, got {memory!r}"
        )
        raise ValueError(msg) from None


# --- inside ------------------------------------------------------------------------

_WORDS: dict[str, Memory] = {"exponential": Exponential(1.0), "power law": PowerLaw(0.4, 1.0)}
_LEAST = 1e-300


def _above_zero(name: str, value: object) -> float:
    try:
        return _checks.number(name, value, low=_LEAST)
    except ValueError:
        msg = f"{name} must be a finite number above 0, got {value!r}"
        raise ValueError(msg) from None


def _since(t: ArrayLike) -> tuple[Array, NDArray[np.bool_]]:
    """Return times since the event, at least 0, and where they are not before it."""
    given = np.asarray(t, np.float64)
    return np.maximum(given, 0.0), given >= 0


def _shares(share: ArrayLike) -> Array:
    given = np.asarray(share, np.float64)
    if not bool(((given >= 0) & (given < 1)).all()):
        msg = f"share must be at least 0 and below 1, got {share!r}"
        raise ValueError(msg)
    return given


def _times(quantile: Any, size: int, rng: Any) -> Array:
    count = _checks.whole("size", size, low=0)
    drawn: Array = quantile(_checks.generator(rng).random(count))
    return drawn
