"""Ordered answers: four methods against theory and each other, and styles of answering."""

import math
import re
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.miscmodels.ordinal_model import OrderedModel

from cemlab.cem import surveys

patiently = settings(deadline=None, max_examples=25, derandomize=True)
A, B = [1, 2, 2, 3, 3, 3], [2, 3, 3, 4, 4, 5]
ANSWERS = st.lists(st.integers(1, 5), min_size=3, max_size=30)


def says(sentence):
    return pytest.raises(ValueError, match="^" + re.escape(sentence) + "$")


def test_ties_by_hand():
    """Of 36 pairs b is higher in 23 and level in 12: U = 29, and 29 / 36."""
    table = surveys.ordinal(A, B)
    assert table["value"].tolist()[:3] == pytest.approx([7 / 6, 29, 29 / 36])
    ranks = stats.rankdata(A + B)
    _, counts = np.unique(A + B, return_counts=True)
    sd = math.sqrt(36 / 12 * (13 - (counts**3 - counts).sum() / (12 * 11)))
    assert ranks[6:].sum() - 21 == 29
    p = 2 * stats.norm.sf((29 - 18 - 0.5) / sd)
    assert table.loc["Mann-Whitney", "p_value"] == pytest.approx(p)


def test_welch_is_that_of_scipy():
    row = surveys.ordinal(A, B).loc["difference of means"]
    test = stats.ttest_ind(B, A, equal_var=False)
    limits = test.confidence_interval()
    assert [row["low"], row["high"], row["p_value"]] == pytest.approx(
        [limits.low, limits.high, test.pvalue]
    )


def test_two_answers_have_the_odds_ratio_of_the_table():
    """10 of 40 against 30 of 50: 30 * 30 / (10 * 20), Woolf's interval."""
    row = surveys.ordinal([2] * 10 + [1] * 30, [2] * 30 + [1] * 20).loc["odds ratio"]
    half = 1.959964 * math.sqrt(1 / 10 + 1 / 30 + 1 / 30 + 1 / 20)
    assert row["value"] == pytest.approx(4.5, rel=1e-4)
    assert [row["low"], row["high"]] == pytest.approx(
        [4.5 * math.exp(-half), 4.5 * math.exp(half)], rel=1e-3
    )


def test_the_counted_fit_is_that_of_all_answers_one_by_one():
    row = surveys.ordinal(A * 3, B * 3).loc["odds ratio"]
    group = np.repeat([0.0, 1.0], 18)[:, None]
    theirs = OrderedModel(A * 3 + B * 3, group, distr="logit").fit(method="bfgs", disp=False)
    assert math.log(row["value"]) == pytest.approx(theirs.params[0], abs=1e-3)
    half = math.log(row["high"] / row["low"]) / 2 / 1.959964
    assert half == pytest.approx(theirs.bse[0], rel=1e-3)


def test_the_odds_ratio_of_a_simulated_cumulative_logit_is_found_again():
    rng, cuts = np.random.default_rng(8), np.array([-2, -0.5, 0.5, 2])
    a = 1 + np.searchsorted(cuts, rng.logistic(size=3000))
    b = 1 + np.searchsorted(cuts, 0.7 + rng.logistic(size=3000))
    row = surveys.ordinal(a, b).loc["odds ratio"]
    error = math.log(row["high"] / row["low"]) / 2 / 1.959964
    assert abs(math.log(row["value"]) - 0.7) < 4 * error
    assert error < 0.06


@patiently
@given(ANSWERS, ANSWERS)
def test_turned_groups_turn_every_method_and_order_does_not_matter(a, b):
    table, turned = surveys.ordinal(a, b[::-1]), surveys.ordinal(b, a[::-1])
    value, back = table["value"].to_numpy(), turned["value"].to_numpy()
    assert value[:3] + back[:3] == pytest.approx([0, len(a) * len(b), 1])
    if table.loc["odds ratio", "note"]:
        assert value[3] in (0, 1, math.inf)
    else:
        assert value[3] * back[3] == pytest.approx(1, rel=1e-2)
    level = sum((y > x) + (y == x) / 2 for x in a for y in b)
    assert value[1] == level
    missing = table["low"].isna() & (table.index != "Mann-Whitney")
    assert (table.loc[missing, "note"] != "").all()


def test_means_and_ranks_may_disagree_and_it_says_so():
    """Many more of a are slightly higher, but a few of b are far below: few extremes move the mean."""
    a, b = [3] * 40 + [4] * 20, [4] * 50 + [1] * 10
    table = surveys.ordinal(a, b)
    assert table["reading"].tolist()[:3] == ["no clear difference", "b higher", "b higher"]
    assert table.loc["Mann-Whitney", "disagrees"] == (
        "The means say: no clear difference; this method says: b higher."
    )
    assert table.loc["difference of means", "disagrees"] == ""


def test_equal_answers_and_groups_apart_are_told_in_words():
    same = surveys.ordinal([3, 3], [3, 3, None])
    assert same["value"].tolist() == [0, 3 - 1, 0.5, 1]
    assert same["note"].unique().tolist() == ["no test: all answers are equal; 1 missing left out"]
    apart = surveys.ordinal([1, 2, 2], [4, 5, 5])
    assert apart["value"].tolist()[2:] == [1, math.inf]
    assert (
        apart["note"].tolist()[2:]
        == ["no interval: no answer of one group is beyond any of the other"] * 2
    )
    assert same["reading"].unique().tolist() == ["cannot be computed"]
    assert apart["reading"].tolist()[2:] == ["complete separation: b higher"] * 2
    assert apart["disagrees"].tolist()[2:] == ["", ""]
    constant = surveys.ordinal([5] * 50, [1] * 50)
    assert constant["reading"].tolist() == [
        "complete separation: a higher", "a higher",
        "complete separation: a higher", "complete separation: a higher",
    ]  # fmt: skip
    assert (constant["disagrees"] == "").all()
    touching = surveys.ordinal([1, 1, 2, 2], [2, 3, 3, 3])
    assert touching.loc["odds ratio", ["value", "reading"]].tolist() == [
        math.inf,
        "cannot be computed",
    ]
    assert touching.loc["odds ratio", "disagrees"] == ""
    steps = surveys.ordinal([3, 3], [4, 4])
    assert steps.loc["difference of means", "note"] == "no test: all answers of a group are equal"


def test_says_what_groups_must_be():
    with says("a must have at least 2 answers, got 1"):
        surveys.ordinal([3, None], [1, 2])
    with says("b must be numbers in the order of the answers, or missing, got 'good'"):
        surveys.ordinal([3, 2], ["good", "bad"])


# --- styles --------------------------------------------------------------------------------------


def test_styles_by_hand():
    items = pd.DataFrame(
        [[5, 5, 5, 5], [1, 5, 1, 5], [3, None, 3, 4], [2, None, None, None], [None] * 4],
        index=list("abcde"),
    )
    table = surveys.response_style(items)
    assert table["answered"].tolist() == [4, 4, 3, 1, 0]
    assert table["extreme"].tolist()[:4] == [1, 1, 0, 0]
    assert table["acquiescence"].tolist()[:4] == pytest.approx([1, 0.5, 1 / 3, 0])
    assert table["straight_lining"].tolist()[:3] == [1, 0, 0.5]
    assert table["straight_lining"].isna().tolist() == [False, False, False, True, True]
    assert table.loc["e"].isna().sum() == 3
    assert table.index.tolist() == list("abcde")


@patiently
@given(st.lists(st.lists(st.integers(1, 7), min_size=3, max_size=3), min_size=1, max_size=20))
def test_styles_agree_with_a_plain_loop(rows):
    table = surveys.response_style(rows, scale=(1, 7), agree_from=6)
    for row, found in zip(rows, table.itertuples(), strict=True):
        assert found.extreme == pytest.approx(sum(x in (1, 7) for x in row) / 3)
        assert found.acquiescence == pytest.approx(sum(x >= 6 for x in row) / 3)
        pairs = pairwise(row)
        assert found.straight_lining == pytest.approx(sum(x == y for x, y in pairs) / 2)


def test_says_what_answers_must_be():
    with pytest.raises(ValueError, match=r"^items must be scores in \[1, 5\], got 6"):
        surveys.response_style([[6, 1]])
    with says("agree_from must be a finite number in [1, 5], got 9"):
        surveys.response_style([[1, 2]], agree_from=9)
