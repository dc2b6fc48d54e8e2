"""What `make run` makes before it serves: database, translations, static files, then demo cases or a first administrator."""

import getpass
import json
import os
import sys
import time
from collections.abc import Callable
from contextlib import closing

from django.conf import settings
from django.contrib.auth import get_user_model, password_validation
from django.core.exceptions import ValidationError
from django.core.management import call_command, get_commands
from django.db import connections
from psycopg2 import sql

from project import env, keys

_last_pruned = 0.0


class HalfMade(SystemExit):
    """A database of the office's own server holds half of a demonstration, which only its administrator may empty."""


class NoAdministrator(SystemExit):
    """An empty office and nobody to ask for its first administrator: one sentence."""


def everything(*, say: Callable[[str], None]) -> None:
    """All set-up of one machine; whatever is there already stays as it is."""
    half_made = settings.VAR / "demo.half"
    if half_made.exists() and settings.EMBEDDED is None:
        raise HalfMade(
            f"Making the demo cases in {settings.APP_DATABASE.name} was interrupted: empty that database, remove "
            f"{half_made}, and start again."
        )
    if half_made.exists() and settings.EMBEDDED is not None:
        say("Making the demo cases was interrupted: starting them anew.")
        connections.close_all()
        with closing(settings.EMBEDDED.connect()) as link, link.cursor() as cursor:
            name = sql.Identifier(settings.APP_DATABASE.name)
            cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        half_made.unlink()
    call_command("setup_database", verbosity=0)
    call_command("compile_messages", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    if get_user_model()._default_manager.exists():
        return
    if settings.RELIEF_ENV == "office":
        first_administrator(say=say)
    elif "demo" in get_commands():
        half_made.touch()
        call_command("demo")
        half_made.unlink()


def office_words(*, say: Callable[[str], None]) -> None:
    """Asks in the terminal what an office must say on its pages and has not given, and keeps the answers under var/."""
    missing = [name for name, value in settings.OFFICE_WORDS.items() if not value]
    if settings.RELIEF_ENV != "office" or not missing or not sys.stdin.isatty():
        return
    say("Pages and letters name the office and the phone that answers.")
    answers = {name: _ask_word(name) for name in missing}
    keys.store(
        settings.VAR / "office.json", json.dumps({**keys.office_words(settings.VAR), **answers}, ensure_ascii=False)
    )
    settings.OFFICE_WORDS = {**settings.OFFICE_WORDS, **answers}


def _ask_word(name: str) -> str:
    variable = env.VARIABLES[name]
    while not (answer := input(f"{variable.what}, such as {variable.example}: ").strip()):
        pass
    return answer


def first_administrator(*, say: Callable[[str], None]) -> None:
    """Asks for the first administrator in the terminal, or takes RELIEF_ADMIN_NAME and RELIEF_ADMIN_PASSWORD.

    Raises NoAdministrator when there is neither, or the password is too weak.
    """
    name, password = settings.ADMIN_NAME, settings.ADMIN_PASSWORD
    if not (name and password):
        if not sys.stdin.isatty():
            raise NoAdministrator(
                "The database is empty and needs a first administrator: set RELIEF_ADMIN_NAME and RELIEF_ADMIN_PASSWORD, "
                "or start in a terminal."
            )
        say("The database is empty. Who is its first administrator?")
        name = name or _ask_name()
        password = _ask_password(name)
    user = get_user_model()(username=name, is_staff=True, is_superuser=True, is_office=True)
    try:
        password_validation.validate_password(password, user)
    except ValidationError as fault:
        raise NoAdministrator(f"RELIEF_ADMIN_PASSWORD: {' '.join(fault.messages)}") from None
    user.set_password(password)
    user.save()
    say(f"{name} may sign in and make offices and people.")


def _ask_name() -> str:
    while True:
        name = input("Name to sign in with [admin]: ").strip() or "admin"
        if name.isprintable() and " " not in name and len(name) <= 150:
            return name
        print("A name has no spaces and at most 150 characters.")


def _ask_password(name: str) -> str:
    user = get_user_model()(username=name)
    while True:
        password = getpass.getpass("Password (at least 10 characters): ")
        try:
            password_validation.validate_password(password, user)
        except ValidationError as fault:
            print(" ".join(fault.messages))
            continue
        if getpass.getpass("The same once more: ") == password:
            return password
        print("The two differ.")


def broker_folders() -> None:
    """The folders of the filesystem broker, readable by nobody else."""
    for name in ("messages", "control", "processed"):
        (settings.BROKER_FOLDER / name).mkdir(mode=0o700, parents=True, exist_ok=True)


def numbers_folder() -> None:
    """Where the processes of this machine put their numbers together begins empty: those of the last run are not this one's."""
    for left in settings.METRICS_FOLDER.glob("*.db") if settings.METRICS_FOLDER else ():
        left.unlink(missing_ok=True)


def prune_broker() -> None:
    """Once a minute, removes messages that were taken more than ten minutes ago: the outbox knows what is done."""
    global _last_pruned
    if time.monotonic() - _last_pruned < 60:
        return
    _last_pruned = time.monotonic()
    old = time.time() - 600
    for entry in os.scandir(settings.BROKER_FOLDER / "processed"):
        if entry.stat().st_mtime < old:
            os.unlink(entry.path)
