"""Data sets: small tables with their sources, licences, schema and hash beside them."""

import hashlib
import io
from pathlib import Path
from typing import Annotated, Any, Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from cemlab import _shelf, _yaml


class DataError(ValueError):
    """A data set breaks a rule; the sentence names file, field, rule and value."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Licence(_Part):
    name: str
    title: str
    path: str | None = None


class _Source(_Part):
    name: str
    title: str


class _Constraints(_Part):
    required: bool = False
    minimum: float | None = None
    maximum: float | None = None
    enum: list[str] | None = None


class _Column(_Part):
    name: str
    type: Literal["string", "integer", "number", "datetime", "date"]
    unit: str = ""
    description: str
    constraints: _Constraints = _Constraints()


class _Schema(_Part):
    fields: Annotated[list[_Column], Field(min_length=1)]


class _Resource(_Part):
    name: str
    path: Literal["data.csv"]
    encoding: Literal["utf-8"]
    bytes: int
    hash: Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]
    schema_: Annotated[_Schema, Field(alias="schema")]


class _Package(_Part):
    name: str
    title: str
    description: str
    limits: Annotated[list[str], Field(min_length=1)]
    licenses: Annotated[list[_Licence], Field(min_length=1)]
    sources: Annotated[list[_Source], Field(min_length=1)]
    resources: Annotated[list[_Resource], Field(min_length=1, max_length=1)]


def names() -> list[str]:
    """Return the names of all data sets.

    >>> "ubg-views" in names()
    True
    """
    packages = _shelf.folder("datasets").glob("*/datapackage.json")
    return sorted(package.parent.name for package in packages)


def load(name: str) -> pd.DataFrame:
    """Return one data set, after checking its hash and its schema.

    Raises
    ------
    ValueError
        If there is no such data set.
    DataError
        If the file is not the one that was described.

    Examples
    --------
    >>> load("ubg-views").shape
    (27, 5)
    """
    folder, package = _open(name)
    return _checked(folder / "data.csv", package.resources[0])


def describe(name: str) -> pd.DataFrame:
    """Return what a data set holds: one row a column (type, unit, meaning), then its papers.

    Examples
    --------
    >>> describe("ubg-views").loc["views", "unit"]
    'views'
    """
    _, package = _open(name)
    columns = [(c.name, c.type, c.unit, c.description) for c in package.resources[0].schema_.fields]
    papers = [
        ("(what)", "", "", package.description),
        *(("(limit)", "", "", limit) for limit in package.limits),
        *(("(licence)", "", "", licence.title) for licence in package.licenses),
        *((source.name, "source", "", source.title) for source in package.sources),
    ]
    table = pd.DataFrame([*columns, *papers], columns=["name", "type", "unit", "meaning"])
    return table.set_index("name")


def verify(name: str) -> str:
    """Return one sentence if hash and schema of a data set are right, else raise `DataError`."""
    table = load(name)
    return f"{name}: {len(table)} rows, hash and schema are right"


def read(folder: str | Path) -> pd.DataFrame:
    """Return the checked data set of any folder with a datapackage.json."""
    place = Path(folder)
    package = _yaml.read(place / "datapackage.json", _Package, DataError)
    return _checked(place / "data.csv", package.resources[0])


def _open(name: str) -> tuple[Path, _Package]:
    if name not in names():
        msg = f"name must be one of the data sets {', '.join(names())}, got {name!r}"
        raise ValueError(msg)
    folder = _shelf.folder("datasets") / name
    return folder, _yaml.read(folder / "datapackage.json", _Package, DataError)


def _checked(path: Path, resource: _Resource) -> pd.DataFrame:
    if not path.is_file():
        msg = f"{path}: must be the data of this set, found nothing there"
        raise DataError(msg)
    content = path.read_bytes()
    found = f"sha256:{hashlib.sha256(content).hexdigest()}"
    if found != resource.hash:
        msg = f"{path}, hash: must be {resource.hash} as in datapackage.json, got {found}"
        raise DataError(msg)
    raw = pd.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False)
    columns = resource.schema_.fields
    if list(raw.columns) != [column.name for column in columns]:
        wanted = ", ".join(column.name for column in columns)
        msg = f"{path}, columns: must be {wanted} in this order, got {', '.join(raw.columns)}"
        raise DataError(msg)
    return pd.DataFrame({c.name: _typed(path, c, raw[c.name]) for c in columns})


def _typed(path: Path, column: _Column, texts: pd.Series) -> pd.Series:
    blank = texts == ""
    typed: Any
    if column.type == "string":
        typed = texts
    elif column.type in ("date", "datetime"):
        typed = pd.to_datetime(texts, format="ISO8601", errors="coerce").astype("datetime64[us]")
    else:
        typed = pd.to_numeric(texts, errors="coerce")
    rule = column.constraints
    wrong = (
        pd.Series(False, index=texts.index) if column.type == "string" else typed.isna() & ~blank
    )
    sentence = f"must be a {column.type}"
    checks = [
        (rule.required, blank, "must be given"),
        (rule.enum is not None, ~texts.isin(rule.enum or []), f"must be one of {rule.enum}"),
        (rule.minimum is not None, typed < rule.minimum if rule.minimum is not None else wrong,
         f"must be at least {rule.minimum}"),
        (rule.maximum is not None, typed > rule.maximum if rule.maximum is not None else wrong,
         f"must be at most {rule.maximum}"),
    ]  # fmt: skip
    for active, bad, words in [(True, wrong, sentence), *checks]:
        if active and bad.any():
            row = int(bad.to_numpy().argmax())
            msg = f"{path}, line {row + 2}, {column.name}: {words}, got {texts.iloc[row]!r}"
            raise DataError(msg)
    if column.type == "integer" and not blank.any():
        typed = typed.astype("int64")
    return typed
