"""`manage.py award PROGRAMME FACTS.json`: what a policy gives for stated facts, with its working; stores nothing."""

import json
import re
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from cases.award.facts import Facts, FactsFault
from cases.award.rules import Award
from cases.award.vectors import award_for
from cases.calendar import clock
from cases.errors import Refusal
from cases.policy.cards import Card, card, cards
from cases.policy.models import PolicyVersion
from cases.policy.queries import current, policy_for
from cases.policy.rules import SECTIONS, Policy, PolicyGap, Row
from cases.policy.shapes import ShapeFault
from cases.policy.validity import faults_of_row
from cases.text import money

SHIPPED = "shipped"
HARDSHIP = re.compile(r"H\d\d[A-Z0-9]?")
COUNTY = ("division", "division_code", "county")
"""Where a row of a policy file says that it is one county's own; such rows are left out."""


class Command(BaseCommand):
    """核算."""

    help = "Work out a grant from facts in JSON, by the policy in force, a version's number, or rows in a file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("programme", help="slug, e.g. rare_disease; any name with --rules")
        parser.add_argument(
            "facts", help='JSON such as {"total": "20000", "categories": ["H02"]}; - reads standard input'
        )
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--policy", help="the number of a policy version, a draft too; or: shipped")
        which.add_argument("--rules", help='JSON list of rows: [{"section": "award", "key": "b1", "value": {...}}]')
        form = parser.add_mutually_exclusive_group()
        form.add_argument("--json", action="store_true", help="print JSON; this is what it does anyway")
        form.add_argument("--text", action="store_true", help="print the working as a table to read")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with translation.override("en"):
                policy = _policy(options)
                told = _json_object(options["facts"])
                if "answers" not in told:
                    _check_categories(Facts.from_json(told), policy)
                answer = award_for(_known(options, told), policy, told)
        except FactsFault as fault:
            raise CommandError(f"{fault.field}: {fault.message_zh} / {fault.message_en}", returncode=2) from fault
        except ShapeFault as fault:
            raise CommandError(f"{fault.field}: {fault.message}", returncode=2) from fault
        except PolicyGap as gap:
            raise CommandError(f"policy: no row {gap.section}.{gap.key} that fits", returncode=2) from gap
        if options["text"]:
            self._print(answer)
        else:
            told = {"programme": options["programme"], "policy": _which(policy, options), **_told(answer, policy)}
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=2))

    def _print(self, answer: Award) -> None:
        for line in answer.lines:
            mark = " *" if line.cuts else ""
            note = f"  [{line.note}]" if line.note else ""
            self.stdout.write(f"{money(line.amount):>14}{mark}  {line.label_zh} / {line.label_en}{note}")
        if answer.waitlist:
            self.stdout.write("轮候 / waiting list")


def _told(answer: Award, policy: Policy) -> dict[str, Any]:
    """The award, and each matched row with its clause and value."""
    out = answer.to_json()
    rows = {row.name: row for row in policy.rows}
    out["rows"] = [
        {"row": name, "clause": rows[name].clause, "value": dict(rows[name].value)} for name in answer.matched_rows
    ]
    return out


def _known(options: dict[str, Any], told: dict[str, Any]) -> str:
    """Answers are of a programme that exists; facts with rows of one's own may stand under any name."""
    return _card(options["programme"]).slug if "answers" in told else options["programme"]


def _which(policy: Policy, options: dict[str, Any]) -> Any:
    return options["rules"] or (SHIPPED if options["policy"] == SHIPPED else policy.number)


def _policy(options: dict[str, Any]) -> Policy:
    if options["rules"]:
        return _policy_in(options["rules"])
    held = _card(options["programme"])
    if options["policy"] == SHIPPED:
        return Policy.from_rows(held.example["rows"])
    if options["policy"] is None:
        try:
            return current(held.slug, clock.today())
        except Refusal as refusal:
            with translation.override("zh-hans"):
                raise CommandError(f"policy: {refusal.reason}", returncode=2) from refusal
    number = options["policy"]
    found = PolicyVersion.objects.filter(programme=held.slug, number=number).first() if number.isdecimal() else None
    if found is None:
        raise CommandError(f"policy: {held.slug} has no version {number}", returncode=2)
    return policy_for(found.pk)


def _card(slug: str) -> Card:
    try:
        return card(slug)
    except KeyError:
        known = ", ".join(one.slug for one in cards())
        raise CommandError(f"programme: no programme {slug}. Known: {known}", returncode=2) from None


def _policy_in(name: str) -> Policy:
    told = _read(name)
    told = told.get("rows") if isinstance(told, dict) else told
    if not isinstance(told, list) or not all(isinstance(row, dict) for row in told):
        raise CommandError(f"{name}: must be a list of rows", returncode=2)
    rows = [_row(given, f"{name}[{at}]", at) for at, given in enumerate(told) if not any(map(given.get, COUNTY))]
    double = _double([row.name for row in rows])
    if double:
        raise CommandError(f"{name}: the row {double} stands there twice", returncode=2)
    return Policy.from_rows(rows)


def _row(given: dict[str, Any], where: str, at: int) -> Row:
    if not isinstance(given.get("value"), dict) or not given.get("section") or not given.get("key"):
        raise CommandError(f"{where}: a row needs section, key and value", returncode=2)
    if given["section"] not in SECTIONS:
        raise CommandError(f"{where}.section: no section {given['section']}", returncode=2)
    position = given.get("position", at)
    if not isinstance(position, int):
        raise CommandError(f"{where}.position: must be a whole number", returncode=2)
    clause, zh, en = (str(given.get(name, "")) for name in ("clause", "note_zh", "note_en"))
    row = Row(str(given["section"]), str(given["key"]), given["value"], position, clause, zh, en)
    for fault in faults_of_row(row):
        raise CommandError(f"{where}.{fault.field}: {fault.message}", returncode=2)
    return row


def _check_categories(facts: Facts, policy: Policy) -> None:
    """A category that is none of the hardship codes (困难类别) and that no row asks for would quietly count for nothing."""
    asked = [row.when.get("categories", ()) for row in policy.rows]
    known = {str(code) for codes in asked for code in (codes if isinstance(codes, list) else [codes])}
    for code in facts.categories:
        if code not in known and not HARDSHIP.fullmatch(code):
            raise FactsFault("categories", f"没有“{code}”这个类别", f"no category {code}")


def _json_object(name: str) -> dict[str, Any]:
    told = _read(name)
    if not isinstance(told, dict):
        raise CommandError(f"{name}: must be a JSON object", returncode=2)
    return told


def _read(name: str) -> Any:
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
        return json.loads(text, object_pairs_hook=_once)
    except OSError as error:
        raise CommandError(f"{name}: {error.strerror or 'cannot be read'}", returncode=2) from error
    except (ValueError, RecursionError) as error:
        raise CommandError(f"{name}: not JSON ({error})", returncode=2) from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    double = _double([name for name, _value in pairs])
    if double:
        raise CommandError(f"{double}: stands there twice", returncode=2)
    return dict(pairs)


def _double(names: Sequence[str]) -> str:
    return next((name for at, name in enumerate(names) if name in names[:at]), "")
