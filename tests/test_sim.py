"""Simulations: finding a model, and the kernels and plans that the spread models share."""

import inspect
import re
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from plain import both_ways, plainly

from cemlab import _luck, sim
from cemlab.network import Network
from cemlab.run import Run
from cemlab.sim import _spread, cascade
from cemlab.sim._kernels import cascade as _kernels
from cemlab.sim._kernels import firestorm as _firestorm

patiently = settings(deadline=None, max_examples=30, derandomize=True)
NET = Network.from_edges([(0, 1), (1, 2), (2, 3), (3, 0), (1, 3), (4, 5)], n=7)
KEY = np.uint64(2009)
EXAMPLES = {
    "callout": {"followers": 3, "retell_chance": 0.5, "answer_hour": 2, "answer_followers": 3},
    "cascade": {"initial": [0], "p": 0.5},
    "firestorm": {"listeners": 3, "share_chance": 0.5, "press_followers": 3, "accept_chance": 0.5},
    "outbreak": {"initial": [0], "spread_rate": 1.0, "recovery_rate": 1.0},
    "rivalry": {
        "complaint": [0], "response": [2], "p_complaint": 0.5, "p_response": 0.5, "delay": 1,
    },
    "rumour": {"initial": [0], "forget_rate": 0.5},
    "threshold": {"initial": [0]},
}  # fmt: skip
EVERY = pytest.mark.parametrize("name", EXAMPLES)
BESIDES = {"rivalry": (3,)}  # what reach counts in a run, where it is more than one number


def simulated(name, **more):
    return sim.get(name)(network=NET, **EXAMPLES[name], **more)


def reached(name, **more):
    return sim.model(name).reach(network=NET, **EXAMPLES[name], **more)


# --- finding a model -----------------------------------------------------------------


def test_every_module_with_a_public_name_is_a_model():
    assert sim.names() == sorted(sim.names())
    assert {"cascade", "firestorm"} <= set(sim.names())
    assert not [name for name in sim.names() if name.startswith("_")]


def test_no_model_on_a_network_is_left_out_here():
    takes = [n for n in sim.names() if "network" in inspect.signature(sim.get(n)).parameters]
    assert takes == list(EXAMPLES)


WITHOUT_LUCK = {"reputation"}


@pytest.mark.parametrize("name", sim.names())
def test_every_model_takes_its_luck_by_keyword(name):
    assert sim.get(name) is sim.model(name).simulate
    parameters = inspect.signature(sim.get(name)).parameters
    if name in WITHOUT_LUCK:
        assert "rng" not in parameters
        return
    assert "rng" in parameters
    assert parameters["rng"].kind is inspect.Parameter.KEYWORD_ONLY
    assert parameters["rng"].default is None


@pytest.mark.parametrize("find", [sim.get, sim.model])
@pytest.mark.parametrize("name", ["cascades", "_kernels", "", None])
def test_an_unknown_model_is_told_which_there_are(find, name):
    sentence = f"model must be one of {', '.join(sim.names())}, got {name!r}"
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        find(name)


def test_warming_up_runs_every_model(monkeypatch):
    sim.warm_up()
    warmed = []
    for name in sim.names():
        monkeypatch.setattr(sim.model(name), "warm_up", lambda name=name: warmed.append(name))
    sim.warm_up()
    assert warmed == sim.names()


@EVERY
def test_the_same_luck_gives_the_same_run(name):
    a, b, other = (simulated(name, rng=rng) for rng in (7, 7, 8))
    assert isinstance(a, Run)
    assert a.model == name
    assert a.series.equals(b.series)
    assert a.events.equals(b.events)
    assert a.key == b.key == int(_luck.key(7)) != other.key
    assert a.network == b.network
    assert len({tuple(simulated(name, rng=rng).series["value"]) for rng in range(20)}) > 1


@EVERY
def test_a_generator_moves_on_from_run_to_run(name):
    generator = np.random.default_rng(7)
    keys = [simulated(name, rng=generator).key for _ in range(2)]
    assert keys == np.random.default_rng(7).integers(0, 2**64, 2, dtype=np.uint64).tolist()


@EVERY
def test_reach_draws_one_key_however_many_runs(name):
    a, b = (np.random.default_rng(7) for _ in range(2))
    reached(name, runs=1, rng=a)
    reached(name, runs=50, rng=b)
    assert a.bit_generator.state == b.bit_generator.state


@EVERY
def test_reach_counts_each_run_in_whole_people_however_many_threads(name):
    with_threads = "threads" in inspect.signature(sim.model(name).reach).parameters
    one, two = (
        reached(name, runs=50, rng=7, **({"threads": k} if with_threads else {})) for k in (1, 3)
    )
    assert one.shape == (50, *BESIDES.get(name, ()))
    assert one.dtype == np.int64
    assert_array_equal(one, two)
    assert_array_equal(one[:5], reached(name, runs=5, rng=7))
    assert len(np.unique(one, axis=0)) > 1
    assert 0 <= one.min() <= one.max() <= NET.n + 4  # a press, or the accounts of a callout


@EVERY
@pytest.mark.parametrize("replicate", [-1, 1.0, True, "0", None, 2**64])
def test_says_what_a_replicate_must_be(name, replicate):
    rule = r"^replicate must be a whole number (of at least 0|in \[0, .*\]), got "
    with pytest.raises(ValueError, match=f"{rule}{re.escape(repr(replicate))}$"):
        simulated(name, replicate=replicate)


@EVERY
@pytest.mark.parametrize("start", ["nonsense", None, "2009-07-06T00:00Z"])
def test_says_what_a_start_must_be(name, start):
    with pytest.raises(ValueError, match="start must be"):
        simulated(name, start=start)


# --- one argument varied --------------------------------------------------------------


STORY = {"network": NET, "initial": [0], "runs": 200}


def test_every_value_is_reach_itself_on_the_same_luck():
    table = sim.vary(cascade.reach, "p", [0.2, 0.7], rng=7, **STORY)
    for p in (0.2, 0.7):
        paired = cascade.reach(**STORY, p=p, rng=7, paired=True)
        assert table[p].tolist() == paired.tolist()
        quick = sim.vary(cascade.reach, "p", [p], rng=7, paired=False, **STORY)
        assert quick[p].tolist() == cascade.reach(**STORY, p=p, rng=7).tolist()
    again = sim.vary(cascade.reach, "p", [0.7, 0.7000001, 0.2], rng=7, **STORY)
    assert again[0.7].tolist() == table[0.7].tolist()
    assert again[0.2].tolist() == table[0.2].tolist()


def test_replicate_by_replicate_a_higher_chance_never_reaches_fewer():
    steps = np.linspace(0, 1, 9).tolist()
    table = sim.vary(cascade.reach, "p", steps, rng=1, **STORY)
    assert (np.diff(table.to_numpy(), axis=1) >= 0).all()
    alone = np.stack([cascade.reach(**STORY, p=p, paired=True, rng=i) for i, p in enumerate(steps)])
    assert (np.diff(alone, axis=0) < 0).any()  # not so with luck of its own for each value


@pytest.mark.parametrize("rng", [None, 7])
def test_even_fresh_luck_is_shared_by_all_values(rng):
    table = sim.vary(cascade.reach, "p", {"one": 0.5, "same": 0.5}, rng=rng, **STORY)
    assert table["one"].equals(table["same"])
    assert table["one"].nunique() > 1


def test_a_generator_moves_on_by_one_draw_whatever_is_varied():
    one, other = (np.random.default_rng(7) for _ in range(2))
    first = sim.vary(cascade.reach, "p", [0.5], rng=one, **STORY)
    sim.vary(cascade.reach, "p", [0.1, 0.5, 0.9], rng=other, **STORY)
    assert one.bit_generator.state == other.bit_generator.state
    plain = np.random.default_rng(7)
    plain.integers(0, 2**63)
    assert one.bit_generator.state == plain.bit_generator.state
    second = sim.vary(cascade.reach, "p", [0.5], rng=one, **STORY)
    assert not first.equals(second)


def test_columns_are_called_by_the_values_or_by_their_names():
    plain = sim.vary(cascade.reach, "p", [0, 0.25], rng=1, **STORY)
    named = sim.vary(cascade.reach, "p", {"none": 0, "some": {0: 0.25}}, rng=1, **STORY)
    assert plain.columns.tolist() == [0, 0.25]
    assert named.columns.tolist() == ["none", "some"]
    for table in (plain, named):
        assert table.columns.name == "p"
        assert table.index.name == "replicate"
        assert table.index.tolist() == list(range(200))
        assert set(table.dtypes) == {np.dtype(np.int64)}
    assert set(plain[0]) == {1}


def test_any_argument_of_any_model_can_vary():
    tie = Network.from_edges([(0, 1)], n=7)
    table = sim.vary(
        cascade.reach,
        "network",
        {"friends": NET, "one tie": tie},
        rng=1,
        initial=[0],
        p=1.0,
        runs=2,
    )
    assert table.to_numpy().tolist() == [[4, 2], [4, 2]]
    heard = sim.vary(
        sim.model("callout").reach,
        "followers",
        [0, 7],
        rng=1,
        network=NET,
        retell_chance=0.0,
        runs=1,
    )
    assert heard.to_numpy().tolist() == [[1, 8]]


def test_an_argument_that_the_model_does_not_have_fails():
    with pytest.raises(TypeError, match="unexpected keyword argument 'mood'"):
        sim.vary(cascade.reach, "mood", [1], p=0.5, **STORY)
    with pytest.raises(ValueError, match=r"^p must be a probability in \[0, 1\], got 2$"):
        sim.vary(cascade.reach, "p", [0.5, 2], **STORY)
    with pytest.raises(ValueError, match=r"^rng must be "):
        sim.vary(cascade.reach, "p", [0.5], rng="luck", **STORY)


# --- a plan ---------------------------------------------------------------------------


def test_a_plan_orders_who_joins_by_round():
    plan = _spread.Plan.of(NET, initial={4: [1], 0: [5, 2, 2]}, p=0.5)
    assert plan.joiners.tolist() == [2, 5, 1]
    assert plan.join_round.tolist() == [0, 0, 4]
    assert plan.chance.tolist() == [0.5]


def test_a_chance_by_rounds_holds_from_each_named_round_on():
    plan = _spread.Plan.of(NET, initial=[0], p={2: 0.5, 5: 0.25})
    assert plan.factor.tolist() == [0, 0, 0.5, 0.5, 0.5, 0.25]
    assert plan.chance.tolist() == [1.0]


def test_one_arc_may_have_a_chance_of_its_own():
    arc = Network.from_edges([(0, 1)], directed=True)
    assert cascade.reach(arc, initial=[0], p=[1.0], runs=3).tolist() == [2, 2, 2]
    assert cascade.reach(arc, initial=[0], p=[0.0], runs=3).tolist() == [1, 1, 1]
    fast_or_not = [
        cascade.reach(arc, initial=[0], p=[0.5], runs=50, rng=1, paired=paired).tolist()
        for paired in (False, True)
    ]
    assert fast_or_not[0] == fast_or_not[1]  # a chance by arc is always paired


@pytest.mark.parametrize(("runs", "threads"), [(1, 1), (1, 3), (7, 2), (100, 3), (5, 64)])
def test_threads_share_each_replicate_exactly_once(runs, threads):
    done, lock = [], threading.Lock()

    def work(low, high):
        with lock:
            done.extend(range(low, high))

    _spread.in_threads(work, runs, threads)
    assert sorted(done) == list(range(runs))


def test_a_thread_that_fails_is_heard():
    def work(low, high):
        raise KeyError

    with pytest.raises(KeyError):
        _spread.in_threads(work, 3, 2)


# --- compiled and plain Python ----------------------------------------------------------


def scratch(n=NET.n):
    return [np.full(n, 9, np.uint8)] + [np.full(n, -7, np.int32) for _ in range(3)]


JOINERS, ROUNDS = np.array([0, 4]), np.array([0, 3])
CHANCES = {
    "one": (np.array([0.4]), np.ones(1)),
    "by arc": (np.linspace(0, 1, NET.targets.size), np.ones(1)),
    "by round": (np.ones(1), np.array([0.0, 0.9, 0.5])),
}


@pytest.mark.parametrize("chances", CHANCES)
@pytest.mark.parametrize("replicate", range(5))
def test_spread_is_the_same_compiled_and_plain(chances, replicate):
    args = NET.start, NET.targets, JOINERS, ROUNDS, *CHANCES[chances], KEY, replicate
    compiled, plain = both_ways(_kernels, "spread", args, scratch())
    assert plain == compiled
    assert compiled[0] >= 2


@pytest.mark.parametrize("chances", CHANCES)
def test_paired_reach_is_the_same_compiled_and_plain(chances):
    args = NET.start, NET.targets, JOINERS, ROUNDS, *CHANCES[chances], KEY, 2, 12
    compiled, plain = both_ways(_kernels, "reach_paired", args, [np.full(14, -1)])
    assert plain == compiled
    assert compiled[1][0].count(-1) == 4  # only replicates 2 to 11 are filled


@pytest.mark.parametrize("p", [0.01, 0.4, 0.9])
def test_fast_reach_is_the_same_compiled_and_plain(p):
    args = NET.start, NET.targets, JOINERS, p, _kernels.skip_table(p), KEY, 2, 12
    compiled, plain = both_ways(_kernels, "reach_skipping", args, [np.full(14, -1)])
    assert plain == compiled
    assert compiled[1][0].count(-1) == 4


def test_streaming_reach_is_the_same_compiled_and_plain():
    args = NET.start, NET.targets, JOINERS, np.linspace(0, 1, NET.targets.size), KEY, 2, 12
    compiled, plain = both_ways(_kernels, "reach_streaming", args, [np.full(14, -1)])
    assert plain == compiled
    assert compiled[1][0].count(-1) == 4


@pytest.mark.parametrize("p", [1e-300, 0.001, 0.5, 0.999])
def test_gaps_are_the_same_compiled_and_plain(p):
    assert_array_equal(plainly(_kernels, "skip_table", p), _kernels.skip_table(p))


@pytest.mark.parametrize("needs", [0, 1, 3, 99])
@pytest.mark.parametrize("replicate", range(3))
def test_press_round_is_the_same_compiled_and_plain(needs, replicate):
    factor = np.array([0.6, 0.6, 0.3])
    args = NET.start, NET.targets, JOINERS[:1], factor, 1, needs, KEY, replicate
    compiled, plain = both_ways(_firestorm, "press_round", args, scratch())
    assert plain == compiled


@pytest.mark.parametrize("members", [1, 2])
def test_firestorm_is_the_same_compiled_and_plain(members):
    offers = np.array([0.6]), np.array([0.6, 0.6, 0.2])
    args = NET.start, NET.targets, JOINERS[:members], *offers, 0.3, 0.5, 1, 2, KEY
    compiled, plain = both_ways(_firestorm, "reach_firestorm", args, [np.full(30, -1)])
    assert plain == compiled
    assert 0 in compiled[1][0]
    assert max(compiled[1][0]) > 1


@patiently
@given(st.floats(1e-12, 1 - 1e-12))
def test_gaps_of_a_table_cell_are_the_geometric_ones(p):
    """Cell i holds u in (i, i + 1] / 65536; its gap is floor(log u / log(1 - p)) throughout."""
    table = _kernels.skip_table(p)
    cell = np.arange(65536)
    sure = table >= 0
    middle = (cell[sure] + 0.5) / 65536
    assert_array_equal(table[sure], np.floor(np.log(middle) / np.log1p(-p)))
