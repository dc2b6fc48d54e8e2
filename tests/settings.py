"""Settings of the tests: the product's own, on a cluster of their own that does not wait for the disk."""

import os
import tempfile
from pathlib import Path

BASE = Path(__file__).resolve().parent.parent
os.environ.setdefault("RELIEF_VAR", str(BASE / "var-test"))
os.environ["RELIEF_ENV"] = "demo"
os.environ.pop("BROKER_URL", None)
os.environ.pop("RELIEF_HOSTS", None)

from project.settings import *  # noqa: E402,F403
from project.settings import EMBEDDED, INSTALLED_APPS, MIDDLEWARE, STORAGES, VAR  # noqa: E402

if EMBEDDED is not None:
    from dataclasses import replace

    EMBEDDED = replace(EMBEDDED, options=("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200"))

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    **STORAGES,
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": tempfile.mkdtemp(prefix="relief-test-files-"), "base_url": None},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
MIDDLEWARE = [name for name in MIDDLEWARE if "whitenoise" not in name]
CELERY_TASK_ALWAYS_EAGER = False
CELERY_BROKER_URL = "memory://"
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {}
ACCOUNT_RATE_LIMITS = False
INSTALLED_APPS = [*INSTALLED_APPS, "tests.two_step"]
