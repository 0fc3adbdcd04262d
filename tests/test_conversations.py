"""Conversations, roles, open follow-ups, share of voice and growth, counted by hand."""

import math
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from cemlab.cem import conversations as desk
from cemlab.observation import observe

patiently = settings(deadline=None, max_examples=25, derandomize=True)
DAY = pd.Timestamp("2024-05-01")


def says(sentence):
    return pytest.raises(ValueError, match="^" + re.escape(sentence) + "$")


def at(hour):
    return DAY + pd.Timedelta(hours=hour)


def log(*rows):
    """Build a log from (customer, hour or (hour, latest hour), actor, kind, extras)."""
    table = []
    for customer, hour, actor, kind, *extras in rows:
        first, latest = hour if isinstance(hour, tuple) else (hour, None)
        row = {
            "customer": customer,
            "issue": 1,
            "time": at(first),
            "latest": pd.NaT if latest is None else at(latest),
            "actor": actor,
            "channel": "twitter",
            "kind": kind,
            "by": None,
        }
        table.append(row | (extras[0] if extras else {}))
    return pd.DataFrame(table or {"customer": [], "time": [], "actor": [], "kind": []})


def rows(frame, columns, **given):
    shown = desk.conversations(frame, **given)[columns.split()].astype(object)
    return shown.where(shown.notna(), None).values.tolist()


CONTACT = ("Ana", 0, "customer", "contact")
MAX, IDA = {"by": "Max"}, {"by": "Ida"}
PHONE = {"channel": "phone"}
STANDING = "mentions answers answered_by waiting ended"


# --- what is one conversation ------------------------------------------------------------


def test_a_conversation_is_a_journey_on_one_channel():
    frame = log(
        CONTACT,
        ("Ana", 1, "customer", "contact", PHONE),
        ("Ana", 2, "company", "answer", MAX),
        ("Ana", 3, "customer", "contact", {"issue": 2}),
        ("Bo", 4, "customer", "contact", {"channel": None}),
    )
    found = desk.conversations(frame)
    assert found[["customer", "issue"]].values.tolist() == [
        ["Ana", 1],
        ["Ana", 1],
        ["Ana", 2],
        ["Bo", 1],
    ]
    assert found["channel"].astype(object).fillna("").tolist() == [
        "phone",
        "twitter",
        "twitter",
        "",
    ]
    assert found["first"].tolist() == [at(1), at(0), at(3), at(4)]
    assert found["last"].tolist() == [at(1), at(2), at(3), at(4)]
    assert found.columns.tolist() == [
        "customer", "issue", "channel", "first", "last", "mentions", "answers", "answered_by",
        "hands", "waiting", "audience", "ended",
    ]  # fmt: skip


@pytest.mark.parametrize(("hours", "found"), [(72, 2), (71.99, 1)])
def test_a_mention_after_the_silence_begins_a_new_one(hours, found):
    frame = log(CONTACT, ("Ana", 2, "company", "answer"), ("Ana", 2 + hours, "customer", "contact"))
    assert len(desk.conversations(frame)) == found
    assert len(desk.conversations(frame, gap_hours=hours + 1)) == 1


def test_a_late_answer_belongs_to_the_conversation_that_it_answers():
    assert rows(log(CONTACT, ("Ana", 100, "company", "answer", MAX)), STANDING) == [
        [1, 1, "Max", False, "answered"]
    ]


def test_the_silence_counts_from_the_last_row_of_any_kind():
    frame = log(CONTACT, ("Ana", 50, "company", "answer"), ("Ana", 100, "customer", "contact"))
    assert len(desk.conversations(frame)) == 1


def test_a_post_noted_with_a_contact_is_one_mention_and_a_strangers_call_none():
    frame = log(
        CONTACT,
        ("Ana", 0, "customer", "publish", {"value": 500.0}),
        ("Ana", 1, "public", "share", {"value": 900.0}),
        ("Ana", 2, "public", "publish", {"value": 40.0}),
        ("Ana", 3, "public", "contact", {"value": 70.0}),
        ("Ana", 4, "customer", "publish"),
        ("Ana", 5, "rival", "publish"),
    )
    assert rows(frame, "mentions answers audience") == [[4, None, 500.0]]


def test_rows_in_which_nobody_speaks_are_no_conversation():
    frame = log(
        ("Ana", 0, "customer", "failure", PHONE), ("Ana", 1, "company", "work", PHONE), CONTACT
    )
    assert rows(frame, "channel mentions") == [["twitter", 1]]


def test_hands_are_all_who_acted_for_the_company():
    frame = log(
        CONTACT,
        ("Ana", 1, "company", "transfer", MAX),
        ("Ana", 2, "company", "answer", IDA),
        ("Ana", 3, "company", "answer", MAX),
        ("Bo", 0, "customer", "contact"),
        ("Cy", 0, "customer", "contact"),
        ("Cy", 1, "company", "answer"),
    )
    assert rows(frame, "answered_by hands answers") == [
        ["Ida", 2, 2],
        [None, 0, 0],
        [None, None, 1],
    ]


# --- who spoke last ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("last", "waiting", "ended"),
    [
        (("customer", "contact"), True, "open"),
        (("customer", "publish"), True, "open"),
        (("customer", "reopen"), True, "open"),
        (("customer", "resolve"), False, "resolved"),
        (("customer", "abandon"), False, "abandoned"),
        (("company", "refuse"), False, "answered"),
        (("company", "close"), False, "answered"),
        (("public", "share"), False, "answered"),
    ],
)
def test_the_last_word_decides_who_waits(last, waiting, ended):
    frame = log(CONTACT, ("Ana", 1, "company", "answer"), ("Ana", 2, *last))
    assert rows(frame, "waiting ended") == [[waiting, ended]]


@pytest.mark.parametrize("kind", ["close", "acknowledge", "promise", "work"])
def test_the_companys_other_words_leave_the_customer_waiting(kind):
    frame = log(CONTACT, ("Ana", 1, "company", kind), ("Bo", 1, "company", "answer"))
    assert rows(frame, "waiting ended")[0] == [True, "open"]


def test_an_answer_on_another_channel_or_in_a_later_conversation_settles_it():
    assert rows(log(CONTACT, ("Ana", 1, "company", "answer", PHONE)), "channel waiting ended") == [
        ["phone", False, "answered"],
        ["twitter", False, "answered"],
    ]
    later = log(CONTACT, ("Ana", 200, "customer", "contact"), ("Ana", 201, "company", "answer"))
    assert rows(later, "answers waiting") == [[0, False], [1, False]]


def test_giving_up_settles_only_its_own_channel():
    frame = log(CONTACT, ("Ana", 0, "customer", "contact", PHONE),
                ("Ana", 1, "customer", "abandon", PHONE), ("Bo", 1, "company", "answer"))  # fmt: skip
    assert rows(frame, "channel ended")[:2] == [["phone", "abandoned"], ["twitter", "open"]]


def test_what_the_log_does_not_record_is_missing():
    assert rows(log(CONTACT), STANDING) == [[1, None, None, None, None]]
    answered = log(CONTACT, ("Bo", 0, "customer", "contact"), ("Bo", 1, "company", "answer"))
    assert rows(answered, STANDING)[0] == [1, 0, None, True, "open"]


def test_the_public_alone_waits_for_nobody():
    frame = log(("Ana", 0, "public", "publish"), ("Bo", 0, "company", "answer"))
    assert rows(frame, "waiting ended") == [[False, None], [False, "answered"]]


@pytest.mark.parametrize(
    ("contact", "answer", "waiting"),
    [
        (0, (1, 5), False),
        ((0, 2), (1, 5), None),
        (3, (1, 5), None),
        ((6, 8), (1, 5), True),
        ((0, 1), 1, False),
    ],
)
def test_uncertain_times_may_not_tell_who_spoke_last(contact, answer, waiting):
    frame = log(("Ana", contact, "customer", "contact"), ("Ana", answer, "company", "answer"))
    assert rows(frame, "waiting", observed_until=at(9)) == [[waiting]]


@st.composite
def logs(draw):
    row = st.tuples(
        st.sampled_from(["Ana", "Bo"]),
        st.integers(0, 9),
        st.sampled_from(["customer", "company", "public"]),
        st.sampled_from(["contact", "answer", "share", "publish", "resolve", "work"]),
        st.sampled_from([MAX, IDA | PHONE, {"issue": 2}, PHONE]),
    )
    rows = draw(st.lists(row, min_size=1, max_size=14))
    rows = [r for r in rows if (r[2], r[3]) not in [("company", "resolve"), ("public", "resolve")]]
    return log(*rows or [("Ana", 0, "customer", "contact", {})])


def plain(frame, gap):
    """Return (customer, issue, channel, first, mentions, answers) of each conversation, by search."""
    seen = observe(frame)
    table = seen.log.assign(told=seen.told).to_dict("records")
    found = []
    for key in sorted({(r["customer"], r["issue"], r["channel"]) for r in table}):
        piece, last = [], None
        pieces = [piece]
        for row in table:
            if (row["customer"], row["issue"], row["channel"]) != key:
                continue
            word = (row["actor"], row["kind"])
            loud = row["told"] or word in [(a, "share") for a in ("customer", "public")]
            loud = loud or word in [("public", "publish"), ("customer", "publish")]
            if loud and last is not None and row["time"] - last >= pd.Timedelta(hours=gap):
                piece = []
                pieces.append(piece)
            piece.append(row)
            last = row["time"]
        for piece in pieces:
            mentions = sum(
                r["told"] or (r["kind"] == "share" and r["actor"] != "company")
                or (r["actor"], r["kind"]) == ("public", "publish")
                for r in piece
            )  # fmt: skip
            answers = sum((r["actor"], r["kind"]) == ("company", "answer") for r in piece)
            own = [
                r
                for r in piece
                if (r["actor"], r["kind"]) in (("customer", "publish"), ("company", "publish"))
            ]
            if mentions or answers or own:
                found.append((*key, piece[0]["time"], mentions, answers))
    return found


@patiently
@given(logs(), st.integers(1, 5), st.randoms(use_true_random=False))
def test_conversations_are_those_of_a_plain_search_in_any_order(frame, gap, random):
    found = desk.conversations(frame, gap_hours=gap)
    shown = found[["customer", "issue", "channel", "first", "mentions", "answers"]]
    shown = shown.assign(answers=shown["answers"].fillna(0))
    assert list(shown.itertuples(index=False, name=None)) == plain(frame, gap)
    order = list(range(len(frame)))
    random.shuffle(order)
    assert_frame_equal(desk.conversations(frame.iloc[order], gap_hours=gap), found)
    assert found["mentions"].sum() == desk.mentions(frame, every="h")["mentions"].sum()
    assert found["mentions"].sum() == desk.share_of_voice(frame, by="channel")["mentions"].sum()


def test_a_log_without_rows_has_no_conversations():
    for until in (None, at(0)):
        assert desk.conversations(log(), observed_until=until).empty
        assert desk.roles(log(), observed_until=until).empty
        assert desk.open_follow_ups(log(), observed_until=until).empty
        assert desk.share_of_voice(log(), by="channel", observed_until=until).empty
        assert desk.mentions(log(), observed_until=until).empty


# --- the desk ----------------------------------------------------------------------------


def test_roles_by_hand():
    frame = log(
        CONTACT,
        ("Ana", 1, "company", "answer", MAX),
        ("Ana", 2, "customer", "contact"),
        ("Ana", 5, "company", "answer", IDA),
        ("Bo", 0, "customer", "contact"),
        ("Bo", 2, "company", "answer", MAX),
        ("Bo", 3, "company", "answer", MAX),
        ("Cy", 0, "customer", "contact"),
        ("Cy", 4, "company", "answer"),
    )
    found = desk.roles(frame)
    assert found["by"].astype(object).fillna("").tolist() == ["Ida", "Max", ""]
    columns = ["conversations", "first", "followed", "shared", "contacts", "median_min"]
    assert found[columns].values.tolist() == [
        [1, 0, 1, 1, 1, 180],
        [2, 2, 0, 1, 2, 90],
        [1, 1, 0, 0, 1, 240],
    ]
    assert (found["median_low_min"] == found["median_min"]).all()
    assert found["first"].sum() == (desk.conversations(frame)["answers"] > 0).sum()


def test_open_follow_ups_are_oldest_first_with_what_is_due():
    promise = {"value": 120.0, **MAX}
    frame = log(
        ("Ana", 1, "customer", "contact", {"value": 300.0}),
        ("Ana", 3, "customer", "contact", {"value": 700.0}),
        ("Bo", 0, "customer", "contact"),
        ("Bo", 1, "company", "answer", MAX),
        ("Bo", 2, "company", "promise", promise),
        ("Cy", 0, "customer", "contact"),
        ("Cy", 1, "company", "answer", MAX),
        ("Cy", 1, "company", "promise", promise),
        ("Cy", 9, "company", "callback", IDA),
        ("Di", 0, "customer", "contact"),
        ("Di", 1, "company", "answer", IDA),
        ("Di", 2, "company", "promise", {"value": 6000.0}),
        ("Ed", 5, "customer", "contact"),
        ("Ed", 6, "company", "promise", promise),
    )
    found = desk.open_follow_ups(frame, observed_until=at(10))
    shown = ["customer", "why", "since", "age_h", "mentions"]
    assert found[shown].values.tolist() == [
        ["Ana", "customer waits", at(1), 9.0, 2],
        ["Bo", "promise due", at(4), 6.0, 1],
        ["Ed", "customer waits, promise due", at(5), 5.0, 1],
    ]
    assert found["audience"].tolist()[0] == 700
    assert found["answered_by"].astype(object).fillna("").tolist() == ["", "Max", ""]
    assert (found["age_low_h"] == found["age_h"]).all()
    early = desk.open_follow_ups(frame, observed_until=at(4))
    assert early["customer"].tolist() == ["Ana", "Cy", "Bo"]
    assert early["age_h"].tolist() == [3, 1, 0]


def test_since_when_an_uncertain_word_waits_is_uncertain_too():
    frame = log(("Ana", (0, 4), "customer", "contact"), ("Bo", 5, "company", "answer"))
    found = desk.open_follow_ups(frame, observed_until=at(10)).iloc[0]
    assert (found["age_low_h"], found["age_h"], found["why"]) == (6, 10, "customer waits")


def test_without_recorded_answers_the_customer_may_wait():
    assert desk.open_follow_ups(log(CONTACT), observed_until=at(3))["why"].tolist() == [
        "customer may wait"
    ]


# --- how much is said --------------------------------------------------------------------


def test_share_of_voice_by_hand():
    frame = log(
        ("Ana", 0, "public", "publish", {"value": 30.0, "brand": "A"}),
        ("Ana", 1, "customer", "contact", {"value": 99.0, "brand": "A"}),
        ("Ana", 1, "customer", "publish", {"value": 10.0, "brand": "A"}),
        ("Bo", 200, "public", "share", {"value": 60.0, "brand": "B"}),
        ("Cy", 200, "customer", "contact", PHONE),
        ("Cy", 200, "company", "publish", {"value": 1e6, "brand": "A"}),
    )
    found = desk.share_of_voice(frame, by="brand").set_index("brand")
    assert found["mentions"].tolist() == [2, 1, 1]
    assert found["share"].tolist() == [0.5, 0.25, 0.25]
    assert found["reached"].tolist()[:2] == [40, 60]
    assert found["reached_share"].tolist()[:2] == [0.4, 0.6]
    assert math.isnan(found["reached"].iloc[2])  # a phone call reached nobody that is recorded
    by_week = desk.share_of_voice(frame, by="brand", every="W")
    assert (
        by_week["period"].tolist()
        == [pd.Timestamp("2024-04-29")] + [pd.Timestamp("2024-05-06")] * 2
    )
    assert by_week["share"].tolist() == [1, 0.5, 0.5]
    assert by_week["mentions"].sum() == found["mentions"].sum()
    with says(
        f"by must be one of the log's columns {', '.join(observe(frame).log.columns)}, got 'x'"
    ):
        desk.share_of_voice(frame, by="x")


def test_mentions_by_period_know_which_periods_are_whole():
    frame = log(*[("Ana", hour, "customer", "contact") for hour in (30, 31, 80, 97)])
    found = desk.mentions(frame, every="D")
    assert found["period"].tolist() == [at(24), at(48), at(72), at(96)]
    assert found["mentions"].tolist() == [2, 0, 1, 1]
    assert found["whole"].tolist() == [False, True, True, False]
    wider = desk.mentions(
        frame, every="D", observed_from=DAY, observed_until=at(120) - pd.Timedelta("1us")
    )
    assert wider["mentions"].tolist() == [0, 2, 0, 1, 1]
    assert wider["whole"].all()
    late = desk.mentions(frame, every="D", observed_from=at(48))
    assert late["mentions"].tolist() == [0, 1, 1]


def counted(counts):
    """Return a log with so many posts on each day, and the moment after the last day."""
    days = np.repeat(np.arange(len(counts)), counts)
    times = DAY + pd.to_timedelta(days * 24 + 1.0, unit="h")
    frame = pd.DataFrame({"customer": "Ana", "actor": "public", "kind": "share", "time": times})
    return frame, {"observed_from": DAY, "observed_until": at(24 * len(counts))}


def growth(counts, **given):
    frame, observed = counted(counts)
    return desk.growth(frame, every="D", **observed, **given).iloc[0]


def test_exact_growth_is_found_exactly():
    found = growth([3, 6, 12, 24])
    assert found["growth"] == pytest.approx(1)
    assert found["doubling_periods"] == pytest.approx(1)
    assert (found["periods"], found["mentions"], found["note"]) == (4, 45, "")
    assert found["low"] < 1 < found["high"]
    assert found["doubling_low"] < 1 < found["doubling_high"]


def test_two_periods_fix_the_trend_by_their_ratio():
    """Of 4, 0 and 9 mentions: x = -1, 0, 1; the slope solves the score equation of the trend."""
    found = growth([4, 0, 9])
    b = math.log1p(found["growth"])
    weights = np.exp(b * np.array([-1, 0, 1]))
    assert 13 * (weights[2] - weights[0]) / weights.sum() == pytest.approx(9 - 4)


@pytest.mark.parametrize("clumped", [1, 4])
def test_simulated_growth_within_four_standard_errors(clumped):
    """Poisson counts, and counts that come in clumps of four: a variance of 4 times the law's."""
    rng = np.random.default_rng(4)
    found, truth = [], 0.1
    for _ in range(40):
        counts = clumped * rng.poisson(20 / clumped * np.exp(truth * np.arange(14)))
        found.append(growth(counts))
    slopes = np.log1p([row["growth"] for row in found])
    assert slopes.mean() == pytest.approx(truth, abs=4 * slopes.std() / math.sqrt(40))
    assert np.mean([row["dispersion"] for row in found]) == pytest.approx(clumped, rel=0.25)
    inside = np.mean([row["low"] <= math.expm1(truth) <= row["high"] for row in found])
    assert inside >= 0.95 - 4 * math.sqrt(0.95 * 0.05 / 40)


def test_what_falls_does_not_double():
    found = growth([40, 20, 10])
    assert found["growth"] == pytest.approx(-0.5)
    assert math.isnan(found["doubling_periods"])
    assert found["note"] == "mentions do not grow"
    assert found["doubling_high"] == math.inf


def test_periods_cut_off_do_not_count():
    frame, _ = counted([2, 4, 8, 16, 1])
    found = desk.growth(frame, every="D").iloc[0]  # the log begins at 1:00 and ends on the last day
    assert found["periods"] == 3
    assert found["growth"] == pytest.approx(1)


# --- readers -----------------------------------------------------------------------------


def test_readers_needed_by_hand():
    """900 mentions of 2 minutes are 30 hours, 5 readers of 6 hours; 8% a week."""
    given = {"growth_per_week": 0.08, "minutes_each": 2, "weeks": 12, "staff": 12}
    table = desk.readers_needed(900, **given).set_index("week")
    assert table["mentions_a_day"].tolist() == pytest.approx([900 * 1.08**w for w in range(13)])
    assert table["hours_a_day"].iloc[0] == 30
    assert table["readers"].tolist() == [math.ceil(5 * 1.08**w - 1e-9) for w in range(13)]
    first = math.ceil(math.log(12 / 5) / math.log(1.08))
    assert table.index[~table["suffices"]][0] == first == 12
    assert table["lasts_weeks"].iloc[11] == pytest.approx(math.log(12 / 5) / math.log(1.08))


def test_readers_last_for_ever_if_nothing_grows():
    for rate in (0.0, -0.2):
        table = desk.readers_needed(100, growth_per_week=rate, minutes_each=1, weeks=3)
        assert np.isinf(table["lasts_weeks"]).all()
        assert "staff" not in table
    none = desk.readers_needed(0, growth_per_week=0.5, minutes_each=1, weeks=1, staff=0)
    assert none["readers"].tolist() == [0, 0]
    assert none["suffices"].all()


# --- messages ----------------------------------------------------------------------------

READ = {"growth_per_week": 0.1, "minutes_each": 1.0, "weeks": 2}


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: desk.conversations(log(CONTACT), gap_hours=0), "gap_hours must be above 0, got 0"),
        (lambda: desk.mentions(log(CONTACT), every="2W"), "every must be a period such as h, D, W or M, got '2W'"),
        (lambda: desk.growth(log(CONTACT), every=7), "every must be a period such as h, D, W or M, got 7"),
        (lambda: desk.growth(log(CONTACT), level=0), "level must be above 0 and below 1, got 0"),
        (lambda: desk.growth(log(CONTACT)),
         "log must have at least 3 whole periods, 2 of them with mentions, got 0 and 0: choose a shorter period"),
        (lambda: desk.mentions(log(CONTACT), observed_from="2024-06-01"),
         "observed_from must not be after the end 2024-05-01 00:00:00, got '2024-06-01'"),
        (lambda: desk.readers_needed(1, **READ | {"growth_per_week": -1}), "growth_per_week must be above -1, got -1"),
        (lambda: desk.readers_needed(1, **READ | {"minutes_each": 0}), "minutes_each must be above 0, got 0"),
        (lambda: desk.readers_needed(1, hours_per_reader=25, **READ), "hours_per_reader must be a finite number in [0, 24], got 25"),
        (lambda: desk.readers_needed(1, **READ | {"weeks": 5000}),
         "weeks must be few enough to count the readers, got 5000: the mentions grow beyond all numbers"),
    ],
)  # fmt: skip
def test_messages_name_rule_and_value(call, sentence):
    with says(sentence):
        call()


def test_a_late_answer_counts_where_it_stands_and_its_wait_with_who_gave_it():
    frame = log(
        CONTACT,
        ("Ana", 100, "customer", "contact"),
        ("Ana", 101, "company", "answer", MAX),
    )
    assert rows(frame, "answers ended") == [[0, "answered"], [1, "answered"]]
    row = desk.roles(frame).iloc[0]
    assert row[["conversations", "contacts", "median_min"]].tolist() == [1, 2, 60 * 51]
