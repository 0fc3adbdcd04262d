"""Contracts: published cohorts, closed forms, and a constant retention for contrast."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.special import betaln, hyp2f1

from cemlab.crm import value

patiently = settings(deadline=None, max_examples=25, derandomize=True)
HIGH_END = [1000, 869, 743, 653, 593, 551, 517, 491]
REGULAR = [1000, 631, 468, 382, 326, 289, 262, 241]
FIT = value.sbg(HIGH_END)


def says(sentence):
    return pytest.raises(ValueError, match="^" + re.escape(sentence) + "$")


@pytest.mark.parametrize(
    ("kept", "alpha", "beta", "places"), [(HIGH_END, 0.668, 3.806, 3), (REGULAR, 0.704, 1.182, 3)]
)
def test_sbg_is_the_published_fit(kept, alpha, beta, places):
    found = value.sbg(kept).params
    assert [round(number, places) for number in found.values()] == [alpha, beta]


def test_sbg_on_high_end_to_more_places_and_its_forecast():
    assert dict(FIT.params) == pytest.approx({"alpha": 0.66809, "beta": 3.80610}, abs=1e-5)
    assert FIT.loglik == pytest.approx(-1611.158, abs=5e-4)
    found = FIT.survival(12).iloc[0]
    assert found["value"] == pytest.approx(0.378, abs=5e-4)
    assert found["low"] < 0.394 < found["high"]  # what was counted


def test_no_other_parameters_are_more_likely():
    left, there = -np.diff(REGULAR), REGULAR[-1]
    t = np.arange(1, len(REGULAR))

    def down(logs):
        a, b = np.exp(logs)
        return -(left @ betaln(a + 1, b + t - 1) + there * betaln(a, b + 7) - 1000 * betaln(a, b))

    fit = value.sbg(REGULAR)
    found = minimize(down, [0.0, 0.0], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-9})
    assert list(fit.params.values()) == pytest.approx(np.exp(found.x).tolist(), rel=1e-5)
    assert fit.loglik == pytest.approx(-found.fun, abs=1e-7)


def test_constant_retention_undershoots_what_the_mixture_meets():
    flat = value.geometric(HIGH_END)
    lost, offers = 1000 - 491, sum(HIGH_END[:-1])
    churn = lost / offers
    assert flat.params["churn"] == pytest.approx(churn, rel=1e-12)
    assert flat.standard_errors["churn"] == pytest.approx(np.sqrt(churn * (1 - churn) / offers))
    assert flat.loglik == pytest.approx(lost * np.log(churn) + (offers - lost) * np.log(1 - churn))
    assert flat.survival(12)["value"].iloc[0] < 0.28 < 0.394
    assert flat.retention([1, 9])["value"].nunique() == 1
    assert flat.aic > FIT.aic


def test_retention_rises_and_multiplies_to_survival():
    periods = np.arange(1, 30)
    kept = FIT.retention(periods)
    assert (np.diff(kept["value"]) > 0).all()
    assert np.cumprod(kept["value"].to_numpy()) == pytest.approx(
        FIT.survival(periods)["value"].to_numpy(), rel=1e-12
    )
    assert (kept["value"] + FIT.churn(periods)["value"]).to_numpy() == pytest.approx(np.ones(29))
    a, b = FIT.params.values()
    assert kept.loc[1, "value"] == pytest.approx(b / (a + b), rel=1e-12)
    assert (kept["low"] < kept["value"]).all()
    assert FIT.survival(0).iloc[0].tolist() == [1, 1, 1, 1000]


@pytest.mark.parametrize("renewals", [None, 0, 4])
def test_discounted_lifetime_follows_the_closed_form(renewals):
    a, b = FIT.params.values()
    if renewals is None:
        expected = hyp2f1(1, b, a + b, 1 / 1.1)
    else:
        k = renewals
        expected = (b + k) / (a + b + k) * hyp2f1(1, b + k + 1, a + b + k + 1, 1 / 1.1)
    found = FIT.discounted_lifetime(discount=0.1, renewals=renewals)
    assert found == pytest.approx(expected, rel=1e-11)
    t = np.arange(2000) + (renewals or 0)
    series = FIT.survival(t)["value"] if renewals is None else (
        FIT.survival(t + 1)["value"].to_numpy() / FIT.survival(renewals)["value"].iloc[0])  # fmt: skip
    assert found == pytest.approx(np.asarray(series) @ 1.1 ** -np.arange(2000.0), rel=1e-9)
    assert found.low < found < found.high


def test_lifetimes_of_constant_retention_are_quotients():
    flat = value.geometric([100, 80, 64])
    assert flat.expected_lifetime() == pytest.approx(5)
    assert flat.discounted_lifetime(discount=0.1) == pytest.approx(1.1 / 0.3)
    assert flat.discounted_lifetime(discount=0.1, renewals=9) == pytest.approx(0.8 * 1.1 / 0.3)


def test_a_mean_lifetime_is_infinite_where_a_few_stay_for_ever():
    assert FIT.expected_lifetime() == np.inf
    assert FIT.expected_lifetime().method.endswith("no upper limit, as alpha may be at most 1")
    falling = value.sbg([10_000, 7000, 5000, 3650, 2720, 2070])
    a, b = falling.params.values()
    assert a > 1
    assert falling.expected_lifetime() == pytest.approx((a + b - 1) / (a - 1))
    many = falling.survival(np.arange(200_000))["value"]
    assert falling.expected_lifetime() == pytest.approx(many.sum(), rel=1e-2)


def test_shares_with_a_cohort_say_the_same_as_counts():
    found = value.sbg(np.array(HIGH_END) / 1000, customers=1000)
    assert dict(found.params) == pytest.approx(dict(FIT.params), rel=1e-9)
    few = value.sbg(np.array(HIGH_END) / 1000, customers=100)
    ratio = few.standard_errors["alpha"] / FIT.standard_errors["alpha"]
    assert ratio == pytest.approx(np.sqrt(10), rel=1e-5)


def test_what_the_data_do_not_fix_is_named():
    flat = value.sbg([1000, 800, 640, 512])
    assert flat.note == ("the data do not fix alpha, beta: the share that renews does not rise, "
                         "so customers need not differ")  # fmt: skip
    assert flat.survival(5)["value"].iloc[0] == pytest.approx(0.8**5, rel=1e-3)
    stay = value.sbg([100, 60, 60, 60])
    assert stay.note == "the data do not fix alpha, beta: who has stayed once stays"
    assert stay.survival(50)["value"].iloc[0] == pytest.approx(0.6, rel=1e-3)
    assert np.isnan(stay.survival(50)["low"].iloc[0])


@patiently
@given(st.floats(0.3, 5), st.floats(0.5, 20))
def test_exact_shares_give_the_parameters_back(a, b):
    t = np.arange(12)
    found = value.sbg(np.exp(betaln(a, b + t) - betaln(a, b)), customers=1_000_000)
    assert list(found.params.values()) == pytest.approx([a, b], rel=1e-3)


def test_intervals_cover_what_made_the_cohorts():
    luck, hits, runs = np.random.default_rng(6), 0, 120
    for _ in range(runs):
        churn = luck.beta(0.8, 3.0, 1000)
        life = luck.geometric(churn)
        kept = [int((life > t).sum()) for t in range(8)]
        row = value.sbg(kept).interval().loc["alpha"]
        hits += row["low"] < 0.8 < row["high"]
    assert abs(hits / runs - 0.95) < 4 * np.sqrt(0.95 * 0.05 / runs)


def test_says_what_is_wrong():
    with says(
        "survival must be one list of at least 3 numbers, those of period 0, 1, 2 and on, got [9, 5]"
    ):
        value.sbg([9, 5])
    with says("survival must never rise or be below 0, got [9.0, 5.0, 6.0]"):
        value.sbg([9, 5, 6])
    with says("survival must fall, but not to 0 at once, got [9.0, 9.0, 9.0]: nobody leaves, and no "
              "model can tell more"):  # fmt: skip
        value.geometric([9, 9, 9])
    with says("survival must fall, but not to 0 at once, got [9.0, 0.0, 0.0]: all leave in the first "
              "period, and no model can tell more"):  # fmt: skip
        value.sbg([9, 0, 0])
    with says("customers must be left out where survival is in counts, got 5"):
        value.sbg([9, 5, 4], customers=5)
    with says("periods must be whole numbers of at least 1, got 0"):
        FIT.retention(0)
    with says("periods must be whole numbers of at least 0, got 1.5"):
        FIT.survival(1.5)
    with says("discount must be above 0, got 0: see expected_lifetime"):
        FIT.discounted_lifetime(discount=0)


@pytest.mark.parametrize("fit", [value.sbg, value.geometric])
def test_shares_without_a_size_give_the_same_curve_but_no_interval(fit):
    shares = np.array([1000, 869, 743, 653, 593, 551, 517, 491]) / 1000
    known, unknown = fit(shares, customers=1000), fit(shares)
    assert dict(unknown.params) == pytest.approx(dict(known.params))
    assert unknown.loglik == pytest.approx(known.loglik / 1000)
    assert np.isnan(list(unknown.standard_errors.values())).all()
    assert "n = unknown" in repr(unknown)
    life = unknown.discounted_lifetime(discount=0.1)
    assert life == pytest.approx(known.discounted_lifetime(discount=0.1))
    assert life.method.endswith("customers are not given, so how sure the figures are is not known")
    assert unknown.survival(12)[["low", "high"]].isna().all(axis=None)
