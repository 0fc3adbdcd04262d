"""Rivalry: every way the luck can fall, a plain round by round replay, the log, messages."""

import math
import re
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from pandas.testing import assert_frame_equal
from plain import both_ways

from cemlab import _checks, _luck, events, lenses
from cemlab.crm import desk
from cemlab.network import Network
from cemlab.sim import cascade, rivalry
from cemlab.sim._kernels import rivalry as _kernels
from cemlab.testing import check_model

RUNS = 10_000
patiently = settings(deadline=None, max_examples=30, derandomize=True)
EITHER = ("first", "last")
WORDS = pytest.mark.parametrize("word", EITHER)
PATH = Network.from_edges([(0, 1), (1, 2), (2, 3), (3, 4)])
KITE = Network.from_edges([(0, 1), (1, 2), (0, 2), (2, 3)])
ONE_WAY = Network.from_edges([(0, 1), (1, 2), (2, 1), (3, 2), (3, 1), (2, 4)], directed=True)
NET = Network.from_edges([(0, 1), (1, 2), (2, 3), (3, 0), (1, 3), (4, 5)], n=7)
HALF = {"p_complaint": 0.5, "p_response": 0.5}
SURE = {"p_complaint": 1.0, "p_response": 1.0}
STORIES = ("complaint", "response")


def sizes(run):
    """Return how many people end with each word."""
    return [run.final(story) for story in STORIES]


def counts(run):
    """Return what `reach` counts, of one run."""
    return [*sizes(run), len(people_reached_by(run, "complaint"))]


def words(run):
    """Return {person: word} at the end of a run."""
    log = run.make_events()
    log = log[log["kind"] != "contact"]
    return dict(zip(log["by"], log["side"], strict=True))


def people_reached_by(run, story):
    log = run.make_events()
    return set(log["by"][log["side"] == story])


def assert_mean(sample, exact):
    """Compare a mean with its exact value within 4 standard errors."""
    standard_error = np.std(sample) / np.sqrt(len(sample))
    assert np.mean(sample) == pytest.approx(exact, abs=4 * standard_error + 1e-12)


# --- independent truth -----------------------------------------------------------------


def by_rounds(form):
    """Return the waves of one story as {round: people}."""
    return form if isinstance(form, dict) else {0: form}


def chance_of(p, arc, t):
    """Return the chance of one telling over an arc in a round, for any form of `p`."""
    if isinstance(p, dict):
        known = [r for r in p if r <= t]
        return p[max(known)] if known else 0.0
    return p if np.ndim(p) == 0 else p[arc]


def play(network, given, happens):
    """Return [(round, person, story)] of all who join, as the docstring tells it.

    `happens(what, who, chance)` decides: a ``telling`` of a story by a pair, whether a
    person ``turns``, and whether the ``coin`` of a person says that the response came first.
    """
    waves = {"complaint": by_rounds(given["complaint"]), "response": {}}
    if given["delay"] is not None:
        waves["response"] = {
            t + given["delay"]: who for t, who in by_rounds(given["response"]).items()
        }
    own = {v: story for story in STORIES for who in by_rounds(given[story]).values() for v in who}
    waiting = {v for who in by_rounds(given["response"]).values() for v in who}
    holds = {v: [] for v in range(network.n)}
    turned, fresh, joined, t = set(), [], [], 0
    last = max((t for wave in waves.values() for t in wave), default=-1)

    def is_open(v, story):
        if v in waiting or story in holds[v] or own.get(v, story) != story:
            return False
        if story == "complaint" and v in turned:
            return False
        return given["word"] == "last" or not holds[v]

    def join(v, story):
        holds[v].append(story)
        joined.append((t, v, story))
        new.append((v, story))

    while fresh or t <= last:
        heard, new = {}, []
        for u, story in fresh:
            for arc in range(network.start[u], network.start[u + 1]):
                v = int(network.targets[arc])
                if is_open(v, story) and story not in heard.get(v, set()):
                    p = chance_of(given[f"p_{story}"], arc, t)
                    if happens(f"telling of the {story}", (u, v), p):
                        heard.setdefault(v, set()).add(story)
        for v, stories in heard.items():
            if "complaint" in stories and v not in own and happens("turns", v, given["turn"]):
                turned.add(v)
                stories = {"response"}
            order = sorted(stories)
            if len(order) == 2 and happens("coin", v, 0.5):
                order.reverse()
            for story in order:
                if is_open(v, story):
                    join(v, story)
        for story in STORIES:
            for v in sorted(waves[story].get(t, [])):
                if story == "response":
                    waiting.discard(v)
                if is_open(v, story):
                    join(v, story)
        fresh, t = new, t + 1
    return joined


def sides(joined):
    """Return how many people hold each word after all these joinings, or ever the first."""
    held = list({v: story for _, v, story in joined}.values())
    ever = [story for _, _, story in joined]
    return held.count("complaint"), held.count("response"), ever.count("complaint")


class Fork:
    """Answers by `path`, then with yes; notes in `todo` each way that was not taken."""

    def __init__(self, path, todo):
        self.path, self.todo, self.asked, self.weight = [*path], todo, 0, 1.0

    def happens(self, _what, _who, chance):
        if chance in (0.0, 1.0):
            return chance == 1.0
        if self.asked == len(self.path):
            self.todo.append((*self.path, False))
            self.path.append(True)
        answer = self.path[self.asked]
        self.asked += 1
        self.weight *= chance if answer else 1 - chance
        return answer


def law(network, given):
    """Return {(complaint, response, ever complained): chance} over all ways the luck can fall."""
    found, todo = {}, [()]
    while todo:
        fork = Fork(todo.pop(), todo)
        end = sides(play(network, given, fork.happens))
        found[end] = found.get(end, 0.0) + fork.weight
    assert math.isclose(sum(found.values()), 1.0)
    return found


def package_luck(rng, replicate):
    """Return `happens` for the draws that the package itself takes."""
    purposes = {
        "telling of the complaint": _luck.LINK,
        "telling of the response": _luck.RESPONSE,
        "turns": _luck.SIDE,
        "coin": _luck.TIE,
    }
    key = _luck.key(rng)
    branches = {
        what: np.uint64(_luck.branch(key, np.uint64(replicate), purpose))
        for what, purpose in purposes.items()
    }

    def happens(what, who, chance):
        entity = (who[0] << 32) | who[1] if isinstance(who, tuple) else who
        return _luck.draw(branches[what], np.uint64(entity)) < chance

    return happens


CHANCE = st.floats(0, 1)
LUCK = st.integers(0, 2**32)


@st.composite
def networks(draw, most=8, directed=None):
    n = draw(st.integers(1, most))
    person = st.integers(0, n - 1)
    ties = draw(st.lists(st.tuples(person, person), max_size=20))
    one_way = draw(st.booleans()) if directed is None else directed
    return Network.from_edges(ties, n=n, directed=one_way)


@st.composite
def rivalries(draw, constant=False, turn=CHANCE):
    """Return (network, arguments): any starters, waves, chances, delay and rule."""
    network = draw(networks())
    crowd = draw(st.permutations(range(network.n)))
    cut = draw(st.integers(0, network.n))
    given = {"delay": draw(st.none() | st.integers(0, 4)), "turn": draw(turn)}
    given["word"] = draw(st.sampled_from(EITHER))
    for story, part in zip(STORIES, (crowd[:cut], crowd[cut:]), strict=True):
        who = st.lists(st.sampled_from(part), max_size=2) if part else st.just([])
        given[story] = draw(who | st.dictionaries(st.integers(0, 3), who, max_size=2))
        arcs = network.targets.size
        one_an_arc = st.lists(CHANCE, min_size=arcs, max_size=arcs)
        forms = [CHANCE, one_an_arc, st.dictionaries(st.integers(0, 3), CHANCE, max_size=2)]
        given[f"p_{story}"] = draw(st.one_of(forms[:2] if constant else forms))
    return network, given


# --- promises ---------------------------------------------------------------------------

FORMS = {
    "first word": (PATH, {}),
    "last word": (PATH, {"word": "last"}),
    "turning, first word": (PATH, {"turn": 0.4}),
    "turning, last word": (PATH, {"turn": 0.4, "word": "last"}),
    "one way": (ONE_WAY, {"response": [3]}),
    "one chance an arc": (
        PATH,
        {"p_complaint": np.linspace(0, 1, 8), "p_response": np.linspace(1, 0, 8)},
    ),
    "chances by round": (PATH, {"p_complaint": {0: 0.9, 2: 0.3}, "p_response": {1: 0.6}}),
    "broadcast": (PATH, {"complaint": {0: [0], 3: [2]}, "response": {0: [4], 1: [3]}}),
    "nobody": (Network.from_edges([], n=0), {"complaint": [], "response": []}),
    "no answer": (PATH, {"delay": None}),
    "a rival": (PATH, {"responder": "rival", "start": "2020-02-28 06:00", "step": "12h"}),
}


@pytest.mark.parametrize("form", FORMS)
def test_keeps_the_promises_of_every_model(form):
    network, changes = FORMS[form]
    example = {"complaint": [0], "response": [4], "delay": 1, **HALF}
    check_model(rivalry.simulate, {"network": network, **example, **changes})


# --- every way the luck can fall --------------------------------------------------------

SMALL = {
    "kite": (KITE, {"complaint": [0], "response": [3]}),
    "kite, both beside": (KITE, {"complaint": [1], "response": [0]}),
    "one way": (ONE_WAY, {"complaint": [0], "response": [3]}),
    "broadcast": (PATH, {"complaint": {0: [0], 2: [2]}, "response": {0: [4], 1: [3]}}),
}


@WORDS
@pytest.mark.parametrize(
    ("delay", "turn"), [(0, 0), (0, 0.3), (1, 0), (2, 0.3), (None, 0), (None, 0.3)]
)
@pytest.mark.parametrize("case", SMALL)
def test_reach_has_the_law_of_all_ways_the_luck_can_fall(word, delay, turn, case):
    network, starters = SMALL[case]
    args = {**starters, "p_complaint": 0.6, "p_response": 0.7}
    args |= {"word": word, "delay": delay, "turn": turn}
    exact = law(network, args)
    sample = rivalry.reach(network, **args, runs=RUNS, rng=1)
    assert {tuple(end) for end in sample.tolist()} <= set(exact)
    for column in range(3):
        assert_mean(sample[:, column], sum(c * end[column] for end, c in exact.items()))
    for end, chance in exact.items():
        share = (sample == end).all(axis=1).mean()
        standard_error = np.sqrt(chance * (1 - chance) / RUNS)
        assert chance < 0.001 or abs(share - chance) < 4 * standard_error, (end, share, chance)


def assert_is_a_plain_replay(network, args, rng, replicate):
    expected = play(network, args, package_luck(rng, replicate))
    run = rivalry.simulate(network, **args, rng=rng, replicate=replicate, step="1D")
    log = run.make_events()
    log = log[log["kind"] != "contact"]
    rounds = (log["time"] - pd.Timestamp("2009-07-06")).dt.days
    found = list(zip(rounds, log["by"], log["side"], strict=True))
    assert sorted(found) == sorted(expected)
    assert counts(run) == list(sides(expected))
    reach = rivalry.reach(network, **args, runs=replicate + 1, rng=rng)
    assert reach[replicate].tolist() == counts(run)
    assert_tellers_told(network, args, log)


def assert_tellers_told(network, args, log):
    """Whoever heard a story heard it from somebody who joined it one round before."""
    arcs = set(zip(network.sources.tolist(), network.targets.tolist(), strict=True))
    when = dict(zip(zip(log["by"], log["side"], strict=True), log["time"], strict=True))
    for who, side, time, teller in zip(
        log["by"], log["side"], log["time"], log["heard_from"].fillna(-1), strict=True
    ):
        if teller >= 0:
            assert (teller, who) in arcs
            stories = STORIES if side == "response" and args["turn"] > 0 else [side]
            assert time - pd.Timedelta("1D") in [when.get((teller, s)) for s in stories]


@patiently
@given(rivalries(), LUCK, st.integers(0, 5))
def test_simulate_is_a_plain_replay_with_the_same_draws(case, rng, replicate):
    assert_is_a_plain_replay(*case, rng, replicate)


@WORDS
@pytest.mark.parametrize("seed", range(24))
def test_simulate_is_a_plain_replay_in_a_dense_crowd(word, seed):
    """Many meet in one round here: coins, turns, and both stories at one person."""
    luck = np.random.default_rng(seed)
    n = 12
    net = Network.from_edges(luck.integers(0, n, (30, 2)), n=n, directed=bool(seed % 2))
    crowd = luck.permutation(n).tolist()
    by_round = {0: 0.9, 2: 0.4, 3: 0.7}
    args = {
        "complaint": {0: crowd[:1], 2: crowd[1:2]},
        "response": {0: crowd[2:4], 1: crowd[4:5]},
        "p_complaint": by_round if seed % 3 == 0 else luck.random(net.targets.size),
        "p_response": by_round if seed % 5 == 0 else 0.6,
        "delay": seed % 4,
        "turn": [0.0, 0.3][seed % 7 < 4],
        "word": word,
    }
    assert_is_a_plain_replay(net, args, rng=seed, replicate=seed % 3)


# --- closed forms -----------------------------------------------------------------------


@WORDS
@pytest.mark.parametrize("delay", [0, 1, 3, 9])
@pytest.mark.parametrize("length", [2, 5, 6])
def test_on_a_path_where_all_are_convinced_the_border_is_where_the_stories_meet(
    word, delay, length
):
    """Person v hears the complaint in round v, the response in round delay + length - 1 - v."""
    path = Network.from_edges([(v, v + 1) for v in range(length - 1)])
    args = {"complaint": [0], "response": [length - 1], **SURE, "delay": delay, "word": word}
    for rng in range(2):
        held = words(rivalry.simulate(path, **args, rng=rng))
        for v in range(1, length - 1):
            head_start = delay + length - 1 - v - v
            if head_start != 0:
                early, late = STORIES if head_start > 0 else STORIES[::-1]
                assert held[v] == (early if word == "first" else late), v
        assert (held[0], held[length - 1]) == STORIES


@WORDS
def test_the_coin_is_fair(word):
    pair = Network.from_edges([(0, 1), (1, 2)])
    args = {"complaint": [0], "response": [2], **SURE, "delay": 0, "word": word}
    reach = rivalry.reach(pair, **args, runs=RUNS, rng=1)
    assert (reach[:, :2].sum(axis=1) == 3).all()
    assert_mean(reach[:, 0], 1.5)


@WORDS
@pytest.mark.parametrize("turn", [0.0, 0.3])
def test_without_delay_mirrored_stories_share_the_crowd_evenly(word, turn):
    """With `turn` the complaint loses: the mirror is broken on purpose."""
    args = {"complaint": [0], "response": [4], **HALF, "delay": 0, "word": word, "turn": turn}
    reach = rivalry.reach(PATH, **args, runs=RUNS, rng=2)
    lead = reach[:, 0] - reach[:, 1]
    if turn == 0:
        assert_mean(lead, 0.0)
    else:
        assert lead.mean() < -4 * lead.std() / np.sqrt(RUNS)


@WORDS
@pytest.mark.parametrize("turn", [0.0, 0.25, 1.0])
def test_on_a_star_each_listener_turns_alone(word, turn):
    """Nine listeners: the number who turn is binomial."""
    star = Network.from_edges([(0, v) for v in range(1, 10)], directed=True)
    args = {"complaint": [0], "response": [], **SURE, "delay": None, "word": word, "turn": turn}
    reach = rivalry.reach(star, **args, runs=RUNS, rng=3)
    assert (reach[:, :2].sum(axis=1) == 10).all()
    turned = reach[:, 1]
    assert_mean(turned, 9 * turn)
    assert_mean((turned - 9 * turn) ** 2, 9 * turn * (1 - turn))


# --- what must not change anything ------------------------------------------------------


@patiently
@given(rivalries(turn=st.just(0.0)), LUCK)
def test_without_a_response_it_is_a_cascade(case, rng):
    network, args = case
    args |= {"response": []}
    reach = rivalry.reach(network, **args, runs=10, rng=rng)
    alone = {"initial": args["complaint"], "p": args["p_complaint"]}
    assert_array_equal(reach[:, 0], cascade.reach(network, **alone, runs=10, rng=rng, paired=True))
    assert_array_equal(reach[:, 2], reach[:, 0])
    assert (reach[:, 1] == 0).all()
    two = rivalry.simulate(network, **args, rng=rng, replicate=3)
    one = cascade.simulate(network, **alone, rng=rng, replicate=3)
    same = ["customer", "time", "by", "value", "heard_from"]
    log = two.make_events()
    if len(log):
        assert log["kind"].tolist()[:1] == ["contact"]
        log = log.iloc[1:].reset_index(drop=True)
    assert_frame_equal(log[same], one.make_events()[same], check_dtype=False)
    for ours, theirs in [("complaint", "total"), ("exposures_complaint", "exposures")]:
        values = [
            run.series.loc[run.series["variable"] == name, "value"].tolist()
            for run, name in ((two, ours), (one, theirs))
        ]
        assert values[0] == values[1]


@patiently
@given(networks(), CHANCE, LUCK, st.sampled_from(EITHER))
def test_a_responder_who_hears_nobody_and_never_speaks_changes_nothing(net, p, rng, word):
    hub = net.with_hub(net.n)
    args = {"complaint": [0], "response": [net.n], "p_complaint": p, "p_response": 1.0}
    reach = rivalry.reach(hub, **args, delay=None, word=word, runs=10, rng=rng)
    alone = cascade.reach(net, initial=[0], p=p, runs=10, rng=rng, paired=True)
    assert_array_equal(reach[:, 0], alone)


@patiently
@given(rivalries(turn=st.just(0.0)), st.none() | st.integers(0, 4), CHANCE, LUCK)
def test_with_the_last_word_the_complaint_reaches_the_same_people_whatever_is_answered(
    case, delay, p, rng
):
    network, args = case
    args |= {"word": "last"}
    other = args | {"delay": delay, "p_response": p}
    one, two = (rivalry.simulate(network, **a, rng=rng) for a in (args, other))
    assert people_reached_by(one, "complaint") == people_reached_by(two, "complaint")
    ever = [rivalry.reach(network, **a, runs=20, rng=rng)[:, 2] for a in (args, other)]
    assert_array_equal(*ever)
    assert one.final("exposures_complaint") == two.final("exposures_complaint")


@patiently
@given(rivalries(constant=True, turn=st.just(0.0)), st.integers(1, 5), LUCK)
def test_an_earlier_response_never_helps_a_first_word_and_never_hurts_a_last_one(case, later, rng):
    """Proved round by round for turn 0 and chances that stay the same in all rounds."""
    network, args = case
    args |= {"delay": args["delay"] or 0}
    blamed = []
    for delay in (args["delay"], args["delay"] + later, None):
        held = words(rivalry.simulate(network, **(args | {"delay": delay}), rng=rng))
        blamed.append({v for v, story in held.items() if story == "complaint"})
    early, late, never = blamed
    if args["word"] == "first":
        assert early <= late <= never
    else:
        assert late <= early <= never


@WORDS
def test_the_longer_the_delay_the_more_a_first_word_and_the_less_a_last_word_blames(word):
    net = Network.preferential(80, 2, rng=1)
    args = {"complaint": [70], "response": [0], "p_complaint": 0.5, "p_response": 0.6}
    blamed = [
        rivalry.reach(net, **args, delay=delay, word=word, runs=200, rng=1)[:, 0]
        for delay in (0, 1, 3, 9)
    ]
    blamed = blamed if word == "first" else blamed[::-1]
    for fewer, more in pairwise(blamed):
        assert (fewer <= more).all()
        assert fewer.sum() < more.sum()


@patiently
@given(rivalries(turn=st.just(0.0)), st.floats(0, 1), LUCK)
def test_a_weaker_response_never_reaches_more(case, part, rng):
    """For chances that do not rise from round to round."""
    network, args = case
    for story in STORIES:
        p = args[f"p_{story}"]
        if isinstance(p, dict):
            args[f"p_{story}"] = max(p.values(), default=0.0)
    weak = args | {"p_response": np.asarray(args["p_response"]) * part}
    strong, weak = (rivalry.reach(network, **a, runs=20, rng=rng) for a in (args, weak))
    assert (weak[:, 1] <= strong[:, 1]).all()
    assert (weak[:, 0] >= strong[:, 0]).all()


@patiently
@given(rivalries(), LUCK)
def test_counts_add_up_and_tellings_never_fall(case, rng):
    network, args = case
    run = rivalry.simulate(network, **args, rng=rng)
    wide = run.series.pivot_table(index="time", columns="variable", values="value")
    assert set(wide) == {*STORIES, "total", "exposures_complaint", "exposures_response"}
    assert (wide["complaint"] + wide["response"] == wide["total"]).all()
    assert wide["total"].is_monotonic_increasing
    assert wide["total"].iloc[-1] <= network.n
    assert (wide[list(STORIES)] >= 0).all(axis=None)
    log = run.make_events()
    for story in STORIES:
        told = wide[f"exposures_{story}"]
        assert told.is_monotonic_increasing
        assert told.iloc[-1] == network.degrees[list(people_reached_by(run, story))].sum()
    joined = log[log["kind"] != "contact"]
    assert not joined.duplicated(["by", "side"]).any()
    assert args["word"] == "last" or joined["by"].is_unique


@WORDS
@pytest.mark.parametrize("turn", [0.0, 0.3])
def test_any_number_of_threads_gives_the_same_bits(word, turn):
    net = Network.preferential(300, 3, rng=1)
    args = {"complaint": [0], "response": [7], "p_complaint": 0.3, "p_response": 0.2, "delay": 1}
    args |= {"word": word, "turn": turn, "rng": 2}
    one, two, three = (rivalry.reach(net, **args, runs=301, threads=k) for k in (1, 2, 3))
    assert_array_equal(one, two)
    assert_array_equal(one, three)
    assert one.dtype == np.int64
    assert one.shape == (301, 3)
    assert_array_equal(rivalry.reach(net, **args, runs=20), one[:20])


def test_a_call_draws_one_key_however_many_runs():
    a, b, c = (np.random.default_rng(7) for _ in range(3))
    args = {"complaint": [0], "response": [4], **HALF, "delay": 1, "turn": 0.5}
    rivalry.reach(PATH, **args, runs=1, rng=a)
    rivalry.reach(PATH, **args, runs=50, rng=b)
    rivalry.simulate(PATH, **args, rng=c)
    assert a.bit_generator.state == b.bit_generator.state == c.bit_generator.state


# --- extremes -----------------------------------------------------------------------------


@WORDS
@pytest.mark.parametrize("p", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("n", [0, 1, 5])
def test_without_a_starter_nothing_happens(word, p, n):
    net = Network.from_edges([], n=n)
    args = {"complaint": [], "response": [], "p_complaint": p, "p_response": p, "delay": 2}
    assert rivalry.reach(net, **args, word=word, runs=2).tolist() == [[0] * 3] * 2
    run = rivalry.simulate(net, **args, word=word)
    assert run.series["value"].tolist() == [0.0] * 5
    assert len(run.events) == 0


@WORDS
@pytest.mark.parametrize("p", [0.0, 1.0])
@pytest.mark.parametrize("turn", [0.0, 1.0])
def test_where_everybody_starts_a_story_everybody_holds_to_it(word, p, turn):
    args = {"complaint": [0, 2], "response": [1, 3, 4], "p_complaint": p, "p_response": p}
    args |= {"delay": 0, "word": word, "turn": turn}
    assert rivalry.reach(PATH, **args, runs=3).tolist() == [[2, 3, 2]] * 3


@WORDS
def test_nobody_joins_where_nobody_is_convinced(word):
    args = {"complaint": [0], "response": [3, 6], "p_complaint": 0.0, "p_response": 0.0}
    reach = rivalry.reach(NET, **args, delay=3, word=word, turn=1.0, runs=5)
    assert reach.tolist() == [[1, 2, 1]] * 5


@WORDS
def test_people_without_ties_neither_hear_nor_are_heard(word):
    net = Network.from_edges([(1, 2), (3, 4)], n=7)
    args = {"complaint": [1, 0], "response": [3, 6], **SURE, "delay": 1, "word": word}
    run = rivalry.simulate(net, **args)
    assert words(run) == {
        0: "complaint",
        1: "complaint",
        2: "complaint",
        3: "response",
        4: "response",
        6: "response",
    }


def test_a_response_without_a_complaint_spreads_alone():
    run = rivalry.simulate(PATH, complaint=[], response=[4], **SURE, delay=3, responder="rival")
    assert sizes(run) == [0, 5]
    log = run.events
    assert log["kind"].tolist() == ["publish"] + ["share"] * 4
    assert log["actor"].tolist() == ["rival"] + ["public"] * 4
    assert log["time"].min() == pd.Timestamp("2009-07-09")


@pytest.mark.parametrize("word", EITHER)
@pytest.mark.parametrize("delay", [None, 99])
def test_a_response_that_comes_too_late_finds_its_side_empty_or_all_ears(word, delay):
    args = {"complaint": [0], "response": [4], **SURE, "word": word}
    run = rivalry.simulate(PATH, **args, delay=delay)
    late = [4, 1] if word == "first" else [1, 4]
    assert sizes(run) == ([4, 0] if delay is None else late)


def test_a_broadcast_tells_the_complaint_again():
    press = PATH.with_hub(5)
    args = {"p_complaint": {0: 0.0, 3: 1.0}, "p_response": 0.0, "delay": None, "response": []}
    assert sizes(rivalry.simulate(press, complaint=[0], **args)) == [1, 0]
    assert sizes(rivalry.simulate(press, complaint={0: [0], 3: [5]}, **args)) == [6, 0]


# --- compiled and plain Python ----------------------------------------------------------

KEY = np.uint64(2009)
CHANCES = {
    "one": (np.array([0.6]), np.ones(1), np.array([0.7]), np.ones(1)),
    "by arc": (
        np.linspace(0, 1, NET.targets.size),
        np.ones(1),
        np.linspace(1, 0, NET.targets.size),
        np.ones(1),
    ),
    "by round": (np.ones(1), np.array([0.9, 0.9, 0.4]), np.ones(1), np.array([0.0, 0.0, 0.8])),
}


def kernel_arguments(chances, last_word):
    own = np.array([1, 0, 2, 0, 0, 2, 1], np.uint8)
    joiners = np.array([0, 2, 6, 5]), np.array([0, 0, 1, 4]), np.array([1, 2, 1, 2], np.uint8)
    return (NET.start, NET.targets, *joiners, *CHANCES[chances], 0.2, last_word, KEY), own


@pytest.mark.parametrize("last_word", [False, True])
@pytest.mark.parametrize("chances", CHANCES)
@pytest.mark.parametrize("replicate", range(4))
def test_a_course_is_the_same_compiled_and_plain(chances, last_word, replicate):
    args, own = kernel_arguments(chances, last_word)
    rows = 2 * NET.n if last_word else NET.n
    notes = [np.full(NET.n, 9, np.uint8) for _ in range(2)]
    notes += [np.full((NET.n, 2), -7, np.int32), np.full(NET.n, -7, np.int32)]
    filled = [np.full(rows, -7, np.int32), np.full(rows, -7, np.int32)]
    filled += [np.full(rows, 9, np.uint8), np.full(rows, -7, np.int32)]
    compiled, plain = both_ways(_kernels, "course", (*args, replicate, own), notes + filled)
    assert plain == compiled
    assert compiled[0] >= 4


@pytest.mark.parametrize("last_word", [False, True])
@pytest.mark.parametrize("chances", CHANCES)
def test_reach_is_the_same_compiled_and_plain(chances, last_word):
    args, own = kernel_arguments(chances, last_word)
    compiled, plain = both_ways(
        _kernels, "reach", (*args, 2, 12, own), [np.full((14, 3), -1, np.int64)]
    )
    assert plain == compiled
    assert compiled[1][0].count([-1] * 3) == 4  # only replicates 2 to 11 are filled


# --- what a run holds -------------------------------------------------------------------


def answered_after(hours, **changes):
    """Return the log of a complaint that the company, heard by all, answers after so long."""
    args = {"complaint": [0], "response": [5], **SURE, "delay": hours, "step": "1h"} | changes
    return rivalry.simulate(PATH.with_hub(5), **args, rng=1).events


def test_events_are_a_complaint_its_answer_and_shares_of_both():
    log = answered_after(3, start="2020-01-01")
    assert log["kind"].tolist() == ["contact", "publish", *["share"] * 3, "answer", "share"]
    assert log["actor"].tolist() == ["customer"] * 2 + ["public"] * 3 + ["company", "public"]
    assert log["by"].tolist() == [0, 0, 1, 2, 3, 5, 4]
    assert log["customer"].unique().tolist() == [0]
    assert log["side"].tolist()[:6] == ["complaint"] * 5 + ["response"]
    assert log["heard_from"].fillna(-1).tolist()[:6] == [-1, -1, 0, 1, 2, -1]
    assert log["value"].fillna(-1).tolist() == [1, 1, 2, 2, 2, -1, 1]
    hours = (log["time"] - pd.Timestamp("2020-01-01")) / pd.Timedelta("1h")
    assert hours.tolist() == [0, 0, 1, 2, 3, 3, 4]


@WORDS
def test_the_companys_lens_reads_the_wait_from_the_times(word):
    log = answered_after(3, word=word)
    for minutes, share in [(240, 1.0), (180, 1.0), (179, 0.0), (120, 0.0)]:
        level = desk.service_level(log, minutes=minutes).iloc[0]
        assert (level["low"], level["high"], level["n"]) == (share, share, 1)
    for hours, colour in [(4, lenses.GREEN), (2, lenses.RED)]:
        table = lenses.compare(log, sla_hours=hours).set_index("metric")
        assert table.loc["answered in time", "colour"] == colour
        assert table.loc["time to answer", "value"] == 3.0
        assert table.loc["gone public", "value"] == 1.0
        assert table.loc["contacts", "value"] == 1.0


@pytest.mark.parametrize("responder", ["public", "rival"])
def test_a_response_by_others_is_published_and_answers_nothing(responder):
    log = answered_after(3, responder=responder)
    row = log[log["by"] == 5].iloc[0]
    assert (row["actor"], row["kind"], row["value"], row["side"]) == (
        responder,
        "publish",
        5.0,
        "response",
    )
    assert (log["kind"] != "answer").all()
    assert desk.service_level(log, minutes=240)["n"].tolist() == [0]


def test_an_unanswered_complaint_has_no_answer_in_its_log():
    log = answered_after(None)
    assert log["kind"].tolist() == ["contact", "publish"] + ["share"] * 4
    assert log["side"].unique().tolist() == ["complaint"]


@patiently
@given(rivalries(), LUCK, st.sampled_from(["company", "public", "rival"]))
def test_events_are_a_valid_log_of_the_series(case, rng, responder):
    network, args = case
    run = rivalry.simulate(network, **args, rng=rng, responder=responder)
    log = run.events
    assert_frame_equal(events.validate(log), log)
    starters = by_rounds(args["complaint"])
    complains = any(starters.values())
    assert (log["kind"] == "contact").sum() == complains
    assert ((log["kind"] == "publish") & (log["actor"] == "customer")).sum() == complains
    if complains:
        first = min(starters[min(t for t in starters if starters[t])])
        assert log["customer"].unique().tolist() == [first]
        assert log.loc[log["kind"] == "contact", "by"].tolist() == [first]


def test_events_call_people_what_the_source_called_them(tmp_path):
    file = tmp_path / "friends.csv"
    file.write_text("from,to\nAna,Bo\nBo,Cy\nCy,Firm\n", encoding="utf-8")
    net = Network.from_csv(file)
    log = rivalry.simulate(net, complaint=[0], response=[3], **SURE, delay=2, rng=1).events
    assert log["customer"].unique().tolist() == ["Ana"]
    assert set(log["by"]) == {"Ana", "Bo", "Cy", "Firm"}
    assert set(log["heard_from"].dropna()) <= {"Ana", "Bo", "Firm"}


@pytest.mark.parametrize("responder", ["company", "public"])
def test_the_responder_speaks_in_round_delay_also_where_others_spoke_up_before(responder):
    args = {"complaint": [0], "response": [2], **SURE, "delay": 5, "turn": 1.0}
    pair = Network.from_edges([(0, 1), (1, 2)])
    log = rivalry.simulate(pair, **args, responder=responder, rng=1).events
    own = log[log["actor"] == responder]
    own = own[own["by"] == 2]
    assert own["kind"].tolist() == ["answer" if responder == "company" else "publish"]
    assert own["time"].tolist() == [pd.Timestamp("2009-07-11")]


def test_every_company_voice_is_the_companys():
    args = {"complaint": [0], "response": [3, 4], **HALF, "delay": 1}
    log = rivalry.simulate(PATH, **args, rng=1).events
    assert set(log.loc[log["by"].isin([3, 4]), "actor"]) == {"company"}


def test_a_run_tells_where_it_comes_from():
    args = {"complaint": [0], "response": [4], **HALF, "delay": 1}
    run = rivalry.simulate(PATH, **args, rng=1, replicate=3)
    rest = {"word": "first", "turn": 0.0, "responder": "company", "replicate": 3}
    assert dict(run.params) == args | rest
    assert (run.model, run.network) == ("rivalry", PATH.fingerprint)
    assert run.events["source"].unique().tolist() == [f"rivalry {run.key:016x}/3"]


# --- messages -----------------------------------------------------------------------------

WRONG = [
    ({"complaint": [9]}, "complaint must be people 0..4 of this network, got [9]"),
    ({"response": {1: [7]}}, "response must be people 0..4 of this network, got [7]"),
    (
        {"response": [0.5]},
        "response must be people 0..4 of this network, as whole numbers in one list, got [0.5]",
    ),
    (
        {"complaint": [0, 4, 2], "response": {3: [2], 1: [4]}},
        "response must start with people other than those of complaint, got [2, 4] in both",
    ),
    ({"p_complaint": 1.2}, "p_complaint must be a probability in [0, 1], got 1.2"),
    ({"p_response": None}, "p_response must be a probability in [0, 1], got None"),
    (
        {"p_response": {2: -0.1}},
        "p_response from round 2 must be a probability in [0, 1], got -0.1",
    ),
    (
        {"p_complaint": [0.5] * 3},
        "p_complaint must be one probability, one for each of the 8 arcs, "
        "or a mapping of round to probability, got shape (3,)",
    ),
    ({"delay": -1}, "delay must be a whole number in [0, 100000], got -1"),
    ({"delay": 1.0}, "delay must be a whole number in [0, 100000], got 1.0"),
    ({"delay": True}, "delay must be a whole number in [0, 100000], got True"),
    ({"delay": "2D"}, "delay must be a whole number in [0, 100000], got '2D'"),
    ({"word": "best"}, "word must be one of first, last, got 'best'"),
    ({"word": None}, "word must be one of first, last, got None"),
    ({"turn": 1.5}, "turn must be a probability in [0, 1], got 1.5"),
    ({"turn": math.nan}, "turn must be a probability in [0, 1], got nan"),
    ({"rng": -1}, f"rng must be {_checks.type_of_rng}, got -1"),
]


def exactly(sentence):
    return f"^{re.escape(sentence)}$"


@pytest.mark.parametrize(("changes", "sentence"), WRONG)
def test_says_what_an_argument_must_be(changes, sentence):
    args = {"complaint": [0], "response": [4], **HALF, "delay": 1} | changes
    for call in (rivalry.simulate, lambda *a, **k: rivalry.reach(*a, **k, runs=1)):
        with pytest.raises(ValueError, match=exactly(sentence)):
            call(PATH, **args)


@pytest.mark.parametrize("responder", ["customer", "press", None])
def test_says_what_a_responder_must_be(responder):
    sentence = f"responder must be one of company, public, rival, got {responder!r}"
    args = {"complaint": [0], "response": [4], **HALF, "delay": 1}
    with pytest.raises(ValueError, match=exactly(sentence)):
        rivalry.simulate(PATH, **args, responder=responder)


@pytest.mark.parametrize("name", ["runs", "threads"])
@pytest.mark.parametrize("value", [-1, 0, 1.5, True, "3"])
def test_says_what_runs_and_threads_must_be(name, value):
    args = {"complaint": [0], "response": [4], **HALF, "delay": 1, "runs": 1} | {name: value}
    sentence = f"{name} must be a whole number of at least 1, got {value!r}"
    with pytest.raises(ValueError, match=exactly(sentence)):
        rivalry.reach(PATH, **args)


@pytest.mark.parametrize("replicate", [-1, 1.0, True, 2**64])
def test_says_what_a_replicate_must_be(replicate):
    args = {"complaint": [0], "response": [4], **HALF, "delay": 1}
    with pytest.raises(ValueError, match=r"^replicate must be a whole number in \[0, .*\], got "):
        rivalry.simulate(PATH, **args, replicate=replicate)


def free(monkeypatch, size):
    memory = SimpleNamespace(available=size)
    monkeypatch.setattr(_checks.psutil, "virtual_memory", lambda: memory)


def test_what_does_not_fit_in_memory_is_refused_before_anything_is_run(monkeypatch):
    args = {"complaint": [0], "response": [4], **HALF, "delay": 1}
    ways_out = "ask for fewer runs, fewer threads or a smaller network"
    with pytest.raises(ValueError, match=rf"^runs must fit in memory, got .*: {ways_out}$"):
        rivalry.reach(PATH, **args, runs=10**15)
    free(monkeypatch, 99)
    rule = r"^network must fit in memory, got .*: spread two stories on a smaller network$"
    with pytest.raises(ValueError, match=rule):
        rivalry.simulate(PATH, **args)


def test_reach_counts_all_columns_when_it_asks_for_memory(monkeypatch):
    free(monkeypatch, 23 * 1000)  # three whole numbers of 8 bytes a run
    args = {"complaint": [0], "response": [4], **HALF, "delay": 1}
    with pytest.raises(ValueError, match=r"^runs must fit in memory"):
        rivalry.reach(PATH, **args, runs=1000)


@pytest.mark.parametrize(
    ("word", "bytes_a_person"),
    [
        ("first", 28),
        ("last", 42),
    ],
)
def test_the_memory_asked_for_is_at_least_what_the_kernels_hold(monkeypatch, word, bytes_a_person):
    """Notes of 28 bytes a person, and with the last word 13 more for the second row of each."""
    free(monkeypatch, bytes_a_person * PATH.n - 1)
    args = {"complaint": [0], "response": [4], **HALF, "delay": 1, "word": word}
    for call in (rivalry.simulate, lambda *a, **k: rivalry.reach(*a, **k, runs=1)):
        with pytest.raises(ValueError, match=r" must fit in memory"):
            call(PATH, **args)
