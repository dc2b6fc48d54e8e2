"""Whoever watches the site learns whether it is alive and ready; answers to people are kept by nobody."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import OperationalError
from django.test import Client

from cases.calendar import clock
from cases.dossier.actions import new_draft
from cases.outgoing.models import Outgoing
from project import health
from workflows.models import Timer


def test_a_living_process_says_so_without_the_database(client: Client) -> None:
    answer = client.get("/health/live")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_a_process_is_ready_when_database_and_tables_are(client: Client) -> None:
    answer = client.get("/health/ready")
    assert answer.status_code == 200, answer.content
    assert answer.json()["checks"]["database"] == answer.json()["checks"]["migrations"] == "ok"
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_a_missing_migration_makes_it_not_ready_and_is_named(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_migrated", False)
    monkeypatch.setattr(health.MigrationExecutor, "migration_plan", lambda self, targets: [("cases", False)] * 2)
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["status"]) == (503, "not ready")
    assert answer.json()["checks"]["migrations"].startswith("2 migrations are not applied")


@pytest.mark.django_db
@pytest.mark.parametrize(("age", "leased", "status"), [(90, False, 503), (90, True, 200), (10, False, 200)])
def test_outgoing_work_that_waits_too_long_makes_it_not_ready(
    client: Client, age: int, leased: bool, status: int
) -> None:
    now = clock.now()
    lease = now + timedelta(seconds=30) if leased else None
    due = now - timedelta(seconds=age)
    Outgoing.objects.create(topic="sms", key="k", created_at=due, available_at=due, lease_until=lease)
    answer = client.get("/health/ready")
    assert answer.status_code == status
    assert (answer.json()["checks"]["outgoing"] == "ok") is (status == 200)


@pytest.mark.django_db
@pytest.mark.parametrize(("patience", "status"), [(60, 503), (120, 200)])
def test_a_timer_is_late_after_the_patience_of_the_installation(
    client: Client, cast: Any, settings: Any, patience: int, status: int
) -> None:
    settings.READY_PATIENCE = patience
    case = new_draft(programme="rare_disease", by=cast["applicant1"], channel="phone")
    Timer.objects.create(case=case, kind="lapse", due_at=clock.now() - timedelta(seconds=90))
    assert client.get("/health/ready").status_code == status
    Timer.objects.update(done_at=clock.now())
    assert client.get("/health/ready").status_code == 200


def test_without_a_database_it_is_alive_but_not_ready(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def down() -> None:
        raise OperationalError("secret-host refused")

    monkeypatch.setattr(health, "_checks", {"database": down})
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["checks"] == {"database": "the database does not answer"}


@pytest.mark.django_db
def test_answers_carry_one_content_policy_and_a_request_id(client: Client) -> None:
    answer = client.get("/health/live", headers={"X-Request-ID": "from-the-proxy-1"})
    policy = {part.strip() for part in answer["Content-Security-Policy"].split(";")}
    assert policy == {
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "connect-src 'self'",
        "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'",
    }  # fmt: skip
    assert answer["X-Request-ID"] == "from-the-proxy-1"
    assert client.get("/health/live", headers={"X-Request-ID": "a b\n<x>"})["X-Request-ID"] != "a b\n<x>"


@pytest.mark.django_db
def test_no_browser_keeps_what_a_signed_in_person_saw(client: Client) -> None:
    person: Any = get_user_model()._default_manager.create(username="someone")
    client.force_login(person)
    assert "no-store" in client.get("/accounts/logout/")["Cache-Control"]
