"""Every definition of a fall at once, and how many of them yield the figure that was claimed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cemlab import _checks, _words
from cemlab.evidence.shares import _finding, _panel, _read, _windows
from cemlab.evidence.shares._study_notes import APART

Array = NDArray[np.float64]
BENCHMARKS = ("none", "constant mean", "market", "market + peers", "peers")
KINDS = ("simple", "log")
INGREDIENTS = ("first_day", "days", "benchmark", "kind")


@dataclass(frozen=True, eq=False, repr=False)
class Specifications:
    """All definitions of one fall, from the deepest to the highest.

    Attributes
    ----------
    table : DataFrame
        One row a definition: `first_day`, `last_day` (dates), `days`, `benchmark`, `kind`,
        `estimate`, `low`, `high` (fractions; 0.01 is 1 %), `t`, `p`, `n` (days of the estimation
        window), `reaches` (as low as the claim, or as high if the claim is a rise).
    claim : float
        The figure claimed, such as -0.1.
    level : float
        Confidence of `low` and `high`.
    notes : tuple of str
        What was left out, and what is odd about the days or the returns.
    """

    table: pd.DataFrame
    claim: float
    level: float
    notes: tuple[str, ...]

    def __repr__(self) -> str:
        n, hits = len(self.table), int(self.table["reaches"].sum())
        ends = f"{self.table['estimate'].iloc[0]:.1%} to {self.table['estimate'].iloc[-1]:.1%}"
        return f"Specifications({_words.counted(n, 'definition')}, {ends}, {hits} reach {self.claim:.0%})"  # fmt: skip

    @property
    def share(self) -> float:
        """Share of the definitions that reach the claim."""
        return float(self.table["reaches"].mean())

    def by(self, ingredient: str) -> pd.DataFrame:
        """Return, for each value of an ingredient, `definitions`, `reach` and `median`."""
        _checks.one_of("ingredient", ingredient, INGREDIENTS)
        groups = self.table.groupby(ingredient, observed=True)
        return groups.agg(
            definitions=("estimate", "size"), reach=("reaches", "sum"),
            median=("estimate", "median"),
        )  # fmt: skip


def specifications(
    returns: pd.DataFrame,
    *,
    firm: str,
    events: Sequence[object] | object,
    windows: Sequence[int],
    market: str | None = None,
    peers: Sequence[str] = (),
    benchmarks: Sequence[str] | None = None,
    kinds: Sequence[str] = KINDS,
    estimation: Any = 120,
    gap: int = 0,
    claim: float = -0.1,
    level: float = 0.95,
) -> Specifications:
    """Return the estimate of every combination of first day, length, benchmark and return.

    Parameters
    ----------
    returns : DataFrame
        Simple returns as for :func:`event_study`.
    firm : str
        Column of the firm.
    events : date or sequence of dates
        First days of the window; each stands for the next trading day.
    windows : sequence of int
        Lengths of the window, in trading days.
    market : str, optional
        Column of the market index.
    peers : sequence of str
        Columns of peers; their mean is one factor.
    benchmarks : sequence of str, optional
        Of "none", "constant mean", "market", "market + peers", "peers": what the return is
        compared with (models with alpha and slopes). None: all that the columns allow.
    kinds : sequence of str
        "simple" adds returns up: with large returns that may be far from what a holder gained or
        lost, even of the other sign. "log" adds logarithms up, shown as the change of price that
        they mean (so "none" with "log" is the change from close to close). Over one day against
        "none" both are the same and count once.
    estimation, gap, level
        As for :func:`event_study`; each window has its own estimation window, unless dates are given.
    claim : float
        The figure that was claimed, -0.1 for a fall of 10 %; not 0.

    Returns
    -------
    Specifications
        A table from the deepest fall, and the share of definitions that reach the claim.

    Raises
    ------
    ValueError
        If a name is unknown, a benchmark lacks its columns, or a window has no complete study.

    Notes
    -----
    *Critique.* The definitions are no sample: they share days, so their share that reaches a
    claim is no probability, and a value among many that is "significant" is no finding. The list is
    itself a choice; one may leave out foolish definitions and let in wise ones. What the table
    can show is how much room a claim had: who may choose the window after seeing the prices
    walks in a garden of forking paths [1]_, and need not know it.

    References
    ----------
    .. [1] A. Gelman, E. Loken, "The statistical crisis in science", American Scientist 102, 2014.
    .. [2] U. Simonsohn, J. Simmons, L. Nelson, "Specification curve analysis", Nature Human
       Behaviour 4, 2020.

    Examples
    --------
    >>> days = pd.date_range("2009-07-06", periods=4)
    >>> shares = pd.DataFrame({"UAL": [0.02, 0.0, -0.06, -0.05]}, days)
    >>> found = specifications(shares, firm="UAL", events=days[2:], windows=[1, 2],
    ...                        benchmarks=["none"], estimation=2)
    >>> found
    Specifications(4 definitions, -11.0% to -5.0%, 2 reach -10%)
    >>> found.table[["days", "kind", "estimate"]].round(3).values.tolist()[:2]
    [[2, 'simple', -0.11], [2, 'log', -0.107]]
    """
    target, level = _checks.number("claim", claim), _finding.confidence(level)
    if target == 0:
        msg = "claim must be a fall or a rise, got 0"
        raise ValueError(msg)
    known = _factors(market, _several(peers))
    chosen = _listed("benchmarks", list(known) if benchmarks is None else benchmarks, BENCHMARKS)
    lengths = sorted({_checks.whole("windows", days, low=1) for days in _several(windows)})
    if not lengths:
        msg = "windows must be one length or more, got none"
        raise ValueError(msg)
    styles = _listed("kinds", kinds, KINDS)
    parts, notes, left_out, repeated = [], [], 0, 0
    for benchmark, kind in product(chosen, styles):
        if benchmark not in known:
            need = "market" if benchmark == "market" else "peers" if benchmark == "peers" else "market and peers"  # fmt: skip
            msg = f"{need} must be given for the benchmark {benchmark}, got none"
            raise ValueError(msg)
        model = {"none": "raw", "constant mean": "constant mean"}.get(benchmark, "market")
        panel = _read.read(returns, firm, known[benchmark], model)
        if kind == "log":
            panel = _logarithms(panel)
        starts = _starts(panel, events)
        for days in lengths:
            if benchmark == "none" and kind == "log" and days == 1 and "simple" in styles:
                repeated += len(starts)
                continue
            part = _one(panel, model, starts, days, estimation, gap, level, kind)
            if part is None:
                left_out += len(starts)
                continue
            left_out += len(starts) - len(part)
            parts.append(part.assign(benchmark=benchmark))
    if not parts or not sum(map(len, parts)):
        msg = f"returns must hold a complete study of one definition, got none of {left_out}: take a shorter estimation"
        raise ValueError(msg)
    if left_out:
        notes.append(f"{_words.counted(left_out, 'definition')} left out for missing or too few returns")  # fmt: skip
    if repeated:
        notes.append(f"{_words.counted(repeated, 'definition')} left out that would repeat others: the change of one day against nothing is the same with simple and with log returns")  # fmt: skip
    table = pd.concat(parts, ignore_index=True)
    notes += _apart(table) + _odd_days(panel, starts, lengths, estimation, gap)
    reaches = table["estimate"] <= target + 1e-12 if target < 0 else table["estimate"] >= target - 1e-12  # fmt: skip
    columns = ["first_day", "last_day", "days", "benchmark", "kind", "estimate", "low", "high",
               "t", "p", "n", "reaches"]  # fmt: skip
    order = ["estimate", "first_day", "days"]
    table = table.assign(reaches=reaches).sort_values(order, kind="stable", ignore_index=True)
    return Specifications(table[columns], target, level, tuple(notes))


# --- inside ------------------------------------------------------------------------


def _several(values: Any) -> list[Any]:
    if isinstance(values, set | frozenset):
        return sorted(values, key=str)
    plain = isinstance(values, str) or not isinstance(values, Sequence | pd.Index | np.ndarray | pd.Series | range)  # fmt: skip
    return [values] if plain else list(values)


def _listed(name: str, values: Any, options: Sequence[str]) -> list[str]:
    found = list(dict.fromkeys(_several(values)))
    _checks.one_of_each(name, found, options)
    if not found:
        msg = f"{name} must be one of {', '.join(options)} or more, got none"
        raise ValueError(msg)
    return found


def _factors(market: str | None, peers: list[str]) -> dict[str, Any]:
    """Return the factors of each benchmark that the columns allow."""
    found: dict[str, Any] = {"none": [], "constant mean": []}
    if market is not None:
        found["market"] = [market]
    if market is not None and peers:
        found["market + peers"] = [market, peers]
    if peers:
        found["peers"] = [peers]
    return found


def _logarithms(panel: _read.Panel) -> _read.Panel:
    for name, values in zip([panel.label, *panel.names], [panel.firm, *panel.factors.T], strict=True):  # fmt: skip
        if np.nanmin(values) <= -1:
            msg = f"returns of {name} must be above -1 for logarithms, got {np.nanmin(values):g}"
            raise ValueError(msg)
    return replace(panel, firm=np.log1p(panel.firm), factors=np.log1p(panel.factors))


def _apart(table: pd.DataFrame) -> list[str]:
    """Return a sentence on definitions whose figure hangs on the kind of return."""
    parts = [table[table["kind"] == kind] for kind in KINDS]
    pairs = parts[0].merge(parts[1], on=["first_day", "days", "benchmark"])
    simple, log = pairs["estimate_x"], pairs["estimate_y"]
    far = int(((simple - log).abs() > APART).sum())
    if not far:
        return []
    turned = int((simple * log < 0).sum())
    other = f" ({turned} even in sign)" if turned else ""
    return [f"in {far} of {_words.counted(len(pairs), 'pair')} simple and log returns differ by more than {APART:.0%} of the price{other}: only log returns against nothing say what a holder lost"]  # fmt: skip


def _odd_days(
    panel: _read.Panel, starts: NDArray[np.int64], lengths: list[int], estimation: Any, gap: int
) -> list[str]:
    ends = []
    for place in (int(starts[0]), int(starts[-1])):
        before = _panel.estimation_days(estimation, gap, (0, lengths[0] - 1), panel.days, place)
        ends += [place + before[0], place + before[1], place, place + lengths[-1] - 1]
    return panel.calendar(max(0, min(ends)), min(len(panel.days) - 1, max(ends)))


def _starts(panel: _read.Panel, events: Any) -> NDArray[np.int64]:
    days = _several(events)
    if not days:
        msg = "events must be one date or more, got none"
        raise ValueError(msg)
    return np.array(sorted({_panel.first_day(panel.days, day, "events")[0] for day in days}))


def _one(
    panel: _read.Panel, model: str, starts: NDArray[np.int64], days: int, estimation: Any,
    gap: int, level: float, kind: str,
) -> pd.DataFrame | None:  # fmt: skip
    """Return the studies of all first days for one length and benchmark."""
    from scipy import special

    before = np.array([_panel.estimation_days(estimation, gap, (0, days - 1), panel.days, int(place))
                       for place in starts])  # fmt: skip
    low, high = (starts + before[:, side] for side in (0, 1))
    fits = (low >= 0) & (high < len(panel.days)) & (starts + days <= len(panel.days))
    if not fits.any():
        return None
    starts, low, length = starts[fits], low[fits], int(before[0, 1] - before[0, 0]) + 1
    x, given = _windows.design(panel.factors, model)
    found = _windows.study_each(panel.firm, x, given, window=(starts, days), estimation=(low, length))  # fmt: skip
    good = found.ok
    car, se, df = found.car[good], found.se[good], found.df[good]
    limit = special.stdtrit(df, (1 + level) / 2) * se
    shown = [np.expm1(v) if kind == "log" else v for v in (car, car - limit, car + limit)]
    return pd.DataFrame({
        "first_day": panel.days[starts[good]], "last_day": panel.days[starts[good] + days - 1],
        "days": days, "kind": kind, "estimate": shown[0], "low": shown[1], "high": shown[2],
        "t": car / se, "p": 2 * special.stdtr(df, -np.abs(car / se)), "n": found.n[good],
    })  # fmt: skip
