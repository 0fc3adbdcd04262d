"""Teams of a duel: names that can be told apart in a table, and a role each."""

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from cemlab import _checks, _words
from cemlab.classroom.game._codes import ROLES

MOST_TEAMS = 6
_MOST_LETTERS = 30
_JOINED = "\u200d"
_ALIKE = str.maketrans("авекмнорстухіѕјαεικνορτυχ", "abekmhopctyxisjaeiknoptux")
"""Cyrillic and Greek letters that look like Latin ones."""


def teams(given: Any) -> dict[str, str]:
    """Return teams with their roles, if they keep the rules."""
    try:
        pairs = list(given.items()) if isinstance(given, Mapping) else [(a, b) for a, b in given]
    except (TypeError, ValueError):
        pairs = []
    if not 1 <= len(pairs) <= MOST_TEAMS:
        msg = f"teams must be 1 to {MOST_TEAMS} names with a role each, such as {{'North': 'crm', 'South': 'cem'}}, got {_words.short(given)}"
        raise ValueError(msg)
    named = [(_name(name), role) for name, role in pairs]
    for name, role in named:
        _checks.one_of(f"the role of {name}", role, ROLES)
    if len({_look(name) for name, _ in named}) < len(named):
        msg = f"names of teams must differ in more than capitals and look-alike letters, got {', '.join(name for name, _ in named)}"
        raise ValueError(msg)
    return dict(named)


def found(team: object, known: Iterable[str]) -> str:
    """Return the team that is meant, whatever its capitals and the blanks around it."""
    names = list(known)
    if isinstance(team, str):
        wanted = _plain(team).casefold()
        team = next((name for name in names if name.casefold() == wanted), team)
    return _checks.one_of("team", team, names)


# --- inside ------------------------------------------------------------------------


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip()


def _look(name: str) -> str:
    return name.casefold().translate(_ALIKE)


def _name(name: Any) -> str:
    plain = _plain(name) if isinstance(name, str) else ""
    good = plain.replace(_JOINED, "").isprintable() and 1 <= len(plain) <= _MOST_LETTERS
    if not good or name.strip() != name or plain[0] in "=+-@":
        msg = f"a team's name must be 1 to {_MOST_LETTERS} letters on one line, the first none of = + - @, got {_words.short(name)}"
        raise ValueError(msg)
    return plain
