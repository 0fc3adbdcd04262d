"""The event log of single customers: what happened, to whom, and when, for both lenses."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cemlab import _checks
from cemlab.market._kernels import people, stories
from cemlab.market.agents._months import Kept, unpacked
from cemlab.market.assumptions import Market
from cemlab.market.course import segments
from cemlab.network import Network

CHANNELS = ("phone", "social")

_HOUR_US, _SECOND_US = 3_600_000_000, 1_000_000
_ROUND_US = _HOUR_US
_HOUR_MIN = 60.0
_ROW = 250.0  # bytes a row of the log while it is built
_COLUMNS = ("customer", "issue", "time", "channel", "value", "by")


def log(
    market: Market, network: Network, months: NDArray[np.int64], kept: Kept, source: str
) -> pd.DataFrame:
    """Return the log. `months` (months + 1,): microseconds since 1970 at which each begins."""
    failures, contacts = kept.failures, kept.contacts
    customer, month, came = unpacked(failures, "customer", "month", "came")
    issue = _issues(customer)
    length = np.diff(months)
    stretch = length / market.desk_hours
    began = np.minimum(
        months[month] + (came * stretch[month]).astype(np.int64), _until(months, month, 4)
    )
    post, answered, solved = unpacked(contacts, "is_post", "answered", "solved")
    of, escalated, came, waited, served, sharers = unpacked(
        contacts, "failure", "escalated", "came", "waited", "served", "sharers"
    )
    _checks.memory(
        "events",
        _ROW * (failures.size + 6.0 * contacts.size + float(sharers.sum())),
        "ask for fewer months, or a smaller market with scaled",
    )
    planned = months[month[of]] + (came * stretch[month[of]]).astype(np.int64)
    until = _until(months, month[of], 4 - escalated.astype(np.int64))
    asked = _contact_times(planned, until, began.size, of, escalated, _us(waited + served))
    heard = np.minimum(asked + _us(waited), until)
    ended = np.minimum(heard + _us(served), until)
    home = _homes(kept, network, customer[of])
    reach = network.degrees[home] * float(market.readers > 0)
    channel = post.astype(np.int8)
    margin = segments(market)[1][_segments(kept, market, customer)]

    def rows(which: NDArray[np.bool_], time: NDArray[np.int64], value: Any, by: Any = None) -> Any:
        mine = of[which]
        values = np.full(mine.size, np.nan) if value is None else value[which]
        who = None if by is None else by[which]
        return customer[mine], issue[mine], time[which], channel[which], values, who

    every, public = np.ones(of.size, np.bool_), np.where(post, reach, np.nan)
    wait_min, work_min = (heard - asked) / _HOUR_US * _HOUR_MIN, served * _HOUR_MIN
    parts = [
        ("failure", "customer", (customer, issue, began, None, margin, None)),
        ("contact", "customer", rows(every, asked, public)),
        ("publish", "customer", rows(post, asked, reach, home)),
        ("answer", "company", rows(answered, heard, wait_min)),
        ("abandon", "customer", rows(~answered, heard, wait_min)),
        ("work", "company", rows(answered, ended, work_min)),
        ("close", "company", rows(answered, ended, None)),
        ("resolve", "customer", rows(solved, ended, None)),
        ("share", "public", _shares(kept, network, issue, asked, np.flatnonzero(post))),
    ]
    for kind, table, before_end in (("survey_nps", kept.answers, 2), ("leave", kept.gone, 1)):
        who, about, when = unpacked(table, "customer", "failure", "month")
        some = about >= 0
        which, time = np.zeros(who.size, np.int64), _until(months, when, before_end)
        which[some] = issue[about[some]]
        score = table["score"].astype(np.float64) if kind == "survey_nps" else None
        parts.append((kind, "customer", (who, which, time, None, score, None)))
    return _frame(parts, network.labels, source)


# --- inside ------------------------------------------------------------------------


def _us(hours: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.round(hours * _HOUR_US).astype(np.int64)


def _until(
    months: NDArray[np.int64], month: NDArray[Any], seconds: int | NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return so many seconds before the end of each month: the desk, then surveys, then leaving."""
    found: NDArray[np.int64] = months[month + 1] - seconds * _SECOND_US
    return found


def _issues(customer: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return which problem of their customer's each failure is, from 1 on."""
    order = np.argsort(customer, kind="stable")
    sorted_ = customer[order]
    first = np.flatnonzero(np.append(True, sorted_[1:] != sorted_[:-1])[: customer.size])
    count = np.diff(np.append(first, customer.size))
    issue = np.empty(customer.size, np.int64)
    issue[order] = np.arange(customer.size) - np.repeat(first, count) + 1
    return issue


def _contact_times(
    planned: NDArray[np.int64],
    until: NDArray[np.int64],
    failures: int,
    of: NDArray[np.int64],
    escalated: NDArray[np.bool_],
    spent: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Return when each contact came: an escalated post after its call, all within their month."""
    asked = np.minimum(planned, until)
    call_end, first = np.zeros(failures, np.int64), ~escalated
    call_end[of[first]] = np.minimum(asked + spent, until)[first]
    after = call_end[of[escalated]] + _SECOND_US
    asked[escalated] = np.minimum(np.maximum(asked[escalated], after), until[escalated])
    return asked


def _homes(kept: Kept, network: Network, customer: NDArray[np.int64]) -> NDArray[np.int64]:
    found = np.empty(customer.size, np.int64)
    people.settle(kept.luck, network.n, customer, found)
    return found


def _segments(kept: Kept, market: Market, customer: NDArray[np.int64]) -> NDArray[np.int16]:
    found = np.empty(customer.size, np.int16)
    people.sort_in(kept.luck, np.cumsum(segments(market)[0]), customer, found)
    return found


def _shares(
    kept: Kept,
    network: Network,
    issue: NDArray[np.int64],
    asked: NDArray[np.int64],
    posts: NDArray[np.int64],
) -> tuple[Any, ...]:
    """Return the rows of all who shared a post: each story is told again from its own luck."""
    of, sharers = unpacked(kept.contacts[posts], "failure", "sharers")
    customer, month, experience = unpacked(kept.failures[of], "customer", "month", "experience")
    further = np.maximum(sharers.astype(np.int64) - 1, 0)
    first = np.append(0, np.cumsum(further))
    by, told, when = (np.zeros(int(first[-1]), np.int32) for _ in range(3))
    if by.size:
        chance, most = kept.stories[month].T.copy()
        stories.retell(
            network.start, network.targets, kept.luck, customer, month, experience, chance, most,
            first, by, told, when,
        )  # fmt: skip
    time = np.repeat(asked[posts], further) + when.astype(np.int64) * _ROUND_US
    social = np.ones(by.size, np.int8)
    whose = np.repeat(customer, further), np.repeat(issue[of], further)
    return *whose, time, social, told.astype(np.float64), by


def _frame(
    parts: Sequence[tuple[str, str, tuple[Any, ...]]], labels: Sequence[Any], source: str
) -> pd.DataFrame:
    """Return the rows of all parts as one table, names as codes of their categories."""
    sizes = [table[0].size for _, _, table in parts]
    blank = {"channel": -1, "value": np.nan, "by": -1}
    columns: dict[str, Any] = {}
    for i, name in enumerate(_COLUMNS):
        pieces = [table[i] for _, _, table in parts]
        columns[name] = np.concatenate(
            [
                np.full(n, blank[name]) if p is None else p
                for p, n in zip(pieces, sizes, strict=True)
            ]
        )
    offset = columns["time"].astype("timedelta64[us]")
    columns["time"] = np.datetime64(0, "us") + offset
    columns["channel"] = pd.Categorical.from_codes(columns["channel"], list(CHANNELS))
    columns["by"] = _names(columns["by"], labels)
    for name, place in (("kind", 0), ("actor", 1)):
        words = list(dict.fromkeys(part[place] for part in parts))
        codes = np.array([words.index(part[place]) for part in parts], np.int8)
        columns[name] = pd.Categorical.from_codes(np.repeat(codes, sizes), words)
    columns["source"] = pd.Categorical.from_codes(np.zeros(sum(sizes), np.int8), [source])
    return pd.DataFrame(columns, copy=False)


def _names(person: NDArray[np.int64], labels: Sequence[Any]) -> pd.Categorical:
    """Return people of the network by name, -1 as missing."""
    known, code = np.unique(person, return_inverse=True)
    here = known[known >= 0]
    called = [labels[int(p)] for p in here]
    whole = all(isinstance(label, int) for label in called)
    names = pd.Index(called if whole else [str(label) for label in called])
    return pd.Categorical.from_codes(code - int(known.size - here.size), names)
