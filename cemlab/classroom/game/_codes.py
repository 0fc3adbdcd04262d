"""Codes of the policy duel: what a team hands in on a slip of paper, read and checked."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from cemlab import _words, market
from cemlab.classroom.game._words import DuelError

ROLES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"crm": ("prevention", "empowerment"), "cem": ("retention",), "integrated": ()}
)
"""What each role may not spend on: a CRM team neither prevents failures nor lets staff decide,
a CEM team makes no retention offers, an integrated one may do all."""

EXAMPLE = "0-60-10-10-20-0-SF"
_WHOLE = 100
_MOST_LETTERS = 200
_SEPARATORS = re.compile(r"[\s,;/%\-\u2010-\u2015\u2212]+")
_PIECES = re.compile(r"[0-9.:]+|[^0-9.:]+")
_WAYS = {"s": "split", "p": "pooled", "f": "fast", "d": "deep"}
_KINDS = {"split": 0, "pooled": 0, "fast": 1, "deep": 1}


class Decision(NamedTuple):
    """What a team hands in: whole per cents in the order of `market.LINES`, and two ways."""

    per_cents: tuple[int, ...]
    organisation: str
    resolution: str

    @property
    def code(self) -> str:
        """The short form, such as 0-60-10-10-20-0-SF."""
        ways = self.organisation[0] + self.resolution[0]
        return "-".join([*map(str, self.per_cents), ways.upper()])

    def policy(self, budget: float) -> market.Policy:
        """Return what it does with a budget (EUR a month)."""
        money = {
            line: budget * part / _WHOLE
            for line, part in zip(market.LINES, self.per_cents, strict=True)
        }
        return market.Policy(**money, organisation=self.organisation, resolution=self.resolution)


def decision(code: object, *, team: str, role: str | None = None) -> Decision:
    """Return what a code says; with a role, only what it may do.

    Spaces, commas, slashes and dashes part the numbers; the ways are words or their first
    letters.

    Raises
    ------
    DuelError
        One sentence: what is wrong, and how a code looks.

    Examples
    --------
    >>> decision("0, 60, 10, 10, 20, 0, split fast", team="North").code
    '0-60-10-10-20-0-SF'
    """
    per_cents, ways = _pieces(code, team)
    rule = f"the code of {team} must be {len(market.LINES)} whole per cents and two ways, such as {EXAMPLE}"
    order = f"the lines are {', '.join(market.LINES)}"
    if len(per_cents) != len(market.LINES):
        got = _words.counted(len(per_cents), "number")
        msg = f"{rule}, got {got}: {order}"
        raise DuelError(msg)
    total = sum(per_cents)
    if total != _WHOLE:
        change = f"{'add' if total < _WHOLE else 'take away'} {abs(_WHOLE - total)}"
        msg = f"the per cents of {team} must add up to 100, got {total}: {change}"
        raise DuelError(msg)
    if sorted(_KINDS[way] for way in ways) != [0, 1]:
        got = " and ".join(ways) or "none"
        msg = f"the ways of {team} must be split or pooled (S, P) and fast or deep (F, D), got {got}: end the code like {EXAMPLE}"
        raise DuelError(msg)
    organisation, resolution = sorted(ways, key=lambda way: _KINDS[way])
    found = Decision(tuple(per_cents), organisation, resolution)
    if role is not None:
        _check_role(found, team, role)
    return found


# --- inside ------------------------------------------------------------------------


def _pieces(code: object, team: str) -> tuple[list[int], list[str]]:
    """Return the numbers and the ways of a code, in the order they come."""
    if not isinstance(code, str):
        msg = f"the code of {team} must be text, such as {EXAMPLE!r}, got {_words.short(code)}"
        raise DuelError(msg)
    if len(code) > _MOST_LETTERS:
        msg = f"the code of {team} must be short, such as {EXAMPLE}, got {len(code):,} letters"
        raise DuelError(msg)
    per_cents: list[int] = []
    ways: list[str] = []
    pieces = [piece for part in _SEPARATORS.split(code) for piece in _PIECES.findall(part)]
    for piece in pieces:
        if piece[0] in "0123456789.:":
            if not piece.isdigit() or len(piece) > len(str(_WHOLE)) or int(piece) > _WHOLE:
                msg = f"each per cent of {team} must be a whole number from 0 to 100, got {_words.short(piece)[1:-1]}"
                raise DuelError(msg)
            per_cents.append(int(piece))
        else:
            ways += _ways(piece, team)
    return per_cents, ways


def _ways(piece: str, team: str) -> list[str]:
    word = piece.casefold()
    if word in _KINDS:
        return [word]
    if len(word) <= len("sf") and set(word) <= set(_WAYS):
        return [_WAYS[letter] for letter in word]
    msg = f"the code of {team} must be whole per cents and the ways split or pooled, fast or deep, such as {EXAMPLE}, got {_words.short(piece)} in it"
    raise DuelError(msg)


def _check_role(found: Decision, team: str, role: str) -> None:
    for line, part in zip(market.LINES, found.per_cents, strict=True):
        if part and line in ROLES[role]:
            free = [name for name in market.LINES if name not in ROLES[role]]
            msg = f"{team} plays {role} and must leave {line} at 0, got {part}: give it to {', '.join(free[:-1])} or {free[-1]}"
            raise DuelError(msg)
