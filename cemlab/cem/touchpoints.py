"""The journey against its parts: every touchpoint is fine, and the journey is not."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cemlab import _checks
from cemlab._waiting import ANSWERS
from cemlab.cem._peak_end import FELT as FELT
from cemlab.cem._peak_end import felt_steps as felt_steps
from cemlab.cem._peak_end import peak_end as peak_end
from cemlab.events import KINDS
from cemlab.observation import Log, Observation, observe

_SATISFIED = 4.0


def journey_share(shares: ArrayLike) -> pd.DataFrame:
    r"""Return the share of journeys that are fine throughout, from the shares at each touchpoint.

    Every journey passes all n touchpoints, and :math:`q_i` of them are fine at touchpoint i.
    If luck there is independent, :math:`q_1 q_2 \cdots q_n` are fine throughout. Whatever
    the dependence, the share lies between the Fréchet bounds
    :math:`\max(0, \sum q_i - (n - 1))` and :math:`\min q_i`.

    Parameters
    ----------
    shares : array_like of float, shape (n,)
        Share of journeys that are fine at each touchpoint, each in [0, 1].

    Returns
    -------
    DataFrame
        One row: `product` (share if independent), `low`, `high` (bounds), `n` touchpoints.

    Raises
    ------
    ValueError
        If there is no share, or one is not in [0, 1].

    References
    ----------
    .. [1] M. Fréchet, "Généralisations du théorème des probabilités totales",
       Fundamenta Mathematicae 25, 1935.

    Examples
    --------
    >>> journey_share([0.9] * 5).round(5).values.tolist()
    [[0.59049, 0.5, 0.9, 5.0]]
    """
    given = np.atleast_1d(np.asarray(shares))
    if given.ndim != 1 or not given.size:
        msg = f"shares must be one list of at least one share, got shape {given.shape}"
        raise ValueError(msg)
    q = np.array([_checks.number("shares", share, low=0, high=1) for share in given.tolist()])
    low = max(0.0, 1.0 - float((1.0 - q).sum()))
    return pd.DataFrame({"product": [q.prod()], "low": [low], "high": [q.min()], "n": [q.size]})


def scores(
    log: Log,
    *,
    ok: str | Mapping[str, object] | None = None,
    by: str = "touchpoint",
    minutes: float | None = None,
    observed_until: object = None,
) -> pd.DataFrame:
    """Return the share of journeys that were fine at each touchpoint, and that of whole journeys.

    A journey passes a touchpoint if it has a row there by the customer or the company. It is
    judged there if a row says something, and fine if none says otherwise. A whole journey
    is fine if it was fine wherever it was judged.

    Parameters
    ----------
    log : DataFrame
        An event log.
    ok : str or mapping of str to bool, optional
        Which rows are fine: a column of the log with True, False or nothing, or kind -> fine
        or not. By default, satisfied customers (`survey_csat` of at least 4); at touchpoints
        without such a survey, contacts answered within `minutes`. A contact whose times do
        not tell, or that may still be answered in time, says nothing.
    by : str
        What the parts are: `touchpoint` or `channel`.
    minutes : float, optional
        The promise (minutes); without it only surveys judge, unless `ok` says more.
    observed_until : datetime-like, optional
        End of the observation; by default the last time in the log.

    Returns
    -------
    DataFrame
        One row a part, sorted (`part` is "touchpoint" or "channel", `name` its name), then
        one with `part` "journey". `journeys` that passed it, how many were `judged`, how
        many `fine`, and the `share` (fine of judged; missing where none is judged).
        `product`, `low` and `high` stand in the last row only: what the parts' shares would
        give. `product`: each journey's product of the shares at the touchpoints where it
        was judged, averaged over journeys, as not all pass the same. `low`, `high`: bounds
        that hold for any dependence and any mix. At most one journey goes wrong for each
        time a touchpoint did, and at least as many as at the worst touchpoint.

    Raises
    ------
    ValueError
        If `by`, `ok` or `minutes` break their rules.

    See Also
    --------
    journey_share : the same for journeys that all pass the same touchpoints.

    Examples
    --------
    Ana is unhappy on the phone only, Bo in the shop only:

    >>> log = pd.DataFrame({"customer": ["Ana", "Ana", "Bo", "Bo"], "actor": "customer",
    ...                     "touchpoint": ["phone", "shop"] * 2, "time": "2024-05-01",
    ...                     "kind": "survey_csat", "value": [2, 5, 4, 1]})
    >>> scores(log)[["name", "judged", "share", "product", "low", "high"]].values.tolist()[:2]
    [['phone', 2, 0.5, nan, nan, nan], ['shop', 2, 0.5, nan, nan, nan]]
    >>> scores(log).loc[2, ["share", "product", "low", "high"]].tolist()
    [0.0, 0.25, 0.0, 0.5]
    """
    _checks.one_of("by", by, ["touchpoint", "channel"])
    limit = None if minutes is None else _checks.number("minutes", minutes, low=0)
    seen = observe(log, observed_until)
    place = seen.log[by].cat.codes.to_numpy(np.int64)
    parts = seen.log[by].cat.categories
    good, bad = _judged(seen, ok, limit, place, len(parts))
    lived = seen.log["actor"].isin(["customer", "company"]).to_numpy(bool)
    lived = lived & seen.sure & (place >= 0)
    pair = np.where(lived, seen.journey * max(len(parts), 1) + place, -1)
    passed = np.unique(pair[lived])
    said, failed = np.unique(pair[lived & (good | bad)]), np.unique(pair[lived & bad])
    counts = [_by_part(pairs, len(parts)) for pairs in (passed, said, failed)]
    table = pd.DataFrame({"part": by, "name": parts.astype(object)})
    table["journeys"], table["judged"] = counts[:2]
    table["fine"] = counts[1] - counts[2]
    table["share"] = _share(table["fine"].to_numpy(), counts[1])
    table = table[table["journeys"] > 0]
    whole = _whole(passed, said, failed, table["share"].reindex(range(len(parts))).to_numpy())
    return pd.concat([table.assign(product=np.nan, low=np.nan, high=np.nan), whole]).reset_index(
        drop=True
    )


# --- inside ------------------------------------------------------------------------


def _judged(
    seen: Observation,
    ok: str | Mapping[str, object] | None,
    limit: float | None,
    place: NDArray[np.int64],
    parts: int,
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Mark the rows that say fine, and those that say not."""
    log = seen.log
    if isinstance(ok, str):
        if ok not in log:
            msg = f"ok must be a column of the log or a mapping of kinds, got {ok!r}"
            raise ValueError(msg)
        words = log[ok]
        odd = words[words.notna() & ~words.isin([True, False])]
        if len(odd):
            msg = f"ok must be a column of True, False or nothing, got {odd.iloc[0]!r} in {ok!r}"
            raise ValueError(msg)
        good, bad = ((words.notna() & words.isin([w])).to_numpy(bool) for w in (True, False))
        return good, bad
    if ok is not None:
        _checks.one_of_each("ok", ok, KINDS)
        for kind, fine in ok.items():
            if not isinstance(fine, bool | np.bool_):
                msg = f"ok must say True or False for each kind, got {fine!r} for {kind!r}"
                raise ValueError(msg)
        marks = [log["kind"].isin([k for k, fine in ok.items() if bool(fine) is w]).to_numpy()
                 for w in (True, False)]  # fmt: skip
        return marks[0], marks[1]
    asked = ((log["kind"] == "survey_csat") & log["value"].notna()).to_numpy()
    good = asked & (log["value"] >= _SATISFIED).to_numpy()
    bad = asked & ~good
    if limit is not None and seen.kinds & {*ANSWERS, "abandon"}:
        surveyed = np.append(np.bincount(place[asked & (place >= 0)], minlength=parts) > 0, False)
        table = seen.waits
        low, high = (table[name].to_numpy() for name in ("wait_low_min", "wait_high_min"))
        answered = (table["ended"] == "answered").to_numpy()
        given_up = (table["ended"] == "abandoned").to_numpy()
        row = table["row"].to_numpy()
        counts = ~surveyed[place[row]]
        good[row[counts & answered & (high <= limit)]] = True
        late = (answered & (low > limit)) | given_up | (~answered & ~given_up & (low >= limit))
        bad[row[counts & late]] = True
    return good, bad


def _by_part(pairs: NDArray[np.int64], parts: int) -> NDArray[np.int64]:
    return np.bincount(pairs % max(parts, 1), minlength=parts)[:parts]


def _share(part: NDArray[np.int64], whole: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return part / whole, missing where the whole is 0."""
    return np.where(whole > 0, part / np.maximum(whole, 1), np.nan)


def _whole(
    passed: NDArray[np.int64],
    said: NDArray[np.int64],
    failed: NDArray[np.int64],
    share: NDArray[np.float64],
) -> pd.DataFrame:
    """Return the last row: whole journeys, and what the parts' shares would give."""
    width = max(len(share), 1)
    first = np.flatnonzero(np.diff(said // width, prepend=-1))
    judged, wrong = len(first), np.unique(failed // width).size
    product = low = high = np.nan
    if judged:
        product = np.multiply.reduceat(share[said % width], first).mean()
        worst = _by_part(failed, len(share)).max()
        low, high = max(0.0, 1.0 - failed.size / judged), 1.0 - worst / judged
    row = {
        "part": "journey",
        "name": "whole journey",
        "journeys": np.unique(passed // width).size,
        "judged": judged,
        "fine": judged - wrong,
        "share": (judged - wrong) / judged if judged else np.nan,
        "product": product,
        "low": low,
        "high": high,
    }
    return pd.DataFrame([row])
