"""Returns with ranges: by hand, by published figures and by random corners."""

import math
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cemlab.crm import roi

patiently = settings(deadline=None, max_examples=25, derandomize=True)


def says(sentence):
    return pytest.raises(ValueError, match="^" + re.escape(sentence) + "$")


# --- ROI and ROMI ------------------------------------------------------------------------


def test_returns_worked_out_by_hand():
    assert roi.roi(150, 100) == 0.5
    assert roi.roi(100, 100) == 0.0
    assert roi.roi(0, 100) == -1.0
    assert roi.roi(-50, 100) == -1.5  # a gain may be a loss
    assert roi.romi(120_000, 100_000) == pytest.approx(0.2)


def test_a_number_is_its_own_range():
    found = roi.roi(150, 100)
    assert (found.low, found.high, found.level, found.method) == (0.5, 0.5, 1.0, "exact")


def test_ranges_give_exact_limits_and_the_likely_values_the_figure():
    found = roi.roi((90, 150, 240), (80, 100, 120))
    assert (found.low, found.value, found.high) == (90 / 120 - 1, 0.5, 240 / 80 - 1)
    middle = roi.roi((90, 150), (80, 120))
    assert middle.value == pytest.approx(120 / 100 - 1)
    loss = roi.roi((-60, -30), (10, 20))
    assert (loss.low, loss.high) == (-60 / 10 - 1, -30 / 20 - 1)


@patiently
@given(
    st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)),
    st.tuples(st.floats(0.1, 1e6), st.floats(0.1, 1e6)),
    st.floats(0, 1),
    st.floats(0, 1),
)
def test_no_point_of_the_ranges_lies_outside_the_limits(gains, costs, u, v):
    gain, cost = tuple(sorted(gains)), tuple(sorted(costs))
    found = roi.roi(gain, cost)
    inside = (gain[0] + u * (gain[1] - gain[0])) / (cost[0] + v * (cost[1] - cost[0])) - 1
    slack = 1e-9 * (1 + abs(inside))
    assert found.low - slack <= inside <= found.high + slack


def test_samples_are_paired_and_their_order_does_not_matter():
    gain, cost = np.array([1.0, 2, 3, 8]), np.array([1.0, 1, 2, 2])
    found = roi.roi(gain, cost, level=0.5)
    assert found.value == np.median([0, 1, 0.5, 3])
    assert (found.low, found.high) == tuple(np.quantile([0, 1, 0.5, 3], [0.25, 0.75]))
    assert found.n == 4
    again = roi.roi(pd.Series(gain[::-1]), list(cost[::-1]), level=0.5)
    assert again == found
    assert roi.roi(gain, 2.0).value == np.median(gain) / 2 - 1


@pytest.mark.parametrize(
    ("gain", "cost", "sentence"),
    [
        (1, 0, "cost must be above 0, got 0"),
        (1, (0, 5), "cost must be above 0, got 0"),
        ("1", 1, "gain must be a finite number, got '1'"),
        (None, 1, "gain must be a finite number, got None"),
        (
            (5, 1),
            1,
            "gain must be a range (low, high) or (low, likely, high) that rises, got (5, 1)",
        ),
        ((1,), 1, "gain must be a range (low, high) or (low, likely, high) that rises, got (1,)"),
        (
            [1.0, 2.0, 3.0, math.nan],
            1,
            "gain must be samples in one list of at least one finite number, got [1.0, 2.0, 3.0, nan]",
        ),
        ([], 1, "gain must be samples in one list of at least one finite number, got []"),
        ([1, 2, 3, 4], [1, 2, 3, 4, 5], "cost must be as many samples as gain (4), got 5"),
        (
            [1, 2, 3, 4],
            (1, 2),
            "cost must be a number or samples where gain is samples, got a range (1, 2): "
            "draw samples from it",
        ),
        (
            [1, 2],
            1,
            "gain must be a range as a tuple, or samples as a list of at least four, got [1, 2]: "
            "write (1, 2) for a range, or take an array for samples",
        ),
    ],
)
def test_says_what_a_return_needs(gain, cost, sentence):
    with says(sentence):
        roi.roi(gain, cost)


def test_says_what_marketing_needs():
    with says("spend must be above 0, got -1"):
        roi.romi(1, -1)
    with says("level must be above 0 and below 1, got 1"):
        roi.romi([1, 2, 3, 4], 1, level=1)


# --- break-even and payback ---------------------------------------------------------------


def test_break_even_volume_by_hand():
    assert roi.break_even_volume(1000, margin_per_unit=4) == 250
    found = roi.break_even_volume((900, 1200), margin_per_unit=(3, 4, 6))
    assert (found.low, found.value, found.high) == (150, 262.5, 400)


def test_at_its_break_even_volume_a_cost_returns_nothing():
    units = roi.break_even_volume(1234, margin_per_unit=5.6)
    assert roi.roi(units.value * 5.6, 1234) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(
    ("cost", "flows", "rate", "periods"),
    [
        (100, [40, 40, 40], 0.0, 2.5),
        (100, [60, 40, 5], 0.0, 2.0),
        (0, [1], 0.0, 0.0),
        (100, [99], 0.0, math.inf),
        (100, [150, -100], 0.0, 100 / 150),  # the first time counts
        (100, [0, 100, 100], 0.0, 2.0),
        (100, [55, 60.5], 0.10, 2.0),
        (100, [100], 0.10, math.inf),
    ],
)
def test_payback_times_by_hand(cost, flows, rate, periods):
    assert roi.payback_time(cost, flows, rate=rate) == pytest.approx(periods)


# --- present value -----------------------------------------------------------------------


def test_a_published_present_value():
    """The maker's example of a spreadsheet's NPV: first flow after a year, 10 %: 1,188.44."""
    found = roi.npv([0, -10_000, 3000, 4200, 6800], rate=0.10)
    assert found == pytest.approx(1188.44, abs=0.005)


def test_present_values_are_those_of_the_annuity_formula():
    rate, years = 0.07, 12
    found = roi.npv([0] + [100] * years, rate=rate)
    assert found == pytest.approx(100 * (1 - (1 + rate) ** -years) / rate)
    assert roi.npv([5, 6], rate=0) == 11


def test_present_values_of_samples_are_their_quantiles():
    flows = np.array([[0.0, 11.0], [0.0, 22.0], [0.0, 33.0]])
    found = roi.npv(flows, rate=0.10, level=0.5)
    assert (found.low, found.value, found.high) == pytest.approx((15, 20, 25))


def test_what_pays_back_at_a_rate_has_no_present_value_left():
    flows = [30.0, 50.0, 80.0]
    worth = roi.npv([0, *flows], rate=0.08).value
    assert roi.payback_time(worth - 1e-9, flows, rate=0.08) == pytest.approx(3.0)


@pytest.mark.parametrize("flows", [[], [1, math.nan], "abc", [[[1]]], None])
def test_says_what_flows_must_be(flows):
    with says(f"flows must be at least one finite number, in one list a stream, got {flows!r}"):
        roi.npv(flows, rate=0.1)


def test_says_what_rates_and_costs_must_be():
    with says("rate must be above -1, got -1"):
        roi.npv([1], rate=-1)
    with says("cost must be a finite number of at least 0, got -1"):
        roi.payback_time(-1, [1])
    with says("flows must be one list of at least one inflow, got shape (1, 2)"):
        roi.payback_time(1, [[1, 2]])
