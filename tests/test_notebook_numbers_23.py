"""What the notebook on the customer's value says in its sentences."""

import numpy as np
import pandas as pd
import pytest

from cemlab import datasets
from cemlab.classroom.exercises import check
from cemlab.crm import value

KEPT = [1000, 869, 743, 653, 593, 551, 517, 491]
SHOP = datasets.load("cdnow-summary")
BG, PARETO = value.bg_nbd(SHOP), value.pareto_nbd(SHOP)
SPENDING = value.gamma_gamma(SHOP)
ASSUMED = {"margin": 0.3, "discount_per_unit": np.log(1.12) / 52}
WORTH = value.clv(BG, SPENDING, SHOP, **ASSUMED)["value"]
RATES = {"rate_satisfied": 1, "rate_dissatisfied": 0.3, "death_satisfied": 0.02,
         "death_dissatisfied": 0.2, "discount": 0.01}  # fmt: skip


def silent(shop, weeks=15):
    """Those who bought again and then were silent: like Ana, like Bea."""
    quiet = shop[shop["age"] - shop["recency"] >= weeks]
    return quiet[quiet["frequency"] >= 4], quiet[quiet["frequency"].isin([2, 3])]


def test_one_retention_for_all_is_too_low():
    mixed, constant = value.sbg(KEPT), value.geometric(KEPT)
    left = [fit.survival(12)["value"].iloc[0] for fit in (mixed, constant)]
    assert left == pytest.approx([0.378, 0.270], abs=0.0005)
    assert constant.survival(12)["high"].iloc[0] < 0.394 < mixed.survival(12)["high"].iloc[0]
    fees = [fit.discounted_lifetime(discount=0.1, renewals=7) for fit in (mixed, constant)]
    assert fees == pytest.approx([7.5, 4.85], abs=0.05)


def test_the_mixture_of_the_exercise_is_what_a_draw_gives():
    stay = np.repeat([0.95, 0.7], 200_000)
    luck = np.random.default_rng(1)
    first = luck.random(stay.size) < stay
    second = first & (luck.random(stay.size) < stay)
    share = second.sum() / first.sum()
    right = (0.95**2 + 0.7**2) / (0.95 + 0.7)
    assert abs(share - right) < 4 * np.sqrt(right * (1 - right) / first.sum())
    for said in (right, 0.84, 0.844, 0.8439):
        assert check("value.7", said).right
    assert not check("value.7", first.mean()).right


def test_the_next_39_weeks():
    again = SHOP[SHOP["frequency"] > 0]
    stay, periods = len(again) / len(SHOP), 39 / SHOP["age"].mean()
    assert (again["frequency_holdout"] > 0).sum() == 491
    assert SHOP["age"].mean() == pytest.approx(32.7, abs=0.02)
    before = SHOP["frequency"].sum() * periods
    assert (round(0.4 * before), round(0.64 * before)) == (1172, 1875)
    assert check("value.13", SHOP["frequency_holdout"].sum() / before).right
    said = [stay * SHOP["frequency"].sum() * periods]
    said += [fit.conditional_purchases(SHOP, 39).sum() for fit in (BG, PARETO)]
    assert [round(x) for x in said] == [1176, 1653, 1666]
    counted = SHOP["frequency_holdout"].sum()
    assert [round(100 * (1 - x / counted)) for x in said] == [38, 12, 12]
    money = (again["frequency"] * again["mean_spend"]).sum() / len(again)
    rate = 1.12 ** (39 / 52) - 1
    all_of_them = [
        len(again) * value.gupta_lehmann(0.3 * money * periods, retention=r, discount=rate)
        for r in (0.4, 0.52, 0.64, 0.8)
    ]
    assert [round(x, -2) for x in all_of_them] == [19_800, 31_200, 48_600, 94_500]
    came = 0.3 * (SHOP["frequency_holdout"] * SHOP["mean_spend_holdout"]).sum()
    assert (round(all_of_them[0]), round(came)) == (19_806, 21_293)
    soon = value.clv(BG, SPENDING, SHOP, margin=0.3, discount_per_unit=0, horizon=39)["value"]
    assert soon.sum() / WORTH.sum() == pytest.approx(0.2, abs=0.03)  # four fifths lie beyond
    other = value.clv(PARETO, SPENDING, SHOP, **ASSUMED)["value"]
    assert other.sum() / WORTH.sum() == pytest.approx(1.085, abs=0.001)
    once = SHOP["frequency"] == 0
    assert other[once].mean() / WORTH[once].mean() == pytest.approx(0.52, abs=0.01)


def test_the_models_give_up_customers_who_come_back():
    two = {"frequency": [8, 2], "recency": [19.5, 19.5], "age": [39, 39]}
    seen = BG.table(pd.DataFrame(two), 39)
    assert seen["alive"].round(2).tolist() == [0.08, 0.53]
    assert seen["purchases"].round(2).tolist() == [0.47, 0.89]
    like_ana, like_bea = silent(SHOP)
    back = (like_ana["frequency_holdout"] > 0).sum()
    assert (len(like_ana), back) == (30, 18)
    chances = [fit.alive(like_ana) for fit in (BG, PARETO)]
    assert [chance.mean().round(2) for chance in chances] == [0.12, 0.17]
    for chance in chances:  # who came back was alive: far more than luck allows
        assert back - chance.sum() > 4 * np.sqrt((chance * (1 - chance)).sum())
    assert like_ana["frequency_holdout"].mean() > like_bea["frequency_holdout"].mean()


@pytest.mark.parametrize("weeks", [10, 19])
def test_other_limits_of_silence_show_the_same(weeks):
    like_ana, like_bea = silent(SHOP, weeks)
    chance, back = BG.alive(like_ana), (like_ana["frequency_holdout"] > 0).sum()
    assert back - chance.sum() > 4 * np.sqrt((chance * (1 - chance)).sum())
    assert like_ana["frequency_holdout"].mean() > like_bea["frequency_holdout"].mean()


def test_where_the_model_holds_it_gives_up_the_right_ones():
    drawn = BG.simulate(np.tile(SHOP["age"], 20), holdout=39, rng=1)
    like_ana, _ = silent(drawn)
    later, chance = like_ana["frequency_holdout"], BG.alive(like_ana)
    gap = later - BG.conditional_purchases(like_ana, 39)
    assert abs(gap.mean()) < 4 * gap.sem()
    assert (later > 0).mean() < chance.mean() + 4 * np.sqrt((chance * (1 - chance)).mean() / len(chance))  # fmt: skip


def test_the_list_of_the_best_is_right_about_money_and_wrong_about_heads():
    spent = (SHOP["frequency_holdout"] * SHOP["mean_spend_holdout"]).fillna(0)
    best = spent.rank(ascending=False, method="first") <= 236
    back = SHOP["frequency_holdout"] > 0
    assert back.sum() == 684
    past = (SHOP["frequency"] * SHOP["mean_spend"]).fillna(0)
    for by, money, of_the_best, absent, not_listed in (
        (WORTH, 0.505, 121, 54, 502),
        (past, 0.491, 113, 65, 513),
    ):
        listed = by.rank(ascending=False, method="first") <= 236
        assert spent[listed].sum() / spent.sum() == pytest.approx(money, abs=0.0005)
        found = (listed & best).sum(), (listed & ~back).sum(), (~listed & back).sum()
        assert found == (of_the_best, absent, not_listed)
        assert not_listed - absent == 684 - 236 == 448  # what any such list leaves out
    listed = WORTH.rank(ascending=False, method="first") <= 236
    assert WORTH[listed].sum() / WORTH.sum() == pytest.approx(0.52, abs=0.005)
    means = [WORTH.mean(), WORTH[listed].mean(), WORTH[~listed].mean()]
    assert [round(x) for x in means] == [35, 180, 19]


def test_the_curve_of_bound_customers_is_that_of_customers_who_differ():
    bond = value.learning_relationship(
        8, told_min=1, time_value=0.25, fit_gain=4, learning=0.4, rival_advantage=0, spread=3
    )
    both = value.two_readings(bond)
    assert (both["learning"] - both["differing"]).abs().max() < 0.005
    fitted = value.sbg(np.append(1.0, np.cumprod(bond["retention"])), customers=1000)
    gap = bond["retention"] - fitted.retention(np.arange(1, 9))["value"]
    assert gap.abs().max() < 0.005  # the other story, fitted as if nobody had told us


def test_who_takes_customers_for_equal_gets_satisfaction_wrong():
    worth = value.satisfied_more([0.7, 0.8, 0.9], 0, **RATES)["value"]
    assert worth.round(2).tolist() == [5.95, 8.46, 13.84]
    assert worth[[0.7, 0.9]].mean() == pytest.approx(9.89, abs=0.005)


def test_the_conclusion_about_the_love_brand_flips_above_one():
    loved = {"bond": 2, "advantage": 0.5, "severity": 2}
    plain = value.love_brand([0, 1, 0, 0, 1, 0], **loved)
    assert plain.loc[[2, 5], "repurchase"].round(2).tolist() == [0.62, 0.52]
    for betrayal, flips in ((0, False), (0.9, False), (1, False), (1.1, True), (1.5, True)):
        course = value.love_brand([0, 1, 0, 0, 1, 0], **loved, betrayal=betrayal)
        assert check("value.9", betrayal).right is flips
        assert (course.loc[5, "buffer"] < -1e-9) is np.bool_(flips) or betrayal == 1


def test_calling_by_risk_keeps_fewer():
    shares = dict(zip(value.FOUR_TYPES, [0.45, 0.15, 0.3, 0.1], strict=True))
    trial = value.simulate_four_types(4000, shares=shares, noise=0.5, rng=23)
    by = [value.targeting(trial, trial[name], draws=100, rng=1) for name in ("uplift", "risk")]
    assert [found.curve["value"].iloc[2].round(2) for found in by] == [0.12, 0.07]
    assert value.targeting_difference(trial, trial["uplift"], trial["risk"], rng=1).low > 0
