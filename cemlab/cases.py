"""Cases: a documented story as facts with sources, an event log, and what-ifs."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cemlab import _case_tables, _checks, _luck, _scenarios, _shelf, _yaml, events, sim
from cemlab._case_file import CaseFile, Problem
from cemlab.run import Run


class CaseError(ValueError):
    """A case file breaks a rule; the sentence names file, line, field, rule and value."""


def names() -> list[str]:
    """Return the slugs of all cases.

    >>> "united-breaks-guitars" in names()
    True
    """
    return [path.stem for path in paths()]


def paths() -> list[Path]:
    """Return the files of all cases."""
    return sorted(_shelf.folder("casestudies").glob("*.yaml"))


def load(slug: str) -> "Case":
    """Return one case of the shelf.

    Raises
    ------
    ValueError
        If there is no such case.
    CaseError
        If its file breaks a rule.

    Examples
    --------
    >>> load("united-breaks-guitars").company
    'United Airlines'
    """
    return read(_path(slug))


def read(path: str | Path) -> "Case":
    """Return the case in any file, checked field by field; nothing in it is run.

    Raises
    ------
    CaseError
        Names file, line, field, rule and value of the first thing that is wrong.

    Examples
    --------
    >>> read(paths()[0]).slug
    'maytag'
    """
    return _yaml.read(Path(path), Case, CaseError, Case.problems)


def titles() -> pd.DataFrame:
    """Return one row a case: `slug`, `title`, `company`, `core`."""
    files = [_yaml.read(_path(slug), CaseFile, CaseError) for slug in names()]
    return pd.DataFrame(
        [(f.slug, f.title.en, f.company, f.core) for f in files],
        columns=["slug", "title", "company", "core"],
    )


class Case(CaseFile):
    """One case, frozen: everything its file says, its event log and its what-ifs."""

    def events(self) -> pd.DataFrame:
        """Return the journey as an event log.

        Extra columns: `label` (what happened), `confidence` (of the fact behind it) and
        `assumed` (what our reading adds to the fact, "" if nothing).
        """
        rows = []
        for row in self.timeline:
            fact = self.facts[row.fact]
            when = row.time or fact.date
            shown = row.model_dump(exclude={"fact", "time", "assumed"})
            rows.append(
                {
                    **shown,
                    "time": when.time,
                    "latest": when.latest,
                    "source": row.fact,
                    "confidence": fact.confidence,
                    "assumed": row.assumed or "",
                }
            )
        return events.validate(pd.DataFrame(rows))

    def fact_table(self, *ids: str) -> pd.DataFrame:
        """Return the facts (all, or those named) with figure, mark and sources in words.

        Raises
        ------
        ValueError
            If the case has no such fact.

        Examples
        --------
        >>> load("united-breaks-guitars").fact_table("UBG-08").loc["UBG-08", "figure"]
        '7 or 8 or 12'
        """
        _checks.one_of_each("fact", ids, self.facts)
        return _case_tables.facts(self, ids)

    def parameters(self, scenario: str) -> pd.DataFrame:
        """Return a scenario's parameters: `value`, `low`, `high`, `unit`, `basis`, `mark`, `note`.

        Examples
        --------
        >>> load("united-breaks-guitars").parameters("as-it-happened").loc["share_chance", "mark"]
        'assumed'
        """
        return _case_tables.parameters(self, _scenarios.complete(self, scenario).parameters)

    def decisions(self) -> pd.DataFrame:
        """Return the scenarios in words: `title`, `decision`, `cost_usd` (NaN if nobody pays), `mark`."""
        return _case_tables.decisions(self)

    def simulate(self, scenario: str, *, rng: Any = None, **changes: Any) -> Run:
        """Run one scenario once, with some parameters changed if you like.

        Parameters
        ----------
        scenario : str
            One of `scenarios`.
        rng : int or numpy.random.Generator, optional
            Source of luck: the same integer meets the same people with the same luck,
            whatever the scenario.
        **changes
            Parameters of the scenario's model, or of its network (`size`, `ties`, `seed`).

        Raises
        ------
        ValueError
            If there is no such scenario or parameter, or a value breaks its rule.

        Examples
        --------
        >>> case = load("united-breaks-guitars")
        >>> case.simulate("as-it-happened", rng=1, share_chance=0.0, press_followers=0).final("total")
        1.0
        """
        return _scenarios.set_up(self, scenario, changes).simulate(rng)

    def reach(
        self, scenario: str, *, runs: int, rng: Any = None, measure: str = "reach", **changes: Any
    ) -> "pd.Series[int]":
        """Return the reach (people) of many runs of one scenario, a Series by run.

        Run r is the history of ``simulate(..., replicate=r)``; `rng` and `changes` as there.
        `measure` may also name a column of the model's `outcomes`, where it has them.

        Examples
        --------
        >>> case = load("united-breaks-guitars")
        >>> case.reach("recovery-before", runs=3, rng=1, recovery_chance=1).tolist()
        [0, 0, 0]
        """
        setup = _scenarios.set_up(self, scenario, changes)
        model = setup.model
        more = getattr(model, "MEASURES", ())
        known = [*(["reach"] if hasattr(model, "reach") else []), *more]
        _checks.one_of("measure", measure, known)
        replays = model.outcomes if measure in more else model.reach
        paired = sim.pairing(replays)
        found = replays(**setup.crowd, **setup.values, **paired, runs=runs, rng=rng)
        found = found[measure] if measure in more else found
        index = pd.RangeIndex(len(found), name="replicate")
        return pd.Series(np.asarray(found), name=measure, index=index)

    def replays(self, scenario: str, *, runs: int, rng: Any = None, **changes: Any) -> pd.DataFrame:
        """Return the histories of many runs: `replicate`, `day` since the start, `variable`, `value`.

        Replicate r is the history that `reach` counts at place r.

        Examples
        --------
        >>> case = load("united-breaks-guitars")
        >>> case.replays("as-it-happened", runs=2, rng=1)["variable"].unique().tolist()
        ['new', 'total', 'exposures']
        """
        setup = _scenarios.set_up(self, scenario, changes)
        luck = _luck.fixed(rng)
        total = _checks.whole("runs", runs, low=1)
        histories = []
        for replicate in range(total):
            run = setup.simulate(luck, replicate)
            series = run.series.assign(replicate=replicate)
            series["day"] = (series["time"] - series["time"].iloc[0]) / pd.Timedelta("1D")
            histories.append(series[["replicate", "day", "variable", "value"]])
        return pd.concat(histories, ignore_index=True)

    def compare(
        self,
        a: str | Mapping[str, Any],
        b: str | Mapping[str, Any],
        *,
        runs: int,
        rng: Any = None,
        measure: str = "reach",
    ) -> pd.DataFrame:
        """Run two scenarios on the same people with the same luck, many times.

        Parameters
        ----------
        a, b : str or mapping
            Names of scenarios, or changes of parameters; a mapping may name the scenario it
            changes under the key "scenario" (else it changes the first one).
        runs : int
            Number of replicates.
        rng : int or numpy.random.Generator, optional
            Source of luck for both.
        measure : str
            As in `reach`.

        Returns
        -------
        DataFrame
            One row a replicate: `replicate`, `reach_a`, `reach_b` (so called whatever the
            measure) and `difference` (b - a).

        Examples
        --------
        >>> case = load("united-breaks-guitars")
        >>> case.compare("as-it-happened", {"share_chance": 0.0, "press_followers": 0},
        ...              runs=2, rng=1)["reach_b"].tolist()
        [1, 1]
        """
        table = self.reaches({"reach_a": a, "reach_b": b}, runs=runs, rng=rng, measure=measure)
        table["difference"] = table["reach_b"] - table["reach_a"]
        return table.reset_index()

    def reaches(
        self,
        policies: Mapping[str, str | Mapping[str, Any]],
        *,
        runs: int,
        rng: Any = None,
        measure: str = "reach",
    ) -> pd.DataFrame:
        """Return the reach of several policies on the same luck: a column each, a row a replicate.

        `policies` maps a name to what `compare` takes: a scenario, or changes of one.

        Examples
        --------
        >>> case = load("united-breaks-guitars")
        >>> case.reaches({"none": {"share_chance": 0}}, runs=2, rng=1)["none"].tolist()
        [1, 1]
        """
        luck = _luck.fixed(rng)
        columns = {}
        for name, policy in policies.items():
            scenario, changes = self._policy(policy)
            columns[name] = self.reach(scenario, runs=runs, rng=luck, measure=measure, **changes)
        return pd.DataFrame(columns)

    def vary(
        self,
        scenario: str,
        parameter: str,
        values: Sequence[float],
        *,
        runs: int,
        rng: Any = None,
        measure: str = "reach",
    ) -> pd.DataFrame:
        """Return the reach with one parameter at several values, on the same luck: a column each.

        Examples
        --------
        >>> case = load("united-breaks-guitars")
        >>> list(case.vary("as-it-happened", "share_chance", [0, 0.05], runs=2, rng=1).columns)
        ['0', '0.05']
        """
        policies = {f"{value:g}": {"scenario": scenario, parameter: value} for value in values}
        table = self.reaches(policies, runs=runs, rng=rng, measure=measure)
        return table.rename_axis(columns=parameter)

    def problems(self) -> Iterator[Problem]:
        """Yield what is wrong beyond single fields: broken references, models, the log."""
        yield from self.broken_references()
        yield from _scenarios.problems(self)
        try:
            self.events()
        except ValueError as error:
            yield ("timeline",), f"must be an event log: {error}"

    def _policy(self, policy: str | Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        if isinstance(policy, str):
            return policy, {}
        changes = dict(policy)
        return changes.pop("scenario", next(iter(self.scenarios))), changes


def _path(slug: str) -> Path:
    if slug not in names():
        msg = f"slug must be one of the cases {', '.join(names())}, got {slug!r}"
        raise ValueError(msg)
    return _shelf.folder("casestudies") / f"{slug}.yaml"
