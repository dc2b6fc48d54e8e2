"""What the matrix asks about: a case here and one in another city, one at the bank, one on a public list, one before the panel."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.http.cookie import SimpleCookie
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse

from cases.access.actions import give_stand_in
from cases.access.models import Office, Post, Role, User
from cases.calendar import clock
from cases.dossier.models import Case
from cases.evidence.models import MaterialFile
from cases.evidence.queries import papers
from cases.history.models import Access, Event
from cases.history.record import record_access
from cases.money import actions as money
from cases.money.testbank import SimulatedBank
from cases.notices.models import Notice
from cases.outgoing.models import Outgoing
from cases.policy import actions as policy
from cases.policy.cards import card
from cases.policy.models import PolicyRow
from cases.privacy import actions as privacy
from cases.providers import actions as providers
from cases.providers.models import Claim, ClaimLine, RefundOrder
from cases.publicity.actions import file_objection
from cases.publicity.models import PublicEntry
from cases.recusal.actions import declare_relative
from tests.flow_facts import operate
from tests.matrix import goods
from tests.matrix.reads import Reading, plain_answers, watched
from tests.providers.kit import hospital
from tests.screening import people as villagers
from workflows.desk.errands.actions import answer, ask
from workflows.desk.errands.models import Errand
from workflows.desk.notes.actions import write_note
from workflows.desk.notes.models import Note, NoteFile
from workflows.desk.panel import actions as meetings
from workflows.desk.staffing import actions as staffing
from workflows.engine import incidents
from workflows.inspection.checks import sweeping
from workflows.inspection.checks.models import CheckHit, CheckRun
from workflows.inspection.findings import actions as findings
from workflows.inspection.findings.models import Finding
from workflows.inspection.samples import actions as samples
from workflows.models import EvaluationFigure, Incident, WorkItem
from workflows.operations import actions as operations
from workflows.reports.evaluation import actions as evaluation
from workflows.reports.eventlog import actions as eventlog
from workflows.reports.rules import quarter_before, quarter_name, quarter_of
from workflows.walking import drive
from workflows.walking.papers import picture

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
SLUG, HERE, THERE = "rare_disease", "640422100991", "640521100991"
PEOPLE = {
    "anon": "", "owner": "applicant1", "other": "applicant2", "vil": "xiji_village", "vil_b": "zhongning_village",
    "cty": "xiji_intake", "cty_b": "zhongning_clerk", "city": "guyuan_city", "prov": "prov_review", "pan": "panel1",
    "fin": "fin_make", "pub": "publicity", "insp": "inspector", "sys": "sysadmin",
}  # fmt: skip
"""The columns of table.csv. The owner has the case here, the other applicant the one there; _b works in the other city."""
POSTS = {
    "agt": "agent1", "twn": "xiji_town", "cty2": "xiji_review", "prv2": "prov_head", "exp": "expert1", "fc": "fin_check",
    "fr": "fin_release", "hos": "eye_hospital", "sec": "secadmin", "aud": "auditadmin", "pol1": "policy_edit", "pol2": "policy_publish",
}  # fmt: skip
"""The columns of posts.csv: the other posts, one person each, by the codes of their roles."""
CENTRES = {"hos": "eye_hospital", "fit": "hearing_centre", "whs": "storekeeper"}
"""The columns of centres.csv: who serves at a hospital, a fitting centre, a store."""
BOARDS = {"insp": "inspector", "sup": "supervisor", "cty2": "xiji_review", "prv2": "prov_head"}
"""The columns of boards.csv: who inspects, who oversees him, and two who are inspected."""


@dataclass(frozen=True)
class Pattern:
    """One address of the site; one without a name goes by its route."""

    name: str
    route: str

    @property
    def blanks(self) -> list[str]:
        """The names of what changes in the address."""
        return re.findall(r"<(?:\w+:)?(\w+)>", self.route)

    def address(self, values: dict[str, Any]) -> str:
        """The address with its blanks filled; the most special value wins: of this address, of its room, of all."""
        room = self.name.split(":")[0]
        found = {}
        for blank in self.blanks:
            names = (f"{self.name}.{blank}", f"{room}.{blank}", blank)
            found[blank] = next(values[name] for name in names if name in values)
        try:
            return reverse(self.name, kwargs=found)
        except NoReverseMatch:
            plain = re.sub(r"\(\?P<(\w+)>.*\)\$?", r"<\1>", self.route)
            return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda match: str(found[match[1]]), plain)


def patterns(resolver: Any = None, space: str = "", before: str = "") -> list[Pattern]:
    """Every address that the resolver knows."""
    found = []
    for each in (resolver or get_resolver()).url_patterns:
        route = before + str(each.pattern)
        if hasattr(each, "url_patterns"):
            found += patterns(each, f"{space}{each.namespace}:" if each.namespace else space, route)
        else:
            found.append(Pattern(f"{space}{each.name}" if each.name else route, route))
    return found


@dataclass
class World:
    """What fills the blanks of addresses, for each word of the table's column `whose`; and a browser for each person."""

    things: dict[str, dict[str, Any]] = field(default_factory=dict)
    rows: dict[str, Any] = field(default_factory=dict)
    browsers: dict[str, Client] = field(default_factory=dict)
    plain: set[str] = field(default_factory=set)
    reading: Reading = field(default_factory=Reading)

    def ask(self, who: str, method: str, address: str, data: str = "") -> HttpResponse:
        """One request, after which nothing has happened."""
        browser = self._browser(who)
        cookies = browser.cookies.output(header="", sep=";")
        with nothing_stays(), watched() as self.reading:
            answer = browser.generic(method, address, data, content_type=JSON if data.startswith("{") else FORM)
        browser.cookies = SimpleCookie(cookies)
        return answer

    def shown(self, who: str, answer: HttpResponse) -> list[str]:
        """The sealed columns that the last answer gave away; an applicant reads what is his own."""
        name = (PEOPLE | POSTS | CENTRES | BOARDS)[who]
        person = User.objects.filter(username=name).first() if name else None
        is_reader = person is None or person.posts.exists()
        return self.reading.shown(answer, person, self.plain) if is_reader else []

    def _browser(self, who: str) -> Client:
        if who not in self.browsers:
            browser = Client(raise_request_exception=False)
            name = (PEOPLE | POSTS | CENTRES | BOARDS)[who]
            if name:
                person = User.objects.get(username=name)
                browser.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
            self.browsers[who] = browser
        return self.browsers[who]


class nothing_stays:
    """Undo at the end what was written; durable actions take it for a test's own transaction, as Django's TestCase does."""

    def __enter__(self) -> None:
        self.block = transaction.atomic()
        self.block._from_testcase = True  # type: ignore[attr-defined]
        self.block.__enter__()

    def __exit__(self, *failure: Any) -> None:
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)


def make(cast: dict[str, User]) -> World:
    """Build it all by the real actions."""
    drive.publish_policy(slug=SLUG, maker=cast["policy_edit"], publisher=cast["policy_publish"])
    purse = drive.fund(slug=SLUG, yuan="200000", by=cast["fin_make"])

    def file(number: int, owner: str, place: str = HERE, *, submit: bool = True) -> Case:
        changes = {"hukou_division": place}
        return drive.apply(slug=SLUG, number=number, by=cast[owner], changes=changes, submit=submit)

    paid, listed, waiting = (drive.to(file(number, "applicant4"), "PANEL") for number in (4, 5, 6))
    members = [cast[f"panel{number}"] for number in range(1, 6)]
    drive.panel([paid, listed], head=cast["prov_head"], members=members)
    batch, answer = _at_the_bank(cast, purse, paid)
    plist = drive.give_notice([listed], by=cast["publicity"])
    entry = PublicEntry.objects.get(list=plist)
    objection = file_objection(entry=entry, text="名单上这户人家有两辆车，请核查。", name="", phone="")
    meeting = meetings.call_meeting(held_on=clock.today(), items=[drive.open_item(waiting).pk], by=cast["prov_head"])
    meetings.sign_in(meeting=meeting, by=cast["panel1"])
    here, there = (
        drive.to(file(number, owner, place), "COUNTY")
        for number, owner, place in ((1, "applicant1", HERE), (2, "applicant2", THERE))
    )
    halted = operations.suspend_road(
        flow=f"{SLUG}/v1", step="second_follow_up", reason="等新的回访表印好再办。", by=cast["prov_head"]
    )
    plan = operations.make_plan(
        kind="restart", cases=[there], step="county_review", to_step="intake", reason="误点了同意，回到县级受理。",
        by=cast["prov_review2"],
    )  # fmt: skip
    operations.advance_plan(plan)
    plan.refresh_from_db()
    begun, begun_b = file(7, "applicant1", submit=False), file(8, "applicant2", THERE, submit=False)
    today = clock.today()
    lent = give_stand_in(
        post=cast["xiji_review"].posts.get(), delegate=cast["guyuan_city"], starts_on=today, ends_on=today,
        reason="休假", programme="two_step", by=cast["xiji_review"],
    )  # fmt: skip
    kin = declare_relative(relation="sibling", name="远方亲", by=cast["xiji_intake"])
    eye = hospital(cast, "6404")
    permit, line = _at_the_hospital(cast, here, eye)
    draft = policy.begin_draft(card=card(SLUG), by=cast["policy_edit"])
    row = PolicyRow.objects.filter(version=draft, section="days").first()
    assert row is not None
    always = {
        "slug": SLUG, "programme": SLUG, "size": "elder", "way": "on", "language": "en", "code": papers(begun, today=clock.today())[0].code, "key": "patient_name",
        "kind": "publicity", "desk:queue.name": "mine", "desk:batch.step": "county_review", "case:tab.name": "record", "policy.section": row.section,
        "policy.key": row.key, "lease": "1.x", "app_label": "cases", "url": "nothing", "content_type_id": "1",
        "object_id": "1",
    }  # fmt: skip
    log = eventlog.export_log(kind="fhir", filters={}, purpose="抽查", out=io.BytesIO(), by=cast["inspector"]).row
    name = eventlog.ask_name(export=log, name=f"case-{'0' * 16}", reason="核对公示日期。", by=cast["inspector"])
    sheet = staffing.begin(
        kind="allocate", items=[(drive.open_item(here).pk, 1)], person=None, reason="", by=cast["guyuan_city"]
    )
    named = staffing.name_for_step(
        office=Office.objects.get(division_code="640422", kind="redcross"), programme=SLUG, step="intake",
        person=cast["xiji_intake"], by=cast["xiji_review"],
    )  # fmt: skip
    notes = {
        case.pk: write_note(case=case, text="先电话核对再办。", by=cast[author])
        for case, author in ((here, "xiji_review"), (there, "zhongning_clerk"))
    }
    shown = {
        case.pk: write_note(case=case, text="见附件。", attached=[picture("便签附件")], by=note.by).files.get()
        for case, note in ((here, notes[here.pk]), (there, notes[there.pk]))
    }
    asked = {case.pk: _asked(case, cast) for case in (here, there)}
    secret, found = _findings(here, cast)
    figure = _evaluated()
    request = privacy.ask(case=here, kind="correction", words="户主写错了。", by=here.owner)
    kept_by_law = privacy.hold(case=here, kind="inspection", reason="检查通知", until=today, by=cast["prov_head"])
    sample = samples.draw(title="抽样", filters={}, way="none", by=cast["inspector"])
    screened = _screening(cast)
    always |= screened.pop("addresses")
    hit = _hit(here)
    things = {
        "-": {"mfa_remove_webauthn.pk": 1, "mfa_edit_webauthn.pk": 1, "seals:day.day": date.min},
        "here": _of(here) | _of_notes(notes[here.pk], shown[here.pk]) | asked[here.pk],
        "there": _of(there) | _of_notes(notes[there.pk], shown[there.pk]) | asked[there.pk], "bank": _of(paid),
        "draft": {"token": begun.token},
        "draft_b": {"token": begun_b.token},
        "stand_in": {"pk": lent.pk}, "relative": {"pk": kin.pk}, "fund": {"code": purse.code}, "batch": {"number": batch.number}, "answer": {"pk": answer.pk},
        "list": {"token": plist.token}, "objection": {"token": objection.token},
        "meeting": {"number": meeting.number, "pk": meeting.items.get().pk},
        "new": {"pk": draft.pk, "vector": draft.vectors.first().pk}, "clause": {"pk": row.clause_id},
        "measure": {"pk": row.clause.measure_id, "clause": row.clause_id}, "valid": {"pk": here.policy_id},
        "log": {"token": log.token, "pk": name.pk},
        "office": {"object_id": Office.objects.get(division_code="640422").pk},
        "clerk": {"object_id": cast["xiji_intake"].pk}, "patient": {"object_id": cast["applicant1"].pk},
        "post": {"object_id": Post.objects.get(user=cast["xiji_intake"]).pk}, "role": {"object_id": "CTY1"},
        "sheet": {"pk": sheet.pk}, "named": {"pk": named.pk}, "item": {"pk": drive.open_item(here).pk}, "leaver": {"pk": cast["xiji_town"].pk, "username": "xiji_town"}, "halted": {"pk": halted.pk}, "plan": {"pk": plan.pk}, "version": {"object_id": draft.pk}, "row": {"object_id": row.pk},
        "incident": {"pk": _given_up().pk},
        "request": {"pk": request.pk}, "held": {"pk": kept_by_law.pk},
        "secret": {"pk": secret.pk}, "sample": {"pk": sample.pk},
        "figure": {"pk": figure.pk, "quarter": quarter_name(figure.round.quarter), "area": figure.area, "code": figure.code}, "found": {"pk": found.pk, "token": found.files.get().token},
        "question": {"code": "C14", "pk": hit.pk},
        "permit": {
            "number": permit.number, "token": permit.token, "providers:do.what": "decline", "providers:office_permit.what": "give-up",
        },
        "line": {"pk": line.pk, "providers:reply.what": "answer", "providers:judge.what": "accept"},
        "provider": {"pk": eye.pk, "what": "suspend"},
    }  # fmt: skip
    rows = {
        "hit": hit, "to": cast["xiji_review"], "leaver": cast["xiji_town"], "person": cast["xiji_review"], "line": sheet.lines.get().pk, "named": named.pk, "programme": SLUG, "step": "county_review",
        "case": here, "cases": [listed], "item": drive.open_item(here), "fund": purse, "batch": batch, "answer": answer,
        "plist": plist, "entry": entry, "objection": objection, "meeting": meeting, "version": draft, "vector": draft.vectors.first().pk, "measure": row.clause.measure, "clause": row.clause_id, "card": card(SLUG),
        "request": request, "hold": kept_by_law,
        "suspension": halted, "audited": found, "sample": sample, "figure": figure, "plan": plan, "plan_key": plan.pk, "note": notes[here.pk], "errand": Errand.objects.get(case=here, state="open"), "row": row, "items": [], "notice": Notice.objects.filter(case=here, channel="page").latest("pk"),
        "file": MaterialFile.objects.filter(case=here).latest("pk"), "post": Post.objects.get(user=cast["xiji_intake"]),
        "provider": eye, "permit": permit, "claim_line": line, "order": line.refunds.get(), "delegate": cast["guyuan_city"], "stand_in": lent.pk, "relative": kin.pk,
        "incidents": [Incident.objects.get().pk], "incident_key": Incident.objects.get().pk, "user": cast["applicant7"], "office": Office.objects.get(division_code="640422"), "role": Role.objects.get(pk="CTY1"),
    }  # fmt: skip
    rows |= screened
    kept, lent_out = goods.make(cast)
    Outgoing.objects.filter(done_at=None).update(done_at=clock.now())  # the clock was moved: else all of it is late
    return World(
        {whose: {**always, **mine} for whose, mine in (things | kept).items()}, lent_out | rows, plain=plain_answers()
    )


def _screening(cast: dict[str, User]) -> dict[str, Any]:
    """A campaign in Xiji, a session of today, somebody who was examined there, and what is typed in its pages."""
    nurse = cast["eye_hospital"]
    campaign = villagers.plan(cast)
    session = villagers.day_of(campaign, nurse, cast)
    row = villagers.register(campaign, cast["agent1"], session=session)
    villagers.examine(row, nurse, villagers.CLOUDED | {"left_others": ["glaucoma"]})
    addresses = {
        "screening.pk": campaign.pk, "screening.token": row.token, "screening:session.pk": session.pk,
        "screening:next.pk": session.pk,
    }  # fmt: skip
    return {
        "addresses": addresses, "campaign": campaign, "session": session, "session_key": session.pk, "registration": row,
        "given": villagers.told(2), "findings": villagers.CLOUDED, "examined_on": clock.today(), "standard": "GB11533",
        "county_code": villagers.XIJI, "places": 5, "division_code": villagers.XIJI, "site": "县医院", "on_day": clock.today(),
        "team": session.team, "capacity": 10,
    }  # fmt: skip


def _at_the_hospital(cast: dict[str, User], case: Case, eye: Any) -> tuple[Any, ClaimLine]:
    """One eye of a case waits for its surgery; of the other, which was done, the hospital claims the costs and owes a refund."""
    half, today = Decimal(1), clock.today()
    lines = [("right_eye", half), ("left_eye", half)]
    providers.propose_permits(case=case, lines=lines, provider=eye, by=cast["prov_review"])
    waiting, done = providers.issue_permits(case=case, valid_until=today, by=cast["prov_head"])
    operate(SimpleNamespace(cast=cast, serial=0), done)
    claim = Claim.objects.create(
        provider=eye, month=today.replace(day=1), number="S1", by=cast["eye_hospital"], at=clock.now()
    )
    line = ClaimLine.objects.create(
        claim=claim,
        permit=done,
        case=case,
        invoice_no="64000001",
        invoiced_on=today,
        total=half,
        asked=half,
        at=clock.now(),
    )
    RefundOrder.objects.create(line=line, amount=half, ordered_by=cast["xiji_intake"], ordered_at=clock.now())
    return waiting, line


def _hit(case: Case) -> CheckHit:
    """What a standing check found in a case."""
    run = sweeping.begin(codes=["C14"], night=clock.today())
    CheckRun.objects.update(ended_at=clock.now())
    return CheckHit.objects.create(
        code="C14", subject="1", case=case, place=case.pk, rows=[["cases_case", case.pk]], facts={"kind": "open", "step": "intake"},
        fingerprint="0", first_run=run, last_run=run, found_at=clock.now(),
    )  # fmt: skip


def _given_up() -> Incident:
    """Work that was tried too often; all other work is done, as if a worker ran."""
    now = clock.now()
    Outgoing.objects.filter(done_at=None).update(done_at=now)
    Outgoing.objects.create(
        topic="notice", key="given up", created_at=now, available_at=now, parked_at=now, error="TimeoutError"
    )
    incidents.sweep()
    return Incident.objects.get()


def _at_the_bank(cast: dict[str, User], purse: Any, case: Case) -> tuple[Any, Any]:
    """Its notice is over, its batch is sent, and the answer waits for the second person."""
    drive.give_notice([case], by=cast["publicity"])
    drive.end_notice(by=cast["prov_head"])
    case.refresh_from_db()
    drive.step(case, "grant")
    clock.move_demo_clock(days=1, by=cast["prov_head"])
    maker, checker, releaser = (cast[name] for name in ("fin_make", "fin_check", "fin_release"))
    batch, data = drive.send_batch(of=purse, maker=maker, checker=checker, releaser=releaser)
    bank = SimulatedBank()
    bank.take(data)
    answer = bank.answer(batch.number)
    assert answer is not None
    return batch, money.import_answer(batch=batch, data=answer, by=maker)


def _findings(case: Case, cast: dict[str, User]) -> tuple[Finding, Finding]:
    """What an inspector found at the county's office: one is not sent, the other was put right and shown."""
    office = Office.objects.get(division_code="640422", kind="redcross")
    words = {"severity": "minor", "title": "缺签名", "facts": "核实表缺一个签名。", "clause": "第十二条", "days": 9}
    secret, found = (
        findings.draft(case=case, office=office, by=cast["inspector"], **words)
        for _each in "ab"  # type: ignore[arg-type]
    )
    findings.send(finding=found, by=cast["inspector"])
    findings.rectify(finding=found, words="已补签。", attached=[picture("整改")], by=cast["xiji_review"])
    return secret, found


def _evaluated() -> EvaluationFigure:
    """One figure of Xiji of the quarter that is over."""
    made = evaluation.freeze(quarter=quarter_before(quarter_of(clock.today())), by=None)
    assert made is not None
    words = {"words": "新同事不熟悉。", "promise": "每周对一次清单。", "by": User.objects.get(username="xiji_review")}
    given = {"round": made, "area": "640422", "counted": 1, "base": 2, "value": 50, "score": 0}
    evaluation.answer(figure=EvaluationFigure.objects.create(code="A3", **given), **words)
    return EvaluationFigure.objects.create(code="A4", **given)


def _of_notes(note: Note, file: NoteFile) -> dict[str, Any]:
    """A note of a case, and what is attached to another: with the words of a note its bytes go, and no rollback brings them back."""
    return {"case.pk": note.pk, "case:note_file.pk": file.note_id, "case:note_file.token": file.token}


def _asked(case: Case, cast: dict[str, User]) -> dict[str, Any]:
    """What the province's head asked of its reviewers, still open; and another that was answered with a file."""
    office = cast["prov_review"].posts.get().office_id
    given = {"item": drive.open_item(case), "words": "请再问医院。", "office": office, "role": "PRV1", "days": 3}
    waiting, done = (ask(**given, by=cast["prov_head"]) for _each in "ab")
    answer(errand=done, words="问过了。", attached=[picture("答复附件")], by=cast["prov_review"])
    file = done.files.get()
    addresses = {"case:errand_end.pk": waiting.pk, "api:errand_end.pk": waiting.pk}
    return addresses | {"case:errand_file.pk": done.pk, "case:errand_file.token": file.token}


def _of(case: Case) -> dict[str, Any]:
    """What belongs to a case and has an address of its own."""
    inspector = User.objects.get(username="inspector")
    record_access("read", object=case, fields=["name"], by=inspector, case_id=case.pk, purpose="检查")
    return {
        "number": case.number,
        "token": case.token,
        "evidence.token": MaterialFile.objects.filter(case=case).latest("pk").token,
        "notices.token": Notice.objects.filter(case=case, channel="page", to_whom="applicant").latest("pk").token,
        "api.pk": WorkItem.objects.filter(case=case).latest("pk").pk,
        "inspection:reveal.pk": Event.objects.filter(stream__kind="case", stream__key=str(case.pk)).latest("pk").pk,
        "inspection:move.n": 1,
        "inspection:then.pk": Event.objects.filter(stream__kind="case", stream__key=str(case.pk)).latest("pk").pk,
        "inspection:then_shown.pk": Event.objects.filter(stream__kind="case", stream__key=str(case.pk)).latest("pk").pk,
        "inspection:event.pk": Event.objects.filter(stream__kind="case", stream__key=str(case.pk)).latest("pk").pk,
        "inspection:read.pk": Access.objects.filter(case_id=case.pk).latest("pk").pk,
    }
