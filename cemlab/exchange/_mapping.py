"""What the columns of a help desk's export mean: a YAML file of names, units and zones."""

import zoneinfo
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, field_validator

from cemlab import _yaml
from cemlab._files import replacing
from cemlab._words import short

REQUIRED = ("ticket", "customer", "created")


class MappingError(ValueError):
    """A mapping breaks a rule; the sentence names file, line, field, rule and value."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def as_words(value: object) -> object:
    """Return what a YAML file says; stop at a name that YAML takes for yes, no or a number."""
    names = value if isinstance(value, list) else value if isinstance(value, dict) else [value]
    for name in names:
        if isinstance(name, bool | int | float):
            word = {True: "yes or on", False: "no or off"}[name] if isinstance(name, bool) else "a number"  # fmt: skip
            msg = (
                f"must be words, got {word}, which YAML does not take for a word: put it in quotes"
            )
            raise ValueError(msg)
    return value


class _Columns(_Part):
    ticket: str
    customer: str
    created: str
    first_reply: str | None = None
    first_reply_wait: str | None = None
    closed: str | None = None
    reopened: str | None = None
    updated: str | None = None
    team: str | None = None
    agent: str | None = None
    channel: str | None = None
    status: str | None = None
    reopens: str | None = None
    replies: str | None = None
    satisfaction: str | None = None
    tags: str | None = None

    _are_words = field_validator("*", mode="before")(as_words)


class _Times(_Part):
    format: str = "ISO 8601"
    zone: str = "UTC"

    @field_validator("zone")
    @classmethod
    def _zone_is_known(cls, value: str) -> str:
        if value not in zoneinfo.available_timezones():
            msg = f"must be a time zone such as Europe/Berlin, got {value!r}"
            raise ValueError(msg)
        return value

    @field_validator("format")
    @classmethod
    def _format_is_one(cls, value: str) -> str:
        if "%Z" in value.replace("%%", ""):
            msg = f"must have no names of zones (%Z), got {short(value)}: use %z for +0200, or say the zone under zone"
            raise ValueError(msg)
        good = value == "ISO 8601" or "%Y" in value or "%y" in value
        try:
            pd.to_datetime("", format=value if value != "ISO 8601" else None, errors="coerce")
        except ValueError:
            good = False
        if not good:
            msg = f"must be ISO 8601 or a pattern such as %d.%m.%Y %H:%M, got {short(value)}"
            raise ValueError(msg)
        return value


Score = Annotated[float, Field(ge=1, le=5)]


class HelpDesk(_Part):
    """The names of a help desk's columns, and how its times, waits and words are meant."""

    columns: _Columns
    times: _Times = _Times()
    wait_unit: Literal["seconds", "minutes", "hours"] = "minutes"
    closed_words: list[str] = ["solved", "closed"]
    open_words: list[str] = ["new", "open", "pending", "hold", "on-hold", "on hold"]
    channels: dict[str, str] = {}
    scores: dict[str, Score] = {}

    _are_words = field_validator("closed_words", "open_words", "channels", "scores", mode="before")(
        as_words
    )

    def named(self) -> dict[str, str]:
        """Return field -> name of the column, where one is given."""
        return {k: v for k, v in self.columns.model_dump().items() if v is not None}


EXAMPLE = """\
# What the columns of a help desk's export are called. Remove what your export does not have;
# ticket, customer and created are needed.
columns:
  ticket: Id
  customer: Requester id
  created: Created at
  # The first reply: how long it took (see wait_unit), or, as first_reply, its date.
  first_reply_wait: First reply time in minutes
  closed: Solved at
  # reopened: Reopened at
  updated: Updated at
  team: Group
  agent: Assignee
  channel: Via
  status: Status
  # Counts without dates are reported, not turned into events.
  reopens: Reopens
  replies: Replies
  satisfaction: Satisfaction Score
  # Tags are kept as they are, whatever (or whoever) they name.
  # tags: Tags

times:
  # ISO 8601 (2024-05-31 14:30, 2024-05-31T14:30:00+02:00), or a pattern such as "%d.%m.%Y %H:%M"
  format: ISO 8601
  # The zone of times that name none
  zone: UTC

# seconds, minutes or hours, by the calendar (not business hours)
wait_unit: minutes

# Words under status that mean: closed, in the company's view; and: open, perhaps once more.
# A yes, no, on or off among such words must stand in quotes.
closed_words: [solved, closed]
open_words: [new, open, pending, hold, on-hold, on hold]

# The export's words -> channels of the log; others stay as they are, in small letters
channels:
  mail: email
  web form: web
  web widget: web
  web service (api): api
  phone call (inbound): phone
  voice: phone

# Words of satisfaction -> score from 1 to 5; others (offered, not offered) are no score
scores:
  good: 5
  good with comment: 5
  bad: 1
  bad with comment: 1
"""


def read(path: Path, export: Path, names: list[str]) -> HelpDesk:
    """Return a mapping from a file, its columns named as the export's `names` are.

    Every column must be one of these; case and blanks at the ends do not matter.
    """

    def problems(found: HelpDesk) -> Iterator[tuple[_yaml.Field, str]]:
        for field, name in found.named().items():
            count = len(_alike(name, names))
            if count == 0:
                rule = f"must be a column of {export.name} ({_shown(names)}), got {short(name)}"
                yield ("columns", field), rule
            elif count > 1:
                rule = f"must be one column of {export.name}, got {short(name)}, which {count} are called"
                yield ("columns", field), rule

    found = _yaml.read(path, HelpDesk, MappingError, problems)
    own = {field: _alike(name, names)[0] for field, name in found.named().items()}
    return found.model_copy(update={"columns": _Columns(**own)})


def _alike(name: str, names: list[str], *, loosely: bool = False) -> list[str]:
    """Return the column of exactly this name, else all that differ from it in case and blanks."""

    def plain(text: str) -> str:
        words = text.strip().casefold()
        return " ".join(words.replace("_", " ").split()) if loosely else words

    return [name] if name in names else [own for own in names if plain(own) == plain(name)]


def _shown(names: list[str]) -> str:
    return ", ".join(short(name)[1:-1] for name in names) or "none"


def usual(export: Path, names: list[str]) -> HelpDesk:
    """Return the usual mapping for as many of its columns as the export has."""
    import yaml

    data: dict[str, Any] = yaml.safe_load(EXAMPLE)
    given: Mapping[str, str] = data["columns"]
    found = {field: _alike(name, names, loosely=True) for field, name in given.items()}
    for field, own in found.items():
        if (field in REQUIRED and not own) or len(own) > 1:
            rule = "must have a column" if not own else "must have only one column"
            msg = (
                f"{export}: {rule} {given[field]!r}, got {_shown(own or names)}: "
                "say what its columns are called in a mapping (exchange.write_mapping)"
            )
            raise ValueError(msg)
    there = {field: own[0] for field, own in found.items() if own}
    return HelpDesk.model_validate(data | {"columns": there})


def write_mapping(path: str | Path) -> None:
    """Write an example of a mapping for `read_help_desk`: the usual one, to be changed.

    Parameters
    ----------
    path : str or Path
        Where the YAML file goes; an older one stays whole if this fails.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_mapping(Path(folder, "mapping.yaml"))
    ...     Path(folder, "mapping.yaml").read_text(encoding="utf-8").splitlines()[2:4]
    ['columns:', '  ticket: Id']
    """
    with replacing(path) as draft:
        draft.write_text(EXAMPLE, encoding="utf-8")
