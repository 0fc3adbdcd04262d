"""Claims of reviews taken apart: order statistics, Stein's rule, elasticities, selection."""

import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from cemlab.crm import roi

patiently = settings(deadline=None, max_examples=25, derandomize=True)
# 18 batters' averages after 45 at bats (Efron & Morris 1977).
BATTERS = [.400, .378, .356, .333, .311, .311, .289, .267, .244, .244,
           .222, .222, .222, .222, .222, .200, .178, .156]  # fmt: skip


def says(sentence):
    return pytest.raises(ValueError, match="^" + re.escape(sentence) + "$")


# --- the largest of n ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("n", "exact"),
    [
        (1, 0.0),
        (2, 1 / math.sqrt(math.pi)),
        (3, 1.5 / math.sqrt(math.pi)),
        (4, 6 / math.pi**1.5 * math.atan(math.sqrt(2))),
        (5, 1.16296447),
        (10, 1.53875273),
        (100, 2.50759364),
    ],
)
def test_expected_maxima_are_the_published_ones(n, exact):
    """Closed forms to 4 and tabled values (Harter 1961)."""
    assert roi.up_to(n, mean=0, sd=1) == pytest.approx(exact, abs=1e-8)
    assert roi.up_to(n, mean=0.05, sd=0.2) == pytest.approx(0.05 + 0.2 * exact, abs=1e-8)


def test_large_maxima_are_the_mean_of_their_density():
    """Another integral, and ever nearer to the extreme-value limit (Gumbel)."""
    gaps = []
    for n in (10**4, 10**6, 10**9):
        b = stats.norm.isf(1 / n)

        def density(x, n=n):
            return x * n * stats.norm.pdf(x) * np.exp((n - 1) * stats.norm.logcdf(x))

        exact, _ = integrate.quad(density, b - 4, b + 8, points=[b], epsabs=1e-10)
        found = roi.up_to(n, mean=0, sd=1).value
        assert found == pytest.approx(exact, abs=1e-7)
        gaps.append(abs(found - b - np.euler_gamma / (n * stats.norm.pdf(b))))
    assert gaps == sorted(gaps, reverse=True)
    assert gaps[-1] < 0.01


def test_maxima_and_the_winners_curse_are_those_of_drawn_experiments():
    rng, runs, n = np.random.default_rng(67), 20_000, 30
    true = rng.normal(0.05, 0.10, (runs, n))
    seen = true + rng.normal(0, 0.20, (runs, n))
    best = seen.argmax(axis=1)
    rows = np.arange(runs)
    found = roi.up_to(n, mean=0.05, sd=0.20, true_sd=0.10)
    for drawn, exact in (
        (seen[rows, best], found.value),
        (true[rows, best], found.parts["true_of_best"]),
    ):
        assert drawn.mean() == pytest.approx(exact, abs=4 * drawn.std() / math.sqrt(runs))
    inside = ((seen[rows, best] >= found.low) & (seen[rows, best] <= found.high)).mean()
    assert inside == pytest.approx(0.95, abs=4 * math.sqrt(0.95 * 0.05 / runs))
    below = (seen[rows, best] < found.parts["median"]).mean()
    assert below == pytest.approx(0.5, abs=4 * 0.5 / math.sqrt(runs))


def test_without_true_differences_the_best_is_as_good_as_the_mean():
    assert roi.up_to(50, mean=0.03, sd=0.2).parts["true_of_best"] == 0.03
    exact = roi.up_to(50, mean=0.03, sd=0, true_sd=0.2)
    assert exact.parts["true_of_best"] == exact.value
    certain = roi.up_to(50, mean=0.03, sd=0)
    assert (certain.low, certain.value, certain.high) == (0.03, 0.03, 0.03)


def test_maxima_grow_with_n_while_the_mean_stays():
    table = roi.maxima([1, 10, 100, 1000], mean=0.05, sd=0.2, true_sd=0.1)
    assert table["n"].tolist() == [1, 10, 100, 1000]
    assert (table["mean"] == 0.05).all()
    assert (np.diff(table["value"]) > 0).all()
    assert table["value"].iloc[2] == roi.up_to(100, mean=0.05, sd=0.2, true_sd=0.1)


def test_the_mean_behind_a_maximum_has_exact_limits():
    """Half of all maxima exceed the told one at the value, 2.5 % at each limit."""
    found = roi.mean_behind(0.67, 100, sd=0.25)
    for mean, share in ((found.low, 0.975), (found.value, 0.5), (found.high, 0.025)):
        assert stats.norm.cdf((0.67 - mean) / 0.25) ** 100 == pytest.approx(share)
    assert roi.mean_behind(0.67, 1, sd=0.25).value == pytest.approx(0.67)


@patiently
@given(st.integers(0, 2**32))
def test_limits_of_the_mean_behind_cover_it(seed):
    tops = np.random.default_rng(seed).normal(0.1, 0.2, (400, 20)).max(axis=1)
    found = roi.mean_behind(0.0, 20, sd=0.2)  # a shift of the maximum shifts the limits
    covered = (tops + found.low <= 0.1) & (tops + found.high >= 0.1)
    assert covered.mean() == pytest.approx(0.95, abs=4 * math.sqrt(0.95 * 0.05 / 400))


def test_says_what_a_claim_needs():
    with says("n must be a whole number in [1, 1000000000], got 0"):
        roi.up_to(0, mean=0, sd=1)
    with says("sd must be a finite number of at least 0, got -1"):
        roi.up_to(3, mean=0, sd=-1)
    with says("ns must be at least one number of experiments, got none"):
        roi.maxima([], mean=0, sd=1)
    with says("sd must be a finite number of at least 0, got nan"):
        roi.mean_behind(0.67, 3, sd=math.nan)


# --- the best of measured effects ----------------------------------------------------------


def test_the_best_batter_of_steins_paradox():
    """Shrinking factor .212, .400 becomes .294 (Efron & Morris 1977)."""
    error = math.sqrt(0.2654 * 0.7346 / 45)
    found = roi.best_effect(BATTERS, standard_error=error)
    assert found.parts["mean"] == pytest.approx(0.265, abs=5e-4)
    assert found.parts["kept"] == pytest.approx(0.212, abs=5e-4)
    assert found == pytest.approx(0.294, abs=5e-4)
    assert found.low < 0.346 < found.high  # what he hit in the rest of the season


def test_order_and_missing_effects_do_not_matter():
    usual = roi.best_effect(BATTERS, standard_error=0.07)
    again = roi.best_effect([None, *BATTERS[::-1]], standard_error=0.07)
    assert (again.value, again.low, again.n) == pytest.approx((usual.value, usual.low, 18))


def test_equal_effects_and_much_noise_leave_the_mean():
    for effects, error in (([0.1] * 5, 0.2), ([0.1, 0.2, 0.3, 0.4], 9.0)):
        found = roi.best_effect(effects, standard_error=error)
        assert found.parts["kept"] == 0.0
        assert found == pytest.approx(np.mean(effects))


def test_says_what_effects_must_be():
    with says("effects must be one list of at least 4 finite numbers, got [0.1, 0.2, None, 0.3]"):
        roi.best_effect([0.1, 0.2, None, 0.3], standard_error=1)
    with says("standard_error must be above 0, got 0"):
        roi.best_effect([1, 2, 3, 4], standard_error=0)


# --- elasticities --------------------------------------------------------------------------


def test_uplifts_are_powers_of_the_changes():
    assert roi.reviews_uplift(1.0, 0) == pytest.approx(2**0.236 - 1)
    assert roi.reviews_uplift(0, 0.05) == pytest.approx(1.05**0.417 - 1)
    both = roi.reviews_uplift(0.5, 0.05)
    assert both == pytest.approx(1.5**0.236 * 1.05**0.417 - 1)
    assert both.parts["volume"] == pytest.approx(1.5**0.236 - 1)
    assert both.low == pytest.approx(both.value) == both.high
    assert roi.reviews_uplift(3.0, 0.3, caused=0) == 0


def test_small_changes_are_elasticities():
    assert roi.reviews_uplift(1e-6, 0) * 1e6 == pytest.approx(0.236, abs=1e-4)


@patiently
@given(st.integers(0, 2**32))
def test_limits_of_an_uplift_hold_all_that_the_ranges_allow(seed):
    rng = np.random.default_rng(seed)
    ends = np.sort(rng.uniform([-0.9, -0.9, 0, 0, 0], [3, 1, 1, 1, 1], (2, 5)), axis=0)
    names = ["volume_change", "valence_change", "volume_elasticity", "valence_elasticity", "caused"]
    ranges = {n: (a, b) for n, a, b in zip(names, *ends.tolist(), strict=True)}
    found = roi.reviews_uplift(**ranges)
    v, r, a, b, c = rng.uniform(*ends, (500, 5)).T
    drawn = (1 + v) ** (a * c) * (1 + r) ** (b * c) - 1
    assert found.low - 1e-12 <= drawn.min()
    assert drawn.max() <= found.high + 1e-12
    corners = np.stack(np.meshgrid(*ends.T), -1).reshape(-1, 5).T
    v, r, a, b, c = corners
    reached = (1 + v) ** (a * c) * (1 + r) ** (b * c) - 1
    assert (reached.min(), reached.max()) == pytest.approx((found.low, found.high))


def test_the_two_summaries_disagree_and_one_explains_less_than_a_per_cent():
    table = roi.review_evidence()
    assert table["counts_more"].tolist() == ["valence", "volume"]
    assert table["variance_explained"].iloc[1] == pytest.approx(0.091**2)
    assert table["studies"].tolist() == [51, 96]
    assert table["effects"].iloc[1] == 1532


def test_says_what_an_uplift_needs():
    with says("volume_change must be above -1, got -1"):
        roi.reviews_uplift(-1, 0)
    with says("caused must be a finite number in [0, 1], got 1.5"):
        roi.reviews_uplift(0, 0, caused=(0, 1.5))
    with says("valence_change must be a number or a range, got samples"):
        roi.reviews_uplift(0, [1.0, 2.0, 3.0, 4.0])


# --- selection -----------------------------------------------------------------------------


@pytest.mark.parametrize(("mean", "chance", "shape"), [(100, 0.01, 1.0), (20, 0.1, 3.0)])
def test_products_with_reviews_sell_more_without_any_effect(mean, chance, shape):
    rng, products = np.random.default_rng(12), 200_000
    rate = rng.gamma(shape, mean / shape, products)
    reviewed = rng.binomial(rng.poisson(rate), chance) > 0
    later = rng.poisson(rate)
    some, none = later[reviewed], later[~reviewed]
    found = some.mean() / none.mean() - 1
    relative = math.hypot(*(x.std() / math.sqrt(x.size) / x.mean() for x in (some, none)))
    exact = roi.uplift_without_effect(mean, review_chance=chance, shape=shape)
    assert found == pytest.approx(exact, abs=4 * (1 + found) * relative)


def test_selection_by_hand_and_at_its_ends():
    assert roi.uplift_without_effect(100, review_chance=0.01) == pytest.approx(2.0)
    alike = roi.uplift_without_effect(100, review_chance=0.01, shape=1e6)
    assert alike == pytest.approx(0, abs=1e-4)
    rare = roi.uplift_without_effect(100, review_chance=1e-9, shape=2.0)
    assert rare == pytest.approx(1 / 2.0, abs=1e-6)  # size-biased: 1 + 1/shape


def test_says_what_selection_needs():
    with says("shape must be above 0, got 0"):
        roi.uplift_without_effect(1, review_chance=0.1, shape=0)
    with says("review_chance must be a probability in [0, 1], got 2"):
        roi.uplift_without_effect(1, review_chance=2)


def test_a_tenth_more_on_average_needs_15_per_cent_of_sales_at_the_most():
    assert roi.share_of_products_needed(0.10) == pytest.approx(0.10 / 0.67)
    assert roi.share_of_products_needed(0.5, most=0.25) == 2.0
    with says("most must be above 0, got 0"):
        roi.share_of_products_needed(0.1, most=0)
    with says("uplift must be a finite number of at least 0, got -0.1"):
        roi.share_of_products_needed(-0.1)
