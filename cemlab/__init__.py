"""cemlab: one event log, two lenses - the company's (CRM) and the customer's (CEM).

Every source - a documented case, a data set, a simulation - gives the same
event log (:mod:`cemlab.events`); :mod:`cemlab.lenses` reads it from both sides.
Submodules are loaded when they are first used, so ``import cemlab`` is quick.
"""

from importlib import import_module
from types import ModuleType

__version__ = "0.1.0"

_SUBMODULES = (
    "calibrate",
    "cases",
    "cem",
    "classroom",
    "crm",
    "datasets",
    "estimate",
    "events",
    "evidence",
    "exchange",
    "lenses",
    "market",
    "network",
    "observation",
    "plots",
    "readings",
    "run",
    "sim",
    "testing",
    "virality",
    "widgets",
)


def __getattr__(name: str) -> ModuleType:
    if name in _SUBMODULES:
        return import_module(f"{__name__}.{name}")
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)


def __dir__() -> list[str]:
    return sorted([*globals(), *_SUBMODULES])
