"""The habit of going public: where it rests, tips, and outlives its cause."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cemlab.market import SCENARIOS, Market, Policy, limits, monthly, norms, simulate
from cemlab.market._kernels import laws

patiently = settings(deadline=None, max_examples=25, derandomize=True)
TAUGHT = laws.taught.py_func
STEEP = Market(norm=0.7)


def says(sentence):
    return pytest.raises(ValueError, match="^" + re.escape(sentence) + "$")


def rests(advantage, **numbers):
    return norms.equilibria(advantage, market=Market(**numbers))["public_share"].tolist()


# --- habits at rest ----------------------------------------------------------------------


def test_without_a_norm_there_is_one_habit():
    assert rests(0.0) == pytest.approx([1 / (1 + np.exp(2.8))], rel=1e-12)
    assert rests(0.35) == pytest.approx([0.5])
    assert rests(0.3, shame_slope=0) == [0.5]


@pytest.mark.parametrize(
    ("pull", "known"),
    [(3.9, [0.5]), (4.5, [0.2244, 0.5, 0.7756]), (6, [0.0707, 0.5, 0.9293])],
)
def test_the_pitchfork(pull, known):
    """s = logistic(G (s - 1/2)): one root up to G = 4, then three."""
    found = norms.equilibria(0.0, market=Market(shame_slope=pull, norm=1.0, shame_threshold=0.5))
    assert found["public_share"].tolist() == pytest.approx(known, abs=5e-5)
    assert found["stable"].tolist() == ([True] if len(known) == 1 else [True, False, True])


@patiently
@given(st.floats(-1, 1), st.floats(0.1, 60), st.floats(-1, 3), st.floats(-2, 2))
def test_every_habit_found_is_at_rest_and_none_is_missed(gain, slope, norm, threshold):
    market = Market(shame_slope=slope, norm=norm, shame_threshold=threshold, learning=0.2)
    found = norms.equilibria(gain, market=market)
    for share, stable in found.itertuples(index=False):
        world = market.world()
        assert TAUGHT(world, share, gain) == pytest.approx(share, abs=1e-10)
        pushed = share + 1e-6
        back = TAUGHT(world, pushed, gain) - share
        if abs(abs(back) - 1e-6) > 1e-9 and 1e-5 < share < 1 - 1e-5:
            assert stable == (abs(back) < 1e-6)
    grid = np.linspace(0, 1, 20_001)
    off = 1 / (1 + np.exp(-slope * (gain - threshold + norm * grid))) - grid
    assert len(found) >= np.count_nonzero(np.diff(np.sign(off[off != 0])))
    assert len(found) in (1, 2, 3)


@pytest.mark.parametrize(("slope", "norm"), [(8, 0.5), (1.6, 2.5), (1000, 0.004)])
@pytest.mark.parametrize("threshold", [0.35, 0.1, 0.3])
def test_at_the_pitchfork_the_habit_still_comes_back(slope, norm, threshold):
    market = Market(shame_slope=slope, norm=norm, shame_threshold=threshold)
    for gain in (threshold - norm / 2, threshold - 0.5 * norm + 1e-16):
        found = norms.equilibria(gain, market=market)
        assert found["stable"].tolist() == [True]
        flat = (12 * slope * 2e-16) ** (1 / 3) / 4  # a third power hides what rounding does
        assert found["public_share"].tolist() == pytest.approx([0.5], abs=flat)


@pytest.mark.parametrize("norm", [0.5001, 0.6, 0.7, 3.0, 10.0])
def test_at_a_fold_the_habit_that_is_about_to_tip_is_there(norm):
    market = Market(norm=norm)
    fold = norms.folds(market)
    up, down = (norms.equilibria(gain, market=market) for gain in (fold.begins, fold.ends))
    assert up["stable"].tolist() == [False, True]
    assert down["stable"].tolist() == [True, False]
    assert up["public_share"][0] == pytest.approx(fold.share_begins, rel=1e-9)
    assert down["public_share"][1] == pytest.approx(fold.share_ends, rel=1e-9)


def test_a_negative_norm_may_swing():
    swinging = norms.equilibria(0.1, market=Market(norm=-10, learning=1))
    assert swinging["stable"].tolist() == [False]
    assert norms.equilibria(0.1, market=Market(norm=-10, learning=0.1))["stable"].tolist() == [True]


# --- folds -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("norm", "ends", "begins"), [(0.6, 0.0359, 0.0641), (0.7, -0.0380, 0.0380)]
)
def test_folds(norm, ends, begins):
    found = norms.folds(Market(norm=norm))
    assert (found.ends, found.begins) == pytest.approx((ends, begins), abs=5e-5)
    low, high = found.share_begins, found.share_ends
    assert 8 * norm * low * (1 - low) == pytest.approx(1)  # the slope is 1 where it tips
    assert low + high == pytest.approx(1)
    inside, outside = (found.ends + found.begins) / 2, found.begins + 0.01
    assert [len(rests(x, norm=norm)) for x in (inside, outside, found.ends - 0.01)] == [3, 1, 1]


def test_no_folds_up_to_four():
    assert norms.folds(Market(norm=0.5)) is None  # 8 x .5 = 4
    assert norms.folds(Market(norm=0.501)) is not None
    assert norms.folds(Market(norm=-3)) is None
    assert norms.folds(Market()) is None


def test_folds_at_the_ends_of_what_is_allowed():
    found = norms.folds(Market(shame_slope=1000, norm=10))
    assert found.share_begins == pytest.approx(1e-4, rel=1e-3)  # 1 / (slope x norm)


# --- the loop ----------------------------------------------------------------------------


def path(loop, direction):
    return loop[loop["direction"] == direction].set_index("advantage")["public_share"]


def test_the_way_down_is_not_the_way_up():
    loop = norms.norm_loop(np.linspace(0, 0.1, 101), market=Market(norm=0.6))
    up, down = path(loop, "up"), path(loop, "down").sort_index()
    apart = (down - up) > 0.1
    assert apart.index[apart].min() == pytest.approx(0.036, abs=1e-9)
    assert apart.index[apart].max() == pytest.approx(0.064, abs=1e-9)
    assert np.allclose(up[~apart], down[~apart])
    assert up.is_monotonic_increasing
    assert down.is_monotonic_increasing


def test_the_path_is_where_slow_learning_ends():
    """The plain way: repeat the law of learning until nothing moves."""
    market = Market(norm=0.7)
    advantages, share, shares = np.linspace(-0.1, 0.1, 9), 0.0, []
    for gain in [*advantages, *advantages[::-1]]:
        for _ in range(3000):
            share = TAUGHT(market.world(), share, gain)
        shares.append(share)
    loop = norms.norm_loop(advantages[::-1], market=market)
    moved = loop[loop["direction"] != "rest"]
    assert moved["public_share"].to_numpy() == pytest.approx(shares, abs=1e-9)


def test_the_curve_of_rest_is_an_s():
    loop = norms.norm_loop(market=STEEP)
    rest = loop[loop["direction"] == "rest"]
    world = STEEP.world()
    again = [
        TAUGHT(world, s, d) for d, s in zip(rest["advantage"], rest["public_share"], strict=True)
    ]
    assert again == pytest.approx(rest["public_share"].tolist(), abs=1e-12)
    assert rest["public_share"].is_monotonic_increasing
    found = norms.folds(STEEP)
    unstable = rest[rest["branch"] == "unstable"]
    assert unstable["public_share"].between(found.share_begins, found.share_ends).all()
    assert unstable["advantage"].between(found.ends, found.begins).all()
    assert len(unstable) > 50
    assert set(loop["branch"]) == {"stable", "unstable"}


def test_the_curve_reaches_the_ends_of_the_path_and_the_folds():
    market = Market(norm=0.6)
    loop = norms.norm_loop([0, 0.05], market=market)
    rest = loop[loop["direction"] == "rest"]
    for end in (0.0, 0.05):
        known = norms.equilibria(end, market=market)["public_share"].tolist()
        assert rest.loc[rest["advantage"] == end, "public_share"].tolist() == pytest.approx(known)
    assert rest["advantage"].between(0, 0.05).all()
    fold = norms.folds(market)
    whole = norms.norm_loop([-0.2, 0.05, 0.2], market=market)
    between = whole.loc[whole["branch"] == "unstable", "advantage"]
    assert (between.min(), between.max()) == pytest.approx((fold.ends, fold.begins), abs=1e-12)


def test_without_folds_both_ways_are_one():
    for market in (Market(), Market(shame_slope=0)):
        loop = norms.norm_loop([-1, 0, 1], market=market)
        assert path(loop, "up").tolist() == path(loop, "down").tolist()[::-1]
        assert not (loop["branch"] == "unstable").any()
    assert len(norms.norm_loop(market=Market())) > 402


# --- money that follows the loudest ------------------------------------------------------


def test_the_loudest_teach_everybody():
    """Capacity .85 of the load: .95, against .12 at a fixed tenth and .057 in a pool."""
    found = norms.loudest_equilibria(capacity=0.85)
    assert found["public_share"].tolist() == pytest.approx([0.952], abs=1e-3)
    fixed = norms.loudest_equilibria(capacity=0.85, loudest=0)["public_share"].tolist()
    assert fixed == pytest.approx([0.121], abs=1e-3)
    pooled = norms.loudest_equilibria(capacity=0.85, organisation="pooled")
    assert pooled["public_share"].tolist() == pytest.approx([0.0573242], abs=1e-7)
    assert found["stable"].all()


def test_the_loudest_by_hand():
    """At rest: the share is what its own advantage makes of it."""
    row = norms.loudest_equilibria(capacity=0.7, loudest=0.5, resolution="deep").iloc[0]
    s = row["public_share"]
    part = 0.5 * 0.1 + 0.5 * 5 * s / (5 * s + 1 - s)
    phone = 0.8 * min(1, 0.7 * (1 - part) / (1 - s))
    social = 0.95 * min(1, 0.7 * part * (5 / 4) / s)
    assert row["advantage"] == pytest.approx(social - phone, abs=1e-9)
    assert 1 / (1 + np.exp(-8 * (social - phone - 0.35))) == pytest.approx(s, abs=1e-9)


def test_loudest_at_the_edges():
    for market in (Market(shame_slope=1000), Market(shame_slope=0), Market(norm=10)):
        for capacity in (1e-6, 1.0, 1e6):
            assert len(norms.loudest_equilibria(capacity=capacity, market=market)) >= 1
    none = norms.loudest_equilibria(capacity=0)
    assert none["advantage"].tolist() == [0]


# --- the whole loop ----------------------------------------------------------------------

CALM = Policy(prevention=60_000, phone=40_000, advertising=50_000, organisation="pooled",
              resolution="deep")  # fmt: skip
STAR = Policy(phone=20_000, social=80_000, advertising=50_000)
EPISODE = {0: CALM, 24: STAR, 36: CALM}


@pytest.mark.parametrize(
    "policy", [CALM, STAR, Policy(phone=30_000, advertising=120_000, loudest=1)]
)
@pytest.mark.parametrize("market", [Market(), SCENARIOS["norm"], STEEP])
def test_the_loop_rests_where_its_own_advantage_says(policy, market):
    rest = limits.steady_state(policy, market=market)
    gain = rest["solved_social"] - rest["solved_phone"]
    found = norms.equilibria(gain, market=market)
    near = (found["public_share"] - rest["public_share"]).abs()
    assert near.min() < 1e-7
    assert found.loc[near.idxmin(), "stable"]


def test_a_habit_outlives_its_cause_where_the_norm_is_strong():
    """A pool treats all alike, before and after: what a year of star treatment leaves behind."""
    before, after = (limits.steady_state(plan, market=STEEP) for plan in (CALM, EPISODE))
    known = norms.equilibria(0.0, market=STEEP)["public_share"]
    assert before["public_share"] == pytest.approx(known[0], abs=1e-8)
    assert after["public_share"] == pytest.approx(known[2], abs=1e-8)
    assert after["reputation"] < before["reputation"] / 2
    assert after["profit"] < 0.75 * before["profit"]


@pytest.mark.parametrize("norm", [0.0, 0.6])
def test_a_weaker_norm_lets_it_fade_but_slowly(norm):
    market = Market(norm=norm)
    before, after = (limits.steady_state(plan, market=market) for plan in (CALM, EPISODE))
    assert after["public_share"] == pytest.approx(before["public_share"], abs=1e-8)
    share = monthly(simulate(EPISODE, months=61, market=market))["public_share"].to_numpy()
    assert share[36] > 5 * share[23]
    alone = share[36]
    for _ in range(24):
        alone = TAUGHT(market.world(), alone, 0.0)
    assert share[60] == pytest.approx(alone, abs=1e-12)
    assert (share[60] > 0.5) == (norm == 0.6)  # two years later


def test_within_the_window_of_a_weaker_norm_a_split_desk_keeps_the_habit():
    market = Market(norm=0.6, star_solved=0.85)
    calm = Policy(prevention=50_000, phone=30_000, social=20_000, advertising=50_000,
                  resolution="deep")  # fmt: skip
    window = norms.folds(market)
    for plan, low, high in ((calm, 0.2, 0.25), ({0: calm, 24: STAR, 36: calm}, 0.68, 0.75)):
        rest = limits.steady_state(plan, market=market)
        assert window.ends < rest["solved_social"] - rest["solved_phone"] < window.begins
        assert low < rest["public_share"] < high


def test_money_after_the_loudest_makes_two_habits_without_any_norm():
    """Few posts get a team too small to answer them; many get one that does."""
    plan = Policy(prevention=80_000, phone=12_500, social=2_500, advertising=55_000, loudest=0.85)
    low, high = (
        limits.steady_state(plan, market=Market(start_public=share))["public_share"]
        for share in (0.02, 0.98)
    )
    assert low < 0.01
    assert high > 0.75


# --- messages ----------------------------------------------------------------------------


def test_says_what_was_wrong():
    with says("advantage must be a finite number, got nan"):
        norms.equilibria(np.nan)
    with says("market must be a Market, got 0.6"):
        norms.folds(0.6)
    with says("norm must be at least 0 for a slow rise and fall, got -1: see equilibria"):
        norms.norm_loop(market=Market(norm=-1))
    with says("advantages must be 2 finite numbers or more, got [0.1]"):
        norms.norm_loop([0.1])
    with says("advantages must be 2 finite numbers or more, got 'all'"):
        norms.norm_loop("all")
    with says("loudest must be a probability in [0, 1], got 2"):
        norms.loudest_equilibria(capacity=1, loudest=2)
    with says("capacity must be a finite number of at least 0, got -1"):
        norms.loudest_equilibria(capacity=-1)
    with says("organisation must be one of split, pooled, got 'both'"):
        norms.loudest_equilibria(capacity=1, organisation="both")
