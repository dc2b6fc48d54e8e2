"""Search by what nobody may read in an address (保密查找): name, numbers and accounts, found by keyed digests alone."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import Exists, OuterRef, Q

from cases.access.queries import posts_of
from cases.duplicates.marks import side
from cases.duplicates.models import CaseTrace
from cases.errors import NotFound
from cases.evidence.invoices import invoice_key
from cases.evidence.models import Invoice
from cases.history.record import record_access
from cases.money.models import BatchLine
from cases.people.models import PayeeAccount
from cases.people.queries import account_key, id_key, phone_key
from cases.sealed import blind_index
from workflows.inspection.queries import require_inspection
from workflows.inspection.rules import SEALED

KEPT, SLOT = 5, "inspection.private"
HERE = OuterRef("pk")
FIELDS = ("name", "id_no", "phone", "account", "invoice")


def ask_in_private(viewer: Any, given: Mapping[str, str], *, purpose: str, session: Any) -> str:
    """保密查找: keep the digests of what was typed in the session, and answer the token that an address may hold.

    What was typed is kept nowhere: history gets a commitment, by which somebody with the key can prove later that this
    very value was looked for.
    """
    require_inspection(viewer)
    typed = {name: given[name] for name in FIELDS if given.get(name)}
    post = next(post for post in posts_of(viewer) if "inspect" in post.role.rights)
    fields = [f"{name} {SEALED}{blind_index(value, 'inspection.search')}" for name, value in typed.items()]
    record_access(
        "search", object=viewer, fields=fields, by=viewer, purpose=purpose, role=post.role_id, office=post.office.name
    )
    token = secrets.token_urlsafe(12)
    held = dict(list(session.get(SLOT, {}).items())[-KEPT + 1 :])
    session[SLOT] = held | {token: {name: DIGESTS[name](value) for name, value in typed.items()}}
    return token


def asked_in_private(session: Any, token: str) -> Q | None:
    """The condition behind a token of this session; None when it is over."""
    kept = session.get(SLOT, {}).get(token)
    if kept is None:
        return None
    asked = Q()
    for name, digest in kept.items():
        asked &= CONDITIONS[name](digest)
    return asked


def digest_behind(session: Any, token: str, name: str) -> Any:
    """The digest of one thing that was looked for; NotFound once the token is over."""
    kept = session.get(SLOT, {}).get(token, {})
    if name not in kept:
        raise NotFound()
    return kept[name]


def _account_cases(key: str) -> Q:
    """Cases in which an account was ever given, or to which it was paid."""
    given = PayeeAccount.objects.filter(case=HERE, account_key=key)
    return Q(Exists(given)) | Q(Exists(BatchLine.objects.filter(payout__case=HERE, account_key=key)))


def _digest_of_name(name: str) -> dict[str, Any]:
    told = side(name=name)
    return {"key": told.name_key, "sounds": sorted(told.sounds)}


def _named(digest: Mapping[str, Any]) -> Q:
    """The same name, or one in which all of its sounds occur."""
    alike = CaseTrace.objects.filter(case=HERE, sounds__contains=digest["sounds"])
    return Q(patient__name_key=digest["key"]) | Q(Exists(alike))


DIGESTS: dict[str, Callable[[str], Any]] = {
    "name": _digest_of_name,
    "id_no": id_key,
    "phone": phone_key,
    "account": account_key,
    "invoice": lambda typed: invoice_key(*typed.split("|", 1)),
}
CONDITIONS: dict[str, Callable[[Any], Q]] = {
    "name": _named,
    "id_no": lambda key: Q(patient_key=key) | Q(patient__id_key=key),
    "phone": lambda key: Q(contact_key=key) | Q(patient__phone_key=key),
    "account": _account_cases,
    "invoice": lambda key: Q(Exists(Invoice.objects.filter(case=HERE, key=key))),
}
