"""Event logs under the column names of process mining (XES, pm4py), out and in again."""

import re
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, field_validator

from cemlab import _checks, _yaml, events
from cemlab._files import there
from cemlab._words import short
from cemlab.exchange import _foreign, _steps, _tables
from cemlab.exchange._mapping import as_words
from cemlab.exchange._report import LeftOutWarning

CASE, ACTIVITY, TIME, RESOURCE = (
    "case:concept:name",
    "concept:name",
    "time:timestamp",
    "org:resource",
)

_TWINS = (CASE, ACTIVITY, TIME, RESOURCE)
_NAMES = tuple(n for n in events.COLUMNS if n not in ("time", "latest", "value"))

_MARKS = ("customer", "issue", "actor", "kind")
_OURS = tuple(n for n in events.COLUMNS if n not in ("customer", "issue", "time"))
_ROW = re.compile(r"^(frame|events)(?:, row (\d+))?(?=[,:])")
_ENDINGS = (".csv", ".csv.gz", ".parquet")


def to_pm4py(log: pd.DataFrame) -> pd.DataFrame:
    """Return a log under the column names that process mining knows.

    Parameters
    ----------
    log : DataFrame
        An event log.

    Returns
    -------
    DataFrame
        `case:concept:name` (a journey: "customer/issue"), `concept:name` (who and what:
        "company: answer"), `time:timestamp` (UTC), `org:resource` (`by`, or the actor where that
        is missing), then the log's own columns that hold anything, so that `from_pm4py` can give it back.

    References
    ----------
    IEEE Standard for eXtensible Event Stream (XES), IEEE 1849, 2016. A. Berti, S. van Zelst,
    D. Schuster, "PM4Py: a process mining library for Python", Software Impacts 17, 2023.

    Examples
    --------
    >>> log = pd.DataFrame({"customer": "Ana", "actor": ["customer", "company"],
    ...                     "time": ["2024-05-01 10:00", "2024-05-01 10:30"],
    ...                     "kind": ["contact", "answer"]})
    >>> to_pm4py(log)[["case:concept:name", "concept:name"]].values.tolist()
    [['Ana/1', 'customer: contact'], ['Ana/1', 'company: answer']]
    """
    frame = events.validate(log)
    taken = [name for name in _TWINS if name in frame]
    if taken:
        msg = f"log must have no columns of process mining yet, got {taken[0]!r}: rename it"
        raise ValueError(msg)
    plain = {name: _plain(frame[name]) for name in _NAMES}
    customer, issue = (_text(frame[name], escaped=True) for name in ("customer", "issue"))
    actor, kind, by = (_text(frame[name]) for name in ("actor", "kind", "by"))
    twins = {
        CASE: customer.str.cat(issue, sep="/"),
        ACTIVITY: actor.str.cat(kind, sep=": "),
        TIME: frame["time"].dt.tz_localize("UTC"),
        RESOURCE: by.where(frame["by"].notna(), actor),
    }
    rest = {n: frame[n] for n in frame if n not in ("time", *_NAMES)}
    rest["latest"] = frame["latest"].dt.tz_localize("UTC")
    own = {name: column for name, column in (plain | rest).items() if column.notna().any()}
    return pd.DataFrame(twins | own)


def from_pm4py(frame: pd.DataFrame, *, activities: _steps.Activities | None = None) -> pd.DataFrame:
    """Return an event log from a frame of process mining.

    Parameters
    ----------
    frame : DataFrame
        What `to_pm4py` returned, whatever process mining did with it since; or a log from
        elsewhere with `case:concept:name`, `concept:name` and `time:timestamp`. A case is then a
        customer, unless there is a column `customer` (and `issue`). Times without a zone are UTC.
        A frame is one of `to_pm4py` if it has all of `customer`, `issue`, `actor` and `kind`.
    activities : mapping of str to str or (str, str), optional
        Name of an activity -> kind of event, or (actor, kind). Needed for logs from elsewhere.

    Returns
    -------
    DataFrame
        An event log. From elsewhere, `by` is `org:resource`; a column that only happens to be
        called as one of ours (by, value, channel, source, latest ...) is kept as "foreign value"
        and so on. Columns that are not known are kept. If `lifecycle:transition` names several
        steps of an activity, only its completion counts: the others are left out, with a
        `LeftOutWarning`. ``attrs["report"]`` has the counts: see `report`.

    Raises
    ------
    ValueError
        If a column is missing, or an activity is not in `activities`: all such are listed.

    Examples
    --------
    >>> frame = pd.DataFrame({"case:concept:name": ["17", "17"], "concept:name": ["Call", "Reply"],
    ...                       "time:timestamp": ["2024-05-01 10:00", "2024-05-01 10:30"]})
    >>> from_pm4py(frame, activities={"Call": "contact", "Reply": "answer"})[["customer", "actor"]].values.tolist()
    [[17, 'customer'], [17, 'company']]
    """
    log, rows = _unchecked(frame, activities)
    try:
        result = events.validate(log)
    except ValueError as error:
        raise ValueError(_moved(str(error), rows, "events, row {}", "events")) from None
    left = len(frame) - len(rows)
    words = f"rows whose {_steps.LIFECYCLE} is not complete: left out"
    result.attrs["report"] = {"events": len(result), words: left}
    if left:
        msg = f"{left:,} of {len(frame):,} {words.replace(': left', ' left')}"
        warnings.warn(msg, LeftOutWarning, stacklevel=2)
    return result


def _unchecked(
    frame: pd.DataFrame, activities: _steps.Activities | None
) -> tuple[pd.DataFrame, NDArray[np.int64]]:
    """Return a log under our names, and which rows of the frame it has."""
    twice = frame.columns[frame.columns.duplicated()]
    if len(twice):
        msg = f"frame: every column may stand once, got {short(twice[0])} twice"
        raise ValueError(msg)
    missing = [name for name in (CASE, ACTIVITY, TIME) if name not in frame]
    if missing:
        msg = (
            f"frame must have the columns {CASE}, {ACTIVITY}, {TIME}, missing {', '.join(missing)}"
        )
        raise ValueError(msg)
    rows = _steps.completed(frame)
    given = frame.take(rows).reset_index(drop=True)
    marked = set(_MARKS) <= set(given)
    log = given.drop(columns=[n for n in _TWINS if n in given])
    if not marked:
        log = log.rename(columns={name: f"foreign {name}" for name in _OURS})
    log["time"] = _utc(given[TIME], rows)
    if not marked or activities is not None:
        place, pairs = _steps.pairs(given[ACTIVITY], activities or {}, rows)
        for i, name in enumerate(("actor", "kind")):
            log[name] = np.array([pair[i] for pair in pairs], object)[place]
    if "customer" not in log:
        log["customer"] = given[CASE]
    if not marked and RESOURCE in given:
        log["by"] = given[RESOURCE]
    if "latest" in log:
        log["latest"] = _utc(log["latest"], rows)
    extra = [name for name in log if name not in events.COLUMNS and not str(name).startswith("@@")]
    return log[[n for n in events.COLUMNS if n in log] + extra], rows


def _moved(said: str, rows: NDArray[np.int64], place: str, whole: str) -> str:
    """Return a sentence about a row of a log as one about the frame's own."""
    found = _ROW.match(said)
    if found is None:
        return _foreign.cut(said)
    row = int(found[2]) if found[2] else -1
    known = 0 <= row < len(rows)
    return (place.format(rows[row]) if known else whole) + _foreign.cut(said[found.end() :])


def read_pm4py(path: str | Path, *, mapping: str | Path | None = None) -> pd.DataFrame:
    """Read a .csv, .csv.gz or .parquet file with the columns of process mining as an event log.

    Parameters
    ----------
    path : str or Path
        The file; one in XES is to be read with pm4py first, then given to `from_pm4py`.
    mapping : str or Path, optional
        A YAML file with ``activities``: name of an activity -> kind, or [actor, kind].

    Raises
    ------
    ValueError
        Names file, line or row, rule and value of the first thing that is wrong.
    """
    file = Path(path)
    ending = next((e for e in _ENDINGS if file.name.lower().endswith(e)), file.suffix)
    _checks.one_of(f"ending of {short(file.name)[1:-1]}", ending, _ENDINGS)
    there(file, "a file with a table")
    meant = _yaml.read(Path(mapping), _Mapping, ValueError) if mapping is not None else None
    frame = _tables.parquet(file) if ending == ".parquet" else _tables.csv_text(file)
    try:
        return from_pm4py(frame, activities=None if meant is None else meant.activities)
    except (ArithmeticError, TypeError, ValueError) as error:
        found = _ROW.match(str(error))
        row = int(found[2]) if found and found[2] else None
        said = str(error)[found.end() :] if found else f": {error}"
        msg = f"{file}{_tables.place(file, row)}{_foreign.cut(said)}"
        raise ValueError(msg) from None


class _Mapping(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    activities: dict[str, str | tuple[str, str]]

    _are_words = field_validator("activities", mode="before")(as_words)


def _plain(column: pd.Series) -> pd.Series:
    """Return names as whole numbers where all are, else as text."""
    whole = column.cat.categories.dtype.kind == "i" and not column.isna().any()
    return column.astype("int64") if whole else _text(column)


def _text(column: pd.Series, *, escaped: bool = False) -> pd.Series:
    """Return names as text; `escaped`: in which no bare "/" stands."""
    words = [str(name) for name in column.cat.categories]
    if escaped:
        words = [word.replace("\\", "\\\\").replace("/", "\\/") for word in words]
    return column.cat.rename_categories(pd.Index(words, dtype="str")).astype("str")


def _utc(column: pd.Series, rows: NDArray[np.int64]) -> pd.Series:
    """Return times in UTC without their zone."""
    if column.isna().all():
        return pd.Series(np.full(len(column), "NaT", "datetime64[us]"), index=column.index)
    try:
        times = pd.to_datetime(column, utc=True, format="ISO8601")
    except (TypeError, ValueError):
        odd = _odd(column)
        rule = "must be dates such as 2009-07-06 14:30+00:00"
        msg = f"frame, row {rows[odd]}, {column.name}: {rule}, got {short(column.iloc[odd])}"
        raise ValueError(msg) from None
    return times.dt.tz_localize(None).astype("datetime64[us]")


def _odd(column: pd.Series) -> int:
    """Return the first row that is no date."""
    found = pd.to_datetime(column, utc=True, format="ISO8601", errors="coerce")
    return int(np.flatnonzero((found.isna() & column.notna()).to_numpy(bool))[0])
