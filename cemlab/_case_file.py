"""What a case file may hold, field by field."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Annotated, Any, Literal, NamedTuple

import pandas as pd
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator, model_validator

from cemlab import events

Confidence = Literal["origin", "independent", "contested", "computed", "unverified", "invented"]
MOST = 1e18
"""Largest number in a case."""

Problem = tuple[tuple[str | int, ...], str]


class When(NamedTuple):
    """A moment: exact if `latest` is None, else somewhere from `time` to `latest`."""

    time: pd.Timestamp
    latest: pd.Timestamp | None


def _number(value: Any) -> float | int:
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    if plain and -MOST <= value <= MOST:
        return value  # type: ignore[no-any-return]
    msg = f"must be a finite number, got {_short(value)}"
    raise ValueError(msg)


def _figure(value: Any) -> float | int | list[float | int]:
    if isinstance(value, list):
        if len(value) != 2 or _number(value[0]) > _number(value[1]):
            msg = f"must be a number or [low, high], got {value!r}"
            raise ValueError(msg)
        return value
    return _number(value)


def _range(value: Any) -> tuple[float | int, float | int]:
    low_high = _figure(value)
    if not isinstance(low_high, list):
        msg = f"must be [low, high], got {value!r}"
        raise ValueError(msg)
    return low_high[0], low_high[1]


def _moment(value: Any) -> When:
    """Read a day, a minute, a month or a year; the last two are spans."""
    for pattern, unit in (
        ("%Y", "year"),
        ("%Y-%m", "month"),
        ("%Y-%m-%d", ""),
        ("%Y-%m-%dT%H:%M", ""),
    ):
        try:
            time = pd.Timestamp(datetime.strptime(str(value), pattern))
        except (ValueError, OverflowError):
            continue
        if not unit:
            return When(time, None)
        years, months = (1, 0) if unit == "year" else (0, 1)
        return When(time, time + pd.DateOffset(years=years, months=months, days=-1))
    msg = f"must be a real date: 2009-07-06, 2009-07-06T14:30, 2009-07, 2009 or [from, to], got {value!r}"
    raise ValueError(msg)


def _when(value: Any) -> When:
    if not isinstance(value, list):
        return _moment(value)
    if len(value) != 2:
        msg = f"must be a date or [from, to], got {value!r}"
        raise ValueError(msg)
    first, last = _moment(value[0]), _moment(value[1])
    end = last.latest or last.time
    if end < first.time:
        msg = f"must be [from, to] with from not after to, got {value!r}"
        raise ValueError(msg)
    return When(first.time, end)


def _actor(value: str) -> str:
    return _one_of(value, events.ACTORS)


def _kind(value: str) -> str:
    return _one_of(value, events.KINDS)


def _one_of(value: str, options: Iterable[str]) -> str:
    if value not in options:
        msg = f"must be one of {', '.join(options)}, got {_short(value)}"
        raise ValueError(msg)
    return value


def _short(value: object) -> str:
    try:
        shown = repr(value)
    except ValueError:  # a number with thousands of digits
        return "a number too long to show"
    return shown if len(shown) <= 60 else f"{shown[:60]}..."


Number = Annotated[float | int, PlainValidator(_number)]
Figure = Annotated[float | int | list[float | int], PlainValidator(_figure)]
Range = Annotated[tuple[float | int, float | int], PlainValidator(_range)]
Moment = Annotated[When, PlainValidator(_when)]
Text = Annotated[str, Field(min_length=1)]


class Part(BaseModel):
    """A part of a case file: nothing unknown, nothing changed afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Title(Part):
    """The case's name in English and German."""

    en: Text
    de: Text


class Source(Part):
    """Where a fact stands: the citation as far as known."""

    text: Text
    url: Text | None = None


class Fact(Part):
    """One dated statement with its figure, its source, and how sure it is."""

    date: Moment
    statement: Text
    figure: Figure | None = None
    alternatives: list[Number] = []
    precision: Literal["exact", "rounded", "at least", "at most"] | None = None
    unit: Text | None = None
    source: Text | Annotated[list[Text], Field(min_length=1)]
    confidence: Confidence

    @property
    def sources(self) -> list[str]:
        """The keys of all its sources."""
        return [self.source] if isinstance(self.source, str) else self.source


class Row(Part):
    """One row of the event log; what the fact leaves open is said in `assumed`."""

    fact: Text
    time: Moment | None = None
    customer: Text
    issue: Text
    actor: Annotated[str, AfterValidator(_actor)]
    by: Text | None = None
    channel: Text | None = None
    touchpoint: Text | None = None
    kind: Annotated[str, AfterValidator(_kind)]
    value: Number | None = None
    label: Text
    assumed: Text | None = None


class Setting(Part):
    """A parameter: its value, its unit, how far it may reasonably go, and what it rests on."""

    value: Number
    unit: Text
    range: Range
    basis: Text
    note: Text | None = None


class Grown(Part):
    """How the network of a scenario is made.

    `ties` are those of a newcomer (preferential), or the mean of all people (random).
    """

    generator: Literal["preferential", "random"]
    size: Annotated[int, Field(ge=2, le=10_000_000)]
    ties: Annotated[int, Field(ge=1, le=100)]
    seed: Annotated[int, Field(ge=0)]

    @model_validator(mode="after")
    def _ties_fit(self) -> "Grown":
        if self.ties >= self.size:
            msg = f"must have fewer ties than size ({self.size}), got {self.ties}"
            raise ValueError(msg)
        return self


class Scenario(Part):
    """A what-if: a model, a network, and every parameter with its basis."""

    title: Text
    decision: Text
    like: Text | None = None
    model: Text | None = None
    start: Moment | None = None
    network: Grown | None = None
    cost: Setting | None = None
    parameters: dict[str, Setting] = {}


class Claim(Part):
    """A sentence that people repeat about the case, and how to test it."""

    claim: Text
    test: Text
    facts: list[Text]


class Teaching(Part):
    """What a lecturer needs."""

    objectives: list[Text]
    minutes: Annotated[int, Field(ge=1, le=600)]
    questions: list[Text]
    lesson_plan: list[Text]
    care: Text


class CaseFile(Part):
    """A whole case file."""

    slug: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
    title: Title
    summary: Text
    company: Text
    period: Moment
    channels: list[Text]
    core: bool = False
    fictional: bool = False
    sources: dict[str, Source]
    facts: dict[str, Fact]
    timeline: list[Row]
    scenarios: dict[str, Scenario] = {}
    claims: list[Claim] = []
    teaching: Teaching | None = None

    def broken_references(self) -> Iterator[Problem]:
        """Yield every field that points to something the file does not have."""
        yield from self._fiction_problems()
        for name, fact in self.facts.items():
            for key in fact.sources:
                if key not in self.sources:
                    known = ", ".join(self.sources)
                    yield (
                        ("facts", name, "source"),
                        f"must be one of the sources {known}, got {key!r}",
                    )
        for i, row in enumerate(self.timeline):
            if row.fact not in self.facts:
                yield (
                    ("timeline", i, "fact"),
                    f"must be the id of a fact, got {row.fact!r}",
                )
        for i, claim in enumerate(self.claims):
            for name in claim.facts:
                if name not in self.facts:
                    yield ("claims", i, "facts"), f"must be ids of facts, got {name!r}"
        for name, scenario in self.scenarios.items():
            yield from self._scenario_problems(name, scenario)

    def _fiction_problems(self) -> Iterator[Problem]:
        """Yield where made-up facts could be taken for found ones, or the other way round."""
        for name, fact in self.facts.items():
            if self.fictional != (fact.confidence == "invented"):
                rule = (
                    "invented"
                    if self.fictional
                    else "no invented one, as the case is not fictional"
                )
                yield ("facts", name, "confidence"), f"must be {rule}, got {fact.confidence!r}"
        if not self.fictional:
            return
        shown = {"title.en": self.title.en, "title.de": self.title.de, "company": self.company}
        for place, text in shown.items():
            word = "erfunden" if place == "title.de" else "fictional"
            if word not in text.lower():
                rule = f"must say {word!r}, as the case is fictional"
                yield tuple(place.split(".")), f"{rule}, got {_short(text)}"

    def _scenario_problems(self, name: str, scenario: Scenario) -> Iterator[Problem]:
        place = ("scenarios", name)
        other = self.scenarios.get(scenario.like or "")
        if scenario.like and (other is None or other.like):
            yield (
                (*place, "like"),
                f"must name a scenario that stands on its own, got {scenario.like!r}",
            )
        if not scenario.like and not scenario.model:
            yield (
                (*place, "model"),
                "must be given (or like: another scenario), got nothing",
            )
        settings: dict[tuple[str, ...], Setting]
        settings = {("parameters", p): setting for p, setting in scenario.parameters.items()}
        settings |= {("cost",): scenario.cost} if scenario.cost else {}
        for parts, setting in settings.items():
            field = (*place, *parts)
            low, high = setting.range
            if not low <= setting.value <= high:
                yield (
                    (*field, "value"),
                    f"must lie in its range [{low}, {high}], got {setting.value}",
                )
            fact = self.facts.get(setting.basis)
            if fact is None and setting.basis not in (*self.sources, "assumption"):
                yield (
                    (*field, "basis"),
                    f"must be a fact, a source, or assumption, got {setting.basis!r}",
                )
            if fact is not None and fact.confidence == "unverified":
                yield (
                    (*field, "basis"),
                    f"must not be an unverified fact, got {setting.basis!r}",
                )
