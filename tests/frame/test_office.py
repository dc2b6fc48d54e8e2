"""An office does not start on a demonstration, and its first administrator is asked for."""

from io import StringIO
from typing import Any

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from cases.access import demo
from cases.calendar import clock
from project import checks, prepare
from project.checks import NotFit


@pytest.fixture
def office(settings: Any) -> Any:
    settings.RELIEF_ENV = "office"
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
def test_without_a_terminal_and_without_variables_there_is_a_sentence(
    office: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", StringIO())
    with pytest.raises(prepare.NoAdministrator, match="set RELIEF_ADMIN_NAME and RELIEF_ADMIN_PASSWORD"):
        prepare.first_administrator(say=print)
