"""The contract of a relief programme, their register, and the one way up: tell(case, fact)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from cases.award.earlier import Earlier
from cases.award.facts import FactsFault
from cases.award.rules import Award
from cases.policy.cards import Card, know
from cases.policy.rules import Policy


@dataclass(frozen=True)
class Question:
    """填报问题: one page of the form. `kind` chooses the field; `when` asks it only if that says so of the answers so far.

    kinds: text, long_text, name, id_no, phone, date, month, money, choice, choices, yes_no, division, bank_account, number.
    What `is_found` (核实所得) the office or a partner finds; nobody types it. `sensitive` answers are masked by default and their display is recorded. `find` answers the codes of long lists that
    the words somebody types may mean, the closest first.
    """

    key: str
    kind: str
    label: Any
    hint: Any = ""
    choices: Sequence[tuple[str, Any]] = ()
    required: bool = True
    when: Callable[[Mapping[str, Any]], bool] | None = None
    check: Callable[[Any, Mapping[str, Any]], Any] | None = None
    sensitive: bool = True
    may_be_unknown: bool = False
    find: Callable[[str], Sequence[str]] | None = None
    is_found: bool = False


@dataclass(frozen=True)
class Section:
    """填报部分: one line of the task list 办理清单."""

    key: str
    title: Any
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Programme:
    """救助项目: what one folder says about one kind of relief.

    `roads` maps a flow version to its ReliefFlow class, `road` names the one for new cases. `award` is pure: facts, the
    pinned policy, and earlier aid go in, an Award with its printed working comes out. `policy` is the shipped example.
    `public_group` is what a public list may say (never the disease). `veil` names the answers that somebody may see who must
    not know whose they are (遮盖后的案卷). `screening` is what its screening campaigns measure, eyes or ears ("" for a
    programme without any). `bills` says what the reviewer should look at in the invoices of a case (票据): it takes the
    answers, the invoices and the codes of the papers that came in; a programme without it enters no invoices.
    `facts` says of the answers what the conditions of a policy ask about (受助条件) beside age, place and hardship.
    `in_kind` (实物) says that the award is given in devices, so that no fund is asked;
    `to_hospital` that the money goes to the hospital and the applicant pays nothing.
    `counted` names what the award reads and nobody answers (核算事实): lines of a claim for example.
    `asks` names the rows of a policy, by section, that the folder and its rooms read beside the road: none is published without.
    """

    slug: str
    name: Any
    summary: Any
    public_group: Any
    sections: tuple[Section, ...]
    award: Callable[[Mapping[str, Any], Policy, Earlier], Award]
    policy: Mapping[str, Any]
    roads: Mapping[str, Any] = field(default_factory=dict)
    road: str = "v1"
    guide: Mapping[str, Any] = field(default_factory=dict)
    facts: Callable[[Mapping[str, Any], date], Mapping[str, Any]] | None = None
    demo_answers: Callable[[int], Mapping[str, Any]] | None = None
    veil: tuple[str, ...] = ()
    counted: tuple[str, ...] = ()
    asks: Mapping[str, Sequence[str]] = field(default_factory=dict)
    screening: str = ""
    bills: Callable[..., Sequence[Any]] | None = None
    in_kind: bool = False
    to_hospital: bool = False

    @property
    def settled(self) -> str:
        """怎样兑现: "kind" in devices, "hospital" with the hospital, "" in money to the applicant."""
        return "kind" if self.in_kind else "hospital" if self.to_hospital else ""

    def questions(self) -> list[Question]:
        """All questions in reading order."""
        return [question for section in self.sections for question in section.questions]

    def question(self, key: str) -> Question:
        """One question by its key; an unknown key is KeyError."""
        return {question.key: question for question in self.questions()}[key]

    def needs(self) -> Mapping[str, Sequence[str]]:
        """What the current road and the folder ask of a policy: section -> keys that it must have to be published."""
        keys: Mapping[str, Sequence[str]] = self.roads[self.road].policy_keys
        return {section: (*keys.get(section, ()), *self.asks.get(section, ())) for section in {**keys, **self.asks}}

    def award_of(self, answers: Mapping[str, Any], policy: Policy, earlier: Earlier) -> Award:
        """试算一份申请: the award of stated answers. Raises FactsFault for a name that is neither asked nor counted."""
        known = {question.key for question in self.questions()} | set(self.counted)
        for name in sorted(set(answers) - known):
            raise FactsFault(f"answers.{name}", "没有这个问题", "no such question")
        return self.award(answers, policy, earlier)

    def asked(self, answers: Mapping[str, Any]) -> list[Question]:
        """The questions that these answers call for, in order (F2): the server decides each condition again."""
        return [question for question in self.questions() if question.when is None or question.when(answers)]


_register: dict[str, Programme] = {}


def register(programme: Programme) -> Programme:
    """登记项目: make a programme known; the folder calls this once when it is imported."""
    _register[programme.slug] = programme
    know(Card(programme.slug, programme.name, programme.policy, programme.needs, programme.award_of))
    return programme


def programme(slug: str) -> Programme:
    """The programme of that slug; KeyError when no folder registered it."""
    return _register[slug]


def programmes() -> list[Programme]:
    """All registered programmes in the order of their slugs."""
    return [_register[slug] for slug in sorted(_register)]


Listener = Callable[..., None]
_listeners: dict[str, list[Listener]] = {}


def on(fact: str, listener: Listener) -> None:
    """Hear a fact from below (submitted, withdrawn, supplement_answered, objection_filed, payment_paid ...)."""
    if listener not in _listeners.setdefault(fact, []):
        _listeners[fact].append(listener)


def tell(case: Any, fact: str, *, by: Any, now: datetime, **details: Any) -> None:
    """告知流程: what happened to a case outside its road; runs in the same transaction as the fact itself.

    Nobody listening is an error: a fact that moves nothing would be lost unseen.
    """
    listeners = _listeners.get(fact)
    if not listeners:
        raise LookupError(f"nobody listens to {fact!r}")
    for listener in listeners:
        listener(case, by=by, now=now, **details)
