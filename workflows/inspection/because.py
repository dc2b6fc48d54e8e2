"""Why a row changed (改动的缘由), and what a sealed answer was before and after, for whoever may see it and says what for."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from cases.access.queries import may
from cases.dossier.models import Answer, Case
from cases.dossier.queries import history_of_answer
from cases.errors import NotFound, Refusal
from cases.history.models import Event
from cases.history.record import record_access
from cases.policy.models import PolicyVersion
from cases.policy.queries import policy_for
from cases.policy.rules import Policy, PolicyGap
from cases.programme import programme
from workflows.desk.casefile.tabs import display
from workflows.desk.forms import in_my_language
from workflows.desk.words import SOURCES
from workflows.inspection.acts import words_of

ANSWERS, ACCOUNT = "cases_answer", "account"


@dataclass(frozen=True)
class Because:
    """缘由: the deed of the same transaction, its coded reasons in words, and the number of the policy it went by."""

    pk: int
    words: str
    reasons: tuple[str, ...] = ()
    policy: int | None = None


def causes(case: Case, events: Iterable[Event]) -> dict[str, Because]:
    """The deed behind each transaction in which rows of this case changed, by transaction; one query for all of them."""
    txids = {row.txid for row in events if row.action.startswith("row.")}
    deeds = Event.objects.filter(stream__kind="case", stream__key=str(case.pk), txid__in=txids, outcome="ok")
    found: dict[str, tuple[Event, dict[str, Any]]] = {}
    for deed in deeds.exclude(action__startswith="row.").order_by("pk"):
        payload = json.loads(deed.payload)
        if deed.txid not in found or _says_more(payload, found[deed.txid][1]):
            found[deed.txid] = (deed, payload)
    versions = PolicyVersion.objects.in_bulk(
        [payload["policy"] for _deed, payload in found.values() if isinstance(payload.get("policy"), int)]
    )
    return {txid: _because(deed, payload, versions) for txid, (deed, payload) in found.items()}


def _says_more(new: Mapping[str, Any], held: Mapping[str, Any]) -> bool:
    return sum(bool(new.get(name)) for name in ("reasons", "policy")) > sum(
        bool(held.get(name)) for name in ("reasons", "policy")
    )


def _because(deed: Event, payload: Mapping[str, Any], versions: Mapping[int, PolicyVersion]) -> Because:
    version = versions.get(payload.get("policy") or 0)
    codes = [str(code) for code in payload.get("reasons") or [] if isinstance(code, str)]
    policy = policy_for(version.pk) if version is not None else None
    reasons = tuple(_reason(policy, code) for code in codes)
    return Because(deed.pk, words_of(deed.action), reasons, version.number if version else None)


def _reason(policy: Policy | None, code: str) -> str:
    if policy is None:
        return code
    try:
        reason = policy.reason(code)
    except PolicyGap:
        return code
    return f"{code} {in_my_language(reason.name_zh, reason.name_en)}"


@dataclass(frozen=True)
class Version:
    """One value that an answer had: the round, where it comes from, since when."""

    round: int
    source: Any
    at: datetime
    value: str


def answer_behind(case: Case, event: Event) -> Answer | None:
    """The answer whose change an event tells of, if it is one and its row still stands."""
    if event.object_type != ANSWERS or not str(event.object_id or "").isdigit():
        return None
    return Answer.objects.filter(case=case, pk=int(event.object_id or 0)).first()


def opened(viewer: Any, case: Case, event: Event, *, purpose: str) -> list[Version]:
    """历次内容: every value that this answer had, oldest first; who looks and what for is stored before they are read.

    A draft's own corrections are not kept as rows, so of them only the last stands. Raises NotFound for what is no
    answer, Refusal for the payee account without the right.
    """
    row = answer_behind(case, event)
    post = may(viewer, "case.read", case.handling_code)
    if row is None or post is None:
        raise NotFound()
    card = programme(case.programme)
    section = next(one.key for one in card.sections if row.key in {question.key for question in one.questions})
    if section == ACCOUNT and "case.history" not in post.role.rights:
        raise Refusal(_("您的岗位不看收款账户。"), code="no_account")
    record_access(
        "read", object=row, fields=[row.key], by=viewer, case_id=case.pk, purpose=purpose, role=post.role_id,
        office=post.office.name,
    )  # fmt: skip
    question = card.question(row.key)
    return [
        Version(one.round, SOURCES[one.source], one.at, display(question, one.value, True, {}))
        for one in history_of_answer(case, row.key)
    ]
