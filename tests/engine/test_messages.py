"""A message of another system moves its case once, at once or when the case comes to wait for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.calendar import clock
from cases.dossier.models import Case
from cases.errors import Invalid, NotFound, Refusal
from cases.history.models import Event
from cases.outgoing import actions as outgoing
from cases.outgoing.models import Outgoing
from tests.two_step.register import Register, on_the_second_road
from workflows import actions
from workflows.models import Message
from workflows.operations import actions as operations
from workflows.walking import drive

pytestmark = pytest.mark.django_db
DETAILS = {"receipt_no": "R-7"}


@pytest.fixture
def register() -> Iterator[Register]:
    with on_the_second_road() as made:
        yield made


@pytest.fixture
def case(cast: Any, published: Any, funded: Any, register: Register) -> Case:
    """A case at the machine's step, two steps before it waits for the receipt."""
    published("two_step")
    funded("two_step", "9000")
    made = drive.apply(slug="two_step", number=5, by=cast["applicant1"])
    drive.step(made)
    return made


def work() -> None:
    """What a worker does when it was rung for everything."""
    for pk in outgoing.due():
        outgoing.run(pk)


def waits(case: Case) -> Case:
    """The case at the wait for the receipt."""
    work()
    drive.step(case, "grant")
    return case


def state(case: Case) -> str:
    case.refresh_from_db()
    return case.state


def tell(case: Case, cast: Any, key: str = "m1", **changes: Any) -> Message:
    given: dict[str, Any] = {"name": "receipt", "details": DETAILS, "by": cast["xiji_review"], **changes}
    return actions.receive_message(case=case, key=key, **given)


def test_a_message_that_is_waited_for_moves_the_case_at_once(cast: Any, case: Case) -> None:
    assert tell(waits(case), cast).delivered_at is not None and state(case) == "CLOSED"


def test_an_early_message_is_kept_and_delivered_when_the_case_waits_for_it(cast: Any, case: Case) -> None:
    early = tell(case, cast)
    assert early.delivered_at is None and state(case) == "COUNTY"
    waits(case)
    assert Outgoing.objects.filter(topic="message").count() == 1 and state(case) == "GRANTED"
    work()
    early.refresh_from_db()
    assert early.delivered_at is not None and state(case) == "CLOSED"
    assert Event.objects.filter(stream__key=str(case.pk), action="message.received").count() == 1


def test_the_same_id_again_changes_nothing_and_with_other_contents_is_refused(cast: Any, case: Case) -> None:
    first = tell(case, cast)
    assert tell(case, cast).pk == first.pk and Message.objects.count() == 1
    with pytest.raises(Invalid):
        tell(case, cast, details={"receipt_no": "R-8"})
    waits(case)
    work()
    assert state(case) == "CLOSED" and tell(case, cast).pk == first.pk


def test_a_message_is_delivered_once_even_when_its_order_runs_twice(cast: Any, case: Case) -> None:
    message = tell(case, cast)
    waits(case)
    assert [actions.deliver_message(message=message.pk, by=None) for _each in "ab"] == [True, True]
    assert Event.objects.filter(stream__key=str(case.pk), action="case.fact").count() == 1


def test_a_message_for_a_suspended_case_comes_when_it_goes_on(cast: Any, case: Case) -> None:
    waits(case)
    held = operations.suspend(case=case, reason="等法院的函，先停下来。", until=None, by=cast["prov_head"])
    assert tell(case, cast).delivered_at is None
    work()
    assert state(case) == "GRANTED"
    operations.resume(suspension=held, by=cast["prov_head"])
    Outgoing.objects.update(available_at=clock.now())
    work()
    assert state(case) == "CLOSED"


def test_only_who_answers_for_the_waiting_step_may_send_it_and_only_what_the_road_takes(cast: Any, case: Case) -> None:
    for who, status in (("xiji_intake", 403), ("zhongning_clerk", 404), ("applicant2", 404)):
        with pytest.raises(Refusal) as refused:
            tell(case, cast, by=cast[who])
        assert refused.value.status == status, who
    with pytest.raises(Invalid):
        tell(case, cast, name="payment_paid")
    with pytest.raises(NotFound):
        tell(case, cast, by=cast["sysadmin"])
    assert not Message.objects.exists()


def test_another_system_tells_it_by_the_api(cast: Any, case: Case) -> None:
    browser = Client()
    browser.force_login(cast["xiji_review"], backend="django.contrib.auth.backends.ModelBackend")
    address = reverse("api:messages", args=[case.number])
    body = {"name": "receipt", "id": "m1", "details": DETAILS}
    first = browser.post(address, body, content_type="application/json")
    assert first.status_code == 200 and first.json()["delivered_at"] is None
    waits(case)
    work()
    again = browser.post(address, body, content_type="application/json").json()
    assert again["id"] == "m1" and again["delivered_at"] is not None and state(case) == "CLOSED"
    assert browser.post(address, {"name": "receipt"}, content_type="application/json").status_code == 422
