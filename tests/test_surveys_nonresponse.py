"""Who does not answer: worst cases, weights, simulated silence, and surveys in a log."""

import math
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from cemlab.cem import surveys

patiently = settings(deadline=None, max_examples=25, derandomize=True)
TRUE = np.clip(np.round(np.random.default_rng(4).normal(7, 2, 40_000)), 0, 10)


def says(sentence):
    return pytest.raises(ValueError, match="^" + re.escape(sentence) + "$")


# --- bounds -----------------------------------------------------------------------------------


def test_worst_cases_by_hand():
    table = surveys.bounds([0.8, 0.8], [0.1, 1])
    assert table[["low", "high", "width"]].to_numpy() == pytest.approx(
        np.array([[0.08, 0.98, 0.9], [0.8, 0.8, 0]])
    )
    nps = surveys.bounds(30, 0.2, scale=(-100, 100)).iloc[0]
    assert [nps["low"], nps["high"]] == pytest.approx([-74, 86])
    assert surveys.bounds(0.5, 0)["width"].tolist() == [1]


@patiently
@given(st.lists(st.tuples(st.integers(0, 10), st.booleans()), min_size=1, max_size=40))
def test_whatever_the_silent_think_the_truth_lies_within(people):
    told = [score for score, answers in people if answers]
    if not told:
        return
    mean = float(np.mean(told))
    row = surveys.bounds(mean, len(told) / len(people), scale=(0, 10)).iloc[0]
    assert row["low"] - 1e-9 <= np.mean([score for score, _ in people]) <= row["high"] + 1e-9


def test_says_what_bounds_need():
    with says("share must be a finite number in [0, 1], got 30"):
        surveys.bounds(30, 0.2)
    with says("response_rate must be a probability in [0, 1], got 20"):
        surveys.bounds(0.3, 20)
    with says("scale must be a lower and a higher value, got (1, 1)"):
        surveys.bounds(1, 0.5, scale=(1, 1))
    with says("response_rate must be one rate, or one for each share, got 3 for 2"):
        surveys.bounds([0.1, 0.2], [0.1, 0.2, 0.3])


# --- simulated silence ---------------------------------------------------------------------------


def test_each_score_answers_as_often_as_its_chance():
    told = surveys.simulate_response(TRUE, rng=1)
    for score, part in told.groupby("score"):
        chance = surveys.J_SHAPE[int(score)]
        error = math.sqrt(chance * (1 - chance) / len(part))
        assert abs(part["answered"].mean() - chance) < 4 * error
    assert_frame_equal(told, surveys.simulate_response(TRUE, rng=1))
    assert not told.equals(surveys.simulate_response(TRUE, rng=2))


def test_a_chance_may_be_given_in_four_ways():
    scores = [1.0, 2.0, 2.0]
    ways = [0.5, {1: 0.5, 2: 0.5}, lambda score: 0.5 + 0 * score, [0.5, 0.5, 0.5]]
    frames = [surveys.simulate_response(scores, way, rng=3) for way in ways]
    assert all(frame.equals(frames[0]) for frame in frames)


def test_weights_by_the_true_chances_bring_the_true_score_back():
    """Those who answer score higher; weighted, the score is within 4 of its standard errors."""
    told = surveys.simulate_response(TRUE, rng=5)
    heard = told[told["answered"]]
    truth, raw = surveys.nps(TRUE), surveys.nps(heard["score"])
    mended = surveys.weighted(heard["score"], heard["chance"])
    error = (mended.high - mended.low) / 2 / 1.959964
    assert raw - truth > 10
    assert abs(mended - truth) < 4 * error
    assert mended.n < raw.n
    assert surveys.weighted(heard["score"], surveys.J_SHAPE) == pytest.approx(mended)


def test_equal_chances_change_nothing():
    scores = [10, 9, 3, None, 7]
    plain, mended = surveys.nps(scores), surveys.weighted(scores, 0.2)
    assert [mended.value, mended.low, mended.high, mended.n] == pytest.approx(
        [plain.value, plain.low, plain.high, plain.n]
    )
    csat = surveys.weighted([5, 1], {5: 0.5, 1: 0.25}, measure=surveys.csat)
    assert csat == pytest.approx(1 / 3)
    assert csat.n == pytest.approx(36 / 20)


def test_says_what_chances_must_be():
    with says("chance must name every score, got none for 3"):
        surveys.weighted([10, 3], {10: 0.5})
    with says("chance must be probabilities above 0 and at most 1, got 0"):
        surveys.weighted([10, 3], [0.5, 0])
    with says("chance must be probabilities in [0, 1], got 1.5"):
        surveys.simulate_response([10], 1.5, rng=1)
    with says("chance must be one for each score, got 1 for 2 scores"):
        surveys.weighted([10, 3], [0.5])
    with says("scores must be numbers, none missing, got nan"):
        surveys.simulate_response([10, None], 0.5)


# --- reweighted ---------------------------------------------------------------------------------


def test_groups_count_by_their_share_of_all_customers():
    """Home +100, work -100: half and half is 0, though three of four answers are from home."""
    scores, groups = [10, 10, 10, 0], ["home", "home", "home", "work"]
    assert surveys.reweighted(scores, groups, {"home": 0.5, "work": 0.5}) == pytest.approx(0)
    assert surveys.reweighted(scores, groups, {"home": 0.2, "work": 0.8}) == pytest.approx(-60)
    same = surveys.reweighted(scores, groups, {"home": 0.75, "work": 0.25})
    assert [same.value, same.n] == pytest.approx([surveys.nps(scores).value, 4])


def test_a_missing_answer_does_not_count_in_its_group():
    found = surveys.reweighted([10, None, 0], ["a", "b", "b"], {"a": 0.5, "b": 0.5})
    assert found == pytest.approx(0)
    assert "1 missing answer left out" in found.method


def test_says_what_groups_must_be():
    with says(
        "population_shares must add up to 1, got 0.9: divide each by their sum, or add the group that is missing"
    ):
        surveys.reweighted([1], ["a"], {"a": 0.9})
    with says("groups must be among a, b, got 'c'"):
        surveys.reweighted([1, 2], ["a", "c"], {"a": 0.5, "b": 0.5})
    with says("groups must have an answer each, got none of 'b': join it with another"):
        surveys.reweighted([1, None], ["a", "b"], {"a": 0.5, "b": 0.5})
    with says("groups must be one for each score, got 1 for 2 scores"):
        surveys.reweighted([1, 2], ["a"], {"a": 1})


# --- in a log ------------------------------------------------------------------------------------


def log(*rows):
    """Build a log from (customer, kind, value), a minute apart."""
    frame = pd.DataFrame(rows, columns=["customer", "kind", "value"])
    actor = frame["kind"].map({"close": "company"}).fillna("customer")
    times = pd.date_range("2024-05-01", periods=len(frame), freq="min")
    return frame.assign(actor=actor, time=times)


LOG = log(
    ("Ana", "contact", None), ("Ana", "resolve", None), ("Ana", "close", None), ("Ana", "survey_nps", 9),
    ("Bo", "contact", None), ("Bo", "close", None), ("Bo", "survey_nps", 5), ("Bo", "survey_nps", 3),
    ("Cy", "contact", None), ("Cy", "survey_nps", None),
    ("Di", "contact", None), ("Di", "resolve", None),
)  # fmt: skip


def test_answers_of_each_journey():
    table = surveys.answers(LOG)
    assert table["asked"].tolist() == [True, True, True, False]
    assert table["answered"].tolist() == [True, True, False, False]
    assert table["score"].tolist()[:2] == [9, 3]
    assert table["score"].isna().tolist() == [False, False, True, True]
    assert table["resolved"].tolist() == [True, False, False, True]
    assert_frame_equal(surveys.answers(LOG[::-1]), table)


def test_who_was_asked_is_unknown_where_no_silence_is_recorded():
    table = surveys.answers(LOG[LOG["customer"] != "Cy"])
    assert table["asked"].isna().tolist() == [False, False, True]


def test_resolved_and_unresolved_journeys_add_up():
    table = surveys.by_outcome(LOG)
    assert table["total"].to_dict() == {
        "all": 4, "resolved": 2, "not resolved": 2, "closed": 2, "not closed": 2,
    }  # fmt: skip
    assert table.loc[["resolved", "not resolved"], "answered"].tolist() == [1, 1]
    assert table.loc[["all", "resolved", "not resolved"], "value"].tolist() == [0, 100, -100]
    assert table.loc["closed", "share_of_all"] == 1
    assert table.loc["not closed", "method"] == "no answers"
    assert math.isnan(table.loc["not closed", "value"])
    assert table.loc["all", "asked"] == 3


def test_other_surveys_are_read_in_their_own_way_and_up_to_a_moment():
    rows = log(("Ana", "survey_csat", 5), ("Bo", "survey_csat", 2), ("Cy", "survey_csat", 4))
    assert surveys.by_outcome(rows, kind="survey_csat").loc["all", "value"] == pytest.approx(2 / 3)
    early = surveys.by_outcome(rows, kind="survey_csat", observed_until="2024-05-01 00:01")
    assert early.loc["all", "value"] == 0.5
    assert list(early.index) == ["all"]


def test_says_that_a_log_holds_no_such_survey():
    with says("events must record survey_ces, got none: this log holds no such survey"):
        surveys.answers(LOG, kind="survey_ces")
    with says("kind must be one of survey_nps, survey_csat, survey_ces, got 'contact'"):
        surveys.answers(LOG, kind="contact")
