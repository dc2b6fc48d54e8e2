"""A batch passes through three people's hands, is frozen, and pays only what may be paid."""

from __future__ import annotations

import hashlib
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, InternalError, connection, transaction

from cases.access.models import Role
from cases.calendar import clock
from cases.dossier.models import Case
from cases.errors import Invalid, NotFound, Refusal
from cases.history.models import Access, Event
from cases.money import actions, bankfile
from cases.money.models import BatchLine, PaymentBatch, Payout, PayoutAttempt
from cases.money.queries import bank_file, candidates
from cases.notices.models import Notice
from cases.people.actions import confirm_account
from cases.people.models import PayeeAccount
from cases.publicity.models import Objection, PublicEntry, PublicList
from tests.money.conftest import later, make_case

REFUSED = (IntegrityError, InternalError)


def run(sql: str, *values: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def publish(case: Any, by: Any, *, ends_on: Any) -> PublicEntry:
    Notice.objects.create(
        token=uuid.uuid4(), case=case, code="N08", number=f"N{case.pk}", channel="page", title="公示告知", body="演示",
        queued_at=clock.now(),
    )  # fmt: skip
    row = PublicList.objects.create(
        token=uuid.uuid4(), number=f"GS{uuid.uuid4().hex[:8]}", division_code="640422", starts_on=clock.today(),
        ends_on=ends_on, snapshot="演示 演* X", sha256=hashlib.sha256("演示 演* X".encode()).hexdigest(), made_by=by,
        posted_at=clock.now(),
    )  # fmt: skip
    return PublicEntry.objects.create(
        list=row, case=case, shown_name="演*", shown_area="西吉县", amount=Decimal(3000), case_tail="X"
    )


def object_to(entry: PublicEntry) -> Objection:
    return Objection.objects.create(
        token=uuid.uuid4(), entry=entry, case=entry.case, named=False, text="演示异议", filed_at=clock.now()
    )


def test_a_batch_passes_maker_checker_and_releaser_to_the_bank(fund: Any, grant: Any, desk: Any, road: Any) -> None:
    payouts = [grant(amount="3000.10"), grant(amount="1200")]
    batch, data = desk.sent(fund)
    assert (batch.state, batch.count, batch.total) == ("sent", 2, Decimal("4200.10"))
    assert [row.state for row in Payout.objects.order_by("pk")] == ["sent", "sent"]
    assert road.of(payouts[0].case) == ["payment_batched", "payment_sent"]
    assert bankfile.digest(data) == batch.file_sha256
    assert Access.objects.filter(object_type="cases_paymentbatch", object_id=str(batch.pk), action="export").exists()


def test_the_file_is_gbk_text_with_control_totals_and_the_same_bytes_each_time(
    fund: Any, grant: Any, desk: Any
) -> None:
    grant(holder="买买提·演示", amount="3000.10", account="6228480000012345678")
    batch, data = desk.sent(fund)
    lines = data.decode("gbk").split("\r\n")
    assert lines[0] == f"代发|{batch.number}|{clock.today():%Y%m%d}|1|3000.10"
    assert lines[1] == "序号|收款账号|收款户名|金额|开户行名称|联行号|用途|业务编号"
    assert lines[2] == f"1|6228480000012345678|买买提·演示|3000.10|演示农村商业银行||人道救助金|{batch.number}0001"
    assert lines[3] == "合计|1|3000.10"
    assert actions.send_to_bank(batch=batch, by=desk.make) == data == bank_file(batch)


def test_every_candidate_says_why_it_is_in_or_out(cast: Any, fund: Any, grant: Any, desk: Any) -> None:
    good = grant()
    reserved = actions.reserve(case=make_case(cast), amount=Decimal(10), fund=fund, by=cast["prov_head"])
    early = grant()
    Payout.objects.filter(pk=early.pk).update(not_before=later(1))
    shown = grant()
    publish(shown.case, cast["publicity"], ends_on=later(1))
    objected = grant()
    object_to(publish(objected.case, cast["publicity"], ends_on=later(1)))
    unproven = make_case(cast)
    actions.reserve(case=unproven, amount=Decimal(10), fund=fund, by=cast["prov_head"])
    actions.make_payable(case=unproven, not_before=clock.today(), by=cast["prov_head"])
    rare = grant(holder="演𠮷")
    said = {one.payout.pk: one.reason for one in candidates(desk.make, fund, today=clock.today())}
    assert said == {
        good.pk: "", reserved.pk: "reserved", early.pk: "publicity", shown.pk: "publicity", objected.pk: "publicity",
        unproven.payouts.get().pk: "unconfirmed", rare.pk: "letters",
    }  # fmt: skip
    batch = desk.built(fund)
    assert [line.payout_id for line in batch.lines.filter(included=True)] == [good.pk]
    assert batch.lines.filter(included=False).count() == 6
    clock.move_demo_clock(days=2, by=None)
    said = {one.payout.pk: one.reason for one in candidates(desk.make, fund, today=clock.today())}
    assert [said[one.pk] for one in (early, shown, objected, good)] == ["", "", "objection", "in_batch"]


def test_a_batch_without_a_payable_case_is_not_made(cast: Any, fund: Any, desk: Any, road: Any) -> None:
    actions.reserve(case=make_case(cast), amount=Decimal(10), fund=fund, by=cast["prov_head"])
    with pytest.raises(Refusal, match="没有可以拨付"):
        desk.built(fund)
    assert not PaymentBatch.objects.exists() and not BatchLine.objects.exists()


@pytest.mark.parametrize("days", [1, 5])
def test_the_database_refuses_payment_before_publicity_ends(
    cast: Any, fund: Any, grant: Any, desk: Any, days: int
) -> None:
    payout = grant()
    publish(payout.case, cast["publicity"], ends_on=later(days))
    with pytest.raises(REFUSED, match="publicity"):
        run("UPDATE cases_payout SET state = 'in_batch' WHERE id = %s", payout.pk)
    with pytest.raises(Refusal):
        desk.built(fund)
    clock.move_demo_clock(days=days + 1, by=None)
    assert desk.built(fund).count == 1


def test_a_new_public_notice_after_the_making_stops_the_check(cast: Any, fund: Any, grant: Any, desk: Any) -> None:
    payout = grant()
    batch = desk.built(fund)
    object_to(publish(payout.case, cast["publicity"], ends_on=later(1)))
    with pytest.raises(Refusal, match="异议"):
        actions.check_batch(batch=batch, total_retyped=batch.total, count_retyped=1, by=desk.check)
    with pytest.raises(REFUSED, match="held"):
        run(
            "UPDATE cases_paymentbatch SET state = 'checked', checker_id = %s, checked_at = now() WHERE id = %s",
            desk.check.pk, batch.pk,
        )  # fmt: skip


def test_a_payee_changed_after_the_making_stops_the_release(fund: Any, grant: Any, desk: Any) -> None:
    payout = grant()
    batch = desk.checked(fund)
    with pytest.raises(REFUSED, match="does not change"), transaction.atomic():
        PayeeAccount.objects.filter(case=payout.case).update(account_key="f" * 64)
    Case.objects.filter(pk=payout.case_id).update(state="FAILED")
    PayeeAccount.objects.filter(case=payout.case).update(replaced_at=clock.now())
    with pytest.raises(Refusal, match="换了收款账户"):
        actions.release_batch(batch=batch, password="yanshi-demo-2026", by=desk.free)
    with pytest.raises(REFUSED, match="account changed"):
        run(
            "UPDATE cases_paymentbatch SET state = 'released', releaser_id = %s, released_at = now() WHERE id = %s",
            desk.free.pk, batch.pk,
        )  # fmt: skip


def test_three_different_people_make_check_and_release(cast: Any, fund: Any, grant: Any, desk: Any) -> None:
    grant()
    Role.objects.filter(code="FM").update(rights=[*Role.objects.get(code="FM").rights, "money.check"])
    Role.objects.filter(code="FC").update(rights=[*Role.objects.get(code="FC").rights, "money.release"])
    batch = desk.built(fund)
    with pytest.raises(Refusal, match="三个不同的人") as refused:
        actions.check_batch(batch=batch, total_retyped=batch.total, count_retyped=1, by=desk.make)
    assert "复核员" in str(refused.value.who_may)
    actions.check_batch(batch=batch, total_retyped=batch.total, count_retyped=1, by=desk.check)
    with pytest.raises(Refusal, match="三个不同的人"):
        actions.release_batch(batch=batch, password="yanshi-demo-2026", by=desk.check)
    for person in (desk.make, desk.check):
        with pytest.raises(IntegrityError):
            run(
                "UPDATE cases_paymentbatch SET state = 'released', releaser_id = %s, released_at = now() WHERE id = %s",
                person.pk, batch.pk,
            )  # fmt: skip
    assert Event.objects.filter(action="batch.check", outcome="denied").count() == 1


@pytest.mark.django_db(transaction=True)
def test_who_decided_a_case_does_not_pay_it(cast: Any, fund: Any, grant: Any, desk: Any, owner_cursor: Any) -> None:
    mine = grant()
    owner_cursor.execute(
        "INSERT INTO workflows_duty (case_id, actor_id, level, low, high) VALUES (%s, %s, 5, 2, 3)",
        [mine.case_id, desk.check.pk],
    )
    batch = desk.built(fund)
    with pytest.raises(Refusal, match="您办理过"):
        actions.check_batch(batch=batch, total_retyped=batch.total, count_retyped=1, by=desk.check)
    with pytest.raises(REFUSED, match="decided"):
        run(
            "UPDATE cases_paymentbatch SET state = 'checked', checker_id = %s, checked_at = now() WHERE id = %s",
            desk.check.pk, batch.pk,
        )  # fmt: skip


def test_totals_are_typed_again_and_a_wrong_one_names_its_field(fund: Any, grant: Any, desk: Any) -> None:
    grant(amount="3000")
    batch = desk.built(fund)
    with pytest.raises(Invalid) as refused:
        actions.check_batch(batch=batch, total_retyped=Decimal("3000.01"), count_retyped=2, by=desk.check)
    assert set(refused.value.fields) == {"count_retyped", "total_retyped"}
    batch.refresh_from_db()
    assert batch.state == "made"


def test_the_releaser_types_the_password_again(fund: Any, grant: Any, desk: Any) -> None:
    grant()
    batch = desk.checked(fund)
    for _attempt in range(5):
        with pytest.raises(Invalid, match="密码不对"):
            actions.release_batch(batch=batch, password="guess", by=desk.free)
    with pytest.raises(Refusal, match="次数太多"):
        actions.release_batch(batch=batch, password="yanshi-demo-2026", by=desk.free)
    clock.move_demo_clock(days=1, by=None)
    assert actions.release_batch(batch=batch, password="yanshi-demo-2026", by=desk.free).state == "released"


def test_a_batch_and_its_lines_are_never_edited(fund: Any, grant: Any, desk: Any) -> None:
    first, second = grant(amount="10"), grant(amount="20")
    batch = desk.checked(fund)
    for statement in (
        "UPDATE cases_batchline SET amount_fen = 1",
        "DELETE FROM cases_batchline",
        "UPDATE cases_paymentbatch SET total_fen = 1",
        f"UPDATE cases_paymentbatch SET file_sha256 = '{'0' * 64}'",
        "UPDATE cases_paymentbatch SET state = 'made', checker_id = NULL, checked_at = NULL",
        "UPDATE cases_payout SET amount_fen = 9, amount = 0.09",
        "UPDATE cases_payoutattempt SET state = 'paid'",
        "UPDATE cases_payout SET state = 'paid'",
        f"INSERT INTO cases_batchline (batch_id, payout_id, included, reason, amount_fen, holder, account, "
        f"account_key, tail, bank_name, cnaps) VALUES ({batch.pk}, {first.pk}, false, 'x', 1, '', '', '', '', '', '')",
    ):
        with pytest.raises((*REFUSED, Exception), match="money|append-only|permission"):
            run(statement)
    assert second.lines.count() == 1


def test_a_voided_batch_frees_its_payouts_for_the_next(fund: Any, grant: Any, desk: Any, road: Any) -> None:
    payout = grant()
    batch = desk.released(fund)
    actions.void_batch(batch=batch, reason="名单有误", by=desk.check)
    payout.refresh_from_db()
    assert payout.state == "payable" and road.of(payout.case)[-1] == "payment_unbatched"
    again, _data = desk.sent(fund)
    attempts = PayoutAttempt.objects.filter(payout=payout).order_by("number")
    assert [(row.number, row.state) for row in attempts] == [(1, "void"), (2, "sent")]
    with pytest.raises(Refusal, match="已经送银行"):
        actions.void_batch(batch=again, reason="晚了", by=desk.check)


def test_a_case_withdrawn_before_the_batch_gives_the_money_back(cast: Any, fund: Any, grant: Any, desk: Any) -> None:
    payout = grant(amount="500")
    actions.release_reservation(case=payout.case, cause="ended", ref="WITHDRAWN", by=cast["applicant1"])
    payout.refresh_from_db()
    assert payout.state == "void"
    with pytest.raises(Refusal, match="没有可以拨付"):
        desk.built(fund)


def test_a_case_in_a_batch_cannot_take_its_money_back(cast: Any, fund: Any, grant: Any, desk: Any) -> None:
    payout = grant()
    desk.built(fund)
    with pytest.raises(Refusal, match="已编入拨付批次"):
        actions.release_reservation(case=payout.case, cause="ended", ref="WITHDRAWN", by=cast["applicant1"])


@pytest.mark.parametrize("who", ["xiji_review", "prov_head", "applicant1", "inspector", "fin_release"])
def test_only_the_maker_makes(cast: Any, fund: Any, grant: Any, who: str) -> None:
    grant()
    with pytest.raises((Refusal, NotFound)):
        actions.build_batch(fund=fund, by=cast[who])
    assert not PaymentBatch.objects.exists()


def test_the_account_is_confirmed_by_a_second_person(cast: Any, fund: Any, road: Any) -> None:
    case = make_case(cast)
    with pytest.raises(Refusal, match="另一个人核对"):
        confirm_account(case=case, by=cast["applicant1"])
    assert confirm_account(case=case, by=cast["xiji_review"]).confirmed_by == cast["xiji_review"]


def test_without_an_approval_in_history_nothing_is_payable(cast: Any, fund: Any, road: Any) -> None:
    payout = actions.reserve(case=make_case(cast), amount=Decimal(10), fund=fund, by=cast["prov_head"])
    other = Event.objects.filter(action="payout.reserved").latest("pk")
    with pytest.raises(REFUSED, match="approval"):
        run(
            "UPDATE cases_payout SET state = 'payable', not_before = %s, decision = %s WHERE id = %s",
            clock.today(), other.pk, payout.pk,
        )  # fmt: skip
