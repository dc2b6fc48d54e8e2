"""Counters in a folder that only this account may read, shared by the web processes of one machine."""

import os
from typing import Any

from django.core.cache.backends.filebased import FileBasedCache


class FolderCache(FileBasedCache):
    """Django's file cache in a folder with mode 0700; holds counters and nothing about people."""

    def _createdir(self) -> None:
        os.makedirs(self._dir, mode=0o700, exist_ok=True)  # type: ignore[attr-defined]

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """A value, or the default when another process has just replaced or removed it."""
        try:
            return super().get(key, default, version)
        except (EOFError, FileNotFoundError):
            return default
