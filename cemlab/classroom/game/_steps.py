"""Where a duel stands: its steps so far, what may come next, and the plans that follow."""

from collections.abc import Mapping
from pathlib import Path

from cemlab import _checks, _words, market
from cemlab.classroom.game import _record, _teams
from cemlab.classroom.game._codes import Decision, decision
from cemlab.classroom.game._record import MONTHS_A_QUARTER, Setup, Step
from cemlab.classroom.game._words import DuelError

BEFORE = "0-60-10-0-30-0-SF"
"""What every company does until its team hands in a first plan; all roles may do it (assumed)."""

_ACTS = {"plan": "hand in a plan", "closed": "play a quarter", "end": "end the game"}


class Steps:
    """The steps of one duel; each is checked, and on the disk before it counts."""

    def __init__(self, given: Setup, file: Path | None) -> None:
        self.given = given
        self.file = file
        self.all: list[Step] = []
        self._known: bytes | None = None

    @classmethod
    def of_file(cls, file: Path) -> "Steps":
        """Return the steps that a file tells, each checked as if it came now."""
        known = file.read_bytes() if file.is_file() else None
        given, steps = _record.read(file)
        made = cls(given, file)
        made._known = known
        for line, step in steps:
            try:
                made.all.append(made.checked(step))
            except ValueError as error:
                msg = f"{file}, line {line}: must be a step of this duel: {error}"
                raise DuelError(msg) from None
        return made

    def keep(self, steps: list[Step]) -> None:
        """Make these the steps of the game: on the disk first, so that nothing is lost."""
        if self.file is not None:
            self._check_file(self.file)
            _record.write(self.file, self.given, steps)
            self._known = self.file.read_bytes()
        self.all = steps

    def add(self, step: Step) -> None:
        """Let one step happen, if it may come next."""
        self.keep([*self.all, self.checked(step)])

    def checked(self, step: Step) -> Step:
        """Return a step if it may come next."""
        self.open(_ACTS[step.what])
        wanted = self.closed if step.what == "end" else self.quarter
        if step.quarter != wanted or not step.quarter:
            what = f"{wanted}" if wanted else "at least 1: play one before the end"
            msg = f"quarter must be {what}, got {step.quarter}"
            raise DuelError(msg)
        if step.what == "plan":
            step = step._replace(team=self.named(step.team))
            decision(step.code, team=step.team, role=self.role(step.team))
        return step

    def open(self, act: str) -> None:
        """Stop if the game is over."""
        if self.over:
            msg = f"the game must be open to {act}, got its end after quarter {self.closed}: undo() opens it again"
            raise DuelError(msg)

    def ended(self, what: str) -> None:
        """Stop if the game is not over."""
        if not self.over:
            left = _words.counted(self.given.quarters - self.closed, "quarter")
            msg = f"{what} must wait for the end, got {left} to play: play on, or finish() now"
            raise DuelError(msg)

    def is_past(self, quarter: object) -> bool:
        """Return whether a quarter is closed; it must not lie beyond the open one."""
        number = _checks.whole("quarter", quarter, low=1, high=self.given.quarters)
        if number > self.closed + 1:
            msg = f"quarter must be the open one, {self.quarter}, got {number}"
            raise DuelError(msg)
        return number <= self.closed

    def named(self, team: object) -> str:
        """Return the name of the team that is meant."""
        try:
            return _teams.found(team, self.given.teams)
        except ValueError as error:
            raise DuelError(str(error)) from None

    def role(self, team: object) -> str:
        """Return the role of a team."""
        return self.given.teams[self.named(team)]

    @property
    def closed(self) -> int:
        """How many quarters are closed."""
        return sum(step.what == "closed" for step in self.all)

    @property
    def over(self) -> bool:
        """Whether the game is at its end."""
        return self.closed == self.given.quarters or any(s.what == "end" for s in self.all)

    @property
    def quarter(self) -> int:
        """The open quarter, or the last one if the game is over."""
        return self.closed if self.over else self.closed + 1

    @property
    def months(self) -> int:
        """Months played."""
        return MONTHS_A_QUARTER * self.closed

    def handed(self, team: str) -> dict[int, Decision]:
        """Return what a team has handed in, by quarter."""
        plans = [step for step in self.all if step.what == "plan" and step.team == team]
        return {step.quarter: decision(step.code, team=team) for step in plans}

    @property
    def here(self) -> list[str]:
        """Teams that have handed in a plan for the open quarter."""
        if self.over:
            return []
        return [team for team in self.given.teams if self.quarter in self.handed(team)]

    def plan(self, team: str) -> dict[int, market.Policy]:
        """Return what a team's company does, each policy from its month on."""
        return self.as_plan(self.handed(team))

    def as_plan(self, handed: Mapping[int, Decision]) -> dict[int, market.Policy]:
        """Return decisions by quarter as policies by month."""
        known = {1: decision(BEFORE, team="every company")} | dict(handed)
        return {
            MONTHS_A_QUARTER * (quarter - 1): found.policy(self.given.budget)
            for quarter, found in known.items()
        }

    def _check_file(self, file: Path) -> None:
        """Stop if somebody else has written the file since: their steps must not be lost."""
        if file.exists() and file.read_bytes() != self._known:
            msg = f"{file} must be as this game left it, got other steps in it: go on from there with game.Duel.resume({str(file)!r})"
            raise DuelError(msg)
