"""复查: every night finished cases are judged again; what was right stays right, and what was smuggled in is found."""

import pytest
from django.core.management import call_command

from cases.recusal.actions import declare_relative
from workflows import replay
from workflows.engine import periodic
from workflows.models import Decision, DutyReplay, Incident
from workflows.running import actions as running
from workflows.walking import drive


@pytest.fixture
def finished(cast, published):
    published("two_step")
    case = drive.apply(slug="two_step", number=1, by=cast["applicant1"])
    drive.step(case, "reject")
    assert case.closed_at is not None
    return case


@pytest.mark.django_db
def test_a_finished_case_is_judged_once_and_an_open_one_not_yet(cast, finished):
    open_one = drive.apply(slug="two_step", number=2, by=cast["applicant2"])
    assert replay.replay() == 0
    row = DutyReplay.objects.get()
    assert row.case == finished and row.breaches == []
    assert replay.replay() == 0 and DutyReplay.objects.get().at == row.at
    assert not DutyReplay.objects.filter(case=open_one).exists()


@pytest.mark.django_db
def test_who_became_a_relative_of_the_case_later_did_no_wrong(cast, finished):
    actor = Decision.objects.get(case=finished).actor
    declare_relative(relation="other", name=str(finished.patient.name), by=actor)
    assert replay.replay() == 0


@pytest.mark.django_db(transaction=True)
def test_a_decision_smuggled_past_every_guard_is_found_and_is_an_incident(cast, finished, superuser_cursor, capsys):
    made = Decision.objects.get(case=finished)
    superuser_cursor.execute("ALTER TABLE workflows_decision DISABLE TRIGGER USER")
    superuser_cursor.execute("UPDATE workflows_decision SET actor_id = %s WHERE id = %s", [finished.owner_id, made.pk])
    assert replay.replay() == 1
    found = Incident.objects.get(kind="duty")
    assert found.case == finished and found.count == 1 and DutyReplay.objects.get().breaches
    assert replay.replay() == 0
    running.retry_incidents(incidents=[found.pk], by=cast["sysadmin"])
    assert replay.replay() == 1 and Incident.objects.filter(kind="duty", state="open").count() == 1
    with pytest.raises(SystemExit):
        call_command("check_flows", "--cases")
    assert finished.number in capsys.readouterr().err


@pytest.mark.django_db
def test_a_stop_in_the_middle_loses_nothing(cast, finished, monkeypatch):
    second = drive.apply(slug="two_step", number=2, by=cast["applicant2"])
    drive.step(second, "reject")
    monkeypatch.setattr(replay, "AT_ONCE", 1)
    monkeypatch.setattr(replay, "MOST", 1)
    replay.replay()
    assert DutyReplay.objects.count() == 1
    replay.replay()
    assert DutyReplay.objects.count() == 2


def test_it_runs_every_night_and_the_page_of_the_machine_names_it():
    assert periodic.registered["duties"].at == 2 and "复查" in str(periodic.registered["duties"].title)
