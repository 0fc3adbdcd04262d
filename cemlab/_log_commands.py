"""The command `cemlab log`: convert, check and compare event logs."""

import argparse
import re
import warnings
from pathlib import Path

LAYOUTS = ("twcs", "help-desk", "complaint", "pm4py", "log")

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2})?)?")


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `log` with its verbs to the commands."""
    log = commands.add_parser("log", help="convert, check and compare event logs")
    verbs = log.add_subparsers(required=True, metavar="VERB")
    convert = verbs.add_parser("convert", help="make an event log from a file from elsewhere")
    convert.add_argument("source", metavar="IN")
    convert.add_argument("target", metavar="OUT", help=".csv, .csv.gz, .parquet or .xlsx")
    convert.add_argument("--from", dest="layout", choices=LAYOUTS, default="log", help="what IN is")
    convert.add_argument("--map", metavar="FILE", help="YAML: the words of a help desk or of pm4py")
    convert.add_argument("--keep-text", action="store_true", help="keep the texts of tweets")
    convert.set_defaults(run=_convert)
    check = verbs.add_parser("check", help="what a log records, and what it cannot tell")
    check.add_argument("file", metavar="FILE")
    check.set_defaults(run=_check)
    lenses = verbs.add_parser("lenses", help="the company's and the customer's view of a log")
    lenses.add_argument("file", metavar="FILE")
    lenses.add_argument("--sla-hours", type=float, default=24.0, metavar="H", help="promise (24)")
    lenses.add_argument("--until", metavar="DATE", help="both look at its first moment: 2017-10-31, or 2017-10-31 22:12 (the log's end)")  # fmt: skip
    lenses.set_defaults(run=_lenses)


def plain(text: object) -> str:
    """Return text that a terminal only shows: no control characters, no endless value."""
    from cemlab.exchange import _foreign

    return _foreign.cut(str(text))


# --- inside ------------------------------------------------------------------------


def _convert(arguments: argparse.Namespace) -> int:
    from cemlab import exchange

    layout, source, target = arguments.layout, arguments.source, Path(arguments.target)
    _check_options(arguments)
    for given in (source, arguments.map):
        if given and target.exists() and Path(given).exists() and target.samefile(given):
            msg = f"OUT must be another file than {plain(given)}, got the same: it would be lost"
            raise ValueError(msg)
    exchange.check_place(target, source=source if layout == "log" else None)
    older = target.exists()
    if layout == "twcs":
        log = exchange.read_twcs(source, keep_text=arguments.keep_text)
    elif layout == "help-desk":
        log = exchange.read_help_desk(source, mapping=arguments.map)
    elif layout == "complaint":
        log = exchange.read_complaint(source)
    elif layout == "pm4py":
        with warnings.catch_warnings(record=True) as left_out:
            warnings.simplefilter("always", exchange.LeftOutWarning)
            log = exchange.read_pm4py(source, mapping=arguments.map)
        print(*(f"{plain(source)}: {said.message}\n" for said in left_out), sep="", end="")
    else:
        log = exchange.read(source)
    exchange.write(log, target)
    print(f"{plain(target)}: {len(log):,} events{' (instead of an older file)' if older else ''}")
    return 0


def _check_options(arguments: argparse.Namespace) -> None:
    """Stop at an option that the layout of the file has no use for."""
    for given, option, layouts in (
        (arguments.map, "--map", ("help-desk", "pm4py")),
        (arguments.keep_text, "--keep-text", ("twcs",)),
    ):
        if given and arguments.layout not in layouts:
            wanted = " or ".join(f"--from {layout}" for layout in layouts)
            msg = f"{option} must stand with {wanted}, got --from {arguments.layout}"
            raise ValueError(msg)


def _check(arguments: argparse.Namespace) -> int:
    from cemlab import events, exchange, lenses

    log = exchange.read(arguments.file)
    issues = log[["customer", "issue"]].drop_duplicates()
    print(f"{plain(arguments.file)}: {len(log):,} events of {issues['customer'].nunique():,} customers in {len(issues):,} issues")  # fmt: skip
    if log.empty:
        return 0
    first, last = log["time"].min(), log["latest"].fillna(log["time"]).max()
    print(f"from {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} (UTC)")
    counts = log["kind"].value_counts()
    print(f"recorded: {', '.join(f'{k} {counts[k]:,}' for k in events.KINDS if k in counts)}")
    print(f"never recorded: {', '.join(k for k in events.KINDS if k not in counts) or 'nothing'}")
    seen = lenses.compare(log)
    unknown = seen[seen["colour"] == lenses.GREY]
    said = [f"{row.metric} ({row.lens})" for row in unknown.itertuples()]
    print(f"what the lenses therefore cannot say: {', '.join(said) or 'nothing'}")
    return 0


def _lenses(arguments: argparse.Namespace) -> int:
    from cemlab import exchange, lenses

    until = arguments.until
    if until is not None and not _DAY.fullmatch(until):
        msg = f"--until must be a date such as 2017-10-31 or 2017-10-31 22:12, got {until!r}"
        raise ValueError(msg)
    log = exchange.read(arguments.file)
    seen = lenses.compare(log, observed_until=until, sla_hours=arguments.sla_hours)
    for row in seen.itertuples():
        colour = f" [{row.colour}]" if row.colour else ""
        print(f"{row.lens} {row.metric + colour + ':':28} {row.sentence}")
    print(lenses.verdict(seen))
    return 0
