"""Walk one new case end to end over HTTP (走一遍), as each person in turn, trying wrong turns on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from cases.access.models import User
from cases.calendar import clock
from cases.calendar.rules import ZONE
from cases.dossier import waiting
from cases.dossier.models import Case
from cases.follow_up.rules import KINDS
from cases.money.models import Fund
from cases.policy.queries import policy_of
from cases.programme import programme
from cases.states import STATES
from workflows.engine import clockwork
from workflows.flow import step_of
from workflows.models import WorkItem
from workflows.walking import drive
from workflows.walking.browser import Browser, Form, Page
from workflows.walking.filing import file_application
from workflows.walking.papers import picture
from workflows.walking.screening import HELPER, VILLAGES, screened
from workflows.walking.visitors import Visitors, day
from workflows.walking.waits import WAITS
from workflows.walking.ways import Ending, way_of
from workflows.walking.wrong import Say, WalkFailed, WrongTurns

OPINION = "已核对材料和入户记录，情况属实，符合办法规定。"


class Walk:
    """One walk of one programme at a running site, the ordinary way to CLOSED or to one other ending.

    `from_screening`: it begins with somebody whom a screening found fit, in Xiji, and a helper fills in the rest.
    """

    def __init__(
        self, slug: str, people: Visitors, say: Say, ending: Ending | None = None, *, from_screening: bool = False
    ) -> None:
        self.card = programme(slug)
        self.way = way_of(self.card)
        if from_screening:
            self.way = replace(self.way, place=VILLAGES[0], stranger="zhongning_clerk")
        self.ending = ending
        self.from_screening = from_screening
        self.filer = HELPER if from_screening else "applicant2"
        self.people = people
        self.say = say
        self.case = Case()
        self.turns = WrongTurns(self.people, lambda: self.case, say, filer=self.filer)

    @property
    def refused(self) -> int:
        """How many wrong turns were refused so far."""
        return self.turns.refused

    def __call__(self) -> Case:
        """Walk; answers the ended case. Raises WalkFailed, also when a wrong turn was not refused."""
        self._prepare()
        self._file()
        for _turn in range(40):
            self.case.refresh_from_db()
            if self.case.closed_at is not None:
                return self._ended()
            self._turn(drive.open_item(self.case))
        raise WalkFailed(f"{self.case.number} does not come to an end: {self.case.state}")

    def _ended(self) -> Case:
        wanted = self.ending.state if self.ending else "CLOSED"
        if self.case.state != wanted:
            raise WalkFailed(f"{self.case.number} ended as {self.case.state}, not as {wanted}")
        return self.case

    def _turn(self, item: WorkItem) -> None:
        """The open step is left: by the way of the ending where it turns off, else as usual."""
        exits = step_of(item).exits
        off = self.ending if self.ending and self.ending.at in exits else None
        if off and off.turn:
            off.turn(self)
        elif item.kind == "human":
            self._decide(item, off.at if off else next(iter(exits)))
        else:
            self._waited(item)

    def fill(self, who: str, address: str, **typed: Any) -> None:
        """Somebody fills in the form of a page. Raises WalkFailed with what the page says when it is not taken."""
        page = self.people.fill(who, address, typed)
        if page.status >= 400:
            raise WalkFailed(f"{who} at {address}: {page.sentence()}")

    def tell(self, who: str, what: str) -> None:
        """One line: who, what, state, due."""
        self.case.refresh_from_db()
        item = WorkItem.objects.filter(case=self.case, state__in=["open", "claimed"]).order_by("-id").first()
        due = f"{item.due_on:%Y-%m-%d}{'（暂定）' if item.due_provisional else ''}" if item and item.due_on else "—"
        lent = "（委托代审）" if item is not None and item.entrusted_from else ""
        self.say(f"{who:<18} {what:<24} {STATES[self.case.state].staff}{lent}  时限 {due}")

    # --- before and at the beginning -----------------------------------------------------------------------------------
    def _cast(self) -> dict[str, User]:
        return {user.username: user for user in User.objects.filter(username__in=self.people.names)}

    def _prepare(self) -> None:
        people = self._cast()
        if not Fund.objects.filter(programme=self.card.slug, is_active=True).exists():
            drive.publish_policy(slug=self.card.slug, maker=people["policy_edit"], publisher=people["policy_publish"])
            drive.fund(slug=self.card.slug, yuan="100", by=people["fin_make"])
        purse = Fund.objects.filter(programme=self.card.slug, is_active=True).order_by("id")[0]
        maker = self.people["fin_make"]
        page = maker.get(f"/money/fund/{purse.code}/gift/")
        line = sum((one.case.award or Decimal(0) for one in waiting.line(self.card.slug)), Decimal(0))
        given = {"amount": line + 20_000, "source": "演示捐赠，凭证号 Y0001"}  # enough for those who wait before it too
        taken = maker.post(page, page.form("amount"), given)
        if taken.status >= 400:
            raise WalkFailed(f"the gift was not taken: {taken.sentence()}")
        self.say(f"fin_make           资金到账 {line + 20_000:,} 元")
        self.way.prepare(people)

    def _file(self) -> None:
        number = 500 + Case.objects.count()
        assert self.card.demo_answers is not None
        given = {**self.card.demo_answers(number), "hukou_division": self.way.place}
        draft = None
        if self.from_screening:
            given |= {"applicant_kind": "agent", "agent_relative": False}
            draft = screened(self._cast(), self.card, given)
            self.say(f"{self.filer:<18} 筛查登记，检查合适，转为草稿")
        name, check = file_application(self.people[self.filer], self.card, given, number=number, draft=draft)
        self.case = Case.objects.get(number=name)
        self.tell(self.filer, f"提交申请 {name}")
        again = self.people[self.filer].post(check, check.form("truth"), {"truth": "on"})
        if (
            name not in again.url
            or Case.objects.filter(patient_key=self.case.patient_key, programme=self.card.slug).count() != 1
        ):
            raise WalkFailed("a second click on submit made a second case")
        self.say("                   · 再点一次提交：还是同一件")

    # --- people decide -------------------------------------------------------------------------------------------------
    def _decide(self, item: WorkItem, outcome: str) -> None:
        who = drive.person_for(item)
        name, spec = who.username, step_of(item)
        if item.level == 2:
            self.turns.other_county(self.way.stranger)
        if item.level == 3:
            self.turns.same_person(item)
        browser = self.people[name]
        page = browser.get(f"/case/{self.case.number}/")
        claim = next((form for form in page.forms if form.action.endswith("/claim")), None)
        if claim is not None:
            page = browser.post(page, claim)
        if policy_of(self.case).must_read(item.step):
            self._read(browser)
        form = page.form("outcome")
        values = {"outcome": outcome, "opinion": OPINION, **self._details(spec.form, form)}
        if spec.exits[outcome].needs_reason:
            values["reasons"] = next(
                code for code in form.choices["reasons"] if code.startswith(spec.exits[outcome].reasons)
            )
        if outcome == "supplement":
            paper = next(name for name in form.choices if name.startswith("item_material_"))
            values[paper] = next(filter(None, form.choices[paper]))
        files = {}
        if "photo" in form.files:
            photo = picture("VISIT", seed=self.case.pk)
            files = {"photo": ("visit.jpg", photo.read(), "image/jpeg")}
        check = browser.post(page, form, values, files)
        confirm = _confirm(check)
        after = browser.post(check, confirm, {"phase": "confirm"})
        if after.status >= 400 or not WorkItem.objects.filter(pk=item.pk, state="done").exists():
            raise WalkFailed(f"{name} at {item.step}: {after.sentence()}")
        self.tell(name, f"{spec.title}：{spec.exits[outcome].label}")
        if item.level == 1:
            self.turns.second_decision(name, page, form, values)
            self.turns.old_page(name, page, claim)

    def _read(self, browser: Browser) -> None:
        """Open every paper, as the policy asks before somebody agrees here."""
        home = f"/case/{self.case.number}/materials"
        for address in dict.fromkeys(href for href, _text in browser.get(home).links if "paper=" in href):
            for href in dict.fromkeys(href for href, _text in browser.get(address).links if href.startswith("/file/")):
                browser.get(href)

    def _details(self, kind: str, form: Form) -> dict[str, Any]:
        """What each kind of step asks beside outcome and opinion."""
        now = clock.now().astimezone(ZONE) - timedelta(minutes=5)
        if kind == "visit":
            found = {name: "confirmed" for name in form.choices if name.startswith("finding_")}
            return {
                "visitor_1": "演示核实员甲", "visitor_2": "演示核实员乙", "place": "患者家中",
                **day("visited_on", now.date()), **found,
            }  # fmt: skip
        if kind in ("grant", "account", "urgent"):
            return {
                "answered_by": "患者本人",
                **day("called_on", now.date()),
                "called_at": f"{now:%H:%M}",
                "account_right": "yes",
            }
        if kind in ("follow_up", "sight"):
            news = {"reached": "yes", "received": "yes", "amount": str(self.case.award), "satisfied": "5", "fee": "no"}
            told = {f"{kind}_{name}": said for kind in KINDS for name, said in news.items()}
            return {name: said for name, said in told.items() if name in {*form.fields, *form.choices}} | {
                "situation": "钱已收到，病情稳定，按时用药。"
            }
        return {}

    # --- what a case waits for -----------------------------------------------------------------------------------------
    def _waited(self, item: WorkItem) -> None:
        facts = {**WAITS, **self.way.facts}
        fact = next((one for one in step_of(item).exits if one in facts), "")
        if not fact:
            raise WalkFailed(f"nobody here knows how to end the wait at {item.step}")
        facts[fact](self)

    # --- time ----------------------------------------------------------------------------------------------------------
    def go_to(self, when: Any) -> None:
        """Move the clock to a day or moment."""
        moved = clock.move_demo_clock(to=when, by=User.objects.get(username="prov_head"))
        self.say(f"（演示时钟）        拨到 {moved.astimezone(ZONE):%Y-%m-%d %H:%M}")

    def until(self, is_so: Callable[[], bool], otherwise: str) -> None:
        """Let the clock do its work until it is so. Raises WalkFailed when it does not come to that."""
        for _each in range(3):
            clockwork.one_pass()
            self.case.refresh_from_db()
            if is_so():
                return
        raise WalkFailed(f"{otherwise}: {self.case.state}")


def _confirm(page: Page) -> Form:
    for form in page.forms:
        if any(button[:2] == ("phase", "confirm") for button in form.buttons):
            return form
    raise WalkFailed(f"{page.url}: {page.sentence()}")
