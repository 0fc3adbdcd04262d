"""The social-media calculator: closed forms, paired luck, files and messages."""

import dataclasses
import math
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from scipy import stats

from cemlab.crm import roi
from cemlab.crm.roi import _luck_of

patiently = settings(deadline=None, max_examples=10, derandomize=True)
FIXED = {
    "support": {"answers": 1000, "contacts_saved": 0.5, "cost_elsewhere": 6, "cost_here": 1},
    "ideas": {"ideas": 200, "accepted": 0.05, "new": 0.5, "margin": 400},
    "research": {"studies": 2, "price": 5000, "as_good": 0.25},
    "awareness": {"impressions": 400_000, "price_per_thousand": 5, "replaced": 0.1},
    "hiring": {"hires": 3, "fee": 1000, "replaced": 0.5},
    "staff": {"people": 0.1, "cost_per_person": 40_000},
    "tools": {"cost": 600},
    "training": {"people": 10, "hours": 2, "cost_per_hour": 20},
    "guidelines": {"cost": 100},
    "risk": {"chance": 0.01, "damage": 20_000},
}
# Two prices that each vary alone, on costs that do not.
SUM = {
    "research": {"studies": 2, "price": (1000, 4000), "as_good": 0.5},
    "hiring": {"hires": 3, "fee": (2000, 5000), "replaced": 1},
    "tools": {"cost": 8000},
}
RANGES = {
    "research": {"studies": (1, 3, 5), "price": (1000, 2000, 6000), "as_good": (0.1, 0.9)},
    "hiring": {"hires": (0, 10), "fee": (500, 900, 1000), "replaced": 0.5},
    "tools": {"cost": (4000, 5000, 9000)},
}


def says(sentence):
    return pytest.raises(ValueError, match="^" + re.escape(sentence) + "$")


def standard_error(values):
    return np.std(values) / math.sqrt(len(values))


# --- known assumptions ---------------------------------------------------------------------


def test_lines_worked_out_by_hand():
    made = roi.calculator(FIXED, runs=2, rng=1)
    worth = {"support": 3000, "ideas": 2000, "research": 2500, "awareness": 200, "hiring": 1500,
             "answering": 1000, "staff": 4000, "tools": 600, "training": 400, "guidelines": 100,
             "risk": 200}  # fmt: skip
    assert made.lines["mean"].to_dict() == pytest.approx(worth)
    assert made.lines["kind"].tolist() == ["benefit"] * 5 + ["cost"] * 6
    assert made.net_gain == pytest.approx(9200 - 6300)
    assert made.roi == pytest.approx(9200 / 6300 - 1)
    assert made.lines.groupby("kind")["share"].sum().tolist() == pytest.approx([1, 1])


def test_nothing_is_open_if_everything_is_known():
    made = roi.calculator(FIXED, runs=2, rng=1)
    assert made.roi.low == made.roi.high == made.roi.value
    assert (made.chance_of_loss, made.chance_of_loss.parts["standard_error"]) == (0.0, 0.0)
    assert (made.tornado["swing"] == 0).all()
    assert (made.tornado[["variance_share", "variance_share_total"]] == 0).all(axis=None)
    assert made.tornado["break_even"].isna().all()
    assert made.drivers.empty


def test_where_a_cost_stands_changes_the_return_but_not_the_gain():
    """1000 answers save 3 each and cost 1 each; 1000 of other costs."""
    made = roi.calculator({"support": FIXED["support"], "tools": {"cost": 1000}}, runs=2, rng=1)
    assert made.net_gain == pytest.approx(3000 - 2000)
    assert made.roi == pytest.approx(3000 / 2000 - 1)


def test_no_benefits_lose_all():
    made = roi.calculator({"tools": {"cost": (5, 9)}}, runs=16, rng=1)
    assert (made.roi.low, made.roi.high, made.chance_of_loss.value) == (-1.0, -1.0, 1.0)
    assert made.drivers.empty
    nothing = roi.calculator(
        {"research": {"studies": 0, "price": 1, "as_good": 1}, "tools": {"cost": 5}}, runs=2
    )
    assert math.isnan(nothing.lines.loc["research", "share"])


# --- distributions -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "exact"),
    [
        ((2, 5), stats.uniform(2, 3)),
        ((2, 3, 8), stats.triang(1 / 6, 2, 6)),
        ((2, 2, 8), stats.triang(0, 2, 6)),
        ({"distribution": "pert", "low": 2, "likely": 3, "high": 8},
         stats.beta(1 + 4 / 6, 1 + 20 / 6, 2, 6)),
        ({"distribution": "lognormal", "low": 2, "high": 18},
         stats.lognorm(math.log(9) / 2 / stats.norm.ppf(0.95), scale=6)),
    ],
)  # fmt: skip
def test_draws_have_the_distribution_that_was_asked_for(given, exact):
    made = roi.calculator({"tools": {"cost": given}}, runs=20_000, rng=3)
    cost = made.draws["cost"].to_numpy()
    assert stats.kstest(cost, exact.cdf).pvalue > 1e-3
    assert cost.mean() == pytest.approx(exact.mean(), abs=4 * standard_error(cost))
    assert made.lines.loc["tools", ["low", "median", "high"]].tolist() == pytest.approx(
        np.quantile(cost, [0.05, 0.5, 0.95])
    )


def test_a_pert_has_the_mean_of_the_rule():
    table = {"tools": {"cost": {"distribution": "pert", "low": 2, "likely": 3, "high": 10}}}
    cost = roi.calculator(table, runs=20_000, rng=4).draws["cost"]
    assert cost.mean() == pytest.approx((2 + 4 * 3 + 10) / 6, abs=4 * standard_error(cost))


def test_a_sum_of_uniforms_has_the_mean_and_variance_of_theory():
    """Benefit = price + 3 fee: mean 2500 + 3 x 3500, variance (3000^2 + 9 x 3000^2) / 12."""
    made = roi.calculator(SUM, runs=40_000, rng=5)
    benefit = made.draws["benefit"].to_numpy()
    variance = (3000**2 + 9 * 3000**2) / 12
    assert benefit.mean() == pytest.approx(13_000, abs=4 * math.sqrt(variance / 40_000))
    fourth = ((benefit - benefit.mean()) ** 4).mean()
    error = math.sqrt((fourth - variance**2) / 40_000)
    assert benefit.var() == pytest.approx(variance, abs=4 * error)
    measured = made.summary.loc["benefit"]
    assert measured["standard_error"] == pytest.approx(math.sqrt(variance / 40_000), rel=0.02)


def test_a_quotient_has_the_mean_of_theory():
    """Known benefit over a uniform cost: E[1/c] = ln(high/low) / (high - low)."""
    given = {"research": {"studies": 1, "price": 6, "as_good": 1}, "tools": {"cost": (2, 8)}}
    made = roi.calculator(given, runs=40_000, rng=6)
    exact = 6 * math.log(4) / 6 - 1
    found = made.summary.loc["roi"]
    assert found["mean"] == pytest.approx(exact, abs=4 * found["standard_error"])
    assert made.roi == pytest.approx(6 / 5 - 1, abs=0.02)  # the median cost is 5


def test_the_chance_of_loss_is_that_of_theory():
    """Cost uniform on 2 to 8, benefit 6: a loss with chance 1/3."""
    given = {"research": {"studies": 1, "price": 6, "as_good": 1}, "tools": {"cost": (2, 8)}}
    for seed in range(5):
        found = roi.calculator(given, runs=4000, rng=seed).chance_of_loss
        error = found.parts["standard_error"]
        assert error == pytest.approx(math.sqrt(2 / 9 / 4000), rel=0.05)
        assert found == pytest.approx(1 / 3, abs=4 * error)
        assert found.low < found < found.high


# --- what drives it --------------------------------------------------------------------------


def test_the_tornado_of_a_linear_model_is_coefficient_times_range():
    table = roi.calculator(SUM, rng=7).tornado
    assert table.index[:2].tolist() == ["hiring.fee", "research.price"]
    assert table["swing"].iloc[:2].tolist() == pytest.approx(
        [0.9 * 3 * 3000 / 8000, 0.9 * 3000 / 8000]
    )
    assert (table["swing"].iloc[2:] == 0).all()
    base = 13_000 / 8000 - 1
    assert table["roi_likely"].tolist() == pytest.approx([base] * len(table))
    assert table.loc["research.price", ["roi_low", "roi_high"]].tolist() == pytest.approx(
        [base - 0.9 * 1500 / 8000, base + 0.9 * 1500 / 8000]
    )


def test_ends_of_the_tornado_mean_the_same_for_every_distribution():
    """One draw in twenty lies below the one end and one above the other, whatever the range."""
    shapes = {
        "fixed": 4, "uniform": (2, 6), "triangular": (2, 3, 8),
        "pert": {"distribution": "pert", "low": 2, "likely": 3, "high": 8},
        "lognormal": {"distribution": "lognormal", "low": 2, "high": 8},
    }  # fmt: skip
    for shape, cost in shapes.items():
        given = {"tools": {"cost": cost}, "research": {"studies": 1, "price": 9, "as_good": 1}}
        made = roi.calculator(given, runs=40_000, rng=3)
        row, drawn = made.tornado.loc["tools.cost"], made.draws["cost"]
        for end in ("q05", "q95"):
            below = (drawn < row[end]).mean()
            exact = 0.0 if shape == "fixed" else 0.05 if end == "q05" else 0.95
            assert below == pytest.approx(exact, abs=4 * math.sqrt(0.05 * 0.95 / 40_000))
        assert row["roi_high"] == pytest.approx(9 / row["q95"] - 1)
        if shape == "lognormal":
            assert [row["q05"], row["q95"]] == pytest.approx([2, 8])


def test_the_break_even_of_an_assumption_returns_nothing():
    made = roi.calculator(RANGES, rng=8)
    known = made.tornado["break_even"].dropna()
    assert len(known) >= 2
    likely = made.assumptions["likely"].to_dict()
    for name, value in known.items():
        assert made.suppose({**likely, name: value}).roi == pytest.approx(0, abs=1e-12)


def test_variance_shares_of_a_linear_model_are_shares_of_the_variance():
    """Nine tenths and one tenth; nothing together: total equals first order."""
    for seed in range(4):
        table = roi.calculator(SUM, rng=seed).tornado
        for name, exact in (("hiring.fee", 0.9), ("research.price", 0.1), ("tools.cost", 0.0)):
            row = table.loc[name]
            assert row["variance_share"] == pytest.approx(
                exact, abs=4 * row["variance_share_se"] + 1e-12
            )
            assert row["variance_share_total"] == pytest.approx(exact, abs=0.05)


def test_variance_shares_of_a_product_are_those_of_theory():
    """x y with known cost: first order m_y^2 v_x / V, total (m_y^2 + v_y) v_x / V."""
    given = {"research": {"studies": (1, 3), "price": (0, 4), "as_good": 1}, "tools": {"cost": 1}}
    means, variances = np.array([2, 2]), np.array([4, 16]) / 12
    alone = means[::-1] ** 2 * variances
    whole = alone.sum() + variances.prod()
    table = roi.calculator(given, rng=9).tornado.loc[["research.studies", "research.price"]]
    for (_, row), first, total in zip(
        table.iterrows(), alone / whole, (alone + variances.prod()) / whole, strict=True
    ):
        assert row["variance_share"] == pytest.approx(first, abs=4 * row["variance_share_se"])
        assert row["variance_share_total"] == pytest.approx(total, abs=0.05)


def test_the_error_of_a_variance_share_is_its_spread_over_seeds():
    found = [roi.calculator(SUM, runs=1024, rng=s).tornado.loc["hiring.fee"] for s in range(30)]
    shares = np.array([row["variance_share"] for row in found])
    error = np.mean([row["variance_share_se"] for row in found])
    assert shares.std() == pytest.approx(error, rel=4 / math.sqrt(2 * 30))
    assert shares.mean() == pytest.approx(0.9, abs=4 * error / math.sqrt(30))


def test_drivers_are_the_fewest_that_make_up_four_fifths():
    drivers = roi.calculator(SUM, rng=10).drivers
    assert drivers.index.tolist() == ["hiring.fee"]
    made = roi.calculator("example-retailer", rng=10)
    shares, alone = made.drivers["cumulative"], made.tornado["variance_share"].clip(lower=0).sum()
    assert shares.iloc[-1] >= 0.8 * alone > (shares.iloc[-2] if len(shares) > 1 else 0)
    assert (
        made.drivers["share"].tolist()
        == made.tornado["variance_share"].loc[made.drivers.index].tolist()
    )
    assert made.drivers["share"].is_monotonic_decreasing


# --- luck --------------------------------------------------------------------------------------


def test_the_same_integer_gives_the_same_draws_and_a_generator_moves_on():
    one, two = (roi.calculator(RANGES, runs=64, rng=11) for _ in range(2))
    assert_frame_equal(one.draws, two.draws)
    assert_frame_equal(one.tornado, two.tornado)
    rng = np.random.default_rng(11)
    first, second = (roi.calculator(RANGES, runs=64, rng=rng).draws for _ in range(2))
    assert_frame_equal(first, one.draws)
    assert not first.equals(second)


def test_changing_one_assumption_redraws_no_other():
    """Twice the range of the fee moves the benefit by what the fee moves, draw by draw."""
    wider = SUM | {"hiring": {"hires": 3, "fee": (4000, 10_000), "replaced": 1}}
    usual, changed = (roi.calculator(x, runs=256, rng=12).draws["benefit"] for x in (SUM, wider))
    price = {name: SUM[name] for name in ("research", "tools")}
    alone = roi.calculator(price, runs=256, rng=12).draws["benefit"]
    np.testing.assert_allclose(changed - alone, 2 * (usual - alone))


def test_more_draws_begin_with_the_same_ones():
    few, many = (roi.calculator(RANGES, runs=n, rng=13).draws for n in (50, 20_000))
    assert_frame_equal(many.head(50), few)


@patiently
@given(st.permutations(list(RANGES)), st.integers(0, 2**32))
def test_the_order_of_lines_and_inputs_does_not_matter(order, seed):
    turned = {line: dict(reversed(RANGES[line].items())) for line in order}
    usual, other = (roi.calculator(x, runs=32, rng=seed) for x in (RANGES, turned))
    assert_frame_equal(usual.draws, other.draws)
    assert_frame_equal(usual.tornado, other.tornado)


def test_supposing_is_calculating_with_what_is_known():
    made = roi.calculator(RANGES, runs=128, rng=14)
    known = RANGES | {"tools": {"cost": 4500}}
    assert_frame_equal(
        made.suppose({"tools.cost": 4500}).draws, roi.calculator(known, runs=128, rng=14).draws
    )
    without = {line: RANGES[line] for line in ("research", "tools")}
    assert_frame_equal(
        made.suppose(without=["hiring"]).draws, roi.calculator(without, runs=128, rng=14).draws
    )
    assert_frame_equal(made.suppose().draws, made.draws)
    with says("known must be one of research.studies, research.price, research.as_good, "
              "hiring.hires, hiring.fee, hiring.replaced, tools.cost, got 'tools.price'"):  # fmt: skip
        made.suppose({"tools.price": 1})
    with says("research.as_good must be a finite number in [0, 1], got 2"):
        made.suppose({"research.as_good": 2})


# --- consistency -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["example-retailer", "telecom"])
def test_lines_add_up_to_the_totals(name):
    made = roi.calculator(name, runs=512, rng=15)
    sums = made.lines.groupby("kind")["mean"].sum()
    assert sums["benefit"] == pytest.approx(made.draws["benefit"].mean())
    assert sums["cost"] == pytest.approx(made.draws["cost"].mean())
    draws = made.draws
    np.testing.assert_allclose(draws["net_gain"], draws["benefit"] - draws["cost"])
    np.testing.assert_allclose(draws["roi"], draws["net_gain"] / draws["cost"])
    assert made.chance_of_loss.value == (draws["roi"] < 0).mean()


def test_a_plain_loop_over_draws_finds_the_same():
    made = roi.calculator(RANGES, runs=200, rng=16)
    names = made.tornado.index[made.tornado["swing"] > 0]
    singles = {}
    for name in names:  # one at a time: the others known
        rest = {k: v for k, v in made.assumptions["likely"].items() if k != name}
        singles[name] = made.suppose(rest).draws
    likely = made.assumptions["likely"]
    for i in range(200):
        values = dict(likely)
        for name in names:
            line = name.split(".")[0]
            total = singles[name].loc[i, "cost" if line == "tools" else "benefit"]
            others = 0.0 if line == "tools" else sum(
                np.prod([likely[k] for k in likely.index if k.startswith(f"{x}.")])
                for x in ("research", "hiring") if x != line
            )  # fmt: skip
            factors = [likely[k] for k in likely.index if k.startswith(f"{line}.") and k != name]
            values[name] = (total - others) / np.prod(factors)
        benefit = (
            values["research.studies"] * values["research.price"] * values["research.as_good"]
            + values["hiring.hires"] * values["hiring.fee"] * values["hiring.replaced"]
        )
        assert benefit / values["tools.cost"] - 1 == pytest.approx(made.draws.loc[i, "roi"])


def test_a_result_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        roi.calculator(SUM, runs=4).roi = 3


# --- assumptions and files -----------------------------------------------------------------------


def test_a_table_of_assumptions_can_be_given_back():
    for usual in (RANGES, "example-retailer", "telecom"):
        table = roi.assumptions(usual)
        assert_frame_equal(roi.assumptions(table), table)
        assert_frame_equal(roi.assumptions(table.sample(frac=1, random_state=1)), table)
    assert set(roi.assumptions("telecom")["currency"]) == {"EUR"}


@pytest.mark.parametrize("name", ["example-retailer", "telecom"])
def test_examples_say_what_is_assumed(name):
    table = roi.assumptions(name)
    assert (table["unit"] != "").all()
    assumed = table["basis"] == "assumption"
    assert (table.loc[~assumed, "mark"] == "source").all()
    assert table.loc[~assumed, "basis"].str.contains("20").all()  # a year
    assert set(table["mark"]) == {"source", "assumed", "contested"}
    assert table.loc["support.contacts_saved", "mark"] == "contested"
    made = roi.calculator(table, runs=64, rng=1)
    assert made.lines.loc["awareness", "mark"] == "contested"


def test_the_example_s_volumes_are_the_published_ones():
    answers = roi.assumptions("example-retailer").loc["support.answers"]
    assert answers["high"] == pytest.approx(732 * 52, abs=50)
    since = (pd.Timestamp("2010-04-12") - pd.Timestamp("2009-07-01")).days
    assert answers["low"] == pytest.approx(25_786 / since * 7 * 52, abs=50)
    table = roi.assumptions("telecom")
    per_agent = 1_000_000 / table.loc["training.people", "likely"]
    assert 42_000 / per_agent == pytest.approx(table.loc["support.cost_here", "low"], abs=0.05)
    assert 71_000 / per_agent == pytest.approx(table.loc["support.cost_here", "high"], abs=0.05)


TOOLS = {"cost": 1}


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({}, "assumptions must have at least one line with a cost (support, staff, tools, "
             "training, guidelines, risk), got none"),
        ({"tool": TOOLS}, "tool must be one of the lines support, ideas, research, awareness, "
                          "hiring, staff, tools, training, guidelines, risk, got 'tool'"),
        ({"tools": 5}, "tools must be its inputs cost, got 5"),
        ({"tools": {}}, "tools must have all its inputs cost, got no cost"),
        ({"tools": {"cost": 1, "price": 2}}, "tools.price must be one of cost, got 'price'"),
        ({"tools": {"cost": (3, 2)}}, "high of tools.cost must be at least low 3, got 2"),
        ({"tools": {"cost": (3, 2, 5)}}, "likely of tools.cost must be at least low 3, got 2"),
        ({"tools": {"cost": (3, 6, 5)}}, "high of tools.cost must be at least likely 6, got 5"),
        ({"tools": {"cost": -1}},
         "likely of tools.cost must be a finite number of at least 0, got -1"),
        ({"tools": {"cost": math.nan}},
         "likely of tools.cost must be a finite number of at least 0, got nan"),
        ({"tools": {"cost": None}},
         "likely of tools.cost must be a finite number of at least 0, got None"),
        ({"tools": {"cost": {"likely": 1}}}, "distribution of tools.cost must be one of fixed, "
         "uniform, triangular, pert, lognormal, got None"),
        ({"tools": {"cost": {"distribution": "pert", "low": 1, "high": 2}}},
         "tools.cost must have likely as it is pert, got none"),
        ({"tools": {"cost": {"distribution": "fixed", "likely": 2, "low": 1}}},
         "distribution of tools.cost must not be fixed over a range, got 1 to 2"),
        ({"tools": {"cost": {"distribution": "fixed", "value": 2}}},
         "value of tools.cost must be one of low, likely, high, distribution, contested, unit, "
         "basis, note, got 'value'"),
        ({"tools": {"cost": {"distribution": "lognormal", "low": 0, "high": 2}}},
         "low of tools.cost must be above 0 as it is lognormal, got 0"),
        ({"tools": {"cost": {"distribution": "lognormal", "low": 1, "high": 100, "likely": 50}}},
         "likely of tools.cost must be left out or the median 10, got 50"),
        ({"tools": TOOLS, "risk": {"chance": {"distribution": "lognormal", "low": 0.1, "high": 0.5},
                                   "damage": 1}},
         "distribution of risk.chance must be one of fixed, uniform, triangular, pert for a "
         "share, got 'lognormal'"),
        ({"risk": {"chance": (0.5, 1.2), "damage": 1}},
         "high of risk.chance must be a finite number in [0, 1], got 1.2"),
        ({"tools": {"cost": {"distribution": "fixed", "likely": 2, "contested": "yes"}}},
         "contested of tools.cost must be true or false, got 'yes'"),
        ({"tools": {"cost": {"distribution": "fixed", "likely": 2, "unit": 3}}},
         "unit of tools.cost must be text, got 3"),
        (7, "assumptions must be a mapping, a DataFrame, an example or a file, got 7"),
        ("retailer", "assumptions must be a YAML file or one of example-retailer, telecom, "
                     "got 'retailer'"),
        (pd.DataFrame({"line": ["tools"]}),
         "assumptions must have the columns line, input, low, likely, high, got no input"),
    ],
)  # fmt: skip
def test_says_which_assumption_is_wrong(given, sentence):
    with says(sentence):
        roi.calculator(given)


def test_says_what_a_table_and_a_calculation_need():
    table = roi.assumptions(RANGES)
    with says("assumptions must have each input once, got tools.cost twice"):
        roi.assumptions(pd.concat([table, table.tail(1)]))
    mixed = table.assign(currency=["EUR", *["USD"] * (len(table) - 1)])
    with says("currency must be the same everywhere, got EUR, USD"):
        roi.assumptions(mixed)
    with says("costs must be above 0 in every draw, got 0 at their low: raise one of them"):
        roi.calculator({"tools": {"cost": (0, 5)}})
    with says("runs must be a whole number in [2, 1000000], got 1"):
        roi.calculator(SUM, runs=1)


SHEET = """\
title: A shop
summary: Made up.
currency: EUR
lines:
  tools:
    cost:
      low: 5
      likely: 7
      high: 9
      distribution: triangular
      unit: EUR a year
      basis: assumption
"""


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("high: 9", "high: 6", ", line 9, lines.tools.cost.high: must be at least likely 7, got 6"),
        ("high: 9", "hihg: 9", ", line 9, lines.tools.cost.hihg: must be one of low, likely, high, "
         "distribution, contested, unit, basis, note, got 'hihg'"),
        ("basis: assumption", "note: mine",
         ", line 6, lines.tools.cost: must name its basis, got none"),
        ("  tools:", "  toys:", ", line 5, lines.toys: must be one of the lines support, ideas, "
         "research, awareness, hiring, staff, tools, training, guidelines, risk, got 'toys'"),
        ("title: A shop", "name: A shop",
         ", line 1, title: must be given, got nothing"),
    ],
)  # fmt: skip
def test_a_file_is_read_or_says_where_it_is_wrong(tmp_path, old, new, sentence):
    path = tmp_path / "shop.yaml"
    path.write_text(SHEET, encoding="utf-8")
    made = roi.calculator(path, runs=4, rng=1)
    assert made.currency == "EUR"
    assert made.net_gain.unit == "EUR a year"
    assert_frame_equal(roi.assumptions(str(path)), made.assumptions)
    path.write_text(SHEET.replace(old, new), encoding="utf-8")
    with pytest.raises(roi.AssumptionError, match="^" + re.escape(f"{path}{sentence}") + "$"):
        roi.calculator(path)


# --- quick quantiles, lines left out --------------------------------------------------------


@pytest.mark.parametrize("a", [1.0, 1.0001, 1.3, 2.0, 3.0, 4.2, 4.9999, 5.0])
def test_quantiles_of_a_pert_are_exact_to_nine_places(a):
    tails = np.logspace(-16, -1, 200)
    u = np.concatenate([[0.0, 0.5, np.nextafter(1, 0)], tails, 1 - tails, np.linspace(0, 1, 999)])
    u = np.sort(u)
    found = _luck_of.beta_quantiles(u, a, 6 - a)
    np.testing.assert_allclose(found, stats.beta(a, 6 - a).ppf(u), rtol=0, atol=1e-9)
    assert (np.diff(found) > -1e-9).all()


def test_more_runs_go_on_where_fewer_stopped():
    few, many = (roi.calculator("telecom", runs=runs, rng=3).draws for runs in (50, 20_000))
    np.testing.assert_allclose(few, many.iloc[:50])


def test_each_benefit_is_left_out_on_the_same_luck():
    made = roi.calculator(FIXED, runs=2, rng=1)
    left = made.leave_one_out()
    assert left.index.tolist() == ["nothing", *made.benefits()]
    gained = {"nothing": 2900, "support": 2900 - 3000 + 1000, "ideas": 900, "research": 400,
              "awareness": 2700, "hiring": 1400}  # fmt: skip
    assert left["net_gain"].to_dict() == pytest.approx(gained)
    assert left["chance_of_loss"].tolist() == [0.0] * 6


def test_support_stays_where_its_answers_are_the_only_cost():
    made = roi.calculator({"support": FIXED["support"]}, runs=2, rng=1)
    assert made.benefits() == []
    assert made.leave_one_out().index.tolist() == ["nothing"]


def test_the_error_of_a_total_share_is_its_spread_over_seeds():
    found = [roi.calculator(SUM, runs=1024, rng=s).tornado.loc["hiring.fee"] for s in range(40)]
    shares = np.array([row["variance_share_total"] for row in found])
    error = np.mean([row["variance_share_total_se"] for row in found])
    assert error == pytest.approx(shares.std(), rel=4 / np.sqrt(2 * 40))


def test_shares_from_too_few_draws_are_doubted_in_words():
    few = roi.calculator(RANGES, runs=16, rng=1)
    assert few.note.startswith(
        "16 draws are too few to say what drives the return: the variance_share"
    )
    assert few.drivers["share"].between(0, 1).all()
    assert roi.calculator(SUM, rng=1).note == ""
    wild = {"ideas": {"ideas": (0, 100), "accepted": (0, 0.02), "new": (0, 1), "margin": (0, 9)},
            "tools": {"cost": 1000}}  # fmt: skip
    made = roi.calculator(wild, rng=1)
    assert made.drivers["cumulative"].iloc[-1] < 0.8
    assert made.tornado["variance_share"].sum() < 1


def test_what_is_taken_as_known_is_marked_so():
    table = roi.assumptions({"tools": {"cost": {"low": 1, "high": 3000, "distribution": "uniform",
                                                "contested": True}}})  # fmt: skip
    known = roi.suppose(table, {"tools.cost": 900}).iloc[0]
    assert (known["mark"], known["contested"], known["likely"]) == ("known", False, 900)
    assert known["note"] == "taken as known; it was contested, 1 to 3,000"
    made = roi.calculator(table, rng=1).suppose({"tools.cost": 900})
    assert made.lines["mark"].tolist() == ["known"]


def test_a_list_is_a_range_in_a_file_only(tmp_path):
    with says("tools.cost must be a number, a tuple (low, high) or (low, likely, high), or a mapping, "
              "got [1, 3]: a list would be samples"):  # fmt: skip
        roi.assumptions({"tools": {"cost": [1, 3]}})


def test_says_how_to_write_a_number_in_a_file(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_text("title: a\nsummary: b\ncurrency: USD\nlines:\n  tools:\n    cost: {likely: 1e3, "
                    "distribution: fixed, unit: USD, basis: assumption}\n")  # fmt: skip
    with pytest.raises(
        ValueError, match=r"must be a finite number of at least 0, got '1e3': write 1000$"
    ):
        roi.calculator(path)
