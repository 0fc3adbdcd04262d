"""The lenses by touchpoint and channel, and with links hidden: by hand and against the whole."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from cemlab import cases, lenses
from cemlab.observation import observe
from cemlab.sim import service_desk

patiently = settings(deadline=None, max_examples=15, derandomize=True)
DAY = pd.Timestamp("2024-05-01")
US, HER = "company", "customer"


def log(*rows):
    """Build a log from (customer, hour or span, actor, kind, channel, touchpoint, value)."""
    table = []
    for customer, hour, actor, kind, channel, *rest in rows:
        first, latest = hour if isinstance(hour, tuple) else (hour, None)
        touchpoint, value = (*rest, *[None, None][len(rest) :])
        table.append(
            {
                "customer": customer,
                "time": DAY + pd.Timedelta(hours=first),
                "latest": pd.NaT if latest is None else DAY + pd.Timedelta(hours=latest),
                "actor": actor,
                "kind": kind,
                "channel": channel,
                "touchpoint": touchpoint,
                "value": value,
            }
        )
    return pd.DataFrame(table or {"customer": [], "time": [], "actor": [], "kind": []})


TWO = log(
    ("Ana", 0, HER, "contact", "phone", "hotline"),
    ("Ana", 1, US, "answer", "phone", "hotline"),
    ("Ana", 2, US, "promise", "phone", "hotline", 60.0),
    ("Ana", 3, US, "close", "phone", "hotline"),
    ("Ana", 30, HER, "publish", "twitter"),
    ("Bo", 0, HER, "contact", "email", "mail room"),
    ("Bo", 40, US, "answer", "email", "mail room"),
    ("Bo", 41, US, "close", "email", "mail room"),
    ("Bo", 42, HER, "resolve", "email", "mail room"),
)


def busy(hours):
    """Return a run of a phone line and a Twitter desk with unsolved and given-up contacts."""
    channels = {
        "phone": service_desk.Channel(agents=5, service_min=5, solve=0.7, patience_min=5),
        "twitter": service_desk.Channel(agents=1, service_min=4, solve=0.7),
    }
    habits = service_desk.Habits(promise=0.5, kept=0.5, public=0.1, public_channel="twitter")
    arrivals = {"phone": 60, "twitter": 10}
    return service_desk.simulate(
        arrivals_per_hour=arrivals, channels=channels, habits=habits, hours=hours, rng=1
    )


def test_groups_worked_out_by_hand():
    table = lenses.by_group(TWO, by="channel").set_index("channel")
    wanted = {
        "contacts": [1, 1, 0],
        "journeys": [1, 1, 1],
        "in_time_low": [0.0, 1.0, np.nan],
        "closed_low": [1.0, 1.0, 1.0],
        "resolved_low": [1.0, 0.0, 0.0],
        "promises_broken_low": [0.0, 1.0, 1.0],
        "public_low": [0.0, 1.0, 1.0],
        "hurt": [0, 1, 1],
        "crm": ["red", "green", "grey"],
        "cem": ["green", "red", "red"],
    }
    assert table.index.tolist() == ["email", "phone", "twitter"]
    for name, values in wanted.items():
        assert table[name].fillna(-1).tolist() == pd.Series(values).fillna(-1).tolist(), name


def test_disagreements_are_both_ways_and_the_worst_comes_first():
    more = TWO.assign(customer=TWO["customer"].replace({"Ana": "Cem", "Bo": "Dot"}))
    third = TWO[TWO["customer"] == "Ana"].assign(customer="Eve")
    table = lenses.disagreements(pd.concat([TWO, more, third]))
    assert table[["touchpoint", "channel", "hurt"]].values.tolist() == [
        ["hotline", "phone", 3],
        ["mail room", "email", 0],
    ]
    assert table["sentence"].tolist() == [
        "hotline, phone: 100% answered within 24 hours and 100% closed; "
        "3 journeys: 100% unresolved, 3 promises broken, 3 gone public.",
        "mail room, email: 0% answered within 24 hours and 100% closed; "
        "2 journeys: all resolved, no promise broken, none public.",
    ]


def test_rows_without_a_group_are_a_group_without_a_name():
    table = lenses.by_group(TWO)
    assert table["touchpoint"].isna().tolist() == [False, False, True]
    assert table["channel"].tolist() == ["phone", "email", "twitter"]
    assert lenses.disagreements(log(*[("Ana", 0, HER, "contact", None)])).empty


@pytest.mark.parametrize("slug", ["united-breaks-guitars", "maytag", "netgear"])
@pytest.mark.parametrize("until", [None, "2009-07-05"])
def test_one_group_of_everything_is_the_comparison(slug, until):
    events = cases.load(slug).events().assign(all="all")
    one = lenses.by_group(events, by="all", observed_until=until)
    whole = lenses.compare(events, observed_until=until).set_index("metric")
    if one.empty:
        assert (whole["n"] == 0).all()
        return
    pairs = {
        "in_time": "answered in time",
        "closed": "issues closed",
        "resolved": "journeys resolved",
        "promises_broken": "promises broken",
        "public": "gone public",
    }
    for name, metric in pairs.items():
        for end in ("low", "high"):
            wanted = pytest.approx(whole.loc[metric, end], nan_ok=True)
            assert one[f"{name}_{end}"].iloc[0] == wanted, (name, end)


def test_contacts_by_channel_add_up_and_a_part_sees_what_the_whole_records():
    run = busy(4)
    seen = observe(run.events)
    table = lenses.by_group(seen, by="channel")
    assert table["contacts"].sum() == len(seen.waits)
    assert table["journeys"].sum() >= len(seen.journeys)
    for row in table.to_dict("records"):
        mine = (seen.log["channel"] == row["channel"]).to_numpy()
        part = lenses.compare(seen.part(mine)).set_index("metric")
        assert row["contacts"] == part.loc["answered in time", "n"]
        assert part.loc["promises broken", "colour"] != "grey"


@patiently
@given(st.permutations(list(TWO.index)))
def test_results_do_not_depend_on_the_order_of_rows(order):
    assert_frame_equal(lenses.by_group(TWO.iloc[order]), lenses.by_group(TWO))
    assert_frame_equal(lenses.disagreements(TWO.iloc[order]), lenses.disagreements(TWO))


def test_uncertain_times_leave_a_promise_open_between_kept_and_broken():
    frame = log(
        ("Ana", 0, HER, "contact", "phone"),
        ("Ana", 1, US, "promise", "phone", None, 60.0),
        ("Ana", (1, 5), US, "callback", "phone"),
        ("Ana", 9, HER, "contact", "phone"),
    )
    row = lenses.by_group(frame, by="channel").iloc[0]
    assert (row["promises_broken_low"], row["promises_broken_high"]) == (0, 1)
    measure = lenses.compare(frame).set_index("metric").loc["promises broken"]
    assert measure[["low", "high", "colour"]].tolist() == [0, 1, "unsure"]


def test_a_contact_is_the_teams_that_answered_it_and_else_nobodys():
    frame = log(
        ("Ana", 0, HER, "contact", "phone"),
        ("Ana", 1, US, "answer", "phone"),
        ("Bo", 0, HER, "contact", "email"),
        ("Cem", 0, HER, "contact", "email"),
        ("Cem", 50, US, "answer", "email"),
    ).assign(by=[None, "Red", None, None, "Blue"])
    table = lenses.by_group(frame, by="by")
    assert table["by"].fillna("nobody").tolist() == ["Blue", "Red", "nobody"]
    assert table["contacts"].tolist() == [1, 1, 1]
    assert table["in_time_low"].tolist() == [0.0, 1.0, 0.0]
    both = lenses.by_group(frame, by=["channel", "by"])
    assert both[["channel", "by"]].fillna("nobody").values.tolist() == [
        ["email", "Blue"],
        ["email", "nobody"],
        ["phone", "Red"],
    ]


def test_sentences_leave_out_what_is_not_recorded():
    frame = log(
        ("Ana", 0, HER, "contact", "phone"),
        ("Ana", 99, US, "answer", "phone"),
        ("Ana", 100, HER, "resolve", "phone"),
    )
    assert lenses.disagreements(frame)["sentence"].tolist() == [
        "phone: 0% answered within 24 hours; 1 journey: all resolved."
    ]


def test_who_gave_up_is_nobodys():
    frame = log(
        ("Ana", 0, HER, "contact", "phone"),
        ("Ana", 0.1, HER, "abandon", "phone"),
        ("Ana", 1, US, "answer", "phone"),
    ).assign(by=[None, "line 1", "Max"])
    table = lenses.by_group(frame, by="by").set_index("by")
    assert table["contacts"].to_dict()["Max"] == 0
    assert table["contacts"].sum() == table.loc[table.index.isna(), "contacts"].iloc[0] == 1


def test_an_empty_log_has_no_groups():
    assert lenses.by_group(log()).empty
    assert lenses.disagreements(log()).empty
    assert "sentence" in lenses.disagreements(log())


@pytest.mark.parametrize("look", [lenses.by_group, lenses.disagreements])
def test_unknown_groups_are_refused(look):
    with pytest.raises(ValueError, match=r"by must be one of .*channel.*, got 'shop'"):
        look(TWO, by="shop")


# --- links hidden ---------------------------------------------------------------------


def test_at_share_0_it_is_the_comparison_and_then_more_strangers():
    table = lenses.by_linkage(TWO, [0, 1], rng=1)
    truth = table[table["share"] == 0].drop(columns="share").reset_index(drop=True)
    assert_frame_equal(truth.iloc[:-2], lenses.compare(TWO))
    known = table[table["metric"] == "customers known"].set_index("share")["value"]
    assert known.to_dict() == {0.0: 2.0, 1.0: 3.0}  # Ana's tweet is a stranger's
    assert table["share"].value_counts().tolist() == [len(truth)] * 2


def test_only_people_seen_by_then_are_known():
    early = log(("Ana", 0, HER, "contact", "phone"), ("Bo", 99, HER, "contact", "phone"))
    table = lenses.by_linkage(early, [0, 1], rng=1, observed_until=DAY + pd.Timedelta(hours=9))
    known = table[table["metric"].isin(["customers known", "journeys seen"])]
    assert known["value"].tolist() == [1.0] * 4


def test_the_same_luck_hides_the_same_links():
    run = busy(2).events
    a, b = (lenses.by_linkage(run, [0.5], rng=3) for _ in range(2))
    assert_frame_equal(a, b)
    with pytest.raises(ValueError, match=r"share must be .*, got 1\.5"):
        lenses.by_linkage(run, [1.5], rng=1)
