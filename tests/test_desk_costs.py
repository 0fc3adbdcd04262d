"""Staff minutes and money: worked out by hand, and made up of their parts."""

import math
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from cemlab.crm import desk
from cemlab.observation import observe

patiently = settings(deadline=None, max_examples=15, derandomize=True)
DAY = pd.Timestamp("2024-05-01")  # a Wednesday
US, HER = "company", "customer"


def at(hour):
    return DAY + pd.Timedelta(hours=hour)


def log(*rows):
    """Build a log from (customer, hour, kind, value, channel, by)."""
    table = []
    for customer, hour, kind, *rest in rows:
        value, channel, by = (*rest, *[None, "phone", None][len(rest) :])
        row = {"customer": customer, "time": at(hour), "kind": kind, "value": value}
        row["actor"] = HER if kind in ("contact", "resolve", "reopen", "abandon") else US
        table.append(row | {"channel": channel, "by": by})
    columns = ["customer", "time", "actor", "by", "channel", "kind", "value"]
    return pd.DataFrame(table, columns=columns).astype({"value": float})


def says(sentence):
    return pytest.raises(ValueError, match=f"^{re.escape(sentence)}$")


def by_name(frame, name="team"):
    return {(None if pd.isna(row[name]) else row[name]): row for row in frame.to_dict("records")}


WORK = log(
    ("Ana", 0, "contact"),
    ("Ana", 1, "work", 6.0, "phone", "north"),
    ("Ana", 2, "work", 4.0, "phone", "south"),  # on the same contact
    ("Ana", 3, "contact", None, "web"),
    ("Ana", 4, "work", 5.0, "web", "south"),
    ("Ana", 5, "work", 7.0, "phone", "north"),  # on the call, though the form came later
    ("Bo", 0, "contact", None, "web"),
    ("Bo", 1, "work", 8.0, "archive", "south"),  # no contact there: it is about the form
    ("Bo", 2, "work", None, "web", "north"),  # nobody wrote down how long
    ("Cy", 120, "work", 10.0, "archive"),  # about no contact at all
)


# --- handling ----------------------------------------------------------------------------


def test_minutes_of_contacts_and_issues():
    row = desk.handling(WORK).iloc[0]
    assert row.tolist() == [40, 3, 3, 40 / 3, 40 / 3]


def test_a_contact_on_which_two_teams_worked_counts_for_both():
    found = by_name(desk.handling(WORK, by="team"))
    assert list(found) == ["north", "south", None]
    assert [row["minutes"] for row in found.values()] == [13, 17, 10]
    assert [row["contacts"] for row in found.values()] == [1, 3, 0]
    assert [row["issues"] for row in found.values()] == [1, 2, 1]
    assert math.isnan(found[None]["minutes_per_contact"])  # work without any contact


def test_work_is_on_its_contacts_channel():
    found = by_name(desk.handling(WORK, by="channel"), "channel")
    assert {name: (row["minutes"], row["contacts"]) for name, row in found.items()} == {
        "archive": (10, 0),
        "phone": (17, 1),
        "web": (13, 2),
    }
    weeks = desk.handling(WORK, by="week")
    assert weeks["week"].tolist() == [pd.Timestamp("2024-04-29"), pd.Timestamp("2024-05-06")]
    assert weeks["minutes"].tolist() == [30, 10]


def test_handling_is_as_it_stood_at_the_end_of_the_observation():
    assert desk.handling(WORK, observed_until=at(1)).iloc[0]["minutes"] == 14
    early = desk.handling(WORK, observed_until=at(0)).iloc[0]  # nothing was done yet
    assert early[["minutes", "contacts"]].tolist() == [0, 0]
    assert math.isnan(early["minutes_per_contact"])


@pytest.mark.parametrize(
    "frame",
    [log(), log(("Ana", 0, "contact")), log(("Ana", 0, "contact"), ("Ana", 1, "work"))],
    ids=["empty", "no work", "no minutes"],
)
def test_where_no_minutes_are_recorded_they_are_missing(frame):
    row = desk.handling(frame).iloc[0]
    assert math.isnan(row["minutes"])
    assert row[["contacts", "issues"]].tolist() == [0, 0]
    assert math.isnan(desk.occupancy(frame, staff_hours=8)["occupancy"].iloc[0])
    assert math.isnan(desk.cost_per_contact(frame)["cost_per_contact"].iloc[0])
    assert math.isnan(desk.cost_to_serve(frame)["total"].iloc[0])
    for by in ("team", "week"):
        assert len(desk.handling(frame, by=by)) == 0


# --- occupancy ---------------------------------------------------------------------------


def test_occupancy_is_worked_by_staffed_minutes():
    row = desk.occupancy(WORK, staff_hours=2).iloc[0]
    assert row.tolist() == [40, 120, 1 / 3]
    assert desk.occupancy(WORK, staff_hours=0.5)["occupancy"].iloc[0] == pytest.approx(4 / 3)
    assert math.isinf(desk.occupancy(WORK, staff_hours=0)["occupancy"].iloc[0])


@pytest.mark.parametrize("kind", [dict, pd.Series])
def test_each_team_has_hours_of_its_own_and_those_without_work_are_idle(kind):
    hours = kind({"north": 1.0, "south": 0.25, "east": 3.0})
    table = desk.occupancy(WORK, staff_hours=hours, by="team")
    found = by_name(table)
    assert list(found) == ["north", "south", "east", None]
    assert found["north"]["occupancy"] == pytest.approx(13 / 60)
    assert found["south"]["occupancy"] == pytest.approx(17 / 15)  # above 1, and shown
    assert (found["east"]["worked_min"], found["east"]["occupancy"]) == (0, 0)
    assert math.isnan(found[None]["occupancy"])  # nobody knows that team's hours
    assert table["worked_min"].sum() == 40


def test_one_number_is_the_hours_of_each_group():
    table = desk.occupancy(WORK, staff_hours=1, by="team")
    assert table["occupancy"].tolist()[:2] == pytest.approx([13 / 60, 17 / 60])
    assert math.isnan(table["staffed_min"].iloc[2])


def test_hours_by_week_and_by_several_names():
    weeks = {"2024-04-29": 1, pd.Timestamp("2024-05-06"): 2, "2024-05-13": 3}
    table = desk.occupancy(WORK, staff_hours=weeks, by="week")
    assert table["occupancy"].tolist() == pytest.approx([0.5, 1 / 12, 0])
    assert table["week"].dtype == "datetime64[us]"
    named = WORK.assign(by=WORK["by"].fillna("east"))
    keys = [("north", "2024-04-29"), ("south", "2024-04-29"), ("east", "2024-05-06")]
    pairs = desk.occupancy(named, staff_hours=dict.fromkeys(keys, 1), by=["team", "week"])
    assert pairs["team"].tolist() == ["east", "north", "south"]
    assert pairs["occupancy"].tolist() == pytest.approx([10 / 60, 13 / 60, 17 / 60])


@pytest.mark.parametrize(
    ("hours", "by", "sentence"),
    [
        (-1, None, "staff_hours must be a finite number of at least 0, got -1"),
        ("8", None, "staff_hours must be a finite number of at least 0, got '8'"),
        ({"north": 1}, None, "staff_hours must be one number without by, got 1 groups: give by"),
        ({"north": 1}, "team", "staff_hours must name every group that worked, got none for 'south'"),
        (
            {"north": 1, "south": -2},
            "team",
            "staff_hours of 'south' must be a finite number of at least 0, got -2",
        ),
        ({"2024-04-30": 1}, "week", "week of staff_hours must be a Monday, got '2024-04-30'"),
        (
            {"2024-04-29": 1},
            "week",
            "staff_hours must name every group that worked, got none for 2024-05-06",
        ),
        ({"north": 1}, ["team", "week"], "staff_hours must be named by (team, week), got 'north'"),
    ],
)  # fmt: skip
def test_says_what_staff_hours_must_be(hours, by, sentence):
    with says(sentence):
        desk.occupancy(WORK, staff_hours=hours, by=by)


# --- money -------------------------------------------------------------------------------

MONEY = log(
    ("Ana", 0, "contact"),
    ("Ana", 1, "work", 10.0, "phone", "north"),
    ("Ana", 2, "close", None, "phone", "north"),
    ("Ana", 130, "contact", None, "web"),
    ("Ana", 131, "work", 20.0, "web", "south"),
    ("Ana", 132, "compensate", 50.0, "web"),
    ("Ana", 133, "resolve"),
    ("Bo", 0, "contact", None, "web"),
    ("Bo", 1, "abandon", None, "web"),
    ("Cy", 0, "failure", 400.0, "airport"),  # cost nothing so far: not served
)


def test_cost_per_contact_is_minutes_at_a_rate():
    row = desk.cost_per_contact(MONEY, cost_per_hour=60).iloc[0]
    assert row.to_dict() == {"contacts": 2, "cost": 30, "cost_per_contact": 15}
    assert desk.cost_per_contact(MONEY)["cost"].iloc[0] == 15  # assumed: 30 an hour
    teams = desk.cost_per_contact(MONEY, cost_per_hour=60, by="team")
    assert teams[["team", "cost"]].values.tolist() == [["north", 10], ["south", 20]]


def test_cost_to_serve_is_work_contacts_and_payments():
    row = desk.cost_to_serve(MONEY, cost_per_hour=60, cost_per_contact=2).iloc[0]
    assert row.to_dict() == {
        "work": 30,
        "fixed": 6,
        "paid": 50,
        "total": 86,
        "contacts": 3,
        "issues": 2,
        "resolved": 1,
        "per_contact": pytest.approx(86 / 3),
        "per_issue": 43,
        "per_resolved": 86,
    }


def test_an_issue_keeps_its_costs_together_where_it_began():
    table = desk.cost_to_serve(MONEY, cost_per_hour=60, cost_per_contact=2, by="channel")
    found = by_name(table, "channel")
    assert {name: row["total"] for name, row in found.items()} == {"phone": 84, "web": 2}
    assert math.isinf(found["web"]["per_resolved"])  # money spent, nothing solved
    teams = by_name(desk.cost_to_serve(MONEY, by="team"))
    assert {name: row["issues"] for name, row in teams.items()} == {"north": 1, None: 1}


def test_what_is_not_recorded_is_missing_and_the_rest_adds_up():
    work = MONEY[~MONEY["kind"].isin(["compensate", "resolve"])]
    row = desk.cost_to_serve(work, cost_per_hour=60).iloc[0]
    assert row["total"] == 30
    assert row[["paid", "resolved", "per_resolved"]].isna().all()


def test_a_log_without_contacts_says_nothing_about_them():
    row = desk.cost_to_serve(log(("Ana", 0, "work", 60.0)), cost_per_contact=2).iloc[0]
    assert row[["work", "total", "per_issue"]].tolist() == [30, 30, 30]
    assert row[["contacts", "fixed", "per_contact", "paid", "resolved"]].isna().all()


@pytest.mark.parametrize("name", ["cost_per_hour", "cost_per_contact"])
@pytest.mark.parametrize("cost", [-1, "3", float("nan")])
def test_says_what_costs_must_be(name, cost):
    with says(f"{name} must be a finite number of at least 0, got {cost!r}"):
        desk.cost_to_serve(MONEY, **{name: cost})
    if name == "cost_per_hour":
        with says(f"{name} must be a finite number of at least 0, got {cost!r}"):
            desk.cost_per_contact(MONEY, **{name: cost})


# --- all logs ----------------------------------------------------------------------------

ROWS = st.tuples(
    st.sampled_from([1, 2, 3]),
    st.integers(0, 300),
    st.sampled_from(["contact", "contact", "work", "work", "compensate", "close", "resolve"]),
    st.sampled_from([1.0, 2.0, 5.0]),
    st.sampled_from(["phone", "web", None]),
    st.sampled_from(["north", "south", None]),
)
LOGS = st.lists(ROWS, min_size=1, max_size=16).map(lambda rows: log(*rows))
BY = ["team", "channel", "week", ["team", "week"]]


@patiently
@given(LOGS)
def test_minutes_and_money_add_up_to_the_total(frame):
    frame = observe(frame)
    minutes = desk.handling(frame)["minutes"].fillna(0).iloc[0]
    whole = desk.cost_to_serve(frame, cost_per_contact=1).fillna(0).iloc[0]
    for by in BY:
        assert desk.handling(frame, by=by)["minutes"].sum() == pytest.approx(minutes)
        parts = desk.cost_to_serve(frame, cost_per_contact=1, by=by)
        for name in ("work", "fixed", "paid", "total", "contacts", "issues", "resolved"):
            assert parts[name].sum() == pytest.approx(whole[name])


@patiently
@given(LOGS)
def test_the_contact_of_work_is_that_of_a_plain_loop(frame):
    seen = observe(frame)
    rows = seen.log.assign(channel=seen.log["channel"].astype(object).fillna("none"))
    rows = rows.to_dict("records")
    worked = set()
    for i, row in enumerate(rows):
        before = [
            k
            for k, other in enumerate(rows[:i])
            if other["kind"] == "contact" and other["customer"] == row["customer"]
        ]
        same = [k for k in before if rows[k]["channel"] == row["channel"]]
        if row["kind"] == "work" and before:
            worked.add((same or before)[-1])
    assert desk.handling(frame)["contacts"].iloc[0] == len(worked)


@settings(patiently, max_examples=5)
@given(LOGS, st.data())
def test_the_order_of_rows_changes_nothing(frame, data):
    other = frame.iloc[data.draw(st.permutations(range(len(frame))))]
    for metric in (desk.handling, desk.cost_to_serve):
        assert_frame_equal(metric(other, by=BY[-1]), metric(frame, by=BY[-1]))


def test_the_log_that_was_given_stays_as_it_was():
    before = WORK.copy()
    desk.occupancy(WORK, staff_hours={"north": 1, "south": 1}, by="team")
    desk.cost_to_serve(WORK, by=["team", "week"])
    assert_frame_equal(WORK, before)


def test_numbered_customers_and_teams_give_the_same_minutes():
    many = np.random.default_rng(3)
    frame = log(*((int(many.integers(9)), i, "work", 1.0, "phone", i % 3) for i in range(30)))
    table = desk.occupancy(frame, staff_hours={0: 1, 1: 1, 2: 1, 7: 1}, by="team")
    assert table["team"].tolist() == [0, 1, 2, 7]
    assert table["worked_min"].tolist() == [10, 10, 10, 0]
