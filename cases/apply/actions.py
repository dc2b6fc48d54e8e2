"""What an applicant does beside the form: the invoices of his draft; after sending look up without signing in, counted; give
another account; get a new paper code."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.access.models import Post
from cases.access.queries import require
from cases.dossier.actions import own_draft
from cases.dossier.models import Case, TrackTry
from cases.dossier.queries import lock_case
from cases.dossier.rules import CODE_REASONS, clean_case_number
from cases.dossier.sending import new_paper_code
from cases.errors import Invalid, NotFound, Refusal
from cases.evidence import invoices, vault
from cases.evidence.keeping import PAPER, store, taken_in
from cases.evidence.models import Invoice, Material, MaterialFile
from cases.history.record import action, current, record
from cases.people.actions import COUNTER, NO_CARD, give_account, may_give_account
from cases.people.models import PayeeAccount
from cases.people.rules import SELF
from cases.programme import programme
from cases.recusal.models import Recusal
from cases.sealed import blind_index, seal, unseal

TAIL = 4
WINDOW = timedelta(minutes=15)
MOST_PLACE, MOST_NUMBER = 30, 6
NOBODY = "000000000000000000"


@action("case.looked_up", about="none")
def look_up(
    *, number: str, tail: str, code: str, place: str, by: Any = None, now: datetime | None = None
) -> tuple[Case | None, bool]:
    """查进度: the case of that number when the last four of the ID, or the paper code, fit; and whether the code did.

    Wrong number, wrong digits and wrong code give the same answer after the same work. Refused after too many tries from
    one place or for one number.
    """
    assert now is not None
    wanted = clean_case_number(number)
    _count(f"place:{place}", MOST_PLACE, now)
    _count(f"number:{wanted or number.strip()[:40]}", MOST_NUMBER, now)
    case = Case.objects.select_related("patient").filter(number=wanted).first() if wanted else None
    id_no = str(case.patient.id_no) if case and case.patient else unseal(_dummy(), "track.nobody")
    fits_tail = hmac.compare_digest(id_no[-4:].encode(), tail.strip().upper().encode())
    key = case.paper_code_key if case else ""
    fits_code = hmac.compare_digest(key.encode(), blind_index(_code(code), "case.paper").encode())
    if case is None or not (fits_tail or fits_code):
        return None, False
    record("case.tracked", about=("case", case.pk), payload={"with": "code" if fits_code else "tail"})
    return case, fits_code


def _code(text: str) -> str:
    letters = "".join(char for char in text.upper() if char.isalnum())
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:12]}"


@lru_cache(maxsize=1)
def _dummy() -> str:
    return seal(NOBODY, "track.nobody")


def _count(what: str, most: int, now: datetime) -> None:
    key = blind_index(what, "track.try")
    row, _made = TrackTry.objects.get_or_create(key=key, defaults={"since": now})
    row = TrackTry.objects.select_for_update(no_key=True).get(pk=row.pk)
    if now - row.since > WINDOW:
        row.since, row.count = now, 0
    if row.count >= most:
        raise Refusal(_("查的次数太多了。请过 15 分钟再试，或打电话问。"), code="too_many", status=429)
    row.count += 1
    row.save(update_fields=["since", "count"])


# --- another account ------------------------------------------------------------------------------------------------------
BANK_PAPER, KIN_PAPERS = "D09", ("D42", "D04")


@action("account.correct")
def correct_account(
    *,
    case: Case,
    holder: str,
    account: str,
    bank_name: str,
    relation: str,
    card: Any,
    kin_proof: Any = None,
    channel: str = "online",
    by: Any,
    now: datetime | None = None,
) -> PayeeAccount:
    """更正收款账户 with its proof: the photo of card or passbook joins the papers, for a relative the proof of kinship.

    Only the account changes. By the applicant, or for him at the counter; refused and nothing kept otherwise.
    """
    assert now is not None
    found = lock_case(case.pk)
    may_give_account(case=found, by=by)
    faults: dict[str, Any] = {} if card is not None else {"card": NO_CARD}
    if relation != SELF and kin_proof is None and not _has_kin_proof(found):
        faults["kin_proof"] = _("钱打给家属的，请拍能证明关系的户口页或证明。")
    if faults:
        raise Invalid(_("还有内容要改。"), fields=faults)
    kept = [_kept(found, BANK_PAPER, card, by, now)]
    try:
        if relation != SELF and kin_proof is not None:
            kept.append(_kept(found, KIN_PAPERS[0], kin_proof, by, now))
        return give_account(
            case=found, holder=holder, account=account, bank_name=bank_name, relation=relation, card=kept[0],
            channel=channel, by=by,
        )  # fmt: skip
    except BaseException:
        for file in kept:
            vault.drop(file.path)
        raise


def _has_kin_proof(case: Case) -> bool:
    return MaterialFile.objects.filter(case=case, material__code__in=KIN_PAPERS, removed_at=None).exists()


def _kept(case: Case, code: str, upload: Any, by: Any, now: datetime) -> MaterialFile:
    row, _made = Material.objects.get_or_create(case=case, code=code)
    file = store(case, row, PAPER, taken_in(upload), upload, by, now)
    if row.state != "given":
        row.state = "given"
        row.save(update_fields=["state"])
    return file


# --- the invoices of a draft -----------------------------------------------------------------------------------------------
@action("draft.state_invoice")
def state_invoice(*, case: Case, given: Mapping[str, Any], by: Any, now: datetime | None = None) -> Invoice:
    """填一张票据 in the draft, by whoever fills it in; it counts once the draft is sent. Raises what `invoices.state_invoice` does."""
    assert now is not None
    return invoices.state_invoice(case=_own_draft(case, by), given=given, by=by, now=now)


@action("draft.take_back_invoice")
def take_back_invoice(*, case: Case, invoice: int, by: Any, now: datetime | None = None) -> None:
    """删掉一张票据 from the draft. Raises NotFound for one that does not stand there."""
    rows = invoices.stated_of(_own_draft(case, by)).filter(pk=invoice)
    if not rows:
        raise NotFound()
    invoices.forget_stated(rows)


def _own_draft(case: Case, by: Any) -> Case:
    found = own_draft(case, by)
    if programme(found.programme).bills is None:
        raise NotFound()
    return found


# --- a lost paper code --------------------------------------------------------------------------------------------------
@action("case.renew_code")
def renew_code(*, case: Case, id_tail: str, is_checked: bool, reason: str, by: Any, now: datetime | None = None) -> str:
    """换发纸质查询码 at the counter, after a look at the ID: the answer is the new code, and nothing keeps it.

    The old one is dead at once, also where it has opened the case already. `id_tail` are the last four of the ID that was
    shown, `reason` a key of CODE_REASONS. Raises Invalid by field; refused to everybody but the county's counter.
    """
    found = lock_case(case.pk)
    post = may_renew_code(case=found, by=by)
    act = current()
    assert act is not None
    act.as_(role=post.role_id, office=post.office.name)
    faults: dict[str, Any] = {}
    if reason not in CODE_REASONS:
        faults["reason"] = _("请选择为什么换发。")
    if not is_checked:
        faults["is_checked"] = _("请先看身份证原件，再勾选。")
    if not _fits(found, id_tail):
        faults["id_tail"] = _("和案卷里患者的证件号码对不上。请核对原件。")
    if faults:
        raise Invalid(_("没有换发，请看标出的地方。"), fields=faults, code="not_checked")
    code = new_paper_code(found)
    found.save(update_fields=["paper_code_key"])
    record("case.code_renewed", about=("case", found.pk), object=found, payload={"reason": reason})
    return code


def may_renew_code(*, case: Case, by: Any) -> Post:
    """谁能换发: the post of the county's counter; nobody for a case of his own or one that he keeps out of.

    NotFound outside the area, Refusal for other posts and while the case is a draft.
    """
    post = require(by, COUNTER, case.handling_code)
    is_own = by.pk in (case.owner_id, case.agent_id) or Recusal.objects.filter(case=case, person=by).exists()
    if is_own:
        raise Refusal(_("这件是您申请或代办的，或者您应当回避，需要别的同事办理。"), code="duties")
    if not case.paper_code_key:
        raise Refusal(_("还没有提交，没有查询码可换。"), code="no_paper_code", status=409)
    return post


def _fits(case: Case, id_tail: str) -> bool:
    id_no = str(case.patient.id_no) if case.patient else ""
    return len(id_no) >= TAIL and hmac.compare_digest(id_no[-TAIL:].encode(), id_tail.strip().upper().encode())
