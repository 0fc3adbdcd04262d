"""Stop at files above 600 kB: python tests/file_sizes.py FILE ... (a pre-commit hook)."""

import sys
from pathlib import Path

MOST = 600_000


def too_large(paths: list[str]) -> list[str]:
    """Return one sentence for each file that is too large."""
    sizes = [(path, Path(path).stat().st_size) for path in paths if Path(path).is_file()]
    return [f"{path}: must have at most {MOST:,} bytes, got {n:,}" for path, n in sizes if n > MOST]


if __name__ == "__main__":
    found = too_large(sys.argv[1:])
    sys.stderr.write("\n".join(found))
    sys.exit(bool(found))
