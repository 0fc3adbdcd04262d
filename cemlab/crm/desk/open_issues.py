"""Issues that are open, in the company's files and for its customers, period by period."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cemlab import _checks
from cemlab.crm.desk._groups import Rows, monday, week_number
from cemlab.crm.desk._rows import NEVER, is_kind, times
from cemlab.observation import Log, Observation, observe

_BYTES_A_PERIOD = 200


class _Stays(NamedTuple):
    """Stretches in which issues are open, shape (stretches,) each: rows of the log, -1: none."""

    come: Rows  # it is open from this row on
    go: Rows  # this one ends it
    back: Rows  # and by this one the same issue is open again


def backlog(log: Log, *, every: str = "D", observed_until: object = None) -> pd.DataFrame:
    """Return what is open at the end of each day, in the company's files and for customers.

    In both an issue is open from its first contact. In the files it is out once it is closed,
    for its customer once the customer calls it solved; a reopening puts it back. A further
    contact about a closed issue does not: closed is not solved. What stands in the log before
    the first contact ends nothing.

    Parameters
    ----------
    log : DataFrame
        An event log.
    every : {"D", "h", "W", "M"}
        A row a day, an hour, a week (from Monday) or a month of the calendar.
    observed_until : datetime-like, optional
        End of the observation; by default the last time in the log.

    Returns
    -------
    DataFrame
        One row a period, from the first contact on, without gaps: `start`, `end` (of the
        period, or of the observation if that comes first); in the period `contacts`, `opened`
        (issues that came into the files, or back), `closed` (issues that went out of the
        files), `resolved` (issues that went out for the customer), each at its earliest time;
        and at its end `open_company_low`, `open_company_high`, `open_customer_low`,
        `open_customer_high` (issues; they differ where times are uncertain). What the log
        never records is missing: without closings `closed` and the company's columns, without
        solutions `resolved` and the customer's (reopenings alone do not tell).

    Raises
    ------
    ValueError
        If `every` is none of these, or so many periods do not fit in memory.

    Examples
    --------
    >>> log = pd.DataFrame({"customer": ["Ana", "Ana", "Bo", "Ana"],
    ...                     "actor": ["customer", "company", "customer", "customer"],
    ...                     "time": ["2024-05-01", "2024-05-02", "2024-05-02", "2024-05-03"],
    ...                     "kind": ["contact", "close", "contact", "resolve"]})
    >>> table = backlog(log)
    >>> table["open_company_low"].tolist(), table["open_customer_low"].tolist()
    ([1, 1, 1], [1, 2, 1])
    """
    unit = _checks.one_of("every", every, ("h", "D", "W", "M"))
    seen = observe(log, observed_until)
    first = seen.first_row(seen.told)
    opens = is_kind(seen, "reopen")
    opens[first[first >= 0]] = True
    begin, final = 0, -1
    if opens.any():
        started = seen.log["time"].to_numpy()[[np.argmax(opens)]]
        begin = int(_period(started, unit)[0])
        final = int(_period(np.array([seen.until.to_datetime64()]), unit)[0])
    count = final - begin + 1
    _checks.memory("every", _BYTES_A_PERIOD * count, "ask for longer periods")

    def came(moments: NDArray[np.int64]) -> NDArray[np.int64]:
        known = moments[moments < NEVER].astype("datetime64[us]")
        return np.bincount(_period(known, unit) - begin, minlength=count)

    def left_open(come: NDArray[np.int64], go: NDArray[np.int64]) -> NDArray[np.int64]:
        stays = come < go
        return np.asarray(np.cumsum(came(come[stays]) - came(go[stays])))

    early, late, _ = (np.append(moments, NEVER) for moments in times(seen))
    files, hers = (_stays(seen, opens, is_kind(seen, kind)) for kind in ("close", "resolve"))
    columns = {"contacts": came(early[:-1][seen.told]), "opened": came(early[files.come])}
    columns |= {"closed": came(early[files.go]), "resolved": came(early[hers.go])}
    for side, stays in (("company", files), ("customer", hers)):
        until = np.minimum(late[stays.go], early[stays.back])
        columns[f"open_{side}_low"] = left_open(late[stays.come], early[stays.go])
        columns[f"open_{side}_high"] = left_open(early[stays.come], until)
    starts, ends = (_moment(np.arange(n, n + count), unit) for n in (begin, begin + 1))
    table = pd.DataFrame({"start": starts, "end": ends} | columns)
    table["end"] = table["end"].clip(upper=seen.until) if count else table["end"]
    return _recorded(table, seen).astype(dict.fromkeys(columns, "Int64"))


# --- inside ------------------------------------------------------------------------


def _stays(seen: Observation, opens: NDArray[np.bool_], ends: NDArray[np.bool_]) -> _Stays:
    """Return the stretches that the rows `opens` begin and the rows `ends` end, by issue."""
    rows = np.flatnonzero(opens | ends)
    rows = rows[np.argsort(seen.journey[rows], kind="stable")]
    inward = opens[rows]
    before = np.append(False, inward[:-1] & (seen.journey[rows[1:]] == seen.journey[rows[:-1]]))
    turns = rows[inward != before]  # of each issue: in, out, in, out ...
    inward = opens[turns]
    at = np.flatnonzero(inward)
    turns, owner = np.append(turns, [-1, -1]), np.append(seen.journey[turns], [-1, -1])
    go = np.where(owner[at + 1] == owner[at], turns[at + 1], -1)
    back = np.where(owner[at + 2] == owner[at], turns[at + 2], -1)
    return _Stays(turns[at], go, back)


def _period(moments: NDArray[np.datetime64], unit: str) -> NDArray[np.int64]:
    """Return the number of each moment's period."""
    if unit == "W":
        return week_number(moments)
    return np.asarray(moments.astype(f"datetime64[{unit}]").astype(np.int64))


def _moment(number: NDArray[np.int64], unit: str) -> NDArray[np.datetime64]:
    """Return the moment at which each period begins."""
    if unit == "W":
        return monday(number)
    return number.astype(f"datetime64[{unit}]").astype("datetime64[us]")


def _recorded(table: pd.DataFrame, seen: Observation) -> pd.DataFrame:
    """Empty the columns that rest on what the log never records."""
    rests_on = {
        "contacts": {"contact", "publish"},
        "closed": {"close"},
        "open_company_low": {"close"},
        "open_company_high": {"close"},
        "resolved": {"resolve"},
        "open_customer_low": {"resolve"},
        "open_customer_high": {"resolve"},
    }
    missing = [name for name, kinds in rests_on.items() if not seen.kinds & kinds]
    return table.assign(**dict.fromkeys(missing, pd.NA))
