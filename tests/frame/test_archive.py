"""A backup holds database, keys and files; restored into an empty place everything answers and every seal opens."""

import os
import subprocess
import sys
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


def manage(var: Path, *command: str) -> "subprocess.CompletedProcess[str]":
    env = {
        **os.environ,
        "RELIEF_VAR": str(var),
        "DJANGO_SETTINGS_MODULE": "project.settings",
        "PYTHONWARNINGS": "ignore",
    }
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "RELIEF_ENV"):
        env.pop(name, None)
    return subprocess.run(
        [sys.executable, "manage.py", *command], cwd=BASE_DIR, env=env, capture_output=True, text=True, check=False
    )


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
