"""Rumour: exact laws by following every history, differential equations, and the limit."""

import math
import re
from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from plain import both_ways
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

from cemlab import _checks, _luck
from cemlab.network import Network
from cemlab.sim import rumour
from cemlab.sim._kernels import rumour as _kernels
from cemlab.testing import check_model

RUNS = 20_000
patiently = settings(deadline=None, max_examples=30, derandomize=True)
PATH = Network.from_edges([(0, 1), (1, 2), (2, 3), (3, 4)])
ARCS = [(0, 1), (1, 0), (0, 2), (1, 2), (2, 3), (3, 1), (3, 4), (2, 4), (4, 5)]
SMALL = {
    "path": PATH,
    "star": Network.from_edges([(0, v) for v in range(1, 6)]),
    "directed": Network.from_edges(ARCS, directed=True),  # nobody hears person 5
    "complete": Network.from_edges([(u, v) for u in range(5) for v in range(u)]),
}
CHANCES = [(1.0, 1.0, 0.0), (0.3, 0.8, 0.0), (1.0, 0.25, 0.5), (0.6, 0.0, 0.4), (0.0, 0.5, 1.0)]


def named(spread, stifle, forget):
    return {"spread_chance": spread, "stifle_chance": stifle, "forget_rate": forget}


def assert_mean(sample, exact):
    """Compare a mean with its exact value within 4 standard errors."""
    standard_error = np.std(sample) / np.sqrt(len(sample))
    assert np.mean(sample) == pytest.approx(exact, abs=4 * standard_error + 1e-12)


def assert_law(sample, exact):
    """Compare the share of each value with its exact chance within 4 standard errors."""
    assert set(sample.tolist()) <= {value for value, chance in exact.items() if chance > 0}
    for value, chance in exact.items():
        standard_error = np.sqrt(chance * abs(1 - chance) / len(sample))
        share = np.mean(sample == value)
        assert share == pytest.approx(chance, abs=4 * standard_error + 1e-12), value


def histories(network, first, chances, replicates=1000, rng=1):
    """Return (who, when, heard, stop) of many replicates, on one set of notes."""
    plan, key = rumour._Plan.of(None, network, first, *chances), _luck.key(rng)
    seen, active = np.empty(plan.n, np.uint8), np.empty(plan.n, np.int32)
    who, heard = (np.empty(plan.n, np.int32) for _ in range(2))
    when, stop = (np.empty(plan.n) for _ in range(2))
    given_, notes = (network.start, network.targets, plan.first, *plan.chances), (seen, active)
    found = []
    for r in range(replicates):
        count = _kernels.network(*given_, key, r, *notes, who, when, heard, stop)
        found.append([array[:count].copy() for array in (who, when, heard, stop)])
    return found


# --- independent truth -----------------------------------------------------------------


def law_and_duration(network, first, spread, stifle, forget):
    """Return ({reach: chance}, mean duration) by following every possible history."""
    listeners = np.split(network.targets, network.start[1:-1])

    @cache
    def go(knows, spreads):
        if not spreads:
            return {len(knows): 1.0}, 0.0
        moves = {}
        for u in spreads:
            ends = forget + (1.0 if listeners[u].size == 0 else 0.0)
            for v in listeners[u].tolist():
                if v in knows:
                    ends += stifle / listeners[u].size
                else:
                    to = (knows | {v}, spreads | {v})
                    moves[to] = moves.get(to, 0.0) + spread / listeners[u].size
            moves[knows, spreads - {u}] = moves.get((knows, spreads - {u}), 0.0) + ends
        rate = sum(moves.values())
        law, duration = {}, 1 / rate
        for to, its in moves.items():
            if its > 0:
                later, longer = go(*to)
                duration += its / rate * longer
                for size, chance in later.items():
                    law[size] = law.get(size, 0.0) + its / rate * chance
        return law, duration

    return go(frozenset(first), frozenset(first))


def law_in_a_crowd(n, first, spread, stifle, forget):
    """Return the chance of each reach 0..n, by the chain of (heard, spreading)."""
    heard = np.arange(n + 1)
    hears = spread * (n - heard)
    stops = stifle * (heard - 1.0) + forget * (n - 1)
    total = hears + stops
    p = np.divide(hears, total, out=np.zeros(n + 1), where=total > 0)
    now, law, events = np.zeros(n + 1), np.zeros(n + 1), 0
    now[first] = 1.0
    while now.any():
        over = 2 * heard - first - events == 0  # as many have stopped as have heard
        law[over] += now[over]
        now[over] = 0.0
        now = now * (1 - p) + np.append(0.0, (now * p)[:-1])
        events += 1
    return law


# --- promises and exact laws -------------------------------------------------------------


@pytest.mark.parametrize("place", [{"n": 12}, {"n": 1}, {"network": PATH}])
@pytest.mark.parametrize("changes", [{}, named(0.5, 0.3, 0.2) | {"step": "1us"}], ids=["", "1us"])
def test_keeps_the_promises_of_every_model(place, changes):
    check_model(rumour.simulate, place | changes)


@pytest.mark.parametrize("name", SMALL)
@pytest.mark.parametrize("chances", CHANCES)
@pytest.mark.parametrize("first", [[0], [2, 4]])
def test_reach_has_the_law_of_all_histories(name, chances, first):
    law, _ = law_and_duration(SMALL[name], first, *chances)
    assert sum(law.values()) == pytest.approx(1)
    sample = rumour.reach(network=SMALL[name], initial=first, runs=RUNS, rng=1, **named(*chances))
    assert_law(sample, law)


@pytest.mark.parametrize("name", SMALL)
@pytest.mark.parametrize("chances", CHANCES)
def test_it_takes_as_long_as_all_histories_on_average(name, chances):
    _, exact = law_and_duration(SMALL[name], [0], *chances)
    assert_mean([stop.max() for *_, stop in histories(SMALL[name], [0], chances)], exact)


@pytest.mark.parametrize("chances", CHANCES)
@pytest.mark.parametrize(("n", "first"), [(2, 1), (5, 2), (20, 1)])
def test_a_crowd_is_a_complete_network(chances, n, first):
    law = law_in_a_crowd(n, first, *chances)
    assert law.sum() == pytest.approx(1)
    everybody = Network.from_edges([(u, v) for u in range(n) for v in range(u)])
    if n == 5:
        small, _ = law_and_duration(everybody, range(first), *chances)
        assert [small.get(k, 0.0) for k in range(n + 1)] == pytest.approx(law.tolist())
    exact = {k: float(chance) for k, chance in enumerate(law) if chance > 1e-12}
    args = {"runs": RUNS, "rng": 2} | named(*chances)
    assert_law(rumour.reach(n, initial=first, **args), exact)
    assert_law(rumour.reach(network=everybody, initial=range(first), **args), exact)


@pytest.mark.parametrize("chances", CHANCES)
def test_a_crowd_takes_as_long_as_a_complete_network(chances):
    _, exact = law_and_duration(SMALL["complete"], [0], *chances)
    plan, key = rumour._Plan.of(5, None, None, *chances), _luck.key(3)
    assert_mean([plan.history(key, r)[-1].max() for r in range(1000)], exact)


@pytest.mark.parametrize("from_centre", [True, False])
def test_on_a_star_the_centre_tells_until_it_meets_a_leaf_again(from_centre):
    """As in the birthday problem; a leaf that starts is one leaf that is known."""
    leaves = 20
    star = Network.from_edges([(0, v) for v in range(1, leaves + 1)])
    known = 0 if from_centre else 1
    new, chance = 0.0, 1.0
    for k in range(known, leaves):
        chance *= 1 - k / leaves
        new += chance
    exact = 1 + new if from_centre else 2 + new
    reach = rumour.reach(network=star, initial=[0 if from_centre else 1], runs=RUNS, rng=4)
    assert_mean(reach, exact)


def test_two_people_stop_after_two_and_a_half_steps_on_average():
    """One step until the other knows, then the longer of two waits: 1 + 1 + 1/2."""
    pair = Network.from_edges([(0, 1)])
    assert law_and_duration(pair, [0], 1.0, 1.0, 0.0) == ({2: 1.0}, 2.5)
    assert_mean([stop.max() for *_, stop in histories(pair, [0], (1.0, 1.0, 0.0))], 2.5)


# --- the limit -----------------------------------------------------------------------------


def test_a_fifth_never_hears():
    assert rumour.never_hear() == pytest.approx(0.203188, abs=5e-7)
    assert rumour.never_hear() == pytest.approx(math.exp(-2 * (1 - rumour.never_hear())), rel=1e-14)


@pytest.mark.parametrize(
    "chances", [*CHANCES[:4], (1.0, 1.0, 0.3), (0.5, 1.0, 0.49), (1.0, 0.0, 0.01)]
)
def test_the_limit_is_where_the_differential_equations_end(chances):
    spread, stifle, forget = chances

    def change(_, state):
        x, y = state
        return -spread * x * y, spread * x * y - stifle * y * (1 - x) - forget * y

    solved = solve_ivp(change, (0, 1e5), [1 - 1e-9, 1e-9], method="LSODA", rtol=1e-10, atol=1e-14)
    assert solved.y[1, -1] == pytest.approx(0, abs=1e-9)
    assert rumour.never_hear(**named(*chances)) == pytest.approx(solved.y[0, -1], abs=1e-5)


@patiently
@given(st.floats(0.001, 1), st.floats(0, 1), st.floats(0.001, 3))
def test_the_limit_solves_its_equation_and_is_the_smaller_root(spread, stifle, forget):
    found = rumour.never_hear(**named(spread, stifle, forget))
    ratio = (spread + stifle) / (stifle + forget)
    assert 0 <= found <= 1
    assert found == pytest.approx(math.exp(-ratio * (1 - found)), abs=1e-9)
    if ratio > 1.001:
        smaller = brentq(lambda x: x - math.exp(-ratio * (1 - x)), 0, 1 / ratio)
        assert found == pytest.approx(smaller, rel=1e-6)


@pytest.mark.parametrize(
    ("chances", "exact"),
    [
        ((1.0, 1.0, 1.0), 1.0),
        ((0.5, 0.2, 0.6), 1.0),
        ((0.0, 1.0, 0.0), 1.0),
        ((0.1, 0.3, 0.1), 1.0),
        ((1.0, 1e-9, 0.0), 0.0),
        ((1.0, 5e-324, 0.0), 0.0),
    ],
)
def test_the_limit_at_its_ends(chances, exact):
    assert rumour.never_hear(**named(*chances)) == exact


def test_in_a_large_crowd_as_many_never_hear_as_the_limit_says():
    """n = 5000: the mean share lies .0858/n below the limit, its deviation is sqrt(.2727/n)."""
    n, runs = 5000, 2000
    share = 1 - rumour.reach(n, runs=runs, rng=1) / n
    theta = rumour.never_hear()
    bias = np.arange(n, -1, -1) @ law_in_a_crowd(n, 1, 1.0, 1.0, 0.0) - n * theta
    assert bias == pytest.approx(-0.0858, abs=2e-4)
    spread = theta * (1 - theta) / (1 - 2 * theta)
    assert share.mean() == pytest.approx(theta + bias / n, abs=4 * math.sqrt(spread / n / runs))
    assert share.var() * n == pytest.approx(spread, rel=4 * math.sqrt(2 / runs))


def test_a_story_that_is_forgotten_fails_to_catch_on_with_chance_forget_over_spread():
    n, runs = 5000, 4000
    chances = named(0.8, 0.5, 0.2)
    share = 1 - rumour.reach(n, runs=runs, rng=2, **chances) / n
    caught = share < 0.9
    assert caught.mean() == pytest.approx(1 - 0.2 / 0.8, abs=4 * math.sqrt(0.25 * 0.75 / runs))
    error = 4 * share[caught].std() / math.sqrt(caught.sum()) + 1 / n
    assert share[caught].mean() == pytest.approx(rumour.never_hear(**chances), abs=error)


def test_a_large_crowd_follows_the_differential_equations_in_time():
    n, chances = 200_000, (0.7, 0.9, 0.1)
    run = rumour.simulate(n, initial=n // 20, rng=3, step="1D", **named(*chances))
    wide = run.series.pivot_table("value", "time", "variable") / n
    days = (wide.index - wide.index[0]) / pd.Timedelta("1D")

    def change(_, state):
        x, y = state
        return -0.7 * x * y, 0.7 * x * y - 0.9 * y * (1 - x) - 0.1 * y

    solved = solve_ivp(change, (0, days[-1]), [0.95, 0.05], t_eval=days, rtol=1e-8, atol=1e-10)
    band = 4 / math.sqrt(n)
    assert wide["ignorant"].to_numpy() == pytest.approx(solved.y[0], abs=band)
    assert wide["spreading"].to_numpy() == pytest.approx(solved.y[1], abs=band)
    assert wide["spreading"].max() > 10 * band


# --- extremes ----------------------------------------------------------------------------


@pytest.mark.parametrize("n", [0, 1, 5])
def test_without_anybody_to_tell_nothing_happens(n):
    alone = Network.from_edges([], n=n)
    first = min(n, 1)
    for place, none in (({"n": n}, 0), ({"network": alone}, [])):
        run = rumour.simulate(**place, initial=none, rng=1)
        assert run.final("total") == run.final("spreading") == len(run.make_events()) == 0
        assert run.final("ignorant") == n
        assert rumour.reach(**place, initial=none, runs=2).tolist() == [0, 0]
    assert rumour.reach(network=alone, runs=2).tolist() == [first] * 2
    run = rumour.simulate(network=alone, rng=1)
    assert run.final("total") == run.final("stopped") == len(run.make_events()) == first


def test_one_whom_nobody_hears_stops_at_the_first_attempt():
    alone = Network.from_edges([], n=3)
    for plan in (
        rumour._Plan.of(None, alone, [1], 0.2, 0.3, 0.5),
        rumour._Plan.of(1, None, None, 0.2, 0.3, 0.5),
    ):
        key = _luck.key(1)
        stops = [plan.history(key, r)[-1] for r in range(1000)]
        assert {stop.size for stop in stops} == {1}
        assert_mean([float(stop[0]) for stop in stops], 1 / 1.5)


@pytest.mark.parametrize("place", [{"n": 5}, {"network": PATH}])
def test_if_all_know_it_all_stop(place):
    first = 5 if "n" in place else range(5)
    run = rumour.simulate(**place, initial=first, rng=1)
    assert run.final("total") == run.final("stopped") == 5
    assert rumour.reach(**place, initial=first, runs=3).tolist() == [5] * 3


@pytest.mark.parametrize("place", [{"n": 5}, {"network": PATH}])
def test_who_convinces_nobody_stays_alone(place):
    assert rumour.reach(**place, **named(0.0, 1.0, 0.5), runs=50).tolist() == [1] * 50


def test_directions_hold():
    net = Network.from_edges([(0, 1), (2, 1), (1, 3)], directed=True)
    assert set(rumour.reach(network=net, initial=[3], runs=20).tolist()) == {1}
    assert set(rumour.reach(network=net, initial=[1], runs=20).tolist()) == {2}
    assert set(rumour.reach(network=net, initial=[2], runs=20).tolist()) == {3}


@pytest.mark.parametrize("tiny", [5e-324, 1e-300, 1e-17])
def test_the_smallest_chances_do_no_harm(tiny):
    for place in ({"n": 5}, {"network": PATH}):
        reach = rumour.reach(**place, **named(tiny, tiny, 0.0), runs=20, rng=1)
        assert ((reach >= 1) & (reach <= 5)).all()
    assert rumour.reach(5, **named(tiny, 1.0, 0.0), runs=20, rng=1).min() == 2


# --- agreement ---------------------------------------------------------------------------


@st.composite
def places(draw, most=9):
    n = draw(st.integers(1, most))
    if draw(st.booleans()):
        return {"n": n}, n
    person = st.integers(0, n - 1)
    ties = draw(st.lists(st.tuples(person, person), max_size=25))
    return {"network": Network.from_edges(ties, n=n, directed=draw(st.booleans()))}, n


CHANCE = st.floats(0.01, 1)
LUCK = st.integers(0, 2**32)


@patiently
@given(places(), CHANCE, CHANCE, st.floats(0, 2), LUCK, st.integers(0, 10))
def test_replicate_r_of_reach_is_the_history_of_replicate_r(place, a, b, c, rng, r):
    where, n = place
    reach = rumour.reach(**where, **named(a, b, c), runs=r + 1, rng=rng)
    run = rumour.simulate(**where, **named(a, b, c), rng=rng, replicate=r)
    assert run.final("total") == reach[r]
    assert ((reach >= 1) & (reach <= n)).all()


@patiently
@given(places(), CHANCE, CHANCE, st.floats(0, 2), LUCK)
def test_series_and_events_tell_one_story(place, a, b, c, rng):
    where, n = place
    run = rumour.simulate(**where, **named(a, b, c), rng=rng)
    wide = run.series.pivot_table("value", "time", "variable")
    assert_array_equal(
        wide["ignorant"] + wide["spreading"] + wide["stopped"], np.full(len(wide), n)
    )
    assert_array_equal(wide["spreading"] + wide["stopped"], wide["total"])
    assert (wide.diff().dropna()[["stopped", "total"]] >= 0).all().all()
    assert wide.to_numpy().min() >= 0
    assert wide["spreading"].iloc[-1] == 0
    assert len(wide) <= 201
    log = run.make_events()
    assert len(log) == wide["total"].iloc[-1]
    assert log["time"].max() <= wide.index[-1]
    heard_at = dict(zip(log["by"], log["time"], strict=True))
    for row in log[1:].itertuples():
        assert heard_at[row.heard_from] <= row.time
        if "network" in where:
            u = int(row.heard_from)
            assert row.by in where["network"].targets[slice(*where["network"].start[u : u + 2])]


@pytest.mark.parametrize("chances", CHANCES)
def test_people_hear_from_those_who_still_spread(chances):
    for who, when, heard, stop in histories(SMALL["complete"], [0], chances, replicates=300):
        place = {int(v): i for i, v in enumerate(who)}
        assert (np.diff(when) >= 0).all()
        assert (stop >= when).all()
        assert heard[0] == -1
        for i in range(1, who.size):
            teller = place[int(heard[i])]
            assert when[teller] < when[i] < stop[teller]


def test_of_two_spreaders_each_is_as_likely_to_tell_the_next():
    plan = rumour._Plan.of(9, None, 2, 1.0, 0.0, 0.1)
    tellers = [plan.history(_luck.key(5), r)[2][2:3] for r in range(1000)]
    assert_law(np.concatenate(tellers), {0: 0.5, 1: 0.5})


def test_any_number_of_threads_gives_the_same_bits_and_more_runs_the_same_first():
    luck = np.random.default_rng(1)
    net = Network.from_edges(luck.integers(300, size=(900, 2)), n=300)
    for place in ({"n": 300}, {"network": net}):
        one, two, three = (
            rumour.reach(**place, **named(0.5, 1.0, 0.1), runs=1001, rng=2, threads=k)
            for k in (1, 2, 3)
        )
        assert_array_equal(one, two)
        assert_array_equal(one, three)
        assert_array_equal(one[:10], rumour.reach(**place, **named(0.5, 1.0, 0.1), runs=10, rng=2))
        assert one.dtype == np.int64
        assert abs(np.corrcoef(one[1:], one[:-1])[0, 1]) < 4 / math.sqrt(1000)


KEY = np.uint64(2009)


@pytest.mark.parametrize("chances", CHANCES)
def test_kernels_are_the_same_compiled_and_plain(chances):
    def notes(n):
        return [
            np.full(n, -7, np.int32),
            np.full(n, -7.0),
            np.full(n, -7, np.int32),
            np.full(n, -7.0),
        ]

    for r, (n, first) in enumerate([(1, 1), (2, 1), (12, 3), (12, 0)]):
        compiled, plain = both_ways(_kernels, "crowd", (n, first, *chances, KEY, r), notes(n))
        assert plain == compiled
        args = (n, first, *chances, KEY, 2, 7)
        compiled, plain = both_ways(_kernels, "reach_crowd", args, [np.full(9, -1)])
        assert plain == compiled
        assert compiled[1][0].count(-1) == 4  # only replicates 2 to 6 are filled
    net = SMALL["directed"]
    args = net.start, net.targets, np.array([0, 4]), *chances, KEY
    scratch = [np.full(6, 9, np.uint8), np.full(6, -7, np.int32), *notes(6)]
    for r in range(5):
        compiled, plain = both_ways(_kernels, "network", (*args, r), scratch)
        assert plain == compiled
    compiled, plain = both_ways(_kernels, "reach_network", (*args, 2, 12), [np.full(14, -1)])
    assert plain == compiled
    assert compiled[1][0].count(-1) == 4


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_eon_reaches_as_many_in_as_much_time_on_average():
    """On a regular network each contact is a move along a tie at rate 1/4."""
    networkx = pytest.importorskip("networkx")
    eon = pytest.importorskip("EoN")
    graph = networkx.random_regular_graph(4, 60, seed=1)
    moves = networkx.DiGraph()
    for before, after, chance in [
        (("I", "S"), ("I", "I"), 0.5),
        (("I", "I"), ("I", "R"), 0.8),
        (("R", "I"), ("R", "R"), 0.8),
    ]:
        moves.add_edge(before, after, rate=chance / 4)
    alone = networkx.DiGraph()
    alone.add_edge("I", "R", rate=0.1)
    luck = np.random.default_rng(1)
    theirs = []
    for _ in range(400):
        status = dict.fromkeys(graph, "S") | {0: "I", 1: "I", 2: "I"}
        t, _, _, stopped = eon.Gillespie_simple_contagion(
            graph, alone, moves, status, ("S", "I", "R"), tmax=math.inf, rng=luck
        )
        theirs.append((stopped[-1], t[-1]))
    net = Network.from_networkx(graph)
    runs = histories(net, [0, 1, 2], (0.5, 0.8, 0.1), replicates=4000)
    ours = [(who.size, stop.max()) for who, _, _, stop in runs]
    for a, b in zip(np.transpose(ours), np.transpose(theirs), strict=True):
        standard_error = math.sqrt(a.var() / a.size + b.var() / b.size)
        assert a.mean() == pytest.approx(b.mean(), abs=4 * standard_error)


# --- what a run holds --------------------------------------------------------------------


def test_series_has_equal_times_up_to_the_last_stop():
    run = rumour.simulate(500, rng=1, start="2020-02-28 06:00", step="12h")
    assert run.series["variable"].unique().tolist() == ["ignorant", "spreading", "stopped", "total"]
    times = run.series["time"].unique()
    assert len(times) == 201
    assert times[0] == np.datetime64("2020-02-28 06:00")
    gaps = np.diff(times) / np.timedelta64(1, "us")
    assert gaps.max() - gaps.min() <= 1
    first = run.series.groupby("variable")["value"].first()
    assert first.to_dict() == {"ignorant": 499, "spreading": 1, "stopped": 0, "total": 1}


def test_the_crowd_is_numbered_in_the_order_in_which_it_hears():
    run = rumour.simulate(50, initial=2, rng=1)
    log = run.events
    assert log["by"].tolist() == list(range(len(log)))
    assert log["kind"].tolist() == ["publish"] + ["share"] * (len(log) - 1)
    assert log["value"].isna().all()
    assert log["heard_from"].isna().tolist() == [True] * 2 + [False] * (len(log) - 2)
    assert run.network == ""
    assert run.events["source"].unique().tolist() == [f"rumour {run.key:016x}/0"]


def test_on_a_network_the_log_has_names_and_listeners(tmp_path):
    file = tmp_path / "friends.csv"
    file.write_text("from,to\nAna,Bo\nBo,Cy\n", encoding="utf-8")
    net = Network.from_csv(file)
    log = rumour.simulate(network=net, initial=[1], rng=1, spread_chance=1.0).events
    assert log["customer"].unique().tolist() == ["Bo"]
    assert log["by"].tolist()[0] == "Bo"
    assert log["value"].tolist()[0] == 2
    assert rumour.simulate(network=net, rng=1).network == net.fingerprint


def test_a_run_holds_what_the_model_was_given():
    run = rumour.simulate(9, rng=1, replicate=3, **named(0.5, 0.4, 0.1))
    assert dict(run.params) == {"n": 9, "initial": None, "replicate": 3} | named(0.5, 0.4, 0.1)
    totals = {rumour.simulate(9, rng=1, replicate=r).final("total") for r in range(30)}
    assert len(totals) > 3


# --- messages ----------------------------------------------------------------------------

ONE = "n or network must be given, and only one of them"
STOP = "stifle_chance or forget_rate must be above 0, for the story to end, got 0 for both"
WRONG = [
    ({"n": None}, f"{ONE}, got n=None and network=None"),
    ({"network": PATH}, f"{ONE}, got n=5 and network={PATH!r}"),
    ({"n": -1}, "n must be a whole number in [0, 2147483647], got -1"),
    ({"n": PATH}, f"n must be a whole number in [0, 2147483647], got {PATH!r}"),
    ({"initial": 6}, "initial must be a whole number in [0, 5], got 6"),
    ({"initial": [0]}, "initial must be a whole number in [0, 5], got [0]"),
    (
        {"n": None, "network": PATH, "initial": 2},
        "initial must be a list of people of this network, got 2",
    ),
    (
        {"n": None, "network": PATH, "initial": [7]},
        "initial must be people 0..4 of this network, got [7]",
    ),
    ({"spread_chance": 1.5}, "spread_chance must be a probability in [0, 1], got 1.5"),
    ({"stifle_chance": math.nan}, "stifle_chance must be a probability in [0, 1], got nan"),
    ({"forget_rate": -1}, "forget_rate must be a finite number of at least 0, got -1"),
    ({"stifle_chance": 0.0}, STOP),
    ({"n": None, "network": PATH, "stifle_chance": 0}, STOP),
    (
        {"spread_chance": 0.0},
        "spread_chance or forget_rate must be above 0, for the story to end, got 0 for both",
    ),
    (
        {"n": None, "network": PATH, "stifle_chance": 1e-12},
        "stifle_chance must be at least 1e-09 here, for the run to end in good time, got 1e-12",
    ),
]


@pytest.mark.parametrize(("changes", "sentence"), WRONG)
def test_says_what_is_wrong(changes, sentence):
    args = {"n": 5} | changes
    for call in (rumour.simulate, lambda **a: rumour.reach(runs=1, **a)):
        with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
            call(**args)


def test_says_what_the_chances_of_the_limit_must_be():
    with pytest.raises(ValueError, match=f"^{re.escape(STOP)}$"):
        rumour.never_hear(stifle_chance=0)
    with pytest.raises(
        ValueError, match=r"^spread_chance must be a probability in \[0, 1\], got 2$"
    ):
        rumour.never_hear(spread_chance=2)


@pytest.mark.parametrize("name", ["runs", "threads"])
@pytest.mark.parametrize("value", [-1, 0, 1.5, True, "3"])
def test_says_what_runs_and_threads_must_be(name, value):
    sentence = f"{name} must be a whole number of at least 1, got {value!r}"
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        rumour.reach(5, **({"runs": 1} | {name: value}))


@pytest.mark.parametrize("replicate", [-1, 1.0, True, 2**64])
def test_says_what_a_replicate_must_be(replicate):
    with pytest.raises(ValueError, match=r"^replicate must be a whole number"):
        rumour.simulate(5, replicate=replicate)


def test_what_does_not_fit_in_memory_is_refused_at_once(monkeypatch):
    with pytest.raises(ValueError, match=r"^runs must fit in memory, got a need of .* GB"):
        rumour.reach(5, runs=10**15)
    monkeypatch.setattr(
        _checks.psutil, "virtual_memory", lambda: type("Free", (), {"available": 99})
    )
    with pytest.raises(ValueError, match=r"^n must fit in memory, .*: ask for fewer people$"):
        rumour.simulate(5)
    with pytest.raises(ValueError, match=r"^network must fit in memory, .*: ask for fewer people$"):
        rumour.simulate(network=PATH)


def test_a_story_that_outlasts_the_calendar_is_refused():
    with pytest.raises(
        ValueError, match=r"^step must keep .* steps after start before the year 9999"
    ):
        rumour.simulate(5, rng=1, **named(1e-300, 1e-300, 0.0))
