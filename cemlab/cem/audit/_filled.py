"""Forms of a rubric: empty, filled in, and a fictional example."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from cemlab import _checks
from cemlab.cem import _forms
from cemlab.cem.audit._rubric import LEVELS, AuditError, Rubric, folder, rubric

COLUMNS = ("rater", "date", "firm", "criterion", "level", "evidence")
"""Columns of the frame of ratings."""

NOT_OBSERVED = "not observed"
"""What stands for a criterion that a rater could not see: it is no level."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_NEARLY = ("n/a", "na", "n.a.", "-", "none", "nan", "not seen")


def sheet(
    rubric: Rubric,
    *,
    firm: str = "",
    date: str = "",
    rater: str = "",
    seen_from: Literal["outside", "inside"] | None = None,
    path: str | Path | None = None,
) -> pd.DataFrame:
    """Return an empty form: a row a criterion; and write it if asked.

    Parameters
    ----------
    rubric : Rubric
        What is judged.
    firm, date, rater : str
        What is known before: the firm, the day (2024-05-01), who rates.
    seen_from : str, optional
        Only the criteria seen from there: "outside" (as a customer) or "inside".
    path : str or Path, optional
        A file to write: .csv, or .xlsx with the levels to choose from and the rubric on a
        second sheet. An older file is replaced.

    Returns
    -------
    DataFrame
        `rater`, `date`, `firm`, `criterion`, `level` (to fill in: 0 to 4, or "not observed"),
        `evidence` (to fill in: what was seen), and the criterion's `question`.

    Raises
    ------
    ValueError
        If the file's name ends in anything else, or no criterion is seen from there.

    Examples
    --------
    >>> from cemlab.cem import audit
    >>> form = audit.sheet(audit.rubric("relationship"), firm="Nordtel", rater="Ana")
    >>> form.loc[0, ["rater", "firm", "criterion", "level"]].tolist()
    ['Ana', 'Nordtel', 'both_shape', '']
    >>> audit.sheet(audit.rubric("eight-truths"), seen_from="outside")["criterion"].tolist()
    ['answer', 'reach', 'hours', 'reward']
    """
    table = rubric.table().reset_index()
    if seen_from is not None:
        known = sorted(table["seen_from"].unique())
        table = table[table["seen_from"] == _checks.one_of("seen_from", seen_from, known)]
    form = pd.DataFrame({"rater": rater, "date": date, "firm": firm, "criterion": table["criterion"].tolist()})  # fmt: skip
    form["level"] = form["evidence"] = ""
    form["question"] = table["question"].tolist()
    if path is not None:
        sheets = {
            "ratings": [list(form.columns), *form.values.tolist()],
            "rubric": [list(table.columns), *table.values.tolist()],
        }
        choices = {"level": [*map(str, range(LEVELS)), NOT_OBSERVED]}
        _forms.write(path, sheets, choices=choices, error=AuditError)
    return form


def read(path: str | Path | Iterable[str | Path], rubric: Rubric) -> pd.DataFrame:
    """Return the ratings of filled-in forms (.csv or .xlsx), every cell checked.

    Parameters
    ----------
    path : str, Path or several of them
        A form of `sheet`, or one of each rater; each may hold several raters, days and firms.
    rubric : Rubric
        What was judged.

    Returns
    -------
    DataFrame
        `rater`, `date`, `firm`, `criterion` (in the rubric's order), `level` (0 to 4; missing: not
        observed) and `evidence`. Written as CSV with ``to_csv(path, na_rep="not observed")`` it
        can be read again.

    Raises
    ------
    AuditError
        Names file, row, column, rule and value. A blank level is refused, as nobody knows
        whether it was forgotten: write "not observed". A date must be written with the year
        first (2024-05-03), or be a date of the spreadsheet: 03.05.2024 can be read in two ways.
        A rater must be written in one way ("Ana" and "ana" would count as two).

    Examples
    --------
    >>> from cemlab.cem import audit
    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> file = Path(folder.name) / "ana.csv"
    >>> _ = file.write_text('''rater,date,firm,criterion,level,evidence
    ... Ana,2024-05-01,Nordtel,win_win,1,points expire in March
    ... Ana,2024-05-01,Nordtel,needs,not observed,''')
    >>> audit.read(file, audit.rubric("relationship"))["level"].tolist()
    [1.0, nan]
    >>> folder.cleanup()
    """
    files = [path] if isinstance(path, str | Path) else list(path)
    if not files:
        msg = "path must be a form or several, got none: is it the right folder?"
        raise AuditError(msg)
    checked, seen = [], set()
    for file in files:
        rows = _forms.read(file, COLUMNS[:5], AuditError)
        if not rows:
            msg = f"{file}: must hold at least one rating, got none"
            raise AuditError(msg)
        for number, cells in rows:
            where = f"{file}, row {number}"
            row = _row(where, cells, rubric)
            if row[:4] in seen:
                msg = f"{where}, criterion: must be rated once by each rater a day, got {row[3]!r} by {row[0]!r} twice"
                raise AuditError(msg)
            seen.add(row[:4])
            checked.append(row)
    frame = pd.DataFrame(checked, columns=list(COLUMNS))
    try:
        _forms.one_spelling("rater", frame["rater"].unique())
        _forms.one_spelling("firm", frame["firm"].unique())
    except ValueError as found:
        msg = f"{', '.join(map(str, files))}: {found}"
        raise AuditError(msg) from None
    frame["date"] = frame["date"].astype("datetime64[us]")
    frame["criterion"] = pd.Categorical(frame["criterion"], list(rubric.criteria), ordered=True)
    return frame


def example() -> pd.DataFrame:
    """Return a fictional example: five raters judge a telecom company by the eight truths, twice.

    On the second day one of the first five was replaced by another, who is milder.

    Examples
    --------
    >>> example().groupby("date")["rater"].unique().map(list).tolist()
    [['Ana', 'Ben', 'Chris', 'Dana', 'Emil'], ['Ana', 'Ben', 'Chris', 'Dana', 'Finn']]
    """
    return read(folder() / "example-ratings.csv", rubric("eight-truths"))


def day(value: object) -> pd.Timestamp:
    """Return a day that can be read in one way only.

    >>> day("2024-05-03")
    Timestamp('2024-05-03 00:00:00')
    >>> day("03.05.2024")
    Traceback (most recent call last):
    ValueError: date must be a day such as 2024-05-03, got '03.05.2024': write the year first
    """
    found = pd.NaT
    if isinstance(value, date | datetime | np.datetime64):
        found = pd.Timestamp(value)
    elif isinstance(value, str) and _DAY.fullmatch(value):
        found = pd.to_datetime(value, format="%Y-%m-%d", errors="coerce")
    if pd.isna(found) or found.tzinfo is not None or found != found.normalize():
        shown = repr(value) if isinstance(value, str) else str(value)
        msg = f"date must be a day such as 2024-05-03, got {shown}: write the year first"
        raise ValueError(msg)
    return found


# --- inside ------------------------------------------------------------------------


def _row(
    where: str, cells: dict[str, str], rubric: Rubric
) -> tuple[str, pd.Timestamp, str, str, float, str]:
    for name in ("rater", "date", "firm", "criterion"):
        if not cells[name]:
            msg = f"{where}, {name}: must be given, got nothing"
            raise AuditError(msg)
    if cells["criterion"] not in rubric.criteria:
        msg = f"{where}, criterion: must be one of {', '.join(rubric.criteria)}, got {cells['criterion']!r}"
        raise AuditError(msg)
    try:
        on = day(cells["date"])
    except ValueError as found:
        msg = f"{where}, {found}"
        raise AuditError(msg) from None
    given = cells["level"].lower().removesuffix(".0")
    if given != NOT_OBSERVED and given not in map(str, range(LEVELS)):
        shown = repr(cells["level"]) if given else "nothing"
        hint = f": did you mean {NOT_OBSERVED!r}?" if given in _NEARLY else ""
        msg = f"{where}, level: must be 0 to {LEVELS - 1} or {NOT_OBSERVED!r}, got {shown}{hint}"
        raise AuditError(msg)
    level = np.nan if given == NOT_OBSERVED else float(given)
    return cells["rater"], on, cells["firm"], cells["criterion"], level, cells.get("evidence", "")
