"""My last complaint: ten rows in a spreadsheet, in plain words, as an event log."""

import csv
import io
import re
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, NoReturn

import pandas as pd

from cemlab import _checks, _sheets, events
from cemlab._files import replacing, there
from cemlab._words import short
from cemlab.exchange import _foreign
from cemlab.exchange._phrases import HEADS, PHRASES, head, like, meaning

ENDINGS = (".xlsx", ".csv")
MOST_ROWS = 1000
"""Rows a complaint can have."""

_MOST_MB = 20
_EMPTY_ROWS = 10
_SHEET = "complaint"
_HELP = (
    "One row is one thing that happened. Choose what happened from the sheet or list of phrases; leave empty what you do not know.",
    "Dates: 2024-05-31 or 2024-05-31 14:30; give until as well if you only know that it was in between. How many: people who saw it, money, or the score.",
)
_EXAMPLE = (
    ("2024-05-02", None, None, "it went wrong", None, None, "the heating stayed cold"),
    ("2024-05-02 09:10", None, None, "I called", "phone", None, None),
    ("2024-05-02 09:40", None, "hotline", "they answered", "phone", None, None),
    ("2024-05-02 09:45", None, "hotline", "they promised to call back", "phone", 1440, "minutes until then"),
    ("2024-05-06", "2024-05-08", None, "I wrote to them", "email", None, "some day that week"),
    ("2024-05-10", None, "head office", "they said no", "letter", 120, "they would not pay 120"),
    ("2024-05-12 20:00", None, None, "I wrote about it in public", "forum", 300, "300 people saw it"),
    ("2024-05-13", None, "head office", "they said sorry", "phone", None, None),
    ("2024-05-14", None, None, "they said it was done", "email", None, None),
    ("2024-05-20", None, None, "it was really solved", None, None, None),
)  # fmt: skip
_GERMAN = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:,?\s+(\d{1,2}):(\d\d))?")
_ISO = re.compile(r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d)?)?")
_TO_ITS_END = pd.Timedelta(days=1) - pd.Timedelta(seconds=1)
_SPACES = re.compile(r"[\s\u202f]")
_ME = {"i", "me", "ich", "we", "wir"}


def read_complaint(path: str | Path, *, customer: str = "me") -> pd.DataFrame:
    r"""Read one person's complaint, told in rows of plain words, as an event log.

    Parameters
    ----------
    path : str or Path
        A spreadsheet (.xlsx) or CSV file as `write_complaint` makes it: when, until, who, what
        happened, where, how many, note, or the same in German. Case, marks and spare spaces do not matter;
        the columns may stand in any order, and all but "when" and "what happened" may be absent.
    customer : str
        What the customer is called in the log.

    Returns
    -------
    DataFrame
        An event log of one issue: `by` is who, `channel` where, `latest` until, `value` how many
        (its unit is fixed by what happened: see `events.KINDS`; 12.5 and 12,5 are the same, but
        12,500 is refused, since it can be read in two ways); a column `note`. Times are taken as
        they stand. A date without a time is some time of that day: `time` is its beginning,
        `latest` its last second (or the end of the day given as until).

    Raises
    ------
    ValueError
        Names the cell (B7), the rule and the value.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "mine.csv")
    ...     _ = file.write_text("When,What happened\n2024-05-01,I called\n2024-05-02,They said: no!", encoding="utf-8")
    ...     read_complaint(file)[["actor", "kind"]].values.tolist()
    [['customer', 'contact'], ['company', 'refuse']]
    """
    file = Path(path)
    ending = _checks.one_of(f"ending of {file.name}", file.suffix.lower(), ENDINGS)
    rows = (
        _sheets.read(file, megabytes=_MOST_MB, sheet=_SHEET, most=MOST_ROWS)
        if ending == ".xlsx"
        else _csv(file)
    )
    if len(rows) < 2:
        msg = f"{file}: must have a row of headings and a row for each thing that happened, got {len(rows)} rows"
        raise ValueError(msg)
    if len(rows) > MOST_ROWS:
        msg = f"{file}: must have at most {MOST_ROWS:,} rows, got {len(rows):,}"
        raise ValueError(msg)
    place = _headings(file, rows[0])
    told = [_row(file, number, cells, place) for number, cells in rows[1:]]
    log = pd.DataFrame(told).assign(customer=customer, issue=1, source=_SHEET)
    try:
        return events.validate(log)
    except ValueError as error:
        found = re.match(r"events, row (\d+), (\w+): ", str(error))
        cell = _cell(place, _OF.get(found[2], "what"), rows[int(found[1]) + 1][0]) if found else ""
        said = _foreign.cut(str(error))
        msg = f"{file}, {cell}: {said[found.end() :]}" if found else f"{file}: {said}"
        raise ValueError(msg) from None


def write_complaint(path: str | Path) -> None:
    """Write an empty sheet for a complaint, with an example, all phrases and two lines of help.

    Parameters
    ----------
    path : str or Path
        Where it goes: .xlsx (sheets "complaint", "example", "phrases", "help") or .csv, where
        example, phrases and help stand in lines of one cell that begin with # and are not read.
    """
    file = Path(path)
    ending = _checks.one_of(f"ending of {file.name}", file.suffix.lower(), ENDINGS)
    headings = [english for english, _ in HEADS.values()]
    phrases = [("phrase", "in German", "how many is"), *_phrases()]
    with replacing(file) as draft:
        if ending == ".xlsx":
            sheets: dict[str, Sequence[Sequence[Any]]] = {
                _SHEET: [headings],
                "example": [headings, *_EXAMPLE],
                "phrases": phrases,
                "help": [["help"], *([line] for line in _HELP)],
            }
            choices = {f"D2:D{_EMPTY_ROWS + 1}": f"phrases!$A$2:$A${len(phrases)}"}
            _sheets.write(draft, sheets, widths=[18, 18, 16, 40, 12, 12, 40], choices=choices)
        else:
            text = io.StringIO(newline="")
            lines = csv.writer(text)
            lines.writerow(headings)
            lines.writerows([f"# {line}"] for line in _HELP)
            for row in [headings, *_EXAMPLE, *phrases]:
                lines.writerow(["# " + " | ".join(str(cell or "") for cell in row)])
            draft.write_text(text.getvalue(), encoding="utf-8-sig", newline="")


# --- inside ------------------------------------------------------------------------

_OF = {"time": "when", "latest": "until", "by": "who", "channel": "where", "value": "many"}


def _phrases() -> list[tuple[str, str, str]]:
    units = [events.KINDS[p.kind] for p in PHRASES]
    return [(p.english, p.german, unit) for p, unit in zip(PHRASES, units, strict=True)]


def _csv(file: Path) -> list[_sheets.Row]:
    there(file, "a file with a complaint")
    if file.stat().st_size > _MOST_MB * 1e6:
        msg = f"{file}: must have at most {_MOST_MB} MB, got {file.stat().st_size / 1e6:,.0f} MB"
        raise ValueError(msg)
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        _foreign.stop_at_bytes(file, f"other bytes at position {error.start}")
    separator = _foreign.head(file).separator
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error as error:
        msg = f"{file}: must be a table with columns, got none: {error}"
        raise ValueError(msg) from None
    found: list[_sheets.Row] = []
    for number, cells in enumerate(rows, start=1):
        remark = cells and cells[0].lstrip().startswith("#") and not _sheets.holds(cells[1:])
        before = number == 1 and cells and cells[0].lower().startswith("sep=")
        if remark or before or not _sheets.holds(cells):
            continue
        if found:
            _sheets.check_headings(file, found[0][1], number, cells)
        found.append((number, list(cells) if found else _sheets.headings(cells)))
    return found


def _headings(file: Path, row: _sheets.Row) -> dict[str, int]:
    """Return where each column stands."""
    number, cells = row
    place: dict[str, int] = {}
    for i, cell in enumerate(cells):
        if cell is None or not str(cell).strip():
            continue
        name = head(str(cell))
        if name is None or name in place:
            wanted = ", ".join(f"{english} ({german})" for english, german in HEADS.values())
            rule = f"must be one of {wanted}" if name is None else "may stand once"
            _stop(file, f"{_sheets.letter(i)}{number}", rule, cell)
        place[name] = i
    for name in ("when", "what"):
        if name not in place:
            _stop(file, f"row {number}", f"must have a column {HEADS[name][0]!r}", _shown(cells))
    return place


def _row(file: Path, number: int, cells: list[Any], place: dict[str, int]) -> dict[str, Any]:
    def cell(name: str) -> Any:
        i = place.get(name, len(cells))
        value = cells[i] if i < len(cells) else None
        return value.strip() or None if isinstance(value, str) else value

    what = cell("what")
    found = None if what is None else meaning(str(what))
    if found is None:
        rule = "must be one of the phrases of write_complaint"
        _stop(
            file, _cell(place, "what", number), f"{rule} (perhaps {like(str(what or ''))!r})", what
        )
    if cell("when") is None:
        _stop(file, _cell(place, "when", number), "must be a date such as 2024-05-31 14:30", None)
    who = cell("who")
    mine = isinstance(who, str) and who.casefold() in _ME
    where = cell("where")
    time, end_of_day = _moment(file, _cell(place, "when", number), cell("when"))
    latest = None if end_of_day == time else end_of_day
    if cell("until") is not None:
        _, latest = _moment(file, _cell(place, "until", number), cell("until"))
    return {
        "time": time,
        "latest": latest,
        "actor": found[0],
        "by": None if mine else who,
        "channel": where.lower() if isinstance(where, str) else where,
        "kind": found[1],
        "value": _number(file, _cell(place, "many", number), cell("many")),
        "note": "" if cell("note") is None else str(cell("note")),
    }


def _moment(file: Path, cell: str, value: Any) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return the first and last moment that a date can mean, as sheets and people write it."""
    found, whole_day = pd.NaT, False
    try:
        if isinstance(value, str) and (german := _GERMAN.fullmatch(value)):
            day, month, year, hour, minute = (int(part or 0) for part in german.groups())
            found, whole_day = pd.Timestamp(year, month, day, hour, minute), german[4] is None
        elif isinstance(value, str) and (iso := _ISO.fullmatch(value)):
            found, whole_day = pd.Timestamp(value), iso[1] is None
        elif isinstance(value, date):
            found = pd.Timestamp(value)
            whole_day = found == found.normalize()
    except ValueError:
        found = pd.NaT
    if pd.isna(found) or found.tzinfo is not None:
        _stop(file, cell, "must be a date such as 2024-05-31, 2024-05-31 14:30 or 31.5.2024", value)
    return found, found + _TO_ITS_END if whole_day else found


def _number(file: Path, cell: str, value: Any) -> float | None:
    """Return a number as sheets and people write it, or stop where it can be read in two ways."""
    if value is None:
        return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    text = _SPACES.sub("", str(value))
    if both_ways := re.fullmatch(r"(-?[1-9]\d{0,2})[.,](\d{3})", text):
        decimal = f"{float('.'.join(both_ways.groups())):g}"
        rule = "must be a number that can be read in one way only"
        _stop(file, cell, rule, value, f": write {decimal} or {both_ways[1]}{both_ways[2]}")
    if re.fullmatch(r"-?\d{1,3}(\.\d{3})*,\d+|-?\d+,\d+|-?\d{1,3}(\.\d{3}){2,}", text):
        text = text.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"-?\d{1,3}(,\d{3})+\.\d*|-?\d{1,3}(,\d{3}){2,}", text):
        text = text.replace(",", "")
    if isinstance(value, bool) or not re.fullmatch(r"-?\d+(\.\d*)?", text, re.ASCII):
        _stop(file, cell, "must be a number such as 300 or 12.50", value)
    return float(text)


def _cell(place: dict[str, int], name: str, number: int) -> str:
    return f"{_sheets.letter(place[name])}{number}" if name in place else f"row {number}"


def _shown(cells: Sequence[Any]) -> str:
    return ", ".join(str(cell) for cell in cells if cell is not None)[:60]


def _stop(file: Path, cell: str, rule: str, value: object, way_out: str = "") -> NoReturn:
    shown = value.isoformat(" ") if isinstance(value, datetime) else value
    got = "nothing" if shown is None else short(shown)
    msg = f"{file}, {cell}: {rule}, got {got}{way_out}"
    raise ValueError(msg)
