"""Customer service on Twitter: exports of single tweets, made into issues of customers."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
from numpy.typing import NDArray

from cemlab import events
from cemlab._files import replacing
from cemlab.exchange import _foreign, _moments, _people, _report, _threads, _tweets_of

COLUMNS = (
    "tweet_id",
    "author_id",
    "inbound",
    "created_at",
    "text",
    "response_tweet_id",
    "in_response_to_tweet_id",
)

_FLAGS = {"true": 1, "1": 1, "1.0": 1, "false": 0, "0": 0, "0.0": 0}
_KINDS = ("contact", "publish", "answer")
_ACTORS = ("customer", "public", "company")
_CONTACT, _PUBLISH, _ANSWER = range(3)
_CUSTOMER, _PUBLIC, _COMPANY = range(3)

Ints = NDArray[np.int64]


class _Tweets(NamedTuple):
    """Tweets with a number of their own, each once."""

    number: Ints
    author: Ints
    names: list[str]
    inbound: Ints
    time: _moments.Moments
    answered: Ints
    named: NDArray[np.bool_]
    thread: Ints


class _Rows(NamedTuple):
    """Rows of the log to be: which tweet, whose problem, who acted, what it was.

    And each author's number as a person, shape (authors + 1,).
    """

    tweet: Ints
    customer: Ints
    issue: Ints
    actor: Ints
    kind: Ints
    person: Ints


def read_twcs(path: str | Path, *, keep_text: bool = False, progress: bool = True) -> pd.DataFrame:
    r"""Read tweets between customers and companies ("Customer Support on Twitter") as an event log.

    Tweets that answer each other are one issue. Its customer is the author of its first inbound
    tweet, which is a contact and a publication at once (how many people saw it is not known).
    The customer's later tweets are contacts, those of the company are answers, those of other
    people are publications by the public.

    Parameters
    ----------
    path : str or Path
        A CSV file (also .csv.gz) with the columns tweet_id, author_id, inbound, created_at
        (Tue Oct 31 22:10:47 +0000 2017), text, response_tweet_id, in_response_to_tweet_id.
    keep_text : bool
        Keep the tweets in a column `text`. Names after an @ are masked unless a company of this
        file has them; other personal details in a text are not found.
    progress : bool
        Say on stderr how far it is (if that takes long), and print what became of the file.
        Otherwise a `LeftOutWarning` says what was left out or mended, if anything was.

    Returns
    -------
    DataFrame
        An event log. People are numbered from 1 in the order of their first tweet; without the
        file nobody can tell who they are. `by` is the company's own name, "company 1" and so on
        if it has only a number, and "person 7" for the public (the number they would have as a
        customer). Issues of a customer are numbered in order of time. ``attrs["report"]`` has
        the counts of what was read, left out and mended: see `report`.

    Raises
    ------
    ValueError
        If the file is none of this kind. Single bad rows are counted instead.

    Notes
    -----
    Of tweets with the same number the first in the file counts. What a company posts without
    answering anybody is left out, and people who answer such a post stand together in one issue:
    the first of them is its customer.

    References
    ----------
    S. Axelbrooke, "Customer Support on Twitter", data set, 2017,
    https://doi.org/10.34740/kaggle/dsv/8841.

    Examples
    --------
    >>> import tempfile
    >>> head = "tweet_id,author_id,inbound,created_at,text,response_tweet_id,in_response_to_tweet_id"
    >>> rows = ["1,105,True,Tue Oct 31 22:10:47 +0000 2017,My bag is gone,2,",
    ...         "2,AirHelp,False,Tue Oct 31 22:15:47 +0000 2017,Where was it?,,1"]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "tweets.csv")
    ...     _ = file.write_text("\n".join([head, *rows]), encoding="utf-8")
    ...     log = read_twcs(file)
    tweets.csv: 2 tweets, 1 customers, 1 issues, 3 events; nothing left out.
    >>> log[["customer", "issue", "kind", "by"]].astype(object).fillna("").values.tolist()
    [[1, 1, 'contact', ''], [1, 1, 'publish', ''], [1, 1, 'answer', 'AirHelp']]
    """
    file = Path(path)
    table, lost = _table(file, keep_text=keep_text, progress=progress)
    odd = {"unreadable lines: left out": lost}
    texts = table.column("text") if keep_text else None
    tweets, kept = _tweets(table.select([c for c in table.column_names if c != "text"]), odd)
    del table
    rows, threads = _rows(tweets, odd)
    frame = _frame(tweets, rows)
    if keep_text:
        outbound = np.unique(tweets.author[(tweets.inbound == 0) & (tweets.author >= 0)])
        texts = _people.masked(texts, [tweets.names[a] for a in outbound])
        frame["text"] = texts.take(pa.array(kept[rows.tweet])).to_pandas()
        texts = None
    log = events.validate(frame)
    counts = {
        "tweets": kept.size,
        "customers": len(log["customer"].cat.categories),
        "issues": threads,
        "events": len(log),
    }
    _report.attach(log, file, counts | odd, progress=progress)
    return log


def _table(file: Path, *, keep_text: bool, progress: bool) -> tuple[pa.Table, int]:
    wanted = [name for name in COLUMNS if keep_text or name != "text"]
    top = _foreign.head(file)
    missing = [name for name in wanted if name not in top.names]
    if missing:
        msg = f"{file}: must have the columns {', '.join(wanted)}, missing {', '.join(missing)}"
        raise ValueError(msg)
    return _foreign.columns(file, top, wanted, progress=progress)


def _tweets(table: pa.Table, odd: dict[str, int]) -> tuple[_Tweets, Ints]:
    """Return the tweets that have a number, each once, and their rows of the table."""
    numbers = _foreign.whole_numbers(table.column("tweet_id"))
    kept, repeated = _threads.first_of_each(numbers)
    odd["tweets without a number: left out"] = int((numbers < 0).sum())
    odd["repeated tweet ids: left out"] = repeated
    if kept.size < table.num_rows:
        table, numbers = table.take(pa.array(kept)), numbers[kept]
    replies = table.column("in_response_to_tweet_id")
    named = pc.greater(pc.binary_length(replies), 0).to_numpy().astype(bool)
    answers = _foreign.whole_numbers(replies)
    responses = table.column("response_tweet_id").combine_chunks()
    links = _threads.links(numbers, answers, named, responses)
    odd["links to tweets that are not there: cut"] = links.cut
    odd["links found only in the answered tweet: mended"] = links.filled
    odd["tweets that answer themselves or each other in a circle: kept"] = links.circles
    author, names = _foreign.names(table.column("author_id"))
    flag, words = _foreign.names(table.column("inbound"))
    inbound = np.array([*(_FLAGS.get(word.lower(), -1) for word in words), -1], np.int64)[flag]
    time = _moments.of_tweets(table.column("created_at"))
    thread = _threads.threads(links.answered)
    return _Tweets(numbers, author, names, inbound, time, links.answered, named, thread), kept


def _rows(tweets: _Tweets, odd: dict[str, int]) -> tuple[_Rows, int]:
    """Return the log's rows, and how many issues there are."""
    author, inbound, time = tweets.author, tweets.inbound, tweets.time
    undated, unflagged = np.isnat(time), inbound < 0
    nobody = (inbound == 1) & (author < 0)
    odd["tweets without a date: left out"] = int(undated.sum())
    odd["tweets neither inbound nor outbound: left out"] = int((unflagged & ~undated).sum())
    odd["inbound tweets without an author: left out"] = int((nobody & ~undated).sum())
    unnamed = (inbound == 0) & (author < 0) & ~undated
    odd["outbound tweets without an author: kept"] = int(unnamed.sum())
    asked = tweets.answered
    early = (asked >= 0) & (time < time[asked])
    odd["answers earlier than what they answer: kept"] = int(early.sum())
    used = np.flatnonzero(~(undated | unflagged | nobody))
    used = used[_people.in_order(tweets.thread[used], time[used], tweets.number[used])]

    first = used[inbound[used] == 1]  # in order of time within each thread
    thread, at = np.unique(tweets.thread[first], return_index=True)
    opening = np.full(tweets.thread.max(initial=-1) + 1, -1)
    opening[thread] = first[at]
    opener = opening[tweets.thread[used]]
    own_post = (inbound[used] == 0) & ~tweets.named[used] & (asked[used] < 0) & (opener >= 0)
    odd["companies' tweets in threads without a customer: left out"] = int((opener < 0).sum())
    odd["companies' posts that answer nobody: left out"] = int(own_post.sum())
    keep = (opener >= 0) & ~own_post
    used, opener = used[keep], opener[keep]

    whose = author[opener]
    actor = np.where(author[used] == whose, _CUSTOMER, _PUBLIC)
    actor[inbound[used] == 0] = _COMPANY
    kind = np.array([_CONTACT, _PUBLISH, _ANSWER])[actor]
    begins = first[at]
    begins = begins[_people.in_order(author[begins], time[begins], tweets.number[begins])]
    issue = np.zeros(author.size, np.int64)
    issue[begins] = _people.counted(author[begins])
    opens = np.flatnonzero(used == opener)
    number = _numbers(tweets, first)
    rows = _Rows(
        np.append(used, used[opens]),
        np.append(number[whose], number[whose[opens]]),
        np.append(issue[opener], issue[opener[opens]]),
        np.append(actor, actor[opens]),
        np.append(kind, np.full(opens.size, _PUBLISH)),
        number,
    )
    return rows, thread.size


def _numbers(tweets: _Tweets, rows: Ints) -> Ints:
    """Return numbers of authors, from 1 in the order of their first tweet among `rows`."""
    order = rows[_people.in_order(tweets.time[rows], tweets.number[rows])]
    return _people.numbered(tweets.author, order, len(tweets.names))


def _frame(tweets: _Tweets, rows: _Rows) -> pd.DataFrame:
    def words(codes: Ints, names: tuple[str, ...]) -> pd.Categorical:
        return pd.Categorical.from_codes(codes, categories=list(names))

    author = tweets.author[rows.tweet]
    outbound = rows.tweet[(rows.actor == _COMPANY) & (author >= 0)]
    outbound = outbound[[tweets.names[a].isdigit() for a in tweets.author[outbound]]]
    by = _people.named(
        np.where(rows.actor == _COMPANY, author, -1),
        np.where(rows.actor == _PUBLIC, author, -1),
        tweets.names,
        _numbers(tweets, outbound),
        rows.person,
    )
    same = np.zeros(rows.tweet.size, np.int64)
    return pd.DataFrame(
        {
            "customer": rows.customer,
            "issue": rows.issue,
            "time": tweets.time[rows.tweet],
            "actor": words(rows.actor, _ACTORS),
            "by": by,
            "channel": words(same, ("twitter",)),
            "kind": words(rows.kind, _KINDS),
            "source": words(same, ("twcs",)),
        }
    )


def write_twcs(log: pd.DataFrame, path: str | Path) -> None:
    """Write what customers, companies and the public say in a log in the layout of `read_twcs`.

    So a simulated service desk becomes a small export for lessons and tests. Each contact is an
    inbound tweet (with the publication at its time, if any), each of the company's words in
    reply an outbound one, each publication by the public an inbound one. Reading the file back
    keeps the threads, their order and their times to the second.

    Parameters
    ----------
    log : DataFrame
        An event log. Issues in which the customer says nothing are left out, and what the
        public says before the customer does: whoever speaks first is the customer. A column `text`,
        as `read_twcs` keeps it, gives the texts; otherwise they are made up.
    path : str or Path
        Where the file goes; an older one stays whole if this fails. A text that starts with one
        of = + - @ gets a space in front, so that no spreadsheet takes it for a formula.

    Raises
    ------
    ValueError
        If the log breaks a rule; nothing is written then.

    Examples
    --------
    >>> import tempfile
    >>> log = pd.DataFrame({"customer": "Ana", "actor": ["customer", "company"],
    ...                     "time": ["2024-05-01 10:00", "2024-05-01 10:30"],
    ...                     "kind": ["contact", "answer"], "by": [None, "Acme"]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_twcs(log, Path(folder, "tweets.csv"))
    ...     again = read_twcs(Path(folder, "tweets.csv"))
    tweets.csv: 2 tweets, 1 customers, 1 issues, 3 events; nothing left out.
    >>> again["by"].tolist()[-1]
    'Acme'
    """
    frame = _tweets_of.table(events.validate(log))
    with replacing(path) as draft:
        frame.to_csv(draft, index=False, encoding="utf-8")
