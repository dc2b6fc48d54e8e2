"""Settings of a sealer that a test starts and kills: the database and the key of that test."""

import os
from pathlib import Path

from tests.settings import *  # noqa: F403
from tests.settings import DATABASES

for _alias in DATABASES:
    DATABASES[_alias]["NAME"] = os.environ["SEAL_DATABASE"]
SEAL_KEY_FILE = Path(os.environ["SEAL_KEY"])
