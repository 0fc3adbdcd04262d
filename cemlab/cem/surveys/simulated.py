"""Answers drawn from a known model: for practice, and to see what a method recovers."""

from typing import Any

import numpy as np
import pandas as pd

from cemlab import _checks
from cemlab.cem.surveys._items import Dimensions
from cemlab.cem.surveys._scores import DIMENSIONS
from cemlab.cem.surveys.nonresponse import J_SHAPE, simulate_response
from cemlab.events import validate
from cemlab.observation import Log, last_word, observe


def simulate_servqual(
    n: int,
    *,
    expectation: Any = 6.2,
    perception: Any = 5.0,
    spread: float = 1.0,
    common: float = 0.6,
    together: float = 0.3,
    missing: float = 0.0,
    dimensions: Dimensions = DIMENSIONS,
    scale: tuple[int, int] = (1, 7),
    rng: Any = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    r"""Draw expectations and perceptions of n respondents from one factor a dimension.

    The answer before rounding is :math:`\mu + s(\sqrt{c} f + \sqrt{1 - c}\, e)`: a factor f of
    the respondent and the dimension, an error e of the item, both standard normal. Factors of
    expectation and perception correlate by `together`, those of different dimensions do not.
    Rounded to whole scores; what lies off the scale becomes its end. So an average near the
    top is lower than :math:`\mu`, as ceilings do.

    Parameters
    ----------
    n : int
        Respondents, at least 1.
    expectation, perception : float or array_like of shape (dimensions,)
        Mean before rounding (points), one for all or one a dimension.
    spread : float
        Standard deviation before rounding (points), at least 0.
    common : float
        Part of the variance that a dimension's items share, in [0, 1].
    together : float
        Correlation of a respondent's two factors of a dimension, in [-1, 1].
    missing : float
        Chance that an answer is missing, in [0, 1], the same for all.
    dimensions : mapping of str to sequence of labels
        The items of each dimension.
    scale : tuple of int
        Lowest and highest score.
    rng : int, numpy.random.Generator or None
        Source of luck: the same integer gives the same answers.

    Returns
    -------
    tuple of DataFrame
        Expectations and perceptions, shape (n, items) each.

    Raises
    ------
    ValueError
        If a figure is out of its range.

    Examples
    --------
    >>> expect, found = simulate_servqual(100, rng=1)
    >>> expect.shape, bool(expect.mean().mean() > found.mean().mean())
    ((100, 22), True)
    """
    n = _checks.whole("n", n, low=1)
    spread = _checks.number("spread", spread, low=0)
    common, missing = _checks.probability("common", common), _checks.probability("missing", missing)
    together = _checks.number("together", together, low=-1, high=1)
    low, high = (_checks.whole("scale", end, low=-1000, high=1000) for end in scale)
    if low >= high:
        msg = f"scale must be its lowest and its highest score, got {scale!r}"
        raise ValueError(msg)
    of = np.repeat(np.arange(len(dimensions)), [len(items) for items in dimensions.values()])
    labels = [item for items in dimensions.values() for item in items]
    luck = _checks.generator(rng)
    one, other = luck.standard_normal((2, n, len(dimensions)))
    factors = one, together * one + np.sqrt(1 - together**2) * other
    made = []
    for name, mean, factor in zip(("expectation", "perception"), (expectation, perception), factors, strict=True):  # fmt: skip
        error = luck.standard_normal((n, len(labels)))
        score = _means(name, mean, len(dimensions))[of] + spread * (
            np.sqrt(common) * factor[:, of] + np.sqrt(1 - common) * error
        )
        score = np.clip(np.rint(score), low, high)
        score[luck.random(score.shape) < missing] = np.nan
        made.append(pd.DataFrame(score, columns=labels))
    return made[0], made[1]


def simulate_survey(
    events: Log,
    *,
    asked: str = "closed",
    solved: float = 8.5,
    unsolved: float = 4.0,
    per_repeat: float = 1.0,
    spread: float = 1.5,
    chance: Any = J_SHAPE,
    after_h: float = 24.0,
    observed_until: object = None,
    rng: Any = None,
) -> pd.DataFrame:
    """Return a log with a survey at the end of its journeys: who is asked, and who answers.

    How likely a customer is to recommend the company (0 to 10) is drawn from a normal
    distribution around `solved` or `unsolved`, less `per_repeat` for each contact after the
    first, rounded and kept on the scale. With the same `rng` each customer would give the same
    score, whoever is asked, so that ``asked="all", chance=1`` shows what a survey misses.

    Critique. All figures are assumed. A real survey knows neither what the silent would
    have said, nor who was never asked.

    Parameters
    ----------
    events : DataFrame
        An event log that records "resolve", the customer's word.
    asked : str
        "closed": journeys that the company closed and whose customer has not left, as
        a company can ask; or "all".
    solved, unsolved : float
        Mean score where the problem is solved for the customer, and where it is not.
    per_repeat : float
        Points less for each contact after the first, at least 0.
    spread : float
        Standard deviation before rounding (points), at least 0.
    chance : float, mapping of score to float, function, or array_like
        Chance to answer, as in `simulate_response`.
    after_h : float
        Hours between the last row of a journey and the survey, at least 0.
    observed_until : datetime-like, optional
        End of the observation; by default the last time in the log. Surveys come after it
        where a journey ends late.
    rng : int, numpy.random.Generator or None
        Source of luck: the same integer gives the same answers.

    Returns
    -------
    DataFrame
        The log with one row "survey_nps" for each journey asked, by the customer, its value
        the score; without an answer by the company and without a value.

    Raises
    ------
    ValueError
        If the log never records "resolve" (or "close", which "closed" needs), if it holds
        such a survey already, or a figure is out of its range.

    Examples
    --------
    >>> log = pd.DataFrame({"customer": ["Ana", "Ana", "Bo"], "time": "2024-05-01",
    ...                     "actor": ["customer", "customer", "customer"],
    ...                     "kind": ["contact", "resolve", "contact"]})
    >>> both = simulate_survey(log, asked="all", spread=0, chance=1)
    >>> both.loc[both["kind"] == "survey_nps", ["customer", "value"]].values.tolist()
    [['Ana', 8.0], ['Bo', 4.0]]
    """
    _checks.one_of("asked", asked, ("closed", "all"))
    means = {"solved": _checks.number("solved", solved, low=0, high=10)}
    means["unsolved"] = _checks.number("unsolved", unsolved, low=0, high=10)
    less = _checks.number("per_repeat", per_repeat, low=0)
    spread = _checks.number("spread", spread, low=0)
    later = pd.Timedelta(hours=_checks.number("after_h", after_h, low=0))
    seen = observe(events, observed_until)
    for kind in ("resolve", "close")[: 1 + (asked == "closed")]:
        if kind not in seen.kinds:
            msg = f"events must record {kind}, got none: a survey needs to know how journeys end"
            raise ValueError(msg)
    if "survey_nps" in seen.kinds:
        msg = "events must hold no survey yet, got rows of survey_nps: take the log without them"
        raise ValueError(msg)
    luck = _checks.generator(rng)
    people = len(seen.journeys)
    happy = last_word(seen, "resolve").to_numpy(bool)
    repeats = np.bincount(seen.journey[seen.told], minlength=people).clip(min=1) - 1
    felt = np.where(happy, means["solved"], means["unsolved"]) - less * repeats
    score = np.clip(np.rint(felt + spread * luck.standard_normal(people)), 0, 10)
    answers = simulate_response(score, chance, rng=luck)["answered"].to_numpy()
    those = np.ones(people, bool)
    if asked == "closed":
        left = seen.last_row(seen.rows("leave")) >= 0
        those = last_word(seen, "close").to_numpy(bool) & ~left
    last = seen.last_row(np.ones(len(seen.log), bool))[those]
    rows = seen.journeys[those].reset_index(drop=True)
    rows["time"] = pd.Series(seen.latest[last]) + later
    rows["actor"] = np.where(answers[those], "customer", "company")
    rows["kind"], rows["value"] = "survey_nps", np.where(answers, score, np.nan)[those]
    plain = seen.log.astype({name: object for name in ("customer", "actor", "kind")})
    return validate(pd.concat([plain, rows], ignore_index=True))


# --- inside ------------------------------------------------------------------------


def _means(name: str, mean: Any, k: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    given = np.atleast_1d(np.asarray(mean, object))
    if given.shape not in {(1,), (k,)}:
        msg = f"{name} must be one number or {k}, got {given.size}"
        raise ValueError(msg)
    return np.broadcast_to([_checks.number(name, one) for one in given], (k,)).astype(np.float64)
