"""How each fact comes about that a road waits for (办件事实): by the same actions that the pages call; one function a fact.

A programme that waits for a fact of its own adds a function here: its name is the fact, it takes the trip.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from cases.access.demo import PASSWORD
from cases.apply.actions import correct_account
from cases.calendar import clock
from cases.evidence import actions as evidence
from cases.money import actions as money
from cases.money.testbank import Fault, SimulatedBank
from cases.people.queries import current_account
from cases.policy.queries import policy_of
from cases.providers import actions as providers
from cases.publicity import actions as publicity
from workflows.engine import periodic
from workflows.models import WorkItem
from workflows.walking import drive, treating
from workflows.walking.papers import picture

FACTS: dict[str, Callable[[Any], None]] = {}
FINDING = "查了登记，访了邻里，结论写在这里。"


def fact(make: Callable[[Any], None]) -> Callable[[Any], None]:
    """Register how the fact of this name comes about."""
    FACTS[make.__name__] = make
    return make


# --- the applicant -----------------------------------------------------------------------------------------------------
@fact
def supplement_answered(trip: Any) -> None:
    notice = trip.case.supplements.get(answered_at=None)
    for item in notice.items.filter(kind="material"):
        upload = picture(item.key, seed=900 + notice.pk)
        evidence.add_file(case=trip.case, material_code=item.key, upload=upload, by=trip.case.owner)
    evidence.answer_supplement(case=trip.case, by=trip.case.owner)


@fact
def supplement_lapsed(trip: Any) -> None:
    due = WorkItem.objects.get(case=trip.case, kind="wait", state="open").due_on
    assert due is not None
    trip.days((due - clock.today()).days + 1)


@fact
def account_repaired(trip: Any) -> None:
    account = current_account(trip.case)
    assert account is not None
    trip.serial += 1
    if account.institution is not None:
        hospital = account.institution
        number = f"62284800001{trip.serial:08d}"
        by, head = trip.cast["prov_review"], trip.cast["prov_head"]
        providers.set_account(
            provider=hospital,
            holder=hospital.office.name,
            account=number,
            bank_name="演示农村商业银行",
            cnaps="",
            by=by,
        )
        providers.confirm_account(provider=hospital, by=head)
        return
    correct_account(
        case=trip.case, account=f"62284800000{trip.serial:08d}", card=picture("D09", seed=trip.serial),
        holder=str(account.holder), bank_name="演示农村商业银行", relation="SELF", by=trip.case.owner,
    )  # fmt: skip


# --- the panel ---------------------------------------------------------------------------------------------------------
def _meets(trip: Any, choice: str) -> None:
    members = [trip.cast[f"panel{number}"] for number in range(1, 6)]
    drive.panel([trip.case], head=trip.cast["prov_head"], members=members, choice=choice)


@fact
def panel_agree(trip: Any) -> None:
    _meets(trip, "agree")


@fact
def panel_waitlist(trip: Any) -> None:
    """They agree, and the fund has not enough: begin the trip with `fund="1"`."""
    _meets(trip, "agree")


@fact
def panel_reject(trip: Any) -> None:
    _meets(trip, "reject")


@fact
def panel_defer(trip: Any) -> None:
    _meets(trip, "defer")


# --- the public list ---------------------------------------------------------------------------------------------------
def _shown(trip: Any) -> Any:
    entry = trip.case.public_entries.order_by("-pk").first()
    if entry is None:
        drive.give_notice([trip.case], by=trip.cast["publicity"])
        entry = trip.case.public_entries.get()
    return entry


@fact
def publicity_closed(trip: Any) -> None:
    _shown(trip)
    drive.end_notice(by=trip.cast["prov_head"])


@fact
def objection_filed(trip: Any) -> None:
    trip.objection = publicity.file_objection(entry=_shown(trip), text="这一家在县城有两套房子，情况不符。")


def _looked_into(trip: Any, upheld: bool) -> None:
    reasons = [policy_of(trip.case).section("reject_reasons")[0].key]
    publicity.close_objection(
        objection=trip.objection, upheld=upheld, reasons=reasons, finding=FINDING, by=trip.cast["publicity"]
    )


@fact
def objection_upheld(trip: Any) -> None:
    _looked_into(trip, True)


@fact
def objection_dismissed(trip: Any) -> None:
    _looked_into(trip, False)


# --- the bank ----------------------------------------------------------------------------------------------------------
def _in_batch(trip: Any) -> None:
    payout = trip.case.payouts.exclude(state="void").latest("pk")
    if trip.batch is None or payout.state == "payable":
        trip.days(max(0, (payout.not_before - clock.today()).days))
        trip.batch = money.build_batch(fund=trip.purse, by=trip.cast["fin_make"])


def _sent(trip: Any) -> None:
    _in_batch(trip)
    trip.batch.refresh_from_db()
    if trip.batch.state == "made":
        batch, checker, releaser = trip.batch, trip.cast["fin_check"], trip.cast["fin_release"]
        total = Decimal(batch.total_fen) / 100
        money.check_batch(batch=batch, total_retyped=total, count_retyped=batch.count, by=checker)
        money.release_batch(batch=batch, password=PASSWORD, by=releaser)
        trip.file = money.send_to_bank(batch=batch, by=trip.cast["fin_make"])


def _answered(trip: Any, faults: dict[int, Any] | None = None) -> None:
    _sent(trip)
    drive.bank_answers(
        trip.batch, trip.file, maker=trip.cast["fin_make"], checker=trip.cast["fin_check"], faults=faults
    )


@fact
def payment_batched(trip: Any) -> None:
    _in_batch(trip)


@fact
def payment_unbatched(trip: Any) -> None:
    money.void_batch(batch=trip.batch, reason="金额要重新核对。", by=trip.cast["fin_make"])
    trip.batch = None


@fact
def payment_sent(trip: Any) -> None:
    _sent(trip)


@fact
def payment_unknown(trip: Any) -> None:
    _answered(trip, {0: Fault.SILENT})


@fact
def payment_paid(trip: Any) -> None:
    _answered(trip)


@fact
def payment_failed(trip: Any) -> None:
    _answered(trip, {0: Fault.ACCOUNT})
    trip.batch = None


@fact
def payment_returned(trip: Any) -> None:
    bank = SimulatedBank()
    bank.take(trip.file)
    bank.answer(trip.batch.number)
    late = bank.send_back(trip.batch.number, [f"{trip.batch.number}0001"])
    trip.batch.refresh_from_db()
    answer = money.import_answer(batch=trip.batch, data=late, by=trip.cast["fin_make"])
    money.accept_answer(answer=answer, by=trip.cast["fin_check"])
    trip.batch = None


# --- the hospital ------------------------------------------------------------------------------------------------------
def operate(trip: Any, permit: Any, **changes: Any) -> Any:
    """The hospital of Guyuan examines the eye of a permit and operates on it today."""
    trip.serial += 1
    changes.setdefault("lens_serial", f"SN-{permit.pk:04d}-{trip.serial:03d}")
    return treating.operate(trip.cast, permit, **changes)


def claim(trip: Any, permit: Any, **changes: Any) -> Any:
    """Its costs."""
    return treating.claim(trip.cast, permit, **changes)


def phone(trip: Any, line: Any, result: str = "confirmed", **changes: Any) -> Any:
    """The county phones the patient."""
    return treating.phone(trip.cast, line, result, **changes)


@fact
def treatment_done(trip: Any) -> None:
    operate(trip, trip.case.permits.get(state="issued"))


@fact
def treatment_ended(trip: Any) -> None:
    permit = trip.case.permits.get(state="issued")
    providers.decline(permit=permit, reason="不想做了", by=trip.cast["eye_hospital"])


@fact
def claim_settled(trip: Any) -> None:
    line = claim(trip, trip.case.permits.get(state="used"))
    phone(trip, line)
    providers.accept_line(line=line, by=trip.cast["prov_review"])


@fact
def claim_refused(trip: Any) -> None:
    line = claim(trip, trip.case.permits.get(state="used"))
    phone(trip, line, "denied")
    for _twice in range(2):
        providers.reject_line(line=line, why="患者说没有做过手术。", by=trip.cast["prov_review"])


@fact
def place_free(trip: Any) -> None:
    money.receive_gift(fund=trip.purse, amount=Decimal(10000), source="演示捐赠", by=trip.cast["fin_make"])
    periodic.registered["waiting_places"].does()
