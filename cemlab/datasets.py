"""Data sets: small tables with their sources, licences, schema and hash beside them."""

import hashlib
import io
import math
import re
from pathlib import Path
from typing import Annotated, Any, Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, model_validator

from cemlab import _csv, _shelf, _yaml

_DTYPES = {
    "string": "str",
    "integer": "int64",
    "number": "float64",
    "date": "datetime64[us]",
    "datetime": "datetime64[us]",
}
_DATES = r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d(\.\d{1,6})?)?)?"


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

    @model_validator(mode="after")
    def _limits_need_numbers(self) -> "_Column":
        limited = {self.constraints.minimum, self.constraints.maximum} != {None}
        if limited and self.type not in ("integer", "number"):
            msg = f"must be an integer or number to have a minimum or maximum, got {self.type!r}"
            raise ValueError(msg)
        return self


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
    return f"{name}: {len(table)} rows, no errors"


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
    if len(content) != resource.bytes:
        msg = f"{path}, bytes: must be {resource.bytes} as in datapackage.json, got {len(content)}"
        raise DataError(msg)
    found = f"sha256:{hashlib.sha256(content).hexdigest()}"
    if found != resource.hash:
        msg = f"{path}, hash: must be {resource.hash} as in datapackage.json, got {found}"
        raise DataError(msg)
    text = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8", newline="")
    columns = resource.schema_.fields
    _, rows = _csv.read(path, text, DataError, names=[column.name for column in columns])
    table = {
        column.name: _typed(path, column, [(line, cells[i]) for line, cells in rows if cells])
        for i, column in enumerate(columns)
    }
    return pd.DataFrame(table)


def _typed(path: Path, column: _Column, cells: list[tuple[int, str]]) -> pd.Series:
    values = []
    for line, text in cells:
        try:
            values.append(_value(column, text))
        except ValueError as error:
            msg = f"{path}, line {line}, {column.name}: {error}, got {text!r}"
            raise DataError(msg) from None
    dtype = _DTYPES[column.type]
    if column.type == "integer" and None in values:
        dtype = "float64"
    return pd.Series(values, dtype=dtype)


def _value(column: _Column, text: str) -> Any:
    rule = column.constraints
    if not text:
        if rule.required:
            msg = "must be given"
            raise ValueError(msg)
        return "" if column.type == "string" else None
    if rule.enum is not None and text not in rule.enum:
        msg = f"must be one of {', '.join(rule.enum)}"
        raise ValueError(msg)
    if column.type == "string":
        return text
    if column.type in ("date", "datetime"):
        return _moment(column.type, text)
    return _number(column, text)


def _moment(kind: str, text: str) -> pd.Timestamp:
    try:
        if re.fullmatch(_DATES, text):
            return pd.Timestamp(text)
    except ValueError:
        pass
    msg = f"must be a {kind} such as 2009-07-06"
    raise ValueError(msg)


def _number(column: _Column, text: str) -> float | int:
    if column.type == "integer":
        if not re.fullmatch(r"[+-]?\d{1,19}", text) or abs(int(text)) >= 2**63:
            msg = "must be an integer"
            raise ValueError(msg)
        value: float | int = int(text)
    else:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            msg = "must be a number"
            raise ValueError(msg)
    rule = column.constraints
    if rule.minimum is not None and value < rule.minimum:
        msg = f"must be at least {rule.minimum:g}"
        raise ValueError(msg)
    if rule.maximum is not None and value > rule.maximum:
        msg = f"must be at most {rule.maximum:g}"
        raise ValueError(msg)
    return value
