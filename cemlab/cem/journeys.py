"""What a journey was like for the customer: one row a journey."""

import numpy as np
import pandas as pd

from cemlab.observation import JOURNEY, Log, last_word, observe

_HOUR = np.timedelta64(1, "h")


def journeys(log: Log, *, observed_until: object = None) -> pd.DataFrame:
    """Return one row a journey: how long, how many times told, how it ended.

    What a log never records is missing, not zero.

    Parameters
    ----------
    log : DataFrame
        An event log.
    observed_until : datetime-like, optional
        End of the observation; by default the last time in the log.

    Returns
    -------
    DataFrame
        `customer`, `issue`, `first`, `last` (times), `elapsed_low_h`, `elapsed_h` (hours
        from the failure, or else the first event, to the solution or the end of the observation; two
        values where times are uncertain), `contacts`, `handoffs`, `switches` (of
        channel from contact to contact), `repeats` (contacts after the first),
        `promises_broken`, `resolved` (the customer's word), `closed` (the company's),
        `public`, `audience` (people, the largest named), `censored` (not resolved yet).

    Examples
    --------
    >>> log = pd.DataFrame({"customer": "Ana", "channel": "phone",
    ...                     "time": ["2024-05-01 10:00", "2024-05-01 12:00", "2024-05-01 15:00"],
    ...                     "actor": "customer", "kind": ["contact", "contact", "resolve"]})
    >>> journeys(log)[["elapsed_h", "contacts", "repeats", "resolved"]].values.tolist()
    [[5.0, 2, 1, True]]
    """
    seen = observe(log, observed_until)
    kinds, end = seen.kinds, seen.until
    log = seen.log.assign(until=seen.log["latest"].fillna(seen.log["time"]))
    keys = [log[name] for name in JOURNEY]
    grouped = log.groupby(keys, observed=True)
    table = grouped.agg(first=("time", "min"), last=("until", "max"))
    table["resolved"] = last_word(seen, "resolve")
    table["closed"] = last_word(seen, "close")
    _add_elapsed(table, log, end)
    told = _contacts(log)
    _add_counts(table, log, told, kinds)
    broken = _count(log, _broken_promises(log, end))
    table["promises_broken"] = broken if "promise" in kinds else pd.NA
    spoke = (log["kind"] == "publish") & (log["actor"] == "customer")
    public = (_count(log, spoke) > 0).astype("boolean")
    table["public"] = public if "publish" in kinds else pd.NA
    heard = log["value"].where(
        log["kind"].isin(["contact", "publish"]) & (log["actor"] == "customer")
    )
    table["audience"] = heard.groupby(keys, observed=True).max()
    table["censored"] = ~table["resolved"].fillna(False).astype(bool)
    whole = {
        name: "Int64" for name in ("contacts", "handoffs", "switches", "repeats", "promises_broken")
    }
    flags = {name: "boolean" for name in ("resolved", "closed", "public")}
    return table[list(_COLUMNS)].astype(whole | flags).reset_index()


_COLUMNS = (
    "first",
    "last",
    "elapsed_low_h",
    "elapsed_h",
    "contacts",
    "handoffs",
    "switches",
    "repeats",
    "promises_broken",
    "resolved",
    "closed",
    "public",
    "audience",
    "censored",
)


def _count(log: pd.DataFrame, rows: pd.Series) -> pd.Series:
    return rows.groupby([log[name] for name in JOURNEY], observed=True).sum()


def _add_elapsed(table: pd.DataFrame, log: pd.DataFrame, end: pd.Timestamp) -> None:
    keys = [log[name] for name in JOURNEY]
    failed = (log["kind"] == "failure").groupby(keys, observed=True).transform("any")
    begins = log[(log["kind"] == "failure") | ~failed]
    opening = begins.groupby([begins[name] for name in JOURNEY], observed=True)
    begin = opening[["time", "until"]].first().reindex(table.index)
    solved = log[log["kind"] == "resolve"]
    over = solved.groupby([solved[name] for name in JOURNEY], observed=True)
    finish = over[["time", "until"]].last().reindex(table.index)
    done = table["resolved"].fillna(False).astype(bool)
    low = finish["time"].where(done, end) - begin["until"]
    high = finish["until"].where(done, end) - begin["time"]
    table["elapsed_low_h"] = (low / _HOUR).clip(lower=0.0)
    table["elapsed_h"] = (high / _HOUR).clip(lower=0.0)


def _contacts(log: pd.DataFrame) -> pd.Series:
    """Mark the customer's contacts; a post is one too, unless a contact was noted with it."""
    own = log["actor"] == "customer"
    contact = own & (log["kind"] == "contact")
    post = own & (log["kind"] == "publish")
    noted = contact.groupby([log["customer"], log["issue"], log["time"]], observed=True).transform(
        "any"
    )
    return contact | (post & ~noted)


def _add_counts(
    table: pd.DataFrame, log: pd.DataFrame, told: pd.Series, kinds: frozenset[str]
) -> None:
    steps = log.loc[told, [*JOURNEY, "channel"]]
    code = steps["channel"].cat.codes
    keys = [steps[name] for name in JOURNEY]
    before = code.groupby(keys, observed=True).shift()
    moved = (before.notna() & (before != code)).groupby(keys, observed=True).sum()
    recorded = bool({"contact", "publish"} & kinds)
    contacts = _count(log, told)
    table["contacts"] = contacts if recorded else pd.NA
    table["repeats"] = (contacts - 1).clip(lower=0) if recorded else pd.NA
    known = recorded and bool((log["channel"].notna() & told).any())
    table["switches"] = moved.reindex(table.index, fill_value=0) if known else pd.NA
    table["handoffs"] = _count(log, log["kind"] == "transfer") if "transfer" in kinds else pd.NA


def _broken_promises(log: pd.DataFrame, end: pd.Timestamp) -> pd.Series:
    """Mark promises whose due time passed without a callback or a solution."""
    broken = pd.Series(False, index=log.index)
    wait = pd.to_timedelta(log["value"].where(log["kind"] == "promise"), unit="m")
    made = log.assign(due=log["until"] + wait)[wait.notna()]
    made = made[made["due"] <= end]
    kept = log[log["kind"].isin(["callback", "resolve"])]
    by = JOURNEY
    if len(made):
        left = made[[*by, "time", "due"]].assign(row=made.index).sort_values("time", kind="stable")
        right = kept[[*by, "time", "until"]].rename(columns={"time": "kept"})
        found = pd.merge_asof(
            left,
            right.sort_values("until", kind="stable"),
            left_on="time",
            right_on="until",
            by=by,
            direction="forward",
        )
        late = ~(found["kept"] <= found["due"])
        broken[found.loc[late, "row"]] = True
    return broken
