"""Hospitals, devices, duplicates, policy and inspection: each page as its people see it, and as somebody who may not."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from cases.policy.models import Measure
from tests.matrix.world import World, make
from tests.pages.test_states import Look, nothing_is_wrong
from workflows.walking import devices

__all__ = ["nothing_is_wrong"]

Seen = tuple[str, str, tuple[Any, ...]]


def of_hospitals(world: World) -> list[Seen]:
    """The hospital's permit and claims, and the office that checks them."""
    permit, line, eye = (world.rows[name] for name in ("permit", "claim_line", "provider"))
    return [
        ("eye_hospital", "providers:home", ()), ("eye_hospital", "providers:permit", (permit.number,)),
        ("eye_hospital", "providers:scan", (permit.token,)), ("eye_hospital", "providers:claims", ()),
        ("xiji_intake", "providers:lines", ()), ("xiji_intake", "providers:line", (line.pk,)),
        ("prov_review", "providers:providers", ()), ("prov_review", "providers:register", ()),
        ("prov_review", "desk:line", ()), ("inspector", "urgent:home", ()), ("prov_review", "reports:quality", ()), ("prov_review", "providers:provider", (eye.pk,)),
    ]  # fmt: skip


def of_devices(world: World) -> list[Seen]:
    """The store and the fitting centre."""
    device, ear, sent = (world.rows[name] for name in ("device", "fitting", "handover"))
    return [
        ("storekeeper", "stock:home", ()), ("storekeeper", "stock:models", ()), ("storekeeper", "stock:arrive", ()),
        ("storekeeper", "stock:send", ()), ("storekeeper", "stock:count", ()), ("storekeeper", "stock:counts", ()),
        ("storekeeper", "stock:device", (device.serial,)), ("storekeeper", "stock:handover", (sent.number,)),
        ("hearing_centre", "fitting:home", ()), ("hearing_centre", "fitting:fitting", (ear.pk,)),
        ("hearing_centre", "fitting:test", (world.things["to_test"]["number"],)),
        ("hearing_centre", "fitting:check", (world.rows["check"].pk,)), ("prov_review", "fitting:waiting", ()),
    ]  # fmt: skip


def of_rules(world: World) -> list[Seen]:
    """Duplicates, lists of other agencies, and policy as data."""
    version = world.rows["version"].pk
    return [
        ("xiji_review", "hits:case", (world.rows["case"].number,)), ("prov_review", "lists:home", ()),
        ("policy_edit", "policy:version", (version,)), ("policy_edit", "policy:table", (version,)),
        ("policy_edit", "policy:vectors", (version,)), ("policy_edit", "policy:sheet", (version,)),
        ("policy_edit", "policy:measures", ("rare_disease",)),
        ("policy_edit", "policy:measure", (Measure.objects.latest("pk").pk,)), ("policy_edit", "policy:basis", ()),
    ]  # fmt: skip


def of_work(world: World) -> list[Seen]:
    """What is asked of another post, and the invoices of a draft."""
    number = world.rows["case"].number
    return [
        ("xiji_intake", "case:errands", (number,)), ("prov_review", "desk:errands", ()),
        ("applicant1", "dossier:invoices", (world.things["draft"]["token"],)),
    ]  # fmt: skip


def of_inspection(world: World) -> list[Seen]:
    """What an inspector opens, what the inspected and the board see of it, and what a person asks about his own data."""
    here, case, figure = world.things["here"], world.rows["case"], world.rows["figure"]
    found, asked = (world.rows["audited"].pk,), (world.things["figure"]["quarter"], figure.area)
    return [
        ("inspector", "inspection:then", (case.number, here["inspection:then.pk"])),
        ("inspector", "inspection:rounds", (case.number,)), ("inspector", "inspection:move", (case.number, 1)),
        ("inspector", "inspection:touched", ()), ("inspector", "checks:home", ()), ("inspector", "checks:check", ("C14",)),
        ("inspector", "checks:hit", (world.rows["hit"].pk,)), ("inspector", "checks:rule", ("C14",)),
        ("inspector", "samples:new", ()), ("inspector", "samples:sample", (world.rows["sample"].pk,)),
        ("inspector", "findings:new", ()), ("inspector", "findings:finding", found), ("xiji_review", "findings:finding", found),
        ("inspector", "findings:folder", (case.number,)), ("inspector", "findings:letter", found),
        ("supervisor", "oversight:home", ()), ("supervisor", "oversight:list", ()),
        ("inspector", "reports:log", ()), ("inspector", "reports:log_one", (world.things["log"]["token"],)),
        ("prov_head", "evaluation:home", ()), ("xiji_review", "evaluation:branch", asked),
        ("xiji_review", "evaluation:answer", (figure.pk,)), ("prov_head", "evaluation:officers", ()),
        (case.owner.username, "privacy:mine", (case.token,)), ("prov_review", "privacy:one", (world.rows["request"].pk,)),
    ]  # fmt: skip


def refused(world: World) -> list[Look]:
    """Who may not, in words on a page like the others."""
    permit, device = world.rows["permit"], world.rows["device"]
    asked = [
        ("eye_hospital2", "providers:permit", (permit.number,), 404), ("fin_make", "stock:home", (), 403),
        ("eye_hospital", "stock:device", (device.serial,), 404), ("fin_make", "lists:home", (), 403),
        ("eye_hospital", "providers:register", (), 404), ("applicant1", "desk:line", (), 404),
    ]  # fmt: skip
    return [Look(who, reverse(name, args=given), status=status) for who, name, given, status in asked]


@pytest.mark.timeout(900)
def test_the_pages_of_the_rooms_and_of_who_may_not_have_nothing_wrong(
    transactional_db: Any, cast: Any, nothing_is_wrong: Any
) -> None:
    world = make(cast)
    assert devices.store()
    seen = [one for room in (of_hospitals, of_devices, of_rules, of_work, of_inspection) for one in room(world)]
    nothing_is_wrong([Look(who, reverse(name, args=given)) for who, name, given in seen] + refused(world))
