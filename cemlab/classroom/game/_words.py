"""What a duel says: one sentence for the projector, and one when something cannot be."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape


class DuelError(ValueError):
    """Something of a duel that cannot be. Notebooks show its sentence alone."""

    kept: tuple[str, ...] = ()
    """Teams whose plan for the open quarter is handed in, whatever is wrong now."""

    def _render_traceback_(self) -> list[str]:
        words = f"✗ Nothing has moved: {self}."
        if self.kept:
            plans = "plan" if len(self.kept) == 1 else "plans"
            words += f" The {plans} of {listed(self.kept)} for this quarter stay{'s' * (len(self.kept) == 1)} handed in."
        return [words]


class CodeError(DuelError):
    """Something of a code that cannot be: the rule, what was found, and the way out.

    `harmless`: what was found tells nothing of the plan, so that it may be shown of a hidden code.
    """

    def __init__(self, rule: str, got: str, way: str = "", *, harmless: bool = False) -> None:
        super().__init__(f"{rule}, got {got}" + (f": {way}" if way else ""))
        self.hidden = f"{rule}{f', got {got}' if harmless else ''}; the code stays hidden"


@dataclass(frozen=True)
class Said:
    """One sentence for the projector."""

    words: str
    moved: bool = True
    right: bool | None = None
    """Of a code that was only tried: whether it may be handed in."""

    def __repr__(self) -> str:
        return f"{self._look()[0]} {self.words}"

    def _look(self) -> tuple[str, str]:
        if self.right is False:
            return "✗", "#B34700"
        return ("✓", "#00795A") if self.moved or self.right else ("–", "#6B6B6B")

    def _repr_html_(self) -> str:
        _, colour = self._look()
        style = f"border-left:8px solid {colour};padding:8px 14px;font-size:150%"
        return f'<div style="{style}">{escape(repr(self))}</div>'


def listed(names: Iterable[str]) -> str:
    """Return names in one phrase.

    >>> listed(["North"]), listed(["North", "South", "East"])
    ('North', 'North, South and East')
    """
    every = list(names)
    return every[0] if len(every) == 1 else f"{', '.join(every[:-1])} and {every[-1]}"


def file_names(teams: Iterable[str]) -> list[str]:
    """Return a name for a file of each team, none twice.

    >>> file_names(["CRM team", "crm-team", "东"])
    ['crm-team', 'crm-team-2', 'team-3']
    """
    found: list[str] = []
    for number, team in enumerate(teams, start=1):
        plain = re.sub(r"[^a-z0-9]+", "-", team.casefold()).strip("-") or f"team-{number}"
        while plain in found:
            plain += f"-{number}"
        found.append(plain)
    return found
