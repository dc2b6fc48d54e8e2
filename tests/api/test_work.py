"""A partner's machine fetches the work of a step, holds it, answers it, gives it back; and may do nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from cases.access.actions import appoint, end_post
from cases.access.models import MachineKey, Office, Role, User
from cases.calendar import clock
from cases.dossier import actions as dossier
from cases.dossier.models import Case
from cases.history.models import Event
from cases.outgoing import actions as outgoing
from cases.outgoing.models import Outgoing, Partner
from tests.publicity.test_races import at_once
from tests.two_step.register import on_the_road
from workflows.engine import clockwork, incidents
from workflows.models import Incident, WorkItem
from workflows.operations import actions as operations
from workflows.running import actions as running
from workflows.walking import drive

pytestmark = pytest.mark.django_db
TOPIC = "test.bureau"
Machine = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def new_case(cast: Any, published: Any, funded: Any) -> Iterator[Callable[[int], Case]]:
    """Files a case of person `number` and takes it to the step that the machine does."""
    published("two_step")
    funded("two_step", "90000")

    def make(number: int) -> Case:
        case = drive.apply(slug="two_step", number=number, by=cast["applicant1"])
        drive.step(case)
        return case

    with on_the_road("pulled"):
        yield make


@pytest.fixture
def case(new_case: Callable[[int], Case]) -> Case:
    return new_case(5)


def key_for(cast: Any, name: str, area: str = "6404", topics: tuple[str, ...] = (TOPIC,)) -> str:
    """A new machine with its post and its key, each by whoever may."""
    account = running.make_machine(username=name, by=cast["sysadmin"])
    role, office = Role.objects.get(pk="MCH"), Office.objects.get(division_code="64", kind="redcross")
    appoint(user=account, role=role, office=office, starts_on=clock.today(), by=cast["secadmin"])
    return running.give_key(account=account, topics=topics, area=area, days=30, by=cast["secadmin"])


def machine_of(key: str) -> Machine:
    """Calls with this key: the status and what was answered."""

    def call(address: str, **given: Any) -> tuple[int, dict[str, Any]]:
        headers = {"Authorization": f"Bearer {key}"}
        answer = Client().post(f"/api/v1/work/{address}/", given, "application/json", headers=headers)
        return answer.status_code, answer.json()

    return call


@pytest.fixture
def machine(cast: Any) -> Machine:
    return machine_of(key_for(cast, "bureau-1"))


@pytest.fixture
def other(cast: Any) -> Machine:
    return machine_of(key_for(cast, "bureau-2"))


def fetched(machine: Machine, **more: Any) -> list[dict[str, Any]]:
    status, found = machine("fetch", **{"topic": TOPIC, "seconds": 60, "most": 5} | more)
    assert status == 200, found
    results: list[dict[str, Any]] = found["results"]
    return results


def step_of(case: Case) -> str:
    return WorkItem.objects.get(case=case, state__in=["open", "claimed"]).step


def told(case: Case, outcome: str = "ok") -> list[tuple[str, dict[str, Any]]]:
    rows = Event.objects.filter(stream__kind="case", stream__key=str(case.pk), outcome=outcome).order_by("seq")
    return [(row.action, json.loads(row.payload)) for row in rows if row.action.startswith(("job.", "work."))]


def wait(seconds: int) -> None:
    clock.move_demo_clock(to=clock.now() + timedelta(seconds=seconds), by=None)


def test_an_order_is_fetched_held_longer_and_answered_and_all_of_it_is_on_record(case: Case, machine: Machine) -> None:
    [order] = fetched(machine)
    assert set(order) == {"lease", "until", "key", "topic", "case", "step", "attempt"}
    assert (order["case"], order["step"], order["attempt"]) == (case.number, "enter", 1)
    row = Outgoing.objects.get(topic=TOPIC)
    assert fetched(machine) == [] and row.pk not in outgoing.due() and not outgoing.run(row.pk)
    wait(50)
    status, held = machine(f"{order['lease']}/extend", seconds=300)
    assert status == 200 and held["until"] > order["until"]
    wait(200)
    assert machine(f"{order['lease']}/complete", result={"entry": "4711"}) == (200, {"outcome": "done"})
    assert step_of(case) == "grant"
    assert [name for name, _told in told(case)] == ["job.fetched", "job.kept", "job.done"]
    assert told(case)[-1][1]["result"] == {"entry": "4711"}
    done = Event.objects.get(stream__kind="case", stream__key=str(case.pk), action="job.done")
    assert (done.actor, done.acting_role) == (User.objects.get(username="bureau-1").pk, "MCH")


def test_the_same_answer_twice_moves_the_case_once_and_is_answered_alike(case: Case, machine: Machine) -> None:
    [order] = fetched(machine)
    first = machine(f"{order['lease']}/complete", result={"entry": "1"})
    assert machine(f"{order['lease']}/complete", result={"entry": "1"}) == first == (200, {"outcome": "done"})
    for address, given in (("complete", {"result": {"entry": "2"}}), ("fail", {"code": "x"})):
        assert machine(f"{order['lease']}/{address}", **given)[0] == 409
    assert [name for name, _told in told(case)].count("job.done") == 1 and step_of(case) == "grant"


def test_a_machine_that_died_loses_its_order_to_the_next_and_the_effect_happens_once(
    case: Case, machine: Machine, other: Machine
) -> None:
    [first] = fetched(machine)
    wait(61)
    [second] = fetched(other)
    assert second["key"] == first["key"] and second["attempt"] == 2 and second["lease"] != first["lease"]
    status, refused = machine(f"{first['lease']}/complete", result={"entry": "1"})
    assert (status, refused["code"]) == (409, "lease_lost") and step_of(case) == "enter"
    assert told(case, "denied") == [("work.complete", {"code": "lease_lost", "status": 409})]
    assert machine(f"{second['lease']}/complete", result={"entry": "1"})[0] == 409  # another's lease, though known
    assert other(f"{second['lease']}/complete", result={"entry": "2"})[0] == 200
    assert [one for name, one in told(case) if name == "job.done"][0]["result"] == {"entry": "2"}


def test_a_lease_that_is_over_answers_nothing_even_for_the_machine_that_had_it(case: Case, machine: Machine) -> None:
    [old] = fetched(machine)
    wait(61)
    calls = {"complete": {"result": {"entry": "1"}}, "fail": {"code": "busy"}, "extend": {"seconds": 60}}

    def is_lost() -> bool:
        return all(machine(f"{old['lease']}/{one}", **calls[one])[1].get("code") == "lease_lost" for one in calls)

    assert is_lost()
    [new] = fetched(machine)
    assert is_lost()
    row = Outgoing.objects.get(topic=TOPIC)
    assert (row.lease, row.attempts, row.error, step_of(case)) == (new["lease"], 2, "", "enter")


def test_a_fault_is_tried_again_and_at_last_an_incident_like_those_of_our_own_workers(
    case: Case, machine: Machine
) -> None:
    [order] = fetched(machine)
    assert machine(f"{order['lease']}/fail", code="busy") == (200, {"outcome": "again"})
    assert machine(f"{order['lease']}/fail", code="busy") == (200, {"outcome": "again"})
    assert fetched(machine) == []
    wait(30)
    [order] = fetched(machine)
    assert machine(f"{order['lease']}/fail", code="busy") == (200, {"outcome": "parked"})
    incidents.sweep()
    made = Incident.objects.get()
    assert (made.kind, made.name, made.error, made.case) == ("job", "two_step/pulled:enter", "busy", case)
    assert [one["code"] for name, one in told(case) if name == "job.tried"] == ["busy", "busy"]


def test_the_last_try_of_a_machine_that_never_comes_back_is_an_incident_and_a_retry_begins_anew(
    case: Case, machine: Machine, other: Machine, cast: Any
) -> None:
    for _try in range(2):
        assert Incident.objects.count() == 0 and len(fetched(machine)) == 1
        wait(61)
        clockwork.one_pass()
    made = Incident.objects.get()
    assert (made.kind, made.error, made.case) == ("job", "WorkerLost", case) and fetched(other) == []
    running.retry_incidents(incidents=[made.pk], by=cast["sysadmin"])
    [order] = fetched(other)
    assert order["attempt"] == 1 and other(f"{order['lease']}/complete", result={"entry": "1"})[0] == 200


def test_a_lasting_no_leaves_by_the_exit_for_it(case: Case, machine: Machine) -> None:
    [order] = fetched(machine)
    assert machine(f"{order['lease']}/fail", code="unknown_person", lasting=True) == (200, {"outcome": "failed"})
    assert step_of(case) == "second_look" and told(case)[-1][1]["result"] == {"code": "unknown_person"}


@pytest.mark.parametrize("result", [{}, {"entry": "x"}, {"entry": "1", "name": "马演示"}, {"entry": ["1"]}])
def test_an_answer_in_another_form_is_refused_and_kept_nowhere(
    case: Case, machine: Machine, result: dict[str, Any]
) -> None:
    [order] = fetched(machine)
    status, refused = machine(f"{order['lease']}/complete", result=result)
    assert (status, refused["code"]) == (422, "invalid") and refused["fields"]
    assert "马演示" not in "".join(Event.objects.values_list("payload", flat=True)) and step_of(case) == "enter"
    assert machine(f"{order['lease']}/complete", result={"entry": "1"})[0] == 200


def test_a_key_opens_its_topics_in_its_area_while_its_account_has_the_post_and_nothing_else(
    case: Case, cast: Any
) -> None:
    elsewhere = machine_of(key_for(cast, "bureau-b", area="6405"))
    assert fetched(elsewhere) == []
    key = key_for(cast, "bureau-1")
    mine = machine_of(key)
    assert mine("fetch", topic="test.register", seconds=60)[1]["code"] == "not_your_topic"
    for address in ("tasks/", f"cases/{case.number}/"):
        assert Client().get(f"/api/v1/{address}", headers={"Authorization": f"Bearer {key}"}).status_code == 401
    browser = Client()
    browser.force_login(cast["xiji_intake"], backend="django.contrib.auth.backends.ModelBackend")
    assert browser.post("/api/v1/work/fetch/", {}, "application/json").status_code == 401
    post = User.objects.get(username="bureau-1").posts.get()
    end_post(post=post, ends_on=clock.today(), by=cast["secadmin"])
    wait(86400)
    assert mine("fetch", topic=TOPIC, seconds=60)[0] == 404
    running.end_key(key=MachineKey.objects.get(user=post.user).pk, by=cast["secadmin"])
    assert mine("fetch", topic=TOPIC, seconds=60)[0] == 401 and machine_of("guess")("fetch")[0] == 401


def test_what_is_suspended_or_withdrawn_is_not_fetched_and_a_late_answer_is_refused_on_record(
    case: Case, cast: Any, machine: Machine
) -> None:
    held = operations.suspend(case=case, reason="等法院的函，先停下来。", until=None, by=cast["prov_head"])
    assert fetched(machine) == []
    operations.resume(suspension=held, by=cast["prov_head"])
    [order] = fetched(machine)
    dossier.withdraw(case=case, reason="家里已经借到钱，不申请了。", by=cast["applicant1"])
    row = Outgoing.objects.get(topic=TOPIC)
    assert row.withdrawn_at is not None
    status, refused = machine(f"{order['lease']}/complete", result={"entry": "1"})
    assert (status, refused["code"]) == (409, "withdrawn")
    assert told(case, "denied") == [("work.complete", {"code": "withdrawn", "status": 409})]
    case.refresh_from_db()
    assert case.state == "WITHDRAWN" and fetched(machine) == []


def test_who_fetches_one_gets_past_the_cases_that_others_have_in_hand(
    new_case: Callable[[int], Case], machine: Machine
) -> None:
    first, second = new_case(5), new_case(6)
    beside = {"alone": f"case-{first.pk}", "lease_until": clock.now() + timedelta(minutes=5)}
    Outgoing.objects.create(
        topic="test.register", key="beside", created_at=clock.now(), available_at=clock.now(), attempts=1, **beside
    )
    assert [order["case"] for order in fetched(machine, most=1)] == [second.number]
    assert fetched(machine, most=1) == []
    wait(301)
    assert {order["case"] for order in fetched(machine)} == {first.number, second.number}


def test_of_orders_that_are_not_for_it_a_machine_learns_nothing_and_leaves_no_trace(
    case: Case, cast: Any, machine: Machine
) -> None:
    fetched(machine)
    row = Outgoing.objects.get(topic=TOPIC)
    elsewhere = machine_of(key_for(cast, "bureau-b", area="6405"))
    for pk in (row.pk, row.pk + 1000):
        status, refused = elsewhere(f"{pk}.guess/extend", seconds=60)
        assert (status, refused["code"]) == (409, "lease_lost")
    assert told(case, "denied") == []


def test_the_limit_of_the_partner_holds_for_fetching_too(new_case: Callable[[int], Case], machine: Machine) -> None:
    for number in (5, 6, 7):
        new_case(number)
    Partner.objects.create(name="bureau", per_minute=2)
    assert [len(fetched(machine)), len(fetched(machine))] == [2, 0]
    wait(60)
    assert len(fetched(machine, most=1)) == 1


@pytest.mark.django_db(transaction=True)
def test_two_machines_at_the_same_moment_never_hold_the_same_order(
    new_case: Callable[[int], Case], machine: Machine, other: Machine
) -> None:
    cases = [new_case(number) for number in (5, 6, 7, 8)]
    got = at_once(*[lambda one=one: fetched(one, most=4) for one in (machine, other, machine, other)])
    keys = [order["key"] for orders in got for order in orders]
    keys += [order["key"] for order in fetched(machine)]
    assert sorted(keys) == sorted({f"job-{WorkItem.objects.get(case=case, state='open').pk}" for case in cases})
    assert set(Outgoing.objects.filter(topic=TOPIC).values_list("attempts", flat=True)) == {1}


@pytest.mark.django_db(transaction=True)
def test_two_answers_at_the_same_moment_move_the_case_once(case: Case, machine: Machine) -> None:
    [order] = fetched(machine)
    send = lambda: machine(f"{order['lease']}/complete", result={"entry": "1"})  # noqa: E731
    assert at_once(send, send) == [(200, {"outcome": "done"})] * 2
    assert [name for name, _told in told(case)].count("job.done") == 1
