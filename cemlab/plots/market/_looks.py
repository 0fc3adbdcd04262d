"""Colours of policies, names of what a market shows, and amounts of money in words."""

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from cemlab.plots._style import BLUE, GREEN, GREY, ORANGE, PURPLE, RED, STYLE

_OWN = {"crm": BLUE, "cem": ORANGE, "integrated": GREEN, "myopic": RED, "loudest": PURPLE}
_REST = (GREEN, RED, PURPLE, BLUE, ORANGE)
_DASHES = {BLUE: "-", ORANGE: "--", GREEN: "-.", RED: ":", PURPLE: (0, (5, 1, 1, 1, 1, 1))}
_CAPITALS = {"crm": "CRM", "cem": "CEM"}
_SCALES = ((1e9, "billion EUR"), (1e6, "million EUR"), (1e3, "thousand EUR"), (1.0, "EUR"))
DARK = {ORANGE: "#A86F00"}
"""Words in orange are darker than its lines: else too pale to read."""

NAMES = {
    "customers": ("customers", ""), "failure_share": ("failures, of experiences", "%"),
    "failures": ("failures a month", ""), "complaints": ("complaints a month", ""),
    "calls": ("calls a month", ""), "posts": ("public complaints a month", ""),
    "escalated": ("escalated to the public a month", ""),
    "solved_phone": ("solved on the phone", "%"), "solved_social": ("solved in public", "%"),
    "abandoned_phone": ("callers who hang up", "%"),
    "abandoned_social": ("posts nobody answers in time", "%"),
    "solved": ("failures solved a month", ""), "unsolved": ("voiced, not solved, a month", ""),
    "silent": ("never voiced, a month", ""), "breeding": ("sharers that one sharer makes", ""),
    "sharers": ("sharers of one post", ""), "exposures": ("exposures a month", ""),
    "reputation": ("reputation", "%"), "public_share": ("go public at once, of complainers", "%"),
    "left": ("customers who leave a month", ""), "poached_share": ("lost over unanswered posts", "%"),
    "new": ("customers who come a month", ""), "margin": ("margin a month", "EUR"),
    "profit": ("profit a month", "EUR"), "phone_money": ("staff on the phone a month", "EUR"),
    "social_money": ("staff on posts a month", "EUR"), "promoters": ("promoters", "%"),
    "detractors": ("detractors", "%"), "churn": ("churn a month", "%"),
}  # fmt: skip
"""Of each variable of a run: its words and its unit ("" for counts)."""


def colours(policies: Sequence[str]) -> list[str]:
    """Return a colour for each policy: the same for the same name in all figures.

    >>> colours(["CEM", "yours", "CRM"]) == [ORANGE, GREEN, BLUE]
    True
    """
    fixed = [_OWN.get(_plain(name)) for name in policies]
    free = iter([*(c for c in _REST if c not in fixed), *[GREY] * len(policies)])
    return [own or next(free) for own in fixed]


def of_teams(roles: Mapping[str, str]) -> dict[str, str]:
    """Return a colour for each team of a duel: the first of a role has that of its policy.

    >>> of_teams({"North": "cem", "South": "crm", "East": "cem"}) == {
    ...     "North": ORANGE, "South": BLUE, "East": GREEN}
    True
    """
    first = {role: team for team, role in reversed(list(roles.items()))}
    own = {team: _OWN[role] for role, team in first.items()}
    free = (c for c in (GREEN, RED, PURPLE, GREY, BLUE, ORANGE) if c not in own.values())
    return {team: own[team] if team in own else next(free) for team in roles}


def dash(colour: str) -> Any:
    """Return the dashes that go with a colour."""
    return _DASHES.get(colour, "-")


def words(policy: object) -> str:
    """Return the name of a policy as it is written in a figure.

    >>> words("crm"), words("star desk")
    ('CRM', 'star desk')
    """
    return _CAPITALS.get(_plain(policy), str(policy))


def listed(names: Iterable[object]) -> str:
    """Return names in one phrase.

    >>> listed(["CRM"]), listed(["CRM", "CEM", "myopic"])
    ('CRM', 'CRM, CEM and myopic')
    """
    every = [words(name) for name in names]
    return ", ".join(every[:-1]) + f" and {every[-1]}" if len(every) > 1 else "".join(every)


def money(values: ArrayLike) -> tuple[float, str]:
    """Return by how much to divide amounts of EUR, and the unit that they are then in.

    >>> money([164.2e6, 147.9e6]), money([0.0])
    ((1000000.0, 'million EUR'), (1.0, 'EUR'))
    """
    every = np.abs(np.asarray(values, np.float64))
    most = float(np.max(every[np.isfinite(every)], initial=0.0))
    return next(((size, unit) for size, unit in _SCALES if most >= size), _SCALES[-1])


def digits(value: float) -> str:
    """Return a number with about three digits.

    >>> digits(164.23), digits(1_234.5), digits(0.0451), digits(-3.0), digits(np.nan)
    ('164', '1,234', '0.045', '-3', 'no figure')
    """
    if np.isnan(value):
        return "no figure"
    if np.isinf(value):
        return "endless" if value > 0 else "minus endless"
    size = abs(value)
    if size >= 100:
        return f"{value:z,.0f}"
    places = 1 if size >= 10 else 2 if size >= 0.1 or not size else 3
    shown = f"{value:z.{places}f}" if size >= 5e-4 or not size else f"{value:.1e}"
    return shown.rstrip("0").rstrip(".") if "e" not in shown and "." in shown else shown


def signed(value: float) -> str:
    """Return a number with its sign, about three digits; "0" if none of them is above 0.

    >>> signed(18.27), signed(-0.0031), signed(1.8e-15)
    ('+18.3', '-0.003', '0')
    """
    if abs(value) < 5e-4:
        return "0"
    return ("+" if value > 0 else "") + digits(value)


def inches(words: Iterable[str], size: float, *, bold: bool = False) -> float:
    """Return nearly how long the longest of some lines is, in letters of a size in points.

    >>> inches(["six", "twelve"], 12) == inches(["twelve"], 12) < inches(["twelve"], 12, bold=True)
    True
    """
    lines = [line for text in words for line in text.split("\n")]
    longest = max((sum(map(_wide, line)) for line in lines), default=0.0)
    return longest * size * (1.0 if bold else 0.9) / 72


def wrapped(words: str, wide: float, size: float, *, bold: bool = False) -> str:
    r"""Return words in lines of at most so many inches, if no single word is longer.

    >>> wrapped("go public at once, of complainers (%)", 2.5, 13)
    'go public at once, of\ncomplainers (%)'
    """
    letters = int(wide / inches("x", size, bold=bold))
    return textwrap.fill(words, max(letters, 6), break_long_words=False, break_on_hyphens=False)


def headline(ax: Axes, words: str, *, beside: float = 0.2) -> str:
    """Return a title in as many lines as it needs over axes with words beside them (inches)."""
    return wrapped(words, width(ax) - beside, 15, bold=True)


def width(ax: Axes) -> float:
    """Return nearly how wide axes are, in inches, before they are laid out."""
    whole, place = ax.get_figure(root=True), ax.get_subplotspec()
    full = 12.0 if whole is None else whole.get_figwidth()
    return float(full) / (1 if place is None else place.get_gridspec().ncols)


def panels(
    ax: Axes,
    count: int,
    *,
    columns: int,
    wide: float,
    high: float,
    below: float = 0.62,
    left: float = 0.55,
) -> list[Axes]:
    """Return small panels in axes that are themselves hidden.

    `wide` and `high` are the parts of its place that a panel fills; the rest is for words,
    `below` of it under the panel, `left` of it on that side.
    """
    rows = -(-count // columns)
    ax.set_axis_off()
    made = []
    for number in range(count):
        row, column = divmod(number, columns)
        x = (column + (1 - wide) * left) / columns
        y = (rows - 1 - row + (1 - high) * below) / rows
        with plt.rc_context(STYLE):
            part = ax.inset_axes((x, y, wide / columns, high / rows))
        part.spines[["top", "right"]].set_visible(False)
        part.tick_params(labelsize=STYLE["font.size"])
        made.append(part)
    return made


def few_ticks(axis: Axis, most: int, **options: Any) -> None:
    """Set few round ticks at once: ticks are what makes a picture slow."""
    low, high = axis.get_view_interval()
    places = MaxNLocator(most, **options).tick_values(low, high)
    ticks = [float(tick) for tick in places if low <= tick <= high]
    axis.set_ticks(ticks, [digits(tick) for tick in ticks])


def apart(places: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Return places moved so that neighbours are `gap` apart, within [low, high] if they fit.

    >>> apart([0.5, 0.5, 0.0], 0.1, 0.0, 1.0)
    [0.5, 0.6, 0.0]
    """
    order = np.argsort(np.asarray(places), kind="stable")
    found = np.asarray(places, np.float64)[order]
    for n in range(1, found.size):
        found[n] = max(found[n], found[n - 1] + gap)
    top = high
    for n in range(found.size - 1, -1, -1):
        found[n] = max(min(found[n], top), low) if found.size * gap <= high - low else found[n]
        top = found[n] - gap
    back = np.empty_like(found)
    back[order] = found
    return [float(place) for place in back]


def _wide(letter: str) -> float:
    """Return how wide a bold letter is, in parts of its size."""
    return 0.7 if letter.isdigit() or letter.isupper() else 0.36 if letter in " .,:" else 0.6


def _plain(policy: object) -> str:
    return str(policy).strip().lower()
