"""Is it the same company everywhere? Channels against each other, and large audiences."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cemlab import _checks
from cemlab._proportions import confidence, newcombe, wilson
from cemlab.cem import _case_mix
from cemlab.cem._audience import inequality as inequality
from cemlab.observation import Log, Observation, last_word, observe


def channel_gap(
    log: Log,
    *,
    contact: str = "first",
    adjust: str | Sequence[str] | None = None,
    level: float = 0.95,
    observed_until: object = None,
) -> pd.DataFrame:
    """Return the share of journeys resolved by channel, and the gap between best and worst.

    The gap is 0 where every channel solves the same share. The crude shares may mislead where
    channels get other problems to solve. With `adjust` they are also given for the same
    mix of cases on every channel: a logit of resolved on channel and case, and its mean
    prediction over all journeys as if they had come by that channel (standardisation).
    That takes account of the columns named, and of nothing else, and takes a channel to change
    the odds alike for every kind of case.

    Parameters
    ----------
    log : DataFrame
        An event log.
    contact : str
        Whose channel counts: "first" (each journey once), or "any" (once for each channel
        on which the customer told the story).
    adjust : str or sequence of str, optional
        Columns of the log that describe the case (names or numbers), read in a journey's
        first row (in the order of a validated log); a missing name is a kind of its own.
    level : float
        Confidence of the intervals, above 0 and below 1.
    observed_until : datetime-like, optional
        End of the observation; what is not surely resolved by then is not resolved.

    Returns
    -------
    DataFrame
        One row a channel, sorted, with `measure` "resolved"; then "gap", and "icc". Columns:
        `measure`, `channel` (of the gap: best and worst), `journeys`, `crude`, `crude_low`,
        `crude_high`, `adjusted`, `adjusted_low`, `adjusted_high`, `method` of the adjustment.

        The crude gap is the best crude share less the worst; the adjusted one is that of the same
        two channels, below 0 if the worse is then the better. Crude intervals are Wilson's;
        the gap's are Newcombe's [1]_, widened (Bonferroni) to hold for all pairs of channels
        at once, as best and worst are picked after looking. With "any" they take the channels'
        journeys as different ones. Adjusted intervals are by the delta method, for the mix of
        cases as it is. Where a channel or a kind of case is all or nothing (separation), as many
        pseudo-journeys as the logit has terms are spread over the cells at the overall share
        [2]_, and `method` says so; where all journeys end the same way, there is no interval.

        The ICC is the share of variance between channels (analysis of variance [3]_): 1 if the
        channel decides, about 0 if it does not matter, at times below; it has no interval, and is
        missing for "any", where a journey counts more than once. Journeys without a contact on a
        known channel are left out. If `resolve` is never recorded, shares are missing; with
        fewer than two channels, so are gap, ICC and all that is adjusted.

    Raises
    ------
    ValueError
        If `adjust` names no column, is missing a number, cannot be told apart from the
        channel, or stands with ``contact="any"``.

    References
    ----------
    .. [1] R. G. Newcombe, "Interval estimation for the difference between independent
       proportions", Statistics in Medicine 17, 1998.
    .. [2] C. C. Clogg et al., "Multiple imputation of industry and occupation codes in census
       public-use samples using Bayesian logistic regression", Journal of the American
       Statistical Association 86, 1991.
    .. [3] M. S. Ridout, C. G. B. Demétrio, D. Firth, "Estimating intraclass correlation for
       binary data", Biometrics 55, 1999.

    Examples
    --------
    The phone looks worse, and is better for easy cases and for hard ones:

    >>> table = channel_gap(mixed_cases(), adjust="case").round(3)
    >>> table[["channel", "crude", "adjusted"]].values.tolist()[:2]
    [['phone', 0.567, 0.693], ['web', 0.65, 0.492]]
    >>> table.loc[[2], ["channel", "crude", "adjusted"]].values.tolist()
    [['web - phone', 0.083, -0.202]]
    """
    _checks.one_of("contact", contact, ["first", "any"])
    sure = confidence(level)
    seen = observe(log, observed_until)
    names = [] if adjust is None else [adjust] if isinstance(adjust, str) else list(adjust)
    if names and contact == "any":
        msg = f'adjust must be left out with contact="any", got {names}: a journey counts more than once there'
        raise ValueError(msg)
    journey, code = _channels(seen, contact)
    present, channel = np.unique(code, return_inverse=True)
    resolved = last_word(seen, "resolve").take(journey)
    known, many = bool(resolved.notna().any()), present.size > 1
    y = resolved.fillna(False).to_numpy(bool)
    n = np.bincount(channel, minlength=present.size)
    good = np.bincount(channel[y], minlength=present.size)
    mixed = None
    if names:
        cases = _case_mix.cases(seen, names, journey)
        mixed = _case_mix.standardised(cases, channel, y) if known and many else None
    labels = seen.log["channel"].cat.categories[present].tolist()
    rows = [_row("resolved", label, count) for label, count in zip(labels, n, strict=True)]
    gap, icc = (_row(measure, None, n.sum()) for measure in ("gap", "icc"))
    if known:
        for k, row in enumerate(rows):
            low, high = wilson(good[k], n[k], sure)
            row |= {"crude": good[k] / n[k], "crude_low": low, "crude_high": high}
            row |= {} if mixed is None else mixed.row(k, sure)
    if known and many:
        gap |= _gap(labels, good, n, mixed, sure)
        icc["crude"] = _icc(good, n) if contact == "first" else np.nan
    return pd.DataFrame([*rows, gap, icc])


def mixed_cases() -> pd.DataFrame:
    """Return a made-up log in which the channel that looks worse is better (Simpson's paradox).

    Column `case` is easy or hard. The phone solves 9 of 10 easy and 25 of 50 hard cases, the web
    36 of 48 easy and 3 of 12 hard ones: 34 of 60 by phone, 39 of 60 on the web.

    Examples
    --------
    >>> len(mixed_cases())
    193
    """
    cells = [("phone", "easy", 10, 9), ("phone", "hard", 50, 25)]
    cells += [("web", "easy", 48, 36), ("web", "hard", 12, 3)]
    rows = [
        {"customer": 100 * cell + i, "channel": channel, "case": case, "kind": kind, "time": day}
        for cell, (channel, case, told, solved) in enumerate(cells)
        for kind, day, count in (("contact", "2024-05-01", told), ("resolve", "2024-05-02", solved))
        for i in range(count)
    ]
    return pd.DataFrame(rows).assign(actor="customer")


# --- inside ------------------------------------------------------------------------


def _row(measure: str, channel: object, journeys: int) -> dict[str, Any]:
    """Return a row in which nothing is known yet."""
    names = [f"{kind}{end}" for kind in ("crude", "adjusted") for end in ("", "_low", "_high")]
    row = {"measure": measure, "channel": channel, "journeys": int(journeys)}
    return row | dict.fromkeys(names, np.nan) | {"method": ""}


def _channels(seen: Observation, contact: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return journeys and the channels that count for them, a pair each."""
    code = seen.log["channel"].cat.codes.to_numpy(np.int64)
    told = seen.told & (code >= 0)
    if contact == "any":
        width = max(len(seen.log["channel"].cat.categories), 1)
        journey, channel = np.divmod(np.unique(seen.journey[told] * width + code[told]), width)
        return journey, channel
    row = seen.first_row(told)
    journey = np.flatnonzero(row >= 0)
    return journey, code[row[journey]]


def _gap(
    labels: list[Any],
    good: NDArray[np.int64],
    n: NDArray[np.int64],
    mixed: _case_mix.Standardised | None,
    level: float,
) -> dict[str, Any]:
    """Return the gap of the crude shares, and of the same two channels when adjusted."""
    i, j = np.triu_indices(n.size, 1)
    each = 1 - (1 - level) / i.size
    low, high = newcombe((good[i], n[i]), (good[j], n[j]), each)
    share = good / n
    best, worst = int(share.argmax()), n.size - 1 - int(share[::-1].argmin())
    gap = {
        "channel": f"{labels[best]} - {labels[worst]}",
        "crude": share[best] - share[worst],
        "crude_low": max(0.0, low.max(), (-high).max()),
        "crude_high": max(high.max(), (-low).max()),
    }
    return gap | ({} if mixed is None else mixed.difference(best, worst, each))


def _icc(good: NDArray[np.int64], n: NDArray[np.int64]) -> float:
    """Return the share of variance between channels, by the analysis of variance."""
    total, groups, share = n.sum(), n.size, good / n
    within = float((n * share * (1 - share)).sum())
    if total == groups or within == 0 == share.std():
        return float("nan")
    between = float((n * (share - good.sum() / total) ** 2).sum()) / (groups - 1)
    within /= total - groups
    size = (total - (n**2).sum() / total) / (groups - 1)
    return float((between - within) / (between + (size - 1) * within))
