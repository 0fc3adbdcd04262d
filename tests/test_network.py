"""Networks: the same people and ties as in the source, checked against networkx."""

import math
import pickle
from types import SimpleNamespace

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from cemlab import _arcs
from cemlab.network import Network

steadily = settings(deadline=None, derandomize=True)

PAIRS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=30)
PATH = [(0, 1), (1, 2)]


def arcs(net):
    """Return {(speaker, listener): weight}, people by their labels."""
    ends = [(net.labels[u], net.labels[v]) for u, v in zip(net.sources, net.targets, strict=True)]
    assert len(set(ends)) == len(ends)
    return dict(zip(ends, [None] * len(ends) if net.weights is None else net.weights, strict=True))


def refusal(build, *args, **kwargs):
    with pytest.raises(ValueError, match=r"must|needs") as caught:
        build(*args, **kwargs)
    assert "\n" not in str(caught.value)
    return str(caught.value)


# --- from pairs ----------------------------------------------------------------------


@pytest.mark.parametrize("kind", [nx.Graph, nx.DiGraph])
@steadily
@given(PAIRS)
def test_degrees_and_ties_are_those_of_networkx(kind, pairs):
    graph = kind(pairs)
    graph.add_nodes_from(range(10))
    graph.remove_edges_from(list(nx.selfloop_edges(graph)))
    net = Network.from_edges(pairs, n=10, directed=kind is nx.DiGraph)
    assert set(arcs(net)) == set(graph.to_directed().edges)
    listeners = graph.out_degree if kind is nx.DiGraph else graph.degree
    assert net.degrees.tolist() == [listeners[person] for person in range(10)]


@steadily
@given(PAIRS)
def test_no_tie_of_the_source_is_lost_uncounted(pairs):
    net = Network.from_edges(pairs)
    assert net.self_loops == sum(u == v for u, v in pairs)
    assert len(pairs) == net.self_loops + net.duplicates + net.targets.size // 2


def test_a_tie_told_from_both_ends_is_one_unless_directed():
    both = [(0, 1), (1, 0)]
    undirected, directed = (Network.from_edges(both, directed=d) for d in (False, True))
    assert (undirected.duplicates, set(arcs(undirected))) == (1, {(0, 1), (1, 0)})
    assert (directed.duplicates, set(arcs(directed))) == (0, {(0, 1), (1, 0)})


def test_in_a_directed_network_only_the_second_hears_the_first():
    assert set(arcs(Network.from_edges([(0, 1), (0, 1)], directed=True))) == {(0, 1)}


def test_merged_weights_add_up():
    pairs, weights = [(0, 1), (1, 0), (1, 2), (2, 2)], [1.5, 2.0, 4.0, 9.0]
    assert arcs(Network.from_edges(pairs, weights=weights)) == {
        (0, 1): 3.5, (1, 0): 3.5, (1, 2): 4.0, (2, 1): 4.0,
    }  # fmt: skip
    assert arcs(Network.from_edges(pairs, weights=weights, directed=True)) == {
        (0, 1): 1.5, (1, 0): 2.0, (1, 2): 4.0,
    }  # fmt: skip


def test_people_without_ties_are_people():
    net = Network.from_edges([(0, 1)], n=5)
    assert (net.n, net.degrees.tolist(), list(net.labels)) == (5, [1, 1, 0, 0, 0], list(range(5)))


@pytest.mark.parametrize("n", [None, 0])
def test_nobody_is_a_network_too(n):
    net = Network.from_edges([], n=n)
    assert (net.n, net.degrees.size, net.targets.size, net.start.tolist()) == (0, 0, 0, [0])


def test_arrays_have_the_promised_types():
    net = Network.from_edges(PATH, weights=[1, 2])
    found = [a.dtype for a in (net.start, net.targets, net.weights, net.sources, net.degrees)]
    assert found == [np.int64, np.int32, np.float64, np.int32, np.int64]


@pytest.mark.parametrize("name", ["start", "targets", "weights", "sources"])
def test_the_arrays_of_a_network_cannot_be_changed(name):
    net = Network.from_edges(PATH, weights=[1, 2])
    with pytest.raises(ValueError, match="read-only"):
        getattr(net, name)[0] = 1


def test_the_callers_arrays_stay_free():
    edges, weights = np.array(PATH), np.array([1.0, 2.0])
    Network.from_edges(edges, weights=weights)
    edges[0, 0], weights[0] = 2, 5.0
    assert (edges[0, 0], weights[0]) == (2, 5.0)


@pytest.mark.parametrize(
    ("edges", "options", "parts"),
    [
        ([(0, 1), (-1, 2)], {}, ("numbered from 0", "[-1, 2] in row 1")),
        ([(0.0, 1.0)], {}, ("whole numbers", "float64", "0.0")),
        ([(0, 1.5)], {}, ("whole numbers", "float64")),
        ([("a", "b")], {}, ("whole numbers", "'a'")),
        ([(True, False)], {}, ("whole numbers", "bool")),
        ([(0, 10**20)], {}, ("edges must be",)),
        ([0, 1], {}, ("pairs (u, v)", "shape (2,)")),
        ([(0, 1, 2)], {}, ("pairs (u, v)", "shape (1, 3)")),
        ([(0, 1), (1,)], {}, ("edges must be pairs (u, v)",)),
        (None, {}, ("pairs (u, v)", "shape ()")),
        ([(0, 5)], {"n": 3}, ("people 0..2", "got 5")),
        ([(0, 0)], {"n": 0}, ("got 0",)),
        ([(0, 2**31)], {}, ("people 0..2147483646", "got 2147483648")),
        (np.array([[0, 2**63]], np.uint64), {}, ("edges must", "got 9223372036854775808")),
        ([(0, 1)], {"n": -1}, ("n must be a whole number", "got -1")),
        ([(0, 1)], {"n": 2.0}, ("n must be a whole number", "got 2.0")),
        ([(0, 1)], {"weights": [1, 2]}, ("one number an edge", "(1,), got shape (2,)")),
        ([(0, 1)], {"weights": 1}, ("one number an edge", "got shape ()")),
        (PATH, {"weights": [1, -2]}, ("finite and at least 0", "-2.0 in row 1")),
        (PATH, {"weights": [1, math.nan]}, ("finite and at least 0", "nan in row 1")),
        (PATH, {"weights": [1, math.inf]}, ("finite and at least 0", "inf in row 1")),
        (PATH, {"weights": [1, "much"]}, ("weights must be", "'much'")),
        (PATH, {"weights": [1, 2j]}, ("weights must be", "2j")),
    ],
)
def test_what_is_wrong_with_pairs_is_named(edges, options, parts):
    said = refusal(Network.from_edges, edges, **options)
    assert [part for part in parts if part not in said] == []


@steadily
@given(PAIRS, st.booleans(), st.booleans())
def test_compiled_and_plain_python_lay_the_same_rows(pairs, directed, weighted):
    u, v = (np.array([pair[end] for pair in pairs], np.int32) for end in (0, 1))
    weight = np.arange(1.0, u.size + 1) if weighted else None
    compiled = _arcs.rows(10, u, v, weight, directed=directed)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("_count", "_fill", "_sort", "_sort_run", "_merge"):
            patch.setattr(_arcs, name, getattr(_arcs, name).py_func)
        plain = _arcs.rows(10, u, v, weight, directed=directed)
    for one, other in zip(compiled, plain, strict=True):
        assert_array_equal(one, other)


@pytest.mark.parametrize("directed", [False, True])
@pytest.mark.parametrize("people", [40, 3000])
def test_long_rows_are_sorted_and_merged_as_short_ones(people, directed):
    luck = np.random.default_rng(1)
    others = luck.integers(1, people, 5000)
    pairs, weights = np.column_stack([np.zeros(5000, int), others]), luck.random(5000)
    net = Network.from_edges(pairs, directed=directed, weights=weights)
    expected = np.bincount(others, weights, minlength=people)
    found = {v: weight for (u, v), weight in arcs(net).items() if u == 0}
    assert list(found) == np.flatnonzero(np.bincount(others)).tolist()
    assert found == {v: expected[v] for v in found}


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.int32, np.uint64, ">i8"])
def test_pairs_may_be_of_any_whole_type_and_layout(kind):
    expected = Network.from_edges([(0, 1), (1, 2), (2, 0)]).fingerprint
    edges = np.asfortranarray(np.array([(0, 1), (1, 2), (2, 0)], kind))
    before = edges.copy()
    assert Network.from_edges(edges).fingerprint == expected
    assert_array_equal(edges, before)


@pytest.mark.parametrize(
    ("build", "name"),
    [
        (lambda: Network.from_edges([(0, 1)], n=10**9), "n"),
        (lambda: Network.from_edges([(0, 2 * 10**9)]), "edges"),
        (lambda: Network.preferential(10**8, 50), "n"),
        (lambda: Network.random(2 * 10**9, 10), "n"),
        (lambda: Network.small_world(10**8, 50, 0.1), "n"),
        (lambda: Network.configuration([2**30, 2**30]), "degrees"),
        (lambda: Network.blocks([2 * 10**9], 10, 0.1), "sizes"),
        (lambda: Network.blocks([10**6], 10**5, 0.1), "sizes"),
    ],
)
def test_what_does_not_fit_is_refused_before_it_is_allocated(build, name, monkeypatch):
    free = SimpleNamespace(available=10**9)
    monkeypatch.setattr("psutil.virtual_memory", lambda: free)
    said = refusal(build)
    assert said.startswith(f"{name} must fit in memory, got a need of ")
    assert said.endswith("GB where 1.0 GB are free: ask for fewer people or ties")


# --- fingerprints --------------------------------------------------------------------


def test_equal_networks_have_equal_fingerprints_however_they_were_told():
    told = [PATH, PATH[::-1], [(2, 1), (1, 0)], [*PATH, (0, 1), (2, 2)]]
    assert len({Network.from_edges(edges).fingerprint for edges in told}) == 1


def test_other_people_ties_directions_or_weights_have_other_fingerprints():
    others = [
        Network.from_edges(PATH),
        Network.from_edges(PATH, n=4),
        Network.from_edges([(0, 1), (0, 2)]),
        Network.from_edges(PATH, directed=True),
        Network.from_edges(PATH, weights=[1, 1]),
        Network.from_edges(PATH, weights=[1, 2]),
    ]
    assert len({net.fingerprint for net in others}) == len(others)


# --- networkx ------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [nx.Graph, nx.DiGraph])
def test_a_network_of_networkx_comes_over_whole(kind):
    graph = nx.gnp_random_graph(30, 0.1, seed=1, directed=kind is nx.DiGraph)
    graph = nx.relabel_nodes(graph, lambda i: f"person {i}")
    for i, tie in enumerate(graph.edges):
        graph.edges[tie]["weight"] = 1.0 + i
    net = Network.from_networkx(graph)
    assert net.labels == tuple(graph.nodes)
    assert net.directed == graph.is_directed()
    assert arcs(net) == {(u, v): w for u, v, w in graph.to_directed().edges(data="weight")}


def test_weights_that_some_ties_lack_are_left_out():
    graph = nx.path_graph(3)
    graph.edges[0, 1]["weight"] = 5
    assert Network.from_networkx(graph).weights is None


def test_parallel_ties_of_networkx_are_merged():
    net = Network.from_networkx(nx.MultiGraph([(0, 1), (0, 1), (1, 1)]))
    assert (net.duplicates, net.self_loops, net.targets.tolist()) == (1, 1, [1, 0])


# --- growing -------------------------------------------------------------------------


def as_networkx(net):
    graph = nx.Graph(zip(net.sources.tolist(), net.targets.tolist(), strict=True))
    graph.add_nodes_from(range(net.n))
    return graph


@pytest.mark.parametrize(("n", "m"), [(2, 1), (5, 4), (50, 1), (500, 3)])
def test_a_grown_network_has_the_ties_of_networkxs_and_hangs_together(n, m):
    graph = as_networkx(Network.preferential(n, m, rng=1))
    assert graph.number_of_edges() == nx.barabasi_albert_graph(n, m, seed=1).number_of_edges()
    assert nx.is_connected(graph)
    assert nx.number_of_selfloops(graph) == 0


def test_every_newcomer_has_at_least_m_ties():
    assert Network.preferential(2000, 4, rng=1).degrees[5:].min() == 4


def test_degrees_follow_the_law_of_preferential_growth():
    # In the limit a person has k ties with chance 2 m (m + 1) / (k (k + 1) (k + 2)).
    n, m = 20_000, 3
    degrees = Network.preferential(n, m, rng=2009).degrees
    for k in (3, 4, 5, 10):
        share = 2 * m * (m + 1) / (k * (k + 1) * (k + 2))
        error = math.sqrt(share * (1 - share) / n)
        assert np.mean(degrees == k) == pytest.approx(share, abs=5 * error)


def test_hubs_are_larger_than_in_a_random_network():
    net = Network.preferential(5000, 3, rng=1)
    even = nx.gnm_random_graph(5000, net.targets.size // 2, seed=1)
    assert net.degrees.max() > 5 * max(degree for _, degree in even.degree)


def test_the_same_integer_grows_the_same_network():
    one, same, other = (Network.preferential(200, 2, rng=seed).fingerprint for seed in (1, 1, 2))
    assert one == same != other


def test_grown_networks_stay_the_same_from_version_to_version():
    assert Network.preferential(500, 3, rng=1).fingerprint == "357add9c13b35084"


def test_a_generator_moves_on():
    rng = np.random.default_rng(1)
    first, second = (Network.preferential(200, 2, rng=rng).fingerprint for _ in range(2))
    assert first != second
    assert first == Network.preferential(200, 2, rng=np.random.default_rng(1)).fingerprint


def test_numpys_global_luck_is_left_alone():
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    Network.preferential(50, 2).with_hub(10)
    assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002


@pytest.mark.parametrize(
    ("n", "m", "name", "value"),
    [
        (1, 1, "n", "1"),
        (5.0, 2, "n", "5.0"),
        (5, 5, "m", "5"),
        (5, 0, "m", "0"),
        (True, 1, "n", "True"),
    ],
)
def test_what_cannot_be_grown_is_named(n, m, name, value):
    said = refusal(Network.preferential, n, m, rng=1)
    assert said.startswith(f"{name} must be a whole number in [")
    assert said.endswith(f"got {value}")


# --- the press -----------------------------------------------------------------------


def test_the_hub_is_heard_and_hears_nobody():
    net = Network.from_edges(PATH, n=10)
    with_press = net.with_hub(4)
    new = set(arcs(with_press)) - set(arcs(net))
    assert (with_press.n, with_press.directed, len(new)) == (11, True, 4)
    assert {speaker for speaker, _ in new} == {10}
    assert all(listener < 10 for _, listener in new)
    assert net.n == 10


def test_named_followers_hear_the_hub():
    assert set(arcs(Network.from_edges([], n=3).with_hub([2, 0, 2]))) == {(3, 0), (3, 2)}


@pytest.mark.parametrize("followers", [0, []])
def test_a_hub_may_have_no_followers(followers):
    assert Network.from_edges(PATH).with_hub(followers).degrees.tolist() == [1, 2, 1, 0]


def test_followers_are_chosen_by_rng_and_always_the_same_without():
    net = Network.from_edges([], n=1000)
    default, again, other = net.with_hub(50), net.with_hub(50), net.with_hub(50, rng=1)
    assert default.fingerprint == again.fingerprint != other.fingerprint


def test_the_hub_has_a_label_where_people_have_names():
    net = Network.from_networkx(nx.path_graph(["Ana", "Bo"]))
    assert net.with_hub(1).labels == ("Ana", "Bo", "hub")


@pytest.mark.parametrize(
    ("followers", "rule"),
    [
        (4, "in [0, 3]"),
        (-1, "in [0, 3]"),
        (1.5, "whole number"),
        ([3], "people 0..2"),
        ("x", "'x'"),
    ],
)
def test_followers_that_do_not_exist_are_named(followers, rule):
    said = refusal(Network.from_edges(PATH).with_hub, followers)
    assert said.startswith("followers must be")
    assert rule in said


def test_a_hub_needs_a_network_without_weights():
    said = refusal(Network.from_edges(PATH, weights=[1, 2]).with_hub, 1)
    assert said.startswith("with_hub needs a network without weights")


def test_hubs_have_names_of_their_own(tmp_path):
    file = tmp_path / "friends.csv"
    file.write_text("ana,bo\nbo,cy\n", encoding="utf-8")
    net = Network.from_csv(file)
    assert net.with_hub(1).with_hub(2).labels[-2:] == ("hub", "hub 2")
    assert net.with_hub(1, label="press").with_hub(1, label="ana").labels[-2:] == ("press", "ana 2")


def test_a_network_can_be_sent_to_another_process():
    net = Network.from_edges([(0, 1), (1, 2)], weights=[1, 2])
    twin = pickle.loads(pickle.dumps(net))
    assert twin.fingerprint == net.fingerprint
    assert not twin.targets.flags.writeable
