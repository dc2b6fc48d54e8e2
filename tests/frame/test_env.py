"""A wrong setting stops the start with one line that names it; a right one is read."""

import base64
import os
import runpy
import secrets
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import structlog

from project import env, keys
from project.settings import BASE_DIR

KEY = base64.b64encode(bytes(range(32))).decode()
URL = "postgresql://relief_app:secret@db.example/relief"
OWNER = "postgresql://relief_owner:secret@db.example/relief"
READER = "postgresql://relief_inspector:secret@db.example/relief"
SERVER = {"DATABASE_URL": URL, "DATABASE_OWNER_URL": OWNER, "DATABASE_INSPECTOR_URL": READER}


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in env.VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("RELIEF_VAR", str(tmp_path / "var"))


def start() -> dict[str, Any]:
    """Reads all settings as a new process does; what this process logs with stays as it was."""
    kept = structlog.get_config()
    try:
        return runpy.run_path(str(BASE_DIR / "project" / "settings.py"))
    finally:
        structlog.configure(**kept)


@pytest.mark.parametrize("name", sorted(name for name, variable in env.VARIABLES.items() if variable.wrong))
def test_a_wrong_value_stops_the_start_with_one_line(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    variable = env.VARIABLES[name]
    monkeypatch.setenv(name, variable.wrong)
    with pytest.raises(env.WrongSetting) as stop:
        start()
    line = str(stop.value)
    assert line.startswith(f"{name}: ")
    assert f"for example {name}=" in line
    assert "\n" not in line


@pytest.mark.parametrize("name", sorted(env.VARIABLES))
def test_every_variable_says_what_it_is_for(name: str) -> None:
    assert len(env.VARIABLES[name].what) > 8
    assert env.VARIABLES[name].example


def test_the_terminal_shows_that_line_alone(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=BASE_DIR,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "project.settings",
            "RELIEF_PORT": "eighty",
            "RELIEF_VAR": str(tmp_path),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == "RELIEF_PORT: 'eighty' is not a whole number from 1 to 65535; for example RELIEF_PORT=8000\n"
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("RELIEF_HOSTS", "example.org:8000", "'example.org:8000' is not a host name without a port"),
        ("RELIEF_HOSTS", "example.org,https://other.org", "is not a host name"),
        ("RELIEF_HOSTS", "-.org", "is not a host name"),
        ("RELIEF_BIND", "999.1 x", "is not an IP address"),
        ("RELIEF_BIND", "relief.example.org", "is not an IP address"),
        ("BROKER_URL", "redis://", "names no host"),
        ("BROKER_URL", "amqp:", "names no host"),
        ("BROKER_URL", "redis://broker:port/0", "a host or a port"),
        ("CACHE_URL", "redis:", "names no host"),
        ("CACHE_URL", "redis://:6379/1", "names no host"),
        ("CACHE_URL", "redis", "does not start with"),
        ("SMS_GATEWAY_URL", "https://", "names no host"),
        ("SMS_GATEWAY_URL", "https:///send", "names no host"),
        ("SMS_GATEWAY_URL", "https://[::1/send", "a host or a port"),
    ],
)
def test_half_an_address_is_none(name: str, value: str, fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(env.WrongSetting, match=fault) as stop:
        start()
    assert str(stop.value).startswith(f"{name}: ") and "\n" not in str(stop.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RELIEF_HOSTS", "relief.example.org, .example.org, 10.0.0.1, [::1], localhost"),
        ("RELIEF_BIND", "::"),
        ("RELIEF_BIND", "localhost"),
        ("BROKER_URL", "filesystem://"),
        ("BROKER_URL", "amqp://user:pw@broker.example:5672/relief"),
        ("CACHE_URL", "rediss://:pw@[fd00::1]:6379/1"),
        ("SMS_GATEWAY_URL", "http://127.0.0.1:9000/send"),
    ],
)
def test_a_whole_address_is_taken(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    start()


def test_a_folder_that_cannot_be_written_is_said_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELIEF_VAR", "/proc/relief")
    with pytest.raises(keys.NotWritable) as stop:
        start()
    assert str(stop.value).startswith("RELIEF_VAR: /proc/relief") and "\n" not in str(stop.value)


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        ("keys/field_keys", b"", "is empty: put"),
        ("keys/field_keys", b"\xff\x00garbled", "is not written as name:key,name:key: put"),
        ("keys/field_keys", b"k1:short", "holds a key that is not base64: put"),
        ("keys/index_key", b"  \n", "is empty: put"),
        ("keys/index_key", b"AAAA", "holds a key of 3 bytes and needs 32: put"),
        ("keys/secret_key", b"short", "has 5 characters and needs at least 50: put"),
        ("kind", b"garbage", "should hold demo or office"),
        ("kind", b"", "should hold demo or office"),
        ("kind", b"\xff\xfe", "should hold demo or office"),
        ("passwords/app", b"", "is empty: put"),
    ],
)
def test_a_damaged_file_gets_a_sentence(name: str, content: bytes, fault: str, tmp_path: Path) -> None:
    start()
    path = tmp_path / "var" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    with pytest.raises(keys.Damaged, match=fault) as stop:
        start()
    assert str(stop.value).startswith(str(path)) and "\n" not in str(stop.value)


@pytest.mark.parametrize("given", ["", "   "])
def test_a_blank_variable_counts_as_unset(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELIEF_PORT", given)
    assert start()["PORT"] == 8000


@pytest.mark.parametrize(
    ("given", "named", "fault"),
    [
        ({"DATABASE_URL": URL}, "DATABASE_OWNER_URL", "is not set though DATABASE_URL is"),
        ({"DATABASE_OWNER_URL": OWNER}, "DATABASE_URL", "is not set though DATABASE_OWNER_URL is"),
        ({"DATABASE_URL": URL, "DATABASE_OWNER_URL": OWNER}, "DATABASE_INSPECTOR_URL", "a role of their own"),
        ({**SERVER, "DATABASE_OWNER_URL": URL}, "DATABASE_OWNER_URL", "could rewrite history"),
        ({**SERVER, "DATABASE_OWNER_URL": OWNER + "2"}, "DATABASE_OWNER_URL", "another database"),
        ({**SERVER, "DATABASE_SEALER_URL": READER}, "DATABASE_SEALER_URL", "a role of its own"),
        ({**SERVER, "DATABASE_INSPECTOR_URL": URL}, "DATABASE_INSPECTOR_URL", "a role of its own"),
        (
            {**SERVER, "RELIEF_ENV": "office"},
            "RELIEF_SECRET_KEY",
            "bring its keys",
        ),
        ({"RELIEF_ENV": "office", "RELIEF_DEBUG": "yes"}, "RELIEF_DEBUG", "refused when RELIEF_ENV=office"),
        ({"RELIEF_ENV": "office", "RELIEF_HOSTS": "*"}, "RELIEF_HOSTS", "must name the site"),
        ({"RELIEF_ENV": "office", "RELIEF_STAFF_MFA": "no"}, "RELIEF_STAFF_MFA", "must not be switched off"),
        ({"SMS_GATEWAY_URL": "ftp://sms.example.org"}, "SMS_GATEWAY_URL", "does not start with"),
        ({"RELIEF_FIELD_KEYS": f"k1:{KEY},k1:{KEY}"}, "RELIEF_FIELD_KEYS", "twice"),
        ({"RELIEF_INDEX_KEY": base64.b64encode(b"a" * 32).decode()}, "RELIEF_INDEX_KEY", "not random"),
    ],
)
def test_settings_that_do_not_fit_together_are_refused(
    given: dict[str, str], named: str, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(env.WrongSetting, match=fault) as stop:
        start()
    assert str(stop.value).startswith(f"{named}: ")


def test_an_office_on_its_own_server_starts_with_its_own_keys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    second = base64.b64encode(secrets.token_bytes(32)).decode()
    for name, value in {
        "RELIEF_ENV": "office",
        "DATABASE_URL": URL,
        "DATABASE_OWNER_URL": OWNER,
        "DATABASE_INSPECTOR_URL": READER,
        "RELIEF_SECRET_KEY": secrets.token_urlsafe(64),
        "RELIEF_FIELD_KEYS": f"k2:{second},k1:{KEY}",
        "RELIEF_INDEX_KEY": KEY,
        "RELIEF_HOSTS": "relief.example.org",
        "BROKER_URL": "amqp://localhost",
    }.items():
        monkeypatch.setenv(name, value)
    settings = start()
    assert list(settings["FIELD_KEYS"]) == ["k2", "k1"]
    assert settings["INDEX_KEY"] == bytes(range(32))
    assert settings["DATABASES"]["default"]["USER"] == "relief_app"
    assert settings["DATABASES"]["owner"]["USER"] == "relief_owner"
    assert settings["SECURE_SSL_REDIRECT"] and settings["SESSION_COOKIE_SECURE"]
    assert settings["CELERY_BROKER_TRANSPORT_OPTIONS"] == {"confirm_publish": True, "max_retries": 0}
    assert not (tmp_path / "var").exists(), "nothing is made on disk when everything is given"


def test_a_place_set_up_for_an_office_is_not_started_as_a_demo(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    keys.store(tmp_path / "var" / "kind", "office")
    assert start()["RELIEF_ENV"] == "office"
    monkeypatch.setenv("RELIEF_ENV", "demo")
    with pytest.raises(env.WrongSetting, match="was set up as office"):
        start()


def test_keys_are_made_once_and_kept_from_others(tmp_path: Path) -> None:
    first, second = start(), start()
    assert first["FIELD_KEYS"] == second["FIELD_KEYS"]
    assert first["SECRET_KEY"] == second["SECRET_KEY"]
    for path in (tmp_path / "var" / "keys").iterdir():
        assert path.stat().st_mode & 0o777 == 0o600, path
    assert (tmp_path / "var" / "keys").stat().st_mode & 0o777 == 0o700


def test_data_whose_keys_are_gone_is_not_opened_with_new_ones(tmp_path: Path) -> None:
    start()
    (tmp_path / "var" / "pg").mkdir()
    (tmp_path / "var" / "keys" / "field_keys").unlink()
    with pytest.raises(keys.KeysLost, match="back from a backup"):
        start()


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("postgresql://u:p%40ss@h:6432/db", env.Database("h", "6432", "db", "u", "p@ss")),
        ("postgres://u@/db?host=/run/pg&port=5433", env.Database("/run/pg", "5433", "db", "u", "")),
        (
            "postgresql://u@h/db?sslmode=verify-full",
            env.Database("h", "", "db", "u", "", (("sslmode", "verify-full"),)),
        ),
    ],
)
def test_database_addresses_are_read(address: str, expected: env.Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", address)
    assert env.database("DATABASE_URL", "a database", example=URL) == expected
