"""Two people, or one person in two tabs, at the same moment: one case."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections

from cases.dossier import actions
from cases.dossier.models import Case, CaseCounter
from cases.errors import Refusal
from tests.evidence import files
from workflows.walking import drive


def at_once(*doings: Callable[[], Any]) -> list[Any]:
    """Do these in threads that start together; answers what each gave or raised."""
    gate, given = threading.Barrier(len(doings)), [None] * len(doings)

    def run(place: int, doing: Callable[[], Any]) -> None:
        gate.wait()
        try:
            given[place] = doing()
        except Refusal as refusal:
            given[place] = refusal
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=one) for one in enumerate(doings)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return given


def whole_draft(cast: Any, by: str) -> Case:
    """A draft of invented person 1 that lacks nothing but the button."""
    from cases.calendar import clock
    from cases.consent import actions as consent
    from cases.evidence import actions as evidence
    from cases.evidence.queries import papers

    case = drive.apply(slug="rare_disease", number=1, by=cast[by], submit=False)
    for paper in papers(case, today=clock.today()):
        evidence.add_file(case=case, material_code=paper.code, upload=files.upload(files.picture()), by=cast[by])
    consent.give(case=case, answers=drive.AGREE, by=cast[by])
    return case


@pytest.mark.django_db(transaction=True)
def test_a_double_click_makes_one_case(cast: Any, published: Any) -> None:
    published("rare_disease")
    mine = whole_draft(cast, "applicant1")
    send = lambda: actions.submit(case=mine, truth=True, by=cast["applicant1"])  # noqa: E731
    given = at_once(send, send)
    assert Case.objects.filter(number__isnull=False).count() == 1
    assert CaseCounter.objects.get().last == 1
    assert {getattr(one, "code", "") or one.number for one in given} <= {Case.objects.get().number, "stale"}


@pytest.mark.django_db(transaction=True)
def test_two_accounts_that_name_one_person_at_once_get_one_draft(cast: Any, published: Any) -> None:
    published("rare_disease")
    id_no = drive.programme("rare_disease").demo_answers(1)["patient_id_no"]  # type: ignore[misc]
    people = [cast["applicant1"], cast["applicant2"]]
    drafts = [actions.new_draft(programme="rare_disease", by=one) for one in people]

    def name(draft: Case, by: Any) -> Any:
        return actions.save_answer(case=draft, key="patient_id_no", value=id_no, by=by)

    given = at_once(*(lambda draft=draft, by=by: name(draft, by) for draft, by in zip(drafts, people, strict=True)))
    assert sorted(getattr(one, "code", "kept") for one in given) == ["kept", "one_open_case"]
    assert Case.objects.exclude(patient_key="").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_tabs_that_begin_at_once_share_one_draft(cast: Any, published: Any) -> None:
    published("rare_disease")
    begin = lambda: actions.new_draft(programme="rare_disease", by=cast["applicant1"])  # noqa: E731
    given = at_once(begin, begin, begin)
    assert len({one.pk for one in given}) == 1
