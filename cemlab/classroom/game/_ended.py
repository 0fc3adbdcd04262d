"""A duel after its end: who is ahead, the same years otherwise, and what the class takes home."""

from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from cemlab import _checks, market
from cemlab.classroom.game import _exports, _logs, _score
from cemlab.classroom.game._codes import decision
from cemlab.classroom.game._debrief import Debrief, debrief, ranked
from cemlab.classroom.game._steps import Steps


class Ended:
    """What a duel tells after its end, and not before."""

    _steps: Steps

    def debrief(self) -> Debrief:
        """Return who is ahead, what nobody could see, and which assumption decided.

        Raises
        ------
        DuelError
            While the game goes on.
        """
        self._steps.ended("debrief")
        return self._debrief

    @property
    def scores(self) -> pd.DataFrame:
        """Each team's result, best first; hidden until the end."""
        self._steps.ended("debrief")
        return ranked(self._plans(), self._steps.given, self._steps.months)

    def what_if(self, team: str, quarter: int, code: str) -> pd.DataFrame:
        """Return the same years with one decision changed; after the end only.

        The changed plan is kept, as in the game, until the team's next one. All roles may try
        everything here.

        Returns
        -------
        DataFrame, indexed by `outcome`
            `lived`, `instead` and `difference` of the debrief's outcomes.
        """
        self._steps.ended("what_if")
        number = _checks.whole("quarter", quarter, low=1, high=self._steps.closed)
        team = self._steps.named(team)
        mine = self._steps.handed(team) | {number: decision(code, team=team)}
        both = {"lived": self._steps.plan(team), "instead": self._steps.as_plan(mine)}
        table = _score.scores(both, self._steps.given, self._steps.months).T
        table["difference"] = table["instead"] - table["lived"]
        return table.rename_axis(index="outcome", columns=None)

    def suppose(self, **changed: Any) -> pd.DataFrame:
        """Return the same plans in the same years, if numbers of the market were others.

        After the end only; nothing of the game is changed.

        Parameters
        ----------
        **changed
            Numbers of a `market.Market` by name, such as ``prevention_cost=3.0``; and
            `months_after`, how many months the score counts after the end.

        Returns
        -------
        DataFrame, indexed by `team`
            The debrief's outcomes, best score first.

        Examples
        --------
        >>> from cemlab.classroom.game import Duel
        >>> duel = Duel(quarters=1, rng=2026)
        >>> said = duel.play_all({"CEM team": {1: "40 30 0 0 30 0 pooled deep"}})
        >>> duel.suppose(failure_rate=0.0)["score"].idxmax()
        'CRM team'
        """
        self._steps.ended("suppose")
        return _score.supposed(self._plans(), self._steps.given, self._steps.months, changed)

    def events(self, team: str, *, customers: int = 10_000) -> pd.DataFrame:
        """Return the event log of a team's years with single people; after the end only.

        The whole company lives, at the market's own size and with its whole desk; the log is that
        of a random sample of its customers, and of the same part of those who come later. So
        rates are those of the game, within chance. What it cannot show: how busy the desk was,
        and how much there was in total (multiply by the part that was drawn). Who is in a small
        sample is in a larger one, too, and in that of every team.

        Parameters
        ----------
        team : str
        customers : int
            How many of the customers at the start; all of them if the market has fewer. (Of a
            company of more than a million, a smaller one lives, with its part of the money.)
        """
        self._steps.ended("events")
        team = self._steps.named(team)
        number = _checks.whole("customers", customers, low=100, high=1_000_000)
        return _logs.log(self._steps.plan(team), self._steps.given, self._steps.months, number)

    def export(self, folder: str | Path, *, customers: int = 10_000) -> list[Path]:
        """Write decisions.csv, outcomes.csv and an event log a team; return the files.

        `customers`: how many of each company, as in `events`.

        Raises
        ------
        DuelError
            While the game goes on, or if the folder is a file.
        OSError
            If the folder cannot be written.
        """
        self._steps.ended("export")
        tables = {"decisions": self.decisions(), "outcomes": self.scores.reset_index()}
        logs = ((team, self.events(team, customers=customers)) for team in self._steps.given.teams)
        return _exports.write(Path(folder), tables, logs, list(self._steps.given.teams))

    def decisions(self) -> pd.DataFrame:
        """Return what every team did, a row a quarter; after the end only.

        Columns: `team`, `role`, `quarter`, `code`, `handed_in` (else the last plan was kept),
        and per cents by budget line, `organisation`, `resolution`.
        """
        self._steps.ended("decisions")
        return _exports.decisions(self._steps)

    # --- inside --------------------------------------------------------------------

    @cached_property
    def _debrief(self) -> Debrief:
        return debrief(self._plans(), self._steps.given, self._steps.months)

    def _plans(self) -> dict[str, dict[int, market.Policy]]:
        return {team: self._steps.plan(team) for team in self._steps.given.teams}
