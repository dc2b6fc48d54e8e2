"""Two people at the same moment: one list, one conclusion, one message."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connections

from cases.errors import Refusal
from cases.notices import given
from cases.outgoing import actions as outgoing
from cases.outgoing.models import Outgoing
from cases.publicity import actions, rules
from cases.publicity.models import Objection, PublicEntry, PublicList
from tests.publicity.making import make_case
from tests.publicity.test_objections import FOUND, SAID

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*doings: Callable[[], Any]) -> list[Any]:
    """Do all of them in threads of their own that start together; what each gave or the refusal it met."""
    start, out = Barrier(len(doings)), [None] * len(doings)

    def run(index: int, doing: Callable[[], Any]) -> None:
        try:
            start.wait(timeout=10)
            out[index] = doing()
        except Refusal as refusal:
            out[index] = refusal
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=(index, doing)) for index, doing in enumerate(doings)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return out


def test_one_case_posted_by_two_people_at_once_stands_on_one_list(cast, version, road):
    case = make_case(cast, version)
    actions.announce(cases=[case], by=cast["publicity"])
    results = at_once(*[lambda: actions.publish(cases=[case], by=cast["publicity"])] * 2)
    assert sum(isinstance(one, PublicList) for one in results) == 1
    assert sum(isinstance(one, Refusal) for one in results) == 1
    assert PublicEntry.objects.filter(case=case).count() == 1


def test_one_objection_closed_by_two_people_at_once_has_one_conclusion(cast, version, road, monkeypatch):
    monkeypatch.setattr(rules, "_first_reviewers", [lambda case: set()])
    case = make_case(cast, version)
    actions.announce(cases=[case], by=cast["publicity"])
    actions.publish(cases=[case], by=cast["publicity"])
    made = actions.file_objection(entry=PublicEntry.objects.get(case=case), text=SAID)
    results = at_once(
        lambda: actions.close_objection(
            objection=made, upheld=True, reasons=["J20"], finding=FOUND, by=cast["prov_head"]
        ),
        lambda: actions.close_objection(objection=made, upheld=False, finding=FOUND, by=cast["guyuan_city"]),
    )
    assert sum(isinstance(one, Objection) for one in results) == 1
    assert road.of(case) == ["objection_filed", "objection_closed"]


def test_two_workers_hand_one_message_over_once(cast, version, road, monkeypatch):
    carried: list[str] = []
    monkeypatch.setattr(given, "_carriers", [lambda phone, text, key: carried.append(key)])
    case = make_case(cast, version)
    actions.announce(cases=[case], by=cast["publicity"])
    row = Outgoing.objects.get(topic="notice")
    at_once(lambda: outgoing.run(row.pk), lambda: outgoing.run(row.pk))
    assert carried == [row.key]
