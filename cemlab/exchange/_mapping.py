"""What the columns of a help desk's export mean: a YAML file of names, units and zones."""

import zoneinfo
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from cemlab import _yaml
from cemlab._files import replacing

REQUIRED = ("ticket", "customer", "created")


class MappingError(ValueError):
    """A mapping breaks a rule; the sentence names file, line, field, rule and value."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


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
        if value != "ISO 8601" and "%Y" not in value and "%y" not in value:
            msg = f"must be ISO 8601 or a pattern such as %d.%m.%Y %H:%M, got {value!r}"
            raise ValueError(msg)
        return value


Score = Annotated[float, Field(ge=1, le=5)]


class HelpDesk(_Part):
    """The names of a help desk's columns, and how its times, waits and words are meant."""

    columns: _Columns
    times: _Times = _Times()
    wait_unit: Literal["seconds", "minutes", "hours"] = "minutes"
    closed_words: list[str] = ["solved", "closed"]
    channels: dict[str, str] = {}
    scores: dict[str, Score] = {}

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
  tags: Tags

times:
  # ISO 8601 (2024-05-31 14:30, 2024-05-31T14:30:00+02:00), or a pattern such as "%d.%m.%Y %H:%M"
  format: ISO 8601
  # The zone of times that name none
  zone: UTC

# seconds, minutes or hours, by the calendar (not business hours)
wait_unit: minutes

# Words under status that mean: closed, in the company's view
closed_words: [solved, closed]

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
    """Return a mapping from a file; every column it names must be one of the export's `names`."""

    def problems(found: HelpDesk) -> Iterator[tuple[_yaml.Field, str]]:
        for field, name in found.named().items():
            if name not in names:
                shown = ", ".join(names)
                yield (
                    ("columns", field),
                    f"must be a column of {export.name} ({shown}), got {name!r}",
                )

    return _yaml.read(path, HelpDesk, MappingError, problems)


def usual(export: Path, names: list[str]) -> HelpDesk:
    """Return the usual mapping for as many of its columns as the export has."""
    import yaml

    data: dict[str, Any] = yaml.safe_load(EXAMPLE)
    given: Mapping[str, str] = data["columns"]
    own = {" ".join(name.casefold().replace("_", " ").split()): name for name in names}
    there = {f: own[n.casefold()] for f, n in given.items() if n.casefold() in own}
    for field in REQUIRED:
        if field not in there:
            msg = (
                f"{export}: must have a column {given[field]!r}, got {', '.join(names) or 'none'}: "
                "say what its columns are called in a mapping (exchange.write_mapping)"
            )
            raise ValueError(msg)
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
