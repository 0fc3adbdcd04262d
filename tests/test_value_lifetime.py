"""Lifetime value: published figures, sums by hand, simulation, and Bass with and without a customer."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from cemlab.crm.value import (
    early_loss,
    elasticity,
    gupta_lehmann,
    purchases_by,
    satisfaction_clv,
    satisfied_more,
    simulate_satisfaction,
)

patiently = settings(deadline=None, max_examples=25, derandomize=True)
RATES = {"rate_satisfied": 1.0, "rate_dissatisfied": 0.3, "death_satisfied": 0.02,
         "death_dissatisfied": 0.2, "discount": 0.01}  # fmt: skip


def says(sentence):
    return pytest.raises(ValueError, match="^" + re.escape(sentence) + "$")


# --- constant retention ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("retention", "discount", "value"),
    [(0.8, 0.12, 2.5), (0.9, 0.12, 4.0909), (0.7, 0.12, 1.6667), (0.8, 0.10, 2.6667)],
)
def test_published_multiples(retention, discount, value):
    found = gupta_lehmann(1, retention=retention, discount=discount)
    assert found == pytest.approx(value, abs=5e-5)
    assert np.isnan(found.low)
    assert np.isnan(found.n)
    at_once = gupta_lehmann(1, retention=retention, discount=discount, at_once=True)
    assert at_once - found == pytest.approx(1.0)


@patiently
@given(st.floats(0, 1), st.floats(0, 0.5), st.floats(-0.5, 0.5), st.integers(1, 30), st.booleans())
def test_a_finite_horizon_is_the_plain_sum(r, i, g, periods, at_once):
    now = gupta_lehmann(7, retention=r, discount=i, growth=g, periods=periods, at_once=at_once)
    first = 0 if at_once else 1
    terms = [7 * (1 + g) ** k * r ** (k + first) / (1 + i) ** (k + first) for k in range(periods)]
    assert now == pytest.approx(sum(terms), rel=1e-9)


def test_a_long_horizon_is_nearly_for_ever():
    given = {"retention": 0.8, "discount": 0.12, "growth": 0.05}
    assert gupta_lehmann(3, periods=500, **given) == pytest.approx(gupta_lehmann(3, **given))
    assert gupta_lehmann(1, **given) == pytest.approx(0.8 / (1.12 - 0.84))


def test_ranges_give_exact_bounds_and_the_middle():
    found = gupta_lehmann((80, 120), retention=(0.7, 0.9), discount=(0.10, 0.14))
    assert found.value == pytest.approx(250)
    assert found.low == pytest.approx(80 * 0.7 / (1.14 - 0.7))
    assert found.high == pytest.approx(120 * 0.9 / (1.10 - 0.9))
    assert found.level == 1.0


@patiently
@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_no_point_of_the_ranges_lies_beyond_the_bounds(a, b, c):
    found = gupta_lehmann((1, 2), retention=(0.5, 0.9), discount=(0.05, 0.2), growth=(-0.1, 0.02))
    inner = gupta_lehmann(
        1 + a, retention=0.5 + 0.4 * b, discount=0.05 + 0.15 * c, growth=-0.1 + 0.12 * a
    )
    assert found.low - 1e-9 <= inner <= found.high + 1e-9


@pytest.mark.parametrize("at_once", [False, True])
@pytest.mark.parametrize("growth", [0.0, 0.03])
def test_elasticities_are_derivatives_of_logarithms(at_once, growth):
    at = {"retention": 0.8, "discount": 0.12}
    table = elasticity(growth=growth, at_once=at_once, **at)
    for name, size in at.items():
        up, down = (
            gupta_lehmann(1, growth=growth, at_once=at_once, **at | {name: size * np.exp(step)})
            for step in (1e-5, -1e-5)
        )
        assert table.loc[name, "value"] == pytest.approx(
            (np.log(up) - np.log(down)) / 2e-5, abs=1e-6
        )
    better = gupta_lehmann(1, retention=0.808, discount=0.12, growth=growth, at_once=at_once)
    now = gupta_lehmann(1, growth=growth, at_once=at_once, **at)
    assert table.loc["retention", "one_percent"] == pytest.approx(better / now - 1)
    assert table.loc["margin"].tolist() == pytest.approx([1, 0.01])


def test_says_what_a_lifetime_value_needs():
    with says("retention must be a finite number in [0, 1], got 1.2"):
        gupta_lehmann(1, retention=1.2, discount=0.1)
    with says("retention must be a range (low, high) with low first, got (0.9, 0.7)"):
        gupta_lehmann(1, retention=(0.9, 0.7), discount=0.1)
    with says("margin must be a number or a range (low, high), got (1, 2, 3)"):
        gupta_lehmann((1, 2, 3), retention=0.8, discount=0.1)
    with says("margin must be a finite number of at least 0, got -1"):
        gupta_lehmann(-1, retention=0.8, discount=0.1)
    with says(
        "retention x (1 + growth) must be below 1 + discount, got 1 and 1: the value would be infinite, so give periods"
    ):
        gupta_lehmann(1, retention=1, discount=0)
    assert gupta_lehmann(1, retention=1, discount=0, periods=5) == 5


# --- satisfaction ------------------------------------------------------------------------


@pytest.mark.parametrize(("p", "value"), [(0.5, 3.5363), (0.8, 8.4649), (0.95, 19.7219)])
def test_value_by_satisfaction(p, value):
    assert satisfaction_clv(p, **RATES) == pytest.approx(value, abs=5e-5)
    assert satisfaction_clv(p, margin=20, **RATES) == pytest.approx(20 * value, abs=1e-3)


def test_value_rises_faster_and_faster_with_satisfaction():
    value = satisfied_more(np.linspace(0, 0.9, 10), **RATES)["value"].to_numpy()
    assert np.all(np.diff(value) > 0)
    assert np.all(np.diff(value, 2) > 0)


def test_satisfaction_is_worth_nothing_if_it_changes_nothing():
    """Rate 1, all ends at .25: 4 purchases, whoever is satisfied."""
    same = {"rate_satisfied": 1, "rate_dissatisfied": 1, "death_satisfied": 0.2,
            "death_dissatisfied": 0.2, "discount": 0.05}  # fmt: skip
    table = satisfied_more([0.1, 0.9], **same)
    assert table["value"].tolist() == pytest.approx([4, 4])
    assert table["gain"].tolist() == pytest.approx([0, 0])


def test_one_more_in_ten_is_the_difference_of_two_values():
    table = satisfied_more([0.5, 0.85], margin=3, **RATES)
    assert table.loc[0.85, "gain"] == pytest.approx(3 * (satisfaction_clv(0.95, **RATES) - satisfaction_clv(0.85, **RATES)))  # fmt: skip
    assert (table["relative"] * table["value"]).tolist() == pytest.approx(table["gain"].tolist())


def test_the_closed_form_agrees_with_a_simulation():
    drawn = simulate_satisfaction(20_000, p=0.8, horizon=600, rng=1, **RATES)["discounted"]
    assert drawn.mean() == pytest.approx(8.4649, abs=4 * drawn.sem())
    again = simulate_satisfaction(20_000, p=0.8, horizon=600, rng=1, **RATES)["discounted"]
    assert again.equals(drawn)


def test_purchases_without_loss_and_the_average_that_counts_too_few():
    found = purchases_by([0, 10], p=0.8, rate_satisfied=1, rate_dissatisfied=0.3)
    assert found.loc[10].tolist() == pytest.approx([7.2182, 6.8182], abs=5e-5)
    assert found.loc[0].tolist() == [0, 0]
    drawn = simulate_satisfaction(20_000, p=0.8, rate_satisfied=1, rate_dissatisfied=0.3, horizon=10, rng=2)  # fmt: skip
    error = drawn["purchases"].sem()
    assert drawn["purchases"].mean() == pytest.approx(7.2182, abs=4 * error)
    assert drawn["purchases"].mean() - 6.8182 > 4 * error
    assert (drawn["discounted"] == drawn["purchases"]).all()


def test_equal_rates_make_a_plain_poisson_stream():
    found = purchases_by([5], p=0.3, rate_satisfied=2, rate_dissatisfied=2)
    assert found.loc[5].tolist() == pytest.approx([10, 10])


def test_who_never_buys_again_is_worth_nothing():
    never = RATES | {"rate_satisfied": 0, "rate_dissatisfied": 0}
    assert satisfaction_clv(0.5, **never) == 0
    assert np.isnan(satisfied_more(0.5, **never)["relative"].iloc[0])
    assert simulate_satisfaction(5, p=0.5, horizon=9, rng=1, **never)["purchases"].sum() == 0


def test_says_what_satisfaction_needs():
    with says("p must be a probability in [0, 1], got 1.5"):
        satisfaction_clv(1.5, **RATES)
    with says("p must be at most 1 - more = 0.9, got 0.95"):
        satisfied_more([0.5, 0.95], **RATES)
    with says(
        "death or discount must be above 0, got 0 for customers who buy for ever: the value would be infinite"
    ):
        satisfaction_clv(1.0, **RATES | {"death_satisfied": 0, "discount": 0})
    with says("rate_dissatisfied must be a finite number of at least 0, got -0.3"):
        satisfaction_clv(0.5, **RATES | {"rate_dissatisfied": -0.3})
    with says("rate_dissatisfied must be above 0, got 0: who never buys again is lost"):
        purchases_by(1, p=0.5, rate_satisfied=1, rate_dissatisfied=0)


# --- lost early --------------------------------------------------------------------------

BASS = {"innovation": 0.03, "imitation": 0.38, "discount": 0.1}


def bass_without(lost_at, lost=1e-5, p=0.03, q=0.38, until=150.0):
    """Solve Bass twice, the second time with a share of buyers who fall silent at `lost_at`."""

    def growth(t, f, silent):
        return (p + q * (f - silent)) * (1 - f)

    start = solve_ivp(growth, (0, lost_at), [0.0], args=(0.0,), rtol=1e-11, atol=1e-13).y[0, -1:]
    times = np.linspace(lost_at, until, 20_001)
    both = [solve_ivp(growth, (lost_at, until), start, args=(silent,), t_eval=times, rtol=1e-11, atol=1e-13).y[0]
            for silent in (0.0, lost)]  # fmt: skip
    return times, (both[0] - both[1]) / lost, start[0]


@pytest.mark.parametrize("lost_at", [1.0, 5.0, 10.0])
def test_a_lost_customer_is_what_bass_is_short_of_without_her(lost_at):
    t, short, share = bass_without(lost_at)
    row = early_loss([lost_at], **BASS).loc[lost_at]
    assert row["share"] == pytest.approx(share, abs=1e-8)
    assert row["missing"] == pytest.approx(short.max(), rel=1e-3)
    later = 0.1 * np.trapezoid(np.exp(-0.1 * (t - lost_at)) * short, t)
    assert row["others"] == pytest.approx(later, rel=1e-3)


def test_the_earlier_the_loss_the_dearer():
    table = early_loss(np.arange(1, 25), **BASS)
    assert np.all(np.diff(table["others"]) < 0)
    assert table["total"].iloc[-1] == pytest.approx(1, abs=0.01)
    assert early_loss([1], own_value=50, **BASS)["total"].iloc[0] == pytest.approx(
        50 * table["total"].iloc[0]
    )


def test_who_talks_to_nobody_costs_no_more_than_her_own_purchases():
    assert early_loss([3], innovation=0.1, imitation=0, discount=0.1)["total"].tolist() == [1.0]


def test_says_what_an_early_loss_needs():
    with says("innovation must be above 0, got 0"):
        early_loss([1], **BASS | {"innovation": 0})
    with says("discount must be above 0, got 0"):
        early_loss([1], **BASS | {"discount": 0})
    with says("lost_at must be a finite number of at least 0, got -1.0"):
        early_loss([-1], **BASS)
    with says("lost_at must be at least one time, got none"):
        early_loss([], **BASS)


def test_says_what_a_range_and_a_rate_must_be():
    with says("retention must be a number or a range as a tuple (low, high), got [0.7, 0.9]: samples "
              "are not understood here"):  # fmt: skip
        gupta_lehmann(1, retention=[0.7, 0.9], discount=0.1)
    with says("discount must be a finite number in [0, 1], got 12"):
        gupta_lehmann(1, retention=0.8, discount=12)
    with says(
        "growth must be above -1, got -1: there would be no second margin, so give periods=1"
    ):
        gupta_lehmann(1, retention=0.8, discount=0.1, growth=-1)
    assert repr(gupta_lehmann(1, retention=0.8, discount=0.12)) == "2.5 money (no interval)"


def test_a_simulation_without_end_is_refused():
    with pytest.raises(
        ValueError, match=r"^horizon must hold at most about 1,000,000 purchases a customer"
    ):
        simulate_satisfaction(10, p=1, rate_satisfied=1, rate_dissatisfied=1, horizon=1e8)
    dead = {"death_satisfied": 0.5, "death_dissatisfied": 0.5}
    drawn = simulate_satisfaction(
        10, p=1, rate_satisfied=1, rate_dissatisfied=1, horizon=1e8, rng=1, **dead
    )
    assert len(drawn) == 10
