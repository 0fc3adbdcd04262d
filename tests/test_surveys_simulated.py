"""A survey simulated on a log: whom the company asks, who answers, and what stays the same."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cemlab.cem import surveys
from cemlab.events import validate
from cemlab.observation import observe

ROWS = [
    ("Ana", "customer", "contact", 1),  # solved and closed
    ("Ana", "customer", "resolve", 2),
    ("Ana", "company", "close", 3),
    ("Bo", "customer", "contact", 1),  # closed, told twice, not solved
    ("Bo", "company", "close", 2),
    ("Bo", "customer", "contact", 4),
    ("Cy", "customer", "contact", 1),  # closed, then left
    ("Cy", "company", "close", 2),
    ("Cy", "customer", "leave", 3),
    ("Di", "customer", "contact", 1),  # neither closed nor solved
]
LOG = pd.DataFrame(ROWS, columns=["customer", "actor", "kind", "day"])
LOG["time"] = pd.Timestamp("2024-05-01") + pd.to_timedelta(LOG.pop("day"), unit="D")
SURE = {"spread": 0, "chance": 1}


def says(sentence):
    return pytest.raises(ValueError, match="^" + re.escape(sentence) + "$")


def scores(log):
    rows = log[log["kind"] == "survey_nps"]
    return dict(zip(rows["customer"].astype(str), rows["value"], strict=True))


def test_a_company_asks_whom_it_closed_and_did_not_lose():
    assert scores(surveys.simulate_survey(LOG, **SURE)) == {"Ana": 8, "Bo": 3}
    everybody = surveys.simulate_survey(LOG, asked="all", **SURE)
    assert scores(everybody) == {"Ana": 8, "Bo": 3, "Cy": 4, "Di": 4}


def test_a_question_without_an_answer_is_a_row_of_the_company_without_a_value():
    log = surveys.simulate_survey(LOG, spread=0, chance=0)
    asked = log[log["kind"] == "survey_nps"]
    assert asked["actor"].tolist() == ["company", "company"]
    assert asked["value"].isna().all()
    table = surveys.answers(log).set_index("customer")
    assert table["asked"].to_dict() == {"Ana": True, "Bo": True, "Cy": False, "Di": False}
    assert not table["answered"].any()


def test_a_survey_comes_after_the_last_row_and_leaves_the_others_as_they_were():
    log = surveys.simulate_survey(LOG, after_h=36, **SURE)
    new = log["kind"] == "survey_nps"
    assert log.loc[new, "time"].tolist() == [
        pd.Timestamp("2024-05-05 12:00"), pd.Timestamp("2024-05-06 12:00"),
    ]  # fmt: skip
    before = validate(LOG)
    kept = log[~new].reset_index(drop=True)
    pd.testing.assert_frame_equal(kept.astype(before.dtypes), before)


def test_each_contact_after_the_first_costs_its_points():
    log = surveys.simulate_survey(LOG, per_repeat=2.5, unsolved=6, **SURE)
    assert scores(log)["Bo"] == 4  # 3.5, to the even one


@settings(deadline=None, max_examples=25, derandomize=True)
@given(st.integers(0, 2**32), st.sampled_from(["closed", "all"]))
def test_whom_it_asks_changes_no_score(seed, asked):
    truth = scores(surveys.simulate_survey(LOG, asked="all", chance=1, rng=seed))
    some = scores(surveys.simulate_survey(LOG, asked=asked, chance=0.5, rng=seed))
    assert all(np.isnan(score) or score == truth[name] for name, score in some.items())
    assert all(0 <= score <= 10 for score in truth.values())


def test_means_and_chances_are_those_asked_for():
    people = 4000
    log = pd.DataFrame({"customer": np.repeat(np.arange(people), 2), "time": "2024-05-01",
                        "actor": "customer", "kind": ["contact", "resolve"] * people})  # fmt: skip
    chance = {score: 0.3 for score in range(11)}
    told = surveys.simulate_survey(log, asked="all", solved=5, chance=chance, rng=1)
    rows = told[told["kind"] == "survey_nps"]
    answered = rows["value"].notna()
    assert len(rows) == people
    assert answered.mean() == pytest.approx(0.3, abs=4 * np.sqrt(0.3 * 0.7 / people))
    error = np.sqrt((1.5**2 + 1 / 12) / answered.sum())
    assert rows["value"].mean() == pytest.approx(5, abs=4 * error)


def test_an_observed_log_is_taken_as_it_is():
    seen = observe(LOG, "2024-05-03")
    log = surveys.simulate_survey(seen, asked="all", **SURE)
    assert scores(log)["Bo"] == 4  # the second contact is not seen yet
    pd.testing.assert_frame_equal(
        log, surveys.simulate_survey(LOG, asked="all", observed_until="2024-05-03", **SURE)
    )


def test_says_what_was_wrong():
    with says("asked must be one of closed, all, got 'some'"):
        surveys.simulate_survey(LOG, asked="some")
    silent = LOG[LOG["kind"] != "resolve"]
    with says("events must record resolve, got none: a survey needs to know how journeys end"):
        surveys.simulate_survey(silent)
    never_closed = LOG[LOG["kind"] != "close"]
    with says("events must record close, got none: a survey needs to know how journeys end"):
        surveys.simulate_survey(never_closed)
    assert len(scores(surveys.simulate_survey(never_closed, asked="all", **SURE))) == 4
    with says("events must hold no survey yet, got rows of survey_nps: take the log without them"):
        surveys.simulate_survey(surveys.simulate_survey(LOG, **SURE))
    with pytest.raises(ValueError, match=r"^solved must be .*, got 11"):
        surveys.simulate_survey(LOG, solved=11)
