"""The tables that the compiled contact centre reads and fills: one record a row.

Records, not columns: what belongs to one contact is read together, and a kernel gets nine
tables instead of fifty arrays.
"""

from typing import NamedTuple

import numpy as np

SOLVED, UNSOLVED, PROMISED, ABANDONED, TURNED_AWAY, WAITING = range(6)
"""How a contact ends; whoever still waits at the end of the run is WAITING."""
IS_SOLVED, GAVE_UP, LEFT, UNFINISHED = range(4)
"""How a customer's story ends."""
KEEP, SERVE, SEND_AWAY = range(3)
"""What closing means for those in the queue."""
DONE, QUIT, SENT_AWAY, COME, MISS = range(5)
"""What is to come: a service ends, patience ends, a queue is sent away, somebody comes again, a
promised callback fails to come. Coded as number of the contact or customer, times `KINDS`, plus this.
"""
BITS = 3
KINDS = 1 << BITS
NEVER = np.inf
QUANTILES_TO = 36.0
"""Quantile tables have even steps in the logit of the share, from -36 to 36."""

CHANNEL = np.dtype(
    [
        ("service", np.float64),  # mean minutes
        ("patience", np.float64),  # mean minutes; inf: for ever
        ("zero_patience", np.float64),
        ("solve", np.float64),
        ("calm", np.float64),  # what is left of the anger that waiting brings
        ("service_law", np.int32),  # -1: exponential, else a row of the quantiles
        ("patience_law", np.int32),
        ("pool", np.int32),
        ("closing", np.int32),
        ("first_queue", np.int32),  # its queues, for the largest audiences first
        ("is_open", np.bool_),
        ("served", np.bool_),  # whether somebody works its queue off
    ],
    align=True,
)
QUEUE = np.dtype(
    [
        ("audience", np.float64),  # for customers with at least so many followers
        ("channel", np.int32),
        ("level", np.int32),  # lower is served first
        ("head", np.int32),
        ("tail", np.int32),
    ],
    align=True,
)
POOL = np.dtype(
    [
        ("busy", np.int64),
        ("staff", np.int64),
        ("stay", np.int64),  # those who stay on after closing
        ("first", np.int64),  # its queues are order[first : end]
        ("end", np.int64),
    ],
    align=True,
)
CONTACT = np.dtype(
    [
        ("came", np.float64),
        ("began", np.float64),
        ("ended", np.float64),  # while waiting: when patience ends
        ("customer", np.int32),
        ("following", np.int32),  # who waits behind
        ("anger", np.float32),
        ("attempt", np.int16),
        ("issue", np.int16),
        ("channel", np.int8),
        ("outcome", np.int8),
        ("callback", np.bool_),
    ],
    align=True,
)
CUSTOMER = np.dtype(
    [
        ("entity", np.uint64),
        ("came", np.float64),
        ("followers", np.float64),
        ("anger", np.float32),
        ("attempts", np.int16),
        ("issue", np.int16),
        ("origin", np.int8),
        ("channel", np.int8),  # of the next contact
        ("called", np.bool_),  # whether that is a callback
        ("worked", np.int8),  # the channel of the last solution, or -1
        ("fate", np.int8),
    ],
    align=True,
)


class Ways(NamedTuple):
    """What customers do next; without `follow_up`, one contact each."""

    follow_up: bool
    redial: float
    redial_after: float
    leave: float
    public: float
    public_channel: int
    per_tenfold: float
    learned: float
    anger_failure: float
    anger_minute: float
    promise: float
    kept: float
    called_after: float
    due: float
    most: int
    again: float
    again_after: float
    loyal: float


class Luck(NamedTuple):
    """One branch of luck a purpose."""

    service: np.uint64
    patience: np.uint64
    solve: np.uint64
    callback: np.uint64
    public: np.uint64
    next: np.uint64
    pause: np.uint64
    again: np.uint64
