"""What became of a file from elsewhere: counted, said in one sentence, never silent."""

import re
import sys
import warnings
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

_DONE = ": "
_PLURAL = re.compile(r"^((?:[a-z]+ )*?)([a-z]+?)(ies|(?<![s'])s)\b( that are\b)?")


class LeftOutWarning(UserWarning):
    """Something of a file from elsewhere was left out or mended; the sentence says how much."""


def report(log: pd.DataFrame) -> pd.DataFrame:
    """Return what was read, left out and mended when a log was made from a file from elsewhere.

    Parameters
    ----------
    log : DataFrame
        What `read_twcs`, `read_help_desk` or `from_pm4py` returned.

    Returns
    -------
    DataFrame
        One row a count: `what`, `done` (what became of it: "left out", "kept" ...; "" for what
        was simply read) and `count`.

    Raises
    ------
    ValueError
        If the log carries no report; one that was changed or stored since may have lost it.

    Examples
    --------
    >>> log = pd.DataFrame()
    >>> log.attrs["report"] = {"tweets": 12, "repeated tweet ids: left out": 1}
    >>> report(log).values.tolist()
    [['tweets', '', 12], ['repeated tweet ids', 'left out', 1]]
    """
    counts = log.attrs.get("report")
    if not isinstance(counts, Mapping):
        msg = (
            f"log must carry a report, got one without (attrs {dict(log.attrs)!r}): "
            "take the frame that the reading function returned"
        )
        raise ValueError(msg)
    rows = [(*_parts(words), count) for words, count in counts.items()]
    return pd.DataFrame(rows, columns=["what", "done", "count"])


def _parts(words: str) -> tuple[str, str]:
    what, _, done = words.partition(_DONE)
    return what, done


def sentence(path: Path, counts: Mapping[str, int]) -> str:
    """Return the counts of a report in one sentence."""
    plain = [counted(n, words) for words, n in counts.items() if _DONE not in words]
    odd = [counted(n, " ".join(_parts(words))) for words, n in _odd(counts).items()]
    tail = f"; {', '.join(odd)}" if odd else "; nothing left out"
    return f"{path.name}: {', '.join(plain)}{tail}."


def counted(n: int, words: str) -> str:
    """Return a number and what it counts.

    >>> counted(1, "replies without a date"), counted(2, "tweets used")
    ('1 reply without a date', '2 tweets used')
    """
    return f"{n:,} {_PLURAL.sub(_singular, words, count=1) if n == 1 else words}"


def _singular(found: re.Match[str]) -> str:
    before, noun, ending, verb = found.groups()
    return f"{before}{noun}{'y' * (ending == 'ies')}{' that is' * bool(verb)}"


def commonest(counts: Mapping[str, int]) -> str:
    """Return what was left out most often, and how often; "" if nothing was."""
    left = {words: n for words, n in _odd(counts).items() if _parts(words)[1] == "left out"}
    if not left:
        return ""
    words = max(left, key=lambda name: left[name])
    return counted(left[words], _parts(words)[0])


def _odd(counts: Mapping[str, int]) -> dict[str, int]:
    return {words: n for words, n in counts.items() if _DONE in words and n}


def attach(log: pd.DataFrame, path: Path, counts: Mapping[str, int], *, progress: bool) -> None:
    """Keep the counts with the log, and say them: printed, or as a warning if something is odd."""
    log.attrs["report"] = {words: int(count) for words, count in counts.items()}
    said = sentence(path, counts)
    if progress:
        sys.stdout.write(f"{said}\n")
    elif _odd(counts):
        warnings.warn(said, LeftOutWarning, stacklevel=3)
