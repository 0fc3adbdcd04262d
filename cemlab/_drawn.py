"""Networks drawn at random: constructors that `cemlab.network.Network` takes over."""

from abc import ABC, abstractmethod
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cemlab import _arcs, _checks, _generators, _luck
from cemlab._arcs import MOST_PEOPLE


class Drawn(ABC):
    """What can be drawn at random; `rng` is an integer, a numpy Generator or None."""

    @classmethod
    @abstractmethod
    def _of(cls, n: int, u: NDArray[np.int32], v: NDArray[np.int32]) -> Self:
        """Build the network from pairs of people."""

    @classmethod
    def random(cls, n: int, mean_degree: float, *, rng: Any = None) -> Self:
        """Tie any two people with the same chance (Gilbert 1959; Erdos & Renyi 1959).

        Parameters
        ----------
        n, mean_degree : int, float
            People, and the ties each has on average, in [0, n - 1].
        rng : int or numpy.random.Generator, optional
            Source of luck, here and in all that follow.

        Examples
        --------
        >>> from cemlab.network import Network
        >>> Network.random(4, 3, rng=1)
        Network(4 people, 12 arcs, undirected)
        """
        people = _checks.whole("n", n, low=0, high=MOST_PEOPLE)
        others = max(people - 1, 0)
        mean = _checks.number("mean_degree", mean_degree, low=0, high=others)
        _arcs.must_fit("n", people, people * mean / 2)
        return cls._of(people, *_generators.random(people, mean / max(others, 1), _luck.key(rng)))

    @classmethod
    def small_world(cls, n: int, k: int, rewire: float, *, rng: Any = None) -> Self:
        """Draw a ring of neighbours with some ties led elsewhere (Watts & Strogatz 1998).

        A tie that moves goes to anybody its first person is not tied to yet, all alike. With
        the same `rng`, more rewiring moves the same ties and more.

        Parameters
        ----------
        n, k : int
            People, and ties of each to the nearest ones: even, below `n`.
        rewire : float
            Chance that a tie moves: 0 is a ring, 1 nearly a random network.

        Examples
        --------
        >>> from cemlab.network import Network
        >>> Network.small_world(5, 2, 0.0).targets.tolist()
        [1, 4, 0, 2, 1, 3, 2, 4, 0, 3]
        """
        people = _checks.whole("n", n, low=1, high=MOST_PEOPLE)
        half = _generators.half_of("k", _checks.whole("k", k, low=0, high=people - 1))
        chance = _checks.probability("rewire", rewire)
        _arcs.must_fit("n", people, people * half, extra=41.0 * people * half)
        return cls._of(people, *_generators.small_world(people, half, chance, _luck.key(rng)))

    @classmethod
    def configuration(cls, degrees: ArrayLike, *, rng: Any = None) -> Self:
        """Draw a network that is random but for everybody's ties (Bollobas 1980).

        Ends of ties are matched at random. Ties to oneself and second ties between the same
        two are dropped and counted in `self_loops` and `duplicates`: some people then have
        fewer ties than asked for, few of many unless there are very large hubs.

        Parameters
        ----------
        degrees : array_like of int, shape (n,)
            Ties of each person; their sum is even.

        Examples
        --------
        >>> from cemlab.network import Network
        >>> Network.configuration([1, 1, 0], rng=1).degrees.tolist()
        [1, 1, 0]
        """
        ends = _generators.whole_numbers("degrees", degrees)
        half = _generators.half_of("degrees' sum", int(ends.sum()))
        _arcs.must_fit("degrees", ends.size, half)
        stubs = _generators.shuffled_stubs(ends, _luck.key(rng))
        return cls._of(ends.size, stubs[:half], stubs[half:])

    @classmethod
    def blocks(
        cls,
        sizes: ArrayLike,
        mean_degree: float,
        mixing: ArrayLike,
        *,
        activity: ArrayLike | None = None,
        rng: Any = None,
    ) -> Self:
        """Draw communities whose people differ in activity (Karrer & Newman 2011).

        The number of ties is Poisson; who is tied, in proportion to activity. Ties are dropped
        and counted as in `configuration`.

        Parameters
        ----------
        sizes : array_like of int, shape (b,)
            People of each community; they are numbered one community after the other.
        mean_degree : float
            Ties a person has on average, before any are dropped.
        mixing : float or array_like of float, shape (b, b)
            Share of ties made with anybody, the own community included (the rest stay inside);
            or, for two communities, how likely their people are tied, relative to others.
        activity : array_like of float, shape (n,), optional
            How many ties each person has, relative to others; by default all alike.

        Examples
        --------
        >>> from cemlab.network import Network
        >>> Network.blocks([2, 2], 1, 0.0, activity=[1, 1, 0, 0], rng=1).degrees.tolist()
        [1, 1, 0, 0]
        """
        plan = _generators.plan_blocks(sizes, mean_degree, mixing, activity)
        _arcs.must_fit("sizes", plan.people, plan.ties.sum())
        return cls._of(plan.people, *_generators.blocks(plan, _luck.key(rng)))

    @classmethod
    def preferential(cls, n: int, m: int, *, rng: Any = None) -> Self:
        """Grow a network in which the well-connected attract more ties.

        Each newcomer ties to `m` earlier people, chosen in proportion to the ties they
        have (Barabasi & Albert, Science 1999): few hubs, many people with `m` ties.

        Parameters
        ----------
        n, m : int
            People, and ties of each newcomer; 1 <= m < n.

        Examples
        --------
        >>> from cemlab.network import Network
        >>> Network.preferential(100, 2, rng=1)
        Network(100 people, 392 arcs, undirected)
        """
        people = _checks.whole("n", n, low=2, high=MOST_PEOPLE)
        ties = _checks.whole("m", m, low=1, high=people - 1)
        _arcs.must_fit("n", people, float(people) * ties)
        return cls._of(people, *_generators.preferential(people, ties, _luck.key(rng)))
