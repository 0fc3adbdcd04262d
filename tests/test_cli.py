"""The command line, as a user types it."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from cemlab import cases, cli, exchange, lenses

ROOT = Path(__file__).parents[1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_version(capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(["--version"])
    assert end.value.code == 0
    assert re.fullmatch(r"cemlab \d+\.\d+\.\d+\n", capsys.readouterr().out)


def test_case_list_names_case_and_course(capsys):
    assert cli.main(["case", "list"]) == 0
    assert re.search(r"united-breaks-guitars .*core course", capsys.readouterr().out)


def test_case_show_marks_what_is_shaky(capsys):
    assert cli.main(["case", "show", "united-breaks-guitars"]) == 0
    out = capsys.readouterr().out
    assert "[contested]" in out
    assert "[unverified]" in out
    assert "recovery-before" in out


@pytest.mark.parametrize("slug", ["../../etc/passwd", "nosuchcase", "", "UNITED"])
def test_unknown_case_is_one_sentence(slug, capsys):
    assert cli.main(["case", "show", slug]) == 1
    err = capsys.readouterr().err
    assert f"must be one of the cases {', '.join(cases.names())}" in err
    assert len(err.strip().splitlines()) == 1


def test_case_validate_goes_on_after_a_bad_file(tmp_path, capsys):
    bad = tmp_path / "bad.yaml"
    bad.write_text("slug: bad\nslug: again\n", encoding="utf-8")
    good = ROOT / "casestudies" / "united-breaks-guitars.yaml"
    assert cli.main(["case", "validate", str(bad), str(good)]) == 1
    shown = capsys.readouterr()
    assert "bad.yaml, line 2" in shown.err
    assert "facts" in shown.out


def test_shelf_is_valid(capsys):
    assert cli.main(["case", "validate"]) == 0
    assert cli.main(["data", "check"]) == 0
    assert cli.main(["data", "list"]) == 0
    assert "ubg-views" in capsys.readouterr().out


def test_lab_refuses_a_taken_port_with_a_way_out(capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert cli.main(["lab", "--port", str(port), "--no-browser"]) == 1
    err = capsys.readouterr().err
    assert re.search(rf"--port must be free, got {port} .*--port {port + 1}", err)


@pytest.mark.parametrize("port", ["0", "70000", "-5"])
def test_lab_refuses_an_impossible_port(port, capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    assert cli.main(["lab", "--port", port, "--no-browser"]) == 1
    assert f"--port must be in 1..65535, got {port}" in capsys.readouterr().err


@pytest.mark.skipif(os.name != "posix", reason="stops the server by a POSIX signal")
def test_lab_serves_the_first_notebook_on_loopback_with_a_token(tmp_path):
    port = free_port()
    env = {**os.environ, "JUPYTER_CONFIG_DIR": str(tmp_path), "PYTHONUNBUFFERED": "1"}
    lab = subprocess.Popen(
        [sys.executable, "-m", "cemlab.cli", "lab", "--no-browser", "--port", str(port)],
        cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        start_new_session=True,
    )  # fmt: skip
    try:
        line = lab.stdout.readline()
        address = re.search(
            r"http://127\.0\.0\.1:\d+/lab/tree/notebooks/00-start\.ipynb\?token=(\w+)", line
        )
        assert address, line
        status = f"http://127.0.0.1:{port}/api/contents/notebooks/00-start.ipynb?content=0&token="
        assert wait_for(status + address[1]) == 200
        assert wait_for(status + "wrong", tries=1) == 403
    finally:
        os.killpg(lab.pid, signal.SIGTERM)
        lab.communicate(timeout=30)


# --- logs ----------------------------------------------------------------------------


TWEETS = """\
tweet_id,author_id,inbound,created_at,text,response_tweet_id,in_response_to_tweet_id
1,105,True,Tue Oct 31 22:10:47 +0000 2017,@105 help,2,
2,Acme,False,Tue Oct 31 22:15:47 +0000 2017,hi,,1
3,106
"""


@pytest.fixture
def tweets(tmp_path):
    path = tmp_path / "twcs.csv"
    path.write_text(TWEETS, encoding="utf-8")
    return path


@pytest.mark.parametrize("ending", [".csv", ".csv.gz", ".parquet", ".xlsx"])
def test_log_convert_check_and_lenses(tweets, ending, capsys):
    target = tweets.with_name(f"log{ending}")
    assert cli.main(["log", "convert", str(tweets), str(target), "--from", "twcs"]) == 0
    shown = capsys.readouterr()
    assert re.search(r"3 events; 1 unreadable lines? left out\.", shown.out)
    assert shown.out.endswith(f"{target}: 3 events\n")
    assert shown.err == ""
    assert cli.main(["log", "check", str(target)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"{target}: 3 events of 1 customers in 1 issues"
    assert lines[1] == "from 2017-10-31 22:10 to 2017-10-31 22:15 (UTC)"
    assert lines[2] == "recorded: contact 1, publish 1, answer 1"
    assert lines[3].startswith("never recorded: purchase, failure, share")
    assert "issues closed (CRM)" in lines[4]
    assert "journeys resolved (CEM)" in lines[4]
    assert cli.main(["log", "lenses", str(target), "--sla-hours", "0.05"]) == 0
    lines = capsys.readouterr().out.splitlines()
    seen = lenses.compare(exchange.read(target), sla_hours=0.05)
    assert lines[0].startswith("CRM answered in time [red]:")
    assert [a.endswith(b) for a, b in zip(lines, seen["sentence"], strict=False)] == [True] * len(
        seen
    )
    assert lines[len(seen) :] == [lenses.verdict(seen)]


def test_log_lenses_until_a_day(tweets, capsys):
    target = tweets.with_name("log.csv")
    cli.main(["log", "convert", str(tweets), str(target), "--from", "twcs", "--keep-text"])
    assert "@somebody help" in target.read_text(encoding="utf-8")
    capsys.readouterr()
    arguments = ["log", "lenses", str(target), "--until", "2017-10-31 22:12"]
    assert cli.main([*arguments, "--sla-hours", "0.01"]) == 0
    assert "0% of contacts" in capsys.readouterr().out


def test_log_convert_reads_every_layout(tmp_path, capsys):
    sheet, words = tmp_path / "mine.csv", tmp_path / "words.yaml"
    sheet.write_text("when,what happened\n2024-05-01,I called\n", encoding="utf-8")
    tickets = tmp_path / "tickets.csv"
    tickets.write_text("Id,Requester id,Created at\n1,2,2024-05-01\n", encoding="utf-8")
    frame = tmp_path / "frame.csv"
    frame.write_text(
        "case:concept:name,concept:name,time:timestamp\n1,Call,2024-05-01\n", encoding="utf-8"
    )
    words.write_text("activities: {Call: contact}\n", encoding="utf-8")
    for layout, source, more in (
        ("complaint", sheet, []),
        ("help-desk", tickets, []),
        ("pm4py", frame, ["--map", str(words)]),
    ):
        target = tmp_path / f"{layout}.csv"
        assert cli.main(["log", "convert", str(source), str(target), "--from", layout, *more]) == 0
        assert exchange.read(target)["kind"].tolist() == ["contact"]
        again = tmp_path / "again.parquet"
        assert cli.main(["log", "convert", str(target), str(again)]) == 0
        assert exchange.read(again)["kind"].tolist() == ["contact"]
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["convert", "IN", "out.xls", "--from", "twcs"], "ending of out.xls must be one of .csv"),
        (["convert", "IN", "none/out.csv", "--from", "twcs"], "must be a file in a folder that is there"),
        (["convert", "IN", "out.csv", "--map", "x"], "--map must stand with --from help-desk or --from pm4py, got --from log"),
        (["convert", "IN", "out.csv", "--from", "help-desk", "--keep-text"], "--keep-text must stand with --from twcs, got --from help-desk"),
        (["convert", "IN", "out.csv", "--from", "help-desk"], "must have a column 'Id', got tweet_id"),
        (["convert", "IN", "out.csv"], "twcs.csv, line 4: must have 7 columns"),
        (["check", "IN"], "twcs.csv, line 4: must have 7 columns"),
        (["check", "none.parquet"], "must be a Parquet file with an event log, found nothing there"),
        (["lenses", "none.csv"], "none.csv: must be a"),
        (["lenses", "GOOD", "--until", "soon"], "--until must be a date such as 2017-10-31 or 2017-10-31 22:12, got 'soon'"),
        (["lenses", "GOOD", "--until", "01.11.2017"], "--until must be a date such as 2017-10-31 or"),
        (["convert", "GOOD", "GOOD"], "OUT must be another file than good.csv, got the same: it would be lost"),
        (["convert", "IN", "GOOD", "--from", "help-desk", "--map", "GOOD"], "OUT must be another file than good.csv, got the same"),
        (["check", "no\x1b[2Jne.csv"], r"no\x1b[2Jne.csv: must be a"),
        (["lenses", "GOOD", "--sla-hours", "-1"], "sla_hours must be a finite number of at least 0, got -1.0"),
    ],
)  # fmt: skip
def test_log_errors_are_one_sentence(tweets, arguments, said, capsys, monkeypatch):
    monkeypatch.chdir(tweets.parent)
    Path("good.csv").write_text(
        "customer,time,actor,kind\nAna,2024-05-01,customer,contact\n", encoding="utf-8"
    )
    names = {"IN": "twcs.csv", "GOOD": "good.csv"}
    assert cli.main(["log", *(names.get(word, word) for word in arguments)]) == 1
    err = capsys.readouterr().err
    assert said in err
    assert len(err.strip().splitlines()) == 1
    assert sorted(path.name for path in tweets.parent.iterdir()) == ["good.csv", "twcs.csv"]


def test_log_convert_says_what_it_replaces(tweets, capsys):
    target = tweets.with_name("log.csv")
    target.write_text("old", encoding="utf-8")
    assert cli.main(["log", "convert", str(tweets), str(target), "--from", "twcs"]) == 0
    assert capsys.readouterr().out.endswith("log.csv: 3 events (instead of an older file)\n")


def test_the_source_stays_even_by_another_name(tweets, capsys):
    link = tweets.with_name("link.csv")
    link.symlink_to(tweets)
    assert cli.main(["log", "convert", str(tweets), str(link), "--from", "twcs"]) == 1
    assert "OUT must be another file" in capsys.readouterr().err
    assert tweets.read_text(encoding="utf-8") == TWEETS


@pytest.mark.parametrize(("error", "code"), [(KeyboardInterrupt, 130), (MemoryError, 1)])
def test_stopped_in_the_middle(tweets, error, code, capsys, monkeypatch):
    def interrupted(*_):
        raise error

    target = tweets.with_name("log.xlsx")
    monkeypatch.setattr("cemlab._sheets._cell", lambda *_, **__: interrupted())
    assert cli.main(["log", "convert", str(tweets), str(target), "--from", "twcs"]) == code
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
    assert list(tweets.parent.iterdir()) == [tweets]


def test_what_process_mining_leaves_out_is_said(tmp_path, capsys):
    (tmp_path / "in.csv").write_text(
        "case:concept:name,concept:name,time:timestamp,lifecycle:transition\n"
        "1,Call,2024-05-01,start\n1,Call,2024-05-02,complete\n", encoding="utf-8"
    )  # fmt: skip
    words = tmp_path / "words.yaml"
    words.write_text("activities: {Call: contact}\n", encoding="utf-8")
    names = [str(tmp_path / name) for name in ("in.csv", "out.csv")]
    assert cli.main(["log", "convert", *names, "--from", "pm4py", "--map", str(words)]) == 0
    shown = capsys.readouterr()
    assert shown.out == (
        f"{names[0]}: 1 of 2 rows whose lifecycle:transition is not complete left out\n"
        f"{names[1]}: 1 events\n"
    )
    assert shown.err == ""


def test_help_says_what_a_day_means(capsys):
    with pytest.raises(SystemExit):
        cli.main(["log", "lenses", "--help"])
    assert "first moment" in " ".join(capsys.readouterr().out.split())


def test_log_check_of_an_empty_log(tmp_path, capsys):
    path = tmp_path / "log.csv"
    path.write_text("customer,time,actor,kind\n", encoding="utf-8")
    assert cli.main(["log", "check", str(path)]) == 0
    assert capsys.readouterr().out == f"{path}: 0 events of 0 customers in 0 issues\n"


def wait_for(address: str, tries: int = 120) -> int:
    for _ in range(tries):
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            error.close()
            return int(error.code)
        except OSError:
            time.sleep(0.25)
    return 0
