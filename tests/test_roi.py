"""Return on recovery: products and quotients worked out by hand."""

import math
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cemlab.crm import roi

patiently = settings(deadline=None, derandomize=True)
SHARE = st.floats(0, 1)
MONEY = st.floats(0.01, 1e9)

STAKE = {"audience": 1000, "customers_share": 0.5, "leave_chance": 0.1, "margin_usd": 20}
RUNS = pd.DataFrame({"refuse": [0, 300, 60], "offer": [0, 120, 30], "pay": [0, 0, 0]})
COSTS = {"refuse": 100, "offer": 700, "pay": 1300}


def exactly(sentence):
    return f"^{re.escape(sentence)}$"


# --- stake -----------------------------------------------------------------------------


def test_a_stake_is_the_product_of_its_four_numbers():
    assert roi.stake(**STAKE) == 1000.0


@pytest.mark.parametrize("name", STAKE)
def test_nothing_is_at_stake_where_one_of_the_four_is_0(name):
    assert roi.stake(**STAKE | {name: 0}) == 0.0


@patiently
@given(st.floats(0, 1e9), SHARE, SHARE, MONEY)
def test_twice_the_audience_is_twice_the_stake(audience, share, leave, margin):
    rest = {"customers_share": share, "leave_chance": leave, "margin_usd": margin}
    twice = roi.stake(2 * audience, **rest)
    assert twice == pytest.approx(2 * roi.stake(audience, **rest), rel=1e-12, abs=1e-300)


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("audience", -1, "a finite number of at least 0"),
        ("audience", float("inf"), "a finite number of at least 0"),
        ("customers_share", 1.2, "a probability in [0, 1]"),
        ("leave_chance", -0.1, "a probability in [0, 1]"),
        ("margin_usd", -5, "a finite number of at least 0"),
        ("margin_usd", "20", "a finite number of at least 0"),
    ],
)
def test_says_what_each_part_of_a_stake_must_be(name, value, rule):
    with pytest.raises(ValueError, match=exactly(f"{name} must be {rule}, got {value!r}")):
        roi.stake(**STAKE | {name: value})


# --- break-even --------------------------------------------------------------------------


def test_break_even_is_cost_by_stake():
    assert roi.break_even_chance(cost_usd=1200, stake_usd=48_000) == 0.025
    assert roi.break_even_chance(cost_usd=0, stake_usd=10) == 0.0
    assert roi.break_even_chance(cost_usd=30, stake_usd=10) == 3.0


def test_nothing_at_stake_never_pays_unless_it_is_free():
    assert roi.break_even_chance(cost_usd=1, stake_usd=0) == math.inf
    assert roi.break_even_chance(cost_usd=0, stake_usd=0) == 0.0


@patiently
@given(MONEY, MONEY)
def test_at_break_even_the_measure_costs_what_it_saves(cost, stake):
    chance = roi.break_even_chance(cost_usd=cost, stake_usd=stake)
    assert chance * stake == pytest.approx(cost, rel=1e-12)


@pytest.mark.parametrize("name", ["cost_usd", "stake_usd"])
@pytest.mark.parametrize("value", [-1, float("nan"), None])
def test_says_what_cost_and_stake_must_be(name, value):
    sentence = f"{name} must be a finite number of at least 0, got {value!r}"
    with pytest.raises(ValueError, match=exactly(sentence)):
        roi.break_even_chance(**{"cost_usd": 1, "stake_usd": 1} | {name: value})


# --- ledger ---------------------------------------------------------------------------------


def test_a_ledger_worked_out_by_hand():
    """Means 120, 50 and 0; 600 USD more prevent 70 sharers, 1200 more prevent 120."""
    table = roi.ledger(RUNS, COSTS, as_it_was="refuse", loss_per_sharer_usd=8)
    assert table.index.tolist() == ["refuse", "offer", "pay"]
    assert table["cost_usd"].tolist() == [100, 700, 1300]
    assert table["mean_reach"].tolist() == [120, 50, 0]
    assert table["prevented"].tolist() == [0, 70, 120]
    assert table["net_usd"].tolist() == [0, 70 * 8 - 600, 120 * 8 - 1200]
    assert math.isnan(table["break_even_usd"].iloc[0])
    assert table["break_even_usd"].iloc[1:].tolist() == pytest.approx([600 / 70, 10.0])


def test_a_decision_that_prevents_nothing_never_pays():
    table = roi.ledger(RUNS, COSTS, as_it_was="pay", loss_per_sharer_usd=8)
    assert table["prevented"].tolist() == [-120, -50, 0]
    assert table["break_even_usd"].isna().all()
    assert table["net_usd"].tolist() == [-120 * 8 + 1200, -50 * 8 + 600, 0]


def test_a_decision_that_costs_more_and_prevents_nobody_never_pays():
    runs = pd.DataFrame({"refuse": [1, 3], "sing": [3, 1]})
    costs = {"refuse": 0, "sing": 9}
    table = roi.ledger(runs, costs, as_it_was="refuse", loss_per_sharer_usd=8)
    assert table.loc["sing", ["prevented", "net_usd"]].tolist() == [0, -9]
    assert math.isnan(table.loc["sing", "break_even_usd"])


@patiently
@given(st.lists(st.integers(0, 1000), min_size=2, max_size=8), st.floats(0, 1e5))
def test_at_its_break_even_a_decision_nets_nothing(reaches, cost):
    runs = pd.DataFrame({"refuse": reaches, "pay": [0] * len(reaches)})
    costs = {"refuse": 0.0, "pay": cost}
    table = roi.ledger(runs, costs, as_it_was="refuse", loss_per_sharer_usd=1)
    loss = table.loc["pay", "break_even_usd"]
    if sum(reaches) == 0:
        assert math.isnan(loss)
        return
    again = roi.ledger(runs, costs, as_it_was="refuse", loss_per_sharer_usd=loss)
    assert again.loc["pay", "net_usd"] == pytest.approx(0, abs=1e-9 * max(cost, 1))


def test_the_order_of_costs_and_costs_of_other_decisions_change_nothing():
    usual = roi.ledger(RUNS, COSTS, as_it_was="refuse", loss_per_sharer_usd=8)
    turned = dict(reversed(COSTS.items())) | {"sing": 5}
    assert roi.ledger(RUNS, turned, as_it_was="refuse", loss_per_sharer_usd=8).equals(usual)


def test_runs_that_were_given_stay_as_they_were():
    before = RUNS.copy()
    roi.ledger(RUNS, COSTS, as_it_was="refuse", loss_per_sharer_usd=8)
    assert RUNS.equals(before)


def test_says_which_decision_is_unknown():
    sentence = "as_it_was must be one of refuse, offer, pay, got 'sue'"
    with pytest.raises(ValueError, match=exactly(sentence)):
        roi.ledger(RUNS, COSTS, as_it_was="sue", loss_per_sharer_usd=8)


def test_says_which_decision_has_no_cost():
    with pytest.raises(ValueError, match="decision must be one of refuse, offer, got 'pay'"):
        roi.ledger(RUNS, {"refuse": 1, "offer": 2}, as_it_was="refuse", loss_per_sharer_usd=8)


def test_says_what_a_loss_must_be():
    sentence = "loss_per_sharer_usd must be a finite number of at least 0, got -8"
    with pytest.raises(ValueError, match=exactly(sentence)):
        roi.ledger(RUNS, COSTS, as_it_was="refuse", loss_per_sharer_usd=-8)


@pytest.mark.parametrize("cost", [float("nan"), np.inf, "x", None])
def test_says_what_a_cost_must_be(cost):
    rule = r"cost.*pay.* must be a finite number of at least 0, got "
    with pytest.raises(ValueError, match=rule):
        roi.ledger(RUNS, COSTS | {"pay": cost}, as_it_was="refuse", loss_per_sharer_usd=8)


def test_says_which_replicates_a_ledger_cannot_use():
    given = {"as_it_was": "refuse", "loss_per_sharer_usd": 1}
    with pytest.raises(ValueError, match=exactly(
        "audiences must be finite numbers of at least 0, got nan for pay in replicate 1: leave out the "
        "whole replicate, as runs are paired")):  # fmt: skip
        roi.ledger(RUNS.assign(pay=[0, np.nan, 0]), COSTS, **given)
    with pytest.raises(ValueError, match=exactly("audiences must be numbers, got 'x' for pay")):
        roi.ledger(RUNS.assign(pay=["x", "y", "z"]), COSTS, **given)
    with pytest.raises(
        ValueError, match=exactly("audiences must be a frame of at least one replicate, got none")
    ):
        roi.ledger(RUNS.head(0), COSTS, **given)
