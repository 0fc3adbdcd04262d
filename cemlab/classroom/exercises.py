"""Predictions that are kept, and exercises that answer at once, kindly.

The questions stand in ``questions/*.yaml``, one file a notebook: "ubg.2" is question 2
of ``ubg.yaml``.
"""

import csv
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd

from cemlab import _checks, _yaml
from cemlab.classroom._questions import (
    Choice,
    Guess,
    Interval,
    Memo,
    Number,
    Order,
    Questions,
)

KEPT_IN = "predictions.csv"
"""File in the reader's folder in which predictions are kept."""

_FOLDER = Path(__file__).parent / "questions"
_COLUMNS = ("id", "value", "time")


class QuestionError(ValueError):
    """A file of questions breaks a rule."""


class GuessError(ValueError):
    """A guess lies outside its range. Notebooks show its sentence alone, without the call stack."""

    def _render_traceback_(self) -> list[str]:
        return [
            f"{_SIGNS[None][1]} Not kept yet: {self}. Change the number and run the cell again."
        ]


@dataclass(frozen=True)
class Prediction:
    """A kept guess; figures show it as text."""

    id: str
    value: float
    form: str
    unit: str
    note: str = ""

    def __str__(self) -> str:
        if self.form == "percent":
            return f"{self.value:.0%} {self.unit}".strip()
        digits = ",.0f" if abs(self.value) >= 1e6 else ",.6g"
        return f"{self.value:{digits}} {self.unit}".strip()

    def _repr_html_(self) -> str:
        return _box(
            "#8A4F7D", f"Kept. Your prediction: <b>{escape(str(self))}</b> {escape(self.note)}"
        )

    def __repr__(self) -> str:
        return f"Kept. Your prediction: {self} {self.note}".strip()


@dataclass(frozen=True)
class Feedback:
    """What a check says: right or not (None: not answered yet), and one thought."""

    right: bool | None
    words: str

    def __repr__(self) -> str:
        return f"{_SIGNS[self.right][1]} {self.words}"

    def _repr_html_(self) -> str:
        colour, sign = _SIGNS[self.right]
        return _box(colour, f"<b>{sign}</b> {escape(self.words)}")


def predict(id: str, value: float) -> Prediction:
    """Keep a prediction, so that the next figure can show it beside the result.

    It is written to ``predictions.csv`` in the current folder, the last one counts.

    Parameters
    ----------
    id : str
        The question, such as "ubg.1".
    value : float
        The guess: a share as 0.6, not 60.

    Raises
    ------
    ValueError
        If there is no such prediction to be made.
    GuessError
        If the value lies outside its range (a ValueError, too).
    """
    question = _question(id)
    if not isinstance(question, Guess):
        msg = f"id must be a question to predict, got {id!r}, which is checked: use check({id!r}, answer)"
        raise ValueError(msg)
    try:
        number = _checks.number(f"the prediction {id}", value, low=question.low, high=question.high)
    except ValueError:
        number = math.nan
    if math.isnan(number) or (question.whole and not number.is_integer()):
        kind = "a whole number" if question.whole else "a number"
        rule = f"{kind} from {question.low:,.10g} to {question.high:,.12g}"
        part = " (a part: 0.75 means 75 %)" if question.form == "percent" else ""
        why = f": {question.outside}" if question.outside else ""
        msg = f"the prediction {id} must be {rule}{part}, got {value!r}{why}"
        raise GuessError(msg)
    return Prediction(id, number, question.form, question.unit, _keep(id, number))


def predictions(*files: str | Path) -> pd.DataFrame:
    """Return the last prediction of each reader: `reader` (the file), `id`, `value`.

    Without arguments: your own, from the current folder.

    Raises
    ------
    ValueError
        If a file is missing, or one of its lines is no prediction.
    """
    tables = []
    for file in [Path(name) for name in files] or [Path(KEPT_IN)]:
        if files and not file.is_file():
            msg = f"{file}: must be a file of predictions, found none there"
            raise ValueError(msg)
        rows = list(_rows(file))
        table = pd.DataFrame(rows, columns=list(_COLUMNS)).drop_duplicates("id", keep="last")
        tables.append(table.assign(reader=str(file), value=pd.to_numeric(table["value"])))
    return pd.concat(tables, ignore_index=True)[["reader", "id", "value"]]


def check(id: str, answer: Any) -> Feedback:
    """Say at once whether an answer is right, and if not, what it may rest on.

    Parameters
    ----------
    id : str
        The question, such as "ubg.2".
    answer : object
        A number, the letter of an option, a list of steps, a pair (low, high), or a text,
        as the question asks. None or ... means: not answered yet.

    Examples
    --------
    >>> check("start.2", None)
    – Not answered yet. Put your answer in the place of the dots and run the cell again.
    """
    question = _question(id)
    if isinstance(question, Guess):
        msg = f"id must be a question to check, got {id!r}, which is predicted: use predict({id!r}, value)"
        raise ValueError(msg)
    if answer is None or answer is ... or (isinstance(answer, str) and not answer.strip()):
        return Feedback(None, _UNANSWERED)
    verdict: Feedback = _JUDGES[type(question)](question, answer)
    return verdict


# --- inside ------------------------------------------------------------------------

_SIGNS = {True: ("#00795A", "✓"), False: ("#B34700", "✗"), None: ("#6B6B6B", "–")}
_SHORT = re.compile(
    r"(?i)\b(i\.\s?e|e\.\s?g|z\.\s?B|d\.\s?h|cf|vs)\.(?=\s|,)"
)  # no end of a sentence
_UNANSWERED = "Not answered yet. Put your answer in the place of the dots and run the cell again."


@cache
def _file(stem: str) -> dict[str, Any]:
    return _yaml.read(_FOLDER / f"{stem}.yaml", Questions, QuestionError).root


def _question(id: str) -> Any:
    known = sorted(path.stem for path in _FOLDER.glob("*.yaml"))
    stem, _, number = str(id).partition(".")
    if stem not in known:
        msg = f"id must begin with one of {', '.join(known)} and a dot, got {id!r}"
        raise ValueError(msg)
    questions = _file(stem)
    if number not in questions:
        msg = f"id must be one of {', '.join(f'{stem}.{n}' for n in questions)}, got {id!r}"
        raise ValueError(msg)
    return questions[number]


def _keep(id: str, value: float) -> str:
    """Append one line to the reader's file; say so if that fails."""
    file = Path(KEPT_IN)
    try:
        new = not file.exists()
        with file.open("a", encoding="utf-8", newline="") as lines:
            table = csv.writer(lines)
            if new:
                table.writerow(_COLUMNS)
            table.writerow([id, repr(value), datetime.now(UTC).isoformat(timespec="seconds")])
    except OSError as error:
        return (
            f"(kept until you close the notebook; the folder cannot be written: {error.strerror})"
        )
    return ""


def _rows(file: Path) -> Iterator[list[str]]:
    if not file.is_file():
        return
    with file.open(encoding="utf-8-sig", newline="") as lines:
        for number, row in enumerate(csv.reader(lines), start=1):
            if number == 1 and tuple(row) == _COLUMNS:
                continue
            try:
                _checks.number("value", float(row[1]))
            except (ValueError, IndexError):
                msg = f"{file}, line {number}: must be id, value, time, got {row}"
                raise ValueError(msg) from None
            yield row[:3]


def _judge_number(question: Number, answer: Any) -> Feedback:
    try:
        value = _checks.number("the answer", answer)
    except ValueError as error:
        if isinstance(answer, str):
            return Feedback(False, "Write the number without quotation marks.")
        return Feedback(False, f"{error}.")
    if question.low <= value <= question.high:
        return Feedback(True, question.why)
    hints = [span.hint for span in question.hints if span.low <= value <= span.high]
    return Feedback(False, hints[0] if hints else question.hint)


def _judge_choice(question: Choice, answer: Any) -> Feedback:
    letter = str(answer).strip(" ).(").lower()
    if letter not in question.options:
        return Feedback(False, f"Answer with one of the letters {', '.join(question.options)}.")
    if letter == question.answer:
        return Feedback(True, question.why)
    return Feedback(False, question.hints.get(letter, "Read the options once more."))


def _judge_order(question: Order, answer: Any) -> Feedback:
    steps = [str(step) for step in answer] if isinstance(answer, Sequence) else []
    if sorted(steps) != sorted(question.answer):
        missing = [step for step in question.answer if step not in steps]
        rest = f" Missing: {', '.join(missing)}." if missing else ""
        return Feedback(False, f"Use each of the {len(question.answer)} steps once.{rest}")
    for given, wanted in zip(steps, question.answer, strict=True):
        if given != wanted:
            right = question.answer.index(wanted)
            so_far = f"Right up to step {right}." if right else "The first step is another one."
            return Feedback(False, f"{so_far} {question.hint}")
    return Feedback(True, question.why)


def _judge_interval(question: Interval, answer: Any) -> Feedback:
    try:
        low, high = (_checks.number("a limit", value) for value in answer)
    except (TypeError, ValueError):
        return Feedback(False, "Give two numbers: (low, high).")
    if low > high:
        return Feedback(False, "Give the low number first: (low, high).")
    if low > question.low[1] or high < question.high[0]:
        return Feedback(False, question.missed)
    if low < question.low[0] or high > question.high[1]:
        return Feedback(False, question.too_wide)
    return Feedback(True, question.why)


def _judge_memo(question: Memo, answer: Any) -> Feedback:
    text = " ".join(str(answer).split())
    ends = [
        part
        for part in _SHORT.sub("", text).replace("?", ".").replace("!", ".").split(". ")
        if part.strip(" .")
    ]
    missing = [
        point.point for point in question.rubric
        if not any(word.lower() in text.lower() for word in point.words)
    ]  # fmt: skip
    if len(ends) > question.sentences:
        return Feedback(False, f"You have {len(ends)} sentences; keep to {question.sentences}.")
    if missing:
        return Feedback(False, f"I look for words only, and found none for: {'; '.join(missing)}.")
    return Feedback(True, question.why)


_JUDGES: dict[type, Any] = {
    Number: _judge_number,
    Choice: _judge_choice,
    Order: _judge_order,
    Interval: _judge_interval,
    Memo: _judge_memo,
}


def _box(colour: str, inner: str) -> str:
    style = f"border-left:6px solid {colour};padding:6px 12px;font-size:110%"
    return f'<div style="{style}">{inner}</div>'
