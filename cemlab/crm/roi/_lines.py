"""The lines of the calculator: what is assumed for each, and what it is multiplied to."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

COUNT, SHARE, MONEY = "count", "share", "money"

Values = Mapping[str, Any]
"""Numbers or arrays by "line.input"."""

INPUTS: Mapping[str, Mapping[str, str]] = MappingProxyType({
    "support": {
        "answers": COUNT, "contacts_saved": COUNT, "cost_elsewhere": MONEY, "cost_here": MONEY,
    },
    "ideas": {"ideas": COUNT, "accepted": SHARE, "new": SHARE, "margin": MONEY},
    "research": {"studies": COUNT, "price": MONEY, "as_good": SHARE},
    "awareness": {"impressions": COUNT, "price_per_thousand": MONEY, "replaced": SHARE},
    "hiring": {"hires": COUNT, "fee": MONEY, "replaced": SHARE},
    "staff": {"people": COUNT, "cost_per_person": MONEY},
    "tools": {"cost": MONEY},
    "training": {"people": COUNT, "hours": COUNT, "cost_per_hour": MONEY},
    "guidelines": {"cost": MONEY},
    "risk": {"chance": SHARE, "damage": MONEY},
})  # fmt: skip
"""Line -> what has to be assumed for it -> what kind of number that is."""


class Part(NamedTuple):
    """A benefit or a cost: the line that it comes from, and the assumptions it multiplies."""

    kind: str
    line: str
    factors: tuple[str, ...]
    times: float = 1.0

    @property
    def names(self) -> list[str]:
        """Its assumptions, as "line.input"."""
        return [f"{self.line}.{name}" for name in self.factors]

    def worth(self, values: Values) -> Any:
        """Return what it is worth in a year.

        >>> Part("cost", "risk", ("chance", "damage")).worth({"risk.chance": 0.5, "risk.damage": 8})
        4.0
        """
        found: Any = self.times
        for name in self.names:
            found = found * values[name]
        return found


def _whole(kind: str, line: str, times: float = 1.0) -> Part:
    return Part(kind, line, tuple(INPUTS[line]), times)


PARTS: Mapping[str, Part] = MappingProxyType({
    "support": Part("benefit", "support", ("answers", "contacts_saved", "cost_elsewhere")),
    "ideas": _whole("benefit", "ideas"),
    "research": _whole("benefit", "research"),
    "awareness": _whole("benefit", "awareness", 0.001),
    "hiring": _whole("benefit", "hiring"),
    "answering": Part("cost", "support", ("answers", "cost_here")),
    "staff": _whole("cost", "staff"),
    "tools": _whole("cost", "tools"),
    "training": _whole("cost", "training"),
    "guidelines": _whole("cost", "guidelines"),
    "risk": _whole("cost", "risk"),
})  # fmt: skip
"""Each assumption stands once in a part, so that benefits less costs are linear in each alone."""
