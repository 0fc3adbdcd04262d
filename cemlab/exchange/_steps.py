"""Activities of process mining: what they mean in a log, and which rows say that they were done."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cemlab import _checks, events
from cemlab._words import short

ACTIVITY = "concept:name"
LIFECYCLE = "lifecycle:transition"

Activities = Mapping[str, "str | tuple[str, str]"]

USUAL_ACTOR: Mapping[str, str] = {
    **dict.fromkeys(events.KINDS, "company"),
    **dict.fromkeys(
        ("purchase", "contact", "publish", "abandon", "accept", "decline", "resolve", "reopen"),
        "customer",
    ),
    **dict.fromkeys(("leave", "survey_nps", "survey_csat", "survey_ces"), "customer"),
    "share": "public",
}
"""Kind of event -> who does it, unless it is said."""


def completed(frame: pd.DataFrame) -> NDArray[np.int64]:
    """Return the rows that tell that something was done: all, unless they name other steps."""
    every: NDArray[np.int64] = np.arange(len(frame))
    if LIFECYCLE not in frame or frame[LIFECYCLE].nunique(dropna=True) < 2:
        return every
    steps = frame[LIFECYCLE].astype("str").str.strip().str.lower()
    done = steps.eq("complete").fillna(False).to_numpy(bool)
    if not done.any():
        shown = ", ".join(short(word) for word in sorted(steps.dropna().unique())[:5])
        msg = f"frame, {LIFECYCLE}: must be complete where an activity is, got only {shown}"
        raise ValueError(msg)
    kept: NDArray[np.int64] = every[done | frame[LIFECYCLE].isna().to_numpy(bool)]
    return kept


def pairs(
    column: pd.Series, activities: Any, rows: NDArray[np.int64]
) -> tuple[NDArray[np.int64], list[tuple[str, str]]]:
    """Return each row's place among the pairs (actor, kind) of activities, and these."""
    if not isinstance(activities, Mapping):
        msg = f"activities must say what each activity is, got {short(activities)}"
        raise ValueError(msg)
    pairs: dict[Any, tuple[str, str]] = {}
    for word, meaning in activities.items():
        pair = ("", meaning) if isinstance(meaning, str) else meaning
        name = f"activities[{short(word)}]"
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            msg = f"{name} must be a kind, or an actor and a kind, got {short(meaning)}"
            raise ValueError(msg)
        _checks.one_of(name, pair[1], events.KINDS)
        actor = _checks.one_of(name, pair[0] or USUAL_ACTOR[pair[1]], events.ACTORS)
        pairs[word] = (actor, pair[1])
    if column.isna().any():
        row = int(np.flatnonzero(column.isna())[0])
        msg = f"frame, row {rows[row]}, {ACTIVITY}: must not be empty, got None"
        raise ValueError(msg)
    try:
        place, names = pd.factorize(column)
    except TypeError:
        msg = f"frame, {ACTIVITY}: must be names, got {short(column.iloc[0])}"
        raise ValueError(msg) from None
    unknown = _sorted_words(set(names) - set(pairs))
    if unknown:
        msg = (
            f"activities must say what each activity is (a kind, or actor and kind), "
            f"got nothing for {', '.join(map(short, unknown))}"
        )
        raise ValueError(msg)
    return place, [pairs[name] for name in names]


def _sorted_words(words: Iterable[Any]) -> list[Any]:
    return sorted(words, key=str)
