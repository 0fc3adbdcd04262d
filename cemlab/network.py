"""Network: who hears whom, as two integer arrays (compressed sparse rows)."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cemlab import _arcs, _checks, _edge_list, _measures
from cemlab._drawn import Drawn

MOST_PEOPLE = _arcs.MOST_PEOPLE


@dataclass(frozen=True, eq=False)
class Network(Drawn):
    """Who hears whom: person u is heard by ``targets[start[u]:start[u + 1]]``.

    Build one with `from_edges`, `from_csv`, `from_parquet` or `from_networkx`, or draw one with
    `random`, `small_world`, `configuration`, `blocks` or `preferential`.

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
        size, u, v = _arcs.pairs(edges, n, weighted=weights is not None)
        weight = None if weights is None else _arcs.weights(weights, u.size)
        return cls._of(size, u, v, directed=directed, weights=weight)

    @classmethod
    def from_csv(cls, path: str | Path, *, directed: bool = False) -> "Network":
        """Read an edge list: two columns (from, to) or three (from, to, weight).

        Ids are whole numbers of at least 0, or names; they become `labels`, sorted,
        and people are numbered in that order. Separators may be comma, semicolon, tab
        or space; a first line such as ``source,target`` is skipped, as are lines that
        begin with ``#``. A file that ends in ``.gz`` is unpacked while it is read.

        Raises
        ------
        ValueError
            Names file, line, rule and value of the first line that cannot be read.
        """
        labels, u, v, weights = _edge_list.read(Path(path))
        return cls._of(len(labels), u, v, directed=directed, weights=weights, labels=labels)

    @classmethod
    def from_parquet(cls, path: str | Path, *, directed: bool = False) -> "Network":
        """Read the first two or three columns of a Parquet file: from, to and maybe weight.

        Ids and labels are those of `from_csv`.

        Raises
        ------
        ValueError
            Names file, row, rule and value of the first row that cannot be read.
        """
        labels, u, v, weights = _edge_list.read_parquet(Path(path))
        return cls._of(len(labels), u, v, directed=directed, weights=weights, labels=labels)

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
        u, v = (np.array([number[tie[end]] for tie in ties], np.int32) for end in (0, 1))
        found = [w for _, _, w in ties]
        named = bool(found) and all(w is not None for w in found)
        weights = _arcs.weights(found, len(found)) if named else None
        directed = bool(graph.is_directed())
        return cls._of(len(number), u, v, directed=directed, weights=weights, labels=tuple(number))

    def with_hub(
        self, followers: int | ArrayLike, *, label: str = "hub", rng: Any = 0
    ) -> "Network":
        """Add one person, numbered n, whom many hear and who hears nobody: the press.

        Parameters
        ----------
        followers : int or array_like of int
            How many people (chosen at random by `rng`; more followers include the fewer) or
            which people hear the hub.
        label : str
            What the hub is called where people have names; with a number if it is taken.
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
        start = np.append(self.start, self.start[-1] + listeners.size)
        targets = np.append(self.targets, listeners.astype(np.int32))
        numbered = isinstance(self.labels, range)
        labels = range(self.n + 1) if numbered else (*self.labels, self._free(label))
        loops, merged = self.self_loops, self.duplicates
        return Network(self.n + 1, start, targets, labels, None, True, loops, merged)

    def _free(self, label: str) -> str:
        """Return the label, or the first of "label 2", "label 3" ... that nobody has."""
        taken = set(self.labels)
        names = (label if k == 1 else f"{label} {k}" for k in count(1))
        return next(name for name in names if name not in taken)

    def __reduce__(self) -> tuple[Any, ...]:
        return Network, (
            self.n, self.start, self.targets, self.labels,
            self.weights, self.directed, self.self_loops, self.duplicates,
        )  # fmt: skip

    def summary(self, *, sample: int = 1000, rng: Any = 0) -> pd.Series:
        """Return the shape of the network in ten numbers, as floats (nan where nobody is).

        `people`, `arcs`; `mean_degree`, `median_degree`, `max_degree` and `second_moment` of
        `degrees`; `clustering`: the share of pairs of a person's listeners where one hears
        the other, on average (0 for less than two listeners), over at most `sample` people
        chosen by `rng`; `components` and `largest_share`, whatever the directions; and
        `critical_chance`: the chance of passing on above which a story can reach a share of
        everybody, were the ties random but for the degrees (Newman 2002; infinite if nobody
        can pass on what they heard).

        Examples
        --------
        >>> float(Network.from_edges([(0, 1), (1, 2), (2, 0)]).summary()["clustering"])
        1.0
        """
        return _measures.summary(
            self.start, self.targets, directed=self.directed, sample=sample, rng=rng
        )

    @classmethod
    def _of(
        cls,
        n: int,
        u: NDArray[np.int32],
        v: NDArray[np.int32],
        *,
        directed: bool = False,
        weights: NDArray[np.float64] | None = None,
        labels: Sequence[Any] | None = None,
    ) -> "Network":
        """Sort the arcs, drop self-loops, merge duplicates."""
        start, targets, strength, loops, merged = _arcs.rows(n, u, v, weights, directed=directed)
        called = range(n) if labels is None else labels
        return cls(n, start, targets, called, strength, directed, loops, merged)
