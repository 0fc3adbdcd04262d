"""Customer service on Twitter: exports of single tweets, made into issues of customers."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]
from numpy.typing import NDArray

from cemlab import _checks, events
from cemlab._files import replacing
from cemlab.exchange import _foreign, _moments, _people, _report, _threads, _tweets_of
from cemlab.exchange._threads import Said, Tweets

COLUMNS = (
    "tweet_id",
    "author_id",
    "inbound",
    "created_at",
    "text",
    "response_tweet_id",
    "in_response_to_tweet_id",
)

Ints = NDArray[np.int64]


def read_twcs(
    path: str | Path,
    *,
    keep_text: bool = False,
    round_minutes: int | None = None,
    progress: bool = True,
) -> pd.DataFrame:
    r"""Read tweets between customers and companies ("Customer Support on Twitter") as an event log.

    Tweets that answer each other are a thread. Everybody who writes inbound tweets in a thread is
    a customer there, with an issue of their own: a journey is a person in a thread. A company's
    tweet belongs to the person whose tweet it answers. If it answers another tweet of a company,
    it belongs to the author of the nearest inbound tweet above; if there is none, it is left out.

    Parameters
    ----------
    path : str or Path
        A CSV file (also .csv.gz) with the columns tweet_id, author_id, inbound, created_at
        (Tue Oct 31 22:10:47 +0000 2017), text, response_tweet_id, in_response_to_tweet_id. It
        may lack the text if `keep_text` is False.
    keep_text : bool
        Keep the tweets in a column `text`. E-mail addresses are masked, and names after an @ or
        in a link to Twitter unless a company of this file has them. Nothing else is: not other
        links, not names without an @, not what people tell about themselves.
    round_minutes : int, optional
        Round times down to so many minutes (1 to 1440). The order within a journey stays: what
        comes later within the same minutes is put 1, 2, ... microseconds after them.
    progress : bool
        Say on stderr how far it is (if that takes long), and print what became of the file.
        Otherwise a `LeftOutWarning` says what was left out or mended, if anything was.

    Returns
    -------
    DataFrame
        An event log. Each inbound tweet is a contact; the one that opens its thread (it answers
        nothing in the file) is a publication, too. How many people saw it is not known. What a
        company says in reply are answers. People are numbered from 1 in the order of their first
        tweet, a person's issues in order of time. `by` and `touchpoint` name companies;
        one that is only a number, or that also writes inbound tweets, is "company 1" and so on.
        `touchpoint`, on every row of a journey, is the company that answers it first; else the
        first company of the file that the person's first tweet there names after an @ (texts are
        read for this even if not kept); else the company whose tweet that one answers.
        ``attrs["report"]`` has the counts of rows that were used, left out and mended: see `report`.

    Raises
    ------
    ValueError
        If the file is none of this kind, or if nothing in it can be used. Single bad rows are
        counted instead.

    Notes
    -----
    **Numbers are pseudonyms; nobody is anonymous.** The data set is public with its exact times:
    in a made-up one, 97 of 100 customers could be found again by the second alone. With the
    file at hand the order of the numbers tells who is who. Rounded times make that harder,
    not impossible.

    Nobody has read the texts. A "Thanks!" is a contact that waits for an answer like any
    other, and what somebody had to split into three tweets is three contacts. Every opening tweet
    is public by nature, so "gone public" says nothing here. Whoever answers another customer,
    or a company's post, is a customer with an issue, whether they want something or not.

    Of tweets with the same number the first in the file counts.

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
    tweets.csv: 2 rows, 2 tweets used, 1 customer, 1 issue, 3 events; nothing left out.
    >>> log[["customer", "issue", "kind", "touchpoint"]].values.tolist()
    [[1, 1, 'contact', 'AirHelp'], [1, 1, 'publish', 'AirHelp'], [1, 1, 'answer', 'AirHelp']]
    """
    file = Path(path)
    if round_minutes is not None:
        round_minutes = _checks.whole("round_minutes", round_minutes, low=1, high=1440)
    table, lost = _table(file, keep_text=keep_text, progress=progress)
    texts = table.column("text") if "text" in table.column_names else None
    total = table.num_rows + lost
    odd = {"unreadable lines: left out": lost}
    tweets = _threads.tweets(table, odd)
    del table
    rows = _threads.said(tweets, odd)
    if not rows.tweet.size:
        most = _report.commonest(odd)
        got = f"{_report.counted(total, 'rows')}, none of which can be used"
        msg = f"{file}: must hold a tweet of a customer, got {got}"
        raise ValueError(msg + (f" (most often: {most})" if most else ""))
    names = _names(tweets, rows, odd)
    frame = _frame(tweets, rows, names, _addressed(tweets, rows, texts), round_minutes)
    if keep_text:
        public = [tweets.called[a].decode("utf-8", "replace") for a in _companies(tweets)[1]]
        public = [name for name in public if not name.isdigit()]
        kept = _people.masked(texts, public).take(pa.array(tweets.row[rows.tweet]))
        frame["text"] = kept.to_pandas()
        del kept
    counts = {
        "rows": total,
        "tweets used": int((rows.kind != _threads.PUBLISH).sum()),
        "customers": frame["customer"].nunique(),
        "issues": rows.begins.size,
        "events": len(frame),
    }
    del texts, tweets, rows, names  # a large file needs the room
    log = events.validate(frame)
    _report.attach(log, file, counts | odd, progress=progress)
    return log


def _table(file: Path, *, keep_text: bool, progress: bool) -> tuple[pa.Table, int]:
    top = _foreign.head(file)
    wanted = [name for name in COLUMNS if keep_text or name != "text" or name in top.names]
    missing = [name for name in wanted if name not in top.names]
    if missing:
        msg = f"{file}: must have the columns {', '.join(wanted)}, missing {', '.join(missing)}"
        raise ValueError(msg)
    return _foreign.columns(file, top, wanted, progress=progress)


def _companies(tweets: Tweets) -> tuple[Ints, Ints, Ints]:
    """Return the companies' accounts by their first tweet: all, those only outbound, the others."""
    sent = np.flatnonzero((tweets.inbound == 0) & (tweets.author >= 0))
    sent = sent[_people.in_order(tweets.time[sent], tweets.number[sent])]
    found, first = np.unique(tweets.author[sent], return_index=True)
    found = found[np.argsort(first)]
    both = np.isin(found, tweets.author[tweets.inbound == 1])
    return found, found[~both], found[both]


def _names(tweets: Tweets, rows: Said, odd: dict[str, int]) -> tuple[Ints, list[str]]:
    """Return each company's place among their names, by account (the last: none), and these."""
    found, _, both = _companies(tweets)
    answers = tweets.author[rows.tweet[rows.kind == _threads.ANSWER]]
    odd["answers of accounts that write inbound tweets, too: kept, without a name"] = int(
        np.isin(answers, both).sum()
    )
    names = _people.companies(tweets.called, found, both.tolist())
    listed = sorted(names.values())
    place = np.full(len(tweets.called) + 1, -1)
    place[list(names)] = np.searchsorted(listed, list(names.values())) if names else -1
    return place, listed


def _addressed(tweets: Tweets, rows: Said, texts: pa.ChunkedArray | None) -> Ints:
    """Return the account of the company that each journey is with, -1: not known."""
    author, begins = tweets.author, rows.begins
    replied = np.flatnonzero((rows.kind == _threads.ANSWER) & (author[rows.tweet] >= 0))
    answered, first = np.unique(rows.journey[replied], return_index=True)
    found = np.full(begins.size, -1)
    found[answered] = author[rows.tweet[replied[first]]]
    if texts is not None:
        open_ = np.flatnonzero(found < 0)
        open_ = open_[np.argsort(tweets.row[begins[open_]])]
        wanted = np.zeros(len(texts), np.bool_)
        wanted[tweets.row[begins[open_]]] = True
        handles = _people.handles(tweets.called, _companies(tweets)[0].tolist())
        found[open_] = _people.mentioned(texts.filter(pa.array(wanted)), handles)
    asked = tweets.answered[begins]
    company = (asked >= 0) & (tweets.inbound[asked] == 0)
    return np.where((found < 0) & company, author[asked], found)


def _frame(
    tweets: Tweets,
    rows: Said,
    names: tuple[Ints, list[str]],
    addressed: Ints,
    round_minutes: int | None,
) -> pd.DataFrame:
    def words(codes: Ints, called: Sequence[str]) -> pd.Categorical:
        categories = pd.Index(list(called), dtype="str")
        return pd.Categorical.from_codes(codes, categories=categories)

    order = rows.begins[_people.in_order(tweets.time[rows.begins], tweets.number[rows.begins])]
    person = _people.numbered(tweets.author, order, len(tweets.called))
    whose = tweets.author[rows.begins]
    mine = _people.in_order(whose, tweets.time[rows.begins], tweets.number[rows.begins])
    issue = np.zeros(whose.size, np.int64)
    issue[mine] = _people.counted(whose[mine])
    time = tweets.time[rows.tweet]
    if round_minutes:
        time = _moments.rounded_down(time, rows.journey, minutes=round_minutes)
    place, listed = names
    answers = rows.kind == _threads.ANSWER
    same = np.zeros(rows.tweet.size, np.int64)
    return pd.DataFrame(
        {
            "customer": person[whose][rows.journey],
            "issue": issue[rows.journey],
            "time": time,
            "actor": words(answers.astype(np.int64), ("customer", "company")),
            "by": words(np.where(answers, place[tweets.author[rows.tweet]], -1), listed),
            "channel": words(same, ("twitter",)),
            "touchpoint": words(place[addressed][rows.journey], listed),
            "kind": words(rows.kind, _threads.KINDS),
            "source": words(same, ("twcs",)),
        }
    )


def write_twcs(log: pd.DataFrame, path: str | Path) -> None:
    """Write what customers, companies and the public say in a log in the layout of `read_twcs`.

    So a simulated service desk becomes a small export for lessons and tests. Each contact is an
    inbound tweet (with the publication at its time, if any), each of the company's words in
    reply an outbound one, each publication by the public an inbound one. Each issue is a thread
    of its own. Reading the file back keeps the issues, their order and their times to the
    second; each first contact is a publication then, and the public are customers of their own.

    Parameters
    ----------
    log : DataFrame
        An event log. What is said in an issue before the customer's first word is left out. A
        column `text`, as `read_twcs` keeps it, gives the texts; otherwise they are made up.
    path : str or Path
        Where the file goes; an older one stays whole if this fails. A text that starts with one
        of = + - @ gets a space in front, so that no spreadsheet takes it for a formula. Brands
        lose their spaces; if two would be called alike then, one gets a number.

    Raises
    ------
    ValueError
        If the log breaks a rule, holds no customer's contact, or dates before 2006 or after
        2100; nothing is written then.

    Examples
    --------
    >>> import tempfile
    >>> log = pd.DataFrame({"customer": "Ana", "actor": ["customer", "company"],
    ...                     "time": ["2024-05-01 10:00", "2024-05-01 10:30"],
    ...                     "kind": ["contact", "answer"], "by": [None, "Acme"]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_twcs(log, Path(folder, "tweets.csv"))
    ...     again = read_twcs(Path(folder, "tweets.csv"))
    tweets.csv: 2 rows, 2 tweets used, 1 customer, 1 issue, 3 events; nothing left out.
    >>> again["by"].tolist()[-1]
    'Acme'
    """
    frame = _tweets_of.table(events.validate(log))
    with replacing(path) as draft:
        frame.to_csv(draft, index=False, encoding="utf-8", lineterminator="\r\n")
