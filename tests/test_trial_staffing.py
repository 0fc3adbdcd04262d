"""Staffing by trial: against formulas, against counting one by one, and at its edges."""

import math
import re
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cemlab.network import Network
from cemlab.sim import cascade, service_desk
from cemlab.sim.service_desk import (
    Channel,
    _trial,
    contacts,
    erlang_a,
    kpis,
    price_of_promises,
    promise_kept,
    simulate,
    staff,
    staff_by_trial,
)

DAY = 8 * [10.0] + 10 * [40.0] + 6 * [10.0]
SHIFT = 8 * [0] + 10 * [1] + 6 * [0]
MAIL = Channel(agents=SHIFT, service_min=6)


def says(sentence):
    return pytest.raises(ValueError, match="^" + re.escape(sentence) + "$")


def one_by_one(rates, shape, channel, *, within_min, level, rounds, warm, runs, rng):
    """Return the first number of seats that keeps the promise, from whole runs of the desk."""
    length = len(rates)
    hours = np.arange(-warm, rounds * length + math.ceil(within_min / 60)) % length
    for seats in range(1, 1000):
        came = kept = 0
        for r in range(runs):
            desk = {"trial": Channel(seats * np.array(shape)[hours], channel.service_min)}
            run = simulate(
                arrivals_per_hour=np.array(rates)[hours], channels=desk, rng=rng, replicate=r
            )
            table = contacts(run)
            hour = table["arrived_min"] / 60 - warm
            counted = table[(hour >= 0) & (hour < rounds * length)]
            came += len(counted)
            kept += (counted["served_min"].notna() & (counted["waited_min"] <= within_min)).sum()
        if kept / came >= level and seats * np.mean(shape) > np.mean(rates) * 6 / 60:
            return seats
    raise AssertionError


# --- against formulas and counting --------------------------------------------------------


@pytest.mark.parametrize("patience", [math.inf, 5.0])
@pytest.mark.parametrize("within", [1 / 3, 3.0])
def test_steady_calls_need_as_many_as_the_formula_says(patience, within):
    leaving = 0.0 if patience == math.inf else 60 / patience
    rates = {"arrival_rate": 100.0, "service_rate": 10.0, "patience_rate": leaving}
    agents = staff(within=within / 60, level=0.8, **rates)
    above, below = (
        erlang_a(100.0, 10.0, n, leaving).service_level(within=within / 60)
        for n in (agents, agents - 1)
    )
    between = (above + below) / 2
    assert staff(within=within / 60, level=between, **rates) == agents
    calls = 8 * 24 * 100 * 3
    assert (above - below) / 2 > 4 * math.sqrt(0.25 / calls) * 3  # waits of neighbours are alike
    found = staff_by_trial(
        100.0, Channel(1, 6, patience_min=patience), within_min=within, level=between,
        rounds=8, warm_up_hours=24, runs=3, rng=3,
    )  # fmt: skip
    assert found == agents


@pytest.mark.parametrize(("within_min", "level"), [(120, 0.45), (600, 0.7), (1440, 0.9)])
def test_it_is_the_first_number_found_by_counting_one_by_one(within_min, level):
    given = {"within_min": within_min, "level": level, "rounds": 5, "runs": 2, "rng": 7}
    expected = one_by_one(DAY, SHIFT, MAIL, warm=24, **given)
    assert staff_by_trial(DAY, MAIL, warm_up_hours=24, **given) == expected


def test_at_best_is_the_part_that_comes_while_or_shortly_before_anybody_is_there():
    table = price_of_promises(
        DAY, MAIL, {"day": SHIFT}, promises_hours=[0, 2, 14], level=0.999, rounds=50, rng=1
    )
    calls = 5 * 50 * sum(DAY)
    hours = np.array([400, 420, 540]) / 540
    error = np.sqrt(hours * (1 - hours) / calls)
    assert (np.abs(table["at_best"] - hours) <= 4 * error).all()
    assert table["seats"].isna().tolist() == [True, True, False]


def test_nobody_knows_the_outcome_late_so_the_hours_after_are_played_too():
    """All come in the last hour of the day and are answered the next morning: in time."""
    night = 23 * [0.0] + [60.0]
    morning = Channel(agents=[0] + [1] + 22 * [0], service_min=0.01)
    given = {"level": 0.99, "warm_up_hours": 0, "runs": 2, "rng": 1}
    assert staff_by_trial(night, morning, within_min=125, **given) == 1
    with pytest.raises(ValueError, match="level must be within reach"):
        staff_by_trial(night, morning, within_min=60, **given)


@pytest.mark.parametrize(("calls", "seats"), [(99.0, 10), (100.0, 11), (101.0, 11)])
def test_a_queue_that_grows_slowly_does_not_keep_a_promise(calls, seats):
    """One day of it would look good under a promise of two days."""
    desk = Channel(agents=1, service_min=6)
    given = {"within_min": 48 * 60, "level": 0.9, "warm_up_hours": 0, "runs": 1, "rng": 1}
    assert staff_by_trial(calls, desk, **given) == seats


def test_where_people_hang_up_fewer_seats_than_the_work_may_do():
    impatient = Channel(agents=1, service_min=6, patience_min=6)
    found = staff_by_trial(100.0, impatient, within_min=6, level=0.5, rounds=10, rng=1)
    assert 0 < found < 10


@settings(deadline=None, max_examples=30, derandomize=True)
@given(st.integers(0, 2**32), st.floats(1, 60), st.floats(0.1, 0.9))
def test_harder_promises_take_no_fewer_seats(rng, calls, level):
    def seats(within_min, share):
        return staff_by_trial(
            calls, Channel(1, 6), within_min=within_min, level=share,
            warm_up_hours=3, runs=1, rng=rng,
        )  # fmt: skip

    found = [seats(w, level) for w in (600, 60, 5, 0)]
    assert all(a <= b for a, b in pairwise(found))
    assert seats(5, level) <= seats(5, (1 + level) / 2)
    assert found[0] > calls / 10 - 1e-9


def test_the_shape_may_hold_several_people_an_hour():
    double = Channel(agents=24 * [2], service_min=6)
    given = {"within_min": 10, "level": 0.9, "rounds": 5, "rng": 1}
    single = staff_by_trial(50.0, Channel(1, 6), **given)
    assert staff_by_trial(50.0, double, **given) == math.ceil(single / 2)


def test_opening_hours_and_days_of_unequal_volume_count():
    given = {"within_min": 60, "level": 0.6, "rounds": 7, "warm_up_hours": 24, "rng": 1}
    always = staff_by_trial(DAY, Channel(1, 6), **given)
    assert staff_by_trial(DAY, Channel(1, 6), volume_shape=2, **given) > always
    shut = Channel(1, 6, opens=[bool(h) for h in SHIFT], closing="send away")
    with pytest.raises(ValueError, match=r"level must be within reach, got 0\.9 where"):
        staff_by_trial(DAY, shut, **given | {"level": 0.9})
    twice = Channel(1, 6, opens=2 * [bool(h) for h in SHIFT], closing="send away")
    assert staff_by_trial(DAY, shut, **given) == staff_by_trial(
        2 * DAY, twice, **given | {"rounds": 4}
    )


def test_the_same_integer_gives_the_same_seats():
    given = {"within_min": 300, "level": 0.8, "rounds": 2}
    assert staff_by_trial(DAY, MAIL, rng=5, **given) == staff_by_trial(DAY, MAIL, rng=5, **given)
    moving = np.random.default_rng(1)
    staff_by_trial(DAY, MAIL, rng=moving, **given)
    assert moving.random() != np.random.default_rng(1).random()


# --- extremes and errors ------------------------------------------------------------------


def test_nobody_comes_and_nobody_is_needed():
    assert staff_by_trial(0.0, MAIL, within_min=60, level=0.9, rng=1) == 0
    table = price_of_promises(0.0, MAIL, {"day": SHIFT}, promises_hours=[1], level=0.9, rng=1)
    assert table["paid_hours"].tolist() == [0.0]


def test_work_that_takes_no_time_needs_one_seat():
    assert staff_by_trial(50.0, Channel(1, 0), within_min=0, level=0.9, rng=1) == 1


@pytest.mark.parametrize("value", [0, 1, -0.1, 1.5])
def test_a_level_is_a_share_between(value):
    with says(f"level must be a share above 0 and below 1, got {value!r}"):
        staff_by_trial(DAY, MAIL, within_min=60, level=value)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"channel": 3}, "channel must be Channel(...), got 3"),
        ({"channel": Channel(0, 6)}, "agents must be somebody on shift in some hour, got 0"),
        (
            {"channel": Channel([1, 0], 6)},
            "agents must be one number, or one for each of the 24 hours, got 2",
        ),
        ({"within_min": -1}, "within_min must be a finite number in [0, 527040], got -1"),
        ({"rounds": 0}, "rounds must be a whole number in [1, 10000000], got 0"),
        ({"rounds": 10**6}, "hours to run must be a whole number in [1, 10000000], got 24000169"),
        ({"warm_up_hours": 1.5}, "warm_up_hours must be a whole number in [0, 10000000], got 1.5"),
        ({"runs": 0}, "runs must be a whole number in [1, 1000000], got 0"),
        ({"most": 0}, "most must be a whole number in [1, 1000000], got 0"),
        ({"most": 1, "channel": Channel(1, 6), "within_min": 3e5},
         "most must be at least 3, the seats that the work takes, got 1"),
    ],
)  # fmt: skip
def test_wrong_use_names_the_rule(changed, message):
    asked = {"channel": MAIL, "within_min": 60, "level": 0.1, "runs": 1, "rng": 1} | changed
    with says(message):
        staff_by_trial(DAY, asked.pop("channel"), **asked)


def test_a_promise_out_of_reach_says_how_much_can_be_kept():
    with pytest.raises(ValueError, match=r"got 0\.9 where 10,000 seats keep it for 0\.7\d\d$"):
        staff_by_trial(DAY, MAIL, within_min=60, level=0.9, runs=1, rng=1)


def test_too_many_contacts_are_refused_before_they_are_drawn():
    with pytest.raises(ValueError, match="arrivals_per_hour must fit in memory"):
        staff_by_trial(1e9, Channel(1, 6), within_min=60, level=0.9, rounds=1000, rng=1)


# --- prices -------------------------------------------------------------------------------


def test_prices_are_those_of_single_trials_on_the_same_luck():
    covers = {"day": SHIFT, "always": 24 * [1], "more by day": 8 * [1] + 10 * [3] + 6 * [1]}
    given = {"level": 0.9, "rounds": 3, "warm_up_hours": 24, "runs": 2, "rng": 4}
    table = price_of_promises(DAY, MAIL, covers, promises_hours=[24, 2], **given)
    assert table["cover"].tolist() == [name for name in covers for _ in range(2)]
    assert table["promise_hours"].tolist() == [24.0, 2.0] * 3
    for row in table.itertuples():
        channel = Channel(covers[row.cover], 6)
        if math.isnan(row.seats):
            assert (row.cover, row.promise_hours) == ("day", 2)
            assert row.at_best < 0.9
            continue
        seats = staff_by_trial(DAY, channel, within_min=60 * row.promise_hours, **given)
        assert row.seats == seats * max(covers[row.cover])
        assert row.paid_hours == seats * sum(covers[row.cover]) * 7
        assert row.full_time == pytest.approx(row.paid_hours / 38.5)
        assert row.at_best >= 0.9


@pytest.mark.parametrize("covers", [{}, [SHIFT], None])
def test_covers_have_names(covers):
    with says(f"covers must be a mapping of names to who is on shift by hour, got {covers!r}"):
        price_of_promises(DAY, MAIL, covers, promises_hours=[2], level=0.9)


def test_a_single_promise_may_be_a_number():
    given = {"level": 0.5, "runs": 1, "rng": 1}
    one = price_of_promises(DAY, MAIL, {"day": SHIFT}, promises_hours=24, **given)
    pd.testing.assert_frame_equal(
        one, price_of_promises(DAY, MAIL, {"day": SHIFT}, promises_hours=[24], **given)
    )
    with says("promises_hours must be a finite number in [0, 8784], got -1"):
        price_of_promises(DAY, MAIL, {"day": SHIFT}, promises_hours=-1, **given)
    with says("channel must be Channel(...), got 'mail'"):
        price_of_promises(DAY, "mail", {"day": SHIFT}, promises_hours=24, **given)


def test_every_cover_is_checked_before_any_trial():
    with says("agents must be somebody on shift in some hour, got (0, 0)"):
        price_of_promises(1e5, MAIL, {"a": 24 * [1], "b": [0, 0]}, promises_hours=[2], level=0.9)


# --- when a promise is kept ---------------------------------------------------------------


def test_promise_kept_agrees_with_the_contacts():
    desk = {"mail": Channel(2 * SHIFT, 20, patience_min=300), "phone": Channel(1, 3)}
    run = simulate(
        arrivals_per_hour={"mail": 2 * DAY, "phone": 5.0}, channels=desk,
        start="2024-05-03 22:00", rng=1,
    )  # fmt: skip
    table = contacts(run)
    limit, skip = 90.0, 3.0
    keep = (table["arrived_min"] >= 60 * skip) & (table["arrived_min"] <= 48 * 60 - limit)
    table = table[keep]
    found = promise_kept(run, within_min=limit, warm_up_hours=skip)
    at = pd.Timestamp("2024-05-03 22:00") + pd.to_timedelta(table["arrived_min"], unit="m")
    assert found["hour"].tolist() == at.dt.hour.tolist()
    assert found["day"].astype(str).tolist() == at.dt.strftime("%a").tolist()
    assert found["weekend"].tolist() == (at.dt.day_of_week >= 5).tolist()
    assert found["waited_min"].to_numpy() == pytest.approx(table["waited_min"].to_numpy())
    in_time = table["served_min"].notna() & (table["waited_min"] <= limit)
    assert found["kept"].tolist() == in_time.astype(float).tolist()
    assert 0 < found["kept"].mean() < 1
    mails = promise_kept(run, within_min=limit, warm_up_hours=skip, channel="mail")
    assert len(mails) == (table["channel"] == "mail").sum() < len(found)


def test_promise_kept_asks_for_a_service_desk():
    chain = Network.from_edges([(0, 1)])
    with says("run must come from a service desk, got one of cascade"):
        promise_kept(cascade.simulate(chain, initial=[0], p=1, rng=1), within_min=1)
    run = simulate(arrivals_per_hour=1, channels={"mail": Channel(1, 6)}, hours=1, rng=1)
    with says("channel must be one of mail, got 'phone'"):
        promise_kept(run, within_min=1, channel="phone")


def test_a_desk_that_falls_behind_does_not_look_good():
    """Those still waiting beyond the limit count as late, not as unknown."""
    behind = simulate(
        arrivals_per_hour=100, channels={"mail": Channel(9, 6)}, hours=240, rng=1
    )  # fmt: skip
    table = contacts(behind)
    waits = table["outcome"] == "waiting"
    late = waits & (table["waited_min"] > 120)
    known = (~waits | late).sum()
    in_time = (~waits & (table["waited_min"] <= 120)).sum()
    found = kpis(behind, within_min=120)
    assert late.sum() > 1000
    assert found["level_of_all"] == pytest.approx(in_time / known)
    assert found["level_of_patient"] == pytest.approx(in_time / known)
    assert found["level_of_answered"] == pytest.approx(in_time / (~waits).sum())
    assert found["level_of_all"] < 0.9 * found["level_of_answered"]


def test_anger_is_the_mean_after_a_contact():
    habits = service_desk.Habits(redial=0.5, anger_per_hour=0.3)
    desk = {"mail": Channel(9, 6, solve=0.7)}
    run = simulate(arrivals_per_hour=100, channels=desk, habits=habits, rng=1)
    table = contacts(run)
    done = table[table["outcome"] != "waiting"]
    assert kpis(run)["anger"] == pytest.approx(done["anger"].mean(), rel=1e-5)
    assert kpis(run)["anger"] > 0.1


def test_24_opening_hours_are_the_clocks_here_too():
    """Open from 9 to 17 by the clock, whenever the trial begins: the same seats."""
    mail = Channel(1, 6, opens=[0] * 9 + [1] * 8 + [0] * 7)
    seats = [
        staff_by_trial(
            30,
            mail,
            within_min=1440,
            level=0.9,
            warm_up_hours=48,
            rounds=7,
            runs=2,
            start=start,
            rng=1,
        )
        for start in ("2007-01-01 00:00", "2007-01-01 08:00")
    ]
    assert seats[0] == seats[1] >= 30 * 24 * 6 / 60 / 8


def test_a_trial_too_large_is_refused_before_anything_is_laid_out(monkeypatch):
    monkeypatch.setattr(_trial.Plan, "of", None)  # not to be called
    with pytest.raises(ValueError, match=r"^arrivals_per_hour must fit in memory"):
        staff_by_trial(2_000, Channel(1, 3), within_min=1, level=0.9, warm_up_hours=9_000_000)
