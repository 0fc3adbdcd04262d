"""The command `cemlab`: open the workbench, look at cases, data and logs, check files."""

import argparse
import os
import secrets
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import cemlab
from cemlab import _log_commands

START = "notebooks/00-start.ipynb"
PORT = 8888


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return 0 if all went well, else 1 after one sentence on stderr.

    Ctrl+C is 130, as in a shell.
    """
    arguments = _parser().parse_args(argv)
    try:
        result: int = arguments.run(arguments)
    except BrokenPipeError:  # the reader of a pipe, such as head, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("\ncemlab: stopped", file=sys.stderr)
        return 130
    except (ValueError, OSError) as error:
        print(f"cemlab: {_log_commands.plain(_sentence(error))}", file=sys.stderr)
        return 1
    except MemoryError:
        print("cemlab: the file needs more memory than is free", file=sys.stderr)
        return 1
    return result


def _sentence(error: Exception) -> str:
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    return str(error)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="cemlab", description=cemlab.__doc__.splitlines()[0])
    parser.add_argument("--version", action="version", version=f"cemlab {cemlab.__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    lab = commands.add_parser("lab", help="open JupyterLab on the first notebook")
    lab.add_argument("--port", type=int, default=PORT, help=f"port on this computer ({PORT})")
    lab.add_argument("--no-browser", action="store_true", help="only print the address")
    lab.set_defaults(run=_lab)

    case = commands.add_parser("case", help="list, show and validate cases")
    verbs = case.add_subparsers(required=True, metavar="VERB")
    verbs.add_parser("list", help="one line a case").set_defaults(run=_case_list)
    show = verbs.add_parser("show", help="facts and scenarios of one case")
    show.add_argument("slug")
    show.set_defaults(run=_case_show)
    validate = verbs.add_parser("validate", help="check case files (default: all on the shelf)")
    validate.add_argument("paths", nargs="*", metavar="PATH")
    validate.set_defaults(run=_case_validate)

    data = commands.add_parser("data", help="list and check data sets")
    verbs = data.add_subparsers(required=True, metavar="VERB")
    verbs.add_parser("list", help="one line a data set").set_defaults(run=_data_list)
    verbs.add_parser("check", help="hash and schema of all data sets").set_defaults(run=_data_check)
    _log_commands.add(commands)
    return parser


def _lab(arguments: argparse.Namespace) -> int:
    from cemlab import _shelf

    root = _shelf.checkout(Path.cwd())
    if root is None:
        msg = (
            f"lab must run inside a checkout of cemlab (a folder with {START}), got {Path.cwd()}: "
            "clone the repository and run it there"
        )
        raise ValueError(msg)
    port = arguments.port
    _check_port(port)
    token = secrets.token_hex(16)
    command = [
        sys.executable, "-m", "jupyterlab", f"--LabApp.default_url=/lab/tree/{START}",
        f"--ServerApp.root_dir={root}", "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0", "--log-level=WARN",
    ]  # fmt: skip
    command += ["--no-browser"] if arguments.no_browser else []
    command += ["--allow-root"] if getattr(os, "geteuid", lambda: 1)() == 0 else []
    print(f"The workbench opens at http://127.0.0.1:{port}/lab/tree/{START}?token={token}")
    print("Keep this window open. Wait until the bottom line of a notebook says Idle.")
    print("To stop: press Ctrl+C twice.", flush=True)
    places = [str(Path(__file__).parent / "_jupyter"), os.environ.get("JUPYTER_CONFIG_PATH", "")]
    config = os.pathsep.join(place for place in places if place)  # no pop-up with news
    env = {**os.environ, "JUPYTER_TOKEN": token, "JUPYTER_CONFIG_PATH": config}
    return _run_with_warm_up(command, env)


def _run_with_warm_up(command: list[str], env: dict[str, str]) -> int:
    """Run JupyterLab until it ends; leave no process behind, whatever ends this one."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    running = [subprocess.Popen(command, env=env)]
    try:
        running.append(
            subprocess.Popen([sys.executable, "-c", _WARM_UP], stderr=subprocess.DEVNULL)
        )
        while True:
            try:
                return running[0].wait()
            except KeyboardInterrupt:  # JupyterLab hears it too, and asks
                continue
    finally:
        for process in running:
            process.terminate()
            process.wait()


_WARM_UP = "from cemlab import market, sim, plots, widgets; sim.warm_up(); market.warm_up()"
"""Compiles kernels and fills caches while JupyterLab starts."""


def _check_port(port: int) -> None:
    if not 1 <= port <= 65535:
        msg = f"--port must be in 1..65535, got {port}"
        raise ValueError(msg)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, int(os.name == "posix"))
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            msg = (
                f"--port must be free, got {port} ({error.strerror}): "
                f"perhaps the workbench is open already; else run it with --port {port + 1 if port < 65535 else port - 1}"
            )
            raise ValueError(msg) from None


def _case_list(_: argparse.Namespace) -> int:
    from cemlab import cases

    for row in cases.titles().itertuples():
        print(f"{row.slug:32} {row.title} ({row.company}){' - core course' if row.core else ''}")
    return 0


def _case_show(arguments: argparse.Namespace) -> int:
    from cemlab import cases

    case = cases.load(arguments.slug)
    print(f"{case.title.en} / {case.title.de}\n{case.summary}\n\nFacts")
    for name, fact in case.fact_table().iterrows():
        mark = f" [{fact['mark']}]" if fact["mark"] else ""
        figure = f" {fact['figure']} {fact['unit']}".rstrip()
        print(f"  {name:9} {fact['date']:26}{figure}{mark}: {fact['statement']}")
    print("\nScenarios")
    for name, scenario in case.scenarios.items():
        print(f"  {name:22} {scenario.decision}")
    print("\nClaims to test")
    for claim in case.claims:
        print(f"  {claim.claim}\n    {claim.test}")
    if case.teaching:
        print(f"\nLesson plan ({case.teaching.minutes} minutes)")
        print(*(f"  {step}" for step in case.teaching.lesson_plan), sep="\n")
        print("\nQuestions")
        print(*(f"  {question}" for question in case.teaching.questions), sep="\n")
        print(f"\nCare\n  {case.teaching.care}")
    return 0


def _case_validate(arguments: argparse.Namespace) -> int:
    from cemlab import cases

    wrong = 0
    for path in arguments.paths or cases.paths():
        try:
            case = cases.read(path)
        except cases.CaseError as error:
            print(error, file=sys.stderr)
            wrong += 1
        else:
            print(f"{path}: {len(case.facts)} facts, {len(case.scenarios)} scenarios, no errors")
    return 1 if wrong else 0


def _data_list(_: argparse.Namespace) -> int:
    from cemlab import datasets

    for name in datasets.names():
        print(f"{name:24} {datasets.describe(name).loc['(what)', 'meaning']}")
    return 0


def _data_check(_: argparse.Namespace) -> int:
    from cemlab import datasets

    wrong = 0
    for name in datasets.names():
        try:
            print(datasets.verify(name))
        except datasets.DataError as error:
            print(error, file=sys.stderr)
            wrong += 1
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
