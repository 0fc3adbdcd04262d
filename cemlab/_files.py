"""Files: is it there, and writing so that a crash or a full disk leaves the old one whole."""

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_MOST_LETTERS = 50


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Yield a new file beside `path`; it takes the place of `path` only if all went well.

    The new file has the old one's permissions. Of a link, the file it leads to is replaced.

    Raises
    ------
    OSError
        If the place cannot be written; it names `path`. What was written so far is removed.
    """
    final = Path(path)
    real = Path(os.path.realpath(final)) if final.is_symlink() else final
    draft = real.with_name(f".{real.name[:_MOST_LETTERS]}.{secrets.token_hex(4)}")
    try:
        mode = stat.S_IMODE(real.stat().st_mode) if real.exists() else None
        draft.touch(mode=0o666 if mode is None else 0o600, exist_ok=False)
        try:
            yield draft
            with draft.open("rb+") as written:
                os.fsync(written.fileno())
            if mode is not None:
                draft.chmod(mode)
            draft.replace(real)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        if error.filename not in (None, str(draft), draft):
            raise
        if error.errno is None:
            msg = str(error).replace(str(draft), str(final))
            raise OSError(msg) from None
        raise OSError(error.errno, os.strerror(error.errno), str(final)) from None


def there(path: Path, what: str) -> None:
    """Stop if a file is not there, or is empty; `what` it should be."""
    if not path.is_file():
        found = "a folder" if path.is_dir() else "nothing"
        msg = f"{path}: must be {what}, found {found} there"
        raise ValueError(msg)
    if path.stat().st_size == 0:
        msg = f"{path}: must be {what}, but is empty"
        raise ValueError(msg)
