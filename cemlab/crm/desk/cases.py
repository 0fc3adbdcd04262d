"""What the company's files say about issues: closed, helped at once, opened again."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cemlab import _checks
from cemlab.crm.desk._groups import By, Rows, group, names, over
from cemlab.crm.desk._rows import (
    NEVER,
    answering,
    is_kind,
    standing,
    times,
)
from cemlab.observation import Log, Observation, observe

_DAY_US = 86_400e6


def closed(log: Log, *, by: By = None, observed_until: object = None) -> pd.DataFrame:
    """Return one row an issue: whether the company has closed it (its word, not the customer's).

    `closed` is what has surely happened, `perhaps` also what may have, where dates are
    uncertain; both are missing where the log never records a closing (a reopening alone does
    not tell). A closing that stands in the log before the issue's first contact (without one:
    its first row) closes nothing.

    With `by` there is one row a group instead: `low` and `high`, the share of issues closed
    (in [0, 1]), and `n`, the issues; no group where the log never records a closing. An issue
    belongs to the "channel", "touchpoint" and "week" of its first contact (without one: of its
    first row), and to the "team" that closed it: open issues have none.

    Raises
    ------
    ValueError
        If `by` is unknown.

    Examples
    --------
    >>> log = pd.DataFrame({"customer": "Ana", "actor": "company", "time": ["2024-05-01"],
    ...                     "kind": ["close"]})
    >>> closed(log)["closed"].tolist()
    [True]
    >>> closed(log, by="week")[["low", "n"]].values.tolist()
    [[1.0, 1.0]]
    """
    wanted = names(by)
    seen = observe(log, observed_until)
    surely, perhaps = standing(seen, "close"), standing(seen, "close", sure=False)
    recorded = "close" in seen.kinds
    if not wanted:
        unknown = np.full(len(surely), not recorded)
        words = {"closed": surely >= 0, "perhaps": perhaps >= 0}
        columns = {name: pd.arrays.BooleanArray(word, unknown) for name, word in words.items()}
        return seen.journeys.assign(**columns)
    known = len(surely) if recorded else 0
    begin = seen.opening[:known]
    groups = group(seen, by, contact=begin, team=surely[:known], week=begin)
    n = groups.count(np.ones(known, np.bool_))
    low, high = (over(groups.count(rows[:known] >= 0), n) for rows in (surely, perhaps))
    return groups.table.assign(low=low, high=high, n=n)


def first_contact_resolution(
    log: Log,
    *,
    days: float = 7.0,
    across: bool = False,
    by: By = None,
    observed_until: object = None,
) -> pd.DataFrame:
    """Return the share of issues not brought up again within `days`; larger is better.

    Nobody asks the customer: whoever gives up in silence counts as helped.

    Parameters
    ----------
    log : DataFrame
        An event log.
    days : float
        How soon a further contact of the same issue counts as a repeat (days, at least 0). The
        common 7 days are a convention.
    across : bool
        False: as teams of one channel count; an issue counts once on each channel it came to,
        and only contacts on that channel are repeats. True: as the customer counts; an issue
        counts once, and a contact on any channel is a repeat. Who moves from the phone to a
        letter is helped twice in the first count, and not once in the second.
    by : str or list of str, optional
        A row for each "team" (who answered the first contact; unanswered ones have none),
        "channel", "touchpoint" or "week" (of the first contact).
    observed_until : datetime-like, optional
        End of the observation.

    Returns
    -------
    DataFrame
        One row, or one a group: `low` and `high` (the share in [0, 1]), `unknown` and `n`
        (issues; with ``across=False`` issues on a channel). Unknown are those observed for
        less than `days` without a repeat, and those whose uncertain times leave it open: `low`
        counts none of them as resolved, `high` all. NaN and 0, or no group, if the log records
        no contacts.

    Raises
    ------
    ValueError
        If `days` is no number of at least 0, or `by` is unknown.

    References
    ----------
    F. de Véricourt, Y.-P. Zhou, "Managing response time in a call-routing problem with service
    failure", Operations Research 53, 2005: if each contact helps with probability p, and whoever
    was not helped comes back, this share is p, and an issue takes 1 / p contacts.

    Examples
    --------
    >>> log = pd.DataFrame({"customer": "Ana", "actor": "customer", "channel": ["phone", "web", "web"],
    ...                     "time": ["2024-05-01", "2024-05-02", "2024-05-20"], "kind": "contact"})
    >>> first_contact_resolution(log).values.tolist()
    [[1.0, 1.0, 0.0, 2.0]]
    >>> first_contact_resolution(log, across=True).values.tolist()
    [[0.0, 0.0, 0.0, 1.0]]
    """
    limit = _checks.number("days", days, low=0) * _DAY_US
    wanted = names(by)
    seen = observe(log, observed_until)
    unit = seen.journey
    if not across:
        channel = seen.log["channel"].cat
        unit = unit * (len(channel.categories) + 1) + channel.codes.to_numpy(np.int64)
    rows, starts = _in_turn(np.flatnonzero(seen.told), unit)
    first, second = rows[starts], np.append(rows, -1)[starts + 1]
    alone = np.append(starts[1:], len(rows)) == starts + 1
    early, late, end = times(seen)
    least = np.where(alone, NEVER, early[second]) - late[first]
    again = late[rows]
    again[starts] = NEVER
    surely_by = np.minimum.reduceat(again, starts) if starts.size else again
    repeated = surely_by - early[first] <= limit
    resolved = (least > limit) & (end - late[first] >= limit)
    team = answering(seen)[first] if "team" in wanted else first
    groups = group(seen, by, contact=first, team=team, week=first)
    n = groups.count(np.ones(len(first), np.bool_))
    good, bad = groups.count(resolved), groups.count(repeated)
    return groups.table.assign(
        low=over(good, n), high=over(n - bad, n), unknown=n - good - bad, n=n
    )


def reopening(log: Log, *, by: By = None, observed_until: object = None) -> pd.DataFrame:
    """Return the share of closed issues that came back; smaller is better.

    Parameters
    ----------
    log : DataFrame
        An event log.
    by : str or list of str, optional
        A row for each "team" (who closed first), "week" (of this closing), "channel" or
        "touchpoint" (of the issue's first contact, or else first row).
    observed_until : datetime-like, optional
        End of the observation. What comes back later is not seen: young closings look good.

    Returns
    -------
    DataFrame
        One row, or one a group, of the issues that have surely been closed, each counted
        once, from its first closing on (one before the first contact closes nothing): `reopened_low`, `reopened_high` (share whose file was
        opened again), `again_low`, `again_high` (share whose customer got in touch again, be
        the file reopened or not: where it is not, the reopening is silent) and `n` (issues).
        Low and high differ where times are uncertain. NaN where there is none, and for
        `reopened` if the log never records a reopening, for `again` if it records no contacts.

    Raises
    ------
    ValueError
        If `by` is unknown.

    Examples
    --------
    >>> log = pd.DataFrame({"customer": "Ana", "actor": ["customer", "company", "customer"],
    ...                     "time": ["2024-05-01", "2024-05-02", "2024-05-03"],
    ...                     "kind": ["contact", "close", "contact"]})
    >>> reopening(log)[["again_low", "again_high", "n"]].values.tolist()
    [[1.0, 1.0, 1.0]]
    """
    names(by)
    seen = observe(log, observed_until)
    first = seen.first_row(is_kind(seen, "close") & seen.sure & seen.opened)
    issues = np.flatnonzero(first >= 0)
    close = first[issues]
    groups = group(seen, by, contact=seen.opening[issues], team=close, week=close)
    n = groups.count(np.ones(len(close), np.bool_))
    back = {
        "reopened": _after(seen, is_kind(seen, "reopen"), first, ties=True),
        "again": _after(seen, seen.told, first, ties=False),  # a contact comes before its closing
    }
    shares = {}
    for name, kinds in (("reopened", {"reopen"}), ("again", {"contact", "publish"})):
        for bound, came in zip(("low", "high"), back[name], strict=True):
            share = over(groups.count(came[issues]), n)
            shares[f"{name}_{bound}"] = share if seen.kinds & kinds else np.full(len(n), np.nan)
    return groups.table.assign(**shares, n=n)


# --- inside ------------------------------------------------------------------------


def _in_turn(rows: Rows, of: NDArray[np.int64]) -> tuple[Rows, NDArray[np.int64]]:
    """Return rows sorted by what they belong to, and where each of those begins."""
    order = np.argsort(of[rows], kind="stable")
    rows = rows[order]
    begins = np.ones(len(rows), np.bool_)
    begins[1:] = of[rows[1:]] != of[rows[:-1]]
    return rows, np.flatnonzero(begins)


def _after(
    seen: Observation, marked: NDArray[np.bool_], first: Rows, *, ties: bool
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which journeys have a marked row surely, and perhaps, after the row `first`.

    `ties`: whether a marked row at the same time comes after it.
    """
    early, late, _ = times(seen)
    rows = np.flatnonzero(marked & (first[seen.journey] >= 0))
    close = first[seen.journey[rows]]
    later = np.greater_equal if ties else np.greater
    sure = later(early[rows], late[close]) & seen.sure[rows]
    surely, perhaps = np.zeros((2, len(first)), np.bool_)
    surely[seen.journey[rows[sure]]] = True
    perhaps[seen.journey[rows[later(late[rows], early[close])]]] = True
    return surely, perhaps
