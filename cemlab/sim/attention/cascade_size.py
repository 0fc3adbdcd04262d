"""How large a cascade of shares will get: the self-exciting model of a post with known audiences.

Each post is shared by its audience at a rate p phi(s) a follower, s seconds after it appeared; p is
the infectiousness of the story now, phi the waiting times until people react. A share is a post
of its own, with the sharer's audience.
"""

import math
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.stats import chi2, norm

from cemlab import _checks, _proportions
from cemlab._words import short
from cemlab.estimate import Estimate
from cemlab.sim.attention._reactions import due_in
from cemlab.sim.attention._reactions import reacted as reacted
from cemlab.sim.attention._reactions import reaction_density as reaction_density

Array = NDArray[np.float64]
_SHORTEST_S, _LONGEST_S, _FEWEST = 300.0, 7200.0, 5


def infectiousness(
    times: ArrayLike,
    followers: ArrayLike,
    at: object,
    *,
    window_s: float | None = None,
    level: float = 0.95,
) -> Estimate:
    """Return how likely a follower is to share: shares lately, for each reaction that was due.

    Shares in the window count with a weight that falls from 1 now to 0 at its start; so do the
    reactions that were due from all audiences by then, if everybody shared.

    Parameters
    ----------
    times : array_like, shape (n,)
        When each post appeared: dates, or numbers of seconds (not of minutes or hours: reaction
        times are built in), the first one and its shares, in any order.
    followers : array_like of float, shape (n,)
        Audience of each post (people).
    at : float or date
        Now, on the same clock: later posts are not looked at.
    window_s : float, optional
        Length of the window (seconds). None: half the time since the first post, at least five
        minutes and at most two hours, but long enough for five shares.
    level : float
        Confidence of the interval.

    Returns
    -------
    Estimate
        Chance that one follower shares the post, if it stays as it is now; `n` counts the shares
        in the window.

    Raises
    ------
    ValueError
        If times and followers do not fit together, `at` is not after the first post, or nobody
        follows.

    Notes
    -----
    The interval takes weighted shares for a Poisson count (an approximation), exact where all
    weights are alike.

    The default window follows the news, at the price of few shares in it. If p stays the same,
    a window as long as the story (``window_s=1e9``) uses all of them and is better. In 400
    simulated cascades (p .002, looked at after 6 hours) the default came out 9 % (s.e. 2.5 %) too
    low and its 95 % interval held the truth in 91 %; the whole story: 1 % too low, 97 %.
    Early and near the critical value its noise also makes more cascades look supercritical.

    *Critique.* Followers overlap, and many are never there: p is small and mixes how many look
    with how many like it. Mornings and nights move it, too.

    References
    ----------
    Q. Zhao et al., "SEISMIC: a self-exciting point process model for predicting tweet popularity",
    KDD 2015.

    Examples
    --------
    A post to 1000 people, five minutes old: 188 reactions were due, 2 came.

    >>> p = infectiousness([0, 100, 200], [1000, 0, 0], 300, window_s=1e9)
    >>> round(float(p), 5), p.n, round(2 / 187.97, 5)
    (0.01064, 2.0, 0.01064)
    """
    confidence = _proportions.confidence(level)
    when, audience, now = _posts(times, followers, at)
    window = _recent(when[1:], now) if window_s is None else _span(window_s)
    weights = np.maximum(1 - (now - when[1:]) / window, 0.0)
    weights = weights[weights > 0]
    due = float(audience @ due_in(now - when, window))
    if due <= 0:
        msg = f"followers must be above 0 for some post, got {audience.sum():g} in all: nobody can share"
        raise ValueError(msg)
    seen, squares = float(weights.sum()), float(weights @ weights)
    size = squares / seen if seen else 1.0  # an average weight: seen / size is the worth in shares
    count, alpha = seen / size, 1 - confidence
    low = float(chi2.ppf(alpha / 2, 2 * count)) / 2 * size if count else 0.0
    high = float(chi2.ppf(1 - alpha / 2, 2 * count + 2)) / 2 * size
    method = f"weighted shares as a Poisson count, window of {window:,.0f} seconds"
    parts = {"shares": seen, "due": due, "se": math.sqrt(squares) / due}
    return Estimate(seen / due, low=low / due, high=high / due, n=float(weights.size), level=confidence, unit="chance a follower", method=method, parts=parts)  # fmt: skip


def final_size(
    times: ArrayLike,
    followers: ArrayLike,
    *,
    at: object,
    mean_followers: float | None = None,
    window_s: float | None = None,
    alpha: float = 1.0,
    gamma: float = 1.0,
    level: float = 0.95,
) -> Estimate:
    r"""Return how many shares a post will have in the end, as forecast at a moment.

    Audiences that have not reacted yet bring :math:`\alpha p (N - N_e)` shares, and each of these
    :math:`1 / (1 - \gamma p n^*)` with all that follow: N people have been reached, a part
    N_e of them has had its time to react, and a share reaches n* people on average.

    Parameters
    ----------
    times, followers, at, window_s
        As for :func:`infectiousness`.
    mean_followers : float, optional
        Mean audience of those who will share (people); None: the mean of those who have.
    alpha, gamma : float
        Corrections: how infectiousness will fade, and how audiences overlap. 1: it stays, they
        do not. The authors fitted other values to their tweets.
    level : float
        Confidence of the interval.

    Returns
    -------
    Estimate
        Shares in the end, the first post not counted. If each share brings one or more on
        average (p n* at least 1), there is no finite forecast: the value is infinite and `method`
        begins with "supercritical". `parts` has the shares `so_far`, `to_come`,
        `infectiousness`, and `branching` (shares that a share brings).

    Raises
    ------
    ValueError
        As for :func:`infectiousness`; if nobody has shared and `mean_followers` is not given.

    Notes
    -----
    The interval holds the luck still to come (random sizes of the clusters) and what is not
    known of p; its upper end is infinite if p may be above the critical value. It takes what is
    to come for lognormal.

    *Critique.* p is taken to stay as it is now, but stories fade: with alpha 1 forecasts of real
    cascades come out too high. Near the critical value they may be any number. Few shares
    early on are the least typical ones: those that made us look.

    References
    ----------
    Q. Zhao et al., "SEISMIC: a self-exciting point process model for predicting tweet popularity",
    KDD 2015.

    Examples
    --------
    Of 1000 reactions 812 are still due; a share brings 0.0106 x 50 = 0.53 others.

    >>> found = final_size([0, 100, 200], [1000, 0, 0], at=300, mean_followers=50, window_s=1e9)
    >>> round(float(found), 1), round(2 + 0.01064 * 812.03 / (1 - 0.532), 1)
    (20.5, 20.5)
    >>> final_size([0, 100, 200], [1000, 0, 0], at=300, mean_followers=95, window_s=1e9)
    inf [2, inf] shares (95 %, n = 2)
    """
    p = infectiousness(times, followers, at, window_s=window_s, level=level)
    fade, overlap = _checks.number("alpha", alpha, low=0), _checks.number("gamma", gamma, low=0)
    when, audience, now = _posts(times, followers, at)
    so_far = when.size - 1
    if mean_followers is None and not so_far:
        msg = "mean_followers must be given while nobody has shared, got None"
        raise ValueError(msg)
    typical = float(audience[1:].mean()) if mean_followers is None else _checks.number("mean_followers", mean_followers, low=0)  # fmt: skip
    waiting = float(audience @ (1 - np.asarray(reacted(now - when))))
    branching = overlap * float(p) * typical
    parts = {"so_far": float(so_far), "infectiousness": float(p), "branching": branching}
    if branching >= 1:
        why = f"supercritical: each share brings {branching:.3g} others, so that there is no finite forecast"
        return Estimate(math.inf, low=so_far, high=math.inf, n=so_far, level=p.level, unit="shares", method=why, parts=parts | {"to_come": math.inf})  # fmt: skip

    def to_come(chance: float) -> float:
        left = 1 - overlap * chance * typical
        return fade * chance * waiting / left if left > 0 else math.inf

    mean = to_come(float(p))
    spread = float(np.mean((audience[1:] - audience[1:].mean()) ** 2)) if so_far > 1 else 0.0
    luck = _luck(mean, branching, overlap * float(p), spread)
    low, high = _limits(mean, luck, p, to_come)
    how = "compound Poisson luck and uncertain infectiousness"
    return Estimate(so_far + mean, low=so_far + low, high=so_far + high, n=so_far, level=p.level, unit="shares", method=how, parts=parts | {"to_come": mean})  # fmt: skip


# --- inside ------------------------------------------------------------------------


def _recent(shares: Array, now: float) -> float:
    """Return the length of the default window."""
    window = min(max(now / 2, _SHORTEST_S), _LONGEST_S)
    before = shares[-1 - _FEWEST] if shares.size > _FEWEST else 0.0
    return max(window, now - float(before))


def _luck(mean: float, branching: float, chance: float, spread: float) -> float:
    """Return the variance of the shares to come: Poisson many clusters of random sizes."""
    each = 1 / (1 - branching)
    offspring = branching + chance**2 * spread
    return mean * (offspring * each**2 + each) if mean else 0.0


def _limits(mean: float, luck: float, p: Estimate, to_come: Any) -> tuple[float, float]:
    if mean == 0:
        return 0.0, to_come(p.high)
    z = float(norm.ppf((1 + p.level) / 2))
    own = math.sqrt(math.log1p(luck / mean**2)) * z
    down, up = to_come(p.low), to_come(p.high)
    below = math.hypot(own, math.log(mean / down)) if down > 0 else math.inf
    above = math.hypot(own, math.log(up / mean)) if math.isfinite(up) else math.inf
    return mean * math.exp(-below), mean * math.exp(min(above, 700.0)) if math.isfinite(above) else math.inf  # fmt: skip


def _posts(times: Any, followers: Any, at: Any) -> tuple[Array, Array, float]:
    """Return seconds since the first post, audiences, and now in these seconds."""
    when, now = _seconds(times, at)
    audience = _array("followers", followers)
    if when.shape != audience.shape or when.ndim != 1:
        msg = f"followers must have one number for each time, got {audience.size} for {when.size} times"
        raise ValueError(msg)
    if not when.size:
        msg = "times must be one post or more, got none"
        raise ValueError(msg)
    if (audience < 0).any():
        msg = f"followers must be at least 0, got {audience.min():g}"
        raise ValueError(msg)
    order = np.argsort(when, kind="stable")
    when, audience = when[order], audience[order]
    first = float(when[0])
    if not now > first:
        msg = f"at must be after the first post, got {short(at)}"
        raise ValueError(msg)
    seen = when <= now
    return when[seen] - first, audience[seen], now - first


def _seconds(times: Any, at: Any) -> tuple[Array, float]:
    values = pd.Series(np.asarray(times).ravel()) if not isinstance(times, pd.Series) else times
    other = values.dtype.kind not in "iufbM" and len(values) > 0
    if values.dtype.kind == "M" or (other and not isinstance(values.iloc[0], int | float)):
        try:
            dates = pd.DatetimeIndex(values)
        except (TypeError, ValueError):
            dates = pd.DatetimeIndex([pd.NaT])
        if dates.hasnans or dates.tz is not None or not len(dates):
            msg = (
                f"times must be seconds, or dates without a time zone, got {short(values.iloc[0])}"
            )
            raise ValueError(msg)
        start, second = dates.min(), pd.Timedelta("1s")
        return np.asarray((dates - start) / second, np.float64), (_checks.moment("at", at) - start) / second  # fmt: skip
    return _array("times", times), _checks.number("at", at)


def _array(name: str, values: Any) -> Array:
    try:
        array = np.asarray(values)
        if array.dtype.kind not in "iufO" or array.ndim != 1:
            raise TypeError
        found = array.astype(np.float64)
    except (TypeError, ValueError):
        msg = f"{name} must be a list of numbers, got {short(values)}"
        raise ValueError(msg) from None
    if not np.isfinite(found).all():
        msg = f"{name} must be finite, got {found[~np.isfinite(found)][0]:g}"
        raise ValueError(msg)
    return found


def _span(window_s: float) -> float:
    found = _checks.number("window_s", window_s, low=0)
    if found == 0:
        msg = f"window_s must be above 0, got {window_s!r}"
        raise ValueError(msg)
    return found
