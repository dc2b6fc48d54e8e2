"""`python -m tests.attack.measure [EVENTS]`: how fast and in how much memory both checks read a long history; the load beside it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

INSIDE = """
import django; django.setup()
from django.db import connections, connection
connections.settings["default"]["NAME"] = {name!r}; connection.settings_dict["NAME"] = {name!r}
from cases.history.check import verify
report = verify(connection)
"""
OUTSIDE = """
from tools import reliefverify
report = reliefverify.check(reliefverify.Database({dsn!r}), reliefverify.Trust())
"""
TELL = """
import json
peak = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(json.dumps({"events": report.events, "findings": len(report.findings), "seconds": round(time.perf_counter() - began, 1),
    "cpu": round(time.process_time(), 1), "mb": peak // 1024}))
"""


def run(count: int) -> None:
    """Fill a clone, check it twice, print what it took."""
    import django

    django.setup()
    from django.conf import settings

    from tests import database
    from tests.attack.fill import Filler

    assert settings.EMBEDDED is not None
    settings.EMBEDDED.hold()
    with database.alone() as cursor:
        template = database.TEMPLATE + database._TEMPLATE_KEY
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template])
        if cursor.fetchone() is None:
            database._make_template(cursor, template)
    name = database.clone()
    try:
        began = time.perf_counter()
        with settings.EMBEDDED.connect(name=name).cursor() as cursor:
            Filler(cursor).run(count)
        print(f"{count} events written in {time.perf_counter() - began:.0f} s")
        place = settings.EMBEDDED.database("superuser", name)
        dsn = f"host={place.host} port={place.port} dbname={name} user={place.user} password={place.password}"
        for side, program in (("reliefverify", OUTSIDE.format(dsn=dsn)), ("verify_history", INSIDE.format(name=name))):
            told = subprocess.run(
                [sys.executable, "-c", "import time; began = time.perf_counter()\n" + program + TELL],
                capture_output=True, text=True, check=False,
            )  # fmt: skip
            if told.returncode:
                print(side, told.stderr[-2000:])
                continue
            found = json.loads(told.stdout.splitlines()[-1])
            rate = found["events"] / found["seconds"]
            print(f"{side}: {found}; {rate:,.0f} events/s; load {os.getloadavg()[0]:.1f}")
    finally:
        database.forget(name)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    asked = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_020
    run(asked - asked % 60)
