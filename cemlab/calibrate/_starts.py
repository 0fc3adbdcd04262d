"""Where a search begins besides the start that was given."""

import numpy as np
from scipy.stats import qmc

from cemlab.calibrate._likelihood import Array
from cemlab.calibrate._problem import Problem, scales

_NEAR = 4.0
_SCREENED = 100
_KEPT = 6


def near(made: Problem, start: Array, many: int, rng: np.random.Generator) -> list[Array]:
    """Return a Latin hypercube inside the bounds, and near the start where they are open."""
    if many < 1:
        return []
    reach = np.where(made.log, _NEAR, 3.0)
    low, high = made.low[: start.size], made.high[: start.size]
    deep = made.log & (low <= start - 25)
    least = np.where(np.isfinite(low) & ~deep, np.maximum(low, start - 3 * reach), start - reach)
    most = np.where(np.isfinite(high), np.minimum(high, start + 3 * reach), start + reach)
    points = qmc.LatinHypercube(start.size, rng=rng).random(many)
    return list(least + points * (most - least))


def far(made: Problem, start: Array, rng: np.random.Generator) -> list[Array]:
    """Return the best of many places far apart, by their gaps alone.

    Each parameter is drawn around its start or around one of the sizes that times and values
    give; one with two finite bounds also evenly between them.
    """
    k, many = start.size, _SCREENED * start.size
    low, high = made.low[:k], made.high[:k]
    sizes = scales(made.data)
    logs = np.log(sizes)
    columns, evenly = [], rng.random(many) < 0.5
    for i in range(k):
        if made.log[i]:
            centres = np.append(start[i], logs)[rng.integers(0, sizes.size + 1, many)]
        else:
            signs = np.array([-1.0, 1.0])[rng.integers(0, 2, many)]
            around = signs * sizes[rng.integers(0, sizes.size, many)] / made.size[i]
            centres = np.where(rng.random(many) < 0.5, start[i], around)
        reach = 3.0 if made.log[i] else np.maximum(np.abs(centres), 1.0)
        drawn = centres + reach * rng.uniform(-1, 1, many)
        if np.isfinite(made.least[i]) and np.isfinite(made.most[i]):
            even = rng.uniform(made.least[i], made.most[i], many)
            with np.errstate(divide="ignore"):
                even = np.log(even) if made.log[i] else even / made.size[i]
            drawn = np.where(evenly, even, drawn)
        columns.append(np.clip(drawn, low[i], high[i]))
    places = np.column_stack(columns)
    unit = made._unit
    costs = np.array([float(np.sum((made.gaps(place) / unit) ** 2)) for place in places])
    best: list[Array] = []
    for j in np.argsort(costs, kind="stable"):
        if len(best) == _KEPT or not np.isfinite(costs[j]):
            break
        if all(np.abs(places[j] - other).max() > 0.3 for other in best):
            best.append(places[j])
    return best
