"""Run: what every simulation returns."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any

import pandas as pd

import cemlab
from cemlab import _checks, events


@dataclass(frozen=True, eq=False)
class Run:
    """One history that a model made, with everything needed to make it again.

    Attributes
    ----------
    model : str
        Name of the model's module in `cemlab.sim`.
    params : mapping
        What the model was given.
    series : DataFrame
        Tidy totals: `time` (datetime64[us]), `variable` (str), `value` (float64).
    key : int
        The 64-bit key that all luck of this run comes from.
    network : str
        Fingerprint of the network, or "" where there is none.
    details : mapping
        What only this model keeps: its own functions read it (`service_desk.contacts(run)`).
    """

    model: str
    params: Mapping[str, Any]
    series: pd.DataFrame
    key: int
    make_events: Callable[[], pd.DataFrame] = field(repr=False)
    network: str = ""
    details: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        for name in ("params", "details"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    def __reduce__(self) -> tuple[Any, ...]:
        return Run, (
            self.model, dict(self.params), self.series, self.key, self.make_events, self.network,
            dict(self.details),
        )  # fmt: skip

    @cached_property
    def events(self) -> pd.DataFrame:
        """The event log of this run, built when first asked for."""
        return events.validate(self.make_events())

    @property
    def provenance(self) -> dict[str, str]:
        """What to print under a figure: model, package version, key, network."""
        return {
            "model": self.model,
            "cemlab": cemlab.__version__,
            "key": f"{self.key:016x}",
            "network": self.network,
        }

    def final(self, variable: str) -> float:
        """Return the last value of one variable of `series`.

        Raises
        ------
        ValueError
            If the run has no such variable.
        """
        names = list(dict.fromkeys(self.series["variable"]))
        _checks.one_of("variable", variable, names)
        values = self.series.loc[self.series["variable"] == variable, "value"]
        return float(values.iloc[-1])
