"""`manage.py demo`: the cast, the policy and some seventy cases of three programmes in an empty demonstration database; --list: sign-ins."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, connections
from django.utils import translation

from cases.access.demo import make_cast, signins
from cases.calendar import clock
from cases.dossier.models import Case
from cases.history.check import verify
from workflows.walking.demo import Demonstration


class Command(BaseCommand):
    """演示数据."""

    help = "Fill an empty demonstration database by the real actions, under a clock that can be moved."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--list", action="store_true", help="print the demonstration sign-ins and stop")
        parser.add_argument("--people", action="store_true", help="only people, policy and a fund: no cases")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["list"]:
            self.show()
            return
        if not settings.RELIEF_DEMO:
            raise CommandError("This database is for real use (RELIEF_ENV=office): there is no demonstration in it.")
        if Case.objects.exists():
            raise CommandError("There are cases here already; the demonstration is made only in an empty database.")
        with connections["owner"].cursor() as cursor:
            clock.install_demo_clock(cursor)
        with translation.override("zh-hans"):
            demonstration = Demonstration(make_cast(now=clock.now()), self.stdout.write)
            demonstration.begin()
            made = 0 if options["people"] else demonstration()
        report = verify(connection)
        if not report.is_clean:
            raise CommandError(f"history does not verify: {report.findings[0].line()}")
        self.stdout.write(f"{made} 件演示案卷已建立，办理记录核验无误。")

    def show(self) -> None:
        for name, role, role_en, password in signins():
            self.stdout.write(
                f"  {name:<20} {password or '演示手机验证码 (code on /accounts/demo-phone/)':<22} {role} / {role_en}"
            )
