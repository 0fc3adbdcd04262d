"""Who are these people? What is left of journeys when a person's channels are not matched."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cemlab import _checks, _luck, _waiting
from cemlab._compiled import kernel
from cemlab.events import validate


def links(events: pd.DataFrame) -> int:
    """Return how many links a complete log has between the channels of its customers.

    A customer who acted on k channels has k - 1 links: from the channel of their first
    row to each of the others. Rows without a channel, and channels on which only others
    acted, make none.

    Examples
    --------
    >>> log = pd.DataFrame({"customer": ["Ana", "Ana", "Bo"], "actor": "customer", "kind": "contact",
    ...                     "channel": ["phone", "twitter", "phone"], "time": "2024-05-01"})
    >>> links(log)
    1
    """
    return len(_links(validate(events))[0])


def unlink(events: pd.DataFrame, share: float, *, rng: Any) -> pd.DataFrame:
    """Return the log as a company has it that cannot match a share of handles to customers.

    A link joins the channel of a customer's first own row to another channel on which they
    acted. Where it is hidden, all rows about them on that other channel, the company's and
    the public's too, belong to a new customer: "Ana (twitter)", or the next free number.
    The same `rng` hides at a larger share all that it hides at a smaller one, and gives
    the same new names.

    Parameters
    ----------
    events : DataFrame
        An event log in which all channels of a person carry one name.
    share : float
        Share of the links to hide, in [0, 1]: exactly ``round(share * links(events))`` are.
    rng : int or numpy.random.Generator
        Source of luck: the same integer hides the same links.

    Returns
    -------
    DataFrame
        A valid log with the same rows. Stated minutes of an answer that now fit no contact
        of its customer are left out: nobody could have measured them. At share 0 it is the
        validated log, at share 1 every channel of a person is a stranger.

    Raises
    ------
    ValueError
        If `share` is no share, or the numbers for new customers run out.

    References
    ----------
    .. [1] I. P. Fellegi, A. B. Sunter, "A theory for record linkage", Journal of the
       American Statistical Association 64, 1969.

    Examples
    --------
    >>> log = pd.DataFrame({"customer": "Ana", "actor": "customer", "kind": "contact",
    ...                     "channel": ["phone", "twitter"], "time": ["2024-05-01", "2024-05-02"]})
    >>> unlink(log, 1.0, rng=1)["customer"].tolist()
    ['Ana', 'Ana (twitter)']
    >>> unlink(log, 0.0, rng=1)["customer"].tolist()
    ['Ana', 'Ana']
    """
    part = _checks.number("share", share, low=0, high=1)
    key = _luck.key(rng)
    log = validate(events)
    link, pair = _links(log)
    draws = _draws(key, link.astype(np.uint64))
    hidden = np.zeros(len(link), bool)
    hidden[np.argsort(draws, kind="stable")[: round(part * len(link))]] = True
    if not hidden.any():
        return log
    return _without_lost_minutes(_renamed(log, link, pair, hidden))


# --- inside ------------------------------------------------------------------------


@kernel
def _draws(key: Any, entities: Any) -> Any:
    """Return a draw in [0, 1) for each link."""
    luck = _luck.branch(key, 0, _luck.LINK)
    found = np.empty(entities.size)
    for i in range(entities.size):
        found[i] = _luck.draw(luck, entities[i])
    return found


def _links(log: pd.DataFrame) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the links, sorted, and each row's (customer, channel), both as one number.

    The number is the customer's place among all, times the channels, plus the channel's
    place; -1 for a row without a channel.
    """
    width = max(len(log["channel"].cat.categories), 1)
    channel = log["channel"].cat.codes.to_numpy(np.int64)
    customer = log["customer"].cat.codes.to_numpy(np.int64)
    pair = np.where(channel >= 0, customer * width + channel, -1)
    own = (log["actor"] == "customer").to_numpy() & (channel >= 0)
    used = np.zeros(len(log["customer"].cat.categories) * width, bool)
    used[pair[own]] = True
    home = np.full(len(log["customer"].cat.categories), -1, np.int64)
    home[customer[own][::-1]] = pair[own][::-1]  # the first row is written last
    used[home[home >= 0]] = False
    return np.flatnonzero(used), pair


def _renamed(
    log: pd.DataFrame,
    link: NDArray[np.int64],
    pair: NDArray[np.int64],
    hidden: NDArray[np.bool_],
) -> pd.DataFrame:
    """Return the log with a new customer for each hidden link, in the order of a valid log."""
    customers, channels = (log[name].cat.categories for name in ("customer", "channel"))
    names = _new_names(customers, channels, link)[hidden]
    new = np.full(len(customers) * len(channels) + 1, -1, np.int64)  # the last: no channel
    new[link[hidden]] = len(customers) + np.arange(len(names))
    stranger = new[pair]
    codes = np.where(stranger >= 0, stranger, log["customer"].cat.codes.to_numpy(np.int64))
    everyone = customers.append(names)
    order = everyone.argsort()
    place = np.empty(len(everyone), np.int64)
    place[order] = np.arange(len(everyone))
    codes = place[codes]
    column = pd.Categorical.from_codes(codes, dtype=pd.CategoricalDtype(everyone[order]))
    rows = _in_order(log, codes, len(everyone))
    return log.assign(customer=column).take(rows).reset_index(drop=True)


def _in_order(log: pd.DataFrame, customer: NDArray[np.int64], customers: int) -> NDArray[np.int64]:
    """Return the order of rows by time, kind and (new) customer; time and kind are in order."""
    time, kind = log["time"].to_numpy(), log["kind"].cat.codes.to_numpy()
    other = np.ones(len(log), bool)
    other[1:] = (time[1:] != time[:-1]) | (kind[1:] != kind[:-1])
    order: NDArray[np.int64] = np.argsort(np.cumsum(other) * customers + customer, kind="stable")
    return order


def _new_names(customers: pd.Index, channels: pd.Index, link: NDArray[np.int64]) -> pd.Index:
    """Return a name for the far end of each link, none of them taken."""
    customer, channel = np.divmod(link, len(channels))
    if customers.dtype.kind == "i":
        top = int(customers.max())
        if top + len(link) > np.iinfo(np.int64).max:
            msg = f"events must leave numbers free for new customers, got customer {top}: use smaller numbers"
            raise ValueError(msg)
        return pd.Index(top + 1 + np.arange(len(link)), dtype=customers.dtype)
    there = " (" + channels.astype("str") + ")"
    names = customers.take(customer) + there.take(channel)
    taken = customers.append(names).duplicated()[len(customers) :]
    if taken.any():
        known, clean = {*customers, *names}, names.to_list()
        for i in np.flatnonzero(taken):
            number = 2
            while (name := f"{clean[i]} {number}") in known:
                number += 1
            known.add(name)
            clean[i] = name
        names = pd.Index(clean, dtype=customers.dtype)
    return names


def _without_lost_minutes(log: pd.DataFrame) -> pd.DataFrame:
    """Leave out stated minutes of an answer that fit none of the contacts that it ends now."""
    lost = np.zeros(len(log), bool)
    lost[_waiting.contradicted(log)[0]] = True
    return log.assign(value=log["value"].mask(lost))
