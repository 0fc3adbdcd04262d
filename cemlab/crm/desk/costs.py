"""What service costs the company: a contact, an issue, and what refusing saved."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cemlab import _checks
from cemlab.crm.desk._groups import By, group, names, over
from cemlab.crm.desk._rows import has_values, standing, with_value
from cemlab.crm.desk.staff import handling
from cemlab.observation import Log, Observation, observe

COST_PER_HOUR = 30.0
"""Money for an hour of staff, unless the caller says otherwise: an assumption, no measured wage."""


def cost_per_contact(
    log: Log, *, cost_per_hour: float = COST_PER_HOUR, by: By = None, observed_until: object = None
) -> pd.DataFrame:
    """Return what the staff minutes of a contact cost, in the log's money; smaller is cheaper.

    Not smaller is better: what a short contact leaves unsolved comes back as another one.

    Parameters
    ----------
    log : DataFrame
        An event log.
    cost_per_hour : float
        Money for an hour of staff (at least 0); the default, 30, is assumed.
    by : str or list of str, optional
        A row for each "team", "channel", "touchpoint" or "week", as in :func:`handling`.
    observed_until : datetime-like, optional
        End of the observation; work that may lie after it counts.

    Returns
    -------
    DataFrame
        One row, or one a group: `cost` (money), `contacts` (worked on), `cost_per_contact`.
        NaN and 0, or no group, if the log records no work.

    Raises
    ------
    ValueError
        If `cost_per_hour` is no number of at least 0, or `by` is unknown.

    Examples
    --------
    >>> log = pd.DataFrame({"customer": "Ana", "actor": ["customer", "company"], "time": "2024-05-01",
    ...                     "kind": ["contact", "work"], "value": [None, 6.0]})
    >>> cost_per_contact(log, cost_per_hour=40)["cost_per_contact"].tolist()
    [4.0]
    """
    rate = _checks.number("cost_per_hour", cost_per_hour, low=0) / 60.0
    table = handling(log, by=by, observed_until=observed_until)
    cost = rate * table["minutes"]
    each = rate * table["minutes_per_contact"]
    return table[[*names(by), "contacts"]].assign(cost=cost, cost_per_contact=each)


def cost_to_serve(
    log: Log,
    *,
    cost_per_hour: float = COST_PER_HOUR,
    cost_per_contact: float = 0.0,
    by: By = None,
    observed_until: object = None,
) -> pd.DataFrame:
    """Return what it cost to serve issues, in the log's money; smaller is cheaper.

    Parameters
    ----------
    log : DataFrame
        An event log.
    cost_per_hour : float
        Money for an hour of staff (at least 0); the default, 30, is assumed.
    cost_per_contact : float
        Fixed money for each of the customer's contacts, whether answered or not (at least 0);
        assumed.
    by : str or list of str, optional
        A row for each "channel", "touchpoint" or "week" of an issue's first contact (without
        one: of its first row), or "team" that closed it (open issues have none). All that an
        issue costs stays with it, wherever the work was done; so everything adds up.
    observed_until : datetime-like, optional
        End of the observation; what may lie after it counts.

    Returns
    -------
    DataFrame
        One row, or one a group: `work` (the minutes' cost), `fixed` (the contacts' cost),
        `paid` (compensation; missing if the log never records any), `total` (of what is
        recorded; missing if no work is), `contacts`, `issues` (with a contact, work or
        payment), `resolved` (surely, in the customer's word, and not before the first contact),
        `per_contact`, `per_issue`, `per_resolved` (all money, that spent on the unsolved
        too; infinite where money was spent and nothing solved). If the log never records
        contacts, `contacts`, `fixed` and `per_contact` are missing; if it never records
        a solution, so are `resolved` and `per_resolved` (a reopening alone does not tell).

    Raises
    ------
    ValueError
        If a cost is no number of at least 0, or `by` is unknown.

    References
    ----------
    R. Cooper, R. S. Kaplan, "Profit priorities from activity-based costing", Harvard Business
    Review 69(3), 1991.

    Examples
    --------
    >>> log = pd.DataFrame({"customer": "Ana", "actor": ["customer", "company"] * 2,
    ...                     "time": ["2024-05-01", "2024-05-01", "2024-05-02", "2024-05-02"],
    ...                     "kind": ["contact", "work", "contact", "compensate"],
    ...                     "value": [None, 10.0, None, 50.0]})
    >>> cost_to_serve(log, cost_per_contact=2)[["work", "fixed", "paid", "total"]].values.tolist()
    [[5.0, 4.0, 50.0, 59.0]]
    """
    rate = _checks.number("cost_per_hour", cost_per_hour, low=0) / 60.0
    fixed = _checks.number("cost_per_contact", cost_per_contact, low=0)
    names(by)
    seen = observe(log, observed_until)
    worked, paid = (_by_issue(seen, kind) for kind in ("work", "compensate"))
    contacts = np.bincount(seen.journey[seen.told], minlength=len(seen.journeys))
    served = np.flatnonzero((contacts > 0) | ~np.isnan(worked) | ~np.isnan(paid))
    begin, team = seen.opening[served], standing(seen, "close")[served]
    groups = group(seen, by, contact=begin, team=team, week=begin)
    solved = standing(seen, "resolve")[served] >= 0
    spent = {
        "work": rate * groups.total(np.nan_to_num(worked[served])),
        "fixed": fixed * groups.total(contacts[served]),
        "paid": groups.total(np.nan_to_num(paid[served])),
    }
    total = spent["work"] + spent["fixed"] + spent["paid"]
    counts = {"contacts": groups.total(contacts[served]).astype(np.int64)}
    counts["issues"] = groups.count(np.ones(len(served), np.bool_))
    counts["resolved"] = groups.count(solved)
    table = groups.table.assign(**spent, total=total, **counts)
    for name in ("contact", "issue", "resolved"):
        table[f"per_{name}"] = over(total, counts[name if name == "resolved" else f"{name}s"])
    if not has_values(seen, "work"):
        table[["work", "total", "per_contact", "per_issue", "per_resolved"]] = np.nan
    if not has_values(seen, "compensate"):
        table["paid"] = np.nan
    table = table.astype({"contacts": "Int64", "resolved": "Int64"})
    if not seen.kinds & {"contact", "publish"}:
        table["contacts"], table[["fixed", "per_contact"]] = pd.NA, np.nan
    if "resolve" not in seen.kinds:
        table["resolved"], table["per_resolved"] = pd.NA, np.nan
    return table


def cost_avoided(log: Log, *, observed_until: object = None) -> pd.DataFrame:
    """Return one row an issue: what refusing saved the company, in the log's money.

    `refused` is the largest claim refused (the same claim may be refused twice), `paid`
    what was paid for the issue (what was accepted and what was compensated may be the same
    money: the larger sum counts), `avoided` their difference. `avoided` is missing where no
    refusal of an amount is recorded: money that nobody had refused was not paid after all.

    Examples
    --------
    >>> log = pd.DataFrame({"customer": "Ana", "actor": "company", "time": ["2024-05-01", "2024-06-01"],
    ...                     "kind": ["refuse", "compensate"], "value": [100.0, 30.0]})
    >>> cost_avoided(log)["avoided"].tolist()
    [70.0]
    """
    seen = observe(log, observed_until)
    rows = with_value(seen, "refuse")
    refused = np.full(len(seen.journeys), -np.inf)
    np.maximum.at(refused, seen.journey[rows], seen.log["value"].to_numpy()[rows])
    refused = np.where(np.isinf(refused), np.nan, refused)
    paid = np.fmax(_by_issue(seen, "compensate"), _by_issue(seen, "accept"))
    recorded = ~np.isnan(refused)
    table = pd.DataFrame({"refused": np.nan_to_num(refused), "paid": np.nan_to_num(paid)})
    table["avoided"] = (table["refused"] - table["paid"]).where(recorded)
    return pd.concat([seen.journeys, table], axis=1)


# --- inside ------------------------------------------------------------------------


def _by_issue(seen: Observation, kind: str) -> NDArray[np.float64]:
    """Return the sum of a kind's values by number of the journey; NaN where none stands."""
    rows = with_value(seen, kind)
    of, many = seen.journey[rows], len(seen.journeys)
    total = np.bincount(of, weights=seen.log["value"].to_numpy()[rows], minlength=many)
    return np.where(np.bincount(of, minlength=many) > 0, total, np.nan)
