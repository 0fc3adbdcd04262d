"""Gamma-gamma and customer value: published numbers, made-up shops, messages."""

import re

import numpy as np
import pandas as pd
import pytest
from scipy.special import gammaln
from scipy.stats import pearsonr

from cemlab import datasets
from cemlab.crm import value
from cemlab.crm.value import _maximum, spending

SHOP = datasets.load("cdnow-summary")
BG, SPEND = value.bg_nbd(SHOP), value.gamma_gamma(SHOP)
TERMS = {"margin": 0.3, "discount_per_unit": 0.0027, "horizon": 52}


def says(sentence):
    return pytest.raises(ValueError, match="^" + re.escape(sentence) + "$")


def shop_of(n, rng, p=6.0, q=4.0, v=15.0):
    """Return customers whose purchases follow the gamma-gamma model."""
    x = rng.integers(1, 8, n)
    mean = rng.gamma(p * x) / (rng.gamma(q, 1 / v, n) * x)
    return pd.DataFrame({"frequency": x, "recency": 5.0, "age": 9.0, "mean_spend": mean})


def test_gamma_gamma_on_cdnow_is_the_published_fit():
    assert SPEND.customers == 946
    found = {name: round(number, 2) for name, number in SPEND.params.items()}
    assert found == {"p": 6.25, "q": 3.74, "v": 15.44}
    p, q, v = SPEND.params.values()
    assert SPEND.population_mean() == pytest.approx(p * v / (q - 1), rel=1e-12)
    assert SPEND.population_mean() == pytest.approx(35.17, abs=0.005)


def test_no_other_parameters_are_more_likely():
    x, z, n = spending._repeaters(SHOP, 3)
    score = spending._score(x, z, n)
    best = np.log(list(SPEND.params.values()))
    assert score(best)[0] == pytest.approx(SPEND.loglik, rel=1e-12)
    assert np.abs(score(best)[1]).max() < 1e-4
    luck = np.random.default_rng(2)
    assert all(score(best + luck.normal(0, 0.05, 3))[0] < SPEND.loglik for _ in range(50))
    curve = _maximum.information(score, best)
    errors = np.sqrt(np.diag(np.linalg.inv(curve))) * np.exp(best)
    assert list(SPEND.standard_errors.values()) == pytest.approx(errors.tolist(), rel=1e-4)


def test_the_likelihood_is_the_published_formula():
    p, q, v = 6.0, 4.0, 15.0
    x, z = np.array([3.0]), np.array([20.0])
    expected = (gammaln(p * 3 + q) - gammaln(p * 3) - gammaln(q) + q * np.log(v)
                + (p * 3 - 1) * np.log(20) + p * 3 * np.log(3)
                - (p * 3 + q) * np.log(v + 60))  # fmt: skip
    score = spending._score(x, z, np.ones(1))
    assert score(np.log([p, q, v]))[0] == pytest.approx(expected, rel=1e-13)


def test_own_mean_counts_the_more_the_more_purchases():
    p, q, v = SPEND.params.values()
    mean = SPEND.population_mean()
    frame = pd.DataFrame({"frequency": [0, 1, 4, 10**6], "recency": [0, 5, 5, 5.0], "age": 9.0,
                          "mean_spend": [np.nan, 100, 100, 100]})  # fmt: skip
    found = SPEND.expected_spend(frame)
    assert found[0] == pytest.approx(float(mean), rel=1e-12)
    assert found[2] == pytest.approx(p * (v + 400) / (4 * p + q - 1), rel=1e-12)
    assert found.is_monotonic_increasing
    assert found[3] == pytest.approx(100, rel=1e-5)


def test_cents_in_place_of_dollars_change_the_unit_only():
    cents = value.gamma_gamma(SHOP.assign(mean_spend=100 * SHOP["mean_spend"]))
    p, q, v = SPEND.params.values()
    assert list(cents.params.values()) == pytest.approx([p, q, 100 * v], rel=1e-5)
    assert cents.population_mean() == pytest.approx(100 * SPEND.population_mean(), rel=1e-6)


def test_a_fit_finds_the_parameters_that_spending_was_made_with():
    fit = value.gamma_gamma(shop_of(20_000, np.random.default_rng(4)))
    for name, number in {"p": 6.0, "q": 4.0, "v": 15.0}.items():
        assert abs(fit.params[name] - number) < 4 * fit.standard_errors[name]


def test_rows_may_stand_in_any_order_and_be_grouped():
    twice = pd.concat([SHOP, SHOP]).sample(frac=1, random_state=1)
    grouped = SHOP.assign(customers=2)
    fits = [value.gamma_gamma(shop) for shop in (twice, grouped)]
    for fit in fits:
        assert fit.customers == 2 * 946
        assert dict(fit.params) == pytest.approx(dict(SPEND.params), rel=1e-7)
        assert fit.standard_errors["p"] == pytest.approx(
            SPEND.standard_errors["p"] / np.sqrt(2), rel=1e-5
        )


def test_equal_spending_of_all_is_a_border_and_named():
    fit = value.gamma_gamma({"frequency": [2] * 5, "recency": [1] * 5, "age": [2] * 5,
                             "mean_spend": [20.0] * 5})  # fmt: skip
    assert fit.note.startswith("the data do not fix p")
    assert fit.note.endswith(": customers do not differ in what they spend, beyond luck")
    assert fit.population_mean() == pytest.approx(20, rel=1e-3)
    assert fit.population_mean().method == f"no interval: {fit.note}"


def test_a_mean_without_limit_is_infinite_and_said():
    luck = np.random.default_rng(3)
    fit = value.gamma_gamma(shop_of(3000, luck, q=0.6))
    assert fit.params["q"] < 1
    assert fit.population_mean() == np.inf
    assert fit.population_mean().method == "no interval: the figure is inf"


# --- correlation ----------------------------------------------------------------------------------


def test_correlation_is_pearsons_with_fishers_interval():
    again = SHOP[SHOP["frequency"] > 0]
    found, peer = value.spend_correlation(SHOP), pearsonr(again["frequency"], again["mean_spend"])
    assert found == pytest.approx(peer.statistic, rel=1e-12)
    assert [found.low, found.high] == pytest.approx(list(peer.confidence_interval()), rel=1e-4)


def test_what_is_the_same_for_all_correlates_with_nothing_and_says_so():
    same = {"frequency": [2] * 5, "recency": [1] * 5, "age": [2] * 5, "mean_spend": [1, 2, 3, 4, 5]}
    found = value.spend_correlation(same)
    assert found == 0
    assert np.isnan(found.low)
    assert found.method == ("no interval: frequency is the same for all repeat customers, so "
                            "nothing can go with it")  # fmt: skip


# --- value ----------------------------------------------------------------------------------------


def test_value_is_purchases_times_spend_times_margin():
    found = value.clv(BG, SPEND, SHOP, **TERMS)
    bought = BG.discounted_purchases(SHOP, discount_per_unit=0.0027, horizon=52)
    assert found["value"].to_numpy() == pytest.approx((bought * SPEND.expected_spend(SHOP) * 0.3).to_numpy(), rel=1e-12)  # fmt: skip
    assert found["alive"].equals(BG.alive(SHOP))
    half = value.clv(BG, SPEND, SHOP, **TERMS | {"margin": 0.15})
    assert half["value"].sum() == pytest.approx(found["value"].sum() / 2)


def test_intervals_hold_the_value_and_repeat_with_the_same_luck():
    part = SHOP.tail(40)
    one, same = (value.clv(BG, SPEND, part, **TERMS, draws=60, rng=5) for _ in range(2))
    pd.testing.assert_frame_equal(one, same)
    assert (one["low"] < one["high"]).all()
    assert ((one["low"] < one["value"]) & (one["value"] < one["high"])).all()
    narrow = value.clv(BG, SPEND, part, **TERMS, draws=60, level=0.5, rng=5)
    assert ((narrow["high"] - narrow["low"]) < (one["high"] - one["low"])).all()


def test_agrees_with_lifetimes():
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        lifetimes = pytest.importorskip("lifetimes")
        again = SHOP[SHOP["frequency"] > 0]
        peer = lifetimes.GammaGammaFitter()
        peer.fit(again["frequency"], again["mean_spend"])
    assert list(SPEND.params.values()) == pytest.approx(list(peer.params_), rel=5e-3)


def test_says_what_is_wrong():
    bad = SHOP.assign(mean_spend=SHOP["mean_spend"].fillna(0))
    row = bad.index[bad["frequency"] > 0][0]
    for number, rule in ((0.0, "must be above 0 where frequency is above 0 (leave such customers out)"),
                         (np.nan, "must be given where frequency is above 0 (leave such customers out)"),
                         (-3.0, "must not be below 0")):  # fmt: skip
        bad.loc[row, "mean_spend"] = number
        with says(f"summary, row {row}, mean_spend: {rule}, got {number}"):
            value.gamma_gamma(bad)
    with says("summary must have more than 3 repeat customers, got 0"):
        value.gamma_gamma(SHOP.head(5))
    with says("summary must have one column 'mean_spend' (or 'monetary_value'), got "
              "['frequency', 'recency', 'age']"):  # fmt: skip
        value.gamma_gamma(SHOP[["frequency", "recency", "age"]])
    with says("margin must be a finite number in [0, 1], got 30"):
        value.clv(BG, SPEND, SHOP, margin=30, discount_per_unit=0.01)
    with says("discount_per_unit must be above 0 without a horizon, got 0: give a horizon"):
        value.clv(BG, SPEND, SHOP, margin=0.3, discount_per_unit=0)
    flat = value.bg_nbd({"frequency": [2], "recency": [3.0], "age": [4.0], "customers": [9]})
    with says(f"draws must be 0 for a fit without standard errors, got 3: {flat.note}"):
        value.clv(flat, SPEND, SHOP, **TERMS, draws=3)
