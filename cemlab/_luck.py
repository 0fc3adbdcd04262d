"""Luck: one 64-bit key from `rng`, then draws by (key, replicate, purpose, entity).

A draw depends on nothing else: not on threads, not on the order of calls. So two
what-ifs with the same key meet the same people with the same luck ("paired").
The mixing function is SplitMix64's (Steele, Lea & Flood, OOPSLA 2014), the stream
xoroshiro128+ (Blackman & Vigna, ACM TOMS 2021).
"""

from typing import Any

import numpy as np

from cemlab import _checks
from cemlab._compiled import inlined, kernel

LINK, OFFER, RECOVERY, STREAM, DURATION, THRESHOLD, RESPONSE, TIE, SIDE = (
    np.uint64(n) for n in range(1, 10)
)
ARRIVAL, VOLUME, AUDIENCE, SERVICE, PATIENCE, SOLVE, CALLBACK, PUBLIC, NEXT, PAUSE, AGAIN = (
    np.uint64(n) for n in range(10, 21)
)
MONTH, NEWCOMER, FAIL, VOICE, ALOUD, SOLVED, ESCALATE, QUICK, LEAVE, STAY = (
    np.uint64(n) for n in range(21, 31)
)
POACH, OPINION, PERSON, EXPERIENCE, LOSS, ASKED = (np.uint64(n) for n in range(31, 37))
"""Purposes: what a draw decides. Add new ones at the end, so that old luck stays."""

_U = np.uint64
_STEP = _U(0x9E3779B97F4A7C15)
_ENTITY = _U(0xD1342543DE82EF95)


def key(rng: Any) -> np.uint64:
    """Draw one 64-bit key: the same integer gives the same key.

    >>> key(7) == key(7)
    np.True_
    """
    drawn = _checks.generator(rng).integers(0, 2**64, dtype=np.uint64)
    return np.uint64(drawn)


def fixed(rng: Any) -> int:
    """Return an integer that can be passed on several times as the same luck.

    >>> fixed(7)
    7
    """
    generator = _checks.generator(rng)
    if isinstance(rng, int | np.integer):
        return int(rng)
    return int(generator.integers(0, 2**63))


@inlined
def mix(x):
    """Scramble 64 bits (SplitMix64)."""
    z = _U(x) + _STEP
    z = (z ^ (z >> _U(30))) * _U(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> _U(27))) * _U(0x94D049BB133111EB)
    return z ^ (z >> _U(31))


@inlined
def branch(key, replicate, purpose):
    """Return the key of one purpose in one replicate."""
    return mix(_U(mix(_U(key) + _U(replicate) * _STEP)) ^ (_U(purpose) * _ENTITY))


@inlined
def unit(bits):
    """Turn 64 bits into a float in [0, 1)."""
    return (_U(bits) >> _U(11)) * (1.0 / 9007199254740992.0)


@inlined
def draw(branched, entity):
    """Return the entity's draw in [0, 1): `branched` from :func:`branch`."""
    return unit(mix(_U(branched) + _U(entity) * _ENTITY))


@kernel
def one_draw(key, replicate, purpose):
    """Return one draw in [0, 1): for a decision that is taken once in a run."""
    return draw(branch(key, replicate, purpose), 0)


@inlined
def advance(s0, s1):
    """Take one step of xoroshiro128+: (64 bits, next s0, next s1)."""
    s0, s1 = _U(s0), _U(s1)
    bits = s0 + s1
    s1 = s1 ^ s0
    s0 = ((s0 << _U(24)) | (s0 >> _U(40))) ^ s1 ^ (s1 << _U(16))
    s1 = (s1 << _U(37)) | (s1 >> _U(27))
    return bits, s0, s1
