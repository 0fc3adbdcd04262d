"""Classes of customers by value."""

import math
from collections.abc import Hashable
from dataclasses import dataclass

from cemlab import _checks


@dataclass(frozen=True)
class Segment:
    """One class of customers by value.

    Attributes
    ----------
    name : str
    share : float
        Of all customers at the start, and of all who come later; above 0.
    margin : float
        EUR a customer and month, before the budget.
    offered : bool
        Whether retention offers are made to this class.
    """

    name: str
    share: float
    margin: float
    offered: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name.strip():
            msg = f"a segment's name must be a word, got {self.name!r}"
            raise ValueError(msg)
        if _checks.probability("a segment's share", self.share) == 0.0:
            msg = f"a segment's share must be above 0, got {self.share!r}"
            raise ValueError(msg)
        _checks.number("a segment's margin", self.margin, low=-1e9, high=1e9)
        if not isinstance(self.offered, Hashable) or self.offered not in (True, False):
            msg = f"a segment's offered must be True or False, got {self.offered!r}"
            raise ValueError(msg)


def check_segments(segments: object) -> None:
    """Stop unless these are segments with different names whose shares add up to 1."""
    if not isinstance(segments, tuple) or not segments:
        msg = f"segments must be a tuple of Segment, got {segments!r}"
        raise ValueError(msg)
    for segment in segments:
        if not isinstance(segment, Segment):
            msg = f"segments must be a tuple of Segment, got {segment!r} in it"
            raise ValueError(msg)
    names = [segment.name for segment in segments]
    if len(set(names)) < len(names):
        msg = f"segments must have different names, got {names}"
        raise ValueError(msg)
    total = math.fsum(segment.share for segment in segments)
    if abs(total - 1) > 1e-9:
        msg = f"shares of segments must add up to 1, got {total:.12g}"
        raise ValueError(msg)
