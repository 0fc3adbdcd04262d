"""Exports of help desks: one row a ticket, made into the events of an issue."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]
from numpy.typing import NDArray

from cemlab import events
from cemlab.exchange import _foreign, _mapping, _moments, _people, _report, _threads

_MINUTES = {"seconds": 1 / 60, "minutes": 1.0, "hours": 60.0}
_MINUTE_US = 60_000_000
_MOST_MIN = 100 * 365 * 24 * 60.0

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


class _Tickets(NamedTuple):
    """The tickets that can be used: the table's columns, whose they are, when they began."""

    table: pa.Table
    meant: _mapping.HelpDesk
    customer: Ints
    issue: Ints
    created: _moments.Moments

    def has(self, field: str) -> bool:
        return field in self.table.column_names

    def words(self, field: str) -> tuple[Ints, list[str]]:
        """Return each ticket's place among the different words of a column, -1: empty."""
        if not self.has(field):
            return np.full(self.created.size, -1), []
        return _foreign.names(self.table.column(field))

    def numbers(self, field: str) -> NDArray[np.float64]:
        """Return the numbers of a column, NaN where there is none."""
        place, words = self.words(field)
        found = pd.to_numeric(pd.Series(words, dtype="str"), errors="coerce").to_numpy(float)
        return np.append(found, np.nan)[place]


def read_help_desk(
    path: str | Path, *, mapping: str | Path | None = None, progress: bool = True
) -> pd.DataFrame:
    r"""Read the export of a help desk, one row a ticket, as an event log.

    A ticket is an issue: the customer's contact, the first reply, the closing (the company's
    word: that the problem is solved in the customer's view is nowhere in such a file), a
    reopening if it has a date, and the customer's score.

    Parameters
    ----------
    path : str or Path
        A CSV file (also .csv.gz), cells separated by commas, semicolons or tabs.
    mapping : str or Path, optional
        A YAML file that says what the columns are called, and how times, waits and words are
        meant; `write_mapping` writes an example. By default the columns are those of Zendesk.
    progress : bool
        Say on stderr how far it is (if that takes long), and print what became of the file.
        Otherwise a `LeftOutWarning` says what was left out or mended, if anything was.

    Returns
    -------
    DataFrame
        An event log in UTC. Customers are numbered from 1 in the order of their first ticket,
        their issues in order of time. `by` is the team, or "agent 3" where there is none. An
        answer's `value` is the wait the file states (minutes). A score has no date: it lies
        between the closing (else the last thing known) and the ticket's last change (else the
        last time in the file); good and bad count as 5 and 1. A column `tags`, if there is one,
        stands with the contact. ``attrs["report"]`` has the counts: see `report`.

    Raises
    ------
    ValueError
        If a needed column is missing, or the mapping breaks a rule (file, line, field, rule,
        value). Single bad cells are counted instead.

    Notes
    -----
    What a file only counts (reopenings, replies) has no dates, and none are made up: the report
    says how many there were. The solving of a ticket that is open again is left out, since
    when it was reopened is not known.

    Examples
    --------
    >>> import tempfile
    >>> text = ("Id,Requester id,Created at,First reply time in minutes,Solved at,Status,Via\n"
    ...         "7,981,2024-05-01 10:00,30,2024-05-02 09:00,Solved,Mail\n")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "tickets.csv").write_text(text, encoding="utf-8")
    ...     log = read_help_desk(Path(folder, "tickets.csv"))
    tickets.csv: 1 tickets, 1 customers, 1 issues, 3 events; nothing left out.
    >>> log[["customer", "kind", "value"]].values.tolist()
    [[1, 'contact', nan], [1, 'answer', 30.0], [1, 'close', nan]]
    """
    file = Path(path)
    top = _foreign.head(file)
    meant = (
        _mapping.usual(file, top.names)
        if mapping is None
        else _mapping.read(Path(mapping), file, top.names)
    )
    named = meant.named()
    table, lost = _foreign.columns(file, top, sorted(set(named.values())), progress=progress)
    table = pa.table({field: table.column(name) for field, name in named.items()})
    odd = {"unreadable lines: left out": lost}
    tickets = _tickets(table, meant, odd)
    parts = _parts(tickets, odd)
    log = events.validate(pd.concat(parts, ignore_index=True))
    counts = {
        "tickets": tickets.created.size,
        "customers": len(log["customer"].cat.categories),
        "issues": tickets.created.size,
        "events": len(log),
    }
    _report.attach(log, file, counts | odd, progress=progress)
    return log


def _tickets(table: pa.Table, meant: _mapping.HelpDesk, odd: dict[str, int]) -> _Tickets:
    ticket, numbers = _foreign.names(table.column("ticket"))
    kept, repeated = _threads.first_of_each(ticket)
    odd["tickets without a number: left out"] = int((ticket < 0).sum())
    odd["repeated ticket numbers: left out"] = repeated
    table, ticket = table.take(pa.array(kept)), ticket[kept]
    whole = _foreign.whole_numbers(
        pa.chunked_array([pa.array([n.encode() for n in numbers], pa.binary())])
    )
    created = _times(table, "created", meant, odd, "tickets without a date of creation: left out")
    customer, names = _foreign.names(table.column("customer"))
    odd["tickets without a customer: left out"] = int((customer < 0).sum())
    good = np.flatnonzero((customer >= 0) & ~np.isnat(created))
    number = np.append(whole, -1)[ticket]
    order = good[_people.in_order(created[good], number[good], ticket[good])]
    person = _people.numbered(customer, order, len(names))[customer]
    order = order[np.argsort(person[order], kind="stable")]
    issue = np.zeros(ticket.size, np.int64)
    issue[order] = _people.counted(person[order])
    return _Tickets(table.take(pa.array(good)), meant, person[good], issue[good], created[good])


def _times(
    table: pa.Table, field: str, meant: _mapping.HelpDesk, odd: dict[str, int], words: str
) -> _moments.Moments:
    """Return the times of a column in UTC; count those that are none, and odd hours."""
    texts = _foreign.texts(table.column(field))
    form = None if meant.times.format == "ISO 8601" else meant.times.format
    found = _moments.read(texts, form=form, zone=meant.times.zone)
    given = np.array([bool(text.strip()) for text in texts], bool)
    counted = given if field != "created" else np.ones_like(given)
    odd[words] = int((np.isnat(found.times) & counted).sum())
    for what, count in (
        ("times in an hour that the clock shows twice: taken as the first", found.twice),
        ("times in an hour that the clock skips: taken as its end", found.skipped),
    ):
        odd[what] = odd.get(what, 0) + count
    return found.times


def _parts(tickets: _Tickets, odd: dict[str, int]) -> list[pd.DataFrame]:
    n = tickets.created.size
    everybody = np.ones(n, bool)
    contact = _rows(tickets, everybody, tickets.created, "customer", "contact")
    if tickets.has("tags"):
        contact["tags"] = pd.Series(_foreign.texts(tickets.table.column("tags")), dtype="str")
    answered, wait = _answers(tickets, odd)
    closed = _closings(tickets, odd)
    reopened = _dated(tickets, "reopened", "reopenings", odd)
    parts = [
        contact,
        _rows(tickets, ~np.isnat(answered), answered, "company", "answer", wait),
        _rows(tickets, ~np.isnat(closed), closed, "company", "close"),
        _rows(tickets, ~np.isnat(reopened), reopened, "customer", "reopen"),
        _scores(
            tickets, np.fmax(np.fmax(tickets.created, answered), np.fmax(closed, reopened)), odd
        ),
    ]
    undated = np.nansum(np.fmax(tickets.numbers("reopens") - ~np.isnat(reopened), 0.0))
    odd["reopenings without a date: not in the log"] = int(undated)
    return [part for part in parts if len(part)] or parts[:1]


def _dated(tickets: _Tickets, field: str, what: str, odd: dict[str, int]) -> _moments.Moments:
    """Return dates of a column that are not before the ticket's own."""
    if not tickets.has(field):
        return np.full(tickets.created.size, "NaT", "datetime64[us]")
    found = _times(
        tickets.table, field, tickets.meant, odd, f"dates of {what} that are none: left out"
    )
    early = found < tickets.created
    odd[f"{what} before the ticket: left out"] = int(early.sum())
    return np.where(early, np.datetime64("NaT", "us"), found)


def _answers(
    tickets: _Tickets, odd: dict[str, int]
) -> tuple[_moments.Moments, NDArray[np.float64]]:
    """Return the time of the first reply, and the wait that the file states (minutes)."""
    wait = tickets.numbers("first_reply_wait") * _MINUTES[tickets.meant.wait_unit]
    given = tickets.words("first_reply_wait")[0] >= 0
    good = (wait >= 0) & (wait <= _MOST_MIN)
    odd["waits that are no number of minutes: left out"] = int((given & ~good).sum())
    wait = np.where(good, wait, np.nan)
    length = np.where(good, wait * _MINUTE_US, 0.0).round().astype("timedelta64[us]")
    when = np.where(good, tickets.created + length, np.datetime64("NaT", "us"))
    dated = _dated(tickets, "first_reply", "first replies", odd)
    answered = np.where(np.isnat(when), dated, when)
    unknown = (tickets.numbers("replies") > 0) & np.isnat(answered)
    odd["tickets with replies but no time of the first: without an answer"] = int(unknown.sum())
    return answered, wait


def _closings(tickets: _Tickets, odd: dict[str, int]) -> _moments.Moments:
    """Return when the company closed each ticket that is closed."""
    closed = _dated(tickets, "closed", "closings", odd)
    if not tickets.has("status"):
        return closed
    place, words = tickets.words("status")
    meant = {word.casefold() for word in tickets.meant.closed_words}
    done = np.array([*(word.casefold() in meant for word in words), True])[place]
    again = ~done & ~np.isnat(closed)
    odd["closings of tickets that are open again: left out"] = int(again.sum())
    undated = done & (place >= 0) & np.isnat(closed)
    odd["closed tickets without a date of closing: not in the log"] = int(undated.sum())
    return np.where(again, np.datetime64("NaT", "us"), closed)


def _scores(tickets: _Tickets, after: _moments.Moments, odd: dict[str, int]) -> pd.DataFrame:
    """Return the scores: some time after the last thing known, by the ticket's last change."""
    place, words = tickets.words("satisfaction")
    known = {word.casefold(): score for word, score in tickets.meant.scores.items()}
    number = pd.to_numeric(pd.Series(words, dtype="str"), errors="coerce").to_numpy(float)
    number = np.where((number >= 1) & (number <= 5), number, np.nan)
    named = np.array([known.get(word.casefold(), np.nan) for word in words], float)
    score = np.append(np.where(np.isnan(named), number, named), np.nan)[place]
    changed = _dated(tickets, "updated", "changes", odd)
    every = np.concatenate([after, changed])
    every = every[~np.isnat(every)]
    last = every.max() if every.size else np.datetime64("NaT", "us")
    latest = np.where(np.isnat(changed), last, np.fmax(changed, after))
    latest = np.where(latest > after, latest, np.datetime64("NaT", "us"))
    table = _rows(tickets, ~np.isnan(score), after, "customer", "survey_csat", score)
    return table.assign(latest=latest[~np.isnan(score)])


def _rows(
    tickets: _Tickets,
    rows: Flags,
    time: _moments.Moments,
    actor: str,
    kind: str,
    value: Any = None,
) -> pd.DataFrame:
    """Return one row for each ticket marked."""
    channel, words = tickets.words("channel")
    meant = {old.casefold(): new for old, new in tickets.meant.channels.items()}
    named = np.array([*(meant.get(w.casefold(), w.lower()) for w in words), None], object)
    n = int(rows.sum())
    frame = {
        "customer": tickets.customer[rows],
        "issue": tickets.issue[rows],
        "time": time[rows],
        "actor": np.full(n, actor),
        "channel": pd.Categorical(named[channel[rows]]),
        "kind": np.full(n, kind),
        "value": np.full(n, np.nan) if value is None else value[rows],
        "source": np.full(n, "help desk"),
    }
    if actor == "company":
        frame["by"] = _by(tickets)[rows]
    return pd.DataFrame(frame)


def _by(tickets: _Tickets) -> NDArray[np.object_]:
    """Return the team that has each ticket, else a number for its agent, else None."""
    team, teams = tickets.words("team")
    agent, agents = tickets.words("agent")
    seen = np.flatnonzero(agent >= 0)
    order = seen[
        _people.in_order(tickets.created[seen], tickets.customer[seen], tickets.issue[seen])
    ]
    number = _people.numbered(agent, order, len(agents))
    named = np.array([*(f"agent {k}" for k in number[:-1]), None], object)[agent]
    return np.where(team >= 0, np.array([*teams, None], object)[team], named)
