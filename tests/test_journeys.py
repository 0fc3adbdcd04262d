"""Journeys: whole stories counted by hand, and many small ones by a plain loop."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from cemlab import events
from cemlab.cem import journeys as cem

patiently = settings(deadline=None, max_examples=25, derandomize=True)
DAY = pd.Timestamp("2024-05-01")
COLUMNS = {
    "first": "datetime64[us]",
    "last": "datetime64[us]",
    "elapsed_low_h": "float64",
    "elapsed_h": "float64",
    "contacts": "Int64",
    "handoffs": "Int64",
    "switches": "Int64",
    "repeats": "Int64",
    "promises_broken": "Int64",
    "resolved": "boolean",
    "closed": "boolean",
    "public": "boolean",
    "audience": "float64",
    "censored": "bool",
}
US, HER = "company", "customer"


def at(hour):
    return DAY + pd.Timedelta(hours=hour)


def log(*rows):
    """Build a log from (hour or (hour, latest hour), actor, kind, channel, value, extras)."""
    table = []
    for hour, actor, kind, *rest in rows:
        first, latest = hour if isinstance(hour, tuple) else (hour, None)
        channel, value, extras = (*rest, *[None, None, {}][len(rest) :])
        row = {
            "customer": "Ana",
            "issue": 1,
            "time": at(first),
            "latest": pd.NaT if latest is None else at(latest),
            "actor": actor,
            "channel": channel,
            "kind": kind,
            "value": value,
        }
        table.append(row | extras)
    return pd.DataFrame(table or {"customer": [], "time": [], "actor": [], "kind": []})


def journey(*rows, until=None):
    """Return the only journey of a log as a dict; missing values as None."""
    table = cem.journeys(log(*rows), observed_until=None if until is None else at(until))
    assert len(table) == 1
    row = table.iloc[0]
    return {name: None if pd.isna(row[name]) else row[name] for name in table.columns}


def column(name, *rows, until=None):
    return journey(*rows, until=until)[name]


STORY = (
    (0, US, "failure", "airport", 1200.0),
    (1, HER, "contact", "airport", 3.0),
    (2, HER, "contact", "phone"),
    (2, US, "answer", "phone", 0.0),
    (3, US, "transfer", "phone"),
    (4, US, "transfer", "phone"),
    (5, US, "promise", "phone", 120.0),  # due at 7: broken
    (10, US, "close", "phone"),
    (24, HER, "contact", "youtube", 20.0),
    (24, HER, "publish", "youtube", 500.0),
    (25, US, "promise", "phone", 600.0),  # due at 35: kept
    (30, US, "callback", "phone"),
    (48, HER, "publish", "youtube", 90.0),
    (72, HER, "resolve", "phone"),
)


# --- one whole story -----------------------------------------------------------------------


def test_a_journey_counted_by_hand():
    assert journey(*STORY) == {
        "customer": "Ana",
        "issue": 1,
        "first": at(0),
        "last": at(72),
        "elapsed_low_h": 72.0,
        "elapsed_h": 72.0,
        "contacts": 4,  # airport, phone, two posts (one noted with its contact)
        "handoffs": 2,
        "switches": 2,  # airport to phone, phone to youtube
        "repeats": 3,
        "promises_broken": 1,
        "resolved": True,
        "closed": True,
        "public": True,
        "audience": 500.0,
        "censored": False,
    }


def test_the_same_journey_seen_before_it_went_public():
    assert journey(*STORY, until=12) == {
        "customer": "Ana",
        "issue": 1,
        "first": at(0),
        "last": at(10),
        "elapsed_low_h": 12.0,
        "elapsed_h": 12.0,
        "contacts": 2,
        "handoffs": 2,
        "switches": 1,
        "repeats": 1,
        "promises_broken": 1,
        "resolved": False,
        "closed": True,
        "public": False,
        "audience": 3.0,
        "censored": True,
    }


def test_every_journey_has_its_row_and_every_column_its_type():
    frame = log(*STORY, (9, HER, "contact", "web", None, {"issue": 2}))
    frame = pd.concat([frame, frame[1:2].assign(customer="Bo")])
    table = cem.journeys(frame)
    assert table[["customer", "issue"]].values.tolist() == [["Ana", 1], ["Ana", 2], ["Bo", 1]]
    assert table["contacts"].tolist() == [4, 1, 1]
    types = table.dtypes.astype(str).to_dict()
    assert {name: types[name] for name in COLUMNS} == COLUMNS
    assert list(types)[2:] == list(COLUMNS)


# --- how long -------------------------------------------------------------------------------


def test_elapsed_begins_with_the_failure_or_else_with_the_first_event():
    assert column("elapsed_h", (0, HER, "purchase"), (5, US, "failure"), (9, HER, "resolve")) == 4.0
    assert column("elapsed_h", (2, HER, "contact"), (5, HER, "contact"), (9, HER, "resolve")) == 7.0
    assert column("elapsed_h", (1, US, "failure"), (5, US, "failure"), (9, HER, "resolve")) == 8.0


def test_elapsed_lasts_until_the_solution_or_else_until_the_end_of_the_observation():
    told = ((0, US, "failure"), (9, HER, "resolve"), (20, HER, "contact"))
    assert column("elapsed_h", *told) == 9.0
    assert column("elapsed_h", *told, until=5) == 5.0
    assert column("elapsed_h", *told[:1], until=100) == 100.0


def test_a_journey_that_was_taken_up_again_goes_on():
    again = ((0, US, "failure"), (9, HER, "resolve"), (12, HER, "reopen"))
    assert column("resolved", *again, until=30) == 0
    assert column("elapsed_h", *again, until=30) == 30.0
    assert column("censored", *again, until=30)
    assert column("elapsed_h", *again, (40, HER, "resolve"), until=50) == 40.0


@pytest.mark.parametrize(
    ("failure", "solution", "low", "high"),
    [
        ((0, 10), 50, 40, 50),
        (0, (50, 70), 50, 70),
        ((0, 10), (50, 70), 40, 70),
        ((0, 60), (50, 70), 0, 70),
    ],
)
def test_uncertain_times_give_two_lengths(failure, solution, low, high):
    told = journey((failure, US, "failure"), (solution, HER, "resolve"))
    assert (told["elapsed_low_h"], told["elapsed_h"]) == (low, high)


def test_an_uncertain_beginning_gives_two_lengths_also_while_it_goes_on():
    told = journey(((0, 10), US, "failure"), until=50)
    assert (told["elapsed_low_h"], told["elapsed_h"]) == (40, 50)


def test_no_journey_is_longer_than_the_observation():
    told = journey((0, US, "failure"), ((20, 90), HER, "resolve"), until=50)
    assert (told["elapsed_low_h"], told["elapsed_h"]) == (20, 50)
    assert told["last"] <= at(50)


# --- how often told --------------------------------------------------------------------------


def test_a_post_is_a_contact_and_with_its_contact_it_is_one():
    post = (1, HER, "publish", "web")
    assert column("contacts", post) == 1
    assert column("contacts", post, (1, HER, "contact", "web")) == 1
    assert column("contacts", post, (2, HER, "contact", "web")) == 2


def test_what_others_tell_is_no_contact():
    told = ((0, HER, "contact"), (1, "public", "share"), (2, "public", "publish"))
    assert column("contacts", *told, (3, US, "contact")) == 1


def test_repeats_are_the_contacts_after_the_first():
    assert column("repeats", (0, HER, "contact")) == 0
    assert column("repeats", *[(h, HER, "contact") for h in range(4)]) == 3
    both = log((0, HER, "contact"), (0, US, "failure", None, None, {"customer": "Bo"}))
    assert cem.journeys(both)["repeats"].tolist() == [0, 0]


def test_a_switch_is_a_change_of_channel_from_contact_to_contact():
    def by(*channels):
        return column("switches", *[(h, HER, "contact", c) for h, c in enumerate(channels)])

    assert by("phone") == 0
    assert by("phone", "phone") == 0
    assert by("phone", "web", "web", "phone") == 2
    assert by(None) is None
    answered_elsewhere = ((0, HER, "contact", "phone"), (1, US, "answer", "email"))
    assert column("switches", *answered_elsewhere, (2, HER, "contact", "phone")) == 0


def test_a_contact_on_an_unknown_channel_is_no_switch():
    told = [(h, HER, "contact", c) for h, c in enumerate(["phone", None, "phone"])]
    assert column("switches", *told) == 0


def test_a_switch_is_within_a_journey():
    two = log((0, HER, "contact", "phone"), (1, HER, "contact", "web", None, {"customer": "Bo"}))
    assert cem.journeys(two)["switches"].tolist() == [0, 0]


def test_a_handoff_is_a_transfer():
    told = ((0, HER, "contact"), (1, US, "transfer"), (2, US, "transfer"))
    assert column("handoffs", *told) == 2
    assert column("handoffs", *told, until=1) == 1
    assert column("handoffs", *told, until=0.5) == 0


def test_the_audience_is_the_largest_the_customer_named():
    told = ((0, HER, "contact", None, 7.0), (1, HER, "publish", None, 3.0))
    assert column("audience", *told) == 7.0
    assert column("audience", *told, (2, "public", "share", None, 9e6)) == 7.0
    assert column("audience", (0, HER, "contact"), (1, HER, "decline", None, 50.0)) is None


def test_public_is_what_the_customer_posts():
    assert column("public", (0, HER, "publish"))
    by_others = ((0, HER, "contact"), (1, "public", "publish"), (2, "rival", "publish"))
    assert column("public", *by_others) == 0


# --- promises -----------------------------------------------------------------------------


def broken(*rows, until=100):
    return column("promises_broken", *rows, until=until)


PROMISE = (0, US, "promise", None, 120.0)  # due at 2


@pytest.mark.parametrize("kind", ["callback", "resolve"])
@pytest.mark.parametrize(("hour", "count"), [(0, 0), (1, 0), (2, 0), (2.5, 1), (50, 1)])
def test_a_promise_is_kept_by_a_callback_or_a_solution_in_time(kind, hour, count):
    assert broken(PROMISE, (hour, US if kind == "callback" else HER, kind)) == count


@pytest.mark.parametrize("kind", ["answer", "close", "acknowledge", "contact", "compensate"])
def test_nothing_else_keeps_a_promise(kind):
    assert broken(PROMISE, (1, US, kind)) == 1


def test_a_promise_that_nobody_kept_is_broken_once_its_time_has_passed():
    assert broken(PROMISE, until=3) == 1
    assert broken(PROMISE, until=1) == 0  # not due yet
    assert broken(PROMISE, (50, US, "callback"), until=1) == 0


def test_a_callback_before_the_promise_does_not_keep_it():
    assert broken((0, US, "callback"), (1, US, "promise", None, 60.0)) == 1


def test_each_promise_counts_and_one_callback_may_keep_several():
    three = [(h, US, "promise", None, 120.0) for h in (0, 1, 10)]
    assert broken(*three) == 3
    assert broken(*three, (1.5, US, "callback")) == 1
    assert broken(*three, (2.5, US, "callback")) == 2
    assert broken(*three, (2.5, US, "callback"), (11, US, "callback")) == 1


def test_a_callback_on_another_issue_keeps_nothing():
    frame = log(PROMISE, (1, US, "callback", None, None, {"issue": 2}), (9, HER, "contact"))
    assert cem.journeys(frame)["promises_broken"].tolist() == [1, 0]


def test_a_promise_without_a_due_time_cannot_be_broken():
    known = log((0, US, "promise"), (*PROMISE[:-1], 120.0, {"customer": "Bo"}), (9, HER, "contact"))
    assert cem.journeys(known)["promises_broken"].tolist() == [0, 1]


@pytest.mark.parametrize(
    ("promise", "callback", "count"),
    [
        ((0, 5), 6, 0),  # made at 5 it was due at 7
        ((0, 5), 8, 1),
        (0, (1, 9), 0),  # it may have come at 1
        (0, (3, 9), 1),
        ((0, 5), (7, 9), 0),
    ],
)
def test_uncertain_times_give_the_company_the_benefit_of_the_doubt(promise, callback, count):
    assert broken((promise, US, "promise", None, 120.0), (callback, US, "callback")) == count


def test_the_benefit_of_the_doubt_holds_whatever_else_was_called():
    calls = ((5, US, "callback"), ((1, 9), US, "callback"))
    assert broken(PROMISE, calls[1]) == 0
    assert broken(PROMISE, *calls) == 0


# --- closed and resolved ---------------------------------------------------------------------


def test_the_customers_word_and_the_companys_are_two_things():
    told = ((0, HER, "contact"), (1, US, "close"))
    assert journey(*told, (2, HER, "contact"))["closed"]
    assert column("resolved", *told) is None
    assert journey(*told, (2, HER, "resolve"))["resolved"]
    only_resolved = journey((0, HER, "contact"), (1, HER, "resolve"))
    assert only_resolved["resolved"]
    assert only_resolved["closed"] is None


@pytest.mark.parametrize(("kind", "flag"), [("resolve", "resolved"), ("close", "closed")])
def test_reopening_undoes_both_words_until_they_are_said_again(kind, flag):
    who = WORD_OF.get(kind, HER)
    told = [(0, who, kind), (1, HER, "reopen"), (2, who, kind)]
    assert [bool(column(flag, *told, until=u)) for u in (0, 1, 2)] == [True, False, True]
    assert not column(flag, (0, who, kind), (0, HER, "reopen"))


def test_a_journey_is_censored_unless_it_is_resolved():
    assert column("censored", (0, HER, "contact"))
    assert column("censored", (0, HER, "contact"), (1, US, "close"))
    assert not column("censored", (0, HER, "contact"), (1, HER, "resolve"))
    assert column("censored", (0, HER, "contact"), (9, HER, "resolve"), until=5)


# --- not recorded ------------------------------------------------------------------------------

WORD_OF = {"close": US, "promise": US}
"""Kinds that only the company can say; here the customer says the others."""

NEEDS = {
    "contacts": {"contact", "publish"},
    "repeats": {"contact", "publish"},
    "handoffs": {"transfer"},
    "promises_broken": {"promise"},
    "resolved": {"resolve"},
    "closed": {"close"},
    "public": {"publish"},
}


@pytest.mark.parametrize(
    ("actor", "kind"),
    [(WORD_OF.get(kind, HER), kind) for kind in events.KINDS]
    + [(US, "contact"), ("public", "publish")],
)
def test_a_log_of_one_event_knows_what_it_records_and_no_more(kind, actor):
    told = journey((0, actor, kind, "phone", 2.0))
    for name, kinds in NEEDS.items():
        assert (told[name] is None) == (kind not in kinds), name
    assert (told["switches"] is None) == (actor != HER or kind not in ("contact", "publish"))
    assert (told["audience"] is None) == (actor != HER or kind not in ("contact", "publish"))
    assert told["elapsed_low_h"] == told["elapsed_h"] == 0.0


@pytest.mark.parametrize("name", NEEDS)
def test_what_is_recorded_only_later_has_not_happened_yet(name):
    kind = sorted(NEEDS[name])[0]
    assert column(name, (0, US, "failure"), (9, WORD_OF.get(kind, HER), kind), until=5) == 0


def test_an_empty_log_has_no_journeys():
    for until in (None, at(5)):
        table = cem.journeys(log(), observed_until=until)
        assert len(table) == 0
        types = table.dtypes.astype(str).to_dict()
        assert {name: types[name] for name in COLUMNS} == COLUMNS


def test_before_its_first_event_there_is_no_journey():
    assert len(cem.journeys(log(*STORY), observed_until=at(-1))) == 0
    both = log(*STORY, (50, HER, "contact", None, None, {"customer": "Bo"}))
    assert cem.journeys(both, observed_until=at(20))["customer"].tolist() == ["Ana"]


# --- all logs -------------------------------------------------------------------------------


@st.composite
def logs(draw):
    """Return a log with an own channel for every contact, so that nothing is unknown."""
    kinds = ["contact", "publish", "transfer", "promise", "callback", "resolve", "close"]
    row = st.tuples(
        st.one_of(
            st.integers(0, 30),
            st.tuples(st.integers(0, 20), st.integers(0, 10)).map(lambda t: (t[0], sum(t))),
        ),
        st.sampled_from([HER, US]),
        st.sampled_from([*kinds, "reopen", "failure"]),
        st.sampled_from(["phone", "web"]),
        st.sampled_from([60.0, 300.0]),
        st.sampled_from([{}, {"customer": "Bo"}, {"issue": 2}]),
    )
    rows = draw(st.lists(row, min_size=1, max_size=14))
    speakers = {**WORD_OF, "resolve": HER}
    return log(*[(row[0], speakers.get(row[2], row[1]), *row[2:]) for row in rows])


def plain_journeys(frame, end):
    """Return the journeys of a log in words as plain as the docstring's."""
    frame = frame.assign(until=frame["latest"].fillna(frame["time"]))
    frame["rank"] = frame["kind"].map(list(events.KINDS).index)
    known = set(frame["kind"])
    ordered = frame[frame["time"] <= end].sort_values(
        ["time", "rank", "channel", "actor", "latest", "value"]
    )
    found = {}
    for name, rows in ordered.groupby(["customer", "issue"]):
        rows = rows.to_dict("records")
        back = [r["until"] for r in rows if r["kind"] == "reopen"]
        hers = [r for r in rows if r["actor"] == HER]
        noted = {(r["time"], r["channel"]) for r in hers if r["kind"] == "contact"}
        told = [
            r
            for r in hers
            if r["kind"] == "contact"
            or (r["kind"] == "publish" and (r["time"], r["channel"]) not in noted)
        ]
        said = {
            kind: [r["time"] for r in rows if r["kind"] == kind and r["until"] <= end]
            for kind in ("resolve", "close")
        }
        word = {
            kind: bool(times) and (not back or max(times) > max(back))
            for kind, times in said.items()
        }
        late = 0
        for r in rows:
            due = r["until"] + pd.Timedelta(minutes=r["value"])
            calls = [c for c in rows if c["kind"] in ("callback", "resolve")]
            kept = [c for c in calls if c["until"] >= r["time"] and c["time"] <= due]
            late += r["kind"] == "promise" and due <= end and not kept
        pairs = zip(told[1:], told[:-1], strict=True)
        found[name] = {
            "contacts": len(told) if known & {"contact", "publish"} else None,
            "switches": sum(a["channel"] != b["channel"] for a, b in pairs),
            "handoffs": sum(r["kind"] == "transfer" for r in rows) if "transfer" in known else None,
            "promises_broken": late if "promise" in known else None,
            "resolved": word["resolve"] if "resolve" in known else None,
            "closed": word["close"] if "close" in known else None,
            "public": any(r["kind"] == "publish" for r in hers) if "publish" in known else None,
            "censored": not word["resolve"],
        }
    return found


@patiently
@given(logs(), st.integers(0, 40))
def test_journeys_are_those_of_a_plain_loop(frame, hour):
    table = cem.journeys(frame, observed_until=at(hour)).set_index(["customer", "issue"])
    plain = plain_journeys(frame, at(hour))
    assert table.index.tolist() == list(plain)
    assert (table["elapsed_low_h"] >= 0).all()
    assert (table["elapsed_low_h"] <= table["elapsed_h"]).all()
    for name, expected in plain.items():
        for column_name, value in expected.items():
            shown = table.loc[name, column_name]
            if column_name != "switches" or not pd.isna(shown):
                assert (None if pd.isna(shown) else shown) == value, (name, column_name)


@settings(patiently, max_examples=6)
@given(logs(), st.data())
def test_the_order_of_rows_changes_nothing(frame, data):
    order = data.draw(st.permutations(range(len(frame))))
    assert_frame_equal(cem.journeys(frame.iloc[list(order)]), cem.journeys(frame))


def test_integer_and_text_names_give_the_same_journeys():
    text = log(*STORY)
    numbers = text.assign(customer=7, issue=3)
    same = cem.journeys(numbers).drop(columns=["customer", "issue"])
    assert_frame_equal(same, cem.journeys(text).drop(columns=["customer", "issue"]))


def test_the_log_that_was_given_stays_as_it_was():
    frame = log(*STORY)
    before = frame.copy()
    cem.journeys(frame)
    assert_frame_equal(frame, before)


def test_a_promise_for_a_far_future_is_not_broken_yet():
    frame = pd.DataFrame(
        {"customer": "Ana", "time": ["2024-05-01", "2024-06-01"], "actor": ["company", "customer"],
         "kind": ["promise", "contact"], "value": [1e12, None]}
    )  # fmt: skip
    assert cem.journeys(frame)["promises_broken"].tolist() == [0]


def test_the_first_solution_that_stands_ends_the_journey():
    calls = [(0, HER, "contact"), (2, HER, "resolve"), (9, HER, "resolve")]
    assert journey(*calls)["elapsed_h"] == 2
    again = [*calls[:2], (3, HER, "reopen"), (9, HER, "resolve"), (12, HER, "resolve")]
    assert journey(*again)["elapsed_h"] == 9
