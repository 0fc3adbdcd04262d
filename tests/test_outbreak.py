"""Outbreak in continuous time: promises, extremes, theory, a peer, messages."""

import math
import re
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from plain import both_ways
from scipy import stats
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from cemlab import _luck
from cemlab.network import Network
from cemlab.sim import outbreak
from cemlab.sim._kernels import outbreak as _kernels
from cemlab.testing import check_model

patiently = settings(deadline=None, max_examples=30, derandomize=True)
NET = Network.from_edges([(0, 1), (1, 2), (2, 3), (3, 0), (1, 3), (4, 5)], n=7)
ONE_WAY = Network.from_edges([(0, 1), (1, 2), (2, 0), (3, 0)], directed=True)
PAIR = Network.from_edges([(0, 1)])
KEY = np.uint64(2009)
RATES = {"spread_rate": 0.8, "recovery_rate": 1.0}
SHAPES = [(1.0, 1.0), (1.0, math.inf), (math.inf, 1.0), (2.5, 0.4), (0.4, 2.5)]

rates = st.just(0.0) | st.floats(0.01, 5)


def networks(most=8):
    pairs = st.tuples(st.integers(0, most - 1), st.integers(0, most - 1))
    return st.builds(
        lambda edges, directed: Network.from_edges(edges, n=most, directed=directed),
        st.lists(pairs, max_size=20),
        st.booleans(),
    )


def mean_within(values, exact, standard_errors=4):
    values = np.asarray(values, float)
    error = values.std(ddof=1) / math.sqrt(values.size)
    assert abs(values.mean() - exact) < standard_errors * error, (values.mean(), exact, error)


# --- promises and extremes ------------------------------------------------------------


@pytest.mark.parametrize("shapes", SHAPES)
@pytest.mark.parametrize("network", [NET, ONE_WAY], ids=["both ways", "one way"])
def test_keeps_the_promises_of_every_model(network, shapes):
    laws = {"spread_shape": shapes[0], "recovery_shape": shapes[1]}
    check_model(outbreak.simulate, {"network": network, "initial": [0], **RATES, **laws})


@pytest.mark.parametrize("initial", [[], [0], [6], list(range(7))])
def test_extreme_starts(initial):
    check_model(outbreak.simulate, {"network": NET, "initial": initial, **RATES})
    reach = outbreak.reach(NET, initial=initial, **RATES, runs=50, rng=1)
    assert reach.min() >= len(initial)
    assert reach.max() <= NET.n if len(initial) != 0 else reach.max() == 0


def test_nobody_at_all():
    empty = Network.from_edges([], n=0)
    run = outbreak.simulate(empty, initial=[], **RATES, rng=1)
    assert run.final("total") == 0
    assert run.events.empty
    assert outbreak.reach(empty, initial=[], **RATES, runs=2, rng=1).tolist() == [0, 0]


@pytest.mark.parametrize("shapes", SHAPES)
@pytest.mark.parametrize(
    ("spread", "recovery", "reached"), [(0.0, 1.0, 1), (0.0, 0.0, 1), (1.0, 0.0, 4)]
)
def test_never_told_and_never_silent(spread, recovery, reached, shapes):
    laws = {"spread_rate": spread, "recovery_rate": recovery}
    laws |= {"spread_shape": shapes[0], "recovery_shape": shapes[1]}
    assert outbreak.simulate(NET, initial=[0], **laws, rng=1).final("total") == reached
    assert outbreak.reach(NET, initial=[0], **laws, runs=3, rng=1).tolist() == [reached] * 3


def test_who_never_falls_silent_stays_infectious():
    run = outbreak.simulate(NET, initial=[0], spread_rate=1.0, recovery_rate=0.0, rng=1)
    assert (run.final("infectious"), run.final("recovered")) == (4, 0)


@patiently
@given(networks(), rates, rates, st.sampled_from(SHAPES), st.integers(0, 99))
def test_counts_add_up_and_reach_is_the_histories_reach(net, spread, recovery, shapes, seed):
    laws = {"spread_rate": spread, "recovery_rate": recovery}
    laws |= {"spread_shape": shapes[0], "recovery_shape": shapes[1]}
    reach = outbreak.reach(net, initial=[0, 3], **laws, runs=3, threads=2, rng=seed, paired=True)
    for r in range(3):
        run = outbreak.simulate(net, initial=[0, 3], **laws, rng=seed, replicate=r)
        table = run.series.pivot_table(index="time", columns="variable", values="value")
        assert (table[["susceptible", "infectious", "recovered"]].sum(axis=1) == net.n).all()
        assert (table["total"] == table["infectious"] + table["recovered"]).all()
        assert run.final("total") == reach[r] == len(run.events)
        assert 2 <= reach[r] <= net.n


@patiently
@given(networks(), rates, rates, st.integers(0, 99))
def test_with_the_same_luck_more_telling_reaches_more_and_earlier(net, slow, faster, seed):
    low, high = sorted((slow, faster))
    times = [
        outbreak.simulate(
            net, initial=[0], spread_rate=rate, recovery_rate=1.0, rng=seed
        ).events.set_index("by")["time"]
        for rate in (low, high)
    ]
    less, more = (dict(zip(t.index, t, strict=True)) for t in times)
    assert set(less) <= set(more)
    assert all(more[person] <= less[person] for person in less)


@pytest.mark.parametrize("threads", [2, 3, 50])
@pytest.mark.parametrize("paired", [False, True])
def test_any_number_of_threads_gives_the_same_bits(threads, paired):
    net = Network.preferential(300, 3, rng=1)
    one, many = (
        outbreak.reach(net, initial=[0], **RATES, runs=41, threads=t, rng=5, paired=paired)
        for t in (1, threads)
    )
    assert_array_equal(one, many)


def test_events_are_a_tree_in_time():
    net = Network.preferential(400, 3, rng=1)
    log = outbreak.simulate(net, initial=[3, 9], **RATES, rng=4).events
    assert log["time"].is_monotonic_increasing
    told = log[log["heard_from"].notna()]
    times = log.set_index("by")["time"]
    assert (times[told["heard_from"].astype(int)].to_numpy() < told["time"]).all()
    neighbours = {(int(u), int(v)) for u, v in zip(net.sources, net.targets, strict=True)}
    pairs = zip(told["heard_from"].astype(int), told["by"].astype(int), strict=True)
    assert all(pair in neighbours for pair in pairs)
    assert log["heard_from"].isna().sum() == 2


# --- theory -------------------------------------------------------------------------------


@pytest.mark.parametrize("shapes", [*SHAPES, (3.0, math.inf), (math.inf, 3.0), (2.0, 2.0)])
@pytest.mark.parametrize("paired", [False, True])
def test_one_tie_passes_the_story_on_with_the_exact_chance(shapes, paired):
    laws = {**RATES, "spread_shape": shapes[0], "recovery_shape": shapes[1]}
    reach = outbreak.reach(PAIR, initial=[0], **laws, runs=40_000, rng=1, paired=paired)
    exact = outbreak.transmissibility(**laws)
    assert 0 < exact < 1
    mean_within(reach - 1, exact)


@pytest.mark.parametrize(("spread", "recovery", "exact"), [(1, 1, 1), (1, 1.01, 0), (2, 1, 1)])
def test_fixed_times_tell_in_time_or_never(spread, recovery, exact):
    laws = {"spread_rate": spread, "recovery_rate": recovery}
    laws |= {"spread_shape": math.inf, "recovery_shape": math.inf}
    assert outbreak.transmissibility(**laws) == exact
    assert outbreak.reach(PAIR, initial=[0], **laws, runs=2, rng=1).tolist() == [1 + exact] * 2


@pytest.mark.parametrize("paired", [False, True])
def test_a_star_shares_one_duration(paired):
    """Leaves told of n: chance of all is the mean of (1 - exp(-b D)) ** n over D ~ Exp(g)."""
    star = Network.from_edges([(0, i) for i in range(1, 5)])
    reach = outbreak.reach(star, initial=[0], **RATES, runs=40_000, rng=2, paired=paired)
    b = RATES["spread_rate"]
    k = np.arange(5)
    counts = np.bincount(reach - 1, minlength=5)
    # beta-binomial: D exponential makes exp(-b D) a power law, u ** (g / b - 1) * g / b
    law = stats.betabinom(4, 1.0, 1.0 / b).pmf(k)
    assert stats.chisquare(counts, law * 40_000).pvalue > 1e-4


def delays_and_durations(shape, mean, seed):
    """Draw as the kernels do, one person at a time."""
    luck = np.uint64(_luck.branch(KEY, seed, _luck.DURATION))
    return np.array([_kernels._time(luck, i, mean, shape) for i in range(20_000)])


@pytest.mark.parametrize("shape", [0.05, 0.4, 1.0, 2.5, 40.0])
def test_times_follow_their_gamma_law(shape):
    drawn = delays_and_durations(shape, 3.0, seed=1)
    assert stats.kstest(drawn, stats.gamma(shape, scale=3.0 / shape).cdf).pvalue > 1e-3


def test_times_of_infinite_shape_are_fixed():
    assert set(delays_and_durations(math.inf, 3.0, seed=1)) == {3.0}


@pytest.mark.parametrize("replicate", range(4))
@pytest.mark.parametrize("shapes", SHAPES[:4])
def test_times_are_the_shortest_ways_over_live_links(shapes, replicate):
    """The same draws, put into SciPy's Dijkstra."""
    net = Network.preferential(500, 3, rng=1)
    luck = [
        np.uint64(_luck.branch(_luck.key(5), replicate, p)) for p in (_luck.LINK, _luck.DURATION)
    ]
    lasts = np.array([_kernels._time(luck[1], u, 1.0, shapes[1]) for u in range(net.n)])
    ways = np.empty(net.targets.size)
    for k, (u, v) in enumerate(zip(net.sources, net.targets, strict=True)):
        takes = _kernels._time(luck[0], (int(u) << 32) | int(v), 1 / 0.8, shapes[0])
        ways[k] = takes if takes <= lasts[u] else np.inf
    live = np.isfinite(ways)
    graph = csr_array((ways[live], (net.sources[live], net.targets[live])), (net.n, net.n))
    times = dijkstra(graph, indices=[0, 7], min_only=True)
    laws = {**RATES, "spread_shape": shapes[0], "recovery_shape": shapes[1]}
    run = outbreak.simulate(
        net, initial=[0, 7], **laws, step="1000000s", rng=5, replicate=replicate
    )
    log = run.events
    seconds = (log["time"] - log["time"].min()).dt.total_seconds() / 1e6
    expected = np.sort(times[np.isfinite(times)])
    assert_allclose(seconds, expected, atol=1e-11)
    assert set(log["by"]) == set(np.flatnonzero(np.isfinite(times)))


def test_a_long_chain_of_slow_and_quick_tellers():
    """Far more time than the calendar's ring holds, and steps far thinner than its slots."""
    path = Network.from_edges([(i, i + 1) for i in range(3000)])
    slow = outbreak.simulate(
        path, initial=[0], spread_rate=1.0, recovery_rate=0.0, step="1s", rng=1
    )
    seconds = (slow.events["time"].iloc[-1] - slow.events["time"].iloc[0]).total_seconds()
    assert slow.final("total") == 3001
    assert abs(seconds - 3000) < 4 * math.sqrt(3000)  # a sum of 3000 exponential times
    heavy = outbreak.simulate(
        path, initial=[0], spread_rate=1.0, recovery_rate=0.0, spread_shape=0.05, step="1s", rng=1
    )
    assert heavy.final("total") == 3001


@pytest.mark.parametrize(
    ("r0", "published"), [(1.5, 0.58281), (2.0, 0.79681), (2.5, 0.89264), (3.0, 0.94048)]
)
def test_final_size_is_the_published_one(r0, published):
    assert outbreak.final_size(r0) == pytest.approx(published, abs=5e-6)
    z = outbreak.final_size(r0)
    assert z == pytest.approx(1 - math.exp(-r0 * z), abs=1e-12)


@pytest.mark.parametrize("r0", [0.0, 0.5, 1.0])
def test_no_large_outbreak_below_one(r0):
    assert outbreak.final_size(r0) == 0.0


def test_final_size_of_a_crowd_where_anybody_meets_anybody():
    """On a Poisson network of mean c, T = r0 / c: the share tends to the crowd's."""
    k = np.arange(400)
    share = outbreak.final_share(k, transmissibility=0.01, weights=stats.poisson(200).pmf(k))
    assert share == pytest.approx(outbreak.final_size(2.0), abs=1e-9)


@pytest.mark.parametrize("transmissibility", [0.0, 0.3, 1 / 3, 0.334, 0.5, 0.9, 1.0])
def test_final_share_of_a_regular_network(transmissibility):
    """Degree 4: u = 1 - T + T u**3 can be solved as a cubic."""
    t = transmissibility
    roots = np.roots([t, 0, 0, -1, 0, 1 - t][-4:] if t == 0 else [t, 0, -1, 1 - t])
    real = roots[np.abs(roots.imag) < 1e-9].real
    u = min((r for r in real if -1e-9 <= r <= 1 - 1e-6), default=1.0)
    got = outbreak.final_share([4, 4, 4], transmissibility=t)
    assert got == pytest.approx(1 - u**4 if t > 1 / 3 else 0.0, abs=1e-9)


def test_final_share_where_it_can_be_checked_by_hand():
    assert outbreak.final_share([0, 0], transmissibility=1.0) == 0.0
    assert outbreak.final_share([2, 2, 2], transmissibility=1.0) == 0.0  # rings: no giant one
    assert outbreak.final_share([3, 3, 0, 0], transmissibility=1.0) == 0.5


def test_poisson_outbreak_by_formula_equations_and_simulation():
    """Published: Poisson degrees of mean 5, rates .6 and 1, T = .375: .759073."""
    k = np.arange(60)
    law = stats.poisson(5).pmf(k)
    t = outbreak.transmissibility(spread_rate=0.6, recovery_rate=1.0)
    assert outbreak.final_share(k, transmissibility=t, weights=law) == pytest.approx(
        0.759073, abs=1e-6
    )
    course = outbreak.expected_course(
        k, spread_rate=0.6, recovery_rate=1.0, initial_share=1e-7, until=200.0, weights=law
    )
    assert course["recovered"].iloc[-1] == pytest.approx(0.759073, abs=2e-6)
    assert_allclose(course.sum(axis=1), 1.0, atol=1e-12)


def poisson_network(n, mean, seed):
    ends = np.random.default_rng(seed).integers(0, n, (n * mean // 2, 2))
    return Network.from_edges(ends, n=n)


def test_large_outbreaks_reach_the_share_of_the_formula():
    """Starters are a hundred: their own share of the formula is allowed for (0.5 %)."""
    reaches = []
    for seed in range(12):
        net = poisson_network(20_000, 5, seed)
        first = np.random.default_rng(seed).choice(net.n, 20, replace=False)
        reach = outbreak.reach(
            net, initial=first, spread_rate=0.6, recovery_rate=1.0, runs=10, rng=seed
        )
        exact = outbreak.final_share(net.degrees, transmissibility=0.375)
        reaches.append(reach.mean() / net.n - exact)
    spread = np.std(reaches, ddof=1) / math.sqrt(len(reaches))
    assert abs(np.mean(reaches)) < 4 * spread + 20 / 20_000


def test_mean_course_follows_the_equations():
    net = poisson_network(20_000, 5, 3)
    began = 400
    curves = []
    grid = np.linspace(0, 10, 41)
    for r in range(12):
        first = np.random.default_rng(r).choice(net.n, began, replace=False)
        run = outbreak.simulate(
            net, initial=first, spread_rate=0.6, recovery_rate=1.0, step="1000000s", rng=r
        )
        log = run.events["time"]
        seconds = (log - log.min()).dt.total_seconds() / 1e6
        curves.append(np.searchsorted(seconds, grid, side="right") / net.n)
    exact = outbreak.expected_course(
        net.degrees,
        spread_rate=0.6,
        recovery_rate=1.0,
        initial_share=began / net.n,
        until=10,
        points=41,
    )
    error = np.std(curves, axis=0, ddof=1) / math.sqrt(len(curves))
    gap = np.abs(np.mean(curves, axis=0) - (1 - exact["susceptible"].to_numpy()))
    assert (gap <= 5 * error + 1.5 / math.sqrt(net.n) / 10).all(), gap.max()


def test_the_equations_cost_the_same_for_any_population():
    small = outbreak.expected_course(
        [3, 4], spread_rate=1.0, recovery_rate=1.0, initial_share=0.01, until=9, weights=[1e9, 3e9]
    )
    same = outbreak.expected_course(
        [3, 4, 4, 4], spread_rate=1.0, recovery_rate=1.0, initial_share=0.01, until=9
    )
    assert_allclose(small, same, atol=1e-9)


def test_agrees_with_eon_on_a_small_network():
    eon = pytest.importorskip("EoN")
    networkx = pytest.importorskip("networkx")
    import random

    graph = networkx.karate_club_graph()
    net = Network.from_networkx(networkx.Graph(graph.edges))
    ours = outbreak.reach(net, initial=[0], **RATES, runs=4000, rng=1)
    state = random.getstate()
    random.seed(1)
    theirs = [
        eon.fast_SIR(graph, RATES["spread_rate"], RATES["recovery_rate"], initial_infecteds=[0])[3][
            -1
        ]
        for _ in range(4000)
    ]
    random.setstate(state)
    error = math.sqrt(np.var(ours) / 4000 + np.var(theirs) / 4000)
    assert abs(ours.mean() - np.mean(theirs)) < 4 * error


# --- compiled and plain Python -----------------------------------------------------------


@pytest.mark.parametrize("shapes", SHAPES)
@pytest.mark.parametrize("slots", [64, 128])
def test_course_is_the_same_compiled_and_plain(shapes, slots):
    n = NET.n
    laws = (1.25, shapes[0], 1.0, shapes[1])
    args = (NET.start, NET.targets, np.array([0, 4]), *laws, 0.001, KEY, 3)
    scratch = [np.empty(slots, np.int32), np.empty(slots // 64, np.uint64)]
    scratch += [np.zeros(n), np.zeros(n)]
    scratch += [np.zeros(n, np.int32), np.zeros(n), np.zeros(n), np.full(n, -7, np.int32)]
    compiled, plain = both_ways(_kernels, "course", args, scratch)
    assert compiled[0] == plain[0] >= 2
    who, when, until, heard = zip(compiled[1][4:], plain[1][4:], strict=True)
    assert who[0] == who[1]
    assert heard[0] == heard[1]
    for got, wanted in (when, until):  # C's and Python's powers differ in the last digit
        assert_allclose(got, wanted, rtol=1e-12)


@pytest.mark.parametrize("shapes", SHAPES)
def test_reach_is_the_same_compiled_and_plain(shapes):
    args = (NET.start, NET.targets, np.array([0]), 1.25, shapes[0], 1.0, shapes[1], KEY, 1, 9)
    compiled, plain = both_ways(_kernels, "reach", args, [np.full(10, -1)])
    assert compiled == plain
    assert compiled[1][0].count(-1) == 2


@pytest.mark.parametrize("shape", [1.0, math.inf, 0.4])
def test_streaming_reach_is_the_same_compiled_and_plain(shape):
    args = (NET.start, NET.targets, np.array([0, 4]), 1.25, 1.0, shape, KEY, 1, 9)
    compiled, plain = both_ways(_kernels, "reach_streaming", args, [np.full(10, -1)])
    assert compiled == plain
    assert compiled[1][0].count(-1) == 2


# --- messages ----------------------------------------------------------------------------

WRONG = [
    ({"spread_rate": -1}, "spread_rate must be a finite number of at least 0, got -1"),
    ({"recovery_rate": math.nan}, "recovery_rate must be a finite number of at least 0, got nan"),
    (
        {"spread_shape": 0},
        "spread_shape must be a number from 0.01 on, or math.inf for a fixed time, got 0",
    ),
    ({"initial": [9]}, "initial must be people 0..6 of this network, got [9]"),
    ({"initial": [0.5]}, None),
]


@pytest.mark.parametrize("call", [outbreak.simulate, outbreak.reach])
@pytest.mark.parametrize(("change", "sentence"), WRONG)
def test_says_what_was_wrong(call, change, sentence):
    args = {"network": NET, "initial": [0], **RATES, **change}
    runs = {"runs": 1} if call is outbreak.reach else {}
    with pytest.raises(ValueError, match=re.escape(sentence or "initial must be people")):
        call(**args, **runs)


def test_refuses_more_runs_than_memory_holds():
    with pytest.raises(ValueError, match=r"^runs must fit in memory, got a need of .* GB"):
        outbreak.reach(NET, initial=[0], **RATES, runs=10**14)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"degrees": [1.5]}, "degrees must be whole numbers of at least 0"),
        ({"degrees": [-1]}, "degrees must be whole numbers of at least 0"),
        ({"degrees": []}, "degrees must be whole numbers of at least 0"),
        ({"weights": [1, 2]}, "weights must be one number of at least 0 for each of 1 degrees"),
        ({"weights": [0]}, "weights must be one number of at least 0 for each of 1 degrees"),
        ({"transmissibility": 1.2}, "transmissibility must be a probability in [0, 1], got 1.2"),
    ],
)
def test_final_share_says_what_was_wrong(change, sentence):
    args = {"degrees": [3], "transmissibility": 0.5, **change}
    with pytest.raises(ValueError, match=re.escape(sentence)):
        outbreak.final_share(args.pop("degrees"), **args)


def test_every_combination_of_laws_has_a_transmissibility_between_zero_and_one():
    shapes = (0.01, 1.0, 7.0, math.inf)
    for a, b in product(shapes, shapes):
        t = outbreak.transmissibility(
            spread_rate=1.0, recovery_rate=1.0, spread_shape=a, recovery_shape=b
        )
        assert 0 <= t <= 1


def test_a_course_is_shown_where_something_happens():
    """Spreaders who talk for ages do not stretch the picture: it ends soon after the last hearing."""
    net = Network.preferential(200, 3, rng=1)
    run = outbreak.simulate(net, initial=[0], spread_rate=1.0, recovery_rate=1e-6, rng=1)
    total = run.series[run.series["variable"] == "total"]
    last = run.events["time"].iloc[-1]
    assert total["time"].iloc[-1] - run.events["time"].iloc[0] <= 3.01 * (
        last - run.events["time"].iloc[0]
    )
    assert (total["value"].between(2, 199)).sum() > 20
