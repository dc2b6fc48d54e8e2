"""An office does not start on a demonstration, and its first administrator is asked for."""

import os
import socket
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from cases.access import demo
from cases.calendar import clock
from project import checks, keys, prepare
from project.checks import NotFit
from project.settings import BASE_DIR


@pytest.fixture
def office(settings: Any) -> Any:
    settings.RELIEF_ENV = "office"
    settings.OFFICE_WORDS = dict.fromkeys(settings.OFFICE_WORDS, "某某")
    return settings


@pytest.mark.django_db
def test_a_clock_that_can_be_moved_is_refused(office: Any) -> None:
    with pytest.raises(NotFit, match="demonstration clock"):
        checks.must_be_fit()


@pytest.mark.django_db(transaction=True)
def test_the_clock_of_the_database_itself_is_fine(office: Any, owner_cursor: Any) -> None:
    owner_cursor.execute(clock.NORMAL_SQL)
    get_user_model()._default_manager.update(is_active=False)
    assert checks.faults() == []
    checks.must_be_fit()


@pytest.mark.django_db
def test_a_demonstration_sign_in_is_refused(office: Any) -> None:
    person, _ = get_user_model()._default_manager.get_or_create(
        username=next(row[0] for row in demo.signins() if row[3])
    )
    person.set_password("correct horse battery")
    person.save()
    others = get_user_model()._default_manager.exclude(pk=person.pk)
    others.update(is_active=False)
    assert checks.demonstration_people() is None
    person.set_password(demo.PASSWORD)
    person.save()
    assert "demonstration sign-ins" in (checks.demonstration_people() or "")


@pytest.mark.django_db
def test_a_demonstration_may_have_all_that(settings: Any) -> None:
    assert settings.RELIEF_ENV == "demo"
    checks.must_be_fit()


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["django-insecure-" + "abcdefghijklmnopqrstuvwxyz" * 2, "abc" * 20])
def test_a_typed_key_is_refused(office: Any, key: str) -> None:
    office.SECRET_KEY = key
    assert "RELIEF_SECRET_KEY is not random" in (checks.keys_are_random() or "")


@pytest.mark.django_db
def test_one_key_for_two_ends_is_refused(office: Any) -> None:
    office.INDEX_KEY = next(iter(office.FIELD_KEYS.values()))
    assert "RELIEF_INDEX_KEY is one of" in (checks.keys_are_random() or "")


@pytest.mark.django_db
def test_check_names_what_is_missing(office: Any) -> None:
    with pytest.raises(SystemCheckError, match="demonstration clock"):
        call_command("check", databases=["default"])


@pytest.mark.parametrize("name", ["RELIEF_BRAND_NAME", "RELIEF_HELP_PHONE", "RELIEF_HELP_HOURS"])
def test_an_office_that_does_not_say_who_it_is_does_not_start(office: Any, name: str) -> None:
    office.OFFICE_WORDS = {**office.OFFICE_WORDS, name: None}
    assert f"set {name}=" in (checks.office_says_who_it_is() or "")


def test_a_terminal_is_asked_and_the_answers_are_kept(
    office: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.VAR, office.OFFICE_WORDS = tmp_path, {**office.OFFICE_WORDS, "RELIEF_HELP_PHONE": None}
    typed = iter(["", "0951-0000000"])
    monkeypatch.setattr("builtins.input", lambda question: next(typed))
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    prepare.office_words(say=lambda line: None)
    assert keys.office_words(tmp_path) == {"RELIEF_HELP_PHONE": "0951-0000000"}
    assert checks.office_says_who_it_is() is None


def test_damaged_answers_get_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "office.json").write_text("[1]")
    with pytest.raises(keys.Damaged, match="the next start asks again"):
        keys.office_words(tmp_path)


def test_serve_says_so_before_it_makes_anything(place: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    office = {
        "RELIEF_ENV": "office", "RELIEF_VAR": str(place), "RELIEF_PORT": port, "DJANGO_SETTINGS_MODULE": "project.settings",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "manage.py", "serve", "--setup"], cwd=BASE_DIR, env={**os.environ, **office},
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 1 and len(done.stderr.strip().splitlines()) == 1
    assert "RELIEF_BRAND_NAME=" in done.stderr and "RELIEF_HELP_PHONE=" in done.stderr
    assert not (place / "kind").exists()


# --- the first administrator --------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_first_administrator_comes_from_the_environment(office: Any) -> None:
    office.ADMIN_NAME, office.ADMIN_PASSWORD = "admin", "correct horse battery"
    said: list[str] = []
    prepare.first_administrator(say=said.append)
    person: Any = authenticate(username="admin", password="correct horse battery")
    assert person is not None and person.is_superuser and person.is_staff
    assert said == ["admin may sign in and make offices and people."]


@pytest.mark.django_db
def test_a_weak_password_is_refused_with_the_reason(office: Any) -> None:
    office.ADMIN_NAME, office.ADMIN_PASSWORD = "admin", "password1234"
    with pytest.raises(prepare.NoAdministrator, match="RELIEF_ADMIN_PASSWORD: "):
        prepare.first_administrator(say=print)
    assert not get_user_model()._default_manager.filter(username="admin").exists()


@pytest.mark.django_db
@pytest.mark.parametrize("password", ["adminadmin1", "Admin-2026-admin", "1234567890", "aaaaaaaaaa1"])
def test_a_password_like_the_name_or_of_one_sign_is_refused(office: Any, password: str) -> None:
    office.ADMIN_NAME, office.ADMIN_PASSWORD = "admin", password
    with pytest.raises(prepare.NoAdministrator, match="RELIEF_ADMIN_PASSWORD: "):
        prepare.first_administrator(say=print)


@pytest.mark.django_db
def test_without_a_terminal_and_without_variables_there_is_a_sentence(
    office: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", StringIO())
    with pytest.raises(prepare.NoAdministrator, match="set RELIEF_ADMIN_NAME and RELIEF_ADMIN_PASSWORD"):
        prepare.first_administrator(say=print)
