"""Dashboards: a slider moves, the picture follows."""

import pytest

from cemlab import cases, widgets


@pytest.fixture(scope="module")
def case():
    return cases.load("united-breaks-guitars")


def parts(box):
    return {slider.description: slider for slider in box.children[:-1]}, box.children[-1]


def test_every_slider_of_the_firestorm_changes_the_picture_and_back(case):
    sliders, picture = parts(widgets.firestorm(case))
    assert len(sliders) == 7
    for name, row in case.parameters("as-it-happened").iterrows():
        if name in widgets._FIRESTORM:  # a value between two steps would move by itself
            slider = sliders[widgets._FIRESTORM[name]]
            assert slider.value == row["value"]
            steps = (slider.value - slider.min) / slider.step
            assert steps == pytest.approx(round(steps), abs=1e-6)
    sliders["chance the offer is accepted"].value = 0.5
    for slider in sliders.values():
        before, value = picture.value, slider.value
        slider.value = slider.max if value < slider.max else slider.min
        assert picture.value != before, slider.description
        slider.value = value
        assert picture.value == before, slider.description


def test_lens_slider_shows_another_day(case):
    days = ["2008-03-31", "2009-07-05", "2009-07-31"]
    sliders, picture = parts(widgets.lens_slider(case.events(), days, currency="USD"))
    before = picture.value
    sliders["day of the look"].value = days[-1]
    assert picture.value != before
    assert bytes(picture.value).startswith(b"\x89PNG")


def test_stake_answers_to_its_assumptions():
    sliders, picture = parts(widgets.stake(audience=5_000_000, cost_usd=1200))
    for slider in sliders.values():
        before = picture.value
        slider.index += 1
        assert picture.value != before
