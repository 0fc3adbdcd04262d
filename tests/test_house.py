"""The rules of the house: style, types, floors, files that belong together."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from file_sizes import too_large

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    "command",
    [
        ["-m", "ruff", "format", "--check", "."],
        ["-m", "ruff", "check", "."],
        ["-m", "mypy"],
        ["-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
    ],
    ids=["format", "lint", "types", "floors"],
)
def test_house_rules_hold(command):
    found = run(*command)
    assert found.returncode == 0, found.stdout + found.stderr


def test_import_is_light():
    heavy = "import sys, cemlab; print(*{'pandas', 'numba', 'numpy'} & set(sys.modules))"
    assert run("-c", heavy).stdout.strip() == ""


def test_conda_environment_has_every_runtime_package():
    entries = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    listed = [e for e in entries["dependencies"] if isinstance(e, str)]
    assert set(PROJECT["project"]["dependencies"]) <= set(listed)
    assert {re.split(r"[>=]", e)[0] for e in listed} >= {"pytest", "nbval"}
    assert {"pip": ["-e ."]} in entries["dependencies"]
    assert entries["channels"] == ["conda-forge", "nodefaults"]


def test_constraints_name_every_package_and_no_address():
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8").lower()
    assert "://" not in text
    names = set(re.findall(r"^([a-z0-9._-]+)==", text, re.MULTILINE))
    extras = PROJECT["project"]["optional-dependencies"].values()
    wanted = [*PROJECT["project"]["dependencies"], *(p for extra in extras for p in extra)]
    assert {re.split(r"[>=\[]", p.lower())[0] for p in wanted} <= names


def test_versions_agree():
    import cemlab

    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == cemlab.__version__


def tracked_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


def test_no_file_is_too_large():
    files = tracked_files() or list((ROOT / "notebooks").glob("*.ipynb"))
    assert files
    assert too_large([str(path) for path in files]) == []


NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_is_stored_with_outputs_and_without_logic(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    assert not [o for cell in code for o in cell["outputs"] if o["output_type"] == "error"]
    for cell in code:
        lines = "".join(cell["source"]).splitlines()
        assert len(lines) <= 10, lines
        assert not any(re.match(r"\s*(def|class|for|while) ", line) for line in lines), lines


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_figure_is_stored(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    for cell in cells:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code" and "ax = plots." in source:
            assert any("image/png" in o.get("data", {}) for o in cell["outputs"]), source


def test_readme_names_every_notebook_and_case():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for path in [*NOTEBOOKS, *(ROOT / "casestudies").glob("*.yaml")]:
        assert path.name in text or path.stem in text, path


def test_links_lead_somewhere():
    pages = [
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        *(ROOT / "docs").rglob("*.md"),
        *NOTEBOOKS,
    ]
    for page in pages:
        for link in re.findall(r"\]\(([^)#:\s]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), f"{page.name}: {link}"
