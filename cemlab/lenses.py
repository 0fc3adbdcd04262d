"""Two lenses on one log: the company's (CRM, inside-out) and the customer's (CEM, outside-in)."""

import math
from collections.abc import Iterator
from typing import NamedTuple

import pandas as pd

from cemlab import _checks
from cemlab.cem import journeys as cem
from cemlab.crm import desk
from cemlab.observation import Log, Observation, last_word, observe

ENOUGH = 0.8
"""Share from which a lens is green, unless the caller says otherwise."""

GREEN, RED, UNSURE, GREY, PLAIN = "green", "red", "unsure", "grey", ""


class _Measure(NamedTuple):
    lens: str
    metric: str
    low: float
    high: float
    unit: str
    n: int
    colour: str
    sentence: str


def compare(
    log: Log,
    *,
    observed_until: object = None,
    sla_hours: float = 24.0,
    currency: str = "money",
    enough: float = ENOUGH,
) -> pd.DataFrame:
    """Read one log from both sides: a frame with a sentence per row.

    Parameters
    ----------
    log : DataFrame
        An event log: a case, a data set or a simulated run.
    observed_until : datetime-like, optional
        The day on which both look; by default the last time in the log.
    sla_hours : float
        What the company promises itself as time to an answer (hours); assumed.
    currency : str
        What the log's money is called.
    enough : float
        Share from which a measure is green, in [0, 1]; assumed.

    Returns
    -------
    DataFrame
        `lens` (CRM or CEM), `metric`, `value` (middle of `low` and `high`, which differ
        where times are uncertain), `unit`, `n` (contacts or journeys counted), `colour`
        (green, red, unsure: depends on uncertain times, grey: not recorded, or "" where
        no rule applies) and `sentence`.

    Examples
    --------
    >>> log = pd.DataFrame({"customer": "Ana", "channel": "phone", "actor": ["customer", "company", "company"],
    ...                     "time": ["2024-05-01", "2024-05-01", "2024-05-02"],
    ...                     "kind": ["contact", "answer", "close"]})
    >>> compare(log).loc[[0, 1, 4], ["metric", "value", "colour"]].values.tolist()
    [['answered in time', 1.0, 'green'], ['issues closed', 1.0, 'green'], ['journeys resolved', nan, 'grey']]
    """
    hours = _checks.number("sla_hours", sla_hours, low=0)
    share = _checks.probability("enough", enough)
    seen = observe(log, observed_until)
    rows = [
        *_inside_out(seen, hours, share, currency),
        *_outside_in(seen, share),
    ]
    frame = pd.DataFrame(rows)
    frame.insert(2, "value", (frame["low"] + frame["high"]) / 2)
    return frame


def colours(comparison: pd.DataFrame) -> dict[str, str]:
    """Return the colour of each lens, from what `compare` returned.

    A lens is red if one of its ruled measures is red, unsure if one depends on uncertain
    times, grey if its main measures are not recorded, else green.

    Examples
    --------
    >>> log = pd.DataFrame({"customer": "Ana", "actor": ["customer", "customer"],
    ...                     "time": ["2024-05-01", "2024-05-02"], "kind": ["contact", "resolve"]})
    >>> colours(compare(log))
    {'CRM': 'grey', 'CEM': 'green'}
    """
    result = {}
    for lens in ("CRM", "CEM"):
        ruled = set(comparison.loc[comparison["lens"] == lens, "colour"])
        main = comparison["metric"].isin(["answered in time", "issues closed", "journeys resolved"])
        unknown = (comparison[main & (comparison["lens"] == lens)]["colour"] == GREY).any()
        worst = next((c for c in (RED, UNSURE) if c in ruled), GREY if unknown else GREEN)
        result[lens] = worst
    return result


def verdict(comparison: pd.DataFrame) -> str:
    """Return one sentence on how the two lenses see the log of `compare`."""
    seen = colours(comparison)
    words = {UNSURE: "open (the dates do not tell)", GREY: "grey (not recorded)"}
    shown = {lens: words.get(colour, colour) for lens, colour in seen.items()}
    if seen["CRM"] == seen["CEM"]:
        return f"Both lenses are {shown['CRM']}."
    bad = comparison[(comparison["colour"] == RED)]
    why = f" They part over: {', '.join(bad['metric'])}." if len(bad) else ""
    return f"The company's lens is {shown['CRM']}, the customer's is {shown['CEM']}.{why}"


# --- inside ------------------------------------------------------------------------


def _inside_out(
    seen: Observation, sla_hours: float, enough: float, currency: str
) -> Iterator[_Measure]:
    level = desk.service_level(seen, minutes=60 * sla_hours).iloc[0]
    yield _share(
        "CRM",
        "answered in time",
        level["low"],
        level["high"],
        int(level["n"]),
        enough,
        f"of contacts were answered within {sla_hours:g} hours",
    )
    closed = desk.closed(seen)
    what = "of issues are closed in the company's files"
    yield _flags("CRM", "issues closed", closed["closed"], closed["perhaps"], enough, what)
    yield _first_answer(seen)
    yield _avoided(seen, currency)


def _outside_in(seen: Observation, enough: float) -> Iterator[_Measure]:
    table = cem.journeys(seen)
    perhaps = last_word(seen, "resolve", sure=False)
    what = "of journeys are resolved in the customer's word"
    yield _flags("CEM", "journeys resolved", table["resolved"], perhaps, enough, what)
    yield _length(table)
    sure = table if seen.surely is seen else cem.journeys(seen.surely)
    counts = [
        ("contacts", "contacts", "contacts", "Times customers told their story"),
        ("hand-offs", "handoffs", "hand-offs", "Times they were sent to another desk"),
        ("promises broken", "promises_broken", "promises", "Promises whose time passed"),
    ]
    for metric, column, unit, what in counts:
        ruled = metric == "promises broken"
        yield _total("CEM", metric, sure[column], table[column], unit, what, ruled=ruled)
    went = [part["public"].astype("Int64") for part in (sure, table)]
    what = "Journeys that went public"
    yield _total("CEM", "gone public", went[0], went[1], "journeys", what, ruled=True)


def _share(
    lens: str, metric: str, low: float, high: float, n: int, enough: float, what: str
) -> _Measure:
    if not n or math.isnan(low):
        return _not_recorded(lens, metric, "share")
    colour = GREEN if low >= enough else RED if high < enough else UNSURE
    shown = f"{low:.0%}" if low == high else f"Between {low:.0%} and {high:.0%}"
    return _Measure(lens, metric, low, high, "share", n, colour, f"{shown} {what} (n = {n}).")


def _flags(
    lens: str, metric: str, surely: pd.Series, perhaps: pd.Series, enough: float, what: str
) -> _Measure:
    if surely.isna().all():
        return _not_recorded(lens, metric, "share")
    low, high = float(surely.astype(float).mean()), float(perhaps.astype(float).mean())
    return _share(lens, metric, low, high, len(surely), enough, what)


def _first_answer(seen: Observation) -> _Measure:
    table = seen.waits
    answered = table[table["ended"] == "answered"]
    if answered.empty:
        return _not_recorded("CRM", "time to answer", "hours")
    low = float(answered["wait_low_min"].median() / 60)
    high = float(answered["wait_high_min"].median() / 60)
    shown = f"{low:.1f}" if low == high else f"{low:.1f} to {high:.1f}"
    counts = table["ended"].value_counts()
    given_up, waiting = int(counts.get("abandoned", 0)), int(counts.get("open", 0))
    rest = f"; {given_up} given up" if given_up else ""
    rest += f"; {waiting} not answered by then" if waiting else ""
    sentence = f"The median wait of {len(answered)} answered contacts was {shown} hours{rest}."
    return _Measure("CRM", "time to answer", low, high, "hours", len(answered), PLAIN, sentence)


def _avoided(seen: Observation, currency: str) -> _Measure:
    if not seen.kinds & {"refuse", "compensate", "accept"}:
        return _not_recorded("CRM", "cost avoided", currency)
    perhaps = desk.cost_avoided(seen).dropna(subset="avoided")
    if perhaps.empty:
        return _not_recorded("CRM", "cost avoided", currency)
    surely = perhaps if seen.surely is seen else desk.cost_avoided(seen.surely)
    refused, paid = ([t[c].sum() for t in (surely, perhaps)] for c in ("refused", "paid"))
    low, high = float(refused[0] - paid[1]), float(refused[1] - paid[0])
    spans = [f"{a:,.0f}" if a == b else f"{a:,.0f} to {b:,.0f}" for a, b in (refused, paid)]
    sentence = f"{spans[0]} refused, {spans[1]} paid after all ({currency})."
    return _Measure("CRM", "cost avoided", low, high, currency, len(perhaps), PLAIN, sentence)


def _length(table: pd.DataFrame) -> _Measure:
    if table["resolved"].isna().all():
        return _not_recorded("CEM", "journey length", "days")
    low = float(table["elapsed_low_h"].median() / 24)
    high = float(table["elapsed_h"].median() / 24)
    shown = f"{low:,.0f}" if round(low) == round(high) else f"{low:,.0f} to {high:,.0f}"
    going = int(table["censored"].sum())
    if len(table) == 1:
        sentence = f"It has lasted {shown} days and is {'not over' if going else 'over'}."
    else:
        sentence = f"The median of {len(table)} journeys is {shown} days; {going} are not over."
    return _Measure("CEM", "journey length", low, high, "days", len(table), PLAIN, sentence)


def _total(
    lens: str,
    metric: str,
    surely: pd.Series,
    perhaps: pd.Series,
    unit: str,
    what: str,
    *,
    ruled: bool,
) -> _Measure:
    """Add up counts; a ruled measure is red as soon as one is surely above zero."""
    known = perhaps.dropna()
    if known.empty:
        return _not_recorded(lens, metric, unit)
    low, high = float(surely.dropna().sum()), float(known.sum())
    colour = (RED if low > 0 else UNSURE if high > 0 else GREEN) if ruled else PLAIN
    shown = f"{low:,.0f}" if low == high else f"{low:,.0f} to {high:,.0f}"
    sentence = f"{what}: {shown} (n = {len(known)})."
    return _Measure(lens, metric, low, high, unit, len(known), colour, sentence)


def _not_recorded(lens: str, metric: str, unit: str) -> _Measure:
    return _Measure(lens, metric, math.nan, math.nan, unit, 0, GREY, "Not recorded in this log.")
