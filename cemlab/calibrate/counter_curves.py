"""Curves for a counter of views, with where a fit begins and what it may find."""

from collections.abc import Iterable
from typing import Any

from cemlab import _checks
from cemlab.calibrate import curves

_NAMES = ("Bass", "power law", "Bass + trickle", "Bass, then power law")


def view_curves(*names: str, size: float, steepest: float = 2.0) -> dict[str, dict[str, Any]]:
    """Return curves for a counter of views: each with a start and bounds for its parameters.

    Bass rises to an end; Bass + trickle has so many more each day for ever; a power law falls
    ever more slowly; the fourth is a Bass wave with a power law from the beginning on.

    Critique: bounds are a choice. Where a fit ends on one, the bound speaks and not the
    readings: try others.

    Parameters
    ----------
    *names : str
        "Bass", "power law", "Bass + trickle", "Bass, then power law"; none: all of them.
    size : float
        About how many views are thought of, above 0. Bass may find from a fortieth to 250 times
        as many.
    steepest : float
        Upper bound of the exponent of a power law, above 0 (assumed).

    Returns
    -------
    dict
        `curves`, `start` and `bounds`, as `fit_each` and `forecast` take them (times in days).

    Raises
    ------
    ValueError
        If a name is unknown, or a number not above 0.

    Examples
    --------
    >>> given = view_curves("Bass", size=4e6)
    >>> given["start"], given["bounds"]["Bass"]["m"]
    ({'Bass': {'p': 0.05, 'q': 0.3, 'm': 4000000.0}}, (100000.0, 1000000000.0))
    """
    from cemlab.sim import attention

    chosen = [_checks.one_of("names", name, _NAMES) for name in names or _NAMES]
    many, limit = (_above(*pair) for pair in (("size", size), ("steepest", steepest)))
    wave = {"p": 0.05, "q": 0.3, "m": many}
    wave_ends = {"p": (1e-6, 5.0), "q": (0.0, 10.0), "m": (many / 40, many * 250)}
    tail = {"rate": many / 8, "scale": 5.0, "exponent": min(1.0, limit / 2)}
    tail_ends = {"rate": (0.0, None), "scale": (0.01, 100.0), "exponent": (0.0, limit)}
    known: dict[str, tuple[Any, dict[str, Any], dict[str, Any]]] = {
        "Bass": (attention.bass, wave, wave_ends),
        "power law": (curves.power_decay, tail, tail_ends),
        "Bass + trickle": (
            curves.with_trickle(attention.bass),
            wave | {"trickle": many * 0.00075},
            wave_ends | {"trickle": (0.0, None)},
        ),
        "Bass, then power law": (
            curves.together(attention.bass, curves.power_decay),
            wave | {f"then_{name}": value for name, value in tail.items()},
            wave_ends | {f"then_{name}": ends for name, ends in tail_ends.items()},
        ),
    }
    parts = zip(("curves", "start", "bounds"), range(3), strict=True)
    return {part: {name: known[name][i] for name in chosen} for part, i in parts}


def power_laws(limits: Iterable[float], *, size: float) -> dict[str, dict[Any, Any]]:
    """Return the power law of `view_curves` once for each upper bound of its exponent.

    Parameters
    ----------
    limits : iterable of float
        Upper bounds, above 0: they become the names of the curves.
    size : float
        As for `view_curves`.

    Raises
    ------
    ValueError
        If a number is not above 0.

    Examples
    --------
    >>> power_laws([0.5, 3], size=8)["bounds"][3]["exponent"]
    (0.0, 3.0)
    """
    given = {limit: view_curves("power law", size=size, steepest=limit) for limit in limits}
    parts = ("curves", "start", "bounds")
    return {part: {n: one[part]["power law"] for n, one in given.items()} for part in parts}


# --- inside ------------------------------------------------------------------------


def _above(name: str, value: float) -> float:
    number = _checks.number(name, value)
    if not number > 0:
        msg = f"{name} must be above 0, got {value!r}"
        raise ValueError(msg)
    return number
