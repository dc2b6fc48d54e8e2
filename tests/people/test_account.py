"""Who may give another account, when, with which proof, and to whom the money may never go."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, transaction

from cases.access.models import User
from cases.apply.actions import correct_account
from cases.calendar import clock
from cases.dossier.models import Case
from cases.dossier.queries import answers
from cases.errors import Invalid, NotFound, Refusal
from cases.evidence import actions as evidence
from cases.evidence.models import MaterialFile
from cases.history.models import Event
from cases.people.actions import confirm_account
from cases.people.models import PayeeAccount
from cases.people.queries import current_account
from workflows.walking import drive
from workflows.walking.papers import picture

pytestmark = pytest.mark.django_db
VILLAGE = {"applicant_kind": "agent", "agent_relative": False, "hukou_division": "640422100991"}
NEW = "9990000000000009926"


@pytest.fixture
def filed(cast, published):
    """A case of the patient himself, or of the village worker for a patient who is the cast's second applicant."""
    published("rare_disease")

    def make(by: str = "applicant1", number: int = 1, **changes: Any) -> Case:
        place = VILLAGE if by == "agent1" else {"hukou_division": "640422100991"}
        return drive.apply(slug="rare_disease", number=number, by=cast[by], changes={**place, **changes})

    return make


def failed(case: Case) -> Case:
    """The bank could not pay it."""
    Case.objects.filter(pk=case.pk).update(state="FAILED")
    case.refresh_from_db()
    return case


def typed(case: Case, **more: Any) -> dict[str, Any]:
    given = {
        "holder": str(answers(case)["patient_name"]), "account": NEW, "bank_name": "演示银行西吉支行",
        "relation": "SELF", "card": picture("D09", seed=77),
    }  # fmt: skip
    return {**given, **more}


@pytest.fixture(autouse=True)
def quiet_road(monkeypatch):
    """These cases stand in a state by hand: what the road is told is not the matter here."""
    monkeypatch.setattr("cases.people.actions.tell", lambda *args, **kwargs: None)


@pytest.mark.parametrize("who", ["xiji_village", "xiji_town", "xiji_review", "prov_review", "fin_make", "agent1"])
def test_only_the_applicant_and_the_intake_clerk_of_the_county_give_an_account(filed, cast, who):
    case = failed(filed("agent1", number=2))
    with pytest.raises(Refusal) as refused:
        correct_account(case=case, by=cast[who], **typed(case))
    assert (refused.value.code, refused.value.status) == ("agent_no_money", 403)
    assert "西吉县" in str(refused.value.who_may)
    assert Event.objects.filter(action="account.correct", outcome="denied").exists()
    assert case.accounts.count() == 1


def test_a_stranger_does_not_learn_that_the_case_exists(filed, cast):
    case = failed(filed())
    for who in ("applicant2", "zhongning_clerk"):
        with pytest.raises(NotFound):
            correct_account(case=case, by=cast[who], **typed(case))


def test_the_patient_of_a_village_worker_corrects_the_account_with_the_phone_in_the_file(filed, cast):
    case = failed(filed("agent1", number=2))
    assert case.owner_id == case.agent_id == cast["agent1"].pk
    row = correct_account(case=case, by=cast["applicant2"], **typed(case))
    assert (row.given_by, row.channel, row.relation, row.tail) == (cast["applicant2"], "online", "SELF", NEW[-4:])
    assert row.card.material.code == "D09"
    assert row.card.pk in MaterialFile.objects.filter(case=case, material__code="D09").values_list("pk", flat=True)


@pytest.mark.parametrize(
    "state", ["INTAKE", "COUNTY", "PROVINCE", "PANEL", "PUBLICITY", "GRANTED", "PAYABLE", "SENT", "FOLLOWUP"]
)
def test_under_review_and_payment_the_payee_stands_in_the_action_and_in_the_database(filed, cast, state):
    case = filed()
    Case.objects.filter(pk=case.pk).update(state=state)
    with pytest.raises(Refusal) as refused:
        correct_account(case=case, by=cast["applicant1"], **typed(case))
    assert (refused.value.code, refused.value.status) == ("account_fixed", 409)
    row = current_account(case)
    with pytest.raises(DatabaseError, match="account stands while"), transaction.atomic():
        PayeeAccount.objects.filter(pk=row.pk).update(replaced_at=clock.now())
    with pytest.raises(DatabaseError, match="account stands while"), transaction.atomic():
        PayeeAccount.objects.create(
            case=case, holder="马演示", account=NEW, account_key="k", tail="9926", bank_name="演示银行",
            given_by=cast["applicant1"], given_at=clock.now(), replaced_at=clock.now(),
        )  # fmt: skip
    with pytest.raises(DatabaseError, match="does not change"), transaction.atomic():
        PayeeAccount.objects.filter(pk=row.pk).update(tail="0000")


def test_another_account_needs_a_photo_of_the_card(filed, cast):
    case = failed(filed())
    with pytest.raises(Invalid) as refused:
        correct_account(case=case, by=cast["applicant1"], **typed(case, card=None))
    assert set(refused.value.fields) == {"card"}
    with pytest.raises(DatabaseError, match="photo of the card"), transaction.atomic():
        PayeeAccount.objects.create(
            case=case, holder="马演示", account=NEW, account_key="k", tail="9926", bank_name="演示银行",
            given_by=cast["applicant1"], given_at=clock.now(), replaced_at=clock.now(),
        )  # fmt: skip


def test_the_holder_is_the_patient_or_a_relative_with_proof(filed, cast):
    case = failed(filed())
    with pytest.raises(Invalid) as refused:
        correct_account(case=case, by=cast["applicant1"], **typed(case, holder="演示路人"))
    assert set(refused.value.fields) == {"holder"}
    with pytest.raises(Invalid) as refused:
        correct_account(case=case, by=cast["applicant1"], **typed(case, holder="演示亲属", relation="SON"))
    assert set(refused.value.fields) == {"kin_proof"}
    with pytest.raises(Invalid) as refused:
        correct_account(
            case=case,
            by=cast["applicant1"],
            **typed(case, holder="演示路人", relation="FRIEND", kin_proof=picture("D42")),
        )
    assert set(refused.value.fields) == {"relation"}
    row = correct_account(
        case=case, by=cast["applicant1"], **typed(case, holder="演示亲属", relation="SON", kin_proof=picture("D42"))
    )
    assert row.relation == "SON"
    assert MaterialFile.objects.filter(case=case, material__code="D42").count() == 1


def test_a_refused_account_leaves_no_photo_behind(filed, cast):
    case = failed(filed())
    before = MaterialFile.objects.filter(case=case).count()
    with pytest.raises(Invalid):
        correct_account(case=case, by=cast["applicant1"], **typed(case, account="12"))
    assert MaterialFile.objects.filter(case=case).count() == before


def test_the_money_never_goes_to_the_helper_by_name_or_by_account(filed, cast):
    own = failed(filed("agent1", number=9, applicant_kind="self"))
    assert own.agent_id is None
    case = failed(filed("agent1", number=2))
    helper = str(cast["agent1"].name)
    with pytest.raises(Invalid) as refused:
        correct_account(
            case=case, by=cast["applicant2"],
            **typed(case, holder=f" {helper} ", relation="OTHER_KIN", kin_proof=picture("D42")),
        )  # fmt: skip
    assert refused.value.code == "agent_payee"
    with pytest.raises(Invalid) as refused:
        correct_account(
            case=case,
            by=cast["xiji_intake"],
            **typed(case, account=str(current_account(own).account), channel="counter"),
        )
    assert refused.value.code == "agent_payee"


def test_what_the_counter_entered_says_so_and_another_person_checks_it(filed, cast):
    case = failed(filed("agent1", number=2))
    with pytest.raises(Invalid) as refused:
        correct_account(case=case, by=cast["xiji_intake"], **typed(case, channel="online"))
    assert set(refused.value.fields) == {"channel"}
    row = correct_account(case=case, by=cast["xiji_intake"], **typed(case, channel="counter"))
    assert (row.channel, row.given_by) == ("counter", cast["xiji_intake"])
    with pytest.raises(Refusal) as refused:
        confirm_account(case=case, by=cast["xiji_intake"])
    assert refused.value.code == "second_person"
    with pytest.raises(DatabaseError, match="account_by_two_people"), transaction.atomic():
        PayeeAccount.objects.filter(pk=row.pk).update(confirmed_by=cast["xiji_intake"], confirmed_at=clock.now())
    assert confirm_account(case=case, by=cast["xiji_review"]).confirmed_by == cast["xiji_review"]


def test_a_helper_does_not_touch_the_account_in_a_supplement_and_the_patient_does(filed, cast):
    case = drive.to(filed("agent1", number=2), "INTAKE")
    items = [{"kind": "answer", "key": "account_no", "reason": "S06"}]
    drive.step(case, "supplement", data={"items": items}, reasons=[])
    with pytest.raises(Refusal) as refused:
        evidence.save_supplement_answer(case=case, key="account_no", value=NEW, by=cast["agent1"])
    assert refused.value.code == "agent_no_money"
    evidence.save_supplement_answer(case=case, key="account_no", value=NEW, by=cast["applicant2"])
    evidence.answer_supplement(case=case, by=cast["applicant2"])
    assert current_account(case).tail == NEW[-4:]
    assert case.accounts.count() == 2
    assert User.objects.get(pk=current_account(case).given_by_id) == cast["applicant2"]
