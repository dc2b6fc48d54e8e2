"""Whoever watches the site learns whether it is alive and ready; answers to people are kept by nobody."""

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from project import health


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
def test_one_fault_makes_it_not_ready_and_is_named(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(health._checks, "outbox", lambda: "the oldest row waits for 90 seconds")
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["checks"]["outbox"] == "the oldest row waits for 90 seconds"


def test_without_a_database_it_is_alive_but_not_ready(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import OperationalError

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
