"""Who answers whom: threads of tweets from the numbers that link them."""

from typing import NamedTuple

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from cemlab.exchange import _moments, _people
from cemlab.exchange._foreign import names, whole_numbers

Rows = NDArray[np.int64]
Flags = NDArray[np.bool_]

KINDS = ("contact", "publish", "answer")
CONTACT, PUBLISH, ANSWER = range(3)
_FLAGS = {"true": 1, "1": 1, "1.0": 1, "false": 0, "0": 0, "0.0": 0}
_IMPLAUSIBLE = f"tweets dated before {_moments.EARLIEST} or after {_moments.LATEST}"
_UNREADABLE = "tweets with an unreadable number (was the file saved by Excel?): left out"
_LIST = r"^[0-9, .]+$"


class Links(NamedTuple):
    """What each tweet answers: its row, -1 where there is none; and what was found on the way."""

    answered: Rows
    cut: int
    filled: int
    disagree: int
    circles: int


class Tweets(NamedTuple):
    """Tweets with a number of their own, each once; accounts are places in `called`."""

    number: Rows
    author: Rows
    called: list[bytes]
    inbound: Rows
    time: _moments.Moments
    answered: Rows
    thread: Rows
    row: Rows


class Said(NamedTuple):
    """Rows of the log to be: which tweet, of which journey, and what it was.

    `begins`: the first tweet of each journey, shape (journeys,).
    """

    tweet: Rows
    journey: Rows
    kind: Rows
    begins: Rows


def first_of_each(numbers: Rows) -> tuple[Rows, int]:
    """Return the rows (in order) that are the first with their number, and how many repeat one."""
    given = np.flatnonzero(numbers >= 0)
    _, first = np.unique(numbers[given], return_index=True)
    return np.sort(given[first]), given.size - first.size


def tweets(table: pa.Table, odd: dict[str, int]) -> Tweets:
    """Return the tweets that have a number, each once."""
    lettered = [name for name in ("author_id", "text") if name in table.column_names]
    odd["rows with letters that are not UTF-8: kept"] = _people.not_utf8(
        [table.column(name) for name in lettered]
    )
    table = table.select([name for name in table.column_names if name != "text"])
    numbers = whole_numbers(table.column("tweet_id"))
    blank = pc.equal(pc.binary_length(table.column("tweet_id")), 0).to_numpy().astype(bool)
    kept, repeated = first_of_each(numbers)
    odd["tweets without a number: left out"] = int(blank.sum())
    odd[_UNREADABLE] = int(((numbers < 0) & ~blank).sum())
    odd["repeated tweet ids: left out"] = repeated
    if kept.size < table.num_rows:
        table, numbers = table.take(pa.array(kept)), numbers[kept]
    replies = table.column("in_response_to_tweet_id")
    named = pc.greater(pc.binary_length(replies), 0).to_numpy().astype(bool)
    answers = whole_numbers(replies)
    responses = table.column("response_tweet_id").combine_chunks()
    found = links(numbers, answers, named, responses)
    odd["links to tweets that are not there: cut"] = found.cut
    odd["links found only in the answered tweet: mended"] = found.filled
    odd["links that disagree: one kept"] = found.disagree
    odd["tweets in a circle of answers: kept"] = found.circles
    author, called = _people.accounts(table.column("author_id"))
    flag, words = names(table.column("inbound"))
    inbound = np.array([*(_FLAGS.get(word.lower(), -1) for word in words), -1], np.int64)[flag]
    time = _moments.of_tweets(table.column("created_at"))
    thread = threads(found.answered)
    return Tweets(numbers, author, called, inbound, time, found.answered, thread, kept)


def said(tweets: Tweets, odd: dict[str, int]) -> Said:
    """Return what each tweet is in the log: a contact or an answer, and the publications."""
    author, inbound, time, asked = tweets.author, tweets.inbound, tweets.time, tweets.answered
    year = time.astype("datetime64[Y]").astype(np.int64) + 1970
    undated = np.isnat(time)
    good = np.ones(author.size, np.bool_)
    good = _without(good, undated, "tweets without a date", odd)
    good = _without(good, (year < _moments.EARLIEST) | (year > _moments.LATEST), _IMPLAUSIBLE, odd)
    good = _without(good, inbound < 0, "tweets neither inbound nor outbound", odd)
    nobody = (inbound == 1) & (author < 0)
    good = _without(good, nobody, "inbound tweets without an author", odd)
    above = nearest_above(asked, inbound != 0)
    owner = np.where((above >= 0) & (inbound[above] == 1), author[above], -1)
    whose = owner * (tweets.thread.max(initial=0) + 1) + tweets.thread  # a person in a thread
    contact = np.flatnonzero(good & (inbound == 1))
    contact = contact[_people.in_order(time[contact], tweets.number[contact])]
    journeys, first = np.unique(whose[contact], return_index=True)
    lost = (inbound == 0) & ((owner < 0) | ~np.isin(whose, journeys))
    good = _without(good, lost, "company tweets in answer to nobody in the file", odd)
    to_themselves = (inbound == 0) & (author >= 0) & (author == owner)
    good = _without(good, to_themselves, "outbound tweets in answer to their own author", odd)
    unnamed = good & (inbound == 0) & (author < 0)
    odd["outbound tweets without an author: kept"] = int(unnamed.sum())
    early = good & (asked >= 0) & (time < time[asked])
    odd["answers dated before what they answer: kept"] = int(early.sum())
    used = np.flatnonzero(good)
    used = used[_people.in_order(time[used], tweets.number[used])]
    opens = used[(inbound[used] == 1) & (asked[used] < 0)]
    tweet = np.append(used, opens)
    kind = np.where(inbound[used] == 1, CONTACT, ANSWER)
    kind = np.append(kind, np.full(opens.size, PUBLISH))
    return Said(tweet, np.searchsorted(journeys, whose[tweet]), kind, contact[first])


def _without(good: Flags, bad: Flags, what: str, odd: dict[str, int]) -> Flags:
    """Return which tweets are still good, and count those that are not any more."""
    odd[f"{what}: left out"] = int((good & bad).sum())
    return good & ~bad


def links(numbers: Rows, answers: Rows, named: Flags, responses: pa.Array) -> Links:
    """Return what each tweet answers.

    Parameters
    ----------
    numbers, answers : ndarray of int, shape (tweets,)
        Each tweet's own number, and that of the tweet it answers (-1: none that can be read).
    named : ndarray of bool, shape (tweets,)
        Whether a tweet says that it answers one.
    responses : array of bytes, shape (tweets,)
        The numbers of its answers, with commas: they fill what the answers do not say.
    """
    order = np.argsort(numbers)
    answered = _rows(numbers, order, answers)
    asker, responder, lost = _responses(numbers, order, responses)
    by_number = np.argsort(numbers[asker], kind="stable")  # of several, the one asked first
    asker, responder = asker[by_number], responder[by_number]
    missing = answered[responder] < 0
    new, first = np.unique(responder[missing], return_index=True)
    answered[new] = asker[missing][first]
    cut = int((named & (answered < 0)).sum()) + lost
    disagree = int((answered[responder] != asker).sum() + (answers[new] >= 0).sum())
    itself = answered == np.arange(answered.size)
    circles = int(itself.sum()) + _in_circles(np.where(itself, -1, answered))
    return Links(np.where(itself, -1, answered), cut, new.size, disagree, circles)


def nearest_above(answered: Rows, wanted: Flags) -> Rows:
    """Return the first wanted tweet on the way up from each tweet, itself included; -1: none.

    >>> nearest_above(np.array([-1, 0, 1, 2]), np.array([True, False, False, False]))
    array([0, 0, 0, 0])
    """
    here = np.arange(answered.size)
    above = np.where(wanted | (answered < 0), here, answered)
    for _ in range(int(answered.size).bit_length()):  # each round doubles the way; circles end
        further = above[above]
        if (further == above).all():
            break
        above = further
    return np.where(wanted[above], above, -1)


def threads(answered: Rows) -> Rows:
    """Return the number of each tweet's thread, shape (tweets,)."""
    return _components(answered, "weak")


def _components(answered: Rows, connection: str) -> Rows:
    rows = np.flatnonzero(answered >= 0)
    n = answered.size
    edges = coo_array((np.ones(rows.size, np.int8), (rows, answered[rows])), shape=(n, n))
    _, label = connected_components(edges, directed=True, connection=connection)
    return np.asarray(label, np.int64)


def _in_circles(answered: Rows) -> int:
    """Return how many tweets answer each other in a circle."""
    if not (answered >= 0).any():
        return 0
    size = np.bincount(_components(answered, "strong"))
    return int(size[size > 1].sum())


def _rows(numbers: Rows, order: Rows, wanted: Rows) -> Rows:
    """Return the row of each number wanted, -1 where it is not there."""
    if not numbers.size:
        return np.full(wanted.size, -1)
    place = np.minimum(np.searchsorted(numbers, wanted, sorter=order), numbers.size - 1)
    row = order[place]
    return np.where((wanted >= 0) & (numbers[row] == wanted), row, -1)


def _responses(numbers: Rows, order: Rows, responses: pa.Array) -> tuple[Rows, Rows, int]:
    """Return pairs of rows (asked, answers it), and how many answers named are not there."""
    given = pc.greater(pc.binary_length(responses), 0)
    readable = pc.match_substring_regex(responses, _LIST)
    lost = pc.sum(pc.and_not(given, readable)).as_py() or 0
    rows = np.flatnonzero(readable.to_numpy(zero_copy_only=False))
    lists = pc.split_pattern(responses.filter(readable).cast(pa.string()), ",")
    count = pc.list_value_length(lists).to_numpy(zero_copy_only=False)
    named = pc.utf8_trim_whitespace(lists.flatten()).cast(pa.binary())
    asker = np.repeat(rows, count)
    found = _rows(numbers, order, whole_numbers(pa.chunked_array([named])))
    there = found >= 0
    return asker[there], found[there], int(lost) + int((~there).sum())
