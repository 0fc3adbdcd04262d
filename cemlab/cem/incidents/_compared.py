"""Coders against each other: agreement by dimension, by code and by pair, and what to argue about."""

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from cemlab import _checks, _luck, _proportions
from cemlab.cem import _forms
from cemlab.cem.agreement import cohen_kappa, krippendorff_alpha
from cemlab.estimate import Estimate

_NEEDED = ("rater", "narrative", "dimension", "code", "place")
_FEW = 5.0
_KINDS = ("other main code", "other order", "more or fewer codes")


def compare(
    codings: pd.DataFrame,
    *,
    by: str = "dimension",
    raters: Sequence[str] | None = None,
    level: float = 0.95,
    rng: Any = None,
) -> pd.DataFrame:
    """Return how far the coders agree beyond chance: Cohen's kappa of two, Krippendorff's alpha of more.

    Larger is better: 1 is full agreement, 0 what chance would give. (The codings that come
    along are invented: what they give shows the arithmetic, not how well people agree.)

    Parameters
    ----------
    codings : DataFrame
        As `codings` returns it.
    by : str
        "dimension": the main codes of each dimension; "code": whether a code was given at all,
        in whatever place; "pair": the main codes, for each two raters.
    raters : sequence of str, optional
        Those to compare, by default all; two raters give Cohen's kappa over the narratives
        that both coded, more of them Krippendorff's alpha (nominal) over those that at least
        two coded.
    level : float
        Confidence of the intervals, above 0 and below 1; each holds for itself.
    rng : int or numpy.random.Generator, optional
        Source of luck of alpha's bootstrap (100 narratives and more); the same for each row.

    Returns
    -------
    DataFrame
        By dimension (and code, or pair): `value`, `low`, `high`, `n` (narratives),
        `observed` and `expected` agreement, `share` (of codings with the code; by code only),
        and `method`. Where all gave the same, agreement beyond chance does not exist: `value`
        is missing and `method` says so; so it does for a pair without a common narrative. A
        code that is expected in fewer than 5 narratives (`n` times `share`), or in all but
        fewer than 5, has "too few" in `method`: its interval is not to be trusted.

    Raises
    ------
    ValueError
        If fewer than two raters are left or no narrative was coded by two (by pair: by no
        pair).

    Notes
    -----
    Critique: a kappa of a rare code rests on few narratives, and may be low though the coders
    hardly ever differ (see `agreement.cohen_kappa`); read `observed` beside it. High agreement
    shows that the scheme can be applied, not that its codes are true.

    References
    ----------
    .. [1] J. Cohen, "A coefficient of agreement for nominal scales", Educational and
       Psychological Measurement 20(1), 1960.
    .. [2] A. F. Hayes, K. Krippendorff, "Answering the call for a standard reliability measure
       for coding data", Communication Methods and Measures 1(1), 2007.

    Examples
    --------
    >>> given = pd.DataFrame({"rater": ["A"] * 4 + ["B"] * 4, "narrative": [*"1234"] * 2,
    ...     "dimension": "feeling", "code": ["anger", "anger", "relief", "relief",
    ...                                      "anger", "anger", "relief", "anger"], "place": 1})
    >>> compare(given)[["value", "n", "observed", "expected"]].values.tolist()
    [[0.5, 4.0, 0.75, 0.5]]
    """
    _checks.one_of("by", by, ["dimension", "code", "pair"])
    _proportions.confidence(level)
    given = _of_raters(needed(codings), raters)
    names = sorted(given["rater"].unique())
    luck = _luck.fixed(rng)
    rows: dict[tuple[str, ...], dict[str, Any]] = {}
    for dimension, part in given.groupby("dimension", sort=False):
        main = _matrix(part[part["place"] == 1], names)
        if by == "dimension":
            rows[(str(dimension),)] = _row(main, level, luck)
        elif by == "pair":
            pairs = [main[list(pair)] for pair in combinations(names, 2)]
            if not any(pair.notna().all(axis=1).any() for pair in pairs):
                _row(main, level, luck)
            for pair in pairs:
                both = pair.notna().all(axis=1).any()
                row = _row(pair, level, luck) if both else _no_pair()
                rows[str(dimension), " - ".join(pair.columns)] = row
        else:
            for code in sorted(part["code"].unique()):
                there = _matrix(part[part["code"] == code], names).reindex(index=main.index)
                marks = there.notna().astype(float).where(main.notna().to_numpy())
                shown = {"share": float(np.nanmean(marks.to_numpy()))}
                row = _row(marks, level, luck) | shown
                expected = row["n"] * min(shown["share"], 1 - shown["share"])
                if expected < _FEW and np.isfinite(row["value"]):
                    row["method"] += f", too few: {expected:.1f} narratives expected"
                rows[str(dimension), str(code)] = row
    keys = ["dimension"] if by == "dimension" else ["dimension", by]
    index = pd.MultiIndex.from_tuples(list(rows), names=keys)
    columns = ["value", "low", "high", "n", "observed", "expected"]
    columns += ["share", "method"] if by == "code" else ["method"]
    table = pd.DataFrame(list(rows.values()), index=index, columns=columns)
    return table.reset_index(level=0).set_index("dimension") if by == "dimension" else table


def disagreements(codings: pd.DataFrame, *, raters: Sequence[str] | None = None) -> pd.DataFrame:
    """Return the list to argue about: where coders gave a narrative different codes.

    Parameters
    ----------
    codings : DataFrame
        As `codings` returns it.
    raters : sequence of str, optional
        Those to compare, by default all.

    Returns
    -------
    DataFrame
        A row a narrative and dimension: `narrative`, `dimension`, `what` ("other main code":
        some main code was not given by all; "other order": same codes, another main one;
        "more or fewer codes": same main code) and a column a rater with the codes, the main
        one first ("" where not coded). In the order of `what`, dimensions and narratives.

    Raises
    ------
    ValueError
        If fewer than two raters are left.

    Examples
    --------
    >>> from cemlab.cem.incidents import codings
    >>> disagreements(codings(), raters=["A", "B"]).iloc[0].tolist()
    ['airline-bag', 'touchpoint', 'other main code', 'counter', 'product']
    """
    given = _of_raters(needed(codings), raters)
    names = sorted(given["rater"].unique())
    order = {name: i for i, name in enumerate(given["dimension"].unique())}
    given = given.sort_values("place", kind="stable")
    found: dict[tuple[str, str], dict[str, list[str]]] = {}
    for rater, narrative, dimension, code in given[list(_NEEDED[:4])].itertuples(index=False):
        found.setdefault((narrative, dimension), {}).setdefault(rater, []).append(code)
    rows = []
    for (narrative, dimension), codes in found.items():
        what = _what(list(codes.values()))
        if what:
            words = {rater: ", ".join(codes.get(rater, [])) for rater in names}
            rows.append({"narrative": narrative, "dimension": dimension, "what": what} | words)
    rows.sort(
        key=lambda row: (_KINDS.index(row["what"]), order[row["dimension"]], row["narrative"])
    )
    return pd.DataFrame(rows, columns=["narrative", "dimension", "what", *names])


def confusion(
    codings: pd.DataFrame, dimension: str, *, raters: Sequence[str] | None = None
) -> pd.DataFrame:
    """Return how often one coder's main code met each main code of the other, in narratives.

    Parameters
    ----------
    codings : DataFrame
        As `codings` returns it.
    dimension : str
        One of its dimensions.
    raters : sequence of str, optional
        Two raters; by default the first two.

    Returns
    -------
    DataFrame
        A row a code of the first, a column a code of the second (the same codes in the same
        order, the most common first); narratives that both coded.

    Raises
    ------
    ValueError
        If there is no such dimension or rater, or both coded no narrative.

    Examples
    --------
    >>> from cemlab.cem.incidents import codings
    >>> confusion(codings(), "touchpoint").loc["counter"].to_dict()["product"]
    2
    """
    given = needed(codings)
    _checks.one_of("dimension", dimension, list(given["dimension"].unique()))
    two = sorted(given["rater"].unique())[:2] if raters is None else list(raters)
    if len(two) != 2:
        msg = f"raters must be two, got {', '.join(two) or 'none'}"
        raise ValueError(msg)
    given = _of_raters(given, two)
    rows = given[(given["dimension"] == dimension) & (given["place"] == 1)]
    main = _matrix(rows, two).dropna()
    if main.empty:
        msg = f"raters must have a narrative that both coded, got none for {' and '.join(two)}"
        raise ValueError(msg)
    counts = pd.Series(main.to_numpy().ravel()).value_counts()
    codes = sorted(counts.index, key=lambda code: (-counts[code], code))
    table = pd.crosstab(main[two[0]], main[two[1]])
    table = table.reindex(index=codes, columns=codes, fill_value=0)
    return table.rename_axis(index=two[0], columns=two[1])


def needed(codings: pd.DataFrame) -> pd.DataFrame:
    """Return the codings if they have their columns, texts in them, and at least one row."""
    absent = [name for name in _NEEDED if name not in codings]
    if absent:
        msg = f"codings must have the columns {', '.join(_NEEDED)}, got none called {absent[0]!r}: see incidents.codings()"
        raise ValueError(msg)
    if codings.empty:
        msg = "codings must hold at least one code, got none"
        raise ValueError(msg)
    for name in _NEEDED[:4]:
        _forms.texts(name, codings[name].unique())
    return codings


# --- inside ------------------------------------------------------------------------


def _of_raters(codings: pd.DataFrame, raters: Sequence[str] | None) -> pd.DataFrame:
    known = sorted(codings["rater"].unique())
    if raters is not None:
        _checks.one_of_each("raters", raters, known)
    chosen = set(known if raters is None else raters)
    if len(chosen) < 2:
        msg = f"raters must be at least two, got {', '.join(sorted(chosen))}: agreement needs a second coder"
        raise ValueError(msg)
    return codings[codings["rater"].isin(chosen)]


def _matrix(rows: pd.DataFrame, raters: Sequence[str]) -> pd.DataFrame:
    """Return main codes, a row a narrative in order of names and a column a rater."""
    table = rows.set_index(["rater", "narrative"])["code"].unstack("rater")  # noqa: PD010
    return table.reindex(columns=list(raters))


def _row(main: pd.DataFrame, level: float, luck: int) -> dict[str, Any]:
    rated = main.notna().sum(axis=1)
    if not (rated >= 2).any():
        msg = f"codings must have a narrative that two raters coded, got none for {', '.join(main.columns)}"
        raise ValueError(msg)
    found = _beyond_chance(main, level, luck)
    if found is None:
        same = {"value": np.nan, "low": np.nan, "high": np.nan, "observed": 1.0, "expected": 1.0}
        return same | {"n": int((rated >= 2).sum()), "method": "not defined: all gave the same"}
    return found.row() | {"value": float(found), **{k: found.parts[k] for k in ("observed", "expected")}}  # fmt: skip


def _no_pair() -> dict[str, Any]:
    row = dict.fromkeys(("value", "low", "high", "observed", "expected"), np.nan)
    return row | {"n": 0, "method": "not defined: no narrative that both coded"}


def _beyond_chance(main: pd.DataFrame, level: float, luck: int) -> Estimate | None:
    paired = main[main.notna().sum(axis=1) >= 2]
    if pd.Series(paired.to_numpy().ravel()).nunique() < 2:
        return None
    if main.shape[1] == 2:
        return cohen_kappa(main.iloc[:, 0], main.iloc[:, 1], level=level)
    return krippendorff_alpha(main.T.to_numpy(), level=level, rng=luck)


def _what(codes: list[list[str]]) -> str:
    """Return in what way coders differ ("": not at all).

    >>> _what([["a", "b"], ["a"]]), _what([["a", "b"], ["b", "a"]]), _what([["a"], ["b", "a"]])
    ('more or fewer codes', 'other order', 'other main code')
    """
    if len({given[0] for given in codes}) > 1:
        same = len({frozenset(given) for given in codes}) == 1
        return _KINDS[1] if same else _KINDS[0]
    return _KINDS[2] if len({frozenset(given) for given in codes}) > 1 else ""
