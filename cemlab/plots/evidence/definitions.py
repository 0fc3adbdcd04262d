"""Every definition of a fall: a map of days and lengths, a table, and what another claim would find."""

from types import EllipsisType

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from IPython.display import HTML
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle

from cemlab import _checks
from cemlab.evidence import Specifications, _dates
from cemlab.plots._style import BLUE, RED, STYLE, finish, new_axes
from cemlab.plots.evidence.specification_curve import told
from cemlab.plots.table import table

_SHADES = LinearSegmentedColormap.from_list("falls and rises", [RED, "white", BLUE])
_AGAINST = {"none": "nothing", "constant mean": "its own mean"}
_ADDING = {"simple": "added up", "log": "compounded"}
_MANY = 20
"""Rows or columns up to which each number is written into its field."""


def window_map(
    found: Specifications,
    *,
    benchmark: str | None = None,
    kind: str | None = None,
    published: object = None,
    prediction: object = None,
    title: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the estimate of each first day and length as a field, for one benchmark.

    The title counts all definitions, also those of other benchmarks.

    Parameters
    ----------
    found : Specifications
        All definitions.
    benchmark, kind : str, optional
        Which are drawn; None: market and peers and simple returns, if they are there.
    published : date, optional
        When the claim appeared: a line parts the windows that were over before from the others.
    prediction : object, optional
        The reader's guess; a kept guess (a share of the definitions) is shown as their number.

    Raises
    ------
    ValueError
        If no definition has this benchmark and kind.

    Examples
    --------
    >>> from cemlab.evidence import specifications
    >>> days = pd.date_range("2009-07-06", periods=4)
    >>> shares = pd.DataFrame({"UAL": [0.02, 0.0, -0.06, -0.05]}, days)
    >>> found = specifications(shares, firm="UAL", events=days[2:], windows=[1, 2],
    ...                        benchmarks=["none"], estimation=2)
    >>> window_map(found).get_title(loc="left")
    '2 of 4 definitions yield a fall of 10% or more'
    """
    every = found.table
    benchmark = benchmark or _usual(every["benchmark"], "market + peers")
    kind = kind or _usual(every["kind"], "simple")
    part = every[(every["benchmark"] == benchmark) & (every["kind"] == kind)]
    if part.empty:
        msg = f"found must hold definitions of the benchmark and kind, got none of {benchmark} and {kind}: take one of the table"
        raise ValueError(msg)
    shown = 100 * part.pivot_table(index="first_day", columns="days", values="estimate")
    hits = part.pivot_table(index="first_day", columns="days", values="reaches").gt(0).to_numpy()
    values = shown.to_numpy()
    far = max(float(np.nanmax(np.abs(values))), 1e-9)
    n_days, n_lengths = values.shape
    ax = ax or new_axes(width=10.5, height=2.0 + 0.31 * min(n_days, 2 * _MANY))
    with plt.rc_context(STYLE):
        ax.imshow(values, cmap=_SHADES, vmin=-far, vmax=far, aspect="auto")
        if max(n_days, n_lengths) <= _MANY:
            for (row, column), value in np.ndenumerate(values):
                if np.isfinite(value):
                    ax.text(column, row, _signed(value), ha="center", va="center", fontsize=12,
                            fontweight="bold" if hits[row, column] else "normal")  # fmt: skip
        for row, column in np.argwhere(hits):
            ax.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, fill=False, ec="black", lw=3.5, zorder=4,
                                   label="reaches the claim"))  # fmt: skip
        if published is not None:
            _parting(ax, every, part, shown.index, _dates.moment(published, "published").normalize())  # fmt: skip
        ax.set_xticks(range(n_lengths), [f"{days}" for days in shown.columns])
        ax.set_yticks(range(n_days), [_day(day) for day in shown.index])
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)
        drawn = f"{len(part):,} of the {len(every):,}: " if len(part) < len(every) else ""
        ax.set_xlabel(f"trading days ({drawn}{_against(benchmark)}, {_ADDING[kind]})")
        ax.set_ylabel(f"first day, {shown.index[0]:%Y}")
        handles, labels = ax.get_legend_handles_labels()
        one = dict(zip(labels, handles, strict=True))
        if one:
            ax.legend(one.values(), one.keys(), loc="upper left", bbox_to_anchor=(0.0, -0.6 / (0.31 * n_days + 0.8)),
                      ncols=2, frameon=False)  # fmt: skip
        finish(ax, title or told(found), _beside(prediction, found))
    return ax


def definitions_table(found: Specifications, *, before: object = None, every: bool = False) -> HTML:
    """Return the definitions that reach the claim, in words and per cent.

    Parameters
    ----------
    found : Specifications
        All definitions.
    before : date, optional
        Adds the deepest definition (the highest, if the claim is a rise) that was over before.
    every : bool
        All definitions in place of those that reach the claim.

    Notes
    -----
    An ingredient that is the same in all rows shown is left out.
    """
    rows = found.table if every else found.table[found.table["reaches"]]
    if before is not None and not every:
        over = _over(found, before)
        rows = pd.concat([rows, over.head(1) if found.claim < 0 else over.tail(1)])
        rows = rows[~rows.index.duplicated()]
    shown = pd.DataFrame({
        "first day": _days(rows["first_day"]), "last day": _days(rows["last_day"]),
        "days": rows["days"], "compared with": rows["benchmark"].map(_against),
        "returns": rows["kind"].map(_ADDING),
    })  # fmt: skip
    kept = [name for name in shown if len(set(shown[name])) > 1] or ["first day"]
    words = {"estimate": "CAR (%)", "low": "95 % interval, from", "high": "to"}
    if len(rows) and found.level != 0.95:
        words["low"] = f"{100 * found.level:g} % interval, from"
    numbers = 100 * rows[list(words)].rename(columns=words)
    places = dict.fromkeys(numbers, 1) | {"p": 2 if (rows["p"] >= 0.005).all() else 4}
    return table(shown[kept].join(numbers).assign(p=rows["p"]), decimals=places)


def definitions_reaching(
    found: Specifications, claim: float | EllipsisType | None, *, before: object = None
) -> str:
    """Say how many definitions would reach another claim.

    Parameters
    ----------
    found : Specifications
        All definitions.
    claim : float
        Such as -0.1 for a fall of 10 %. Dots or None stand for a claim that is still to come.
    before : date, optional
        Counts only those that were over before.

    Examples
    --------
    >>> from cemlab.evidence import specifications
    >>> days = pd.date_range("2009-07-06", periods=4)
    >>> shares = pd.DataFrame({"UAL": [0.02, 0.0, -0.06, -0.05]}, days)
    >>> found = specifications(shares, firm="UAL", events=days[2:], windows=[1, 2],
    ...                        benchmarks=["none"], estimation=2)
    >>> definitions_reaching(found, -0.06, before=days[3])
    '-6%: 1 of 1 definition that was over before 9 Jul'
    """
    if claim is None or isinstance(claim, EllipsisType):
        return "No claim yet."
    target = _checks.number("claim", claim)
    table = found.table if before is None else _over(found, before)
    estimate = table["estimate"]
    n = int(((estimate <= target + 1e-12) if target <= 0 else (estimate >= target - 1e-12)).sum())
    what = "definition" if len(table) == 1 else "definitions"
    told = f"{100 * target:+g}%: {n or 'none'} of {len(table):,} {what}"
    if before is None:
        return told
    when = _day(_dates.moment(before, "before"))
    return f"{told} that {'was' if len(table) == 1 else 'were'} over before {when}"


# --- inside ------------------------------------------------------------------------


def _usual(values: "pd.Series[str]", wanted: str) -> str:
    return wanted if (values == wanted).any() else str(values.iloc[0])


def _against(benchmark: str) -> str:
    return _AGAINST.get(benchmark, benchmark)


def _day(day: pd.Timestamp) -> str:
    return f"{day.day} {day:%b}"


def _days(days: "pd.Series[pd.Timestamp]") -> "pd.Series[str]":
    year = " %Y" if len(set(days.dt.year)) > 1 else ""
    return days.map(lambda day: f"{_day(day)}{day.strftime(year)}" if year else _day(day))


def _signed(value: float) -> str:
    words = f"{value:+.1f}"
    return words[1:] if float(words) == 0 else words


def _over(found: Specifications, before: object) -> pd.DataFrame:
    return found.table[found.table["last_day"] < _dates.moment(before, "before").normalize()]


def _beside(prediction: object, found: Specifications) -> object:
    guessed = getattr(prediction, "value", None)
    if not isinstance(guessed, int | float):
        return prediction
    n, hits = len(found.table), int(found.table["reaches"].sum())
    return f"{prediction}, that is {round(guessed * n):,}; here: {hits:,}"


def _parting(
    ax: Axes, every: pd.DataFrame, part: pd.DataFrame, days: pd.Index, when: pd.Timestamp
) -> None:
    """Draw the line between the windows that were over before a day and the others."""
    over = part[part["last_day"] < when].groupby("first_day").size()
    x = np.array([int(over.get(day, 0)) for day in days]) - 0.5
    y = np.arange(len(days))
    steps = np.repeat(x, 2), np.stack([y - 0.5, y + 0.5], axis=1).ravel()
    n = int((every["last_day"] < when).sum())
    ax.plot(*steps, color="black", lw=3, ls="--", zorder=3,
            label=f"left of the line: over before {_day(when)} ({n:,} of all definitions)")  # fmt: skip
