"""Reliability: by hand, by analysis of variance, by closed forms and by simulation."""

import math
import re
from statistics import variance

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cemlab.cem import surveys
from cemlab.cem.surveys import _one_factor
from cemlab.cem.surveys._alpha import raw_alpha

patiently = settings(deadline=None, max_examples=25, derandomize=True)
TOY = [[3, 4, 3], [5, 5, 4], [1, 2, 2], [4, 4, 5], [2, 3, 3]]
LOADINGS = np.array([0.9, 0.8, 0.7, 0.6, 0.5])
ERRORS = np.array([0.3, 0.5, 0.4, 0.8, 0.6])


def says(sentence):
    return pytest.raises(ValueError, match="^" + re.escape(sentence) + "$")


def answers(rng, n, load=LOADINGS, error=ERRORS):
    factor = rng.standard_normal((n, 1))
    return factor * load + rng.standard_normal((n, len(load))) * np.sqrt(error)


def within_4_se(hits, chance):
    error = math.sqrt(chance * (1 - chance) / len(hits))
    return np.mean(hits) == pytest.approx(chance, abs=4 * error)


# --- alpha -----------------------------------------------------------------------------------


def test_alpha_of_five_respondents_by_hand():
    """Variances 2.5, 1.3, 1.3 and 13.5 of the sum: 1.5 (1 - 5.1 / 13.5) = .933333."""
    alpha = surveys.cronbach_alpha(TOY)
    assert [variance(column) for column in zip(*TOY, strict=True)] == pytest.approx([2.5, 1.3, 1.3])
    assert float(alpha) == pytest.approx(1.5 * (1 - 5.1 / 13.5))
    assert float(alpha) == pytest.approx(0.933333, abs=5e-7)
    assert (alpha.n, alpha.parts["items"], alpha.parts["left_out"]) == (5, 3, 0)


def test_feldts_limits_are_those_of_printed_tables_of_f():
    """F(.975; 4, 8) = 5.05 and F(.975; 8, 4) = 8.98."""
    alpha = surveys.cronbach_alpha(TOY)
    assert alpha.low == pytest.approx(1 - 5.05 / 15, abs=2e-3)
    assert alpha.high == pytest.approx(1 - 1 / (8.98 * 15), abs=2e-4)


def test_alpha_is_one_less_the_ratio_of_mean_squares():
    x = answers(np.random.default_rng(1), 40)
    n, k = x.shape
    people = k * ((x.mean(axis=1) - x.mean()) ** 2).sum() / (n - 1)
    rest = x - x.mean(axis=1, keepdims=True) - x.mean(axis=0) + x.mean()
    error = (rest**2).sum() / ((n - 1) * (k - 1))
    assert float(surveys.cronbach_alpha(x)) == pytest.approx(1 - error / people)


@patiently
@given(st.lists(st.tuples(*3 * [st.integers(1, 7)]), min_size=3, max_size=20), st.randoms())
def test_the_order_of_respondents_and_items_and_the_unit_change_nothing(rows, luck):
    if len({sum(row) for row in rows}) == 1:
        return
    usual = surveys.cronbach_alpha(rows)
    turned = [row[::-1] for row in rows]
    luck.shuffle(turned)
    again = surveys.cronbach_alpha(10 * np.array(turned) - 4)
    assert [*again.row().values()][:3] == pytest.approx([*usual.row().values()][:3], nan_ok=True)
    assert float(again) == pytest.approx(float(usual))


def test_feldts_interval_holds_alpha_as_often_as_it_says():
    """Five parallel items with as much error as factor: alpha 5/6."""
    rng = np.random.default_rng(2)
    hits = []
    for _ in range(1500):
        found = surveys.cronbach_alpha(answers(rng, 30, np.ones(5), np.ones(5)), level=0.9)
        hits.append(found.low <= 5 / 6 <= found.high)
    assert within_4_se(hits, 0.9)


def test_respondents_with_a_missing_answer_are_left_out_and_counted():
    alpha = surveys.cronbach_alpha([*TOY, [7, None, 1], [None, None, None]])
    assert float(alpha) == pytest.approx(float(surveys.cronbach_alpha(TOY)))
    assert (alpha.n, alpha.parts["left_out"]) == (5, 2)


def test_items_against_each_other_give_an_alpha_below_0():
    """Variances 1 and 4, of the sum 1: 2 (1 - 5) = -8."""
    alpha = surveys.cronbach_alpha([[1, 6], [2, 4], [3, 2]])
    assert float(alpha) == pytest.approx(-8)
    assert alpha.low < -8 < alpha.high < 1
    assert alpha.parts["inter_item"] == pytest.approx(-1)


def test_perfect_agreement_is_1_without_an_interval():
    alpha = surveys.cronbach_alpha([[1, 2], [3, 4], [7, 8]])
    assert float(alpha) == pytest.approx(1)
    assert math.isnan(alpha.low)
    assert alpha.method == "none: all items agree perfectly"


def test_an_item_that_all_answer_alike_pulls_alpha_down():
    """The same variances over 4 items: 4/3 (1 - 5.1 / 13.5)."""
    alpha = surveys.cronbach_alpha([[*row, 7] for row in TOY])
    assert float(alpha) == pytest.approx(4 / 3 * (1 - 5.1 / 13.5))
    assert math.isnan(alpha.parts["inter_item"])


@pytest.mark.parametrize(
    ("items", "sentence"),
    [
        ([[1], [2]], "items must be at least 2 columns, got 1"),
        ([[1, 2]], "items must have at least 2 respondents who answered all of them, got 1"),
        ([[1, None], [2, 3]], "items must have at least 2 respondents who answered all of them, got 1"),
        ([[1, 2], [2, 1]], "items must give respondents different sums, got one sum for all: alpha is not defined"),
        ([[4, 4], [4, 4]], "items must give respondents different sums, got one sum for all: alpha is not defined"),
        ([[1, "often"], [2, 3]], "items must be numbers, one row a respondent and one column an item, got 'often'"),
        ([["1", "2"], ["3", "5"]], "items must be numbers, one row a respondent and one column an item, got '1'"),
        ([[True, 2], [3, 5]], "items must be numbers, one row a respondent and one column an item, got True"),
        (pd.DataFrame({"a": [True, False], "b": [1, 2]}), "items must be numbers, one row a respondent and one column an item, got True"),
        (pd.DataFrame({"a": pd.to_datetime(["2024-01-01", "2024-01-02"]), "b": [1, 2]}), "items must be numbers, one row a respondent and one column an item, got Timestamp('2024-01-01 00:00:00')"),
        ([[1, 2], [3]], "items must be numbers, one row a respondent and one column an item, got rows of different lengths"),
        ([1, 2, 3], "items must be a table, one row a respondent and one column an item, got shape (3,)"),
        ([[1, math.inf], [2, 3]], "items must be finite numbers, got inf"),
    ],
)  # fmt: skip
def test_says_what_items_must_be(items, sentence):
    with says(sentence):
        surveys.cronbach_alpha(items)


def test_says_what_a_level_must_be():
    with says("level must be above 0 and below 1, got 1"):
        surveys.cronbach_alpha(TOY, level=1)


# --- items -----------------------------------------------------------------------------------


def test_alpha_without_an_item_is_that_of_the_others():
    frame = pd.DataFrame(answers(np.random.default_rng(3), 50), columns=list("abcde"))
    table = surveys.item_analysis(frame, level=0.9)
    for name in frame:
        rest = frame.drop(columns=name)
        alpha = surveys.cronbach_alpha(rest, level=0.9)
        expected = [float(alpha), alpha.low, alpha.high]
        assert table.loc[name, ["value", "low", "high"]].tolist() == pytest.approx(expected)
        corr = frame[name].corr(rest.sum(axis=1))
        assert table.loc[name, "rest_correlation"] == pytest.approx(corr)


def test_an_item_that_points_the_other_way_shows_itself():
    turned = pd.DataFrame(TOY, columns=["a", "b", "c"]).assign(b=lambda x: 6 - x["b"])
    table = surveys.item_analysis(turned)
    assert table["left_out"].tolist() == [0, 0, 0]
    some = pd.concat([turned, turned.assign(a=np.nan)])
    assert surveys.item_analysis(some)["left_out"].tolist() == [5, 5, 5]
    assert table["rest_correlation"].idxmin() == table["value"].idxmax() == "b"
    assert table.loc["b", "rest_correlation"] < 0


# --- omega -----------------------------------------------------------------------------------


@pytest.mark.parametrize("k", [3, 5, 9])
def test_one_factor_recovers_known_loadings(k):
    load, error = np.resize(LOADINGS, k) * 3, np.resize(ERRORS, k)
    found, rest = _one_factor.one_factor(np.outer(load, load) + np.diag(error))
    assert found == pytest.approx(load, abs=1e-5)
    assert rest == pytest.approx(error, abs=1e-4)


def test_three_items_have_a_closed_form():
    """The first loading is the root of s12 s13 / s23; errors are what variances leave."""
    x = answers(np.random.default_rng(4), 60, np.array([1.0, 0.8, 1.2]), np.ones(3))
    s = np.cov(x, rowvar=False)
    load = np.sqrt([s[0, 1] * s[0, 2] / s[1, 2], s[0, 1] * s[1, 2] / s[0, 2], s[0, 2] * s[1, 2] / s[0, 1]])  # fmt: skip
    expected = load.sum() ** 2 / s.sum()
    assert float(surveys.omega(x)) == pytest.approx(expected, abs=1e-6)


def test_a_code_for_no_answer_is_refused_by_the_scale():
    with says("items must be scores in [1, 5], got 99: mark missing answers as None, or give the scale"):  # fmt: skip
        surveys.cronbach_alpha([[1, 2, 99], [2, 3, 4], [3, 3, 3]], scale=(1, 5))
    assert surveys.cronbach_alpha(TOY, scale=(1, 5)) == surveys.cronbach_alpha(TOY)


def test_the_distribution_free_interval_by_hand():
    """Of two items alpha is 2 (1 - parts / whole); its slope is taken numerically."""
    x = answers(np.random.default_rng(20), 80, np.ones(2), np.ones(2))
    found = surveys.cronbach_alpha(x, method="adf")
    assert found == surveys.cronbach_alpha(x)
    away = x - x.mean(axis=0)
    products = np.column_stack([away[:, 0] ** 2, away[:, 1] ** 2, away[:, 0] * away[:, 1]])

    def alpha(m):
        return 2 * (1 - (m[0] + m[1]) / (m[0] + m[1] + 2 * m[2]))

    middle, step = products.mean(axis=0), 1e-5
    slope = [(alpha(middle + step * e) - alpha(middle - step * e)) / (2 * step) for e in np.eye(3)]
    error = math.sqrt(slope @ np.cov(products, rowvar=False) @ slope / 80)
    half = 1.959964 * error / (1 - found)
    low, high = (1 - (1 - found) * math.exp(side * half) for side in (1, -1))
    assert [found.low, found.high] == pytest.approx([low, high], rel=1e-6)
    assert found.method == "distribution-free, delta method on log(1 - alpha)"
    with says("method must be one of feldt, adf, got 'bonett'"):
        surveys.cronbach_alpha(x, method="bonett")


def test_skewed_answers_break_feldts_interval_and_not_the_other():
    """Five items from 1 to 5 with four answers of five at the top; alpha of three million draws."""
    rng, hits = np.random.default_rng(21), {"feldt": [], "adf": []}
    for _ in range(300):
        x = rng.standard_normal((1000, 1)) + rng.standard_normal((1000, 5))
        x = 1.0 + np.searchsorted([-3.2, -2.6, -2.0, -1.2], x)
        for method, found in hits.items():
            interval = surveys.cronbach_alpha(x, method=method)
            found.append(interval.low <= 0.722 <= interval.high)
    assert within_4_se(hits["adf"], 0.95)
    assert np.mean(hits["feldt"]) < 0.85


def test_omega_is_alpha_where_all_items_are_equally_good():
    corners = np.array(np.meshgrid(*4 * [[-1.0, 1.0]])).reshape(4, -1).T
    x = np.vstack([corners, np.repeat([[1.0] * 4, [-1.0] * 4], 8, axis=0)])
    found = surveys.omega(x)
    assert float(found) == pytest.approx(found.parts["alpha"], abs=1e-7)
    assert float(found) == pytest.approx(4 * 0.5 / (1 + 3 * 0.5), abs=1e-7)


def test_omega_is_above_alpha_where_items_are_unequally_good():
    x = answers(np.random.default_rng(5), 4000, np.array([2.0, 1.0, 0.3]), np.full(3, 0.5))
    found = surveys.omega(x)
    assert found.parts["alpha"] < 0.75 < found.low
    assert found.low < 3.3**2 / (3.3**2 + 1.5) < found.high


@pytest.mark.parametrize("long_tails", [False, True])
def test_omegas_interval_holds_it_as_often_as_it_says(long_tails):
    true = LOADINGS.sum() ** 2 / (LOADINGS.sum() ** 2 + ERRORS.sum())
    rng = np.random.default_rng(6)
    hits = []
    for _ in range(200):
        noise = rng.standard_normal((600, 6))
        if long_tails:
            noise = rng.standard_t(8, (600, 6)) / math.sqrt(8 / 6)
        x = noise[:, :1] * LOADINGS + noise[:, 1:] * np.sqrt(ERRORS)
        found = surveys.omega(x)
        hits.append(found.low <= true <= found.high)
    assert within_4_se(hits, 0.95)


def test_the_standard_error_of_omega_is_that_of_leaving_out_one_by_one():
    x = answers(np.random.default_rng(7), 100)
    values = [float(surveys.omega(np.delete(x, i, axis=0))) for i in range(len(x))]
    jackknife = math.sqrt((len(x) - 1) ** 2 / len(x) * np.var(values, ddof=1))
    load, error = _one_factor.one_factor(np.cov(x, rowvar=False))
    _, found = _one_factor.share_of_one_factor(x, load, error)
    assert found == pytest.approx(jackknife, rel=0.1)


def test_says_what_omega_needs():
    with says("items must be at least 3 columns, got 2"):
        surveys.omega([[1, 2], [3, 4], [5, 1]])
    with says("items must have more complete respondents than items for omega, got 3 for 3 items"):
        surveys.omega(TOY[:3])
    with says("items must each be answered in different ways for omega, got one answer by all to 1: leave it out"):  # fmt: skip
        surveys.omega([[1, 4, 2], [2, 4, 1], [3, 4, 5], [4, 4, 4]])
    with says("items must be explained by one common factor with some error in each, got none that fits: ask for cronbach_alpha, or fewer items"):  # fmt: skip
        surveys.omega([[1, 1, 2], [2, 2, 1], [3, 3, 5], [4, 4, 4]])


# --- differences -----------------------------------------------------------------------------


def test_reliability_of_a_difference_by_hand():
    assert surveys.difference_score_reliability(0.8, 0.8, 0.5) == pytest.approx(0.6)
    assert surveys.difference_score_reliability(0.9, 0.7, 0.0) == pytest.approx(0.8)
    # 4 x .9 + 1 x .6 - 2 x 2 x .4 = 2.6, of 4 + 1 - 1.6 = 3.4
    wide = surveys.difference_score_reliability(0.9, 0.6, 0.4, sd_p=2, sd_e=1)
    assert wide == pytest.approx(2.6 / 3.4)


def test_it_is_the_correlation_of_two_measurements_of_the_same_differences():
    """True scores spread 1 and .8 and correlate .5; errors spread .5 and .6."""
    rng, n = np.random.default_rng(8), 200_000
    true = rng.multivariate_normal([0, 0], [[1, 0.4], [0.4, 0.64]], n)
    once, again = (true + rng.standard_normal((n, 2)) * [0.5, 0.6] for _ in range(2))
    sd_p, sd_e = math.sqrt(1.25), 1.0
    exact = surveys.difference_score_reliability(
        1 / 1.25, 0.64, 0.4 / (sd_p * sd_e), sd_p=sd_p, sd_e=sd_e
    )
    found = np.corrcoef(once[:, 0] - once[:, 1], again[:, 0] - again[:, 1])[0, 1]
    assert found == pytest.approx(exact, abs=4 * (1 - exact**2) / math.sqrt(n))


@patiently
@given(st.floats(0, 1), st.floats(-1, 0.99), st.floats(0.1, 10))
def test_equally_reliable_parts_that_correlate_make_their_difference_worse(r, together, unit):
    if abs(together) > r:
        with pytest.raises(ValueError, match=r"the three do not belong together$"):
            surveys.difference_score_reliability(r, r, together, sd_p=unit, sd_e=unit)
        return
    found = surveys.difference_score_reliability(r, r, together, sd_p=unit, sd_e=unit)
    assert found == pytest.approx((r - together) / (1 - together), abs=1e-9)


@pytest.mark.parametrize(
    ("given_", "sentence"),
    [
        ({"r_pp": 1.2}, "r_pp must be a probability in [0, 1], got 1.2"),
        ({"r_pe": -2}, "r_pe must be a finite number in [-1, 1], got -2"),
        ({"sd_e": 0}, "sd_e must be above 0, got 0"),
        ({"r_pe": 0.85}, "r_pe must be at most 0.8 in size where the reliabilities are 0.8 and 0.8, got 0.85: the three do not belong together"),
        ({"r_pe": 1}, "r_pe must leave the difference some spread, got 1.0 with equal standard deviations"),
    ],
)  # fmt: skip
def test_says_what_the_parts_of_a_difference_must_be(given_, sentence):
    with says(sentence):
        surveys.difference_score_reliability(**{"r_pp": 0.8, "r_ee": 0.8, "r_pe": 0.5} | given_)


def test_reliability_of_gaps_is_put_together_from_its_parts():
    expect, found = surveys.simulate_servqual(60, missing=0.02, rng=9)
    table = surveys.gap_reliability(expect, found)
    for dimension, items in surveys.DIMENSIONS.items():
        e, p = expect[list(items)], found[list(items)]
        whole = e.notna().all(axis=1) & p.notna().all(axis=1)
        e, p = e[whole], p[whole]
        parts = [raw_alpha(p.to_numpy()), raw_alpha(e.to_numpy())]
        one, other = p.mean(axis=1), e.mean(axis=1)
        r = surveys.difference_score_reliability(
            *parts, one.corr(other), sd_p=one.std(), sd_e=other.std()
        )
        row = table.loc[dimension]
        assert row[["r_pp", "r_ee"]].tolist() == pytest.approx(parts)
        assert row["reliability"] == pytest.approx(r)
        assert (row["n"], row["left_out"]) == (whole.sum(), (~whole).sum())


def test_reliability_of_gaps_recovers_the_model_they_were_drawn_from():
    """Four items sharing .6: alpha 4 x .6 / (1 + 3 x .6); the factors correlate .3."""
    expect, found = surveys.simulate_servqual(
        20_000, expectation=4, perception=4, spread=8, scale=(-1000, 1000), rng=10
    )
    alpha = 4 * 0.6 / (1 + 3 * 0.6)
    exact = surveys.difference_score_reliability(alpha, alpha, 0.3 * alpha)
    table = surveys.gap_reliability(expect, found, scale=(-1000, 1000))
    four = table.loc[["tangibles", "responsiveness", "assurance"], "reliability"]
    assert four.to_numpy() == pytest.approx(exact, abs=0.01)


def test_what_is_not_defined_in_gaps_is_missing():
    one = surveys.gap_reliability([[5, 4]], [[4, 4]], dimensions={"a": [0, 1]})
    assert one.loc["a", ["r_pp", "r_pe", "reliability"]].isna().all()
    assert one.loc["a", "n"] == 1
    same = [[4, 4], [4, 4], [4, 4]]
    flat = surveys.gap_reliability(same, [[1, 2], [3, 5], [4, 4]], dimensions={"a": [0, 1]})
    assert flat.loc["a", ["r_ee", "r_pe", "reliability"]].isna().all()
    notes = [one.loc["a", "note"], flat.loc["a", "note"]]
    assert notes == [
        "no reliability: 1 complete respondent",
        "no reliability: answers do not vary enough for r_ee and r_pe",
    ]


def test_gaps_that_differ_by_rounding_alone_have_no_reliability_and_say_so():
    """Means of three items less one third: equal gaps but for the sixteenth decimal."""
    found = np.array([[1, 2, 4], [2, 4, 5], [3, 3, 4], [5, 6, 6]]) + 0.1
    expect = found + np.array([0.1, 0.2, 0.7])
    assert np.ptp(found.mean(axis=1) - expect.mean(axis=1)) > 0
    row = surveys.gap_reliability(expect, found, dimensions={"a": [0, 1, 2]}).loc["a"]
    assert math.isnan(row["reliability"])
    assert row["note"] == "no reliability: all gaps are equal"
    one = surveys.gap_reliability([[5], [6], [4]], [[4], [4], [5]], dimensions={"a": [0]})
    assert one.loc["a", "note"] == "no reliability: one item has no alpha"


def test_means_that_correlate_more_than_the_alphas_allow_are_named():
    expect, found = [[1, 5], [2, 4], [5, 2], [6, 5]], [[1, 5], [2, 4], [5, 2], [6, 6]]
    row = surveys.gap_reliability(expect, found, dimensions={"a": [0, 1]}).loc["a"]
    assert row["reliability"] < 0
    assert row["note"] == "the means correlate more than the alphas allow"
