"""`manage.py rewrap_keys`: the data keys of all subjects under the current installation key, after another was put first."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connections

from cases.subjects import unwrap, wrap


class Command(BaseCommand):
    help = "Wraps the key of every subject anew under the first of RELIEF_FIELD_KEYS. Sealed values and files stay as they are."

    def handle(self, *args: Any, **options: Any) -> None:
        current = next(iter(settings.FIELD_KEYS))
        count = 0
        with connections["owner"].cursor() as cursor:
            cursor.execute(
                "SELECT subject, kid, wrapped FROM cases_subjectkey WHERE kid <> %s AND destroyed_at IS NULL", [current]
            )
            for subject, kid, wrapped in cursor.fetchall():
                own, fresh = wrap(unwrap(f"{kid}.{wrapped}", subject), subject)
                cursor.execute("SELECT privacy_rewrap(%s, %s, %s, %s)", [subject, wrapped, own, fresh])
                count += int(cursor.fetchone()[0])
        self.stdout.write(f"{count} keys are wrapped under {current}.")
