"""Phase map: which kind of company is worth more, over two numbers of the market."""

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from cemlab import _checks
from cemlab.market import course
from cemlab.market.assumptions import Market, numbers
from cemlab.market.optimum import BOXES, optimise
from cemlab.market.policy import BUDGET, LINES

Axis = tuple[str, Sequence[float]]
Row = dict[str, Any]
_EVERY_S = 0.5
_NEEDED = ("policy", "npv")


def phase_map(
    x: Axis,
    y: Axis,
    *,
    budget: float = BUDGET,
    market: Market = Market(),  # noqa: B008  (frozen)
    months: int = 120,
    policies: Sequence[str] = tuple(BOXES),
    workers: int | None = None,
    progress: bool = True,
) -> pd.DataFrame:
    """Find the best policy of each kind at each point of a grid over two numbers of the market.

    Boxes that lie in others are never ahead of them, not by a rounding error: "integrated" is worth
    at least what "crm" and "cem" are, and "crm" what "myopic" is.

    *Critique.* Each kind is at its best at each point, with full knowledge: the map compares
    what the kinds could do, not what companies do. All other numbers stay as in `market`, most
    of them assumed; a border holds for these.

    Parameters
    ----------
    x, y : (str, sequence of float)
        A number of `Market` by its name, and its values, in its unit: ``("virality", [0.2, 0.6])``.
    budget : float
        EUR a month.
    market : Market
        All other numbers.
    months : int
        Months whose profit counts.
    policies : sequence of str
        One kind or more, of :data:`cemlab.market.BOXES`.
    workers : int, optional
        Threads; as many as the machine has processors if not given. Any number gives the same map.
    progress : bool
        Say on stderr how far it is.

    Returns
    -------
    DataFrame
        One row a point and policy: the two numbers under their names, `policy`, `npv` (EUR,
        all months lived in full, for "myopic" too), EUR a month by budget line, `organisation`
        and `resolution`.

    Raises
    ------
    ValueError
        If a name is not a number of `Market`, a value is outside its range or there twice, or
        a policy is unknown.

    Examples
    --------
    >>> found = phase_map(
    ...     ("failure_rate", [0.01, 0.08]), ("virality", [0.6]), policies=("crm", "cem")
    ... )
    >>> best = found.loc[found.groupby("failure_rate")["npv"].idxmax()]
    >>> best["policy"].tolist()
    ['crm', 'cem']
    """
    world, count = course.check(market, months)
    across, up = _axis("x", x), _axis("y", y)
    if across[0] == up[0]:
        msg = f"x and y must be two numbers of Market, got {across[0]!r} twice"
        raise ValueError(msg)
    kinds = _kinds(policies)
    total = _checks.number("budget", budget, low=0.0, high=1e12)
    threads = os.cpu_count() or 1 if workers is None else _checks.whole("workers", workers, low=1)
    points: list[Row] = [{across[0]: a, up[0]: b} for b in up[1] for a in across[1]]
    worlds = [replace(world, **point) for point in points]

    def at(i: int) -> list[Row]:
        return [points[i] | _lived(kind, total, worlds[i], count) for kind in kinds]

    found = _shared(at, len(points), threads, shown=progress)
    return pd.DataFrame([row for rows in found for row in rows])


def border(map: pd.DataFrame, a: str = "crm", b: str = "cem") -> pd.DataFrame:
    """Return the points of a phase map where two policies are worth the same.

    Between neighbours of the grid, in both directions, the difference in net present value is
    taken as a straight line; where it crosses 0 is a point of the border.

    *Critique.* A border between two grid points that crosses twice is not seen: take a finer
    grid where the map changes quickly.

    Parameters
    ----------
    map : DataFrame
        From :func:`phase_map`, or of its shape: the two numbers in the first two columns.
    a, b : str
        Two policies of the map.

    Returns
    -------
    DataFrame
        One row a point, in the order of the first number, then the second; no rows where one
        policy is ahead all over the map. Where both are worth the same on a grid point, it is
        a point of the border.

    Raises
    ------
    ValueError
        If the map is no such table, has a point twice or without a value, or a policy is not
        in it.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({
    ...     "failure_rate": [0.1, 0.1, 0.3, 0.3], "virality": 0.5,
    ...     "policy": ["crm", "cem", "crm", "cem"], "npv": [30.0, 20.0, 10.0, 40.0],
    ... })
    >>> border(table)
       failure_rate  virality
    0          0.15       0.5
    """
    names, ahead = _difference(map, a, b)
    across, up = ahead.columns.to_numpy(np.float64), ahead.index.to_numpy(np.float64)
    gap = ahead.to_numpy(np.float64)
    rows, columns = np.nonzero(gap == 0.0)
    parts = [np.column_stack([across[columns], up[rows]])]
    for values, along, other, flip in ((gap, across, up, False), (gap.T, up, across, True)):
        line, left = np.nonzero(values[:, :-1] * values[:, 1:] < 0.0)
        before, after = values[line, left], values[line, left + 1]
        place = along[left] + before / (before - after) * (along[left + 1] - along[left])
        pair = (other[line], place) if flip else (place, other[line])
        parts.append(np.column_stack(pair))
    table = pd.DataFrame(np.concatenate(parts), columns=names)
    return table.sort_values(names, ignore_index=True)


# --- inside ------------------------------------------------------------------------


def _axis(side: str, axis: object) -> tuple[str, list[float]]:
    """Return the name of a number of `Market` and its values."""
    given: Any = axis
    if not isinstance(given, tuple | list) or len(given) != 2:
        msg = f"{side} must be a name and values, such as ('virality', [0.2, 0.6]), got {axis!r}"
        raise ValueError(msg)
    name = _checks.one_of(f"{side}'s name", given[0], [about.name for about in numbers()])
    try:
        values = np.asarray(given[1], np.float64)
    except (TypeError, ValueError):
        values = np.empty(0)
    if values.ndim != 1 or not values.size or len(set(values.tolist())) < values.size:
        msg = f"{side}'s values must be numbers that differ, at least one, got {given[1]!r}"
        raise ValueError(msg)
    return name, values.tolist()


def _kinds(policies: object) -> list[str]:
    given: Any = policies
    if not isinstance(given, Iterable):
        msg = f"policies must be kinds of company, such as ('crm', 'cem'), got {given!r}"
        raise ValueError(msg)
    kinds = [given] if isinstance(given, str) else list(given)
    _checks.one_of_each("policies", kinds, BOXES)
    if not kinds or len(set(kinds)) < len(kinds):
        msg = f"policies must be kinds that differ, at least one, got {kinds}"
        raise ValueError(msg)
    return kinds


def _lived(kind: str, budget: float, market: Market, months: int) -> Row:
    policy = optimise(kind, budget=budget, market=market, months=months)
    npv = course.lived(policy, market, months).npv
    money = dict(zip(LINES, policy.lines(), strict=True))
    ways = {"organisation": policy.organisation, "resolution": policy.resolution}
    return {"policy": kind, "npv": npv} | money | ways


def _shared(
    work: Callable[[int], list[Row]], count: int, threads: int, *, shown: bool
) -> list[list[Row]]:
    """Share points among threads; which thread takes which changes nothing."""
    pool = ThreadPoolExecutor(min(threads, count))
    try:
        jobs = [pool.submit(work, i) for i in range(count)]
        for _ in _told(as_completed(jobs), count, shown):
            pass
        return [job.result() for job in jobs]
    finally:  # an interrupted map leaves nothing waiting behind
        pool.shutdown(cancel_futures=True)


def _told(steps: Iterator[Any], count: int, shown: bool) -> Iterator[Any]:
    """Pass steps on, and say on stderr how many are done, if it takes a while."""
    later, said = time.monotonic() + _EVERY_S, False
    for done, step in enumerate(steps, 1):
        yield step
        now = time.monotonic()
        if shown and (now >= later or (said and done == count)):
            later, said = now + _EVERY_S, True
            end = "\n" if done == count else ""
            sys.stderr.write(f"\rphase map: {done:,} of {count:,} points{end}")
            sys.stderr.flush()


def _difference(map: object, a: str, b: str) -> tuple[list[str], pd.DataFrame]:
    """Return the names of the two numbers, and the difference in value by second and first."""
    table: Any = map
    if not isinstance(table, pd.DataFrame) or not set(_NEEDED) <= set(table.columns):
        msg = f"map must be a table of phase_map, got {type(map).__name__}"
        raise ValueError(msg)
    names = [str(name) for name in table.columns[:2]]
    known = [str(kind) for kind in table["policy"].unique()]
    if len(known) < 2:
        msg = f"map must hold two policies at least, got {known}: name two or more in phase_map"
        raise ValueError(msg)
    _checks.one_of("a", a, known)
    _checks.one_of("b", b, [kind for kind in known if kind != a])
    two = table[table["policy"].isin([a, b])]
    where = [*names, "policy"]
    for wrong, rule in (
        (two.duplicated(where), "each point and policy once"),
        (two["npv"].isna(), "a value of npv in each row"),
    ):
        if wrong.any():
            first = two.loc[wrong, where].to_dict("records")[0]
            point = ", ".join(f"{name} {value}" for name, value in first.items())
            msg = f"map must have {rule}, got {int(wrong.sum())} other rows, the first at {point}: drop or mend them"
            raise ValueError(msg)
    shape = {"index": names[1], "columns": names[0], "values": "npv"}
    worth = {kind: two[two["policy"] == kind].pivot_table(**shape) for kind in (a, b)}
    return names, worth[a] - worth[b]
