"""BG/NBD and Pareto/NBD: published numbers, closed forms, extremes and messages."""

import pickle
import re
import warnings
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import betaln, gammaln, hyp2f1, hyperu

from cemlab import datasets
from cemlab.crm import value
from cemlab.crm.value import _beta, _bg_nbd, _buyers, _maximum, _pareto_nbd

patiently = settings(deadline=None, max_examples=25, derandomize=True)
SHOP = datasets.load("cdnow-summary")
BG, PARETO = value.bg_nbd(SHOP), value.pareto_nbd(SHOP)
BOTH = pytest.mark.parametrize("fit", [BG, PARETO], ids=["BG/NBD", "Pareto/NBD"])
ARITHMETIC = pytest.mark.parametrize("model", [_bg_nbd, _pareto_nbd], ids=["BG", "Pareto"])
ONE = {"frequency": 2, "recency": 30.43, "age": 38.86}
BG_VALUES = np.array([0.25, 4.5, 0.8, 2.5])
PARETO_VALUES = np.array([0.5, 10.0, 0.6, 12.0])


def says(sentence):
    return pytest.raises(ValueError, match="^" + re.escape(sentence) + "$")


def column(*numbers):
    return np.array(numbers, float)


# --- published ---------------------------------------------------------------------------


def test_bg_nbd_on_cdnow_is_the_published_fit():
    assert BG.loglik == pytest.approx(-9582.4256, abs=1e-4)
    published = {"r": 0.242593, "alpha": 4.413532, "a": 0.792886, "b": 2.425754}
    assert dict(BG.params) == pytest.approx(published, rel=2e-6)
    assert BG.alive(ONE).iloc[0] == pytest.approx(0.7266, abs=5e-5)
    assert BG.conditional_purchases(ONE, 39).iloc[0] == pytest.approx(1.2259, abs=5e-5)


def test_pareto_nbd_on_cdnow_is_the_published_fit():
    assert PARETO.loglik == pytest.approx(-9594.9739, abs=1e-4)
    published = {"r": 0.553276, "alpha": 10.577613, "s": 0.606213, "beta": 11.667908}
    assert dict(PARETO.params) == pytest.approx(published, rel=3e-6)


@BOTH
def test_forecasts_of_the_holdout_are_near_what_came(fit):
    expected = fit.conditional_purchases(SHOP, 39).sum()
    assert 0.85 < expected / SHOP["frequency_holdout"].sum() < 1


# --- arithmetic against other arithmetic -------------------------------------------------


def test_new_customers_of_bg_nbd_follow_the_closed_form():
    (r, alpha, a, b), t = BG_VALUES, 39.0
    curve = (alpha / (alpha + t)) ** r * hyp2f1(r, b, a + b - 1, t / (alpha + t))
    found = _bg_nbd.purchases_of_the_living(BG_VALUES, column(0), column(0), column(t))[0]
    assert found == pytest.approx((a + b - 1) / (a - 1) * (1 - curve), rel=1e-11)


@pytest.mark.parametrize("x", [0, 1, 7, 30])
def test_known_customers_of_bg_nbd_follow_the_closed_form(x):
    (r, alpha, a, b), age, t = BG_VALUES, 38.86, 39.0
    curve = ((alpha + age) / (alpha + age + t)) ** (r + x)
    curve *= hyp2f1(r + x, b + x, a + b + x - 1, t / (alpha + age + t))
    found = _bg_nbd.purchases_of_the_living(BG_VALUES, column(x), column(age), column(t))[0]
    assert found == pytest.approx((a + b + x - 1) / (a - 1) * (1 - curve), rel=1e-10)


@pytest.mark.parametrize("values", [PARETO_VALUES, PARETO_VALUES[[0, 3, 2, 1]]], ids=["<", ">"])
@pytest.mark.parametrize(("x", "recency", "age"), [(0, 0, 30), (3, 20, 39), (40, 38, 39)])
def test_the_integral_of_pareto_nbd_is_gauss_hypergeometric_function(values, x, recency, age):
    r, alpha, s, beta = values
    largest, gap, k = max(alpha, beta), abs(alpha - beta), r + s + x
    second = s + 1 if alpha >= beta else r + x

    def term(u):
        return hyp2f1(k, second, k + 1, gap / (largest + u)) / (largest + u) ** k

    left = s / k * (term(recency) - term(age))
    stay = (alpha + age) ** -(r + x) * (beta + age) ** -s
    odds = _pareto_nbd.log_odds_alive(values, column(x), column(recency), column(age))[0]
    assert odds == pytest.approx(np.log(stay / left), rel=1e-9)


@given(
    st.floats(0.01, 20), st.floats(0.01, 500), st.floats(0.01, 20), st.floats(0.01, 500),
    st.integers(0, 60), st.floats(0.02, 0.98),
)  # fmt: skip
@patiently
def test_the_integral_of_pareto_nbd_agrees_with_adaptive_quadrature(r, alpha, s, beta, x, part):
    age, recency = 100.0, 100.0 * part if x else 0.0

    def height(v):  # over the logarithm of time, relative to the place of the last purchase
        u = least * np.exp(v) - min(alpha, beta)
        return np.exp(v - (r + x) * np.log((alpha + u) / (alpha + recency))
                      - (s + 1) * np.log((beta + u) / (beta + recency)))  # fmt: skip

    least = min(alpha, beta) + recency
    end = np.log((min(alpha, beta) + age) / least)
    area = sum(
        quad(height, end * low, end * high, epsabs=0, epsrel=1e-11, limit=200)[0]
        for low, high in ((0, 0.01), (0.01, 0.1), (0.1, 1))
    )
    left = np.log(s * least * area) - (r + x) * np.log(alpha + recency) - (s + 1) * np.log(beta + recency)  # fmt: skip
    stay = -(r + x) * np.log(alpha + age) - s * np.log(beta + age)
    odds = _pareto_nbd.log_odds_alive(np.array([r, alpha, s, beta]), column(x), column(recency), column(age))[0]  # fmt: skip
    assert odds == pytest.approx(stay - left, abs=1e-8)


@ARITHMETIC
def test_the_slope_is_that_of_the_likelihood(model):
    groups = _buyers.groups(_buyers.read(SHOP))
    score = model.score(groups)
    place, step = np.array(model.starts(groups)[0]), 1e-5
    rise = [(score(place + d)[0] - score(place - d)[0]) / (2 * step) for d in step * np.eye(4)]
    assert score(place)[1] == pytest.approx(rise, rel=1e-5, abs=1e-4)


def test_the_likelihood_of_bg_nbd_is_the_published_formula():
    x, recency, age = 2, 30.0, 39.0
    r, alpha, a, b = BG_VALUES
    start = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    stay = betaln(a, b + x) - betaln(a, b) - (r + x) * np.log(alpha + age)
    left = betaln(a + 1, b + x - 1) - betaln(a, b) - (r + x) * np.log(alpha + recency)
    groups = _buyers.groups(_buyers.read({"frequency": x, "recency": recency, "age": age}))
    found = _bg_nbd.score(groups)(np.log(BG_VALUES))[0]
    assert found == pytest.approx(start + np.logaddexp(stay, left), rel=1e-13)


@ARITHMETIC
def test_chances_of_purchases_add_up_to_1_and_to_the_mean(model):
    values = BG_VALUES if model is _bg_nbd else PARETO_VALUES
    x = np.arange(3000.0)
    chances = model.probabilities(values, 39.0, x)
    mean = model.purchases_of_the_living(values, column(0), column(0), column(39.0))[0]
    assert chances.sum() == pytest.approx(1, abs=1e-11)
    assert chances @ x == pytest.approx(mean, rel=1e-9)


def test_discounted_purchases_of_pareto_nbd_follow_the_closed_form():
    r, alpha, s, beta = PARETO.params.values()
    delta, x, age = np.log(1.15) / 52, 2, 38.86
    endless = (beta + age) * hyperu(1, 2 - s, delta * (beta + age))
    expected = PARETO.alive(ONE).iloc[0] * (r + x) / (alpha + age) * endless
    found = PARETO.discounted_purchases(ONE, discount_per_unit=delta)
    assert found.iloc[0] == pytest.approx(expected, rel=1e-10)


@BOTH
def test_without_a_discount_a_horizon_counts_every_purchase(fit):
    found = fit.discounted_purchases(SHOP, discount_per_unit=0, horizon=39)
    assert found.to_numpy() == pytest.approx(
        fit.conditional_purchases(SHOP, 39).to_numpy(), rel=1e-9
    )


def test_discounted_purchases_are_the_sum_of_small_steps():
    delta, steps = 0.01, np.arange(0, 100.5, 0.5)
    for fit in (BG, PARETO):
        bought = np.diff([fit.conditional_purchases(ONE, t).iloc[0] for t in steps])
        low, high = (np.exp(-delta * moment) @ bought for moment in (steps[1:], steps[:-1]))
        found = fit.discounted_purchases(ONE, discount_per_unit=delta, horizon=100).iloc[0]
        assert low < found < high


def test_a_mean_over_a_beta_distribution_is_right_where_nearly_all_chances_are_0():
    for a in (1e-6, 1e-3, 0.049, 0.051, 1.0, 3000.0):
        found = _beta.mean(lambda p, _: 1 / (1 + 3 * p), a, [2.0], at_zero=1.0, slope=3.0)[0]
        assert found == pytest.approx(hyp2f1(1, a, a + 2, -3), rel=1e-10)


# --- extremes --------------------------------------------------------------------------------


@BOTH
def test_500_purchases_in_10_000_weeks_stay_in_range(fit):
    busy = {"frequency": [500, 500, 1], "recency": [9990, 100, 9990], "age": [1e4] * 3}
    found = fit.table(busy, 52)
    assert np.isfinite(found.to_numpy()).all()
    assert found["alive"].between(0, 1).all()
    assert found["alive"].iloc[0] > 0.95 > 1e-6 > found["alive"].iloc[1]
    rate = (500 + fit.params["r"]) / (1e4 + fit.params["alpha"])
    assert found["purchases"].iloc[0] == pytest.approx(52 * rate, rel=0.06)
    assert (found["purchases_low"] <= found["purchases_high"]).all()


def test_with_500_purchases_bg_nbd_agrees_with_quadrature():
    (r, alpha, a, b), x, age, t = BG_VALUES, 500, 1e4, 52.0

    def mean(p):
        density = np.exp((a - 1) * np.log(p) + (b + x - 1) * np.log1p(-p) - betaln(a, b + x))
        return density * -np.expm1(-(r + x) * np.log1p(p * t / (alpha + age))) / p

    cuts = [0, 1e-8, 1e-6, 1e-4, 1e-3, 1e-2, 0.1]
    area = sum(quad(mean, *ends, epsrel=1e-11)[0] for ends in pairwise(cuts))
    found = _bg_nbd.purchases_of_the_living(BG_VALUES, column(x), column(age), column(t))[0]
    assert found == pytest.approx(area, rel=1e-6)  # quad's own error near 0 is the larger one


@BOTH
def test_nothing_is_bought_in_no_time(fit):
    assert fit.expected_purchases(0) == 0
    assert "the figure is 0" in fit.expected_purchases(0).method
    assert fit.table(ONE, 0)[["purchases", "purchases_low", "purchases_high"]].to_numpy().tolist() == [[0, 0, 0]]  # fmt: skip
    assert fit.purchase_probabilities(0, most=1).tolist() == [1, 0]


@BOTH
def test_who_bought_just_now_is_alive(fit):
    now = fit.alive({"frequency": 1, "recency": 10.0, "age": 10.0}).iloc[0]
    if fit is PARETO:
        assert now == 1
    else:  # after any purchase a customer may have left
        assert now == pytest.approx(fit.params["b"] / (fit.params["a"] + fit.params["b"]))


def test_without_a_repeat_purchase_bg_nbd_has_nobody_leave_and_pareto_nbd_has():
    never = {"frequency": 0, "recency": 0, "age": 30}
    assert BG.table(never, 39)[["alive", "alive_low", "alive_high"]].to_numpy().tolist() == [
        [1, 1, 1]
    ]
    assert 0 < PARETO.alive(never).iloc[0] < 1


def test_where_nobody_leaves_both_are_the_negative_binomial_model_and_say_so():
    luck = np.random.default_rng(5)
    x = luck.poisson(luck.gamma(1.0, 0.25, 2000) * 20)
    recency = np.where(x > 0, 20 * luck.random(2000) ** (1 / np.maximum(x, 1)), 0)
    shop = pd.DataFrame({"frequency": x, "recency": recency, "age": 20.0})
    for fit, flat in ((value.bg_nbd(shop), "a, b"), (value.pareto_nbd(shop), "s, beta")):
        assert fit.note == f"the data do not fix {flat}: as good as nobody leaves"
        assert fit.note in repr(fit)
        assert fit.expected_purchases(10) == pytest.approx(10 * x.mean() / 20, rel=1e-3)
        assert fit.expected_purchases(10).method == f"no interval: {fit.note}"
        assert np.isnan(list(fit.standard_errors.values())).all()
        assert np.isnan(fit.table(shop.head(2), 10)["purchases_low"]).all()


@pytest.mark.parametrize("model", [value.bg_nbd, value.pareto_nbd])
def test_customers_who_are_all_the_same_fix_nothing_but_their_rate(model):
    same = {"frequency": [2], "recency": [3.0], "age": [4.0], "customers": [9]}
    fit = model(same)
    assert fit.note.startswith("the data do not fix r, alpha")
    assert "customers do not differ in how often they buy" in fit.note
    assert fit.expected_purchases(4) == pytest.approx(2, rel=1e-3)


# --- the same in other words -------------------------------------------------------------------


@pytest.mark.parametrize("model", [value.bg_nbd, value.pareto_nbd])
def test_days_in_place_of_weeks_change_the_unit_only(model):
    days = SHOP.assign(recency=7 * SHOP["recency"], age=7 * SHOP["age"])
    weeks, found = model(SHOP), model(days)
    unit = {"alpha": 7.0, "beta": 7.0}
    for name, number in weeks.params.items():
        assert found.params[name] == pytest.approx(number * unit.get(name, 1.0), rel=1e-5)
        error = weeks.standard_errors[name] * unit.get(name, 1.0)
        assert found.standard_errors[name] == pytest.approx(error, rel=1e-4)
    assert found.loglik == pytest.approx(
        weeks.loglik - np.log(7) * SHOP["frequency"].sum(), rel=1e-9
    )


@patiently
@given(st.randoms())
def test_predictions_do_not_depend_on_the_order_of_rows(luck):
    rows = SHOP.index[-200:].tolist()
    straight = BG.table(SHOP.loc[rows], 39)
    luck.shuffle(rows)
    pd.testing.assert_frame_equal(BG.table(SHOP.loc[rows], 39).sort_index(), straight, rtol=1e-12)


@pytest.mark.parametrize(("model", "fit"), [(value.bg_nbd, BG), (value.pareto_nbd, PARETO)])
def test_rows_of_a_fit_may_stand_in_any_order_and_be_grouped(model, fit):
    columns = ["frequency", "recency", "age"]
    grouped = SHOP.groupby(columns).size().rename("customers").reset_index()
    for other in (model(SHOP.sample(frac=1, random_state=4)), model(grouped)):
        assert dict(other.params) == pytest.approx(dict(fit.params), rel=1e-9)
        assert other.customers == 2357


def test_other_packages_names_a_row_and_an_index_are_read():
    other = SHOP.rename(columns={"age": "T", "mean_spend": "monetary_value"})
    assert dict(value.bg_nbd(other).params) == dict(BG.params)
    named = SHOP.tail(2).set_axis(["Ana", "Bo"])
    assert BG.alive(named).index.tolist() == ["Ana", "Bo"]
    assert BG.alive(named.loc["Ana"]).tolist() == [BG.alive(named)["Ana"]]


@BOTH
def test_a_fit_travels_and_is_frozen(fit):
    again = pickle.loads(pickle.dumps(fit))
    assert (repr(again), dict(again.params)) == (repr(fit), dict(fit.params))
    with pytest.raises(TypeError):
        fit.params["r"] = 1
    with pytest.raises(AttributeError):
        fit.loglik = 0


@BOTH
def test_tracking_adds_up_what_each_customer_is_expected_to_buy(fit):
    found = fit.tracking(SHOP, [0, 20, 38.86])
    each = sum(n * fit.expected_purchases(age) for age, n in SHOP["age"].value_counts().items())
    assert found["cumulative"].iloc[0] == 0
    assert found["cumulative"].iloc[-1] == pytest.approx(each, rel=1e-9)
    assert found["since_last"].sum() == pytest.approx(each, rel=1e-9)
    assert found["cumulative"].iloc[-1] == pytest.approx(SHOP["frequency"].sum(), rel=0.05)


@BOTH
def test_intervals_hold_the_figures_and_widen_with_the_level(fit):
    table = fit.interval()
    assert (table["low"] < table["value"]).all()
    assert (table["value"] < table["high"]).all()
    assert table["n"].tolist() == [2357] * 4
    ratio = np.log(table["high"] / table["low"]) / 2 / 1.959964
    errors = pd.Series(fit.standard_errors) / pd.Series(fit.params)
    assert ratio.to_numpy() == pytest.approx(errors.to_numpy(), rel=1e-5)
    wide, narrow = fit.table(ONE, 39, level=0.99).iloc[0], fit.table(ONE, 39, level=0.5).iloc[0]
    for name in ("alive", "purchases"):
        places = [wide, narrow]
        low, high = ([row[f"{name}_{end}"] for row in places] for end in ("low", "high"))
        assert low[0] < low[1] < wide[name] < high[1] < high[0]


def test_the_delta_method_agrees_with_draws_of_the_parameters():
    luck = np.random.default_rng(8)
    draws = np.exp(luck.multivariate_normal(np.log(list(BG.params.values())),
                                            BG._log_covariance, 4000))  # fmt: skip
    means = [_bg_nbd.purchases_of_the_living(v, column(0), column(0), column(39))[0] for v in draws[:1000]]  # fmt: skip
    found = BG.expected_purchases(39)
    spread = np.log(found.high / found.low) / 2 / 1.959964
    assert np.std(np.log(means)) == pytest.approx(spread, rel=4 / np.sqrt(2 * 1000))


# --- simulated customers --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("simulate", "values", "model"),
    [
        (value.simulate_bg_nbd, BG_VALUES, _bg_nbd),
        (value.simulate_pareto_nbd, PARETO_VALUES, _pareto_nbd),
    ],
    ids=["BG", "Pareto"],
)
def test_simulated_customers_buy_as_the_model_says(simulate, values, model):
    n, age = 200_000, 39.0
    params = dict(zip(model.NAMES, values, strict=True))
    found = simulate(params, np.full(n, age), holdout=20.0, rng=1)
    x = found["frequency"].to_numpy()
    chances = model.probabilities(values, age, np.arange(6.0))
    share = np.array([(x == k).mean() for k in range(6)])
    assert (np.abs(share - chances) < 4 * np.sqrt(chances * (1 - chances) / n)).all()
    mean = model.purchases_of_the_living(values, column(0), column(0), column(age))[0]
    assert x.mean() == pytest.approx(mean, abs=4 * x.std() / np.sqrt(n))
    odds = model.log_odds_alive(values, *(found[c].to_numpy(float) for c in ("frequency", "recency", "age")))  # fmt: skip
    groups = _buyers.groups(_buyers.read(found), recency=False)
    later = model.purchases_of_the_living(values, groups.frequency, groups.age, np.full(groups.age.size, 20.0))  # fmt: skip
    gap = found["frequency_holdout"] - later[groups.row] / (1 + np.exp(-odds))
    for part in (x == 0, x == 1, x > 1, found["recency"] > 30):
        assert abs(gap[part].mean()) < 4 * gap[part].std() / np.sqrt(part.sum())


@pytest.mark.parametrize(
    ("simulate", "refit", "truth"),
    [
        (value.simulate_bg_nbd, value.bg_nbd, {"r": 0.5, "alpha": 5.0, "a": 0.8, "b": 2.5}),
        (value.simulate_pareto_nbd, value.pareto_nbd, {"r": 0.6, "alpha": 8.0, "s": 0.8, "beta": 10.0}),
    ],
)  # fmt: skip
def test_a_fit_finds_the_parameters_that_customers_were_made_with(simulate, refit, truth):
    ages = np.repeat(np.linspace(60.0, 100.0, 40), 150)
    fit = refit(simulate(truth, ages, rng=3))
    for name, number in truth.items():
        assert abs(fit.params[name] - number) < 4 * fit.standard_errors[name]
        assert fit.standard_errors[name] < 0.3 * number


def test_the_same_luck_makes_the_same_customers():
    one, same, other = (BG.simulate([39.0] * 50, rng=luck) for luck in (1, 1, 2))
    pd.testing.assert_frame_equal(one, same)
    assert not one.equals(other)


# --- messages -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "number", "rule"),
    [
        ("frequency", -1, "must be a number of at least 0, got -1.0"),
        ("frequency", 1.5, "must be a whole number, got 1.5"),
        ("frequency", np.nan, "must be known (leave out who is not), got nan"),
        ("age", np.inf, "must be finite, got inf"),
        ("recency", 9, "must be at most the age, as both count from the first purchase, got 9.0"),
        ("recency", 0, "must be above 0 where frequency is above 0, got 0.0"),
        ("frequency", 0, "must be 0 where frequency is 0, got 3.0"),
        ("customers", 0, "must be a number above 0, got 0.0"),
    ],
)
def test_says_which_number_of_a_summary_is_wrong(column, number, rule):
    shop = pd.DataFrame({"frequency": 2.0, "recency": 3.0, "age": 4.0, "customers": 2.0},
                        index=["Ana", "Bo"])  # fmt: skip
    shop.loc["Bo", column] = number
    named = "recency" if rule.startswith("must be 0 where") else column
    with says(f"summary, row Bo, {named}: {rule}"):
        BG.alive(shop)


def test_says_what_is_wrong_with_a_summary_as_a_whole():
    with says("summary must have one column 'age' (or 'T'), got ['frequency', 'recency']"):
        value.bg_nbd(SHOP[["frequency", "recency"]])
    with says("summary must have one column 'age' (or 'T'), got both"):
        value.bg_nbd(SHOP.assign(T=1.0))
    with says("summary must have at least one customer, got none"):
        value.bg_nbd(SHOP.head(0))
    with says("summary must have more customers than the model has parameters (4), got 1"):
        value.pareto_nbd(ONE)
    with says("summary must have at least one repeat customer, got frequency 0 for all 1411: "
              "observe them longer"):  # fmt: skip
        value.bg_nbd(SHOP[SHOP["frequency"] == 0])
    with says("summary must be a frame with one row a customer, or a mapping, got list"):
        value.bg_nbd([1, 2])


def test_says_what_is_wrong_with_a_prediction():
    with says("t must be a finite number of at least 0, got -1"):
        BG.expected_purchases(-1)
    with says("level must be above 0 and below 1, got 1"):
        BG.interval(1)
    with says("times must be one rising list of finite numbers of at least 0, got [3, 1]"):
        BG.tracking(SHOP, [3, 1])
    with says("discount_per_unit must be above 0 without a horizon, got 0: give a horizon"):
        BG.discounted_purchases(SHOP, discount_per_unit=0)
    with says("params must be r, alpha, a, b, got ['alpha', 'r']"):
        value.simulate_bg_nbd({"r": 1, "alpha": 2}, [1.0])
    with says("beta must be above 0, got 0"):
        value.simulate_pareto_nbd({"r": 1, "alpha": 2, "s": 1, "beta": 0}, [1.0])
    with says("ages must be one list of finite numbers of at least 0, got [-1.0]"):
        BG.simulate([-1.0])


# --- peers, and the tools within ---------------------------------------------------------------------


def test_agrees_with_lifetimes():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        lifetimes = pytest.importorskip("lifetimes")
        peer = lifetimes.BetaGeoFitter()
        peer.fit(SHOP["frequency"], SHOP["recency"], SHOP["age"])
        later = peer.conditional_expected_number_of_purchases_up_to_time(
            39, SHOP["frequency"], SHOP["recency"], SHOP["age"]
        )
    assert dict(BG.params) == pytest.approx(dict(peer.params_), rel=1e-3)
    assert BG.conditional_purchases(SHOP, 39).to_numpy() == pytest.approx(later.to_numpy(), rel=1e-3, abs=1e-6)  # fmt: skip


def test_a_peak_is_found_from_a_bad_start_and_a_ridge_is_named():
    peak = _maximum.maximise(lambda z: (-float(((z - 3) ** 2).sum()), -2 * (z - 3)),
                             [[-5.0, 9.0]], customers=1)  # fmt: skip
    assert peak.place == pytest.approx([3, 3], abs=1e-6)
    assert peak.covariance == pytest.approx(np.eye(2) / 2, abs=1e-6)
    ridge = _maximum.maximise(lambda z: (-float(z[0] ** 2), np.array([-2 * z[0], 0.0])),
                              [[1.0, 1.0], [2.0, 2.0]], customers=1)  # fmt: skip
    assert ridge.flat.tolist() == [False, True]
    assert np.isnan(ridge.covariance).all()


def test_with_s_at_1_expected_purchases_are_a_logarithm():
    values = np.array([1.0, 10.0, 1.0, 12.0])
    lived = _pareto_nbd.purchases_of_the_living(values, column(0), column(0), column(24.0))[0]
    assert lived == pytest.approx(1.2 * np.log(3), rel=1e-13)
