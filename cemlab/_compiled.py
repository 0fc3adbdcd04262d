"""Compiled kernels: one decorator, and a cache folder that can always be written."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

Function = Callable[..., Any]


def _place_the_cache() -> None:
    """Send compiled code to a new folder of our own when no usual place can be written."""
    if "NUMBA_CACHE_DIR" in os.environ:
        return
    usual = (Path(__file__).parent, Path.home())
    if not any(os.access(place, os.W_OK) for place in usual):
        os.environ["NUMBA_CACHE_DIR"] = tempfile.mkdtemp(prefix="cemlab-compiled-")


_place_the_cache()

import numba  # noqa: E402  (reads NUMBA_CACHE_DIR when it is imported)


def kernel(function: Function) -> Any:
    """Compile `function` for arrays and numbers; it runs without Python's global lock."""
    return numba.njit(cache=True, nogil=True)(function)


def inlined(function: Function) -> Any:
    """Compile a small `function` into each kernel that calls it."""
    return numba.njit(inline="always")(function)
