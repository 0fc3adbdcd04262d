"""Firestorm: a cascade with a recovery, an offer and the press, each with luck of its own."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from pandas.testing import assert_frame_equal

from cemlab import _luck, events
from cemlab.network import Network
from cemlab.sim import cascade, firestorm
from cemlab.testing import check_model

NET = Network.preferential(300, 3, rng=2009)
STORY = {"listeners": 5, "share_chance": 0.15}
PRESS = {"press_followers": 60, "press_day": 2.0, "press_needs": 8}
patiently = settings(deadline=None, max_examples=30, derandomize=True)
LUCK = st.integers(0, 2**32)
CHANCE = st.floats(0, 1)


@st.composite
def stories(draw):
    """Return (network, parameters) over all parameters, with chances at which things happen."""
    n = draw(st.integers(1, 12))
    person = st.integers(0, n - 1)
    ties = draw(st.lists(st.tuples(person, person), max_size=30))
    network = Network.from_edges(ties, n=n, directed=draw(st.booleans()))
    day = st.sampled_from([0, 0.5, 1, 1.75, 2, 3, 10])
    return network, {
        "listeners": draw(st.integers(0, 8)),
        "share_chance": draw(CHANCE),
        "hours_per_round": draw(st.sampled_from([6, 12, 24, 48])),
        "recovery_chance": draw(st.sampled_from([0, 0, 0.5, 1])),
        "offer_day": draw(day),
        "accept_chance": draw(st.sampled_from([0, 0.5, 1])),
        "sharing_after": draw(CHANCE),
        "press_followers": draw(st.integers(0, n)),
        "press_day": draw(day),
        "press_needs": draw(st.integers(0, n + 1)),
    }


def reach(rng=1, runs=300, **params):
    return firestorm.reach(NET, **STORY | params, runs=runs, rng=rng)


def totals(run):
    return run.series[run.series["variable"] == "total"]["value"].to_numpy()


def plain_firestorm(network, s, rng, replicate):
    """Return [(person, round)] by the words of the docstring, one person at a time."""
    key = _luck.key(rng)
    if _luck.one_draw(key, replicate, _luck.RECOVERY) < s["recovery_chance"]:
        return []
    accepted = _luck.one_draw(key, replicate, _luck.OFFER) < s["accept_chance"]
    first = min(range(network.n), key=lambda u: (abs(network.degrees[u] - s["listeners"]), u))
    links = np.uint64(_luck.branch(key, np.uint64(replicate), _luck.LINK))

    def follow(net, press_joins):
        joined, fresh, t = {}, [], 0
        while fresh or t <= press_joins or t == 0:
            over = accepted and t > 24 * s["offer_day"] // s["hours_per_round"]
            p = s["share_chance"] * (s["sharing_after"] if over else 1.0)
            new = []
            for u in fresh:
                for v in net.targets[net.start[u] : net.start[u + 1]].tolist():
                    if v not in joined and _luck.draw(links, np.uint64((u << 32) | v)) < p:
                        joined[v] = t
                        new.append(v)
            if t == 0:
                joined[first] = t
                new.append(first)
            if t == press_joins:
                joined[net.n - 1] = t
                new.append(net.n - 1)
            fresh, t = new, t + 1
        return list(joined.items())

    alone = follow(network, -1)
    if s["press_followers"] == 0 or len(alone) < s["press_needs"]:
        return alone
    large_enough = alone[s["press_needs"] - 1][1] if s["press_needs"] else 0
    press_joins = large_enough
    while press_joins * s["hours_per_round"] < 24 * s["press_day"]:
        press_joins += 1
    return follow(network.with_hub(s["press_followers"]), press_joins)


# --- one story, counted and told ------------------------------------------------------------


@pytest.mark.parametrize("press", [{}, PRESS])
@pytest.mark.parametrize("accept", [0.0, 0.5])
def test_keeps_the_promises_of_every_model(press, accept):
    offer = {"offer_day": 1.0, "accept_chance": accept, "recovery_chance": 0.3}
    check_model(firestorm.simulate, {"network": NET, **STORY, **press, **offer})


@patiently
@given(stories(), LUCK)
def test_replicate_r_of_reach_is_the_history_of_replicate_r(story, rng):
    network, params = story
    counted = firestorm.reach(network, **params, runs=6, rng=rng)
    told = [
        firestorm.simulate(network, **params, rng=rng, replicate=r).final("total") for r in range(6)
    ]
    assert counted.tolist() == told


@patiently
@given(stories(), LUCK, st.integers(0, 5))
def test_simulate_does_what_its_words_say(story, rng, replicate):
    network, params = story
    run = firestorm.simulate(network, **params, rng=rng, replicate=replicate)
    expected = plain_firestorm(network, params, rng, replicate)
    rounds = [t for _, t in expected]
    new = run.series[run.series["variable"] == "new"]["value"].tolist()
    assert new == [rounds.count(t) for t in range(max(rounds, default=0) + 1)]


@patiently
@given(stories(), LUCK)
def test_without_moves_it_is_the_cascade_of_the_same_starter(story, rng):
    network, params = story
    first = int(np.abs(network.degrees - params["listeners"]).argmin())
    told = {name: params[name] for name in ("listeners", "share_chance", "hours_per_round")}
    counted = firestorm.reach(network, **told, runs=40, rng=rng)
    p = params["share_chance"]
    plain = cascade.reach(network, initial=[first], p=p, runs=40, rng=rng, paired=True)
    assert_array_equal(counted, plain)


def test_in_large_it_is_the_cascade_too():
    first = int(np.abs(NET.degrees - 5).argmin())
    plain = cascade.reach(NET, initial=[first], p=0.15, runs=300, rng=1, paired=True)
    assert_array_equal(reach(), plain)
    assert len(set(plain.tolist())) > 20


def test_the_post_comes_from_whoever_has_the_audience_nearest_to_listeners():
    net = Network.from_edges([(0, 1), (0, 2), (0, 3), (4, 5)], n=7)
    for listeners, who in [(0, 6), (0.4, 6), (0.6, 1), (1, 1), (2, 0), (3, 0), (99, 0)]:
        run = firestorm.simulate(net, listeners=listeners, share_chance=0.0)
        assert run.events["by"].tolist() == [who]


def test_more_runs_repeat_the_first_ones():
    few = reach(runs=10, **PRESS, recovery_chance=0.3, accept_chance=0.5)
    many = reach(runs=60, **PRESS, recovery_chance=0.3, accept_chance=0.5)
    assert_array_equal(few, many[:10])
    assert many.dtype == np.int64


# --- the recovery ------------------------------------------------------------------------


def test_a_sure_recovery_leaves_no_story():
    assert reach(recovery_chance=1.0, **PRESS).tolist() == [0] * 300


@pytest.mark.parametrize("q", [0.1, 0.5, 0.8])
def test_a_recovery_leaves_no_story_in_its_share_of_runs(q):
    """Zero runs are binomial: within 4 standard errors of q."""
    runs = 20_000
    zeros = (reach(runs=runs, share_chance=0.0, recovery_chance=q) == 0).mean()
    assert zeros == pytest.approx(q, abs=4 * np.sqrt(q * (1 - q) / runs))


def test_where_a_recovery_fails_the_story_is_the_one_without_it():
    without, tried = reach(**PRESS), reach(**PRESS, recovery_chance=0.5)
    assert 0 < (tried == 0).sum() < 300
    assert_array_equal(tried[tried > 0], without[tried > 0])


def test_a_likelier_recovery_settles_all_that_a_less_likely_one_settles():
    less, more = reach(recovery_chance=0.3), reach(recovery_chance=0.6)
    assert set(np.flatnonzero(less == 0)) < set(np.flatnonzero(more == 0))


# --- the offer ------------------------------------------------------------------------------


@pytest.mark.parametrize("press", [{}, PRESS], ids=["alone", "press"])
def test_an_offer_that_nobody_accepts_changes_nothing(press):
    assert_array_equal(reach(**press, accept_chance=0.0, sharing_after=0.0), reach(**press))


@pytest.mark.parametrize("press", [{}, PRESS], ids=["alone", "press"])
def test_an_acceptance_that_leaves_all_sharing_changes_nothing(press):
    assert_array_equal(reach(**press, accept_chance=1.0, sharing_after=1.0), reach(**press))


@pytest.mark.parametrize(("day", "rounds"), [(0, 0), (1, 1), (1.9, 1), (2, 2), (50, 50)])
def test_an_acceptance_that_ends_all_sharing_stops_the_story_after_its_round(day, rounds):
    stopped = reach(runs=50, accept_chance=1.0, sharing_after=0.0, offer_day=day)
    for r in range(50):
        whole = totals(firestorm.simulate(NET, **STORY, rng=1, replicate=r))
        assert stopped[r] == whole[: rounds + 1][-1]


def test_an_offer_comes_in_the_round_that_its_day_falls_into_exactly():
    """0.7 days are 7 rounds of 2.4 hours, though 0.7 * 24 / 2.4 falls just short of it."""
    path = Network.from_edges([(i, i + 1) for i in range(20)], directed=True)
    told = {"listeners": 1, "share_chance": 1.0, "accept_chance": 1.0, "sharing_after": 0.0}
    run = firestorm.simulate(path, **told, offer_day=0.7, hours_per_round=2.4)
    assert run.final("total") == 1 + 7


def test_an_acceptance_on_day_0_that_ends_all_sharing_leaves_the_post_alone():
    stopped = reach(runs=50, accept_chance=1.0, sharing_after=0.0, offer_day=0)
    assert stopped.tolist() == [1] * 50


def test_an_offer_is_accepted_in_its_share_of_runs():
    runs = 20_000
    star = Network.from_edges([(0, 1)])
    told = {"listeners": 1, "share_chance": 1.0, "sharing_after": 0.0, "accept_chance": 0.3}
    quiet = (firestorm.reach(star, **told, runs=runs, rng=3) == 1).mean()
    assert quiet == pytest.approx(0.3, abs=4 * np.sqrt(0.3 * 0.7 / runs))


def test_recovery_and_offer_are_drawn_apart():
    """The share of runs without a story and the share of quiet ones are independent."""
    runs = 20_000
    pair = Network.from_edges([(0, 1)])
    told = {"listeners": 1, "share_chance": 1.0, "sharing_after": 0.0}
    found = firestorm.reach(pair, **told, accept_chance=0.5, recovery_chance=0.5, runs=runs, rng=4)
    for size, chance in {0: 0.5, 1: 0.25, 2: 0.25}.items():
        error = np.sqrt(chance * (1 - chance) / runs)
        assert np.mean(found == size) == pytest.approx(chance, abs=4 * error)


def test_less_sharing_after_an_acceptance_never_reaches_more():
    for day in (0, 1, 3):
        much, some, none = (
            reach(accept_chance=1.0, sharing_after=x, offer_day=day) for x in (0.8, 0.4, 0.0)
        )
        assert (none <= some).all()
        assert (some <= much).all()
        assert none.sum() < much.sum()


@patiently
@given(stories(), CHANCE, LUCK)
def test_a_lower_chance_never_reaches_more_without_the_press(story, part, rng):
    network, params = story
    params["press_followers"] = 0
    many = firestorm.reach(network, **params, runs=40, rng=rng)
    params["share_chance"] *= part
    few = firestorm.reach(network, **params, runs=40, rng=rng)
    assert (few <= many).all()


# --- the press -------------------------------------------------------------------------------


def test_a_press_without_followers_is_no_press():
    quiet = reach(press_followers=0, press_day=0, press_needs=0)
    assert_array_equal(quiet, reach())
    run = firestorm.simulate(NET, **STORY, press_followers=0, press_day=0, press_needs=0, rng=1)
    assert run.series.equals(firestorm.simulate(NET, **STORY, rng=1).series)
    assert run.network == NET.fingerprint


def test_the_press_joins_exactly_the_stories_that_are_large_enough():
    alone, heard = reach(runs=1000), reach(runs=1000, **PRESS)
    large = alone >= PRESS["press_needs"]
    assert 0 < large.sum() < 1000
    assert_array_equal(heard[~large], alone[~large])
    assert (heard[large] >= alone[large] + 1).all()


def test_the_press_counts_as_one_sharer():
    reached = reach(share_chance=0.0, press_followers=60, press_needs=1)
    assert reached.tolist() == [2] * 300


def test_the_press_comes_neither_before_its_day_nor_before_a_story():
    seen = 0
    for r in range(30):
        alone = totals(firestorm.simulate(NET, **STORY, rng=1, replicate=r))
        run = firestorm.simulate(NET, **STORY, **PRESS, rng=1, replicate=r)
        log = run.events
        press = log[log["by"] == NET.n]
        if alone[-1] < PRESS["press_needs"]:
            assert press.empty
            continue
        seen += 1
        story_round = int(np.flatnonzero(alone >= PRESS["press_needs"])[0])
        day = max(2, story_round)
        assert press["time"].tolist() == [pd.Timestamp("2009-07-06") + pd.Timedelta(days=day)]
        assert press[["kind", "actor", "value"]].values.tolist() == [["share", "public", 60.0]]
    assert 5 < seen < 30


@pytest.mark.parametrize("needs", [0, 1])
def test_a_press_that_needs_no_story_joins_on_its_day_even_when_all_is_quiet(needs):
    run = firestorm.simulate(
        NET, listeners=5, share_chance=0.0, press_followers=9, press_day=4, press_needs=needs
    )
    new = run.series[run.series["variable"] == "new"]["value"].tolist()
    assert new == [1, 0, 0, 0, 1]


@pytest.mark.parametrize(
    ("press_day", "hours", "joins"),
    [
        (0, 24, 0),
        (2, 24, 2),
        (2.5, 24, 3),
        (2, 12, 4),
        (1, 48, 1),
        (0.1, 24, 1),
        (0.25, 6, 1),
        (0.1, 0.8, 3),
    ],
)
def test_the_press_joins_in_the_first_round_on_or_after_its_day(press_day, hours, joins):
    run = firestorm.simulate(
        NET,
        listeners=5,
        share_chance=0.0,
        press_followers=9,
        press_day=press_day,
        hours_per_round=hours,
    )
    assert len(totals(run)) - 1 == joins


def test_the_press_never_makes_a_story_smaller():
    alone, heard = reach(), reach(press_followers=100, press_day=1, press_needs=3)
    assert (heard >= alone).all()
    assert heard.sum() > alone.sum()


@pytest.mark.parametrize("needs", [301, 10**9, 2**70])
def test_a_press_that_needs_more_than_there_are_people_never_joins(needs):
    assert_array_equal(reach(press_followers=60, press_needs=needs), reach())


# --- what a run holds --------------------------------------------------------------------------


def test_rounds_become_time_by_hours_per_round():
    run = firestorm.simulate(
        Network.from_edges([(0, 1), (1, 2)]),
        listeners=1,
        share_chance=1.0,
        hours_per_round=6,
        start="2020-01-01",
    )
    expected = pd.to_datetime(["2020-01-01 00:00", "2020-01-01 06:00", "2020-01-01 12:00"])
    assert run.events["time"].tolist() == list(expected)


def decisions(**params):
    """Return (kind, actor, hours after the post) of the rows that are no telling."""
    log = firestorm.simulate(NET, **STORY, **params, rng=1, start="2020-01-01").events
    rows = log[~log["kind"].isin(["publish", "share"])]
    hours = (rows["time"] - pd.Timestamp("2020-01-01")) / pd.Timedelta(hours=1)
    return list(zip(rows["kind"], rows["actor"], hours, strict=True))


def test_the_log_holds_the_offer_and_its_answer():
    assert decisions(accept_chance=1.0, offer_day=2) == [
        ("offer", "company", 48.0),
        ("accept", "customer", 48.0),
    ]
    declined = [("offer", "company", 48.0), ("decline", "customer", 48.0)]
    assert decisions(accept_chance=0.0, offer_day=2) == declined
    tiny = {"accept_chance": 1e-12, "offer_day": 0.5}
    assert decisions(**tiny) == [("offer", "company", 12.0), ("decline", "customer", 12.0)]


def test_the_log_holds_no_decision_where_none_was_taken():
    assert decisions() == []
    assert decisions(accept_chance=0.0) == []
    assert decisions(recovery_chance=1e-12) == []


def test_a_settled_complaint_holds_the_recovery_and_no_story():
    run = firestorm.simulate(NET, **STORY, **PRESS, recovery_chance=1.0, accept_chance=1.0, rng=1)
    assert run.final("total") == run.final("exposures") == 0
    log = run.events
    assert log["kind"].tolist() == ["offer", "accept"]
    assert log["actor"].tolist() == ["company", "customer"]
    assert log["time"].tolist() == [pd.Timestamp("2009-07-06")] * 2
    assert_frame_equal(events.validate(log), log)


@settings(patiently, max_examples=20)
@given(stories(), LUCK)
def test_events_are_a_valid_log_of_the_series(story, rng):
    network, params = story
    run = firestorm.simulate(network, **params, rng=rng)
    log = run.events
    assert_frame_equal(events.validate(log), log)
    assert log["kind"].isin(["publish", "share"]).sum() == run.final("total")
    assert (log["kind"] == "publish").sum() == (run.final("total") > 0)
    assert log["customer"].nunique() == (1 if len(log) else 0)


def test_decisions_and_post_belong_to_the_same_customer_also_if_people_have_names(tmp_path):
    file = tmp_path / "friends.csv"
    file.write_text("from,to\nAna,Bo\nBo,Cy\nCy,Di\n", encoding="utf-8")
    net = Network.from_csv(file)
    told = {"listeners": 1, "share_chance": 1.0, "accept_chance": 1.0, "press_followers": 4}
    log = firestorm.simulate(net, **told, press_needs=9, rng=1).events
    assert log["customer"].unique().tolist() == ["Ana"]
    assert log["by"].dropna().tolist() == ["Ana", "Bo", "Cy", "Di"]


def test_a_run_tells_where_it_comes_from():
    run = firestorm.simulate(NET, **STORY, **PRESS, rng=1, replicate=2)
    assert run.model == "firestorm"
    given_values = {name: run.params[name] for name in STORY | PRESS}
    assert given_values == STORY | PRESS
    assert run.params["replicate"] == 2
    assert run.events["source"].unique().tolist() == [f"firestorm {run.key:016x}/2"]


# --- how uneven replays are -----------------------------------------------------------------


def test_a_summary_worked_out_by_hand():
    runs = pd.DataFrame({"song": [1, 1, 2, 499, 500, 997], "pay": [0, 0, 0, 0, 0, 4]})
    table = firestorm.summary(runs)
    assert table.loc["song"].tolist() == [2 / 6, 1497 / 2000, 250.5, 2000 / 6]
    assert table.loc["pay"].tolist() == [0, 0, 0, 4 / 6]
    assert firestorm.summary(runs, large=4).loc["pay"].tolist() == [1 / 6, 1.0, 0, 4 / 6]
    assert firestorm.summary(runs["song"]).equals(table.loc[["song"]])


# --- messages --------------------------------------------------------------------------------

TRIANGLE = Network.from_edges([(0, 1), (1, 2), (2, 0)])
PROBABILITY = "must be a probability in [0, 1]"
WRONG = [
    ("listeners", -1, "must be a finite number of at least 0"),
    ("listeners", float("nan"), "must be a finite number of at least 0"),
    ("share_chance", 1.2, PROBABILITY),
    ("share_chance", None, PROBABILITY),
    ("hours_per_round", 0, "must be a finite number of at least 0.01"),
    ("recovery_chance", -0.1, PROBABILITY),
    ("offer_day", -1, "must be a finite number in [0, 3650]"),
    ("offer_day", float("inf"), "must be a finite number in [0, 3650]"),
    ("accept_chance", 2, PROBABILITY),
    ("sharing_after", "all", PROBABILITY),
    ("press_followers", 4, "must be a whole number in [0, 3]"),
    ("press_followers", 1.5, "must be a whole number in [0, 3]"),
    ("press_day", -0.5, "must be a finite number in [0, 3650]"),
    ("press_needs", -1, "must be a whole number of at least 0"),
    ("press_needs", 2.5, "must be a whole number of at least 0"),
]


@pytest.mark.parametrize(("name", "value", "rule"), WRONG)
def test_says_what_each_parameter_must_be(name, value, rule):
    params = {"listeners": 1, "share_chance": 0.5} | {name: value}
    sentence = f"^{re.escape(f'{name} {rule}, got {value!r}')}$"
    with pytest.raises(ValueError, match=sentence):
        firestorm.simulate(TRIANGLE, **params)
    with pytest.raises(ValueError, match=sentence):
        firestorm.reach(TRIANGLE, **params, runs=1)


def test_an_unknown_parameter_is_told_which_there_are():
    with pytest.raises(ValueError, match=r"must be one of listeners, .*press_needs, got 'hours'$"):
        firestorm.reach(TRIANGLE, listeners=1, share_chance=0.5, runs=1, hours=3)
    with pytest.raises(TypeError, match="hours"):
        firestorm.simulate(TRIANGLE, listeners=1, share_chance=0.5, hours=3)


@pytest.mark.parametrize("runs", [-1, 0, 1.5, True])
def test_says_what_runs_must_be(runs):
    sentence = f"runs must be a whole number of at least 1, got {runs!r}"
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        firestorm.reach(TRIANGLE, listeners=1, share_chance=0.5, runs=runs)


def test_a_network_without_people_is_refused():
    nobody = Network.from_edges([])
    for call in (
        lambda: firestorm.simulate(nobody, listeners=1, share_chance=0.5),
        lambda: firestorm.reach(nobody, listeners=1, share_chance=0.5, runs=1),
    ):
        with pytest.raises(ValueError, match=r"^network must have at least one person, got 0$"):
            call()
