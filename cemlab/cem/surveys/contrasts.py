"""Penalty and reward: what an attribute costs when it is bad, and brings when it is good."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import statsmodels.api as sm  # type: ignore[import-untyped, unused-ignore]

from cemlab import _checks
from cemlab._proportions import confidence
from cemlab.cem.surveys import _items
from cemlab.estimate import Estimate

Limit = float | Mapping[Hashable, float]
"""A score, one for all attributes or one for each."""


@dataclass(frozen=True, eq=False)
class PenaltyReward:
    """What `penalty_reward` found.

    Attributes
    ----------
    attributes : DataFrame
        By attribute: `penalty`, `reward`, `asymmetry` (reward + penalty), each with `_low` and
        `_high` (points of the overall score), `kind`, and how many respondents gave `low`,
        `middle` and `high` scores.
    base : Estimate
        Overall score where all attributes are in the middle.
    r_squared : float
        Share of the overall score's variance that the contrasts explain.
    left_out : int
        Respondents with a missing answer.
    limits : DataFrame
        By attribute, the scores up to which (`low`) and from which (`high`) a dummy is 1.
    """

    attributes: pd.DataFrame
    base: Estimate
    r_squared: float
    left_out: int
    limits: pd.DataFrame

    def predict(self, attributes: Any) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Return the overall score expected for scores of the attributes, shape (n,).

        Columns go by name, or by place if no name is that of an attribute; a respondent with
        a missing score has none.
        """
        attributes = _items.wide("attributes", attributes)
        values = _items.scores("attributes", attributes)
        if values.shape[1] != len(self.limits):
            msg = f"attributes must be {len(self.limits)} columns, got {values.shape[1]}"
            raise ValueError(msg)
        known = set(self.limits.index)
        if known & set(attributes):
            odd = [name for name in attributes if name not in known]
            if odd:
                msg = f"attributes must have only the names {', '.join(map(str, self.limits.index))}, got {odd[0]!r}"
                raise ValueError(msg)
            values = _items.scores("attributes", attributes[list(self.limits.index)])
        bad = (values <= self.limits["low"].to_numpy()) @ self.attributes["penalty"].to_numpy()
        good = (values >= self.limits["high"].to_numpy()) @ self.attributes["reward"].to_numpy()
        return np.where(np.isnan(values).any(axis=1), np.nan, float(self.base) + bad + good)


def penalty_reward(
    overall: Any, attributes: Any, *, low: Limit, high: Limit, level: float = 0.95
) -> PenaltyReward:
    """Return how much bad and good scores of each attribute move the overall score.

    Each attribute enters a linear regression with two dummies: scores of at most `low`
    (penalty) and of at least `high` (reward), against those between. Standard errors are
    robust (HC3), intervals Student's.

    Parameters
    ----------
    overall : array_like of float, shape (n,)
        Overall score, such as satisfaction.
    attributes : DataFrame, mapping or array_like, shape (n, k) or (n,)
        Scores of the attributes, a column or a list each. Respondents with a missing answer are left out and counted.
    low, high : float or mapping of attribute to float
        Highest score that is bad, and lowest that is good.
    level : float
        Confidence of the intervals, above 0 and below 1.

    Returns
    -------
    PenaltyReward
        A penalty is usually below 0, a reward above. `kind` is "basic" if the penalty is
        below 0 and surely the larger, "excitement" if the reward is above 0 and surely the
        larger, "performance" if both are sure and neither surely the larger, else "not clear".
        An exact fit has intervals without width.

    Raises
    ------
    ValueError
        If fewer than 2 respondents gave an attribute low, middle or high scores, if contrasts
        cannot be told apart, or if all overall scores are equal.

    Notes
    -----
    Critique: the limits are the analyst's choice and move the kinds; try several. Attributes
    rated by one person in one sitting share a mood, so that all matter less singly than they
    seem, and correlated attributes have wide intervals. "Performance" says only that no
    asymmetry was seen: a small sample makes it likely. Not a causal effect.

    References
    ----------
    .. [1] D. R. Brandt, "A procedure for identifying value-enhancing service components using
       customer satisfaction survey data", in "Add value to your service", AMA 1987.
    .. [2] V. Mittal, W. T. Ross, P. M. Baldasare, "The asymmetric impact of negative and
       positive attribute-level performance on overall satisfaction and repurchase
       intentions", Journal of Marketing 62, 1998.

    Examples
    --------
    Means are 2, 5 and 6 where the attribute is bad, middling and good:

    >>> found = penalty_reward([1, 3, 4, 6, 5, 7], [1, 1, 3, 3, 5, 5], low=2, high=4)
    >>> found.attributes[["penalty", "reward", "asymmetry"]].round(9).values.tolist()
    [[-3.0, 1.0, -2.0]]
    """
    level = confidence(level)
    attributes = _items.wide("attributes", attributes)
    x = _items.scores("attributes", attributes)
    y = _items.scores("overall", _items.wide("overall", overall))
    if y.shape[1] != 1 or len(y) != len(x):
        msg = f"overall must be one score of each of the {len(x)} respondents, got shape {y.shape}"
        raise ValueError(msg)
    whole = ~np.isnan(x).any(axis=1) & ~np.isnan(y[:, 0])
    x, score = x[whole], y[whole, 0]
    limits = _limits(list(attributes.columns), low, high)
    bad, good = x <= limits["low"].to_numpy(), x >= limits["high"].to_numpy()
    counts = {"low": bad.sum(axis=0), "middle": (~bad & ~good).sum(axis=0), "high": good.sum(axis=0)}  # fmt: skip
    for name, count in counts.items():
        if (count < 2).any():
            which = limits.index[int(np.argmin(count))]
            msg = f"attributes must have at least 2 {name} scores each, got {count.min()} of {which!r}: move the limits"
            raise ValueError(msg)
    if np.ptp(score) == 0:
        msg = f"overall must differ between respondents, got {score[0]:g} from all"
        raise ValueError(msg)
    design = np.column_stack([np.ones(len(x)), bad, good]).astype(np.float64)
    _estimable(design)
    fit = sm.OLS(score, design).fit(cov_type="HC3", use_t=True)
    k = x.shape[1]
    eye = np.eye(1 + 2 * k)
    wanted = np.vstack([eye, eye[1 : 1 + k] + eye[1 + k :]])
    test = fit.t_test(wanted)
    value, ends = np.asarray(test.effect), np.asarray(test.conf_int(alpha=1 - level))
    found = pd.DataFrame(index=limits.index)
    for i, name in enumerate(("penalty", "reward", "asymmetry")):
        at = slice(1 + i * k, 1 + (i + 1) * k)
        found[name] = value[at]
        found[f"{name}_low"], found[f"{name}_high"] = ends[at].T
    found["kind"] = _kinds(found)
    for name, count in counts.items():
        found[name] = count
    base = Estimate(value[0], low=ends[0, 0], high=ends[0, 1], n=len(x), level=level,
                    unit="points", method="least squares, HC3")  # fmt: skip
    return PenaltyReward(found, base, float(fit.rsquared), int((~whole).sum()), limits)


# --- inside ------------------------------------------------------------------------


def _limits(names: list[Hashable], low: Limit, high: Limit) -> pd.DataFrame:
    """Return the limits of each attribute."""
    given = {}
    for name, limit in (("low", low), ("high", high)):
        each = dict(limit) if isinstance(limit, Mapping) else dict.fromkeys(names, limit)
        missing = [attribute for attribute in names if attribute not in each]
        if missing:
            msg = f"{name} must have a limit for each attribute, got none for {missing[0]!r}"
            raise ValueError(msg)
        given[name] = [_checks.number(name, each[attribute]) for attribute in names]
    for one, other in zip(*given.values(), strict=True):
        if one >= other:
            msg = f"low must be below high, got {one:g} and {other:g}"
            raise ValueError(msg)
    return pd.DataFrame(given, index=pd.Index(names, name="attribute"))


def _estimable(design: np.ndarray[Any, np.dtype[np.float64]]) -> None:
    """Stop where the contrasts cannot be told apart, or one respondent alone decides one."""
    q, r = np.linalg.qr(design)
    steps = np.abs(np.diag(r))
    if len(design) <= len(r) or steps.min() < 1e-9 * steps.max():
        msg = "attributes must be told apart by the respondents' scores, got contrasts that always go together: leave one out"
        raise ValueError(msg)
    if (q**2).sum(axis=1).max() > 1 - 1e-9:
        msg = "attributes must have several respondents behind each contrast, got one decided by a single respondent: move the limits or leave one out"
        raise ValueError(msg)


def _kinds(found: pd.DataFrame) -> "np.ndarray[Any, np.dtype[np.object_]]":
    """Return the kind of each attribute, as far as the intervals tell."""
    hurts, pays = found["penalty_high"] < 0, found["reward_low"] > 0
    more, less = found["asymmetry_low"] > 0, found["asymmetry_high"] < 0
    cases = [hurts & less, pays & more, hurts & pays & ~more & ~less]
    kinds = ["basic", "excitement", "performance"]
    return np.select([case.to_numpy() for case in cases], kinds, "not clear").astype(object)
