"""The clock stands still while somebody outside is asked, and goes on where it stood."""

from datetime import timedelta

import pytest

from cases.calendar import clock
from cases.calendar.queries import calendar
from cases.calendar.rules import add_workdays, workdays_between
from cases.evidence import actions as evidence
from cases.publicity.actions import close_objection, file_objection
from cases.publicity.models import PublicEntry
from workflows.models import Pause
from workflows.walking import drive
from workflows.walking.papers import picture

pytestmark = pytest.mark.django_db


def later(days, cast):
    clock.move_demo_clock(days=days, by=cast["prov_head"])


def test_the_county_gets_back_only_the_days_it_had_left_when_the_applicant_was_asked(cast, published):
    published("rare_disease")
    case = drive.apply(slug="rare_disease", number=1, by=cast["applicant1"])
    first = drive.open_item(case)
    received = first.offered_at.astimezone().date()
    asked_on = add_workdays(clock.today(), 1, calendar()).on
    clock.move_demo_clock(to=asked_on, by=cast["prov_head"])
    items = [{"kind": "material", "key": "D02", "reason": "S02", "note": ""}]
    drive.step(case, "supplement", data={"items": items})
    later(9, cast)
    evidence.add_file(case=case, material_code="D02", upload=picture("D02", seed=77), by=case.owner)
    evidence.answer_supplement(case=case, by=case.owner)
    again = drive.open_item(case)
    assert again.step == "intake"
    used = workdays_between(received, asked_on, calendar())
    left = workdays_between(clock.today(), again.due_on, calendar())
    assert used + left == first.days == again.days
    assert Pause.objects.filter(item=again, reason="supplement", ends_on=clock.today()).exists()


def test_publicity_stands_still_while_an_objection_is_looked_into(cast, published, funded):
    published("rare_disease")
    funded("rare_disease", "50000")
    case = drive.to(drive.apply(slug="rare_disease", number=1, by=cast["applicant1"]), "PANEL")
    drive.panel([case], head=cast["prov_head"], members=[cast[f"panel{n}"] for n in range(1, 6)])
    drive.give_notice([case], by=cast["publicity"])
    before = drive.open_item(case)
    objection = file_objection(entry=PublicEntry.objects.get(case=case), text="听说去年已经领过，请再核实一次。")
    assert Pause.objects.get(item=before).ends_on is None
    later(4, cast)
    close_objection(
        objection=objection,
        upheld=False,
        finding="查过两年的发放记录，没有领过。",
        answer="没有领过。",
        by=cast["prov_head"],
    )
    after = drive.open_item(case)
    assert after.pk == before.pk
    assert after.due_on > before.due_on
    assert Pause.objects.get(item=before).ends_on == clock.today()
    assert after.due_on - before.due_on <= timedelta(days=6)
