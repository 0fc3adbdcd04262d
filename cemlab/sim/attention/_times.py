"""Times as numbers: one or many, in any shape."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cemlab._words import short


def of(name: str, value: Any) -> tuple[NDArray[np.float64], bool]:
    """Return times as floats in their shape, and whether there is only one, without a list.

    >>> of("t", [0, 2])
    (array([0., 2.]), False)
    """
    what = "seconds" if name == "seconds" else "numbers of periods"
    rule = f"{name} must be {what}, none missing"
    try:
        array = np.asarray(value)
        good = array.dtype.kind in "iuf" or (array.dtype.kind == "O" and _numbers(array))
        times = array.astype(np.float64) if good else None
    except (TypeError, ValueError, OverflowError):
        times = None
    if times is None:
        msg = f"{rule}, got {short(value)}: count dates from a start, as (dates - start) / pd.Timedelta('1D')"
        raise ValueError(msg)
    if np.isnan(times).any():
        msg = f"{rule}, got {np.isnan(times).sum()} missing"
        raise ValueError(msg)
    return times, array.ndim == 0


def shaped(values: NDArray[np.float64], scalar: bool) -> Any:
    """Return a float for one time, else the array.

    >>> shaped(np.array(2.0), True)
    2.0
    """
    return float(values) if scalar else values


def _numbers(array: NDArray[Any]) -> bool:
    kinds = (int, float, np.number)
    return all(x is None or (isinstance(x, kinds) and not isinstance(x, bool)) for x in array.flat)
