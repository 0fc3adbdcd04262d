"""What staff does: the minutes that contacts take, and how busy that keeps it."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from cemlab import _checks
from cemlab.crm.desk._groups import By, group, names, over
from cemlab.crm.desk._rows import contact_of, has_values, with_value
from cemlab.observation import Log, observe

Hours = Any
"""A number of hours, or one a group: a mapping or a Series by the group's name."""


def handling(log: Log, *, by: By = None, observed_until: object = None) -> pd.DataFrame:
    """Return the staff minutes that contacts took.

    Work belongs to the last contact of its issue before it, on its own channel if there is
    one. Work without recorded minutes does not count.

    Parameters
    ----------
    log : DataFrame
        An event log.
    by : str or list of str, optional
        A row for each "team" (who worked), "week" (of the work), "channel" or "touchpoint"
        (of the contact; work before any contact: its own). A contact on which two teams worked
        counts for both, so that minutes add up to the total, contacts and issues need not.
    observed_until : datetime-like, optional
        End of the observation; work that may lie after it counts.

    Returns
    -------
    DataFrame
        One row, or one a group: `minutes` (staff minutes), `contacts` and `issues` (worked
        on), `minutes_per_contact`, `minutes_per_issue`. NaN and 0, or no group, if the log
        records no work; a mean is NaN where no contact, or no issue, was worked on.

    Raises
    ------
    ValueError
        If `by` is unknown.

    Examples
    --------
    >>> log = pd.DataFrame({"customer": "Ana", "actor": ["customer", "company", "company"],
    ...                     "time": ["2024-05-01 10:00", "2024-05-01 10:30", "2024-05-01 11:00"],
    ...                     "kind": ["contact", "work", "work"], "value": [None, 6.0, 4.0]})
    >>> handling(log).values.tolist()
    [[10.0, 1.0, 1.0, 10.0, 10.0]]
    """
    names(by)
    seen = observe(log, observed_until)
    rows = with_value(seen, "work")
    contact = contact_of(seen, rows)
    about = np.where(contact < 0, rows, contact)
    groups = group(seen, by, contact=about, team=rows, week=rows)
    minutes = groups.total(seen.log["value"].to_numpy()[rows])
    if not has_values(seen, "work"):
        minutes = np.full(len(minutes), np.nan)
    contacts, issues = groups.distinct(contact), groups.distinct(seen.journey[rows])
    return groups.table.assign(
        minutes=minutes,
        contacts=contacts,
        issues=issues,
        minutes_per_contact=over(np.where(contacts > 0, minutes, np.nan), contacts),
        minutes_per_issue=over(minutes, issues),
    )


def occupancy(
    log: Log,
    *,
    staff_hours: Hours,
    by: By = None,
    observed_until: object = None,
) -> pd.DataFrame:
    """Return worked minutes as a share of staffed minutes.

    Above 1 is shown as it is: more work was recorded than people were there, so either the
    hours or the minutes are wrong, or work was done on the side. Near 1 waits explode.

    Parameters
    ----------
    log : DataFrame
        An event log.
    staff_hours : float, mapping or Series
        Hours that staff was there: in all; with `by`, of each group, or as a mapping of the
        group's name (of a tuple of names if `by` lists several, of Mondays for "week").
    by : str or list of str, optional
        A row for each "team", "channel", "touchpoint" or "week", as in :func:`handling`.
    observed_until : datetime-like, optional
        End of the observation; work that may lie after it counts.

    Returns
    -------
    DataFrame
        One row, or one a group that worked or was staffed: `worked_min`, `staffed_min`
        (minutes), `occupancy`. Where a group's name is missing nobody knows its staff: NaN.
        NaN too if the log records no work, and where there was neither staff nor work; with
        work but no staff it is infinite.

    Raises
    ------
    ValueError
        If `staff_hours` names no hours for a group that worked, or is below 0; or if `by` is
        unknown.

    Examples
    --------
    >>> log = pd.DataFrame({"customer": "Ana", "actor": "company", "by": ["north", "south"],
    ...                     "time": "2024-05-01", "kind": "work", "value": [45.0, 90.0]})
    >>> occupancy(log, staff_hours={"north": 1, "south": 1}, by="team")["occupancy"].tolist()
    [0.75, 1.5]
    """
    wanted = names(by)
    hours = _hours(staff_hours, wanted)
    seen = observe(log, observed_until)
    table = handling(seen, by=by)[[*wanted, "minutes"]].rename(columns={"minutes": "worked_min"})
    if isinstance(hours, dict):
        table = _with_the_idle(table, list(hours), 0.0 if has_values(seen, "work") else np.nan)
    keys = list(table[wanted].itertuples(index=False, name=None))
    named = table[wanted].notna().all(axis=1).to_numpy(bool)
    if isinstance(hours, dict):
        lost = [key for key, known in zip(keys, named, strict=True) if known and key not in hours]
        if lost:
            shown = ", ".join(_shown(key) for key in lost[:5])
            shown += f" and {len(lost) - 5} more" if len(lost) > 5 else ""
            msg = f"staff_hours must name every group that worked, got none for {shown}"
            raise ValueError(msg)
        given = np.array([hours.get(key, np.nan) for key in keys], np.float64)
    else:
        given = np.where(named, hours, np.nan)
    staffed = 60.0 * given
    worked = table["worked_min"].to_numpy()
    return table.assign(staffed_min=staffed, occupancy=over(worked, staffed))


# --- inside ------------------------------------------------------------------------


def _hours(given: Hours, wanted: list[str]) -> float | dict[tuple[Any, ...], float]:
    """Return checked hours: one number, or one for each tuple of names."""
    if not isinstance(given, Mapping | pd.Series):
        return _checks.number("staff_hours", given, low=0)
    if not wanted:
        msg = f"staff_hours must be one number without by, got {len(given)} groups: give by"
        raise ValueError(msg)
    hours = {}
    for name, value in given.items():
        key = name if len(wanted) > 1 else (name,)
        if not isinstance(key, tuple) or len(key) != len(wanted):
            msg = f"staff_hours must be named by ({', '.join(wanted)}), got {name!r}"
            raise ValueError(msg)
        pairs = zip(wanted, key, strict=True)
        key = tuple(_monday(part) if which == "week" else part for which, part in pairs)
        hours[key] = _checks.number(f"staff_hours of {_shown(key)}", value, low=0)
    return hours


def _monday(name: object) -> pd.Timestamp:
    week = _checks.moment("week of staff_hours", name)
    if week != week.normalize() or week.day_of_week != 0:
        msg = f"week of staff_hours must be a Monday, got {name!r}"
        raise ValueError(msg)
    return week


def _shown(key: tuple[Any, ...]) -> str:
    parts = [str(part.date()) if isinstance(part, pd.Timestamp) else repr(part) for part in key]
    return parts[0] if len(parts) == 1 else f"({', '.join(parts)})"


def _with_the_idle(
    table: pd.DataFrame, keys: list[tuple[Any, ...]], worked_min: float
) -> pd.DataFrame:
    """Return the table with a row for each group that was staffed and did not work."""
    wanted = list(table.columns[:-1])
    there = set(table[wanted].itertuples(index=False, name=None))
    idle = [key for key in keys if key not in there]
    if not idle:
        return table
    more = pd.DataFrame(idle, columns=wanted)
    columns: dict[str, Any] = {}
    for name in wanted:
        if name == "week":
            columns[name] = pd.concat([table[name], more[name].astype("datetime64[us]")])
            continue
        known = list(table[name].cat.categories)
        known += sorted(set(more[name]) - set(known), key=str)
        columns[name] = pd.Categorical([*table[name], *more[name]], categories=known)
        columns[name] = pd.Series(columns[name])
    whole = pd.DataFrame({name: column.array for name, column in columns.items()})
    whole["worked_min"] = [*table["worked_min"], *[worked_min] * len(idle)]
    return whole.sort_values(wanted, ignore_index=True)
