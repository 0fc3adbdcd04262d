"""The file of a duel: what was set and what was decided, one line each, never half written."""

import csv
import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, NamedTuple

from cemlab import _checks, _csv, _files, _words, market
from cemlab.classroom.game._codes import ROLES
from cemlab.classroom.game._words import DuelError

COLUMNS = ("what", "quarter", "team", "value")
FORM = "1"
MOST_TEAMS = 6
MOST_QUARTERS = 40
MONTHS_A_QUARTER = 3
_MOST_LETTERS = 30
_HEAD = ("duel", "luck", "budget", "quarters", "market", "team")
STEPS = ("plan", "closed", "end")
"""What may happen in a duel: a plan is handed in, a quarter is closed, the game is ended."""


class Step(NamedTuple):
    """One thing that happened: a plan handed in, a quarter closed, or the end."""

    what: str
    quarter: int
    team: str = ""
    code: str = ""


@dataclass(frozen=True)
class Setup:
    """What a duel begins with.

    Attributes
    ----------
    teams : dict of str to str
        Name -> role.
    market : Market
    budget : float
        EUR a month, the same for all.
    quarters : int
    luck : int
        Where the years come from.
    """

    teams: dict[str, str]
    market: market.Market
    budget: float
    quarters: int
    luck: int


def setup(teams: Any, world: Any, budget: Any, quarters: Any, luck: int) -> Setup:
    """Return a set-up whose parts keep their rules."""
    named = _teams(teams)
    if not isinstance(world, market.Market):
        msg = f"market must be a Market, such as market.SCENARIOS['watched'], got {_words.short(world)}"
        raise ValueError(msg)
    money = _checks.number("budget", budget, low=0.0, high=1e12)
    if money == 0.0:
        msg = "budget must be above 0 EUR a month, got 0"
        raise ValueError(msg)
    count = _checks.whole("quarters", quarters, low=1, high=MOST_QUARTERS)
    return Setup(named, world, money, count, luck)


def write(file: Path, given: Setup, steps: Sequence[Step]) -> None:
    """Write a duel to its file: whole, or not at all."""
    head = [
        ("duel", "", "", FORM), ("luck", "", "", given.luck), ("budget", "", "", repr(given.budget)),
        ("quarters", "", "", given.quarters), ("market", "", "", _market_text(given.market)),
        *(("team", "", name, role) for name, role in given.teams.items()),
    ]  # fmt: skip
    rows = [(step.what, step.quarter, step.team, step.code) for step in steps]
    with _files.replacing(file) as draft, draft.open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines).writerows([COLUMNS, *head, *rows])


def read(file: Path) -> tuple[Setup, list[tuple[int, Step]]]:
    """Return what a file says a duel began with, and its steps, each with its line."""
    _files.there(file, "the file of a duel")
    with file.open(encoding="utf-8-sig", newline="") as lines:
        _, rows = _csv.read(file, lines, DuelError, names=COLUMNS)
    head: dict[str, str] = {}
    teams: dict[str, str] = {}
    steps: list[tuple[int, Step]] = []
    for line, cells in rows:
        if not cells:
            continue
        what, quarter, team, value = cells
        try:
            if what == "team":
                teams[team] = value
            elif what in _HEAD:
                head[what] = value
            else:
                _checks.one_of("what", what, [*_HEAD, *STEPS])
                steps.append((line, Step(what, int(quarter), team, value)))
        except ValueError as error:
            msg = f"{file}, line {line}: must be a line of a duel: {error}"
            raise DuelError(msg) from None
    try:
        _checks.one_of("its form", head.get("duel"), [FORM])
        world = _market_of(head["market"])
        given = setup(teams, world, float(head["budget"]), int(head["quarters"]), int(head["luck"]))
    except KeyError as error:
        msg = f"{file}: must say how the duel began, got no {error.args[0]}"
        raise DuelError(msg) from None
    except (ValueError, TypeError) as error:
        msg = f"{file}: must say how the duel began: {error}"
        raise DuelError(msg) from None
    return given, steps


# --- inside ------------------------------------------------------------------------


def _teams(teams: Any) -> dict[str, str]:
    try:
        named = dict(teams)
    except (TypeError, ValueError):
        named = {}
    if not 1 <= len(named) <= MOST_TEAMS:
        msg = f"teams must be 1 to {MOST_TEAMS} names with a role each, such as {{'North': 'crm', 'South': 'cem'}}, got {_words.short(teams)}"
        raise ValueError(msg)
    for name, role in named.items():
        good = isinstance(name, str) and name.strip() == name and name.isprintable()
        if not good or not 1 <= len(name) <= _MOST_LETTERS or name[0] in "=+-@":
            msg = f"a team's name must be 1 to {_MOST_LETTERS} letters on one line, the first none of = + - @, got {_words.short(name)}"
            raise ValueError(msg)
        _checks.one_of(f"the role of {name}", role, ROLES)
    if len({name.casefold() for name in named}) < len(named):
        msg = f"names of teams must differ in more than capitals, got {', '.join(named)}"
        raise ValueError(msg)
    return named


def _market_text(world: market.Market) -> str:
    values = asdict(world)
    return json.dumps({k: "inf" if v == math.inf else v for k, v in values.items()})


def _market_of(text: str) -> market.Market:
    values = json.loads(text)
    known = {about.name for about in fields(market.Market)}
    _checks.one_of_each("a number of the market", values, known)
    numbers = {k: math.inf if v == "inf" else v for k, v in values.items() if k != "segments"}
    segments = tuple(market.Segment(**one) for one in values["segments"])
    return market.Market(segments=segments, **numbers)
