"""Thresholds: live arcs, closed forms and a plain recount against the compiled rounds."""

import math
import re
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from plain import both_ways

from cemlab import _checks, _luck
from cemlab.network import Network
from cemlab.sim import threshold
from cemlab.sim._kernels import threshold as _kernels
from cemlab.testing import check_model

RUNS = 40_000
patiently = settings(deadline=None, max_examples=30, derandomize=True)
PATH = Network.from_edges([(0, 1), (1, 2), (2, 3), (3, 4)])
ARCS = [(0, 1), (1, 0), (0, 2), (1, 2), (2, 3), (3, 1), (3, 4), (4, 0), (2, 4), (4, 5)]
LOADS = [1.0, 0.5, 2.0, 3.0, 0.0, 0.25, 1.5, 1.0, 4.0, 0.5]
TIES = [(0, 1), (1, 2), (2, 0), (2, 3), (3, 4)]
SMALL = {
    "undirected": Network.from_edges(TIES, n=6),
    "directed": Network.from_edges(ARCS, directed=True),
    "weighted": Network.from_edges(ARCS, directed=True, weights=LOADS),
}


def assert_mean(sample, exact):
    """Compare a mean with its exact value within 4 standard errors."""
    standard_error = np.std(sample) / np.sqrt(len(sample))
    assert np.mean(sample) == pytest.approx(exact, abs=4 * standard_error + 1e-12)


def assert_law(sample, exact):
    """Compare the share of each value with its exact chance within 4 standard errors."""
    assert set(sample.tolist()) <= {value for value, chance in exact.items() if chance > 0}
    for value, chance in exact.items():
        standard_error = np.sqrt(chance * (1 - chance) / len(sample))
        share = np.mean(sample == value)
        assert share == pytest.approx(chance, abs=4 * standard_error + 1e-12), value


# --- independent truth -----------------------------------------------------------------


def voices_heard(network):
    """Return {person: [(speaker, weight)]} of the voices that reach each person."""
    weights = np.ones(network.targets.size) if network.weights is None else network.weights
    heard = {v: [] for v in range(network.n)}
    for u, v, w in zip(network.sources.tolist(), network.targets.tolist(), weights, strict=True):
        heard[v].append((u, float(w)))
    return heard


def law_by_live_arcs(network, first):
    """Return {reach: chance}: each person picks one voice in proportion to its weight."""
    heard = voices_heard(network)
    choices = []
    for v in range(network.n):
        total = sum(w for _, w in heard[v])
        choices.append([(u, w / total) for u, w in heard[v] if w > 0] if total else [(None, 1.0)])
    law = {}
    for picked in product(*choices):
        joined = set(first)
        while True:
            more = {v for v, (u, _) in enumerate(picked) if u in joined} - joined
            if not more:
                break
            joined |= more
        chance = math.prod(c for _, c in picked)
        law[len(joined)] = law.get(len(joined), 0.0) + chance
    return {size: min(chance, 1.0) for size, chance in law.items()}


def recount(network, waves, enough):
    """Return {person: round} by asking everybody anew in every round."""
    heard = voices_heard(network)
    joined, t, last = {}, 0, max(waves, default=-1)
    while t <= last or t - 1 in joined.values():
        fresh = {v for v in range(network.n) if v not in joined}
        new = {v for v in fresh if enough(v, [(u, w) for u, w in heard[v] if u in joined])}
        for v in new | (set(waves.get(t, ())) & fresh):
            joined[v] = t
        t += 1
    return joined


def thresholds(network, rng, replicate):
    """Return everybody's drawn threshold, in (0, 1]."""
    with np.errstate(over="ignore"):
        luck = _luck.branch(_luck.key(rng), replicate, _luck.THRESHOLD)
        return [1.0 - float(_luck.draw(luck, v)) for v in range(network.n)]


@st.composite
def networks(draw, most=9):
    n = draw(st.integers(1, most))
    person = st.integers(0, n - 1)
    ties = draw(st.lists(st.tuples(person, person), max_size=25))
    return Network.from_edges(ties, n=n, directed=draw(st.booleans()))


LUCK = st.integers(0, 2**32)
SHARE = st.floats(0, 1)


def reached(run):
    return set(run.make_events()["by"].tolist())


# --- promises and theory ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        *((name, {}) for name in SMALL),
        ("undirected", {"voices": 2}),
        ("directed", {"share": np.full(6, 0.5)}),
    ],
)
def test_keeps_the_promises_of_every_model(name, rule):
    given_ = {"network": SMALL[name], "initial": {0: [0], 2: [3]}}
    check_model(threshold.simulate, given_ | rule)


def test_on_a_path_each_step_but_the_last_is_taken_with_chance_one_half():
    """The last person hears only one, so that any threshold is reached."""
    law = {1: 1 / 2, 2: 1 / 4, 3: 1 / 8, 5: 1 / 8}
    assert_law(threshold.reach(PATH, initial=[0], runs=RUNS, rng=1), law)


@pytest.mark.parametrize("name", SMALL)
@pytest.mark.parametrize("first", [[0], [1, 4], [5]])
def test_reach_has_the_law_of_one_live_voice_a_person(name, first):
    """Kempe, Kleinberg and Tardos 2003, theorem 2.5."""
    law = law_by_live_arcs(SMALL[name], first)
    sample = threshold.reach(SMALL[name], initial=first, runs=RUNS, rng=2)
    assert sum(law.values()) == pytest.approx(1)
    assert_law(sample, law)
    assert_mean(sample, sum(size * chance for size, chance in law.items()))


@pytest.mark.parametrize("scale", [1e-300, 1e300])
def test_only_the_weights_a_person_compares_matter(scale):
    one, other = (
        Network.from_edges([(0, 2), (1, 2), (2, 3)], directed=True, weights=[3 * x, 7 * x, x])
        for x in (1.0, scale)
    )
    sample = threshold.reach(other, initial=[0], runs=RUNS, rng=3)
    assert_law(sample, {1: 0.7, 3: 0.3})
    assert_array_equal(sample, threshold.reach(one, initial=[0], runs=RUNS, rng=3))


def test_a_voice_of_no_weight_is_none():
    net = Network.from_edges([(0, 1), (2, 1), (0, 3)], directed=True, weights=[0.0, 1.0, 0.0])
    assert set(threshold.reach(net, initial=[0], runs=100, rng=1).tolist()) == {1}


@pytest.mark.parametrize("seed", range(10))
def test_weights_add_up_to_everybody_in_any_order(seed):
    """Even with the highest threshold, 1, whoever has heard everybody joins."""
    n, luck = 1001, np.random.default_rng(seed)
    hub = [(u, n - 1) for u in range(n - 1)]
    net = Network.from_edges(hub, directed=True, weights=luck.random(n - 1))
    links = threshold._Plan.of(net, [], None, None).arrays(net)[:4]
    notes = np.empty(n, np.uint8), np.empty(n), *(np.empty(n, np.int32) for _ in range(3))
    for first, reached in ((n - 1, n), (n - 2, n - 2)):
        order = luck.permutation(n - 1)[:first]
        args = *links, False, order, np.zeros(first, np.int64), np.uint64(1), 0
        assert _kernels.spread(*args, *notes) == reached


def test_wide_bridges_carry_what_long_ties_do_not():
    """Centola and Macy 2007: two voices needed, on a ring and on a random network."""
    networkx = pytest.importorskip("networkx")
    n = 1000
    ring = Network.from_edges([(i, (i + d) % n) for i in range(n) for d in (1, 2)])
    mixed = Network.from_networkx(networkx.random_regular_graph(4, n, seed=1))
    assert set(ring.degrees.tolist()) == set(mixed.degrees.tolist()) == {4}
    run = threshold.simulate(ring, initial=[0, 1], voices=2)
    assert run.final("total") == n
    assert run.series["value"][run.series["variable"] == "new"].max() == 2
    pair = [0, int(mixed.targets[0])]
    assert threshold.simulate(mixed, initial=pair, voices=2).final("total") < 10
    simple = [threshold.simulate(net, initial=[0, 1], voices=1) for net in (ring, mixed)]
    assert [one.final("total") for one in simple] == [n, n]
    rounds = [one.series["time"].nunique() for one in simple]
    assert rounds[0] > 20 * rounds[1]  # where one voice is enough, long ties are faster


# --- Watts ------------------------------------------------------------------------------


def random_network(mean_ties, n=10_000, seed=1):
    luck = np.random.default_rng(seed)
    return Network.from_edges(luck.integers(n, size=(int(mean_ties * n / 2), 2)), n=n)


@pytest.mark.parametrize(("ties", "global_"), [(0.7, False), (2, True), (4, True), (7, False)])
def test_cascades_go_far_inside_the_window_only(ties, global_):
    net = random_network(ties)
    low, high = threshold.cascade_window(share=0.18)
    assert (low < ties < high) == global_
    assert (threshold.cascade_condition(net.degrees, share=0.18) > 1) == global_
    starters = np.random.default_rng(2).choice(net.n, 100, replace=False)
    links = threshold._Plan.of(net, [], None, 0.18).arrays(net)[:-2]
    totals = np.zeros(starters.size, np.int64)
    for i in range(starters.size):
        args = *links, starters[i : i + 1], np.zeros(1, np.int64), np.uint64(1)
        _kernels.reach(*args, 0, 1, totals[i:])
    assert totals[0] == threshold.reach(net, initial=starters[:1], share=0.18, runs=1)[0]
    assert (np.mean(totals) > 0.3 * net.n) == global_
    assert (np.mean(totals) < 0.003 * net.n) == (not global_)


def test_the_window_is_the_one_of_watts():
    low, high = threshold.cascade_window(share=0.18)
    assert low == pytest.approx(1.0207, abs=5e-5)
    assert high == pytest.approx(5.7647, abs=5e-5)


@pytest.mark.parametrize("share", [0.01, 0.1, 1 / 7, 0.18, 0.2, 0.25])
def test_at_its_ends_the_condition_is_one(share):
    """By the sum over the Poisson law itself."""
    most = max(k for k in range(1, 200) if share <= 1 / k)
    for z in threshold.cascade_window(share=share):
        terms = [
            k * (k - 1) * math.exp(k * math.log(z) - z - math.lgamma(k + 1))
            for k in range(2, most + 1)
        ]
        assert math.fsum(terms) / z == pytest.approx(1, abs=1e-9)


def test_the_condition_of_a_large_random_network_is_the_poisson_sum():
    net = random_network(4, n=100_000)
    exact = 4 * sum(math.exp(-4) * 4**j / math.factorial(j) for j in range(4))  # k up to 5
    assert threshold.cascade_condition(net.degrees, share=0.18) == pytest.approx(exact, rel=0.02)


@pytest.mark.parametrize("share", [0.26, 1 / 3, 0.5, 1.0])
def test_where_nothing_goes_far_there_is_no_window(share):
    assert np.isnan(threshold.cascade_window(share=share)).all()


@pytest.mark.parametrize("share", [0.0, 1e-10])
def test_where_one_voice_is_always_enough_the_window_has_no_end(share):
    assert threshold.cascade_window(share=share) == (1.0, math.inf)


def test_a_small_share_opens_a_wide_window():
    """It ends where one in a million has at most a million ties: 4.75 deviations above."""
    low, high = threshold.cascade_window(share=1e-6)
    assert low == pytest.approx(1, abs=1e-9)
    assert high == pytest.approx(1e6 + 4.75e3, abs=50)


@pytest.mark.parametrize(
    ("degrees", "share", "exact"),
    [
        ([], 0.1, 0.0),
        ([0, 0], 0.1, 0.0),
        ([1, 1], 0.1, 0.0),
        ([2, 2, 2], 0.5, 1.0),
        ([2, 2, 2], 0.51, 0.0),
        ([1, 3], 0.0, 1.5),
        ([5, 5, 10], 0.2, 2.0),
        ([5, 5, 10], [0.2, 0.3, 0.1], 5.5),
    ],
)
def test_the_condition_counts_the_ties_of_those_whom_one_voice_wins(degrees, share, exact):
    assert threshold.cascade_condition(degrees, share=share) == pytest.approx(exact, rel=1e-12)


# --- how many are enough ----------------------------------------------------------------


@pytest.mark.parametrize("heard", [1, 3, 5, 7, 10, 30, 49, 100])
def test_a_share_is_reached_by_exactly_its_fraction(heard):
    """Also where share * heard is not a whole number for floats, as for .07 * 100."""
    whole = np.arange(1, heard + 1)
    short = [float(f"{k / heard:.15g}") for k in whole]
    shares = np.concatenate([whole / heard, short, 1 - (heard - whole) / heard])
    enough = np.tile(whole, 3)  # one listener a share, who hears all the speakers
    listeners = heard + np.arange(shares.size)
    arcs = [(u, v) for u in range(heard) for v in listeners.tolist()]
    net = Network.from_edges(arcs, directed=True)
    every = np.concatenate([np.ones(heard), shares])
    for m in range(heard + 1):
        run = threshold.simulate(net, initial=range(m), share=every)
        assert reached(run) == {*range(m), *listeners[enough <= m].tolist()}, m


def test_a_share_of_nothing_still_takes_one_voice():
    assert threshold.reach(PATH, initial=[0], share=0.0, runs=2).tolist() == [5, 5]
    assert threshold.reach(PATH, initial=[], share=0.0, runs=2).tolist() == [0, 0]


def test_people_count_those_they_hear_not_those_who_hear_them():
    """Person 2 hears two people; that many others hear person 2 plays no part."""
    net = Network.from_edges([(0, 2), (1, 2), (2, 3), (2, 4), (2, 5)], directed=True)
    assert threshold.reach(net, initial=[0], share=0.5, runs=1)[0] == 5
    assert threshold.reach(net, initial=[0], share=0.51, runs=1)[0] == 1
    assert threshold.reach(net, initial=[0, 1], voices=2, runs=1)[0] == 3
    assert_law(threshold.reach(net, initial=[0], runs=RUNS, rng=1), {1: 0.5, 5: 0.5})


def test_everybody_may_need_another_number_or_share():
    by_count = threshold.simulate(PATH, initial=[0], voices=[1, 1, 1, 2, 1])
    by_share = threshold.simulate(PATH, initial=[0], share=[1, 0.5, 0.5, 0.6, 0])
    assert by_count.final("total") == by_share.final("total") == 3


def test_a_late_starter_tips_those_who_heard_one_voice_before():
    square = Network.from_edges([(0, 1), (1, 2), (2, 3), (3, 0)])
    run = threshold.simulate(square, initial={0: [0], 5: [2]}, voices=2)
    new = run.series[run.series["variable"] == "new"]["value"]
    assert new.tolist() == [1, 0, 0, 0, 0, 1, 2]
    assert run.events["heard_from"].tolist()[2:] == [2, 2]


# --- extremes ---------------------------------------------------------------------------


@pytest.mark.parametrize("rule", [{}, {"voices": 1}, {"share": 0.5}])
@pytest.mark.parametrize("n", [0, 1, 5])
def test_without_a_starter_or_ties_nothing_happens(rule, n):
    net = Network.from_edges([], n=n)
    for first in ([], range(n)):
        assert threshold.reach(net, initial=first, runs=2, **rule).tolist() == [len(first)] * 2
        run = threshold.simulate(net, initial=first, **rule)
        assert run.final("total") == len(run.make_events()) == len(first)
        assert run.final("exposures") == 0


@pytest.mark.parametrize("rule", [{}, {"voices": 9}, {"share": 1.0}])
def test_if_all_start_all_are_reached(rule):
    assert threshold.reach(PATH, initial=range(5), runs=3, **rule).tolist() == [5] * 3


def test_more_voices_than_anybody_hears_are_never_reached():
    assert threshold.simulate(PATH, initial=[0, 2], voices=3).final("total") == 2
    assert threshold.simulate(PATH, initial=[0, 2], voices=2).final("total") == 3


def test_one_voice_is_enough_for_everybody_who_can_be_reached():
    net = Network.from_edges([(0, 1), (1, 2), (3, 4)], n=6, directed=True)
    for first, exact in [([0], 3), ([2], 1), ([3], 2), ([5], 1), ([1, 3], 4)]:
        assert threshold.reach(net, initial=first, voices=1, runs=1)[0] == exact


# --- agreement --------------------------------------------------------------------------


@patiently
@given(networks(), st.data(), LUCK, st.integers(0, 5))
def test_simulate_is_a_plain_recount_of_everybody_in_every_round(net, data, rng, replicate):
    person = st.lists(st.integers(0, net.n - 1), max_size=3)
    waves = data.draw(st.dictionaries(st.integers(0, 4), person, max_size=2))
    heard = voices_heard(net)
    rule = data.draw(st.sampled_from(["voices", "share", "drawn"]))
    if rule == "voices":
        given_ = {"voices": data.draw(st.lists(st.integers(1, 4), min_size=net.n, max_size=net.n))}
        truth = recount(net, waves, lambda v, who: len(who) >= given_["voices"][v])
    elif rule == "share":
        tenths = data.draw(st.integers(0, 10))
        given_ = {"share": tenths / 10}
        truth = recount(net, waves, lambda v, who: who and 10 * len(who) >= tenths * len(heard[v]))
    else:
        given_, level = {}, thresholds(net, rng, replicate)
        truth = recount(net, waves, lambda v, who: who and len(who) >= level[v] * len(heard[v]))
    run = threshold.simulate(net, initial=waves, rng=rng, replicate=replicate, **given_)
    rounds = list(truth.values())
    new = run.series[run.series["variable"] == "new"]["value"].tolist()
    assert new == [rounds.count(t) for t in range(max(rounds, default=0) + 1)]
    assert reached(run) == set(truth)


@patiently
@given(networks(), LUCK, st.integers(0, 20))
def test_replicate_r_of_reach_is_the_history_of_replicate_r(net, rng, r):
    reach = threshold.reach(net, initial=[0], runs=r + 1, rng=rng)
    run = threshold.simulate(net, initial=[0], rng=rng, replicate=r)
    assert run.final("total") == reach[r]
    assert ((reach >= 1) & (reach <= net.n)).all()


@patiently
@given(networks(), SHARE, SHARE, st.integers(1, 4), st.integers(1, 4))
def test_lower_thresholds_reach_the_same_people_and_more(net, p, q, a, b):
    for name, low, high in (("share", *sorted((p, q))), ("voices", *sorted((a, b)))):
        more, fewer = (threshold.simulate(net, initial=[0], **{name: x}) for x in (low, high))
        assert reached(fewer) <= reached(more)


@patiently
@given(networks(), LUCK)
def test_more_starters_reach_the_same_people_and_more(net, rng):
    for r in range(5):
        one, two = (
            threshold.simulate(net, initial=first, rng=rng, replicate=r)
            for first in ([0], [0, net.n - 1])
        )
        assert reached(one) <= reached(two)


def test_any_number_of_threads_gives_the_same_bits_and_more_runs_the_same_first():
    net = random_network(3, n=300)
    one, two, three = (
        threshold.reach(net, initial=[9], runs=1001, rng=2, threads=k) for k in (1, 2, 3)
    )
    assert_array_equal(one, two)
    assert_array_equal(one, three)
    assert_array_equal(one[:10], threshold.reach(net, initial=[9], runs=10, rng=2))
    assert one.dtype == np.int64
    assert len(set(one.tolist())) > 10


@pytest.mark.parametrize("name", SMALL)
@pytest.mark.parametrize("rule", [{}, {"voices": 2}])
def test_kernels_are_the_same_compiled_and_plain(name, rule):
    net = SMALL[name]
    plan = threshold._Plan.of(net, {0: [0], 3: [4]}, rule.get("voices"), None)
    args = *plan.arrays(net), np.uint64(2009)
    scratch = [np.full(6, 9, np.uint8), np.full(6, 9.0), *(np.full(6, -7, np.int32) for _ in "abc")]
    for replicate in range(5):
        compiled, plain = both_ways(_kernels, "spread", (*args, replicate), scratch)
        assert plain == compiled
        assert compiled[0] >= 2
    compiled, plain = both_ways(_kernels, "reach", (*args, 2, 12), [np.full(14, -1)])
    assert plain == compiled
    assert compiled[1][0].count(-1) == 4  # only replicates 2 to 11 are filled


@pytest.mark.parametrize("share", [0.15, 0.3, 0.5])
def test_ndlib_finds_the_same_people_round_by_round(share):
    networkx = pytest.importorskip("networkx")
    epidemics = pytest.importorskip("ndlib.models.epidemics")
    config = pytest.importorskip("ndlib.models.ModelConfig")
    graph = networkx.gnp_random_graph(80, 0.05, seed=3, directed=True)
    model = epidemics.ThresholdModel(graph)
    setting = config.Configuration()
    for i in graph.nodes:
        setting.add_node_configuration("threshold", i, share)
    setting.add_model_initial_configuration("Infected", [0, 1, 2])
    model.set_initial_status(setting)
    theirs = [step["node_count"][1] for step in model.iteration_bunch(30)]
    run = threshold.simulate(Network.from_networkx(graph), initial=[0, 1, 2], share=share)
    ours = run.series[run.series["variable"] == "total"]["value"].tolist()
    assert theirs[: len(ours)] == ours
    assert set(theirs[len(ours) :]) <= {ours[-1]}
    assert ours[-1] > 3


def test_cynetdiff_reaches_as_many_on_average():
    networkx = pytest.importorskip("networkx")
    utils = pytest.importorskip("cynetdiff.utils")
    graph = networkx.gnp_random_graph(60, 0.06, seed=4, directed=True)
    model, _ = utils.networkx_to_lt_model(graph, rng=np.random.default_rng(5))
    model.set_seeds({0, 1, 2})
    theirs = []
    for _ in range(5000):
        model.reset_model()
        model.advance_until_completion()
        theirs.append(model.get_num_activated_nodes())
    ours = threshold.reach(Network.from_networkx(graph), initial=[0, 1, 2], runs=5000, rng=6)
    standard_error = math.sqrt((np.var(ours) + np.var(theirs)) / 5000)
    assert abs(np.mean(ours) - np.mean(theirs)) < 4 * standard_error
    assert np.mean(ours) > 6


# --- what a run holds -------------------------------------------------------------------


def test_series_and_events_of_a_path():
    run = threshold.simulate(PATH, initial=[2], voices=1, start="2020-02-28 06:00", step="12h")
    values = {name: rows["value"].tolist() for name, rows in run.series.groupby("variable")}
    assert values == {"new": [1, 2, 2], "total": [1, 3, 5], "exposures": [2, 6, 8]}
    log = run.events
    assert log["kind"].tolist() == ["publish"] + ["share"] * 4
    assert log["by"].tolist() == [2, 1, 3, 0, 4]
    assert log["value"].tolist() == [2, 2, 2, 1, 1]
    assert log["heard_from"].tolist()[1:] == [2, 2, 1, 3]
    assert log["time"].max() == run.series["time"].max()


def test_a_run_tells_where_it_comes_from():
    run = threshold.simulate(PATH, initial=[0], rng=1, replicate=3)
    assert run.model == "threshold"
    assert dict(run.params) == {"initial": [0], "voices": None, "share": None, "replicate": 3}
    assert run.network == PATH.fingerprint
    assert run.events["source"].unique().tolist() == [f"threshold {run.key:016x}/3"]


# --- messages ---------------------------------------------------------------------------

COUNT = "voices must be a whole number of at least 1"
WRONG = [
    ({"voices": 1, "share": 0.5}, "voices or share must be given, not both, got 1 and 0.5"),
    ({"voices": 0}, "voices must be a whole number in [1, 2147483647], got 0"),
    ({"voices": 1.5}, "voices must be a whole number in [1, 2147483647], got 1.5"),
    ({"voices": "two"}, "voices must be a whole number in [1, 2147483647], got 'two'"),
    ({"voices": [1, 1, 0, 1, 1]}, f"{COUNT}, got 0 for person 2"),
    ({"voices": [1.0] * 5}, f"{COUNT}, got 1.0 for person 0"),
    ({"voices": [1, 2]}, f"{COUNT}, or one for each of the 5 people, got shape (2,)"),
    ({"share": 1.5}, "share must be a finite number in [0, 1], got 1.5"),
    ({"share": math.nan}, "share must be a finite number in [0, 1], got nan"),
    ({"share": True}, "share must be a finite number in [0, 1], got True"),
    (
        {"share": [0.1, 0.2, 0.3, 0.4, -0.5]},
        "share must be a number in [0, 1], got -0.5 for person 4",
    ),
    ({"share": [math.nan] * 5}, "share must be a number in [0, 1], got nan for person 0"),
    ({"share": ["a"] * 5}, "share must be a number in [0, 1], got 'a' for person 0"),
    (
        {"share": np.full((5, 1), 0.5)},
        "share must be a number in [0, 1], or one for each of the 5 people, got shape (5, 1)",
    ),
    ({"initial": [9]}, "initial must be people 0..4 of this network, got [9]"),
    ({"initial": {-1: [0]}}, "initial's round must be a whole number in [0, 100000], got -1"),
]


@pytest.mark.parametrize(("changes", "sentence"), WRONG)
def test_says_what_is_wrong(changes, sentence):
    args = {"initial": [0]} | changes
    for call in (threshold.simulate, lambda net, **a: threshold.reach(net, runs=1, **a)):
        with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
            call(PATH, **args)


@pytest.mark.parametrize("name", ["runs", "threads"])
@pytest.mark.parametrize("value", [-1, 0, 1.5, True, "3"])
def test_says_what_runs_and_threads_must_be(name, value):
    sentence = f"{name} must be a whole number of at least 1, got {value!r}"
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        threshold.reach(PATH, initial=[0], **({"runs": 1} | {name: value}))


def test_what_does_not_fit_in_memory_is_refused_at_once(monkeypatch):
    with pytest.raises(ValueError, match=r"^runs must fit in memory, got a need of .* GB"):
        threshold.reach(PATH, initial=[0], runs=10**15)
    monkeypatch.setattr(
        _checks.psutil, "virtual_memory", lambda: type("Free", (), {"available": 99})
    )
    with pytest.raises(
        ValueError, match=r"^network must fit in memory, .*: take a smaller network$"
    ):
        threshold.simulate(PATH, initial=[0])


@pytest.mark.parametrize("replicate", [-1, 1.0, True, 2**64])
def test_says_what_a_replicate_must_be(replicate):
    with pytest.raises(ValueError, match=r"^replicate must be a whole number"):
        threshold.simulate(PATH, initial=[0], replicate=replicate)


@pytest.mark.parametrize("degrees", [[1.5, 2.0], [-1, 2], [[1, 2]], "abc", [[1], [2, 3]]])
def test_says_what_degrees_must_be(degrees):
    sentence = f"degrees must be whole numbers of at least 0, in one list, got {degrees!r}"
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        threshold.cascade_condition(degrees, share=0.1)


@pytest.mark.parametrize("share", [-0.1, 1.1, math.nan, "a", None])
def test_says_what_the_share_of_a_window_must_be(share):
    sentence = f"share must be a finite number in [0, 1], got {share!r}"
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        threshold.cascade_window(share=share)
