"""Bass diffusion with chance: people adopt one by one."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cemlab import _checks

_BYTES = 48.0


def simulate_adoption(
    *, p: float, q: float, m: int, horizon: float, initial: int = 0, rng: Any = None
) -> NDArray[np.float64]:
    """Return when each person adopts, if chance decides: Bass diffusion of m people.

    Everybody who has not adopted does so with hazard p + q A / m a period, where A is the
    number of adopters. While A stays the same, the time to the next adoption is exponential:
    the draw is exact. As m grows, the part who have adopted tends to the Bass curve.

    Parameters
    ----------
    p : float
        Innovation, a period, at least 0; if 0, somebody must have adopted (`initial`).
    q : float
        Imitation, a period, at least 0.
    m : int
        People.
    horizon : float
        Adoptions are kept up to this time (periods).
    initial : int
        People who have adopted at launch: they are counted in A, at time 0.
    rng : int or numpy.random.Generator, optional
        Source of luck: the same integer gives the same times.

    Returns
    -------
    ndarray, shape (k,)
        Times of adoption (periods since launch), rising, with those of `initial` first;
        k is at most m.

    Raises
    ------
    ValueError
        If a number breaks its rule, nobody can ever start, or the people would not fit in
        memory.

    Notes
    -----
    *Critique.* Chance acts here only on who adopts when. Real launches differ far more than
    this, as p, q and m are themselves uncertain. With few people or few early adopters the mean
    of many runs lags behind the Bass curve: luck at the start shifts whole curves in time.

    References
    ----------
    S.-C. Niu, "A stochastic formulation of the Bass model of new-product diffusion",
    Mathematical Problems in Engineering 8, 2002.

    Examples
    --------
    >>> from cemlab.sim.attention.adoption import bass
    >>> times = simulate_adoption(p=0.03, q=0.38, m=10_000, horizon=8, rng=1)
    >>> times.size, round(bass(8, p=0.03, q=0.38, m=10_000))
    (6504, 6517)
    """
    alone = _checks.number("p", p, low=0)
    together = _checks.number("q", q, low=0)
    people = _checks.whole("m", m, low=1)
    first = _checks.whole("initial", initial, low=0, high=people)
    end = _checks.number("horizon", horizon, low=0)
    generator = _checks.generator(rng)
    if alone == 0 and first == 0:
        msg = f"p must be above 0 if nobody has adopted at launch, got {p!r}: give initial adopters"
        raise ValueError(msg)
    _checks.memory("m", _BYTES * people, "take fewer people")
    have = np.arange(first, people)
    with np.errstate(over="ignore", divide="ignore"):
        hazard = (people - have) * (alone + together * (have / people))
        waits = generator.standard_exponential(have.size) / hazard
    times = np.append(np.zeros(first), np.cumsum(waits))
    return times[times <= end]
