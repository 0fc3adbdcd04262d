"""Star desk: the service desk in numbers that can be moved one by one."""

import re

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from cemlab.sim import service_desk, star_desk
from cemlab.sim.service_desk import Channel, Habits
from cemlab.testing import check_model


@pytest.mark.parametrize(
    "example",
    [{}, {"hours": 3, "star": 0, "moved": -1}, {"hours": 2, "calls_per_hour": 0}],
)
def test_keeps_the_promises_of_every_model(example):
    check_model(star_desk.simulate, example)


def test_is_a_service_desk_with_these_numbers():
    run = star_desk.simulate(rng=3, hours=5, moved=2)
    same = service_desk.simulate(
        arrivals_per_hour=80,
        channels={
            "phone": Channel(agents=20, service_min=12, solve=0.75, patience_min=5),
            "twitter": Channel(
                agents=3, service_min=8, solve=0.9, patience_min=240, priority=10_000
            ),
        },
        habits=Habits(
            promise=0.3, kept=0.5, redial=0.7, leave=0.1, public=0.2, per_tenfold=0.5,
            learned=1, again=0.2, loyal=0.5,
        ),
        followers=[100] * 95 + [10_000] * 5,
        hours=5,
        start="2009-05-11",
        rng=3,
    )  # fmt: skip
    assert service_desk.contacts(run).equals(service_desk.contacts(same))
    assert (run.model, run.params["moved"]) == ("star_desk", 2)


def test_moving_leaves_the_sum_of_people_and_the_customers():
    few, many = (star_desk.simulate(rng=1, hours=6, moved=m) for m in (-1, 4))
    staff = [run.details["plan"].agents[:, 0].tolist() for run in (few, many)]
    assert staff == [[23, 0], [18, 5]]
    arrived = [service_desk.customers(run)["arrived_min"] for run in (few, many)]
    assert_array_equal(*arrived)


def test_every_replay_is_counted_as_its_run_says():
    found = star_desk.outcomes(runs=3, rng=5, hours=8, moved=1)
    assert tuple(found.columns) == star_desk.MEASURES
    for replicate, row in found.iterrows():
        run = star_desk.simulate(rng=5, hours=8, moved=1, replicate=replicate)
        contacts, people = service_desk.contacts(run), service_desk.customers(run)
        posts = (contacts["channel"] == "twitter") & ~contacts["callback"]
        assert row["posts_per_100"] == pytest.approx(100 * posts.sum() / len(people))
        assert row["solved"] == pytest.approx((people["outcome"] == "solved").mean())
        star = people["followers"] == 10_000
        assert row["solved_stars"] == pytest.approx((people["outcome"] == "solved")[star].mean())
        calls = contacts[(contacts["channel"] == "phone") & ~contacts["censored"]]
        gone = (calls["outcome"] == "abandoned").mean()
        assert row["phone_abandoned"] == pytest.approx(gone)
        assert row["phone_wait_min"] == pytest.approx(calls["waited_min"].mean())


def test_without_audience_or_anger_nobody_is_first_or_public():
    assert (star_desk.outcomes(runs=2, rng=1, hours=4, public=0)["posts_per_100"] == 0).all()
    nobody = star_desk.outcomes(runs=1, rng=1, hours=4, star_share=0).iloc[0]
    assert np.isnan(nobody["solved_stars"])
    assert nobody["solved_others"] == nobody["solved"]
    alike = star_desk.simulate(rng=1, hours=4, star_share=0)
    assert service_desk.customers(alike)["followers"].unique().tolist() == [100]


def test_moving_four_makes_tweets_quick_and_more_of_them():
    """Day by day on the same customers: the differences are four standard errors from zero."""
    before, after = (star_desk.outcomes(runs=30, rng=2009, moved=m) for m in (0, 4))
    change = after - before
    away = change.mean() / change.sem()
    assert away["posts_per_100"] > 4
    assert away["phone_abandoned"] > 4
    assert away["solved"] < -4
    assert away["twitter_wait_min"] < -4


def test_on_a_hopelessly_full_desk_moving_two_makes_fewer_posts():
    full = {"runs": 20, "rng": 1, "calls_per_hour": 120}
    change = (
        star_desk.outcomes(**full, moved=2)["posts_per_100"]
        - star_desk.outcomes(**full)["posts_per_100"]
    )
    assert change.mean() / change.sem() < -4


def test_large_accounts_first_helps_them_on_a_full_day():
    full = {"runs": 20, "rng": 1, "calls_per_hour": 120}
    first, in_turn = (star_desk.outcomes(**full, star=s) for s in (1, 0))
    gain = first["solved_stars"] - in_turn["solved_stars"]
    assert gain.mean() / gain.sem() > 4


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"moved": 23}, "moved must be a whole number in [-1, 22], got 23"),
        ({"moved": -2}, "moved must be a whole number in [-1, 22], got -2"),
        ({"star": 2}, "star must be a whole number in [0, 1], got 2"),
        ({"star_share": 1.5}, "star_share must be a probability in [0, 1], got 1.5"),
        ({"star_share": 0.004}, "star_share must be a whole per cent, such as 0.05, got 0.004"),
        (
            {"followers": 20_000},
            "followers must be fewer than star_followers (10000), got 20000",
        ),
        ({"phone_agents": 2.5}, "phone_agents must be a whole number of at least 0, got 2.5"),
        ({"redial": 0.95}, "redial + leave must be at most 1 (100 %), got 0.95 + 0.1"),
        (
            {"calls_per_hour": float("nan")},
            "calls_per_hour must be a finite number of at least 0, got nan",
        ),
    ],
)
def test_says_what_is_wrong(wrong, message):
    for call in (star_desk.simulate, lambda **k: star_desk.outcomes(runs=1, **k)):
        with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
            call(**wrong, rng=1)


def test_an_unknown_parameter_is_named():
    with pytest.raises(ValueError, match=r"parameter of star_desk must be one of .*, got 'mood'"):
        star_desk.outcomes(runs=1, mood=3)


def test_nan_where_there_was_nobody():
    quiet = star_desk.outcomes(runs=1, calls_per_hour=0, rng=1).iloc[0]
    assert np.isnan([quiet["posts_per_100"], quiet["twitter_wait_min"]]).all()
