"""First response: waits worked out by hand, with those still waiting kept."""

import re

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from cemlab.cem import response
from cemlab.observation import observe

patiently = settings(deadline=None, max_examples=30, derandomize=True)
DAY = pd.Timestamp("2024-05-01")
COLUMNS = [
    "customer",
    "issue",
    "channel",
    "time",
    "wait_low_min",
    "wait_min",
    "answered",
    "censored",
    "ended",
    "sure",
    "hour",
    "weekday",
    "audience",
]


def log(*rows):
    """Build a log from (customer, minute or (minute, latest minute), actor, kind, extras)."""
    table = []
    for customer, minute, actor, kind, *extras in rows:
        first, latest = minute if isinstance(minute, tuple) else (minute, None)
        row = {
            "customer": customer,
            "issue": 1,
            "time": DAY + pd.Timedelta(minutes=first),
            "latest": pd.NaT if latest is None else DAY + pd.Timedelta(minutes=latest),
            "actor": actor,
            "channel": "phone",
            "kind": kind,
        }
        table.append(row | (extras[0] if extras else {}))
    return pd.DataFrame(table or {"customer": [], "time": [], "actor": [], "kind": []})


def waits(frame, until=None):
    """Return [customer, wait_low_min, wait_min, answered] a contact, until a minute."""
    end = None if until is None else DAY + pd.Timedelta(minutes=until)
    table = response.first_response(frame, observed_until=end)
    assert (table["censored"] == ~table["answered"]).all()
    return table[["customer", "wait_low_min", "wait_min", "answered"]].values.tolist()


CONTACT = ("Ana", 0, "customer", "contact")
ON_WEB = {"channel": "web"}


def test_the_wait_is_from_the_contact_to_the_companys_word():
    assert waits(log(CONTACT, ("Ana", 30, "company", "answer"))) == [["Ana", 30, 30, True]]
    table = response.first_response(log(CONTACT))
    assert table.columns.tolist() == COLUMNS
    assert table["time"].tolist() == [DAY]
    assert table["channel"].tolist() == ["phone"]


@pytest.mark.parametrize("kind", ["answer", "callback", "refuse", "offer", "compensate"])
def test_any_word_in_reply_ends_the_wait(kind):
    assert waits(log(CONTACT, ("Ana", 30, "company", kind))) == [["Ana", 30, 30, True]]


@pytest.mark.parametrize("kind", ["acknowledge", "transfer", "promise", "close", "work"])
def test_other_moves_of_the_company_are_no_answer(kind):
    calls = log(CONTACT, ("Ana", 30, "company", kind), ("Ana", 50, "company", "answer"))
    assert waits(calls) == [["Ana", 50, 50, True]]


@pytest.mark.parametrize("actor", ["customer", "public", "rival"])
def test_only_the_company_can_answer(actor):
    calls = log(CONTACT, ("Ana", 30, actor, "answer"), ("Ana", 50, "company", "answer"))
    assert waits(calls) == [["Ana", 50, 50, True]]


def test_who_still_waits_is_kept_as_censored():
    assert waits(log(CONTACT), until=75) == [["Ana", 75, 75, False]]
    late = log(CONTACT, ("Ana", 90, "company", "answer"))
    assert waits(late, until=75) == [["Ana", 75, 75, False]]
    assert waits(late, until=90) == [["Ana", 90, 90, True]]


def test_without_an_end_the_observation_ends_with_the_log():
    calls = log(CONTACT, ("Bo", 40, "customer", "contact"))
    assert waits(calls) == [["Ana", 40, 40, False], ["Bo", 0, 0, False]]


def test_who_gave_up_is_censored_at_that_moment():
    gone = log(CONTACT, ("Ana", 12, "customer", "abandon"), ("Bo", 99, "customer", "contact"))
    assert waits(gone)[0] == ["Ana", 12, 12, False]
    first = log(CONTACT, ("Ana", 12, "customer", "abandon"), ("Ana", 30, "company", "answer"))
    assert waits(first) == [["Ana", 12, 12, False]]
    after = log(CONTACT, ("Ana", 12, "company", "answer"), ("Ana", 30, "customer", "abandon"))
    assert waits(after) == [["Ana", 12, 12, True]]


def test_an_answer_before_the_contact_is_none():
    calls = log(("Ana", 10, "customer", "contact"), ("Ana", 5, "company", "answer"))
    assert waits(calls, until=60) == [["Ana", 50, 50, False]]


def test_an_answer_at_the_time_of_the_contact_is_at_once():
    assert waits(log(CONTACT, ("Ana", 0, "company", "answer")), until=60) == [["Ana", 0, 0, True]]


def test_one_answer_ends_all_waits_before_it():
    calls = log(CONTACT, ("Ana", 20, "customer", "contact"), ("Ana", 30, "company", "answer"))
    assert waits(calls) == [["Ana", 30, 30, True], ["Ana", 10, 10, True]]


def test_the_first_answer_counts():
    calls = log(CONTACT, ("Ana", 20, "company", "answer"), ("Ana", 30, "company", "answer"))
    assert waits(calls) == [["Ana", 20, 20, True]]


def test_an_answer_on_the_same_channel_comes_before_an_earlier_one_elsewhere():
    calls = log(CONTACT, ("Ana", 10, "company", "answer", ON_WEB), ("Ana", 30, "company", "answer"))
    assert waits(calls) == [["Ana", 30, 30, True]]


def test_where_the_channel_stays_silent_an_answer_on_any_other_counts():
    calls = log(CONTACT, ("Ana", 10, "company", "answer", ON_WEB))
    assert waits(calls, until=60) == [["Ana", 10, 10, True]]


def test_answers_to_other_people_or_issues_are_none():
    calls = log(
        CONTACT,
        ("Bo", 10, "company", "answer"),
        ("Ana", 20, "company", "answer", {"issue": 2}),
    )
    assert waits(calls, until=60) == [["Ana", 60, 60, False]]


def test_only_contacts_of_the_customer_are_waits():
    """A post is noted with a contact of its own; a stranger's call is nobody's wait."""
    calls = log(
        ("Ana", 0, "customer", "publish"),
        ("Ana", 5, "public", "contact"),
        ("Ana", 6, "company", "contact"),
        ("Ana", 10, "company", "answer"),
    )
    assert waits(calls) == []


# --- how it ended, and what waits are grouped by ---------------------------------------


def test_each_wait_says_how_it_ended():
    calls = log(
        CONTACT,
        ("Bo", 0, "customer", "contact"),
        ("Cy", 0, "customer", "contact"),
        ("Ana", 5, "company", "answer"),
        ("Bo", 6, "customer", "abandon"),
    )
    table = response.first_response(calls)
    assert table["ended"].tolist() == ["answered", "abandoned", "open"]
    assert table["ended"].cat.categories.tolist() == ["answered", "abandoned", "open"]


def test_an_end_that_the_log_never_records_is_none_of_its_ends():
    answered = response.first_response(log(CONTACT, ("Ana", 5, "company", "refuse")))
    assert answered["ended"].cat.categories.tolist() == ["answered", "open"]
    gone = response.first_response(log(CONTACT, ("Ana", 5, "customer", "abandon")))
    assert gone["ended"].cat.categories.tolist() == ["abandoned", "open"]
    neither = response.first_response(log(CONTACT))
    assert neither["ended"].isna().all()
    assert neither["censored"].all()


def test_hour_weekday_and_audience_are_the_contacts():
    calls = log(
        ("Ana", 0, "customer", "contact", {"value": 120.0}),
        ("Bo", 24 * 60 - 1, "customer", "contact"),
        ("Cy", (50, 59), "customer", "contact"),
        ("Di", (50, 70), "customer", "contact"),
        ("Ed", (23 * 60, 25 * 60), "customer", "contact"),
    )
    table = (
        response.first_response(calls).set_index("customer").loc[["Ana", "Bo", "Cy", "Di", "Ed"]]
    )
    assert table["hour"].fillna(-1).tolist() == [0, 23, 0, -1, -1]
    assert table["weekday"].astype(object).fillna("").tolist() == ["Wednesday"] * 4 + [""]
    assert table["weekday"].cat.ordered
    assert table["weekday"].cat.categories[[0, 6]].tolist() == ["Monday", "Sunday"]
    assert table["audience"].fillna(-1).tolist() == [120, -1, -1, -1, -1]


def test_audience_comes_in_bands_with_the_missing_still_missing():
    people = pd.DataFrame(
        {"wait_min": 1.0, "answered": True, "audience": [0, 999, 1000, 99_999.5, 1e9, None]}
    )
    bands = response.audience_bands(people)["audience"]
    names = ["below 1,000", "1,000 to below 10,000", "10,000 to below 100,000", "100,000 and more"]
    assert bands.cat.categories.tolist() == names
    assert bands.cat.codes.tolist() == [0, 0, 1, 2, 3, -1]
    assert (bands < "10,000 to below 100,000").tolist() == [True, True, True, False, False, False]
    assert people["audience"].dtype == float


@pytest.mark.parametrize("edges", [[], [0, 10], [10, 10], [20, 10]])
def test_edges_of_bands_rise_above_zero(edges):
    sentence = f"edges must be rising numbers of people above 0, got {edges}"
    with pytest.raises(ValueError, match="^" + re.escape(sentence) + "$"):
        response.audience_bands(log(CONTACT), edges=edges)


# --- uncertain times ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("contact", "answer", "low", "high"),
    [
        ((0, 30), 60, 30, 60),
        (0, (40, 60), 40, 60),
        ((0, 30), (40, 60), 10, 60),
        ((0, 50), (40, 60), 0, 60),  # they overlap: perhaps at once
        ((0, 60), (0, 60), 0, 60),
    ],
)
def test_uncertain_times_give_the_shortest_and_the_longest_wait(contact, answer, low, high):
    calls = log(("Ana", contact, "customer", "contact"), ("Ana", answer, "company", "answer"))
    assert waits(calls, until=99) == [["Ana", low, high, True]]


def test_minutes_that_the_log_states_settle_it():
    calls = log(
        ("Ana", (0, 30), "customer", "contact"),
        ("Ana", (40, 60), "company", "answer", {"value": 25.0}),
    )
    assert waits(calls) == [["Ana", 25, 25, True]]


def test_a_censored_wait_since_an_uncertain_time_is_what_it_was_at_least():
    calls = log(("Ana", (0, 30), "customer", "contact"))
    assert waits(calls, until=75) == [["Ana", 45, 45, False]]


def test_of_two_uncertain_answers_either_may_have_come_first():
    """One at 50, one between 10 and 90: the first of them came after 10 to 50 minutes."""
    calls = log(CONTACT, ("Ana", 50, "company", "answer"), ("Ana", (10, 90), "company", "answer"))
    assert waits(calls) == [["Ana", 10, 50, True]]


def test_no_wait_is_longer_than_the_observation():
    calls = log(CONTACT, ("Ana", (40, 600), "company", "answer"))
    assert waits(calls, until=60) == [["Ana", 40, 60, True]]


@pytest.mark.parametrize(
    ("actor", "kind", "end"),
    [("company", "answer", "answered"), ("customer", "abandon", "given_up")],
)
def test_what_may_come_after_the_observation_ends_the_shortest_wait_only(actor, kind, end):
    """At 40 minutes it may be over, and at 60, the end, it may still go on."""
    calls = log(CONTACT, ("Ana", (40, 600), actor, kind), ("Bo", 20, "customer", "contact"))
    seen = observe(calls, DAY + pd.Timedelta(minutes=60))
    assert response.first_response(seen)["sure"].tolist() == [False, True]
    for which, share in (("low", 0.5), ("high", 0.0)):
        fates = response.competing(seen, which=which)
        assert fates[end].iloc[-1] == share
        assert fates["minutes"].iloc[-1] == (40 if which == "low" else 60)


# --- all logs ----------------------------------------------------------------------------


@st.composite
def logs(draw):
    row = st.tuples(
        st.sampled_from(["Ana", "Bo"]),
        st.integers(0, 8),
        st.sampled_from(["customer", "company"]),
        st.sampled_from(["contact", "answer", "abandon", "refuse", "publish"]),
        st.sampled_from([{}, ON_WEB, {"issue": 2}]),
    )
    return log(*draw(st.lists(row, min_size=1, max_size=10)))


def plain_waits(frame, end):
    """Return the waits of a log of exact times, contact by contact."""
    rows = frame.sort_values("time", kind="stable").to_dict("records")
    rows = [r for r in rows if r["time"] <= end]
    found = []
    for c in rows:
        if (c["kind"], c["actor"]) != ("contact", "customer"):
            continue
        later = [r for r in rows if (r["customer"], r["issue"]) == (c["customer"], c["issue"])]
        later = [r for r in later if r["time"] >= c["time"]]
        words = [r for r in later if r["kind"] in ("answer", "refuse") and r["actor"] == "company"]
        here = [r for r in words if r["channel"] == c["channel"]] or words
        gone = [
            r
            for r in later
            if (r["kind"], r["actor"], r["channel"]) == ("abandon", "customer", c["channel"])
        ]
        answered = bool(here) and not (gone and gone[0]["time"] < here[0]["time"])
        stop = here[0]["time"] if answered else gone[0]["time"] if gone else end
        wait = (stop - c["time"]) / pd.Timedelta(minutes=1)
        found.append((c["customer"], c["time"], c["channel"], c["issue"], wait, answered))
    return sorted(found)


@patiently
@given(logs(), st.integers(0, 9))
def test_waits_are_those_of_a_plain_search(frame, minute):
    end = DAY + pd.Timedelta(minutes=minute)
    table = response.first_response(frame, observed_until=end)
    shown = table[["customer", "time", "channel", "issue", "wait_min", "answered"]]
    assert sorted(shown.itertuples(index=False, name=None)) == plain_waits(frame, end)
    assert (table["wait_low_min"] == table["wait_min"]).all()


@settings(patiently, max_examples=8)
@given(logs(), st.data())
def test_the_order_of_rows_changes_nothing(frame, data):
    order = data.draw(st.permutations(range(len(frame))))
    found = response.first_response(frame.iloc[list(order)])
    assert_frame_equal(found, response.first_response(frame))


@pytest.mark.parametrize("until", [None, 5])
def test_an_empty_log_has_no_waits(until):
    assert waits(log(), until=until) == []
    assert response.first_response(log()).columns.tolist() == COLUMNS


def test_before_the_first_contact_nobody_waits():
    assert waits(log(CONTACT), until=-1) == []
