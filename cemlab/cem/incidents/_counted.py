"""Codes counted, and the stories set beside the numbers of the dashboard."""

import numpy as np
import pandas as pd

from cemlab import _checks, _proportions
from cemlab.cem.incidents._as_log import needs
from cemlab.cem.incidents._coding_scheme import Scheme, scheme
from cemlab.cem.incidents._compared import needed
from cemlab.estimate import Estimate

DAY_MIN = 1440.0
"""Minutes of a day: what counts as answered in time, unless the caller says otherwise."""

_SATISFIED = 4.0
_SHOWN = ("narrative", "answered_in_min", "closed", "csat", "resolved")


def frequencies(
    codings: pd.DataFrame, *, rater: str | None = None, level: float = 0.95
) -> pd.DataFrame:
    """Return the share of narratives with each code, whichever place it has.

    Parameters
    ----------
    codings : DataFrame
        As `codings` returns it.
    rater : str, optional
        One rater's codes only; by default a narrative has a code if more than half of those
        who coded that dimension of it gave the code.
    level : float
        Confidence of the intervals (Wilson's), above 0 and below 1.

    Returns
    -------
    DataFrame
        By dimension and code, most common first: `value` (share of narratives), `low`, `high`,
        `n` (narratives coded in the dimension), `count` of narratives with the code,
        `by_any` (narratives in which at least one rater gave it), `mean` (mean over narratives
        of the part of their raters who gave it) and `raters` (mean number of raters a
        narrative). Shares need not add up to 1: a narrative may have several codes, or none
        that more than half of its raters gave.

    Raises
    ------
    ValueError
        If there is no such rater.

    Notes
    -----
    Critique: "more than half" means both of two raters, but two of three: stories with more
    raters have a code more easily. Where `raters` is no whole number, or differs between
    codings, compare `mean` instead. The interval treats the narratives as drawn at random.
    Stories that people send in, or that were collected to teach with, are not; then it shows
    only how little so few can tell.

    Examples
    --------
    >>> from cemlab.cem.incidents import codings
    >>> frequencies(codings(), rater="A").loc[("problem", "nothing"), ["count", "n"]].tolist()
    [6, 24]
    """
    sure = _proportions.confidence(level)
    given = needed(codings)
    if rater is not None:
        _checks.one_of("rater", rater, sorted(given["rater"].unique()))
        given = given[given["rater"] == rater]
    found = agreed(given)
    narratives = (
        found.drop_duplicates(["dimension", "narrative"]).groupby("dimension", sort=False).size()
    )
    groups = found.groupby(["dimension", "code"], sort=False)
    table = groups.agg(count=("holds", "sum"), by_any=("holds", "size"), mean=("part", "sum"))
    table = table.reset_index()
    table["n"] = table["dimension"].map(narratives)
    table["mean"] /= table["n"]
    each = found.drop_duplicates(["dimension", "narrative"]).groupby("dimension")["coders"]
    table["raters"] = table["dimension"].map(each.mean())
    limits = [_proportions.wilson(int(k), int(n), sure) for k, n in zip(table["count"], table["n"], strict=True)]  # fmt: skip
    table["value"] = table["count"] / table["n"]
    table[["low", "high"]] = limits
    place = {name: i for i, name in enumerate(found["dimension"].unique())}
    table["order"] = table["dimension"].map(place)
    table = table.sort_values(["order", "count", "by_any", "code"], ascending=[True, False, False, True])  # fmt: skip
    shown = ["value", "low", "high", "n", "count", "by_any", "mean", "raters"]
    return table.set_index(["dimension", "code"])[shown]


def both_sides(
    codings: pd.DataFrame,
    narratives: pd.DataFrame,
    *,
    scheme: Scheme | None = None,
    dimension: str = "feeling",
    minutes: float = DAY_MIN,
) -> pd.DataFrame:
    """Return each story with the colour of its dashboard and the colour of its telling.

    Parameters
    ----------
    codings, narratives : DataFrame
        As `codings` and `narratives` return them.
    scheme : Scheme, optional
        Its codes say by their `tone` what is bad; by default the scheme that comes along.
    dimension : str
        The dimension whose main code colours the story.
    minutes : float
        What counts as answered in time (minutes); assumed.

    Returns
    -------
    DataFrame
        A row a narrative that was coded: `narrative`, `in_time`, `closed`, `satisfied`
        (csat of at least 4; missing without a survey), `dashboard` ("green" if answered in
        time, closed, and satisfied where asked, else "red"), `story` ("red" if more than half
        of its coders gave a main code of bad tone, "disputed" if exactly half, else "green"), and
        `resolved` in the customer's eyes.

    Raises
    ------
    ValueError
        If the dimension is unknown or has codes without a tone, or a coded narrative is not
        among the narratives.

    Notes
    -----
    Critique: two colours are cut out of much more. A story is as red as its main feeling, so
    one with two feelings loses one, and a neutral or good word for a bad matter makes it green. A missing survey
    counts for the dashboard as no complaint, though it is often the unhappy who do not answer.
    Both rules are conventions: try other `minutes` and another `dimension`.

    Examples
    --------
    >>> from cemlab.cem.incidents import codings, narratives
    >>> both_sides(codings(), narratives()).iloc[0][["dashboard", "story"]].tolist()
    ['green', 'red']
    """
    rules = scheme if scheme is not None else _default()
    _checks.one_of("dimension", dimension, list(rules.dimensions))
    limit = _checks.number("minutes", minutes, low=0)
    tones = {key: code.tone for key, code in rules.dimensions[dimension].codes.items()}
    if None in tones.values():
        bare = next(key for key, tone in tones.items() if tone is None)
        msg = f"dimension must be one whose codes have a tone, got {dimension!r} with {bare!r} without one"
        raise ValueError(msg)
    given = needed(codings)
    main = given[(given["dimension"] == dimension) & (given["place"] == 1)]
    _checks.one_of_each("code", main["code"].unique(), tones)
    bad = (main["code"].map(tones) == "bad").groupby(main["narrative"]).mean()
    board = _board(narratives, limit)
    board = _told(bad.index, board)
    share = board["narrative"].map(bad)
    board["story"] = np.select([share > 0.5, share == 0.5], ["red", "disputed"], "green")
    columns = ["narrative", "in_time", "closed", "satisfied", "dashboard", "story", "resolved"]
    return board[columns].reset_index(drop=True)


def missed(
    codings: pd.DataFrame,
    narratives: pd.DataFrame,
    *,
    minutes: float = DAY_MIN,
    level: float = 0.95,
) -> pd.DataFrame:
    """Return what the codes show that the numbers missed: each code against the dashboard.

    Parameters
    ----------
    codings, narratives : DataFrame
        As `codings` and `narratives` return them.
    minutes : float
        What counts as answered in time (minutes); assumed.
    level : float
        Confidence of the intervals (Wilson's), above 0 and below 1.

    Returns
    -------
    DataFrame
        By dimension and code, most common first: `n` narratives that have it by more than
        half of their coders; of these, how many were `in_time`, `closed`, `surveyed` (with a
        csat), `satisfied` (csat of at least 4, among the surveyed), `green` (all of it, where asked), and
        `resolved` in the customer's eyes; `value` (green of n) with `low` and `high`. Codes that no narrative has by more than half
        are left out.

    Raises
    ------
    ValueError
        If a coded narrative is not among the narratives.

    Notes
    -----
    Critique: most codes rest on a handful of narratives, so read `low` and `high`. A code
    beside a green dashboard does not show that the numbers could not have seen it, only that
    these did not; and of the stories that come along it shows how they were written.

    Examples
    --------
    >>> from cemlab.cem.incidents import codings, narratives
    >>> missed(codings(), narratives()).loc[("feeling", "belittled"), ["n", "green", "resolved"]].tolist()
    [2, 2, 0]
    """
    sure = _proportions.confidence(level)
    limit = _checks.number("minutes", minutes, low=0)
    found = agreed(needed(codings))
    board = _told(found["narrative"].unique(), _board(narratives, limit)).set_index("narrative")
    held = found[found["holds"]]
    seen = board.loc[held["narrative"], ["in_time", "closed", "satisfied", "dashboard", "resolved"]]
    asked, content = seen["satisfied"].notna(), seen["satisfied"].fillna(False)
    seen = seen.assign(green=seen["dashboard"] == "green", surveyed=asked, satisfied=content)
    names = ["in_time", "closed", "surveyed", "satisfied", "green", "resolved"]
    marks = seen[names].astype(int).set_index(pd.MultiIndex.from_frame(held[["dimension", "code"]]))
    groups = marks.groupby(level=[0, 1], sort=False)
    table = groups.sum()
    table.insert(0, "n", groups.size())
    table["value"] = table["green"] / table["n"]
    table[["low", "high"]] = [_proportions.wilson(int(k), int(n), sure) for k, n in zip(table["green"], table["n"], strict=True)]  # fmt: skip
    order = {name: i for i, name in enumerate(found["dimension"].unique())}
    keys = [(order[d], -n, c) for (d, c), n in zip(table.index, table["n"], strict=True)]
    return table.iloc[sorted(range(len(table)), key=keys.__getitem__)]


def green_but_red(
    codings: pd.DataFrame,
    narratives: pd.DataFrame,
    *,
    scheme: Scheme | None = None,
    dimension: str = "feeling",
    minutes: float = DAY_MIN,
    level: float = 0.95,
) -> Estimate:
    """Return the share of stories green on the dashboard that are red as told; smaller is better.

    Parameters
    ----------
    codings, narratives, scheme, dimension, minutes
        As in `both_sides`.
    level : float
        Confidence of the interval (Wilson's), above 0 and below 1.

    Returns
    -------
    Estimate
        Share of 1; `n` stories with a green dashboard; `parts`: `green_but_red`, `disputed`
        among the green, and `stories` in all.

    Raises
    ------
    ValueError
        As `both_sides`, and if no dashboard is green.

    Notes
    -----
    Critique: a share of the narratives at hand, not of all customers: who tells a story is
    not drawn at random. It moves with the rule for green, with the coders and with the
    scheme; a disputed story counts as not red. Of the stories that come along it says nothing
    about any company: many were written to be green on the dashboard and red as told.

    Examples
    --------
    >>> from cemlab.cem.incidents import codings, narratives
    >>> green_but_red(codings(), narratives()).parts["green_but_red"]
    9
    """
    sure = _proportions.confidence(level)
    table = both_sides(codings, narratives, scheme=scheme, dimension=dimension, minutes=minutes)
    green = table[table["dashboard"] == "green"]
    if green.empty:
        msg = f"narratives must have at least one with a green dashboard, got none of {len(table)}"
        raise ValueError(msg)
    red, n = int((green["story"] == "red").sum()), len(green)
    low, high = _proportions.wilson(red, n, sure)
    parts = {"green_but_red": red, "disputed": int((green["story"] == "disputed").sum())}
    return Estimate(red / n, low=low, high=high, n=n, level=sure, unit="share of 1",
                    method="Wilson", parts=parts | {"stories": len(table)})  # fmt: skip


def agreed(codings: pd.DataFrame) -> pd.DataFrame:
    """Return a row a dimension, narrative and code given, and whether more than half gave it."""
    by = ["dimension", "narrative"]
    coders = codings.drop_duplicates([*by, "rater"]).groupby(by).size().rename("coders")
    gave = codings.drop_duplicates([*by, "rater", "code"]).groupby([*by, "code"], sort=False).size()
    found = gave.rename("gave").reset_index().merge(coders.reset_index(), on=by)
    holds = 2 * found["gave"] > found["coders"]
    return found.assign(holds=holds, part=found["gave"] / found["coders"])


# --- inside ------------------------------------------------------------------------


def _default() -> Scheme:
    return scheme()


def _board(narratives: pd.DataFrame, limit: float) -> pd.DataFrame:
    needs(narratives, _SHOWN)
    board = narratives[list(_SHOWN)].copy()
    board["in_time"] = board["answered_in_min"] <= limit
    board["satisfied"] = pd.array(board["csat"] >= _SATISFIED, dtype="boolean")
    board.loc[board["csat"].isna(), "satisfied"] = pd.NA
    green = board["in_time"] & board["closed"] & board["satisfied"].fillna(True)
    board["dashboard"] = np.where(green, "green", "red")
    return board


def _told(names: "pd.Index[str]", board: pd.DataFrame) -> pd.DataFrame:
    """Return the boards of the narratives that were coded."""
    strange = sorted(set(names) - set(board["narrative"]))
    if strange:
        msg = f"codings must be of narratives that are given, got {strange[0]!r}: give its narrative too"
        raise ValueError(msg)
    return board[board["narrative"].isin(names)].copy()
