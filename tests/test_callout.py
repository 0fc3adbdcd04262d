"""Callout: bounds, exact links to cascade, the size on large random networks, log, messages."""

import math
import re

import networkx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from pandas.testing import assert_frame_equal
from scipy.optimize import brentq

from cemlab import _checks, lenses, sim
from cemlab.crm import desk
from cemlab.network import Network
from cemlab.sim import callout, cascade
from cemlab.testing import check_model

patiently = settings(deadline=None, max_examples=30, derandomize=True)
N = 60
NET = Network.random(N, 4, rng=1)
RING = Network.from_edges([(v, (v + 1) % 12) for v in range(12)])
POST = {"followers": 20, "retell_chance": 0.2}
ANSWERS = {
    "answer_hour": 2,
    "answer_followers": 8,
    "gift_hour": 3,
    "gift_followers": 5,
    "good_word_hour": 5,
    "good_word_followers": 12,
    "answer_retell_chance": 0.1,
    "retell_after": 0.5,
}
SPEAKER, COMPANY, GOOD_WORD, GIFT = range(N, N + 4)


def words(run):
    """Return {person: word} at the end of a run."""
    log = run.make_events()
    return dict(zip(log["by"], log["side"], strict=True))


def told_by(account, **given_):
    """Return who hears an account first hand."""
    log = callout.simulate(NET, **({"followers": 0, "retell_chance": 0.0} | given_)).make_events()
    return set(log.loc[log["heard_from"] == account, "by"])


def counted(run):
    """Return heard, still and answered as `outcomes` counts them, from one run's log."""
    log = run.make_events()
    heard = log.loc[log["side"] == "complaint", "by"].nunique()
    held = list(words(run).values())
    return [heard, held.count("complaint"), held.count("response")]


@st.composite
def stories(draw):
    """Return a network and arguments of a callout with up to three voices."""
    n = draw(st.integers(0, 9))
    person = st.integers(0, max(n - 1, 0))
    ties = draw(st.lists(st.tuples(person, person), max_size=15)) if n else []
    net = Network.from_edges(ties, n=n, directed=draw(st.booleans()))
    args = {"hours_per_round": draw(st.sampled_from([0.5, 1, 3]))}
    args |= {name: draw(st.integers(0, n)) for name in callout._NAMES if name.endswith("followers")}
    args |= {name: draw(st.floats(0, 9)) for name in callout._NAMES if name.endswith("_hour")}
    chances = ("retell_chance", "answer_retell_chance", "retell_after")
    return net, args | {name: draw(st.floats(0, 1)) for name in chances}


LUCK = st.integers(0, 2**32)


# --- promises and extremes ----------------------------------------------------------------


@pytest.mark.parametrize("net", [RING, NET, Network.from_edges([], n=20)], ids=repr)
@pytest.mark.parametrize("answers", [{}, ANSWERS], ids=["quiet", "answered"])
def test_keeps_the_promises_of_every_model(net, answers):
    few = {name: min(v, net.n) if "followers" in name else v for name, v in answers.items()}
    check_model(callout.simulate, {"network": net} | POST | {"followers": 10} | few)


@pytest.mark.parametrize("n", [0, 1, 2])
@pytest.mark.parametrize("retell", [0.0, 1.0])
def test_in_the_smallest_crowds_the_followers_are_all_who_hear(n, retell):
    net = Network.from_edges([], n=n)
    for k in range(n + 1):
        table = callout.outcomes(net, followers=k, retell_chance=retell, runs=3)
        assert table.to_numpy().tolist() == [[k + 1, k + 1, 0]] * 3


def test_without_followers_only_the_complainant_holds_the_complaint():
    table = callout.outcomes(NET, followers=0, retell_chance=1.0, runs=5)
    assert table.to_numpy().tolist() == [[1, 1, 0]] * 5


def test_if_nobody_answers_all_who_heard_still_hold_it():
    table = callout.outcomes(NET, **POST, runs=50, rng=1)
    assert (table["answered"] == 0).all()
    assert table["still"].equals(table["heard"].rename("still"))
    run = callout.simulate(NET, **POST, rng=1)
    assert run.final("response") == 0
    assert set(run.events["side"]) == {"complaint"}


@pytest.mark.parametrize("retell", [0.0, 0.5, 1.0])
def test_if_all_follow_all_hear_in_the_first_round(retell):
    everybody = {"followers": N, "retell_chance": retell}
    log = callout.simulate(NET, **everybody, **ANSWERS).make_events()
    hears = log[log["side"] == "complaint"].groupby("time")["by"].nunique()
    assert hears.tolist() == [1, N]
    assert set(callout.reach(NET, **everybody, runs=5)) == {N + 1}


def test_the_chance_of_a_retelling_at_its_ends():
    for k in (1, 3, 12):
        assert set(callout.reach(RING, followers=k, retell_chance=0, runs=9)) == {k + 1}
        assert set(callout.reach(RING, followers=k, retell_chance=1, runs=9)) == {13}


def test_directions_hold():
    way = Network.from_edges([(v, v + 1) for v in range(8)], directed=True)
    log = callout.simulate(way, followers=1, retell_chance=1.0).make_events()
    follower = log.loc[log["heard_from"] == way.n, "by"].iloc[0]
    assert 0 < follower < 8
    assert log["by"].tolist() == [9, 9, *range(follower, 9)]


def test_a_larger_account_has_the_followers_of_a_smaller_one_and_more():
    before = set()
    for k in (0, 1, 7, 20, N):
        now = told_by(SPEAKER, followers=k)
        assert len(now) == k
        assert before <= now
        for name, account in [("answer", COMPANY), ("good_word", GOOD_WORD), ("gift", GIFT)]:
            assert told_by(account, **{f"{name}_followers": k}) == now
        before = now


# --- what it counts -------------------------------------------------------------------------


@patiently
@given(stories(), LUCK, st.integers(0, 5))
def test_outcomes_reach_and_histories_agree(story, rng, r):
    net, args = story
    table = callout.outcomes(net, **args, runs=r + 1, rng=rng)
    run = callout.simulate(net, **args, rng=rng, replicate=r)
    assert table.loc[r].tolist() == counted(run)
    assert_array_equal(callout.reach(net, **args, runs=r + 1, rng=rng), table["heard"])
    assert [run.final("complaint"), run.final("response")] == table.loc[r].tolist()[1:]
    assert run.final("total") == len(words(run)) == table.loc[r, ["still", "answered"]].sum()
    speaks = sum(args[f"{voice}_followers"] > 0 for voice in callout._VOICES)
    assert args["followers"] + 1 <= table.loc[r, "heard"] <= net.n + 1
    assert table.loc[r, "still"] <= table.loc[r, "heard"]
    assert speaks <= table.loc[r, "answered"] <= speaks * (net.n + 1)


@patiently
@given(stories(), LUCK)
def test_threads_and_more_runs_change_nothing(story, rng):
    net, args = story
    one, three = (callout.outcomes(net, **args, runs=20, threads=k, rng=rng) for k in (1, 3))
    assert_frame_equal(one, three)
    assert_frame_equal(one[:7], callout.outcomes(net, **args, runs=7, rng=rng))
    assert set(one.dtypes) == {np.dtype(np.int64)}


@patiently
@given(stories(), LUCK)
def test_who_hears_is_a_cascade_from_the_complainant(story, rng):
    """Link by link on the same luck, whatever is said, as long as retelling goes on."""
    net, args = story
    args |= {"retell_after": 1.0}
    hub = net.with_hub(args["followers"], rng=0)
    chance = np.append(np.full(net.targets.size, args["retell_chance"]), np.ones(args["followers"]))
    alone = cascade.reach(hub, initial=[net.n], p=chance, runs=20, rng=rng, paired=True)
    assert_array_equal(callout.reach(net, **args, runs=20, rng=rng), alone)


@pytest.mark.parametrize("answer_round", [0, 1, 2, 3, 9])
@pytest.mark.parametrize("after", [0.0, 0.3])
def test_an_answer_lessens_what_is_heard_from_the_next_round_on(answer_round, after):
    """With sure retelling until then it is a cascade whose chance falls; followers all hear."""
    args = {"followers": 2, "retell_chance": 1.0, "retell_after": after, "hours_per_round": 2}
    args |= {"answer_hour": 2 * answer_round, "answer_followers": 1}
    hub = RING.with_hub(2, rng=0)
    falls = {0: 1.0, max(2, answer_round + 1): after}
    alone = cascade.reach(hub, initial=[12], p=falls, runs=300, rng=4, paired=True)
    assert_array_equal(callout.reach(RING, **args, runs=300, rng=4), alone)


@patiently
@given(stories(), LUCK, st.lists(st.floats(0, 12), min_size=2, max_size=4, unique=True).map(sorted))
def test_an_earlier_answer_never_lets_more_people_hear(story, rng, hours):
    net, args = story
    args = {name: value for name, value in args.items() if name != "answer_hour"}
    table = sim.vary(callout.reach, "answer_hour", hours, network=net, **args, runs=20, rng=rng)
    assert (np.diff(table.to_numpy(), axis=1) >= 0).all()


def test_an_earlier_answer_often_keeps_some_from_hearing():
    story = {"followers": 5, "retell_chance": 0.5, "answer_followers": 1, "retell_after": 0.0}
    table = sim.vary(callout.reach, "answer_hour", [0, 2, 9], network=NET, **story, runs=99, rng=1)
    assert set(table[0]) == {6}  # the followers hear whatever is said
    assert table[0].mean() + 5 < table[2].mean() < table[9].mean() - 5


@patiently
@given(stories(), LUCK)
def test_more_followers_or_retelling_never_let_fewer_hear(story, rng):
    net, args = story
    more = args | {"followers": net.n - (net.n - args["followers"]) // 2}
    louder = args | {"retell_chance": (1 + args["retell_chance"]) / 2}
    least, *others = (callout.reach(net, **a, runs=20, rng=rng) for a in (args, more, louder))
    assert all((least <= other).all() for other in others)


@pytest.mark.parametrize("voice", callout._VOICES)
def test_a_voice_that_nobody_follows_changes_nothing(voice):
    silent = (
        ANSWERS | {f"{voice}_followers": 0} | ({"retell_after": 1} if voice == "answer" else {})
    )
    runs = [callout.simulate(NET, **POST, **silent | {f"{voice}_hour": h}, rng=3) for h in (0, 7)]
    assert_frame_equal(runs[0].events, runs[1].events)
    assert N + 1 + callout._VOICES.index(voice) not in words(runs[0])


def test_only_the_companys_answer_lessens_retelling():
    for silent, changes in [("answer", False), ("gift", True), ("good_word", True)]:
        spoken = ANSWERS | {f"{silent}_followers": 0, "answer_hour": 0}
        tables = [
            callout.outcomes(NET, **POST, **spoken | {"retell_after": x}, runs=20, rng=3)
            for x in (0, 1)
        ]
        assert tables[0].equals(tables[1]) != changes, silent


@pytest.mark.parametrize("good", [1, 12, 20])
def test_a_late_good_word_is_the_last_that_its_followers_hear(good):
    late = {"good_word_hour": 500, "good_word_followers": good}
    table = callout.outcomes(NET, **POST, **late, runs=50, rng=5)
    assert (table["answered"] == good + 1).all()
    assert (table["still"] == table["heard"] - good).all()  # they follow the complainant as well
    run = callout.simulate(NET, **POST, **late, rng=5)
    held = words(run)
    assert {held[v] for v in told_by(GOOD_WORD, good_word_followers=good)} == {"response"}
    end = run.series["time"].max() - run.series["time"].min()
    assert end == np.timedelta64(501, "h")


# --- large random networks --------------------------------------------------------------------

FRIENDS, CROWD = 4.0, 4000


def expected_share(retell, followers, factor=(1.0,)):
    """Return which share ever hears: whoever follows, or has a live link from a hearer.

    With a Poisson number of friends, the hearers of round t bring the story to a Poisson
    number of a person's links, of mean c r f(t + 1) times their share.
    """
    told, rounds = 0.0, [followers]
    while rounds[-1] > 1e-15:
        strength = factor[min(len(rounds) + 1, len(factor) - 1)]
        told += FRIENDS * retell * strength * rounds[-1]
        rounds.append(1 - (1 - followers) * math.exp(-told) - sum(rounds))
    return sum(rounds)


def shares(column, **story):
    """Return the mean share of each of 30 random networks, without the accounts."""
    voices = sum(value > 0 for name, value in story.items() if "followers" in name) - 1
    accounts = 1 if column == "heard" else voices
    nets = (Network.random(CROWD, FRIENDS, rng=seed) for seed in range(30))
    tables = [callout.outcomes(net, **story, runs=5, rng=i) for i, net in enumerate(nets)]
    return np.array([(table[column].mean() - accounts) / CROWD for table in tables])


def assert_share(found, exact):
    """Compare within 4 standard errors between networks, and 5 people for a finite crowd."""
    error = found.std(ddof=1) / math.sqrt(found.size)
    assert error < 0.01
    assert found.mean() == pytest.approx(exact, abs=4 * error + 5 / CROWD)


@pytest.mark.parametrize(
    ("retell", "followers"), [(0.05, 0.2), (0.25, 0.05), (0.5, 0.01), (1, 0.5)]
)
def test_as_many_hear_as_the_final_size_equation_says(retell, followers):
    exact = brentq(
        lambda h: 1 - h - (1 - followers) * math.exp(-FRIENDS * retell * h), followers, 1
    )
    assert expected_share(retell, followers) == pytest.approx(exact, abs=1e-9)
    story = {"followers": int(followers * CROWD), "retell_chance": retell}
    assert_share(shares("heard", **story), exact)


@pytest.mark.parametrize(("hour", "after"), [(0, 0.4), (3, 0.4), (3, 0.0), (6, 0.2)])
def test_an_answer_stops_as_many_as_the_equation_round_by_round_says(hour, after):
    factor = [1.0] * max(2, hour + 1) + [after]
    exact = expected_share(0.5, 0.01, factor)
    story = {"followers": CROWD // 100, "retell_chance": 0.5}
    answer = {"answer_hour": hour, "answer_followers": 1, "retell_after": after}
    assert exact < expected_share(0.5, 0.01) - 0.02
    assert_share(shares("heard", **story, **answer), exact)


def test_a_late_good_word_is_held_by_as_many_as_the_equation_says():
    story = {"followers": 400, "retell_chance": 0.1, "answer_retell_chance": 0.4}
    found = shares("answered", **story, good_word_hour=999, good_word_followers=200)
    assert_share(found, expected_share(0.4, 0.05))


# --- the log ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hour", "hours_per_round", "rounds"),
    [(0, 1, 0), (24, 3, 8), (5, 2, 2), (5.9, 2, 2), (0.3, 0.1, 3), (2.9, 0.1, 29), (168, 24, 7)],
)
def test_hours_become_whole_rounds_that_are_over(hour, hours_per_round, rounds):
    answer = {"answer_hour": hour, "answer_followers": 4, "hours_per_round": hours_per_round}
    log = callout.simulate(NET, **POST, **answer, start="2020-01-01").events
    (time,) = log.loc[log["by"] == COMPANY, "time"]
    assert time == np.datetime64("2020-01-01") + np.timedelta64(
        round(3600 * rounds * hours_per_round), "s"
    )
    first = log.loc[log["heard_from"] == SPEAKER, "time"].unique()
    assert first == np.datetime64("2020-01-01") + np.timedelta64(round(3600 * hours_per_round), "s")


def test_the_log_has_the_complaint_the_companys_answer_and_the_other_voices():
    log = callout.simulate(NET, **POST, **ANSWERS, rng=1).events
    assert log["customer"].unique().tolist() == [SPEAKER]
    told = log[log["heard_from"].isna()]
    assert told["by"].tolist() == [SPEAKER, SPEAKER, COMPANY, GIFT, GOOD_WORD]
    assert told["kind"].tolist() == ["contact", "publish", "answer", "share", "resolve"]
    assert told["actor"].tolist() == ["customer", "customer", "company", "rival", "customer"]
    assert log.loc[log["actor"] == "company", "by"].tolist() == [COMPANY]
    assert told["side"].tolist() == ["complaint"] * 2 + ["response"] * 3
    assert told["value"].fillna(-1).tolist() == [20, 20, -1, 5, -1]
    hours = (told["time"] - told["time"].iloc[0]) / np.timedelta64(1, "h")
    assert hours.tolist() == [0, 0, 2, 3, 5]
    rest = log[log["heard_from"].notna()]
    assert set(rest["kind"]) == {"share"}
    assert set(rest["actor"]) == {"public"}


def test_both_lenses_read_the_wait_from_the_times():
    log = callout.simulate(NET, **POST, **ANSWERS, rng=1).events
    for minutes, share in [(121, 1.0), (119, 0.0)]:
        level = desk.service_level(log, minutes=minutes).iloc[0]
        assert (level["low"], level["high"], level["n"]) == (share, share, 1)
    for hours, colour in [(3, lenses.GREEN), (1, lenses.RED)]:
        table = lenses.compare(log, sla_hours=hours).set_index("metric")
        assert table.loc["answered in time", "colour"] == colour
        assert table.loc["time to answer", "value"] == 2.0
        assert table.loc["gone public", "value"] == 1.0
        assert table.loc["contacts", "value"] == 1.0


def test_a_complaint_that_the_company_never_answers_has_no_answer_in_its_log():
    log = callout.simulate(NET, **POST, **ANSWERS | {"answer_followers": 0}).events
    assert not (log["kind"] == "answer").any()
    assert not (log["actor"] == "company").any()
    assert desk.service_level(log, minutes=60)["n"].tolist() == [0]


def test_who_speaks_before_the_company_does_not_answer_for_it():
    log = callout.simulate(NET, **POST, **ANSWERS | {"gift_hour": 1, "answer_hour": 4}).events
    assert log.loc[log["kind"] == "answer", ["by", "actor"]].to_numpy().tolist() == [
        [COMPANY, "company"]
    ]
    level = [desk.service_level(log, minutes=m)["low"].iloc[0] for m in (239, 240)]
    assert level == [0.0, 1.0]


def test_without_the_companys_answer_the_other_voices_are_shares():
    log = callout.simulate(NET, **POST, **ANSWERS | {"answer_followers": 0}).events
    assert log.loc[log["by"] == GIFT, "kind"].tolist() == ["share"]


def test_a_run_tells_where_it_comes_from():
    run = callout.simulate(NET, **POST, **ANSWERS, rng=1, replicate=3)
    assert dict(run.params) == POST | ANSWERS | {"hours_per_round": 1.0, "replicate": 3}
    assert run.events["source"].unique().tolist() == [f"callout {run.key:016x}/3"]
    assert run.series["variable"].unique().tolist() == [
        "complaint", "response", "total", "exposures_complaint", "exposures_response",
    ]  # fmt: skip


# --- messages -----------------------------------------------------------------------------------

HOURS = "must be a finite number in [0, 10000], got"
PEOPLE = "must be a whole number in [0, 60], got"
CHANCE = "must be a probability in [0, 1], got"
WRONG = [
    ({"followers": 61}, f"followers {PEOPLE} 61"),
    ({"followers": 2.0}, f"followers {PEOPLE} 2.0"),
    ({"answer_followers": -1}, f"answer_followers {PEOPLE} -1"),
    ({"good_word_followers": "all"}, f"good_word_followers {PEOPLE} 'all'"),
    ({"gift_followers": 99}, f"gift_followers {PEOPLE} 99"),
    ({"answer_hour": -1}, f"answer_hour {HOURS} -1"),
    ({"good_word_hour": math.nan}, f"good_word_hour {HOURS} nan"),
    ({"gift_hour": 10_001}, f"gift_hour {HOURS} 10001"),
    ({"retell_chance": 1.5}, f"retell_chance {CHANCE} 1.5"),
    ({"answer_retell_chance": None}, f"answer_retell_chance {CHANCE} None"),
    ({"retell_after": -0.1}, f"retell_after {CHANCE} -0.1"),
    ({"hours_per_round": 0}, "hours_per_round must be a finite number in [0.1, 10000], got 0"),
]


@pytest.mark.parametrize(("changes", "sentence"), WRONG)
def test_says_what_is_wrong(changes, sentence):
    for call in (callout.simulate, lambda net, **a: callout.outcomes(net, runs=1, **a)):
        with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
            call(NET, **POST | changes)


@pytest.mark.parametrize("call", [callout.outcomes, callout.reach])
def test_says_what_is_missing_and_what_is_unknown(call):
    for name in POST:
        rest = {other: value for other, value in POST.items() if other != name}
        with pytest.raises(ValueError, match=f"^{name} must be given, got nothing$"):
            call(NET, **rest, runs=1)
    for name in ("mood", "start", "replicate"):
        rule = f"parameter of callout must be one of {', '.join(callout._NAMES)}, got {name!r}"
        with pytest.raises(ValueError, match=f"^{re.escape(rule)}$"):
            call(NET, **POST, **{name: 1}, runs=1)


def test_a_network_with_weights_is_refused():
    heavy = Network.from_edges([(0, 1)], weights=[2.0])
    for call in (callout.simulate, lambda net, **a: callout.outcomes(net, runs=1, **a)):
        with pytest.raises(
            ValueError,
            match=r"^network must be without weights for a callout, got one with weights",
        ):
            call(heavy, followers=1, retell_chance=0.1)


@pytest.mark.parametrize("name", ["runs", "threads"])
def test_says_what_runs_and_threads_must_be(name):
    with pytest.raises(ValueError, match=f"^{name} must be a whole number of at least 1, got 0$"):
        callout.outcomes(NET, **POST, **({"runs": 1} | {name: 0}))


def test_what_does_not_fit_in_memory_is_refused_at_once(monkeypatch):
    with pytest.raises(ValueError, match=r"^runs must fit in memory, got a need of .* GB"):
        callout.reach(NET, **POST, runs=10**15)
    monkeypatch.setattr(
        _checks.psutil, "virtual_memory", lambda: type("Free", (), {"available": 99})
    )
    with pytest.raises(ValueError, match=r"^network must fit in memory, got a need of"):
        callout.simulate(NET, **POST)


def test_accounts_have_names_of_their_own_where_people_have():
    named = Network.from_networkx(
        networkx.relabel_nodes(networkx.path_graph(5), dict(enumerate("abcde")))
    )
    run = callout.simulate(
        named,
        followers=3,
        retell_chance=0.5,
        answer_hour=2,
        answer_followers=3,
        gift_hour=3,
        gift_followers=2,
        rng=1,
    )
    log = run.events
    assert log["customer"].unique().tolist() == ["complainant"]
    assert log.loc[log["kind"] == "answer", "by"].tolist() == ["answer"]
    assert log.loc[log["actor"] == "rival", "by"].tolist() == ["gift"]
