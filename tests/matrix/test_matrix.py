"""Everybody's answer at every address, for a case of their own area and for one of another, stands in two tables."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings

from cases.access.models import MachineKey, User
from cases.errors import Refusal
from cases.history.models import Event
from cases.outgoing.models import Outgoing
from tests.matrix import goods
from tests.matrix.bodies import body_of
from tests.matrix.doors import INNER, acts, arguments
from tests.matrix.inspecting import changes_by_an_inspector
from tests.matrix.table import Row, rows
from tests.matrix.world import World, nothing_stays, patterns

ROWS = rows()
PATTERNS = {pattern.name: pattern for pattern in patterns()}
OUTSIDE = {"number": "640422-2026-999999-0", "pk": 999_999_999}
OF_A_CASE = ("here", "there", "bank", "draft", "draft_b")
NOBODY = {
    "admin:view_on_site": "no table of ours has pages that the administration could point to",
    "admin/(?P<url>.*)$": "it stands for every address that the administration does not have",
    "admin:login": "one signs in at the door of the site",
    "policy:sheet_save": "nothing is saved that was not tried and seen first",
    "admin:autocomplete": "no form of the administration completes words",
    **dict.fromkeys(
        [f"admin:cases_{table}_delete" for table in ("office", "post", "role", "user", "policyrow", "policyversion")],
        "nothing is deleted",
    ),
    **dict.fromkeys(
        [f"admin:cases_{table}_add" for table in ("role", "policyrow", "policyversion")],
        "roles come with the product, policies through their own pages",
    ),
    **dict.fromkeys(
        ["mfa_deactivate_totp", "mfa_download_recovery_codes", "mfa_view_recovery_codes"],
        "nobody of the cast has a second factor yet",
    ),
    **dict.fromkeys(["case:put_off", "api:put_off"], "only the holder may, and every step of this world is open"),
    "api:messages": "no road of this world takes messages",
    "case:release": "only the holder may, and every step of this world is open",
    "case:check_paper": "only the holder may, and every step of this world is open",
    "case:invoice_out": "only the holder may, and every step of this world is open",
    "case:unredact": "only the holder may take a redacted copy back, and nobody has made one",
    **dict.fromkeys(
        ["api:fetch_work", "api:extend_work", "api:complete_work", "api:fail_work"],
        "only the key of a machine opens them, and no sign-in",
    ),
    "metrics": "there is no such page before the installation sets a token, and no sign-in opens it",
    **dict.fromkeys(
        ["seals:checkpoint", "seals:consistency", "seals:day"], "open to everybody, and nothing of this world is sealed"
    ),
    "seals:receipt": "only a registered witness is taken at its word, and no sign-in",
    "money:settle": "no batch of this world has a difference with the bank",
    **dict.fromkeys(
        ["screening:results", "screening:results_template"],
        "only the team of a session may, and none of its people stands in the tables",
    ),
    "screening:next": "only the team of the session may, and none of its people stands in the tables",
    "panel:vote": "only who opened the papers may, and nobody has",
}
"""Addresses that let nobody in, each with its reason."""
HIDDEN = {
    (row.name, row.method): row
    for row in reversed(ROWS)
    if row.table == "table.csv" and row.whose in OF_A_CASE and "404" in row.cells
}
"""One row of each address and method that hides a case from somebody."""


def asked(world: World, who: str, row: Row) -> tuple[Any, str]:
    """What somebody gets, with its status, or `login`."""
    address = PATTERNS[row.name].address(world.things[row.whose])
    answer = world.ask(who, row.method, address, body_of(world, row))
    is_sign_in = answer.status_code == 302 and "login" in answer["Location"]
    return answer, "login" if is_sign_in else str(answer.status_code)


def test_every_address_of_the_site_is_in_the_table():
    missing = sorted(set(PATTERNS) - {row.name for row in ROWS})
    assert not missing, f"add to tests/matrix/table.csv: {missing}"


def test_every_row_of_the_table_is_an_address_of_the_site():
    gone = sorted({row.name for row in ROWS} - set(PATTERNS))
    assert not gone, f"take out of tests/matrix/table.csv: {gone}"


def test_every_address_is_asked_for_both_ways():
    asked = {method: {row.name for row in ROWS if row.method == method} for method in ("GET", "POST")}
    assert asked["GET"] == asked["POST"]


def test_each_address_shows_somebody_who_gets_in():
    welcome = {row.name for row in ROWS if {"200", "302", "409", "410"} & set(row.cells)}
    closed = set(PATTERNS) - welcome
    assert closed == set(NOBODY), f"say in NOBODY why nobody gets in, or ask somebody who does: {closed ^ set(NOBODY)}"


def test_the_table_promises_no_fault_and_no_open_door_by_mistake():
    for row in ROWS:
        assert not [cell for cell in row.cells if cell.startswith("5")], row
        if (
            row.table == "table.csv"
            and row.whose in OF_A_CASE
            and row.cells[0] not in ("login", ".", "401", "403", "405")
        ):
            assert row.name == "dossier:case" and row.cells[0] == "302", f"somebody not signed in gets {row}"


@pytest.mark.parametrize("name", dict.fromkeys(row.name for row in ROWS))
def test_everybody_gets_what_the_table_says_and_nothing_sealed_unrecorded(world: World, name: str, owner_cursor: Any):
    """Who gets what; whatever sealed value stands in an answer left a look; and with no look to be stored it stays away."""
    wrong, unrecorded, looked = [], [], {}
    for row in (row for row in ROWS if row.name == name):
        expected, real = row.expected(), {}
        for who in expected:
            answer, real[who] = asked(world, who, row)
            shown = world.shown(who, answer)
            if shown and world.reading.looks:
                looked.setdefault(row.method, (row, who))
            if (shown and not world.reading.looks) or world.reading.nameless:
                unrecorded.append(f"{who} {row.method} {row.whose}: {shown} {world.reading.nameless}")
        if real != expected:
            now = replace(row, cells=tuple(real.get(who, ".") for who in row.people))
            wrong.append(f"table: {row.written()}\n  now: {now.written()}")
    assert not wrong, "\n".join(["", *wrong])
    assert not unrecorded, f"call record_access before the bytes leave: {unrecorded}"
    if looked:
        assert shown_without_a_record(world, looked.values(), owner_cursor) == []


def test_an_inspector_changes_nothing_by_any_address_and_method(world: World):
    asked_for, changed = changes_by_an_inspector(world)
    assert asked_for > 400 and changed == []


def shown_without_a_record(world: World, looked: Iterable[tuple[Row, str]], owner: Any) -> list[str]:
    """What is shown while no look can be stored: the function that stores it may not be called."""
    may = f"EXECUTE ON FUNCTION history_access %s {settings.DATABASES['default']['USER']}"
    owner.execute(f"REVOKE {may % 'FROM'}")
    try:
        return [
            f"{who} {row.method}: {status} {columns}"
            for row, who in looked
            for answer, status in [asked(world, who, row)]
            if (columns := world.shown(who, answer)) or status != "503"
        ]
    finally:
        owner.execute(f"GRANT {may % 'TO'}")


def _plain(answer: Any, address: str) -> bytes:
    """An answer without what no two answers share: its own address and the numbers of the request."""
    body = answer.content
    for own in (address, quote(address), quote(address, safe="")):
        body = body.replace(own.encode(), b"ADDRESS")
    body = re.sub(rb"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", b"ID", body)
    return re.sub(rb'name="csrfmiddlewaretoken" value="\w+"', b"TOKEN", body)


@pytest.mark.parametrize("row", HIDDEN.values(), ids=lambda row: f"{row.name}-{row.method}")
def test_what_i_may_not_see_looks_like_what_never_was(world: World, row: Row):
    values = world.things[row.whose]
    nowhere = values | {name: OUTSIDE[name.split(".")[-1]] for name in values if name.split(".")[-1] in OUTSIDE}
    nowhere |= {name: uuid.UUID(int=0) for name in values if name.split(".")[-1] == "token"}
    pattern, body = PATTERNS[row.name], body_of(world, row)
    hidden, unknown = pattern.address(values), pattern.address(nowhere)
    who = next(
        who for who in ("cty_b", "cty", "other", "vil_b", "owner", "pan", "sys") if row.expected().get(who) == "404"
    )
    seen, never = world.ask(who, row.method, hidden, body), world.ask(who, row.method, unknown, body)
    assert never.status_code == seen.status_code == 404
    assert _plain(seen, hidden) == _plain(never, unknown)
    assert {*seen.headers} == {*never.headers}


# --- the same asked of the actions themselves -------------------------------------------------------------------------
GIVEN: dict[str, Any] = {
    "examined_on": date(2026, 1, 1), "died_on": date(2026, 1, 1), "suitable": True, "part": "right_eye", "done_on": date(2026, 1, 1), "method": "phaco",
    "surgeon": "马某某", "lens_brand": "x", "lens_model": "x", "lens_power": Decimal(1), "lens_serial": "SN-00001", "what": "角膜水肿，已用药。",
    "happened_at": datetime(2026, 1, 1, tzinfo=UTC), "moment": "day1", "seen_on": date(2026, 1, 1), "raw": "0.8", "invoice_code": "64010001", "invoice_no": "64000002", "invoiced_on": date(2026, 1, 1),
    "total": Decimal(1), "asked": Decimal(1), "lens_price": Decimal(1), "answer": "已寄去原件。", "refunded_on": date(2026, 1, 1), "how": "转账",
    "answered_by": "马某某", "called_on": date(2026, 1, 1), "why": "发票看不清楚。", "consent_how": "phone", "consent_by": "马某某",
    **goods.GIVEN,
    "uscc": "91640400MA76000012", "licence": "PDY1", "contract_no": "YS-1", "contract_from": date(2027, 1, 1), "contract_to": date(2027, 1, 1),
    "invoice": 1, "cnaps": "", "price": Decimal(1),
    "username": "somebody.new", "name": "马某某", "password": "yanshi-demo-2026", "is_open": False, "ends_on": date(2027, 1, 1),
    "starts_on": date(2027, 1, 1), "answers": {"publicity": True, "processing": True, "economic": True}, "kind": "publicity",
    "key": "patient_name", "value": "马某某", "reason": "这是足够长的一个理由。", "data": b"x", "tried_sha256": "x", "material_code": "D01",
    "upload": None, "holder": "马某某", "relation": "SELF", "card": None, "account": "9990000000000008888", "bank_name": "演示银行", "total_retyped": Decimal(1),
    "count_retyped": 1, "code": "YS-NEW", "programme": "rare_disease", "amount": Decimal(1), "source": "捐赠",
    "id_tail": "0000", "is_checked": True, "flow": "rare_disease/v1", "digest": "0", "title": "新的一版", "effective_from": date(2027, 1, 1), "version_data": {}, "section": "days", "upheld": True,
    "finding": "查清了，没有这回事。", "row_version": 1, "outcome": "agree", "verdict": "accepted", "opinion": "按办法核对过材料和事实，情况属实。",
    "agency": "演示残联", "purpose": "比对", "basis": "办法", "list_date": date(2026, 1, 1), "subject": "case:1", "fingerprint": "0", "words": "查清了，是别家的笔。", "text": "先电话核对再办。", "days": 3, "until": date(2027, 1, 1), "reasons": ["R01"], "details": {}, "held_on": date(2027, 1, 1), "choice": "agree", "machine": MachineKey(area="64", topics=["x"], user_id=1), "topic": "x", "topics": ["x"], "most": 1, "seconds": 60, "lease": "1.x", "result": {}, "lasting": False, "area": "64", "partner": "sms", "per_minute": 9, "order": Outgoing(topic="x"), "minutes": "会议逐件研究了议题，形成了一致意见。",
    "agreed": True,
    "severity": "minor", "promise": "再培训。", "officer": "guyuan_city", "filters": {}, "way": "none", "is_fine": True, "clause": "第十二条", "issuer": "省里", "document_number": "1 号", "issued_on": date(2027, 1, 1), "number": "第一条", "text_zh": "条文", "facts": {}, "out": None, "export": None, "request": None, "expected": {"amount": "1"}, "rows": [], "seen": "", "values": {},
}  # fmt: skip
"""A plausible value for each argument that is no row."""
ASKING = [(name, function) for name, function in acts() if name not in INNER]


@pytest.mark.parametrize(("name", "function"), ASKING, ids=[name for name, _function in ASKING])
def test_without_the_right_an_act_is_refused_recorded_and_changes_nothing(
    world: World, name: str, function: Callable[..., Any]
):
    stranger = User.objects.get(username="applicant8")
    room = name.rsplit(".", 1)[0]
    given = {**GIVEN, **world.rows}
    if room == "cases.access.actions":
        given["account"] = User.objects.get(username="xiji_intake")
    if room.startswith("cases.providers.actions"):
        given["line"] = world.rows["claim_line"]
    if room == "workflows.actions.pulling":
        given["order"] = GIVEN["order"]
    if room == "workflows.inspection.findings.actions":
        given["finding"] = world.rows["audited"]
    if room.startswith("workflows.desk.panel.actions"):
        given["item"] = world.rows["meeting"].items.get()
    if name == "cases.policy.actions.versions.load_policy":
        given["version"] = world.rows["card"].example
    with nothing_stays():
        before = Event.objects.latest("pk").pk
        with pytest.raises(Refusal) as refused:
            function(by=stranger, **arguments(function, given))
        stored = list(Event.objects.filter(pk__gt=before).values_list("action", "outcome"))
        assert refused.value.status in (403, 404), f"asked for its input before it asked for the right: {refused.value}"
        assert stored == [(function.action_name, "denied")]  # type: ignore[attr-defined]
