"""The best policy in a box: what a company of one kind would do with its budget at its best."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from cemlab import _checks
from cemlab.market import course
from cemlab.market._kernels import loop, search
from cemlab.market.assumptions import Market
from cemlab.market.policy import BUDGET, LINES, ORGANISATIONS, RESOLUTIONS, Policy

_ANY = "any"
_CLIMBED = 4, 16  # openings that are followed, at least and at most
_LIVED = 480  # months that may be spent on each of their steps
_MOST_BUDGET = 1e12


@dataclass(frozen=True)
class Box:
    """What a company of one kind may do, and what it looks at when it chooses.

    Attributes
    ----------
    lines : tuple of str
        Budget lines that may get money.
    organisation, resolution : str
        How the desk is run, as in `Policy`, or "any".
    loudest : float
        Part to which the service money follows visible complaints.
    horizon : int, optional
        Months that count in the choice; None for all.
    frozen : bool
        Whether the choice takes reputation and the habit of going public as given.
    contains : tuple of str
        Boxes all of whose policies lie in this one: it is worth no less than these, exactly.
    """

    lines: tuple[str, ...]
    organisation: str
    resolution: str
    loudest: float = 0.0
    horizon: int | None = None
    frozen: bool = False
    contains: tuple[str, ...] = ()


_INSIDE = ("phone", "social", "retention", "advertising")

BOXES: Mapping[str, Box] = MappingProxyType(
    {
        "crm": Box(_INSIDE, "split", "fast", contains=("myopic",)),
        "cem": Box(
            ("prevention", "phone", "social", "advertising", "empowerment"), "pooled", "deep"
        ),
        "integrated": Box(LINES, _ANY, _ANY, contains=("crm", "cem")),
        "myopic": Box(_INSIDE, "split", "fast", horizon=12, frozen=True),
        "loudest": Box(_INSIDE, "split", "fast", loudest=1.0),
    }
)
"""Kind of company -> its box. "crm": two teams, short calls, offers to customers of high value.
"cem": one team, long calls, prevention, staff who may decide. "integrated": everything, every
way. "myopic": the crm box as a dashboard sees it, twelve months with reputation and habits
unchanged. "loudest": the crm box in which service money follows visible complaints. All are
caricatures: which levers belong to CRM and which to CEM is an assumption."""


def optimise(
    kind: str,
    *,
    budget: float = BUDGET,
    market: Market = Market(),  # noqa: B008  (frozen)
    months: int = 120,
    organisation: str | None = None,
    resolution: str | None = None,
) -> Policy:
    """Return the policy with the highest net present value in a box, for one budget.

    Money is moved from line to line while that pays: in large steps from several beginnings,
    then in ever smaller ones, for each way of running the desk. The beginnings are the best
    few of a lattice (no agent, one, two, three, ... or all the money on service; the rest on one
    line or some). At the end a few agents more or fewer are tried, and lines on or off. No
    chance is in it: the same question has the same answer. Shocks of the years are left out;
    the policy is the best for expected years.

    A box is never behind one that it contains (:attr:`Box.contains`), not by a rounding error:
    it begins with the best policies of those.

    *Critique.* It knows every number of the market, as no company does: read it as the limit
    of what a kind of company could do. The value has kinks at whole agents and more than one
    summit, most of all where stories may grow by themselves and the budget pays few agents;
    a summit may be missed. Against dozens of climbs from plans by chance it lacked .003 % of the
    value in the mean and .2 % at worst, in markets with numbers far from the default. One plan
    for all months is sought, not one that changes with them. A choice takes some tenths
    of a second at most; about a second where thousands answer at a time, as for 100 million customers.

    Parameters
    ----------
    kind : str
        One of :data:`BOXES`.
    budget : float
        EUR a month, at least 0; all of it is spent.
    market : Market
    months : int
        Months whose profit counts, at least 1 ("myopic" counts the first 12 of them).
    organisation : {"split", "pooled", "any"}, optional
        How the desk is organised instead of the box's own way.
    resolution : {"fast", "deep", "any"}, optional
        The same for short and long contacts.

    Returns
    -------
    Policy
        Lines add up to the budget (EUR a month). Money that does nothing where it is goes to
        advertising. Where both teams share one sum (a pool, or "loudest") it stands under
        `phone`. Of equal ways the first is taken: split before pooled, fast before deep.

    Raises
    ------
    ValueError
        If the kind is unknown, the budget is negative, months are below 1, or the way is not
        possible.

    See Also
    --------
    cemlab.market.phase_map : the same over two numbers of the market.

    References
    ----------
    .. [1] T. G. Kolda, R. M. Lewis, V. Torczon, "Optimization by direct search: new
       perspectives on some classical and modern methods", SIAM Review 45 (2003), 385-482.

    Examples
    --------
    >>> plan = optimise("cem")
    >>> plan.organisation, plan.resolution, plan.retention
    ('pooled', 'deep', 0.0)
    >>> optimise("crm", market=Market(retention_effect=0)).retention  # offers that stop nobody
    0.0
    """
    box = BOXES[_checks.one_of("kind", kind, BOXES)]
    desk = box.organisation if organisation is None else organisation
    contacts = box.resolution if resolution is None else resolution
    world, count = course.check(market, months)
    if box.loudest and desk == "pooled":
        msg = f"organisation must be split where the budget follows the loudest, got {desk!r}"
        raise ValueError(msg)
    return best(
        box.lines,
        organisation=desk,
        resolution=contacts,
        budget=budget,
        market=world,
        months=count if box.horizon is None else min(count, box.horizon),
        loudest=box.loudest,
        frozen=box.frozen,
        seeds=[
            optimise(
                name,
                budget=budget,
                market=world,
                months=count,
                organisation=_within(BOXES[name].organisation, desk),
                resolution=_within(BOXES[name].resolution, contacts),
            )
            for name in box.contains
        ],
    )


def best(
    lines: Iterable[str],
    *,
    organisation: str,
    resolution: str,
    budget: float,
    market: Market,
    months: int,
    loudest: float = 0.0,
    frozen: bool = False,
    seeds: Sequence[Policy] = (),
) -> Policy:
    """Return the best policy that spends on these lines only, in this way or any.

    It is worth no less than any of the `seeds`, policies of the same budget that are possible.
    """
    total = _checks.number("budget", budget, low=0.0, high=_MOST_BUDGET)
    desks = _options("organisation", organisation, ORGANISATIONS)
    lengths = _options("resolution", resolution, RESOLUTIONS)
    named = [
        (desk, length) for desk in desks for length in lengths if not (loudest and desk == "pooled")
    ]
    ways = np.array([(desk == "pooled", length == "deep", loudest) for desk, length in named])
    known = [(named.index((plan.organisation, plan.resolution)), plan.lines()) for plan in seeds]
    task = search.Task(
        budget=total,
        allowed=np.array([_allowed(set(lines), desk == "pooled" or loudest) for desk, _ in named]),
        ways=ways.astype(np.float64),
        seeds=np.array([plan for _, plan in known]).reshape(-1, len(LINES)),
        seed_way=np.array([way for way, _ in known], np.int64),
        climbed=min(_CLIMBED[1], max(_CLIMBED[0], _LIVED // months)) // (1 + (len(seeds) > 1)),
    )
    found, worth = np.zeros((len(ways), len(LINES))), np.empty(len(ways))
    top = search.divide(_company(market, months, frozen), task, found, worth)
    money = dict(zip(LINES, found[top].tolist(), strict=True))
    desk, length = named[top]
    return Policy(**money, organisation=desk, resolution=length, loudest=loudest, budget=total)


# --- inside ------------------------------------------------------------------------


def _options(name: str, wanted: str, known: tuple[str, ...]) -> tuple[str, ...]:
    _checks.one_of(name, wanted, (*known, _ANY))
    return known if wanted == _ANY else (wanted,)


def _allowed(lines: set[str], one_sum: bool | float) -> list[float]:
    """Return 1 for each line that may get money; where both teams share a sum, it is the phone's."""
    closed = {"social"} if one_sum and "phone" in lines else set()
    return [float(line in lines - closed) for line in LINES]


def _within(own: str, wanted: str) -> str:
    """Return a box's own way where that is permitted."""
    return own if wanted in (own, _ANY) else wanted


def _company(market: Market, months: int, frozen: bool) -> search.Company:
    share, margin, offered = course.segments(market)
    return search.Company(
        world=market.world(),
        share=share,
        margin=margin,
        offered=offered,
        frozen=frozen,
        luck=np.ones((1, 3)),
        course=np.empty((months, loop.COLUMNS)),
        held=np.empty((months + 1, share.size)),
    )
