"""Finds the pages each person can reach by links, one of every kind."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import Resolver404, resolve

LINK = re.compile(r'href="(/[^"#]*)')
LEFT_OUT = re.compile(r"^/(static|preferences|admin|file|accounts/logout|api/schema)|\.(pdf|xlsx|txt)$|/(file|ask)/$")


def kind_of(path: str) -> str:
    """The name of the view and, for tabs and queues, which one."""
    found = resolve(path.split("?")[0])
    which = [value for key, value in found.kwargs.items() if key in ("name", "section", "key")]
    return "/".join([found.view_name, *which])


@dataclass
class Reach:
    """What somebody can reach: the session, the addresses, and the links that lead nowhere."""

    session: str
    paths: list[str]
    dead: list[str]


def reachable(username: str | None, starts: Iterable[str], *, known: set[str], most: int = 36) -> Reach:
    """Follows the links from `starts` as a person (or as nobody): one page of each kind that is not `known` yet."""
    client, dead = Client(raise_request_exception=False), []
    if username:
        client.force_login(get_user_model().objects.get(username=username))
    seen: dict[str, str] = {}
    waiting = list(starts)
    while waiting and len(seen) < most:
        path = waiting.pop(0).replace("&amp;", "&")
        if LEFT_OUT.search(path.split("?")[0]):
            continue
        try:
            kind = kind_of(path)
        except Resolver404:
            dead.append(f"{username}: no page at {path}")
            continue
        if kind in seen:
            continue
        answer = client.get(path)
        if answer.status_code == 200 and "text/html" in answer.headers["Content-Type"]:
            seen[kind] = path
            waiting += LINK.findall(answer.content.decode())
        elif answer.status_code >= 400:
            seen[kind] = ""
            dead.append(f"{username}: {path} answers {answer.status_code}")
        else:
            seen[kind] = ""
            waiting += (
                [answer.headers["Location"].split("#")[0]] if answer.status_code != 200 else []
            )  # a file leads nowhere
    cookie = client.cookies.get("sessionid") or client.cookies.get("session")
    new = [path for kind, path in seen.items() if path and kind not in known]
    known.update(seen)
    return Reach(cookie.value if cookie else "", new, dead)
