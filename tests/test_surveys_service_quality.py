"""Service quality: gaps worked out by hand, simple identities, and what must not pass."""

import math
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from scipy import stats

from cemlab.cem import surveys

patiently = settings(deadline=None, max_examples=25, derandomize=True)
SMALL = {"speed": ["quick", "on time"], "care": ["kind"]}
EXPECT = pd.DataFrame({"quick": [7, 6, 7], "on time": [7, 6, 5], "kind": [5, 5, 5]})
FOUND = pd.DataFrame({"quick": [4, 5, 6], "on time": [2, 5, 5], "kind": [6, 7, 5]})
WEIGHTS = {
    "tangibles": 0.11,
    "reliability": 0.32,
    "responsiveness": 0.22,
    "assurance": 0.19,
    "empathy": 0.16,
}


def says(sentence):
    return pytest.raises(ValueError, match="^" + re.escape(sentence) + "$")


def small(expect=EXPECT, found=FOUND, **options):
    return surveys.servqual(expect, found, dimensions=SMALL, **options)


def full(n=80, **options):
    return surveys.simulate_servqual(n, rng=1, **options)


# --- the scale -------------------------------------------------------------------------------


def test_servqual_has_22_items_in_five_dimensions():
    counts = {name: len(items) for name, items in surveys.DIMENSIONS.items()}
    assert counts == dict(zip(WEIGHTS, [4, 5, 4, 4, 5], strict=True))
    assert len(set(surveys.ITEMS)) == len(surveys.ITEMS) == 22
    assert surveys.ITEMS[4] == surveys.DIMENSIONS["reliability"][0]


# --- by hand ---------------------------------------------------------------------------------


def test_three_respondents_by_hand():
    """Speed: gaps -4, -1 and -.5; care: 1, 2 and 0."""
    result = small()
    assert result.items["gap"].tolist() == pytest.approx([-5 / 3, -2, 1])
    assert result.dimensions["gap"].tolist() == pytest.approx([-5.5 / 3, 1])
    assert result.dimensions.loc["speed", ["expectation", "perception"]].tolist() == pytest.approx([38 / 6, 27 / 6])  # fmt: skip
    assert float(result.overall) == pytest.approx((-5.5 / 3 + 1) / 2)
    assert result.weighted is None
    for each, row in (([-4, -1, -0.5], result.dimensions.loc["speed"]),
                      ([-1.5, 0.5, -0.25], result.overall.row())):  # fmt: skip
        interval = stats.ttest_1samp(each, 0).confidence_interval()
        assert [row["low"], row["high"]] == pytest.approx([*interval])


@pytest.mark.parametrize(
    "weights",
    [
        {"speed": 80, "care": 20},
        {"care": 0.2, "speed": 0.8},
        [80, 20],
        [[0.8, 0.2]] * 3,
        pd.Series({"care": 20, "speed": 80}),
        pd.DataFrame({"care": [20, 20, 20], "speed": [80, 80, 80]}),
    ],
)
def test_weights_may_be_shares_or_points_and_one_row_or_many(weights):
    found = small(weights=weights).weighted
    each = [-4 * 0.8 + 0.2, -0.8 + 0.4, -0.4]
    assert float(found) == pytest.approx(np.mean(each))
    assert [found.low, found.high] == pytest.approx([*stats.ttest_1samp(each, 0).confidence_interval()])  # fmt: skip


def test_each_respondent_may_have_weights_of_their_own_and_may_have_none():
    found = small(weights=[[100, 0], [0, 100], [None, None]]).weighted
    assert float(found) == pytest.approx((-4 + 2) / 2)
    assert (found.n, found.parts["left_out"]) == (2, 1)


def test_weights_of_the_five_dimensions_make_the_weighted_score_of_their_gaps():
    expect, found = full()
    result = surveys.servqual(expect, found, weights=WEIGHTS)
    by_hand = sum(w * result.dimensions.loc[d, "gap"] for d, w in WEIGHTS.items())
    assert float(result.weighted) == pytest.approx(by_hand)
    even = surveys.servqual(expect, found, weights=[20] * 5)
    assert [*even.weighted.row().values()][:3] == pytest.approx([*even.overall.row().values()][:3])
    assert float(even.overall) == pytest.approx(result.dimensions["gap"].mean())


def test_a_dimensions_gap_is_the_mean_of_its_items_and_the_difference_of_two_servperfs():
    expect, found = full()
    result = surveys.servqual(expect, found)
    by_items = result.items.groupby("dimension", sort=False)["gap"].mean()
    assert result.dimensions["gap"].tolist() == pytest.approx(by_items.tolist())
    told, asked = surveys.servperf(found), surveys.servperf(expect)
    assert float(result.overall) == pytest.approx(told.overall - asked.overall)
    alphas = [float(surveys.cronbach_alpha((found - expect)[list(items)]))
              for items in surveys.DIMENSIONS.values()]  # fmt: skip
    assert result.dimensions["alpha"].tolist() == pytest.approx(alphas)


# --- who counts ------------------------------------------------------------------------------


def test_a_missing_answer_leaves_its_respondent_out_of_item_dimension_and_overall():
    found = FOUND.astype("Float64")
    found.loc[0, "quick"] = pd.NA
    result = small(found=found)
    assert result.items["n"].tolist() == [2, 3, 3]
    assert result.items["left_out"].tolist() == [1, 0, 0]
    assert result.items.loc["quick", ["expectation", "gap"]].tolist() == pytest.approx([6.5, -1])
    assert result.dimensions["n"].tolist() == [2, 3]
    assert result.dimensions.loc["speed", "gap"] == pytest.approx(-0.75)
    assert float(result.overall) == pytest.approx((0.5 - 0.25) / 2)
    assert (result.overall.n, result.overall.parts["left_out"]) == (2, 1)


def test_if_nobody_answered_everything_the_overall_score_says_so():
    found = FOUND.astype(float)
    found.loc[0, "quick"], found.loc[1:, "kind"] = np.nan, np.nan
    overall = small(found=found).overall
    assert math.isnan(overall)
    assert (overall.n, overall.method) == (0, "none: nobody answered all items")


def test_one_respondent_has_scores_without_intervals():
    result = small(EXPECT[:1], FOUND[:1])
    assert result.dimensions["gap"].tolist() == [-4, 1]
    assert result.dimensions[["low", "high", "alpha"]].isna().all(axis=None)
    assert result.overall.method == "none: one respondent has no spread"


def test_gaps_that_are_all_equal_have_no_interval_and_say_so():
    result = small(EXPECT, EXPECT - 1)
    assert result.dimensions["gap"].tolist() == [-1, -1]
    assert result.dimensions[["low", "high", "alpha"]].isna().all(axis=None)
    assert result.overall.method == "none: all respondents have the same mean"


# --- order -----------------------------------------------------------------------------------


@patiently
@given(st.permutations(range(12)), st.permutations(range(22)))
def test_the_order_of_respondents_and_of_named_items_changes_nothing(rows, columns):
    expect, found = full(12)
    usual = surveys.servqual(expect, found, weights=WEIGHTS)
    other = surveys.servqual(expect.iloc[rows, columns], found.iloc[rows], weights=WEIGHTS)
    assert_frame_equal(other.dimensions, usual.dimensions)
    assert_frame_equal(other.items, usual.items)
    assert float(other.weighted) == pytest.approx(float(usual.weighted))


def test_arrays_and_other_names_go_by_place():
    expect, found = full()
    usual = surveys.servqual(expect, found)
    array = surveys.servqual(expect.to_numpy(), found.to_numpy().tolist())
    assert_frame_equal(array.items, usual.items)
    names = [f"q{i}" for i in range(22)]
    other = surveys.servqual(expect.set_axis(names, axis=1), found.set_axis(names, axis=1))
    assert other.items.index.tolist() == names
    assert_frame_equal(other.dimensions, usual.dimensions)


def test_one_misspelt_item_is_named_and_does_not_shift_the_others():
    expect, found = full()
    shuffled = list(surveys.ITEMS[::-1])
    misspelt = [frame[shuffled].rename(columns={"polite": "polit"}) for frame in (expect, found)]
    with says("expectations must have only items of the dimensions, got 'polit'"):
        surveys.servqual(*misspelt)
    with says("perceptions must have only items of the dimensions, got 'polit'"):
        surveys.servperf(misspelt[1])


def test_weights_that_were_rounded_are_taken():
    rounded = small(weights=[79.9, 20]).weighted
    exact = small(weights=[79.9 / 99.9, 20 / 99.9]).weighted
    assert float(rounded) == pytest.approx(float(exact))
    assert float(small(weights=[0.33, 0.66]).weighted) == pytest.approx(
        float(small(weights=[1 / 3, 2 / 3]).weighted)
    )


def test_other_scales_have_their_own_dimensions():
    table = surveys.servperf([[1, 5, 3], [3, 5, 1]], dimensions={"a": [2], "b": [0, 1]}, scale=(1, 5))  # fmt: skip
    assert table.dimensions["perception"].to_dict() == {"a": 2.0, "b": 3.5}
    assert table.items["perception"].to_dict() == {2: 2.0, 0: 2.0, 1: 5.0}


# --- messages --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"found": FOUND.replace(2, 9)}, "perceptions must be scores in [1, 7], got 9: mark missing answers as None, or give the scale"),
        ({"expect": EXPECT.replace(7, 0)}, "expectations must be scores in [1, 7], got 0: mark missing answers as None, or give the scale"),
        ({"found": FOUND[::-1]}, "expectations and perceptions must be of the same respondents in the same order, got different rows: join them first"),
        ({"found": FOUND.to_numpy()}, "expectations and perceptions must all be DataFrames, or none of them, got both: the items could not be matched"),
        ({"found": FOUND[:2]}, "expectations and perceptions must be answers of the same respondents to the same items, got (3, 3) and (2, 3)"),
        ({"found": FOUND.rename(columns={"kind": "nice"})}, "expectations and perceptions must have the same items, got 'kind' in one only"),
        ({"expect": EXPECT[["kind"]], "found": FOUND[["kind"]]}, "expectations must have the 3 items of the 2 dimensions, got 1: give the dimensions of this scale"),
        ({"found": FOUND.assign(kind=np.nan)}, "perceptions must have a respondent with all items of each dimension, got none for 'care'"),
        ({"weights": [50, 40]}, "weights must sum to 1 or to 100, got 90: divide them by their sum"),
        ({"weights": pd.DataFrame({"speed": [80, 20, 50], "care": [20, 80, 50]}, index=[2, 1, 0])}, "weights must be of the same respondents in the same order as the answers, got different rows: join them first"),
        ({"weights": [1.5, -0.5]}, "weights must be at least 0, got -0.5"),
        ({"weights": {"speed": 1}}, "weights must be given for speed, care, got speed"),
        ({"weights": [50, 30, 20]}, "weights must be one row of 2 for all or one a respondent, got shape (1, 3)"),
        ({"scale": (7, 1)}, "scale must be its lowest and its highest score, got (7, 1)"),
        ({"level": 0}, "level must be above 0 and below 1, got 0"),
    ],
)  # fmt: skip
def test_says_what_is_wrong(changed, sentence):
    with says(sentence):
        small(**changed)


def test_says_what_dimensions_must_be():
    with says("dimensions must have each item once, got 'kind' twice"):
        surveys.servperf(FOUND, dimensions={"a": ["kind", "quick"], "b": ["kind"]})
    with says("perceptions must have only items of the dimensions, got 'on time'"):
        surveys.servperf(FOUND, dimensions={"a": ["kind", "quick"], "b": ["slow"]})
    with says("dimensions must be at least one, each with at least one item, got one without"):
        surveys.servperf(FOUND, dimensions={"a": []})


# --- zone of tolerance -----------------------------------------------------------------------


def test_zone_of_tolerance_by_hand():
    """Perceived 3, 5 and 9 in zones 4 to 8, 5 to 8 and 6 to 8: one on the edge is inside."""
    zone = surveys.zone_of_tolerance(
        [[8], [8], [8], [3], [8]],
        [[4], [5], [6], [5], [None]],
        [[3], [5], [9], [4], [5]],
        dimensions={"speed": [0]},
    )
    at = zone.loc["speed"]
    assert at["value"].tolist() == pytest.approx([2 / 3, -7 / 3, 3, 1 / 3, 1 / 3, 1 / 3])
    assert at.loc["adequacy", ["low", "high"]].tolist() == pytest.approx([*stats.ttest_1samp([-1, 0, 3], 0).confidence_interval()])  # fmt: skip
    assert zone[["n", "left_out", "contrary"]].iloc[0].tolist() == [3, 1, 1]


def test_says_if_nobody_has_a_zone():
    with says("perceived must have a respondent with all answers and a zone, got none for 'a'"):
        surveys.zone_of_tolerance([[3]], [[5]], [[4]], dimensions={"a": [0]})


# --- simulated answers -----------------------------------------------------------------------


def test_simulated_answers_have_the_means_they_were_drawn_with():
    mean = [3.6, 3.8, 4.0, 4.2, 4.4]
    expect, found = surveys.simulate_servqual(
        4000, expectation=4.4, perception=mean, spread=0.8, rng=2
    )
    table = surveys.servqual(expect, found, level=1 - 6.3e-5).dimensions
    assert table["low"].to_numpy() == pytest.approx(np.array(mean) - 4.4, abs=0.2)
    assert ((table["low"] <= np.array(mean) - 4.4) & (np.array(mean) - 4.4 <= table["high"])).all()


def test_the_same_luck_gives_the_same_answers_and_missing_ones_are_as_many_as_asked():
    one, other = (surveys.simulate_servqual(2000, missing=0.1, rng=3)[0] for _ in range(2))
    assert_frame_equal(one, other)
    error = math.sqrt(0.1 * 0.9 / one.size)
    assert one.isna().to_numpy().mean() == pytest.approx(0.1, abs=4 * error)
    assert one.min(axis=None) >= 1
    assert one.max(axis=None) <= 7


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"n": 0}, "n must be a whole number of at least 1, got 0"),
        ({"perception": [4, 5]}, "perception must be one number or 5, got 2"),
        ({"common": 2}, "common must be a probability in [0, 1], got 2"),
        ({"scale": (7, 1)}, "scale must be its lowest and its highest score, got (7, 1)"),
    ],
)
def test_says_what_a_simulation_needs(changed, sentence):
    with says(sentence):
        surveys.simulate_servqual(**{"n": 5} | changed)
