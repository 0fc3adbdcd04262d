"""What a file of questions may hold, kind by kind."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel


class Part(BaseModel):
    """A part of a question: nothing unknown, nothing changed afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Span(Part):
    """A hint for a number that lies from `low` to `high`."""

    low: float
    high: float
    hint: str


class Guess(Part):
    """A number to be predicted before the figure is drawn."""

    kind: Literal["prediction"]
    low: float
    high: float
    form: Literal["percent", "number"]
    unit: str = ""
    whole: bool = False
    outside: str = ""


class Number(Part):
    """A number between two limits."""

    kind: Literal["number"]
    low: float
    high: float
    why: str
    hints: list[Span] = []
    hint: str


class Choice(Part):
    """One of several options; a wrong one has its own hint."""

    kind: Literal["choice"]
    options: dict[str, str]
    answer: str
    why: str
    hints: dict[str, str]


class Order(Part):
    """Steps in the right order."""

    kind: Literal["order"]
    answer: Annotated[list[str], Field(min_length=3)]
    why: str
    hint: str


class Interval(Part):
    """Two numbers that hold all that is possible, each end within its own limits."""

    kind: Literal["interval"]
    low: tuple[float, float]
    high: tuple[float, float]
    why: str
    missed: str
    too_wide: str


class Point(Part):
    """One thing that a memo should touch, and words that show it."""

    point: str
    words: list[str]


class Memo(Part):
    """A short text against a rubric."""

    kind: Literal["memo"]
    sentences: int
    rubric: list[Point]
    why: str


Question = Annotated[Guess | Number | Choice | Order | Interval | Memo, Field(discriminator="kind")]


class Questions(RootModel[dict[str, Question]]):
    """A whole file: number of the question -> question."""
