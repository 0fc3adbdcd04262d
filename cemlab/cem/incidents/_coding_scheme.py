"""What a coding scheme may hold, and the scheme that comes with the workbench."""

import difflib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from cemlab import _shelf, _yaml

Text = Annotated[str, Field(min_length=1)]
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]


class IncidentError(ValueError):
    """A scheme, a corpus or a coding breaks a rule; the sentence says where, the rule and the value.

    Notebooks show the sentence alone, without the call stack.
    """

    def _render_traceback_(self) -> list[str]:
        return [f"✗ {self}"]


class Part(BaseModel):
    """A part of a file: nothing unknown, nothing changed afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Title(Part):
    """A name in English and German."""

    en: Text
    de: Text


class Source(Part):
    """Where a method comes from: who, when, what kind of text."""

    author: Text
    year: int
    type: Text
    text: Text


class Code(Title):
    """One code: what it means, an example, and what must not be coded by it."""

    definition: Text
    definition_de: Text | None = None
    example: Text
    exclude: Text
    tone: Literal["good", "neutral", "bad"] | None = None
    alone: bool = False


class Dimension(Part):
    """One question to a narrative, and the codes that may answer it."""

    title: Title
    question: Text
    question_de: Text | None = None
    several: bool
    codes: Annotated[dict[Key, Code], Field(min_length=2)]

    def problem(self, given: list[str]) -> str:
        """Return what is wrong with the codes given to one narrative ("" if nothing is)."""
        for code in given:
            if code not in self.codes:
                near = self._near(code)
                hint = f": did you mean {near}?" if near else ""
                return f"must be one of the codes {', '.join(self.codes)}, got {code!r}{hint}"
            if given.count(code) > 1:
                return f"must name each code once, got {code!r} twice"
            if self.codes[code].alone and len(given) > 1:
                return f"must be {code!r} alone or other codes, got {', '.join(given)}"
        if len(given) > 1 and not self.several:
            return f"must be one code, got {', '.join(given)}: choose the one that fits best"
        return ""

    def _near(self, given: str) -> str:
        """Return the code whose name or label somebody may have meant ("" if none)."""
        said = {key.replace("_", " "): key for key in self.codes}
        for key, code in self.codes.items():
            said |= {code.en.casefold(): key, code.de.casefold(): key}
        near = difflib.get_close_matches(given.casefold().replace("_", " "), said, n=1)
        return said[near[0]] if near else ""


class Scheme(Part):
    """A coding scheme: dimensions, each with its codes."""

    name: Text
    title: Title
    about: Text
    source: Source
    dimensions: Annotated[dict[Key, Dimension], Field(min_length=1)]

    def table(self) -> pd.DataFrame:
        """Return a row a code, by (dimension, code): labels, definitions, example, what not, tone.

        Examples
        --------
        >>> scheme().table().loc[("feeling", "relief"), ["label_de", "tone"]].tolist()
        ['Erleichterung', 'good']
        """
        rows = [
            {"dimension": name, "code": key, "label_en": code.en, "label_de": code.de,
             "definition": code.definition, "example": code.example, "exclude": code.exclude,
             "definition_de": code.definition_de or "", "tone": code.tone or "", "several": dimension.several}
            for name, dimension in self.dimensions.items()
            for key, code in dimension.codes.items()
        ]  # fmt: skip
        return pd.DataFrame(rows).set_index(["dimension", "code"])

    def problems(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """Yield what no single field can show: names that the form's own columns have."""
        for name in self.dimensions:
            if name in ("rater", "narrative", "title", "text", "dimension", "code"):
                yield ("dimensions", name), f"must be another name than a column's, got {name!r}"


def scheme(path: str | Path | None = None) -> Scheme:
    """Return a coding scheme: the one that comes along, or that in a file.

    The one that comes along asks four questions in the manner of the critical incident
    technique: `touchpoint` and `remedy` (what would have helped) take one code a narrative,
    `problem` and `feeling` (at the end) several, the main one first: the one without which
    there would be nothing to tell. Each has `other` for what has no code, or cannot be said.

    Parameters
    ----------
    path : str or Path, optional
        A YAML file with the same fields.

    Raises
    ------
    IncidentError
        Names file, line, field, rule and value of the first thing that is wrong.

    Notes
    -----
    Critique: codes decide what can be found; what a scheme has no code for, no count will
    show. Incidents that people recall are the vivid ones, not the usual ones.

    References
    ----------
    .. [1] J. C. Flanagan, "The critical incident technique", Psychological Bulletin 51(4), 1954.
    .. [2] M. J. Bitner, B. H. Booms, M. S. Tetreault, "The service encounter: diagnosing
       favorable and unfavorable incidents", Journal of Marketing 54(1), 1990.

    Examples
    --------
    >>> {name: len(dimension.codes) for name, dimension in scheme().dimensions.items()}
    {'touchpoint': 8, 'problem': 10, 'feeling': 12, 'remedy': 8}
    """
    file = Path(path) if path is not None else folder() / "scheme.yaml"
    return _yaml.read(file, Scheme, IncidentError, Scheme.problems)


def folder() -> Path:
    """Return the folder of the scheme, the narratives and the example codings."""
    return _shelf.folder("instruments") / "incidents"
