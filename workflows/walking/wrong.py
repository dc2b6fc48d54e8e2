"""The wrong turns of a walk (走错): each must be refused with a sentence and leave a row, of this person and this case."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Q

from cases.access.models import User
from cases.dossier.models import Case
from cases.history.models import Event
from cases.money.models import Payout
from cases.providers.models import ClaimLine, Permit
from workflows.desk.panel.models import Meeting
from workflows.models import WorkItem
from workflows.walking.browser import Form, Page
from workflows.walking.visitors import Visitors

Say = Callable[[str], None]
MEMBERS = [f"panel{number}" for number in range(1, 6)]


class WalkFailed(Exception):
    """The walk cannot go on; says where and what the page said."""


class WrongTurns:
    """What people try that they may not, each at the moment of the walk when it tempts."""

    def __init__(self, people: Visitors, case: Callable[[], Case], say: Say, *, filer: str = "applicant2") -> None:
        self.people = people
        self.filer = filer
        self.say = say
        self.refused = 0
        self._case = case

    @property
    def case(self) -> Case:
        """The case that is walked."""
        return self._case()

    def wrong(self, what: str, who: str, try_it: Callable[[], Page]) -> None:
        """Try something as somebody; it must be refused with a sentence and leave a denied row of him and this case."""
        before = Event.objects.order_by("-id").values_list("id", flat=True).first() or 0
        page = try_it()
        if page.status < 400:
            raise WalkFailed(f"wrong turn went through: {what} ({page.status} {page.url}: {page.sentence()})")
        if not page.sentence():
            raise WalkFailed(f"wrong turn was refused without a word: {what} ({page.status} {page.url})")
        if not self.denied(who, since=before):
            raise WalkFailed(f"wrong turn left no row of {who}: {what} ({page.status}: {page.sentence()})")
        self.refused += 1
        self.say(f"                   · 走错：{what} → {page.status} {page.sentence()[:70]}")

    def wrong_form(self, what: str, who: str, address: str, **typed: Any) -> None:
        """Try to fill in the form of a page as somebody who may not, or with what may not be."""
        self.wrong(what, who, lambda: self.people.fill(who, address, typed))

    def denied(self, who: str, *, since: int) -> bool:
        """Whether a refused try of this person was recorded since: in a chain of the case, its permits, its fund or his account."""
        person = User.objects.get(username=who)
        chains = Q(stream__kind="case", stream__key=str(self.case.pk))
        chains |= Q(stream__kind="account", stream__key=str(person.pk))
        permits, lines = Permit.objects.filter(case=self.case), ClaimLine.objects.filter(case=self.case)
        for kind, rows in (("permit", permits), ("line", lines)):
            chains |= Q(stream__kind=kind, stream__key__in=[str(pk) for pk in rows.values_list("pk", flat=True)])
        funds = [str(pk) for pk in Payout.objects.filter(case=self.case).values_list("fund_id", flat=True)]
        chains |= Q(stream__kind="fund", stream__key__in=funds)
        return Event.objects.filter(chains, outcome="denied", actor=person.pk, id__gt=since).exists()

    def other_county(self, stranger: str) -> None:
        """Somebody of another county opens the case."""
        browser = self.people[stranger]
        self.wrong("别的县来看这一件", stranger, lambda: browser.get(f"/case/{self.case.number}/"))

    def same_person(self, item: WorkItem) -> None:
        """Who reviewed for the county wants the next level too."""
        last = self.case.decisions.filter(level=2).latest("id").actor
        browser = self.people[last.username]
        page = browser.get("/desk/")
        forged = Form(
            f"/case/{self.case.number}/claim", "post",
            {"csrfmiddlewaretoken": [token_of(page)], "item": [str(item.pk)], "row_version": [str(item.row_version)]},
        )  # fmt: skip
        self.wrong("同一人连办两级", last.username, lambda: browser.post(page, forged))

    def second_decision(self, name: str, page: Page, form: Form, values: dict[str, Any]) -> None:
        """The same step is decided once more."""
        browser = self.people[name]
        other = {
            **values,
            "outcome": "accept" if values["outcome"] == "not_accept" else "not_accept",
            "phase": "confirm",
            "opinion": "这是同一件的另一个意见，应当被拒绝。",
        }
        self.wrong("同一步交两次意见", name, lambda: browser.post(page, form, other))

    def old_page(self, name: str, page: Page, claim: Form | None) -> None:
        """A page from before is used to claim again."""
        if claim is not None:
            browser = self.people[name]
            self.wrong("拿旧页面再领取", name, lambda: browser.post(page, claim))

    def unread_and_unready(self, meeting: Meeting, address: str) -> None:
        """A vote without reading, and a decision of the panel without its quorum."""
        member = self.people[MEMBERS[0]]
        page = member.get(f"/panel/{meeting.number}/")
        token = token_of(page)
        vote = Form(f"{address}vote", "post", {"csrfmiddlewaretoken": [token], "choice": ["agree"], "reason": [""]})
        self.wrong("没看材料就表决", MEMBERS[0], lambda: member.post(page, vote))
        head = self.people["prov_head"]
        agenda = head.get(address)
        self.wrong("人数不够就形成决定", "prov_head", lambda: head.post(agenda, agenda.form("/close")))

    def recused_member(self, meeting: Meeting, address: str) -> None:
        """Who recused himself votes all the same."""
        member = self.people[MEMBERS[-1]]
        page = member.get(address)
        member.post(page, page.form("/recuse"), {"reason": "患者是本人的远房亲戚，按规定回避。"})
        vote = Form(
            f"{address}vote", "post", {"csrfmiddlewaretoken": [token_of(page)], "choice": ["agree"], "reason": [""]}
        )
        self.wrong("回避的人又来表决", MEMBERS[-1], lambda: member.post(page, vote))

    def early_payment(self) -> None:
        """Finance pays before the notice is over; where no money is payable yet, there is nothing to try."""
        payout = Payout.objects.filter(case=self.case).order_by("id").last()
        if payout is None:
            return
        maker = self.people["fin_make"]
        page = maker.get(f"/money/fund/{payout.fund.code}/batch/")
        if str(self.case.number) not in page.text:
            raise WalkFailed("the batch page does not say why this case is not in it")
        early = Form(page.url, "post", {"csrfmiddlewaretoken": [token_of(page)], "payouts": [str(payout.pk)]})
        self.wrong("公示没完就想付款", "fin_make", lambda: maker.post(page, early))

    def changed_payee(self) -> None:
        """The applicant changes the account after the grant."""
        owner = self.people[self.filer]
        address = f"/track/{self.case.number}/account"
        page = owner.get(address)
        token = token_of(page) if any("csrfmiddlewaretoken" in form.fields for form in page.forms) else ""
        form = Form(
            address, "post",
            {"csrfmiddlewaretoken": [token], "holder": ["马演示"], "account": ["9990000000000008888"], "bank_name": ["演示银行"]},
        )  # fmt: skip
        self.wrong("准予以后换收款账户", self.filer, lambda: owner.post(page, form))


def token_of(page: Page) -> str:
    """The token of a page's forms."""
    return next(form.fields["csrfmiddlewaretoken"][0] for form in page.forms if "csrfmiddlewaretoken" in form.fields)
