"""Settings of the tests: the product's own, on a cluster of their own that does not wait for the disk."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

BASE = Path(__file__).resolve().parent.parent
for _name in [*os.environ]:
    if _name == "BROKER_URL" or (_name.startswith("RELIEF_") and _name != "RELIEF_TEST_VAR"):
        del os.environ[_name]
os.environ["RELIEF_VAR"] = os.environ.get("RELIEF_TEST_VAR", str(BASE / "var-test"))
os.environ["RELIEF_ENV"] = "demo"

from project.settings import *  # noqa: E402,F403
from project.settings import EMBEDDED, INSTALLED_APPS, LOCALE_PATHS, MIDDLEWARE, STORAGES  # noqa: E402

if EMBEDDED is not None:
    from dataclasses import replace

    EMBEDDED = replace(
        EMBEDDED, options=("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")
    )

from project.messages import compile_all  # noqa: E402

compile_all(LOCALE_PATHS)
FILES = os.environ.get("TEST_FILES") or tempfile.mkdtemp(prefix="relief-test-files-")
if "TEST_FILES" not in os.environ:
    atexit.register(shutil.rmtree, FILES, ignore_errors=True)

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    **STORAGES,
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": FILES, "base_url": None},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
MIDDLEWARE = [name for name in MIDDLEWARE if "whitenoise" not in name]
CELERY_TASK_ALWAYS_EAGER = False
CELERY_BROKER_URL = "memory://"
CELERY_BROKER_TRANSPORT_OPTIONS = {}
ACCOUNT_RATE_LIMITS = False
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
INSTALLED_APPS = [*INSTALLED_APPS, "tests.two_step", "tests.engine.traps"]
