"""One replicate of a service desk: the records of all contacts and customers."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cemlab import _checks, _luck
from cemlab.run import Run
from cemlab.sim._kernels import desk_tables as _desk
from cemlab.sim._kernels import service_desk as _kernels
from cemlab.sim.service_desk import _arrivals
from cemlab.sim.service_desk._plan import Plan

_ROOM = 4
_BYTES_A_CONTACT = 130
_PURPOSES = (
    _luck.SERVICE, _luck.PATIENCE, _luck.SOLVE, _luck.CALLBACK,
    _luck.PUBLIC, _luck.NEXT, _luck.PAUSE, _luck.AGAIN,
)  # fmt: skip


class Course(NamedTuple):
    """What happened: records of :data:`desk_tables.CONTACT` and :data:`desk_tables.CUSTOMER`."""

    contacts: NDArray[np.void]
    people: NDArray[np.void]


def of(plan: Plan, key: np.uint64, replicate: int) -> Course:
    """Run one replicate of a plan.

    Raises
    ------
    ValueError
        If the contacts would not fit in memory; before anything is allocated where the newcomers
        alone say so.
    """
    many = _ROOM if plan.ways.follow_up else 1
    _room_for(many * _arrivals.expected(plan.rates))
    luck = _desk.Luck(*(np.uint64(_luck.branch(key, replicate, p)) for p in _PURPOSES))
    room = 0
    while True:
        people = _arrivals.newcomers(plan, key, replicate)
        if room:  # there was none for all the contacts that customers came back with
            _room_for(2 * room)
        room = max(2 * room, many * people.size + 64)
        contacts = np.empty(room, _desk.CONTACT)
        to_come = int(min(2 * plan.agents.max(axis=1).sum(), room)) + 64
        if plan.ways.follow_up or (plan.channels["closing"] == _desk.SEND_AWAY).any():
            to_come += room + people.size
        count = _kernels.course(
            plan.channels.copy(), plan.queues.copy(), plan.pools.copy(), plan.order, plan.agents,
            plan.opened, plan.quantiles, plan.ways, luck, people, contacts,
            np.empty(to_come), np.empty(to_come, np.int64),
        )  # fmt: skip
        if count >= 0:
            return Course(contacts[:count], people)


def kept_by(run: Run) -> tuple[Plan, Course]:
    """Return the plan and the course that a service desk's run keeps."""
    if "course" not in getattr(run, "details", {}):
        made_by = getattr(run, "model", type(run).__name__)
        msg = f"run must come from a service desk, got one of {made_by}"
        raise ValueError(msg)
    return run.details["plan"], run.details["course"]


def _room_for(contacts: float) -> None:
    _checks.memory(
        "arrivals_per_hour",
        _BYTES_A_CONTACT * contacts,
        "ask for fewer hours, fewer arrivals or less redial",
    )
