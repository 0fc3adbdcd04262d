"""Estimates: a number stays a number, and keeps what belongs to it."""

import copy
import math
import pickle

import pytest

from cemlab.estimate import Estimate, table

SCORE = Estimate(
    30.0, low=22.35, high=37.65, n=400, unit="points", method="Wald", parts={"promoters": 0.5}
)


def test_is_a_number_wherever_one_is_asked_for():
    assert pytest.approx(30.0) == SCORE
    assert type(SCORE + 1) is float
    assert f"{SCORE:.1f}" == "30.0"
    assert SCORE.value == 30.0


def test_cannot_be_changed_afterwards():
    with pytest.raises(AttributeError, match="must stay as it was computed, got low = 0"):
        SCORE.low = 0
    with pytest.raises(TypeError):
        SCORE.parts["promoters"] = 1


@pytest.mark.parametrize("travel", [copy.copy, lambda one: pickle.loads(pickle.dumps(one))])
def test_keeps_its_interval_when_it_travels(travel):
    there = travel(SCORE)
    assert there.row() == SCORE.row()
    assert dict(there.parts) == {"promoters": 0.5}
    assert there == SCORE


def test_says_that_it_has_no_interval():
    assert repr(Estimate(0.5, n=1, method="one answer")) == "0.5 (no interval, n = 1)"
    assert repr(Estimate(0.5, low=0.1, n=3)) == "0.5 [0.1, unknown] (95 %, n = 3)"
    assert repr(Estimate(math.nan, n=0)) == "unknown (no interval, n = 0)"


def test_a_table_has_one_row_an_estimate():
    shown = table({"NPS": SCORE, "CSAT": Estimate(0.84, n=50)})
    assert shown.index.tolist() == ["NPS", "CSAT"]
    assert shown.loc["CSAT", "value"] == 0.84
    assert math.isnan(shown.loc["CSAT", "low"])
    assert table({}).empty


def test_shows_small_numbers_and_no_negative_zero():
    assert repr(Estimate(1e-12, n=3)) == "1e-12 (no interval, n = 3)"
    assert repr(Estimate(-0.0, n=3)) == "0 (no interval, n = 3)"
    assert repr(Estimate(-3e-8, low=-1e-7, high=0.0, n=3)) == "-3e-08 [-1e-07, 0] (95 %, n = 3)"


def test_a_figure_of_assumptions_rests_on_no_answers():
    assert repr(Estimate(2.0, low=1.0, high=3.0, level=1)) == "2 [1, 3] (100 %)"
    assert repr(Estimate(2.0)) == "2 (no interval)"
    assert math.isnan(table({"value": Estimate(2.0)}).loc["value", "n"])


def test_says_that_limits_must_not_cross():
    with pytest.raises(ValueError, match=r"^low must be at most high, got 5 and 2$"):
        Estimate(1.0, low=5.0, high=2.0, n=1)
