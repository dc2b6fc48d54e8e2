"""Work that was given up, and the pages of the administrator."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from cases.calendar import clock
from cases.dossier.models import Case
from cases.outgoing import actions as outgoing
from cases.outgoing.models import Outgoing
from tests.two_step.register import Register, on_the_second_road
from workflows.engine import incidents
from workflows.models import Incident
from workflows.walking import drive


@pytest.fixture
def register() -> Iterator[Register]:
    with on_the_second_road() as made:
        yield made


@pytest.fixture
def new_case(cast: Any, published: Any, funded: Any, register: Register) -> Callable[[int], Case]:
    """Files a case of person `number` and takes it to the machine's step."""
    published("two_step")
    funded("two_step", "90000")

    def make(number: int) -> Case:
        case = drive.apply(slug="two_step", number=number, by=cast["applicant1"])
        drive.step(case)
        return case

    return make


def give_up(row: Outgoing) -> Incident:
    """Try it until it is parked; its incident."""
    while not outgoing.run(row.pk):
        row.refresh_from_db()
        if row.parked_at is not None:
            break
        Outgoing.objects.filter(pk=row.pk).update(available_at=clock.now())
    incidents.sweep()
    return Incident.objects.get(outgoing=row, state="open")


@pytest.fixture
def stuck(new_case: Callable[[int], Case], register: Register) -> Callable[[int], Incident]:
    """The incident of a case whose job failed until it was given up."""

    def make(number: int) -> Incident:
        case = new_case(number)
        register.fault = TimeoutError()
        made = give_up(Outgoing.objects.get(topic="test.register", payload__case=case.pk))
        register.fault = None
        return made

    return make


@pytest.fixture
def browser(cast: Any) -> Client:
    """The system administrator's browser."""
    made = Client()
    made.force_login(cast["sysadmin"], backend="django.contrib.auth.backends.ModelBackend")
    return made
