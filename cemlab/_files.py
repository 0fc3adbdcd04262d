"""Writing a file so that a crash or a full disk leaves the old one whole."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Yield a temporary file beside `path`; it takes the place of `path` only if all went well."""
    final = Path(path)
    handle, name = tempfile.mkstemp(dir=final.parent, prefix=f".{final.name}.")
    os.close(handle)
    draft = Path(name)
    try:
        yield draft
        draft.replace(final)
    finally:
        draft.unlink(missing_ok=True)
