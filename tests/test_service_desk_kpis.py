"""Service desk: long-run theory, key figures and their intervals, two policies compared."""

import math
import re

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from pandas.testing import assert_series_equal
from scipy import stats

from cemlab.network import Network
from cemlab.sim import cascade
from cemlab.sim.service_desk import (
    Channel,
    Habits,
    compare,
    contacts,
    customers,
    erlang_a,
    intervals,
    kpis,
    repeat,
    simulate,
)

BASE = Channel(agents=20, service_min=12, patience_min=3)  # for 100 calls an hour
CHATTY = {
    "arrivals_per_hour": {"phone": 40, "mail": 10},
    "channels": {
        "phone": Channel(5, 6, solve=0.7, patience_min=5, zero_patience=0.1),
        "mail": Channel(2, 10, solve=0.8, opens=[True, False] * 12, closing="send away"),
        "twitter": Channel(1, 5),
    },
    "habits": Habits(
        redial=0.5, leave=0.2, public=0.5, promise=0.5, kept=0.7, again=0.3, again_after_hours=1
    ),
    "followers": [0, 10, 1000],
}


def desk(channel, per_hour=100.0, **more):
    return simulate(arrivals_per_hour=per_hour, channels={"phone": channel}, **{"rng": 1} | more)


def assert_mean(sample, exact, within=0.05):
    """Compare a mean over replays with its exact value within 4 standard errors, which are small."""
    error = np.std(sample, ddof=1) / math.sqrt(len(sample))
    assert 4 * error < within * abs(exact)
    assert np.mean(sample) == pytest.approx(exact, abs=4 * error)


def assert_figures(replays, exact, within=0.05):
    for name, value in exact.items():
        assert_mean(replays[name], value, within)


# --- theory ----------------------------------------------------------------------------


def test_the_base_model_is_erlang_a():
    run = desk(BASE, hours=200)
    replays = repeat(run, runs=60, warm_up_hours=5)
    exact = {"abandoned": 0.117893, "wait_of_all_min": 0.353680, "level_of_all": 0.685469}
    theory = erlang_a(100, 5, 20, 20)
    exact |= {
        "wait_of_served_min": 60 * theory.wait_served,
        "level_of_answered": theory.service_level_of_answered(within=20 / 3600),
        "level_of_patient": theory.service_level_of_patient(within=20 / 3600),
        "occupancy": theory.occupancy,
    }
    assert_figures(replays, exact)
    at_once = repeat(run, runs=60, warm_up_hours=5, within_min=0)["level_of_all"]
    assert_mean(1 - at_once, 0.375922)


def test_two_channels_of_one_pool_are_one_large_channel():
    half = Channel(10, 12, patience_min=3, pool="all")
    run = simulate(
        arrivals_per_hour={"a": 60, "b": 40}, channels={"a": half, "b": half}, hours=200, rng=2
    )
    exact = {"abandoned": 0.117893, "wait_of_all_min": 0.353680, "level_of_all": 0.685469}
    assert_figures(repeat(run, runs=40, warm_up_hours=5), exact)
    assert_figures(repeat(run, runs=40, warm_up_hours=5, channel="b"), exact)


def test_without_hang_ups_it_is_erlang_c():
    replays = repeat(desk(Channel(14, 3), 200, hours=300), runs=40, warm_up_hours=5)
    exact = {"level_of_all": 0.888350, "wait_of_all_min": 7.836 / 60, "occupancy": 10 / 14}
    assert_figures(replays, exact, within=0.1)
    assert (replays["abandoned"] == 0).all()


@pytest.mark.parametrize("service", [3, [3.0], stats.lognorm(s=1, scale=3 / math.exp(0.5))])
def test_without_a_queue_it_is_erlang_b_whatever_the_law_of_service(service):
    phone = Channel(10, service, zero_patience=1)
    replays = repeat(desk(phone, 200, hours=200), runs=30, warm_up_hours=2)
    assert_figures(replays, {"abandoned": 0.214582, "occupancy": 1 - 0.214582})
    assert (replays["wait_of_all_min"] == 0).all()


def test_some_who_hang_up_at_once():
    theory = erlang_a(100, 5, 20, 20, zero_patience=0.3)
    phone = Channel(20, 12, patience_min=3, zero_patience=0.3)
    exact = {
        "abandoned": theory.abandon,
        "wait_of_all_min": 60 * theory.wait_all,
        "level_of_all": theory.service_level(within=20 / 3600),
        "occupancy": theory.occupancy,
    }
    assert_figures(repeat(desk(phone, hours=200), runs=50, warm_up_hours=5), exact)


@pytest.mark.parametrize("habits", [None, Habits(leave=1)], ids=["unnoticed", "noticed"])
def test_two_priorities(habits):
    """A fifth are VIPs. Hang-ups are noticed at once, or when their turn comes: all the same."""
    found = []
    for r in range(24):
        vips = Channel(20, 12, patience_min=3, priority=100)
        run = desk(vips, hours=150, followers=[500, 0, 0, 0, 0], habits=habits, replicate=r)
        calls = contacts(run)[lambda t: t["arrived_min"] > 300]
        vip = customers(run)["followers"].to_numpy()[calls["customer"]] == 500
        gone = calls["outcome"] == "abandoned"
        waited = calls["waited_min"]
        found.append([gone[vip].mean(), waited[vip].mean(), gone[~vip].mean(), waited[~vip].mean()])
    for sample, exact in zip(
        np.transpose(found), (0.070763, 0.212289, 0.129676, 0.389028), strict=True
    ):
        assert_mean(sample, exact, within=0.1)


def test_those_who_try_again_are_an_orbit():
    """One agent, no queue: on average .385714 people are about to call again."""
    habits = Habits(redial=1, redial_after_min=2, most_attempts=30_000)
    orbit = []
    for r in range(40):
        run = desk(Channel(1, 1, zero_patience=1), 18, hours=200, habits=habits, replicate=r)
        calls = contacts(run).sort_values(["customer", "attempt"])
        gone = calls["arrived_min"].where(calls["outcome"] == "abandoned")
        back = calls.groupby("customer")["arrived_min"].shift(-1).fillna(12_000.0)
        orbit.append((back - gone).sum() / 12_000)
    assert_mean(orbit, 0.385714, within=0.1)


@pytest.mark.parametrize(
    ("service", "mean", "square"),
    [
        (5, 5.0, 50.0),
        ([5.0], 5.0, 25.0),
        ([1.0, 1.0, 2.0, 16.0], 5.0, 65.5),
        (stats.lognorm(s=0.8, scale=5 * math.exp(-0.32)), 5.0, 25.0 * math.exp(0.64)),
    ],
    ids=["mean", "fixed", "observed", "lognormal"],
)
def test_one_agent_is_pollaczek_and_khinchine(service, mean, square):
    rate = 0.12  # a minute
    exact = rate * square / (2 * (1 - rate * mean))
    replays = repeat(desk(Channel(1, service), 60 * rate, hours=2000), runs=40, warm_up_hours=50)
    assert_figures(replays, {"wait_of_all_min": exact, "occupancy": rate * mean}, within=0.1)
    at_once = repeat(
        desk(Channel(1, service), 60 * rate, hours=500), runs=40, warm_up_hours=20, within_min=0
    )
    assert_mean(at_once["level_of_all"], 1 - rate * mean)


@pytest.mark.parametrize("service", [6, [6.0], stats.lognorm(s=1, scale=6 / math.exp(0.5))])
def test_with_agents_for_all_those_in_service_are_poisson(service):
    means, variances = [], []
    for r in range(25):
        run = desk(Channel(500, service), 80, hours=200, replicate=r)
        busy = run.series.loc[run.series["variable"] == "served on phone", "value"].iloc[60:]
        means.append(busy.mean())
        variances.append(((busy - 8.0) ** 2).mean())
    assert_mean(means, 8.0)
    assert_mean(variances, 8.0, within=0.1)


# --- figures by definition -------------------------------------------------------------


def figures_of(run, channel, within, skip):
    """Return the figures from the tables, each by the words of its definition."""
    calls, people = contacts(run), customers(run)
    whole = calls
    late = calls[calls["arrived_min"] >= 60 * skip]
    new = people["arrived_min"] >= 60 * skip
    calls = calls[calls["arrived_min"] >= 60 * skip]
    if channel:
        calls = calls[calls["channel"] == channel]
        new &= people["channel"] == channel
    finished = calls[calls["outcome"] != "waiting"]
    served = calls[calls["served_min"].notna()]
    soon = (served["waited_min"] <= within).sum()
    known = len(finished) + (calls["censored"] & (calls["waited_min"] > within)).sum()
    gone_soon = finished["served_min"].isna() & (finished["waited_min"] <= within)
    of_new = late[new.to_numpy()[late["customer"]]]
    posts = (of_new["channel"] == "twitter") & ~of_new["callback"]
    pool = whole[whole["channel"] == channel] if channel else whole
    start = pool["arrived_min"] + pool["waited_min"]
    hours = run.params["hours"]
    busy = (np.minimum(start + pool["served_min"], 60 * hours) - start).clip(lower=0).sum()
    agents = {"phone": 5, "mail": 2, "twitter": 1}
    staffed = agents.get(channel, sum(agents.values())) * hours * 60
    fates = people.loc[new, "outcome"]
    return {
        "contacts": len(calls),
        "customers": new.sum(),
        "waiting": calls["censored"].sum(),
        "finished": len(finished),
        "served": len(served),
        "known": known,
        "patient": known - gone_soon.sum(),
        "abandoned": (finished["outcome"] == "abandoned").mean(),
        "turned_away": (finished["outcome"] == "turned away").mean(),
        "wait_of_all_min": finished["waited_min"].mean(),
        "wait_of_served_min": served["waited_min"].mean(),
        "level_of_all": soon / known if known else np.nan,
        "level_of_answered": soon / len(served) if len(served) else np.nan,
        "level_of_patient": soon / (known - gone_soon.sum()),
        "occupancy": busy / staffed,
        "solved": (fates == "solved").mean(),
        "gave_up": (fates == "gave up").mean(),
        "left": (fates == "left").mean(),
        "unfinished": (fates == "unfinished").mean(),
        "contacts_each": len(of_new) / new.sum() if new.any() else np.nan,
        "posts_per_100": 100 * posts.sum() / new.sum() if new.any() else np.nan,
        "anger": finished["anger"].astype(float).mean(),
    }


@pytest.mark.parametrize("channel", [None, "phone", "mail", "twitter"])
@pytest.mark.parametrize(("within", "skip"), [(1 / 3, 0.0), (5.0, 6.0)])
def test_each_figure_is_what_its_definition_says(channel, within, skip):
    run = simulate(**CHATTY, rng=3)
    found = kpis(run, channel=channel, within_min=within, warm_up_hours=skip)
    exact = figures_of(run, channel, within, skip)
    assert list(found.index) == list(exact)
    assert_allclose(found, list(exact.values()), rtol=1e-9)


def test_replays_are_the_histories_of_simulate():
    run = simulate(**CHATTY, rng=3)
    replays = repeat(run, runs=3, within_min=2)
    assert replays.index.tolist() == [0, 1, 2]
    for r in range(3):
        alone = kpis(simulate(**CHATTY, rng=3, replicate=r), within_min=2)
        assert replays.loc[r].tolist() == alone.tolist()


def test_without_contacts_figures_are_missing():
    found = kpis(desk(Channel(0, 5), 0.0))
    counts = ["contacts", "customers", "waiting", "finished", "served", "known", "patient"]
    assert found[counts].tolist() == [0] * 7
    assert found.drop(counts).isna().all()


# --- intervals and comparisons ---------------------------------------------------------


def test_intervals_are_students():
    values = np.array([0.1, 0.4, 0.3, 0.5])
    found = intervals(pd.DataFrame({"x": values, "y": [1.0, np.nan, 2, 3]}), level=0.9)
    test = stats.ttest_1samp(values, 0).confidence_interval(0.9)
    assert found.loc["x", ["low", "high"]].tolist() == pytest.approx([test.low, test.high])
    assert found.loc["x", "standard_error"] == pytest.approx(stats.sem(values))
    assert found.loc["y", "mean"] == 2.0
    assert found.loc["y", "standard_error"] == pytest.approx(1 / math.sqrt(3))


def test_intervals_of_replays_cover_the_truth_and_those_of_customers_would_not():
    exact = erlang_a(100, 5, 20, 20).abandon
    inside, customers_inside = 0, 0
    for seed in range(60):
        replays = repeat(desk(BASE, hours=30, rng=seed), runs=8, warm_up_hours=3)
        found = intervals(replays).loc["abandoned"]
        inside += found["low"] <= exact <= found["high"]
        error = math.sqrt(exact * (1 - exact) / replays["contacts"].sum())
        customers_inside += abs(found["mean"] - exact) < 1.96 * error
    assert inside >= 51  # of 60, 95 %: fewer once in ten thousand times
    assert customers_inside < 45


def test_two_more_agents_are_what_erlang_a_says():
    exact = erlang_a(100, 5, 22, 20).abandon - erlang_a(100, 5, 20, 20).abandon
    more = Channel(22, 12, patience_min=3)
    inside = 0
    for seed in range(30):
        found = compare(
            desk(BASE, hours=40, rng=seed), desk(more, hours=40, rng=99), runs=8, warm_up_hours=3
        ).loc["abandoned"]
        assert found["difference"] == pytest.approx(found["b"] - found["a"])
        assert found["difference"] < 0
        assert found["pairing_gain"] > 3
        inside += found["low"] <= exact <= found["high"]
    assert inside >= 23  # of 30, 95 %: fewer once in ten thousand times


def test_set_ups_that_are_alike_do_not_differ():
    found = compare(simulate(**CHATTY, rng=1), simulate(**CHATTY, rng=2), runs=3)
    assert (found["difference"] == 0).all()
    assert found["pairing_gain"].isna().all()
    alone = intervals(repeat(simulate(**CHATTY, rng=1), runs=3))
    assert_series_equal(found["a"], alone["mean"], check_names=False)


BUSY_DAYS = {
    "arrivals_per_hour": [40, 90, 60, 80],
    "channels": {"phone": Channel([4, 8, 6, 7], 6, patience_min=5, closing="serve")},
    "volume_shape": 5,
}


def test_a_share_is_that_of_all_contacts_of_all_days():
    """Busy days count for as much as they have: the mean of daily shares would flatter."""
    run = simulate(**BUSY_DAYS, rng=5)
    replays = repeat(run, runs=40, within_min=1)
    days = pd.concat(
        [contacts(simulate(**BUSY_DAYS, rng=5, replicate=r)) for r in range(len(replays))]
    )
    served = days["served_min"].notna()
    exact = (served & (days["waited_min"] <= 1)).sum() / len(days)
    found = intervals(replays)["mean"]
    assert found["level_of_all"] == pytest.approx(exact)
    assert found["wait_of_served_min"] == pytest.approx(days.loc[served, "waited_min"].mean())
    assert found["abandoned"] == pytest.approx((~served).mean())
    assert replays["level_of_all"].mean() > exact + 0.03


def test_intervals_of_a_ratio_cover_it():
    """The long run: one run of 3,000 days, each with its own volume; then 40 days, often."""
    long = simulate(**{**BUSY_DAYS, "volume_shape": 5}, rng=1)
    truth = intervals(repeat(long, runs=3000, within_min=1)).loc["level_of_all"]
    assert truth["standard_error"] < 0.007
    inside = 0
    for seed in range(2, 42):
        few = intervals(repeat(simulate(**BUSY_DAYS, rng=seed), runs=40, within_min=1))
        low, high = few.loc["level_of_all", ["low", "high"]]
        inside += low <= truth["mean"] <= high
    assert inside >= 33  # of 40, 95 %: fewer about once in 500 times


def test_a_difference_is_that_of_the_two_shares():
    more = {**BUSY_DAYS, "channels": {"phone": Channel([0, 0, 0, 1], 6, patience_min=1)}}
    found = compare(simulate(**BUSY_DAYS, rng=1), simulate(**more, rng=1), runs=10)
    known = found.dropna(subset=["a", "b"])
    assert_allclose(known["difference"], known["b"] - known["a"], atol=1e-12)
    assert len(known) > 15


@pytest.mark.parametrize(
    ("other", "name"),
    [
        ({"arrivals_per_hour": [40, 90, 60, 81]}, "arrivals_per_hour (by the channels' names)"),
        ({"volume_shape": None}, "volume_shape"),
        ({"followers": 5}, "followers"),
        ({"start": "2009-07-07"}, "start"),
    ],
)
def test_only_desks_with_the_same_newcomers_are_compared(other, name):
    a, b = simulate(**BUSY_DAYS, rng=1), simulate(**{**BUSY_DAYS, **other}, rng=1)
    sentence = "b must have the newcomers of a, so that customers are the same, got another "
    with pytest.raises(ValueError, match=f"^{re.escape(sentence + name)}$"):
        compare(a, b, runs=2)


def test_keeping_every_promised_callback_pays_off_for_the_same_customers():
    def policy(kept):
        return simulate(
            arrivals_per_hour={"phone": 100},
            channels={
                "phone": Channel(24, 10, solve=0.7, patience_min=4),
                "twitter": Channel(3, 5),
            },
            habits=Habits(
                redial=0.5, leave=0.1, public=0.3, per_tenfold=0.5, promise=0.5, kept=kept
            ),
            followers=[0, 10, 100, 1000], hours=48, rng=7,
        )  # fmt: skip

    found = compare(policy(0.6), policy(1.0), runs=30, warm_up_hours=4)
    assert found.loc["solved", "low"] > 0
    assert found.loc["left", "high"] < 0
    assert found.loc["posts_per_100", "high"] < 0
    assert (found.loc[["solved", "left", "posts_per_100"], "pairing_gain"] > 1.5).all()


# --- what cannot be asked --------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (
            lambda run: kpis(run, channel="fax"),
            "channel must be one of phone, got 'fax'",
        ),
        (
            lambda run: kpis(run, within_min=-1),
            "within_min must be a finite number of at least 0, got -1",
        ),
        (
            lambda run: kpis(run, warm_up_hours=24),
            "warm_up_hours must be below the run's 24 hours, got 24",
        ),
        (
            lambda run: kpis(run, warm_up_hours=-1),
            "warm_up_hours must be a finite number of at least 0, got -1",
        ),
        (
            lambda run: repeat(run, runs=0),
            "runs must be a whole number in [1, 1000000], got 0",
        ),
        (
            lambda run: compare(run, run, runs=1),
            "replays must be at least 2 for an interval, got 1: ask for more runs",
        ),
        (
            lambda run: intervals(repeat(run, runs=2), level=1.5),
            "level must be a finite number in [0, 1], got 1.5",
        ),
        (
            lambda run: intervals(repeat(run, runs=2), level=1),
            "level must lie between 0 and 1, got 1",
        ),
        (
            lambda run: compare(run, desk(Channel(1, 5), 1, hours=48), runs=2),
            "b must be as long as a (24 hours), got 48 hours",
        ),
    ],
)
def test_says_what_was_wrong(call, sentence):
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        call(desk(Channel(1, 5), 1))


def test_figures_are_those_of_service_desks_only():
    other = cascade.simulate(Network.from_edges([(0, 1)]), initial=[0], p=0.5, rng=1)
    run = desk(Channel(1, 5), 1)
    for call in (
        lambda: kpis(other),
        lambda: repeat(other, runs=2),
        lambda: compare(other, run, runs=2),
        lambda: compare(run, other, runs=2),
    ):
        with pytest.raises(ValueError, match=r"^run must come from a service desk, got one of"):
            call()
