"""The administrator's page tells what failed, waits and ran, in both languages, and asks the database as often for many rows as for few."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.calendar import clock
from cases.dossier.models import Case
from cases.outgoing import actions as outgoing
from cases.outgoing.models import Outgoing
from tests.kit.armed import armed
from workflows.engine import clockwork, incidents, periodic
from workflows.models import Incident, PeriodicRun

pytestmark = pytest.mark.django_db
HOME = "running:home"


def test_the_page_tells_incidents_outbox_timers_and_periodic_work(
    browser: Client, stuck: Callable[[int], Incident]
) -> None:
    case = stuck(5).case
    now = clock.now()
    armed(case=case, kind="claim", key="x", due_at=now + timedelta(days=1))
    Outgoing.objects.create(topic="notice", key="late", created_at=now, available_at=now - timedelta(minutes=7))
    clockwork.one_pass()
    text = browser.get(reverse(HOME)).content.decode()
    for words in ("小额救助（测试） v2 登记", "TimeoutError", "短信通知", "7 分钟", "领取到期", "清理过期的登录"):
        assert words in text, words


def test_the_page_is_english_for_an_english_reader(browser: Client, stuck: Callable[[int], Incident]) -> None:
    one = stuck(5)
    browser.cookies["django_language"] = "en"
    home = browser.get(reverse(HOME), headers={"accept-language": "en"}).content.decode()
    assert "Outgoing work" in home and "Periodic work" in home
    assert "Retry" in browser.get(reverse("running:group", args=[one.pk])).content.decode()


def test_a_group_is_settled_from_its_page(browser: Client, stuck: Callable[[int], Incident]) -> None:
    made = [stuck(number) for number in (5, 6)]
    address = reverse("running:group", args=[made[0].pk])
    assert str(made[1].case.number) in browser.get(address).content.decode()  # type: ignore[union-attr]
    refused = browser.post(address, {"incidents": [one.pk for one in made], "way": "skip", "reason": ""})
    assert refused.status_code == 422 and "请写明为什么可以跳过" in refused.content.decode()
    assert browser.post(address, {"incidents": [], "way": "retry"}).status_code == 422
    taken = browser.post(address, {"incidents": [made[0].pk], "way": "take"}, follow=True)
    assert "万宏伟" in taken.content.decode()
    done = browser.post(address, {"incidents": [one.pk for one in made], "way": "retry"}, follow=True)
    assert "处理了 2 件故障" in done.content.decode()
    assert set(Incident.objects.values_list("state", flat=True)) == {"retried"}


def test_many_incidents_cost_no_more_questions(browser: Client) -> None:
    now = clock.now()

    def more(begin: int, end: int) -> int:
        Outgoing.objects.bulk_create(
            Outgoing(topic="t", key=str(each), created_at=now, available_at=now, parked_at=now, error="E")
            for each in range(begin, end)
        )
        incidents.sweep()
        one = Incident.objects.order_by("pk")[0]
        with CaptureQueriesContext(connection) as asked:
            for address in (reverse(HOME), reverse("running:group", args=[one.pk])):
                assert browser.get(address).status_code == 200
        return len(asked)

    more(0, 1)  # the first visit of a session asks more
    assert more(1, 3) == more(3, 120)


def test_a_long_group_has_pages(browser: Client) -> None:
    now = clock.now()
    Outgoing.objects.bulk_create(
        Outgoing(topic="t", key=str(each), created_at=now, available_at=now, parked_at=now, error="E")
        for each in range(60)
    )
    incidents.sweep()
    rows = list(Incident.objects.order_by("pk").values_list("pk", flat=True))
    address = reverse("running:group", args=[rows[0]])
    assert f"after={rows[49]}" in browser.get(address).content.decode()
    second = browser.get(address, {"after": rows[49]}).content.decode()
    assert f"incident-{rows[50]}" in second and f"incident-{rows[49]}" not in second


def test_groups_are_read_page_by_page_the_largest_first(browser: Client) -> None:
    now, sizes = clock.now(), [1 + number % 3 for number in range(60)]
    Outgoing.objects.bulk_create(
        Outgoing(
            topic="t", key=f"{group}-{each}", created_at=now, available_at=now, parked_at=now, error=f"E{group:02}"
        )
        for group, size in enumerate(sizes)
        for each in range(size)
    )
    incidents.sweep()
    read, after = [], ""
    while True:
        answer = browser.get("/api/v1/incidents/", {"after": after}).json()
        assert len(answer["results"]) <= 50
        read += [(row["count"], row["error"]) for row in answer["results"]]
        if not answer["next"]:
            break
        after = answer["next"]
    assert sorted(error for _count, error in read) == [f"E{group:02}" for group in range(60)]
    assert [count for count, _error in read] == sorted(sizes, reverse=True)
    first, second = (browser.get(reverse(HOME), {"after": cursor}).content.decode() for cursor in ("", after))
    assert f"after={after}" in first and read[49][1] in first and read[50][1] not in first
    assert read[50][1] in second and read[49][1] not in second
    for wrong in ("x", "3_", "_3", "3_x"):
        assert browser.get("/api/v1/incidents/", {"after": wrong}).status_code == 422


def test_a_whole_group_of_many_pages_is_retried_at_once(browser: Client) -> None:
    now = clock.now()
    Outgoing.objects.bulk_create(
        Outgoing(topic="t", key=str(each), created_at=now, available_at=now, parked_at=now, error="E")
        for each in range(60)
    )
    incidents.sweep()
    address = reverse("running:group", args=[Incident.objects.order_by("pk")[0].pk])
    assert browser.post(address, {"whole": "on", "way": "retry"}).status_code == 302
    assert set(Incident.objects.values_list("state", flat=True)) == {"retried"} and len(outgoing.due()) == 60


def test_the_cases_that_a_run_left_are_named_to_who_looks_after_their_area(
    browser: Client, stuck: Callable[[int], Incident], monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, other = stuck(5).case, stuck(6).case
    assert mine is not None and other is not None
    Case.objects.filter(pk=other.pk).update(handling_code="110101")
    monkeypatch.setattr(periodic, "registered", {})
    clockwork.every("x", title="夜里的活", at=2)(lambda: periodic.Outcome(3, (mine.pk, other.pk)))
    clockwork.one_pass()
    assert outgoing.run(Outgoing.objects.get(topic=periodic.TOPIC).pk)
    text = browser.get(reverse(HOME)).content.decode()
    assert f"这次没办成，留到下一次：{mine.number}" in text and str(other.number) not in text


def test_a_run_that_fails_shows_its_error(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(periodic, "registered", {})
    clockwork.every("x", title="夜里的活", at=2)(lambda: 3)
    assert "还没有运行过" in browser.get(reverse(HOME)).content.decode()
    clockwork.one_pass()
    Outgoing.objects.update(error="ZeroDivisionError")
    assert "ZeroDivisionError" in browser.get(reverse(HOME)).content.decode()
    PeriodicRun.objects.update(started_at=clock.now(), ended_at=clock.now(), found=41)
    text = browser.get(reverse(HOME)).content.decode()
    assert "ZeroDivisionError" not in text and ">41<" in text
