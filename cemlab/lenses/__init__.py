"""Two lenses on one log: the company's (CRM, inside-out) and the customer's (CEM, outside-in)."""

from cemlab.lenses._measures import GREEN, GREY, PLAIN, RED, UNSURE
from cemlab.lenses.comparison import ENOUGH, MAIN, colours, compare, verdict
from cemlab.lenses.groups import by_group, disagreements
from cemlab.lenses.linkage import by_linkage

__all__ = [
    "ENOUGH",
    "GREEN",
    "GREY",
    "MAIN",
    "PLAIN",
    "RED",
    "UNSURE",
    "by_group",
    "by_linkage",
    "colours",
    "compare",
    "disagreements",
    "verdict",
]
