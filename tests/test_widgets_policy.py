"""The policy lab: a slider moves, the months follow, and the budget stays the same."""

import re

import pytest

from cemlab import market, plots, widgets
from cemlab.market import LINES, Policy


@pytest.fixture(scope="module")
def lab():
    return widgets.policy_lab(months=36)


def parts(box):
    *sliders, spent, picture = box.children
    return {slider.description: slider for slider in sliders}, spent, picture


def far_end(slider):
    if hasattr(slider, "options"):
        return next(value for _, value in slider.options if value != slider.value)
    return slider.max if slider.value < slider.max else slider.min


def test_every_slider_changes_the_picture_and_back(lab):
    sliders, _, picture = parts(lab)
    assert len(sliders) == 10
    for slider in sliders.values():
        before, value = picture.value, slider.value
        slider.value = far_end(slider)
        assert picture.value != before, slider.description
        slider.value = value
        assert picture.value == before, slider.description
    assert bytes(picture.value).startswith(b"\x89PNG")


def test_what_is_spent_always_adds_up(lab):
    sliders, spent, _ = parts(lab)
    for slider in sliders.values():
        value = slider.value
        for end in (getattr(slider, "min", value), far_end(slider)):
            slider.value = end
            amounts = [int(x.replace(",", "")) for x in re.findall(r"<b>([\d,]+)</b>", spent.value)]
            assert len(amounts) == 5
            assert sum(amounts) == pytest.approx(150_000, abs=3)  # whole EUR are shown
        slider.value = value


def test_draws_yours_beside_the_best_of_both_kinds_in_the_same_market(monkeypatch):
    drawn, draw = [], plots.loop_course

    def watched(runs, *args, **given):
        drawn.append(runs)
        return draw(runs, *args, **given)

    monkeypatch.setattr(plots, "loop_course", watched)
    sliders, _, _ = parts(widgets.policy_lab(budget=90_000, months=24))
    sliders["virality (sharers a sharer)"].value = 0.9
    sliders["how the desk is run"].value = ("pooled", "deep")
    assert list(drawn[-1]) == ["CRM", "CEM", "yours"]
    for run in drawn[-1].values():
        assert run.params["market"] == market.Market(virality=0.9)
        assert run.params["policy"].total == pytest.approx(90_000)
    assert drawn[-1]["CRM"].params["policy"] == market.optimise("crm", budget=90_000)
    assert drawn[-1]["CEM"].params["policy"] == drawn[0]["CEM"].params["policy"]
    yours = drawn[-1]["yours"].params["policy"]
    assert (yours.organisation, yours.resolution) == ("pooled", "deep")
    assert yours.lines() == pytest.approx((18_000, 28_800, 7_200, 9_000, 27_000, 0))


def test_sliders_stand_at_the_market_s_defaults():
    sliders, _, _ = parts(widgets.policy_lab(months=3))
    usual = market.Market()
    assert sliders["failures without prevention"].value == usual.failure_rate
    assert sliders["virality (sharers a sharer)"].value == usual.virality
    assert sliders["cost of prevention (EUR)"].value == usual.prevention_cost
    assert sliders["unanswered posts weigh more by"].value == usual.observer


def test_weights_share_out_a_budget_in_proportion():
    plan = Policy.of_weights(1000, prevention=1, service=2, social_part=0.25, advertising=1)
    assert plan.lines() == (250, 375, 125, 0, 250, 0)
    assert Policy.of_weights(1000, service=7).phone == 1000
    twice = Policy.of_weights(1000, prevention=2, service=4, social_part=0.25, advertising=2)
    assert twice == plan
    assert dict(zip(LINES, plan.lines(), strict=True))["social"] == 125


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({}, "weights must not all be 0, got 0 for each: give one line a weight"),
        (
            {"service": -1},
            "weight of service must be a finite number in [0, 1000000000000], got -1",
        ),
        ({"service": 1, "social_part": 2}, "social_part must be a probability in [0, 1], got 2"),
    ],
)
def test_weights_say_what_was_wrong(given, sentence):
    with pytest.raises(ValueError, match="^" + re.escape(sentence) + "$"):
        Policy.of_weights(**given)
