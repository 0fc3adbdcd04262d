"""Simulations: one module a model, each with ``simulate(...) -> Run``.

A new model is one new file here; nothing has to be registered. Each model also has
``warm_up()``, which runs it once on a tiny network, so that its kernels are compiled
before a reader meets them.
"""

from collections.abc import Callable
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from cemlab import _checks
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


def warm_up() -> None:
    """Compile every model's kernels, so that no first cell has to wait."""
    for name in names():
        model(name).warm_up()
