"""What a decision costs against what is at stake. Every figure here is the caller's assumption."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from cemlab import _checks


def stake(
    audience: float, *, customers_share: float, leave_chance: float, margin_usd: float
) -> float:
    """Return the money lost when an audience hears a story (USD); smaller is better.

    The product of four numbers of which usually only the first is known.

    Parameters
    ----------
    audience : float
        People who hear the story.
    customers_share : float
        Part of them who would have bought, in [0, 1].
    leave_chance : float
        Chance that the story makes such a person buy elsewhere, in [0, 1].
    margin_usd : float
        What a lost customer would have brought (USD).

    Examples
    --------
    >>> stake(1_000_000, customers_share=0.01, leave_chance=0.1, margin_usd=50)
    50000.0
    """
    people = _checks.number("audience", audience, low=0)
    customers = people * _checks.probability("customers_share", customers_share)
    lost = customers * _checks.probability("leave_chance", leave_chance)
    return lost * _checks.number("margin_usd", margin_usd, low=0)


def break_even_chance(*, cost_usd: float, stake_usd: float) -> float:
    """Return how likely the loss must be for a measure that prevents it to pay for itself.

    Below this chance the measure costs more than it saves on average. Infinite if
    nothing is at stake; a value above 1 means that it cannot pay by this alone.

    Examples
    --------
    >>> break_even_chance(cost_usd=1200, stake_usd=48_000)
    0.025
    """
    cost = _checks.number("cost_usd", cost_usd, low=0)
    loss = _checks.number("stake_usd", stake_usd, low=0)
    if loss == 0:
        return float("inf") if cost else 0.0
    return cost / loss


def ledger(
    audiences: pd.DataFrame,
    costs_usd: Mapping[str, float],
    *,
    as_it_was: str,
    loss_per_sharer_usd: float,
) -> pd.DataFrame:
    """Return one row a decision: its cost, the mean reach it leaves, and when it pays.

    Parameters
    ----------
    audiences : DataFrame
        One column a decision, one row a replicate: people who share (paired runs).
    costs_usd : mapping or Series
        What each decision costs (USD).
    as_it_was : str
        The decision that the others are compared with.
    loss_per_sharer_usd : float
        Assumed loss for every person who shares the story (USD).

    Returns
    -------
    DataFrame
        By decision: `cost_usd`, `mean_reach`, `prevented` (mean sharers fewer than as it
        was), `net_usd` (loss prevented less extra cost) and `break_even_usd` (the loss
        per sharer from which the decision pays; NaN if it prevents nothing).

    Raises
    ------
    ValueError
        If there is no replicate, or a number is missing, negative or not one.

    Examples
    --------
    >>> runs = pd.DataFrame({"refuse": [0, 300], "pay": [0, 0]})
    >>> ledger(runs, {"refuse": 0, "pay": 1200}, as_it_was="refuse",
    ...        loss_per_sharer_usd=10.0)["break_even_usd"].tolist()
    [nan, 8.0]
    """
    if not isinstance(audiences, pd.DataFrame) or audiences.empty:
        got = "none" if isinstance(audiences, pd.DataFrame) else type(audiences).__name__
        msg = f"audiences must be a frame of at least one replicate, got {got}"
        raise ValueError(msg)
    for decision, column in audiences.items():
        if column.dtype.kind not in "iufb":
            msg = f"audiences must be numbers, got {column.iloc[0]!r} for {decision}"
            raise ValueError(msg)
        wrong = column[~(np.isfinite(column.to_numpy(np.float64)) & (column >= 0))]
        if len(wrong):
            msg = f"audiences must be finite numbers of at least 0, got {wrong.iloc[0]:g} for {decision} in replicate {wrong.index[0]}: leave out the whole replicate, as runs are paired"
            raise ValueError(msg)
    decisions, paid = list(audiences.columns), dict(costs_usd)
    _checks.one_of("as_it_was", as_it_was, decisions)
    _checks.one_of_each("decision", decisions, paid)
    loss = _checks.number("loss_per_sharer_usd", loss_per_sharer_usd, low=0)
    costs = {d: _checks.number(f"cost_usd of {d}", paid[d], low=0) for d in decisions}
    table = pd.DataFrame({"cost_usd": pd.Series(costs)})
    table["mean_reach"] = audiences.mean()
    table["prevented"] = table.loc[as_it_was, "mean_reach"] - table["mean_reach"]
    extra = table["cost_usd"] - table.loc[as_it_was, "cost_usd"]
    table["net_usd"] = table["prevented"] * loss - extra
    table["break_even_usd"] = (extra / table["prevented"]).where(table["prevented"] > 0)
    return table.rename_axis("decision")
