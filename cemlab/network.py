"""Network: who hears whom, as two integer arrays (compressed sparse rows)."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cemlab import _checks, _edge_list, _generators, _luck

MOST_PEOPLE = 2**31 - 1


@dataclass(frozen=True, eq=False)
class Network:
    """Who hears whom: person u is heard by ``targets[start[u]:start[u + 1]]``.

    Build one with `from_edges`, `from_csv`, `from_networkx` or `preferential`.

    Attributes
    ----------
    n : int
        Number of people, numbered 0..n-1.
    start : ndarray of int64, shape (n + 1,)
        Where each person's listeners begin in `targets`.
    targets : ndarray of int32, shape (arcs,)
        Listeners; an undirected tie is two arcs.
    labels : sequence, length n
        What the people were called in the source.
    weights : ndarray of float64, shape (arcs,), or None
        One weight an arc, in the order of `targets`.
    directed : bool
        False if every arc has its way back.
    self_loops, duplicates : int
        Ties of the source that were dropped, and merged into others.

    Examples
    --------
    >>> path = Network.from_edges([(0, 1), (1, 2), (2, 2)])
    >>> path.n, path.targets.tolist(), path.self_loops
    (3, [1, 0, 2, 1], 1)
    """

    n: int
    start: NDArray[np.int64]
    targets: NDArray[np.int32]
    labels: Sequence[Any]
    weights: NDArray[np.float64] | None = None
    directed: bool = False
    self_loops: int = 0
    duplicates: int = 0

    def __post_init__(self) -> None:
        for array in (self.start, self.targets, self.weights):
            if array is not None:
                array.flags.writeable = False

    def __repr__(self) -> str:
        kind = "directed" if self.directed else "undirected"
        return f"Network({self.n:,} people, {self.targets.size:,} arcs, {kind})"

    @property
    def degrees(self) -> NDArray[np.int64]:
        """How many people hear each person, shape (n,)."""
        return np.diff(self.start)

    @cached_property
    def sources(self) -> NDArray[np.int32]:
        """Who speaks on each arc, shape (arcs,), in the order of `targets`."""
        found = np.repeat(np.arange(self.n, dtype=np.int32), self.degrees)
        found.flags.writeable = False
        return found

    @cached_property
    def fingerprint(self) -> str:
        """A short hash of people, arcs and weights: equal networks, equal fingerprints."""
        digest = hashlib.blake2b(digest_size=8)
        for array in (self.start, self.targets, self.weights):
            if array is not None:
                digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()

    @classmethod
    def from_edges(
        cls,
        edges: ArrayLike,
        *,
        n: int | None = None,
        directed: bool = False,
        weights: ArrayLike | None = None,
    ) -> "Network":
        """Build a network from pairs of people.

        Parameters
        ----------
        edges : array_like of int, shape (k, 2)
            Pairs (u, v): v hears u, and u hears v unless `directed`.
        n : int, optional
            Number of people; by default the largest number plus one.
        directed : bool
            True if (u, v) does not mean (v, u).
        weights : array_like of float, shape (k,), optional
            One finite weight of at least 0 a pair; merged pairs add theirs up.

        Raises
        ------
        ValueError
            If a person's number is negative, not whole, or not below `n`.

        Examples
        --------
        >>> Network.from_edges([(0, 1), (0, 1)], n=5, directed=True)
        Network(5 people, 1 arcs, directed)
        """
        pairs = _pairs(edges)
        largest = int(pairs.max()) if pairs.size else -1
        size = largest + 1 if n is None else _checks.whole("n", n, low=0, high=MOST_PEOPLE)
        if largest >= size:
            msg = f"edges must name people 0..{size - 1}, got {largest}"
            raise ValueError(msg)
        weight = None if weights is None else _weights(weights, len(pairs))
        return _build(pairs, size, directed=directed, weights=weight, labels=range(size))

    @classmethod
    def from_csv(cls, path: str | Path, *, directed: bool = False) -> "Network":
        """Read an edge list: two columns (from, to) or three (from, to, weight).

        Ids are whole numbers of at least 0, or names; they become `labels`, sorted,
        and people are numbered in that order. Separators may be comma, semicolon, tab
        or space; a first line such as ``source,target`` is skipped, as are lines that
        begin with ``#``.

        Raises
        ------
        ValueError
            Names file, line, rule and value of the first line that cannot be read.
        """
        labels, pairs, weights = _edge_list.read(Path(path))
        return _build(pairs, len(labels), directed=directed, weights=weights, labels=tuple(labels))

    @classmethod
    def from_networkx(cls, graph: Any) -> "Network":
        """Build a network from a networkx graph; the ties' ``weight`` is kept if all have one.

        Nodes become `labels`, in the graph's order; parallel edges are merged.

        Raises
        ------
        ValueError
            If a weight is negative or not finite.
        """
        number = {node: i for i, node in enumerate(graph.nodes)}
        ties = list(graph.edges(data="weight"))
        pairs = np.array([(number[u], number[v]) for u, v, _ in ties], np.int64).reshape(-1, 2)
        found = [w for _, _, w in ties]
        weights = None
        if found and all(w is not None for w in found):
            weights = _weights(found, len(found))
        return _build(
            pairs,
            len(number),
            directed=bool(graph.is_directed()),
            weights=weights,
            labels=tuple(number),
        )

    @classmethod
    def preferential(cls, n: int, m: int, *, rng: Any = None) -> "Network":
        """Grow a network in which the well-connected attract more ties.

        Each newcomer ties to `m` earlier people, chosen in proportion to the ties they
        have (Barabasi & Albert, Science 1999): few hubs, many people with `m` ties.

        Parameters
        ----------
        n, m : int
            People, and ties of each newcomer; 1 <= m < n.
        rng : int or numpy.random.Generator, optional
            Source of luck.

        Examples
        --------
        >>> Network.preferential(100, 2, rng=1)
        Network(100 people, 392 arcs, undirected)
        """
        people = _checks.whole("n", n, low=2, high=MOST_PEOPLE)
        ties = _checks.whole("m", m, low=1, high=people - 1)
        pairs = _generators.preferential(people, ties, _luck.key(rng))
        return _build(pairs, people, directed=False, weights=None, labels=range(people))

    def with_hub(self, followers: int | ArrayLike, *, rng: Any = 0) -> "Network":
        """Add one person, numbered n, whom many hear and who hears nobody: the press.

        Parameters
        ----------
        followers : int or array_like of int
            How many people (chosen at random by `rng`; more followers include the fewer) or
            which people hear the hub.
        rng : int or numpy.random.Generator, optional
            Source of luck for the choice; the default is always the same choice.

        Raises
        ------
        ValueError
            If there are fewer people than followers, or the weights of this network
            leave the weight of the new arcs open.

        Examples
        --------
        >>> Network.from_edges([(0, 1), (1, 2)]).with_hub(2).degrees.tolist()
        [1, 2, 1, 2]
        """
        if self.weights is not None:
            msg = "with_hub needs a network without weights: add the hub's weighted edges to from_edges instead"
            raise ValueError(msg)
        if np.ndim(followers) == 0:
            k = _checks.whole("followers", followers, low=0, high=self.n)
            listeners = np.sort(_checks.generator(rng).permutation(self.n)[:k])
        else:
            listeners = _checks.people("followers", followers, self.n)
        numbered = isinstance(self.labels, range)
        return Network(
            n=self.n + 1,
            start=np.append(self.start, self.start[-1] + listeners.size),
            targets=np.append(self.targets, listeners.astype(np.int32)),
            labels=range(self.n + 1) if numbered else (*self.labels, "hub"),
            directed=True,
            self_loops=self.self_loops,
            duplicates=self.duplicates,
        )


def _pairs(edges: ArrayLike) -> NDArray[np.int64]:
    try:
        array = np.asarray(edges)
    except ValueError:
        msg = f"edges must be pairs (u, v), shape (k, 2), got {edges!r}"
        raise ValueError(msg) from None
    if array.size == 0:
        return np.empty((0, 2), np.int64)
    if array.ndim != 2 or array.shape[1] != 2:
        msg = f"edges must be pairs (u, v), shape (k, 2), got shape {array.shape}"
        raise ValueError(msg)
    if array.dtype.kind not in "iu":
        msg = f"edges must be whole numbers, got {array.dtype} such as {array.flat[0]!r}"
        raise ValueError(msg)
    if int(array.min()) < 0:
        row = int(np.flatnonzero((array < 0).any(axis=1))[0])
        msg = f"edges must be people numbered from 0, got {array[row].tolist()} in row {row}"
        raise ValueError(msg)
    if int(array.max()) >= MOST_PEOPLE:
        msg = f"edges must name people 0..{MOST_PEOPLE - 1}, got {array.max()}"
        raise ValueError(msg)
    return array.astype(np.int64)


def _weights(weights: ArrayLike, k: int) -> NDArray[np.float64]:
    try:
        array = np.array(weights, np.float64)
    except (TypeError, ValueError):
        msg = f"weights must be one number an edge, got {weights!r}"
        raise ValueError(msg) from None
    if array.shape != (k,):
        msg = f"weights must be one number an edge, shape ({k},), got shape {array.shape}"
        raise ValueError(msg)
    bad = np.flatnonzero(~(np.isfinite(array) & (array >= 0)))
    if bad.size:
        msg = f"weights must be finite and at least 0, got {array[bad[0]]} in row {bad[0]}"
        raise ValueError(msg)
    return array


def _build(
    pairs: NDArray[np.int64],
    n: int,
    *,
    directed: bool,
    weights: NDArray[np.float64] | None,
    labels: Sequence[Any],
) -> Network:
    """Sort the arcs, drop self-loops, merge duplicates."""
    real = pairs[:, 0] != pairs[:, 1]
    self_loops = int(pairs.shape[0] - real.sum())
    pairs = pairs[real]
    if not directed:
        pairs = np.sort(pairs, axis=1)
    place = pairs[:, 0] * n + pairs[:, 1]
    if weights is None:
        place = np.unique(place)
        strength = None
    else:
        place, inverse = np.unique(place, return_inverse=True)
        strength = np.bincount(inverse, weights[real], minlength=place.size).astype(np.float64)
    duplicates = pairs.shape[0] - place.size
    u, v = np.divmod(place, max(n, 1))
    if not directed:
        u, v = np.concatenate([u, v]), np.concatenate([v, u])
        order = np.argsort(u * n + v)
        u, v = u[order], v[order]
        strength = None if strength is None else np.concatenate([strength, strength])[order]
    start = np.zeros(n + 1, np.int64)
    np.cumsum(np.bincount(u, minlength=n), out=start[1:])
    return Network(
        n=n,
        start=start,
        targets=v.astype(np.int32),
        labels=labels,
        weights=strength,
        directed=directed,
        self_loops=self_loops,
        duplicates=duplicates,
    )
