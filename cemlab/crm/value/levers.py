"""Levers on loyalty as small models: the bond with a brand, and rivals who answer.

Each is a thought experiment: its assumptions decide what comes out, and stand in its text.
"""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import expit, logit

from cemlab import _checks
from cemlab.crm.value.learning import above_zero
from cemlab.estimate import Estimate


def love_brand(
    failures: ArrayLike,
    *,
    bond: float,
    advantage: ArrayLike,
    severity: float,
    wear: float = 0.3,
    recovery: float = 0.1,
    betrayal: float = 0.0,
) -> pd.DataFrame:
    r"""Return how repurchase goes on through failures, with a bond and without; larger is better.

    In each period the customer buys again with chance
    :math:`\operatorname{logit}^{-1}(B_t + a - f_t (s + b B_t))`: the bond B lifts what she puts up
    with, a is the advantage of performance over price, f the failure, s its severity. A failure
    wears off the share w f of the bond; then the bond recovers by a share of its gap to
    what it was at the start.

    With `betrayal` 0 the bond is a buffer. With 1 a full failure takes the whole bond away for
    that time, and above 1 love turns to hate: the bonded are hurt more than the others.

    *Critique.* Both are in the literature and neither is settled: relationships softened the
    blow for Hess, Ganesan and Klein, and felt betrayal made the best customers the worst enemies
    for Grégoire and Fisher. So b is a contested assumption: show 0 and above 1. Also, on
    the logit's curve a bond can enlarge the drop in points where chances are small before.

    Parameters
    ----------
    failures : array_like of float, shape (periods,)
        How badly each period failed, in [0, 1].
    bond : float
        Bond at the start (logits), at least 0.
    advantage : float or array_like of shape (periods,)
        Performance less price, against the next best offer (logits); it may swing.
    severity : float
        What a full failure takes away (logits), at least 0.
    wear : float
        Share of the bond that a full failure uses up, in [0, 1].
    recovery : float
        Share of the gap to the first bond that is made up in a period, in [0, 1].
    betrayal : float
        What a failure costs beyond its severity, as a share of the bond; at least 0.

    Returns
    -------
    DataFrame
        By `period` (from 1): `failure`, `bond` (before it), `repurchase`, `without_bond`, and
        `buffer` (their difference).

    References
    ----------
    .. [1] R. L. Hess, S. Ganesan, N. M. Klein, "Service failure and recovery: the impact of
       relationship factors on customer satisfaction", Journal of the Academy of Marketing
       Science 31, 2003.
    .. [2] Y. Grégoire, R. J. Fisher, "Customer betrayal and retaliation: when your best customers
       become your worst enemies", Journal of the Academy of Marketing Science 36, 2008.

    Examples
    --------
    >>> love_brand([0, 1, 1], bond=2, advantage=0, severity=2, wear=0.5, recovery=0).round(3)[
    ...     ["bond", "repurchase", "without_bond"]].values.tolist()
    [[2.0, 0.881, 0.5], [2.0, 0.5, 0.119], [1.0, 0.269, 0.119]]
    """
    failed = np.atleast_1d(np.asarray(failures))
    if failed.ndim != 1 or not failed.size:
        msg = f"failures must be one list of at least one period, got shape {failed.shape}"
        raise ValueError(msg)
    f = np.array([_checks.number("failures", x, low=0, high=1) for x in failed.tolist()])
    first = _checks.number("bond", bond, low=0.0)
    offers = np.atleast_1d(np.asarray(advantage))
    if offers.shape not in ((1,), failed.shape):
        msg = f"advantage must be one number or one for each of the {f.size} periods, got shape {offers.shape}"
        raise ValueError(msg)
    offer = np.array([_checks.number("advantage", x) for x in offers.tolist()])
    blow = _checks.number("severity", severity, low=0.0)
    used = _checks.probability("wear", wear)
    back = _checks.probability("recovery", recovery)
    hurt = _checks.number("betrayal", betrayal, low=0.0)
    held = np.empty(f.size)
    now = first
    for t, x in enumerate(f):
        held[t] = now
        worn = now * (1.0 - used * x)
        now = worn + back * (first - worn)
    table = pd.DataFrame({"failure": f, "bond": held})
    table["repurchase"] = expit(held + offer - f * (blow + hurt * held))
    table["without_bond"] = expit(offer - f * blow)
    table["buffer"] = table["repurchase"] - table["without_bond"]
    return table.set_index(pd.Index(np.arange(1, f.size + 1), name="period"))


def tolerated_failure(
    *, bond: float, advantage: float, keep: float, betrayal: float = 0.0
) -> float:
    r"""Return the severity that still leaves a chance `keep` to buy again (logits); larger is better.

    Of one failure in `love_brand`: :math:`B (1 - b) + a - \operatorname{logit}(q)`. Each
    logit of bond is a logit more that may go wrong, unless failure is felt as betrayal.
    Negative: the chance is below `keep` without any failure of this kind.

    *Critique.* That of `love_brand`.

    Parameters
    ----------
    bond, advantage, betrayal : float
        As for `love_brand`.
    keep : float
        The chance to buy again that must be left, above 0 and below 1.

    Examples
    --------
    >>> [round(tolerated_failure(bond=bond, advantage=1, keep=0.5), 2) for bond in (0, 2)]
    [1.0, 3.0]
    """
    left = _checks.probability("keep", keep)
    if left in (0.0, 1.0):
        msg = f"keep must be above 0 and below 1, got {left:g}"
        raise ValueError(msg)
    held = _checks.number("bond", bond, low=0.0)
    hurt = _checks.number("betrayal", betrayal, low=0.0)
    return held * (1.0 - hurt) + _checks.number("advantage", advantage) - float(logit(left))


def competitor_pull(
    periods: int,
    *,
    base_leave: float,
    unanswered: float,
    pull: float,
    rivals_answer: float,
    margin: float,
    discount: float,
) -> pd.DataFrame:
    r"""Return what is lost to rivals who answer customers whom the firm leaves without an answer.

    In each period a customer leaves with chance :math:`\ell = h + u\,p\,a`: on her own, or because
    she got no answer (share u) and a rival who answers (share a) pulls her (chance p). The
    margin comes at the end of a period from who is still there.

    *Critique.* An assumption in three factors: none is known for most firms, and only their
    product matters. Whoever asks in vain may differ from others: with p as measured among them,
    answering may keep fewer.

    Parameters
    ----------
    periods : int
        How many to follow, at least 1.
    base_leave : float
        Chance h to leave in a period although all is answered, in [0, 1].
    unanswered : float
        Share u of customers who get no answer in a period, in [0, 1].
    pull : float
        Chance p that an answering rival wins such a customer, in [0, 1].
    rivals_answer : float
        Share a of rivals who answer, in [0, 1].
    margin : float
        Money a customer brings in a period.
    discount : float
        Interest of a period, at least 0.

    Returns
    -------
    DataFrame
        By `period` (from 0): `staying` and `staying_if_answered` (shares of the customers at the
        start) and `lost` (money per first customer so far, discounted). Smaller losses are better.

    Examples
    --------
    >>> given = {"base_leave": 0.1, "unanswered": 0.5, "pull": 0.4, "rivals_answer": 0.5}
    >>> competitor_pull(2, margin=100, discount=0, **given).round(4).values.tolist()
    [[1.0, 1.0, 0.0], [0.8, 0.9, 10.0], [0.64, 0.81, 27.0]]
    """
    count = _checks.whole("periods", periods, low=1)
    slow, fast = _leaving(base_leave, unanswered, pull, rivals_answer)
    money = _checks.number("margin", margin, low=0.0)
    rate = _checks.number("discount", discount, low=0.0)
    t = np.arange(count + 1)
    answered, pulled = (1.0 - slow) ** t, (1.0 - fast) ** t
    lost = money * np.cumsum((answered - pulled) / (1.0 + rate) ** t)
    table = pd.DataFrame({"staying": pulled, "staying_if_answered": answered, "lost": lost})
    return table.rename_axis("period")


def answer_worth(
    *,
    base_leave: float,
    unanswered: float,
    pull: float,
    rivals_answer: float,
    margin: float,
    discount: float,
    contacts: float = 1.0,
) -> Estimate:
    r"""Return the cost of an answer up to which answering everybody pays (money); larger speaks for it.

    Over all time, in `competitor_pull`: with stay :math:`s_1 = 1 - h - upa` as it is and
    :math:`s_0 = 1 - h` if all are answered, the value of a customer is
    :math:`m s / (1 + d - s)`. Answering pays while an answer costs less than

    .. math:: c^* = \frac{m (1 + d)\,p\,a}{n\,s_0\,(1 + d - s_1)}

    with n contacts of each unanswered customer in a period, paid at its end by who is
    still there. It goes to a limit above 0 as u goes to 0, and is 0 without pull.

    *Critique.* That of `competitor_pull`. Answers also are owed where they do not pay.

    Parameters
    ----------
    base_leave, unanswered, pull, rivals_answer, margin, discount
        As for `competitor_pull`.
    contacts : float
        Answers that each unanswered customer waits for in a period, above 0.

    Returns
    -------
    Estimate
        The threshold. `parts`: `value` and `value_if_answered` (money a customer), `lost`
        (their difference). It follows from assumptions: no interval, n is missing.

    Raises
    ------
    ValueError
        If nobody ever leaves and money keeps its value, or everybody leaves at once.

    Examples
    --------
    >>> round(answer_worth(base_leave=0.1, unanswered=0.5, pull=0.4, rivals_answer=0.5,
    ...                    margin=100, discount=0.1).value, 2)
    81.48
    """
    slow, fast = _leaving(base_leave, unanswered, pull, rivals_answer)
    money = _checks.number("margin", margin, low=0.0)
    rate = _checks.number("discount", discount, low=0.0)
    each = above_zero("contacts", contacts)
    if slow + rate == 0:
        msg = "base_leave or discount must be above 0, got 0 and 0: the value would be infinite"
        raise ValueError(msg)
    if slow == 1:
        msg = "base_leave must be below 1, got 1: nobody is left to be answered"
        raise ValueError(msg)
    now, then = (money * (1.0 - leave) / (rate + leave) for leave in (fast, slow))
    most = money * (1.0 + rate) * pull * rivals_answer / (each * (1.0 - slow) * (rate + fast))
    parts = {"value": now, "value_if_answered": then, "lost": then - now}
    method = "closed form over all time; every argument is an assumption"
    return Estimate(most, unit="money per answer", method=method, parts=parts)


# --- inside ------------------------------------------------------------------------


def _leaving(base: float, unanswered: float, pull: float, rivals: float) -> tuple[float, float]:
    """Return the chance to leave if all are answered, and as it is."""
    names = ("base_leave", "unanswered", "pull", "rivals_answer")
    h, u, p, a = (
        _checks.probability(name, value)
        for name, value in zip(names, (base, unanswered, pull, rivals), strict=True)
    )
    leave = h + u * p * a
    if leave > 1.0:
        msg = f"base_leave + unanswered x pull x rivals_answer must be at most 1, got {leave:g}"
        raise ValueError(msg)
    return h, leave
