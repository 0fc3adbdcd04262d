"""The comparison: both lenses on one log, a measure a row, and the verdict."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cemlab import _checks, _words
from cemlab._waiting import ANSWERS
from cemlab.cem import journeys as cem
from cemlab.crm import desk
from cemlab.lenses._measures import (
    GREY,
    PLAIN,
    RED,
    UNSURE,
    Measure,
    flags,
    not_recorded,
    share,
    total,
    worst,
)
from cemlab.observation import Log, Observation, last_word, observe

ENOUGH = 0.8
"""Share from which a lens is green, unless the caller says otherwise."""


MAIN = (
    "answered in time",
    "issues closed",
    "time to answer",
    "cost avoided",
    "journeys resolved",
    "journey length",
    "contacts",
    "hand-offs",
    "promises broken",
    "gone public",
)
"""The measures that a short board shows; the others stand behind them."""


def compare(
    log: Log,
    *,
    observed_until: object = None,
    sla_hours: float = 24.0,
    currency: str = "money",
    enough: float = ENOUGH,
    repeat_days: float = 7.0,
    cost_per_hour: float = desk.COST_PER_HOUR,
    main: bool = False,
) -> pd.DataFrame:
    """Read one log from both sides: a frame with a sentence per row.

    Parameters
    ----------
    log : DataFrame
        An event log: a case, a data set or a simulated run.
    observed_until : datetime-like, optional
        The moment at which both look (a plain date: its first moment); by default the last
        time in the log.
    sla_hours : float
        What the company promises itself as time to an answer (hours); assumed.
    currency : str
        What the log's money is called.
    enough : float
        Share from which a measure is green, in [0, 1]; assumed.
    repeat_days : float
        How soon a further contact counts as a repeat (days); a convention.
    cost_per_hour : float
        What an hour of staff costs, in the log's money; assumed.
    main : bool
        Whether to work out only the main measures (:data:`MAIN`): twice as quick.

    Returns
    -------
    DataFrame
        `lens` (CRM or CEM), `metric`, `value` (middle of `low` and `high`, which differ
        where times are uncertain; missing where `high` is open), `unit`, `n` (contacts or journeys counted), `colour`
        (green, red, unsure: depends on uncertain times, grey: not recorded, or "" where
        no rule applies) and `sentence`.

    Examples
    --------
    >>> log = pd.DataFrame({"customer": "Ana", "channel": "phone", "actor": ["customer", "company", "company"],
    ...                     "time": ["2024-05-01", "2024-05-01", "2024-05-02"],
    ...                     "kind": ["contact", "answer", "close"]})
    >>> compare(log).loc[[0, 1, 8], ["metric", "value", "colour"]].values.tolist()
    [['answered in time', 1.0, 'green'], ['issues closed', 1.0, 'green'], ['journeys resolved', nan, 'grey']]
    """
    hours = _checks.number("sla_hours", sla_hours, low=0)
    part = _checks.probability("enough", enough)
    rate = _checks.number("cost_per_hour", cost_per_hour, low=0)
    days = _checks.number("repeat_days", repeat_days, low=0)
    seen = observe(log, observed_until)
    rows = list(_inside_out(seen, hours, part))
    if not main:
        rows += [_first_contact(seen, days), _came_back(seen), *_costs(seen, rate, currency)]
    rows += [_avoided(seen, currency), *_outside_in(seen, part)]
    if main:
        rows = [row for row in rows if row.metric in MAIN]
    frame = pd.DataFrame(rows)
    middle = (frame["low"] + frame["high"]) / 2
    frame.insert(2, "value", middle.where(np.isfinite(middle)))
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
        result[lens] = worst(ruled, unknown=bool(unknown))
    return result


def verdict(comparison: pd.DataFrame) -> str:
    """Return one sentence on how the two lenses see the log of `compare`."""
    seen = colours(comparison)
    words = {UNSURE: "open (the dates do not tell)", GREY: "grey (not recorded)"}
    shown = {lens: words.get(colour, colour) for lens, colour in seen.items()}
    if seen["CRM"] == seen["CEM"]:
        return f"Both lenses are {shown['CRM']}."
    bad = comparison[(comparison["colour"] == RED)]
    why = f" They disagree over: {', '.join(bad['metric'])}." if len(bad) else ""
    return f"The company's lens is {shown['CRM']}, the customer's is {shown['CEM']}.{why}"


# --- inside ------------------------------------------------------------------------


def _inside_out(seen: Observation, sla_hours: float, enough: float) -> Iterator[Measure]:
    level = desk.service_level(seen, minutes=60 * sla_hours).iloc[0]
    limit = _words.span(60 * sla_hours, 60 * sla_hours)
    what = f"of contacts were answered within {limit}"
    bounds = level["low"], level["high"]
    yield share("CRM", "answered in time", bounds, int(level["n"]), what, enough=enough)
    closed = desk.closed(seen)
    what = "of issues are closed in the company's files"
    yield flags("CRM", "issues closed", closed["closed"], closed["perhaps"], what, enough=enough)
    yield _first_answer(seen)


def _outside_in(seen: Observation, enough: float) -> Iterator[Measure]:
    table = cem.journeys(seen)
    perhaps = last_word(seen, "resolve", sure=False)
    what = "of journeys are resolved in the customer's word"
    yield flags("CEM", "journeys resolved", table["resolved"], perhaps, what, enough=enough)
    yield _length(table)
    yield _at_once(seen, table)
    sure = table if seen.surely is seen else cem.journeys(seen.surely)
    counts = [
        ("contacts", "contacts", "contacts", "Times customers got in touch"),
        ("channel switches", "switches", "switches", "Times they tried another channel"),
        ("hand-offs", "handoffs", "hand-offs", "Times they were sent to another desk"),
    ]
    for metric, column, unit, what in counts:
        yield total("CEM", metric, sure[column], table[column], unit, what)
    if table["promises_broken"].isna().all():
        yield not_recorded("CEM", "promises broken", "promises")
    else:
        made = seen.journey[cem.broken_promises(seen)[1]]
        perhaps = pd.Series(np.bincount(made, minlength=len(table)))
        what = "Promises broken"
        broken = table["promises_broken"]
        yield total("CEM", "promises broken", broken, perhaps, "promises", what, ruled=True)
    surely, went = (part["public"].astype("Int64") for part in (sure, table))
    what = "Journeys that went public"
    yield total("CEM", "gone public", surely, went, "journeys", what, ruled=True)


def _first_answer(seen: Observation) -> Measure:
    table = seen.waits
    answered = table[table["ended"] == "answered"]
    if answered.empty:
        why = "No contact was answered by then."
        known = bool(seen.kinds & set(ANSWERS)) and len(table)
        return not_recorded("CRM", "time to answer", "hours", *([why] if known else []))
    low, high = (float(answered[f"wait_{end}_min"].median()) for end in ("low", "high"))
    high = high if np.isfinite(high) else low  # it may not have come yet
    counts = table["ended"].value_counts()
    given_up, waiting = int(counts["abandoned"]), int(counts["open"])
    rest = f"; {given_up:,} given up" if given_up else ""
    rest += f"; {waiting:,} open" if waiting else ""
    shown = _words.counted(len(answered), "answered contact")
    sentence = f"Median of {shown}: {_words.span(low, high)}{rest}."
    bounds = low / 60, high / 60
    return Measure("CRM", "time to answer", *bounds, "hours", len(answered), PLAIN, sentence)


def _first_contact(seen: Observation, days: float) -> Measure:
    found = desk.first_contact_resolution(seen, days=days).iloc[0]
    what = f"did not return to the same channel in {days:g} days"
    bounds, metric = (found["low"], found["high"]), "first-contact resolution"
    return share("CRM", metric, bounds, int(found["n"]), what)


def _came_back(seen: Observation) -> Measure:
    found = desk.reopening(seen).iloc[0]
    bounds = float(found["again_low"]), float(found["again_high"])
    if "close" in seen.kinds and not found["n"]:
        return not_recorded("CRM", "back after closing", "share", "Nothing was closed by then.")
    what = "of closed issues came back"
    return share("CRM", "back after closing", bounds, int(found["n"]), what)


def _costs(seen: Observation, cost_per_hour: float, currency: str) -> Iterator[Measure]:
    work = desk.handling(seen).iloc[0]
    each, n = float(work["minutes_per_contact"]), int(work["contacts"])
    if n:
        worked = _words.counted(n, "contact")
        sentence = f"Staff worked {_words.span(each, each)} on average on each of {worked}."
        yield Measure("CRM", "handling time", each, each, "minutes", n, PLAIN, sentence)
    else:
        yield not_recorded("CRM", "handling time", "minutes")
    cost = desk.cost_to_serve(seen, cost_per_hour=cost_per_hour).iloc[0]
    if pd.isna(cost["per_issue"]):
        yield not_recorded("CRM", "cost to serve", currency)
    else:
        each, n = float(cost["per_issue"]), int(cost["issues"])
        rate = f"at {cost_per_hour:g} an hour of staff"
        rate += " (assumed)" if cost_per_hour == desk.COST_PER_HOUR else ""
        sentence = f"{each:,.2f} {currency} an issue, {rate}."
        yield Measure("CRM", "cost to serve", each, each, currency, n, PLAIN, sentence)


def _at_once(seen: Observation, table: pd.DataFrame) -> Measure:
    if table["resolved"].isna().all() or table["contacts"].isna().all():
        return not_recorded("CEM", "solved with one contact", "share")
    perhaps = last_word(seen, "resolve", sure=False).to_numpy(bool)
    sure = table["resolved"].to_numpy(bool)
    most = table["contacts"].to_numpy(int)
    told = np.bincount(seen.journey[seen.told & seen.sure], minlength=len(table))
    bounds = (
        float(((most == 1) & (told == 1) & sure).mean()),
        float(((most >= 1) & (told <= 1) & perhaps).mean()),
    )
    what = "of journeys were resolved with one contact"
    return share("CEM", "solved with one contact", bounds, len(table), what)


def _avoided(seen: Observation, currency: str) -> Measure:
    if not seen.kinds & {"refuse", "compensate", "accept"}:
        return not_recorded("CRM", "cost avoided", currency)
    perhaps = desk.cost_avoided(seen).dropna(subset="avoided")
    if perhaps.empty:
        return not_recorded("CRM", "cost avoided", currency)
    surely = perhaps if seen.surely is seen else desk.cost_avoided(seen.surely)
    refused, paid = ([t[c].sum() for t in (surely, perhaps)] for c in ("refused", "paid"))
    low, high = float(refused[0] - paid[1]), float(refused[1] - paid[0])
    spans = [_words.number(*pair) for pair in (refused, paid)]
    sentence = f"{spans[0]} refused, {spans[1]} paid after all ({currency})."
    return Measure("CRM", "cost avoided", low, high, currency, len(perhaps), PLAIN, sentence)


def _length(table: pd.DataFrame) -> Measure:
    if table["resolved"].isna().all():
        return not_recorded("CEM", "journey length", "days")
    going = table["censored"].to_numpy(bool)
    hours = [table[f"elapsed_{end}h"].to_numpy() for end in ("low_", "")]
    n, left = len(table), int(going.sum())
    if n == 1:
        low, high = (float(h[0]) for h in hours)
        over = "not over" if left else "over"
        sentence = f"It has lasted {_words.span(60 * low, 60 * high)} and is {over}."
        return Measure("CEM", "journey length", low / 24, high / 24, "days", 1, PLAIN, sentence)
    low, high = (_half_over(h, going) for h in hours)
    still = _words.counted(left, "is not over", "are not over")
    if np.isfinite(high):
        shown = f"Half of {n:,} journeys are over after {_words.span(60 * low, 60 * high)}"
    else:
        low = low if np.isfinite(low) else float(hours[0].max())
        shown = (
            f"Fewer than half of {n:,} journeys are over after {_words.span(60 * low, 60 * low)}"
        )
    bounds = low / 24, high / 24
    return Measure("CEM", "journey length", *bounds, "days", n, PLAIN, f"{shown}; {still}.")


def _half_over(hours: NDArray[np.float64], going: NDArray[np.bool_]) -> float:
    """Return when half of the journeys are over, those going on kept (Kaplan and Meier 1958)."""
    order = np.lexsort([going, hours])
    at_risk = np.arange(hours.size, 0, -1)
    left = np.cumprod(np.where(going[order], 1.0, 1.0 - 1.0 / at_risk))
    half = np.flatnonzero(left <= 0.5 + 1e-12)
    return float(hours[order][half[0]]) if half.size else np.inf
