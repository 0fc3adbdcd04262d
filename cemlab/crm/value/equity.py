"""Customer equity: what all customers are worth, with rivals in the picture."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cemlab import _checks
from cemlab._words import short

Floats = NDArray[np.float64]
_MOST = 10**9


def switching(utility: ArrayLike, *, inertia: ArrayLike = 0.0) -> Floats:
    r"""Return the chances that the next purchase is of brand k after one of brand j: a logit.

    .. math:: a_{jk} = \frac{e^{u_k + s\,[j = k]}}{\sum_l e^{u_l + s\,[j = l]}}

    *Critique.* A logit lets a brand draw from all others in proportion to their shares, even
    from those that are nothing like it. Utilities asked in a survey at one time pick up
    the mood of the day as if it were lasting.

    Parameters
    ----------
    utility : array_like, shape (brands,) or (customers, brands)
        How much each brand is liked, by all or by each customer; logits, no unit.
    inertia : float or array_like of shape (customers,)
        What the brand bought last gains by that (logits).

    Returns
    -------
    ndarray, shape (brands, brands) or (customers, brands, brands)
        Each row adds up to 1.

    References
    ----------
    .. [1] R. T. Rust, K. N. Lemon, V. A. Zeithaml, "Return on marketing: using customer
       equity to focus marketing strategy", Journal of Marketing 68, 2004.

    Examples
    --------
    >>> switching([0, 0], inertia=np.log(4)).round(2).tolist()
    [[0.8, 0.2], [0.2, 0.8]]
    """
    liked = _finite("utility", utility)
    if liked.ndim not in (1, 2) or liked.shape[-1] < 2 or not liked.size:
        msg = f"utility must be of shape (brands,) or (customers, brands) with 2 brands or more, got {liked.shape}"
        raise ValueError(msg)
    stays = _finite("inertia", inertia)
    if stays.ndim and stays.shape != liked.shape[:1] * (liked.ndim - 1):
        msg = f"inertia must be one number, or one for each customer, got shape {stays.shape}"
        raise ValueError(msg)
    logit = liked[..., None, :] + stays[..., None, None] * np.eye(liked.shape[-1])
    odds = np.exp(logit - logit.max(axis=-1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=-1, keepdims=True))


def steady_share(switching: ArrayLike) -> Floats:
    """Return each brand's share of purchases in the long run, shape (brands,).

    With two brands it is a / (a + b) for the first, where b is the chance to leave it and a
    the chance to come over from the other.

    Raises
    ------
    ValueError
        If `switching` is no table of chances, or the long run depends on the start.

    Examples
    --------
    >>> steady_share([[0.9, 0.1], [0.3, 0.7]]).round(2).tolist()
    [0.75, 0.25]
    """
    moves = _moves(switching)
    if moves.shape[0] != 1:
        msg = f"switching must be one table of brands by brands, got shape {moves.shape}"
        raise ValueError(msg)
    brands = moves.shape[-1]
    system = np.vstack([moves[0].T - np.eye(brands), np.ones(brands)])
    found, _, rank, _ = np.linalg.lstsq(system, np.append(np.zeros(brands), 1.0))
    if rank < brands:
        msg = "switching must lead from any brand to one common set, got brands that keep apart: the long run depends on the start"
        raise ValueError(msg)
    return np.asarray(np.clip(found, 0.0, 1.0))


def brand_purchases(
    switching: ArrayLike,
    *,
    start: ArrayLike,
    purchases_per_period: ArrayLike,
    discount: float,
    horizon: float | None = None,
) -> Floats:
    r"""Return the discounted purchases of each brand to expect of each customer; larger is better.

    The k-th purchase from now comes k/f periods from now, with f purchases a period, and is
    of each brand with the chances :math:`b A^k`: the start b after k moves. With
    :math:`w = (1 + d)^{-1/f}` all to come are :math:`\sum_k w^k b A^k = b\,wA (I - wA)^{-1}`.

    Parameters
    ----------
    switching : array_like, shape (brands, brands) or (customers, brands, brands)
        Chances of the next brand (columns) after the last one (rows).
    start : array_like, shape (brands,) or (customers, brands)
        Chances of the brand bought last.
    purchases_per_period : float or array_like of shape (customers,)
        Purchases of the category a period, above 0.
    discount : float
        Interest of a period, at least 0; above 0 without a horizon.
    horizon : float, optional
        Periods that count; by default all to come.

    Returns
    -------
    ndarray, shape (customers, brands)
        Discounted purchases.

    Examples
    --------
    >>> brand_purchases([[0.9, 0.1], [0.3, 0.7]], start=[1, 0], purchases_per_period=1,
    ...                 discount=0.1).round(4).tolist()
    [[7.8, 2.2]]
    """
    moves, brands = _moves(switching), np.shape(switching)[-1]
    first = _finite("start", start)
    if first.ndim not in (1, 2) or first.shape[-1] != brands:
        msg = f"start must be chances of the {brands} brands, got shape {first.shape}"
        raise ValueError(msg)
    _chances("start", first)
    often = np.atleast_1d(_finite("purchases_per_period", purchases_per_period))
    if often.ndim != 1 or np.any(often <= 0):
        msg = f"purchases_per_period must be above 0, one number or one a customer, got {purchases_per_period!r}"
        raise ValueError(msg)
    rate = _checks.number("discount", discount, low=0.0)
    if rate == 0 and horizon is None:
        msg = "discount must be above 0 without a horizon, got 0: the value would be infinite"
        raise ValueError(msg)
    first = np.atleast_2d(first)
    sizes = {len(part) for part in (moves, first, often)} - {1}
    if len(sizes) > 1:
        msg = f"switching, start and purchases_per_period must be of the same customers, got {sorted(sizes)}"
        raise ValueError(msg)
    n = sizes.pop() if sizes else 1
    first = np.broadcast_to(first, (n, brands))
    weight = (1.0 + rate) ** (-1.0 / np.broadcast_to(often, n))
    step = weight[:, None, None] * moves
    if horizon is None:
        return _solved(first[:, None, :] @ step, step)[:, 0]
    many = _checks.number("horizon", horizon, low=0.0) * often.max()
    if many > _MOST:
        msg = f"horizon must hold at most {_MOST:,} purchases a customer, got {many:,.0f}: choose a shorter one"
        raise ValueError(msg)
    count = np.floor(float(horizon) * often + 1e-9).astype(np.int64)
    return _first_purchases(first, step, np.broadcast_to(count, n))


def customer_equity(
    switching: ArrayLike,
    *,
    start: ArrayLike,
    purchases_per_period: ArrayLike,
    margin: ArrayLike,
    discount: float,
    horizon: float | None = None,
    market: float | None = None,
    brands: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Return what the customers of a market are worth to each brand (money); larger is better.

    Also to brands that they do not buy now: a rival's customer may come over.

    *Critique.* Switching is taken to stay as it is for the whole horizon, while rivals in
    fact answer. A sample of customers stands for the market, with no interval here.

    Parameters
    ----------
    switching, start, purchases_per_period, discount, horizon
        As for `brand_purchases`.
    margin : float or array_like of shape (brands,)
        Money of one purchase.
    market : float, optional
        Customers in the market; by default those given.
    brands : sequence of str, optional
        Their names; by default 0, 1, ...

    Returns
    -------
    DataFrame
        By `brand`: `purchases` and `value` (discounted, mean of a customer), `equity` (money,
        the market) and `share` of all equity (missing if that is 0).

    References
    ----------
    .. [1] R. T. Rust, K. N. Lemon, V. A. Zeithaml, "Return on marketing: using customer
       equity to focus marketing strategy", Journal of Marketing 68, 2004.

    Examples
    --------
    >>> customer_equity([[0.9, 0.1], [0.3, 0.7]], start=[1, 0], purchases_per_period=1, margin=5,
    ...                 discount=0.1, market=1000, brands=["us", "them"])["equity"].round().to_dict()
    {'us': 39000.0, 'them': 11000.0}
    """
    each = brand_purchases(
        switching,
        start=start,
        purchases_per_period=purchases_per_period,
        discount=discount,
        horizon=horizon,
    )
    names = list(range(each.shape[1])) if brands is None else list(brands)
    if len(names) != each.shape[1]:
        msg = f"brands must be {each.shape[1]} names, got {len(names)}"
        raise ValueError(msg)
    money = _finite("margin", margin)
    if money.shape not in ((), (each.shape[1],)) or np.any(money < 0):
        msg = f"margin must be at least 0, one number or one a brand, got {margin!r}"
        raise ValueError(msg)
    size = float(len(each)) if market is None else _checks.number("market", market, low=0.0)
    table = pd.DataFrame({"purchases": each.mean(axis=0)}, index=pd.Index(names, name="brand"))
    table["value"] = table["purchases"] * money
    table["equity"] = table["value"] * size
    total = table["equity"].sum()
    table["share"] = table["equity"] / total if total else np.nan
    return table


def driver_roi(before: float, after: float, *, cost: float) -> float:
    """Return the return on a spend that moves a driver of equity (share of 1); larger is better.

    The gain in equity less the cost, by the cost. Rust, Lemon and Zeithaml report 44.7 % on 70
    million USD at American Airlines: so about 101 million USD of equity. That
    figure is quoted here from a secondary source.

    *Critique.* The gain is what the model says, not what was seen; that better scores cause
    the gain comes from a survey, and the cost of keeping the driver there is left out.

    Parameters
    ----------
    before, after : float
        Customer equity without and with the spend (money).
    cost : float
        The spend (discounted money), above 0.

    References
    ----------
    .. [1] R. T. Rust, K. N. Lemon, V. A. Zeithaml, "Return on marketing: using customer
       equity to focus marketing strategy", Journal of Marketing 68, 2004.

    Examples
    --------
    >>> now, then = (customer_equity(switching([liked, 0.0], inertia=1.0), start=[0.5, 0.5],
    ...                              purchases_per_period=2, margin=10, discount=0.1, market=1000)
    ...              for liked in (0.0, 0.1))
    >>> round(driver_roi(now.loc[0, "equity"], then.loc[0, "equity"], cost=5000), 2)
    0.44
    """
    spent = _checks.number("cost", cost, low=0.0)
    if not spent:
        msg = "cost must be above 0, got 0: a return on nothing has no size"
        raise ValueError(msg)
    gain = _checks.number("after", after) - _checks.number("before", before)
    return (gain - spent) / spent


# --- inside ------------------------------------------------------------------------


def _finite(name: str, values: ArrayLike) -> Floats:
    try:
        found = np.asarray(values, np.float64)
    except (TypeError, ValueError):
        found = np.array(np.nan)
    if not np.isfinite(found).all():
        msg = f"{name} must be finite numbers, got {short(values)}"
        raise ValueError(msg)
    return found


def _chances(name: str, given: Floats) -> None:
    total = given.sum(axis=-1)
    if np.any(given < 0) or np.any(np.abs(total - 1.0) > 1e-9):
        wrong = given.min() if np.any(given < 0) else total.flat[np.abs(total - 1.0).argmax()]
        msg = f"{name} must be chances that add up to 1 in each row, got {wrong:g}"
        raise ValueError(msg)


def _moves(switching: ArrayLike) -> Floats:
    given = _finite("switching", switching)
    if given.ndim not in (2, 3) or given.shape[-1] != given.shape[-2] or not given.size:
        msg = f"switching must be of shape (brands, brands) or (customers, brands, brands), got {given.shape}"
        raise ValueError(msg)
    _chances("switching", given)
    return given if given.ndim == 3 else given[None]


def _solved(left: Floats, step: Floats) -> Floats:
    """Return left (I - step)^-1 for each customer."""
    open_ended = np.eye(step.shape[-1]) - np.swapaxes(step, -1, -2)
    solved = np.linalg.solve(open_ended, np.swapaxes(left, -1, -2))
    return np.asarray(np.swapaxes(solved, -1, -2))


def _first_purchases(first: Floats, step: Floats, count: NDArray[np.int64]) -> Floats:
    """Add up the purchases 1 to `count` of each customer, doubling how many are added at a time."""
    power = np.broadcast_to(step, (len(count), *step.shape[1:])).copy()
    some, total, left = power.copy(), np.zeros(first.shape), count.copy()
    now = first[:, None, :]
    while left.any():  # `some` adds up step^1 to step^k, `power` is step^k; k is 1, 2, 4 ...
        odd = (left % 2 == 1)[:, None, None]
        total += np.where(odd, now @ some, 0.0)[:, 0]
        now = np.where(odd, now @ power, now)
        some, power, left = some + power @ some, power @ power, left // 2
    return total
