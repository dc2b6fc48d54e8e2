"""An inspector asks every address of the site by every method, and nothing of any case is another afterwards."""

from __future__ import annotations

import os
from http.cookies import SimpleCookie

from django.apps import apps

from cases.history.models import Event
from tests.matrix.bodies import body_of
from tests.matrix.table import rows
from tests.matrix.world import World, nothing_stays, patterns

PATTERNS = {pattern.name: pattern for pattern in patterns()}
INSPECTOR = "insp"
EVERY = os.environ.get("EVERY_METHOD") == "yes"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE") if EVERY else ("POST", "DELETE")
"""All of them with EVERY_METHOD=yes; else those that write, once an address."""
AS_ANYBODY = {
    "publicity:object": "whoever has the link of a public list may object, signed in or not",
    "dossier:begin": "whoever has signed in may apply for himself: a draft of his own",
}
HIS_OWN = {
    "cases_user": "his own sign-in",
    "mfa_authenticator": "his own second factor",
    "cases_relative": "his own declaration of relatives",
    "workflows_namerequest": "his own request to learn a name of an exported log",
}


def changes_by_an_inspector(world: World) -> tuple[int, list[str]]:
    """How many requests he made, and each changed row that is neither his own sign-in nor what he writes of an inspection."""
    own = set(HIS_OWN) | {
        model._meta.db_table for model in apps.get_models() if model.__module__.startswith("workflows.inspection.")
    }
    browser = world._browser(INSPECTOR)
    cookies = browser.cookies.output(header="", sep=";")
    found = [row for row in sorted(rows(), key=lambda row: row.method) if row.name not in AS_ANYBODY]
    bodies = {(row.name, row.whose if EVERY else ""): row for row in found}
    changed, asked = [], 0
    for row in bodies.values():
        address, body = PATTERNS[row.name].address(world.things[row.whose]), body_of(world, row)
        for method in METHODS:
            kind = "application/json" if body.startswith("{") else "application/x-www-form-urlencoded"
            with nothing_stays():
                last = Event.objects.order_by("-pk").values_list("pk", flat=True)[0]
                answer = browser.generic(method, address, body if method != "GET" else "", content_type=kind)
                if answer.streaming:
                    b"".join(answer.streaming_content)
                made = Event.objects.filter(pk__gt=last, outcome="ok", action__startswith="row.").exclude(
                    object_type__in=own
                )
                changed += [f"{method} {row.name} {answer.status_code}: {one.object_type}" for one in made]
            asked, browser.cookies = asked + 1, SimpleCookie(cookies)
    return asked, changed
