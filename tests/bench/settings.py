"""Settings of the bench: those of the tests, on a cluster that waits for the disk as the one of an office does."""

import os
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("RELIEF_TEST_VAR", str(Path(__file__).resolve().parents[2] / "var-bench"))

from tests.settings import *  # noqa: F403
from tests.settings import EMBEDDED, INSTALLED_APPS

if EMBEDDED is not None:
    EMBEDDED = replace(EMBEDDED, options=("max_connections=200", "shared_buffers=256MB", "max_wal_size=4GB"))
INSTALLED_APPS = [*INSTALLED_APPS, "tests.bench"]
