"""What a service desk counts: answered in time, closed, and what refusing saved."""

import numpy as np
import pandas as pd

from cemlab import _checks
from cemlab._waiting import ANSWERS
from cemlab.observation import Log, last_word, observe


def service_level(log: Log, *, minutes: float, observed_until: object = None) -> pd.DataFrame:
    """Return the share of contacts answered within `minutes`; larger is better.

    Parameters
    ----------
    log : DataFrame
        An event log.
    minutes : float
        The promise to be kept (minutes, above 0).
    observed_until : datetime-like, optional
        End of the observation. A contact that is still open and younger than `minutes`
        may yet be in time: it counts for `high`, not for `low`.

    Returns
    -------
    DataFrame
        One row: `low` and `high` (the share in [0, 1]; they differ where times are
        uncertain) and `n`, the contacts counted. NaN and 0 if none was recorded.

    Examples
    --------
    >>> calls = pd.DataFrame({"customer": "Ana", "actor": ["customer", "company"], "channel": "phone",
    ...                       "time": ["2024-05-01 10:00", "2024-05-01 10:30"],
    ...                       "kind": ["contact", "answer"]})
    >>> service_level(calls, minutes=20).values.tolist()
    [[0.0, 0.0, 1.0]]
    """
    limit = _checks.number("minutes", minutes, low=0)
    seen = observe(log, observed_until)
    table = seen.waits
    if not seen.kinds & {*ANSWERS, "abandon"}:  # a log without answers says nothing about them
        table = table.iloc[:0]
    answered = table["ended"] == "answered"
    sure = answered & (table["wait_high_min"] <= limit)
    perhaps = (answered & (table["wait_low_min"] <= limit)) | (
        (table["ended"] == "open") & (table["wait_low_min"] < limit)
    )
    return pd.DataFrame({"low": [sure.mean()], "high": [perhaps.mean()], "n": [len(table)]})


def closed(log: Log, *, observed_until: object = None) -> pd.DataFrame:
    """Return one row an issue: whether the company has closed it (its word, not the customer's).

    `closed` is what has surely happened, `perhaps` also what may have, where dates are
    uncertain; both are missing where the log never records a closing.

    Examples
    --------
    >>> log = pd.DataFrame({"customer": "Ana", "actor": "company", "time": ["2024-05-01"],
    ...                     "kind": ["close"]})
    >>> closed(log)["closed"].tolist()
    [True]
    """
    seen = observe(log, observed_until)
    perhaps = last_word(seen, "close", sure=False)
    return seen.journeys.assign(closed=last_word(seen, "close"), perhaps=perhaps)


def cost_avoided(log: Log, *, observed_until: object = None) -> pd.DataFrame:
    """Return one row an issue: what refusing saved the company, in the log's money.

    `refused` is the largest claim refused (the same claim may be refused twice), `paid`
    what was paid for the issue after all (what was accepted and what was compensated may
    be the same money: the larger sum counts), `avoided` their difference. Missing where
    no amount is recorded.

    Examples
    --------
    >>> log = pd.DataFrame({"customer": "Ana", "actor": "company", "time": ["2024-05-01", "2024-06-01"],
    ...                     "kind": ["refuse", "compensate"], "value": [100.0, 30.0]})
    >>> cost_avoided(log)["avoided"].tolist()
    [70.0]
    """
    seen = observe(log, observed_until)
    kind, value = seen.log["kind"], seen.log["value"]
    amounts = {
        name: value.where(kind == name).groupby(seen.journey)
        for name in ("refuse", "compensate", "accept")
    }
    refused = amounts["refuse"].max()
    paid = (
        amounts["compensate"].sum(min_count=1).combine(amounts["accept"].sum(min_count=1), np.fmax)
    )
    recorded = refused.notna() | paid.notna()
    table = pd.DataFrame({"refused": refused, "paid": paid}).fillna(0.0)
    table["avoided"] = (table["refused"] - table["paid"]).where(recorded)
    return pd.concat([seen.journeys, table], axis=1)
