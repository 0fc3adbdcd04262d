"""A calculator for the return on social media: assumptions in, a distribution out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cemlab import _checks, _luck
from cemlab._proportions import wilson
from cemlab.crm.roi import _drive, assumed
from cemlab.crm.roi._amounts import quantiles
from cemlab.crm.roi._lines import PARTS, Part
from cemlab.crm.roi._luck_of import draws
from cemlab.crm.roi.assumed import Assumptions
from cemlab.estimate import Estimate

RUNS = 2**13
_LEVEL = 0.9
_DRIVERS = 0.8
_QUANTILES = {"q05": 0.05, "q25": 0.25, "median": 0.5, "q75": 0.75, "q95": 0.95}


@dataclass(frozen=True)
class Calculation:
    """What follows from assumptions, and which of them matter. All money is for one year.

    Attributes
    ----------
    assumptions : DataFrame
        As they were checked (`roi.assumptions`), each with its range, basis and mark.
    currency : str
        Of all money.
    roi : Estimate
        Return on all costs (share of 1): median, and 5 to 95 % of the draws. What the
        assumptions allow, no confidence interval: no data of this firm went in.
    net_gain : Estimate
        Benefits less costs: median, and 5 to 95 % of the draws.
    chance_of_loss : Estimate
        Share of draws in which the costs exceed the benefits, with Wilson's interval for
        the number of draws; `parts` has the Monte-Carlo `standard_error`.
    summary : DataFrame
        By `roi`, `net_gain`, `benefit`, `cost`: `mean`, its Monte-Carlo `standard_error`,
        `q05`, `q25`, `median`, `q75`, `q95`.
    lines : DataFrame
        By line: `kind`, `low`, `median`, `high` (5, 50, 95 % of the draws), `mean`, `share`
        of all benefits or costs (of means; missing if these are not above 0), `mark` (the
        weakest of its assumptions: contested, assumed, source, known).
    tornado : DataFrame
        By assumption: its range, `q05` and `q95` (5 and 95 % of its draws lie below),
        `roi_low`, `roi_likely` and `roi_high` (the return with it at `q05`, `likely` and
        `q95`, the others at likely), `swing` between the outer two (largest first),
        `break_even` (its value at which nothing is won or lost, others at likely; missing
        outside its range),
        `variance_share` of the ROI that goes with it alone (first-order Sobol index) with
        its standard error `variance_share_se`, and `variance_share_total` with all that it
        does together with others, and its `variance_share_total_se`.
    drivers : DataFrame
        The fewest assumptions that have 80 % of all `variance_share` together: `share` (of the
        variance), `cumulative`, `break_even`. Find these out first. Empty if nothing varies.
    note : str
        Why the shares are not to be trusted (too few draws), or that most of the variance is
        what assumptions do together; empty if neither.
    draws : DataFrame
        A row a draw: `benefit`, `cost`, `net_gain`, `roi`.
    """

    assumptions: pd.DataFrame
    currency: str
    roi: Estimate
    net_gain: Estimate
    chance_of_loss: Estimate
    summary: pd.DataFrame
    lines: pd.DataFrame
    tornado: pd.DataFrame
    drivers: pd.DataFrame
    note: str
    draws: pd.DataFrame = field(repr=False)
    key: int = field(repr=False)

    def suppose(
        self, known: Mapping[str, float] | None = None, *, without: Iterable[str] = ()
    ) -> "Calculation":
        """Return the same calculation as if some assumptions were known, on the same luck.

        Parameters
        ----------
        known : mapping of str to float, optional
            "line.input" -> its value.
        without : iterable of str
            Lines that are to count as nothing.

        Examples
        --------
        >>> made = calculator({"research": {"studies": 2, "price": (1000, 4000), "as_good": 1},
        ...                    "tools": {"cost": 5000}}, rng=1)
        >>> made.suppose({"research.price": 3000}).net_gain.value
        1000.0
        """
        changed = assumed.suppose(self.assumptions, known, without=without)
        return _calculated(changed, runs=len(self.draws), key=self.key)

    def leave_one_out(self) -> pd.DataFrame:
        """Return what is left if one benefit after the other counts as nothing, on the same luck.

        Returns
        -------
        DataFrame
            By `left out` (first "nothing"): the middle `roi`, `chance_of_loss` and the middle
            `net_gain`. Without support its answers cost nothing, too; where they are the only
            cost, it is not left out.

        Examples
        --------
        >>> made = calculator({"research": {"studies": 2, "price": 3000, "as_good": 1},
        ...                    "hiring": {"hires": 1, "fee": 4000, "replaced": 1},
        ...                    "tools": {"cost": 5000}}, rng=1)
        >>> made.leave_one_out()["net_gain"].to_dict()
        {'nothing': 5000.0, 'research': -1000.0, 'hiring': 1000.0}
        """
        found = {"nothing": self}
        for line in self.benefits():
            found[line] = self.suppose(without=[line])
        rows = {
            name: (made.roi.value, made.chance_of_loss.value, made.net_gain.value)
            for name, made in found.items()
        }
        columns = ["roi", "chance_of_loss", "net_gain"]
        table = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
        return table.rename_axis("left out")

    def benefits(self) -> list[str]:
        """Return the benefits that can be left out: all that do not hold the only costs.

        Examples
        --------
        >>> calculator({"research": {"studies": 2, "price": 3000, "as_good": 1},
        ...             "tools": {"cost": 5000}}, rng=1).benefits()
        ['research']
        """
        kinds = self.lines["kind"]
        others = kinds.drop("answering", errors="ignore") == "cost"
        spared = () if others.any() else ("support",)
        return [str(line) for line in kinds.index[kinds == "benefit"] if line not in spared]


def calculator(assumptions: Assumptions, *, runs: int = RUNS, rng: Any = None) -> Calculation:
    """Return what social media bring a firm in a year, from assumptions with ranges.

    Every assumption is drawn from its range `runs` times, independently of the others; each
    has its own stream of luck, so that changing one redraws no other.

    Parameters
    ----------
    assumptions : mapping, DataFrame, str or Path
        See `roi.assumptions`: line -> input -> number, range or full assumption; such a table;
        the name of an example; or a YAML file.
    runs : int
        Draws, from 2 to a million.
    rng : int or numpy.random.Generator, optional
        Source of luck: the same integer gives the same draws.

    Returns
    -------
    Calculation
        The return as a distribution, its lines, and what drives it.

    Raises
    ------
    ValueError
        Names the assumption that breaks a rule. Costs must be above 0.

    Notes
    -----
    Larger is better for `roi` and `net_gain`, smaller for `chance_of_loss`. What answers cost is
    a cost here. Set against what they save, it would leave the net gain as it is, and
    make the ROI look larger or fall below -1: compare net gains where definitions differ.

    Critique. A distribution of assumptions is no evidence: if all ranges are guesses, so is
    the result, and its decimals are for the arithmetic only. Each benefit counts only what
    would not have come anyway (`contacts_saved`, `new`, `as_good`, `replaced`): these shares
    matter most and are known least. Independence makes the spread too small where assumptions
    rise and fall together. Brand awareness is priced at what the same impressions
    would cost as advertising, which the firm would mostly not have bought; this is the
    weakest line. There is no typical return to compare with: published ones come from
    vendors, or from those that succeeded.

    References
    ----------
    .. [1] I. M. Sobol', "Global sensitivity indices for nonlinear mathematical models and
       their Monte Carlo estimates", Mathematics and Computers in Simulation 55, 2001.
    .. [2] A. Saltelli et al., "Variance based sensitivity analysis of model output",
       Computer Physics Communications 181, 2010.
    .. [3] T. G. Eschenbach, "Spiderplots versus Tornado Diagrams for Sensitivity Analysis",
       Interfaces 22, 1992.

    Examples
    --------
    With nothing left open, 1000 answers save a call of 5 each, at 2 each and 2000 for staff:

    >>> made = calculator({"support": {"answers": 1000, "contacts_saved": 1,
    ...                                "cost_elsewhere": 5, "cost_here": 2},
    ...                    "staff": {"people": 0.1, "cost_per_person": 20_000}}, rng=1)
    >>> made.roi.value, made.net_gain.value, made.chance_of_loss.value
    (0.25, 1000.0, 0.0)
    """
    count = _checks.whole("runs", runs, low=2, high=1_000_000)
    table = assumed.assumptions(assumptions)
    _checks.memory("runs", 24.0 * count * len(table), "ask for fewer runs")
    return _calculated(table, runs=count, key=int(_luck.key(rng)))


# --- inside ------------------------------------------------------------------------


def _calculated(table: pd.DataFrame, *, runs: int, key: int) -> Calculation:
    given = set(table["line"])
    parts = {name: part for name, part in PARTS.items() if part.line in given}

    def totals(values: Mapping[str, Any]) -> tuple[Any, Any]:
        found: dict[str, Any] = {"benefit": 0.0, "cost": 0.0}
        for part in parts.values():
            found[part.kind] = found[part.kind] + part.worth(values)
        return found["benefit"], found["cost"]

    least = totals(table["low"].to_dict())[1]
    if least <= 0:
        msg = f"costs must be above 0 in every draw, got {least:g} at their low: raise one of them"
        raise ValueError(msg)
    specs = table[["distribution", "low", "likely", "high"]].itertuples()
    ranges = {row[0]: (row[1], row[2], row[3], row[4]) for row in specs}
    needed = min(runs, _drive.MOST_RUNS)
    one, other = (
        {name: draws(spec, key=key, name=name, half=half, runs=count)
         for name, spec in ranges.items()} for half, count in enumerate((runs, needed))
    )  # fmt: skip
    benefit, cost = (np.broadcast_to(x, runs) for x in totals(one))
    drawn = pd.DataFrame({"benefit": benefit, "cost": cost, "net_gain": benefit - cost,
                          "roi": benefit / cost - 1.0})  # fmt: skip
    currency = str(table["currency"].iloc[0])
    shares = _drive.variance_shares(list(ranges), one, other, totals)
    tornado = _drive.tornado(table, totals, shares)
    spread = partial(quantiles, level=_LEVEL, what="draws of the assumptions")
    return Calculation(
        assumptions=table,
        currency=currency,
        roi=spread(drawn["roi"].to_numpy(), unit="share of 1"),
        net_gain=spread(drawn["net_gain"].to_numpy(), unit=f"{currency} a year"),
        chance_of_loss=_chance(int((drawn["net_gain"] < 0).sum()), runs),
        summary=_summary(drawn),
        lines=_lines(table["mark"].to_dict(), one, parts),
        tornado=tornado,
        drivers=_drive.drivers(tornado, _DRIVERS),
        note=_drive.doubts(tornado, runs),
        draws=drawn,
        key=key,
    )


def _chance(losses: int, runs: int) -> Estimate:
    chance = losses / runs
    low, high = wilson(losses, runs, 0.95)
    error = float(np.sqrt(chance * (1 - chance) / runs))
    return Estimate(
        chance, low=low, high=high, n=runs, unit="share of 1",
        method="Wilson, for the number of draws only", parts={"standard_error": error},
    )  # fmt: skip


def _summary(drawn: pd.DataFrame) -> pd.DataFrame:
    measures = ["roi", "net_gain", "benefit", "cost"]
    values = drawn[measures].to_numpy()
    table = {"mean": values.mean(axis=0)}
    table["standard_error"] = values.std(axis=0, ddof=1) / np.sqrt(len(values))
    parts = np.quantile(values, list(_QUANTILES.values()), axis=0)
    table |= dict(zip(_QUANTILES, parts, strict=True))
    return pd.DataFrame(table, index=pd.Index(measures, name="measure"))


def _lines(
    marks: Mapping[Any, str],
    one: Mapping[str, NDArray[np.float64]],
    parts: Mapping[str, Part],
) -> pd.DataFrame:
    rank = ["known", "source", "assumed", "contested"]
    kinds = np.array([part.kind for part in parts.values()])
    values = np.array(np.broadcast_arrays(*(part.worth(one) for part in parts.values())))
    low, median, high = np.quantile(values, [0.05, 0.5, 0.95], axis=1)
    mean = values.mean(axis=1)
    whole = np.array([mean[kinds == kind].sum() for kind in kinds])
    share = np.divide(mean, whole, out=np.full(len(mean), np.nan), where=whole > 0)
    worst = [max((marks[n] for n in part.names), key=rank.index) for part in parts.values()]
    columns = {"kind": kinds, "low": low, "median": median, "high": high, "mean": mean,
               "share": share, "mark": worst}  # fmt: skip
    return pd.DataFrame(columns, index=pd.Index(parts, name="line")).astype({"kind": "str"})
