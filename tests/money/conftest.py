"""A fund with money and cases whose grants wait to be paid, as the panel and publicity leave them."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from cases import programme
from cases.access.models import User
from cases.apply.actions import correct_account
from cases.calendar import clock
from cases.calendar.rules import local_day
from cases.dossier.models import Case
from cases.money import actions
from cases.money.models import Fund, Payout
from cases.people.actions import confirm_account
from cases.people.models import PayeeAccount
from cases.people.queries import account_key
from tests.publicity.making import person
from workflows.walking.papers import picture

_serial = itertools.count(1)
FACTS = ["batched", "unbatched", "sent", "unknown", "paid", "failed", "returned"]


class Road:
    """Stands where the road stands: hears the facts of payments and keeps them."""

    def __init__(self) -> None:
        self.heard: list[tuple[int, str]] = []

    def of(self, case: Any) -> list[str]:
        return [fact for pk, fact in self.heard if pk == case.pk]


@pytest.fixture
def road(monkeypatch: pytest.MonkeyPatch) -> Road:
    """What the road is told, instead of a road: these cases have none."""
    heard = Road()
    listeners: dict[str, list[Any]] = {}
    for fact in [*(f"payment_{one}" for one in FACTS), "account_repaired"]:
        listeners[fact] = [lambda case, fact=fact, **_more: heard.heard.append((case.pk, fact))]
    monkeypatch.setattr(programme, "_listeners", listeners)
    return heard


@pytest.fixture
def fund(cast: dict[str, User]) -> Fund:
    """A fund of the rare-disease programme with 100,000 yuan."""
    return make_fund(cast, "RD2026", "100000")


def make_fund(cast: dict[str, User], code: str, amount: str) -> Fund:
    """Open a fund and put money into it."""
    made = actions.open_fund(
        code=code, name=f"演示资金 {code}", programme="rare_disease", kind="donation", starts_on=date(2026, 1, 1),
        by=cast["fin_make"],
    )  # fmt: skip
    actions.receive_gift(fund=made, amount=Decimal(amount), source="演示捐赠", by=cast["fin_make"])
    return made


def make_case(cast: dict[str, User], *, holder: str = "演示甲", account: str = "") -> Case:
    """A case after its panel, with a given account that nobody has confirmed yet."""
    serial, now = next(_serial), clock.now()
    case = Case.objects.create(
        token=uuid.uuid4(), number=f"640422-2026-{900000 + serial}-X", programme="rare_disease", state="DRAFT",
        handling_code="640422", owner=cast["applicant1"], patient_key=f"{serial:064d}", masked_name="演*",
        patient=person("演示甲", date(1980, 5, 6)), created_at=now, saved_at=now, submitted_at=now, accepted_on=local_day(now),
        needs_notice=False,
    )  # fmt: skip
    number = account or f"62284800000{serial:08d}"
    PayeeAccount.objects.create(
        case=case, holder=holder, account=number, account_key=account_key(number), tail=number[-4:],
        bank_name="演示农村商业银行", given_by=cast["applicant1"], given_at=now,
    )  # fmt: skip
    Case.objects.filter(pk=case.pk).update(state="GRANTED")
    case.refresh_from_db()
    return case


def payable(cast: dict[str, User], fund: Fund, *, amount: str = "3000", **told: Any) -> Payout:
    """A payout that may be paid today."""
    case = make_case(cast, **told)
    payout = actions.reserve(case=case, amount=Decimal(amount), fund=fund, by=cast["prov_head"])
    confirm_account(case=case, by=cast["xiji_review"])
    actions.make_payable(case=case, not_before=clock.today(), by=cast["prov_head"])
    payout.refresh_from_db()
    return payout


@pytest.fixture
def grant(cast: dict[str, User], fund: Fund, road: Road) -> Callable[..., Payout]:
    """Make one more payable payout of the fund."""
    return lambda **told: payable(cast, told.pop("fund", fund), **told)


class Desk:
    """The three people of finance, and the way of a batch through their hands."""

    def __init__(self, cast: dict[str, User]) -> None:
        self.cast = cast
        self.make, self.check, self.free = cast["fin_make"], cast["fin_check"], cast["fin_release"]

    def built(self, fund: Fund) -> Any:
        return actions.build_batch(fund=fund, by=self.make)

    def checked(self, fund: Fund) -> Any:
        batch = self.built(fund)
        return actions.check_batch(batch=batch, total_retyped=batch.total, count_retyped=batch.count, by=self.check)

    def released(self, fund: Fund) -> Any:
        return actions.release_batch(batch=self.checked(fund), password="yanshi-demo-2026", by=self.free)

    def sent(self, fund: Fund) -> tuple[Any, bytes]:
        batch = self.released(fund)
        data = actions.send_to_bank(batch=batch, by=self.make)
        batch.refresh_from_db()
        return batch, data

    def answered(self, batch: Any, data: bytes) -> dict[str, int]:
        answer = actions.import_answer(batch=batch, data=data, by=self.make)
        return actions.accept_answer(answer=answer, by=self.check)

    def repaired(self, payout: Payout, *, account: str = "6228480000099999999") -> None:
        """The applicant gives another account, the county confirms it, the payout is payable again."""
        case = payout.case
        Case.objects.filter(pk=case.pk).update(state="FAILED")
        case.refresh_from_db()
        correct_account(
            case=case, holder="演示甲", account=account, bank_name="演示农村商业银行", relation="SELF",
            card=picture("D09", seed=case.pk), by=self.cast["applicant1"],
        )  # fmt: skip
        confirm_account(case=case, by=self.cast["xiji_review"])
        actions.make_payable(case=case, not_before=clock.today(), by=self.cast["xiji_review"])


@pytest.fixture
def desk(cast: dict[str, User]) -> Desk:
    return Desk(cast)


def later(days: int) -> date:
    return clock.today() + timedelta(days=days)
