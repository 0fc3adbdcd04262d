"""Diffusion trees: from whom each sharer heard the story, and what that says."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

_MENTIONS = ("publish", "share")
_NEEDED = ("customer", "by", "kind", "heard_from")


def structural_virality(events: pd.DataFrame) -> float:
    """Return the mean distance between two people of a diffusion tree (tellings).

    Near 2 where one person told nearly everybody (a broadcast), larger where the story
    went from mouth to mouth. With several starters, or several stories in one log, there
    are several trees: the mean runs over all pairs of people within the same tree. Without
    such a pair it is nan.

    Parameters
    ----------
    events : DataFrame
        An event log whose ``publish`` and ``share`` rows say who shared (`by`) and from
        whom they had it (`heard_from`, empty for a starter): that of any spread run. Where
        two `side`s compete, each has its own trees.

    Raises
    ------
    ValueError
        If a person shares one story twice, or had it from somebody who is not in the log.

    See Also
    --------
    descriptors : the same for each story, with size, depth and largest broadcast.

    References
    ----------
    S. Goel, A. Anderson, J. Hofman, D. J. Watts, "The structural virality of online
    diffusion", Management Science 62, 2016.

    Examples
    --------
    A star of 4 people, 2 (4 - 1) / 4:

    >>> star = pd.DataFrame({"customer": "Ana", "by": ["Ana", "Bo", "Cy", "Di"],
    ...                      "kind": ["publish", "share", "share", "share"],
    ...                      "heard_from": [None, "Ana", "Ana", "Ana"]})
    >>> structural_virality(star)
    1.5
    """
    forest = _Forest.of(events)
    pairs = float(forest.pairs.sum())
    return float(forest.distances.sum()) / pairs if pairs else float("nan")


def descriptors(events: pd.DataFrame) -> pd.DataFrame:
    """Return one row a story with the size and shape of its cascade.

    A story is a customer and an issue, and a side where the log has the column `side`.

    Parameters
    ----------
    events : DataFrame
        As in `structural_virality`.

    Returns
    -------
    DataFrame
        `customer`, `issue`, if there are any `side`; `size` (people who shared, starters included), `starters`
        (people), `depth` (tellings from a starter to the farthest sharer),
        `largest_broadcast` (most sharers who had it from one person), `broadcast_share`
        (their part of all who had it from somebody; nan if nobody had) and
        `structural_virality` (tellings; nan without a pair of people in one tree).

    Examples
    --------
    >>> from cemlab.network import Network
    >>> from cemlab.sim import cascade
    >>> path = Network.from_edges([(0, 1), (1, 2), (2, 3), (3, 4)])
    >>> descriptors(cascade.simulate(path, initial=[0], p=1.0).events).iloc[:, 2:].values.tolist()
    [[5.0, 1.0, 4.0, 1.0, 0.25, 2.0]]
    """
    forest = _Forest.of(events)
    told = forest.parent >= 0
    broadcasts = np.bincount(forest.parent[told], minlength=told.size)
    rows = forest.story.assign(
        size=1,
        starters=~told,
        depth=forest.depth,
        largest_broadcast=broadcasts,
        distances=forest.distances,
        pairs=forest.pairs,
    )
    how = dict.fromkeys(("size", "starters", "distances", "pairs"), "sum")
    how |= {"depth": "max", "largest_broadcast": "max"}
    names = list(forest.story.columns)
    table = rows.groupby(names, observed=True).agg(how).reset_index()
    heard = (table["size"] - table["starters"]).astype(np.float64)
    table["broadcast_share"] = table["largest_broadcast"] / heard.where(heard > 0)
    table["structural_virality"] = table["distances"] / table["pairs"].where(table["pairs"] > 0)
    counts = ["size", "starters", "depth", "largest_broadcast"]
    table[counts] = table[counts].astype(np.int64)
    return table[[*names, *counts, "broadcast_share", "structural_virality"]]


def influence(events: pd.DataFrame) -> pd.Series:
    """Return how many people each sharer reached: those who had the story through them.

    The sharer is not counted, those who heard it at second hand and later are. Over
    several stories in one log a person's people add up.

    Parameters
    ----------
    events : DataFrame
        As in `structural_virality`.

    Returns
    -------
    Series of int
        People reached, by person.

    Examples
    --------
    >>> from cemlab.network import Network
    >>> from cemlab.sim import cascade
    >>> path = Network.from_edges([(0, 1), (1, 2)])
    >>> influence(cascade.simulate(path, initial=[0], p=1.0).events).tolist()
    [2, 1, 0]
    """
    forest = _Forest.of(events)
    through = pd.Series(
        forest.below, index=pd.Index(np.asarray(forest.by), name="by"), name="influence"
    )
    return through.groupby(level=0).sum()


def gini(values: ArrayLike) -> float:
    """Return the Gini coefficient: 0 if all have alike, (n - 1) / n if one has everything.

    Half the mean difference between two of the n values, in units of their mean. Nan
    where there is nothing to share out: no values, or all of them zero.

    Parameters
    ----------
    values : array_like of float, shape (n,)
        What each has, at least 0: people reached, say.

    Raises
    ------
    ValueError
        If a value is negative or not finite.

    References
    ----------
    C. Gini, "Variabilità e mutabilità", 1912.

    Examples
    --------
    >>> gini([5, 5, 5, 5]), gini([0, 0, 0, 8])
    (0.0, 0.75)
    """
    try:
        array = np.asarray(values, np.float64)
    except (TypeError, ValueError):
        array = np.empty((0, 0))
    if array.ndim != 1:
        msg = f"values must be numbers in one list, got {values!r}"
        raise ValueError(msg)
    wrong = np.flatnonzero(~(np.isfinite(array) & (array >= 0)))
    if wrong.size:
        msg = f"values must be finite and at least 0, got {array[wrong[0]]} in place {wrong[0]}"
        raise ValueError(msg)
    n, most = array.size, array.max(initial=0.0)
    if most == 0:
        return float("nan")
    part = np.sort(array / most)
    rank = np.arange(1 - n, n, 2, dtype=np.float64)
    return float((rank * part).sum() / (n * part.sum()))


# --- inside ------------------------------------------------------------------------


@dataclass(frozen=True)
class _Forest:
    """All trees of a log, one node a sharer and story, in the order of the log; shapes (n,).

    `parent` is a node or -1, `below` counts the nodes under each, `depth` the tellings
    from its starter. `pairs` holds the ordered pairs of a tree at its starter (else 0),
    `distances` what a node's way from its teller adds to the sum of their distances.
    """

    by: pd.Series
    story: pd.DataFrame
    parent: NDArray[np.int64]
    below: NDArray[np.int64]
    depth: NDArray[np.int64]
    pairs: NDArray[np.float64]
    distances: NDArray[np.float64]

    @classmethod
    def of(cls, events: pd.DataFrame) -> "_Forest":
        """Find the trees of a log."""
        sided = "side" in events
        needed = (*_NEEDED, "time") if sided else _NEEDED
        missing = [name for name in needed if name not in events]
        if missing:
            msg = f"events must have the columns {', '.join(needed)}, missing {', '.join(missing)}"
            raise ValueError(msg)
        shared = events["kind"].isin(_MENTIONS)
        if sided:  # there a company opens its side with an answer
            named = events["side"].notna() & (events["side"] != "")
            shared |= (events["kind"] == "answer") & named
        log = events[shared].reset_index(drop=True)
        story = log[["customer"]].assign(issue=log.get("issue", 1))
        if sided:
            story["side"] = log["side"]
        groups = story.groupby(list(story.columns), observed=True)
        parent = _parents(log, groups.ngroup().to_numpy(np.int64))
        size, depth, root = _walk(parent, log["by"])
        told = parent >= 0
        whole = size[root].astype(np.float64)
        cut = np.where(told, size * (whole - size), 0.0)  # pairs whose way crosses this telling
        return cls(
            by=log["by"],
            story=story,
            parent=parent,
            below=size - 1,
            depth=depth,
            pairs=np.where(told, 0.0, whole * (whole - 1)),
            distances=2 * cut,
        )


def _parents(log: pd.DataFrame, story: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the row of each row's teller within the same story, -1 for a starter.

    Where there are sides, whoever has the story from the other side starts their own.
    """
    by, heard = log["by"], log["heard_from"]
    people, names = pd.factorize(np.asarray(by))
    unknown = np.flatnonzero((people < 0) | (story < 0))
    if unknown.size:
        msg = f"events must name customer, issue, by (and side) of every sharer, got none for sharer {unknown[0]}"
        raise ValueError(msg)
    tellers = _places(pd.Index(names), heard)
    node = story * (len(names) + 1) + people
    order = np.argsort(node, kind="stable")
    known = node[order]
    twice = np.flatnonzero(known[1:] == known[:-1])
    if twice.size:
        msg = f"events must name each sharer once a story, got {by.iloc[order[twice[0]]]!r} twice"
        raise ValueError(msg)
    wanted = story * (len(names) + 1) + tellers
    place = np.minimum(np.searchsorted(known, wanted), max(known.size - 1, 0))
    told = (heard.notna() & (heard != "")).to_numpy(bool)
    found = told & (tellers >= 0)
    found[found] = (known[place] == wanted)[found]
    parent = np.full(by.size, -1)
    parent[found] = order[place[found]]
    lost = told & ~found
    if "side" in log:
        time = log["time"].to_numpy()
        parent[found & (time[parent] >= time)] = -1  # told before changing sides
        lost = told & (tellers < 0)
    if lost.any():
        row = np.flatnonzero(lost)[0]
        msg = f"heard_from must be a sharer of the same story, or empty for a starter, got {heard.iloc[row]!r} for {by.iloc[row]!r}"
        raise ValueError(msg)
    return parent


def _places(names: pd.Index, heard: pd.Series) -> NDArray[np.int64]:
    """Return where tellers stand among the names, -1 if nowhere; 7, 7.0 and "7" are one name."""
    code, tellers = pd.factorize(np.asarray(heard))
    found = names.get_indexer(pd.Index(tellers))
    lost = found < 0
    if lost.any():
        place = {_text(name): i for i, name in enumerate(names)}
        found[lost] = [place.get(_text(teller), -1) for teller in tellers[lost]]
    places: NDArray[np.int64] = np.append(found, -1).astype(np.int64)[code]
    return places


def _text(name: object) -> str:
    """Return a name as text; a file turns 7 into 7.0 where others have no teller."""
    text = str(name).strip()
    return text.removesuffix(".0") if text[:-2].isdigit() else text


def _walk(
    parent: NDArray[np.int64], by: pd.Series
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return the size of each subtree, and each node's depth and starter.

    Ways are followed upwards in leaps of 1, 2, 4 ... tellings; sizes add up from below.
    """
    told = parent >= 0
    up = np.where(told, parent, np.arange(parent.size))
    depth = told.astype(np.int64)
    for _ in range(parent.size.bit_length() + 1):
        further = depth[up]
        if not further.any():
            break
        depth += further
        up = up[up]
    else:
        lost = by.iloc[np.flatnonzero(depth[up])[0]]
        msg = f"heard_from must lead back to a starter, got a circle above {lost!r}"
        raise ValueError(msg)
    lowest_first = np.argsort(-depth, kind="stable")[: np.count_nonzero(told)]
    size = [1] * parent.size
    for v, u in zip(lowest_first.tolist(), parent[lowest_first].tolist(), strict=True):
        size[u] += size[v]
    return np.array(size, np.int64), depth, up
