"""Writing a file so that a crash or a full disk leaves the old one whole."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Yield a new file beside `path`; it takes the place of `path` only if all went well."""
    final = Path(path)
    draft = final.with_name(f".{final.name}.{secrets.token_hex(4)}")
    draft.touch(exist_ok=False)
    try:
        yield draft
        draft.replace(final)
    finally:
        draft.unlink(missing_ok=True)
