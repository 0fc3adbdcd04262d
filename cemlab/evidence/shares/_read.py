"""A firm and its factors on trading days, ready for arithmetic, and what can be wrong with them."""

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cemlab.evidence.shares import _calendar, _panel
from cemlab.evidence.shares._windows import LEAST, Studies

Array = NDArray[np.float64]
Places = NDArray[np.int64]

_CONSTANT = 1e-12


@dataclass(frozen=True, eq=False)
class Panel:
    """Returns of one firm and of the factors that a model uses, a row a trading day."""

    label: str
    firm: Array
    names: list[str]
    factors: Array
    days: pd.DatetimeIndex
    still: NDArray[np.bool_]

    @property
    def complete(self) -> NDArray[np.bool_]:
        return np.asarray(np.isfinite(self.firm) & np.isfinite(self.factors).all(axis=1))

    def inside(self, name: str, relative: tuple[int, int], place: int) -> Places:
        """Return the rows of days relative to day 0, all of which must exist."""
        return _panel.rows(name, relative, place, len(self.days))

    def stop(self, found: Studies, during: Places, used: Places) -> None:
        """Stop with one sentence if a study has no result."""
        lost = during[~self.complete[during]]
        if lost.size:
            row = [self.firm[lost[0]], *self.factors[lost[0]]]
            whose = [self.label, *self.names][int(np.flatnonzero(np.isnan(row))[0])]
            msg = f"window must have a return on each day, got none of {whose} on {self.days[lost[0]]:%Y-%m-%d}"
            raise ValueError(msg)
        if found.fixed[0]:
            return
        if found.df[0] < LEAST:
            msg = f"estimation must have at least {found.k + LEAST} days with returns, got {found.n[0]}: take more days"
            raise ValueError(msg)
        known = used[self.complete[used]]
        self._stop_constant(known)
        names = ", ".join(self.names) or "a constant"
        if found.k > 1 and np.linalg.matrix_rank(_unit(self.factors[known])) < found.k - 1:
            msg = f"factors must not be combinations of each other, got {names}: leave one out"
            raise ValueError(msg)
        msg = f"returns of {self.label} must not be an exact combination of {names}, got residuals of 0 in the estimation window"
        raise ValueError(msg)

    def calendar(self, first: int, last: int, window: Places | None = None) -> list[str]:
        """Return sentences on what is odd about the days between two rows, and in a window."""
        days = self.days[first : last + 1]
        told = _calendar.holes(days) + _calendar.closed(days, self.still[first : last + 1])
        return told if window is None else told + _calendar.absent(self.days[window])

    def _stop_constant(self, rows: Places) -> None:
        columns = [self.firm[rows], *self.factors[rows].T]
        for name, values in zip([self.label, *self.names], columns, strict=True):
            if np.ptp(values) <= _CONSTANT * np.abs(values).max():
                msg = f"returns must vary in the estimation window, got {values[0]:g} of {name} on all {len(rows)} days"
                raise ValueError(msg)


def read(returns: pd.DataFrame, firm: str, factors: _panel.Factors, model: str) -> Panel:
    """Return the firm and the factors that `model` uses, checked."""
    table = _panel.wide(returns, "returns")
    y = _panel.column(table, firm, "firm")
    names, values = _panel.factor_columns(table, factors, firm)
    if model in ("constant mean", "raw"):
        names, values = [], values[:, :0]
    if model == "market adjusted" and not names:
        msg = "factors must be given for the market adjusted model, got none"
        raise ValueError(msg)
    warn_of_per_cent(y, str(firm))
    for name, column in zip(names, values.T, strict=True):
        if model == "market adjusted":
            warn_of_per_cent(column, name)
    days = pd.DatetimeIndex(table.index)
    return Panel(str(firm), y, names, values, days, _calendar.still(table))


def warn_of_per_cent(values: Array, name: str) -> None:
    """Warn of returns beyond 1, up or down."""
    known = values[np.isfinite(values)]
    if known.size and np.abs(known).max() > 1:
        far = known[np.abs(known).argmax()]
        msg = f"returns of {name} look like per cent, got {far:g}: fractions are meant (0.01 is 1 %), so divide by 100 unless it is true"
        warnings.warn(msg, UserWarning, stacklevel=4)


# --- inside ------------------------------------------------------------------------


def _unit(factors: Array) -> Array:
    centred = factors - factors.mean(axis=0)
    size = np.linalg.norm(centred, axis=0)
    return np.asarray(centred / np.where(size > 0, size, 1.0))
