"""Luck: one key from `rng`, and draws that depend on (key, replicate, purpose, entity) alone."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from cemlab import _luck, lenses
from cemlab.network import Network
from cemlab.sim import cascade, firestorm

patiently = settings(deadline=None, derandomize=True)
WORDS = st.integers(0, 2**64 - 1)
N = 20_000


# --- the same luck in plain whole numbers, from the papers ---------------------------

MASK = 2**64 - 1
STEP = 0x9E3779B97F4A7C15
ENTITY = 0xD1342543DE82EF95


def splitmix(state):
    """Return what SplitMix64 says after `state` (Steele, Lea & Flood 2014)."""
    z = (state + STEP) & MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def xoroshiro(s0, s1):
    """Take one step of xoroshiro128+ 1.0 (Blackman & Vigna 2021)."""

    def turned(x, k):
        return ((x << k) | (x >> (64 - k))) & MASK

    bits = (s0 + s1) & MASK
    s1 ^= s0
    return bits, turned(s0, 24) ^ s1 ^ ((s1 << 16) & MASK), turned(s1, 37)


def plain_draw(key, replicate, purpose, entity):
    of_replicate = splitmix((key + replicate * STEP) & MASK)
    of_purpose = splitmix(of_replicate ^ ((purpose * ENTITY) & MASK))
    return (splitmix((of_purpose + entity * ENTITY) & MASK) >> 11) / 2**53


def draws(entities, *, key=2009, replicate=0, purpose=_luck.LINK):
    branched = np.uint64(_luck.branch(np.uint64(key), np.uint64(replicate), purpose))
    return np.array([_luck.draw(branched, np.uint64(e)) for e in entities])


# --- keys ----------------------------------------------------------------------------


def test_the_same_integer_gives_the_same_key():
    assert _luck.key(7) == _luck.key(7) == _luck.key(np.int32(7))


def test_different_integers_give_different_keys():
    assert len({int(_luck.key(r)) for r in range(1000)}) == 1000


def test_a_generator_moves_on_by_one_key_a_call():
    generator = np.random.default_rng(7)
    first, second = _luck.key(generator), _luck.key(generator)
    again = np.random.default_rng(7).integers(0, 2**64, size=2, dtype=np.uint64)
    assert [first, second] == again.tolist()
    assert first != second


def test_none_is_fresh_luck_each_time():
    assert len({int(_luck.key(None)) for _ in range(5)}) == 5


def test_a_key_is_64_bits():
    keys = np.array([_luck.key(r) for r in range(200)])
    assert keys.dtype == np.uint64
    assert keys.max() > 2**63 > keys.min()


@pytest.mark.parametrize("rng", [True, False, np.True_, -1, 1.5, 7.0, "7", b"7", [7]])
@pytest.mark.parametrize("function", [_luck.key, _luck.fixed])
def test_says_what_rng_must_be(function, rng):
    rule = "rng must be an integer of at least 0, a numpy.random.Generator or None, got "
    with pytest.raises(ValueError, match=f"^{re.escape(rule + repr(rng))}$"):
        function(rng)


def test_fixed_luck_can_be_used_twice():
    generator = np.random.default_rng(1)
    luck, other = _luck.fixed(generator), _luck.fixed(generator)
    assert luck != other
    assert _luck.key(luck) == _luck.key(luck)
    assert _luck.fixed(np.int64(5)) == 5
    assert type(_luck.fixed(np.int64(5))) is int
    assert _luck.fixed(None) != _luck.fixed(None)


# --- the functions are the published ones ----------------------------------------------


def test_mixing_is_splitmix64():
    published = [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
        4593380528125082431,
        16408922859458223821,
    ]
    states = [(1234567 + i * STEP) & MASK for i in range(5)]
    assert [int(_luck.mix(np.uint64(s))) for s in states] == published
    assert [splitmix(s) for s in states] == published


@patiently
@given(WORDS, WORDS)
def test_the_stream_is_xoroshiro128plus(s0, s1):
    assert tuple(int(x) for x in _luck.advance(np.uint64(s0), np.uint64(s1))) == xoroshiro(s0, s1)


@patiently
@given(WORDS, st.integers(0, 2**40), st.integers(1, 4), WORDS)
def test_a_draw_is_a_function_of_key_replicate_purpose_and_entity(key, replicate, purpose, entity):
    branched = _luck.branch(np.uint64(key), np.uint64(replicate), np.uint64(purpose))
    expected = plain_draw(key, replicate, purpose, entity)
    assert _luck.draw(np.uint64(branched), np.uint64(entity)) == expected


@patiently
@given(WORDS, st.integers(0, 2**40))
def test_one_draw_is_the_draw_of_entity_0(key, replicate):
    assert _luck.one_draw(np.uint64(key), replicate, _luck.OFFER) == plain_draw(
        key, replicate, int(_luck.OFFER), 0
    )


def test_the_largest_word_still_gives_a_draw_below_1():
    assert _luck.unit(np.uint64(MASK)) == 1 - 2.0**-53
    assert _luck.unit(np.uint64(0)) == 0.0


@patiently
@given(WORDS, st.integers(0, 2**40), st.integers(1, 4), WORDS)
def test_compiled_and_plain_python_draw_the_same(key, replicate, purpose, entity):
    key, replicate, purpose, entity = (np.uint64(x) for x in (key, replicate, purpose, entity))
    calls = {
        "mix": (key,),
        "unit": (key,),
        "branch": (key, replicate, purpose),
        "draw": (key, entity),
        "one_draw": (key, replicate, purpose),
        "advance": (key, entity),
    }
    compiled = {name: getattr(_luck, name)(*args) for name, args in calls.items()}
    with pytest.MonkeyPatch.context() as patch, np.errstate(over="ignore"):  # uint64 wraps
        for name in calls:
            patch.setattr(_luck, name, getattr(_luck, name).py_func)
        plain = {name: getattr(_luck, name)(*args) for name, args in calls.items()}
    assert plain == compiled


# --- the draws are uniform ---------------------------------------------------------------

LINKS = [(u << 32) | v for u in range(200) for v in range(100) if u != v]
BACK = [(e & (2**32 - 1)) << 32 | (e >> 32) for e in LINKS]
SAMPLES = {
    "entities": lambda: draws(range(N)),
    "links": lambda: draws(LINKS),
    "replicates": lambda: np.array([_luck.one_draw(2009, r, _luck.OFFER) for r in range(N)]),
    "keys": lambda: np.array([_luck.one_draw(_luck.key(r), 0, _luck.LINK) for r in range(2000)]),
    "raw keys": lambda: np.array([_luck.one_draw(k, 0, _luck.LINK) for k in range(N)]),
}


@pytest.mark.parametrize("across", SAMPLES)
def test_draws_are_uniform(across):
    """Mean and variance within 4 standard errors, Kolmogorov and chi-square at 4 s.e. (6e-5)."""
    u = SAMPLES[across]()
    n = len(u)
    assert ((u >= 0) & (u < 1)).all()
    assert u.mean() == pytest.approx(1 / 2, abs=4 * np.sqrt(1 / 12 / n))
    assert u.var() == pytest.approx(1 / 12, abs=4 * np.sqrt(1 / 180 / n))
    counts = np.histogram(u, bins=50, range=(0, 1))[0]
    assert stats.kstest(u, "uniform").pvalue > 6e-5
    assert stats.chisquare(counts).pvalue > 6e-5


def test_the_stream_is_uniform():
    s0, s1 = 1, 2
    u = np.empty(N)
    for i in range(N):
        bits, s0, s1 = (np.uint64(x) for x in _luck.advance(np.uint64(s0), np.uint64(s1)))
        u[i] = _luck.unit(bits)
    assert stats.kstest(u[10:], "uniform").pvalue > 6e-5


def test_different_purposes_replicates_keys_and_entities_are_uncorrelated():
    """Each pair of samples correlates by less than 4 standard errors, 4 / sqrt(n)."""
    samples = [
        draws(LINKS),
        draws([e + 1 for e in LINKS]),
        draws(BACK),
        draws(LINKS, replicate=1),
        draws(LINKS, key=2010),
        draws(LINKS, purpose=_luck.OFFER),
        draws(LINKS, purpose=_luck.RECOVERY),
    ]
    off = np.corrcoef(samples)[~np.eye(len(samples), dtype=bool)]
    assert np.abs(off).max() < 4 / np.sqrt(len(LINKS))


def test_purposes_differ():
    purposes = [_luck.LINK, _luck.OFFER, _luck.RECOVERY, _luck.STREAM]
    assert [int(p) for p in purposes] == [1, 2, 3, 4]  # fixed: old luck stays
    assert len({_luck.one_draw(1, 0, p) for p in purposes}) == 4


# --- nobody else's luck ---------------------------------------------------------------------

NET = Network.from_edges([(0, 1), (1, 2), (1, 3)])
STORY = {"listeners": 3, "share_chance": 0.5}
CALLS = {
    "key": lambda: _luck.key(1),
    "fresh key": lambda: _luck.key(None),
    "fixed": lambda: _luck.fixed(None),
    "network": lambda: Network.preferential(20, 2, rng=1),
    "hub": lambda: NET.with_hub(2, rng=1),
    "cascade": lambda: cascade.simulate(NET, initial=[0], p=0.5).events,
    "fast reach": lambda: cascade.reach(NET, initial=[0], p=0.5, runs=5),
    "paired reach": lambda: cascade.reach(NET, initial=[0], p=0.5, runs=5, paired=True),
    "expected": lambda: cascade.expected_on_tree(NET, initial=0, p=0.5),
    "firestorm": lambda: firestorm.simulate(NET, **STORY, press_followers=2).events,
    "firestorm reach": lambda: firestorm.reach(NET, **STORY, press_followers=2, runs=5),
    "lenses": lambda: lenses.compare(
        pd.DataFrame(
            {"customer": "Ana", "time": ["2024-05-01"], "actor": "customer", "kind": "contact"}
        )
    ),
}


@pytest.mark.parametrize("call", CALLS)
def test_numpys_global_luck_is_untouched(call):
    before = np.random.get_state()  # noqa: NPY002
    CALLS[call]()
    after = np.random.get_state()  # noqa: NPY002
    assert before[0] == after[0]
    assert np.array_equal(before[1], after[1])
    assert before[2:] == after[2:]
