"""Where cases, data sets and instruments lie: in the installed package, or beside it in a checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).parent


def folder(name: str) -> Path:
    """Return the folder `casestudies`, `datasets` or `instruments`."""
    installed = _PACKAGE / "_shelf" / name
    return installed if installed.is_dir() else _PACKAGE.parent / name


def checkout(start: Path) -> Path | None:
    """Return the checkout of the workbench that `start` lies in, or that runs this code."""
    for place in (start, *start.parents, _PACKAGE.parent):
        if (place / "notebooks" / "00-start.ipynb").is_file() and (place / "casestudies").is_dir():
            return place
    return None
