"""Cascade: brute force, closed forms and a plain breadth-first search against both paths."""

import re
from functools import cache
from itertools import product
from math import comb
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from pandas.testing import assert_frame_equal
from plain import both_ways

from cemlab import _checks, _luck, events
from cemlab.network import Network
from cemlab.sim import cascade
from cemlab.sim._kernels import cascade as _kernels
from cemlab.testing import check_model

RUNS = 40_000
patiently = settings(deadline=None, max_examples=30, derandomize=True)
BOTH = pytest.mark.parametrize("paired", [False, True], ids=["fast", "paired"])
PATH = Network.from_edges([(0, 1), (1, 2), (2, 3), (3, 4)])
TIES = [(0, 1), (1, 2), (2, 0), (2, 3), (3, 4)]
ARCS = [(0, 1), (1, 0), (0, 2), (1, 2), (2, 3), (3, 1), (3, 4), (4, 0), (2, 4), (4, 5)]
SMALL = {
    "undirected": Network.from_edges(TIES),
    "directed": Network.from_edges(ARCS, directed=True),
}


def arcs_of(network):
    return list(zip(network.sources.tolist(), network.targets.tolist(), strict=True))


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


def reachable(arcs, first):
    found, frontier = set(first), list(first)
    while frontier:
        u = frontier.pop()
        new = {v for a, v in arcs if a == u} - found
        found |= new
        frontier += new
    return found


def law_by_live_arcs(arcs, chances, first):
    """Return {reach: chance} over all 2^k graphs in which each arc is live or not."""
    law = {}
    for live in product([False, True], repeat=len(arcs)):
        weight = np.prod([c if on else 1 - c for c, on in zip(chances, live, strict=True)])
        size = len(reachable([arc for arc, on in zip(arcs, live, strict=True) if on], first))
        law[size] = law.get(size, 0.0) + float(weight)
    return law


def law_by_rounds(arcs, n, waves, chance_in_round):
    """Return {reach: chance} by following every possible history round by round."""

    @cache
    def go(seen, fresh, t):
        if not fresh and t > max(waves, default=0):
            return {len(seen): 1.0}
        escape = {}
        for u, v in arcs:
            if u in fresh and v not in seen:
                escape[v] = escape.get(v, 1.0) * (1 - chance_in_round(t))
        law = {}
        for joins in product([False, True], repeat=len(escape)):
            weight, new = 1.0, set()
            for v, on in zip(escape, joins, strict=True):
                weight *= 1 - escape[v] if on else escape[v]
                new |= {v} if on else set()
            if weight == 0:
                continue
            new |= set(waves.get(t, ())) - seen
            for size, later in go(seen | new, frozenset(new), t + 1).items():
                law[size] = law.get(size, 0.0) + weight * later
        return law

    return go(frozenset(), frozenset(), 0)


def plain_cascade(network, waves, chance_of_arc, chance_in_round, rng, replicate):
    """Return [(person, round)] by breadth-first search over the links that the luck makes live."""
    branched = np.uint64(_luck.branch(_luck.key(rng), np.uint64(replicate), _luck.LINK))
    joined, fresh, t = {}, [], 0
    while fresh or t <= max(waves, default=-1):
        new = []
        for u in fresh:
            for k in range(network.start[u], network.start[u + 1]):
                v = int(network.targets[k])
                u_draw = _luck.draw(branched, np.uint64((u << 32) | v))
                if v not in joined and u_draw < chance_of_arc(k) * chance_in_round(t):
                    joined[v] = t
                    new.append(v)
        for v in sorted(set(waves.get(t, ()))):
            if v not in joined:
                joined[v] = t
                new.append(v)
        fresh, t = new, t + 1
    return list(joined.items())


@st.composite
def networks(draw, most=9):
    n = draw(st.integers(1, most))
    person = st.integers(0, n - 1)
    ties = draw(st.lists(st.tuples(person, person), max_size=25))
    return Network.from_edges(ties, n=n, directed=draw(st.booleans()))


LUCK = st.integers(0, 2**32)
CHANCE = st.floats(0, 1)


# --- the exact mean ----------------------------------------------------------------------


@BOTH
def test_mean_reach_on_a_path_is_the_geometric_sum(paired):
    assert cascade.expected_on_tree(PATH, initial=0, p=0.5) == 1.9375
    assert_mean(cascade.reach(PATH, initial=[0], p=0.5, runs=RUNS, rng=1, paired=paired), 1.9375)


@BOTH
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("form", ["one", "by arc", "by round"])
def test_mean_reach_on_a_random_tree_is_the_expected_one(paired, seed, form):
    luck = np.random.default_rng(seed)
    tree = Network.from_edges([(int(luck.integers(v)), v) for v in range(1, 40)])
    p = {"one": 0.6, "by arc": luck.random(tree.targets.size), "by round": {0: 0.9, 2: 0.5, 4: 0}}[
        form
    ]
    first = int(luck.integers(40))
    exact = cascade.expected_on_tree(tree, initial=first, p=p)
    assert_mean(
        cascade.reach(tree, initial=[first], p=p, runs=10_000, rng=seed, paired=paired), exact
    )


@pytest.mark.parametrize(
    ("p", "exact"),
    [
        (0.25, 1 + 0.25 + 0.25**2 + 0.25**3 + 0.25**4),
        ({0: 0.5}, 1.9375),
        ({1: 0.5, 3: 0.25}, 1 + 0.5 + 0.25 + 0.25 / 4 + 0.25 / 16),
        ({2: 0.5}, 1.0),
        (0.0, 1.0),
        (1.0, 5.0),
        # the arcs of the path in order: 0-1, 1-0, 1-2, 2-1, 2-3, 3-2, 3-4, 4-3
        ([0.5, 9e-9, 0.4, 9e-9, 0.3, 9e-9, 0.2, 9e-9], 1 + 0.5 + 0.2 + 0.06 + 0.012),
    ],
)
def test_expected_on_tree_multiplies_along_the_way(p, exact):
    assert cascade.expected_on_tree(PATH, initial=0, p=p) == pytest.approx(exact, rel=1e-12)


def test_expected_on_tree_starts_anywhere_and_follows_directions():
    assert cascade.expected_on_tree(PATH, initial=2, p=0.5) == 1 + 2 * (0.5 + 0.25)
    one_way = Network.from_edges([(0, 1), (2, 1)], directed=True)
    assert cascade.expected_on_tree(one_way, initial=0, p=0.5) == 1.5


def test_expected_on_tree_refuses_where_two_ways_lead_to_one_person():
    sentence = r"^network must be a tree seen from person 3, but two ways lead to \d$"
    with pytest.raises(ValueError, match=sentence):
        cascade.expected_on_tree(SMALL["undirected"], initial=3, p=0.5)


# --- the exact law ---------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize("kind", SMALL)
@pytest.mark.parametrize("p", [0.15, 0.5, 0.85])
@pytest.mark.parametrize("first", [[0], [1, 4]])
def test_reach_has_the_law_of_all_live_arc_graphs(paired, kind, p, first):
    network = SMALL[kind]
    arcs = arcs_of(network)
    assert len(arcs) == 10
    exact = law_by_live_arcs(arcs, [p] * len(arcs), first)
    assert_law(cascade.reach(network, initial=first, p=p, runs=RUNS, rng=3, paired=paired), exact)


@pytest.mark.parametrize("kind", SMALL)
def test_reach_has_the_law_of_all_live_arc_graphs_with_a_chance_an_arc(kind):
    network = SMALL[kind]
    chances = np.random.default_rng(5).random(network.targets.size)
    exact = law_by_live_arcs(arcs_of(network), chances, [0])
    assert_law(cascade.reach(network, initial=[0], p=chances, runs=RUNS, rng=4), exact)


@BOTH
def test_an_undirected_tie_is_tried_once_so_that_reach_is_percolation(paired):
    law = {}
    for live in product([False, True], repeat=len(TIES)):
        open_ties = [tie for tie, on in zip(TIES, live, strict=True) if on]
        size = len(reachable(open_ties + [(v, u) for u, v in open_ties], [0]))
        law[size] = law.get(size, 0.0) + 0.3 ** sum(live) * 0.7 ** (len(TIES) - sum(live))
    sample = cascade.reach(SMALL["undirected"], initial=[0], p=0.3, runs=RUNS, rng=6, paired=paired)
    assert_law(sample, law)


@pytest.mark.parametrize("kind", SMALL)
@pytest.mark.parametrize(
    ("waves", "p"),
    [
        ({0: [0]}, {0: 0.7, 2: 0.2}),
        ({0: [0]}, {2: 0.9}),
        ({0: [0], 2: [3]}, {0: 0.5, 2: 0.1, 3: 0.6}),
        ({1: [2], 6: [0, 4]}, {0: 0.4}),
    ],
)
def test_reach_has_the_law_of_all_histories_by_rounds(kind, waves, p):
    network = SMALL[kind]

    def chance_in_round(t):
        return p[max(r for r in p if r <= t)] if t >= min(p) else 0.0

    exact = law_by_rounds(arcs_of(network), network.n, waves, chance_in_round)
    assert_law(cascade.reach(network, initial=waves, p=p, runs=RUNS, rng=7), exact)


@BOTH
def test_later_starters_add_their_own_reach(paired):
    """With one p for all rounds it does not matter when a starter joins."""
    exact = law_by_live_arcs(ARCS, [0.4] * len(ARCS), [0, 3])
    sample = cascade.reach(
        SMALL["directed"], initial={0: [0], 5: [3]}, p=0.4, runs=RUNS, rng=8, paired=paired
    )
    assert_law(sample, exact)


@BOTH
@pytest.mark.parametrize("p", [0.2, 0.5, 0.7])
def test_a_household_of_three_is_reed_and_frosts(paired, p):
    """Abbey 1952: none further q^2, one 2 p q^2, two p^2 + 2 p^2 q."""
    household = Network.from_edges([(0, 1), (1, 2), (0, 2)])
    q = 1 - p
    law = {1: q**2, 2: 2 * p * q**2, 3: p**2 + 2 * p**2 * q}
    if p == 0.2:
        assert list(law.values()) == pytest.approx([0.640, 0.256, 0.104])
    assert_law(cascade.reach(household, initial=[0], p=p, runs=RUNS, rng=9, paired=paired), law)


@BOTH
def test_subcritical_reach_on_a_deep_tree_is_the_branching_limit(paired):
    """Two listeners each, p = .25: mean 1 / (1 - .5), variance .375 / (1 - .5)^3."""
    parents = np.repeat(np.arange(2**15 - 1), 2)
    tree = Network.from_edges(
        np.column_stack([parents, np.arange(1, 2**16 - 1)]), directed=True
    )  # 15 rounds deep: what lies beyond adds .5^16 to the mean
    sample = cascade.reach(tree, initial=[0], p=0.25, runs=RUNS, rng=10, paired=paired)
    assert_mean(sample, 2.0)
    error_of_variance = np.std((sample - sample.mean()) ** 2) / np.sqrt(RUNS)
    assert sample.var() == pytest.approx(3.0, abs=4 * error_of_variance)


@BOTH
def test_reach_in_a_large_random_crowd_has_the_total_progeny_law(paired):
    """Otter and Dwass: P(reach = n) = P(Binomial(20 n, p) = n - 1) / n."""
    luck = np.random.default_rng(11)
    n, p = 20_000, 0.025
    pairs = np.column_stack([np.repeat(np.arange(n), 20), luck.integers(n, size=20 * n)])
    crowd = Network.from_edges(pairs, directed=True)
    whole = np.flatnonzero(crowd.degrees == 20)[:1]
    sample = cascade.reach(crowd, initial=whole, p=p, runs=RUNS, rng=11, paired=paired)
    law = {
        k: comb(20 * k, k - 1) * p ** (k - 1) * (1 - p) ** (20 * k - k + 1) / k for k in range(1, 7)
    }
    assert sum(law.values()) > 0.95
    for size, chance in law.items():
        standard_error = np.sqrt(chance * (1 - chance) / RUNS)
        assert np.mean(sample == size) == pytest.approx(chance, abs=4 * standard_error), size
    assert_mean(sample, 1 / (1 - 20 * p))


# --- extremes ---------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize("p", [0.0, 1e-300, 5e-324, 1e-17])
def test_nobody_joins_where_nobody_is_convinced(paired, p):
    net = Network.preferential(200, 3, rng=1)
    reach = cascade.reach(net, initial=[0, 5], p=p, runs=100, rng=1, paired=paired)
    assert reach.tolist() == [2] * 100


@BOTH
@pytest.mark.parametrize("p", [1.0, 1 - 2.0**-53])
def test_everybody_who_can_hear_joins_where_all_are_convinced(paired, p):
    net = Network.from_edges([(0, 1), (1, 2), (3, 4)], n=6, directed=True)
    for first, exact in [([0], 3), ([2], 1), ([3], 2), ([5], 1), ([1, 3], 4)]:
        reach = cascade.reach(net, initial=first, p=p, runs=20, rng=1, paired=paired)
        assert reach.tolist() == [exact] * 20


@BOTH
@pytest.mark.parametrize("p", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("n", [0, 1, 5])
def test_without_a_starter_nothing_happens(paired, p, n):
    net = Network.from_edges([], n=n)
    assert cascade.reach(net, initial=[], p=p, runs=3, paired=paired).tolist() == [0, 0, 0]
    run = cascade.simulate(net, initial=[], p=p)
    assert run.final("total") == run.final("new") == run.final("exposures") == 0
    assert len(run.events) == 0


@BOTH
@pytest.mark.parametrize("p", [0.0, 0.5, 1.0])
def test_if_all_start_all_are_reached(paired, p):
    reach = cascade.reach(PATH, initial=range(5), p=p, runs=5, paired=paired)
    assert reach.tolist() == [5] * 5


@BOTH
def test_people_without_ties_are_neither_reached_nor_reach(paired):
    net = Network.from_edges([(1, 2)], n=5)
    for first in ([0], [4]):
        reach = cascade.reach(net, initial=first, p=1.0, runs=3, paired=paired)
        assert reach.tolist() == [1, 1, 1]
    assert cascade.reach(net, initial=[1], p=1.0, runs=3, paired=paired).tolist() == [2, 2, 2]


@BOTH
def test_a_starter_named_twice_counts_once(paired):
    again = cascade.reach(PATH, initial=[2, 2, 0], p=0.5, runs=50, rng=1, paired=paired)
    once = cascade.reach(PATH, initial=[0, 2], p=0.5, runs=50, rng=1, paired=paired)
    assert_array_equal(again, once)
    in_two_rounds = cascade.reach(
        PATH, initial={0: [0], 3: [0, 2]}, p=1e-300, runs=5, rng=1, paired=paired
    )
    assert in_two_rounds.tolist() == [2] * 5


def test_a_late_starter_joins_in_their_round_also_after_the_story_has_died():
    run = cascade.simulate(PATH, initial={0: [0], 6: [4]}, p={0: 0.0, 6: 1.0}, rng=1)
    new = run.series[run.series["variable"] == "new"]["value"]
    assert new.tolist() == [1, 0, 0, 0, 0, 0, 1, 1, 1, 1]


def test_a_link_is_tried_once_in_the_round_after_its_speaker_joined():
    run = cascade.simulate(PATH, initial=[0], p={0: 0.0, 3: 1.0}, rng=1)
    assert run.final("total") == 1


# --- agreement ---------------------------------------------------------------------------


@patiently
@given(networks(), st.data(), LUCK)
def test_simulate_is_a_plain_breadth_first_search(net, data, rng):
    person = st.lists(st.integers(0, net.n - 1), max_size=3)
    waves = data.draw(st.dictionaries(st.integers(0, 4), person, max_size=2))
    replicate = data.draw(st.integers(0, 5))
    form = data.draw(st.sampled_from(["one", "by arc", "by round"]))
    if form == "one":
        p = data.draw(CHANCE)
        expected = plain_cascade(net, waves, lambda k: p, lambda t: 1.0, rng, replicate)
    elif form == "by arc":
        p = data.draw(st.lists(CHANCE, min_size=net.targets.size, max_size=net.targets.size))
        expected = plain_cascade(net, waves, lambda k: p[k], lambda t: 1.0, rng, replicate)
    else:
        p = data.draw(st.dictionaries(st.integers(0, 3), CHANCE, min_size=1, max_size=3))
        by_round = {t: p[max(r for r in p if r <= t)] for t in range(99) if t >= min(p)}
        expected = plain_cascade(
            net, waves, lambda k: 1.0, lambda t: by_round.get(t, 0.0), rng, replicate
        )
    run = cascade.simulate(net, initial=waves, p=p, rng=rng, replicate=replicate, step="1D")
    rounds = [t for _, t in expected]
    new = run.series[run.series["variable"] == "new"]["value"].tolist()
    assert new == [rounds.count(t) for t in range(max(rounds, default=0) + 1)]
    assert run.make_events()["by"].tolist() == [v for v, _ in expected]


@patiently
@given(networks(), CHANCE, LUCK, st.integers(0, 20))
def test_replicate_r_of_paired_reach_is_the_history_of_replicate_r(net, p, rng, r):
    reach = cascade.reach(net, initial=[0], p=p, runs=r + 1, rng=rng, paired=True)
    run = cascade.simulate(net, initial=[0], p=p, rng=rng, replicate=r)
    assert run.final("total") == reach[r]


@patiently
@given(networks(), LUCK, st.integers(0, 5))
def test_one_chance_for_all_arcs_is_the_same_chance_at_each(net, rng, r):
    forms = [0.4, np.full(net.targets.size, 0.4), {0: 0.4}]
    series = [cascade.simulate(net, initial=[0], p=p, rng=rng, replicate=r).series for p in forms]
    assert series[0].equals(series[1])
    assert series[0].equals(series[2])


@patiently
@given(networks(), CHANCE, CHANCE, LUCK)
def test_a_lower_chance_reaches_a_part_of_the_same_people(net, p, q, rng):
    low, high = sorted((p, q))
    for r in range(3):
        few, many = (
            set(
                cascade.simulate(net, initial=[0], p=x, rng=rng, replicate=r)
                .make_events()["by"]
                .tolist()
            )
            for x in (low, high)
        )
        assert few <= many
    few, many = (
        cascade.reach(net, initial=[0], p=x, runs=50, rng=rng, paired=True) for x in (low, high)
    )
    assert (few <= many).all()


@patiently
@given(networks(), st.data(), LUCK)
def test_a_lower_chance_at_some_arcs_reaches_no_more(net, data, rng):
    arcs = net.targets.size
    high = np.array(data.draw(st.lists(CHANCE, min_size=arcs, max_size=arcs)))
    low = high * data.draw(CHANCE)
    few, many = (
        cascade.reach(net, initial=[0], p=x, runs=50, rng=rng, paired=True) for x in (low, high)
    )
    assert (few <= many).all()


@patiently
@given(networks(), CHANCE, LUCK)
def test_more_starters_never_reach_fewer(net, p, rng):
    one = cascade.reach(net, initial=[0], p=p, runs=50, rng=rng, paired=True)
    two = cascade.reach(net, initial=[0, net.n - 1], p=p, runs=50, rng=rng, paired=True)
    assert (one <= two).all()


@BOTH
@patiently
@given(net=networks(), p=CHANCE, rng=LUCK)
def test_a_hub_that_does_not_start_changes_nobodys_luck(paired, net, p, rng):
    args = {"initial": [0], "p": p, "runs": 30, "rng": rng, "paired": paired}
    assert_array_equal(cascade.reach(net, **args), cascade.reach(net.with_hub(net.n), **args))


@patiently
@given(networks(), CHANCE, LUCK)
def test_reach_lies_between_the_starters_and_everybody(net, p, rng):
    for paired in (False, True):
        reach = cascade.reach(net, initial=[0], p=p, runs=30, rng=rng, paired=paired)
        assert ((reach >= 1) & (reach <= net.n)).all()


@pytest.mark.parametrize("paired", [False, True])
@pytest.mark.parametrize("p", [0.0, 0.1, 1.0, {0: 0.2, 3: 0.1}])
def test_any_number_of_threads_gives_the_same_bits(paired, p):
    net = Network.preferential(300, 3, rng=1)
    one, two, three = (
        cascade.reach(net, initial=[9], p=p, runs=1001, rng=2, threads=k, paired=paired)
        for k in (1, 2, 3)
    )
    assert_array_equal(one, two)
    assert_array_equal(one, three)
    assert one.dtype == np.int64


@BOTH
def test_more_runs_repeat_the_first_ones(paired):
    few = cascade.reach(PATH, initial=[0], p=0.5, runs=10, rng=2, paired=paired)
    many = cascade.reach(PATH, initial=[0], p=0.5, runs=99, rng=2, paired=paired)
    assert_array_equal(few, many[:10])


@BOTH
def test_runs_of_one_luck_differ_and_are_independent(paired):
    reach = cascade.reach(PATH, initial=[0], p=0.5, runs=RUNS, rng=3, paired=paired)
    correlation = np.corrcoef(reach[1:], reach[:-1])[0, 1]
    assert abs(correlation) < 4 / np.sqrt(RUNS)


# --- how far from everybody ---------------------------------------------------------------


def groups_of_live_ties(network, p, rng, replicate):
    """Return the size of each person's group, by search over the ties that the luck makes live."""
    branched = np.uint64(_luck.branch(_luck.key(rng), np.uint64(replicate), _luck.LINK))
    live = [
        (u, v)
        for u, v in arcs_of(network)
        if _luck.draw(branched, np.uint64((min(u, v) << 32) | max(u, v))) < p
    ]
    return [len(reachable(live, [v])) for v in range(network.n)]


def undirected(most=12):
    person = st.integers(0, most - 1)
    ties = st.lists(st.tuples(person, person), max_size=30)
    return st.builds(lambda ties: Network.from_edges(ties, n=most), ties)


@patiently
@given(undirected(), CHANCE, LUCK, st.integers(0, 5))
def test_reach_from_each_is_the_size_of_the_group_that_live_ties_join(net, p, rng, replicate):
    found = cascade.reach_from_each(net, p=p, rng=rng, replicate=replicate)
    assert found.tolist() == groups_of_live_ties(net, p, rng, replicate)
    assert (found.dtype, found.shape) == (np.int64, (net.n,))


@pytest.mark.parametrize("seed", range(30))
def test_reach_from_each_is_the_size_of_the_group_also_where_large_groups_meet(seed):
    luck = np.random.default_rng(seed)
    net = Network.from_edges(luck.integers(0, 30, (45, 2)), n=30)
    found = cascade.reach_from_each(net, p=0.6, rng=seed)
    assert found.tolist() == groups_of_live_ties(net, 0.6, seed, 0)


@patiently
@given(undirected(), CHANCE, CHANCE, LUCK)
def test_a_lower_chance_reaches_no_further_from_anybody(net, p, q, rng):
    low, high = (cascade.reach_from_each(net, p=x, rng=rng) for x in sorted((p, q)))
    assert (low <= high).all()


@pytest.mark.parametrize("p", [0.3, 0.6])
def test_reach_from_each_has_the_law_of_reach_from_each_starter(p):
    """On ties a link back is never needed, so one draw a tie gives the same law."""
    net = SMALL["undirected"]
    samples = np.array(
        [cascade.reach_from_each(net, p=p, rng=1, replicate=r) for r in range(10_000)]
    )
    for v in range(net.n):
        assert_law(samples[:, v], law_by_live_arcs(arcs_of(net), [p] * 10, [v]))
        other = cascade.reach(net, initial=[v], p=p, runs=RUNS, rng=2)
        error = np.hypot(samples[:, v].std() / 100, other.std() / np.sqrt(RUNS))
        assert samples[:, v].mean() == pytest.approx(other.mean(), abs=4 * error)


def test_on_a_long_ring_the_mean_group_is_one_more_than_two_geometric_sums():
    """A person's group: themselves and p / (1 - p) to either side."""
    n = 50_000
    ring = Network.from_edges(np.column_stack([np.arange(n), (np.arange(n) + 1) % n]))
    means = [cascade.reach_from_each(ring, p=0.6, rng=3, replicate=r).mean() for r in range(30)]
    assert_mean(means, 1 + 2 * 0.6 / 0.4)


def test_reach_from_each_takes_a_million_people():
    n = 1_000_000
    path = Network.from_edges(np.column_stack([np.arange(n - 1), np.arange(1, n)]))
    assert (cascade.reach_from_each(path, p=1.0, rng=1) == n).all()
    groups = cascade.reach_from_each(path, p=0.5, rng=1)
    assert (1.0 / groups).sum() == pytest.approx(n / 2, abs=4 * np.sqrt(n / 4))


def test_reach_from_each_where_nobody_or_everybody_is_convinced():
    net = Network.from_edges([(0, 1), (1, 2), (3, 4)], n=6)
    for rng in range(3):
        assert cascade.reach_from_each(net, p=0.0, rng=rng).tolist() == [1] * 6
        assert cascade.reach_from_each(net, p=1.0, rng=rng).tolist() == [3, 3, 3, 2, 2, 1]
    assert cascade.reach_from_each(Network.from_edges([], n=0), p=0.5).tolist() == []


@pytest.mark.parametrize("p", [0.3, 0.8])
def test_live_links_join_the_same_compiled_and_plain(p):
    net = Network.preferential(40, 2, rng=1)
    args = net.start, net.targets, p, np.uint64(2009), 3
    filled = [np.full(net.n, -7, np.int32), np.full(net.n, -7, np.int64)]
    compiled, plain = both_ways(_kernels, "join_live_links", args, filled)
    assert plain == compiled
    assert max(compiled[1][1]) > 1


# --- chances by arc -----------------------------------------------------------------------


def test_a_weight_counts_tellings():
    net = Network.from_edges([(0, 1), (1, 2), (2, 3)], weights=[3, 0, 0.5])
    for p in (0.0, 0.2, 1.0):
        exact = [1 - (1 - p) ** w for w in (3, 3, 0, 0, 0.5, 0.5)]
        assert cascade.chance_by_weight(net, p=p).tolist() == pytest.approx(exact, rel=1e-12)
    assert cascade.chance_by_weight(net, p=1.0).tolist() == [1, 1, 0, 0, 1, 1]


def test_a_weight_counts_tellings_also_where_one_hardly_convinces():
    """For p far below 1 the chance is w p."""
    net = Network.from_edges([(0, 1)], weights=[4])
    found = cascade.chance_by_weight(net, p=1e-17)
    assert_allclose(found, 4e-17, rtol=1e-9)


def test_three_tellings_convince_as_three_ties_would():
    """Ana hears each of three siblings once, or one of them three times."""
    three = Network.from_edges([(0, 3), (1, 3), (2, 3)], directed=True)
    one = Network.from_edges([(0, 1)], weights=[3], directed=True)
    exact = 1 - 0.7**3
    many = cascade.reach(three, initial=[0, 1, 2], p=0.3, runs=RUNS, rng=1)
    assert_mean(many, 3 + exact)
    chance = cascade.chance_by_weight(one, p=0.3)
    assert_mean(cascade.reach(one, initial=[0], p=chance, runs=RUNS, rng=2), 1 + exact)
    assert cascade.expected_on_tree(one, initial=0, p=chance) == pytest.approx(1 + exact)


@patiently
@given(networks())
def test_an_audience_gives_everybody_chances_that_add_up_to_one(net):
    chance = cascade.chance_by_audience(net)
    assert (chance.dtype, chance.shape) == (np.float64, net.targets.shape)
    total = np.bincount(net.targets, chance, minlength=net.n)
    heard = np.bincount(net.targets, minlength=net.n)
    assert total == pytest.approx((heard > 0).astype(float))
    assert chance.tolist() == [1 / heard[v] for v in net.targets]


@pytest.mark.parametrize("leaves", [1, 4, 30])
def test_on_a_star_a_listener_is_expected_to_reach_two(leaves):
    """The hub hears k people and is convinced by one in k; then all others are, for sure."""
    star = Network.from_edges([(0, v) for v in range(1, leaves + 1)])
    chance = cascade.chance_by_audience(star)
    assert cascade.expected_on_tree(star, initial=1, p=chance) == pytest.approx(2.0)
    law = {1: 1 - 1 / leaves, leaves + 1: 1 / leaves}
    assert_law(cascade.reach(star, initial=[1], p=chance, runs=RUNS, rng=4), law)
    assert (cascade.reach(star, initial=[0], p=chance, runs=9, rng=4) == leaves + 1).all()


# --- what a run holds ----------------------------------------------------------------------


def test_series_has_its_types_and_times():
    run = cascade.simulate(PATH, initial=[0], p=1.0, rng=1, start="2020-02-28 06:00", step="12h")
    assert run.series.dtypes.astype(str).to_dict() == {
        "time": "datetime64[us]",
        "variable": "str",
        "value": "float64",
    }
    assert run.series["variable"].unique().tolist() == ["new", "total", "exposures"]
    for _, rows in run.series.groupby("variable"):
        assert rows["time"].tolist() == list(
            pd.date_range("2020-02-28 06:00", periods=5, freq="12h")
        )


def test_series_counts_new_total_and_tellings():
    run = cascade.simulate(PATH, initial=[2], p=1.0, rng=1)
    values = {name: rows["value"].tolist() for name, rows in run.series.groupby("variable")}
    assert values == {"new": [1, 2, 2], "total": [1, 3, 5], "exposures": [2, 6, 8]}


@patiently
@given(networks(), CHANCE, LUCK)
def test_totals_add_up_what_is_new(net, p, rng):
    series = cascade.simulate(net, initial=[0], p=p, rng=rng).series
    values = {name: rows["value"].to_numpy() for name, rows in series.groupby("variable")}
    assert_array_equal(values["total"], np.cumsum(values["new"]))
    assert values["new"].min() > 0
    assert values["exposures"][-1] <= net.targets.size
    assert (np.diff(values["exposures"]) >= 0).all()


def test_the_default_start_is_the_day_of_the_song_and_a_round_is_a_day():
    run = cascade.simulate(PATH, initial=[0], p=1.0)
    assert run.series["time"].min() == pd.Timestamp("2009-07-06")
    assert run.series["time"].max() == pd.Timestamp("2009-07-10")


def test_events_are_one_post_and_then_shares():
    star = Network.from_edges([(3, 0), (3, 1), (3, 2)])
    log = cascade.simulate(star, initial=[3], p=1.0, rng=1, start="2020-01-01").events
    assert log["kind"].tolist() == ["publish", "share", "share", "share"]
    assert log["actor"].tolist() == ["customer", "public", "public", "public"]
    assert log["customer"].tolist() == [3] * 4
    assert log["by"].tolist() == [3, 0, 1, 2]
    assert log["value"].tolist() == [3, 1, 1, 1]
    assert log["time"].tolist() == [pd.Timestamp("2020-01-01")] + [pd.Timestamp("2020-01-02")] * 3
    assert log["issue"].unique().tolist() == [1]


@patiently
@given(networks(), st.data(), CHANCE, LUCK)
def test_events_are_a_valid_log_of_the_series(net, data, p, rng):
    first = data.draw(st.lists(st.integers(0, net.n - 1), min_size=1, max_size=3))
    run = cascade.simulate(net, initial=first, p=p, rng=rng)
    log = run.events
    assert_frame_equal(events.validate(log), log)
    assert len(log) == run.final("total")
    assert (log["kind"] == "publish").sum() == 1
    assert (log["kind"] == "share").sum() == len(log) - 1
    assert log["customer"].unique().tolist() == [min(first)]
    assert log["by"].is_unique
    assert log["value"].tolist() == net.degrees[log["by"].astype(int)].tolist()
    assert log["value"].sum() == run.final("exposures")
    by_day = log.groupby("time").size()
    new = run.series[run.series["variable"] == "new"].set_index("time")["value"]
    assert by_day.tolist() == new.tolist()


def test_events_call_people_what_the_source_called_them(tmp_path):
    file = tmp_path / "friends.csv"
    file.write_text("from,to\nAna,Bo\nBo,Cy\n", encoding="utf-8")
    log = cascade.simulate(Network.from_csv(file), initial=[1], p=1.0, rng=1).events
    assert log["customer"].unique().tolist() == ["Bo"]
    assert log["by"].tolist() == ["Bo", "Ana", "Cy"]


def test_events_of_people_whose_names_are_pairs_can_be_read():
    networkx = pytest.importorskip("networkx")
    grid = Network.from_networkx(networkx.grid_2d_graph(2, 2))
    log = cascade.simulate(grid, initial=[0], p=1.0, rng=1).events
    assert len(log) == 4


def test_a_run_tells_where_it_comes_from():
    run = cascade.simulate(PATH, initial=[0], p=0.5, rng=1, replicate=3)
    assert run.model == "cascade"
    assert dict(run.params) == {"initial": [0], "p": 0.5, "replicate": 3}
    assert run.network == PATH.fingerprint
    assert run.events["source"].unique().tolist() == [f"cascade {run.key:016x}/3"]


def test_replicates_are_different_histories():
    totals = {
        cascade.simulate(PATH, initial=[0], p=0.5, rng=1, replicate=r).final("total")
        for r in range(40)
    }
    assert totals == {1, 2, 3, 4, 5}


# --- promises, and other packages ---------------------------------------------------------


@pytest.mark.parametrize("name", SMALL)
@pytest.mark.parametrize("p", [0.0, 0.6, 1.0, {0: 0.9, 2: 0.3}])
def test_keeps_the_promises_of_every_model(name, p):
    check_model(cascade.simulate, {"network": SMALL[name], "initial": [0, 2], "p": p})


def peers(network, p, runs):
    """Yield the reaches of other packages from person 0."""
    cynetdiff = pytest.importorskip("cynetdiff.models")
    from array import array

    starts = array("I", network.start[:-1].tolist())
    model = cynetdiff.IndependentCascadeModel(
        starts, array("I", network.targets.tolist()), activation_prob=p
    )
    model.set_rng(1)
    model.set_seeds({0})
    for _ in range(runs):
        model.reset_model()
        model.advance_until_completion()
        yield model.get_num_activated_nodes()


@BOTH
@pytest.mark.parametrize("p", [0.05, 0.15, 0.4])
def test_agrees_with_cynetdiff_on_a_small_network(p, paired):
    net = Network.preferential(60, 2, rng=1)
    ours = cascade.reach(net, initial=[0], p=p, runs=4000, rng=1, paired=paired)
    theirs = np.fromiter(peers(net, p, 4000), float)
    error = np.sqrt(ours.var() / 4000 + theirs.var() / 4000)
    assert abs(ours.mean() - theirs.mean()) < 4 * error


# --- messages --------------------------------------------------------------------------------

WRONG_P = [
    (1.2, "p must be a probability in [0, 1], got 1.2"),
    (-0.1, "p must be a probability in [0, 1], got -0.1"),
    (float("nan"), "p must be a probability in [0, 1], got nan"),
    (True, "p must be a probability in [0, 1], got True"),
    ("a", "p must be a probability in [0, 1], got 'a'"),
    (None, "p must be a probability in [0, 1], got None"),
    ({0: 0.5, 2: 1.2}, "p from round 2 must be a probability in [0, 1], got 1.2"),
    ([0.1] * 7 + [1.5], "p must be a probability in [0, 1], got 1.5 for arc 7"),
    ([0.1] * 7 + [float("nan")], "p must be a probability in [0, 1], got nan for arc 7"),
    (
        [0.5] * 3,
        "p must be one probability, one for each of the 8 arcs, "
        "or a mapping of round to probability, got shape (3,)",
    ),
    (
        np.full((8, 1), 0.5),
        "p must be one probability, one for each of the 8 arcs, "
        "or a mapping of round to probability, got shape (8, 1)",
    ),
]
WRONG_INITIAL = [
    ([9], "initial must be people 0..4 of this network, got [9]"),
    ([-1, 2, 5], "initial must be people 0..4 of this network, got [-1, 5]"),
    ({1: [7]}, "initial must be people 0..4 of this network, got [7]"),
    (
        [0.5],
        "initial must be people 0..4 of this network, as whole numbers in one list, got [0.5]",
    ),
    ("Ana", "initial must be people 0..4 of this network, as whole numbers in one list, got 'Ana'"),
]


def exactly(sentence):
    return f"^{re.escape(sentence)}$"


def calls(**changes):
    """Return the three public functions with one thing changed, as calls without arguments."""
    args = {"initial": [0], "p": 0.5} | changes
    alone = args | {"initial": 0} if "initial" not in changes else args
    return [
        lambda: cascade.simulate(PATH, **args),
        lambda: cascade.reach(PATH, runs=1, **args),
        lambda: cascade.reach(PATH, runs=1, paired=True, **args),
        *([lambda: cascade.expected_on_tree(PATH, **alone)] if "p" in changes else []),
    ]


@pytest.mark.parametrize(("p", "sentence"), WRONG_P)
def test_says_what_p_must_be(p, sentence):
    for call in calls(p=p):
        with pytest.raises(ValueError, match=exactly(sentence)):
            call()


@pytest.mark.parametrize(("initial", "sentence"), WRONG_INITIAL)
def test_says_what_initial_must_be(initial, sentence):
    for call in calls(initial=initial):
        with pytest.raises(ValueError, match=exactly(sentence)):
            call()


@pytest.mark.parametrize("p", [["a"] * 8, [[0.5], [0.2, 0.1]]])
def test_p_that_is_no_list_of_numbers_is_named(p):
    with pytest.raises(ValueError, match="p must be"):
        cascade.reach(PATH, initial=[0], p=p, runs=1)


def test_initial_that_is_no_list_is_named():
    with pytest.raises(ValueError, match="initial must be people"):
        cascade.reach(PATH, initial=[[0], [1, 2]], p=0.5, runs=1)


@pytest.mark.parametrize(
    ("name", "t"),
    [(name, t) for name in ("initial", "p") for t in (-1, 0.5, "a")]
    + [("initial", 3_000_000_000), ("p", 10**13)],
)
def test_a_round_that_cannot_be_is_named(name, t):
    """Also one so late that its history would fill the memory."""
    changes = {"initial": {t: [0]}} if name == "initial" else {"p": {t: 0.5}}
    sentence = rf"^{name}'s round must be a whole number .*0.*, got {t!r}$"
    with pytest.raises(ValueError, match=sentence):
        cascade.simulate(PATH, **({"initial": [0], "p": 0.5} | changes))


@pytest.mark.parametrize("name", ["runs", "threads"])
@pytest.mark.parametrize("value", [-1, 0, 1.5, True, "3"])
def test_says_what_runs_and_threads_must_be(name, value):
    sentence = f"{name} must be a whole number of at least 1, got {value!r}"
    with pytest.raises(ValueError, match=exactly(sentence)):
        cascade.reach(PATH, initial=[0], p=0.5, **({"runs": 1} | {name: value}))


@pytest.mark.parametrize("step", ["-1D", "0D", "nonsense", None, 1])
def test_says_what_a_step_must_be(step):
    """A step of no length (1 is a nanosecond) would put all rounds at one time."""
    with pytest.raises(ValueError, match="step must be"):
        cascade.simulate(PATH, initial=[0], p=1.0, step=step)


@pytest.mark.parametrize("p", [1.2, -0.1, float("nan"), None, "a", True, {0: 0.5}, [0.5, 0.5]])
def test_says_what_one_chance_for_all_must_be(p):
    weighted = Network.from_edges([(0, 1)], weights=[2])
    sentence = exactly(f"p must be a probability in [0, 1], got {p!r}")
    with pytest.raises(ValueError, match=sentence):
        cascade.reach_from_each(PATH, p=p)
    with pytest.raises(ValueError, match=sentence):
        cascade.chance_by_weight(weighted, p=p)


def test_says_that_reach_from_each_needs_links_both_ways():
    sentence = (
        "network must be undirected for reach_from_each, got a directed one: "
        "use reach(network, initial=[person], ...) for each starter"
    )
    for net in (SMALL["directed"], PATH.with_hub(2)):
        with pytest.raises(ValueError, match=exactly(sentence)):
            cascade.reach_from_each(net, p=0.5)


@pytest.mark.parametrize("replicate", [-1, 1.0, True, 2**64])
def test_says_what_a_replicate_of_reach_from_each_must_be(replicate):
    with pytest.raises(ValueError, match=r"^replicate must be a whole number in \[0, .*\], got "):
        cascade.reach_from_each(PATH, p=0.5, replicate=replicate)


def test_says_that_chances_by_weight_need_weights():
    sentence = "network must have weights for chance_by_weight, got one without: give p itself"
    with pytest.raises(ValueError, match=exactly(sentence)):
        cascade.chance_by_weight(PATH, p=0.5)


@BOTH
@pytest.mark.parametrize("p", [0.5, {0: 0.5}])
def test_more_runs_than_memory_holds_are_refused_at_once(paired, p):
    sentence = (
        r"^runs must fit in memory, got a need of 8,000,000\.0 GB where .* GB are free: "
        r"ask for fewer runs, fewer threads or a smaller network$"
    )
    with pytest.raises(ValueError, match=sentence):
        cascade.reach(PATH, initial=[0], p=p, runs=10**15, paired=paired)


def test_each_thread_needs_room_for_its_notes(monkeypatch):
    net = Network.from_edges([], n=1000)
    args = {"initial": [], "p": 0.5, "runs": 8}
    memory = SimpleNamespace(available=30_000)
    monkeypatch.setattr(_checks.psutil, "virtual_memory", lambda: memory)
    assert cascade.reach(net, **args, threads=2).tolist() == [0] * 8
    with pytest.raises(ValueError, match=r"^runs must fit in memory"):
        cascade.reach(net, **args, threads=3)


@pytest.mark.parametrize("name", ["simulate", "reach_from_each"])
def test_one_history_too_needs_room_for_its_notes(monkeypatch, name):
    monkeypatch.setattr(_checks.psutil, "virtual_memory", lambda: SimpleNamespace(available=9))
    args = {"p": 0.5} | ({"initial": [0]} if name == "simulate" else {})
    with pytest.raises(ValueError, match=r"^network must fit in memory"):
        getattr(cascade, name)(PATH, **args)
