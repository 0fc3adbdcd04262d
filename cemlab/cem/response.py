"""How long customers waited for an answer, with those still waiting kept as censored."""

import pandas as pd

from cemlab.observation import Log, observe


def first_response(log: Log, *, observed_until: object = None) -> pd.DataFrame:
    """Return one row a contact: the wait until the company's word; smaller is better.

    Parameters
    ----------
    log : DataFrame
        An event log.
    observed_until : datetime-like, optional
        End of the observation; contacts unanswered by then are censored, not dropped.

    Returns
    -------
    DataFrame
        `customer`, `issue`, `channel`, `time`, `wait_low_min`, `wait_min` (minutes; they
        differ where times are uncertain, and for a censored contact both are the time
        it has waited so far), `answered`, `censored`.

    Examples
    --------
    >>> log = pd.DataFrame({"customer": ["Ana", "Bo"], "actor": "customer", "channel": "phone",
    ...                     "time": ["2024-05-01 10:00", "2024-05-01 11:00"], "kind": "contact"})
    >>> first_response(log)[["wait_min", "censored"]].values.tolist()
    [[60.0, True], [0.0, True]]
    """
    table = observe(log, observed_until).waits
    answered = table["ended"] == "answered"
    so_far = table["wait_low_min"]
    high = table["wait_high_min"].where(table["ended"] != "open", so_far)
    shown = table[["customer", "issue", "channel", "time"]]
    return shown.assign(wait_low_min=so_far, wait_min=high, answered=answered, censored=~answered)
