"""案卷.pdf as data: what it says of a case, part by part, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _

from cases.award.models import Award
from cases.award.rules import Award as Working
from cases.dossier.models import Case
from cases.evidence.keeping import VISIT
from cases.evidence.queries import REDACTED, paper_words
from cases.money.models import Payout, PayoutAttempt
from cases.notices.queries import of_case, paper_seal
from cases.policy.queries import policy_of
from cases.programme import programme
from cases.states import state
from cases.text import listed, with_aside
from project.values import day_words, moment_words, money
from workflows.desk.casefile.tabs import Opinion, endings_of, opinions_of, panels_of
from workflows.desk.forms import in_my_language
from workflows.desk.words import TABLES
from workflows.inspection.asof import told
from workflows.inspection.asof.cut import Stood, fold
from workflows.inspection.timeline import Entry, deeds

LAST = 2**62


def sheet(
    case: Case, *, sees_account: bool, papers: Iterable[Any], entries: int, head: str, now: datetime
) -> dict[str, Any]:
    """案卷 as the template `dossier` takes it."""
    seal = paper_seal()
    return {
        "title": _("案卷"),
        "number": case.number,
        "contents": _("目录"),
        "nothing": _("没有。"),
        "facts": _cover(case, entries, head, now),
        "parts": [
            *_told(case, sees_account),
            _part(_("办理经过"), [3, 4, 4], [_("时间"), _("事项"), _("谁、在哪个岗位")], _deeds(case)),
            _opinions(case),
            _awards(case),
            _payments(case),
            _papers(case, papers),
            _letters(case),
        ],
        "seal_words": seal.words if seal else "",
        "seal_qr": seal.address if seal else "",
    }


def grouped(digest: str) -> str:
    """A digest in groups that a line of paper can break."""
    return " ".join(digest[at : at + 16] for at in range(0, len(digest), 16))


def _part(title: Any, columns: list[int], head: list[Any], rows: list[list[Any]]) -> dict[str, Any]:
    return {"title": title, "columns": columns, "head": head, "rows": rows}


def _cover(case: Case, entries: int, head: str, now: datetime) -> list[list[Any]]:
    name = str(case.patient.name) if case.patient else case.masked_name
    return [
        [_("编号"), case.number],
        [_("项目"), programme(case.programme).name],
        [_("状态"), state(case.state).staff],
        [_("患者"), name],
        [_("提交"), moment_words(case.submitted_at) if case.submitted_at else "—"],
        [_("救助金额"), money(case.award, capitals=True)],
        [_("导出时间"), moment_words(now)],
        [_("链上条数"), str(entries)],
        [_("链头指纹"), grouped(head)],
    ]


def _told(case: Case, sees_account: bool) -> list[dict[str, Any]]:
    """填报内容 in force, a part each; the account only for whose right it is."""
    stood = Stood(case=case, rows=fold(case, LAST))
    return [
        _part(part.title, [3, 4, 2], [_("填报项"), _("内容"), _("来源")], [[line.label, line.value, line.source] for line in part.lines])
        for part in told.parts_then(stood, clear=lambda key: sees_account or key != told.ACCOUNT)
    ]  # fmt: skip


def _deeds(case: Case) -> list[list[Any]]:
    """A line for each deed; the same thing done by the same person many times in a row is one line."""
    rows = []
    for (title, who), alike in groupby(deeds(case), key=lambda one: (_title(one), _who(one))):
        times = list(alike)
        words = _("%(what)s（%(n)s 次）") % {"what": title, "n": len(times)} if len(times) > 1 else title
        rows.append([moment_words(times[0].at), words, who])
    return rows


def _title(entry: Entry) -> str:
    return with_aside(entry.title, entry.category_words) if entry.outcome == "denied" else entry.title


def _who(entry: Entry) -> str:
    return listed(words for words in (entry.actor, entry.role, entry.office) if words)


def _opinions(case: Case) -> dict[str, Any]:
    """办理意见: what each person decided, what panels did, and an ending, in the order of time."""
    policy = policy_of(case)
    rows = [(one.decision.at, _opinion(one)) for one in opinions_of(case, policy)]
    rows += [(one["item"].decided_at, _panel(one)) for one in panels_of(case)]
    rows += [(one["row"].at, _ending(one)) for one in endings_of(case, policy)]
    head = [_("环节和时间"), _("意见"), _("理由"), _("金额"), _("经办")]
    return _part(_("办理意见"), [3, 4, 3, 2, 3], head, [row for _at, row in sorted(rows, key=lambda one: one[0])])


def _opinion(one: Opinion) -> list[Any]:
    row = one.decision
    outcome = f"{one.outcome} → {one.to}" if one.to else str(one.outcome)
    said = f"{outcome}\n{row.opinion}" if row.opinion else outcome
    return [f"{one.title}\n{moment_words(row.at)}", said, listed(one.reasons), money(row.amount), _signed(row)]


def _panel(one: dict[str, Any]) -> list[Any]:
    item = one["item"]
    votes = listed(f"{TABLES['vote'][code]} {count}" for code, count in one["votes"])
    said = f"{TABLES['panel'][item.outcome]}\n{votes}"
    when = f"{_('集体研究')}\n{moment_words(item.decided_at)}"
    return [when, said, "", money(item.amount), f"{_('会议')} {item.meeting.number}"]


def _ending(one: dict[str, Any]) -> list[Any]:
    row = one["row"]
    return [
        f"{_('终止决定')}\n{moment_words(row.at)}", str(row.opinion), listed(one["reasons"]), "", _signed(row)
    ]  # fmt: skip


def _signed(row: Any) -> str:
    """Who, for which office."""
    return listed([str(row.actor.name or row.actor.username), in_my_language(row.office.name, row.office.name_en)])


def _awards(case: Case) -> dict[str, Any]:
    rows = []
    for made in Award.objects.filter(case=case).select_related("policy").order_by("pk"):
        rows.append([moment_words(made.at), made.policy.title, money(made.amount)])
        for line in Working.from_json(made.working).lines:
            rows.append(["", in_my_language(line.label_zh, line.label_en), money(line.amount)])
    return _part(_("救助金额核算"), [3, 5, 2], [_("时间"), _("核算过程"), _("金额")], rows)


def _payments(case: Case) -> dict[str, Any]:
    head = [_("款项"), _("账户尾号"), _("批次和结果"), _("金额")]
    tries: dict[int, list[str]] = {}
    for one in PayoutAttempt.objects.filter(case=case).select_related("line__batch").order_by("pk"):
        tries.setdefault(one.payout_id, []).append(f"{one.line.batch.number} {one.get_state_display()}")
    rows = [
        [
            f"{one.get_kind_display()} {one.installment}\n{one.fund.name}",
            f"{one.payee.bank_name} {one.payee.tail}" if one.payee else "—",
            "\n".join(
                [*tries.get(one.pk, []), f"{one.get_state_display()} {day_words(one.paid_on) if one.paid_on else ''}"]
            ),
            money(one.amount),
        ]
        for one in Payout.objects.filter(case=case).select_related("fund", "payee").order_by("pk")
    ]
    return _part(_("拨付"), [3, 3, 4, 2], head, rows)


def _papers(case: Case, papers: Iterable[Any]) -> dict[str, Any]:
    policy, others = policy_of(case), {VISIT: _("入户照片"), REDACTED: _("遮盖件")}
    rows = [[one.name, others.get(one.code) or paper_words(policy, one.code), grouped(one.sha256)] for one in papers]
    return _part(_("材料"), [4, 4, 7], [_("文件"), _("材料名称"), "SHA-256"], rows)


def _letters(case: Case) -> dict[str, Any]:
    head = [_("文号"), _("通知"), _("方式"), _("送达")]
    rows = [
        [one.notice.number, one.notice.title, one.notice.get_channel_display(), f"{one.words} {moment_words(one.at)}"]
        for one in reversed(of_case(case))
    ]
    return _part(_("通知"), [3, 3, 2, 3], head, rows)
