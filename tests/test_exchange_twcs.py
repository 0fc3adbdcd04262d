"""Tweets between customers and companies: threads, pseudonyms, and all that can be wrong."""

import csv
import gzip
import random
import time
import warnings
from datetime import datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from cemlab import events, exchange
from cemlab.exchange import _foreign, _moments, _people, _tweets_of, twitter
from cemlab.observation import observe

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


EXCEL = "tweets with an unreadable number (was the file saved by Excel?)"


def odd(log):
    """Return what was left out or mended, where anything was."""
    table = exchange.report(log)
    table = table[(table["done"] != "") & (table["count"] > 0)]
    return dict(zip(table["what"], table["count"], strict=True))


def adds_up(log):
    """Return whether the rows used and left out are all rows, and the sentence says the same."""
    table = exchange.report(log)
    left = table.loc[table["done"] == "left out", "count"].sum()
    count = table.set_index("what")["count"]
    return count["rows"] == count["tweets used"] + left


THREAD = [
    tweet(1, 105, 10, responses="2"),
    tweet(2, "AcmeHelp", 15, answers=1, responses="3,4"),
    tweet(3, 105, 20, answers=2),
    tweet(4, 777, 25, answers=2),
    tweet(5, "AcmeHelp", 30, answers=4),
]
TOLD = [
    [1, 1, 10, "customer", None, "contact"],
    [1, 1, 10, "customer", None, "publish"],
    [1, 1, 15, "company", "AcmeHelp", "answer"],
    [1, 1, 20, "customer", None, "contact"],
    [2, 1, 25, "customer", None, "contact"],
    [2, 1, 30, "company", "AcmeHelp", "answer"],
]


def test_everybody_in_a_thread_is_a_customer_with_an_issue(tmp_path):
    log = read(tmp_path, *THREAD)
    assert told(log) == TOLD
    assert log["channel"].unique().tolist() == ["twitter"]
    assert log["source"].unique().tolist() == ["twcs"]
    assert log["touchpoint"].unique().tolist() == ["AcmeHelp"]
    assert log["value"].isna().all()
    assert odd(log) == {}
    assert_frame_equal(events.validate(log), log)


def test_a_reply_to_somebody_else_ends_nobodys_wait(tmp_path):
    log = read(tmp_path, *THREAD)
    waits = observe(log).waits
    found = waits[["customer", "ended", "wait_low_min"]].values.tolist()
    assert found == [[1, "answered", 5], [1, "open", 10], [2, "answered", 5]]  # 105 asked again


def test_people_under_a_brands_post_are_customers_each(tmp_path):
    rows = [
        tweet(1, "Acme", 1),
        tweet(2, "Acme", 2, answers=1),  # nobody above
        *(tweet(10 + i, 200 + i, 5 + i, answers=1 + i % 2) for i in range(4)),
        tweet(20, "Acme", 20, answers=12),
        tweet(21, "Acme", 21, answers=20),  # 12 is the nearest inbound tweet above
        tweet(22, "Blue", 22, answers=21),
    ]
    log = read(tmp_path, *rows)
    assert log["customer"].nunique() == 4
    assert not (log["kind"] == "publish").any()  # none of them opened the thread
    assert told(log[log["kind"] == "answer"]) == [
        [3, 1, 20, "company", "Acme", "answer"],
        [3, 1, 21, "company", "Acme", "answer"],
        [3, 1, 22, "company", "Blue", "answer"],
    ]
    assert log["touchpoint"].unique().tolist() == ["Acme"]
    assert odd(log) == {"company tweets in answer to nobody in the file": 2}


def test_the_touchpoint_is_who_was_asked(tmp_path):
    rows = [
        tweet(1, 11, 1, text="hi @nobody and @ACME, @Blue"),
        tweet(2, 12, 2, text="@Blue hi"),
        tweet(3, "Acme", 3, answers=2),
        tweet(4, "Blue", 4, answers=2),
        tweet(5, 13, 5, answers=3, text="me too"),
        tweet(6, 14, 6, text="is anybody there? me@acme.org"),
        tweet(7, 11, 7, answers=1, text="@Blue ?"),
    ]
    for keep in (False, True):
        log = read(tmp_path, *rows, keep_text=keep)
        place = log.drop_duplicates("customer").set_index("customer")["touchpoint"]
        assert place.astype(object).where(place.notna(), None).to_dict() == {
            1: "Acme", 2: "Acme", 3: "Acme", 4: None,
        }  # fmt: skip
        assert log.groupby("customer", observed=True)["touchpoint"].nunique().max() == 1
    without = [[*row[:4], *row[5:]] for row in rows]
    path = tmp_path / "short.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([[*HEAD[:4], *HEAD[5:]], *without])
    log = exchange.read_twcs(path)
    assert log[log["customer"] == 1]["touchpoint"].isna().all()
    assert log[log["customer"] == 3]["touchpoint"].eq("Acme").all()


def test_each_companys_unanswered_contacts_count(tmp_path):
    rows = []
    for i in range(100):
        brand = "Acme" if i < 50 else "Blue"
        rows.append(tweet(2 * i + 1, 1000 + i, i, text=f"@{brand} help"))
        if brand == "Acme" or i % 2:
            rows.append(tweet(2 * i + 2, brand, i + 3, answers=2 * i + 1))
    from cemlab import lenses

    log = read(tmp_path, *rows)
    found = lenses.by_group(log, by="touchpoint", observed_until="2017-11-05")
    assert found[["touchpoint", "contacts", "in_time_low", "in_time_high"]].values.tolist() == [
        ["Acme", 50, 1.0, 1.0],
        ["Blue", 50, 0.5, 0.5],
    ]


@pytest.mark.parametrize("name", ["t.csv", "t.csv.gz"])
def test_the_order_of_rows_and_packing_do_not_matter(tmp_path, name):
    rows = [*THREAD, tweet(9, 106, 5)]
    random.Random(3).shuffle(rows)
    log = exchange.read_twcs(export(tmp_path, rows, name), progress=False)
    # 106 spoke first: number 1
    assert told(log)[:2] == [[1, 1, 5, "customer", None, k] for k in ("contact", "publish")]
    assert told(log)[2:] == [[row[0] + 1, *row[1:]] for row in TOLD]


def test_the_answered_tweets_list_fills_missing_links(tmp_path):
    rows = [row.copy() for row in THREAD]
    rows[3][5] = "5"
    for row in rows[1:]:
        row[6] = ""
    log = read(tmp_path, *rows)
    assert told(log) == TOLD
    assert odd(log) == {"links found only in the answered tweet": 4}


def test_issues_are_numbered_in_order_of_time(tmp_path):
    log = read(tmp_path, tweet(5, 105, 30), tweet(9, 105, 10), tweet(7, 105, 20), tweet(8, 106, 1))
    contacts = log[log["kind"] == "contact"]
    assert contacts[["customer", "issue"]].values.tolist() == [[1, 1], [2, 1], [2, 2], [2, 3]]
    assert contacts["time"].is_monotonic_increasing


def test_links_that_disagree_are_counted_and_the_answers_own_counts(tmp_path):
    rows = [
        tweet(1, 11, 1, responses="3"),
        tweet(2, 12, 2, responses="3"),
        tweet(3, "Acme", 3, answers=2),
    ]
    log = read(tmp_path, *rows)
    assert log.loc[log["kind"] == "answer", "customer"].tolist() == [2]
    assert odd(log) == {"links that disagree": 1}


def test_nothing_of_a_persons_id_is_kept(tmp_path):
    log = read(tmp_path, *THREAD, tweet(6, 31337, 33, answers=3, inbound="False"), keep_text=True)
    assert told(log)[-1] == [1, 1, 33, "company", "company 1", "answer"]
    written = log.to_csv()
    assert not [person for person in ("105", "777", "31337") if person in written]


def test_names_in_texts_are_masked_unless_a_company_has_them(tmp_path):
    said = '@acmehelp my "bag", lost\nsince @Ana_B told @105 🙂'
    log = read(tmp_path, tweet(1, 105, 10, text=said), tweet(2, "AcmeHelp", 15, answers=1, text="@105 hi"), keep_text=True)  # fmt: skip
    seen = '@acmehelp my "bag", lost\nsince @somebody told @somebody 🙂'
    assert log["text"].tolist() == [seen, seen, "@somebody hi"]
    assert "text" not in read(tmp_path, *THREAD)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("mail me@web.org, now", "mail @somebody, now"),
        ("ana.b+c@mail.example.co.uk", "@somebody"),
        ("@ana-maria.b hi", "@somebody hi"),
        ("ask @acmehelp. Or @Ana.", "ask @acmehelp. Or @somebody."),
        ("@\u200bana and @\u2060\ufeffacmehelp", "@somebody and @\u2060\ufeffacmehelp"),
        ("@Ju\u0308rg ＠ana", "@somebody @somebody"),
        ("https://twitter.com/ana/status/7?s=20", "https://twitter.com/somebody"),
        ("HTTPS://mobile.Twitter.com/@ana x.com/ana", "HTTPS://mobile.Twitter.com/somebody x.com/somebody"),
        ("https://twitter.com/AcmeHelp, netflix.com/ana", "https://twitter.com/AcmeHelp, netflix.com/ana"),
        ("twitter.com/acmehelp/status/7", "twitter.com/somebody"),
        ("9 @ 5 and @", "9 @ 5 and @"),
    ],
)  # fmt: skip
def test_what_else_in_texts_is_masked(said, kept):
    assert _people.masked(_chunked([said.encode()]), ["AcmeHelp"]).to_pylist() == [kept]


def test_masking_a_long_text_takes_no_time():
    for said in ("a" * 100_000, "a." * 50_000, "@a-" * 30_000, "x.com/" * 20_000):
        begun = time.perf_counter()
        _people.masked(_chunked([said.encode()]), [])
        assert time.perf_counter() - begun < 1


def test_people_are_told_apart_by_their_bytes(tmp_path):
    rows = [tweet(i, f"J{c}rg{end}", i, inbound="True") for i, (c, end) in
            enumerate([("ü", ""), ("ö", ""), ("u", "\x01b"), ("u", "\x02b")], start=1)]  # fmt: skip
    path = tmp_path / "latin.csv"
    with path.open("w", encoding="latin-1", newline="") as file:
        csv.writer(file).writerows([HEAD, *rows])
    with pytest.warns(exchange.LeftOutWarning):
        log = exchange.read_twcs(path, progress=False)
    assert log["customer"].nunique() == 4
    assert odd(log) == {"rows with letters that are not UTF-8": 2}


def test_companies_that_look_alike_keep_names_of_their_own(tmp_path):
    names = ["a\x01b", "a\x02b", "company 1", "777", "778", "ACME", "Acme"]
    rows = [tweet(1, 105, 1)]
    rows += [tweet(9 + i, name, 2 + i, answers=1, inbound="False") for i, name in enumerate(names)]
    log = read(tmp_path, *rows)
    by = log.loc[log["kind"] == "answer", "by"].tolist()
    assert by == ["a b", "a b (2)", "company 1", "company 2", "company 3", "ACME", "Acme (2)"]


def test_numbers_with_a_point_are_the_same_people(tmp_path):
    log = read(tmp_path, tweet(1, "999.0", 1, inbound="True"), tweet(2, 999, 2), tweet(3, "105.0", 3, inbound="True"))  # fmt: skip
    assert log[log["kind"] == "contact"]["customer"].tolist() == [1, 1, 2]
    answer = tweet(4, "31337.0", 4, answers=1, inbound="False")
    assert read(tmp_path, tweet(1, 999, 1), answer)["by"].tolist()[-1] == "company 1"


def test_an_account_on_both_sides_is_a_person_without_a_name(tmp_path):
    both = [tweet(8, "Bo", 40, inbound="True"), tweet(9, "Bo", 41, answers=3, inbound="False")]
    own = tweet(10, "Bo", 42, answers=8, inbound="False")
    log = read(tmp_path, *THREAD, *both, own, keep_text=True)
    assert "Bo" not in log.to_csv()
    assert told(log)[-1] == [1, 1, 41, "company", "company 1", "answer"]
    assert odd(log) == {
        "answers of accounts that write inbound tweets, too": 1,
        "outbound tweets in answer to their own author": 1,
    }


def test_a_companys_own_post_and_threads_without_customer_are_left_out(tmp_path):
    post = [tweet(1, "Acme", 1), tweet(2, 105, 5, answers=1), tweet(3, "Acme", 9, answers=2)]
    alone = [tweet(8, "Acme", 1), tweet(9, "Acme", 2, answers=8)]
    log = read(tmp_path, *post, *alone)
    assert [row[2:] for row in told(log)] == [
        [5, "customer", None, "contact"],
        [9, "company", "Acme", "answer"],
    ]
    assert odd(log) == {"company tweets in answer to nobody in the file": 3}


@pytest.mark.parametrize(
    ("row", "what"),
    [
        (tweet(2, "Other", 15, answers=1), "repeated tweet ids"),
        (tweet("", 5, 15), "tweets without a number"),
        *((tweet(n, 5, 15), EXCEL) for n in ("x", "9.2E+17", "-7", str(2**63), str(10**30))),
        (tweet(7, 5, "Fri Oct 31 22:10:47 +0000 1975"), "tweets dated before 2006 or after 2100"),
        (tweet(7, 5, "Sun Oct 31 22:10:47 +0000 2117"), "tweets dated before 2006 or after 2100"),
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
    assert adds_up(log)


@pytest.mark.parametrize(
    ("row", "what", "more"),
    [
        (tweet(7, 5, 30, answers=99), "links to tweets that are not there", 2),
        (tweet(7, 5, 30, answers="x9"), "links to tweets that are not there", 2),
        (tweet(7, 5, 30, responses="99"), "links to tweets that are not there", 2),
        (tweet(7, 5, 30, answers=7), "tweets in a circle of answers", 2),
        (tweet(7, 105, 2, answers=2), "answers dated before what they answer", 1),
        (tweet(7, "", 30, answers=3, inbound="False"), "outbound tweets without an author", 1),
    ],
)
def test_odd_rows_are_kept_and_counted(tmp_path, row, what, more):
    log = read(tmp_path, *THREAD, row)
    assert len(log) == len(TOLD) + more
    assert odd(log) == {what: 1}
    assert adds_up(log)


def test_a_circle_ends_and_is_one_thread(tmp_path):
    circle = [tweet(i, 100 + i, i, answers=i % 3 + 1) for i in (1, 2, 3)]
    log = read(tmp_path, *circle, *(tweet(5 + i, "Acme", 9, answers=6 - i) for i in (0, 1)))
    assert [row[0] for row in told(log)] == [1, 2, 3]
    found = odd(log)
    assert found["tweets in a circle of answers"] == 5
    assert found["company tweets in answer to nobody in the file"] == 2
    assert found["answers dated before what they answer"] == 2


def test_numbers_that_went_through_a_spreadsheet_and_long_ones(tmp_path):
    long = 1_900_000_000_000_000_001
    log = read(tmp_path, tweet(long, 105, 1), tweet(long + 1, "Acme", 2, answers=f"{long}"), tweet("8.0", 9, 3), tweet(9, "Acme", 4, answers="8.0"))  # fmt: skip
    assert log["kind"].value_counts()["answer"] == 2
    assert odd(log) == {}


def test_report_sentence_and_warning(tmp_path, capsys):
    path = export(tmp_path, [*THREAD, ["7", "5"]])
    log = exchange.read_twcs(path)
    said = "twcs.csv: 6 rows, 5 tweets used, 2 customers, 2 issues, 6 events; 1 unreadable line left out."
    shown = capsys.readouterr()
    assert shown.out == said + "\n"
    assert shown.err == ""
    with pytest.warns(exchange.LeftOutWarning, match="1 unreadable line left out"):
        exchange.read_twcs(path, progress=False)
    assert log.attrs["report"]["tweets used"] == 5
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
        (b"", "must be a file with a table, but is empty"),
        (b"\n", "must have the columns tweet_id, author_id"),
        (b"tweet_id,author_id\n1,2\n", "missing inbound, created_at, response_tweet_id"),
        ((",".join(HEAD) + ",tweet_id\n").encode(), "may stand once, got 'tweet_id' twice"),
        ("tweet_id,é".encode("utf-16"), "must be text in UTF-8, got UTF-16"),
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


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([], "got 0 rows, none of which can be used"),
        ([tweet(1, "Acme", 3)], "got 1 row, none of which can be used (most often: 1 company tweet in answer to nobody in the file)"),
        ([tweet(1, 5, "x"), tweet(2, 6, "y"), tweet("", 6, 3)], "got 3 rows, none of which can be used (most often: 2 tweets without a date)"),
    ],
)  # fmt: skip
def test_an_export_without_a_customers_tweet_is_refused(tmp_path, rows, said):
    path = export(tmp_path, rows)
    with pytest.raises(ValueError, match="must hold a tweet of a customer") as error:
        exchange.read_twcs(path)
    assert str(error.value) == f"{path}: must hold a tweet of a customer, {said}"


def test_rounded_times_keep_the_order_of_each_journey(tmp_path):
    rows = [*THREAD, tweet(8, 105, 12, answers=1), tweet(9, "AcmeHelp", 13, answers=8)]
    exact = read(tmp_path, *rows)
    log = read(tmp_path, *rows, round_minutes=10)
    mine, same = (told(frame[frame["customer"] == 1]) for frame in (log, exact))
    assert [row[3:] for row in mine] == [row[3:] for row in same]
    assert [row[2] for row in mine] == [9, 9, 9, 9, 9, 19]  # 10:00 less the 47 seconds of at(0)
    minutes = log["time"].dt.floor("10min")
    assert (log["time"] - minutes).dt.total_seconds().max() <= 1e-5
    assert minutes.tolist()[:4] == [pd.Timestamp("2017-10-31 00:10")] * 4
    waits = observe(log).waits
    assert waits["ended"].tolist() == observe(exact).waits["ended"].tolist()
    with pytest.raises(
        ValueError, match=r"^round_minutes must be a whole number in \[1, 1440\], got 0"
    ):
        read(tmp_path, *rows, round_minutes=0)


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
    with pytest.warns(exchange.LeftOutWarning, match="2 rows with letters that are not UTF-8 kept"):
        log = exchange.read_twcs(path, keep_text=True, progress=False)
    assert log["by"].tolist()[-1] == "� �"


# --- against a plain loop ------------------------------------------------------------


def in_a_loop(rows):
    """Return the rows of the log, worked out tweet by tweet."""
    tweets = {int(r[0]): r for r in reversed(rows)}
    parent = {n: int(r[6]) if r[6] and int(r[6]) in tweets else None for n, r in tweets.items()}
    for n in sorted(tweets):
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
    in_time = sorted(inbound, key=when.get)
    people = list(dict.fromkeys(tweets[n][1] for n in in_time))
    journeys = list(dict.fromkeys((tweets[n][1], min(near[n])) for n in in_time))
    found, first_answer = [], {}
    for n in sorted(tweets, key=when.get):
        at, way = n, set()
        while at is not None and at not in inbound and at not in way:
            way.add(at)
            at = parent[at]
        if at not in inbound:
            continue
        journey = tweets[at][1], min(near[n])
        mine = [j for j in journeys if j[0] == journey[0]]
        key = people.index(journey[0]) + 1, mine.index(journey) + 1, when[n][0].replace(tzinfo=None)
        if n in inbound:
            found.append((*key, "customer", None, "contact", journey))
            if parent[n] is None:
                found.append((*key, "customer", None, "publish", journey))
        else:
            found.append((*key, "company", tweets[n][1], "answer", journey))
            first_answer.setdefault(journey, tweets[n][1])
    for journey in journeys:  # nobody answered: whose tweet does the first one answer?
        asked = next(parent[n] for n in in_time if (tweets[n][1], min(near[n])) == journey)
        company = tweets[asked][1] if asked is not None and asked not in inbound else None
        first_answer.setdefault(journey, company)
    return sorted(((*row[:-1], first_answer[row[-1]]) for row in found), key=str)


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
    assume(any(row[2] == "True" for row in rows))
    log = read(tmp_path_factory.mktemp("t"), *rows)
    by, place = (log[name].astype(object).where(log[name].notna(), None) for name in ("by", "touchpoint"))  # fmt: skip
    times = [time.to_pydatetime() for time in log["time"]]
    columns = [log["customer"], log["issue"], times, log["actor"], by, log["kind"], place]
    assert sorted(zip(*columns, strict=True), key=str) == in_a_loop(rows)
    assert adds_up(log)


@given(exports(), st.randoms(use_true_random=False))
@patiently
def test_row_order_does_not_matter(tmp_path_factory, rows, luck):
    assume(any(row[2] == "True" for row in rows))
    folder = tmp_path_factory.mktemp("t")
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
    assume((log["actor"] == "customer").any())
    log = events.validate(log)
    exchange.write_twcs(log, path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", exchange.LeftOutWarning)
        again = exchange.read_twcs(path, progress=False)

    def spoken(frame):
        """Return what customer and company say, issue by issue, from the customer's first word on."""
        frame = frame[(frame["actor"] != "public") & (frame["kind"] != "publish")]
        said = []
        for _, rows in frame.groupby(["customer", "issue"], observed=True):
            begin = rows.loc[rows["actor"] == "customer", "time"].min()
            rows = rows.loc[rows["time"] >= begin, ["time", "actor", "kind"]]
            said.append(tuple(map(tuple, rows.astype(str).values.tolist())))
        return sorted(filter(None, said))

    public = again["customer"].isin(_of_the_public(path))
    assert spoken(again[~public]) == spoken(log)
    own = (
        log[log["actor"] == "customer"].groupby(["customer", "issue"], observed=True)["time"].min()
    )
    said = log[log["actor"] == "public"].merge(own.rename("begin").reset_index())
    assert (public & (again["kind"] == "contact")).sum() == (said["time"] > said["begin"]).sum()
    assert odd(again) == {}


def _of_the_public(path):
    """Return the numbers that people of the public get: they have no customer's account."""
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    table = table[table["inbound"] == "True"].drop_duplicates("author_id")
    return {i for i, text in enumerate(table["text"], start=1) if text.startswith("The same")}


def test_a_log_of_tweets_comes_back_whole(tmp_path):
    log = read(
        tmp_path, *THREAD[:3], tweet(8, 105, 40), tweet(9, "Acme", 45, answers=8), keep_text=True
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


def conversation(**columns):
    """Return a log in which the public speaks between a customer and a company."""
    frame = {"customer": "Ana", "time": pd.date_range("2024-05-01", periods=4, freq="min"),
             "actor": ["customer", "public", "company", "customer"], "by": [None, "x", "Acme", None],
             "kind": ["contact", "publish", "answer", "contact"]}  # fmt: skip
    return pd.DataFrame(frame | columns)


def test_the_public_gets_no_answer_that_was_meant_for_the_customer(tmp_path):
    path = tmp_path / "out.csv"
    exchange.write_twcs(conversation(), path)
    again = exchange.read_twcs(path)
    assert again["customer"].tolist() == [1, 1, 2, 1, 1]
    assert again["kind"].tolist() == ["contact", "publish", "contact", "answer", "contact"]


def test_texts_with_any_line_end_come_back(tmp_path):
    texts = ["a\rb", "c\nd", "e\r\nf", 'g"h, i']
    log = conversation(actor=["customer"] * 4, kind=["contact"] * 4, text=texts, by=None)
    path = tmp_path / "out.csv"
    exchange.write_twcs(log, path)
    again = exchange.read_twcs(path, keep_text=True)
    assert again.loc[again["kind"] == "contact", "text"].tolist() == texts
    exchange.add_odd_tweets(path)
    with pytest.warns(exchange.LeftOutWarning):
        odd_ones = exchange.read_twcs(path, keep_text=True, progress=False)
    assert odd_ones.loc[odd_ones["kind"] == "contact", "text"].tolist()[:4] == texts


def test_brands_stay_apart_in_an_export(tmp_path):
    names = ["Acme Help", "AcmeHelp", "=AcmeHelp", "7", "company7"]
    log = conversation(customer=1, actor="company", kind="answer", by="company")
    rows = [log.iloc[[0]].assign(actor="customer", kind="contact", by=None)]
    for i, name in enumerate(names):
        when = pd.Timestamp("2024-05-02") + pd.Timedelta(minutes=i)
        rows.append(log.iloc[[0]].assign(by=name, time=when))
    path = tmp_path / "out.csv"
    exchange.write_twcs(pd.concat([*rows, log.iloc[[3]].assign(by=None)]), path)
    again = exchange.read_twcs(path)
    assert odd(again) == {}
    assert again.loc[again["kind"] == "answer", "by"].nunique() == 6


@pytest.mark.parametrize(
    ("log", "said"),
    [
        (conversation(actor="company", kind="answer"), "log must hold a contact of a customer, got none: no tweet can be made of it"),
        (conversation(time=pd.Timestamp("1999-12-31")), "log must lie in the years 2006 to 2100 to become tweets, got 1999-12-31 00:00:00: move its times"),
    ],
)  # fmt: skip
def test_a_log_that_cannot_become_tweets_is_refused(tmp_path, log, said):
    with pytest.raises(ValueError, match=r"^log must") as error:
        exchange.write_twcs(log, tmp_path / "out.csv")
    assert str(error.value) == said
    assert not list(tmp_path.iterdir())


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
