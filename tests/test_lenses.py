"""Two lenses: when each is green, red, unsure or grey, and where they part."""

import math
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from cemlab import cases, events, lenses
from cemlab.network import Network
from cemlab.sim import cascade, firestorm

patiently = settings(deadline=None, max_examples=5, derandomize=True)
DAY = pd.Timestamp("2024-05-01")
CRM = [
    "answered in time",
    "issues closed",
    "time to answer",
    "first-contact resolution",
    "back after closing",
    "handling time",
    "cost to serve",
    "cost avoided",
]
CEM = [
    "journeys resolved",
    "journey length",
    "solved with one contact",
    "contacts",
    "channel switches",
    "hand-offs",
    "promises broken",
    "gone public",
]
CASE = cases.load("united-breaks-guitars").events()


def log(*rows):
    """Build a log from (customer, hour or (hour, latest hour), actor, kind, value)."""
    table = []
    for customer, hour, actor, kind, *value in rows:
        first, latest = hour if isinstance(hour, tuple) else (hour, None)
        table.append(
            {
                "customer": customer,
                "time": DAY + pd.Timedelta(hours=first),
                "latest": pd.NaT if latest is None else DAY + pd.Timedelta(hours=latest),
                "actor": actor,
                "channel": "phone",
                "kind": kind,
                "value": value[0] if value else None,
            }
        )
    return pd.DataFrame(table or {"customer": [], "time": [], "actor": [], "kind": []})


def crowd(n=5, *, in_time=5, perhaps=0, closed=5, resolved=5, broken=0, public=0):
    """Return a log of n customers; so many of them were answered in time, closed ..."""
    rows = []
    for i in range(n):
        who = f"customer {i}"
        rows.append((who, 0, "customer", "contact"))
        when = 1 if i < in_time else (20, 30) if i < in_time + perhaps else 30
        rows.append((who, when, "company", "answer"))
        rows.append((who, 31, "company", "promise", 60.0))
        rows.append((who, 40 if i < broken else 31, "company", "callback"))
        if i < closed:
            rows.append((who, 50, "company", "close"))
        if i < resolved:
            rows.append((who, 51, "customer", "resolve"))
        rows.append((who, 60, "customer" if i < public else "public", "publish"))
    return log(*rows)


def rows_of(frame, **options):
    return lenses.compare(frame, **options).set_index("metric")


def colour_of(metric, frame, **options):
    return rows_of(frame, **options).loc[metric, "colour"]


def seen(frame, **options):
    return lenses.colours(lenses.compare(frame, **options))


# --- the frame ------------------------------------------------------------------------------


def test_a_comparison_has_one_row_a_measure_and_a_sentence_each():
    table = lenses.compare(crowd())
    assert table["metric"].tolist() == CRM + CEM
    assert table["lens"].tolist() == ["CRM"] * len(CRM) + ["CEM"] * len(CEM)
    assert {"value", "low", "high", "unit", "n", "colour", "sentence"} <= set(table.columns)
    assert set(table["colour"]) <= {"green", "red", "unsure", "grey", ""}
    assert table["sentence"].str.endswith(".").all()
    assert table["sentence"].is_unique or "grey" in set(table["colour"])


def test_a_comparison_worked_out_by_hand():
    frame = log(
        ("Ana", 0, "company", "failure", 90.0),
        ("Ana", 0, "customer", "contact"),
        ("Ana", 6, "company", "answer"),
        ("Ana", 7, "company", "refuse", 90.0),
        ("Ana", 8, "company", "transfer"),
        ("Ana", 9, "company", "promise", 60.0),
        ("Ana", 12, "customer", "contact"),
        ("Ana", 72, "company", "compensate", 20.0),
        ("Ana", 72, "company", "close"),
        ("Bo", 0, "company", "failure", 10.0),
        ("Bo", 1, "customer", "publish"),
        ("Bo", 24, "customer", "resolve"),
    )
    value = rows_of(frame, observed_until=DAY + pd.Timedelta(days=4))["value"]
    assert value[["handling time", "cost to serve"]].isna().all()
    assert value.dropna().to_dict() == {
        "answered in time": 0.5,  # after 6 hours, after 60 hours
        "issues closed": 0.5,
        "time to answer": 33.0,  # the middle of 6 and 60
        "first-contact resolution": 0.25,  # Ana came back; Bo may yet, within 7 days
        "back after closing": 0.0,
        "cost avoided": 70.0,
        "journeys resolved": 0.5,
        "journey length": 1.0,  # one of two is over after a day, the other goes on for 4
        "solved with one contact": 0.5,
        "contacts": 3.0,
        "channel switches": 0.0,
        "hand-offs": 1.0,
        "promises broken": 1.0,
        "gone public": 1.0,
    }


def test_value_is_the_middle_of_low_and_high():
    row = rows_of(crowd(in_time=2, perhaps=2)).loc["answered in time"]
    assert (row["low"], row["high"]) == (0.4, 0.8)
    assert row["value"] == pytest.approx(0.6)
    assert row["n"] == 5


# --- the rules, at exactly 80 per cent ----------------------------------------------------------


@pytest.mark.parametrize(
    ("metric", "what"),
    [
        ("answered in time", "in_time"),
        ("issues closed", "closed"),
        ("journeys resolved", "resolved"),
    ],
)
@pytest.mark.parametrize(
    ("n", "k", "colour"),
    [(5, 4, "green"), (5, 3, "red"), (10, 8, "green")],
)
def test_a_share_is_green_from_80_per_cent_on(metric, what, n, k, colour):
    table = lenses.compare(crowd(n, **{"in_time": n, "closed": n, "resolved": n} | {what: k}))
    row = table.set_index("metric").loc[metric]
    assert row[["value", "n", "colour"]].tolist() == [k / n, n, colour]
    assert lenses.colours(table) == {"CRM": "green", "CEM": "green"} | {row["lens"]: colour}


@pytest.mark.parametrize(
    ("in_time", "perhaps", "colour"),
    [(4, 1, "green"), (3, 1, "unsure"), (3, 2, "unsure"), (0, 5, "unsure"), (2, 1, "red")],
)
def test_a_share_is_unsure_only_where_uncertain_times_decide(in_time, perhaps, colour):
    table = lenses.compare(crowd(in_time=in_time, perhaps=perhaps))
    assert table.set_index("metric").loc["answered in time", "colour"] == colour
    assert lenses.colours(table)["CRM"] == colour


def test_the_caller_may_ask_for_more_or_less_than_80_per_cent():
    frame = crowd(in_time=3, closed=3, resolved=3)
    assert seen(frame, enough=0.6) == {"CRM": "green", "CEM": "green"}
    assert seen(frame, enough=0.61) == {"CRM": "red", "CEM": "red"}
    assert seen(crowd(), enough=1.0) == {"CRM": "green", "CEM": "green"}
    nothing = crowd(in_time=0, closed=1, resolved=1)
    assert seen(nothing, enough=0.0) == {"CRM": "green", "CEM": "green"}


@pytest.mark.parametrize(("hours", "share"), [(24, 0.5), (23.9, 0.0), (25, 1.0), (0, 0.0)])
def test_an_answer_is_in_time_up_to_the_promise_and_not_beyond(hours, share):
    frame = log(
        ("Ana", 0, "customer", "contact"),
        ("Ana", 24, "company", "answer"),
        ("Bo", 0, "customer", "contact"),
        ("Bo", 25, "company", "answer"),
    )
    assert rows_of(frame, sla_hours=hours).loc["answered in time", "value"] == share


@pytest.mark.parametrize(
    ("metric", "what"), [("promises broken", "broken"), ("gone public", "public")]
)
@pytest.mark.parametrize(("k", "colour"), [(0, "green"), (1, "red"), (5, "red")])
def test_one_broken_promise_or_public_journey_is_red(metric, what, k, colour):
    table = lenses.compare(crowd(**{what: k}))
    row = table.set_index("metric").loc[metric]
    assert row[["value", "colour"]].tolist() == [k, colour]
    assert lenses.colours(table) == {"CRM": "green", "CEM": colour}


def test_measures_without_a_rule_have_no_colour():
    table = rows_of(CASE)
    for metric in ("time to answer", "cost avoided", "journey length", "contacts", "hand-offs"):
        assert table.loc[metric, "colour"] == ""


# --- not recorded is grey ---------------------------------------------------------------------


def test_what_a_log_never_records_is_grey_and_has_no_value():
    table = rows_of(log(("Ana", 0, "company", "failure")))
    assert (table["colour"] == "grey").all()
    assert table["value"].isna().all()
    assert (table["n"] == 0).all()


@pytest.mark.parametrize(
    ("kind", "metric", "lens"),
    [
        ("contact", "answered in time", "CRM"),
        ("close", "issues closed", "CRM"),
        ("resolve", "journeys resolved", "CEM"),
    ],
)
def test_a_lens_whose_main_measure_is_not_recorded_is_grey(kind, metric, lens):
    frame = crowd()
    table = lenses.compare(frame[frame["kind"] != kind])
    assert table.set_index("metric").loc[metric, "colour"] == "grey"
    assert lenses.colours(table) == {"CRM": "green", "CEM": "green"} | {lens: "grey"}


@pytest.mark.parametrize(
    ("kind", "metric"), [("promise", "promises broken"), ("publish", "gone public")]
)
def test_a_side_measure_that_is_not_recorded_leaves_its_lens_as_it_is(kind, metric):
    frame = crowd()
    table = lenses.compare(frame[frame["kind"] != kind])
    assert table.set_index("metric").loc[metric, "colour"] == "grey"
    assert lenses.colours(table)["CEM"] == "green"


def test_red_is_stronger_than_unsure_and_unsure_than_grey():
    unsure = crowd(in_time=3, perhaps=2)
    assert seen(unsure)["CRM"] == "unsure"
    assert seen(unsure[unsure["kind"] != "close"])["CRM"] == "unsure"
    assert seen(crowd(in_time=3, perhaps=2, closed=3))["CRM"] == "red"
    late = crowd(in_time=0)
    assert seen(late[late["kind"] != "close"])["CRM"] == "red"


@pytest.mark.parametrize("observed_until", [None, "2024-05-01", "2020-01-01"])
def test_an_empty_log_is_grey_on_both_sides(observed_until):
    table = lenses.compare(log(), observed_until=observed_until)
    assert table["metric"].tolist() == CRM + CEM
    assert (table["colour"] == "grey").all()
    assert table["value"].isna().all()
    assert lenses.colours(table) == {"CRM": "grey", "CEM": "grey"}
    assert lenses.verdict(table) == "Both lenses are grey (not recorded)."


@pytest.mark.parametrize("kind", events.KINDS)
def test_a_log_of_one_event_can_be_read_from_both_sides(kind):
    who = "company" if kind in ("close", "promise") else "customer"
    table = lenses.compare(log(("Ana", 0, who, kind, 1.0)))
    assert table["metric"].tolist() == CRM + CEM
    assert (table["value"].isna() == (table["colour"] == "grey")).all()
    assert lenses.verdict(table).endswith(".")
    colour = table.set_index("metric").loc["journeys resolved", "colour"]
    assert colour == {"resolve": "green"}.get(kind, "grey")


def test_before_the_first_event_both_sides_are_grey():
    assert seen(crowd(), observed_until="2020-01-01") == {"CRM": "grey", "CEM": "grey"}


# --- verdict ------------------------------------------------------------------------------------


def test_the_verdict_says_whether_the_lenses_agree():
    assert lenses.verdict(lenses.compare(crowd())) == "Both lenses are green."
    bad = crowd(in_time=0, resolved=1)
    assert lenses.verdict(lenses.compare(bad)) == "Both lenses are red."


def test_the_verdict_names_what_the_lenses_part_over():
    said = lenses.verdict(lenses.compare(crowd(resolved=1, public=1)))
    assert re.search(r"company.*green.*customer.*red", said)
    assert "journeys resolved" in said
    assert "gone public" in said
    assert "promises broken" not in said
    assert "open (the dates do not tell)" in lenses.verdict(
        lenses.compare(crowd(in_time=3, perhaps=2))
    )


# --- the shipped case ---------------------------------------------------------------------------


def test_the_day_before_the_song_the_company_sees_green_and_the_customer_red():
    table = lenses.compare(CASE, observed_until="2009-07-05")
    assert lenses.colours(table) == {"CRM": "green", "CEM": "red"}
    table = table.set_index("metric")
    assert table.loc["answered in time", "value"] == 1.0
    assert table.loc["issues closed", "value"] == 1.0
    assert table.loc["journeys resolved", "value"] == 0.0
    assert table.loc["gone public", "value"] == 0.0


def test_the_guitars_journey_had_lasted_461_days():
    assert (pd.Timestamp("2009-07-05") - pd.Timestamp("2008-03-31")).days == 461
    row = rows_of(CASE, observed_until="2009-07-05").loc["journey length"]
    assert (row["low"], row["value"], row["high"], row["unit"]) == (461, 461, 461, "days")


def test_refusing_looked_like_1200_saved_until_it_cost_1800_more():
    before = rows_of(CASE, observed_until="2009-07-05").loc["cost avoided"]
    after = rows_of(CASE, observed_until="2009-07-31").loc["cost avoided"]
    assert before["value"] == 1200  # refused twice, the same claim
    assert after["value"] == 1200 - 3000


def test_once_the_song_is_out_the_customers_lens_is_public_too():
    assert colour_of("gone public", CASE, observed_until="2009-07-06") == "red"


# --- a simulated run ----------------------------------------------------------------------------

NET = Network.preferential(100, 2, rng=1)
STORY = {"listeners": 5, "share_chance": 0.3}
RUNS = {
    "cascade": lambda: cascade.simulate(NET, initial=[0], p=0.3, rng=1),
    "firestorm": lambda: firestorm.simulate(NET, **STORY, press_followers=20, rng=1),
    "declined": lambda: firestorm.simulate(NET, **STORY, accept_chance=1e-9, rng=1),
    "accepted": lambda: firestorm.simulate(NET, **STORY, accept_chance=1.0, rng=1),
}


@pytest.mark.parametrize("name", RUNS)
def test_a_simulated_run_is_read_like_any_log(name):
    table = lenses.compare(RUNS[name]().events)
    assert lenses.colours(table) == {"CRM": "grey", "CEM": "red"}
    values = table.set_index("metric")["value"]
    assert values["gone public"] == 1
    assert values["contacts"] == 1
    assert math.isnan(values["answered in time"])


def test_a_complaint_settled_before_the_post_is_not_public():
    settled = firestorm.simulate(NET, **STORY, recovery_chance=1.0, rng=1).events
    assert "red" not in seen(settled).values()


# --- all logs ------------------------------------------------------------------------------------


@patiently
@given(st.permutations(range(len(CASE))))
def test_the_order_of_rows_changes_nothing(order):
    until = {"observed_until": "2009-08-01"}
    assert_frame_equal(
        lenses.compare(CASE.iloc[list(order)], **until), lenses.compare(CASE, **until)
    )


def test_the_log_that_was_given_stays_as_it_was():
    frame = crowd()
    before = frame.copy()
    lenses.compare(frame)
    assert_frame_equal(frame, before)


# --- messages -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"sla_hours": -1}, "sla_hours must be a finite number of at least 0, got -1"),
        ({"sla_hours": "24"}, "sla_hours must be a finite number of at least 0, got '24'"),
        ({"enough": 80}, "enough must be a probability in [0, 1], got 80"),
    ],
)
def test_says_what_its_options_must_be(options, sentence):
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        lenses.compare(crowd(), **options)


def test_what_may_have_been_closed_by_then_is_neither_green_nor_red():
    events = cases.load("united-breaks-guitars").events()
    seen = lenses.compare(events, observed_until="2008-12-31").set_index("metric")
    closed = seen.loc["issues closed"]  # the final no came between 2008-11-01 and 2009-07-05
    assert (closed["low"], closed["high"], closed["colour"]) == (0.0, 1.0, "unsure")
    later = lenses.compare(events, observed_until="2009-07-05").set_index("metric")
    assert later.loc["issues closed", ["low", "colour"]].tolist() == [1.0, "green"]


# --- what the words claim ---------------------------------------------------------------------


def test_half_of_the_journeys_is_counted_with_those_that_go_on():
    """Times to a solution exponential with mean 30 days, looked at after 60 days."""
    luck = np.random.default_rng(3)
    n, mean = 2000, 30.0
    begin, length = luck.uniform(0, 60, n), luck.exponential(mean, n)
    rows = [(i, 24 * begin[i], "customer", "contact") for i in range(n)]
    rows += [(i, 24 * (begin[i] + length[i]), "customer", "resolve") for i in range(n)]
    row = rows_of(log(*rows), observed_until=DAY + pd.Timedelta(days=60)).loc["journey length"]
    seen_for = 60 - begin
    at_median = mean * math.log(2)
    at_risk = (np.minimum(length, seen_for) > at_median).mean() * n
    error = mean / math.sqrt(at_risk)  # of the median: 1 / (2 f(m) sqrt(n)), not below this
    assert row["value"] == pytest.approx(at_median, abs=4 * error)
    assert row["sentence"].startswith(f"Half of {n:,} journeys are over after")


def test_fewer_than_half_over_leaves_the_length_open():
    rows = [(who, 0, "customer", "contact") for who in "abc"]
    row = rows_of(log(*rows, ("a", 5, "customer", "resolve"))).loc["journey length"]
    assert math.isnan(row["value"])
    assert row["high"] == math.inf
    assert (
        row["sentence"] == "Fewer than half of 3 journeys are over after 5 hours; 2 are not over."
    )


def test_a_reopening_alone_does_not_record_closings_or_solutions():
    frame = log(("Ana", 0, "customer", "contact"), ("Ana", 9, "customer", "reopen"))
    colours = rows_of(frame)["colour"]
    assert colours["issues closed"] == colours["journeys resolved"] == "grey"


def test_an_answer_that_may_come_later_is_not_surely_in_time():
    frame = log(("Ana", 0, "customer", "contact"), ("Ana", (1, 20), "company", "answer"))
    row = rows_of(frame, sla_hours=3, observed_until=DAY + pd.Timedelta(hours=2))
    assert row.loc["answered in time", ["low", "high"]].tolist() == [0, 1]
    assert row.loc["answered in time", "colour"] == "unsure"


@pytest.mark.parametrize(("kind", "who"), [("close", "company"), ("resolve", "customer")])
def test_a_word_is_sure_only_if_it_surely_comes_after_the_reopening(kind, who):
    metric = {"close": "issues closed", "resolve": "journeys resolved"}[kind]
    unsure = log(("Ana", 4, who, kind), ("Ana", (1, 9), "customer", "reopen"))
    assert rows_of(unsure).loc[metric, ["low", "high"]].tolist() == [0, 1]
    later = log(("Ana", (1, 9), who, kind), ("Ana", 4, "customer", "reopen"))
    assert rows_of(later).loc[metric, ["low", "high"]].tolist() == [0, 1]


def test_a_promise_without_minutes_is_neither_kept_nor_broken():
    frame = log(("Ana", 0, "company", "promise"), ("Ana", 99, "customer", "contact"))
    row = rows_of(frame).loc["promises broken"]
    assert row[["low", "high", "colour"]].tolist() == [0, 1, "unsure"]
    kept = log(("Ana", 0, "company", "promise"), ("Ana", 99, "company", "callback"))
    assert rows_of(kept).loc["promises broken", "colour"] == "green"


def test_nobody_answered_yet_is_not_called_unrecorded():
    frame = log(("Ana", 0, "customer", "contact"), ("Ana", 99, "company", "answer"))
    row = rows_of(frame, observed_until=DAY + pd.Timedelta(hours=9)).loc["time to answer"]
    assert row["sentence"] == "No contact was answered by then."


def test_solved_with_one_contact_needs_one():
    frame = log(("Ana", 0, "company", "failure"), ("Ana", 1, "customer", "resolve"))
    more = log(("Bo", 0, "customer", "contact"), ("Bo", 1, "customer", "resolve"))
    row = rows_of(pd.concat([frame, more])).loc["solved with one contact"]
    assert row[["low", "high", "n"]].tolist() == [0.5, 0.5, 2]
