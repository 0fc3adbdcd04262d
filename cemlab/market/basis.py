"""What the numbers of a market rest on: one row each, with unit, range, basis and mark."""

from collections.abc import Mapping
from dataclasses import Field
from typing import Any

import pandas as pd

from cemlab.market.assumptions import ASSUMED, Market, check_market, numbers


def parameters(market: Market | None = None) -> pd.DataFrame:
    """Return every number of a market with its unit, its range, what it rests on, and a mark.

    Returns
    -------
    DataFrame, indexed by `parameter`
        `value`, `unit`, `low` and `high` (what is allowed), `basis` (a published source, or
        "assumption"), `mark` ("assumed", "contested", both, or ""), `doubt` (why contested) and
        `changed` (whether it differs from the default). Shares, margins and offers of the
        segments stand at the end, as `margin[high]` and so on.

    Examples
    --------
    >>> table = parameters(Market(failure_rate=0.01))
    >>> print(*table.loc["failure_rate", ["value", "mark", "changed"]])
    0.01 assumed True
    """
    given = check_market(Market() if market is None else market)
    rows = [_row(about, getattr(given, about.name)) for about in numbers()]
    usual = {(s.name, what): getattr(s, what) for s in Market().segments for what in _OF_SEGMENT}
    for segment in given.segments:
        for what, unit in _OF_SEGMENT.items():
            value = float(getattr(segment, what))
            rows.append(
                {
                    "parameter": f"{what}[{segment.name}]", "value": value, "unit": unit,
                    "low": 0.0 if what != "margin" else -1e9, "high": 1e9 if what == "margin" else 1.0,
                    "basis": ASSUMED, "mark": "assumed", "doubt": "",
                    "changed": usual.get((segment.name, what)) != value,
                }
            )  # fmt: skip
    return pd.DataFrame(rows).set_index("parameter")


# --- inside ------------------------------------------------------------------------

_OF_SEGMENT: Mapping[str, str] = {
    "share": "share of customers, above 0", "margin": "EUR a customer and month", "offered": "1 yes, 0 no",
}  # fmt: skip


def _row(about: Field[Any], value: float) -> dict[str, Any]:
    known = about.metadata
    marks = ["assumed"] * known["basis"].startswith(ASSUMED) + ["contested"] * bool(
        known["contested"]
    )
    return {
        "parameter": about.name, "value": value, "unit": known["unit"], "low": float(known["low"]),
        "high": float(known["high"]), "basis": known["basis"], "mark": ", ".join(marks),
        "doubt": known["contested"], "changed": value != about.default,
    }  # fmt: skip
