"""YAML from others, read as data: safe types only, no aliases, no repeated keys, a known size.

Every error is one sentence: file, line, field, rule, value.
"""

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from cemlab._words import short

MOST_BYTES = 256 * 1024
_MOST_LEVELS = 20
_MOST_NODES = 30_000
_TIMESTAMP = "tag:yaml.org,2002:timestamp"
_PLAIN = {  # whole and decimal numbers without YAML's base 60 (12:30:00)
    "tag:yaml.org,2002:int": re.compile(r"[-+]?(0b[01_]+|0x[0-9a-fA-F_]+|0[0-7_]*|[1-9][0-9_]*)$"),
    "tag:yaml.org,2002:float": re.compile(
        r"[-+]?([0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)([eE][-+][0-9]+)?$"
        r"|[-+]?\.(inf|Inf|INF)$|\.(nan|NaN|NAN)$"
    ),
}

Model = TypeVar("Model", bound=BaseModel)
Field = tuple[str | int, ...]
Lines = dict[Field, int]


def read(
    path: Path,
    model: type[Model],
    error: type[ValueError],
    problems: Callable[[Model], Iterable[tuple[Field, str]]] | None = None,
) -> Model:
    """Return the file as a checked `model`, or raise `error` with one sentence.

    `problems` looks at the whole model and yields (field, rule and value) for what no
    single field can show.

    Raises
    ------
    error
        Names file, line, field, rule and value of the first thing that is wrong.
    """
    text = _text(path, error)
    data, lines = _data(path, text, error)
    try:
        result = model.model_validate(data)
    except ValidationError as found:
        raise error(_sentence(path, found, lines)) from None
    for field, rule in problems(result) if problems else ():
        name = ".".join(str(part) for part in field)
        msg = f"{path}, line {lines[_known(field, lines)]}, {name}: {rule}"
        raise error(msg)
    return result


def _text(path: Path, error: type[ValueError]) -> str:
    if not path.is_file():
        what = "a folder" if path.is_dir() else "nothing that can be read"
        msg = f"{path}: must be a YAML file, found {what} there"
        raise error(msg)
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as found:
        msg = f"{path}: must be a file that can be read, got: {found.strerror}"
        raise error(msg) from None
    if len(content) > MOST_BYTES:
        msg = (
            f"{path}: must have at most {MOST_BYTES // 1024} kB, got {path.stat().st_size:,} bytes"
        )
        raise error(msg)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as found:
        line = content[: found.start].count(b"\n") + 1
        msg = f"{path}, line {line}: must be text in UTF-8, got byte 0x{content[found.start]:02x}"
        raise error(msg) from None
    if not text.strip():
        msg = f"{path}: must not be empty"
        raise error(msg)
    return text


class _Refused(yaml.MarkedYAMLError):
    """Our own rule was broken; its sentence is complete."""


class _Loader(yaml.SafeLoader):
    """The safe loader without dates (text until checked), aliases, deep nesting, repeated keys."""

    yaml_implicit_resolvers = {
        first: [(tag, _PLAIN.get(tag, pattern)) for tag, pattern in rules if tag != _TIMESTAMP]
        for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    level = 0
    nodes = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent):
            _refuse(
                event,
                "must not use aliases (*name): write the value again",
                f"*{event.anchor}",
            )
        if getattr(event, "tag", None) is not None:
            _refuse(event, "must not use tags (!name): plain values are enough", event.tag)
        self.level += 1
        self.nodes += 1
        if self.nodes > _MOST_NODES:
            _refuse(event, f"must have at most {_MOST_NODES:,} values", "more")
        if self.level > _MOST_LEVELS:
            _refuse(event, f"must not nest deeper than {_MOST_LEVELS} levels", "more")
        node = super().compose_node(parent, index)
        self.level -= 1
        return node

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.value in {*seen, "<<"}:
                _refuse(key, "a key must be a name that stands once", key.value)
            seen.add(key.value)
        return super().construct_mapping(node, deep=deep)

    def construct_object(self, node: Any, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep=deep)
        except (ValueError, OverflowError, LookupError) as error:
            _refuse(node, f"must be a number that can be held ({error})", node.value)


def _refuse(place: Any, rule: str, value: object) -> NoReturn:
    raise _Refused(problem=f"{rule}, got {short(value)}", problem_mark=place.start_mark)


def _data(path: Path, text: str, error: type[ValueError]) -> tuple[Any, Lines]:
    lines: Lines = {}
    try:
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            _note_lines(node, (), lines)
            return (None if node is None else loader.construct_document(node)), lines
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as found:
        mark = found.problem_mark or found.context_mark
        line = f", line {mark.line + 1}" if mark else ""
        rule = _plain(found.problem or found.context or "it is not")
        rule = rule if isinstance(found, _Refused) else f"must be YAML, but {rule}"
        msg = f"{path}{line}: {rule}"
        raise error(msg) from None
    except yaml.reader.ReaderError as found:
        number = text.count("\n", 0, found.position) + 1
        msg = f"{path}, line {number}: must be printable text, got character {found.character!r}"
        raise error(msg) from None


def _note_lines(node: Any, field: Field, lines: Lines) -> None:
    lines.setdefault(field, node.start_mark.line + 1 if node else 1)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = (*field, str(key.value))
            lines[inner] = key.start_mark.line + 1
            _note_lines(value, inner, lines)
    elif isinstance(node, yaml.SequenceNode):
        for i, value in enumerate(node.value):
            _note_lines(value, (*field, i), lines)


def _sentence(path: Path, found: ValidationError, lines: Lines) -> str:
    first = found.errors()[0]
    place = tuple(str(part) if not isinstance(part, int) else part for part in first["loc"])
    known = _known(place, lines)
    field = ".".join(str(part) for part in (place if first["type"] in _NAMED else known))
    where = f"{path}, line {lines[known]}" + (f", {field}" if field else "")
    if first["type"] == "missing":
        return f"{where}: must be given, got nothing"
    if first["type"] == "extra_forbidden":
        return f"{where}: is no field that this file can have, got {short(first['input'])}"
    rule = first["msg"].removeprefix("Value error, ").removeprefix("Input should ")
    rule = rule if rule.startswith(("must", "be ")) else rule[:1].lower() + rule[1:]
    rule = f"must {rule}" if rule.startswith("be ") else rule
    rule = rule if rule.startswith("must") else f"must be right: {rule}"
    if ", got " in rule:
        return f"{where}: {rule}"
    return f"{where}: {rule}, got {short(first['input'])}"


def _known(field: Field, lines: Lines) -> Field:
    """Return the innermost part of a field that has a line."""
    return next(field[:k] for k in range(len(field), -1, -1) if field[:k] in lines)


_NAMED = {"missing", "extra_forbidden"}


def _plain(text: str) -> str:
    return " ".join(text.split())
