"""Exports of help desks: one row a ticket, made into the events of an issue."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]
from numpy.typing import NDArray

from cemlab import events
from cemlab.exchange import _foreign, _mapping, _people, _report, _threads, _tickets
from cemlab.exchange._tickets import NEVER, Dates, Flags, Tickets

_MINUTES = {"seconds": 1 / 60, "minutes": 1.0, "hours": 60.0}
_MINUTE_US = 60_000_000
_MOST_MIN = 100 * 365 * 24 * 60.0
_NO_SCORE = {"offered", "not offered", "unoffered"}


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
        A CSV file in UTF-8 (also .csv.gz), cells separated by commas, semicolons or tabs.
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
        last time in the file); good and bad count as 5 and 1. A date without a time is some
        time of that day, not before the ticket: see `latest`. Tags, which may name people, are
        kept only if the mapping names their column; they stand with the contact.
        ``attrs["report"]`` has the counts: see `report`.

    Raises
    ------
    ValueError
        If a needed column is missing, or the mapping breaks a rule (file, line, field, rule,
        value). Single bad cells are counted instead.

    Notes
    -----
    What a file only counts (reopenings, replies) has no dates, and none are made up: the report
    says how many there were. The solving of a ticket that is open again is left out, since
    when it was reopened is not known; which words under status mean open or closed, the mapping
    says, and with any other word the date of closing counts.

    Examples
    --------
    >>> import tempfile
    >>> text = ("Id,Requester id,Created at,First reply time in minutes,Solved at,Status,Via\n"
    ...         "7,981,2024-05-01 10:00,30,2024-05-02 09:00,Solved,Mail\n")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "tickets.csv").write_text(text, encoding="utf-8")
    ...     log = read_help_desk(Path(folder, "tickets.csv"))
    tickets.csv: 1 ticket, 1 customer, 1 issue, 3 events; nothing left out.
    >>> log[["customer", "kind", "value"]].values.tolist()
    [[1, 'contact', nan], [1, 'answer', 30.0], [1, 'close', nan]]
    """
    file = Path(path)
    top = _foreign.head(file)
    _foreign.check_text(file)
    meant = (
        _mapping.usual(file, top.names)
        if mapping is None
        else _mapping.read(Path(mapping), file, top.names)
    )
    named = meant.named()
    table, lost = _foreign.columns(file, top, sorted(set(named.values())), progress=progress)
    table = pa.table({field: table.column(name) for field, name in named.items()})
    odd = {"unreadable lines: left out": lost}
    tickets = _usable(table, meant, odd)
    parts = _parts(tickets, odd)
    log = events.validate(pd.concat(parts, ignore_index=True))
    counts = {
        "tickets": tickets.customer.size,
        "customers": len(log["customer"].cat.categories),
        "issues": tickets.customer.size,
        "events": len(log),
    }
    _report.attach(log, file, counts | odd, progress=progress)
    return log


def _usable(table: pa.Table, meant: _mapping.HelpDesk, odd: dict[str, int]) -> Tickets:
    ticket, numbers = _foreign.names(table.column("ticket"))
    kept, repeated = _threads.first_of_each(ticket)
    odd["tickets without a number: left out"] = int((ticket < 0).sum())
    odd["repeated ticket numbers: left out"] = repeated
    table, ticket = table.take(pa.array(kept)), ticket[kept]
    whole = _foreign.whole_numbers(
        pa.chunked_array([pa.array([n.encode() for n in numbers], pa.binary())])
    )
    words = "tickets without a date of creation: left out"
    dates = _tickets.read_dates(table, "created", meant, odd, words)
    created = dates.time
    customer, names = _foreign.names(table.column("customer"))
    odd["tickets without a customer: left out"] = int((customer < 0).sum())
    good = np.flatnonzero((customer >= 0) & ~np.isnat(created))
    number = np.append(whole, -1)[ticket]
    order = good[_people.in_order(created[good], number[good], ticket[good])]
    person = _people.numbered(customer, order, len(names))[customer]
    order = order[np.argsort(person[order], kind="stable")]
    issue = np.zeros(ticket.size, np.int64)
    issue[order] = _people.counted(person[order])
    begun = Dates(created[good], dates.latest[good])
    return Tickets(table.take(pa.array(good)), meant, person[good], issue[good], begun)


def _parts(tickets: Tickets, odd: dict[str, int]) -> list[pd.DataFrame]:
    everybody = np.ones(tickets.customer.size, bool)
    contact = _rows(tickets, everybody, tickets.created, "customer", "contact")
    if tickets.has("tags"):
        contact["tags"] = pd.Series(_foreign.texts(tickets.table.column("tags")), dtype="str")
    answered, wait = _answers(tickets, odd)
    closed = _closings(tickets, odd)
    reopened = _tickets.dated(tickets, "reopened", "reopenings", odd)
    changed = _tickets.dated(tickets, "updated", "changes", odd)
    late = (answered.time > closed.end()) | (answered.time > changed.end())
    words = "stated waits that end after the closing or the last change (is the unit right?): kept"
    odd[words] = int((late & ~np.isnan(wait)).sum())
    known = (tickets.created, answered, closed, reopened)
    parts = [
        contact,
        _rows(tickets, ~np.isnat(answered.time), answered, "company", "answer", wait),
        _rows(tickets, ~np.isnat(closed.time), closed, "company", "close"),
        _rows(tickets, ~np.isnat(reopened.time), reopened, "customer", "reopen"),
        _scores(tickets, known, changed, odd),
    ]
    counted = tickets.counts("reopens", "counts of reopenings", odd)
    undated = np.fmax(counted - ~np.isnat(reopened.time), 0.0).sum()
    odd["reopenings without a date: not in the log"] = int(undated)
    return [part for part in parts if len(part)] or parts[:1]


def _answers(tickets: Tickets, odd: dict[str, int]) -> tuple[Dates, NDArray[np.float64]]:
    """Return the time of the first reply, and the wait that the file states (minutes)."""
    wait = tickets.numbers("first_reply_wait") * _MINUTES[tickets.meant.wait_unit]
    given = tickets.words("first_reply_wait")[0] >= 0
    good = (wait >= 0) & (wait <= _MOST_MIN)
    odd["waits that are no number of minutes: left out"] = int((given & ~good).sum())
    wait = np.where(good, wait, np.nan)
    length = np.where(good, wait * _MINUTE_US, 0.0).round().astype("timedelta64[us]")
    begun = tickets.created
    stated = Dates(begun.time + length, begun.latest + length)
    found = _tickets.dated(tickets, "first_reply", "first replies", odd)
    answered = Dates(*(np.where(good, a, b) for a, b in zip(stated, found, strict=True)))
    replies = tickets.counts("replies", "counts of replies", odd)
    unknown = (replies > 0) & np.isnat(answered.time)
    odd["tickets with replies but no time of the first: without an answer"] = int(unknown.sum())
    return answered, wait


def _closings(tickets: Tickets, odd: dict[str, int]) -> Dates:
    """Return when the company closed each ticket that is closed."""
    closed = _tickets.dated(tickets, "closed", "closings", odd)
    if not tickets.has("status"):
        return closed
    place, words = tickets.words("status")
    folded = [word.casefold() for word in words]
    done, still = (
        np.array([*(word in {w.casefold() for w in meant} for word in folded), False])[place]
        for meant in (tickets.meant.closed_words, tickets.meant.open_words)
    )
    there = ~np.isnat(closed.time)
    odd["closings of tickets that are open again: left out"] = int((still & there).sum())
    odd["closed tickets without a date of closing: not in the log"] = int((done & ~there).sum())
    unknown = (place >= 0) & ~done & ~still
    if unknown.any():
        word = _tickets.commonest(words, place, unknown)
        odd[f"tickets with an unknown status, most often {word}: closed if dated"] = int(
            unknown.sum()
        )
    return closed.only(~still)


def _scores(
    tickets: Tickets, known: tuple[Dates, ...], changed: Dates, odd: dict[str, int]
) -> pd.DataFrame:
    """Return the scores: some time after the last thing known, by the ticket's last change."""
    place, words = tickets.words("satisfaction")
    meant = {word.casefold(): score for word, score in tickets.meant.scores.items()}
    number = pd.to_numeric(pd.Series(words, dtype="str"), errors="coerce").to_numpy(float)
    number = np.where((number >= 1) & (number <= 5), number, np.nan)
    named = np.array([meant.get(word.casefold(), np.nan) for word in words], float)
    score = np.append(np.where(np.isnan(named), number, named), np.nan)[place]
    silent = np.array([*(word.casefold() in _NO_SCORE for word in words), True])[place]
    strange = np.isnan(score) & ~silent
    if strange.any():
        word = _tickets.commonest(words, place, strange)
        odd[f"satisfaction words that are no score, most often {word}: left out"] = int(
            strange.sum()
        )
    after = np.fmax.reduce([dates.time for dates in known])
    end = np.fmax.reduce([dates.end() for dates in known])
    every = np.concatenate([end, changed.end()])
    every = every[~np.isnat(every)]
    last = every.max() if every.size else NEVER
    latest = np.where(np.isnat(changed.time), last, np.fmax(changed.end(), end))
    when = Dates(after, np.where(latest > after, latest, NEVER))
    return _rows(tickets, ~np.isnan(score), when, "customer", "survey_csat", score)


def _rows(
    tickets: Tickets, rows: Flags, when: Dates, actor: str, kind: str, value: Any = None
) -> pd.DataFrame:
    """Return one row for each ticket marked."""
    channel, words = tickets.words("channel")
    meant = {old.casefold(): new for old, new in tickets.meant.channels.items()}
    named = np.array([*(meant.get(w.casefold(), w.lower()) for w in words), None], object)
    n = int(rows.sum())
    frame = {
        "customer": tickets.customer[rows],
        "issue": tickets.issue[rows],
        "time": when.time[rows],
        "latest": when.latest[rows],
        "actor": np.full(n, actor),
        "channel": pd.Categorical(named[channel[rows]]),
        "kind": np.full(n, kind),
        "value": np.full(n, np.nan) if value is None else value[rows],
        "source": np.full(n, "help desk"),
    }
    if actor == "company":
        frame["by"] = _by(tickets)[rows]
    return pd.DataFrame(frame)


def _by(tickets: Tickets) -> NDArray[np.object_]:
    """Return the team that has each ticket, else a number for its agent, else None."""
    team, teams = tickets.words("team")
    agent, agents = tickets.words("agent")
    seen = np.flatnonzero(agent >= 0)
    begun = tickets.created.time[seen]
    order = seen[_people.in_order(begun, tickets.customer[seen], tickets.issue[seen])]
    number = _people.numbered(agent, order, len(agents))
    named = np.array([*(f"agent {k}" for k in number[:-1]), None], object)[agent]
    return np.where(team >= 0, np.array([*teams, None], object)[team], named)
