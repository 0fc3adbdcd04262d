"""How many answers are enough, and how exact so many are."""

import math

from scipy import stats

from cemlab import _checks
from cemlab._proportions import confidence
from cemlab.cem.surveys import _tallies

_MEASURES = ("share", "nps", "mean")


def sample_size(
    half_width: float,
    *,
    measure: str = "share",
    share: float = 0.5,
    promoters: float = 0.5,
    detractors: float = 0.5,
    sd: float | None = None,
    population: int | None = None,
    level: float = 0.95,
) -> int:
    r"""Return how many answers are needed for an interval of plus or minus `half_width`.

    :math:`n_0 = z^2 v / h^2`, with v the variance of one answer; with a population of N
    people :math:`n = n_0 / (1 + (n_0 - 1) / N)`, rounded up. A share far from one half, for
    which that n is too small, has so many answers that Wilson's interval is as narrow.

    Critique. Answers, not invitations: with one answer in five, ask five times as many.
    And a large sample makes luck small, not the gap between those who answer and those who
    do not: see `bounds`.

    Parameters
    ----------
    half_width : float
        Half the interval: share of 1 below 1 (0.05 for 5 per cent), points of at least 0.5
        (nps) or steps of the scale (mean).
    measure : str
        "share", "nps" or "mean".
    share : float
        For "share": what is expected; 0.5 is the worst case, and 0 or 1 has Wilson's n.
    promoters, detractors : float
        For "nps": shares that are expected, not all of one kind; half and half is the worst
        case.
    sd : float, optional
        For "mean": standard deviation of the answers, above 0, which must be given; at most
        half the length of the scale.
    population : int, optional
        How many customers there are; without it many more than are asked.
    level : float
        Confidence of the interval.

    Returns
    -------
    int
        Number of answers, at least 1.

    Raises
    ------
    ValueError
        If `half_width` is not above 0 or in another unit, `measure` is "mean" and `sd` is not
        given, or nothing varies.

    References
    ----------
    .. [1] W. G. Cochran, "Sampling Techniques", 3rd edition, Wiley 1977.

    Examples
    --------
    >>> sample_size(0.05), sample_size(0.05, population=1000)
    (385, 278)
    >>> sample_size(5, measure="nps"), sample_size(5, measure="nps", promoters=0.5, detractors=0.2)
    (1537, 938)
    >>> sample_size(0.01, share=0.01), sample_size(0.05, share=0)
    (454, 35)
    """
    half = _tallies.positive("half_width", half_width)
    z = float(stats.norm.ppf((1 + confidence(level)) / 2))
    variance = _variance(measure, share, promoters, detractors, sd)
    if measure == "share" and half >= 1:
        way = f": {half:g} per cent are {half / 100:g}" if half <= 100 else ""
        msg = f"half_width must be below 1 for a share, got {half_width!r}{way}"
        raise ValueError(msg)
    if measure == "nps" and half < _LEAST_POINTS:
        msg = f"half_width must be at least {_LEAST_POINTS} points for a net score, got {half_width!r}: 5 points are 5, not 0.05"
        raise ValueError(msg)
    needed = z * z * variance / half**2
    if measure == "share":
        needed = max(needed, _wilson_n(half, variance, z))
    if population is not None:
        people = _checks.whole("population", population, low=1)
        needed = needed * people / (people - 1 + needed) if needed else 0.0
    return max(math.ceil(needed - 1e-9), 1)


def half_width(
    n: int,
    *,
    measure: str = "share",
    share: float = 0.5,
    promoters: float = 0.5,
    detractors: float = 0.5,
    sd: float | None = None,
    population: int | None = None,
    level: float = 0.95,
) -> float:
    r"""Return half the width of the interval that n answers give; smaller is better.

    The reverse of `sample_size`: :math:`z \sqrt{(v / n) (N - n) / (N - 1)}`, the last
    factor only with a population of N people; 0 if all of them answer. Of a share far from
    one half it is that of Wilson's interval, where that is wider.

    Critique. As for `sample_size`: only the luck of the draw is in it.

    Parameters
    ----------
    n : int
        Number of answers.
    measure, share, promoters, detractors, sd, population, level
        As for `sample_size`.

    Returns
    -------
    float
        Share of 1, points (nps) or steps of the scale (mean).

    Examples
    --------
    >>> round(half_width(400, measure="nps", promoters=0.5, detractors=0.2), 2)
    7.65
    """
    answers = _checks.whole("n", n, low=1)
    z = float(stats.norm.ppf((1 + confidence(level)) / 2))
    variance = _variance(measure, share, promoters, detractors, sd) / answers
    half = z * math.sqrt(variance)
    if measure == "share":
        inside = variance + (z / (2 * answers)) ** 2
        half = max(half, z * math.sqrt(inside) / (1 + z * z / answers))
    if population is not None:
        people = _checks.whole("population", population, low=answers)
        half *= math.sqrt((people - answers) / (people - 1)) if people > 1 else 0.0
    return half


# --- inside ------------------------------------------------------------------------

_LEAST_POINTS = 0.5


def _wilson_n(half: float, variance: float, z: float) -> float:
    """Return the n at which Wilson's interval has this half width: the root of a quadratic."""
    a, b, c = half**2, z**2 * (2 * half**2 - variance), z**4 * (half**2 - 0.25)
    return float((-b + math.sqrt(max(b * b - 4 * a * c, 0.0))) / (2 * a))


def _variance(
    measure: str, share: float, promoters: float, detractors: float, sd: float | None
) -> float:
    """Return the variance of one answer, in the measure's unit."""
    _checks.one_of("measure", measure, _MEASURES)
    if measure == "share":
        p = _checks.probability("share", share)
        return p * (1 - p)
    if measure == "nps":
        up = _checks.probability("promoters", promoters)
        down = _checks.probability("detractors", detractors)
        if up + down > 1 + 1e-9:
            msg = f"promoters and detractors must add up to at most 1, got {up:g} + {down:g}"
            raise ValueError(msg)
        one = 1e4 * (up + down - (up - down) ** 2)
        if one < 1e-6:
            msg = f"promoters and detractors must not be all or none, got {up:g} and {down:g}: nothing varies then"
            raise ValueError(msg)
        return one
    if sd is None:
        msg = (
            "sd must be given for a mean, got None: half the length of the scale is the worst case"
        )
        raise ValueError(msg)
    return _tallies.positive("sd", sd) ** 2
