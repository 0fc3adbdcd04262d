"""The plans of two invented teams, plausible and not the best: to try things on."""

from collections.abc import Mapping
from types import MappingProxyType

EXAMPLE_PLANS: Mapping[str, Mapping[int, str]] = MappingProxyType(
    {
        "CRM team": MappingProxyType(
            {
                1: "0-50-10-10-30-0-SF",
                2: "0-40-10-20-30-0-SF",
                4: "0-35-8-22-35-0-SF",
                6: "0-30-5-30-35-0-SF",
                9: "0-25-5-30-40-0-SF",
            }
        ),
        "CEM team": MappingProxyType(
            {
                1: "10-60-0-0-20-10-PF",
                2: "10-60-0-0-20-10-PD",
                4: "20-50-0-0-20-10-PD",
                6: "30-40-0-0-25-5-PD",
                9: "40-30-0-0-30-0-PD",
            }
        ),
    }
)
"""Team -> quarter -> code, for `Duel.play_all` with the usual two teams (assumed)."""
