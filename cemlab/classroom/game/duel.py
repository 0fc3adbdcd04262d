"""A game of the policy duel: what is entered, played, shown, and told at the end."""

import getpass
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from cemlab import _checks, _luck, _words, market
from cemlab.classroom.game import _record
from cemlab.classroom.game._codes import Decision, decision
from cemlab.classroom.game._ended import Ended
from cemlab.classroom.game._record import Step
from cemlab.classroom.game._steps import Steps
from cemlab.classroom.game._words import CodeError, DuelError, Said, listed

TEAMS: Mapping[str, str] = {"CRM team": "crm", "CEM team": "cem"}
"""The usual two teams with their roles."""

_SEES = {"crm": "crm", "cem": "cem", "integrated": "both"}


class Duel(Ended):
    """A game of one to six teams: equal budgets, the same years, and only their own reports.

    Teams play against each other's results, not for the same customers: each runs its own
    company in the same market, with the same months of luck.

    Parameters
    ----------
    teams : mapping of str to {"crm", "cem", "integrated"}
        Name -> role; the role says what a team may spend on (:data:`ROLES`) and what it sees.
    market : Market
        The world; by default `SCENARIOS["watched"]`, whose years bring chance.
    budget : float
        EUR a month, for every team.
    quarters : int
        How many, of three months each; 1 to 40.
    rng : int or numpy.random.Generator, optional
        Luck of the years, the same for all teams.
    file : path, optional
        Keeps every step at once, so that `Duel.resume` can go on after a crash. Without one,
        the game lasts as long as the notebook.

    Raises
    ------
    ValueError
        If teams, market, budget or quarters break their rule, or the file is there already.

    See Also
    --------
    cemlab.market.simulate : one plan, without a game.

    Examples
    --------
    >>> duel = Duel({"North": "crm", "South": "cem"}, quarters=2, rng=2026)
    >>> duel.enter("North", "0 60 10 10 20 0 split fast")
    ✓ North has handed in its plan for quarter 1.
    >>> duel.play()
    ✓ Quarter 1 of 2 is closed. South handed in nothing and keeps its last plan.
    >>> duel.enter("North", "40 20 10 0 30 0 split fast")
    Traceback (most recent call last):
    cemlab.classroom.game._words.CodeError: North plays crm and must leave prevention at 0, got 40: give it to phone, social, retention or advertising
    """

    def __init__(
        self,
        teams: Mapping[str, str] = TEAMS,
        *,
        market: market.Market = market.SCENARIOS["watched"],
        budget: float = market.BUDGET,
        quarters: int = 12,
        rng: Any = None,
        file: str | Path | None = None,
    ) -> None:
        given = _record.setup(teams, market, budget, quarters, _luck.fixed(rng))
        place = None if file is None else Path(file)
        if place is not None and place.exists():
            msg = f"file must be a new one, got {place}, which is there already: go on with game.Duel.resume({str(place)!r}), or name another"
            raise DuelError(msg)
        if place is not None and not place.parent.is_dir():
            msg = f"file must lie in a folder that is there, got {place}: make its folder first"
            raise DuelError(msg)
        self._steps = Steps(given, place)
        self._steps.keep([])

    @classmethod
    def resume(cls, file: str | Path) -> "Duel":
        """Go on with the duel of a file, at the same place and with the same luck.

        Raises
        ------
        DuelError
            If the file is not that of a duel; it names the line.
        """
        duel = cls.__new__(cls)
        duel._steps = Steps.of_file(Path(file))
        return duel

    def enter(self, team: str, code: str | None = None, *, quarter: int | None = None) -> Said:
        """Hand in a team's plan for the open quarter; a second one takes the place of the first.

        Parameters
        ----------
        team : str
        code : str, optional
            Six whole per cents in the order of `market.LINES` and two ways, such as
            "0 60 10 10 20 0 split fast" or "0-60-10-10-20-0-SF". Left out: asked for in a
            field that shows nothing, so that nobody reads it from the projector.
        quarter : int, optional
            The one it is meant for: a cell that is run again by mistake then changes nothing.

        Raises
        ------
        DuelError
            One sentence: what is wrong; then nothing has moved.
        """
        team = self._steps.named(team)
        past = quarter is not None and self._steps.is_past(quarter)
        if past and code is None:
            return Said(f"Quarter {quarter} is closed already: nothing has moved.", moved=False)
        if code is None:
            self._steps.open("hand in a plan")
        found = self._read(team, code)
        if quarter is not None and past:
            if self._steps.handed(team).get(int(quarter)) == found:
                return Said(f"Quarter {quarter} is closed, with this plan of {team}.", moved=False)
            msg = f"quarter must be the open one for {team} to change its plan, got {quarter}, which is closed: undo() opens the last one again"
            raise DuelError(msg)
        again = self.quarter in self._steps.handed(team)
        self._steps.add(Step("plan", self.quarter, team, found.code))
        words = "changed its plan" if again else "handed in its plan"
        return Said(f"{team} has {words} for quarter {self.quarter}.")

    def try_code(self, team: str, code: str | None = None) -> Said:
        """Say whether a team may hand in a code, and move nothing.

        For a class that is to see what a wrong code is answered, and for a team that wants to be
        sure before its turn.

        Parameters
        ----------
        team : str
        code : str, optional
            As in `enter`; left out, it is asked for in a field that shows nothing.

        Returns
        -------
        Said
            One sentence, with a check mark or a cross. No wrong code stops a cell here.

        Examples
        --------
        >>> duel = Duel(quarters=1, rng=2026)
        >>> duel.try_code("CEM team", "40 30 0 0 30 0 pooled deep")
        ✓ CEM team may hand in 40-30-0-0-30-0-PD. Nothing has moved.
        >>> duel.try_code("CRM team", "0-40-10-20-40-0-SF")
        ✗ Nothing has moved: the per cents of CRM team must add up to 100, got 110: take away 10.
        """
        try:
            team = self._steps.named(team)
            found = self._read(team, code)
        except DuelError as error:
            return Said(f"Nothing has moved: {error}.", moved=False, right=False)
        shown = "this code, which stays hidden" if code is None else found.code
        return Said(f"{team} may hand in {shown}. Nothing has moved.", moved=False, right=True)

    def play(self, quarter: int | None = None) -> Said:
        """Close the open quarter: three months pass for everybody.

        A team that has handed in nothing keeps its last plan. `quarter`: as in `enter`.
        """
        if quarter is not None and self._steps.is_past(quarter):
            return Said(f"Quarter {quarter} is closed already: nothing has moved.", moved=False)
        step = Step("closed", self.quarter)
        here = self._steps.here
        idle = [team for team in self.teams if team not in here]
        self._steps.add(step)
        words = f"Quarter {step.quarter} of {self.quarters} is closed."
        if idle:
            words += f" {listed(idle)} handed in nothing and {'keeps its' if len(idle) == 1 else 'keep their'} last plan."
        if self.over:
            words += " The game is over: call debrief()."
        return Said(words)

    def play_all(self, plans: Mapping[str, Mapping[int, str]]) -> Said:
        """Play every quarter that is left: for a plan that is known from the start.

        Parameters
        ----------
        plans : mapping of str to mapping of int to str
            Team -> quarter -> code; in a quarter without a code the last plan is kept. All codes
            are read before the first quarter is played.

        Examples
        --------
        >>> solo = Duel({"You": "integrated"}, quarters=4, rng=2026)
        >>> solo.play_all({"You": {1: "20-40-5-5-30-0-SF", 3: "30-30-5-5-30-0-SD"}}).words
        'Quarter 4 of 4 is closed. The game is over: call debrief().'
        """
        codes = [
            (self._steps.named(team), quarter, code)
            for team, codes in dict(plans).items()
            for quarter, code in dict(codes).items()
        ]
        for team, quarter, code in codes:
            _checks.whole("quarter", quarter, low=self.quarter, high=self.quarters)
            decision(code, team=team, role=self._steps.role(team))
        for open_now in range(self.quarter, self.quarters + 1):
            for team, _, code in [known for known in codes if known[1] == open_now]:
                self.enter(team, code)
            self.play()
        words = f"Quarter {self.quarters} of {self.quarters} is closed."
        return Said(f"{words} The game is over: call debrief().")

    def undo(self) -> Said:
        """Take back the last step: a plan handed in, a quarter closed, or the end.

        If the debrief was shown by then, the sentence says so: everybody knows the years.
        """
        if not self._steps.all:
            msg = "undo must have a step to take back, got none yet"
            raise DuelError(msg)
        last = self._steps.all[-1]
        self._steps.keep(self._steps.all[:-1])
        shown = self.__dict__.pop("_debrief", None) is not None
        what = {"plan": f"the plan of {last.team}", "closed": f"the end of quarter {last.quarter}"}
        words = (
            f"Taken back: {what.get(last.what, 'the early end')}. Quarter {self.quarter} is open."
        )
        return Said(words + " But all have seen the debrief of these years." if shown else words)

    def finish(self) -> Said:
        """End the game early, after a closed quarter: for a class that runs out of time."""
        self._steps.add(Step("end", self._steps.closed))
        return Said(f"The game ends after quarter {self._steps.closed}: call debrief().")

    def dashboard(self, team: str) -> pd.DataFrame:
        """Return what a team's own reports show, quarter by quarter (`market.dashboard`).

        Raises
        ------
        DuelError
            If no quarter is closed yet.
        """
        team = self._steps.named(team)
        if not self._steps.closed:
            msg = f"dashboard must wait for a closed quarter, got none yet: enter a plan of {team} and play()"
            raise DuelError(msg)
        run = market.simulate(
            self._steps.plan(team), months=self.months, market=self._steps.given.market,
            rng=self._steps.given.luck,
        )  # fmt: skip
        return market.dashboard(run, _SEES[self.teams[team]])

    def dashboards(self) -> dict[str, pd.DataFrame]:
        """Return the dashboard of every team, by name: for `plots.duel_board`."""
        return {team: self.dashboard(team) for team in self.teams}

    @property
    def teams(self) -> dict[str, str]:
        """Name -> role."""
        return dict(self._steps.given.teams)

    @property
    def quarters(self) -> int:
        """How many quarters the game has."""
        return self._steps.given.quarters

    @property
    def quarter(self) -> int:
        """The open quarter, or the last one if the game is over."""
        return self._steps.quarter

    @property
    def months(self) -> int:
        """Months played."""
        return self._steps.months

    @property
    def over(self) -> bool:
        """Whether the game is at its end."""
        return self._steps.over

    def __repr__(self) -> str:
        if self.over:
            return f"Duel of {listed(list(self.teams))}: over after {_words.counted(self._steps.closed, 'quarter')}; debrief() shows all"
        here = self._steps.here
        waiting = [team for team in self.teams if team not in here]
        words = f"Duel, quarter {self.quarter} of {self.quarters}"
        words += f"; handed in: {listed(here)}" if here else ""
        return words + (f"; to come: {listed(waiting)}" if waiting else "")

    # --- inside --------------------------------------------------------------------

    def _read(self, team: str, code: str | None) -> Decision:
        """Return what a code says; none is asked for, and its refusal shows nothing of it."""
        given = code
        if given is None:
            given = getpass.getpass(f"Code of {team} for quarter {self.quarter} (hidden): ")
        try:
            return decision(given, team=team, role=self.teams[team])
        except CodeError as error:
            refused = error if code is not None else DuelError(error.hidden)
            refused.kept = tuple(self._steps.here)
            raise refused from None
