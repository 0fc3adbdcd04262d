"""What a reader of a fit must know, in sentences."""

import numpy as np

from cemlab import _words
from cemlab.calibrate import _counters, _residuals
from cemlab.calibrate._result import Fit

_CLOSE = 0.99


def said_of(found: Fit, luck: float) -> list[str]:
    """Return what a reader must know, a sentence each."""
    made, peak, said = found._problem, found._peak, []
    names = list(found.params)
    if found.left_out.get("contested alone"):
        many = found.left_out["contested alone"]
        said.append(
            f"{_words.counted(many, 'contested reading')} left out: no alternative stands beside {'it' if many == 1 else 'them'}"
        )
    enclosed = int(
        ((found.readings["group"] < 0) & (found.readings["precision"] != "at least")).sum()
    )
    enclosed += found.n["alternatives"]
    if enclosed <= len(names) + 1:
        said.append(
            f"hardly more readings ({enclosed} with two limits) than parameters ({len(names)}): look at interval() and profile() before you believe one"
        )
    if peak.plateau:
        said.append(
            "the limits of the rounded readings hold a whole region of curves: the parameters are one of many that fit as well (see interval()), and the noise cannot be told"
        )
    for i in np.flatnonzero(peak.bound):
        value = found.params[names[i]]
        low = peak.place[i] <= made.low[i] + 10.0 and peak.place[i] < made.high[i] - 1e-6
        edge = made.least[i] if low else made.most[i]
        said.append(
            f"{names[i]} lies on its bound ({value if not np.isfinite(edge) else edge:g}): it has no standard error, and those of the others take it as known"
        )
    loose = [name for name, flat in zip(names, peak.flat, strict=True) if flat]
    if loose:
        said.append(f"the readings do not fix {', '.join(loose)}: other values fit as well")
    tight = found.correlation.to_numpy()
    for late in range(len(names)):
        for early in range(late):
            if abs(tight[late, early]) > _CLOSE:
                said.append(
                    f"{names[early]} and {names[late]} are told apart badly: their errors have a correlation of {tight[late, early]:.3f}"
                )
    wide = np.sqrt(np.diag(peak.covariance)[: len(names)])
    for i in np.flatnonzero(np.nan_to_num(wide) > 2.0):
        if made.log[i] or wide[i] > 100:
            said.append(
                f"{names[i]} is hardly fixed by the readings: its standard error is {found.standard_errors[names[i]] / abs(found.params[names[i]]):.1f} times its value"
            )
    if peak.rivals:
        other = made.named(peak.rivals[0])
        told = ", ".join(f"{name} {value:.4g}" for name, value in other.items())
        said.append(f"the optimum is not the only one: {told} fits as well")
    if peak.place[-1] <= made.floor + 1e-6:
        said.append(
            "the curve runs through all readings, so that nothing is left to tell the noise from: do not trust the intervals"
        )
    else:
        lag = found.checks().loc["lag-1 correlation"]
        if _residuals.alike(lag["value"], lag["p"], made.data.n) and not peak.plateau:
            said.append(
                f"residuals of neighbours agree (lag-1 correlation {lag['value']:.2f}): the intervals are too short"
            )
        better = _counters.gain(made, peak)
        if better > _counters.BETTER:
            said.append(
                f"errors add up from reading to reading (noise='increments' lowers the AIC of the exact readings by {2 * better:.1f}): the intervals are too short"
            )
    if luck > 0:
        share = " of the curve" if made.data.relative else " in the unit of the readings"
        size = f"{luck:.1%}" if made.data.relative else f"{luck:.3g}"
        said.append(
            f"the curve is simulated: its own luck is up to {size}{share}, and is in the standard errors"
        )
    if found.noise == "increments" and found.left_out.get("not exact"):
        said.append(
            f"{_words.counted(found.left_out['not exact'], 'reading')} left out: only exact ones have increments"
        )
    return said
