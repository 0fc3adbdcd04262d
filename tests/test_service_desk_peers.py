"""The service desk beside two packages for queues, SimPy and Ciw: the same rules, the same figures.

Everybody's figures come from replays; means may differ by 4 standard errors.
"""

from dataclasses import replace
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cemlab.sim import service_desk
from cemlab.sim.service_desk import Channel, Habits

REPLAYS = 10
PHONE = Channel(agents=8, service_min=12, patience_min=15)
RATE, HOURS = 40, 30
AUDIENCES = [0.0, 0.0, 500.0, 5000.0]
ASKED = {"arrivals_per_hour": RATE, "hours": HOURS, "followers": AUDIENCES}
CHANNELS = {
    "phone": Channel(agents=6, service_min=6, patience_min=4, zero_patience=0.1, solve=0.6),
    "twitter": Channel(
        agents=1, service_min=6, patience_min=30, solve=0.6, priority=1000, acknowledges=True
    ),
}
HABITS = Habits(
    redial=0.6, redial_after_min=20, leave=0.2, public=0.08, per_tenfold=1.0, learned=3,
    anger_per_failure=0.3, anger_per_hour=4, acknowledged=0.2, promise=0.7, kept=0.5,
    callback_after_min=90, callback_due_min=150, most_attempts=6, again=0.5, again_after_hours=2,
    loyal=0.8,
)  # fmt: skip
FATES = ["solved", "gave up", "left", "unfinished"]


# --- figures -------------------------------------------------------------------------


def figures(contacts, customers):
    """Return what a table of contacts comes to; waits are in minutes."""
    contacts = contacts.sort_values(["customer", "attempt"], ignore_index=True)
    followers = customers["followers"].to_numpy()[contacts["customer"]]
    outcome = contacts["outcome"]
    waited = contacts["waited"].where(outcome != "waiting")
    public = contacts["channel"] == "twitter"
    post = public & ~contacts["callback"]
    gone = outcome == "abandoned"
    failed = gone | (outcome == "unsolved")
    next_is_post = post.shift(-1, fill_value=False) & (contacts["attempt"].shift(-1) > 1)
    helped = public.astype(float).where(outcome == "solved").groupby(contacts["customer"]).ffill()
    return {
        "contacts": len(contacts),
        "attempt": contacts["attempt"].mean(),
        "abandoned": gone.mean(),
        "gone_at_once": (gone & (waited == 0)).mean(),
        "promised": (outcome == "promised").mean(),
        "callbacks": contacts["callback"].mean(),
        "wait_of_all_min": waited.mean(),
        "wait_on_twitter_min": waited[public].mean(),
        "wait_of_large_to_all": waited[public & (followers >= 1000)].mean() / waited[public].mean(),
        "until_the_next_min": contacts.groupby("customer")["came"].diff().mean(),
        "anger": contacts["anger"][failed].mean(),
        "anger_on_twitter": contacts["anger"][failed & public].mean(),
        "posts_per_100": 100 * post.sum() / len(customers),
        "posts_of_large": (followers[post] >= 1000).mean(),
        "posts_of_those_helped_in_public": next_is_post[failed & (helped == 1.0)].mean(),
        **{fate: (customers["outcome"] == fate).mean() for fate in FATES},
    }


def replays(habits=HABITS, channels=CHANNELS):
    found = []
    for r in range(REPLAYS):
        run = service_desk.simulate(channels=channels, habits=habits, **ASKED, rng=1, replicate=r)
        customers = service_desk.customers(run)
        names = {"arrived_min": "came", "waited_min": "waited"}
        contacts = service_desk.contacts(run).rename(columns=names)
        found.append(figures(contacts, customers))
    return pd.DataFrame(found)


def of_calls(waited, served, followers):
    """Return what calls without a follow-up come to; served: nan if the caller hung up."""
    gone = np.isnan(served)
    found = {
        "calls": waited.size,
        "abandoned": gone.mean(),
        "wait_of_all_min": waited.mean(),
        "wait_of_served_min": waited[~gone].mean(),
        "waited_not_at_all": (waited < 1e-9).mean(),
        "answered_in_a_minute": (~gone & (waited <= 1)).mean(),
        "served_min": served[~gone].mean(),
    }
    return found | {
        f"wait_of_{audience:g}_to_all": waited[followers == audience].mean() / waited.mean()
        for audience in np.unique(followers)
    }


def calls(channel, followers):
    found = []
    for r in range(REPLAYS):
        run = service_desk.simulate(
            arrivals_per_hour=RATE,
            channels={"phone": channel},
            hours=HOURS,
            followers=followers,
            rng=1,
            replicate=r,
        )
        table = service_desk.contacts(run)
        audience = service_desk.customers(run)["followers"].to_numpy()
        done = (table["outcome"] != "waiting").to_numpy()
        waited, served = (table[name].to_numpy()[done] for name in ("waited_min", "served_min"))
        found.append(of_calls(waited, served, audience[done]))
    return pd.DataFrame(found)


def apart(a, b):
    """Return how far the means of two tables of replays are apart, in standard errors."""
    error = np.sqrt(a.var() / len(a) + b.var() / len(b))
    return ((a.mean() - b.mean()) / error).abs()


# --- SimPy ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def in_simpy():
    """The desk that the benchmark races against."""
    pytest.importorskip("simpy")
    path = Path(__file__).parents[1] / "benchmarks" / "simpy_desk.py"
    spec = spec_from_file_location("simpy_desk", path)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def told_in_simpy(in_simpy):
    found = []
    for seed in range(REPLAYS):
        rows, people = in_simpy.with_feedback(CHANNELS, HABITS, **ASKED, seed=seed)
        contacts = pd.DataFrame(rows, columns=in_simpy.COLUMNS)
        customers = pd.DataFrame(people, columns=["followers", "outcome"])
        found.append(figures(contacts, customers))
    return pd.DataFrame(found)


def test_what_customers_do_after_a_contact_is_the_same_in_simpy(told_in_simpy):
    assert apart(told_in_simpy, replays()).max() < 4


OTHERWISE = {
    "redial": 0.3, "redial_after_min": 60, "leave": 0.1, "public": 0.2, "per_tenfold": 0.0,
    "learned": 0.0, "anger_per_failure": 0.1, "anger_per_hour": 0.0, "acknowledged": 1.0,
    "promise": 0.4, "kept": 0.9, "callback_after_min": 30, "callback_due_min": 30,
    "most_attempts": 4, "again": 0.2, "again_after_hours": 0.5, "loyal": 0.0,
}  # fmt: skip


@pytest.mark.parametrize("habit", OTHERWISE)
def test_another_habit_would_have_been_noticed(told_in_simpy, habit):
    other = replace(HABITS, **{habit: OTHERWISE[habit]})
    assert apart(told_in_simpy, replays(habits=other)).max() > 4


CHANGED = {
    "phone": {"zero_patience": 0.0, "patience_min": 8, "solve": 0.7},
    "twitter": {"priority": None, "acknowledges": False, "service_min": 4},
}


@pytest.mark.parametrize(
    ("name", "what"), [(name, what) for name, changes in CHANGED.items() for what in changes]
)
def test_another_channel_would_have_been_noticed(told_in_simpy, name, what):
    other = replace(CHANNELS[name], **{what: CHANGED[name][what]})
    assert apart(told_in_simpy, replays(channels=CHANNELS | {name: other})).max() > 4


@pytest.mark.parametrize("priority", [None, 1000, [100, 1000]])
def test_calls_are_the_same_in_simpy(in_simpy, priority):
    channel = replace(PHONE, priority=priority)
    found = []
    for seed in range(REPLAYS):
        rows, _ = in_simpy.one_channel(channel, **ASKED, seed=seed)
        audience, _, waited, served = np.array(rows).T
        found.append(of_calls(waited, served, audience))
    found = pd.DataFrame(found)
    assert apart(found, calls(channel, AUDIENCES)).max() < 4
    other = replace(PHONE, priority=1000 if priority is None else None)
    assert apart(found, calls(other, AUDIENCES)).max() > 4


# --- Ciw -----------------------------------------------------------------------------


def test_calls_are_the_same_in_ciw():
    ciw = pytest.importorskip("ciw")
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(RATE / 60)],
        service_distributions=[ciw.dists.Exponential(1 / PHONE.service_min)],
        reneging_time_distributions=[ciw.dists.Exponential(1 / PHONE.patience_min)],
        number_of_servers=[PHONE.agents],
    )
    found = []
    for seed in range(REPLAYS):
        ciw.seed(seed)
        simulation = ciw.Simulation(network)
        simulation.simulate_until_max_time(60 * HOURS)
        records = simulation.get_all_records()
        waited = np.array([r.waiting_time for r in records])
        served = np.array(
            [np.nan if r.record_type == "renege" else r.service_time for r in records]
        )
        found.append(of_calls(waited, served, np.zeros(len(records))))
    found = pd.DataFrame(found)
    assert apart(found, calls(PHONE, [0.0])).max() < 4
    slower = replace(PHONE, service_min=13)
    assert apart(found, calls(slower, [0.0])).max() > 4
