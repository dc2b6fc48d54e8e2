"""Drive one case along its road by the actions that its pages call, as whoever may do each step."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from cases.access.demo import PASSWORD
from cases.access.models import User
from cases.access.placing import candidates
from cases.calendar import clock
from cases.consent import actions as consent
from cases.dossier import actions as dossier
from cases.dossier.models import Case
from cases.dossier.queries import answers
from cases.evidence import actions as evidence
from cases.evidence.models import MaterialFile
from cases.evidence.rules import visit_keys
from cases.follow_up.queries import duty_of, still_owed
from cases.follow_up.rules import HOME, asked_by
from cases.history.record import record_access
from cases.money import actions as money
from cases.money.testbank import SimulatedBank
from cases.policy import actions as policy
from cases.policy.queries import policy_of
from cases.programme import programme
from cases.publicity import actions as publicity
from cases.publicity.models import PublicList
from workflows import actions, barring
from workflows.desk.casefile.actions import add_redacted
from workflows.desk.panel import actions as meetings
from workflows.engine import clockwork
from workflows.flow import step_of
from workflows.models import WorkItem
from workflows.reading import reading_of
from workflows.scoring.rules import items_of
from workflows.walking.filling import answer_all, give_papers
from workflows.walking.papers import picture

AGREE = {"publicity": True, "processing": True, "economic": True}
ENOUGH = "按办法核对过材料和事实，情况属实。"


def apply(
    *,
    slug: str,
    number: int,
    by: User,
    changes: Mapping[str, Any] | None = None,
    consents: Mapping[str, bool] = AGREE,
    submit: bool = True,
    agent: bool = False,
) -> Case:
    """File one application of invented person `number`, whole, and submit it."""
    card = programme(slug)
    assert card.demo_answers is not None
    given = {**card.demo_answers(number), **(changes or {})}
    case = dossier.new_draft(programme=slug, by=by, channel="phone")
    answer_all(case=case, given=given, by=by)
    return finish(case, by=by, consents=consents, seed=number) if submit else case


def finish(case: Case, *, by: User, consents: Mapping[str, bool] = AGREE, seed: int = 1) -> Case:
    """Give the papers and consents that a draft still lacks, and submit it."""
    give_papers(case=case, seed=seed, by=by)
    consent.give(case=case, answers=dict(consents), by=by)
    return dossier.submit(case=case, truth=True, by=by)


def open_item(case: Case) -> WorkItem:
    """The open step of a case; the first of those that are open side by side."""
    return WorkItem.objects.select_related("case__run").filter(case=case, state__in=["open", "claimed"]).earliest("id")


def person_for(item: WorkItem) -> User:
    """Somebody who holds the role there and is not barred by duties."""
    if item.holder is not None:
        return item.holder
    return candidates(item.role, item.division_code, barring.shut_out(item.case, step_of(item)))[0]


def read(case: Case, by: User) -> None:
    """Open the file and each required paper, as the pages record it."""
    record_access("open", object=case, fields=["case"], by=by, case_id=case.pk)
    for file in MaterialFile.objects.filter(case=case, removed_at=None, material__required=True):
        record_access("read", object=file, fields=["file"], by=by, case_id=case.pk, purpose="material")


def step(
    case: Case, outcome: str = "", *, item: WorkItem | None = None, by: User | None = None, **decision: Any
) -> WorkItem:
    """Decide an open step, the first unless `item` names one, by `outcome` or its first exit; answers the step's item."""
    item = item or open_item(case)
    spec = step_of(item)
    outcome = outcome or next(iter(spec.exits))
    who = by or person_for(item)
    data = dict(decision.pop("data", {}))
    if spec.form == "visit" and "visit" not in data:
        data["visit"] = visit(case, who)
    if spec.follow_up:
        data.setdefault("follow_up", follow_up(case, who, reached=outcome != "again"))
    if spec.form == "expert":
        data.setdefault("independent", True)
        data.setdefault("scores", {one.key: one.most * 4 // 5 for one in items_of(policy_of(case))})
    if spec.form == "county" and outcome == "agree" and item.case.agent_is_relative:
        data.setdefault("patient_call", {"answered_by": "患者本人", "at": f"{clock.today().isoformat()}T09:00"})
    if spec.exits[outcome].needs_reason and "reasons" not in decision:
        decision["reasons"] = [policy_of(case).section(spec.exits[outcome].reasons)[0].key]
    decision.setdefault("opinion", ENOUGH)
    if policy_of(case).must_read(item.step) and not reading_of(item, who).is_whole:
        read(case, who)
    actions.decide(item=item.pk, row_version=item.row_version, outcome=outcome, data=data, by=who, **decision)
    case.refresh_from_db()
    return item


def ask_expert(case: Case, question: str = "基因报告能不能支持这个诊断？费用和病情相符吗？") -> WorkItem:
    """The province's reviewer takes the case, prepares a redacted copy, and asks an expert."""
    item = open_item(case)
    who = person_for(item)
    held = actions.claim(item=item.pk, by=who)
    add_redacted(item=held, upload=picture("REDACTED", seed=case.pk), by=who)
    return step(case, "ask_expert", by=who, opinion=question)


def visit(case: Case, by: User) -> dict[str, Any]:
    """A visit record in which everything stated is confirmed."""
    photo = evidence.add_visit_photo(case=case, upload=picture("VISIT", seed=case.pk), by=by)
    keys = visit_keys(programme(case.programme), answers(case))
    return {
        "visitors": [str(by.name), "演示村干部"],
        "visited_on": clock.today().isoformat(),
        "place": "患者家中",
        "photo": str(photo.token),
        "facts": [{"key": key, "finding": "confirmed", "note": ""} for key in keys],
        "note": "",
    }


def follow_up(case: Case, by: User, *, reached: bool = True) -> list[dict[str, Any]]:
    """Every call and visit that is still owed, with good news; or one call at which nobody was reached."""
    duty = duty_of(case)
    owed = still_owed(duty) if duty else []
    if not reached:
        return [_tried(case, kind, by) | {"reached": False} for kind in owed[:1]]
    asked = asked_by(policy_of(case))
    news = {"received": True, "amount": str(case.award), "satisfied": 5, "fee": False}
    said = {name: value for name, value in news.items() if name in asked}
    return [_tried(case, kind, by) | {"reached": True} | said for kind in owed or ["phone"]]


def _tried(case: Case, kind: str, by: User) -> dict[str, Any]:
    if kind != HOME:
        return {"kind": kind}
    photo = evidence.add_visit_photo(case=case, upload=picture("VISIT", seed=case.pk), by=by)
    return {"kind": kind, "photo": str(photo.token)}


def to(case: Case, state: str) -> Case:
    """Take every step the ordinary way until the case is in that state."""
    for _turn in range(20):
        if is_in(case, state):
            return case
        step(case)
    raise LookupError(f"{case} does not come to {state}")


def is_in(case: Case, state: str) -> bool:
    """Whether the case has come to that state. Raises LookupError when it waits for what no person decides."""
    case.refresh_from_db()
    if case.state == state:
        return True
    item = open_item(case)
    if item.kind != "human":
        raise LookupError(f"{case} waits at {item.step} in {case.state}, not in {state}")
    return False


def publish_policy(*, slug: str, maker: User, publisher: User) -> Any:
    """Load a programme's example policy as one person and publish it as another."""
    draft = policy.load_policy(programme=slug, version=programme(slug).policy, by=maker)
    return policy.publish(version=draft, by=publisher)


def fund(*, slug: str, yuan: str, by: User) -> Any:
    """A fund of a programme with money in it."""
    made = money.open_fund(
        code=f"YS-{slug.replace('_', '-')}"[:20], name=f"{programme(slug).name}资金（演示）", programme=slug, kind="fiscal",
        starts_on=clock.today(), by=by,
    )  # fmt: skip
    money.receive_gift(fund=made, amount=Decimal(yuan), source="演示捐赠", by=by)
    return made


def panel(cases: list[Case], *, head: User, members: list[User], choice: str = "agree") -> Any:
    """Call a meeting on these cases, let the members read, sign in and vote, close it with minutes that all of them sign."""
    items = [open_item(case).pk for case in cases]
    meeting = meetings.call_meeting(held_on=clock.today(), items=items, by=head)
    for member in members:
        meetings.sign_in(meeting=meeting, by=member)
    for item in meeting.items.select_related("case").order_by("id"):
        for member in members:
            record_access(
                "read",
                object=item,
                fields=["application", "opinion", "amount"],
                by=member,
                case_id=item.case_id,
                purpose="集体研究",
            )
            meetings.vote(item=item, choice=choice, reason="" if choice == "agree" else ENOUGH, by=member)
        reasons = [] if choice != "reject" else [policy_of(item.case).section("reject_reasons")[0].key]
        meetings.close_item(item=item, reasons=reasons, by=head)
    meetings.close_meeting(meeting=meeting, minutes="会议逐件研究了议题，形成了一致意见，予以记录。", by=head)
    for member in members:
        meetings.sign_minutes(meeting=meeting, by=member)
    for case in cases:
        case.refresh_from_db()
    return meeting


def give_notice(cases: list[Case], *, by: User) -> Any:
    """Tell the applicants and put the cases on a public list."""
    publicity.announce(cases=cases, by=by)
    made = publicity.publish(cases=cases, by=by)
    for case in cases:
        case.refresh_from_db()
    return made


def end_notice(*, by: User) -> None:
    """Move the demonstration clock past the last day of every open list and let the clock do its work."""
    last = PublicList.objects.filter(state="open").order_by("-ends_on").values_list("ends_on", flat=True).first()
    if last is not None and clock.today() <= last:
        clock.move_demo_clock(to=last + timedelta(days=1), by=by)
    clockwork.one_pass()


def send_batch(*, of: Any, maker: User, checker: User, releaser: User, password: str = PASSWORD) -> tuple[Any, bytes]:
    """Make, check, release and send a batch of a fund; the batch and the file that the bank gets."""
    batch = money.build_batch(fund=of, by=maker)
    money.check_batch(batch=batch, total_retyped=Decimal(batch.total_fen) / 100, count_retyped=batch.count, by=checker)
    money.release_batch(batch=batch, password=password, by=releaser)
    return batch, money.send_to_bank(batch=batch, by=maker)


def bank_answers(
    batch: Any, data: bytes, *, maker: User, checker: User, faults: Mapping[int, Any] | None = None
) -> Any:
    """The test bank answers, one person imports, another accepts."""
    bank = SimulatedBank()
    bank.take(data, faults)
    answer = bank.answer(batch.number, faults)
    if answer is None:
        return money.note_silence(batch=batch, by=maker)
    imported = money.import_answer(batch=batch, data=answer, by=maker)
    return money.accept_answer(answer=imported, by=checker)
