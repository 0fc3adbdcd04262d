"""Models of value at their borders: customers who hardly differ, nobody leaving, infinite means."""

import re
import time

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad
from scipy.special import hyp2f1

from cemlab import datasets
from cemlab.crm import value
from cemlab.crm.value import _beta, _bg_nbd, _maximum

SHOP = datasets.load("cdnow-summary")
ONE = {"frequency": 2, "recency": 30.0, "age": 39.0}
WEEKLY = [0.02, 0.0027, 0.00094, 1e-4, 1e-6]


def says(sentence):
    return pytest.raises(ValueError, match="^" + re.escape(sentence) + "$")


def made(kind, values):
    """Return a fit with given parameters."""
    arithmetic = kind._arithmetic
    peak = _maximum.Peak(np.log(values), 0.0, 0.01 * np.eye(4), np.zeros(4, bool))
    return kind._of(peak, model="", names=arithmetic.NAMES, customers=10, why="")


def pareto(s, mean):
    return made(value.ParetoNbdFit, [0.5, 10.0, s, mean * s])


def bg(r, a, b):
    return made(value.BgNbdFit, [r, 10 * r, a, b])


def worth(fit, discount, horizon=None):
    return fit.discounted_purchases(ONE, discount_per_unit=discount, horizon=horizon).iloc[0]


# --- discounted purchases ----------------------------------------------------------------


@pytest.mark.parametrize("mean", [5, 10, 50])
@pytest.mark.parametrize("discount", [0.0027, 0.00094])
def test_where_all_leave_alike_their_worth_is_that_of_exponential_lifetimes(mean, discount):
    fit = pareto(1e8, mean)
    limit = fit.alive(ONE).iloc[0] * 2.5 / 49 / (1 / mean + discount)
    assert worth(fit, discount) == pytest.approx(limit, rel=1e-6)


@pytest.mark.parametrize("s", [0.05, 0.606, 1, 20, 1000, 1e7])
@pytest.mark.parametrize("discount", WEEKLY)
def test_pareto_worth_agrees_with_an_integral_over_the_logarithm_of_time(s, discount):
    fit, old = pareto(s, 20), 20 * s + 39

    def height(v):
        t = np.exp(v)
        return t * 2.5 / 49 * np.exp(-s * np.log1p(t / old) - discount * t)

    parts = [quad(height, a, a + 5, epsabs=0, epsrel=1e-10)[0] for a in np.arange(-25, 20, 5.0)]
    assert worth(fit, discount) == pytest.approx(fit.alive(ONE).iloc[0] * sum(parts), rel=1e-8)


@pytest.mark.parametrize("r", [0.24, 20, 1e5])
@pytest.mark.parametrize(("a", "b"), [(0.8, 2.4), (5, 20), (0.5, 2e-5)])
def test_bg_worth_agrees_with_the_purchases_of_many_horizons(r, a, b):
    """By parts: the worth is the integral of d exp(-d t) E(t), E as `conditional_purchases`."""
    fit, discount = bg(r, a, b), 0.0027
    v = np.linspace(np.log(1e-6 / discount), np.log(40 / discount), 500)
    t, rows = np.exp(v), np.full(500, 1.0)
    mean = _bg_nbd.purchases_of_the_living(fit._values, 2 * rows, 39 * rows, t)
    whole = np.trapezoid(discount * t * np.exp(-discount * t) * mean, v) * fit.alive(ONE).iloc[0]
    assert worth(fit, discount) == pytest.approx(whole, rel=1e-6)


@pytest.mark.parametrize(
    "fit", [pareto(1e6, 10), pareto(0.6, 20), bg(1e5, 0.8, 2.4), bg(0.3, 1, 3)]
)
def test_worth_falls_with_the_discount_and_rises_with_the_horizon(fit):
    assert (np.diff([worth(fit, d) for d in WEEKLY]) > 0).all()
    assert (np.diff([worth(fit, 0.0027, h) for h in (1, 10, 100, 1000, 1e6)]) >= 0).all()
    assert worth(fit, 0.0027, 1e9) == pytest.approx(worth(fit, 0.0027), rel=1e-10)


def test_a_shop_whose_customers_leave_alike_is_worth_more_at_a_lower_rate():
    luck = np.random.default_rng(1)
    age, life = luck.uniform(20, 60, 1500), luck.exponential(10, 1500)
    lived = np.minimum(age, life)
    x = luck.poisson(luck.gamma(0.8, 0.5, 1500) * lived)
    recency = np.where(x > 0, lived * luck.random(1500) ** (1 / np.maximum(x, 1)), 0)
    shop = pd.DataFrame({"frequency": x, "recency": recency, "age": age})
    fit = made(value.ParetoNbdFit, [0.8, 2.0, 1e6, 1e7])
    high, low = (
        fit.discounted_purchases(shop, discount_per_unit=d).sum() for d in (0.0027, 0.00094)
    )
    assert high == pytest.approx(low * (0.1 + 0.00094) / (0.1 + 0.0027), rel=1e-4)


@pytest.mark.parametrize("fit", [value.bg_nbd(SHOP), value.pareto_nbd(SHOP)])
def test_many_different_ages_are_as_exact_as_few_and_quick(fit):
    luck = np.random.default_rng(3)
    many = pd.DataFrame(
        {"frequency": luck.integers(1, 4, 20_000), "age": luck.uniform(1, 60, 20_000)}
    )
    many["recency"] = many["age"] * luck.uniform(0.1, 1, 20_000)
    few = many.head(30)
    start = time.perf_counter()
    found = fit.table(many, 39, level=None).loc[few.index, "purchases"]
    worth = fit.discounted_purchases(many, discount_per_unit=0.003)[few.index]
    assert time.perf_counter() - start < 5
    assert found.to_numpy() == pytest.approx(
        fit.conditional_purchases(few, 39).to_numpy(), rel=1e-10
    )
    alone = fit.discounted_purchases(few, discount_per_unit=0.003)
    assert worth.to_numpy() == pytest.approx(alone.to_numpy(), rel=1e-10)


@pytest.mark.parametrize("a", [1e-9, 0.1, 0.25, 3.0, 50.0])
@pytest.mark.parametrize("b", [2e-9, 0.1, 0.25, 3.0, 50.0])
def test_a_mean_over_a_beta_distribution_is_the_closed_form_at_both_ends(a, b):
    found = _beta.mean(lambda p, _: 1.1 / (0.1 + p), a, [b], at_zero=11.0, slope=11.0)[0]
    assert found == pytest.approx(hyp2f1(1, b, a + b, 1 / 1.1), rel=1e-9)


# --- contracts ---------------------------------------------------------------------------


def test_who_has_stayed_once_stays_for_ever_and_at_once():
    """Half leave at once: 1 + (1 / 1.1 + 1 / 1.21 + ...) / 2 = 6."""
    start = time.perf_counter()
    fit = value.sbg([1000, 500, 500, 500, 500])
    assert fit.discounted_lifetime(discount=0.1) == pytest.approx(6, rel=1e-5)
    assert time.perf_counter() - start < 2
    assert fit.expected_lifetime() == np.inf


def test_a_lifetime_that_may_be_infinite_has_no_upper_limit():
    fit = value.sbg([400, 303, 238, 196, 160, 143])
    low, high = fit.interval().loc["alpha", ["low", "high"]]
    assert low < 1 < high
    found = fit.expected_lifetime()
    assert 1 < found.low < found < found.high == np.inf
    assert found.method.endswith("no upper limit, as alpha may be at most 1")


def test_the_interval_of_a_lifetime_holds_the_truth():
    luck, hits, runs, truth = np.random.default_rng(4), 0, 150, (1.5 + 6 - 1) / 0.5
    for _ in range(runs):
        life = luck.geometric(luck.beta(1.5, 6.0, 1000))
        found = value.sbg([int((life > t).sum()) for t in range(8)]).expected_lifetime()
        hits += found.low < truth < found.high
    assert abs(hits / runs - 0.95) < 4 * np.sqrt(0.95 * 0.05 / runs)


@pytest.mark.parametrize("kept", [[10, 1, 0], [10**6, 1, 0], [100, 99, 99]])
def test_a_constant_churn_stays_a_chance_and_a_lifetime_at_least_one(kept):
    fit = value.geometric(kept)
    low, high = fit.interval().loc["churn", ["low", "high"]]
    assert 0 < low < fit.params["churn"] < high < 1
    lasts = fit.expected_lifetime()
    assert (lasts.low, lasts.high) == pytest.approx((1 / high, 1 / low))
    paid = fit.discounted_lifetime(discount=0.1)
    assert 1 <= paid.low <= paid <= paid.high <= 11
    assert fit.survival([1, 2]).notna().all(axis=None)


def test_says_that_percentages_are_no_counts():
    with says("survival must be whole counts, or shares beginning with 1, got 86.9: divide "
              "percentages by 100 and give customers"):  # fmt: skip
        value.sbg([100, 86.9, 74.3])
    with says("survival must be one list of at least 3 numbers, those of period 0, 1, 2 and on, got "
              "a missing or infinite one in period 1"):  # fmt: skip
        value.sbg(pd.Series([100, np.nan, 74]))


# --- spending ----------------------------------------------------------------------------


def spending(q, error):
    peak = _maximum.Peak(np.log([6.0, q, 15.0]), 0.0, np.diag([0.01, error**2, 0.01]), np.zeros(3, bool))  # fmt: skip
    return value.SpendingFit._of(peak, model="", names=("p", "q", "v"), customers=90, why="")


def test_a_mean_that_may_be_infinite_has_no_upper_limit():
    assert spending(1.3, 0.3).population_mean().high == np.inf
    sure = spending(1.3, 0.02).population_mean()
    assert sure.low < sure < sure.high < np.inf
    assert sure == pytest.approx(300)
    assert spending(0.9, 0.3).population_mean().value == np.inf


def test_draws_with_an_infinite_mean_give_an_infinite_limit_and_no_missing_one():
    fit = value.bg_nbd(SHOP)
    new = SHOP.head(1).assign(mean_spend=np.nan)
    found = value.clv(fit, spending(1.2, 0.3), new, margin=0.3, discount_per_unit=0.003,
                      horizon=52, draws=200, rng=1).iloc[0]  # fmt: skip
    assert np.isfinite(found[["value", "low"]].to_numpy(float)).all()
    assert found["high"] == np.inf
    none = value.clv(fit, spending(0.9, 0.3), new, margin=0.3, discount_per_unit=0.003, horizon=0)
    assert none["value"].tolist() == [0]


# --- sentences ---------------------------------------------------------------------------


def test_says_what_is_wrong_in_a_sentence():
    fit, spend = value.bg_nbd(SHOP), value.gamma_gamma(SHOP)
    for times in ([np.inf], ["a"]):
        with says(f"times must be one rising list of finite numbers of at least 0, got {times!r}"):
            fit.tracking(SHOP, times)
    shop = {"r": 1, "alpha": 1, "a": 1, "b": 1}
    with says("ages must be one list of finite numbers of at least 0, got ['x']"):
        value.simulate_bg_nbd(shop, ["x"])
    with says("params must give a rate r / alpha at which purchases can be counted, got 1e+12 over "
              "up to 1e+09: choose a lower one"):  # fmt: skip
        value.simulate_bg_nbd(shop | {"r": 1e6, "alpha": 1e-6}, [1e9], rng=1)
    with pytest.raises(ValueError, match=r"^most must fit in memory, got a need of"):
        fit.purchase_probabilities(39, most=10**12)
    with pytest.raises(
        ValueError, match=r"^buying must be a fit of bg_nbd or pareto_nbd, got gamma"
    ):
        value.clv(spend, fit, SHOP, margin=0.3, discount_per_unit=0.003)
    with says("recency must be one number, or as many as there are customers (3), got 2"):
        fit.alive({"frequency": [0, 1, 1], "recency": [0, 1], "age": 9})
    alike = fit.alive({"frequency": [2, 0], "recency": [30.43, 0], "age": 38.86})
    assert alike.round(4).tolist() == [0.7266, 1.0]
