"""Compiled kernels: where they are kept, and the one instruction that Python does not have."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import cemlab
from cemlab._compiled import fetch, kernel


@kernel
def _first(array, i):
    fetch(array, i)
    return array[0]


def test_fetching_changes_nothing():
    numbers = np.arange(5)
    assert _first(numbers, 4) == 0
    assert numbers.tolist() == [0, 1, 2, 3, 4]


def test_fetching_beyond_the_end_does_no_harm():
    assert _first(np.arange(5), 5_000_000) == 0


def test_plain_python_fetches_nothing():
    assert fetch(np.arange(5), 99) is None


@pytest.fixture
def copy(tmp_path):
    """Return a copy of the package, and what says where it keeps compiled code."""
    package = tmp_path / "copy" / "cemlab"
    ours = Path(cemlab.__file__).parent
    shutil.copytree(ours, package, ignore=shutil.ignore_patterns("__pycache__"))

    def place(**settings):
        words = "from cemlab import _compiled; print(_compiled._PLACE)"
        known = {k: v for k, v in os.environ.items() if k != "NUMBA_CACHE_DIR"}
        found = subprocess.run(
            [sys.executable, "-c", words],
            cwd=package.parent,
            env={**known, "HOME": str(tmp_path), **settings},
            capture_output=True,
            text=True,
            check=True,
        )
        return Path(found.stdout.strip())

    return package, place


def test_compiled_code_is_kept_for_this_state_of_the_sources_only(copy):
    """A kernel holds parts of other files, which numba does not look at."""
    package, place = copy
    first = place()
    assert first == place()
    assert first.parent == package / "__pycache__"
    with (package / "sim" / "_kernels" / "heap.py").open("a") as file:
        file.write("# changed\n")
    second = place()
    assert second != first
    assert not first.exists()


def test_compiled_code_goes_where_it_may(copy, tmp_path):
    package, place = copy
    (package / "__pycache__").write_text("no folder")
    assert place().parent == tmp_path / ".cache" / "cemlab"
    assert place(NUMBA_CACHE_DIR=str(tmp_path / "mine")).parent == tmp_path / "mine"
