"""The event log: one shape whatever comes in, or one sentence on what is wrong."""

import datetime as dt
import re
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cemlab import events
from cemlab.observation import waits

steadily = settings(deadline=None, derandomize=True)

FIXED = {"time": "datetime64[us]", "latest": "datetime64[us]", "value": "float64"}
MONEY = ["refuse", "offer", "accept", "decline", "compensate", "purchase"]
SILENT = ["transfer", "callback", "acknowledge", "close", "resolve", "reopen"]
SILENT += ["apologise", "remove", "leave"]


def log(rows=1, **columns):
    """Return a valid log of `rows` equal rows, but for the given columns."""
    valid = {"customer": "Ana", "time": "2024-05-01", "actor": "customer", "kind": "contact"}
    return pd.DataFrame({**valid, **columns}, index=range(rows))


def same(a, b):
    pd.testing.assert_frame_equal(a, b, check_exact=True)


def refusal(frame):
    with pytest.raises(ValueError, match="events") as caught:
        events.validate(frame)
    assert "\n" not in str(caught.value)
    return str(caught.value)


# --- the shape of a log --------------------------------------------------------------


def test_the_columns_are_those_of_the_architecture():
    assert events.COLUMNS == (
        "customer", "issue", "time", "latest", "actor", "by", "channel", "touchpoint",
        "kind", "value", "source",
    )  # fmt: skip
    assert events.ACTORS == ("customer", "company", "public", "rival")


def test_the_kinds_and_their_units_are_those_of_the_architecture():
    units = {
        "failure": "money at stake",
        "contact": "the customer's audience (people)",
        "answer": "minutes waited",
        "abandon": "minutes waited",
        "work": "staff minutes",
        "promise": "minutes until due",
        "publish": "people reached when posting",
        "share": "exposures",
        "survey_nps": "score 0 to 10",
        "survey_csat": "score 1 to 5",
        "survey_ces": "score 1 to 7",
    }
    units |= dict.fromkeys(MONEY, "money") | dict.fromkeys(SILENT, "")
    assert dict(events.KINDS) == units


def test_a_log_has_all_columns_in_order_and_with_their_types():
    types = events.validate(log()).dtypes
    assert list(types.index) == list(events.COLUMNS)
    assert {name: FIXED.get(name, "category") for name in events.COLUMNS} == types.astype(
        str
    ).to_dict()


def test_an_empty_log_has_the_same_columns_and_types():
    types = events.validate(log().iloc[:0]).dtypes.astype(str)
    assert types.to_dict() == events.validate(log()).dtypes.astype(str).to_dict()


def test_what_is_not_given_is_empty_and_the_issue_is_1():
    row = events.validate(log()).iloc[0]
    assert row["issue"] == 1
    assert row[["latest", "by", "channel", "touchpoint", "value", "source"]].isna().all()


def test_extra_columns_are_kept_behind_the_others():
    found = events.validate(log(2, time=["2024-05-02", "2024-05-01"], label=["late", "early"]))
    assert list(found.columns) == [*events.COLUMNS, "label"]
    assert found["label"].tolist() == ["early", "late"]


def test_the_callers_frame_stays_as_it_is():
    frame = log(2, time=["2024-05-02", "2024-05-01"])
    before = frame.copy()
    events.validate(frame)
    same(frame, before)


@pytest.mark.parametrize(
    ("given_names", "kept"),
    [
        ([2, 1], [1, 2]),
        (["2", "1"], [1, 2]),
        ([2.0, 1.0], [1, 2]),
        (["10", "9"], [9, 10]),
        (["2", "b"], ["2", "b"]),
        (["007", "7"], ["007", "7"]),
        ([-3, 5], ["-3", "5"]),
        ([" Ana ", "Ana"], ["Ana"]),
        ([2**63 - 1, 10**18], [10**18, 2**63 - 1]),
    ],
)
def test_names_are_sorted_and_all_whole_or_all_text(given_names, kept):
    found = events.validate(log(2, customer=given_names))["customer"].cat.categories
    assert found.tolist() == kept


@pytest.mark.parametrize("name", [2**63, 2**64 - 1, 2**64])
def test_a_name_too_large_for_a_whole_number_is_text(name):
    assert events.validate(log(customer=name))["customer"].tolist() == [str(name)]


# --- the order of rows ---------------------------------------------------------------


def test_rows_stand_in_order_of_time():
    times = ["2024-05-03", "2024-05-01 00:00:00.000001", "2024-05-01"]
    found = events.validate(log(3, time=times))["time"]
    assert found.is_monotonic_increasing
    assert found.iloc[1].microsecond == 1


def test_rows_of_one_time_stand_in_the_order_of_kinds():
    kinds = list(events.KINDS)
    who = ["company" if k in ("close", "promise") else "customer" for k in kinds[::-1]]
    rows = log(len(kinds), kind=kinds[::-1], actor=who)
    assert events.validate(rows)["kind"].tolist() == kinds


@pytest.mark.parametrize(
    ("kind", "speaker"), [("resolve", "customer"), ("close", "company"), ("promise", "company")]
)
def test_a_word_belongs_to_the_one_who_can_say_it(kind, speaker):
    for actor in events.ACTORS:
        if actor == speaker:
            assert len(events.validate(log(kind=kind, actor=actor))) == 1
        else:
            rule = f"row 0, actor: must be {speaker} for kind {kind}, got '{actor}'"
            assert refusal(log(kind=kind, actor=actor)).endswith(rule)


def test_stated_minutes_must_fit_a_contact_even_where_another_answer_came_first():
    rows = pd.DataFrame(
        {
            "customer": "Ana",
            "actor": ["customer", "company", "customer", "company"],
            "kind": ["contact", "answer", "contact", "answer"],
            "channel": ["phone", "mail", "phone", "phone"],
            "time": [f"2024-05-01 {clock}" for clock in ("10:00", "11:00", "12:00", "12:30")],
            "value": [None, 60.0, None, 30.0],
        }
    )
    assert len(events.validate(rows)) == 4
    rows.loc[1, "value"] = 9999.0
    assert "minutes waited" in refusal(rows)


def test_ties_are_broken_by_columns_of_the_users_own_too():
    rows = log(4, mood=["b", "a", "d", "c"])
    assert events.validate(rows)["mood"].tolist() == list("abcd")


FEW = st.sampled_from(["a", "b", None])
TIED = st.fixed_dictionaries(
    {
        "customer": st.sampled_from(["x", "y"]),
        "issue": st.sampled_from([1, 2]),
        "time": st.sampled_from(["2024-05-01", "2024-05-02"]),
        "latest": st.sampled_from([None, "2024-05-03"]),
        "actor": st.sampled_from(events.ACTORS),
        "kind": st.sampled_from(["contact", "share", "offer"]),
        "value": st.sampled_from([None, 0.0, 5.0]),
        "by": FEW,
        "channel": FEW,
        "touchpoint": FEW,
        "source": FEW,
    }
)


@settings(steadily, max_examples=40)
@given(st.lists(TIED, min_size=1, max_size=12), st.randoms())
def test_the_order_in_which_rows_were_typed_changes_nothing(rows, random):
    shuffled = random.sample(rows, len(rows))
    same(events.validate(pd.DataFrame(rows)), events.validate(pd.DataFrame(shuffled)))


OTHER = {"customer": "Bo", "issue": 2, "latest": "2024-05-02", "actor": "public", "value": 5.0}
OTHER |= {"by": "a", "channel": "a", "touchpoint": "a", "source": "a", "kind": "share"}


@pytest.mark.parametrize("column", OTHER)
def test_rows_that_differ_in_one_column_only_have_one_order(column):
    both = pd.concat([log(issue=1), log(**{"issue": 1, column: OTHER[column]})])
    same(events.validate(both), events.validate(both[::-1]))


def test_the_order_of_categories_changes_nothing():
    plain = log(2, customer=[1, 2], by=["a", "b"])
    turned = plain.assign(
        customer=pd.Categorical([1, 2], categories=[2, 1]),
        by=pd.Categorical(["a", "b"], categories=["z", "b", "a"]),
    )
    same(events.validate(plain), events.validate(turned))


# --- files ---------------------------------------------------------------------------

AWKWARD = ["NA", "null", "nan", "None", "NaN", "-", "#", "a,b", 'say "hi"', "'", ";", "=1+1"]
AWKWARD += ["Zoë", "北京", "🎸", "1e5", "1.0", "007", "True", "2024-05-01", "9" * 19, "9" * 30]
LETTERS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=8)
NAMES = st.one_of(st.sampled_from(AWKWARD), LETTERS)
WHO = st.one_of(
    st.lists(NAMES, min_size=1, max_size=3), st.lists(st.integers(0, 2**63 - 1), min_size=1)
)
VALUES = st.one_of(
    st.none(),
    st.floats(min_value=0, allow_infinity=False),
    st.sampled_from([0.1, 5e-324, 1.7976931348623157e308, 1 / 3]),
)


@st.composite
def logs(draw):
    who = draw(WHO)
    moments = st.datetimes()
    rows = [
        {
            "customer": draw(st.sampled_from(who)),
            "issue": draw(st.one_of(st.just(1), NAMES)),
            "time": time,
            "latest": draw(st.sampled_from([None, time, dt.datetime.max])),
            "actor": draw(st.sampled_from(events.ACTORS)),
            "kind": draw(st.sampled_from(["contact", "publish", "share", "work", "offer"])),
            "value": draw(VALUES),
            **{name: draw(st.none() | NAMES) for name in ("by", "channel", "touchpoint")},
            "source": draw(st.none() | NAMES),
        }
        for time in draw(st.lists(moments, min_size=1, max_size=4))
    ]
    return pd.DataFrame(rows)


@settings(steadily, max_examples=40)
@given(logs())
@example(log(customer=10**18))
@example(log(customer="NA", by="null", channel="nan", source="None"))
def test_a_log_survives_its_file(tmp_path_factory, frame):
    file = tmp_path_factory.getbasetemp() / "round.csv"
    events.write(frame, file)
    same(events.read(file), events.validate(frame))


@settings(steadily, max_examples=40)
@given(logs())
def test_a_valid_log_stays_as_it_is(frame):
    valid = events.validate(frame)
    same(events.validate(valid), valid)


def test_an_empty_log_survives_its_file(tmp_path):
    events.write(log().iloc[:0], tmp_path / "log.csv")
    same(events.read(tmp_path / "log.csv"), events.validate(log().iloc[:0]))


HEADER = "customer,time,actor,kind\n"
ROW = "Ana,2024-05-01,customer,contact\n"


def file_refusal(path):
    with pytest.raises(ValueError, match=re.escape(path.name)) as caught:
        events.read(path)
    said = str(caught.value)
    assert said.startswith(str(path))
    assert "\n" not in said
    return said.removeprefix(str(path))


def refusal_of(content, tmp_path):
    file = tmp_path / "log.csv"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file_refusal(file)


def test_a_wrong_cell_is_named_with_file_line_column_rule_and_value(tmp_path):
    said = refusal_of(HEADER + ROW + "Bo,2024-05-01,customer,sing\n", tmp_path)
    assert re.fullmatch(r", line 3, kind: must be one of purchase, .*, got 'sing'", said)


@pytest.mark.parametrize("content", ["", "\n\n", " \n"])
def test_a_blank_file_is_refused(content, tmp_path):
    assert "columns" in refusal_of(content, tmp_path)


def test_a_file_without_rows_is_an_empty_log(tmp_path):
    (tmp_path / "log.csv").write_text(HEADER)
    assert len(events.read(tmp_path / "log.csv")) == 0


def test_a_folder_is_refused(tmp_path):
    assert file_refusal(tmp_path) == ": must be a CSV file with an event log, found a folder there"


def test_a_missing_file_is_refused(tmp_path):
    assert "found nothing there" in file_refusal(tmp_path / "none.csv")


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_another_encoding_is_refused(encoding, tmp_path):
    content = (HEADER + "Zoë,2024-05-01,customer,contact\n").encode(encoding)
    assert "must be text in UTF-8" in refusal_of(content, tmp_path)


def test_a_file_saved_by_excel_is_read(tmp_path):
    (tmp_path / "log.csv").write_bytes((HEADER + ROW).replace("\n", "\r\n").encode("utf-8-sig"))
    assert events.read(tmp_path / "log.csv")["customer"].tolist() == ["Ana"]


@pytest.mark.parametrize(
    "content",
    [
        HEADER + '"Ana,2024-05-01,customer,contact\n',
        HEADER + ROW + "Ana,2024-05-01,customer,contact,what\n",
        HEADER + "first,Ana,2024-05-01,customer,contact\n",
        HEADER + "Ana,2024-05-01,customer,contact,\n",
        (HEADER + ROW).replace(",", ";"),
    ],
    ids=["open quote", "one long row", "all rows long", "commas at the end", "semicolons"],
)
def test_a_table_whose_cells_do_not_fit_its_columns_is_refused(content, tmp_path):
    said = refusal_of(content, tmp_path)
    assert "column" in said or "fields" in said


def test_a_column_may_stand_only_once_in_a_file(tmp_path):
    content = HEADER.strip() + ",kind\nAna,2024-05-01,customer,contact,share\n"
    assert "'kind' twice" in refusal_of(content, tmp_path)


def test_a_blank_line_is_named_and_not_skipped(tmp_path):
    assert ", line 3, customer: must not be empty" in refusal_of(HEADER + ROW + "\n", tmp_path)


def test_an_invalid_log_does_not_touch_the_older_file(tmp_path):
    file = tmp_path / "log.csv"
    events.write(log(), file)
    before = file.read_bytes()
    with pytest.raises(ValueError, match="kind"):
        events.write(log(kind="sing"), file)
    assert file.read_bytes() == before


def test_a_full_disk_leaves_the_older_file_whole(tmp_path, monkeypatch):
    def half_written(frame, path, **_):
        path.write_text("custo")
        raise OSError(28, "No space left on device")

    file = tmp_path / "log.csv"
    events.write(log(), file)
    before = file.read_bytes()
    monkeypatch.setattr(pd.DataFrame, "to_csv", half_written)
    with pytest.raises(OSError, match="No space left"):
        events.write(log(2), file)
    assert file.read_bytes() == before
    assert list(tmp_path.iterdir()) == [file]


def test_a_written_file_can_be_read_by_whom_other_new_files_can(tmp_path):
    events.write(log(), tmp_path / "log.csv")
    (tmp_path / "other").touch()
    assert (tmp_path / "log.csv").stat().st_mode == (tmp_path / "other").stat().st_mode


# --- what is wrong is named ----------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "column", "rule", "value"),
    [
        ({"kind": "sing"}, "kind", "must be one of purchase, failure, contact", "'sing'"),
        ({"kind": ""}, "kind", "must not be empty", "''"),
        ({"actor": "nobody"}, "actor", "must be one of customer, company, public", "'nobody'"),
        ({"customer": " "}, "customer", "must not be empty", "''"),
        ({"customer": None}, "customer", "must not be empty", "''"),
        ({"issue": None}, "issue", "must not be empty", "''"),
        ({"customer": "a\nb"}, "customer", "must be printable text", r"'a\nb'"),
        ({"customer": 1.5}, "customer", "or a whole number", "1.5"),
        ({"customer": True}, "customer", "or a whole number", "True"),
        ({"time": None}, "time", "must be a date", "None"),
        ({"time": "2024-02-30"}, "time", "must be a date", "'2024-02-30'"),
        ({"time": "30.04.2024"}, "time", "must be a date", "'30.04.2024'"),
        ({"time": "2024-05-01 25:00"}, "time", "must be a date", "'2024-05-01 25:00'"),
        ({"time": 20240501}, "time", "must be a date", "20240501"),
        ({"time": "now"}, "time", "must be a date", "'now'"),
        ({"time": "today"}, "time", "must be a date", "'today'"),
        ({"latest": "2024-04-30"}, "latest", "must not be before time", "'2024-04-30 00:00:00'"),
        ({"value": -0.5}, "value", "must be at least 0 for kind contact", "-0.5"),
        ({"value": np.inf}, "value", "must be finite", "inf"),
        ({"value": "1e400"}, "value", "must be finite", "inf"),
        ({"value": "much"}, "value", "must be a number or empty", "'much'"),
        ({"value": "1,5"}, "value", "must be a number or empty", "'1,5'"),
        ({"value": "nan"}, "value", "must be a number or empty", "'nan'"),
        ({"kind": "survey_nps", "value": 11}, "value", "score 0 to 10 for kind", "11.0"),
        ({"kind": "survey_csat", "value": 0}, "value", "score 1 to 5 for kind", "0.0"),
        ({"kind": "survey_csat", "value": 6}, "value", "score 1 to 5 for kind", "6.0"),
        ({"kind": "survey_ces", "value": 7.5}, "value", "score 1 to 7 for kind", "7.5"),
    ],
)
def test_a_wrong_value_is_named_with_row_column_rule_and_value(wrong, column, rule, value):
    frame = pd.concat([log(issue=1), log(**{"issue": 1, **wrong})], ignore_index=True).astype(
        object
    )
    said = refusal(frame)
    assert said.startswith(f"events, row 1, {column}: ")
    assert rule in said
    assert said.endswith(f", got {value}")


@pytest.mark.parametrize("score", [("survey_nps", 0), ("survey_nps", 10), ("survey_ces", 7)])
def test_the_ends_of_a_score_belong_to_it(score):
    kind, value = score
    assert events.validate(log(kind=kind, value=value))["value"].tolist() == [value]


def test_an_unknown_kind_is_named_with_its_row():
    assert refusal(log(3, kind=["contact", "sing", "share"])).startswith("events, row 1, kind:")


def test_a_row_is_counted_from_the_top_whatever_the_index_says():
    frame = log(2, kind=["contact", "sing"]).set_index(pd.Index([70, 80]))
    assert refusal(frame).startswith("events, row 1, kind:")


@pytest.mark.parametrize(
    "moment",
    [
        pd.Timestamp("2024-05-01", tz="UTC"),
        pd.Timestamp("2024-05-01", tz="Europe/Berlin"),
        "2024-05-01T10:00Z",
        "2024-05-01T10:00+02:00",
        "2024-05-01T10:00+0200",
        "2024-05-01T10:00+02",
        "2024-05-01T10:00Z ",
    ],
)
@pytest.mark.parametrize("other", [[], ["2024-05-01"], [pd.Timestamp("2024-05-01", tz="UTC")]])
def test_a_time_with_a_zone_is_refused_and_never_shifted(moment, other):
    said = refusal(log(1 + len(other), time=pd.Series([moment, *other], dtype=object)))
    assert said.startswith("events, row 0, time: must be a date")
    assert "without a time zone" in said


def test_a_column_with_a_zone_is_refused_with_the_way_out():
    said = refusal(log(time=pd.to_datetime(["2024-05-01"]).tz_localize("Europe/Berlin")))
    assert '.dt.tz_convert("UTC").dt.tz_localize(None)' in said
    assert said.endswith("got 'datetime64[us, Europe/Berlin]'")


def test_a_repeated_column_is_named():
    frame = log(by="a")
    frame.columns = ["customer", "time", "actor", "kind", "kind"]
    assert refusal(frame) == "events: every column may stand once, got 'kind' twice"


@pytest.mark.parametrize("missing", ["customer", "time", "actor", "kind"])
def test_a_missing_column_is_named(missing):
    assert refusal(log().drop(columns=missing)).endswith(f", missing {missing}")


ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 3),
    st.sampled_from([10**400, 2**63, 2**64, -(2**63) - 1, 1e300, -0.0, pd.NA, pd.NaT]),
    st.floats(),
    st.text(max_size=3),
    st.dates(),
    st.datetimes(timezones=st.none() | st.timezones()),
    st.timedeltas(),
    st.sampled_from([*events.ACTORS, *events.KINDS, "2024-05-01", "a\0", "now"]),
    st.sampled_from([[], [1], {}, (1, 2), b"a", 1j, Decimal("1.5"), Decimal("NaN"), ...]),
)
PLAUSIBLE = {
    "customer": st.just("Ana"),
    "time": st.sampled_from(["2024-05-01", dt.datetime(2024, 5, 1)]),
    "actor": st.sampled_from(events.ACTORS),
    "kind": st.sampled_from(list(events.KINDS)),
}


@st.composite
def frames(draw):
    """Return a log in which one column, or a few, may hold anything."""
    size = draw(st.integers(0, 3))
    wild = draw(st.sets(st.sampled_from(events.COLUMNS), max_size=2))
    cells = {**PLAUSIBLE, **dict.fromkeys(wild, ANYTHING)}
    columns = {n: draw(st.lists(c, min_size=size, max_size=size)) for n, c in cells.items()}
    return pd.DataFrame({name: pd.Series(list(cells)) for name, cells in columns.items()})


@settings(steadily, max_examples=150)
@given(frames())
@example(log(value=10**400))
@example(log(customer=10**400))
@example(log(customer=2**63))
@example(pd.DataFrame({**log().to_dict("list"), "customer": [[1]]}))
@example(pd.DataFrame({**log().to_dict("list"), "by": [{}]}))
def test_any_frame_is_a_valid_log_or_a_value_error(frame):
    try:
        valid = events.validate(frame)
    except ValueError:
        return
    same(events.validate(valid), valid)


# --- minutes waited ------------------------------------------------------------------


def journey(*rows):
    """Return one customer's log from (kind, clock, channel, value, latest clock)."""
    who = {"contact": "customer", "abandon": "customer"}
    table = [
        {
            "customer": "Ana",
            "actor": who.get(kind, "company"),
            "kind": kind,
            "time": f"2024-05-01 {clock}",
            "channel": channel,
            "value": value,
            "latest": latest and f"2024-05-01 {latest}",
        }
        for kind, clock, channel, value, latest in (
            (*row, *(None,) * (5 - len(row))) for row in rows
        )
    ]
    return pd.DataFrame(table)


def ended(frame, **options):
    table = waits(frame, **options)
    return table[["ended", "wait_low_min", "wait_high_min"]].to_numpy().tolist()


@pytest.mark.parametrize("kind", ["answer", "callback", "refuse", "offer", "compensate"])
def test_a_contact_is_answered_by_the_companys_word(kind):
    frame = journey(("contact", "10:00", "phone"), (kind, "10:30", "phone"))
    assert ended(frame) == [["answered", 30, 30]]


@pytest.mark.parametrize("kind", ["acknowledge", "transfer", "work", "apologise", "close"])
def test_what_is_no_word_in_reply_leaves_a_contact_open(kind):
    frame = journey(("contact", "10:00", "phone"), (kind, "10:30", "phone"))
    assert ended(frame) == [["open", 30, np.inf]]


def test_the_answer_is_named_by_its_row():
    frame = journey(("contact", "10:00"), ("contact", "11:00"), ("answer", "10:30"))
    assert waits(frame)["answer"].tolist() == [1, -1]


def test_whoever_hangs_up_before_the_answer_has_abandoned():
    frame = journey(
        ("contact", "10:00", "phone"),
        ("abandon", "10:04", "phone"),
        ("contact", "10:10", "phone"),
        ("answer", "10:20", "phone"),
    )
    assert ended(frame) == [["abandoned", 4, 4], ["answered", 10, 10]]


def test_whoever_hangs_up_later_has_still_been_answered():
    frame = journey(
        ("contact", "10:00", "phone"),
        ("answer", "10:05", "phone"),
        ("contact", "10:10", "phone"),
        ("abandon", "10:12", "phone"),
    )
    assert ended(frame) == [["answered", 5, 5], ["abandoned", 2, 2]]


def test_an_open_contact_has_waited_at_least_until_the_end_of_the_observation():
    frame = journey(("contact", "10:00", "phone"), ("answer", "10:30", "phone"))
    assert ended(frame, observed_until="2024-05-01 10:12") == [["open", 12, np.inf]]
    assert ended(frame, observed_until="2024-05-01 09:59") == []


def test_the_same_channel_answers_before_any_other():
    frame = journey(
        ("contact", "10:00", "phone"), ("answer", "10:05", "email"), ("answer", "10:30", "phone")
    )
    assert ended(frame) == [["answered", 30, 30]]


def test_another_channel_answers_where_its_own_stays_silent():
    frame = journey(("contact", "10:00", "youtube"), ("answer", "10:05", "twitter"))
    assert ended(frame) == [["answered", 5, 5]]


def test_an_answer_to_another_journey_is_none():
    frame = journey(("contact", "10:00", "phone"), ("answer", "10:30", "phone"))
    assert ended(frame.assign(issue=[1, 2])) == [["open", 30, np.inf]]
    assert ended(frame.assign(customer=["Ana", "Bo"])) == [["open", 30, np.inf]]


def test_only_the_customers_own_contacts_wait():
    frame = journey(("contact", "10:00", "phone"), ("answer", "10:30", "phone"))
    assert ended(frame.assign(actor=["public", "company"])) == []


def test_uncertain_times_give_an_interval():
    frame = journey(
        ("contact", "10:00", "phone", None, "10:30"), ("answer", "11:00", "phone", None, "11:20")
    )
    assert ended(frame) == [["answered", 30, 80]]


def test_a_wait_is_never_below_zero():
    frame = journey(
        ("contact", "10:00", "phone", None, "11:00"), ("answer", "10:30", "phone", None, "11:20")
    )
    assert ended(frame) == [["answered", 0, 80]]


def test_stated_minutes_replace_the_interval():
    frame = journey(
        ("contact", "10:00", "phone", None, "10:30"), ("answer", "11:00", "phone", 45, "11:20")
    )
    assert ended(frame) == [["answered", 45, 45]]


def test_stated_minutes_do_not_replace_the_wait_of_an_earlier_contact():
    frame = journey(
        ("contact", "10:00", "phone"),
        ("contact", "10:20", "phone"),
        ("answer", "10:30", "phone", 10),
    )
    assert ended(frame) == [["answered", 30, 30], ["answered", 10, 10]]


def test_waits_of_an_empty_log_are_an_empty_table():
    full = journey(("contact", "10:00", "phone"), ("answer", "10:30", "phone"))
    assert ended(full.iloc[:0]) == []
    assert list(waits(full.iloc[:0]).columns) == list(waits(full).columns)


@pytest.mark.parametrize(
    "end", ["some day", pd.Timestamp("2024-05-01 12:00", tz="UTC"), "2024-05-01T12:00Z", ""]
)
def test_an_end_of_observation_that_is_no_naive_date_is_named(end):
    with pytest.raises(ValueError, match="observed_until must be"):
        waits(log(), observed_until=end)


@pytest.mark.parametrize(
    ("rows", "span"),
    [
        ([("contact", "10:00", "phone"), ("answer", "10:30", "phone", 45)], "30"),
        ([("contact", "10:00", "web"), ("answer", "10:30", "phone", 45)], "30"),
        ([("contact", "10:00", "phone"), ("abandon", "10:30", "phone", 45)], "30"),
        (
            [("contact", "10:00", "web", None, "10:10"), ("answer", "10:20", "web", 45, "10:40")],
            "10 to 40",
        ),
    ],
    ids=["same channel", "other channel", "abandoned", "interval"],
)
def test_stated_minutes_that_contradict_the_times_are_named(rows, span):
    said = refusal(journey(*rows))
    assert said.startswith("events, row 1, value: must be the minutes waited since the contact")
    assert f"({span} by the times)" in said
    assert said.endswith("got 45.0")


def test_the_row_of_contradicting_minutes_is_the_one_typed():
    rows = [("answer", "10:30", "phone", 45), ("contact", "10:00", "phone")]
    assert refusal(journey(*rows)).startswith("events, row 0, value:")


@pytest.mark.parametrize("stated", [29, 30, 31])
def test_stated_minutes_may_be_rounded_to_the_minute(stated):
    frame = journey(("contact", "10:00", "phone"), ("answer", "10:30", "phone", stated))
    assert ended(frame) == [["answered", stated, stated]]


def test_an_answer_that_fits_any_of_its_contacts_is_fine():
    frame = journey(
        ("contact", "10:00", "phone"),
        ("contact", "10:20", "phone"),
        ("answer", "10:30", "phone", 30),
    )
    assert len(events.validate(frame)) == 3
