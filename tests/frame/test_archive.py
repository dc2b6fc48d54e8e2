"""A backup holds database, keys and files; restored into an empty place everything answers and every seal opens."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection

from project import archive
from project.settings import BASE_DIR
from tests.frame.test_supervisor import marked, wait

ASK = """
from django.contrib.auth import get_user_model
from django.core.files.storage import default_storage
from django.db import ProgrammingError, connection
person = get_user_model().objects.get(username="someone")
print(person.phone)
print(default_storage.open("letters/one.txt").read().decode())
with connection.cursor() as cursor:
    cursor.execute("SELECT relief_now() > now() - interval '1 hour'")
    print(cursor.fetchone()[0])
    try:
        cursor.execute("DELETE FROM cases_event")
    except ProgrammingError:
        print("refused")
"""


@pytest.fixture
def saved(settings: Any, tmp_path: Path) -> Path:
    """A backup of a database with one person and one file."""
    get_user_model()._default_manager.create(username="someone", phone="13900000001")
    default_storage.save("letters/one.txt", ContentFile(b"to whom it concerns"))
    settings.OWNER_DATABASE = replace(settings.OWNER_DATABASE, name=connection.settings_dict["NAME"])
    archive.backup(tmp_path / "relief.tar")
    return tmp_path / "relief.tar"


def environment(var: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("RELIEF_", "DATABASE_"))}
    fixed = {"RELIEF_VAR": str(var), "DJANGO_SETTINGS_MODULE": "project.settings", "PYTHONWARNINGS": "ignore"}
    return {**kept, **fixed, **more}


def manage(var: Path, *command: str, **more: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=BASE_DIR,
        env=environment(var, **more),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.timeout(300)
@pytest.mark.django_db(transaction=True)
def test_a_restored_place_answers_and_opens_its_sealed_columns(saved: Path, place: Path, settings: Any) -> None:
    assert saved.stat().st_mode & 0o777 == 0o600
    done = manage(place, "restore", str(saved))
    assert done.returncode == 0, done.stderr
    asked = manage(place, "shell", "--no-imports", "-c", ASK)
    assert asked.stdout.split("\n")[:4] == ["13900000001", "to whom it concerns", "True", "refused"], asked.stderr
    for name in ("secret_key", "field_keys", "index_key"):
        assert (place / "keys" / name).stat().st_mode & 0o777 == 0o600

    again = manage(place, "restore", str(saved))
    assert again.returncode == 1
    assert "restore into an empty place" in again.stderr

    serves_and_stops_without_a_trace(place)


def serves_and_stops_without_a_trace(place: Path) -> None:
    """Runs all of `make run` in that place, asks for a page, and ends it as Ctrl-C does."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    running = subprocess.Popen(
        [sys.executable, "manage.py", "serve", "--setup"], cwd=BASE_DIR, env=environment(place, RELIEF_PORT=port, TEST_MARK=str(place)),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip

    def answers() -> bool:
        assert running.poll() is None, running.communicate()[0]
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    try:
        wait(answers, 60)
        second = manage(place, "serve")
        assert second.returncode == 1
        assert f"It runs already from this folder (process {running.pid} at http://127.0.0.1:{port}/)" in second.stderr
    finally:
        running.send_signal(signal.SIGINT)
        said, _ = running.communicate(timeout=60)
    assert running.returncode == 0, said
    assert f"http://127.0.0.1:{port}/   (Ctrl-C stops everything" in said
    assert said.rstrip().endswith("Stopped.")
    assert marked(place) == []
    assert not (place / "pg" / "postmaster.pid").exists()


@pytest.mark.django_db(transaction=True)
def test_a_backup_with_one_wrong_byte_is_refused_before_anything_changes(
    saved: Path, tmp_path: Path, settings: Any
) -> None:
    data = bytearray(saved.read_bytes())
    data[5000] ^= 1
    damaged = tmp_path / "damaged.tar"
    damaged.write_bytes(data)
    with pytest.raises(archive.CannotRestore, match="damaged at database.dump: take another copy"):
        archive.restore(damaged)


@pytest.mark.django_db(transaction=True)
def test_a_place_that_brings_other_keys_is_refused(saved: Path, settings: Any, tmp_path: Path) -> None:
    settings.STORAGES = {"default": {"OPTIONS": {"location": tmp_path / "empty"}}}
    settings.KEYS_GIVEN = {"RELIEF_FIELD_KEYS"}
    settings.FIELD_KEYS = {"k1": os.urandom(32)}
    with pytest.raises(archive.CannotRestore, match="RELIEF_FIELD_KEYS lacks a key"):
        archive.restore(saved)


def test_what_is_no_backup_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("hello")
    with pytest.raises(archive.CannotRestore, match="is no whole backup"):
        archive.restore(tmp_path / "letter.txt")
