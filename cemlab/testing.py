"""The promises that every model keeps, as one check for the author of a new one."""

import random
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from inspect import signature
from typing import Any

import numpy as np
import pandas as pd
from pandas.testing import assert_frame_equal

from cemlab import events
from cemlab.network import Network
from cemlab.run import Run

SEEDS = (0, 1, 2009)


def check_model(
    simulate: Callable[..., Run], example: Mapping[str, Any], *, uses_luck: bool = True
) -> None:
    """Raise AssertionError with one sentence for the first promise that a model breaks.

    The promises: it returns a `Run` named after the model's module, with the network's
    fingerprint where the example has one; the same integer gives the same run, a Generator
    moves on by one draw, None is fine, and NumPy's and Python's own luck stay as they were;
    arguments are left as they were; `series` has time (datetime64[us]), variable (text) and
    value (float64, finite), sorted by time within each variable, with one row a variable and
    time; `events` is a valid log, and the same when it is built again. Where the example has
    starters (`initial`, `complaint`, `response`) or chances (`p`, `p_...`, `..._chance`), the
    tables keep their rules without starters, and with chances of 0 and 1.

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
    model = getattr(simulate, "func", simulate)  # a partial's own function
    name = getattr(model, "__module__", repr(model))
    before = deepcopy({k: v for k, v in example.items() if not isinstance(v, Network)})
    prints = {k: _print_of(v) for k, v in example.items() if isinstance(v, Network)}
    if uses_luck:
        _promise("rng" in signature(simulate).parameters, name, "takes rng")
    for seed in SEEDS if uses_luck else (None,):
        luck = {} if seed is None else {"rng": seed}
        numpys, pythons = str(np.random.get_state()), random.getstate()  # noqa: NPY002
        run = simulate(**example, **luck)
        for key, value in before.items():
            _promise(_same(value, example[key]), name, f"leaves its argument {key} as it was")
        for key, value in prints.items():
            whole = _print_of(example[key]) == value
            _promise(whole, name, f"leaves its argument {key} as it was")
        _check_run(name, run, example.get("network"))
        again = simulate(**example, **luck)
        _promise(str(np.random.get_state()) == numpys, name, "leaves NumPy's global luck alone")  # noqa: NPY002
        _promise(random.getstate() == pythons, name, "leaves Python's global luck alone")
        _check_series(name, run.series)
        _promise(
            run.key == again.key, name, "draws one key from rng: the same integer, the same key"
        )
        _check_same(name, run.series, again.series)
        _check_events(name, run)
        _check_same(name, run.events, again.events)
    luck = {"rng": SEEDS[0]} if uses_luck else {}
    for key, value in _extremes(example):
        found = simulate(**{**example, key: value}, **luck)
        _check_series(name, found.series)
        _check_events(name, found)
    if uses_luck:
        _check_luck(name, simulate, example)


def _extremes(example: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield what to change in the example: nobody starts; a chance is 0, or 1."""
    for key, value in example.items():
        if key in ("initial", "complaint", "response") and isinstance(value, list):
            yield key, []
        single = isinstance(value, float) and 0 < value < 1
        if single and (key == "p" or key.startswith("p_") or key.endswith("_chance")):
            yield key, 0.0
            yield key, 1.0


def _check_luck(name: str, simulate: Callable[..., Run], example: Mapping[str, Any]) -> None:
    generator, twin = np.random.default_rng(7), np.random.default_rng(7)
    first = simulate(**example, rng=generator).key
    _promise(first != simulate(**example, rng=generator).key, name, "moves a Generator on")
    twin.integers(0, 2**64, 2, dtype=np.uint64)
    moved = generator.bit_generator.state == twin.bit_generator.state
    _promise(moved, name, "draws one 64-bit key a call from a Generator, and nothing else")
    _promise(isinstance(simulate(**example, rng=None), Run), name, "takes rng=None")
    same = simulate(**example, rng=np.int64(7)).key == simulate(**example, rng=7).key
    _promise(same, name, "takes NumPy's integers as integers")
    kind = signature(simulate).parameters["rng"].kind
    _promise(kind.name == "KEYWORD_ONLY", name, "takes rng by its name only")


def _promise(kept: bool, name: str, promise: str) -> None:
    if not kept:
        msg = f"{name} must keep its promise, got a broken one: {promise}"
        raise AssertionError(msg)


def _check_run(name: str, run: Run, network: object) -> None:
    _promise(isinstance(run, Run), name, "returns a Run")
    module = name.rsplit(".", 1)[-1]
    named = run.model == module or module == "__main__"
    _promise(named, name, f"its Run names the model's module ({run.model!r} is not {module!r})")
    _promise(type(run.key) is int, name, "its Run holds the key as an int")
    _promise(0 <= run.key < 2**64, name, "its key has 64 bits")
    if isinstance(network, Network):
        mine = run.network == network.fingerprint
        _promise(mine, name, "its Run holds the network's fingerprint")


def _check_series(name: str, series: pd.DataFrame) -> None:
    wanted = ["time", "variable", "value"]
    _promise(list(series.columns) == wanted, name, f"series has the columns {wanted}")
    _promise(len(series) > 0, name, "series has at least one row")
    _promise(series["time"].dtype == "datetime64[us]", name, "series.time is datetime64[us]")
    _promise(series["value"].dtype == np.float64, name, "series.value is float64")
    text = pd.api.types.is_string_dtype(series["variable"])
    category = isinstance(series["variable"].dtype, pd.CategoricalDtype)
    _promise(text and not category, name, "series.variable is text")
    _promise(bool(np.isfinite(series["value"]).all()), name, "series.value is finite")
    by = series.groupby("variable", sort=False)["time"]
    _promise(bool(by.is_monotonic_increasing.all()), name, "series is sorted by time")
    twice = series.duplicated(["variable", "time"]).any()
    _promise(not twice, name, "series has one row a variable and time")


def _check_events(name: str, run: Run) -> None:
    try:
        log = run.events
    except ValueError as error:
        msg = (
            f"{name} must keep its promise, got a broken one: its events are a valid log ({error})"
        )
        raise AssertionError(msg) from None
    _check_same(name, log, events.validate(run.make_events()))


def _check_same(name: str, one: pd.DataFrame, other: pd.DataFrame) -> None:
    try:
        assert_frame_equal(one, other)
    except AssertionError as difference:
        msg = f"{name} must give the same tables for the same luck, got a difference: {difference}"
        raise AssertionError(msg) from None


def _print_of(network: Network) -> tuple[bytes, ...]:
    """Return what a network holds, read afresh."""
    arrays = (network.start, network.targets, network.weights)
    return tuple(b"" if array is None else array.tobytes() for array in arrays)


def _same(before: Any, after: Any) -> bool:
    """Compare arguments in depth: nan is like nan."""
    if type(before) is not type(after):
        return False
    if isinstance(after, np.ndarray):
        floats = after.dtype.kind in "fc"
        return bool(np.array_equal(before, after, equal_nan=floats))
    if isinstance(after, pd.DataFrame | pd.Series):
        return bool(before.equals(after))
    if isinstance(after, Run):
        return _same(before.series, after.series) and _same(before.events, after.events)
    if isinstance(after, Mapping):
        return list(before) == list(after) and all(_same(before[k], after[k]) for k in after)
    if isinstance(after, list | tuple):
        return len(before) == len(after) and all(map(_same, before, after))
    return bool(before is after or before == after or (before != before and after != after))
