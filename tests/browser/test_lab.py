"""A reader's way: real JupyterLab, real Chromium, a notebook run, a slider dragged."""

import contextlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

sync_api = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium"),
]


class Lab:
    """A JupyterLab server on loopback, with settings of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.token = secrets.token_hex(16)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.base = f"http://127.0.0.1:{probe.getsockname()[1]}"

    def __enter__(self) -> "Lab":
        settings = self.folder / "settings/@jupyterlab/apputils-extension"
        settings.mkdir(parents=True)
        news = settings / "notification.jupyterlab-settings"
        news.write_text('{"fetchNews": "false", "checkForUpdates": false}')
        env = {
            **os.environ,
            "JUPYTER_CONFIG_DIR": str(self.folder / "config"),
            "JUPYTERLAB_SETTINGS_DIR": str(self.folder / "settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(self.folder / "workspaces"),
            "JUPYTER_TOKEN": self.token,
        }
        command = [
            sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1",
            f"--port={self.base.rsplit(':', 1)[1]}", "--ServerApp.port_retries=0",
            f"--ServerApp.root_dir={self.folder / 'work'}",
        ]  # fmt: skip
        with (self.folder / "lab.log").open("w") as log:
            self.process = subprocess.Popen(command, env=env, stdout=log, stderr=log)
        self.wait(lambda: self.ask("status") is not None, 60, "the server to answer")
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(20)

    def ask(self, path: str):
        with contextlib.suppress(OSError):
            address = f"{self.base}/api/{path}?token={self.token}"
            with urllib.request.urlopen(address, timeout=5) as answer:
                return json.load(answer)
        return None

    def idle(self) -> bool:
        kernels = self.ask("kernels") or []
        return any(k["connections"] and k["execution_state"] == "idle" for k in kernels)

    def wait(self, condition, seconds: float, what: str) -> None:
        end = time.monotonic() + seconds
        while not condition():
            if self.process.poll() is not None or time.monotonic() > end:
                pytest.fail(
                    f"waited in vain for {what}: {(self.folder / 'lab.log').read_text()[-2000:]}"
                )
            time.sleep(0.2)


def test_notebook_10_runs_and_a_slider_changes_the_picture(tmp_path):
    shutil.copytree(
        NOTEBOOKS, tmp_path / "work", ignore=shutil.ignore_patterns(".*", "predictions.csv")
    )
    with Lab(tmp_path) as lab, sync_api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, headless=True, args=FLAGS)
        page = browser.new_page(viewport={"width": 1300, "height": 950})
        broken: list[str] = []
        page.on("pageerror", lambda error: broken.append(str(error)))
        page.goto(
            f"{lab.base}/lab/workspaces/t/tree/10-united-breaks-guitars.ipynb?token={lab.token}"
        )
        page.locator(".jp-Notebook").first.wait_for(timeout=60_000)
        lab.wait(lab.idle, 60, "the kernel")
        page.wait_for_timeout(700)

        run_all(page, lab)
        scroll = page.locator(".jp-WindowedPanel-outer").first
        prompts = page.locator(".jp-CodeCell .jp-InputPrompt")
        errors = page.locator(
            "[data-mime-type='application/vnd.jupyter.error'], [data-mime-type='application/vnd.jupyter.stderr']"
        )
        for step in range(40):  # cells outside the view are not in the page
            assert errors.count() == 0, errors.first.inner_text()
            scroll.evaluate(f"e => e.scrollTop = {step} * 800")
            page.wait_for_timeout(120)
        assert "[*]" not in prompts.all_inner_texts()

        scroll.evaluate("e => e.scrollTop = e.scrollHeight")
        page.wait_for_timeout(800)
        picture = page.locator(".jupyter-widgets img").last
        picture.wait_for(timeout=20_000)
        before = picture.get_attribute("src")
        drag(page, page.locator(".noUi-handle").last)
        sync_api.expect(picture).not_to_have_attribute("src", before, timeout=10_000)
        assert errors.count() == 0
        assert broken == []
        browser.close()


def run_all(page, lab: Lab) -> None:
    """Run all cells; the menu may drop the first click while the kernel connects."""
    for _ in range(5):
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        page.wait_for_timeout(1200)
        if not lab.idle():
            break
    else:
        pytest.fail("the notebook did not start to run")
    quiet = 0
    end = time.monotonic() + 120
    while quiet < 5 and time.monotonic() < end:
        page.wait_for_timeout(400)
        quiet = quiet + 1 if lab.idle() else 0
    assert quiet == 5, "the notebook did not come to an end"


def drag(page, handle) -> None:
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 60, y, steps=6)
    page.mouse.up()
