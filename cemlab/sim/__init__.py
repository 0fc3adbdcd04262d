"""Simulations: one module a model, each with ``simulate(...) -> Run``.

A new model is one new file here; nothing has to be registered. Each model also has
``warm_up()``, which runs it once on a tiny network, so that its kernels are compiled
before a reader meets them.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from importlib import import_module
from inspect import signature
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd

from cemlab import _checks, _luck
from cemlab.network import Network
from cemlab.run import Run


def names() -> list[str]:
    """Return the names of all models.

    >>> "cascade" in names()
    True
    """
    return sorted(m.name for m in iter_modules(__path__) if not m.name.startswith("_"))


def model(name: str) -> ModuleType:
    """Return the module of one model."""
    return import_module(f"{__name__}.{_checks.one_of('model', name, names())}")


def get(name: str) -> Callable[..., Run]:
    """Return the `simulate` function of one model."""
    simulate: Callable[..., Run] = model(name).simulate
    return simulate


def vary(
    reach: Callable[..., Any],
    parameter: str,
    values: Sequence[Any] | Mapping[str, Any],
    *,
    rng: Any = None,
    **common: Any,
) -> pd.DataFrame:
    """Return many runs for each of several values of one argument, on the same luck.

    Where a model's `reach` asks whether runs are `paired`, they are, unless you say otherwise.

    Parameters
    ----------
    reach : callable
        A model's `reach`, which returns one number a run.
    parameter : str
        Which of its arguments to vary.
    values : sequence, or mapping of name to value
        What to set it to.
    rng : int or numpy.random.Generator, optional
        Source of luck for all of them.
    **common
        The other arguments, `runs` among them.

    Returns
    -------
    DataFrame
        One column a value (called by the value or its name), one row a replicate.

    Examples
    --------
    >>> from cemlab.network import Network
    >>> from cemlab.sim import cascade
    >>> path = Network.from_edges([(0, 1), (1, 2)])
    >>> vary(cascade.reach, "p", [0, 1], network=path, initial=[0], runs=2, rng=1).values.tolist()
    [[1, 3], [1, 3]]
    """
    pairs = list(values.items()) if isinstance(values, Mapping) else [(v, v) for v in values]
    if not pairs:
        msg = f"values must be at least one for {parameter}, got none"
        raise ValueError(msg)
    luck = _luck.fixed(rng)
    common = pairing(reach) | common
    columns = {}
    for name, value in pairs:
        found = np.asarray(reach(**common, **{parameter: value}, rng=luck))
        if found.ndim != 1:
            msg = f"reach must return one number a run, got shape {found.shape}"
            raise ValueError(msg)
        columns[name if isinstance(name, Hashable) else str(name)] = found
    return pd.DataFrame(columns).rename_axis("replicate").rename_axis(columns=parameter)


def pairing(reach: Callable[..., Any]) -> dict[str, bool]:
    """Return the argument that asks a model's `reach` for the same luck link by link, if it has one.

    >>> from cemlab.sim import cascade, threshold
    >>> pairing(cascade.reach), pairing(threshold.reach)
    ({'paired': True}, {})
    """
    return {"paired": True} if "paired" in signature(reach).parameters else {}


def warm_up() -> None:
    """Compile every model's and network's kernels, so that no first cell has to wait."""
    for few in (
        Network.random(9, 2, rng=0),
        Network.small_world(9, 2, 0.5, rng=0),
        Network.blocks([4, 5], 2, 0.5, rng=0),
        Network.configuration([1, 1], rng=0),
    ):
        few.with_hub(1).summary()
    for name in names():
        model(name).warm_up()
