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

from cemlab import cases, cli

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
