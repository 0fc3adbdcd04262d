"""Compiled kernels: the one instruction that Python does not have."""

import numpy as np

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
