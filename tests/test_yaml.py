"""YAML from others: read as plain data, or refused in one sentence with file and line."""

import math

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from cemlab import _yaml

steadily = settings(deadline=None, derandomize=True)


class Dish(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    price: float = 1.0


class Menu(BaseModel):
    model_config = ConfigDict(extra="forbid")

    day: str = ""
    dishes: dict[str, Dish] = {}
    notes: list[str] = []


class MenuError(ValueError):
    """What this file's readers raise."""


MENU = """\
# Monday
day: 2024-05-06
dishes:
  soup: {name: Soup, price: 4.5}
  cake:
    name: "Käse: kuchen"
notes: [yes please, "no"]
"""


def read(path, problems=None):
    return _yaml.read(path, Menu, MenuError, problems)


def written(tmp_path, content):
    file = tmp_path / "menu.yaml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def refusal(path, problems=None):
    """Return the sentence behind the file's name."""
    with pytest.raises(MenuError) as caught:
        read(path, problems)
    said = str(caught.value)
    assert said.startswith(str(path))
    assert "\n" not in said
    assert len(said) < len(str(path)) + 400
    return said.removeprefix(str(path))


# --- good files ----------------------------------------------------------------------


def test_a_menu_is_read_as_it_is_written(tmp_path):
    menu = read(written(tmp_path, MENU))
    assert menu.dishes["soup"].price == 4.5
    assert menu.dishes["cake"].name == "Käse: kuchen"
    assert menu.notes == ["yes please", "no"]


def test_dates_stay_text_until_they_are_checked(tmp_path):
    assert read(written(tmp_path, "day: 2024-02-30\n")).day == "2024-02-30"


def test_a_byte_order_mark_is_no_text(tmp_path):
    assert read(written(tmp_path, MENU.encode("utf-8-sig"))) == read(written(tmp_path, MENU))


def test_a_file_of_the_largest_size_is_read(tmp_path):
    text = MENU + "#" * (_yaml.MOST_BYTES - len(MENU.encode()))
    assert read(written(tmp_path, text)).day == "2024-05-06"


# --- files that are no menu ----------------------------------------------------------


@pytest.mark.parametrize(("name", "found"), [("", "a folder"), ("none.yaml", "nothing")])
def test_what_is_no_file_is_refused(name, found, tmp_path):
    assert refusal(tmp_path / name).startswith(f": must be a YAML file, found {found}")


@pytest.mark.parametrize("content", ["", " \n\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(content, tmp_path):
    assert refusal(written(tmp_path, content)) == ": must not be empty"


@pytest.mark.parametrize("content", ["# nothing\n", "---\n", "~", "soup", "[soup]", "4.5"])
def test_a_file_that_is_no_table_of_fields_is_refused(content, tmp_path):
    assert "dictionary" in refusal(written(tmp_path, content))


def test_a_file_that_is_too_large_is_refused_with_its_size(tmp_path):
    said = refusal(written(tmp_path, "#" * (_yaml.MOST_BYTES + 1)))
    assert said == ": must have at most 256 kB, got 262,145 bytes"


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"day: a\nnotes: [K\xe4se]\n", ", line 2: must be text in UTF-8, got byte 0xe4"),
        (MENU.encode("utf-16"), ", line 1: must be text in UTF-8, got byte 0xff"),
    ],
)
def test_another_encoding_is_refused_with_its_line(content, place, tmp_path):
    assert refusal(written(tmp_path, content)) == place


@pytest.mark.parametrize("brackets", ["[", "{a: ", "- ", "? ", "[{"])
def test_twenty_thousand_brackets_are_refused(brackets, tmp_path):
    said = refusal(written(tmp_path, brackets * 20_000))
    assert said.startswith(", line 1: must not nest deeper than 20 levels")


def test_twenty_levels_may_be_nested(tmp_path):
    nested = "[" * 19 + "]" * 19
    assert "levels" not in refusal(written(tmp_path, f"notes: {nested}\n"))
    assert "levels" in refusal(written(tmp_path, f"notes: [{nested}]\n"))


def test_aliases_are_refused_before_they_grow(tmp_path):
    lines = ["a0: &a0 [x, x]"]
    lines += [f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]" for i in range(1, 40)]
    said = refusal(written(tmp_path, "\n".join(lines)))
    assert said.startswith(", line 2: must not use aliases")
    assert said.endswith("got '*a0'")


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ("day: a\nnotes: []\nday: b\n", ", line 3"),
        ("dishes:\n  a: {name: b}\n  a: {name: c}\n", ", line 3"),
        ("dishes:\n  a: {name: b, name: c}\n", ", line 2"),
        ("dishes: {a: {name: b}}\n'dishes': {}\n", ", line 2"),
        ("dishes:\n  a:\n    <<: {name: b, name: c}\n", ", line 3"),
    ],
)
def test_a_repeated_key_is_refused_with_its_line(content, place, tmp_path):
    assert refusal(written(tmp_path, content)).startswith(place)


@pytest.mark.parametrize(
    ("content", "place", "value"),
    [
        ("dishes:\n  a: {name: b, prize: 2}\n", ", line 2, dishes.a.prize: ", "got 2"),
        ("day: a\nsoup: b\n", ", line 2, soup: ", "got 'b'"),
        ("dishes:\n  a: {price: 2}\n", ", line 2, dishes.a.name: must be given", "got nothing"),
        ("dishes:\n  a: {name: b, price: much}\n", ", line 2, dishes.a.price: ", "got 'much'"),
        ("dishes:\n  a: {name: [b]}\n", ", line 2, dishes.a.name: ", "got ['b']"),
        ("day: a\nnotes:\n- x\n- 5\n", ", line 4, notes.1: ", "got 5"),
        ("day: no\n", ", line 1, day: ", "got False"),
        ("1: a\n", ", line 1", "1"),
    ],
)
def test_a_wrong_field_is_named_with_line_and_value(content, place, value, tmp_path):
    said = refusal(written(tmp_path, content))
    assert said.startswith(place)
    assert said.endswith(value)


def test_a_very_long_value_is_cut_short(tmp_path):
    said = refusal(written(tmp_path, "notes: " + "x" * 100_000))
    assert said.startswith(", line 1, notes: ")
    assert said.endswith("xxx...")


@pytest.mark.parametrize(
    "content", ["day: [a\n", "day: 'a\n", "a: b: c\n", "\tday: a\n", "day: @a\n"]
)
def test_broken_yaml_is_refused_with_its_line(content, tmp_path):
    assert refusal(written(tmp_path, content)).startswith(", line ")


def test_two_documents_are_refused(tmp_path):
    assert "document" in refusal(written(tmp_path, "day: a\n---\nday: b\n"))


TAGS = ["!!python/object/apply:os.system ['echo hi']", "!!python/name:os.system", "!dish soup"]
TAGS += ["!!bool maybe", "!!timestamp soon", "!!timestamp 2009-13-45", "!!int ''", "!!int '-'"]
TAGS += ["!!int abc", "!!float ''", "!!float much", "!!map [a, b]", "!!map a", "!!set x"]
TAGS += ["!!omap [a]", "!!binary x", "!!str [a]", "!!seq {a: b}", "!<tag:yaml.org,2002:bool> x"]


@pytest.mark.parametrize("tag", TAGS)
def test_a_tag_that_does_not_fit_is_refused_with_its_line(tag, tmp_path):
    assert refusal(written(tmp_path, f"day: a\nnotes: {tag}\n")).startswith(", line 2")


@pytest.mark.parametrize("key", ["[a]", "{a: b}", "? [a]\n", "? {a: b}\n", "[]"])
def test_a_key_that_is_no_name_is_refused_with_its_line(key, tmp_path):
    said = refusal(written(tmp_path, f"{key}: c\n"))
    assert said.startswith(", line 1: a key must be a name")


NUMBERS = ["9" * 5000, "0b_", "0x_", "1" + ":59" * 80_000 + ".5"]


@pytest.mark.parametrize("number", NUMBERS, ids=["digits", "binary", "hexadecimal", "sexagesimal"])
def test_a_number_that_nobody_can_hold_is_refused_with_its_line(number, tmp_path):
    assert refusal(written(tmp_path, f"day: a\nnotes: {number}\n")).startswith(", line 2")


@pytest.mark.parametrize("character", ["\0", "\x07", "\x1b", "\ufffe"])
def test_a_character_that_yaml_forbids_is_refused_with_its_line(character, tmp_path):
    assert refusal(written(tmp_path, f"day: a\nnotes: {character}\n")).startswith(", line 2")


# --- rules about the whole file ------------------------------------------------------


def test_a_problem_of_the_whole_is_named_with_the_line_of_its_field(tmp_path):
    def problems(menu):
        yield from ((("dishes", name, "price"), "must be free") for name in menu.dishes)

    said = refusal(written(tmp_path, MENU), problems)
    assert said == ", line 4, dishes.soup.price: must be free"


def test_a_problem_of_a_field_that_was_not_given_stands_at_its_parent(tmp_path):
    said = refusal(
        written(tmp_path, MENU), lambda _: [(("dishes", "cake", "price"), "must be given")]
    )
    assert said == ", line 5, dishes.cake.price: must be given"


# --- anything at all -----------------------------------------------------------------

PIECES = ["day", "dishes", "notes", "name", "price", ": ", ":", "\n", "\n  ", "\n- ", "- ", ", "]
PIECES += ["[", "]", "{", "}", "? ", "&a ", "*a", "!", "!!", "!!int ", "!!bool ", "!!map ", "<<"]
PIECES += ["'", '"', "|", ">", "%", "@", "#", "~", "=", "---", "...", "\t", "\\", "\ufeff", "é"]
PIECES += ["a", "0", "1e400", ".inf", ".nan", "0x", "1:60", "2024-02-30", "no", "\x85", "\u2028"]
TEXT = st.one_of(st.text(max_size=30), st.lists(st.sampled_from(PIECES), max_size=25).map("".join))


@settings(steadily, max_examples=400)
@given(TEXT)
@example("!!bool maybe")
@example("? [a]\n: b")
def test_any_text_is_a_menu_or_one_sentence(tmp_path_factory, text):
    file = tmp_path_factory.getbasetemp() / "menu.yaml"
    file.write_text(text, encoding="utf-8", newline="")
    try:
        menu = read(file)
    except MenuError as error:
        assert "\n" not in str(error).removeprefix(str(file))  # noqa: PT017
    else:
        assert all(isinstance(dish, Dish) for dish in menu.dishes.values())


@settings(steadily, max_examples=400)
@given(st.binary(max_size=40))
def test_any_bytes_are_a_menu_or_one_sentence(tmp_path_factory, content):
    file = tmp_path_factory.getbasetemp() / "menu.yaml"
    file.write_bytes(content)
    try:
        read(file)
    except MenuError as error:
        assert str(error).startswith(str(file))  # noqa: PT017


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_what_yaml_calls_a_number_is_left_to_the_model(value, tmp_path):
    text = f"dishes: {{a: {{name: b, price: .{value}}}}}\n"
    assert repr(read(written(tmp_path, text)).dishes["a"].price) == repr(value)
