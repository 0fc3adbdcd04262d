"""Weighted answers: how often intervals hold, variances by hand, and what weights must be."""

import math
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from cemlab.cem import surveys

patiently = settings(deadline=None, max_examples=25, derandomize=True)
CHANCE = {1: 0.05, 2: 0.05, 3: 0.05, 4: 0.5, 5: 0.5}


def says(sentence):
    return pytest.raises(ValueError, match="^" + re.escape(sentence) + "$")


def within_4_se(hits, chance=0.95):
    error = math.sqrt(chance * (1 - chance) / len(hits))
    return np.mean(hits) == pytest.approx(chance, abs=4 * error)


# --- how often they hold ---------------------------------------------------------------------


def test_weights_that_go_with_the_answer_leave_the_interval_of_a_share_as_sure_as_it_says():
    """The unhappy answer seldom and weigh much; Kish's n would take the weights for mere luck."""
    rng, hits, kish = np.random.default_rng(1), [], []
    for _ in range(600):
        people = rng.multinomial(2000, [0.02, 0.02, 0.06, 0.4, 0.5])
        counts = rng.binomial(people, list(CHANCE.values()))
        found = surveys.weighted([*CHANCE], CHANCE, measure=surveys.csat, counts=counts)
        hits.append(found.low <= 0.9 <= found.high)
        low, high = proportion_confint(found * found.n, found.n, method="wilson")
        kish.append(low <= 0.9 <= high)
    assert within_4_se(hits)
    assert np.mean(kish) < 0.8


@pytest.mark.parametrize("method", ["wald", "adjusted", "score"])
def test_weighted_net_scores_hold_as_often_as_they_say(method):
    scores, parts = [2, 5, 7, 9, 10], [0.04, 0.06, 0.2, 0.3, 0.4]
    chance = dict(zip(scores, [0.3, 0.1, 0.1, 0.3, 0.5], strict=True))
    rng, hits = np.random.default_rng(2), []
    for _ in range(500):
        counts = rng.binomial(rng.multinomial(3000, parts), list(chance.values()))
        found = surveys.weighted(scores, chance, counts=counts, method=method)
        hits.append(found.low <= 60 <= found.high)
    assert within_4_se(hits)


def test_groups_of_fixed_shares_hold_as_often_as_they_say():
    """90 answers with 98 % and 10 with 50 %, of a population that is half and half."""
    rng, hits = np.random.default_rng(3), []
    for _ in range(600):
        a, b = rng.binomial(90, 0.98), rng.binomial(10, 0.5)
        found = surveys.reweighted(
            [5, 1, 5, 1], ["a", "a", "b", "b"], {"a": 0.5, "b": 0.5},
            measure=surveys.csat, counts=[a, 90 - a, b, 10 - b],
        )  # fmt: skip
        hits.append(found.low <= 0.74 <= found.high)
    assert within_4_se(hits)


# --- by hand ------------------------------------------------------------------------------------


def test_the_variance_of_groups_is_the_sum_over_them():
    """Shares 3/4 of 8 and 1/4 of 4: s^2 = 8/7 x 3/16 and 4/3 x 3/16, weights .6 and .4."""
    scores = [10] * 6 + [0] * 2 + [10] + [0] * 3
    groups = ["a"] * 8 + ["b"] * 4
    variance = 0.36 * (8 / 7 * 3 / 16) / 8 + 0.16 * (4 / 3 * 3 / 16) / 4
    half = 1.959964 * 2 * math.sqrt(variance)  # a promoter is two steps above a detractor
    found = surveys.reweighted(scores, groups, {"a": 0.6, "b": 0.4})
    assert found == pytest.approx(100 * (0.6 * 0.5 - 0.4 * 0.5))
    assert [found.low, found.high] == pytest.approx([10 - 100 * half, 10 + 100 * half])
    assert "groups of fixed shares" in found.method
    top = surveys.reweighted(
        scores, groups, {"a": 0.6, "b": 0.4}, measure=surveys.csat, scale=(0, 10)
    )
    n = 0.55 * 0.45 / variance
    low, high = proportion_confint(0.55 * n, n, method="wilson")
    assert [top.value, top.low, top.high] == pytest.approx([0.55, low, high])
    assert f"as exact as {n:.4g} plain answers" in top.method
    mean = top.parts["mean_high"] - top.parts["mean"]
    worth = 1 / (8 * (0.6 / 8) ** 2 + 4 * (0.4 / 4) ** 2)
    assert mean == pytest.approx(stats.t.ppf(0.975, worth - 1) * 10 * math.sqrt(variance))


def test_the_interval_of_a_weighted_share_by_hand():
    """Weights 3 and 1: p = 3/4, variance (9 x 1/16 + 9/16) / 16, so n = (3/16) / (18/256)."""
    found = surveys.csat([5, 1], weights=[3, 1])
    n = (3 / 16) / (18 / 256)
    low, high = proportion_confint(0.75 * n, n, method="wilson")
    assert [found.value, found.low, found.high] == pytest.approx([0.75, low, high])
    assert found.n == pytest.approx(1.6)
    assert found.method.startswith("Wilson, as exact as 2.667 plain answers; weighted")


@patiently
@given(st.lists(st.integers(1, 5), min_size=2, max_size=30), st.randoms())
def test_a_plain_loop_finds_the_same_variance_and_order_does_not_matter(scores, luck):
    rows = [(score, 1 + 3 * luck.random()) for score in scores]
    found = surveys.csat([s for s, _ in rows], weights=[w for _, w in rows])
    whole = sum(w for _, w in rows)
    share = sum(w for s, w in rows if s >= 4) / whole
    variance = sum((w * ((s >= 4) - share)) ** 2 for s, w in rows) / whole**2
    kish = whole**2 / sum(w**2 for _, w in rows)
    n = share * (1 - share) / variance if 1e-9 < share < 1 - 1e-9 else kish
    low, high = proportion_confint(share * n, n, method="wilson")
    assert [found.value, found.low, found.high, found.n] == pytest.approx(
        [share, min(low, share), max(high, share), kish]
    )
    luck.shuffle(rows)
    again = surveys.csat([s for s, _ in rows], weights=[w for _, w in rows])
    assert [again.low, again.high] == pytest.approx([found.low, found.high])


def test_counts_in_groups_are_people():
    short = surveys.reweighted([10, 0, 10, 0], ["a", "a", "b", "b"], {"a": 0.3, "b": 0.7}, counts=[3, 1, 2, 2])  # fmt: skip
    rows = surveys.reweighted([10] * 3 + [0] + [10] * 2 + [0] * 2, ["a"] * 4 + ["b"] * 4, {"a": 0.3, "b": 0.7})  # fmt: skip
    assert [short.value, short.low, short.n] == pytest.approx([rows.value, rows.low, rows.n])
    assert short == pytest.approx(100 * 0.3 * 0.5)


def test_groups_without_any_spread_inside_fall_back_on_the_weights():
    """All of a are promoters, all of b detractors: nothing varies within a group."""
    found = surveys.reweighted([10, 10, 0, 0], ["a", "a", "b", "b"], {"a": 0.5, "b": 0.5})
    assert [found.low, found.high] == pytest.approx(
        [surveys.nps([10, 10, 0, 0]).low, surveys.nps([10, 10, 0, 0]).high]
    )


def test_a_measure_of_ones_own_gets_plain_weights():
    def mean(scores, weights, level):
        return np.average(scores, weights=weights)

    found = surveys.reweighted(
        [4, 4, 4, 0], ["a", "a", "a", "b"], {"a": 0.5, "b": 0.5}, measure=mean
    )
    assert found == pytest.approx(2)


# --- what weights must be -----------------------------------------------------------------------


@pytest.mark.parametrize("unit", [1e-200, 1e-170, 1e200])
def test_only_the_proportions_of_weights_matter(unit):
    plain = surveys.nps([9, 9, 3], weights=[1, 2, 3])
    scaled = surveys.nps([9, 9, 3], weights=[1 * unit, 2 * unit, 3 * unit])
    assert [scaled.value, scaled.low, scaled.n] == pytest.approx([plain.value, plain.low, plain.n])
    index = surveys.acsi([[9, 7, 6], [7, 7, 6]], weights=[2 * unit, unit, unit])
    assert index == pytest.approx(100 * 25 / 36)


def test_a_missing_weight_matters_only_beside_an_answer():
    found = surveys.nps([9, None, 3], weights=[1, np.nan, 1])
    assert (found.value, found.n) == (0, 2)
    with says("weights must be numbers of at least 0, one for each answer, got nan"):
        surveys.nps([9, 3], weights=[1, np.nan])


def test_population_shares_that_were_rounded_are_shared_out():
    scores, groups = [10, 0, 10, 10, 0], ["a", "a", "b", "b", "b"]
    rounded = surveys.reweighted(scores, groups, {"a": 0.333, "b": 0.666})
    exact = surveys.reweighted(scores, groups, {"a": 1 / 3, "b": 2 / 3})
    assert [rounded.value, rounded.low] == pytest.approx([exact.value, exact.low])


def test_groups_may_be_a_series():
    frame = pd.DataFrame({"score": [10, 0, None, 9], "group": ["a", "a", "b", "b"]})
    found = surveys.reweighted(frame["score"], frame["group"], {"a": 0.5, "b": 0.5})
    assert found == pytest.approx(50)
