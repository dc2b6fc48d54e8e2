"""The audit administrator reads who changed which account, post and office; nobody else does, and nothing sealed shows."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cases.access.actions import appoint, make_staff, reset_password
from cases.access.models import Office, Role
from cases.calendar import clock
from cases.errors import Refusal
from tests.access.test_admin import as_
from tests.access.test_sign_in import LOGIN
from tests.cast import Cast

LOG = "/account-log/"


def make_somebody(cast: Cast, name: str = "new_here") -> None:
    made = make_staff(username=name, name="马演示", password="a-long-first-77", by=cast["sysadmin"])
    office = Office.objects.get(division_code="640422", kind="redcross")
    today = clock.today()
    appoint(user=made, role=Role.objects.get(pk="CTY1"), office=office, starts_on=today, by=cast["secadmin"])
    reset_password(account=made, password="a-long-second-78", by=cast["sysadmin"])


def test_it_says_who_did_what_to_whom_and_hides_what_is_sealed(cast: Cast) -> None:
    make_somebody(cast)
    with pytest.raises(Refusal):
        make_somebody({**cast, "sysadmin": cast["xiji_intake"]}, "another")
    page = as_(cast["auditadmin"]).get(LOG).content.decode()
    for words in ("建账号", "任命", "重设密码", "new_here", "sysadmin", "secadmin", "（被拒绝）", "（不显示）"):
        assert words in page, words
    assert "digest:" not in page and "commitment:" not in page and "马演示" not in page


def test_sign_ins_stand_on_a_page_of_their_own(cast: Cast) -> None:
    Client().post(LOGIN, {"login": "xiji_intake", "password": "wrong"})
    auditor = as_(cast["auditadmin"])
    assert "登录失败" not in auditor.get(LOG).content.decode()
    assert "登录失败" in auditor.get(LOG, {"show": "signins"}).content.decode()


@pytest.mark.parametrize(
    ("name", "status"),
    [("applicant1", 404), ("sysadmin", 403), ("secadmin", 403), ("xiji_intake", 403), ("agent1", 403)],
)
def test_nobody_else_reads_it(cast: Cast, name: str, status: int) -> None:
    assert as_(cast[name]).get(LOG).status_code == status


def test_it_is_turned_page_by_page_without_counting(cast: Cast) -> None:
    for number in range(12):
        make_somebody(cast, f"new_{number}")
    auditor = as_(cast["auditadmin"])
    with CaptureQueriesContext(
        connection,
    ) as asked:
        first = auditor.get(LOG)
    assert not [query for query in asked if "COUNT(" in query["sql"]]
    after = first.context["page"].after
    second = auditor.get(LOG, {"after": after})
    lines = first.context["page"].lines + second.context["page"].lines
    assert len(lines) == 100 and [line.at for line in lines] == sorted((line.at for line in lines), reverse=True)
    assert auditor.get(LOG, {"after": "x"}).status_code == 404


def test_it_is_read_only(cast: Cast) -> None:
    assert as_(cast["auditadmin"]).post(LOG).status_code == 405
