"""Answers to surveys in an event log: who answered, and what both lenses make of it."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd

from cemlab import _checks
from cemlab._proportions import confidence
from cemlab.cem.surveys import _tallies
from cemlab.cem.surveys.ratings import ces, csat
from cemlab.cem.surveys.recommendation import nps
from cemlab.estimate import Estimate
from cemlab.observation import Log, last_word, observe

_MEASURES: Mapping[str, Callable[..., Estimate]] = MappingProxyType(
    {"survey_nps": nps, "survey_csat": csat, "survey_ces": ces}
)


def answers(
    events: Log, *, kind: str = "survey_nps", observed_until: object = None
) -> pd.DataFrame:
    """Return, journey by journey, whether a survey was answered, and how.

    A row of the survey's kind without a value is a question without an answer. Of several
    answers to one journey's survey the last one stands.

    Parameters
    ----------
    events : DataFrame
        An event log.
    kind : str
        "survey_nps" (0 to 10), "survey_csat" (1 to 5) or "survey_ces" (1 to 7).
    observed_until : datetime-like, optional
        End of the observation; by default the last time in the log.

    Returns
    -------
    DataFrame
        `customer`, `issue`, `asked` (missing where the log does not tell: it never records
        a question without an answer), `answered`, `score` (missing without an answer),
        `resolved` (the customer's word) and `closed` (the company's; missing if the log
        never records it).

    Raises
    ------
    ValueError
        If `kind` is no survey, or the log never records it.

    Examples
    --------
    >>> log = pd.DataFrame({"customer": ["Ana", "Ana", "Bo"], "actor": "customer",
    ...                     "time": ["2024-05-01", "2024-05-02", "2024-05-03"],
    ...                     "kind": ["contact", "survey_nps", "contact"], "value": [None, 9, None]})
    >>> answers(log)[["customer", "answered", "score"]].values.tolist()
    [['Ana', True, 9.0], ['Bo', False, nan]]
    """
    _checks.one_of("kind", kind, _MEASURES)
    seen = observe(events, observed_until)
    if kind not in seen.kinds:
        msg = f"events must record {kind}, got none: this log holds no such survey"
        raise ValueError(msg)
    survey = seen.rows(kind) & seen.sure
    value = seen.log["value"].to_numpy(np.float64)
    last = seen.last_row(survey & ~np.isnan(value))
    asked = pd.Series(seen.last_row(survey) >= 0, dtype="boolean")
    answered = last >= 0
    if not (survey & np.isnan(value)).any():
        asked = asked.mask(~asked)
    table = seen.journeys.copy()
    table["asked"], table["answered"] = asked, answered
    table["score"] = np.where(answered, value[last], np.nan) if value.size else np.nan
    table["resolved"], table["closed"] = last_word(seen, "resolve"), last_word(seen, "close")
    return table


def by_outcome(
    events: Log, *, kind: str = "survey_nps", observed_until: object = None, level: float = 0.95
) -> pd.DataFrame:
    """Return the survey's score of all journeys, of resolved and closed ones, and of the others.

    The share of journeys with an answer stands beside: where it differs, the score of all
    is the score of those who were reached.

    Critique. Outcome and answer hang together: who was helped is asked, and answers, more
    often. A gap between groups is no effect of the outcome alone.

    Parameters
    ----------
    events : DataFrame
        An event log.
    kind : str
        As for `answers`; read as `nps`, `csat` or `ces` (version 2).
    observed_until : datetime-like, optional
        End of the observation; by default the last time in the log.
    level : float
        Confidence of the intervals.

    Returns
    -------
    DataFrame
        By `journeys`: "all", "resolved" and "not resolved" (the customer's word), "closed"
        and "not closed" (the company's); the latter only where the log records them.
        `total` journeys, `asked` (missing where the log does not tell), `answered`,
        `share_of_all` (answered, of all journeys, asked or not) with `share_low` and
        `share_high` (Wilson), and the score:
        `value`, `low`, `high`, `unit`, `method` ("no answers" where there are none).

    Examples
    --------
    >>> log = pd.DataFrame({"customer": ["Ana", "Ana", "Bo", "Bo"], "actor": "customer",
    ...                     "time": ["2024-05-01", "2024-05-02"] * 2,
    ...                     "kind": ["resolve", "survey_nps", "contact", "survey_nps"],
    ...                     "value": [None, 9, None, 2]})
    >>> by_outcome(log)["value"]
    journeys
    all               0.0
    resolved        100.0
    not resolved   -100.0
    Name: value, dtype: float64
    """
    table = answers(events, kind=kind, observed_until=observed_until)
    sure = confidence(level)
    groups = {"all": np.ones(len(table), bool)}
    for word in ("resolved", "closed"):
        if table[word].notna().any():
            so = table[word].to_numpy(bool)
            groups |= {word: so, f"not {word}": ~so}
    rows = []
    for mask in groups.values():
        part = table[mask]
        total, answered = len(part), int(part["answered"].sum())
        asked = int(part["asked"].sum()) if part["asked"].notna().all() else pd.NA
        share = answered / total if total else float("nan")
        low, high = _tallies.share_limits(share, total, sure) if total else (share, share)
        row = {"total": total, "asked": asked, "answered": answered, "share_of_all": share}
        row |= {"share_low": low, "share_high": high}
        if answered:
            score = _MEASURES[kind](part["score"].dropna(), level=sure)
            row |= {"value": score.value, "low": score.low, "high": score.high}
            row |= {"unit": score.unit, "method": score.method}
        else:
            row |= dict.fromkeys(("value", "low", "high"), float("nan"))
            row |= {"unit": "", "method": "no answers"}
        rows.append(row)
    found = pd.DataFrame(rows, index=pd.Index(groups, name="journeys"))
    return found.astype({"asked": "Int64"})
