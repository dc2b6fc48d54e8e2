"""A sample is drawn by a seed from a list; list and seed are kept, and anybody draws the same cases again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from cases.access.looks import who_looked
from cases.calendar import clock
from cases.dossier.models import Case
from cases.errors import Invalid, Refusal, Stale
from cases.history.models import Event
from cases.history.record import record_access
from tests.cast import everybody
from tests.matrix.world import HERE, SLUG, THERE, nothing_stays
from workflows.inspection.samples import actions, queries, rules
from workflows.inspection.samples.models import Sample, SampleCase, SampleFrame
from workflows.inspection.samples.rules import Entry, Fact
from workflows.walking import drive

RULE = queries.rule()
ENTRIES = [Entry(f"640422-2026-{n:06d}-0", "high" if n % 3 else "low", 1 + n % 4) for n in range(60)]


def printed() -> Any:
    """The recipe of the documents, as it stands there."""
    text = (Path(__file__).parents[2] / "docs" / "findings.md").read_text("utf-8")
    names: dict[str, Any] = {}
    exec(re.findall(r"```python\n(.*?)```", text, re.S)[0], names)  # noqa: S102
    return names["redraw"]


def test_the_lots_are_the_same_on_every_machine() -> None:
    assert (
        rules.lot("00ff", "640422-2026-000123-7") == "72cb63eb1a237ded9ac11c330de8f45c7f2a3e009f98e95b554adefd14119c35"
    )
    assert (
        rules.lot("00ff", "640422-2026-000123-7", 3)
        == "039a7eb9a3dad48604e4bc24009f79ed0e102fed18ee800e5a0e537777474012"
    )
    drawn = rules.draw(ENTRIES, "00ff", {"high": 4, "low": 2})
    assert [one.number[-4:-2] for one in drawn] == ["35", "53", "29", "34", "27", "39"]


def test_the_printed_recipe_draws_what_the_product_draws_whatever_the_order_of_the_list() -> None:
    text, sizes = rules.written(ENTRIES), {"high": 7, "low": 3}
    drawn = {one.number for one in rules.draw([*reversed(rules.read(text))], "seed", sizes)}
    assert set(printed()(text, "seed", sizes)) == drawn
    assert rules.is_same(text, rules.fingerprint(text), "seed", sizes, drawn)
    assert not rules.is_same(text + "x\ty\t1\n", rules.fingerprint(text), "seed", sizes, drawn)
    assert not rules.is_same(text, rules.fingerprint(text), "other", sizes, drawn)


def test_risk_gives_more_tickets_and_amounts_fall_into_bands() -> None:
    heavy = Fact("b", "640422", Decimal(9900), ("same_account",))
    light = Fact("a", "640521", None)
    listed = rules.frame([heavy, light], "risk", RULE, by_risk=True)
    assert listed == [Entry("a", "low", 1), Entry("b", "high", 5)]
    assert rules.amount_risks(Decimal(9900), RULE) == ["near_threshold"]
    assert rules.amount_risks(Decimal(10000), RULE) == ["round_amount", "near_threshold"]
    assert [rules.stratum_of(one, "county_amount", RULE) for one in (heavy, light)] == ["640422/a1", "640521/a-"]
    table = rules.strata(ENTRIES, percent=10, each=None, least=1)
    assert [(one.name, one.size, one.drawn) for one in table] == [("high", 40, 4), ("low", 20, 2)]
    assert [one.drawn for one in rules.strata(ENTRIES, percent=10, each=30, least=1)] == [30, 20]


@pytest.fixture(scope="module")
def ground(django_db_setup: Any, django_db_blocker: Any) -> Iterator[SimpleNamespace]:
    """Two cases of Xiji by one helper, one of Zhongning; made once, never committed."""
    with django_db_blocker.unblock(), nothing_stays():
        cast = everybody()
        drive.publish_policy(slug=SLUG, maker=cast["policy_edit"], publisher=cast["policy_publish"])
        places = (HERE, HERE, THERE)
        cases = [
            drive.apply(slug=SLUG, number=n, by=cast["applicant1"], changes={"hukou_division": place})
            for n, place in enumerate(places, 1)
        ]
        drive.step(cases[0])
        yield SimpleNamespace(cast=cast, cases=cases)


@pytest.fixture
def world(ground: SimpleNamespace) -> Iterator[SimpleNamespace]:
    with nothing_stays():
        yield ground


def drawn(world: SimpleNamespace, **given: Any) -> Sample:
    whole = {"title": "三季度", "filters": {"programme": SLUG}, "way": "county", "by": world.cast["inspector"]}
    return actions.draw(**{**whole, **given})


def test_a_sample_keeps_list_seed_and_strata_and_comes_out_the_same(world: SimpleNamespace, capsys: Any) -> None:
    made = drawn(world)
    assert [(row["name"], row["size"], row["drawn"]) for row in made.strata] == [("640422", 2, 1), ("640521", 1, 1)]
    numbers = {line.case.number for line in made.cases.all()}
    assert queries.drawn_again(made)
    assert set(printed()(made.frame.text, made.seed, made.sizes)) == numbers
    with pytest.raises(SystemExit) as end:
        call_command("redraw_sample", made.pk)
    assert end.value.code == 0 and "same" in capsys.readouterr().out
    event = Event.objects.get(stream__kind="sample", stream__key=str(made.pk), action="sample.drawn")
    assert made.seed in event.payload and made.frame_hash in event.payload
    assert len({drawn(world).seed for _each in "abc"}) == 3


def test_the_frame_holds_what_the_filters_say_and_no_more(world: SimpleNamespace) -> None:
    today, inspector = clock.today(), world.cast["inspector"]
    chosen = [{"place": "640521"}, {"from_day": today, "to_day": today}, {"urgent": True}, {"least": Decimal(1)}]
    found = [queries.in_frame(inspector, one).count() for one in chosen]
    assert found == [1, 1, 0, queries.in_frame(inspector, {}).exclude(award=None).count()]
    assert queries.in_frame(inspector, {"to_day": today - timedelta(days=1)}).count() == 0
    with pytest.raises(Invalid):
        drawn(world, filters={"place": "6999"})
    Case.objects.filter(pk=world.cases[0].pk).update(agent_is_relative=True)
    shown = {fact.number: fact.risks for _pk, fact in queries.facts(queries.in_frame(inspector, {}), RULE)}
    assert [shown[case.number] for case in world.cases] == [("relative",), (), ()]


def test_nothing_of_a_sample_changes_and_a_list_that_does_not_fit_is_refused(world: SimpleNamespace) -> None:
    made = drawn(world)
    for change in ({"seed": "1"}, {"strata": []}, {"frame_size": 9}):
        with pytest.raises(IntegrityError, match="only ever closed"), transaction.atomic():
            Sample.objects.filter(pk=made.pk).update(**change)
    with pytest.raises(Exception, match="append|permission|refuse"), transaction.atomic():
        SampleCase.objects.filter(sample=made).update(position=9)
    fields = {
        name: getattr(made, name) for name in ("title", "way", "rule", "seed", "frame_size", "strata", "by", "at")
    }
    other = Sample.objects.create(**fields, frame_hash="0" * 64)
    with pytest.raises(IntegrityError, match="another than its hash"), transaction.atomic():
        SampleFrame.objects.create(sample=other, text=made.frame.text)


def test_a_sample_is_closed_when_every_case_is_looked_at_and_then_the_applicant_sees_the_look(
    world: SimpleNamespace,
) -> None:
    cast, made = world.cast, drawn(world, each=9)
    case, lines = world.cases[0], list(made.cases.order_by("position"))
    record_access(
        "read", object=case, fields=["history"], by=cast["inspector"], case_id=case.pk, role="INS", office="监督"
    )  # fmt: skip
    with pytest.raises(Stale):
        actions.close(sample=made, by=cast["inspector"])
    assert who_looked(case, cast["applicant1"]) == []
    for line in lines:
        actions.check(sample=made, line=line.pk, is_fine=True, by=cast["inspector"])
    with pytest.raises(Stale):
        actions.check(sample=made, line=lines[0].pk, is_fine=True, by=cast["inspector"])
    actions.close(sample=made, by=cast["inspector"])
    assert len(who_looked(case, cast["applicant1"])) == 1


def test_the_pages_show_strata_and_draw_again_for_inspectors_alone(world: SimpleNamespace) -> None:
    browser = Client()
    browser.force_login(world.cast["inspector"], backend="django.contrib.auth.backends.ModelBackend")
    assert browser.post(reverse("samples:new"), {}).status_code == 422
    answer = browser.post(
        reverse("samples:new"), {"title": "西吉", "way": "county_amount", "place": "640422", "each": "2"}
    )
    made = Sample.objects.latest("pk")
    assert answer["Location"] == reverse("samples:sample", args=[made.pk])
    page = browser.get(answer["Location"])
    assert made.seed in page.text and world.cases[0].number in page.text and "西吉县" in page.text
    assert "复抽一致" in browser.post(reverse("samples:redraw", args=[made.pk])).text
    text = browser.get(reverse("samples:frame", args=[made.pk])).content.decode()
    assert rules.fingerprint(text) == made.frame_hash
    line = made.cases.first()
    assert line is not None
    bad = {"line": line.pk, "fine": "no", "words": ""}
    assert browser.post(reverse("samples:check", args=[made.pk]), bad).status_code == 422
    assert browser.post(reverse("samples:check", args=[made.pk]), bad | {"words": "发票看不清"}).status_code == 302
    assert made.title in browser.get(reverse("samples:home")).text
    with pytest.raises(Refusal):
        drawn(world, by=world.cast["prov_head"])
