"""Customer equity: a chain of two brands in closed form, plain loops, and published returns."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cemlab.crm.value import (
    brand_purchases,
    customer_equity,
    driver_roi,
    steady_share,
    switching,
)

patiently = settings(deadline=None, max_examples=25, derandomize=True)
TWO = np.array([[0.9, 0.1], [0.3, 0.7]])
SHARE = st.floats(0.01, 0.99)


def says(sentence):
    return pytest.raises(ValueError, match="^" + re.escape(sentence) + "$")


def test_a_logit_by_hand():
    """Odds 4 to 1 for the brand bought last if both are liked alike."""
    assert switching([5, 5], inertia=np.log(4)) == pytest.approx(np.array([[0.8, 0.2], [0.2, 0.8]]))
    liked = switching(np.log([1, 2, 5]))
    assert liked == pytest.approx(np.tile([0.125, 0.25, 0.625], (3, 1)))
    each = switching([[0, 0], [0, 1000]], inertia=[np.log(4), 0])
    assert each[0] == pytest.approx(switching([0, 0], inertia=np.log(4)))
    assert each[1].tolist() == [[0, 1], [0, 1]]


@patiently
@given(SHARE, SHARE)
def test_the_long_run_of_two_brands_has_a_closed_form(leave, come):
    found = steady_share([[1 - leave, leave], [come, 1 - come]])
    assert found == pytest.approx([come / (leave + come), leave / (leave + come)])


def test_the_long_run_of_many_brands_does_not_move():
    moves = switching(np.random.default_rng(1).normal(size=5), inertia=1.5)
    found = steady_share(moves)
    assert found @ moves == pytest.approx(found)
    assert found.sum() == pytest.approx(1)


@patiently
@given(SHARE, SHARE, st.floats(0, 1), st.floats(0.01, 0.5), st.floats(0.2, 12))
def test_purchases_of_two_brands_have_a_closed_form(leave, come, first, discount, often):
    """The first brand's chance is pi + (b - pi) l^k with l = 1 - leave - come: two geometric sums."""
    found = brand_purchases([[1 - leave, leave], [come, 1 - come]], start=[first, 1 - first],
                            purchases_per_period=often, discount=discount)  # fmt: skip
    w, fade, steady = (1 + discount) ** (-1 / often), 1 - leave - come, come / (leave + come)
    exact = steady * w / (1 - w) + (first - steady) * w * fade / (1 - w * fade)
    assert found[0, 0] == pytest.approx(exact, rel=1e-8)
    assert found.sum() == pytest.approx(w / (1 - w))


def plain(moves, start, often, discount, horizon):
    total, now = np.zeros(len(start)), np.array(start, float)
    for k in range(1, int(horizon * often + 1e-9) + 1):
        now = now @ moves
        total += now * (1 + discount) ** (-k / often)
    return total


def test_a_horizon_agrees_with_a_plain_loop_customer_by_customer():
    rng = np.random.default_rng(4)
    moves = switching(rng.normal(size=(6, 3)), inertia=rng.normal(size=6))
    start, often = rng.dirichlet(np.ones(3), 6), rng.integers(1, 9, 6)
    found = brand_purchases(
        moves, start=start, purchases_per_period=often, discount=0.1, horizon=2.5
    )
    for k in range(6):
        assert found[k] == pytest.approx(plain(moves[k], start[k], often[k], 0.1, 2.5))
    long, ever = (brand_purchases(moves, start=start, purchases_per_period=often, discount=0.1, horizon=h) for h in (300, None))  # fmt: skip
    assert long == pytest.approx(ever)
    assert (
        brand_purchases(TWO, start=[1, 0], purchases_per_period=1, discount=0.1, horizon=0).sum()
        == 0
    )


def test_equity_adds_up_and_does_not_depend_on_the_order_of_customers():
    rng = np.random.default_rng(5)
    moves, start = switching(rng.normal(size=(8, 3)), inertia=1.0), rng.dirichlet(np.ones(3), 8)
    given = {"purchases_per_period": 4, "discount": 0.1, "margin": [10, 20, 5]}
    table = customer_equity(moves, start=start, brands=list("abc"), **given)
    turned = customer_equity(moves[::-1], start=start[::-1], brands=list("abc"), **given)
    assert turned.to_numpy() == pytest.approx(table.to_numpy())
    assert table["share"].sum() == pytest.approx(1)
    each = brand_purchases(moves, start=start, purchases_per_period=4, discount=0.1)
    assert table.loc["b", "equity"] == pytest.approx(20 * each[:, 1].sum())
    market = customer_equity(moves, start=start, market=8_000, brands=list("abc"), **given)
    assert (market["equity"] / table["equity"]).tolist() == pytest.approx([1000] * 3)
    free = customer_equity(TWO, start=[1, 0], purchases_per_period=1, margin=0, discount=0.1)
    assert free["share"].isna().all()


def test_the_return_on_a_driver():
    """44.7 % on 70 million: 101.29 million of equity (Rust, Lemon & Zeithaml, quoted second hand)."""
    assert driver_roi(0, 101.29e6, cost=70e6) == pytest.approx(0.447)
    assert driver_roi(100, 100, cost=5) == -1.0


def test_says_what_is_wrong():
    given = {"purchases_per_period": 1, "discount": 0.1}
    with says("switching must be chances that add up to 1 in each row, got 1.2"):
        brand_purchases([[0.9, 0.3], [0.3, 0.7]], start=[1, 0], **given)
    with says("switching must be chances that add up to 1 in each row, got -0.1"):
        steady_share([[1.1, -0.1], [0.3, 0.7]])
    with says(
        "switching must be of shape (brands, brands) or (customers, brands, brands), got (2,)"
    ):
        steady_share([0.5, 0.5])
    with says(
        "switching must lead from any brand to one common set, got brands that keep apart: the long run depends on the start"
    ):
        steady_share(np.eye(2))
    with says("start must be chances of the 2 brands, got shape (3,)"):
        brand_purchases(TWO, start=[1, 0, 0], **given)
    with says("discount must be above 0 without a horizon, got 0: the value would be infinite"):
        brand_purchases(TWO, start=[1, 0], purchases_per_period=1, discount=0)
    with says("purchases_per_period must be above 0, one number or one a customer, got 0"):
        brand_purchases(TWO, start=[1, 0], purchases_per_period=0, discount=0.1)
    with says(
        "switching, start and purchases_per_period must be of the same customers, got [2, 3]"
    ):
        brand_purchases(TWO, start=[[1, 0]] * 2, purchases_per_period=[1, 2, 3], discount=0.1)
    with says("margin must be at least 0, one number or one a brand, got -1"):
        customer_equity(TWO, start=[1, 0], margin=-1, **given)
    with says("brands must be 2 names, got 1"):
        customer_equity(TWO, start=[1, 0], margin=1, brands=["us"], **given)
    with says("utility must be finite numbers, got [0, nan]"):
        switching([0, float("nan")])
    with says("inertia must be one number, or one for each customer, got shape (2,)"):
        switching([0, 0], inertia=[1, 2])
    with says("cost must be above 0, got 0: a return on nothing has no size"):
        driver_roi(1, 2, cost=0)


@pytest.mark.parametrize("horizon", [0, 1, 7.3, 64])
def test_a_horizon_adds_up_the_first_purchases_one_by_one(horizon):
    luck = np.random.default_rng(5)
    moves, start = luck.dirichlet(np.ones(3), (6, 3)), luck.dirichlet(np.ones(3), 6)
    often = luck.uniform(0.3, 4, 6)
    found = brand_purchases(
        moves, start=start, purchases_per_period=often, discount=0.1, horizon=horizon
    )
    for i in range(6):
        now, total = start[i], np.zeros(3)
        for k in range(1, int(np.floor(horizon * often[i] + 1e-9)) + 1):
            now = now @ moves[i]
            total = total + now * 1.1 ** (-k / often[i])
        assert found[i] == pytest.approx(total, rel=1e-12, abs=1e-15)


def test_a_long_horizon_takes_no_loop_over_purchases():
    """Without discount each purchase counts 1; three quarters of a million are of the first brand."""
    found = brand_purchases(
        TWO, start=[0.75, 0.25], purchases_per_period=10, discount=0, horizon=1e5
    )
    assert found[0] == pytest.approx([750_000, 250_000], rel=1e-9)
    with says(
        "horizon must hold at most 1,000,000,000 purchases a customer, got 10,000,000,000: choose a shorter one"
    ):
        brand_purchases(TWO, start=[1, 0], purchases_per_period=10, discount=0, horizon=1e9)
