"""The wait of each contact, and what such waits are grouped by."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from cemlab import _checks
from cemlab._waiting import ANSWERS
from cemlab.observation import Log, Observation, observe

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
ENDS = ("answered", "abandoned", "open")


def first_response(log: Log, *, observed_until: object = None) -> pd.DataFrame:
    """Return one row a contact: the wait until the company's word; smaller is better.

    Parameters
    ----------
    log : DataFrame
        An event log.
    observed_until : datetime-like, optional
        End of the observation; contacts unanswered by then are censored, not dropped.

    Returns
    -------
    DataFrame
        `customer`, `issue`, `channel`, `time`, `wait_low_min`, `wait_min` (minutes; they
        differ where times are uncertain, and for a censored contact both are the time
        it has waited so far), `answered`, `censored`, `ended` (answered, abandoned or open;
        an end that the log never records is no category of it, and all are missing if it
        records neither answers nor giving up), `sure` (False where an uncertain time leaves
        open whether that end came before the observation's: then `wait_min` is the time until
        the latter, and the longest waits of `survival` count the contact as still open),
        `hour` (of the day, 0 to 23) and `weekday` (Monday to Sunday) of the contact, missing
        where uncertain, and `audience` (people, the contact's value). A row that stands twice
        in the log is two contacts.

    Examples
    --------
    >>> log = pd.DataFrame({"customer": ["Ana", "Bo"], "actor": "customer", "channel": "phone",
    ...                     "time": ["2024-05-01 10:00", "2024-05-01 11:00"], "kind": "contact"})
    >>> first_response(log)[["wait_min", "censored"]].values.tolist()
    [[60.0, True], [0.0, True]]
    """
    seen = observe(log, observed_until)
    table = seen.waits
    answered = table["ended"] == "answered"
    so_far = table["wait_low_min"]
    still = (table["ended"] == "open").to_numpy(bool)
    high = table["wait_high_min"].where(~still, so_far)
    sure = np.isfinite(high.to_numpy(np.float64))
    high = high.where(sure, (seen.until - table["time"]) / pd.Timedelta(minutes=1))
    shown = table[["customer", "issue", "channel", "time"]]
    shown = shown.assign(wait_low_min=so_far, wait_min=high, answered=answered, censored=~answered)
    shown = shown.assign(ended=_ended(seen, table["ended"]), sure=sure)
    return shown.assign(**_moments(seen, table["row"]))


def audience_bands(
    waits: Log, *, edges: Sequence[float] = (1_000, 10_000, 100_000)
) -> pd.DataFrame:
    """Return the waits with `audience` as bands, so that `by="audience"` gives few groups.

    Parameters
    ----------
    waits : DataFrame
        What `first_response` returns, or an event log.
    edges : sequence of float
        Where a new band begins (people, rising, above 0).

    Returns
    -------
    DataFrame
        The same waits; `audience` is an ordered category, missing where not recorded.

    Examples
    --------
    >>> log = pd.DataFrame({"customer": ["Ana", "Bo"], "actor": "customer", "kind": "contact",
    ...                     "time": "2024-05-01", "value": [999, 1000]})
    >>> audience_bands(log, edges=[1000])["audience"].tolist()
    ['below 1,000', '1,000 and more']
    """
    starts = [_checks.number("edges", edge, low=0) for edge in edges]
    if not starts or starts[0] == 0 or (np.diff(starts) <= 0).any():
        msg = f"edges must be rising numbers of people above 0, got {list(edges)!r}"
        raise ValueError(msg)
    table = waits_of(waits)
    between = [f"{low:,g} to below {high:,g}" for low, high in pairwise(starts)]
    names = [f"below {starts[0]:,g}", *between, f"{starts[-1]:,g} and more"]
    people = table["audience"].to_numpy(np.float64)
    band = np.where(np.isnan(people), -1, np.searchsorted(starts, people, side="right"))
    return table.assign(audience=pd.Categorical.from_codes(band, names, ordered=True))


def is_log(waits: Log) -> bool:
    """Return whether this is a log, not the table of `first_response`."""
    return isinstance(waits, Observation) or not {"wait_min", "answered"} <= set(waits.columns)


def log_columns(log: Log) -> list[str]:
    """Return the columns of a log."""
    return list(log.log.columns if isinstance(log, Observation) else log.columns)


def waits_of(waits: Log, by: str | Sequence[str] | None = None) -> pd.DataFrame:
    """Return the table of `first_response`, from itself or from a log.

    From a log it has the columns named by `by`, too: those of the contact's row, and "team",
    which is `by` in the row that answered.
    """
    if not is_log(waits):
        return waits
    seen = observe(waits)
    table, asked = first_response(seen), [by] if isinstance(by, str) else list(by or ())
    for name in asked:
        found = seen.waits
        if name in table:
            continue
        if name in seen.log:
            column = seen.log[name].take(found["row"].to_numpy())
        elif name == "team":
            column = _team(seen, found)
        else:
            allowed = [*table.columns, *seen.log.columns.difference(table.columns, sort=False)]
            raise ValueError(unknown([*allowed, "team"], name))
        table[name] = column.array
    return table


def recorded(waits: Log, by: str | Sequence[str] | None = None) -> pd.DataFrame:
    """Return the waits without those whose end the log does not record."""
    table = waits_of(waits, by)
    return table[table["ended"].notna()] if "ended" in table else table


def unknown(columns: Iterable[object], name: object) -> str:
    """Return the sentence for a column that is not there."""
    return f"by must be one of the columns {', '.join(map(str, columns))}, got {name!r}"


# --- inside ------------------------------------------------------------------------


def _team(seen: Observation, found: pd.DataFrame) -> pd.Series:
    """Return who answered each contact, missing where nobody did."""
    by = seen.log["by"]
    row = np.where(found["ended"] == "answered", found["answer"], -1)
    code = np.append(by.cat.codes.to_numpy(), -1)[row]
    return pd.Series(pd.Categorical.from_codes(code, dtype=by.dtype))


def _ended(seen: Observation, ended: pd.Series) -> pd.Categorical:
    """Return how each contact ended, as far as the log can tell."""
    answers, gone = bool(seen.kinds & {*ANSWERS}), "abandon" in seen.kinds
    known = zip(ENDS, (answers, gone, answers or gone), strict=True)
    told = [name for name, recorded in known if recorded]
    code = np.full(len(ended), -1)
    for number, name in enumerate(told):
        code[(ended == name).to_numpy(bool)] = number
    return pd.Categorical.from_codes(code, told)


def _moments(seen: Observation, row: pd.Series) -> dict[str, object]:
    """Return hour, weekday and audience of the contacts in these rows of the log."""
    log = seen.log.iloc[row.to_numpy()].reset_index(drop=True)
    until = log["latest"].fillna(log["time"])
    exact_hour = log["time"].dt.floor("h") == until.dt.floor("h")
    exact_day = log["time"].dt.floor("D") == until.dt.floor("D")
    day = np.where(exact_day, log["time"].dt.day_of_week, -1)
    return {
        "hour": log["time"].dt.hour.astype("Int64").where(exact_hour),
        "weekday": pd.Categorical.from_codes(day, DAYS, ordered=True),
        "audience": log["value"],
    }
