"""How often other systems are asked, and which machines of others may fetch work: two pages, two administrators."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.access.actions import appoint
from cases.access.models import MachineKey, Office, Role, User
from cases.access.queries import key_of_machine
from cases.calendar import clock
from cases.errors import Invalid, Refusal
from cases.history.models import Event
from cases.outgoing import limits
from cases.outgoing.models import Outgoing
from cases.programme import programmes
from workflows.running import actions
from workflows.running.rules import topic_words

pytestmark = pytest.mark.django_db
MACHINES, LIMITS = "running:machines", "running:limits"
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def security(cast: Any) -> Client:
    made = Client()
    made.force_login(cast["secadmin"], backend=BACKEND)
    return made


def appointed(cast: Any, name: str) -> User:
    account = User.objects.get(username=name)
    office = Office.objects.get(division_code="64", kind="redcross")
    appoint(user=account, role=Role.objects.get(pk="MCH"), office=office, starts_on=clock.today(), by=cast["secadmin"])
    return account


def test_an_account_and_its_key_take_two_people_and_the_key_is_shown_once(
    browser: Client, security: Client, cast: Any
) -> None:
    address = reverse(MACHINES)
    assert browser.post(address, {"way": "machine", "username": "bureau"}).status_code == 302
    account = appointed(cast, "bureau")
    assert not account.has_usable_password() and not account.is_office
    given = {"way": "key", "account": account.pk, "topics": ["test.bureau"], "area": "64", "days": 30}
    assert browser.post(address, given).status_code == 403
    shown = security.post(address, given).content.decode()
    secret = re.search(r"<code>([\w-]{43})</code>", shown)
    assert secret is not None and secret[1] not in security.get(address).content.decode()
    row = MachineKey.objects.get()
    assert secret[1] not in str(vars(row)) and secret[1] not in "".join(Event.objects.values_list("payload", flat=True))
    assert key_of_machine(row.digest) == row
    assert browser.post(address, {"way": "end", "key": row.pk}).status_code == 403
    assert security.post(address, {"way": "end", "key": row.pk}).status_code == 302
    assert key_of_machine(row.digest) is None
    told = Event.objects.filter(stream__kind="account", stream__key=str(account.pk), outcome="ok")
    assert {"account.made", "post.given", "machine.key_given", "machine.key_ended"} <= {row.action for row in told}


def test_a_key_needs_a_post_in_its_area_and_a_topic_that_others_do(cast: Any) -> None:
    account = actions.make_machine(username="bureau", by=cast["sysadmin"])
    given = {"account": account, "days": 30, "by": cast["secadmin"]}
    with pytest.raises(Invalid):
        actions.give_key(topics=["test.bureau"], area="64", **given)
    appointed(cast, "bureau")
    for topics, area in ((["test.register"], "64"), ([], "64"), (["test.bureau"], "63")):
        with pytest.raises(Invalid):
            actions.give_key(topics=topics, area=area, **given)
    with pytest.raises(Refusal):
        actions.give_key(topics=["test.bureau"], area="64", **{**given, "by": cast["sysadmin"]})
    assert not MachineKey.objects.exists()


def test_an_account_that_can_sign_in_gets_no_key(cast: Any) -> None:
    actions.make_machine(username="bureau", by=cast["sysadmin"])
    person = appointed(cast, "bureau")
    person.is_office = True
    person.set_password("correct-horse-1")
    person.save(update_fields=["password", "is_office"])
    with pytest.raises(Invalid) as refused:
        actions.give_key(account=person, topics=["test.bureau"], area="64", days=30, by=cast["secadmin"])
    assert set(refused.value.fields) == {"account"} and not MachineKey.objects.exists()


def test_a_key_opens_nothing_after_its_days_or_while_its_account_is_closed(cast: Any) -> None:
    actions.make_machine(username="bureau", by=cast["sysadmin"])
    account = appointed(cast, "bureau")
    actions.give_key(account=account, topics=["test.bureau"], area="64", days=2, by=cast["secadmin"])
    digest = MachineKey.objects.get().digest
    account.is_active = False
    account.save(update_fields=["is_active"])
    assert key_of_machine(digest) is None
    account.is_active = True
    account.save(update_fields=["is_active"])
    for left in (2, 1):
        assert key_of_machine(digest) is not None, left
        clock.move_demo_clock(to=clock.now() + timedelta(days=1), by=None)
    assert key_of_machine(digest) is None


def test_a_limit_is_set_and_taken_away_on_its_page(browser: Client, security: Client) -> None:
    address = reverse(LIMITS)
    assert "短信网关" in browser.get(address).content.decode()
    assert security.get(address).status_code == 403
    assert browser.post(address, {"partner": "sms", "per_minute": "1"}).status_code == 302
    now = clock.now()
    assert limits.count("sms", now) and not limits.count("sms", now) and not limits.has_room("sms", now)
    assert browser.post(address, {"partner": "sms", "per_minute": ""}).status_code == 302
    assert limits.count("sms", now) and limits.count("sms", now) and limits.has_room("sms", now)
    assert browser.post(address, {"partner": "nobody", "per_minute": "1"}).status_code == 422
    assert browser.post(address, {"partner": "sms", "per_minute": "601"}).status_code == 422


def test_an_order_that_no_machine_fetches_is_shown_and_leaves_our_health_alone(browser: Client) -> None:
    old = clock.now().replace(year=2020)
    Outgoing.objects.create(topic="test.bureau", key="k", queue="pulled", created_at=old, available_at=old)
    assert Client().get("/health/ready").json()["checks"]["outgoing"] == "ok"
    assert "test.bureau" in browser.get(reverse("running:home")).content.decode()


def test_a_key_says_its_work_and_its_place_in_words_in_both_languages(
    browser: Client, security: Client, cast: Any
) -> None:
    actions.make_machine(username="bureau", by=cast["sysadmin"])
    account, address = appointed(cast, "bureau"), reverse(MACHINES)
    form = security.get(address).content.decode()
    assert '<option value="640422">西吉县</option>' in form and 'name="area"' in form and "地区代码" not in form
    given = {"way": "key", "account": account.pk, "topics": ["test.bureau"], "days": 30}
    assert security.post(address, {**given, "area": "nowhere"}).status_code == 422
    assert security.post(address, {**given, "area": "640422"}).status_code == 200
    shown = browser.get(address).content.decode()
    back = f'href="{reverse("running:home")}"'
    assert "固原市 · 西吉县" in shown and shown.count(back) > 1, "in the navigation and above the page"
    english = browser.get(address, headers={"accept-language": "en"}).content.decode()
    assert "Guyuan City · Xiji County" in english
    assert back not in security.get(address).content.decode(), "he has no business there"


def test_the_work_of_a_topic_is_named_by_the_steps_that_ask_for_it() -> None:
    asked = {node.does for road in _roads() for node in road if getattr(node, "does", "")}
    assert asked
    for topic in asked:
        assert topic in topic_words(topic) and topic_words(topic) != topic
    assert topic_words("test.nobody") == "test.nobody"


def _roads() -> list[list[Any]]:
    roads = [road for card in programmes() for road in card.roads.values()]
    return [[getattr(road, name) for name in road.reading_order] for road in roads]
