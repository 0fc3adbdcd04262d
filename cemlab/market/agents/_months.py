"""The months of single customers, one after the other, and what is kept of them for the log."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, pdtr
from scipy.stats import binom

from cemlab import _checks
from cemlab.market import course as _course
from cemlab.market._kernels import desk_month, live_month, loop, people
from cemlab.market.assumptions import Market
from cemlab.market.course import Array, Lived
from cemlab.market.policy import Months, Plan, by_month
from cemlab.network import Network

MOST_CUSTOMERS = 2**36
"""Running numbers of customers that their luck can tell apart."""

_EACH, _NODE = 64.0, 24.0  # bytes a customer, and a person of the network


class Kept(NamedTuple):
    """What the event log is made of; counts by month lead from one month's rows to the next's."""

    failures: NDArray[np.void]
    contacts: NDArray[np.void]  # each names the row of its failure
    gone: NDArray[np.void]
    answers: NDArray[np.void]
    stories: Array  # (months, 2): chance of sharing a post, and its bound
    luck: NDArray[np.uint64]


def lived(
    plan: Plan,
    market: Market,
    network: Network,
    months: int,
    *,
    surveyed: float,
    key: int,
    replicate: int,
) -> tuple[Lived, Kept]:
    """Live a plan through the months with single people; say what the log is made of."""
    plans = by_month(plan, months)
    _check_memory(market, network, plans, months, surveyed)
    luck = np.empty(people.PURPOSES.size, np.uint64)
    people.branch_out(np.uint64(key), replicate, people.PURPOSES, luck)
    shocks = _course.shocks(market, months, key, replicate)
    share, margin, offered = _course.segments(market)
    world = market.world()._replace(audience=float(network.n))
    total = np.cumsum(share)
    course, held = np.empty((months, loop.COLUMNS)), np.empty((months + 1, share.size))
    stories = np.empty((months, 2))
    state = np.array(
        [
            market.start_reputation * market.start_evidence,
            (1.0 - market.start_reputation) * market.start_evidence,
            market.start_public,
            0.0,
            market.start_reputation,
        ]
    )
    seen = np.zeros(network.n, np.int64)
    by, heard, when = (np.empty(network.n, np.int32) for _ in range(3))
    next_number = round(market.customers)
    who, segment = _welcome(luck, 0, next_number, total)
    held[0] = np.bincount(segment, minlength=share.size)
    tables: list[list[NDArray[np.void]]] = [[], [], [], []]
    so_far = 0
    for t in range(months):
        line, way, shock = (rows[min(t, len(rows) - 1)] for rows in (*plans, shocks))
        failures, contacts, gone, answers, staying, mean = live_month.live(
            world, t, luck, line, way, shock, margin, offered, state, who, segment,
            network.start, network.targets, seen, by, heard, when, surveyed, course[t], stories[t],
        )  # fmt: skip
        unit = people.one_of_month(luck, people.NEWCOMER, t)
        count = _coming(unit, mean, market.market_size - course[t, loop.CUSTOMERS])
        course[t, loop.NEW] = count
        fresh, kind = _welcome(luck, next_number, count, total)
        next_number += count
        if next_number > MOST_CUSTOMERS:
            msg = f"months must bring at most {MOST_CUSTOMERS:,} customers, got more by month {t}: ask for fewer months"
            raise ValueError(msg)
        who = np.concatenate([who[:staying], fresh])
        segment = np.concatenate([segment[:staying], kind])
        held[t + 1] = np.bincount(segment, minlength=share.size)
        contacts["failure"] += so_far
        for table in (gone, answers):
            table["failure"][table["failure"] >= 0] += so_far
        so_far += failures.size
        for rows, found in zip(tables, (failures, contacts, gone, answers), strict=True):
            rows.append(found)
    worth = (1.0 + market.discount) ** -np.arange(months)
    npv = float(course[:, loop.PROFIT] @ worth)
    all_failures, all_contacts, all_gone, all_answers = (np.concatenate(rows) for rows in tables)
    kept = Kept(all_failures, all_contacts, all_gone, all_answers, stories, luck)
    return Lived(npv, course, held), kept


# --- inside ------------------------------------------------------------------------


def _welcome(
    luck: NDArray[np.uint64], first: int, count: int, most: Array
) -> tuple[NDArray[np.int64], NDArray[np.int16]]:
    who, segment = np.empty(count, np.int64), np.empty(count, np.int16)
    people.welcome(luck, first, most, who, segment)
    return who, segment


def _coming(unit: float, mean: float, room: float) -> int:
    """Return how many come: a Poisson number; each of those left by their chance in a full market."""
    if np.isinf(room):
        return int(_poisson(unit, mean))
    left = max(int(room), 0)
    chance = min(mean / left, 1.0) if left else 0.0
    return max(int(binom.ppf(unit, left, chance)), 0)


def _poisson(unit: float, mean: float) -> float:
    """Return the whole number that a draw in [0, 1) stands for: more with a higher mean."""
    if mean <= 0.0 or unit <= 0.0:
        return 0.0
    z = ndtri(unit)
    found = max(0.0, np.floor(mean + z * np.sqrt(mean) + (z * z - 1.0) / 6.0))
    while pdtr(found, mean) < unit:
        found += 1.0
    while found > 0.0 and pdtr(found - 1.0, mean) >= unit:
        found -= 1.0
    return float(found)


def _check_memory(
    market: Market, network: Network, plans: Months, months: int, surveyed: float
) -> None:
    """Stop if the people who may be there at once, and what is kept of them, do not fit."""
    spent = max(float(plans.lines[:, 4].max()) / market.advertising_reference, 1e-4)
    liked = market.reputation_reference**-market.reputation_elasticity
    arriving = market.acquisition * spent**market.advertising_elasticity * liked
    staying = months if market.base_churn == 0.0 else min(months, 1.0 / market.base_churn)
    most = min(market.customers + arriving * staying, market.market_size)
    failing = market.experiences * market.failure_rate
    voiced = market.voice * (1.0 + market.escalation) * desk_month.CONTACT.itemsize
    rows = failing * (people.FAILURE.itemsize + voiced) + surveyed * people.ANSWER.itemsize
    rows += 0.05 * people.GONE.itemsize
    mean = (market.customers + most) / 2.0
    need = most * _EACH + mean * months * rows + _NODE * network.n
    _checks.memory("market", need, "ask for fewer months, or a smaller market with scaled")


def unpacked(table: NDArray[np.void], *names: str) -> tuple[NDArray[Any], ...]:
    """Return columns of a table of records, each in one piece."""
    return tuple(np.ascontiguousarray(table[name]) for name in names)
