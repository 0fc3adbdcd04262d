"""What a service desk counts (inside-out): waits, cases and costs, as its dashboard shows them.

All functions read an event log and return a frame. With `by=` they return one row a group:
"team" (who acted for the company), "channel", "touchpoint", "week" (its Monday), or a list of
these. What has no team, channel or touchpoint is a group with a missing name.
"""

from cemlab.crm.desk.cases import closed, first_contact_resolution, reopening
from cemlab.crm.desk.costs import COST_PER_HOUR, cost_avoided, cost_per_contact, cost_to_serve
from cemlab.crm.desk.open_issues import backlog
from cemlab.crm.desk.staff import handling, occupancy
from cemlab.crm.desk.waits import first_response, resolution, service_level

__all__ = [
    "COST_PER_HOUR",
    "backlog",
    "closed",
    "cost_avoided",
    "cost_per_contact",
    "cost_to_serve",
    "first_contact_resolution",
    "first_response",
    "handling",
    "occupancy",
    "reopening",
    "resolution",
    "service_level",
]
