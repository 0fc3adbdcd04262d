"""From a curve of views to a class of attention, or to the reason why none can be told."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.signal import find_peaks
from scipy.stats import poisson

from cemlab import _checks
from cemlab._words import counted, share
from cemlab.estimate import Estimate
from cemlab.sim.attention import _decay
from cemlab.sim.attention._rates import Rates

Array = NDArray[np.float64]
UNKNOWN = "cannot be told"
SHARES = {"exogenous subcritical": (0.8, 1.0), "exogenous critical": (0.2, 0.8), "endogenous critical": (0.0, 0.2)}  # fmt: skip
"""Share of all views on the peak day, by class: a rule of thumb, recalled."""

# Conventions of our own; `classify` tells its reader of them.
_STANDS_OUT = 1.5  # a peak is at least so many times the median of the other days ...
_BY_CHANCE = 0.001  # ... and rarer than this among days of one constant rate
_SECOND, _VALLEY = 0.5, 0.25  # another peak: so much of the first, with a dip as deep as that
_FEW_BEFORE = 5  # days before the peak that say something of the background
_GRADUAL = 0.1  # views before the peak, of those around it, that make a growth
_NEAR = 1.5  # up to so many times the background, views are back at it
_WORSE, _MUCH_WORSE = 2.0, 6.0  # AICc above the best law: as good no more; out of the question


@dataclass(frozen=True, eq=False)
class Classification:
    """What a curve of views tells about how attention came and went.

    Attributes
    ----------
    kind : str
        "exogenous subcritical", "exogenous critical", "endogenous critical" or "cannot be told".
    trust : str
        How far this can be trusted, or why it cannot be told.
    peak_day : date or number
        The day, or the start of the span, with the highest rate.
    peak_share : float
        Share of the recorded views on the peak day; of a longer span, one average day of it.
    share_says : str
        The class by the rule of thumb on this share (recalled, unverified).
    exponent : Estimate
        Of the fall after the peak; its `parts` has the standard error `se`.
    growth : Estimate
        The same before the peak, backwards in time: above 0 if views rose towards it.
    before_share : float
        Of the views around the peak, equally long before and after: the share before.
    laws : DataFrame
        One row a law of decay: parameters, `aicc`, and `delta`, how much worse than the best.
    decay : DataFrame
        The points fitted: `days_after` the peak, `views_per_day`, and what each law gives.
    background : float
        Views a day that were taken off before the fit.
    left_out : dict
        Days `missing`, and days `zero` (no log) in the window: none above the background.
    """

    kind: str
    trust: str
    peak_day: Any
    peak_share: float
    share_says: str
    exponent: Estimate
    growth: Estimate
    before_share: float
    laws: pd.DataFrame
    decay: pd.DataFrame
    background: float
    left_out: dict[str, int]

    def predict(self, days_after: ArrayLike, *, law: str = "power law") -> Array:
        """Return the views a day that a law of decay gives so many days after the peak."""
        _checks.one_of("law", law, _decay.LAWS)
        days = np.asarray(days_after, np.float64)
        if self.laws.empty or not (days > 0).all():
            rule = "days_after must be above 0" if len(self.laws) else "a law must have been fitted"
            msg = f"{rule}, got {np.min(days) if days.size else 'none'}"
            raise ValueError(msg)
        row = self.laws.loc[law]
        if law == "power law":
            return np.asarray(self.background + row["height"] * days ** -row["exponent"])
        speed = 0.0 if math.isnan(row["tau_days"]) else 1 / row["tau_days"]
        fall = np.exp(-((speed * days) ** row["stretch"]))
        return np.asarray(self.background + row["height"] * fall)


def classes(theta: float) -> pd.DataFrame:
    """Return the four classes, their exponents and the rule of thumb."""
    fall = {"exogenous subcritical": 1 + theta, "exogenous critical": 1 - theta, "endogenous critical": 1 - 2 * theta, "endogenous subcritical": math.nan}  # fmt: skip
    rise = [
        "sudden",
        "sudden",
        "gradual, with the exponent of the fall",
        "none: noise around a mean",
    ]
    limits = [SHARES.get(name, (math.nan, math.nan)) for name in fall]
    return pd.DataFrame(
        {
            "exponent": list(fall.values()),
            "rise": rise,
            "peak_share_low": [low for low, _ in limits],
            "peak_share_high": [high for _, high in limits],
            "confidence": "shares recalled, unverified",
        },
        index=pd.Index(fall, name="class"),
    )


def of(
    rates: Rates,
    theta: float,
    window: tuple[float, float],
    background: float | None,
    level: float,
) -> Classification:
    """Return the class that a curve fits, with its reasons."""
    start, end, rate, names, missing, vague = rates
    length = end - start
    top = int(np.argmax(rate))
    middle = (start[top] + end[top]) / 2
    days = _days_from(middle, start, end)
    part = float(rate[top] * min(length[top], 1.0) / (rate @ length))
    before = (np.arange(rate.size) < top) & (rate > 0)
    growth = _exponent(
        -days[before][::-1], rate[before][::-1], _FEW_BEFORE, level, "before the peak"
    )
    ahead = _before_share(rates, top)
    gradual = _gradual(growth, ahead, theta)
    steady = background
    if steady is None:
        calm = top >= _FEW_BEFORE and gradual is not True
        steady = float(np.median(rate[:top])) if calm else 0.0
    after = (np.arange(rate.size) > top) & (days >= window[0]) & (days <= window[1])
    after &= np.arange(rate.size) < _back_to(rate, top, steady)
    fitted = after & (rate > steady)
    zero = int((after & ~fitted).sum())
    x, y = days[fitted], rate[fitted] - steady
    enough = x.size >= _decay.FEWEST
    laws = _decay.fit(x, y) if enough else {}
    table = _decay.compared(laws, x.size) if enough else pd.DataFrame()
    fall = _exponent(x, y, _decay.FEWEST, level, "after the peak")
    says = _by_share(part)
    why = _why_not(rates, top, x.size)
    kind, trust = (UNKNOWN, why) if why else _class(fall, gradual, table, theta)
    if not why:
        trust += _remarks(kind, says, part, float(length[top]), zero, x.size)
        if vague[fitted].any():
            trust += f" {vague[fitted].sum()} of {x.size} rates are known only within a factor of two or worse, which the interval leaves out."
    return Classification(
        kind=kind,
        trust=trust,
        peak_day=names[top],
        peak_share=part,
        share_says=f"{says} (rule of thumb, recalled)",
        exponent=fall,
        growth=growth,
        before_share=ahead,
        laws=table,
        decay=pd.DataFrame(
            {"days_after": x, "views_per_day": rate[fitted]}
            | {name: steady + _decay.curve(name, law, x) for name, law in laws.items()}
        ),
        background=steady,
        left_out={"missing": missing, "zero": zero},
    )


# --- inside ------------------------------------------------------------------------


def _days_from(middle: float, start: Array, end: Array) -> Array:
    """Return days from the peak to each span: to its middle, of long ones the logarithmic mean."""
    days = (start + end) / 2 - middle
    near, far = np.minimum(np.abs(start - middle), np.abs(end - middle)), np.maximum(np.abs(start - middle), np.abs(end - middle))  # fmt: skip
    long = (end - start > 1 + 1e-9) & (near > 0) & (days != 0)
    days[long] = (np.sign(days) * (far - near))[long] / np.log(far[long] / near[long])
    return np.asarray(days)


def _exponent(x: Array, y: Array, fewest: int, level: float, where: str) -> Estimate:
    if x.size < fewest:
        why = f"no fit: {counted(x.size, 'day')} with views {where}, {fewest} are needed"
        return Estimate(math.nan, n=x.size, level=level, method=why)
    return _decay.exponent(x, y, level)


def _before_share(rates: Rates, top: int) -> float:
    """Return views before the peak, of those as long before as after it; missing without any."""
    start, end, rate = rates.start, rates.end, rates.rate
    reach = min(start[top] - start[0], end[-1] - end[top])
    if reach <= 0:
        return math.nan
    back = np.clip(end - np.maximum(start, start[top] - reach), 0, None)[:top] @ rate[:top]
    on = np.clip(np.minimum(end, end[top] + reach) - start, 0, None)[top + 1 :] @ rate[top + 1 :]
    return float(back / (back + on)) if back + on else math.nan


def _gradual(growth: Estimate, ahead: float, theta: float) -> bool | None:
    """Return whether views rose towards the peak; None if that is not recorded."""
    if math.isnan(growth) or math.isnan(ahead):
        return None
    return bool(growth.low > 0 and growth > (1 - 2 * theta) / 2 and ahead > _GRADUAL)


def _back_to(rate: Array, top: int, steady: float) -> int:
    """Return the first place after the peak from which three are near the background."""
    near = rate <= _NEAR * steady if steady else np.zeros(rate.size, bool)
    three = near[:-2] & near[1:-1] & near[2:]
    found = np.flatnonzero(three[top + 1 :])
    return int(found[0]) + top + 1 if found.size else rate.size


def _by_share(part: float) -> str:
    return next(name for name, (low, _) in SHARES.items() if part > low or low == 0)


def _why_not(rates: Rates, top: int, n: int) -> str:
    """Return why no class can be told before any slope is looked at, or nothing."""
    rate, length = rates.rate, rates.end - rates.start
    others = np.delete(rate, top)
    if others.size:
        mean = float(others @ np.delete(length, top) / np.delete(length, top).sum())
        chance = rate.size * poisson.sf(rate[top] * length[top] - 1, mean * length[top])
        if rate[top] < _STANDS_OUT * np.median(others) or chance > _BY_CHANCE:
            return "No day stands out from the others: this may be noise around a mean, as quiet videos have it (endogenous subcritical, or no story at all)."
    if n < _decay.FEWEST:
        return f"Only {counted(n, 'day')} with views after the peak to fit: {_decay.FEWEST} are needed. The highest peak may also be still to come."
    peaks, _ = find_peaks(rate, height=_SECOND * rate[top], prominence=_VALLEY * rate[top])
    others = peaks[np.abs(peaks - top) > 1]
    if others.size:
        return f"There is more than one peak: {counted(others.size, 'other day stands', 'other days stand')} at {share(float(rate[others].min() / rate[top]), float(rate[others].max() / rate[top]))} of the highest. One burst cannot be told from the next."
    return ""


def _class(
    fall: Estimate, gradual: bool | None, laws: pd.DataFrame, theta: float
) -> tuple[str, str]:
    """Return the class and what speaks for it, or why there is none."""
    best, delta = laws["aicc"].idxmin(), float(laws.loc["power law", "delta"])
    range_ = f"{fall.low:.2f} to {fall.high:.2f}"
    if delta > _MUCH_WORSE:
        return (
            UNKNOWN,
            f"The fall is no power law: {best} decay describes it better (AICc lower by {delta:.1f}), and the classes are about power laws.",
        )
    if not fall.low > 0:
        return (
            UNKNOWN,
            f"After the peak day there is no fall that noise would not show: exponent {fall:.2f}, from {fall.low:.2f} to {fall.high:.2f}.",
        )
    borders = {"endogenous critical": (0.0, 1 - 1.5 * theta), "exogenous critical": (1 - 1.5 * theta, 1.0), "exogenous subcritical": (1.0, 1 + 2 * theta)}  # fmt: skip
    fits = [name for name, (low, high) in borders.items() if fall.low < high and fall.high > low]
    if not fits:
        return UNKNOWN, f"The fall is steeper than any class: exponent {fall:.2f}, from {range_}."
    if len(fits) > 1:
        return (
            UNKNOWN,
            f"The exponent {fall:.2f} ({range_}) is not known well enough: it fits {' as well as '.join(fits)}.",
        )
    kind = fits[0]
    if gradual and kind.startswith("exogenous"):
        return (
            UNKNOWN,
            f"The fall (exponent {fall:.2f}, {range_}) fits {kind}, but the views rose towards the peak, which a shock does not explain.",
        )
    if gradual is False and kind.startswith("endogenous"):
        return (
            UNKNOWN,
            f"The fall (exponent {fall:.2f}, {range_}) fits {kind}, but the views did not rise towards the peak, as those of a burst from inside do.",
        )
    trust = (
        f"Exponent {fall:.2f} ({range_}) lies within {kind} alone, for theta {theta:g} (assumed)."
    )
    if delta > _WORSE:
        trust += (
            f" But {best} decay describes the fall somewhat better (AICc lower by {delta:.1f})."
        )
    else:
        rivals = [str(name) for name in laws.index[laws["delta"] <= delta + _WORSE] if name != "power law"]  # fmt: skip
        if rivals:
            trust += f" The fall does not tell a power law from {' or '.join(rivals)} decay."
    if gradual is None:
        trust += " What came before the peak is not recorded, so that shock and growth cannot be told apart by it."
    return kind, trust


def _remarks(kind: str, says: str, part: float, length: float, zero: int, n: int) -> str:
    """Return what else a reader should know."""
    out = ""
    if n < 20:
        out += f" Only {n} points were fitted: exponents from so few are rough."
    if zero:
        out += f" {counted(zero, 'day')} without views above the background left out, which makes the fall look slower."
    if kind not in (UNKNOWN, says):
        out += f" The peak day's share ({share(part, part)}) says {says} by a rule of thumb (recalled)."
    if length > 1 + 1e-9:
        out += f" The highest rate is a mean over {length:.3g} days: the peak day and its share are blurred."
    return out
