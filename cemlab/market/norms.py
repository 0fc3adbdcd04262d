"""Why people go on shaming companies in public: a habit that feeds on itself.

Customers learn from the advantage of going public (share of problems solved there, less that
on the phone) and from what others do. Where others pull hard enough there are two habits at
rest for one advantage, and history decides between them.

- :func:`equilibria` finds the habits at rest, :func:`folds` the advantages between which there
  are two stable ones, :func:`norm_loop` the path of a slow rise and fall.
- :func:`loudest_equilibria` lets the service money follow the loudest customers.
"""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import expit, logit

from cemlab import _checks
from cemlab._words import short
from cemlab.market import _habits
from cemlab.market._habits import Floats
from cemlab.market._habits import Folds as Folds
from cemlab.market.assumptions import Market, check_market
from cemlab.market.policy import ORGANISATIONS, RESOLUTIONS


def equilibria(
    advantage: float,
    *,
    market: Market = Market(),  # noqa: B008  (frozen)
) -> pd.DataFrame:
    r"""Return the shares of complainers who go public at which the habit rests.

    They solve, with the slope :math:`\beta`, the threshold :math:`\kappa` and the norm
    :math:`\kappa_1` of the market,

    .. math:: s = \frac{1}{1 + e^{-\beta (D - \kappa + \kappa_1 s)}}

    *Critique.* No field study has measured the pull of the norm: it is an assumption. All
    complainers are alike here, and see what everybody does; with people who differ, or see only
    their neighbours, two habits may live side by side.

    Parameters
    ----------
    advantage : float
        D: share of problems solved in public less that on the phone; real ones lie in [-1, 1].
    market : Market
        Its `shame_slope`, `shame_threshold`, `norm`; `learning` counts only where a negative
        norm lets the habit swing.

    Returns
    -------
    DataFrame, lowest first
        `public_share` (0 to 1) and `stable`: whether the habit comes back after a small push,
        to either side. At an advantage of one of the :func:`folds`, the habit that is about to
        tip stands once, as not stable: a push to one side ends it.

    Raises
    ------
    ValueError
        If the advantage is not finite.

    References
    ----------
    .. [1] W. A. Brock, S. N. Durlauf, "Discrete choice with social interactions", Review of
       Economic Studies 68, 2001.

    Examples
    --------
    >>> equilibria(0.05, market=Market(norm=0.6)).round(3).to_dict("list")
    {'public_share': [0.171, 0.5, 0.829], 'stable': [True, False, True]}
    """
    gain = _checks.number("advantage", advantage)
    world = check_market(market)
    shares = expit(np.array(_habits.rests(gain, world)))
    return pd.DataFrame({"public_share": shares, "stable": _habits.stable(shares, world)})


def folds(market: Market) -> Folds | None:
    r"""Return the advantages between which there are two stable habits; None if nowhere.

    There are two only if slope times norm is above 4. Solved for the advantage, the habits at
    rest are :math:`D = \kappa - \kappa_1 s + \mathrm{logit}(s) / \beta`, which turns where
    :math:`s = (1 \pm \sqrt{1 - 4 / (\beta \kappa_1)}) / 2`.

    Examples
    --------
    >>> found = folds(Market(norm=0.6))
    >>> round(found.ends, 4), round(found.begins, 4)
    (0.0359, 0.0641)
    >>> folds(Market(norm=0.5)) is None
    True
    """
    return _habits.turns(check_market(market))


def norm_loop(
    advantages: ArrayLike | None = None,
    *,
    market: Market = Market(norm=0.6),  # noqa: B008  (frozen)
) -> pd.DataFrame:
    """Let the advantage of going public rise slowly and fall again; the habit settles each time.

    Where two habits are stable it stays with the one it came with: the way down is not the
    way up (hysteresis).

    Parameters
    ----------
    advantages : array_like of float, shape (k,), optional
        Advantages to pass, in any order: they are sorted; at least 2. Default: 201 from a
        little below the folds to a little above (from -1 to 1 where there are none).
    market : Market
        Its `shame_slope`, `shame_threshold` and `norm`, the latter at least 0.

    Returns
    -------
    DataFrame
        `advantage`, `public_share`, `direction` and `branch`. Rows of direction "up" and
        "down" are the path; rows of direction "rest" are all habits at rest within these
        advantages, from the lowest share to the highest (an S where there are folds), with
        branch "stable" or "unstable". Folds within, and habits at rest at both ends of the
        path, are among them: where two neighbours stand at the same end, the S has left the
        path between them.

    Raises
    ------
    ValueError
        If an advantage is not finite, or the norm is negative (then no habit keeps itself up).

    Examples
    --------
    >>> loop = norm_loop([0, 0.05, 0.1])
    >>> loop[loop["direction"] != "rest"].round(2)["public_share"].tolist()
    [0.08, 0.17, 0.92, 0.92, 0.83, 0.08]
    """
    world = check_market(market)
    if world.norm < 0:
        msg = (
            f"norm must be at least 0 for a slow rise and fall, got {world.norm:g}: see equilibria"
        )
        raise ValueError(msg)
    path = _path(advantages, world)
    ways = np.concatenate([path, path[::-1]])
    shares, share = np.empty(ways.size), 0.0
    for i, gain in enumerate(ways):
        shares[i] = share = _habits.settled(share, float(gain), world)
    moves = {
        "advantage": ways,
        "public_share": shares,
        "direction": np.repeat(["up", "down"], path.size),
        "branch": "stable",
    }
    rest = _curve(path, world)
    return pd.concat([pd.DataFrame(moves), rest], ignore_index=True)


def loudest_equilibria(
    *,
    capacity: float,
    planned: float = 0.1,
    loudest: float = 1.0,
    organisation: str = "split",
    resolution: str = "fast",
    market: Market = Market(),  # noqa: B008  (frozen)
) -> pd.DataFrame:
    r"""Return the habits at rest where the service money follows the loudest customers.

    A simple desk without luck of arrivals: who finds staff is answered, the others are not. Of
    a service budget that could answer `capacity` of all complaints on the phone, public posts
    get the part :math:`x = (1 - \chi) x_0 + \chi W s / (W s + 1 - s)`, with :math:`\chi`
    `loudest`, :math:`x_0` `planned` and W the market's `loudness`. Nobody escalates.

    *Critique.* Without queues the desk looks better than it is near full load; the whole loop
    adds waiting and escalation and then rests elsewhere (:func:`cemlab.market.limits.steady_state`).

    Parameters
    ----------
    capacity : float
        Staff by load: share of all complaints that could be answered on the phone; above 0.
    planned, loudest : float
        As in a Policy; shares in [0, 1]. Of no meaning in a pool.
    organisation, resolution : str
        As in a Policy.
    market : Market
        Its rates and solved shares, `loudness`, and what :func:`equilibria` takes.

    Returns
    -------
    DataFrame, lowest first
        `public_share`, `advantage` (there) and `stable` (for slow learning).

    Examples
    --------
    >>> loudest_equilibria(capacity=0.85)["public_share"].round(2).tolist()
    [0.95]
    >>> loudest_equilibria(capacity=0.85, loudest=0)["public_share"].round(2).tolist()
    [0.12]
    """
    world = check_market(market)
    staff = _checks.number("capacity", capacity, low=0.0)
    fixed = _checks.probability("planned", planned)
    follows = _checks.probability("loudest", loudest)
    pooled = _checks.one_of("organisation", organisation, ORGANISATIONS) == "pooled"
    deep = _checks.one_of("resolution", resolution, RESOLUTIONS) == "deep"
    rate, solved = (
        (world.deep_rate, world.deep_solved) if deep else (world.fast_rate, world.fast_solved)
    )

    def gain(share: Floats, others: Floats) -> Floats:
        if pooled:
            return np.zeros_like(share)
        crowd = world.loudness * share + others
        part = (1.0 - follows) * fixed + follows * world.loudness * share / crowd
        rest = (1.0 - follows) * (1.0 - fixed) + follows * others / crowd
        phone = np.minimum(1.0, staff * rest / others)
        social = np.minimum(1.0, staff * part * (world.star_rate / rate) / share)
        found: Floats = social * world.star_solved - phone * solved
        return found

    logits, stable = _habits.crossings(gain, world)
    shares = expit(logits)
    gains = gain(shares, expit(-logits))
    return pd.DataFrame({"public_share": shares, "advantage": gains, "stable": stable})


# --- inside ------------------------------------------------------------------------


def _path(advantages: ArrayLike | None, market: Market) -> Floats:
    if advantages is None:
        known = folds(market)
        if known is None:
            return np.linspace(-1.0, 1.0, 201)
        beyond = 0.5 * (known.begins - known.ends) + 0.01
        return np.linspace(known.ends - beyond, known.begins + beyond, 201)
    try:
        found = np.sort(np.asarray(advantages, np.float64).ravel())
    except (TypeError, ValueError):
        found = np.empty(0)
    if found.size < 2 or not np.all(np.isfinite(found)):
        msg = f"advantages must be 2 finite numbers or more, got {short(advantages)}"
        raise ValueError(msg)
    return found


def _curve(path: Floats, market: Market) -> pd.DataFrame:
    """Return all habits at rest within the advantages of a path, by share ascending."""
    if market.shame_slope == 0.0:
        gains, shares = path, np.full(path.size, 0.5)
    else:
        first, last = (_habits.rests(gain, market) for gain in (path[0], path[-1]))
        between = np.linspace(expit(first[0]), expit(last[-1]), 203)[1:-1]
        inner = np.concatenate([np.linspace(first[0], last[-1], 200), logit(between)])
        turns = _habits.turns(market)
        if turns is not None:
            inner = np.append(inner, logit([turns.share_begins, turns.share_ends]))
        gains = _habits.advantage(inner, market)
        within = (gains > path[0]) & (gains < path[-1])
        ends = np.concatenate([np.full(len(first), path[0]), np.full(len(last), path[-1])])
        gains = np.concatenate([gains[within], ends])
        x = np.concatenate([inner[within], first, last])
        order = np.argsort(x, kind="stable")
        gains, shares = gains[order], expit(x[order])
    branch = np.where(_habits.stable(shares, market), "stable", "unstable")
    rows = {"advantage": gains, "public_share": shares, "direction": "rest", "branch": branch}
    return pd.DataFrame(rows)
