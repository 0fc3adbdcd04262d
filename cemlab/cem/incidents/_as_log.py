"""Stories as an event log: step by step where it is told, by a rule where it is not."""

import re
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from cemlab import events

DAY_MIN = 1440.0
"""Minutes to the next contact, and from the last answer to the survey, where nothing is told."""

_STEP = re.compile(
    r"(?P<time>\d{4}-\d{2}-\d{2}T\d{2}:\d{2}) (?P<actor>[a-z]+) (?P<kind>[a-z_]+)"
    r"(?: on (?P<channel>[a-z ]+?))?(?: by (?P<by>.+))?"
)


class Step(NamedTuple):
    """One thing that happened in a story; None where it is not told."""

    time: pd.Timestamp
    actor: str
    kind: str
    channel: str | None
    by: str | None


def step(text: str) -> Step:
    """Return a step from "TIME ACTOR KIND", and if need be "on CHANNEL" and "by WHOM".

    >>> step("2024-07-23T00:50 public answer on forum by a stranger")[1:]
    ('public', 'answer', 'forum', 'a stranger')
    """
    found = _STEP.fullmatch(text)
    time = pd.to_datetime(found["time"], errors="coerce") if found else pd.NaT
    if (
        found is None
        or pd.isna(time)
        or found["actor"] not in events.ACTORS
        or found["kind"] not in events.KINDS
    ):
        msg = f"must be a time, an actor and a kind such as 2024-05-01T14:30 customer contact, got {text!r}"
        raise ValueError(msg)
    return Step(time, found["actor"], found["kind"], found["channel"], found["by"])


def problems(steps: list[Step], board: dict[str, object], resolved: bool) -> Iterator[str]:
    """Yield where the steps of a story and the record of it part."""
    if steps != sorted(steps, key=lambda one: one.time):
        yield "must stand in order of time, got an earlier one below a later one"
    did = [(one.actor, one.kind) for one in steps]
    contacts = did.count(("customer", "contact"))
    if contacts != board["contacts"]:
        yield f"must have as many contacts as the dashboard, {board['contacts']}, got {contacts}"
    for what, kind, said in (
        ("closed", ("company", "close"), board["closed"]),
        ("resolved", ("customer", "resolve"), resolved),
        ("csat", ("customer", "survey_csat"), board["csat"] is not None),
    ):
        if (kind in did) != bool(said):
            yield f"must have {' '.join(kind)} if and only if {what} says so, got another"
    waits = _waits(steps)
    shown = board["answered_in_min"]
    typical = float(np.median(waits)) if waits else None
    if typical != shown:
        yield f"must be answered after the dashboard's minutes (median), {shown}, got {typical}"


def to_events(narratives: pd.DataFrame) -> pd.DataFrame:
    """Return the stories as an event log, so that both lenses can read what was coded.

    A story with `steps` gives these. Of one without them, what the record leaves open is laid
    down: each contact is answered after `answered_in_min`, the next one comes a day later; the
    case is closed with the last answer; a customer for whom it is resolved says so an hour
    after that; the survey comes a day after the last answer. A contact that is never answered
    is followed by the next after a day. Promises and hand-offs stand in the texts only: few
    boards record them.

    Parameters
    ----------
    narratives : DataFrame
        As `narratives` returns it.

    Returns
    -------
    DataFrame
        A log with the narrative as `customer`; contact, answer, close, resolve, survey_csat,
        and what else the steps have; `channel` and `touchpoint` are the story's channel where a
        step names no other, `by` is whom a step names.

    Raises
    ------
    ValueError
        If a column is missing or a step cannot be read.

    Examples
    --------
    >>> from cemlab.cem.incidents import narratives
    >>> one = narratives()[4:5]
    >>> to_events(one)[["time", "actor", "kind"]].astype(str).values.tolist()[1:3]
    [['2024-03-04 21:17:00', 'company', 'answer'], ['2024-03-05 09:00:00', 'company', 'callback']]
    """
    wanted = ("narrative", "channel", "date", "answered_in_min", "contacts", "closed", "resolved", "csat")  # fmt: skip
    needs(narratives, wanted)
    stories = narratives.reset_index(drop=True)
    stories["steps"] = stories["steps"].fillna("") if "steps" in stories else ""
    told = (stories["steps"] != "").to_numpy(bool)
    parts = [_as_told(stories[told]), _as_laid_down(stories[~told])]
    log = pd.concat([part for part in parts if len(part)], ignore_index=True)
    return events.validate(log.assign(touchpoint=log["channel"], source="narratives"))


def needs(narratives: pd.DataFrame, columns: tuple[str, ...]) -> None:
    """Stop if a column of the stories is missing."""
    absent = [name for name in columns if name not in narratives]
    if absent:
        msg = f"narratives must have the columns {', '.join(columns)}, got none called {absent[0]!r}: see incidents.narratives()"
        raise ValueError(msg)


# --- inside ------------------------------------------------------------------------


def _waits(steps: list[Step]) -> list[float]:
    """Return the minutes from each contact to the company's next word in reply."""
    waits, since = [], None
    for one in steps:
        if one.actor == "customer" and one.kind == "contact":
            since = one.time
        elif one.actor == "company" and one.kind in ("answer", "compensate") and since is not None:
            waits.append((one.time - since).total_seconds() / 60)
            since = None
    return waits


def _as_told(stories: pd.DataFrame) -> pd.DataFrame:
    rows = []
    columns = stories[["narrative", "channel", "csat", "steps"]]
    for name, channel, csat, steps in columns.itertuples(index=False):
        for text in steps.split("; "):
            try:
                one = step(text)
            except ValueError as found:
                msg = f"steps of {name!r} {found}"
                raise ValueError(msg) from None
            value = csat if one.kind == "survey_csat" else np.nan
            rows.append(
                (name, one.time, one.actor, one.kind, one.channel or channel, one.by, value)
            )
    names = ["customer", "time", "actor", "kind", "channel", "by", "value"]
    return pd.DataFrame(rows, columns=names)


def _as_laid_down(stories: pd.DataFrame) -> pd.DataFrame:
    contacts = stories["contacts"].to_numpy(int)
    row = np.repeat(np.arange(len(stories)), contacts)
    turn = np.arange(len(row)) - np.repeat(np.cumsum(contacts) - contacts, contacts)
    wait = stories["answered_in_min"].to_numpy(float)
    known = np.isfinite(wait)
    pause = np.where(known, wait, 0.0)
    began = pd.to_datetime(stories["date"])
    asked = _after(began.iloc[row], turn * (DAY_MIN + pause[row]))
    last = _after(began, (contacts - 1) * (DAY_MIN + pause) + pause)
    base = stories[["narrative", "channel"]].rename(columns={"narrative": "customer"})
    says = stories["csat"].notna()
    parts = [
        base.iloc[row].assign(time=asked, actor="customer", kind="contact"),
        base.iloc[row].assign(time=_after(asked, pause[row]), actor="company", kind="answer", value=pause[row])[known[row]],
        base.assign(time=last, actor="company", kind="close")[stories["closed"].astype(bool)],
        base.assign(time=_after(last, 60.0), actor="customer", kind="resolve")[stories["resolved"].astype(bool)],
        base.assign(time=_after(last, DAY_MIN), actor="customer", kind="survey_csat", value=stories["csat"])[says],
    ]  # fmt: skip
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame()


def _after(times: "pd.Series[pd.Timestamp]", minutes: object) -> "pd.Series[pd.Timestamp]":
    return times + pd.to_timedelta(np.asarray(minutes, np.float64), unit="min")
