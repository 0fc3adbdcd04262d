"""Hidden links: people counted by hand, and many small logs by a plain loop."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from cemlab import events
from cemlab.cem import journeys as cem
from cemlab.cem.linkage import links, unlink

patiently = settings(deadline=None, max_examples=25, derandomize=True)
DAY = pd.Timestamp("2024-05-01")


def log(*rows):
    """Build a log from (customer, minute, actor, kind, channel, value)."""
    columns = ["customer", "time", "actor", "kind", "channel", "value"]
    frame = pd.DataFrame([(*row, None)[:6] for row in rows], columns=columns)
    frame["time"] = DAY + pd.to_timedelta(frame["time"].astype(float), unit="m")
    return frame


STORY = log(
    ("Ana", 0, "customer", "contact", "phone"),
    ("Ana", 5, "company", "answer", "phone", 5.0),
    ("Ana", 9, "company", "apologise", "letter"),  # she never wrote one: no link
    ("Ana", 10, "customer", "publish", "twitter"),
    ("Ana", 12, "public", "share", "twitter"),
    ("Ana", 13, "public", "publish", "press"),
    ("Ana", 14, "customer", "resolve", None),
    ("Bo", 0, "company", "failure", "web"),
    ("Bo", 1, "customer", "contact", "twitter"),
)


def people(frame, share, rng=1):
    table = unlink(frame, share, rng=rng)
    minutes = (table["time"] - DAY) / pd.Timedelta("1min")
    return list(zip(table["customer"], minutes.astype(int), strict=True))


# --- by hand -------------------------------------------------------------------------------


def test_a_link_is_a_further_channel_on_which_the_customer_acted():
    assert links(STORY) == 1
    three = [("Ana", i, "customer", "contact", c) for i, c in enumerate(["a", "b", "c", "a"])]
    assert links(log(*three)) == 2
    assert links(log(*three[:1])) == 0
    assert links(log()) == 0


def test_everything_about_her_on_the_hidden_channel_goes_along():
    stranger = [minute for name, minute in people(STORY, 1.0) if name == "Ana (twitter)"]
    assert stranger == [10, 12]
    assert {name for name, _ in people(STORY, 1.0)} == {"Ana", "Ana (twitter)", "Bo"}


def test_the_channel_of_the_first_own_row_stays():
    swapped = STORY.assign(
        channel=STORY["channel"].replace({"phone": "twitter", "twitter": "phone"})
    )
    names = {name for name, _ in people(swapped, 1.0)}
    assert names == {"Ana", "Ana (phone)", "Bo"}


@pytest.mark.parametrize("share", [0.0, 0.2, 1.0])
def test_what_comes_out_is_a_valid_log_of_the_same_rows(share):
    found = unlink(STORY, share, rng=3)
    assert_frame_equal(events.validate(found), found)
    same = [name for name in found if name not in ("customer", "value")]
    assert_frame_equal(found[same], events.validate(STORY)[same])


def test_nothing_hidden_is_the_validated_log():
    assert_frame_equal(unlink(STORY, 0, rng=1), events.validate(STORY))


def test_names_never_meet_a_name_that_is_there():
    frame = log(
        ("Ana", 0, "customer", "contact", "a"),
        ("Ana", 1, "customer", "contact", "b"),
        ("Ana (b)", 2, "customer", "contact", "a"),
        ("Ana (b) 2", 3, "customer", "contact", "a"),
    )
    assert people(frame, 1.0)[1] == ("Ana (b) 3", 1)
    twins = log(*[(name, 0, "customer", "contact", "a") for name in ("x", "x (c")]
                + [("x", 1, "customer", "contact", "c (c)"), ("x (c", 1, "customer", "contact", "c)")]
                + [("x", 2, "customer", "contact", "c")])  # fmt: skip
    assert unlink(twins, 1.0, rng=1)["customer"].nunique() == 5


def test_numbers_stay_numbers():
    frame = STORY.assign(customer=STORY["customer"].map({"Ana": 7, "Bo": 3}))
    found = unlink(frame, 1.0, rng=1)["customer"]
    assert found.cat.categories.tolist() == [3, 7, 8]
    assert found.cat.categories.dtype == "int64"


def test_an_answer_elsewhere_loses_minutes_that_nobody_could_have_measured():
    """An e-mail answers the tweet after 30 minutes; to the caller of minute 0 it took an hour."""
    frame = log(
        ("Ana", 0, "customer", "contact", "email"),
        ("Ana", 30, "customer", "contact", "twitter"),
        ("Ana", 60, "company", "answer", "email", 30.0),
        ("Ana", 90, "customer", "contact", "email"),
        ("Ana", 99, "company", "answer", "email", 9.0),
    )
    assert unlink(frame, 0.0, rng=1)["value"].dropna().tolist() == [30.0, 9.0]
    found = unlink(frame, 1.0, rng=1)
    assert found["value"].dropna().tolist() == [9.0]
    assert_frame_equal(events.validate(found), found)


# --- theory --------------------------------------------------------------------------------


@pytest.mark.parametrize("share", [0.0, 0.25, 0.5, 0.99, 1.0])
def test_with_two_channels_each_hidden_link_is_a_journey_more_and_a_repeat_less(share):
    n = 200
    rows = [(i, 10 * k, "customer", "contact", c) for i in range(n) for k, c in enumerate("ab")]
    table = cem.journeys(unlink(log(*rows), share, rng=5))
    hidden = round(share * n)
    assert len(table) == n + hidden
    assert table["repeats"].sum() == n - hidden


@pytest.mark.parametrize("named", [True, False])
def test_a_larger_share_hides_all_that_a_smaller_one_hides(named):
    rows = [(i, 10 * k, "customer", "contact", c) for i in range(40) for k, c in enumerate("abc")]
    frame = log(*rows)
    frame["customer"] = [f"p{i}" if named else i for i in frame["customer"]]
    before: set = set()
    for share in (0.1, 0.3, 0.35, 0.9, 1.0):
        table = unlink(frame, share, rng=11)
        strangers = set(table["customer"].astype(str)) - set(frame["customer"].astype(str))
        assert len(strangers) == round(share * 80)
        assert before <= strangers
        before = strangers
    assert len(before) == 80


def test_each_link_is_as_likely_to_be_hidden():
    rows = [(i, 10 * k, "customer", "contact", c) for i in range(10) for k, c in enumerate("ab")]
    frame, runs = log(*rows), 400
    hidden = np.zeros(10)
    for rng in range(runs):
        found = unlink(frame, 0.3, rng=rng)
        stayed = found.loc[found["channel"] == "b", "customer"]
        hidden += ~np.isin(np.arange(10), stayed.to_numpy(int))
    assert hidden.sum() == 3 * runs
    assert hidden / runs == pytest.approx(np.full(10, 0.3), abs=4 * np.sqrt(0.21 / runs))


# --- all logs ------------------------------------------------------------------------------


@st.composite
def logs(draw):
    row = st.tuples(
        st.sampled_from(["Ana", "Bo", "Cy"]),
        st.integers(0, 9),
        st.sampled_from(["customer", "company", "public"]),
        st.sampled_from(["contact", "answer", "publish", "resolve"]),
        st.sampled_from(["phone", "web", "twitter", None]),
    )
    rows = draw(st.lists(row, min_size=1, max_size=14))
    rows = [r for r in rows if (r[2], r[3]) not in [("company", "resolve"), ("public", "resolve")]]
    return log(*rows or [("Ana", 0, "customer", "contact", "phone")])


def plain_strangers(frame):
    """Return the customer of each row (in valid order) if every link is hidden."""
    rows = events.validate(frame).to_dict("records")
    home, used = {}, set()
    for row in rows:
        if row["actor"] == "customer" and isinstance(row["channel"], str):
            home.setdefault(row["customer"], row["channel"])
            used.add((row["customer"], row["channel"]))
    names = []
    for row in rows:
        who, where = row["customer"], row["channel"]
        far = (who, where) in used and home[who] != where
        names.append(f"{who} ({where})" if far else who)
    return sorted((n, r["time"], r["kind"], r["actor"]) for n, r in zip(names, rows, strict=True))


@patiently
@given(logs())
def test_all_hidden_is_what_a_plain_loop_finds(frame):
    found = unlink(frame, 1.0, rng=1)[["customer", "time", "kind", "actor"]]
    assert sorted(found.itertuples(index=False, name=None)) == plain_strangers(frame)
    assert links(unlink(frame, 1.0, rng=1)) == 0


@patiently
@given(logs(), st.floats(0, 1), st.data())
def test_the_order_of_rows_changes_nothing(frame, share, data):
    order = data.draw(st.permutations(range(len(frame))))
    found = unlink(frame.iloc[list(order)], share, rng=2)
    assert_frame_equal(found, unlink(frame, share, rng=2))
    assert_frame_equal(events.validate(found), found)


def test_luck_is_given_or_moves_on():
    rows = [(i, 10 * k, "customer", "contact", c) for i in range(50) for k, c in enumerate("ab")]
    frame = log(*rows)
    assert_frame_equal(unlink(frame, 0.5, rng=4), unlink(frame, 0.5, rng=4))
    moving = np.random.default_rng(4)
    one, two = (unlink(frame, 0.5, rng=moving)["customer"].tolist() for _ in range(2))
    assert one != two


def test_journeys_offers_it_too():
    assert cem.unlink is unlink


def test_an_empty_log_has_nothing_to_hide():
    assert len(unlink(log(), 1.0, rng=1)) == 0


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan"), "half"])
def test_says_what_share_must_be(share):
    sentence = f"share must be a finite number in [0, 1], got {share!r}"
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        unlink(STORY, share, rng=1)


def test_says_when_numbers_run_out():
    frame = STORY.assign(customer=2**63 - 1)
    with pytest.raises(ValueError, match=r"^events must leave numbers free for new customers, got customer 9223372036854775807: use smaller numbers$"):  # fmt: skip
        unlink(frame, 1.0, rng=1)
