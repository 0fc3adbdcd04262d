"""How often tests of one firm speak, by simulation: normal, fat-tailed, clustered, real errors."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cemlab import _checks, _proportions
from cemlab.evidence.shares import _finding, _windows

Array = NDArray[np.float64]
LAWS = ("normal", "fat tails", "clusters", "own returns")
TESTS = ("forecast error", "simple")
GARCH = (0.1, 0.85)
"""Weights of yesterday's square and of yesterday's variance (usual for daily returns; assumed)."""

_WARM, _AT_ONCE = 200, 2_000_000


def size_by_simulation(
    laws: Sequence[str] | str = ("normal", "fat tails", "clusters"),
    *,
    days: int = 4,
    estimation: int = 120,
    sigma: float = 0.03,
    effects: Sequence[float] | float = (0.0,),
    residuals: ArrayLike | None = None,
    block: int = 10,
    degrees: float = 4.0,
    runs: int = 4000,
    level: float = 0.95,
    rng: Any = None,
) -> pd.DataFrame:
    """Return how often the tests of an event study find an effect, the true one being known.

    Each run draws a market, returns of a firm (1 times the market and an error), adds the effect to
    the window and tests it with the market model. Effect 0 shows the size, others the power.

    Parameters
    ----------
    laws : sequence of str
        How a day's errors are drawn: "normal"; "fat tails" (t with `degrees`); "clusters" (GARCH(1,1)
        with weights 0.1 and 0.85, assumed, so that wild days follow wild days); "own returns"
        (blocks of `residuals`, drawn with replacement, in a circle).
    days, estimation : int
        Lengths of event window and estimation window, in trading days.
    sigma : float
        Standard deviation of a day's error, a fraction; "own returns" has that of `residuals`.
    effects : sequence of float
        True cumulative effects, fractions, spread evenly over the window.
    residuals : array_like of float, optional
        Abnormal returns of a real firm; their mean is taken off.
    block : int
        Days of a block.
    degrees : float
        Degrees of freedom of "fat tails", above 2.
    runs : int
        Simulated studies a law; the same ones for all effects.
    level : float
        Confidence of the tests, and of Wilson's interval of each share.
    rng : int or numpy.random.Generator, optional
        Source of luck: the same integer gives the same figures.

    Returns
    -------
    DataFrame
        One row a law, effect and test ("forecast error": with t; "simple": sigma times the root of
        the days, normal law): `law`, `effect`, `test`, `value` (share that speaks), `low`, `high`,
        `se`, `n`.

    Raises
    ------
    ValueError
        If a number is out of its range, or own returns are asked for without `residuals`.

    Notes
    -----
    *Critique.* It shows what a test does if the world is as simulated; the variance at an
    event is likely to be higher than here. The real residuals hold past events.

    References
    ----------
    .. [1] S. Brown, J. Warner, "Using daily stock returns: the case of event studies", Journal of
       Financial Economics 14, 1985.
    .. [2] T. Bollerslev, "Generalized autoregressive conditional heteroskedasticity", Journal of
       Econometrics 31, 1986.
    .. [3] D. Politis, J. Romano, "A circular block-resampling procedure for stationary data",
       in: Exploring the limits of bootstrap, Wiley 1992.

    Examples
    --------
    >>> found = size_by_simulation("normal", runs=1000, rng=1)
    >>> bool(found["low"].iloc[0] < 0.05 < found["high"].iloc[0])
    True
    """
    listed = [laws] if isinstance(laws, str) else list(laws)
    _checks.one_of_each("laws", listed, LAWS)
    if not listed:
        msg = f"laws must be one of {', '.join(LAWS)} or more, got none"
        raise ValueError(msg)
    m, n = _checks.whole("days", days, low=1), _checks.whole("estimation", estimation, low=4)
    spread, count = _checks.number("sigma", sigma, low=0), _checks.whole("runs", runs, low=1)
    if spread == 0:
        msg = f"sigma must be above 0, got {sigma!r}"
        raise ValueError(msg)
    sizes = [_checks.number("effects", e) for e in np.atleast_1d(np.asarray(effects, object))]
    level = _finding.confidence(level)
    luck = _checks.generator(rng)
    draws: dict[str, Callable[..., Array] | None] = {
        "normal": lambda shape: np.asarray(spread * luck.standard_normal(shape)),
        "fat tails": _fat(luck, spread, _checks.number("degrees", degrees)),
        "clusters": lambda shape: np.asarray(spread * clustered(shape, luck)),
        "own returns": _own(luck, residuals, block) if "own returns" in listed else None,
    }
    rows: list[dict[str, Any]] = []
    for law in listed:
        draw = draws[law]
        assert draw is not None
        car, error, simple = _studies(draw, luck, count, n, m, spread)
        limits = {"forecast error": (error, _finding.critical(level, n - 2)),
                  "simple": (simple, _finding.critical(level))}  # fmt: skip
        for size in sizes:
            for test, (scale, limit) in limits.items():
                hits = int((np.abs(car + size) > limit * scale).sum())
                share = hits / count
                low, high = _proportions.wilson(hits, count, level)
                rows.append({"law": law, "effect": size, "test": test, "value": share, "low": low,
                             "high": high, "se": np.sqrt(share * (1 - share) / count),
                             "n": count})  # fmt: skip
    return pd.DataFrame(rows)


def clustered(shape: tuple[int, int], luck: np.random.Generator) -> Array:
    """Return errors of variance 1 whose variance comes in clusters, shape (runs, days).

    >>> found = clustered((2000, 50), np.random.default_rng(1))
    >>> bool(abs(found.var() - 1) < 0.1)
    True
    """
    news, stay = GARCH
    drawn = luck.standard_normal((shape[1] + _WARM, shape[0]))
    variance = np.ones(shape[0])
    for row in drawn:
        row *= np.sqrt(variance)
        variance = (1 - news - stay) + news * row**2 + stay * variance
    return np.asarray(drawn[_WARM:].T)


# --- inside ------------------------------------------------------------------------


def _fat(luck: np.random.Generator, sigma: float, degrees: float) -> Callable[..., Array]:
    if degrees <= 2:
        msg = f"degrees must be above 2, as the variance is infinite otherwise, got {degrees:g}"
        raise ValueError(msg)
    scale = sigma * np.sqrt((degrees - 2) / degrees)
    return lambda shape: np.asarray(scale * luck.standard_t(degrees, shape))


def _own(luck: np.random.Generator, residuals: ArrayLike | None, block: int) -> Callable[..., Array]:  # fmt: skip
    if residuals is None:
        msg = "residuals must be given for the law own returns, got none"
        raise ValueError(msg)
    values = np.asarray(residuals, np.float64)
    if values.ndim != 1 or values.size < 2 or not np.isfinite(values).all() or not np.ptp(values):
        msg = f"residuals must be one list of at least two finite numbers that vary, got {values.size}"  # fmt: skip
        raise ValueError(msg)
    long = _checks.whole("block", block, low=1, high=values.size)
    values = values - values.mean()

    def draw(shape: tuple[int, int]) -> Array:
        blocks = -(-shape[1] // long)
        starts = luck.integers(0, values.size, (shape[0], blocks, 1))
        places = (starts + np.arange(long)) % values.size
        return np.asarray(values[places.reshape(shape[0], -1)[:, : shape[1]]])

    return draw


def _studies(
    draw: Callable[..., Array], luck: np.random.Generator, runs: int, n: int, m: int, sigma: float
) -> tuple[Array, Array, Array]:
    """Return CAR, its standard error, and sigma times the root of the days, for each run."""
    parts, days = [], n + m
    for done in range(0, runs, max(1, _AT_ONCE // days)):
        count = min(runs - done, max(1, _AT_ONCE // days))
        market = sigma * luck.standard_normal((count, days))
        firm = market + draw((count, days))
        x = np.column_stack([np.ones(count * days), market.ravel()])
        first = np.arange(count) * days
        found = _windows.study_each(
            firm.ravel(), x, np.zeros(count * days), window=(first + n, m), estimation=(first, n)
        )
        parts.append((found.car, found.se, found.sigma * np.sqrt(m)))
    car, error, simple = (np.concatenate(each) for each in zip(*parts, strict=True))
    return car, error, simple
