"""A log's words as single tweets: numbers, authors, links, dates and texts."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cemlab._waiting import ANSWERS
from cemlab.exchange._moments import DAYS, EARLIEST, LATEST, MONTHS
from cemlab.exchange._people import free
from cemlab.observation import observe

_FIRST_AUTHOR = 100_001
_SAID = {
    "customer": "My problem is still there, and I say it once more.",
    "company": "We are sorry, and we are looking into it.",
    "public": "The same happened to me.",
}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Ints = NDArray[np.int64]


def table(log: pd.DataFrame) -> pd.DataFrame:
    """Return one row a tweet, in order of time, from a validated log."""
    seen = observe(log)
    actor, kind = log["actor"], log["kind"]
    told = seen.told
    reply = ((actor == "company") & kind.isin(ANSWERS)).to_numpy(bool)
    other = ((actor == "public") & (kind == "publish")).to_numpy(bool)
    first = seen.first_row(told)
    begin = first[seen.journey]
    late = np.arange(len(log)) >= begin
    rows = np.flatnonzero((told | reply | other) & late & (begin >= 0))
    answers = _answers(seen.journey[rows], other[rows])
    log = log.iloc[rows].reset_index(drop=True)
    _check(log)
    inbound = ~reply[rows]
    numbers = pd.Series(np.arange(1, rows.size + 1)).astype("str")
    return pd.DataFrame(
        {
            "tweet_id": numbers,
            "author_id": _authors(log, inbound, told[rows]),
            "inbound": np.where(inbound, "True", "False"),
            "created_at": dates(log["time"].to_numpy()),
            "text": _texts(log),
            "response_tweet_id": _responses(answers),
            "in_response_to_tweet_id": np.where(answers < 0, "", (answers + 1).astype("str")),
        }
    )


def _check(log: pd.DataFrame) -> None:
    if log.empty:
        msg = "log must hold a contact of a customer, got none: no tweet can be made of it"
        raise ValueError(msg)
    year = log["time"].dt.year
    outside = ~year.between(EARLIEST, LATEST)
    if outside.any():
        msg = (
            f"log must lie in the years {EARLIEST} to {LATEST} to become tweets, "
            f"got {log['time'][outside].iloc[0]}: move its times"
        )
        raise ValueError(msg)


def _answers(journey: Ints, public: NDArray[np.bool_]) -> Ints:
    """Return what each tweet answers: the journey's tweet before it, -1 for its first.

    Nobody answers the public, so that what a company says belongs to the customer.
    """
    rows = np.arange(journey.size)
    order = np.argsort(journey, kind="stable")
    mine = journey[order]
    # in this order places only grow, so the latest place so far is that of the tweet before
    spoken = np.where(public[order], -1, rows)
    before = np.append(-1, np.maximum.accumulate(spoken)[:-1]) if rows.size else spoken
    opens = np.append(True, mine[1:] != mine[:-1])[: rows.size]
    answers = np.empty(journey.size, np.int64)
    answers[order] = np.where(opens, -1, order[before])
    return answers


def _authors(log: pd.DataFrame, inbound: NDArray[np.bool_], told: NDArray[np.bool_]) -> list[str]:
    customer = log["customer"].cat.codes.to_numpy(np.int64)
    by = log["by"].cat.codes.to_numpy(np.int64)
    others = len(log["customer"].cat.categories) + _FIRST_AUTHOR
    brand = _brands([f"{name}" for name in log["by"].cat.categories])
    return [
        str(_FIRST_AUTHOR + customer[i]) if told[i]
        else str(others + by[i] + 1) if inbound[i]
        else brand[by[i]]
        for i in range(len(log))
    ]  # fmt: skip


def _brands(names: list[str]) -> list[str]:
    """Return account names, no two alike; the last is that of a company without a name.

    >>> _brands(["Acme Help", "AcmeHelp", "7"])
    ['AcmeHelp2', 'AcmeHelp', 'company7', 'company']
    """
    plain = ["".join(name.split()).lstrip("".join(_FORMULA)) for name in [*names, ""]]
    plain = [name if name and not name.isdigit() else f"company{name}" for name in plain]
    own = [name == given for name, given in zip(plain, [*names, ""], strict=True)]
    taken = {name.casefold() for name, kept in zip(plain, own, strict=True) if kept}
    return [
        name if kept else free(name, "{}", taken) for name, kept in zip(plain, own, strict=True)
    ]


def _texts(log: pd.DataFrame) -> list[str]:
    if "text" in log:
        texts = log["text"].astype("str").fillna("").tolist()
    else:
        texts = log["actor"].astype("str").map(_SAID).tolist()
    return [f" {text}" if text.startswith(_FORMULA) else text for text in texts]


def _responses(answers: Ints) -> list[str]:
    listed: list[list[str]] = [[] for _ in answers]
    for number, asked in enumerate(answers.tolist(), start=1):
        if asked >= 0:
            listed[asked].append(str(number))
    return [",".join(numbers) for numbers in listed]


def dates(time: NDArray[np.datetime64]) -> list[str]:
    """Return times (UTC) as Twitter writes them: Tue Oct 31 22:10:47 +0000 2017.

    >>> dates(np.array(["2017-10-31 22:10:47"], "datetime64[us]"))
    ['Tue Oct 31 22:10:47 +0000 2017']
    """
    return [
        f"{DAYS[t.weekday()]} {MONTHS[t.month - 1]} {t:%d %H:%M:%S} +0000 {t.year:04d}"
        for t in pd.DatetimeIndex(time).to_pydatetime()
    ]
