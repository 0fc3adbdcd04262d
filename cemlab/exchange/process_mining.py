"""Event logs under the column names of process mining (XES, pm4py), out and in again."""

import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict

from cemlab import _checks, _yaml, events

CASE, ACTIVITY, TIME, RESOURCE = (
    "case:concept:name",
    "concept:name",
    "time:timestamp",
    "org:resource",
)

USUAL_ACTOR: Mapping[str, str] = {
    **dict.fromkeys(events.KINDS, "company"),
    **dict.fromkeys(
        ("purchase", "contact", "publish", "abandon", "accept", "decline", "resolve", "reopen"),
        "customer",
    ),
    **dict.fromkeys(("leave", "survey_nps", "survey_csat", "survey_ces"), "customer"),
    "share": "public",
}
"""Kind of event -> who does it, unless it is said."""

_TWINS = (CASE, ACTIVITY, TIME, RESOURCE)
_NAMES = tuple(n for n in events.COLUMNS if n not in ("time", "latest", "value"))

_ENDINGS = (".csv", ".csv.gz", ".parquet")

Activities = Mapping[str, "str | tuple[str, str]"]


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


def from_pm4py(frame: pd.DataFrame, *, activities: Activities | None = None) -> pd.DataFrame:
    """Return an event log from a frame of process mining.

    Parameters
    ----------
    frame : DataFrame
        What `to_pm4py` returned, whatever process mining did with it since; or a log from
        elsewhere with `case:concept:name`, `concept:name` and `time:timestamp`. A case is then a
        customer, unless there is a column `customer` (and `issue`). Times without a zone are UTC.
    activities : mapping of str to str or (str, str), optional
        Name of an activity -> kind of event, or (actor, kind). Needed for logs from elsewhere.

    Returns
    -------
    DataFrame
        An event log; `by` is `org:resource`. Columns that are not known are kept.

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
    missing = [name for name in (CASE, ACTIVITY, TIME) if name not in frame]
    if missing:
        msg = (
            f"frame must have the columns {CASE}, {ACTIVITY}, {TIME}, missing {', '.join(missing)}"
        )
        raise ValueError(msg)
    given = frame.reset_index(drop=True)
    log = given.drop(columns=[n for n in _TWINS if n in given])
    log["time"] = _utc(given[TIME])
    ours = activities is None and {"customer", "actor", "kind"} <= set(given)
    if not ours:
        pairs = _pairs(given[ACTIVITY], activities or {})
        place, names = pd.factorize(given[ACTIVITY])
        for i, name in enumerate(("actor", "kind")):
            log[name] = np.array([pairs[word][i] for word in names], object)[place]
    if "customer" not in log:
        log["customer"] = given[CASE]
    if "by" not in log and not ours and RESOURCE in given:
        log["by"] = given[RESOURCE]
    if "latest" in log:
        log["latest"] = _utc(log["latest"])
    extra = [name for name in log if name not in events.COLUMNS and not str(name).startswith("@@")]
    return events.validate(log[[n for n in events.COLUMNS if n in log] + extra])


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
    _checks.one_of(f"ending of {file.name}", ending, _ENDINGS)
    if not file.is_file():
        what = "a folder" if file.is_dir() else "nothing"
        msg = f"{file}: must be a file with a table, found {what} there"
        raise ValueError(msg)
    meant = _yaml.read(Path(mapping), _Mapping, ValueError) if mapping is not None else None
    try:
        frame = (
            pd.read_parquet(file)
            if ending == ".parquet"
            else pd.read_csv(file, dtype="str", keep_default_na=False, na_values=[""])
        )
    except (OSError, EOFError, zlib.error, ValueError) as error:
        said = " ".join(str(error).split())
        msg = f"{file}: must be a table that can be read to its end, got {said}"
        raise ValueError(msg) from None
    try:
        return from_pm4py(frame, activities=None if meant is None else meant.activities)
    except ValueError as error:
        msg = f"{file}: {error}"
        raise ValueError(msg) from None


class _Mapping(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    activities: dict[str, str | tuple[str, str]]


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


def _utc(column: pd.Series) -> pd.Series:
    """Return times in UTC without their zone."""
    if column.isna().all():
        return pd.Series(np.full(len(column), "NaT", "datetime64[us]"), index=column.index)
    try:
        times = pd.to_datetime(column, utc=True, format="ISO8601")
    except (TypeError, ValueError):
        msg = f"frame, {column.name}: must be dates such as 2009-07-06 14:30+00:00, got {_odd(column)!r}"
        raise ValueError(msg) from None
    return times.dt.tz_localize(None).astype("datetime64[us]")


def _odd(column: pd.Series) -> Any:
    found = pd.to_datetime(column, utc=True, format="ISO8601", errors="coerce")
    return column[found.isna() & column.notna()].iloc[0]


def _pairs(column: pd.Series, activities: Activities) -> dict[Any, tuple[str, str]]:
    """Return (actor, kind) of each activity."""
    pairs = {}
    for word, meaning in activities.items():
        actor, kind = ("", meaning) if isinstance(meaning, str) else meaning
        _checks.one_of(f"activities[{word!r}]", kind, events.KINDS)
        actor = _checks.one_of(f"activities[{word!r}]", actor or USUAL_ACTOR[kind], events.ACTORS)
        pairs[word] = (actor, kind)
    if column.isna().any():
        row = int(np.flatnonzero(column.isna())[0])
        msg = f"frame, row {row}, {ACTIVITY}: must not be empty, got None"
        raise ValueError(msg)
    unknown = _sorted_words(set(column.unique()) - set(pairs))
    if unknown:
        msg = (
            f"activities must say what each activity is (a kind, or actor and kind), "
            f"got nothing for {', '.join(map(repr, unknown))}"
        )
        raise ValueError(msg)
    return pairs


def _sorted_words(words: Iterable[Any]) -> list[Any]:
    return sorted(words, key=str)
