"""Dashboards: a slider moves, the picture follows."""

import pytest
from pandas.testing import assert_frame_equal

from cemlab import cases, lenses, plots, widgets
from cemlab.crm import roi
from cemlab.sim import star_desk
from cemlab.widgets import what_ifs


@pytest.fixture(scope="module")
def case():
    return cases.load("united-breaks-guitars")


@pytest.fixture(scope="module")
def maytag():
    return cases.load("maytag")


def parts(box):
    return {slider.description: slider for slider in box.children[:-1]}, box.children[-1]


def test_every_slider_of_the_firestorm_changes_the_picture_and_back(case):
    sliders, picture = parts(widgets.firestorm(case))
    assert len(sliders) == 7
    for name, row in case.parameters("as-it-happened").iterrows():
        if name in what_ifs._FIRESTORM:  # a value between two steps would move by itself
            slider = sliders[what_ifs._FIRESTORM[name]]
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


def far_end(slider):
    """Return the end of a slider, or of a list, at which it does not stand."""
    if hasattr(slider, "options"):
        values = [option[1] if isinstance(option, tuple) else option for option in slider.options]
        return next(value for value in values if value != slider.value)
    return slider.max if slider.value < slider.max else slider.min


def moves_the_picture_and_back(sliders, picture):
    for slider in sliders.values():
        before, value = picture.value, slider.value
        slider.value = far_end(slider)
        assert picture.value != before, slider.description
        slider.value = value
        assert picture.value == before, slider.description


def shown(monkeypatch, figure):
    """Return a list that gets each table which is drawn by one of our figures."""
    tables, draw = [], getattr(plots, figure)

    def watched(table, **options):
        tables.append(table)
        return draw(table, **options)

    monkeypatch.setattr(plots, figure, watched)
    return tables


def test_every_slider_of_the_callout_changes_the_picture_and_back(maytag):
    sliders, picture = parts(widgets.callout(maytag))
    assert len(sliders) == 7
    # After a day hardly anything is left to retell: answer at once, so that each slider counts.
    sliders[what_ifs._CALLOUT["answer_hour"]].value = 0
    moves_the_picture_and_back(sliders, picture)
    for slider in sliders.values():
        slider.value = slider.min  # nobody follows, nobody retells
        assert bytes(picture.value).startswith(b"\x89PNG")


def test_sliders_of_the_callout_stand_on_their_steps(maytag):
    sliders, _ = parts(widgets.callout(maytag))
    for name, row in maytag.parameters("as-it-happened").iterrows():
        if name in what_ifs._CALLOUT:  # a value between two steps would move by itself
            slider = sliders[what_ifs._CALLOUT[name]]
            assert slider.value == row["value"]
            steps = (slider.value - slider.min) / slider.step
            assert steps == pytest.approx(round(steps), abs=1e-6), slider.description


def test_callout_shows_the_case_in_people(maytag, monkeypatch):
    tables = shown(monkeypatch, "last_words")
    sliders, _ = parts(widgets.callout(maytag))
    assert tables[0].iloc[0].tolist() == tables[0].iloc[1].tolist()
    for column, measure in {"complaint": "still", "answer": "answered"}.items():
        full = 10 * maytag.reach("as-it-happened", runs=1, rng=2009, measure=measure).mean()
        assert tables[0].loc["your sliders", column] == pytest.approx(full, rel=0.02)
    sliders[what_ifs._CALLOUT["good_word_followers"]].value = 0
    as_told, mine = tables[-1].iloc[0], tables[-1].iloc[1]
    assert as_told.tolist() == tables[0].iloc[0].tolist()
    assert mine["answer"] < 0.05 * as_told["answer"]


def test_every_part_of_the_spread_lab_changes_the_picture_and_back():
    sliders, picture = parts(widgets.spread_lab())
    assert len(sliders) == 5
    sliders["company's followers"].value = 500  # an answer that nobody hears has no delay
    moves_the_picture_and_back(sliders, picture)


@pytest.mark.parametrize("crowd", ["all alike", "with hubs"])
def test_spread_lab_holds_at_both_ends_of_everything(crowd, monkeypatch):
    tables = shown(monkeypatch, "reach_distribution")
    sliders, _ = parts(widgets.spread_lab())
    sliders["crowd"].value = crowd
    numbers = [slider for slider in sliders.values() if hasattr(slider, "min")]
    assert len(numbers) == 4
    for slider in numbers:
        slider.value = slider.min
    assert (tables[-1]["hold the complaint"] == 1).all()  # she tells it, nobody passes it on
    assert (tables[-1]["hold the answer"] == 0).all()  # nobody follows, so nothing is said
    for slider in numbers:
        slider.value = slider.max
    assert (tables[-1]["hold the complaint"] > 1900).all()  # long before the answer
    assert tables[-1].sum(axis=1).max() <= 2001  # the people and the account


def test_same_values_show_the_same_picture_whatever_was_shown_before():
    (one, first), (other, second) = parts(widgets.spread_lab()), parts(widgets.spread_lab())
    assert first.value == second.value != parts(widgets.spread_lab(rng=21))[1].value
    values = {"chance of telling": 0.3, "company's followers": 300, "answer after (rounds)": 1}
    for name, value in values.items():
        one[name].value = value
    for name, value in reversed(values.items()):
        other[name].value = value
    assert first.value == second.value


def test_every_slider_of_the_contact_centre_changes_the_picture_and_back():
    sliders, picture = parts(widgets.contact_centre())
    assert len(sliders) == 6
    sliders["tweets"].value = 1
    for name, slider in sliders.items():
        if name == "tweets":  # on a calm day the order of few tweets may change no figure
            continue
        moves_the_picture_and_back({name: slider}, picture)
    for slider in sliders.values():
        if hasattr(slider, "min"):
            slider.value = slider.min  # nobody works
            assert bytes(picture.value).startswith(b"\x89PNG")


def test_the_contact_centre_reads_one_day_through_both_lenses(monkeypatch):
    tables = shown(monkeypatch, "scoreboard")
    sliders, _ = parts(widgets.contact_centre())
    run = star_desk.simulate(rng=2009)
    assert_frame_equal(tables[0], lenses.compare(run.events, sla_hours=0.5, main=True))
    sliders["people on the phone"].value = 12
    worse = star_desk.simulate(rng=2009, phone_agents=12)
    assert_frame_equal(tables[-1], lenses.compare(worse.events, sla_hours=0.5, main=True))


def test_every_slider_of_the_roi_calculator_changes_the_picture_and_back():
    sliders, picture = parts(widgets.roi_calculator(most=4))
    assert len(sliders) == 5
    moves_the_picture_and_back(sliders, picture)


def test_the_roi_calculator_supposes_what_its_sliders_say(monkeypatch):
    made = shown(monkeypatch, "roi_glance")
    sliders, _ = parts(widgets.roi_calculator(most=3))
    usual = roi.calculator("example-retailer", runs=2048, rng=2010)
    assert_frame_equal(made[0].draws, usual.draws)
    slider = sliders["margin of an accepted idea (USD)"]
    slider.value = slider.options[-1][1]
    known = usual.suppose({"ideas.margin": 12_500})
    assert_frame_equal(made[-1].draws, known.draws)
    sliders["leave out"].value = ("ideas",)
    assert_frame_equal(made[-1].draws, known.suppose(without=["ideas"]).draws)


def test_the_roi_calculator_needs_a_cost_and_keeps_it():
    support = {"answers": 10, "contacts_saved": (0, 2), "cost_elsewhere": 5, "cost_here": 1}
    sliders, picture = parts(widgets.roi_calculator({"support": support}))
    assert list(sliders) == ["contacts saved by an answer", "leave out"]
    assert [name for name, _ in sliders["leave out"].options] == ["nothing"]
    assert bytes(picture.value).startswith(b"\x89PNG")
