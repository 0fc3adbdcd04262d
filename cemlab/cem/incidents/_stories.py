"""Narratives with what the dashboard said about them, and the same stories as an event log."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
from pydantic import AfterValidator, Field

from cemlab import _checks, _yaml, events
from cemlab.cem.incidents._coding_scheme import IncidentError, Part, Text, folder

COLUMNS = ("narrative", "title", "sector", "channel", "date", "answered_in_min", "contacts",
           "closed", "csat", "resolved", "text")  # fmt: skip
"""Columns of the frame of narratives."""


def _date(value: str) -> str:
    try:
        _checks.moment("date", value)
    except ValueError:
        msg = f"must be a date such as 2024-05-01T14:30, got {value!r}"
        raise ValueError(msg) from None
    return value


class _Dashboard(Part):
    answered_in_min: Annotated[float, Field(ge=0, le=1e6)] | None
    contacts: Annotated[int, Field(ge=1, le=1000)]
    closed: bool
    csat: Annotated[int, Field(ge=1, le=5)] | None


class _Narrative(Part):
    title: Text
    sector: Text
    channel: Text
    date: Annotated[str, AfterValidator(_date)]
    dashboard: _Dashboard
    resolved: bool
    text: Text


class _Corpus(Part):
    about: Text
    narratives: Annotated[
        dict[Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")], _Narrative],
        Field(min_length=1),
    ]

    def problems(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        for name, story in self.narratives.items():
            if story.dashboard.closed and story.dashboard.answered_in_min is None:
                field = ("narratives", name, "dashboard", "answered_in_min")
                yield field, "must be given for a case that was closed, got nothing"


def narratives(path: str | Path | None = None) -> pd.DataFrame:
    """Return customers' stories: those that come along (fictional), or those in a file.

    Parameters
    ----------
    path : str or Path, optional
        A YAML file with the same fields.

    Returns
    -------
    DataFrame
        A row a story: `narrative` (its id), `title`, `sector`, `channel`, `date`, `text`; what
        the company's board shows: `answered_in_min` (minutes to the answer to each contact;
        missing: never), `contacts`, `closed`, `csat` (1 to 5; missing: no survey); and what
        it does not show: `resolved` in the customer's eyes.

    Raises
    ------
    IncidentError
        Names file, line, field, rule and value of the first thing that is wrong.

    Examples
    --------
    >>> stories = narratives()
    >>> len(stories), stories[["narrative", "csat"]].values.tolist()[0]
    (24, ['airline-bag', 4.0])
    """
    file = Path(path) if path is not None else folder() / "narratives.yaml"
    found = _yaml.read(file, _Corpus, IncidentError, _Corpus.problems)
    rows = []
    for name, story in found.narratives.items():
        shown = story.model_dump(exclude={"dashboard", "date"}) | story.dashboard.model_dump()
        rows.append(shown | {"narrative": name, "date": pd.Timestamp(story.date)})
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    return frame.astype({"answered_in_min": "float64", "csat": "float64"})


def to_events(narratives: pd.DataFrame) -> pd.DataFrame:
    """Return the stories as an event log, so that both lenses can read what was coded.

    What the record leaves open is laid down: each contact is answered after
    `answered_in_min`, the next one comes a day later; the case is closed with the last
    answer; a customer for whom it is resolved says so an hour after that; the survey comes
    a day after the last answer. A contact that is never answered is followed by the next
    after a day.

    Parameters
    ----------
    narratives : DataFrame
        As `narratives` returns it.

    Returns
    -------
    DataFrame
        A log with the narrative as `customer` and contact, answer, close, resolve,
        survey_csat; `touchpoint` is the channel.

    Raises
    ------
    ValueError
        If a column is missing.

    Examples
    --------
    >>> one = narratives()[4:5]
    >>> to_events(one)[["time", "actor", "kind"]].astype(str).values.tolist()[:2]
    [['2024-03-04 21:15:00', 'customer', 'contact'], ['2024-03-04 21:17:00', 'company', 'answer']]
    """
    wanted = ("narrative", "channel", "date", "answered_in_min", "contacts", "closed", "resolved", "csat")  # fmt: skip
    needs(narratives, wanted)
    stories = narratives.reset_index(drop=True)
    contacts = stories["contacts"].to_numpy(int)
    row = np.repeat(np.arange(len(stories)), contacts)
    turn = np.arange(len(row)) - np.repeat(np.cumsum(contacts) - contacts, contacts)
    wait = stories["answered_in_min"].to_numpy(float)
    known = np.isfinite(wait)
    step = np.where(known, wait, 0.0)
    began = pd.to_datetime(stories["date"])
    asked = _after(began.iloc[row], turn * (1440.0 + step[row]))
    told = _after(began, (contacts - 1) * (1440.0 + step) + step)
    base = stories[["narrative", "channel"]].rename(columns={"narrative": "customer"})
    says = stories["csat"].notna()
    parts = [
        base.iloc[row].assign(time=asked, actor="customer", kind="contact"),
        base.iloc[row].assign(time=_after(asked, step[row]), actor="company", kind="answer", value=step[row])[known[row]],
        base.assign(time=told, actor="company", kind="close")[stories["closed"].astype(bool)],
        base.assign(time=_after(told, 60.0), actor="customer", kind="resolve")[stories["resolved"].astype(bool)],
        base.assign(time=_after(told, 1440.0), actor="customer", kind="survey_csat", value=stories["csat"])[says],
    ]  # fmt: skip
    log = pd.concat([part for part in parts if len(part)], ignore_index=True)
    return events.validate(log.assign(touchpoint=log["channel"], source="narratives"))


def needs(narratives: pd.DataFrame, columns: tuple[str, ...]) -> None:
    """Stop if a column of the stories is missing."""
    absent = [name for name in columns if name not in narratives]
    if absent:
        msg = f"narratives must have the columns {', '.join(columns)}, got none called {absent[0]!r}: see incidents.narratives()"
        raise ValueError(msg)


# --- inside ------------------------------------------------------------------------


def _after(times: "pd.Series[pd.Timestamp]", minutes: object) -> "pd.Series[pd.Timestamp]":
    return times + pd.to_timedelta(np.asarray(minutes, np.float64), unit="min")
