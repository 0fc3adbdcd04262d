"""The event log of a duel: a team's years with single people, of whom a sample is kept."""

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd

from cemlab import _luck
from cemlab.classroom.game._record import Setup
from cemlab.market import agents
from cemlab.market.policy import Policy
from cemlab.network import Network

PUBLIC, LEAST_PUBLIC, MOST_PUBLIC = 10, 100, 1_000_000
"""People of an endless public for each customer, and how few and how many there are of any (assumed)."""

MOST_CUSTOMERS = 1_000_000
"""Customers at the start with whom a company lives at most; of a larger one, its money is cut, too."""

_SAMPLE = 29  # what the draws are for


def log(plan: Mapping[int, Policy], setup: Setup, months: int, customers: int) -> pd.DataFrame:
    """Return the event log of so many of a company's customers, drawn at random.

    The whole company lives, with its whole desk. Whoever is in a small sample is in a larger
    one, too; of newcomers the same part is kept.
    """
    world, mine = setup.market, dict(plan)
    if world.customers > MOST_CUSTOMERS:
        part = MOST_CUSTOMERS / world.customers
        world = world.scaled(part)
        mine = {month: policy.scaled(part) for month, policy in mine.items()}
    whole = round(world.customers)
    people = whole * PUBLIC if math.isinf(world.audience) else round(world.audience)
    people = min(max(people, LEAST_PUBLIC), MOST_PUBLIC)
    reached = min(max(round(world.readers), 1), people - 1)
    public = Network.random(people, reached, rng=setup.luck)
    run = agents.simulate(mine, network=public, months=months, market=world, rng=setup.luck)
    return run.events if customers >= whole else _sample(run.events, setup, customers, whole)


# --- inside ------------------------------------------------------------------------


def _sample(events: pd.DataFrame, setup: Setup, customers: int, whole: int) -> pd.DataFrame:
    """Return the rows of a sample: so many of the `whole` at the start, numbered from 0."""
    names = events["customer"].cat.categories.to_numpy(np.int64)
    highest = int(names.max(initial=0))
    luck = np.random.default_rng([int(_luck.key(setup.luck)), _SAMPLE])
    drawn = luck.random(max(highest + 1, whole))
    kept = drawn <= np.partition(drawn[:whole], customers - 1)[customers - 1]
    rows = kept[names][events["customer"].cat.codes.to_numpy()]
    part = events[rows].reset_index(drop=True)
    for name in part.columns:
        if isinstance(part[name].dtype, pd.CategoricalDtype):
            part[name] = part[name].cat.remove_unused_categories()
    return part
