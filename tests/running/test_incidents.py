"""An administrator takes incidents, lets the work begin anew or skips it with a reason; all of it is in the history."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from cases.access import log
from cases.access.queries import posts_of
from cases.calendar import clock
from cases.errors import Invalid, NotFound, Refusal, Stale
from cases.history.models import Event
from cases.outgoing import actions as outgoing
from cases.outgoing.models import Outgoing
from tests.kit.armed import armed
from tests.running.conftest import give_up
from tests.two_step.register import Register
from workflows.engine import incidents, timers
from workflows.models import Incident, Timer, WorkItem
from workflows.running import actions, queries

pytestmark = pytest.mark.django_db
WHY = "登记处已在电话里登记，不必再送。"


def events(incident: Incident) -> list[str]:
    """What the history of its case tells of incidents."""
    rows = Event.objects.filter(stream__kind="case", stream__key=str(incident.case_id), action__startswith="incident.")
    return list(rows.order_by("seq").values_list("action", flat=True))


def open_step(incident: Incident) -> str:
    return WorkItem.objects.get(case=incident.case_id, state__in=["open", "claimed"]).step


def test_a_retried_job_runs_with_all_its_tries_and_the_same_key(
    cast: Any, stuck: Callable[[int], Incident], register: Register
) -> None:
    one = stuck(5)
    assert actions.take_incidents(incidents=[one.pk], by=cast["sysadmin"]) == 1
    assert actions.retry_incidents(incidents=[one.pk], by=cast["sysadmin"]) == 1
    row = Outgoing.objects.get(pk=one.outgoing_id)
    assert (row.attempts, row.parked_at) == (0, None) and outgoing.run(row.pk)
    assert register.held == {row.key} and open_step(one) == "grant"
    one.refresh_from_db()
    assert (one.state, one.owner, one.settled_by) == ("retried", cast["sysadmin"], cast["sysadmin"])
    assert events(one) == ["incident.taken", "incident.retried"]


def test_a_skipped_job_leaves_by_the_exit_for_that_and_keeps_the_reason_sealed(
    cast: Any, stuck: Callable[[int], Incident], register: Register
) -> None:
    one = stuck(5)
    actions.skip_incidents(incidents=[one.pk], reason=WHY, by=cast["sysadmin"])
    assert open_step(one) == "grant" and register.held == set()
    one.refresh_from_db()
    assert (one.state, one.reason) == ("skipped", WHY) and events(one) == ["incident.skipped"]
    told = Event.objects.filter(stream__kind="case", stream__key=str(one.case_id)).values_list("payload", flat=True)
    assert not any(WHY in payload for payload in told)
    made = json.loads(Event.objects.get(action="job.skipped").payload)
    assert made["step"] == "enter" and made["reason"]
    assert incidents.sweep() == 0 and not outgoing.run(one.outgoing_id)


def test_without_a_reason_nothing_is_skipped(cast: Any, stuck: Callable[[int], Incident]) -> None:
    one = stuck(5)
    with pytest.raises(Invalid):
        actions.skip_incidents(incidents=[one.pk], reason="  ", by=cast["sysadmin"])
    assert open_step(one) == "enter" and Incident.objects.get().state == "open"


def test_a_job_without_an_exit_for_it_is_not_skipped(
    cast: Any, stuck: Callable[[int], Incident], monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.two_step.roads.v2 import TwoStepV2

    one = stuck(5)
    monkeypatch.delitem(TwoStepV2.enter.exits, "skipped")
    with pytest.raises(Refusal) as refused:
        actions.skip_incidents(incidents=[one.pk], reason=WHY, by=cast["sysadmin"])
    assert refused.value.code == "no_skip" and Incident.objects.get().state == "open"


def test_a_whole_group_is_retried_at_once_and_one_cause_is_one_group(
    cast: Any, stuck: Callable[[int], Incident]
) -> None:
    made = [stuck(number) for number in (5, 6, 7)]
    ((group,), _after) = queries.groups(cast["sysadmin"])
    assert (group.count, group.error, group.words) == (3, "TimeoutError", "小额救助（测试） v2 登记")
    page = queries.group_of(cast["sysadmin"], made[1].pk)
    assert [row.pk for row in page.rows] == [row.pk for row in made]
    actions.retry_incidents(incidents=[row.pk for row in page.rows], by=cast["sysadmin"])
    assert all(outgoing.run(row.outgoing_id) for row in made) and queries.groups(cast["sysadmin"]) == ([], "")


def test_what_is_settled_already_is_stale_for_the_second_administrator(
    cast: Any, stuck: Callable[[int], Incident]
) -> None:
    one = stuck(5)
    actions.retry_incidents(incidents=[one.pk], by=cast["sysadmin"])
    with pytest.raises(Stale):
        actions.skip_incidents(incidents=[one.pk], reason=WHY, by=cast["sysadmin"])


def test_only_the_system_administrator_settles_and_only_in_his_area(
    cast: Any, stuck: Callable[[int], Incident], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = stuck(5)
    for who in ("prov_head", "xiji_review", "secadmin", "inspector"):
        with pytest.raises(Refusal) as refused:
            actions.retry_incidents(incidents=[one.pk], by=cast[who])
        assert refused.value.status == 403 and "系统管理员" in str(refused.value.who_may)
    with pytest.raises(NotFound):
        actions.take_incidents(incidents=[one.pk], by=cast["applicant1"])
    assert "operations" in posts_of(cast["sysadmin"])[0].role.rights
    type(one.case).objects.filter(pk=one.case_id).update(handling_code="110101001001")
    assert queries.groups(cast["sysadmin"]) == ([], "")
    with pytest.raises(Stale):
        actions.retry_incidents(incidents=[one.pk], by=cast["sysadmin"])


def test_a_skipped_timer_never_fires_and_a_retried_one_does(cast: Any, new_case: Callable[[int], Any]) -> None:
    case = new_case(5)
    for key in "ab":
        armed(case=case, kind="nobody", key=key, due_at=clock.now())
    Timer.objects.filter(kind="nobody").update(parked_at=clock.now(), attempts=10, error="KeyError")
    incidents.sweep()
    first, second = Incident.objects.order_by("pk")
    actions.skip_incidents(incidents=[first.pk], reason=WHY, by=cast["sysadmin"])
    actions.retry_incidents(incidents=[second.pk], by=cast["sysadmin"])
    assert timers.take() == [second.timer_id]


def test_the_history_of_work_without_a_case_is_read_by_the_audit_administrator(cast: Any) -> None:
    outgoing.send(topic="nobody", key="k", payload={}, now=clock.now())
    one = give_up(Outgoing.objects.get(key="k"))
    actions.skip_incidents(incidents=[one.pk], reason=WHY, by=cast["sysadmin"])
    assert "跳过故障" in [line.words for line in log.account_log(cast["auditadmin"]).lines]
