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
