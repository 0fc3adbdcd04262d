"""Kano, penalty and reward, and the zone of indifference: by hand, by theory, by recovery."""

import itertools
import math
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from scipy import stats
from statsmodels import api as sm

from cemlab.cem import surveys
from cemlab.cem.surveys import _kinks

patiently = settings(deadline=None, max_examples=25, derandomize=True)
BERGER = ["QAAAO", "RIIIM", "RIIIM", "RIIIM", "RRRRQ"]
LEVEL_4_SE = 1 - 6.334e-5


def says(sentence):
    return pytest.raises(ValueError, match="^" + re.escape(sentence) + "$")


def pairs(**counts):
    """Answers that fall into the categories A, O, M, I as often as asked."""
    answer = {"A": (1, 3), "O": (1, 5), "M": (2, 5), "I": (3, 3), "R": (5, 1), "Q": (1, 1)}
    made = [answer[letter] for letter, n in counts.items() for _ in range(n)]
    return [pair[0] for pair in made], [pair[1] for pair in made]


# --- Kano ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("one", "other"), [*itertools.product(range(1, 6), repeat=2)])
def test_all_25_pairs_of_answers(one, other):
    letter = BERGER[one - 1][other - 1]
    assert surveys.KANO_TABLE.iloc[one - 1, other - 1] == letter
    counts = surveys.kano([one], [other]).counts.iloc[0]
    assert counts[letter] == counts.sum() == 1


def test_better_and_worse_by_hand_with_wilsons_limits():
    table = surveys.kano_coefficients({"A": 40, "O": 30, "M": 20, "I": 10})
    assert table["value"].tolist() == [0.7, -0.5]
    assert table["n"].tolist() == [100, 100]
    better, worse = (stats.binomtest(count, 100).proportion_ci(method="wilson") for count in (70, 50))  # fmt: skip
    assert table.iloc[0][["low", "high"]].tolist() == pytest.approx([*better])
    assert table.iloc[1][["low", "high"]].tolist() == pytest.approx([-worse[1], -worse[0]])


def test_the_same_from_answers_with_reverse_and_questionable_left_out():
    result = surveys.kano(*pairs(A=40, O=30, M=20, I=10, R=5, Q=3))
    assert result.counts.iloc[0].to_dict() == {"M": 20, "O": 30, "A": 40, "I": 10, "R": 5, "Q": 3}
    assert result.coefficients["value"].tolist() == [0.7, -0.5]
    assert result.coefficients["left_out"].tolist() == [8, 8]


def test_the_most_frequent_category_is_told_from_the_next_by_a_sign_test():
    """40 against 30 of 100: Fong 10 by the root of 70 x 130 / 200; a sign test finds nothing."""
    row = surveys.kano(*pairs(A=40, O=30, M=20, I=10)).categories.iloc[0]
    assert (row["most"], row["second"], row["category"]) == ("A", "O", "not clear")
    assert row["fong"] == pytest.approx(10 / math.sqrt(70 * 130 / 200))
    assert row["p_value"] == pytest.approx(stats.binomtest(40, 70).pvalue)
    assert row["share"] == 0.4
    clear = surveys.kano(*pairs(A=60, O=20, I=5)).categories.iloc[0]
    assert clear["category"] == "A"


def test_fongs_statistic_finds_more_than_there_is_and_the_sign_test_does_not():
    """Two categories, equally likely, nothing else: no difference to be found."""
    rng = np.random.default_rng(1)
    n, false = 200, {"fong": [], "sign": []}
    draws = rng.binomial(n, 0.5, 600)
    frame = pd.DataFrame({i: np.arange(n) < count for i, count in enumerate(draws)})
    table = surveys.kano(
        pd.DataFrame(1, frame.index, frame.columns), frame.replace({True: 3, False: 5}).astype(int)
    ).categories
    false["fong"] = (table["fong"].abs() > 1.96).mean()
    false["sign"] = (table["category"] != "not clear").mean()
    error = math.sqrt(0.05 * 0.95 / 600)
    assert false["fong"] > 0.1
    assert false["sign"] < 0.05 + 4 * error


def test_ties_go_to_what_hurts_most_and_are_not_clear():
    row = surveys.kano(*pairs(I=4, A=4, O=4, M=4)).categories.iloc[0]
    assert (row["most"], row["second"], row["category"]) == ("M", "O", "not clear")
    assert (row["fong"], row["p_value"]) == (0, 1)


def test_several_attributes_with_missing_answers_and_one_respondent():
    asked = pd.DataFrame({"seat": [1, None, 2], "wifi": [None, 1, None]})
    without = pd.DataFrame({"wifi": [4, 4, 4], "seat": [5, 5, 5]})
    result = surveys.kano(asked, without)
    assert result.counts[["O", "M", "A"]].values.tolist() == [[1, 1, 0], [0, 0, 1]]
    assert result.categories[["n", "left_out"]].values.tolist() == [[2, 1], [1, 2]]
    assert result.categories["category"].tolist() == ["not clear", "not clear"]


@patiently
@given(st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), max_size=30), st.randoms())
def test_the_order_of_respondents_changes_nothing(rows, luck):
    rows = [(3, 3), *rows]
    turned = rows.copy()
    luck.shuffle(turned)
    one, other = (surveys.kano(*map(list, zip(*given, strict=True))) for given in (rows, turned))
    assert_frame_equal(one.categories, other.categories)
    assert_frame_equal(one.coefficients, other.coefficients)


def test_only_reverse_answers_have_counts_but_no_coefficients():
    result = surveys.kano([5, 4], [1, 1])
    assert result.counts["R"].tolist() == [2]
    assert result.coefficients[["value", "low", "high"]].isna().all(axis=None)
    assert result.coefficients[["n", "left_out"]].values.tolist() == [[0, 2], [0, 2]]


def test_another_version_of_the_table_may_be_given():
    other = surveys.KANO_TABLE.copy()
    other.loc["must-be", "must-be"] = "Q"
    result = surveys.kano([2, 3], [2, 3], table=other)
    assert result.counts.iloc[0][["Q", "I"]].tolist() == [1, 1]


@pytest.mark.parametrize(
    ("given_", "sentence"),
    [
        (([1, 6], [1, 1]), "functional must be scores in [1, 5], got 6: mark missing answers as None"),
        (([1, 2.5], [1, 1]), "functional must be whole numbers 1 to 5, got 2.5"),
        (([1, 2], [1]), "functional and dysfunctional must be answers of the same respondents to the same items, got (2, 1) and (1, 1)"),
        (([None], [1]), "functional and dysfunctional must have a complete pair for each attribute, got none for 'attribute'"),
        (({"a": [1]}, {"b": [1]}), "functional and dysfunctional must have the same items, got 'a' in one only"),
        (({"a": [1], "b": [1, 2]}, {}), "functional must have as many answers to each attribute, got lists of different lengths"),
    ],
)  # fmt: skip
def test_says_what_answers_must_be(given_, sentence):
    with says(sentence):
        surveys.kano(*given_)


def test_says_what_counts_and_tables_must_be():
    with says("counts must be of the categories A, O, M, I and perhaps R, Q, got A, O"):
        surveys.kano_coefficients({"A": 1, "O": 2})
    with says("counts must be whole numbers of at least 0, got -1"):
        surveys.kano_coefficients({"A": 1, "O": 2, "M": -1, "I": 0})
    with says("table must be 5 x 5 of the letters M, O, A, I, R, Q, got shape (2, 2)"):
        surveys.kano([1], [3], table=pd.DataFrame([["A", "A"], ["A", "A"]]))


# --- penalty and reward ----------------------------------------------------------------------


def drawn(n=3000, seed=2):
    rng = np.random.default_rng(seed)
    scores = pd.DataFrame(rng.integers(1, 6, (n, 3)), columns=["delivery", "staff", "extras"])
    penalty, reward = np.array([-1.5, -0.8, 0.0]), np.array([0.0, 0.8, 1.2])
    noise = rng.normal(0, 0.7, n) * (1 + (scores["delivery"] <= 2))
    overall = 6 + (scores <= 2) @ penalty + (scores >= 4) @ reward + noise
    return overall, scores, penalty, reward


def test_one_attribute_is_the_difference_of_means_with_hc3s_closed_form():
    """HC3 divides each error by one less its weight 1 / n of the group."""
    score = np.array([1, 1, 1, 3, 3, 3, 3, 5, 5])
    overall = np.array([1, 3, 2, 4, 6, 5, 5, 5, 9])
    row = surveys.penalty_reward(overall, score, low=2, high=4).attributes.iloc[0]
    groups = [overall[score == value] for value in (1, 3, 5)]
    bad, middle, good = (group.mean() for group in groups)
    var = [((g - g.mean()) ** 2).sum() / (len(g) - 1) ** 2 for g in groups]
    assert row[["penalty", "reward"]].tolist() == pytest.approx([bad - middle, good - middle])
    assert row["asymmetry"] == pytest.approx(bad + good - 2 * middle)
    reach = stats.t.ppf(0.975, 6)
    off = [var[0] + var[1], var[2] + var[1], var[0] + var[2] + 4 * var[1]]
    for name, part in zip(("penalty", "reward", "asymmetry"), off, strict=True):
        half = reach * math.sqrt(part)
        assert [row[f"{name}_low"], row[f"{name}_high"]] == pytest.approx([row[name] - half, row[name] + half])  # fmt: skip
    assert row[["low", "middle", "high"]].tolist() == [3, 4, 2]


def test_asymmetric_effects_are_recovered_with_their_kinds():
    overall, scores, penalty, reward = drawn()
    found = surveys.penalty_reward(overall, scores, low=2, high=4)
    assert found.attributes["kind"].tolist() == ["basic", "performance", "excitement"]
    table = surveys.penalty_reward(overall, scores, low=2, high=4, level=LEVEL_4_SE).attributes
    for name, true in (("penalty", penalty), ("reward", reward), ("asymmetry", penalty + reward)):
        assert (table[f"{name}_low"] <= true).all()
        assert (true <= table[f"{name}_high"]).all()


def test_its_intervals_hold_the_effects_as_often_as_they_say():
    hits = []
    for seed in range(300):
        overall, scores, penalty, _ = drawn(150, 100 + seed)
        table = surveys.penalty_reward(overall, scores, low=2, high=4).attributes
        hits.append(table["penalty_low"].iloc[0] <= penalty[0] <= table["penalty_high"].iloc[0])
    assert np.mean(hits) == pytest.approx(0.95, abs=4 * math.sqrt(0.05 * 0.95 / 300))


def test_a_small_sample_leaves_the_kind_open():
    overall, scores, *_ = drawn(30)
    table = surveys.penalty_reward(overall, scores, low=2, high=4).attributes
    assert "not clear" in table["kind"].tolist()


def test_prediction_adds_penalties_and_rewards_to_the_base():
    overall, scores, *_ = drawn(200)
    found = surveys.penalty_reward(overall, scores, low=2, high=4)
    rows = found.attributes
    base = float(found.base)
    asked = pd.DataFrame({"extras": [3, 5, None], "staff": [3, 3, 3], "delivery": [3, 1, 3]})
    expected = [base, base + rows.loc["delivery", "penalty"] + rows.loc["extras", "reward"], np.nan]
    assert found.predict(asked) == pytest.approx(expected, nan_ok=True)
    with says("attributes must have only the names delivery, staff, extras, got 'parcel'"):
        found.predict(asked.rename(columns={"delivery": "parcel"}))
    residual = overall - found.predict(scores)
    assert found.r_squared == pytest.approx(1 - residual.var() / overall.var())


def test_missing_answers_and_limits_of_each_attribute():
    overall, scores, *_ = drawn(300)
    holes = scores.astype(float)
    holes.iloc[:5, 1] = np.nan
    found = surveys.penalty_reward(overall, holes, low={"delivery": 1, "staff": 2, "extras": 2}, high=4)  # fmt: skip
    rest = surveys.penalty_reward(overall[5:], scores[5:], low={"delivery": 1, "staff": 2, "extras": 2}, high=4)  # fmt: skip
    assert_frame_equal(found.attributes, rest.attributes)
    assert (found.left_out, found.base.n) == (5, 295)
    assert found.limits["low"].tolist() == [1, 2, 2]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"low": 4}, "low must be below high, got 4 and 4"),
        ({"low": 0}, "attributes must have at least 2 low scores each, got 0 of 'a': move the limits"),
        ({"low": {"b": 2}}, "low must have a limit for each attribute, got none for 'a'"),
        ({"overall": [5] * 9}, "overall must differ between respondents, got 5 from all"),
        ({"overall": [1, 2]}, "overall must be one score of each of the 9 respondents, got shape (2, 1)"),
        ({"attributes": {"a": [1, 2, 1, 3, 3, 3, 5, 4, 5], "b": [1, 1, 2, 3, 3, 3, 4, 5, 5]}},
         "attributes must be told apart by the respondents' scores, got contrasts that always go together: leave one out"),
        ({"attributes": {"a": [1, 1, 1, 3, 3, 3, 5, 5, 5], "b": [1, 1, 1, 1, 3, 3, 5, 5, 5]}},
         "attributes must be told apart by the respondents' scores, got contrasts that always go together: leave one out"),
    ],
)  # fmt: skip
def test_says_what_contrasts_need(changed, sentence):
    usual = {"overall": [1, 2, 3, 4, 5, 6, 7, 8, 9], "low": 2, "high": 4}
    usual["attributes"] = {"a": [1, 2, 1, 3, 3, 3, 5, 4, 5]}
    with says(sentence):
        surveys.penalty_reward(**usual | changed)


# --- the zone of indifference ----------------------------------------------------------------


def curve(n=3000, seed=3, below=4.0, inside=0.5, above=1.5, whole=False, noise=2.0):
    rng = np.random.default_rng(seed)
    x = rng.integers(1, 11, n).astype(float) if whole else rng.uniform(0, 10, n)
    y = 20 + below * np.minimum(x - 3.5, 0) + inside * np.clip(x - 3.5, 0, 3)
    return x, y + above * np.maximum(x - 6.5, 0) + rng.normal(0, noise, n) * (1 + x / 10)


@pytest.mark.parametrize("whole", [False, True])
def test_kinks_and_slopes_are_recovered(whole):
    found = surveys.satisfaction_curve(*curve(whole=whole), level=LEVEL_4_SE)
    for table, true in ((found.kinks, [3.5, 6.5]), (found.slopes, [4.0, 0.5, 1.5])):
        assert (table["low"] <= true).all()
        assert (true <= table["high"]).all()
    assert found.kinks["value"].to_numpy() == pytest.approx([3.5, 6.5], abs=0.5)
    assert found.asymmetry.low > 0
    assert found.asymmetry.low <= 2.5 <= found.asymmetry.high
    drop, rise = found.predict([3.4, 6.6, 2.4, 7.6]).reshape(2, 2).T @ [1, -1]
    assert drop > -rise > 0
    assert found.fit["bic_gain"] > 10


def test_its_intervals_hold_kinks_and_slopes_as_often_as_they_say():
    hits = []
    for seed in range(60):
        found = surveys.satisfaction_curve(*curve(500, 1000 + seed, noise=0.5), level=0.8)
        for table, true in ((found.kinks, [3.5, 6.5]), (found.slopes, [4.0, 0.5, 1.5])):
            hits.append(((table["low"] <= true) & (true <= table["high"])).to_numpy())
    error = math.sqrt(0.2 * 0.8 / 60)
    assert np.mean(hits[::2], axis=0) == pytest.approx(0.8, abs=4 * error)
    assert np.mean(hits[1::2], axis=0) == pytest.approx(0.8, abs=4 * error)


def test_where_the_lines_differ_little_kinks_may_be_nearly_anywhere():
    found = surveys.satisfaction_curve(*curve(300, 5, below=1.0, inside=0.8, above=0.9))
    assert (found.kinks["high"] - found.kinks["low"]).min() > 3
    assert found.fit["bic_gain"] < 0


def test_each_line_rests_on_a_twentieth_of_the_respondents():
    score = [*range(1, 11)] * 3 + [5, 6] * 1000
    with says("satisfaction must have two scores and 5% of the respondents below, inside and above a zone, got no zone that leaves them: give the kinks"):  # fmt: skip
        surveys.satisfaction_curve(score, np.arange(len(score)) % 7)


def test_no_pair_of_kinks_on_a_fine_grid_fits_better():
    x, y = curve(60, 5, noise=1.0)
    x = x / 10
    lower, upper = _kinks.two_kinks(_kinks.Sums(x, y))

    def left(one, other):
        design = _kinks.basis(x, one, other)
        return ((y - design @ np.linalg.lstsq(design, y)[0]) ** 2).sum()

    grid = np.linspace(np.sort(x)[1], np.sort(x)[-2], 70)
    places = np.sort(x)
    parts = [((places <= a).sum(), ((places >= a) & (places <= b)).sum(), (places >= b).sum(), a, b)
             for a, b in itertools.combinations(grid, 2)]  # fmt: skip
    allowed = [(a, b) for *counts, a, b in parts if min(counts) >= 3]  # a twentieth of 60
    assert len(allowed) > 500
    assert left(lower, upper) <= min(itertools.starmap(left, allowed)) * (1 + 1e-9)


def test_given_kinks_make_it_a_plain_regression_with_hc3():
    x, y = curve(200, 6)
    found = surveys.satisfaction_curve(x, y, kinks=(3, 6))
    fit = sm.OLS(y, _kinks.basis(x, 3, 6)).fit(cov_type="HC3", use_t=True)
    assert found.slopes["value"].to_numpy() == pytest.approx(fit.params[1:])
    assert found.slopes[["low", "high"]].to_numpy() == pytest.approx(fit.conf_int()[1:])
    assert found.kinks["low"].isna().all()
    assert found.fit["r_squared"] == pytest.approx(fit.rsquared)
    assert found.predict(x) == pytest.approx(fit.fittedvalues)


def test_a_straight_line_has_no_kinks_to_be_sure_of():
    rng = np.random.default_rng(7)
    x = rng.uniform(0, 10, 500)
    found = surveys.satisfaction_curve(x, 2 * x + rng.normal(0, 3, 500))
    assert found.fit["bic_gain"] < 0
    assert found.fit["r_squared"] >= found.fit["r_squared_line"]


def test_the_order_of_respondents_and_missing_answers_change_nothing():
    x, y = curve(300, 8)
    usual = surveys.satisfaction_curve(x, y)
    turn = np.random.default_rng(9).permutation(300)
    other = surveys.satisfaction_curve([*x[turn], None, 5], [*y[turn], 3, None])
    assert other.kinks["value"].tolist() == pytest.approx(usual.kinks["value"].tolist(), abs=1e-5)
    assert other.slopes["value"].tolist() == pytest.approx(usual.slopes["value"].tolist(), rel=1e-4)
    assert other.left_out == 2


@pytest.mark.parametrize(
    ("given_", "sentence"),
    [
        (([1, 2, 3, 4, 5] * 4, [*range(20)]), "satisfaction must have at least 6 different scores to find kinks, got 5: give the kinks"),
        (([1, 2], [3]), "satisfaction and outcome must be of the same respondents, got 2 and 1"),
        (([1, 2, 3], [3, 3, 3]), "outcome must differ between respondents, got 1 different of 3 answers"),
        (([1, 2, 3, 4, 5, 6], [1, 2, 2, 3, 1, 9]), "satisfaction must be known of more than 6 respondents, got 6"),
        (([1, "often"], [1, 2]), "satisfaction must be one list of finite numbers, got something else: mark missing answers as None"),
        (([*range(20)], [*range(20)]), "outcome must bend at both kinks to find them, got a line without: give the kinks"),
    ],
)  # fmt: skip
def test_says_what_a_curve_needs(given_, sentence):
    with says(sentence):
        surveys.satisfaction_curve(*given_)


@pytest.mark.parametrize(
    ("kinks", "sentence"),
    [
        ((4, 2), "kinks must be in order with scores below, inside and above them, got 4 and 2"),
        ((0, 2), "kinks must be in order with scores below, inside and above them, got 0 and 2"),
        (3, "kinks must be the lower and the upper end of the zone, got 3"),
    ],
)
def test_says_what_given_kinks_must_be(kinks, sentence):
    with says(sentence):
        surveys.satisfaction_curve([1, 2, 3, 4, 5] * 4, [*range(20)], kinks=kinks)
