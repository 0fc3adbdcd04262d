"""What assumptions must be: every rule is looked at once, for tables and files alike."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from cemlab import _checks
from cemlab._words import short
from cemlab.crm.roi._lines import INPUTS, PARTS, SHARE
from cemlab.crm.roi._luck_of import DISTRIBUTIONS

TEXTS = {"unit": "", "basis": "assumption", "note": ""}
FIELDS = ("low", "likely", "high", "distribution", "contested", *TEXTS)
_SLACK = 0.05  # a median may be rounded
_PLAIN = 1e6  # shown without an exponent

Place = tuple[str, ...]
"""Line, input and field, as far as they are concerned."""


def problems(lines: Mapping[str, Any], *, strict: bool) -> Iterator[tuple[Place, str]]:
    """Yield what is wrong: where, and the rule with what was found instead."""
    for line, inputs in lines.items():
        if line not in INPUTS:
            yield (line,), f"must be one of the lines {', '.join(INPUTS)}, got {line!r}"
            continue
        wanted = INPUTS[line]
        if not isinstance(inputs, Mapping):
            yield (line,), f"must be its inputs {', '.join(wanted)}, got {inputs!r}"
            continue
        for name in inputs:
            if name not in wanted:
                yield (line, str(name)), f"must be one of {', '.join(wanted)}, got {name!r}"
        for name, kind in wanted.items():
            if name not in inputs:
                yield (line,), f"must have all its inputs {', '.join(wanted)}, got no {name}"
            else:
                if isinstance(inputs[name], list) and not strict:
                    got = short(inputs[name])
                    yield (
                        (line, name),
                        f"must be a number, a tuple (low, high) or (low, likely, high), or a mapping, got {got}: a list would be samples",
                    )
                    continue
                for field, rule in _wrong(spelt(inputs[name]), kind, strict):
                    yield (line, name, *field), rule
    costs = [part.line for part in PARTS.values() if part.kind == "cost"]
    if not set(costs) & set(lines):
        yield (), f"must have at least one line with a cost ({', '.join(costs)}), got none"


def spelt(given: Any) -> Any:
    """Return an assumption as a mapping, whichever short form it has."""
    if isinstance(given, Mapping):
        return given
    if isinstance(given, tuple | list) and len(given) in (2, 3):
        parts = {"low": given[0], "high": given[-1]}
        if len(given) == 2:
            return {"distribution": "uniform", **parts}
        return {"distribution": "triangular", **parts, "likely": given[1]}
    return {"distribution": "fixed", "likely": given}


def _wrong(spec: Mapping[str, Any], kind: str, strict: bool) -> Iterator[tuple[Place, str]]:
    for field in spec:
        if field not in FIELDS:
            yield (str(field),), f"must be one of {', '.join(FIELDS)}, got {field!r}"
    for field in TEXTS:
        if not isinstance(spec.get(field, ""), str):
            yield (field,), f"must be text, got {spec[field]!r}"
        if strict and field != "note" and not spec.get(field):
            yield (), f"must name its {field}, got none"
    if not isinstance(spec.get("contested", False), bool):
        yield ("contested",), f"must be true or false, got {spec['contested']!r}"
    shape = spec.get("distribution")
    allowed = [d for d in DISTRIBUTIONS if not (kind == SHARE and d == "lognormal")]
    if shape not in allowed:
        what = " for a share" if kind == SHARE else ""
        yield ("distribution",), f"must be one of {', '.join(allowed)}{what}, got {shape!r}"
        return
    top = 1.0 if kind == SHARE else math.inf
    for field in _needed(str(shape)):
        if field not in spec:
            yield (), f"must have {field} as it is {shape}, got none"
            return
    numbers = {}
    for field in ("low", "likely", "high"):
        if field in spec:
            try:
                numbers[field] = _checks.number("x", spec[field], low=0, high=top)
            except ValueError as found:
                yield (field,), str(found).removeprefix("x ") + _written_out(spec[field])
                return
    ends = [numbers.get(name, numbers.get("likely")) for name in ("low", "likely", "high")]
    yield from _order(str(shape), numbers, [e for e in ends if e is not None])


def _written_out(given: Any) -> str:
    """Return the way out where a file holds a number such as 1e3, which YAML reads as text."""
    if isinstance(given, str):
        try:
            return (
                f": write {float(given):.10g}"
                if abs(float(given)) < _PLAIN
                else ": write it out, without an exponent or quotes"
            )
        except ValueError:
            pass
    return ""


def _order(
    shape: str, numbers: Mapping[str, float], ends: list[float]
) -> Iterator[tuple[Place, str]]:
    if shape == "fixed" and min(ends) != max(ends):
        yield (
            ("distribution",),
            f"must not be fixed over a range, got {min(ends):g} to {max(ends):g}",
        )
    for one, other in (("low", "likely"), ("likely", "high"), ("low", "high")):
        if one in numbers and other in numbers and numbers[one] > numbers[other]:
            yield (other,), f"must be at least {one} {numbers[one]:g}, got {numbers[other]:g}"
            return
    if shape == "lognormal":
        if numbers["low"] <= 0:
            yield ("low",), f"must be above 0 as it is lognormal, got {numbers['low']:g}"
            return
        median = math.sqrt(numbers["low"] * numbers["high"])
        if not math.isclose(numbers.get("likely", median), median, rel_tol=_SLACK):
            yield (
                ("likely",),
                f"must be left out or the median {median:.4g}, got {numbers['likely']:g}",
            )


def _needed(shape: str) -> tuple[str, ...]:
    ends = ("low", "high")
    return {"fixed": ("likely",), "uniform": ends, "lognormal": ends}.get(
        shape, ("low", "likely", "high")
    )
