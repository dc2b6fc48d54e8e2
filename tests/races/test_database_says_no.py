"""What the database refuses to the application role itself, whoever writes the statement."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, connections, transaction

from cases.calendar import clock
from cases.errors import Refusal
from cases.evidence import actions as evidence
from cases.evidence.models import MaterialFile
from cases.evidence.queries import papers
from cases.money.models import BatchLine, PaymentBatch, Payout, PayoutAttempt
from cases.notices.models import Notice
from cases.publicity.models import PublicEntry, PublicList
from tests.desk.road import copies
from tests.dossier.test_races import at_once
from tests.money.conftest import Desk, Road, desk, fund, grant, road
from workflows import actions
from workflows.barring import parties
from workflows.models import Decision, Duty, WorkItem
from workflows.walking import drive
from workflows.walking.papers import picture

__all__ = ["Road", "desk", "fund", "grant", "road"]


def sql(statement: str, *values: Any) -> None:
    """One raw statement as the application role."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def second_decision(made: Decision, step: str, *, actor: int, **more: Any) -> None:
    """Copy a decision as a raw row of another actor and step, for a new open item of that step."""
    copies(drive.open_item(made.case), 1, step=step)
    item = WorkItem.objects.filter(case=made.case, step=step).latest("id").pk
    values = {"actor_id": actor, "level": None, "item_id": item, "step": step, **more}
    names = [str(field.column) for field in Decision._meta.concrete_fields if field.column != "id"]
    changed = dict.fromkeys(values, "%s")
    sql(
        f"INSERT INTO workflows_decision ({', '.join(names)}) "
        f"SELECT {', '.join(changed.get(name, name) for name in names)} FROM workflows_decision WHERE id = %s",
        *[values[name] for name in names if name in changed],
        made.pk,
    )


@pytest.fixture
def decided(cast: Any, published: Any) -> Decision:
    """The first decision of level 2 of a case that stands at level 3."""
    published("rare_disease")
    case = drive.to(drive.apply(slug="rare_disease", number=1, by=cast["applicant1"]), "CITY")
    return Decision.objects.get(case=case, level=2)


@pytest.mark.django_db
@pytest.mark.parametrize("step", ["intake", "city_recheck"])
def test_nobody_is_on_two_neighbouring_levels_not_even_by_hand(decided: Decision, step: str) -> None:
    with pytest.raises(IntegrityError, match="duty_not_next"):
        second_decision(decided, step, actor=decided.actor_id)


@pytest.mark.django_db
def test_a_level_that_the_writer_leaves_out_is_the_level_of_the_road(decided: Decision, cast: Any) -> None:
    second_decision(decided, "city_recheck", actor=cast["guyuan_city"].pk, level=None)
    assert Decision.objects.get(case=decided.case, step="city_recheck").level == 3


@pytest.mark.django_db
@pytest.mark.parametrize(("before", "after"), [("province_review", "reject_check"), ("grant", "province_review")])
def test_steps_that_exclude_each_other_are_two_people_in_both_orders_even_by_hand(
    decided: Decision, cast: Any, before: str, after: str
) -> None:
    second_decision(decided, before, actor=cast["prov_head"].pk)
    with pytest.raises(IntegrityError, match="excludes this one"):
        second_decision(decided, after, actor=cast["prov_head"].pk)
    second_decision(decided, after, actor=cast["prov_review"].pk)


@pytest.mark.django_db
def test_a_step_of_no_road_and_a_step_beside_its_item_cannot_be_decided(decided: Decision, cast: Any) -> None:
    with pytest.raises(IntegrityError, match="declares no step"):
        second_decision(decided, "made_up", actor=cast["prov_head"].pk)
    with pytest.raises(IntegrityError, match="declares no step"):
        second_decision(decided, "grant", actor=cast["prov_head"].pk, item_id=drive.open_item(decided.case).pk)


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["cases_answer", "cases_materialfile"])
def test_whoever_entered_a_part_of_the_file_does_not_decide_on_it(cast: Any, published: Any, table: str) -> None:
    published("rare_disease")
    clerk = cast["xiji_intake"]
    case = drive.apply(slug="rare_disease", number=1, by=cast["applicant1"], submit=False)
    if table == "cases_answer":
        sql("UPDATE cases_answer SET by_id = %s WHERE case_id = %s AND key = 'patient_name'", clerk.pk, case.pk)
    else:
        paper = papers(case, today=clock.today())[0].code
        evidence.add_file(case=case, material_code=paper, upload=picture(paper), by=cast["applicant1"])
        names = [field.column for field in MaterialFile._meta.concrete_fields if field.column != "id"]
        taken = [{"by_id": str(clerk.pk), "token": "gen_random_uuid()"}.get(name, name) for name in names]
        sql(f"INSERT INTO cases_materialfile ({', '.join(names)}) SELECT {', '.join(taken)} FROM cases_materialfile")
    drive.finish(case, by=cast["applicant1"])
    assert clerk.pk in parties(case)
    item = drive.open_item(case)
    assert item.role == "MUN" and item.entrusted_from == "640422"
    with pytest.raises(Refusal):
        actions.decide(item=item.pk, outcome="accept", opinion="材料齐全，予以受理。", by=clerk)
    with pytest.raises(IntegrityError, match="entered a part"):
        sql("INSERT INTO workflows_decision (case_id, item_id, round, step, outcome, to_step, reasons, opinion, actor_id,"
            " role, office_id, entrusted_from, happened_on, at) SELECT %s, %s, 1, 'intake', 'accept', '', '[]', '', %s,"
            " 'CTY1', (SELECT min(id) FROM cases_office), '', (now() AT TIME ZONE 'Asia/Shanghai')::date, now()", case.pk, item.pk, clerk.pk)  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM cases_answer WHERE case_id = %s",
        "UPDATE cases_answer SET source = 'verified' WHERE case_id = %s",
        "UPDATE cases_answer SET value = value || '' WHERE case_id = %s",
        "DELETE FROM cases_materialfile WHERE case_id = %s",
        "UPDATE cases_materialfile SET removed_at = now() WHERE case_id = %s",
        "UPDATE cases_materialfile SET sha256 = '' WHERE case_id = %s",
        "UPDATE cases_payeeaccount SET tail = '9999' WHERE case_id = %s",
        "UPDATE cases_payeeaccount SET relation = 'CHILD' WHERE case_id = %s",
        "DELETE FROM cases_payeeaccount WHERE case_id = %s",
    ],
)
def test_what_was_sent_stays_as_it_was_sent(decided: Decision, statement: str) -> None:
    with pytest.raises(DatabaseError):
        sql(statement, decided.case_id)


@pytest.mark.django_db
@pytest.mark.parametrize("reasons", ["[]", "null", "{}", '[""]', "[1]", '["  "]'])
def test_a_decision_against_without_a_coded_reason_is_refused_by_the_database(
    decided: Decision, cast: Any, reasons: str
) -> None:
    with pytest.raises(IntegrityError, match="reason"):
        second_decision(decided, "city_recheck", actor=cast["guyuan_city"].pk, outcome="return", reasons=reasons)


@pytest.mark.django_db
def test_the_policy_of_an_accepted_case_stays_the_one_it_was_accepted_under(decided: Decision) -> None:
    for change in ("policy_id = NULL", "accepted_on = accepted_on + 1"):
        with pytest.raises(IntegrityError, match="policy of an accepted case"):
            sql(f"UPDATE cases_case SET {change} WHERE id = %s", decided.case_id)


@pytest.mark.django_db
def test_the_database_takes_a_level_of_somebody_else(decided: Decision, cast: Any) -> None:
    second_decision(decided, "city_recheck", actor=cast["guyuan_city"].pk)
    assert Duty.objects.filter(case=decided.case, actor=cast["guyuan_city"], level=3).exists()


@pytest.mark.django_db
def test_the_applicant_does_not_decide_not_even_by_hand(decided: Decision) -> None:
    with pytest.raises(IntegrityError, match="who applied"):
        second_decision(decided, "city_recheck", actor=decided.case.owner_id)


@pytest.mark.django_db
def test_what_was_decided_is_neither_changed_nor_removed(decided: Decision) -> None:
    for statement in ("UPDATE workflows_decision SET outcome = 'agree' WHERE id = %s",
                      "DELETE FROM workflows_decision WHERE id = %s",
                      "DELETE FROM workflows_duty WHERE case_id = %s"):  # fmt: skip
        with pytest.raises(DatabaseError):
            sql(statement, decided.pk)


@pytest.mark.django_db(transaction=True)
def test_two_connections_cannot_put_one_person_on_two_neighbouring_levels(decided: Decision) -> None:
    newcomer = drive.person_for(drive.open_item(decided.case))

    def insert(level: int) -> Any:
        try:
            sql("INSERT INTO workflows_duty (case_id, actor_id, level, low, high) VALUES (%s, %s, %s, %s, %s)",
                decided.case_id, newcomer.pk, level, level // 2, (level + 1) // 2)  # fmt: skip
        except DatabaseError as error:
            return error
        finally:
            connections.close_all()
        return None

    given = at_once(lambda: insert(3), lambda: insert(4))
    rows = Duty.objects.filter(case=decided.case, actor=newcomer)
    assert sum(one is None for one in given) == rows.count() <= 1


@pytest.mark.django_db
def test_maker_and_checker_of_a_batch_are_two_people(fund: Any, grant: Any, desk: Desk) -> None:
    grant()
    batch = desk.built(fund)
    with pytest.raises(IntegrityError):
        sql("UPDATE cases_paymentbatch SET state = 'checked', checker_id = maker_id, checked_at = relief_now() WHERE id = %s",
            batch.pk)  # fmt: skip
    assert PaymentBatch.objects.get(pk=batch.pk).checker_id is None


def told(payout: Payout, by: Any) -> None:
    """The applicant had the letter that comes before the list."""
    Notice.objects.create(
        token=uuid.uuid4(), case=payout.case, code="N08", number=f"{payout.case.number}-N08-01", channel="page",
        to_user=payout.case.owner, title="公示前告知", body="公示前告知", made_by=by, queued_at=clock.now(), state="sent",
        sent_at=clock.now(),
    )  # fmt: skip


def shown_today(payouts: list[Payout], by: Any) -> None:
    """The cases of these payouts stand on a public list that still runs."""
    for payout in payouts:
        told(payout, by)
    today, now = clock.today(), clock.now()
    page = json.dumps([["演*", f"90000{place}-X"] for place in range(1, len(payouts) + 1)], ensure_ascii=False)
    shown = PublicList.objects.create(
        token=uuid.uuid4(), number="NXGS-2026-9001", division_code="640422", starts_on=today,
        ends_on=today + timedelta(days=6), snapshot=page, sha256=sha256(page.encode()).hexdigest(), made_by=by, posted_at=now,
    )  # fmt: skip
    for place, payout in enumerate(payouts, 1):
        PublicEntry.objects.create(
            list=shown, case=payout.case, position=place, shown_name="演*", shown_area="演示县", amount=payout.amount,
            case_tail=f"90000{place}-X",
        )  # fmt: skip


@pytest.mark.django_db
def test_nothing_is_paid_before_the_end_of_publicity_even_with_an_earlier_first_day(
    cast: Any, fund: Any, grant: Any, desk: Desk
) -> None:
    payout = grant()
    batch = desk.built(fund)
    line = BatchLine.objects.get(batch=batch, included=True)
    other = grant()
    shown_today([payout, other], cast["publicity"])
    sql("UPDATE cases_payout SET not_before = %s WHERE id = %s", clock.today() - timedelta(days=30), other.pk)
    with pytest.raises(IntegrityError, match="publicity"):
        sql("UPDATE cases_payout SET state = 'in_batch' WHERE id = %s", other.pk)
    with pytest.raises(IntegrityError, match="first day of payment is fixed"):
        sql("UPDATE cases_payout SET not_before = %s WHERE id = %s", clock.today() - timedelta(days=30), payout.pk)
    attempts = PayoutAttempt.objects.count()
    with pytest.raises(IntegrityError, match="publicity"):
        sql(
            "INSERT INTO cases_payoutattempt (payout_id, case_id, number, line_id, key, state, difference, reason) "
            "SELECT payout_id, case_id, 2, line_id, gen_random_uuid(), 'made', '', '' "
            "FROM cases_payoutattempt WHERE line_id = %s",
            line.pk,
        )
    with pytest.raises(IntegrityError, match="held"):
        sql("UPDATE cases_paymentbatch SET state = 'checked', checker_id = %s, checked_at = relief_now() WHERE id = %s",
            cast["fin_check"].pk, batch.pk)  # fmt: skip
    assert PayoutAttempt.objects.count() == attempts
    assert Payout.objects.get(pk=other.pk).state == "payable"
