"""Measures of networks: published critical chances, and networkx on small graphs."""

import math
import re

import networkx as nx
import numpy as np
import pandas as pd
import plain
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from cemlab import _measures
from cemlab._measures import critical_chance
from cemlab.network import Network

patiently = settings(deadline=None, max_examples=30, derandomize=True)
NAMES = [
    "people", "arcs", "mean_degree", "median_degree", "max_degree", "second_moment", "clustering",
    "components", "largest_share", "critical_chance",
]  # fmt: skip


@st.composite
def networks(draw, most=12):
    n = draw(st.integers(1, most))
    person = st.integers(0, n - 1)
    ties = draw(st.lists(st.tuples(person, person), max_size=40))
    return Network.from_edges(ties, n=n, directed=draw(st.booleans()))


def as_networkx(net):
    graph = (nx.DiGraph if net.directed else nx.Graph)()
    graph.add_nodes_from(range(net.n))
    graph.add_edges_from(zip(net.sources.tolist(), net.targets.tolist(), strict=True))
    return graph


# --- critical chance -------------------------------------------------------------------


@pytest.mark.parametrize("c", [0.5, 2.0, 7.5])
def test_poisson_degrees_have_one_over_their_mean(c):
    k = np.arange(100)
    shares = np.exp(-c + k * math.log(c) - np.array([math.lgamma(i + 1) for i in k]))
    assert critical_chance(k, weights=shares) == pytest.approx(1 / c, rel=1e-12)


@pytest.mark.parametrize("d", [2, 3, 10])
def test_people_with_d_ties_each_have_one_over_d_minus_one(d):
    assert critical_chance([d] * 7) == 1 / (d - 1)


@pytest.mark.parametrize(
    ("exponent", "cut", "most", "published"),
    [(2.5, math.inf, 100, 0.149157), (2.0, 20, 2000, 0.183251), (2.0, 5, 2000, 0.607989)],
)
def test_power_laws_have_the_published_chance(exponent, cut, most, published):
    k = np.arange(1, most + 1)
    assert critical_chance(k, weights=k**-exponent * np.exp(-k / cut)) == pytest.approx(
        published, abs=5e-7
    )


def test_a_power_law_has_the_published_moments():
    k = np.arange(1, 101)
    share = k**-2.5 / (k**-2.5).sum()
    assert (k * share).sum() == pytest.approx(1.79954, abs=5e-6)
    assert (k**2 * share).sum() == pytest.approx(13.8643, abs=5e-5)


def test_weights_count_people():
    assert critical_chance([1, 2, 5], weights=[3, 2, 1]) == critical_chance([1, 1, 1, 2, 2, 5])


def test_a_directed_network_takes_who_hears_and_is_heard_together():
    # <k> / <jk>: three people, (heard by, hears) = (2, 0), (1, 2), (0, 1).
    assert critical_chance([2, 1, 0], hears=[0, 2, 1]) == 1.5


@pytest.mark.parametrize("degrees", [[0], [1, 1], [0, 1, 1]])
def test_where_nobody_passes_on_to_a_second_person_no_chance_is_enough(degrees):
    assert critical_chance(degrees) == math.inf


def test_where_nobody_is_there_is_no_chance():
    assert math.isnan(critical_chance([]))
    assert math.isnan(critical_chance([3, 4], weights=[0, 0]))


def test_above_the_critical_chance_a_large_component_opens():
    # Newman 2002: keep each tie of a random network (mean 4) with a chance below or above 1/4.
    net = Network.random(30_000, 4, rng=1)
    chance = net.summary()["critical_chance"]
    for factor, low, high in ((0.7, 0, 0.01), (1.6, 0.3, 1)):
        kept = Network.random(30_000, 4 * chance * factor, rng=2).summary()["largest_share"]
        assert low < kept < high


@pytest.mark.parametrize(
    ("args", "options", "said"),
    [
        (([[1]],), {}, "degrees must be numbers in one list, got [[1]]"),
        ((["a"],), {}, "degrees must be numbers in one list, got ['a']"),
        (([1, -1],), {}, "degrees must be finite and at least 0, got -1.0"),
        (([1, math.nan],), {}, "degrees must be finite and at least 0, got nan"),
        (([1, 2],), {"weights": [1]}, "weights must be one number a degree, shape (2,), got [1]"),
        (([1, 2],), {"hears": [1, 2, 3]}, "hears must be one number a degree, shape (2,), got [1, 2, 3]"),
    ],
)  # fmt: skip
def test_says_what_was_wrong(args, options, said):
    with pytest.raises(ValueError, match=f"^{re.escape(said)}$"):
        critical_chance(*args, **options)


# --- the summary -----------------------------------------------------------------------


@patiently
@given(networks())
def test_the_summary_agrees_with_networkx(net):
    graph, found = as_networkx(net), net.summary()
    loose = nx.Graph(graph)
    degrees = [degree for _, degree in (graph.out_degree if net.directed else graph.degree)]
    assert found["mean_degree"] == pytest.approx(np.mean(degrees))
    assert found["median_degree"] == np.median(degrees)
    assert found["max_degree"] == max(degrees)
    assert found["second_moment"] == pytest.approx(np.mean(np.square(degrees)))
    assert found["components"] == nx.number_connected_components(loose)
    assert found["largest_share"] == max(map(len, nx.connected_components(loose))) / net.n
    closed = []
    for person in graph:
        near = list(graph.successors(person) if net.directed else graph.neighbors(person))
        pairs = [(a, b) for a in near for b in near if a != b]
        closed.append(np.mean([graph.has_edge(*pair) for pair in pairs]) if pairs else 0.0)
    assert found["clustering"] == pytest.approx(np.mean(closed))
    if not net.directed:
        assert found["clustering"] == pytest.approx(nx.average_clustering(graph))


def test_the_summary_is_ten_floats_even_of_nobody():
    for net in (Network.from_edges([(0, 1), (1, 2)]), Network.from_edges([])):
        found = net.summary()
        assert (list(found.index), found.dtype) == (NAMES, np.float64)
    assert found[["people", "arcs", "components"]].tolist() == [0, 0, 0]
    assert found.drop(["people", "arcs", "components"]).isna().all()


def test_people_without_ties_are_components():
    found = Network.from_edges([(0, 1)], n=5).summary()
    assert (found["components"], found["largest_share"]) == (4, 0.4)
    assert found["critical_chance"] == math.inf


def test_a_sample_is_chosen_by_rng_and_always_the_same_without():
    net = Network.small_world(3000, 6, 0.2, rng=1)
    default, again, other = (
        net.summary(sample=50),
        net.summary(sample=50),
        net.summary(sample=50, rng=1),
    )
    pd.testing.assert_series_equal(default, again)
    assert default["clustering"] != other["clustering"]
    everybody = net.summary(sample=3000)["clustering"]
    each = _measures.clustering(net.start, net.targets, np.arange(net.n))
    assert everybody == each.mean()
    assert net.summary()["clustering"] == pytest.approx(everybody, abs=4 * each.std() / 1000**0.5)


@pytest.mark.parametrize("sample", [0, 1.5, True])
def test_a_sample_is_somebody(sample):
    said = f"sample must be a whole number of at least 1, got {sample!r}"
    with pytest.raises(ValueError, match=f"^{re.escape(said)}$"):
        Network.from_edges([(0, 1)]).summary(sample=sample)


@patiently
@given(networks())
def test_compiled_and_plain_python_measure_the_same(net):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plain, "MODULES", [_measures])
        people, marks = np.arange(net.n), np.full(net.n, -1, np.int32)
        for name, args, out in (
            ("_clustering", (net.start, net.targets, people, marks), np.zeros(net.n)),
            ("_join", (net.start, net.targets), np.arange(net.n, dtype=np.int32)),
        ):
            (_, one), (_, other) = plain.both_ways(_measures, name, args, [out])
            assert_array_equal(one, other)
