"""The lenses group by group: which touchpoint or channel is green for one and red for the other."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cemlab import _checks, _words
from cemlab._by_journey import number
from cemlab._waiting import ANSWERS, in_time
from cemlab.cem import journeys as cem
from cemlab.events import ACTORS
from cemlab.lenses._measures import GREEN, GREY, RED, colour_of_count, colour_of_share, worst
from cemlab.lenses.comparison import ENOUGH
from cemlab.observation import Log, Observation, last_word, observe

Ints = NDArray[np.int64]

GROUPS = ("touchpoint", "channel")
"""Columns of the log whose values make a group."""


def by_group(
    log: Log,
    *,
    by: str | Sequence[str] = GROUPS,
    observed_until: object = None,
    sla_hours: float = 24.0,
    enough: float = ENOUGH,
) -> pd.DataFrame:
    """Read every touchpoint and channel through both lenses.

    A journey belongs to each group in which its customer or the company did something. The
    company's lens is green if enough of the group's contacts were answered in time and
    enough of its issues are closed; the customer's if enough of its journeys were resolved,
    no promise in them was broken and none went public.

    Parameters
    ----------
    log : DataFrame
        An event log.
    by : str or list of str
        Columns of the log: touchpoint, channel, by (who acted; a contact is theirs who
        answered it, and what nobody answered is nobody's), source, or one of your own.
    observed_until, sla_hours, enough
        As in `compare`.

    Returns
    -------
    DataFrame
        One row a group, sorted by name: the columns of `by` (missing where not recorded),
        `contacts` and `journeys`, then each with `_low` and `_high` (they differ where times are
        uncertain): `in_time` (share of contacts), `closed`, `resolved` (shares of journeys),
        `promises_broken` and `public` (promises and journeys); `hurt` (journeys not resolved,
        with a broken promise, or public), `crm` and `cem` (colours). NaN where not recorded.

    Raises
    ------
    ValueError
        If `by` names no column of the log.

    Examples
    --------
    >>> log = pd.DataFrame({"customer": "Ana", "channel": ["phone", "phone", "phone", "twitter"],
    ...     "actor": ["customer", "company", "company", "customer"],
    ...     "time": ["2024-05-01", "2024-05-01", "2024-05-02", "2024-05-03"],
    ...     "kind": ["contact", "answer", "close", "publish"]})
    >>> by_group(log, by="channel")[["channel", "contacts", "crm", "cem"]].values.tolist()
    [['phone', 1, 'green', 'red'], ['twitter', 0, 'grey', 'red']]
    """
    minutes = 60 * _checks.number("sla_hours", sla_hours, low=0)
    part = _checks.probability("enough", enough)
    names = [by] if isinstance(by, str) else list(by)
    seen = observe(log, observed_until)
    for name in names:
        _checks.one_of("by", name, list(seen.log.columns))
    group, table = _groups(seen, names)
    _add_contacts(table, seen, group, minutes)
    _add_journeys(table, seen, group)
    table = table[table["journeys"] > 0].reset_index(drop=True)
    colours = [_colours(row, part) for row in table.to_dict("records")]
    table["crm"], table["cem"] = zip(*colours, strict=True) if colours else ([], [])
    return table


def disagreements(
    log: Log,
    *,
    by: str | Sequence[str] = GROUPS,
    observed_until: object = None,
    sla_hours: float = 24.0,
    enough: float = ENOUGH,
) -> pd.DataFrame:
    """Return where one lens is green and the other red, the most journeys hurt first.

    Parameters
    ----------
    log, by, observed_until, sla_hours, enough
        As in :func:`by_group`.

    Returns
    -------
    DataFrame
        The rows of :func:`by_group` in which the lenses part, and a `sentence` each; empty
        if they part nowhere.

    Examples
    --------
    >>> log = pd.DataFrame({"customer": "Ana", "channel": ["phone", "phone", "phone", "twitter"],
    ...     "actor": ["customer", "company", "company", "customer"],
    ...     "time": ["2024-05-01", "2024-05-01", "2024-05-02", "2024-05-03"],
    ...     "kind": ["contact", "answer", "close", "publish"]})
    >>> print(disagreements(log)["sentence"].iloc[0])
    phone: 100% answered within 24 hours and 100% closed; 1 journey: 1 gone public.
    """
    table = by_group(log, by=by, observed_until=observed_until, sla_hours=sla_hours, enough=enough)
    one, other = table["crm"], table["cem"]
    part = ((one == GREEN) & (other == RED)) | ((one == RED) & (other == GREEN))
    table = table[part.to_numpy(bool)]
    table = table.sort_values("hurt", ascending=False, kind="stable", ignore_index=True)
    names = [by] if isinstance(by, str) else list(by)
    limit = _words.span(60 * sla_hours, 60 * sla_hours)
    return table.assign(sentence=[_sentence(row, names, limit) for row in table.to_dict("records")])


# --- inside ------------------------------------------------------------------------


def _groups(seen: Observation, names: list[str]) -> tuple[Ints, pd.DataFrame]:
    """Return the number of each row's group, and the groups sorted by name, the unnamed last."""
    group, first = np.zeros(len(seen.log), np.int64), np.zeros(0, np.int64)
    coded = {}
    for name in names:
        column = seen.log[name].astype("category").array
        codes = np.asarray(column.codes, np.int64)
        if name == "by":  # a contact is the team's that answered it
            contact, answer = (seen.waits[end].to_numpy() for end in ("row", "answer"))
            answered = (seen.waits["ended"] == "answered").to_numpy() & (codes[contact] < 0)
            codes[contact[answered]] = codes[answer[answered]]
        first, group = number(group, np.where(codes < 0, len(column.categories), codes))
        coded[name] = codes, column.categories
    shown = {
        name: pd.Series(categories.take(codes[first], fill_value=pd.NA, allow_fill=True))
        for name, (codes, categories) in coded.items()
    }
    return group, pd.DataFrame(shown)


def _add_contacts(table: pd.DataFrame, seen: Observation, group: Ints, minutes: float) -> None:
    waits = seen.waits
    of = group[waits["row"].to_numpy()]
    table["contacts"] = np.bincount(of, minlength=len(table))
    sure, perhaps = in_time(waits, minutes)
    recorded = bool(seen.kinds & {*ANSWERS, "abandon"})
    for name, marked in (("in_time_low", sure), ("in_time_high", perhaps)):
        table[name] = _share(of[marked], table["contacts"]) if recorded else np.nan


def _add_journeys(table: pd.DataFrame, seen: Observation, group: Ints) -> None:
    acted = np.flatnonzero(seen.actor < ACTORS.index("public"))
    first, _ = number(seen.journey[acted], group[acted])
    journey, of = seen.journey[acted[first]], group[acted[first]]
    table["journeys"] = np.bincount(of, minlength=len(table))
    n = table["journeys"]
    hurt = np.zeros(len(seen.journeys), np.bool_)
    promises = cem.broken_promises(seen)
    for end, sure in (("_low", True), ("_high", False)):
        for name, kind in (("closed", "close"), ("resolved", "resolve")):
            said = last_word(seen, kind, sure=sure)
            known = not said.isna().any()
            true = said.to_numpy(bool, na_value=True)
            table[name + end] = _share(of[true[journey]], n) if known else np.nan
            hurt |= sure & (kind == "resolve") & ~true
        broken = promises[0 if sure else 1]
        posted = seen.rows("publish", actor="customer") & (seen.sure | (not sure))
        for name, marked, kind in (
            ("promises_broken", broken, "promise"),
            ("public", posted, "publish"),
        ):
            count = np.bincount(seen.journey[marked], minlength=len(seen.journeys))
            count = np.minimum(count, 1) if kind == "publish" else count
            sums = np.bincount(of, weights=count[journey], minlength=len(table))
            table[name + end] = sums if kind in seen.kinds else np.nan
            hurt |= sure & (count > 0)
    table["hurt"] = np.bincount(of[hurt[journey]], minlength=len(table))


def _share(of: Ints, n: pd.Series) -> pd.Series:
    """Return how many of each group are marked, as a share of n; NaN where n is zero."""
    return np.bincount(of, minlength=len(n)) / n.where(n > 0)


def _colours(row: dict[str, Any], enough: float) -> tuple[str, str]:
    """Return the colours of the company's and of the customer's lens."""
    answered, closed, resolved = (
        colour_of_share(row[f"{name}_low"], row[f"{name}_high"], enough)
        for name in ("in_time", "closed", "resolved")
    )
    broken, public = (
        colour_of_count(row[f"{name}_low"], row[f"{name}_high"])
        for name in ("promises_broken", "public")
    )
    company = worst({answered, closed}, unknown=GREY in (answered, closed))
    return company, worst({resolved, broken, public}, unknown=resolved == GREY)


def _sentence(row: dict[str, Any], names: list[str], limit: str) -> str:
    """Say what each lens sees in a group."""
    where = ", ".join(str(row[name]) for name in names if not pd.isna(row[name])) or "not named"
    said = [("in_time", f"answered within {limit}"), ("closed", "closed")]
    inside = " and ".join(
        f"{_words.share(row[f'{name}_low'], row[f'{name}_high'])} {what}"
        for name, what in said
        if not math.isnan(row[f"{name}_low"])
    )
    n, bad = int(row["journeys"]), []
    if row["resolved_low"] < 1:
        shown = _words.share(1 - row["resolved_high"], 1 - row["resolved_low"])
        bad.append(f"{shown} unresolved")
    if row["promises_broken_high"] > 0:
        broken = _words.number(row["promises_broken_low"], row["promises_broken_high"])
        bad.append(f"{broken} promise{'s' * (broken != '1')} broken")
    if row["public_high"] > 0:
        bad.append(f"{_words.number(row['public_low'], row['public_high'])} gone public")
    good = {
        "resolved": "all resolved",
        "promises_broken": "no promise broken",
        "public": "none public",
    }
    known = [words for name, words in good.items() if not math.isnan(row[f"{name}_low"])]
    outside = ", ".join(bad or known)
    return f"{where}: {inside}; {_words.counted(n, 'journey')}: {outside}."
