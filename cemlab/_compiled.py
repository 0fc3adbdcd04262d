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
from llvmlite import ir  # noqa: E402
from numba.core import cgutils, types  # noqa: E402
from numba.extending import intrinsic, overload  # noqa: E402

_READ, _KEEP, _DATA = 0, 3, 1


def kernel(function: Function) -> Any:
    """Compile `function` for arrays and numbers; it runs without Python's global lock."""
    return numba.njit(cache=True, nogil=True)(function)


def still(function: Function) -> Any:
    """Compile a kernel that allocates nothing: arrays are then passed on without being counted."""
    return numba.njit(cache=True, nogil=True, _nrt=False)(function)


def inlined(function: Function) -> Any:
    """Compile a small `function` into each kernel that calls it."""
    return numba.njit(inline="always")(function)


def fetch(array: Any, i: Any) -> None:
    """Ask the machine to bring array[i] near, and wait for nothing: reading it soon is quick.

    Random reads from large arrays are most of a spread's time; a kernel that says early
    which places it will read saves half of it. In plain Python this does nothing.
    """


@intrinsic  # type: ignore[untyped-decorator]
def _fetch(_context: Any, array: Any, _i: Any) -> Any:
    def write(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = signature.args[0]
        whole = context.make_array(kind)(context, builder, arguments[0])
        place = cgutils.get_item_pointer(context, builder, kind, whole, [arguments[1]])
        byte = ir.IntType(8).as_pointer()
        number = ir.IntType(32)
        takes = ir.FunctionType(ir.VoidType(), [byte, number, number, number])
        name = builder.module.declare_intrinsic("llvm.prefetch", [byte], takes)
        how = [number(_READ), number(_KEEP), number(_DATA)]
        builder.call(name, [builder.bitcast(place, byte), *how])
        return context.get_dummy_value()

    return types.void(array, types.intp), write


@overload(fetch, inline="always")  # type: ignore[untyped-decorator]
def _fetch_compiled(array: Any, i: Any) -> Any:  # noqa: ARG001  (numba compares the names)
    def compiled(array: Any, i: Any) -> None:
        _fetch(array, i)

    return compiled
