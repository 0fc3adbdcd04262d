"""Journeys against their touchpoints, and what may be remembered: by hand and by plain loops."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from cemlab import events
from cemlab.cem import touchpoints
from cemlab.cem.touchpoints import FELT, journey_share, peak_end, scores
from cemlab.observation import observe

patiently = settings(deadline=None, max_examples=25, derandomize=True)
DAY = pd.Timestamp("2024-05-01")
HER, US = "customer", "company"
COLUMNS = ["customer", "time", "latest", "actor", "kind", "touchpoint", "value"]


def says(sentence):
    return pytest.raises(ValueError, match="^" + re.escape(sentence) + "$")


def log(*rows):
    """Build a log from (customer, minute or (minute, latest), actor, kind, touchpoint, value)."""
    table = []
    for customer, minute, actor, kind, *rest in rows:
        first, latest = minute if isinstance(minute, tuple) else (minute, None)
        where, value = (*rest, *[None, None][len(rest) :])
        table.append((customer, first, latest, actor, kind, where, value))
    frame = pd.DataFrame(table, columns=COLUMNS)
    for name in ("time", "latest"):
        frame[name] = DAY + pd.to_timedelta(frame[name].astype(float), unit="m")
    return frame


def surveys(*journeys):
    """Build a log from one dict a journey: touchpoint -> csat (None: only passed)."""
    return log(
        *(
            (i, 0, HER, "contact" if csat is None else "survey_csat", where, csat)
            for i, passed in enumerate(journeys)
            for where, csat in passed.items()
        )
    )


def whole(frame, **options):
    row = scores(frame, **options).iloc[-1]
    assert row["part"] == "journey"
    return row


def parts(frame, **options):
    table = scores(frame, **options).iloc[:-1]
    shown = table[["name", "journeys", "judged", "fine"]]
    return shown.values.tolist()


# --- shares alone --------------------------------------------------------------------------


def test_five_touchpoints_at_ninety_percent():
    row = journey_share([0.9] * 5).iloc[0]
    assert row.tolist() == pytest.approx([0.59049, 0.5, 0.9, 5])


def test_one_touchpoint_is_the_journey_and_bounds_never_leave_0_and_1():
    assert journey_share(0.7).iloc[0].tolist() == pytest.approx([0.7, 0.7, 0.7, 1])
    assert journey_share([0.1, 0.2, 1.0]).iloc[0].tolist() == pytest.approx([0.02, 0.0, 0.1, 3])


@patiently
@given(st.lists(st.lists(st.booleans(), min_size=3, max_size=3), min_size=1, max_size=12))
def test_whatever_the_dependence_the_journey_lies_between_the_bounds(fine):
    table = np.array(fine)
    row = journey_share(table.mean(axis=0)).iloc[0]
    assert row["low"] - 1e-9 <= table.all(axis=1).mean() <= row["high"] + 1e-9


@pytest.mark.parametrize(
    ("shares", "sentence"),
    [
        ([], "shares must be one list of at least one share, got shape (0,)"),
        ([[0.5, 0.5]], "shares must be one list of at least one share, got shape (1, 2)"),
        ([0.5, 1.2], "shares must be a finite number in [0, 1], got 1.2"),
        ([float("nan")], "shares must be a finite number in [0, 1], got nan"),
    ],
)
def test_says_what_shares_must_be(shares, sentence):
    with says(sentence):
        journey_share(shares)


# --- scores --------------------------------------------------------------------------------


def test_every_dot_is_green_and_the_journey_is_red():
    """Ten journeys, five touchpoints, two failures at each, never two in one journey."""
    bad = {i: f"t{i // 2}" for i in range(10)}
    frame = surveys(
        *({f"t{k}": 2 if bad[i] == f"t{k}" else 5 for k in range(5)} for i in range(10))
    )
    assert parts(frame) == [[f"t{k}", 10, 10, 8] for k in range(5)]
    row = whole(frame)
    assert (row["share"], row["fine"], row["judged"]) == (0.0, 0, 10)
    assert row["product"] == pytest.approx(0.8**5)
    assert (row["low"], row["high"]) == pytest.approx((0.0, 0.8))


def test_journeys_may_pass_different_touchpoints():
    """Two pass a (1 of 2 fine) and b (1 of 3 fine), one passes b alone."""
    frame = surveys({"a": 5, "b": 4}, {"a": 1, "b": 3}, {"b": 2})
    assert parts(frame) == [["a", 2, 2, 1], ["b", 3, 3, 1]]
    row = whole(frame)
    assert row["share"] == pytest.approx(1 / 3)
    assert row["product"] == pytest.approx((1 / 6 + 1 / 6 + 1 / 3) / 3)
    assert (row["low"], row["high"]) == pytest.approx((0.0, 1 / 3))


def test_a_single_bad_word_is_enough_and_nothing_said_is_not_judged():
    frame = surveys({"a": 5, "b": None}, {"a": None})
    frame = pd.concat([frame, surveys({"a": 2})])
    assert parts(frame) == [["a", 2, 1, 0], ["b", 1, 0, 0]]
    assert np.isnan(scores(frame)["share"][1])
    assert whole(frame)[["journeys", "judged", "fine"]].tolist() == [2, 1, 0]


def test_without_a_survey_contacts_answered_in_time_judge():
    frame = log(
        ("Ana", 0, HER, "contact", "phone"),
        ("Ana", 10, US, "answer", "phone"),
        ("Bo", 0, HER, "contact", "phone"),
        ("Bo", 50, US, "answer", "phone"),
        ("Cy", 0, HER, "contact", "phone"),
        ("Cy", (10, 50), US, "answer", "phone"),  # who knows
        ("Di", 50, HER, "contact", "phone"),  # still young
        ("Ed", 0, HER, "contact", "phone"),
        ("Ed", 5, HER, "abandon", "phone"),
        ("Flo", 0, HER, "contact", "shop"),  # the shop is surveyed
        ("Flo", 60, HER, "survey_csat", "shop", 5),
    )
    assert parts(frame, minutes=20) == [["phone", 5, 3, 1], ["shop", 1, 1, 1]]
    assert parts(frame) == [["phone", 5, 0, 0], ["shop", 1, 1, 1]]
    assert parts(frame, minutes=20, observed_until=DAY + pd.Timedelta("80min"))[0][2:] == [4, 1]


def test_what_may_come_later_does_not_judge_yet():
    frame = log(("Ana", 0, HER, "contact", "a"), ("Ana", (1, 9), HER, "survey_csat", "a", 1))
    assert parts(frame, observed_until=DAY + pd.Timedelta("5min")) == [["a", 1, 0, 0]]
    assert parts(frame) == [["a", 1, 1, 0]]


def test_a_log_that_never_records_answers_says_nothing_about_them():
    row = whole(surveys({"a": None}), minutes=5)
    assert row["judged"] == 0
    assert row[["share", "product", "low", "high"]].isna().all()


def test_the_caller_may_say_what_is_fine_by_kind_or_by_a_column():
    frame = log(
        ("Ana", 0, US, "answer", "phone"),
        ("Ana", 1, US, "refuse", "shop"),
        ("Bo", 0, US, "answer", "phone"),
        ("Bo", 1, "public", "publish", "press"),  # not lived
    )
    wanted = [["phone", 2, 2, 2], ["shop", 1, 1, 0]]
    assert parts(frame, ok={"answer": True, "refuse": False, "publish": False}) == wanted
    frame["fine"] = pd.array([True, False, True, None], dtype="boolean")
    assert parts(frame, ok="fine") == wanted
    assert whole(frame, ok="fine")["share"] == 0.5


def test_channels_are_parts_too():
    frame = surveys({"a": 5, "b": 2}).rename(columns={"touchpoint": "channel"})
    assert parts(frame, by="channel") == [["a", 1, 1, 1], ["b", 1, 1, 0]]
    assert scores(frame, by="channel")["part"].tolist() == ["channel", "channel", "journey"]


@st.composite
def visits(draw):
    passed = st.dictionaries(
        st.sampled_from(["a", "b", "c"]), st.sampled_from([None, 1, 3, 4, 5]), max_size=3
    )
    return surveys(*draw(st.lists(passed, min_size=1, max_size=10)))


def plain_scores(frame):
    """Return the shares of parts and of journeys, and the product rule, by plain loops."""
    said = {}
    for row in frame.to_dict("records"):
        if row["kind"] == "survey_csat":
            said.setdefault(row["customer"], {})[row["touchpoint"]] = row["value"] >= 4
    by_part = {}
    for fine in said.values():
        for name, word in fine.items():
            by_part.setdefault(name, []).append(word)
    share = {name: np.mean(words) for name, words in by_part.items()}
    if not said:
        return share, None, None
    products = [np.prod([share[name] for name in fine]) for fine in said.values()]
    return share, np.mean([all(fine.values()) for fine in said.values()]), np.mean(products)


@patiently
@given(visits())
def test_scores_are_those_of_a_plain_loop_and_lie_between_the_bounds(frame):
    table = scores(frame)
    share, journey, product = plain_scores(frame)
    found = table.iloc[:-1].dropna(subset="share").set_index("name")["share"].to_dict()
    assert found == pytest.approx(share)
    row = table.iloc[-1]
    if journey is None:
        assert row[["share", "product", "low", "high"]].isna().all()
    else:
        assert (row["share"], row["product"]) == pytest.approx((journey, product))
        assert row["low"] - 1e-9 <= row["share"] <= row["high"] + 1e-9


@patiently
@given(visits(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(frame, luck):
    order = list(range(len(frame)))
    luck.shuffle(order)
    assert_frame_equal(scores(frame.iloc[order]), scores(frame))
    felt = {"survey_csat": "value", "contact": -0.5}
    assert_frame_equal(peak_end(frame.iloc[order], felt=felt), peak_end(frame, felt=felt))


def test_an_empty_log_has_no_parts():
    table = scores(log())
    assert table["part"].tolist() == ["journey"]
    assert table["judged"].tolist() == [0]
    assert len(peak_end(log(), felt=FELT)) == 0


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"by": "team"}, "by must be one of touchpoint, channel, got 'team'"),
        ({"minutes": -1}, "minutes must be a finite number of at least 0, got -1"),
        ({"ok": "fine"}, "ok must be a column of the log or a mapping of kinds, got 'fine'"),
        ({"ok": "kind"}, "ok must be a column of True, False or nothing, got 'contact' in 'kind'"),
        ({"ok": {"answer": "yes"}}, "ok must say True or False for each kind, got 'yes' for 'answer'"),
    ],
)  # fmt: skip
def test_scores_say_what_is_wrong(options, sentence):
    with says(sentence):
        scores(surveys({"a": None}), **options)


def test_ok_must_name_kinds():
    with says(f"ok must be one of {', '.join(events.KINDS)}, got 'smile'"):
        scores(surveys({"a": 5}), ok={"smile": True})


# --- peak and end --------------------------------------------------------------------------

STORY = log(
    ("Ana", 0, US, "failure"),  # -0.8
    ("Ana", 1, HER, "contact"),  # -0.1
    ("Ana", 2, "public", "share"),
    ("Ana", 3, US, "apologise"),  # 0.4
    ("Bo", 0, HER, "purchase"),
)
SIMPLE = {"failure": -0.8, "contact": -0.1, "apologise": 0.4, "share": -1.0}


def memory(frame=STORY, **options):
    table = peak_end(frame, **{"felt": SIMPLE} | options)
    return table.drop(columns=["customer", "issue"]).iloc[0].to_dict()


def test_a_memory_worked_out_by_hand():
    found = memory(peak=0.5, end=0.3)
    mean = -0.5 / 3
    assert found == pytest.approx(
        {"steps": 3, "mean": mean, "peak": -0.8, "end_low": 0.4, "end_high": 0.4}
        | dict.fromkeys(["low", "high"], -0.4 + 0.12 + 0.2 * mean)
    )


def test_only_the_mean_or_only_the_peak_or_only_the_end():
    assert memory(peak=0, end=0)["low"] == pytest.approx(-0.5 / 3)
    assert memory(peak=1, end=0)["low"] == -0.8
    assert memory(peak=0, end=1)["low"] == 0.4


def test_a_journey_without_a_step_has_no_memory():
    row = peak_end(STORY, felt=SIMPLE).iloc[1]
    assert row["steps"] == 0
    assert row[["mean", "peak", "end_low", "end_high", "low", "high"]].isna().all()


def test_of_two_steps_equally_far_from_neutral_the_worse_is_the_peak():
    frame = log(("Ana", 0, US, "apologise"), ("Ana", 1, US, "failure"), ("Ana", 2, HER, "contact"))
    felt = {"apologise": 0.5, "failure": -0.5, "contact": 0.1}
    assert memory(frame, felt=felt)["peak"] == -0.5
    assert memory(frame, felt=felt | {"apologise": 0.6})["peak"] == 0.6


def test_who_acted_may_matter():
    frame = log(
        ("Ana", 0, HER, "contact"), ("Ana", 1, US, "contact"), ("Ana", 2, "public", "share")
    )
    for felt in ({"contact": 0.1, (US, "contact"): 0.7}, {(US, "contact"): 0.7, "contact": 0.1}):
        assert memory(frame, felt=felt)["mean"] == pytest.approx(0.4)
    assert memory(frame, felt={("public", "share"): -1})["steps"] == 1


@pytest.mark.parametrize(
    ("kind", "answers"),
    [("survey_csat", (1, 3, 5)), ("survey_nps", (0, 5, 10)), ("survey_ces", (1, 4, 7))],
)
def test_a_surveys_own_score_may_be_used(kind, answers):
    frame = log(*(("Ana", i, HER, kind, None, value) for i, value in enumerate(answers)))
    for minute, wanted in enumerate((-1.0, 0.0, 1.0)):
        until = DAY + pd.Timedelta(minutes=minute)
        assert memory(frame, felt={kind: "value"}, observed_until=until)["end_low"] == wanted
    unsaid = log(("Ana", 0, HER, kind))
    assert memory(unsaid, felt={kind: "value"})["steps"] == 0


def test_uncertain_times_leave_the_end_open():
    frame = log(
        ("Ana", 0, US, "failure"),
        ("Ana", (1, 9), HER, "contact"),
        ("Ana", 5, US, "apologise"),
    )
    found = memory(frame, peak=0, end=1)
    assert (found["end_low"], found["end_high"]) == (-0.1, 0.4)
    assert (found["low"], found["high"]) == (-0.1, 0.4)
    later = memory(frame, observed_until=DAY + pd.Timedelta("6min"))
    assert (later["steps"], later["end_low"]) == (2, 0.4)  # the contact may come later


def test_rows_of_one_time_are_in_the_order_of_kinds():
    frame = log(("Ana", 0, US, "apologise"), ("Ana", 0, US, "failure"))
    assert memory(frame)["end_low"] == memory(frame)["end_high"] == 0.4


def test_the_stated_scores_lie_between_worst_and_best():
    assert set(FELT) <= set(events.KINDS)
    assert all(-1 <= score <= 1 and score != 0 for score in FELT.values())
    assert memory(felt=FELT)["steps"] == 3


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"peak": 1.2}, "peak must be a probability in [0, 1], got 1.2"),
        ({"peak": 0.7, "end": 0.5}, "peak and end must add up to at most 1, got 0.7 and 0.5"),
        ({"felt": {"failure": "bad"}}, "felt must be a finite number, got 'bad'"),
        ({"felt": {("boss", "failure"): 1}},
         "felt must be one of customer, company, public, rival, got 'boss'"),
        ({"felt": {"failure": "value"}},
         "felt with \"value\" must be one of survey_nps, survey_csat, survey_ces, got 'failure'"),
    ],
)  # fmt: skip
def test_peak_end_says_what_is_wrong(options, sentence):
    with says(sentence):
        memory(**options)


def test_an_observation_will_do():
    seen = observe(surveys({"a": 5, "b": 2}))
    assert_frame_equal(scores(seen), scores(seen.log))
    assert_frame_equal(touchpoints.peak_end(seen, felt=FELT), peak_end(seen.log, felt=FELT))


def test_felt_steps_are_those_that_a_memory_is_made_of():
    frame = pd.DataFrame(
        {
            "customer": ["Ana", "Ana", "Bo", "Ana"],
            "actor": ["customer", "company", "customer", "public"],
            "time": ["2024-05-02", "2024-05-01", "2024-05-03", "2024-05-04"],
            "kind": ["contact", "failure", "resolve", "share"],
        }
    )
    steps = touchpoints.felt_steps(frame)
    assert steps[["customer", "kind", "score"]].values.tolist() == [
        ["Ana", "failure", -0.8],
        ["Ana", "contact", -0.1],
        ["Bo", "resolve", 0.8],
    ]
    counted = touchpoints.peak_end(frame, felt=touchpoints.FELT)["steps"].tolist()
    assert counted == steps.groupby("customer", observed=True).size().tolist()
    assert len(touchpoints.felt_steps(frame, observed_until="2024-05-01")) == 1
