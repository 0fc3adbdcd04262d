"""Generators: published laws, networkx as a peer, and what cannot be drawn."""

import math
from collections import Counter
from itertools import combinations

import networkx as nx
import numpy as np
import plain
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from cemlab import _generators, _luck
from cemlab.network import Network

patiently = settings(deadline=None, max_examples=30, derandomize=True)
KEY = np.uint64(2009)
LUCK = st.integers(0, 2**32)
DRAWS = {
    "random": lambda rng: Network.random(200, 6, rng=rng),
    "small_world": lambda rng: Network.small_world(200, 6, 0.3, rng=rng),
    "configuration": lambda rng: Network.configuration([5] * 200, rng=rng),
    "blocks": lambda rng: Network.blocks([120, 80], 6, 0.2, rng=rng),
    "preferential": lambda rng: Network.preferential(200, 3, rng=rng),
}
EVERY = pytest.mark.parametrize("draw", DRAWS.values(), ids=DRAWS)


def ties(net):
    """Return the set of ties (u, v), u < v."""
    return {(int(u), int(v)) for u, v in zip(net.sources, net.targets, strict=True) if u < v}


def as_networkx(net):
    graph = nx.Graph(ties(net))
    graph.add_nodes_from(range(net.n))
    return graph


def assert_share(found, chance, trials):
    """Compare a share with its exact chance within 4 standard errors."""
    error = math.sqrt(chance * (1 - chance) / trials)
    assert found == pytest.approx(chance, abs=4 * error + 1e-12)


def refusal(build, *args, **kwargs):
    with pytest.raises(ValueError, match="must") as caught:
        build(*args, **kwargs)
    assert "\n" not in str(caught.value)
    return str(caught.value)


# --- all of them ---------------------------------------------------------------------


@EVERY
def test_the_same_integer_draws_the_same_network(draw):
    one, same, other = (draw(rng).fingerprint for rng in (1, 1, 2))
    assert one == same != other


@EVERY
def test_one_key_is_drawn_from_a_generator(draw):
    rng, single = np.random.default_rng(1), np.random.default_rng(1)
    draw(rng)
    _luck.key(single)
    assert rng.bit_generator.state == single.bit_generator.state


@EVERY
def test_ties_go_both_ways_and_people_are_called_by_their_numbers(draw):
    net = draw(1)
    arcs = set(zip(net.sources.tolist(), net.targets.tolist(), strict=True))
    assert arcs == {(v, u) for u, v in arcs}
    assert not any(u == v for u, v in arcs)
    assert (net.directed, net.weights, net.labels) == (False, None, range(200))


def small(name):
    """Return the arguments of a kernel's small call; arrays it fills stand last."""
    u, v = np.zeros(40, np.int32), np.zeros(40, np.int32)
    groups, bounds = np.array([[0, 0], [0, 1]]), np.array([[0, 3], [3, 6]])
    cumulative = np.array([0, 1, 1, 3, 3.5, 4, 4])
    return {
        "_random": (12, 0.3, KEY, u, v),
        "small_world": (9, 2, 0.6, KEY),
        "shuffled_stubs": (np.array([3, 0, 2, 5]), KEY),
        "_blocks": (np.array([20, 15]), groups, bounds, cumulative, KEY, u, v),
        "preferential": (30, 2, KEY),
    }[name]


@pytest.mark.parametrize(
    "name", ["_random", "small_world", "shuffled_stubs", "_blocks", "preferential"]
)
def test_compiled_and_plain_python_draw_the_same_ties(name, monkeypatch):
    monkeypatch.setattr(plain, "MODULES", [*plain.MODULES, _generators])
    args, again = small(name), small(name)
    found = getattr(_generators, name)(*args)
    slowly = plain.plainly(_generators, name, *again)
    for one, other in zip((found, *args), (slowly, *again), strict=True):
        for a, b in zip(np.atleast_2d(one), np.atleast_2d(other), strict=True):
            assert_array_equal(a, b)


# --- random --------------------------------------------------------------------------


def test_every_pair_is_tied_with_the_same_chance():
    runs, n, mean = 4000, 5, 1.2
    count = Counter(tie for rng in range(runs) for tie in ties(Network.random(n, mean, rng=rng)))
    for pair in combinations(range(n), 2):
        assert_share(count[pair] / runs, mean / (n - 1), runs)


def test_ties_of_two_pairs_are_independent():
    runs = 4000
    both = sum({(0, 1), (0, 2)} <= ties(Network.random(4, 1.5, rng=rng)) for rng in range(runs))
    assert_share(both / runs, 0.25, runs)


def test_degrees_of_a_random_network_are_binomial():
    n, mean = 50_000, 4.0
    degrees = Network.random(n, mean, rng=1).degrees
    for k in (0, 2, 4, 9):
        p = mean / (n - 1)
        chance = math.comb(n - 1, k) * p**k * (1 - p) ** (n - 1 - k)
        assert_share(np.mean(degrees == k), chance, n)


def test_the_giant_component_of_a_random_network_has_the_share_of_theory():
    # S = 1 - exp(-c S) (Erdos & Renyi 1960); for c = 2: .7968. Its variance: Stepanov 1970.
    n, c, share = 50_000, 2.0, 0.796812
    found = Network.random(n, c, rng=3).summary()["largest_share"]
    variance = share * (1 - share) / (1 - c * (1 - share)) ** 2
    assert found == pytest.approx(share, abs=4 * math.sqrt(variance / n))


@pytest.mark.parametrize(("n", "mean"), [(0, 0), (1, 0), (2, 0), (7, 0.0), (2, 1), (7, 6)])
def test_nobody_tied_and_everybody_tied(n, mean):
    net = Network.random(n, mean, rng=1)
    assert (net.n, net.targets.size, net.duplicates) == (n, n * mean, 0)


# --- small worlds ----------------------------------------------------------------------


@pytest.mark.parametrize(("n", "k"), [(1, 0), (3, 2), (10, 4), (11, 10)])
def test_without_rewiring_it_is_the_ring_of_networkx(n, k):
    assert ties(Network.small_world(n, k, 0.0)) == {
        tuple(sorted(tie)) for tie in nx.watts_strogatz_graph(n, k, 0).edges
    }


@patiently
@given(st.integers(1, 12), st.integers(0, 5), st.floats(0, 1), LUCK)
def test_rewiring_keeps_the_number_of_ties_and_makes_no_doubles(n, half, rewire, rng):
    k = 2 * min(half, (n - 1) // 2)
    net = Network.small_world(n, k, rewire, rng=rng)
    assert (net.targets.size, net.self_loops, net.duplicates) == (n * k, 0, 0)
    assert n * k == 0 or net.degrees.min() >= k // 2


def test_more_rewiring_moves_the_same_ties_and_more():
    ring, some, more = (ties(Network.small_world(2000, 4, p, rng=1)) for p in (0, 0.1, 0.3))
    assert len(ring & some) > len(ring & more)
    stayed = len(ring & more - some)  # only by being chosen again as a new tie
    assert stayed <= 5


def test_the_share_of_moved_ties_is_the_chance():
    n, k, p = 20_000, 6, 0.25
    ring, net = (ties(Network.small_world(n, k, rewire, rng=1)) for rewire in (0, p))
    assert_share(1 - len(ring & net) / len(ring), p, len(ring))


def test_clustering_falls_with_rewiring_as_published():
    # C(p) = C(0) (1 - p)^3, C(0) = 3 (k - 2) / (4 (k - 1)): Barrat & Weigt 2000, up to 1/n.
    n, k = 20_000, 10
    for p in (0.0, 0.1, 0.3):
        found = Network.small_world(n, k, p, rng=1).summary(sample=n)["clustering"]
        expected = 3 * (k - 2) / (4 * (k - 1)) * (1 - p) ** 3
        assert found == pytest.approx(expected, abs=0.01)


def test_new_ends_are_all_alike():
    runs = 6000
    count = Counter()
    for rng in range(runs):
        u, v = _generators.small_world(6, 1, 1.0, np.uint64(_luck.key(rng)))
        count[int(v[0])] += 1  # person 0 is tied to 1 and 5 when the first tie moves
        assert u[0] == 0
    assert set(count) == {2, 3, 4}
    for person in (2, 3, 4):
        assert_share(count[person] / runs, 1 / 3, runs)


# --- given degrees ---------------------------------------------------------------------


def test_stubs_are_matched_all_alike():
    # Four ends a, a, b, c: a's two meet with chance 1/3, else a is tied to both.
    runs = 6000
    loops = sum(Network.configuration([2, 1, 1], rng=rng).self_loops for rng in range(runs))
    assert_share(loops / runs, 1 / 3, runs)


@patiently
@given(st.lists(st.integers(0, 4), max_size=12), LUCK)
def test_nobody_has_more_ties_than_asked_for_and_what_is_dropped_is_counted(degrees, rng):
    degrees = [*degrees, sum(degrees) % 2]
    net = Network.configuration(degrees, rng=rng)
    assert (net.degrees <= degrees).all()
    assert net.degrees.sum() + 2 * (net.self_loops + net.duplicates) == sum(degrees)


def test_degrees_and_what_is_dropped_are_those_of_networkx():
    luck = np.random.default_rng(1)
    degrees = luck.integers(0, 20, 400)
    degrees[0] += degrees.sum() % 2
    ours = [Network.configuration(degrees, rng=rng) for rng in range(30)]
    theirs = [nx.configuration_model(degrees.tolist(), seed=rng) for rng in range(30)]
    loops = [[net.self_loops for net in ours], [nx.number_of_selfloops(g) for g in theirs]]
    simple = [[net.targets.size / 2 for net in ours]]
    simple.append([nx.Graph(g).number_of_edges() - nx.number_of_selfloops(g) for g in theirs])
    for one, other in (loops, simple):
        error = math.sqrt((np.var(one) + np.var(other)) / 30)
        assert np.mean(one) == pytest.approx(np.mean(other), abs=4 * error)


def test_expected_loops_are_those_of_theory():
    # (<k^2> - <k>) / (2 <k>) loops (Newman, Networks, 13.2), nearly Poisson: 9 ties each, 4.
    found = [Network.configuration([9] * 1000, rng=rng).self_loops for rng in range(200)]
    assert np.mean(found) == pytest.approx(4, abs=4 * 2 / math.sqrt(200))


@pytest.mark.parametrize("degrees", [[], [0, 0], np.zeros(3, np.uint8)])
def test_people_without_ends_have_no_ties(degrees):
    net = Network.configuration(degrees)
    assert (net.n, net.targets.size) == (len(degrees), 0)


# --- communities -------------------------------------------------------------------------


def shares(net, sizes):
    """Return the share of all arcs between each two communities."""
    of = np.repeat(np.arange(len(sizes)), sizes)
    found = np.zeros((len(sizes), len(sizes)))
    np.add.at(found, (of[net.sources], of[net.targets]), 1)
    return found / net.targets.size


@pytest.mark.parametrize("mixing", [0.0, 0.3, 1.0])
def test_ties_are_shared_out_among_communities_as_asked(mixing):
    sizes = np.array([20_000, 5_000, 15_000])
    net = Network.blocks(sizes, 5, mixing, rng=1)
    w = sizes / sizes.sum()
    expected = (1 - mixing) * np.diag(w) + mixing * np.outer(w, w)
    found = shares(net, sizes)
    for r, s in np.ndindex(3, 3):
        assert_share(found[r, s], expected[r, s], net.targets.size / 2)


def test_a_table_says_how_likely_two_people_are_tied():
    sizes, table = np.array([10_000, 20_000]), np.array([[4.0, 1.0], [1.0, 2.0]])
    found = shares(Network.blocks(sizes, 5, table, rng=1), sizes)
    expected = table * np.outer(sizes, sizes)
    expected /= expected.sum()
    for r, s in np.ndindex(2, 2):
        assert_share(found[r, s], expected[r, s], 75_000)


@pytest.mark.parametrize("mixing", [0.4, [[1, 0.2], [0.2, 1]]])
def test_the_mean_degree_is_as_asked(mixing):
    n, mean = 40_000, 6.0
    net = Network.blocks([n // 2] * 2, mean, mixing, rng=1)
    drawn = net.targets.size / 2 + net.self_loops + net.duplicates
    assert drawn == pytest.approx(n * mean / 2, abs=4 * math.sqrt(n * mean / 2))


def test_people_have_ties_in_proportion_to_their_activity():
    n, mean = 30_000, 4.0
    activity = np.tile([0.0, 1.0, 2.0], n // 3)
    net = Network.blocks([n // 2] * 2, mean, 0.5, activity=activity, rng=1)
    for level in (0, 1, 2):
        found = net.degrees[activity == level]
        error = math.sqrt(level * mean / found.size)
        assert found.mean() == pytest.approx(level * mean, abs=4 * error + 0.01)


def test_without_mixing_nobody_knows_another_community():
    net = Network.blocks([30, 0, 70], 5, 0, activity=np.arange(100), rng=1)
    assert ((net.sources < 30) == (net.targets < 30)).all()
    assert net.degrees[0] == 0


@pytest.mark.parametrize("sizes", [[], [0], [3], [0, 4]])
def test_communities_may_be_small_or_empty(sizes):
    assert Network.blocks(sizes, 0, 0.5).targets.size == 0


# --- what cannot be drawn ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (lambda: Network.random(-1, 0), "n must be a whole number in [0, 2147483647], got -1"),
        (lambda: Network.random(5, 4.5), "mean_degree must be a finite number in [0, 4], got 4.5"),
        (lambda: Network.random(0, 1), "mean_degree must be a finite number in [0, 0], got 1"),
        (lambda: Network.small_world(0, 0, 0), "n must be a whole number in [1, 2147483647], got 0"),
        (lambda: Network.small_world(9, 3, 0), "k must be an even number, got 3"),
        (lambda: Network.small_world(9, 10, 0), "k must be a whole number in [0, 8], got 10"),
        (lambda: Network.small_world(9, 4, 2), "rewire must be a probability in [0, 1], got 2"),
        (lambda: Network.configuration([1, 2]), "degrees' sum must be an even number, got 3"),
        (lambda: Network.configuration([2, -2]), "degrees must be whole numbers in [0, 2147483647], got -2 in place 1"),
        (lambda: Network.configuration([1.0]), "degrees must be whole numbers of at least 0 in one list, got [1.0]"),
        (lambda: Network.configuration(2), "degrees must be whole numbers of at least 0 in one list, got 2"),
        (lambda: Network.configuration([[1], [1, 2]]), "degrees must be whole numbers of at least 0 in one list, got [[1], [1, 2]]"),
        (lambda: Network.blocks([2**31 - 1, 1], 1, 0), "sizes must have a sum of at most 2147483647, got 2147483648"),
        (lambda: Network.blocks("ab", 1, 0), "sizes must be whole numbers of at least 0 in one list, got 'ab'"),
        (lambda: Network.blocks([5], 5, 0), "mean_degree must be a finite number in [0, 4], got 5"),
        (lambda: Network.blocks([5, 5], 2, 1.5), "mixing must be a probability in [0, 1], got 1.5"),
        (lambda: Network.blocks([5, 5], 2, [1, 1]), "mixing must be one number for two communities, shape (2, 2), got [1, 1]"),
        (lambda: Network.blocks([5, 5], 2, [[1, 2], [3, 1]]), "mixing must be the same both ways, got 2.0 from 0 to 1 and 3.0 back"),
        (lambda: Network.blocks([5, 5], 2, [[1, -2], [-2, 1]]), "mixing must be finite and at least 0, got -2.0"),
        (lambda: Network.blocks([5, 5], 2, [[0, 0], [0, 0]]), "mixing must leave somebody to be tied, got nothing above 0"),
        (lambda: Network.blocks([2], 1, 0, activity=[1]), "activity must be one number for a person, shape (2,), got [1]"),
        (lambda: Network.blocks([2], 1, 0, activity=["a", 1]), "activity must be one number for a person, shape (2,), got ['a', 1]"),
        (lambda: Network.blocks([2], 1, 0, activity=[1, math.nan]), "activity must be finite and at least 0, got nan"),
        (lambda: Network.blocks([2], 1, 0, activity=[0, 0]), "activity must leave somebody to be tied, got nothing above 0"),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_is_named(build, said):
    assert refusal(build) == said


def test_a_refused_request_leaves_a_generator_where_it_was():
    rng = np.random.default_rng(1)
    refusal(Network.small_world, 9, 3, 0.5, rng=rng)
    refusal(Network.blocks, [5], 2, 7, rng=rng)
    assert rng.bit_generator.state == np.random.default_rng(1).bit_generator.state


def test_huge_communities_are_refused_before_anything_is_allocated():
    with pytest.raises(ValueError, match=r"^sizes must fit in memory"):
        Network.blocks([2 * 10**9], 10, 0.0)
