"""A person is erased by two people: nothing of him opens in any copy, what the law keeps is set aside, and history stays whole."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import IntegrityError, InternalError, connection, connections, transaction
from django.test import Client
from django.urls import reverse

from cases.access.queries import get_case
from cases.calendar import clock
from cases.dossier.actions import withdraw
from cases.dossier.models import Answer, Case
from cases.errors import Erased, NotFound, Refusal
from cases.evidence import vault
from cases.evidence.models import MaterialFile
from cases.history.check import verify
from cases.history.models import Event
from cases.notices.models import Notice
from cases.notices.queries import sheet_of
from cases.people.models import PayeeAccount, Person
from cases.policy.queries import due_date, policy_of
from cases.privacy import actions
from cases.privacy.models import PrivacyRequest, SubjectKey
from cases.sealed import Sealed, unseal
from cases.subjects import Closed
from project import archive, roles
from tests.cast import everybody
from tests.database import alone, clone, drop, forget, use
from tests.history.test_dump import dump, forms_of
from workflows.desk.casefile.views import PANELS
from workflows.walking import drive

SLUG = "rare_disease"


@pytest.fixture(scope="module")
def world(django_db_setup: Any, django_db_blocker: Any) -> Iterator[SimpleNamespace]:
    """A database of its own with one case that was withdrawn and one that goes on."""
    home, mine = connections["default"].settings_dict["NAME"], clone()
    with django_db_blocker.unblock():
        use(mine)
        cast = everybody()
        drive.publish_policy(slug=SLUG, maker=cast["policy_edit"], publisher=cast["policy_publish"])
        other = drive.apply(slug=SLUG, number=2, by=cast["applicant2"])
        case = drive.apply(slug=SLUG, number=1, by=cast["applicant1"])
        yield SimpleNamespace(cast=cast, case=case, other=other, one=cast["prov_review"], two=cast["prov_head"])
        use(home)
    forget(mine)


def planted(case: Case) -> dict[str, str]:
    """What the case and its patient hold, in clear."""
    values = {f"answer {row.key}": str(row.value) for row in Answer.objects.filter(case=case)}
    person = Person.objects.get(pk=case.patient_id)
    values |= {"name": str(person.name), "id": str(person.id_no), "phone": str(person.phone)}
    account = PayeeAccount.objects.get(case=case, replaced_at=None)
    values |= {"account": str(account.account), "holder": str(account.holder)}
    plain = ("division", "bank_name")
    values = {name: value for name, value in values.items() if not name.endswith(plain)}
    values = {name: value for name, value in values.items() if not name.endswith(("division", "bank_name"))}
    values |= {f"letter {row.pk}": str(row.body) for row in Notice.objects.filter(case=case)}
    return {name: value for name, value in values.items() if len(value) >= 6 or name in ("name", "holder")}


def sentences() -> list[str]:
    """What the check of history finds."""
    return [f"{one.cause} {one.table} {one.sentence}" for one in verify(connection).findings]


def dossier(cast: dict[str, Any], case: Case) -> Any:
    """What an inspector gets who asks for the sealed dossier."""
    browser = Client()
    browser.force_login(cast["inspector"])
    return browser.post(reverse("inspection:dossier", args=[case.number]), {"purpose": "移送复核"})


def ask(world: SimpleNamespace, case: Case) -> PrivacyRequest:
    case.refresh_from_db()
    return actions.ask(case=case, kind="erasure", words="", by=case.owner)


def refused(code: str, act: Any, **given: Any) -> None:
    with pytest.raises(Refusal) as refusal:
        act(**given)
    assert refusal.value.code == code


@pytest.fixture
def saving(settings: Any) -> Any:
    """A backup of the database in use, as the command makes it; answers the two files."""

    def save(target: Path) -> tuple[Path, Path]:
        settings.OWNER_DATABASE = replace(settings.OWNER_DATABASE, name=connection.settings_dict["NAME"])
        archive.backup(target)
        return target, archive.keys_beside(target)

    return save


def restored(settings: Any, place: Path, data: Path, keys: Path) -> str:
    """An empty database of its own with the data of one backup and the keys of another."""
    name = clone()
    with alone() as cursor:
        drop(cursor, name)
        roles.make_database(cursor, name, template="template0", owner=settings.OWNER_DATABASE.user)
    settings.OWNER_DATABASE = replace(settings.OWNER_DATABASE, name=name)
    settings.VAR, settings.KIND_FILE = place, place / "kind"
    settings.STORAGES = {**settings.STORAGES, "default": {"OPTIONS": {"location": place / "files"}}}
    archive.restore(data, keys)
    return name


def test_a_person_is_erased_by_two_people_and_history_stays_whole(
    world: Any, superuser_cursor: Any, tmp_path: Any, saving: Any, settings: Any
) -> None:
    cast, case, one, two = world.cast, world.case, world.one, world.two
    values = planted(case)
    assert len(values) >= 15
    file = MaterialFile.objects.filter(case=case).first()
    body = vault.get(file.token, file.path)
    letter = Notice.objects.filter(case=case).first()
    assert sentences() == []
    old_data, old_keys = saving(tmp_path / "old.tar")
    with pytest.raises(NotFound):
        actions.ask(case=case, kind="erasure", words="", by=cast["applicant2"])
    asked = ask(world, case)
    assert asked.due_on == due_date(policy_of(case), "privacy_answer", clock.today()).on
    refused("held_open", actions.propose, request=asked, by=one)
    withdraw(case=case, reason="不想办了", by=case.owner)

    placed = actions.hold(
        case=case, kind="litigation", reason="（演示）民事诉讼", until=clock.today() + timedelta(days=90), by=two
    )
    actions.propose(request=asked, by=one)
    asked.refresh_from_db()
    assert asked.state == "restricted"
    assert str(Person.objects.get(pk=case.patient_id).name) == "限制查阅"
    assert dossier(cast, case).status_code == 403
    with pytest.raises(Erased):
        get_case(two, case.number)
    with pytest.raises(Erased):
        sheet_of(Notice.objects.get(pk=letter.pk))
    assert Event.objects.filter(action="privacy.read", outcome="denied", actor=two.pk).count() == 1
    assert sentences() == []
    actions.release(hold=placed, by=two)

    actions.propose(request=asked, by=one)
    refused("second_person", actions.erase, request=asked, by=one)
    refused("no_right", actions.erase, request=asked, by=cast["fin_make"])
    with pytest.raises((IntegrityError, InternalError)), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT privacy_erase(%s)", [asked.pk])
    actions.erase(request=asked, by=two)
    events = Event.objects.filter(action__in=["privacy.erased", "key.destroyed"]).count()
    actions.erase(request=asked, by=two)
    assert events >= 4 and Event.objects.filter(action__in=["privacy.erased", "key.destroyed"]).count() == events

    assert sentences() == []
    person = Person.objects.get(pk=case.patient_id)
    assert isinstance(person.name, Sealed) and str(person.name) == "已删除" == str(
        Answer.objects.filter(case=case)[0].value
    )
    assert person.id_key.startswith("erased:") and not Case.objects.get(pk=case.pk).patient_key
    person.save()
    assert sentences() == []
    assert default_storage.size(file.path) < 40
    with pytest.raises(Closed, match="erased"):
        vault.get(file.token, file.path)
    with pytest.raises(Erased):
        sheet_of(Notice.objects.get(pk=letter.pk))
    assert dossier(cast, case).status_code == 410
    refused("erased", actions.ask, case=case, kind="copy", words="", by=case.owner)
    assert str(Person.objects.get(pk=world.other.patient_id).name) not in ("", "已删除")
    text = dump(superuser_cursor)
    assert {name for name, value in values.items() for form in forms_of(value) if form in text} == set()
    assert body

    _new_data, new_keys = saving(tmp_path / "new.tar")
    home = connection.settings_dict["NAME"]
    for keys, name in ((new_keys, "已删除"), (old_keys, values["name"])):
        mine = restored(settings, tmp_path / keys.stem, old_data, keys)
        use(mine)
        assert sentences() == [] and bool(Case.objects.get(pk=case.pk).patient_key) == (name != "已删除")
        shown = [str(Person.objects.get(pk=one.patient_id).name) for one in (case, world.other)]
        use(home)
        forget(mine)
        assert shown[0] == name and shown[1] not in ("", "已删除")


def test_the_money_of_a_paid_case_is_set_aside_for_its_vouchers_and_the_rest_is_erased(world: Any) -> None:
    cast = world.cast
    fund = drive.fund(slug=SLUG, yuan="50000", by=cast["fin_make"])
    paid = drive.to(drive.apply(slug=SLUG, number=3, by=cast["applicant3"]), "PANEL")
    drive.panel([paid], head=cast["prov_head"], members=[cast[f"panel{number}"] for number in range(1, 6)])
    drive.give_notice([paid], by=cast["publicity"])
    drive.end_notice(by=cast["prov_head"])
    drive.to(paid, "PAYABLE")
    batch, data = drive.send_batch(
        of=fund, maker=cast["fin_make"], checker=cast["fin_check"], releaser=cast["fin_release"]
    )
    drive.bank_answers(batch, data, maker=cast["fin_make"], checker=cast["fin_check"])
    drive.to(paid, "CLOSED")
    asked = ask(world, paid)
    actions.propose(request=asked, by=world.one)
    actions.erase(request=asked, by=world.two)
    line, account = batch.lines.get(), PayeeAccount.objects.get(case=paid, replaced_at=None)
    assert {str(line.holder), str(line.account), str(account.holder), str(account.account)} == {"限制查阅"}
    assert (
        str(Answer.objects.filter(case=paid)[0].value) == "已删除" == str(Person.objects.get(pk=paid.patient_id).name)
    )
    assert SubjectKey.objects.get(subject=f"money:{paid.pk}").wrapped
    assert sentences() == []
    browser = Client()
    browser.force_login(world.two)
    for tab in sorted(PANELS.keys() - {"veiled"}):
        page = browser.get(reverse("case:tab", args=[paid.number, tab]))
        assert page.status_code == 200 or (page.status_code == 410 and "已经依法删除" in page.content.decode()), tab
    browser = Client()
    browser.force_login(paid.owner)
    shown = browser.get(reverse("privacy:mine", args=[paid.token]))
    assert shown.status_code == 200 and "已经删除" in shown.content.decode()
    assert browser.get(reverse("privacy:copy", args=[paid.token])).status_code == 410


def test_a_ciphertext_in_the_row_of_somebody_else_opens_for_nobody(world: Any) -> None:
    mine, his = (Answer.objects.filter(case=case, key="patient_name").first() for case in (world.case, world.other))
    with connection.cursor() as cursor:
        cursor.execute("SELECT value FROM cases_answer WHERE id = %s", [his.pk])
        (token,) = cursor.fetchone()
    assert token.startswith(f"s2.case:{world.other.pk}.") and unseal(token, "cases_answer.value")
    moved = token.replace(f"case:{world.other.pk}", f"account:{world.other.owner.subject.hex}")
    with pytest.raises(ValueError, match="does not open"):
        unseal(moved, "cases_answer.value")
    assert mine is not None


def test_another_installation_key_wraps_the_keys_anew_and_opens_what_was_sealed_before(
    world: Any, settings: Any
) -> None:
    before = str(Person.objects.get(pk=world.other.patient_id).name)
    old = dict(settings.FIELD_KEYS)
    try:
        settings.FIELD_KEYS = {"k9": os.urandom(32), **old}
        said = io.StringIO()
        call_command("rewrap_keys", stdout=said)
        assert "keys are wrapped under k9" in said.getvalue()
        assert not SubjectKey.objects.exclude(kid="k9").filter(destroyed_at=None).exists()
        assert str(Person.objects.get(pk=world.other.patient_id).name) == before
        new, settings.FIELD_KEYS = settings.FIELD_KEYS, old
        with pytest.raises(ValueError, match="key of this subject does not open"):
            Person.objects.get(pk=world.other.patient_id)
        settings.FIELD_KEYS = {**old, **new}
        call_command("rewrap_keys", stdout=io.StringIO())
    finally:
        settings.FIELD_KEYS = old


def test_a_key_is_made_once_and_not_by_hand(world: Any) -> None:
    for line in (
        "UPDATE cases_subjectkey SET wrapped = NULL, destroyed_at = now()",
        "DELETE FROM cases_subjectkey",
        "INSERT INTO cases_subjectkey (subject, kid, made_at) VALUES ('case:0', 'k', now())",
    ):
        with pytest.raises(Exception, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(line)
