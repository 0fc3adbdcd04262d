"""What a cascade looks like: its tree, who carried it, and how heavy the tail of many sizes is."""

from cemlab.virality._tails import Tail, tail, tail_p_value
from cemlab.virality._trees import descriptors, gini, influence, structural_virality

__all__ = [
    "Tail",
    "descriptors",
    "gini",
    "influence",
    "structural_virality",
    "tail",
    "tail_p_value",
]
