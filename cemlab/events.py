"""The event log: one row is one thing that happened between a customer, a company and the public.

Columns (extra ones are kept and ignored):

==========  ==============  =========================================================
column      type            meaning
==========  ==============  =========================================================
customer    category        whose problem it is; others' rows about it keep this name
issue       category        which problem of theirs: a journey is (customer, issue)
time        datetime64[us]  when, naive UTC
latest      datetime64[us]  NaT if `time` is exact, else the event lies in between
actor       category        customer, company, public or rival
by          category        who acted, where known: a team, a brand, a sharer
channel     category        phone, letter, web, youtube, press ...
touchpoint  category        free label ("baggage office")
kind        category        one of :data:`KINDS`
value       float64         its unit is fixed by the kind
source      category        a fact of a case, a data set, or a run
==========  ==============  =========================================================

Rows with equal times are ordered by their kind (the order of :data:`KINDS`), so
that no result depends on the order in which rows were typed; ties between two channels
are taken in the order of their names. A row that stands twice counts twice. Names that are
all whole numbers are kept as integers. Only the customer resolves; only the company closes
and promises.
"""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cemlab import _columns, _csv, _waiting
from cemlab._columns import Place
from cemlab._files import replacing

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "purchase": "money",
        "failure": "money at stake",
        "contact": "the customer's audience (people)",
        "publish": "people reached when posting",
        "share": "exposures",
        "acknowledge": "",
        "answer": "minutes waited",
        "abandon": "minutes waited",
        "work": "staff minutes",
        "transfer": "",
        "promise": "minutes until due",
        "callback": "",
        "refuse": "money",
        "offer": "money",
        "accept": "money",
        "decline": "money",
        "compensate": "money",
        "apologise": "",
        "resolve": "",
        "close": "",
        "reopen": "",
        "remove": "",
        "leave": "",
        "survey_nps": "score 0 to 10",
        "survey_csat": "score 1 to 5",
        "survey_ces": "score 1 to 7",
    }
)
"""Kind of event -> unit of its `value` ("" where a value means nothing)."""

ACTORS = ("customer", "company", "public", "rival")

_TIMES = ("time", "latest")
COLUMNS = (
    "customer",
    "issue",
    "time",
    "latest",
    "actor",
    "by",
    "channel",
    "touchpoint",
    "kind",
    "value",
    "source",
)
_REQUIRED = ("customer", "time", "actor", "kind")
_FILLED = ("customer", "issue", "actor", "kind")
_WORD_OF = {"resolve": "customer", "close": "company", "promise": "company"}
_SCORES = {"survey_nps": (0, 10), "survey_csat": (1, 5), "survey_ces": (1, 7)}


def validate(events: pd.DataFrame) -> pd.DataFrame:
    """Return the log with all columns, right types, and rows in order of time.

    Missing optional columns are added empty; an absent `issue` becomes issue 1.

    Parameters
    ----------
    events : DataFrame
        Needs at least `customer`, `time`, `actor` and `kind`.

    Returns
    -------
    DataFrame
        A new frame; validating it again changes nothing.

    Raises
    ------
    ValueError
        Names row, column, rule and value of the first thing that is wrong.

    Examples
    --------
    >>> log = pd.DataFrame({"customer": "Ana", "time": ["2024-05-01"], "actor": "customer",
    ...                     "channel": "phone", "kind": "contact"})
    >>> validate(log)[["customer", "issue", "kind", "value"]].values.tolist()
    [['Ana', 1, 'contact', nan]]
    """
    return _validated(events, lambda row: f"events, row {row}")


def read(path: str | Path) -> pd.DataFrame:
    """Read and validate a log from a CSV file in UTF-8 with the columns' names on top.

    Raises
    ------
    ValueError
        Names file, line, column, rule and value.
    """
    file = Path(path)
    if not file.is_file():
        what = "a folder" if file.is_dir() else "nothing"
        msg = f"{file}: must be a CSV file with an event log, found {what} there"
        raise ValueError(msg)
    with file.open(encoding="utf-8-sig", newline="") as text:
        header, rows = _csv.read(file, text)
    cells = [row or [""] * len(header) for _, row in rows]
    frame = pd.DataFrame(cells, columns=header, dtype="str")
    return _validated(frame, lambda row: f"{file}, line {rows[row][0] if rows else 1}")


def write(events: pd.DataFrame, path: str | Path) -> None:
    """Validate a log and write it as CSV; an older file stays whole if this fails.

    Raises
    ------
    ValueError
        If the log breaks a rule; nothing is written then.
    OSError
        If the place cannot be written.
    """
    frame = validate(events)
    with replacing(path) as draft:
        frame.to_csv(draft, index=False, encoding="utf-8")


# --- inside ------------------------------------------------------------------------


def _validated(events: pd.DataFrame, place: Place) -> pd.DataFrame:
    """Check and convert column by column; `place(row)` says where a row stands."""
    where = place(0).rsplit(",", 1)[0]
    repeated = events.columns[events.columns.duplicated()]
    if len(repeated):
        msg = f"{where}: every column may stand once, got {repeated[0]!r} twice"
        raise ValueError(msg)
    missing = [name for name in _REQUIRED if name not in events]
    if missing:
        msg = f"{where}: must have the columns {', '.join(_REQUIRED)}, missing {', '.join(missing)}"
        raise ValueError(msg)
    frame = events.reset_index(drop=True)
    clean = {}
    for name in COLUMNS:
        column = frame[name] if name in frame else _absent(name, len(frame))
        if name in _TIMES:
            clean[name] = _columns.times(name, column, place)
        elif name == "value":
            clean[name] = _columns.numbers(name, column, place)
        else:
            clean[name] = _columns.names(name, column, place, required=name in _FILLED)
    log = pd.DataFrame(clean, index=frame.index)
    _check_rules(log, place)
    extra = [name for name in frame.columns if name not in COLUMNS]
    log = pd.concat([log, frame[extra]], axis=1) if extra else log
    order = _order(log)
    if (order[1:] < order[:-1]).any():
        log = log.take(order).reset_index(drop=True)
    _check_waits(log, lambda row: place(order[row]))
    return log


def _absent(name: str, rows: int) -> pd.Series:
    if name in _TIMES:
        return pd.Series(np.full(rows, "NaT", "datetime64[us]"))
    if name == "value":
        return pd.Series(np.full(rows, np.nan))
    one = name == "issue"
    codes = np.full(rows, 0 if one else -1, np.int8)
    return pd.Series(pd.Categorical.from_codes(codes, [1] if one else []))


def _check_rules(log: pd.DataFrame, place: Place) -> None:
    for name, allowed in (("actor", ACTORS), ("kind", tuple(KINDS))):
        unknown = [c for c in log[name].cat.categories if c not in allowed]
        if unknown:
            row = int(np.flatnonzero(log[name] == unknown[0])[0])
            _columns.stop(place, row, name, f"must be one of {', '.join(allowed)}", unknown[0])
    kinds, names = _waiting.ranks(log["kind"], tuple(KINDS)), list(KINDS)
    speakers = np.array(
        [ACTORS.index(_WORD_OF[k]) if k in _WORD_OF else -1 for k in names], np.int8
    )
    wanted = speakers[kinds]
    rows = np.flatnonzero((wanted >= 0) & (wanted != _waiting.ranks(log["actor"], ACTORS)))
    if rows.size:
        kind = names[kinds[rows[0]]]
        rule = f"must be {_WORD_OF[kind]} for kind {kind}"
        _columns.stop(place, rows[0], "actor", rule, log["actor"].iloc[rows[0]])
    rows = np.flatnonzero(log["time"].isna())
    if rows.size:
        _columns.stop(place, rows[0], "time", "must be a date", None)
    rows = np.flatnonzero(log["latest"] < log["time"])
    if rows.size:
        early = str(log["latest"].iloc[rows[0]])
        _columns.stop(place, rows[0], "latest", "must not be before time", early)
    low, high = np.array([_SCORES.get(kind, (0.0, np.inf)) for kind in names]).T
    value = log["value"].to_numpy()
    rows = np.flatnonzero((value < low[kinds]) | (value > high[kinds]))
    if rows.size:
        row = rows[0]
        kind = names[kinds[row]]
        rule = f"must be a {KINDS[kind]}" if kind in _SCORES else "must be at least 0"
        _columns.stop(
            place,
            row,
            "value",
            f"{rule} for kind {kind}",
            float(log["value"].iloc[row]),
        )


def _order(log: pd.DataFrame) -> NDArray[np.int64]:
    """Return the order of rows: by time, then the kind's rank, then all other columns."""
    time = log["time"].to_numpy()
    order: NDArray[np.int64] = np.arange(time.size)
    if (time[1:] < time[:-1]).any():
        order = np.argsort(time, kind="stable")
    now = time[order]
    same = now[1:] == now[:-1]
    tied = np.flatnonzero(np.append(same, False) | np.append(False, same))
    if tied.size:
        rows = log.take(order[tied])
        extra = [name for name in log.columns if name not in COLUMNS]
        ties = [pd.factorize(rows[name].astype("str"), sort=True)[0] for name in extra]
        ties += [rows["value"], rows["latest"], rows["source"].cat.codes]
        ties += [rows[name].cat.codes for name in ("by", "actor", "touchpoint", "channel")]
        ties += [rows["issue"].cat.codes, rows["customer"].cat.codes]
        rank = _waiting.ranks(rows["kind"], tuple(KINDS))
        order[tied] = order[tied][np.lexsort([*ties, rank, rows["time"]])]
    return order


def _check_waits(log: pd.DataFrame, place: Place) -> None:
    """Stop at an answer or abandon whose minutes fit no contact that it could end."""
    timed = log["kind"].isin(_waiting.TIMED) & log["value"].notna()
    if not timed.any():
        return
    rows, found = _waiting.contradicted(log)
    if rows.size:
        ended = np.flatnonzero(found.ender == rows[0])
        times = ""
        if ended.size:
            low, high = found.low_min[ended[-1]], found.high_min[ended[-1]]
            times = (
                f" ({low:g} by the times)"
                if low == high
                else f" ({low:g} to {high:g} by the times)"
            )
        rule = f"must be the minutes waited since the contact{times}"
        _columns.stop(place, rows[0], "value", rule, float(log["value"].iloc[rows[0]]))
