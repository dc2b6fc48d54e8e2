"""The form on paper (纸质申请表): every question of a programme with room to write, its papers, consents and signature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cases.consent import texts
from cases.consent.rules import KINDS
from cases.evidence.queries import name_of, plain_of
from cases.policy.rules import Policy
from cases.programme import Programme, Question

MOST_BOXES = 15
"""Longer lists of choices get a line to write on."""


@dataclass(frozen=True)
class Blank:
    """一题 on paper: boxes to tick where there are choices, else a line; `sometimes` when earlier answers decide."""

    question: Question
    boxes: list[Any]
    sometimes: bool


def blank_form(card: Programme) -> list[tuple[Any, list[Blank]]]:
    """空白表: all questions, also those that are asked only sometimes, which say so."""
    return [(section.title, [_blank(question) for question in section.questions]) for section in card.sections]


def _blank(question: Question) -> Blank:
    boxes = [label for _code, label in question.choices] if len(question.choices) <= MOST_BOXES else []
    return Blank(question, boxes, question.when is not None)


def papers_of(policy: Policy) -> list[tuple[str, str, bool]]:
    """材料: name, plain words, and whether everybody brings it."""
    needed = {document.code for document in policy.checklist({"paper": True})}
    documents = [policy.document(row.key) for row in policy.section("checklist")]
    return [(name_of(one), plain_of(one), one.code in needed) for one in documents]


def consents(language: str) -> list[texts.Text]:
    """三项同意 in full: each is ticked for itself, on paper as on the page."""
    return [texts.text(kind, language) for kind in KINDS]
