"""`manage.py award PROGRAMME FACTS.json`: what a policy gives for stated facts, with its working; stores nothing."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from cases.award.facts import Facts, FactsFault
from cases.award.rules import Award, award
from cases.calendar import clock
from cases.errors import Refusal
from cases.policy.cards import card, cards
from cases.policy.models import PolicyVersion
from cases.policy.queries import current, policy_for
from cases.policy.rules import Policy, Row
from cases.policy.shapes import ShapeFault
from cases.policy.validity import faults_of_row
from cases.text import money


class Command(BaseCommand):
    """核算."""

    help = "Work out a grant from facts in JSON, by the policy in force, a version's number, or rows in a file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("programme", help="slug, e.g. rare_disease")
        parser.add_argument(
            "facts", help='JSON such as {"total": "20000", "categories": ["H02"]}; - reads standard input'
        )
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--policy", type=int, help="the number of a policy version, a draft too")
        which.add_argument("--rules", help='JSON list of rows: [{"section": "award", "key": "b1", "value": {...}}]')
        parser.add_argument("--json", action="store_true", help="print the working as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        policy = _policy(options)
        try:
            answer = award(policy, Facts.from_json(_json_object(options["facts"])))
        except FactsFault as fault:
            raise CommandError(f"{fault.field}: {fault.message_zh} / {fault.message_en}", returncode=2) from fault
        except ShapeFault as fault:
            raise CommandError(f"{fault.field}: {fault.message}", returncode=2) from fault
        if options["json"]:
            self.stdout.write(json.dumps(answer.to_json(), ensure_ascii=False, indent=2))
        else:
            self._print(answer)

    def _print(self, answer: Award) -> None:
        for line in answer.lines:
            mark = " *" if line.cuts else ""
            note = f"  [{line.note}]" if line.note else ""
            self.stdout.write(f"{money(line.amount):>14}{mark}  {line.label_zh} / {line.label_en}{note}")
        if answer.waitlist:
            self.stdout.write("轮候 / waiting list")


def _policy(options: dict[str, Any]) -> Policy:
    slug = options["programme"]
    try:
        card(slug)
    except KeyError:
        known = ", ".join(one.slug for one in cards())
        raise CommandError(f"programme: no programme {slug}. Known: {known}", returncode=2) from None
    if options["rules"]:
        return _policy_in(options["rules"])
    if options["policy"] is None:
        try:
            return current(slug, clock.today())
        except Refusal as refusal:
            with translation.override("zh-hans"):
                raise CommandError(f"policy: {refusal.reason}", returncode=2) from refusal
    found = PolicyVersion.objects.filter(programme=slug, number=options["policy"]).first()
    if found is None:
        raise CommandError(f"policy: {slug} has no version {options['policy']}", returncode=2)
    return policy_for(found.pk)


def _policy_in(name: str) -> Policy:
    told = _read(name)
    if not isinstance(told, list) or not all(isinstance(row, dict) for row in told):
        raise CommandError(f"{name}: must be a list of rows", returncode=2)
    rows = []
    for at, given in enumerate(told):
        where = f"{name}[{at}]"
        if not isinstance(given.get("value"), dict) or not given.get("section") or not given.get("key"):
            raise CommandError(f"{where}: a row needs section, key and value", returncode=2)
        row = Row(str(given["section"]), str(given["key"]), given["value"], int(given.get("position", at)))
        for fault in faults_of_row(row):
            raise CommandError(f"{where}.{fault.field}: {fault.message}", returncode=2)
        rows.append(row)
    return Policy.from_rows(rows)


def _json_object(name: str) -> dict[str, Any]:
    told = _read(name)
    if not isinstance(told, dict):
        raise CommandError(f"{name}: must be a JSON object", returncode=2)
    return told


def _read(name: str) -> Any:
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
        return json.loads(text, parse_float=str)
    except OSError as error:
        raise CommandError(f"{name}: {error.strerror or 'cannot be read'}", returncode=2) from error
    except ValueError as error:
        raise CommandError(f"{name}: not JSON ({error})", returncode=2) from error
