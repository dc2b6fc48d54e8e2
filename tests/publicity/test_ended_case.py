"""A case that ends while its notice runs leaves the list, and nothing of it is tried again and again."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from cases.calendar import clock
from cases.dossier import actions as dossier
from cases.history.models import Event
from cases.publicity import actions
from cases.publicity.models import PublicEntry
from tests.publicity.test_lists import after_the_end
from workflows.engine import clockwork
from workflows.walking import drive

pytestmark = pytest.mark.django_db


@pytest.fixture
def posted(cast: Any, published: Any, funded: Any) -> Any:
    """A real case on a public list, and the list."""
    published("rare_disease")
    funded("rare_disease", "100000")
    case = drive.to(drive.apply(slug="rare_disease", number=1, by=cast["applicant1"]), "PANEL")
    drive.panel([case], head=cast["prov_head"], members=[cast[f"panel{number}"] for number in range(1, 6)])
    return case, drive.give_notice([case], by=cast["publicity"])


def denied() -> int:
    return Event.objects.filter(outcome="denied").count()


def withdraw(case: Any, cast: Any) -> None:
    dossier.withdraw(case=case, reason="不想申请了", by=cast["applicant1"])
    case.refresh_from_db()


def test_a_withdrawn_case_leaves_its_list_and_three_passes_of_the_clock_refuse_nothing(cast: Any, posted: Any) -> None:
    case, plist = posted
    withdraw(case, cast)
    entry = PublicEntry.objects.get(case=case)
    assert case.state == "WITHDRAWN"
    assert entry.closed_at is not None
    assert Event.objects.filter(action="publicity.case_ended", stream__key=str(case.pk)).count() == 1
    before = denied()
    after_the_end(plist)
    for _pass in range(3):
        clockwork.one_pass()
    plist.refresh_from_db()
    assert (denied() - before, plist.state) == (0, "closed")


def test_the_page_of_a_withdrawn_case_keeps_its_bytes_and_takes_no_objection_to_it(
    cast: Any, posted: Any, client: Any
) -> None:
    case, plist = posted
    address = f"/public/{plist.token}/"
    before = client.get(address).content
    withdraw(case, cast)
    assert client.get(address).content == before
    answer = client.post(f"{address}object", {"entry": "1", "text": "他家有两套房子，不困难。"})
    assert answer.status_code == 200
    assert not case.objections.exists()


@pytest.mark.parametrize("upheld", [True, False])
def test_an_objection_to_a_case_that_ended_is_answered_and_moves_nothing(cast: Any, posted: Any, upheld: bool) -> None:
    case, _plist = posted
    made = actions.file_objection(entry=PublicEntry.objects.get(case=case), text="他家有两套房子，不困难。")
    withdraw(case, cast)
    closed = actions.close_objection(
        objection=made,
        upheld=upheld,
        reasons=["J20"],
        finding="申请人已经撤回，房子是借住的。",
        by=cast["prov_review2"],
    )
    case.refresh_from_db()
    assert (closed.state, case.state) == ("upheld" if upheld else "dismissed", "WITHDRAWN")
    assert Event.objects.filter(action="objection.closed", stream__key=str(case.pk), outcome="ok").count() == 1


def test_an_entry_that_was_left_open_by_an_ended_case_is_closed_by_the_clock(cast: Any, posted: Any) -> None:
    case, plist = posted
    with connection.cursor() as cursor:
        cursor.execute("UPDATE cases_case SET closed_at = relief_now(), state = 'TERMINATED' WHERE id = %s", [case.pk])
    after_the_end(plist)
    before = denied()
    assert actions.close_due() == 1
    assert actions.close_due() == 0
    assert denied() == before


def test_the_clock_ends_each_list_once_a_pass(posted: Any) -> None:
    assert len([sweep for sweep in clockwork._sweeps if sweep is actions.close_due]) == 1
    after_the_end(posted[1])
    assert clockwork.one_pass()["sweeps"] == 1


def test_the_database_lets_an_entry_end_early_only_when_its_case_ended(cast: Any, posted: Any) -> None:
    case, _plist = posted
    entry = PublicEntry.objects.get(case=case)
    with pytest.raises(IntegrityError, match="before its list"), transaction.atomic():
        PublicEntry.objects.filter(pk=entry.pk).update(closed_at=clock.now())
