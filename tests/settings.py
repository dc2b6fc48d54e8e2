"""Settings of the tests: the product's own, on a cluster of their own that does not wait for the disk."""

import atexit
import hashlib
import os
import shutil
import tempfile
from pathlib import Path

BASE = Path(__file__).resolve().parent.parent
for _name in [*os.environ]:
    if _name == "BROKER_URL" or (_name.startswith("RELIEF_") and _name != "RELIEF_TEST_VAR"):
        del os.environ[_name]


def _place() -> str:
    """Where the cluster lies: in memory where there is plenty of it, for a clone takes a twentieth of the time there."""
    memory, wanted = Path("/dev/shm"), 4 * 1024**3
    if not os.access(memory, os.W_OK) or shutil.disk_usage(memory).free < wanted:
        return str(BASE / "var-test")
    if os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") < wanted:
        return str(BASE / "var-test")
    return str(memory / f"relief-test-{os.getuid()}-{hashlib.sha256(str(BASE).encode()).hexdigest()[:8]}")


os.environ.setdefault("RELIEF_TEST_VAR", _place())  # the processes of one run are of one mind
os.environ["RELIEF_VAR"] = os.environ["RELIEF_TEST_VAR"]
os.environ["RELIEF_ENV"] = "demo"

from project.settings import *  # noqa: E402,F403
from project.settings import EMBEDDED, INSTALLED_APPS, LOCALE_PATHS, MIDDLEWARE, STORAGES  # noqa: E402

if EMBEDDED is not None:
    from dataclasses import replace

    EMBEDDED = replace(
        EMBEDDED,
        options=(
            "fsync=off",
            "synchronous_commit=off",
            "full_page_writes=off",
            "max_connections=200",
            "max_wal_size=256MB",
        ),
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
INSPECTOR_ALIAS = (
    "default"  # what a test has not committed only its own sign-in sees; tests/inspection reads as the role itself
)
CELERY_TASK_ALWAYS_EAGER = False
CELERY_BROKER_URL = "memory://"
CELERY_BROKER_TRANSPORT_OPTIONS = {}
ACCOUNT_RATE_LIMITS = False
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
INSTALLED_APPS = [*INSTALLED_APPS, "tests.two_step", "tests.engine.traps"]
