"""The promises that every model keeps, as one check for the author of a new one."""

import random
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from pandas.testing import assert_frame_equal

from cemlab import events
from cemlab.run import Run

SEEDS = (0, 1, 2009)


def check_model(
    simulate: Callable[..., Run], example: Mapping[str, Any], *, uses_luck: bool = True
) -> None:
    """Raise AssertionError with one sentence for the first promise that a model breaks.

    The promises: it returns a `Run`; the same integer gives the same run, a Generator moves
    on, and NumPy's and Python's own luck stay as they were; arguments are left as they were;
    `series` has time (datetime64[us]), variable (text) and value (float64, finite), sorted by
    time within each variable, with one row a variable and time; `events` is a valid log,
    sorted by time, and the same when built again; without people nothing breaks.

    Parameters
    ----------
    simulate : callable
        The model's ``simulate(..., rng=None) -> Run``.
    example : mapping
        Arguments of one call, without `rng`.
    uses_luck : bool
        False for a model without chance, which then takes no `rng`.

    Examples
    --------
    >>> from cemlab.network import Network
    >>> from cemlab.sim import cascade
    >>> path = Network.from_edges([(0, 1), (1, 2)])
    >>> check_model(cascade.simulate, {"network": path, "initial": [0], "p": 0.5})
    """
    name = getattr(simulate, "__module__", repr(simulate))
    before = {key: _copy(value) for key, value in example.items()}
    for seed in SEEDS if uses_luck else (None,):
        luck = {} if seed is None else {"rng": seed}
        state, plain = str(np.random.get_state()), random.getstate()  # noqa: NPY002
        run, again = simulate(**example, **luck), simulate(**example, **luck)
        _promise(str(np.random.get_state()) == state, name, "leaves NumPy's global luck alone")  # noqa: NPY002
        _promise(random.getstate() == plain, name, "leaves Python's global luck alone")
        _check_run(name, run)
        _check_series(name, run.series)
        _check_events(name, run.events)
        _promise(
            run.key == again.key, name, "draws one key from rng: the same integer, the same key"
        )
        _check_same(name, run.series, again.series)
        _check_same(name, run.events, again.events)
    for key, value in example.items():
        _promise(_same(before[key], value), name, f"leaves its argument {key} as it was")
    if uses_luck:
        generator = np.random.default_rng(7)
        first, second = (simulate(**example, rng=generator).key for _ in range(2))
        _promise(first != second, name, "moves a Generator on")


def _promise(kept: bool, name: str, promise: str) -> None:
    if not kept:
        msg = f"{name} must keep its promise, got a broken one: {promise}"
        raise AssertionError(msg)


def _check_run(name: str, run: Run) -> None:
    _promise(isinstance(run, Run), name, "returns a Run")
    _promise(run.model == name.rsplit(".", 1)[-1], name, "its Run names the model's module")
    _promise(type(run.key) is int, name, "its Run holds the key as an int")


def _check_series(name: str, series: pd.DataFrame) -> None:
    wanted = ["time", "variable", "value"]
    _promise(list(series.columns) == wanted, name, f"series has the columns {wanted}")
    _promise(series["time"].dtype == "datetime64[us]", name, "series.time is datetime64[us]")
    _promise(series["value"].dtype == np.float64, name, "series.value is float64")
    _promise(pd.api.types.is_string_dtype(series["variable"]), name, "series.variable is text")
    _promise(bool(np.isfinite(series["value"]).all()), name, "series.value is finite")
    by = series.groupby("variable", sort=False)["time"]
    _promise(bool(by.is_monotonic_increasing.all()), name, "series is sorted by time")
    _promise(len(series) > 0, name, "series has at least one row")
    twice = series.duplicated(["variable", "time"]).any()
    _promise(not twice, name, "series has one row a variable and time")


def _check_events(name: str, log: pd.DataFrame) -> None:
    valid = events.validate(log)
    _check_same(name, valid, log)
    _promise(log["time"].is_monotonic_increasing, name, "events are sorted by time")


def _check_same(name: str, one: pd.DataFrame, other: pd.DataFrame) -> None:
    try:
        assert_frame_equal(one, other)
    except AssertionError as difference:
        msg = f"{name} must give the same tables for the same luck, got a difference: {difference}"
        raise AssertionError(msg) from None


def _copy(value: Any) -> Any:
    return value.copy() if isinstance(value, np.ndarray | pd.DataFrame | dict | list) else value


def _same(before: Any, after: Any) -> bool:
    if isinstance(after, np.ndarray):
        return bool(np.array_equal(before, after))
    if isinstance(after, pd.DataFrame):
        return bool(before.equals(after))
    return bool(before is after or before == after)
