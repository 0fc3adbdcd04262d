"""How a scenario of a case meets its model: what it sets, what it lacks, and its network."""

from collections.abc import Iterator
from functools import lru_cache
from inspect import Parameter, signature
from types import ModuleType
from typing import Any, NamedTuple

from cemlab import _checks, sim
from cemlab._case_file import CaseFile, Problem, Scenario
from cemlab.network import Network
from cemlab.run import Run

TRIED_UP_TO = 100_000
"""Validation runs scenarios on networks up to this size (people) once."""

_NOT_SET_BY_CASES = ("network", "rng", "start", "replicate")
_OF_NETWORK = ("size", "ties", "seed")


class Setup(NamedTuple):
    """A model with everything it is to be called with but luck."""

    model: ModuleType
    network: Network | None
    values: dict[str, Any]
    start: dict[str, Any]

    def simulate(self, rng: Any, replicate: int = 0) -> Run:
        """Run the model once."""
        run: Run = self.model.simulate(
            **self.crowd, **self.values, **self.start, rng=rng, replicate=replicate
        )
        return run

    @property
    def crowd(self) -> dict[str, Network]:
        """The network as an argument, where the scenario has one."""
        return {} if self.network is None else {"network": self.network}


def complete(case: CaseFile, name: str) -> Scenario:
    """Return a scenario together with what it takes over from the one it is like."""
    _checks.one_of("scenario", name, case.scenarios)
    scenario = case.scenarios[name]
    base = case.scenarios.get(scenario.like or "")
    if base is None:
        return scenario
    given = {k: v for k, v in scenario if v is not None and k != "parameters"}
    parameters = {**base.parameters, **scenario.parameters}
    return base.model_copy(update={**given, "parameters": parameters})


def set_up(case: CaseFile, name: str, changes: dict[str, Any]) -> Setup:
    """Return the set-up of a scenario with some parameters changed."""
    scenario = complete(case, name)
    model = sim.model(str(scenario.model))
    allowed = _settable(model)
    grown = scenario.network
    of_network = _OF_NETWORK if grown else ()
    _checks.one_of_each("change", changes, [*sorted(allowed), *of_network])
    values = {name: setting.value for name, setting in scenario.parameters.items()}
    values |= {k: v for k, v in changes.items() if k in allowed}
    network = None
    if grown is not None:
        drawn = grown.model_dump() | {k: v for k, v in changes.items() if k in of_network}
        size = _checks.whole("size", drawn["size"], low=2, high=10_000_000)
        ties = _checks.whole("ties", drawn["ties"], low=1, high=min(size - 1, 100))
        seed = _checks.whole("seed", drawn["seed"], low=0)
        network = _grow(drawn["generator"], size, ties, seed)
    start = {} if scenario.start is None else {"start": scenario.start.time}
    return Setup(model, network, values, start)


def problems(case: CaseFile) -> Iterator[Problem]:
    """Yield what keeps a scenario from running: its model, its parameters, its network."""
    for name in case.scenarios:
        place = ("scenarios", name)
        scenario = complete(case, name)
        if scenario.model not in sim.names():
            rule = f"must be one of {', '.join(sim.names())}, got {scenario.model!r}"
            yield (*place, "model"), rule
            continue
        model = sim.model(scenario.model)
        allowed = _settable(model)
        for parameter in scenario.parameters:
            if parameter not in allowed:
                known = f"a parameter of {scenario.model} ({', '.join(allowed)})"
                yield (*place, "parameters", parameter), f"must be {known}, got {parameter!r}"
        needed = [p for p, given in allowed.items() if given.default is Parameter.empty]
        missing = [parameter for parameter in needed if parameter not in scenario.parameters]
        if missing:
            yield (*place, "parameters"), f"must give {', '.join(missing)}, got nothing"
        if "network" in signature(model.simulate).parameters and scenario.network is None:
            yield (*place, "network"), f"must be given, as {scenario.model} needs one, got nothing"
        if scenario.start is not None and scenario.start.latest is not None:
            yield (*place, "start"), "must be one day, got a span"
        if scenario.network is None or scenario.network.size <= TRIED_UP_TO:
            try:
                set_up(case, name, {}).simulate(rng=0)
            except ValueError as error:
                yield (*place, "parameters"), f"must run: {error}"


def _settable(model: ModuleType) -> dict[str, Parameter]:
    taken = signature(model.simulate).parameters
    return {name: given for name, given in taken.items() if name not in _NOT_SET_BY_CASES}


@lru_cache(maxsize=8)
def _grow(generator: str, size: int, ties: int, seed: int) -> Network:
    network: Network = getattr(Network, generator)(size, ties, rng=seed)
    return network
