"""Agreement beyond chance: published examples, other libraries, theory, and paradoxes."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from cemlab.cem import _alpha, _ratings
from cemlab.cem.agreement import (
    METRICS,
    cohen_kappa,
    fleiss_kappa,
    krippendorff_alpha,
    percent_agreement,
    rating_counts,
)

patiently = settings(deadline=None, max_examples=25, derandomize=True)
NA = np.nan
FOUR_BY_TWELVE = [  # Krippendorff's example of four observers and twelve units
    [1, 2, 3, 3, 2, 1, 4, 1, 2, NA, NA, NA],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NA, 3],
    [NA, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NA],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NA],
]
FOURTEEN_RATERS = [  # ten subjects, five categories: the usual textbook table
    [0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7],
]  # fmt: skip


def says(sentence):
    return pytest.raises(ValueError, match="^" + re.escape(sentence) + "$")


def ratings_of(table):
    """Return two raters' lists from a square table of counts."""
    pairs = [(i, j) for i, row in enumerate(table) for j, n in enumerate(row) for _ in range(n)]
    return tuple(np.array(pairs).T)


# --- Cohen ---------------------------------------------------------------------------------


def test_kappa_of_fifty_applications_is_point_four():
    found = cohen_kappa(*ratings_of([[20, 5], [10, 15]]))
    assert found == pytest.approx(0.4)
    assert found.parts["observed"] == pytest.approx(0.7)
    assert found.parts["expected"] == pytest.approx(0.5)
    assert found.n == 50


def test_standard_error_is_that_of_the_formula_by_hand():
    """Fleiss, Cohen & Everitt (1969), written out cell by cell."""
    p = np.array([[20, 5], [10, 15]]) / 50
    rows, columns, kappa, expected = p.sum(axis=1), p.sum(axis=0), 0.4, 0.5
    total = -((kappa - expected * (1 - kappa)) ** 2)
    for i in range(2):
        for j in range(2):
            w, mean = float(i == j), columns[i] + rows[j]
            total += p[i, j] * (w - mean * (1 - kappa)) ** 2
    error = np.sqrt(total / 50) / (1 - expected)
    found = cohen_kappa(*ratings_of([[20, 5], [10, 15]]))
    assert found.parts["standard_error"] == pytest.approx(error)
    assert (found.low, found.high) == pytest.approx(
        (0.4 - 1.959964 * error, 0.4 + 1.959964 * error)
    )


def test_high_agreement_can_have_a_low_kappa():
    """Feinstein and Cicchetti: 85 of 100 alike twice, kappa .70 or .32."""
    balanced = cohen_kappa(*ratings_of([[40, 9], [6, 45]]))
    skewed = cohen_kappa(*ratings_of([[80, 10], [5, 5]]))
    assert balanced.parts["observed"] == skewed.parts["observed"] == 0.85
    assert (round(balanced, 2), round(skewed, 2)) == (0.70, 0.32)


def test_the_interval_covers_the_true_kappa_as_often_as_it_says():
    """A mixture: with chance .6 both write the same code, else each throws a fair coin."""
    rng, runs, inside = np.random.default_rng(7), 400, 0
    for _ in range(runs):
        truth = rng.integers(0, 2, 150)
        a, b = (np.where(rng.random(150) < np.sqrt(0.6), truth, rng.integers(0, 2, 150)) for _ in "ab")  # fmt: skip
        found = cohen_kappa(a, b)
        inside += found.low <= 0.6 <= found.high
    assert abs(inside / runs - 0.95) <= 4 * np.sqrt(0.05 * 0.95 / runs)


def test_quadratic_weights_forgive_near_misses_and_numbers_keep_their_distance():
    a, b = [1, 2, 5, 5, 1, 2], [1, 2, 5, 5, 2, 1]
    plain, linear, square = (cohen_kappa(a, b, weights=w) for w in (None, "linear", "quadratic"))
    assert plain < linear < square
    far = [[abs(x - y) / 4 for y in (1, 2, 5)] for x in (1, 2, 5)]
    expected = sum(far[(1, 2, 5).index(x)][(1, 2, 5).index(y)] for x in a for y in b) / 36
    assert linear == pytest.approx(1 - (2 * 0.25 / 6) / expected)


def test_ordered_words_have_the_distance_of_their_places():
    kind = pd.CategoricalDtype(["low", "middle", "high"], ordered=True)
    a = pd.Series(["low", "middle", "high", "high"], dtype=kind)
    b = pd.Series(["low", "high", "high", "middle"], dtype=kind)
    numbers = [x.cat.codes.to_numpy() for x in (a, b)]
    assert cohen_kappa(a, b, weights="linear") == pytest.approx(
        cohen_kappa(*numbers, weights="linear")
    )


def test_a_quadratic_kappa_is_nearly_the_interval_alpha_of_many_units():
    rng = np.random.default_rng(2)
    truth = rng.integers(1, 6, 4000)
    a, b = (np.clip(truth + rng.integers(-1, 2, 4000), 1, 5) for _ in "ab")
    alpha = krippendorff_alpha([a, b], metric="interval", rng=1)
    assert cohen_kappa(a, b, weights="quadratic") == pytest.approx(alpha, abs=2e-3)


def test_full_agreement_still_has_a_lower_limit():
    found = cohen_kappa(["x", "y"] * 10, ["x", "y"] * 10)
    low, _ = _ratings.if_all_agree(20, 0.5, 0.95)
    assert (found, found.low, found.high) == (1.0, pytest.approx(low), 1.0)
    assert 0.6 < low < 0.7
    assert "Wilson" in found.method


def test_a_rater_with_one_category_has_a_kappa_of_nought_without_an_interval():
    found = cohen_kappa(["x"] * 4, ["x", "x", "x", "y"])
    assert found == 0
    assert np.isnan([found.low, found.high]).all()
    assert found.method == "Cohen's kappa, no interval: a rater used only one category"


def test_what_one_did_not_rate_is_left_out_and_counted():
    found = percent_agreement(["x", None, "y", "x"], ["x", "x", np.nan, "y"])
    assert (found, found.n, found.parts["left_out"]) == (0.5, 2, 2)


def test_where_no_error_is_to_be_had_there_is_no_interval_of_no_width():
    none = cohen_kappa(["x", "y"], ["y", "x"])
    assert (none, np.isnan([none.low, none.high]).all()) == (-1, True)
    assert none.method == "Cohen's kappa, no interval: they agree on no unit"
    three = cohen_kappa([*"xyzxyz"], [*"yzxyzx"])
    assert np.isnan(three.low)
    even = fleiss_kappa([[2, 1], [1, 2]])
    assert even.method == "Fleiss' kappa, no interval: the standard error is 0"
    assert np.isnan(even.high)
    apart = fleiss_kappa([[1, 1], [1, 1]])
    assert apart.method == "Fleiss' kappa, no interval: no two ratings of a unit agree"
    alpha = krippendorff_alpha([["x", "y"], ["y", "x"]])
    assert alpha.method == "Krippendorff's alpha, no interval: no two ratings of a unit agree"
    assert np.isnan([alpha.low, alpha.high]).all()


def test_a_blank_is_no_category_and_text_is_no_number():
    found = cohen_kappa(["x", "y", ""], ["x", "y", "x"])
    assert (found, found.n, found.parts["left_out"]) == (1, 2, 1)
    assert krippendorff_alpha([["x", "y", ""], ["x", "y", "x"]]).parts["left_out"] == 1
    assert rating_counts([["x", ""], ["x", "y"]]).columns.tolist() == ["x", "y"]
    sentence = "ratings must be all texts or all numbers, got '1' beside 1: use .astype(str)"
    for measure in (cohen_kappa, percent_agreement):
        with says(sentence):
            measure(["1", "2", "1"], [1, 2, 1])
    with says(sentence):
        krippendorff_alpha([["1", "2"], [1, 2]])
    with says("ratings must be all texts or all numbers, got '1' beside 1.0: use .astype(str)"):
        cohen_kappa(pd.Series(["1", "2", "1"]), pd.Series([1.0, 2.0, np.nan]))


# --- Fleiss --------------------------------------------------------------------------------


def test_fourteen_raters_have_a_kappa_of_point_two_one():
    found = fleiss_kappa(FOURTEEN_RATERS)
    assert round(found, 3) == 0.210
    assert round(found.parts["expected"], 3) == 0.213
    assert round(found.parts["observed"], 3) == 0.378
    assert found.parts["raters"] == 14


def test_fleiss_interval_is_nearly_that_of_a_jackknife_over_units():
    counts = np.array(FOURTEEN_RATERS)
    each = [float(fleiss_kappa(np.delete(counts, i, axis=0))) for i in range(10)]
    error = np.sqrt(9 * np.var(each))
    found = fleiss_kappa(counts)
    assert (found.high - found.low) / 2 == pytest.approx(2.262157 * error, rel=0.1)


def test_fleiss_interval_covers_as_often_as_it_says():
    rng, runs, inside = np.random.default_rng(11), 400, 0
    for _ in range(runs):  # four raters, each sees the truth with chance sqrt(.5)
        truth = rng.integers(0, 3, 60)
        seen = np.where(rng.random((4, 60)) < np.sqrt(0.5), truth, rng.integers(0, 3, (4, 60)))
        found = fleiss_kappa(rating_counts(seen))
        inside += found.low <= 0.5 <= found.high
    assert abs(inside / runs - 0.95) <= 4 * np.sqrt(0.05 * 0.95 / runs)


def test_counts_are_those_of_a_loop():
    rng = np.random.default_rng(3)
    seen = rng.choice(["late", "rude", "lost"], (5, 30))
    table = rating_counts(seen)
    for unit in range(30):
        for word in table.columns:
            assert table.loc[unit, word] == sum(seen[r, unit] == word for r in range(5))


# --- Krippendorff --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("metric", "value"), list(zip(METRICS, (0.743, 0.815, 0.849, 0.797), strict=True))
)
def test_the_canonical_example(metric, value):
    found = krippendorff_alpha(FOUR_BY_TWELVE, metric=metric, rng=1)
    assert round(found, 3) == value
    assert (found.n, found.parts["left_out"], found.parts["ratings"]) == (11, 1, 40)
    observed, expected = found.parts["observed"], found.parts["expected"]
    assert found == pytest.approx((observed - expected) / (1 - expected))
    assert found.low < found < found.high


def plainly(ratings, distance):
    """Compute alpha from its definition, pair by pair."""
    units = [[x for x in unit if x == x] for unit in np.array(ratings, float).T]
    units = [unit for unit in units if len(unit) > 1]
    every = [x for unit in units for x in unit]
    inside = sum(distance(x, y) / (len(u) - 1) for u in units for x in u for y in u) / len(every)
    outside = sum(distance(x, y) for x in every for y in every) / len(every) / (len(every) - 1)
    return 1 - inside / outside


@given(st.integers(0, 2**32))
@patiently
def test_alpha_is_its_definition_whatever_the_order_of_raters_and_units(seed):
    rng = np.random.default_rng(seed)
    ratings = rng.integers(1, 5, (3, 8)).astype(float)
    ratings[rng.random((3, 8)) < 0.2] = NA
    ratings[:2, 0] = 1, 2
    distances = {
        "nominal": lambda x, y: float(x != y),
        "interval": lambda x, y: (x - y) ** 2,
        "ratio": lambda x, y: ((x - y) / (x + y)) ** 2,
    }
    for metric, distance in distances.items():
        found = krippendorff_alpha(ratings, metric=metric, resamples=100, rng=1)
        assert found == pytest.approx(plainly(ratings, distance))
        mixed = rng.permutation(rng.permutation(ratings, axis=1), axis=0)
        again = krippendorff_alpha(mixed, metric=metric, resamples=100, rng=1)
        assert again.row() == pytest.approx(found.row(), nan_ok=True)


@pytest.mark.parametrize("metric", METRICS)
def test_agrees_with_another_library(metric):
    peer = pytest.importorskip("krippendorff")
    rng = np.random.default_rng(5)
    for _ in range(20):
        shape = rng.integers(2, 6), rng.integers(5, 30)
        ratings = rng.integers(0, rng.integers(2, 7), shape).astype(float)
        ratings[rng.random(shape) < 0.2] = NA
        ratings[:2, :2] = [[0, 1], [0, 1]]
        found = krippendorff_alpha(ratings, metric=metric, resamples=100, rng=1)
        assert found == pytest.approx(peer.alpha(ratings, level_of_measurement=metric))


def test_resamples_are_those_of_drawing_whole_units():
    """Each resampled alpha is the alpha of the ratings that were drawn (ordinal: ranks move)."""
    codes = np.array(FOUR_BY_TWELVE)[:, :11]
    found = _alpha.patterns(np.where(np.isnan(codes), 0, codes).astype(int) - 1, np.arange(1, 6.0), "ordinal")  # fmt: skip
    weights = np.array([[2, 0, 1, 3, *[1] * (len(found.times) - 4)]])
    drawn = np.full((4, 0), NA)
    for row, times in zip(found.counts.toarray(), weights[0], strict=True):
        values = np.repeat(np.arange(1, 6.0), row.astype(int))
        unit = np.append(values, [NA] * (4 - len(values)))[:, None]
        drawn = np.hstack([drawn, *[unit] * times])
    value = _alpha.alpha(found, weights)[0][0]
    assert value == pytest.approx(krippendorff_alpha(drawn, metric="ordinal", rng=1))


def test_the_bootstrap_covers_nearly_as_often_as_it_says():
    rng, runs, inside = np.random.default_rng(13), 200, 0
    for _ in range(runs):
        truth = rng.integers(0, 3, 100)
        seen = np.where(rng.random((3, 100)) < np.sqrt(0.5), truth, rng.integers(0, 3, (3, 100)))
        found = krippendorff_alpha(seen, resamples=400, rng=rng)
        inside += found.low <= 0.5 <= found.high
    assert abs(inside / runs - 0.95) <= 4 * np.sqrt(0.05 * 0.95 / runs)


def test_few_units_of_a_rare_category_have_an_interval_that_holds():
    """Every table of two raters and 24 units, with its chance; a bootstrap would hold .60 to .91."""
    n, level = 24, 0.95
    tables = np.array([(i, j, n - i - j) for i in range(n + 1) for j in range(n + 1 - i)])
    found = {}
    for table in map(tuple, tables):
        rows = np.repeat([1, 1, 0], table), np.repeat([1, 0, 0], table)
        if np.unique(rows).size == 2:
            alpha = krippendorff_alpha(rows)
            found[table] = alpha.low, alpha.high
    kept = np.array(list(found))
    low, high = np.array(list(found.values())).T
    for p, kappa in ((0.1, 0.3), (0.1, 0.5), (0.1, 0.8), (0.5, 0.5)):
        both, off = p * p + kappa * p * (1 - p), 2 * (1 - kappa) * p * (1 - p)
        chance = stats.multinomial.pmf(kept, n, [both, off, 1 - both - off])
        inside = chance[(low <= kappa) & (kappa <= high)].sum() / chance.sum()
        assert inside > level - 0.005


def test_more_raters_count_by_the_variance_over_units():
    ratings = np.where(np.isnan(FOUR_BY_TWELVE), 0, FOUR_BY_TWELVE)[:, :11].astype(int) - 1
    found = _alpha.patterns(ratings, np.arange(1, 6.0), "nominal")
    units = [[x for x in unit if x >= 0] for unit in ratings.T]
    part = [
        np.mean([x != y for i, x in enumerate(u) for j, y in enumerate(u) if i != j]) for u in units
    ]
    m = np.array([len(unit) for unit in units])
    observed = (m * part).sum() / m.sum()
    assert _alpha.alpha(found, found.times[None, :])[1][0] == pytest.approx(observed)
    variance = (m**2 * (part - observed) ** 2).sum() / m.sum() ** 2 * 11 / 10
    expected = min((m - 1).sum(), observed * (1 - observed) / variance)
    assert _alpha.effective_units(found, observed) == pytest.approx(expected)


@pytest.mark.parametrize("metric", METRICS[1:])
def test_the_error_of_ordered_ratings_is_that_of_leaving_out_each_unit(metric):
    ratings = np.array(FOUR_BY_TWELVE)[:, :11]
    found = krippendorff_alpha(ratings, metric=metric)
    each = [
        float(krippendorff_alpha(np.delete(ratings, i, axis=1), metric=metric)) for i in range(11)
    ]
    error = np.sqrt(10 * np.var(each))
    half = stats.t.ppf(0.975, 10) * error / (1 - float(found) ** 2)
    assert (np.arctanh([found.low, found.high]) - np.arctanh(found)).tolist() == pytest.approx(
        [-half, half]
    )
    assert found.method == "Krippendorff's alpha, jackknife over units, Fisher's z, Student's t"


def test_ordered_ratings_of_few_units_have_an_interval_that_nearly_holds():
    """Sixteen things, five raters, who miss by one level now and then (true alpha .665)."""
    rng, runs, inside = np.random.default_rng(17), 300, 0

    def rated(n):
        truth = rng.choice(5, n, p=[0.1, 0.3, 0.3, 0.2, 0.1])
        return np.clip(truth + rng.choice([-1, 0, 1], (5, n), p=[0.3, 0.4, 0.3]), 0, 4)

    true = float(krippendorff_alpha(rated(200_000), metric="ordinal", resamples=100, rng=1))
    for _ in range(runs):
        found = krippendorff_alpha(rated(16), metric="ordinal")
        inside += found.low <= true <= found.high
    assert abs(inside / runs - 0.95) <= 4 * np.sqrt(0.05 * 0.95 / runs)


def test_an_alpha_that_hangs_on_one_unit_has_no_interval():
    found = krippendorff_alpha([[1, 1, 1, 1], [1, 1, 1, 2]], metric="ordinal")
    assert found.method == "Krippendorff's alpha, no interval: it hangs on one unit, or on none"
    assert np.isnan([found.low, found.high]).all()


def test_two_raters_tell_as_much_as_their_units():
    codes = np.array([[0] * 12 + [1] * 12, [0] * 9 + [1] * 15])
    found = _alpha.patterns(codes, np.arange(2.0), "nominal")
    assert _alpha.effective_units(found, 3 / 24) == pytest.approx(23)


def test_a_table_that_may_lie_on_its_side_is_asked_about():
    found = krippendorff_alpha(np.array([[1, 2], [1, 2], [2, 2]]))
    assert found.method.endswith("(3 raters and 2 units: is a row a rater?)")


def test_words_do_for_nominal_and_the_same_luck_gives_the_same_interval():
    words = [["late", "rude", "late", None], ["late", "rude", "rude", "late"]]
    one, two = (krippendorff_alpha(words, rng=3) for _ in range(2))
    assert (one.low, one.high) == (two.low, two.high)
    assert one.parts["left_out"] == 1


def test_one_unit_has_no_interval_and_full_agreement_has_a_lower_limit():
    single = krippendorff_alpha([[1], [2]])
    assert single.method == "Krippendorff's alpha, no interval: one unit"
    full = krippendorff_alpha([[1, 2, 1], [1, 2, 1]], metric="ordinal")
    assert (full, full.high) == (1.0, 1.0)
    assert full.low < 0.5


# --- messages ------------------------------------------------------------------------------


def test_says_what_was_wrong():
    alike = "must hold at least two categories, got only 'x': chance alone would agree as often, give the percent agreement"
    with says(f"a and b {alike}"):
        cohen_kappa(["x"] * 3, ["x"] * 3)
    with says(f"ratings {alike}"):
        krippendorff_alpha([["x", "x"], ["x", "x"]])
    with says("a and b must rate the same units, got 2 and 3"):
        cohen_kappa([1, 2], [1, 2, 3])
    with says("a and b must have at least one unit that both rated, got none of 2"):
        percent_agreement([1, None], [None, 1])
    with says("a and b must be finite numbers for weights 'linear', got 'x': give numbers, or an ordered Categorical"):  # fmt: skip
        cohen_kappa(["x", "y"], ["y", "x"], weights="linear")
    with says("a and b must have the same index in the same order, got others: use b.reindex(a.index) first"):  # fmt: skip
        cohen_kappa(pd.Series([1, 2]), pd.Series([1, 2], index=[1, 0]))
    with says("weights must be one of linear, quadratic, got 'cubic'"):
        cohen_kappa([1, 2], [2, 1], weights="cubic")
    with says("level must be above 0 and below 1, got 1.0"):
        cohen_kappa([1, 2], [2, 1], level=1.0)
    with says("table must have the same number of ratings for every unit, got 2 to 3: use krippendorff_alpha"):  # fmt: skip
        fleiss_kappa([[2, 1], [1, 1]])
    with says("table must have at least two ratings a unit, got 1"):
        fleiss_kappa([[1, 0], [0, 1]])
    with says("table must hold counts of raters, whole numbers of at least 0, got others: use rating_counts first"):  # fmt: skip
        fleiss_kappa([[0.5, 1.5]])
    with says("ratings must have at least two raters (rows), got 1"):
        krippendorff_alpha([[1, 2, 3]])
    with says("ratings must have at least one unit that was rated twice, got none"):
        krippendorff_alpha([[1, None], [None, 2]])
    with says("ratings must be of at least 0 for metric 'ratio', got -1"):
        krippendorff_alpha([[-1, 2], [1, 2]], metric="ratio")
    with says("ratings must be finite numbers for metric 'ordinal', got 'bad': give numbers, or use metric 'nominal'"):  # fmt: skip
        krippendorff_alpha([["good", "bad"], ["bad", "good"]], metric="ordinal")
    with says("ratings must be a table, a row a rater and a column a unit, got another shape"):
        krippendorff_alpha([1, 2, 3])
