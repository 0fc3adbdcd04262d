"""Sure things, persuadables, lost causes and sleeping dogs: a trial where the truth is known."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from cemlab import _checks

FOUR_TYPES: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "sure thing": (1.0, 1.0),
        "persuadable": (0.0, 1.0),
        "lost cause": (0.0, 0.0),
        "sleeping dog": (1.0, 0.0),
    }
)
"""Type of customer -> chance to stay if left alone, and if treated."""


def simulate_four_types(
    customers: int,
    *,
    shares: Mapping[str, float],
    chances: Mapping[str, tuple[float, float]] = FOUR_TYPES,
    treated_share: float = 0.5,
    noise: float = 0.0,
    rng: Any = None,
) -> pd.DataFrame:
    """Draw a randomised trial with sure things, persuadables, lost causes and sleeping dogs.

    Sleeping dogs stay unless they are reminded that they could go. A score of risk cannot
    tell persuadables from lost causes: both leave if left alone.

    Parameters
    ----------
    customers : int
        How many.
    shares : mapping of str to float
        Share of each of the four types; they add up to 1.
    chances : mapping of str to (float, float)
        Chance to stay if left alone and if treated; by default 0 or 1.
    treated_share : float
        Chance to be treated, above 0 and below 1.
    noise : float
        Standard deviation of what is added to both scores, at least 0.
    rng : int or numpy.random.Generator, optional
        Source of luck.

    Returns
    -------
    DataFrame
        One row a customer: `type`, `treated`, `outcome` (1: stayed), and two scores: `risk`
        (chance to leave if left alone) and `uplift` (what the treatment adds to the chance
        to stay), each with its noise.

    Examples
    --------
    >>> simulate_four_types(3, shares={"persuadable": 1.0}, rng=1)["uplift"].tolist()
    [1.0, 1.0, 1.0]
    """
    n = _checks.whole("customers", customers, low=1)
    _checks.one_of_each("shares", shares, FOUR_TYPES)
    _checks.one_of_each("chances", chances, FOUR_TYPES)
    parts = [_checks.probability(f"shares of {name}", shares.get(name, 0.0)) for name in FOUR_TYPES]
    if abs(sum(parts) - 1.0) > 1e-9:
        msg = f"shares must add up to 1, got {sum(parts):g}"
        raise ValueError(msg)
    known = {**FOUR_TYPES, **chances}
    stay = np.array([[_checks.probability(f"chances of {name}", x) for x in known[name]] for name in FOUR_TYPES])  # fmt: skip
    part = _checks.probability("treated_share", treated_share)
    if part in (0.0, 1.0):
        msg = f"treated_share must be above 0 and below 1, got {part:g}: a trial needs both groups"
        raise ValueError(msg)
    spread = _checks.number("noise", noise, low=0.0)
    luck = _checks.generator(rng)
    kind = luck.choice(len(FOUR_TYPES), size=n, p=np.array(parts) / sum(parts))
    treated = (luck.random(n) < part).astype(np.int64)
    outcome = (luck.random(n) < stay[kind, treated]).astype(np.int64)
    table = pd.DataFrame({"type": pd.Categorical.from_codes(kind, list(FOUR_TYPES))})
    table["treated"], table["outcome"] = treated, outcome
    table["risk"] = 1.0 - stay[kind, 0] + spread * luck.standard_normal(n)
    table["uplift"] = stay[kind, 1] - stay[kind, 0] + spread * luck.standard_normal(n)
    return table


def ideal_qini(*, persuadables: float, sleeping_dogs: float) -> float:
    """Return the largest Qini area that any score can have, if the types never waver.

    Persuadables are treated first and sleeping dogs last. With shares P and D the area is
    (P (1 - P) + D (1 - D)) / 2.

    Examples
    --------
    >>> round(ideal_qini(persuadables=0.2, sleeping_dogs=0.1), 4)
    0.125
    """
    p = _checks.probability("persuadables", persuadables)
    d = _checks.probability("sleeping_dogs", sleeping_dogs)
    if p + d > 1:
        msg = f"persuadables and sleeping_dogs must add up to at most 1, got {p + d:g}"
        raise ValueError(msg)
    return (p * (1 - p) + d * (1 - d)) / 2
