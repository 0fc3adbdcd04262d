"""Two waves of one survey: how far the net promoter score changed."""

import numpy as np
from numpy.typing import ArrayLike

from cemlab.cem.surveys.recommendation import nps
from cemlab.estimate import Estimate

_KINDS = {"promoters", "passives", "detractors"}


def nps_change(
    before: ArrayLike | Estimate,
    after: ArrayLike | Estimate,
    *,
    level: float = 0.95,
    method: str = "wald",
) -> Estimate:
    r"""Return the net promoter score of a second wave less that of a first (points).

    The interval is put together from those of both waves (MOVER, Newcombe's way): for
    Wald's it is :math:`z \sqrt{v_1 + v_2}`. Above 0: better than before. Where a wave's Wald
    interval was cut at -100 or 100 (its `method` says so), that side is too short: take the
    method "score".

    Critique. It holds for two samples of different people. If the same people answered
    twice, it is too wide. If other people answer than before, the score changes though
    nobody changed their mind.

    Parameters
    ----------
    before, after : array_like of int, or Estimate
        Scores 0 to 10, or a score that `nps`, `nps_from_shares` or `net_score` returned at
        this `level`, both by the same cuts of the same scale.
    level, method
        As for `nps`.

    Returns
    -------
    Estimate
        In points; `n` is the number of both waves; `parts`: `before` and `after`.

    Raises
    ------
    ValueError
        If a wave is another measure than a net score, or of another level, or if the two have
        different cuts.

    References
    ----------
    .. [1] R. G. Newcombe, "Interval estimation for the difference between independent
       proportions", Statistics in Medicine 17, 1998.

    Examples
    --------
    >>> from cemlab.cem.surveys import nps_from_shares
    >>> nps_change(nps_from_shares(0.4, 0.3, 1000), nps_from_shares(0.5, 0.2, 400))
    20 [10.8, 29.2] points (95 %, n = 1,400)
    """
    one, other = (
        wave if isinstance(wave, Estimate) else nps(wave, level=level, method=method)
        for wave in (before, after)
    )
    for name, wave in (("before", one), ("after", other)):
        if not set(wave.parts) >= _KINDS:
            unit = wave.unit or "no unit"
            msg = f"{name} must be scores 0 to 10 or a net score of them, got an estimate in {unit} of another measure"
            raise ValueError(msg)
        if wave.level != level:
            msg = f"{name} must have an interval of level {level:g}, got {wave.level:g}"
            raise ValueError(msg)
    if _cuts(one) != _cuts(other):
        msg = f"before and after must be net scores with the same cuts, got {_cuts(one)} and {_cuts(other)}"
        raise ValueError(msg)
    gap = other.value - one.value
    down = np.hypot(other.value - other.low, one.high - one.value)
    up = np.hypot(other.high - other.value, one.value - one.low)
    ways = " and ".join(dict.fromkeys(wave.method for wave in (one, other)))
    return Estimate(
        gap,
        low=max(gap - float(down), -200.0),
        high=min(gap + float(up), 200.0),
        n=one.n + other.n,
        level=level,
        unit="points",
        method=f"MOVER of {ways}",
        parts={"before": one.value, "after": other.value},
    )


# --- inside ------------------------------------------------------------------------


def _cuts(score: Estimate) -> str:
    """Return the scale and the cuts of a net score in words."""
    usual = {"lowest": 0, "highest": 10, "top_from": 9, "bottom_to": 6}
    low, high, up, down = (f"{score.parts.get(name, cut):g}" for name, cut in usual.items())
    return f"{up}-{high} minus {low}-{down}"
