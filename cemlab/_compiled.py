"""Compiled kernels: one decorator, and a cache folder that can always be written."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic, overload

Function = Callable[..., Any]
_READ, _KEEP, _DATA = 0, 3, 1
_NAME = "compiled-cemlab-"


def _place() -> str:
    """Return the folder for compiled code: one for each state of the kernels' sources.

    A compiled kernel holds parts of other files (luck, queues, heaps). Numba looks only at the
    kernel's own file, so after an update it would go on with old parts.
    """
    here = Path(__file__).parent
    state = hashlib.sha256()
    for file in [*sorted(here.glob("*/_kernels/*.py")), here / "_luck.py", Path(__file__)]:
        state.update(file.read_bytes())
    folders = [here / "__pycache__", Path("~/.cache/cemlab")]
    if "NUMBA_CACHE_DIR" in os.environ:
        folders = [Path(os.environ["NUMBA_CACHE_DIR"])]
    for folder in folders:
        try:
            place = folder.expanduser() / f"{_NAME}{state.hexdigest()[:16]}"
            place.mkdir(parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=place).close()
        except (OSError, RuntimeError):  # not writable, or nobody's home
            continue
        for old in place.parent.glob(f"{_NAME}*"):
            if old != place:
                shutil.rmtree(old, ignore_errors=True)
        return str(place)
    return tempfile.mkdtemp(prefix="cemlab-")


_PLACE = _place()


def _kept(function: Function, compiled: Function) -> Any:
    """Compile a function so that its code is kept in our own place."""
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = _PLACE
    try:
        return compiled(function)
    finally:
        numba.config.CACHE_DIR = before


def kernel(function: Function) -> Any:
    """Compile `function` for arrays and numbers; it runs without Python's global lock."""
    return _kept(function, numba.njit(cache=True, nogil=True))


def still(function: Function) -> Any:
    """Compile a kernel that allocates nothing: arrays are then passed on without being counted."""
    return _kept(function, numba.njit(cache=True, nogil=True, _nrt=False))


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
