"""The parts of a case as tables in words, with shaky numbers marked."""

from collections.abc import Mapping, Sequence

import pandas as pd

from cemlab._case_file import CaseFile, Fact, Setting

MARKS = {
    "contested": "contested", "unverified": "unverified", "assumption": "assumed",
    "invented": "invented",
}  # fmt: skip
"""How shaky numbers are marked wherever they are shown."""


def facts(case: CaseFile, ids: Sequence[str]) -> pd.DataFrame:
    """Return the facts named (none: all) with figure, mark and sources in words."""
    rows = []
    for name in ids or case.facts:
        fact = case.facts[name]
        texts = "; ".join(case.sources[key].text for key in fact.sources)
        mark = MARKS.get(fact.confidence, "")
        unit = fact.unit or ""
        rows.append((name, _span(fact), fact.statement, _figure(fact), unit, mark, texts))
    columns = ["fact", "date", "statement", "figure", "unit", "mark", "sources"]
    return pd.DataFrame(rows, columns=columns).set_index("fact")


def parameters(case: CaseFile, settings: Mapping[str, Setting]) -> pd.DataFrame:
    """Return parameters with their range, basis and mark."""
    rows = [
        (name, s.value, *s.range, s.unit, s.basis, _mark(case, s), s.note or "")
        for name, s in settings.items()
    ]
    columns = ["parameter", "value", "low", "high", "unit", "basis", "mark", "note"]
    return pd.DataFrame(rows, columns=columns).set_index("parameter")


def decisions(case: CaseFile) -> pd.DataFrame:
    """Return the scenarios in words, with what they cost."""
    rows = []
    for name, scenario in case.scenarios.items():
        cost = scenario.cost
        value, mark = (float(cost.value), _mark(case, cost)) if cost else (float("nan"), "")
        rows.append((name, scenario.title, scenario.decision, value, mark))
    columns = ["scenario", "title", "decision", "cost_usd", "mark"]
    return pd.DataFrame(rows, columns=columns).set_index("scenario")


def _mark(case: CaseFile, setting: Setting) -> str:
    fact = case.facts.get(setting.basis)
    return MARKS.get(fact.confidence if fact else setting.basis, "")


def _span(fact: Fact) -> str:
    time, latest = fact.date
    return f"{time:%Y-%m-%d}" if latest is None else f"{time:%Y-%m-%d} to {latest:%Y-%m-%d}"


def _figure(fact: Fact) -> str:
    sign = {"at least": "at least ", "at most": "at most ", "rounded": "about "}
    figure = fact.figure
    if fact.alternatives:
        return " or ".join(f"{value:,}" for value in fact.alternatives)
    if figure is None:
        return ""
    shown = f"{figure[0]:,} to {figure[1]:,}" if isinstance(figure, list) else f"{figure:,}"
    return sign.get(fact.precision or "", "") + shown
