"""Markets to begin with: the default, those where the winner changes, and one that is watched."""

from collections.abc import Mapping
from types import MappingProxyType

from cemlab.market.assumptions import Market
from cemlab.market.segments import Segment

SCENARIOS: Mapping[str, Market] = MappingProxyType(
    {
        "default": Market(),
        "failures rare": Market(failure_rate=0.01),
        "failures frequent, net viral": Market(failure_rate=0.15, virality=0.9),
        "prevention dear": Market(prevention_cost=6.0),
        "values unequal, prevention dear, net calm": Market(
            segments=(Segment("low", 0.8, 2.0), Segment("high", 0.2, 92.0, offered=True)),
            prevention_cost=6.0,
            retention_effect=0.6,
            failure_rate=0.03,
            virality=0.1,
        ),
        "watched": Market(
            prevention_cost=1.7, observer=1.0, publicisation=0.2, rival_pull=0.05, market_size=300_000.0,
            failure_sd=0.2, virality_sd=0.2, demand_sd=0.1,
        ),
        "norm": Market(norm=0.7),
    }
)  # fmt: skip
"""Name -> market; all numbers assumed. "watched": unanswered posts repel, answers in public feed a
story, a rival takes who sees a company silent, customers run out, years bring chance, and
prevention is dearer, by 70 %: at that price a CRM and a CEM team of the policy duel, each at its
best and free to run its desk as it likes, have the same score within 1 %, as a game needs it.
"norm": what others do pulls, so that a habit may outlive its cause."""
