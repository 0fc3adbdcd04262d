"""The service desk: small logs written here, with the numbers worked out by hand."""

import math
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from cemlab.crm import desk

patiently = settings(deadline=None, max_examples=8, derandomize=True)


def log(*rows):
    """Build a log from (customer, time on 1 May 2024 or [time, latest], actor, kind, extras)."""
    table = []
    for customer, time, actor, kind, *extras in rows:
        first, latest = time if isinstance(time, list) else (time, None)
        row = {"customer": customer, "actor": actor, "kind": kind, "channel": "phone"}
        row["time"] = moment(first)
        row["latest"] = None if latest is None else moment(latest)
        table.append(row | (extras[0] if extras else {}))
    columns = ["customer", "issue", "time", "latest", "actor", "channel", "kind", "value"]
    frame = pd.DataFrame(table, columns=columns)
    frame["issue"] = frame["issue"].fillna(1)
    return frame


def moment(time):
    return f"2024-05-01 {time}" if ":" in time and "-" not in time else time


CALLS = log(
    ("Ana", "10:00", "customer", "contact"),
    ("Ana", "10:20", "company", "answer"),  # 20 minutes: just in time
    ("Bo", "10:00", "customer", "contact"),
    ("Bo", "10:40", "company", "answer"),  # 40: late
    ("Cy", ["10:00", "10:30"], "customer", "contact"),
    ("Cy", ["10:20", "10:50"], "company", "answer"),  # 0 to 50: who knows
    ("Di", "10:55", "customer", "contact"),  # open
)


def level(frame, **options):
    row = desk.service_level(frame, **options).iloc[0]
    return row["low"], row["high"], row["n"]


# --- answered in time -----------------------------------------------------------------


def test_service_level_is_the_share_answered_in_time():
    sure = CALLS[CALLS["customer"].isin(["Ana", "Bo"])]
    assert level(sure, minutes=20) == (0.5, 0.5, 2)
    assert level(sure, minutes=19.9) == (0.0, 0.0, 2)
    assert level(sure, minutes=40) == (1.0, 1.0, 2)


def test_uncertain_times_and_young_open_contacts_count_for_high_only():
    assert level(CALLS, minutes=20, observed_until=moment("11:00")) == (0.25, 0.75, 4)


def test_an_open_contact_older_than_the_promise_is_late():
    assert level(CALLS, minutes=20, observed_until=moment("11:15")) == (0.25, 0.5, 4)
    assert level(CALLS, minutes=20, observed_until=moment("11:14")) == (0.25, 0.75, 4)


def test_what_came_after_the_observation_does_not_count():
    """At 10:15 Ana, Bo and Cy have called, nobody was answered, and all may yet be in time."""
    assert level(CALLS, minutes=20, observed_until=moment("10:15")) == (0.0, 1.0, 3)
    assert level(CALLS, minutes=20, observed_until=moment("10:30")) == (1 / 3, 2 / 3, 3)


def test_who_gave_up_was_not_answered():
    calls = log(
        ("Ana", "10:00", "customer", "contact"),
        ("Ana", "10:05", "customer", "abandon"),
        ("Bo", "10:00", "customer", "contact"),
        ("Bo", "10:05", "company", "answer"),
    )
    assert level(calls, minutes=20) == (0.5, 0.5, 2)


def test_minutes_that_the_log_states_settle_an_uncertain_wait():
    calls = log(
        ("Cy", ["10:00", "10:30"], "customer", "contact"),
        ("Cy", ["10:20", "10:50"], "company", "answer", {"value": 15.0}),
    )
    assert level(calls, minutes=20) == (1.0, 1.0, 1)
    assert level(calls, minutes=10) == (0.0, 0.0, 1)


@pytest.mark.parametrize("kind", ["answer", "callback", "refuse", "offer", "compensate"])
def test_any_word_of_the_company_is_an_answer(kind):
    calls = log(("Ana", "10:00", "customer", "contact"), ("Ana", "10:05", "company", kind))
    assert level(calls, minutes=20) == (1.0, 1.0, 1)


@pytest.mark.parametrize(
    ("actor", "kind"),
    [("company", "acknowledge"), ("company", "transfer"), ("public", "answer")],
)
def test_a_receipt_a_transfer_and_a_strangers_word_are_none(actor, kind):
    """Bo's answer shows that this log does record answers."""
    calls = log(
        ("Ana", "10:00", "customer", "contact"),
        ("Ana", "10:05", actor, kind),
        ("Bo", "10:00", "customer", "contact"),
        ("Bo", "11:00", "company", "answer"),
    )
    assert level(calls, minutes=20) == (0.0, 0.0, 2)


def test_a_post_with_its_contact_is_one_contact():
    calls = log(
        ("Ana", "10:00", "customer", "contact"),
        ("Ana", "10:00", "customer", "publish"),
        ("Ana", "10:05", "company", "answer"),
    )
    assert level(calls, minutes=20) == (1.0, 1.0, 1)


def test_without_contacts_there_is_no_service_level():
    low, high, n = level(log(("Ana", "10:00", "company", "failure")), minutes=20)
    assert math.isnan(low)
    assert math.isnan(high)
    assert n == 0


def test_a_log_that_never_records_answers_says_nothing_about_them():
    """Not recorded is missing, never 0: such a log may come from the customers alone."""
    calls = log(("Ana", "10:00", "customer", "contact"), ("Ana", "12:00", "customer", "resolve"))
    low, high, _ = level(calls, minutes=20)
    assert math.isnan(low)
    assert math.isnan(high)


@pytest.mark.parametrize("minutes", [-1, float("nan"), "20", True, None])
def test_says_what_minutes_must_be(minutes):
    sentence = f"minutes must be a finite number of at least 0, got {minutes!r}"
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        desk.service_level(CALLS, minutes=minutes)


# --- closed --------------------------------------------------------------------------


def closed(frame, **options):
    return desk.closed(frame, **options).set_index("customer")["closed"].to_dict()


FILES = log(
    ("Ana", "10:00", "company", "close"),
    ("Bo", "10:00", "customer", "resolve"),
    ("Cy", "10:00", "company", "close"),
    ("Cy", "11:00", "customer", "reopen"),
    ("Di", "10:00", "company", "close"),
    ("Di", "11:00", "customer", "reopen"),
    ("Di", "12:00", "company", "close"),
    ("Ed", "10:00", "customer", "contact"),
)


def test_closed_is_the_companys_word_until_it_is_undone():
    assert closed(FILES) == {"Ana": True, "Bo": False, "Cy": False, "Di": True, "Ed": False}


def test_closed_is_as_it_stood_at_the_end_of_the_observation():
    at_half_past = closed(FILES, observed_until=moment("10:30"))
    assert at_half_past == {"Ana": True, "Bo": False, "Cy": True, "Di": True, "Ed": False}
    at_half_past = closed(FILES, observed_until=moment("11:30"))
    assert at_half_past == {"Ana": True, "Bo": False, "Cy": False, "Di": False, "Ed": False}


def test_a_reopening_at_the_same_time_undoes_the_closing():
    both = log(("Ana", "10:00", "customer", "reopen"), ("Ana", "10:00", "company", "close"))
    assert closed(both) == {"Ana": False}


def test_a_resolution_closes_no_file_and_where_none_was_ever_closed_it_is_missing():
    only = log(("Ana", "10:00", "customer", "contact"), ("Ana", "11:00", "customer", "resolve"))
    assert desk.closed(only)["closed"].isna().all()
    assert desk.closed(only)["closed"].dtype == "boolean"


def test_a_log_that_records_closings_only_later_knows_that_nothing_is_closed_yet():
    later = log(("Ana", "10:00", "customer", "contact"), ("Ana", "12:00", "company", "close"))
    assert closed(later, observed_until=moment("11:00")) == {"Ana": False}


def test_each_issue_of_a_customer_is_a_file_of_its_own():
    two = log(
        ("Ana", "10:00", "company", "close", {"issue": "bag"}),
        ("Ana", "10:00", "customer", "contact", {"issue": "seat"}),
    )
    assert desk.closed(two)[["issue", "closed"]].values.tolist() == [["bag", True], ["seat", False]]


# --- cost avoided ------------------------------------------------------------------------


def money(frame, **options):
    table = desk.cost_avoided(frame, **options)
    return table[["customer", "refused", "paid", "avoided"]].values.tolist()


CLAIM = log(
    ("Ana", "2024-05-01", "company", "refuse", {"value": 100.0}),
    ("Ana", "2024-05-09", "company", "refuse", {"value": 100.0}),
    ("Ana", "2024-06-01", "company", "compensate", {"value": 30.0}),
    ("Ana", "2024-06-08", "company", "compensate", {"value": 90.0}),
    ("Bo", "2024-05-02", "company", "refuse", {"value": 40.0}),
)


def test_a_claim_refused_twice_is_avoided_once_and_what_was_paid_later_is_taken_off():
    assert money(CLAIM) == [["Ana", 100.0, 120.0, -20.0], ["Bo", 40.0, 0.0, 40.0]]


def test_cost_avoided_is_as_it_stood_at_the_end_of_the_observation():
    assert money(CLAIM, observed_until="2024-05-01") == [["Ana", 100.0, 0.0, 100.0]]
    assert money(CLAIM, observed_until="2024-06-01")[0] == ["Ana", 100.0, 30.0, 70.0]


def test_the_largest_refusal_is_the_claim():
    grown = log(
        ("Ana", "10:00", "company", "refuse", {"value": 60.0}),
        ("Ana", "11:00", "company", "refuse", {"value": 80.0}),
        ("Ana", "12:00", "company", "refuse", {"value": 70.0}),
    )
    assert money(grown) == [["Ana", 80.0, 0.0, 80.0]]


def test_an_offer_costs_when_it_is_accepted_and_not_when_it_is_declined():
    offers = log(
        ("Ana", "10:00", "company", "refuse", {"value": 50.0}),
        ("Ana", "11:00", "company", "offer", {"value": 20.0}),
        ("Ana", "12:00", "customer", "accept", {"value": 20.0}),
        ("Bo", "10:00", "company", "refuse", {"value": 50.0}),
        ("Bo", "11:00", "company", "offer", {"value": 20.0}),
        ("Bo", "12:00", "customer", "decline", {"value": 20.0}),
    )
    assert money(offers) == [["Ana", 50.0, 20.0, 30.0], ["Bo", 50.0, 0.0, 50.0]]


def test_an_offer_that_is_accepted_and_then_paid_costs_once():
    paid = log(
        ("Ana", "10:00", "company", "refuse", {"value": 50.0}),
        ("Ana", "11:00", "company", "offer", {"value": 20.0}),
        ("Ana", "12:00", "customer", "accept", {"value": 20.0}),
        ("Ana", "13:00", "company", "compensate", {"value": 20.0}),
    )
    assert money(paid) == [["Ana", 50.0, 20.0, 30.0]]


@pytest.mark.parametrize(
    "row",
    [
        ("Ana", "10:00", "customer", "contact"),
        ("Ana", "10:00", "company", "refuse"),
        ("Ana", "10:00", "customer", "accept"),
        ("Ana", "10:00", "company", "compensate", {"value": 30.0}),
        ("Ana", "10:00", "customer", "accept", {"value": 30.0}),
    ],
    ids=["no refusal", "refusal without amount", "no amount", "goodwill", "accepted at once"],
)
def test_where_no_money_was_recorded_none_was_avoided_as_far_as_we_know(row):
    """Not recorded is missing, never 0."""
    assert desk.cost_avoided(log(row))["avoided"].isna().all()


# --- all of them ---------------------------------------------------------------------------

METRICS = {
    "service_level": lambda frame: desk.service_level(frame, minutes=20),
    "closed": desk.closed,
    "cost_avoided": desk.cost_avoided,
}
ALL = pd.concat([CALLS, FILES, CLAIM], ignore_index=True)


@pytest.mark.parametrize("metric", METRICS)
@patiently
@given(order=st.permutations(range(len(ALL))))
def test_the_order_of_rows_changes_nothing(metric, order):
    assert_frame_equal(METRICS[metric](ALL.iloc[list(order)]), METRICS[metric](ALL))


@pytest.mark.parametrize("metric", METRICS)
def test_the_log_that_was_given_stays_as_it_was(metric):
    before = ALL.copy()
    METRICS[metric](ALL)
    assert_frame_equal(ALL, before)


@pytest.mark.parametrize("observed_until", [None, "2024-05-01"])
def test_an_empty_log_gives_empty_tables(observed_until):
    empty = log()
    until = {"observed_until": observed_until}
    low, high, n = level(empty, minutes=20, **until)
    assert np.isnan([low, high]).all()
    assert n == 0
    assert len(desk.closed(empty, **until)) == len(desk.cost_avoided(empty, **until)) == 0
    assert desk.closed(empty)["closed"].dtype == "boolean"


def test_before_the_first_row_there_is_nothing():
    early = {"observed_until": "2020-01-01"}
    assert level(CALLS, minutes=20, **early)[2] == 0
    assert len(desk.closed(FILES, **early)) == len(desk.cost_avoided(CLAIM, **early)) == 0


def test_what_nobody_refused_was_not_paid_after_all():
    goodwill = log(
        ("Ana", "10:00", "company", "refuse", {"value": 50.0}),
        ("Bo", "10:00", "company", "compensate", {"value": 20.0}),
    )
    table = desk.cost_avoided(goodwill)
    assert table["paid"].tolist() == [0, 20]
    assert table["avoided"].fillna(-1).tolist() == [50, -1]
