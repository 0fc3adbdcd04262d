"""Virality: trees against closed forms and plain search, tails against exact laws and a peer."""

import re
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.special import gammaln, zeta

from cemlab import events, virality
from cemlab.network import Network
from cemlab.sim import cascade
from cemlab.virality import _laws

patiently = settings(deadline=None, max_examples=30, derandomize=True)


def story(parents, customer="Ana", names=None):
    """Return the log of one story from each sharer's teller (None: a starter)."""
    names = names or [f"p{i}" for i in range(len(parents))]
    return pd.DataFrame(
        {
            "customer": customer,
            "time": pd.Timestamp("2024-05-01"),
            "actor": "public",
            "by": names,
            "kind": "share",
            "heard_from": [None if u is None else names[u] for u in parents],
        }
    )


def star(n):
    return story([None] + [0] * (n - 1))


def path(n):
    return story([None, *range(n - 1)])


@st.composite
def forests(draw):
    """Parents in an order in which a teller may come after those who heard it."""
    n = draw(st.integers(1, 12))
    parents = [draw(st.none() | st.integers(0, v - 1)) if v else None for v in range(n)]
    place = draw(st.permutations(range(n)))
    shuffled = [None] * n
    for v, u in enumerate(parents):
        shuffled[place[v]] = None if u is None else place[u]
    return shuffled


# --- trees --------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [2, 3, 10, 1000])
def test_structural_virality_of_a_star_and_a_path(n):
    assert virality.structural_virality(star(n)) == pytest.approx(2 * (n - 1) / n, rel=1e-12)
    assert virality.structural_virality(path(n)) == pytest.approx((n + 1) / 3, rel=1e-12)


def test_structural_virality_of_one_person_or_nobody_is_not_a_number():
    for log in (star(1), story([None, None]), star(3).iloc[:0]):
        assert np.isnan(virality.structural_virality(log))


def test_structural_virality_of_a_full_binary_tree():
    """Depth 2, seven people: 6 edges, two cut off 3 of 7 and four cut off 1."""
    log = story([None, 0, 0, 1, 1, 2, 2])
    assert virality.structural_virality(log) == pytest.approx(
        2 * (2 * 3 * 4 + 4 * 1 * 6) / (7 * 6), rel=1e-12
    )


@patiently
@given(forests())
def test_trees_are_what_networkx_finds(parents):
    networkx = pytest.importorskip("networkx")
    graph = networkx.Graph([(u, v) for v, u in enumerate(parents) if u is not None])
    graph.add_nodes_from(range(len(parents)))
    ways = [d for v, to in networkx.all_pairs_shortest_path_length(graph) for d in to.values()]
    between = [d for d in ways if d > 0]
    mean = np.mean(between) if between else np.nan
    down = networkx.DiGraph([(u, v) for v, u in enumerate(parents) if u is not None])
    down.add_nodes_from(range(len(parents)))
    log = story(parents)
    assert virality.structural_virality(log) == pytest.approx(mean, nan_ok=True, rel=1e-12)
    row = virality.descriptors(log).iloc[0]
    starters = [v for v, u in enumerate(parents) if u is None]
    tellings = [
        d
        for v in starters
        for d in networkx.single_source_shortest_path_length(down, v).values()
    ]  # fmt: skip
    assert row["size"] == len(parents)
    assert row["starters"] == len(starters)
    assert row["depth"] == max(tellings)
    assert row["largest_broadcast"] == max(k for _, k in down.out_degree)
    assert row["structural_virality"] == pytest.approx(mean, nan_ok=True, rel=1e-12)
    below = {f"p{v}": len(networkx.descendants(down, v)) for v in down}
    assert virality.influence(log).to_dict() == below


def test_a_forest_counts_pairs_within_the_same_tree():
    two = story([None, 0, None, 2, 3])  # a pair (distance 1) and a path of three
    assert virality.structural_virality(two) == pytest.approx((2 * 1 + 2 * 4) / (2 + 6), rel=1e-12)


def test_descriptors_tell_stories_apart_even_if_people_are_the_same():
    log = pd.concat([star(5), path(4).assign(customer="Bo"), path(3).assign(issue=2)])
    found = virality.descriptors(log.assign(issue=log["issue"].fillna(1)))
    assert found["customer"].tolist() == ["Ana", "Ana", "Bo"]
    assert found["issue"].tolist() == [1, 2, 1]
    assert found["size"].tolist() == [5, 3, 4]
    assert found["depth"].tolist() == [1, 2, 3]
    assert found["largest_broadcast"].tolist() == [4, 1, 1]
    assert found["broadcast_share"].tolist() == [1, 1 / 2, 1 / 3]
    assert found["structural_virality"].tolist() == pytest.approx([8 / 5, 4 / 3, 5 / 3])
    assert virality.influence(log.assign(issue=log["issue"].fillna(1)))["p0"] == 4 + 2 + 3


def by_hours(log):
    return log.assign(time=pd.date_range("2024-05-01", periods=len(log), freq="h"))


def test_two_sides_of_one_story_are_two_cascades_of_the_same_people():
    log = pd.concat([star(5).assign(side="complaint"), path(3).assign(side="response")])
    log = by_hours(log)
    found = virality.descriptors(log)
    assert found["side"].tolist() == ["complaint", "response"]
    assert found["size"].tolist() == [5, 3]
    assert found["structural_virality"].tolist() == pytest.approx([8 / 5, 4 / 3])
    assert virality.influence(log).tolist() == [4 + 2, 1, 0, 0, 0]


def test_whoever_changes_sides_starts_anew():
    """p0 complains to p1, who answers for the company and wins p0 over; p2 had it from p0."""
    first = story([None, 0], names=["p0", "p2"]).assign(side="complaint")
    other = story([None, 0], names=["p1", "p0"]).assign(side="response")
    other["heard_from"] = ["p0", "p1"]
    log = by_hours(pd.concat([first.iloc[:1], other, first.iloc[1:]]))
    log["kind"] = ["publish", "answer", "share", "share"]
    found = virality.descriptors(log)
    assert found["starters"].tolist() == [1, 1]
    assert found["size"].tolist() == [2, 2]
    assert virality.influence(log).to_dict() == {"p0": 1, "p1": 1, "p2": 0}
    with pytest.raises(ValueError, match="heard_from must be a sharer of the same story"):
        virality.descriptors(log.assign(heard_from=[None, "p0", "p1", "Zoe"]))


def test_nobody_told_anybody_is_a_broadcast_of_nothing():
    row = virality.descriptors(story([None, None])).iloc[0]
    assert row[["size", "starters", "depth", "largest_broadcast"]].tolist() == [2, 2, 0, 0]
    assert np.isnan(row["broadcast_share"])


def test_an_empty_log_has_no_story():
    for log in (star(2).iloc[:0], events.validate(star(2)).iloc[:0]):
        assert len(virality.descriptors(log)) == 0
        assert len(virality.influence(log)) == 0


@pytest.mark.parametrize("p", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("named", [False, True])
def test_descriptors_agree_with_the_run_they_are_from(p, named, tmp_path):
    luck = np.random.default_rng(4)
    ties = [(int(luck.integers(v)), v) for v in range(1, 60)]
    network = Network.from_edges(ties, n=62)
    if named:
        file = tmp_path / "friends.csv"
        file.write_text("\n".join(f"p{u},p{v}" for u, v in ties), encoding="utf-8")
        network = Network.from_csv(file)
    run = cascade.simulate(network, initial=[3, 7], p=p, rng=5)
    row = virality.descriptors(run.events).iloc[0]
    assert row["size"] == run.final("total")
    assert row["starters"] == 2
    rounds = (run.series["variable"] == "new").sum()
    assert row["depth"] == rounds - 1
    assert virality.influence(run.events).max() <= row["size"] - 2


def test_a_log_survives_a_file_and_any_order_of_rows(tmp_path):
    network = Network.from_edges([(int(np.sqrt(v)), v) for v in range(2, 40)])
    log = cascade.simulate(network, initial=[1], p=1.0, rng=1).events
    events.write(log, tmp_path / "log.csv")
    for other in (events.read(tmp_path / "log.csv"), log[::-1], log.sample(frac=1, random_state=1)):
        assert virality.structural_virality(other) == virality.structural_virality(log)
        assert virality.influence(other).to_dict() == virality.influence(log).to_dict()


def test_rows_of_other_kinds_are_left_out():
    call = {"customer": "Ana", "by": "agent", "kind": "contact", "heard_from": "nobody"}
    assert virality.structural_virality(pd.concat([star(4), pd.DataFrame([call])])) == 1.5


@pytest.mark.parametrize(
    ("log", "sentence"),
    [
        (
            star(2).drop(columns="heard_from"),
            "events must have the columns customer, by, kind, heard_from, missing heard_from",
        ),
        (
            star(2).drop(columns="time").assign(side="response"),
            "events must have the columns customer, by, kind, heard_from, time, missing time",
        ),
        (
            story([None, 0], names=["Ana", "Ana"]),
            "events must name each sharer once a story, got 'Ana' twice",
        ),
        (
            star(3).assign(heard_from=[None, "p0", "Zoe"]),
            "heard_from must be a sharer of the same story, or empty for a starter, got 'Zoe' for 'p2'",
        ),
        (
            pd.concat([star(2), story([None], "Bo", ["Cy"]).assign(heard_from="p0")]),
            "heard_from must be a sharer of the same story, or empty for a starter, got 'p0' for 'Cy'",
        ),
        (
            story([None, 0, 3, 2]),
            "heard_from must lead back to a starter, got a circle above 'p2'",
        ),
        (story([0]), "heard_from must lead back to a starter, got a circle above 'p0'"),
        (
            star(3).assign(by=["p0", None, "p2"]),
            "events must name customer, issue, by (and side) of every sharer, got none for sharer 1",
        ),
    ],
)
@pytest.mark.parametrize("function", ["structural_virality", "descriptors", "influence"])
def test_says_what_is_wrong_with_a_tree(function, log, sentence):
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        getattr(virality, function)(log)


# --- gini ---------------------------------------------------------------------------------


def test_gini_of_equals_and_of_one_who_has_all():
    assert virality.gini([3, 3, 3]) == 0
    assert virality.gini([7]) == 0
    for n in (2, 10, 1000):
        assert virality.gini([0] * (n - 1) + [5]) == pytest.approx((n - 1) / n, rel=1e-12)
    assert virality.gini(virality.influence(star(5))) == pytest.approx(4 / 5, rel=1e-12)


@pytest.mark.parametrize("a", [1.5, 2, 3, 10])
def test_gini_of_a_pareto_law(a):
    """1 / (2a - 1); at the middles of n equal parts of chance it lies within n^(1/a - 1)."""
    n = 1_000_000
    values = ((np.arange(n) + 0.5) / n) ** (-1 / a)
    assert virality.gini(values) == pytest.approx(1 / (2 * a - 1), abs=n ** (1 / a - 1))


@patiently
@given(st.lists(st.floats(0, 1e300), min_size=1, max_size=20), st.floats(0.1, 1e8))
def test_gini_is_half_the_mean_difference_and_has_no_unit(values, unit):
    if max(values) < 1e-290:
        return
    part = np.array(values) / max(values)
    exact = np.abs(part[:, None] - part).mean() / (2 * part.mean())
    assert virality.gini(values) == pytest.approx(exact, abs=1e-12)
    assert virality.gini(part * unit) == pytest.approx(exact, abs=1e-12)
    assert -1e-12 <= virality.gini(values) <= 1 - 1 / len(values) + 1e-12


@pytest.mark.parametrize("nothing", [[], [0.0, 0.0]])
def test_gini_of_nothing_is_not_a_number(nothing):
    assert np.isnan(virality.gini(nothing))


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ([1, -2], "values must be finite and at least 0, got -2.0 in place 1"),
        ([np.nan], "values must be finite and at least 0, got nan in place 0"),
        ([np.inf], "values must be finite and at least 0, got inf in place 0"),
        ([[1], [2]], "values must be numbers in one list, got [[1], [2]]"),
        (["a"], "values must be numbers in one list, got ['a']"),
    ],
)
def test_says_what_values_must_be(values, sentence):
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        virality.gini(values)


# --- tails: the exponent ----------------------------------------------------------------------


def zeta_sizes(alpha, n, seed):
    """Draw sizes of the exact law by NumPy's own sampler; the few beyond 10^15 are left out."""
    drawn = np.random.default_rng(seed).zipf(alpha, n)
    return drawn[drawn < 10**15]


@pytest.mark.parametrize("alpha", [1.6, 2.0, 2.5, 3.5])
@pytest.mark.parametrize("x_min", [1, 5])
@pytest.mark.parametrize("seed", range(2))
def test_the_exponent_of_an_exact_law_is_found(alpha, x_min, seed):
    found = virality.tail(zeta_sizes(alpha, 20_000, seed), x_min=x_min)
    assert found.alpha == pytest.approx(alpha, abs=4 * found.standard_error)
    assert found.ks_distance < 2 / np.sqrt(found.n_tail)  # exceeded with chance 2 exp(-8)


def test_the_standard_error_is_the_spread_over_samples():
    found = [virality.tail(zeta_sizes(2.5, 500, seed), x_min=1) for seed in range(100)]
    spread = np.std([tail.alpha for tail in found])
    error = spread / np.sqrt(2 * len(found))
    assert np.mean([tail.standard_error for tail in found]) == pytest.approx(spread, abs=4 * error)


def test_the_exponent_solves_the_score_equation():
    """Mean log size = -zeta'(a, q) / zeta(a, q), the derivative by a sum over sizes."""
    sizes = zeta_sizes(3.0, 3000, 1)
    found = virality.tail(sizes, x_min=2)
    x = np.arange(2.0, 2_000_000)
    law = x**-found.alpha / zeta(found.alpha, 2)
    inside = sizes[sizes >= 2]
    assert np.log(inside).mean() == pytest.approx((law * np.log(x)).sum(), abs=1e-6)
    variance = (law * np.log(x) ** 2).sum() - (law * np.log(x)).sum() ** 2
    assert found.standard_error == pytest.approx(1 / np.sqrt(inside.size * variance), rel=1e-4)


def test_a_tail_that_begins_late_is_found_where_it_begins():
    """Below 20 all sizes alike, from 20 on the exact law."""
    luck = np.random.default_rng(3)
    sizes = np.append(luck.integers(1, 20, 10_000), _laws.draw(2.2, 20, 10_000, luck))
    found = virality.tail(sizes)
    assert 18 <= found.x_min <= 30
    assert found.alpha == pytest.approx(2.2, abs=4 * found.standard_error)


K = np.arange(1.0, 1_000_001)
BOREL = np.exp(-K + (K - 1) * np.log(K) - gammaln(K + 1))


def borel(n, seed):
    """Draw total progenies of critical Poisson families: P(k) = e^-k k^(k-1) / k!.

    By inversion of a table up to 10^6; beyond it by P(more than k) = sqrt(2 / (pi k)), there
    right to a millionth.
    """
    more = 1 - np.cumsum(BOREL)
    u = 1 - np.random.default_rng(seed).random(n)
    size = 1.0 + np.searchsorted(-more, -u)
    far = u < more[-1]
    size[far] = np.floor(2 / (np.pi * u[far] ** 2))
    return np.minimum(size, 1e15)


@pytest.mark.parametrize("seed", range(3))
def test_sizes_of_critical_families_fall_off_with_exponent_three_halves(seed):
    """From 50 on: P(k) ~ k^-1.5 (1 - 1 / 12k), so that less than .002 of bias is left."""
    found = virality.tail(borel(100_000, seed), x_min=50)
    assert found.alpha == pytest.approx(1.5, abs=4 * found.standard_error)
    assert found.standard_error < 0.006


def test_a_finite_crowd_cuts_the_tail_and_makes_it_look_steeper():
    """Cut at 2000, the exponent tends to where -zeta'/zeta is the mean log size of the cut law."""
    sizes = borel(100_000, 0)
    found = virality.tail(sizes[sizes <= 2000], x_min=50)
    inside = (K >= 50) & (K <= 2000)
    law = BOREL[inside] / BOREL[inside].sum()
    mean = law @ np.log(K[inside])
    spread = np.sqrt(law @ (np.log(K[inside]) - mean) ** 2)

    def mean_log(alpha, step=1e-5):
        return -np.log(zeta(alpha + step, 50) / zeta(alpha - step, 50)) / (2 * step)

    limit = brentq(lambda alpha: mean_log(alpha) - mean, 1.1, 4)
    steepness = -(mean_log(limit + 1e-3) - mean_log(limit - 1e-3)) / 2e-3
    standard_error = spread / steepness / np.sqrt(found.n_tail)
    assert limit > 1.7
    assert found.alpha == pytest.approx(limit, abs=4 * standard_error)


# --- tails: the rival --------------------------------------------------------------------------


def lognormal_sizes(n, seed, mu=3.0, sigma=1.0):
    return np.maximum(np.round(np.random.default_rng(seed).lognormal(mu, sigma, n)), 1)


@pytest.mark.parametrize("seed", range(3))
def test_lognormal_sizes_favour_the_lognormal(seed):
    found = virality.tail(lognormal_sizes(5000, seed), x_min=5)
    assert found.favoured == "lognormal"
    assert found.vuong < 0 > found.log_likelihood_ratio
    assert found.lognormal_mu == pytest.approx(3, abs=4 * 2 / np.sqrt(5000))  # cut: error doubled
    assert found.lognormal_sigma == pytest.approx(1, abs=4 * 2 / np.sqrt(5000))
    assert virality.tail_p_value(lognormal_sizes(5000, seed), x_min=5, runs=20, rng=1) == 0


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("x_min", [1, 10])
def test_sizes_of_a_power_law_never_favour_the_lognormal(seed, x_min):
    assert virality.tail(zeta_sizes(1.8, 5000, seed), x_min=x_min).favoured != "lognormal"


def test_many_small_sizes_of_a_power_law_favour_it():
    found = virality.tail(zeta_sizes(2.0, 200_000, 1), x_min=1)
    assert found.favoured == "power law"


def test_where_the_lognormal_becomes_a_power_law_neither_is_favoured():
    """A tail that bends upwards: the best lognormal is infinitely wide."""
    luck = np.random.default_rng(1)
    sizes = np.append(_laws.draw(3.0, 100, 5000, luck), _laws.draw(1.5, 1000, 200, luck))
    found = virality.tail(sizes, x_min=100)
    assert found.lognormal_sigma == np.inf
    assert found.lognormal_mu == -np.inf
    assert abs(found.log_likelihood_ratio) < 1
    assert found.favoured == "neither"


def test_the_rival_is_a_law_its_chances_sum_to_one():
    x, counts = np.unique(lognormal_sizes(500, 1, mu=1.0, sigma=0.7), return_counts=True)
    fit = _laws.Law(2.5, 2.0, 0.1)
    x, counts = x[x >= 2], counts[x >= 2].astype(float)
    mu, sigma, chances = _laws.lognormal(x, counts, fit)
    all_x = np.arange(2.0, 2001)
    few = np.where(np.isin(all_x, x), 0.0, 1e-12)
    few[np.isin(all_x, x)] = counts
    _, _, everywhere = _laws.lognormal(all_x, few, fit)
    assert np.exp(everywhere).sum() == pytest.approx(1, abs=1e-6)
    assert chances == pytest.approx(everywhere[np.isin(all_x, x)], abs=1e-4)
    assert sigma > 0
    assert mu < 3


@pytest.mark.parametrize(
    ("ratio", "vuong", "p", "verdict"),
    [
        (9.0, 3.0, 0.0027, "a power law is favoured over a lognormal (p = 0.0027)"),
        (-9.0, -3.0, 0.0027, "a lognormal is favoured over a power law (p = 0.0027)"),
        (2.0, 1.0, 0.32, "neither a power law nor a lognormal is favoured (p = 0.32)"),
        (0.01, 3.0, 0.0027, "neither a power law nor a lognormal is favoured (p = 0.0027)"),
    ],
)
def test_the_verdict_is_one_sentence(ratio, vuong, p, verdict):
    found = virality.Tail(2.5, 0.1, 7, 100, 40, 0.05, 1.0, 2.0, ratio, vuong, p)
    assert found.verdict == f"From size 7 on (40 of 100) {verdict}."


# --- tails: goodness of fit -----------------------------------------------------------------


@pytest.mark.parametrize(("alpha", "first"), [(1.5, 1), (2.5, 7), (4.0, 3)])
def test_drawn_sizes_have_the_exact_law(alpha, first):
    n = 200_000
    drawn = _laws.draw(alpha, first, n, np.random.default_rng(1))
    assert drawn.shape == (n,)
    for size in [*range(first, first + 8), 100]:
        for share, chance in (
            (np.mean(drawn == size), size**-alpha / zeta(alpha, first)),
            (np.mean(drawn >= size), zeta(alpha, size) / zeta(alpha, first)),
        ):
            standard_error = np.sqrt(chance * (1 - chance) / n)
            assert share == pytest.approx(chance, abs=4 * standard_error + 1e-12), size


def test_the_flattest_law_can_be_drawn_and_fitted():
    drawn = _laws.draw(1.03, 1, 1000, np.random.default_rng(1))
    assert drawn.max() == 10**15
    assert 1.01 < virality.tail(drawn, x_min=1).alpha < 1.1


def test_p_values_of_a_true_law_are_even():
    """Mean 1/2 and variance 1/12 over samples; 30 runs each add less than 1/120."""
    found = [
        virality.tail_p_value(zeta_sizes(2.5, 300, seed), x_min=1, runs=30, rng=seed)
        for seed in range(40)
    ]
    standard_error = np.sqrt((1 / 12 + 1 / 120) / len(found))
    assert np.mean(found) == pytest.approx(0.5, abs=4 * standard_error)
    assert np.var(found) > 0.04


def test_sizes_that_are_no_power_law_have_a_small_p_value():
    sizes = np.random.default_rng(1).geometric(0.05, 3000)
    assert virality.tail_p_value(sizes, x_min=3, runs=50, rng=1) == 0


@pytest.mark.parametrize("x_min", [None, 2])
def test_threads_change_no_p_value_and_luck_does(x_min):
    sizes = zeta_sizes(2.2, 100, 1)
    few, many = (
        virality.tail_p_value(sizes, runs=40, x_min=x_min, threads=k, rng=1) for k in (1, 3)
    )
    assert few == many
    others = {virality.tail_p_value(sizes, runs=40, x_min=x_min, rng=r) for r in range(6)}
    assert len(others) > 1


def test_a_handful_of_sizes_has_a_p_value():
    for rng in range(5):
        assert 0 <= virality.tail_p_value([1, 1, 2, 9, 9, 10], runs=20, x_min=9, rng=rng) <= 1


# --- tails: bounds, a peer, messages ----------------------------------------------------------


@patiently
@given(st.lists(st.integers(1, 50), min_size=5, max_size=40))
def test_a_tail_lies_within_its_bounds(sizes):
    if len(set(sizes)) < 2:
        return
    x, counts = np.unique(np.array(sizes, float), return_counts=True)
    if _laws.likeliest(x, counts, None) is None:
        with pytest.raises(ValueError, match="steeper fall"):
            virality.tail(sizes)
        return
    found = virality.tail(sizes)
    assert found.x_min in sizes
    assert found.x_min < max(sizes)
    assert 1 < found.alpha < 20
    assert 2 <= found.n_tail <= found.n == len(sizes)
    assert 0 <= found.ks_distance <= 1
    assert 0 <= found.vuong_p_value <= 1
    assert found.standard_error > 0
    assert virality.tail(sizes[::-1]) == found
    assert virality.tail(sizes, x_min=found.x_min).alpha == found.alpha
    for x_min in set(sizes) - {max(sizes)}:
        other = _laws.likeliest(x, counts, x_min)
        assert other is None or other.distance >= found.ks_distance


PEER = {
    "lognormal, given": (lognormal_sizes(2000, 7), 5),
    "power law, found": (
        np.append(np.arange(1, 9).repeat(90), _laws.draw(2.3, 8, 900, np.random.default_rng(3))),
        None,
    ),
    "lognormal, found": (lognormal_sizes(800, 2, mu=2.0, sigma=1.2), None),
}


@pytest.mark.parametrize("name", PEER)
def test_exponent_start_and_ratio_agree_with_the_powerlaw_package(name):
    powerlaw = pytest.importorskip("powerlaw")
    sizes, x_min = PEER[name]
    found = virality.tail(sizes, x_min=x_min)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer = powerlaw.Fit(
            sizes, discrete=True, estimate_discrete=False, xmin=x_min, verbose=0
        )  # fmt: skip
        alpha = peer.power_law.alpha
        ratio, p = peer.distribution_compare("power_law", "lognormal")
    assert found.x_min == peer.xmin
    assert found.alpha == pytest.approx(alpha, abs=1e-4)
    assert found.log_likelihood_ratio == pytest.approx(ratio, abs=1e-4)
    assert found.vuong_p_value == pytest.approx(p, abs=1e-3)


RULE = "sizes must be whole numbers from 1 to 1e+15"


@pytest.mark.parametrize(
    ("sizes", "x_min", "sentence"),
    [
        ([3, 0], None, f"{RULE}, got 0 in place 1"),
        ([3, 1.5], None, f"{RULE}, got 1.5 in place 1"),
        ([3, np.nan], None, f"{RULE}, got nan in place 1"),
        ([3, 10**16], None, f"{RULE}, got 10000000000000000 in place 1"),
        ([[1], [2]], None, f"{RULE}, in one list, got [[1], [2]]"),
        ("many", None, f"{RULE}, in one list, got 'many'"),
        ([], None, "sizes must have two different values, got 0"),
        ([4, 4], None, "sizes must have two different values, got 1"),
        ([1, 4, 4], 2, "sizes must have two different values of at least x_min = 2, got 1"),
        ([1, 4], 0, "x_min must be a whole number in [1, 1000000000000000], got 0"),
        ([1, 4], 2.5, "x_min must be a whole number in [1, 1000000000000000], got 2.5"),
        (
            [1000] * 9 + [1001],
            None,
            "sizes must fall off with an exponent of at most 20, got a steeper fall",
        ),
        (
            [1, 1000, 1001],
            1000,
            "sizes from x_min = 1000 on must fall off with an exponent of at most 20, got a steeper fall",
        ),
    ],
)
def test_says_what_is_wrong_with_sizes(sizes, x_min, sentence):
    for call in (virality.tail, lambda *a, **k: virality.tail_p_value(*a, runs=2, **k)):
        with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
            call(sizes, x_min=x_min)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"runs": 0}, "runs must be a whole number of at least 1, got 0"),
        ({"runs": 2, "threads": 0}, "threads must be a whole number of at least 1, got 0"),
        (
            {"runs": 2, "rng": -1},
            "rng must be an integer of at least 0, a numpy.random.Generator or None, got -1",
        ),
    ],
)
def test_says_what_is_wrong_with_runs(wrong, sentence):
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        virality.tail_p_value([1, 2, 3], **wrong)


def test_more_runs_than_memory_holds_are_refused():
    with pytest.raises(ValueError, match=r"^runs must fit in memory"):
        virality.tail_p_value([1, 2, 3, 4, 5, 9], runs=10**12, x_min=1)
