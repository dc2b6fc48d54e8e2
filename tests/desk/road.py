"""Cases on the road, and browsers of people, for the tests of the pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from viewflow.workflow.models import Task

from cases.dossier.models import Case
from cases.evidence import actions as evidence
from cases.policy import actions as policy
from cases.programme import programme
from workflows.models import WorkItem
from workflows.walking import drive
from workflows.walking.papers import picture


@pytest.fixture
def road(cast: dict[str, Any]) -> None:
    """The shipped policy, published."""
    draft = policy.load_policy(
        programme="rare_disease", version=programme("rare_disease").policy, by=cast["policy_edit"]
    )
    policy.publish(version=draft, by=cast["policy_publish"])


@pytest.fixture
def new_case(cast: dict[str, Any], road: None) -> Callable[..., Case]:
    """Files a case of invented person `number` and takes it to a state."""

    def make(number: int = 1, state: str = "INTAKE") -> Case:
        case = drive.apply(slug="rare_disease", number=number, by=cast["applicant1"])
        return drive.to(case, state)

    return make


@pytest.fixture
def signed_in() -> Callable[[Any], Client]:
    """A browser of a person."""

    def sign_in(person: Any) -> Client:
        browser = Client()
        browser.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        return browser

    return sign_in


def supplied(case: Case, *, by: Any, seed: int) -> None:
    """The applicant gives every paper of the open notice once more and sends it."""
    notice = case.supplements.get(answered_at=None)
    for item in notice.items.filter(kind="material"):
        upload = picture(item.key, seed=900 + seed)
        evidence.add_file(case=case, material_code=item.key, upload=upload, by=by)
    evidence.answer_supplement(case=case, by=by)
    case.refresh_from_db()


def copies(item: WorkItem, number: int, **changes: Any) -> None:
    """So many more rows of the queue like this one."""
    task = Task.objects.get(pk=item.task_id)
    tasks = [
        Task(process_id=task.process_id, flow_task=task.flow_task, flow_task_type=task.flow_task_type, status=task.status)
        for _number in range(number)
    ]  # fmt: skip
    same = {
        field.attname: getattr(item, field.attname)
        for field in WorkItem._meta.concrete_fields
        if not field.primary_key and field.name != "task"
    }
    rows = [WorkItem(**{**same, **changes, "task": made}) for made in Task.objects.bulk_create(tasks)]
    WorkItem.objects.bulk_create(rows)
