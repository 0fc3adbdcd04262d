"""Power in closed form and by simulation, and the arithmetic of a claim."""

import math
import re

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from cemlab import evidence, plots
from cemlab.classroom.exercises import Prediction
from cemlab.evidence.shares.simulated_size import clustered


def says(sentence):
    return pytest.raises(ValueError, match="^" + re.escape(sentence) + "$")


# --- closed forms -----------------------------------------------------------------------------


def test_smallest_significant_falls_of_a_distressed_and_of_a_quiet_airline():
    assert round(100 * evidence.detectable(0.07, 4), 1) == 27.4
    assert round(100 * evidence.detectable(0.03, 4), 1) == 11.8


def test_power_is_the_normal_or_the_noncentral_t_law():
    z = 0.1 / (0.03 * 2)
    exact = stats.norm.sf(1.959963985 - z) + stats.norm.cdf(-1.959963985 - z)
    assert evidence.power(0.03, 4, -0.1) == pytest.approx(exact, rel=1e-9)
    se, df = 0.03 * math.sqrt(4 + 16 / 50), 48
    limit = stats.t.ppf(0.975, df)
    exact = stats.nct.sf(limit, df, 0.1 / se) + stats.nct.cdf(-limit, df, 0.1 / se)
    found = evidence.power(0.03, 4, 0.1, estimation=50)
    assert found == pytest.approx(exact, rel=1e-9)
    assert found.parts["se"] == pytest.approx(se)


@pytest.mark.parametrize("estimation", [None, 4, 120])
def test_power_and_detectable_are_each_other_s_inverse(estimation):
    for level in (0.9, 0.99):
        given = {"level": level, "estimation": estimation}
        assert evidence.power(0.05, 3, 0, **given) == pytest.approx(1 - level)
        for wanted in (0.5, 0.8, 0.99):
            effect = evidence.detectable(0.05, 3, power=wanted, **given)
            assert evidence.power(0.05, 3, -effect, **given) == pytest.approx(wanted, rel=1e-6)


def test_power_rises_with_the_effect_and_ends_at_1():
    for estimation in (None, 4, 30, 1000):
        curve = evidence.power_curve(
            [0.03], 4, effects=np.linspace(0, 9, 400), estimation=estimation
        )
        chances = curve["power"].to_numpy()
        assert np.isfinite(chances).all()
        assert (np.diff(chances) > -1e-9).all()
        assert chances[-1] == pytest.approx(1, abs=1e-6)


def test_a_longer_estimation_window_comes_near_the_endless_one():
    found = [float(evidence.detectable(0.05, 4, estimation=n)) for n in (20, 100, 10**6)]
    assert found[0] > found[1] > found[2]
    assert found[2] == pytest.approx(evidence.detectable(0.05, 4), rel=1e-4)


def test_says_what_is_wrong_with_a_plan():
    with says("level must be a confidence of at least 0.5, got 0.05: a test at 5% has level 0.95"):
        evidence.power(0.03, 4, 0.1, level=0.05)
    with says("sigma must be above 0, got 0"):
        evidence.detectable(0, 4)
    with says("days must be a whole number of at least 1, got 0"):
        evidence.detectable(0.03, 0)
    with says("estimation must be a whole number of at least 4, got 3"):
        evidence.detectable(0.03, 4, estimation=3)
    with says("power must be above 0.05 and below 1, got 1"):
        evidence.detectable(0.03, 4, power=1)
    with says("sigmas must be one list of finite numbers, got []"):
        evidence.power_curve([], 4)


# --- simulation ---------------------------------------------------------------------------------


def test_under_the_normal_law_size_and_power_are_the_nominal_ones():
    found = evidence.size_by_simulation("normal", days=4, estimation=30, sigma=0.03,
                                        effects=[0, -0.1], runs=8000, rng=1)  # fmt: skip
    exact = found[found["test"] == "forecast error"].set_index("effect")
    assert exact["value"][0.0] == pytest.approx(0.05, abs=4 * math.sqrt(0.05 * 0.95 / 8000))
    # The market of the window lies off its mean: the closed form leaves that out.
    closed = evidence.power(0.03, 4, -0.1, estimation=30)
    assert exact["value"][-0.1] == pytest.approx(closed, abs=0.01 + 4 * exact["se"][-0.1])
    simple = found[found["test"] == "simple"].set_index("effect")
    assert simple["low"][0.0] > 0.05  # it forgets the errors of the coefficients


def test_the_simple_test_is_as_wrong_as_arithmetic_says():
    found = evidence.size_by_simulation("normal", days=20, estimation=40, runs=8000, rng=2)
    value = found.set_index("test")["value"]["simple"]
    # v' (X'X)^-1 v = 20^2 / 40 for the mean and nearly 20 / 40 for the slope, on average
    rough = 2 * stats.t.sf(1.96 / math.sqrt(1 + 20 / 40 + 1 / 40), 38)
    assert value == pytest.approx(rough, abs=0.02)


def test_draws_have_the_deviation_that_was_asked_for():
    drawn = clustered((4000, 100), np.random.default_rng(1))
    assert drawn.std() == pytest.approx(1, rel=0.02)
    assert stats.kurtosis(drawn.ravel()) > 0.2  # 3 a^2 x 2 / (1 - (a + b)^2 - 2 a^2) = 0.77
    squares = drawn**2
    past = np.corrcoef(squares[:, 1:].ravel(), squares[:, :-1].ravel())[0, 1]
    assert past > 0.08


def test_own_returns_need_returns_and_the_same_luck_gives_the_same():
    residuals = np.random.default_rng(4).standard_t(3, 300) / 50
    given = {"residuals": residuals, "estimation": 30, "runs": 500}
    one, same, other = (evidence.size_by_simulation("own returns", rng=luck, **given)
                        for luck in (1, 1, 2))  # fmt: skip
    pd.testing.assert_frame_equal(one, same)
    assert not one.equals(other)
    with says("residuals must be given for the law own returns, got none"):
        evidence.size_by_simulation("own returns")
    with says("degrees must be above 2, as the variance is infinite otherwise, got 2"):
        evidence.size_by_simulation("fat tails", degrees=2)
    with says("laws must be one of normal, fat tails, clusters, own returns, got 'stable'"):
        evidence.size_by_simulation("stable")


# --- arithmetic of a claim ------------------------------------------------------------------------


def test_ten_per_cent_and_180_million_cannot_both_hold():
    found = evidence.claim_arithmetic(price=3.34, shares=167_040_862, shares_are="at most")
    assert found["high"]["market value"] == pytest.approx(557.9e6, rel=1e-4)
    assert found["bound"]["market value"] == "at most"
    assert found["high"]["value of the fall"] == pytest.approx(55.79e6, rel=1e-4)
    assert found["low"]["loss as a share"] == pytest.approx(0.3226, abs=5e-5)
    assert found["bound"]["loss as a share"] == "at least"
    assert found["low"]["shares needed"] == pytest.approx(538.9e6, rel=1e-4)
    assert found["bound"]["shares needed"] == "exact"
    assert found["low"]["price needed"] == pytest.approx(10.78, abs=0.005)


def test_ranges_and_bounds_of_a_claim():
    found = evidence.claim_arithmetic(price=(2, 4), shares=(100, 200), fall=0.5, loss=(100, 200))
    assert found[["low", "high"]].loc["market value"].tolist() == [200, 800]
    assert found[["low", "high"]].loc["loss as a share"].tolist() == [100 / 800, 1]
    assert found[["low", "high"]].loc["shares needed"].tolist() == [50, 200]
    assert set(found["bound"]) == {"between"}
    mixed = evidence.claim_arithmetic(price=2, shares=100, price_is="at least", shares_are="at most")  # fmt: skip
    assert mixed["bound"]["market value"] == "unknown"
    with says("fall must be a fraction of at most 1, got 10: 10 % is 0.1"):
        evidence.claim_arithmetic(price=1, shares=1, fall=10)
    with says("price must be a number above 0, or two with the smaller first, got (3, 2)"):
        evidence.claim_arithmetic(price=(3, 2), shares=1)
    with says("shares_are must be one of exact, at most, at least, got 'about'"):
        evidence.claim_arithmetic(price=1, shares=1, shares_are="about")


# --- figure -----------------------------------------------------------------------------------------


def test_the_power_curve_marks_the_claim():
    curve = evidence.power_curve([0.03, 0.07], 4)
    kept = Prediction("power", 0.5, "percent", "")
    ax = plots.power_curves(curve, claim=-0.1, prediction=kept)
    dots = [line for line in ax.lines if line.get_marker() == "o"]
    found = [float(evidence.power(s, 4, 0.1)) for s in (0.03, 0.07)]
    assert [line.get_ydata()[0] for line in dots] == pytest.approx(found, abs=1e-4)
    star = next(line for line in ax.lines if line.get_label() == "your prediction")
    assert (star.get_xdata()[0], star.get_ydata()[0]) == (10, 0.5)
    assert plots.power_curves(curve).get_title(loc="left") == (
        "In 4 days, only 11.8% to 27.4% and more is significant"
    )
    with says("curve must have rows with columns sigma, effect, power, detectable, se, df, days, level, "
              "got no power"):  # fmt: skip
        plots.power_curves(curve.drop(columns="power"))


@pytest.mark.parametrize(
    ("sigma", "days", "effects", "claim"),
    [
        (0.03, 1, [0, -0.05, -0.1, -0.2], -0.1),
        (0.03, 1, [-0.2, 0.1, 0.05, 0], 0.1),
        (0.07, 4, [0, 0.05], -0.3),
    ],
)
def test_the_claim_has_its_own_chance_whatever_the_effects_of_the_curve(sigma, days, effects, claim):  # fmt: skip
    curve = evidence.power_curve([sigma], days, effects=effects, estimation=60)
    ax = plots.power_curves(curve, claim=claim)
    exact = float(evidence.power(sigma, days, claim, estimation=60))
    dot = next(line for line in ax.lines if line.get_marker() == "o")
    assert (dot.get_xdata()[0], dot.get_ydata()[0]) == pytest.approx((100 * abs(claim), exact))
    assert ax.get_title(loc="left").endswith(f"chance of {exact:.0%}")
    line = ax.lines[0]
    assert line.get_xdata().tolist() == sorted(100 * abs(effect) for effect in effects)
    assert (np.diff(line.get_ydata()) > 0).all()
    assert ax.get_xlim()[0] == 0
    assert ax.get_xlim()[1] >= max(100 * abs(claim), line.get_xdata().max())
