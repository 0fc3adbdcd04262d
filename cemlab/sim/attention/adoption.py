"""Adoption of something new: Bass diffusion, with and without changing effort, and with chance.

Some adopt by themselves (p, innovation: news, advertising), others because of those who have
(q, imitation: word of mouth). Time counts periods since launch; adopters count people.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cemlab import _checks
from cemlab.sim.attention import _bass, _times
from cemlab.sim.attention._generalised import generalised_bass as generalised_bass
from cemlab.sim.attention._one_by_one import simulate_adoption as simulate_adoption

Array = NDArray[np.float64]


@dataclass(frozen=True)
class BassPeak:
    """The busiest moment of a Bass curve.

    Attributes
    ----------
    time : float
        When most adopt (periods since launch).
    rate : float
        Adoptions a period at that moment.
    cumulative : float
        Adopters by then.
    inner : bool
        Whether adoptions rise at first; if not, the busiest moment is the launch.
    note : str
        The same in words.
    """

    time: float
    rate: float
    cumulative: float
    inner: bool
    note: str


def bass(t: ArrayLike, *, p: float, q: float, m: float) -> Any:
    r"""Return how many have adopted by time t: the Bass curve.

    Of those who have not adopted, a part :math:`p + q F(t)` a period does, where F is the part
    of all who have. From nobody at launch this gives

    .. math:: m F(t) = m \frac{1 - e^{-(p+q)t}}{1 + (q/p)\, e^{-(p+q)t}}.

    Parameters
    ----------
    t : float or array_like of float
        Periods since launch, any order and shape; before launch the answer is 0.
    p : float
        Innovation, a period, above 0.
    q : float
        Imitation, a period, at least 0; 0 gives an exponential approach to m.
    m : float
        All who will ever adopt (people), above 0.

    Returns
    -------
    float or ndarray
        Adopters so far, in the unit of `m`: a float for one time, else the shape of `t`.

    Raises
    ------
    ValueError
        If a number breaks its rule. With p = 0 nobody starts: see :func:`simulate_adoption`,
        which can be given first adopters.

    See Also
    --------
    bass_rate, bass_periods, bass_peak : adoptions a moment, a period, and at most.

    Notes
    -----
    *Critique.* Time is continuous here. Bass's own regression takes the adopters at the start
    of a period as those of the whole period; its p, q and m differ from those of this curve, the
    more so the longer the period. Fitted to few early periods, m comes out close to what has
    been sold so far, and q too large [2]_. Everybody is taken to hear of everybody; price,
    repeat purchases and rivals are left out. A good fit does not show that people imitate: a
    spread of incomes or tastes gives the same curve.

    References
    ----------
    .. [1] F. Bass, "A new product growth for model consumer durables", Management Science 15,
       1969.
    .. [2] C. Van den Bulte, G. Lilien, "Bias and systematic change in the parameter estimates of
       macro-level diffusion models", Marketing Science 16, 1997.

    Examples
    --------
    With p = q = 0.5 the curve is m (1 - e^-t) / (1 + e^-t), or m tanh(t / 2):

    >>> round(bass(2, p=0.5, q=0.5, m=1000), 2), round(1000 * float(np.tanh(1)), 2)
    (761.59, 761.59)
    >>> bass([0, 5, 10], p=0.03, q=0.38, m=1000).round(1).tolist()
    [0.0, 331.2, 812.8]
    """
    p, q, m = _bass.parameters(p, q, m)
    times, scalar = _times.of("t", t)
    return _times.shaped(m * _bass.part(np.maximum(times, 0.0), p, q), scalar)


def bass_rate(t: ArrayLike, *, p: float, q: float, m: float) -> Any:
    """Return adoptions a period at time t: how steep the Bass curve is.

    Parameters
    ----------
    t, p, q, m
        As for :func:`bass`.

    Returns
    -------
    float or ndarray
        Adoptions a period; 0 before launch, m p at launch.

    Raises
    ------
    ValueError
        As for :func:`bass`.

    Notes
    -----
    *Critique.* As for :func:`bass`. This is the slope at a moment; what is counted in a whole
    period is :func:`bass_periods`.

    References
    ----------
    F. Bass, "A new product growth for model consumer durables", Management Science 15, 1969.

    Examples
    --------
    >>> round(bass_rate(0, p=0.03, q=0.38, m=1000), 9)
    30.0
    """
    p, q, m = _bass.parameters(p, q, m)
    times, scalar = _times.of("t", t)
    left = _bass.left(np.maximum(times, 0.0), p + q)
    bend = (p + q) / (p + q * left)
    rate = m * ((p * bend) * (left * bend))
    return _times.shaped(np.where(times < 0, 0.0, rate), scalar)


def bass_periods(periods: int | ArrayLike, *, p: float, q: float, m: float) -> Array:
    """Return adoptions in each period: what sales figures count.

    They are differences of the curve, m (F(b) - F(a)), as in Srinivasan and Mason's fit.

    Parameters
    ----------
    periods : int, or array_like of float, shape (n + 1,)
        How many periods of length 1 from launch on; or the moments between which to count,
        rising.
    p, q, m
        As for :func:`bass`.

    Returns
    -------
    ndarray, shape (n,)
        Adoptions, first period first; they add up to the curve's rise.

    Raises
    ------
    ValueError
        As for :func:`bass`; if moments do not rise or are fewer than two.

    Notes
    -----
    *Critique.* The middle of a period, :func:`bass_rate`, is close but not the same; nor is the
    rule of Bass's regression, (p + q A / m)(m - A) with A the adopters when the period begins.

    References
    ----------
    V. Srinivasan, C. Mason, "Nonlinear least squares estimation of new product diffusion
    models", Marketing Science 5, 1986.

    Examples
    --------
    >>> bass_periods(3, p=0.03, q=0.38, m=1000).round(1).tolist()
    [35.8, 49.3, 65.4]
    >>> bass_periods([0, 3], p=0.03, q=0.38, m=1000).round(1).tolist()
    [150.5]
    """
    p, q, m = _bass.parameters(p, q, m)
    edges = _edges(periods)
    start, end = np.maximum(edges[:-1], 0.0), np.maximum(edges[1:], 0.0)
    first, last = _bass.left(start, p + q), _bass.left(end, p + q)
    lost = first * _bass.gone(end - start, p + q)  # first - last without cancellation
    rise = (p / (p + q * last)) * ((p + q) / (p + q * first)) * lost
    return np.asarray(m * rise, np.float64)


def bass_peak(p: float, q: float, m: float) -> BassPeak:
    """Return when most adopt, and how many a period then.

    The peak is at ln(q / p) / (p + q) and m (p + q)^2 / (4 q) high. Where imitation does not
    exceed innovation (q at most p), adoptions only fall: the busiest moment is the launch.

    Parameters
    ----------
    p, q, m
        As for :func:`bass`.

    Returns
    -------
    BassPeak
        Time (periods), rate (adoptions a period), adopters by then, and a note.

    Raises
    ------
    ValueError
        As for :func:`bass`.

    Notes
    -----
    *Critique.* A date of the peak forecast from sales before the peak is uncertain: q and m
    can hardly be told apart until sales turn.

    References
    ----------
    F. Bass, "A new product growth for model consumer durables", Management Science 15, 1969.

    Examples
    --------
    >>> peak = bass_peak(0.01, 0.09, 1000)
    >>> round(peak.time, 2), round(peak.rate, 2), round(peak.cumulative, 1)
    (21.97, 27.78, 444.4)
    >>> bass_peak(0.1, 0.05, 1000).note
    'no peak after launch: imitation (0.05) does not exceed innovation (0.1), so adoptions only fall'
    """
    p, q, m = _bass.parameters(p, q, m)
    if q <= p:
        why = f"imitation ({q:g}) does not exceed innovation ({p:g}), so adoptions only fall"
        return BassPeak(0.0, m * p, 0.0, False, f"no peak after launch: {why}")
    time = float(np.log(q) - np.log(p)) / (p + q)
    rate = m * ((p + q) / q) * ((p + q) / 4)
    note = f"most adopt {time:.3g} periods after launch, {rate:,.4g} a period"
    return BassPeak(time, rate, m * (1 - p / q) / 2, True, note)


# --- inside ------------------------------------------------------------------------


def _edges(periods: int | ArrayLike) -> Array:
    if np.ndim(periods) == 0:
        return np.arange(_checks.whole("periods", periods, low=1) + 1.0)
    edges, _ = _times.of("periods", periods)
    if edges.ndim != 1 or edges.size < 2 or not (np.diff(edges) > 0).all():
        shown = np.ravel(edges)[:5].tolist()
        msg = f"periods must be a whole number, or two or more rising moments, got {shown}"
        raise ValueError(msg)
    return edges
