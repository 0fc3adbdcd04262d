"""How a journey may be remembered: by its peak and its end, or by its mean."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cemlab import _checks
from cemlab.events import ACTORS, KINDS
from cemlab.observation import Log, Observation, observe

FELT: Mapping[str | tuple[str, str], float | str] = MappingProxyType(
    {
        "failure": -0.8,
        "contact": -0.1,
        "acknowledge": 0.1,
        "answer": 0.2,
        "abandon": -0.5,
        "transfer": -0.4,
        "promise": 0.1,
        "callback": 0.4,
        "refuse": -0.7,
        "offer": 0.2,
        "compensate": 0.6,
        "apologise": 0.4,
        "resolve": 0.8,
        "reopen": -0.6,
    }
)
"""How a step may feel, from -1 (worst) over 0 (neutral) to 1 (best): assumed, not measured."""

_SCALES = {"survey_nps": (5.0, 5.0), "survey_csat": (3.0, 2.0), "survey_ces": (4.0, 3.0)}
"""Middle of a survey's scale, and how far its ends are from there."""


def peak_end(
    log: Log,
    *,
    felt: Mapping[str | tuple[str, str], float | str],
    peak: float = 0.5,
    end: float = 0.5,
    observed_until: object = None,
) -> pd.DataFrame:
    """Return how each journey may be remembered: by its peak, its end and its mean.

    Remembered is ``peak * (its peak) + end * (its end) + (1 - peak - end) * (its mean)``. The
    peak is the step farthest from neutral (0); of two equally far, the worse. How long a
    step or the journey lasted does not count.

    That a memory is made of peak and end [1]_ is contested: over 174 effects the two
    together go with the memory at r = .581 (95 % interval .487 to .661), about as well as
    the plain mean does, and duration hardly at all [2]_; in a long, varied experience the
    rule failed [3]_. So compare with `mean` before believing it.

    Parameters
    ----------
    log : DataFrame
        An event log.
    felt : mapping of str or (str, str) to float or "value"
        How a step feels, 0 is neutral: kind -> score for the customer's and the company's
        steps, or (actor, kind) -> score, which goes first. "value" takes a survey's own score,
        stretched to -1 (worst) .. 1 (best; for `survey_ces` that is 7). Kinds left out are no
        steps. The scores are the caller's assumption; :data:`FELT` is ours.
    peak, end : float
        Weights, in [0, 1], together at most 1; the rest is the mean's.
    observed_until : datetime-like, optional
        End of the observation; steps that may come later do not count.

    Returns
    -------
    DataFrame
        One row a journey: `customer`, `issue`, `steps` (number), `mean`, `peak`, `end_low`,
        `end_high` (they differ where uncertain times leave open which step was last) and
        `low`, `high` (remembered, in the unit of `felt`). A journey without a felt step has
        0 steps, and its scores are missing.

    Raises
    ------
    ValueError
        If a weight, a kind, an actor or a score breaks its rule.

    References
    ----------
    .. [1] D. Kahneman, B. L. Fredrickson, C. A. Schreiber, D. A. Redelmeier, "When more pain
       is preferred to less: adding a better end", Psychological Science 4, 1993.
    .. [2] B. Alaybek et al., "All's well that ends (and peaks) well? A meta-analysis of the
       peak-end rule and duration neglect", Organizational Behavior and Human Decision
       Processes 170, 2022.
    .. [3] W. Strijbosch et al., "From experience to memory: on the robustness of the
       peak-and-end-rule for complex, heterogeneous experiences", Frontiers in Psychology 10, 2019.

    Examples
    --------
    >>> log = pd.DataFrame({"customer": "Ana", "actor": ["company", "customer", "company"],
    ...                     "time": ["2024-05-01", "2024-05-02", "2024-05-03"],
    ...                     "kind": ["failure", "contact", "apologise"]})
    >>> table = peak_end(log, felt={"failure": -0.8, "contact": -0.1, "apologise": 0.4})
    >>> table[["steps", "peak", "end_low", "low"]].round(3).values.tolist()
    [[3.0, -0.8, 0.4, -0.2]]
    """
    weights = _checks.probability("peak", peak), _checks.probability("end", end)
    if sum(weights) > 1 + 1e-12:
        msg = f"peak and end must add up to at most 1, got {peak!r} and {end!r}"
        raise ValueError(msg)
    rest = max(1.0 - sum(weights), 0.0)
    table_of = _felt_table(felt)
    seen = observe(log, observed_until).surely
    score = _felt(seen, table_of)
    rows = np.flatnonzero(~np.isnan(score))
    journey, score = seen.journey[rows], score[rows]
    steps = np.bincount(journey, minlength=len(seen.journeys))
    most = _last_by(np.lexsort([-score, np.abs(score)]), journey, score, steps.size)
    first, last = _ends(seen, rows, journey, score)
    table = seen.journeys.assign(steps=steps)
    total = np.bincount(journey, weights=score, minlength=steps.size)
    table["mean"] = np.where(steps > 0, total / np.maximum(steps, 1), np.nan)
    table["peak"], table["end_low"], table["end_high"] = most, first, last
    middle = weights[0] * most + rest * table["mean"]
    return table.assign(low=middle + weights[1] * first, high=middle + weights[1] * last)


def felt_steps(
    log: Log,
    *,
    felt: Mapping[str | tuple[str, str], float | str] = FELT,
    observed_until: object = None,
) -> pd.DataFrame:
    """Return one row a lived step, with how it may have felt: what a journey map draws.

    Parameters
    ----------
    log : DataFrame
        An event log.
    felt : mapping
        As in :func:`peak_end`; assumed.
    observed_until : datetime-like, optional
        End of the observation; steps that may come later are left out.

    Returns
    -------
    DataFrame
        In order of time: the columns of the log, and `score`.

    Raises
    ------
    ValueError
        If a kind, an actor or a score breaks its rule.

    Examples
    --------
    >>> log = pd.DataFrame({"customer": "Ana", "actor": ["company", "customer", "public"],
    ...                     "time": ["2024-05-01", "2024-05-02", "2024-05-03"],
    ...                     "kind": ["failure", "contact", "share"]})
    >>> felt_steps(log)[["kind", "score"]].values.tolist()
    [['failure', -0.8], ['contact', -0.1]]
    """
    table = _felt_table(felt)
    seen = observe(log, observed_until).surely
    score = _felt(seen, table)
    lived = ~np.isnan(score)
    return seen.log[lived].assign(score=score[lived]).reset_index(drop=True)


# --- inside ------------------------------------------------------------------------


def _felt_table(
    felt: Mapping[str | tuple[str, str], float | str],
) -> dict[tuple[str, str], float | str]:
    """Return (actor, kind) -> score or "value", what names its actor first."""
    table: dict[tuple[str, str], float | str] = {}
    for key, score in felt.items():
        actors, kind = (
            (("customer", "company"), key) if isinstance(key, str) else ((key[0],), key[1])
        )
        _checks.one_of("felt", kind, KINDS)
        _checks.one_of_each("felt", actors, ACTORS)
        if score == "value":
            _checks.one_of('felt with "value"', kind, _SCALES)
        else:
            score = _checks.number("felt", score)
        for actor in actors:
            if isinstance(key, tuple) or (actor, kind) not in table:
                table[actor, kind] = score
    return table


def _felt(seen: Observation, table: Mapping[tuple[str, str], float | str]) -> NDArray[np.float64]:
    """Return how each row felt, shape (rows,); missing where it is no step."""
    kinds, actors = (seen.log[name].cat.categories for name in ("kind", "actor"))
    fixed, middle, reach = (np.full((len(actors), len(kinds)), np.nan) for _ in range(3))
    for (actor, kind), score in table.items():
        if actor in actors and kind in kinds:
            at = actors.get_loc(actor), kinds.get_loc(kind)
            if isinstance(score, str):
                middle[at], reach[at] = _SCALES[kind]
            else:
                fixed[at] = score
    if not len(seen.log):
        return np.empty(0)
    at = tuple(seen.log[name].cat.codes.to_numpy(np.int64) for name in ("actor", "kind"))
    asked = (seen.log["value"].to_numpy() - middle[at]) / reach[at]
    felt: NDArray[np.float64] = np.where(np.isnan(fixed[at]), asked, fixed[at])
    return felt


def _last_by(
    order: NDArray[np.int64], journey: NDArray[np.int64], score: NDArray[np.float64], journeys: int
) -> NDArray[np.float64]:
    """Return each journey's score that comes last in this order, missing where it has none."""
    found = np.full(journeys, np.nan)
    found[journey[order]] = score[order]
    return found


def _ends(
    seen: Observation,
    rows: NDArray[np.int64],
    journey: NDArray[np.int64],
    score: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the lowest and highest score of each journey's last step, as far as times tell."""
    time = seen.log["time"].to_numpy()[rows]
    until = seen.log["latest"].fillna(seen.log["time"]).to_numpy()[rows]
    last = np.full(len(seen.journeys), -1)
    last[journey] = np.arange(rows.size)
    may = until > time[last[journey]] if rows.size else np.zeros(0, bool)
    may[last[last >= 0]] = True
    maybe = np.flatnonzero(may)
    order = maybe[np.argsort(score[maybe], kind="stable")]
    low, high = (_last_by(o, journey, score, last.size) for o in (order[::-1], order))
    return low, high
