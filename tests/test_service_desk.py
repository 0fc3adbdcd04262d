"""Service desk: laws, shifts, queues and journeys, one promise of the model a test."""

import pickle
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from pandas.testing import assert_frame_equal
from plain import both_ways
from scipy import stats

from cemlab import _checks, _luck, events
from cemlab.cem import journeys as cem
from cemlab.crm import desk as crm
from cemlab.network import Network
from cemlab.sim import cascade, service_desk
from cemlab.sim._kernels import desk_rows as _rows
from cemlab.sim._kernels import desk_tables as _desk
from cemlab.sim._kernels import service_desk as _kernels
from cemlab.sim.service_desk import (
    Channel,
    Habits,
    _arrivals,
    _course,
    _plan,
    contacts,
    customers,
    simulate,
)
from cemlab.testing import check_model

patiently = settings(deadline=None, max_examples=30, derandomize=True)
LOGNORM = stats.lognorm(s=0.8, scale=4)
SEEN = [1.0, 2.0, 2.0, 30.0]
PLAIN = {
    "arrivals_per_hour": 60,
    "channels": {"phone": Channel(agents=5, service_min=6, patience_min=3)},
    "hours": 8,
}
FULL = {
    "arrivals_per_hour": {
        "phone": [20, 60, 40, 10] * 5,
        "chat": [0, 20, 20, 0] * 5,
        "mail": 8,
        "twitter": 2,
    },
    "channels": {
        "phone": Channel(
            [3, 4, 4, 0] * 5, 6, solve=0.6, patience_min=LOGNORM, zero_patience=0.2,
            priority=[10, 1000], pool="calls", opens=[True, True, True, False] * 5,
            closing="serve",
        ),
        "chat": Channel(
            [1, 2, 1, 0] * 5, SEEN, solve=0.7, patience_min=[8.0], pool="calls", rank=1,
            opens=[False, True, True, False] * 5, closing="send away",
        ),
        "mail": Channel(1, LOGNORM, solve=0.8, acknowledges=True, opens=[True, False] * 10),
        "twitter": Channel(1, [5.0], solve=0.9, patience_min=60, priority=100),
    },
    "habits": Habits(
        redial=0.5, redial_after_min=20, leave=0.2, public=0.5, per_tenfold=0.5, learned=1,
        promise=0.4, kept=0.6, callback_after_min=30, callback_due_min=50, most_attempts=9,
        again=0.5, again_after_hours=2, loyal=0.6,
    ),
    "volume_shape": 4.0,
    "followers": [0, 0, 5, 50, 5000],
    "start": "2009-07-06 09:00",
}  # fmt: skip
TINY = 1e-9  # minutes
LASTING = Habits(redial=1.0, redial_after_min=10, most_attempts=5)


def desk(channel, per_hour=60.0, **more):
    """Run one channel, the phone."""
    return simulate(arrivals_per_hour=per_hour, channels={"phone": channel}, **{"rng": 1} | more)


def table(channel, per_hour=60.0, **more):
    return contacts(desk(channel, per_hour, **more))


def began(calls):
    """Return the minute at which each contact was answered, nan if it never was."""
    return (calls["arrived_min"] + calls["waited_min"]).where(calls["served_min"].notna())


def assert_share(which, exact):
    """Compare a share with its exact chance within 4 standard errors."""
    which = np.asarray(which)
    assert len(which) > 300
    error = np.sqrt(exact * (1 - exact) / len(which))
    assert which.mean() == pytest.approx(exact, abs=4 * error + 1e-12)


def assert_mean(sample, exact):
    error = np.std(sample) / np.sqrt(len(sample))
    assert np.mean(sample) == pytest.approx(exact, abs=4 * error + 1e-9)


def assert_law(sample, law):
    """Compare the mean, and the share below some quantiles, with the exact ones."""
    assert_mean(sample, law.mean())
    for share in (0.01, 0.1, 0.5, 0.9, 0.99):
        assert_share(sample <= law.ppf(share), share)


def assert_nobody_is_passed(calls, order):
    """Check that whoever begins comes before all who wait then; `order` is one number a contact."""
    start, left = began(calls).to_numpy(), (calls["arrived_min"] + calls["waited_min"]).to_numpy()
    came, order = calls["arrived_min"].to_numpy(), np.asarray(order)
    waited = 0
    for i in np.flatnonzero(~np.isnan(start)):
        there = (came < start[i]) & (left > start[i])
        waited += there.sum()
        sooner = (order < order[i]) | ((order == order[i]) & (came < came[i]))
        assert not (there & sooner).any(), i
    assert waited > 100


def most_busy(calls, hour):
    """Return how many were in service at most, counted when somebody began within an hour."""
    start = began(calls).to_numpy()
    end = start + calls["served_min"].to_numpy()
    within = start[(start >= 60 * hour) & (start < 60 * (hour + 1))]
    return max([int(((start <= t) & (end > t + TINY)).sum()) for t in within], default=0)


# --- promises of every model -----------------------------------------------------------


def test_it_keeps_the_promises_of_all_models():
    check_model(simulate, PLAIN)
    laws = {"phone": {"patience_min": 8}, "mail": {"service_min": SEEN}}  # can be compared
    channels = {n: replace(c, **laws.get(n, {})) for n, c in FULL["channels"].items()}
    check_model(simulate, FULL | {"channels": channels})


@pytest.mark.parametrize("example", [PLAIN, FULL], ids=["plain", "full"])
def test_tables_are_the_same_for_the_same_integer_and_after_pickling(example):
    run, again = simulate(**example, rng=3), simulate(**example, rng=3)
    other = simulate(**example, rng=3, replicate=1)
    copy = pickle.loads(pickle.dumps(run))
    for read in (contacts, customers, lambda r: r.series, lambda r: r.events):
        assert_frame_equal(read(run), read(again))
        assert_frame_equal(read(run), read(copy))
        assert not read(run).equals(read(other))


def test_tables_have_their_columns_and_types():
    run = simulate(**FULL, rng=1)
    kinds = {
        "customer": "int32", "attempt": "int16", "channel": "category", "arrived_min": "float64",
        "waited_min": "float64", "served_min": "float64", "outcome": "category",
        "censored": "bool", "issue": "int16", "callback": "bool", "anger": "float32",
    }  # fmt: skip
    assert contacts(run).dtypes.astype(str).to_dict() == kinds
    kinds = {
        "arrived_min": "float64", "channel": "category", "followers": "float64",
        "contacts": "int16", "issues": "int16", "posts": "int64", "anger": "float32",
        "outcome": "category", "censored": "bool",
    }  # fmt: skip
    assert customers(run).dtypes.astype(str).to_dict() == kinds
    assert customers(run).index.name == "customer"
    assert contacts(run)["channel"].cat.categories.tolist() == list(FULL["channels"])
    for read in (contacts, customers):
        assert read(run)["arrived_min"].is_monotonic_increasing


def test_nobody_calls_where_nobody_is_expected():
    run = desk(Channel(1, 5), 0.0, hours=2)
    assert len(contacts(run)) == len(customers(run)) == len(run.events) == 0
    assert run.series["value"].tolist() == [0.0] * 50


def test_it_runs_for_a_day_unless_it_is_told():
    assert desk(Channel(1, 5), 1.0).params["hours"] == 24
    assert desk(Channel(1, 5), [1.0] * 7).params["hours"] == 7
    assert desk(Channel([1] * 6, 5), 1.0).params["hours"] == 6
    assert desk(Channel(1, 5), 1.0, hours=3).params["hours"] == 3


# --- how long contacts and patience last ----------------------------------------------


@pytest.mark.parametrize(
    ("given", "law"),
    [(6, stats.expon(scale=6)), (LOGNORM, LOGNORM), (stats.gamma(0.3), stats.gamma(0.3))],
    ids=["mean", "lognormal", "gamma"],
)
def test_service_and_patience_have_the_law_that_was_asked_for(given, law):
    served = table(Channel(1000, given), 1000, hours=100)
    assert_law(served["served_min"].dropna(), law)
    waited = table(Channel(0, 1, patience_min=given), 1000, hours=50)
    early = waited[waited["arrived_min"] < 45 * 60]
    assert (early["outcome"] == "abandoned").all()
    assert_law(early["waited_min"], law)


def test_observed_times_are_drawn_as_often_as_they_were_seen():
    served = table(Channel(1000, SEEN), 1000, hours=100)["served_min"]
    assert set(served.round(9)) == set(SEEN)
    assert_share(served < 1.5, 0.25)
    assert_share(served.between(1.5, 2.5), 0.5)
    waited = table(Channel(0, 1, patience_min=SEEN, zero_patience=0.5), 1000, hours=40)
    gone = waited.loc[waited["arrived_min"] < 39 * 60, "waited_min"].round(6)
    assert set(gone) == {0.0, *SEEN}
    assert_share(gone == 0, 0.5)
    assert_share(gone == 2, 0.25)


def test_one_observed_time_is_a_fixed_one():
    served = table(Channel(100, [5.0], patience_min=[3.0]), 100, hours=10)["served_min"]
    assert_allclose(served, 5.0, rtol=1e-12)
    waited = table(Channel(0, [5.0], patience_min=[3.0]), 100, hours=10)
    assert_allclose(waited.loc[~waited["censored"], "waited_min"], 3.0, rtol=1e-12)


def test_many_observed_times_keep_their_mean():
    seen = stats.lognorm(s=1.5).rvs(6000, random_state=1)
    served = table(Channel(1000, seen), 1000, hours=100)["served_min"]
    assert_mean(served, seen.mean())


# --- who comes when --------------------------------------------------------------------


def test_newcomers_are_poisson_hour_by_hour():
    rates = np.array([0.0, 6, 60, 0, 3.5, 25])
    runs = 400
    came = [table(Channel(0, 1), rates, replicate=r)["arrived_min"].to_numpy() for r in range(runs)]
    counts = np.array([np.histogram(minutes, np.arange(7) * 60)[0] for minutes in came])
    assert_array_equal(counts[:, rates == 0], 0)
    for hour in np.flatnonzero(rates):
        assert_mean(counts[:, hour], rates[hour])
        squares = (counts[:, hour] - rates[hour]) ** 2
        assert_mean(squares, rates[hour])  # the variance of a Poisson count is its mean
    within = np.concatenate(came) % 60
    assert stats.kstest(within, stats.uniform(0, 60).cdf).pvalue > 1e-4


def test_days_differ_by_a_gamma_factor():
    shape, mean, days = 5.0, 48.0, 4000
    run = desk(Channel(0, 1), 2.0, hours=24 * days, volume_shape=shape)
    totals = np.bincount((contacts(run)["arrived_min"] // 1440).astype(int), minlength=days)
    assert_mean(totals, mean)
    assert_mean((totals - mean) ** 2, mean + mean**2 / shape)


def test_a_factor_holds_from_midnight_to_midnight_and_for_all_channels():
    run = simulate(
        arrivals_per_hour={"phone": 5000, "mail": 5000},
        channels={"phone": Channel(0, 1), "mail": Channel(0, 1)},
        hours=60, volume_shape=3, start="2009-07-06 18:00", rng=2,
    )  # fmt: skip
    calls = contacts(run)
    hour = (calls["arrived_min"] // 60).astype(int)
    counts = pd.crosstab(calls["channel"], hour).to_numpy()
    day = (18 + np.arange(60)) // 24
    means = np.array([counts[:, day == d].mean() for d in range(4)])
    assert np.abs(np.diff(means)).min() > 500
    assert np.abs(counts - means[day]).max() < 5 * np.sqrt(means.max())


def test_audiences_are_drawn_from_those_given():
    followers = customers(desk(Channel(9, 1), 2000, followers=[0, 0, 7, 900]))["followers"]
    assert_share(followers == 0, 0.5)
    assert_share(followers == 7, 0.25)
    assert set(followers) == {0.0, 7.0, 900.0}


# --- shifts and opening hours ----------------------------------------------------------


def test_whoever_goes_off_shift_finishes_the_contact_in_hand():
    calls = table(Channel([3, 0, 0, 2], [50.0]), 20)
    start = began(calls)
    end = start + calls["served_min"]
    assert ((start < 60) & (end > 60)).sum() == 3
    assert not start.between(60, 180, inclusive="left").any()
    assert (start == 180).sum() == 2
    assert most_busy(calls, 0) == 3
    assert most_busy(calls, 3) == 2


def test_fewer_agents_serve_once_the_others_have_finished():
    calls = table(Channel([6, 2, 4], 10), 200)
    assert [most_busy(calls, h) for h in range(3)][2] == 4
    start = began(calls).to_numpy()
    end = start + calls["served_min"].to_numpy()
    second = start[(start >= 60) & (start < 120)]
    assert second.size > 5
    assert all(((start <= t) & (end > t + TINY)).sum() <= 2 for t in second)


@pytest.mark.parametrize("habits", [None, LASTING], ids=["one contact", "redial"])
@pytest.mark.parametrize("closing", ["keep", "serve", "send away"])
def test_closing_keeps_or_serves_or_sends_away(closing, habits):
    phone = Channel(2, 4, opens=[True, False, True, True], closing=closing)
    calls = table(phone, [60, 60, 0, 0], habits=habits)
    start = began(calls)
    before = calls["arrived_min"] < 60
    during = calls["arrived_min"].between(60, 120)
    waited_at_close = before & ~(start < 60)
    assert waited_at_close.sum() > 10
    assert during.sum() > 30
    if closing == "keep":
        assert not start.between(60, 120, inclusive="left").any()
        assert start[waited_at_close].min() == 120
        assert not (calls["outcome"] == "turned away").any()
        return
    assert (calls.loc[during, "outcome"] == "turned away").all()
    assert (calls.loc[during, "waited_min"] == 0).all()
    if closing == "serve":
        assert (calls.loc[waited_at_close, "outcome"] == "solved").all()
        assert start[waited_at_close].min() < 65
    else:
        assert (calls.loc[waited_at_close, "outcome"] == "turned away").all()
        left = (calls["arrived_min"] + calls["waited_min"])[waited_at_close]
        assert_allclose(left, 60.0)


@pytest.mark.parametrize("closing", ["keep", "serve", "send away"])
def test_the_end_of_the_run_closes_too(closing):
    calls = table(Channel(2, 4, closing=closing), 60, hours=1)
    late = ~(began(calls) < 60)
    assert late.sum() > 10
    outcome = {"keep": "waiting", "serve": "solved", "send away": "turned away"}[closing]
    assert (calls.loc[late, "outcome"] == outcome).all()
    assert_array_equal(calls["censored"], calls["outcome"] == "waiting")
    start = began(calls)
    end = start + calls["served_min"]
    assert all(((start <= t) & (end > t + TINY)).sum() <= 2 for t in start.dropna())
    if closing == "keep":
        waited = (calls["arrived_min"] + calls["waited_min"])[late]
        assert_allclose(waited, 60.0)


def test_those_who_stay_on_after_closing_serve_only_the_queue_that_was_there():
    night = Channel([2, 0, 2], 4, opens=[True, False, True], closing="serve", pool="all")
    mail = Channel(0, 4, pool="all")
    run = simulate(
        arrivals_per_hour={"phone": [60, 0, 0], "mail": 3},
        channels={"phone": night, "mail": mail}, rng=3,
    )  # fmt: skip
    calls = contacts(run)
    at_night = began(calls).between(60, 120, inclusive="left")
    assert (calls.loc[at_night, "channel"] == "phone").all()
    assert at_night.sum() > 5


def test_a_channel_that_opens_again_takes_its_queue_up():
    """Sent away, they try again; those who were sent away before do not come back as ghosts."""
    phone = Channel(0, 1, patience_min=[1e6], opens=[True] * 23 + [False], closing="send away")
    habits = Habits(redial=1, redial_after_min=120)
    calls = table(phone, [200] + [0] * 95, habits=habits)
    at_most_one_at_a_time = calls.sort_values(["customer", "attempt"])
    left = at_most_one_at_a_time["arrived_min"] + at_most_one_at_a_time["waited_min"]
    later = at_most_one_at_a_time["arrived_min"].shift(-1)
    same = at_most_one_at_a_time["customer"] == at_most_one_at_a_time["customer"].shift(-1)
    assert (later[same] >= left[same]).all()
    assert set(calls["outcome"]) == {"turned away"}
    closed = calls["arrived_min"] % 1440 >= 1380
    assert (calls.loc[closed, "waited_min"] == 0).all()
    gone = (calls["arrived_min"] + calls["waited_min"])[~closed]
    assert set(gone % 1440) == {1380.0}


def test_hours_of_the_day_are_counted_from_midnight():
    office = Channel(50, 4, opens=[9 <= h < 17 for h in range(24)], closing="serve")
    calls = table(office, 60, hours=40, start="2009-07-06 15:00")
    hour = (15 + calls["arrived_min"] // 60) % 24
    assert_array_equal(calls["outcome"] == "solved", (hour >= 9) & (hour < 17))


# --- pools and priorities --------------------------------------------------------------


def test_channels_of_one_pool_share_all_its_agents():
    one = Channel(3, 6, pool="all")
    two = Channel(2, 9, pool="all")
    run = simulate(
        arrivals_per_hour={"one": 60, "two": 30}, channels={"one": one, "two": two}, hours=5, rng=1
    )
    calls = contacts(run)
    assert max(most_busy(calls, h) for h in range(5)) == 5
    assert_nobody_is_passed(calls, np.zeros(len(calls)))
    mixed = calls["channel"] == "one"
    assert max(most_busy(calls[mixed], h) for h in range(5)) > 3


def test_a_lower_rank_is_served_first_and_classes_count_within_it():
    phone = Channel(2, 4, patience_min=60, pool="all", priority=100)
    chat = Channel(1, 4, patience_min=60, pool="all")
    mail = Channel(1, 4, pool="all", rank=1, priority=100)
    run = simulate(
        arrivals_per_hour={"mail": 30, "chat": 30, "phone": 30},
        channels={"mail": mail, "chat": chat, "phone": phone},
        hours=6, followers=[0, 0, 500], rng=4,
    )  # fmt: skip
    calls = contacts(run)
    vip = customers(run)["followers"].to_numpy()[calls["customer"]] == 500
    # chat knows no classes: there all are regulars
    order = 2 * (calls["channel"] == "mail") + ~(vip & (calls["channel"] != "chat"))
    assert_nobody_is_passed(calls, order)


def test_larger_audiences_are_served_first_and_equal_ones_in_turn():
    phone = Channel(3, 5, patience_min=20, priority=[10, 1000])
    run = desk(phone, 70, hours=8, followers=[0, 9, 10, 999, 1000, 50_000])
    calls = contacts(run)
    followers = customers(run)["followers"].to_numpy()[calls["customer"]]
    assert_nobody_is_passed(calls, -np.searchsorted([10, 1000], followers, side="right"))


def test_without_priority_all_are_served_in_turn():
    calls = table(Channel(3, 5, patience_min=20), 70, hours=8, followers=[0, 10, 5000])
    assert_nobody_is_passed(calls, np.zeros(len(calls)))


# --- what customers do next ------------------------------------------------------------


def test_without_failure_everybody_has_one_contact():
    habits = Habits(redial=1, public=1, public_channel="phone", promise=1, anger_per_hour=0)
    run = desk(Channel(2, 1), 60, habits=habits, hours=100)
    calls = contacts(run)
    assert (customers(run)["contacts"] == 1).all()
    assert (customers(run)["anger"] == 0).all()
    assert set(calls["outcome"]) <= {"solved", "waiting"}


@pytest.mark.parametrize("most", [1, 2, 7])
def test_who_always_fails_and_always_redials_stops_after_the_most_attempts(most):
    habits = Habits(redial=1, redial_after_min=1, most_attempts=most)
    run = desk(Channel(100, 1, solve=0), [60, 60] + [0] * 10, habits=habits)
    assert (customers(run)["contacts"] == most).all()
    assert (customers(run)["outcome"] == "gave up").all()
    assert (contacts(run)["outcome"] == "unsolved").all()


def test_new_problems_count_as_contacts_too():
    habits = Habits(again=1, again_after_hours=0.01, most_attempts=6)
    run = desk(Channel(100, 1), [60] + [0] * 5, habits=habits)
    people = customers(run)
    assert (people["contacts"] == 6).all()
    assert (people["issues"] == 6).all()
    assert (people["outcome"] == "solved").all()


def test_who_fails_redials_or_leaves_or_gives_up():
    habits = Habits(redial=0.5, leave=0.3, redial_after_min=5)
    run = desk(Channel(1000, 1, solve=0), 600, habits=habits, hours=30)
    people = customers(run)[lambda t: t["arrived_min"] < 28 * 60]
    first = people["contacts"] == 1
    assert_share(first, 0.5)
    assert_share(people["outcome"] == "left", 0.3 / 0.5)
    assert_share(people.loc[first, "outcome"] == "left", 0.3 / 0.5)
    calls = contacts(run)
    pause = calls.sort_values(["customer", "attempt"]).groupby("customer")["arrived_min"].diff()
    pause -= calls["served_min"].mean()
    assert_mean(pause[calls["arrived_min"] < 28 * 60].dropna(), 5.0)


def test_again_and_loyal_are_chances():
    habits = Habits(
        public=1, public_channel="web", anger_per_failure=1, redial_after_min=1,
        again=0.4, again_after_hours=0.1, loyal=0.3,
    )  # fmt: skip
    run = simulate(
        arrivals_per_hour={"phone": 600},
        channels={"phone": Channel(1000, 1, solve=0), "web": Channel(1000, 1)},
        habits=habits, hours=20, rng=1,
    )  # fmt: skip
    early = customers(run)["arrived_min"].to_numpy() < 18 * 60
    calls = contacts(run)[lambda t: early[t["customer"]]]
    second = calls[calls["attempt"] == 2]
    assert (second["channel"] == "web").all()
    assert_share(customers(run).loc[early, "contacts"] > 2, 0.4)
    third = calls[calls["attempt"] == 3]
    assert (third["issue"] == 2).all()
    assert_share(third["channel"] == "web", 0.3)


def test_all_promised_callbacks_that_are_kept_break_no_promise():
    habits = Habits(promise=0.8, callback_after_min=30, callback_due_min=60)
    run = desk(Channel(1000, 2, solve=0.3), 60, habits=habits, hours=10)
    calls = contacts(run)
    promised = calls["outcome"] == "promised"
    assert_share(promised[calls["outcome"] != "solved"], 0.8)
    assert calls["callback"].sum() > 200
    ended = (began(calls) + calls["served_min"])[promised & (calls["arrived_min"] < 500)]
    back = calls.loc[calls["callback"], "arrived_min"]
    assert set(np.round(ended + 30, 6)) <= set(np.round(back, 6))
    seen = cem.journeys(run.events, observed_until="2009-07-06 10:00")
    assert seen["promises_broken"].sum() == 0


def test_promises_that_are_never_kept_are_all_broken():
    habits = Habits(promise=1, kept=0, callback_due_min=60, leave=1)
    run = desk(Channel(1000, 2, solve=0.3), [60] * 5 + [0] * 5, habits=habits)
    promised = contacts(run)["outcome"] == "promised"
    assert promised.sum() > 100
    assert not contacts(run)["callback"].any()
    seen = cem.journeys(run.events, observed_until="2009-07-06 12:00")
    assert seen["promises_broken"].sum() == promised.sum()
    assert_allclose(customers(run)["anger"].max(), 0.25 * 2, atol=0.2)
    log = run.events
    leaves, made = (log[log["kind"] == k].set_index("customer") for k in ("leave", "promise"))
    assert set(leaves.index) == set(made.index)
    assert_array_equal(
        leaves["time"].sort_index(), (made["time"] + pd.Timedelta("1h")).sort_index()
    )


def test_callbacks_wait_without_limit_and_are_let_in_while_closed():
    habits = Habits(promise=1, callback_after_min=60)
    phone = Channel(
        3, [2.0], solve=0, patience_min=[1.0], opens=[True, False, True, False], closing="send away"
    )
    calls = table(phone, [30, 0, 0, 0], habits=habits)
    back = calls[calls["callback"]]
    shut = back["arrived_min"].between(60, 120)
    assert shut.sum() > 5
    assert (began(back)[shut] >= 120).all()
    assert not back["outcome"].isin(["abandoned", "turned away"]).any()


@pytest.mark.parametrize(("acknowledges", "step"), [(False, 0.2), (True, 0.15)])
def test_anger_grows_by_waiting_and_failing_until_it_is_full(acknowledges, step):
    phone = Channel(0, 1, patience_min=[30.0], acknowledges=acknowledges)
    habits = Habits(
        redial=1, redial_after_min=1, anger_per_failure=0.1, anger_per_hour=0.2, most_attempts=12
    )
    calls = table(phone, [60] + [0] * 11, habits=habits)
    assert calls["attempt"].max() == 12
    assert_allclose(calls["anger"], np.minimum(1, step * calls["attempt"]), atol=1e-6)


def test_only_the_angry_go_public_and_the_more_so_before_an_audience():
    def posts(**habits):
        run = simulate(
            arrivals_per_hour={"phone": 1000},
            channels={"phone": Channel(9999, 1, solve=0), "twitter": Channel(9999, 1)},
            habits=Habits(public=0.4, redial_after_min=1, **{"anger_per_hour": 0} | habits),
            followers=[0, 9, 99], hours=10, rng=5,
        )  # fmt: skip
        people = customers(run)[lambda t: t["arrived_min"] < 570]
        calls = contacts(run)
        assert people["posts"].sum() <= (calls["channel"] == "twitter").sum()
        return [people.loc[people["followers"] == f, "posts"] for f in (0, 9, 99)]

    assert sum(p.sum() for p in posts(anger_per_failure=0)) == 0
    for group in posts(anger_per_failure=0.5):
        assert_share(group, 0.2)
    for group, exact in zip(
        posts(anger_per_failure=0.5, per_tenfold=1), (0.2, 0.4, 0.6), strict=True
    ):
        assert_share(group, exact)
    assert_share(posts(anger_per_failure=0.5, per_tenfold=9)[2], 1.0)


def test_who_was_helped_in_public_goes_public_more_easily():
    habits = Habits(
        public=0.3, learned=1, anger_per_failure=1, redial=1, redial_after_min=1,
        again=1, again_after_hours=0.01, loyal=0, most_attempts=4,
    )  # fmt: skip
    run = simulate(
        arrivals_per_hour={"phone": [1000] * 8 + [0] * 4},
        channels={"phone": Channel(9999, 1, solve=0), "twitter": Channel(9999, 1)},
        habits=habits, rng=6,
    )  # fmt: skip
    course = contacts(run).pivot_table(
        index="customer", columns="attempt", values="channel", aggfunc="first", observed=False
    )
    assert_share(course[2] == "twitter", 0.3)
    helped = course[2] == "twitter"
    assert (course.loc[helped, 3] == "phone").all()
    assert_share(course.loc[helped, 4] == "twitter", 0.6)


def assert_adds_up(run):
    """Check that nothing gets lost: customers, contacts, minutes, anger."""
    calls, people = contacts(run), customers(run)
    plan = run.details["plan"]
    assert people["outcome"].notna().all()
    assert calls["outcome"].notna().all()
    assert_array_equal(people["censored"], people["outcome"] == "unfinished")
    assert_array_equal(calls["censored"], calls["outcome"] == "waiting")
    by = calls.groupby("customer")
    assert_array_equal(by.size().reindex(people.index, fill_value=0), people["contacts"])
    assert_array_equal(by["attempt"].max(), by.size())
    assert_array_equal(by["issue"].max() <= people["issues"], True)
    served = calls["served_min"].notna()
    assert_array_equal(served, calls["outcome"].isin(["solved", "unsolved", "promised"]))
    assert (calls["waited_min"] >= 0).all()
    assert (calls.loc[served, "served_min"] >= 0).all()
    assert calls["anger"].between(0, 1).all()
    assert people["anger"].between(0, 1).all()
    assert calls["arrived_min"].between(0, plan.end).all()
    assert (people["contacts"] <= plan.ways.most).all()
    last = calls.groupby("customer")["outcome"].last()
    done = people["outcome"] == "solved"
    assert (last[done[last.index]] == "solved").all()
    assert (
        not last[people.loc[last.index, "outcome"].isin(["gave up", "left"])]
        .isin(["solved", "waiting"])
        .any()
    )
    assert (people.loc[last[last == "waiting"].index, "censored"]).all()


@pytest.mark.parametrize("example", [PLAIN, FULL], ids=["plain", "full"])
def test_nobody_gets_lost(example):
    run = simulate(**example, rng=8)
    assert_adds_up(run)
    found = set(customers(run)["outcome"])
    assert found == ({"solved", "gave up"} if example is PLAIN else set(service_desk._tables.FATES))


@patiently
@given(data=st.data())
def test_nobody_gets_lost_in_any_set_up(data):
    draw = data.draw
    hours = draw(st.integers(1, 6))
    share = st.sampled_from([0.0, 0.3, 1.0])
    minutes = st.sampled_from([0, 3.0, [5.0], SEEN, LOGNORM])
    agents = st.lists(st.integers(0, 3), min_size=hours, max_size=hours)
    opens = st.lists(st.booleans(), min_size=hours, max_size=hours)
    channel = st.builds(
        Channel, agents=agents, service_min=minutes, solve=share,
        patience_min=st.one_of(minutes, st.just(np.inf)), zero_patience=share,
        priority=st.sampled_from([None, 10, [10, 1000]]), rank=st.integers(0, 1),
        pool=st.sampled_from([None, "all"]), opens=st.one_of(st.none(), opens),
        closing=st.sampled_from(["keep", "serve", "send away"]), acknowledges=st.booleans(),
    )  # fmt: skip
    habits = st.builds(
        Habits, redial=share, redial_after_min=st.sampled_from([0.0, 20.0]), public=share,
        per_tenfold=share, promise=share, kept=share, again=share,
        again_after_hours=st.sampled_from([0.0, 1.0]), loyal=share, most_attempts=st.integers(1, 9),
    )  # fmt: skip
    run = simulate(
        arrivals_per_hour={"phone": draw(st.sampled_from([0, 20, 60])), "twitter": 5},
        channels={"phone": draw(channel), "twitter": draw(channel)},
        habits=draw(st.one_of(st.none(), habits)),
        volume_shape=draw(st.sampled_from([None, 2.0])), followers=[0, 50, 5000], hours=hours,
        rng=draw(st.integers(0, 2**32)),
    )  # fmt: skip
    assert_adds_up(run)
    assert len(run.events) >= len(contacts(run))


# --- the same customers under two policies ------------------------------------------------


def test_two_policies_meet_the_same_customers():
    habits = Habits(redial=0.7, redial_after_min=5, promise=0.3)
    few, many = (
        desk(Channel(n, 6, solve=0.5, patience_min=3), 60, habits=habits, followers=[0, 5, 60])
        for n in (4, 8)
    )
    known = ["arrived_min", "channel", "followers"]
    assert_frame_equal(customers(few)[known], customers(many)[known])
    both = contacts(few).merge(contacts(many), on=["customer", "attempt"])
    both = both[both["served_min_x"].notna() & both["served_min_y"].notna()]
    assert len(both) > 500
    assert_allclose(both["served_min_x"], both["served_min_y"], rtol=1e-9)
    assert not contacts(few).equals(contacts(many))


def test_another_channel_leaves_the_others_customers_alike():
    def people(*names):
        run = simulate(
            arrivals_per_hour=dict.fromkeys(names, 30.0),
            channels={name: Channel(9, 4) for name in names},
            followers=[0, 1, 2, 3], rng=5,
        )  # fmt: skip
        who = customers(run)
        calls = contacts(run).set_index("customer")["served_min"]
        return pd.concat([who[["arrived_min", "channel", "followers"]], calls], axis=1)

    alone, among = people("phone"), people("mail", "phone", "chat")
    mine = among[among["channel"] == "phone"].drop(columns="channel").reset_index(drop=True)
    assert_allclose(mine, alone.drop(columns="channel"), rtol=1e-9)


def test_more_callers_are_the_same_ones_closer_together():
    calm, busy = (table(Channel(9, 4), rate, hours=10)["arrived_min"] for rate in (30, 60))
    assert_allclose(calm / 2, busy[: len(calm)], rtol=1e-9)


# --- compiled and in plain Python ------------------------------------------------------


def course_of(example, replicate=0):
    """Return what the compiled course is given: (what it reads, what it fills)."""
    asked = {"habits": None, "volume_shape": None, "followers": None, "start": "2009-07-06"}
    plan = _plan.Plan.of(**asked | {"hours": None} | example)
    key = _luck.key(1)
    luck = _desk.Luck(*(np.uint64(_luck.branch(key, replicate, p)) for p in _course._PURPOSES))
    people = _arrivals.newcomers(plan, key, replicate)
    room = 8 * people.size
    read = [
        plan.channels, plan.queues, plan.pools, plan.order, plan.agents, plan.opened,
        plan.quantiles, plan.ways, luck,
    ]  # fmt: skip
    fill = [people, np.zeros(room, _desk.CONTACT), np.zeros(2 * room), np.zeros(2 * room, int)]
    return read, fill


@pytest.mark.parametrize("example", [PLAIN, FULL], ids=["plain", "full"])
def test_the_compiled_course_is_the_plain_one(example):
    read, fill = course_of(example)
    compiled, plain = both_ways(_kernels, "course", read, fill)
    assert compiled[0] > 0
    assert repr(compiled) == repr(plain)  # nan is like nan


def test_the_compiled_course_says_when_there_is_no_room():
    read, fill = course_of(FULL)
    fill[1] = fill[1][:5]
    compiled, plain = both_ways(_kernels, "course", read, fill)
    assert compiled[0] == plain[0] == -1


def test_tables_before_and_after_are_the_plain_ones():
    people = course_of(FULL)[1][0]
    rates = np.array([3.0, 0.0, 5.0, 1.0])
    edges = np.concatenate([[0.0], rates.cumsum()])
    filled = [np.array([0.5, 2.9, 3.0, 3.1, 7.9, 8.5])]
    compiled, plain = both_ways(_Stretch, "stretch", [edges, rates], filled)
    assert repr(compiled) == repr(plain)
    assert_allclose(compiled[1][0], [10, 58, 60, 121.2, 178.8, 210])
    luck = np.uint64(5)
    given = [people["came"], people["origin"], people["entity"], np.array([0.0, 7, 90]), luck]
    compiled, plain = both_ways(_rows, "welcome", given, [np.zeros_like(people)])
    assert repr(compiled) == repr(plain)
    course = simulate(**FULL, rng=1).details["course"]
    n = course.contacts.size
    columns = [np.zeros(n, kind) for kind in service_desk._tables._COLUMNS.values()]
    compiled, plain = both_ways(_rows, "tidy", [course.contacts, 1200.0], columns)
    assert repr(compiled) == repr(plain)
    counts = [*np.zeros((4, 4, 241), np.int64), np.zeros(241, np.int64)]
    compiled, plain = both_ways(_rows, "count_by_step", [course.contacts, 5.0, 3], counts)
    assert repr(compiled) == repr(plain)


class _Stretch:
    """`stretch` with what it fills in last place."""

    @staticmethod
    def stretch(edges, rates, so_far):
        _rows.stretch(so_far, edges, rates)


# --- what a run shows ------------------------------------------------------------------


def test_the_series_is_what_the_contacts_say_at_each_step():
    run = simulate(**FULL, rng=2)
    calls = contacts(run)
    came = calls["arrived_min"].to_numpy()[:, None]
    left = (calls["arrived_min"] + calls["waited_min"]).to_numpy()[:, None]
    left = np.where(calls["censored"].to_numpy()[:, None], np.inf, left)
    end = (began(calls) + calls["served_min"]).to_numpy()[:, None]
    wide = run.series.pivot_table(index="time", columns="variable", values="value")
    steps = (wide.index - pd.Timestamp(FULL["start"])) / pd.Timedelta("1min")
    assert_array_equal(steps, np.arange(0, 1201, 5))
    t = np.array(steps)
    for name in FULL["channels"]:
        on = (calls["channel"] == name).to_numpy()[:, None]
        assert_array_equal(wide[f"waiting on {name}"], (on & (came <= t) & (t < left)).sum(0))
        assert_array_equal(wide[f"served on {name}"], (on & (left <= t) & (t < end)).sum(0))
    posts = ((calls["channel"] == "twitter") & ~calls["callback"]).to_numpy()[:, None]
    assert_array_equal(wide["published"], (posts & (came <= t)).sum(0))
    assert wide["published"].max() > 20


def test_events_are_what_the_contacts_say():
    run = simulate(**FULL, rng=2)
    calls, people, log = contacts(run), customers(run), run.events
    count = log["kind"].value_counts().to_dict()
    outcome = calls["outcome"].value_counts()
    served, back = calls["served_min"].notna(), calls["callback"]
    mail = (calls["channel"] == "mail") & ~back
    assert count == {
        "contact": (~back).sum(),
        "publish": people["posts"].sum(),
        "acknowledge": mail.sum(),
        "answer": (served & ~back).sum(),
        "callback": (served & back).sum(),
        "abandon": outcome["abandoned"] + outcome["turned away"],
        "work": served.sum(),
        "promise": outcome["promised"],
        "close": outcome["solved"] + outcome["unsolved"],
        "resolve": outcome["solved"],
        "leave": (people["outcome"] == "left").sum(),
    }
    for kind, values in [
        ("answer", calls.loc[served & ~back, "waited_min"]),
        ("abandon", calls.loc[calls["outcome"].isin(["abandoned", "turned away"]), "waited_min"]),
        ("work", calls["served_min"].dropna()),
        ("promise", np.full(outcome["promised"], 50.0)),
        ("contact", people["followers"].to_numpy()[calls.loc[~back, "customer"]]),
    ]:
        assert_allclose(np.sort(log.loc[log["kind"] == kind, "value"]), np.sort(values))
    first = log[log["kind"] == "contact"].sort_values("time")["time"].to_numpy()
    minutes = (first - np.datetime64(FULL["start"])) / np.timedelta64(1, "m")
    assert_allclose(minutes, calls.loc[~back, "arrived_min"], atol=1e-6)
    assert set(log["source"]) == {f"service_desk {run.key:016x}/0"}


def test_both_lenses_read_the_events():
    run = simulate(**FULL, rng=2)
    calls, end = contacts(run), pd.Timestamp(FULL["start"]) + pd.Timedelta("20h")
    level = crm.service_level(run.events, minutes=5, observed_until=end)
    assert level["n"].item() == (~calls["callback"]).sum()
    assert 0 < level["low"].item() <= level["high"].item() < 1
    seen = cem.journeys(run.events, observed_until=end)
    problems = calls.groupby(["customer", "issue"]).size()
    assert len(seen) == len(problems)
    solved = calls[calls["outcome"] == "solved"].groupby(["customer", "issue"]).ngroups
    in_time = began(calls) + calls["served_min"] <= 1200
    by_end = calls[(calls["outcome"] == "solved") & in_time].groupby(["customer", "issue"]).ngroups
    assert by_end <= seen["resolved"].sum() <= solved
    assert events.validate(run.events).equals(run.events)


def test_a_simple_call_reads_alike_in_both_tables():
    run = desk(Channel(20, 6), 30, hours=3)
    seen = cem.journeys(run.events)
    calls = contacts(run)
    assert_allclose(seen["elapsed_h"] * 60, calls["waited_min"] + calls["served_min"], atol=1e-4)


def test_published_contact_centres_can_be_written_down():
    """Hourly rates, hourly staffing, some who hang up at once, days of random volume."""
    hours = 24 * 30
    rates = [0] * 8 + [40, 90, 120, 110, 80, 90, 110, 100, 70, 40] + [0] * 6
    staff = [0] * 8 + [6, 10, 13, 12, 10, 10, 12, 11, 9, 6] + [0] * 6
    phone = Channel(
        staff * 30, stats.lognorm(s=1, scale=4), patience_min=6, zero_patience=0.1,
        opens=[8 <= h < 18 for h in range(24)], closing="serve",
    )  # fmt: skip
    run = desk(phone, rates * 30, volume_shape=20, followers=100)
    assert run.params["hours"] == hours
    found = service_desk.kpis(run)
    assert found["turned_away"] == found["waiting"] == 0
    assert found["customers"] == pytest.approx(30 * sum(rates), rel=0.25)
    assert 0.01 < found["abandoned"] < 0.3
    calls = contacts(run)
    assert_share(calls["waited_min"] == 0, (calls["waited_min"] == 0).mean())
    at_once = (calls["outcome"] == "abandoned") & (calls["waited_min"] == 0)
    had_to_wait = (calls["waited_min"] > 0) | at_once
    assert_share(at_once[had_to_wait], 0.1)


# --- what cannot be asked --------------------------------------------------------------


PHONE = Channel(1, 5)
WRONG = [
    ({"arrivals_per_hour": -1}, "arrivals_per_hour of phone must be a finite number in [0, 1000000000], got -1"),
    ({"arrivals_per_hour": [1, np.nan]}, "arrivals_per_hour of phone must be a finite number in [0, 1000000000], got nan"),
    ({"arrivals_per_hour": "many"}, "arrivals_per_hour of phone must be a finite number in [0, 1000000000], got 'many'"),
    ({"arrivals_per_hour": {"phone": 1, "fax": 1}}, "channel of arrivals_per_hour must be one of phone, got 'fax'"),
    ({"arrivals_per_hour": [1, 2, 3], "hours": 4}, "arrivals_per_hour of phone must be one number, or one for each of the 4 hours, got 3"),
    ({"arrivals_per_hour": [1, 2], "channels": {"phone": Channel([1, 1, 1], 5)}, "hours": None}, "hours must be equally many everywhere, got arrivals_per_hour: 2, agents of phone: 3"),
    ({"channels": [PHONE]}, f"channels must be a mapping of names to Channel(...), got {[PHONE]!r}"),
    ({"channels": {}}, "channels must be a mapping of names to Channel(...), got {}"),
    ({"channels": {"phone": 3}}, "channels must be a mapping of names to Channel(...), got 'phone': 3"),
    ({"channels": {str(c): PHONE for c in range(101)}}, "channels must be at most 100, got 101"),
    ({"channels": {"phone": Channel(2.5, 5)}}, "agents of phone must be a whole number in [0, 1000000000], got 2.5"),
    ({"channels": {"phone": Channel([1, -1], 5)}}, "agents of phone must be a whole number in [0, 1000000000], got -1"),
    ({"channels": {"phone": Channel(1, np.inf)}}, "service_min of phone must be a finite number in [0, 10000000], got inf"),
    ({"channels": {"phone": Channel(1, -5)}}, "service_min of phone must be a finite number in [0, 10000000], got -5"),
    ({"channels": {"phone": Channel(1, [])}}, "service_min of phone must be minutes of at least 0, or a law of such, got ()"),
    ({"channels": {"phone": Channel(1, [5, -1])}}, "service_min of phone must be a finite number of at least 0, got -1"),
    ({"channels": {"phone": Channel(1, 5, patience_min=np.nan)}}, "patience_min of phone must be a finite number of at least 0, got nan"),
    ({"channels": {"phone": Channel(1, 5, priority=[10, 5])}}, "priority must be ascending audiences, got (10, 5)"),
    ({"channels": {"phone": Channel(1, 5, priority=-1)}}, "priority must be a finite number of at least 0, got -1"),
    ({"channels": {"phone": Channel(1, 5, opens=[True] * 3)}}, f"opens of phone must be yes or no for each of the 2 hours, or for the 24 hours of a day, got {(True,) * 3}"),
    ({"channels": {"phone": Channel(1, 5, opens=True)}}, "opens of phone must be yes or no for each of the 2 hours, or for the 24 hours of a day, got True"),
    ({"habits": "angry"}, "habits must be Habits(...) or None, got 'angry'"),
    ({"habits": Habits(public=0.5)}, "public_channel must be one of phone, got 'twitter': give Habits(public_channel=...)"),
    ({"volume_shape": 0}, "volume_shape must be above 0, or None for days of equal volume, got 0"),
    ({"volume_shape": -2}, "volume_shape must be a finite number of at least 0, got -2"),
    ({"followers": [1, -1]}, "followers must be audiences of at least 0, got [1, -1]"),
    ({"followers": []}, "followers must be audiences of at least 0, got []"),
    ({"hours": 0}, "hours must be a whole number in [1, 10000000], got 0"),
    ({"hours": 1.5}, "hours must be a whole number in [1, 10000000], got 1.5"),
    ({"replicate": -1}, f"replicate must be a whole number in [0, {2**62}], got -1"),
    ({"start": "soon"}, "start must be a date such as 2009-07-06, without a time zone, got 'soon'"),
    ({"rng": -1}, f"rng must be {_checks.type_of_rng}, got -1"),
]  # fmt: skip


@pytest.mark.parametrize(("wrong", "sentence"), WRONG, ids=[s[:60] for _, s in WRONG])
def test_says_what_was_wrong(wrong, sentence):
    fine = {"arrivals_per_hour": 1, "channels": {"phone": PHONE}, "hours": 2}
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        simulate(**fine | wrong)


@pytest.mark.parametrize(
    ("build", "sentence"),
    [
        (lambda: Channel(1, 5, solve=1.5), "solve must be a probability in [0, 1], got 1.5"),
        (
            lambda: Channel(1, 5, zero_patience=-1),
            "zero_patience must be a probability in [0, 1], got -1",
        ),
        (
            lambda: Channel(1, 5, closing="shut"),
            "closing must be one of keep, serve, send away, got 'shut'",
        ),
        (
            lambda: Channel(1, 5, rank=0.5),
            "rank must be a whole number in [-1000, 1000], got 0.5",
        ),
        (
            lambda: Habits(redial=0.7, leave=0.5),
            "redial + leave must be at most 1 (100 %), got 0.7 + 0.5",
        ),
        (
            lambda: Habits(most_attempts=0),
            "most_attempts must be a whole number in [1, 30000], got 0",
        ),
        (
            lambda: Habits(redial_after_min=-1),
            "redial_after_min must be a finite number in [0, 1000000000], got -1",
        ),
    ],
)
def test_says_at_once_what_is_wrong_with_a_channel_or_habits(build, sentence):
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        build()


def test_a_law_with_negative_minutes_is_refused():
    sentence = "service_min of phone must be minutes of at least 0, or a law of such, got "
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}"):
        desk(Channel(1, stats.norm(5, 1)))


def test_what_would_not_fit_is_refused_before_it_is_made(monkeypatch):
    monkeypatch.setattr(_arrivals, "newcomers", None)
    way_out = "ask for fewer hours, fewer arrivals or less redial"
    sentence = rf"^arrivals_per_hour must fit in memory, got a need of [\d,.]+ GB .*: {way_out}$"
    with pytest.raises(ValueError, match=sentence):
        desk(Channel(1, 5), 1e9, hours=10_000_000)
    many = {str(c): Channel(1, 5) for c in range(100)}
    with pytest.raises(ValueError, match=r"^hours must fit in memory, .*: ask for fewer hours$"):
        simulate(arrivals_per_hour=1, channels=many, hours=10_000_000)


def test_a_day_that_would_not_fit_is_refused(monkeypatch):
    sentence = r"^volume_shape must fit in memory, .*: ask for fewer arrivals or a larger shape$"
    monkeypatch.setattr(_arrivals, "_volumes", lambda plan, *_: np.full(plan.hours, 1e12))
    with pytest.raises(ValueError, match=sentence):
        desk(Channel(1, 5), 60, volume_shape=0.01)


def test_endless_redial_is_refused_when_room_runs_out(monkeypatch):
    asked = []

    def memory(name, need, way_out):
        asked.append(need)
        if need > 1e7:
            msg = f"{name}: {way_out}"
            raise ValueError(msg)

    monkeypatch.setattr(_checks, "memory", memory)
    habits = Habits(redial=1, redial_after_min=0, most_attempts=30_000)
    with pytest.raises(ValueError, match=r"^arrivals_per_hour: ask for fewer hours, .* redial$"):
        desk(Channel(0, 5, zero_patience=1), 60, habits=habits)
    assert len(asked) > 4


def test_tables_are_asked_of_service_desks_only():
    other = cascade.simulate(Network.from_edges([(0, 1)]), initial=[0], p=0.5, rng=1)
    for read in (contacts, customers):
        with pytest.raises(
            ValueError, match=r"^run must come from a service desk, got one of cascade$"
        ):
            read(other)


# --- hours of the day, ends, and odd input ------------------------------------------------


@pytest.mark.parametrize("hours", [24, 48])
def test_24_opening_hours_are_those_of_the_clock(hours):
    nine_to_five = [0] * 9 + [1] * 8 + [0] * 7
    run = simulate(
        arrivals_per_hour=30,
        channels={"phone": Channel(9, 1, opens=nine_to_five, closing="serve")},
        hours=hours,
        start="2009-07-06 08:00",
        rng=1,
    )
    let_in = contacts(run).query("outcome != 'turned away'")["arrived_min"]
    clock = 8 + let_in / 60
    assert 9 <= clock.min() < 9.5
    assert (clock % 24).between(9, 17).all()


def test_a_run_begins_on_the_hour():
    with pytest.raises(ValueError, match=r"^start must be on the hour, .* got 2009-07-06 08:45"):
        simulate(arrivals_per_hour=1, channels={"phone": Channel(1, 1)}, start="2009-07-06 08:45")


def test_a_habit_that_nobody_has_changes_nothing_after_the_end():
    def desk(habits):
        return contacts(
            simulate(
                arrivals_per_hour=20,
                channels={"phone": Channel(0, 6, patience_min=600, closing="serve")},
                habits=habits,
                hours=5,
                rng=1,
            )
        )

    plain, habit = desk(None), desk(Habits(redial=1e-12))
    columns = ["arrived_min", "waited_min", "outcome"]
    pd.testing.assert_frame_equal(plain[columns], habit[columns])
    assert plain["waited_min"].max() <= 300


def test_channels_are_values():
    """They compare, have a hash, and do not change with the list they were made from."""
    agents = [1, 2]
    channel = Channel(agents, np.array([5.0, 6.0]), priority=(a for a in [5, 10]))
    agents[0] = 9
    assert channel == Channel((1, 2), [5, 6], priority=[5, 10])
    assert hash(channel) == hash(Channel((1, 2), [5, 6], priority=[5, 10]))
    assert channel.audiences == [10, 5]


def test_a_law_needs_no_more_than_its_quantiles():
    class Even:
        def ppf(self, share):
            return 10 * np.asarray(share)

    phone = Channel(50, Even())
    run = simulate(arrivals_per_hour=300, channels={"phone": phone}, hours=30, rng=1)
    served = contacts(run)["served_min"]
    assert served.mean() == pytest.approx(5, abs=4 * served.sem())
    assert served.max() <= 10


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: contacts(3), "run must come from a service desk, got one of int"),
        (lambda: customers(None), "run must come from a service desk, got one of NoneType"),
        (
            lambda: simulate(arrivals_per_hour=[], channels={"phone": Channel(1, 1)}),
            "arrivals_per_hour must be one number, or one an hour, got none",
        ),
        (
            lambda: simulate(arrivals_per_hour={}, channels={"phone": Channel(1, 1)}),
            "arrivals_per_hour must name at least one of phone, got none",
        ),
        (lambda: Channel(1, 1, acknowledges="no"), "acknowledges must be True or False, got 'no'"),
        (lambda: Channel(1, 1, pool=1), "pool must be a name or None, got 1"),
        (
            lambda: simulate(arrivals_per_hour=1, channels={"phone": Channel(1, 1)}, followers="a"),
            "followers must be audiences of at least 0, got 'a'",
        ),
    ],
)
def test_odd_input_gets_one_sentence(call, sentence):
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        call()
