"""Finding people and accounts again by the keyed digest of what is sealed."""

from __future__ import annotations

from typing import Any

from cases.people.models import PayeeAccount, Person
from cases.people.rules import SELF, check_phone, id_for_matching
from cases.sealed import blind_index
from cases.text import clean_name, clean_number


def id_key(id_no: str) -> str:
    """证件盲索引: the key by which a person is the same person in every programme, year and import."""
    return blind_index(id_for_matching(id_no), "person.id")


def name_key(name: str) -> str:
    """姓名盲索引: exact search of a cleaned name."""
    return blind_index(clean_name(name), "person.name")


def phone_key(phone: str) -> str:
    """手机号盲索引: exact search of a phone; the same for a patient's phone and for a case's contact."""
    return blind_index(check_phone(phone).value, "person.phone")


def account_key(account: str) -> str:
    """账号盲索引: exact search of a bank account."""
    return blind_index(clean_number(account), "payee.account")


def find_person(id_no: str) -> Person | None:
    """The person of that ID number, if the office ever took a case of him."""
    return Person.objects.filter(id_key=id_key(id_no)).first()


def current_account(case: Any) -> PayeeAccount | None:
    """现用收款账户: the account that money of this case would go to now."""
    return PayeeAccount.objects.filter(case=case, replaced_at=None).first()


def is_applicant(viewer: Any, case: Any) -> bool:
    """申请人本人: who filed for himself, or who proved the phone that stands in the sent file; a helper never is.

    Letters, consents and the account are his alone; a helper only follows the case and supplies papers.
    """
    if not getattr(viewer, "is_authenticated", False) or not viewer.is_active or viewer.pk == case.agent_id:
        return False
    return viewer.pk == case.owner_id or is_called_at(viewer, case)


def is_called_at(viewer: Any, case: Any) -> bool:
    """Whether the viewer proved that the phone which stands in the file is his."""
    has_phone = bool(viewer.phone and viewer.phone_verified and case.contact_key)
    return has_phone and phone_key(str(viewer.phone)) == case.contact_key


def is_helpers_account(helper: Any, holder: str, account: str) -> bool:
    """Whether an account is the helper's own: in his name, or the one that he gave in a case of his own."""
    if helper is None:
        return False
    if clean_name(holder) and clean_name(holder) == clean_name(str(helper.name)):
        return True
    own = PayeeAccount.objects.filter(case__owner=helper, case__agent=None, relation=SELF)
    return own.filter(account_key=account_key(account)).exists()
