"""Codings: who gave which codes to which narrative, checked against the scheme."""

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Annotated

import pandas as pd
from pydantic import Field

from cemlab import _yaml
from cemlab.cem import _forms
from cemlab.cem.incidents._as_log import needs
from cemlab.cem.incidents._coding_scheme import IncidentError, Part, Scheme, Text, folder, scheme

COLUMNS = ("rater", "narrative", "dimension", "code", "place")
"""Columns of the frame of codings; `place` 1 is the main code of its dimension."""

_BETWEEN = re.compile(r"[,;+/|\n]")

Given = tuple[str, str, str, str, list[str]]
"""Where it stands, rater, narrative, dimension, codes."""


class _Codings(Part):
    raters: Annotated[dict[str, Text], Field(min_length=1)]
    codings: dict[str, dict[str, dict[str, str | list[str]]]]


def codings(
    source: str | Path | pd.DataFrame | None = None,
    *,
    scheme: Scheme | None = None,
    narratives: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return codings, checked against the scheme: the example's, a file's or a frame's.

    The example is invented, as the stories are: its authors played all three coders. It shows
    how codings are compared; it is no evidence that people can apply the scheme alike.

    Parameters
    ----------
    source : str, Path or DataFrame, optional
        A YAML file as the one that comes along, a filled-in form (see `read_codings`), or a
        frame with `rater`, `narrative`, `dimension`, `code` and, where several codes stand,
        `place`. By default the example: two raters on all narratives, a third on half.
    scheme : Scheme, optional
        By default the scheme that comes along.
    narratives : DataFrame, optional
        The stories that were coded (see `narratives`): a coding of any other is refused. By
        default any name of a story is accepted.

    Returns
    -------
    DataFrame
        A row a code given: `rater`, `narrative`, `dimension`, `code`, `place` (1: the main
        code), in the order of raters, narratives and dimensions in which they were given.

    Raises
    ------
    IncidentError
        If a code is not in the scheme, stands where it may not, or stands twice; if a rater's
        name is written in two ways ("Ana", "ana"), or a story is not among `narratives`.

    Examples
    --------
    >>> given = codings()
    >>> given["narrative"].nunique(), given.groupby("rater")["narrative"].nunique().to_dict()
    (24, {'A': 24, 'B': 24, 'C': 12})
    >>> given[given["narrative"] == "bank-card"].query("rater == 'A'")["code"].tolist()
    ['phone', 'nothing', 'gratitude', 'relief', 'nothing']
    """
    rules = _rules(scheme)
    if isinstance(source, pd.DataFrame):
        return _checked(_of_frame(source), rules, narratives)
    file = Path(source) if source is not None else folder() / "codings.yaml"
    if file.suffix.lower() in (".csv", ".xlsx"):
        return read_codings(file, scheme=rules, narratives=narratives)
    return _checked(_of_yaml(file), rules, narratives)


def code_sheet(
    narratives: pd.DataFrame,
    scheme: Scheme | None = None,
    *,
    rater: str = "",
    filled: pd.DataFrame | None = None,
    path: str | Path | None = None,
    keep: bool = False,
) -> pd.DataFrame:
    """Return a form to fill in: a row a narrative, a column a dimension; and write it if asked.

    Parameters
    ----------
    narratives : DataFrame
        As `narratives` returns it; the dashboard is left out, as coders should not see it.
    scheme : Scheme, optional
        By default the scheme that comes along.
    rater : str
        Name of the one who will fill it in.
    filled : DataFrame, optional
        Codings (see `codings`) of which those by `rater` are written in; by default the form
        is empty.
    path : str or Path, optional
        A file to write: .csv, or .xlsx with the codes to choose from and the scheme on a
        second sheet. An older file is replaced.
    keep : bool
        Leave an older file as it is: it may be filled in by now.

    Raises
    ------
    ValueError
        If a column is missing, the file's name ends in anything else, or `filled` has nothing
        by `rater`.

    Examples
    --------
    >>> from cemlab.cem.incidents import narratives
    >>> code_sheet(narratives()[:2], rater="Ana").drop(columns="text").values.tolist()[0]
    ['Ana', 'airline-bag', 'The suit in the other city', '', '', '', '']
    """
    rules = _rules(scheme)
    needs(narratives, ("narrative", "title", "text"))
    form = narratives[["narrative", "title", "text"]].reset_index(drop=True)
    form.insert(0, "rater", rater)
    cells = _cells_of(filled, rater)
    for name in rules.dimensions:
        form[name] = [cells.get((str(story), name), "") for story in form["narrative"]]
    if path is not None and not (keep and Path(path).exists()):
        table = rules.table().reset_index()
        sheets = {
            "codings": [list(form.columns), *form.values.tolist()],
            "scheme": [list(table.columns), *table.values.tolist()],
        }
        single = {name: list(d.codes) for name, d in rules.dimensions.items() if not d.several}
        _forms.write(path, sheets, choices=single, error=IncidentError)
    return form


def read_codings(
    path: str | Path | Sequence[str | Path],
    *,
    scheme: Scheme | None = None,
    narratives: pd.DataFrame | None = None,
) -> pd.DataFrame:
    r"""Return the codings of filled-in forms (.csv or .xlsx), every code checked.

    Several codes in a cell are separated by commas, the main one first. A blank cell means
    that this dimension of this narrative was not coded; such rows are left out.

    Parameters
    ----------
    path : str, Path or sequence of them
        A form of `code_sheet`, or several; one may hold the rows of several raters.
    scheme : Scheme, optional
        By default the scheme that comes along.
    narratives : DataFrame, optional
        The stories that were coded (see `narratives`): a row of any other is refused. By
        default any name of a story is accepted.

    Returns
    -------
    DataFrame
        As `codings` returns it.

    Raises
    ------
    IncidentError
        Names file, row, column, the code found and those that are allowed.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> file = Path(folder.name) / "ana.csv"
    >>> _ = file.write_text("rater,narrative,touchpoint,problem,feeling,remedy\n"
    ...                     "Ana,bank-card,phone,nothing,'gratitude, relief',nothing\n".replace("'", '"'))
    >>> read_codings(file)[["dimension", "code", "place"]].values.tolist()[2:4]
    [['feeling', 'gratitude', 1], ['feeling', 'relief', 2]]
    >>> folder.cleanup()
    """
    rules = _rules(scheme)
    names = ["rater", "narrative", *rules.dimensions]
    files = [Path(path)] if isinstance(path, str | Path) else [Path(file) for file in path]
    forms = [_of_form(f, _forms.read(f, names, IncidentError), names[2:]) for f in files]
    return _checked(chain.from_iterable(forms), rules, narratives)


# --- inside ------------------------------------------------------------------------


def _rules(given: Scheme | None) -> Scheme:
    return given if given is not None else scheme()


def _cells_of(filled: pd.DataFrame | None, rater: str) -> dict[tuple[str, str], str]:
    """Return what a rater's cells hold: (narrative, dimension) -> codes, the main one first."""
    if filled is None:
        return {}
    cells: dict[tuple[str, str], list[str]] = {}
    for _, who, narrative, dimension, codes in _of_frame(filled):
        if who == rater:
            cells[narrative, dimension] = codes
    if not cells:
        msg = f"rater must be one of those who filled in, got {rater!r}: see filled['rater']"
        raise IncidentError(msg)
    return {place: ", ".join(codes) for place, codes in cells.items()}


def _of_yaml(file: Path) -> Iterator[Given]:
    def unknown(found: _Codings) -> Iterator[tuple[tuple[str | int, ...], str]]:
        for name in found.codings:
            if name not in found.raters:
                yield (
                    ("codings", name),
                    f"must be one of the raters {', '.join(found.raters)}, got {name!r}",
                )

    found = _yaml.read(file, _Codings, IncidentError, unknown)
    for rater, stories in found.codings.items():
        for narrative, dimensions in stories.items():
            for dimension, codes in dimensions.items():
                where = f"{file}, {rater}, {narrative}, {dimension}"
                yield (
                    where,
                    rater,
                    narrative,
                    dimension,
                    [codes] if isinstance(codes, str) else codes,
                )


def _of_form(file: Path, rows: list[_forms.Row], dimensions: list[str]) -> Iterator[Given]:
    for number, cells in rows:
        for dimension in dimensions:
            codes = [code.strip().lower() for code in _BETWEEN.split(cells[dimension])]
            codes = [code for code in codes if code]
            if not codes:
                continue
            for name in ("rater", "narrative"):
                if not cells[name]:
                    msg = f"{file}, row {number}, {name}: must be given for a row with codes, got nothing"
                    raise IncidentError(msg)
            where = f"{file}, row {number}, {dimension}"
            yield where, cells["rater"], cells["narrative"], dimension, codes


def _of_frame(frame: pd.DataFrame) -> Iterator[Given]:
    absent = [name for name in COLUMNS[:4] if name not in frame]
    if absent:
        msg = (
            f"codings must have the columns {', '.join(COLUMNS[:4])}, got none called {absent[0]!r}"
        )
        raise IncidentError(msg)
    table = frame.assign(place=frame.get("place", 1))
    table = table.sort_values("place", kind="stable")
    by = ["rater", "narrative", "dimension"]
    for name in (*by, "code"):
        try:
            _forms.texts(name, table[name].unique())
        except ValueError as found:
            raise IncidentError(str(found)) from None
    given: dict[tuple[str, str, str], list[str]] = {}
    for rater, narrative, dimension, code in table[[*by, "code"]].itertuples(index=False):
        given.setdefault((rater, narrative, dimension), []).append(code)
    for (rater, narrative, dimension), codes in given.items():
        yield f"codings, {rater}, {narrative}, {dimension}", rater, narrative, dimension, codes


def _checked(
    given: Iterable[Given], rules: Scheme, narratives: pd.DataFrame | None
) -> pd.DataFrame:
    rows, seen, raters = [], set(), set[str]()
    known = None if narratives is None else _known(narratives)
    for where, rater, narrative, dimension, codes in given:
        if rater not in raters:
            raters.add(rater)
            try:
                _forms.one_spelling("rater", sorted(raters))
            except ValueError as found:
                msg = f"{where}: {found}"
                raise IncidentError(msg) from None
        if known is not None and narrative not in known:
            near = difflib.get_close_matches(narrative, known, n=1)
            hint = f": did you mean {near[0]}?" if near else ""
            msg = f"{where}: must be of one of the {len(known)} narratives given, got {narrative!r}{hint}"
            raise IncidentError(msg)
        if dimension not in rules.dimensions:
            msg = f"{where}: must be one of the dimensions {', '.join(rules.dimensions)}, got {dimension!r}"
            raise IncidentError(msg)
        if (rater, narrative, dimension) in seen:
            msg = f"{where}: must be coded once by each rater, got {narrative!r} by {rater!r} twice"
            raise IncidentError(msg)
        seen.add((rater, narrative, dimension))
        if wrong := rules.dimensions[dimension].problem(codes):
            msg = f"{where}: {wrong}"
            raise IncidentError(msg)
        rows += [(rater, narrative, dimension, code, i) for i, code in enumerate(codes, start=1)]
    if not rows:
        msg = "codings must hold at least one code, got none"
        raise IncidentError(msg)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _known(narratives: pd.DataFrame) -> list[str]:
    needs(narratives, ("narrative",))
    return [str(name) for name in narratives["narrative"]]
