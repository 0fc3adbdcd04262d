"""Tweets between customers and companies: threads, pseudonyms, and all that can be wrong."""

import csv
import gzip
import random
import warnings
from datetime import datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from cemlab import events, exchange
from cemlab.exchange import _foreign, _moments, _tweets_of, twitter

HEAD = list(twitter.COLUMNS)
patiently = settings(deadline=None, max_examples=25, derandomize=True)


def at(minute):
    """Return a time on 31 October 2017 as Twitter writes it."""
    return f"Tue Oct 31 {minute // 60:02d}:{minute % 60:02d}:47 +0000 2017"


def tweet(number, author, minute, answers="", responses="", text="hello", inbound=None):
    if inbound is None:
        inbound = str(str(author).isdigit())
    when = at(minute) if isinstance(minute, int) else minute
    return [str(number), str(author), inbound, when, text, responses, str(answers)]


def export(folder, rows, name="twcs.csv"):
    path = folder / name
    opened = gzip.open if name.endswith(".gz") else open
    with opened(path, "wt", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEAD, *rows])
    return path


def read(folder, *rows, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", exchange.LeftOutWarning)
        return exchange.read_twcs(export(folder, rows), progress=False, **options)


def told(log):
    """Return [customer, issue, minute, actor, by, kind] of each row."""
    minute = (log["time"] - pd.Timestamp("2017-10-31 00:00:47")) // pd.Timedelta(minutes=1)
    by = log["by"].astype(object).where(log["by"].notna(), None)
    columns = [log["customer"], log["issue"], minute, log["actor"], by, log["kind"]]
    return [list(row) for row in zip(*columns, strict=True)]


def odd(log):
    """Return what was left out or mended, where anything was."""
    table = exchange.report(log)
    table = table[(table["done"] != "") & (table["count"] > 0)]
    return dict(zip(table["what"], table["count"], strict=True))


THREAD = [
    tweet(1, 105, 10, responses="2"),
    tweet(2, "AcmeHelp", 15, answers=1, responses="3,4"),
    tweet(3, 105, 20, answers=2),
    tweet(4, 777, 25, answers=2),
]
TOLD = [
    [1, 1, 10, "customer", None, "contact"],
    [1, 1, 10, "customer", None, "publish"],
    [1, 1, 15, "company", "AcmeHelp", "answer"],
    [1, 1, 20, "customer", None, "contact"],
    [1, 1, 25, "public", "person 2", "publish"],
]


def test_a_thread_is_one_issue(tmp_path):
    log = read(tmp_path, *THREAD)
    assert told(log) == TOLD
    assert log["channel"].unique().tolist() == ["twitter"]
    assert log["source"].unique().tolist() == ["twcs"]
    assert log["value"].isna().all()
    assert odd(log) == {}
    assert_frame_equal(events.validate(log), log)


@pytest.mark.parametrize("name", ["t.csv", "t.csv.gz"])
def test_the_order_of_rows_and_packing_do_not_matter(tmp_path, name):
    rows = [*THREAD, tweet(9, 106, 5)]
    random.Random(3).shuffle(rows)
    log = exchange.read_twcs(export(tmp_path, rows, name), progress=False)
    # 106 spoke first: number 1
    assert told(log)[:2] == [[1, 1, 5, "customer", None, k] for k in ("contact", "publish")]
    assert told(log)[2:] == [[2, *row[1:]] for row in TOLD[:-1]] + [
        [2, 1, 25, "public", "person 3", "publish"]
    ]


def test_the_answered_tweets_list_fills_missing_links(tmp_path):
    rows = [row.copy() for row in THREAD]
    for row in rows[1:]:
        row[6] = ""
    log = read(tmp_path, *rows)
    assert told(log) == TOLD
    assert odd(log) == {"links found only in the answered tweet": 3}


def test_issues_are_numbered_in_order_of_time(tmp_path):
    log = read(tmp_path, tweet(5, 105, 30), tweet(9, 105, 10), tweet(7, 105, 20), tweet(8, 106, 1))
    contacts = log[log["kind"] == "contact"]
    assert contacts[["customer", "issue"]].values.tolist() == [[1, 1], [2, 1], [2, 2], [2, 3]]
    assert contacts["time"].is_monotonic_increasing


def test_a_person_has_one_number_as_customer_and_as_public(tmp_path):
    log = read(tmp_path, *THREAD, tweet(8, 777, 40))
    assert told(log)[-1] == [2, 1, 40, "customer", None, "publish"]
    assert "person 2" in log["by"].cat.categories


def test_nothing_of_a_persons_id_is_kept(tmp_path):
    log = read(tmp_path, *THREAD, tweet(6, 31337, 33, answers=3, inbound="False"), keep_text=True)
    assert told(log)[-1] == [1, 1, 33, "company", "company 1", "answer"]
    written = log.to_csv()
    assert not [person for person in ("105", "777", "31337") if person in written]


def test_names_in_texts_are_masked_unless_a_company_has_them(tmp_path):
    said = '@acmehelp my "bag", lost\nsince @Ana_B told @105, me@web.org 🙂'
    log = read(tmp_path, tweet(1, 105, 10, text=said), tweet(2, "AcmeHelp", 15, answers=1, text="@105 hi"), keep_text=True)  # fmt: skip
    seen = '@acmehelp my "bag", lost\nsince @somebody told @somebody, me@somebody.org 🙂'
    assert log["text"].tolist() == [seen, seen, "@somebody hi"]
    assert "text" not in read(tmp_path, *THREAD)


def test_a_companys_own_post_and_threads_without_customer_are_left_out(tmp_path):
    post = [tweet(1, "Acme", 1), tweet(2, 105, 5, answers=1), tweet(3, "Acme", 9, answers=2)]
    alone = [tweet(8, "Acme", 1), tweet(9, "Acme", 2, answers=8)]
    log = read(tmp_path, *post, *alone)
    assert [row[2:] for row in told(log)] == [
        [5, "customer", None, "contact"],
        [5, "customer", None, "publish"],
        [9, "company", "Acme", "answer"],
    ]
    assert odd(log) == {
        "companies' posts that answer nobody": 1,
        "companies' tweets in threads without a customer": 2,
    }


@pytest.mark.parametrize(
    ("row", "what"),
    [
        (tweet(2, "Other", 15, answers=1), "repeated tweet ids"),
        (tweet("x", 5, 15), "tweets without a number"),
        (tweet(7, 5, "Tue Foo 31 22:10:47 +0000 2017"), "tweets without a date"),
        (tweet(7, 5, "Tue Feb 30 22:10:47 +0000 2017"), "tweets without a date"),
        (tweet(7, 5, ""), "tweets without a date"),
        (tweet(7, 5, 9, inbound="perhaps"), "tweets neither inbound nor outbound"),
        (tweet(7, 5, 9, inbound=""), "tweets neither inbound nor outbound"),
        (tweet(7, " ", 9, inbound="True"), "inbound tweets without an author"),
        (["7", "5"], "unreadable lines"),
    ],
)
def test_bad_rows_are_left_out_and_counted(tmp_path, row, what):
    log = read(tmp_path, *THREAD, row)
    assert told(log) == TOLD
    assert odd(log) == {what: 1}


@pytest.mark.parametrize(
    ("row", "what", "more"),
    [
        (tweet(7, 5, 30, answers=99), "links to tweets that are not there", 2),
        (tweet(7, 5, 30, answers="x9"), "links to tweets that are not there", 2),
        (tweet(7, 5, 30, responses="99"), "links to tweets that are not there", 2),
        (tweet(7, 5, 30, answers=7), "tweets that answer themselves or each other in a circle", 2),
        (tweet(7, 105, 2, answers=2), "answers earlier than what they answer", 1),
        (tweet(7, "", 30, answers=3, inbound="False"), "outbound tweets without an author", 1),
    ],
)
def test_odd_rows_are_kept_and_counted(tmp_path, row, what, more):
    log = read(tmp_path, *THREAD, row)
    assert len(log) == len(TOLD) + more
    assert odd(log) == {what: 1}


def test_a_circle_ends_and_is_one_thread(tmp_path):
    circle = [tweet(i, 100 + i, i, answers=i % 3 + 1) for i in (1, 2, 3)]
    log = read(tmp_path, *circle)
    assert len(log[["customer", "issue"]].drop_duplicates()) == 1
    found = odd(log)
    assert found["tweets that answer themselves or each other in a circle"] == 3
    assert found["answers earlier than what they answer"] == 2


def test_numbers_that_went_through_a_spreadsheet_and_long_ones(tmp_path):
    long = 1_900_000_000_000_000_001
    log = read(tmp_path, tweet(long, 105, 1), tweet(long + 1, "Acme", 2, answers=f"{long}"), tweet("8.0", 9, 3), tweet(9, "Acme", 4, answers="8.0"))  # fmt: skip
    assert log["kind"].value_counts()["answer"] == 2
    assert odd(log) == {}


def test_report_sentence_and_warning(tmp_path, capsys):
    path = export(tmp_path, [*THREAD, ["7", "5"]])
    log = exchange.read_twcs(path)
    said = "twcs.csv: 4 tweets, 1 customers, 1 issues, 5 events; 1 unreadable lines left out."
    shown = capsys.readouterr()
    assert shown.out == said + "\n"
    assert shown.err == ""
    with pytest.warns(exchange.LeftOutWarning, match="1 unreadable lines left out"):
        exchange.read_twcs(path, progress=False)
    assert log.attrs["report"]["tweets"] == 4
    assert exchange.report(log).columns.tolist() == ["what", "done", "count"]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        exchange.read_twcs(export(tmp_path, THREAD), progress=False)
    with pytest.raises(ValueError, match="log must carry a report, got one without"):
        exchange.report(pd.DataFrame())


def test_long_readings_say_how_far_they_are(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(_foreign, "_QUIET_S", 0.0)
    exchange.read_twcs(export(tmp_path, THREAD))
    assert "twcs.csv: 100% read\n" in capsys.readouterr().err
    exchange.read_twcs(export(tmp_path, THREAD), progress=False)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "must have the columns tweet_id, author_id"),
        (b"tweet_id,author_id\n1,2\n", "missing inbound, created_at, response_tweet_id"),
        ((",".join(HEAD) + ",tweet_id\n").encode(), "may stand once, got 'tweet_id' twice"),
        ("tweet_id,é".encode("utf-16"), "must have the columns"),
    ],
)
def test_a_file_of_another_kind_is_one_sentence(tmp_path, content, said):
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=said) as error:
        exchange.read_twcs(path)
    assert str(error.value).startswith(str(path))
    assert "\n" not in str(error.value)


def test_no_file_and_a_torn_one(tmp_path):
    with pytest.raises(ValueError, match="must be a file with a table, found nothing there"):
        exchange.read_twcs(tmp_path / "none.csv")
    with pytest.raises(ValueError, match="found a folder there"):
        exchange.read_twcs(tmp_path)
    packed = export(tmp_path, THREAD * 50, "t.csv.gz")
    packed.write_bytes(packed.read_bytes()[:-30])
    with pytest.raises(ValueError, match="must be a file that can be read to its end"):
        exchange.read_twcs(packed, progress=False)


def test_an_export_without_tweets_is_an_empty_log(tmp_path):
    log = read(tmp_path)
    assert log.empty
    assert list(log.columns) == list(events.COLUMNS)
    assert len(read(tmp_path, tweet(1, "Acme", 3))) == 0


def test_what_arrow_cannot_read_is_read_line_by_line(tmp_path, monkeypatch):
    path = export(tmp_path, THREAD)
    path.write_bytes(path.read_bytes() + b'8,5,True,"never closed\n9,5,True,')
    for block in (2**23, 2**5):  # no row fits in the second
        monkeypatch.setattr(_foreign, "_BLOCK", block)
        with pytest.warns(exchange.LeftOutWarning, match="2 unreadable lines left out"):
            log = exchange.read_twcs(path, progress=False)
        assert told(log) == TOLD


def test_a_cell_without_end_costs_only_the_lines_near_it(tmp_path, monkeypatch):
    rows = [tweet(n, 100 + n, 3, text="x" * 999) for n in range(1, 301)]
    path = export(tmp_path, rows)
    lines = path.read_text(encoding="utf-8").splitlines()
    lines.insert(11, f'999,5,True,{at(3)},"never closed')
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    monkeypatch.setattr(_foreign, "_BLOCK", 2**11)
    with pytest.warns(exchange.LeftOutWarning, match="unreadable lines"):
        log = exchange.read_twcs(path, progress=False)
    lost = odd(log)["unreadable lines"]
    assert 100 < lost < 140  # a cell has at most 131,072 letters
    assert log["customer"].nunique() == 301 - lost


def test_quick_and_slow_reading_agree(tmp_path):
    rows = [
        *THREAD,
        ["7", "5"],
        tweet(8, 5, 30, text='a "b"\r\n, c 🙂'),
        tweet(9, "Ä", 31, answers=8),
    ]
    path = export(tmp_path, rows)
    top = _foreign.head(path)
    quick, slow = (f(path, top, HEAD, progress=False) if f is _foreign.columns else f(path, top, HEAD, False) for f in (_foreign.columns, _foreign._slowly))  # fmt: skip
    assert quick[1] == slow[1] == 1
    assert quick[0].to_pydict() == slow[0].to_pydict()


def test_bytes_that_are_no_utf8_do_not_stop_it(tmp_path):
    path = export(tmp_path, [tweet(1, 105, 10, text="XX"), tweet(2, "XX", 15, answers=1)])
    path.write_bytes(path.read_bytes().replace(b"XX", b"\xff\x07\xe9"))
    log = exchange.read_twcs(path, keep_text=True, progress=False)
    assert log["by"].tolist()[-1] == "� �"


# --- against a plain loop ------------------------------------------------------------


def in_a_loop(rows):
    """Return the rows of the log, worked out tweet by tweet."""
    tweets = {int(r[0]): r for r in reversed(rows)}
    parent = {n: int(r[6]) if r[6] and int(r[6]) in tweets else None for n, r in tweets.items()}
    for n in tweets:
        for child in filter(None, tweets[n][5].split(",")):
            if int(child) in tweets and parent[int(child)] is None:
                parent[int(child)] = n
    near = {n: {n} for n in tweets}
    for child, asked in parent.items():
        if asked is not None:
            joined = near[child] | near[asked]
            for n in joined:
                near[n] = joined
    when = {n: (datetime.strptime(r[3], "%a %b %d %H:%M:%S %z %Y"), n) for n, r in tweets.items()}
    inbound = {n for n, r in tweets.items() if r[2] == "True"}
    openings = {}
    for n in sorted(inbound, key=when.get):
        openings.setdefault(min(near[n]), n)
    people = list(dict.fromkeys(tweets[n][1] for n in sorted(inbound, key=when.get)))
    number = {person: i for i, person in enumerate(people, start=1)}
    issues = {}
    for thread, n in sorted(openings.items(), key=lambda pair: when[pair[1]]):
        mine = [t for t in issues if tweets[openings[t]][1] == tweets[n][1]]
        issues[thread] = len(mine) + 1
    found = []
    for n, r in tweets.items():
        thread = min(near[n])
        if thread not in openings or (n not in inbound and parent[n] is None and not r[6]):
            continue
        whose = tweets[openings[thread]][1]
        time = when[n][0].replace(tzinfo=None)
        side = "customer" if r[1] == whose else "public"
        side = side if n in inbound else "company"
        kind = {"customer": "contact", "public": "publish", "company": "answer"}[side]
        by = {"customer": None, "public": f"person {number.get(r[1])}", "company": r[1]}[side]
        found.append((number[whose], issues[thread], time, side, by, kind))
        if n == openings[thread]:
            found.append((number[whose], issues[thread], time, side, by, "publish"))
    return sorted(found, key=str)


@st.composite
def exports(draw):
    n = draw(st.integers(1, 12))
    rows = []
    for number in range(1, n + 1):
        author = draw(st.sampled_from(["11", "12", "13", "Acme", "Blue"]))
        answers = draw(st.sampled_from(["", *map(str, range(1, n + 2))]))
        responses = ",".join(draw(st.lists(st.sampled_from([str(i) for i in range(1, n + 2)]), max_size=2)))  # fmt: skip
        if answers == str(number):
            answers = ""
        responses = ",".join(r for r in responses.split(",") if r != str(number))
        rows.append(tweet(number, author, draw(st.integers(0, 60)), answers, responses))
    return rows


@given(exports())
@patiently
def test_agrees_with_a_plain_loop(tmp_path_factory, rows):
    log = read(tmp_path_factory.mktemp("t"), *rows)
    by = log["by"].astype(object).where(log["by"].notna(), None)
    columns = [log["customer"], log["issue"], log["time"], log["actor"], by, log["kind"]]
    found = [(a, b, t.to_pydatetime(), c, d, e) for a, b, t, c, d, e in zip(*columns, strict=True)]
    assert sorted(found, key=str) == in_a_loop(rows)


@given(exports(), st.randoms(use_true_random=False))
@patiently
def test_row_order_does_not_matter(tmp_path_factory, rows, luck):
    folder = tmp_path_factory.mktemp("t")
    rows = [[*row[:5], "", row[6]] for row in rows]
    log = read(folder, *rows)
    luck.shuffle(rows)
    assert_frame_equal(read(folder, *rows), log)


# --- dates -----------------------------------------------------------------------------


@given(st.datetimes(datetime(1900, 1, 1), datetime(2199, 1, 1)), st.integers(-840, 840))
@patiently
def test_dates_agree_with_pythons_own(moment, ahead):
    moment = moment.replace(microsecond=0)
    zone = f"{'-' if ahead < 0 else '+'}{abs(ahead) // 60:02d}{abs(ahead) % 60:02d}"
    text = moment.strftime(f"%a %b %d %H:%M:%S {zone} %Y")
    wanted = datetime.strptime(text, "%a %b %d %H:%M:%S %z %Y")
    found = _moments.of_tweets(_chunked([text.encode()]))[0]
    assert found == np.datetime64(wanted.replace(tzinfo=None) - wanted.utcoffset(), "us")


def _chunked(cells):
    import pyarrow as pa

    return pa.chunked_array([pa.array(cells, pa.binary())])


def test_dates_in_other_forms():
    cells = [b"2017-10-31 22:10:47+00:00", b"2017-10-31T23:10:47+01:00", b"2017-10-31", b"soon",
             b"Tue Oct 31 24:10:47 +0000 2017", b"Tue Oct 31 22:10:47 *0000 2017", b"2017"]  # fmt: skip
    found = _moments.of_tweets(_chunked(cells))
    assert found[:2].tolist() == [datetime(2017, 10, 31, 22, 10, 47)] * 2
    assert found[2] == np.datetime64("2017-10-31")
    assert np.isnat(found[3:]).all()


# --- out and in again ---------------------------------------------------------------------


@st.composite
def logs(draw):
    n = draw(st.integers(1, 12))
    seconds = draw(st.lists(st.integers(0, 99), min_size=n, max_size=n, unique=True))
    rows = []
    for second in seconds:
        actor = draw(st.sampled_from(["customer", "company", "public"]))
        kind = {"customer": "contact", "company": "answer", "public": "publish"}[actor]
        by = {"customer": None, "company": "Acme", "public": "x"}[actor]
        time = pd.Timestamp("2024-05-01") + pd.Timedelta(seconds=second)
        rows.append((draw(st.integers(1, 3)), draw(st.integers(1, 2)), time, actor, by, kind))
    return pd.DataFrame(rows, columns=["customer", "issue", "time", "actor", "by", "kind"])


@given(logs())
@patiently
def test_writing_and_reading_keeps_threads_order_and_times(tmp_path_factory, log):
    path = tmp_path_factory.mktemp("t") / "out.csv"
    log = events.validate(log)
    exchange.write_twcs(log, path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", exchange.LeftOutWarning)
        again = exchange.read_twcs(path, progress=False)

    def spoken(frame):
        first = frame[(frame["actor"] == "customer")].drop_duplicates(["customer", "issue"])
        said = {}
        for key in first[["customer", "issue"]].itertuples(index=False):
            mine = (frame["customer"] == key[0]) & (frame["issue"] == key[1])
            mine &= ~((frame["kind"] == "publish") & (frame["actor"] == "customer"))
            rows = frame.loc[mine, ["time", "actor", "kind"]]
            begin = rows.loc[rows["actor"] == "customer", "time"].min()
            rows = rows[(rows["actor"] != "public") | (rows["time"] > begin)]
            said[tuple(map(tuple, rows.astype(str).values.tolist()))] = None
        return sorted(said)

    assert spoken(again) == spoken(log)


def test_a_log_of_tweets_comes_back_whole(tmp_path):
    log = read(
        tmp_path, *THREAD, tweet(8, 105, 40), tweet(9, "Acme", 45, answers=8), keep_text=True
    )
    exchange.write_twcs(log, tmp_path / "again.csv")
    assert_frame_equal(exchange.read_twcs(tmp_path / "again.csv", keep_text=True), log)


def test_a_simulated_desk_becomes_an_export(tmp_path):
    from cemlab.sim import service_desk

    run = service_desk.simulate(
        arrivals_per_hour=30, channels={"chat": service_desk.Channel(3, 6)}, hours=2, rng=1
    )
    log = run.events
    path = tmp_path / "desk.csv"
    exchange.write_twcs(log, path)
    again = exchange.read_twcs(path)
    assert odd(again) == {}
    for kind in ("contact", "answer"):
        times = log.loc[log["kind"] == kind, "time"].dt.floor("s").tolist()
        assert again.loc[again["kind"] == kind, "time"].tolist() == times
    once = path.read_bytes()
    exchange.write_twcs(log, path)
    assert path.read_bytes() == once


def test_no_cell_becomes_a_formula_and_nothing_is_half_written(tmp_path):
    log = pd.DataFrame({"customer": "Ana", "actor": ["customer", "company"], "by": [None, "=SUM(A1)"],
                        "time": ["2024-05-01", "2024-05-02"], "kind": ["contact", "answer"],
                        "text": ["@acme help", "-1"]})  # fmt: skip
    path = tmp_path / "out.csv"
    exchange.write_twcs(log, path)
    with path.open(encoding="utf-8", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    before = path.read_bytes()
    with pytest.raises(ValueError, match="kind: must be one of"):
        exchange.write_twcs(log.assign(kind="shout"), path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_dates_are_written_as_twitter_does():
    assert _tweets_of.dates(np.array(["2024-02-29 00:00:09.9"], "datetime64[us]")) == [
        "Thu Feb 29 00:00:09 +0000 2024"
    ]
