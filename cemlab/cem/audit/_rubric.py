"""What a rubric may hold, and the rubrics that come with the workbench."""

from pathlib import Path
from typing import Annotated, Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from cemlab import _checks, _shelf, _yaml

LEVELS = 5
"""Levels of a criterion: 0 (nothing to be seen) to 4."""

Text = Annotated[str, Field(min_length=1)]
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]


class AuditError(ValueError):
    """A rubric or a filled-in form breaks a rule; the sentence says where, the rule and the value."""


class Part(BaseModel):
    """A part of a file: nothing unknown, nothing changed afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Title(Part):
    """A name in English and German."""

    en: Text
    de: Text


class Source(Part):
    """Where the criteria come from: who, when (if known), what kind of text."""

    author: Text
    year: int | None
    type: Text
    text: Text


class Criterion(Part):
    """One thing to judge: a question, from where it is seen, five levels, and what to look at."""

    title: Title
    question: Text
    seen_from: Literal["outside", "inside"]
    levels: Annotated[list[Text], Field(min_length=LEVELS, max_length=LEVELS)]
    evidence: Annotated[list[Text], Field(min_length=1)]


class Rubric(Part):
    """A rubric: criteria, each with levels 0 to 4 described by what can be seen in the firm."""

    name: Text
    title: Title
    about: Text
    source: Source
    criteria: Annotated[dict[Key, Criterion], Field(min_length=1)]

    def table(self) -> pd.DataFrame:
        """Return a row a criterion: titles, question, the levels 0 to 4, evidence, `seen_from`.

        What is seen from "inside" only those who work there, or whom they show it, can judge.

        Examples
        --------
        >>> rubric("relationship").table().loc["win_win", ["title_de", 1]].tolist()
        ['Beide gewinnen', 'Who stays pays the same as a new customer only after asking.']
        """
        rows = {
            key: {"title_en": one.title.en, "title_de": one.title.de, "question": one.question}
            | dict(enumerate(one.levels))
            | {"evidence": "; ".join(one.evidence), "seen_from": one.seen_from}
            for key, one in self.criteria.items()
        }
        return pd.DataFrame(rows).T.rename_axis("criterion")


def rubrics() -> list[str]:
    """Return the names of the rubrics that come along.

    >>> rubrics()
    ['eight-truths', 'four-dimensions', 'relationship']
    """
    return sorted(path.stem for path in folder().glob("*.yaml"))


def rubric(name: str | Path) -> Rubric:
    """Return a rubric: one of those that come along by its name, or that in a file.

    "eight-truths": is a firm ready for customers who speak in public; "four-dimensions":
    organisation, processes, information and technology of a dialogue; "relationship": seven
    principles that hold between partners.

    Parameters
    ----------
    name : str or Path
        One of `rubrics`, or a YAML file (.yaml) with the same fields.

    Raises
    ------
    ValueError
        If there is no such rubric.
    AuditError
        Names file, line, field, rule and value of the first thing that is wrong.

    Examples
    --------
    >>> [len(rubric(name).criteria) for name in rubrics()]
    [8, 8, 7]
    """
    if isinstance(name, Path) or str(name).endswith((".yaml", ".yml")):
        return _yaml.read(Path(name), Rubric, AuditError)
    _checks.one_of("name", name, rubrics())
    return _yaml.read(folder() / f"{name}.yaml", Rubric, AuditError)


def folder() -> Path:
    """Return the folder of the rubrics and the example."""
    return _shelf.folder("instruments") / "rubrics"
