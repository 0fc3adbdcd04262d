"""Tables of codes in words: labels in the place of the short names."""

from typing import Literal

import pandas as pd

from cemlab import _checks
from cemlab.cem.incidents._coding_scheme import Scheme
from cemlab.cem.incidents._coding_scheme import scheme as _read


def in_words(
    table: pd.DataFrame,
    *,
    scheme: Scheme | None = None,
    language: Literal["en", "de"] = "en",
) -> pd.DataFrame:
    """Return a table with the labels of its codes in the place of the codes, for reading.

    Parameters
    ----------
    table : DataFrame
        With the dimension of each row in a column or a level of the index called `dimension`,
        as `disagreements`, `frequencies` and `missed` return it. In its columns of text, and
        in the index, codes of that dimension become labels, also several with commas between
        them; all else stays.
    scheme : Scheme, optional
        By default the scheme that comes along.
    language : {"en", "de"}
        Language of the labels.

    Returns
    -------
    DataFrame
        Of the same shape.

    Raises
    ------
    ValueError
        If the table does not say the dimension of its rows, or the language is another.

    Examples
    --------
    >>> from cemlab.cem.incidents import codings, disagreements
    >>> in_words(disagreements(codings(), raters=["A", "B"]))[["A", "B"]].values.tolist()[0]
    ['in person', 'the thing itself']
    """
    _checks.one_of("language", language, ["en", "de"])
    levels = list(table.index.names)
    if "dimension" not in [*table.columns, *levels]:
        msg = "table must say the dimension of its rows, got no column or level of that name: see incidents.disagreements"
        raise ValueError(msg)
    rules = scheme if scheme is not None else _read()
    labels = rules.table()[f"label_{language}"].to_dict()
    found = table.reset_index() if "dimension" in levels else table.copy()
    for name in found.columns:
        if name != "dimension" and pd.api.types.is_string_dtype(found[name]):
            cells = zip(found["dimension"], found[name], strict=True)
            found[name] = [_words(labels, dimension, cell) for dimension, cell in cells]
    return found.set_index(levels) if "dimension" in levels else found


# --- inside ------------------------------------------------------------------------


def _words(labels: dict[tuple[str, str], str], dimension: str, cell: object) -> object:
    codes = [(dimension, code) for code in str(cell).split(", ")]
    return ", ".join(labels[key] for key in codes) if all(c in labels for c in codes) else cell
