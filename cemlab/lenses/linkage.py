"""How each lens is fooled when a person's channels are not known to belong together."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from cemlab import _checks, _luck
from cemlab.cem import journeys
from cemlab.events import validate
from cemlab.lenses._measures import PLAIN, Measure
from cemlab.lenses.comparison import compare
from cemlab.observation import observe

SHARES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
"""Shares of links hidden, unless the caller says otherwise."""


def by_linkage(
    events: pd.DataFrame,
    shares: Sequence[float] = SHARES,
    *,
    rng: Any = None,
    observed_until: object = None,
    **options: Any,
) -> pd.DataFrame:
    """Read one log through both lenses with more and more of its links hidden.

    At share 0 everybody is known on all their channels: the truth. At share 1 a customer
    who calls and then writes is two strangers to the company (`cem.journeys.unlink`). With
    the same luck, what is hidden at one share stays hidden at a larger one.

    Parameters
    ----------
    events : DataFrame
        A complete event log.
    shares : sequence of float
        Shares of the links to hide, each in [0, 1].
    rng : int, Generator or None
        Source of luck: which links are hidden.
    observed_until : datetime-like, optional
        End of the observation.
    **options
        Other options of `compare`.

    Returns
    -------
    DataFrame
        `share`, then the columns of `compare`, a block for each share; two more measures
        stand with them: CRM "customers known" and CEM "journeys seen".

    Raises
    ------
    ValueError
        If a share is not in [0, 1], or the log breaks a rule.

    Examples
    --------
    >>> log = pd.DataFrame({"customer": "Ana", "channel": ["phone", "twitter"], "actor": "customer",
    ...                     "time": ["2024-05-01", "2024-05-02"], "kind": ["contact", "contact"]})
    >>> table = by_linkage(log, [0, 1], rng=1)
    >>> table.loc[table["metric"] == "customers known", ["share", "value"]].values.tolist()
    [[0.0, 1.0], [1.0, 2.0]]
    """
    wanted = [_checks.probability("share", share) for share in shares]
    luck, log = _luck.fixed(rng), validate(events)
    blocks = []
    for share in wanted:
        seen = journeys.unlink(log, share, rng=luck)
        look = observe(seen, observed_until)
        people = int(look.journeys["customer"].nunique())
        more = [
            _counted("CRM", "customers known", people),
            _counted("CEM", "journeys seen", len(look.journeys)),
        ]
        table = pd.concat([compare(look, **options), *more], ignore_index=True)
        blocks.append(table.assign(share=share)[["share", *table.columns]])
    return pd.concat(blocks, ignore_index=True)


# --- inside ------------------------------------------------------------------------


def _counted(lens: str, metric: str, n: int) -> pd.DataFrame:
    row = Measure(lens, metric, float(n), float(n), metric.split()[0], n, PLAIN, f"{n:,} {metric}.")
    return pd.DataFrame([row]).assign(value=float(n))
