"""Kernels run twice: compiled, and as the plain Python they were written in."""

from collections.abc import Sequence
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import numpy as np
import pytest

from cemlab import _luck
from cemlab.sim import _kernels

MODULES = [_luck] + [
    import_module(f"{_kernels.__name__}.{found.name}") for found in iter_modules(_kernels.__path__)
]


def plainly(module: Any, name: str, *args: Any) -> Any:
    """Run a kernel, and all it calls, in plain Python."""
    with pytest.MonkeyPatch.context() as patch, np.errstate(over="ignore"):  # uint64 wraps
        for place in MODULES:
            for called, function in list(vars(place).items()):
                if hasattr(function, "py_func"):
                    patch.setattr(place, called, function.py_func)
        return getattr(module, name)(*map(_by_field, args))


def _by_field(given: Any) -> Any:
    """Let records be read as compiled code reads them: `record.field`."""
    named = isinstance(given, np.ndarray) and given.dtype.names is not None
    return given.view(np.recarray) if named else given


def both_ways(module: Any, name: str, args: Sequence[Any], outputs: Sequence[Any]) -> list[Any]:
    """Return (result, filled arrays) compiled and in plain Python."""
    found = []
    for call in (getattr(module, name), lambda *a: plainly(module, name, *a)):
        given = [a.copy() if isinstance(a, np.ndarray) else a for a in args]
        filled = [a.copy() for a in outputs]
        result = call(*given, *filled)
        found.append((result, [a.tolist() for a in filled]))
    return found
