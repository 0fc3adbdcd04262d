"""How soon the desk answers and closes: small logs counted by hand, and many by a plain loop."""

import math
import re

import numpy as np
import pandas as pd
import pytest

from cemlab.crm import desk
from cemlab.observation import observe

DAY = pd.Timestamp("2024-05-01")  # a Wednesday
US, HER = "company", "customer"


def log(*rows):
    """Build a log from (customer, hour or (hour, latest hour), actor, kind, extras)."""
    table = []
    for customer, hour, actor, kind, *extras in rows:
        first, latest = hour if isinstance(hour, tuple) else (hour, None)
        row = {"customer": customer, "actor": actor, "kind": kind, "channel": "phone"}
        row["time"] = DAY + pd.Timedelta(hours=first)
        row["latest"] = None if latest is None else DAY + pd.Timedelta(hours=latest)
        table.append(row | {"by": None, "touchpoint": None} | (extras[0] if extras else {}))
    columns = ["customer", "time", "latest", "actor", "by", "channel", "touchpoint", "kind"]
    return pd.DataFrame(table, columns=columns)


def at(hour):
    return DAY + pd.Timedelta(hours=hour)


def by_name(frame, name="team"):
    """Return the rows as dicts by group, the missing name as None."""
    rows = frame.to_dict("records")
    return {(None if pd.isna(row[name]) else row[name]): row for row in rows}


NORTH, SOUTH = {"by": "north"}, {"by": "south"}
WEB = {"channel": "web", "touchpoint": "form"}
CALLS = log(
    ("Ana", 0, HER, "contact"),
    ("Ana", 1, US, "answer", NORTH),
    ("Bo", 0, HER, "contact"),
    ("Bo", 3, US, "answer", NORTH),
    ("Cy", 120, HER, "contact", WEB),  # the Monday after
    ("Cy", 122, US, "answer", WEB | SOUTH),
    ("Di", 0, HER, "contact"),
    ("Di", 1, HER, "abandon", {"by": "Di"}),
    ("Ed", 130, HER, "contact", WEB),
    ("Fay", 1, US, "work", NORTH),
)


# --- groups ------------------------------------------------------------------------------


def level(**options):
    return desk.service_level(CALLS, minutes=60, observed_until=at(131), **options)


def test_a_team_is_who_answered_and_nobody_answered_is_a_group_without_a_name():
    found = by_name(level(by="team"))
    assert list(found) == ["north", "south", None]
    shares = {name: (row["low"], row["high"], row["n"]) for name, row in found.items()}
    assert shares == {"north": (0.5, 0.5, 2), "south": (0.0, 0.0, 1), None: (0.0, 0.0, 2)}


def test_channel_touchpoint_and_week_are_those_of_the_contact():
    assert level(by="channel")[["channel", "n"]].values.tolist() == [["phone", 3], ["web", 2]]
    places = by_name(level(by="touchpoint"), "touchpoint")
    assert {name: row["n"] for name, row in places.items()} == {"form": 2, None: 3}
    weeks = level(by="week")
    assert weeks["week"].tolist() == [pd.Timestamp("2024-04-29"), pd.Timestamp("2024-05-06")]
    assert weeks["week"].dtype == "datetime64[us]"
    assert weeks["n"].tolist() == [3, 2]


def test_a_week_goes_from_monday_to_sunday_also_before_1970():
    times = ["1969-12-28 23:59", "1969-12-29", "1970-01-04 23:59", "1970-01-05"]
    calls = pd.DataFrame({"customer": range(4), "time": times, "actor": HER, "kind": "contact"})
    calls.loc[4] = [0, "1970-01-06", US, "answer"]
    weeks = desk.service_level(calls, minutes=1, by="week")
    mondays = ["1969-12-22", "1969-12-29", "1970-01-05"]
    assert weeks["week"].astype(str).tolist() == mondays
    assert weeks["n"].tolist() == [1, 2, 1]


def test_several_names_make_a_group_each_combination_that_there_is():
    table = level(by=["channel", "team"])
    assert table.columns.tolist() == ["channel", "team", "low", "high", "n"]
    rows = table.astype(object).where(table.notna(), None)[["channel", "team", "n"]]
    expected = [
        ["phone", "north", 2],
        ["phone", None, 1],
        ["web", "south", 1],
        ["web", None, 1],
    ]
    assert rows.values.tolist() == expected


def test_teams_may_be_numbers_and_come_in_their_order():
    numbered = CALLS.assign(by=CALLS["by"].map({"north": 10, "south": 9}))
    found = desk.service_level(numbered, minutes=60, by="team")
    assert found["team"].tolist()[:2] == [9, 10]


@pytest.mark.parametrize("by", ["agent", [], ["team", "agent"], ["team", "team"], 3, {"team"}])
def test_says_what_by_must_be(by):
    sentence = f"by must be one or several of team, channel, touchpoint, week, got {by!r}"
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        desk.service_level(CALLS, minutes=60, by=by)
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        desk.handling(CALLS, by=by)


def test_without_recorded_answers_there_is_no_group():
    silent = CALLS[CALLS["kind"] == "contact"]
    for by in ("team", "week", ["channel", "week"]):
        table = desk.service_level(silent, minutes=60, by=by)
        assert len(table) == 0
        names = [by] if isinstance(by, str) else by
        assert table.columns.tolist() == [*names, "low", "high", "n"]


# --- the company's reading of waits ------------------------------------------------------


def test_first_response_counts_answered_contacts_only_and_says_how_many_were_not():
    row = desk.first_response(CALLS, observed_until=at(131)).iloc[0]
    assert row[["answered", "abandoned", "open"]].tolist() == [3, 1, 1]
    for bound in ("low", "high"):  # 60, 120 and 180 minutes
        assert row[f"median_{bound}_min"] == 120
        assert row[f"mean_{bound}_min"] == 120
        assert row[f"p90_{bound}_min"] == pytest.approx(168)  # 0.8 of the way from 120 to 180


def test_a_desk_that_leaves_the_slow_ones_unanswered_looks_faster():
    slow = CALLS[~((CALLS["customer"] == "Bo") & (CALLS["kind"] == "answer"))]
    rows = [desk.first_response(frame).iloc[0] for frame in (CALLS, slow)]
    assert rows[0]["mean_low_min"] == 120
    assert rows[1]["mean_low_min"] == 90
    assert rows[1]["open"] == rows[0]["open"] + 1


def test_uncertain_times_give_a_span_of_minutes():
    calls = log(("Ana", (0, 1), HER, "contact"), ("Ana", (2, 4), US, "answer"))
    row = desk.first_response(calls).iloc[0]
    for name in ("median", "mean", "p90"):
        assert (row[f"{name}_low_min"], row[f"{name}_high_min"]) == (60, 240)


def test_first_response_by_team_keeps_the_unanswered_without_minutes():
    found = by_name(desk.first_response(CALLS, by="team", observed_until=at(131)))
    assert found["north"]["median_low_min"] == 120
    assert found["south"]["p90_high_min"] == 120
    assert (found[None]["answered"], found[None]["abandoned"], found[None]["open"]) == (0, 1, 1)
    assert math.isnan(found[None]["median_low_min"])
    assert math.isnan(found[None]["mean_high_min"])


def test_a_log_that_records_no_answers_has_no_waits():
    row = desk.first_response(log(("Ana", 0, HER, "contact"))).iloc[0]
    assert row[["answered", "abandoned", "open"]].tolist() == [0, 0, 0]
    assert row.drop(["answered", "abandoned", "open"]).isna().all()


def test_quantiles_are_numpys():
    rng = np.random.default_rng(5)
    waits = rng.exponential(20, 200).round(3)
    rows = [
        row
        for i, wait in enumerate(waits)
        for row in ((i, 0, HER, "contact"), (i, wait / 60, US, "answer", {"by": f"t{i % 3}"}))
    ]
    calls = log(*rows)
    exact = observe(calls).waits["wait_low_min"].to_numpy()
    row = desk.first_response(calls).iloc[0]
    assert row["median_low_min"] == pytest.approx(np.median(exact))
    assert row["p90_low_min"] == pytest.approx(np.quantile(exact, 0.9))
    for team, found in by_name(desk.first_response(calls, by="team")).items():
        own = exact[int(team[1]) :: 3]
        assert found["p90_high_min"] == pytest.approx(np.quantile(own, 0.9))
        assert found["mean_low_min"] == pytest.approx(own.mean())


# --- closed in time ----------------------------------------------------------------------

FILES = log(
    ("Ana", 0, HER, "failure"),
    ("Ana", 1, HER, "contact"),
    ("Ana", 25, US, "close", NORTH),  # 24 hours after the contact
    ("Ana", 26, HER, "contact"),
    ("Ana", 49, US, "close", SOUTH),  # it was closed already
    ("Bo", 0, HER, "contact", WEB),
    ("Bo", 10, US, "close", NORTH),
    ("Bo", 20, HER, "reopen"),
    ("Bo", 40, US, "close", SOUTH),  # 40 hours
    ("Cy", 0, HER, "contact"),  # open for 50 hours
    ("Di", 45, HER, "contact"),  # open for 5
    ("Ed", 0, US, "failure"),
    ("Ed", 12, US, "close"),  # 12 hours after the first row
)


def resolved(hours, frame=FILES, **options):
    return desk.resolution(frame, hours=hours, **({"observed_until": at(50)} | options))


@pytest.mark.parametrize(
    ("hours", "low", "high"),
    [(11, 0, 0.2), (12, 0.2, 0.4), (24, 0.4, 0.6), (40, 0.6, 0.8), (51, 0.6, 1.0), (5, 0, 0)],
)
def test_resolution_runs_from_the_first_contact_to_the_closing_that_stands(hours, low, high):
    row = resolved(hours).iloc[0]
    assert (row["low"], row["high"]) == pytest.approx((low, high))
    assert row[["closed", "open", "n"]].tolist() == [3, 2, 5]
    assert (row["median_low_h"], row["median_high_h"]) == (24, 24)


def test_resolution_by_team_and_week():
    found = by_name(resolved(24, by="team"))
    assert {name: (row["low"], row["n"]) for name, row in found.items()} == {
        "north": (1.0, 1),
        "south": (0.0, 1),
        None: (1 / 3, 3),  # Ed's closing names no team; Cy's and Di's issues are open
    }
    weeks = resolved(24, log(*((c, 24 * c, HER, "contact") for c in range(10)), (0, 5, US, "close")),
                     by="week", observed_until=None)  # fmt: skip
    assert weeks[["closed", "open", "n"]].values.tolist() == [[1, 4, 5], [0, 5, 5]]


def test_uncertain_closings_count_for_high_only():
    files = log(("Ana", (0, 2), HER, "contact"), ("Ana", (10, 14), US, "close"))
    row = resolved(9, files, observed_until=None).iloc[0]
    assert row[["low", "high", "median_low_h", "median_high_h"]].tolist() == [0, 1, 8, 14]
    row = resolved(9, files, observed_until=at(12)).iloc[0]  # it may not be closed yet
    assert row[["low", "high", "closed", "open"]].tolist() == [0, 1, 0, 1]
    assert math.isnan(row["median_low_h"])


def test_without_recorded_closings_resolution_is_missing():
    row = resolved(24, CALLS, observed_until=None).iloc[0]
    assert row.drop(["closed", "open", "n"]).isna().all()
    assert row[["closed", "open", "n"]].tolist() == [0, 0, 0]
    assert len(resolved(24, CALLS, by="team", observed_until=None)) == 0


@pytest.mark.parametrize("hours", [-1, float("nan"), "20", True, None])
def test_says_what_hours_must_be(hours):
    sentence = f"hours must be a finite number of at least 0, got {hours!r}"
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        resolved(hours)


def test_who_gave_up_has_no_team_even_if_somebody_noted_it():
    calls = log(
        ("Ana", 0, HER, "contact"),
        ("Ana", 1, HER, "abandon", NORTH),
        ("Bo", 0, HER, "contact"),
        ("Bo", 2, US, "answer", SOUTH),
    )
    for table in (
        desk.service_level(calls, minutes=60, by="team"),
        desk.first_response(calls, by="team"),
    ):
        assert list(by_name(table)) == ["south", None]


def test_where_only_giving_up_is_recorded_it_is_counted():
    row = desk.first_response(log(("Ana", 0, HER, "contact"), ("Ana", 1, HER, "abandon"))).iloc[0]
    assert row[["answered", "abandoned", "open"]].tolist() == [0, 1, 0]
    assert row.drop(["answered", "abandoned", "open"]).isna().all()


def test_an_answer_that_may_come_later_has_no_longest_wait():
    calls = log(
        ("Ana", 0, HER, "contact"),
        ("Ana", (1, 9), US, "answer"),
        ("Bo", 0, HER, "contact"),
        ("Bo", 2, US, "answer"),
        ("Cy", 0, HER, "contact"),
        ("Cy", (2, 9), US, "answer"),
    )
    row = desk.first_response(calls, observed_until=at(3)).iloc[0]
    assert row[["median_low_min", "mean_low_min"]].tolist() == [120, 100]
    for name in ("median", "mean", "p90"):
        assert row[f"{name}_high_min"] == math.inf
    one = desk.first_response(calls[2:], observed_until=at(3)).iloc[0]
    assert one["median_high_min"] == math.inf  # between two hours and for ever
    assert desk.first_response(calls[2:4]).iloc[0]["median_high_min"] == 120
