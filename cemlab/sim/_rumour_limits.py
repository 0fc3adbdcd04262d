"""What a rumour comes to in a very large crowd: a formula beside the simulation."""

import numpy as np
from scipy.special import lambertw

from cemlab import _checks


def never_hear(
    *, spread_chance: float = 1.0, stifle_chance: float = 1.0, forget_rate: float = 0.0
) -> float:
    r"""Return the share of a very large crowd that a rumour which catches on never reaches.

    Let x, y be the shares of those who have not heard, and who spread. They change as
    x' = -s x y and y' = s x y - a (1 - x) y - d y, where s, a and d stand for
    `spread_chance`, `stifle_chance` and `forget_rate`. Dividing the two takes time out:
    dy/dx = -(s + a)/s + (a + d)/(s x). From x = 1 and y = 0 until y is 0 again this gives

    .. math:: \theta = \exp\Bigl(-\frac{s + a}{a + d} (1 - \theta)\Bigr)

    for the share theta that is left. If (s + a)/(a + d) is at most 1, it is everybody.

    With `forget_rate` the first person may stop before the story is under way: from one
    first spreader it fails to catch on with chance d/s. In a crowd of n the mean differs from
    the limit by about c/n; for the default chances, on average .086 people fewer never hear.

    Returns
    -------
    float
        In [0, 1].

    Raises
    ------
    ValueError
        If a chance cannot be, or nothing ever stops a spreader.

    References
    ----------
    As in `simulate`; Maki and Thompson's rumour leaves out 20.3 %.

    Examples
    --------
    >>> round(never_hear(), 6)
    0.203188
    >>> never_hear(forget_rate=1.0)
    1.0
    """
    spread, stifle, forget = chances(spread_chance, stifle_chance, forget_rate)
    if spread <= forget:  # the same as (s + a) / (a + d) <= 1, without rounding
        return 1.0
    ratio = min((spread + stifle) / (stifle + forget), 1e3)
    return float(-lambertw(-ratio * np.exp(-ratio)).real / ratio)


def chances(spread: float, stifle: float, forget: float) -> tuple[float, float, float]:
    """Return (spread, stifle, forget), checked: something must make a spreader stop."""
    rates = (
        _checks.probability("spread_chance", spread),
        _checks.probability("stifle_chance", stifle),
        _checks.number("forget_rate", forget, low=0.0),
    )
    if rates[1] + rates[2] == 0:
        msg = "stifle_chance or forget_rate must be above 0, for the story to end, got 0 for both"
        raise ValueError(msg)
    return rates
