"""What a class takes home from a duel: every decision, every outcome, and a log a team."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from cemlab import _files, events, market
from cemlab.classroom.game._codes import decision
from cemlab.classroom.game._steps import BEFORE, Steps
from cemlab.classroom.game._words import DuelError, file_names


def decisions(steps: Steps) -> pd.DataFrame:
    """Return what every team did, a row a quarter."""
    rows = []
    for team, role in steps.given.teams.items():
        handed, now = steps.handed(team), decision(BEFORE, team=team)
        for quarter in range(1, steps.closed + 1):
            now = handed.get(quarter, now)
            about = {"team": team, "role": role, "quarter": quarter, "code": now.code}
            about |= {"handed_in": quarter in handed}
            parts = dict(zip(market.LINES, now.per_cents, strict=True))
            ways = {"organisation": now.organisation, "resolution": now.resolution}
            rows.append(about | parts | ways)
    return pd.DataFrame(rows)


def write(
    folder: Path,
    tables: Mapping[str, pd.DataFrame],
    logs: Iterable[tuple[str, pd.DataFrame]],
    teams: Sequence[str],
) -> list[Path]:
    """Write tables by their names and a log a team; return the files."""
    if folder.exists() and not folder.is_dir():
        msg = f"folder must be a folder, got {folder}, which is a file: name another"
        raise DuelError(msg)
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for name, table in tables.items():
        files.append(folder / f"{name}.csv")
        with _files.replacing(files[-1]) as draft:
            table.to_csv(draft, index=False)
    names = dict(zip(teams, file_names(teams), strict=True))
    for team, log in logs:
        files.append(folder / f"events_{names[team]}.csv")
        with _files.replacing(files[-1]) as draft:
            events.write(log, draft)
    return files
