"""The database too lets nobody of the first review close an objection."""

import pytest
from django.db import DatabaseError, transaction

from cases.publicity.actions import file_objection
from cases.publicity.models import Objection, PublicEntry
from workflows.models import Decision
from workflows.walking import drive

pytestmark = pytest.mark.django_db


@pytest.fixture
def objection(cast, published, funded):
    published("rare_disease")
    funded("rare_disease", "50000")
    case = drive.to(drive.apply(slug="rare_disease", number=1, by=cast["applicant1"]), "PANEL")
    drive.panel([case], head=cast["prov_head"], members=[cast[f"panel{n}"] for n in range(1, 6)])
    drive.give_notice([case], by=cast["publicity"])
    return file_objection(entry=PublicEntry.objects.get(case=case), text="听说去年已经领过，请再核实一次。")


def close(objection, person):
    row = Objection.objects.get(pk=objection.pk)
    row.state, row.investigator, row.finding, row.closed_at = "dismissed", person, "查无此事", row.filed_at
    row.save()


@pytest.mark.parametrize("level", [1, 2])
def test_whoever_took_in_or_first_reviewed_the_case_is_refused_by_the_database(objection, level):
    person = Decision.objects.filter(case=objection.case, level=level).latest("id").actor
    with pytest.raises(DatabaseError, match="outside the first review"), transaction.atomic():
        close(objection, person)
    assert Objection.objects.get(pk=objection.pk).state == "open"


def test_somebody_from_outside_may(objection, cast):
    close(objection, cast["prov_head"])
    assert Objection.objects.get(pk=objection.pk).state == "dismissed"
