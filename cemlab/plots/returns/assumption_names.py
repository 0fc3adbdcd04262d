"""Assumptions of a return in words: one name for one thing, with its unit."""

from collections.abc import Mapping
from typing import Any

NAMES = {
    "support.answers": "answers",
    "support.contacts_saved": "contacts saved by an answer",
    "support.cost_elsewhere": "cost of a contact elsewhere",
    "support.cost_here": "cost of an answer",
    "ideas.ideas": "ideas sent in",
    "ideas.accepted": "share of ideas accepted",
    "ideas.new": "share new of accepted ideas",
    "ideas.margin": "margin of an accepted idea",
    "research.studies": "studies",
    "research.price": "price of a study",
    "research.as_good": "how good, as a share of a study",
    "awareness.impressions": "impressions",
    "awareness.price_per_thousand": "price of 1,000 impressions",
    "awareness.replaced": "share of impressions replaced",
    "hiring.hires": "hires",
    "hiring.fee": "agency fee for a hire",
    "hiring.replaced": "share of hires replaced",
    "staff.people": "full-time staff",
    "staff.cost_per_person": "cost of full-time staff, each",
    "tools.cost": "cost of tools",
    "training.people": "people trained",
    "training.hours": "hours of training, each",
    "training.cost_per_hour": "cost of an hour of training",
    "guidelines.cost": "cost of guidelines",
    "risk.chance": "chance of a story by the service",
    "risk.damage": "damage of a story by the service",
}
_CODE = 3


def name_of(assumption: str) -> str:
    """Return an assumption's name in words.

    >>> name_of("support.cost_here"), name_of("lottery.big_prize")
    ('cost of an answer', 'lottery big prize')
    """
    return NAMES.get(assumption, assumption.replace(".", " ").replace("_", " "))


def full_name(row: Mapping[Any, Any]) -> str:
    """Return the name of an assumption (`line`, `input`, `unit`), with its currency if it is money.

    >>> full_name({"line": "support", "input": "cost_here", "unit": "USD an answer"})
    'cost of an answer (USD)'
    """
    words = name_of(f"{row['line']}.{row['input']}")
    code = str(row["unit"]).split(" ")[0]
    money = len(code) == _CODE and code.isalpha() and code.isupper()
    return f"{words} ({code})" if money else words
