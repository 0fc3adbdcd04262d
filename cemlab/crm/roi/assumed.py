"""Assumptions of the calculator: read, checked, and changed for a what-if."""

import math
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import pandas as pd
from pydantic import BaseModel, ConfigDict

from cemlab import _checks, _shelf, _yaml
from cemlab.crm.roi import _rules
from cemlab.crm.roi._lines import INPUTS, PARTS, SHARE
from cemlab.crm.roi._rules import FIELDS, TEXTS, spelt

Assumptions: TypeAlias = Mapping[str, Any] | pd.DataFrame | str | Path
"""Line -> input -> assumption; a table of assumptions; an example's name; or a YAML file."""

_COLUMNS = ("line", "input", "kind", "distribution", "low", "likely", "high", "unit", "mark",
            "contested", "basis", "note", "currency")  # fmt: skip


class AssumptionError(ValueError):
    """A file of assumptions breaks a rule; the sentence names file, line, field, rule and value."""


class _Sheet(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    summary: str
    currency: str
    lines: dict[str, Any]


def examples() -> list[str]:
    """Return the names of the example files, for `assumptions` and `calculator`.

    Examples
    --------
    >>> examples()
    ['example-retailer', 'telecom']
    """
    return sorted(path.stem for path in (_shelf.folder("instruments") / "roi").glob("*.yaml"))


def assumptions(given: Assumptions, *, currency: str = "USD") -> pd.DataFrame:
    """Return assumptions checked and in one table, a row each.

    Ten lines are known, all for one year. Benefits: `support` (answers x contacts_saved x
    cost_elsewhere, and as a cost the `answering`: answers x cost_here), `ideas` (ideas x
    accepted x new x margin), `research` (studies x price x as_good), `awareness`
    (impressions / 1000 x price_per_thousand x replaced), `hiring` (hires x fee x
    replaced). Costs: `staff` (people x cost_per_person), `tools` (cost), `training`
    (people x hours x cost_per_hour), `guidelines` (cost), `risk` (a reserve: chance x
    damage). A line that is left out counts as nothing; one that is given needs all its inputs.

    Parameters
    ----------
    given : mapping, DataFrame, str or Path
        Line -> input -> assumption; such a table as is returned here; the name of an example;
        or a YAML file. An assumption is a number (known), (low, high) for uniform,
        (low, likely, high) for triangular, or a mapping with `low`, `likely`, `high`,
        `distribution`, `unit`, `basis` (a source, or "assumption"), `contested`, `note`. In a
        file, which has no tuples, a list [low, high] or [low, likely, high] is a range; in a
        mapping a list is refused, as lists are samples elsewhere in this package.

        - fixed: `likely` only.
        - uniform: `low` to `high`; `likely` is the middle unless given.
        - triangular, pert: all three. PERT is a beta with mean (low + 4 likely + high) / 6.
        - lognormal: 5 % are below `low`, 5 % above `high`; `likely` is the median and
          follows. Not for shares.
    currency : str
        Of all money in a mapping; tables and files say their own.

    Returns
    -------
    DataFrame
        By "line.input", benefits first: `line`, `input`, `kind` (benefit, cost or both),
        `distribution`, `low`, `likely`, `high`, `unit`, `mark` (source, assumed, contested, or
        known after `suppose`),
        `contested`, `basis`, `note`, `currency`.

    Raises
    ------
    ValueError
        Names the assumption and the rule that it breaks; of a file (AssumptionError), also the
        line. In a file each assumption must name its `basis` and `unit`.

    Examples
    --------
    >>> table = assumptions({"research": {"studies": 2, "price": (1000, 4000), "as_good": 0.5},
    ...                      "tools": {"cost": (500, 900, 1600)}})
    >>> table["distribution"].tolist()
    ['fixed', 'uniform', 'fixed', 'triangular']
    >>> table["likely"].tolist(), table.index[1], table["mark"].iloc[1]
    ([2.0, 2500.0, 0.5, 900.0], 'research.price', 'assumed')
    """
    if isinstance(given, str | Path):
        return _from_file(given)
    if isinstance(given, pd.DataFrame):
        lines, currency = _from_table(given)
    elif isinstance(given, Mapping):
        lines = {str(line): inputs for line, inputs in given.items()}
    else:
        msg = f"assumptions must be a mapping, a DataFrame, an example or a file, got {given!r}"
        raise ValueError(msg)
    for place, rule in _rules.problems(lines, strict=False):
        field = place[2] + " of " if len(place) == 3 else ""
        msg = f"{field}{'.'.join(place[:2]) or 'assumptions'} {rule}"
        raise ValueError(msg)
    return _table(lines, currency)


def suppose(
    table: pd.DataFrame,
    known: Mapping[str, float] | None = None,
    *,
    without: Iterable[str] = (),
) -> pd.DataFrame:
    """Return the assumptions as if some were known, or without some lines.

    Parameters
    ----------
    table : DataFrame
        Of `assumptions`.
    known : mapping of str to float, optional
        "line.input" -> its value; such an assumption is fixed then, its mark is known, and its
        note says what it was.
    without : iterable of str
        Lines that are to count as nothing.

    Raises
    ------
    ValueError
        If there is no such assumption or line, or a value is out of its bounds.

    Examples
    --------
    >>> table = assumptions({"tools": {"cost": (500, 900, 1600)}})
    >>> suppose(table, {"tools.cost": 1000})[["distribution", "likely"]].values.tolist()
    [['fixed', 1000.0]]
    """
    values, gone = dict(known or {}), [without] if isinstance(without, str) else list(without)
    _checks.one_of_each("known", values, table.index)
    _checks.one_of_each("without", gone, list(table["line"].unique()))
    rows, rows_before = table.to_dict("index"), table.to_dict("index")
    for name, value in values.items():
        line, field = name.split(".")
        top = 1.0 if INPUTS[line][field] == SHARE else math.inf
        number = _checks.number(name, value, low=0, high=top)
        rows[name] |= dict.fromkeys(("low", "likely", "high"), number)
        rows[name] |= {"distribution": "fixed", "basis": "known", "contested": False}
        rows[name]["note"] = f"taken as known; it was {_said(rows_before[name])}"
    kept = [row for row in rows.values() if row["line"] not in gone]
    return assumptions(pd.DataFrame(kept, columns=table.columns))


# --- inside ------------------------------------------------------------------------


def _from_file(given: str | Path) -> pd.DataFrame:
    path = Path(given)
    if str(given) in examples():
        path = _shelf.folder("instruments") / "roi" / f"{given}.yaml"
    elif isinstance(given, str) and path.suffix not in (".yaml", ".yml"):
        msg = f"assumptions must be a YAML file or one of {', '.join(examples())}, got {given!r}"
        raise ValueError(msg)

    def problems(sheet: _Sheet) -> Iterator[tuple[tuple[str | int, ...], str]]:
        for place, rule in _rules.problems(sheet.lines, strict=True):
            yield ("lines", *place), rule

    sheet = _yaml.read(path, _Sheet, AssumptionError, problems)
    return _table(sheet.lines, sheet.currency)


def _from_table(table: pd.DataFrame) -> tuple[dict[str, Any], str]:
    missing = [name for name in ("line", "input", "low", "likely", "high") if name not in table]
    if missing:
        msg = (
            f"assumptions must have the columns line, input, low, likely, high, got no {missing[0]}"
        )
        raise ValueError(msg)
    twice = table[table.duplicated(["line", "input"])]
    if len(twice):
        name = f"{twice['line'].iloc[0]}.{twice['input'].iloc[0]}"
        msg = f"assumptions must have each input once, got {name} twice"
        raise ValueError(msg)
    currencies = table["currency"].unique().tolist() if "currency" in table else ["USD"]
    if len(currencies) > 1:
        msg = f"currency must be the same everywhere, got {', '.join(map(str, currencies))}"
        raise ValueError(msg)
    lines: dict[str, Any] = {}
    for row in table[[name for name in ("line", "input", *FIELDS) if name in table]].to_dict(
        "records"
    ):
        line, name = row.pop("line"), row.pop("input")
        lines.setdefault(str(line), {})[str(name)] = {
            str(k): v for k, v in row.items() if not pd.isna(v)
        }
    return lines, str(currencies[0]) if currencies else "USD"


def _table(lines: Mapping[str, Any], currency: str) -> pd.DataFrame:
    rows = [
        _row(line, name, spelt(lines[line][name])) | {"currency": currency}
        for line, inputs in INPUTS.items()
        if line in lines
        for name in inputs
    ]
    index = pd.Index([f"{row['line']}.{row['input']}" for row in rows], name="assumption")
    return pd.DataFrame(rows, index=index, columns=list(_COLUMNS))


def _row(line: str, name: str, spec: Mapping[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {"line": line, "input": name, "kind": _kind(line, name)}
    shape = str(spec["distribution"])
    low, high = (float(spec.get(end, spec.get("likely"))) for end in ("low", "high"))
    likely = float(spec.get("likely", low + (high - low) / 2))
    if shape == "lognormal":
        likely = math.sqrt(low * high)
    row |= {"distribution": shape, "low": low, "likely": likely, "high": high}
    row |= {field: spec.get(field, usual) for field, usual in TEXTS.items()}
    contested = bool(spec.get("contested", False))
    assumed = str(row["basis"]).strip().lower() == "assumption"
    row["contested"] = contested
    supposed = str(row["basis"]).strip().lower() == "known"
    row["mark"] = (
        "contested" if contested else "known" if supposed else "assumed" if assumed else "source"
    )
    return row


def _said(row: Mapping[Any, Any]) -> str:
    """Return an assumption in words.

    >>> _said({"low": 1.0, "high": 3000.0, "mark": "contested"})
    'contested, 1 to 3,000'
    """
    low, high = (f"{row[end]:,.4g}" for end in ("low", "high"))
    return f"{row['mark']}, {low}" + (f" to {high}" if low != high else "")


def _kind(line: str, name: str) -> str:
    """Return what an assumption belongs to: a benefit, a cost, or both.

    >>> _kind("support", "answers"), _kind("support", "cost_here"), _kind("ideas", "new")
    ('both', 'cost', 'benefit')
    """
    found = {p.kind for p in PARTS.values() if p.line == line and name in p.factors}
    return "both" if len(found) > 1 else found.pop()
