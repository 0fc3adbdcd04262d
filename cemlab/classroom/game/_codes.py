"""Codes of the policy duel: what a team hands in on a slip of paper, read and checked."""

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from cemlab import _words, market
from cemlab.classroom.game._words import CodeError

ROLES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"crm": ("prevention", "empowerment"), "cem": ("retention",), "integrated": ()}
)
"""What each role may not spend on: a CRM team neither prevents failures nor lets staff decide,
a CEM team makes no retention offers, an integrated one may do all."""

EXAMPLE = "0-60-10-10-20-0-SF"
_WHOLE = 100
_MOST_LETTERS = 200
_DASHES = r"\-\u2010-\u2015\u2212"
_SEPARATORS = re.compile(rf"[\s,;/%|_()\[\]!{_DASHES}]+")
_NEGATIVE = re.compile(rf"(?:^|(?<=[\s,;/|_(\[]))[{_DASHES}]\d+")
_HALVES = re.compile(r"(?<!\S)\d+,\d+(?!\S)")
_PIECES = re.compile(r"[0-9.:]+|[^0-9.:]+")
_TAIL = re.compile(r"\.0*$")
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
    letters. A dash after a blank or a comma is a minus.

    Raises
    ------
    CodeError
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
        raise CodeError(rule, _words.counted(len(per_cents), "number"), order)
    total = sum(per_cents)
    if total != _WHOLE:
        change = f"{'add' if total < _WHOLE else 'take away'} {abs(_WHOLE - total)}"
        rule = f"the per cents of {team} must add up to 100"
        raise CodeError(rule, f"{total}", change, harmless=True)
    if sorted(_KINDS[way] for way in ways) != [0, 1]:
        got = " and ".join(ways) or "none"
        rule = f"the ways of {team} must be split or pooled (S, P) and fast or deep (F, D)"
        raise CodeError(rule, got, f"end the code like {EXAMPLE}")
    organisation, resolution = sorted(ways, key=lambda way: _KINDS[way])
    found = Decision(tuple(per_cents), organisation, resolution)
    if role is not None:
        _check_role(found, team, role)
    return found


# --- inside ------------------------------------------------------------------------


def _pieces(code: object, team: str) -> tuple[list[int], list[str]]:
    """Return the numbers and the ways of a code, in the order they come."""
    if not isinstance(code, str):
        rule = f"the code of {team} must be text, such as {EXAMPLE!r}"
        raise CodeError(rule, _words.short(code))
    if len(code) > _MOST_LETTERS:
        rule = f"the code of {team} must be short, such as {EXAMPLE}"
        raise CodeError(rule, f"{len(code):,} letters")
    plain = "".join(map(_latin, unicodedata.normalize("NFKC", code)))
    each = f"each per cent of {team} must be a whole number from 0 to 100"
    for odd in (_NEGATIVE, _HALVES):
        if found := odd.search(plain):
            raise CodeError(each, found.group())
    per_cents: list[int] = []
    ways: list[str] = []
    pieces = [piece for part in _SEPARATORS.split(plain) for piece in _PIECES.findall(part)]
    for piece in pieces:
        if piece[0] in "0123456789.:":
            whole = _TAIL.sub("", piece)
            if not whole.isdigit() or len(whole) > len(str(_WHOLE)) or int(whole) > _WHOLE:
                raise CodeError(each, _words.short(piece)[1:-1])
            per_cents.append(int(whole))
        else:
            ways += _ways(piece, team)
    return per_cents, ways


def _ways(piece: str, team: str) -> list[str]:
    word = piece.casefold()
    if word in _KINDS:
        return [word]
    if len(word) <= len("sf") and set(word) <= set(_WAYS):
        return [_WAYS[letter] for letter in word]
    rule = f"the code of {team} must be whole per cents and the ways split or pooled, fast or deep, such as {EXAMPLE}"
    raise CodeError(rule, f"{_words.short(piece)} in it")


def _latin(letter: str) -> str:
    """Return a digit of any script as one from 0 to 9, other letters as they are."""
    return str(unicodedata.decimal(letter)) if letter.isdecimal() else letter


def _check_role(found: Decision, team: str, role: str) -> None:
    for line, part in zip(market.LINES, found.per_cents, strict=True):
        if part and line in ROLES[role]:
            free = [name for name in market.LINES if name not in ROLES[role]]
            rule = f"{team} plays {role} and must leave {line} at 0"
            raise CodeError(rule, f"{part}", f"give it to {', '.join(free[:-1])} or {free[-1]}")
