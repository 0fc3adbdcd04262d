"""What each team's reports show, quarter by quarter: the CRM team's, the CEM team's, or both."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import pandas as pd

from cemlab import _checks
from cemlab.market._kernels import loop
from cemlab.market.assumptions import Market
from cemlab.market.course import Array, check_run
from cemlab.market.last_month import answered, answered_calls, answered_posts
from cemlab.market.policy import by_month
from cemlab.run import Run

ROLES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "crm": (
            "calls_handled",
            "calls_answered_share",
            "posts_answered_share",
            "cost_per_contact_eur",
            "churn_share_a_month",
            "margin_eur_a_customer_month",
            "new_customers",
        ),
        "cem": (
            "nps_points",
            "failures_per_100_customers_month",
            "solved_share_of_failures",
            "public_share_of_complainers",
            "exposures_per_1000_customers_month",
            "reputation",
            "lost_after_failure_customers",
        ),
    }
)
"""The columns of :func:`dashboard` by role."""

_QUARTER = 3


def dashboard(run: Run, role: str) -> pd.DataFrame:
    """Return what the reports of one team show, one row a quarter.

    A contact centre and a sales team ("crm") see what their systems count: contacts answered,
    what one cost, who left, who came, what a customer brings. They do not see failures that
    nobody reported, problems left unsolved, or what the public reads. A team for experience
    ("cem") sees these, from surveys and listening, and nothing of margins and costs. Both are
    true; each leaves out where the other's figures come from.

    *Critique.* Real reports are late, sampled and argued about; these are exact. The survey
    behind the NPS asks everybody and everybody answers.

    Parameters
    ----------
    run : Run
        Of a market, at least 3 months. Months after the last whole quarter are left out.
    role : {"crm", "cem", "both"}
        Whose reports.

    Returns
    -------
    DataFrame, indexed by `quarter` (1, 2, ...)
        "crm": `calls_handled` (calls answered in the quarter), `calls_answered_share` (of all
        calls), `posts_answered_share` (of public complaints), `cost_per_contact_eur` (staff and
        what it may decide, for each answered contact), `churn_share_a_month` (customers who
        left, whatever the reason, of those there), `margin_eur_a_customer_month` (before the
        budget), `new_customers` (in the quarter).

        "cem": `nps_points` (-100 to 100), `failures_per_100_customers_month` (reported or not),
        `solved_share_of_failures` (of all, the silent among them),
        `public_share_of_complainers` (who go public at once),
        `exposures_per_1000_customers_month` (times a public complaint is seen), `reputation`
        (0 to 1; mean of the months), `lost_after_failure_customers` (in the quarter: who would
        have stayed without failures, those among them whom a rival took over unanswered posts).

        "both": the first, then the second. Shares of a quarter are of its sums. A figure is
        missing where there was nothing to count: no call, no complaint, no customer.

    Raises
    ------
    ValueError
        If the run is not one of a market, is shorter than a quarter, or the role is unknown.

    Examples
    --------
    >>> from cemlab import market
    >>> run = market.simulate(market.Policy(phone=100_000, advertising=50_000), months=7)
    >>> dashboard(run, "cem")[["nps_points", "reputation"]].round(2).values.tolist()
    [[34.92, 0.49], [34.98, 0.38]]
    """
    _checks.one_of("role", role, [*ROLES, "both"])
    names = [*ROLES["crm"], *ROLES["cem"]] if role == "both" else ROLES[role]
    seen = _seen(run)
    table = {name: _LAWS[name](seen) for name in names}
    quarters = pd.RangeIndex(1, len(seen.course) + 1, name="quarter")
    return pd.DataFrame(table, index=quarters)


# --- inside ------------------------------------------------------------------------


class _Seen(NamedTuple):
    """Whole quarters of a run."""

    course: Array  # (quarters, 3, columns of the loop)
    spent: Array  # (quarters, 3) EUR on answering: phone, social, empowerment
    market: Market


def _seen(run: object) -> _Seen:
    ours = check_run(run)
    course: Array = ours.details["course"]
    months = len(course)
    whole = months // _QUARTER
    if not whole:
        msg = f"run must have at least {_QUARTER} months, one quarter, got {months}"
        raise ValueError(msg)
    lines = np.broadcast_to(by_month(ours.params["policy"], months).lines, (months, 6))
    spent = course[:, loop.PHONE_MONEY] + course[:, loop.SOCIAL_MONEY] + lines[:, 5]
    upto = whole * _QUARTER
    return _Seen(
        course[:upto].reshape(whole, _QUARTER, -1),
        spent[:upto].reshape(whole, _QUARTER),
        ours.params["market"],
    )


def _sum(seen: _Seen, column: int) -> Array:
    found: Array = seen.course[..., column].sum(axis=1)
    return found


def _mean(seen: _Seen, column: int) -> Array:
    """Return the mean over a quarter's customers."""
    here = seen.course[..., loop.CUSTOMERS]
    found: Array = (seen.course[..., column] * here).sum(axis=1)
    return _share(found, here.sum(axis=1))


def _share(part: Array, whole: Array) -> Array:
    found: Array = np.divide(part, whole, out=np.full(whole.shape, np.nan), where=whole > 0.0)
    return found


def _per_customer(column: int, times: float = 1.0) -> Callable[[_Seen], Array]:
    """Return the law of a flow by customer and month."""
    return lambda seen: times * _share(_sum(seen, column), _sum(seen, loop.CUSTOMERS))


def _lost_after_failure(seen: _Seen) -> Array:
    """Return who left and would have stayed if nothing had failed.

    Without failures nobody posts and no rival has anything to show: only base churn is left.
    Offers stop the same part of all leaving, so that the ratio of the rates holds for each
    segment.
    """
    market, course = seen.market, seen.course
    failures = course[..., loop.FAILURES]
    after = market.fast_share * market.loss_fast + (1.0 - market.fast_share) * market.loss_slow
    lost = course[..., loop.SILENT] * market.loss_silent + course[..., loop.SOLVED] * after
    lost = lost + course[..., loop.UNSOLVED] * market.loss_unresolved
    loss = np.divide(lost, failures, out=np.zeros(failures.shape), where=failures > 0.0)
    each = course[..., loop.FAILURE_SHARE] * loss
    whole = np.floor(market.experiences)
    stay = (1.0 - each) ** whole * (1.0 - (market.experiences - whole) * each)
    calm = 1.0 - market.base_churn
    drawn = 1.0 - stay * (1.0 - course[..., loop.POACHED])
    leave = market.base_churn + calm * drawn
    part = np.divide(calm * drawn, leave, out=np.zeros(leave.shape), where=leave > 0.0)
    found: Array = (course[..., loop.LEFT] * part).sum(axis=1)
    return found


def _public(seen: _Seen) -> Array:
    at_once = _sum(seen, loop.POSTS) - _sum(seen, loop.ESCALATED)
    return _share(at_once, _sum(seen, loop.COMPLAINTS))


_LAWS: Mapping[str, Callable[[_Seen], Array]] = {
    "calls_handled": lambda seen: answered_calls(seen.course).sum(axis=1),
    "calls_answered_share": lambda seen: _share(
        answered_calls(seen.course).sum(axis=1), _sum(seen, loop.CALLS)
    ),
    "posts_answered_share": lambda seen: _share(
        answered_posts(seen.course).sum(axis=1), _sum(seen, loop.POSTS)
    ),
    "cost_per_contact_eur": lambda seen: _share(
        seen.spent.sum(axis=1), answered(seen.course).sum(axis=1)
    ),
    "churn_share_a_month": _per_customer(loop.LEFT),
    "margin_eur_a_customer_month": _per_customer(loop.MARGIN),
    "new_customers": lambda seen: _sum(seen, loop.NEW),
    "nps_points": lambda seen: 100.0 * (_mean(seen, loop.PROMOTERS) - _mean(seen, loop.DETRACTORS)),
    "failures_per_100_customers_month": _per_customer(loop.FAILURES, 100.0),
    "solved_share_of_failures": lambda seen: _share(
        _sum(seen, loop.SOLVED), _sum(seen, loop.FAILURES)
    ),
    "public_share_of_complainers": _public,
    "exposures_per_1000_customers_month": _per_customer(loop.EXPOSURES, 1000.0),
    "reputation": lambda seen: seen.course[..., loop.REPUTATION].mean(axis=1),
    "lost_after_failure_customers": _lost_after_failure,
}
