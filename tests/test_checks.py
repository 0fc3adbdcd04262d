"""Argument checks: good values come back clean, bad ones are named with rule and value."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cemlab import _checks

steadily = settings(deadline=None, derandomize=True)
NO_NUMBERS = [None, "1", b"1", True, np.True_, [1.0], 1j, math.nan, math.inf, -math.inf, 10**400]


def refusal(check, *args, **kwargs):
    with pytest.raises(ValueError, match="must be") as caught:
        check(*args, **kwargs)
    return str(caught.value)


# --- numbers -------------------------------------------------------------------------


@steadily
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_any_finite_number_passes_unchanged(value):
    assert _checks.number("x", value) == value


@pytest.mark.parametrize("value", [2, np.float32(2), np.int8(2), Fraction(2)])
def test_a_number_comes_back_as_a_plain_float(value):
    assert type(_checks.number("x", value)) is float


@pytest.mark.parametrize("value", NO_NUMBERS)
def test_what_is_no_finite_number_is_named_with_its_value(value):
    assert refusal(_checks.number, "x", value) == f"x must be a finite number, got {value!r}"


@pytest.mark.parametrize(
    ("limits", "rule"),
    [
        ({"low": 0, "high": 1}, r"in [0, 1]"),
        ({"low": 0}, "of at least 0"),
        ({"high": -3}, "of at most -3"),
    ],
)
def test_the_rule_names_the_limits_that_were_set(limits, rule):
    value = -2.5
    assert refusal(_checks.number, "x", value, **limits) == (
        f"x must be a finite number {rule}, got -2.5"
    )


def test_limits_belong_to_the_range():
    assert _checks.number("x", 0, low=0, high=1) == 0.0
    assert _checks.number("x", 1, low=0, high=1) == 1.0


def test_a_probability_lies_between_0_and_1():
    assert (_checks.probability("p", 0), _checks.probability("p", 1)) == (0.0, 1.0)


@pytest.mark.parametrize("value", [-1e-9, 1.2, *NO_NUMBERS])
def test_what_is_no_probability_is_named_with_its_value(value):
    said = refusal(_checks.probability, "p", value)
    assert said == f"p must be a probability in [0, 1], got {value!r}"


@pytest.mark.parametrize("value", [3, np.int64(3), np.uint8(3)])
def test_a_whole_number_comes_back_as_a_plain_int(value):
    assert type(_checks.whole("runs", value, low=3, high=3)) is int


@pytest.mark.parametrize("value", [0, -1, 1.0, True, "2", None, math.nan])
def test_what_is_no_whole_number_of_the_range_is_named(value):
    said = refusal(_checks.whole, "runs", value, low=1)
    assert said == f"runs must be a whole number of at least 1, got {value!r}"


def test_the_rule_names_large_limits_exactly():
    said = refusal(_checks.whole, "n", 2**31, low=0, high=2**31 - 1)
    assert "2147483647]" in said.replace(",", "")


# --- people and options --------------------------------------------------------------


@steadily
@given(st.lists(st.integers(0, 9)))
def test_people_come_back_sorted_and_once(chosen):
    found = _checks.people("initial", chosen, 10)
    assert found.tolist() == sorted(set(chosen))
    assert found.dtype == np.int64


def test_one_person_may_stand_without_a_list():
    assert _checks.people("initial", 2, 3).tolist() == [2]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ([0, 9], "[9]"),
        ([-1], "[-1]"),
        (list(range(5, 13)), "[5, 6, 7, 8, 9] and 3 more"),
        ([0.0], "[0.0]"),
        ([True], "[True]"),
        (["0"], "['0']"),
        ([[0]], "[[0]]"),
        (None, "None"),
    ],
)
def test_people_outside_the_network_are_named(value, shown):
    said = refusal(_checks.people, "initial", value, 5)
    assert said.startswith("initial must be people 0..4 of this network")
    assert said.endswith(f"got {shown}")


def test_an_unknown_option_is_named_with_all_options():
    said = refusal(_checks.one_of, "actor", "nobody", ["customer", "company"])
    assert said == "actor must be one of customer, company, got 'nobody'"


@pytest.mark.parametrize("value", [None, 1, ["customer"], "Customer", ""])
def test_only_the_exact_text_is_an_option(value):
    assert repr(value) in refusal(_checks.one_of, "actor", value, ["customer"])


def test_the_first_unknown_option_of_several_is_named():
    _checks.one_of_each("fact", ["a", "b", "a"], ["a", "b"])
    assert "got 'x'" in refusal(_checks.one_of_each, "fact", ["a", "x", "y"], ["a", "b"])


# --- luck ----------------------------------------------------------------------------


@pytest.mark.parametrize("rng", [7, np.int64(7), np.uint8(7)])
def test_the_same_integer_is_the_same_luck(rng):
    assert _checks.generator(rng).random() == np.random.default_rng(7).random()


def test_a_generator_is_used_and_moves_on():
    own = np.random.default_rng(7)
    assert _checks.generator(own) is own


def test_none_is_fresh_luck():
    assert _checks.generator(None).random() != _checks.generator(None).random()


@pytest.mark.parametrize("rng", [-1, 1.0, True, "7", [7]])
def test_what_is_no_luck_is_named_with_its_value(rng):
    said = refusal(_checks.generator, rng)
    assert said == f"rng must be {_checks.type_of_rng}, got {rng!r}"


@pytest.mark.parametrize("text", ["06.07.2009", "7/6/2009", "06-07-2009 12:00", " 6.7.09"])
def test_a_date_that_reads_two_ways_is_refused(text):
    rule = "start must be a date such as 2009-07-06, without a time zone, got "
    assert refusal(_checks.moment, "start", text) == rule + repr(text)
