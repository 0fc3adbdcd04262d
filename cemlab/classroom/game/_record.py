"""The file of a duel: what was set and what was decided, one line each, never half written."""

import csv
import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, NamedTuple

from cemlab import _checks, _csv, _files, _words, market
from cemlab.classroom.game import _teams
from cemlab.classroom.game._words import DuelError

COLUMNS = ("what", "quarter", "team", "value")
FORM = "1"
MOST_QUARTERS = 40
MONTHS_A_QUARTER = 3
AFTER = 24
"""Months after the end that the score counts, by the last plan and in expected years (assumed)."""

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
    after : int
        Months after the end that the score counts.
    """

    teams: dict[str, str]
    market: market.Market
    budget: float
    quarters: int
    luck: int
    after: int = AFTER


def setup(teams: Any, world: Any, budget: Any, quarters: Any, luck: int) -> Setup:
    """Return a set-up whose parts keep their rules."""
    named = _teams.teams(teams)
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
    teams: list[tuple[str, str]] = []
    steps: list[tuple[int, Step]] = []
    for line, cells in rows:
        if not cells:
            continue
        try:
            step = _line(cells, head, teams, begun=bool(steps))
        except ValueError as error:
            msg = f"{file}, line {line}: must be a line of a duel: {error}"
            raise DuelError(msg) from None
        steps += [(line, step)] if step else []
    try:
        _checks.one_of("its form", head.get("duel"), [FORM])
        numbers = {name: _number(name, head[name]) for name in ("quarters", "luck")}
        world, money = _market_of(head["market"]), _amount(head["budget"])
        given = setup(teams, world, money, numbers["quarters"], numbers["luck"])
    except KeyError as error:
        msg = f"{file}: must say how the duel began, got no {error.args[0]}"
        raise DuelError(msg) from None
    except ValueError as error:
        msg = f"{file}: must say how the duel began: {error}"
        raise DuelError(msg) from None
    return given, steps


# --- inside ------------------------------------------------------------------------


def _line(
    cells: list[str], head: dict[str, str], teams: list[tuple[str, str]], *, begun: bool
) -> Step | None:
    """Note a line of the head, or return the step that a line tells."""
    what, quarter, team, value = cells
    _checks.one_of("what", what, [*_HEAD, *STEPS])
    if what in STEPS:
        if what != "plan" and (team or value):
            msg = f"{what} must have no team and no value, got {_words.short(team or value)}"
            raise ValueError(msg)
        return Step(what, _number("quarter", quarter), team, value)
    if begun or what in head:
        where = "before the first step" if begun else "once"
        msg = f"{what} must stand {where}, got it again: take the line out"
        raise ValueError(msg)
    if what == "team":
        teams.append((team, value))
    else:
        head[what] = value
    return None


def _number(name: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        msg = f"{name} must be a whole number, got {_words.short(text)}"
        raise ValueError(msg) from None


def _amount(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        msg = f"budget must be a number of EUR, got {_words.short(text)}"
        raise ValueError(msg) from None


def _market_text(world: market.Market) -> str:
    values = asdict(world)
    return json.dumps({k: "inf" if v == math.inf else v for k, v in values.items()})


def _market_of(text: str) -> market.Market:
    try:
        values = json.loads(text)
        parts = [dict(one) for one in values["segments"]]
    except (ValueError, TypeError, KeyError):
        msg = f"market must be what a duel writes there, got {_words.short(text)}"
        raise ValueError(msg) from None
    numbers = {k: math.inf if v == "inf" else v for k, v in values.items() if k != "segments"}
    known = [about.name for about in fields(market.Market)]
    for name in numbers:
        if name not in known:
            msg = f"market must hold the numbers of a Market only, got {_words.short(name)}"
            raise ValueError(msg)
    try:
        segments = tuple(market.Segment(**one) for one in parts)
        return market.Market(segments=segments, **numbers)
    except TypeError:
        msg = "segments must have name, share, margin and offered each, got others"
        raise ValueError(msg) from None
