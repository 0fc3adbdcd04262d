"""What two policies decide, and companies that decide partly as one and partly as the other."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from cemlab.market.policy import LINES, Policy


def decisions(policy: Policy, other: Policy) -> dict[str, Any]:
    """Return what a policy decides; what has no meaning for it is as in the other one."""
    social = next((part for part in (_planned(policy), _planned(other)) if part is not None), 0.0)
    split = [p for p in (policy, other) if p.organisation == "split"]
    return {
        "prevention": policy.prevention, "service": policy.phone + policy.social,
        "social_part": social, "retention": policy.retention, "advertising": policy.advertising,
        "empowerment": policy.empowerment, "organisation": policy.organisation,
        "resolution": policy.resolution, "loudest": split[0].loudest if split else 0.0,
    }  # fmt: skip


def players(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Return in what two companies differ."""
    return [what for what in before if _differ(before[what], after[what])]


def mixture(a: Policy, b: Policy, group: frozenset[str], names: Sequence[str]) -> Policy:
    """Return `a` with some lines and ways from `b`, all money scaled to the total of both."""
    if len(group) in (0, len(names)):
        return b if group else a
    taken = decisions(a, b) | {
        what: value for what, value in decisions(b, a).items() if what in group
    }
    if taken["organisation"] == "pooled":
        taken["loudest"] = 0.0  # a pool has one budget: nothing to split
    service, part = taken.pop("service"), taken.pop("social_part")
    mixed = Policy(**taken, phone=service * (1.0 - part), social=service * part)
    if not mixed.total:
        return mixed
    return replace(mixed, **{line: getattr(mixed, line) / mixed.total * a.total for line in LINES})


# --- inside ------------------------------------------------------------------------


def _planned(policy: Policy) -> float | None:
    """Return the part of the service money that is planned for posts; None if none is planned."""
    service = policy.phone + policy.social
    if policy.organisation == "pooled" or policy.loudest == 1.0 or not service:
        return None
    return policy.social / service


def _differ(one: Any, other: Any) -> bool:
    if isinstance(one, str):
        return bool(one != other)
    return bool(abs(one - other) > 1e-12 * max(abs(one), abs(other)))
