"""`manage.py serve`: everything of one machine in one terminal, until Ctrl-C."""

import fcntl
import os
import socket
import sys
import urllib.request
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.management import get_commands
from django.core.management.base import BaseCommand, CommandError, CommandParser

from project import checks, keys, prepare, queues
from project.supervisor import Child, Supervisor


class Command(BaseCommand):
    help = "Starts web, worker, clock and sealer here and stops them on Ctrl-C. With --setup it makes everything they need first."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--setup", action="store_true", help="database, translations, static files, demo or first administrator"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        lock = self._only_one()
        self._port_is_free()
        if options["setup"]:
            prepare.office_words(say=self._say)
        if settings.RELIEF_ENV == "office" and (nameless := checks.office_says_who_it_is()):
            raise checks.NotFit(f"This office cannot start: {nameless}")
        if options["setup"]:
            try:
                prepare.everything(say=self._say)
            except KeyboardInterrupt:
                self._say("Stopped while setting up; the next start goes on from here.")
                sys.exit(130)
        checks.must_be_fit()
        prepare.broker_folders()
        prepare.numbers_folder()
        status = Supervisor(children(), say=self._say).run(
            ready=_web_answers, when_ready=self._welcome, every_second=prepare.prune_broker
        )
        from django.db import connections

        connections.close_all()
        if settings.EMBEDDED is not None:
            settings.EMBEDDED.release(for_good=True)
        lock.close()
        self._say("Stopped.")
        sys.exit(status)

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    def _only_one(self) -> IO[str]:
        path = settings.VAR / "serve.lock"
        with keys.writing(path):
            path.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
            lock = open(path, "a+")  # noqa: SIM115  held until the end
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise CommandError(
                f"It runs already from this folder ({lock.read().strip()}). Stop that one first."
            ) from None
        lock.truncate(0)
        lock.write(f"process {os.getpid()} at {address()}\n")
        lock.flush()
        return lock

    def _port_is_free(self) -> None:
        family = socket.AF_INET6 if ":" in settings.BIND else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((settings.BIND, settings.PORT))
            except OSError as fault:
                raise CommandError(
                    f"Cannot listen on {settings.BIND} port {settings.PORT} ({fault.strerror}). "
                    f"Choose another port, for example: RELIEF_PORT={settings.PORT + 1} make run"
                ) from None

    def _welcome(self) -> None:
        if settings.RELIEF_ENV == "demo":
            self._demo_signins()
        self._say(f"\n{address()}   (Ctrl-C stops everything; data and keys are in {settings.VAR})")

    def _demo_signins(self) -> None:
        from cases.access import demo

        if not demo.demo_signins_exist():
            return
        self._say("\n演示登录 / demonstration sign-ins:")
        for name, chinese, english, password in demo.signins():
            self._say(f"  {name:14} {password or '短信验证码 / code by SMS':24} {chinese} / {english}")


def address() -> str:
    """Where a browser on this machine finds the site."""
    host = "127.0.0.1" if settings.BIND in {"0.0.0.0", "::"} else settings.BIND
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.PORT}/"


def _web_answers() -> bool:
    try:
        with urllib.request.urlopen(f"{address()}health/live", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def children() -> list[Child]:
    """The programs of one machine; the clock rings due work and keeps the timers."""
    python = sys.executable
    here = {"DJANGO_SETTINGS_MODULE": os.environ["DJANGO_SETTINGS_MODULE"]}
    shared_memory = Path("/dev/shm")
    web = [
        python, "-m", "gunicorn", "project.wsgi:application", "--no-control-socket",
        "--bind", f"{f'[{settings.BIND}]' if ':' in settings.BIND else settings.BIND}:{settings.PORT}",
        "--worker-class", "gthread", "--workers", str(settings.WEB_WORKERS), "--threads", str(settings.WEB_THREADS),
        "--timeout", "60", "--graceful-timeout", "20", "--log-level", "warning",
        *(["--worker-tmp-dir", str(shared_memory)] if os.access(shared_memory, os.W_OK) else []),
    ]  # fmt: skip
    found = [Child("web", web, here), *(_worker(python, urgency, here) for urgency in queues.CLASSES)]
    if "clock" in get_commands():
        found.append(Child("clock", [python, str(settings.BASE_DIR / "manage.py"), "clock"], here))
    if settings.SEALER_DATABASE is not None:
        found.append(Child("sealer", [python, str(settings.BASE_DIR / "manage.py"), "seal", "--wait"], here))
    return found


def _worker(python: str, urgency: str, here: dict[str, str]) -> Child:
    """The worker of one queue."""
    command = [
        python, "-W", "ignore:You're running the worker with superuser", "-m", "celery", "--quiet", "-A", "project", "worker",
        "--loglevel", "WARNING", "--without-gossip", "--without-mingle", "--without-heartbeat",
        "--concurrency", str(settings.JOB_WORKERS), "-n", f"{urgency}@%h",
        "-Q", queues.name_of(urgency, settings.CELERY_TASK_DEFAULT_QUEUE),
    ]  # fmt: skip
    name = "worker" if urgency == "normal" else f"{urgency} worker"
    return Child(name, command, {**here, "REMAP_SIGTERM": "SIGQUIT"}, is_silent=True)
