"""A plain install, without the repository: cases and data travel in the wheel."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cemlab import cases

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A folder with cemlab installed from its wheel."""
    place = tmp_path_factory.mktemp("plain")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    build = ["wheel", "--no-deps", "--no-build-isolation", "-w", str(place / "wheel"), str(ROOT)]
    subprocess.run([*pip, *build], check=True)
    (wheel,) = (place / "wheel").glob("cemlab-*.whl")
    subprocess.run(
        [*pip, "install", "--no-deps", "--target", str(place / "site"), wheel], check=True
    )
    return place / "site"


def run(site: Path, *command: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": str(site)}
    return subprocess.run(
        [sys.executable, *command], cwd=site.parent, env=env, capture_output=True, text=True, check=False
    )  # fmt: skip


def test_cases_data_and_questions_are_in_the_wheel(site):
    """All that lies in the checkout arrives: every case reads, every model is found."""
    code = (
        "import json, cemlab; from cemlab import cases, datasets, sim; "
        "from cemlab.classroom import exercises; "
        "print(json.dumps([cemlab.__file__, {n: len(cases.load(n).events()) for n in cases.names()}, "
        "{n: len(datasets.load(n)) for n in datasets.names()}, sim.names(), "
        "exercises.check('start.2', 'b').right]))"
    )
    found = run(site, "-c", code)
    assert found.returncode == 0, found.stderr
    file, rows, readings, models, right = json.loads(found.stdout)
    assert Path(file).is_relative_to(site)
    assert list(rows) == sorted(path.stem for path in (ROOT / "casestudies").glob("*.yaml"))
    assert rows == {slug: len(cases.load(slug).timeline) for slug in rows}
    assert list(readings) == sorted(p.name for p in (ROOT / "datasets").iterdir() if p.is_dir())
    assert min(readings.values()) > 0
    files = (ROOT / "cemlab" / "sim").glob("[!_]*")
    public = [
        path.stem for path in files if path.suffix == ".py" or (path / "__init__.py").exists()
    ]
    assert models == sorted(public)
    assert {"maytag", "united-breaks-guitars"} <= set(rows)
    assert {"cascade", "firestorm", "callout", "service_desk"} <= set(models)
    assert right is True


def test_rubrics_stories_and_assumptions_are_in_the_wheel(site):
    code = (
        "import json; from cemlab.cem import audit, incidents; from cemlab.crm import roi; "
        "made = roi.calculator(roi.examples()[0], runs=64, rng=1); "
        "print(json.dumps([audit.rubrics(), len(incidents.narratives()), len(incidents.codings()), "
        "len(audit.example()), roi.examples(), made.currency]))"
    )
    found = run(site, "-c", code)
    assert found.returncode == 0, found.stderr
    rubrics, stories, codes, ratings, examples, currency = json.loads(found.stdout)
    folder = ROOT / "instruments"
    assert rubrics == sorted(path.stem for path in (folder / "rubrics").glob("*.yaml"))
    assert examples == sorted(path.stem for path in (folder / "roi").glob("*.yaml"))
    assert stories == 24
    assert min(codes, ratings) > 0
    assert currency in ("USD", "EUR")


def test_lab_says_what_to_do_outside_a_checkout(site):
    found = run(site, "-m", "cemlab.cli", "lab", "--no-browser")
    assert found.returncode == 1
    assert "must run inside a checkout of cemlab" in found.stderr
    assert len(found.stderr.strip().splitlines()) == 1
