"""Exports of help desks: tickets become issues; what has no date is counted, not made up."""

import csv
import random
import warnings
from datetime import datetime
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from cemlab import events, exchange
from cemlab.exchange import _mapping, _moments

HEAD = ["Id", "Requester id", "Created at", "First reply time in minutes", "Solved at", "Updated at",
        "Group", "Assignee", "Via", "Status", "Reopens", "Replies", "Satisfaction Score", "Tags"]  # fmt: skip
ANA = ["7", "981", "2024-05-01 10:00", "30", "2024-05-02 09:00", "2024-05-04 12:00",
       "Billing", "Kim Doe", "Mail", "Solved", "0", "2", "Good", "bill"]  # fmt: skip


def ticket(**changed):
    """Return Ana's ticket with some cells changed (words of the head, _ for spaces)."""
    cells = dict(zip(HEAD, ANA, strict=True))
    return list((cells | {k.replace("_", " "): v for k, v in changed.items()}).values())


def read(folder, *rows, head=HEAD, separator=",", **options):
    path = folder / "tickets.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=separator).writerows([head, *rows])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", exchange.LeftOutWarning)
        return exchange.read_help_desk(path, progress=False, **options)


def told(log):
    columns = ["customer", "issue", "time", "actor", "by", "channel", "kind", "value"]
    shown = log[columns].astype(object)
    return shown.where(shown.notna(), None).values.tolist()


def odd(log):
    table = exchange.report(log)
    table = table[(table["done"] != "") & (table["count"] > 0)]
    return dict(zip(table["what"], table["count"], strict=True))


def at(text):
    return pd.Timestamp(text)


TOLD = [
    [1, 1, at("2024-05-01 10:00"), "customer", None, "email", "contact", None],
    [1, 1, at("2024-05-01 10:30"), "company", "Billing", "email", "answer", 30.0],
    [1, 1, at("2024-05-02 09:00"), "company", "Billing", "email", "close", None],
    [1, 1, at("2024-05-02 09:00"), "customer", None, "email", "survey_csat", 5.0],
]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_ticket_becomes_an_issue(tmp_path, separator):
    log = read(tmp_path, ANA, separator=separator)
    assert told(log) == TOLD
    assert log["latest"].tolist()[3] == at("2024-05-04 12:00")
    assert log["latest"].isna().tolist() == [True, True, True, False]
    assert "tags" not in log
    assert "bill" not in log.to_csv()
    assert log["source"].unique().tolist() == ["help desk"]
    assert odd(log) == {}
    assert "resolve" not in log["kind"].cat.categories
    assert_frame_equal(events.validate(log), log)


def test_stated_waits_are_what_metrics_use(tmp_path):
    from cemlab.crm import desk

    log = read(tmp_path, ANA, ticket(Id="8", First_reply_time_in_minutes="31"))
    assert desk.service_level(log, minutes=30).values.tolist() == [[0.5, 0.5, 2.0]]


def test_people_and_issues_are_numbered_in_order_of_time(tmp_path):
    rows = [
        ticket(Id="9", Created_at="2024-05-01 11:00"),
        ticket(Id="8", Requester_id="55", Created_at="2024-04-30"),
        ticket(Id="10", Created_at="2024-05-01 11:00"),
        ANA,
    ]
    log = read(tmp_path, *rows)
    contacts = log[log["kind"] == "contact"]
    assert contacts[["customer", "issue"]].values.tolist() == [[1, 1], [2, 1], [2, 2], [2, 3]]
    random.Random(1).shuffle(rows)
    assert_frame_equal(read(tmp_path, *rows), log)


def test_nothing_of_a_persons_id_or_an_agents_name_is_kept(tmp_path):
    log = read(tmp_path, ANA, ticket(Id="8", Group="", Created_at="2024-05-01 09:00"))
    assert set(log["by"].dropna()) == {"Billing", "agent 1"}
    assert "981" not in log.to_csv()
    assert "Kim" not in log.to_csv()


@pytest.mark.parametrize(
    ("changed", "kinds", "what"),
    [
        ({"Id": ""}, 0, "tickets without a number"),
        ({"Id": "7"}, 0, "repeated ticket numbers"),
        ({"Requester_id": " "}, 0, "tickets without a customer"),
        ({"Created_at": "soon"}, 0, "tickets without a date of creation"),
        ({"Created_at": ""}, 0, "tickets without a date of creation"),
        ({"First_reply_time_in_minutes": "-3"}, 3, "waits that are no number of minutes"),
        ({"First_reply_time_in_minutes": "x", "Replies": ""}, 3, "waits that are no number of minutes"),
        ({"First_reply_time_in_minutes": ""}, 3, "tickets with replies but no time of the first"),
        ({"Solved_at": "soon", "Status": ""}, 3, "dates of closings that are none"),
        ({"Solved_at": "2024-04-01"}, 3, "closings before the ticket"),
        ({"Solved_at": ""}, 3, "closed tickets without a date of closing"),
        ({"Status": "Open"}, 3, "closings of tickets that are open again"),
        ({"Status": "Wartet"}, 4, "tickets with an unknown status, most often 'Wartet'"),
        ({"Satisfaction_Score": "super"}, 3, "satisfaction words that are no score, most often 'super'"),
        ({"Satisfaction_Score": "9"}, 3, "satisfaction words that are no score, most often '9'"),
        ({"Reopens": "often"}, 4, "counts of reopenings that are no number"),
        ({"Reopens": "inf"}, 4, "counts of reopenings that are no number"),
        ({"Replies": "-2"}, 4, "counts of replies that are no number"),
        ({"First_reply_time_in_minutes": "1500"}, 4, "stated waits that end after the closing or the last change (is the unit right?)"),
        ({"First_reply_time_in_minutes": "9000", "Solved_at": "", "Status": ""}, 3, "stated waits that end after the closing or the last change (is the unit right?)"),
        ({"Reopens": "2"}, 4, "reopenings without a date"),
    ],
)  # fmt: skip
def test_what_is_odd_is_counted(tmp_path, changed, kinds, what):
    log = read(tmp_path, ANA, ticket(**({"Id": "8"} | changed)))
    assert len(log) == len(TOLD) + kinds
    assert odd(log)[what] == (2 if what.startswith("reopenings") else 1)


def test_lines_that_cannot_be_read_are_counted(tmp_path):
    log = read(tmp_path, ANA, ["8", "9"])
    assert told(log) == TOLD
    assert odd(log) == {"unreadable lines": 1}


@pytest.mark.parametrize(
    ("word", "score"),
    [("Good", 5), ("Bad with comment", 1), ("4", 4), ("Offered", None), ("", None), ("9", None)],
)
def test_scores(tmp_path, word, score):
    log = read(tmp_path, ticket(Satisfaction_Score=word))
    found = log.loc[log["kind"] == "survey_csat", "value"].tolist()
    assert found == ([] if score is None else [score])


def test_a_score_without_a_last_change_lies_before_the_end_of_the_file(tmp_path):
    head = [name for name in HEAD if name != "Updated at"]
    rows = [dict(zip(HEAD, row, strict=True)) for row in (ANA, ticket(Id="8", Created_at="2024-06-01", Solved_at="2024-06-02"))]  # fmt: skip
    log = read(tmp_path, *[[row[name] for name in head] for row in rows], head=head)
    scores = log[log["kind"] == "survey_csat"]
    assert scores["latest"].fillna(scores["time"]).tolist() == [at("2024-06-02 23:59:59")] * 2


def test_only_the_needed_columns(tmp_path):
    log = read(tmp_path, ["1", "2", "2024-05-01"], head=["id", "Requester_ID", "created at"])
    assert told(log) == [[1, 1, at("2024-05-01"), "customer", None, None, "contact", None]]
    assert read(tmp_path, head=HEAD).empty
    said = r"tickets\.csv: must have a column 'Requester id', got Id, Created at: say what .*write_mapping"
    with pytest.raises(ValueError, match=said):
        read(tmp_path, head=["Id", "Created at"])


def test_warning_and_sentence(tmp_path, capsys):
    read(tmp_path, ANA, ["8", "9"])
    path = tmp_path / "tickets.csv"
    exchange.read_help_desk(path)
    said = "tickets.csv: 1 ticket, 1 customer, 1 issue, 4 events; 1 unreadable line left out.\n"
    assert capsys.readouterr().out == said
    with pytest.warns(exchange.LeftOutWarning, match="1 unreadable line left out"):
        exchange.read_help_desk(path, progress=False)


# --- mappings ----------------------------------------------------------------------------

MINE = """\
columns:
  ticket: Nr
  customer: Kunde
  created: Eingang
  first_reply: Antwort
  closed: Ende
  reopened: Wieder
  channel: Weg
times:
  format: "%d.%m.%Y %H:%M"
  zone: Europe/Berlin
channels: {Telefon: phone}
"""
MY_HEAD = ["Nr", "Kunde", "Eingang", "Antwort", "Ende", "Wieder", "Weg"]


def mapping(folder, text):
    path = folder / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_mapping_names_columns_zones_and_words(tmp_path):
    row = ["A1", "K9", "01.05.2024 10:00", "01.05.2024 10:45", "02.05.2024 09:00", "03.05.2024 08:00", "Telefon"]  # fmt: skip
    log = read(tmp_path, row, head=MY_HEAD, mapping=mapping(tmp_path, MINE))
    assert told(log) == [
        [1, 1, at("2024-05-01 08:00"), "customer", None, "phone", "contact", None],
        [1, 1, at("2024-05-01 08:45"), "company", None, "phone", "answer", None],
        [1, 1, at("2024-05-02 07:00"), "company", None, "phone", "close", None],
        [1, 1, at("2024-05-03 06:00"), "customer", None, "phone", "reopen", None],
    ]
    assert odd(log) == {}


@pytest.mark.parametrize(("unit", "minutes"), [("seconds", 0.5), ("minutes", 30), ("hours", 1800)])
def test_units_of_waits(tmp_path, unit, minutes):
    exchange.write_mapping(tmp_path / "m.yaml")
    text = (tmp_path / "m.yaml").read_text(encoding="utf-8")
    changed = mapping(tmp_path, text.replace("wait_unit: minutes", f"wait_unit: {unit}"))
    log = read(tmp_path, ANA, mapping=changed)
    assert log.loc[log["kind"] == "answer", "value"].tolist() == [minutes]


def test_the_example_of_a_mapping_is_the_usual_one(tmp_path):
    exchange.write_mapping(tmp_path / "m.yaml")
    log = read(tmp_path, ANA, ticket(Id="8", Via="Fax"))
    assert_frame_equal(
        read(tmp_path, ANA, ticket(Id="8", Via="Fax"), mapping=tmp_path / "m.yaml"), log
    )
    named = _mapping.read(tmp_path / "m.yaml", tmp_path / "tickets.csv", HEAD).named()
    assert sorted(named.values()) == sorted(set(HEAD) - {"Tags"})


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("closed: Ende", "closed: Schluss", r"line 6, columns\.closed: must be a column of tickets\.csv \(Nr, .*\), got 'Schluss'"),
        ("ticket: Nr", "tickets: Nr", r"line 1, columns\.ticket: must be given, got nothing"),
        ("Europe/Berlin", "Berlin", r"line 11, times\.zone: must be a time zone such as Europe/Berlin, got 'Berlin'"),
        ("%d.%m.%Y %H:%M", "day", r"line 10, times\.format: must be ISO 8601 or a pattern .*, got 'day'"),
        ("channels:", "wait_unit: days\nchannels:", r"line 12, wait_unit: must be 'seconds', 'minutes' or 'hours', got 'days'"),
        ("channels:", "scores: {ok: 7}\nchannels:", r"line 12, scores\.ok: must be .*5, got 7"),
        ("%d.%m.%Y %H:%M", "%d.%m.%Y %Z", r"line 10, times\.format: must have no names of zones \(%Z\), got '%d.%m.%Y %Z': use %z"),
        ("%d.%m.%Y %H:%M", "%Y %Q", r"line 10, times\.format: must be ISO 8601 or a pattern .*, got '%Y %Q'"),
        ("{Telefon: phone}", "{no: phone}", r"line 12, channels: must be words, got no or off, which YAML does not take for a word: put it in quotes"),
        ("channels:", "scores: {5: 5}\nchannels:", r"line 12, scores: must be words, got a number, .*put it in quotes"),
        ("channels:", "closed_words: [yes]\nchannels:", r"line 12, closed_words: must be words, got yes or on"),
        ("ticket: Nr", "ticket: on", r"line 2, columns\.ticket: must be words, got yes or on"),
        ("columns:", "columns: !!python/name:os.system", "must not use tags"),
    ],
)  # fmt: skip
def test_errors_in_a_mapping_name_the_place(tmp_path, old, new, said):
    path = mapping(tmp_path, MINE.replace(old, new, 1))
    with pytest.raises(exchange.MappingError, match=said) as error:
        read(tmp_path, head=MY_HEAD, mapping=path)
    assert str(error.value).startswith(f"{path}, line ")
    assert "\n" not in str(error.value)


# --- times ---------------------------------------------------------------------------------


def test_mixed_zones_become_utc():
    cells = ["2024-05-01 10:00", "2024-05-01T10:00:00Z", "2024-05-01 10:00:00+0200", "2024-05-01 10:00:00 -05:30",
             "2024-05-01 10:00:00 UTC", "2024-05-01", "", "1.5.2024"]  # fmt: skip
    found = _moments.read(cells, zone="Europe/Berlin")
    shown = [None if pd.isna(t) else f"{pd.Timestamp(t):%d %H:%M}" for t in found.times]
    assert shown == ["01 08:00", "01 10:00", "01 08:00", "01 15:30", "01 10:00", "30 22:00", None, None]  # fmt: skip
    assert (found.twice, found.skipped) == (0, 0)


def test_odd_hours_of_a_clock_are_counted():
    found = _moments.read(["2024-10-27 02:30", "2024-03-31 02:30"], zone="Europe/Berlin")
    assert found.times.tolist() == [datetime(2024, 10, 27, 0, 30), datetime(2024, 3, 31, 1, 0)]
    assert (found.twice, found.skipped) == (1, 1)


@given(
    st.datetimes(datetime(1971, 1, 1), datetime(2030, 1, 1)),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kolkata", "UTC"]),
)
@settings(deadline=None, max_examples=25, derandomize=True)
def test_zones_agree_with_pythons_own(moment, zone):
    moment = moment.replace(second=0, microsecond=0)
    wanted = moment.replace(tzinfo=ZoneInfo(zone)).astimezone(ZoneInfo("UTC")).replace(tzinfo=None)
    for form, text in ((None, f"{moment:%Y-%m-%d %H:%M}"), ("%d.%m.%Y %H:%M", f"{moment:%d.%m.%Y %H:%M}")):  # fmt: skip
        found = _moments.read([text], form=form, zone=zone)
        if not found.skipped:
            assert found.times.tolist() == [wanted]


def test_odd_hours_stand_in_the_report(tmp_path):
    row = ["A1", "K9", "27.10.2024 02:30", "", "", "", ""]
    log = read(tmp_path, row, head=MY_HEAD, mapping=mapping(tmp_path, MINE))
    assert odd(log) == {"times in an hour that the clock shows twice": 1}


# --- dates without a time, and odd cells ----------------------------------------------------


def dated(log):
    shown = log[["kind", "time", "latest"]].astype(object)
    return shown.where(shown.notna(), None).values.tolist()


@pytest.mark.parametrize("form", [None, "%d.%m.%Y"])
def test_a_day_without_a_time_is_some_time_of_that_day(tmp_path, form):
    given = dict.fromkeys(("Satisfaction_Score", "First_reply_time_in_minutes"), "")
    row = ticket(Solved_at="2024-05-01", **given)
    if form is None:
        log = read(tmp_path, row)
        assert dated(log) == [
            ["contact", at("2024-05-01 10:00"), None],
            ["close", at("2024-05-01 10:00"), at("2024-05-01 23:59:59")],
        ]
        assert odd(log) == {"tickets with replies but no time of the first": 1}
        return
    text = MINE.replace("%d.%m.%Y %H:%M", form)
    row = ["A1", "K9", "30.03.2024", "", "31.03.2024", "", ""]
    log = read(tmp_path, row, head=MY_HEAD, mapping=mapping(tmp_path, text))
    assert dated(log) == [  # in Berlin, which skips an hour on that Sunday
        ["contact", at("2024-03-29 23:00"), at("2024-03-30 22:59:59")],
        ["close", at("2024-03-30 23:00"), at("2024-03-31 21:59:59")],
    ]


def test_a_day_before_the_ticket_is_still_too_early(tmp_path):
    log = read(tmp_path, ticket(Solved_at="2024-04-30"))
    assert odd(log)["closings before the ticket"] == 1


@pytest.mark.parametrize(
    ("created", "reply", "answered", "what"),
    [
        ("27.10.2024 02:50", "27.10.2024 02:10", "2024-10-27 01:10", "shows twice"),
        ("27.10.2024 02:50", "27.10.2024 02:55", "2024-10-27 00:55", "shows twice"),
        ("27.10.2024 03:30", "27.10.2024 02:10", None, "before the ticket"),
    ],
)
def test_the_night_when_clocks_go_back(tmp_path, created, reply, answered, what):
    row = ["A1", "K9", created, reply, "", "", ""]
    log = read(tmp_path, row, head=MY_HEAD, mapping=mapping(tmp_path, MINE))
    found = log.loc[log["kind"] == "answer", "time"].tolist()
    assert found == ([] if answered is None else [at(answered)])
    assert any(what in words for words in odd(log))


def test_headings_and_encodings_of_others(tmp_path):
    path = tmp_path / "tickets.csv"
    text = "sep=;\r\n ID ;REQUESTER ID;created at \r\n1;Zoë;2024-05-01 10:00\r\n"
    path.write_text(text, encoding="utf-8", newline="")
    words = mapping(
        tmp_path, "columns: {ticket: id, customer: Requester Id, created: Created at}\n"
    )
    for options in ({}, {"mapping": words}):
        log = exchange.read_help_desk(path, progress=False, **options)
        assert told(log) == [
            [1, 1, at("2024-05-01 10:00"), "customer", None, None, "contact", None]
        ]
    for encoding, what in (("cp1252", "other bytes, perhaps Windows-1252"), ("utf-16", "UTF-16")):
        path.write_text(text, encoding=encoding)
        with pytest.raises(ValueError, match=rf"tickets\.csv: must be text in UTF-8, got {what}: save it as CSV UTF-8"):  # fmt: skip
            exchange.read_help_desk(path)
    with pytest.raises(ValueError, match="must have only one column 'Id', got id, ID : say what"):
        read(tmp_path, head=["id", "ID ", "Requester id", "Created at"])


def test_tags_are_kept_if_the_mapping_names_them(tmp_path):
    exchange.write_mapping(tmp_path / "m.yaml")
    text = (tmp_path / "m.yaml").read_text(encoding="utf-8")
    named = mapping(tmp_path, text.replace("# tags: Tags", "tags: Tags"))
    assert read(tmp_path, ANA, mapping=named)["tags"].fillna("").tolist() == ["bill", "", "", ""]
