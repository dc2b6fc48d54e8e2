"""What an inspector does with standing checks: ask for a run, say that a hit is a false alarm, set the numbers of a check."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.access.models import Post
from cases.access.queries import require
from cases.errors import Invalid, Refusal
from cases.history.record import action, current, record
from cases.outgoing import actions as outgoing
from cases.sealed import commitment_of
from workflows.inspection.checks.catalogue import CHECKS
from workflows.inspection.checks.models import FALSE, FINDING, OPEN, CheckHit, CheckMark, CheckRule, CheckRun
from workflows.inspection.checks.sweeping import BULK, CHAIN, TOPIC, begin, numbers

RIGHT, PROVINCE = "inspect", "64"
SHORTEST = 10


def _post(by: Any, place: str) -> Post:
    post = require(by, RIGHT, place)
    act = current()
    if act is not None:
        act.as_(role=post.role_id, office=post.office.name)
    return post


def _said(reason: str) -> str:
    words = reason.strip()
    if len(words) < SHORTEST:
        raise Invalid(_("理由太短。"), fields={"reason": _("请写明理由，至少 10 个字。")})
    return words


@action("check.run", about="none")
def run_checks(*, codes: Iterable[str] = (), by: Any, now: datetime | None = None) -> CheckRun:
    """立即核查: these checks, or all of them, over all cases; a worker does it. Refused while a run that was asked for goes on."""
    _post(by, PROVINCE)
    assert now is not None
    chosen = [code for code in codes if code in CHECKS] or list(CHECKS)
    if CheckRun.objects.filter(ended_at=None, night=None).exists():
        raise Refusal(_("正在核查，请等这一轮做完。"), code="running", status=409)
    run = begin(codes=chosen, by=by)
    record("check.run", about=(CHAIN, "checks"), object=run, payload={"codes": run.codes, "rules": run.rules})
    outgoing.send(topic=TOPIC, key=f"checks-{run.pk}", payload={"run": run.pk}, now=now, way=BULK)
    return run


@action("check.mark", about="none")
def mark(
    *, hit: CheckHit, verdict: str, reason: str, fingerprint: str = "", by: Any, now: datetime | None = None
) -> CheckMark:
    """标为误报, or take that back: it counts as long as the evidence is the same. Raises Invalid, Refusal.

    `fingerprint` is of the evidence that the inspector saw.
    """
    row = CheckHit.objects.select_for_update(of=("self",)).select_related("case").get(pk=hit.pk)
    post = _post(by, row.case.handling_code if row.case else PROVINCE)
    if verdict not in dict(CheckMark.VERDICTS):
        raise Invalid(_("请选择结论。"), fields={"verdict": _("请选择结论")})
    words = _said(reason)
    if row.state == FINDING:
        raise Refusal(_("这一条已立为问题，在问题里办结。"), code="finding", status=409)
    if verdict == row.state or row.fingerprint != (fingerprint or hit.fingerprint):
        raise Refusal(_("这一条刚刚有变化，请刷新再看。"), code="stale", status=409)
    assert now is not None
    made = CheckMark.objects.create(
        hit=row, verdict=verdict, reason=words, fingerprint=row.fingerprint, by=by, role=post.role_id,
        office=post.office, at=now,
    )  # fmt: skip
    row.state = FALSE if verdict == FALSE else OPEN
    row.save(update_fields=["state"])
    told = {"code": row.code, "verdict": verdict, "fingerprint": row.fingerprint, "reason": commitment_of(made.reason)}
    record("check.mark", about=(CHAIN, row.pk), object=row, payload=told)
    return made


@action("check.set", about="none")
def set_numbers(
    *, code: str, values: Mapping[str, int], reason: str, by: Any, now: datetime | None = None
) -> CheckRule:
    """改口径: other numbers for one check from the next run on; earlier runs keep the ones they were made by. Raises Invalid."""
    _post(by, PROVINCE)
    check = CHECKS[code]
    faults: dict[str, Any] = {}
    for name, number in check.numbers.items():
        if not number.least <= values.get(name, number.least - 1) <= number.most:
            faults[name] = _("请填 %(least)s 到 %(most)s 的整数") % {"least": number.least, "most": number.most}
    if faults:
        raise Invalid(_("还有内容没填好，请看标出的地方。"), fields=faults)
    given, words, before = {name: values[name] for name in check.numbers}, _said(reason), numbers(check)
    if given == before:
        raise Invalid(_("和现行口径一样，没有保存。"), fields={"reason": _("口径没有改")})
    assert now is not None
    made = CheckRule.objects.create(code=code, values=given, reason=words, by=by, at=now)
    told = {"code": code, "before": before, "after": given, "reason": commitment_of(made.reason)}
    record("check.set", about=(CHAIN, "checks"), object=made, payload=told)
    return made
