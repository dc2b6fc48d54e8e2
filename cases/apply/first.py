"""能不能申请 (F4): the check before anything is filled in, by the policy rows and the one judgement of the review; stores nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import get_language

from cases.dossier.entitled import AGE, entitled
from cases.dossier.rules import circumstances
from cases.errors import Refusal
from cases.people.rules import ADULT_AT
from cases.policy.entitlement import OPEN, Judged, unmet
from cases.policy.models import PolicyVersion
from cases.policy.queries import current_version, policy_for
from cases.policy.rules import Document, Policy
from cases.programme import Programme, programmes

OUTSIDE, PERMIT = "-", "permit"
REGION = "64"


@dataclass(frozen=True, slots=True)
class Checked:
    """One programme for somebody's few answers: which conditions stand against it, which papers it asks, by which version."""

    card: Programme
    version: PolicyVersion
    judged: tuple[Judged, ...]
    papers: tuple[Document, ...]

    @property
    def suits(self) -> bool:
        """Whether nothing that is known stands against it."""
        return not unmet(self.judged)

    @property
    def why_not(self) -> list[str]:
        """为什么不行: a sentence each."""
        return _sentences(unmet(self.judged))

    @property
    def later(self) -> list[str]:
        """还要核对: what the review looks at and nobody asked here."""
        return _sentences(one for one in self.judged if one.outcome == OPEN)

    def missing(self, has: Iterable[str]) -> list[Document]:
        """还差什么: the papers that somebody did not say he has."""
        held = set(has)
        return [paper for paper in self.papers if paper.code not in held]


def papers_of(found: Iterable[Checked]) -> list[Document]:
    """The papers of all programmes that suit, each once."""
    return list({paper.code: paper for one in found if one.suits for paper in one.papers}.values())


def _sentences(found: Iterable[Judged]) -> list[str]:
    english = (get_language() or "").startswith("en")
    return [one.sentence(english=english) for one in found]


def check(given: Mapping[str, Any], *, today: date) -> list[Checked]:
    """Every programme with a policy in force at that place (a county's own rows too), judged as its review judges."""
    place = str(given["place"])
    found = []
    for card in programmes():
        try:
            version = current_version(card.slug, today, "" if place in (OUTSIDE, PERMIT) else place)
        except Refusal:
            continue
        policy, answers = policy_for(version.pk), as_answers(card, given)
        judged = entitled(card, answers, policy, on=today)
        found.append(Checked(card, version, judged, papers_for(answers, policy, today=today)))
    return found


def hardships() -> list[tuple[str, Any]]:
    """困难类别 as the programmes ask for them, each once."""
    asked = (question for card in programmes() for question in card.questions() if question.key == "hardship_category")
    return sorted({code: name for question in asked for code, name in question.choices}.items())


def as_answers(card: Programme, given: Mapping[str, Any]) -> dict[str, Any]:
    """The same answers as an application gives them; what was not asked is not there."""
    place = str(given["place"])
    answers: dict[str, Any] = {AGE: given["age"], "hukou_in_ningxia": place not in (OUTSIDE, PERMIT)}
    if place == PERMIT:
        answers |= {"residence_permit_no": PERMIT, "residence_division": REGION}
    elif place != OUTSIDE:
        answers["hukou_division"] = place
    if given.get("hardship"):
        answers["hardship_category"] = given["hardship"]
    for question in card.questions():
        if question.find is not None:
            answers[question.key] = next(iter(question.find(str(given["illness"]))), "")
    return answers


def papers_for(answers: Mapping[str, Any], policy: Policy, *, today: date) -> tuple[Document, ...]:
    """要带的材料: what the checklist of the policy asks of these answers, without what only a paper form needs."""
    said = circumstances(answers, today=today) | {"minor": int(answers[AGE]) < ADULT_AT}
    return tuple(one for one in policy.checklist(said) if one.required)
