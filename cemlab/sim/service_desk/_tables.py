"""What a run of the service desk leaves behind: contacts, customers, series and the event log."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cemlab.sim._kernels import desk_rows as _kernels
from cemlab.sim._kernels import desk_tables as _desk
from cemlab.sim.service_desk._course import Course
from cemlab.sim.service_desk._plan import Plan

OUTCOMES = ("solved", "unsolved", "promised", "abandoned", "turned away", "waiting")
FATES = ("solved", "gave up", "left", "unfinished")

_COLUMNS = {
    "customer": np.int32,
    "attempt": np.int16,
    "channel": np.int8,
    "arrived_min": np.float64,
    "waited_min": np.float64,
    "served_min": np.float64,
    "outcome": np.int8,
    "censored": np.bool_,
    "issue": np.int16,
    "callback": np.bool_,
    "anger": np.float32,
}
_MINUTE_US = 60_000_000
_EVERY = (5.0, 15.0, 60.0, 240.0, 1440.0)
_FEW = 5000


def contacts(plan: Plan, course: Course) -> pd.DataFrame:
    """Return one row a contact."""
    n = course.contacts.size
    columns: dict[str, Any] = {name: np.empty(n, kind) for name, kind in _COLUMNS.items()}
    _kernels.tidy(course.contacts, plan.end, *columns.values())
    columns["channel"] = _coded(columns["channel"], plan.names)
    columns["outcome"] = _coded(columns["outcome"], OUTCOMES)
    return pd.DataFrame(columns, copy=False)


def customers(plan: Plan, course: Course) -> pd.DataFrame:
    """Return one row a customer."""
    people = course.people
    posted = course.contacts["customer"][is_post(plan, course.contacts)]
    return pd.DataFrame(
        {
            "arrived_min": people["came"],
            "channel": _coded(people["origin"], plan.names),
            "followers": people["followers"],
            "contacts": people["attempts"],
            "issues": people["issue"],
            "posts": np.bincount(posted, minlength=people.size),
            "anger": people["anger"],
            "outcome": _coded(people["fate"], FATES),
            "censored": people["fate"] == _desk.UNFINISHED,
        }
    ).rename_axis("customer")


def series(plan: Plan, course: Course) -> pd.DataFrame:
    """Return who waits and who is served on each channel at even times, and all posts so far."""
    every = next((m for m in _EVERY if plan.end / m <= _FEW), _EVERY[-1])
    steps = int(plan.end / every) + 1
    came, left, began, done = np.zeros((4, len(plan.names), steps), np.int64)
    published = np.zeros(steps, np.int64)
    public = plan.ways.public_channel
    _kernels.count_by_step(course.contacts, every, public, came, left, began, done, published)
    values = {}
    for c, name in enumerate(plan.names):
        values[f"waiting on {name}"] = np.cumsum(came[c] - left[c])
        values[f"served on {name}"] = np.cumsum(began[c] - done[c])
    if public >= 0:
        values["published"] = np.cumsum(published)
    minutes = np.arange(steps) * int(every * _MINUTE_US)
    return pd.DataFrame(
        {
            "time": np.tile(_dates(plan, minutes), len(values)),
            "variable": pd.Series(list(values)).repeat(steps).array,
            "value": np.concatenate(list(values.values()), dtype=np.float64),
        }
    )


def is_post(plan: Plan, contacts: NDArray[np.void]) -> NDArray[np.bool_]:
    """Return which contacts are public posts."""
    posted = (contacts["channel"] == plan.ways.public_channel) & ~contacts["callback"]
    return np.asarray(posted)


def log(plan: Plan, course: Course, source: str) -> pd.DataFrame:
    """Return the event log: what each contact, answer and ending is to the two sides.

    An agent closes what is not to be called back; the customer resolves only what is solved.
    Who is turned away leaves without an answer, as one who hangs up.
    """
    rows, people = course
    came, began, ended, outcome = (rows[name] for name in ("came", "began", "ended", "outcome"))
    served = ~np.isnan(began)
    called = rows["callback"]
    promised = outcome == _desk.PROMISED
    unserved = (outcome == _desk.ABANDONED) | (outcome == _desk.TURNED_AWAY)
    audience = people["followers"][rows["customer"]]
    acknowledged = plan.acknowledges[rows["channel"]] & ~called
    due = np.full(came.size, plan.ways.due)
    parts = [
        ("contact", "customer", ~called, came, audience),
        ("publish", "customer", is_post(plan, rows), came, audience),
        ("acknowledge", "company", acknowledged, came, None),
        ("answer", "company", served & ~called, began, began - came),
        ("callback", "company", served & called, began, None),
        ("abandon", "customer", unserved, ended, ended - came),
        ("work", "company", served, ended, ended - began),
        ("promise", "company", promised, ended, due),
        ("close", "company", served & ~promised, ended, None),
        ("resolve", "customer", outcome == _desk.SOLVED, ended, None),
    ]
    tables = [_rows(rows, *part) for part in parts]
    left = people["fate"] == _desk.LEFT
    last = np.zeros(left.size, np.int64)
    last[rows["customer"]] = np.arange(came.size)
    leaves = np.where(promised, ended + plan.ways.due, np.fmax(ended, came))
    tables.append(_rows(rows, "leave", "customer", last[left], leaves, None))
    frame = pd.concat(tables, ignore_index=True)
    frame["time"] = _dates(plan, np.round(frame.pop("minute").to_numpy() * _MINUTE_US))
    frame["channel"] = _coded(frame["channel"].to_numpy(), plan.names)
    frame["source"] = source
    return frame


def _rows(
    rows: NDArray[np.void],
    kind: str,
    actor: str,
    which: NDArray[Any],
    minute: NDArray[np.float64],
    value: NDArray[np.float64] | None,
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer": rows["customer"][which],
            "issue": rows["issue"][which],
            "minute": minute[which],
            "actor": actor,
            "channel": rows["channel"][which],
            "kind": kind,
            "value": np.nan if value is None else value[which],
        }
    )


def _dates(plan: Plan, microseconds: NDArray[Any]) -> NDArray[np.datetime64]:
    offset = microseconds.astype(np.int64).astype("timedelta64[us]")
    dates: NDArray[np.datetime64] = np.datetime64(plan.start, "us") + offset
    return dates


def _coded(codes: NDArray[Any], names: Sequence[str]) -> pd.Categorical:
    return pd.Categorical.from_codes(codes, dtype=pd.CategoricalDtype(list(names)), validate=False)
