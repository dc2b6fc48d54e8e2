"""A hand in psql that leaves every trigger running is told of at once; the product's own ways never are."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from structlog.testing import capture_logs

from cases.access.demo import PASSWORD, make_cast
from cases.access.models import Post, User
from cases.access.reference import load_reference
from cases.calendar import clock
from cases.history import alarm
from cases.history.acts_check import out_of_band, recent_out_of_band
from cases.history.models import Event

pytestmark = pytest.mark.django_db(transaction=True)


def looked(monkeypatch: Any) -> list[dict[str, Any]]:
    monkeypatch.setattr(alarm, "_looked", None)
    with capture_logs() as lines:
        alarm.look_for_out_of_band()
    return [line for line in lines if line["event"] == "history.out_of_band"]


def test_a_row_changed_by_hand_is_told_of_once_with_table_row_and_sign_in(
    monkeypatch, superuser_cursor, client: Client
) -> None:
    monkeypatch.setattr(alarm, "_told", set())  # other databases of this process number their transactions alike
    make_cast(now=clock.now())
    assert looked(monkeypatch) == []
    post = Post.objects.order_by("pk")[0]
    superuser_cursor.execute("UPDATE cases_post SET ends_on = '2099-01-01' WHERE id = %s", [post.pk])
    superuser_cursor.execute("SELECT current_user")
    (line,) = looked(monkeypatch)
    assert (line["table"], line["row"], line["log_level"]) == ("cases_post", str(post.pk), "error")
    assert line["db_user"] == superuser_cursor.fetchone()[0]
    assert looked(monkeypatch) == [] and len(recent_out_of_band(connection)) == 1
    client.force_login(User.objects.get(username="sysadmin"), backend="django.contrib.auth.backends.ModelBackend")
    assert f"最近一次：cases_post，数据库账号 {line['db_user']}" in client.get("/operations/").content.decode()


def test_the_orm_in_a_shell_leaves_its_rows_in_history_too() -> None:
    make_cast(now=clock.now())
    before = Event.objects.latest("pk").pk
    assert (
        User.objects.filter(is_office=True).update(is_active=True) and User.objects.filter(is_office=True).count() > 3
    )
    User.objects.filter(username="xiji_review").update(is_active=False)
    rows = Event.objects.filter(pk__gt=before, action="row.update", object_type="cases_user")
    assert [json.loads(row.payload)["is_active"] for row in rows] == [[True, False]]
    assert [row["object_type"] for row in out_of_band(connection)] == ["cases_user"]


def test_signing_in_a_new_password_and_a_reload_of_roles_say_what_they_did(client: Client) -> None:
    make_cast(now=clock.now())
    clerk = User.objects.get(username="xiji_review")
    clerk.check_password(PASSWORD)
    assert client.login(username="xiji_review", password=PASSWORD)
    new = "又一个很长的新密码-2718"
    told = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    client.post("/accounts/password/change/", told)
    clerk.refresh_from_db()
    assert clerk.check_password(new)
    load_reference()
    assert out_of_band(connection) == []
    assert Event.objects.filter(action="password.set", actor=clerk.pk).count() == 1
