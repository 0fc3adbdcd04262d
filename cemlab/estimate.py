"""A number that knows its interval: what a sample says, and how far it can be trusted."""

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NoReturn

import pandas as pd


class Estimate(float):
    """A number with its interval, the size of its sample and the way it was computed.

    It is the number itself wherever a number is asked for: it adds, compares and prints
    like one. What is computed from it is a plain number again.

    Parameters
    ----------
    value : float
        The figure.
    low, high : float, optional
        Its interval; missing where none can be had, and then `method` says why.
    n : float, optional
        How many answers or cases it rests on; weighted answers count as their worth. Missing
        where it follows from assumptions and rests on none.
    level : float
        Confidence of the interval, above 0 and below 1.
    unit : str
        Unit of the figure, such as "points" or "share of 1".
    method : str
        How the interval was computed, in words that a reader can look up.
    parts : mapping of str to float, optional
        The figures that it is made of, such as promoters and detractors.

    Raises
    ------
    ValueError
        If `low` is above `high`.

    Examples
    --------
    >>> score = Estimate(30.0, low=22.35, high=37.65, n=400, unit="points", method="Wald",
    ...                  parts={"promoters": 0.5, "detractors": 0.2})
    >>> score
    30 [22.4, 37.6] points (95 %, n = 400)
    >>> Estimate(2.5, low=1.67, high=4.09, level=1, unit="money", method="exact bounds of ranges")
    2.5 [1.67, 4.09] money (100 %)
    >>> score > 25, score + 1, score.low, score.parts["promoters"]
    (True, 31.0, 22.35, 0.5)
    """

    __slots__ = ("high", "level", "low", "method", "n", "parts", "unit")

    low: float
    high: float
    n: float
    level: float
    unit: str
    method: str
    parts: Mapping[str, float]

    def __new__(
        cls,
        value: float,
        *,
        low: float = math.nan,
        high: float = math.nan,
        n: float = math.nan,
        level: float = 0.95,
        unit: str = "",
        method: str = "",
        parts: Mapping[str, float] | None = None,
    ) -> "Estimate":
        """Hold the number together with what belongs to it."""
        if low > high:
            msg = f"low must be at most high, got {low:g} and {high:g}"
            raise ValueError(msg)
        made = super().__new__(cls, value)
        held = {"low": float(low), "high": float(high), "n": n, "level": level, "unit": unit}
        held |= {"method": method, "parts": MappingProxyType(dict(parts or {}))}
        for name, part in held.items():
            object.__setattr__(made, name, part)
        return made

    def __setattr__(self, name: str, value: object) -> NoReturn:
        msg = f"an Estimate must stay as it was computed, got {name} = {value!r}: compute a new one"
        raise AttributeError(msg)

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel to other processes (sweeps) with everything that belongs to the number."""
        return _again, (float(self), self.row() | {"parts": dict(self.parts)})

    @property
    def value(self) -> float:
        """The figure as a plain number."""
        return float(self)

    def row(self) -> dict[str, Any]:
        """Return the interval, the sample size and how they were found, by name."""
        names = ("low", "high", "n", "level", "unit", "method")
        return {name: getattr(self, name) for name in names}

    def __repr__(self) -> str:
        unit = f" {self.unit}" if self.unit else ""
        known = math.isfinite(self.low) or math.isfinite(self.high)
        limits = f" [{_short(self.low)}, {_short(self.high)}]" if known else ""
        trust = f"{100 * self.level:g} %" if known else "no interval"
        rests = "" if math.isnan(self.n) else f", n = {self.n:,g}"
        return f"{_short(float(self))}{limits}{unit} ({trust}{rests})"

    __str__ = __repr__


def table(estimates: Mapping[str, Estimate]) -> pd.DataFrame:
    """Return estimates under each other: `value`, `low`, `high`, `n`, `level`, `unit`, `method`.

    Examples
    --------
    >>> shown = table({"NPS": Estimate(30.0, low=22.35, high=37.65, n=400)})
    >>> shown[["value", "low", "n"]].to_dict("index")
    {'NPS': {'value': 30.0, 'low': 22.35, 'n': 400}}
    """
    rows = [{"value": float(one)} | one.row() for one in estimates.values()]
    columns = ["value", "low", "high", "n", "level", "unit", "method"]
    return pd.DataFrame(rows, index=pd.Index(estimates, name="measure"), columns=columns)


def _again(value: float, held: Mapping[str, Any]) -> Estimate:
    return Estimate(value, **held)


def _short(value: float) -> str:
    """Return three figures, but every figure before the point.

    >>> _short(30.0), _short(0.93333), _short(15447.7), _short(22.35), _short(-0.0), _short(1e-12)
    ('30', '0.933', '15,448', '22.4', '0', '1e-12')
    """
    if not math.isfinite(value):
        return "unknown" if math.isnan(value) else f"{value}"
    if 0 < abs(value) < 1e-6:
        return f"{value:.3g}"
    size = 0 if value == 0 else math.floor(math.log10(abs(value)))
    text = f"{value + 0.0:,.{min(max(2 - size, 0), 9)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
