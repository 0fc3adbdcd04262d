"""Luck of the years, compiled: what a month brings, whatever the company does."""

from cemlab import _luck
from cemlab._compiled import kernel


@kernel
def fill(key, replicate, units):
    """Fill `units` (months, kinds) with draws in (0, 1), each by its month and its kind."""
    luck = _luck.branch(key, replicate, _luck.MONTH)
    for t in range(units.shape[0]):
        for kind in range(units.shape[1]):
            units[t, kind] = max(_luck.draw(luck, t * units.shape[1] + kind), 1e-16)
