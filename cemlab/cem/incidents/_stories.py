"""Narratives with what the dashboard said about them."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import pandas as pd
from pydantic import AfterValidator, Field

from cemlab import _yaml
from cemlab.cem.incidents._as_log import needs as needs
from cemlab.cem.incidents._as_log import problems, step
from cemlab.cem.incidents._coding_scheme import IncidentError, Part, Text, folder

COLUMNS = ("narrative", "title", "sector", "channel", "date", "answered_in_min", "contacts",
           "closed", "csat", "resolved", "text", "steps")  # fmt: skip
"""Columns of the frame of narratives."""

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?)?")


def _date(value: str) -> str:
    if not _DATE.fullmatch(value) or pd.isna(pd.to_datetime(value, errors="coerce")):
        msg = f"must be a date such as 2024-05-01T14:30, got {value!r}"
        raise ValueError(msg)
    return value


def _step(value: str) -> str:
    step(value)
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
    steps: list[Annotated[str, AfterValidator(_step)]] | None = None


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
            steps = [step(text) for text in story.steps or ()]
            if steps and steps[0].time != pd.Timestamp(story.date):
                yield ("narratives", name, "date"), f"must be the time of the first step, got {story.date!r}"  # fmt: skip
            if steps:
                for said in problems(steps, story.dashboard.model_dump(), story.resolved):
                    yield ("narratives", name, "steps"), said


def narratives(path: str | Path | None = None) -> pd.DataFrame:
    """Return customers' stories: those that come along (fictional), or those in a file.

    Those that come along were written to be read in class, many of them so that the dashboard is green
    and the telling red. How often that is so among them says nothing about companies.

    Parameters
    ----------
    path : str or Path, optional
        A YAML file with the same fields.

    Returns
    -------
    DataFrame
        A row a story: `narrative` (its id), `title`, `sector`, `channel`, `date`, `text`; what
        the company's board shows: `answered_in_min` (minutes to an answer, median over contacts;
        missing: never), `contacts`, `closed`, `csat` (1 to 5; missing: no survey); and what
        it does not show: `resolved` in the customer's eyes, and `steps` (when what happened,
        parted by semicolons; "" if only the record is known).

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
        shown["steps"] = "; ".join(story.steps or ())
        rows.append(shown | {"narrative": name, "date": pd.Timestamp(story.date)})
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    return frame.astype({"answered_in_min": "float64", "csat": "float64"})
