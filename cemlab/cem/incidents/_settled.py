"""Disagreements settled: what the codings would be if the coders had come to one mind."""

from collections.abc import Mapping, Sequence
from types import EllipsisType

import pandas as pd

from cemlab import _checks
from cemlab.cem.incidents._coding_scheme import Scheme, scheme
from cemlab.cem.incidents._codings import codings as checked
from cemlab.cem.incidents._compared import needed


def settle(
    codings: pd.DataFrame,
    dimension: str,
    decisions: Mapping[str, str | Sequence[str]] | EllipsisType,
    *,
    scheme: Scheme | None = None,
) -> pd.DataFrame:
    """Return the codings as if all coders had given the narratives named the codes decided on.

    Parameters
    ----------
    codings : DataFrame
        As `codings` returns it.
    dimension : str
        The dimension that was talked about.
    decisions : mapping of str to str or list of str
        Narrative -> its code, or its codes with the main one first, each of which some coder
        gave there. They replace all codes of this dimension, of every rater who coded it
        there. Three dots stand for nothing decided yet.
    scheme : Scheme, optional
        By default the scheme that comes along.

    Returns
    -------
    DataFrame
        Codings, in the same order.

    Raises
    ------
    ValueError
        If the dimension is unknown, a narrative was not coded in it, or a code is not in the
        scheme or was given by no coder there: who sees a third thing has read anew.

    Notes
    -----
    Critique: agreement after a talk is made, not found. Report the agreement before it; to
    see whether a rule that was added helps, code other narratives with it.

    Examples
    --------
    >>> from cemlab.cem.incidents import codings, compare
    >>> talked = settle(codings(), "touchpoint", {"airline-bag": "counter"})
    >>> round(compare(talked, raters=["A", "B"]).loc["touchpoint", "observed"] * 24)
    20
    """
    rules = scheme if scheme is not None else _default()
    _checks.one_of("dimension", dimension, list(rules.dimensions))
    given = needed(codings).reset_index(drop=True)
    if isinstance(decisions, EllipsisType):
        decisions = {}
    here = given["dimension"] == dimension
    _checks.one_of_each("decisions", decisions, list(given.loc[here, "narrative"].unique()))
    named = here & given["narrative"].isin(list(decisions))
    codes = {name: [new] if isinstance(new, str) else list(new) for name, new in decisions.items()}
    for name, new in codes.items():
        wrong = rules.dimensions[dimension].problem(new) if new else "must have a code, got none"
        if wrong:
            msg = f"decisions, {name}: {wrong}"
            raise ValueError(msg)
        there = list(given.loc[here & (given["narrative"] == name), "code"].unique())
        for code in new:
            if code not in there:
                msg = f"decisions, {name}: must be a code that a coder gave there ({', '.join(there)}), got {code!r}"
                raise ValueError(msg)
    first = given[named & (given["place"] == 1)]
    after = first.assign(code=first["narrative"].map(codes)).explode("code")
    after["place"] = after.groupby(level=0).cumcount() + 1
    table = pd.concat([given[~named], after]).sort_index(kind="stable")
    return checked(table, scheme=rules)


# --- inside ------------------------------------------------------------------------


def _default() -> Scheme:
    return scheme()
